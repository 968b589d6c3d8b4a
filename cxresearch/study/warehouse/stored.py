"""A study whose answers stay in a database: counted there, estimated here, the same numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.errors import CxError, Fault
from cxresearch.notes import note
from cxresearch.stats.moments import Moments
from cxresearch.study import assemble
from cxresearch.study.codebook import Codebook
from cxresearch.study.pairing import PairSet
from cxresearch.study.params import Params
from cxresearch.study.scores import Scored
from cxresearch.study.study import EACH_SEGMENT, By, Cell, Study
from cxresearch.study.tables import read_tables
from cxresearch.study.warehouse import names as columns_
from cxresearch.study.warehouse.absent import NotInMemory, not_in_memory
from cxresearch.study.warehouse.answered import outcome as outcome_of
from cxresearch.study.warehouse.cases import Together, counted_cases
from cxresearch.study.warehouse.expressions import score
from cxresearch.study.warehouse.grouping import BUCKETS, bucket
from cxresearch.study.warehouse.kept import Kept, keep
from cxresearch.study.warehouse.lines import Line, Residuals
from cxresearch.study.warehouse.pair_patterns import CountedGaps, counted_gaps
from cxresearch.study.warehouse.patterns import Patterns, patterns
from cxresearch.study.warehouse.residuals import residuals
from cxresearch.study.warehouse.sampled import stratum
from cxresearch.study.warehouse.sums import sums

_BASE = {"n": 0, "sums": 0.0, "squares": 0.0}


def load(params: Params, codebook: Codebook, faults: list[Fault]) -> StoredStudy:
    """Return the study of params whose answers stay in a database.

    Raises
    ------
    InputError
        With every fault of params, codebook and data at once.
    """
    tables, wrong = read_tables(params)
    faults = [*faults, *wrong]
    kept, wrong = keep(params, codebook, tables)
    faults += wrong
    if faults or kept is None:
        raise CxError.of(faults)
    own: dict[str, Any] = {
        "params": params,
        "codebook": codebook,
        "flow": kept.flow,
        "sources": kept.sources,
        "tables": tables,
        "notes": kept.notes,
        "fingerprint": kept.fingerprint,
        "kept": kept,
    }
    rows = {one.name: NotInMemory(one.name) for one in fields(Study) if one.name not in own}
    rows.pop("value_labels")
    rows.pop("question_texts")
    return StoredStudy(**{**rows, **own})


def _again(
    params: Params, codebook: Codebook, chosen: Mapping[str, tuple[str, ...]]
) -> StoredStudy:
    return replace(load(params, codebook, []), chosen=chosen)


@dataclass(frozen=True, eq=False, kw_only=True)
class StoredStudy(Study):
    """A study whose answers never enter memory; made by `cxresearch.load_study`.

    With ``data.engine: database`` the answers are checked and counted where they lie (parquet,
    csv, DuckDB, PostgreSQL), and analyses that can be had from counts and sums give the same
    numbers as in memory. The others raise an error that says so; `sample` gives them a random
    part of the respondents.

    Attributes
    ----------
    kept : Kept
        The checked answers as an expression.
    chosen : mapping
        Grouping column → the labels that this study is of; what `where` chose.
    """

    kept: Kept = field(repr=False)
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _asked: dict[Any, pd.DataFrame] = field(repr=False, default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle what to ask, not the connection: it is opened anew."""
        return _again, (self.params, self.codebook, dict(self.chosen))

    # what the study says of itself -----------------------------------------------------------

    @property
    def n(self) -> int:
        """Respondents in this study."""
        return int(self.bases(())["n"].sum())

    @property
    def n_eff(self) -> float:
        """Effective number of respondents under the weights: (sum w)² / sum w²."""
        base = self.bases(())
        if not self.kept.plan.weighted or not self.n:
            return float(self.n)
        return float(base["sums"].sum() ** 2 / base["squares"].sum())

    @property
    def deff(self) -> float:
        """Design effect of the weights: how many respondents are worth one, n / n_eff."""
        return self.n / self.n_eff if self.n else np.nan

    @property
    def frame(self) -> pd.DataFrame:
        """Not to be had: the answers stay where they lie."""
        raise not_in_memory("frame")

    @property
    def scores(self) -> pd.DataFrame:
        """Not to be had: the answers stay where they lie."""
        raise not_in_memory("scores")

    def clusters_held(self) -> int:
        """Count the clusters that hold a respondent of this study."""
        if not self.params.data.cluster:
            return self.n
        table = self.rows()
        keys = {"cluster": table[columns_.CLUSTER]}
        for column in (self.wave_column, self.params.data.strata):
            if column:
                keys[column] = table[columns_.group(column)]
        return int(table.select(**keys).distinct().count().execute())

    def returning(self) -> int:
        """Count the ids that answered in several waves."""
        if self.wave_column is None:
            return 0
        table = self.rows()
        held = table.group_by(columns_.ID).aggregate(
            waves=table[columns_.group(self.wave_column)].nunique()
        )
        return int(held.filter(held.waves > 1).count().execute())

    # parts of the study ----------------------------------------------------------------------

    def where(self, **groups: object) -> StoredStudy:
        """Return the study of some respondents: ``study.where(region="North")``."""
        chosen = dict(self.chosen)
        for column, wanted in groups.items():
            named = self._labels(column, wanted)
            before = chosen.get(column, tuple(self.kept.categories[column]))
            chosen[column] = tuple(label for label in before if label in named)
        return replace(self, chosen=chosen)

    def groups(self, column: str) -> tuple[str, ...]:
        """Return the labels of a grouping column that this study holds, in order."""
        held = set(self.bases((column,))[column])
        return tuple(label for label in self.kept.categories[column] if label in held)

    def cells(self, by: By = None) -> Iterator[Cell]:
        """Yield the groups of this study, each with its labels; their rows stay away."""
        nowhere = np.zeros(0, dtype=bool)
        if by == EACH_SEGMENT:
            for column in self.segments:
                for label in self.groups(column):
                    yield Cell({"segment": column, "group": label}, nowhere)
            return
        columns = self.by_columns(by)
        if not columns:
            yield Cell({}, nowhere)
            return
        held = self.bases(columns)[list(columns)].dropna()
        orders = [self.kept.categories[column] for column in columns]
        places = [held[c].map(o.index) for c, o in zip(columns, orders, strict=True)]
        for row in held.iloc[np.lexsort(places[::-1])].itertuples(index=False):
            labels = [str(label) for label in row]
            yield Cell(dict(zip(self.by_names(by), labels, strict=True)), nowhere)

    def of_cell(self, cell: Cell) -> StoredStudy:
        """Return the study of one group."""
        return self.where(**self.labels_of(cell))

    def labels_of(self, cell: Cell) -> dict[str, str]:
        """Return the label of a group in each of its grouping columns."""
        keys = dict(cell.keys)
        if "segment" in keys and "group" in keys and "segment" not in self.kept.categories:
            keys = {keys["segment"]: keys["group"]}
        if "wave" in keys and self.wave_column:
            keys = {(self.wave_column if k == "wave" else k): label for k, label in keys.items()}
        return keys

    def sample(self, n: int) -> Study:
        """Return a random part of the respondents as a study in memory, for every other analysis.

        Respondents are chosen by a hash of their ids, so the same come again, and those of a
        smaller sample are among those of a larger one. About `n` of all rows of the sources;
        weights stay as they are.
        """
        data = self.params.data
        total = sum(rows for _, rows, _ in self.kept.sources)
        share = min(1.0, n / total)
        frames = []
        for one in self.kept.raw:
            place = bucket(one.table[data.id].cast("string"))
            frames.append((one.source, one.table.filter(place < int(share * BUCKETS)).execute()))
        found = Study(**assemble.from_rows(frames, self.params, self.codebook, self.tables))
        told = note("sampled", n=sum(len(rows) for _, rows in frames), n_total=total)
        chosen = {column: list(labels) for column, labels in self.chosen.items()}
        return replace(found, notes=(*found.notes, told)).where(**chosen)

    # scores ----------------------------------------------------------------------------------

    def values(self, key: str) -> np.ndarray:
        """Not to be had: the answers stay where they lie."""
        raise not_in_memory(f'answers to "{key}"')

    def measure(self, key: str) -> Scored:
        """Not to be had: the answers stay where they lie."""
        raise not_in_memory(f'answers to "{key}"')

    def reduced(self, measures: Collection[str], by: By = None, *, waves: bool = False) -> Patterns:
        """Return the patterns of answers to these measures, counted group by group."""
        sets: list[tuple[str, ...]]
        if by == EACH_SEGMENT:
            sets = [(column,) for column in self.segments]
        else:
            sets = [self.by_columns(by)]
        if waves and self.wave_column:
            sets = [tuple(dict.fromkeys((*one, self.wave_column))) for one in sets]
        return patterns(self, measures, sets)

    def paired(self, keys: Sequence[str], by: By = None) -> Iterator[tuple[Study, Cell, PairSet]]:
        """Not to be had: the answers stay where they lie; `gap_patterns` counts them there."""
        raise not_in_memory("answered pairs")

    def gap_patterns(self, keys: Sequence[str], by: By = None) -> list[CountedGaps]:
        """Return how often each gap occurs, for every score of every group, counted there."""
        return counted_gaps(self, keys, by)

    def complete(
        self, columns: Sequence[str], names: Sequence[str], cell: Cell
    ) -> tuple[Moments, list[int]]:
        """Return the moments of a group's complete answers to these columns, summed there."""
        table = self.of_cell(cell).rows()
        values = {
            name: table[columns_.answer(column)]
            for name, column in zip(names, columns, strict=True)
        }
        uses = self.codebook.columns()
        scales = [uses[column].scale for column in columns]
        _, found = sums(table, values, [one.mid if one else 0.0 for one in scales], squares=False)
        some = ibis.or_(*[one.notnull() for one in values.values()])
        holes = {
            f"n{i}": (some & one.isnull()).sum().fill_null(0)
            for i, one in enumerate(values.values())
        }
        row = table.aggregate(**holes).execute().iloc[0]
        return found.total(), [int(row[name]) for name in holes]

    @property
    def in_database(self) -> bool:
        """Whether the answers stay in a database; then no part of the study has rows."""
        return True

    def distinct(self, outcome: str) -> int:
        """Count the values that an outcome takes among those of this study."""
        table = self.rows()
        value = outcome_of(table, self, outcome)
        return int(table.aggregate(n=value.nunique()).execute().iloc[0]["n"])

    def rated(self, key: str, cell: Cell) -> tuple[int, float]:
        """Return how many of a group have a score, and its weighted mean."""
        if self._rated(key, cell) not in self._asked:
            self.rate([key], cell)
        row = self._asked[self._rated(key, cell)].iloc[0]
        return int(row["n"]), float(row["x"] / row["w"]) if row["n"] else np.nan

    def rate(self, keys: Sequence[str], cell: Cell) -> None:
        """Count and sum several scores of a group in one go; `rated` then knows them."""
        table = self.of_cell(cell).rows()
        w = table[columns_.WEIGHT]
        wanted: dict[str, Any] = {}
        for i, key in enumerate(keys):
            value = score(table, self.codebook, key)
            wanted |= {f"n{i}": value.count(), f"w{i}": w.sum(where=value.notnull())}
            wanted[f"x{i}"] = (w * value).sum()
        found = table.aggregate(**wanted).execute()
        for i, key in enumerate(keys):
            part = found[[f"n{i}", f"w{i}", f"x{i}"]].set_axis(["n", "w", "x"], axis=1)
            self._asked[self._rated(key, cell)] = part

    def _rated(self, key: str, cell: Cell) -> tuple[Any, ...]:
        return ("rated", key, tuple(sorted(cell.keys.items())), tuple(sorted(self.chosen.items())))

    def cases(
        self,
        cells: Sequence[Cell],
        outcome: str,
        drivers: Sequence[str],
        covariates: Sequence[str],
        **how: Any,
    ) -> Iterator[Together]:
        """Yield the cases of a driver analysis, summed there: many groups at once, in order."""
        places = [self.labels_of(cell) for cell in cells]
        after = iter(cells)
        for told, together in counted_cases(self, places, outcome, drivers, covariates, **how):
            counts = told.answered, told.weight, told.total
            for n, w, x in zip(*counts, strict=True):
                cell = next(after)
                for i, key in enumerate(drivers):
                    row = pd.DataFrame({"n": [n[i]], "w": [w[i]], "x": [x[i]]})
                    self._asked[self._rated(key, cell)] = row
            yield together

    def residuals(self, together: Together, lines: Sequence[Line | None]) -> list[Residuals | None]:
        """Return what needs the residuals of regressions, summed there, group by group."""
        return residuals(self, together, lines)

    # asking ----------------------------------------------------------------------------------

    def stratum(self, table: Any) -> Any:
        """Return the expression of a row's stratum."""
        return stratum(table, self.params.data)

    def rows(self) -> Any:
        """Return the rows of this study's respondents, as an expression."""
        table = self.kept.table
        wanted = table[columns_.IN]
        for column, labels in self.chosen.items():
            wanted &= table[columns_.group(column)].isin(list(labels))
        return table.filter(wanted)

    def bases(self, columns: Sequence[str]) -> pd.DataFrame:
        """Return respondents, weights and squared weights by group: ``*columns, n, …``."""
        asked = (tuple(columns), tuple(sorted(self.chosen.items())))
        if asked not in self._asked:
            table = self.rows()
            w = table[columns_.WEIGHT]
            sums = {"n": table.count(), "sums": w.sum(), "squares": (w * w).sum()}
            by = {column: table[columns_.group(column)] for column in columns}
            held = table.group_by(**by).aggregate(**sums) if by else table.aggregate(**sums)
            self._asked[asked] = held.execute().fillna(_BASE)
        return self._asked[asked]

    def _every_label(self, column: str) -> Sequence[str]:
        return self.kept.categories[column]
