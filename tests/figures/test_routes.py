"""Arrows end at their boxes and go round the others."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.transforms import Bbox

from cxresearch.figures.routes import Arc, route, spot

LEFT, MIDDLE, RIGHT = (Bbox.from_bounds(x, 0, 60, 30) for x in (0, 120, 240))


def _points(arc):
    return arc.at(np.linspace(0, 1, 200))


def _inside(points, box):
    return ((points > np.array(box.min)) & (points < np.array(box.max))).all(axis=1)


def test_a_free_way_is_straight_and_ends_at_both_boxes():
    arc = route(LEFT, MIDDLE, [], [])
    assert arc.start == pytest.approx([60, 15], abs=2)
    assert arc.end == pytest.approx([120, 15], abs=2)
    assert np.ptp(_points(arc)[:, 1]) == pytest.approx(0)


def test_a_box_in_the_way_is_gone_round():
    points = _points(route(LEFT, RIGHT, [MIDDLE], []))
    assert not _inside(points, MIDDLE).any()
    assert not _inside(points, LEFT)[5:-5].any()
    assert not _inside(points, RIGHT)[5:-5].any()


def test_the_way_back_is_another_one():
    there = route(LEFT, MIDDLE, [], [])
    back = route(MIDDLE, LEFT, [], [there])
    middle = float(abs(back.at(0.5)[1] - there.at(0.5)[1]))
    assert middle > 1


def test_a_part_of_an_arc_lies_on_it():
    arc = Arc.between(np.array([0.0, 0.0]), np.array([10.0, 0.0]), 0.4)
    part = arc.part(0.2, 0.7)
    assert part.start == pytest.approx(arc.at(0.2))
    assert part.at(0.5) == pytest.approx(arc.at(0.45))
    assert part.end == pytest.approx(arc.at(0.7))


def test_numbers_stand_outside_boxes_and_apart():
    arc = Arc.between(np.array([0.0, 15.0]), np.array([300.0, 15.0]), 0.0)
    first = spot(arc, [MIDDLE], [], 18)
    assert not _inside(first[None], MIDDLE).any()
    second = spot(arc, [MIDDLE], [first], 18)
    assert np.hypot(*(second - first)) >= 18
