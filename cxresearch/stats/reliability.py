"""How far a scale's score can be trusted: alpha, omega, their intervals and item statistics.

All functions take a labelled covariance frame and answer in its metric: covariances give the raw
coefficients, correlations the standardised ones. Weights and missing answers are decided where
the matrix is made (`importance.weighted_cov`, or any other).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.errors import Fault, StatisticsError, first
from cxresearch.stats.intervals import Interval
from cxresearch.stats.single_factor import SingleFactor, single_factor

__all__ = [
    "Composite",
    "alpha",
    "alpha_if_dropped",
    "composite",
    "difference_reliability",
    "feldt_interval",
    "item_rest",
    "lambda2",
    "lambda6",
    "omega_of_model",
    "omega_total",
    "spearman_brown",
]


def alpha(cov: pd.DataFrame) -> float:
    r"""Tell how much of the scale score is shared by its items (Cronbach's alpha).

    .. math:: \alpha = \frac{k}{k-1} \left(1 - \frac{\sum_i s_i^2}{s_X^2}\right)

    A lower bound of reliability where errors are uncorrelated; not a sign of one dimension, and
    negative where items point in opposite directions (then look for items to reverse).

    Parameters
    ----------
    cov : DataFrame, shape (k, k)
        Covariances (raw alpha) or correlations (standardised alpha) of at least two items.

    Returns
    -------
    float
        At most 1.

    Raises
    ------
    StatisticsError
        Fewer than two items, an item that never varies, or a matrix that cannot be one.

    References
    ----------
    Cronbach 1951, doi:10.1007/BF02310555.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], items, items)
    >>> round(alpha(r), 7)
    0.7857143
    """
    S = _checked(cov)
    k = len(S)
    return float(k / (k - 1) * (1 - np.trace(S) / S.sum()))


def alpha_if_dropped(cov: pd.DataFrame) -> pd.Series:
    """Tell what alpha would be without each item; missing for a scale of two.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], items, items)
    >>> alpha_if_dropped(r).round(4).to_dict()
    {'kind': 0.6667, 'quick': 0.7097, 'clear': 0.75}
    """
    S = _checked(cov)
    k = len(S) - 1
    own = np.diag(S)
    total = S.sum() - 2 * S.sum(axis=1) + own
    longer = k / (k - 1) if k > 1 else np.nan
    values = longer * (1 - (own.sum() - own) / total)
    return pd.Series(values, cov.columns, name="alpha_if_dropped")


def item_rest(cov: pd.DataFrame) -> pd.Series:
    """Tell how each item goes with the sum of the others (corrected item-total correlation).

    Missing where the others together do not vary.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], items, items)
    >>> item_rest(r).round(4).to_dict()
    {'kind': 0.664, 'quick': 0.6248, 'clear': 0.587}
    """
    S = _checked(cov)
    own = np.diag(S)
    shared = S.sum(axis=1) - own
    rest = S.sum() - 2 * S.sum(axis=1) + own
    scale = np.sqrt(own * np.maximum(rest, 0.0))
    values = np.divide(shared, scale, out=np.full(len(S), np.nan), where=scale > 0)
    return pd.Series(values, cov.columns, name="item_rest_r")


def lambda2(cov: pd.DataFrame) -> float:
    """Tell Guttman's second lower bound of reliability; never below alpha.

    References
    ----------
    Guttman 1945, doi:10.1007/BF02288892.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], items, items)
    >>> round(lambda2(r), 4)
    0.7864
    """
    S = _checked(cov)
    k = len(S)
    shared = S - np.diag(np.diag(S))
    return float((shared.sum() + np.sqrt(k / (k - 1) * (shared**2).sum())) / S.sum())


def lambda6(cov: pd.DataFrame) -> float:
    """Tell Guttman's sixth bound, from what the other items explain of each (on correlations).

    References
    ----------
    Guttman 1945, doi:10.1007/BF02288892.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], items, items)
    >>> round(lambda6(r), 4)
    0.7131
    """
    S = _checked(cov)
    scale = np.sqrt(np.diag(S))
    R = S / np.outer(scale, scale)
    if np.linalg.eigvalsh(R)[0] < 1e-12:
        raise _fault("the items' matrix is singular", hint="leave out an item that repeats others")
    unexplained = 1 / np.diag(np.linalg.inv(R))
    return float(1 - unexplained.sum() / R.sum())


def omega_total(cov: pd.DataFrame) -> float:
    r"""Tell how much of the scale score comes from one common factor (McDonald's omega).

    .. math:: \omega = \frac{(\sum\lambda)^2}{(\sum\lambda)^2 + \sum\theta}

    with loadings and residual variances of a one-factor ML model (congeneric items) in the
    metric of the matrix. Not to be trusted where the model fits badly, or has a residual
    variance below zero (`single_factor(cov).heywood` names the items).

    Parameters
    ----------
    cov : DataFrame, shape (k, k)
        Covariances (raw) or correlations (standardised) of at least three items.

    Returns
    -------
    float

    Raises
    ------
    StatisticsError
        Fewer than three items, a singular matrix, or no solution.

    References
    ----------
    McDonald 1999, *Test Theory*. Raykov 1997, doi:10.1177/01466216970212006.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.48, 0.42], [0.48, 1, 0.56], [0.42, 0.56, 1]], items, items)
    >>> round(omega_total(r), 4)
    0.7449
    """
    _checked(cov)
    model = single_factor(cov)
    return omega_of_model(model.loadings, model.uniquenesses)


def omega_of_model(loadings: Any, uniquenesses: Any, phi: Any = None) -> float:
    """Tell true over total variance of the sum score that a factor model implies.

    Parameters
    ----------
    loadings : array-like, shape (k,) or (k, factors)
    uniquenesses : array-like, shape (k,)
    phi : array-like, shape (factors, factors), optional
        Factor correlations; uncorrelated by default.

    Examples
    --------
    >>> round(omega_of_model([0.6, 0.8, 0.7], [0.64, 0.36, 0.51]), 4)
    0.7449
    """
    L = np.asarray(loadings, dtype=float)
    sums = np.atleast_1d(L.sum(axis=0))
    P = np.eye(len(sums)) if phi is None else np.asarray(phi, dtype=float)
    true = float(sums @ P @ sums)
    return true / (true + float(np.sum(np.asarray(uniquenesses, dtype=float))))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Composite:
    """Convergent validity of a scale from its standardised one-factor loadings.

    Attributes
    ----------
    ave : float
        Average variance extracted: the mean squared loading; .50 is the usual mark.
    cr : float
        Composite reliability: omega of the standardised items.
    model : SingleFactor
    """

    ave: float
    cr: float
    model: SingleFactor


def composite(cov: pd.DataFrame) -> Composite:
    """Tell whether the items show their common factor more than anything else (AVE and CR).

    References
    ----------
    Fornell & Larcker 1981, doi:10.1177/002224378101800104.

    Examples
    --------
    >>> items = ["kind", "quick", "clear"]
    >>> r = pd.DataFrame([[1, 0.48, 0.42], [0.48, 1, 0.56], [0.42, 0.56, 1]], items, items)
    >>> found = composite(r)
    >>> round(found.ave, 4), round(found.cr, 4)
    (0.4967, 0.7449)
    """
    _checked(cov)
    model = single_factor(cov)
    squared = model.standardised**2
    return Composite(
        ave=float(squared.mean()),
        cr=omega_of_model(model.standardised, 1 - squared),
        model=model,
    )


def feldt_interval(alpha: float, n: float, k: int, conf_level: float = 0.95) -> Interval:
    r"""Tell how sure alpha is, from the number of respondents and items.

    :math:`1-(1-\alpha) F_{1-a/2}` to :math:`1-(1-\alpha) F_{a/2}` with n - 1 and (n - 1)(k - 1)
    degrees of freedom. Assumes normal items of equal covariance; for a weighted sample put in
    the effective n.

    Parameters
    ----------
    alpha : float
    n : float
        Respondents, more than one.
    k : int
        Items, at least two.
    conf_level : float

    Returns
    -------
    Interval

    References
    ----------
    Feldt, Woodruff & Salih 1987, doi:10.1177/014662168701100107.

    Examples
    --------
    >>> found = feldt_interval(0.9331072, n=10, k=4)
    >>> round(found.conf_low, 4), round(found.conf_high, 4)
    (0.824, 0.9813)
    """
    if not n > 1 or k < 2 or not 0 < conf_level < 1:
        raise _fault(
            "an interval of alpha needs two respondents, two items and a level between 0 and 1",
            found=f"n {n}, k {k}, conf_level {conf_level}",
        )
    tail = (1 - conf_level) / 2
    df, df2 = n - 1, (n - 1) * (k - 1)
    return Interval(
        estimate=alpha,
        std_error=float("nan"),
        conf_low=1 - (1 - alpha) * float(stats.f.ppf(1 - tail, df, df2)),
        conf_high=1 - (1 - alpha) * float(stats.f.ppf(tail, df, df2)),
        conf_level=conf_level,
        method="feldt",
        n=n,
        df=df,
    )


def spearman_brown(r: float, factor: float = 2) -> float:
    """Tell the reliability of a scale `factor` times as long as one of reliability r.

    For two items put in their correlation.

    Examples
    --------
    >>> round(spearman_brown(0.65), 7)
    0.7878788
    """
    below = 1 + (factor - 1) * r
    if factor <= 0 or below <= 0:
        raise _fault("not defined for this reliability and length", found=f"r {r}, factor {factor}")
    return factor * r / below


def difference_reliability(
    sd_first: float,
    sd_second: float,
    reliability_first: float,
    reliability_second: float,
    r: float,
) -> float:
    """Tell how far a difference of two scores can be trusted, such as perception - expectation.

    Variance of the true difference over variance of the observed one. It falls as the two
    scores correlate (r), which is the old objection to gap scores.

    Parameters
    ----------
    sd_first, sd_second : float
        Standard deviations of the two scores, in scale points.
    reliability_first, reliability_second : float
        Their reliabilities, such as alpha.
    r : float
        Their correlation.

    Raises
    ------
    StatisticsError
        The difference does not vary.

    References
    ----------
    Peter, Churchill & Brown 1993, doi:10.1086/209329.

    Examples
    --------
    >>> round(difference_reliability(1.2, 0.9, 0.88, 0.84, 0.45), 7)
    0.7633803
    """
    shared = 2 * r * sd_first * sd_second
    true = sd_first**2 * reliability_first + sd_second**2 * reliability_second - shared
    observed = sd_first**2 + sd_second**2 - shared
    if not observed > 1e-12 * max(sd_first, sd_second, 1e-12) ** 2:
        raise _fault("the difference does not vary, so it has no reliability")
    return true / observed


def _checked(cov: pd.DataFrame) -> np.ndarray:
    """Return the matrix of the items if reliability is defined for it."""
    S = cov.to_numpy(dtype=float, na_value=np.nan)
    if S.ndim != 2 or list(cov.index) != list(cov.columns):
        raise _fault(
            "a covariance frame has the same labels on both sides",
            found=f"shape {S.shape}",
            hint="frame.cov() makes one",
        )
    if len(S) < 2:
        raise _fault("reliability needs at least two items", found=f"{len(S)}")
    if not np.isfinite(S).all() or not np.allclose(S, S.T, rtol=1e-8, atol=1e-12):
        raise _fault("a covariance matrix must be finite and symmetric")
    still = cov.columns[np.diag(S) <= 0].tolist()
    if still:
        raise _fault("an item never varies", where=first(still), hint="leave it out")
    if not S.sum() > 1e-12 * np.trace(S):
        raise _fault(
            "the sum of the items does not vary",
            where=first(list(cov.columns)),
            hint="look for items that should be reversed",
        )
    return S


def _fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
