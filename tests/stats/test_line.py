"""A line with errors that allow for autocorrelation: R's sandwich, and laws."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxresearch.errors import StatisticsError
from cxresearch.stats.line import line, ljung_box

CASES = ["ts_presidents_approval", "ts_nile", "ts_airpassengers_log", "ts_boston_homicides"]


def r_case(reference, case):
    cases = json.loads((reference / "oracles/timeseries.json").read_text(encoding="utf-8"))
    one = next(found for found in cases if found["id"] == case)
    y = pd.read_csv(reference / "oracles/data" / one["data"])["value"].to_numpy(dtype=float)
    y = y[len(y) - one["expected"]["n"] :]
    return (np.log(y) if one["expected"]["log"] else y), one["expected"]


@pytest.mark.reference
@pytest.mark.parametrize("case", CASES)
def test_as_in_r(reference, case):
    y, known = r_case(reference, case)
    # R counts quarters and months from 1; the presidents' first quarter is a missing value
    times = np.arange(len(y)) + (2.0 if case == "ts_presidents_approval" else 1.0)
    plain = line(y, times=times, lags=4, small_sample=False)
    theirs = known["trend_ols"]
    if case != "ts_presidents_approval":
        assert plain.intercept == pytest.approx(theirs["intercept"], rel=1e-9)
    assert plain.slope == pytest.approx(theirs["slope"], rel=1e-9)
    assert plain.slope_se_classic == pytest.approx(theirs["se_classic"], rel=1e-9)
    assert plain.slope_se_hac == pytest.approx(theirs["se_hac_lag4_noadj"], rel=1e-9)
    adjusted = line(y, lags=4)
    assert adjusted.slope_se_hac == pytest.approx(theirs["se_hac_lag4_adj"], rel=1e-9)
    assert plain.tau == pytest.approx(known["kendall_trend"]["tau_b"], abs=1e-9)
    assert plain.tau_p_value == pytest.approx(known["kendall_trend"]["p"], rel=1e-6)
    assert plain.theil_sen == pytest.approx(known["theil_sen_slope"], abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 500), shift=st.floats(-100, 100), scale=st.floats(0.1, 10))
def test_shift_and_scale_go_through(seed, shift, scale):
    y = np.random.default_rng(seed).normal(size=20)
    one, other = line(y), line(shift + scale * y)
    assert other.slope == pytest.approx(scale * one.slope, abs=1e-9)
    assert other.slope_se == pytest.approx(scale * one.slope_se, rel=1e-6)
    assert other.lag1_autocorrelation == pytest.approx(one.lag1_autocorrelation, abs=1e-6)


def test_equal_weights_change_nothing():
    y = np.random.default_rng(1).normal(size=20)
    one, other = line(y), line(y, weights=np.full(20, 7.0))
    assert other.slope == pytest.approx(one.slope)
    assert other.slope_se == pytest.approx(one.slope_se)


def test_heavy_points_pull():
    y = np.append(np.zeros(15), 5.0)
    weights = np.ones(16)
    weights[-1] = 100.0
    assert line(y, weights=weights).slope > 2 * line(y).slope


def test_neighbours_that_are_alike_say_less():
    """Errors that hang together widen the interval; classic ones do not notice."""
    rng = np.random.default_rng(4)
    y = np.zeros(200)
    for place in range(1, 200):
        y[place] = 0.8 * y[place - 1] + rng.normal()
    found = line(y)
    assert found.slope_se > 1.3 * found.slope_se_classic
    assert found.p_autocorrelation < 1e-6
    assert found.lag1_autocorrelation > 0.6
    assert line(rng.normal(size=200)).p_autocorrelation > 0.01


@pytest.mark.parametrize(("alike", "least"), [(0.0, 0.93), (0.4, 0.86)])
def test_intervals_of_short_series_hold(alike, least):
    """Newey and West's own intervals hold in 84 and 75 of 100 such series."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        noise = rng.normal(size=42)
        for place in range(1, 42):
            noise[place] += alike * noise[place - 1]
        found = line(noise[30:])
        held += found.slope_low <= 0 <= found.slope_high
    assert held / 300 > least


def test_no_error_is_smaller_than_the_classic_one():
    found = line([1.0, -1.0] * 8)
    assert found.slope_se == pytest.approx(found.slope_se_classic)
    assert found.slope_se_hac < found.slope_se
    reach = (found.slope_high - found.slope_low) / 2
    assert reach == pytest.approx(stats.t.ppf(0.975, 14) * found.slope_se)


def test_a_gap_is_left_out():
    y = np.arange(12.0)
    y[4] = np.nan
    assert line(y).slope == pytest.approx(1.0)
    assert line(y).df == 9


def test_refusals():
    with pytest.raises(StatisticsError, match="too few points"):
        line([1.0] * 7)
    with pytest.raises(StatisticsError, match="weights must be"):
        line(np.arange(9.0), weights=np.zeros(9))


@pytest.mark.reference
@pytest.mark.parametrize("case", CASES[1:])
def test_ljung_box_as_in_r(reference, case):
    from statsmodels.tsa.stattools import acf

    y, known = r_case(reference, case)
    np.testing.assert_allclose(acf(y, nlags=12)[1:], known["acf_1_12"], atol=1e-9)
    r = acf(y, nlags=10)[1:]
    n = len(y)
    statistic = n * (n + 2) * float((r**2 / (n - np.arange(1, 11))).sum())
    assert ljung_box(y - y.mean(), 10)[0] == pytest.approx(statistic, rel=1e-9)
