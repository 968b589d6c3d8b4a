"""The Kano questionnaire: how people feel with a feature, and how they feel without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from cxresearch.errors import Fault, StatisticsError

__all__ = ["CLASSES", "Kano", "classify", "evaluate"]

#: attractive, one-dimensional, must-be, indifferent, reverse, questionable
CLASSES = ("attractive", "one_dimensional", "must_be", "indifferent", "reverse", "questionable")
_A, _O, _M, _I, _R, _Q = range(6)
# rows: with the feature, columns: without; like, must-be, neutral, live with, dislike
_TABLE = np.array(
    [
        [_Q, _A, _A, _A, _O],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _I, _I, _I, _M],
        [_R, _R, _R, _R, _Q],
    ]
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kano:
    """What a feature is to customers.

    Attributes
    ----------
    counts : dict
        Respondents by class (sums of weights where there are any).
    leading, second : str
        The two largest classes.
    p_value : float
        Exact binomial test of the two against each other.
    better, worse : float
        (A + O) / (A + O + M + I) and -(O + M) / (A + O + M + I).
    n : float
        A + O + M + I.
    """

    counts: dict[str, float]
    leading: str
    second: str
    p_value: float
    better: float
    worse: float
    n: float


def classify(functional: ArrayLike, dysfunctional: ArrayLike) -> np.ndarray:
    """Return the class of each respondent by the 5 x 5 table; -1 where an answer is missing.

    Parameters
    ----------
    functional, dysfunctional : array-like, shape (n,)
        Feeling with and without the feature: 1 like, 2 must be, 3 neutral, 4 live with,
        5 dislike.

    Examples
    --------
    >>> [CLASSES[code] for code in classify([1, 1, 3, 3], [3, 5, 5, 3])]
    ['attractive', 'one_dimensional', 'must_be', 'indifferent']
    """
    with_it, without = (np.asarray(one, dtype=float) for one in (functional, dysfunctional))
    known = np.isfinite(with_it) & np.isfinite(without)
    for answers in (with_it[known], without[known]):
        if answers.size and not np.isin(answers, [1, 2, 3, 4, 5]).all():
            raise StatisticsError(
                Fault(
                    kind="statistics",
                    what="answers of a Kano question are 1 to 5",
                    found=f"{answers.min():g} to {answers.max():g}",
                    hint="1 like, 2 must be, 3 neutral, 4 live with, 5 dislike",
                )
            )
    codes = np.full(len(with_it), -1)
    codes[known] = _TABLE[with_it[known].astype(int) - 1, without[known].astype(int) - 1]
    return codes


def evaluate(counts: Mapping[str, float]) -> Kano:
    """Say what a feature is from the number of respondents in each class.

    The leading class stands only where an exact binomial test tells it from the second; see
    `p_value` (adjusted over features by the caller).

    References
    ----------
    Kano et al. 1984, Journal of the Japanese Society for Quality Control 14(2), 147-156.
    Berger et al. 1993, Center for Quality of Management Journal 2(4), 3-36.

    Examples
    --------
    >>> found = evaluate({"attractive": 40, "one_dimensional": 25, "must_be": 20,
    ...                   "indifferent": 15})
    >>> found.better, found.worse, round(found.p_value, 7)
    (0.65, -0.45, 0.0816815)
    """
    held = {name: float(counts.get(name, 0.0)) for name in CLASSES}
    order = sorted(CLASSES, key=lambda name: -held[name])
    a, o, m, i = (held[name] for name in CLASSES[:4])
    total = a + o + m + i
    top, next_ = round(held[order[0]]), round(held[order[1]])
    p = float(stats.binomtest(top, top + next_, 0.5).pvalue) if top + next_ else float("nan")
    return Kano(
        counts=held,
        leading=order[0],
        second=order[1],
        p_value=p,
        better=(a + o) / total if total else float("nan"),
        worse=-(o + m) / total if total else float("nan"),
        n=total,
    )
