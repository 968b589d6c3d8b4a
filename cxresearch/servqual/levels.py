"""What each respondent called adequate and desired, and where the service stood between them.

An answer counts only with all its sides, so that every mean rests on one base; where somebody
calls the adequate level higher than the desired one, that item has no zone and leaves it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxresearch.errors import AnalysisError, Fault
from cxresearch.study.codebook import Dimension, Item
from cxresearch.study.codebook.objects import DIRECT
from cxresearch.study.scores import answers
from cxresearch.study.study import Study

Source = Literal["computed", "direct"]
DesiredSource = Literal["desired", "expectation", "mixed"]


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """Adequate, desired and perceived service of one dimension, or of one thing asked of it.

    Attributes
    ----------
    name : str
        Key of the dimension or item.
    source : {"computed", "direct"}
        Computed from three columns, or rated directly against the levels.
    desired_source : {"desired", "expectation", "mixed"} or None
        Which answer stands for the desired level; None in direct ratings.
    adequate, desired, perception : ndarray
        Scale points, NaN where an answer does not count; all NaN in direct ratings.
    msa, mss : ndarray
        Perception minus adequate and minus desired; NaN where not known.
    answered, breached : ndarray
        How many complete answers stand behind a row, and how many left as order breaches.
    """

    name: str
    source: Source
    desired_source: DesiredSource | None
    adequate: np.ndarray
    desired: np.ndarray
    perception: np.ndarray
    msa: np.ndarray
    mss: np.ndarray
    answered: np.ndarray
    breached: np.ndarray

    @property
    def width(self) -> np.ndarray:
        """Desired minus adequate."""
        return np.asarray(self.desired - self.adequate)

    @property
    def known(self) -> np.ndarray:
        """Which rows say anything."""
        return np.asarray(np.isfinite(self.msa) | np.isfinite(self.mss))


@dataclass(frozen=True, slots=True, eq=False)
class Battery:
    """The levels of a dimension as a whole and item by item."""

    dimension: str
    whole: Levels
    items: tuple[Levels, ...]


def batteries(study: Study) -> tuple[Battery, ...]:
    """Return the zones of every dimension that has one, computed ones before direct ones.

    Raises
    ------
    AnalysisError
        If no item has an adequate level beside its perception, nor direct ratings.
    """
    found = []
    for one in study.codebook.dimensions.values():
        threes = tuple(item for item in one.items if _has_three(item))
        if threes:
            found.append(_computed(study, one, threes))
    for one in study.codebook.dimensions.values():
        rated = tuple(item for item in one.items if item.direct_msa or item.direct_mss)
        if rated:
            found.append(_direct(study, one, rated))
    if not found:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no item has a zone of tolerance",
                where="codebook: dimensions",
                hint="name the columns adequate and desired (or expectation) beside perception, "
                "or direct_msa and direct_mss",
            )
        )
    return tuple(found)


def without_zone(study: Study) -> tuple[str, ...]:
    """Return the items that have an adequate level but lack another side of the zone."""
    return tuple(
        item.key
        for one in study.codebook.dimensions.values()
        for item in one.items
        if item.adequate and not _has_three(item)
    )


def overall(parts: list[Levels], *, renormalise: bool = False) -> Levels:
    """Return the mean over dimensions; NaN without one of them, unless `renormalise`."""
    first = parts[0]
    sources = {part.desired_source for part in parts}

    def mean(side: str) -> np.ndarray:
        table = np.column_stack([getattr(part, side) for part in parts])
        return _row_mean(table, 1 if renormalise else len(parts))

    adequate, desired, perception = mean("adequate"), mean("desired"), mean("perception")
    known = np.isfinite(perception)
    return Levels(
        name="overall",
        source=first.source,
        desired_source=first.desired_source if len(sources) == 1 else "mixed",
        adequate=adequate,
        desired=desired,
        perception=perception,
        msa=perception - adequate,
        mss=perception - desired,
        answered=np.where(known, sum(part.answered for part in parts), 0),
        breached=np.asarray(sum(part.breached for part in parts)),
    )


def _has_three(item: Item) -> bool:
    return bool(item.adequate and item.perception and (item.desired or item.expectation))


def _computed(study: Study, dimension: Dimension, items: tuple[Item, ...]) -> Battery:
    sources = ["desired" if item.desired else "expectation" for item in items]
    columns = {
        "adequate": [item.adequate or "" for item in items],
        "desired": [item.desired or item.expectation or "" for item in items],
        "perception": [item.perception or "" for item in items],
    }
    sides = {side: answers(study.ratings, names) for side, names in columns.items()}
    complete = np.all([np.isfinite(values) for values in sides.values()], axis=0)
    breach = complete & (np.nan_to_num(sides["adequate"]) > np.nan_to_num(sides["desired"]))
    kept = complete & ~breach
    sides = {side: np.where(kept, values, np.nan) for side, values in sides.items()}
    needed = _needed(study, dimension, len(items))

    def levels(name: str, source: str, part: slice, least: int) -> Levels:
        a, d, p = (
            _row_mean(sides[side][:, part], least) for side in ("adequate", "desired", "perception")
        )
        return Levels(
            name=name,
            source="computed",
            desired_source=source,  # type: ignore[arg-type]
            adequate=a,
            desired=d,
            perception=p,
            msa=p - a,
            mss=p - d,
            answered=np.where(np.isfinite(p), kept[:, part].sum(axis=1), 0),
            breached=breach[:, part].sum(axis=1),
        )

    named = sources[0] if len(set(sources)) == 1 else "mixed"
    return Battery(
        dimension.key,
        levels(dimension.key, named, slice(None), needed),
        tuple(
            levels(item.key, source, slice(i, i + 1), 1)
            for i, (item, source) in enumerate(zip(items, sources, strict=True))
        ),
    )


def _direct(study: Study, dimension: Dimension, items: tuple[Item, ...]) -> Battery:
    n = len(study.ratings)
    middle = dimension.scale_of("direct_msa").mid
    sides = {
        side: np.column_stack(
            [
                answers(study.ratings, [column])[:, 0] - middle
                if (column := item.column(side))
                else np.full(n, np.nan)
                for item in items
            ]
        )
        for side in DIRECT
    }
    asked = {side: [bool(item.column(side)) for item in items] for side in sides}
    complete = np.all([np.isfinite(sides[side]) | ~np.array(asked[side]) for side in sides], axis=0)
    breach = complete & (sides["direct_msa"] < 0) & (sides["direct_mss"] > 0)
    kept = complete & ~breach
    sides = {side: np.where(kept, values, np.nan) for side, values in sides.items()}
    needed = _needed(study, dimension, len(items))
    blank = np.full(n, np.nan)

    def levels(name: str, part: slice, least: int) -> Levels:
        # a side that some items lack is no side of the whole: its mean would have another base
        msa, mss = (
            _row_mean(values[:, part], least) if all(asked[side][part]) else blank
            for side, values in sides.items()
        )
        return Levels(
            name=name,
            source="direct",
            desired_source=None,
            adequate=blank,
            desired=blank,
            perception=blank,
            msa=msa,
            mss=mss,
            answered=np.where(np.isfinite(msa) | np.isfinite(mss), kept[:, part].sum(axis=1), 0),
            breached=breach[:, part].sum(axis=1),
        )

    return Battery(
        dimension.key,
        levels(dimension.key, slice(None), needed),
        tuple(levels(item.key, slice(i, i + 1), 1) for i, item in enumerate(items)),
    )


def _needed(study: Study, dimension: Dimension, n_items: int) -> int:
    declared = study.params.analysis.servqual.min_pairs or dimension.min_pairs
    return max(1, min(n_items, declared if declared is not None else math.ceil(n_items / 2)))


def _row_mean(values: np.ndarray, needed: int) -> np.ndarray:
    answered = np.isfinite(values)
    count = answered.sum(axis=1)
    total = np.where(answered, values, 0.0).sum(axis=1)
    blank = np.full(len(values), np.nan)
    return np.asarray(np.divide(total, count, out=blank, where=count >= max(needed, 1)))
