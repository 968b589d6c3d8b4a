"""Sentences about buyers who come back, and about satisfaction and the money that follows it."""

from __future__ import annotations

import pandas as pd

from cxresearch.findings.phrases import Findings, Speaker, overlap
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.words import word


def cohorts(result: Result) -> Findings:
    """Say how many buyers come back in the period after their first, and how cohorts differ.

    Parameters
    ----------
    result : Cohorts
        From ``loyalty.cohorts``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    rows = result.table[result.table["estimate"].notna() & (result.table["periods_later"] == 1)]
    limits = (
        tell("Who does not come back may have bought elsewhere, or needed nothing."),
        tell("Young cohorts were watched for a shorter time."),
    )
    if rows.empty:
        text = tell("No figure can be given.")
        return Findings((text,), limits, result.about.language, headline=text)
    back, n = float(rows["n_back"].sum()), float(rows["n"].sum())
    head = tell(
        "Of {n} buyers {share} bought again in the period after their first.",
        n=speaker.count(n),
        share=amounts.percent(back / n, 1, result.about.language),
    )
    told = [head]
    if len(rows) > 1:
        ordered = rows.sort_values("estimate", kind="stable")
        low, high = ordered.iloc[0].to_dict(), ordered.iloc[-1].to_dict()
        told.append(
            tell(
                "Fewest of the cohort {low}: {low_value}; most of the cohort {high}: {high_value}.",
                low=low["cohort"],
                low_value=speaker.estimate(low, "share"),
                high=high["cohort"],
                high_value=speaker.estimate(high, "share"),
            )
            + " "
            + (
                tell("The intervals overlap, so these figures alone cannot tell the two apart.")
                if overlap(low, high)
                else tell("The intervals do not overlap.")
            )
        )
    return Findings(tuple(told), limits, result.about.language, headline=head)


def lagged(result: Result) -> Findings:
    """Say whether more money follows periods of higher satisfaction, or why that is not told.

    Parameters
    ----------
    result : LaggedLink
        From ``loyalty.lagged``.
    """
    speaker = Speaker.of(result)
    tell = speaker.tell
    told = []
    for row in result.table[result.table["effect"] == "correlation"].to_dict("records"):
        values = {
            "measure": speaker.quoted(row["measure"]),
            "outcome": word(str(row["outcome"]), result.about.language, "outcome"),
            "n": speaker.count(row["n_periods"]),
        }
        if pd.isna(row["estimate"]):
            told.append(
                tell.plural(
                    "{measure} and {outcome}: {n} period is too few to link them; twelve are "
                    "needed.",
                    "{measure} and {outcome}: {n} periods are too few to link them; twelve are "
                    "needed.",
                    int(row["n_periods"]),
                    **values,
                )
            )
            continue
        values["r"] = speaker.estimate(row, "correlation")
        if row["verdict"] == "detectable":
            told.append(
                tell(
                    "{measure} and {outcome} of the following period go together beyond their "
                    "trends: correlation {r} over {n} periods.",
                    **values,
                )
            )
        else:
            told.append(
                tell(
                    "Whether {measure} and {outcome} of the following period go together cannot "
                    "be told: correlation {r} over {n} periods.",
                    **values,
                )
            )
    limits = (
        tell("Two series that move together need not move each other."),
        tell("Answers come before what is counted; the same period is never linked."),
    )
    return Findings(tuple(told), limits, result.about.language, headline=told[0])
