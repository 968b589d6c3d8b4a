"""What is meant to move what, and how good the evidence for it is."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxresearch import loyalty
from cxresearch.errors import StatisticsError
from cxresearch.notes import Note
from cxresearch.stats.regression import ols
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

COLUMNS = ["measure", "moves", "evidence", "effect", "estimate", "conf_low", "conf_high"]
COLUMNS += ["p_value", "verdict", "unit", "n"]
LATER = {
    "retention": "odds_ratio",
    "churn": "odds_ratio",
    "revenue_per_customer": "revenue_change",
    "nrr": "revenue_change",
}
"""Indicators that answers are linked to, with the effect that tells of them."""


def links(
    study: Study, moves: Sequence[tuple[str, str]], level: float
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Return every declared link with its evidence.

    ``lagged``: what was said goes with what happened later (`loyalty.link`); ``same_period``: two
    ratings of the same people go together, which direction is not told; ``assumed``: no data of
    this study speak of it.
    """
    rows: list[dict[str, Any]] = []
    notes: tuple[Note, ...] = ()
    told: dict[str, pd.DataFrame] = {}
    keys = study.codebook.keys()
    for measure, other in moves:
        row: dict[str, Any] = {"measure": measure, "moves": other, "evidence": "assumed"}
        if other in LATER and measure in study.codebook.measures and _linkable(study):
            if measure not in told:
                found = loyalty.link(study, measure=measure, conf_level=level, n_resamples=1)
                told[measure] = found.table
                notes = (*notes, *(one for one in found.notes if one.code == "link_selection"))
            rows_of = told[measure].to_dict("records")
            row |= _lagged(next(one for one in rows_of if one["effect"] == LATER[other]))
        elif measure in keys and other in keys:
            row |= _together(study, measure, other, level)
        rows.append(row)
    return pd.DataFrame(rows).reindex(columns=COLUMNS), notes


def _linkable(study: Study) -> bool:
    return (
        study.params.data.customer is not None
        and bool(study.waves)
        and study.tables.has("customers", "end_date")
    )


def _lagged(found: dict[Hashable, Any]) -> dict[str, Any]:
    if pd.isna(found["estimate"]):
        return {"verdict": "suppressed"}
    names = ["effect", "estimate", "conf_low", "conf_high", "p_value", "verdict", "unit", "n"]
    return {"evidence": "lagged", **{name: found[name] for name in names}}


def _together(study: Study, measure: str, other: str, level: float) -> dict[str, Any]:
    """Return points of one rating per point of another, among the latest wave."""
    latest = study.latest()
    x, y = study.values(measure), study.values(other)
    both = latest.mask & np.isfinite(x) & np.isfinite(y)
    if both.sum() < study.min_n.test:
        return {}
    try:
        fit = ols(y, {"x": x}, design=study.design, domain=latest.mask, conf_level=level)
    except StatisticsError:
        return {}
    term = next(one for one in fit.terms.to_dict("records") if one["term"] == "x")
    if not term["std_error"] > 0:
        return {}
    p = float(term["p_value"])
    said = verdict(term["estimate"], term["std_error"], fit.df, np.nan, np.nan, p, None, level)
    return {
        "evidence": "same_period",
        "effect": "slope",
        "estimate": term["estimate"],
        "conf_low": term["conf_low"],
        "conf_high": term["conf_high"],
        "p_value": p,
        "verdict": said,
        "unit": "points",
        "n": fit.n,
    }
