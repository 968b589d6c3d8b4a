"""Who was meant to answer, and how long it took: checked before any figure is counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study.gather import Gathered, as_labels
from cxresearch.study.params import DataSection, Eligible


def screened(
    gathered: Gathered, frame: pd.DataFrame, data: DataSection
) -> tuple[np.ndarray, list[Note], list[Fault]]:
    """Return who may answer by every rule of ``data.eligible``, with how many each sends away."""
    eligible = np.ones(len(gathered.frame), dtype=bool)
    notes, faults = [], []
    for i, rule in enumerate(data.eligible):
        if rule.within_months is not None:
            passed, wanted, wrong = _recent(gathered, frame, data, rule, rule.within_months)
            if wrong:
                faults += wrong
                continue
        else:
            passed, wanted = _within(gathered.frame[rule.column], rule)
        if not passed.any():
            known = as_labels(gathered.frame[rule.column]).dropna().unique().tolist()
            faults.append(
                Fault(
                    kind="data",
                    what="no respondent passes this rule of eligibility",
                    where=f'params: data.eligible[{i}], column "{rule.column}"',
                    found=f"wanted {first(wanted)}; the column holds {first(known)}",
                    hint=did_you_mean(wanted[0] if wanted else "", known),
                )
            )
        if n := int((eligible & ~passed).sum()):
            notes.append(note("screened_out", n=n, column=rule.column))
        eligible &= passed
    return eligible, notes, faults


def _within(column: pd.Series, rule: Eligible) -> tuple[np.ndarray, list[str]]:
    """Return who has one of the values, or lies within the limits, and what was wanted."""
    allowed = [str(code) for code in rule.allowed]
    if allowed:
        return as_labels(column).isin(allowed).to_numpy(), allowed
    numbers = pd.to_numeric(column, errors="coerce")
    low = -np.inf if rule.min is None else rule.min
    high = np.inf if rule.max is None else rule.max
    return numbers.between(low, high).to_numpy(), [f"{low:g} to {high:g}"]


def _recent(
    gathered: Gathered, frame: pd.DataFrame, data: DataSection, rule: Eligible, months: int
) -> tuple[np.ndarray, list[str], list[Fault]]:
    """Return whose day lies no further back than the window; blanks do not.

    Counted back from the interview's own day nothing may lie ahead of it; the day of a wave is
    that of its beginning, and what happened during the wave is recent.
    """
    then, faults = _days(gathered, rule.column)
    if rule.until is not None:
        day, wrong = _days(gathered, rule.until)
        faults += wrong
    else:
        assert data.wave is not None
        by_wave = frame[data.wave.column].astype(object).map(data.wave.dates)
        day = pd.to_datetime(by_wave)
        if (undated := day.isna().to_numpy()).any():
            waves = frame.loc[undated, data.wave.column].astype(str).unique().tolist()
            what = f'waves without a day to count months of "{rule.column}" back from'
            where = "params: data.wave.dates"
            hint = "add their days, or until: <column of the interview's day> to the rule"
            faults.append(
                Fault(kind="params", what=what, where=where, found=first(waves), hint=hint)
            )
    wanted = [f"within {months} months"]
    if faults:
        return np.ones(len(then), dtype=bool), wanted, faults
    recent = (then >= day - pd.DateOffset(months=months)).to_numpy()
    if rule.until is not None:
        recent = recent & (then <= day).to_numpy()
    return recent, wanted, []


def _days(gathered: Gathered, column: str) -> tuple[pd.Series, list[Fault]]:
    """Return a column as days (no time of day, no time zone), and what is none."""
    raw = gathered.frame[column]
    blank = raw.isna() | (raw.astype(str).str.strip() == "")
    if pd.api.types.is_numeric_dtype(raw):
        days = pd.Series(pd.NaT, index=raw.index)
    else:
        text = raw.where(~blank).astype(str).where(~blank)
        days = pd.to_datetime(text, format="ISO8601", errors="coerce", utc=True)
        days = days.dt.tz_localize(None).dt.normalize()
    wrong = (days.isna() & ~blank).to_numpy()
    if not wrong.any():
        return days, []
    fault = Fault(
        kind="data",
        what="days that are none",
        where=gathered.rows(column, wrong),
        found=first(raw[wrong].drop_duplicates().tolist()),
        hint="write them as year-month-day, such as 2025-03-31",
    )
    return days, [fault]


def durations(gathered: Gathered, data: DataSection) -> tuple[pd.DataFrame, list[Fault]]:
    """Return the durations of interviews and pages as numbers, and what is none."""
    columns: dict[str, pd.Series] = {}
    faults = []
    for name in dict.fromkeys((*((data.duration,) if data.duration else ()), *data.page_times)):
        raw = gathered.frame[name]
        numbers = pd.to_numeric(raw, errors="coerce").astype(float)
        columns[name] = numbers
        wrong = (numbers.isna() & raw.notna()).to_numpy() | (numbers < 0).to_numpy()
        if wrong.any():
            what = "durations that are no numbers of zero or more"
            key = "duration" if name == data.duration else "page_times"
            faults.append(
                Fault(
                    kind="data",
                    what=what,
                    where=gathered.rows(name, wrong),
                    found=first(raw[wrong].drop_duplicates().tolist()),
                    hint=f"seconds or minutes as plain numbers, or leave data.{key} out",
                )
            )
    return pd.DataFrame(columns, index=gathered.frame.index), faults
