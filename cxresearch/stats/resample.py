"""Chance that can be repeated: random streams by name, resampling counts, percentile intervals."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import Fault, StatisticsError

__all__ = ["multinomial_counts", "percentile_interval", "stream"]

_BLOCK = 4_000_000  # draws held at once


def stream(seed: int, analysis_id: str) -> np.random.Generator:
    """Return the random stream of one analysis, so that another analysis never changes it.

    The analysis id is hashed (SHA-256, the same on every machine) and joined with the run's seed.

    Examples
    --------
    >>> a, b = stream(7, "drivers.importance"), stream(7, "drivers.importance")
    >>> bool(a.random() == b.random())
    True
    """
    digest = hashlib.sha256(analysis_id.encode()).digest()
    key = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
    return np.random.default_rng([seed, *key])


def multinomial_counts(
    n: int, n_resamples: int, rng: np.random.Generator, size: int | None = None
) -> NDArray[np.int32]:
    """Return how often each of n respondents comes up in every bootstrap sample.

    Parameters
    ----------
    n : int
        Respondents (or clusters) to draw from, with replacement.
    n_resamples : int
    rng : Generator
    size : int, optional
        Draws per sample; n by default.

    Returns
    -------
    ndarray, shape (n_resamples, n)
        Each row sums to `size`.

    Examples
    --------
    >>> counts = multinomial_counts(5, 3, np.random.default_rng(1))
    >>> counts.shape, counts.sum(axis=1).tolist()
    ((3, 5), [5, 5, 5])
    """
    size = n if size is None else size
    counts = np.empty((n_resamples, n), dtype=np.int32)
    step = max(1, _BLOCK // max(size, n, 1))
    for start in range(0, n_resamples, step):
        rows = min(step, n_resamples - start)
        drawn = rng.integers(0, n, size=(rows, size))
        drawn += np.arange(rows)[:, None] * n
        block = np.bincount(drawn.ravel(), minlength=rows * n)
        counts[start : start + rows] = block.reshape(rows, n)
    return counts


def percentile_interval(draws: ArrayLike, conf_level: float = 0.95) -> NDArray[np.float64]:
    """Return the interval that holds the middle of the bootstrap draws, column by column.

    Quantiles of type 6, p (B + 1), as R ``boot.ci(type = "perc")`` places them. Draws that did
    not converge (NaN) are left out of their column; count them before, and withhold the interval
    where they are many.

    Parameters
    ----------
    draws : array-like, shape (B, ...)
    conf_level : float

    Returns
    -------
    ndarray, shape (2, ...)
        Lower and upper end; NaN where a column holds no draw.

    Examples
    --------
    >>> percentile_interval(np.arange(1, 1000), 0.95)
    array([ 25., 975.])
    """
    if not 0 < conf_level < 1:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="the confidence level must lie between 0 and 1",
                found=str(conf_level),
                hint="write 0.95 for 95 %",
            )
        )
    values = np.asarray(draws, dtype=float)
    tails = [(1 - conf_level) / 2, (1 + conf_level) / 2]
    if not np.isnan(values).any():
        return np.asarray(np.quantile(values, tails, axis=0, method="weibull"))
    columns = values.reshape(len(values), -1)
    ends = np.full((2, columns.shape[1]), np.nan)
    for j, column in enumerate(columns.T):
        known = column[~np.isnan(column)]
        if known.size:
            ends[:, j] = np.quantile(known, tails, method="weibull")
    return ends.reshape(2, *values.shape[1:])
