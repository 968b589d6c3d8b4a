"""Cells that arrive as text: which columns are numbers, without losing a character of an id.

A column becomes numeric only where every cell that is not blank is a number. Three things that
look like numbers are identifiers and stay text: a leading zero ("007"), a leading plus, and more
than fifteen digits, which a float could not hold. Distinct cells are looked at once, so that a
column of ratings costs a handful of looks however many customers answered.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from cxresearch.notes import Note, note

Decimal = Literal[".", ","]
BLANK_WORDS = frozenset(
    {"na", "n/a", "n.a.", "#n/a", "nan", "null", "#null!", "none", "nil", "blank", "missing"}
    | {".", "-", "--", "?", "*", "k.a.", "н/д", "нет", "#div/0!", "#value!", "#ref!"}
)
"""Words, in lower case, by which files say "no answer"; a reader never takes them for blanks."""

_WHOLE = r"^-?(0|[1-9][0-9]{0,14})$"
_UNSIGNED = r"(0|[1-9][0-9]{0,14})"  # no leading zero, no more digits than a float can hold
_EXPONENT = r"([eE][+-][0-9]{1,3})?"  # with its sign: "12e5" is an article number
_NUMBER = {
    ".": rf"^-?({_UNSIGNED}(\.[0-9]*)?|\.[0-9]+){_EXPONENT}$",
    ",": rf"^-?({_UNSIGNED}(,[0-9]+)?|,[0-9]+){_EXPONENT}$",
}
_IDENTIFIER = r"^-?(0[0-9]|[0-9]{16,}$)"
_THOUSANDS = r"^-?[1-9][0-9]{0,2},[0-9]{3}$"
_MOSTLY = 0.5  # of the cells that are not blank: then the other words are worth naming
_FEW_WORDS = 5
_A_FEW = 20  # distinct cells that mostly settle that a column is text


@dataclass(frozen=True, slots=True)
class _Column:
    """A column by its distinct cells: `distinct[codes]`, code -1 where blank."""

    distinct: pa.StringArray
    codes: np.ndarray

    def all_match(self, pattern: str) -> bool:
        return bool(pc.all(pc.match_substring_regex(self.distinct, pattern)).as_py())

    def any_match(self, pattern: str) -> bool:
        return bool(pc.any(pc.match_substring_regex(self.distinct, pattern)).as_py())

    def which(self, pattern: str) -> np.ndarray:
        return np.asarray(_numpy(pc.match_substring_regex(self.distinct, pattern)))

    def is_numeric(self, decimal: str) -> bool:
        pattern = _NUMBER[decimal]
        few = pc.match_substring_regex(self.distinct.slice(0, _A_FEW), pattern)
        return len(self.distinct) > 0 and bool(pc.all(few).as_py()) and self.all_match(pattern)

    def numbers(self, decimal: str) -> np.ndarray:
        """Return int64 where all cells are whole and none is blank, else float64."""
        if self.all_match(_WHOLE) and not (self.codes < 0).any():
            return np.asarray(_numpy(pc.cast(self.distinct, pa.int64()))[self.codes])
        plain = self.distinct if decimal == "." else pc.replace_substring(self.distinct, ",", ".")
        numbers = np.append(_numpy(pc.cast(plain, pa.float64())), np.nan)
        return np.asarray(numbers[self.codes])

    def texts(self) -> np.ndarray:
        cells = np.empty(len(self.distinct) + 1, dtype=object)
        cells[:-1] = self.distinct.to_pylist()
        cells[-1] = np.nan
        return np.asarray(cells[self.codes])

    def words(self, decimal: str) -> tuple[str, ...]:
        """Return the few words in a column that mostly holds numbers."""
        if not len(self.distinct):
            return ()
        number = self.which(_NUMBER[decimal])
        words = [
            cell
            for cell, is_number in zip(self.distinct.to_pylist(), number, strict=True)
            if not is_number
        ]
        counts = np.bincount(self.codes[self.codes >= 0], minlength=len(number))
        mostly = counts[number].sum() > _MOSTLY * counts.sum()
        return tuple(words) if mostly and 0 < len(words) <= _FEW_WORDS else ()


@dataclass(frozen=True, slots=True)
class Typed:
    """Columns with their types found; `decimal` is the mark that was used."""

    columns: dict[str, np.ndarray]
    words: dict[str, tuple[str, ...]]
    decimal: Decimal
    notes: tuple[Note, ...]


def typed(columns: Mapping[str, pa.Array], decimal: str | None = None, *, file: str = "") -> Typed:
    """Tell numbers from text, column by column, and find the decimal mark of the file.

    Parameters
    ----------
    columns : mapping of str to string array
        Cells as text; null or only whitespace is a blank.
    decimal : {".", ","}, optional
        The decimal mark; by default found. A comma is taken for one where every cell of a column
        fits, at least one column cannot be meant as thousands ("1,234"), and no column of the
        file uses the point.
    file : str
        Named in notes.

    Returns
    -------
    Typed
        Notes: `decimal_comma` (found, not declared), `decimal_unclear` (columns that could be
        numbers with a decimal comma, left as text), `blank_words` (a word that says "no answer"
        kept the column from being numeric).

    Examples
    --------
    >>> cells = typed({"id": pa.array(["01", "02"]), "score": pa.array(["3,5", " 4 "])})
    >>> cells.columns["id"].tolist(), cells.columns["score"].tolist(), cells.decimal
    (['01', '02'], [3.5, 4.0], ',')
    """
    coded = {name: _coded(cells) for name, cells in columns.items()}
    mark, notes = _decimal(coded, decimal, file)
    found: dict[str, np.ndarray] = {}
    words: dict[str, tuple[str, ...]] = {}
    for name, column in coded.items():
        if column.is_numeric(mark):
            found[name] = column.numbers(mark)
            continue
        found[name] = column.texts() if len(column.distinct) else np.full(len(column.codes), np.nan)
        among = column.words(mark)
        if among and not column.any_match(_IDENTIFIER):
            words[name] = among
            notes += _blank_words(name, column, among)
    return Typed(found, words, mark, notes)


def as_numbers(
    series: pd.Series, *, decimal: str = ".", blanks: Sequence[str] = ()
) -> pd.Series | None:
    """Return a text column as numbers, or None where a cell is none.

    Parameters
    ----------
    series : Series
        Text, numbers, or both; NaN is a blank.
    decimal : {".", ","}
        The file's decimal mark.
    blanks : sequence of str
        Words declared to mean "no answer", such as "NA"; they become NaN.

    Returns
    -------
    Series or None
        float64 or int64, same index.

    Examples
    --------
    >>> as_numbers(pd.Series(["7", "NA", "5"]), blanks=["NA"]).tolist()
    [7.0, nan, 5.0]
    >>> as_numbers(pd.Series(["7", "NA", "5"])) is None
    True
    """
    if pd.api.types.is_numeric_dtype(series):
        return series
    column = _coded(pa.array([_as_text(cell) for cell in series], type=pa.string()))
    if blanks:
        declared = np.isin(np.array(column.distinct.to_pylist(), dtype=object), list(blanks))
        kept = np.flatnonzero(~declared)
        renumber = np.append(np.full(len(declared), -1), -1)
        renumber[kept] = np.arange(len(kept))
        column = _Column(column.distinct.take(pa.array(kept)), renumber[column.codes])
    if not len(column.distinct):
        return pd.Series(np.nan, index=series.index, name=series.name)
    if not column.is_numeric(decimal):
        return None
    return pd.Series(column.numbers(decimal), index=series.index, name=series.name)


def column_of(values: np.ndarray) -> pd.Series:
    """Return a column of a frame; text keeps dtype object under every pandas."""
    return pd.Series(values, dtype=object if values.dtype == object else None)


def _coded(cells: pa.Array | pa.ChunkedArray) -> _Column:
    """Return trimmed cells by their distinct values."""
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    once: Any = cells.dictionary_encode()
    codes = once.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    distinct = pc.utf8_trim_whitespace(once.dictionary)
    blank = _numpy(pc.equal(distinct, ""))
    if pc.all(pc.equal(distinct, once.dictionary)).as_py() and not blank.any():
        return _Column(distinct, codes.astype(np.int64))
    trimmed = pc.if_else(pa.array(blank), pa.scalar(None, pa.string()), distinct)
    again: Any = trimmed.dictionary_encode()
    recode = again.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return _Column(again.dictionary, np.append(recode, -1).astype(np.int64)[codes])


def _decimal(
    coded: Mapping[str, _Column], declared: str | None, file: str
) -> tuple[Decimal, tuple[Note, ...]]:
    """Return the decimal mark and what has to be said about it."""
    if declared is not None:
        return ("," if declared == "," else "."), ()
    points = False
    clear: list[str] = []
    unclear: list[str] = []
    for name, column in coded.items():
        if not len(column.distinct):
            continue
        if column.is_numeric("."):
            points = points or column.any_match(r"\.")
        elif column.any_match(",") and column.is_numeric(","):
            with_comma = column.which(",")
            thousands = column.which(_THOUSANDS)
            (unclear if thousands[with_comma].all() else clear).append(name)
    if clear and not points:
        notes = [note("decimal_comma", file=file, columns=tuple(clear))]
        if unclear:
            # the file's other columns say that a comma is a decimal mark here
            notes = [note("decimal_comma", file=file, columns=tuple(clear + unclear))]
        return ",", tuple(notes)
    if clear or unclear:
        return ".", (note("decimal_unclear", file=file, columns=tuple(clear + unclear)),)
    return ".", ()


def _blank_words(name: str, column: _Column, words: tuple[str, ...]) -> tuple[Note, ...]:
    if not all(word.casefold() in BLANK_WORDS for word in words):
        return ()
    cells = column.distinct.to_pylist()
    at = [cells.index(word) for word in words]
    n = int(np.isin(column.codes, at).sum())
    return (note("blank_words", column=name, n=n, words=words),)


def _as_text(cell: object) -> str | None:
    """Return a cell as a file would show it; None for a blank."""
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return None
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _numpy(array: Any) -> Any:
    return np.asarray(array.to_numpy(zero_copy_only=False))
