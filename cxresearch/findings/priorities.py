"""Sentences about priorities, asymmetry and what-if, in words of association."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.findings.drivers import drivers
from cxresearch.findings.phrases import Findings, Speaker, groups
from cxresearch.results import Result
from cxresearch.text import amounts, captions
from cxresearch.text.catalogue import mark
from cxresearch.text.words import word

SURE = 0.8
QUADRANTS = {
    "concentrate": mark("Important and rated low, so the place to look first: {drivers}."),
    "keep_up": mark("Important and rated high, so worth keeping up: {drivers}."),
    "low_priority": mark("Rated low, but goes along little with the outcome: {drivers}."),
    "possible_overkill": mark(
        "Rated high while going along little with the outcome, perhaps more than is needed: "
        "{drivers}."
    ),
    "undecided": mark("The survey cannot tell which priority these have: {drivers}."),
}
KINDS = {
    "frustrator": mark("Only hurts when rated low: {drivers}."),
    "dissatisfier": mark("Hurts more when rated low than it helps when rated high: {drivers}."),
    "hybrid": mark("Helps when rated high about as much as it hurts when rated low: {drivers}."),
    "satisfier": mark("Helps more when rated high than it hurts when rated low: {drivers}."),
    "delighter": mark("Only helps when rated high: {drivers}."),
}
FEATURES = {
    "attractive": mark(
        "Delights where it is offered and is not missed where it is not: {drivers}."
    ),
    "one_dimensional": mark("The more of it, the better: {drivers}."),
    "must_be": mark("Taken for granted, and missed where it is lacking: {drivers}."),
    "indifferent": mark("Leaves customers cold: {drivers}."),
    "reverse": mark("Customers would rather do without: {drivers}."),
    "questionable": mark("Answers contradict each other: {drivers}."),
    "tie": mark("The survey cannot tell what this is to customers: {drivers}."),
}


def priorities(result: Result) -> Findings:
    """Say which drivers are important and rated low, which to keep up, which cannot be told.

    Parameters
    ----------
    result : DriverPriorities
        From ``drivers.priorities``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    for name, one in groups(result):
        texts = _by_code(one.table, "quadrant", QUADRANTS, speaker)
        told += [f"{name}: {text}" if name else text for text in texts]
    told += _moved(result.frames()["arrows"], speaker)
    if not told:
        told = [tell("No priority can be told for any driver.")]
    first = result.table[result.table["quadrant"] == "concentrate"]
    headline = told[0]
    if not result.by and first.empty and len(result.table):
        headline = tell("No driver is for sure both important and rated low.")
    limits = (
        tell("A place on the map says where to look first, not what a better rating would bring."),
        tell("Low and high are relative to the other drivers unless a target was set."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=headline)


def asymmetry(result: Result) -> Findings:
    """Say which drivers only hurt when low, which delight, and which work both ways.

    Parameters
    ----------
    result : DriverAsymmetry
        From ``drivers.asymmetry``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table
    sure = table[table["p_kind"] >= SURE]
    told = _by_code(sure, "kind", KINDS, speaker)
    open_ = table[table["p_kind"] < SURE]
    if len(open_):
        told.append(
            tell(
                "Whether low or high ratings count more cannot be told for sure: {drivers}.",
                drivers=speaker.listed(open_["driver"]),
            )
        )
    silent = table[table["kind"].isna()]
    if len(silent):
        told.append(
            tell("Nothing can be said of: {drivers}.", drivers=speaker.listed(silent["driver"]))
        )
    limits = (tell("These are associations, and the limits between the kinds are conventions."),)
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def what_if(result: Result) -> Findings:
    """Say what would go along with better ratings, scenario by scenario.

    Parameters
    ----------
    result : WhatIf
        From ``drivers.simulate``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table[result.table["change"].notna()]
    main = table.drop_duplicates("scenario").sort_values(
        "change", key=lambda change: -change.abs(), kind="stable"
    )
    told = []
    for row in main.to_dict("records"):
        unit = str(row["unit"])
        told.append(
            tell(
                "Ratings shifted as in the scenario {scenario} would go along with a change of "
                "{change} in {outcome} ({level} interval {low} to {high}).",
                scenario=speaker.quoted(row["scenario"]),
                change=speaker.change(float(row["change"]), unit),
                outcome=speaker.quoted(row["outcome"]),
                level=speaker.level,
                low=amounts.change(float(row["change_low"]), unit, result.about.language),
                high=amounts.change(float(row["change_high"]), unit, result.about.language),
            )
        )
    if not told:
        told = [tell("Nothing can be predicted from these answers.")]
    limits = (
        tell("A prediction from answers given together: no proof that lifting one lifts another."),
        tell("It holds near the ratings that were given; large shifts are guesses."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def kano(result: Result) -> Findings:
    """Say what each feature is to customers.

    Parameters
    ----------
    result : KanoTable
        From ``drivers.kano``.
    """
    speaker = Speaker.of(result)
    table = result.table.rename(columns={"item": "driver"})
    told = _by_code(table, "kind", FEATURES, speaker)
    limits = (speaker.tell("What delights today is taken for granted tomorrow."),)
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def brief(*results: Result) -> Findings:
    """Say the one sentence of each result that a client should read, in the order given.

    Parameters
    ----------
    *results : Result
        Of ``drivers.importance``, ``priorities``, ``asymmetry``, ``simulate`` or ``kano``; where
        one is a `NotAsked`, what the study would have to hold is said once.

    Raises
    ------
    AnalysisError
        There is no sentence for a result.
    """
    readers = {
        "DriverImportance": drivers,
        "DriverPriorities": priorities,
        "DriverAsymmetry": asymmetry,
        "WhatIf": what_if,
        "KanoTable": kano,
    }
    told = []
    for result in results:
        name = type(result).__name__
        if name == "NotAsked":
            told.append(captions.not_asked(result))
            continue
        if name not in readers:
            hint = "one of: " + ", ".join(readers)
            what = f"there is no brief for {name}"
            raise AnalysisError(Fault(kind="analysis", what=what, hint=hint))
        told.append(readers[name](result).headline)
    language = results[0].about.language if results else "en"
    sentences = tuple(dict.fromkeys(one for one in told if one))
    return Findings(sentences, (), language, headline=told[0])


def _by_code(
    table: pd.DataFrame, column: str, texts: dict[str, str], speaker: Speaker
) -> list[str]:
    return [
        speaker.tell(text, drivers=speaker.listed(rows["driver"]))
        for code, text in texts.items()
        if len(rows := table[table[column] == code])
    ]


def _moved(arrows: pd.DataFrame, speaker: Speaker) -> list[str]:
    """Say which drivers are rated otherwise in the last wave than in the first."""
    if arrows.empty:
        return []
    start, end = arrows.loc[0, ["wave_from", "wave_to"]]
    rows = arrows[(arrows["wave_from"] == start) & (arrows["wave_to"] == end)]
    told = []
    for text, moved in (
        (mark("Rated lower in {end} than in {start}: {drivers}."), rows["conf_high"] < 0),
        (mark("Rated higher in {end} than in {start}: {drivers}."), rows["conf_low"] > 0),
    ):
        if moved.any():
            listed = speaker.listed(rows.loc[moved, "driver"])
            told.append(speaker.tell(text, start=start, end=end, drivers=listed))
    return told


def quadrant_words(language: str) -> Sequence[str]:
    """Return the four corners of the map in words: upper left, upper right, lower left, right."""
    names = ("concentrate", "keep_up", "low_priority", "possible_overkill")
    return [word(name, language) for name in names]


__all__ = ["Findings", "asymmetry", "brief", "kano", "priorities", "quadrant_words", "what_if"]
