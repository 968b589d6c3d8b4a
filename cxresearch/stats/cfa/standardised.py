"""A solution in standard deviations of items and factors, with its standard errors."""

from __future__ import annotations

import numpy as np

from cxresearch.stats.cfa.layout import Cell, Layout, Matrices

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
    values = _cells(layout, x.astype(complex)).real
    J = np.empty((len(layout.cells), layout.n_parameters))
    for q in range(layout.n_parameters):
        moved = x.astype(complex)
        moved[q] += 1j * _STEP
        J[:, q] = _cells(layout, moved).imag / _STEP
    variance = np.einsum("aq,qr,ar->a", J, covariance, J)
    # what standardising fixes, such as a factor's variance, has no error
    errors = np.sqrt(np.maximum(variance, 0.0))
    return values, np.where(np.abs(J).max(axis=1) < 1e-12, np.nan, errors)


def _cells(layout: Layout, x: np.ndarray) -> np.ndarray:
    out = np.empty(len(layout.cells), dtype=complex)
    index = 0
    for g in range(layout.n_groups):
        found = standardise(layout.matrices(x, g))
        for cell in layout.of(g):
            out[index] = _value(found, cell)
            index += 1
    return out


def _value(found: Matrices, cell: Cell) -> complex:
    match cell.part:
        case "loading":
            return complex(found.L[cell.row, cell.col])
        case "covariance":
            return complex(found.P[cell.row, cell.col])
        case "residual":
            return complex(found.T[cell.row, cell.col])
        case "intercept":
            return complex(found.intercepts[cell.row])
        case _:
            return complex(found.means[cell.row])


def _root(variance: np.ndarray) -> np.ndarray:
    positive = variance.real > 0
    root = np.sqrt(np.where(positive, variance, 1.0))
    return np.asarray(np.where(positive, root, np.nan))
