"""Excel workbooks: one sheet, the values that its cells show, numbers stored as text included."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from cxresearch.errors import DataError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of, typed
from cxresearch.study.readers.files import not_this
from cxresearch.study.readers.header import check_header

_FORMULA = re.compile(rb"<f[ >/]")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sheet:
    """A sheet, read: its frame and how it was read."""

    frame: pd.DataFrame
    words: dict[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    sheet: str
    decimal: str | None
    line_numbers: np.ndarray


def read_excel(
    raw: bytes,
    path: Path,
    *,
    sheet: str | int | None = None,
    decimal: str | None = None,
    skip_rows: int = 0,
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
        Name, or number counted from 1; by default the first visible sheet.
    decimal : {".", ","}, optional
        Decimal mark of numbers stored as text.
    skip_rows : int
        Rows before the header.

    Raises
    ------
    DataError
        Not a workbook, an unknown sheet, no header, no rows, header cells empty, merged or twice,
        formulas that were never calculated.
    """
    try:
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise not_this(path, raw, "excel", str(error)) from error
    try:
        name, notes = _sheet_name(book, sheet, path)
        rows, at = _rows(book[name], skip_rows)
    except (zipfile.BadZipFile, KeyError, EOFError, SyntaxError) as error:
        raise not_this(path, raw, "excel", str(error)) from error
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
    names = ["" if cell.value is None else _shown(cell.value).strip() for cell in rows[0]]
    width = _width(names, rows)
    names = names[:width]
    place = f"{place}, row {at[0]}"
    check_header(
        names, file=path.name, place=place, hint=_header_hint(raw, name, at[0], names, rows)
    )
    body = [(line, row) for line, row in zip(at[1:], rows[1:], strict=True) if not _blank(row)]
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
    _check_formulas(raw, name, path)
    cells = {
        column: [row[k].value if k < len(row) else None for _, row in body]
        for k, column in enumerate(names)
    }
    percent = [
        column
        for k, column in enumerate(names)
        if any(k < len(row) and _is_percent(row[k]) for _, row in body)
    ]
    notes += [note("percent_cells", column=column) for column in percent]
    n_blank = body[-1][0] - at[0] - len(body)
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
    )


def _sheet_name(book: Any, sheet: str | int | None, path: Path) -> tuple[str, list[Note]]:
    names = [one.title for one in book.worksheets]
    if not names:
        raise DataError(
            Fault(kind="data", what="the workbook has no sheet with cells", where=path.name)
        )
    if sheet is None:
        visible = [one.title for one in book.worksheets if one.sheet_state == "visible"]
        chosen = (visible or names)[0]
        others = tuple(name for name in names if name != chosen)
        if not others:
            return chosen, []
        return chosen, [note("sheet_chosen", file=path.name, sheet=chosen, others=others)]
    if isinstance(sheet, str):
        same = [name for name in names if name.strip().casefold() == sheet.strip().casefold()]
        if sheet in names or len(same) == 1:
            return (sheet if sheet in names else same[0]), []
    elif 1 <= sheet <= len(names):
        return names[sheet - 1], []
    quoted = f'"{sheet}"' if isinstance(sheet, str) else f"number {sheet}"
    raise DataError(
        Fault(
            kind="data",
            what=f"there is no sheet {quoted}",
            where=path.name,
            found=f"{len(names)} sheets: {first(names, 8)}",
            hint=did_you_mean(sheet, names),
        )
    )


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
            if row[k - 1].value is not None:
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
            days = pd.to_datetime(pd.Series(values, dtype=object))
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
        if formula.data_type == "f" and value.value is None
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
