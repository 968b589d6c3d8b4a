"""Answers made fit for analysis: codes set apart, ranges checked, reversed items turned.

Each rating column is read against its scale. Codes that are no answer become missing but stay
known by their kind; what lies outside the scale is a fault, or, where the params say so,
missing and counted. Nothing here happens without a note.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, first
from cxresearch.notes import Note, note
from cxresearch.study.codebook import Codebook, ColumnUse, Scale
from cxresearch.study.gather import Gathered
from cxresearch.study.params import DataSection
from cxresearch.study.readers import labels_to_codes

POINTS = Scale(key="points", min=0, max=100, continuous=True)
_FEW = 8
MEANINGS = ("missing", "dont_know", "refused", "not_applicable")


class State(IntEnum):
    """What a cell of a rating column holds."""

    ANSWERED = 0
    BLANK = 1
    MISSING = 2
    DONT_KNOW = 3
    REFUSED = 4
    NOT_APPLICABLE = 5
    OUT_OF_RANGE = 6


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """Rating columns as numbers on their scales, and what each cell held before.

    Attributes
    ----------
    values : DataFrame of float
        One column per rating column, reversed items turned, NaN where there is no answer.
    states : DataFrame of int8
        `State` of each cell.
    notes : tuple of Note
    faults : tuple of Fault
    """

    values: pd.DataFrame
    states: pd.DataFrame
    notes: tuple[Note, ...]
    faults: tuple[Fault, ...]


def check(gathered: Gathered, codebook: Codebook, data: DataSection) -> Answers:
    """Return the answers of every rating column that the codebook names."""
    faults: list[Fault] = []
    notes: list[Note] = []
    values: dict[str, np.ndarray] = {}
    states: dict[str, np.ndarray] = {}
    for column, use in codebook.columns().items():
        if use.role == "importance":
            use = replace(use, scale=POINTS)
        if use.scale is None or column not in gathered.frame:
            continue
        codes = _codes(gathered, column, use.scale, data)
        numbers, noted, wrong = _numbers(gathered, column, use, codes)
        notes += noted
        faults += wrong
        if wrong:
            continue
        state = _states(gathered.frame[column], use.scale, numbers, codes)
        outside = state == State.OUT_OF_RANGE
        if outside.any() and data.out_of_range == "error":
            faults.append(_outside(gathered, column, use, numbers, outside))
            continue
        notes += _counted(gathered, column, numbers, state)
        answered = np.where(state == State.ANSWERED, numbers, np.nan)
        notes += _between(gathered, column, use.scale, answered)
        if use.reversed:
            answered = use.scale.min + use.scale.max - answered
            notes.append(note("reversed", column=column, scale=_points(use.scale)))
        values[column], states[column] = answered, state.astype(np.int8)
    index = gathered.frame.index
    return Answers(
        pd.DataFrame(values, index=index),
        pd.DataFrame(states, index=index),
        tuple(notes),
        tuple(faults),
    )


Codes = list[tuple[State, np.ndarray | None, tuple[Any, ...]]]


def _codes(gathered: Gathered, column: str, scale: Scale, data: DataSection) -> Codes:
    """Return the codes that are no answer: what they mean, in which rows (None: all), codes."""
    found: Codes = []
    for meaning in MEANINGS:
        state = State[meaning.upper()]
        everywhere = (*data.codes(meaning, column, scale.key), *getattr(scale, meaning))
        found.append((state, None, everywhere))
        for part in gathered.parts:
            if own := part.codes(meaning, column, scale.key):
                rows = np.zeros(len(gathered.frame), dtype=bool)
                rows[part.start : part.stop] = True
                found.append((state, rows, own))
    return found


def _numbers(
    gathered: Gathered, column: str, use: ColumnUse, codes: Codes
) -> tuple[np.ndarray, list[Note], list[Fault]]:
    """Return a rating column as floats: numbers as they are, labels by the scale's labels."""
    series = gathered.frame[column]
    assert use.scale is not None
    if pd.api.types.is_datetime64_any_dtype(series):
        fault = Fault(
            kind="data",
            what=f'dates in a column of ratings: "{column}" should hold {_points(use.scale)}',
            where=gathered.rows(column, series.notna().to_numpy()),
            hint="name the right column in the codebook, or correct the file",
        )
        return np.full(len(series), np.nan), [], [fault]
    if pd.api.types.is_numeric_dtype(series):
        return series.to_numpy(dtype=float, na_value=np.nan), [], []
    words = {one.strip() for _, _, listed in codes for one in listed if isinstance(one, str)}
    text = series.mask(series.map(lambda cell: isinstance(cell, str) and cell.strip() in words))
    coded = labels_to_codes(text, gathered.code_labels(column, use.scale))
    if coded.unknown:
        wrong = series.isin(list(coded.unknown)) | series.map(
            lambda cell: isinstance(cell, str) and cell.strip() in coded.unknown
        )
        fault = Fault(
            kind="data",
            what=f'text in a column of ratings: "{column}" should hold {_points(use.scale)}',
            where=gathered.rows(column, wrong.to_numpy()),
            found=first([f'"{word}"' for word in coded.unknown]),
            hint=(
                "write the labels with their codes under the scale's labels in the codebook, "
                "list a word for no answer under data.missing, or correct the file"
            ),
        )
        return np.full(len(series), np.nan), [], [fault]
    noted = []
    if coded.n_recoded:
        noted.append(note("labels_recoded", column=column, n=int(coded.n_recoded)))
    return coded.values.to_numpy(dtype=float, na_value=np.nan), noted, []


def _states(series: pd.Series, scale: Scale, numbers: np.ndarray, codes: Codes) -> np.ndarray:
    state = np.full(len(numbers), State.ANSWERED, dtype=int)
    state[~((numbers >= scale.min) & (numbers <= scale.max))] = State.OUT_OF_RANGE
    state[np.isnan(numbers)] = State.BLANK
    is_text = not pd.api.types.is_numeric_dtype(series)
    for meaning, rows, listed in codes:
        found = _among(numbers, listed)
        if is_text:
            words = [one.strip() for one in listed if isinstance(one, str)]
            stripped = series.map(lambda cell: cell.strip() if isinstance(cell, str) else cell)
            found |= stripped.isin(words).to_numpy()
        state[found if rows is None else found & rows] = meaning
    return state


def _among(numbers: np.ndarray, codes: tuple[Any, ...]) -> np.ndarray:
    """Tell which numbers are among the codes; a pair of numbers is a range."""
    found = np.zeros(len(numbers), dtype=bool)
    for code in codes:
        if isinstance(code, tuple):
            found |= (numbers >= code[0]) & (numbers <= code[1])
        elif not isinstance(code, str):
            found |= numbers == code
    return found


def _outside(
    gathered: Gathered, column: str, use: ColumnUse, numbers: np.ndarray, outside: np.ndarray
) -> Fault:
    scale = use.scale
    assert scale is not None
    codes = np.unique(numbers[outside])
    counts = [gathered.count(outside & (numbers == code)) for code in codes]
    table = [f"{code:g} ({count}×)" for code, count in zip(codes, counts, strict=True)]
    name = f" {scale.key}" if scale.key else ""
    return Fault(
        kind="data",
        what=f'{use.role} "{column}" has answers outside its scale{name} ({_points(scale)})',
        where=gathered.rows(column, outside),
        found=first(table, _FEW),
        hint=(
            f"add {first([f'{code:g}' for code in codes], _FEW)} to data.missing or "
            "data.not_applicable, declare data.out_of_range: missing, or correct the file"
        ),
    )


def _counted(gathered: Gathered, column: str, numbers: np.ndarray, state: np.ndarray) -> list[Note]:
    series, noted = gathered.frame[column], []
    kinds = (
        (State.MISSING, "missing_codes", "codes"),
        (State.DONT_KNOW, "dont_know_codes", "codes"),
        (State.REFUSED, "refused_codes", "codes"),
        (State.NOT_APPLICABLE, "not_applicable_codes", "codes"),
        (State.OUT_OF_RANGE, "out_of_range", "values"),
    )
    for kind, code, field in kinds:
        rows = state == kind
        if n := gathered.count(rows):
            coded = rows & np.isfinite(numbers)
            found = [f"{value:g}" for value in np.unique(numbers[coded])]
            found += sorted({str(word).strip() for word in series[rows & ~coded]})
            noted.append(note(code, column=column, n=n, **{field: ", ".join(found)}))
    return noted


def _between(gathered: Gathered, column: str, scale: Scale, answered: np.ndarray) -> list[Note]:
    """Note answers between the points of a scale of whole numbers; they count as they are."""
    between = np.isfinite(answered) & (answered != np.rint(answered))
    if not scale.points or not between.any():
        return []
    shown = first([f"{value:g}" for value in np.unique(answered[between])], _FEW)
    return [note("between_points", column=column, n=gathered.count(between), values=shown)]


def _points(scale: Scale) -> str:
    return f"{scale.min:g}–{scale.max:g}"
