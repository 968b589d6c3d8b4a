"""Correlations of what lies behind answers in a few categories (polychoric)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtri

from cxresearch.errors import first
from cxresearch.stats.factors import bivariate_normal
from cxresearch.stats.factors.matrices import fault

MOST_CATEGORIES = 12
#: Largest correlation that a table can be given; one with empty corners has no finite answer.
LIMIT = 0.9999
_STEPS = 60
_STILL = 1e-10
_LEAST = 1e-300


def polychoric(frame: pd.DataFrame, weights: Any = None) -> pd.DataFrame:
    """Tell how the opinions behind coarse answers go together.

    Each answer is taken as a cut normal variable. Two steps: thresholds from each item's own
    shares, then for every pair the correlation of largest likelihood. All pairs are solved at
    once.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Complete answers in at most twelve categories; only their order counts.
    weights : array-like, shape (n,), optional
        Survey weights; counts are weighted.

    Returns
    -------
    DataFrame, shape (k, k)
        Correlations, not necessarily positive definite (see `smooth`). A pair without a finite
        answer (an empty corner of a 2 x 2 table) stands next to plus or minus one.

    Raises
    ------
    StatisticsError
        Gaps, an item that never varies, or more than twelve categories.

    Notes
    -----
    Not for skewed or few answers per cell: the normal behind the answers is assumed, never seen.
    Compared with R ``polycor::polychor``, ``psych::polychoric(correct = 0)`` and
    ``lavaan::lavCor``.

    References
    ----------
    Olsson 1979, doi:10.1007/BF02296207.

    Examples
    --------
    >>> answers = pd.DataFrame({"fair": [1, 1, 2, 2, 3, 3, 1], "clear": [1, 2, 2, 1, 3, 3, 1]})
    >>> polychoric(answers).round(2)["fair"].to_dict()
    {'fair': 1.0, 'clear': 0.9}
    """
    codes, counts, w = _coded(frame, weights)
    k = codes.shape[1]
    cuts = _cuts(codes, counts, w)
    left, right = np.triu_indices(k, 1)
    tables = np.stack(
        [
            _table(codes[:, i], codes[:, j], w, cuts.shape[1] + 1)
            for i, j in zip(left, right, strict=True)
        ]
    )
    rho = _solve(tables, cuts[left], cuts[right])
    R = np.eye(k)
    R[left, right] = R[right, left] = rho
    return pd.DataFrame(R, frame.columns, frame.columns)


def polychoric_pair(table: Any) -> float:
    """Tell the correlation behind one table of counts, of rows by columns in order.

    Examples
    --------
    >>> round(polychoric_pair([[20, 10, 5], [8, 25, 12], [3, 9, 28]]), 6)
    0.642088
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise fault("a table of counts has two sides and no negative cell")
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape, default=0) < 2:
        raise fault(
            "both sides of the table need two categories that somebody chose",
            found=f"shape {counts.shape} without empty rows and columns",
        )
    size = max(counts.shape)
    padded = np.zeros((1, size, size))
    padded[0, : counts.shape[0], : counts.shape[1]] = counts
    cuts = [
        _padded(ndtri(np.cumsum(side)[:-1] / counts.sum()), size - 1)
        for side in (counts.sum(axis=1), counts.sum(axis=0))
    ]
    return float(_solve(padded, cuts[0][None], cuts[1][None])[0])


def thresholds(frame: pd.DataFrame, weights: Any = None) -> pd.DataFrame:
    """Tell where the cuts between the categories of each item lie, in standard deviations.

    Returns
    -------
    DataFrame, items by cut (1, 2, ...)
        Missing where an item has fewer categories.

    Examples
    --------
    >>> thresholds(pd.DataFrame({"fair": [1, 2, 2, 3], "clear": [1, 1, 2, 2]})).round(3)
               1      2
    fair  -0.674  0.674
    clear  0.000    NaN
    """
    codes, counts, w = _coded(frame, weights)
    cuts = _cuts(codes, counts, w)
    cut = pd.RangeIndex(1, cuts.shape[1] + 1)
    return pd.DataFrame(np.where(np.isinf(cuts), np.nan, cuts), frame.columns, cut)


def _coded(frame: pd.DataFrame, weights: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return category numbers 0, 1, ... of each item, how many there are, and the weights."""
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    gaps = frame.columns[~np.isfinite(values).all(axis=0)].tolist()
    if gaps:
        raise fault(
            "polychoric correlations need complete answers",
            where=first(gaps),
            hint="leave those rows out first: frame.dropna()",
        )
    w = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (len(values),) or not np.isfinite(w).all() or (w < 0).any():
        raise fault("one finite weight per row, none below zero, is needed")
    values, w = values[w > 0], w[w > 0]
    codes = np.empty(values.shape, dtype=np.int64)
    counts = np.empty(values.shape[1], dtype=np.int64)
    for j, column in enumerate(values.T):
        found, codes[:, j] = np.unique(column, return_inverse=True)
        counts[j] = len(found)
    _plausible(frame.columns, counts)
    return codes, counts, w


def _plausible(items: Sequence[Any] | pd.Index, counts: np.ndarray) -> None:
    still = [item for item, one in zip(items, counts, strict=True) if one < 2]
    if still:
        raise fault("an item never varies", where=first(still), hint="leave it out")
    many = [item for item, one in zip(items, counts, strict=True) if one > MOST_CATEGORIES]
    if many:
        raise fault(
            f"more than {MOST_CATEGORIES} categories",
            where=first(many),
            hint="take Pearson correlations",
        )


def _cuts(codes: np.ndarray, counts: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return thresholds, items by cut, infinite where an item has no such cut."""
    most = int(counts.max()) - 1
    total = w.sum()
    rows = [
        _padded(ndtri(np.cumsum(np.bincount(column, w, one))[:-1] / total), most)
        for column, one in zip(codes.T, counts, strict=True)
    ]
    return np.stack(rows)


def _padded(cuts: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([cuts, np.full(length - len(cuts), np.inf)])


def _table(a: np.ndarray, b: np.ndarray, w: np.ndarray, size: int) -> np.ndarray:
    return np.bincount(a * size + b, w, size * size).reshape(size, size)


def _solve(tables: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Find the correlation of every table (pairs, a, b) given its cuts, by Fisher scoring.

    The slope of the likelihood tells on which side the answer lies; a step that leaves the
    interval known so far is replaced by its middle.
    """
    tables = tables / tables.sum(axis=(1, 2), keepdims=True)
    rho = np.clip(np.sin(np.pi / 2 * _concordance(tables)), -0.95, 0.95)
    low, high = np.full(len(rho), -LIMIT), np.full(len(rho), LIMIT)
    open_ = np.arange(len(rho))
    for _ in range(_STEPS):
        r = rho[open_]
        slope, information = _score(tables[open_], rows[open_], columns[open_], r)
        low[open_] = np.where(slope >= 0, r, low[open_])
        high[open_] = np.where(slope <= 0, r, high[open_])
        step = r + slope / np.maximum(information, 1e-12)
        lo, hi = low[open_], high[open_]
        step = np.where((step > lo) & (step < hi), step, (lo + hi) / 2)
        rho[open_] = step
        open_ = open_[np.abs(step - r) > _STILL]
        if not len(open_):
            break
    return np.asarray(rho)


def _score(
    tables: np.ndarray, rows: np.ndarray, columns: np.ndarray, rho: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Slope of the log-likelihood per respondent, and its expected curvature."""
    h, k, r = rows[:, :, None], columns[:, None, :], rho[:, None, None]
    edge = ((0, 0), (1, 0), (1, 0))
    F = np.pad(bivariate_normal.cdf(h, k, r), edge)
    # the last category ends at infinity: margins, and one in the corner
    F = np.pad(F, ((0, 0), (0, 1), (0, 1)))
    F[:, 1:-1, -1] = bivariate_normal.cdf(rows, np.inf, 0.0)
    F[:, -1, 1:-1] = bivariate_normal.cdf(np.inf, columns, 0.0)
    F[:, -1, -1] = 1.0
    f = np.pad(bivariate_normal.pdf(h, k, r), ((0, 0), (1, 1), (1, 1)))
    P, dP = (np.diff(np.diff(one, axis=1), axis=2) for one in (F, f))
    there = P > 1e-14
    P = np.where(there, P, _LEAST)
    dP = np.where(there, dP, 0.0)
    ratio = dP / P
    return (tables * ratio).sum(axis=(1, 2)), (dP * ratio).sum(axis=(1, 2))


def _concordance(tables: np.ndarray) -> np.ndarray:
    """Kendall's tau-a of each table: a start for the search."""
    below = np.cumsum(np.cumsum(tables, axis=1), axis=2)
    before = np.pad(below, ((0, 0), (1, 0), (1, 0)))[:, :-1, :-1]
    to_right = np.cumsum(tables, axis=1)[:, :, ::-1].cumsum(axis=2)[:, :, ::-1]
    after = np.pad(to_right, ((0, 0), (1, 0), (0, 1)))[:, :-1, 1:]
    return np.asarray(2 * (tables * (before - after)).sum(axis=(1, 2)))
