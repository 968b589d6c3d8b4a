"""A straight line through a series whose neighbours are alike: slope, and how sure it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox

from cxresearch.stats.series import check_conf_level, fault

Array = NDArray[np.float64]

FEWEST_POINTS = 8
_MOST_LAGS = 10
_MOST_ALIKE = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A weighted line with errors that allow for autocorrelation.

    Attributes
    ----------
    intercept, slope : float
        At time 0, and per unit of time.
    slope_se, slope_low, slope_high, p_value : float
        By the largest of three errors: Newey and West's, the classic one, and the classic one
        widened for the residuals' first autocorrelation.
    slope_se_hac : float
        By Newey and West alone.
    slope_se_classic : float
        What it would be, were neighbouring points independent.
    lags : int
        Neighbours that the standard error looks at.
    lag1_autocorrelation : float
        Of the residuals.
    p_autocorrelation : float
        Ljung and Box: how likely such autocorrelation is, were there none.
    tau, tau_p_value : float
        Kendall's rank correlation with time.
    theil_sen : float
        Median slope between all pairs of points.
    df : int
    """

    intercept: float
    slope: float
    slope_se: float
    slope_low: float
    slope_high: float
    p_value: float
    slope_se_hac: float
    slope_se_classic: float
    lags: int
    lag1_autocorrelation: float
    p_autocorrelation: float
    tau: float
    tau_p_value: float
    theil_sen: float
    df: int


def line(
    y: ArrayLike,
    *,
    times: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    lags: int | None = None,
    small_sample: bool = True,
    conf_level: float = 0.95,
) -> Line:
    """Tell whether a series rises or falls in the long run, with neighbours that are alike.

    Weighted least squares; the covariance by Newey and West with Bartlett weights. Points that
    hang together say less than so many independent ones, which classic errors overlook. In short
    series Newey and West's errors are too small (95 % intervals hold in 82 of 100 series of eight
    independent points, in 72 where neighbours correlate by .4), so no interval is narrower than
    by the classic error times the root of (1 + r)/(1 - r), with r the first autocorrelation of
    the residuals freed of its bias, (n r + 2)/(n - 4), where above zero (then 97 and 91 of 100).

    Parameters
    ----------
    y : array
        NaN is a gap and left out.
    times : array, optional
        By default 0, 1, 2, ...
    weights : array, optional
        Bases of the points, inverse to their variances; by default equal.
    lags : int, optional
        By default floor(4 (n / 100)^(2/9)).
    small_sample : bool
        Multiply the covariance by n / (n - 2).
    conf_level : float
        Of the interval, on n - 2 degrees of freedom.

    Raises
    ------
    StatisticsError
        Below eight points, or with a weight that is not above zero.

    References
    ----------
    Newey & West (1987), 10.2307/1913610; (1994), 10.2307/2297912; Ljung & Box (1978),
    10.1093/biomet/65.2.297; Sen (1968), 10.1080/01621459.1968.10480934. Compared with R `sandwich`.

    Examples
    --------
    >>> found = line([5.0, 5.2, 5.1, 5.4, 5.3, 5.6, 5.5, 5.7])
    >>> round(found.slope, 3), found.lags
    (0.093, 2)
    """
    check_conf_level(conf_level)
    values = np.asarray(y, dtype=float)
    when = np.arange(len(values), dtype=float) if times is None else np.asarray(times, dtype=float)
    bases = np.ones(len(values)) if weights is None else np.asarray(weights, dtype=float)
    known = np.isfinite(values)
    n = int(known.sum())
    if n < FEWEST_POINTS:
        raise fault(
            "too few points for a line that allows for autocorrelation",
            found=str(n),
            hint=f"{FEWEST_POINTS} or more are needed",
        )
    if not (np.isfinite(bases[known]) & (bases[known] > 0)).all():
        raise fault(
            "weights must be finite and above zero",
            found=str(np.nanmin(bases[known])),
            hint="give the bases of the points, or leave weights out",
        )
    looked = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
    design = sm.add_constant(when[known])
    model = sm.WLS(values[known], design, weights=bases[known])
    plain = model.fit()
    robust = model.fit(
        cov_type="HAC",
        cov_kwds={"maxlags": looked, "use_correction": small_sample},
        use_t=True,
    )
    residuals = plain.wresid - plain.wresid.mean()
    squares = float((residuals**2).sum())
    flat = squares <= np.finfo(float).eps * float((values[known] ** 2).sum())
    r = np.nan if flat else float((residuals[1:] * residuals[:-1]).sum() / squares)
    error = max(float(robust.bse[1]), _widened(float(plain.bse[1]), r, n))
    slope = float(robust.params[1])
    reach = float(stats.t.ppf((1 + conf_level) / 2, n - 2)) * error
    p = float(2 * stats.t.sf(abs(slope) / error, n - 2)) if error > 0 else float(slope == 0)
    kendall = stats.kendalltau(when[known], values[known], method="asymptotic")
    return Line(
        intercept=float(robust.params[0]),
        slope=slope,
        slope_se=error,
        slope_low=slope - reach,
        slope_high=slope + reach,
        p_value=p,
        slope_se_hac=float(robust.bse[1]),
        slope_se_classic=float(plain.bse[1]),
        lags=looked,
        lag1_autocorrelation=r,
        p_autocorrelation=np.nan if flat else ljung_box(residuals, min(_MOST_LAGS, n // 5))[1],
        tau=float(kendall.statistic),
        tau_p_value=float(kendall.pvalue),
        theil_sen=float(stats.theilslopes(values[known], when[known]).slope),
        df=n - 2,
    )


def _widened(classic: float, r: float, n: int) -> float:
    """Return the classic error, wider where neighbouring residuals are alike."""
    freed = (n * r + 2) / (n - 4)  # residuals of a line correlate by about (2 + 4 r)/n too little
    alike = min(max(freed, 0.0), _MOST_ALIKE) if np.isfinite(r) else 0.0
    return float(classic * np.sqrt((1 + alike) / (1 - alike)))


def ljung_box(errors: ArrayLike, lags: int) -> tuple[float, float]:
    """Tell whether errors of neighbouring points hang together: statistic and p value.

    Examples
    --------
    >>> [round(one, 3) for one in ljung_box([1.0, -1.0] * 10, 1)]
    [20.9, 0.0]
    """
    found = acorr_ljungbox(np.asarray(errors, dtype=float), lags=[lags])
    return float(found["lb_stat"].iloc[0]), float(found["lb_pvalue"].iloc[0])
