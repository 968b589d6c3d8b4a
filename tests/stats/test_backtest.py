"""Forecast errors against worked values, and that a backtest knows only the past."""

import numpy as np
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats.backtest import coverage, level_forecaster, mase, rmse, rolling_origin

S10 = np.array([7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70])
H10 = 3.61 / np.array([400, 380, 420, 150, 390, 410, 400, 395, 120, 405])
ACTUAL, FORECAST = [7.2, 7.4, 7.3], [7.15, 7.3, 7.45]


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def test_worked_errors():
    assert mase([7.0, 7.1, 7.05, 7.2], ACTUAL, FORECAST) == near(1.0)
    assert rmse(ACTUAL, FORECAST) == near(0.1080123)
    assert coverage(ACTUAL, [7.1, 7.1, 7.4], [7.3, 7.4, 7.5]) == near(2 / 3)


def last_wave(y, variances, times, ahead, planned):
    known = y[np.isfinite(y)][-1]
    return known, known - 1.0, known + 0.01


def test_repeating_the_last_wave_equals_its_own_yardstick():
    test = rolling_origin(S10, H10, forecaster=last_wave)
    assert test.mase == test.mase_last_value
    assert test.rmse == test.rmse_last_value
    assert test.n == 4
    assert test.target.tolist() == [6, 7, 8, 9]
    assert test.last_value == near(S10[5:9])
    assert test.scale[0] == near(np.abs(np.diff(S10[:6])).mean())
    errors = np.abs(np.diff(S10[5:]))
    assert test.mase == near((errors / test.scale).mean())
    assert test.coverage == near(1 / 4)
    assert not test.useful


def test_only_the_past_is_known():
    changed = S10.copy()
    changed[8:] += 5
    one, two = (rolling_origin(y, H10) for y in (S10, changed))
    assert two.forecast[:2] == near(one.forecast[:2], 1e-12)
    assert two.forecast[3] != near(one.forecast[3], 0.1)


def test_built_in_forecaster_on_walking_level():
    rng = np.random.default_rng(1)
    tests = []
    for _ in range(12):
        y = np.cumsum(rng.normal(0, 0.3, 14)) + rng.normal(size=14)
        tests.append(rolling_origin(y, np.ones(14)))
    assert np.mean([one.coverage for one in tests]) > 0.88
    ours, naive = (np.mean([getattr(t, k) for t in tests]) for k in ("rmse", "rmse_last_value"))
    assert ours < naive


def test_missing_waves_and_irregular_times():
    y = S10.copy()
    y[7] = np.nan
    test = rolling_origin(y, H10, horizon=1)
    assert test.target.tolist() == [6, 8, 9]
    asked = []

    def asking(y, variances, times, ahead, planned):
        asked.append(ahead)
        return level_forecaster(y, variances, times, ahead, planned)

    times = np.array([0, 1, 2, 3, 4, 5, 6, 7, 10, 10.5])
    spread = rolling_origin(S10, H10, times=times, forecaster=asking)
    assert asked == [1, 1, 3, 0.5]
    assert (spread.conf_high - spread.conf_low)[2] > (spread.conf_high - spread.conf_low)[3]


def test_refusals():
    with pytest.raises(StatisticsError, match="never change"):
        mase([7.0, 7.0], ACTUAL, FORECAST)
    with pytest.raises(StatisticsError, match="as many forecasts"):
        rmse(ACTUAL, FORECAST[:2])
    with pytest.raises(StatisticsError, match="no wave is left"):
        rolling_origin(S10[:6], H10[:6])
    with pytest.raises(StatisticsError, match="a wave ahead"):
        rolling_origin(S10, H10, horizon=0)
