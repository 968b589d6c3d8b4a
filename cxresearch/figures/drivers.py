"""Figures of drivers: ranked importance with its uncertainty, blocks, and intervals of ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from cxresearch import theme
from cxresearch.figures.parts import (
    Marker,
    beside,
    dots,
    footer,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.drivers import drivers, ranked
from cxresearch.findings.phrases import groups
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.captions import level
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import label

SHARE = ("share", "share_low", "share_high")
OBSERVATIONAL = mark("Shares say what goes along with the outcome, not what would change it.")


@or_notice
def importance(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw each driver's share of what the drivers account for, ranked, with intervals.

    An open dot is a driver that goes along with the outcome no more than chance would.
    """
    panels = [(name, ranked(one).reset_index(drop=True), one) for name, one in groups(result)]
    panels = [panel for panel in panels if len(panel[1])]
    need_rows(pd.concat([rows for _n, rows, _o in panels] or [pd.DataFrame()]))
    _ = tell(result)
    names = [
        theme.labels([label(d, result.about) for d in rows["driver"]]) for _n, rows, _o in panels
    ]
    step = theme.row_height([name for some in names for name in some])
    heights = [step * len(some) + 0.85 for some in names]
    said: list[str] = []
    chance = lines = False
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, (group, rows, one), some in zip(all_axes, panels, names, strict=True):
            beats = [_beats(value) for value in rows.get("beats_noise", [True] * len(rows))]
            chance |= not all(beats)
            axes.barh(
                range(len(rows)), 100 * rows["share"], height=0.6, color=style.accent, alpha=0.25
            )
            markers = [Marker(style.accent, filled) for filled in beats]
            dots(axes, rows, markers, unit="share", names=SHARE)
            noise = _noise(one)
            if noise is not None:
                axes.axvline(100 * noise, color=theme.BAD, linestyle=(0, (4, 3)), linewidth=1.4)
                lines = True
            axes.set_title(group, pad=16)
            texts = _finish_axes(axes, rows, some, result)
            start = f"{group}, " if group else ""
            said += [
                f"{start}{name}: {text}" for name, text in zip(_flat(some), texts, strict=True)
            ]
        below = footer(
            result,
            _("Open dots: no more than chance would.") if chance else "",
            _("Dashed line: what a driver of pure chance would get.") if lines else "",
            _(OBSERVATIONAL),
        )
        return theme.finish(
            figure,
            title=title or drivers(result).headline,
            below=below,
            alt=_("Ranked shares with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def blocks(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw the share of each block of drivers with its interval."""
    frame: pd.DataFrame = result.frames().get("blocks", pd.DataFrame())
    rows = frame[frame["share"].notna()] if len(frame) else frame
    need_rows(rows)
    rows = rows.sort_values("share", ascending=False, kind="stable").reset_index(drop=True)
    _ = tell(result)
    names = theme.labels([label(one, result.about) for one in rows["block"]])
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.42) * len(names) + 0.85
        )
        axes.barh(range(len(rows)), 100 * rows["share"], height=0.6, color=style.accent, alpha=0.25)
        dots(axes, rows, [Marker(style.accent)] * len(rows), unit="share", names=SHARE)
        texts = _finish_axes(axes, rows, names, result)
        said = [f"{name}: {text}" for name, text in zip(_flat(names), texts, strict=True)]
        return theme.finish(
            figure,
            title=title or _("How the blocks of drivers share what goes along with the outcome"),
            below=footer(result, _(OBSERVATIONAL)),
            alt=_("Shares of blocks with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def ranks(result: Result, *, title: str | None = None) -> theme.Picture:
    """Draw between which ranks each driver lies: overlapping lines cannot be told apart."""
    rows = ranked(result).reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    names = theme.labels([label(one, result.about) for one in rows["driver"]])
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names) * len(names) + 0.85
        )
        columns = ("rank", "rank_low", "rank_high")
        dots(axes, rows, [Marker(style.accent)] * len(rows), unit="", names=columns)
        rows_axis(axes, names)
        axes.set_xlim(0.5, len(rows) + 0.5)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12))
        theme.clean(axes)
        axes.set_xlabel(_("rank (1 = largest share)"))
        texts = [
            _(
                "{rank} (from {low} to {high})",
                rank=row["rank"],
                low=row["rank_low"],
                high=row["rank_high"],
            )
            for row in rows[list(columns)].astype(int).to_dict("records")
        ]
        beside(axes, texts, _("rank ({level} interval)", level=level(result)))
        said = [f"{name}: {text}" for name, text in zip(_flat(names), texts, strict=True)]
        return theme.finish(
            figure,
            title=title or drivers(result).headline,
            below=footer(result, _("Drivers whose lines overlap cannot be told apart by rank.")),
            alt=_("Ranks with intervals. {values}.", values=spoken(said, result)),
        )


def _finish_axes(axes: Axes, rows: pd.DataFrame, names: list[str], result: Result) -> list[str]:
    _ = tell(result)
    language = result.about.language
    rows_axis(axes, names)
    axes.set_xlim(0, min(100.0, 105 * float(rows["share_high"].fillna(rows["share"]).max())))
    number_axis(axes, "share", language)
    theme.clean(axes)
    axes.set_xlabel(_("share of what all drivers account for, in percent"))
    texts = [
        f"{amounts.percent(row['share'], 0, language)} "
        + amounts.interval(row["share_low"], row["share_high"], "share", language)
        for row in rows.to_dict("records")
    ]
    beside(axes, texts, _("share [{level} interval]", level=level(result)))
    return texts


def _beats(value: Any) -> bool:
    return bool(pd.isna(value)) or bool(value)


def _noise(result: Result) -> float | None:
    fit = result.frames().get("fit", pd.DataFrame())
    if "noise" not in fit or not fit["r_squared"].iloc[0] > 0:
        return None
    share = float(fit["noise"].iloc[0] / fit["r_squared"].iloc[0])
    return share if np.isfinite(share) else None


def _flat(names: list[str]) -> list[str]:
    return [name.replace("\n", " ") for name in names]
