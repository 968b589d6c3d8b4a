"""Where customer satisfaction really stands: the level behind waves with sampling error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from cxresearch.stats.coming import Ahead, End
from cxresearch.stats.mixtures import interval, moments
from cxresearch.stats.random_walk import Array, RandomWalk, climb
from cxresearch.stats.series import checked_walk, fault

LevelMethod = Literal["plug_in", "averaged", "estimated"]

_FEWEST_CONTRASTS_AVERAGED = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalLevel:
    """The level behind a series of waves; arrays have one value a wave, in the unit of `y`.

    Attributes
    ----------
    level, level_se, level_low, level_high : array
        Smoothed level (all waves known), its standard error and interval. With steps it is the
        level without them.
    filtered, filtered_se : array
        The level as it was known then; NaN before the first observed wave.
    signal_variance, signal_variance_low, signal_variance_high : float
        Qs, the variance of one wave's true movement, and its profile interval. 0: no true movement
        can be told from sampling error.
    observation_variances : array
        H, the sampling variances used; NaN in missing waves.
    log_likelihood, log_likelihood_at_zero : float
        Log density of the contrasts between waves, at `signal_variance` and at Qs = 0.
    standardised_errors : array
        One-step errors over their standard deviation; NaN where there is none.
    lag1_autocorrelation : float
        Of the standardised errors.
    weighted_mean, weighted_mean_se : float
        The inverse-variance mean of all waves.
    step_effects, step_se : array (k,)
        Coefficients of the step regressors.
    drift, drift_se : float
        Movement per wave; NaN without a drift.
    method : {"plug_in", "averaged", "estimated"}
        plug_in: at one value of Qs; averaged: over its likelihood; estimated: H unknown as well.
    """

    level: Array
    level_se: Array
    level_low: Array
    level_high: Array
    filtered: Array
    filtered_se: Array
    signal_variance: float
    signal_variance_low: float
    signal_variance_high: float
    observation_variances: Array
    log_likelihood: float
    log_likelihood_at_zero: float
    standardised_errors: Array
    lag1_autocorrelation: float
    weighted_mean: float
    weighted_mean_se: float
    step_effects: Array
    step_se: Array
    drift: float
    drift_se: float
    conf_level: float
    n: int
    method: LevelMethod
    end: Ahead


def local_level(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    signal_variance: float | None = None,
    steps: ArrayLike | None = None,
    times: ArrayLike | None = None,
    drift: bool = False,
    conf_level: float = 0.95,
) -> LocalLevel:
    """Tell true movement of satisfaction from sampling error, wave by wave.

    y_t = mu_t + x_t'b + e_t, Var e_t = H_t known; mu_t = mu_{t-1} (+ drift) + eta_t, Var eta_t = Qs
    times the gap between waves; diffuse start. Qs by maximum likelihood of the contrasts between
    waves. The interval is plug-in: it takes Qs for known and is too narrow with few waves
    (`local_level_averaged` is not).

    Parameters
    ----------
    y : array (waves,)
        Figures of the waves; NaN is a missing wave.
    variances : array (waves,)
        Their sampling variances H, finite and above zero, in squared units of `y`.
    signal_variance : float, optional
        Qs, where it is known.
    steps : array (waves, k), optional
        Known changes: mode, questionnaire, campaign (0 before, 1 from then on).
    times : array (waves,), optional
        When the waves were, in waves; increasing. Default 0, 1, 2, ...
    drift : bool
        Let the level move by a constant per wave; from ten observed waves.
    conf_level : float
        Of the level and of the profile interval of Qs.

    Raises
    ------
    StatisticsError
        Where a variance is zero, missing or infinite, lengths differ, times do not increase, or
        a step cannot be told from the level.

    References
    ----------
    Durbin & Koopman (2012), Time Series Analysis by State Space Methods,
    10.1093/acprof:oso/9780199641178.001.0001.

    Examples
    --------
    >>> y = [7.10, 7.25, 7.05, 7.30, 7.42, 7.28]
    >>> fit = local_level(y, [0.009] * 6)
    >>> fit.level.round(2).tolist()
    [7.15, 7.19, 7.18, 7.26, 7.32, 7.3]
    """
    walk, n_steps = checked_walk(y, variances, steps, times, drift, conf_level)
    if signal_variance is None:
        q, likelihood = walk.maximise()
    else:
        q = float(signal_variance)
        if not np.isfinite(q) or q < 0:
            raise fault(
                "the signal variance must be zero or more",
                found=str(signal_variance),
                hint="leave it out to have it estimated",
            )
        likelihood = float(walk.log_likelihood(np.array([q]))[0])
    grid, weights = np.array([q]), np.array([1.0])
    return _fit(walk, n_steps, q, likelihood, grid, weights, conf_level, "plug_in")


def local_level_averaged(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    steps: ArrayLike | None = None,
    times: ArrayLike | None = None,
    drift: bool = False,
    conf_level: float = 0.95,
) -> LocalLevel:
    """Tell true movement from sampling error where waves are few and Qs is poorly known.

    As `local_level`, but level, standard error and interval are averaged over the likelihood of
    Qs normalised to one (a flat weight on Qs >= 0): the interval ends are quantiles of the mixture
    of normal distributions. `signal_variance` and the standardised errors stay those of the
    maximum. Parameters and errors are those of `local_level`; at least five observed waves (one
    more per step), since with fewer the likelihood of Qs cannot be normalised.

    References
    ----------
    Durbin & Koopman (2012), section 13.3 (Bayesian estimation of variances).

    Examples
    --------
    >>> y = [7.10, 7.25, 7.05, 7.30, 7.42, 7.28]
    >>> plug_in, averaged = local_level(y, [0.009] * 6), local_level_averaged(y, [0.009] * 6)
    >>> bool((averaged.level_se > plug_in.level_se).all())
    True
    """
    walk, n_steps = checked_walk(y, variances, steps, times, drift, conf_level)
    if walk.free < _FEWEST_CONTRASTS_AVERAGED:
        raise fault(
            "too few waves to average over the signal variance",
            found=f"{walk.free} contrasts between waves left for it",
            hint=f"give waves for at least {_FEWEST_CONTRASTS_AVERAGED}, or use local_level",
        )
    q, likelihood = walk.maximise()
    grid, weights = _likelihood_weights(walk, q, likelihood)
    return _fit(walk, n_steps, q, likelihood, grid, weights, conf_level, "averaged")


def local_level_estimated(
    y: ArrayLike, *, times: ArrayLike | None = None, conf_level: float = 0.95
) -> LocalLevel:
    """Tell movement from noise where the sampling variance is not known.

    Both variances, H (equal for all waves) and Qs, by maximum likelihood; either may be 0. For
    operational series without a sampling design; survey waves have known variances and belong in
    `local_level`. The profile interval of Qs is not given.

    References
    ----------
    Durbin & Koopman (2012), chapter 2. Compared with R `StructTS` and `KFAS`.

    Examples
    --------
    >>> fit = local_level_estimated([5.0, 5.1, 4.9, 5.2, 6.0, 6.1, 6.0, 6.2])
    >>> round(float(fit.level[-1]), 2)
    6.2
    """
    values = np.asarray(y, dtype=float)
    unit, n_steps = checked_walk(values, np.ones_like(values), None, times, False, conf_level)
    free, top = unit.free, 1.0

    def concentrated(odds: Array) -> Array:
        # share of Qs in Qs + H from its odds; the common factor is maximised out
        share = (odds / (top + odds))[:, None]
        spread = (1 - share) * unit.roots + share
        factor = np.maximum((unit.contrasts**2 / spread).mean(axis=1), np.finfo(float).tiny)
        logs = np.log(spread).sum(axis=1) + free * np.log(factor)
        return np.asarray(-0.5 * (unit.constant + logs + free))

    odds, likelihood = climb(concentrated, 1e-8, 1e8)
    share = odds / (top + odds)
    factor = float((unit.contrasts**2 / ((1 - share) * unit.roots + share)).mean())
    if factor <= 0:
        raise fault(
            "a series that never moves has no variance to estimate",
            found=f"the value {values[np.isfinite(values)][0]} in every wave",
            hint="give the sampling variances to local_level",
        )
    H, q = factor * (1 - share), factor * share
    walk = RandomWalk.build(
        values, np.full_like(values, H), unit.times, unit.regressors, list(unit.in_level)
    )
    return _fit(
        walk, n_steps, q, likelihood, np.array([q]), np.array([1.0]), conf_level, "estimated"
    )


def _fit(
    walk: RandomWalk,
    n_steps: int,
    q: float,
    likelihood: float,
    grid: Array,
    weights: Array,
    conf_level: float,
    method: LevelMethod,
) -> LocalLevel:
    states = walk.states(grid)
    at = walk.states(np.array([q])) if method == "averaged" else states
    errors = at.errors[:, 0]
    level, level_se, low, high = interval(
        states.smoothed, states.smoothed_variance, weights, conf_level
    )
    filtered, filtered_se = moments(states.filtered, states.filtered_variance, weights)
    seen = np.isfinite(walk.y)
    precision = 1 / walk.variances[seen] if method != "estimated" else np.ones(int(seen.sum()))
    spread = 1 / precision.sum() if method != "estimated" else walk.variances[0] / seen.sum()
    diagonal = np.diagonal(states.covariances, axis1=1, axis2=2)
    effects, effects_se = moments(states.coefficients.T, diagonal.T, weights)
    drifts = n_steps < len(effects)
    nothing = np.zeros(len(grid))
    bounds = (np.nan, np.nan) if method == "estimated" else _profile(walk, conf_level)
    return LocalLevel(
        level=level,
        level_se=level_se,
        level_low=low,
        level_high=high,
        filtered=filtered,
        filtered_se=filtered_se,
        signal_variance=q,
        signal_variance_low=bounds[0],
        signal_variance_high=bounds[1],
        observation_variances=walk.variances,
        log_likelihood=likelihood,
        log_likelihood_at_zero=(
            np.nan if method == "estimated" else float(walk.log_likelihood(np.zeros(1))[0])
        ),
        standardised_errors=errors,
        lag1_autocorrelation=lag1(errors),
        weighted_mean=float(np.average(walk.y[seen], weights=precision)),
        weighted_mean_se=float(np.sqrt(spread)),
        step_effects=effects[:n_steps],
        step_se=effects_se[:n_steps],
        drift=float(effects[-1]) if drifts else np.nan,
        drift_se=float(effects_se[-1]) if drifts else np.nan,
        conf_level=conf_level,
        n=int(seen.sum()),
        method=method,
        end=End(
            signal_variance=grid,
            weights=weights,
            level=states.smoothed[-1],
            variance=states.smoothed_variance[-1],
            drift=states.coefficients[:, -1] if drifts else nothing,
            drift_variance=diagonal[:, -1] if drifts else nothing,
            covariance=(
                -np.einsum("gk,gk->g", states.end_gradient, states.covariances[:, :, -1])
                if drifts
                else nothing
            ),
        ),
    )


def _profile(walk: RandomWalk, conf_level: float) -> tuple[float, float]:
    """Return the values of Qs whose log-likelihood is within chi2/2 of the largest."""
    best, height = walk.maximise()
    threshold = height - stats.chi2.ppf(conf_level, 1) / 2

    def above(q: float) -> float:
        return float(walk.log_likelihood(np.array([q]))[0] - threshold)

    low = 0.0
    if best > 0 and above(0.0) < 0:
        low = float(optimize.brentq(above, 0.0, best, xtol=1e-12 * best, rtol=1e-12))
    high = max(best, float(walk.roots.max()), float((walk.contrasts**2).max()))
    while above(high) > 0:
        high *= 4
    return low, float(optimize.brentq(above, best, high, xtol=1e-12 * high, rtol=1e-12))


def _likelihood_weights(walk: RandomWalk, best: float, height: float) -> tuple[Array, Array]:
    """Return values of Qs and the part of the likelihood that falls to each (trapezoids)."""

    def mass(q: float) -> float:
        return float(np.exp(walk.log_likelihood(np.array([q]))[0] - height) * q)

    high = max(best, float(np.median(walk.roots)))
    peak = mass(high)
    while (now := mass(high)) > 1e-6 * peak:
        peak, high = max(peak, now), 2 * high
    grid = np.concatenate([[0.0], np.geomspace(1e-9 * high, high, 200)])
    density = np.exp(walk.log_likelihood(grid) - height)
    weights = np.append(np.diff(grid), 0.0)
    weights[1:] += np.diff(grid)
    weights *= density
    weights /= weights.sum()
    kept = weights > 1e-9
    return grid[kept], weights[kept] / weights[kept].sum()


def lag1(errors: Array) -> float:
    """Return the first autocorrelation of the errors, over pairs of neighbouring waves."""
    known = errors[np.isfinite(errors)]
    if len(known) < 3:
        return float("nan")
    centred = errors - known.mean()
    squares = np.nansum(centred**2)
    return float(np.nansum(centred[1:] * centred[:-1]) / squares) if squares > 0 else float("nan")
