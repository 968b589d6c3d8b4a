"""League tables told honestly: shrunken scores, and limits for what size alone explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from cxresearch.stats.estimates import quantile
from cxresearch.stats.funnel import Funnel, Place
from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import check_conf_level, fault

_FEWEST_UNITS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shrunken:
    """Scores pulled towards their common mean by as much as each is uncertain.

    `weight` is how far each unit is believed for itself (0: not at all, 1: fully), `mean` the
    common mean, `between_sd` the standard deviation of the true scores (0: nothing but chance).
    """

    estimate: Array
    std_error: Array
    low: Array
    high: Array
    weight: Array
    mean: float
    between_sd: float


def shrink(y: ArrayLike, variances: ArrayLike, *, conf_level: float = 0.95) -> Shrunken:
    """Tell what the branches' true scores probably are: empirical Bayes.

    y_i ~ N(theta_i, v_i), theta_i ~ N(mu, tau²). tau² makes Q equal its degrees of freedom
    (Paule & Mandel), mu is the mean weighted by 1/(v_i + tau²), and theta_i is estimated by
    mu + (1 - B_i)(y_i - mu), B_i = (k - 3)/(k - 1) v_i/(v_i + tau²), with Morris's variance
    v_i (1 - (k - 1)/k B_i) + 2/(k - 3) B_i² (y_i - mu)², which carries the uncertainty of mu
    and tau².

    Parameters
    ----------
    y, variances : array (units,)
        Scores and their sampling variances, above zero.
    conf_level : float

    Raises
    ------
    StatisticsError
        With fewer than five units, or variances that are not above zero.

    References
    ----------
    Morris (1983), 10.1080/01621459.1983.10477920; Paule & Mandel (1982), 10.6028/jres.087.022.

    Examples
    --------
    >>> found = shrink([60.0, 70, 65, 75, 55], [25.0] * 5)
    >>> found.estimate.round(1).tolist(), round(found.between_sd, 2)
    ([61.0, 69.0, 65.0, 73.0, 57.0], 6.12)
    """
    check_conf_level(conf_level)
    values, v = _units(y, variances)
    k = len(values)
    tau2 = _between(values, v)
    w = 1 / (v + tau2)
    mean = float(np.average(values, weights=w))
    B = (k - 3) / (k - 1) * v * w
    estimate = mean + (1 - B) * (values - mean)
    spread = v * (1 - (k - 1) / k * B) + 2 / (k - 3) * B**2 * (values - mean) ** 2
    error = np.sqrt(spread)
    reach = quantile(conf_level) * error
    return Shrunken(
        estimate=estimate,
        std_error=error,
        low=estimate - reach,
        high=estimate + reach,
        weight=1 - B,
        mean=mean,
        between_sd=float(np.sqrt(tau2)),
    )


def score_funnel(
    value: ArrayLike,
    n: ArrayLike,
    spread: float,
    *,
    ends: tuple[float, float],
    adjust: bool = True,
) -> Funnel:
    """Tell which branches stand out once their number of answers is allowed for, for any score.

    centre = sum n y / sum n, z_i = (y_i - centre) / sqrt(spread / n_i), limits centre -+ 2 or 3
    sqrt(phi spread / n_i) with phi = sum z² / k where above 1. For shares with spread
    p (1 - p) this is `cxresearch.stats.funnel.funnel`.

    Parameters
    ----------
    value, n : array (units,)
        Scores and effective numbers of answers.
    spread : float
        Variance of one answer within units, above zero.
    ends : (low, high)
        Ends of the scale, at which limits are cut.
    adjust : bool
        Widen the limits for overdispersion.

    References
    ----------
    Spiegelhalter (2005), 10.1002/sim.1970.

    Examples
    --------
    >>> found = score_funnel([30.0, 28, 45, 33, 31], [100] * 5, 5875, ends=(-100, 100))
    >>> round(found.centre, 1), found.place[2]
    (33.4, 'usual')
    """
    y, bases = _units(value, n)
    if not spread > 0:
        raise fault("answers that never vary have no limits", found=str(spread), hint="use a table")
    centre = float(np.average(y, weights=bases))
    sigma = np.sqrt(spread / bases)
    z = (y - centre) / sigma
    phi = float((z**2).mean())
    if adjust and phi > 1:
        sigma = sigma * np.sqrt(phi)
    away = (y - centre) / sigma
    words: list[Place] = ["low", "rather_low", "usual", "rather_high", "high"]
    at = 2 + np.sign(away) * ((np.abs(away) > 2).astype(int) + (np.abs(away) > 3))
    low, high = ends
    return Funnel(
        value=y,
        n=bases,
        centre=centre,
        z=z,
        dispersion=phi,
        overdispersed=phi > 1,
        sigma=sigma,
        low2=np.maximum(centre - 2 * sigma, low),
        high2=np.minimum(centre + 2 * sigma, high),
        low3=np.maximum(centre - 3 * sigma, low),
        high3=np.minimum(centre + 3 * sigma, high),
        place=tuple(words[int(i)] for i in at),
    )


def _between(y: Array, v: Array) -> float:
    df = len(y) - 1

    def surplus(extra: float) -> float:
        w = 1 / (v + extra)
        mean = np.average(y, weights=w)
        return float((w * (y - mean) ** 2).sum()) - df

    if surplus(0.0) <= 0:
        return 0.0
    top = float(((y - y.mean()) ** 2).sum()) / df  # bounds tau² from above
    return float(optimize.brentq(surplus, 0.0, top, xtol=1e-14, rtol=1e-12))


def _units(y: ArrayLike, v: ArrayLike) -> tuple[Array, Array]:
    values, sizes = np.asarray(y, dtype=float), np.asarray(v, dtype=float)
    if values.ndim != 1 or values.shape != sizes.shape or not np.isfinite(values).all():
        raise fault(
            "a league needs one score and one size per unit",
            found=f"shapes {values.shape} and {sizes.shape}",
            hint="leave units without a score out",
        )
    if not (np.isfinite(sizes).all() and (sizes > 0).all()):
        raise fault(
            "sizes and variances are above zero", found=str(sizes.min()), hint="leave the unit out"
        )
    if len(values) < _FEWEST_UNITS:
        raise fault(
            "a league needs at least five units",
            found=str(len(values)),
            hint="show fewer in a table with their intervals",
        )
    return values, sizes
