"""Which brands customers see in which words: residuals of a table of choices, and its map.

Customers choose words for several brands, so the cells of the table are not independent answers:
the residuals say where the table departs from "every brand is seen alike", and how sure that is
comes from resampling respondents, not from a chi-square test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxresearch.errors import Fault, StatisticsError

__all__ = ["Correspondence", "adjusted_residuals", "correspondence", "projected"]

Floats = NDArray[np.float64]
_NOTHING = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Correspondence:
    """A two-way table taken apart.

    Attributes
    ----------
    expected, residuals : DataFrame
        Counts if rows and columns were independent, and adjusted (standardised Pearson) residuals.
    chi2 : float
        Pearson's statistic: the total inertia times the grand total.
    inertias, shares : ndarray, shape (axes,)
        Inertia of every axis, and its part of the whole.
    rows, columns : DataFrame
        Principal coordinates, axes 1, 2, …; signs are set so that the first row is not negative.
    column_standard : ndarray, shape (columns, axes)
        Standard coordinates of the columns, onto which other row profiles are projected.
    """

    expected: pd.DataFrame
    residuals: pd.DataFrame
    chi2: float
    inertias: Floats
    shares: Floats
    rows: pd.DataFrame
    columns: pd.DataFrame
    column_standard: Floats


def correspondence(counts: pd.DataFrame) -> Correspondence:
    """Tell how brands and words belong together: adjusted residuals and principal axes.

    With P = counts / total, r and c its margins, the standardised residuals
    S = D_r^(-1/2) (P − r c') D_c^(-1/2) have the singular values whose squares are the inertias;
    rows lie at D_r^(-1/2) U Σ, columns at D_c^(-1/2) V Σ.

    Parameters
    ----------
    counts : DataFrame, shape (rows, columns)
        How many chose; at least two rows and two columns, none of them empty. Weighted counts are
        allowed.

    Returns
    -------
    Correspondence
        Residuals (count − expected) / sqrt(expected (1 − r_i)(1 − c_j)).

    Raises
    ------
    StatisticsError
        For negative counts, an empty row or column, or a table of one row or column.

    References
    ----------
    Greenacre 2017, 10.1201/9781315369983; Haberman 1973, 10.2307/2529686. Compared with R
    ``chisq.test()$stdres`` and ``MASS::corresp``.

    Examples
    --------
    >>> t = correspondence(pd.DataFrame([[60, 30, 10], [40, 45, 25], [20, 25, 45]]))
    >>> round(t.chi2, 7), t.inertias.round(7).tolist(), round(float(t.shares[0]), 7)
    (49.9671717, [0.1519, 0.0146572], 0.9119989)
    """
    table = counts.to_numpy(dtype=float)
    _check(table)
    total = table.sum()
    r, c = table.sum(axis=1) / total, table.sum(axis=0) / total
    expected = total * np.outer(r, c)
    standardised = (table / total - np.outer(r, c)) / np.sqrt(np.outer(r, c))
    u, sigma, vt = np.linalg.svd(standardised, full_matrices=False)
    k = min(table.shape) - 1
    u, sigma, v = u[:, :k], sigma[:k], vt[:k].T
    turn = np.where(u[0] < -_NOTHING, -1.0, 1.0)
    u, v = u * turn, v * turn
    inertias = sigma**2
    whole = float(inertias.sum())
    shares = inertias / whole if whole > _NOTHING else np.full(k, np.nan)
    axes = list(range(1, k + 1))
    standard = v / np.sqrt(c)[:, None]
    return Correspondence(
        expected=pd.DataFrame(expected, index=counts.index, columns=counts.columns),
        residuals=pd.DataFrame(
            adjusted_residuals(table), index=counts.index, columns=counts.columns
        ),
        chi2=float(total * whole),
        inertias=inertias,
        shares=shares,
        rows=pd.DataFrame(u / np.sqrt(r)[:, None] * sigma, index=counts.index, columns=axes),
        columns=pd.DataFrame(standard * sigma, index=counts.columns, columns=axes),
        column_standard=standard,
    )


def adjusted_residuals(table: Floats) -> Floats:
    """Return (count − expected) / sqrt(expected (1 − row share)(1 − column share)).

    Parameters
    ----------
    table : ndarray, shape (..., rows, columns)
        One table or many at once; NaN where a row or column of a table is empty.

    Examples
    --------
    >>> adjusted_residuals(np.array([[30.0, 10], [10, 30]])).round(3).tolist()
    [[4.472, -4.472], [-4.472, 4.472]]
    """
    total = table.sum(axis=(-2, -1), keepdims=True)
    r = table.sum(axis=-1, keepdims=True) / total
    c = table.sum(axis=-2, keepdims=True) / total
    expected = total * r * c
    scale = np.sqrt(expected * (1 - r) * (1 - c))
    away = table - expected
    return np.asarray(np.divide(away, scale, out=np.full(table.shape, np.nan), where=scale > 0))


def projected(found: Correspondence, tables: Floats) -> Floats:
    """Return where the rows of other tables lie on the axes of the first (partial bootstrap).

    A row profile times the standard coordinates of the columns: resampled brands are laid on the
    map without turning it.

    Parameters
    ----------
    found : Correspondence
    tables : ndarray, shape (draws, rows, columns)

    Returns
    -------
    ndarray, shape (draws, rows, axes)
        NaN where a resample holds no choice for a row.

    References
    ----------
    Greenacre 2017, 10.1201/9781315369983, chapter 29.
    """
    base = tables.sum(axis=-1, keepdims=True)
    profiles = np.divide(tables, base, out=np.full(tables.shape, np.nan), where=base > 0)
    return np.asarray(profiles @ found.column_standard)


def _check(table: Floats) -> None:
    wrong = ""
    if table.ndim != 2 or min(table.shape) < 2:
        wrong = "a table of choices needs two rows and two columns"
    elif not np.isfinite(table).all() or (table < 0).any():
        wrong = "counts must be zero or more"
    elif (table.sum(axis=0) <= 0).any() or (table.sum(axis=1) <= 0).any():
        wrong = "a row or column of the table is empty"
    if wrong:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what=wrong,
                found=f"shape {table.shape}",
                hint="leave brands and attributes out that nobody chose",
            )
        )
