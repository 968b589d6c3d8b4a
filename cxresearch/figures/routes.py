"""Arrows between boxes: bent so that they end at their boxes and run through no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.path import Path
from matplotlib.transforms import Bbox

_BENDS = (0.0, 0.12, -0.12, 0.22, -0.22, 0.34, -0.34, 0.48, -0.48, 0.65, -0.65, 0.85, -0.85)
_WAYS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.22, 0.78)  # along an arrow, where its number may stand
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Arc:
    """A bent line (a quadratic Bézier curve) between two points, in pixels."""

    start: np.ndarray
    control: np.ndarray
    end: np.ndarray

    @classmethod
    def between(cls, start: np.ndarray, end: np.ndarray, bend: float) -> Arc:
        """Return the arc whose middle lies aside by half of `bend` times its length."""
        right, up = end - start
        return cls(start, (start + end) / 2 + bend * np.array([up, -right]), end)

    def at(self, way: float | np.ndarray) -> np.ndarray:
        """Return the points at these parts of the way, shape (…, 2)."""
        way = np.asarray(way)[..., None]
        points: np.ndarray = (1 - way) ** 2 * self.start + way**2 * self.end
        points = points + 2 * way * (1 - way) * self.control
        return points

    def part(self, first: float, last: float) -> Arc:
        """Return the arc from one part of the way to another."""
        middle = (1 - first) * (1 - last) * self.start + first * last * self.end
        middle += ((1 - first) * last + first * (1 - last)) * self.control
        return Arc(self.at(first), middle, self.at(last))

    def path(self) -> Path:
        """Return the arc as matplotlib draws it."""
        points = [self.start, self.control, self.end]
        return Path(points, [Path.MOVETO, Path.CURVE3, Path.CURVE3])


def route(start: Bbox, end: Bbox, others: Sequence[Bbox], drawn: Sequence[Arc]) -> Arc:
    """Return the least bent arc from box to box that meets no other box.

    Parameters
    ----------
    start, end : Bbox
        The boxes that it joins, in pixels.
    others : sequence of Bbox
        Boxes that it should keep clear of.
    drawn : sequence of Arc
        Arcs that are there already; the same way is not gone twice.
    """
    best: tuple[float, Arc] | None = None
    for bend in _BENDS:
        whole = Arc.between(_middle(start), _middle(end), bend)
        arc = _outside(whole, start, end)
        points = arc.at(np.linspace(0, 1, _STEPS))
        cost = abs(bend)
        cost += 10 * sum(_within(points, box).mean() for box in others)
        cost += sum(_together(points, one) for one in drawn)
        if best is None or cost < best[0]:
            best = (cost, arc)
    assert best is not None
    return best[1]


def spot(arc: Arc, boxes: Sequence[Bbox], taken: Sequence[np.ndarray], apart: float) -> np.ndarray:
    """Return a point on the arc for its number, outside boxes and apart from other numbers."""
    best: tuple[float, np.ndarray] | None = None
    for order, way in enumerate(_WAYS):
        point = arc.at(way)
        near = sum(float(np.hypot(*(point - one))) < apart for one in taken)
        cost = order / 100 + near + sum(_within(point[None], box).any() for box in boxes)
        if best is None or cost < best[0]:
            best = (cost, point)
    assert best is not None
    return best[1]


def _outside(arc: Arc, start: Bbox, end: Bbox) -> Arc:
    """Return the part of an arc that lies between its two boxes."""
    ways = np.linspace(0, 1, 4 * _STEPS)
    points = arc.at(ways)
    left, reached = _within(points, start), _within(points, end)
    first = float(ways[left][-1]) if left.any() else 0.0
    last = ways[reached & (ways > first)]
    return arc.part(first, float(last[0]) if len(last) else 1.0)


def _within(points: np.ndarray, box: Bbox) -> np.ndarray:
    low, high = np.array(box.min), np.array(box.max)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _together(points: np.ndarray, other: Arc) -> float:
    """Return which part of an arc runs along another one."""
    there = other.at(np.linspace(0, 1, _STEPS))
    apart = np.hypot(*(points[:, None] - there[None]).transpose(2, 0, 1)).min(axis=1)
    return float((apart < 8).mean())


def _middle(box: Bbox) -> np.ndarray:
    return np.array([(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2])
