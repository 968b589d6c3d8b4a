"""Forecasts, breaks, charts, mix and gate as people see them: figures, sentences, tables."""

import re

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from shown_waves import CALLS, DRAWN, result, study
from waves_of import N10, S10, answers

from cxresearch import figures, findings, tables, text, trends
from cxresearch.columns import GLOSSARY
from cxresearch.text import catalogue
from cxresearch.trends.chart import chart_series

LANGUAGES = ["en", "es", "sl", "ru"]
CAUSAL = re.compile(r"\b(causes|leads to|results in|because of|due to|impact|effect of)\b")


@pytest.mark.parametrize("name", DRAWN)
def test_figures_state_base_source_and_alternative_text(name):
    picture = figures.plot(result(name))
    assert "n = 1,600" in picture.caption
    assert "Source: Acme customer study" in picture.caption
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    assert plt.get_fignums() == []


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_text_is_cut_off_or_tiny(name, language):
    picture = figures.plot(result(name, language))
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    written = list(picture.texts)
    for axes in picture.axes:
        if axes.get_visible():
            written += [*axes.texts, axes._left_title, axes.xaxis.label]
            low, high = sorted(axes.xaxis.get_view_interval())
            ticks = axes.xaxis.get_major_ticks()
            written += [tick.label1 for tick in ticks if low <= tick.get_loc() <= high]
    for one in written:
        if one.get_text() and one.get_visible():
            box = one.get_window_extent(renderer)
            assert box.x0 >= -1, one
            assert box.x1 <= picture.bbox.width + 1, one
            assert one.get_fontsize() >= 8, one


def test_the_fan_is_as_wide_as_the_forecast():
    picture = figures.plot(result("forecast"))
    axes = picture.axes[0]
    rows = result("forecast").table.query("measure == 'satisfaction'")
    wide = axes.collections[0].get_paths()[0].vertices
    assert wide[:, 1].max() == pytest.approx(100 * rows["conf_high"].max())
    assert wide[:, 1].min() == pytest.approx(100 * rows["conf_low"].min())


def test_rules_fired_are_full_dots():
    table = result("control_chart").table
    fired = table[(table["measure"] == "satisfaction") & table["rule_fired"].notna()]
    axes = figures.plot(result("control_chart")).axes[0]
    lines = {line.get_label(): line for line in axes.lines}
    assert len(lines["rule fired"].get_xdata()) == len(fired) > 0


def test_the_track_carries_breaks_targets_and_changed_questions():
    track = figures.track(result("track"), breaks=result("breaks"), forecast=result("forecast"))
    assert "where a new level may have begun" in track.caption
    assert "Dotted line: target." in track.caption
    assert "the question changed" in track.caption
    bare = figures.plot(result("track"))
    assert "target" not in bare.caption


def test_where_nothing_can_be_drawn_the_figure_says_why():
    few = answers(S10[:3], N10[:3])
    for call in (trends.forecast, trends.mix_adjusted):
        assert "nothing to draw" in figures.plot(call(few)).alt


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", CALLS)
def test_everything_is_told_in_every_language(name, language):
    catalogue._missing.clear()
    one = result(name, language)
    found = findings.read(one)
    assert found.headline
    assert found.limits
    for sentence in found:
        assert "{" not in sentence
        assert not re.search(r"\bnan\b", sentence)
        assert not CAUSAL.search(sentence)
    if name in DRAWN:
        figures.plot(one)
    for view in one.frames():
        shown = tables.show(one, view)
        assert "<table" in shown.html
        assert "nan" not in re.sub(r"<[^>]+>", " ", shown.html).lower().split()
    if language != "en":
        assert text.missing(language) == []


def test_a_break_is_told_with_its_date():
    told = str(findings.read(result("breaks")))
    assert "“satisfaction”: a new level from 2020 on" in told
    assert "“effort”: too few waves to look for a break." in told


def test_targets_are_told_with_their_probability():
    told = str(findings.read(result("forecast")))
    row = result("forecast").target.query("measure == 'satisfaction' and due").iloc[0]
    assert row["wave"] == "2026"
    assert (
        f"in 2026 the level meets the target of 50.0% with probability {100 * row['p_level']:.1f}%"
        in told
    )
    assert "lies within the target of 6.00 to 8.00" in told
    assert "“effort”: too few waves for a forecast." in told


def test_a_changed_question_is_told():
    told = str(findings.read(result("comparability")))
    assert "“loyalty”: the question changed in 2017" in told
    assert "“effort”: not asked in 2015" in told
    assert "“recommend”: no change of the question is known" in told


def test_mix_is_told_beside_the_change_as_observed():
    told = str(findings.read(result("mix_adjusted")))
    assert "with the mix by “region” held as it was" in told
    empty = trends.mix_adjusted(answers(S10, N10))
    assert findings.read(empty)[0] == "The study names no segments, so no mix can be held."


def test_a_plain_series_shows_itself():
    frame = pd.DataFrame({"period": list("abcdefgh"), "value": [24, 26, 23, 27, 25, 31, 24, 60]})
    one = chart_series(frame, measure="waiting", baseline=7)
    assert "h" in findings.read(one)[0]
    assert "waiting" in figures.plot(one).alt
    assert "beyond the limits" in tables.show(one).html.replace("\u00a0", " ")
    assert "XmR chart" in tables.show(one, "limits").html.replace("\u00a0", " ")


@pytest.mark.parametrize("by", [None, "region"])
@pytest.mark.parametrize("name", CALLS)
def test_columns_are_public_words(name, by):
    if by and name in ("mix_adjusted", "comparability", "outlook"):
        by = None
    one = CALLS[name](study()) if by is None else CALLS[name](study(), by=by)
    for table, frame in one.frames().items():
        unknown = [column for column in frame if column not in GLOSSARY and column not in one.by]
        assert unknown == [], table
        assert frame.columns.is_unique
        assert isinstance(frame.index, pd.RangeIndex)
        for column in frame:
            if column in GLOSSARY and GLOSSARY[column].form == "code":
                words = [word for word in frame[column].dropna() if isinstance(word, str)]
                assert not any(" " in word for word in words), column
