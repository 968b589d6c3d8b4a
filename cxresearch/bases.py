"""Who stands behind a figure: small bases are withheld or marked, groups keep their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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

Labels = tuple[str, ...]
"""What names a cell: one label per grouping column."""

Line = tuple[Labels, ...]


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
    one cell of a line is withheld, another is withheld, too: the one that costs the fewest
    respondents, those included that must follow it in another line. What turns out not to be
    needed in the end is shown again.

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
    own = frozenset(cell for cell in withheld if counts.get(cell, 0) > 0)
    size = len(next(iter(counts), ()))
    lines = _lines(counts, range(size) if axes is None else sorted(axes))
    added: list[Labels] = []
    while bare := _bare(lines, {*own, *added}):
        known = {*own, *added}
        # of equals the smaller group; but a group that leaves no other line bare comes first
        left = [cell for cell in bare[0] if cell not in known]
        added.append(min(left, key=lambda cell: _cost(cell, lines, known, counts)))
    for cell in sorted(added, key=lambda one: -counts[one]):
        rest = [one for one in added if one != cell]
        if not _bare(lines, {*own, *rest}):  # others that came later protect without it
            added = rest
    return added


def _lines(counts: Mapping[Labels, float], axes: Iterable[int]) -> list[Line]:
    """Return the cells that add up to one total, for every total that is shown."""
    lines: dict[tuple[int, Labels], list[Labels]] = {}
    for axis in axes:
        for cell, n in counts.items():
            if n > 0:
                lines.setdefault((axis, (*cell[:axis], *cell[axis + 1 :])), []).append(cell)
    return [tuple(line) for line in lines.values()]


def _bare(lines: Iterable[Line], hidden: Collection[Labels]) -> list[Line]:
    """Return the lines in which a single withheld cell can be worked out from the others."""
    return [line for line in lines if len(line) > 1 and sum(cell in hidden for cell in line) == 1]


def _cost(
    cell: Labels, lines: Iterable[Line], hidden: Collection[Labels], counts: Mapping[Labels, float]
) -> float:
    """Return how many respondents are withheld with a cell: its own, and those it calls for."""
    bare = _bare([line for line in lines if cell in line], {*hidden, cell})
    return counts[cell] + sum(min(counts[one] for one in line if one != cell) for line in bare)


def protect(
    rows: Sequence[dict[str, Any]], names: Sequence[str], part: Sequence[str], notes: list[Note]
) -> None:
    """Withhold rows of groups from which another's withheld figure could be worked out.

    Parameters
    ----------
    rows : sequence of dict
        A row per group and figure: grouping columns, ``n``, ``suppressed``, ``reason`` and
        numbers, which are emptied where a row is withheld; bases stay.
    names : sequence of str
        Grouping columns. Totals over waves are never shown, so waves protect nobody.
    part : sequence of str
        Columns that tell the figures of one group apart.
    notes : list of Note
        Is told which groups were withheld.
    """
    axes = [i for i, name in enumerate(names) if name not in ("wave", "segment")]
    tables: dict[tuple[Any, ...], dict[Labels, dict[str, Any]]] = {}
    for row in rows if axes else ():
        key = (*(row[name] for name in part), row.get("segment"))
        tables.setdefault(key, {})[tuple(str(row[name]) for name in names)] = row
    for cells in tables.values():
        counts = {cell: float(row["n"]) for cell, row in cells.items()}
        hidden = [cell for cell, row in cells.items() if row["suppressed"]]
        for cell in protected(counts, hidden, axes=axes):
            row = cells[cell]
            row |= {
                name: np.nan
                for name, value in row.items()
                if isinstance(value, float) and name not in names and not _is_base(name)
            }
            row |= {"suppressed": True, "reason": "complementary"}
            if "verdict" in row:
                row["verdict"] = "suppressed"
            notes.append(note("complementary", group=" · ".join([str(row[part[-1]]), *cell])))


def _is_base(name: str) -> bool:
    return name == "n" or name.startswith("n_") or name == "family_size"


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
