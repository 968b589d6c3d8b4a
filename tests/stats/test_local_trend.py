"""Level with slope and seasons against the local level, statsmodels' own model, and its laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.tsa.statespace.structural import UnobservedComponents

from cxresearch.errors import StatisticsError
from cxresearch.stats.coming import forecast
from cxresearch.stats.local_trend import full_cycles, local_trend, trend_aicc
from cxresearch.stats.smoothing import local_level, local_level_averaged
from cxresearch.stats.structural import Structure

S10 = np.array([7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70])
H10 = 3.61 / np.array([400, 380, 420, 150, 390, 410, 400, 395, 120, 405])
CYCLE = np.array([0.3, -0.1, -0.2, 0.0])


def seasonal(n=16, noise=0.03, seed=3):
    rng = np.random.default_rng(seed)
    return 7 + 0.05 * np.arange(n) + np.resize(CYCLE, n) + rng.normal(0, noise, n)


def test_without_slope_and_season_it_is_the_local_level():
    ours = local_trend(S10, H10, trend=False, averaged=False)
    level = local_level(S10, H10)
    exact_diffuse = level.log_likelihood - 0.5 * np.log(2 * np.pi)
    assert ours.log_likelihood == pytest.approx(exact_diffuse, abs=1e-6)
    assert ours.log_likelihood == pytest.approx(3.1568965 - 0.9189385, abs=1e-6)
    assert ours.signal_variance == pytest.approx(0.0124657, abs=1e-6)
    np.testing.assert_allclose(ours.level, level.level, atol=1e-6)
    np.testing.assert_allclose(ours.filtered, level.filtered, atol=1e-6)
    np.testing.assert_allclose(ours.standardised_errors, level.standardised_errors, atol=1e-5)


def test_averaged_it_is_the_averaged_local_level():
    ours, level = local_trend(S10, H10, trend=False), local_level_averaged(S10, H10)
    np.testing.assert_allclose(ours.level, level.level, atol=1e-3)
    np.testing.assert_allclose(ours.level_se, level.level_se, rtol=2e-3)


@pytest.mark.parametrize(("q", "z"), [(0.01, 0.001), (0.0, 0.002), (0.02, 0.0)])
def test_likelihood_is_that_of_statsmodels(q, z):
    """Equal sampling variances, so that the library's own local linear trend applies."""
    y = np.append(S10, [7.65, np.nan, 7.8, 7.9])
    H = np.full(len(y), 0.009)
    ours = Structure(
        y=y,
        variances=H,
        times=np.arange(len(y), dtype=float),
        steps=np.empty((len(y), 0)),
        trend=True,
        season=1,
        places=np.zeros(len(y), dtype=int),
    )
    theirs = UnobservedComponents(y, "lltrend", use_exact_diffuse=True)
    found = ours.log_likelihood(np.array([q, z]))
    assert found == pytest.approx(theirs.loglike([0.009, q, z]), abs=1e-8)
    smoothed = theirs.smooth([0.009, q, z])
    np.testing.assert_allclose(
        ours.smooth(np.array([q, z])).smoothed_state[0], smoothed.smoothed_state[0], atol=1e-8
    )


def test_no_variance_is_the_weighted_line():
    """Where neither level nor slope moves, level and slope are weighted least squares."""
    t = np.arange(12.0)
    y = 7 + 0.1 * t + 1e-3 * np.sin(5 * t)
    H = np.linspace(0.004, 0.02, 12)
    fit = local_trend(y, H, averaged=False)
    assert (fit.signal_variance, fit.slope_variance) == (0.0, 0.0)
    X = np.column_stack([np.ones(12), t])
    V = np.linalg.inv(X.T @ (X / H[:, None]))
    b = V @ X.T @ (y / H)
    np.testing.assert_allclose(fit.level, X @ b, atol=1e-6)
    np.testing.assert_allclose(fit.slope, b[1], atol=1e-6)
    np.testing.assert_allclose(fit.slope_se, np.sqrt(V[1, 1]), rtol=1e-5)
    ahead = forecast(fit, 3, 0.01)
    coming = np.column_stack([np.ones(3), [12, 13, 14]])
    np.testing.assert_allclose(ahead.estimate, coming @ b, atol=1e-6)
    np.testing.assert_allclose(ahead.level_se**2, np.diag(coming @ V @ coming.T), rtol=1e-4)


def test_seasons_are_found_and_forecast():
    y = seasonal()
    fit = local_trend(y, np.full(16, 0.0009), season=4)
    assert fit.season_effects.sum() == pytest.approx(0, abs=1e-9)
    np.testing.assert_allclose(fit.season_effects, CYCLE - CYCLE.mean(), atol=0.05)
    ahead = forecast(fit, 4, 0.0009)
    expected = 7 + 0.05 * np.arange(16, 20) + CYCLE
    assert (np.abs(ahead.estimate - expected) < 3 * ahead.level_se).all()
    assert np.corrcoef(np.diff(ahead.estimate), np.diff(expected))[0, 1] > 0.95


def test_places_say_where_in_the_cycle_a_wave_lies():
    y, H = seasonal(), np.full(16, 0.0009)
    late = local_trend(y[2:], H[2:], season=4, places=np.arange(2, 16), averaged=False)
    whole = local_trend(y, H, season=4, averaged=False)
    np.testing.assert_allclose(late.season_effects, whole.season_effects, atol=0.03)


def test_a_slope_is_taken_where_it_is_worth_it():
    rng = np.random.default_rng(1)
    steep = 7 + 0.2 * np.arange(14) + rng.normal(0, 0.05, 14)
    level, trend = trend_aicc(steep, np.full(14, 0.0025))
    assert trend < level - 2
    flat = 7 + rng.normal(0, 0.05, 14)
    level, trend = trend_aicc(flat, np.full(14, 0.0025))
    assert level < trend


@settings(max_examples=15, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.2, 20), seed=st.integers(0, 1000))
def test_shift_and_scale_go_through(shift, scale, seed):
    y, H = seasonal(12, 0.1, seed), np.full(12, 0.01)
    one = local_trend(y, H, averaged=False)
    other = local_trend(shift + scale * y, scale**2 * H, averaged=False)
    np.testing.assert_allclose(other.level, shift + scale * one.level, atol=2e-3 * scale)
    np.testing.assert_allclose(other.level_se, scale * one.level_se, rtol=2e-2)


def test_a_missing_wave_widens():
    H = np.full(12, 0.01)
    y = seasonal(12, 0.1)
    known = Structure(
        y=y,
        variances=H,
        times=np.arange(12.0),
        steps=np.empty((12, 0)),
        trend=True,
        season=1,
        places=np.zeros(12, dtype=int),
    ).smooth(np.array([0.01, 0.001]))
    gap = Structure(
        y=np.where(np.arange(12) == 5, np.nan, y),
        variances=H,
        times=np.arange(12.0),
        steps=np.empty((12, 0)),
        trend=True,
        season=1,
        places=np.zeros(12, dtype=int),
    ).smooth(np.array([0.01, 0.001]))
    assert (gap.smoothed_state_cov[0, 0] >= known.smoothed_state_cov[0, 0] - 1e-12).all()
    assert gap.smoothed_state_cov[0, 0, 5] > 1.5 * known.smoothed_state_cov[0, 0, 5]


def test_steps_are_told_from_the_slope():
    rng = np.random.default_rng(2)
    before = (np.arange(16) < 8).astype(float)
    y = 7 + 0.05 * np.arange(16) + 0.8 * before + rng.normal(0, 0.03, 16)
    fit = local_trend(y, np.full(16, 0.0009), steps=before, averaged=False)
    assert fit.step_effects == pytest.approx([0.8], abs=4 * float(fit.step_se[0]))
    assert abs(fit.level[-1] - 7.75) < 0.15


def test_intervals_hold_what_comes():
    """Twelve waves with a walking slope: the interval of the next wave is not too narrow."""
    rng, held = np.random.default_rng(5), 0
    for _ in range(40):
        slope = 0.1 + np.cumsum(rng.normal(0, 0.03, 13))
        level = 7 + np.cumsum(slope + rng.normal(0, 0.1, 13))
        y = level + rng.normal(0, 0.1, 13)
        ahead = forecast(local_trend(y[:12], np.full(12, 0.01)), 1, 0.01)
        held += ahead.conf_low[0] <= y[12] <= ahead.conf_high[0]
    assert held >= stats.binom.ppf(0.01, 40, 0.95)


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({}, "ten observed waves"),
        ({"trend": False, "season": 5}, "two full cycles"),
        ({"trend": False, "season": 4, "places": [0, 1, 2, 0, 1, 2, 0, 1, 2]}, "two full cycles"),
    ],
)
def test_too_little_is_refused(more, what):
    with pytest.raises(StatisticsError, match=what):
        local_trend(S10[:9], H10[:9], **more)


def test_full_cycles_need_eight_waves():
    assert not full_cycles([0, 1, 0, 1, 0, 1], [True] * 6, 2)
    assert full_cycles([0, 1] * 4, [True] * 8, 2)
