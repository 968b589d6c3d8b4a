"""Whether a rival meets what our customers expect: the same expectations, another company."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.benchmark.ratings import Contest, Rated
from cxresearch.stats.multiplicity import adjust
from cxresearch.study import scores
from cxresearch.study.codebook import Dimension, Item
from cxresearch.study.study import By, Cell

PLACES = ("below", "within", "above")
_SAME = 1e-9


def expectations(asked: Contest, by: By, level: float, bases: Bases) -> pd.DataFrame:
    """Return each company's rating minus the same person's expectation, per item or dimension.

    Columns: ``measure, entity, estimate`` (mean of the differences, scale points) with interval
    and paired test, ``q_value`` within a company, ``met`` (share whose expectation is met or
    exceeded) with ``met_low, met_high``. Empty where expectations were not asked.
    """
    rows: list[dict[str, Any]] = []
    for cell in asked.cells(by):
        mine: list[dict[str, Any]] = []
        for rated, expected in _with(asked, "expectation"):
            for entity, said in _companies(asked, rated):
                mine.append(_gap(asked, cell, rated, entity, said - expected, level, bases))
        for entity in dict.fromkeys(row["entity"] for row in mine):
            some = [row for row in mine if row["entity"] == entity]
            q = adjust([row["p_value"] for row in some], asked.study.params.analysis.multiplicity)
            for row, value in zip(some, q, strict=True):
                row["q_value"] = float(value)
        rows += mine
    return pd.DataFrame(rows)


def zone(asked: Contest, by: By, level: float, bases: Bases) -> pd.DataFrame:
    """Return where each company lies in our customers' own zone of tolerance.

    ``below, within, above``: shares of those who rate it, with intervals; ``position``: distance
    of the mean rating from the mean adequate level over the mean width, 0 at adequate and 1 at
    desired. Empty where no adequate level was asked; without a desired one the expectation
    stands for it.
    """
    rows = []
    desired = dict(_keyed(asked, "desired")) or dict(_keyed(asked, "expectation"))
    for cell in asked.cells(by):
        for rated, adequate in _with(asked, "adequate"):
            if rated.key not in desired:
                continue
            wide = desired[rated.key] - adequate
            wide = np.where(wide >= 0, wide, np.nan)  # adequate above desired is no zone
            for entity, said in _companies(asked, rated):
                rows.append(_place(asked, cell, rated, entity, said - adequate, wide, level, bases))
    return pd.DataFrame(rows)


def _gap(
    asked: Contest,
    cell: Cell,
    rated: Rated,
    entity: str,
    gap: np.ndarray,
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    design = asked.design
    n = int(design.members(cell.mask, gap).sum())
    group = " · ".join([rated.key, entity, *cell.keys.values()])
    reason = bases.withheld(group, n)
    row: dict[str, Any] = {**cell.keys, "measure": rated.key, "entity": entity}
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value")
    row |= dict.fromkeys([*numbers, "q_value", "met", "met_low", "met_high"], np.nan)
    row |= {"unit": "points", "n": n, "suppressed": reason is not None, "reason": reason}
    if reason is None:
        found = design.mean(gap, cell.mask, level)
        row |= {name: getattr(found, name) for name in numbers}
        met = np.where(np.isfinite(gap), (gap > -_SAME).astype(float), np.nan)
        share = design.proportion(met, cell.mask, level)
        row |= {"met": share.estimate, "met_low": share.conf_low, "met_high": share.conf_high}
    return row


def _place(
    asked: Contest,
    cell: Cell,
    rated: Rated,
    entity: str,
    above: np.ndarray,
    wide: np.ndarray,
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    design = asked.design
    known = np.isfinite(above) & np.isfinite(wide)
    n = int(design.members(cell.mask & known).sum())
    reason = bases.withheld(" · ".join([rated.key, entity, *cell.keys.values()]), n)
    row: dict[str, Any] = {**cell.keys, "measure": rated.key, "entity": entity}
    ends = [f"{one}{end}" for one in PLACES for end in ("", "_conf_low", "_conf_high")]
    row |= dict.fromkeys(["position", "position_conf_low", "position_conf_high", *ends], np.nan)
    row |= {"n": n, "suppressed": reason is not None, "reason": reason}
    if reason is not None:
        return row
    states = {"below": above < -_SAME, "above": above > wide + _SAME}
    states["within"] = ~states["below"] & ~states["above"]
    for name in PLACES:
        flag = np.where(known, states[name].astype(float), np.nan)
        share = design.proportion(flag, cell.mask, level)
        row |= {name: share.estimate}
        row |= {f"{name}_conf_low": share.conf_low, f"{name}_conf_high": share.conf_high}
    if (wide[known & cell.mask] > _SAME).any():
        ratio = design.ratio(above, wide, cell.mask & known, level)
        row |= {"position": ratio.estimate}
        row |= {"position_conf_low": ratio.conf_low, "position_conf_high": ratio.conf_high}
    return row


def _companies(asked: Contest, rated: Rated) -> Iterator[tuple[str, np.ndarray]]:
    yield asked.company, rated.own
    yield from rated.rivals.items()


def _with(asked: Contest, side: scores.Side) -> Iterator[tuple[Rated, np.ndarray]]:
    """Yield what was rated and was also asked on this side of a battery."""
    levels = dict(_keyed(asked, side))
    for rated in asked.rated:
        if rated.key in levels:
            yield rated, levels[rated.key]


def _keyed(asked: Contest, side: scores.Side) -> Iterator[tuple[str, np.ndarray]]:
    study = asked.study
    for rated in asked.rated:
        entry = study.codebook.resolve(rated.key)
        if isinstance(entry, Item) and (column := entry.column(side)):
            yield rated.key, _by_person(asked, scores.answers(study.ratings, [column])[:, 0])
        elif isinstance(entry, Dimension) and entry.columns(side):
            yield rated.key, _by_person(asked, scores.battery(study.ratings, entry, side))


def _by_person(asked: Contest, values: np.ndarray) -> np.ndarray:
    """Return a level once for each person: what the person said in the first row that has it."""
    if asked.person is None:
        return values
    rows = np.flatnonzero(asked.study.raters & np.isfinite(values))[::-1]
    told = np.full(asked.design.n, np.nan)
    told[asked.person[rows]] = values[rows]
    return told
