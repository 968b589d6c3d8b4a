"""Which service points differ from the rest by more than their size explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.stats.baselines import checked_counts, never_varies
from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import check_conf_level, fault

Place = Literal["high", "rather_high", "usual", "rather_low", "low"]

_FEWEST_UNITS = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Funnel:
    """Rates of service points against limits for their size; one value a service point.

    `low2` to `high3` are the limits of 2 and 3 sigma at each size. `dispersion` is
    phi = sum z^2 / units, applied to the limits where it is above 1 (`overdispersed`). `place`:
    high and low are beyond 3 sigma, rather_high and rather_low beyond 2.
    """

    value: Array
    n: Array
    centre: float
    z: Array
    dispersion: float
    overdispersed: bool
    sigma: Array
    low2: Array
    high2: Array
    low3: Array
    high3: Array
    place: tuple[Place, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ranks:
    """Rank of each service point (1 is the highest rate) and how sure it is."""

    rank: NDArray[np.int64]
    rank_low: Array
    rank_high: Array
    conf_level: float
    n_resamples: int


def funnel(successes: ArrayLike, n: ArrayLike, *, adjust: bool = True) -> Funnel:
    """Tell which branches stand out once their number of customers is allowed for.

    centre = sum x / sum n; z_i = (x_i/n_i - centre) / sqrt(centre (1 - centre) / n_i); limits
    centre -+ 2 or 3 sigma_i sqrt(phi), phi = sum z^2 / k where above 1, cut to [0, 1].

    Parameters
    ----------
    successes, n : array (units,)
        Counts and bases, one per service point.
    adjust : bool
        Widen the limits for overdispersion: branches usually differ by more than chance.

    Raises
    ------
    StatisticsError
        With fewer than five units (a table says it better), counts outside their bases, or rates
        that are all 0 or all 1.

    References
    ----------
    Spiegelhalter (2005), 10.1002/sim.1970.

    Examples
    --------
    >>> found = funnel([120, 135, 110, 180, 150], [1000, 1050, 980, 1100, 1020])
    >>> round(found.dispersion, 2), found.place[3]
    (3.13, 'usual')
    """
    x, bases = _units(successes, n)
    centre = float(x.sum() / bases.sum())
    if centre in (0.0, 1.0):
        raise never_varies(centre)
    value = x / bases
    sigma = np.sqrt(centre * (1 - centre) / bases)
    z = (value - centre) / sigma
    phi = float((z**2).mean())
    wide = adjust and phi > 1
    if wide:
        sigma = sigma * np.sqrt(phi)
    away = (value - centre) / sigma
    words: list[Place] = ["low", "rather_low", "usual", "rather_high", "high"]
    at = 2 + np.sign(away) * ((np.abs(away) > 2).astype(int) + (np.abs(away) > 3))
    return Funnel(
        value=value,
        n=bases,
        centre=centre,
        z=z,
        dispersion=phi,
        overdispersed=phi > 1,
        sigma=sigma,
        low2=np.maximum(centre - 2 * sigma, 0),
        high2=np.minimum(centre + 2 * sigma, 1),
        low3=np.maximum(centre - 3 * sigma, 0),
        high3=np.minimum(centre + 3 * sigma, 1),
        place=tuple(words[int(i)] for i in at),
    )


def ranks(
    successes: ArrayLike,
    n: ArrayLike,
    *,
    seed: int | np.random.Generator,
    n_resamples: int = 2000,
    conf_level: float = 0.95,
) -> Ranks:
    """Tell how sure the order of the branches is.

    Every branch is drawn anew from its own rate (Jeffreys: Beta(x + 1/2, n - x + 1/2)); the
    interval of a rank holds `conf_level` of its ranks over the draws. League tables without it
    mislead: neighbouring ranks rarely differ.

    Parameters and errors are those of `funnel`.

    References
    ----------
    Goldstein & Spiegelhalter (1996), 10.2307/2983325.

    Examples
    --------
    >>> found = ranks([10, 20, 30, 40, 90], [100] * 5, seed=1)
    >>> found.rank.tolist(), float(found.rank_high[4])
    ([5, 4, 3, 2, 1], 1.0)
    """
    check_conf_level(conf_level)
    x, bases = _units(successes, n)
    rng = np.random.default_rng(seed)
    drawn = rng.beta(x + 0.5, bases - x + 0.5, size=(n_resamples, len(x)))
    order = (-drawn).argsort(axis=1).argsort(axis=1) + 1
    tail = (1 - conf_level) / 2
    value = x / bases
    return Ranks(
        rank=np.array([1 + int((value > one).sum()) for one in value], dtype=np.int64),
        rank_low=np.quantile(order, tail, axis=0, method="inverted_cdf").astype(float),
        rank_high=np.quantile(order, 1 - tail, axis=0, method="inverted_cdf").astype(float),
        conf_level=conf_level,
        n_resamples=n_resamples,
    )


def _units(successes: ArrayLike, n: ArrayLike) -> tuple[Array, Array]:
    x, bases = checked_counts(successes, n, within=True)
    if np.isnan(x).any():
        raise fault("a service point has no count", hint="leave the service point out")
    if len(x) < _FEWEST_UNITS:
        raise fault(
            "a funnel needs at least five service points",
            found=str(len(x)),
            hint="show fewer in a table with their intervals",
        )
    return x, bases
