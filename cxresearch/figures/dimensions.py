"""Rows of dimensions and of items: which of them a figure draws, and what they are called."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

from cxresearch import theme
from cxresearch.errors import AnalysisError, Fault
from cxresearch.figures.parts import need_rows, records
from cxresearch.findings.phrases import group_name
from cxresearch.findings.servqual import TOTALS
from cxresearch.results import Result
from cxresearch.text.cells import label

MOST_ROWS = 40


def view_of(result: Result, view: str, needed: str) -> pd.DataFrame:
    """Return the rows of a view that have the needed number.

    Parameters
    ----------
    result : Result
        Of gaps or zones.
    view : str
        "table" for the dimensions, "items" for the items.
    needed : str
        Column without which a row cannot be drawn.

    Raises
    ------
    AnalysisError
        The result has no such view.
    """
    frames = result.frames()
    if view not in ("table", "items") or view not in frames:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'{type(result).__name__} has no view "{view}"',
                found=view,
                hint="one of: table, items",
            )
        )
    rows = frames[view]
    rows = rows[rows[needed].notna()]
    need_rows(rows)
    return rows


def row_names(rows: pd.DataFrame, result: Result, *, items: bool, width: int = 34) -> list[str]:
    """Return the names of dimensions or items, with their group where there are groups."""
    key = "item" if items else "dimension"
    names = []
    for row in records(rows):
        group = group_name(row, result.by, result.about)
        name = label(row[key], result.about)
        names.append(f"{name} · {group}" if group else name)
    return theme.labels(names, width)


def sure_of(rows: pd.DataFrame, result: Result) -> list[bool]:
    """Return which gaps differ from zero for sure: after adjustment, else by their interval."""
    q = rows["q_value"] if "q_value" in rows else pd.Series(float("nan"), index=rows.index)
    by_interval = (rows["conf_low"] > 0) | (rows["conf_high"] < 0)
    return [bool(one) for one in (q <= 1 - result.conf_level).where(q.notna(), by_interval)]


def rule_off_totals(axes: Axes, rows: pd.DataFrame) -> None:
    """Draw a line between the dimensions and what sums them up."""
    totals = rows["dimension"].isin(TOTALS).to_numpy()
    if totals.any() and not totals.all():
        axes.axhline(int(totals.argmax()) - 0.5, color=theme.MUTED, linewidth=0.8)
