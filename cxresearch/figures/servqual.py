"""Figures of gaps: how far perceptions fall short of expectations, and where both stand."""

from __future__ import annotations

import pandas as pd

from cxresearch import theme
from cxresearch.figures import panels
from cxresearch.figures.dimensions import MOST_ROWS, row_names, rule_off_totals, sure_of, view_of
from cxresearch.figures.parts import (
    AXES,
    CUT,
    Marker,
    beside,
    beside_estimate,
    flat,
    footer,
    full_range,
    interval_title,
    need_rows,
    number_axis,
    or_notice,
    records,
    rows_axis,
    scale_range,
    spoken,
    tell,
)
from cxresearch.findings.servqual import TOTALS, servqual, shortfall
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word


@or_notice
def gap_bars(result: Result, *, view: str = "table", title: str | None = None) -> theme.Picture:
    """Draw gaps as bars from zero with their intervals, the largest shortfall on top.

    Parameters
    ----------
    result : GapScores
        From ``servqual.gaps``.
    view : str
        "table" for the dimensions, "items" for the items.
    title : str, optional
        By default the finding.
    """
    rows = _rows(result, view)
    _ = tell(result)
    language = result.about.language
    names = row_names(rows, result, items=view == "items")
    sure = sure_of(rows, result)
    with theme.look(result.about) as style:
        figure, (axes,) = panels.below_each_other(result.about, [names], least=0.32)
        if view == "table":
            rule_off_totals(axes, rows)
        panel = panels.Dots(
            rows=rows,
            names=names,
            texts=[beside_estimate(row, "points", language, change=True) for row in records(rows)],
            markers=[Marker(style.accent, one) for one in sure],
            unit="points",
            change=True,
            bars=style.accent,
            axis=_("perception minus expectation, scale points"),
            heading=interval_title(result),
        )
        said = panels.draw(axes, panel, language)
        return theme.finish(
            figure,
            title=title or _headline(rows, result, view),
            below=footer(result, "" if all(sure) else _("Open dots: cannot be told from zero.")),
            alt=_("Gap bars with intervals. {values}.", values=spoken(said, result)),
        )


@or_notice
def dumbbell(result: Result, *, view: str = "table", title: str | None = None) -> theme.Picture:
    """Draw where expectation and perception stand on the scale, and the way between them.

    Parameters
    ----------
    result : GapScores
        From ``servqual.gaps``.
    view : str
        "table" for the dimensions, "items" for the items.
    title : str, optional
        By default the finding.
    """
    rows = _rows(result, view)
    rows = rows[rows["perception"].notna() & rows["expectation"].notna()].reset_index(drop=True)
    need_rows(rows)
    _ = tell(result)
    language = result.about.language
    names = row_names(rows, result, items=view == "items")
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.32) * len(names) + 1.15
        )
        places = range(len(rows))
        sides = {
            "expectation": (theme.MUTED, "D", "white"),
            "perception": (style.accent, "o", None),
        }
        axes.hlines(places, rows["expectation"], rows["perception"], color=theme.GRID, linewidth=5)
        for side, (colour, shape, inside) in sides.items():
            axes.plot(
                rows[side],
                places,
                linestyle="none",
                marker=shape,
                markersize=7.5,
                color=colour,
                markerfacecolor=inside or colour,
                markeredgewidth=1.6,
                label=word(side, language),
            )
        rows_axis(axes, names)
        scale = scale_range(result.about, rows["dimension"].iloc[0], "points")
        cut = full_range(axes, scale)
        number_axis(axes, "points", language)
        theme.clean(axes)
        axes.set_xlabel(_(AXES["points"]))
        gaps = [amounts.signed(value, 2, language) for value in rows["estimate"]]
        beside(axes, gaps, _("gap"))
        said = [
            _(
                "{name}: expectation {expectation}, perception {perception}",
                name=name,
                expectation=amounts.number(row["expectation"], 2, language),
                perception=amounts.number(row["perception"], 2, language),
            )
            for name, row in zip(map(flat, names), records(rows), strict=True)
        ]
        return theme.finish(
            figure,
            title=title or _headline(rows, result, view),
            below=footer(result, _(CUT) if cut else "", intervals=False),
            alt=_("Two dots a row. {values}.", values=spoken(said, result)),
            legend=axes.get_legend_handles_labels(),
        )


def _rows(result: Result, view: str) -> pd.DataFrame:
    rows = view_of(result, view, "estimate")
    if view == "items":
        return rows.sort_values("estimate", kind="stable").head(MOST_ROWS).reset_index(drop=True)
    total = rows["dimension"].isin(TOTALS)
    ordered = rows[~total].sort_values("estimate", kind="stable")
    if result.by:  # groups of a dimension stay together, in their own order
        mean = rows.groupby("dimension")["estimate"].transform("mean")
        ordered = rows[~total].loc[mean[~total].sort_values(kind="stable").index]
    return pd.concat([ordered, rows[total]]).reset_index(drop=True)


def _headline(rows: pd.DataFrame, result: Result, view: str) -> str:
    """Return the finding; over items the item that falls short most, where one does for sure."""
    if view == "items" and not result.by and float(rows["conf_high"].iloc[0]) < 0:
        return shortfall(rows.iloc[0].to_dict(), "item", result)
    return servqual(result).headline
