"""Intervals for rates per unit of exposure, such as complaints per 1,000 customers."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, nan, sqrt

from scipy import special, stats

from cxresearch.stats.estimates import Interval, fault
from cxresearch.stats.shares import clopper_pearson

__all__ = ["poisson_dispersion", "poisson_rate", "poisson_ratio"]


def poisson_rate(events: float, exposure: float, conf_level: float = 0.95) -> Interval:
    """How often something happens per unit of exposure (complaints per 1,000 customers).

    Exact Poisson limits: χ²(α/2; 2x)/2 and χ²(1−α/2; 2x+2)/2, divided by the exposure.

    Parameters
    ----------
    events : float
        Count, >= 0.
    exposure : float
        In the unit that the rate is per (thousands of customers: rate per 1,000), > 0.
    conf_level : float

    Returns
    -------
    Interval
        Events per unit of exposure; `n` is the number of events.

    References
    ----------
    Garwood 1936, 10.1093/biomet/28.3-4.437. Compared with R ``poisson.test``.

    Examples
    --------
    >>> r = poisson_rate(48, 12.5)
    >>> r.estimate, round(r.conf_low, 7), round(r.conf_high, 7)
    (3.84, 2.8313129, 5.0912829)
    """
    _exposed(events, exposure)
    upper = (1 + conf_level) / 2
    low = float(special.gammaincinv(events, 1 - upper)) if events > 0 else 0.0
    high = float(special.gammaincinv(events + 1, upper))
    return Interval(
        estimate=events / exposure,
        std_error=sqrt(events) / exposure,
        conf_low=low / exposure,
        conf_high=high / exposure,
        conf_level=conf_level,
        method="exact_poisson",
        n=events,
        df=inf,
    )


def poisson_ratio(
    events_a: int, exposure_a: float, events_b: int, exposure_b: float, conf_level: float = 0.95
) -> Interval:
    """How many times as often something happens in one period or branch as in another.

    Given the total, events a are binomial; Clopper-Pearson limits of that share become limits of
    the rate ratio (a/exposure a)/(b/exposure b). The p value is the exact binomial one.

    Parameters
    ----------
    events_a, events_b : int
    exposure_a, exposure_b : float
        In the same unit, > 0.
    conf_level : float

    Returns
    -------
    Interval
        A ratio; 1 means the same rate. Without events the estimate is missing; `std_error` is on
        the ratio's scale (delta method).

    References
    ----------
    Przyborowski & Wilenski 1940, 10.1093/biomet/31.3-4.313. Compared with R ``poisson.test``.

    Examples
    --------
    >>> r = poisson_ratio(48, 12.5, 30, 10.0)
    >>> round(r.estimate, 2), round(r.conf_low, 7), round(r.p_value, 7)
    (1.28, 0.7946769, 0.3068394)
    """
    _exposed(events_a, exposure_a)
    _exposed(events_b, exposure_b)
    total = events_a + events_b
    scale = exposure_b / exposure_a
    if total == 0:
        return Interval(
            estimate=nan,
            std_error=nan,
            conf_low=0.0,
            conf_high=inf,
            conf_level=conf_level,
            method="exact_conditional",
            n=0,
            p_value=1.0,
        )
    part = clopper_pearson(events_a, total, conf_level)
    ratio = events_a / events_b * scale if events_b else inf
    known = events_a > 0 and events_b > 0
    test = stats.binomtest(int(events_a), int(total), exposure_a / (exposure_a + exposure_b))
    return Interval(
        estimate=ratio,
        std_error=ratio * sqrt(1 / events_a + 1 / events_b) if known else nan,
        conf_low=part.conf_low / (1 - part.conf_low) * scale,
        conf_high=part.conf_high / (1 - part.conf_high) * scale if part.conf_high < 1 else inf,
        conf_level=conf_level,
        method="exact_conditional",
        n=total,
        p_value=float(test.pvalue),
    )


def poisson_dispersion(events: Sequence[float], exposure: Sequence[float]) -> float:
    """How much more complaints scatter over periods than one rate and chance explain.

    Pearson: Σ (x − λe)²/(λe) / (k − 1) with λ = Σ x / Σ e. About 1 where counts are Poisson; above
    1.5 a negative binomial or quasi-Poisson interval is wider by the root of it.

    Parameters
    ----------
    events, exposure : sequence of float
        Counts and what they are over, one per period; at least two.

    Returns
    -------
    float
        Missing where nothing happened at all.

    References
    ----------
    McCullagh & Nelder 1989, *Generalized Linear Models*, section 6.2.

    Examples
    --------
    >>> round(poisson_dispersion([10, 12, 8, 11], [1, 1, 1, 1]), 4)
    0.2846
    >>> poisson_dispersion([5, 25, 5, 25], [10, 10, 10, 10]) > 1.5
    True
    """
    if len(events) != len(exposure) or len(events) < 2:
        raise fault("dispersion needs two periods", found=str(len(events)), hint="take more")
    for one, over in zip(events, exposure, strict=True):
        _exposed(one, over)
    rate = sum(events) / sum(exposure)
    if rate == 0:
        return nan
    chi2 = sum((x - rate * e) ** 2 / (rate * e) for x, e in zip(events, exposure, strict=True))
    return chi2 / (len(events) - 1)


def _exposed(events: float, exposure: float) -> None:
    if not (exposure > 0 and isfinite(exposure)):
        raise fault("a rate needs exposure", found=f"exposure {exposure}", hint="suppress it")
    if not (events >= 0 and isfinite(events)):
        raise fault("events must be a count", found=str(events), hint="count, do not average")
