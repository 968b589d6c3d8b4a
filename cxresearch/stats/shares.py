"""Intervals for shares of customers and net promoter scores, and for their differences.

Counts may be fractional: a survey with weights or clusters puts in shares times an effective n.
Shares run from 0 to 1, net promoter scores from −100 to 100 points.
"""

from __future__ import annotations

import math
from math import inf, isfinite, sqrt

from scipy import special

from cxresearch.stats.estimates import Interval, fault, quantile, significance

__all__ = ["clopper_pearson", "net_promoter", "newcombe", "paired_difference", "wilson"]


def wilson(successes: float, n: float, conf_level: float = 0.95) -> Interval:
    """Interval for the share of customers who said yes: Wilson's score interval.

    Centre (p + z²/2n)/(1 + z²/n), half-width z·sqrt(p(1−p)/n + z²/4n²)/(1 + z²/n). It stays
    between 0 and 1 and keeps its level with few answers or shares near the ends, where the
    textbook p ± z·SE does not.

    Parameters
    ----------
    successes, n : float
        Count of yes and of answers, n > 0; may be fractional (share × effective n).
    conf_level : float

    Returns
    -------
    Interval
        A share from 0 to 1; `std_error` is sqrt(p(1−p)/n).

    Raises
    ------
    StatisticsError
        Where n is not positive or successes lie outside 0 to n.

    References
    ----------
    Wilson 1927, 10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> w = wilson(187, 200)
    >>> round(w.conf_low, 7), round(w.conf_high, 7)
    (0.8919809, 0.9616236)
    """
    share = _share(successes, n)
    low, high = _wilson_limits(share, n, quantile(conf_level))
    return Interval(
        estimate=share,
        std_error=sqrt(share * (1 - share) / n),
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        method="wilson",
        n=n,
        n_eff=n,
        n_eff_df=n,
        deff=1.0,
        df=inf,
    )


def clopper_pearson(successes: float, n: float, conf_level: float = 0.95) -> Interval:
    """Interval for a share that never falls short of its level, and is wider for it.

    Beta quantiles B(α/2; x, n−x+1) and B(1−α/2; x+1, n−x). With share × effective n in place of
    the counts this is the interval of Korn and Graubard for surveys.

    Parameters
    ----------
    successes, n : float
        As in `wilson`.
    conf_level : float

    Returns
    -------
    Interval
        A share from 0 to 1.

    References
    ----------
    Clopper & Pearson 1934, 10.1093/biomet/26.4.404; Korn & Graubard 1998, *Survey Methodology*
    24, 193-201.

    Examples
    --------
    >>> c = clopper_pearson(0, 20)
    >>> c.conf_low, round(c.conf_high, 6)
    (0.0, 0.168433)
    """
    share = _share(successes, n)
    upper = (1 + conf_level) / 2
    low = float(special.betaincinv(successes, n - successes + 1, 1 - upper)) if share > 0 else 0.0
    high = float(special.betaincinv(successes + 1, n - successes, upper)) if share < 1 else 1.0
    return Interval(
        estimate=share,
        std_error=sqrt(share * (1 - share) / n),
        conf_low=low,
        conf_high=high,
        conf_level=conf_level,
        method="clopper_pearson",
        n=n,
        n_eff=n,
        n_eff_df=n,
        deff=1.0,
        df=inf,
    )


def net_promoter(
    promoters: float, detractors: float, n: float, conf_level: float = 0.95
) -> Interval:
    """Net promoter score with its interval, in points from −100 to 100.

    The estimate is the plain score 100 (P − D). The interval is the adjusted Wald: three answers
    are added, n' = n + 3, with P' = (promoters + ¾)/n' and D' = (detractors + ¾)/n', and the
    interval is 100 (P' − D') ± z · 100 sqrt((P' + D' − (P' − D')²)/n'). Promoters and detractors
    are shares of the same people: treating them as independent would make the error too small.

    Parameters
    ----------
    promoters, detractors, n : float
        Counts of ratings 9-10, of 0-6 and of all answers; may be fractional (share × effective n).
    conf_level : float

    Returns
    -------
    Interval
        Points. `std_error` and `centre` are those of the adjusted interval, `sampling_error` is
        100 sqrt((P + D − (P − D)²)/n) of the plain score. Ends beyond ±100 are cut, with
        `clipped`.

    Raises
    ------
    StatisticsError
        Where n is not positive, a count is negative, or promoters and detractors exceed n.

    References
    ----------
    Rocks 2016, 10.1080/00031305.2016.1158124.

    Examples
    --------
    >>> nps = net_promoter(50, 25, 100)
    >>> nps.estimate, round(nps.conf_low, 4), round(nps.conf_high, 4)
    (25.0, 8.3022, 40.2415)
    """
    if not (n > 0 and isfinite(n)):
        raise fault("a score needs at least one answer", found=f"n = {n}", hint="suppress it")
    if not (promoters >= 0 and detractors >= 0 and promoters + detractors <= n * (1 + 1e-12)):
        raise fault(
            "promoters and detractors must be parts of n",
            found=f"promoters {promoters}, detractors {detractors}, n {n}",
            hint="give counts, not shares, and count each answer once",
        )
    balance = (promoters - detractors) / n
    spread = (promoters + detractors) / n - balance**2
    n_adjusted = n + 3
    centre = (promoters - detractors) / n_adjusted
    error = sqrt(((promoters + detractors + 1.5) / n_adjusted - centre**2) / n_adjusted)
    half = quantile(conf_level) * error
    low, high = 100 * (centre - half), 100 * (centre + half)
    return Interval(
        estimate=100 * balance,
        std_error=100 * error,
        conf_low=max(low, -100.0),
        conf_high=min(high, 100.0),
        conf_level=conf_level,
        method="adjusted_wald",
        n=n,
        n_eff=n,
        n_eff_df=n,
        deff=1.0,
        df=inf,
        centre=100 * centre,
        sampling_error=100 * sqrt(max(spread, 0.0) / n),
        clipped=low < -100 or high > 100,
    )


def newcombe(
    successes_a: float, n_a: float, successes_b: float, n_b: float, conf_level: float = 0.95
) -> Interval:
    """By how much two groups' shares differ: Newcombe's hybrid score interval for a − b.

    d − sqrt((pa − la)² + (ub − pb)²) to d + sqrt((ua − pa)² + (pb − lb)²), where l and u are the
    Wilson limits of each share. `statistic` and `p_value` are those of the pooled z test. For
    independent groups; the same people twice: `paired_difference`.

    Parameters
    ----------
    successes_a, n_a, successes_b, n_b : float
        Counts of yes and of answers in each group; may be fractional (share × effective n).
    conf_level : float

    Returns
    -------
    Interval
        A difference of shares, −1 to 1.

    References
    ----------
    Newcombe 1998, *Statistics in Medicine* 17, 873-890 (method 10).

    Examples
    --------
    >>> d = newcombe(56, 70, 48, 80)
    >>> round(d.estimate, 2), round(d.conf_low, 7), round(d.conf_high, 7)
    (0.2, 0.0524315, 0.3338727)
    """
    a, b = wilson(successes_a, n_a, conf_level), wilson(successes_b, n_b, conf_level)
    difference = a.estimate - b.estimate
    below = math.hypot(a.estimate - a.conf_low, b.conf_high - b.estimate)
    above = math.hypot(a.conf_high - a.estimate, b.estimate - b.conf_low)
    pooled = (successes_a + successes_b) / (n_a + n_b)
    null_error = sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    statistic, p_value = significance(difference, null_error, inf)
    return Interval(
        estimate=difference,
        std_error=math.hypot(a.std_error, b.std_error),
        conf_low=max(difference - below, -1.0),
        conf_high=min(difference + above, 1.0),
        conf_level=conf_level,
        method="newcombe",
        n=n_a + n_b,
        df=inf,
        statistic=statistic,
        p_value=p_value,
    )


def paired_difference(
    only_first: float, only_second: float, n: float, conf_level: float = 0.95
) -> Interval:
    """By how much the share moved among the same people: adjusted Wald of Bonett and Price.

    With p12 = (b+1)/(n+2) and p21 = (c+1)/(n+2):
    p12 − p21 ± z sqrt((p12 + p21 − (p12 − p21)²)/(n+2)). The estimate is the plain (b − c)/n.

    Parameters
    ----------
    only_first, only_second : float
        People who said yes only the first time (b), only the second time (c).
    n : float
        People asked twice.
    conf_level : float

    Returns
    -------
    Interval
        First share minus second share, −1 to 1.

    References
    ----------
    Bonett & Price 2012, 10.3102/1076998611411915.

    Examples
    --------
    >>> d = paired_difference(12, 5, 100)
    >>> round(d.conf_low, 7), round(d.conf_high, 7)
    (-0.0140646, 0.1513195)
    """
    if not (n > 0 and min(only_first, only_second) >= 0 and only_first + only_second <= n):
        raise fault(
            "those who changed their answer must be part of n",
            found=f"{only_first} and {only_second} of {n}",
            hint="count people with both answers only",
        )
    first, second = (only_first + 1) / (n + 2), (only_second + 1) / (n + 2)
    centre = first - second
    error = sqrt((first + second - centre**2) / (n + 2))
    half = quantile(conf_level) * error
    return Interval(
        estimate=(only_first - only_second) / n,
        std_error=error,
        conf_low=max(centre - half, -1.0),
        conf_high=min(centre + half, 1.0),
        conf_level=conf_level,
        method="bonett_price",
        n=n,
        df=inf,
        centre=centre,
        clipped=centre - half < -1 or centre + half > 1,
    )


def _wilson_limits(share: float, n: float, z: float) -> tuple[float, float]:
    shrink = 1 + z**2 / n
    centre = (share + z**2 / (2 * n)) / shrink
    half = z * sqrt(share * (1 - share) / n + z**2 / (4 * n**2)) / shrink
    low = 0.0 if share == 0 else max(centre - half, 0.0)
    high = 1.0 if share == 1 else min(centre + half, 1.0)
    return low, high


def _share(successes: float, n: float) -> float:
    if not (n > 0 and isfinite(n)):
        raise fault("a share needs at least one answer", found=f"n = {n}", hint="suppress it")
    if not -1e-12 * n <= successes <= n * (1 + 1e-12):
        raise fault(
            "successes must lie between 0 and n",
            found=f"{successes} of {n}",
            hint="check that numerator and denominator count the same rows",
        )
    return min(max(successes / n, 0.0), 1.0)
