"""Which calendar time a wave or a ledger's period means, and what comes after it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from cxresearch.errors import AnalysisError, Fault, first
from cxresearch.study.study import Study

MONTHS = {"year": 12, "half_year": 6, "quarter": 3, "month": 1}
_PART = re.compile(r"^(\d{4})[\s_-]?([HSQ])(\d)$", re.IGNORECASE)
_MONTHLY = re.compile(r"^(\d{4})-(\d{2})(?:-\d{2})?$")
_YEAR = re.compile(r"^\d{4}$")
_PARTS = {"H": 6, "S": 6, "Q": 3}


@dataclass(frozen=True, slots=True)
class Span:
    """Some months in a row, from the first midnight to the one after the last day."""

    start: pd.Timestamp
    months: int

    @property
    def after(self) -> pd.Timestamp:
        """The first midnight that is no longer in it."""
        return self.start + pd.DateOffset(months=self.months)

    @property
    def last_day(self) -> pd.Timestamp:
        """Its last day."""
        return self.after - pd.Timedelta(days=1)

    def later(self, periods: int) -> Span:
        """Return the span as many periods later."""
        return Span(self.start + pd.DateOffset(months=self.months * periods), self.months)

    @classmethod
    def around(cls, day: pd.Timestamp, months: int) -> Span:
        """Return the calendar period of this many months that holds a day.

        Examples
        --------
        >>> str(Span.around(pd.Timestamp("2021-09-14"), 6).start.date())
        '2021-07-01'
        """
        month = (day.month - 1) // months * months + 1
        return cls(pd.Timestamp(day.year, month, 1), months)


def spelled(label: str) -> Span | None:
    """Return what a label such as 2021, 2021 H1, 2021 Q3 or 2021-03 means.

    Examples
    --------
    >>> str(spelled("2021 H2").start.date()), spelled("2021-03").months, spelled("spring")
    ('2021-07-01', 1, None)
    """
    text = str(label).strip()
    if found := _PART.match(text):
        months = _PARTS[found[2].upper()]
        month = (int(found[3]) - 1) * months + 1
        return Span(pd.Timestamp(int(found[1]), month, 1), months) if 1 <= month <= 12 else None
    if found := _MONTHLY.match(text):
        month = int(found[2])
        return Span(pd.Timestamp(int(found[1]), month, 1), 1) if 1 <= month <= 12 else None
    return Span(pd.Timestamp(int(text), 1, 1), 12) if _YEAR.match(text) else None


def of_waves(study: Study) -> dict[str, Span]:
    """Return the calendar period in which each wave of the study was held.

    Raises
    ------
    AnalysisError
        The study has no waves, or neither their dates nor their labels tell when they were.
    """
    declared = study.params.data.wave
    if declared is None:
        raise _fault(
            "what was said must be dated before what came of it: the study has no waves",
            "params: data.wave",
            "",
            "name the column of the waves, their dates and their period",
        )
    months = MONTHS.get(declared.period or "")
    found: dict[str, Span] = {}
    for wave in study.waves:
        day, own = declared.dates.get(wave), spelled(wave)
        if day is not None and (months or own):
            found[wave] = Span.around(pd.Timestamp(day), months or own.months)  # type: ignore[union-attr]
        elif own is not None:
            found[wave] = own if months is None else Span.around(own.start, months)
    dark = [wave for wave in study.waves if wave not in found]
    if dark:
        raise _fault(
            "it is not known when waves were held",
            "params: data.wave",
            first(dark),
            "declare dates of the waves and period: year, half_year, quarter or month",
        )
    return found


def starts(labels: Iterable[Any]) -> pd.Series:
    """Return the first midnight of every period of a ledger (its labels as `spelled` reads them).

    Raises
    ------
    AnalysisError
        A label says nothing of time.
    """
    values = pd.Series(list(labels))
    if pd.api.types.is_datetime64_any_dtype(values):
        return values.dt.to_period("M").dt.start_time
    texts = values.astype(str)
    known = {text: spelled(text) for text in texts.unique()}
    dark = [text for text, span in known.items() if span is None]
    if dark:
        raise _fault(
            "periods that say nothing of time",
            "table revenue, column period",
            first(dark),
            "write periods as 2024, 2024 H1, 2024 Q1 or 2024-01",
        )
    return texts.map({text: span.start for text, span in known.items() if span is not None})


def _fault(what: str, where: str, found: str, hint: str) -> AnalysisError:
    return AnalysisError(Fault(kind="analysis", what=what, where=where, found=found, hint=hint))
