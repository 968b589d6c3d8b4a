"""Groups down, measures across: what a client reads of groups at a glance."""

import pandas as pd
import pytest

import cxresearch as cx

BOOK = {
    "scales": {"agree7": [1, 7]},
    "measures": {
        "sat": {"kind": "csat", "columns": ["S1"], "scale": "agree7", "top_box": 2},
        "rec": {"kind": "nps", "columns": ["N1"], "label": "Recommendation"},
    },
    "groups": {"tier": {"label": "Customer tier", "labels": {"a": "Plus", "b": "Premier"}}},
}


@pytest.fixture(scope="module")
def by_group():
    frame = pd.DataFrame(
        {
            "S1": [7, 6, 5, 4] * 25 + [7] * 5,
            "N1": [10, 9, 8, 3] * 25 + [9] * 5,
            "tier": ["a"] * 60 + ["c"] * 40 + ["b"] * 5,
        }
    )
    study = cx.Study.from_frame(frame, BOOK, segments=["tier"])
    return cx.kpis.measure(study, by="tier")


def test_a_group_is_a_row_with_estimate_interval_and_base(by_group):
    html = cx.tables.across(by_group).html
    first = html.partition("<tbody>")[2].partition("</tr>")[0]
    head = by_group.table.iloc[0]
    low, high = 100 * head["conf_low"], 100 * head["conf_high"]
    assert f"50.0% [{low:.1f}, {high:.1f}]<br>n = 60" in first
    assert "25.0 [" in first  # 50 % promoters, 25 % detractors
    assert "Plus" in first


def test_a_withheld_figure_says_why_and_is_nowhere(by_group):
    table = cx.tables.across(by_group)
    small = table.html.partition("<tbody>")[2].split("</tr>")[1]
    assert "Premier" in small
    assert "–<br>base too small" in small
    assert "100.0" not in small
    assert table.frame.loc[table.frame["tier"] == "b", "estimate"].isna().all()


def test_all_other_figures_follow(by_group):
    html = cx.tables.across(by_group).html
    assert html.count("<table") == 2
    assert "promoters" in html.partition("</table>")[2]


def test_without_groups_it_is_the_table_itself():
    study = cx.Study.from_frame(pd.DataFrame({"S1": [7] * 40, "N1": [9] * 40}), BOOK)
    result = cx.kpis.measure(study)
    assert cx.tables.across(result).html == cx.tables.show(result).html
