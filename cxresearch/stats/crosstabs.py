"""Whether two answers go together: cross-tables of a survey with a test that knows its design."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import stats

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.design import Design
from cxresearch.stats.layout import Floats

__all__ = ["CrossTable", "crosstab"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CrossTable:
    """Weighted shares of a cross-table and the test of independence.

    Attributes
    ----------
    shares : DataFrame
        Share of all respondents in each cell; sums to 1.
    statistic, df, df2, p_value : float
        F of Rao and Scott on df and df2 degrees of freedom; in a simple design Pearson's
        chi-square on df, with df2 infinite.
    chi2 : float
        Pearson's statistic of the table scaled to n.
    cramers_v : float
        Strength of the association, 0 to 1.
    min_expected : float
        Smallest expected count; below 5 the test is a rough guide.
    n : int
        Respondents with both answers.
    method : str
        ``rao_scott_f`` or ``pearson``.
    """

    shares: pd.DataFrame
    statistic: float
    df: float
    df2: float
    p_value: float
    chi2: float
    cramers_v: float
    min_expected: float
    n: int
    method: str


def crosstab(
    rows: ArrayLike,
    columns: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    design: Design | None = None,
    domain: ArrayLike | None = None,
) -> CrossTable:
    """Whether two answers of customers go together, with weights and clusters reckoned with.

    Pearson's chi-square of the weighted shares scaled to n is divided by the trace of the design
    effects Δ = (C'D⁻¹C/n)⁻¹ C'D⁻¹VD⁻¹C and referred to F on tr(Δ)²/tr(Δ²) and that times the
    design's df (second-order correction). A simple design gets the plain chi-square.

    Parameters
    ----------
    rows, columns : array-like, shape (n,)
        Categories; missing values leave the row out. Categories nobody chose do not enter.
    weights, strata, clusters : array-like, shape (n,), optional
    design : Design, optional
        Instead of the three.
    domain : array-like of bool, shape (n,), optional

    Returns
    -------
    CrossTable
        With fewer than two categories on a side the test is missing.

    References
    ----------
    Rao & Scott 1984, 10.1214/aos/1176346391. Compared with R ``survey::svychisq``.

    Examples
    --------
    >>> t = crosstab([1, 1, 1, 0, 0, 0, 1, 0], list("aababbab"))
    >>> round(t.chi2, 4), t.df, t.method
    (2.0, 1, 'pearson')
    """
    row_codes, row_labels = _categories(rows)
    column_codes, column_labels = _categories(columns)
    if len(row_codes) != len(column_codes):
        raise _fault("rows and columns must have one value for every respondent", "lengths differ")
    if design is None:
        design = Design.build(len(row_codes), weights=weights, strata=strata, clusters=clusters)
    elif not (weights is None and strata is None and clusters is None):
        raise _fault("the design is given twice", "design with weights, strata or clusters")
    member = design.members(domain) & (row_codes >= 0) & (column_codes >= 0)
    w = design.weights_of(member)
    shape = len(row_labels), len(column_labels)
    cell = np.where(member, row_codes * shape[1] + column_codes, 0)
    counts = np.bincount(cell, w, shape[0] * shape[1]).reshape(shape)
    held = counts.sum(axis=1) > 0, counts.sum(axis=0) > 0
    n = int(member.sum())
    shares = counts[np.ix_(*held)] / counts.sum() if n else np.zeros((0, 0))
    frame = pd.DataFrame(shares, index=row_labels[held[0]], columns=column_labels[held[1]])
    if min(shares.shape) < 2:
        return _untested(frame, n)
    expected = np.outer(shares.sum(axis=1), shares.sum(axis=0))
    chi2 = n * float(((shares - expected) ** 2 / expected).sum())
    strength = float(np.sqrt(chi2 / n / (min(shares.shape) - 1)))
    facts: dict[str, Any] = {
        "shares": frame,
        "chi2": chi2,
        "cramers_v": strength,
        "min_expected": n * float(expected.min()),
        "n": n,
    }
    if design.simple:
        df = (shares.shape[0] - 1) * (shares.shape[1] - 1)
        p_value = float(stats.chi2.sf(chi2, df))
        return CrossTable(
            statistic=chi2, df=df, df2=inf, p_value=p_value, method="pearson", **facts
        )
    place = np.full(shape, 0)
    place[np.ix_(*held)] = np.arange(shares.size).reshape(shares.shape)
    V = _cell_covariance(design, place.ravel()[cell], w / w.sum(), shares.ravel())
    trace, squares = _design_effects(shares, V, n)
    nu = design.df_of(member)
    df = trace**2 / squares if squares > 0 else nan
    statistic = chi2 / trace if trace > 0 else nan
    p_value = float(stats.f.sf(statistic, df, df * nu)) if nu > 0 else nan
    return CrossTable(
        statistic=statistic, df=df, df2=df * nu, p_value=p_value, method="rao_scott_f", **facts
    )


def _cell_covariance(design: Design, cell: Any, u: Floats, shares: Floats) -> Floats:
    """Return the design covariance of the cell shares; `u` sums to one, zero outside."""
    k = shares.size
    psu = np.arange(design.n) if design.psu_of_row is None else design.psu_of_row
    sums = np.bincount(psu * k + cell, u, design.n_psu * k).reshape(-1, k)
    return design.spread(sums - sums.sum(axis=1, keepdims=True) * shares)


def _design_effects(shares: Floats, V: Floats, n: int) -> tuple[float, float]:
    """Return trace(Δ) and trace(Δ²), Δ the design effects of the interaction contrasts."""
    r, c = shares.shape
    row_part = np.eye(r)[:, 1:] - 1 / r
    column_part = np.eye(c)[:, 1:] - 1 / c
    C = np.kron(row_part, column_part)
    p = shares.ravel()
    inverse = np.divide(1.0, p, out=np.zeros_like(p), where=p > 0)
    scaled = C * inverse[:, None]
    delta = np.linalg.solve((C.T @ scaled) / n, scaled.T @ V @ scaled)
    return float(np.trace(delta)), float(np.trace(delta @ delta))


def _categories(values: ArrayLike) -> tuple[Any, Any]:
    given: Any = values
    if not isinstance(values, (pd.Series, pd.Index)):
        whole = isinstance(values, np.ndarray) and values.dtype.kind in "biu" and values.ndim == 1
        given = values if whole else pd.Series(list(values))  # type: ignore[arg-type]
    codes, labels = pd.factorize(given, sort=True)
    return codes, np.asarray(labels)


def _untested(frame: pd.DataFrame, n: int) -> CrossTable:
    return CrossTable(
        shares=frame,
        statistic=nan,
        df=nan,
        df2=nan,
        p_value=nan,
        chi2=nan,
        cramers_v=nan,
        min_expected=nan,
        n=n,
        method="none",
    )


def _fault(what: str, found: str) -> StatisticsError:
    return StatisticsError(
        Fault(
            kind="statistics",
            what=what,
            found=found,
            hint="pass columns of the same frame, and the design once",
        )
    )
