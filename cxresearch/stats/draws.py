"""Means and sums in bootstrap samples of a survey: the same resamples for everything asked."""

from __future__ import annotations

import numpy as np

from cxresearch.stats.pattern_means import Heap
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


def heap_means(
    heap: Heap, first: int, k: int, n_resamples: int, rng: np.random.Generator
) -> np.ndarray:
    """Return the weighted means of k figures in a row, in every bootstrap sample of patterns.

    Parameters
    ----------
    heap : Heap
        Its patterns in the order of their figures.
    first, k : int
        The figures: `first`, `first` + 1, … They share their clusters, where there are any.
    n_resamples : int
    rng : Generator

    Returns
    -------
    ndarray, shape (n_resamples, k)
        NaN where a sample holds no answer.

    Examples
    --------
    >>> from cxresearch.stats.condensed import Plan
    >>> counts = np.array([30.0, 10, 20])
    >>> heap = Heap(plan=Plan.simple(60), k=2, of=np.array([0, 0, 1]), counts=counts, sums=counts,
    ...             squares=counts, values=np.array([5.0, 1.0, 3.0]))
    >>> drawn = heap_means(heap, 0, 2, 500, np.random.default_rng(1))
    >>> drawn.shape, drawn.mean(axis=0).round(1).tolist()
    ((500, 2), [4.0, 3.0])
    """
    start, stop = np.searchsorted(heap.of, [first, first + k])
    found = np.full((n_resamples, k), np.nan)
    if start == stop:
        return found
    here = slice(start, stop)
    own, values = heap.of[here] - first, heap.values[here]
    design = heap.plan.design(
        counts=heap.counts[here],
        sums=heap.sums[here],
        squares=heap.squares[here],
        strata=None if heap.strata is None else heap.strata[here],
        psus=None if heap.psus is None else heap.psus[here],
    )
    starts = np.flatnonzero(np.diff(own, prepend=-1))
    step = max(1, _BLOCK // len(own))
    for at in range(0, n_resamples, step):
        rows = slice(at, min(at + step, n_resamples))
        weights = design.bootstrap_weights(rows.stop - rows.start, rng)
        base = np.add.reduceat(weights, starts, axis=1)
        total = np.add.reduceat(weights * values, starts, axis=1)
        blank = np.full(base.shape, np.nan)
        found[rows, own[starts]] = np.divide(total, base, out=blank, where=base > 0)
    return found
