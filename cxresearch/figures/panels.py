"""Panels that many figures share: rows of dots with intervals, and panels one beside the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.about import About
from cxresearch.figures.parts import (
    ESTIMATE,
    Marker,
    beside,
    dots,
    flat,
    number_axis,
    rows_axis,
    scale_of,
)

_TALLEST = 8.6  # inches of panels that a printed page holds with title and lines below


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """A panel of rows: a dot with its interval in each, named at the left, told at the right.

    Attributes
    ----------
    rows : DataFrame
        A row per dot, the first one on top.
    names, texts : sequence of str
        What stands left and right of each row.
    markers : sequence of Marker
        How each dot looks.
    unit : str
        Of the numbers; shares are drawn in percent.
    ends : tuple of str
        Columns of the estimate and of both ends of its interval.
    change : bool
        Numbers are differences: signed, with a line at zero.
    bars : str
        Colour of bars from zero under the dots; none without one.
    limits : pair of floats, optional
        Ends of the axis; by default (or where one is None) it takes what it needs.
    axis, title, heading : str
        Words under the axis, over the panel, and over the texts at the right.
    spoken : sequence of str
        Texts for the alternative text, where it says more than what stands beside the rows.
    """

    rows: pd.DataFrame
    names: Sequence[str]
    texts: Sequence[str]
    markers: Sequence[Marker]
    unit: str
    ends: tuple[str, str, str] = ESTIMATE
    change: bool = False
    bars: str = ""
    limits: tuple[float, float | None] | None = None
    axis: str = ""
    title: str = ""
    heading: str = ""
    spoken: Sequence[str] = ()


def below_each_other(
    about: About, names: Sequence[Sequence[str]], *, least: float = 0.34, room: float = 0.85
) -> tuple[theme.Picture, list[Axes]]:
    """Return a figure with a panel per list of row names, rows of all panels equally high.

    Rows move closer together where the figure would be higher than a printed page.

    Parameters
    ----------
    about : About
        Where the accent comes from.
    names : sequence of sequences of str
        The names of the rows of each panel, already broken into lines.
    least : float
        Inches of a row whose name has one line.
    room : float
        Inches of each panel for its axis and title.
    """
    every = [name for some in names for name in some]
    narrow = (_TALLEST - room * len(names)) / max(len(every), 1)
    step = max(min(theme.row_height(every, least), narrow), theme.row_height(every, 0))
    heights = [step * len(some) + room for some in names]
    return theme.canvas(about, rows=len(heights), height=sum(heights), height_ratios=heights)


def two_across(about: About, count: int, *, height: float) -> tuple[theme.Picture, list[Axes]]:
    """Return a figure with this many panels, two in a row where there are several.

    Parameters
    ----------
    about : About
        Where the accent comes from.
    count : int
        Panels.
    height : float
        Inches of a row of panels.
    """
    across = min(2, count)
    down = -(-count // across)
    figure, every = theme.canvas(about, rows=down, columns=across, height=height * down)
    for axes in every[count:]:
        axes.set_visible(False)
    return figure, every[:count]


def draw(axes: Axes, panel: Dots, language: str) -> list[str]:
    """Draw a panel of rows; return "name: text" of each for the alternative text."""
    if panel.bars:
        lengths = panel.rows[panel.ends[0]].to_numpy(float) * scale_of(panel.unit)
        look = {"height": 0.6, "color": panel.bars, "alpha": 0.3, "linewidth": 0}
        axes.barh(range(len(lengths)), lengths, **look)  # type: ignore[arg-type]
    dots(axes, panel.rows, panel.markers, unit=panel.unit, names=panel.ends)
    if panel.change:
        axes.axvline(0, color=theme.INK, linewidth=1)
    rows_axis(axes, panel.names)
    if panel.limits is None:
        axes.margins(x=0.06)
    else:
        axes.set_xlim(*panel.limits)
    number_axis(axes, panel.unit, language, change=panel.change)
    theme.clean(axes)
    axes.set_xlabel(panel.axis)
    if panel.title:
        axes.set_title(panel.title, pad=16)
    beside(axes, panel.texts, panel.heading)
    told = panel.spoken or panel.texts
    return [flat(f"{name}: {text}") for name, text in zip(panel.names, told, strict=True)]
