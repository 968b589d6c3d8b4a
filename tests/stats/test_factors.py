"""Exploratory factors: the six-item matrix with known values, laws, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from six_items import ITEMS, M6

from cxresearch.errors import StatisticsError
from cxresearch.stats import factors


class TestFixtures:
    def test_kmo(self) -> None:
        found = factors.kmo(M6)
        assert found.overall == pytest.approx(0.7583016, abs=6e-8)
        assert found.band == "middling"
        np.testing.assert_allclose(
            found.items,
            [0.7402827, 0.7624810, 0.7722155, 0.7462640, 0.7687412, 0.7656770],
            atol=6e-8,
        )

    def test_bartlett(self) -> None:
        found = factors.bartlett(M6, 200)
        assert found.statistic == pytest.approx(417.13847, abs=6e-6)
        assert found.df == 15
        assert found.p_value < 1e-70

    def test_retention(self) -> None:
        found = factors.parallel(M6, 200, seed=1)
        assert found.retained == 2
        np.testing.assert_allclose(found.thresholds[:2], [1.33, 1.19], atol=0.03)
        np.testing.assert_allclose(
            found.eigenvalues,
            [2.9239134, 1.3857233, 0.5691647, 0.4, 0.3878857, 0.3333128],
            atol=6e-8,
        )
        by_map = factors.velicer_map(M6)
        np.testing.assert_allclose(by_map.values[:3], [0.1374359, 0.1062250, 0.2158883], atol=6e-8)
        assert by_map.retained == 2

    def test_ml_oblimin(self) -> None:
        found = factors.extract(M6, 2, method="ml", n=200)
        np.testing.assert_allclose(
            found.loadings["F1"], [-0.0362, 0.0628, -0.0007, 0.8293, 0.7738, 0.7285], atol=1e-3
        )
        np.testing.assert_allclose(
            found.loadings["F2"], [0.8294, 0.7151, 0.6731, 0.0358, -0.0057, -0.0410], atol=1e-3
        )
        assert found.phi.loc["F1", "F2"] == pytest.approx(0.4367, abs=1e-3)
        np.testing.assert_allclose(
            found.communalities, [0.6629, 0.5545, 0.4527, 0.7150, 0.5949, 0.5063], atol=1e-3
        )
        assert found.fit.chi2 == pytest.approx(6.0402, abs=1e-3)
        assert found.fit.df == 4
        assert found.heywood == ()

    def test_congruence(self) -> None:
        found = factors.congruence([0.8, 0.7, 0.6, 0.1], [0.7, 0.75, 0.5, 0.2])
        assert found.values.iloc[0] == pytest.approx(0.9900874, abs=6e-8)


class TestLaws:
    @pytest.mark.parametrize("rotation", factors.ROTATIONS)
    @pytest.mark.parametrize("method", factors.EXTRACTIONS)
    def test_rotation_keeps_what_is_explained(self, method: str, rotation: str) -> None:
        plain = factors.extract(M6, 2, method, "none")  # type: ignore[arg-type]
        turned = factors.extract(M6, 2, method, rotation)  # type: ignore[arg-type]
        np.testing.assert_allclose(turned.communalities, plain.communalities, atol=1e-8)
        np.testing.assert_allclose(turned.residuals, plain.residuals, atol=1e-8)
        np.testing.assert_allclose(turned.structure, turned.loadings @ turned.phi, atol=1e-12)
        assert turned.variance["explained"].sum() == pytest.approx(plain.communalities.sum())
        assert np.diag(turned.phi) == pytest.approx(1.0, abs=1e-8)

    @settings(max_examples=15, deadline=None)
    @given(order=st.permutations(range(6)))
    def test_item_order_does_not_matter(self, order: list[int]) -> None:
        items = [ITEMS[i] for i in order]
        found = factors.extract(M6.loc[items, items], 2, "ml").loadings
        expected = factors.extract(M6, 2, "ml").loadings.loc[items]
        np.testing.assert_allclose(found, expected, atol=2e-4)
        assert factors.kmo(M6.loc[items, items]).overall == pytest.approx(factors.kmo(M6).overall)

    def test_reversing_an_item_turns_its_loadings(self) -> None:
        signs = np.array([1, -1, 1, 1, 1, -1])
        found = factors.extract(M6 * np.outer(signs, signs), 2).loadings
        expected = factors.extract(M6, 2).loadings.mul(signs, axis=0)
        np.testing.assert_allclose(found, expected, atol=1e-4)

    def test_sign_and_order(self) -> None:
        found = factors.extract(M6, 2)
        assert (found.variance["explained"].diff().dropna() <= 0).all()
        assert (found.loadings.abs().max() == found.loadings.max()).all()

    def test_target_gives_order_and_names(self) -> None:
        theory = pd.DataFrame(0.0, ITEMS, ["service", "price"])
        theory.loc[ITEMS[:3], "service"] = 1.0
        theory.loc[ITEMS[3:], "price"] = -1.0
        found = factors.extract(M6, 2, target=theory)
        assert list(found.loadings) == ["service", "price"]
        assert (found.loadings.loc[ITEMS[:3], "service"] > 0.6).all()
        assert (found.loadings.loc[ITEMS[3:], "price"] < -0.6).all()
        assert found.phi.loc["service", "price"] < -0.4

    def test_congruence_sees_through_order_and_sign(self) -> None:
        loadings = factors.extract(M6, 2).loadings
        shuffled = loadings[["F2", "F1"]] * [-1, 1]
        found = factors.congruence(shuffled.iloc[::-1], loadings)
        np.testing.assert_allclose(found.values, 1.0)
        assert (found.verdicts == "equal").all()

    def test_evenly_split_loadings_are_rotated(self) -> None:
        # the usual search for varimax swings to and fro on these, at every angle
        L = pd.DataFrame([[a, s * a] for s in (1, -1) for a in (0.6, 0.5, 0.4)])
        R = L @ L.T
        np.fill_diagonal(corr := R.to_numpy(copy=True), 1.0)
        for rotation in ("varimax", "promax", "quartimax", "oblimin"):
            found = factors.extract(corr, 2, rotation=rotation).loadings  # type: ignore[arg-type]
            assert np.sort(np.abs(found), axis=1)[:, 0].max() < 0.02

    def test_seed(self) -> None:
        one = factors.parallel(M6, 200, seed=7).thresholds
        assert one.equals(factors.parallel(M6, 200, seed=7).thresholds)
        assert not one.equals(factors.parallel(M6, 200, seed=8).thresholds)

    def test_parallel_from_answers_is_parallel_from_their_correlations(self) -> None:
        answers = np.random.default_rng(3).integers(1, 8, (150, 5)).astype(float)
        one = factors.parallel(pd.DataFrame(answers), seed=2)
        two = factors.parallel(pd.DataFrame(answers).corr(), 150, seed=2)
        np.testing.assert_allclose(one.eigenvalues, two.eigenvalues)
        assert one.thresholds.equals(two.thresholds)
        assert one.retained == 0

    def test_chance_matrices_are_those_of_simulated_answers(self) -> None:
        rng = np.random.default_rng(5)
        simulated = np.sort(
            [np.linalg.eigvalsh(np.corrcoef(rng.standard_normal((30, 6)).T)) for _ in range(2000)]
        )[:, ::-1]
        found = factors.parallel(np.eye(6) * 0.5 + 0.5, 30, n_draws=2000, seed=6)
        error = simulated.std(axis=0) * np.sqrt(2 / 2000)
        assert (np.abs(found.means - simulated.mean(axis=0)) < 4 * error).all()

    def test_single_factor_keeps_every_draw_stop_rule(self) -> None:
        found = factors.parallel(np.full((4, 4), 0.5) + np.eye(4) * 0.5, 100, seed=1)
        assert found.retained == 1


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    return pd.DataFrame(rng.multivariate_normal(np.full(6, 5.0), M6, 400), columns=ITEMS)


class TestScores:
    def test_ten_berge_keeps_the_correlations(self, answers: pd.DataFrame) -> None:
        solution = factors.extract(answers.corr(), 2)
        found = factors.factor_scores(answers, solution, "ten_berge")
        np.testing.assert_allclose(found.scores.corr(), solution.phi, atol=1e-10)

    def test_regression_has_the_highest_determinacy(self, answers: pd.DataFrame) -> None:
        solution = factors.extract(answers.corr(), 2)
        one = factors.factor_scores(answers, solution).determinacy
        two = factors.factor_scores(answers, solution, "ten_berge").determinacy
        assert (one >= two - 1e-12).all()
        assert (one < 1).all()

    def test_a_gap_gives_no_score(self, answers: pd.DataFrame) -> None:
        solution = factors.extract(answers.corr(), 2)
        holed = answers.copy()
        holed.iloc[3, 2] = np.nan
        found = factors.factor_scores(holed, solution).scores
        assert found.iloc[3].isna().all()
        assert found.drop(index=3).notna().all(axis=None)

    def test_equal_weights_change_nothing(self, answers: pd.DataFrame) -> None:
        solution = factors.extract(answers.corr(), 2)
        plain = factors.factor_scores(answers, solution).scores
        weighted = factors.factor_scores(answers, solution, weights=np.full(400, 2.5)).scores
        np.testing.assert_allclose(weighted, plain, atol=1e-10)


class TestSmooth:
    def test_a_possible_matrix_stays(self) -> None:
        found = factors.smooth(M6)
        assert found.change == 0
        pd.testing.assert_frame_equal(found.corr, M6)

    @settings(max_examples=25, deadline=None)
    @given(seed=st.integers(0, 10_000))
    def test_an_impossible_matrix_becomes_possible(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        R = np.eye(5)
        R[np.triu_indices(5, 1)] = rng.uniform(-1, 1, 10)
        R = np.triu(R, 1) + np.triu(R, 1).T + np.eye(5)
        found = factors.smooth(R)
        assert np.linalg.eigvalsh(found.corr)[0] >= 5e-7 or found.change == 0
        np.testing.assert_allclose(np.diag(found.corr), 1.0)
        again = factors.smooth(found.corr)
        assert again.change < 1e-6

    def test_the_known_nearest(self) -> None:
        # Higham's example with two known digits of the answer
        R = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1.0]])
        found = factors.smooth(R, floor=1e-9).corr.to_numpy()
        assert found[0, 1] == pytest.approx(0.7607, abs=1e-4)
        assert found[0, 2] == pytest.approx(0.1573, abs=1e-4)


class TestKinds:
    @pytest.mark.parametrize(
        ("counts", "expected"),
        [
            ([10, 20, 30, 20], "polychoric"),  # four categories
            ([10, 20, 30, 20, 20], "pearson"),
            ([10, 10, 60, 10, 10], "polychoric"),  # one answer holds half
            ([5, 10, 20, 25, 40], "polychoric"),  # an end holds 40 %
            ([39, 30, 15, 8, 8], "pearson"),
            ([2, 3, 5, 44, 46], "polychoric"),
            ([60, 5, 5, 5, 5, 20], "pearson"),  # six categories
        ],
    )
    def test_rule(self, counts: list[int], expected: str) -> None:
        answers = pd.DataFrame({"item": np.repeat(np.arange(1, len(counts) + 1), counts)})
        assert factors.correlation_type(answers) == expected

    def test_the_coarsest_item_decides(self) -> None:
        frame = pd.DataFrame({"fine": np.arange(10), "coarse": [1, 2] * 5})
        assert factors.correlation_type(frame) == "polychoric"
        assert factors.item_types(frame)["fine"] == "pearson"


class TestRefused:
    def test_singular(self) -> None:
        twin = pd.DataFrame(1.0, ["a", "b"], ["a", "b"])
        with pytest.raises(StatisticsError, match="positive definite"):
            factors.kmo(twin)
        with pytest.raises(StatisticsError, match="positive definite"):
            factors.extract(twin.reindex(index=["a", "b"]), 1, "ml")

    def test_not_a_correlation_matrix(self) -> None:
        with pytest.raises(StatisticsError, match="ones on its diagonal"):
            factors.kmo(M6 * 2)
        with pytest.raises(StatisticsError, match="missing or infinite"):
            factors.kmo(M6.mask(M6 == 0.65))
        with pytest.raises(StatisticsError, match="same distinct items"):
            factors.kmo(M6.iloc[:, ::-1])

    def test_too_many_factors(self) -> None:
        with pytest.raises(StatisticsError, match="1 to 3 factors"):
            factors.extract(M6, 4)
        assert factors.extract(M6, 3, n=200).fit.df == 0
        assert factors.extract(M6, 6, "principal").communalities.min() == pytest.approx(1.0)

    def test_misspelt_choices(self) -> None:
        with pytest.raises(StatisticsError, match='did you mean "oblimin"'):
            factors.extract(M6, 2, rotation="oblimn")  # type: ignore[arg-type]
        with pytest.raises(StatisticsError, match='did you mean "minres"'):
            factors.extract(M6, 2, "minress")  # type: ignore[arg-type]
        with pytest.raises(StatisticsError, match='did you mean "components"'):
            factors.parallel(M6, 200, kind="component")  # type: ignore[arg-type]

    def test_too_few_respondents(self) -> None:
        with pytest.raises(StatisticsError, match="number of respondents"):
            factors.parallel(M6, 6)
        with pytest.raises(StatisticsError, match="number of respondents"):
            factors.parallel(M6)

    def test_heywood_is_named(self) -> None:
        L = np.array([0.999, 0.6, 0.5, 0.4])
        R = np.outer(L, L)
        np.fill_diagonal(R, 1.0)
        found = factors.extract(pd.DataFrame(R, list("abcd"), list("abcd")), 1)
        assert found.heywood == ("a",)
