"""A level with a slope of its own, and seasons, behind waves with known sampling error.

The model is y_t = mu_t + s_t + x_t'b + e_t with Var e_t = H_t known; mu_t = mu_{t-1} + g_t nu_{t-1}
+ eta_t and nu_t = nu_{t-1} + zeta_t with Var eta_t = Qs g_t, Var zeta_t = Zs g_t and g_t the gap
between the waves; the season s_t is a pattern that repeats and sums to zero. Everything
else starts diffuse. Likelihood, filter and smoother are those of statsmodels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from statsmodels.tsa.statespace.kalman_smoother import KalmanSmoother

Array = NDArray[np.float64]

_GRID = 14
_SMALL = 1e-3
_DIED = 1e-3
_LEAST_WEIGHT = 1e-6
_TINY_GAIN = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Structure:
    """A series and what its model is made of; variances are given when it is asked.

    Attributes
    ----------
    y, variances : array (waves,)
        NaN in `y` is a missing wave.
    times : array (waves,)
        In waves, increasing.
    steps : array (waves, k)
        Known changes, whose effects stay the same.
    trend : bool
        The level has a slope that may change.
    season : int
        Waves in a cycle; 1 without.
    places : array of int (waves,)
        Where in the cycle each wave lies.
    """

    y: Array
    variances: Array
    times: Array
    steps: Array
    trend: bool
    season: int
    places: NDArray[np.int64]
    _space: KalmanSmoother = field(init=False)

    def __post_init__(self) -> None:
        """Lay out the state: level, slope, seasons but one, effects of the steps."""
        T, m = len(self.y), self.n_states
        space = KalmanSmoother(k_endog=1, k_states=m, k_posdef=1 + self.trend)
        space.bind(np.ascontiguousarray(self.y[:, None]))
        space["design"] = self.design(self.places, self.steps)[None]
        transition = np.repeat(np.eye(m)[:, :, None], T, axis=2)
        gaps = np.append(np.diff(self.times), 1.0)  # row t leads from wave t to wave t + 1
        if self.trend:
            transition[0, 1] = gaps
        space["transition"] = transition
        space["selection"] = np.eye(m, 1 + self.trend)
        seen = np.isfinite(self.y)
        space["obs_cov"] = np.where(seen, self.variances, 1.0)[None, None]
        space.initialize_diffuse()
        space.loglikelihood_burn = 0
        object.__setattr__(self, "_space", space)

    @property
    def n_states(self) -> int:
        """How many unknowns the state holds."""
        return int(1 + self.trend + (self.season - 1) + self.steps.shape[1])

    @property
    def n_variances(self) -> int:
        """How many variances are to be estimated: of the level, and of the slope."""
        return 1 + self.trend

    def design(self, places: NDArray[np.int64], steps: Array) -> Array:
        """Return how the waves show the state (states x waves)."""
        rows = np.zeros((self.n_states, len(places)))
        rows[0] = 1.0
        first = 1 + self.trend
        for season in range(self.season - 1):
            rows[first + season] = (places == season) * 1.0 - (places == self.season - 1)
        if steps.shape[1]:
            rows[first + self.season - 1 :] = steps.T
        return rows

    def _told(self, variances: Array) -> KalmanSmoother:
        gaps = np.append(np.diff(self.times), 1.0)
        covariance = np.zeros((self.n_variances, self.n_variances, len(self.y)))
        for place, variance in enumerate(variances):
            covariance[place, place] = variance * gaps
        self._space["state_cov"] = covariance
        return self._space

    def log_likelihood(self, variances: Array) -> float:
        """Return the exact diffuse log-likelihood."""
        return float(self._told(variances).loglike())

    def one_step(self, variances: Array) -> Array:
        """Return the log density of each wave given those before it."""
        return np.asarray(self._told(variances).loglikeobs())

    def smooth(self, variances: Array) -> Any:
        """Return statsmodels' smoother output."""
        return self._told(variances).smooth()

    def maximise(self) -> tuple[Array, float]:
        """Return the most likely variances (each may be 0) and the log-likelihood there."""
        known = self.y[np.isfinite(self.y)]
        unit = max(float(np.var(np.diff(known))), float(np.nanmin(self.variances)))

        def loss(roots: Array) -> float:
            return -self.log_likelihood(unit * roots**2)

        starts = [np.full(self.n_variances, one) for one in (0.7, 0.1)]
        if self.trend:
            starts += [np.array([0.7, 0.0]), np.array([0.0, 0.3])]
        tried = [
            optimize.minimize(
                loss, start, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-9}
            )
            for start in starts
        ]
        best = min(tried, key=lambda one: float(one.fun))
        found = unit * np.asarray(best.x) ** 2
        height = -float(best.fun)
        for place in range(self.n_variances):  # zero wins ties
            zero = found.copy()
            zero[place] = 0.0
            flat = self.log_likelihood(zero)
            if flat >= height - _TINY_GAIN:
                found, height = zero, max(flat, height)
        return found, height

    def grid(self, best: Array, height: float) -> tuple[Array, Array]:
        """Return values of the variances and the part of the likelihood that falls to each.

        Flat on the level's variance, and on the standard deviation of the slope's steps: flat on
        their variance, large steps that few waves cannot rule out would drown the rest.
        """
        axes = [self._axis(best, place, height) for place in range(self.n_variances)]
        mesh = _all_pairs(axes)
        even = [_widths(axis if place == 0 else np.sqrt(axis)) for place, axis in enumerate(axes)]
        area = _all_pairs(even).prod(axis=1)
        weights = area * np.exp([self.log_likelihood(one) - height for one in mesh])
        weights /= weights.sum()
        kept = weights > _LEAST_WEIGHT
        return mesh[kept], weights[kept] / weights[kept].sum()

    def _axis(self, best: Array, place: int, height: float) -> Array:
        """Return points from zero to where the likelihood has died away, the others held."""
        at = best.copy()

        def mass(value: float) -> float:
            at[place] = value
            return float(np.exp(self.log_likelihood(at) - height) * value)

        high = max(float(best[place]), _SMALL * float(np.nanmedian(self.variances)))
        peak = mass(high)
        while (now := mass(high)) > _DIED * peak:
            peak, high = max(peak, now), 2 * high
        return np.asarray(np.append(0.0, np.geomspace(_SMALL * high, high, _GRID)))


def _all_pairs(axes: list[Array]) -> Array:
    mesh = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return np.asarray(mesh.reshape(-1, len(axes)))


def _widths(axis: Array) -> Array:
    """Return the weights of the trapezoid rule."""
    halves = np.diff(axis) / 2
    return np.asarray(np.append(halves, 0.0) + np.append(0.0, halves))
