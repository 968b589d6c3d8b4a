"""SPSS and Stata files: codes stay codes; labels and declared missing values come along."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyreadstat

from cxresearch.errors import DataError, Fault, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of
from cxresearch.study.readers.encodings import KNOWN
from cxresearch.study.readers.files import not_this
from cxresearch.study.readers.responses import Code, MissingCode

_HUGE = 1e300  # SPSS writes LOWEST and HIGHEST as the ends of a double
_LETTER = re.compile(r"^\.?[a-z]$")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labelled:
    """A labelled file, read: its frame and its dictionary."""

    frame: pd.DataFrame
    texts: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[Code, str]] = field(default_factory=dict)
    missing: dict[str, tuple[MissingCode, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    encoding: str | None = None


def read_labelled(
    raw: bytes, path: Path, kind: Literal["spss", "stata"], *, encoding: str | None = None
) -> Labelled:
    """Read a .sav, .zsav or .dta file: answers as codes, with all that the file says of them.

    Codes that SPSS declares missing stay in the frame and are listed in `missing`; Stata's
    .a to .z are no numbers and become NaN, counted in a note. Value labels never turn codes into
    categories, also where only the ends of a scale are labelled.

    Parameters
    ----------
    raw : bytes
        The file.
    path : Path
        Where it lies: the library that reads it wants the file itself.
    kind : {"spss", "stata"}
        Which of the two.
    encoding : str, optional
        In place of the one that the file states.

    Raises
    ------
    DataError
        Not such a file, damaged, its texts in another encoding, or no rows.
    """
    frame, meta = _read(raw, path, kind, encoding)
    if frame.empty:
        raise DataError(
            Fault(
                kind="data",
                what="there are columns but not a single row of answers",
                where=path.name,
                found=f"{frame.shape[1]} columns: {first(list(frame.columns))}",
                hint="look whether a filter was set when the file was saved",
            )
        )
    texts = {name: text.strip() for name, text in meta.column_names_to_labels.items() if text}
    labels = {name: _without_letters(codes) for name, codes in meta.variable_value_labels.items()}
    notes: list[Note] = []
    columns: dict[str, pd.Series] = {}
    for name in frame.columns:
        letters = meta.missing_user_values.get(name, []) if kind == "stata" else []
        columns[name], note_ = _column(str(name), frame[name], letters)
        notes += note_
    missing: dict[str, tuple[MissingCode, ...]] = {}
    for name, ranges in meta.missing_ranges.items():
        if all(isinstance(one["lo"], int | float | str) for one in ranges):
            missing[name] = _codes(ranges)
            notes += _declared(name, columns[name], missing[name])
        else:
            columns[name], note_ = _without_moments(name, columns[name], frame[name], ranges)
            notes += note_
    return Labelled(
        frame=pd.DataFrame(columns),
        texts=texts,
        labels={name: codes for name, codes in labels.items() if codes},
        missing=missing,
        notes=tuple(notes),
        encoding=encoding or meta.file_encoding,
    )


def _read(
    raw: bytes, path: Path, kind: Literal["spss", "stata"], encoding: str | None
) -> tuple[pd.DataFrame, Any]:
    reader = pyreadstat.read_sav if kind == "spss" else pyreadstat.read_dta
    try:
        frame, meta = reader(
            path,
            apply_value_formats=False,
            user_missing=True,
            dates_as_pandas_datetime=True,
            encoding=encoding,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        text = str(error)
        if "string to the requested encoding" in text or "character set" in text:
            raise DataError(
                Fault(
                    kind="data",
                    what="the file's texts are not in the encoding it states"
                    if encoding is None
                    else f"the file's texts are not encoded in {encoding}",
                    where=path.name,
                    found=text,
                    hint=f"say encoding: {' | '.join(KNOWN[2:8])}"
                    if encoding is None
                    else "leave encoding out, or say another one",
                )
            ) from error
        raise not_this(path, raw, kind, text) from error
    except OverflowError as error:
        raise DataError(
            Fault(
                kind="data",
                what="the file holds a date that no calendar has",
                where=path.name,
                found=str(error),
                hint="correct it in the program that wrote the file, or export a .csv",
            )
        ) from error
    return frame, meta


def _column(name: str, series: pd.Series, letters: list[str]) -> tuple[pd.Series, list[Note]]:
    """Return a column as numbers, dates or trimmed text, and what was set to missing."""
    if pd.api.types.is_datetime64_any_dtype(series):
        return series, []
    if pd.api.types.is_numeric_dtype(series):
        return column_of(_whole(series.to_numpy(dtype=float, na_value=np.nan))), []
    values = series.to_numpy(dtype=object)
    if letters:
        lettered = np.array([isinstance(value, str) for value in values])
        counts = Counter(values[lettered])
        rest = pd.Series(np.where(lettered, np.nan, values), dtype=object)
        dated = rest.map(lambda value: isinstance(value, date)).any()
        clean = pd.to_datetime(rest) if dated else rest.astype(float)
        codes = tuple(f".{letter}" for letter in sorted(counts))
        n = int(lettered.sum())
        noted = [note("stata_missing", column=name, n=n, codes=codes)] if n else []
        return clean, noted
    texts = np.array(
        [np.nan if pd.isna(value) else str(value).strip() or np.nan for value in values],
        dtype=object,
    )
    blank = pd.isna(texts)
    if blank.all():
        return column_of(np.full(len(texts), np.nan)), []
    texts[blank] = np.nan
    return column_of(texts), []


def _whole(numbers: np.ndarray) -> np.ndarray:
    """Return int64 where every number is whole and none is missing."""
    if np.isfinite(numbers).all() and (numbers == np.round(numbers)).all():
        return numbers.astype(np.int64)
    return numbers


def _without_letters(codes: dict[Any, str]) -> dict[Code, str]:
    """Return value labels without those of Stata's .a to .z, which are no codes."""
    numeric = any(isinstance(code, int | float) for code in codes)
    return {
        (float(code) if isinstance(code, int | float) else code): str(label).strip()
        for code, label in codes.items()
        if not (numeric and isinstance(code, str) and _LETTER.match(code))
    }


def _codes(ranges: list[dict[str, Any]]) -> tuple[MissingCode, ...]:
    """Return declared missing values: single codes and (low, high) ranges, open ends infinite."""
    found: list[MissingCode] = []
    for one in ranges:
        low, high = one["lo"], one["hi"]
        if low == high:
            found.append(low.strip() if isinstance(low, str) else float(low))
            continue
        found.append(
            (-np.inf if low < -_HUGE else float(low), np.inf if high > _HUGE else float(high))
        )
    return tuple(found)


def _without_moments(
    name: str, series: pd.Series, raw: pd.Series, ranges: list[dict[str, Any]]
) -> tuple[pd.Series, list[Note]]:
    """Blank the days and times that the file declares missing: read as a day, 99 is of 1582."""
    there = raw.dropna()
    hit = [any(one["lo"] <= moment <= one["hi"] for one in ranges) for moment in there]
    flagged = raw.index.isin(there.index[np.array(hit, dtype=bool)])
    n = int(flagged.sum())
    found = tuple(sorted({str(moment) for moment in raw[flagged]}))
    told = [note("file_missing_codes", column=name, n=n, codes=found)] if n else []
    return series.mask(flagged), told


def _declared(name: str, series: pd.Series, codes: tuple[MissingCode, ...]) -> list[Note]:
    """Return the note that counts cells with a code that the file declares missing."""
    flagged = np.zeros(len(series), dtype=bool)
    for code in codes:
        if isinstance(code, tuple):
            flagged |= series.between(*code).to_numpy()
        else:
            flagged |= (series == code).to_numpy()
    n = int(flagged.sum())
    found = tuple(series[flagged].drop_duplicates().sort_values()) if n else ()
    return [note("file_missing_codes", column=name, n=n, codes=found)] if n else []
