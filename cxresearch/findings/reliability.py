"""Sentences about scales: which scores are steady, and which items do not belong."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, groups
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word

#: What is usually asked of a scale that groups are compared by (Nunnally's convention).
STEADY = 0.70
REPEATING = 0.95
LOOSE = 0.30
#: Rise of alpha from which leaving an item out is worth a word.
GAIN = 0.01


def reliability(result: Result) -> Findings:
    """Say which scores are steady enough to be compared, which are not, and which cannot be told.

    Parameters
    ----------
    result : Reliability
        From ``psychometrics.reliability``.
    """
    tell = Speaker.of(result).tell
    told: list[str] = []
    for name, one in groups(result):
        told += [f"{name}: {text}" if name else text for text in _about(one)]
    limits = (
        tell("Reliability says how steady a score is, not whether it measures the right thing."),
        tell(
            "That {steady} is enough is a convention; alpha also grows with the number of items.",
            steady=_number(STEADY, result),
        ),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def scale_name(row: Any, result: Result) -> str:
    """Return the quoted label of a scale, with its side where it has one."""
    name = Speaker.of(result).quoted(row["scale"])
    if pd.isna(row["battery"]):
        return name
    return f"{name} ({word(row['battery'], result.about.language)})"


def _about(result: Result) -> list[str]:
    speaker = Speaker.of(result)
    tell = speaker.tell
    known = result.table[result.table["alpha"].notna()]
    if known.empty:
        return [tell("No scale has answers enough for its reliability: cannot tell.")]
    steady = known["alpha_conf_low"] >= STEADY
    short = known["alpha_conf_high"] < STEADY
    values = {"steady": _number(STEADY, result)}
    told = []
    if steady.all():
        told.append(
            tell.plural(
                "The score of the only scale is steady enough to be compared: its alpha lies above "
                "{steady}, and so does its interval.",
                "The scores of all {n} scales are steady enough to be compared: alpha lies above "
                "{steady}, and so does its interval.",
                len(known),
                n=speaker.count(len(known)),
                **values,
            )
        )
    elif steady.any():
        told.append(
            tell.plural(
                "{n} of {total} scales has a score steady enough to be compared (alpha and its "
                "interval above {steady}).",
                "{n} of {total} scales have scores steady enough to be compared (alpha and its "
                "interval above {steady}).",
                int(steady.sum()),
                n=speaker.count(int(steady.sum())),
                total=speaker.count(len(known)),
                **values,
            )
        )
    else:
        told.append(tell("No scale is steady enough for sure to be compared."))
    if short.any():
        told.append(
            tell(
                "Not steady enough (alpha and its interval below {steady}): {scales}.",
                scales=_scales(known[short], result),
                **values,
            )
        )
    unsure = known[~steady & ~short]
    if len(unsure):
        told.append(
            tell(
                "Cannot tell whether steady enough (the interval of alpha holds {steady}): "
                "{scales}.",
                scales=_scales(unsure, result),
                **values,
            )
        )
    lowest = known.sort_values("alpha", kind="stable").iloc[0]
    if len(known) > 1:
        ends = {"conf_low": lowest["alpha_conf_low"], "conf_high": lowest["alpha_conf_high"]}
        told.append(
            tell(
                "The lowest alpha is that of {scale}: {alpha} ({interval}).",
                scale=scale_name(lowest, result),
                alpha=_number(lowest["alpha"], result),
                interval=speaker.interval(ends),
            )
        )
    same = known[known["alpha"] >= REPEATING]
    if len(same):
        told.append(
            tell(
                "An alpha of {limit} or more says that items nearly repeat each other: {scales}.",
                limit=_number(REPEATING, result),
                scales=_scales(same, result),
            )
        )
    return told + _items(result, known)


def _items(result: Result, known: pd.DataFrame) -> list[str]:
    speaker = Speaker.of(result)
    tell = speaker.tell
    items = result.frames()["items"]
    if items.empty:
        return []
    loose = items[items["item_rest_r"] < LOOSE]
    better = items[gain(result) > GAIN]
    told = []
    if len(loose):
        told.append(
            tell(
                "Hardly go along with the rest of their scale (correlation below {limit}): "
                "{items}.",
                limit=_number(LOOSE, result),
                items=_named(loose, result),
            )
        )
    if len(better):
        told.append(
            tell("A scale would be steadier without: {items}.", items=_named(better, result))
        )
    if not told:
        told.append(tell("Every item goes along with the rest of its scale."))
    return told


def gain(result: Result) -> pd.Series:
    """Return how much alpha of its scale would rise without each item of `items`."""
    key = ["scale", "battery", *result.by]
    items, table = result.frames()["items"], result.table
    alpha = table[[*key, "alpha"]].fillna({"battery": ""})
    whole = items[key].fillna({"battery": ""}).merge(alpha, on=key, how="left")["alpha"]
    rise: pd.Series = items["alpha_if_dropped"] - whole.to_numpy()
    return rise


def _named(items: pd.DataFrame, result: Result) -> str:
    speaker = Speaker.of(result)
    names = []
    for row in items.to_dict("records"):
        side = (
            "" if pd.isna(row["battery"]) else f" ({word(row['battery'], result.about.language)})"
        )
        names.append(speaker.quoted(row["item"]) + side)
    return ", ".join(names)


def _scales(rows: pd.DataFrame, result: Result) -> str:
    return ", ".join(scale_name(row, result) for row in rows.to_dict("records"))


def _number(value: float, result: Result) -> str:
    return amounts.number(value, 2, result.about.language)
