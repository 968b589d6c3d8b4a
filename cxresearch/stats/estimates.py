"""An estimate about customers and what is known about its error.

`student` and `welch` make intervals and tests from an estimate and its standard error, however
that error was found.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxresearch.errors import Fault, StatisticsError

Floats = NDArray[np.float64]

__all__ = [
    "Interval",
    "Means",
    "fault",
    "overlap_covariance",
    "quantile",
    "significance",
    "student",
    "welch",
]

Method = Literal[
    "wilson",
    "clopper_pearson",
    "korn_graubard",
    "logit",
    "adjusted_wald",
    "newcombe",
    "bonett_price",
    "t",
    "z",
    "welch",
    "jackknife",
    "exact_poisson",
    "exact_conditional",
    "kaplan_meier",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with what is known about its error.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
        In the unit of the function that made it. Where the interval is not symmetric (Wilson,
        adjusted Wald) it does not equal estimate ± z · std_error.
    conf_level : float
        Two-sided confidence level.
    method : str
        Code of the interval's method.
    n, n_eff, n_eff_df : float
        Respondents; their effective number v_srs / V; the same after the correction for few
        degrees of freedom, capped at n.
    deff : float
        Variance relative to a simple random sample of the same n (R ``deff="replace"``).
    df : float
        Degrees of freedom of the t distribution used; infinite for the normal.
    statistic, p_value : float
        Test of "no difference" (ratio: of one), two-sided, where the function makes one.
    centre : float
        Middle of an adjusted-Wald interval before it is clipped.
    sampling_error : float
        Net promoter score: standard error of the raw score, sqrt(v/n) or its design version,
        which differences between waves are built from.
    clipped : bool
        An end was cut at the end of the scale.
    fallback : bool
        No variance: the effective n comes from the weights alone.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    conf_level: float = 0.95
    method: str
    n: float = nan
    n_eff: float = nan
    n_eff_df: float = nan
    deff: float = nan
    df: float = nan
    statistic: float = nan
    p_value: float = nan
    centre: float = nan
    sampling_error: float = nan
    clipped: bool = False
    fallback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Means:
    """Several means with their covariances, each on its own answered rows.

    Attributes
    ----------
    estimates, df, n, n_eff : ndarray, shape (k,)
    covariance : ndarray, shape (k, k)
        Of the estimates; means of the same people are correlated.
    """

    estimates: Floats
    covariance: Floats
    df: Floats
    n: Floats
    n_eff: Floats

    @property
    def std_errors(self) -> Floats:
        """Standard errors, shape (k,)."""
        return np.sqrt(np.diag(self.covariance))

    def contrast(self, coefficients: ArrayLike, conf_level: float = 0.95) -> Interval:
        """Return the interval of Σ c_j mean_j; df is the smallest among the means involved."""
        c = np.asarray(coefficients, dtype=float)
        used = c != 0
        variance = float(c[used] @ self.covariance[np.ix_(used, used)] @ c[used])
        df = float(self.df[used].min())
        n = float(self.n[used].min())
        error = sqrt(max(variance, 0.0)) if variance == variance else nan
        return student(float(c[used] @ self.estimates[used]), error, df, conf_level, n=n)


def quantile(conf_level: float, df: float = inf) -> float:
    """Return how many standard errors a two-sided interval reaches: z, or t at `df`.

    Examples
    --------
    >>> round(quantile(0.95), 6), round(quantile(0.95, df=4), 6)
    (1.959964, 2.776445)
    """
    if not 0 < conf_level < 1:
        raise fault(
            "the confidence level must lie between 0 and 1",
            found=str(conf_level),
            hint="write 0.95 for 95 %",
        )
    upper = (1 + conf_level) / 2
    if df == inf:
        return float(special.ndtri(upper))
    return float(special.stdtrit(df, upper)) if df > 0 else nan


def student(
    mean: float, std_error: float, df: float = inf, conf_level: float = 0.95, *, n: float = nan
) -> Interval:
    """Interval for a mean score or a mean gap from its standard error: mean ± t · SE.

    Parameters
    ----------
    mean, std_error : float
        In scale points.
    df : float
        n − 1, or clusters minus strata of a survey; infinite: normal quantile.
    conf_level : float
    n : float
        Carried into the result.

    Returns
    -------
    Interval
        With the t test of zero. Undefined ends are NaN where df is zero or the error unknown.

    Examples
    --------
    >>> m = student(3.8333333, 0.3520805, df=4)
    >>> round(m.conf_low, 4), round(m.conf_high, 4)
    (2.8558, 4.8109)
    """
    half = quantile(conf_level, df) * std_error
    statistic, p_value = significance(mean, std_error, df)
    return Interval(
        estimate=mean,
        std_error=std_error,
        conf_low=mean - half,
        conf_high=mean + half,
        conf_level=conf_level,
        method="z" if df == inf else "t",
        n=n,
        df=df,
        statistic=statistic,
        p_value=p_value,
    )


def welch(
    mean_a: float,
    std_error_a: float,
    df_a: float,
    mean_b: float,
    std_error_b: float,
    df_b: float,
    conf_level: float = 0.95,
    *,
    covariance: float = 0.0,
) -> Interval:
    """By how much two groups' means differ, a − b, without assuming equal spread.

    SE² = SEa² + SEb² − 2 cov; df by Welch and Satterthwaite,
    (SEa² + SEb²)²/(SEa⁴/dfa + SEb⁴/dfb). Takes design standard errors with design df as well;
    with both df infinite it is the z test that contrasts of net promoter scores use.

    Parameters
    ----------
    mean_a, std_error_a, df_a, mean_b, std_error_b, df_b : float
        Mean, standard error and degrees of freedom (n − 1) of each group.
    conf_level : float
    covariance : float
        Of the two means where people are in both groups, see `overlap_covariance`.

    Returns
    -------
    Interval
        In the unit of the means, with statistic and two-sided p.

    References
    ----------
    Welch 1947, 10.1093/biomet/34.1-2.28.

    Examples
    --------
    >>> from math import inf
    >>> d = welch(32, 100 * (0.5776 / 420) ** 0.5, inf, 25, 100 * (0.5875 / 400) ** 0.5, inf)
    >>> d.estimate, round(d.std_error, 4), round(d.p_value, 4)
    (7, 5.3329, 0.1893)
    """
    variance_a, variance_b = std_error_a**2, std_error_b**2
    variance = variance_a + variance_b - 2 * covariance
    if variance < 0:
        raise fault(
            "the covariance is larger than the variances allow",
            found=f"{variance_a:g} + {variance_b:g} − 2 · {covariance:g}",
            hint="check the correlation and the number of people in both groups",
        )
    inverse = variance_a**2 / df_a + variance_b**2 / df_b if min(df_a, df_b) > 0 else nan
    df = (variance_a + variance_b) ** 2 / inverse if inverse != 0 else inf
    error = sqrt(variance)
    half = quantile(conf_level, df) * error
    statistic, p_value = significance(mean_a - mean_b, error, df)
    return Interval(
        estimate=mean_a - mean_b,
        std_error=error,
        conf_low=mean_a - mean_b - half,
        conf_high=mean_a - mean_b + half,
        conf_level=conf_level,
        method="z" if df == inf else "welch",
        df=df,
        statistic=statistic,
        p_value=p_value,
    )


def overlap_covariance(
    n_both: float, rho: float, s_a: float, s_b: float, n_a: float, n_b: float
) -> float:
    """Return the covariance of two waves' means when some people answered both.

    cov = n12 ρ s1 s2/(n1 n2).

    Examples
    --------
    >>> round(overlap_covariance(150, 0.6, 1.5, 1.4, 400, 380), 7)
    0.0012434
    """
    return n_both * rho * s_a * s_b / (n_a * n_b)


def significance(difference: float, std_error: float, df: float) -> tuple[float, float]:
    """Return the statistic and its two-sided p value; NaN where there is no error to divide by."""
    if not (std_error > 0 and df > 0):
        return nan, nan
    statistic = difference / std_error
    tail = special.ndtr(-abs(statistic)) if df == inf else special.stdtr(df, -abs(statistic))
    return statistic, float(2 * tail)


def fault(what: str, *, found: str, hint: str) -> StatisticsError:
    """Return the error for a number that the method is not defined for."""
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
