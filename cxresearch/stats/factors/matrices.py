"""Correlation matrices of items: what they must be, and repair of one that cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, first

#: Smallest eigenvalue that counts as above zero.
SINGULAR = 1e-10
_ROUNDS = 1000
_STILL = 1e-12


def fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    """Return the error of this floor with one fault."""
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))


def labelled(corr: Any) -> tuple[np.ndarray, pd.Index]:
    """Return the values and item names of a correlation matrix; an error if it cannot be one."""
    frame = corr if isinstance(corr, pd.DataFrame) else pd.DataFrame(np.asarray(corr, dtype=float))
    R = frame.to_numpy(dtype=float, na_value=np.nan)
    items = frame.columns
    if list(frame.index) != list(items) or len(set(items)) != len(items):
        raise fault(
            "a correlation frame has the same distinct items on both sides",
            found=f"shape {frame.shape}",
            hint="frame.corr() makes one",
        )
    if len(R) < 2:
        raise fault("at least two items are needed", found=f"{len(R)}")
    gaps = items[~np.isfinite(R).all(axis=1)].tolist()
    if gaps:
        raise fault(
            "a correlation is missing or infinite",
            where=first(gaps),
            hint="look for an item that never varies, or two items that nobody answered both",
        )
    if not np.allclose(R, R.T, atol=1e-8):
        raise fault("a correlation matrix must be symmetric")
    if not np.allclose(np.diag(R), 1.0, atol=1e-8):
        raise fault(
            "a correlation matrix has ones on its diagonal",
            found=f"{np.diag(R).min():.4g} to {np.diag(R).max():.4g}",
            hint="scale a covariance matrix first, or hand over frame.corr()",
        )
    if np.abs(R).max() > 1 + 1e-8:
        raise fault("a correlation lies outside -1 to 1", found=f"{np.abs(R).max():.4g}")
    R = (R + R.T) / 2
    np.fill_diagonal(R, 1.0)
    return R, items


def definite(corr: Any, what: str) -> tuple[np.ndarray, pd.Index]:
    """Return values and item names of a positive definite correlation matrix."""
    R, items = labelled(corr)
    smallest = float(np.linalg.eigvalsh(R)[0])
    if smallest < SINGULAR:
        raise fault(
            f"{what} needs a positive definite correlation matrix",
            found=f"smallest eigenvalue {smallest:.3g}",
            hint="leave out an item that repeats others, or repair it by smooth(corr)",
        )
    return R, items


def respondents(n: float | None, what: str, more_than: float = 1) -> float:
    """Return the number of respondents if it is given and large enough."""
    if n is None or not np.isfinite(n) or n <= more_than:
        raise fault(
            f"{what} needs the number of respondents, more than {more_than:g}", found=str(n)
        )
    return float(n)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smoothed:
    """A correlation matrix made positive definite, and how far it was moved.

    Attributes
    ----------
    corr : DataFrame
        The nearest correlation matrix.
    change : float
        Largest change of one correlation; zero where nothing had to be done.
    distance : float
        Square root of the sum of all squared changes (Frobenius).
    smallest : float
        Smallest eigenvalue before.
    """

    corr: pd.DataFrame
    change: float
    distance: float
    smallest: float


def smooth(corr: Any, floor: float = 1e-6) -> Smoothed:
    r"""Repair correlations that no set of answers can have, changing them as little as possible.

    Minimises the Frobenius distance over matrices of unit diagonal whose eigenvalues are at
    least `floor`, by alternating projections. Pairwise and polychoric correlations may need it.
    Not to be trusted where the change is large: the items then lack common answers.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
    floor : float
        Smallest eigenvalue allowed, between 0 and 1.

    Returns
    -------
    Smoothed

    Raises
    ------
    StatisticsError
        The matrix is not symmetric with unit diagonal, or the projections do not settle.

    References
    ----------
    Higham 2002, doi:10.1093/imanum/22.3.329.

    Examples
    --------
    >>> impossible = [[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]]
    >>> found = smooth(impossible)
    >>> round(found.smallest, 2), round(found.change, 2)
    (-0.8, 0.4)
    """
    R, items = labelled(corr)
    if not 0 < floor < 1:
        raise fault("the smallest eigenvalue allowed lies between 0 and 1", found=f"{floor:g}")
    smallest = float(np.linalg.eigvalsh(R)[0])
    Y = R if smallest >= floor else _nearest(R, floor)
    moved = Y - R
    return Smoothed(
        corr=pd.DataFrame(Y, items, items),
        change=float(np.abs(moved).max()),
        distance=float(np.sqrt((moved**2).sum())),
        smallest=smallest,
    )


def _nearest(R: np.ndarray, floor: float) -> np.ndarray:
    """Alternate projections on the eigenvalue bound (with Dykstra's correction) and on the ones."""
    Y, correction = R.copy(), np.zeros_like(R)
    for _ in range(_ROUNDS):
        before = Y
        X = _lifted(Y - correction, floor)
        correction = X - (Y - correction)
        Y = X.copy()
        np.fill_diagonal(Y, 1.0)
        if np.abs(Y - before).max() < _STILL:
            break
    # the last step leaves rounding below the bound; scaling keeps the ones on the diagonal
    Y = _lifted(Y, floor)
    scale = np.sqrt(np.diag(Y))
    Y = Y / np.outer(scale, scale)
    np.fill_diagonal(Y, 1.0)
    if np.linalg.eigvalsh(Y)[0] < floor / 2:
        raise fault(
            "the correlation matrix could not be repaired",
            found=f"smallest eigenvalue {np.linalg.eigvalsh(Y)[0]:.3g}",
            hint="leave out items with few common answers",
        )
    return np.asarray((Y + Y.T) / 2)


def _lifted(A: np.ndarray, floor: float) -> np.ndarray:
    values, vectors = np.linalg.eigh((A + A.T) / 2)
    return np.asarray((vectors * np.maximum(values, floor)) @ vectors.T)
