"""Long series: forecasts with their proof, the line, refusals, the scale, and laws."""

import numpy as np
import pandas as pd
import pytest
from waves_of import N10, S10, answers, codes

from cxresearch import operations, trends
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study
from cxresearch.trends.labels import following
from cxresearch.trends.periods import period_series


def months(values, **more):
    labels = [f"{2020 + k // 12}-{k % 12 + 1:02d}" for k in range(len(values))]
    return pd.DataFrame({"period": labels, "value": values, **more})


def calls(n=48, seed=1):
    rng = np.random.default_rng(seed)
    when = np.arange(n)
    return 100 + 0.5 * when + 12 * np.sin(2 * np.pi * when / 12) + rng.normal(0, 2, n)


@pytest.fixture(scope="module")
def seasonal():
    return trends.forecast_series(months(calls()), measure="calls", unit="count")


def test_the_coming_months_have_names_and_intervals(seasonal):
    table = seasonal.table
    assert table["period"].tolist() == [f"2024-{month:02d}" for month in range(1, 7)]
    assert (table["conf_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["conf_high"]).all()
    assert table["model"].str.contains("ana|aada|011_011|_100").all()
    truth = 100 + 0.5 * np.arange(48, 54) + 12 * np.sin(2 * np.pi * np.arange(48, 54) / 12)
    assert (np.abs(table["estimate"] - truth) < 4 * table["std_error"]).all()


def test_the_backtest_stands_beside_both_kinds_of_repetition(seasonal):
    tests = seasonal.backtest.set_index("way")
    assert {"ets", "last_value", "seasonal_naive"} <= set(tests.index)
    assert tests["chosen"].sum() == 1
    best = tests[tests["chosen"]].iloc[0]
    assert best["useful"]
    assert best["rmse"] < tests.loc[["last_value", "seasonal_naive"], "rmse"].min()
    assert best["n_forecasts"] == 12
    assert tests.loc["last_value", "mase"] > best["mase"]


def test_the_line_allows_for_neighbours(seasonal):
    row = seasonal.line.iloc[0]
    assert row["per_period_low"] < 0.5 < row["per_period_high"]
    assert row["slope_se"] > row["slope_se_classic"]
    assert row["p_autocorrelation"] < 0.001
    assert {"series_autocorrelated", "no_sampling_error"} <= codes(seasonal)


def test_chance_is_not_forecast_better_than_chance():
    noise = np.random.default_rng(5).normal(size=60).cumsum() + 100
    result = trends.forecast_series(months(noise))
    best = result.backtest[result.backtest["chosen"]].iloc[0]
    assert best["mase"] > 0.7
    if not best["useful"]:
        assert "series_no_better" in codes(result)


@pytest.mark.parametrize("n", [1, 6, 23])
def test_short_series_have_a_reason(n):
    result = trends.forecast_series(months(calls(n)), horizon=2)
    assert result.table["estimate"].isna().all()
    assert (result.table["reason"] == "too_few_periods").all()
    assert result.backtest["reason"].tolist() == ["too_few_periods"]
    assert len(result.points) == n
    note = next(one for one in result.notes if one.code == "series_short")
    assert (note["n"], note["needed"]) == (n, 24)
    assert pd.isna(result.line.loc[0, "per_period"]) == (n < 8)


def test_a_series_that_never_moves_is_not_modelled():
    result = trends.forecast_series(months([5.0] * 30))
    assert (result.table["reason"] == "no_variance").all()
    assert result.line.loc[0, "reason"] == "no_variance"


def test_few_points_have_no_season():
    result = trends.forecast_series(months(calls(24)), season=13)
    assert "too_few_cycles" in codes(result)
    weeks = pd.DataFrame({"period": [f"2022-W{k:02d}" for k in range(1, 53)], "value": calls(52)})
    result = trends.forecast_series(weeks)
    assert "season_too_long" in codes(result)
    assert result.table["period"].iloc[0] == "2023-W01"


def test_missing_months_are_gaps():
    frame = months(calls()).drop(index=[10, 30])
    result = trends.forecast_series(frame)
    assert len(result.points) == 48
    assert result.points["value"].isna().sum() == 2
    assert not result.table["model"].str.startswith("ets").any()
    assert next(one for one in result.notes if one.code == "series_gaps")["n"] == 2
    shuffled = trends.forecast_series(frame.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(result.table, shuffled.table)


def test_shares_stay_shares_and_times_above_zero():
    rng = np.random.default_rng(2)
    shares = np.clip(0.96 + rng.normal(0, 0.015, 40), 0, 1)
    result = trends.forecast_series(months(shares, n=200), unit="share")
    assert (result.table["scale"] == "logit").all()
    assert (result.table["conf_high"] < 1).all()
    hours = np.exp(rng.normal(1, 0.6, 40))
    result = trends.forecast_series(months(hours), unit="hours")
    assert (result.table["scale"] == "log").all()
    assert (result.table["conf_low"] > 0).all()
    counts = trends.forecast_series(months(rng.poisson(2, 40)), unit="count")
    assert (counts.table["scale"] == "linear").all()
    assert (counts.table["conf_low"] == 0).all()
    assert "interval_clipped" in codes(counts)


def test_shift_and_scale_go_through(seasonal):
    other = trends.forecast_series(months(50 + 2 * calls()), measure="calls", unit="points")
    np.testing.assert_allclose(
        other.table["estimate"], 50 + 2 * seasonal.table["estimate"], rtol=1e-3
    )
    row, same = other.line.iloc[0], seasonal.line.iloc[0]
    assert row["per_period"] == pytest.approx(2 * same["per_period"])
    assert row["slope_se"] == pytest.approx(2 * same["slope_se"])


def test_several_series_stand_side_by_side():
    frame = pd.concat([months(calls(), measure="a"), months(calls(seed=2), measure="b")])
    result = trends.forecast_series(frame, horizon=1)
    alone = trends.forecast_series(months(calls(seed=2)), horizon=1)
    assert result.table["measure"].tolist() == ["a", "b"]
    assert result.table["estimate"].iloc[1] == pytest.approx(alone.table["estimate"].iloc[0])


def test_wrong_frames_are_faults():
    with pytest.raises(AnalysisError, match='no column "value"'):
        trends.forecast_series(pd.DataFrame({"period": [1], "valu": [2.0]}))
    with pytest.raises(AnalysisError, match="period ahead"):
        trends.forecast_series(months(calls()), horizon=0)
    with pytest.raises(AnalysisError, match="no periods"):
        trends.forecast_series(pd.DataFrame({"period": [], "value": []}))


def test_weeks_go_on_over_the_year():
    assert following(["2020-W51", "2020-W52"]) == "2020-W53"
    assert following(["2015-W52", "2015-W53"]) == "2016-W01"
    series = period_series(pd.DataFrame({"period": ["2008", "2010", "2014"], "value": [1, 2, 3]}))
    assert series.periods == ("2008", "2010", "2012", "2014")
    assert series.coming(2) == ("2016", "2018")


# operational tables ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def desk():
    """Three years of tickets, more of them every December, the last month cut short."""
    rng = np.random.default_rng(9)
    days = pd.date_range("2021-01-01", "2024-01-14")
    rate = 1.0 + 2.0 * (days.month == 12)
    opened = days.repeat(rng.poisson(rate))
    hours = pd.to_timedelta(rng.exponential(24, len(opened)), unit="h")
    tickets = pd.DataFrame(
        {
            "ticket_id": range(len(opened)),
            "opened_at": opened.strftime("%Y-%m-%d"),
            "resolved_at": (opened + hours).strftime("%Y-%m-%d %H:%M"),
            "escalated_at": None,
        }
    )
    return Study.from_frame(
        pd.DataFrame({"q": [1, 2]}),
        {},
        tables={"tickets": {"frame": tickets, "cut": "2024-01-15", "time_zone": "UTC"}},
    )


def test_operational_indicators_are_forecast(desk):
    result = operations.forecast(desk, measures="resolved_issues", horizon=12)
    assert result.points["period"].tolist()[0] == "2021-01"
    assert result.points["period"].tolist()[-1] == "2023-12"
    assert "partial_left_out" in codes(result)
    assert len(result.table) == 12
    default = operations.forecast(desk)
    assert "resolution_time" in set(default.table["measure"])
    assert default.table["estimate"].notna().any()


def test_weeks_of_operational_indicators(desk):
    result = operations.forecast(desk, measures="resolved_issues", period="week", horizon=2)
    assert result.table["period"].tolist() == ["2024-W03", "2024-W04"]
    assert result.points["period"].iloc[0] == "2021-W01"  # January the first lies before it
    table = operations.measure(desk, period="week", measures=["resolved_issues"]).table
    months_of = operations.measure(desk, period="month", measures=["resolved_issues"]).table
    head = table["statistic"].iloc[0]
    weekly = table[table["statistic"] == head]["estimate"].sum()
    assert weekly == months_of[months_of["statistic"] == head]["estimate"].sum() > 1000


def test_a_study_without_tables_says_so():
    result = operations.forecast(answers(S10, N10))
    assert result.need == "tables"


def test_a_series_that_moves_at_its_very_last_point_alone_is_refused_not_broken():
    frame = pd.DataFrame(
        {
            "period": [f"{2022 + month // 12}-{month % 12 + 1:02d}" for month in range(24)],
            "value": [0.0] * 23 + [1.0],
        }
    )
    found = trends.forecast_series(frame, horizon=2)
    assert set(found.table["reason"]) == {"no_variance"}
