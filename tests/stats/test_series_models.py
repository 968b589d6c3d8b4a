"""ETS and seasonal ARIMA: R's forecast package, the declared set, the backtest, laws."""

import json

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats.origins import roll
from cxresearch.stats.series_models import CANDIDATES, allowed, choose, ets, fit, sarima

CASES = ["ts_presidents_approval", "ts_nile", "ts_airpassengers_log", "ts_boston_homicides"]


def r_case(reference, case):
    cases = json.loads((reference / "oracles/timeseries.json").read_text(encoding="utf-8"))
    one = next(found for found in cases if found["id"] == case)
    y = pd.read_csv(reference / "oracles/data" / one["data"])["value"].to_numpy(dtype=float)
    y = y[len(y) - one["expected"]["n"] :]
    return (np.log(y) if one["expected"]["log"] else y), one["expected"]


def monthly(n=48, seed=1):
    rng = np.random.default_rng(seed)
    months = np.arange(n)
    return 100 + 0.5 * months + 12 * np.sin(2 * np.pi * months / 12) + rng.normal(0, 2, n)


@pytest.mark.reference
@pytest.mark.parametrize("case", CASES)
def test_arima_as_in_r(reference, case):
    y, known = r_case(reference, case)
    theirs, season = known["arima"], known["frequency"]
    found = fit(
        y,
        sarima(
            "as_in_r",
            "stationary",
            tuple(theirs["order"]),
            tuple(theirs["seasonal"]),
            constant="intercept" in theirs["coef"],
        ),
        season=season,
    )
    assert found.log_likelihood == pytest.approx(theirs["loglik"], abs=0.02)
    slopes = [theirs["coef"][name] for name in ("ar1", "ma1", "sma1") if name in theirs["coef"]]
    start = int("intercept" in theirs["coef"])
    np.testing.assert_allclose(found.parameters[start : start + len(slopes)], slopes, rtol=0.01)
    mean, _, low, high = found.forecast(len(theirs["forecast_mean"]))
    width = np.array(theirs["high95"]) - np.array(theirs["low95"])
    assert (np.abs(mean - theirs["forecast_mean"]) < 0.005 * width).all()
    np.testing.assert_allclose(high - low, width, rtol=0.01)


@pytest.mark.reference
@pytest.mark.parametrize("case", ["ts_nile", "ts_boston_homicides"])
def test_ets_as_in_r(reference, case):
    y, known = r_case(reference, case)
    theirs = known["ets"]
    found = fit(y, ets("ets_ann"))
    sse = float((found.residuals**2).sum())
    assert sse == pytest.approx(theirs["sse"], rel=1e-4)
    assert found.parameters[0] == pytest.approx(theirs["par"]["alpha"], rel=0.01)
    n = len(y)
    full = -n / 2 * (np.log(2 * np.pi * theirs["sse"] / n) + 1)
    assert found.log_likelihood == pytest.approx(full, abs=0.02)
    mean, _, low, high = found.forecast(len(theirs["forecast_mean"]))
    np.testing.assert_allclose(mean, theirs["forecast_mean"], rtol=1e-3)
    width = np.array(theirs["high95"]) - np.array(theirs["low95"])
    np.testing.assert_allclose(high - low, width, rtol=0.01)


@pytest.mark.reference
def test_seasonal_ets_is_no_worse_than_r(reference):
    y, known = r_case(reference, "ts_airpassengers_log")
    found = fit(y, ets("ets_aaa", trend=True, seasonal=True), season=12)
    n, sse = len(y), known["ets"]["sse"]
    assert found.log_likelihood >= -n / 2 * (np.log(2 * np.pi * sse / n) + 1) - 0.02
    mean = found.forecast(len(known["ets"]["forecast_mean"]))[0]
    np.testing.assert_allclose(mean, known["ets"]["forecast_mean"], atol=0.02)


def test_few_points_allow_few_models():
    assert not any(one.seasonal for one in allowed(23, 12, has_gaps=False))
    assert any(one.seasonal for one in allowed(24, 12, has_gaps=False))
    assert not any(one.seasonal for one in allowed(200, 52, has_gaps=False))
    assert "ets" not in {one.family for one in allowed(60, 12, has_gaps=True)}
    assert len(CANDIDATES) == 10


def test_short_or_constant_series_are_refused():
    with pytest.raises(StatisticsError, match="too short"):
        choose(np.arange(23.0))
    with pytest.raises(StatisticsError, match="never moves"):
        choose(np.ones(30))
    with pytest.raises(StatisticsError, match="too few points to learn"):
        roll(np.arange(20.0))


def test_a_season_is_found():
    chosen = choose(monthly(), season=12)
    assert chosen["ets"].candidate.seasonal
    mean = chosen["ets"].forecast(12)[0]
    assert mean.argmax() in (2, 3, 4)
    tested = roll(monthly(), season=12)
    assert tested.best.rmse < tested.of("last_value").rmse
    assert tested.of("seasonal_naive").n == 12


def test_noise_needs_no_season():
    y = 50 + np.random.default_rng(2).normal(size=48)
    assert not choose(y, season=12)["ets"].candidate.seasonal


def test_shift_and_scale_go_through():
    y = monthly(40)
    one, other = fit(y, CANDIDATES[0]), fit(1000 + 7 * y, CANDIDATES[0])
    mean, error, _, _ = one.forecast(3)
    mean_of_other, error_of_other, _, _ = other.forecast(3)
    np.testing.assert_allclose(mean_of_other, 1000 + 7 * mean, rtol=1e-6)
    np.testing.assert_allclose(error_of_other, 7 * error, rtol=1e-4)


def test_gaps_are_carried_by_arima():
    y = monthly(40)
    y[[5, 20]] = np.nan
    chosen = choose(y, season=12)
    assert set(chosen) <= {"stationary", "differenced", "seasonal_differenced"}
    assert np.isfinite(chosen["differenced"].forecast(3)[0]).all()


def test_what_never_moved_before_the_last_points_is_tested_on_fewer():
    test = roll([0.0] * 18 + [1.0, 2, 1, 3, 2, 1])
    assert test.target.tolist() == [19, 20, 21, 22, 23]
    with pytest.raises(StatisticsError, match="nothing moves"):
        roll([0.0] * 23 + [1.0])


def test_nothing_leaks_from_the_future():
    """What comes after the last origin's target changes no forecast before it."""
    y = monthly(48)
    changed = y.copy()
    changed[-1] += 40
    one, other = roll(y, season=12), roll(changed, season=12)
    for way in ("ets", "differenced", "last_value"):
        np.testing.assert_allclose(one.of(way).forecast, other.of(way).forecast, rtol=1e-9)
    assert other.of("last_value").rmse > one.of("last_value").rmse


@pytest.mark.parametrize("one", CANDIDATES, ids=lambda one: one.code)
def test_points_one_ahead_are_those_of_single_forecasts(one):
    t = np.arange(44)
    y = 50 + 0.2 * t + 5 * np.sin(t / 2) + np.random.default_rng(5).normal(size=44)
    if one.family != "ets":
        y[20] = np.nan
    fitted, targets = fit(y[:36], one, season=12), np.arange(36, 44)
    apart = [fitted.forecast(1, y=y[:place]) for place in targets]
    expected = np.array([[part[0] for part in told] for told in apart]).T[[0, 2, 3]]
    np.testing.assert_allclose(fitted.one_ahead(y, targets), expected, rtol=1e-9)
