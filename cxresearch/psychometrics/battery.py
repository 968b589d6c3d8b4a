"""The answers of one side of a battery: complete rows, their weights and their correlations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.stats import factors
from cxresearch.stats.importance import weighted_cov
from cxresearch.study.scores import Side, answers
from cxresearch.study.study import Study

SIDES: tuple[Side, ...] = ("perception", "expectation", "adequate", "desired")
FEW = 100
FEW_PER_ITEM = 5


@dataclass(frozen=True, slots=True, eq=False)
class Battery:
    """Complete answers to the items of one side.

    Attributes
    ----------
    side : str
    dimensions : dict
        Dimension → its items with this side. Without dimensions in the codebook, one named
        "attributes" holds the attributes.
    rows : ndarray of int
        Rows of the study's whole frame.
    X : DataFrame, items in columns
        In scale points, reversed items turned.
    weights : ndarray or None
    n_total : int
        Respondents who answered any item.
    """

    side: Side
    dimensions: dict[str, tuple[str, ...]]
    rows: np.ndarray
    X: pd.DataFrame
    weights: np.ndarray | None
    n_total: int

    @property
    def items(self) -> tuple[str, ...]:
        """All items, dimension after dimension."""
        return tuple(self.X.columns)

    @property
    def n(self) -> int:
        """Respondents who answered every item."""
        return len(self.rows)

    @property
    def n_eff(self) -> float:
        """Their effective number under the weights: (sum w)² / sum w²."""
        if self.weights is None:
            return float(self.n)
        return float(self.weights.sum() ** 2 / (self.weights**2).sum()) if self.n else 0.0

    @property
    def cov(self) -> pd.DataFrame:
        """Weighted covariances, squared scale points."""
        return weighted_cov(self.X, self.weights)

    @property
    def mean(self) -> pd.Series:
        """Weighted means, scale points."""
        return pd.Series(np.average(self.X, axis=0, weights=self.weights), self.X.columns)

    @property
    def pearson(self) -> pd.DataFrame:
        """Weighted Pearson correlations."""
        return correlation(self.cov)

    def dimension_of(self, item: str) -> str:
        """Return the dimension that an item belongs to."""
        return next(key for key, items in self.dimensions.items() if item in items)

    def kind(self) -> factors.CorrelationType:
        """Return the correlation that suits these answers (Pearson where an item is a slider)."""
        if self.X.nunique().max() > factors.MOST_CATEGORIES:
            return "pearson"
        return factors.correlation_type(self.X)

    def corr(self, notes: list[Note]) -> pd.DataFrame:
        """Return the correlations that suit the answers, repaired where they must be."""
        kind = self.kind()
        found = self.pearson
        if kind == "polychoric":
            found = factors.polychoric(self.X, self.weights)
        notes.append(note("correlation_type", battery=self.side, kind=kind))
        if np.linalg.eigvalsh(found)[0] < 1e-8:
            repaired = factors.smooth(found)
            notes.append(note("correlations_smoothed", battery=self.side, change=repaired.change))
            return repaired.corr
        return found


def correlation(cov: pd.DataFrame) -> pd.DataFrame:
    """Return the correlations of a covariance frame."""
    scale = np.sqrt(np.diag(cov))
    values = cov.to_numpy() / np.outer(scale, scale)
    np.fill_diagonal(values, 1.0)
    return pd.DataFrame(values, cov.index, cov.columns)


def sides(study: Study) -> tuple[Side, ...]:
    """Return the sides that the codebook's dimensions have."""
    items = study.codebook.items.values()
    return tuple(side for side in SIDES if any(item.column(side) for item in items))


def _columns(study: Study, side: Side) -> dict[str, dict[str, str]]:
    """Dimension → item → column of one side."""
    found: dict[str, dict[str, str]] = {}
    for key, dimension in study.codebook.dimensions.items():
        row = {item.key: name for item in dimension.items if (name := item.column(side))}
        if row:
            found[key] = row
    single = {k: one.columns[0] for k, one in study.codebook.attributes.items() if one.columns}
    if not found and not study.codebook.dimensions and side == "perception" and single:
        found = {"attributes": single}
    if sum(len(row) for row in found.values()) < 2:
        known = sides(study)
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no battery "{side}" of two items or more',
                where="codebook: dimensions",
                found=first(list(known)) or "no dimension",
                hint=did_you_mean(side, list(known)),
            )
        )
    return found


def collect(study: Study, side: Side, notes: list[Note]) -> Battery:
    """Return the complete answers of a side, with notes on who was left out."""
    columns = _columns(study, side)
    X = answers(study.ratings, [column for row in columns.values() for column in row.values()])
    answered = np.isfinite(X)
    rows = np.flatnonzero(study.design.members(study.mask & answered.all(axis=1)))
    n_total = int(study.design.members(study.mask & answered.any(axis=1)).sum())
    names = [item for row in columns.values() for item in row]
    frame = pd.DataFrame(X[rows], columns=names)
    if len(rows) < n_total:
        notes.append(note("listwise", n=len(rows), n_total=n_total))
        if 2 * len(rows) < n_total:
            notes.append(note("half_lost", n=len(rows), n_total=n_total))
    still = [item for item in names if len(frame) and np.ptp(frame[item]) == 0]
    if still:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="an item never varies",
                where=f"{side}: {first(still)}",
                hint="leave it out of the codebook, or ask about more respondents",
            )
        )
    weights = None if study.design.weights is None else study.design.weights[rows]
    members = {key: tuple(row) for key, row in columns.items()}
    return Battery(side, members, rows, frame, weights, n_total)


def enough(found: Battery, study: Study, notes: list[Note]) -> bool:
    """Tell whether factors may be looked for; note where the base is small or too small."""
    n, k = found.n, len(found.items)
    if n < study.min_n.show or n <= k + 1:
        notes.append(note("too_few_for_factors", battery=found.side, n=n, n_items=k))
        return False
    if n < FEW or n < FEW_PER_ITEM * k:
        notes.append(note("few_for_factors", battery=found.side, n=n, n_items=k))
    return True


def base(study: Study, found: Battery) -> dict[str, Any]:
    """Return the fields that every result on a battery shares."""
    return {
        "n": found.n,
        "n_eff": found.n_eff,
        "conf_level": study.conf_level,
        "about": study.about,
    }
