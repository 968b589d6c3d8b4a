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
import pandas as pd

from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import not_in_memory
from cxresearch.study.warehouse.answered import (
    Answered,
    Asked,
    Labels,
    answered,
    asked_of,
    by_cell,
    places_of,
)
from cxresearch.study.warehouse.group_cases import CountedCases, Counts
from cxresearch.study.warehouse.grouping import grouping
from cxresearch.study.warehouse.numbers import number, one_if
from cxresearch.study.warehouse.sums import sums

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

GROUPS = 1000
FEWEST_GROUPS = 40
_NUMBERS = 4_000_000  # sums that come into memory at a time


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
    for columns, some in groupby(groups, key=_columns):
        labels = [tuple(one.values()) for one in some]
        table = asked_of(study, columns, asked, drivers, covariates, missing=missing)
        told = answered(table, labels, weighted=study.kept.plan.weighted)
        counting = _Counting(study, table, columns, missing, few, not_used)
        for places in _at_once(study, told, columns):
            part = told.of(places)
            yield part, counting.cases([labels[i] for i in places], part)


def _columns(group: dict[str, str]) -> tuple[str, ...]:
    return tuple(group)


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
    if (wave := study.wave_column) is not None and wave in columns:
        strata = max(strata // max(len(study.kept.categories[wave]), 1), 1)
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
        counted: dict[str, Any] = {}
        for i in marked:
            values[f"d{i}"] = cases[f"d{i}"].fill_null(number(centre[f"d{i}"]))
            values[f"u{i}"] = one_if(cases[f"u{i}"])
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
            edges=False,
            counted=counted,
        )
        spread = self._spread(cases, groups)
        frame = frame.sort_values(list(by), key=lambda column: column.astype(str))
        order = frame.index.to_numpy()
        places = places_of(frame, keys, groups)
        parts = []
        for at in range(len(groups)):
            here = places == at
            counts = Counts(
                asked=asked,
                missing=self.missing,
                few=self.few,
                not_used=self.not_used,
                told=told,
                at=at,
                rated=rated,
                marked=marked,
                names=tuple(values),
                sums=found.of(order[here]),
            )
            parts.append(counts.cases(frame[here], spread.iloc[at]))
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

    def _spread(self, cases: Any, groups: Sequence[Labels]) -> pd.DataFrame:
        """Return the smallest and largest answers of each group, and the outcome's levels."""
        wanted: dict[str, Any] = {"levels": cases["y"].nunique()}
        columns = [f"d{i}" for i in range(len(self.asked.drivers))]
        columns += [*(f"c{j}" for j in range(len(self.asked.covariates))), "y"]
        for name in columns:
            wanted |= {f"low {name}": cases[name].min(), f"high {name}": cases[name].max()}
        return by_cell(cases, wanted, self.asked.keys, groups)

    def _group(self, cases: Any) -> Any:
        """Return the random group of each case: by its id, or its whole cluster."""
        clusters = self.study.kept.clusters
        many = _random_groups(self.study, self.columns) // _strata(self.study, self.columns)
        if clusters is None:
            return grouping(cases["id"].cast("string"), many)
        if len(clusters) <= GROUPS:
            return cases["cluster"]
        return grouping(cases["cluster"], many)
