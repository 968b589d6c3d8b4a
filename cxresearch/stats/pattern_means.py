"""Means of many scores in many groups at once, from patterns of answers.

What `cxresearch.stats.condensed.Condensed` estimates figure by figure is here worked out in one
pass over the patterns of all figures: a thousand figures cost as much as their patterns.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxresearch.stats.condensed import Plan
from cxresearch.stats.layout import Codes, Floats

__all__ = ["Heap", "ManyMeans"]

_NOTHING = 1e-20  # variance, relative to the spread of the answers, that is rounding and no more


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ManyMeans:
    """The means of k figures, each on its own answers.

    Attributes
    ----------
    n, estimates, std_errors, df, n_eff : ndarray, shape (k,)
        As in `cxresearch.stats.intervals.Interval`; NaN where nobody answered.
    """

    n: Floats
    estimates: Floats
    std_errors: Floats
    df: Floats
    n_eff: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Heap:
    """Patterns of k figures in one heap: each says which figure it is of.

    Attributes
    ----------
    plan : Plan
        How all respondents were sampled.
    k : int
    of : ndarray of int, shape (n,)
        The figure of each pattern, from 0.
    values, counts, sums, squares : ndarray, shape (n,)
        Score, respondents, their weights and their squared weights summed.
    strata, psus : ndarray of int, shape (n,), optional
        As places in the plan.

    Examples
    --------
    >>> heap = Heap(plan=Plan.simple(6), k=2, of=np.array([0, 0, 1]),
    ...             values=np.array([5.0, 2.0, 4.0]), counts=np.array([3.0, 1, 2]),
    ...             sums=np.array([3.0, 1, 2]), squares=np.array([3.0, 1, 2]))
    >>> heap.means().estimates.tolist(), heap.means().std_errors.tolist()
    ([4.25, 4.0], [0.75, 0.0])
    """

    plan: Plan
    k: int
    of: Codes
    values: Floats
    counts: Floats
    sums: Floats
    squares: Floats
    strata: Codes | None = None
    psus: Codes | None = None

    def total(self, numbers: Floats) -> Floats:
        """Return the sum of numbers over the patterns of each figure, shape (k,)."""
        return np.asarray(np.bincount(self.of, numbers, self.k), dtype=float)

    def share(self, condition: Floats) -> Floats:
        """Return the weighted share of respondents for whom a condition (1 or 0) holds."""
        weight = self.total(self.sums)
        blank = np.full(self.k, np.nan)
        found = np.divide(self.total(self.sums * condition), weight, out=blank, where=weight > 0)
        return np.asarray(found)

    def means(self) -> ManyMeans:
        """Return the mean of every figure with its standard error under the plan.

        Σwy/Σw, Taylor linearised; classical where everybody was drawn alike.

        References
        ----------
        Binder 1983, 10.2307/1402588.
        """
        n, weight = self.total(self.counts), self.total(self.sums)
        some = n > 0
        blank = np.full(self.k, np.nan)
        mean = np.divide(self.total(self.sums * self.values), weight, out=blank, where=some)
        base = np.where(some, weight, 1.0)[self.of]
        away = self.values - np.where(some, mean, 0.0)[self.of]
        z = self.sums / base * away
        spread, unit = self.total(z * away), self.total(self.squares / base**2)
        if self.plan.is_simple:
            squares = self.total(self.squares * (away / base) ** 2)
            variance = squares * np.divide(n, n - 1, out=np.full(self.k, np.nan), where=n > 1)
            df = np.maximum(n - 1, 0.0)
            worth = n.copy()
        else:
            variance, df = self._linearised(z, away / base), self._df(n)
            worth = _worth(variance, spread, unit, mean)
            worth[df <= 0] = np.nan
        known = some & (df > 0) & (variance >= 0)
        error = np.sqrt(np.where(known, variance, np.nan))
        df[~some] = np.nan
        worth[~some] = np.nan
        return ManyMeans(n=n, estimates=mean, std_errors=error, df=df, n_eff=worth)

    def _linearised(self, z: Floats, unweighted: Floats) -> Floats:
        """Return the variance of the totals of linearised values by the rule of the strata."""
        plan = self.plan
        if plan.psus.sum() < 2:
            return np.full(self.k, np.nan)
        factor = plan.psus / np.maximum(plan.psus - 1, 1)
        factor = factor if plan.remaining is None else factor * plan.remaining
        if self.psus is not None:
            figure, psu, totals = self._summed(self.psus, z)
            stratum = np.zeros(len(psu), np.intp)
            if plan.stratum_of_psu is not None and plan.strata:
                stratum = plan.stratum_of_psu[psu]
            inside = totals**2
        else:
            figure, totals, inside = self.of, z, self.squares * unweighted**2
            stratum = np.zeros(len(z), np.intp) if self.strata is None else self.strata
        own, strata, place = _pairs(figure, stratum, len(plan.psus))
        of_stratum = np.bincount(place, totals, len(own))
        within = np.bincount(place, inside, len(own)) - of_stratum**2 / plan.psus[strata]
        if plan.lonely_psu == "adjust" and plan.strata:
            every = np.bincount(self.of, z, self.k) / plan.psus.sum()
            alone = plan.psus[strata] == 1
            within = np.where(alone, (of_stratum - every[own]) ** 2, within)
        variance = np.bincount(own, factor[strata] * within, self.k)
        return np.asarray(np.maximum(variance, 0.0))  # what rounding takes below zero

    def _df(self, n: Floats) -> Floats:
        """Return primary units minus strata, among those that hold a respondent of a figure."""
        held = n
        if self.psus is not None:
            held = _times(self._summed(self.psus, self.sums)[0], self.k)
        strata = np.minimum(held, 1.0)
        if self.strata is not None:
            strata = _times(_pairs(self.of, self.strata, len(self.plan.psus))[0], self.k)
        return np.asarray(np.maximum(held - strata, 0.0))

    def _summed(self, codes: Codes, numbers: Floats) -> tuple[Codes, Codes, Floats]:
        """Return figure and code of every pair of them that occurs, and the sums of numbers."""
        figure, code, place = _pairs(self.of, codes, int(codes.max(initial=0)) + 1)
        return figure, code, np.asarray(np.bincount(place, numbers, len(figure)), dtype=float)


def _times(codes: Codes, k: int) -> Floats:
    """Return how often each code comes, shape (k,)."""
    return np.bincount(codes, minlength=k).astype(float)


def _pairs(figure: Codes, code: Codes, n_codes: int) -> tuple[Codes, Codes, Codes]:
    """Return the pairs of figure and code that occur, and which of them each pattern is."""
    key, place = np.unique(figure.astype(np.int64) * n_codes + code, return_inverse=True)
    return (key // n_codes).astype(np.intp), (key % n_codes).astype(np.intp), place


def _worth(variance: Floats, spread: Floats, unit: Floats, mean: Floats) -> Floats:
    """Return how many answers drawn alike a figure is worth: v_srs / V, or (Σw)²/Σw²."""
    with np.errstate(divide="ignore", invalid="ignore"):
        drawn_alike = np.where(unit < 1, spread / (1 - unit), np.nan)
        varies = (variance > _NOTHING * (spread + mean**2)) & (spread > 0)
        return np.asarray(np.where(varies, drawn_alike / variance, 1 / unit))
