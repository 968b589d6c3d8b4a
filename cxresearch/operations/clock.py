"""How long something took: by the calendar, or in the business hours that the params declare."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.study.params.operations import BusinessHours
from cxresearch.study.tables import Tables

_EPOCH = np.datetime64("1970-01-01", "D")


def hours(
    tables: Tables,
    table: str,
    start: pd.Series,
    end: pd.Series,
    business: BusinessHours | None = None,
) -> np.ndarray:
    """Return the hours between two local times of a table."""
    if business is not None:
        return business_hours(start, end, business)
    found: np.ndarray = tables.hours(table, start, end).to_numpy(float)
    return found


def business_hours(start: pd.Series, end: pd.Series, rule: BusinessHours) -> np.ndarray:
    """Return the business hours between two local times.

    Examples
    --------
    >>> friday = pd.Series(pd.to_datetime(["2024-03-01 16:00"]))
    >>> monday = pd.Series(pd.to_datetime(["2024-03-04 10:30"]))
    >>> business_hours(friday, monday, BusinessHours()).tolist()
    [3.5]
    """
    spent: np.ndarray = (_worked(end, rule) - _worked(start, rule)) / 60
    return spent


def _worked(times: pd.Series, rule: BusinessHours) -> np.ndarray:
    """Return the business minutes from 1970 until each time."""
    opens, closes = _minutes(rule.start), _minutes(rule.end)
    known = times.notna().to_numpy()
    filled = times.fillna(pd.Timestamp("1970-01-01"))
    days = filled.to_numpy().astype("datetime64[D]")
    calendar: dict[str, Any] = {
        "weekmask": [day in rule.days for day in range(1, 8)],
        "holidays": np.array(rule.holidays, dtype="datetime64[D]"),
    }
    minute = (filled - filled.dt.normalize()).dt.total_seconds().to_numpy() / 60
    today = np.where(np.is_busday(days, **calendar), np.clip(minute - opens, 0, closes - opens), 0)
    before = np.busday_count(_EPOCH, days, **calendar) * (closes - opens)
    return np.where(known, before + today, np.nan)


def _minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return 60 * int(hour) + int(minute)
