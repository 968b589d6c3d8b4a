"""One frame out of one or several files, with the way back to file and row.

Waves may arrive as separate files whose columns changed their names. They are read, renamed,
marked with their wave and stacked; every row remembers which file and line it came from, so
that a fault can be found by whoever has to correct it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import CxError, Fault, did_you_mean
from cxresearch.notes import Note, note
from cxresearch.study import drift, personal, readers
from cxresearch.study.codebook import Codebook, Scale
from cxresearch.study.fields import codes_of
from cxresearch.study.params import DataSection, Source


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One source of rows: a file, or a frame handed over in memory."""

    name: str
    start: int
    stop: int
    lines: np.ndarray | None
    sha256: str
    source: Source
    missing: dict[str, tuple[Any, ...]]

    @property
    def n(self) -> int:
        """Rows of this source."""
        return self.stop - self.start

    def codes(self, meaning: str, column: str, scale: str) -> tuple[Any, ...]:
        """Return this source's own codes of a meaning, what the file itself declares included."""
        declared = codes_of(getattr(self.source, meaning), column, scale)
        return (*declared, *self.missing.get(column, ())) if meaning == "missing" else declared


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Every row of every source, before any check of answers.

    Attributes
    ----------
    frame : DataFrame
        The columns that params and codebook ask for, by their names after renaming.
    parts : tuple of Part
        Sources in their order.
    texts : dict
        Question text by column, where the file carries it.
    value_labels : dict
        Label by code, by column, where the file carries them.
    respondents : ndarray of str
        Ids for messages.
    notes : tuple of Note
    coverage : DataFrame of bool
        Which source holds which column.
    columns : tuple of str
        Every column of the sources, those that nobody asks for included.
    veil : Veil, optional
        Gives the pseudonyms of this study, where columns are declared personal.
    """

    frame: pd.DataFrame
    parts: tuple[Part, ...]
    texts: dict[str, str]
    value_labels: dict[str, dict[float, str]]
    respondents: np.ndarray
    notes: tuple[Note, ...]
    coverage: pd.DataFrame
    columns: tuple[str, ...] = ()
    veil: personal.Veil | None = None

    def count(self, flagged: np.ndarray) -> int:
        """Return how many respondents these rows are."""
        return int(flagged.sum())

    def rows(self, column: str, flagged: np.ndarray) -> str:
        """Say where rows lie: file, column, how many, and the first with its id."""
        at = np.flatnonzero(flagged)
        part = next(one for one in self.parts if one.start <= at[0] < one.stop)
        inside = int(flagged[part.start : part.stop].sum())
        line = "" if part.lines is None else f", line {part.lines[at[0] - part.start]}"
        first = f"first at respondent {self.respondents[at[0]]}{line}"
        more = "" if inside == len(at) else f", and {len(at) - inside} more in other files"
        return f'{part.name}, column "{column}", {inside} of {part.n} rows, {first}{more}'

    def code_labels(self, column: str, scale: Scale) -> dict[float, object]:
        """Return label by code for a column: the codebook's, else the file's own."""
        return dict(scale.labels) or dict(self.value_labels.get(column, {}))


def gather(
    data: DataSection,
    codebook: Codebook,
    stated: Mapping[str, str] | None = None,
    *,
    folder: Path = Path(),
) -> tuple[Gathered | None, list[Fault]]:
    """Read every source of `data.responses`; faults of all files in one pass.

    `stated` names the columns in which respondents rated how important a driver is; relative
    paths of databases begin at `folder`.
    """
    faults: list[Fault] = []
    read: list[tuple[Source, readers.Responses]] = []
    for source in data.responses:
        try:
            read.append((source, drift.recoded(_read(source, data, folder), source)))
        except CxError as error:
            faults += personal.unsaid(error.faults) if data.personal else error.faults
    if faults:
        return None, faults
    return stack(read, data, codebook, stated)


def _read(source: Source, data: DataSection, folder: Path) -> readers.Responses:
    if source.url is not None and source.query is not None:
        return readers.read_query(
            source.url, source.query, folder=folder, columns_rename=dict(source.columns)
        )
    assert source.path is not None  # params see to it
    return readers.read(
        source.path,
        format=source.format or data.format,
        sheet=source.sheet,
        encoding=source.encoding,
        delimiter=source.delimiter,
        decimal=source.decimal,
        skip_rows=source.skip_rows,
        columns_rename=dict(source.columns),
    )


def stack(
    read: Sequence[tuple[Source, readers.Responses]],
    data: DataSection,
    codebook: Codebook,
    stated: Mapping[str, str] | None = None,
) -> tuple[Gathered | None, list[Fault]]:
    """Mark what was read with its wave and stack it; keep only what is asked for."""
    wanted = asked_for(data, codebook, stated or {})
    frames: list[pd.DataFrame] = []
    parts: list[Part] = []
    notes: list[Note] = []
    start = 0
    veil, read = _veiled(read, data, codebook)
    texts: dict[str, str] = {}
    value_labels: dict[str, dict[float, str]] = {}
    unused: dict[str, None] = {}
    for source, responses in read:
        frame = responses.frame
        if source.wave is not None and data.wave is not None:
            frame = frame.assign(**{data.wave.column: str(source.wave)})
        texts |= responses.texts
        for name, codes in responses.labels.items():
            value_labels.setdefault(name, {}).update(codes)
        unused |= dict.fromkeys(str(name) for name in frame.columns if name not in wanted)
        frames.append(frame[[name for name in frame.columns if name in wanted]])
        stop = start + len(frame)
        parts.append(
            Part(
                name=responses.file,
                start=start,
                stop=stop,
                lines=responses.line_numbers,
                sha256=responses.sha256,
                source=source,
                missing=responses.missing,
            )
        )
        notes += responses.notes
        start = stop
    coverage = pd.DataFrame(
        [[name in frame for frame in frames] for name in wanted],
        index=list(wanted),
        columns=[part.name for part in parts],
    )
    faults = absent(wanted, coverage, [*unused], parts)
    unused = {name: None for name in unused if name not in data.personal}
    told, wrong = drift.changed_meanings(read, data, codebook, wanted)
    faults += wrong
    waves = data.wave.column if data.wave else None
    asked = [name for name in wanted if name != waves and coverage.loc[name].any()]
    notes += [*told, *drift.changed_questions(read, asked)]
    if start == 0:
        faults.append(
            Fault(
                kind="data",
                what="there is not a single row of answers",
                where=", ".join(part.name for part in parts),
                hint="look whether the export was complete",
            )
        )
    if faults:
        return None, faults
    if unused:
        listed = ", ".join([*unused][:8]) + (", …" if len(unused) > 8 else "")
        notes.append(note("columns_unused", n=len(unused), columns=listed))
    frame = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    frame = frame.reset_index(drop=True)
    shown = data.id if data.id not in data.personal else None
    ids = frame[shown] if shown else pd.Series(np.arange(1, len(frame) + 1))
    return Gathered(
        frame=frame,
        parts=tuple(parts),
        texts=texts,
        value_labels=value_labels,
        respondents=as_labels(ids).to_numpy(),
        notes=tuple(notes),
        coverage=coverage,
        columns=tuple(dict.fromkeys(str(name) for _, one in read for name in one.frame)),
        veil=veil,
    ), []


Read = Sequence[tuple[Source, readers.Responses]]


def _veiled(read: Read, data: DataSection, codebook: Codebook) -> tuple[personal.Veil | None, Read]:
    """Return what was read with pseudonyms for ids, and comments without their writers' names."""
    if not data.personal:
        return None, read
    veil = personal.veil(responses.frame for _, responses in read)
    written = [one.column for one in codebook.verbatims.values()]
    found = []
    for source, responses in read:
        frame = responses.frame
        known = [name for name in data.personal if name in frame]
        told = [as_labels(frame[name]) for name in known]
        made = {name: personal.masked(frame[name], told) for name in written if name in frame}
        made |= {name: veil.over(labels) for name, labels in zip(known, told, strict=True)}
        labels = {name: one for name, one in responses.labels.items() if name not in known}
        found.append((source, replace(responses, frame=frame.assign(**made), labels=labels)))
    return veil, found


def as_labels(series: pd.Series) -> pd.Series:
    """Return names of waves, segments and ids as text: 2024 and 2024.0 are "2024"; blank is NaN.

    Examples
    --------
    >>> as_labels(pd.Series([2024.0, None])).tolist()
    ['2024', nan]
    """
    if isinstance(series.dtype, pd.CategoricalDtype):
        series = series.astype(object)
    distinct = {value: _one_label(value) for value in series.dropna().unique()}
    text = series.astype(object).map(distinct).astype(object)
    return text.where(series.notna() & (text != ""), np.nan)


def _one_label(value: object) -> str:
    if isinstance(value, float | np.floating):
        return f"{value:.0f}" if value.is_integer() else repr(float(value))
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    return str(value).strip()


def asked_for(data: DataSection, codebook: Codebook, stated: Mapping[str, str]) -> dict[str, str]:
    """Return every column that is asked for, with the YAML path that asks."""
    wanted: dict[str, str] = {}
    single = {
        "id": data.id,
        "wave.column": data.wave.column if data.wave else None,
        "weight": data.weight,
        "strata": data.strata,
        "cluster": data.cluster,
        "service_point": data.service_point,
        "entity.column": data.entity.column if data.entity else None,
        "fpc": data.fpc,
        "duration": data.duration,
        "customer": data.customer,
        "order": data.order,
        "device": data.device,
    }
    for path, name in single.items():
        if name:
            wanted.setdefault(name, f"params: data.{path}")
    for i, name in enumerate(data.segments):
        wanted.setdefault(name, f"params: data.segments[{i}]")
    for rival, name in data.users.items():
        wanted.setdefault(name, f"params: data.users.{rival}")
    for i, rule in enumerate(data.eligible):
        wanted.setdefault(rule.column, f"params: data.eligible[{i}].column")
        if rule.until:
            wanted.setdefault(rule.until, f"params: data.eligible[{i}].until")
    for path, names in (("page_times", data.page_times), ("asked_alike", data.asked_alike)):
        for i, name in enumerate(names):
            wanted.setdefault(name, f"params: data.{path}[{i}]")
    for key, name in stated.items():
        wanted.setdefault(name, f"params: analysis.drivers.stated_importance.{key}")
    for name, use in codebook.columns().items():
        wanted.setdefault(name, f"codebook: {use.key} ({use.role})")
    return wanted


def absent(
    wanted: dict[str, str], coverage: pd.DataFrame, unused: list[str], parts: Sequence[Part]
) -> list[Fault]:
    """Return the faults of columns that are asked for and that no source has."""
    files = ", ".join(part.name for part in parts[:3]) + (", …" if len(parts) > 3 else "")
    return [
        Fault(
            kind="data",
            what=f'there is no column "{name}"',
            where=f"{files}; asked for by {path}",
            hint=did_you_mean(name, unused or [one for one in wanted if coverage.loc[one].any()]),
        )
        for name, path in wanted.items()
        if not coverage.loc[name].any()
    ]
