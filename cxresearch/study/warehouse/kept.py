"""Answers checked where they lie: the same checks, notes and faults as for answers in memory.

What comes out is one expression: a row per respondent with its groups as labels, its answers on
their scales, its weight, stratum and cluster. Nothing has been copied; each question of an
analysis is asked of it anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.errors import CxError, Fault, first
from cxresearch.notes import Note, note
from cxresearch.stats.condensed import Plan
from cxresearch.stats.layout import Codes
from cxresearch.study import answers
from cxresearch.study.answers import State
from cxresearch.study.assemble import fingerprint, natural
from cxresearch.study.codebook import Codebook
from cxresearch.study.gather import absent, as_labels, asked_for
from cxresearch.study.params import DataSection, Params
from cxresearch.study.screening import screened
from cxresearch.study.tables import Tables
from cxresearch.study.warehouse import names, numbers
from cxresearch.study.warehouse.engines import Opened, opened
from cxresearch.study.warehouse.grouping import grouping
from cxresearch.study.warehouse.margins import Margin, digest, margin
from cxresearch.study.warehouse.sampled import sampling_plan, weighing

AT_ONCE = 2_000_000  # ids looked through at a time


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """Answers that stay where they lie, checked.

    Attributes
    ----------
    table : ibis Table
        Every row of the design; its columns are those of `cxresearch.study.warehouse.names`.
    plan : Plan
        How all rows were sampled.
    strata : dict
        Stratum by its label in the table.
    clusters : DataFrame or None
        ``stratum, cluster, psu``.
    categories : dict
        Grouping column → its labels in order.
    flow : DataFrame
    notes : tuple of Note
    sources : tuple of (name, rows, SHA-256)
    fingerprint : str
    raw : tuple of Opened
        The sources as they lie.
    """

    table: Any
    plan: Plan
    strata: dict[str, int]
    clusters: pd.DataFrame | None
    categories: dict[str, list[str]]
    flow: pd.DataFrame
    notes: tuple[Note, ...]
    sources: tuple[tuple[str, int, str], ...]
    fingerprint: str
    raw: tuple[Opened, ...]

    def places(self, frame: pd.DataFrame) -> tuple[Codes | None, Codes | None]:
        """Return the places of strata and clusters in the plan, from their labels in a frame."""
        strata: Codes | None = None
        psus: Codes | None = None
        if self.plan.strata:
            strata = np.asarray(frame["stratum"].map(self.strata), dtype=np.intp)
        if self.clusters is not None:
            keys = ["stratum", "cluster"]
            merged = frame[keys].merge(self.clusters, on=keys, how="left")
            psus = np.asarray(merged["psu"], dtype=np.intp)
        return strata, psus


def keep(params: Params, codebook: Codebook, tables: Tables) -> tuple[Kept | None, list[Fault]]:
    """Return the checked answers of a study that stay where they lie, or its faults."""
    data = params.data
    if faults := _unfit(data):
        return None, faults
    try:
        sources = opened(data.responses, params.folder)
    except CxError as error:
        return None, list(error.faults)
    wanted = asked_for(data, codebook, params.analysis.drivers.stated_importance)
    faults = _absent(wanted, sources, data)
    if faults:
        return None, faults
    n_rows = [int(one.table.count().execute()) for one in sources]
    if not sum(n_rows):
        named = ", ".join(one.name for one in sources)
        what = "there is not a single row of answers"
        hint = "look whether the export was complete"
        return None, [Fault(kind="data", what=what, where=named, hint=hint)]
    reading = _Reading(data, sources)
    reading.ratings(codebook)
    reading.groups()
    reading.eligible()
    if reading.faults:
        return None, reading.faults
    table = reading.table()
    waves = reading.categories.get(data.wave.column) if data.wave else None
    table, weight_notes, faults = weighing(table, data, waves)
    faults += _duplicates(table, data, sum(n_rows))
    if faults:
        return None, faults
    table = table.mutate(**{names.IN: table[names.ELIGIBLE] & (table[names.WEIGHT] > 0)})
    try:
        plan, strata, clusters = sampling_plan(table, data)
    except CxError as error:
        return None, [replace(fault, kind="data") for fault in error.faults]
    flow = _flow(table, data, reading.categories)
    if not int(flow.loc[flow["stage"] == "analysed", "n"].sum()):
        what = "no respondent is left to be analysed"
        hint = "look at data.eligible in the params"
        return None, [Fault(kind="data", what=what, found=f"{sum(n_rows)} rows", hint=hint)]
    eligible_notes = _screened(table, data)
    told = [*_unused(wanted, sources), *reading.notes, *weight_notes, *eligible_notes]
    if plan.lonely:
        labels = first(sorted(str(label) for label in plan.lonely))
        told.append(note("lonely_psu", strata=labels, policy=plan.lonely_psu))
    told.append(note("kept_in_database", n=sum(n_rows)))
    margins = list(reading.margins.values())
    parts = [
        replace(part, sha256=part.sha256 or digest(margins, n_rows)) for part in margins[0].parts
    ]
    return Kept(
        table=table,
        plan=plan,
        strata=strata,
        clusters=clusters,
        categories=reading.categories,
        flow=flow,
        notes=tuple(told),
        sources=tuple((part.name, n, part.sha256) for part, n in zip(parts, n_rows, strict=True)),
        fingerprint=fingerprint(params, codebook, replace(margins[0], parts=tuple(parts)), tables),
        raw=tuple(sources),
    ), []


def _unfit(data: DataSection) -> list[Fault]:
    """Return what params ask for that cannot be done where the answers lie."""
    asked = {
        "data.exclude": ", ".join(data.exclude),
        "data.entity": data.entity.column if data.entity else "",
        "data.same_people": "true" if data.same_people else "",
        "data.eligible": ", ".join(one.column for one in data.eligible if one.within_months),
    }
    faults = [
        Fault(
            kind="params",
            what="this needs the answers in memory",
            where=f"params: {place}",
            found=value,
            hint="take it out, or read the answers into memory: data.engine: memory",
        )
        for place, value in asked.items()
        if value
    ]
    if data.id is None:
        faults.append(
            Fault(
                kind="params",
                what="answers that stay in a database need the respondents' ids",
                where="params: data.id",
                hint="name the column of ids: random groups and samples are made by them",
            )
        )
    return faults


def _absent(wanted: dict[str, str], sources: Sequence[Opened], data: DataSection) -> list[Fault]:
    marked = data.wave.column if data.wave else None
    coverage = pd.DataFrame(
        [
            [
                name in one.table.columns or (name == marked and one.source.wave is not None)
                for one in sources
            ]
            for name in wanted
        ],
        index=list(wanted),
    )
    unused = [name for one in sources for name in one.table.columns if name not in wanted]
    return absent(wanted, coverage, unused, sources)  # type: ignore[arg-type]


def _unused(wanted: Mapping[str, str], sources: Sequence[Opened]) -> list[Note]:
    """Note the columns that nobody asked for."""
    names_of = (name for one in sources for name in one.table.columns)
    unused = list(dict.fromkeys(name for name in names_of if name not in wanted))
    if not unused:
        return []
    shown = ", ".join(unused[:8]) + (", …" if len(unused) > 8 else "")
    return [note("columns_unused", n=len(unused), columns=shown)]


class _Reading:
    """Collects the expressions of every source, with what the checks have to say."""

    def __init__(self, data: DataSection, sources: Sequence[Opened]) -> None:
        self.data, self.sources = data, sources
        self.notes: list[Note] = []
        self.faults: list[Fault] = []
        self.margins: dict[str, Margin] = {}
        self.categories: dict[str, list[str]] = {}
        self.columns: list[dict[str, Any]] = [{} for _ in sources]

    def ratings(self, codebook: Codebook) -> None:
        """Check every column of answers and say how its cells become answers."""
        for column, use in codebook.columns().items():
            if use.scale is None and use.role != "importance":
                continue
            held = self._margin(column)
            if held is None:
                continue
            checked = answers.check(held, codebook, self.data)
            self.notes += checked.notes
            self.faults += checked.faults
            if column not in checked.values:
                continue
            values = checked.values[column].to_numpy()
            states = checked.states[column].to_numpy()
            for number, part in enumerate(held.parts):
                here = slice(part.start, part.stop)
                raw = held.frame[column].iloc[here]
                cell = self._cell(number, column)
                own = self.columns[number]
                own[names.answer(column)] = _value(cell, raw, values[here])
                unused = raw[states[here] == State.NOT_APPLICABLE].tolist()
                own[names.unused(column)] = _among(cell, unused)

    def groups(self) -> None:
        """Say how waves, segments, service points and strata are named."""
        data = self.data
        wave = data.wave.column if data.wave else None
        named = [wave, *data.segments, data.service_point, data.strata]
        for column in dict.fromkeys(name for name in named if name):
            held = self._margin(column)
            if held is None:
                continue
            labels = as_labels(held.frame[column])
            present = natural(list(labels.dropna().unique()))
            if column == wave:
                present = self._waves(held, labels, present)
            self.categories[column] = present
            for number, part in enumerate(held.parts):
                here = slice(part.start, part.stop)
                cell = self._cell(number, column)
                self.columns[number][names.group(column)] = _label(
                    cell, held.frame[column].iloc[here], labels.iloc[here]
                )

    def _waves(self, held: Margin, labels: pd.Series, present: list[str]) -> list[str]:
        wave = self.data.wave
        assert wave is not None
        if not wave.order and set(present) <= set(wave.dates):
            present.sort(key=lambda label: wave.dates[label])
        order = [str(label) for label in wave.order or present]
        if (blank := labels.isna().to_numpy()).any() and held.count(blank):
            where = held.rows(wave.column, blank)
            hint = "give every row its wave, or leave these rows out of the file"
            self.faults.append(
                Fault(kind="data", what="rows without a wave", where=where, hint=hint)
            )
        if stray := [label for label in present if label not in order]:
            self.faults.append(
                Fault(
                    kind="data",
                    what="waves that data.wave.order does not name",
                    where=held.rows(wave.column, labels.isin(stray).to_numpy()),
                    found=first(stray),
                    hint=f"order names {first(order, 12)}; add these or correct the file",
                )
            )
        return [*order, *stray]

    def eligible(self) -> None:
        """Say who may answer, rule by rule."""
        for i, rule in enumerate(self.data.eligible):
            held = self._margin(rule.column)
            if held is None:
                continue
            one = self.data.model_copy(update={"eligible": (rule,)})
            passed, _, wrong = screened(held, held.frame, one)
            self.faults += [replace(f, where=f.where.replace("[0]", f"[{i}]")) for f in wrong]
            for number, part in enumerate(held.parts):
                here = slice(part.start, part.stop)
                raw = held.frame[rule.column].iloc[here]
                cell = self._cell(number, rule.column)
                self.columns[number][names.rule(i)] = _among(cell, raw[passed[here]].tolist())

    def table(self) -> Any:
        """Return the rows of every source under each other, with the same columns."""
        data = self.data
        assert data.id is not None
        parts = []
        for number, one in enumerate(self.sources):
            columns = dict(self.columns[number])
            rules = [columns[names.rule(i)] for i in range(len(data.eligible))]
            columns[names.ELIGIBLE] = ibis.and_(*rules) if rules else ibis.literal(True)
            columns[names.ID] = self._cell(number, data.id)
            if len({str(source.table[data.id].type()) for source in self.sources}) > 1:
                columns[names.ID] = columns[names.ID].cast("string")
            if data.weight:
                columns[names.RAW_WEIGHT] = self._cell(number, data.weight).cast("float64")
            if data.cluster:
                columns[names.CLUSTER] = self._cell(number, data.cluster).cast("string")
            if data.fpc:
                columns[names.POPULATION] = self._cell(number, data.fpc).cast("float64")
            parts.append(one.table.select(**columns))
        return ibis.union(*parts) if len(parts) > 1 else parts[0]

    def _cell(self, number: int, column: str) -> Any:
        one = self.sources[number]
        wave = self.data.wave
        if one.source.wave is not None and wave is not None and column == wave.column:
            return ibis.literal(str(one.source.wave))
        if column not in one.table.columns:
            return ibis.null().cast("float64")
        cell = one.table[column]
        kind = cell.type()
        if kind.is_boolean():
            return ibis.cases((cell, numbers.number(1)), (~cell, numbers.number(0)))
        if kind.is_decimal():
            return cell.cast("float64")
        return cell.nullif(float("nan")) if kind.is_floating() else cell

    def _margin(self, column: str) -> Margin | None:
        if column not in self.margins:
            held, wrong = margin(self.sources, column, self.data)
            self.faults += wrong
            if held is None:
                return None
            self.margins[column] = held
        return self.margins[column]


def _value(cell: Any, raw: pd.Series, values: np.ndarray) -> Any:
    """Return the answer on its scale, as the check of each distinct value has found it."""
    blank = raw.isna().to_numpy()
    known = np.isfinite(values)
    if pd.api.types.is_numeric_dtype(raw) and cell.type().is_numeric():
        given = cell_value = cell.cast("float64")
        told = pd.to_numeric(raw).to_numpy(dtype=float, na_value=np.nan)
        refused = told[~known & ~blank].tolist()
        turned = known & (values != told)
        if turned.any():  # reversed items: an answer and its mirror have one sum
            given, cell_value = cell_value, numbers.number((told + values)[known][0]) - cell_value
        if refused:
            return ibis.ifelse(given.isin(refused), ibis.null(), cell_value)
        return cell_value
    pairs = [
        (cell == one, numbers.number(value))
        for one, value in zip(raw[known], values[known], strict=True)
    ]
    return ibis.cases(*pairs) if pairs else ibis.null().cast("float64")


def _label(cell: Any, raw: pd.Series, labels: pd.Series) -> Any:
    """Return the label of a group as text."""
    told = labels.notna()
    if cell.type().is_integer():
        return cell.cast("string")
    if cell.type().is_string() and (raw[told] == labels[told]).all() and told.equals(raw.notna()):
        return cell
    pairs = [
        (cell == one, ibis.literal(str(label)))
        for one, label in zip(raw[told], labels[told], strict=True)
    ]
    return ibis.cases(*pairs) if pairs else ibis.null().cast("string")


def _among(cell: Any, values: list[Any]) -> Any:
    """Return whether a cell holds one of these values; a blank cell does where NaN is one."""
    told = [one for one in values if not pd.isna(one)]
    found = ibis.coalesce(cell.isin(told), False) if told else ibis.literal(False)
    return found | cell.isnull() if len(told) < len(values) else found


def _duplicates(table: Any, data: DataSection, n_rows: int) -> list[Fault]:
    """Return the fault of respondents that stand in several rows, or without an id."""
    assert data.id is not None
    faults = []
    if blank := int(table.filter(table[names.ID].isnull()).count().execute()):
        hint = "give every respondent an id"
        what = "respondents without an id"
        where = f'column "{data.id}", {blank} rows'
        faults.append(Fault(kind="data", what=what, where=where, hint=hint))
    keys = [names.ID] + ([names.group(data.wave.column)] if data.wave else [])
    parts = -(-n_rows // AT_ONCE)
    repeated: list[Any] = []
    for number in range(parts):  # part by part, so that memory does not grow with the rows
        rows = table.select(*keys)
        if parts > 1:
            rows = rows.filter(_part(rows[names.ID], parts) == number)
        held = rows.group_by(keys).aggregate(times=rows.count())
        repeated += held.filter(held.times > 1).limit(5).execute()[names.ID].tolist()
    if repeated:
        place = " of a wave" if data.wave else ""
        faults.append(
            Fault(
                kind="data",
                what=f"ids that stand in several rows{place}",
                where=f'column "{data.id}"',
                found=first(as_labels(pd.Series(repeated)).tolist()),
                hint="keep one row per respondent, or name the column that is the id under data.id",
            )
        )
    return faults


def _part(key: Any, parts: int) -> Any:
    """Return which part of all ids one belongs to: by its rest where it is a whole number."""
    if key.type().is_integer():
        return (key % parts + parts) % parts
    return grouping(key.cast("string"), parts)


def _screened(table: Any, data: DataSection) -> list[Note]:
    """Count whom each rule of eligibility sends away, in their order."""
    if not data.eligible:
        return []
    passed: Any = ibis.literal(True)
    counts = {}
    for i in range(len(data.eligible)):
        counts[str(i)] = (passed & ~table[names.rule(i)]).sum().fill_null(0)
        passed &= table[names.rule(i)]
    row = table.aggregate(**counts).execute().iloc[0]
    return [
        note("screened_out", n=int(row[str(i)]), column=rule.column)
        for i, rule in enumerate(data.eligible)
        if row[str(i)]
    ]


def _flow(table: Any, data: DataSection, categories: Mapping[str, list[str]]) -> pd.DataFrame:
    """Return how many came in, have a weight, may answer and are analysed."""
    weighted = table[names.WEIGHT] > 0
    stages = {
        "received": table.count(),
        "weighted": weighted.sum(),
        "eligible": table[names.IN].sum(),
        "analysed": table[names.IN].sum(),
    }
    if data.wave is None:
        row = table.aggregate(**stages).execute().iloc[0]
        found = pd.DataFrame({"stage": list(stages), "n": [int(row[one]) for one in stages]})
    else:
        column = data.wave.column
        counts = table.group_by(wave=table[names.group(column)]).aggregate(**stages).execute()
        order = categories[column]
        counts = counts.sort_values("wave", key=lambda labels: labels.map(order.index))
        found = counts.melt("wave", var_name="stage", value_name="n")
        found["wave"] = found["wave"].astype(str)
        found["n"] = found["n"].astype(int)
    totals = found.groupby("stage")["n"].sum()
    if totals["weighted"] == totals["received"]:
        found = found[found["stage"] != "weighted"]
    return found.reset_index(drop=True)
