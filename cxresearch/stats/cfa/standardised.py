"""A solution in standard deviations of items and factors, with its standard errors."""

from __future__ import annotations

import numpy as np

from cxresearch.stats.cfa.layout import Layout, Matrices

#: Step into the imaginary direction: derivatives to full precision, with no difference taken.
_STEP = 1e-30


def standardise(matrices: Matrices) -> Matrices:
    """Return loadings, correlations, residual parts, and means in standard deviations.

    Missing where a variance is not positive.
    """
    item = _root(np.diag(matrices.covariance))
    factor = _root(np.diag(matrices.P))
    residual = _root(np.diag(matrices.T))
    # a root that does not exist makes what is divided by it missing
    with np.errstate(invalid="ignore"):
        T = matrices.T / np.outer(residual, residual)
        np.fill_diagonal(T, np.diag(matrices.T) / item**2)
        return Matrices(
            np.where(matrices.L == 0, 0.0, matrices.L * factor / item[:, None]),
            matrices.P / np.outer(factor, factor),
            np.where(matrices.T == 0, 0.0, T),
            matrices.intercepts / item,
            matrices.means / factor,
        )


def standardised_errors(
    layout: Layout, x: np.ndarray, covariance: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return standardised values of all cells and their standard errors (delta method)."""
    values, errors = [], []
    for g in range(layout.n_groups):
        _, parameters = layout.free(g)
        values.append(_cells(layout, x.astype(complex), g).real)
        J = np.empty((len(values[-1]), len(parameters)))
        for a, parameter in enumerate(parameters):
            moved = x.astype(complex)
            moved[parameter] += 1j * _STEP
            J[:, a] = _cells(layout, moved, g).imag / _STEP
        variance = np.einsum("aq,qr,ar->a", J, covariance[np.ix_(parameters, parameters)], J)
        # what standardising fixes, such as a factor's variance, has no error
        fixed = np.abs(J).max(axis=1, initial=0.0) < 1e-12
        errors.append(np.where(fixed, np.nan, np.sqrt(np.maximum(variance, 0.0))))
    return np.concatenate(values), np.concatenate(errors)


def _cells(layout: Layout, x: np.ndarray, group: int) -> np.ndarray:
    return standardise(layout.matrices(x, group)).of(layout.places[group])


def _root(variance: np.ndarray) -> np.ndarray:
    positive = variance.real > 0
    root = np.sqrt(np.where(positive, variance, 1.0))
    return np.asarray(np.where(positive, root, np.nan))
