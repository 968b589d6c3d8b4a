"""Rows of the table of indicators: a figure with its interval, or why there is none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from cxresearch.registry import DEFINITIONS

Row = dict[str, Any]
NUMBERS = ("estimate", "std_error", "conf_low", "conf_high")
COLUMNS = ["kpi", "measure", "statistic", "entity", *NUMBERS, "unit", "direction"]
COLUMNS += ["n", "n_eff", "reason"]
NOT_IN_STUDY = "not_in_study"


def row(kpi: str, **told: Any) -> Row:
    """Return a row of an indicator with its unit and direction; what is not told is empty."""
    one = DEFINITIONS[kpi]
    named: Row = {"kpi": kpi, "measure": "", "statistic": "", "entity": ""}
    named |= dict.fromkeys([*NUMBERS, "n_eff"], np.nan)
    return named | {"unit": one.unit, "direction": one.direction, "n": 0, "reason": None} | told


def missing(kpi: str, reason: str, **told: Any) -> Row:
    """Return the row of an indicator without a figure."""
    return row(kpi, reason=reason, **told)


def copied(kpi: str, given: Mapping[Any, Any], **told: Any) -> Row:
    """Return a row with the figure of another analysis, of a unit and direction of its own."""
    kept = {name: given[name] for name in (*NUMBERS, "unit", "direction", "n") if name in given}
    reason = given.get("reason")
    return row(kpi, **kept) | {"reason": reason if isinstance(reason, str) else None} | told


def change_of(unit: str) -> str:
    """Return the unit of a difference: shares differ by percentage points."""
    return "share_points" if unit == "share" else unit
