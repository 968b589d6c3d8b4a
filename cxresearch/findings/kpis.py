"""Sentences about the headline figures: how customers rate us, and how sure that is."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, group_name, overlap
from cxresearch.results import Result
from cxresearch.text.words import word


def kpis(result: Result) -> Findings:
    """Say the headline figure of every measure with its interval, by group where there are groups.

    Parameters
    ----------
    result : KpiTable
        From ``kpis.measure``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    heads = headlines(result)
    told = [
        text for _, rows in heads.groupby("measure", sort=False) for text in _about(rows, result)
    ]
    limits = [
        tell("These figures describe those who answered; they do not say why they answered so."),
        tell("An interval covers sampling error only, not who could not or would not answer."),
    ]
    if "wave" not in result.by:
        limits.append(tell("Figures of one wave do not say whether anything has changed."))
    return Findings(
        tuple(told), tuple(limits), result.about.language, headline=_head(heads, result)
    )


def headlines(result: Result) -> pd.DataFrame:
    """Return the headline row of every measure and group."""
    return result.table.drop_duplicates([*result.by, "measure"]).reset_index(drop=True)


def _about(rows: pd.DataFrame, result: Result) -> list[str]:
    speaker = Speaker.of(result)
    shown = rows[rows["estimate"].notna()]
    measure = rows["measure"].iloc[0]
    if shown.empty:
        return [
            speaker.tell(
                "{measure}: no figure, the base is too small.", measure=speaker.quoted(measure)
            )
        ]
    if result.by and len(shown) > 1:
        return [_across(shown, result)]
    told = []
    for row in shown.to_dict("records"):
        told.append(_one(row, result))
        if row["statistic"] == "nps":
            told += _parts(result, row)
    return told


def _head(heads: pd.DataFrame, result: Result) -> str:
    first = heads[heads["measure"] == heads["measure"].iloc[0]] if len(heads) else heads
    shown = first[first["estimate"].notna()]
    if len(shown) == 1:
        return _one(shown.iloc[0].to_dict(), result, short=True)
    return _across(shown, result) if len(shown) else ""


def _one(row: dict[Any, Any], result: Result, *, short: bool = False) -> str:
    speaker = Speaker.of(result)
    tell = speaker.tell
    group = group_name(row, result.by, result.about)
    name = speaker.quoted(row["measure"]) + (f", {group}" if group else "")
    text = tell(
        "{measure}: {statistic} {estimate}, n = {n}.",
        measure=name,
        statistic=word(row["statistic"], result.about.language),
        estimate=speaker.estimate(row, str(row["unit"])),
        n=speaker.count(row["n"]),
    )
    if short:
        return text
    if row.get("low_base"):
        return f"{text} " + tell("The base is low, so read it with care.")
    if pd.notna(row.get("mdc")):
        text += " " + tell(
            "The smallest change that a later wave of the same size would detect four times out "
            "of five is {mdc}.",
            mdc=speaker.size(row["mdc"], str(row["unit"])),
        )
    return text


def _parts(result: Result, row: dict[Any, Any]) -> list[str]:
    table = result.table[result.table["measure"] == row["measure"]]
    for name in result.by:
        table = table[table[name] == row[name]]
    shares = table.set_index("statistic")["estimate"]
    if not {"promoters", "passives", "detractors"} <= set(shares.index):
        return []
    speaker = Speaker.of(result)
    return [
        speaker.tell(
            "Behind it: {promoters} promoters, {passives} passives, {detractors} detractors.",
            **{
                name: speaker.amount(float(shares[name]), "share")
                for name in ("promoters", "passives", "detractors")
            },
        )
    ]


def _across(rows: pd.DataFrame, result: Result) -> str:
    speaker = Speaker.of(result)
    tell = speaker.tell
    ordered = rows.sort_values("estimate", kind="stable").to_dict("records")
    low, high = ordered[0], ordered[-1]
    unit = str(low["unit"])
    text = tell(
        "{measure}, {statistic}: from {low} in {low_group} to {high} in {high_group}.",
        measure=speaker.quoted(low["measure"]),
        statistic=word(low["statistic"], result.about.language),
        low=speaker.estimate(low, unit),
        low_group=tell("“{label}”", label=group_name(low, result.by, result.about)),
        high=speaker.estimate(high, unit),
        high_group=tell("“{label}”", label=group_name(high, result.by, result.about)),
    )
    if overlap(low, high):
        return f"{text} " + tell(
            "The intervals overlap, so these figures alone cannot tell the two apart."
        )
    return f"{text} " + tell("The intervals do not overlap.")
