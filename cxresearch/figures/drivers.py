"""Figures of drivers: ranked importance with its uncertainty, blocks, and intervals of ranks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    Marker,
    beside,
    dots,
    flat,
    footer,
    need_rows,
    or_notice,
    records,
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
    some = [(name, ranked(one).reset_index(drop=True), one) for name, one in groups(result)]
    some = [(name, rows, one) for name, rows, one in some if len(rows)]
    need_rows(pd.concat([rows for _n, rows, _o in some] or [pd.DataFrame()]))
    _ = tell(result)
    names = [_names(rows["driver"], result) for _n, rows, _o in some]
    said: list[str] = []
    chance = lines = False
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names)
        for axes, (group, rows, one), named in zip(every, some, names, strict=True):
            beats = [_beats(value) for value in rows.get("beats_noise", [True] * len(rows))]
            chance |= not all(beats)
            noise = _noise(one)
            if noise is not None:
                axes.axvline(100 * noise, color=theme.BAD, linestyle=(0, (4, 3)), linewidth=1.4)
                lines = True
            panel = _shares(rows, named, [Marker(style.accent, known) for known in beats], result)
            told = panels.draw(axes, replace(panel, title=group), result.about.language)
            said += [f"{group}, {text}" if group else text for text in told]
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
    names = _names(rows["block"], result)
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.42)
        panel = _shares(rows, names, [Marker(style.accent)] * len(rows), result)
        said = panels.draw(axes, panel, result.about.language)
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
    names = _names(rows["driver"], result)
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names])
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
        said = [flat(f"{name}: {text}") for name, text in zip(names, texts, strict=True)]
        return theme.finish(
            figure,
            title=title or drivers(result).headline,
            below=footer(result, _("Drivers whose lines overlap cannot be told apart by rank.")),
            alt=_("Ranks with intervals. {values}.", values=spoken(said, result)),
        )


def _names(keys: pd.Series, result: Result) -> list[str]:
    return theme.labels([label(one, result.about) for one in keys])


def _shares(
    rows: pd.DataFrame, names: list[str], markers: list[Marker], result: Result
) -> panels.Dots:
    """Return the panel of shares with their intervals."""
    _ = tell(result)
    language = result.about.language
    return panels.Dots(
        rows=rows,
        names=names,
        texts=[
            f"{amounts.percent(row['share'], 0, language)} "
            + amounts.interval(row["share_low"], row["share_high"], "share", language)
            for row in records(rows)
        ],
        markers=markers,
        unit="share",
        ends=SHARE,
        bars=result.about.accent,
        limits=(0, min(100.0, 105 * float(rows["share_high"].fillna(rows["share"]).max()))),
        axis=_("share of what all drivers account for, in percent"),
        heading=_("share [{level} interval]", level=level(result)),
    )


def _beats(value: Any) -> bool:
    return bool(pd.isna(value)) or bool(value)


def _noise(result: Result) -> float | None:
    fit = result.frames().get("fit", pd.DataFrame())
    if "noise" not in fit or not fit["r_squared"].iloc[0] > 0:
        return None
    share = float(fit["noise"].iloc[0] / fit["r_squared"].iloc[0])
    return share if np.isfinite(share) else None
