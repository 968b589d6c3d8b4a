"""Covariances of resampled answers: all draws at once as counts times outer products.

A draw is a vector of weights over the rows. Its means and cross-products are linear in that
vector, so a block of draws is one matrix product (draws, rows) @ (rows, products).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from cxresearch.errors import first
from cxresearch.stats.importance.moments import fault
from cxresearch.stats.moments import Sums
from cxresearch.stats.resample import multinomial_counts

#: Weights held in memory at a time.
_CELLS = 1 << 22


def replicate_weights(
    weights: np.ndarray,
    n_resamples: int,
    rng: np.random.Generator,
    *,
    clusters: Any = None,
    strata: Any = None,
) -> Iterator[np.ndarray]:
    """Yield blocks (draws, n) of replicate weights that sum to n_resamples rows.

    Without clusters and strata: n rows out of n, with replacement, each with its weight. With
    them: the rescaled bootstrap, n_h - 1 clusters out of the n_h of a stratum, each count times
    n_h / (n_h - 1) (Rao, Wu & Yue 1992). Rows are clusters of their own where none are given.
    """
    n = len(weights)
    at_once = max(1, _CELLS // n)
    unit, stratum_of = _units(n, clusters, strata)
    for start in range(0, n_resamples, at_once):
        draws = min(at_once, n_resamples - start)
        if clusters is None and strata is None:
            yield multinomial_counts(n, draws, rng) * weights
            continue
        factor = np.empty((draws, len(stratum_of)))
        for stratum in range(int(stratum_of.max()) + 1):
            members = np.flatnonzero(stratum_of == stratum)
            size = len(members)
            counts = multinomial_counts(size, draws, rng, size=size - 1)
            factor[:, members] = counts * (size / (size - 1))
        yield factor[:, unit] * weights


def _units(n: int, clusters: Any, strata: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's cluster and each cluster's stratum, as numbers from zero."""
    stratum = _codes(strata, n, "strata")
    cluster = np.arange(n) if clusters is None else _codes(clusters, n, "clusters")
    pairs, unit = np.unique(np.stack([stratum, cluster], axis=1), axis=0, return_inverse=True)
    stratum_of = pairs[:, 0]
    alone = np.flatnonzero(np.bincount(stratum_of) < 2)
    if alone.size and (clusters is not None or strata is not None):
        raise fault(
            "a stratum with one cluster has no sampling variance",
            found=f"{alone.size} such strata, first number {first(alone.tolist(), 1)}",
            hint="join it with another stratum",
        )
    return unit.ravel(), stratum_of


def _codes(labels: Any, n: int, what: str) -> np.ndarray:
    if labels is None:
        return np.zeros(n, dtype=np.intp)
    values = np.asarray(labels)
    if values.shape != (n,):
        raise fault(f"one value of {what} per row is needed", found=f"{values.shape} for {n} rows")
    codes: np.ndarray = np.unique(values.astype(str), return_inverse=True)[1]
    return codes


def given(draws: Any, n: int) -> Iterator[np.ndarray]:
    """Yield blocks of replicate weights that were made elsewhere, after a look at them."""
    replicates = np.asarray(draws, dtype=float)
    if replicates.ndim != 2 or replicates.shape[1] != n:
        raise fault(
            "replicate weights have one row per draw and one column per respondent",
            found=f"shape {replicates.shape} for {n} respondents",
        )
    if not np.isfinite(replicates).all() or (replicates < 0).any():
        raise fault("replicate weights must be finite and not negative")
    at_once = max(1, _CELLS // n)
    for start in range(0, len(replicates), at_once):
        yield replicates[start : start + at_once]


class Products:
    """The rows' stacked outer products; turns blocks of weights into covariances."""

    def __init__(self, Z: np.ndarray) -> None:
        self._m = Z.shape[1]
        # centred and scaled once, so that products of large numbers do not lose digits
        centred = Z - Z.mean(axis=0)
        scale = np.sqrt((centred**2).mean(axis=0))
        self._Z = centred / np.where(scale > 0, scale, 1.0)
        self._upper = np.triu_indices(self._m)
        i, j = self._upper
        self._stack = np.column_stack([np.ones(len(Z)), self._Z, self._Z[:, i] * self._Z[:, j]])

    def covariances(self, W: np.ndarray) -> np.ndarray:
        """Return covariances (draws, m, m) of the standardised columns under weights (draws, n)."""
        m = self._m
        sums = W @ self._stack
        sums = sums / sums[:, :1]
        means = sums[:, 1 : m + 1]
        C = np.empty((len(W), m, m))
        i, j = self._upper
        C[:, i, j] = sums[:, m + 1 :]
        C[:, j, i] = sums[:, m + 1 :]
        return np.asarray(_emptied(C - means[:, :, None] * means[:, None, :]))

    def with_noise(
        self, W: np.ndarray, C: np.ndarray, at: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the covariances with a fresh noise variable per draw put in at place `at`.

        The noise belongs to the rows before they are drawn, so a row that comes twice brings
        its noise twice, as it brings everything else.
        """
        noise = rng.standard_normal(W.shape)
        total = W.sum(axis=1)
        weighted = W * noise
        mean = weighted.sum(axis=1) / total
        square = np.einsum("bn,bn->b", weighted, noise) / total
        cross = weighted @ self._Z / total[:, None]
        cross -= mean[:, None] * (W @ self._Z) / total[:, None]
        m = self._m
        out = np.empty((len(W), m + 1, m + 1))
        keep = np.delete(np.arange(m + 1), at)
        out[:, keep[:, None], keep] = C
        out[:, at, keep] = cross
        out[:, keep, at] = cross
        out[:, at, at] = square - mean**2
        return out


class GroupProducts:
    """Sums of groups of rows; turns blocks of weights of the groups into covariances."""

    def __init__(self, sums: Sums) -> None:
        whole = sums.total()
        m = len(whole.names)
        spread = np.sqrt(np.diag(whole.central))
        self._scale = np.where(spread > 0, spread, 1.0)
        away = whole.mean - sums.centre
        self._m = m
        self._upper = np.triu_indices(m)
        self._weight = sums.weight
        self._first, self._second = self._standard(sums.weight, sums.first, sums.second, away)
        squares = (sums.squared, sums.first_squared, sums.second_squared)
        self._squared = sums.squared
        self._first_squared, self._second_squared = self._standard(*squares, away)
        i, j = self._upper
        self._stack = np.column_stack([sums.weight, self._first, self._second[:, i, j]])

    def _standard(
        self, weight: np.ndarray, first: np.ndarray, second: np.ndarray, away: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return first and second sums of the columns centred at their means and scaled."""
        centred = first - weight[:, None] * away
        cross = away[None, :, None] * first[:, None, :]
        moved = second - cross - np.swapaxes(cross, 1, 2)
        moved = moved + weight[:, None, None] * np.outer(away, away)
        return centred / self._scale, moved / np.outer(self._scale, self._scale)

    def covariances(self, W: np.ndarray) -> np.ndarray:
        """Return covariances (draws, m, m) of the standardised columns under weights (draws, g)."""
        m = self._m
        sums = W @ self._stack
        sums = sums / sums[:, :1]
        means = sums[:, 1 : m + 1]
        C = np.empty((len(W), m, m))
        i, j = self._upper
        C[:, i, j] = sums[:, m + 1 :]
        C[:, j, i] = sums[:, m + 1 :]
        return np.asarray(_emptied(C - means[:, :, None] * means[:, None, :]))

    def with_noise(
        self, W: np.ndarray, C: np.ndarray, at: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the covariances with a fresh noise variable per draw put in at place `at`.

        The sums that noise of single rows would have with the columns are drawn themselves: they
        are normal, with the squared weights' cross-products as covariance.
        """
        m, draws = self._m, len(W)
        total = W @ self._weight
        square = W**2
        gram = np.empty((draws, m + 1, m + 1))
        gram[:, 0, 0] = square @ self._squared
        gram[:, 0, 1:] = gram[:, 1:, 0] = square @ self._first_squared
        crossed = square @ self._second_squared.reshape(len(self._weight), -1)
        gram[:, 1:, 1:] = crossed.reshape(draws, m, m)
        values, vectors = np.linalg.eigh(gram)
        root = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
        drawn = np.einsum("bij,bj->bi", root, rng.standard_normal((draws, m + 1)))
        mean = drawn[:, 0] / total
        cross = drawn[:, 1:] / total[:, None]
        cross -= mean[:, None] * (W @ self._first) / total[:, None]
        size = total**2 / gram[:, 0, 0]
        spread = 1 + rng.standard_normal(draws) * np.sqrt(2 / size)
        out = np.empty((draws, m + 1, m + 1))
        keep = np.delete(np.arange(m + 1), at)
        out[:, keep[:, None], keep] = C
        out[:, at, keep] = cross
        out[:, keep, at] = cross
        out[:, at, at] = np.maximum(spread, 1e-3) - mean**2
        return out


def _emptied(C: np.ndarray) -> np.ndarray:
    """Set variables that do not vary in a draw to exact zeros, where rounding left a trace."""
    varies = np.einsum("bii->bi", C) > 1e-12
    return np.where(varies[:, :, None] & varies[:, None, :], C, 0.0)
