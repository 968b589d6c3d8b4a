"""Whether two sets of factors are the same: congruence, and putting order and sign in line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment

from cxresearch.errors import first
from cxresearch.stats.factors.matrices import fault

Sameness = Literal["equal", "fair", "different"]
EQUAL, FAIR = 0.95, 0.85


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Congruence:
    """Tucker's coefficient between the factors of two solutions, after alignment.

    Attributes
    ----------
    values : Series by factor of the second (target) solution
        -1 to 1; above .95 equal, .85 to .95 fair.
    matrix : DataFrame, factors of the first (aligned) by factors of the second
    verdicts : Series of {"equal", "fair", "different"}
    """

    values: pd.Series
    matrix: pd.DataFrame
    verdicts: pd.Series


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """How factors are put in line: which column comes where, and with which sign."""

    columns: tuple[int, ...]
    signs: tuple[int, ...]

    def loadings(self, L: np.ndarray) -> np.ndarray:
        """Return the columns in order, with their signs."""
        return np.asarray(L[:, list(self.columns)] * np.array(self.signs, dtype=float))

    def phi(self, P: np.ndarray) -> np.ndarray:
        """Return factor correlations in the same order, with the same signs."""
        pick = list(self.columns)
        signs = np.array(self.signs, dtype=float)
        return np.asarray(P[np.ix_(pick, pick)] * np.outer(signs, signs))


def congruence(a: Any, b: Any) -> Congruence:
    r"""Tell whether two groups of customers show the same factors (Tucker's congruence).

    :math:`\sum x y / \sqrt{\sum x^2 \sum y^2}` of the loadings of matched factors; columns of `a`
    are first put in the order and sign that fit those of `b` best.

    Parameters
    ----------
    a, b : DataFrame, shape (items, factors)
        Pattern loadings of the same items; a Series or vector is one factor. Frames are matched
        by their item names.

    Returns
    -------
    Congruence

    Raises
    ------
    StatisticsError
        The items or the numbers of factors differ, or a factor has no loading at all.

    Notes
    -----
    Compared with R ``psych::factor.congruence``.

    References
    ----------
    Lorenzo-Seva & ten Berge 2006, doi:10.1027/1614-2241.2.2.57.

    Examples
    --------
    >>> found = congruence([0.8, 0.7, 0.6, 0.1], [0.7, 0.75, 0.5, 0.2])
    >>> round(float(found.values.iloc[0]), 7), found.verdicts.iloc[0]
    (0.9900874, 'equal')
    """
    left, right = _paired(a, b)
    L, T = left.to_numpy(dtype=float), right.to_numpy(dtype=float)
    C = _tucker(L, T)
    order = _matched(C)
    aligned = _tucker(order.loadings(L), T)
    factors = right.columns
    values = np.diag(aligned)
    return Congruence(
        values=pd.Series(values, factors, name="congruence"),
        matrix=pd.DataFrame(aligned, left.columns[list(order.columns)], factors),
        verdicts=pd.Series([_verdict(one) for one in values], factors, name="verdict"),
    )


def order_to(loadings: Any, target: Any) -> Order:
    """Return the order and signs that bring loadings nearest to a target, such as a theory.

    The target may be another solution or a pattern of zeros and ones (item by dimension).

    Examples
    --------
    >>> found = order_to([[0.1, -0.8], [0.0, -0.7], [0.9, 0.1]], [[1, 0], [1, 0], [0, 1]])
    >>> found.columns, found.signs
    ((1, 0), (-1, 1))
    """
    left, right = _paired(loadings, target)
    return _matched(_tucker(left.to_numpy(dtype=float), right.to_numpy(dtype=float)))


def order_by_variance(L: np.ndarray, phi: np.ndarray) -> Order:
    """Return the order by variance explained, signs so that the largest loading is positive."""
    explained = np.diag(phi @ L.T @ L)
    columns = np.argsort(-explained, kind="stable")
    largest = L[np.abs(L).argmax(axis=0), np.arange(L.shape[1])]
    signs = np.where(largest < 0, -1, 1)
    return Order(
        columns=tuple(int(j) for j in columns), signs=tuple(int(signs[j]) for j in columns)
    )


def _paired(a: Any, b: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    left, right = _frame(a), _frame(b)
    if isinstance(a, pd.DataFrame | pd.Series) and isinstance(b, pd.DataFrame | pd.Series):
        missing = [str(item) for item in left.index if item not in right.index]
        if missing or len(left) != len(right):
            raise fault(
                "the two solutions have different items",
                found=first(missing) or f"{len(left)} and {len(right)} items",
                hint="compare solutions of the same battery",
            )
        right = right.loc[left.index]
    if left.shape != right.shape:
        raise fault(
            "the two solutions differ in shape",
            found=f"{left.shape} and {right.shape} (items, factors)",
            hint="extract the same number of factors from both",
        )
    for frame in (left, right):
        empty = frame.columns[(frame**2).sum() < 1e-12].tolist()
        if empty:
            raise fault("a factor without any loading", where=first(empty))
    return left, right


def _frame(a: Any) -> pd.DataFrame:
    if isinstance(a, pd.DataFrame):
        return a
    if isinstance(a, pd.Series):
        return a.to_frame()
    values = np.asarray(a, dtype=float)
    values = values[:, None] if values.ndim == 1 else values
    return pd.DataFrame(values, columns=[f"F{j + 1}" for j in range(values.shape[1])])


def _tucker(L: np.ndarray, T: np.ndarray) -> np.ndarray:
    lengths = np.outer(np.sqrt((L**2).sum(axis=0)), np.sqrt((T**2).sum(axis=0)))
    return np.asarray(L.T @ T / lengths)


def _matched(C: np.ndarray) -> Order:
    """Match rows to columns so that the sum of absolute congruences is largest."""
    rows, columns = linear_sum_assignment(-np.abs(C))
    by_target = np.empty(len(rows), dtype=int)
    by_target[columns] = rows
    return Order(
        columns=tuple(int(i) for i in by_target),
        signs=tuple(-1 if C[i, j] < 0 else 1 for j, i in enumerate(by_target)),
    )


def _verdict(value: float) -> Sameness:
    if value > EQUAL:
        return "equal"
    return "fair" if value >= FAIR else "different"
