"""Figures hold the numbers of their result, say them in words, and fit their frame."""

import re
from dataclasses import replace
from itertools import pairwise

import matplotlib.pyplot as plt
import pandas as pd
import pytest
import shown_results as shown
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cxresearch import figures
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked

EVERY = [
    shown.kpis,
    shown.kpis_by_wave,
    shown.quality,
    shown.gaps,
    shown.drivers,
    shown.contrasts,
    shown.track,
]
PAIRS = [(make, kind) for make in EVERY for kind in figures.DRAWERS[type(make()).__name__]]


@pytest.mark.parametrize(("make", "kind"), PAIRS)
def test_every_figure_states_base_source_and_alternative_text(make, kind):
    picture = figures.plot(make(), kind=kind)
    if "nothing to draw" in picture.alt:
        assert (make, kind) in [(shown.kpis_by_wave, "recommendation"), (shown.gaps, "grid")]
        return
    assert re.search(r"n = [\d,]+", picture.caption)
    assert "Source: Acme customer study, data 0123456789ab." in picture.caption
    assert len(picture.alt) > 40
    assert "nan" not in picture.alt
    assert plt.get_fignums() == []


def _ticks(axis):
    low, high = sorted(axis.get_view_interval())
    return [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]


@pytest.mark.parametrize(("make", "kind"), PAIRS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_no_text_is_cut_off_or_tiny(make, kind, language):
    picture = figures.plot(make(language), kind=kind)
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    written = [*picture.texts]
    for axes in picture.axes:
        if axes.get_visible():
            written += [*axes.texts, axes.title, axes._left_title, axes.xaxis.label]
            written += _ticks(axes.xaxis) + _ticks(axes.yaxis) if axes.axison else []
    for text in written:
        if text.get_text() and text.get_visible():
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text
            assert box.x1 <= picture.bbox.width + 1, text
            assert box.y0 >= -1, text
            assert box.y1 <= picture.bbox.height + 1, text
            assert text.get_fontsize() >= 8, text


@pytest.mark.parametrize("make", EVERY)
def test_rows_do_not_overlap(make):
    picture = figures.plot(make())
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    for axes in picture.axes:
        if not axes.get_visible() or not axes.yaxis.get_visible():
            continue
        boxes = [one.get_window_extent(renderer) for one in axes.get_yticklabels()]
        boxes = sorted((box for box in boxes if box.height > 1), key=lambda box: box.y0)
        for lower, upper in pairwise(boxes):
            assert lower.y1 <= upper.y0 + 1.5


@pytest.mark.parametrize("waves", [4, 9, 24])
def test_names_of_waves_do_not_touch(waves):
    picture = figures.track(shown.track(waves=waves))
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    for axes in picture.axes:
        boxes = [one.get_window_extent(renderer) for one in _ticks(axes.xaxis)]
        assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
        assert _ticks(axes.xaxis)[-1].get_text() == str(2016 + waves)


def test_dots_and_intervals_stand_where_the_numbers_are():
    (axes,) = figures.importance(shown.drivers()).axes
    table = shown.drivers().table
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    spans = [line for line in axes.lines if line.get_marker() in ("None", None, "")]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx(list(100 * table["share"]))
    low = [line.get_xdata()[0] for line in spans[: len(table)]]
    assert low == pytest.approx(list(100 * table["share_low"]))


def test_a_driver_no_better_than_chance_has_an_open_dot():
    (axes,) = figures.importance(shown.drivers()).axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    filled = [line.get_markerfacecolor() != "white" for line in dots]
    assert filled == list(shown.drivers().table["beats_noise"])


def test_the_line_of_chance_is_drawn_where_it_is_known():
    result = shown.drivers()
    known = replace(result, fit=result.fit.assign(noise=0.0265))
    assert "Dashed line" in figures.importance(known).caption
    (axes,) = figures.importance(known).axes
    assert any(line.get_xdata()[0] == pytest.approx(5.0) for line in axes.lines)
    assert "Dashed line" not in figures.importance(result).caption


def test_gaps_are_sorted_with_totals_last():
    (axes,) = figures.gap_bars(shown.gaps()).axes
    names = [label.get_text().replace("\n", " ") for label in axes.get_yticklabels()]
    assert names[0] == "Reliability of the service we promised"
    assert names[-2:] == ["Overall", "Overall, weighted by importance"]


def test_shares_and_nps_show_the_whole_scale():
    first, second = figures.indicators(shown.kpis()).axes
    assert first.get_xlim() == pytest.approx((-2, 102))
    assert second.get_xlim() == pytest.approx((-104, 104))


def test_a_cut_axis_says_so():
    assert "does not show the whole scale" in figures.track(shown.track()).caption
    whole = figures.track(shown.track(), full_scale=True)
    assert "does not show the whole scale" not in whole.caption


def test_missing_waves_are_gaps_and_changes_are_marked():
    picture = figures.track(shown.track(), contrasts=shown.contrasts())
    assert "Missing waves are gaps." in picture.caption
    marks = [text.get_text() for axes in picture.axes for text in axes.texts]
    assert marks == ["▽"]


def test_labels_may_hold_dollars_and_carets():
    result = shown.gaps()
    labels = {**result.about.labels, "empathy": "Fair price ($5 or $6_x^2)"}
    picture = figures.gap_bars(replace(result, about=replace(result.about, labels=labels)))
    assert "Fair price ($5 or $6_x^2)" in picture.svg()


def test_where_nothing_can_be_drawn_a_notice_says_why():
    result = shown.kpis_by_wave()
    picture = figures.plot(replace(result, table=result.table.tail(1)))
    assert picture.alt.startswith("There is nothing to draw here.")
    assert "Withheld, 6 respondents only" in picture.alt


def test_what_was_not_asked_is_said():
    missing = NotAsked(
        table=pd.DataFrame(), n=5, n_eff=5.0, conf_level=0.95, need="waves", about=shown.about()
    )
    assert "single wave" in figures.plot(missing).alt


def test_an_unknown_figure_is_answered_with_the_known_ones():
    with pytest.raises(AnalysisError, match="dumbbell"):
        figures.plot(shown.gaps(), kind="dumbell")


def test_ones_own_figure_needs_alternative_text():
    picture = plt.Figure()
    with pytest.raises(AnalysisError, match="alternative text"):
        figures.show(picture)
    assert figures.show(picture, alt="a line that rises").bundle()[0]["text/plain"]


def test_more_figures_can_be_registered(monkeypatch):
    monkeypatch.setattr(figures, "DRAWERS", dict(figures.DRAWERS))
    figures.register("Track", whole=lambda result: figures.track(result, full_scale=True))
    assert "Source" in figures.plot(shown.track(), kind="whole").caption


def test_coverage_draws_only_what_some_wave_was_not_asked():
    picture = figures.plot(shown.quality(), kind="coverage")
    assert "P2: 2024" in picture.alt
    assert "P1" not in picture.alt
    everywhere = shown.quality()
    asked = everywhere.coverage[everywhere.coverage["item"] == "P1"]
    told = figures.plot(replace(everywhere, coverage=asked), kind="coverage").alt
    assert told == "Every question was asked in every wave."
