"""Gaps counted in a database: how often each gap occurs, for every score of every group at once.

Three questions serve any number of groups and items: the gaps of items, those of dimensions and
of all together, and the sums that stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from cxresearch.stats.intervals import Means
from cxresearch.stats.layout import Codes, Floats
from cxresearch.stats.moments import Sums, means_of
from cxresearch.stats.pattern_means import Heap
from cxresearch.study.codebook import Item
from cxresearch.study.study import By, Cell
from cxresearch.study.warehouse import pair_questions as questions
from cxresearch.study.warehouse.asking import ask
from cxresearch.study.warehouse.pair_questions import Block

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountedGaps:
    """The gaps of every score in every group.

    Scores are the dimensions, then all of them together, then the items one after another.

    Attributes
    ----------
    cells : tuple of Cell
        The groups.
    sizes : ndarray of int, shape (cells,)
        Their respondents.
    dimensions : tuple of str
    items : tuple of (dimension, Item)
    heap : Heap
        Gaps with their patterns; figure = group times scores plus score.
    perception : ndarray, shape (cells, scores)
        Means over those who have the score.
    pairs : ndarray, shape (cells, scores)
        Answered pairs behind each score.
    ceiling : ndarray, shape (cells, scores)
        Weighted share of expectations at the top of the scale; NaN for all together.
    joint : tuple of Means, one per group
        Mean gaps of those with every dimension, and how they move together.
    some, enough : ndarray of int, shape (cells,)
        Respondents with any dimension, and with as many as an overall score needs.
    together : ndarray, shape (cells, dimensions)
        Correlation of gap and expectation; NaN where one of them never varies, or in parts.
    """

    cells: tuple[Cell, ...]
    sizes: np.ndarray
    dimensions: tuple[str, ...]
    items: tuple[tuple[str, Item], ...]
    heap: Heap
    perception: Floats
    pairs: Floats
    ceiling: Floats
    joint: tuple[Means, ...]
    some: np.ndarray
    enough: np.ndarray
    together: Floats


def counted_gaps(study: StoredStudy, keys: Sequence[str], by: By) -> list[CountedGaps]:
    """Return the gaps of all groups; of each segment column apart where it is asked by them."""
    return [_counted(study, keys, columns, cells) for columns, cells in _tables(study, by)]


def _tables(study: StoredStudy, by: By) -> list[tuple[tuple[str, ...], list[Cell]]]:
    """Return the grouping columns asked for, each with its groups."""
    if by != "segments":
        return [(study.by_columns(by), list(study.cells(by)))]
    cells = list(study.cells(by))
    return [
        ((column,), [one for one in cells if one.keys["segment"] == column])
        for column in study.segments
    ]


def _counted(
    study: StoredStudy, keys: Sequence[str], columns: tuple[str, ...], cells: list[Cell]
) -> CountedGaps:
    parts = questions.blocks(study, keys)
    d, weighted = len(parts), study.kept.plan.weighted
    rows = questions.rows(study, parts, columns)
    apart = [*(f"g{i}" for i in range(len(columns))), *questions.units(study)]
    least = 1 if study.params.analysis.servqual.renormalise else d
    steps = questions.steps(parts, apart, least)
    tops = {one.key: float(study.codebook.dimensions[one.key].scale.max) for one in parts}
    places = _Places(study, columns, cells)
    single = ask(rows, {}, questions.of_items(parts, tops, apart, weighted=weighted))
    scores = ask(rows, steps, questions.of_scores(parts, apart, weighted=weighted))
    question = questions.of_groups(parts, apart, weighted=weighted, together=not columns)
    beside = places.known(ask(rows, steps, [question]))
    single, scores = places.known(single), places.known(scores)
    single["score"] += d + 1
    n_items = sum(len(one.items) for one in parts)
    shape = len(cells), d + 1 + n_items
    heap = _heap(study, pd.concat([scores, single], ignore_index=True), shape)
    groups = beside["cell"].to_numpy(dtype=np.intp)

    def total(name: str) -> Floats:
        return _total(beside[name], groups, len(cells))

    def of_items(name: str) -> Floats:
        at = single["cell"] * shape[1] + single["score"]
        found = _total(single[name], at.to_numpy(dtype=np.intp), shape[0] * shape[1])
        return found.reshape(shape)[:, d + 1 :]

    told, weight = of_items("n"), of_items("w" if weighted else "n")
    perception = np.hstack([np.column_stack([total(f"m{j}") for j in range(d + 1)]), of_items("m")])
    base = heap.total(heap.sums).reshape(shape)
    blank = np.full(shape, np.nan)
    return CountedGaps(
        cells=tuple(cells),
        sizes=places.sizes(),
        dimensions=tuple(keys),
        items=tuple((one.key, item) for one in parts for item in one.items),
        heap=heap,
        perception=np.divide(perception, base, out=blank, where=base > 0),
        pairs=np.hstack([np.column_stack([total(f"k{j}") for j in range(d + 1)]), told]),
        ceiling=_ceiling(parts, of_items("t"), weight),
        joint=_joint(study, parts, beside, len(cells)),
        some=total("some"),
        enough=total("enough"),
        together=_together(beside, d, len(cells), columns),
    )


class _Places:
    """Knows which group the labels of a row are of."""

    def __init__(self, study: StoredStudy, columns: Sequence[str], cells: Sequence[Cell]) -> None:
        self._study, self._columns = study, list(columns)
        labels = [tuple(study.labels_of(one)[c] for c in columns) for one in cells]
        self._groups = [f"g{i}" for i in range(len(columns))]
        self._known = pd.DataFrame(labels, columns=self._groups).assign(cell=range(len(cells)))

    def known(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the groups asked for, each with its place among them."""
        if not self._groups:
            return frame.assign(cell=0)
        return frame.merge(self._known, on=self._groups)

    def sizes(self) -> np.ndarray:
        """Return the respondents of each group."""
        base = self._study.bases(self._columns)
        held = base.rename(columns=dict(zip(self._columns, self._groups, strict=True)))
        found = self.known(held).sort_values("cell")
        return np.asarray(found["n"], dtype=np.int64)


def _heap(study: StoredStudy, frame: pd.DataFrame, shape: tuple[int, int]) -> Heap:
    figure = frame["cell"] * shape[1] + frame["score"]
    frame = frame.assign(figure=figure).sort_values("figure", kind="stable", ignore_index=True)
    counts = frame["n"].to_numpy(dtype=float)
    weighted = study.kept.plan.weighted
    strata, psus = study.kept.places(frame)
    return Heap(
        plan=study.kept.plan,
        k=shape[0] * shape[1],
        of=frame["figure"].to_numpy(dtype=np.intp),
        values=frame["gap"].to_numpy(dtype=float),
        counts=counts,
        sums=frame["w"].to_numpy(dtype=float) if weighted else counts,
        squares=frame["q"].to_numpy(dtype=float) if weighted else counts,
        strata=strata,
        psus=psus,
    )


def _total(numbers: pd.Series, of: Codes, k: int) -> Floats:
    known = np.nan_to_num(numbers.to_numpy(dtype=float))
    return np.asarray(np.bincount(of, known, k), dtype=float)


def _ceiling(parts: Sequence[Block], top: Floats, weight: Floats) -> Floats:
    """Return the share of expectations at the top, of dimensions, of all (blank) and of items."""

    def share(top: Floats, weight: Floats) -> Floats:
        blank = np.full(top.shape, np.nan)
        return np.asarray(np.divide(top, weight, out=blank, where=weight > 0))

    whole = [list(one.places) for one in parts]
    dimensions = share(*(np.stack([x[:, i].sum(axis=1) for i in whole], 1) for x in (top, weight)))
    return np.hstack([dimensions, np.full((len(top), 1), np.nan), share(top, weight)])


def _joint(
    study: StoredStudy, parts: Sequence[Block], beside: pd.DataFrame, n_cells: int
) -> tuple[Means, ...]:
    """Return the mean gaps of those with every dimension, by group."""
    plan, d = study.kept.plan, len(parts)
    held = beside[beside["n"] > 0].reset_index(drop=True)
    squared = "y" if plan.weighted else "x"

    def told(name: str) -> Floats:
        return np.asarray(held[name], dtype=float)

    def first(letter: str) -> Floats:
        return np.column_stack([told(f"{letter}{i}") for i in range(d)])

    second, second_squared = (np.zeros((len(held), d, d)) for _ in range(2))
    for i in range(d):
        for j in range(i, d):
            second[:, i, j] = second[:, j, i] = told(f"x{i}_{j}")
            second_squared[:, i, j] = second_squared[:, j, i] = told(f"{squared}{i}_{j}")
    every = Sums(
        names=tuple(one.key for one in parts),
        centre=np.zeros(d),
        n=told("n"),
        weight=told("w" if plan.weighted else "n"),
        squared=told("q" if plan.weighted else "n"),
        first=first("x"),
        first_squared=first(squared),
        second=second,
        second_squared=second_squared,
        low=np.full((len(held), d), np.nan),
        high=np.full((len(held), d), np.nan),
    )
    strata, psus = study.kept.places(held)
    order = np.argsort(held["cell"].to_numpy(), kind="stable")
    ends = np.searchsorted(held["cell"].to_numpy()[order], np.arange(n_cells + 1))
    found = []
    for start, stop in pairwise(ends.tolist()):
        at = order[start:stop]
        own = (None if codes is None else codes[at] for codes in (strata, psus))
        found.append(means_of(plan, every.of(at), *own) if len(at) else _nobody(d))
    return tuple(found)


def _nobody(k: int) -> Means:
    blank = np.full(k, np.nan)
    return Means(
        estimates=blank,
        covariance=np.full((k, k), np.nan),
        df=blank,
        n=np.zeros(k),
        n_eff=blank,
    )


def _together(beside: pd.DataFrame, d: int, n_cells: int, columns: Sequence[str]) -> Floats:
    """Return how gap and expectation correlate among all respondents, each counted once."""
    found = np.full((n_cells, d), np.nan)
    if columns:
        return found

    def total(name: str) -> float:
        return float(np.nansum(beside[name].to_numpy(dtype=float)))

    for j in range(d):
        n = total(f"c{j}")
        low, high = (
            beside[[f"g{j}_low", f"e{j}_low"]].min(),
            beside[[f"g{j}_high", f"e{j}_high"]].max(),
        )
        if not n or (low.to_numpy(dtype=float) == high.to_numpy(dtype=float)).any():
            continue
        g, e = total(f"g{j}_1") / n, total(f"e{j}_1") / n
        spread = (total(f"g{j}_2") / n - g * g) * (total(f"e{j}_2") / n - e * e)
        if spread > 0:
            found[0, j] = (total(f"ge{j}") / n - g * e) / np.sqrt(spread)
    return found
