"""Sample sizes in plain numbers: margin, size, detectable change, power.

What is measured is said by one of three descriptions: a share (`p`, by default one half, the
worst case), a mean (`sd`, the standard deviation of one answer), or a net promoter score
(`promoters` and `detractors`, shares). Results are in the unit of the figure: shares from 0 to
1, scale points, NPS points. `paired` means gaps within the same respondents (perception minus
expectation), `sd` then being the standard deviation of those differences.
"""

from __future__ import annotations

from math import sqrt

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats import power as sizes
from cxresearch.stats.intervals import quantile

WORST_SHARE = 0.5


def margin_of_error(
    n: float,
    *,
    p: float | None = None,
    sd: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    conf_level: float = 0.95,
) -> float:
    """By how much a figure from n customers may miss that of all customers.

    e = z sqrt(deff v / m), m = n response_rate eligibility interviews; v = p (1 - p), sd², or
    10⁴ (P + D - (P - D)²); times (N - m)/(N - 1) under the root for a population of N.

    Parameters
    ----------
    n : float
        Customers interviewed; invited, where a response rate below one is given.
    p, sd, promoters, detractors : float, optional
        What is measured (see the module); a share of one half by default.
    population : float, optional
        Customers there are.
    deff : float
        Design effect of weights and clusters, 1 + (m - 1) rho for m answers per account.
    response_rate, eligibility : float
        Shares of the invited who answer, and of those who may.
    conf_level : float

    Returns
    -------
    float
        Half the width of the interval. It holds for probability samples only: of volunteers
        and convenience samples no margin of error can be stated.

    Raises
    ------
    StatisticsError
        Two descriptions at once, or numbers that cannot be.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., ch. 4.

    Examples
    --------
    >>> round(margin_of_error(1068), 4)
    0.03
    >>> round(margin_of_error(1057, promoters=0.50, detractors=0.25), 2)
    5.0
    """
    variance = _variance(p, sd, promoters, detractors)
    interviews = _interviews(n, response_rate, eligibility)
    return sizes.margin_of_error(
        variance, interviews, population=population, deff=deff, conf_level=conf_level
    )


def required_n(
    margin: float | None = None,
    *,
    change: float | None = None,
    p: float | None = None,
    sd: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    paired: bool = False,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    power: float = 0.8,
    conf_level: float = 0.95,
) -> int:
    """How many customers to ask for a margin of error, or to find a change or a gap.

    Margin e: n = z² v/e², with N customers n/(1 + (n - 1)/N). Change d between two waves:
    n = (z + z_power)² 2v/d² in each. Gap d (`paired`): n = ((z + z_power) sd/d)². All times
    deff, over response and eligibility rates, rounded up.

    Parameters
    ----------
    margin : float, optional
        Half the width of the interval that is wanted.
    change : float, optional
        Smallest difference to be found, instead of a margin.
    p, sd, promoters, detractors : float, optional
        What is measured (see the module); a share of one half by default.
    paired : bool
        The change is a gap within respondents, tested against zero.
    population : float, optional
    deff, response_rate, eligibility : float
    power : float
        Chance of finding the change if it is there, at least 0.5.
    conf_level : float

    Returns
    -------
    int
        Interviews, per wave for a change; customers to invite where a response or eligibility
        rate below one is given.

    Raises
    ------
    StatisticsError
        Neither or both of margin and change, a margin that is not positive, or a population
        smaller than the interviews needed.

    References
    ----------
    Cochran (1977), *Sampling Techniques*, 3rd ed., ch. 4; Cohen (1988), *Statistical Power
    Analysis for the Behavioral Sciences*, 2nd ed.

    Examples
    --------
    >>> required_n(0.03), required_n(0.03, population=2000), required_n(0.1, sd=1.2)
    (1068, 697, 554)
    >>> required_n(change=5, promoters=0.45, detractors=0.20)
    3689
    >>> required_n(change=0.2, sd=1.4, paired=True)
    385
    """
    if (margin is None) == (change is None):
        raise _fault(
            "say either the margin or the change that is wanted",
            f"margin {margin}, change {change}",
            "required_n(0.03) for ±3 points of a share, required_n(change=0.05) for a change",
        )
    rates = {"deff": deff, "response_rate": response_rate, "eligibility": eligibility}
    variance = _variance(p, sd, promoters, detractors)
    if margin is not None:
        if paired:
            raise _fault("a gap is found, not estimated with a margin, here", "paired", "change=")
        size = sizes.required_n(
            variance, margin, population=population, conf_level=conf_level, **rates
        )
        return size.n_invite
    assert change is not None
    if paired:
        if sd is None:
            raise _fault("a gap needs the spread of the differences", "no sd", "give sd=1.4")
        size = sizes.required_n_paired(sd, change, power=power, conf_level=conf_level, **rates)
    else:
        size = sizes.required_n_change(
            variance, variance, change, power=power, conf_level=conf_level, **rates
        )
    return _within(size, population)


def detectable_change(
    n: float,
    *,
    n_later: float | None = None,
    p: float | None = None,
    sd: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    paired: bool = False,
    correlation: float = 0.0,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    power: float = 0.8,
    conf_level: float = 0.95,
) -> float:
    """How far a figure must move between two waves of n customers for the survey to find it.

    MDC = (z + z_power) sqrt(v deff (1/n + 1/n_later) (1 - r)) for waves of the same people whose
    answers correlate r; for a gap within respondents (z + z_power) sd sqrt(deff/n). With
    power 0.5 it is the smallest move that turns out significant.

    Parameters
    ----------
    n : float
        Customers interviewed in a wave (invited, with rates below one).
    n_later : float, optional
        In the later wave; by default the same.
    p, sd, promoters, detractors, paired : optional
        What is measured (see the module).
    correlation : float
        Between the two answers of one person where the same people are asked again; 0 for
        samples drawn anew.
    population, deff, response_rate, eligibility, power, conf_level : float

    Returns
    -------
    float
        In the unit of the figure.

    Examples
    --------
    >>> round(detectable_change(400, promoters=0.45, detractors=0.20), 4)
    15.1842
    >>> round(100 * detectable_change(400, p=0.70), 4)
    9.0782
    """
    errors = _errors(
        (n, n if n_later is None else n_later),
        _variance(p, sd, promoters, detractors),
        population,
        deff,
        response_rate * eligibility,
    )
    first, second = errors
    if paired:
        return sizes.detectable_change(first, 1, 0.0, 1, power=power, conf_level=conf_level)
    shared = _shared(errors, correlation)
    return sizes.detectable_change(
        first, 1, second, 1, power=power, covariance=shared, conf_level=conf_level
    )


def power(
    change: float,
    n: float,
    *,
    n_later: float | None = None,
    p: float | None = None,
    sd: float | None = None,
    promoters: float | None = None,
    detractors: float | None = None,
    paired: bool = False,
    correlation: float = 0.0,
    population: float | None = None,
    deff: float = 1.0,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    conf_level: float = 0.95,
) -> float:
    """How likely two waves of n customers find a change of this size, 0 to 1.

    Two-sided: Φ(|d|/se - z) + Φ(-|d|/se - z), se² = v deff (1/n + 1/n_later) (1 - r); for a
    gap within respondents (`paired`) se² = sd² deff/n. Parameters are those of
    `detectable_change`.

    Examples
    --------
    >>> round(power(5, 400, promoters=0.45, detractors=0.20), 3)
    0.152
    >>> round(power(5, 3689, promoters=0.45, detractors=0.20), 3)
    0.8
    """
    errors = _errors(
        (n, n if n_later is None else n_later),
        _variance(p, sd, promoters, detractors),
        population,
        deff,
        response_rate * eligibility,
    )
    first, second = errors
    if paired:
        return sizes.power(change, first, 1, 0.0, 1, conf_level=conf_level)
    shared = _shared(errors, correlation)
    return sizes.power(change, first, 1, second, 1, covariance=shared, conf_level=conf_level)


def _variance(
    p: float | None, sd: float | None, promoters: float | None, detractors: float | None
) -> float:
    """Return the variance of one answer from the one description that is given."""
    score = promoters is not None or detractors is not None
    if (p is not None) + (sd is not None) + score > 1:
        raise _fault(
            "a figure is a share, a mean or a net promoter score",
            "two descriptions at once",
            "give p, or sd, or promoters and detractors",
        )
    if score:
        if promoters is None or detractors is None:
            raise _fault(
                "a net promoter score needs promoters and detractors",
                f"promoters {promoters}, detractors {detractors}",
                "promoters=0.45, detractors=0.20",
            )
        return sizes.score_variance(promoters, detractors)
    if sd is not None:
        if not sd >= 0:
            raise _fault("a standard deviation cannot be negative", str(sd), "sd=1.2")
        return sd**2
    return sizes.share_variance(WORST_SHARE if p is None else p)


def _interviews(n: float, *rates: float) -> float:
    for rate in rates:
        if not 0 < rate <= 1:
            raise _fault("a rate lies above 0 and is at most 1", str(rate), "0.25 is 25 %")
        n = n * rate
    return n


def _errors(
    invited: tuple[float, float],
    variance: float,
    population: float | None,
    deff: float,
    rate: float,
) -> tuple[float, float]:
    """Return the sampling variance of each wave's figure."""
    margins = [
        sizes.margin_of_error(variance, _interviews(n, rate), population=population, deff=deff)
        for n in invited
    ]
    first, second = ((margin / quantile(0.95)) ** 2 for margin in margins)
    return first, second


def _shared(errors: tuple[float, float], correlation: float) -> float:
    if not -1 <= correlation <= 1:
        raise _fault("a correlation lies between -1 and 1", str(correlation), "0.6 is usual")
    return correlation * sqrt(errors[0] * errors[1])


def _within(size: sizes.SampleSize, population: float | None) -> int:
    if population is not None and size.n > population:
        raise _fault(
            "more interviews are needed than there are customers",
            f"{size.n} of {population:g}",
            "ask everybody, and look for larger changes only",
        )
    return size.n_invite


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
