"""From what was read to the parts of a study; all faults of the data in one pass."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.columns import GLOSSARY
from cxresearch.errors import CxError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study import answers, flags, grouping, personal, readers
from cxresearch.study.agreement import check_params_against_codebook
from cxresearch.study.codebook import Codebook, read_codebook
from cxresearch.study.frames import digest, plain
from cxresearch.study.gather import Gathered, as_labels, asked_for, gather, stack
from cxresearch.study.kpi_ids import KPIS
from cxresearch.study.params import DataSection, Params, Source, read_mapping, read_params
from cxresearch.study.screening import durations, screened
from cxresearch.study.survey_design import (
    as_data,
    drawn_from,
    read_weights,
    survey_design,
)
from cxresearch.study.tables import Tables, in_memory, read_tables

FRAME = "frame"
GROUP_NAMES = ("entity", "segment", "group", "role", "respondent", "severity", "stage", "rule")


def declared(
    path: str | Path, overrides: Mapping[str, Any] | None
) -> tuple[Params, Codebook, list[Fault]]:
    """Read a params file and its codebook; return them with what is wrong in them."""
    params, faults = read_params(path, overrides)
    if params is None:
        raise CxError.of(faults)
    codebook, wrong = read_codebook(params.codebook, params.folder)
    faults += wrong
    if codebook is None:
        raise CxError.of(faults)
    faults += check_params_against_codebook(params, codebook)
    return params, codebook, faults + shown_though_personal(params, codebook)


def shown_though_personal(params: Params, codebook: Codebook) -> list[Fault]:
    """Return the faults of columns declared personal whose values an analysis would show."""
    data = params.data
    if not data.personal:
        return []
    without = data.model_copy(update=dict.fromkeys(personal.ROLES))
    otherwise = asked_for(without, codebook, params.analysis.drivers.stated_importance)
    places = [params.where("data", "personal", at) for at in range(len(data.personal))]
    faults = personal.conflicts(data.personal, otherwise, places)
    named = [role for role in personal.ROLES if getattr(data, role) in data.personal]
    if data.engine == "database" and named:
        faults.append(
            Fault(
                kind="params",
                what="answers that stay where they lie have no pseudonyms",
                where=params.where("data", "personal"),
                found=", ".join(f"data.{role}: {getattr(data, role)}" for role in named),
                hint="make them in the query, such as md5(id || 'secret'), or take engine: memory",
            )
        )
    return faults


def _no_such_person(params: Params, gathered: Gathered, tables: Tables) -> list[Fault]:
    """Return the faults of personal columns that neither answers nor tables have."""
    of_tables = [name for one in tables for name in tables.columns(one)]
    of_tables += [filed for table in params.tables.values() for filed in table.columns.values()]
    files = ", ".join(part.name for part in gathered.parts)
    return personal.absent(params.data.personal, [*gathered.columns, *of_tables], files)


def gathered(params: Params, codebook: Codebook, faults: list[Fault]) -> dict[str, Any]:
    """Read the answers that params name into memory; return the fields of a `Study`."""
    stated = params.analysis.drivers.stated_importance
    read, wrong = gather(params.data, codebook, stated, folder=params.folder)
    faults = [*faults, *wrong]
    tables, wrong = read_tables(params)
    faults += wrong
    fields = None
    if read is not None:
        faults += _no_such_person(params, read, tables)
        tables = tables.veiled(params, read.veil)
        fields, wrong = parts(params, codebook, read, tables)
        faults += wrong
    if faults or fields is None:
        raise CxError.of(faults)
    return fields


def _counted_elsewhere(tables: Mapping[str, Any]) -> list[str]:
    """Return the names of the series in a table of indicators that is given as a frame."""
    given = tables.get("indicators")
    frame = given.get("frame") if isinstance(given, dict) else given
    if not isinstance(frame, pd.DataFrame) or "kpi" not in frame:
        return []
    return [str(one) for one in frame["kpi"].dropna().unique()]


def from_frame(
    frame: pd.DataFrame,
    codebook: Codebook | Mapping[str, Any] | str | Path,
    *,
    study: Mapping[str, Any],
    data: Mapping[str, Any],
    analysis: Mapping[str, Any],
    tables: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the fields of a `Study` of a frame in memory."""
    written = {
        "study": {key: value for key, value in study.items() if value is not None},
        "data": {key: value for key, value in data.items() if value is not None},
        "analysis": dict(analysis),
    }
    params, faults = read_mapping(written, in_memory=True)
    book, wrong = read_codebook(codebook, Path())
    faults += wrong
    if params is None or book is None:
        raise CxError.of(faults)
    named = [*KPIS, *_counted_elsewhere(tables or {})]
    faults += check_params_against_codebook(params, book, kpis=named)
    faults += shown_though_personal(params, book)
    source = Source(path=Path(FRAME))
    stated = params.analysis.drivers.stated_importance
    asked = {*asked_for(params.data, book, stated), *params.data.personal}
    sound, wrong = plain(frame, FRAME, asked)
    faults += wrong
    gathered = None
    if not wrong:
        gathered, wrong = stack([(source, _responses(sound))], params.data, book, stated)
        faults += wrong
    kept, wrong = in_memory(tables or {}, params)
    faults += wrong
    fields = None
    if gathered is not None:
        faults += _no_such_person(params, gathered, kept)
        kept = kept.veiled(params, gathered.veil)
        fields, wrong = parts(params, book, gathered, kept)
        faults += wrong
    if faults or fields is None:
        raise CxError.of(faults)
    return fields


def from_rows(
    frames: Sequence[tuple[Source, pd.DataFrame]],
    params: Params,
    codebook: Codebook,
    tables: Tables,
) -> dict[str, Any]:
    """Return the fields of a `Study` of rows that were taken from its sources."""
    stated = params.analysis.drivers.stated_importance
    read = [(source, _responses(plain(frame, FRAME)[0])) for source, frame in frames]
    stacked, faults = stack(read, params.data, codebook, stated)
    fields = None
    if stacked is not None:
        fields, wrong = parts(params, codebook, stacked, tables)
        faults += wrong
    if faults or fields is None:
        raise CxError.of(faults)
    return fields


def _responses(frame: pd.DataFrame) -> readers.Responses:
    """Return a plain frame in memory as a reader would."""
    return readers.Responses(
        frame=frame, file=FRAME, format="csv", sha256=digest(frame), n_rows=len(frame)
    )


def parts(
    params: Params, codebook: Codebook, gathered: Gathered, tables: Tables
) -> tuple[dict[str, Any] | None, list[Fault]]:
    """Return the fields of a `Study`, or the faults that stand in the way."""
    data = params.data
    checked = answers.check(gathered, codebook, data)
    faults = list(checked.faults)
    notes = [*gathered.notes, *checked.notes]

    frame, wrong = _grouped(gathered, data)
    faults += wrong + _duplicates(gathered, frame, data) + _choices(data)
    weights, weight_notes, wrong = read_weights(gathered, frame, data)
    faults += wrong
    eligible, eligible_notes, wrong = screened(gathered, frame, data)
    faults += wrong
    times, wrong = durations(gathered, data)
    faults += wrong + drawn_from(gathered, data)
    own, wrong = _own(frame, data)
    faults += wrong
    if faults:
        return None, faults

    kept = [name for name in checked.values if name not in frame]
    frame = pd.concat([frame, checked.values[kept]], axis=1)
    timed = [name for name in times if name not in frame]
    frame = pd.concat([frame, times[timed]], axis=1)
    spare = [name for name in gathered.frame if name not in frame]
    frame = pd.concat([frame, gathered.frame[spare]], axis=1)
    weighted = np.ones(len(frame), dtype=bool) if weights is None else weights > 0
    limits = params.analysis.quality
    sheet = flags.sheet(checked.values, checked.states, frame, codebook, data, eligible, limits)
    flagged, rules = flags.judge(sheet)
    excluded, excluded_notes = _excluded(flagged, len(frame), data, eligible)
    mask = own & weighted & eligible & ~excluded
    if not mask.any():
        return None, [
            Fault(
                kind="data",
                what="no respondent is left to be analysed",
                where=", ".join(part.name for part in gathered.parts),
                found=f"{len(frame)} rows, {int(eligible.sum())} eligible",
                hint="look at data.eligible and data.exclude in the params",
            )
        ]
    try:
        design = survey_design(frame, weights, data)
    except CxError as error:
        return None, [as_data(fault, data) for fault in error.faults]
    notes += [*weight_notes, *eligible_notes, *excluded_notes]
    told = _value_labels(gathered, data)
    if design.lonely:
        named = first(sorted(str(label) for label in design.lonely))
        notes.append(note("lonely_psu", strata=named, policy=design.lonely_psu))
    return {
        "params": params,
        "codebook": codebook,
        "full": frame,
        "ratings": checked.values,
        "states": checked.states,
        "mask": mask,
        "candidates": own & weighted & eligible,
        "received": own,
        "pace": flags.pace(sheet),
        "raters": weighted & eligible & ~excluded,
        "design": design,
        "flow": _flow(frame, data, own, weighted, eligible, excluded),
        "flags": flagged,
        "rules": rules,
        "coverage": gathered.coverage,
        "value_labels": told,
        "question_texts": gathered.texts,
        "sources": tuple((part.name, part.n, part.sha256) for part in gathered.parts),
        "notes": tuple(notes),
        "tables": tables.in_words({name: told[name] for name in data.segments if name in told}),
        "fingerprint": fingerprint(params, codebook, gathered, tables),
    }, []


def fingerprint(params: Params, codebook: Codebook, gathered: Gathered, tables: Tables) -> str:
    """Return the SHA-256 over data, codebook and the params that change a number."""
    facts = {
        "data": [part.sha256 for part in gathered.parts],
        "tables": tables.hashes(),
        "codebook": codebook.canonical(),
        "params": params.numbers(),
    }
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _grouped(gathered: Gathered, data: DataSection) -> tuple[pd.DataFrame, list[Fault]]:
    """Return id, wave, segments and the like as labels, categories in order."""
    raw, faults = gathered.frame, []
    columns: dict[str, Any] = {}
    if data.id:
        columns[data.id] = as_labels(raw[data.id])
    if data.wave is not None:
        labels = as_labels(raw[data.wave.column])
        present = natural(list(labels.dropna().unique()))
        if not data.wave.order and set(present) <= set(data.wave.dates):
            present.sort(key=lambda label: data.wave.dates[label])  # type: ignore[union-attr]
        order = [str(label) for label in data.wave.order or present]
        if (blank := labels.isna().to_numpy()).any():
            faults.append(
                Fault(
                    kind="data",
                    what="rows without a wave",
                    where=gathered.rows(data.wave.column, blank),
                    hint="give every row its wave, or leave these rows out of the file",
                )
            )
        if stray := [label for label in present if label not in order]:
            where = gathered.rows(data.wave.column, labels.isin(stray).to_numpy())
            faults.append(
                Fault(
                    kind="data",
                    what="waves that data.wave.order does not name",
                    where=where,
                    found=first(stray),
                    hint=f"order names {first(order, 12)}; add these or correct the file",
                )
            )
        columns[data.wave.column] = pd.Categorical(labels, [*order, *stray], ordered=True)
    named = [*data.segments, data.service_point, data.entity.column if data.entity else None]
    waves = data.wave.column if data.wave else None
    for name in dict.fromkeys(name for name in named if name and name != waves):
        labels = as_labels(raw[name])
        codes = natural(list(labels.dropna().unique()))
        told = grouping.words(gathered.value_labels.get(name, {})) if name in data.segments else {}
        # a group may come as a code from one file and in words from another
        called = {code: told.get(code, code) for code in codes}
        columns[name] = pd.Categorical(labels.map(called), [*dict.fromkeys(called.values())])
    if data.id and data.id not in data.segments and columns[data.id].isna().any():
        blank = columns[data.id].isna().to_numpy()
        faults.append(
            Fault(
                kind="data",
                what="respondents without an id",
                where=gathered.rows(data.id, blank),
                hint="give every respondent an id, or set data.id to null to number the rows",
            )
        )
    return pd.DataFrame(columns, index=raw.index), faults


def _choices(data: DataSection) -> list[Fault]:
    """Refuse what no analysis could go by: people without ids, groups named as results are."""
    faults = []
    if data.same_people and not data.id:
        faults.append(
            Fault(
                kind="params",
                what="waves of the same people need the people's ids",
                where="params: data.same_people",
                hint="name the column of ids under data.id, or take same_people out",
            )
        )
    named = {f"data.segments[{i}]": name for i, name in enumerate(data.segments)}
    named["data.service_point"] = data.service_point or ""
    waves = data.wave.column if data.wave else None
    return faults + [
        Fault(
            kind="params",
            what=f'result tables have a column "{name}" of their own',
            where=f"params: {place}",
            found=name,
            hint=f"rename it: responses: {{path: …, columns: {{{name}_group: {name}}}}}",
        )
        for place, name in named.items()
        if name in GLOSSARY and name not in (*GROUP_NAMES, waves)
    ]


def natural(labels: Sequence[object]) -> list[str]:
    """Return labels in the order a reader expects: numbers by size, also those within a text.

    Examples
    --------
    >>> natural(["10", "9", "wave 10", "wave 9", "a"])
    ['9', '10', 'a', 'wave 9', 'wave 10']
    """

    def key(label: str) -> tuple[int, float, list[str | int]]:
        if re.fullmatch(r"[+-]?\d+(\.\d+)?", label):
            return 0, float(label), []
        parts: list[str | int] = list(re.split(r"(\d+)", label))  # text and digits in turn
        parts[1::2] = [int(part) for part in parts[1::2]]
        return 1, 0.0, parts

    return sorted((str(label) for label in labels), key=key)


def _duplicates(gathered: Gathered, frame: pd.DataFrame, data: DataSection) -> list[Fault]:
    if not data.id:
        return []
    keys = [data.id]
    keys += [data.wave.column] if data.wave else []
    keys += [data.entity.column] if data.entity else []
    known = frame[data.id].notna()
    twice = (frame.duplicated(keys, keep=False) & known).to_numpy()
    if not twice.any():
        return []
    ids = frame.loc[twice, data.id].drop_duplicates().tolist()
    place = " of a wave" if data.wave else ""
    return [
        Fault(
            kind="data",
            what=f"ids that stand in several rows{place}",
            where=gathered.rows(data.id, twice),
            found="" if data.id in data.personal else first(ids),
            hint="keep one row per respondent, or name the column that is the id under data.id",
        )
    ]


def _own(frame: pd.DataFrame, data: DataSection) -> tuple[np.ndarray, list[Fault]]:
    """Return the rows that rate us; a rival's stay in the design but in no figure of ours."""
    if data.entity is None:
        return np.ones(len(frame), dtype=bool), []
    labels = frame[data.entity.column]
    own = (labels == data.entity.own).to_numpy()
    if own.any():
        return own, []
    known = [str(label) for label in labels.cat.categories]
    fault = Fault(
        kind="data",
        what=f'nobody rated "{data.entity.own}"',
        where=f'params: data.entity.own; column "{data.entity.column}"',
        found=first(known),
        hint=did_you_mean(data.entity.own, known),
    )
    return own, [fault]


def _excluded(
    flagged: pd.DataFrame, n_rows: int, data: DataSection, eligible: np.ndarray
) -> tuple[np.ndarray, list[Note]]:
    excluded = np.zeros(n_rows, dtype=bool)
    notes = []
    for rule in data.exclude:
        rows = flagged.loc[flagged["rule"] == rule, "row"].to_numpy(dtype=int)
        rows = rows[eligible[rows] & ~excluded[rows]]
        excluded[rows] = True
        notes.append(note("excluded", n=len(rows), rule=rule))
    return excluded, notes


def _flow(
    frame: pd.DataFrame,
    data: DataSection,
    own: np.ndarray,
    weighted: np.ndarray,
    eligible: np.ndarray,
    excluded: np.ndarray,
) -> pd.DataFrame:
    stages = {
        "received": own,
        "weighted": own & weighted,
        "eligible": own & weighted & eligible,
        "analysed": own & weighted & eligible & ~excluded,
    }
    if data.wave is None:
        table = pd.DataFrame({"stage": list(stages), "n": [int(m.sum()) for m in stages.values()]})
    else:
        counts = pd.DataFrame(stages).groupby(frame[data.wave.column], observed=True).sum()
        table = (
            counts.rename_axis("wave").reset_index().melt("wave", var_name="stage", value_name="n")
        )
        table["wave"] = table["wave"].astype(str)
    if weighted.all():
        table = table[table["stage"] != "weighted"]
    return table.reset_index(drop=True)


def _value_labels(gathered: Gathered, data: DataSection) -> dict[str, dict[str, str]]:
    columns = [*data.segments, data.service_point, data.wave.column if data.wave else None]
    found = {}
    for column in dict.fromkeys(name for name in columns if name):
        if labels := gathered.value_labels.get(column):
            found[column] = grouping.words(labels)
    return found
