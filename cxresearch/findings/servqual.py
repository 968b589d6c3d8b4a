"""Sentences about gaps: where perceptions fall short of expectations, and how sure that is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, group_name, overlap
from cxresearch.results import Result

TOTALS = ("overall", "overall_weighted", "overall_mean_weighted")


def servqual(result: Result) -> Findings:
    """Say the overall gap, the largest shortfall and which dimensions fall short for sure.

    Parameters
    ----------
    result : GapScores
        From ``servqual.gaps``.
    """
    tell = Speaker.of(result).tell
    told: list[str] = []
    groups = (
        result.table.groupby(list(result.by), sort=False) if result.by else [((), result.table)]
    )
    for _, rows in groups:
        name = group_name(rows.iloc[0].to_dict(), result.by, result.about)
        told += [f"{name}: {text}" if name else text for text in _about(rows, result)]
    limits = (
        tell("A gap says where service falls short of what is expected, not how much it matters."),
        tell("It compares answers on a scale; it does not say what caused them."),
    )
    headline = _largest(parts(result.table), result, short=True) if not result.by else told[0]
    return Findings(tuple(told), limits, result.about.language, headline=headline)


def shortfall(row: dict[Any, Any], key: str, result: Result) -> str:
    """Say how far the dimension or item of a row falls short.

    Parameters
    ----------
    row : dict
        Of ``servqual.gaps``: the dimension or item with its gap and interval.
    key : str
        Column that names it: "dimension" or "item".
    result : GapScores
        Where language, labels and confidence level come from.
    """
    speaker = Speaker.of(result)
    return speaker.tell(
        "The largest shortfall is in {dimension}: {gap}.",
        dimension=speaker.quoted(row[key]),
        gap=speaker.estimate(row, "points", change=True),
    )


def largest_of_groups(result: Result) -> str:
    """Say which group sees the largest shortfall, and in which dimension.

    Parameters
    ----------
    result : GapScores
        From ``servqual.gaps`` with groups.
    """
    speaker = Speaker.of(result)
    rows = parts(result.table)
    if rows.empty:
        return speaker.tell("No dimension has answers enough for a gap.")
    first = rows.iloc[0].to_dict()
    return speaker.tell(
        "Of all groups, the lowest gap is that of {group} in {dimension}: {gap}.",
        group=speaker.quoted(group_name(first, result.by, result.about)),
        dimension=speaker.quoted(first["dimension"]),
        gap=speaker.estimate(first, "points", change=True),
    )


def parts(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of single dimensions that have an estimate, the largest shortfall first."""
    rows = table[~table["dimension"].isin(TOTALS) & table["estimate"].notna()]
    return rows.sort_values("estimate", kind="stable")


def _about(rows: pd.DataFrame, result: Result) -> list[str]:
    dimensions = parts(rows)
    total = rows[(rows["dimension"] == "overall") & rows["estimate"].notna()]
    told = [_overall(row, result) for row in total.to_dict("records")]
    if dimensions.empty:
        return [*told, Speaker.of(result).tell("No dimension has answers enough for a gap.")]
    told.append(_largest(dimensions, result))
    return told + _sorted_out(dimensions, result)


def _overall(row: dict[Any, Any], result: Result) -> str:
    speaker = Speaker.of(result)
    values = {
        "size": speaker.size(row["estimate"], "points"),
        "interval": speaker.interval(row, "points", change=True),
    }
    if row["conf_high"] < 0:
        return speaker.tell(
            "Overall, perceptions fall short of expectations by {size} ({interval}).", **values
        )
    if row["conf_low"] > 0:
        return speaker.tell(
            "Overall, perceptions exceed expectations by {size} ({interval}).", **values
        )
    return speaker.tell(
        "Overall, whether perceptions meet expectations cannot be told: the gap is {gap}.",
        gap=speaker.estimate(row, "points", change=True),
    )


def _largest(dimensions: pd.DataFrame, result: Result, *, short: bool = False) -> str:
    speaker = Speaker.of(result)
    tell = speaker.tell
    if dimensions.empty:
        return tell("No dimension has answers enough for a gap.")
    rows = dimensions.to_dict("records")
    first = rows[0]
    values = {
        "dimension": speaker.quoted(first["dimension"]),
        "gap": speaker.estimate(first, "points", change=True),
    }
    if first["conf_high"] >= 0:
        return tell(
            "No dimension falls short of expectations for sure; the lowest gap is in {dimension}: "
            "{gap}.",
            **values,
        )
    text = shortfall(first, "dimension", result)
    if short or len(rows) == 1:
        return text
    second = rows[1]
    values = {
        "dimension": speaker.quoted(second["dimension"]),
        "gap": speaker.estimate(second, "points", change=True),
    }
    if overlap(first, second):
        return f"{text} " + tell(
            "Its interval overlaps that of {dimension}, {gap}: which of the two is larger cannot "
            "be told from these intervals.",
            **values,
        )
    return f"{text} " + tell("Next is {dimension}, {gap}; the intervals do not overlap.", **values)


def _sorted_out(dimensions: pd.DataFrame, result: Result) -> list[str]:
    speaker = Speaker.of(result)
    q = dimensions["q_value"] if "q_value" in dimensions else dimensions["p_value"]
    sure = q <= 1 - result.conf_level
    below = dimensions.loc[sure & (dimensions["estimate"] < 0), "dimension"]
    above = dimensions.loc[sure & (dimensions["estimate"] > 0), "dimension"]
    unsure = dimensions.loc[~sure, "dimension"]
    told = []
    if len(below):
        told.append(speaker.tell("Below expectations: {names}.", names=speaker.listed(below)))
    if len(above):
        told.append(speaker.tell("Above expectations: {names}.", names=speaker.listed(above)))
    if len(unsure):
        told.append(
            speaker.tell(
                "Cannot tell whether expectations are met: {names}.", names=speaker.listed(unsure)
            )
        )
    return told
