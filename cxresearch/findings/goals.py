"""Sentences about goals by period: which are met, how surely, and which come nearer."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label
from cxresearch.text.words import word

_MOST = 12


def goals(result: Result) -> Findings:
    """Say of every indicator's latest goal how far it came and how likely it is met.

    Parameters
    ----------
    result : GoalAttainment
        From ``scorecard.goals``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    known = result.table[result.table["actual"].notna()]
    limits = (
        tell(
            "A light speaks of sampling error only: an amber one says that the data cannot tell, "
            "not that the goal is half met."
        ),
    )
    if known.empty:
        text = tell("No figure can be given.")
        return Findings((text,), limits, result.about.language, headline=text)
    latest = known.drop_duplicates("measure", keep="last")
    told = [_goal(row, speaker) for row in latest.head(_MOST).to_dict("records")]
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _goal(row: dict[Hashable, Any], speaker: Speaker) -> str:
    tell = speaker.tell
    language = speaker.about.language
    unit = str(row["unit"])
    values = {
        "measure": speaker.quoted(row["measure"]),
        "period": label(row["period"], speaker.about),
        "actual": speaker.estimate({**row, "estimate": row["actual"]}, unit),
        "target": speaker.amount(float(row["target"]), unit),
        "status": word(str(row["status"]), language),
    }
    text = tell("{measure}, {period}: {actual}; target {target}, light {status}.", **values)
    if pd.notna(row["p_target"]) and row["evidence"] != "exact":
        p = amounts.chance(float(row["p_target"]), language)
        text += " " + tell("Probability that it is met: {p}.", p=p)
    if pd.notna(row["attainment"]):
        share = amounts.percent(float(row["attainment"]), 0, language)
        text += " " + tell("Way covered from the start to the target: {share}.", share=share)
    if row["moved"] in ("nearer", "farther"):
        text += " " + tell("Since the period before: {moved}.", moved=word(row["moved"], language))
    return text
