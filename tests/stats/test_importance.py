"""Importance: fixtures known by hand or from R, and laws that hold for any data."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import importance
from cxresearch.stats.importance import subsets

# fmt: off
MPG = [21, 21, 22.8, 21.4, 18.7, 18.1, 14.3, 24.4, 22.8, 19.2, 17.8, 16.4, 17.3, 15.2, 10.4, 10.4,
       14.7, 32.4, 30.4, 33.9, 21.5, 15.5, 15.2, 13.3, 19.2, 27.3, 26, 30.4, 15.8, 19.7, 15, 21.4]
AM = [1] * 3 + [0] * 14 + [1] * 3 + [0] * 5 + [1] * 7
VS = [0, 0, 1, 1, 0, 1, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0,
      1]
CYL = [6, 6, 4, 6, 8, 6, 8, 4, 4, 6, 6, 8, 8, 8, 8, 8, 8, 4, 4, 4, 4, 8, 8, 8, 8, 4, 4, 4, 8, 6, 8,
       4]
WT = [2.62, 2.875, 2.32, 3.215, 3.44, 3.46, 3.57, 3.19, 3.15, 3.44, 3.44, 4.07, 3.73, 3.78, 5.25,
      5.424, 5.345, 2.2, 1.615, 1.835, 2.465, 3.52, 3.435, 3.84, 3.845, 1.935, 2.14, 1.513, 3.17,
      2.77, 3.57, 2.78]
# fmt: on
MT = pd.DataFrame({"am": AM, "vs": VS, "cyl": CYL, "wt": WT, "mpg": MPG}).astype(float)
THREE = MT[["am", "vs", "cyl", "mpg"]]
BLOCKS = {"a": ["am", "vs"], "b": ["cyl", "wt"]}


def near(found: pd.Series, expected: list[float]) -> None:
    np.testing.assert_allclose(found, expected, rtol=0, atol=6e-8)


def brute_force(cov: pd.DataFrame, outcome: str) -> pd.Series:
    """Shapley values by all orders and least squares: slow, but plainly the definition."""
    drivers = [name for name in cov if name != outcome]

    def fit(names: tuple[str, ...]) -> float:
        S, r = cov.loc[list(names), list(names)], cov.loc[list(names), outcome]
        return float(r @ np.linalg.pinv(S, rcond=1e-9) @ r) / cov.loc[outcome, outcome]

    total = dict.fromkeys(drivers, 0.0)
    orders = list(itertools.permutations(drivers))
    for order in orders:
        for at, name in enumerate(order):
            total[name] += fit(order[: at + 1]) - fit(order[:at])
    return pd.Series(total) / len(orders)


def answers(seed: int, n: int, p: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + rng.normal(size=(n, 1))
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)])
    return frame.assign(y=X @ rng.normal(size=p) + 2 * rng.normal(size=n))


class TestFixtures:
    def test_shapley(self) -> None:
        result = importance.decompose(THREE.cov(), "mpg")
        near(result.values, [0.1774892, 0.2027032, 0.3817849])
        assert result.r_squared == pytest.approx(0.7619773, abs=6e-8)
        assert result.n_orders == 0
        assert (result.mc_error == 0).all()
        assert result.aliased == ()

    def test_weighted_shapley(self) -> None:
        cov = importance.weighted_cov(THREE, [1, 2, 3, 4] * 8)
        result = importance.decompose(cov, "mpg")
        near(result.values, [0.1939626, 0.2103875, 0.3829369])
        assert result.r_squared == pytest.approx(0.7872871, abs=6e-8)

    def test_relative_weights(self) -> None:
        near(importance.relative_weights(THREE.corr(), "mpg"), [0.1995349, 0.2163873, 0.3460551])

    def test_pratt(self) -> None:
        near(importance.pratt(THREE.corr(), "mpg"), [0.1503014, 0.0718920, 0.5397839])

    def test_conditional_dominance(self) -> None:
        found = importance.dominance(THREE.cov(), "mpg").conditional
        near(found.loc["am"], [0.3597989, 0.1389842, 0.0336844])
        near(found.loc["vs"], [0.4409477, 0.1641982, 0.0029637])
        near(found.loc["cyl"], [0.7261800, 0.3432799, 0.0758948])

    def test_blocks(self) -> None:
        cov = MT.cov()
        near(importance.shapley(cov, "mpg", BLOCKS), [0.3436840, 0.4878289])
        near(importance.owen(cov, "mpg", BLOCKS), [0.1514258, 0.1922582, 0.2257710, 0.2620579])
        near(importance.shapley(cov, "mpg"), [0.1166705, 0.1467979, 0.2663834, 0.3016611])
        split = importance.shapley(cov, "mpg", BLOCKS, split="drivers")
        pd.testing.assert_series_equal(split, importance.owen(cov, "mpg", BLOCKS))

    def test_logit(self) -> None:
        fit = importance.mcfadden(MT[["mpg", "am"]], MT["vs"])
        found = importance.shapley_fit(["mpg", "am"], fit)
        near(found, [0.4632169, 0.0660526])
        assert found.sum() == pytest.approx(0.5292695, abs=6e-8)


class TestDominance:
    def test_levels(self) -> None:
        found = importance.dominance(THREE.cov(), "mpg")
        assert found.pairs["first"].tolist() == ["vs", "cyl", "cyl"]
        assert found.pairs["level"].tolist() == ["general", "complete", "complete"]
        assert found.complete_matrix.loc["cyl", "am"] == 1
        assert found.conditional_matrix.loc["am", "vs"] == 0.5
        assert found.general_matrix.loc["am", "vs"] == 0

    def test_equal_drivers(self) -> None:
        frame = THREE[["am", "mpg"]].assign(again=THREE["am"])
        found = importance.dominance(frame.cov(), "mpg")
        assert found.pairs["level"].tolist() == ["none"]


class TestSets:
    def test_shapley_weights_count_orders(self) -> None:
        for p in (1, 2, 5):
            sizes = np.bincount(subsets.popcounts(p - 1), minlength=p)
            assert subsets.shapley_weights(p) @ sizes == pytest.approx(1)

    def test_blocks_of_memory_change_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        cov = answers(5, 80, 9).cov()
        groups = {"g": ["x1", "x4"], "h": ["x0", "x8", "x2"]}
        whole = [importance.shapley(cov, "y"), importance.shapley(cov, "y", groups)]
        monkeypatch.setattr(subsets, "_MODELS", 8)
        np.testing.assert_allclose(importance.shapley(cov, "y"), whole[0], atol=1e-14)
        np.testing.assert_allclose(importance.shapley(cov, "y", groups), whole[1], atol=1e-14)

    def test_many_drivers_are_sampled(self) -> None:
        cov = answers(3, 200, 12).cov()
        groups = {"g": ["x1", "x4"]}
        exact = importance.decompose(cov, "y", groups)
        sampled = importance.decompose(cov, "y", groups, exact_players=4, n_orders=4000, seed=2)
        assert sampled.n_orders == 4000
        assert (sampled.mc_error > 0).all()
        assert ((sampled.values - exact.values).abs() < 5 * sampled.mc_error).all()
        assert sampled.values.sum() == pytest.approx(exact.r_squared)

    def test_twenty_players_are_exact(self) -> None:
        result = importance.decompose(answers(1, 300, 20).cov(), "y")
        assert result.n_orders == 0
        assert result.values.sum() == pytest.approx(result.r_squared, abs=1e-12)


any_answers = given(seed=st.integers(0, 10_000), p=st.integers(1, 5))


class TestLaws:
    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_the_definition(self, seed: int, p: int) -> None:
        cov = answers(seed, 30, p).cov()
        np.testing.assert_allclose(importance.shapley(cov, "y"), brute_force(cov, "y"), atol=1e-10)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_parts_sum_to_r_squared(self, seed: int, p: int) -> None:
        cov = answers(seed, 30, p).cov()
        r_squared = importance.decompose(cov, "y").r_squared
        for method in ("shapley", "relative_weights", "pratt"):
            assert importance.METHODS[method](cov, "y").sum() == pytest.approx(r_squared)
        assert importance.car(cov, "y").sum() == pytest.approx(r_squared)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_order_and_units_do_not_matter(self, seed: int, p: int) -> None:
        frame = answers(seed, 30, p)
        turned = frame[frame.columns[::-1]] * np.arange(1, p + 2) - 40
        for method in importance.METHODS.values():
            known = method(frame.cov(), "y")
            np.testing.assert_allclose(method(turned.cov(), "y")[known.index], known, atol=1e-10)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_singletons_as_groups(self, seed: int, p: int) -> None:
        cov = answers(seed, 30, p).cov()
        groups = {f"g{j}": [f"x{j}"] for j in range(p)}
        plain = importance.shapley(cov, "y")
        np.testing.assert_allclose(importance.shapley(cov, "y", groups), plain, atol=1e-12)
        np.testing.assert_allclose(importance.owen(cov, "y", groups), plain, atol=1e-12)
        one = importance.owen(cov, "y", {"all": list(plain.index)})
        np.testing.assert_allclose(one, plain, atol=1e-12)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_owen_sums_to_blocks(self, seed: int, p: int) -> None:
        cov = answers(seed, 40, p + 2).cov()
        blocks = {"g": ["x0", "x1"]}
        whole = importance.shapley(cov, "y", blocks)
        parts = importance.owen(cov, "y", blocks)
        assert parts[["x0", "x1"]].sum() == pytest.approx(whole["g"])
        rest = [name for name in whole.index if name != "g"]
        np.testing.assert_allclose(parts[rest], whole[rest], atol=1e-12)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_a_duplicate_shares_alike(self, seed: int, p: int) -> None:
        frame = answers(seed, 40, p).assign(twin=lambda one: 3 * one["x0"] + 7)
        result = importance.decompose(frame.cov(), "y")
        assert result.values["twin"] == pytest.approx(result.values["x0"])
        assert set(result.aliased) == {"x0", "twin"}
        alone = importance.decompose(frame.drop(columns="twin").cov(), "y")
        assert result.r_squared == pytest.approx(alone.r_squared)
        for method in importance.METHODS.values():
            assert np.isfinite(method(frame.cov(), "y")).all()

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_constant_weights_change_nothing(self, seed: int, p: int) -> None:
        frame = answers(seed, 20, p)
        known = frame.cov()
        for weights in (np.full(20, 0.3), np.full(20, 7.0)):
            found = importance.weighted_cov(frame, weights)
            pd.testing.assert_frame_equal(found, known)

    @settings(max_examples=25, deadline=None)
    @any_answers
    def test_covariates_come_first(self, seed: int, p: int) -> None:
        frame = answers(seed, 40, p + 1)
        result = importance.decompose(frame.cov(), "y", covariates=["x0"])
        assert "x0" not in result.values
        alone = frame[["x0", "y"]].corr().iloc[0, 1] ** 2
        assert result.r_squared_covariates == pytest.approx(alone)
        assert result.values.sum() == pytest.approx(result.r_squared - alone)
        for method in ("relative_weights", "pratt"):
            parts = importance.METHODS[method](frame.cov(), "y", covariates=["x0"])
            assert parts.sum() == pytest.approx(result.values.sum())


class TestSingular:
    def test_a_constant_driver_adds_nothing(self) -> None:
        frame = THREE.assign(same=3.0)
        result = importance.decompose(frame.cov(), "mpg")
        assert result.values["same"] == pytest.approx(0, abs=1e-14)
        assert result.aliased == ("same",)
        near(result.values.drop("same"), [0.1774892, 0.2027032, 0.3817849])

    def test_a_sum_of_others(self) -> None:
        frame = THREE.assign(total=THREE["am"] + THREE["vs"])
        result = importance.decompose(frame.cov(), "mpg")
        assert set(result.aliased) == {"am", "vs", "total"}
        expected = brute_force(frame.cov(), "mpg")
        np.testing.assert_allclose(result.values[expected.index], expected, atol=1e-10)

    def test_a_covariate_that_explains_a_driver(self) -> None:
        frame = THREE.assign(twin=2 * THREE["am"])
        for method in importance.METHODS.values():
            value = method(frame.cov(), "mpg", covariates=["am"])["twin"]
            assert value == pytest.approx(0, abs=1e-14)


class TestFits:
    def test_logit_agrees_with_statsmodels(self) -> None:
        import statsmodels.api as sm

        X, y = MT[["mpg", "am"]], MT["vs"]
        fitted = sm.Logit(y, sm.add_constant(X)).fit(disp=False)
        assert importance.mcfadden(X, y)(("mpg", "am")) == pytest.approx(fitted.prsquared, abs=1e-9)
        weights = np.tile([1.0, 2.0, 3.0, 4.0], 8)
        repeated = MT.loc[MT.index.repeat(weights.astype(int))]
        expected = importance.mcfadden(repeated[["mpg"]], repeated["vs"])(("mpg",))
        found = importance.mcfadden(MT[["mpg"]], y, weights)(("mpg",))
        assert found == pytest.approx(expected, abs=1e-10)

    def test_groups(self) -> None:
        fit = importance.nagelkerke(MT[["mpg", "am", "wt"]], MT["vs"])
        found = importance.shapley_fit({"car": ["am", "wt"], "use": ["mpg"]}, fit)
        assert found.sum() == pytest.approx(fit(("mpg", "am", "wt")))

    def test_r_squared_as_a_fit(self) -> None:
        cov = THREE.cov()

        def r_squared(drivers: tuple) -> float:
            if not drivers:
                return 0.0
            return importance.decompose(
                cov.loc[[*drivers, "mpg"], [*drivers, "mpg"]], "mpg"
            ).r_squared

        found = importance.shapley_fit(["am", "vs", "cyl"], r_squared)
        np.testing.assert_allclose(found, importance.shapley(cov, "mpg"), atol=1e-12)

    def test_separation_is_an_error(self) -> None:
        X = pd.DataFrame({"x": np.arange(10.0)})
        with pytest.raises(StatisticsError, match="separate"):
            importance.mcfadden(X, (X["x"] > 4).astype(int))(("x",))
        # one driver value decides, the other does not
        half = pd.DataFrame({"x": [0.0] * 6 + [1] * 4})
        with pytest.raises(StatisticsError, match="separate"):
            importance.mcfadden(half, [0, 1, 0, 1, 0, 1, 1, 1, 1, 1])(("x",))


class TestFaults:
    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda: importance.shapley(MT.cov(), "mgp"), 'did you mean "mpg"'),
            (lambda: importance.shapley(MT.cov(), "mpg", {"a": ["cly"]}), 'did you mean "cyl"'),
            (lambda: importance.shapley(MT.cov(), "mpg", {"a": []}), "without drivers"),
            (lambda: importance.shapley(MT.cov(), "mpg", covariates="am"), "must be a list"),
            (
                lambda: importance.shapley(MT.cov(), "mpg", {"a": ["am"]}, ["am"]),
                "named twice",
            ),
            (lambda: importance.shapley(MT.cov() * -1, "mpg"), "never varies"),
            (lambda: importance.shapley(MT.assign(mpg=1.0).cov(), "mpg"), "never varies"),
            (lambda: importance.shapley(MT, "mpg"), "same distinct labels"),
            (lambda: importance.shapley(MT.cov().where(MT.cov() > 0), "mpg"), "has gaps"),
            (lambda: importance.decompose(MT.cov(), "mpg", method="lmg"), "unknown method"),
            (lambda: importance.weighted_cov(MT.mask(MT > 30)), "complete rows"),
            (lambda: importance.weighted_cov(MT, -np.ones(32)), "not negative"),
            (lambda: importance.weighted_cov(MT, np.ones(3)), "one weight per row"),
            (lambda: importance.shapley_fit([f"x{j}" for j in range(40)], len), "too many"),
        ],
    )
    def test_message(self, call, message: str) -> None:
        with pytest.raises(StatisticsError, match=message):
            call()

    def test_indefinite(self) -> None:
        labels = ["a", "b", "y"]
        r = pd.DataFrame([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]], labels, labels)
        with pytest.raises(StatisticsError, match="indefinite"):
            importance.shapley(r, "y")
