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
    told += _detectable(heads, result)
    limits = [
        tell("These figures describe those who answered; they do not say why they answered so."),
        tell("An interval covers sampling error only, not who could not or would not answer."),
    ]
    if "wave" not in result.by:
        limits.append(tell("Figures of one wave do not say whether anything has changed."))
    return Findings(
        tuple(told),
        tuple(limits),
        result.about.language,
        headline=_head(heads, result) or next(iter(told), ""),
    )


def headlines(result: Result) -> pd.DataFrame:
    """Return the headline row of every measure and group."""
    return result.table.drop_duplicates([*result.by, "measure"]).reset_index(drop=True)


def _about(rows: pd.DataFrame, result: Result) -> list[str]:
    speaker = Speaker.of(result)
    shown = rows[rows["estimate"].notna()]
    measure = rows["measure"].iloc[0]
    if shown.empty:
        if (rows["n"] == 0).all():
            return [
                speaker.tell(
                    "{measure}: no figure, nobody answered.", measure=speaker.quoted(measure)
                )
            ]
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


def _detectable(heads: pd.DataFrame, result: Result) -> list[str]:
    """Say once, for all measures, which changes a later wave could find."""
    if result.by or "mdc" not in heads:
        return []
    rows = heads[heads["estimate"].notna() & heads["mdc"].notna()]
    if "low_base" in rows:
        rows = rows[~rows["low_base"].fillna(False).astype(bool)]
    if rows.empty:
        return []
    speaker = Speaker.of(result)
    sizes = [
        f"{speaker.quoted(row['measure'])} {speaker.size(row['mdc'], str(row['unit']))}"
        for row in rows.to_dict("records")
    ]
    return [
        speaker.tell(
            "The smallest changes that a later wave of the same size would detect four times out "
            "of five: {sizes}.",
            sizes="; ".join(sizes),
        )
    ]


def lead(result: Result) -> str:
    """Say the headline figure of the first measure alone, as a figure is titled."""
    return _told_of(headlines(result), 0, result)


def _head(heads: pd.DataFrame, result: Result) -> str:
    """Say the first measure's headline figure, and the recommendation score where it is asked."""
    names = list(dict.fromkeys(heads["measure"]))
    scores = list(dict.fromkeys(heads.loc[heads["statistic"] == "nps", "measure"]))
    places = dict.fromkeys([0, *(names.index(name) for name in scores[:1])])
    return " ".join(filter(None, (_told_of(heads, place, result) for place in places)))


def _told_of(heads: pd.DataFrame, place: int, result: Result) -> str:
    """Say the headline figure of one measure; empty where it has none."""
    names = list(dict.fromkeys(heads["measure"]))
    if not names:
        return ""
    rows = heads[heads["measure"] == names[place]]
    shown = rows[rows["estimate"].notna()]
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
