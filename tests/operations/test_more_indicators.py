"""Exit rates, satisfaction with resolution, standards, mentions, returns by reason, warnings."""

import numpy as np
import pandas as pd
import pytest

from cxresearch import operations
from cxresearch.errors import AnalysisError
from cxresearch.registry import OPERATIONAL
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

approx = pytest.approx
PEOPLE = pd.DataFrame({"q": [1, 2, 3]})
ELSEWHERE = {"branch_performance", "goal_attainment", "document_themes"}


def study(*, told=None, **tables):
    analysis = {"n_resamples": 200, "operations": told or {}}
    return Study.from_frame(PEOPLE, {}, analysis=analysis, tables=tables)


def cut(frame, day="2024-12-31", **more):
    return {"frame": frame, "cut": day, **more}


def one(base, measure, statistic, period="all"):
    table = operations.measure(base, period=period, measures=[measure]).table
    rows = table[table["statistic"] == statistic]
    assert len(rows) == 1
    return rows.iloc[0]


def codes(found):
    return [note.code for note in found.notes]


def test_every_operational_indicator_has_a_maker():
    made = {name for names, _ in operations.measure.__globals__["MAKERS"] for name in names}
    assert {definition.kpi_id for definition in OPERATIONAL} - made == ELSEWHERE


def sessions(pages):
    last = [page for page, n in pages.items() for _ in range(n)]
    return pd.DataFrame(
        {"session_id": range(len(last)), "ts": "2024-01-05", "exit_page": last, "customer_id": None}
    )


VISITS = {"home": 50, "basket": 30, "payment": 10, "thanks": 60}
STEPS = {"exit_steps": ["basket", "payment", "thanks"]}


def test_visits_that_ended_before_the_goal():
    base = study(told=STEPS, sessions=cut(sessions(VISITS)))
    row = one(base, "exit_rate", "visits")
    assert (row["estimate"], row["n"]) == (0.4, 100)
    parts = operations.breakdown(base, of="exit_rate").table.set_index("component")
    assert parts["estimate"].to_dict() == approx({"basket": 0.3, "payment": 1 / 7, "home": 1 / 3})
    assert parts["n"].to_dict() == {"basket": 100, "payment": 70, "home": 150}


def test_without_declared_steps_only_last_pages_are_told():
    base = study(sessions=cut(sessions(VISITS)))
    assert operations.measure(base, period="all").table.empty
    parts = operations.breakdown(base, of="exit_rate").table
    assert parts["estimate"].sum() == approx(1)
    with pytest.raises(AnalysisError, match="has no parts"):
        operations.breakdown(base, of="churn")
    assert isinstance(operations.breakdown(base), NotAsked)


def test_customers_who_left_after_a_matter_need_the_whole_window():
    n = 40
    customers = pd.DataFrame(
        {
            "customer_id": range(n),
            "start_date": "2020-01-01",
            "end_date": ["2024-03-01"] * 8 + ["2024-11-20"] * 2 + [None] * 30,
        }
    )
    tickets = pd.DataFrame(
        {
            "ticket_id": range(n),
            "customer_id": range(n),
            "opened_at": ["2024-01-15"] * 20 + ["2024-12-01"] * 20,
        }
    )
    row = one(study(customers=cut(customers), tickets=cut(tickets)), "exit_rate", "after_matter")
    assert (row["estimate"], row["n"], row["n_window"]) == (0.4, 20, 20)


def answered(n=40, **analysis):
    answers = pd.DataFrame(
        {
            "wave": ["2024 H1"] * n + ["2024 H2"] * n,
            "customer": [*range(n), *range(n)],
            "solved": [5] * 24 + [2] * 16 + [1] * n,
        }
    )
    tickets = pd.DataFrame(
        {
            "ticket_id": range(30),
            "customer_id": range(30),
            "opened_at": "2024-04-01",
            "resolved_at": ["2024-04-05"] * 28 + [None] * 2,
        }
    )
    book = {"measures": {"solved": {"kind": "csat", "columns": "solved", "scale": [1, 5]}}}
    return Study.from_frame(
        answers,
        book,
        wave={"column": "wave", "period": "half_year"},
        customer="customer",
        tables={"tickets": cut(tickets)},
        analysis={"operations": {"resolution_measure": "solved", **analysis}},
    )


def test_only_customers_with_a_settled_matter_say_how_it_was_settled():
    table = operations.measure(answered(), measures=["resolution_satisfaction"]).table
    row = table[table["period"] == "2024 H1"].iloc[0]
    assert (row["n"], row["estimate"]) == (28, approx(24 / 28))
    later = table[table["period"] == "2024 H2"].iloc[0]
    assert (later["n"], later["reason"]) == (0, "empty")


def test_a_longer_window_reaches_the_next_wave():
    base = answered(windows={"resolution_satisfaction": 400})
    table = operations.measure(base, measures=["resolution_satisfaction"]).table
    assert table["n"].tolist() == [28, 28]


def visits(evaluators, branches=3):
    rows = [
        (f"{b}{k}", b, "2024-01-10", f"Q{k % evaluators}", c, score, 10)
        for b in range(branches)
        for k in range(4)
        for c, score in (("attitude", 9), ("courtesy", 6 + k))
    ]
    names = ["visit_id", "branch_id", "visit_date", "evaluator_id", "criterion_id", "score"]
    return pd.DataFrame(rows, columns=[*names, "max_score"])


@pytest.mark.parametrize(("standard", "met"), [(0.8, 0.75), (0.9, 0.625), (1.0, 0.0)])
def test_checks_meet_the_declared_standard(standard, met):
    base = study(told={"standard": standard}, mystery=cut(visits(2)))
    row = one(base, "standard_conformance", "visits")
    assert (row["estimate"], row["denominator"], row["n"]) == (approx(met), 24, 12)


def test_tickets_have_a_standard_of_their_own():
    tickets = pd.DataFrame(
        {"ticket_id": range(20), "opened_at": "2024-01-02", "met_standard": ["yes", "no"] * 10}
    )
    assert one(study(tickets=cut(tickets)), "standard_conformance", "matters")["estimate"] == 0.5


def test_one_evaluator_and_few_branches_are_told():
    few = operations.measure(study(mystery=cut(visits(1))), period="all")
    assert {"one_evaluator", "few_branches"} <= set(codes(few))
    many = operations.measure(study(mystery=cut(visits(2, branches=6))), period="all")
    assert not {"one_evaluator", "few_branches"} & set(codes(many))


def test_mentions_are_counted_and_authors_are_the_units():
    posts = pd.DataFrame(
        {
            "post_id": range(60),
            "ts": "2024-01-05",
            "author_key": [f"A{k % 20}" for k in range(60)],
            "sentiment": ["positive"] * 30 + ["negative"] * 15 + ["neutral"] * 5 + [None] * 10,
        }
    )
    base = study(posts=cut(posts))
    assert one(base, "social_volume", "count")["estimate"] == 60
    net = one(base, "social_sentiment", "net_sentiment")
    assert (net["estimate"], net["n"]) == (approx(30), 50)
    assert net["conf_low"] < 30 < net["conf_high"]


def orders(n=100):
    frame = pd.DataFrame(
        {
            "order_id": range(n),
            "ordered_at": "2024-01-02",
            "delivered_at": ["2024-01-05"] * 90 + ["2024-12-20"] * 10,
            "undamaged": [1] * 95 + [0] * 5,
        }
    )
    back = pd.DataFrame(
        {
            "order_id": range(12),
            "returned_at": "2024-01-20",
            "reason": ["damaged"] * 9 + ["not needed"] * 3,
        }
    )
    return frame, back


def test_returns_by_reason_sum_to_the_return_rate():
    frame, back = orders()
    base = study(orders=cut(frame), returns=cut(back))
    parts = operations.breakdown(base).table.set_index("component")
    assert parts["numerator"].to_dict() == {"damaged": 9, "not needed": 3}
    whole = one(base, "return_rate", "share")
    assert parts["estimate"].sum() == approx(whole["estimate"])
    assert one(base, "product_quality", "share")["estimate"] == approx(0.9)


def test_without_returns_an_undamaged_order_is_faultless():
    row = one(study(orders=cut(orders()[0])), "product_quality", "share")
    assert (row["estimate"], row["n"]) == (0.95, 100)


def test_sessions_planned_and_held_and_what_they_brought():
    events = pd.DataFrame(
        {
            "event_id": ["a", "b", "c", "d"],
            "type": "focus group",
            "date": ["2024-01-02", "2024-02-02", "2024-03-02", "2024-04-02"],
            "status": ["held", "held", "planned", "held"],
        }
    )
    themes = pd.DataFrame({"text_id": ["a", "a", "b"], "theme": ["late", "rude", "late"]})
    base = study(qualitative=cut(events), codes=themes)
    assert one(base, "qualitative_coverage", "count")["estimate"] == 3
    assert one(base, "qualitative_coverage", "held")["estimate"] == 0.75
    assert one(base, "qualitative_coverage", "new_themes")["estimate"] == 1


def test_complaints_that_scatter_more_than_chance_are_told():
    customers = pd.DataFrame(
        {"customer_id": range(100), "start_date": "2020-01-01", "end_date": None}
    )

    def found(counts):
        opened = [f"2024-{m:02d}-10" for m, n in enumerate(counts, 1) for _ in range(n)]
        tickets = pd.DataFrame(
            {"ticket_id": range(len(opened)), "opened_at": opened, "is_complaint": 1}
        )
        base = study(customers=cut(customers), tickets=cut(tickets))
        return codes(operations.measure(base, period="month", measures=["complaint_rate"]))

    assert "counts_overdispersed" in found([2, 30] * 6)
    assert "counts_overdispersed" not in found([15, 16, 14, 17, 15, 16] * 2)


def test_reopened_matters():
    again = ["2024-01-20"] * 5 + [None] * 15
    tickets = pd.DataFrame(
        {
            "ticket_id": range(20),
            "opened_at": "2024-01-02",
            "resolved_at": "2024-01-04",
            "reopened_at": again,
        }
    )
    row = one(study(tickets=cut(tickets)), "resolved_issues", "reopened")
    assert (row["estimate"], row["direction"]) == (0.25, "down")


@pytest.mark.parametrize("n", [0, 1])
def test_poor_tables_make_no_fault(n):
    tickets = pd.DataFrame(
        {
            "ticket_id": range(n),
            "customer_id": range(n),
            "opened_at": ["2024-01-02"] * n,
            "resolved_at": [None] * n,
            "met_standard": [1] * n,
            "branch_id": ["A"] * n,
        }
    )
    other = cut(sessions(VISITS))
    base = study(told=STEPS, tickets=cut(tickets), sessions=other, mystery=cut(visits(2)[:n]))
    found = operations.measure(base, period="quarter").table
    shown = found[found["measure"].isin(["standard_conformance", "resolution_time"])]
    assert shown.loc[shown["statistic"] != "visits", "estimate"].isna().all()
    assert np.isfinite(found.loc[found["measure"] == "exit_rate", "estimate"]).any()


def posted(authors, moods):
    frame = pd.DataFrame({"post_id": range(len(moods)), "ts": "2024-01-05", "sentiment": moods})
    return study(posts=cut(frame.assign(author_key=authors)))


def test_who_is_not_named_is_an_author_alone():
    moods = ["positive", "negative"] * 20
    named = one(posted([f"A{k}" for k in range(40)], moods), "social_sentiment", "net_sentiment")
    nobody = one(posted([None] * 40, moods), "social_sentiment", "net_sentiment")
    assert nobody["std_error"] == approx(named["std_error"], rel=0.1)


@pytest.mark.parametrize(
    ("authors", "moods"),
    [(["A"] * 40, ["positive", "negative"] * 20), (list(range(40)), ["positive"] * 40)],
)
def test_one_author_or_one_mind_has_no_interval(authors, moods):
    net = one(posted(authors, moods), "social_sentiment", "net_sentiment")
    assert net["n"] == 40
    assert np.isnan([net["std_error"], net["conf_low"], net["conf_high"]]).all()


def test_a_wave_belongs_to_one_period():
    """Asked on the second day of a quarter: of that quarter, not of the one before as well."""
    frame = pd.DataFrame({"wave": "A", "customer": range(30), "solved": [5] * 20 + [1] * 10})
    tickets = pd.DataFrame({"ticket_id": range(30), "customer_id": range(30)})
    tickets["opened_at"], tickets["resolved_at"] = "2024-06-01", "2024-06-20"
    tickets.loc[0, "opened_at"] = "2024-02-01"
    base = Study.from_frame(
        frame,
        {"measures": {"solved": {"kind": "csat", "columns": "solved", "scale": [1, 5]}}},
        wave={"column": "wave", "dates": {"A": "2024-07-02"}},
        customer="customer",
        tables={"tickets": cut(tickets)},
        analysis={"operations": {"resolution_measure": "solved"}},
    )
    found = operations.measure(base, measures=["resolution_satisfaction"], period="quarter").table
    assert found[found["n"] > 0]["period"].tolist() == ["2024 Q3"]
