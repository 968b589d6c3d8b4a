"""Readings of operational indicators: the latest whole period, and its change from the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import hypot, inf, isfinite, nan
from typing import Any

import pandas as pd

from cxresearch import operations
from cxresearch.notes import Note
from cxresearch.operations.measure import MAKERS
from cxresearch.scorecard.readings import Reading
from cxresearch.stats.estimates import quantile, significance
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

EXACT = "accounting"


def operational(
    study: Study, keys: list[str], level: float, notes: list[Note]
) -> dict[str, Reading]:
    """Return the readings of indicators that the study's tables allow; others are not there."""
    made = known(study)
    asked_for = [key for key in keys if key in made]
    if not asked_for or not len(study.tables):
        return {}
    asked = operations.measure(study, measures=asked_for, conf_level=level)
    of = [(one, dict(one.values).get("measure")) for one in asked.notes]
    notes += [
        one for one, key in of if one.severity != "info" and (key is None or key in asked_for)
    ]
    table = asked.table
    found = {}
    for key in asked_for:
        rows = table[table["measure"] == key]
        if len(rows):
            headline = rows[rows["statistic"] == rows["statistic"].iloc[0]]
            found[key] = _reading(headline, level)
    return found


def known(study: Study) -> set[str]:
    """Return every indicator that may be asked of the study's tables."""
    made = {name for names, _ in MAKERS for name in names}
    if study.tables.has("indicators", "kpi"):
        made |= set(study.tables["indicators"]["kpi"].dropna())
    return made


def readings(rows: pd.DataFrame, level: float) -> dict[str, Reading]:
    """Return the headline of one indicator by its period."""
    if rows.empty:
        return {}
    rows = rows[rows["statistic"] == rows["statistic"].iloc[0]]
    return {str(row["period"]): _figure(row, level) for row in rows.to_dict("records")}


def _reading(rows: pd.DataFrame, level: float) -> Reading:
    """Return the last whole period with a figure, the first one, and the change from before."""
    whole = rows[~rows["partial"].astype(bool)] if "partial" in rows else rows
    known = whole[whole["estimate"].map(lambda value: isfinite(float(value)))]
    if known.empty:
        row = rows.iloc[-1]
        return replace(_figure(row.to_dict(), level), reason=str(row["reason"] or "no_figure"))
    told = [_figure(row, level) for row in known.to_dict("records")]
    last, first = told[-1], told[0]
    if len(told) > 1:
        last = replace(
            last, first=first.estimate, first_se=first.std_error, first_period=first.period
        )
        last = _changed(last, told[-2], level)
    return last


def _figure(row: Mapping[Any, Any], level: float) -> Reading:
    error = float(row.get("std_error", nan))
    low, high = float(row["conf_low"]), float(row["conf_high"])
    if row.get("method") == EXACT:
        error = 0.0
    elif not error > 0 and isfinite(low) and isfinite(high):
        # medians of waiting times have limits and no error, none of twenty has an error of 0 and
        # is not exact: half the interval stands for it
        error = (high - low) / (2 * quantile(level))
    return Reading(
        estimate=float(row["estimate"]),
        std_error=error,
        conf_low=low,
        conf_high=high,
        unit=str(row["unit"]),
        direction=str(row["direction"]),
        period=str(row["period"]),
        n=float(row["n"]),
        source="operations",
    )


def _changed(last: Reading, before: Reading, level: float) -> Reading:
    change = last.estimate - before.estimate
    error = hypot(last.std_error, before.std_error)
    if not (isfinite(error) and error > 0):
        return replace(last, last_change=change)
    reach = quantile(level) * error
    p = significance(change, error, inf)[1]
    said = verdict(change, error, inf, change - reach, change + reach, p, None, level)
    return replace(last, last_change=change, verdict=said)
