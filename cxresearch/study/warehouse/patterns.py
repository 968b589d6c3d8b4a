"""Answers counted by pattern: a small study from which measures are estimated as from all rows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from cxresearch.about import About
from cxresearch.notes import Note
from cxresearch.stats.condensed import Condensed
from cxresearch.study import scores
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import NotInMemory, not_in_memory
from cxresearch.study.warehouse.expressions import measure_value
from cxresearch.study.warehouse.numbers import one_if
from cxresearch.study.warehouse.sampled import stratum

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

VALUE = "value"
COUNTS, SUMS, SQUARES = "counts", "sums", "squares"
ANSWERED = "answered "


@dataclass(frozen=True, eq=False, kw_only=True)
class Patterns(Study):
    """Patterns of answers to some measures: rows that stand for all who answered alike.

    Each measure has rows of its own, in which the other measures are blank.

    Attributes
    ----------
    origin : StoredStudy
        The study that they are of.
    scored : mapping
        Measure → its score in every row.
    """

    origin: StoredStudy = field(repr=False)
    scored: Mapping[str, np.ndarray] = field(repr=False)

    @property
    def n(self) -> int:
        """Respondents in this study."""
        return self.origin.n

    @property
    def n_eff(self) -> float:
        """Effective number of respondents under the weights: (sum w)² / sum w²."""
        return self.origin.n_eff

    @cached_property
    def about(self) -> About:
        """Labels and look, for showing results of this study."""
        return self.origin.about

    @property
    def waves(self) -> tuple[str, ...]:
        """Waves that this study holds, in their order."""
        return self.origin.waves

    def base_notes(self) -> tuple[Note, ...]:
        """Return what every result on this study has to say of its base and weights."""
        return self.origin.base_notes()

    def clusters_held(self) -> int:
        """Count the clusters that hold a respondent of this study."""
        if self.design.psu_of_row is None:
            return self.origin.n
        return len(np.unique(self.design.psu_of_row[self.mask]))

    def returning(self) -> int:
        """Count the ids that answered in several waves."""
        return self.origin.returning()

    def measure(self, key: str) -> Scored:
        """Return a measure, scored for every pattern."""
        if key not in self.scored:
            raise not_in_memory(f'answers to "{key}"')
        measure = self.codebook.measures[key]
        frame = pd.DataFrame(dict.fromkeys(measure.columns, self.scored[key]))
        return scores.score_measure(frame, measure)

    def values(self, key: str) -> np.ndarray:
        """Return a measure's score for every pattern."""
        return self.measure(key).values


def patterns(
    study: StoredStudy, measures: Collection[str], sets: Sequence[tuple[str, ...]]
) -> Patterns:
    """Return the patterns of some measures by every set of grouping columns."""
    blocks = [base_block(study, columns) for columns in sets]
    blocks += [_measure_block(study, key, columns) for key in measures for columns in sets]
    frame = pd.concat(blocks, ignore_index=True)
    columns = list(dict.fromkeys(column for one in sets for column in one))
    full = pd.DataFrame(index=frame.index)
    for column in columns:
        order = study.kept.categories[column]
        ordered = column == study.wave_column
        full[column] = pd.Categorical(frame[column], order, ordered=ordered)
    asked = [name for key in measures for name in study.codebook.measures[key].columns]
    ratings = pd.DataFrame(index=frame.index)
    for name in dict.fromkeys(asked):
        held = frame.get(ANSWERED + name, pd.Series(0.0, frame.index)).fillna(0.0)
        ratings[name] = np.where(held > 0, 1.0, np.nan)
    rows: dict[str, Any] = {
        one.name: NotInMemory(one.name) if one.name not in SHARED else getattr(study, one.name)
        for one in fields(Study)
    }
    everyone = np.ones(len(frame), dtype=bool)
    rows |= {"full": full, "ratings": ratings, "mask": everyone}
    rows |= {"design": condensed(study, frame)}
    blank = pd.Series(np.nan, frame.index)
    scored = {key: frame.get(VALUE + key, blank).to_numpy(dtype=float) for key in measures}
    return Patterns(**rows, origin=study, scored=scored)


SHARED = (
    "params",
    "codebook",
    "flow",
    "sources",
    "value_labels",
    "tables",
    "notes",
    "fingerprint",
)


def condensed(study: StoredStudy, frame: pd.DataFrame) -> Condensed:
    """Return the design of patterns with their ``counts, sums, squares, stratum, cluster``."""
    kept = study.kept
    strata, psus = kept.places(frame)
    return kept.plan.design(
        counts=frame[COUNTS], sums=frame[SUMS], squares=frame[SQUARES], strata=strata, psus=psus
    )


def counted(study: StoredStudy, table: Any, keys: Mapping[str, Any], **more: Any) -> pd.DataFrame:
    """Return rows put together by keys (and stratum and cluster), with counts and weights."""
    by = dict(keys)
    kept = study.kept
    if kept.plan.strata or kept.clusters is not None:
        by["stratum"] = stratum(table, study.params.data)
    if kept.clusters is not None:
        by["cluster"] = table[names.CLUSTER]
    w = table[names.WEIGHT]
    sums = {COUNTS: table.count(), SUMS: w.sum(), SQUARES: (w * w).sum(), **more}
    if not by:
        whole: pd.DataFrame = table.aggregate(**sums).execute()
        return whole.fillna({SUMS: 0.0, SQUARES: 0.0})
    found: pd.DataFrame = table.group_by(**by).aggregate(**sums).execute()
    return found


def base_block(study: StoredStudy, columns: Sequence[str]) -> pd.DataFrame:
    """Return everybody by group, without any answer."""
    table = study.rows()
    return counted(study, table, {c: table[names.group(c)] for c in columns})


def _measure_block(study: StoredStudy, key: str, columns: Sequence[str]) -> pd.DataFrame:
    """Return the patterns of one measure by group."""
    table = study.rows()
    measure = study.codebook.measures[key]
    asked = list(measure.columns)
    value = measure_value(table, measure)
    by = {c: table[names.group(c)] for c in columns}
    more = {ANSWERED + name: one_if(table[names.answer(name)].notnull()).max() for name in asked}
    return counted(study, table, {**by, VALUE + key: value}, **more)
