"""Levels with a slope or seasons through the public calls: declared, chosen, refused; laws."""

import numpy as np
import pandas as pd
import pytest
from waves_of import N10, S10, answers, close, codes

from cxresearch import trends
from cxresearch.study.study import Study

CYCLE = [0.3, -0.1, -0.2, 0.0]


def told(**settings):
    return {"analysis": {"trends": settings}}


def quarters(n=16, gap=None, **settings):
    rng = np.random.default_rng(7)
    means = 7 + 0.05 * np.arange(n) + np.resize(CYCLE, n) + rng.normal(0, 0.02, n)
    study = answers(means, [400] * n, [0.0009] * n, **told(**settings))
    if gap is None:
        return study
    kept = study.frame[study.frame["wave"].astype(str) != str(2001 + gap)]
    wave = {"column": "wave", "order": [str(2001 + k) for k in range(n)]}
    book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": SCALE}}}
    return Study.from_frame(
        kept.assign(wave=kept["wave"].astype(str)), book, wave=wave, **told(**settings)
    )


SCALE = {"min": 0, "max": 20, "continuous": True}


def test_the_level_walks_unless_a_slope_is_declared():
    plain, sloped = (
        trends.track(answers(S10, N10)),
        trends.track(answers(S10, N10, **told(model="trend"))),
    )
    assert plain.fit.loc[0, "model"] == "local_level"
    assert sloped.fit.loc[0, "model"] == "local_trend"
    assert np.isnan(plain.fit["level_slope"].astype(float)).all()
    assert sloped.fit.loc[0, "level_slope"] > 0
    ahead = trends.forecast(answers(S10, N10, **told(model="trend", horizon=3)))
    assert (ahead.table["model"] == "local_trend").all()
    close(np.diff(ahead.table["estimate"]), sloped.fit.loc[0, "level_slope"], 1e-6)
    flat = trends.forecast(answers(S10, N10, **told(horizon=3)))
    close(np.diff(flat.table["estimate"]), 0.0)
    assert ahead.table["conf_high"].iloc[-1] > flat.table["conf_high"].iloc[-1]


def test_below_ten_waves_a_slope_is_refused():
    result = trends.track(answers(S10[:9], N10[:9], **told(model="trend")))
    assert result.fit.loc[0, "model"] == "local_level"
    assert result.fit.loc[0, "reason"] == "too_few_waves"
    assert result.table["level"].notna().all()
    note = next(one for one in result.notes if one.code == "too_few_waves")
    assert (note["n"], note["needed"], note["what"]) == (9, 10, "slope")
    ahead = trends.forecast(answers(S10[:9], N10[:9], **told(model="trend")))
    assert (ahead.table["model"] == "local_level").all()


def test_auto_takes_a_slope_only_where_it_is_better():
    rng = np.random.default_rng(1)
    steep = 5 + 0.2 * np.arange(14) + rng.normal(0, 0.05, 14)
    rising = trends.track(answers(steep, [400] * 14, [0.0025] * 14, **told(model="auto")))
    fit = rising.fit.iloc[0]
    assert fit["model"] == "local_trend"
    assert fit["aicc_trend"] + 2 <= fit["aicc_level"]
    flat = 7 + rng.normal(0, 0.05, 14)
    still = trends.track(answers(flat, [400] * 14, [0.0025] * 14, **told(model="auto"))).fit.iloc[0]
    assert still["model"] == "local_level"
    assert pd.isna(still["reason"])


def test_a_season_needs_two_full_cycles():
    seen = trends.track(quarters(season=4))
    assert seen.fit.loc[0, "model"] == "local_level_season"
    effects = seen.table["season_effect"]
    close(effects.iloc[:4].sum(), 0.0)
    close(effects.iloc[:4], np.array(CYCLE) - np.mean(CYCLE), 0.08)
    close(effects.iloc[4:8], effects.iloc[:4])
    short = trends.track(quarters(7, season=4))
    assert short.fit.loc[0, "model"] == "local_level"
    assert short.fit.loc[0, "reason"] == "too_few_cycles"
    assert "too_few_cycles" in codes(short)
    assert short.table["level"].notna().all()


def test_a_forecast_holds_the_season():
    ahead = trends.forecast(quarters(season=4, model="trend", horizon=4))
    assert (ahead.table["model"] == "local_trend_season").all()
    close(ahead.table["estimate"], 7 + 0.05 * np.arange(16, 20) + CYCLE, 0.12)
    tested = ahead.backtest.iloc[0]
    assert tested["n_forecasts"] == 16 - 10
    assert tested["mase"] < tested["mase_last_value"]


def test_missing_waves_keep_their_place_in_the_cycle():
    whole, gap = trends.track(quarters(season=4)), trends.track(quarters(gap=6, season=4))
    assert gap.table["observed"].isna().sum() == 1
    close(gap.table["season_effect"].iloc[:4], whole.table["season_effect"].iloc[:4], 0.05)


@pytest.mark.parametrize("settings", [{}, {"model": "trend"}])
def test_shifting_all_answers_shifts_the_level(settings):
    one = trends.track(answers(S10, N10, **told(**settings))).table
    other = trends.track(answers(np.array(S10) + 3, N10, **told(**settings))).table
    close(other["level"], one["level"] + 3, 1e-3)
    close(other["level_se"], one["level_se"], 1e-3)


def test_a_missing_wave_widens():
    study = answers(S10, N10)
    gone = study.frame["wave"].astype(str) == "2005"
    wave = {"column": "wave", "order": [str(2001 + k) for k in range(10)]}
    book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": SCALE}}}
    frame = study.frame[~gone].assign(wave=lambda one: one["wave"].astype(str))
    gap = trends.track(Study.from_frame(frame, book, wave=wave)).table
    whole = trends.track(study).table
    assert gap.loc[4, "reason"] == "not_asked"
    assert gap.loc[4, "level_se"] > whole.loc[4, "level_se"]


def test_the_order_of_respondents_changes_nothing():
    frame = answers(S10, N10).frame[["wave", "y"]]
    book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": SCALE}}}
    studies = [
        Study.from_frame(one, book, wave="wave", **told(model="trend"))
        for one in (frame, frame.sample(frac=1, random_state=1))
    ]
    for call in (trends.track, trends.forecast, trends.compare, trends.breaks):
        first, second = (call(one).table for one in studies)
        pd.testing.assert_frame_equal(first, second, rtol=1e-6)
