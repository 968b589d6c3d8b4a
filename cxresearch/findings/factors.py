"""Sentences about dimensions that were looked for: how many, and whether ours are among them."""

from __future__ import annotations

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word

#: Tucker's congruence from which two factors count as equal, and as alike (methods: 5).
EQUAL, ALIKE = 0.95, 0.85
BARELY, ENOUGH = 0.50, 0.60


def factorability(result: Result) -> Findings:
    """Say whether the items have enough in common to look for factors.

    Parameters
    ----------
    result : Factorability
        From ``psychometrics.factorability``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    row = result.frames()["summary"].iloc[0]
    limits = (tell("Enough in common for factors does not say which factors, or how many."),)
    if pd.isna(row["kmo"]):
        text = tell("Too few complete answers to look for dimensions: cannot tell.")
        return Findings((text,), limits, result.about.language, headline=text)
    values = {
        "kmo": speaker.amount(row["kmo"]),
        "band": word(row["band"], result.about.language, "band"),
    }
    if row["kmo"] >= ENOUGH:
        text = tell(
            "The items have enough in common to look for dimensions: KMO {kmo} ({band}).", **values
        )
    elif row["kmo"] >= BARELY:
        text = tell(
            "The items have barely enough in common to look for dimensions: KMO {kmo} ({band}).",
            **values,
        )
    else:
        text = tell(
            "The items have too little in common to look for dimensions: KMO {kmo} ({band}).",
            **values,
        )
    p = amounts.p_value(row["p_value"], result.about.language)
    if row["p_value"] <= 1 - result.conf_level:
        test = tell("Items are correlated beyond chance (Bartlett's test, p {p}).", p=p)
    else:
        test = tell(
            "Whether items are correlated at all cannot be told (Bartlett's test, p {p}).", p=p
        )
    return Findings((text, test), limits, result.about.language, headline=text)


def n_factors(result: Result) -> Findings:
    """Say how many dimensions stand out from chance, and how that compares to the questionnaire.

    Parameters
    ----------
    result : FactorNumber
        From ``psychometrics.n_factors``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    limits = (
        tell(
            "Another number than the questionnaire's is a finding about these customers, not an "
            "error."
        ),
        tell("Only dimensions that are asked about, by several items each, can be found."),
    )
    if result.table.empty:
        text = tell("Too few complete answers to look for dimensions: cannot tell.")
        return Findings((text,), limits, result.about.language, headline=text)
    found = int(result.n_retained)  # type: ignore[attr-defined]
    ours = int(result.n_dimensions)  # type: ignore[attr-defined]
    by_map = int(result.n_map)  # type: ignore[attr-defined]
    values = {"n": speaker.count(found), "ours": speaker.count(ours)}
    if found == 0:
        head = tell("No dimension stands out from chance in these answers.")
    elif found == ours:
        head = tell.plural(
            "The answers show {n} dimension, as the questionnaire has.",
            "The answers show {n} dimensions, as many as the questionnaire has.",
            found,
            **values,
        )
    elif found < ours:
        head = tell.plural(
            "The answers show {n} dimension, fewer than the questionnaire's {ours}: customers do "
            "not tell all of them apart here.",
            "The answers show {n} dimensions, fewer than the questionnaire's {ours}: customers do "
            "not tell all of them apart here.",
            found,
            **values,
        )
    else:
        head = tell.plural(
            "The answers show {n} dimension, more than the questionnaire's {ours}.",
            "The answers show {n} dimensions, more than the questionnaire's {ours}.",
            found,
            **values,
        )
    told = [head]
    if by_map and by_map == found:
        told.append(tell("Velicer's MAP comes to the same number."))
    elif by_map:
        told.append(
            tell(
                "Velicer's MAP comes to {map}, so the number cannot be told for sure.",
                map=speaker.count(by_map),
            )
        )
    return Findings(tuple(told), limits, result.about.language, headline=head)


def explore(result: Result) -> Findings:
    """Say which dimensions of the questionnaire are found again, and which items go elsewhere.

    Parameters
    ----------
    result : Explored
        From ``psychometrics.explore``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    limits = (
        tell("A factor says which items are answered alike, not why."),
        tell("Hold a factor found here against new answers before changing the questionnaire."),
    )
    if result.table.empty:
        text = tell("Too few complete answers to look for dimensions: cannot tell.")
        return Findings((text,), limits, result.about.language, headline=text)
    equal, alike, lost = recovered(result)
    ours = len(equal) + len(alike) + len(lost)
    values = {"n": speaker.count(len(equal) + len(alike)), "ours": speaker.count(ours)}
    if not lost and alike:
        head = tell("The dimensions of the questionnaire are found again, some only roughly.")
    elif not lost:
        head = tell.plural(
            "The dimension of the questionnaire is found again in the answers.",
            "All {n} dimensions of the questionnaire are found again in the answers.",
            ours,
            **values,
        )
    elif not equal and not alike:
        head = tell("No dimension of the questionnaire is found again in the answers.")
    else:
        head = tell.plural(
            "{n} of the questionnaire's {ours} dimensions is found again in the answers.",
            "{n} of the questionnaire's {ours} dimensions are found again in the answers.",
            len(equal) + len(alike),
            **values,
        )
    told = [head]
    if alike:
        told.append(tell("Found again roughly: {names}.", names=speaker.listed(alike)))
    if lost:
        told.append(tell("Not found as a factor of its own: {names}.", names=speaker.listed(lost)))
    if len(result.frames()["factors"]) == 1 and ours > 1:
        told.append(tell("All items go together, as if they asked about one thing."))
    told += _items(result, own=not lost)
    return Findings(tuple(told), limits, result.about.language, headline=head)


def recovered(result: Result) -> tuple[list[str], list[str], list[str]]:
    """Return the dimensions that are found again, roughly so, and not at all."""
    table = result.frames()["factors"]
    best = table.groupby("dimension")["congruence"].max()
    equal: list[str] = []
    alike: list[str] = []
    lost: list[str] = []
    for key in dict.fromkeys(result.table["dimension"]):
        value = best.get(key, 0.0)
        (equal if value >= EQUAL else alike if value >= ALIKE else lost).append(str(key))
    return equal, alike, lost


def _items(result: Result, *, own: bool) -> list[str]:
    """Say which items are flagged; `own`: every dimension has its factor."""
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table
    flags = table[["elsewhere", "weak", "crossing"]].astype(bool)
    told = []
    if flags["elsewhere"].any():
        names = speaker.listed(table.loc[flags["elsewhere"], "item"])
        told.append(tell("Answered like the items of another dimension: {items}.", items=names))
    if flags["weak"].any():
        names = speaker.listed(table.loc[flags["weak"], "item"])
        told.append(tell("Belongs to no factor (loading below 0.40): {items}.", items=names))
    crossing = flags["crossing"] & ~flags["weak"]
    if crossing.any():
        names = speaker.listed(table.loc[crossing, "item"])
        told.append(tell("Belongs to two factors nearly alike: {items}.", items=names))
    if not told and own:
        told.append(tell("Every item belongs to one factor, that of its own dimension."))
    share = float(result.frames()["factors"]["share"].sum())
    percent = amounts.percent(share, 0, result.about.language)
    return [*told, tell("The factors explain {share} of the items' variance.", share=percent)]
