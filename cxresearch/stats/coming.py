"""The coming waves: where the level behind them will stand, and what a survey would show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import first
from cxresearch.stats.mixtures import distribution, interval
from cxresearch.stats.series import check_conf_level, fault

Array = NDArray[np.float64]


class Ahead(Protocol):
    """The state of a fitted level at its last wave, for each value of its variances."""

    @property
    def weights(self) -> Array:
        """Part of each value of the variances in the mixture."""

    def ahead(self, horizon: Array) -> tuple[Array, Array]:
        """Return means and variances of the level so many waves ahead (waves x values)."""


class Levelled(Protocol):
    """A fitted level, of whatever model."""

    @property
    def end(self) -> Ahead:
        """What a forecast starts from."""

    @property
    def conf_level(self) -> float:
        """Confidence level of the fit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class End:
    """What a forecast starts from: the last level for each value of Qs considered."""

    signal_variance: Array
    weights: Array
    level: Array
    variance: Array
    drift: Array
    drift_variance: Array
    covariance: Array

    def ahead(self, horizon: Array) -> tuple[Array, Array]:
        """Return means and variances of the level so many waves ahead (waves x values of Qs)."""
        h = horizon[:, None]
        means = self.level + h * self.drift
        spread = self.variance + h * self.signal_variance
        return means, spread + 2 * h * self.covariance + h**2 * self.drift_variance


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast:
    """The coming waves: the true level, and the figure that a survey would show.

    `conf_low` and `conf_high` are for the observed figure of a wave of the planned size,
    `level_low` and `level_high` for the true level. One value a wave ahead.
    """

    horizon: Array
    estimate: Array
    level_se: Array
    level_low: Array
    level_high: Array
    observed_se: Array
    conf_low: Array
    conf_high: Array
    conf_level: float
    planned_variance: Array
    weights: Array
    means: Array  # waves ahead x values of Qs
    level_variances: Array  # waves ahead x values of Qs

    def probability(
        self, target: float, *, of: Literal["level", "observed"] = "level", at_least: bool = True
    ) -> Array:
        """Return the probability of reaching the target, for each wave ahead.

        Parameters
        ----------
        target : float
            In the unit of the series.
        of : {"level", "observed"}
            The true level, or the figure of a survey of the planned size.
        at_least : bool
            True: at or above the target; False: at or below.
        """
        extra = self.planned_variance[:, None] if of == "observed" else 0.0
        spread = np.sqrt(self.level_variances + extra)
        below: Array = distribution(np.full(len(self.means), target), self.means, spread) @ (
            self.weights
        )
        return 1.0 - below if at_least else below


def forecast(
    fit: Levelled,
    horizon: int | ArrayLike,
    planned_variance: ArrayLike,
    *,
    conf_level: float | None = None,
) -> Forecast:
    """Say what the coming waves will show, and how surely.

    Level variance P + h Qs (and that of the drift, the slope or the season); the observed figure
    adds the sampling variance of the planned wave. An averaged fit gives mixtures over Qs.
    Steps are taken to stay away:
    add the effect of those that go on.

    Parameters
    ----------
    fit : LocalLevel or LocalTrend
    horizon : int or array
        How many waves ahead (1, 2, ... up to it); or how far ahead each, in waves.
    planned_variance : float or array (waves ahead,)
        Sampling variance of a coming wave, in squared units of the series.

    Raises
    ------
    StatisticsError
        Where the horizon is below one or a planned variance is not finite and zero or more.

    References
    ----------
    Durbin & Koopman (2012), section 2.5.

    Examples
    --------
    >>> from cxresearch.stats.smoothing import local_level
    >>> fit = local_level([7.1, 7.2, 7.1, 7.3, 7.4, 7.3], [0.009] * 6, signal_variance=0.01)
    >>> ahead = forecast(fit, 2, 0.009)
    >>> ahead.conf_low.round(2).tolist()
    [7.01, 6.95]
    """
    ahead = np.asarray(horizon, dtype=float)
    steps = np.arange(1.0, float(ahead) + 1) if ahead.ndim == 0 else ahead.reshape(-1)
    if not steps.size or not np.isfinite(steps).all() or (steps <= 0).any():
        raise fault("a forecast needs a wave ahead", found=str(horizon), hint="give 1 or more")
    planned = np.asarray(planned_variance, dtype=float)
    if planned.ndim > 1 or planned.size not in (1, len(steps)):
        raise fault(
            "one planned variance, or one per wave ahead",
            found=f"{planned.size} for {len(steps)} waves",
            hint="give a number, or as many as there are waves ahead",
        )
    planned = np.broadcast_to(planned.reshape(-1), steps.shape).copy()
    if not (np.isfinite(planned) & (planned >= 0)).all():
        raise fault(
            "a planned sampling variance must be finite and not negative",
            found=first(planned.tolist()),
            hint="for a mean it is the respondent variance over the planned n",
        )
    conf_level = fit.conf_level if conf_level is None else conf_level
    check_conf_level(conf_level)
    means, level_variances = fit.end.ahead(steps)
    weights = fit.end.weights
    estimate, level_se, low, high = interval(means, level_variances, weights, conf_level)
    _, observed_se, conf_low, conf_high = interval(
        means, level_variances + planned[:, None], weights, conf_level
    )
    return Forecast(
        horizon=steps,
        estimate=estimate,
        level_se=level_se,
        level_low=low,
        level_high=high,
        observed_se=observed_se,
        conf_low=conf_low,
        conf_high=conf_high,
        conf_level=conf_level,
        planned_variance=planned,
        weights=weights,
        means=means,
        level_variances=level_variances,
    )
