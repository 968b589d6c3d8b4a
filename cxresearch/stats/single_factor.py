"""One common factor behind the items of a scale, by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, first

_STEPS = 500
_FLAT = 1e-9
#: Smallest eigenvalue of a correlation matrix that maximum likelihood can work with.
_SINGULAR = 1e-10


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SingleFactor:
    """Loadings and residual variances of a one-factor model.

    Attributes
    ----------
    loadings, uniquenesses : Series by item
        In the metric of the matrix given: scale points (squared) or standardised.
    standardised : Series by item
        Loadings as correlations of item and factor.
    discrepancy : float
        ML discrepancy F at the minimum; (n - 1) F is the chi-square of the fit.
    heywood : tuple of items
        Items with a residual variance of zero or less: the model is not to be trusted.
    """

    loadings: pd.Series
    uniquenesses: pd.Series
    standardised: pd.Series
    discrepancy: float
    heywood: tuple[Any, ...]


def single_factor(cov: pd.DataFrame) -> SingleFactor:
    r"""Tell how strongly each item shows the one thing that the scale is meant to measure.

    Minimises :math:`F = \ln|\Sigma| + tr(S \Sigma^{-1}) - \ln|S| - k` over
    :math:`\Sigma = \lambda\lambda' + \mathrm{diag}(\theta)` by Fisher scoring. Residual
    variances are not bounded, so an impossible one shows (`heywood`) and is not hidden at zero.

    Parameters
    ----------
    cov : DataFrame, shape (k, k)
        Covariances or correlations of at least three items.

    Returns
    -------
    SingleFactor

    Raises
    ------
    StatisticsError
        Fewer than three items, a singular matrix, or no minimum.

    Notes
    -----
    Compared with R lavaan ``cfa(std.lv = TRUE)``, Heywood cases included.

    References
    ----------
    Joreskog 1969, doi:10.1007/BF02289343.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.48, 0.42], [0.48, 1, 0.56], [0.42, 0.56, 1]], items, items)
    >>> single_factor(r).loadings.round(4).to_dict()
    {'kind': 0.6, 'quick': 0.8, 'clear': 0.7}
    """
    S = cov.to_numpy(dtype=float)
    k = len(S)
    if k < 3:
        raise _fault(
            "a factor behind fewer than three items is not determined",
            found=f"{k} items",
            hint="two items: spearman_brown(r) or alpha",
        )
    scale = np.sqrt(np.diag(S))
    R = S / np.outer(scale, scale)
    smallest = float(np.linalg.eigvalsh(R).min())
    if smallest < _SINGULAR:
        raise _fault(
            "the items' matrix is singular: one item follows from the others",
            where=first(list(cov.columns)),
            found=f"smallest eigenvalue {smallest:.3g}",
            hint="leave out the item that repeats others",
        )
    loadings, uniquenesses, discrepancy = _minimum(R)
    loadings = loadings * (1.0 if loadings.sum() >= 0 else -1.0)
    items = cov.columns
    return SingleFactor(
        loadings=pd.Series(loadings * scale, items, name="loading"),
        uniquenesses=pd.Series(uniquenesses * scale**2, items, name="uniqueness"),
        # the model's own variances equal the observed ones at the minimum
        standardised=pd.Series(
            loadings / np.sqrt(loadings**2 + uniquenesses), items, name="loading"
        ),
        discrepancy=discrepancy,
        heywood=tuple(items[uniquenesses <= 0]),
    )


def _minimum(R: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    k = len(R)
    inverse = np.linalg.inv(R)
    theta = 0.5 / np.diag(inverse)
    values, vectors = np.linalg.eigh(R)
    lam = vectors[:, -1] * np.sqrt(max(values[-1] - theta.mean(), 0.1))
    log_det = float(np.linalg.slogdet(R)[1])

    def discrepancy(lam: np.ndarray, theta: np.ndarray) -> float:
        implied = np.outer(lam, lam) + np.diag(theta)
        if np.linalg.eigvalsh(implied)[0] <= 0:
            return np.inf
        trace = np.trace(np.linalg.solve(implied, R))
        return float(np.linalg.slogdet(implied)[1] + trace - log_det - k)

    level = discrepancy(lam, theta)
    for _ in range(_STEPS):
        A = np.linalg.inv(np.outer(lam, lam) + np.diag(theta))
        Al = A @ lam
        B = A @ R @ A - A
        slope = np.concatenate([2 * B @ lam, np.diag(B)])
        if np.abs(slope).max() < _FLAT:
            return lam, theta, max(level, 0.0)
        curve = np.empty((2 * k, 2 * k))
        curve[:k, :k] = 2 * (np.outer(Al, Al) + (lam @ Al) * A)
        curve[:k, k:] = 2 * A * Al
        curve[k:, :k] = curve[:k, k:].T
        curve[k:, k:] = A**2
        step = np.linalg.lstsq(curve, slope, rcond=1e-14)[0]
        after = discrepancy(lam + step[:k], theta + step[k:])
        while after > level + 1e-13 and np.abs(step).max() > 1e-12:
            step = step / 2
            after = discrepancy(lam + step[:k], theta + step[k:])
        lam, theta, level = lam + step[:k], theta + step[k:], after
    raise _fault(
        "one factor does not describe these items: the estimate ran away",
        found=f"largest slope {np.abs(slope).max():.3g} after {_STEPS} steps",
        hint="look at items that correlate with only one other, or negatively",
    )


def _fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
