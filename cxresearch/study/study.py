"""The study: params, codebook, checked answers and survey design as one immutable thing."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch import display, store
from cxresearch.about import About
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, note
from cxresearch.stats.moments import Moments, Sums
from cxresearch.stats.resample import stream
from cxresearch.stats.survey import Design
from cxresearch.study import assemble, scores
from cxresearch.study.answers import State
from cxresearch.study.codebook import Codebook
from cxresearch.study.delivered import LAST_MILE, delivered
from cxresearch.study.pairing import PairSet
from cxresearch.study.params import MinN, Params, each
from cxresearch.study.scores import Pairs, Scored
from cxresearch.study.tables import Tables

BASE_NOTES = (
    "excluded",
    "sampled",
    "waves_unweighted",
    "weights_missing",
    "lonely_psu",
    "out_of_range",
)
FEW_CLUSTERS = 10
EACH_SEGMENT = "segments"
NOTEBOOKS = "notebooks"

By = str | Sequence[str] | None


def load_study(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Study:
    """Load a study from its params file: read, check, and set up the survey design.

    Parameters
    ----------
    path : str or Path
        The params file; paths in it are relative to it. A relative path is looked for in the
        working folder and, where that is ``notebooks/``, in the folder above, so that a
        notebook opens in JupyterLab as it runs from the repository's root.
    overrides : mapping, optional
        Dotted keys that stand in for what the file says: ``{"analysis.seed": 7}``.

    Raises
    ------
    InputError
        With every fault of params, codebook and data at once.
    """
    kept = store.take(kept_as(path, overrides))
    return kept or _read(_located(Path(path)), overrides)


def _read(path: Path, overrides: Mapping[str, Any] | None) -> Study:
    params, codebook, faults = assemble.declared(path, overrides)
    return _of_its_groups(_loaded(params, codebook, faults))


def _loaded(params: Params, codebook: Codebook, faults: list[Fault]) -> Study:
    if params.data.engine == "database":
        # loaded here alone: database engines take a second to start, and most studies need none
        stored = import_module("cxresearch.study.warehouse.stored")
        return stored.load(params, codebook, faults)  # type: ignore[no-any-return]
    return Study(**assemble.gathered(params, codebook, faults))


def _of_its_groups(study: Study) -> Study:
    """Return the study of the groups that are chosen in ``for``, its tables with it."""
    groups = {
        (study.wave_column or key) if key == "wave" else key: label
        for key, label in each.columns(study.params.each).items()
    }
    if not groups:
        return study
    of_tables = {key: label for key, label in groups.items() if key != study.wave_column}
    tables = study.tables.of(of_tables) if of_tables else study.tables
    left_out = [name for name in study.tables if name not in tables]
    told = [note("tables_left_out", tables=", ".join(left_out))] if left_out else []
    return replace(study.where(**groups), tables=tables, notes=(*study.notes, *told))


def kept_as(path: str | Path, overrides: Mapping[str, Any] | None = None) -> str:
    """Return the name under which a report run keeps the study that it has checked."""
    return store.name("study", str(Path(path).resolve()), sorted((overrides or {}).items()))


def _located(path: Path) -> Path:
    if path.is_absolute() or path.exists() or Path.cwd().name != NOTEBOOKS:
        return path
    above = Path.cwd().parent / path
    return above if above.exists() else path


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
        study, report = self.params.study, self.params.report
        return About(
            study=study.name,
            title=study.title or study.name,
            client=study.client or "",
            language=study.language,
            accent=report.brand.accent,
            fingerprint=self.fingerprint,
            labels={**self.params.analysis.operations.labels, **self.codebook.labels()},
            texts=self._question_texts() | self.codebook.texts(),
            values=self.value_labels,
            scales={
                key: (scale.min, scale.max)
                for key in list(self.codebook.keys())
                for scale in [self.codebook.scale_of(key)]
            },
            waves=self.waves,
            conf_level=self.conf_level,
        )

    def _question_texts(self) -> dict[str, str]:
        """Return the questions as the data file words them, of keys that one column answers."""
        columns: dict[str, set[str]] = {}
        for column, use in self.codebook.uses():
            if use.role in ("perception", "measure", "attribute", "verbatim"):
                columns.setdefault(use.key, set()).add(column)
        return {
            key: self.question_texts[column]
            for key, several in columns.items()
            if len(several) == 1
            for column in several
            if column in self.question_texts
        }

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
        data = self.params.data
        named = [data.id, self.wave_column, *self.segments, data.service_point, data.weight]
        table = self.full[[name for name in dict.fromkeys(named) if name]].copy()
        if data.weight:
            table[data.weight] = self.design.weights
        for key, dimension in self.codebook.dimensions.items():
            if any(item.perception for item in dimension.items):
                table[key] = scores.battery(self.ratings, dimension)
            if dimension.has_pairs:
                pairs = self.pairs(key)
                table[f"{key}_expectation"] = pairs.mean("expectation")
                table[f"{key}_gap"] = pairs.gap
        for key in [*self.codebook.measures, *self.codebook.attributes]:
            table[key] = self.values(key)
        return table.loc[self.mask].reset_index(drop=True)

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
            self._check_grouping(column)
            labels = wanted if isinstance(wanted, list | tuple | set) else [wanted]
            known = self.groups(column)
            names = [self._label(column, label, known) for label in labels]
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
            raise self._no_waves()
        return self.where(**{self.wave_column: label})

    def latest(self) -> Study:
        """Return the study of the last wave that has answers (itself where there are no waves)."""
        return self.wave(self.waves[-1]) if self.waves else self

    def split(self, column: str) -> dict[str, Study]:
        """Return one study per label of a column, in order."""
        self._check_grouping(column)
        return {label: self.where(**{column: label}) for label in self.groups(column)}

    def groups(self, column: str) -> tuple[str, ...]:
        """Return the labels of a grouping column that this study holds, in order."""
        codes = self.full[column].cat.codes.to_numpy()[self.mask]
        present = np.unique(codes[codes >= 0])
        return tuple(str(self.full[column].cat.categories[code]) for code in present)

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
                for cell in self._cells((column,), {}, self.mask):
                    yield Cell({"segment": column, "group": cell.keys[column]}, cell.mask)
            return
        columns = self.by_columns(by)
        if not columns:
            yield Cell({}, self.mask)
            return
        yield from self._cells(columns, {}, self.mask)

    def by_columns(self, by: By) -> tuple[str, ...]:
        """Return the grouping columns that `by` names; "wave" is the column of the waves."""
        named = (by,) if isinstance(by, str) else tuple(by or ())
        columns = []
        for name in named:
            column = self.wave_column if name == "wave" and self.wave_column else name
            self._check_grouping(column)
            columns.append(column)
        return tuple(columns)

    def by_names(self, by: By) -> tuple[str, ...]:
        """Return how result tables call the grouping columns: the waves' is always "wave"."""
        if by == EACH_SEGMENT:
            return ("segment", "group")
        return tuple(
            "wave" if column == self.wave_column else column for column in self.by_columns(by)
        )

    def _cells(
        self, columns: tuple[str, ...], keys: dict[str, str], mask: np.ndarray
    ) -> Iterator[Cell]:
        if not columns:
            if mask.any():
                yield Cell(keys, mask)
            return
        column, rest = columns[0], columns[1:]
        name = "wave" if column == self.wave_column else column
        codes = self.full[column].cat.codes.to_numpy()
        for label in self.groups(column):
            code = self.full[column].cat.categories.get_loc(label)
            yield from self._cells(rest, {**keys, name: label}, mask & (codes == code))

    # scores ----------------------------------------------------------------------------------

    def values(self, key: str) -> np.ndarray:
        """Return a score by its codebook key for every row of the design, in scale points.

        A dimension counts by the mean of its perceptions, an item by its perception, a measure
        and an attribute by the mean of their columns.
        """
        book = self.codebook
        if key in book.measures:
            return self.measure(key).values
        if key in book.attributes:
            return scores.score_attribute(self.ratings, book.attributes[key])
        if key in book.dimensions:
            return scores.battery(self.ratings, book.dimensions[key])
        item = book.item(key)
        column = item.perception or item.expectation or ""
        return scores.answers(self.ratings, [column]).reshape(-1)

    def measure(self, key: str) -> Scored:
        """Return a measure of the codebook, scored for every row of the design."""
        if key not in self.codebook.measures:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'the codebook has no measure "{key}"',
                    found=key,
                    hint=did_you_mean(key, list(self.codebook.measures)),
                )
            )
        scored = scores.score_measure(self.ratings, self.codebook.measures[key])
        if scored.measure.touchpoint != LAST_MILE or self._delivered is None:
            return scored
        return replace(scored, values=np.where(self._delivered, scored.values, np.nan))

    def undelivered(self, key: str) -> int:
        """Count the answers to a measure of the last mile whose order did not arrive."""
        measure = self.codebook.measures[key]
        if measure.touchpoint != LAST_MILE or self.in_database or self._delivered is None:
            return 0
        values = scores.score_measure(self.ratings, measure).values
        return int((self.mask & np.isfinite(values) & ~self._delivered).sum())

    @cached_property
    def _delivered(self) -> np.ndarray | None:
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
        if not self.params.data.id or self.wave_column is None:
            return 0
        ids = self.full.loc[self.mask, [self.params.data.id, self.wave_column]]
        waves = ids.groupby(self.params.data.id, observed=True)[self.wave_column].nunique()
        return int((waves > 1).sum())

    # asking ----------------------------------------------------------------------------------

    def has(self, need: str) -> bool:
        """Tell whether the study holds what a notebook or analysis needs.

        Parameters
        ----------
        need : str
            "expectations", "zone", "importance", "measures", "drivers", "segments",
            "service_points", "verbatims", "competitors", "brand", "customer" (answers are
            joined with customers), "waves" (or "waves:3"),
            "table:tickets".
        """
        what, _, detail = need.partition(":")
        book, data = self.codebook, self.params.data
        if what == "waves":
            return len(self.waves) >= int(detail or 2)
        if what == "table":
            return detail in self.tables
        answers = {
            "expectations": any(d.has_pairs for d in book.dimensions.values()),
            "perceptions": any(i.perception for d in book.dimensions.values() for i in d.items),
            "zone": any(d.has_zone for d in book.dimensions.values()),
            "importance": any(d.importance for d in book.dimensions.values()),
            "measures": bool(book.measures),
            "drivers": bool(book.measures) and bool(self.driver_blocks()),
            "segments": bool(data.segments),
            "service_points": data.service_point is not None,
            "verbatims": bool(book.verbatims),
            "competitors": bool(book.competitors) or data.entity is not None,
            "brand": bool(book.brand),
            "customer": data.customer is not None,
        }
        if what not in answers:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'no study can be asked for "{need}"',
                    hint=did_you_mean(what, [*answers, "waves", "table"]),
                )
            )
        return answers[what]

    def driver_blocks(self) -> dict[str, tuple[str, ...]]:
        """Return the driver keys by block: those of the params, else the attributes' own."""
        declared = self.params.analysis.drivers.blocks
        if declared:
            return {block: tuple(keys) for block, keys in declared.items()}
        blocks: dict[str, tuple[str, ...]] = {}
        for key, attribute in self.codebook.attributes.items():
            if attribute.block:
                blocks[attribute.block] = (*blocks.get(attribute.block, ()), key)
        return blocks

    def rng(self, analysis: str) -> np.random.Generator:
        """Return the analysis's own random stream; others never change it."""
        return stream(self.seed, analysis)

    def base_notes(self) -> tuple[Note, ...]:
        """Return what every result on this study has to say of its base and weights."""
        told = [one for one in self.notes if one.code in BASE_NOTES]
        if weight := self.params.data.weight:
            told.append(note("weighted", column=weight, deff=self.design.kish(self.mask)[1]))
        if self.params.data.cluster and (held := self.clusters_held()) < FEW_CLUSTERS:
            told.append(note("few_clusters", n=held))
        return tuple(told)

    def clusters_held(self) -> int:
        """Count the clusters that hold a respondent of this study."""
        cluster = self.params.data.cluster
        if not cluster:
            return self.n
        keys = [name for name in (self.wave_column, self.params.data.strata, cluster) if name]
        return len(self.full.loc[self.mask, keys].drop_duplicates())

    def _repr_html_(self) -> str:
        return str(display.shower("study")(self))

    def _check_grouping(self, column: str) -> None:
        data = self.params.data
        known = [self.wave_column, *self.segments, data.service_point]
        names = [name for name in known if name]
        if column not in names:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'results cannot be asked by "{column}"',
                    where="data.wave, data.segments and data.service_point name what can",
                    found=column,
                    hint=did_you_mean(column, ["wave", *names] if self.wave_column else names),
                )
            )

    def _label(self, column: str, label: object, known: Sequence[str]) -> str:
        text = f"{label:.0f}" if isinstance(label, float) and label.is_integer() else str(label)
        if text in self.full[column].cat.categories:
            return text
        for code, shown in self.value_labels.get(column, {}).items():
            if shown == text:
                return code
        raise self._no_group(column, text, known)

    def _no_group(self, column: str, text: str, known: Sequence[str]) -> AnalysisError:
        return AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{column}" has no group "{text}"',
                found=text,
                hint=did_you_mean(text, list(known)),
            )
        )

    def _no_waves(self) -> AnalysisError:
        return AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no waves",
                where="params: data.wave",
                hint="name the column of the waves under data.wave",
            )
        )
