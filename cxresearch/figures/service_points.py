"""Service points as surveys and operations both draw them: in order, and against a funnel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.parts import (
    Marker,
    axis_words,
    beside_estimate,
    footer,
    interval_title,
    number_axis,
    records,
    scale_of,
    spoken,
    tell,
)
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST_POINTS = 30
_LABELLED = frozenset(["high", "low", "rather_high", "rather_low"])


def in_order(result: Result, table: pd.DataFrame, *, title: str, pulled: str) -> theme.Picture:
    """Draw service points in order, each with its interval, its shrunken figure and its ranks.

    Parameters
    ----------
    result : Result
        With `chance` among its frames: whether and where the points of a measure differ.
    table : DataFrame
        Rows of points, in order; a panel per measure.
    title : str
        The finding.
    pulled : str
        What the diamonds are.
    """
    _ = tell(result)
    some = [_ends(rows) for _k, rows in table.groupby("measure", sort=False)]
    left_out = len(table) - sum(len(rows) for rows in some)
    names = [theme.labels([label(one, result.about) for one in rows["group"]]) for rows in some]
    common = result.frames()["chance"].set_index("measure")
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.below_each_other(result.about, names, least=0.28)
        for axes, rows, row_names in zip(every, some, names, strict=True):
            unit = str(rows["unit"].iloc[0])
            measure = rows["measure"].iloc[0]
            mean = float(common.loc[measure].get("mean", np.nan)) * scale_of(unit)
            if np.isfinite(mean):
                axes.axvline(mean, color=theme.MUTED, linewidth=1, linestyle="--")
            _shrunken(axes, rows, unit, style.palette[1])
            low = rows["low_base"].astype(bool)
            panel = panels.Dots(
                rows=rows,
                names=row_names,
                texts=[_ranked(row, unit, result) for row in records(rows)],
                markers=[Marker(style.accent, not one) for one in low],
                unit=unit,
                axis=axis_words(unit, result),
                title=label(measure, result.about),
                heading=f"{interval_title(result)}, n",
            )
            said += panels.draw(axes, panel, result.about.language)
        count = amounts.number(left_out, 0, result.about.language)
        return theme.finish(
            figure,
            title=title,
            below=footer(
                result,
                pulled,
                _("Dashed line: all points together. In brackets: the ranks that chance allows."),
                _("Open dots: low base.") if table["low_base"].astype(bool).any() else "",
                _.plural(
                    "First and last of each order; {n} point between them is in the table.",
                    "First and last of each order; {n} points between them are in the table.",
                    left_out,
                    n=count,
                )
                if left_out
                else "",
            ),
            alt=_(
                "Service points in order, with intervals. {values}.", values=spoken(said, result)
            ),
        )


def funnel(
    result: Result, table: pd.DataFrame, *, size: str, axis: str, title: str
) -> theme.Picture:
    """Draw service points against their size, with the limits that chance would keep them in.

    Parameters
    ----------
    result : Result
        With `limits` among its frames: the curves of the funnel by measure and n.
    table : DataFrame
        Rows of points; a panel per measure.
    size : str
        Column with the size of a point.
    axis : str
        What sizes are called.
    title : str
        What is drawn.
    """
    _ = tell(result)
    language = result.about.language
    limits = result.frames()["limits"]
    keys = list(dict.fromkeys(table["measure"]))
    said: list[str] = []
    with theme.look(result.about) as style:
        figure, every = panels.two_across(result.about, len(keys), height=3.0)
        for axes, key in zip(every, keys, strict=True):
            rows = table[table["measure"] == key]
            unit = str(rows["unit"].iloc[0])
            _limits(axes, limits[limits["measure"] == key], scale_of(unit))
            heights = rows["estimate"].to_numpy(float) * scale_of(unit)
            sizes = rows[size].to_numpy(float)
            axes.plot(sizes, heights, marker="o", linestyle="none", color=style.accent)
            for row, x, y in zip(records(rows), sizes, heights, strict=True):
                name = label(row["group"], result.about)
                shown = amounts.amount(row["estimate"], unit, language)
                said.append(f"{name} {shown}, {word(row['place'], language, 'place')}")
                if row["place"] in _LABELLED:
                    near: dict[str, Any] = {"xytext": (5, 5), "textcoords": "offset points"}
                    axes.annotate(name, (x, y), fontsize=9, **near)
            axes.margins(x=0.08)
            number_axis(axes, unit, language, side="y")
            number_axis(axes, "count", language)
            theme.clean(axes, "y")
            axes.set_title(label(key, result.about))
            axes.set_xlabel(axis)
            axes.set_ylabel(axis_words(unit, result))
        return theme.finish(
            figure,
            title=title,
            below=footer(
                result,
                _("Lines: all points together; limits at two (dashed) and three standard errors."),
                intervals=False,
            ),
            alt=_("Funnel plot. {values}.", values=spoken(said, result)),
        )


def _ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Return all points of an order, or of a long one the first and the last."""
    if len(rows) > _MOST_POINTS:
        rows = pd.concat([rows.head(_MOST_POINTS // 2), rows.tail(_MOST_POINTS // 2)])
    return rows.reset_index(drop=True)


def _shrunken(axes: Axes, rows: pd.DataFrame, unit: str, colour: str) -> None:
    axes.plot(
        rows["shrunk"].to_numpy(float) * scale_of(unit),
        np.arange(len(rows)),
        marker="D",
        markersize=5,
        color=colour,
        linestyle="none",
        zorder=5,
    )


def _limits(axes: Axes, curves: pd.DataFrame, scale: float) -> None:
    n = curves["n"].to_numpy(float)
    for name, line in (("low2", "--"), ("high2", "--"), ("low3", "-"), ("high3", "-")):
        ends = curves[name].to_numpy(float) * scale
        axes.plot(n, ends, color=theme.MUTED, linewidth=1, linestyle=line)
    axes.plot(n, curves["centre"].to_numpy(float) * scale, color=theme.INK, linewidth=1)


def _ranked(row: dict[str, Any], unit: str, result: Result) -> str:
    """Return estimate, interval, base and the ranks that chance allows."""
    language = result.about.language
    text = beside_estimate(row, unit, language)
    text += f", {amounts.number(float(row['n']), 0, language)}"
    if pd.isna(row["rank"]):
        return text
    ranks = [amounts.number(float(row[name]), 0, language) for name in ("rank_low", "rank_high")]
    return f"{text} ({ranks[0]}–{ranks[1]})"
