"""The cases of one group as sums: which drivers it has, and what stands for those not used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.stats.layout import Floats
from cxresearch.stats.moments import Sums
from cxresearch.study.warehouse.answered import Answered, Asked, alike

OUTCOME = "(outcome)"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountedCases:
    """Complete cases of one group, counted in a database.

    Attributes
    ----------
    columns : tuple of str
        Drivers, indicators of "did not use", covariates; the outcome is the last.
    players : dict
        Driver → its columns: itself, and its indicator of "did not use" where there is one.
    covariates : list of str
    left_out : dict
        Driver → "empty" or "constant".
    n_total : int
        Respondents who answered the outcome or any driver.
    unused : dict
        Driver → cases that did not use it.
    same : list of (driver, driver)
        Drivers that the very same respondents did not use or left blank.
    levels : int
        Distinct values of the outcome.
    sums : Sums
        Of the columns, by random group of respondents (whole clusters).
    strata : ndarray or None
        Stratum of each random group, where there are several.
    turn : ndarray, shape (k, columns)
        The columns as combinations of those of the rows, each taken from its centre.
    """

    columns: tuple[str, ...]
    players: dict[str, list[str]]
    covariates: list[str]
    left_out: dict[str, str]
    n_total: int
    unused: dict[str, int]
    same: list[tuple[str, str]]
    levels: int
    sums: Sums
    strata: np.ndarray | None
    turn: Floats


@dataclass(frozen=True, slots=True)
class Counts:
    """One group of those counted together: which columns it has, and its sums.

    Attributes
    ----------
    asked, told : Asked, Answered
        The answers asked for, and who gave them in the groups counted together.
    missing, few, not_used
        As in `cxresearch.study.warehouse.cases.counted_cases`.
    at : int
        The place of the group among them.
    rated, marked : sequence of int
        Drivers that somebody rated, and those that somebody did not use.
    names : tuple of str
        Columns of the rows, the outcome last.
    sums : Sums
        Of these columns, by random group.
    """

    asked: Asked
    missing: str
    few: tuple[float, float]
    not_used: str
    told: Answered
    at: int
    rated: Sequence[int]
    marked: Sequence[int]
    names: tuple[str, ...]
    sums: Sums

    def cases(self, frame: pd.DataFrame, spread: pd.Series) -> CountedCases:
        """Return the cases.

        Parameters
        ----------
        frame : DataFrame
            The random groups, with the counts of their indicators.
        spread : Series
            Smallest and largest answers, and the outcome's levels.
        """
        asked, told, at = self.asked, self.told, self.at
        keys, whole = asked.drivers, self.sums.total()
        both = self._unused(frame)
        left_out = {keys[i]: "empty" for i in range(len(keys)) if i not in self.rated}
        players: dict[str, list[str]] = {}
        unused: dict[str, int] = {}
        turned = _Turned(self.names, whole.centre)
        for i in self.rated:
            low, high = spread[f"low d{i}"], spread[f"high d{i}"]
            marks, key = int(both[i, i]), keys[i]
            mean = np.nan
            if 0 < marks < whole.n and (used := whole.weight - whole.shift[turned.at(f"u{i}")]) > 0:
                mean = whole.centre[turned.at(f"d{i}")] + whole.shift[turned.at(f"d{i}")] / used
                unused[key] = marks
                low, high = min(low, mean), max(high, mean)
            if not high > low or marks == whole.n:
                left_out[key] = "constant"
                continue
            players[key] = [key]
            turned.take(key, f"d{i}", low, high, (f"u{i}", mean) if key in unused else None)
            if key in unused:
                players[key].append(self.not_used + key)
                turned.take(self.not_used + key, f"u{i}", 0.0, 1.0)
        held = []
        for j, name in enumerate(asked.covariates):
            low, high = spread[f"low c{j}"], spread[f"high c{j}"]
            if high > low:
                held.append(name)
                turned.take(name, f"c{j}", low, high)
        turned.take(OUTCOME, "y", spread["low y"], spread["high y"])
        same = alike(both, self.marked, 1)
        if self.missing != "indicator":
            same += told.same(at, self.rated, self.few)
        strata = None
        if "stratum" in frame:
            codes = np.unique(frame["stratum"].astype(str), return_inverse=True)[1]
            strata = codes if codes.max(initial=0) > 0 else None
        return CountedCases(
            columns=tuple(turned.names),
            players=players,
            covariates=held,
            left_out=left_out,
            n_total=int(told.n_total[at]),
            unused=unused,
            same=[(keys[i], keys[j]) for i, j in same],
            levels=int(spread["levels"]),
            sums=turned.sums(self.sums),
            strata=strata,
            turn=turned.matrix(),
        )

    def _unused(self, frame: pd.DataFrame) -> np.ndarray:
        """Return how many cases used neither of two drivers: (p, p)."""
        p = len(self.asked.drivers)
        found = np.zeros((p, p), dtype=np.int64)
        for i in self.marked:
            for j in self.marked:
                found[i, j] = frame[f"n{min(i, j)}_{max(i, j)}"].sum()
        return found


class _Turned:
    """Columns of a group put together from the columns of the rows."""

    def __init__(self, sources: Sequence[str], centre: Floats) -> None:
        self.sources, self.given = list(sources), centre
        self.names: list[str] = []
        self.parts: list[Floats] = []
        self.centre: list[float] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def at(self, source: str) -> int:
        """Return the place of a column of the rows."""
        return self.sources.index(source)

    def take(
        self,
        name: str,
        source: str,
        low: float,
        high: float,
        filled: tuple[str, float] | None = None,
    ) -> None:
        """Take a column, with its mean where another column says that it was not used."""
        own = np.zeros(len(self.sources))
        own[self.at(source)] = 1.0
        if filled is not None:
            own[self.at(filled[0])] = filled[1] - self.given[self.at(source)]
        self.names.append(name)
        self.parts.append(own)
        self.centre.append(float(self.given[self.at(source)]))
        self.low.append(float(low))
        self.high.append(float(high))

    def matrix(self) -> Floats:
        """Return the columns as combinations of those of the rows."""
        return np.column_stack(self.parts)

    def sums(self, found: Sums) -> Sums:
        """Return the sums of the columns."""
        edges = np.array(self.low), np.array(self.high)
        return found.turned(self.matrix(), self.names, np.array(self.centre), *edges)
