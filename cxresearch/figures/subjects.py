"""Figures of indicators over the periods: one of a few panels for each subject."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import overload

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    axis_words,
    footer,
    need_rows,
    notice,
    number_axis,
    or_notice,
    spoken,
    tell,
)
from cxresearch.findings.operations import headlines, operations
from cxresearch.findings.operations import subject as about_subject
from cxresearch.results import NotAsked, Result
from cxresearch.text import amounts
from cxresearch.text.captions import not_asked
from cxresearch.text.cells import label
from cxresearch.text.words import word

_PANEL_HEIGHT = 1.75
_ACROSS = 2
_PANELS = 8
_JUDGED = {"better": theme.GOOD, "worse": theme.BAD}
_CHARACTERS = 66


@or_notice
def periods(
    result: Result,
    *,
    level: str | None = None,
    subject: str | None = None,
    title: str | None = None,
) -> theme.Picture:
    """Draw indicators over the periods with their intervals, a panel each, eight at most.

    Those that differ most clearly from their first period come in before the others.

    Parameters
    ----------
    result : OperationsTable
        From ``operations.measure`` without groups.
    level : {"strategic", "tactical", "operational"}, optional
        Only the indicators of this level.
    subject : str, optional
        Only the indicators of this subject (``matters``, ``complaints``, ``orders``, …).
    title : str, optional
        By default the finding.
    """
    changes = result.frames()["changes"]
    if level is not None:
        changes = changes[changes["level"] == level]
    if subject is not None:
        changes = changes[changes["subject"] == subject]
    rows = headlines(result)
    rows = rows[rows["estimate"].notna() & rows["measure"].isin(changes["measure"])]
    rows = rows[rows.groupby("measure")["period"].transform("nunique") > 1]
    need_rows(rows)
    _ = tell(result)
    rows, more = _foremost(rows, changes)
    judged = changes.set_index("measure")["judgement"]
    panels = [one.reset_index(drop=True) for _k, one in rows.groupby("measure", sort=False)]
    across = _ACROSS if len(panels) > 1 else 1
    down = -(-len(panels) // across)
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=down, columns=across, height=_PANEL_HEIGHT * down + 0.3
        )
        for place, axes in enumerate(all_axes):
            if place >= len(panels):
                axes.set_visible(False)
                continue
            name = str(panels[place]["measure"].iloc[0])
            _panel(axes, panels[place], result, style, across, judged[name])
            said.append(_said(panels[place], result))
        partial = bool(rows["partial"].any())
        apart = judged[list(dict.fromkeys(rows["measure"]))].isin(["better", "worse"]).any()
        some = replace(result, changes=changes)  # type: ignore[call-arg]
        return theme.finish(
            figure,
            title=title or (about_subject(result, subject) if subject else operations(some)[0]),
            below=footer(
                result,
                _("Better, worse: than in the first period; the intervals do not overlap.")
                if apart
                else "",
                _("Open dots: the period was not wholly observed.") if partial else "",
                _("Axes do not begin at zero."),
                _("Further indicators that the table gives: {n}.", n=more) if more else "",
            ),
            alt=_("Values by period. {values}.", values=spoken(said, result)),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Album(Sequence[theme.Picture]):
    """Figures that stand under each other; in a notebook it shows them all."""

    pictures: tuple[theme.Picture, ...]

    def __len__(self) -> int:
        return len(self.pictures)

    @overload
    def __getitem__(self, place: int) -> theme.Picture: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[theme.Picture, ...]: ...
    def __getitem__(self, place: int | slice) -> theme.Picture | tuple[theme.Picture, ...]:
        return self.pictures[place]

    def _ipython_display_(self) -> None:
        for one in self.pictures:
            one._ipython_display_()


def by_subject(result: Result) -> Album:
    """Draw the indicators over the periods, a figure for each subject that the tables know of.

    Parameters
    ----------
    result : OperationsTable
        From ``operations.measure`` without groups.
    """
    if isinstance(result, NotAsked):
        return Album((notice(result, not_asked(result)),))
    several = result.table[result.table["estimate"].notna()].groupby("measure")["period"].nunique()
    changes = result.frames()["changes"]
    drawn = changes[changes["measure"].isin(several.index[several > 1])]
    if drawn.empty:
        return Album((periods(result),))
    return Album(tuple(periods(result, subject=one) for one in dict.fromkeys(drawn["subject"])))


def period_axis(axes: Axes, labels: list[str], across: int) -> None:
    """Name the periods below a panel, as many as there is room for, the last one always."""
    needed = len(labels) * (max(len(one) for one in labels) + 1.5)
    step = max(1, math.ceil(needed / (_CHARACTERS / across)))
    shown = list(range(len(labels)))[::-step][::-1]
    axes.set_xticks(shown, [labels[place] for place in shown])
    axes.set_xlim(-0.6, len(labels) - 0.4)


def _foremost(rows: pd.DataFrame, changes: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return the rows of the indicators that moved most clearly, and how many are left out."""
    measures = list(dict.fromkeys(rows["measure"]))
    if len(measures) <= _PANELS:
        return rows, 0
    clear = changes[changes["measure"].isin(measures)].sort_values(
        "distance", ascending=False, kind="stable"
    )
    kept = rows[rows["measure"].isin(clear["measure"].head(_PANELS))]
    return kept, len(measures) - _PANELS


def _panel(
    axes: Axes,
    rows: pd.DataFrame,
    result: Result,
    style: theme.Look,
    across: int,
    judgement: object,
) -> None:
    unit = str(rows["unit"].iloc[0])
    scale = 100 if unit == "share" else 1
    x = np.arange(len(rows))
    value, low, high = (
        rows[name].to_numpy(float) * scale for name in ("estimate", "conf_low", "conf_high")
    )
    low = np.where(np.isfinite(low), low, value)
    high = np.where(np.isfinite(high), high, value)
    axes.plot(x, value, color=style.accent, linewidth=1, alpha=0.5)
    axes.vlines(x, low, high, color=theme.MUTED, linewidth=1.3)
    for place, partial in enumerate(rows["partial"]):
        axes.plot(
            [x[place]],
            [value[place]],
            "o",
            markersize=5,
            color=style.accent,
            markerfacecolor="white" if partial else style.accent,
        )
    period_axis(axes, list(rows["period"]), across)
    axes.margins(y=0.2)
    if unit == "count":
        axes.set_ylim(bottom=0)
    number_axis(axes, unit, result.about.language, side="y")
    theme.clean(axes, grid="y")
    name = label(rows["measure"].iloc[0], result.about)
    told = axis_words(unit, result)
    name = f"{name} ({told})" if told else name
    if judgement in _JUDGED:
        name += f": {word(judgement, result.about.language, 'judgement')}"
        axes.plot(x[-1:], value[-1:], "o", markersize=7, color=_JUDGED[str(judgement)])
    axes.set_title("\n".join(theme.labels([name], 42)))


def _said(rows: pd.DataFrame, result: Result) -> str:
    unit = str(rows["unit"].iloc[0])
    values = ", ".join(
        f"{one['period']} {amounts.amount(one['estimate'], unit, result.about.language)}"
        for one in rows.to_dict("records")
    )
    return f"{label(rows['measure'].iloc[0], result.about)}: {values}"
