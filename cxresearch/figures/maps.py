"""Maps and grids: cells with their texts, and names that keep clear of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import AxesImage
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from cxresearch import theme

_DARK = 0.65  # of the colour's full strength: from here on texts are white
_CROSSED = 200.0  # square pixels that a name on a line counts as covering
_APART = 3.0  # square pixels that each point of distance counts, once a line must lead there
_BESIDE = 15  # points: names farther from their own point than this have such a line
_NEAR = (
    *((7, 7, "left"), (7, -7, "left"), (-7, 7, "right"), (-7, -7, "right")),
    *((0, 12, "center"), (0, -12, "center"), (7, 17, "left"), (7, -17, "left")),
    *((-7, 17, "right"), (-7, -17, "right"), (0, 24, "center"), (0, -24, "center")),
)
_FAR = tuple(
    (right, up, "left" if right > 0 else "right")
    for away in (28, 42, 56, 72)
    for up in (away / 4, -away / 4, away / 2, -away / 2, away, -away)
    for right in (away, -away, away / 3, -away / 3)
)
_AROUND = (*_NEAR, *_FAR)  # right, up and alignment of a name, in points from its own point

#: A straight line on a map: its two ends, in data.
Line = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """What a grid shows: numbers for the colours, texts, and which texts are bold."""

    values: np.ndarray
    texts: Sequence[Sequence[str]]
    bold: np.ndarray
    rows: Sequence[str]
    columns: Sequence[str]


def grid(axes: Axes, cells: Cells, *, colours: str, ends: tuple[float, float]) -> AxesImage:
    """Draw a grid of coloured cells, each with its text, without frame or ticks."""
    image = axes.imshow(cells.values, cmap=colours, vmin=ends[0], vmax=ends[1], aspect="auto")
    strongest = max(abs(ends[0]), abs(ends[1]))
    for (i, j), value in np.ndenumerate(cells.values):
        if not np.isfinite(value):
            continue
        axes.text(
            j,
            i,
            cells.texts[i][j],
            ha="center",
            va="center",
            fontsize=9,
            weight="bold" if cells.bold[i, j] else "normal",
            color="white" if abs(value) > _DARK * strongest else theme.INK,
        )
    axes.set_yticks(range(len(cells.rows)), list(cells.rows))
    axes.set_xticks(range(len(cells.columns)), list(cells.columns))
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return image


def name_points(
    axes: Axes,
    places: np.ndarray,
    names: Sequence[str],
    styles: Sequence[Mapping[str, Any]],
    *,
    lines: Sequence[Line] = (),
    texts: Sequence[Text] = (),
) -> None:
    """Write a name beside every point so that names cover neither points, lines nor each other.

    Each name takes the first place around its point that is free, else the one where it covers
    least; a thin line leads to a name that lies farther away. The figure must be finished: where
    things lie is known only when titles and lines below have taken their room.

    Parameters
    ----------
    axes : Axes
        The map.
    places : array, shape (k, 2)
        The points, in data.
    names : sequence of str
        Their names.
    styles : sequence of mappings
        How each name is written.
    lines : sequence of pairs of points
        Lines drawn on the map, such as intervals, in data.
    texts : sequence of Text
        What is written there already.
    """
    figure = axes.figure.get_figure(root=True)
    assert figure is not None
    figure.draw_without_rendering()
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    scale = figure.dpi / 72
    points = axes.transData.transform(places)
    taken = [
        Bbox.from_bounds(x - 5 * scale, y - 5 * scale, 10 * scale, 10 * scale) for x, y in points
    ]
    taken += [text.get_window_extent(renderer) for text in texts]
    drawn = [Path(axes.transData.transform(line)) for line in lines]
    inside = axes.get_window_extent(renderer)
    for number, name in enumerate(names):
        best: tuple[float, int, Bbox] | None = None
        for order, (right, up, side) in enumerate(_AROUND):
            text = axes.annotate(
                name,
                tuple(places[number]),
                xytext=(right, up),
                textcoords="offset points",
                ha=side,
                va="center",
                **styles[number],
            )
            box = text.get_window_extent(renderer)
            text.remove()
            covered = sum(_shared(box, one) for one in taken)
            covered += box.width * box.height - _shared(box, inside)
            covered += _CROSSED * sum(line.intersects_bbox(box) for line in drawn)
            if abs(up) > _BESIDE or abs(right) > _BESIDE:
                covered += _APART * float(np.hypot(right, up))
                x, y = points[number]
                leader = Path([(x, y), (x + right * scale, y + up * scale)])
                crossed = [leader.intersects_bbox(one) for one in taken]
                covered += _CROSSED * (sum(crossed) - 1)  # its own point is no hindrance
            if best is None or covered < best[0] - 1e-6:
                best = (covered, order, box)
            if covered <= 0:
                break
        assert best is not None
        right, up, side = _AROUND[best[1]]
        point: dict[str, Any] = {"xytext": (right, up), "textcoords": "offset points"}
        if abs(up) > _BESIDE or abs(right) > _BESIDE:
            thin = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 0.6, "shrinkA": 0}
            drawn_to = axes.annotate("", tuple(places[number]), arrowprops=thin, **point)
            drawn_to.set_in_layout(False)
        written = axes.annotate(
            name,
            tuple(places[number]),
            ha=side,
            va="center",
            zorder=5,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.7, "pad": 0.3},
            **point,
            **styles[number],
        )
        written.set_in_layout(False)
        taken.append(best[2])


def _shared(one: Bbox, other: Bbox) -> float:
    """Return the area that two boxes share, in square pixels."""
    both = Bbox.intersection(one, other)
    return 0.0 if both is None else float(both.width * both.height)
