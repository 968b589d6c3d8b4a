"""How far a figure has come on its way to the target, and how likely it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, nan, sqrt
from typing import Literal

import numpy as np
from scipy import special

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.estimates import Interval, student

Status = Literal["green", "amber", "red", "grey"]

__all__ = ["Composite", "Status", "attainment", "composite", "p_met", "status"]

_SENSITIVITY = 0.2


def attainment(
    actual: float,
    baseline: float,
    target: float,
    actual_se: float = 0.0,
    baseline_se: float = 0.0,
    conf_level: float = 0.95,
) -> Interval:
    """Return how much of the way from baseline to target lies behind: a = (x − b)/(T − b).

    The sign takes care of lower-is-better. Below 0 the figure moved away, above 1 it went
    beyond. SE by delta method: da/dx = 1/(T − b), da/db = (x − T)/(T − b)².

    Parameters
    ----------
    actual, baseline, target : float
        In the unit of the figure.
    actual_se, baseline_se : float
        Standard errors; a declared or counted value has none.

    Returns
    -------
    Interval
        A share of the way; all missing where target and baseline are equal.

    Examples
    --------
    >>> a = attainment(76, 70, 80, 1.4, 1.5)
    >>> round(a.estimate, 7), round(a.std_error, 7)
    (0.6, 0.1523155)
    """
    way = target - baseline
    if way == 0:
        return student(nan, nan, inf, conf_level)
    error = sqrt((actual_se / way) ** 2 + ((actual - target) / way**2 * baseline_se) ** 2)
    return student((actual - baseline) / way, error, inf, conf_level)


def p_met(
    actual: float,
    std_error: float,
    *,
    target: float | None = None,
    low: float | None = None,
    high: float | None = None,
    better: Literal["up", "down", "band"] = "up",
) -> float:
    """Return the probability that the true value meets the target.

    Φ((x − T)/SE), reversed where lower is better; of a band, the difference at its ends. With
    SE 0 (counted in full) 1 or 0; missing where the SE is not known.

    Raises
    ------
    StatisticsError
        Without a target, or for a band without both ends.

    Examples
    --------
    >>> round(p_met(0.78, 0.02, target=0.75), 7)
    0.9331928
    >>> round(p_met(34, 1.5, target=36, better="down"), 7)
    0.9087888
    >>> round(p_met(82, 2, low=78, high=85, better="band"), 7)
    0.9104427
    """
    if better == "band":
        if low is None or high is None:
            raise _fault("a band has two ends", f"{low} to {high}", "give low and high")
        if std_error == 0:
            return float(low <= actual <= high)
        return float(
            special.ndtr((high - actual) / std_error) - special.ndtr((low - actual) / std_error)
        )
    if target is None:
        raise _fault("there is no target", "nothing", "give target, or low and high")
    ahead = actual - target if better == "up" else target - actual
    if std_error == 0:
        return float(ahead >= 0)
    return float(special.ndtr(ahead / std_error))


def status(p: float, green: float = 0.9, red: float = 0.1) -> Status:
    """Return the light of a probability: green from .90, red to .10, amber between, grey unknown.

    The cuts are a convention.

    Examples
    --------
    >>> [status(p) for p in (0.93, 0.5, 0.1, float("nan"))]
    ['green', 'amber', 'red', 'grey']
    """
    if p != p:
        return "grey"
    return "green" if p >= green else "red" if p <= red else "amber"


@dataclass(frozen=True, slots=True, kw_only=True)
class Composite:
    """A weighted mean of attainments, and what other weights would make of it.

    Attributes
    ----------
    value : Interval
    p_met : float
        Probability that the true composite is 1 or more.
    lighter, heavier : tuple of Interval
        The same with each weight in turn 20 % lower and higher, all brought back to sum 1.
    """

    value: Interval
    p_met: float
    lighter: tuple[Interval, ...]
    heavier: tuple[Interval, ...]


def composite(
    attainments: Sequence[float],
    std_errors: Sequence[float],
    weights: Sequence[float],
    conf_level: float = 0.95,
) -> Composite:
    """Return the weighted mean of attainments with its sensitivity to the weights.

    Rows are taken as independent: SE² = Σ w² SE².

    Raises
    ------
    StatisticsError
        The weights do not sum to 1, or are negative.

    Examples
    --------
    >>> found = composite([0.6, 1.0], [0.15, 0.1], [0.5, 0.5])
    >>> round(found.value.estimate, 3), round(found.value.std_error, 4)
    (0.8, 0.0901)
    """
    a, se = np.asarray(attainments, float), np.asarray(std_errors, float)
    w = np.asarray(weights, dtype=float)
    if (w < 0).any() or abs(w.sum() - 1) > 1e-6:
        raise _fault("the weights must sum to 1", f"{w.sum():g}", "correct them")

    def mean(u: np.ndarray) -> Interval:
        u = u / u.sum()
        return student(float(u @ a), float(np.sqrt((u**2) @ se**2)), inf, conf_level)

    def moved(factor: float) -> tuple[Interval, ...]:
        return tuple(mean(w * np.where(np.arange(len(w)) == j, factor, 1.0)) for j in range(len(w)))

    value = mean(w)
    return Composite(
        value=value,
        p_met=p_met(value.estimate, value.std_error, target=1.0),
        lighter=moved(1 - _SENSITIVITY),
        heavier=moved(1 + _SENSITIVITY),
    )


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
