"""The study: params, codebook, checked answers and survey design as one immutable thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch import display
from cxresearch.about import About
from cxresearch.notes import Note
from cxresearch.stats.moments import Moments, Sums
from cxresearch.stats.resample import stream
from cxresearch.stats.survey import Design
from cxresearch.study import assemble, grouping, holding, labels, scores
from cxresearch.study.answers import State
from cxresearch.study.base_notes import base_notes
from cxresearch.study.codebook import Codebook
from cxresearch.study.delivered import LAST_MILE, delivered, undelivered
from cxresearch.study.pairing import PairSet
from cxresearch.study.params import MinN, Params
from cxresearch.study.score_table import score_table
from cxresearch.study.scores import Pairs, Scored
from cxresearch.study.tables import Tables

EACH_SEGMENT = "segments"

By = str | Sequence[str] | None


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A group of respondents: the labels that name it and its rows in the whole frame."""

    keys: dict[str, str]
    mask: np.ndarray

    @property
    def name(self) -> str:
        """The group's labels in one text."""
        return " · ".join(self.keys.values())


@dataclass(frozen=True, eq=False, kw_only=True)
class Study:
    """Checked answers with all that is needed to analyse them.

    A study never changes. `where`, `wave` and `split` give studies of some of its
    respondents; these keep the whole survey design, as standard errors of subgroups need it.
    Load one with `cxresearch.load_study` or make one from a frame with `Study.from_frame`.

    Attributes
    ----------
    params : Params
        What the params file says, with every default.
    codebook : Codebook
        Which column asks what.
    full : DataFrame
        Checked answers of every row of the design, rows of other subgroups included.
    ratings : DataFrame of float
        Answers of every rating column on its scale, also where the column names groups as well.
    states : DataFrame
        What each cell of a rating column held (`cxresearch.study.answers.State`).
    mask : ndarray of bool
        Rows of `full` that belong to this study.
    candidates : ndarray of bool
        The same with those whom a rule of ``data.exclude`` left out.
    received : ndarray of bool
        The rows that came in, those screened out or without a weight included.
    pace : ndarray, optional
        Duration of each interview over the usual one; None where none are declared.
    raters : ndarray of bool
        The rows of `mask` with those that rate a rival (``data.entity``).
    design : Design
        Weights, strata and clusters of every row of `full`.
    flow : DataFrame
        From received to analysed: `stage, wave, n`.
    flags : DataFrame
        Respondents flagged by the rules of data quality: `row, rule, value, threshold, severity`.
    rules : tuple of str
        Rules of data quality that found something to look at.
    coverage : DataFrame of bool
        Which source holds which column.
    question_texts : mapping
        Question text by column, where the data file carries it.
    sources : tuple of (name, rows, SHA-256)
        Files that the answers came from.
    tables : Tables
        Operational tables by their canonical names, checked; a mapping that gives copies.
    notes : tuple of Note
        What was screened, recoded or reversed.
    fingerprint : str
        SHA-256 over data, codebook and the params that change a number.
    """

    params: Params
    codebook: Codebook
    full: pd.DataFrame = field(repr=False)
    ratings: pd.DataFrame = field(repr=False)
    states: pd.DataFrame = field(repr=False)
    mask: np.ndarray = field(repr=False)
    candidates: np.ndarray = field(repr=False)
    received: np.ndarray = field(repr=False)
    raters: np.ndarray = field(repr=False)
    design: Design = field(repr=False)
    flow: pd.DataFrame = field(repr=False)
    flags: pd.DataFrame = field(repr=False)
    rules: tuple[str, ...] = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)
    sources: tuple[tuple[str, int, str], ...] = field(repr=False)
    pace: np.ndarray | None = field(repr=False, default=None)
    value_labels: Mapping[str, Mapping[str, str]] = field(repr=False, default_factory=dict)
    question_texts: Mapping[str, str] = field(repr=False, default_factory=dict)
    tables: Tables = field(repr=False, default_factory=Tables)
    notes: tuple[Note, ...] = field(repr=False, default=())
    fingerprint: str = ""

    @classmethod
    def from_frame(
        cls,
        frame: pd.DataFrame,
        codebook: Codebook | Mapping[str, Any] | str | Path,
        *,
        id: str | None = None,
        wave: str | Mapping[str, Any] | None = None,
        weight: str | None = None,
        strata: str | None = None,
        cluster: str | None = None,
        segments: Sequence[str] = (),
        name: str = "study",
        title: Any = None,
        language: str = "en",
        analysis: Mapping[str, Any] | None = None,
        tables: Mapping[str, Any] | None = None,
        **data: Any,
    ) -> Study:
        """Make a study of a frame in memory, with no file at all.

        Parameters
        ----------
        frame : DataFrame
            One row per respondent (and wave).
        codebook : Codebook, mapping or path
            Which column asks what, as in a codebook file.
        id, wave, weight, strata, cluster : str, optional
            Columns, as the keys of ``data`` in a params file. `wave` may be a mapping with
            ``column``, ``order``, ``dates``, ``baseline`` and ``period``.
        segments : sequence of str
            Columns by which results may be asked.
        name, title, language : str
            As the keys of ``study`` in a params file.
        analysis : mapping, optional
            As the section ``analysis`` of a params file.
        tables : mapping, optional
            Operational tables: canonical name to a frame with canonical columns, or to a mapping
            with ``frame`` and the keys of ``tables`` in a params file (``cut``, ``time_zone``).
        **data
            Further keys of ``data``: ``missing``, ``not_applicable``, ``service_point``, ...

        Raises
        ------
        InputError
            With every fault of choices, codebook and answers.

        Examples
        --------
        >>> import pandas as pd
        >>> frame = pd.DataFrame({"sat": [5, 4, 4, 2], "region": ["N", "N", "S", "S"]})
        >>> codebook = {"measures": {"satisfaction": {"kind": "csat", "columns": "sat",
        ...                                           "scale": [1, 5]}}}
        >>> Study.from_frame(frame, codebook, segments=["region"]).frame["sat"].tolist()
        [5.0, 4.0, 4.0, 2.0]
        """
        choices = {"id": id, "wave": wave, "weight": weight, "strata": strata, "cluster": cluster}
        return cls(
            **assemble.from_frame(
                frame,
                codebook,
                study={"name": name, "title": title, "language": language},
                data={**choices, "segments": list(segments), **data},
                analysis=dict(analysis or {}),
                tables=tables,
            )
        )

    # what the study says of itself -----------------------------------------------------------

    @property
    def n(self) -> int:
        """Respondents in this study."""
        return int(self.mask.sum())

    @property
    def n_eff(self) -> float:
        """Effective number of respondents under the weights: (sum w)² / sum w²."""
        return self.design.kish(self.mask)[0]

    @property
    def deff(self) -> float:
        """Design effect of the weights: how many respondents are worth one, n / n_eff."""
        return self.design.kish(self.mask)[1]

    @property
    def conf_level(self) -> float:
        """Confidence level of every interval."""
        return self.params.analysis.conf_level

    @property
    def n_resamples(self) -> int:
        """Bootstrap draws."""
        return self.params.analysis.n_resamples

    @property
    def seed(self) -> int:
        """The seed from which every analysis takes its own stream."""
        return self.params.analysis.seed

    @property
    def min_n(self) -> MinN:
        """Bases below which figures are withheld (`show`) or marked (`test`)."""
        return self.params.analysis.min_n

    @property
    def wave_column(self) -> str | None:
        """Column of the waves, if there are any."""
        return self.params.data.wave.column if self.params.data.wave else None

    @property
    def waves(self) -> tuple[str, ...]:
        """Waves that this study holds, in their order."""
        return () if self.wave_column is None else self.groups(self.wave_column)

    @property
    def segments(self) -> tuple[str, ...]:
        """Columns by which results may be asked."""
        return tuple(self.params.data.segments)

    @cached_property
    def about(self) -> About:
        """Labels and look, for showing results of this study."""
        return labels.about(self)

    @property
    def frame(self) -> pd.DataFrame:
        """A copy of the checked answers of this study's respondents."""
        return self.full.loc[self.mask].reset_index(drop=True)

    @property
    def scores(self) -> pd.DataFrame:
        """A copy of every score, one row a respondent.

        Columns: id, wave, segments and weight under their own names; a dimension's key for the
        mean of its perceptions, ``<key>_expectation`` and ``<key>_gap`` for the mean over its
        answered pairs; the keys of measures and attributes. Scale points.
        """
        return score_table(self)

    # parts of the study ----------------------------------------------------------------------

    def where(self, **groups: object) -> Study:
        """Return the study of some respondents: ``study.where(region="North")``.

        Parameters
        ----------
        **groups
            Column of waves, segments or service points → a label or several. Labels are text;
            numbers are taken as their text.

        Raises
        ------
        AnalysisError
            For a column or a label that the study does not have; the nearest is named.
        """
        chosen = np.ones(len(self.full), dtype=bool)
        for column, wanted in groups.items():
            names = self._labels(column, wanted)
            chosen &= self.full[column].isin(names).to_numpy()
        return replace(
            self,
            mask=self.mask & chosen,
            candidates=self.candidates & chosen,
            received=self.received & chosen,
            raters=self.raters & chosen,
        )

    def wave(self, label: object) -> Study:
        """Return the study of one wave."""
        if self.wave_column is None:
            raise grouping.no_waves()
        return self.where(**{self.wave_column: label})

    def latest(self) -> Study:
        """Return the study of the last wave that has answers (itself where there are no waves)."""
        return self.wave(self.waves[-1]) if self.waves else self

    def split(self, column: str) -> dict[str, Study]:
        """Return one study per label of a column, in order."""
        grouping.check(column, self.params.data)
        return {label: self.where(**{column: label}) for label in self.groups(column)}

    def groups(self, column: str) -> tuple[str, ...]:
        """Return the labels of a grouping column that this study holds, in order."""
        return grouping.held(self.full[column], self.mask)

    def cells(self, by: By = None) -> Iterator[Cell]:
        """Yield the groups of this study: all of it, or one per label (or pair of labels).

        Parameters
        ----------
        by : str or sequence of str, optional
            "wave", a segment's column, the service point's, or several of them (every
            combination); or "segments": the groups of each segment column in turn, named by the
            keys ``segment`` and ``group``. Respondents without a label are in no group.
        """
        if by == EACH_SEGMENT:
            for column in self.segments:
                for keys, rows in grouping.crossed(self.full, {column: column}, self.mask):
                    yield Cell({"segment": column, "group": keys[column]}, rows)
            return
        if not (columns := self.by_columns(by)):
            yield Cell({}, self.mask)
            return
        named = dict(zip(columns, self.by_names(by), strict=True))
        for keys, rows in grouping.crossed(self.full, named, self.mask):
            yield Cell(keys, rows)

    def by_columns(self, by: By) -> tuple[str, ...]:
        """Return the grouping columns that `by` names; "wave" is the column of the waves."""
        return grouping.columns(by, self.params.data)

    def by_names(self, by: By) -> tuple[str, ...]:
        """Return how result tables call the grouping columns: the waves' is always "wave"."""
        if by == EACH_SEGMENT:
            return ("segment", "group")
        return tuple(
            "wave" if column == self.wave_column else column for column in self.by_columns(by)
        )

    # scores ----------------------------------------------------------------------------------

    def values(self, key: str) -> np.ndarray:
        """Return a score by its codebook key for every row of the design, in scale points.

        A dimension counts by the mean of its perceptions, an item by its perception, a measure
        and an attribute by the mean of their columns.
        """
        if key in self.codebook.measures:
            return self.measure(key).values
        return scores.score_key(self.ratings, self.codebook, key)

    def measure(self, key: str) -> Scored:
        """Return a measure of the codebook, scored for every row of the design."""
        scored = scores.score_measure(self.ratings, holding.measure(self, key))
        if scored.measure.touchpoint != LAST_MILE or self.delivered is None:
            return scored
        return replace(scored, values=np.where(self.delivered, scored.values, np.nan))

    def undelivered(self, key: str) -> int:
        """Count the answers to a measure of the last mile whose order did not arrive."""
        return undelivered(self, key)

    @cached_property
    def delivered(self) -> np.ndarray | None:
        """Rows that may rate the last mile, where the table of orders tells."""
        return delivered(self)

    def pairs(self, key: str) -> Pairs:
        """Return the answered expectation/perception pairs of a dimension, for every row."""
        return scores.pairs(
            self.ratings, self.codebook.dimensions[key], self.params.analysis.servqual.min_pairs
        )

    def not_applicable(self, columns: Sequence[str]) -> np.ndarray:
        """Return the rows in which every one of these columns was declared not applicable."""
        return (self.states[list(columns)] == State.NOT_APPLICABLE).all(axis=1).to_numpy()

    def reduced(self, measures: Collection[str], by: By = None, *, waves: bool = False) -> Study:
        """Return what these measures are estimated from, by group: in memory the study itself.

        Of a study in a database it is the patterns of answers, counted there.
        """
        return self

    def paired(self, keys: Sequence[str], by: By = None) -> Iterator[tuple[Study, Cell, PairSet]]:
        """Yield every group with the pairs of these dimensions, and what they are estimated from.

        In memory that is the study itself.
        """
        pairs = PairSet({key: self.pairs(key) for key in keys})
        for cell in self.cells(by):
            yield self, cell, pairs

    @property
    def in_database(self) -> bool:
        """Whether the answers stay in a database; then no part of the study has rows."""
        return False

    def distinct(self, outcome: str) -> int:
        """Count the values that a score takes among those of this study."""
        values = self.values(outcome)
        return len(np.unique(values[self.mask & np.isfinite(values)]))

    def rated(self, key: str, cell: Cell) -> tuple[int, float]:
        """Return how many of a group have a score, and its weighted mean."""
        values = self.values(key)
        n = int(self.design.members(cell.mask, values).sum())
        return n, self.design.mean(values, cell.mask).estimate if n else np.nan

    def size(self, mask: np.ndarray) -> int:
        """Count the respondents of these rows."""
        return int(mask.sum())

    def complete(
        self, columns: Sequence[str], names: Sequence[str], cell: Cell
    ) -> tuple[Moments, list[int]]:
        """Return the moments of a group's complete answers to these columns, called by `names`.

        Beside them, for each column, how many answered some of the others and left it out.
        """
        X = scores.answers(self.ratings, list(columns))
        known = np.isfinite(X)
        member = self.design.members(cell.mask & known.all(axis=1))
        weights = None if self.design.weights is None else self.design.weights[member]
        some = cell.mask & known.any(axis=1)
        missing = [int(self.design.members(some & ~one).sum()) for one in known.T]
        return Sums.of_rows(X[member], weights, list(names)).total(), missing

    def returning(self) -> int:
        """Count the ids that answered in several waves."""
        person, wave = self.params.data.id, self.wave_column
        if not person or wave is None:
            return 0
        waves = self.full.loc[self.mask].groupby(person, observed=True)[wave].nunique()
        return int((waves > 1).sum())

    # asking ----------------------------------------------------------------------------------

    def has(self, need: str) -> bool:
        """Tell whether the study holds what a notebook or analysis needs.

        Parameters
        ----------
        need : str
            "expectations", "zone", "importance", "measures", "points" (a measure has a scale of
            whole points), "drivers", "segments",
            "service_points", "verbatims", "competitors", "brand", "customer" (answers are
            joined with customers), "waves" (or "waves:3"),
            "table:tickets".
        """
        return holding.holds(self, need)

    def driver_blocks(self) -> dict[str, tuple[str, ...]]:
        """Return the driver keys by block: those of the params, else the attributes' own."""
        return holding.driver_blocks(self)

    def rng(self, analysis: str) -> np.random.Generator:
        """Return the analysis's own random stream; others never change it."""
        return stream(self.seed, analysis)

    def base_notes(self) -> tuple[Note, ...]:
        """Return what every result on this study has to say of its base and weights."""
        return base_notes(self)

    def clusters_held(self) -> int:
        """Count the clusters that hold a respondent of this study."""
        cluster = self.params.data.cluster
        if not cluster:
            return self.n
        keys = [name for name in (self.wave_column, self.params.data.strata, cluster) if name]
        return len(self.full.loc[self.mask, keys].drop_duplicates())

    def __repr__(self) -> str:
        waves = f"{self.waves[0]} to {self.waves[-1]} ({len(self.waves)})" if self.waves else "none"
        return (
            f"Study {self.params.study.name}: {self.n} respondents (effective {self.n_eff:.0f}); "
            f"waves: {waves}; segments: {', '.join(self.segments) or 'none'}"
        )

    def _repr_html_(self) -> str:
        return str(display.shower("study")(self))

    def _labels(self, column: str, wanted: object) -> list[str]:
        """Return the labels of a grouping column that are asked for, or raise."""
        grouping.check(column, self.params.data)
        every, shown = self._every_label(column), self.value_labels.get(column, {})
        names = []
        for text in grouping.named(wanted):
            name = grouping.label(text, every, shown)
            if name is None:
                raise grouping.no_group(column, text, self.groups(column))
            names.append(name)
        return names

    def _every_label(self, column: str) -> Sequence[str]:
        return list(self.full[column].cat.categories)
