"""Real tables: figures that their descriptions state come out again."""

import pandas as pd
import pytest

from cxresearch import answers, kpis, operations
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

pytestmark = pytest.mark.reference
PEOPLE = pd.DataFrame({"q": [1, 2, 3]})


@pytest.fixture(scope="module")
def incidents(reference, tmp_path_factory):
    folder = tmp_path_factory.mktemp("itsm")
    (folder / "answers.csv").write_text("q\n1\n2\n", "utf-8")
    log = reference / "data/itsm_incidents/incident_event_log.csv.gz"
    (folder / "itsm.yml").write_text(
        f"""
study: {{name: itsm}}
data: {{responses: answers.csv}}
codebook: {{measures: {{sat: {{kind: csat, columns: q, scale: [1, 5]}}}}}}
tables:
  tickets:
    path: {log}
    columns: {{ticket_id: number, level: priority, agent_id: assigned_to, met_standard: made_sla}}
    time_zone: UTC
    date_format: "%d/%m/%Y %H:%M"
    missing: ["?"]
    events:
      time: sys_updated_at
      order: sys_mod_count
      reached:
        escalated_at: {{column: reassignment_count, above: 0}}
        reopened_at: {{column: reopen_count, above: 0}}
""",
        "utf-8",
    )
    return load_study(folder / "itsm.yml")


def test_updates_become_incidents(incidents):
    table = incidents.tables["tickets"]
    assert len(table) == 24_918
    met = table["met_standard"].mean()
    assert met == pytest.approx(0.6342, abs=5e-5)
    assert (pd.to_numeric(table["reopen_count"]) > 0).mean() == pytest.approx(0.0110, abs=5e-5)
    assert (pd.to_numeric(table["reassignment_count"]) > 0).mean() == pytest.approx(
        0.4563, abs=5e-5
    )


def shares(study, measure, statistic, **more):
    table = operations.measure(study, period="all", measures=[measure], **more).table
    return table[table["statistic"] == statistic]


def test_shares_of_real_incidents(incidents):
    met = shares(incidents, "standard_conformance", "matters").iloc[0]
    assert (met["n"], round(100 * met["estimate"], 2)) == (24_918, 63.42)
    again = shares(incidents, "resolved_issues", "reopened").iloc[0]
    assert round(100 * again["estimate"], 2) == 1.10
    passed = shares(incidents, "escalation_rate", "share").iloc[0]
    assert round(100 * passed["estimate"], 2) == 45.63


def test_the_standard_by_priority(incidents):
    rows = shares(incidents, "standard_conformance", "matters", by="level")
    rows = rows.set_index("level_group")
    expected = {"1 - Critical": 1.9, "2 - High": 0.5, "3 - Moderate": 64.5, "4 - Low": 84.1}
    assert (100 * rows["estimate"]).round(1).to_dict() == expected
    assert rows["n"].tolist() == [270, 408, 23_466, 774]


def test_incidents_opened_by_month(incidents):
    opened = operations.backlog(incidents, period="month").table.set_index("period")["opened"]
    assert opened.iloc[:4].tolist() == [207, 8_995, 7_934, 7_508]
    tail = opened[opened > 0].iloc[4:]
    assert (tail.min(), tail.max()) == (5, 94)


def test_closing_times_of_real_incidents(reference, tmp_path):
    (tmp_path / "answers.csv").write_text("q\n1\n2\n", "utf-8")
    log = reference / "data/itsm_incidents/incident_event_log.csv.gz"
    (tmp_path / "itsm.yml").write_text(
        f"""
study: {{name: itsm}}
data: {{responses: answers.csv}}
codebook: {{measures: {{sat: {{kind: csat, columns: q, scale: [1, 5]}}}}}}
tables:
  tickets:
    path: {log}
    columns: {{ticket_id: number, first_response_at: resolved_at, resolved_at: closed_at}}
    time_zone: UTC
    date_format: "%d/%m/%Y %H:%M"
    missing: ["?"]
    events: {{time: sys_updated_at, order: sys_mod_count}}
""",
        "utf-8",
    )
    row = shares(load_study(tmp_path / "itsm.yml"), "resolution_time", "closed_median").iloc[0]
    assert row["estimate"] == pytest.approx(145.87, abs=0.005)


def test_resolution_times_of_real_incidents(incidents):
    asked = {"period": "all", "measures": ["resolution_time"]}
    rows = operations.measure(incidents, **asked).table.set_index("statistic")
    assert rows.loc["closed_median", "estimate"] == pytest.approx(22.10, abs=0.005)
    assert rows.loc["closed_mean", "estimate"] == pytest.approx(178.17, abs=0.005)
    assert rows.loc["closed_p90", "estimate"] == pytest.approx(381.55, abs=0.005)
    assert rows.loc["closed_median", "n"] == 23_362
    assert rows.loc["median", "n_open"] == 1_556
    assert rows.loc["median", "estimate"] > rows.loc["closed_median", "estimate"]


def test_resolution_times_by_priority(incidents):
    asked = {"period": "all", "measures": ["resolution_time"], "by": "level"}
    rows = operations.measure(incidents, **asked).table
    median = rows[rows["statistic"] == "closed_median"].set_index("level_group")["estimate"]
    expected = {"1 - Critical": 80.24, "2 - High": 38.23, "3 - Moderate": 21.55, "4 - Low": 5.02}
    assert median.to_dict() == pytest.approx(expected, abs=0.006)


@pytest.fixture(scope="module")
def orders(reference):
    frame = pd.read_csv(reference / "data/olist_orders/olist_orders.csv")
    names = {
        "order_status": "status",
        "order_purchase_timestamp": "ordered_at",
        "order_delivered_carrier_date": "dispatched_at",
        "order_delivered_customer_date": "delivered_at",
        "order_estimated_delivery_date": "promised_at",
    }
    frame = frame.rename(columns=names)[["order_id", "customer_id", *names.values()]]
    frame = frame[frame["status"] == "delivered"].dropna(subset=["delivered_at"])
    # a few parcels are said to have left before they were ordered
    left = pd.to_datetime(frame["dispatched_at"], format="%m/%d/%Y %H:%M")
    early = left < pd.to_datetime(frame["ordered_at"], format="%m/%d/%Y %H:%M")
    return frame.assign(dispatched_at=frame["dispatched_at"].mask(early))


@pytest.mark.parametrize(("promise", "late"), [("time", 0.0805), ("day", 0.0684)])
def test_lateness_of_real_orders_in_both_readings(orders, promise, late):
    table = {"frame": orders, "date_format": "%m/%d/%Y %H:%M", "time_zone": "UTC"}
    study = Study.from_frame(
        PEOPLE, {}, tables={"orders": table}, analysis={"operations": {"promise": promise}}
    )
    asked = {"period": "all", "measures": ["delivery_success", "delivery_time"]}
    rows = operations.measure(study, **asked).table.set_index(["measure", "statistic"])
    on_time = rows.loc[("delivery_success", "on_time")]
    assert on_time["n"] == 4_857
    assert 1 - on_time["estimate"] == pytest.approx(late, abs=5e-5)
    days = rows.loc["delivery_time"]["estimate"] / 24
    assert days["closed_mean"] == pytest.approx(12.387, abs=0.0006)
    assert days["closed_median"] == pytest.approx(10.137, abs=0.0006)


def test_scores_of_orders_on_time_and_late(reference, orders):
    reviews = pd.read_csv(reference / "data/olist_orders/olist_order_reviews.csv")
    day = {
        name: pd.to_datetime(orders[name], format="%m/%d/%Y %H:%M").dt.normalize()
        for name in ("delivered_at", "promised_at")
    }
    late = day["delivered_at"] > day["promised_at"]
    means = reviews.groupby("order_id")["review_score"].mean()
    scored = orders.assign(
        came=late.map({True: "late", False: "on time"}), score=orders["order_id"].map(means)
    ).dropna(subset=["score"])
    book = {"measures": {"review": {"kind": "score", "columns": "score", "scale": [1, 5]}}}
    study = Study.from_frame(scored[["came", "score"]], book, segments=["came"])
    table = kpis.measure(study, by="came").table
    table = table[table["statistic"] == "mean"].set_index("came")
    assert table["n"].to_dict() == {"late": 323, "on time": 4_505}
    expected = {"late": 2.3560, "on time": 4.3175}
    assert table["estimate"].to_dict() == pytest.approx(expected, abs=5e-5)


def test_scores_of_all_reviews(reference):
    reviews = pd.read_csv(reference / "data/olist_orders/olist_order_reviews.csv")
    book = {"measures": {"review": {"kind": "csat", "columns": "review_score", "scale": [1, 5]}}}
    shown = answers.shares(Study.from_frame(reviews, book)).table
    assert len(reviews) == 4_988
    found = (100 * shown.set_index("answer")["estimate"]).round(2)
    assert found.loc[[5, 4, 3, 2, 1]].tolist() == [58.60, 19.61, 7.94, 2.83, 11.03]


def test_churn_of_the_telco(reference):
    frame = pd.read_csv(reference / "data/churn_telco/Telco-Customer-Churn.csv")
    left = frame["Churn"] == "Yes"
    customers = pd.DataFrame(
        {
            "customer_id": frame["customerID"],
            "segment": frame["Contract"],
            "start_date": "2019-01-01",
            "end_date": left.map({True: "2024-02-10", False: None}),
        }
    )
    paid = pd.DataFrame({"customer_id": frame["customerID"], "revenue": frame["MonthlyCharges"]})
    revenue = pd.concat([paid.assign(period="2024-01"), paid[~left].assign(period="2024-02")])
    tables = {"customers": {"frame": customers, "cut": "2024-03-01"}, "revenue": revenue}
    study = Study.from_frame(PEOPLE, {}, tables=tables, analysis={"n_resamples": 100})
    whole = operations.measure(study, period="month").table
    now = whole[whole["period"] == "2024-02"].set_index("measure")["estimate"]
    assert now["churn"] == pytest.approx(0.26537, abs=5e-6)
    assert now["revenue_churn"] == pytest.approx(0.3050, abs=5e-5)
    lost = whole[(whole["period"] == "2024-02") & (whole["measure"] == "revenue_churn")].iloc[0]
    assert lost["numerator"] == pytest.approx(139_130.85)
    assert lost["denominator"] == pytest.approx(456_116.60)
    gone = whole[(whole["period"] == "2024-02") & (whole["measure"] == "churn")].iloc[0]
    assert (gone["numerator"], gone["denominator"]) == (1_869, 7_043)
    parts = operations.measure(study, period="month", by="segment", measures=["churn"]).table
    parts = parts[parts["period"] == "2024-02"].set_index("segment")["estimate"]
    expected = {"Month-to-month": 0.4271, "One year": 0.1127, "Two year": 0.0283}
    assert parts.to_dict() == pytest.approx(expected, abs=5e-5)
