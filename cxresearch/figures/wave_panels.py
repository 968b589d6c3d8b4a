"""Panels of waves: one per measure and group, waves along the bottom, figures up the side."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    CUT,
    axis_words,
    footer,
    number_axis,
    records,
    scale_of,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings.phrases import group_name
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label

_PANEL_HEIGHT = 2.3
_CHARACTERS = 66  # of an axis label that fit across the figure
_FROM_ZERO = ("count", "per_thousand", "per_hundred", "per_hour")  # nothing lies below

#: Draws the rows of one panel; returns the names of its waves and what an alternative text says.
Panel = Callable[[Axes, pd.DataFrame, theme.Look], tuple[Sequence[str], str]]


def by_wave(
    result: Result,
    table: pd.DataFrame,
    panel: Panel,
    *,
    title: str,
    alt: str,
    below: Callable[[], Sequence[str]],
    intervals: bool = True,
    full_scale: bool = False,
) -> theme.Picture:
    """Draw a panel per measure (and group) and what stands around them.

    Parameters
    ----------
    result : Result
        Where labels, language and base come from.
    table : DataFrame
        Rows of all panels.
    panel : function
        Draws one of them.
    title : str
        The finding.
    alt : str
        Alternative text, with ``{values}`` where the figures belong.
    below : function
        The lines below the figure, asked for when everything is drawn.
    intervals : bool
        Whether the line of the base speaks of intervals.
    full_scale : bool
        Show the whole scale; otherwise a cut axis is marked as cut.
    """
    some = [
        rows.reset_index(drop=True)
        for _k, rows in table.groupby([*result.by, "measure"], sort=False)
    ]
    said: list[str] = []
    cut = False
    with theme.look(result.about) as style:
        figure, every = panels.two_across(result.about, len(some), height=_PANEL_HEIGHT)
        figure.set_figheight(figure.get_figheight() + 0.4)
        for axes, rows in zip(every, some, strict=True):
            waves, words = panel(axes, rows, style)
            said.append(words)
            _name_waves(axes, waves, min(2, len(some)))
            theme.clean(axes, grid="y")
            axes.set_title("\n".join(theme.labels([panel_name(rows, result)], 42)))
            cut |= _value_axis(axes, rows, result, full_scale=full_scale)
        _ = tell(result)
        return theme.finish(
            figure,
            title=title,
            below=footer(result, *below(), _(CUT) if cut else "", intervals=intervals),
            alt=alt.replace("{values}", spoken(said, result)),
            legend=every[0].get_legend_handles_labels(),
        )


def observed(axes: Axes, rows: pd.DataFrame, name: str) -> None:
    """Draw what the waves measured, with its intervals."""
    scale = scale_of(unit_of(rows))
    seen, low, high = (
        rows[column].to_numpy(float) * scale for column in ("observed", "conf_low", "conf_high")
    )
    axes.errorbar(
        np.arange(len(rows)),
        seen,
        yerr=np.vstack([seen - low, high - seen]),
        fmt="o",
        markersize=5,
        color=theme.INK,
        ecolor=theme.MUTED,
        elinewidth=1.3,
        label=name,
    )


def targets(axes: Axes, target: pd.DataFrame, scale: float) -> bool:
    """Draw the targets of a panel as dotted lines; return whether there are any."""
    values = [
        float(value)
        for name in ("target_value", "target_from", "target_to")
        for value in target[name].dropna().unique()[:1]
    ]
    for value in values:
        axes.axhline(value * scale, color=theme.GOOD, linewidth=1.4, linestyle=":")
    return bool(values)


def shade(axes: Axes, waves: Sequence[str], row: Mapping[Any, Any]) -> None:
    """Shade the waves between which a new level may have begun."""
    first, last = (waves.index(str(row[name])) for name in ("wave_first", "wave_last"))
    axes.axvspan(first - 0.9, last - 0.1, color=theme.GRID, zorder=0)


def same(frame: pd.DataFrame, rows: pd.DataFrame, result: Result) -> pd.DataFrame:
    """Return the rows of another frame for the measure and group of a panel."""
    for name in (*result.by, "measure"):
        if name in frame:
            frame = frame[frame[name] == rows[name].iloc[0]]
    return frame.reset_index(drop=True)


def unit_of(rows: pd.DataFrame) -> str:
    """Return the unit of a panel's figures."""
    return str(rows["unit"].iloc[0]) if "unit" in rows else ""


def panel_name(rows: pd.DataFrame, result: Result) -> str:
    """Return the name of a panel: its measure, and its group where there are groups."""
    row = rows.iloc[0].to_dict()
    group = group_name(row, result.by, result.about)
    return label(row["measure"], result.about) + (f" · {group}" if group else "")


def told(rows: pd.DataFrame, place: str, column: str, result: Result) -> str:
    """Return the figures of a panel for the alternative text."""
    unit, language = unit_of(rows), result.about.language
    values = ", ".join(
        f"{one[place]} {amounts.amount(one[column], unit, language)}" for one in records(rows)
    )
    return f"{panel_name(rows, result)}: {values}"


def _name_waves(axes: Axes, waves: Sequence[str], across: int) -> None:
    """Name as many waves as fit, always the latest."""
    needed = len(waves) * (max(len(wave) for wave in waves) + 1.5)
    step = max(1, math.ceil(needed / (_CHARACTERS / across)))
    shown = list(range(len(waves)))[::-step][::-1]
    axes.set_xticks(shown, [waves[place] for place in shown])
    axes.set_xlim(-0.5, len(waves) - 0.5)


def _value_axis(axes: Axes, rows: pd.DataFrame, result: Result, *, full_scale: bool) -> bool:
    """Label the axis of figures and set its ends; return whether it is cut."""
    unit = unit_of(rows)
    number_axis(axes, unit, result.about.language, side="y")
    axes.set_ylabel(axis_words(unit, result).partition(",")[0])
    ends = scale_range(result.about, rows["measure"].iloc[0], unit)
    if full_scale and ends is not None:
        axes.set_ylim(*ends)
        return False
    axes.margins(y=0.15)
    if unit in _FROM_ZERO:
        axes.set_ylim(bottom=0)
        return False
    low, high = axes.get_ylim()
    if ends is not None:
        low, high = max(low, ends[0]), min(high, ends[1])
        axes.set_ylim(low, high)
        if (low, high) == ends:
            return False
    elif low <= 0 <= high:  # nothing is cut off below a count
        return False
    theme.broken(axes, "y")
    return True
