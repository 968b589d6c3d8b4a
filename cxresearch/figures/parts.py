"""What all figures are drawn with: dots with intervals, numbers beside them, lines below."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, cast

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxresearch import theme
from cxresearch.about import About
from cxresearch.results import Result
from cxresearch.text import Translator, amounts, translator
from cxresearch.text.captions import base_line, level, source_line
from cxresearch.text.catalogue import mark
from cxresearch.text.notes import sentences
from cxresearch.text.words import word

P = ParamSpec("P")

RANGES = {"share": (0.0, 100.0), "nps": (-100.0, 100.0), "index": (0.0, 100.0)}
AXES = {
    "share": mark("percent"),
    "nps": mark("NPS, points from −100 to 100"),
    "points": mark("scale points"),
    "index": mark("index from 0 to 100"),
}
CHANGE_AXES = {
    "share": mark("difference in percentage points"),
    "nps": mark("difference in NPS points"),
    "points": mark("difference in scale points"),
    "index": mark("difference in index points"),
}
ESTIMATE = ("estimate", "conf_low", "conf_high")
CUT = mark("⁄⁄ The axis does not show the whole scale.")
_DOT = 6.5
_LEAST_WIDTH = 3.1  # inches of panel that labels and numbers must leave
_LONGEST_ALT = 20


@dataclass(frozen=True, slots=True)
class Marker:
    """How one dot looks: colour and filling; an open dot says "not for sure"."""

    colour: str
    filled: bool = True
    shape: str = "o"


def tell(result: Result) -> Translator:
    """Return the translator into the result's language."""
    return translator(result.about.language)


class Nothing(Exception):  # noqa: N818 - not an error: `or_notice` draws a notice instead
    """There is nothing to draw."""


def need_rows(frame: pd.DataFrame) -> None:
    """Draw a notice instead of the figure where the frame has no rows (see `or_notice`)."""
    if frame.empty:
        raise Nothing


def or_notice(draw: Callable[P, theme.Picture]) -> Callable[P, theme.Picture]:
    """Return the drawing function that says so, with the reasons, where nothing can be drawn."""

    @wraps(draw)
    def drawn(*args: P.args, **choices: P.kwargs) -> theme.Picture:
        try:
            return draw(*args, **choices)
        except Nothing:
            return notice(cast(Result, args[0]))

    return drawn


def notice(result: Result, text: str = "") -> theme.Picture:
    """Return a figure of words: nothing can be drawn, and why."""
    _ = tell(result)
    title = text or _("There is nothing to draw here.")
    told = sentences(result.notes, result.about)
    reasons = [text for severity, text in told if severity == "suppressed"][:3]
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=0.2)
        axes.set_axis_off()
        alt = " ".join([title, *reasons])
        return theme.finish(figure, title=title, below=reasons, alt=alt)


def dots(
    axes: Axes,
    rows: pd.DataFrame,
    markers: Sequence[Marker],
    *,
    unit: str,
    names: tuple[str, str, str] = ESTIMATE,
) -> None:
    """Draw a dot with its interval in every row, from above; rows without a number stay empty."""
    scale = scale_of(unit)
    estimate, low, high = (rows[name].to_numpy(float) * scale for name in names)
    for place, marker in enumerate(markers):
        if not np.isfinite(estimate[place]):
            continue
        axes.plot(
            [low[place], high[place]],
            [place, place],
            color=marker.colour,
            linewidth=2.2,
            solid_capstyle="butt",
            zorder=3,
        )
        axes.plot(
            [estimate[place]],
            [place],
            marker=marker.shape,
            markersize=_DOT,
            color=marker.colour,
            markerfacecolor=marker.colour if marker.filled else "white",
            markeredgewidth=1.6,
            linestyle="none",
            zorder=4,
        )


def scale_of(unit: str) -> float:
    """Return what figures of a unit are multiplied with when drawn: shares are in percent."""
    return 100.0 if unit == "share" else 1.0


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a frame, each by the names of its columns."""
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def flat(text: str) -> str:
    """Return a text that was broken into lines as one line."""
    return text.replace("\n", " ")


def axis_words(unit: str, result: Result, *, change: bool = False) -> str:
    """Return what an axis of figures (or of their differences) in a unit is called."""
    _ = tell(result)
    if change:
        return _(CHANGE_AXES[unit]) if unit in CHANGE_AXES else _("difference")
    if unit in AXES:
        return _(AXES[unit])
    return word(unit, result.about.language) if unit not in ("", "number", "count") else ""


def rows_axis(axes: Axes, names: Sequence[str]) -> None:
    """Label the rows, the first one on top."""
    axes.set_yticks(range(len(names)), list(names))
    axes.set_ylim(len(names) - 0.5, -0.5)


def beside(axes: Axes, texts: Sequence[str], title: str = "") -> None:
    """Write a text at the right of every row, and a small title over them."""
    place = axes.get_yaxis_transform()
    for row, text in enumerate(texts):
        axes.text(1.02, row, text, transform=place, va="center", fontsize=9, color=theme.INK)
    if title:
        axes.annotate(
            title,
            (1.02, 1),
            xycoords="axes fraction",
            xytext=(0, 4),
            textcoords="offset points",
            va="bottom",
            fontsize=8.5,
            color=theme.MUTED,
        )


def number_axis(
    axes: Axes, unit: str, language: str, *, side: str = "x", change: bool = False
) -> None:
    """Write ticks as the language writes numbers; few enough not to touch each other."""
    axis = axes.xaxis if side == "x" else axes.yaxis
    whole = unit == "count"
    axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 2.5, 5, 10], integer=whole))

    def written(value: float, _place: int | None) -> str:
        places = 0
        while places < 3 and abs(value * 10**places - round(value * 10**places)) > 1e-6:
            places += 1
        if change:
            return amounts.signed(value, places, language)
        text = amounts.number(value, places, language)
        return amounts.percent(round(value / 100, 9), places, language) if unit == "share" else text

    axis.set_major_formatter(FuncFormatter(written))


def scale_range(about: About, key: object, unit: str) -> tuple[float, float] | None:
    """Return the ends of the scale in the units drawn, where they are known."""
    if unit in RANGES:
        return RANGES[unit]
    return about.scales.get(str(key))


def full_range(axes: Axes, ends: tuple[float, float] | None) -> bool:
    """Show the whole scale, or mark the axis as cut where its ends are not known."""
    if ends is None:
        axes.margins(x=0.08)
        theme.broken(axes)
        return True
    pad = 0.02 * (ends[1] - ends[0])
    axes.set_xlim(ends[0] - pad, ends[1] + pad)
    return False


def footer(result: Result, *more: str, intervals: bool = True) -> list[str]:
    """Return the lines below a figure: base and interval, what marks mean, the source."""
    base = base_line(result, intervals=intervals)
    told = [f"{base}." if base else "", *more]
    return [*(text for text in told if text), source_line(result.about)]


def interval_title(result: Result) -> str:
    """Return what stands over estimates with their intervals."""
    _ = tell(result)
    return _("estimate [{level} interval]", level=level(result))


def beside_estimate(
    row: Mapping[Any, Any],
    unit: str,
    language: str,
    *,
    change: bool = False,
    names: tuple[str, str, str] = ESTIMATE,
) -> str:
    """Return estimate and interval of a row, as written beside it."""
    write: Callable[..., str] = amounts.change if change else amounts.amount
    if pd.isna(row[names[0]]):
        return amounts.DASH
    estimate, low, high = (float(row[name]) for name in names)
    return f"{write(estimate, unit, language)} {amounts.interval(low, high, unit, language)}"


def company(name: str, language: str) -> str:
    """Return the name of a company: rivals have their own, ours is a word."""
    return word(name, language) if name == "own" else name


def spoken(pieces: Sequence[str], result: Result) -> str:
    """Return values for an alternative text: all of them, or the first and how many more."""
    shown = "; ".join(pieces[:_LONGEST_ALT])
    more = len(pieces) - _LONGEST_ALT
    if more <= 0:
        return shown
    _ = tell(result)
    count = amounts.number(more, 0, result.about.language)
    return shown + "; " + _.plural("{n} more", "{n} more", more, n=count)
