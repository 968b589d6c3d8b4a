"""Figures of groups: against the rest, service points in order, and the funnel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures.parts import (
    AXES,
    CHANGE_AXES,
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
from cxresearch.findings.segments import SURE, segments, service_points
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

DIFFERENCE = ("difference", "difference_low", "difference_high")
_LABELLED = frozenset(["high", "low", "rather_high", "rather_low"])


@or_notice
def forest(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw every group's difference from all others with its interval, a panel per measure.

    Parameters
    ----------
    result : SegmentComparison
        From ``segments.compare``.
    measure : str, optional
        Only this measure.
    title : str, optional
        By default the finding.
    """
    table = _of(result, measure)
    table = table[table["difference"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([_name(row, result) for row in _rows(rows)], 26) for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.3)
    heights = [step * len(rows) + 0.85 for rows in panels]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            _band(axes, rows, unit)
            sure = [one in SURE for one in rows["standing"]]
            dots(
                axes, rows, [Marker(style.accent, one) for one in sure], unit=unit, names=DIFFERENCE
            )
            axes.axvline(0, color=theme.INK, linewidth=1)
            rows_axis(axes, row_names)
            axes.margins(x=0.06)
            number_axis(axes, unit, language, change=True)
            theme.clean(axes)
            axes.set_xlabel(_(CHANGE_AXES[unit]) if unit in CHANGE_AXES else _("difference"))
            axes.set_title(label(rows["measure"].iloc[0], result.about), pad=16)
            texts = [_beside(row, unit, language) for row in _rows(rows)]
            beside(axes, texts, _("group, n, difference from the rest"))
            said += [
                f"{name}: {text}, {word(one, language)}".replace("\n", " ")
                for name, text, one in zip(row_names, texts, rows["standing"], strict=True)
            ]
        thresholds = table["threshold"].notna().any()
        return theme.finish(
            figure,
            title=title or segments(result).headline,
            below=footer(
                result,
                _("Filled dots: groups that differ from the rest after adjustment."),
                _("Grey bands: smaller than what was laid down to matter.") if thresholds else "",
            ),
            alt=_("Differences with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def ranked(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw service points in order, each with its interval, its shrunken score and its ranks.

    Parameters
    ----------
    result : ServicePoints
        From ``segments.service_points``.
    measure : str, optional
        Only this measure.
    title : str, optional
        By default the finding.
    """
    table = _of(result, measure)
    table = table[table["estimate"].notna()]
    need_rows(table)
    _ = tell(result)
    language = result.about.language
    panels = [rows.reset_index(drop=True) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([label(one, result.about) for one in rows["group"]]) for rows in panels]
    step = theme.row_height([name for some in names for name in some], 0.28)
    heights = [step * len(rows) + 0.85 for rows in panels]
    chance = result.frames()["chance"].set_index("measure")
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, all_axes = theme.canvas(
            result.about, rows=len(panels), height=sum(heights), height_ratios=heights
        )
        for axes, rows, row_names in zip(all_axes, panels, names, strict=True):
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
            axes.set_xlabel(_(AXES[unit]) if unit in AXES else "")
            axes.set_title(label(rows["measure"].iloc[0], result.about), pad=16)
            texts = [_rank(row, unit, result) for row in _rows(rows)]
            beside(axes, texts, f"{interval_title(result)}, n")
            said += [
                f"{name}: {text}".replace("\n", " ")
                for name, text in zip(row_names, texts, strict=True)
            ]
        return theme.finish(
            figure,
            title=title or service_points(result).headline,
            below=footer(
                result,
                _("Diamonds: scores pulled towards the common mean, the more the fewer answered."),
                _("Dashed line: all points together. In brackets: the ranks that chance allows."),
                _("Open dots: low base.") if table["low_base"].astype(bool).any() else "",
            ),
            alt=_(
                "Service points in order, with intervals. {values}.", values=spoken(said, result)
            ),
        )


@or_notice
def funnel(
    result: Result, *, measure: str | None = None, title: str | None = None
) -> theme.Picture:
    """Draw scores of service points against their number of answers, with the funnel's limits.

    Parameters
    ----------
    result : ServicePoints
        From ``segments.service_points``.
    measure : str, optional
        Only this measure.
    title : str, optional
        By default the finding.
    """
    table = _of(result, measure)
    table = table[table["z"].notna()]
    need_rows(table)
    limits = result.frames()["limits"]
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
            curves = limits[limits["measure"] == key]
            n = curves["n"].to_numpy(float)
            for name, line in (("2", "--"), ("3", "-")):
                for side in ("low", "high"):
                    axes.plot(
                        n,
                        curves[f"{side}{name}"].to_numpy(float) * scale,
                        color=theme.MUTED,
                        linewidth=1,
                        linestyle=line,
                    )
            axes.plot(n, curves["centre"].to_numpy(float) * scale, color=theme.INK, linewidth=1)
            axes.plot(
                rows["n_eff"].to_numpy(float),
                rows["estimate"].to_numpy(float) * scale,
                marker="o",
                linestyle="none",
                color=style.accent,
            )
            for row in _rows(rows):
                if row["place"] in _LABELLED:
                    axes.annotate(
                        label(row["group"], result.about),
                        (row["n_eff"], row["estimate"] * scale),
                        xytext=(5, 5),
                        textcoords="offset points",
                        fontsize=9,
                    )
                said.append(
                    f"{label(row['group'], result.about)}"
                    f" {amounts.amount(row['estimate'], unit, language)},"
                    f" {word(row['place'], language, 'place')}"
                )
            axes.margins(x=0.08)
            number_axis(axes, unit, language, side="y")
            number_axis(axes, "count", language)
            theme.clean(axes, "y")
            axes.set_title(label(key, result.about))
            axes.set_xlabel(_("effective number of answers"))
            axes.set_ylabel(_(AXES[unit]) if unit in AXES else "")
        return theme.finish(
            figure,
            title=title or _("Scores of service points against what their size explains"),
            below=footer(
                result,
                _("Lines: all points together; limits at two (dashed) and three standard errors."),
                intervals=False,
            ),
            alt=_("Funnel plot. {values}.", values=spoken(said, result)),
        )


def _of(result: Result, measure: str | None) -> pd.DataFrame:
    return result.table if measure is None else result.table[result.table["measure"] == measure]


def _rows(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in rows.to_dict("records")]


def _name(row: dict[str, Any], result: Result) -> str:
    return f"{label(row['segment'], result.about)}: {label(row['group'], result.about)}"


def _beside(row: dict[str, Any], unit: str, language: str) -> str:
    own = amounts.amount(float(row["estimate"]), unit, language)
    n = amounts.number(float(row["n"]), 0, language)
    change = amounts.change(float(row["difference"]), unit, language)
    ends = amounts.interval(row["difference_low"], row["difference_high"], unit, language)
    return f"{own}, n = {n}; {change} {ends}"


def _rank(row: dict[str, Any], unit: str, result: Result) -> str:
    language = result.about.language
    text = beside_estimate(row, unit, language)
    text += f", {amounts.number(float(row['n']), 0, language)}"
    if pd.isna(row["rank"]):
        return text
    ranks = [amounts.number(float(row[name]), 0, language) for name in ("rank_low", "rank_high")]
    return f"{text} ({ranks[0]}–{ranks[1]})"


def _band(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    threshold = rows["threshold"].iloc[0]
    if pd.notna(threshold):
        reach = float(threshold) * (100 if unit == "share" else 1)
        axes.axvspan(-reach, reach, color=theme.GRID, alpha=0.6, zorder=0)
