"""Weeks, months, quarters, half-years, years: their names and ends, which were wholly observed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.study.tables import Tables

SPANS = ("week", "month", "quarter", "half_year", "year", "all")
MONTHS = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
WEEK = "week"
ALL = "all"
_LATE_START = 0.10  # part of a period before the first row from which it counts as not whole
_EARLY_END = 0.02  # and after the cut
_WEEK = re.compile(r"(\d{4})-W(\d{2})")
_FORMS = (
    (re.compile(r"(\d{4})"), "year"),
    (re.compile(r"(\d{4})[ -]?H([12])"), "half_year"),
    (re.compile(r"(\d{4})[ -]?Q([1-4])"), "quarter"),
    (re.compile(r"(\d{4})-(\d{2})"), "month"),
)
_FLOWS = (
    *(("contacts", "ts"), ("tickets", "opened_at"), ("orders", "ordered_at")),
    *(("returns", "returned_at"), ("mystery", "visit_date"), ("documents", "ts")),
    *(("sessions", "ts"), ("posts", "ts"), ("qualitative", "date"), ("actions", "opened_at")),
)
_COUNTED = ("revenue", "cash", "indicators", "staff_time")
_STOCKS = (("customers", "end_date"), ("staff", "end_date"))


@dataclass(frozen=True, slots=True)
class Period:
    """A span of time: from the midnight `start` to the midnight `after` its last day.

    `after` is never later than the cut; `whole` tells whether (nearly) all of it was observed.
    """

    label: str
    start: pd.Timestamp
    after: pd.Timestamp
    whole: bool = True

    @property
    def months(self) -> float:
        """Length in months."""
        return (self.after - self.start) / pd.Timedelta(days=365.25 / 12)

    def inside(self, times: pd.Series) -> np.ndarray:
        """Return which times lie in the period."""
        return ((times >= self.start) & (times < self.after)).to_numpy()


def checked(span: str) -> str:
    """Return the span, or raise where there is none of this name."""
    if span not in SPANS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{span}" is no period',
                found=span,
                hint=did_you_mean(span, SPANS),
            )
        )
    return span


def bounds(label: str) -> tuple[pd.Timestamp, pd.Timestamp, str] | None:
    """Return first midnight, midnight after, and span of a period's name; None for other words.

    Examples
    --------
    >>> [str(one)[:10] for one in bounds("2024 H2")]
    ['2024-07-01', '2025-01-01', 'half_year']
    >>> bounds("spring") is None
    True
    """
    return _bounds(str(label).strip())


@lru_cache(maxsize=4096)
def _bounds(label: str) -> tuple[pd.Timestamp, pd.Timestamp, str] | None:
    if found := _WEEK.fullmatch(label):
        year, week = int(found[1]), int(found[2])
        if not 1 <= week <= date(year, 12, 28).isocalendar().week:
            return None
        start = pd.Timestamp(date.fromisocalendar(year, week, 1))
        return start, start + pd.DateOffset(weeks=1), WEEK
    for form, span in _FORMS:
        if found := form.fullmatch(label):
            months = MONTHS[span]
            place = int(found[2]) if found.lastindex == 2 else 1
            month = (place - 1) * months + 1
            if month > 12 or place < 1:
                return None
            start = pd.Timestamp(int(found[1]), month, 1)
            return start, start + pd.DateOffset(months=months), span
    return None


def name(start: pd.Timestamp, span: str) -> str:
    """Return what a period is called: 2024-W27, 2024-07, 2024 Q3, 2024 H2, 2024."""
    if span == WEEK:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if span == "year":
        return str(start.year)
    if span == "month":
        return f"{start.year}-{start.month:02d}"
    letter = "Q" if span == "quarter" else "H"
    return f"{start.year} {letter}{(start.month - 1) // MONTHS[span] + 1}"


def grid(tables: Tables, span: str) -> list[Period]:
    """Return the periods in which the tables saw anything, from the first to the last cut."""
    first, last = _observed(tables)
    if first is None or last is None:
        return []
    return between(first, last, span)


def between(first: pd.Timestamp, last: pd.Timestamp, span: str) -> list[Period]:
    """Return the periods of observations from the midnight `first` to the midnight `last`.

    Examples
    --------
    >>> days = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-05-10")
    >>> [(one.label, one.whole) for one in between(*days, "quarter")]
    [('2024 Q1', True), ('2024 Q2', False)]
    """
    if first >= last:
        return []
    if span == ALL:
        return [Period(ALL, first, last)]
    start, step = _first(first, span)
    found = []
    while start < last:
        after = start + step
        length = after - start
        late = (first - start) / length if first > start else 0.0
        early = (after - last) / length if after > last else 0.0
        whole = late <= _LATE_START and early <= _EARLY_END
        found.append(Period(name(start, span), start, min(after, last), whole))
        start = after
    return found


def _first(moment: pd.Timestamp, span: str) -> tuple[pd.Timestamp, pd.DateOffset]:
    """Return the start of the period that holds a moment, and the length of such periods."""
    if span == WEEK:
        return moment.normalize() - pd.DateOffset(days=moment.weekday()), pd.DateOffset(weeks=1)
    months = MONTHS[span]
    start = pd.Timestamp(moment.year, (moment.month - 1) // months * months + 1, 1)
    return start, pd.DateOffset(months=months)


def fitting(labels: pd.Series, period: Period) -> np.ndarray:
    """Return which rows of a table that is counted by periods belong to a period.

    A row belongs where its own period lies within: months in a quarter, half-years in a year.
    """
    asked = bounds(period.label)
    end = period.after if asked is None else asked[1]

    def inside(label: str) -> bool:
        found = bounds(label)
        if found is None or found[0] < period.start:
            return False
        return found[0] < end if asked is None else found[1] <= end

    known = {one: inside(one) for one in labels.dropna().unique()}
    return labels.map(known).fillna(False).to_numpy(dtype=bool)


def _observed(tables: Tables) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    starts: list[pd.Timestamp] = []
    ends: list[pd.Timestamp] = []
    for table, column in _FLOWS:
        if tables.has(table, column):
            known = tables[table][column].dropna()
            if len(known):
                starts.append(known.min().normalize())
                ends.append(tables.facts(table).cut or known.max())
    for table in _COUNTED:
        if tables.has(table, "period"):
            spans = [bounds(one) for one in tables[table]["period"].dropna().unique()]
            starts += [one[0] for one in spans if one]
            cut = tables.facts(table).cut
            ends += [one[1] if cut is None else min(one[1], cut) for one in spans if one]
    for table, column in _STOCKS:
        if not starts and tables.has(table, column):
            known = tables[table][column].dropna()
            starts += [known.min().normalize()] if len(known) else []
    ends += _cuts(tables, [table for table, _ in _STOCKS]) if not ends else []
    return (min(starts) if starts else None), (max(ends) if ends else None)


def _cuts(tables: Tables, names: Sequence[str]) -> list[pd.Timestamp]:
    cuts = [tables.facts(name).cut for name in names if name in tables]
    return [one for one in cuts if one is not None]
