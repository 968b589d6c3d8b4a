"""How long customers wait, and how long they stay, when some still wait or stay: Kaplan-Meier."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nan, sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.stats.estimates import Floats, Interval, fault, quantile

__all__ = ["Survival", "kaplan_meier"]

_EXACT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survival:
    """A product-limit curve: the share that still waits (or stays) after each time.

    Attributes
    ----------
    time, survival, conf_low, conf_high : ndarray
        Times at which something happened, in their order; the share still open after each with
        its log-log limits (NaN while nobody or everybody is left).
    n_risk, n_event : ndarray
        Still open just before each time; over at it.
    censored : ndarray
        Times at which somebody was still open when last seen.
    n, n_events : int
    last : float
        The longest time seen: nothing is known beyond it.
    conf_level : float
    """

    time: Floats
    survival: Floats
    conf_low: Floats
    conf_high: Floats
    n_risk: Floats
    n_event: Floats
    censored: Floats
    n: int
    n_events: int
    last: float
    conf_level: float

    def quantile(self, prob: float) -> Interval:
        """Time by which a share `prob` is over: the first at which the curve is at 1 - prob.

        The limits are where the limits of the curve get there (Brookmeyer and Crowley 1982,
        10.2307/2530286). What is not reached within the time seen is infinite: "longer than
        `last`".

        Examples
        --------
        >>> found = kaplan_meier([2, 3, 5, 8], [1, 1, 0, 1]).quantile(0.5)
        >>> found.estimate
        3.0
        """
        _share(prob)
        return Interval(
            estimate=self._reached(self.survival, prob),
            std_error=nan,
            conf_low=self._reached(self.conf_low, prob),
            conf_high=self._reached(self.conf_high, prob),
            conf_level=self.conf_level,
            method="kaplan_meier",
            n=self.n,
        )

    def at(self, time: float) -> Interval:
        """Share still open after a time, with its log-log interval; NaN beyond the time seen."""
        if time > self.last:
            return self._share_left(nan, nan, nan)
        place = int(np.searchsorted(self.time, time, side="right")) - 1
        if place < 0:
            return self._share_left(1.0, 1.0, 1.0)
        return self._share_left(
            *(float(one[place]) for one in (self.survival, self.conf_low, self.conf_high))
        )

    def restricted_mean(self, horizon: float | None = None) -> Interval:
        """Mean time within a horizon: the area under the curve up to it.

        Variance: sum of A_i² d_i / (n_i (n_i - d_i)), A_i the area from the i-th time to the
        horizon; interval by the normal distribution.

        Parameters
        ----------
        horizon : float, optional
            By default the longest time seen. A horizon beyond it is cut to it, unless the curve
            has come down to zero.

        References
        ----------
        Royston & Parmar 2013, 10.1186/1471-2288-13-152. Compared with R ``survival``.

        Examples
        --------
        >>> round(kaplan_meier([1, 2, 4], [1, 1, 1]).restricted_mean().estimate, 4)
        2.3333
        """
        end = self.last if horizon is None else float(horizon)
        if not end > 0:
            raise fault("a horizon must be positive", found=str(end), hint="in units of the time")
        done = bool(len(self.survival)) and self.survival[-1] <= _EXACT
        end = end if done else min(end, self.last)
        steps = self.time < end
        times = np.concatenate([[0.0], self.time[steps], [end]])
        heights = np.concatenate([[1.0], self.survival[steps]])
        areas = np.diff(times) * heights
        after = areas[::-1].cumsum()[::-1][1:]  # from each time to the horizon
        risk, over = self.n_risk[steps], self.n_event[steps]
        left = risk - over
        terms = np.divide(
            after**2 * over, risk * left, out=np.zeros_like(after), where=(left > 0) & (after > 0)
        )
        estimate, error = float(areas.sum()), sqrt(float(terms.sum()))
        half = quantile(self.conf_level) * error
        return Interval(
            estimate=estimate,
            std_error=error,
            conf_low=max(estimate - half, 0.0),
            conf_high=min(estimate + half, end),
            conf_level=self.conf_level,
            method="kaplan_meier",
            n=self.n,
            df=inf,
        )

    def _reached(self, curve: Floats, prob: float) -> float:
        there = np.flatnonzero(curve <= 1 - prob + _EXACT)
        return float(self.time[there[0]]) if there.size else inf

    def _share_left(self, share: float, low: float, high: float) -> Interval:
        return Interval(
            estimate=share,
            std_error=nan,
            conf_low=low,
            conf_high=high,
            conf_level=self.conf_level,
            method="kaplan_meier",
            n=self.n,
        )


def kaplan_meier(times: ArrayLike, over: ArrayLike, conf_level: float = 0.95) -> Survival:
    """Tell how long customers wait (or stay), those still waiting counted as far as they were seen.

    S(t) = product over t_i <= t of (1 - d_i / n_i): n_i still open just before t_i, d_i over at
    t_i. The mean of finished cases alone would leave out the slowest. Interval on the log-log
    scale: S^exp(-+ z s), s² = sum d_i / (n_i (n_i - d_i)) / (log S)².

    Parameters
    ----------
    times : array-like, shape (n,)
        From the start to the end, or to when the case was last seen; not negative, none missing.
    over : array-like, shape (n,)
        1 where the end was seen, 0 where the case was still open (censored).
    conf_level : float

    Returns
    -------
    Survival

    Raises
    ------
    StatisticsError
        For missing or negative times, or without a single case.

    References
    ----------
    Kaplan & Meier 1958, 10.1080/01621459.1958.10501452. Compared with R
    ``survfit(conf.type = "log-log")``.

    Examples
    --------
    >>> curve = kaplan_meier([2, 3, 5, 5, 8, 12, 20, 24, 30, 48], [1, 1, 1, 0, 1, 1, 0, 1, 0, 0])
    >>> curve.quantile(0.5).estimate, round(curve.restricted_mean().estimate, 4)
    (12.0, 22.0)
    """
    seen, ended = _checked(times, over)
    order = np.argsort(seen, kind="stable")
    seen, ended = seen[order], ended[order]
    distinct, first = np.unique(seen, return_index=True)
    at_risk = (seen.size - first).astype(float)
    events = np.add.reduceat(ended.astype(float), first)
    happened = events > 0
    time, n_risk, n_event = distinct[happened], at_risk[happened], events[happened]
    survival = np.cumprod(1 - n_event / n_risk)
    left = n_risk - n_event
    terms = np.divide(n_event, n_risk * left, out=np.full_like(left, np.inf), where=left > 0)
    low, high = _log_log(survival, np.cumsum(terms), quantile(conf_level))
    return Survival(
        time=time,
        survival=survival,
        conf_low=low,
        conf_high=high,
        n_risk=n_risk,
        n_event=n_event,
        censored=seen[~ended],
        n=int(seen.size),
        n_events=int(ended.sum()),
        last=float(seen[-1]),
        conf_level=conf_level,
    )


def _log_log(survival: Floats, variance: Floats, z: float) -> tuple[Floats, Floats]:
    low, high = np.full_like(survival, np.nan), np.full_like(survival, np.nan)
    inner = (survival > _EXACT) & (survival < 1)
    logs = np.log(survival[inner])
    spread = z * np.sqrt(variance[inner]) / np.abs(logs)
    low[inner] = np.exp(logs * np.exp(spread))
    high[inner] = np.exp(logs * np.exp(-spread))
    return low, high


def _checked(times: ArrayLike, over: ArrayLike) -> tuple[Floats, NDArray[np.bool_]]:
    seen, ended = np.asarray(times, dtype=float), np.asarray(over)
    if seen.ndim != 1 or seen.size == 0 or ended.shape != seen.shape:
        raise fault(
            "survival needs one time and one flag for every case",
            found=f"{seen.shape} times, {ended.shape} flags",
            hint="leave groups without a case out",
        )
    if not np.isfinite(seen).all() or (seen < 0).any():
        wrong = int((~(seen >= 0) | ~np.isfinite(seen)).sum())
        raise fault(
            "times must be known and not negative",
            found=f"{wrong} of {seen.size}",
            hint="an end before its start is an error of the table",
        )
    flags = ended.astype(float)
    if not np.isin(flags, (0.0, 1.0)).all():
        raise fault("over is 1 or 0", found=str(ended[:5]), hint="1: the end was seen")
    return seen, flags == 1


def _share(prob: float) -> None:
    if not 0 < prob < 1:
        raise fault("a quantile needs a share between 0 and 1", found=str(prob), hint="0.5: median")
