"""How many customers to ask: margins of error, sample sizes, changes that a wave can detect.

All formulas take the variance of one answer: `share_variance`, `score_variance` (net promoter
points squared), or the square of a rating's standard deviation. Margins and changes are in the
same unit as its root: shares 0 to 1, points, scale points.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite, sqrt

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from cxresearch.errors import StatisticsError
from cxresearch.stats.estimates import fault, quantile

__all__ = [
    "SampleSize",
    "cluster_deff",
    "detectable_change",
    "detectable_slope",
    "margin_of_error",
    "power",
    "required_n",
    "required_n_change",
    "required_n_paired",
    "score_variance",
    "share_variance",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSize:
    """Completed interviews needed, and how many to invite for them.

    Attributes
    ----------
    exact : float
        The formula's value before design effect and rounding.
    n : int
        Interviews: exact × deff, rounded up.
    n_invite : int
        n divided by response and eligibility rates, rounded up.
    """

    exact: float
    n: int
    n_invite: int


def share_variance(share: float) -> float:
    """Return the variance of one yes-or-no answer, p(1 − p).

    Examples
    --------
    >>> share_variance(0.5)
    0.25
    """
    if not 0 <= share <= 1:
        raise fault("a share lies between 0 and 1", found=str(share), hint="write 0.7 for 70 %")
    return share * (1 - share)


def score_variance(promoters: float, detractors: float) -> float:
    """Return the variance of one answer in a net promoter score, 10⁴ (P + D − (P − D)²).

    Examples
    --------
    >>> round(score_variance(0.45, 0.20), 6)
    5875.0
    """
    if not (promoters >= 0 and detractors >= 0 and promoters + detractors <= 1 + 1e-12):
        raise fault(
            "promoters and detractors are shares of the same people",
            found=f"{promoters} and {detractors}",
            hint="write 0.45 for 45 %",
        )
    return 1e4 * (promoters + detractors - (promoters - detractors) ** 2)


def cluster_deff(size: float, rho: float) -> float:
    """Return the design effect 1 + (m − 1) ρ of m answers per account that resemble each other.

    Examples
    --------
    >>> cluster_deff(5, 0.08)
    1.32
    """
    if not (size >= 1 and -1 <= rho <= 1):
        raise fault(
            "answers per cluster are at least 1 and their correlation lies between −1 and 1",
            found=f"{size} and {rho}",
            hint="a usual correlation within accounts is 0.05",
        )
    return 1 + (size - 1) * rho


def margin_of_error(
    variance: float,
    n: float,
    *,
    population: float | None = None,
    deff: float = 1.0,
    conf_level: float = 0.95,
) -> float:
    """By how much a figure from n customers may miss that of all: z sqrt(deff v/n).

    With a population of N the variance is multiplied by (N − n)/(N − 1). Holds for probability
    samples only.

    Parameters
    ----------
    variance : float
        Of one answer.
    n : float
        Interviews.
    population : float, optional
        Customers there are, N >= n.
    deff : float
    conf_level : float

    Returns
    -------
    float
        Half the width of the interval, in the unit of the figure.

    Raises
    ------
    StatisticsError
        For n or variance that cannot be, or a population smaller than n.

    References
    ----------
    Cochran 1977, *Sampling Techniques*, 3rd ed., ch. 4.

    Examples
    --------
    >>> round(margin_of_error(share_variance(0.5), 1068), 4)
    0.03
    """
    _positive("n", n)
    _positive("deff", deff)
    _variance(variance)
    left = 1.0
    if population is not None:
        if population < n:
            raise _too_small(population, n)
        left = (population - n) / (population - 1) if population > 1 else 0.0
    return quantile(conf_level) * sqrt(deff * variance / n * left)


def required_n(
    variance: float,
    margin: float,
    *,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    conf_level: float = 0.95,
) -> SampleSize:
    """How many customers to interview so that the figure is within ± margin.

    n0 = z² v/e²; with N customers n0/(1 + (n0 − 1)/N); times deff; invitations are that over the
    response and eligibility rates.

    Parameters
    ----------
    variance, margin : float
        Of one answer; e > 0, in the unit of the figure.
    population : float, optional
    deff : float
    response_rate, eligibility : float
        0 to 1.
    conf_level : float

    Returns
    -------
    SampleSize

    Raises
    ------
    StatisticsError
        For a margin that is not positive, or where the population is smaller than n.

    References
    ----------
    Cochran 1977, *Sampling Techniques*, 3rd ed., ch. 4.

    Examples
    --------
    >>> size = required_n(share_variance(0.5), 0.03, population=2000, response_rate=0.25)
    >>> round(size.exact, 4), size.n, size.n_invite
    (696.0515, 697, 2788)
    """
    _positive("margin", margin)
    _variance(variance)
    exact = quantile(conf_level) ** 2 * variance / margin**2
    if population is not None:
        _positive("population", population)
        exact = exact / (1 + (exact - 1) / population)
    size = _size(exact, deff, response_rate, eligibility)
    if population is not None and size.n > population:
        raise _too_small(population, size.n)
    return size


def required_n_change(
    variance_1: float,
    variance_2: float,
    change: float,
    *,
    power: float = 0.8,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    conf_level: float = 0.95,
) -> SampleSize:
    """How many customers each of two waves needs to detect a change.

    n = (z + z_power)² (v1 + v2)/d² per wave.

    Examples
    --------
    >>> v = score_variance(0.45, 0.20)
    >>> required_n_change(v, v, 5).n
    3689
    """
    _positive("change", abs(change))
    _variance(variance_1)
    _variance(variance_2)
    exact = (_reach(conf_level, power) / change) ** 2 * (variance_1 + variance_2)
    return _size(exact, deff, response_rate, eligibility)


def required_n_paired(
    sd: float,
    difference: float,
    *,
    power: float = 0.8,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    conf_level: float = 0.95,
) -> SampleSize:
    """How many customers must rate both sides of a gap to detect it: ((z + z_power) s_d/d)².

    `sd` is the standard deviation of the differences, in scale points.

    Examples
    --------
    >>> required_n_paired(1.4, 0.2).n
    385
    """
    _positive("difference", abs(difference))
    _variance(sd)
    exact = (_reach(conf_level, power) * sd / difference) ** 2
    return _size(exact, deff, response_rate, eligibility)


def detectable_change(
    variance_1: float,
    n_1: float,
    variance_2: float,
    n_2: float,
    *,
    power: float = 0.8,
    covariance: float = 0.0,
    conf_level: float = 0.95,
) -> float:
    """How far a figure must move between two waves to be found with this power.

    MDC = (z + z_power) sqrt(v1/n1 + v2/n2 − 2 cov). With power 0.5 it is the smallest move that
    turns out significant. For a design use effective n, or variance V with n = 1.

    Parameters
    ----------
    variance_1, variance_2 : float
        Of one answer in each wave.
    n_1, n_2 : float
    power : float
        At least 0.5.
    covariance : float
        Of the two figures where the same people answer twice.
    conf_level : float

    Returns
    -------
    float
        In the unit of the figure.

    Examples
    --------
    >>> v = score_variance(0.45, 0.20)
    >>> round(detectable_change(v, 400, v, 400), 4)
    15.1842
    """
    error = _change_error(variance_1, n_1, variance_2, n_2, covariance)
    return _reach(conf_level, power) * error


def power(
    change: float,
    variance_1: float,
    n_1: float,
    variance_2: float,
    n_2: float,
    *,
    covariance: float = 0.0,
    conf_level: float = 0.95,
) -> float:
    """How likely two waves of these sizes find a change of this size, 0 to 1.

    Φ(|d|/se − z) + Φ(−|d|/se − z), two-sided.

    Examples
    --------
    >>> v = score_variance(0.45, 0.20)
    >>> round(power(15.1842300, v, 400, v, 400), 4)
    0.8
    """
    error = _change_error(variance_1, n_1, variance_2, n_2, covariance)
    if error == 0:
        return 1.0 if change else 1 - conf_level
    z, shift = quantile(conf_level), abs(change) / error
    return float(special.ndtr(shift - z) + special.ndtr(-shift - z))


def detectable_slope(
    std_error: float, waves: int | ArrayLike, *, power: float = 0.8, conf_level: float = 0.95
) -> tuple[float, float]:
    """How steep a steady trend over several waves must be to be found.

    SE(slope) = SE/sqrt(Σ(t − t̄)²) with the same standard error in every wave; detectable is
    (z + z_power) times that.

    Parameters
    ----------
    std_error : float
        Of one wave's figure.
    waves : int or array-like
        Number of evenly spaced waves, or their times; the slope is per unit of time.
    power, conf_level : float

    Returns
    -------
    slope_error, detectable : float

    Examples
    --------
    >>> [round(x, 7) for x in detectable_slope(0.05, 6)]
    [0.0119523, 0.0334853]
    """
    times = np.arange(waves) if isinstance(waves, int) else np.asarray(waves, dtype=float)
    spread = float(((times - times.mean()) ** 2).sum()) if times.size else 0.0
    if spread == 0:
        raise fault(
            "a slope needs at least two points in time",
            found=f"{times.size} waves",
            hint="plan more waves, or ask for a change between two",
        )
    error = std_error / sqrt(spread)
    return error, _reach(conf_level, power) * error


def _reach(conf_level: float, power: float) -> float:
    if not 0.5 <= power < 1:
        raise fault(
            "power must lie between 0.5 and 1", found=str(power), hint="0.8 is the usual choice"
        )
    return quantile(conf_level) + float(special.ndtri(power))


def _change_error(v_1: float, n_1: float, v_2: float, n_2: float, covariance: float) -> float:
    _variance(v_1)
    _variance(v_2)
    _positive("n_1", n_1)
    _positive("n_2", n_2)
    variance = v_1 / n_1 + v_2 / n_2 - 2 * covariance
    if variance < 0:
        raise fault(
            "the covariance is larger than the variances allow",
            found=str(covariance),
            hint="see overlap_covariance",
        )
    return sqrt(variance)


def _size(exact: float, deff: float, response_rate: float, eligibility: float) -> SampleSize:
    _positive("deff", deff)
    for name, rate in (("response_rate", response_rate), ("eligibility", eligibility)):
        if not 0 < rate <= 1:
            raise fault(
                f"{name} must lie above 0 and at most 1", found=str(rate), hint="0.25 is 25 %"
            )
    needed = exact * deff
    return SampleSize(
        exact=exact, n=_up(needed), n_invite=_up(_up(needed) / (response_rate * eligibility))
    )


def _up(value: float) -> int:
    """Round up, but not for the sake of a rounding error."""
    return ceil(value - 1e-9 * max(value, 1.0))


def _positive(name: str, value: float) -> None:
    if not 0 < value < inf:
        raise fault(f"{name} must be positive", found=str(value), hint="give a number above 0")


def _variance(value: float) -> None:
    if not (value >= 0 and isfinite(value)):
        raise fault(
            "a variance cannot be negative",
            found=str(value),
            hint="use share_variance, score_variance, or the square of a standard deviation",
        )


def _too_small(population: float, n: float) -> StatisticsError:
    return fault(
        "the population is smaller than the sample",
        found=f"population {population:g}, n {n:g}",
        hint="ask everybody, or accept a wider margin",
    )
