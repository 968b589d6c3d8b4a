"""Figures and sentences of groups, service points, answers and plans hold their numbers."""

from __future__ import annotations

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxresearch import answers, figures, findings, kpis, overview, sampling, segments, tables
from cxresearch.columns import GLOSSARY
from cxresearch.study.study import Study

BOOK = {
    "scales": {"agree": {"min": 1, "max": 5, "labels": {1: "never", 5: "always"}}},
    "measures": {
        "satisfaction": {
            "kind": "csat",
            "columns": "s",
            "scale": "agree",
            "delta": 0.05,
            "top_box": 2,
        },
        "recommend": {"kind": "nps", "columns": "q"},
    },
}


@pytest.fixture(scope="module")
def study():
    rng = np.random.default_rng(8)
    n = 400
    tier = rng.choice(["gold", "silver", "blue"], n)
    frame = pd.DataFrame(
        {
            "s": np.clip(rng.integers(1, 5, n) + (tier == "gold"), 1, 5),
            "q": rng.integers(0, 11, n),
            "tier": tier,
            "branch": rng.choice(list("ABCDEF"), n),
        }
    )
    frame.loc[frame["s"] == 2, "s"] = 3  # nobody chose 2
    return Study.from_frame(frame, BOOK, segments=["tier"], service_point="branch", title="Acme")


@pytest.fixture(scope="module")
def results(study):
    counts = {"complete": 300, "refusal": 200}
    frame = pd.DataFrame({"sex": list("FFFM") * 10, "age": list("yooy") * 10})
    return {
        "forest": segments.compare(study),
        "ranked": segments.service_points(study, n_resamples=50),
        "stacked": answers.shares(study),
        "detectable": sampling.plan(study),
        "margins": sampling.rake(frame, {"sex": {"F": 1, "M": 1}}),
        "response": sampling.response_rates(counts),
    }


DRAWN = [
    ("forest", None),
    ("ranked", None),
    ("ranked", "funnel"),
    ("stacked", None),
    ("detectable", None),
    ("margins", None),
]


@pytest.mark.parametrize(("name", "kind"), DRAWN)
@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_every_figure_speaks(results, name, kind, language):
    picture = figures.plot(results[name].in_language(language), kind=kind)
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    assert "{" not in picture.alt + picture.caption
    assert picture.svg().startswith("<?xml")
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "name", ["forest", "ranked", "stacked", "detectable", "margins", "response"]
)
@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
def test_every_result_is_told_and_tabled(results, name, language):
    result = results[name].in_language(language)
    told = findings.read(result)
    assert told.sentences
    assert told.limits
    assert "{" not in str(told)
    assert " nan" not in str(told)
    for view in result.frames():
        assert "<table" in tables.show(result, view).html


@pytest.mark.parametrize(
    "name", ["forest", "ranked", "stacked", "detectable", "margins", "response"]
)
def test_every_column_is_a_public_word(results, name, study):
    for frame in results[name].frames().values():
        assert set(frame.columns) <= set(GLOSSARY)
    for frame in kpis.glossary(study).frames().values():
        assert set(frame.columns) <= set(GLOSSARY)


def test_the_forest_names_every_group_with_its_difference(results):
    rows = results["forest"].table
    alt = figures.plot(results["forest"]).alt
    for group in rows["group"]:
        assert group in alt
    gold = rows[(rows["group"] == "gold") & (rows["measure"] == "satisfaction")].iloc[0]
    assert gold["standing"] == "clearly_above"
    assert "“gold” clearly above the rest" in findings.read(results["forest"]).headline


def test_answers_nobody_chose_keep_their_place(results):
    table = results["stacked"].table
    rows = table[table["item"] == "satisfaction"]
    assert rows["answer"].tolist() == [1, 2, 3, 4, 5]
    assert rows.set_index("answer").loc[2, "estimate"] == 0
    assert rows["estimate"].sum() == pytest.approx(1)
    assert "2 0%" in figures.plot(results["stacked"]).alt


@pytest.mark.parametrize("neutral", ["centre", "beside", "hidden"])
def test_the_middle_of_the_scale_lies_where_it_is_asked_to(results, neutral):
    picture = figures.plot(results["stacked"], neutral=neutral)
    rows = results["stacked"].table
    rows = rows[rows["item"] == "satisfaction"].set_index("answer")["estimate"] * 100
    bars = picture.axes[0].patches
    left = min(bar.get_x() for bar in bars)
    parts = {"centre": 5, "beside": 5, "hidden": 4}[neutral]
    assert len(bars) == parts
    below = rows[1] + rows[2] + (rows[3] / 2 if neutral == "centre" else 0)
    assert left == pytest.approx(-below)
    drawn = sum(bar.get_width() for bar in bars)
    assert drawn == pytest.approx(100 - (rows[3] if neutral == "hidden" else 0))


def test_not_applicable_is_in_no_base():
    frame = pd.DataFrame({"s": [1, 3, 5, 98] * 10, "q": [10, 0, 8, None] * 10})
    one = Study.from_frame(frame, BOOK, not_applicable={"s": [98]})
    rows = answers.shares(one, keys="satisfaction").table
    assert (rows["n"] == 30).all()
    assert (rows["n_not_applicable"] == 10).all()
    assert (rows["n_missing"] == 0).all()
    missing = answers.shares(one, keys="recommend").table
    assert (missing["n_missing"] == 10).all()


def test_weights_enter_the_shares():
    frame = pd.DataFrame({"s": [1, 5] * 20, "q": 9, "w": [3.0, 1.0] * 20})
    rows = answers.shares(Study.from_frame(frame, BOOK, weight="w"), keys="satisfaction").table
    assert rows.set_index("answer")["estimate"].loc[[1, 5]].tolist() == [0.75, 0.25]


def test_where_there_are_no_service_points_the_page_says_so(study):
    bare = Study.from_frame(study.frame[["s", "q"]], BOOK)
    nothing = segments.service_points(bare)
    assert "no service points" in figures.plot(nothing, kind="funnel").alt
    assert "no service points" in tables.show(nothing, "chance").html
    assert findings.read(nothing).sentences


def test_the_planner_puts_two_and_three_waves_against_the_threshold(study):
    told = " ".join(findings.read(sampling.plan(study, interviews=600)))
    assert "2 waves find" in told
    assert "That is not enough for the declared threshold." in told


def test_the_glossary_is_shown_in_every_language(study):
    for language in ("en", "es", "sl", "ru"):
        shown = tables.show(kpis.glossary(study).in_language(language)).html
        assert "Net Promoter Score" in shown or "NPS" in shown


def test_a_result_without_rows_is_a_notice(results):
    empty = replace(results["forest"], table=results["forest"].table.head(0))
    assert "nothing to draw" in figures.plot(empty).alt


def test_a_long_order_shows_its_ends_and_counts_the_rest(results):
    points = results["ranked"]
    one = points.table[points.table["measure"] == "satisfaction"]
    many = pd.concat([one.assign(group=f"Point {place}") for place in range(8)], ignore_index=True)
    picture = figures.plot(replace(points, table=many))
    (axes,) = picture.axes
    assert len(axes.get_yticklabels()) == 30
    assert "18 points between them" in picture.caption


def test_answers_on_continuous_scales_are_left_out_with_a_sentence(study):
    frame = pd.DataFrame({"s": [0.5, 3.2, 7.1, 9.9] * 10})
    scale = {"min": 0, "max": 10, "continuous": True}
    book = {"measures": {"satisfaction": {"kind": "score", "columns": "s", "scale": scale}}}
    result = overview.ask(Study.from_frame(frame, book), "points", answers.shares)
    assert "No outcome has a scale of whole points" in tables.show(result).html
    assert "No outcome has a scale of whole points" in figures.plot(result).alt
    assert study.has("points")
