"""Sentences about operations: where they stand, what differs from the first period, what waits."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, group_name, overlap
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_NAMED = 8
_UNITS = ("hours", "months", "money", "per_hundred", "per_thousand", "per_hour", "log_points")
_FEW = {"worse": 3, "better": 2, "different": 2}  # named of each, the clearest first
_MOST_APART = 5


def operations(result: Result) -> Findings:
    """Say where the indicators stand and which differ from the first period.

    Parameters
    ----------
    result : OperationsTable
        From ``operations.measure``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    if result.by:
        return Findings(
            tuple(_across(result)),
            (tell("Groups differ in what they handle too, so a rank is no grade."),),
            result.about.language,
            headline=next(iter(_across(result)), ""),
        )
    changes = result.frames()["changes"]
    told = [*_apart(changes, result), *_counted(changes, result), *_only(changes, result)]
    limits = (
        tell("These figures come from the company's own tables and are as complete as these."),
        tell("A difference between periods does not say what brought it about."),
        tell("With this many indicators some differ by chance alone."),
    )
    told = told or [tell("No figure can be given.")]
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def subject(result: Result, name: str) -> str:
    """Return in one sentence what is to be said first of the indicators of one subject.

    Parameters
    ----------
    result : OperationsTable
        From ``operations.measure`` without groups.
    name : str
        One of ``operations.subjects.ORDER``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    changes = result.frames()["changes"]
    changes = changes[changes["subject"] == name]
    values = {"subject": word(name, result.about.language, "subject")}
    told = _apart(changes, result)
    if told:
        return tell("{subject}: {finding}", finding=told[0], **values)
    if changes["judgement"].notna().any():
        return tell("{subject}: no indicator differs clearly from its first period.", **values)
    return tell("{subject}: development of the indicators.", **values)


def headlines(result: Result) -> pd.DataFrame:
    """Return the rows of each indicator's first statistic."""
    table = result.table
    first = table.drop_duplicates("measure").set_index("measure")["statistic"]
    return table[table["statistic"] == table["measure"].map(first)].reset_index(drop=True)


def waiting(result: Result) -> Findings:
    """Say how long half of the matters take, by group.

    Parameters
    ----------
    result : WaitingCurves
        From ``operations.waiting_curves``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    keys = list(result.by)
    told = []
    for _name, rows in result.table.groupby(keys, sort=False) if keys else [("", result.table)]:
        group = group_name(rows.iloc[0].to_dict(), keys, result.about)
        half = rows["hours"][rows["estimate"] <= 0.5]
        if half.empty:
            text = tell("Half of the matters were not settled within the time seen.")
        else:
            text = tell(
                "Half of the matters were settled within {hours} hours.",
                hours=speaker.amount(float(half.iloc[0]), "hours"),
            )
        told.append(f"{group}: {text}" if group else text)
    limits = (
        tell("Open matters count as far as they were seen; leaving them out would flatter."),
        tell("The curve does not say whether the customer found the matter settled."),
    )
    head = told[-1] if told else tell("No figure can be given.")
    return Findings(tuple(told), limits, result.about.language, headline=head)


def backlog_open(result: Result) -> Findings:
    """Say how many matters are open, against the first period, and how old they are.

    Parameters
    ----------
    result : Backlog
        From ``operations.backlog``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table
    first, last = table.iloc[0].to_dict(), table.iloc[-1].to_dict()
    head = tell(
        "Matters open at the end of {last}: {n}; at the end of {first}: {before}.",
        last=last["period"],
        n=speaker.count(last["estimate"]),
        first=first["period"],
        before=speaker.count(first["estimate"]),
    )
    told = [
        head,
        tell(
            "Opened in {last}: {opened}; settled: {resolved}.",
            last=last["period"],
            opened=speaker.count(last["opened"]),
            resolved=speaker.count(last["resolved"]),
        ),
    ]
    ages = getattr(result, "ages")  # noqa: B009 - a frame of this result only
    if float(ages["estimate"].sum()) > 0:
        old = float(ages["share"].iloc[-1])
        told.append(
            tell(
                "Open for more than a quarter of a year: {share}.",
                share=speaker.amount(old, "share"),
            )
        )
    limits = (
        tell("Very old matters may be settled and only not closed: look at them one by one."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=head)


def checklists(result: Result) -> Findings:
    """Say which criterion is met least and which most.

    Parameters
    ----------
    result : Checklist
        From ``operations.checklist``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    rows = result.table[result.table["estimate"].notna()].sort_values("estimate", kind="stable")
    if rows.empty:
        text = tell("No figure can be given.")
        return Findings((text,), (), result.about.language, headline=text)
    low, high = rows.iloc[0].to_dict(), rows.iloc[-1].to_dict()
    head = tell(
        "{measure}: weakest {low} with {low_value}, strongest {high} with {high_value}.",
        measure=speaker.quoted(low["measure"]),
        low=_criterion(low, result),
        low_value=speaker.estimate(low, "share"),
        high=_criterion(high, result),
        high_value=speaker.estimate(high, "share"),
    )
    apart = overlap(low, high)
    sure = (
        tell("The intervals overlap, so these figures alone cannot tell the two apart.")
        if apart
        else tell("The intervals do not overlap.")
    )
    limits = (tell("A few evaluators saw a few contacts: their standards are part of the score."),)
    return Findings((f"{head} {sure}",), limits, result.about.language, headline=head)


def register(result: Result) -> Findings:
    """Say how many focus groups, panels, interviews and studies were held.

    Parameters
    ----------
    result : Register
        From ``operations.register``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    totals = result.table.groupby("event", sort=False)["estimate"].sum()
    parts = "; ".join(f"{speaker.quoted(name)} {speaker.count(n)}" for name, n in totals.items())
    head = tell("Held in all: {values}.", values=parts)
    limits = (tell("What was said there cannot be counted up into shares of customers."),)
    return Findings((head,), limits, result.about.language, headline=head)


def _whole(result: Result) -> pd.DataFrame:
    rows = headlines(result)
    rows = rows[rows["estimate"].notna()]
    whole = rows[~rows["partial"].astype(bool)]
    return whole if len(whole) else rows


def _apart(changes: pd.DataFrame, result: Result) -> list[str]:
    """Say which indicators differ from their first period: the clearest, worse ones first."""
    told: list[str] = []
    for judged, most in _FEW.items():
        rows = changes[changes["judgement"] == judged]
        rows = rows.sort_values("distance", ascending=False, kind="stable").head(most)
        told += [f"{_now(row, result)} {_against(row, result)}" for row in rows.to_dict("records")]
    return told[:_MOST_APART]


def _counted(changes: pd.DataFrame, result: Result) -> list[str]:
    """Say how many indicators are worse, better or cannot be told from their first period."""
    speaker = Speaker.of(result)
    counts = changes["judgement"].value_counts()
    if not counts.sum():
        return []
    told = [
        speaker.tell(
            "Indicators compared with their first period: {n}. Worse: {worse}; better: {better}; "
            "cannot be told: {same}.",
            n=speaker.count(int(counts.sum())),
            worse=speaker.count(counts.get("worse", 0)),
            better=speaker.count(counts.get("better", 0)),
            same=speaker.count(counts.get("cannot_tell", 0)),
        )
    ]
    if other := int(counts.get("different", 0)):
        told.append(
            speaker.tell(
                "Different, with no direction declared as the better one: {n}.",
                n=speaker.count(other),
            )
        )
    if plain := int((changes["value_from"].notna() & changes["judgement"].isna()).sum()):
        told.append(
            speaker.tell(
                "Counts, money and own figures without an interval, which the table gives as they "
                "are: {n}.",
                n=speaker.count(plain),
            )
        )
    return told


def _only(changes: pd.DataFrame, result: Result) -> list[str]:
    """Say the figures of indicators that have one period, the first few of them."""
    rows = changes[changes["value_from"].isna() & (changes["period_from"].isna())]
    if changes["value_from"].notna().any():
        return []
    speaker = Speaker.of(result)
    told = [_now(row, result) for row in rows.head(_MOST_APART).to_dict("records")]
    if more := len(rows) - len(told):
        told.append(
            speaker.tell("Further indicators that the table gives: {n}.", n=speaker.count(more))
        )
    return told


def _now(row: dict[Any, Any], result: Result) -> str:
    speaker = Speaker.of(result)
    unit = str(row["unit"])
    known = pd.notna(row["conf_low"]) and pd.notna(row["conf_high"])
    return speaker.tell(
        "{measure}, {period}: {estimate}.",
        measure=_name(row, result),
        period=label(row["period"], result.about),
        estimate=speaker.estimate(row, unit) if known else _amount(row["estimate"], row, result),
    )


def _name(row: dict[Any, Any], result: Result) -> str:
    """Return the indicator in quotes, with its unit where the figure does not show it."""
    name = Speaker.of(result).quoted(row["measure"])
    unit = str(row["unit"])
    return f"{name} ({word(unit, result.about.language)})" if unit in _UNITS else name


def _against(row: dict[Any, Any], result: Result) -> str:
    tell = Speaker.of(result).tell
    values = {
        "first": label(row["period_from"], result.about),
        "value": _amount(row["value_from"], row, result),
    }
    if row["judgement"] == "worse":
        return tell("Worse than in {first} ({value}); the intervals do not overlap.", **values)
    if row["judgement"] == "better":
        return tell("Better than in {first} ({value}); the intervals do not overlap.", **values)
    return tell("Different from {first} ({value}); the intervals do not overlap.", **values)


def _amount(value: float, row: dict[Any, Any], result: Result) -> str:
    return amounts.amount(float(value), str(row["unit"]), result.about.language)


def _criterion(row: dict[Any, Any], result: Result) -> str:
    name = Speaker.of(result).quoted(row["criterion"])
    group = group_name(row, result.by, result.about)
    return f"{name} · {group}" if group else name


def _across(result: Result) -> list[str]:
    """Say the lowest and the highest group of each indicator in the last period."""
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = []
    for measure, rows in _whole(result).groupby("measure", sort=False):
        rows = rows[rows["period"] == rows["period"].iloc[-1]]
        if len(rows) < 2 or rows["conf_low"].isna().any():
            continue
        ordered = rows.sort_values("estimate", kind="stable")
        low, high = ordered.iloc[0].to_dict(), ordered.iloc[-1].to_dict()
        if overlap(low, high):
            continue
        unit = str(low["unit"])
        text = tell(
            "{measure}: from {low} in {low_group} to {high} in {high_group}.",
            measure=speaker.quoted(measure),
            low=speaker.estimate(low, unit),
            low_group=tell("“{label}”", label=group_name(low, result.by, result.about)),
            high=speaker.estimate(high, unit),
            high_group=tell("“{label}”", label=group_name(high, result.by, result.about)),
        )
        told.append(f"{text} " + tell("The intervals do not overlap."))
    if not told:
        told.append(tell("Of no indicator do the lowest and the highest group differ for sure."))
    return told[:_NAMED]
