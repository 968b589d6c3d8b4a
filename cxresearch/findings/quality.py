"""Sentences about the answers themselves: how many came, what was flagged, what is missing."""

from __future__ import annotations

from typing import Any

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.cells import label, question
from cxresearch.text.words import word

_MOST_NAMED = 3


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
    told += _pace(result, speaker)
    told += _items(frames.get("items", pd.DataFrame()), speaker)
    told += _uneven_blanks(frames.get("uneven", pd.DataFrame()), result.conf_level, speaker)
    told += _sensitivity(frames.get("sensitivity", pd.DataFrame()), speaker)
    told += _uneven(frames.get("exclusion", pd.DataFrame()), result.conf_level, speaker)
    limits = (
        tell(
            "A flag is a sign of careless answering, not proof; flagged respondents stay unless "
            "the study excludes them."
        ),
        tell("Clean answers do not say whether those who answered are like those who did not."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0] if told else "")


def pace_sentence(result: Result) -> str:
    """Say how many took much less time than is usual; empty where times are not known."""
    return " ".join(_pace(result, Speaker.of(result)))


def sensitivity_sentence(result: Result) -> str:
    """Say whether headline figures would be others without those flagged."""
    frame = result.frames().get("sensitivity", pd.DataFrame())
    return " ".join(_sensitivity(frame, Speaker.of(result)))


def _pace(result: Result, speaker: Speaker) -> list[str]:
    rows = result.table[result.table["rule"] == "speeder"]
    if rows.empty or result.frames().get("pace", pd.DataFrame()).empty:
        return []
    row = rows.iloc[0]
    n = int(row["n_flagged"])
    language = speaker.about.language
    return [
        speaker.tell.plural(
            "{n} respondent ({share}) took less than {cut} of the usual time.",
            "{n} respondents ({share}) took less than {cut} of the usual time.",
            n,
            n=speaker.count(n),
            share=amounts.percent(float(row["share"]), 1, language),
            cut=amounts.percent(float(row["threshold"]), 0, language),
        )
    ]


def _named(column: str, speaker: Speaker) -> str:
    """Return what was asked in a column, in quotes."""
    return speaker.tell("“{label}”", label=question(column, speaker.about))


def _uneven_blanks(table: pd.DataFrame, conf_level: float, speaker: Speaker) -> list[str]:
    """Return whether blanks fall on some waves or groups more than on others."""
    if table.empty:
        return []
    sure = table[table["q_value"] <= 1 - conf_level]
    if sure.empty:
        return [speaker.tell("Blanks differ between waves or groups by no more than chance.")]
    language = speaker.about.language
    about = speaker.about
    named = [
        f"{_named(str(row['item']), speaker)} ({label(row['segment'], about)} "
        f"{label(row['group'], about, column=str(row['segment']))}: "
        f"{amounts.percent(float(row['share_missing']), 1, language)})"
        for row in sure.head(_MOST_NAMED).to_dict("records")
    ]
    more = len(sure) > _MOST_NAMED
    return [
        speaker.tell(
            "Blanks are not spread evenly over waves or groups: {items}.",
            items="; ".join(named) + ("; …" if more else ""),
        )
    ]


def _uneven(exclusion: pd.DataFrame, conf_level: float, speaker: Speaker) -> list[str]:
    """Return by which columns the flagged, or those left out, are not spread evenly."""
    if exclusion.empty or "q_value" not in exclusion:
        return []
    q = exclusion.drop_duplicates("segment").set_index("segment")["q_value"]
    uneven = [label(key, speaker.about) for key in q.index[q <= 1 - conf_level]]
    if not uneven:
        return []
    return [
        speaker.tell(
            "Those flagged or left out are not spread evenly: {columns}. Leaving them out would "
            "change the mix of customers.",
            columns=", ".join(uneven),
        )
    ]


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
    told = table[table["severity"] != "info"] if "severity" in table else table
    fired = told[told["n_flagged"] > 0].sort_values("n_flagged", ascending=False, kind="stable")
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
    most = float(items["threshold"].iloc[0])
    limit = amounts.percent(most, 0 if (100 * most).is_integer() else 1, language)
    much = shares[shares > most].sort_values(ascending=False, kind="stable")

    def named(key: Any) -> str:
        return f"{_named(str(key), speaker)} ({amounts.percent(float(shares[key]), 1, language)})"

    if much.empty:
        if not shares.max() > 0:
            return [speaker.tell("No question was left blank by anybody.")]
        return [
            speaker.tell(
                "No question was left blank by more than {limit}; most often: {item}.",
                limit=limit,
                item=named(shares.idxmax()),
            )
        ]
    listed = ", ".join(named(key) for key in much.index[:5])
    return [
        speaker.tell.plural(
            "{n} question was left blank by more than {limit}: {items}.",
            "{n} questions were left blank by more than {limit}: {items}.",
            len(much),
            limit=limit,
            n=speaker.count(len(much)),
            items=listed + (", …" if len(much) > 5 else ""),
        )
    ]
