"""Indicators against their first period: judged by intervals, told by subject."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import figures, findings, operations, tables, verbatims
from cxresearch.operations.changes import changes
from cxresearch.operations.measure import MAKERS
from cxresearch.operations.subjects import ORDER, SUBJECTS
from cxresearch.registry import OPERATIONAL
from cxresearch.study.study import Study


def rows(measure: str, direction: str, *figures_: tuple[float, float, float], **more):
    return pd.DataFrame(
        {
            "measure": measure,
            "statistic": "share",
            "period": [f"p{place}" for place in range(len(figures_))],
            "estimate": [one[0] for one in figures_],
            "conf_low": [one[1] for one in figures_],
            "conf_high": [one[2] for one in figures_],
            "unit": "share",
            "n": 100,
            "direction": direction,
            "level": "operational",
            "partial": False,
            **more,
        }
    )


LOW, HIGH = (0.2, 0.1, 0.3), (0.6, 0.5, 0.7)


@pytest.mark.parametrize(
    ("direction", "figures_", "judgement"),
    [
        ("up", (LOW, HIGH), "better"),
        ("up", (HIGH, LOW), "worse"),
        ("down", (LOW, HIGH), "worse"),
        ("down", (HIGH, LOW), "better"),
        ("none", (LOW, HIGH), "different"),
        ("up", (LOW, HIGH, LOW), "cannot_tell"),
        ("up", (LOW, (0.4, 0.3, 0.5)), "cannot_tell"),  # the ends touch
    ],
)
def test_better_and_worse_go_by_direction_where_intervals_are_apart(direction, figures_, judgement):
    assert changes(rows("fcr", direction, *figures_))["judgement"].tolist() == [judgement]


def test_distance_is_the_difference_over_both_half_widths():
    found = changes(rows("fcr", "up", LOW, HIGH)).iloc[0]
    assert found["distance"] == pytest.approx(0.4 / np.hypot(0.1, 0.1))
    assert (found["period_from"], found["value_from"], found["period"]) == ("p0", 0.2, "p1")


def test_periods_that_are_not_over_are_compared_only_where_there_is_no_other():
    partial = rows("fcr", "up", LOW, HIGH, HIGH, partial=[True, False, True])
    assert changes(partial)["judgement"].isna().all()  # one whole period: nothing to compare
    assert changes(rows("fcr", "up", LOW, HIGH, partial=True))["judgement"].tolist() == ["better"]


@pytest.mark.parametrize(
    "table",
    [
        rows("fcr", "up", LOW),
        rows("fcr", "up", (0.2, np.nan, np.nan), HIGH),
        rows("complaint_growth_gap", "down", LOW, HIGH),
    ],
    ids=["one period", "no interval", "a change already"],
)
def test_what_cannot_be_compared_is_not_judged(table):
    assert changes(table)["judgement"].isna().all()


def test_no_indicator_is_nowhere():
    placed = [one for measures in SUBJECTS.values() for one in measures]
    assert len(placed) == len(set(placed))
    made = {name for names, _ in MAKERS for name in names}
    assert made == set(placed)
    assert made <= {one.kpi_id for one in OPERATIONAL}


@pytest.fixture(scope="module")
def example(root) -> Study:
    return cx.load_study(root / "params/example.yml")


@pytest.fixture(scope="module")
def indicators(example):
    return operations.measure(example)


def test_the_planted_fall_in_service_is_told(indicators):
    judged = indicators.changes.set_index("measure")["judgement"]
    assert (judged[["resolution_time", "complaint_rate", "delivery_success"]] == "worse").all()
    assert judged["calls_in_20s"] == "worse"  # its scorecard row says that more is better
    assert judged["email_same_day"] == "different"  # nobody says which way is better


def test_mentions_are_the_same_on_both_pages(example, indicators):
    """What the params leave out as not customers' own is out of operations, too."""
    volume = indicators.series("social_volume")
    posts = verbatims.posts(example, period="half_year").table.set_index("period")
    for row in volume.to_dict("records"):
        assert row["value"] == posts.loc[row["period"], "n"]
    left_out = [dict(one.values)["n"] for one in indicators.notes if one.code == "posts_excluded"]
    assert left_out == [len(example.tables["posts"]) - posts.loc["all", "n"]]


def test_a_figure_a_subject_with_eight_panels_at_most(indicators):
    album = figures.by_subject(indicators)
    assert len(album) == len(ORDER)
    for picture in album:
        assert 1 <= len([axes for axes in picture.axes if axes.get_visible()]) <= 8
    assert "Orders and deliveries" in album[2].alt + str(album[2].texts)


def test_subjects_without_indicators_have_no_figure():
    opened = pd.date_range("2023-01-01", periods=400, freq="D")
    tickets = pd.DataFrame(
        {
            "ticket_id": range(400),
            "opened_at": opened,
            "resolved_at": opened + pd.Timedelta(hours=30),
        }
    )
    told = {"tickets": {"frame": tickets, "cut": "2024-03-01", "time_zone": "UTC"}}
    found = operations.measure(Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=told))
    album = figures.by_subject(found)
    assert len(album) == 1
    assert "Resolution time" in album[0].alt


def test_one_period_is_told_without_comparison():
    tickets = pd.DataFrame(
        {"ticket_id": range(40), "opened_at": "2024-01-05", "resolved_at": "2024-01-06"}
    )
    told = {"tickets": {"frame": tickets, "cut": "2024-02-01"}}
    study = Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=told)
    found = operations.measure(study, period="month")
    told_ = findings.read(found)
    assert "24.0" in told_.headline
    assert not [text for text in told_ if "Worse" in text]
    assert len(figures.by_subject(found)) == 1  # a notice
    assert "24.0" in tables.show(found, "changes").html


def test_long_tables_say_how_many_rows_more_there_are(example, indicators):
    shown = tables.show(indicators, "changes")
    body = shown.html.split("<tbody>")[1]
    assert body.count("<tr>") == 15
    assert f"{len(indicators.changes) - 15} rows more." in shown.html
    judged = indicators.changes["judgement"].isin(["better", "worse", "different"]).sum()
    assert body.count("worse") + body.count("different") + body.count("better") == judged
    latest = tables.show(indicators).html.replace("\xa0", " ")
    assert "2024 H2" in latest
    assert "2022 H1" not in latest
    actions = operations.actions(example)
    body = tables.show(actions).html.split("<tbody>")[1]
    assert body.count("<tr>") == 15
    assert len(tables.show(actions).frame) == len(actions.table)


def test_rates_are_charted_as_they_are_told(example):
    chart = operations.control_chart(example, of="complaint_rate")
    assert set(chart.table["unit"]) == {"per_thousand"}
    months = operations.measure(example, period="month", measures=["complaint_rate"])
    first = months.series("complaint_rate").iloc[0]
    assert chart.table["value"].iloc[0] == pytest.approx(first["value"])
    assert figures.plot(chart).axes[0].get_ylim()[0] == 0
    said = findings.read(chart).headline
    assert "of 47 points" in said
    assert len(said) < 160


def test_posts_are_charted_from_zero(example):
    assert figures.plot(verbatims.volume(example)).axes[0].get_ylim()[0] == 0


def test_matters_that_all_took_the_same_time_have_no_interval():
    """Where waiting does not vary, nothing is known of how far the median may be off."""
    tickets = pd.DataFrame(
        {"ticket_id": range(40), "opened_at": "2024-01-05", "resolved_at": "2024-01-06"}
    )
    told = {"tickets": {"frame": tickets, "cut": "2024-02-01"}}
    study = Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=told)
    row = operations.measure(study, period="month").changes.set_index("measure")
    assert row.loc["resolution_time", "estimate"] == 24
    assert np.isnan(row.loc["resolution_time", ["conf_low", "conf_high"]].astype(float)).all()
