"""Groups down, measures across: the headline figures of groups in one short table."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch import handover
from cxresearch.results import NotAsked, Result
from cxresearch.tables.parts import Column, remarks, withheld
from cxresearch.tables.readable import Readable, sheet
from cxresearch.tables.show import Table, as_page, show
from cxresearch.text import amounts, translator
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import label
from cxresearch.text.words import header, word

_CAPTION = mark("Headline figures by group")

Row = dict[Hashable, Any]


def across(result: Result, *, caption: str | None = None) -> Table:
    """Show the headline figure of every measure by group: a row a group, a column a measure.

    A cell holds the estimate, its interval and its base; what is withheld says so. All other
    figures of the groups follow in the complete table. Both are handed over to the page.

    Parameters
    ----------
    result : KpiTable
        From ``kpis.measure(study, by=…)``. Without groups its own table is shown.
    caption : str, optional
        Title above the table; by default what it holds, in the study's language.
    """
    if isinstance(result, NotAsked) or not result.by or result.table.empty:
        return show(result)
    about = result.about
    _ = translator(about.language)
    keys = [*result.by, "measure"]
    heads = withheld(result.table.drop_duplicates(keys).reset_index(drop=True))
    groups = heads[list(result.by)].drop_duplicates().reset_index(drop=True)
    columns = [_names(groups, name, result) for name in result.by]
    for measure, rows in heads.groupby("measure", sort=False):
        columns.append(_figures(str(measure), groups.merge(rows, how="left"), result))
    whole = Readable.of(
        heads,
        result,
        columns=None,
        unit="",
        change=False,
        caption=caption or _(_CAPTION),
        notes=(one for one in result.notes if one.code not in _SAID),
    )
    readable = Readable(
        caption=whole.caption,
        base=whole.base,
        columns=columns,
        notes=whole.notes,
        n_rows=len(groups),
    )
    told = {"result": type(result).__name__, "view": "across", **sheet(readable, result)}
    file = handover.table("headlines_by_group", heads, told)
    html = as_page(readable, about, file)
    if len(result.table) > len(heads):
        html += show(result).html
    return Table(html=html, frame=heads)


# what the cells say themselves
_SAID = ("low_base", "low_n_eff")


def _names(groups: pd.DataFrame, name: str, result: Result) -> Column:
    about = result.about
    by = groups["segment"] if name == "group" and "segment" in groups else [name] * len(groups)
    texts = [label(one, about, column=str(of)) for one, of in zip(groups[name], by, strict=True)]
    title = about.label(name)
    return Column(
        title if title != name else header(name, about.language), texts, False, name != "segment"
    )


def _figures(measure: str, rows: pd.DataFrame, result: Result) -> Column:
    """Return the column of one measure: "41.1%", "[31.2, 51.9]", "n = 84" below each other."""
    about = result.about
    reasons = remarks(rows, about)
    cells = [
        _cell(row, reason, about.language)
        for row, reason in zip(rows.to_dict("records"), reasons, strict=True)
    ]
    known = rows["statistic"].dropna()
    statistic = word(str(known.iloc[0]), about.language) if len(known) else ""
    title = f"{about.label(measure)} ({statistic})" if statistic else about.label(measure)
    return Column(title, cells, True, False)


def _cell(row: Row, reason: str, language: str) -> str:
    if pd.isna(row["estimate"]):
        return f"{amounts.DASH}\n{reason}" if reason else amounts.DASH
    unit = str(row["unit"])
    figure = amounts.amount(float(row["estimate"]), unit, language)
    ends = amounts.interval(float(row["conf_low"]), float(row["conf_high"]), unit, language)
    base = f"n = {amounts.number(float(row['n']), 0, language)}"
    return f"{figure} {ends}\n{base}" + (f", {reason}" if reason else "")
