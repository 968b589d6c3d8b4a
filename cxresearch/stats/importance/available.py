"""Correlations from all answers that are there: each pair on the respondents who gave both."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.stats.importance.moments import fault, unit_weights

_FLOOR = 1e-6
_ROUNDS = 200


def pairwise_correlations(
    frame: pd.DataFrame, weights: object = None
) -> tuple[pd.DataFrame, pd.DataFrame, bool]:
    """Return pairwise correlations, the answers behind each, and whether they were repaired.

    Each correlation rests on the respondents who answered both questions (as R
    ``cor(use = "pairwise.complete.obs")``). Such numbers need not fit together; where they do
    not, the nearest correlation matrix stands in for them.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        NaN is no answer.
    weights : array-like, shape (n,), optional

    Returns
    -------
    tuple of DataFrame (k, k), DataFrame of int (k, k), bool

    References
    ----------
    Higham 2002, doi:10.1093/imanum/22.3.329.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2, 3, 4], "b": [2.0, 3, 5, np.nan]})
    >>> found, n, repaired = pairwise_correlations(frame)
    >>> round(float(found.loc["a", "b"]), 4), int(n.loc["a", "b"]), repaired
    (0.982, 3, False)
    """
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    u = unit_weights(weights, len(values))
    known = np.isfinite(values).astype(float)
    n = ((u > 0)[:, None] * known).T @ known
    if (n < 3).any():
        raise fault(
            "two questions have too few answers in common for a correlation",
            found=f"{int(n.min())} respondents answered both",
            hint="leave one of the two out",
        )
    R = PairwiseProducts(values).raw(u[None])[0]
    fits = float(np.linalg.eigvalsh(R)[0]) >= _FLOOR * 1e-3
    labels = frame.columns
    if not fits:
        R = nearest(R)
    counted = pd.DataFrame(n.astype(int), index=labels, columns=labels)
    return pd.DataFrame(R, index=labels, columns=labels), counted, not fits


def nearest(R: np.ndarray) -> np.ndarray:
    """Return the nearest correlation matrix (alternating projections, Dykstra's correction)."""
    Y, correction = R.copy(), np.zeros_like(R)
    for _ in range(_ROUNDS):
        moved = Y - correction
        values, vectors = np.linalg.eigh(moved)
        lifted = (vectors * np.maximum(values, _FLOOR)) @ vectors.T
        correction = lifted - moved
        after = lifted.copy()
        np.fill_diagonal(after, 1.0)
        if np.abs(after - Y).max() < 1e-9:
            Y = after
            break
        Y = after
    values, vectors = np.linalg.eigh(Y)  # the last projection leaves the cone by a trace
    Y = (vectors * np.maximum(values, _FLOOR / 10)) @ vectors.T
    scale = np.sqrt(np.diag(Y))
    return np.asarray(Y / np.outer(scale, scale))


class PairwiseProducts:
    """The rows' products pair by pair; turns blocks of weights into correlations."""

    def __init__(self, values: np.ndarray) -> None:
        known = np.isfinite(values)
        count = np.maximum(known.sum(axis=0), 1)
        filled = np.where(known, values, 0.0)
        centred = np.where(known, values - filled.sum(axis=0) / count, 0.0)
        scale = np.sqrt((centred**2).sum(axis=0) / count)
        self._Z = centred / np.where(scale > 0, scale, 1.0)
        self._known = known.astype(float)
        self._m = values.shape[1]

    def raw(self, W: np.ndarray) -> np.ndarray:
        """Return correlations (draws, m, m), each pair on its own respondents."""
        return self._correlations(W, self._Z, self._known)

    def covariances(self, W: np.ndarray) -> np.ndarray:
        """Return correlations under weights (draws, n), repaired where they do not fit."""
        return _possible(self.raw(W))

    def with_noise(
        self, W: np.ndarray, C: np.ndarray, at: int, rng: np.random.Generator
    ) -> np.ndarray:
        """Return the correlations with a fresh noise variable per draw put in at place `at`."""
        noise = rng.standard_normal(W.shape)
        m = self._m
        out = np.empty((len(W), m + 1, m + 1))
        keep = np.delete(np.arange(m + 1), at)
        out[:, keep[:, None], keep] = C
        weighted = W * noise
        total = W @ self._known
        mean_x = (W @ self._Z) / total
        mean_e = (weighted @ self._known) / total
        square_x = (W @ self._Z**2) / total - mean_x**2
        square_e = ((weighted * noise) @ self._known) / total - mean_e**2
        with np.errstate(invalid="ignore", divide="ignore"):
            cross = ((weighted @ self._Z) / total - mean_x * mean_e) / np.sqrt(square_x * square_e)
        cross = np.where(np.isfinite(cross), cross, 0.0)
        out[:, at, keep] = cross
        out[:, keep, at] = cross
        out[:, at, at] = 1.0
        return _possible(out)

    def _correlations(self, W: np.ndarray, Z: np.ndarray, known: np.ndarray) -> np.ndarray:
        m = Z.shape[1]
        R = np.empty((len(W), m, m))
        for j in range(m):
            both = known * known[:, [j]]
            own = Z[:, [j]] * both
            sums = W @ np.concatenate([both, Z * both, own, Z**2 * both, own**2, Z * own], axis=1)
            total, x, y, xx, yy, xy = np.moveaxis(sums.reshape(len(W), 6, m), 1, 0)
            with np.errstate(invalid="ignore", divide="ignore"):
                x, y = x / total, y / total
                spread = (xx / total - x**2) * (yy / total - y**2)
                R[:, j] = np.where(spread > 1e-12, (xy / total - x * y) / np.sqrt(spread), 0.0)
        return np.asarray((R + np.swapaxes(R, 1, 2)) / 2)


def _possible(R: np.ndarray) -> np.ndarray:
    """Lift the eigenvalues of correlations that do not fit together, draw by draw."""
    values, vectors = np.linalg.eigh(R)
    wrong = values[:, 0] < _FLOOR * 1e-3
    if not wrong.any():
        return R
    out = R.copy()
    lifted = vectors[wrong] * np.maximum(values[wrong], _FLOOR)[:, None, :]
    fixed = lifted @ np.swapaxes(vectors[wrong], 1, 2)
    scale = np.sqrt(np.einsum("bii->bi", fixed))
    out[wrong] = fixed / scale[:, :, None] / scale[:, None, :]
    return out
