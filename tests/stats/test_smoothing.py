"""The local level against worked values, other formulations, other programs and its laws."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

from cxresearch.errors import StatisticsError
from cxresearch.stats.coming import forecast
from cxresearch.stats.smoothing import (
    local_level,
    local_level_averaged,
    local_level_estimated,
)

S10 = np.array([7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70])
H10 = 3.61 / np.array([400, 380, 420, 150, 390, 410, 400, 395, 120, 405])
FLAT = [7.2, 7.15, 7.22, 7.18, 7.25, 7.1]


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def gls(y, H, q, times=None):
    """The same model written as one normal distribution of the whole series."""
    seen = np.isfinite(y)
    times = np.arange(len(y)) if times is None else np.asarray(times)
    shared = q * np.minimum.outer(times - times[0], times - times[0])
    D = np.diff(np.eye(seen.sum()), axis=0)
    V = np.diag(H[seen]) + shared[np.ix_(seen, seen)]
    likelihood = stats.multivariate_normal.logpdf(D @ y[seen], cov=D @ V @ D.T)
    W = np.linalg.inv(V)
    one = np.ones(seen.sum())
    start = one @ W @ y[seen] / (one @ W @ one)
    K = shared[:, seen]
    level = start + K @ W @ (y[seen] - start)
    left = 1 - K @ W @ one
    variance = np.diag(shared - K @ W @ K.T) + left**2 / (one @ W @ one)
    return likelihood, level, variance


def test_given_signal_variance():
    fit = local_level(S10, H10, signal_variance=0.01)
    assert fit.log_likelihood == near(3.1162559)
    assert fit.filtered == near(
        [
            *(7.1, 7.2000438, 7.1017286, 7.1798011, 7.3426194),
            *(7.3019845, 7.4277612, 7.5430356, 7.5213463, 7.6455847),
        ]
    )
    assert fit.filtered_se[-1] ** 2 == near(0.0061986)
    assert fit.level == near(
        [
            *(7.1400745, 7.1844785, 7.1599123, 7.2632221, 7.3512501),
            *(7.3650053, 7.4753040, 7.5582387, 7.5845371, 7.6455847),
        ]
    )
    assert fit.level_se[0] == near(0.0759248)
    assert fit.level_se[8] == near(0.0817914)
    assert fit.level_high - fit.level == near(1.959964 * fit.level_se)


def test_signal_variance_by_maximum_likelihood():
    fit = local_level(S10, H10)
    assert fit.signal_variance == near(0.0124657)
    assert fit.log_likelihood == near(3.1568965)
    assert fit.signal_variance_low == near(0.0029596)
    assert fit.signal_variance_high == near(0.0626440)
    assert fit.log_likelihood_at_zero == near(-11.0876232)
    assert fit.weighted_mean == near(7.3635879)
    assert fit.weighted_mean_se**2 == near(0.0010403)
    assert fit.n == 10
    assert np.isnan(fit.standardised_errors[0])
    assert -1 < fit.lag1_autocorrelation < 1


def test_standardised_errors_make_up_the_likelihood():
    fit = local_level(S10, H10, signal_variance=0.01)
    P, total = H10[0], 0.0
    for t in range(1, 10):
        F = P + 0.01 + H10[t]
        total -= 0.5 * (np.log(2 * np.pi * F) + fit.standardised_errors[t] ** 2)
        P = (P + 0.01) * H10[t] / F
    assert total == near(fit.log_likelihood, 1e-10)


def test_missing_wave():
    y = S10.copy()
    y[3] = np.nan
    fit = local_level(y, H10, signal_variance=0.01)
    assert fit.log_likelihood == near(2.3503511)
    assert fit.level[3] == near(7.2512075)
    assert fit.level_se[3] ** 2 == near(0.0078620)
    assert fit.n == 9


def test_flat_series_has_no_true_movement():
    fit = local_level(FLAT, [0.009] * 6)
    assert fit.signal_variance == 0
    assert fit.signal_variance_low == 0
    assert fit.log_likelihood == near(5.5005692)
    assert fit.level == near(7.1833333)


def test_forecast():
    fit = local_level(S10, H10, signal_variance=0.01)
    ahead = forecast(fit, 2, 3.61 / 400)
    assert ahead.estimate == near([7.6455847, 7.6455847])
    assert ahead.level_se[0] ** 2 == near(0.0161986)
    assert ahead.observed_se[0] ** 2 == near(0.0252236)
    assert [ahead.conf_low[0], ahead.conf_high[0]] == near([7.3343042, 7.9568652])
    assert [ahead.conf_low[1], ahead.conf_high[1]] == near([7.2777395, 8.0134300])
    assert ahead.probability(7.6)[0] == near(0.6398892)
    assert ahead.probability(7.6, of="observed")[0] == near(0.6129524)
    assert ahead.probability(7.6, at_least=False)[0] == near(1 - 0.6398892)


def test_forecast_between_waves_lies_between():
    fit = local_level(S10, H10, signal_variance=0.01)
    one, half = forecast(fit, 1, 0.009), forecast(fit, [0.5, 1.0], 0.009)
    assert half.level_se[1] == near(one.level_se[0], 1e-12)
    assert fit.level_se[-1] < half.level_se[0] < half.level_se[1]


def test_forecast_equals_the_level_of_a_wave_to_come():
    padded = local_level(np.append(S10, [np.nan] * 2), np.append(H10, [1, 1]), signal_variance=0.01)
    ahead = forecast(local_level(S10, H10, signal_variance=0.01), 2, 0.009)
    assert ahead.estimate == near(padded.level[-2:], 1e-12)
    assert ahead.level_se == near(padded.level_se[-2:], 1e-12)


def test_agrees_with_one_normal_distribution_on_irregular_times():
    y = S10.copy()
    y[[0, 4, 9]] = np.nan
    times = np.array([0, 1, 1.5, 2, 4, 5, 5.25, 6, 8, 9])
    for q in (0.0, 0.003, 0.2):
        likelihood, level, variance = gls(y, H10, q, times)
        fit = local_level(y, H10, signal_variance=q, times=times)
        assert fit.log_likelihood == near(likelihood, 1e-9)
        assert fit.level == near(level, 1e-9)
        # the first wave is missing: its level is as far back as the walk goes
        assert fit.level_se[1:] ** 2 == near(variance[1:], 1e-9)
        assert fit.level_se[0] ** 2 == near(fit.level_se[1] ** 2 + q, 1e-9)


def test_agrees_with_statsmodels_smoother():
    model = KalmanSmoother(k_endog=1, k_states=1, nobs=10)
    model["design"] = model["transition"] = model["selection"] = np.ones((1, 1))
    model["state_cov"] = np.array([[0.01]])
    model["obs_cov"] = H10.reshape(1, 1, -1)
    model.bind(S10[:, None])
    model.initialize_diffuse()
    theirs = model.smooth()
    fit = local_level(S10, H10, signal_variance=0.01)
    assert fit.level == near(theirs.smoothed_state[0], 1e-9)
    assert fit.level_se**2 == near(theirs.smoothed_state_cov[0, 0], 1e-9)
    assert fit.filtered == near(theirs.filtered_state[0], 1e-9)
    assert theirs.llf == near(fit.log_likelihood - 0.5 * np.log(2 * np.pi), 1e-9)
    assert theirs.llf == near(2.1973174)


def test_step_is_the_generalised_least_squares_coefficient():
    step = (np.arange(10) >= 5).astype(float)
    fit = local_level(S10, H10, signal_variance=0.004, steps=step)
    V = np.diag(H10) + 0.004 * np.minimum.outer(np.arange(10), np.arange(10))
    X = np.column_stack([np.ones(10), step])
    covariance = np.linalg.inv(X.T @ np.linalg.solve(V, X))
    b = covariance @ X.T @ np.linalg.solve(V, S10)
    assert fit.step_effects[0] == near(b[1], 1e-9)
    assert fit.step_se[0] == near(np.sqrt(covariance[1, 1]), 1e-9)
    # restricted likelihood: density of the contrasts that are free of the step
    D, d = np.diff(np.eye(10), axis=0), np.diff(step)
    Q = np.linalg.svd(d[None, :])[2][1:]
    density = stats.multivariate_normal.logpdf(Q @ D @ S10, cov=Q @ D @ V @ D.T @ Q.T)
    assert fit.log_likelihood == near(density, 1e-9)


def test_steps_do_not_depend_on_their_unit():
    step = (np.arange(10) >= 5).astype(float)
    one, ten = (local_level(S10, H10, steps=step * unit) for unit in (1, 10))
    assert ten.log_likelihood == near(one.log_likelihood, 1e-9)
    assert ten.step_effects * 10 == near(one.step_effects, 1e-6)
    assert ten.level == near(one.level, 1e-6)


def test_drift_without_walk_is_the_weighted_line():
    fit = local_level(S10, H10, signal_variance=0.0, drift=True)
    assert fit.drift == near(0.0667978)
    assert fit.drift_se == near(0.0111832)
    assert fit.level == near(7.0738741 + 0.0667978 * np.arange(10))
    assert fit.level_se[0] == near(0.0582487)
    ahead = forecast(fit, 2, 0.009)
    assert ahead.estimate == near(7.0738741 + 0.0667978 * np.array([10, 11]))
    X = np.column_stack([np.ones(10), np.arange(10)])
    covariance = np.linalg.inv(X.T @ (X / H10[:, None]))
    assert ahead.level_se[1] ** 2 == near(np.array([1, 11]) @ covariance @ [1, 11], 1e-9)


def test_averaged_is_the_integral_over_the_likelihood():
    fit = local_level_averaged(S10, H10)
    grid = np.append(0.0, np.geomspace(1e-7, 20, 4000))
    parts = [gls(S10, H10, q) for q in grid]
    density = np.exp(np.array([one[0] for one in parts]))
    weights = np.gradient(grid) * density
    weights /= weights.sum()
    levels, variances = (np.array([one[i] for one in parts]) for i in (1, 2))
    mean = weights @ levels
    assert fit.level == near(mean, 2e-4)
    assert fit.level_se**2 == near(weights @ (variances + (levels - mean) ** 2), 2e-4)
    below = weights @ stats.norm.cdf((fit.level_high - levels) / np.sqrt(variances))
    assert below == near(0.975, 5e-4)
    assert fit.signal_variance == near(0.0124657)
    assert fit.method == "averaged"


@pytest.mark.slow
@pytest.mark.parametrize("n_waves", [6, 8, 12])
def test_coverage_of_the_averaged_band(n_waves):
    """Nominal 95 %: the plug-in band falls short, the averaged one does not."""
    rng = np.random.default_rng(20_240_601)
    plug_in, averaged, last = [], [], []
    for q in (0.25, 1.0):
        for _ in range(150):
            level = np.cumsum(rng.normal(0, np.sqrt(q), n_waves))
            y = level + rng.normal(size=n_waves)
            for fitted, hits in ((local_level, plug_in), (local_level_averaged, averaged)):
                fit = fitted(y, np.ones(n_waves))
                inside = (fit.level_low <= level) & (level <= fit.level_high)
                hits.append(inside.mean())
            last.append(inside[-1])
    assert 0.93 <= np.mean(averaged) <= 0.99
    assert 0.92 <= np.mean(last) <= 0.99
    assert np.mean(plug_in) < 0.93


def test_averaged_needs_waves():
    with pytest.raises(StatisticsError, match="too few waves to average"):
        local_level_averaged(S10[:4], H10[:4])


@pytest.mark.parametrize(
    ("variances", "words"),
    [
        ([0.01, 0, 0.01], "variance of a similar wave"),
        ([0.01, np.nan, 0.01], "finite and above zero"),
        ([0.01, np.inf, 0.01], "finite and above zero"),
        ([0.01, -1, 0.01], "finite and above zero"),
        ([0.01, 0.01], "one sampling variance per wave"),
    ],
)
def test_variances_that_cannot_be_used(variances, words):
    with pytest.raises(StatisticsError, match=words):
        local_level([7.0, 7.1, 7.2], variances)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"signal_variance": -1}, "zero or more"),
        ({"times": [0, 1, 1, 2, 3, 4]}, "must increase"),
        ({"steps": [1] * 6}, "cannot be told from the level"),
        ({"steps": [0, 1]}, "one row per wave"),
        ({"drift": True}, "ten observed waves"),
        ({"conf_level": 95}, "between 0 and 1"),
    ],
)
def test_options_that_cannot_be_meant(options, words):
    with pytest.raises(StatisticsError, match=words):
        local_level(FLAT, [0.009] * 6, **options)


def test_variance_of_a_missing_wave_does_not_matter():
    y = np.array([7.0, np.nan, 7.2, 7.1])
    fits = [local_level(y, [0.01, v, 0.01, 0.01]) for v in (0.0, np.nan, 5.0)]
    assert fits[0].log_likelihood == fits[1].log_likelihood == fits[2].log_likelihood


@pytest.mark.parametrize(
    ("horizon", "planned", "words"),
    [(0, 0.01, "a wave ahead"), (2, -1, "not negative"), (2, [0.1, 0.1, 0.1], "one per wave")],
)
def test_forecasts_that_cannot_be_made(horizon, planned, words):
    with pytest.raises(StatisticsError, match=words):
        forecast(local_level(S10, H10), horizon, planned)


waves = st.lists(st.floats(-2, 2), min_size=6, max_size=12)


@settings(max_examples=40, deadline=None)
@given(y=waves, shift=st.floats(-50, 50), factor=st.floats(0.01, 100))
def test_shift_and_unit_carry_over(y, shift, factor):
    y = np.array(y)
    H = np.linspace(0.2, 0.6, len(y))
    for fitted in (local_level, local_level_averaged):
        fit = fitted(y, H)
        moved = fitted(y + shift, H)
        assert moved.level - shift == near(fit.level, 1e-4)
        assert moved.level_se == near(fit.level_se, 1e-4)
        scaled = fitted(factor * y, factor**2 * H)
        assert scaled.level / factor == near(fit.level, 1e-4)
        assert scaled.level_se / factor == near(fit.level_se, 1e-4)
        assert scaled.log_likelihood == near(fit.log_likelihood - (len(y) - 1) * np.log(factor))


@settings(max_examples=40, deadline=None)
@given(y=waves)
def test_ends_of_the_signal_variance(y):
    y = np.array(y)
    H = np.linspace(0.2, 0.6, len(y))
    still = local_level(y, H, signal_variance=0.0)
    assert still.level == near(np.average(y, weights=1 / H), 1e-9)
    assert still.level == near(still.weighted_mean, 1e-9)
    assert still.level_se == near(still.weighted_mean_se, 1e-9)
    free = local_level(y, H, signal_variance=1e9)
    assert free.level == near(y, 1e-6)
    assert free.level_se**2 == near(H, 1e-6)


@settings(max_examples=40, deadline=None)
@given(y=waves)
def test_maximum_is_a_maximum_within_its_profile(y):
    y = np.array(y)
    H = np.linspace(0.2, 0.6, len(y))
    fit = local_level(y, H)
    assert fit.signal_variance_low <= fit.signal_variance <= fit.signal_variance_high
    for q in (0, 0.01, 0.1, 1, 10):
        assert local_level(y, H, signal_variance=q).log_likelihood <= fit.log_likelihood + 1e-8
    edge = local_level(y, H, signal_variance=fit.signal_variance_high)
    assert fit.log_likelihood - edge.log_likelihood == near(1.9207294, 1e-5)


@pytest.mark.reference
@pytest.mark.parametrize(
    "case",
    ["ts_presidents_approval", "ts_nile", "ts_airpassengers_log", "ts_boston_homicides"],
)
def test_both_variances_as_in_r(reference, case):
    cases = json.loads((reference / "oracles/timeseries.json").read_text(encoding="utf-8"))
    one = next(c for c in cases if c["id"] == case)
    y = pd.read_csv(reference / "oracles/data" / one["data"])["value"].to_numpy(dtype=float)
    y = y[len(y) - one["expected"]["n"] :]
    y = np.log(y) if one["expected"]["log"] else y
    theirs = one["expected"]["kfas_local_level"]
    fit = local_level_estimated(y)
    H = np.nanmax(fit.observation_variances)
    assert fit.log_likelihood == near(theirs["loglik_diffuse"], 0.02)
    assert fit.signal_variance == pytest.approx(theirs["Q"], rel=0.01)
    tiny = 1e-6 * fit.signal_variance + 1e-7  # log air passengers: R stops near, we at, zero
    assert np.isclose(H, theirs["H"], rtol=0.01, atol=tiny)
    r_level = one["expected"]["structts_level"]
    assert fit.signal_variance == pytest.approx(r_level["var_level"], rel=0.01)
    assert fit.level[:3] == pytest.approx(theirs["smoothed_first3"], rel=1e-4)
    assert fit.level[-3:] == pytest.approx(theirs["smoothed_last3"], rel=1e-4)
    ahead = forecast(fit, len(theirs["forecast_mean"]), H)
    assert ahead.estimate == pytest.approx(theirs["forecast_mean"], rel=1e-4)
    assert ahead.conf_low == pytest.approx(theirs["forecast_low"], rel=1e-3)
    assert ahead.conf_high == pytest.approx(theirs["forecast_high"], rel=1e-3)


def test_estimated_refuses_a_series_that_never_moves():
    with pytest.raises(StatisticsError, match="never moves"):
        local_level_estimated([3.0] * 8)
