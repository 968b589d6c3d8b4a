"""Sentences about the zone of tolerance, why gaps changed, and which score tells more."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, groups
from cxresearch.findings.servqual import TOTALS
from cxresearch.results import Result
from cxresearch.text.catalogue import mark
from cxresearch.text.words import word

_PLACES = {
    "below": mark("On average, service is below what is adequate: {names}."),
    "within": mark("On average, service lies within the zone of tolerance: {names}."),
    "above": mark("On average, service is above what is desired: {names}."),
    "undecided": mark("Where the mean lies in the zone of tolerance cannot be told: {names}."),
}


def zone(result: Result) -> Findings:
    """Say where service stands between adequate and desired, and how many find it too little.

    Parameters
    ----------
    result : ZoneOfTolerance
        From ``servqual.zone``.
    """
    tell = Speaker.of(result).tell
    told: list[str] = []
    for name, one in groups(result):
        told += [f"{name}: {text}" if name else text for text in _places(one)]
    limits = (
        tell("A mean within the zone hides those who find service below it: see the shares."),
        tell("The zone is what respondents called adequate and desired, not what they would do."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _places(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    rows = result.table
    rows = rows[~rows["dimension"].isin(TOTALS) & (rows["verdict"] != "suppressed")]
    computed = rows[rows["source"] == "computed"]
    shown = computed if len(computed) else rows
    if shown.empty:
        return [speaker.tell("No dimension has answers enough for a zone of tolerance.")]
    told = [
        speaker.tell(text, names=speaker.listed(shown.loc[shown["verdict"] == place, "dimension"]))
        for place, text in _PLACES.items()
        if (shown["verdict"] == place).any()
    ]
    known = shown[shown["below"].notna()]
    if len(known):
        worst = known.sort_values("below", kind="stable").iloc[-1].to_dict()
        ends = {end: worst[f"below_{end}"] for end in ("conf_low", "conf_high")}
        share = speaker.estimate({"estimate": worst["below"], **ends}, "share")
        told.append(
            speaker.tell(
                "Most often found below adequate: {dimension}, by {share} of respondents.",
                dimension=speaker.quoted(worst["dimension"]),
                share=share,
            )
        )
    return told


def gap_changes(result: Result) -> Findings:
    """Say which gaps moved since the wave before, and whether service or expectations did it.

    Parameters
    ----------
    result : GapChanges
        From ``servqual.changes``.
    """
    speaker = Speaker.of(result)
    told: list[str] = []
    for name, one in groups(result):
        told += [f"{name}: {text}" if name else text for text in _moved(one)]
    if not told:
        told = [speaker.tell("There is a single wave, so nothing can be compared over time.")]
    limits = (
        speaker.tell("A gap may also close because people expect less."),
        speaker.tell("A change between waves does not say what brought it about."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def latest_changes(result: Result) -> list[pd.DataFrame]:
    """Return the rows of the last wave that have a change, a frame per earlier wave."""
    rows = result.frames()["latest"]
    rows = rows[rows["estimate"].notna()]
    keys = [*result.by, "dimension", "wave_from"]
    rows = rows.drop_duplicates(keys)  # the baseline may be the wave before
    return [part for _, part in rows.groupby("contrast", sort=False)]


def _moved(result: Result) -> list[str]:
    """Say which gaps moved for sure since any wave compared with, then of which it is unsure."""
    parts = [_moved_since(rows, result) for rows in latest_changes(result)]
    return [text for sure, _ in parts for text in sure] + [
        text for _, rest in parts for text in rest
    ]


def _moved_since(rows: pd.DataFrame, result: Result) -> tuple[list[str], list[str]]:
    speaker = Speaker.of(result)
    alpha = 1 - result.conf_level
    sure = rows[rows["q_value"] <= alpha]
    told = [_one_change(row, speaker) for row in sure.to_dict("records")]
    rest = rows.loc[~rows.index.isin(sure.index), "dimension"]
    if rest.empty:
        return told, []
    waves = f"{rows['wave_from'].iloc[0]} → {rows['wave_to'].iloc[0]}"
    unsure = speaker.tell(
        "Cannot tell whether the gap changed, {waves}: {names}.",
        waves=waves,
        names=speaker.listed(rest),
    )
    return told, [unsure]


def _one_change(row: dict[Any, Any], speaker: Speaker) -> str:
    return speaker.tell(
        "{dimension}, {waves}: the gap changed by {change}: perception by {perception}, "
        "expectation by {expectation}.",
        dimension=speaker.quoted(row["dimension"]),
        waves=f"{row['wave_from']} → {row['wave_to']}",
        change=speaker.estimate(row, "points", change=True),
        perception=speaker.change(row["perception_change"], "points"),
        expectation=speaker.change(row["expectation_change"], "points"),
    )


def models(result: Result) -> Findings:
    """Say which score goes along with the outcome most, and whether its lead is sure.

    Parameters
    ----------
    result : ScoreModels
        From ``servqual.models``.
    """
    speaker = Speaker.of(result)
    tell, language = speaker.tell, result.about.language
    rows = result.table[result.table["r_squared"].notna()]
    limits = (
        tell("How much a score accounts for is association, in this survey and at this time."),
    )
    if rows.empty:
        text = tell("No score has answers enough to be set beside the outcome.")
        return Findings((text,), limits, language, headline=text)
    best = rows.sort_values("r_squared", kind="stable").iloc[-1].to_dict()
    ends = {"conf_low": best["r_squared_low"], "conf_high": best["r_squared_high"]}
    first = tell(
        "{model} goes along most with {outcome}: R² {estimate}.",
        model=word(best["model"], language, "model"),
        outcome=speaker.quoted(best["outcome"]),
        estimate=speaker.estimate({"estimate": best["r_squared"], **ends}, "r_squared"),
    )
    told = [first, *_lead(str(best["model"]), result, speaker)]
    tests = result.frames()["constraints"]
    whole = tests[tests["dimension"] == "overall"].to_dict("records")
    if whole and whole[0]["p_value"] <= 1 - result.conf_level:
        told.append(
            tell(
                "As a difference, the gap discards information: perceptions and expectations tell "
                "more apart (R² {both} instead of {gap}).",
                both=speaker.amount(whole[0]["r_squared"], "r_squared"),
                gap=speaker.amount(whole[0]["r_squared_gap"], "r_squared"),
            )
        )
    return Findings(tuple(told), limits, language, headline=first)


def _lead(best: str, result: Result, speaker: Speaker) -> list[str]:
    """Say over which scores the lead is sure."""
    language = result.about.language
    sure: list[str] = []
    unsure: list[str] = []
    for row in result.frames()["differences"].to_dict("records"):
        if best not in (row["first"], row["second"]):
            continue
        other = row["second"] if row["first"] == best else row["first"]
        clear = row["conf_low"] > 0 or row["conf_high"] < 0
        (sure if clear else unsure).append(word(other, language, "model"))
    told = []
    if sure:
        told.append(speaker.tell("It leads for sure before: {names}.", names=", ".join(sure)))
    if unsure:
        told.append(speaker.tell("It cannot be told apart from: {names}.", names=", ".join(unsure)))
    return told
