"""Figures of the questionnaire hold its numbers, fit their frame, and say where there are none."""

import re

import numpy as np
import pytest
import shown_psychometrics as made
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cxresearch import figures

KINDS = [
    ("reliability", "coefficients"),
    ("reliability", "item_rest"),
    ("n_factors", "scree"),
    ("explored", "loadings"),
    ("confirmed", "path"),
    ("invariance", "ladder"),
]


@pytest.mark.parametrize(("part", "kind"), KINDS)
@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_figure_states_its_base_and_fits_its_frame(part, kind, language):
    result = made.parts(made.examined())[part].in_language(language)
    picture = figures.plot(result, kind=kind)
    assert re.search(r"n = \d+", picture.caption)
    assert len(picture.alt) > 40
    assert "nan" not in picture.alt
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    written = [*picture.texts]
    for axes in picture.axes:
        written += [*axes.texts, axes.title, axes._left_title]
    for text in written:
        if text.get_text():
            box = text.get_window_extent(renderer)
            assert box.x0 >= -1, text
            assert box.x1 <= picture.bbox.width + 1, text
            assert text.get_fontsize() >= 8, text


@pytest.mark.parametrize(("part", "kind"), KINDS)
def test_too_few_answers_give_a_notice(part, kind):
    picture = figures.plot(made.parts(made.examined(n=12))[part], kind=kind)
    assert picture.alt
    assert not any(axes.axison for axes in picture.axes)


def test_alpha_and_its_interval_stand_where_the_numbers_are():
    result = made.examined().reliability
    (axes,) = figures.coefficients(result).axes
    dots = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx(list(result.table["alpha"]))
    (omega,) = [line for line in axes.lines if line.get_marker() == "D"]
    assert list(omega.get_xdata()) == pytest.approx(list(result.table["omega_total"]))


def test_the_scree_fills_what_stands_out_from_chance():
    result = made.examined().n_factors
    (axes,) = figures.scree(result).axes
    filled = [
        line
        for line in axes.lines
        if line.get_linestyle() == "None" and line.get_markerfacecolor() != "white"
    ]
    assert [len(line.get_xdata()) for line in filled] == [result.n_retained]


def test_the_map_shows_every_loading_in_the_order_of_the_questionnaire():
    result = made.examined().explored
    (axes,) = figures.loadings(result).axes
    wanted = result.pattern.to_numpy().ravel()
    shown = [float(text.get_text().replace("−", "-")) for text in axes.texts]
    assert shown == pytest.approx(list(np.round(wanted, 2)), abs=0.0051)


def test_the_path_has_an_arrow_per_item_and_an_arc_per_pair():
    result = made.examined().confirmed
    (axes,) = figures.path(result).axes
    kinds = [type(patch).__name__ for patch in axes.patches]
    assert kinds.count("FancyArrowPatch") == len(result.loadings)
    assert kinds.count("Rectangle") == len(result.loadings)
    assert kinds.count("Ellipse") == 3
    assert len(axes.lines) == len(result.htmt)


def test_a_rung_that_does_not_hold_is_dashed():
    result = made.examined(shift=1.0).invariance
    (axes,) = figures.ladder(result).axes
    dashed = [patch.get_linestyle() == "--" for patch in axes.patches]
    assert dashed == [not holds for holds in result.table["holds"][::-1]]
    assert any(dashed)
