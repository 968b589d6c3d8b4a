"""How figures look: one theme that is put on for drawing and taken off again, and their frame.

`look` sets colours and type for the time of a ``with`` block; `Picture` is a matplotlib figure
that knows its alternative text and caption and shows itself as SVG; `finish` writes title,
bases and source around what was drawn. Colours are Okabe and Ito's, which people with any kind
of colour blindness can tell apart, led by the client's accent.
"""

from __future__ import annotations

import hashlib
import re
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from io import StringIO
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.textpath import text_to_path

from cxresearch.about import About
from cxresearch.svg import compact

INK = "#1b1f24"
MUTED = "#5f6b76"
GRID = "#dfe4e8"
GOOD = "#00795c"  # darker than Okabe and Ito's green, for contrast on white
BAD = "#b84700"
PALETTE = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#999999")
WIDTH = 7.6  # inches; a page of the report is as wide
MANY_POINTS = 500  # artists with more points are stored as an image inside the SVG
SALT = "cxresearch"

_TITLE, _SMALL = 12.5, 9.0
_LINE = 1.35 / 72  # inches of height per point of type
_NEAR = 0.05  # of the width, within which a line is measured as a whole
_SLACK = 0.94  # of the width is filled, for readers whose fonts run wider


@dataclass(frozen=True, slots=True)
class Look:
    """Colours in use: the client's accent and the palette after it."""

    accent: str
    palette: tuple[str, ...] = field(default=PALETTE)

    def colours(self, count: int) -> list[str]:
        """Return this many colours, the accent first; they repeat where there are too few."""
        all_colours = [self.accent, *self.palette[1:]]
        return [all_colours[place % len(all_colours)] for place in range(count)]


class Picture(Figure):
    """A matplotlib figure with alternative text and caption; shows itself as SVG in notebooks.

    Attributes
    ----------
    alt : str
        What the figure shows, in words and numbers, for those who do not see it.
    caption : str
        Base, interval and source in one line.
    """

    alt: str = ""
    caption: str = ""
    accent: str = About().accent

    def svg(self) -> str:
        """Return the figure as SVG: text stays text, same numbers give the same bytes."""
        return as_svg(self, self.alt + self.caption)

    def _ipython_display_(self) -> None:
        Shown(figure=self, alt=self.alt)._ipython_display_()  # the caption is drawn inside


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """Any matplotlib figure with its alternative text, shown as SVG where a notebook ends on it."""

    figure: Figure
    alt: str
    caption: str = ""

    def bundle(self) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Return what a notebook stores: data and metadata (``alt``, ``caption``) by type."""
        data = {
            "image/svg+xml": as_svg(self.figure, self.alt + self.caption),
            "text/plain": self.alt,
        }
        return data, {"image/svg+xml": {"alt": self.alt, "caption": self.caption}}

    def _ipython_display_(self) -> None:
        from IPython.display import display  # only a notebook calls this

        data, metadata = self.bundle()
        display(data, metadata=metadata, raw=True)  # type: ignore[no-untyped-call]


def as_svg(figure: Figure, salt: str) -> str:
    """Return a figure as SVG without date; `salt` keeps the ids of two figures apart."""
    with mpl.rc_context(_settings()):
        _rasterise(figure)
        figure.draw_without_rendering()
        figure.set_layout_engine(None)  # the layout is made; it must neither move nor cost again
        _lines_apart(figure)
        text = StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return _numbered(compact(text.getvalue()), f"g{hashlib.sha256(salt.encode()).hexdigest()[:6]}")


def _lines_apart(figure: Figure) -> None:
    """Let each line of a label be a text of its own, anchored on the side it is aligned to.

    Texts stay texts in the SVG, so a reader's font sets them: lines that matplotlib has placed by
    the widths of its own font would not end at one edge.
    """
    several = [
        one
        for one in figure.findobj(Text)
        if "\n" in one.get_text() and one.get_visible() and one.get_rotation() == 0
    ]
    to_figure = figure.transFigure.inverted()
    for one in several:
        side = one._multialignment or one.get_horizontalalignment()  # type: ignore[attr-defined]
        box = one.get_window_extent().transformed(to_figure)
        place = {"left": box.x0, "right": box.x1, "center": (box.x0 + box.x1) / 2}[side]
        lines = one.get_text().split("\n")
        _keep_frame(figure, one)
        for number, line in enumerate(lines):
            part = figure.text(
                place,
                box.y1 - (number + 0.5) * box.height / len(lines),
                line,
                horizontalalignment=side,
                verticalalignment="center_baseline",
            )
            part.set_fontproperties(one.get_fontproperties())
            part.set_color(one.get_color())
            part.set_zorder(one.get_zorder())
            part.set_alpha(one.get_alpha())
        one.set_visible(False)


def _keep_frame(figure: Figure, text: Text) -> None:
    """Draw the frame around a text by itself, so that it stays where the text becomes lines."""
    frame = text.get_bbox_patch()
    if frame is None:
        return
    box = frame.get_window_extent().transformed(figure.dpi_scale_trans.inverted())
    patch = FancyBboxPatch(
        box.min,
        box.width,
        box.height,
        boxstyle="round,pad=0,rounding_size=0.05",
        transform=figure.dpi_scale_trans,
        zorder=text.get_zorder(),
        facecolor=frame.get_facecolor(),
        edgecolor=frame.get_edgecolor(),
        linewidth=frame.get_linewidth(),
    )
    figure.add_artist(patch)


def _numbered(svg: str, prefix: str) -> str:
    """Return the SVG with its ids counted: matplotlib's tell the last bit of a coordinate."""
    names: dict[str, str] = {}
    for name in re.findall(r'\bid="([^"]+)"', svg):
        names.setdefault(name, f"{prefix}-{len(names) + 1}")

    def new(found: re.Match[str]) -> str:
        return found[1] + names.get(found[2], found[2])

    return re.sub(r'(\bid="|url\(#|href="#)([^")]+)', new, svg)


@contextmanager
def look(about: About) -> Iterator[Look]:
    """Put the theme on for the time of a ``with`` block, in the accent of the study.

    Examples
    --------
    >>> before = mpl.rcParams["font.size"]
    >>> with look(About(accent="#aa0000")) as style:
    ...     style.accent
    '#aa0000'
    >>> mpl.rcParams["font.size"] == before
    True
    """
    with mpl.rc_context(_settings()):
        yield Look(about.accent)


def canvas(
    about: About, *, rows: int = 1, columns: int = 1, height: float = 4.0, **grid: Any
) -> tuple[Picture, list[Axes]]:
    """Return a figure with its panels in reading order (no pyplot, so nothing stays open).

    Parameters
    ----------
    about : About
        Where the accent comes from.
    rows, columns : int
        Panels.
    height : float
        Inches for the panels; `finish` adds room for title and lines below.
    **grid
        Handed to ``Figure.subplots`` (sharex, sharey, width_ratios, height_ratios).
    """
    figure = Picture(figsize=(WIDTH, height), layout="constrained")
    figure.accent = about.accent
    axes = figure.subplots(rows, columns, squeeze=False, **grid)
    return figure, list(axes.flat)


def finish(
    figure: Picture,
    *,
    title: str,
    subtitle: str = "",
    below: Sequence[str] = (),
    alt: str = "",
    legend: tuple[Sequence[Any], Sequence[str]] | None = None,
) -> Picture:
    """Write title, subtitle and the lines below the panels, and its alternative text.

    Parameters
    ----------
    figure : Picture
        Made by `canvas`; its panels keep their height, the figure grows.
    title : str
        What is found, with its uncertainty.
    subtitle : str
        What is drawn and in which unit.
    below : sequence of str
        Base, interval, marks and source; they become the caption too.
    alt : str
        Alternative text, made of the same numbers.
    legend : pair of sequences, optional
        Handles and words of one legend for all panels, under the subtitle.
    """
    panels = figure.get_figheight()
    titles = _wrapped(title, _TITLE, bold=True)
    subtitles = _wrapped(subtitle, _SMALL + 1)
    notes = [line for text in below for line in _wrapped(text, _SMALL)]
    head = _LINE * (len(titles) * _TITLE + len(subtitles) * (_SMALL + 1)) + 0.16
    key = 0.3 if legend else 0.0
    head += key
    foot = _LINE * len(notes) * _SMALL + (0.12 if notes else 0.02)
    height = panels + head + foot
    figure.set_figheight(height)
    room = (0, foot / height, 1, 1 - (head + foot) / height)
    figure.set_layout_engine("constrained", rect=room, w_pad=0.06, h_pad=0.05)
    left = 0.05 / WIDTH
    top = 1 - 0.05 / height
    written: dict[str, Any] = {"ha": "left", "va": "top", "linespacing": 1.2}
    figure.text(left, top, "\n".join(titles), fontsize=_TITLE, weight="bold", **written)
    top -= _LINE * len(titles) * _TITLE / height
    figure.text(
        left, top - 0.02 / height, "\n".join(subtitles), fontsize=_SMALL + 1, color=MUTED, **written
    )
    figure.text(
        left,
        0.04 / height,
        "\n".join(notes),
        fontsize=_SMALL,
        color=MUTED,
        ha="left",
        va="bottom",
        linespacing=1.2,
    )
    if legend:
        place = figure.legend(
            *legend,
            loc="upper left",
            bbox_to_anchor=(left, 1 - (head - key) / height),
            ncols=len(legend[1]),
            borderaxespad=0,
            borderpad=0,
            columnspacing=1.6,
            handletextpad=0.6,
        )
        place.set_in_layout(False)
    figure.alt = alt
    figure.caption = " ".join(below)
    return figure


def labels(texts: Sequence[str], width: int = 30) -> list[str]:
    r"""Return labels broken into lines, so that long ones are whole and readable.

    Examples
    --------
    >>> labels(["keeps faultless records"], 15)
    ['keeps faultless\nrecords']
    """
    return ["\n".join(textwrap.wrap(text, width)) or text for text in texts]


def row_height(texts: Sequence[str], least: float = 0.34) -> float:
    """Return inches for rows with these (broken) labels, each as high as the highest."""
    lines = max((text.count("\n") + 1 for text in texts), default=1)
    return max(least, 0.185 * lines + 0.1)


def broken(axes: Axes, side: str = "x") -> None:
    """Mark at the start of an axis that it does not show the whole scale."""
    size = {"markersize": 9, "color": INK, "linestyle": "none", "clip_on": False, "zorder": 9}
    step = [(-0.5, -1.0), (0.5, 1.0)]
    spots = [(0.012, 0.0), (0.022, 0.0)] if side == "x" else [(0.0, 0.02), (0.0, 0.04)]
    if side == "y":
        step = [(-1.0, -0.5), (1.0, 0.5)]
    for x, y in spots:
        mark = Line2D([x], [y], marker=step, transform=axes.transAxes, **size)  # type: ignore[arg-type]
        axes.add_line(mark)


def clean(axes: Axes, grid: Literal["x", "y"] = "x") -> None:
    """Take away frame and ticks that say nothing; keep grid lines of one axis."""
    sns.despine(ax=axes, left=grid == "x", bottom=grid == "y")
    axes.grid(visible=False)
    axes.grid(visible=True, axis=grid, color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y" if grid == "x" else "x", length=0)


def _settings() -> Any:
    return {
        **sns.axes_style("white"),
        "font.family": "sans-serif",
        "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
        "font.size": 10,
        "axes.labelsize": 10,
        "axes.titlesize": 10.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "xtick.labelsize": 9.5,
        "ytick.labelsize": 10,
        "legend.fontsize": 9.5,
        "legend.frameon": False,
        "text.color": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": MUTED,
        "xtick.color": INK,
        "ytick.color": INK,
        "text.parse_math": False,  # a $ in a label is a dollar
        "axes.unicode_minus": True,
        "svg.fonttype": "none",
        "svg.hashsalt": SALT,
        "figure.autolayout": False,
        "figure.constrained_layout.use": False,
        "figure.dpi": 100,
        "savefig.dpi": 144,
    }


def _wrapped(text: str, size: float, *, bold: bool = False) -> list[str]:
    room = 72 * WIDTH * _SLACK
    first, *words = text.split(" ")  # a space that does not break stays
    lines, used = [first], _about(first, size, bold=bold)
    for word in words:
        longer, taken = f"{lines[-1]} {word}", _about(f" {word}", size, bold=bold)
        near = abs(used + taken - room) <= _NEAR * room
        if (_long(longer, size, bold=bold) if near else used + taken) <= room:
            lines[-1], used = longer, used + taken
        else:
            lines.append(word)
            used = _about(word, size, bold=bold)
    return lines


def _long(text: str, size: float, *, bold: bool) -> float:
    """Return the length of a line in points."""
    font = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def _about(text: str, size: float, *, bold: bool) -> float:
    """Return the length of a line but for what letters move together: not to be measured again."""
    return sum(_letter(letter, size, bold=bold) for letter in text)


@lru_cache(maxsize=4096)
def _letter(letter: str, size: float, *, bold: bool) -> float:
    return _long(f"n{letter}n", size, bold=bold) - _long("nn", size, bold=bold)


def _rasterise(figure: Figure) -> None:
    for axes in figure.axes:
        for artist in axes.get_children():
            points = 0
            if isinstance(artist, PathCollection):
                points = len(np.atleast_2d(artist.get_offsets()))
            elif isinstance(artist, Line2D):
                points = len(np.atleast_1d(artist.get_xdata()))
            if points > MANY_POINTS:
                artist.set_rasterized(True)
