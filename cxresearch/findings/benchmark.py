"""Sentences about rivals and the brand."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word

AHEAD = frozenset(("clearly_ahead", "likely_ahead", "ahead"))
BEHIND = frozenset(("clearly_behind", "likely_behind", "behind"))


def rivals(result: Result) -> Findings:
    """Say where we are ahead of rivals, where behind, and where nobody can tell.

    Parameters
    ----------
    result : RivalComparison
        From ``benchmark.compare``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    keys = [*result.by, "measure"]
    told: list[str] = []
    sure = [
        text
        for key, rows in result.table.groupby(keys, sort=False)
        for text in [_measure(key, rows, speaker)]
        if text
    ]
    told += sure
    told += _first(result, speaker)
    table = result.table
    tested = table[(table["contrast"] == "rival") & table["q_value"].notna()]
    open_ = tested[~tested["standing"].isin(AHEAD | BEHIND)]
    if len(open_):
        told.append(
            tell.plural(
                "{n} of {all} comparisons cannot be told apart.",
                "{n} of {all} comparisons cannot be told apart.",
                len(open_),
                n=speaker.count(len(open_)),
                all=speaker.count(len(tested)),
            )
        )
    if not told:
        told.append(tell("Too few people rate a rival for a comparison."))
    limits = (
        tell("Who rates a rival knows it, and may have chosen us all the same."),
        tell("The lead over the best of several rivals looks smaller than it is by chance alone."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _measure(key: Any, rows: pd.DataFrame, speaker: Speaker) -> str:
    tell = speaker.tell
    parts = []
    for side, words_ in ((AHEAD, tell("ahead of")), (BEHIND, tell("behind"))):
        some = rows[(rows["contrast"] == "rival") & rows["standing"].isin(side)]
        if len(some):
            named = ", ".join(_rival(row, speaker) for row in some.to_dict("records"))
            parts.append(f"{words_} {named}")
    if not parts:
        return ""
    named = ", ".join(speaker.quoted(one) for one in reversed(key))
    return tell("{measure}: {standing}.", measure=named, standing="; ".join(parts))


def _rival(row: dict[Hashable, Any], speaker: Speaker) -> str:
    unit = str(row["unit"])
    return speaker.tell(
        "“{rival}” by {size} ({level} interval {low} to {high})",
        rival=row["entity"],
        size=speaker.size(float(row["estimate"]), unit),
        level=speaker.level,
        low=amounts.change(float(row["conf_low"]), unit, speaker.about.language),
        high=amounts.change(float(row["conf_high"]), unit, speaker.about.language),
    )


def _first(result: Result, speaker: Speaker) -> list[str]:
    """Return in which measures we are probably first."""
    own = result.table[result.table["contrast"] == "rival"]
    own = own.drop_duplicates([*result.by, "measure"])
    own = own[own["p_first"].notna()]
    if result.by or own.empty:
        return []
    named = [
        f"{speaker.quoted(row['measure'])} {speaker.amount(float(row['p_first']), 'share')}"
        for row in own.to_dict("records")
    ]
    return [speaker.tell("Probability that we are first: {measures}.", measures=", ".join(named))]


def relative_value(result: Result) -> Findings:
    """Say against which rivals customers see more for their money with us.

    Parameters
    ----------
    result : RelativeValue
        From ``benchmark.relative_value``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    language = result.about.language
    told = []
    for row in result.table[result.table["estimate"].notna()].to_dict("records"):
        value = amounts.number(float(row["estimate"]), 2, language)
        ends = amounts.interval(row["conf_low"], row["conf_high"], "ratio", language)
        words = {"rival": " · ".join([*(str(row[one]) for one in result.by), str(row["entity"])])}
        words |= {"value": f"{value} {ends}"}
        if row["conf_low"] > 1:
            text = tell("More for the money with us than with “{rival}”: {value}.", **words)
        elif row["conf_high"] < 1:
            text = tell("Less for the money with us than with “{rival}”: {value}.", **words)
        else:
            text = tell("Value for money cannot be told from that of “{rival}”: {value}.", **words)
        if row["offer"] != "undecided":
            offer = word(str(row["offer"]), language, "offer")
            seen = tell("We are seen to offer {offer}.", offer=offer)
            text = f"{text} {seen}"
        told.append(text)
    if not told:
        told = [tell("Too few people rate a rival for a comparison.")]
    limits = (
        tell("Quality and price are those that customers see; 1 means as much as the rival."),
    )
    return Findings(tuple(told), limits, language, headline=told[0])


def reputation(result: Result) -> Findings:
    """Say how many know the company and what its reputation is, or why nobody can.

    Parameters
    ----------
    result : Reputation
        From ``benchmark.reputation``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    shown = result.table[result.table["estimate"].notna()]
    told = [
        tell(
            "{measure}: {estimate}, n = {n}.",
            measure=speaker.quoted(row["measure"]),
            estimate=speaker.estimate(row, str(row["unit"])),
            n=speaker.count(row["n"]),
        )
        for row in shown.to_dict("records")
    ]
    explained = result.frames()["explained"]
    told += [
        tell(
            "Satisfaction accounts for {share} of the differences in {measure} ({interval}); the "
            "rest is other than one's own experience.",
            share=speaker.amount(float(row["r_squared"]), "share"),
            measure=speaker.quoted(row["measure"]),
            interval=amounts.interval(
                row["r_squared_low"], row["r_squared_high"], "share", result.about.language
            ),
        )
        for row in (explained.to_dict("records") if len(explained) else ())
        if pd.notna(row["r_squared"])
    ]
    if not told:
        told = [tell("Awareness and reputation cannot be told from a survey of customers alone.")]
    limits = (tell("Only a sample of the whole market can say who knows the company."),)
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def brand_profile(result: Result) -> Findings:
    """Say what of the intended profile is seen, what is missing and what is unwanted.

    Parameters
    ----------
    result : BrandProfile
        From ``benchmark.brand_profile``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = []
    texts = {
        "seen": tell("Meant and seen:"),
        "missing": tell("Meant but hardly seen:"),
        "unwanted": tell("Not meant but often seen:"),
    }
    rows = result.table
    for code, text in texts.items():
        some = rows[rows["perceived"] == code].sort_values("estimate", ascending=code == "missing")
        if len(some):
            named = ", ".join(
                f"{speaker.quoted(row['attribute'])} {speaker.amount(row['estimate'], 'share')}"
                for row in some.to_dict("records")
            )
            told.append(f"{text} {named}.")
    fit = result.frames()["fit"]
    ours = fit[fit["entity"] == fit["entity"].iloc[0]] if len(fit) else fit
    told += [
        tell(
            "{name}: {estimate}.",
            name=_upper(word(row["statistic"], result.about.language, "statistic")),
            estimate=speaker.estimate(row, str(row["unit"])),
        )
        for row in ours[ours["estimate"].notna()].to_dict("records")
    ]
    unsure = rows[(rows["perceived"] == "undecided") & rows["estimate"].notna()]
    if len(unsure):
        told.append(
            tell(
                "Neither often nor seldom beyond chance: {attributes}.",
                attributes=speaker.listed(unsure["attribute"]),
            )
        )
    if not told:
        told = [tell("Too few answers to say how the brand is seen.")]
    limits = (
        tell("Often and seldom mean: against the mean share of all attributes asked."),
        tell("Seeing an attribute in the brand does not say that it matters to the customer."),
    )
    head = next((one for one in told if one.startswith(texts["missing"])), told[0])
    return Findings(tuple(told), limits, result.about.language, headline=head)


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
