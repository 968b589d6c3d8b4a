"""Sentences about the answers themselves: how many came, what was flagged, what is missing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MUCH_MISSING = 0.2


def quality(result: Result) -> Findings:
    """Say how many answers came and stayed, which rules flag whom, and what was left blank.

    Parameters
    ----------
    result : QualityCheck
        From ``quality.check``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    frames = result.frames()
    told = [*_flow(frames.get("flow", pd.DataFrame()), speaker), *_rules(result.table, speaker)]
    told += _items(frames.get("items", pd.DataFrame()), speaker)
    told += _sensitivity(frames.get("sensitivity", pd.DataFrame()), speaker)
    limits = (
        tell(
            "A flag is a sign of careless answering, not proof; flagged respondents stay unless "
            "the study excludes them."
        ),
        tell("Clean answers do not say whether those who answered are like those who did not."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def _flow(flow: pd.DataFrame, speaker: Speaker) -> list[str]:
    if flow.empty:
        return []
    totals = flow.groupby("stage", sort=False)["n"].sum()
    if not {"received", "analysed"} <= set(totals.index):
        return []
    received, analysed = int(totals["received"]), int(totals["analysed"])
    return [
        speaker.tell.plural(
            "Of {received} interview received, {analysed} is analysed.",
            "Of {received} interviews received, {analysed} are analysed.",
            received,
            received=speaker.count(received),
            analysed=speaker.count(analysed),
        )
    ]


def _rules(table: pd.DataFrame, speaker: Speaker) -> list[str]:
    language = speaker.about.language
    fired = table[table["n_flagged"] > 0].sort_values("n_flagged", ascending=False, kind="stable")
    if fired.empty:
        return [speaker.tell("No rule of data quality flags anybody.")]
    named = [
        f"{word(row['rule'], language, 'rule')}: {speaker.count(row['n_flagged'])}"
        f" ({amounts.percent(float(row['share']), 1, language)})"
        for row in fired.to_dict("records")
    ]
    return [speaker.tell("Flagged by rule: {rules}.", rules="; ".join(named))]


def _sensitivity(table: pd.DataFrame, speaker: Speaker) -> list[str]:
    """Return whether headline figures are others without the flagged."""
    known = table[table["difference"].notna()] if "difference" in table else table
    if known.empty:
        return []
    moved = known[(known["difference_low"] > 0) | (known["difference_high"] < 0)]
    if moved.empty:
        return [
            speaker.tell(
                "Without flagged respondents no headline figure would be another by more than "
                "chance."
            )
        ]
    named = [
        f"{speaker.quoted(row['measure'])} {speaker.change(row['difference'], str(row['unit']))}"
        for row in moved.to_dict("records")
    ]
    return [
        speaker.tell("Without flagged respondents other: {measures}.", measures="; ".join(named))
    ]


def _items(items: pd.DataFrame, speaker: Speaker) -> list[str]:
    if items.empty or "share_missing" not in items:
        return []
    name = next((one for one in ("item", "column") if one in items), str(items.columns[0]))
    shares = items.groupby(name, sort=False)["share_missing"].max()
    language = speaker.about.language
    much = shares[shares > _MUCH_MISSING].sort_values(ascending=False, kind="stable")

    def named(key: Any) -> str:
        return f"{label(key, speaker.about)} ({amounts.percent(float(shares[key]), 1, language)})"

    if much.empty:
        if not shares.max() > 0:
            return [speaker.tell("No question was left blank by anybody.")]
        return [
            speaker.tell(
                "No question was left blank by more than a fifth; most often: {item}.",
                item=named(shares.idxmax()),
            )
        ]
    listed = ", ".join(named(key) for key in much.index[:5])
    return [
        speaker.tell.plural(
            "{n} question was left blank by more than a fifth: {items}.",
            "{n} questions were left blank by more than a fifth: {items}.",
            len(much),
            n=speaker.count(len(much)),
            items=listed + (", …" if len(much) > 5 else ""),
        )
    ]
