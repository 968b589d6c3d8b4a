"""Excel workbooks: one sheet, the values that its cells show, numbers stored as text included."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from cxresearch.errors import CxError, DataError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of, typed
from cxresearch.study.readers.files import not_this
from cxresearch.study.readers.header import check_header
from cxresearch.study.readers.platforms import HEAD_ROWS, Heading, recognised
from cxresearch.study.readers.sheets import Header, find_header, sheet_name
from cxresearch.study.readers.summary import MOST_SUMMARY_ROWS, summary_rows

_FORMULA = re.compile(rb"<f[ >/]")
_HEAD = 30  # rows in which titles and header stand


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """A sheet, read: its frame and how it was read."""

    frame: pd.DataFrame
    words: dict[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    sheet: str
    decimal: str | None
    line_numbers: np.ndarray
    heading: Heading | None = None
    texts: dict[str, str] = field(default_factory=dict)


# what openpyxl raises where the archive or its XML is not as it should be
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, InvalidFileException, KeyError, ValueError, OSError),
    *(TypeError, AttributeError, IndexError, EOFError, SyntaxError, RuntimeError),
)


def read_excel(
    raw: bytes,
    path: Path,
    *,
    sheet: str | int | None = None,
    decimal: str | None = None,
    skip_rows: int = 0,
    platform: str | None = None,
) -> Sheet:
    """Read one sheet of a workbook (.xlsx, .xlsm).

    Formulas count by the values that Excel stored with them. Percent cells are shares of one, as
    Excel stores them. A column of numbers of which some are stored as text is numeric all the
    same, by the rules for text files, and a note says so.

    Parameters
    ----------
    raw : bytes
        The workbook.
    path : Path
        For its name only.
    sheet : str or int, optional
        Name, or number counted from 1; by default the visible sheet with the most answers.
    decimal : {".", ","}, optional
        Decimal mark of numbers stored as text.
    skip_rows : int
        Rows before the header; titles above it are skipped by themselves.
    platform : str, optional
        The survey platform whose export this is; by default it is found.

    Raises
    ------
    DataError
        Not a workbook, an unknown sheet, no header, no rows, header cells empty, merged or twice,
        formulas that were never calculated.
    """
    with _whole(path, raw):
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
        try:
            name, notes = sheet_name(book, sheet, path)
            rows, at = _rows(book[name], skip_rows)
        finally:
            book.close()
    place = f"sheet {name}"
    if not rows:
        raise DataError(
            Fault(
                kind="data",
                what="the sheet is empty",
                where=f"{path.name}, {place}",
                hint=did_you_mean("", [one for one in book.sheetnames if one != name]),
            )
        )
    head = [
        ["" if cell.value is None else _shown(cell.value).strip() for cell in row]
        for row in rows[:_HEAD]
    ]
    heading = recognised(head[:HEAD_ROWS], platform, path.name)
    with _whole(path, raw):
        spans = _spans(raw, name, at, head)
    if heading is not None and heading.export.reason == "options_row" and spans and not platform:
        heading = None  # headings merged over their columns: a workbook somebody made
    if heading is not None:
        begin, n_rows, names, groups = 0, heading.n_rows, list(heading.names), [""]
    else:
        header = find_header(head, spans)
        begin, n_rows, names, groups = header.at, header.rows, header.names, header.groups
        notes += _header_notes(header, at, path.name)
    width = _width(names, rows[begin + n_rows - 1 :])
    names = names[:width]
    place = f"{place}, row {at[begin]}"
    check_header(
        [one for one in names if one] if heading is not None else names,
        file=path.name,
        place=place,
        hint=_header_hint(raw, name, at[begin], names, rows[begin:]),
    )
    body = [
        (line, row)
        for line, row in zip(at[begin + n_rows :], rows[begin + n_rows :], strict=True)
        if not _blank(row)
    ]
    if not body:
        raise DataError(
            Fault(
                kind="data",
                what="there is a header but not a single row of answers",
                where=f"{path.name}, {place}",
                found=f"{len(names)} columns: {first(names)}",
                hint="look whether the export was complete, or name another sheet",
            )
        )
    body, left_out = _without_summary(body, path.name)
    notes += left_out
    with _whole(path, raw):
        _check_formulas(raw, name, path)
    cells = {
        column: [row[k].value if k < len(row) else None for _, row in body]
        for k, column in enumerate(names)
        if column
    }
    percent = [
        column
        for k, column in enumerate(names)
        if column and any(k < len(row) and _is_percent(row[k]) for _, row in body)
    ]
    notes += [note("percent_cells", column=column) for column in percent]
    n_blank = body[-1][0] - at[begin + n_rows - 1] - len(body)
    if n_blank:
        notes.append(note("rows_blank", file=path.name, n=n_blank))
    frame, words, mark, noted = _frame(cells, decimal, path)
    return Sheet(
        frame=frame,
        words=words,
        notes=(*notes, *noted),
        sheet=name,
        decimal=mark,
        line_numbers=np.array([line for line, _ in body], dtype=np.int64),
        heading=heading,
        texts={
            column: f"{group} - {column.removeprefix(f'{group} - ')}"
            for column, group in zip(names, groups, strict=False)
            if column and group
        },
    )


@contextmanager
def _whole(path: Path, raw: bytes) -> Iterator[None]:
    """Refuse a workbook in which bytes or parts are damaged or lacking."""
    try:
        yield
    except CxError:
        raise
    except _DAMAGED as error:
        raise not_this(path, raw, "excel", str(error)) from error


def _spans(
    raw: bytes, sheet: str, at: Sequence[int], head: Sequence[Sequence[str]]
) -> dict[tuple[int, int], int]:
    """Return (row, column) -> columns covered, of cells merged over columns in the first rows."""
    if len(head) < 2 or all(all(row) for row in head[:2]):
        return {}
    book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    position = {line: k for k, line in enumerate(at[: len(head)])}
    spans = {
        (position[block.min_row], block.min_col - 1): block.size["columns"]
        for block in book[sheet].merged_cells.ranges
        if block.min_row in position and block.size["columns"] > 1
    }
    book.close()
    return spans


def _header_notes(header: Header, at: Sequence[int], file: str) -> list[Note]:
    notes = []
    if header.at:
        notes.append(note("header_below", file=file, row=at[header.at], n=header.at))
    if header.rows > 1:
        notes.append(note("headings_joined", file=file, row=at[header.at]))
    return notes


def _without_summary(
    body: list[tuple[int, Sequence[Any]]], file: str
) -> tuple[list[tuple[int, Sequence[Any]]], list[Note]]:
    """Leave out rows at the end that sum up the rows above, and say so."""
    last = [
        [None if cell.value is None else _shown(cell.value) for cell in row]
        for _, row in body[-MOST_SUMMARY_ROWS:]
    ]
    n = summary_rows(last, len(body))
    if not n:
        return body, []
    told = note("summary_rows", file=file, n=n, rows=tuple(line for line, _ in body[-n:]))
    return body[:-n], [told]


def _rows(sheet: Any, skip_rows: int) -> tuple[list[Sequence[Any]], list[int]]:
    """Return the rows from the header on, and the sheet's row number of each."""
    sheet.reset_dimensions()  # some programs write a wrong extent
    rows: list[Sequence[Any]] = []
    at: list[int] = []
    for line, row in enumerate(sheet.iter_rows(min_row=skip_rows + 1), skip_rows + 1):
        if rows or not _blank(row):
            rows.append(row)
            at.append(line)
    return rows, at


def _blank(row: Sequence[Any]) -> bool:
    return all(
        cell.value is None or (isinstance(cell.value, str) and not cell.value.strip())
        for cell in row
    )


def _width(names: list[str], rows: Sequence[Sequence[Any]]) -> int:
    """Return how many columns there are: up to the last one with a name or a cell filled."""
    width = max((k for k, name in enumerate(names, 1) if name), default=0)
    for row in rows[1:]:
        for k in range(len(row), width, -1):
            if _kind(row[k - 1].value) != "blank":
                width = k
                break
    names.extend("" for _ in range(width - len(names)))
    return width


def _frame(
    cells: dict[str, list[Any]], decimal: str | None, path: Path
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]], str | None, list[Note]]:
    """Return the frame: numbers, dates and text; a column of both is typed as text is."""
    found: dict[str, np.ndarray] = {}
    as_text: dict[str, pa.Array] = {}
    stored: dict[str, int] = {}
    logical = []
    for name, values in cells.items():
        kinds = {_kind(value) for value in values} - {"blank"}
        if kinds == {"date"}:
            told = [None if _kind(value) == "blank" else value for value in values]
            days = pd.to_datetime(pd.Series(told, dtype=object))
            found[name] = days.to_numpy()
        elif kinds and kinds <= {"number", "logical"}:
            found[name] = _numbers(values)
            if "logical" in kinds:
                logical.append(name)
        else:
            as_text[name] = pa.array(
                [None if _kind(value) == "blank" else _shown(value) for value in values],
                type=pa.string(),
            )
            stored[name] = sum(_kind(value) == "text" for value in values)
    texts = typed(as_text, decimal, file=path.name)
    notes = list(texts.notes)
    for name, column in texts.columns.items():
        found[name] = column
        if column.dtype != object and stored[name]:
            notes.append(note("numbers_as_text", column=name, n=stored[name]))
    if logical:
        notes.append(note("booleans_as_numbers", columns=tuple(logical)))
    frame = pd.DataFrame({name: column_of(found[name]) for name in cells})
    return frame, texts.words, (texts.decimal if as_text else None), notes


def _numbers(values: Sequence[Any]) -> np.ndarray:
    numbers = np.array([np.nan if _kind(x) == "blank" else float(x) for x in values])
    whole = np.isfinite(numbers).all() and (numbers == np.round(numbers)).all()
    return numbers.astype(np.int64) if whole and (abs(numbers) < 2**53).all() else numbers


def _kind(value: object) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        return "blank"
    if isinstance(value, bool):
        return "logical"
    if isinstance(value, int | float):
        return "number"
    return "date" if isinstance(value, datetime | date) else "text"


def _shown(value: object) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO writes them."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return str(value)


def _is_percent(cell: Any) -> bool:
    return _kind(cell.value) == "number" and "%" in str(cell.number_format)


def _header_hint(
    raw: bytes, sheet: str, line: int, names: Sequence[str], rows: Sequence[Sequence[Any]]
) -> str:
    """Return advice for a header with empty cells: merged cells, or a title above the header."""
    if all(names):
        return ""
    book = openpyxl.load_workbook(io.BytesIO(raw), data_only=True)
    merged = [
        str(block)
        for block in book[sheet].merged_cells.ranges
        if block.min_row <= line <= block.max_row and block.size["columns"] > 1
    ]
    book.close()
    if sum(bool(name) for name in names) == 1 and len(rows) > 1:
        return f'is "{next(filter(None, names))}" a title? say skip_rows: {line} to begin below it'
    if merged:
        return f"unmerge {first(merged)} and write one name into every header cell"
    letters = [get_column_letter(k) for k, name in enumerate(names, 1) if not name]
    return f"write a name into row {line} of column {first(letters)}, or delete the column"


def _check_formulas(raw: bytes, sheet: str, path: Path) -> None:
    """Raise where a formula has no stored value: read as a blank, an answer would be lost."""
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        if not any(_FORMULA.search(archive.read(part)) for part in parts if part.endswith(".xml")):
            return
    formulas = openpyxl.load_workbook(io.BytesIO(raw), read_only=True)
    values = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    empty = [
        formula.coordinate
        for asked, stored in zip(
            formulas[sheet].iter_rows(), values[sheet].iter_rows(), strict=True
        )
        for formula, value in zip(asked, stored, strict=True)
        # a stored empty text, as of =IF(A2="","",A2), is a value
        if formula.data_type == "f" and value.value is None and value.data_type != "str"
    ]
    formulas.close()
    values.close()
    if empty:
        raise DataError(
            Fault(
                kind="data",
                what=f"{len(empty)} formulas have no stored value",
                where=f"{path.name}, sheet {sheet}, cell {first(empty)}",
                hint="open the workbook in Excel or LibreOffice, let it calculate, save it",
            )
        )
