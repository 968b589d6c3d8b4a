"""Operational tables: read, renamed, checked against their contract, one row a ticket or order.

Times stay local and plain in the frames; `Tables.facts` knows the time zone, in which
durations are counted, and the cut, at which everything open is censored.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from cxresearch.errors import CxError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study import contracts, personal, readers
from cxresearch.study.event_log import one_row_each
from cxresearch.study.faults import faults_of
from cxresearch.study.frames import digest, plain
from cxresearch.study.gather import as_labels
from cxresearch.study.local_times import local_times
from cxresearch.study.params import Params, Table
from cxresearch.study.params.tables import TABLE_COLUMNS
from cxresearch.study.yaml_file import Document

_YES = {"1", "true", "yes", "y", "t"}
_NO = {"0", "false", "no", "n", "f"}
_LASTING = ("branches",)  # what stands there does not depend on when the table was cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of a table beside its rows.

    Attributes
    ----------
    file, sha256 : str
    n_rows : int
        Rows of the file; updates, where it is a log of events.
    cut : Timestamp or None
        The midnight until which the table knows what happened, in local time.
    cut_declared : bool
        Whether the params name it; otherwise it is the midnight after the last time found.
    time_zone : str or None
    """

    file: str
    sha256: str
    n_rows: int
    cut: pd.Timestamp | None
    cut_declared: bool
    time_zone: str | None


class Tables(Mapping[str, pd.DataFrame]):
    """The operational tables of a study by their canonical names; each access gives a copy."""

    def __init__(
        self,
        frames: Mapping[str, pd.DataFrame] | None = None,
        facts: Mapping[str, Facts] | None = None,
        notes: tuple[Note, ...] = (),
    ) -> None:
        self._frames = dict(frames or {})
        self._facts = dict(facts or {})
        self.notes = notes

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._frames[name].copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._frames)

    def __len__(self) -> int:
        return len(self._frames)

    def facts(self, name: str) -> Facts:
        """Return what is known of a table beside its rows: file, cut, time zone."""
        return self._facts[name]

    def columns(self, name: str) -> tuple[str, ...]:
        """Return the columns of a table, none where there is no such table."""
        return tuple(map(str, self._frames[name].columns)) if name in self._frames else ()

    def has(self, name: str, *columns: str) -> bool:
        """Tell whether there is a table that has all these columns."""
        return name in self._frames and set(columns) <= set(self._frames[name].columns)

    def of(self, groups: Mapping[str, str]) -> Tables:
        """Return the rows of some groups; a table without their columns is left out.

        Parameters
        ----------
        groups : mapping
            Column → label.
        """
        kept = {
            name: frame.loc[
                np.logical_and.reduce(
                    [frame[column].astype(str) == label for column, label in groups.items()]
                )
            ].reset_index(drop=True)
            for name, frame in self._frames.items()
            if set(groups) <= set(frame.columns)
        }
        facts = {name: facts for name, facts in self._facts.items() if name in kept}
        return Tables(kept, facts, self.notes)

    def in_words(self, words: Mapping[str, Mapping[str, str]]) -> Tables:
        """Return the tables with their groups called as the answers call them.

        Parameters
        ----------
        words : mapping
            Column → code → what it is called; what has no words stays.
        """
        made = {}
        for name, frame in self._frames.items():
            shared = {one: as_labels(frame[one]) for one in words if one in frame.columns}
            called = {one: codes.map(words[one]).fillna(codes) for one, codes in shared.items()}
            made[name] = frame.assign(**called) if called else frame
        return Tables(made, self._facts, self.notes)

    def veiled(self, params: Params, veil: personal.Veil | None) -> Tables:
        """Return the tables with pseudonyms for ids that are personal, without other such columns.

        Parameters
        ----------
        params : Params
        veil : Veil or None
            Gives the answers' pseudonyms; None where nothing is declared personal.
        """
        if veil is None:
            return self
        made = {}
        declared = {str(name): table for name, table in params.tables.items()}
        for name, frame in self._frames.items():
            hidden = personal.hidden(params, declared.get(name)) & set(frame.columns)
            ids = hidden & set(TABLE_COLUMNS[name])
            veils = {one: veil.over(as_labels(frame[one])) for one in ids}
            made[name] = frame.assign(**veils).drop(columns=list(hidden - ids))
        return Tables(made, self._facts, self.notes)

    def hashes(self) -> dict[str, str]:
        """Return the SHA-256 of every table's file, for the fingerprint."""
        return {name: facts.sha256 for name, facts in sorted(self._facts.items())}

    def hours(self, name: str, start: pd.Series, end: pd.Series) -> pd.Series:
        """Return the hours between two local times, changes of the clock allowed for."""
        zone = self._facts[name].time_zone
        if zone is None:
            return (end - start).dt.total_seconds() / 3600
        return (_absolute(end, zone) - _absolute(start, zone)).dt.total_seconds() / 3600


def _absolute(times: pd.Series, zone: str) -> pd.Series:
    once = np.ones(len(times), dtype=bool)  # the repeated hour of autumn counts as its first
    absolute: pd.Series = times.dt.tz_localize(zone, ambiguous=once, nonexistent="shift_forward")
    return absolute


def read_tables(params: Params) -> tuple[Tables, list[Fault]]:
    """Read and check every table that the params declare; all faults at once."""
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    facts: dict[str, Facts] = {}
    notes: list[Note] = []
    spare = (*params.data.segments, params.data.service_point or "")
    for name, table in params.tables.items():
        hidden = personal.hidden(params, table)
        try:
            read = _read(name, table, params)
        except CxError as error:
            faults += personal.unsaid(error.faults) if hidden else error.faults
            continue
        frame, known, told, wrong = prepare(name, table, read, spare, hidden)
        faults += wrong
        if not wrong:
            frames[name], facts[name] = frame, known
            notes += told
    faults += orphans(frames, facts, personal.hidden(params))
    return Tables(frames, facts, tuple(notes)), faults


def in_memory(tables: Mapping[str, Any], params: Params) -> tuple[Tables, list[Fault]]:
    """Take tables from frames: canonical name to a frame, or to a mapping with ``frame``.

    The other keys of the mapping are those of ``tables`` in a params file.
    """
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    facts: dict[str, Facts] = {}
    notes: list[Note] = []
    spare = (*params.data.segments, params.data.service_point or "")
    for name, given in tables.items():
        said = dict(given) if isinstance(given, Mapping) else {"frame": given}
        frame = said.pop("frame", None)
        if name not in TABLE_COLUMNS or not isinstance(frame, pd.DataFrame):
            hint = did_you_mean(name, list(TABLE_COLUMNS))
            if name in TABLE_COLUMNS:
                hint = 'write {"frame": frame, "cut": "2025-03-31"}'
            faults.append(Fault(kind="params", what=f'"{name}" is no table', hint=hint))
            continue
        written = Document(content=said, prefix=("tables", name))
        try:
            table = Table.model_validate({**said, "path": name})
        except ValidationError as error:
            faults += faults_of(error, "params", Table, written)
            continue
        sound, wrong = plain(frame, name)
        if wrong:
            faults += wrong
            continue
        read = readers.Responses(
            frame=_renamed(sound, table),
            file=name,
            format="csv",
            sha256=digest(sound),
            n_rows=len(sound),
        )
        frame, known, told, wrong = prepare(
            name, table, read, spare, personal.hidden(params, table)
        )
        faults += wrong
        if not wrong:
            frames[name], facts[name] = frame, known
            notes += told
    faults += orphans(frames, facts, personal.hidden(params))
    return Tables(frames, facts, tuple(notes)), faults


def _renamed(frame: pd.DataFrame, table: Table) -> pd.DataFrame:
    return frame.rename(columns={filed: name for name, filed in table.columns.items()})


def _read(name: str, table: Table, params: Params) -> readers.Responses:
    renamed = dict(table.columns)
    if table.events is not None:
        # what a state is told by keeps its own name, whatever else is made of it
        renamed = {key: one for key, one in renamed.items() if key not in table.events.reached}
    if table.url is not None and table.query is not None:
        return readers.read_query(
            table.url, table.query, folder=params.folder, columns_rename=renamed
        )
    assert table.path is not None  # params see to it
    return readers.read(
        Path(table.path),
        format=table.format or "auto",
        sheet=table.sheet,
        encoding=table.encoding,
        delimiter=table.delimiter,
        decimal=table.decimal,
        skip_rows=table.skip_rows,
        columns_rename=renamed,
    )


def prepare(
    name: str,
    table: Table,
    read: readers.Responses,
    spare: tuple[str, ...] = (),
    hidden: Collection[str] = (),
) -> tuple[pd.DataFrame, Facts, list[Note], list[Fault]]:
    """Return a table with its types set and contract checked: frame, facts, notes, faults."""
    frame = read.frame
    notes: list[Note] = []
    faults: list[Fault] = []
    check = _Checker(name, table, read, frozenset(hidden))
    if table.missing:
        frame = _without(frame, name, table)
    if table.events is not None:
        frame, wrong = one_row_each(name, frame, table, read.file)
        faults += wrong
        if wrong:
            return frame, check.facts(None), notes, faults
        check = replace(check, collapsed=True)
        notes.append(note("events_collapsed", table=name, n=read.n_rows, n_total=len(frame)))
    faults += check.needed(frame)
    frame, wrong = check.typed(frame, spare)
    faults += wrong
    if faults:
        return frame, check.facts(None), notes, faults
    cut = _cut(name, table, frame)
    faults += check.duplicates(frame) + check.order(frame)
    if cut is not None and table.cut is None and name not in _LASTING:
        notes.append(note("cut_assumed", table=name, day=cut.date().isoformat()))
    elif table.cut is not None and cut is not None:
        faults += check.later(frame, cut)
    if table.time_zone is None:
        faults += check.clocks(frame)
    return frame, check.facts(cut), notes, faults


@dataclass(frozen=True, slots=True)
class _Checker:
    """Knows where a row of one table stands in its file."""

    name: str
    table: Table
    read: readers.Responses
    hidden: frozenset[str] = frozenset()
    collapsed: bool = False

    def facts(self, cut: pd.Timestamp | None) -> Facts:
        return Facts(
            file=self.read.file,
            sha256=self.read.sha256,
            n_rows=self.read.n_rows,
            cut=cut,
            cut_declared=self.table.cut is not None,
            time_zone=self.table.time_zone,
        )

    def fault(
        self, what: str, column: str, frame: pd.DataFrame, rows: np.ndarray, hint: str
    ) -> Fault:
        at = np.flatnonzero(rows)
        values = frame[column].to_numpy()[at]
        place = ""
        if not self.collapsed:
            place = f", first at {self.read.place(int(at[0]))}".replace(f"{self.read.file}, ", "")
        filed = self.table.columns.get(column, column)
        return Fault(
            kind="data",
            what=f"{self.name}: {what}",
            where=f'{self.read.file}, column "{filed}", {len(at)} of {len(frame)} rows{place}',
            found=""
            if column in self.hidden
            else first(list(dict.fromkeys(str(one) for one in values))),
            hint=hint,
        )

    def needed(self, frame: pd.DataFrame) -> list[Fault]:
        return [
            Fault(
                kind="data",
                what=f'{self.name}: there is no column "{one}"',
                where=self.read.file,
                hint=f"name the file's column under tables.{self.name}.columns; "
                + did_you_mean(one, list(frame.columns)),
            )
            for one in contracts.NEEDED[self.name]
            if one not in frame
        ]

    def typed(
        self, frame: pd.DataFrame, spare: tuple[str, ...]
    ) -> tuple[pd.DataFrame, list[Fault]]:
        faults: list[Fault] = []
        made: dict[str, pd.Series] = {}
        for one in (one for one in contracts.TIMES.get(self.name, ()) if one in frame):
            raw = frame[one]
            made[one] = local_times(raw, self.table.date_format, self.table.time_zone)
            if (wrong := (made[one].isna() & raw.notna()).to_numpy()).any():
                hint = "write year-month-day, or say how dates are written: date_format"
                faults.append(self.fault("cells that are no dates", one, frame, wrong, hint))
        for one in (one for one in contracts.NUMBERS.get(self.name, ()) if one in frame):
            raw = frame[one]
            made[one] = pd.to_numeric(raw, errors="coerce").astype(float)
            if (wrong := (made[one].isna() & raw.notna()).to_numpy()).any():
                hint = "correct them, or name what means nothing: missing"
                faults.append(self.fault("cells that are no numbers", one, frame, wrong, hint))
        for one in (one for one in contracts.FLAGS.get(self.name, ()) if one in frame):
            raw = frame[one]
            texts = as_labels(raw).astype(object).map(lambda cell: str(cell).casefold())
            flags = pd.Series(np.nan, index=raw.index)
            flags[texts.isin(_YES)] = 1.0
            flags[texts.isin(_NO)] = 0.0
            made[one] = flags
            if (wrong := (flags.isna() & raw.notna()).to_numpy()).any():
                hint = "write 1 and 0, or yes and no"
                faults.append(
                    self.fault("cells that are neither yes nor no", one, frame, wrong, hint)
                )
        names = [one for one in frame if one in contracts.LABELS or one in spare]
        for one in names:
            made[one] = as_labels(frame[one])
        return frame.assign(**made), faults

    def duplicates(self, frame: pd.DataFrame) -> list[Fault]:
        keys = [one for one in contracts.KEYS[self.name] if one in frame]
        if not keys:
            return []
        blank = frame[keys].isna().any(axis=1).to_numpy()
        found = []
        if blank.any():
            what = "rows without their key"
            found.append(self.fault(what, keys[0], frame, blank, "every row needs its key"))
        twice = frame.duplicated(keys, keep=False).to_numpy() & ~blank
        if twice.any():
            what = "keys that stand in several rows"
            hint = "keep one row each; a log with one row an update needs events:"
            if len(keys) > 1:
                hint = f"{' and '.join(keys)} together name one row"
            found.append(self.fault(what, keys[0], frame, twice, hint))
        return found

    def order(self, frame: pd.DataFrame) -> list[Fault]:
        found = []
        for earlier, later in contracts.ORDERED.get(self.name, ()):
            if earlier not in frame or later not in frame:
                continue
            wrong = (frame[later] < frame[earlier]).to_numpy()
            if wrong.any():
                what = f'"{later}" lies before "{earlier}"'
                hint = "correct the times, or the map of columns; look at the time zone of both"
                found.append(self.fault(what, later, frame, wrong, hint))
        return found

    def later(self, frame: pd.DataFrame, cut: pd.Timestamp) -> list[Fault]:
        found = []
        for one in contracts.TIMES.get(self.name, ()):
            if one not in frame or one in contracts.PLANS:
                continue
            if (wrong := (frame[one] > cut).to_numpy()).any():
                hint = "cut is a midnight: if that day was still counted, write the day after it"
                what = f"times after the cut of {cut.date().isoformat()}"
                found.append(self.fault(what, one, frame, wrong, hint))
        return found

    def clocks(self, frame: pd.DataFrame) -> list[Fault]:
        for one in contracts.TIMES.get(self.name, ()):
            if one not in frame:
                continue
            known = frame[one].dropna()
            if len(known) and (known != known.dt.normalize()).any():
                return [
                    Fault(
                        kind="data",
                        what=f"{self.name}: clock times without a time zone",
                        where=f'{self.read.file}, column "{self.table.columns.get(one, one)}"',
                        found=str(known.iloc[0]),
                        hint=f"declare tables.{self.name}.time_zone, such as Europe/Ljubljana",
                    )
                ]
        return []


def _without(frame: pd.DataFrame, name: str, table: Table) -> pd.DataFrame:
    """Return a table without the cells that mean nothing is known; ids are no such numbers."""
    words = {str(code) for code in table.missing}
    codes = [code for code in table.missing if not isinstance(code, str)]
    counted = {*contracts.NUMBERS.get(name, ()), *contracts.FLAGS.get(name, ())}
    texts = set(frame.select_dtypes(include=["object", "str"]).columns)
    made = {one: frame[one].mask(frame[one].isin(words)) for one in frame if one in texts}
    made |= {
        one: frame[one].mask(frame[one].isin(codes))
        for one in frame
        if one in counted and one not in texts
    }
    return frame.assign(**made)


def _cut(name: str, table: Table, frame: pd.DataFrame) -> pd.Timestamp | None:
    if table.cut is not None:
        return pd.Timestamp(table.cut)
    columns = [one for one in contracts.TIMES.get(name, ()) if one in frame]
    last = [frame[one].max() for one in columns if one not in contracts.PLANS]
    known = [one for one in last if not pd.isna(one)]
    return max(known).normalize() + pd.Timedelta(days=1) if known else None


def orphans(
    frames: Mapping[str, pd.DataFrame], facts: Mapping[str, Facts], hidden: Collection[str] = ()
) -> list[Fault]:
    """Return the faults of rows that point to rows of another table which are not there."""
    found = []
    for (name, column), other in contracts.FOREIGN.items():
        key = contracts.KEYS[other][0]
        if name not in frames or other not in frames or column not in frames[name]:
            continue
        pointing = frames[name][column]
        lost = pointing.notna() & ~pointing.isin(frames[other][key])
        if lost.any():
            found.append(
                Fault(
                    kind="data",
                    what=f'{name}: "{column}" that the table {other} does not have',
                    where=f"{facts[name].file}, {int(lost.sum())} of {len(lost)} rows",
                    found="" if column in hidden else first(list(pointing[lost].drop_duplicates())),
                    hint=f"complete {facts[other].file}, or leave these cells blank",
                )
            )
    return found
