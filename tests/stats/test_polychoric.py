"""Correlations behind coarse answers, and the bivariate normal they stand on."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import multivariate_normal, norm

from cxresearch.errors import StatisticsError
from cxresearch.stats import factors
from cxresearch.stats.factors import bivariate_normal

TABLE = [[20, 10, 5], [8, 25, 12], [3, 9, 28]]
LIMITS = (-6.0, -2.3, -0.4, -1e-9, 0.0, 0.7, 1.5, 8.0)
CORRELATIONS = (-0.9999, -0.95, -0.5, 0.0, 1e-9, 0.3, 0.925, 0.999)
finite = st.floats(-5, 5)
inside = st.floats(-0.999, 0.999)


def rows_of(table: list[list[int]]) -> pd.DataFrame:
    counts = np.array(table)
    i, j = np.indices(counts.shape)
    return pd.DataFrame(
        {"a": np.repeat(i.ravel(), counts.ravel()), "b": np.repeat(j, counts.ravel())}
    )


class TestBivariateNormal:
    def test_against_scipy(self) -> None:
        for h, k, rho in itertools.product(LIMITS, LIMITS, CORRELATIONS):
            peer = multivariate_normal.cdf([h, k], cov=[[1, rho], [rho, 1]], allow_singular=True)
            assert float(bivariate_normal.cdf(h, k, rho)) == pytest.approx(peer, abs=1e-7)

    @pytest.mark.parametrize(
        ("h", "k", "rho"), [(0.3, -1.2, 0.8), (-2.0, -1.0, -0.6), (1, 1, 0.97)]
    )
    def test_against_plain_integration(self, h: float, k: float, rho: float) -> None:
        s = np.sqrt(1 - rho**2)
        area, _ = integrate.quad(
            lambda x: norm.pdf(x) * norm.cdf((k - rho * x) / s), -np.inf, h, epsabs=1e-13
        )
        assert float(bivariate_normal.cdf(h, k, rho)) == pytest.approx(area, abs=1e-10)

    def test_at_the_origin(self) -> None:
        rho = np.linspace(-0.99, 0.99, 41)
        np.testing.assert_allclose(
            bivariate_normal.cdf(0, 0, rho), 0.25 + np.arcsin(rho) / (2 * np.pi), atol=1e-15
        )

    @settings(max_examples=200, deadline=None)
    @given(h=finite, k=finite, rho=inside)
    def test_laws(self, h: float, k: float, rho: float) -> None:
        both = float(bivariate_normal.cdf(h, k, rho))
        assert both == pytest.approx(float(bivariate_normal.cdf(k, h, rho)), abs=1e-14)
        # the plane is the sum of its quarters
        other = float(bivariate_normal.cdf(h, -k, -rho))
        assert both + other == pytest.approx(float(norm.cdf(h)), abs=1e-14)

    def test_ends(self) -> None:
        inf = np.inf
        assert float(bivariate_normal.cdf(inf, 0.5, 0.7)) == pytest.approx(norm.cdf(0.5))
        assert float(bivariate_normal.cdf(-inf, 0.5, 0.7)) == 0
        assert float(bivariate_normal.cdf(0.2, 0.5, 1.0)) == pytest.approx(norm.cdf(0.2))
        assert float(bivariate_normal.cdf(0.2, 0.5, -1.0)) == pytest.approx(
            norm.cdf(0.2) + norm.cdf(0.5) - 1
        )

    @settings(max_examples=50, deadline=None)
    @given(h=st.floats(-3, 3), k=st.floats(-3, 3), rho=st.floats(-0.9, 0.9))
    def test_density_is_the_slope_in_the_correlation(self, h: float, k: float, rho: float) -> None:
        step = 1e-5
        rise = bivariate_normal.cdf(h, k, rho + step) - bivariate_normal.cdf(h, k, rho - step)
        assert float(rise) / (2 * step) == pytest.approx(
            float(bivariate_normal.pdf(h, k, rho)), abs=1e-8
        )


class TestPair:
    def test_fixture(self) -> None:
        assert factors.polychoric_pair(TABLE) == pytest.approx(0.642088, abs=1e-4)

    def test_the_frame_agrees_with_the_table(self) -> None:
        found = factors.polychoric(rows_of(TABLE)).loc["a", "b"]
        assert found == pytest.approx(factors.polychoric_pair(TABLE), abs=1e-9)

    def test_empty_categories_do_not_count(self) -> None:
        spread = [[20, 0, 10, 5], [0, 0, 0, 0], [8, 0, 25, 12], [3, 0, 9, 28]]
        assert factors.polychoric_pair(spread) == pytest.approx(factors.polychoric_pair(TABLE))

    def test_turning_a_side_changes_the_sign(self) -> None:
        turned = [row[::-1] for row in TABLE]
        assert factors.polychoric_pair(turned) == pytest.approx(-factors.polychoric_pair(TABLE))

    def test_two_by_two_with_an_empty_corner_stands_at_the_limit(self) -> None:
        assert factors.polychoric_pair([[10, 0], [5, 15]]) > 0.99
        assert factors.polychoric_pair([[0, 10], [15, 5]]) < -0.99

    def test_tetrachoric_of_medians(self) -> None:
        # cuts at zero: the share of agreement is known in closed form
        share = 0.25 + np.arcsin(0.6) / (2 * np.pi)
        counts = np.array([[share, 0.5 - share], [0.5 - share, share]]) * 1000
        assert factors.polychoric_pair(counts) == pytest.approx(0.6, abs=1e-9)


class TestMatrix:
    def test_recovers_what_lies_behind(self) -> None:
        rng = np.random.default_rng(4)
        R = np.array([[1, 0.6, 0.3], [0.6, 1, -0.2], [0.3, -0.2, 1]])
        Z = rng.multivariate_normal(np.zeros(3), R, 20_000)
        answers = pd.DataFrame(np.digitize(Z, [-1, 0, 0.8]), columns=list("abc"))
        np.testing.assert_allclose(factors.polychoric(answers), R, atol=0.02)

    def test_weights_are_counts(self) -> None:
        rows = rows_of(TABLE)
        cells = rows.value_counts().reset_index()
        weighted = factors.polychoric(cells[["a", "b"]], weights=cells["count"])
        np.testing.assert_allclose(weighted, factors.polychoric(rows), atol=1e-9)

    def test_items_may_have_different_categories(self) -> None:
        rng = np.random.default_rng(8)
        Z = rng.standard_normal((500, 2)) + rng.standard_normal((500, 1))
        frame = pd.DataFrame({"two": Z[:, 0] > 0, "five": np.digitize(Z[:, 1], [-2, -1, 0, 1])})
        found = factors.polychoric(frame.astype(float)).loc["two", "five"]
        table = pd.crosstab(frame["two"], frame["five"]).to_numpy()
        assert found == pytest.approx(factors.polychoric_pair(table), abs=1e-9)
        assert factors.thresholds(frame.astype(float)).loc["two"].notna().sum() == 1

    def test_refused(self) -> None:
        with pytest.raises(StatisticsError, match="complete answers"):
            factors.polychoric(pd.DataFrame({"a": [1, 2, np.nan], "b": [1, 2, 2]}))
        with pytest.raises(StatisticsError, match="never varies"):
            factors.polychoric(pd.DataFrame({"a": [1, 1, 1], "b": [1, 2, 2]}))
        with pytest.raises(StatisticsError, match="more than 12 categories"):
            factors.polychoric(pd.DataFrame({"a": range(30), "b": [1, 2] * 15}))
