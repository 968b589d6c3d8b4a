"""Gaps counted in a database: patterns of perception and expectation, group by group.

Every score has rows of its own: a pair of answers for an item, a gap for a dimension and for all
of them. Beside a gap stand perception, expectation and answered pairs as means of those who
share it: nothing that is told of them needs more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Literal

import ibis
import numpy as np
import pandas as pd

from cxresearch.stats.design import Design
from cxresearch.stats.intervals import Means
from cxresearch.stats.moments import means_of
from cxresearch.study import scores
from cxresearch.study.pairing import PairSet
from cxresearch.study.scores import Array, Pairs
from cxresearch.study.study import By, Cell, Study
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import NotInMemory
from cxresearch.study.warehouse.expressions import row_mean, total_of
from cxresearch.study.warehouse.numbers import number, one_if
from cxresearch.study.warehouse.patterns import SHARED, condensed, counted
from cxresearch.study.warehouse.sums import sums

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

P, E, N = "perception", "expectation", "pairs"
SCORE, KNOWN, WHOLE, KEY = "score", "known", "whole", "key"
OVERALL = "overall"
_FINE = 1e9  # gaps are one pattern where they agree to nine digits


@dataclass(frozen=True, slots=True, eq=False)
class CountedPairs(Pairs):
    """Pairs of one dimension: item by item, and the dimension's means in rows of their own."""

    means: Mapping[str, Array]

    @property
    def enough(self) -> Array:
        """Whether the pattern is one of dimension scores."""
        return np.asarray(np.isfinite(self.means[P]))

    def mean(self, side: Literal["perception", "expectation"]) -> Array:
        """Mean of one side over the answered pairs."""
        return self.means[side]

    @property
    def gap(self) -> Array:
        """Mean of perception minus expectation over the answered pairs (scale points)."""
        return np.asarray(self.means[P] - self.means[E])


@dataclass(frozen=True, slots=True, eq=False)
class CountedSet(PairSet):
    """Pairs by dimension, with the scores over all of them in rows of their own."""

    overall: tuple[Array, Array, Array]
    joint: Means

    def sides(self) -> tuple[Array, Array, Array]:
        """Return perception, expectation and answered pairs, shape (rows, dimensions) each."""
        return self.overall

    def complete(self, design: Design, mask: Array) -> int:
        """Count the respondents with a gap in every dimension."""
        return int(self.joint.n[0])

    def means(self, design: Design, mask: Array) -> Means:
        """Return the mean gaps of those with every dimension, and how they move together."""
        return self.joint


@dataclass(frozen=True, eq=False, kw_only=True)
class PairPatterns(Study):
    """Patterns of pairs of one group of respondents."""

    size_of_group: int = field(repr=False)

    @property
    def n(self) -> int:
        """Respondents of the group."""
        return self.size_of_group

    def size(self, mask: Array) -> int:
        """Count the respondents of the group."""
        return self.size_of_group


def paired(
    study: StoredStudy, keys: Sequence[str], by: By
) -> Iterator[tuple[Study, Cell, PairSet]]:
    """Yield every group with the patterns of its pairs."""
    for columns, cells in _tables(study, by):
        blocks = _blocks(study, keys, columns)
        joint = _joint(study, keys, columns)
        sizes = {
            tuple(row[: len(columns)]): int(row[len(columns)])
            for row in study.bases(columns)[[*columns, "n"]].itertuples(index=False, name=None)
        }
        for labels, cell in cells:
            part = blocks.get(labels, blocks[None].iloc[:0])
            design = condensed(study, part)
            mask = np.ones(len(part), dtype=bool)
            rows: dict[str, Any] = {
                one.name: getattr(study, one.name) if one.name in SHARED else NotInMemory(one.name)
                for one in fields(Study)
            }
            rows |= {"mask": mask, "design": design}
            own = PairPatterns(**rows, size_of_group=sizes[labels])
            yield own, Cell(cell.keys, mask), _set(study, keys, part, joint[labels])


def _tables(
    study: StoredStudy, by: By
) -> list[tuple[tuple[str, ...], list[tuple[tuple[str, ...], Cell]]]]:
    """Return the grouping columns asked for, and the groups by their labels."""
    if by == "segments":
        found: list[tuple[tuple[str, ...], list[tuple[tuple[str, ...], Cell]]]] = []
        for column in study.segments:
            cells = [one for one in study.cells(by) if one.keys["segment"] == column]
            found.append(((column,), [((one.keys["group"],), one) for one in cells]))
        return found
    columns = study.by_columns(by)
    return [(columns, [(tuple(one.keys.values()), one) for one in study.cells(by)])]


def _pairs(table: Any, study: StoredStudy, key: str) -> dict[str, Any]:
    """Return both means of a dimension, its answered pairs, and each item's two answers."""
    dimension = study.codebook.dimensions[key]
    items = [item for item in dimension.items if item.expectation and item.perception]
    least = study.params.analysis.servqual.min_pairs or dimension.min_pairs
    sides = {
        P: [table[names.answer(item.perception or "")] for item in items],
        E: [table[names.answer(item.expectation or "")] for item in items],
    }
    both = [p.notnull() & e.notnull() for p, e in zip(sides[P], sides[E], strict=True)]
    only = {
        side: [ibis.ifelse(known, one, ibis.null()) for known, one in zip(both, list_, strict=True)]
        for side, list_ in sides.items()
    }
    needed = scores.needed(len(items), least)
    return {
        P: row_mean(only[P], needed),
        E: row_mean(only[E], needed),
        N: total_of([one_if(known) for known in both]),
        "items": list(zip(items, only[P], only[E], strict=True)),
    }


def _blocks(
    study: StoredStudy, keys: Sequence[str], columns: Sequence[str]
) -> dict[Any, pd.DataFrame]:
    """Return the patterns of every item, dimension and of all dimensions, by group."""
    table = study.rows()
    groups = {c: table[names.group(c)] for c in columns}
    blocks = []
    for key in keys:
        told = _pairs(table, study, key)
        for item, p, e in told["items"]:
            kept = table.filter(p.notnull())
            block = counted(study, kept, {**groups, P: p, E: e})
            blocks.append(block.assign(**{SCORE: f"item {key} {item.key}"}))
        kept = table.filter(told[P].notnull())
        if groups:
            block = _by_gap(study, kept.mutate(**{one: told[one] for one in (P, E, N)}), groups)
        else:  # of all respondents it is told how gap and expectation go together
            block = counted(study, kept, {P: told[P], E: told[E], N: told[N]})
        blocks.append(block.assign(**{SCORE: f"dimension {key}"}))
    blocks.append(_overall(study, keys, table, groups))
    frame = pd.concat(blocks, ignore_index=True)
    for column in columns:
        frame = frame[frame[column].notna()]
    found: dict[Any, pd.DataFrame] = {None: frame}
    if not columns:
        found[()] = frame.reset_index(drop=True)
        return found
    for labels, part in frame.groupby(list(columns), sort=False):
        found[tuple(str(one) for one in labels)] = part.reset_index(drop=True)
    return found


def _overall(
    study: StoredStudy, keys: Sequence[str], table: Any, groups: Mapping[str, Any]
) -> pd.DataFrame:
    """Return the patterns of the mean gap over all dimensions."""
    told = [_pairs(table, study, key) for key in keys]
    known = total_of([one_if(one[P].notnull()) for one in told])
    least = 1 if study.params.analysis.servqual.renormalise else len(told)
    p = row_mean([one[P] for one in told], least)
    e = row_mean([one[E] for one in told], least)
    n = total_of([ibis.ifelse(one[P].notnull(), one[N].cast("float64"), number(0)) for one in told])
    rows = table.mutate(
        **{
            P: p,
            E: e,
            N: n,
            KNOWN: known,
            WHOLE: one_if(known >= least),
        }
    )
    rows = rows.filter(rows[KNOWN] > 0)
    return _by_gap(study, rows, [*groups, WHOLE]).assign(**{SCORE: OVERALL})


def _by_gap(study: StoredStudy, rows: Any, groups: Collection[str]) -> pd.DataFrame:
    """Return rows put together by their gap, with the means of both sides and of the pairs."""
    w = rows[names.WEIGHT]
    means = {
        P: (w * rows[P]).sum() / w.sum(),
        E: (w * rows[E]).sum() / w.sum(),
        N: rows[N].mean(),
    }
    by = {c: rows[c] if c == WHOLE else rows[names.group(c)] for c in groups}
    by[KEY] = ((rows[P] - rows[E]) * number(_FINE)).round()
    return counted(study, rows, by, **means).drop(columns=KEY)


def _set(study: StoredStudy, keys: Sequence[str], part: pd.DataFrame, joint: Means) -> CountedSet:
    """Return the pairs of one group in the shape that they have in memory."""
    score = part[SCORE].to_numpy()
    columns = {side: part[side].to_numpy(dtype=float) for side in (P, E, N)}
    blank = np.full(len(part), np.nan)
    dimensions: dict[str, Pairs] = {}
    for key in keys:
        dimension = study.codebook.dimensions[key]
        items = tuple(item for item in dimension.items if item.expectation and item.perception)
        of_items = [score == f"item {key} {item.key}" for item in items]
        own = score == f"dimension {key}"
        sides = {
            side: np.column_stack([np.where(here, columns[side], blank) for here in of_items])
            for side in (P, E)
        }
        dimensions[key] = CountedPairs(
            items,
            sides[P],
            sides[E],
            np.where(own, columns[N], 0.0),
            1,
            {side: np.where(own, columns[side], blank) for side in (P, E)},
        )
    everywhere = score == OVERALL
    whole = everywhere & (part[WHOLE].to_numpy() == 1)
    some = everywhere & ~whole
    d = len(keys)

    def spread(values: Array) -> Array:
        found = np.repeat(np.where(whole, values, blank)[:, None], d, axis=1)
        found[some, 0] = 0.0  # a respondent with some dimensions: counted, in no score
        return found

    pairs = np.zeros((len(part), d))
    pairs[whole, 0] = columns[N][whole]
    return CountedSet(dimensions, (spread(columns[P]), spread(columns[E]), pairs), joint)


def _joint(
    study: StoredStudy, keys: Sequence[str], columns: Sequence[str]
) -> dict[tuple[str, ...], Means]:
    """Return the mean gaps of those with every dimension, by group."""
    table = study.rows()
    told = [_pairs(table, study, key) for key in keys]
    gaps = {key: one[P] - one[E] for key, one in zip(keys, told, strict=True)}
    by = {f"g{i}": table[names.group(c)] for i, c in enumerate(columns)}
    kept, plan = study.kept, study.kept.plan
    if plan.strata or kept.clusters is not None:
        by["stratum"] = study.stratum(table)
    if kept.clusters is not None:
        by["cluster"] = table[names.CLUSTER]
    frame, every = sums(table, gaps, by=by, squares=plan.weighted or bool(plan.strata))
    if not (plan.weighted or plan.strata):
        every = every.unweighted()
    strata, psus = kept.places(frame)
    labels = [tuple(str(v) for v in row) for row in frame[list(by)[: len(columns)]].to_numpy()]
    places: dict[tuple[str, ...], list[int]] = {}
    for place, label in enumerate(labels or [()]):
        places.setdefault(label, []).append(place)
    found = _Absent(_nobody(len(keys)))
    for label, own in places.items():
        at = np.array([one for one in own if one < len(frame)], dtype=np.intp)
        if len(at):
            part = every.of(at)
            found[label] = means_of(
                plan,
                part,
                None if strata is None else strata[at],
                None if psus is None else psus[at],
            )
    return found


class _Absent(dict[tuple[str, ...], Means]):
    """Means by group; nobody's where a group has no complete respondent."""

    def __init__(self, nobody: Means) -> None:
        super().__init__()
        self._nobody = nobody

    def __missing__(self, key: tuple[str, ...]) -> Means:
        return self._nobody


def _nobody(k: int) -> Means:
    blank = np.full(k, np.nan)
    return Means(
        estimates=blank,
        covariance=np.full((k, k), np.nan),
        df=blank,
        n=np.zeros(k),
        n_eff=blank,
    )
