"""The gate: bridges, columns that were not asked, and what they do to every trend."""

import numpy as np
import pandas as pd
from waves_of import N10, S10, answers, close, codes, shares

from cxresearch import trends
from cxresearch.study.study import Study

JUMP = [7.1, 7.05, 7.12, 7.08, 7.15, 8.06, 8.1, 8.05, 8.12, 8.08]


def bridged(means=JUMP, wave="2006", **bridge):
    return answers(
        means, [400] * len(means), analysis={"trends": {"bridges": [{"wave": wave, **bridge}]}}
    )


def previous(study, wave):
    table = trends.compare(study).table
    return table[(table["contrast"] == "previous") & (table["wave_to"] == wave)].iloc[0]


def test_without_a_known_change_all_waves_are_one_span():
    result = trends.comparability(answers(S10, N10))
    row = result.table.iloc[0]
    assert (row["wave_from"], row["wave_to"], row["n_waves"]) == ("2001", "2010", 10)
    assert result.waves["verdict"].tolist() == ["first"] + ["same"] * 9
    assert (result.waves["span"] == 1).all()


def test_a_step_is_a_level_of_its_own():
    one = bridged(kind="step")
    gate = trends.comparability(one)
    assert gate.table["n_waves"].tolist() == [5, 5]
    assert gate.table["verdict"].tolist() == ["first", "step"]
    assert "bridge_step" in codes(gate)
    across = previous(one, "2006")
    assert across["reason"] == "not_comparable"
    assert across["verdict"] == "suppressed"
    assert np.isfinite(previous(one, "2007")["estimate"])


def test_track_gives_the_step_its_own_coefficient():
    plain = trends.track(bridged(kind="identical"))
    result = trends.track(bridged(kind="step"))
    step = result.steps.iloc[0]
    assert step["wave"] == "2006"
    assert step["conf_low"] < 0.98 < step["conf_high"]
    assert result.fit.loc[0, "signal_variance"] < plain.fit.loc[0, "signal_variance"]
    level = result.table["level"].to_numpy(float)
    assert np.abs(np.diff(level)).max() < 0.1  # the level is that of the latest questionnaire
    assert level[0] > 7.9
    assert plain.steps.empty


def test_forecast_breaks_and_chart_begin_at_the_step():
    one = bridged(kind="step")
    forecast = trends.forecast(one)
    assert forecast.table["estimate"].iloc[0] > 8
    assert forecast.backtest.loc[0, "reason"] == "too_few_waves"
    assert trends.breaks(one).table["reason"].tolist() == ["too_few_waves"]
    chart = trends.control_chart(one).table
    assert (chart["reason"].iloc[:5] == "not_comparable").all()
    assert not (chart["rule_fired"] == "beyond_3_sigma").any()


def test_a_linear_bridge_maps_the_waves_before():
    means = [3.0, 3.1, 2.9, 3.05, 3.0, 7.0, 7.2]
    one = bridged(means, kind="linear", slope=2.0, intercept=1.0)
    table = trends.track(one).table
    close(table["observed"].iloc[:5], 2 * np.array(means[:5]) + 1)
    close(table["std_error"].iloc[0] ** 2, 4 * 3.61 / 400)
    close(previous(one, "2006")["estimate"], 0)
    assert "bridge_linear" in codes(trends.track(one))


def test_a_line_says_nothing_of_shares():
    settings = {"trends": {"bridges": [{"wave": "2003", "kind": "linear", "slope": 2.0}]}}
    one = shares([100, 110, 150, 155], [200] * 4, analysis=settings)
    assert "bridge_no_map" in codes(trends.comparability(one))
    assert previous(one, "2003")["reason"] == "not_comparable"


def several(asked_from, waves=9, bridges=()):
    rng = np.random.default_rng(4)
    frame = pd.DataFrame({"wave": np.repeat(np.arange(2001, 2001 + waves), 200)})
    for name in "abc":
        frame[name] = rng.integers(4, 9, len(frame)).astype(float)
    frame.loc[frame["wave"] < asked_from, "c"] = np.nan
    book = {"measures": {"y": {"kind": "score", "columns": list("abc"), "scale": [1, 10]}}}
    settings = {"trends": {"bridges": list(bridges)}}
    return Study.from_frame(frame, book, wave="wave", analysis=settings)


def test_other_columns_without_a_bridge_end_the_trend():
    one = several(2003)
    gate = trends.comparability(one)
    assert gate.table["verdict"].tolist() == ["first", "parts_differ"]
    assert gate.waves["n_asked"].tolist() == [2, 2] + [3] * 7
    track = trends.track(one).table
    assert (track["reason"].iloc[:2] == "not_comparable").all()
    assert track["level"].iloc[:2].isna().all()
    assert track["observed"].notna().all()
    assert track["level"].iloc[2:].notna().all()


def test_declared_identical_the_trend_goes_on():
    one = several(2003, bridges=[{"wave": "2003", "kind": "identical", "measures": "y"}])
    gate = trends.comparability(one)
    assert len(gate.table) == 1
    assert trends.track(one).table["level"].notna().all()
    assert "bridge_identical" in codes(gate)


def test_an_end_of_the_scale_that_nobody_used_is_remarked_upon():
    frame = pd.DataFrame({"wave": np.repeat([1, 2, 3], 200), "S": [1, 2, 3, 4, 5] * 120})
    frame.loc[(frame["wave"] == 3) & (frame["S"] == 5), "S"] = 4
    book = {"measures": {"s": {"kind": "csat", "columns": "S", "scale": [1, 5]}}}
    result = trends.comparability(Study.from_frame(frame, book, wave="wave"))
    told = [dict(one.values) for one in result.notes if one.code == "scale_end_unused"]
    assert told == [{"wave": "3", "measure": "s", "end": "5"}]


def test_surprising_waves_are_told():
    wild = [7.0, 7.01] * 13
    wild[9] = 9.0
    told = [
        one
        for one in trends.track(answers(wild, [400] * 26)).notes
        if one.code == "wave_surprising"
    ]
    assert told
    assert {one["wave"] for one in told} <= {"2010", "2011"}
    assert not [
        one for one in trends.track(answers(S10, N10)).notes if one.code == "wave_surprising"
    ]


def test_errors_that_hang_together_are_told():
    drift = 7 + 0.3 * np.arange(14)
    result = trends.track(answers(drift, [400] * 14))
    correlation = result.fit.loc[0, "lag1_autocorrelation"]
    told = "errors_correlated" in codes(result)
    assert told == (abs(correlation) * np.sqrt(13) > 1.96)
    assert result.table["standardised_error"].notna().sum() == 13
    swing = 7 + np.sin(np.arange(30) / 3)
    assert "errors_correlated" in codes(trends.track(answers(swing, [400] * 30)))
