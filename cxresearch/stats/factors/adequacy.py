"""Whether items have enough in common to look for factors: KMO, Bartlett's test, SMC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.stats.factors.matrices import definite, fault, respondents

Adequacy = Literal["unacceptable", "miserable", "mediocre", "middling", "meritorious", "marvelous"]
_BANDS: tuple[tuple[float, Adequacy], ...] = (
    (0.9, "marvelous"),
    (0.8, "meritorious"),
    (0.7, "middling"),
    (0.6, "mediocre"),
    (0.5, "miserable"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Kmo:
    """Sampling adequacy of a battery and of its items, 0 to 1.

    Attributes
    ----------
    overall : float
    items : Series by item
    band : str
        Kaiser's word for `overall`: unacceptable (below .5), miserable, mediocre, middling,
        meritorious, marvelous (.9 and above).
    """

    overall: float
    items: pd.Series
    band: Adequacy


@dataclass(frozen=True, slots=True, kw_only=True)
class Bartlett:
    """Test that no two items are correlated.

    Attributes
    ----------
    statistic : float
        Chi-square.
    df : int
    p_value : float
    """

    statistic: float
    df: int
    p_value: float


def kmo(corr: Any) -> Kmo:
    r"""Tell whether the items share enough to speak of common factors (Kaiser-Meyer-Olkin).

    .. math:: \frac{\sum r_{ij}^2}{\sum r_{ij}^2 + \sum a_{ij}^2}, \quad i \ne j

    with correlations r and partial correlations a given all other items.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
        Correlations of at least two items, positive definite.

    Returns
    -------
    Kmo

    Raises
    ------
    StatisticsError
        The matrix is singular, or no item correlates with any other.

    Notes
    -----
    Compared with R ``psych::KMO``.

    References
    ----------
    Kaiser 1974, doi:10.1007/BF02291575.

    Examples
    --------
    >>> found = kmo([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]])
    >>> round(found.overall, 4), found.band
    (0.6969, 'mediocre')
    """
    R, items = definite(corr, "KMO")
    inverse = np.linalg.inv(R)
    scale = np.sqrt(np.diag(inverse))
    squared, partial = R**2, (inverse / np.outer(scale, scale)) ** 2
    np.fill_diagonal(squared, 0.0)
    np.fill_diagonal(partial, 0.0)
    total = squared.sum()
    if total < 1e-12:
        raise fault("no item correlates with any other, so there is nothing in common")
    overall = float(total / (total + partial.sum()))
    own = squared.sum(axis=0)
    below = own + partial.sum(axis=0)
    each = np.divide(own, below, out=np.full(len(R), np.nan), where=below > 0)
    return Kmo(overall=overall, items=pd.Series(each, items, name="msa_kmo"), band=_band(overall))


def bartlett(corr: Any, n: float) -> Bartlett:
    r"""Tell whether the items are correlated at all (Bartlett's test of sphericity).

    :math:`-(n - 1 - (2k + 5)/6) \ln|R|` with k(k - 1)/2 degrees of freedom. With many
    respondents it rejects nearly always; a small p says little about the factors.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
    n : float
        Respondents behind the correlations; the effective n for a weighted sample.

    Returns
    -------
    Bartlett

    Raises
    ------
    StatisticsError
        The matrix is singular, or there are too few respondents for the formula.

    Notes
    -----
    Compared with R ``psych::cortest.bartlett``.

    References
    ----------
    Bartlett 1951, doi:10.1093/biomet/38.3-4.337.

    Examples
    --------
    >>> found = bartlett([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], n=100)
    >>> round(found.statistic, 3), found.df
    (84.872, 3)
    """
    R, _ = definite(corr, "Bartlett's test")
    k = len(R)
    n = respondents(n, "Bartlett's test", 1 + (2 * k + 5) / 6)
    statistic = -(n - 1 - (2 * k + 5) / 6) * float(np.linalg.slogdet(R)[1])
    df = k * (k - 1) // 2
    return Bartlett(statistic=statistic, df=df, p_value=float(stats.chi2.sf(statistic, df)))


def smc(corr: Any) -> pd.Series:
    """Tell how much of each item the others explain (squared multiple correlation).

    Examples
    --------
    >>> smc([[1, 0.6], [0.6, 1]]).round(2).tolist()
    [0.36, 0.36]
    """
    R, items = definite(corr, "the squared multiple correlation")
    return pd.Series(1 - 1 / np.diag(np.linalg.inv(R)), items, name="smc")


def _band(overall: float) -> Adequacy:
    return next((word for least, word in _BANDS if overall >= least), "unacceptable")
