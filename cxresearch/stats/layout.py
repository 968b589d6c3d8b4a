"""How respondents came into the sample: weights, strata and clusters, and the variance they cause.

Variances are Taylor linearised with the first stage taken as drawn with replacement: what is
linearised is summed within the primary sampling unit (PSU, cluster), and the spread of those sums
within strata is the variance. Rows outside a domain stay in the design with weight zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import Fault, StatisticsError, did_you_mean, first
from cxresearch.stats.resample import multinomial_counts

__all__ = ["Layout", "LonelyPsu"]

LonelyPsu = Literal["error", "certainty", "adjust"]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Codes = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """The survey design of all rows of a study; built by `build`.

    Attributes
    ----------
    n : int
        Rows.
    weights : ndarray or None
        Sampling weights, on any scale; None where every answer counts the same.
    stratum_of_psu : ndarray or None
        Stratum code by PSU code; None without strata.
    psu_of_row : ndarray or None
        PSU code by row; None where every row is its own.
    stratum_of_row : ndarray or None
        Stratum code by row.
    psus : ndarray
        Number of PSUs by stratum.
    remaining : ndarray or None
        1 − n_h/N_h by stratum, where population sizes are known.
    lonely_psu : {"error", "certainty", "adjust"}
    lonely : tuple
        Labels of strata with a single PSU that is not the whole stratum.
    cluster_deff : float
        Design effect assumed where nothing varies (`n_eff` then rests on the weights alone).
    """

    n: int
    weights: Floats | None
    stratum_of_psu: Codes | None
    psu_of_row: Codes | None
    stratum_of_row: Codes | None
    psus: NDArray[np.int64]
    remaining: Floats | None
    lonely_psu: LonelyPsu
    lonely: tuple[object, ...]
    cluster_deff: float

    @classmethod
    def build(
        cls,
        n: int,
        *,
        weights: ArrayLike | None = None,
        strata: ArrayLike | None = None,
        clusters: ArrayLike | None = None,
        fpc: ArrayLike | Mapping[object, float] | None = None,
        lonely_psu: LonelyPsu = "error",
        cluster_deff: float = 1.0,
    ) -> Self:
        """Describe how n rows were sampled.

        Parameters
        ----------
        n : int
        weights : array-like, shape (n,), optional
            Finite, not negative, not all zero. A row of weight zero counts nowhere.
        strata, clusters : array-like, shape (n,), optional
            Labels without holes. The same cluster label in two strata means two clusters.
        fpc : array-like, shape (n,), or number, or mapping by stratum, optional
            PSUs in the population of each stratum, or where no value exceeds 1 the sampled
            fraction.
        lonely_psu : {"error", "certainty", "adjust"}
            A stratum with one PSU: refuse; let it add no variance; centre it at the grand mean.
        cluster_deff : float

        Raises
        ------
        StatisticsError
            For weights, labels or population sizes that cannot be meant.

        Examples
        --------
        >>> d = Layout.build(4, strata=["a", "a", "b", "b"], clusters=[1, 2, 1, 2])
        >>> d.n_psu, d.n_strata, d.df()
        (4, 2, 2)
        """
        if lonely_psu not in get_args(LonelyPsu):
            hint = did_you_mean(lonely_psu, get_args(LonelyPsu))
            raise _fault("unknown policy for lonely PSUs", "lonely_psu", str(lonely_psu), hint)
        if not cluster_deff > 0:
            hint = "1 leaves the effective n as the weights make it"
            raise _fault("a design effect is positive", "cluster_deff", str(cluster_deff), hint)
        sizes = None if weights is None else _weights(weights, n)
        strata_codes, labels = _codes(strata, n, "strata")
        cluster_codes, names = _codes(clusters, n, "clusters")
        psu, stratum_of_psu, psus = _nested(n, strata_codes, len(labels), cluster_codes, len(names))
        population = None if fpc is None else _population(fpc, n, strata_codes, labels)
        remaining = None if population is None else _remaining(population, psus, labels)
        alone = psus == 1
        if remaining is not None:
            alone &= remaining > 1e-12
        lonely = tuple(labels[h] for h in np.flatnonzero(alone)) if n > 1 else ()
        if lonely and lonely_psu == "error":
            raise _fault(
                "strata with a single cluster have no variance to estimate",
                f"{len(lonely)} of {len(psus)} strata",
                first(lonely),
                'join them with a neighbour, or choose lonely_psu "adjust" or "certainty"',
            )
        return cls(
            n=n,
            weights=sizes,
            stratum_of_psu=stratum_of_psu,
            psu_of_row=psu,
            stratum_of_row=strata_codes,
            psus=psus,
            remaining=remaining,
            lonely_psu=lonely_psu,
            lonely=lonely,
            cluster_deff=cluster_deff,
        )

    @property
    def simple(self) -> bool:
        """Whether every row was drawn alike: no weights, strata, clusters or population size."""
        parts = (self.weights, self.stratum_of_row, self.psu_of_row, self.remaining)
        return all(part is None for part in parts)

    @property
    def n_psu(self) -> int:
        """Number of primary sampling units (rows where there are no clusters)."""
        return int(self.psus.sum())

    @property
    def n_strata(self) -> int:
        """Number of strata, one where there are none."""
        return len(self.psus)

    def members(self, domain: ArrayLike | None = None, *answers: Floats) -> Bools:
        """Return the rows that count: in the domain, of positive weight, with every answer."""
        member = np.ones(self.n, dtype=bool) if domain is None else _domain(domain, self.n).copy()
        if self.weights is not None:
            member &= self.weights > 0
        for answer in answers:
            member &= ~np.isnan(answer)
        return member

    def count(self, member: Bools) -> int:
        """Return how many respondents these rows are."""
        return int(np.count_nonzero(member))

    def tally(self, values: Floats, member: Bools) -> float:
        """Return the plain sum of values over the respondents of these rows."""
        return float(values[member].sum())

    def each(self, member: Bools) -> Floats:
        """Return how many respondents each of these rows is."""
        return np.ones(int(np.count_nonzero(member)))

    def inner(self, z: Floats) -> Any:
        """Return the squares and cross-products of weighted values, summed over respondents."""
        return z.T @ z

    def weights_of(self, member: Bools) -> Floats:
        """Return the weight of every row, zero outside `member`."""
        return member.astype(float) if self.weights is None else np.where(member, self.weights, 0.0)

    def base(self, domain: ArrayLike | None = None) -> float:
        """Return the sum of weights of the rows in the domain; never a sample size."""
        member = self.members(domain)
        return float(member.sum() if self.weights is None else self.weights[member].sum())

    def kish(self, domain: ArrayLike | None = None) -> tuple[float, float]:
        """Return how many equal answers the weights are worth, (Σw)²/Σw², and n over that number.

        Examples
        --------
        >>> n_kish, deff = Layout.build(4, weights=[1, 1, 2, 4]).kish()
        >>> round(n_kish, 7), deff
        (2.9090909, 1.375)
        """
        member = self.members(domain)
        n = float(member.sum())
        if n == 0 or self.weights is None:
            return n, 1.0 if n else float("nan")
        w = self.weights[member] / self.weights[member].max()
        n_kish = float(w.sum() ** 2 / (w @ w))
        return n_kish, n / n_kish

    def df(self, domain: ArrayLike | None = None) -> int:
        """Return PSUs minus strata, counted among those that hold a member of the domain."""
        return self.df_of(self.members(domain))

    def df_of(self, member: Bools) -> int:
        """Return PSUs minus strata among those that hold a row of `member`."""
        if self.psu_of_row is None:
            held = self.count(member)
        else:
            held = int((np.bincount(self.psu_of_row[member]) > 0).sum())
        if self.stratum_of_row is None:
            strata = min(held, 1)
        else:
            strata = int((np.bincount(self.stratum_of_row[member]) > 0).sum())
        return max(held - strata, 0)

    def covariance_of_totals(self, Z: ArrayLike, domain: ArrayLike | None = None) -> Floats:
        """Return the variance of the column totals of linearised values.

        V = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_i (t_hi − t̄_h)(t_hi − t̄_h)', t_hi = Σ z within PSU i of
        stratum h. PSUs without a member count with t = 0.

        Parameters
        ----------
        Z : array-like, shape (n,) or (n, k)
            Linearised values of every row, weights included; rows outside the domain and NaN
            count as zero. In a simple design rows outside the domain are not there at all.
        domain : array-like of bool, shape (n,), optional

        Returns
        -------
        ndarray, shape (k, k)

        References
        ----------
        Binder 1983, 10.2307/1402588.
        """
        values = np.asarray(Z, dtype=float)
        values = values[:, None] if values.ndim == 1 else values
        member = self.members(domain)
        if self.simple:
            kept = np.nan_to_num(values[member], nan=0.0)
            n = len(kept)
            centred = kept - kept.mean(axis=0) if n else kept
            spread = np.asarray(centred.T @ centred)
            return spread * n / (n - 1) if n > 1 else np.full_like(spread, np.nan)
        values = np.where(member[:, None], np.nan_to_num(values, nan=0.0), 0.0)
        return self.spread(self.psu_totals(values))

    def psu_totals(self, values: Floats) -> Floats:
        """Return the column sums of `values` (n, k) within every PSU."""
        if self.psu_of_row is None:
            return values
        count = self.n_psu
        columns = [np.bincount(self.psu_of_row, column, count) for column in values.T]
        return np.stack(columns, axis=1)

    def spread(self, totals: Floats) -> Floats:
        """Return the variance of the sum of PSU totals (n_psu, k) by the rule of the strata."""
        if self.n_psu < 2:
            return np.full((totals.shape[1],) * 2, np.nan)
        factor = np.sqrt(self.stratum_factors())
        if self.stratum_of_psu is None:
            scaled = (totals - totals.mean(axis=0)) * factor[0]
            return np.asarray(scaled.T @ scaled)
        h, strata = self.stratum_of_psu, self.n_strata
        means = np.stack([np.bincount(h, t, strata) for t in totals.T], axis=1) / self.psus[:, None]
        if self.lonely_psu == "adjust":
            means[self.psus == 1] = totals.mean(axis=0)
        scaled = (totals - means[h]) * factor[h, None]
        return np.asarray(scaled.T @ scaled)

    def stratum_factors(self) -> Floats:
        """Return (1 − f_h) n_h/(n_h − 1) by stratum; a lonely PSU has (1 − f_h)."""
        factor = self.psus / np.maximum(self.psus - 1, 1)
        return factor if self.remaining is None else factor * self.remaining

    def bootstrap_weights(
        self, n_resamples: int, rng: np.random.Generator, domain: ArrayLike | None = None
    ) -> Floats:
        """Return the weights of every row in each bootstrap sample.

        Rescaled bootstrap: n_h − 1 PSUs are drawn with replacement in each stratum, and a row
        weighs w n_h/(n_h − 1) times the draws of its PSU (with population sizes:
        w (1 + sqrt(1 − f_h) (n_h/(n_h − 1) draws − 1))). A lonely PSU keeps its weight. In a
        simple design n rows of the domain are drawn out of its n.

        Parameters
        ----------
        n_resamples : int
        rng : Generator
        domain : array-like of bool, shape (n,), optional
            Rows outside weigh zero.

        Returns
        -------
        ndarray, shape (n_resamples, n)

        References
        ----------
        Rao, Wu & Yue 1992, *Survey Methodology* 18, 209-217.
        """
        member = self.members(domain)
        rows = np.flatnonzero(member)
        if self.simple:
            drawn = np.zeros((n_resamples, self.n))
            drawn[:, rows] = multinomial_counts(len(rows), n_resamples, rng)
            return drawn
        psu = rows if self.psu_of_row is None else self.psu_of_row[rows]
        held = np.unique(psu)
        factors = self._psu_factors(held, n_resamples, rng)
        place = np.zeros(self.n, dtype=np.intp)
        place[rows] = np.searchsorted(held, psu)
        drawn = factors[:, place] if len(held) else np.zeros((n_resamples, self.n))
        drawn *= self.weights_of(member)
        return drawn

    def _psu_factors(self, held: Codes, n_resamples: int, rng: np.random.Generator) -> Floats:
        """Return the factors of the PSUs in `held` (sorted), drawing only in their strata."""
        factors = np.ones((n_resamples, len(held)))
        strata = np.zeros(len(held), np.intp)
        if self.stratum_of_psu is not None:
            strata = self.stratum_of_psu[held]
        place = _rank_within(self.stratum_of_psu, self.n_psu)[held]
        for h in np.unique(strata):
            n_h = int(self.psus[h])
            if n_h == 1:
                continue
            here = np.flatnonzero(strata == h)
            counts = multinomial_counts(n_h, n_resamples, rng, size=n_h - 1)[:, place[here]]
            shift = counts * (n_h / (n_h - 1)) - 1
            if self.remaining is not None:
                shift *= np.sqrt(self.remaining[h])
            factors[:, here] += shift
        return factors


def _rank_within(stratum_of_psu: Codes | None, n_psu: int) -> Codes:
    """Return the place of every PSU among those of its stratum, from 0."""
    if stratum_of_psu is None:
        return np.arange(n_psu)
    order = np.argsort(stratum_of_psu, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(stratum_of_psu))[:-1]])
    place = np.empty(n_psu, dtype=np.intp)
    place[order] = np.arange(n_psu) - starts[stratum_of_psu[order]]
    return place


def _weights(weights: ArrayLike, n: int) -> Floats:
    values = np.array(weights, dtype=float)
    _length(values, n, "weights")
    wrong = ~np.isfinite(values) | (values < 0)
    if wrong.any():
        raise _fault(
            "weights must be finite and not negative",
            f"weights, {int(wrong.sum())} of {n} rows, first at row {int(np.argmax(wrong))}",
            first(values[wrong].tolist()),
            "correct them, or leave out rows without a weight and say so",
        )
    if not (values > 0).any():
        raise _fault("all weights are zero", "weights", f"{n} rows", "check the weight column")
    values.flags.writeable = False
    return values


def _codes(labels: ArrayLike | None, n: int, name: str) -> tuple[Codes | None, list[Any]]:
    if labels is None:
        return None, ["all"]
    given: Any = labels if isinstance(labels, (pd.Series, pd.Index)) else np.asarray(labels)
    _length(given, n, name)
    codes, known = pd.factorize(given)
    if (codes < 0).any():
        missing = codes < 0
        raise _fault(
            f"{name} must be known for every row",
            f"{int(missing.sum())} of {n} rows, first at row {int(np.argmax(missing))}",
            "no label",
            "give such rows a label of their own, or leave them out and say so",
        )
    return codes, list(known)


def _nested(
    n: int, strata: Codes | None, n_strata: int, clusters: Codes | None, n_clusters: int
) -> tuple[Codes | None, Codes | None, NDArray[np.int64]]:
    """Return PSU by row, stratum by PSU, PSUs by stratum; clusters lie within strata."""
    if clusters is None:
        sizes = np.array([n]) if strata is None else np.bincount(strata, minlength=n_strata)
        return None, strata, sizes
    if strata is None:
        return clusters, None, np.array([n_clusters])
    psu, pairs = pd.factorize(strata.astype(np.int64) * n_clusters + clusters)
    stratum_of_psu = np.asarray(pairs) // n_clusters
    return psu, stratum_of_psu, np.bincount(stratum_of_psu, minlength=n_strata)


def _population(
    fpc: ArrayLike | Mapping[object, float], n: int, strata: Codes | None, labels: list[Any]
) -> Floats:
    """Return one population size or fraction per stratum."""
    if isinstance(fpc, Mapping):
        absent = [label for label in labels if label not in fpc]
        if absent:
            hint = "name every stratum"
            raise _fault("strata without a population size", "fpc", first(absent), hint)
        return np.array([fpc[label] for label in labels], dtype=float)
    values = np.asarray(fpc, dtype=float)
    if values.ndim == 0:
        return np.full(len(labels), float(values))
    _length(values, n, "fpc")
    by_row = np.zeros(n, np.intp) if strata is None else strata
    population = np.empty(len(labels))
    population[by_row] = values
    if not np.array_equal(population[by_row], values):
        differs = int(np.argmax(population[by_row] != values))
        raise _fault(
            "the population size must be the same in all rows of a stratum",
            f"fpc, stratum {labels[by_row[differs]]}",
            f"{values[differs]:g} and {population[by_row[differs]]:g}",
            "give the number of clusters in the stratum's population",
        )
    return population


def _remaining(population: Floats, psus: NDArray[np.int64], labels: list[Any]) -> Floats:
    if not (population > 0).all():
        found = first(population[~(population > 0)].tolist())
        raise _fault("population sizes must be positive", "fpc", found, "leave fpc out if unknown")
    if (population <= 1).all():
        return 1 - population
    small = population < psus
    if small.any():
        h = int(np.argmax(small))
        raise _fault(
            "more clusters in the sample than in the population",
            f"fpc, stratum {labels[h]}",
            f"{int(psus[h])} sampled of {population[h]:g}",
            "give the number of clusters, not of respondents, in the stratum's population",
        )
    return np.asarray(1 - psus / population)


def _domain(domain: ArrayLike, n: int) -> Bools:
    mask = np.asarray(domain)
    _length(mask, n, "domain")
    if mask.dtype != bool:
        hint = "compare first: frame.region == 'North'"
        raise _fault("a domain is true or false for every row", "domain", str(mask.dtype), hint)
    return mask


def _length(values: Any, n: int, name: str) -> None:
    if np.ndim(values) != 1 or len(values) != n:
        raise _fault(
            f"{name} must have one value for every row",
            name,
            f"shape {np.shape(values)} for {n} rows",
            "pass columns of the same frame",
        )


def _fault(what: str, where: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
