"""Cumulative logits of one outcome on many sets of drivers (or many draws) at once.

P(Y <= k) = logistic(theta_k - x b); with two categories it is the usual logit. All models are
fitted side by side by Newton steps: the sums over respondents are matrix products (models, rows)
@ (rows, products), so that 2^p sets of drivers cost a few products and not 2^p fits.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

_STEPS = 60
_CONVERGED = 1e-10
_LONG_STEP = 1e-2
_SMALL = 1e-12
_CELLS = 1 << 21  # numbers per array of (models, rows)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fits:
    """Maximum likelihood of many models; the first axis counts models.

    Attributes
    ----------
    thresholds : ndarray, shape (models, categories - 1)
    slopes : ndarray, shape (models, p)
        Per unit of the columns as given; zero for columns that a model does not have.
    level : ndarray, shape (models,)
        Log-likelihood, weights of mean one.
    separated : ndarray of bool, shape (models,)
        Models without finite coefficients: the drivers decide the answers.
    """

    thresholds: np.ndarray
    slopes: np.ndarray
    level: np.ndarray
    separated: np.ndarray


class Cumulative:
    """One outcome in ordered categories and the columns that may explain it.

    Parameters
    ----------
    X : ndarray, shape (n, p)
        Complete.
    codes : ndarray of int, shape (n,)
        Categories 0, 1, ..., c - 1; each occurs.
    """

    def __init__(self, X: np.ndarray, codes: np.ndarray) -> None:
        self.codes = np.asarray(codes, dtype=np.intp)
        self.n_cuts = int(self.codes.max()) if len(self.codes) else 0
        self.center = X.mean(axis=0)
        scale = X.std(axis=0)
        self.scale = np.where(scale > 0, scale, 1.0)
        self.Z = (X - self.center) / self.scale
        self.p = X.shape[1]
        i, j = self._upper = np.triu_indices(self.p)
        self._products = self.Z[:, i] * self.Z[:, j]

    def null(self, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return thresholds and log-likelihood without drivers, per row of weights (draws, n)."""
        w = _mean_one(w)
        cells = np.stack([w[:, self.codes == k].sum(axis=1) for k in range(self.n_cuts + 1)], 1)
        share = cells / cells.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.where(cells > 0, cells * np.log(share), 0.0).sum(axis=1)
            below = np.clip(np.cumsum(share, axis=1)[:, :-1], _SMALL, 1 - _SMALL)
        return np.log(below) - np.log1p(-below), level

    def fit(
        self,
        sets: np.ndarray,
        w: np.ndarray,
        start: Fits | None = None,
        tolerance: float = _CONVERGED,
    ) -> Fits:
        """Fit models by maximum likelihood.

        Parameters
        ----------
        sets : ndarray of bool, shape (models, p)
            Columns of each model.
        w : ndarray, shape (1, n) or (models, n)
            Weights of all models, or of each.
        start : Fits, optional
            Where to begin, such as the fits to all respondents.
        tolerance : float
            Relative gain of the log-likelihood below which a model is done.
        """
        models = len(sets)
        at_once = max(1, _CELLS // max(len(self.codes), 1))
        parts = []
        for low in range(0, models, at_once):
            high = min(low + at_once, models)
            some = w if len(w) == 1 else w[low:high]
            begin = None if start is None else _part(start, low, high)
            parts.append(self._fit(sets[low:high], _mean_one(some), begin, tolerance))
        return Fits(
            thresholds=np.concatenate([one.thresholds for one in parts]),
            slopes=np.concatenate([one.slopes for one in parts]),
            level=np.concatenate([one.level for one in parts]),
            separated=np.concatenate([one.separated for one in parts]),
        )

    def _fit(self, sets: np.ndarray, w: np.ndarray, start: Fits | None, tolerance: float) -> Fits:
        models, cuts = len(sets), self.n_cuts
        theta = np.broadcast_to(self.null(w)[0], (models, cuts)).copy()
        beta = np.zeros((models, self.p))
        if start is not None:
            beta = np.where(sets, start.slopes * self.scale, 0.0)
            theta = start.thresholds - start.slopes @ self.center[:, None]
        level = self._level(theta, beta, w)
        poor = ~np.isfinite(level)
        if poor.any():
            theta[poor] = np.broadcast_to(self.null(w)[0], (models, cuts))[poor]
            beta[poor] = 0.0
            level = self._level(theta, beta, w)
        free = np.concatenate([np.ones((models, cuts), dtype=bool), sets], axis=1)
        separated = np.zeros(models, dtype=bool)
        live = np.arange(models)
        for _ in range(_STEPS):
            own = w if len(w) == 1 else w[live]
            step = self._step(theta[live], beta[live], own, free[live])
            before = level[live]
            after = self._level(theta[live] + step[:, :cuts], beta[live] + step[:, cuts:], own)
            for _halving in range(30):
                worse = ~(after >= before - 1e-13 * (np.abs(before) + 1))
                if not worse.any():
                    break
                step[worse] /= 2
                some = own if len(own) == 1 else own[worse]
                at = live[worse]
                after[worse] = self._level(
                    theta[at] + step[worse, :cuts], beta[at] + step[worse, cuts:], some
                )
            theta[live] += step[:, :cuts]
            beta[live] += step[:, cuts:]
            level[live] = after
            done = np.abs(after - before) < tolerance * (np.abs(after) + 1)
            long = np.abs(step).max(axis=1) > _LONG_STEP
            separated[live[done & long]] = True
            live = live[~done]
            if not len(live):
                break
        separated[live] = True
        slopes = beta / self.scale
        return Fits(
            thresholds=theta + (slopes @ self.center)[:, None],
            slopes=slopes,
            level=level,
            separated=separated,
        )

    def _ends(self, theta: np.ndarray, beta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Upper and lower threshold of each answer minus x b: (models, rows) each."""
        linear = beta @ self.Z.T
        padded = np.pad(theta, ((0, 0), (1, 1)), constant_values=((0, 0), (-np.inf, np.inf)))
        return padded[:, self.codes + 1] - linear, padded[:, self.codes] - linear

    def _level(self, theta: np.ndarray, beta: np.ndarray, w: np.ndarray) -> np.ndarray:
        if self.n_cuts == 1:
            signed = np.where(self.codes == 0, 1.0, -1.0) * (theta - beta @ self.Z.T)
            return np.asarray((w * log_expit(signed)).sum(axis=1))
        upper, lower = self._ends(theta, beta)
        chance = _between(upper, lower)
        with np.errstate(divide="ignore", invalid="ignore"):
            told = np.where(w > 0, w * np.log(chance), 0.0).sum(axis=1)
        return np.where(np.isfinite(told), told, -np.inf)

    def level_at(self, thresholds: np.ndarray, slopes: np.ndarray, w: np.ndarray) -> float:
        """Return the log-likelihood of one model in the units of the columns as given."""
        theta = thresholds - float(slopes @ self.center)
        return float(self._level(theta[None], (slopes * self.scale)[None], w[None])[0])

    def scores(
        self, theta: np.ndarray, beta: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return derivatives of log P by upper and lower end: first, second, mixed."""
        upper, lower = self._ends(theta, beta)
        chance = np.maximum(_between(upper, lower), 1e-300)
        up, low = expit(upper), expit(lower)
        f_up, f_low = up * (1 - up), low * (1 - low)
        a, b = f_up / chance, f_low / chance
        return (
            a,
            -b,
            a * (1 - 2 * up) - a**2,
            -b * (1 - 2 * low) - b**2,
            a * b,
        )

    def _pieces(
        self, theta: np.ndarray, beta: np.ndarray, w: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Gradient and minus Hessian in the standardised columns, thresholds first."""
        models, cuts, p = len(theta), self.n_cuts, self.p
        if cuts == 1:
            return self._binary_pieces(theta, beta, w)
        d_up, d_low, h_up, h_low, h_mix = self.scores(theta, beta)
        gradient = np.empty((models, cuts + p))
        curve = np.zeros((models, cuts + p, cuts + p))
        gradient[:, cuts:] = -(w * (d_up + d_low)) @ self.Z
        s = w * (h_up + h_low + 2 * h_mix)
        i, j = self._upper
        products = -(s @ self._products)
        curve[:, cuts + i, cuts + j] = products
        curve[:, cuts + j, cuts + i] = products
        at_up, at_low = w * (h_up + h_mix), w * (h_low + h_mix)
        for k in range(cuts):
            top, bottom = self.codes == k, self.codes == k + 1
            gradient[:, k] = (w * d_up)[:, top].sum(axis=1) + (w * d_low)[:, bottom].sum(axis=1)
            curve[:, k, k] = -((w * h_up)[:, top].sum(axis=1) + (w * h_low)[:, bottom].sum(axis=1))
            cross = at_up[:, top] @ self.Z[top] + at_low[:, bottom] @ self.Z[bottom]
            curve[:, k, cuts:] = cross
            curve[:, cuts:, k] = cross
            if k + 1 < cuts:
                shared = -(w * h_mix)[:, bottom].sum(axis=1)
                curve[:, k, k + 1] = shared
                curve[:, k + 1, k] = shared
        return gradient, curve

    def _binary_pieces(
        self, theta: np.ndarray, beta: np.ndarray, w: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the same for two categories, where one curve does."""
        chance = expit(theta - beta @ self.Z.T)  # of the lower category
        rest = w * (np.where(self.codes == 0, 1.0, 0.0) - chance)
        s = w * chance * (1 - chance)
        gradient = np.concatenate([rest.sum(axis=1, keepdims=True), -(rest @ self.Z)], axis=1)
        curve = np.empty((len(theta), 1 + self.p, 1 + self.p))
        i, j = self._upper
        products = s @ self._products
        curve[:, 1 + i, 1 + j] = products
        curve[:, 1 + j, 1 + i] = products
        curve[:, 0, 0] = s.sum(axis=1)
        curve[:, 0, 1:] = curve[:, 1:, 0] = -(s @ self.Z)
        return gradient, curve

    def without(self, rows: np.ndarray) -> Cumulative:
        """Return the same outcome and columns on the rows that are kept (a bool array)."""
        one = copy(self)
        one.codes, one.Z, one._products = self.codes[rows], self.Z[rows], self._products[rows]
        return one

    def _step(
        self, theta: np.ndarray, beta: np.ndarray, w: np.ndarray, free: np.ndarray
    ) -> np.ndarray:
        gradient, curve = self._pieces(theta, beta, w)
        both = free[:, :, None] & free[:, None, :]
        curve = np.where(both, curve, 0.0)
        diagonal = np.einsum("mii->mi", curve)
        size = np.maximum(diagonal.max(axis=1, keepdims=True), _SMALL)
        # a trace of ridge keeps columns that repeat others from breaking the step
        diagonal += np.where(free, 1e-9 * size, size)
        step = np.linalg.solve(curve, np.where(free, gradient, 0.0)[:, :, None])[:, :, 0]
        limit = np.abs(step).max(axis=1, keepdims=True)
        return np.asarray(step * np.minimum(1.0, 5.0 / np.maximum(limit, _SMALL)))

    def information(self, fits: Fits, w: np.ndarray) -> np.ndarray:
        """Return minus the Hessian of the first model in the units of the columns as given."""
        _, curve = self._pieces(*self._inside(fits), _mean_one(w))
        return np.asarray(self._turn().T @ curve[0] @ self._turn())

    def gradients(self, fits: Fits) -> np.ndarray:
        """Return each row's score vector (n, cuts + p) of the first model, unweighted."""
        d_up, d_low, *_ = self.scores(*self._inside(fits))
        rows = np.zeros((len(self.codes), self.n_cuts + self.p))
        for k in range(self.n_cuts):
            rows[:, k] = np.where(self.codes == k, d_up[0], 0.0)
            rows[:, k] += np.where(self.codes == k + 1, d_low[0], 0.0)
        rows[:, self.n_cuts :] = -(d_up + d_low)[0][:, None] * self.Z
        return np.asarray(rows @ self._turn())

    def _inside(self, fits: Fits) -> tuple[np.ndarray, np.ndarray]:
        one = _part(fits, 0, 1)
        return one.thresholds - one.slopes @ self.center[:, None], one.slopes * self.scale

    def _turn(self) -> np.ndarray:
        """Standardised parameters as a linear map of those in the units of the columns."""
        turn = np.eye(self.n_cuts + self.p)
        turn[: self.n_cuts, self.n_cuts :] = -self.center
        turn[self.n_cuts :, self.n_cuts :] = np.diag(self.scale)
        return turn


def _between(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """logistic(upper) - logistic(lower) without loss where both are large."""
    flip = upper + lower > 0
    return np.asarray(expit(np.where(flip, -lower, upper)) - expit(np.where(flip, -upper, lower)))


def _mean_one(w: np.ndarray) -> np.ndarray:
    w = np.atleast_2d(np.asarray(w, dtype=float))
    used = np.maximum((w > 0).sum(axis=1, keepdims=True), 1)
    return np.asarray(w * used / w.sum(axis=1, keepdims=True))


def _part(fits: Fits, low: int, high: int) -> Fits:
    return Fits(
        thresholds=fits.thresholds[low:high],
        slopes=fits.slopes[low:high],
        level=fits.level[low:high],
        separated=fits.separated[low:high],
    )
