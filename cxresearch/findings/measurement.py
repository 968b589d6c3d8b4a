"""Sentences about the measurement model: whether it fits, and whether groups may be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from cxresearch.findings.factors import explore, factorability, n_factors
from cxresearch.findings.overview import not_asked
from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.findings.reliability import reliability
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import label
from cxresearch.text.words import HEADERS, header

#: Hu and Bentler's guides, and where the model is plainly wrong (methods: 5).
GUIDES = {"cfi": 0.95, "rmsea": 0.06, "srmr": 0.08}
WRONG = {"cfi": 0.90, "rmsea": 0.10, "srmr": 0.10}
#: RMSEA above which, interval and all, a model is not said to fit.
CLOSE = 0.08
WEAK, HALF, DISTINCT = 0.50, 0.50, 0.85

_RULES = ("cfi", "rmsea", "srmr_metric", "srmr_scalar")

_GATES = {
    "means": mark("Groups may be compared across {across}: they read the questions alike."),
    "relations": mark(
        "Across {across}, items belong to their dimensions alike, but levels may not be compared: "
        "a difference of means may lie in how the questions are read."
    ),
    "structure": mark(
        "Across {across}, groups share the dimensions and no more: neither means nor relations of "
        "dimensions may be compared."
    ),
    "items": mark(
        "Across {across}, the dimensions do not fit in every group: compare single items only."
    ),
    "small_groups": mark(
        "Whether groups read the questions alike across {across} cannot be told: one has fewer "
        "than 100 complete answers."
    ),
}


def confirm(result: Result) -> Findings:
    """Say whether the answers fit the questionnaire's dimensions, and which are told apart.

    Parameters
    ----------
    result : Confirmed
        From ``psychometrics.confirm``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    limits = (
        tell("A model that fits is one way to account for the answers; others may fit as well."),
        tell(
            "Guides (CFI 0.95, RMSEA 0.06, SRMR 0.08, HTMT 0.85) are conventions, not laws of "
            "nature."
        ),
    )
    fit = result.frames()["fit"]
    if fit.empty:
        text = tell("Too few complete answers to hold them to the dimensions: cannot tell.")
        return Findings((text,), limits, result.about.language, headline=text)
    row = fit.iloc[0].to_dict()
    head = _fit(row, result)
    told = [head, *_exact(row, result), *_loadings(result), *_validity(result)]
    return Findings(tuple(told), limits, result.about.language, headline=head)


def _exact(row: dict[Any, Any], result: Result) -> list[str]:
    """Say what the chi-square test says, which large samples nearly always fail."""
    if not row["df"] > 0:
        return []
    tell = Speaker.of(result).tell
    p = amounts.p_value(row["p_value"], result.about.language)
    if row["p_value"] <= 1 - result.conf_level:
        return [
            tell("They do not fit exactly (χ² test, p {p}), as is usual with many answers.", p=p)
        ]
    return [tell("That they fit exactly cannot be ruled out (χ² test, p {p}).", p=p)]


def guides_met(row: dict[Any, Any]) -> tuple[list[str], list[str]]:
    """Return which of CFI, RMSEA and SRMR meet their guide, and which are plainly wrong."""
    met = [name for name in GUIDES if _within(row[name], GUIDES[name], name)]
    wrong = [name for name in WRONG if not _within(row[name], WRONG[name], name)]
    return met, wrong


def _within(value: float, limit: float, name: str) -> bool:
    return bool(value >= limit if name == "cfi" else value <= limit)


def _fit(row: dict[Any, Any], result: Result) -> str:
    speaker = Speaker.of(result)
    tell = speaker.tell
    if row["df"] == 0:
        return tell("The model has no degrees of freedom, so its fit cannot be told.")
    language = result.about.language
    values = {
        name: amounts.number(row[name], 3, language)
        for name in ("cfi", "rmsea", "rmsea_low", "rmsea_high", "srmr")
    }
    values["level"] = amounts.percent(0.9, 0, language)
    met, wrong = guides_met(row)
    numbers = tell(
        "CFI {cfi}, RMSEA {rmsea} ({level} interval {rmsea_low} to {rmsea_high}), SRMR {srmr}",
        **values,
    )
    pairs = result.frames()["htmt"]
    fits = len(met) == len(GUIDES) and row["rmsea_high"] <= WRONG["rmsea"]
    if fits and (pairs["htmt"] >= DISTINCT).any():
        return tell(
            "The answers fit the dimensions of the questionnaire, but customers hardly tell some "
            "of them apart: {numbers}.",
            numbers=numbers,
        )
    if fits:
        return tell(
            "The answers fit the dimensions of the questionnaire: {numbers}.", numbers=numbers
        )
    if len(wrong) > 1 or row["rmsea_low"] > CLOSE:
        return tell(
            "The answers do not fit the dimensions of the questionnaire well: {numbers}.",
            numbers=numbers,
        )
    return tell(
        "Whether the answers fit the dimensions of the questionnaire cannot be told: {numbers}.",
        numbers=numbers,
    )


def _loadings(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    table = result.frames()["loadings"]
    weak = table.loc[table["loading"] < WEAK, "item"]
    if weak.empty:
        return []
    return [
        speaker.tell(
            "Says little about its dimension (loading below 0.50): {items}.",
            items=speaker.listed(weak),
        )
    ]


def _validity(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    tell = speaker.tell
    validity, pairs = result.frames()["validity"], result.frames()["htmt"]
    told = []
    low = validity.loc[validity["ave"] < HALF, "dimension"]
    if len(low):
        told.append(
            tell(
                "Less than half of what the items say is their dimension's (AVE below 0.50): "
                "{names}.",
                names=speaker.listed(low),
            )
        )
    if pairs.empty:
        return told
    apart = pairs["distinct"].astype(bool)
    if apart.all():
        return [*told, tell("Every dimension is told apart from every other (HTMT below 0.85).")]
    same = pairs["htmt"] >= DISTINCT
    if same.any():
        told.append(
            tell("Hardly told apart by customers: {pairs}.", pairs=_pairs(pairs[same], speaker))
        )
    if (~apart & ~same).any():
        rows = pairs[~apart & ~same]
        told.append(
            tell(
                "Cannot tell whether customers tell these apart: {pairs}.",
                pairs=_pairs(rows, speaker),
            )
        )
    return told


def _pairs(rows: pd.DataFrame, speaker: Speaker) -> str:
    return "; ".join(
        speaker.tell(
            "{first} and {second} (HTMT {htmt})",
            first=speaker.quoted(row["first"]),
            second=speaker.quoted(row["second"]),
            htmt=speaker.amount(row["htmt"]),
        )
        for row in rows.to_dict("records")
    )


def invariance(result: Result) -> Findings:
    """Say whether groups read the questions alike, so that their scores may be compared.

    Parameters
    ----------
    result : Invariance
        From ``psychometrics.invariance``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    head = gate_sentence(result)
    rules = result.frames()["rules"].set_index("name")["threshold"]
    limits = (
        tell(
            "A step is refused where CFI falls by {cfi} or more and RMSEA rises by {rmsea} or "
            "SRMR by {srmr_metric} (loadings) or {srmr_scalar} (intercepts), by Chen's convention.",
            **{name: amounts.number(rules[name], 3, result.about.language) for name in _RULES},
        ),
        tell("Questions read alike by all can still be read wrongly by all."),
    )
    return Findings((head,), limits, result.about.language, headline=head)


def gate_sentence(result: Result) -> str:
    """Return what may be compared, in one sentence."""
    gate = str(result.gate)  # type: ignore[attr-defined]
    released = result.frames()["released"]
    if gate == "means" and len(released):
        speaker = Speaker.of(result)
        return speaker.tell(
            "Across {across}, the questions are read alike but for {items}: compare scores without "
            "these items.",
            across=across(result),
            items=speaker.listed(dict.fromkeys(released["item"])),
        )
    return Speaker.of(result).tell(_GATES[gate], across=across(result))


def across(result: Result) -> str:
    """Return what the compared groups are groups of: the waves, or a segment's name in quotes."""
    key = str(result.across)  # type: ignore[attr-defined]
    if key == "wave" and key not in result.about.labels:
        return Speaker.of(result).tell("the waves")
    language = result.about.language
    shown = key not in result.about.labels and key in HEADERS
    name = header(key, language) if shown else label(key, result.about)
    return Speaker.of(result).tell("“{label}”", label=name)


_READERS: dict[str, Callable[[Result], Findings]] = {
    "reliability": reliability,
    "factorability": factorability,
    "n_factors": n_factors,
    "explored": explore,
    "confirmed": confirm,
    "invariance": invariance,
}


def examination(result: Result) -> Findings:
    """Say the first finding of every part, and what could not be asked.

    Parameters
    ----------
    result : Examination
        From ``psychometrics.examine``.
    """
    tell = Speaker.of(result).tell
    told: dict[str, str] = {}
    for name, reader in _READERS.items():
        part: Result = getattr(result, name)
        told[name] = (not_asked if type(part).__name__ == "NotAsked" else reader)(part).headline
    limits = (tell("A questionnaire that measures well says nothing on who did not answer it."),)
    sentences = tuple(dict.fromkeys(text for text in told.values() if text))
    head = told["confirmed"] if type(result.confirmed).__name__ != "NotAsked" else sentences[0]  # type: ignore[attr-defined]
    return Findings(sentences, limits, result.about.language, headline=head)
