"""A survey design whose rows are patterns: each stands for all who answered alike.

Answers are few and respondents many. Where rows with the same answers (and the same stratum and
cluster) are put together, with their number, the sum of their weights and the sum of squares of
these, every estimate of `cxresearch.stats.design.Design` comes out as it would from the rows one
by one, its variance included: a linearised value is the weight times something that the pattern
decides, so that Σz² = Σ (Σw²) q² and Σz = Σ (Σw) q.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.errors import Fault, StatisticsError, first
from cxresearch.stats.design import Design
from cxresearch.stats.layout import Bools, Codes, Floats, LonelyPsu

__all__ = ["Condensed", "Plan"]


@dataclass(frozen=True, slots=True, eq=False)
class Condensed(Design):
    """Estimates from patterns of answers as from the respondents behind them; made by `Plan`.

    Attributes
    ----------
    counts : ndarray, shape (n,)
        Respondents of each pattern.
    sums, squares : ndarray, shape (n,)
        Their weights and squared weights, summed; the counts where there are no weights.

    Examples
    --------
    >>> design = Plan.simple(4).design(counts=[3, 1], sums=[3, 1], squares=[3, 1])
    >>> m, plain = design.mean([5.0, 2.0]), Design.build(4).mean([5.0, 5.0, 5.0, 2.0])
    >>> m.n, m.estimate, round(m.std_error - plain.std_error, 12)
    (4, 4.25, 0.0)
    """

    counts: Floats
    sums: Floats
    squares: Floats

    @property
    def _alike(self) -> Floats:
        """Σw²/(Σw)² of each pattern: what makes the square of a total the sum of squares."""
        known = self.sums > 0
        return np.divide(self.squares, self.sums**2, out=np.zeros(self.n), where=known)

    def count(self, member: Bools) -> int:
        """Return how many respondents these patterns are."""
        return round(float(self.counts[member].sum()))

    def tally(self, values: Floats, member: Bools) -> float:
        """Return the plain sum of values over the respondents of these patterns."""
        return float(self.counts[member] @ values[member])

    def each(self, member: Bools) -> Floats:
        """Return how many respondents each of these patterns is."""
        return np.asarray(self.counts[member])

    def inner(self, z: Floats) -> Any:
        """Return the squares and cross-products of weighted values, summed over respondents."""
        return (z.T * self._alike) @ z

    def weights_of(self, member: Bools) -> Floats:
        """Return the summed weights of every pattern, zero outside `member`."""
        return np.where(member, self.sums, 0.0)

    def base(self, domain: ArrayLike | None = None) -> float:
        """Return the sum of weights of the domain; never a sample size."""
        return float(self.sums[self.members(domain)].sum())

    def kish(self, domain: ArrayLike | None = None) -> tuple[float, float]:
        """Return how many equal answers the weights are worth, (Σw)²/Σw², and n over that."""
        member = self.members(domain)
        n = float(self.count(member))
        if n == 0 or self.weights is None:
            return n, 1.0 if n else float("nan")
        n_kish = float(self.sums[member].sum() ** 2 / self.squares[member].sum())
        return n_kish, n / n_kish

    def covariance_of_totals(self, Z: ArrayLike, domain: ArrayLike | None = None) -> Floats:
        """Return the variance of the column totals of linearised values, weights included."""
        values = np.asarray(Z, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        member = self.members(domain)
        values = np.where(member[:, None], np.nan_to_num(values, nan=0.0), 0.0)
        if not self.simple:
            return self.spread(self.psu_totals(values))
        n, total = self.count(member), values.sum(axis=0)
        if n < 2:
            return np.full((values.shape[1],) * 2, np.nan)
        return np.asarray((self.inner(values) - np.outer(total, total) / n) * n / (n - 1))

    def spread(self, totals: Floats) -> Floats:
        """Return the variance of the sum of totals by the rule of the strata."""
        if self.psu_of_row is not None:
            return Design.spread(self, totals)
        if self.n_psu < 2:
            return np.full((totals.shape[1],) * 2, np.nan)
        h = np.zeros(self.n, np.intp) if self.stratum_of_row is None else self.stratum_of_row
        factor = self.stratum_factors()
        of_stratum = np.stack([np.bincount(h, t, self.n_strata) for t in totals.T], axis=1)
        found = (totals * (factor[h] * self._alike)[:, None]).T @ totals
        found -= (of_stratum * (factor / self.psus)[:, None]).T @ of_stratum
        if self.lonely_psu == "adjust" and (self.psus == 1).any():
            away = of_stratum[self.psus == 1] - totals.sum(axis=0) / self.n_psu
            found += (away * factor[self.psus == 1, None]).T @ away
        np.fill_diagonal(found, np.maximum(np.diag(found), 0.0))  # what rounding takes below zero
        return np.asarray(found)

    def bootstrap_weights(
        self, n_resamples: int, rng: np.random.Generator, domain: ArrayLike | None = None
    ) -> Floats:
        """Return the summed weights of every pattern in each bootstrap sample.

        Clusters are drawn as in `Design`. Without them each respondent comes a Poisson number of
        times, so a pattern of c respondents comes Poisson(c) times, at its mean weight and with
        the spread of its weights about that mean.

        References
        ----------
        Chamandy, Muralidharan, Najmi & Naidu 2012, *Estimating uncertainty for massive data
        streams*.
        """
        member = self.members(domain)
        if self.psu_of_row is not None:
            return Design.bootstrap_weights(self, n_resamples, rng, domain)
        drawn = np.zeros((n_resamples, self.n))
        c = self.counts[member]
        mean = self.sums[member] / c
        spread = np.sqrt(np.maximum(self.squares[member] / c - mean**2, 0.0))
        times = rng.poisson(c, size=(n_resamples, len(c))).astype(float)
        noise = rng.standard_normal(times.shape) * spread * np.sqrt(times)
        drawn[:, member] = np.maximum(times * mean + noise, 0.0)
        return drawn


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plan:
    """How all respondents were sampled, told by counts: what every condensed design shares.

    Attributes
    ----------
    weighted : bool
    strata : tuple
        Labels of the strata; empty where there are none.
    psus : ndarray
        Clusters by stratum, or respondents where there are no clusters.
    clustered : bool
    stratum_of_psu : ndarray or None
        With clusters: the stratum of each.
    population : ndarray or None
        Clusters (or respondents) in the population, by stratum; where none exceeds 1, fractions.
    lonely_psu : {"error", "certainty", "adjust"}
    """

    weighted: bool
    strata: tuple[object, ...]
    psus: np.ndarray
    clustered: bool = False
    stratum_of_psu: Codes | None = None
    population: Floats | None = None
    lonely_psu: LonelyPsu = "error"

    @classmethod
    def simple(cls, n: int) -> Plan:
        """Return the plan of n respondents drawn alike."""
        return cls(weighted=False, strata=(), psus=np.array([n]))

    def __post_init__(self) -> None:
        population = self.population
        if population is not None and (population > 1).any() and (population < self.psus).any():
            hint = "give the number of clusters, not of respondents, in the stratum's population"
            raise _fault("more clusters in the sample than in the population", "fpc", hint)
        if self.lonely and self.lonely_psu == "error":
            raise _fault(
                "strata with a single cluster have no variance to estimate",
                f"{len(self.lonely)} of {len(self.psus)} strata: "
                + first([str(label) for label in self.lonely]),
                'join them with a neighbour, or choose lonely_psu "adjust" or "certainty"',
            )

    @property
    def is_simple(self) -> bool:
        """Whether every respondent was drawn alike."""
        return not (self.weighted or self.strata or self.clustered or self.population is not None)

    @property
    def remaining(self) -> Floats | None:
        """1 − n_h/N_h by stratum, where population sizes are known."""
        if self.population is None:
            return None
        if (self.population <= 1).all():
            return 1 - self.population
        return np.asarray(1 - self.psus / self.population)

    @property
    def lonely(self) -> tuple[object, ...]:
        """Labels of strata with a single PSU that is not the whole stratum."""
        alone = self.psus == 1
        if self.remaining is not None:
            alone &= self.remaining > 1e-12
        labels = self.strata or ("all",)
        return tuple(labels[h] for h in np.flatnonzero(alone)) if self.psus.sum() > 1 else ()

    def design(
        self,
        *,
        counts: ArrayLike,
        sums: ArrayLike,
        squares: ArrayLike,
        strata: Codes | None = None,
        psus: Codes | None = None,
    ) -> Condensed:
        """Return the design of patterns.

        Parameters
        ----------
        counts, sums, squares : array-like, shape (n,)
            Respondents, their weights summed, and their squared weights summed.
        strata, psus : ndarray of int, shape (n,), optional
            Stratum and cluster of each pattern, as places in `strata` and `stratum_of_psu`.
        """
        number = np.asarray(counts, dtype=float)
        total = np.asarray(sums, dtype=float)
        return Condensed(
            n=len(number),
            weights=total if self.weighted else None,
            stratum_of_psu=self.stratum_of_psu if self.strata else None,
            psu_of_row=psus if self.clustered else None,
            stratum_of_row=strata if self.strata else None,
            psus=self.psus,
            remaining=self.remaining,
            lonely_psu=self.lonely_psu,
            lonely=self.lonely,
            cluster_deff=1.0,
            counts=number,
            sums=total,
            squares=np.asarray(squares, dtype=float),
        )


def _fault(what: str, where: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, hint=hint))
