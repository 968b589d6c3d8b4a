"""Gap scores of a group from the answers of its respondents, row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cxresearch.servqual.group_scores import (
    MEAN_WEIGHTED,
    OVERALL,
    WEIGHTED,
    GroupScores,
    Score,
)
from cxresearch.stats import draws
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.stats.signed_ranks import signed_ranks
from cxresearch.study.pairing import PairSet
from cxresearch.study.points import Points
from cxresearch.study.scores import Pairs
from cxresearch.study.study import By, Cell, Study

NOTHING = 1e-9  # a gap below this is rounding


def answered_groups(
    study: Study,
    keys: tuple[str, ...],
    by: By,
    points: Points | None,
    *,
    level: float,
    n_resamples: int,
    seed: int,
    most_resampled: int,
) -> Iterator[GroupScores]:
    """Yield the gap scores of every group, from the rows of its respondents."""
    for part, cell, pairs in study.paired(keys, by):
        one = _Answered(part, cell, pairs, points, level)
        chance = stream(seed, f"servqual.gaps:{cell.name}")
        yield one.group(n_resamples, chance, most_resampled)


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """A score and the gaps of all rows that it was made from."""

    score: Score
    gap: np.ndarray


@dataclass(frozen=True, slots=True)
class _Answered:
    """One group of respondents with the pairs of all rows."""

    study: Study
    cell: Cell
    pairs: PairSet
    points: Points | None
    level: float

    def group(self, n_resamples: int, rng: np.random.Generator, most: int) -> GroupScores:
        """Return all that is known of the group's gaps."""
        pairs = self.pairs.dimensions
        dimensions = [self._dimension(key, pair) for key, pair in pairs.items()]
        overall, some, enough = [], [], []
        perception, expectation, count = self.pairs.sides()
        for name, weights in self._weights(perception.shape):
            told, *held = self._total(name, perception, expectation, weights, count)
            overall.append(told)
            some.append(held[0])
            enough.append(held[1])
        items = [one for key, pair in pairs.items() for one in self._items(key, pair)]
        size = self.study.size(self.cell.mask)
        every = [*dimensions, *overall, *items]
        scores = iter(self._sensitivity(every, size <= most, n_resamples, rng))
        parts = [tuple(next(scores) for _ in part) for part in (dimensions, overall, items)]
        weighted = parts[1][1] if self.points else None
        return GroupScores(
            cell=self.cell,
            size=size,
            dimensions=parts[0],
            overall=parts[1],
            items=parts[2],
            some=tuple(some),
            enough=tuple(enough),
            joint=self.pairs.means(self.study.design, self.cell.mask),
            together={} if self.cell.keys else self._together(),
            mean_weighted=self._mean_weighted(weighted, perception - expectation),
        )

    def _weights(self, shape: tuple[int, ...]) -> Iterator[tuple[str, np.ndarray]]:
        yield OVERALL, np.full(shape, 1 / shape[1])
        if self.points is not None:
            yield WEIGHTED, self.points.shares(list(self.pairs.dimensions))

    def _dimension(self, key: str, pair: Pairs) -> _Told:
        count = np.where(pair.enough, pair.count, 0)
        told = self._score(pair.mean("perception"), pair.mean("expectation"), count, dimension=key)
        return self._with_ceiling(told, key, pair.expectation)

    def _items(self, key: str, pair: Pairs) -> Iterator[_Told]:
        for i, item in enumerate(pair.items):
            sides = pair.perception[:, i], pair.expectation[:, i]
            count = np.isfinite(sides[0]).astype(int)
            told = self._score(*sides, count, dimension=key, item=item.key)
            yield self._with_ceiling(told, key, pair.expectation[:, [i]])

    def _total(
        self,
        name: str,
        perception: np.ndarray,
        expectation: np.ndarray,
        weights: np.ndarray,
        count: np.ndarray,
    ) -> tuple[_Told, int, int]:
        """Return the weighted mean of the dimensions of each respondent; who has any, and it."""
        known = np.isfinite(perception) & np.isfinite(weights)
        weights = np.where(known, weights, 0.0)
        whole = known.all(axis=1)
        if self.study.params.analysis.servqual.renormalise:
            whole = known.any(axis=1) & (weights.sum(axis=1) > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = weights / weights.sum(axis=1, keepdims=True)
        left = np.where(whole, _dot(shares, perception), np.nan)
        right = np.where(whole, _dot(shares, expectation), np.nan)
        of = self.study.design.count
        some, enough = of(self.cell.mask & known.any(axis=1)), of(self.cell.mask & whole)
        pairs = np.where(whole, count.sum(axis=1), 0)
        return self._score(left, right, pairs, dimension=name), some, enough

    def _score(
        self, perception: np.ndarray, expectation: np.ndarray, n_pairs: np.ndarray, **named: Any
    ) -> _Told:
        design, mask = self.study.design, self.cell.mask
        gap = perception - expectation
        member = design.members(mask, gap)
        n = design.count(member)
        named |= {"n": n, "n_pairs": round(design.tally(n_pairs, member))}
        if n < max(self.study.min_n.show, 1):
            return _Told(Score(**named), gap)
        found = design.mean(gap, mask, self.level)
        shares = design.weights_of(member)[member]
        shares = shares / shares.sum()
        score = Score(
            **named,
            perception=float(shares @ perception[member]),
            expectation=float(shares @ expectation[member]),
            estimate=found.estimate,
            std_error=found.std_error,
            df=found.df,
            n_eff=found.n_eff,
            share_negative=min(float(shares @ (gap[member] < -NOTHING)), 1.0),
        )
        return _Told(score, gap)

    def _with_ceiling(self, told: _Told, key: str, expectation: np.ndarray) -> _Told:
        """Add the weighted share of expectation answers at the top of the scale."""
        member = self.study.design.members(self.cell.mask)
        answered = np.isfinite(expectation) & member[:, None]
        w = self.study.design.weights_of(member)[:, None] * answered
        total = w.sum()
        top = float(self.study.codebook.dimensions[key].scale.max)
        share = float((w * (expectation == top)).sum() / total) if total > 0 else np.nan
        return replace(told, score=replace(told.score, ceiling=share))

    def _sensitivity(
        self, every: list[_Told], resampled: bool, n_resamples: int, rng: np.random.Generator
    ) -> list[Score]:
        """Return the scores with Wilcoxon's p and the bootstrap interval of those shown."""
        design, mask = self.study.design, self.cell.mask
        least = max(self.study.min_n.show, 1)
        shown = [s for s, one in enumerate(every) if one.score.n >= least]
        found: list[dict[str, Any]] = [{} for _ in every]
        if not shown:
            return [one.score for one in every]
        table = np.column_stack([every[s].gap for s in shown])
        if design.simple:
            rows = design.members(mask)[:, None] & np.isfinite(table)
            of = np.nonzero(rows)[1]
            p = signed_ranks(table[rows], np.ones(len(of)), of, len(shown))
            for s, value in zip(shown, p.tolist(), strict=True):
                found[s]["wilcoxon_p"] = value
        if resampled:
            drawn = draws.means(design, mask, table, n_resamples, rng)
            ends = percentile_interval(drawn, self.level).tolist()
            for s, low, high in zip(shown, *ends, strict=True):
                found[s] |= {"boot_low": low, "boot_high": high}
        return [replace(one.score, **more) for one, more in zip(every, found, strict=True)]

    def _mean_weighted(self, score: Score | None, gap: np.ndarray) -> Score | None:
        """Return mean points times mean gaps, with its linearised error."""
        if self.points is None or score is None:
            return None
        weights = self.points.shares(list(self.pairs.dimensions))
        whole = np.isfinite(gap).all(axis=1) & np.isfinite(weights).all(axis=1)
        member = self.study.design.members(self.cell.mask & whole)
        if member.sum() < 2:
            return None
        w = self.study.design.weights_of(member)
        mean_gap = np.average(np.where(member[:, None], gap, 0.0), axis=0, weights=w)
        mean_weight = np.average(np.where(member[:, None], weights, 0.0), axis=0, weights=w)
        estimate = float(mean_gap @ mean_weight)
        change = (gap - mean_gap) @ mean_weight + (weights - mean_weight) @ mean_gap
        found = self.study.design.mean(
            np.where(whole, estimate + change, np.nan), self.cell.mask, self.level
        )
        return Score(
            dimension=MEAN_WEIGHTED,
            n=score.n,
            n_pairs=score.n_pairs,
            estimate=found.estimate,
            std_error=found.std_error,
            df=found.df,
            n_eff=score.n_eff,
        )

    def _together(self) -> dict[str, float]:
        """Return how gap and expectation of each dimension correlate."""
        found = {}
        for key, pair in self.pairs.dimensions.items():
            gap = pair.gap
            member = self.study.design.members(self.cell.mask, gap)
            g, e = gap[member], pair.mean("expectation")[member]
            if len(g) and np.ptp(g) > 0 and np.ptp(e) > 0:
                found[key] = float(np.corrcoef(g, e)[0, 1])
        return found


def _dot(shares: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.asarray((shares * np.where(np.isfinite(scores), scores, 0.0)).sum(axis=1))
