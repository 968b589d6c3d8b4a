"""Sentences about the scorecard: which goals are met, which are not, and what is open."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark
from cxresearch.text.words import word

_MANY = 3  # goals of one light that are told one by one; more are told in one sentence
_LISTED = {
    "green": mark("Met with near certainty: {measures}."),
    "red": mark("Missed with near certainty: {measures}."),
    "amber": mark("The data cannot tell: {measures}."),
}


def scorecard(result: Result) -> Findings:
    """Say which goals are met almost for sure, which are not, and what cannot be told.

    Parameters
    ----------
    result : Scorecard
        From ``scorecard.build``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table
    if table.empty:
        nothing = tell("The study declares no goals, so there is no scorecard.")
        return Findings((nothing,), (), result.about.language, headline=nothing)
    told = [_overview(table, speaker)]
    for light in ("green", "red", "amber"):
        told += _of_light(light, table[table["status"] == light], speaker)
    dark = table[table["status"] == "grey"]
    if len(dark):
        told.append(tell("No light for: {measures}.", measures=speaker.listed(dark["measure"])))
    told += _links(result.frames()["links"], speaker)
    limits = (
        tell(
            "A light speaks of sampling error only: an amber one says that the data cannot tell, "
            "not that the goal is half met."
        ),
        tell("A link called assumed is an idea of the scorecard; no number here supports it."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _of_light(light: str, rows: pd.DataFrame, speaker: Speaker) -> list[str]:
    """Return a sentence for every goal of a light; many are told in one."""
    records = rows.to_dict("records")
    if len(records) <= _MANY:
        return [_row(row, speaker) for row in records]
    named = [
        speaker.tell(
            "{measure} {actual} (target {target})",
            measure=speaker.quoted(row["measure"]),
            actual=speaker.amount(float(row["actual"]), str(row["unit"])),
            target=_goal(row, str(row["unit"]), speaker),
        )
        for row in records
    ]
    return [speaker.tell(_LISTED[light], measures="; ".join(named))]


def _overview(table: pd.DataFrame, speaker: Speaker) -> str:
    counts = table["status"].value_counts()
    values = {name: speaker.count(counts.get(name, 0)) for name in ("green", "amber", "red")}
    return speaker.tell(
        "Goals met with near certainty: {green} of {n}; missed with near certainty: {red}; the "
        "data cannot tell: {amber}.",
        n=speaker.count(len(table)),
        **values,
    )


def _row(row: dict[Hashable, Any], speaker: Speaker) -> str:
    tell = speaker.tell
    language = speaker.about.language
    unit = str(row["unit"])
    values = {
        "measure": speaker.quoted(row["measure"]),
        "actual": speaker.estimate({**row, "estimate": row["actual"]}, unit),
        "target": _goal(row, unit, speaker),
        "p": amounts.chance(float(row["p_target"]), language),
    }
    if row["evidence"] == "exact":
        values["actual"] = speaker.amount(float(row["actual"]), unit)
        if row["status"] == "green":
            return tell("{measure}: {actual}; the target of {target} is met.", **values)
        return tell("{measure}: {actual}; the target of {target} is not met.", **values)
    said = tell(
        "{measure}: {actual}; it meets the target of {target} with a probability of {p}.", **values
    )
    if row["moved"] in ("nearer", "farther"):
        moved = word(row["moved"], language)
        said += " " + tell("Since the period before: {moved}.", moved=moved)
    return said


def _goal(row: dict[Hashable, Any], unit: str, speaker: Speaker) -> str:
    if pd.notna(row["target"]):
        return speaker.amount(float(row["target"]), unit)
    low, high = float(row["target_from"]), float(row["target_to"])
    return amounts.interval(low, high, unit, speaker.about.language)


def _links(links: pd.DataFrame, speaker: Speaker) -> list[str]:
    tell = speaker.tell
    told = []
    for row in links[links["evidence"] == "lagged"].to_dict("records"):
        values = {"first": speaker.quoted(row["measure"]), "second": speaker.quoted(row["moves"])}
        if row["verdict"] == "detectable":
            told.append(
                tell(
                    "{first} goes with {second} of the following period, measured on the same "
                    "customers.",
                    **values,
                )
            )
        else:
            told.append(
                tell(
                    "Whether {first} goes with {second} of the following period cannot be told.",
                    **values,
                )
            )
    assumed = links[links["evidence"] == "assumed"]
    if len(assumed):
        told.append(
            tell.plural(
                "{n} link of the scorecard is assumed.",
                "{n} links of the scorecard are assumed.",
                len(assumed),
                n=speaker.count(len(assumed)),
            )
        )
    return told
