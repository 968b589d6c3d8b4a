"""Sentences about loyalty: what a point of satisfaction goes with later, and what is at risk."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts

_SURE = "detectable"


def loyalty(result: Result) -> Findings:
    """Say what a point more goes with in staying and revenue, and what revenue is at risk.

    Parameters
    ----------
    result : LoyaltyLink
        From ``loyalty.link``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    frames = result.frames()
    told: list[str] = []
    for measure, rows in result.table.groupby("measure", sort=False):
        effects = {str(row["effect"]): row for row in rows.to_dict("records")}
        name = speaker.quoted(measure)
        told.append(_staying(name, effects, speaker))
        told.append(_revenue(name, effects["revenue_change"], speaker))
        risk = frames["risk"]
        told += _risk(risk[risk["measure"] == measure], speaker)
    told += _selection(frames["selection"], speaker)
    limits = (
        tell(
            "Who is more satisfied may differ in much else; this page shows what goes together, "
            "not what would happen if satisfaction were raised."
        ),
        tell("Answers come before what is counted; the same period is never linked."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def _staying(name: str, effects: dict[str, dict[Hashable, Any]], speaker: Speaker) -> str:
    tell = speaker.tell
    odds, share = effects["odds_ratio"], effects["marginal_effect"]
    if pd.isna(odds["estimate"]):
        return tell(
            "{measure}: whether those who are more satisfied stay longer cannot be told: too few "
            "customers left, or all answered alike.",
            measure=name,
        )
    values = {
        "measure": name,
        "odds": speaker.estimate(odds, "ratio"),
        "share": speaker.change(float(share["estimate"]), "share"),
        "n": speaker.count(odds["n"]),
        "left": speaker.count(odds["n_events"]),
    }
    if odds["verdict"] != _SURE:
        return tell(
            "{measure}: it cannot be told whether those who are more satisfied stay in the "
            "following period; one point goes with odds of staying times {odds} (n = {n}, {left} "
            "left).",
            **values,
        )
    if odds["estimate"] > 1:
        return tell(
            "{measure}: with one point more, the odds of staying in the following period are "
            "{odds} times as high; {share} for the share that stays (n = {n}, {left} left).",
            **values,
        )
    return tell(
        "{measure}: with one point more, the odds of staying in the following period are only "
        "{odds} times as high; {share} for the share that stays (n = {n}, {left} left).",
        **values,
    )


def _revenue(name: str, row: dict[Hashable, Any], speaker: Speaker) -> str:
    tell = speaker.tell
    if pd.isna(row["estimate"]):
        return tell(
            "{measure}: nothing can be said of revenue: too few customers, or none is known.",
            measure=name,
        )
    text = speaker.estimate(row, "share", change=True)
    if row["verdict"] != _SURE:
        return tell(
            "{measure}: revenue of the following period differs by {change} per cent with a point "
            "more; whether it differs at all cannot be told.",
            measure=name,
            change=text,
        )
    if row["model"] == "fixed_effects":
        return tell(
            "{measure}: in the period after one of their higher answers, by one point, the same "
            "customers pay {change} per cent.",
            measure=name,
            change=text,
        )
    return tell(
        "{measure}: customers who answer one point higher pay {change} per cent in the following "
        "period; they may be larger for other reasons.",
        measure=name,
        change=text,
    )


def _risk(rows: pd.DataFrame, speaker: Speaker) -> list[str]:
    tell = speaker.tell
    by_group = rows.set_index("answer_group")
    for group in ("all_customers", "all_linked"):
        if group not in by_group.index:
            continue
        row = by_group.loc[group].to_dict()
        values = {
            "money": speaker.estimate(row, "money"),
            "share": amounts.percent(float(row["share"]), 1, speaker.about.language),
        }
        if group == "all_customers":
            return [
                tell(
                    "Of the revenue of today's customers, {money} is expected to be lost by their "
                    "leaving in the coming period ({share}), if all are as those who answered.",
                    **values,
                )
            ]
        return [
            tell(
                "Of the revenue of the customers linked, {money} is expected to be lost by their "
                "leaving in the coming period ({share}).",
                **values,
            )
        ]
    return []


def _selection(rows: pd.DataFrame, speaker: Speaker) -> list[str]:
    tell = speaker.tell
    return [
        tell(
            "Of those linked, {own} left in the period counted; of all customers {all}.",
            own=speaker.amount(float(row["estimate"]), "share"),
            all=speaker.amount(float(row["rest"]), "share"),
        )
        for row in rows[rows["name"] == "left"].head(1).to_dict("records")
    ]
