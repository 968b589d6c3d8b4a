"""Maps and grids: cells with their texts, and names that keep clear of each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.image import AxesImage
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox

from cxresearch import theme

_DARK = 0.65  # of the colour's full strength: from here on texts are white
_AROUND = (
    *((7, 6, "left"), (7, -6, "left"), (-7, 6, "right"), (-7, -6, "right")),
    *((0, 12, "center"), (0, -12, "center"), (7, 17, "left"), (7, -17, "left")),
    *((-7, 17, "right"), (-7, -17, "right"), (0, 24, "center"), (0, -24, "center")),
)


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
    styles: Sequence[dict[str, Any]],
    *,
    away: float = 1.0,
) -> None:
    """Write a name beside every point so that names cover neither points nor each other.

    Each name takes the first of twelve places around its point that is free, else the one where
    it covers least; a thin line leads to a name that lies farther away. `away` stretches the
    distances, so that names keep clear of intervals. The axes' limits must be set before.
    """
    figure = axes.figure
    around = [(right * away, up * away, side) for right, up, side in _AROUND]
    renderer = FigureCanvasAgg(figure.get_figure(root=True)).get_renderer()  # type: ignore[no-untyped-call]
    points = axes.transData.transform(places)
    scale = figure.dpi / 72
    taken = [
        Bbox.from_bounds(x - 5 * scale, y - 5 * scale, 10 * scale, 10 * scale) for x, y in points
    ]
    inside = axes.get_window_extent(renderer)
    for number, name in enumerate(names):
        best: tuple[float, int, Bbox] | None = None
        for order, (right, up, side) in enumerate(around):
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
            others = [one for at, one in enumerate(taken) if at != number]
            covered = sum(_shared(box, one) for one in others)
            covered += box.width * box.height - _shared(box, inside)
            if best is None or covered < best[0] - 1e-6:
                best = (covered, order, box)
            if covered <= 0:
                break
        assert best is not None
        right, up, side = around[best[1]]
        line = {"arrowstyle": "-", "color": theme.MUTED, "linewidth": 0.6, "shrinkA": 0}
        axes.annotate(
            name,
            tuple(places[number]),
            xytext=(right, up),
            textcoords="offset points",
            ha=side,
            va="center",
            arrowprops=line if abs(up) > 15 * away else None,
            zorder=5,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            **styles[number],
        )
        taken.append(best[2])


def _shared(one: Bbox, other: Bbox) -> float:
    """Return the area that two boxes share, in square pixels."""
    both = Bbox.intersection(one, other)
    return 0.0 if both is None else float(both.width * both.height)
