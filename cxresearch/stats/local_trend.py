"""Where satisfaction stands and how fast it moves: a level with a slope, and with seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.stats.mixtures import interval, moments
from cxresearch.stats.series import check_conf_level, checked_series, checked_steps, fault
from cxresearch.stats.smoothing import LocalLevel, lag1
from cxresearch.stats.structural import Structure

Array = NDArray[np.float64]

WAVES_FOR_TREND = 10
WAVES_FOR_SEASON = 8
FULL_CYCLES = 2
AICC_BETTER = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrendEnd:
    """What a forecast starts from: the last state for each value of the variances considered.

    `states` are values x states, `covariances` values x states x states; `place` is where in the
    cycle of `season` waves the last wave lies.
    """

    weights: Array
    states: Array
    covariances: Array
    level_variances: Array
    slope_variances: Array
    trend: bool
    season: int
    place: int

    def ahead(self, horizon: Array) -> tuple[Array, Array]:
        """Return means and variances of level and season together (waves x values).

        Waves ahead lie one apart; each has its place in the cycle.
        """
        means, variances = [], []
        for h in horizon:
            row = np.zeros(self.states.shape[1])
            row[0] = 1.0
            if self.trend:
                row[1] = h
            now = (self.place + max(round(float(h)), 1)) % self.season
            for one in range(self.season - 1):
                row[1 + self.trend + one] = float(now == one) - float(now == self.season - 1)
            means.append(self.states @ row)
            moved = h * self.level_variances
            moved = moved + self.slope_variances * max((h - 1) * h * (2 * h - 1) / 6, 0.0)
            variances.append(np.einsum("k,gkl,l->g", row, self.covariances, row) + moved)
        return np.array(means), np.array(variances)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LocalTrend(LocalLevel):
    """A level with a slope or seasons; what it shares with the local level means the same.

    Attributes
    ----------
    slope, slope_se : array (waves,)
        Smoothed movement of the level per wave; NaN without a slope.
    slope_variance : float
        Variance of one wave's change of the slope; NaN without a slope.
    season_effects, season_se : array (season,)
        Departures from the level by place in the cycle, summing to zero; empty without a season.
    """

    slope: Array
    slope_se: Array
    slope_variance: float
    season_effects: Array
    season_se: Array


def local_trend(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    trend: bool = True,
    season: int = 1,
    places: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    times: ArrayLike | None = None,
    averaged: bool = True,
    conf_level: float = 0.95,
) -> LocalTrend:
    """Tell level, slope and season of customer figures from sampling error, wave by wave.

    y_t = mu_t + s_t + x_t'b + e_t, Var e_t = H_t known; mu_t moves by a slope nu_t and a random
    step (variance Qs), nu_t by a random step of its own (variance Zs); s_t repeats and sums to
    zero. Variances by maximum likelihood; with `averaged` level and interval are averaged over
    their likelihood (flat on Qs and on the square root of Zs), which errs on the wide side.

    Parameters
    ----------
    y : array (waves,)
        Figures of the waves; NaN is a missing wave.
    variances : array (waves,)
        Their sampling variances H, above zero, in squared units of `y`.
    trend : bool
        Let the level have a slope that may change; from ten observed waves.
    season : int
        Waves in a cycle; 1 without. Two full cycles and eight observed waves are needed.
    places : array of int (waves,), optional
        Where in the cycle each wave lies; by default 0, 1, ..., in the order of the waves.
    steps : array (waves, k), optional
        Known changes, as in `local_level`.
    times : array (waves,), optional
        When the waves were, in waves; increasing.
    averaged : bool
    conf_level : float

    Raises
    ------
    StatisticsError
        With too few waves for a slope or for seasons, or as `local_level`.

    References
    ----------
    Durbin & Koopman (2012), chapters 3 and 5, 10.1093/acprof:oso/9780199641178.001.0001;
    Harvey (1989), 10.1017/CBO9781107049994.

    Examples
    --------
    >>> y = [7.1, 7.2, 7.25, 7.4, 7.5, 7.55, 7.7, 7.75, 7.9, 8.0, 8.05, 8.2]
    >>> fit = local_trend(y, [0.002] * 12)
    >>> round(float(fit.slope[-1]), 1), fit.method
    (0.1, 'averaged')
    """
    check_conf_level(conf_level)
    structure, n_steps = _structure(y, variances, trend, season, places, steps, times)
    best, height = structure.maximise()
    grid, weights = (best[None], np.ones(1)) if not averaged else structure.grid(best, height)
    found = [structure.smooth(one) for one in grid]
    at = structure.smooth(best)
    first_slope, first_season = 1, 1 + trend
    first_step = first_season + season - 1

    def over(rows: Array) -> tuple[Array, Array, Array, Array]:
        """Mean, error and interval of a linear function of the states, at every wave."""
        means = np.array([rows @ one.smoothed_state for one in found]).T
        spread = np.array(
            [np.einsum("k,klt,l->t", rows, one.smoothed_state_cov, rows) for one in found]
        ).T
        return interval(means, np.maximum(spread, 0.0), weights, conf_level)

    eye = np.eye(structure.n_states)
    level, level_se, low, high = over(eye[0])
    nothing = np.full(len(structure.y), np.nan)
    slope, slope_se = over(eye[first_slope])[:2] if trend else (nothing, nothing)
    cycle = structure.design(np.arange(season), np.zeros((season, n_steps))).T
    cycle[:, 0] = 0.0
    seasons = [over(row) for row in cycle] if season > 1 else []
    effects = [over(eye[first_step + one]) for one in range(n_steps)]
    diffuse = max((int(one.nobs_diffuse) for one in found), default=0)
    filtered, filtered_se = moments(
        np.array([one.filtered_state[0] for one in found]).T,
        np.maximum(np.array([one.filtered_state_cov[0, 0] for one in found]).T, 0.0),
        weights,
    )
    early = np.arange(len(structure.y)) < diffuse - 1
    filtered, filtered_se = (np.where(early, np.nan, one) for one in (filtered, filtered_se))
    seen = np.isfinite(structure.y)
    unknown = ~seen | (np.arange(len(seen)) < diffuse)
    errors = np.where(unknown, np.nan, at.standardized_forecasts_error[0])
    precision = 1 / structure.variances[seen]
    zeros = np.zeros(len(grid))
    return LocalTrend(
        level=level,
        level_se=level_se,
        level_low=low,
        level_high=high,
        filtered=filtered,
        filtered_se=filtered_se,
        signal_variance=float(best[0]),
        signal_variance_low=np.nan,
        signal_variance_high=np.nan,
        observation_variances=structure.variances,
        log_likelihood=height,
        log_likelihood_at_zero=structure.log_likelihood(np.zeros(structure.n_variances)),
        standardised_errors=errors,
        lag1_autocorrelation=lag1(errors),
        weighted_mean=float(np.average(structure.y[seen], weights=precision)),
        weighted_mean_se=float(np.sqrt(1 / precision.sum())),
        step_effects=np.array([one[0][-1] for one in effects]),
        step_se=np.array([one[1][-1] for one in effects]),
        drift=np.nan,
        drift_se=np.nan,
        conf_level=conf_level,
        n=int(seen.sum()),
        method="averaged" if averaged else "plug_in",
        end=TrendEnd(
            weights=weights,
            states=np.array([one.smoothed_state[:, -1] for one in found]),
            covariances=np.array([one.smoothed_state_cov[:, :, -1] for one in found]),
            level_variances=grid[:, 0],
            slope_variances=grid[:, 1] if trend else zeros,
            trend=trend,
            season=season,
            place=int(structure.places[-1]),
        ),
        slope=slope,
        slope_se=slope_se,
        slope_variance=float(best[1]) if trend else np.nan,
        season_effects=np.array([one[0][-1] for one in seasons]),
        season_se=np.array([one[1][-1] for one in seasons]),
    )


def trend_aicc(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    season: int = 1,
    places: ArrayLike | None = None,
    steps: ArrayLike | None = None,
    times: ArrayLike | None = None,
) -> tuple[float, float]:
    """Tell whether a slope is worth its place: AICc without it and with it.

    Both from the density of the same waves: those that follow once the larger model's unknowns
    have been seen. So the two may be compared, which diffuse likelihoods may not.

    References
    ----------
    Hurvich & Tsai (1989), 10.1093/biomet/76.2.297; Francke, Koopman & de Vos (2010),
    10.1111/j.1467-9892.2010.00673.x.

    Examples
    --------
    >>> rising = [7 + 0.1 * wave for wave in range(14)]
    >>> level, trend = trend_aicc(rising, [0.001] * 14)
    >>> trend < level
    True
    """
    larger, _ = _structure(y, variances, True, season, places, steps, times)
    smaller, _ = _structure(y, variances, False, season, places, steps, times)
    seen = np.isfinite(larger.y)
    kept = seen & (np.cumsum(seen) > larger.n_states)
    n, found = int(kept.sum()), []
    for one in (smaller, larger):
        best, _ = one.maximise()
        k = one.n_variances
        if n <= k + 1:
            raise fault(
                "too few waves to weigh a slope against none",
                found=f"{n} waves after the first {larger.n_states}",
                hint="keep to the level",
            )
        told = float(one.one_step(best)[kept].sum())
        found.append(-2 * told + 2 * k + 2 * k * (k + 1) / (n - k - 1))
    return found[0], found[1]


def full_cycles(places: ArrayLike, observed: ArrayLike, season: int) -> bool:
    """Return whether every place of the cycle was seen in two cycles, in eight waves or more.

    Examples
    --------
    >>> full_cycles([0, 1, 2, 3] * 2, [True] * 8, 4), full_cycles([0, 1, 2, 3], [True] * 4, 4)
    (True, False)
    """
    seen = np.asarray(places)[np.asarray(observed, dtype=bool)]
    counts = np.bincount(seen.astype(int), minlength=season)
    return bool(len(seen) >= WAVES_FOR_SEASON and (counts[:season] >= FULL_CYCLES).all())


def _structure(
    y: ArrayLike,
    variances: ArrayLike,
    trend: bool,
    season: int,
    places: ArrayLike | None,
    steps: ArrayLike | None,
    times: ArrayLike | None,
) -> tuple[Structure, int]:
    values, H, when = checked_series(y, variances, times)
    columns = checked_steps(steps, len(values))
    seen = np.isfinite(values)
    if trend and seen.sum() < WAVES_FOR_TREND:
        raise fault(
            "a slope that may change needs ten observed waves",
            found=str(int(seen.sum())),
            hint="leave trend=False, or fit the weighted line",
        )
    where = np.arange(len(values)) if places is None else np.asarray(places, dtype=int)
    where = where % season
    if season > 1 and not full_cycles(where, seen, season):
        raise fault(
            "seasons need two full cycles and eight observed waves",
            found=f"{int(seen.sum())} waves in cycles of {season}",
            hint="leave season=1 until every part of the cycle was seen twice",
        )
    structure = Structure(
        y=values,
        variances=H,
        times=when,
        steps=columns,
        trend=trend,
        season=season,
        places=where,
    )
    rows = structure.design(where, columns)
    if trend:
        rows[1] = when - when[0]
    if np.linalg.matrix_rank(rows[:, seen]) < structure.n_states or (
        seen.sum() < structure.n_states + structure.n_variances + 1
    ):
        raise fault(
            "steps and seasons cannot be told from the level and its slope",
            found=f"{structure.n_states} unknowns, {int(seen.sum())} observed waves",
            hint="each step needs observed waves before and after it; leave out repeats",
        )
    return structure, columns.shape[1]
