"""Readings of survey indicators that a row names by their id in the registry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from math import isfinite
from typing import Any

from cxresearch import indicators
from cxresearch.registry import SURVEY
from cxresearch.scorecard.readings import Reading
from cxresearch.stats.estimates import quantile
from cxresearch.study.study import Study

COUNTED = frozenset(["sat_sustained", "cadence"])
"""Indicators that count waves: no sampling error."""


def registered(
    study: Study, keys: Sequence[str], read: Collection[str], level: float
) -> dict[str, Reading]:
    """Return the readings of survey indicators that nothing else gives, by their id.

    Where an indicator has several variants (a change from the previous wave and from the
    baseline, the lead over the rivals' mean and over the best), the first one with a figure.
    """
    ids = {one.kpi_id for one in SURVEY}
    asked = [key for key in keys if key in ids and key not in read]
    if not asked:
        return {}
    table = indicators.survey(study, conf_level=level).table
    wave = study.waves[-1] if study.waves else ""
    found = {}
    for key in asked:
        rows = table[table["kpi"] == key]
        told = rows[rows["estimate"].notna()]
        found[key] = _reading((told if len(told) else rows).iloc[0].to_dict(), wave, level)
    return found


def _reading(row: dict[Any, Any], wave: str, level: float) -> Reading:
    reason = row["reason"]
    return Reading(
        estimate=float(row["estimate"]),
        std_error=_error(row, level),
        conf_low=float(row["conf_low"]),
        conf_high=float(row["conf_high"]),
        unit=str(row["unit"]),
        direction=str(row["direction"]),
        period=wave,
        n=float(row["n"]),
        reason=reason if isinstance(reason, str) else None,
    )


def _error(row: dict[Any, Any], level: float) -> float:
    if row["kpi"] in COUNTED:
        return 0.0
    width = float(row["conf_high"] - row["conf_low"])
    if row["std_error"] > 0 or (isfinite(row["std_error"]) and not width > 0):
        return float(row["std_error"])
    # rates have limits and no error, all of twenty has an error of 0 and is not exact: half the
    # interval stands for it
    return width / (2 * quantile(level))
