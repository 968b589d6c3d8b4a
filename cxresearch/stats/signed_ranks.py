"""Whether answers lie to one side of zero, by ranks: Wilcoxon's test, many figures at once."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from cxresearch.stats.layout import Codes, Floats

__all__ = ["signed_ranks"]

EXACT_BELOW = 50  # answers below which the p is exact, as in R, unless there are ties
_DIGITS = 9  # differences of means are quotients: these many digits decide what is a tie


def signed_ranks(values: Floats, counts: Floats, of: Codes, n_figures: int) -> Floats:
    """Tell whether customers' differences lie above or below zero: p of the signed ranks.

    W = Σ ranks of |value| over the values above zero, zeros left out; normal approximation with
    correction for ties and continuity, exact below 50 differences without ties or zeros, as R
    ``wilcox.test``.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Differences, no holes.
    counts : ndarray, shape (n,)
        How many respondents each of them is of.
    of : ndarray of int, shape (n,)
        Which figure each belongs to, from 0.
    n_figures : int

    Returns
    -------
    ndarray, shape (n_figures,)
        Two-sided p; NaN where every difference is zero.

    References
    ----------
    Wilcoxon 1945, 10.2307/3001968.

    Examples
    --------
    >>> values = np.array([-1.0, -2.0, 1.0, 0.0, 1.0])
    >>> signed_ranks(values, np.array([30.0, 12, 9, 4, 5]), np.array([0, 0, 0, 0, 1]), 2).round(6)
    array([2.0000e-06, 3.6888e-02])
    """
    size = np.abs(values).round(_DIGITS)
    moved = np.flatnonzero(size > 0)
    n = np.bincount(of[moved], counts[moved], n_figures)
    moved = moved[np.lexsort((size[moved], of[moved]))]
    own, sized, times = of[moved], size[moved], counts[moved]
    first = np.ones(len(moved), dtype=bool)
    first[1:] = (own[1:] != own[:-1]) | (sized[1:] != sized[:-1])
    place = np.cumsum(first) - 1
    ties, owner = np.bincount(place, times), own[first]
    before = np.concatenate([[0.0], np.cumsum(n)[:-1]])[owner]
    ranks = np.cumsum(ties) - before - (ties - 1) / 2
    above = values[moved] > 0
    up = np.bincount(own[above], (times * ranks[place])[above], n_figures)
    tied = np.bincount(owner, ties**3 - ties, n_figures)
    variance = n * (n + 1) * (2 * n + 1) / 24 - tied / 48
    away = np.abs(up - n * (n + 1) / 4) - 0.5  # continuity
    blank = np.full(n_figures, np.nan)
    z = np.divide(away, np.sqrt(variance), out=blank, where=n > 0)
    found = np.minimum(2 * special.ndtr(-z), 1.0)
    every = np.bincount(of, counts, n_figures)
    single = (np.bincount(owner[ties > 1], minlength=n_figures) == 0) & (n == every)
    for figure in np.flatnonzero(single & (n > 0) & (n < EXACT_BELOW)):
        found[figure] = stats.wilcoxon(values[moved][own == figure], method="exact").pvalue
    return np.asarray(found)
