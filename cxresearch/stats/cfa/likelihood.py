"""The maximum-likelihood discrepancy of a measurement model, its slope and its curvature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxresearch.stats.cfa.layout import Cell, Layout, Matrices
from cxresearch.stats.cfa.model import Group

#: Stands for a covariance matrix that is none; larger than any discrepancy met on the way.
IMPOSSIBLE = 1e10


@dataclass(frozen=True, slots=True)
class Derivatives:
    """Derivatives of implied covariances (cells, k, k) and means (cells, k) by cells of a group."""

    covariance: np.ndarray
    mean: np.ndarray


def derivatives(matrices: Matrices, cells: Sequence[Cell]) -> Derivatives:
    """Return how the implied moments of a group move with each cell."""
    p = len(matrices.L)
    D, M = np.zeros((len(cells), p, p)), np.zeros((len(cells), p))
    LP = matrices.L @ matrices.P
    for a, cell in enumerate(cells):
        row, col = cell.row, cell.col
        match cell.part:
            case "loading":
                D[a, row] = LP[:, col]
                D[a] += D[a].T
                M[a, row] = matrices.means[col]
            case "covariance":
                D[a] = np.outer(matrices.L[:, row], matrices.L[:, col])
                if row != col:
                    D[a] += D[a].T
            case "residual":
                D[a, row, col] = D[a, col, row] = 1.0
            case "intercept":
                M[a, row] = 1.0
            case "mean":
                M[a] = matrices.L[:, row]
    return Derivatives(D, M)


def discrepancy(layout: Layout, groups: Sequence[Group], x: np.ndarray) -> float:
    r"""Return F, the groups' discrepancies weighted by their share of respondents.

    .. math:: F_g = \ln|\Sigma| + tr(S\Sigma^{-1}) - \ln|S| - k + (m-\mu)'\Sigma^{-1}(m-\mu)
    """
    total, n = 0.0, sum(group.n for group in groups)
    for g, group in enumerate(groups):
        matrices = layout.matrices(x, g)
        sigma = matrices.covariance
        if np.linalg.eigvalsh(sigma)[0] <= 0:
            return IMPOSSIBLE
        off = group.m - matrices.mean
        T = group.S + np.outer(off, off)
        total += (
            group.n
            / n
            * (
                np.linalg.slogdet(sigma)[1]
                - np.linalg.slogdet(group.S)[1]
                + np.trace(np.linalg.solve(sigma, T))
                - len(T)
            )
        )
    return float(total)


def slope_and_information(
    layout: Layout,
    groups: Sequence[Group],
    x: np.ndarray,
    cells: Sequence[Sequence[Cell]] | None = None,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return, by group, the slope of -2 log L and the expected information by cell.

    Both are sums over respondents. Without `cells` they are taken at the layout's own.
    """
    slopes, informations = [], []
    for g, group in enumerate(groups):
        matrices = layout.matrices(x, g)
        own = layout.of(g) if cells is None else cells[g]
        by = derivatives(matrices, own)
        A = np.linalg.inv(matrices.covariance)
        off = group.m - matrices.mean
        omega = A - A @ (group.S + np.outer(off, off)) @ A
        B = A @ by.covariance
        flat = B.reshape(len(own), -1)
        turned = B.transpose(0, 2, 1).reshape(len(own), -1)
        slopes.append(
            group.n * ((by.covariance * omega).sum(axis=(1, 2)) - 2 * by.mean @ (A @ off))
        )
        informations.append(group.n * (flat @ turned.T / 2 + by.mean @ A @ by.mean.T))
    return slopes, informations


def by_parameter(
    layout: Layout, slopes: Sequence[np.ndarray], informations: Sequence[np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Add up what belongs to the same parameter."""
    slope = np.zeros(layout.n_parameters)
    information = np.zeros((layout.n_parameters, layout.n_parameters))
    for g in range(layout.n_groups):
        cells, parameters = layout.free(g)
        # a parameter stands in one cell of a group
        slope[parameters] += slopes[g][cells]
        information[np.ix_(parameters, parameters)] += informations[g][np.ix_(cells, cells)]
    return slope, information


def selection(layout: Layout, group: int) -> np.ndarray:
    """Return which parameter each cell of a group is: (cells, parameters), zeros and ones."""
    cells, parameters = layout.free(group)
    K = np.zeros((len(layout.of(group)), layout.n_parameters))
    K[cells, parameters] = 1.0
    return K
