"""Sentences about groups: who differs from the others, and whether a ranking means anything."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

SURE = frozenset(
    (
        *("clearly_above", "clearly_below", "likely_above", "likely_below"),
        *("differs_above", "differs_below"),
    )
)
_NAMED = 3


def segments(result: Result) -> Findings:
    """Say which groups differ from all others, and where the survey cannot tell.

    Parameters
    ----------
    result : SegmentComparison
        From ``segments.compare``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = [
        _about(str(measure), rows, speaker)
        for measure, rows in result.table.groupby("measure", sort=False)
    ]
    limits = (
        tell("A group that differs does so for reasons this page does not show."),
        tell(
            "“Cannot tell” is not “no difference”: small groups differ by much before a survey "
            "of this size would find it."
        ),
    )
    head = next((text for text, sure in told if sure), told[0][0] if told else "")
    return Findings(
        tuple(text for text, _sure in told), limits, result.about.language, headline=head
    )


def _about(measure: str, rows: pd.DataFrame, speaker: Speaker) -> tuple[str, bool]:
    tell = speaker.tell
    tested = rows[rows["q_value"].notna()]
    sure = tested[tested["standing"].isin(SURE)]
    name = speaker.quoted(measure)
    if tested.empty:
        return tell("{measure}: no group is large enough to compare.", measure=name), False
    if sure.empty:
        text = tell.plural(
            "{measure}: the group compared cannot be told apart from the rest.",
            "{measure}: none of {n} groups can be told apart from the rest.",
            len(tested),
            measure=name,
            n=speaker.count(len(tested)),
        )
        return text, False
    order = sure.reindex(sure["difference"].abs().sort_values(ascending=False).index)
    named = [_group(row, speaker) for row in order.head(_NAMED).to_dict("records")]
    more = len(order) - len(named)
    listed = "; ".join(named) + ("; …" if more > 0 else "")
    return tell("{measure}: {groups}.", measure=name, groups=listed), True


def _group(row: dict[Hashable, Any], speaker: Speaker) -> str:
    unit = str(row["unit"])
    about = speaker.about
    return speaker.tell(
        "“{group}” {standing}, {difference} ({level} interval {low} to {high})",
        group=label(row["group"], about),
        standing=word(row["standing"], about.language),
        difference=speaker.change(float(row["difference"]), unit),
        level=speaker.level,
        low=amounts.change(float(row["difference_low"]), unit, about.language),
        high=amounts.change(float(row["difference_high"]), unit, about.language),
    )


def service_points(result: Result) -> Findings:
    """Say whether the ranking of service points is more than chance, and which stand out.

    Parameters
    ----------
    result : ServicePoints
        From ``segments.service_points``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    chance = result.frames()["chance"].to_dict("records")
    told = [text for row in chance for text in _league(row, result, speaker)]
    limits = (
        tell(
            "A place at the top or bottom of a list is partly luck, all the more where few "
            "customers answered; overlapping rank intervals are no order."
        ),
        tell("Points serve different customers; the list does not allow for that."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def _league(row: dict[Hashable, Any], result: Result, speaker: Speaker) -> list[str]:
    tell = speaker.tell
    name = speaker.quoted(row["measure"])
    language = result.about.language
    if row["verdict"] == "suppressed":
        return [
            tell(
                "{measure}: too few service points with enough answers for a ranking.",
                measure=name,
            )
        ]
    p = amounts.p_value(float(row["p_value"]), language)
    if row["verdict"] == "cannot_tell":
        return [
            tell(
                "{measure}: the order of the {n} service points cannot be told from chance "
                "(p = {p}).",
                measure=name,
                n=speaker.count(row["n_points"]),
                p=p,
            )
        ]
    told = [
        tell(
            "{measure}: the {n} service points differ by more than chance (p = {p}); true scores "
            "vary with a standard deviation of about {sd}.",
            measure=name,
            n=speaker.count(row["n_points"]),
            p=p,
            sd=speaker.size(float(row["between_sd"]), str(row["unit"])),
        )
    ]
    rows = result.table[result.table["measure"] == row["measure"]]
    out = [
        f"“{label(one['group'], result.about)}” ({word(one['place'], language, 'place')})"
        for one in rows[rows["place"].isin(["high", "low"])].to_dict("records")
    ]
    if out:
        told.append(tell("Outside the funnel's limits: {points}.", points=", ".join(out)))
    return told


def answers(result: Result) -> Findings:
    """Say how many answered above and below the middle of the scale of each question.

    Parameters
    ----------
    result : AnswerShares
        From ``answers.shares``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    shown = result.table[result.table["estimate"].notna()]
    keys = [*result.by, "item"]
    told = []
    for key, rows in shown.groupby(keys, sort=False):
        parts = rows.groupby("side")["estimate"].sum()
        named = key if isinstance(key, tuple) else (key,)
        told.append(
            tell(
                "{question}: {above} above the middle of the scale, {below} below, n = {n}.",
                question=", ".join(speaker.quoted(one) for one in reversed(named)),
                above=speaker.amount(float(parts.get("above", 0.0)), "share"),
                below=speaker.amount(float(parts.get("below", 0.0)), "share"),
                n=speaker.count(rows["n"].iloc[0]),
            )
        )
    limits = (tell("Answers “not applicable” and blanks are in no base."),)
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")
