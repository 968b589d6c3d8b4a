"""Figures of service points by operational indicator: in order, and against funnel limits."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    Marker,
    beside,
    beside_estimate,
    dots,
    footer,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    rows_axis,
    spoken,
    tell,
)
from cxresearch.findings.branches import branches
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST = 4
_MOST_POINTS = 30
_LABELLED = ("high", "low", "rather_high", "rather_low")


@or_notice
def in_order(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw service points in order, each with its interval, its shrunken figure and its ranks.

    Parameters
    ----------
    result : BranchPerformance
        From ``operations.branch_performance``.
    measure : str, optional
        By default the four indicators whose points differ most surely.
    """
    table = _of(result, measure)
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    panels = [rows.head(_MOST_POINTS) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([label(one, result.about) for one in rows["group"]]) for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.28)
    heights = [step * len(rows) + 0.85 for rows in panels]
    chance = result.frames()["chance"].set_index("measure")
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, some, row_names in zip(all_axes, panels, names, strict=True):
            rows = some.reset_index(drop=True)
            unit = str(rows["unit"].iloc[0])
            scale = 100 if unit == "share" else 1
            low = rows["low_base"].astype(bool)
            dots(axes, rows, [Marker(style.accent, not one) for one in low], unit=unit)
            axes.plot(
                rows["shrunk"].to_numpy(float) * scale,
                np.arange(len(rows)),
                marker="D",
                markersize=5,
                color=style.palette[1],
                linestyle="none",
                zorder=5,
            )
            mean = chance.loc[rows["measure"].iloc[0]].get("mean", np.nan)
            if pd.notna(mean):
                axes.axvline(float(mean) * scale, color=theme.MUTED, linewidth=1, linestyle="--")
            rows_axis(axes, row_names)
            axes.margins(x=0.06)
            number_axis(axes, unit, language)
            theme.clean(axes)
            axes.set_xlabel(_axis(unit, result))
            axes.set_title(label(rows["measure"].iloc[0], result.about), pad=16)
            texts = [_beside(row, unit, result) for row in rows.to_dict("records")]
            beside(axes, texts, f"{interval_title(result)}, n")
            said += [f"{name}: {text}" for name, text in zip(row_names, texts, strict=True)]
        return theme.finish(
            figure,
            title=branches(result).headline,
            below=footer(
                result,
                _("Diamonds: figures pulled towards the common one, the more the fewer cases."),
                _("Dashed line: all points together. In brackets: the ranks that chance allows."),
                _("Open dots: low base.") if table["low_base"].astype(bool).any() else "",
            ),
            alt=_(
                "Service points in order, with intervals. {values}.", values=spoken(said, result)
            ),
        )


@or_notice
def limits(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw service points against their number of cases, with the funnel's limits.

    Parameters
    ----------
    result : BranchPerformance
    measure : str, optional
        By default the four indicators whose points differ most surely.
    """
    table = _of(result, measure)
    table = table[table["z"].notna()]
    need_rows(table)
    curves = result.frames()["limits"]
    _ = tell(result)
    language = result.about.language
    keys = list(dict.fromkeys(table["measure"]))
    across = min(2, len(keys))
    down = -(-len(keys) // across)
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(result.about, rows=down, columns=across, height=3.0 * down)
        for axes in all_axes[len(keys) :]:
            axes.set_visible(False)
        for axes, key in zip(all_axes, keys, strict=False):
            rows = table[table["measure"] == key]
            unit = str(rows["unit"].iloc[0])
            scale = 100 if unit == "share" else 1
            lines = curves[curves["measure"] == key]
            n = lines["n"].to_numpy(float)
            for name, line in (("low2", "--"), ("high2", "--"), ("low3", "-"), ("high3", "-")):
                heights = lines[name].to_numpy(float) * scale
                axes.plot(n, heights, color=theme.MUTED, linewidth=1, linestyle=line)
            axes.plot(n, lines["centre"].to_numpy(float) * scale, color=theme.INK, linewidth=1)
            values = rows["estimate"].to_numpy(float) * scale
            sizes = rows["n"].to_numpy(float)
            axes.plot(sizes, values, marker="o", linestyle="none", color=style.accent)
            for row in rows.to_dict("records"):
                name = label(row["group"], result.about)
                figure_text = amounts.amount(row["estimate"], unit, language)
                said.append(f"{name} {figure_text}, {word(row['place'], language, 'place')}")
                if row["place"] in _LABELLED:
                    axes.annotate(
                        name,
                        (row["n"], row["estimate"] * scale),
                        xytext=(5, 5),
                        textcoords="offset points",
                        fontsize=9,
                    )
            axes.margins(x=0.08)
            number_axis(axes, unit, language, side="y")
            number_axis(axes, "count", language)
            theme.clean(axes, "y")
            axes.set_title(label(key, result.about))
            axes.set_xlabel(_("cases"))
            axes.set_ylabel(_axis(unit, result))
        return theme.finish(
            figure,
            title=_("Service points against what their size explains"),
            below=footer(
                result,
                _("Lines: all points together; limits at two (dashed) and three standard errors."),
                intervals=False,
            ),
            alt=_("Funnel plot. {values}.", values=spoken(said, result)),
        )


def _of(result: Result, measure: str | None) -> pd.DataFrame:
    """Return the rows of one indicator, or of those whose points differ most surely."""
    table = result.table[result.table["estimate"].notna()]
    if measure is not None:
        return table[table["measure"] == measure]
    chance = result.frames()["chance"].sort_values("p_value", kind="stable", na_position="last")
    keys = list(chance["measure"].head(_MOST))
    chosen = table[table["measure"].isin(keys)]
    place = {key: rank for rank, key in enumerate(keys)}
    return chosen.sort_values("measure", key=lambda one: one.map(place), kind="stable")


def _beside(row: dict[Any, Any], unit: str, result: Result) -> str:
    language = result.about.language
    text = beside_estimate(row, unit, language)
    text += f", {amounts.number(float(row['n']), 0, language)}"
    if pd.isna(row["rank"]):
        return text
    ranks = [amounts.number(float(row[name]), 0, language) for name in ("rank_low", "rank_high")]
    return f"{text} ({ranks[0]}–{ranks[1]})"


def _axis(unit: str, result: Result) -> str:
    if unit in AXES:
        return tell(result)(AXES[unit])
    return word(unit, result.about.language)
