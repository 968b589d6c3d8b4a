"""The cases of a driver analysis as sums: who counts, and how answers go together, group by group.

The rules are those for answers in memory: a case has the outcome and every driver; "did not
use" is an indicator beside the mean of those who did; drivers that nobody rated or that never
vary are left out, by name. All groups that ask the same of the answers are counted in one scan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.stats.layout import Floats
from cxresearch.stats.moments import Sums
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import not_in_memory
from cxresearch.study.warehouse.answered import (
    Answered,
    Asked,
    Labels,
    alike,
    answered,
    asked_of,
    by_cell,
    places_of,
)
from cxresearch.study.warehouse.grouping import grouping
from cxresearch.study.warehouse.sums import sums

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

GROUPS = 1000
FEWEST_GROUPS = 40
OUTCOME = "(outcome)"
_NUMBERS = 4_000_000  # sums that come into memory at a time


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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Together:
    """Groups whose cases were counted in one scan.

    Attributes
    ----------
    rows : ibis Table
        The cases of all groups: grouping columns ``keys``, ``x0, x1, …`` (the outcome is the
        last) taken from their centres, ``w``, ``stratum`` and ``cluster``.
    keys : tuple of str
    groups : tuple of tuple of str
        Labels of each group.
    cases : tuple of CountedCases
        In the order of the groups.
    """

    rows: Any
    keys: tuple[str, ...]
    groups: tuple[Labels, ...]
    cases: tuple[CountedCases, ...]


def counted_cases(
    study: StoredStudy,
    groups: Sequence[dict[str, str]],
    asked: str,
    drivers: Sequence[str],
    covariates: Sequence[str],
    *,
    missing: str,
    few: tuple[float, float],
    not_used: str,
) -> Iterator[tuple[Answered, Together]]:
    """Yield the cases of groups in their order, with who answered what in the same groups.

    Parameters
    ----------
    groups : sequence of dict
        Grouping column → label.
    asked, drivers, covariates
        Outcome, driver keys, and what is held constant.
    missing : str
        What becomes of blank answers: listwise or indicator.
    few : (float, float)
        Blanks that drivers must share to be named: so many, and such a share of the group.
    not_used : str
        What indicator columns are called before the driver's key.

    Raises
    ------
    AnalysisError
        For a treatment of blank answers that needs them row by row.
    """
    if missing not in ("listwise", "indicator"):
        raise not_in_memory(f"missing: {missing}")
    for columns, some in groupby(groups, key=lambda one: tuple(one)):
        labels = [tuple(one.values()) for one in some]
        table = asked_of(study, columns, asked, drivers, covariates, missing=missing)
        told = answered(table, labels, weighted=study.kept.plan.weighted)
        counting = _Counting(study, table, columns, missing, few, not_used)
        for places in _at_once(study, told, columns):
            part = told.of(places)
            yield part, counting.cases([labels[i] for i in places], part)


def _at_once(study: StoredStudy, told: Answered, columns: Sequence[str]) -> Iterator[list[int]]:
    """Yield groups that ask the same of the answers, as many as memory should hold at a time."""
    k = told.answered.shape[1] + (told.unused > 0).any(axis=0).sum() + 1
    each = _random_groups(study, columns) * k * (k + 1)
    most = max(1, int(_NUMBERS // each))
    empty = told.answered == 0
    for _, some in groupby(range(len(empty)), key=lambda i: empty[i].tobytes()):
        places = list(some)
        for at in range(0, len(places), most):
            yield places[at : at + most]


def _random_groups(study: StoredStudy, columns: Sequence[str]) -> int:
    """Return the number of random groups in each stratum of a group times its strata."""
    strata = _strata(study, columns)
    return strata * max(GROUPS // strata, FEWEST_GROUPS)


def _strata(study: StoredStudy, columns: Sequence[str]) -> int:
    """Return the strata that a group can have: those of its wave where waves are groups."""
    strata = max(len(study.kept.plan.strata), 1)
    if study.wave_column in columns:
        strata = max(strata // max(len(study.kept.categories[study.wave_column]), 1), 1)
    return strata


@dataclass(frozen=True, slots=True)
class _Counting:
    """How the cases of several groups are counted."""

    study: StoredStudy
    asked: Asked
    columns: tuple[str, ...]
    missing: str
    few: tuple[float, float]
    not_used: str

    def cases(self, groups: Sequence[Labels], told: Answered) -> Together:
        """Return the cases of groups in which the same drivers were rated by nobody."""
        asked, study = self.asked, self.study
        plan, keys = study.kept.plan, asked.keys
        p, q = len(asked.drivers), len(asked.covariates)
        rated = [i for i in range(p) if told.answered[0, i]]
        marked = [i for i in rated if told.unused[:, i].any()]
        cases = self._complete(groups, rated, marked)
        values = {f"d{i}": cases[f"d{i}"] for i in rated}
        centre = {f"d{i}": float(told.centre[i]) for i in rated}
        edges = {f"d{i}": cases[f"d{i}"] for i in marked}
        counted = {}
        for i in marked:
            values[f"d{i}"] = cases[f"d{i}"].fill_null(ibis.literal(centre[f"d{i}"]))
            values[f"u{i}"] = cases[f"u{i}"].cast("int8").cast("float64")
            centre[f"u{i}"] = 0.0
            counted |= {f"n{i}_{j}": cases[f"u{i}"] & cases[f"u{j}"] for j in marked if j >= i}
        for name, at in [*((f"c{j}", p + j) for j in range(q)), ("y", p + q)]:
            values[name], centre[name] = cases[name], float(told.centre[at])
        by = {key: cases[key] for key in keys}
        by["group"] = self._group(cases)
        if plan.strata:
            by["stratum"] = cases["stratum"]
        frame, found = sums(
            cases.rename({names.WEIGHT: "w"}),
            values,
            [centre[name] for name in values],
            by,
            weighted=plan.weighted,
            edges=edges,
            counted=counted,
        )
        levels = by_cell(cases, {"levels": cases["y"].nunique()}, keys, groups)["levels"]
        frame = frame.sort_values(list(by), key=lambda column: column.astype(str))
        order = frame.index.to_numpy()
        places = places_of(frame, keys, groups)
        parts = []
        for at in range(len(groups)):
            here = places == at
            one = _Group(self, told, at, rated, marked, tuple(values), found.of(order[here]))
            parts.append(one.cases(frame[here], int(levels[at])))
        base = {name: cases[name] for name in (*keys, "w", "stratum")}
        if plan.clustered:
            base["cluster"] = cases["cluster"]
        xs = {f"x{i}": values[one] - centre[one] for i, one in enumerate(values)}
        return Together(
            rows=cases.select(**base, **xs), keys=keys, groups=tuple(groups), cases=tuple(parts)
        )

    def _complete(
        self, groups: Sequence[Labels], rated: Sequence[int], marked: Sequence[int]
    ) -> Any:
        """Return the rows of those with the outcome, every driver and every covariate."""
        rows = self.asked.rows
        known = [rows["y"].notnull()]
        known += [rows[f"c{j}"].notnull() for j in range(len(self.asked.covariates))]
        for i in rated:
            there = rows[f"d{i}"].notnull()
            known.append(there | rows[f"u{i}"] if i in marked else there)
        for at, key in enumerate(self.asked.keys):
            known.append(rows[key].isin(sorted({one[at] for one in groups})))
        return rows.filter(ibis.and_(*known))

    def _group(self, cases: Any) -> Any:
        """Return the random group of each case: by its id, or its whole cluster."""
        clusters = self.study.kept.clusters
        many = _random_groups(self.study, self.columns) // _strata(self.study, self.columns)
        if clusters is None:
            return grouping(cases["id"].cast("string"), many)
        if len(clusters) <= GROUPS:
            return cases["cluster"]
        return grouping(cases["cluster"], many)


@dataclass(frozen=True, slots=True)
class _Group:
    """One group of those counted together: which columns it has, and its sums."""

    how: _Counting
    told: Answered
    at: int
    rated: Sequence[int]
    marked: Sequence[int]
    names: tuple[str, ...]
    sums: Sums

    def cases(self, frame: pd.DataFrame, levels: int) -> CountedCases:
        """Return the cases; `frame` has the random groups with the counts of their indicators."""
        asked, told, at = self.how.asked, self.told, self.at
        keys, whole = asked.drivers, self.sums.total()
        both = self._unused(frame)
        left_out = {keys[i]: "empty" for i in range(len(keys)) if i not in self.rated}
        players: dict[str, list[str]] = {}
        unused: dict[str, int] = {}
        turned = _Turned(self.names, whole.centre)
        for i in self.rated:
            low, high = whole.low[turned.at(f"d{i}")], whole.high[turned.at(f"d{i}")]
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
                players[key].append(self.how.not_used + key)
                turned.take(self.how.not_used + key, f"u{i}", 0.0, 1.0)
        held = []
        for j, name in enumerate(asked.covariates):
            low, high = whole.low[turned.at(f"c{j}")], whole.high[turned.at(f"c{j}")]
            if high > low:
                held.append(name)
                turned.take(name, f"c{j}", low, high)
        turned.take(OUTCOME, "y", whole.low[-1], whole.high[-1])
        same = alike(both, self.marked, 1)
        if self.how.missing != "indicator":
            same += told.same(at, self.rated, self.how.few)
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
            levels=levels,
            sums=turned.sums(self.sums),
            strata=strata,
            turn=turned.matrix(),
        )

    def _unused(self, frame: pd.DataFrame) -> np.ndarray:
        """Return how many cases used neither of two drivers: (p, p)."""
        p = len(self.how.asked.drivers)
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
