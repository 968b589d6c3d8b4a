"""How many of the surprising results chance alone would bring: adjusted p values of a family."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import Fault, StatisticsError, did_you_mean

__all__ = ["Adjustment", "adjust"]

Adjustment = Literal["bh", "by", "holm", "bonferroni", "none"]


def adjust(p: ArrayLike, method: Adjustment = "bh") -> NDArray[np.float64] | pd.Series:
    """Adjust the p values of one family of questions, so that a long list does not find by luck.

    ``bh`` (Benjamini-Hochberg) bounds the expected share of false findings among those reported:
    q(i) = min over j >= i of p(j) m/j. ``by`` does so under any dependence, ``holm`` and
    ``bonferroni`` bound the chance of any false finding, ``none`` gives p back.

    Parameters
    ----------
    p : array-like, shape (m,)
        Probabilities 0 to 1. NaN (a test that was not made) stays NaN and does not count in m.
    method : {"bh", "by", "holm", "bonferroni", "none"}

    Returns
    -------
    ndarray, or Series with the same index where `p` is one
        In the order given.

    Raises
    ------
    StatisticsError
        For an unknown method, or values that are not probabilities.

    References
    ----------
    Benjamini & Hochberg 1995, 10.1111/j.2517-6161.1995.tb02031.x; Benjamini & Yekutieli 2001,
    10.1214/aos/1013699998; Holm 1979, *Scandinavian Journal of Statistics* 6, 65-70. Compared with
    R ``p.adjust``.

    Examples
    --------
    >>> adjust([0.01, 0.04, float("nan"), 0.03]).round(3)
    array([0.03, 0.04,  nan, 0.04])
    """
    if method not in get_args(Adjustment):
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="unknown method of adjustment",
                found=str(method),
                hint=did_you_mean(method, get_args(Adjustment)),
            )
        )
    given = np.array(p, dtype=float)
    asked = ~np.isnan(given)
    known = given[asked]
    wrong = (known < 0) | (known > 1)
    if wrong.any():
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="p values must lie between 0 and 1",
                found=str(float(known[wrong][0])),
                hint="pass probabilities, not statistics",
            )
        )
    adjusted = np.full(given.shape, np.nan)
    adjusted[asked] = _adjusted(known, method)
    if isinstance(p, pd.Series):
        return pd.Series(adjusted, index=p.index, name=p.name)
    return adjusted


def _adjusted(p: NDArray[np.float64], method: Adjustment) -> NDArray[np.float64]:
    m = p.size
    if m == 0 or method == "none":
        return p
    if method == "bonferroni":
        return np.minimum(p * m, 1.0)
    order = np.argsort(p, kind="stable")
    rank = np.arange(1, m + 1)
    if method == "holm":
        steps = np.maximum.accumulate(p[order] * (m + 1 - rank))
    else:
        penalty = (1 / rank).sum() if method == "by" else 1.0
        steps = np.minimum.accumulate((p[order] * m / rank * penalty)[::-1])[::-1]
    adjusted = np.empty(m)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
