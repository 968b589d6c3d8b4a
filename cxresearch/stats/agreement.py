"""Whether two who read the same comments see the same in them: kappa, precision and recall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.intervals import Interval, wilson
from cxresearch.stats.resample import percentile_interval

__all__ = ["Detection", "Kappa", "detection", "kappa", "kappa_of_table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kappa:
    """Agreement of two coders beyond what chance would bring.

    Attributes
    ----------
    estimate, conf_low, conf_high : float
        Kappa, 1 for full agreement, 0 for chance, with its percentile bootstrap interval.
    observed, expected : float
        Share of texts coded alike, and the share that chance would bring.
    n : int
        Texts that both coded.
    """

    estimate: float
    observed: float
    expected: float
    n: int
    conf_low: float = float("nan")
    conf_high: float = float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """How well a rule finds what a reader sees.

    Attributes
    ----------
    precision : Interval
        Of the texts that the rule names, the share in which the reader sees it.
    recall : Interval
        Of the texts in which the reader sees it, the share that the rule names.
    n_found, n_true, n_both : int
        Texts that the rule names, that the reader names, and that both do.
    """

    precision: Interval
    recall: Interval
    n_found: int
    n_true: int
    n_both: int


def detection(found: ArrayLike, truth: ArrayLike, *, conf_level: float = 0.95) -> Detection:
    """How far a rule can be trusted, and how much it misses, judged by a reader.

    Precision = both / found, recall = both / true, with Wilson's intervals; NaN with n = 0 where
    the rule, or the reader, names no text at all.

    Parameters
    ----------
    found, truth : array-like of bool, shape (n,)
        Whether the rule, and the reader, name each text.
    conf_level : float

    Raises
    ------
    StatisticsError
        For arrays of unequal length.

    References
    ----------
    van Rijsbergen 1979, Information Retrieval, chapter 7; Wilson 1927,
    10.1080/01621459.1927.10502953.

    Examples
    --------
    >>> d = detection([1, 1, 1, 0, 0], [1, 1, 0, 1, 0])
    >>> round(d.precision.estimate, 4), round(d.recall.estimate, 4)
    (0.6667, 0.6667)
    """
    named, true = np.asarray(found, dtype=bool), np.asarray(truth, dtype=bool)
    if named.shape != true.shape or named.ndim != 1:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="rule and reader must have judged the same texts",
                found=f"{named.shape} and {true.shape}",
                hint="one value per text from either",
            )
        )
    both = int((named & true).sum())
    n_found, n_true = int(named.sum()), int(true.sum())
    return Detection(
        precision=_share(both, n_found, conf_level),
        recall=_share(both, n_true, conf_level),
        n_found=n_found,
        n_true=n_true,
        n_both=both,
    )


def _share(part: int, whole: int, conf_level: float) -> Interval:
    if whole:
        return wilson(part, whole, conf_level)
    nan = float("nan")
    return Interval(
        estimate=nan,
        std_error=nan,
        conf_low=nan,
        conf_high=nan,
        conf_level=conf_level,
        method="wilson",
        n=0,
    )


def kappa_of_table(table: ArrayLike) -> Kappa:
    """Agreement of two coders from their table of counts: (observed − expected)/(1 − expected).

    Parameters
    ----------
    table : array-like, shape (codes, codes)
        Rows: first coder, columns: second, the codes in one order.

    Returns
    -------
    Kappa
        NaN where both use one and the same code throughout (chance agreement is then full).

    Raises
    ------
    StatisticsError
        For a table that is not square, is empty or has negative counts.

    References
    ----------
    Cohen 1960, 10.1177/001316446002000104. Compared with R ``psych::cohen.kappa``.

    Examples
    --------
    >>> k = kappa_of_table([[40, 5, 1], [6, 30, 4], [2, 3, 9]])
    >>> round(k.observed, 4), round(k.expected, 4), round(k.estimate, 7)
    (0.79, 0.3924, 0.6543779)
    """
    counts = np.asarray(table, dtype=float)
    square = counts.ndim == 2 and counts.shape[0] == counts.shape[1]
    if not square or (counts < 0).any() or not counts.sum() > 0:
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="kappa needs a square table of counts",
                found=f"shape {counts.shape}",
                hint="give both coders the same codes in the same order",
            )
        )
    observed, expected = (float(one) for one in _agreement(counts))
    return Kappa(
        estimate=_beyond(observed, expected),
        observed=observed,
        expected=expected,
        n=round(float(counts.sum())),
    )


def kappa(
    first: ArrayLike,
    second: ArrayLike,
    *,
    n_resamples: int,
    rng: np.random.Generator,
    conf_level: float = 0.95,
) -> Kappa:
    """Agreement of two coders on the same texts, with a bootstrap interval over texts.

    Where all texts are coded alike the lower end is that of Wilson's interval for the share coded
    alike, beyond chance; where one coder uses one code only there is no interval.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Codes (texts, numbers, or true and false) that each coder gave to the same texts.
    n_resamples : int
    rng : Generator
    conf_level : float

    Raises
    ------
    StatisticsError
        For codes of unequal length, or none.

    References
    ----------
    Cohen 1960, 10.1177/001316446002000104.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> k = kappa(list("aabbab") * 10, list("aabbaa") * 10, n_resamples=200, rng=rng)
    >>> round(k.estimate, 4), k.n, k.conf_low < k.estimate < k.conf_high
    (0.6667, 60, True)
    """
    a, b = np.asarray(first, dtype=str), np.asarray(second, dtype=str)
    if a.shape != b.shape or a.ndim != 1 or not len(a):
        raise StatisticsError(
            Fault(
                kind="statistics",
                what="two coders must have coded the same texts",
                found=f"{len(a)} and {len(b)} codes",
                hint="keep only texts that both coded, in one order",
            )
        )
    _codes, places = np.unique(np.concatenate([a, b]), return_inverse=True)
    k = len(_codes)
    cell = places[: len(a)] * k + places[len(a) :]
    counts = np.bincount(cell, minlength=k * k)
    point = kappa_of_table(counts.reshape(k, k))
    used = np.flatnonzero(counts)
    drawn = rng.multinomial(point.n, counts[used] / point.n, size=n_resamples)
    tables = np.zeros((n_resamples, k * k))
    tables[:, used] = drawn
    agreed, chance = _agreement(tables.reshape(n_resamples, k, k))
    draws = np.divide(
        agreed - chance, 1 - chance, out=np.full(n_resamples, np.nan), where=chance < 1
    )
    low, high = percentile_interval(draws, conf_level)
    if point.observed == 1 and point.expected < 1:  # every draw agrees, too: judge the agreement
        low, high = _beyond(wilson(point.n, point.n, conf_level).conf_low, point.expected), 1.0
    elif low == high:  # one of them uses one code only: draws cannot tell the error
        low = high = np.nan
    return Kappa(
        estimate=point.estimate,
        observed=point.observed,
        expected=point.expected,
        n=point.n,
        conf_low=float(low),
        conf_high=float(high),
    )


def _agreement(tables: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    total = tables.sum(axis=(-2, -1))
    shares = tables / total[..., None, None]
    observed = np.trace(shares, axis1=-2, axis2=-1)
    expected = (shares.sum(axis=-1) * shares.sum(axis=-2)).sum(axis=-1)
    return np.asarray(observed), np.asarray(expected)


def _beyond(observed: float, expected: float) -> float:
    return (observed - expected) / (1 - expected) if expected < 1 else float("nan")
