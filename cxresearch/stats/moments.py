"""Sums that stand for respondents: weighted counts, sums and cross-products, group by group.

What is linear or quadratic in the answers (means, covariances, regression, importance, alpha,
the variance of means under a survey design) can be had from these sums alone, whatever counted
them. Values are taken from a reference point, so that little is lost where sums are large.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxresearch.stats.condensed import Plan
from cxresearch.stats.intervals import Means
from cxresearch.stats.layout import Codes, Floats

__all__ = ["Moments", "Sums", "means_of", "variance_of_totals"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sums:
    """Sums over the complete answers to k questions, in each of m groups.

    Attributes
    ----------
    names : tuple of str
        The k questions.
    centre : ndarray, shape (k,)
        What was taken from every answer before it was summed.
    n, weight, squared : ndarray, shape (m,)
        Respondents, Σw and Σw².
    first, first_squared : ndarray, shape (m, k)
        Σ w x and Σ w² x.
    second, second_squared : ndarray, shape (m, k, k)
        Σ w x x' and Σ w² x x'.
    low, high : ndarray, shape (m, k)
        Smallest and largest answer of each group, on the questions' own scales.

    Examples
    --------
    >>> sums = Sums.of_rows(np.array([[1.0, 2], [2, 2], [3, 5]]), None, ["speed", "price"])
    >>> sums.total().cov.round(2).to_numpy().tolist()
    [[1.0, 1.5], [1.5, 3.0]]
    """

    names: tuple[str, ...]
    centre: Floats
    n: Floats
    weight: Floats
    squared: Floats
    first: Floats
    first_squared: Floats
    second: Floats
    second_squared: Floats
    low: Floats
    high: Floats

    @classmethod
    def of_rows(
        cls,
        X: Floats,
        weights: Floats | None,
        names: Sequence[str],
        groups: Codes | None = None,
    ) -> Sums:
        """Sum rows in memory: complete answers (n, k), weights and groups 0, 1, … of the rows."""
        n, k = X.shape
        w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
        g = np.zeros(n, np.intp) if groups is None else groups
        m = int(g.max()) + 1 if n else 1
        centre = w @ X / w.sum() if n else np.zeros(k)
        Z = X - centre

        def summed(values: Floats) -> Floats:
            return np.stack([np.bincount(g, column, m) for column in values.T], axis=1)

        low, high = np.full((m, k), np.inf), np.full((m, k), -np.inf)
        np.minimum.at(low, g, X)
        np.maximum.at(high, g, X)

        def crossed(v: Floats) -> Floats:
            parts = [(Z[g == one] * v[g == one, None]).T @ Z[g == one] for one in range(m)]
            return np.stack(parts) if m > 1 else ((Z * v[:, None]).T @ Z)[None]

        return cls(
            names=tuple(names),
            centre=centre,
            n=np.bincount(g, minlength=m).astype(float),
            weight=np.bincount(g, w, m).astype(float),
            squared=np.bincount(g, w**2, m).astype(float),
            first=summed(Z * w[:, None]),
            first_squared=summed(Z * w[:, None] ** 2),
            second=crossed(w),
            second_squared=crossed(w**2),
            low=low,
            high=high,
        )

    def unweighted(self) -> Sums:
        """Return the same of respondents without weights: squares of ones are ones."""
        return replace(self, first_squared=self.first, second_squared=self.second)

    def of(self, groups: Codes) -> Sums:
        """Return the sums of some of the groups."""
        return replace(
            self,
            n=self.n[groups],
            weight=self.weight[groups],
            squared=self.squared[groups],
            first=self.first[groups],
            first_squared=self.first_squared[groups],
            second=self.second[groups],
            second_squared=self.second_squared[groups],
            low=self.low[groups],
            high=self.high[groups],
        )

    def turned(
        self, T: Floats, names: Sequence[str], centre: Floats, low: Floats, high: Floats
    ) -> Sums:
        """Return the sums of combinations of the questions: of x T, x taken from its centre.

        Parameters
        ----------
        T : ndarray, shape (k, p)
        names, centre, low, high
            Of the p combinations.

        Examples
        --------
        >>> sums = Sums.of_rows(np.array([[1.0, 2], [2, 2], [3, 5]]), None, ["speed", "price"])
        >>> zero = np.zeros(1)
        >>> both = sums.turned(np.ones((2, 1)), ["both"], zero, zero, zero + 9)
        >>> float(both.total().cov.loc["both", "both"])
        7.0
        """
        if np.array_equal(T, np.eye(len(self.names))):
            first, second = self.first, self.second
            first_squared, second_squared = self.first_squared, self.second_squared
        else:
            first, second = self.first @ T, T.T @ self.second @ T
            first_squared = self.first_squared @ T
            second_squared = T.T @ self.second_squared @ T
        m = len(self.n)
        return replace(
            self,
            names=tuple(names),
            centre=centre,
            first=first,
            second=second,
            first_squared=first_squared,
            second_squared=second_squared,
            low=np.tile(low, (m, 1)),
            high=np.tile(high, (m, 1)),
        )

    def total(self) -> Moments:
        """Return the moments of everybody."""
        some = self.n > 0
        blank = np.full(len(self.names), np.nan)
        return Moments(
            names=self.names,
            n=round(float(self.n.sum())),
            weight=float(self.weight.sum()),
            squared=float(self.squared.sum()),
            shift=self.first.sum(axis=0),
            scatter=self.second.sum(axis=0),
            centre=self.centre,
            low=np.fmin.reduce(self.low[some]) if some.any() else blank,
            high=np.fmax.reduce(self.high[some]) if some.any() else blank,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moments:
    """Means and covariances of complete answers, from their sums.

    Attributes
    ----------
    names : tuple of str
    n : int
        Respondents.
    weight, squared : float
        Σw and Σw².
    shift : ndarray, shape (k,)
        Σ w (x − centre).
    scatter : ndarray, shape (k, k)
        Σ w (x − centre)(x − centre)'.
    centre, low, high : ndarray, shape (k,)
    """

    names: tuple[str, ...]
    n: int
    weight: float
    squared: float
    shift: Floats
    scatter: Floats
    centre: Floats
    low: Floats
    high: Floats

    @property
    def n_kish(self) -> float:
        """How many equal answers the weights are worth: (Σw)²/Σw²."""
        return self.weight**2 / self.squared if self.squared > 0 else 0.0

    @property
    def mean(self) -> Floats:
        """Weighted means, in scale points."""
        return np.asarray(self.centre + self.shift / self.weight)

    @property
    def central(self) -> Floats:
        """Σ w (x − x̄)(x − x̄)' / Σw: covariances of the answers as they are."""
        away = self.shift / self.weight
        found = self.scatter / self.weight - np.outer(away, away)
        still = self.low == self.high
        found[still, :] = 0.0
        found[:, still] = 0.0
        return np.asarray(found)

    @property
    def cov(self) -> pd.DataFrame:
        """Weighted covariances without bias: Σu(x − x̄)(x − x̄)'/(1 − Σu²), R ``cov.wt``."""
        u2 = self.squared / self.weight**2
        labels = list(self.names)
        return pd.DataFrame(self.central / (1 - u2), index=labels, columns=labels)

    @property
    def still(self) -> tuple[str, ...]:
        """Questions that everybody answered alike."""
        alike = self.low == self.high
        return tuple(name for name, one in zip(self.names, alike, strict=True) if one)


def means_of(plan: Plan, sums: Sums, strata: Codes | None, psus: Codes | None) -> Means:
    """Return the means of complete answers and how they move together, under a survey design.

    Parameters
    ----------
    plan : Plan
    sums : Sums
        By stratum, or by cluster where there are clusters; one group in a simple design.
    strata, psus : ndarray of int, optional
        The stratum (cluster) of each group, as a place in the plan.

    References
    ----------
    Binder 1983, 10.2307/1402588.
    """
    whole = sums.total()
    mean, W = whole.mean, whole.weight
    away = mean - sums.centre
    n = float(whole.n)
    totals = (sums.first - sums.weight[:, None] * away) / W
    cross = away[None, :, None] * sums.first_squared[:, None, :]
    squares = sums.second_squared - cross - np.swapaxes(cross, 1, 2)
    squares = (squares + sums.squared[:, None, None] * np.outer(away, away)) / W**2
    if plan.is_simple:
        covariance = squares.sum(axis=0) * (n / (n - 1) if n > 1 else np.nan)
        df = int(n) - 1
    else:
        covariance, df = variance_of_totals(plan, int(n), totals, squares, strata, psus)
    k = len(mean)
    return Means(
        estimates=mean,
        covariance=np.asarray(covariance),
        df=np.full(k, float(df)),
        n=np.full(k, n),
        n_eff=np.full(k, np.nan),
    )


def variance_of_totals(
    plan: Plan,
    n: int,
    totals: Floats,
    squares: Floats,
    strata: Codes | None,
    psus: Codes | None,
) -> tuple[Floats, int]:
    """Return the variance of totals of linearised values, and its degrees of freedom.

    V = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (t_hi − t̄_h)(t_hi − t̄_h)', from the totals of each
    cluster, or, where respondents were drawn one by one, from the sums of squares by stratum.

    Parameters
    ----------
    n : int
        Respondents in the domain.
    totals : ndarray, shape (m, k)
        Σ z by stratum (by cluster where there are clusters).
    squares : ndarray, shape (m, k, k)
        Σ z z'; not looked at where there are clusters.
    strata, psus : ndarray of int, optional
        Stratum (cluster) of each group, as a place in the plan.
    """
    k = totals.shape[1]
    if plan.clustered:
        assert psus is not None
        of_psu = plan.stratum_of_psu
        assert of_psu is not None
        every = np.zeros((len(of_psu), k))
        every[psus] = totals
        nobody = np.zeros(len(every))
        at = np.arange(len(every), dtype=np.intp)
        design = plan.design(counts=nobody, sums=nobody, squares=nobody, psus=at)
        return design.spread(every), len(psus) - len(np.unique(of_psu[psus]))
    h = np.zeros(len(totals), np.intp) if strata is None else strata
    factor = plan.psus / np.maximum(plan.psus - 1, 1)
    factor = factor if plan.remaining is None else factor * plan.remaining
    found = np.einsum("h,hjk->jk", factor[h], squares)
    found = found - (totals * (factor / plan.psus)[h, None]).T @ totals
    if plan.lonely_psu == "adjust" and (alone := plan.psus[h] == 1).any():
        off = totals[alone] - totals.sum(axis=0) / plan.psus.sum()
        found = found + (off * factor[h][alone, None]).T @ off
    return np.asarray(found), n - len(np.unique(h))
