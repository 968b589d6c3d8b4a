"""Gap scores of groups whose answers stay in a database: all groups and scores in one go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from cxresearch.servqual.group_scores import OVERALL, GroupScores, Score
from cxresearch.stats.draws import heap_means
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.stats.signed_ranks import signed_ranks
from cxresearch.study.study import By

if TYPE_CHECKING:
    from cxresearch.study.warehouse.pair_patterns import CountedGaps
    from cxresearch.study.warehouse.stored import StoredStudy

NOTHING = 1e-9  # a gap below this is rounding


def counted_groups(
    study: StoredStudy,
    keys: tuple[str, ...],
    by: By,
    *,
    level: float,
    n_resamples: int,
    seed: int,
    most_resampled: int,
) -> Iterator[GroupScores]:
    """Yield the gap scores of every group, from patterns counted in the database."""
    for told in study.gap_patterns(keys, by):
        numbers = _numbers(told)
        shown = numbers["n"] >= max(study.min_n.show, 1)
        for g, cell in enumerate(told.cells):
            own = {name: values[g].tolist() for name, values in numbers.items()}
            if 0 < told.sizes[g] <= most_resampled and shown[g].any():
                chance = stream(seed, f"servqual.gaps:{cell.name}")
                n_scores = shown.shape[1]
                drawn = heap_means(told.heap, g * n_scores, n_scores, n_resamples, chance)
                ends = percentile_interval(drawn, level)
                own |= {"boot_low": ends[0].tolist(), "boot_high": ends[1].tolist()}
            yield _group(told, g, own, shown[g])


def _numbers(told: CountedGaps) -> dict[str, np.ndarray]:
    """Return the numbers of every score by group, shape (groups, scores) each."""
    heap, shape = told.heap, told.perception.shape
    means = heap.means()
    numbers = {
        "n": np.round(means.n).astype(int),
        "n_pairs": np.round(told.pairs).astype(int).ravel(),
        "perception": told.perception.ravel(),
        "expectation": told.perception.ravel() - means.estimates,
        "estimate": means.estimates,
        "std_error": means.std_errors,
        "df": means.df,
        "n_eff": means.n_eff,
        "share_negative": np.minimum(heap.share((heap.values < -NOTHING).astype(float)), 1.0),
        "ceiling": told.ceiling.ravel(),
    }
    if heap.plan.is_simple:
        numbers["wilcoxon_p"] = signed_ranks(heap.values, heap.counts, heap.of, heap.k)
    return {name: values.reshape(shape) for name, values in numbers.items()}


def _group(told: CountedGaps, g: int, own: dict[str, list[Any]], shown: np.ndarray) -> GroupScores:
    d = len(told.dimensions)
    named: list[tuple[str, str | None]] = [(key, None) for key in (*told.dimensions, OVERALL)]
    named += [(key, item.key) for key, item in told.items]
    scores = []
    for s, (dimension, item) in enumerate(named):
        kept = own if shown[s] else {name: own[name] for name in ("n", "n_pairs")}
        facts = {name: values[s] for name, values in kept.items()}
        scores.append(Score(dimension=dimension, item=item, **facts))
    return GroupScores(
        cell=told.cells[g],
        size=int(told.sizes[g]),
        dimensions=tuple(scores[:d]),
        overall=tuple(scores[d : d + 1]),
        items=tuple(scores[d + 1 :]),
        some=(round(told.some[g]),),
        enough=(round(told.enough[g]),),
        joint=told.joint[g],
        together={
            key: r
            for key, r in zip(told.dimensions, told.together[g].tolist(), strict=True)
            if np.isfinite(r)
        },
    )
