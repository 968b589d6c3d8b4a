"""Goals by period from the table of targets, readings of anything, and alerts on them."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.report.alerts import judge
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

approx = pytest.approx

BOOK = {
    "measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 5], "top_box": 2}},
    "attributes": {"price": {"columns": "P", "scale": [1, 5]}},
}
COUNTED = pd.DataFrame(
    {
        "kpi": ["answered"] * 3 + ["queue"] * 3,
        "period": ["2022", "2023", "2024"] * 2,
        "value": [0.70, 0.76, 0.90, 9.0, 8.0, 7.0],
        "n": [1000, 1000, 1000, None, None, None],
    }
)
CASH = pd.DataFrame({"period": ["2023", "2024"], "receipts": [100, 90], "payments": [60, 95]})


def study(targets=None, alerts=None, **more):
    rng = np.random.default_rng(2)
    parts = [
        pd.DataFrame({"wave": wave, "S": np.where(np.arange(400) < 400 * p, 5, 2)})
        for wave, p in (("2023", 0.70), ("2024", 0.78))
    ]
    frame = pd.concat(parts, ignore_index=True)
    frame["P"] = rng.integers(1, 6, len(frame))
    tables = {"indicators": COUNTED, "cash": CASH}
    if targets is not None:
        names = ["kpi", "period", "value", "baseline"]
        tables["targets"] = pd.DataFrame(targets, columns=names)
    given = {"wave": {"column": "wave", "period": "year"}, "tables": tables, **more}
    made = Study.from_frame(frame, BOOK, **given)
    if alerts is None:
        return made
    params = made.params.model_copy(
        update={
            "alerts": type(made.params)
            .model_validate(
                {
                    "study": {"name": "x"},
                    "data": {"responses": "x.csv"},
                    "codebook": "x.yml",
                    "alerts": alerts,
                }
            )
            .alerts
        }
    )
    from dataclasses import replace

    return replace(made, params=params)


def goals(*rows):
    return cx.scorecard.goals(study(list(rows))).table


def test_the_way_covered_and_the_light():
    row = goals(("answered", "2024", 0.80, 0.70)).iloc[0]
    error = np.sqrt(0.9 * 0.1 / 1000)
    assert row["attainment"] == approx(2.0)
    assert row["attainment_se"] == approx(error / 0.1, rel=0.02)
    assert (row["status"], row["p_target"]) == ("green", approx(1))


def test_nearer_than_the_period_before_by_the_verdict():
    table = goals(("answered", "2022", 0.8, 0.6), ("answered", "2024", 0.8, 0.6))
    assert table["moved"].tolist()[1] == "nearer"
    assert pd.isna(table["moved"].iloc[0])
    assert table["last_change"].iloc[1] == approx(0.2)


def test_without_a_baseline_the_first_period_is_where_it_began():
    table = goals(("answered", "2022", 0.8, None), ("answered", "2024", 1.0, None))
    assert pd.isna(table["attainment"].iloc[0])
    assert table["attainment"].iloc[1] == approx((0.9 - 0.7) / (1.0 - 0.7))
    assert table["baseline_se"].iloc[1] > 0


def test_goals_of_the_survey_go_by_waves():
    table = goals(("satisfaction", "2023", 0.75, 0.6), ("satisfaction", "2024", 0.75, 0.6))
    assert table["actual"].tolist() == approx([0.70, 0.78])
    assert table["status"].tolist() == ["red", "green"]


def test_money_is_counted_in_full_and_series_without_a_base_have_no_light():
    table = goals(("cash_flow", "2024", 10, 40), ("queue", "2024", 8, 10))
    cash, queue = table.iloc[0], table.iloc[1]
    assert (cash["evidence"], cash["status"], cash["p_target"]) == ("exact", "red", 0)
    assert (queue["evidence"], queue["status"]) == ("unknown_error", "grey")


def test_what_cannot_be_told_has_a_reason():
    table = goals(("nothing", "2024", 1, 0), ("answered", "1999", 1, 0.5))
    assert table["reason"].tolist() == ["no_figure", "no_figure"]
    assert table["status"].tolist() == ["grey", "grey"]
    assert isinstance(cx.scorecard.goals(study()), NotAsked)


def test_a_start_beyond_the_target_has_no_way():
    result = cx.scorecard.goals(study([("answered", "2024", 0.8, 0.85)]))
    assert pd.isna(result.table["attainment"].iloc[0])
    assert "target_is_baseline" in [note.code for note in result.notes]


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_goals_are_shown_in_every_language(language):
    rows = [("answered", "2022", 0.8, 0.6), ("answered", "2024", 0.8, 0.6), ("no", "2024", 1, 0)]
    told = cx.scorecard.goals(study(rows)).in_language(language)
    texts = [*cx.findings.read(told), cx.tables.show(told).html]
    assert not [text for text in texts if "{" in text.split("</style>")[-1]]


def test_readings_of_measures_ratings_and_indicators():
    found = cx.scorecard.read(study(), ["satisfaction", "price", "answered", "cash_flow", "none"])
    assert set(found) == {"satisfaction", "price", "answered", "cash_flow"}
    assert found["satisfaction"].period == "2024"
    assert found["answered"].estimate == approx(0.9)
    assert found["cash_flow"].std_error == 0
    early = cx.scorecard.read(study(), ["satisfaction"], wave="2023")
    assert early["satisfaction"].estimate == approx(0.7)


def test_alerts_watch_indicators_as_well_as_answers():
    told = judge(
        study(
            alerts=[
                {"measure": "answered", "below": 0.95},
                {"measure": "answered", "below": 0.5},
                {"measure": "cash_flow", "below": 0},
                {"measure": "satisfaction", "below": 0.75, "wave": "2023"},
                {"measure": "queue", "above": 100},
                {"measure": "nobody_counts_it", "above": 1},
            ]
        )
    )
    assert [one.fired for one in told] == [True, False, True, True, True, True]
    assert [one.source for one in told][:4] == ["operations"] * 3 + ["survey"]
    assert "in period 2024" in str(told[0])
    assert "in wave 2023" in str(told[3])
    assert told[4].probability is None


def test_the_strategy_map_names_every_link_with_its_evidence():
    rows = [
        {"measure": "cash_flow", "perspective": "finance", "target": 1},
        {"measure": "satisfaction", "target": 0.7, "links": ["cash_flow"]},
        {"measure": "price", "perspective": "processes", "target": 4, "links": ["satisfaction"]},
        {"measure": "fcr", "perspective": "learning", "target": 0.8, "links": ["churn"]},
    ]
    card = cx.scorecard.build(study(analysis={"scorecard": rows}))
    picture = cx.figures.plot(card, kind="strategy_map")
    texts = [text.get_text() for axes in picture.axes for text in axes.texts]
    assert {"1", "2", "3"} <= set(texts)
    assert picture.alt.count("assumed") == 2
    assert "measured at the same time" in picture.alt
    empty = cx.scorecard.build(study())
    assert cx.figures.plot(empty, kind="strategy_map").alt


def test_none_of_twenty_is_not_counted_in_full():
    """0 of 20 has limits of 0 and 16 %: it does not prove a target of 2 %."""
    tickets = pd.DataFrame(
        {"ticket_id": range(20), "opened_at": "2024-01-05", "escalated_at": pd.NaT}
    )
    wanted = pd.DataFrame({"kpi": ["escalation_rate"], "period": ["2024-01"], "value": [0.02]})
    tables = {"tickets": {"frame": tickets, "cut": "2024-02-01"}, "targets": wanted}
    row = cx.scorecard.goals(Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=tables)).table
    row = row.iloc[0]
    assert row["actual"] == 0
    assert row["std_error"] == approx(0.1611252 / (2 * 1.959964), rel=1e-5)
    assert (row["status"], row["evidence"]) == ("amber", "operations")


def test_answers_that_are_all_alike_are_not_counted_in_full():
    frame = pd.DataFrame({"S": [5] * 20, "P": [4] * 20})
    found = cx.scorecard.read(Study.from_frame(frame, BOOK), ["satisfaction", "price"])
    least = np.sqrt(1 / 22 * 21 / 22 / 22)
    assert found["satisfaction"].std_error == approx(least)
    assert found["price"].std_error == approx(4 * least)


def test_changes_of_one_indicator_are_one_family():
    """Of three changes the one at p .03 is no finding."""
    counted = pd.DataFrame(
        {"kpi": "calls", "period": ["2021", "2022", "2023", "2024"], "n": 1000}
    ).assign(value=[0.50, 0.5485, 0.5485, 0.5485])
    wanted = pd.DataFrame({"kpi": "calls", "period": counted["period"], "value": 0.7})
    tables = {"indicators": counted, "targets": wanted}
    one = Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=tables)
    assert cx.scorecard.goals(one).table["moved"].iloc[1] == "cannot_tell"
    alone = {"indicators": counted, "targets": wanted.head(2)}
    two = Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=alone)
    assert cx.scorecard.goals(two).table["moved"].iloc[1] == "nearer"


def test_the_latest_figure_starts_with_the_error_of_the_first():
    """The baseline is the first period's figure, and so is its error."""
    rows = pd.DataFrame(
        [(f"{year}-01-{k % 28 + 1:02d}", year, k) for year, n in ((2023, 50), (2024, 2000))
         for k in range(n)], columns=["opened_at", "year", "k"]
    )  # fmt: skip
    tickets = pd.DataFrame(
        {
            "ticket_id": [f"{year}-{k}" for year, k in zip(rows["year"], rows["k"], strict=True)],
            "opened_at": rows["opened_at"],
            "escalated_at": rows["opened_at"].where(rows["k"] % 5 == 0),
        }
    )
    tables = {
        "tickets": {"frame": tickets, "cut": "2025-01-01"},
        "targets": pd.DataFrame({"kpi": ["escalation_rate"], "value": [0.1]}),
    }
    analysis = {"operations": {"period": "year"}}
    one = Study.from_frame(pd.DataFrame({"q": [1]}), {}, tables=tables, analysis=analysis)
    row = cx.scorecard.goals(one).table.iloc[0]
    assert row["baseline"] == approx(0.2)
    assert row["baseline_se"] == approx(np.sqrt(0.2 * 0.8 / 50))
    assert row["std_error"] == approx(np.sqrt(0.2 * 0.8 / 2000))
