"""Figures of groups: against the rest, service points in order, and the funnel."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels, service_points
from cxresearch.figures.parts import (
    Marker,
    axis_words,
    footer,
    need_rows,
    or_notice,
    records,
    scale_of,
    spoken,
    tell,
)
from cxresearch.findings.segments import SURE
from cxresearch.findings.segments import segments as say_groups
from cxresearch.findings.segments import service_points as say_points
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

DIFFERENCE = ("difference", "difference_low", "difference_high")


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
    table = _of(result, measure, "difference")
    _ = tell(result)
    language = result.about.language
    some = [rows.reset_index(drop=True) for _k, rows in table.groupby("measure", sort=False)]
    names = [theme.labels([_name(row, result) for row in records(rows)], 26) for rows in some]
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names, least=0.3)
        for axes, rows, row_names in zip(every, some, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            _band(axes, rows, unit)
            texts = [_beside(row, unit, language) for row in records(rows)]
            standings = [word(one, language) for one in rows["standing"]]
            panel = panels.Dots(
                rows=rows,
                names=row_names,
                texts=texts,
                markers=[Marker(style.accent, one in SURE) for one in rows["standing"]],
                unit=unit,
                ends=DIFFERENCE,
                change=True,
                axis=axis_words(unit, result, change=True),
                title=label(rows["measure"].iloc[0], result.about),
                heading=_("group, n, difference from the rest"),
                spoken=[f"{text}, {one}" for text, one in zip(texts, standings, strict=True)],
            )
            said += panels.draw(axes, panel, language)
        thresholds = table["threshold"].notna().any()
        return theme.finish(
            figure,
            title=title or say_groups(result).headline,
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
    table = _of(result, measure, "estimate")
    _ = tell(result)
    return service_points.in_order(
        result,
        table,
        title=title or say_points(result).headline,
        pulled=_("Diamonds: scores pulled towards the common mean, the more the fewer answered."),
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
    _ = tell(result)
    return service_points.funnel(
        result,
        _of(result, measure, "z"),
        size="n_eff",
        axis=_("effective number of answers"),
        title=title or _("Scores of service points against what their size explains"),
    )


def _of(result: Result, measure: str | None, needed: str) -> pd.DataFrame:
    """Return the rows of one measure, or of all, that have the needed number."""
    table = result.table if measure is None else result.table[result.table["measure"] == measure]
    table = table[table[needed].notna()]
    need_rows(table)
    return table


def _name(row: dict[str, Any], result: Result) -> str:
    return f"{label(row['segment'], result.about)}: {label(row['group'], result.about)}"


def _beside(row: dict[str, Any], unit: str, language: str) -> str:
    own = amounts.amount(float(row["estimate"]), unit, language)
    n = amounts.number(float(row["n"]), 0, language)
    change = amounts.change(float(row["difference"]), unit, language)
    ends = amounts.interval(row["difference_low"], row["difference_high"], unit, language)
    return f"{own}, n = {n}; {change} {ends}"


def _band(axes: Axes, rows: pd.DataFrame, unit: str) -> None:
    threshold = rows["threshold"].iloc[0]
    if pd.notna(threshold):
        reach = float(threshold) * scale_of(unit)
        axes.axvspan(-reach, reach, color=theme.GRID, alpha=0.6, zorder=0)
