"""Figures of operations: one indicator by group, waiting curves, backlog, checklists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    CUT,
    Marker,
    axis_words,
    beside,
    beside_estimate,
    dots,
    footer,
    full_range,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    scale_range,
    spoken,
    tell,
)
from cxresearch.figures.subjects import period_axis
from cxresearch.findings.operations import (
    backlog_open,
    checklists,
    headlines,
    waiting,
)
from cxresearch.findings.phrases import group_name
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_HOURS_SHOWN = 336  # two weeks: beyond them the curves are nearly flat


@or_notice
def groups(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw the latest figure of one indicator in every group.

    Parameters
    ----------
    result : OperationsTable
        From ``operations.measure(study, by=…)``.
    measure : str, optional
        By default the first.
    """
    rows = headlines(result)
    need_rows(rows)
    chosen = measure or str(rows["measure"].iloc[0])
    rows = rows[rows["measure"] == chosen]
    need_rows(rows[rows["estimate"].notna()])
    rows = rows[rows["period"] == rows["period"].iloc[-1]]
    rows = rows.sort_values("estimate", kind="stable").reset_index(drop=True)
    _ = tell(result)
    unit = str(rows["unit"].iloc[0])
    names = theme.labels([_group(row, result) for row in rows.to_dict("records")], 26)
    texts = [beside_estimate(row, unit, result.about.language) for row in rows.to_dict("records")]
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names) * len(rows) + 0.85
        )
        dots(axes, rows, [Marker(style.accent)] * len(rows), unit=unit)
        rows_axis(axes, names)
        axes.margins(x=0.08)
        number_axis(axes, unit, result.about.language)
        theme.clean(axes)
        axes.set_xlabel(axis_words(unit, result))
        beside(axes, texts, interval_title(result))
        said = [f"{name}: {text}" for name, text in zip(names, texts, strict=True)]
        return theme.finish(
            figure,
            title=title or f"{label(chosen, result.about)} · {_period(rows.iloc[0], result)}",
            below=footer(result, _(CUT)),
            alt=_("Dots with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def waiting_curves(
    result: Result, *, hours: float = _HOURS_SHOWN, title: str | None = None
) -> theme.Picture:
    """Draw the share of matters still open after so many hours, with interval bands.

    Parameters
    ----------
    result : WaitingCurves
        From ``operations.waiting_curves``.
    hours : float
        How far the axis goes.
    """
    table = result.table
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    keys = list(result.by)
    curves = list(table.groupby(keys, sort=False)) if keys else [((), table)]
    colours = theme.PALETTE
    said: list[str] = []
    with theme.look(result.about):
        figure, (axes,) = theme.canvas(result.about, height=3.6)
        for place, (name, rows) in enumerate(curves):
            colour = colours[place % len(colours)]
            text = " · ".join(map(str, name)) if keys else _("all")
            _curve(axes, rows, colour, text, hours)
            ticks = _ticks(result, dict(zip(keys, name, strict=True)), rows, hours)
            if ticks.size:
                axes.plot(
                    ticks[:, 0], ticks[:, 1], "|", color=colour, markersize=7, linestyle="none"
                )
            median = rows["hours"][rows["estimate"] <= 0.5]
            when = amounts.amount(float(median.iloc[0]), "hours", language) if len(median) else "–"
            said.append(f"{text}: {when}")
        axes.set_xlim(0, hours)
        axes.set_ylim(0, 100)
        number_axis(axes, "hours", language)
        number_axis(axes, "share", language, side="y")
        axes.set_xlabel(_("hours since opening"))
        axes.set_ylabel(_("still open"))
        axes.axhline(50, color=theme.GRID, linewidth=1)
        theme.clean(axes, grid="y")
        return theme.finish(
            figure,
            title=title or waiting(result).headline,
            below=footer(result, _("Ticks: matters still open when the table was cut.")),
            alt=_(
                "Curves of matters still open; median hours: {values}.", values=spoken(said, result)
            ),
            legend=axes.get_legend_handles_labels(),
        )


@or_notice
def backlog(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw matters opened and settled, those open at the end, and the ages of the open ones."""
    table = result.table
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    ages = getattr(result, "ages")  # noqa: B009 - a frame of this result only
    x = np.arange(len(table))
    with theme.look(result.about) as style:
        figure, (flows, stock, bars) = theme.canvas(result.about, rows=3, height=5.6)
        flows.bar(x - 0.2, table["opened"], width=0.4, color=theme.MUTED, label=_("opened"))
        flows.bar(x + 0.2, table["resolved"], width=0.4, color=style.accent, label=_("settled"))
        stock.plot(x, table["estimate"], marker="o", color=style.accent, linewidth=2)
        stock.set_ylim(0, max(1.0, 1.1 * float(table["estimate"].max())))
        for axes, name in ((flows, _("Opened and settled")), (stock, _("Open at the end"))):
            period_axis(axes, list(table["period"]), 1)
            number_axis(axes, "count", language, side="y")
            axes.set_title(name)
            theme.clean(axes, grid="y")
        names = [word(one, language, "age") for one in ages["age"]]
        bars.barh(range(len(ages)), ages["estimate"], color=style.accent, height=0.6)
        bars.set_xlim(0, max(1.0, 1.05 * float(ages["estimate"].max())))
        rows_axis(bars, names)
        number_axis(bars, "count", language)
        bars.set_title(_("Age of those open now"))
        theme.clean(bars)
        beside(bars, [amounts.number(float(one), 0, language) for one in ages["estimate"]])
        said = [
            f"{row['period']}: {amounts.number(float(row['estimate']), 0, language)}"
            for row in table.to_dict("records")
        ]
        return theme.finish(
            figure,
            title=title or backlog_open(result).headline,
            below=footer(result, intervals=False),
            alt=_("Matters open at the end of each period. {values}.", values=spoken(said, result)),
            legend=flows.get_legend_handles_labels(),
        )


@or_notice
def checklist(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the points of every criterion with their intervals, the weakest on top."""
    rows = result.table[result.table["estimate"].notna()]
    need_rows(rows)
    rows = rows.sort_values("estimate", kind="stable").reset_index(drop=True)
    _ = tell(result)
    language = result.about.language
    names = theme.labels([_criterion(row, result) for row in rows.to_dict("records")], 26)
    texts = [
        f"{beside_estimate(row, 'share', language)}, n = {amounts.number(row['n'], 0, language)}"
        for row in rows.to_dict("records")
    ]
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names) * len(rows) + 0.85
        )
        dots(axes, rows, [Marker(style.accent)] * len(rows), unit="share")
        rows_axis(axes, names)
        full_range(axes, scale_range(result.about, "", "share"))
        number_axis(axes, "share", language)
        axes.set_xlabel(_("percent of the points"))
        theme.clean(axes)
        beside(axes, texts, interval_title(result))
        said = [f"{name}: {text}" for name, text in zip(names, texts, strict=True)]
        return theme.finish(
            figure,
            title=title or checklists(result).headline,
            below=footer(result),
            alt=_("Dots with intervals. {values}.", values=spoken(said, result)),
        )


def _curve(axes: Axes, rows: pd.DataFrame, colour: str, name: str, hours: float) -> None:
    time = np.concatenate([[0.0], rows["hours"].to_numpy(float)])
    open_still, low, high = (
        100 * np.concatenate([[1.0], rows[one].to_numpy(float)])
        for one in ("estimate", "conf_low", "conf_high")
    )
    if time[-1] > hours:
        beyond = int(np.searchsorted(time, hours, side="right"))
        time = np.insert(time, beyond, hours)
        open_still, low, high = (
            np.insert(one, beyond, one[beyond - 1]) for one in (open_still, low, high)
        )
    shown = time <= hours
    axes.step(time[shown], open_still[shown], where="post", color=colour, linewidth=1.8, label=name)
    axes.fill_between(
        time[shown],
        low[shown],
        high[shown],
        step="post",
        color=colour,
        alpha=0.12,
        linewidth=0,
    )


def _ticks(result: Result, keys: dict[str, Any], rows: pd.DataFrame, hours: float) -> np.ndarray:
    seen = getattr(result, "unfinished")  # noqa: B009 - a frame of this result only
    for name, value in keys.items():
        seen = seen[seen[name] == value]
    times = seen["hours"].to_numpy(float)
    times = times[times <= hours]
    place = np.searchsorted(rows["hours"].to_numpy(float), times, side="right")
    heights = np.concatenate([[1.0], rows["estimate"].to_numpy(float)])[place]
    return np.column_stack([times, 100 * heights])


def _group(row: dict[Any, Any], result: Result) -> str:
    return group_name(row, result.by, result.about)


def _criterion(row: dict[Any, Any], result: Result) -> str:
    name = label(row["criterion"], result.about)
    group = group_name(row, result.by, result.about)
    return f"{name} · {group}" if group else name


def _period(row: Any, result: Result) -> str:
    return label(row["period"], result.about)
