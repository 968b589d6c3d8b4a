"""A level that walks, seen through answers with known sampling error: likelihood and smoother.

The model is y_t = mu_t + x_t'b + e_t with Var e_t = H_t known and mu_t = mu_{t-1} + eta_t with
Var eta_t = Qs times the gap between the waves; mu_1 and b are diffuse. Everything here takes many
values of Qs at once, since profile intervals and averages over Qs need them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

Array = NDArray[np.float64]

_GRID = 160


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class States:
    """The level at each wave for each value of Qs (arrays are waves x values of Qs)."""

    filtered: Array
    filtered_variance: Array
    smoothed: Array
    smoothed_variance: Array
    errors: Array  # standardised one-step errors, NaN where there is none
    coefficients: Array  # values of Qs x regressors
    covariances: Array  # values of Qs x regressors x regressors
    end_gradient: Array  # values of Qs x regressors: minus d level_T / d b


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RandomWalk:
    """A series, its sampling variances, its times and its regressors, ready for any Qs.

    The likelihood rests on one eigendecomposition. The contrasts d = D y between neighbouring
    observed waves have variance D H D' + Qs G with G the diagonal of gaps; in the eigenvectors of
    G^-1/2 D H D' G^-1/2 they are independent with variances lambda_i + Qs.

    Attributes
    ----------
    y, variances : array (waves,)
        NaN in `y` is a missing wave; its variance is not used.
    times : array (waves,)
        In waves, strictly increasing.
    regressors : array (waves, k)
        Columns whose coefficients are estimated with the level.
    in_level : array (k,) of bool
        True where the regressor belongs to the level (drift) and is not taken out of it (steps).
    """

    y: Array
    variances: Array
    times: Array
    regressors: Array
    in_level: NDArray[np.bool_]
    roots: Array
    contrasts: Array
    designs: Array
    constant: float

    @classmethod
    def build(
        cls, y: Array, variances: Array, times: Array, regressors: Array, in_level: list[bool]
    ) -> RandomWalk:
        """Return the walk with its contrasts turned to independence."""
        seen = np.isfinite(y)
        gaps = np.diff(times[seen])
        n = int(seen.sum())
        differences = np.diff(np.eye(n), axis=0) / np.sqrt(gaps)[:, None]
        roots, vectors = np.linalg.eigh((differences * variances[seen]) @ differences.T)
        designs = vectors.T @ differences @ regressors[seen]
        raw = np.diff(regressors[seen], axis=0)
        k = regressors.shape[1]
        constant = (n - 1 - k) * np.log(2 * np.pi) + np.log(gaps).sum()
        constant -= np.linalg.slogdet(raw.T @ raw)[1] if k else 0.0
        return cls(
            y=y,
            variances=variances,
            times=times,
            regressors=regressors,
            in_level=np.asarray(in_level, dtype=bool),
            roots=np.maximum(roots, 0.0),
            contrasts=vectors.T @ (differences @ y[seen]),
            designs=designs,
            constant=float(constant),
        )

    @property
    def free(self) -> int:
        """How many contrasts are left for Qs once the regressors have taken theirs."""
        return int(self.designs.shape[0] - self.designs.shape[1])

    def log_likelihood(self, signal_variance: Array) -> Array:
        """Return the log density of the contrasts, for each value of Qs.

        With regressors it is the density of those contrasts that are free of their coefficients.
        """
        spread = self.roots + np.atleast_1d(signal_variance)[:, None]
        squares = (self.contrasts**2 / spread).sum(axis=1)
        logs = np.log(spread).sum(axis=1)
        if self.designs.shape[1]:
            weighted = self.designs / spread[:, :, None]
            information = self.designs.T @ weighted
            cross = np.einsum("gtk,t->gk", weighted, self.contrasts)
            fitted = np.linalg.solve(information, cross[:, :, None])[:, :, 0]
            squares = squares - (cross * fitted).sum(axis=1)
            logs = logs + np.linalg.slogdet(information)[1]
        return np.asarray(-0.5 * (self.constant + logs + squares))

    def maximise(self) -> tuple[float, float]:
        """Return the most likely Qs (which may be 0) and its log-likelihood."""
        # where the score is zero, Qs lies below the sum of squares of the scaled contrasts
        top = max(float((self.contrasts**2).sum()), float(self.roots.max()))
        least = float(self.roots[self.roots > 0].min(initial=top))
        bottom = 1e-6 * min(least, top)
        return climb(self.log_likelihood, bottom, 2 * top)

    def states(self, signal_variance: Array) -> States:
        """Return filtered and smoothed levels for each value of Qs (Kalman filter, RTS smoother).

        The filter is linear in the series, so the regressors run through it beside y; their
        coefficients are then least squares on the innovations (de Jong 1991).
        """
        Q = np.atleast_1d(np.asarray(signal_variance, dtype=float))
        columns = np.column_stack([self.y, self.regressors])
        seen = np.isfinite(self.y)
        start = int(np.argmax(seen))
        T, k, G = len(self.y), self.regressors.shape[1], len(Q)
        gaps = np.diff(self.times, prepend=self.times[0])
        a = np.full((T, G, k + 1), np.nan)
        P = np.full((T, G), np.nan)
        innovation = np.zeros((T, G, k + 1))
        a[start], P[start] = columns[start], self.variances[start]
        for t in range(start + 1, T):
            predicted = P[t - 1] + Q * gaps[t]
            a[t], P[t] = a[t - 1], predicted
            if seen[t]:
                F = predicted + self.variances[t]
                error = columns[t] - a[t - 1]
                innovation[t] = error / np.sqrt(F)[:, None]
                a[t] = a[t - 1] + (predicted / F)[:, None] * error
                P[t] = predicted * self.variances[t] / F
        s, V = a.copy(), P.copy()
        for t in range(T - 2, start - 1, -1):
            predicted = P[t] + Q * gaps[t + 1]
            gain = np.divide(P[t], predicted, out=np.zeros(G), where=predicted > 0)
            s[t] = a[t] + gain[:, None] * (s[t + 1] - a[t])
            V[t] = P[t] + gain**2 * (V[t + 1] - predicted)
        s[:start] = s[start]
        V[:start] = V[start] + Q * (self.times[start] - self.times[:start])[:, None]

        b, covariances = _coefficients(innovation[:, :, 0], innovation[:, :, 1:], pinv=False)
        own = np.where(self.in_level, self.regressors, 0.0)[:, None, :]
        gradient = s[:, :, 1:] - own
        smoothed = s[:, :, 0] - np.einsum("tgk,gk->tg", gradient, b)
        smoothed_variance = V + np.einsum("tgk,gkl,tgl->tg", gradient, covariances, gradient)
        filtered, filtered_variance = a[:, :, 0].copy(), P.copy()
        for t in range(start + 1, T) if k else ():
            then, spread = _coefficients(
                innovation[: t + 1, :, 0], innovation[: t + 1, :, 1:], pinv=True
            )
            slope = a[t, :, 1:] - own[t]
            filtered[t] -= (slope * then).sum(axis=1)
            filtered_variance[t] += np.einsum("gk,gkl,gl->g", slope, spread, slope)
        errors = innovation[:, :, 0] - np.einsum("tgk,gk->tg", innovation[:, :, 1:], b)
        errors[~seen] = np.nan
        errors[: start + 1] = np.nan
        return States(
            filtered=filtered,
            filtered_variance=filtered_variance,
            smoothed=smoothed,
            smoothed_variance=smoothed_variance,
            errors=errors,
            coefficients=b,
            covariances=covariances,
            end_gradient=gradient[-1],
        )


def _coefficients(y: Array, x: Array, *, pinv: bool) -> tuple[Array, Array]:
    """Return least-squares coefficients and their covariance for each value of Qs."""
    information = np.einsum("tgk,tgl->gkl", x, x)
    invert = np.linalg.pinv if pinv else np.linalg.inv
    covariances: Array = invert(information) if x.shape[2] else information
    return np.einsum("gkl,tgl,tg->gk", covariances, x, y), covariances


def climb(function: Callable[[Array], Array], bottom: float, top: float) -> tuple[float, float]:
    """Return where a function of a variance is largest on {0} and [bottom, top], and its value.

    A logarithmic grid finds the right hill, a bounded search its top. Zero wins ties: a variance
    is called positive only where the likelihood says so.
    """
    grid = np.geomspace(bottom, top, _GRID)
    values = function(grid)
    at = int(np.argmax(values))
    low, high = np.log(grid[max(at - 1, 0)]), np.log(grid[min(at + 1, _GRID - 1)])
    search = optimize.minimize_scalar(
        lambda x: -float(function(np.array([np.exp(x)]))[0]),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-9},
    )
    best, height = float(np.exp(search.x)), -float(search.fun)
    flat = float(function(np.array([0.0]))[0])
    if np.isfinite(flat) and flat >= height - 1e-9:
        return 0.0, flat
    return best, height
