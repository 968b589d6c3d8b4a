"""Who stands behind a figure: small bases are withheld or marked, groups keep their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxresearch.notes import Note, note
from cxresearch.stats.intervals import Interval
from cxresearch.stats.survey import Design
from cxresearch.study.scores import Scored
from cxresearch.study.study import EACH_SEGMENT, By, Cell, Study

POWER = 0.8
FEWEST_CLUSTERS = 3


@dataclass(slots=True)
class Bases:
    """Judges the base of every figure of one analysis and keeps the notes about it."""

    study: Study
    notes: list[Note] = field(default_factory=list)

    def withheld(self, group: str, n: float) -> str | None:
        """Return why a figure on this base must not be shown, or None."""
        show = self.study.min_n.show
        if n <= 0:
            self.notes.append(note("empty", group=group))
            return "empty"
        if n < show:
            self.notes.append(note("small_base", group=group, n=int(n), min_n=show))
            return "small_base"
        return None

    def low(self, group: str, n: float, n_eff: float) -> bool:
        """Tell whether a figure on this base is shown but marked as resting on few answers."""
        test = self.study.min_n.test
        worth = min(n, n_eff if np.isfinite(n_eff) else n)
        if n < test:
            self.notes.append(note("low_base", group=group, n=int(n), min_n=test))
        elif worth < test:
            self.notes.append(note("low_n_eff", group=group, n=int(worth), min_n=test))
        return bool(worth < test)


def by_cell(
    study: Study, by: Any, rows: Callable[[Cell], Iterable[dict[str, Any]]]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of every group under each other, grouping columns first."""
    names = study.by_names(by)
    table = [{**cell.keys, **row} for cell in study.cells(by) for row in rows(cell)]
    return pd.DataFrame(table), names


def headline(design: Design, score: Scored, mask: np.ndarray, level: float) -> Interval:
    """Return a measure's headline among the rows of `mask`."""
    if score.headline == "nps":
        return design.net_promoter(score.promoter, score.detractor, mask, level)
    if score.headline == "top_box":
        return design.proportion(score.series, mask, level)
    return design.mean(score.series, mask, level)


def complementary(
    counts: Mapping[str, float], withheld: Collection[str], *, total_shown: bool = True
) -> str | None:
    """Return the group that must be withheld so that another's figure cannot be worked out.

    Where exactly one group of a whole that is shown is withheld, its figure is the whole minus
    the others: the smallest of these is withheld, too. None where nothing can be worked out.

    Examples
    --------
    >>> complementary({"North": 60, "South": 40, "West": 7}, {"West"})
    'South'
    >>> complementary({"North": 60, "South": 8, "West": 7}, {"West", "South"}) is None
    True
    """
    left = [group for group in counts if group not in withheld and counts[group] > 0]
    alone = [group for group in withheld if counts.get(group, 0) > 0]
    if not total_shown or len(alone) != 1 or not left:
        return None
    return min(left, key=lambda group: counts[group])


def protected(
    counts: Mapping[tuple[str, ...], float],
    withheld: Collection[tuple[str, ...]],
    *,
    axes: Collection[int] | None = None,
) -> list[tuple[str, ...]]:
    """Return the cells that must be withheld so that no withheld one can be worked out.

    Along every axis a line of cells adds up to a total that is shown elsewhere. Where exactly
    one cell of a line is withheld, the smallest of the others is withheld, too; that may leave
    another line with one, so it is looked at again until none is left.

    Parameters
    ----------
    counts : mapping
        Respondents of every cell by its labels, one per axis.
    withheld : collection
        Cells that are withheld for their own base.
    axes : collection of int, optional
        Axes along which totals are shown; by default all.

    Examples
    --------
    >>> counts = {("N", "a"): 5, ("N", "b"): 40, ("S", "a"): 60, ("S", "b"): 50}
    >>> protected(counts, [("N", "a")])
    [('S', 'a'), ('N', 'b'), ('S', 'b')]
    """
    hidden = {cell for cell in withheld if counts.get(cell, 0) > 0}
    size = len(next(iter(counts), ()))
    looked_at = range(size) if axes is None else sorted(axes)
    added: list[tuple[str, ...]] = []
    again = True
    while again:
        again = False
        for axis in looked_at:
            lines: dict[tuple[str, ...], dict[tuple[str, ...], float]] = {}
            for cell, n in counts.items():
                lines.setdefault((*cell[:axis], *cell[axis + 1 :]), {})[cell] = n
            for line in lines.values():
                alone = [cell for cell in line if cell in hidden]
                left = [cell for cell, n in line.items() if n > 0 and cell not in hidden]
                if len(alone) == 1 and left:
                    also = min(left, key=lambda cell: line[cell])
                    hidden.add(also)
                    added.append(also)
                    again = True
    return added


def protecting_cells(
    study: Study, by: By, values: np.ndarray, few: Collection[str] = ()
) -> set[str]:
    """Return the names of groups withheld so that no withheld one can be worked out.

    A group's figures add up to those of all, and crossed groups to those of each column; a
    figure over all waves is never shown, so waves protect nobody. `few` names the groups that
    are withheld for another reason than their base.
    """
    tables: dict[str, list[Cell]] = {}
    for cell in study.cells(by):  # the groups of each segment column are a table of their own
        tables.setdefault(cell.keys["segment"] if by == EACH_SEGMENT else "", []).append(cell)
    found = set()
    for cells in tables.values():
        axes = [i for i, name in enumerate(cells[0].keys) if name not in ("wave", "segment")]
        counts = {
            tuple(cell.keys.values()): study.design.count(study.design.members(cell.mask, values))
            for cell in cells
        }
        named = {tuple(cell.keys.values()): cell.name for cell in cells}
        hidden = [
            cell for cell, n in counts.items() if 0 < n < study.min_n.show or named[cell] in few
        ]
        found |= {named[cell] for cell in protected(counts, hidden, axes=axes)}
    return found


def few_accounts(study: Study, by: By, notes: list[Note]) -> set[str]:
    """Return the groups on fewer than three clusters: a figure of them would tell of an account.

    Groups of waves or service points are meant to be told of, however they were sampled.
    """
    if not study.params.data.cluster or study.min_n.show <= 1:
        return set()
    told = {"wave", study.params.data.service_point}
    found = set()
    for cell in study.cells(by):
        if set(cell.keys) <= told:
            continue
        held = replace(study, mask=cell.mask).clusters_held()
        if held < FEWEST_CLUSTERS:
            found.add(cell.name)
            notes.append(note("few_accounts", group=cell.name, n=held))
    return found


def minimum_detectable_change(std_error: float, conf_level: float) -> float:
    """Return the change that a later wave of the same size detects with 80 % power.

    MDC = (z_{1-alpha/2} + z_{.80}) sqrt(2) SE, in the unit of the standard error; missing where
    all answers are equal, since nothing is known then of how much they vary.

    Examples
    --------
    >>> round(minimum_detectable_change(3.8324, 0.95), 2)
    15.18
    """
    if not std_error > 0:
        return float("nan")
    z = norm.ppf((1 + conf_level) / 2) + norm.ppf(POWER)
    return float(z * np.sqrt(2) * std_error)
