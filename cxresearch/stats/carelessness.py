"""Signs that somebody did not read the questions: runs, variation, consistency, speed.

Each function takes answers (or page times) of shape (respondents, items), NaN for none, in the
order asked, and gives one value a respondent, NaN where it cannot be judged. A sign is no proof.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cxresearch.stats.layout import Floats

__all__ = [
    "even_odd",
    "longest_run",
    "mahalanobis",
    "mean_run",
    "page_speed",
    "pair_consistency",
    "similar_pairs",
    "variability",
]

_FEWEST_PAIRS = 3
_FASTEST = 3.0  # a page clicked through counts no more than one at a third of the usual time


def longest_run(answers: ArrayLike) -> Floats:
    """Return the length of the longest run of equal answers.

    Blanks are passed over. Reference: Curran (2016), 10.1016/j.jesp.2015.07.006. Compared with R
    ``careless::longstring``.

    Examples
    --------
    >>> longest_run([[4, 4, 4, 4, 5, 5, 3, 3, 3, 3, 3, 2]]).tolist()
    [5.0]
    """
    return np.array([max(_runs(row), default=np.nan) for row in _table(answers)], dtype=float)


def mean_run(answers: ArrayLike) -> Floats:
    """Return the mean length of runs of equal answers.

    Examples
    --------
    >>> mean_run([[4, 4, 4, 4, 5, 5, 3, 3, 3, 3, 3, 2]]).tolist()
    [3.0]
    """
    found = [_runs(row) for row in _table(answers)]
    return np.array([np.mean(runs) if runs else np.nan for runs in found], dtype=float)


def variability(answers: ArrayLike) -> Floats:
    """Return the standard deviation (n - 1) of each person's answers (IRV).

    Compared with R ``careless::irv``. Reference: Dunn et al. (2018), 10.1007/s10869-016-9479-0.

    Examples
    --------
    >>> variability([[4, 4, 4, 4, 5, 5, 3, 3, 3, 3, 3, 2]]).round(7).tolist()
    [0.9003366]
    """
    table = _table(answers)
    known = np.isfinite(table)
    count = known.sum(axis=1)
    filled = np.where(known, table, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = filled.sum(axis=1) / count
        squares = np.where(known, (table - mean[:, None]) ** 2, 0.0).sum(axis=1)
        return np.asarray(np.where(count > 1, np.sqrt(squares / (count - 1)), np.nan))


def mahalanobis(answers: ArrayLike) -> tuple[Floats, Floats]:
    """Return the squared distance of each complete row from the mean, and its p value.

    D² = (x - m)' S⁻¹ (x - m), chi-square on the number of items that vary. Rows with a blank
    and batteries with too few complete rows (not more than twice the items) are not judged, nor
    are items that others determine.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> distance, p = mahalanobis(np.vstack([rng.normal(size=(200, 4)), [[8, -8, 8, -8]]]))
    >>> bool(p[-1] < 0.001), bool(np.median(p) > 0.3)
    (True, True)
    """
    table = _table(answers)
    distance = np.full(len(table), np.nan)
    p = distance.copy()
    complete = np.isfinite(table).all(axis=1) if table.shape[1] else np.zeros(len(table), bool)
    kept = table[complete]
    if len(kept) > 2 * table.shape[1] > 0:
        kept = kept[:, kept.std(axis=0) > 0]
        items = kept.shape[1]
        centred = kept - kept.mean(axis=0)
        covariance = centred.T @ centred / (len(kept) - 1)
        if items and np.linalg.matrix_rank(covariance) == items:
            solved = np.linalg.solve(covariance, centred.T).T
            distance[complete] = (centred * solved).sum(axis=1)
            p[complete] = stats.chi2.sf(distance[complete], items)
    return distance, p


def even_odd(answers: ArrayLike, scales: Sequence[Sequence[int]]) -> Floats:
    """Return the consistency of each person's even and odd items over several scales.

    Means of the even and the odd items of each scale are correlated within the person and
    stepped up by Spearman and Brown, 2r/(1 + r), cut at -1. Fewer than three scales with both
    halves, or halves that never vary, are not judged.

    Parameters
    ----------
    answers : array-like, shape (respondents, items)
        Reversed items turned.
    scales : sequence of sequences of int
        Columns of each scale, in the order asked.

    References
    ----------
    Curran (2016), 10.1016/j.jesp.2015.07.006. Compared with R ``careless::evenodd``.

    Examples
    --------
    >>> even_odd([[5, 5, 3, 3, 1, 1], [5, 1, 3, 3, 1, 5]], [[0, 1], [2, 3], [4, 5]]).tolist()
    [1.0, -1.0]
    """
    table = _table(answers)
    odd = np.column_stack([_means(table[:, list(one)[0::2]]) for one in scales])
    even = np.column_stack([_means(table[:, list(one)[1::2]]) for one in scales])
    found = np.full(len(table), np.nan)
    for row, (first, second) in enumerate(zip(odd, even, strict=True)):
        both = np.isfinite(first) & np.isfinite(second)
        if both.sum() < _FEWEST_PAIRS or not (np.ptp(first[both]) and np.ptp(second[both])):
            continue
        r = float(np.corrcoef(first[both], second[both])[0, 1])
        found[row] = max(2 * r / (1 + r), -1.0) if r > -1 + 1e-12 else -1.0
    return found


def similar_pairs(answers: ArrayLike, above: float = 0.6) -> list[tuple[int, int, int]]:
    """Return the pairs of items that ask nearly the same, or the opposite.

    Pairs with an absolute correlation above the limit over those who answered both, with the
    sign of the correlation: 1 for synonyms, -1 for antonyms.

    Examples
    --------
    >>> similar_pairs([[1, 1, 5], [2, 2, 4], [4, 3, 2], [5, 5, 1]], above=0.9)
    [(0, 1, 1), (0, 2, -1), (1, 2, -1)]
    """
    table = _table(answers)
    found = []
    for first in range(table.shape[1]):
        for second in range(first + 1, table.shape[1]):
            both = table[np.isfinite(table[:, [first, second]]).all(axis=1)][:, [first, second]]
            if len(both) < _FEWEST_PAIRS or (np.ptp(both, axis=0) == 0).any():
                continue
            r = float(np.corrcoef(both[:, 0], both[:, 1])[0, 1])
            if abs(r) > above:
                found.append((first, second, 1 if r > 0 else -1))
    return found


def pair_consistency(
    answers: ArrayLike, pairs: Sequence[tuple[int, int, int]], *, fewest: int = _FEWEST_PAIRS
) -> Floats:
    """Return how far each person answers alike what means alike.

    The first and the second items of the pairs are correlated within the person; the second of
    a pair of opposites is turned (its sum of lowest and highest answer minus it). Whoever
    answered fewer pairs than `fewest`, or never varied in them, is not judged.

    Parameters
    ----------
    answers : array-like, shape (respondents, items)
    pairs : sequence of (first, second, sign)
        From `similar_pairs`.
    fewest : int
        Pairs that a person must have answered.

    References
    ----------
    Meade & Craig (2012), 10.1037/a0028085; Curran (2016), 10.1016/j.jesp.2015.07.006. With
    pairs of one sign the same as R ``careless::psychsyn`` (for antonyms times -1).

    Examples
    --------
    >>> pairs = [(0, 1, 1), (2, 3, 1), (4, 5, 1)]
    >>> found = pair_consistency([[5, 5, 3, 3, 1, 1], [5, 1, 3, 3, 1, 5]], pairs)
    >>> found.round(6).tolist()
    [1.0, -1.0]
    """
    table = _table(answers)
    found = np.full(len(table), np.nan)
    if len(pairs) < fewest:
        return found
    ends = np.nanmin(table) + np.nanmax(table) if np.isfinite(table).any() else 0.0
    left = table[:, [first for first, _, _ in pairs]]
    right = table[:, [second for _, second, _ in pairs]]
    turned = np.array([sign < 0 for _, _, sign in pairs])
    right = np.where(turned, ends - right, right)
    both = np.isfinite(left) & np.isfinite(right)
    count = both.sum(axis=1)
    x, y = _centred(left, both), _centred(right, both)
    with np.errstate(invalid="ignore", divide="ignore"):
        r = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    judged = (count >= fewest) & np.isfinite(r)
    found[judged] = np.clip(r[judged], -1, 1)
    return found


def page_speed(times: ArrayLike, alike: ArrayLike | None = None) -> Floats:
    """Return how fast each person went through the pages: 1 is usual, 3 the most.

    The mean over pages of min(3, median time of the page / own time), medians among those asked
    alike; pages with a time of zero or none are passed over.

    Parameters
    ----------
    times : array-like, shape (respondents, pages)
        Time spent on each page, in any unit.
    alike : array-like, shape (respondents,), optional
        Whom to compare with: same path, language, device, mode, wave; by default everybody.

    References
    ----------
    Leiner (2019), *Survey Research Methods* 13(3), 229-248, 10.18148/srm/2019.v13i3.7403.

    Examples
    --------
    >>> page_speed([[10, 20], [10, 20], [10, 20], [5, 5], [0, 10]]).tolist()
    [1.0, 1.0, 1.0, 2.5, 2.0]
    """
    table = _table(times)
    own = np.where(np.isfinite(table) & (table > 0), table, np.nan)
    groups = np.zeros(len(own)) if alike is None else np.asarray(alike)
    ratio = np.full_like(own, np.nan)
    for group in np.unique(groups):
        rows = groups == group
        usual = [
            np.median(page[np.isfinite(page)]) if np.isfinite(page).any() else np.nan
            for page in own[rows].T
        ]
        ratio[rows] = np.minimum(_FASTEST, np.array(usual) / own[rows])
    return _means(ratio)


def _centred(table: Floats, known: np.ndarray) -> Floats:
    """Return the known values less their mean of the row, zero elsewhere."""
    count = np.maximum(known.sum(axis=1), 1)
    mean = np.where(known, table, 0.0).sum(axis=1) / count
    return np.asarray(np.where(known, table - mean[:, None], 0.0))


def _means(table: Floats) -> Floats:
    known = np.isfinite(table)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(known, table, 0.0).sum(axis=1) / known.sum(axis=1))


def _runs(row: Floats) -> list[int]:
    """Return the lengths of the runs of equal answers, blanks passed over."""
    known = row[np.isfinite(row)]
    if not len(known):
        return []
    ends = np.flatnonzero(np.diff(known) != 0) + 1
    return [int(length) for length in np.diff([0, *ends, len(known)])]


def _table(answers: ArrayLike) -> Floats:
    return np.atleast_2d(np.asarray(answers, dtype=float))
