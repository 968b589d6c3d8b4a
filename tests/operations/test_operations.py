"""Operational indicators: fixtures of the specification, windows, censoring, groups."""

import numpy as np
import pandas as pd
import pytest

from cxresearch import operations
from cxresearch.errors import AnalysisError
from cxresearch.operations.clock import business_hours
from cxresearch.operations.periods import bounds
from cxresearch.results import NotAsked
from cxresearch.study.params.operations import BusinessHours
from cxresearch.study.study import Study

PEOPLE = pd.DataFrame({"q": [1, 2, 3]})


def study(*, told=None, **tables):
    analysis = {"n_resamples": 200, "operations": told or {}}
    return Study.from_frame(PEOPLE, {}, analysis=analysis, tables=tables)


def cut(frame, day, **more):
    return {"frame": frame, "cut": day, **more}


def tickets(n, **columns):
    return pd.DataFrame({"ticket_id": range(n), "opened_at": "2024-01-10", **columns})


def one(found, measure, statistic, period=None):
    rows = found.table.set_index(["measure", "statistic"]).loc[[(measure, statistic)]]
    if period is not None:
        rows = rows[rows["period"] == period]
    assert len(rows) == 1
    return rows.iloc[0]


def test_shares_have_wilson_intervals():
    escalated = ["2024-01-11"] * 81 + [None] * 182
    base = study(tickets=cut(tickets(263, escalated_at=escalated), "2024-02-01"))
    row = one(operations.measure(base, period="month"), "escalation_rate", "share")
    found = (row["estimate"], row["conf_low"], row["conf_high"])
    assert found == pytest.approx((81 / 263, 0.2552885, 0.3662096), abs=1e-7)
    assert (row["numerator"], row["denominator"], row["n"]) == (81, 263, 263)


def test_waiting_times_count_open_matters():
    hours = [2, 3, 5, 5, 8, 12, 20, 24, 30, 48]
    over = [1, 1, 1, 0, 1, 1, 0, 1, 0, 0]
    end = pd.Timestamp("2024-01-20")
    opened = [
        end - pd.Timedelta(hours=h) if not o else pd.Timestamp("2024-01-10")
        for h, o in zip(hours, over, strict=False)
    ]
    resolved = [
        a + pd.Timedelta(hours=h) if o else None
        for a, h, o in zip(opened, hours, over, strict=True)
    ]
    frame = pd.DataFrame({"ticket_id": range(10), "opened_at": opened, "resolved_at": resolved})
    base = study(tickets=cut(frame, "2024-01-20", time_zone="UTC"))
    found = operations.measure(base, period="month", measures=["resolution_time"])
    median = one(found, "resolution_time", "median")
    assert (median["estimate"], median["conf_low"], median["n_open"]) == (12, 2, 4)
    assert np.isinf(median["conf_high"])
    assert one(found, "resolution_time", "p90")["reason"] == "not_reached"
    assert one(found, "resolution_time", "restricted_mean")["estimate"] == pytest.approx(22)
    assert one(found, "resolution_time", "closed_mean")["estimate"] == pytest.approx(9)
    assert one(found, "resolution_time", "closed_median")["estimate"] == pytest.approx(6.5)


def complaints(first, second, before, after):
    opened = ["2023-01-02"] * first + ["2024-06-01"] * second
    frame = pd.DataFrame(
        {"ticket_id": range(first + second), "opened_at": opened, "is_complaint": 1}
    )
    start = ["2020-01-01"] * before + ["2023-07-01"] * (after - before)
    customers = pd.DataFrame({"customer_id": range(after), "start_date": start, "end_date": None})
    return study(tickets=cut(frame, "2025-01-01"), customers=cut(customers, "2025-01-01"))


def test_complaints_per_thousand_and_whether_they_outgrow_customers():
    found = operations.measure(complaints(30, 48, 10_000, 12_500), period="year")
    row = one(found, "complaint_rate", "rate", "2024")
    ends = (row["estimate"], row["conf_low"], row["conf_high"])
    assert ends == pytest.approx((3.84, 2.8313129, 5.0912829), abs=1e-6)
    gap = one(found, "complaint_growth_gap", "log_ratio", "2024")
    ends = np.exp([gap["estimate"], gap["conf_low"], gap["conf_high"]])
    assert ends == pytest.approx([1.28, 0.7946769, 2.0922462], abs=1e-6)


def test_productivity_is_a_sum_over_a_sum():
    time = pd.DataFrame(
        {
            "staff_id": list("ABCDE"),
            "period": "2024",
            "hours": [40, 38, 44, 30, 36],
            "resolved": [120, 95, 140, 80, 110],
        }
    )
    row = one(operations.measure(study(staff_time=time), period="year"), "productivity", "ratio")
    found = (row["estimate"], row["std_error"], row["conf_low"], row["conf_high"])
    assert found == pytest.approx((2.8989362, 0.1304849, 2.5366519, 3.2612204), abs=1e-6)


def test_the_mystery_score_is_the_mean_of_branch_means():
    scores = [(80, 85, 78), (90, 92, 88), (70, 75, 72), (85, 83, 88)]
    rows = [
        (f"{branch}{k}", branch, "2024-01-10", "all", score, 100)
        for branch, visits in zip("ABCD", scores, strict=True)
        for k, score in enumerate(visits)
    ]
    names = ["visit_id", "branch_id", "visit_date", "criterion_id", "score", "max_score"]
    base = study(mystery=cut(pd.DataFrame(rows, columns=names), "2024-02-01"))
    row = one(operations.measure(base, period="month"), "mystery_score", "mean")
    found = [100 * row[name] for name in ("estimate", "std_error", "conf_low", "conf_high")]
    assert found == pytest.approx([82.1666667, 3.7577081, 70.2079623, 94.1253710], abs=1e-5)


def test_retention_and_churn_are_one():
    end = ["2024-03-05"] * 24 + [None] * 776
    customers = pd.DataFrame(
        {"customer_id": range(800), "start_date": "2020-01-01", "end_date": end}
    )
    base = study(customers=cut(customers, "2024-04-01"))
    found = operations.measure(base, period="month")
    row = one(found, "churn", "share", "2024-03")
    ends = (row["estimate"], row["conf_low"], row["conf_high"])
    assert ends == pytest.approx((0.03, 0.0202415, 0.0442507), abs=1e-7)
    kept = one(found, "retention", "share", "2024-03")
    ends = (kept["conf_low"], kept["conf_high"])
    assert ends == pytest.approx((0.9557493, 0.9797585), abs=1e-7)
    assert kept["estimate"] + row["estimate"] == 1


def test_new_customers_never_count_below_the_line():
    customers = pd.DataFrame(
        {
            "customer_id": range(120),
            "start_date": ["2020-01-01"] * 100 + ["2024-03-02"] * 20,
            "end_date": ["2024-03-20"] * 10 + [None] * 100 + ["2024-03-25"] * 10,
        }
    )
    found = operations.measure(study(customers=cut(customers, "2024-04-01")), period="month")
    row = one(found, "churn", "share", "2024-03")
    assert (row["numerator"], row["denominator"]) == (10, 100)
    assert one(found, "customer_gain", "rate", "2024-03")["estimate"] == pytest.approx(20)


def test_windows_that_are_not_over_leave_both_lines():
    contacts = pd.DataFrame(
        {
            "contact_id": range(40),
            "ts": ["2024-01-05"] * 20 + ["2024-01-25"] * 20,
            "converted": [1] * 5 + [0] * 15 + [0] * 20,
        }
    )
    base = study(told={"windows": {"conversion": 10}}, contacts=cut(contacts, "2024-02-01"))
    found = operations.measure(base, period="month")
    row = one(found, "conversion", "share")
    assert (row["numerator"], row["denominator"], row["n_window"]) == (5, 20, 20)
    told = next(note for note in found.notes if note.code == "window_days")
    assert (told["days"], told["n"]) == (10, 20)


def test_first_contact_means_no_further_contact_in_the_window():
    frame = tickets(20, customer_id=[f"C{k}" for k in range(20)], resolved_at="2024-01-11")
    contacts = pd.DataFrame(
        {"contact_id": [1, 2], "customer_id": ["C1", "C2"], "ts": ["2024-01-12", "2024-01-25"]}
    )
    more = {"tickets": cut(frame, "2024-02-01"), "contacts": cut(contacts, "2024-02-01")}
    row = one(operations.measure(study(**more), period="month"), "fcr", "share")
    assert (row["numerator"], row["denominator"]) == (19, 20)


def test_a_reopened_matter_is_not_over_on_the_final_clock():
    frame = tickets(12, resolved_at="2024-01-11", reopened_at=["2024-01-12"] * 3 + [None] * 9)
    for clock, still in (("first", 0), ("final", 3)):
        base = study(told={"clock": clock}, tickets=cut(frame, "2024-02-01"))
        found = operations.measure(base, period="month", measures=["resolution_time"])
        assert one(found, "resolution_time", "median")["n_open"] == still


@pytest.mark.parametrize(("promise", "kept"), [("time", 0), ("day", 12)])
def test_a_promised_day_is_kept_until_its_end_where_declared(promise, kept):
    orders = pd.DataFrame(
        {
            "order_id": range(12),
            "ordered_at": "2024-01-05",
            "promised_at": "2024-01-10",
            "delivered_at": "2024-01-10 15:00",
        }
    )
    base = study(told={"promise": promise}, orders=cut(orders, "2024-02-01", time_zone="UTC"))
    row = one(operations.measure(base, period="month"), "delivery_success", "on_time")
    assert row["numerator"] == kept


def test_business_hours_leave_out_nights_weekends_and_holidays():
    start = pd.Series(pd.to_datetime(["2024-03-01 16:00", "2024-03-02 10:00", None]))
    end = pd.Series(pd.to_datetime(["2024-03-05 09:00", "2024-03-03 10:00", "2024-03-05 09:00"]))
    rule = BusinessHours.model_validate({"holidays": ["2024-03-04"]})
    found = business_hours(start, end, rule)
    assert found[:2].tolist() == [2, 0]
    assert np.isnan(found[2])


def test_business_hours_are_used_and_told_where_declared():
    frame = tickets(12, opened_at="2024-01-12 16:00", resolved_at="2024-01-15 09:00")
    base = study(told={"business_hours": {}}, tickets=cut(frame, "2024-02-01", time_zone="UTC"))
    found = operations.measure(base, period="month")
    assert one(found, "resolution_time", "median")["estimate"] == 2
    assert "business_hours" in {note.code for note in found.notes}


def test_periods_cut_short_are_marked():
    frame = pd.DataFrame(
        {"ticket_id": range(60), "opened_at": pd.date_range("2024-01-01", periods=60)}
    )
    base = study(tickets=cut(frame.assign(escalated_at=None), "2024-03-10"))
    found = operations.measure(base, period="month", measures=["escalation_rate"])
    marked = found.table.set_index("period")["partial"]
    assert marked.to_dict() == {"2024-01": False, "2024-02": False, "2024-03": True}


def test_groups_come_from_the_customer_and_the_branch():
    customers = pd.DataFrame(
        {"customer_id": ["A", "B"], "start_date": "2020-01-01", "branch_id": ["X", "Y"]}
    )
    branches = pd.DataFrame({"branch_id": ["X", "Y"], "region": ["North", "South"]})
    frame = tickets(40, customer_id=["A"] * 15 + ["B"] * 25, escalated_at=None)
    more = {"customers": cut(customers, "2024-02-01"), "branches": branches}
    base = study(tickets=cut(frame, "2024-02-01"), **more)
    found = operations.measure(base, period="month", by="region", measures=["escalation_rate"])
    assert found.by == ("region",)
    assert found.table.set_index("region")["n"].to_dict() == {"North": 15, "South": 25}


def test_agents_have_numbers_unless_names_are_declared():
    frame = tickets(40, agent_id=["Ana"] * 20 + ["Ben"] * 20, escalated_at=None)
    asked = {"period": "month", "by": "agent_id", "measures": ["escalation_rate"]}
    hidden = operations.measure(study(tickets=cut(frame, "2024-02-01")), **asked)
    assert set(hidden.table["agent_id"]) == {"1", "2"}
    named = study(told={"staff_names": True}, tickets=cut(frame, "2024-02-01"))
    assert set(operations.measure(named, **asked).table["agent_id"]) == {"Ana", "Ben"}


def test_small_bases_are_withheld():
    base = study(tickets=cut(tickets(9, escalated_at=None), "2024-02-01"))
    row = one(operations.measure(base, period="month"), "escalation_rate", "share")
    assert row["suppressed"]
    assert row["reason"] == "small_base"
    assert np.isnan(row["estimate"])


def test_indicators_have_an_interval_only_with_bases():
    frame = pd.DataFrame(
        {
            "kpi": ["calls"] * 3 + ["km"] * 3,
            "period": ["2024-01", "2024-02", "2024-03"] * 2,
            "value": [0.8, 0.9, 1.0, 5, 6, 10],
            "n": [100, 100, 200, None, None, None],
        }
    )
    found = operations.measure(study(indicators=frame), period="quarter")
    calls = one(found, "calls", "value")
    assert (calls["estimate"], calls["n"]) == (pytest.approx(0.925), 400)
    assert calls["conf_low"] < 0.925 < calls["conf_high"]
    km = one(found, "km", "value")
    assert km["estimate"] == 7
    assert np.isnan(km["conf_low"])


def test_views_say_so_where_a_table_is_absent():
    base = study(tickets=cut(tickets(20, resolved_at="2024-01-12"), "2024-02-01"))
    for view in (
        operations.checklist(base),
        operations.checklist(base, table="qa"),
        operations.register(base),
        operations.control_chart(base, of="complaint_rate"),
    ):
        assert isinstance(view, NotAsked)
    assert not isinstance(operations.backlog(base), NotAsked)
    assert not isinstance(operations.waiting_curves(base), NotAsked)


def test_the_backlog_is_what_was_opened_and_not_settled():
    frame = tickets(30, resolved_at=["2024-01-20"] * 10 + ["2024-02-20"] * 5 + [None] * 15)
    found = operations.backlog(study(tickets=cut(frame, "2024-03-01")), period="month")
    assert found.table["estimate"].tolist() == [20, 15]
    assert found.ages["estimate"].sum() == 15


@pytest.mark.parametrize(
    ("choices", "text"),
    [
        ({"period": "moth"}, 'did you mean "month"'),
        ({"by": "chanel"}, 'did you mean "channel"'),
        ({"measures": ["escalation"]}, 'did you mean "escalation_rate"'),
    ],
)
def test_what_is_not_known_is_named(choices, text):
    base = study(tickets=cut(tickets(5, channel="Web", escalated_at=None), "2024-02-01"))
    with pytest.raises(AnalysisError, match=text):
        operations.measure(base, **choices)


def test_a_study_without_tables_is_told_so():
    with pytest.raises(AnalysisError, match="no operational table"):
        operations.measure(Study.from_frame(PEOPLE, {}))


@pytest.mark.parametrize("label", ["2024", "2024 H2", "2024-Q3", "2024-02"])
def test_periods_have_ends(label):
    start, after, _span = bounds(label)
    assert start < after
