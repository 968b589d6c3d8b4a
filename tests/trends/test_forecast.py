"""Forecasts against known answers: the fan, the target, the backtest, and too few waves."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey
from waves_of import BOOK, N10, S10, answers, close, codes, shares

from cxresearch import trends
from cxresearch.errors import AnalysisError
from cxresearch.stats import smoothing
from cxresearch.stats.coming import forecast as forecast_of
from cxresearch.study.study import Study
from cxresearch.trends.labels import coming, following, waves_until

module = import_module("cxresearch.trends.level_model")
TARGET = {"trends": {"targets": {"y": {"value": 7.6, "by": "2012"}}, "horizon": 2}}


@pytest.fixture
def held(monkeypatch):
    """The signal variance held at .01, as in the known answers."""

    def plug_in(y, v, *, times=None, steps=None, conf_level=0.95):
        return smoothing.local_level(
            y, v, signal_variance=0.01, times=times, steps=steps, conf_level=conf_level
        )

    monkeypatch.setattr(smoothing, "local_level_averaged", plug_in)


def test_known_fan_and_target(held):
    result = trends.forecast(answers(S10, N10, analysis=TARGET), planned_n=400)
    table = result.table
    assert table["wave"].tolist() == ["2011", "2012"]
    close(table["estimate"], [7.6455847, 7.6455847])
    close(table["std_error"].iloc[0] ** 2, 0.0252236)
    close(table.loc[0, ["conf_low", "conf_high"]], [7.3343042, 7.9568652])
    close(table.loc[1, ["conf_low", "conf_high"]], [7.2777395, 8.0134300])
    reach = 1.959964 * np.sqrt(0.0161986)
    close(table.loc[0, ["level_low", "level_high"]], [7.6455847 - reach, 7.6455847 + reach], 1e-5)
    target = result.target
    close(target.loc[0, ["p_level", "p_observed"]], [0.6398892, 0.6129524])
    assert target["due"].tolist() == [False, True]
    z, distance = 1.959964 + 0.8416212, 7.6455847 - 7.6
    assert target["n_needed"].iloc[0] == np.ceil(z**2 * 3.61 / distance**2)


def test_averaged_fan_is_wider(monkeypatch):
    averaged = trends.forecast(answers(S10, N10)).table
    monkeypatch.setattr(module, "WAVES_AVERAGED", 0)
    plugged = trends.forecast(answers(S10, N10)).table
    assert (plugged["method"] == "plug_in").all()
    assert (
        averaged["conf_high"] - averaged["conf_low"] > plugged["conf_high"] - plugged["conf_low"]
    ).all()


def test_planned_wave_is_the_mean_of_recent_ones():
    table = trends.forecast(answers(S10, N10)).table
    assert (table["n_planned"] == round(np.mean(N10[-4:]))).all()
    assert (table["method"] == "averaged").all()
    assert (np.diff(table["conf_high"] - table["conf_low"]) > 0).all()


@pytest.mark.parametrize("waves", [1, 3, 5])
def test_too_few_waves_have_a_reason(waves):
    result = trends.forecast(answers(S10[:waves], N10[:waves], analysis=TARGET))
    assert len(result.table) == 2
    assert (result.table["reason"] == "too_few_waves").all()
    assert result.table["estimate"].isna().all()
    assert result.backtest["reason"].tolist() == ["too_few_waves"]
    assert result.target["reason"].tolist() == ["too_few_waves"]
    assert "too_few_waves" in codes(result)


def test_backtest_beside_the_last_value():
    result = trends.forecast(answers(S10, N10))
    row = result.backtest.iloc[0]
    assert row["n_forecasts"] == 4
    last = np.abs(np.diff(S10))[5:]
    usual = [np.abs(np.diff(S10[:k])).mean() for k in range(6, 10)]
    close(row["mase_last_value"], np.mean(last / usual))
    close(row["rmse_last_value"], np.sqrt(np.mean(last**2)))
    assert row["useful"] == (row["mase"] < 1 and row["coverage"] >= 0.8)
    assert ("forecast_no_better" in codes(result)) == (not row["useful"])


def test_six_waves_forecast_without_backtest():
    result = trends.forecast(answers(S10[:6], N10[:6]))
    assert result.table["estimate"].notna().all()
    assert result.backtest.loc[0, "reason"] == "too_few_waves"


def test_shares_near_the_end_stay_shares():
    one = shares([190, 192, 194, 193, 196, 197, 198, 197], [200] * 8)
    table = trends.forecast(one, horizon=6).table
    for name in ("estimate", "conf_low", "conf_high", "level_low", "level_high"):
        assert table[name].between(0, 1).all()
    assert table["conf_low"].is_monotonic_decreasing


def test_linear_forecasts_are_cut_at_the_scale():
    wild = shares([20, 180, 22, 178, 24, 180, 30], [200] * 7)
    result = trends.forecast(wild, horizon=12)
    assert result.table["conf_low"].min() == 0
    assert "interval_clipped" in codes(result)


def test_target_of_a_measure_where_less_is_better():
    up = trends.forecast(answers(S10, N10, analysis=TARGET)).target
    one = answers(S10, N10)
    book = {"measures": {"y": {**BOOK["measures"]["y"], "direction": "down"}}}
    down = Study.from_frame(one.frame, book, wave="wave", analysis=TARGET)
    close(trends.forecast(down).target["p_level"], 1 - up["p_level"])
    assert (trends.forecast(down).target["reason"] == "not_beyond_target").all()


def test_band_is_the_probability_of_lying_within():
    def p(**target):
        settings = {"trends": {"targets": {"y": target}}}
        return trends.forecast(answers(S10, N10, analysis=settings)).target["p_level"]

    close(p(low=7.5, high=7.9), p(value=7.5) - p(value=7.9))


def test_a_target_that_is_past_is_told():
    settings = {"trends": {"targets": {"y": {"value": 8, "by": "2005"}}}}
    result = trends.forecast(answers(S10, N10, analysis=settings))
    assert not result.target["due"].any()
    assert "target_beyond" in codes(result)


def test_by_group():
    result = trends.forecast(study(survey(1600, waves=8)), by="region")
    assert result.by == ("region",)
    assert set(result.table["region"]) == {"North", "South"}
    assert len(result.backtest) == 2 * 3


@pytest.mark.parametrize("choice", [{"horizon": 0}, {"planned_n": 0}, {"planned_n": -5}])
def test_impossible_wishes_are_refused(choice):
    with pytest.raises(AnalysisError, match="a wave ahead and respondents in it"):
        trends.forecast(answers(S10, N10), **choice)


def test_labels_of_coming_waves():
    assert following(["2023 Q3", "2023 Q4"]) == "2024 Q1"
    assert following(["spring", "autumn"]) is None
    one = answers(S10, N10)
    assert coming(one, one.waves, 2) == ("2011", "2012")
    assert waves_until(one, one.waves, "2012") == 2
    assert waves_until(one, one.waves, "2003") == 0
    assert waves_until(one, one.waves, "some day") is None


def test_a_day_is_so_many_waves_away():
    dates = {str(2001 + k): f"{2001 + k}-03-01" for k in range(10)}
    one = answers(S10, N10, wave={"column": "wave", "order": list(dates), "dates": dates})
    assert waves_until(one, one.waves, "2013-06-30") == 3
    assert waves_until(one, one.waves, "2010-06-30") == 0


def test_declared_waves_without_answers_are_the_coming_ones():
    order = [str(2001 + k) for k in range(10)] + ["autumn wave"]
    one = answers(S10, N10, wave={"column": "wave", "order": order})
    assert trends.forecast(one).table["wave"].tolist()[0] == "autumn wave"
    assert isinstance(trends.forecast(one).waves, pd.DataFrame)


def test_coverage_of_the_averaged_fan():
    """Simulated walks: the interval holds the next wave about as often as it says."""
    rng = np.random.default_rng(7)
    held = []
    for _ in range(60):
        level = 7 + np.cumsum(rng.normal(0, 0.1, 9))
        y = level + rng.normal(0, 0.1, 9)
        fit = smoothing.local_level_averaged(y[:8], np.full(8, 0.01))
        ahead = forecast_of(fit, 1, 0.01)
        held.append(ahead.conf_low[0] <= y[8] <= ahead.conf_high[0])
    assert np.mean(held) >= 0.88
