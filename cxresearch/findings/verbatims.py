"""Sentences about what customers write, and about who writes at all."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark
from cxresearch.text.words import word

_NAMED = 3
_LEFT_OUT = mark("Left out: {rule}, {share} of all posts.")
_COUNTED = mark("Counted, though flagged: {rule}, {share} of all posts.")


def themes(result: Result) -> Findings:
    """Say which themes are most frequent, which go with low scores, what changed, who comments.

    Parameters
    ----------
    result : Themes
        From ``verbatims.themes``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told: list[str] = []
    for source, rows in result.table.groupby("source", sort=False):
        told += _source(str(source), rows, result, speaker)
    told += _changes(result, speaker)
    told += _bias(result, speaker)
    if not told:
        told = [tell("Too few comments to speak of themes.")]
    limits = (
        tell("Shares are of those who wrote something; most customers write nothing."),
        tell("Words are found by rules: irony and rare expressions are missed."),
        tell("A theme that goes with low scores need not be their cause."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=_head(result, told))


def _head(result: Result, told: list[str]) -> str:
    """Return the most frequent theme in one short sentence."""
    table = result.table
    shown = table[table["share"].notna() & (table["n_theme"] > 0)]
    if shown.empty:
        return told[0]
    row = shown.sort_values("share", ascending=False).to_dict("records")[0]
    speaker = Speaker.of(result)
    return speaker.tell(
        "Most often customers write about {theme}: {share} of commenters.",
        theme=speaker.quoted(row["theme"]),
        share=speaker.amount(float(row["share"]), "share"),
    )


def _source(source: str, rows: pd.DataFrame, result: Result, speaker: Speaker) -> list[str]:
    tell = speaker.tell
    shown = rows[rows["share"].notna() & (rows["n_theme"] > 0)]
    if shown.empty:
        return [
            tell("{source}: too few comments to speak of themes.", source=speaker.quoted(source))
        ]
    often = shown.sort_values("share", ascending=False).head(_NAMED)
    named = ", ".join(
        f"{speaker.quoted(row['theme'])} {speaker.amount(float(row['share']), 'share')} "
        f"{amounts.interval(row['conf_low'], row['conf_high'], 'share', result.about.language)}"
        for row in often.to_dict("records")
    )
    told = [
        tell(
            "{source}: {n} comments; most often about {themes}.",
            source=speaker.quoted(source),
            n=speaker.count(shown["n"].iloc[0]),
            themes=named,
        )
    ]
    alpha = 1 - result.conf_level
    sure = shown[(shown["q_value"] <= alpha) & shown["impact"].notna()]
    for low in (True, False):
        some = sure[sure["impact"] < 0] if low else sure[sure["impact"] > 0]
        if some.empty:
            continue
        order = some.sort_values("impact", ascending=low)
        parts = ", ".join(_impact(row, speaker) for row in order.to_dict("records"))
        told.append(
            tell("Goes with lower scores: {themes}.", themes=parts)
            if low
            else tell("Goes with higher scores: {themes}.", themes=parts)
        )
    return told


def _impact(row: dict[Hashable, Any], speaker: Speaker) -> str:
    language = speaker.about.language
    change = amounts.change(float(row["impact"]), "points", language)
    ends = amounts.interval(row["impact_low"], row["impact_high"], "points", language)
    return f"{speaker.quoted(row['theme'])} {change} {ends}"


def _changes(result: Result, speaker: Speaker) -> list[str]:
    waves = result.frames()["waves"]
    if waves.empty:
        return []
    alpha = 1 - result.conf_level
    sure = waves[waves["q_value"] <= alpha]
    told = [
        speaker.tell(
            "{theme} from {wave_from} to {wave_to}: {change} ({level} interval {low} to {high}).",
            theme=speaker.quoted(row["theme"]),
            wave_from=row["wave_from"],
            wave_to=row["wave"],
            change=speaker.change(float(row["difference"]), "share"),
            level=speaker.level,
            low=amounts.change(float(row["difference_low"]), "share", result.about.language),
            high=amounts.change(float(row["difference_high"]), "share", result.about.language),
        )
        for row in sure.to_dict("records")
    ]
    none = speaker.tell("No theme changed from one wave to the next by more than chance.")
    return told or [none]


def _bias(result: Result, speaker: Speaker) -> list[str]:
    bias = result.frames()["bias"]
    if bias.empty:
        return []
    told = []
    rows = bias[(bias["statistic"] == "score_difference") & bias["estimate"].notna()]
    for row in rows.to_dict("records"):
        sure = row["conf_low"] > 0 or row["conf_high"] < 0
        values = {
            "measure": speaker.quoted(row["measure"]),
            "change": speaker.estimate(row, "points", change=True),
        }
        told.append(
            speaker.tell("Commenters differ from the others in {measure}: {change}.", **values)
            if sure
            else speaker.tell(
                "Commenters cannot be told from the others in {measure}: {change}.", **values
            )
        )
    return told


def agreement(result: Result) -> Findings:
    """Say how far the coders agree.

    Parameters
    ----------
    result : Agreement
        From ``verbatims.agreement``.
    """
    speaker = Speaker.of(result)
    table = result.table
    rows = table[table["theme"] == "overall"].to_dict("records") if len(table) else []
    told = tuple(
        speaker.tell(
            "Coders “{first}” and “{second}” agree with kappa {estimate} on {n} texts.",
            first=row["first"],
            second=row["second"],
            estimate=speaker.estimate(row),
            n=speaker.count(row["n"]),
        )
        for row in rows
    )
    told += tuple(_rules(result, speaker))
    limits = (speaker.tell("Coders who agree may still both be wrong."),)
    return Findings(told, limits, result.about.language, headline=told[0] if told else "")


def _rules(result: Result, speaker: Speaker) -> list[str]:
    """Return how much of what each coder sees the rules find, all themes together."""
    rules = result.frames()["rules"]
    if rules.empty:
        return []
    told = []
    for coder, rows in rules.groupby("coder", sort=False):
        seen = float(rows["n_true"].sum())
        named = float(rows["n_found"].sum())
        both = float((rows["recall"].fillna(0) * rows["n_true"]).sum())
        if not seen or not named:
            continue
        told.append(
            speaker.tell(
                "Against coder “{coder}” the rules of the code frame find {recall} of the themes "
                "seen (recall); {precision} of what they find the coder sees, too (precision).",
                coder=coder,
                recall=speaker.amount(both / seen, "share"),
                precision=speaker.amount(both / named, "share"),
            )
        )
    return told


def posts(result: Result) -> Findings:
    """Say how much was posted, by how many, in which mood, and which posts are suspect.

    Parameters
    ----------
    result : SocialPosts
        From ``verbatims.posts``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = []
    for row in result.table[result.table["period"] == "all"].to_dict("records"):
        if pd.notna(row["n_authors"]):
            told.append(
                tell(
                    "{n} posts by {authors} authors.",
                    n=speaker.count(row["n"]),
                    authors=speaker.count(row["n_authors"]),
                )
            )
        if pd.notna(row["estimate"]):
            told.append(
                tell(
                    "Praise minus complaint: {estimate}, of {n} posts with a theme.",
                    estimate=speaker.estimate(row, "nps", change=True),
                    n=speaker.count(row["n_coded"]),
                )
            )
    flags = result.frames()["flags"].to_dict("records")
    how = {True: _LEFT_OUT, False: _COUNTED}
    told += [
        tell(
            how[bool(row["left_out"])],
            rule=word(str(row["rule"]), result.about.language, "rule"),
            share=speaker.amount(float(row["share"]), "share"),
        )
        for row in flags
        if row["n_flagged"]
    ]
    if not told:
        told = [tell("Too few posts to speak of.")]
    limits = (tell("Who posts is no sample of the customers."),)
    return Findings(tuple(told), limits, result.about.language, headline=told[0])
