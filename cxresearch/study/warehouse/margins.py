"""The values that a column holds and how often: what checks need of answers in a database.

A column of answers has few values. Each goes through the very checks that answers in memory go
through, once, and counts as often as it was given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault
from cxresearch.study.gather import Gathered, Part
from cxresearch.study.params import DataSection
from cxresearch.study.warehouse.engines import Opened

MOST_VALUES = 20_000
_VALUE, _TIMES = "value", "times"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Margin(Gathered):
    """The distinct values of one column, source after source, as if they were its rows.

    Attributes
    ----------
    times : ndarray
        Rows of the database that hold each value.
    """

    times: np.ndarray

    def count(self, flagged: np.ndarray) -> int:
        """Return how many rows hold these values."""
        return int(self.times[flagged].sum())

    def rows(self, column: str, flagged: np.ndarray) -> str:
        """Say where rows lie: source, column and how many."""
        at = int(np.flatnonzero(flagged)[0])
        part = next(one for one in self.parts if one.start <= at < one.stop)
        inside = self.count(flagged & _within(part, len(flagged)))
        total = int(self.times[part.start : part.stop].sum())
        every = self.count(flagged)
        more = "" if inside == every else f", and {every - inside} more in other sources"
        return f'{part.name}, column "{column}", {inside} of {total} rows{more}'

    def of(self, number: int) -> pd.DataFrame:
        """Return the values of one source."""
        part = self.parts[number]
        return self.frame.iloc[part.start : part.stop]


def margin(
    sources: Sequence[Opened], column: str, data: DataSection
) -> tuple[Margin | None, list[Fault]]:
    """Return the distinct values of a column in every source, or why they cannot be listed."""
    frames, parts, times = [], [], []
    start = 0
    for one in sources:
        counted = _counted(one, column, data)
        if len(counted) > MOST_VALUES:
            return None, [
                Fault(
                    kind="data",
                    what=f'more than {MOST_VALUES} different values in "{column}"',
                    where=one.name,
                    hint="name a column of answers or groups, not one of ids, days or amounts",
                )
            ]
        frames.append(counted[_VALUE])
        times.append(counted[_TIMES].to_numpy(dtype=np.int64))
        stop = start + len(counted)
        parts.append(Part(one.name, start, stop, None, one.sha256, one.source, {}))
        start = stop
    held = [frame for frame in frames if len(frame)] or frames[:1]
    values = pd.concat(held, ignore_index=True) if len(held) > 1 else held[0]
    return Margin(
        frame=values.rename(column).to_frame().reset_index(drop=True),
        parts=tuple(parts),
        texts={},
        value_labels={},
        respondents=np.array([""] * start, dtype=object),
        notes=(),
        coverage=pd.DataFrame(),
        times=np.concatenate(times),
    ), []


def _counted(one: Opened, column: str, data: DataSection) -> pd.DataFrame:
    """Return the values of a column in one source and how often each stands there."""
    if one.source.wave is not None and data.wave is not None and column == data.wave.column:
        n = int(one.table.count().execute())
        return pd.DataFrame({_VALUE: [str(one.source.wave)], _TIMES: [n]})
    if column not in one.table.columns:
        n = int(one.table.count().execute())
        return pd.DataFrame({_VALUE: [np.nan], _TIMES: [n]})
    held = one.table.group_by(**{_VALUE: one.table[column]}).aggregate(
        **{_TIMES: one.table.count()}
    )
    found: pd.DataFrame = held.limit(MOST_VALUES + 1).execute()
    kind = one.table[column].type()
    if kind.is_boolean() or kind.is_decimal():
        found[_VALUE] = found[_VALUE].astype(float)
    return found.sort_values(_VALUE, kind="stable", na_position="last").reset_index(drop=True)


def _within(part: Part, n: int) -> np.ndarray:
    inside = np.zeros(n, dtype=bool)
    inside[part.start : part.stop] = True
    return inside


def digest(margins: Sequence[Margin], more: Any) -> str:
    """Return the SHA-256 of what columns hold and how often, for answers in a database."""
    total = hashlib.sha256(repr(more).encode())
    for one in margins:
        column = one.frame.columns[0]
        pairs = zip(map(str, one.frame[column]), one.times.tolist(), strict=True)
        total.update(repr((column, sorted(pairs))).encode())
    return total.hexdigest()
