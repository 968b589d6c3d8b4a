"""Names on maps keep clear of points, lines and each other, and always in the same way."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.path import Path

from cxresearch import theme
from cxresearch.about import About
from cxresearch.figures import maps


def _drawn(places, lines=(), names=None):
    """Return the picture, its axes, and the boxes of the names on it."""
    names = names or [f"Driver number {place}" for place in range(len(places))]
    with theme.look(About()):
        picture, (axes,) = theme.canvas(About(), height=4.0)
        axes.plot(*np.array(places, float).T, linestyle="none", marker="o")
        for line in lines:
            axes.plot(*np.array(line, float).T)
        axes.set(xlim=(0, 10), ylim=(0, 10))
        theme.finish(picture, title="A map", below=["n = 10."])
        maps.name_points(axes, np.array(places, float), names, [{"fontsize": 9}] * len(names),
                         lines=lines)  # fmt: skip
        renderer = FigureCanvasAgg(picture).get_renderer()
        written = {text.get_text(): text for text in axes.texts if text.get_text()}
        boxes = [written[one].get_window_extent(renderer) for one in names]
        return picture, axes, boxes


def _cross(x, y, reach=0.8):
    return [((x - reach, y), (x + reach, y)), ((x, y - reach), (x, y + reach))]


def test_names_lie_beside_crosses_and_not_on_them():
    places = [(2, 2), (2.6, 2.4), (5, 5), (5.4, 4.9), (8, 3), (7.6, 8)]
    lines = [line for place in places for line in _cross(*place)]
    _picture, axes, boxes = _drawn(places, lines)
    drawn = [Path(axes.transData.transform(line)) for line in lines]
    crossed = [line.intersects_bbox(box) for box in boxes for line in drawn]
    assert not any(crossed)


@pytest.mark.parametrize("seed", range(3))
def test_names_never_cover_each_other_or_leave_the_map(seed):
    places = np.random.default_rng(seed).uniform(1, 9, (10, 2)).tolist()
    _picture, axes, boxes = _drawn(places)
    inside = axes.get_window_extent()
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    for box in boxes:
        assert inside.x0 - 1 <= box.x0
        assert box.x1 <= inside.x1 + 1


def test_a_name_that_lies_apart_is_led_to_its_point():
    crowd = [(5 + 0.05 * place, 5) for place in range(6)]
    _picture, axes, _boxes = _drawn(crowd)
    leaders = [text for text in axes.texts if not text.get_text()]
    assert leaders


def test_the_same_map_is_named_the_same_way():
    places = [(2, 2), (2.2, 2.1), (5, 5)]
    first, second = (_drawn(places)[0].svg() for _again in range(2))
    assert first == second


def test_names_of_two_lines_leave_their_own_point_free():
    places, names = [(5, 5)], ["Complete and\nwithout damage"]
    _picture, axes, (box,) = _drawn(places, _cross(5, 5, 3), names)
    x, y = axes.transData.transform(places[0])
    assert not box.contains(x, y)
