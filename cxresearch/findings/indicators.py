"""Sentences about the whole list of survey indicators: which have a figure, and which not."""

from __future__ import annotations

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text.words import word

_NEVER = ("not_in_study", "not_asked", "no_table", "no_target", "one_wave", "no_dates")


def indicators(result: Result) -> Findings:
    """Say how many indicators of the registry the study has, and which bases are too small.

    Parameters
    ----------
    result : Indicators
        From ``indicators.survey``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    table = result.table
    total = table["kpi"].nunique()
    known = set(table.loc[table["estimate"].notna(), "kpi"])
    told = [
        tell(
            "This study has {n} of {total} indicators of customer surveys.",
            n=speaker.count(len(known)),
            total=speaker.count(total),
        )
    ]
    told += _without(table[~table["kpi"].isin(known)], speaker)
    small = table[table["estimate"].isna() & ~table["reason"].isin(_NEVER)]
    names = [key for key in small["kpi"].drop_duplicates() if key not in known]
    if names:
        told.append(tell("Withheld for their base: {names}.", names=speaker.listed(names)))
    told += _cadence(table, speaker)
    limits = (
        tell("An indicator that was not asked says nothing for or against the company."),
        tell("Indicators have different units: they are not added up or averaged."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])


def _without(table: pd.DataFrame, speaker: Speaker) -> list[str]:
    """Return in one sentence, by reason, which indicators the study cannot have."""
    never = table[table["reason"].isin(_NEVER)].drop_duplicates("kpi")
    language = speaker.about.language
    reasons = [
        f"{word(str(reason), language, 'reason')} ({speaker.count(len(rows))}): "
        f"{speaker.listed(rows['kpi'])}"
        for reason, rows in never.groupby("reason", sort=False)
    ]
    if not reasons:
        return []
    return [speaker.tell("Left out of the table: {reasons}.", reasons="; ".join(reasons))]


def _cadence(table: pd.DataFrame, speaker: Speaker) -> list[str]:
    rows = table[(table["kpi"] == "cadence") & table["estimate"].notna()]
    if rows.empty:
        return []
    n = int(rows["estimate"].iloc[0])
    return [
        speaker.tell.plural(
            "{n} wave was fielded in the last twelve months; two or three are recommended.",
            "{n} waves were fielded in the last twelve months; two or three are recommended.",
            n,
            n=speaker.count(n),
        )
    ]
