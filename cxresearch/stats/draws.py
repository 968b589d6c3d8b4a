"""Means and sums in bootstrap samples of a survey: the same resamples for everything asked."""

from __future__ import annotations

import numpy as np

from cxresearch.stats.survey import Design

_BLOCK = 8_000_000  # weights held at once


def sums(
    design: Design, mask: np.ndarray, table: np.ndarray, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the weighted column sums of a table without holes in every bootstrap sample.

    Parameters
    ----------
    design : Design
    mask : ndarray of bool, shape (n,)
        Rows to draw from; whole clusters are drawn within strata.
    table : ndarray, shape (n, k)
    n_resamples : int
    rng : Generator

    Returns
    -------
    ndarray, shape (n_resamples, k)
    """
    member = design.members(mask)
    rows = np.flatnonzero(member)
    found = np.zeros((n_resamples, table.shape[1]))
    if not len(rows):
        return found
    step = max(1, _BLOCK // design.n)
    for start in range(0, n_resamples, step):
        stop = min(start + step, n_resamples)
        weights = design.bootstrap_weights(stop - start, rng, member)
        found[start:stop] = weights[:, rows] @ table[rows]
    return found


def means(
    design: Design, mask: np.ndarray, table: np.ndarray, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the weighted column means, each over its own answered rows, in every sample.

    NaN where a sample holds no answer. Parameters as `sums`; `table` may have holes.

    Examples
    --------
    >>> y = np.array([[5.0], [4.0], [np.nan], [2.0]])
    >>> draws = means(Design.build(4), np.ones(4, bool), y, 200, np.random.default_rng(1))
    >>> draws.shape, bool(np.nanmin(draws) >= 2), bool(np.nanmax(draws) <= 5)
    ((200, 1), True, True)
    """
    answered = np.isfinite(table)
    both = np.hstack([np.where(answered, table, 0.0), answered.astype(float)])
    total, base = np.hsplit(sums(design, mask, both, n_resamples, rng), 2)
    blank = np.full(total.shape, np.nan)
    return np.asarray(np.divide(total, base, out=blank, where=base > 0))
