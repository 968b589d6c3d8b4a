"""Importance where answers stay in a database: from sums, the same numbers as from rows.

Parts of R², coefficients and their standard errors come out as they do in memory; intervals
draw random groups of respondents, and folds of cross-validation are such groups, so these agree
within Monte-Carlo error. What needs answers row by row (curvature, the ordered logit, groups
against the rest) is left out, and a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cxresearch.drivers.cases import (
    FEW_GAPS,
    FEW_GAPS_SHARE,
    NOT_USED,
    Cases,
    Missing,
    Question,
    collect,
)
from cxresearch.drivers.diagnostics import FOLDS, Regression, inflation
from cxresearch.drivers.estimating import OUTCOME, Estimated, Plan
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, note
from cxresearch.stats import importance as shares
from cxresearch.stats.moments import Sums
from cxresearch.study.study import Cell
from cxresearch.study.warehouse.lines import Line, Residuals

if TYPE_CHECKING:
    from cxresearch.study.warehouse.group_cases import CountedCases
    from cxresearch.study.warehouse.stored import StoredStudy

_ALIAS = 1e-10


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class SummedCases(Cases):
    """Complete cases known by their sums; `X` has their columns and no rows.

    Attributes
    ----------
    counted : CountedCases
        Their sums.
    left : Residuals or None
        What their regression leaves unexplained; None where there is no regression.
    """

    counted: CountedCases
    left: Residuals | None

    @property
    def n(self) -> int:
        """Cases."""
        return self.counted.sums.total().n

    @property
    def levels(self) -> int:
        """Distinct values of the outcome."""
        return self.counted.levels

    def complete(self) -> Cases:
        """Return the cases without a gap: all of them."""
        return self


def collected(
    study: Any, asked: Question, cells: Sequence[Cell], notes: list[Note], missing: Missing
) -> Iterator[tuple[Cell, Cases]]:
    """Yield every group with its cases: from memory one by one, from a database many at once."""
    if study.in_database:
        yield from _summed(study, asked, cells, notes, missing)
        return
    for cell in cells:
        yield cell, collect(study, asked, cell, notes, missing)


def _summed(
    study: StoredStudy, asked: Question, cells: Sequence[Cell], notes: list[Note], missing: Missing
) -> Iterator[tuple[Cell, Cases]]:
    after = iter(cells)
    for together in study.cases(
        cells,
        asked.outcome,
        asked.drivers,
        asked.covariates,
        missing=missing,
        few=(FEW_GAPS, FEW_GAPS_SHARE),
        not_used=NOT_USED,
    ):
        left = study.residuals(together, [_line(one) for one in together.cases])
        for found, facts in zip(together.cases, left, strict=True):
            notes += [note("not_used", driver=key, n=n) for key, n in found.unused.items()]
            notes += [note("same_missing", first=one, second=other) for one, other in found.same]
            yield (
                next(after),
                SummedCases(
                    rows=np.zeros(0, dtype=np.intp),
                    X=pd.DataFrame(columns=list(found.columns[:-1]), dtype=float),
                    y=np.zeros(0),
                    weights=None,
                    players=found.players,
                    covariates=found.covariates,
                    left_out=found.left_out,
                    n_total=found.n_total,
                    missing=missing,
                    counted=found,
                    left=facts,
                ),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class SummedPlan(Plan):
    """How importance is estimated from sums."""

    study: StoredStudy

    def __post_init__(self) -> None:
        if self.model != "linear":
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'the model "{self.model}" needs the answers in memory',
                    where="model",
                    hint='model="linear", or a random sample: study.sample(100_000)',
                )
            )

    def estimate(self, cases: Cases, notes: list[Note]) -> Estimated:
        """Return importance with intervals from random groups."""
        assert isinstance(cases, SummedCases)
        counted = cases.counted
        notes.append(note("drivers_counted"))
        drawn = shares.bootstrap_sums(
            counted.sums,
            self.method,
            self.n_resamples,
            self.rng("draws"),
            outcome=OUTCOME,
            groups=cases.groups,
            covariates=cases.covariates or None,
            strata=counted.strata,
            conf_level=self.level,
            noise=True,
            blocks=cases.blocks(self.asked),
        )
        fit = _regression(counted, cases.left)
        return Estimated(drawn=drawn, fit=fit, cov=counted.sums.total().cov)

    def bent(self, cases: Cases) -> list[Note]:
        """Curvature is not looked at."""
        return []

    def sensitivity(self, cases: Cases, notes: list[Note]) -> pd.DataFrame:
        """Ordered logits are not fitted."""
        return pd.DataFrame(columns=["model", "block", "driver", "estimate", "share", "rank"])


def _line(counted: CountedCases) -> Line | None:
    """Return the regression of a group that has enough cases for one."""
    whole = counted.sums.total()
    if whole.n <= len(counted.columns) + 1 or counted.levels < 2 or not counted.players:
        return None
    n, S = whole.n, whole.central
    spread = np.sqrt(np.diag(S)[:-1])
    kept = _own_columns(S[:-1, :-1] / np.outer(spread, spread))
    slopes = np.linalg.solve(S[np.ix_(kept, kept)], S[kept, -1])
    r_squared = float(slopes @ S[kept, -1]) / S[-1, -1]
    return Line(
        columns=kept,
        slopes=np.asarray(slopes),
        means=whole.mean[[*kept, -1]],
        bread=np.linalg.inv(S[np.ix_(kept, kept)]) / n,
        sigma2=max((1 - r_squared) * S[-1, -1], 0.0) * n / (n - len(kept) - 1),
    )


def _regression(counted: CountedCases, left: Residuals | None) -> Regression:
    line = _line(counted)
    assert line is not None
    assert left is not None
    whole = counted.sums.total()
    n, names = whole.n, list(counted.columns[:-1])
    S = whole.central
    spread = np.sqrt(np.diag(S))
    R = S[:-1, :-1] / np.outer(spread[:-1], spread[:-1])
    correlation = S[:-1, -1] / (spread[:-1] * spread[-1])
    beta = np.linalg.pinv(R, rcond=_ALIAS, hermitian=True) @ correlation
    kept = list(line.columns)
    k = len(kept) + 1
    r_squared = float(line.slopes @ S[kept, -1]) / S[-1, -1]
    error = np.full(len(names), np.nan)
    error[kept] = left.std_error
    vif = inflation(R)
    return Regression(
        terms=pd.DataFrame(
            {
                "coefficient": beta * spread[-1] / spread[:-1],
                "coefficient_se": np.where(np.isinf(vif), np.nan, error),
                "beta": beta,
                "vif": vif,
                "correlation": correlation,
            },
            index=names,
        ),
        r_squared=r_squared,
        adj_r_squared=1 - (1 - r_squared) * (n - 1) / (n - k),
        cv_r_squared=cross_validated(counted.sums),
        breusch_pagan_p=left.breusch_pagan_p,
        cook_max=left.cook_max,
        n_influential=left.n_influential,
    )


def _own_columns(R: np.ndarray) -> list[int]:
    """Return the columns that are not combinations of earlier ones."""
    kept: list[int] = []
    for j in range(len(R)):
        rest = R[j, j]
        if kept:
            rest -= R[j, kept] @ np.linalg.solve(R[np.ix_(kept, kept)], R[kept, j])
        if rest > _ALIAS:
            kept.append(j)
    return kept


def cross_validated(sums: Sums) -> float:
    """Return R² on answers that the model has not seen: ten folds of random groups.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=4000)
    >>> rows = np.column_stack([x, x + rng.normal(size=4000)])
    >>> groups = rng.integers(0, 100, 4000)
    >>> round(cross_validated(Sums.of_rows(rows, None, ["x", "y"], groups)), 1)
    0.5
    """
    m = len(sums.n)
    folds = min(FOLDS, m)
    if folds < 2 or sums.n.sum() <= len(sums.names):
        return float("nan")
    A = np.empty((m, len(sums.names) + 1, len(sums.names) + 1))
    A[:, 0, 0] = sums.weight
    A[:, 0, 1:] = A[:, 1:, 0] = sums.first
    A[:, 1:, 1:] = sums.second
    everyone = A.sum(axis=0)
    scale = np.sqrt(np.maximum(np.diag(everyone), 1e-300))
    error = total = 0.0
    fold = np.arange(m) % folds
    for one in range(folds):
        test = A[fold == one].sum(axis=0)
        train = (everyone - test) / np.outer(scale, scale)
        b = np.linalg.lstsq(train[:-1, :-1], train[:-1, -1], rcond=1e-12)[0]
        b = b / scale[:-1] * scale[-1]
        line = np.append(-b, 1.0)
        error += float(line @ test @ line)
        flat = np.zeros(len(line))
        flat[0], flat[-1] = -(everyone - test)[0, -1] / (everyone - test)[0, 0], 1.0
        total += float(flat @ test @ flat)
    return 1 - error / total if total > 0 else float("nan")


def plan_of(study: Any, **facts: Any) -> Plan:
    """Return the plan of a study: from rows, or from sums where answers are in a database."""
    return SummedPlan(study=study, **facts) if study.in_database else Plan(**facts)
