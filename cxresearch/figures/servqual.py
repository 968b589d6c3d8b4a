"""Figures of gaps: how far perceptions fall short of expectations, and where both stand."""

from __future__ import annotations

import pandas as pd

from cxresearch import theme
from cxresearch.errors import AnalysisError, Fault
from cxresearch.figures.parts import (
    AXES,
    CUT,
    Marker,
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
from cxresearch.findings.phrases import group_name
from cxresearch.findings.servqual import TOTALS, servqual, shortfall
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

MOST_ROWS = 40


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
    names = _names(rows, result, view)
    sure = _sure(rows, result)
    with theme.look(result.about) as style:
        figure, (axes,) = theme.canvas(
            result.about, height=theme.row_height(names, 0.32) * len(names) + 0.85
        )
        estimate = rows["estimate"].to_numpy(float)
        axes.barh(
            range(len(rows)), estimate, height=0.6, color=style.accent, alpha=0.3, linewidth=0
        )
        dots(axes, rows, [Marker(style.accent, one) for one in sure], unit="points")
        axes.axvline(0, color=theme.INK, linewidth=1)
        totals = rows["dimension"].isin(TOTALS).to_numpy()
        if view == "table" and totals.any() and not totals.all():
            axes.axhline(int(totals.argmax()) - 0.5, color=theme.MUTED, linewidth=0.8)
        rows_axis(axes, names)
        axes.margins(x=0.06)
        number_axis(axes, "points", language, change=True)
        theme.clean(axes)
        axes.set_xlabel(_("perception minus expectation, scale points"))
        texts = [beside_estimate(row, "points", language, change=True) for row in _records(rows)]
        beside(axes, texts, interval_title(result))
        said = [f"{name}: {text}" for name, text in zip(_flat(names), texts, strict=True)]
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
    names = _names(rows, result, view)
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
            for name, row in zip(_flat(names), _records(rows), strict=True)
        ]
        return theme.finish(
            figure,
            title=title or _headline(rows, result, view),
            below=footer(result, _(CUT) if cut else "", intervals=False),
            alt=_("Two dots a row. {values}.", values=spoken(said, result)),
            legend=axes.get_legend_handles_labels(),
        )


def _rows(result: Result, view: str) -> pd.DataFrame:
    frames = result.frames()
    if view not in ("table", "items") or view not in frames:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'gaps have no view "{view}"',
                found=view,
                hint="one of: table, items",
            )
        )
    rows = frames[view]
    rows = rows[rows["estimate"].notna()]
    need_rows(rows)
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


def _names(rows: pd.DataFrame, result: Result, view: str) -> list[str]:
    key = "item" if view == "items" else "dimension"
    names = []
    for row in _records(rows):
        group = group_name(row, result.by, result.about)
        name = label(row[key], result.about)
        names.append(f"{name} · {group}" if group else name)
    return theme.labels(names, 34)


def _sure(rows: pd.DataFrame, result: Result) -> list[bool]:
    q = rows["q_value"] if "q_value" in rows else pd.Series(float("nan"), index=rows.index)
    by_interval = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
    return [bool(one) for one in (q <= 1 - result.conf_level).where(q.notna(), by_interval)]


def _records(rows: pd.DataFrame) -> list[dict]:
    return rows.to_dict("records")


def _flat(names: list[str]) -> list[str]:
    return [name.replace("\n", " ") for name in names]
