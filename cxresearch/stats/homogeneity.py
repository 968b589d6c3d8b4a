"""Whether waves differ by more than sampling error, and the straight line through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize, stats

from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import check_conf_level, checked_series, fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Homogeneity:
    """Cochran's Q: movement of the waves around their common mean, in units of sampling error.

    `estimate` is the inverse-variance mean with its standard error and normal interval;
    `statistic` is Q on `df` degrees of freedom; `i_squared` the share of the movement beyond
    sampling error.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    statistic: float
    df: int
    p_value: float
    i_squared: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightedLine:
    """A straight line through the waves, per wave, weighted by their precision.

    `intercept` is the line at time 0. `statistic` is the residual Q on `df`. `extra_variance` is
    the variance between waves beyond sampling error (0 for the line with known variances).
    """

    intercept: float
    intercept_se: float
    slope: float
    slope_se: float
    slope_low: float
    slope_high: float
    slope_p_value: float
    statistic: float
    df: int
    p_value: float
    extra_variance: float
    conf_level: float
    n: int
    method: Literal["known_variances", "random_effects"]


def homogeneity(y: ArrayLike, variances: ArrayLike, *, conf_level: float = 0.95) -> Homogeneity:
    """Tell whether all movement between waves may be sampling error.

    Q = sum (y_t - ybar_w)^2 / v_t on T - 1 degrees of freedom, ybar_w the inverse-variance mean.

    Parameters
    ----------
    y, variances : array (waves,)
        Figures and their sampling variances; NaN in `y` is a missing wave.

    Raises
    ------
    StatisticsError
        Where a variance is not finite and above zero, or fewer than two waves were observed.

    References
    ----------
    Cochran (1954), Biometrics 10, 101-129, 10.2307/3001666.

    Examples
    --------
    >>> test = homogeneity([7.2, 7.15, 7.22, 7.18, 7.25, 7.1], [0.009] * 6)
    >>> round(test.statistic, 2), test.df, round(test.p_value, 2)
    (1.57, 5, 0.9)
    """
    check_conf_level(conf_level)
    y, v = _observed(y, variances, fewest=2)[:2]
    mean = float(np.average(y, weights=1 / v))
    error = float(np.sqrt(1 / (1 / v).sum()))
    Q = float(((y - mean) ** 2 / v).sum())
    df = len(y) - 1
    reach = float(stats.norm.ppf((1 + conf_level) / 2)) * error
    return Homogeneity(
        estimate=mean,
        std_error=error,
        conf_low=mean - reach,
        conf_high=mean + reach,
        statistic=Q,
        df=df,
        p_value=float(stats.chi2.sf(Q, df)),
        i_squared=max(0.0, 1 - df / Q) if Q > 0 else 0.0,
        n=len(y),
    )


def weighted_line(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    times: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> WeightedLine:
    """Tell how much satisfaction moves per wave, if it moves in a straight line.

    Weighted least squares with known sampling variances: standard errors are not rescaled by the
    residuals, the interval is normal. Where the residual Q rejects, the line does not describe
    the waves and its interval is too narrow: take `random_effects_line`.

    Parameters
    ----------
    y, variances : array (waves,)
        Figures and their sampling variances; NaN in `y` is a missing wave.
    times : array (waves,), optional
        When the waves were, in waves; default 0, 1, 2, ...

    Raises
    ------
    StatisticsError
        As `homogeneity`; at least three observed waves.

    Examples
    --------
    >>> line = weighted_line([7.1, 7.2, 7.3, 7.4], [0.01] * 4)
    >>> round(line.slope, 3), round(line.slope_se, 4)
    (0.1, 0.0447)
    """
    check_conf_level(conf_level)
    y, v, when = _observed(y, variances, fewest=3, times=times)
    return _line(y, v, when, 0.0, conf_level, "known_variances")


def random_effects_line(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    times: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> WeightedLine:
    """Tell the movement per wave where waves scatter around the line beyond sampling error.

    Adds to each v_t one variance tau^2, chosen so that the residual Q equals its degrees of
    freedom (Paule & Mandel 1982); 0 where it is smaller already. Intervals and the p value are of
    Student's t on T - 2 degrees of freedom, since tau^2 rests on few waves. `statistic` and
    `p_value` remain those of the residual Q with sampling error alone.

    Parameters and errors are those of `weighted_line`.

    References
    ----------
    Paule & Mandel (1982), 10.6028/jres.087.022; Knapp & Hartung (2003), 10.1002/sim.1482.

    Examples
    --------
    >>> line = random_effects_line([7.1, 7.6, 7.0, 7.7, 7.4], [0.01] * 5)
    >>> round(line.extra_variance, 3), round(line.slope_se, 3)
    (0.098, 0.104)
    """
    check_conf_level(conf_level)
    y, v, when = _observed(y, variances, fewest=3, times=times)
    df = len(y) - 2

    def surplus(extra: float) -> float:
        return _least_squares(y, v + extra, when)[2] - df

    extra = 0.0
    if surplus(0.0) > 0:
        # unweighted residual squares over df bound tau^2 from above
        top = _least_squares(y, np.ones_like(v), when)[2] / df
        extra = float(optimize.brentq(surplus, 0.0, top, xtol=1e-14, rtol=1e-12))
    return _line(y, v, when, extra, conf_level, "random_effects")


def _line(
    y: Array,
    v: Array,
    when: Array,
    extra: float,
    conf_level: float,
    method: Literal["known_variances", "random_effects"],
) -> WeightedLine:
    coefficients, covariance, _ = _least_squares(y, v + extra, when)
    Q = _least_squares(y, v, when)[2]
    df = len(y) - 2
    spread = stats.norm() if method == "known_variances" else stats.t(df)
    errors = np.sqrt(np.diagonal(covariance))
    slope, slope_se = float(coefficients[1]), float(errors[1])
    reach = float(spread.ppf((1 + conf_level) / 2)) * slope_se
    return WeightedLine(
        intercept=float(coefficients[0]),
        intercept_se=float(errors[0]),
        slope=slope,
        slope_se=slope_se,
        slope_low=slope - reach,
        slope_high=slope + reach,
        slope_p_value=float(2 * spread.sf(abs(slope / slope_se))),
        statistic=Q,
        df=df,
        p_value=float(stats.chi2.sf(Q, df)),
        extra_variance=extra,
        conf_level=conf_level,
        n=len(y),
        method=method,
    )


def _least_squares(y: Array, v: Array, when: Array) -> tuple[Array, Array, float]:
    design = np.column_stack([np.ones_like(when), when])
    covariance: Array = np.asarray(np.linalg.inv((design.T / v) @ design), dtype=float)
    coefficients = covariance @ (design.T @ (y / v))
    return coefficients, covariance, float(((y - design @ coefficients) ** 2 / v).sum())


def _observed(
    y: ArrayLike, variances: ArrayLike, *, fewest: int, times: ArrayLike | None = None
) -> tuple[Array, Array, Array]:
    """Return the observed waves: figures, variances, times."""
    y, v, when = checked_series(y, variances, times)
    seen = np.isfinite(y)
    if seen.sum() < fewest:
        raise fault(
            "too few observed waves",
            found=f"{int(seen.sum())} of {len(y)}",
            hint=f"at least {fewest} are needed",
        )
    return y[seen], v[seen], when[seen]
