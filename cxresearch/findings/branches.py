"""Sentences about service points, improvement actions, and what an indicator is made of."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST, _FEW = 6, 4
_OUT = ("high", "low")

Row = dict[Hashable, Any]


def branches(result: Result) -> Findings:
    """Say in which indicators service points differ by more than chance, and which stand out.

    Parameters
    ----------
    result : BranchPerformance
        From ``operations.branch_performance``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    chance = result.frames()["chance"]
    apart = chance[chance["verdict"] == "distinguishable"].sort_values("p_value")
    alike = chance[chance["verdict"] == "cannot_tell"]
    told = [
        tell(
            "{measure}: the {n} service points differ by more than chance (p: {p}).",
            measure=speaker.quoted(row["measure"]),
            n=speaker.count(row["n_points"]),
            p=amounts.p_value(float(row["p_value"]), result.about.language),
        )
        + _standing_out(row, result)
        for row in apart.head(_MOST).to_dict("records")
    ]
    if 0 < len(alike) <= _FEW:
        told.append(
            tell(
                "The order of the service points cannot be told from chance: {measures}.",
                measures=speaker.listed(alike["measure"]),
            )
        )
    elif len(alike):
        told.append(
            tell(
                "Indicators in which the order of the service points cannot be told from chance: "
                "{n} of {all}.",
                n=speaker.count(len(alike)),
                all=speaker.count(len(chance)),
            )
        )
    if not told:
        told.append(tell("There are too few service points for a comparison."))
    limits = (
        tell("Service points differ in what they handle too, so a rank is no grade."),
        tell("With this many indicators some differ by chance alone."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _standing_out(row: Row, result: Result) -> str:
    speaker = Speaker.of(result)
    points = result.table[result.table["measure"] == row["measure"]]
    out = points[points["place"].isin(_OUT)]
    if out.empty:
        return ""
    named = [
        f"{label(one['group'], result.about)} "
        f"({word(str(one['place']), result.about.language, 'place')})"
        for one in out.to_dict("records")
    ]
    return " " + speaker.tell("Outside the funnel's limits: {points}.", points=", ".join(named))


def action_effects(result: Result) -> Findings:
    """Say what followed improvement actions, and of how many nothing can be told.

    Parameters
    ----------
    result : ActionEffects
        From ``operations.actions``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    summary = result.frames()["summary"]
    total, judged = int(summary["n_actions"].sum()), int(summary["n_judged"].sum())
    better, worse = int(summary["n_better"].sum()), int(summary["n_worse"].sum())
    head = tell.plural(
        "Of {n} improvement action {judged} can be judged: better afterwards {better}, worse "
        "{worse}, cannot tell {unclear}.",
        "Of {n} improvement actions {judged} can be judged: better afterwards {better}, worse "
        "{worse}, cannot tell {unclear}.",
        total,
        n=speaker.count(total),
        judged=speaker.count(judged),
        better=speaker.count(better),
        worse=speaker.count(worse),
        unclear=speaker.count(judged - better - worse),
    )
    told = [head]
    sure = result.table[result.table["judgement"].isin(["better", "worse"])]
    told += [
        _action(row, speaker) for row in sure.sort_values("q_value").head(_MOST).to_dict("records")
    ]
    limits = (
        tell(
            "Before and after is no experiment: an action begins when something went badly, and "
            "what went badly often gets better without it."
        ),
        tell("Cannot tell does not mean without effect."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=head)


def _action(row: Row, speaker: Speaker) -> str:
    tell = speaker.tell
    unit = str(row["unit"])
    values = {
        "action": label(row["action"], speaker.about),
        "measure": speaker.quoted(row["measure"]),
        "before": speaker.amount(float(row["value_before"]), unit),
        "after": speaker.amount(float(row["value_after"]), unit),
        "how": word(str(row["judgement"]), speaker.about.language, "judgement"),
        "change": speaker.estimate(row, unit, change=True),
    }
    if row["basis"] == "with_comparison":
        return tell(
            "{action}, {measure}: {before} before and {after} after; against the other places "
            "{change}, {how}.",
            **values,
        )
    return tell(
        "{action}, {measure}: {before} before and {after} after; change {change}, {how}.", **values
    )


def breakdown(result: Result) -> Findings:
    """Say which reason or step weighs most.

    Parameters
    ----------
    result : Breakdown
        From ``operations.breakdown``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    rows = result.table[result.table["estimate"].notna()]
    if rows.empty:
        text = tell("No figure can be given.")
        return Findings((text,), (), result.about.language, headline=text)
    top = rows.sort_values("estimate", ascending=False, kind="stable").iloc[0].to_dict()
    head = tell(
        "{measure}: the largest part is {part} with {estimate} (n = {n}).",
        measure=speaker.quoted(top["measure"]),
        part=tell("“{label}”", label=label(top["component"], result.about)),
        estimate=speaker.estimate(top, "share"),
        n=speaker.count(top["n"]),
    )
    limits = (tell("Reasons are what was noted down, not always what lay behind."),)
    if pd.notna(top["measure"]) and top["measure"] == "exit_rate":
        limits = (tell("A visit that ends is not always a visit that failed."),)
    return Findings((head,), limits, result.about.language, headline=head)
