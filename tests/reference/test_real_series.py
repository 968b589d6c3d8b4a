"""Real series through params and the public calls: monthly reviews, weekly tickets, percentages."""

import numpy as np
import pandas as pd
import pytest
import yaml
from oracle import expected

import cxresearch as cx

pytestmark = pytest.mark.reference


def write(folder, params, answers="q\n1\n2\n"):
    (folder / "answers.csv").write_text(answers, "utf-8")
    (folder / "study.yml").write_text(yaml.safe_dump(params, sort_keys=False), "utf-8")
    return cx.load_study(folder / "study.yml")


BARE = {
    "study": {"name": "series"},
    "data": {"responses": "answers.csv"},
    "codebook": {"measures": {"sat": {"kind": "csat", "columns": "q", "scale": [1, 5]}}},
}


@pytest.fixture(scope="module")
def reviews(reference, tmp_path_factory):
    """Review scores by the month of the purchase, as a study of monthly waves."""
    folder = reference / "data/olist_orders"
    orders = pd.read_csv(folder / "olist_orders.csv")
    scores = pd.read_csv(folder / "olist_order_reviews.csv")
    frame = scores.merge(orders[["order_id", "order_purchase_timestamp"]], on="order_id")
    bought = pd.to_datetime(frame["order_purchase_timestamp"], format="%m/%d/%Y %H:%M")
    frame = frame.assign(month=bought.dt.strftime("%Y-%m"))[["month", "review_score"]]
    params = {
        "study": {"name": "reviews"},
        "data": {"responses": "answers.csv", "wave": {"column": "month", "period": "month"}},
        "codebook": {
            "measures": {"review": {"kind": "score", "columns": "review_score", "scale": [1, 5]}}
        },
        "analysis": {"trends": {"model": "auto"}},
    }
    return write(tmp_path_factory.mktemp("olist"), params, frame.to_csv(index=False))


def test_monthly_reviews(reviews):
    tracked = cx.trends.track(reviews)
    seen = tracked.table[tracked.table["level"].notna()]
    assert seen["level"].between(3.5, 4.6).all()
    assert tracked.fit.loc[0, "n_waves"] >= 19
    assert tracked.table["reason"].isin(["small_base", "not_asked"]).any()  # nearly empty months
    ahead = cx.trends.forecast(reviews, horizon=1)
    row = ahead.table.iloc[0]
    assert 3.0 < row["conf_low"] < row["estimate"] < row["conf_high"] < 5.0
    points = tracked.table.rename(columns={"wave": "period", "observed": "value"})
    long = cx.trends.forecast_series(points[["period", "value", "n"]], unit="points", horizon=1)
    assert long.table.loc[0, "reason"] == "too_few_periods"
    assert np.isfinite(long.line.loc[0, "per_period"])


def test_weekly_tickets(reference, tmp_path):
    """The months after May are a tail of the extract, so the tables are cut there."""
    log = reference / "data/itsm_incidents/incident_event_log.csv.gz"
    frame = pd.read_csv(log, usecols=["number", "sys_mod_count", "opened_at", "resolved_at"])
    last = (
        frame.sort_values("sys_mod_count").groupby("number").tail(1).drop(columns="sys_mod_count")
    )
    last = last.replace("?", np.nan)
    opened, resolved = (
        pd.to_datetime(last[name], format="%d/%m/%Y %H:%M") for name in ("opened_at", "resolved_at")
    )
    last["resolved_at"] = last["resolved_at"].where(resolved < "2016-06-01")
    last[opened < "2016-06-01"].to_csv(tmp_path / "tickets.csv", index=False)
    tickets = {
        "path": "tickets.csv",
        "columns": {"ticket_id": "number"},
        "time_zone": "UTC",
        "date_format": "%d/%m/%Y %H:%M",
        "cut": "2016-06-01",
    }
    study = write(tmp_path, BARE | {"tables": {"tickets": tickets}})
    result = cx.operations.forecast(study, measures="resolution_time", period="week", horizon=2)
    assert result.points["period"].iloc[0] in ("2016-W09", "2016-W10")
    assert 10 <= len(result.points) <= 14
    assert (result.table["reason"] == "too_few_periods").all()
    assert result.table["period"].str.startswith("2016-W2").all()
    assert np.isfinite(result.line.loc[0, "per_period"])
    assert {"series_short", "partial_left_out"} <= {one.code for one in result.notes}


def test_published_percentages_without_bases(reference):
    name = "Very or Somewhat Satisfied"
    frame = pd.read_csv(reference / "data/bart_waves/bart_overall_satisfaction_2008_2018.csv")
    series = pd.DataFrame({"period": frame["Year"].astype(str), "value": frame[name] / 100})
    result = cx.trends.forecast_series(series, measure="satisfied", unit="share", horizon=2)
    assert result.table["period"].tolist() == ["2020", "2022"]
    assert (result.table["reason"] == "too_few_periods").all()
    assert result.line.loc[0, "reason"] == "too_few_periods"
    assert result.points["n"].isna().all()


def test_air_passengers_as_in_r(reference):
    """Model and forecast of a famous series through the public call."""
    frame = pd.read_csv(reference / "oracles/data/airpassengers.csv")
    known = expected(reference, "timeseries", "ts_airpassengers_log")["arima"]
    months = [f"{1949 + k // 12}-{k % 12 + 1:02d}" for k in range(len(frame))]
    series = pd.DataFrame({"period": months, "value": frame["value"]})
    result = cx.trends.forecast_series(series, unit="count", horizon=len(known["forecast_mean"]))
    table = result.table
    assert (table["scale"] == "log").all()
    chosen = result.backtest[result.backtest["chosen"]].iloc[0]
    assert chosen["useful"]
    assert chosen["model"] == "sarima_011_011"
    np.testing.assert_allclose(np.log(table["estimate"]), known["forecast_mean"], atol=1e-3)
    np.testing.assert_allclose(np.log(table["conf_low"]), known["low95"], atol=2e-3)
    np.testing.assert_allclose(np.log(table["conf_high"]), known["high95"], atol=2e-3)


def test_published_percentages_as_a_table_of_indicators(reference):
    """Without bases nothing is known of errors: no interval, no light, and the notes say so."""
    name = "Very or Somewhat Satisfied"
    frame = pd.read_csv(reference / "data/bart_waves/bart_overall_satisfaction_2008_2018.csv")
    years = frame["Year"].astype(str)
    held = pd.DataFrame({"kpi": "satisfied", "period": years, "value": frame[name] / 100})
    rows = [{"measure": "satisfied", "target": 0.8, "direction": "up"}]
    study = cx.Study.from_frame(
        pd.DataFrame({"q": [1, 2]}),
        {},
        tables={"indicators": held},
        analysis={"operations": {"period": "year"}, "scorecard": {"rows": rows}},
    )
    found = cx.operations.measure(study, measures=["satisfied"])
    assert found.table["estimate"].tolist() == pytest.approx((frame[name] / 100).tolist())
    assert found.table[["std_error", "conf_low", "n"]].isna().all(axis=None)
    assert "no_error_known" in {one.code for one in found.notes}
    row = cx.scorecard.build(study).table.iloc[0]
    assert (row["status"], row["evidence"]) == ("grey", "unknown_error")
    assert row["last_change"] == pytest.approx(0.559999 - 0.687593, abs=1e-6)
