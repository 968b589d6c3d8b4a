"""Importance by other definitions than the average over orders; each one matrix formula.

Each kernel takes correlations (draws, m, m) with covariates already taken out, the outcome
last, the number of variables per player, and returns (draws, players) in units of the matrix.
Only `relative` and `pratt` sum to R².
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cxresearch.stats.importance.moments import ALIASED, correlations
from cxresearch.stats.importance.subsets import eliminate


def _by_player(values: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    starts = np.cumsum([0, *sizes[:-1]])
    return np.asarray(np.add.reduceat(values, starts, axis=1))


def _spectral(R: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eigenvalues of the drivers' matrix, their generalised inverses, eigenvectors."""
    values, vectors = np.linalg.eigh(R[:, :-1, :-1])
    usable = values > ALIASED
    inverse = np.divide(1.0, values, out=np.zeros_like(values), where=usable)
    return np.where(usable, values, 0.0), inverse, vectors


def coefficients(R: np.ndarray) -> np.ndarray:
    """Standardised coefficients (draws, drivers), by generalised inverse where singular."""
    _, inverse, V = _spectral(R)
    turned = np.einsum("bji,bj->bi", V, R[:, :-1, -1])
    return np.asarray(np.einsum("bij,bj->bi", V, inverse * turned))


def relative(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Johnson: drivers through their nearest orthogonal counterparts; sums to R²."""
    scaled = correlations(R)
    values, inverse, V = _spectral(scaled)
    root = np.einsum("bij,bj,bkj->bik", V, np.sqrt(values), V)
    turned = np.einsum("bji,bj->bi", V, scaled[:, :-1, -1])
    b = np.einsum("bij,bj->bi", V, np.sqrt(inverse) * turned)
    weights = np.einsum("bij,bj->bi", root**2, b**2)
    return _by_player(weights * R[:, -1, -1][:, None], sizes)


def car(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Squared correlations of the outcome with the decorrelated drivers; sums to R²."""
    scaled = correlations(R)
    _, inverse, V = _spectral(scaled)
    turned = np.einsum("bji,bj->bi", V, scaled[:, :-1, -1])
    b = np.einsum("bij,bj->bi", V, np.sqrt(inverse) * turned)
    return _by_player(b**2 * R[:, -1, -1][:, None], sizes)


def beta_squared(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Squared standardised coefficients."""
    return _by_player(coefficients(R) ** 2, sizes)


def pratt(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Coefficient times correlation; sums to R², parts can be negative."""
    return _by_player(coefficients(R) * R[:, :-1, -1], sizes)


def _explained(R: np.ndarray, keep: np.ndarray) -> np.ndarray:
    """Outcome variance explained by the drivers in `keep`."""
    index = np.append(keep, R.shape[1] - 1)
    S = np.ascontiguousarray(np.moveaxis(R[:, index[:, None], index], 0, -1))
    total = S[-1, -1]
    for _ in keep:
        S = eliminate(S)
    return np.asarray(total - S[0, 0])


def explained(R: np.ndarray) -> np.ndarray:
    """Outcome variance explained by all drivers: (draws,)."""
    return _explained(R, np.arange(R.shape[1] - 1))


def first(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """R² of each player alone (beyond the covariates)."""
    player = np.repeat(np.arange(len(sizes)), sizes)
    parts = [_explained(R, np.flatnonzero(player == j)) for j in range(len(sizes))]
    return np.stack(parts, axis=1)


def last(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """R² that is lost when the player alone leaves the full model."""
    player = np.repeat(np.arange(len(sizes)), sizes)
    full = explained(R)
    parts = [full - _explained(R, np.flatnonzero(player != j)) for j in range(len(sizes))]
    return np.stack(parts, axis=1)
