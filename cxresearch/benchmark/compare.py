"""Us against every rival, their mean, and the best of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.benchmark.expected import expectations, zone
from cxresearch.benchmark.raters import by_use
from cxresearch.benchmark.ratings import Contest, Rated, Statistic, contest
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import draws
from cxresearch.stats.estimates import Interval, welch
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.study import By, Cell, Study
from cxresearch.verdicts import verdict

FAMILY = "competitors"
MEAN_FAMILY = "competitors_mean"
RIVAL, MEAN, BEST = "rival", "rival_mean", "best_rival"
STANDINGS = {
    "clear_rise": "clearly_ahead",
    "clear_fall": "clearly_behind",
    "likely_rise": "likely_ahead",
    "likely_fall": "likely_behind",
    "below_threshold": "differs_little",
    "no_practical_change": "no_practical_difference",
    "cannot_tell": "cannot_tell",
    "suppressed": "suppressed",
}
_NUMBERS = (
    *("own", "rival", "estimate", "std_error", "conf_low", "conf_high", "statistic", "df"),
    *("p_value", "q_value", "bias", "p_ahead", "p_first", "rank", "rank_low", "rank_high"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RivalComparison(Result):
    """Own minus each rival, their mean and the best of them; one row per measure and contrast.

    Attributes
    ----------
    standings : DataFrame
        Every company with its mean among those who rate it; ``difference``, how far it lies
        above us in the eyes of those who rate both, by which the ``rank`` goes, with the ranks
        that resampling allows; ``p_first``, the part of the draws in which it is first.
    expectations : DataFrame
        Where expectations were asked: rating of each company minus the same person's
        expectation, and the share whose expectation it meets.
    zone : DataFrame
        Where adequate and desired levels were asked: shares of our customers in whose zone of
        tolerance each company lies below, within and above.
    users : DataFrame
        Where ``data.users`` is declared: our lead among the ``raters`` who use the
        rival and among those who do not.
    """

    standings: pd.DataFrame
    expectations: pd.DataFrame
    zone: pd.DataFrame
    users: pd.DataFrame


def compare(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    statistic: Statistic = "mean",
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> RivalComparison:
    """Tell where customers rate us above a rival, below it, or not apart.

    Parameters
    ----------
    study : Study
        With rivals' columns (codebook: competitors) or rivals' rows (params: data.entity).
    measure : str or sequence of str, optional
        Keys that are rated of rivals: measures, attributes, items, dimensions; by default all.
    by : str or sequence of str, optional
        Groups.
    statistic : {"mean", "headline"}
        Means in scale points (NPS, shares and indices always as such), or headlines (top boxes).
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    RivalComparison
        ``contrast``: ``rival`` (own minus this one), ``rival_mean`` (minus the mean of the
        rivals), ``best_rival`` (minus the one against which we do worst, ``entity`` says which).
        ``estimate`` with interval and test, ``q_value`` among all rivals and measures of a group
        (family ``competitors``); ``own`` and ``rival`` are means on the same answers.
        ``p_ahead``: part of the draws in which we are ahead in this contrast. ``p_first, rank,
        rank_low, rank_high`` are our own place among all companies. ``n_both``: people who
        rated both. Unit of the measure; NPS in points, shares 0 to 1.

    Raises
    ------
    AnalysisError
        If nobody rates a rival, or the measure is not rated of one.

    Notes
    -----
    Where at least half of a rival's raters rate us too, the difference is paired over these;
    else it is the difference of the two means, with the covariance of those who rate both
    (Welch where nobody does). The largest of several means is biased upwards, so own minus the
    best rival has a percentile bootstrap interval over resampled people, its ``bias`` beside
    it, and no p value. Who rates a rival knows it: that is not the market. References: Hall &
    Miller (2009), doi:10.1214/09-AOS699, on the bootstrap of ranks; Benjamini & Hochberg (1995),
    doi:10.1111/j.2517-6161.1995.tb02031.x. Compared with R ``t.test(paired = TRUE)``.

    Examples
    --------
    >>> frame = pd.DataFrame({"us": [8, 7, 9, 6, 8, 7], "r": [7, 7, 8, 7, 6, 7]})
    >>> book = {"measures": {"sat": {"kind": "csat", "columns": "us", "scale": [1, 10]}},
    ...         "competitors": {"Rival": {"sat": ["r"]}}}
    >>> one = Study.from_frame(frame, book, analysis={"min_n": {"show": 1}})
    >>> compare(one, n_resamples=200).table[["estimate", "std_error"]].round(4).values.tolist()
    [[0.5, 0.4282]]
    """
    level = study.conf_level if conf_level is None else conf_level
    asked = contest(study, measure, statistic)
    found = _Finder(
        asked,
        level,
        study.n_resamples if n_resamples is None else n_resamples,
        study.seed if seed is None else seed,
        Bases(study),
    )
    rows: list[dict[str, Any]] = []
    standings: list[dict[str, Any]] = []
    for cell in asked.cells(by):
        rows += found.group(cell, standings)
    notes: list[Note] = [*study.base_notes(), *found.bases.notes]
    if study.params.data.population == "customers":
        notes.append(note("customer_frame"))
    users = by_use(asked, by, level, found.bases, notes)
    names = study.by_names(by)
    return RivalComparison(
        table=pd.DataFrame(rows),
        standings=pd.DataFrame(standings),
        expectations=expectations(asked, by, level, found.bases),
        zone=zone(asked, by, level, found.bases),
        users=users,
        n=int(asked.people(study.raters).sum()),
        n_eff=asked.design.kish(asked.people(study.raters))[0],
        conf_level=level,
        method="linearised" if not asked.design.simple else "classical",
        by=names,
        notes=distinct(notes),
        about=study.about,
    )


@dataclass(slots=True)
class _Finder:
    asked: Contest
    level: float
    n_resamples: int
    seed: int
    bases: Bases
    done: int = field(default=0)

    def group(self, cell: Cell, standings: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return every contrast of one group, q values filled."""
        rows: list[dict[str, Any]] = []
        for rated in self.asked.rated:
            rows += self._measure(rated, cell, standings)
        for contrast, family in ((RIVAL, FAMILY), (MEAN, MEAN_FAMILY)):
            some = [row for row in rows if row["contrast"] == contrast]
            q = adjust(
                [row["p_value"] for row in some], self.asked.study.params.analysis.multiplicity
            )
            size = int(np.isfinite([row["p_value"] for row in some]).sum())
            for row, value in zip(some, q, strict=True):
                row |= {"q_value": float(value), "family": family, "family_size": size}
                self._judge(row)
        return rows

    def _measure(
        self, rated: Rated, cell: Cell, standings: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        design = self.asked.design
        names = list(rated.rivals)
        k = len(names)
        said = np.column_stack([rated.own, *(rated.rivals[name] for name in names)])
        table = np.hstack([said, rated.own[:, None] - said[:, 1:]])
        answered = design.members(cell.mask)[:, None] & np.isfinite(table)
        n = answered.sum(axis=0)
        paired = np.array([n[1 + k + i] * 2 >= max(n[1 + i], 1) for i in range(k)], dtype=bool)
        bases = [int(n[1 + k + i]) if paired[i] else int(min(n[0], n[1 + i])) for i in range(k)]
        groups = [" · ".join([rated.key, name, *cell.keys.values()]) for name in names]
        reasons = [self.bases.withheld(*one) for one in zip(groups, bases, strict=True)]
        shown = [i for i in range(k) if reasons[i] is None]
        weights = np.zeros((k, table.shape[1]))
        for i in range(k):
            weights[i, [1 + k + i] if paired[i] else [0, 1 + i]] = 1 if paired[i] else (1, -1)
        stream_id = f"benchmark.compare:{rated.key}:{cell.name}"
        drawn = draws.means(
            design, cell.mask, table, self.n_resamples, stream(self.seed, stream_id)
        )
        means = design.means(table, cell.mask)
        gaps = np.column_stack(
            [np.sum(drawn[:, weights[i] != 0] * weights[i][weights[i] != 0], axis=1) for i in shown]
            or [np.zeros((self.n_resamples, 0))]
        )
        sign = -1.0 if rated.direction == "down" else 1.0
        place = _places(weights[shown] @ np.nan_to_num(means.estimates), gaps, self.level, sign)
        rows = []
        for i, name in enumerate(names):
            row = self._row(rated, cell, RIVAL, name, reasons[i])
            row |= {"n": bases[i], "n_both": int(n[1 + k + i]), "paired": bool(paired[i])}
            if reasons[i] is None:
                interval = self._contrast(means, weights[i], table, answered, paired[i], i, k)
                row |= _numbers(interval)
                row |= self._sides(rated, name, cell, bool(paired[i]))
                row["low_base"] = self.bases.low(groups[i], bases[i], bases[i])
                row["p_ahead"] = float((gaps[:, shown.index(i)] * sign > 0).mean())
                row |= place.ours
            rows.append(row)
        if len(shown) > 1:
            rows += self._against_all(rated, cell, names, shown, means, weights, gaps, place, bases)
        standings += self._standings(rated, cell, names, shown, reasons, place)
        return rows

    def _against_all(
        self,
        rated: Rated,
        cell: Cell,
        names: list[str],
        shown: list[int],
        means: Any,
        weights: np.ndarray,
        gaps: np.ndarray,
        place: _Places,
        bases: list[int],
    ) -> list[dict[str, Any]]:
        """Rows of own minus the mean of the rivals, and minus the best of them."""
        sign = -1.0 if rated.direction == "down" else 1.0
        average = self._row(rated, cell, MEAN, "", None)
        average |= _numbers(means.contrast(weights[shown].mean(axis=0), self.level))
        average |= place.ours | {"n": min(bases[i] for i in shown)}
        average["p_ahead"] = float((gaps.mean(axis=1) * sign > 0).mean())
        point = weights[shown] @ np.nan_to_num(means.estimates) * sign
        worst = int(np.argmin(point))
        smallest = (gaps * sign).min(axis=1)
        low, high = percentile_interval(smallest, self.level)
        ends = sorted([sign * float(low), sign * float(high)])
        best = self._row(rated, cell, BEST, names[shown[worst]], None)
        best |= {"estimate": sign * float(point[worst]), "std_error": float(smallest.std(ddof=1))}
        best |= {"conf_low": ends[0], "conf_high": ends[1], "method": "bootstrap"}
        best |= {"bias": sign * float(smallest.mean() - point[worst])}
        best |= place.ours | {"p_ahead": float((smallest > 0).mean())}
        best |= {"n": bases[shown[worst]], "family": "", "family_size": 0}
        return [average, best]

    def _contrast(
        self,
        means: Any,
        weights: np.ndarray,
        table: np.ndarray,
        answered: np.ndarray,
        paired: bool,
        i: int,
        k: int,
    ) -> Interval:
        if paired or answered[:, 1 + k + i].any() or not self.asked.design.simple:
            found: Interval = means.contrast(weights, self.level)
            return found
        sides = (0, 1 + i)
        error = np.sqrt(np.diag(means.covariance))
        a, b = ((float(means.estimates[j]), float(error[j]), float(means.df[j])) for j in sides)
        return welch(a[0], a[1], a[2], b[0], b[1], b[2], self.level)

    def _sides(self, rated: Rated, name: str, cell: Cell, paired: bool) -> dict[str, float]:
        """Both means on the answers that are compared."""
        own, rival = rated.own, rated.rivals[name]
        both = np.isfinite(own) & np.isfinite(rival)
        masks = (cell.mask & both, cell.mask & both) if paired else (cell.mask, cell.mask)
        design = self.asked.design
        return {
            "own": design.mean(own, masks[0]).estimate,
            "rival": design.mean(rival, masks[1]).estimate,
        }

    def _row(
        self, rated: Rated, cell: Cell, contrast: str, entity: str, reason: str | None
    ) -> dict[str, Any]:
        row: dict[str, Any] = {**cell.keys, "measure": rated.key, "entity": entity}
        row |= {"contrast": contrast, "statistic_name": rated.statistic}
        row |= dict.fromkeys(_NUMBERS, np.nan)
        row |= {"family": "", "family_size": 0, "threshold": rated.threshold}
        row |= {"verdict": "", "standing": "", "unit": rated.unit, "direction": rated.direction}
        row |= {"method": "", "paired": True, "n": 0, "n_both": np.nan, "low_base": False}
        return row | {"suppressed": reason is not None, "reason": reason}

    def _judge(self, row: dict[str, Any]) -> None:
        threshold = None if np.isnan(row["threshold"]) else row["threshold"]
        row["verdict"] = verdict(
            row["estimate"],
            row["std_error"],
            row["df"],
            row["conf_low"],
            row["conf_high"],
            row["q_value"],
            threshold,
            self.level,
        )
        sign = -1 if row["direction"] == "down" else 1
        told = row["verdict"]
        if told == "detectable":
            row["standing"] = "ahead" if row["estimate"] * sign > 0 else "behind"
            return
        if sign < 0:
            swap = {"rise": "fall", "fall": "rise"}
            head, _, tail = told.partition("_")
            told = f"{head}_{swap[tail]}" if tail in swap else told
        row["standing"] = STANDINGS[told]

    def _standings(
        self,
        rated: Rated,
        cell: Cell,
        names: list[str],
        shown: list[int],
        reasons: list[str | None],
        place: _Places,
    ) -> list[dict[str, Any]]:
        rows = []
        sides = [(self.asked.company, rated.own, None), *_sides_of(rated, names, reasons)]
        order = {self.asked.company: 0} | {names[i]: 1 + j for j, i in enumerate(shown)}
        for entity, values, reason in sides:
            row: dict[str, Any] = {**cell.keys, "measure": rated.key, "entity": entity}
            row |= dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
            row |= place.of(order.get(entity)) | {"difference": place.above_us(order.get(entity))}
            n = int(self.asked.design.members(cell.mask, values).sum())
            if reason is None and n > 0:
                row |= _numbers(self.asked.design.mean(values, cell.mask, self.level), short=True)
            row |= {"unit": rated.unit, "direction": rated.direction, "n": n}
            rows.append(row | {"suppressed": reason is not None, "reason": reason})
        return rows


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Rank of us (first) and of the rivals shown, with the ranks that resampling allows."""

    rank: np.ndarray
    low: np.ndarray
    high: np.ndarray
    first: np.ndarray

    above: np.ndarray

    @property
    def ours(self) -> dict[str, float]:
        return self.of(0)

    def above_us(self, at: int | None) -> float:
        """By how much a company lies above us, in the unit of the measure."""
        return np.nan if at is None else float(self.above[at])

    def of(self, at: int | None) -> dict[str, float]:
        names = {"rank": self.rank, "rank_low": self.low, "rank_high": self.high}
        names["p_first"] = self.first
        return {name: np.nan if at is None else float(some[at]) for name, some in names.items()}


def _places(point: np.ndarray, gaps: np.ndarray, level: float, sign: float) -> _Places:
    """Rank companies by how far each lies above us: we at 0, a rival at minus our lead."""
    point, gaps = point * sign, gaps * sign
    drawn = np.column_stack([np.zeros(len(gaps)), -gaps])
    at = np.concatenate([[0.0], -np.nan_to_num(point)])
    ranks = 1 + (drawn[:, None, :] > drawn[:, :, None]).sum(axis=2)
    tails = ((1 - level) / 2, (1 + level) / 2)
    return _Places(
        rank=1 + (at[None, :] > at[:, None]).sum(axis=1),
        low=np.quantile(ranks, tails[0], axis=0, method="inverted_cdf"),
        high=np.quantile(ranks, tails[1], axis=0, method="inverted_cdf"),
        first=(ranks == 1).mean(axis=0),
        above=at * sign,
    )


def _sides_of(
    rated: Rated, names: list[str], reasons: list[str | None]
) -> list[tuple[str, np.ndarray, str | None]]:
    return [(name, rated.rivals[name], reason) for name, reason in zip(names, reasons, strict=True)]


def _numbers(found: Interval, *, short: bool = False) -> dict[str, Any]:
    numbers = {
        "estimate": found.estimate,
        "std_error": found.std_error,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }
    if short:
        return numbers
    return numbers | {
        "statistic": found.statistic,
        "df": found.df,
        "p_value": found.p_value,
        "method": found.method,
    }
