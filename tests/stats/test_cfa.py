"""Measurement models: fixtures of one group and of two, laws, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import optimize
from six_items import FOUR, GROUPS, ITEMS, M6, TWO

from cxresearch.errors import StatisticsError
from cxresearch.stats import cfa
from cxresearch.stats.cfa.layout import start, to_marker
from cxresearch.stats.cfa.likelihood import by_parameter, discrepancy, slope_and_information

SIX = cfa.Moments(cov=M6, n=200)
NEAR = {"abs": 1e-4}


class TestOneGroup:
    def test_two_factors(self) -> None:
        found = cfa.fit(TWO, SIX)
        fit = found.fit
        assert fit.discrepancy == pytest.approx(0.0422254, abs=1e-7)
        assert fit.chi2 == pytest.approx(8.4450825, **NEAR)
        assert fit.chi2 * 199 / 200 == pytest.approx(8.4028571, **NEAR)
        assert fit.df == 8
        assert fit.p_value == pytest.approx(0.3912430, **NEAR)
        assert fit.baseline_chi2 == pytest.approx(425.2898591, **NEAR)
        assert fit.baseline_df == 15
        assert fit.cfi == pytest.approx(0.9989152, **NEAR)
        assert fit.tli == pytest.approx(0.9979660, **NEAR)
        assert fit.rmsea == pytest.approx(0.0166786, **NEAR)
        assert fit.rmsea_conf_low == 0
        assert fit.rmsea_conf_high == pytest.approx(0.0856836, **NEAR)
        assert fit.srmr == pytest.approx(0.0247678, **NEAR)
        np.testing.assert_allclose(
            found.loadings().sum(axis=1),
            [0.7951008, 0.7563289, 0.6769703, 0.8534706, 0.7659436, 0.7044554],
            atol=1e-4,
        )
        assert found.phi().loc["F1", "F2"] == pytest.approx(0.4508210, **NEAR)
        row = found.parameters.query("part == 'covariance' and factor != item").iloc[0]
        assert row["standardised_error"] == pytest.approx(0.0729930, **NEAR)
        assert found.heywood == ()

    def test_one_factor(self) -> None:
        fit = cfa.fit({"F": ITEMS}, SIX).fit
        assert fit.chi2 == pytest.approx(135.11693, **NEAR)
        assert fit.df == 9
        assert fit.cfi == pytest.approx(0.6926150, **NEAR)
        assert fit.rmsea == pytest.approx(0.2646979, **NEAR)
        assert fit.srmr == pytest.approx(0.1472868, **NEAR)

    def test_validity(self) -> None:
        found = cfa.fit(TWO, SIX)
        table = cfa.validity(found.loadings(), found.phi())
        np.testing.assert_allclose(table["cr"], [0.7878094, 0.8196000], atol=1e-4)
        np.testing.assert_allclose(table["ave"], [0.5541691, 0.6037797], atol=1e-4)
        assert table["fornell_larcker"].all()

    def test_htmt(self) -> None:
        assert cfa.htmt(M6, TWO).loc["F1", "F2"] == pytest.approx(0.4448651, abs=6e-8)
        assert cfa.htmt(M6, TWO, "2").loc["F2", "F1"] == pytest.approx(0.4378417, abs=6e-8)

    def test_htmt_of_many_matrices(self) -> None:
        model = cfa.Model.of(TWO)
        R = np.stack([M6.to_numpy(), np.eye(6) * 0.5 + 0.5])
        found = cfa.htmt_of(R, model)
        assert found.shape == (2, 2, 2)
        assert found[0, 0, 1] == pytest.approx(0.4448651, abs=6e-8)
        assert found[1, 0, 1] == pytest.approx(1.0)

    def test_htmt_of_a_single_item_is_missing(self) -> None:
        found = cfa.htmt(M6, {"F1": ITEMS[:3], "one": ITEMS[3:4]})
        assert np.isnan(found.loc["F1", "one"])

    def test_saturated_model_says_nothing(self) -> None:
        items = ITEMS[:3]
        found = cfa.fit({"F": items}, cfa.Moments(cov=M6.loc[items, items], n=200))
        assert found.fit.df == 0
        assert found.fit.chi2 == pytest.approx(0.0, abs=1e-9)
        assert np.isnan([found.fit.cfi, found.fit.tli, found.fit.rmsea, found.fit.p_value]).all()

    def test_residuals_are_what_is_left(self) -> None:
        found = cfa.fit(TWO, SIX)
        L, phi = found.loadings(), found.phi()
        implied = L @ phi @ L.T
        off = ~np.eye(6, dtype=bool)
        np.testing.assert_allclose(
            found.residuals().to_numpy()[off], (M6 - implied).to_numpy()[off], atol=1e-6
        )


class TestLaws:
    def test_identification_changes_no_fit(self) -> None:
        one, two = cfa.fit(TWO, SIX), cfa.fit(TWO, SIX, identification="unit")
        assert one.fit.chi2 == pytest.approx(two.fit.chi2, abs=1e-9)
        np.testing.assert_allclose(one.loadings(), two.loadings(), atol=1e-8)
        columns = ["standardised", "standardised_error"]
        loading = one.parameters["part"] == "loading"
        np.testing.assert_allclose(
            one.parameters.loc[loading, columns], two.parameters.loc[loading, columns], atol=1e-7
        )

    def test_units_change_no_fit(self) -> None:
        sd = np.array([0.01, 1, 30, 2, 0.5, 7])
        found = cfa.fit(TWO, cfa.Moments(cov=M6 * np.outer(sd, sd), n=200))
        plain = cfa.fit(TWO, SIX)
        assert found.fit.chi2 == pytest.approx(plain.fit.chi2, abs=1e-8)
        np.testing.assert_allclose(found.loadings(), plain.loadings(), atol=1e-7)

    def test_a_marker_that_hardly_loads_is_no_obstacle(self) -> None:
        L = np.array([[0.03, 0], [0.7, 0], [0.6, 0], [0.5, 0], [0, 0.9], [0, 0.5], [0, 0.4]])
        items = list("abcdefg")
        R = L @ np.array([[1, 0.3], [0.3, 1]]) @ L.T
        np.fill_diagonal(R, 1)
        moments = cfa.Moments(cov=pd.DataFrame(R, items, items), n=100)
        model = {"F1": items[:4], "F2": items[4:]}
        marker = cfa.fit(model, moments)
        assert marker.fit.chi2 == pytest.approx(0.0, abs=1e-8)
        np.testing.assert_allclose(marker.loadings(), L, atol=1e-5)

    def test_the_two_identifications_say_the_same(self) -> None:
        equal = ("loadings", "intercepts")
        unit = cfa.fit({"F": FOUR}, GROUPS, equal=equal, identification="unit")
        marker = cfa.fit({"F": FOUR}, GROUPS, equal=equal)
        turned = to_marker(marker.layout, unit.layout, unit.x)
        np.testing.assert_allclose(turned, marker.x, atol=1e-6)

    def test_item_order_changes_no_fit(self) -> None:
        order = ITEMS[::-1]
        found = cfa.fit(
            {"F2": ITEMS[:2:-1], "F1": ITEMS[2::-1]}, cfa.Moments(cov=M6.loc[order, order], n=200)
        )
        assert found.fit.chi2 == pytest.approx(cfa.fit(TWO, SIX).fit.chi2, abs=1e-9)

    def test_a_true_model_is_recovered(self) -> None:
        L = np.array([[0.8, 0], [0.7, 0], [0.6, 0], [0, 0.9], [0, 0.5], [0, 0.4]])
        phi = np.array([[1, -0.3], [-0.3, 1]])
        R = L @ phi @ L.T
        np.fill_diagonal(R, 1)
        found = cfa.fit(TWO, cfa.Moments(cov=pd.DataFrame(R, ITEMS, ITEMS), n=100))
        assert found.fit.chi2 == pytest.approx(0.0, abs=1e-9)
        np.testing.assert_allclose(found.loadings(), L, atol=1e-6)
        np.testing.assert_allclose(found.phi(), phi, atol=1e-6)

    @pytest.mark.parametrize("identification", ["marker", "unit"])
    def test_slope_is_the_derivative(self, identification: str) -> None:
        found = cfa.fit(
            {"F": FOUR},
            GROUPS,
            equal=["loadings", "intercepts"],
            identification=identification,  # type: ignore[arg-type]
        )
        layout, groups = found.layout, found.moments
        x = start(layout, groups) + np.linspace(0.01, 0.1, layout.n_parameters)
        slope, _ = by_parameter(layout, *slope_and_information(layout, groups, x))
        numeric = optimize.approx_fprime(x, lambda at: discrepancy(layout, groups, at), 1e-7)
        np.testing.assert_allclose(slope / 380, numeric, atol=1e-5)

    def test_modification_index_foretells_the_fall_of_chi2(self) -> None:
        plain = cfa.fit(TWO, SIX)
        top = cfa.modification_indices(plain).iloc[0]
        mended = (
            cfa.Model.of(TWO, [(top["factor"], top["item"])])
            if top["part"] == "residual"
            else cfa.Model.of(TWO | {top["factor"]: [*TWO[top["factor"]], top["item"]]})
        )
        fall = plain.fit.chi2 - cfa.fit(mended, SIX).fit.chi2
        assert top["statistic"] == pytest.approx(fall, rel=0.15)

    def test_heywood_is_named(self) -> None:
        items = ["a", "b", "c"]
        R = pd.DataFrame([[1, 0.7, 0.7], [0.7, 1, 0.3], [0.7, 0.3, 1]], items, items)
        found = cfa.fit({"F": items}, cfa.Moments(cov=R, n=100))
        assert found.heywood == (("all", "a"),)


class TestGroups:
    @pytest.mark.parametrize("identification", ["marker", "unit"])
    @pytest.mark.parametrize(
        ("equal", "released", "chi2", "df"),
        [
            ((), (), 0.7934731, 4),
            (("loadings",), (), 0.8917093, 7),
            (("loadings", "intercepts"), (), 26.77058, 10),
            (("loadings", "intercepts"), (("intercept", "y4"),), 1.0523964, 9),
        ],
    )
    def test_steps(
        self, identification: str, equal: tuple, released: tuple, chi2: float, df: int
    ) -> None:
        found = cfa.fit(
            {"F": FOUR},
            GROUPS,
            equal=equal,
            released=released,
            identification=identification,  # type: ignore[arg-type]
        )
        assert found.fit.chi2 == pytest.approx(chi2, **NEAR)
        assert found.fit.df == df

    def test_scalar_fit(self) -> None:
        fit = cfa.fit({"F": FOUR}, GROUPS, equal=("loadings", "intercepts")).fit
        assert fit.cfi == pytest.approx(0.9582110, **NEAR)
        assert fit.rmsea == pytest.approx(0.0939501, **NEAR)
        assert fit.srmr == pytest.approx(0.0561363, **NEAR)

    def test_ladder(self) -> None:
        found = cfa.invariance({"F": FOUR}, GROUPS)
        steps = found.steps.set_index("step")
        assert list(steps.index) == ["configural", "metric", "scalar", "partial_scalar"]
        assert steps["holds"].tolist() == [True, True, False, True]
        assert steps.loc["scalar", "reason"] == "worse"
        assert found.released == (("intercept", "y4"),)
        assert found.gate == "means"
        assert found.means.loc[0, "estimate"] == pytest.approx(0.2138235, **NEAR)
        assert found.means.loc[0, "std_error"] == pytest.approx(0.0967314, **NEAR)

    def test_the_marker_itself_can_be_released(self) -> None:
        moved = GROUPS["second"].mean.copy()  # type: ignore[union-attr]
        moved["y1"] += 0.9
        moved["y4"] += 0.5
        second = cfa.Moments(cov=GROUPS["second"].cov, n=180, mean=moved)
        found = cfa.invariance({"F": FOUR}, {"first": GROUPS["first"], "second": second})
        assert found.released == (("intercept", "y1"),)
        assert found.gate == "means"

    def test_a_loading_that_differs_is_released_with_its_intercept(self) -> None:
        def group(last: float, shift: float) -> cfa.Moments:
            L = np.array([0.8, 0.8, 0.7, last])
            cov = np.outer(L, L) + np.diag([0.4, 0.4, 0.5, 0.4])
            mean = 5 + L * shift
            return cfa.Moments(cov=pd.DataFrame(cov, FOUR, FOUR), n=400, mean=pd.Series(mean, FOUR))

        found = cfa.invariance({"F": FOUR}, {"a": group(0.9, 0.0), "b": group(0.2, 0.5)})
        steps = found.steps.set_index("step")
        assert list(steps.index) == ["configural", "metric", "partial_metric", "scalar"]
        assert not steps.loc["metric", "holds"]
        assert set(found.released) == {("loading", "y4"), ("intercept", "y4")}
        assert found.gate == "means"
        assert found.means.loc[0, "estimate"] == pytest.approx(0.4, abs=1e-4)

    def test_rules_follow_the_number_of_respondents(self) -> None:
        assert cfa.Rules.chen(300).cfi == 0.005
        assert cfa.Rules.chen(301).cfi == 0.010

    def test_lenient_rules_accept(self) -> None:
        found = cfa.invariance({"F": FOUR}, GROUPS, cfa.Rules(cfi=0.10))
        assert found.released == ()
        assert found.steps["holds"].all()

    def test_small_groups_decide_nothing(self) -> None:
        few = {name: cfa.Moments(cov=one.cov, n=90, mean=one.mean) for name, one in GROUPS.items()}
        found = cfa.invariance({"F": FOUR}, few)
        assert found.gate == "small_groups"
        assert found.small == ("first", "second")

    def test_no_common_factors(self) -> None:
        turned = M6.to_numpy().copy()
        mixed = pd.DataFrame(turned, ITEMS, ITEMS).loc[
            ITEMS[::2] + ITEMS[1::2], ITEMS[::2] + ITEMS[1::2]
        ]
        mean = pd.Series(5.0, ITEMS)
        other = pd.DataFrame(mixed.to_numpy(), ITEMS, ITEMS)
        groups = {
            "a": cfa.Moments(cov=other, n=200, mean=mean),
            "b": cfa.Moments(cov=other, n=200, mean=mean),
        }
        found = cfa.invariance(TWO, groups)
        assert found.gate == "items"
        assert found.steps["step"].tolist() == ["configural"]
        assert found.steps.loc[0, "reason"] == "fit"

    def test_score_test_foretells_the_release(self) -> None:
        kept = cfa.fit({"F": FOUR}, GROUPS, equal=("loadings", "intercepts"), identification="unit")
        tests = cfa.release_tests(kept, "intercept")
        assert tests.loc[0, "item"] == "y4"
        assert tests.loc[0, "statistic"] == pytest.approx(26.77058 - 1.0523964, rel=0.1)


class TestRefused:
    def test_undetermined(self) -> None:
        pair = {"F": ITEMS[:2]}
        with pytest.raises(StatisticsError, match="more parameters than"):
            cfa.fit(pair, cfa.Moments(cov=M6, n=200))
        apart = pd.DataFrame(np.eye(4), ITEMS[:4], ITEMS[:4])
        apart.iloc[0, 1] = apart.iloc[1, 0] = apart.iloc[2, 3] = apart.iloc[3, 2] = 0.5
        with pytest.raises(StatisticsError, match=r"do not determine|did not converge"):
            cfa.fit({"a": ITEMS[:2], "b": ITEMS[2:4]}, cfa.Moments(cov=apart, n=200))

    def test_no_convergence_tells_the_slope(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("cxresearch.stats.cfa.estimation._ROUNDS", 1)
        monkeypatch.setattr("cxresearch.stats.cfa.estimation._LAST_STEPS", 0)
        with pytest.raises(StatisticsError, match="largest slope"):
            cfa.fit({"F": ITEMS}, SIX)

    def test_unknown_item(self) -> None:
        with pytest.raises(StatisticsError, match='did you mean "x1"'):
            cfa.fit({"F": ["x1x", "x2", "x3"]}, SIX)

    def test_identification(self) -> None:
        with pytest.raises(StatisticsError, match='did you mean "marker"'):
            cfa.fit(TWO, SIX, identification="markr")  # type: ignore[arg-type]

    def test_singular(self) -> None:
        twin = M6.copy()
        twin.loc["x2"] = twin.loc["x1"]
        twin["x2"] = twin["x1"]
        twin.loc["x2", "x2"] = 1.0
        with pytest.raises(StatisticsError, match="positive definite"):
            cfa.fit(TWO, cfa.Moments(cov=twin, n=200))

    def test_means_are_needed(self) -> None:
        bare = {name: cfa.Moments(cov=one.cov, n=one.n) for name, one in GROUPS.items()}
        with pytest.raises(StatisticsError, match="means"):
            cfa.fit({"F": FOUR}, bare, equal=("loadings", "intercepts"))

    def test_choices(self) -> None:
        with pytest.raises(StatisticsError, match='did you mean "loadings"'):
            cfa.fit({"F": FOUR}, GROUPS, equal=("loading",))  # type: ignore[arg-type]
        with pytest.raises(StatisticsError, match="without equal loadings"):
            cfa.fit({"F": FOUR}, GROUPS, equal=("intercepts",))
        with pytest.raises(StatisticsError, match="not held equal"):
            cfa.fit({"F": FOUR}, GROUPS, released=[("loading", "y1")])
        with pytest.raises(StatisticsError, match="at least two groups"):
            cfa.invariance({"F": FOUR}, {"only": GROUPS["first"]})
