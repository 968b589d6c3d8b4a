"""Sentences about samples: what the next wave can find, and whom the answers stand for."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word


def plan(result: Result) -> Findings:
    """Say what the next wave can find and what more or fewer waves a year could.

    Parameters
    ----------
    result : SamplePlan
        From ``sampling.plan``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = [
        text for row in result.table.to_dict("records") for text in _next_wave(row, speaker) if text
    ]
    told += _cadence(result, speaker)
    limits = (
        tell("Plans hold for samples drawn by chance; volunteers have no margin of error."),
        tell(
            "Two or three waves a year are a recommendation of practice, not a derived fact: more "
            "waves show changes sooner, but each finds only larger ones."
        ),
    )
    head = _first(result.table, speaker)
    return Findings(tuple(told), limits, result.about.language, headline=head)


def _first(table: pd.DataFrame, speaker: Speaker) -> str:
    for row in table[table["mdc"].notna()].to_dict("records"):
        return _finds(row, speaker)
    return ""


def _finds(row: dict[Hashable, Any], speaker: Speaker) -> str:
    return speaker.tell(
        "{measure}: a next wave of the same size finds a change of {mdc} four times out of five.",
        measure=speaker.quoted(row["measure"]),
        mdc=speaker.size(float(row["mdc"]), str(row["unit"])),
    )


def _next_wave(row: dict[Hashable, Any], speaker: Speaker) -> list[str]:
    tell = speaker.tell
    name, unit = speaker.quoted(row["measure"]), str(row["unit"])
    if pd.isna(row["mdc"]):
        return [
            tell(
                "{measure}: nothing can be planned, {reason}.",
                measure=name,
                reason=word(row["reason"], speaker.about.language),
            )
        ]
    text = _finds(row, speaker)
    if pd.isna(row["threshold"]):
        return [text]
    return [
        text
        + " "
        + tell(
            "A change of {threshold}, which is declared to matter, it would find with probability "
            "{power}; for four times out of five it takes {n} interviews a wave.",
            threshold=speaker.size(float(row["threshold"]), unit),
            power=amounts.percent(float(row["power"]), 0, speaker.about.language),
            n=speaker.count(row["n_required"]),
        )
    ]


def _cadence(result: Result, speaker: Speaker) -> list[str]:
    """Return two and three waves a year put against what such waves find."""
    cadence = result.frames()["cadence"]
    tell = speaker.tell
    told = []
    for measure, rows in cadence[cadence["recommended"]].groupby("measure", sort=False):
        rows = rows[rows["mdc"].notna()]
        if len(rows) < 2:
            continue
        few, many = rows.iloc[0], rows.iloc[-1]
        unit = str(few["unit"])
        text = tell(
            "{measure}: with {total} interviews a year, {few} waves find {mdc_few} between two "
            "waves, {many} waves {mdc_many}; from year to year both find {mdc_year}.",
            measure=speaker.quoted(measure),
            total=speaker.count(getattr(result, "interviews", 0)),
            few=speaker.count(few["waves_a_year"]),
            many=speaker.count(many["waves_a_year"]),
            mdc_few=speaker.size(float(few["mdc"]), unit),
            mdc_many=speaker.size(float(many["mdc"]), unit),
            mdc_year=speaker.size(float(few["mdc_year"]), unit),
        )
        if pd.notna(few["threshold"]):
            enough = bool(many["detects"])
            text += " " + (
                tell("That is enough for the declared threshold.")
                if enough
                else tell("That is not enough for the declared threshold.")
                if not bool(few["detects"])
                else tell("Two waves are enough for the declared threshold, three are not.")
            )
        told.append(text)
    return told


def weighting(result: Result) -> Findings:
    """Say what the weights cost and which margin they moved most.

    Parameters
    ----------
    result : Weighting
        From ``sampling.rake``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    language = result.about.language
    efficiency = float(getattr(result, "efficiency", float("nan")))
    told = [
        tell(
            "The weights leave {efficiency} of the sample's size: {n} respondents are worth "
            "{n_eff}.",
            efficiency=amounts.percent(efficiency, 0, language),
            n=speaker.count(result.n),
            n_eff=speaker.count(result.n_eff),
        )
    ]
    table = result.table
    moved = table.iloc[int((table["after"] - table["before"]).abs().to_numpy().argmax())]
    told.append(
        tell(
            "The largest correction: {category} counts {after} instead of {before}.",
            category=f"“{label(moved['category'], result.about)}”",
            after=amounts.percent(float(moved["after"]), 1, language),
            before=amounts.percent(float(moved["before"]), 1, language),
        )
    )
    limits = (tell("Weights correct the margins that are known, not who within them answered."),)
    return Findings(tuple(told), limits, language, headline=told[0])


def response(result: Result) -> Findings:
    """Say which share of those asked answered.

    Parameters
    ----------
    result : ResponseRates
        From ``sampling.response_rates``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = [
        tell(
            "{rate}: {estimate} of {n} cases.",
            rate=word(row["name"], result.about.language),
            estimate=speaker.estimate(row, "share"),
            n=speaker.count(row["n"]),
        )
        for row in result.table.to_dict("records")
        if pd.notna(row["estimate"])
    ]
    limits = (
        tell("A high response rate is no proof that those who answered are like the others."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")
