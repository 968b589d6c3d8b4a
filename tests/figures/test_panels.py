"""Panels of dots say what they draw, and keep rows and numbers together."""

from __future__ import annotations

import pandas as pd
import pytest

from cxresearch import theme
from cxresearch.about import About
from cxresearch.figures import panels
from cxresearch.figures.parts import Marker

ROWS = pd.DataFrame({"estimate": [0.2, 0.5], "conf_low": [0.1, 0.4], "conf_high": [0.3, 0.6]})


def _panel(**choices):
    named = {"names": ["quick\nanswers", "prices"], "texts": ["20%", "50%"], "unit": "share"}
    return panels.Dots(rows=ROWS, markers=[Marker("#123456")] * 2, **(named | choices))


def _drawn(panel):
    with theme.look(About()):
        figure, (axes,) = panels.below_each_other(About(), [panel.names])
        said = panels.draw(axes, panel, "en")
        figure.draw_without_rendering()
        return axes, said


def test_shares_are_drawn_in_percent_with_their_texts_beside():
    axes, said = _drawn(_panel(axis="of all", title="Satisfaction", heading="share"))
    intervals = [line.get_xdata() for line in axes.lines if len(line.get_xdata()) == 2]
    assert [list(one) for one in intervals] == [pytest.approx([10, 30]), pytest.approx([40, 60])]
    assert said == ["quick answers: 20%", "prices: 50%"]
    assert [text.get_text() for text in axes.texts] == ["20%", "50%", "share"]
    assert axes.get_xlabel() == "of all"


def test_what_is_spoken_may_say_more_than_what_stands_beside():
    _axes, said = _drawn(_panel(spoken=["20%, falling", "50%, rising"]))
    assert said == ["quick answers: 20%, falling", "prices: 50%, rising"]


def test_differences_have_a_line_at_zero_and_bars_begin_there():
    axes, _said = _drawn(_panel(change=True, bars="#abcdef"))
    assert [0.0, 0.0] in [list(line.get_xdata()) for line in axes.lines]
    assert [bar.get_width() for bar in axes.patches] == pytest.approx([20, 50])
    assert any("+" in tick.get_text() for tick in axes.get_xticklabels())


def test_limits_may_be_open_at_one_end():
    axes, _said = _drawn(_panel(limits=(0, None)))
    low, high = axes.get_xlim()
    assert low == 0
    assert high >= 60


def test_panels_below_each_other_give_every_row_the_same_height():
    figure, every = panels.below_each_other(About(), [["a"], ["a", "b", "c"]], least=0.3, room=0.5)
    assert len(every) == 2
    assert figure.get_figheight() == pytest.approx(4 * 0.3 + 2 * 0.5)


def test_a_panel_without_partner_leaves_its_place_empty():
    figure, every = panels.two_across(About(), 3, height=2.0)
    assert len(every) == 3
    assert [axes.get_visible() for axes in figure.axes] == [True, True, True, False]
    assert figure.get_figheight() == pytest.approx(4.0)


def test_rows_move_together_before_a_figure_outgrows_its_page():
    names = [[f"row {place}" for place in range(6)]] * 3
    figure, _every = panels.below_each_other(About(), names, least=0.46, room=1.1)
    assert figure.get_figheight() == pytest.approx(8.6)
    figure, _every = panels.below_each_other(About(), [names[0] * 10], least=0.4, room=0.85)
    assert figure.get_figheight() > 8.6
