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


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A weighted line with errors that allow for autocorrelation.

    Attributes
    ----------
    intercept, slope : float
        At time 0, and per unit of time.
    slope_se, slope_low, slope_high, p_value : float
        By Newey and West.
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
    hang together say less than so many independent ones, which classic errors overlook.

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
    low, high = robust.conf_int(alpha=1 - conf_level)[1]
    residuals = plain.wresid - plain.wresid.mean()
    squares = float((residuals**2).sum())
    flat = squares <= np.finfo(float).eps * float((values[known] ** 2).sum())
    kendall = stats.kendalltau(when[known], values[known], method="asymptotic")
    return Line(
        intercept=float(robust.params[0]),
        slope=float(robust.params[1]),
        slope_se=float(robust.bse[1]),
        slope_low=float(low),
        slope_high=float(high),
        p_value=float(robust.pvalues[1]),
        slope_se_classic=float(plain.bse[1]),
        lags=looked,
        lag1_autocorrelation=(
            np.nan if flat else float((residuals[1:] * residuals[:-1]).sum() / squares)
        ),
        p_autocorrelation=np.nan if flat else ljung_box(residuals, min(_MOST_LAGS, n // 5))[1],
        tau=float(kendall.statistic),
        tau_p_value=float(kendall.pvalue),
        theil_sen=float(stats.theilslopes(values[known], when[known]).slope),
        df=n - 2,
    )


def ljung_box(errors: ArrayLike, lags: int) -> tuple[float, float]:
    """Tell whether errors of neighbouring points hang together: statistic and p value.

    Examples
    --------
    >>> [round(one, 3) for one in ljung_box([1.0, -1.0] * 10, 1)]
    [20.9, 0.0]
    """
    found = acorr_ljungbox(np.asarray(errors, dtype=float), lags=[lags])
    return float(found["lb_stat"].iloc[0]), float(found["lb_pvalue"].iloc[0])
