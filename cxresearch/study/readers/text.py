"""Delimited text: csv, tsv and their kin, as survey platforms and Excel write them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from cxresearch.errors import DataError, Fault, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of, typed
from cxresearch.study.readers.encodings import decode, is_binary
from cxresearch.study.readers.files import looks_like, not_this
from cxresearch.study.readers.header import check_header
from cxresearch.study.readers.layout import (
    Layout,
    below,
    lay_out,
    records,
    shown,
    two_header_rows,
)
from cxresearch.study.readers.platforms import HEAD_ROWS, Heading, recognised
from cxresearch.study.readers.summary import MOST_SUMMARY_ROWS, summary_rows

_HEAD_CHARS = 500_000  # Qualtrics writes whole consent forms into a cell


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A delimited file, read: its frame and how it was read."""

    frame: pd.DataFrame
    words: dict[str, tuple[str, ...]]
    notes: tuple[Note, ...]
    encoding: str
    delimiter: str
    decimal: str
    line_numbers: np.ndarray
    heading: Heading | None = None


def read_text(
    raw: bytes,
    path: Path,
    *,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    skip_rows: int = 0,
    platform: str | None = None,
) -> Table:
    """Read delimited text: every cell as text first, then types column by column.

    Parameters
    ----------
    raw : bytes
        The file, unpacked.
    path : Path
        For its name and extension only.
    encoding, delimiter, decimal : str, optional
        As declared; each is found where it is not.
    skip_rows : int
        Lines before the header.
    platform : str, optional
        The survey platform whose export this is; by default it is found.

    Raises
    ------
    DataError
        Not text, no rows, a header with empty or repeated names, rows with too many or too few
        cells, a quote that never ends, a delimiter that is not the file's.
    """
    if looks_like(raw)[0]:
        raise not_this(path, raw, "csv")
    decoded = decode(raw, file=path.name, declared=encoding)
    text = decoded.text.removeprefix("\ufeff")
    if is_binary(text):
        raise not_this(path, raw, "csv")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    layout = lay_out(text, path, delimiter=delimiter, skip_rows=skip_rows)
    heading = recognised(_head(layout), platform, path.name)
    if heading is not None:
        layout = below(replace(layout, names=list(heading.names)), heading.n_rows - 1)
        if heading.export.platform == "qualtrics" and layout.delimiter != ";":
            decimal = decimal or "."  # a comma stands between the options of one answer
    table, lines, n_blank = _rows(layout, path)
    table, lines, left_out = _without_summary(table, lines, path)
    columns = _named(layout, table, path)
    cells = typed(columns, decimal, file=path.name)
    blank = (note("rows_blank", file=path.name, n=n_blank),) if n_blank else ()
    return Table(
        frame=pd.DataFrame({name: column_of(values) for name, values in cells.columns.items()}),
        words=cells.words,
        notes=(*decoded.notes, *cells.notes, *blank, *left_out),
        encoding=decoded.encoding,
        delimiter=layout.delimiter,
        decimal=cells.decimal,
        line_numbers=lines,
        heading=heading,
    )


def _head(layout: Layout) -> list[list[str]]:
    """Return the first rows of the file, the header among them."""
    sample = records(layout.body[:_HEAD_CHARS], layout.delimiter)
    return [layout.names, *islice((row for row in sample if row), HEAD_ROWS - 1)]


def _without_summary(
    table: pa.Table, lines: np.ndarray, path: Path
) -> tuple[pa.Table, np.ndarray, tuple[Note, ...]]:
    """Leave out rows at the end that sum up the rows above, and say so."""
    last = table.slice(max(0, table.num_rows - MOST_SUMMARY_ROWS)).to_pylist()
    n = summary_rows([list(row.values()) for row in last], table.num_rows)
    if not n:
        return table, lines, ()
    at = tuple(int(line) for line in lines[-n:])
    told = (note("summary_rows", file=path.name, n=n, rows=at),)
    return table.slice(0, table.num_rows - n), lines[:-n], told


def _named(layout: Layout, table: pa.Table, path: Path) -> dict[str, pa.Array]:
    """Return the columns by name, without those that have neither a name nor a cell filled."""
    pairs = [
        (name, column)
        for name, column in zip(layout.names, table.columns, strict=True)
        if name or _any_filled(column)
    ]
    check_header(
        [name for name, _ in pairs],
        file=path.name,
        place=f"line {layout.line}",
        hint=two_header_rows(layout),
    )
    return dict(pairs)


def _rows(layout: Layout, path: Path) -> tuple[pa.Table, np.ndarray, int]:
    """Return the rows as text, the line of each, and how many blank rows stood between."""
    raw = layout.body.encode("utf-8")
    keys = [str(position) for position in range(len(layout.names))]
    ragged: list[pa_csv.InvalidRow] = []

    def remember(row: pa_csv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    if not raw.strip():
        raise DataError(_no_rows(layout, path))
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(raw),
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=keys, block_size=min(len(raw) + 1, 2**31 - 1)
            ),
            parse_options=pa_csv.ParseOptions(
                delimiter=layout.delimiter,
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=remember,
            ),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict.fromkeys(keys, pa.string()),
                strings_can_be_null=False,
                quoted_strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid as error:
        raise DataError(
            Fault(
                kind="data",
                what="the rows cannot be told apart",
                where=path.name,
                found=str(error)[:200],
                hint="look for a quotation mark that never ends, or export the file again",
            )
        ) from error
    if ragged:
        raise DataError(_ragged(layout, len(ragged), path))
    lines = _lines(table, layout.body_line, raw)
    _check_quotes(table, lines, raw, path)
    filled = np.zeros(table.num_rows, dtype=bool)
    for column in table.columns:
        if filled.all():
            return table, lines, 0
        filled |= pc.not_equal(pc.utf8_trim_whitespace(column), "").to_numpy()
    kept = np.flatnonzero(filled)
    if not len(kept):
        raise DataError(_no_rows(layout, path))
    n_blank = int((~filled[: kept[-1]]).sum())
    return table.filter(pa.array(filled)), lines[filled], n_blank


def _any_filled(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.not_equal(pc.utf8_trim_whitespace(column), "")).as_py())


def _no_rows(layout: Layout, path: Path) -> Fault:
    return Fault(
        kind="data",
        what="there is a header but not a single row of answers",
        where=f"{path.name}, line {layout.line}",
        found=f"{len(layout.names)} columns: {first(layout.names)}",
        hint="look whether the export was complete, or whether a filter was set",
    )


def _lines(table: pa.Table, start: int, raw: bytes) -> np.ndarray:
    """Return the line on which each row begins; cells may hold line ends."""
    heights = np.ones(table.num_rows, dtype=np.int64)
    if raw.count(b"\n") > table.num_rows:
        for column in table.columns:
            heights += pc.count_substring(column, "\n").to_numpy()
    return start + np.append(0, np.cumsum(heights)[:-1])


def _check_quotes(table: pa.Table, lines: np.ndarray, raw: bytes, path: Path) -> None:
    """Raise where a quotation mark opens in the last row and swallows the rest of the file."""
    if raw.count(b'"') % 2 == 0 or raw.rstrip().endswith(b'"') or not table.num_rows:
        return
    last = table.columns[-1][-1].as_py()
    if "\n" in last:
        raise DataError(
            Fault(
                kind="data",
                what="a quotation mark opens and never ends",
                where=f"{path.name}, line {lines[-1]}",
                found=repr(last[:60]),
                hint='close the quotation mark; one within a text is written twice: ""',
            )
        )


def _ragged(layout: Layout, n_bad: int, path: Path) -> Fault:
    """Return the fault of rows that are longer or shorter than the header."""
    width, mark = len(layout.names), layout.delimiter
    bad: list[tuple[int, list[str]]] = []
    n_rows, line_end = 0, 0
    for row in records(layout.body, mark):
        if row and len(row) != width:
            bad.append((layout.body_line + line_end, row))
        n_rows += 1
        line_end += 1 + sum(cell.count("\n") for cell in row)
    if not bad:
        return Fault(
            kind="data",
            what=f"{n_bad} rows do not have the {width} cells of the header",
            where=path.name,
            hint="look for a quotation mark that never ends",
        )
    line, row = bad[0]
    usual, times = Counter(len(cells) for _, cells in bad).most_common(1)[0]
    if "\n" in row[-1] and len(row) < width:
        hint = "look for a quotation mark that opens in this line and never ends"
    elif times > 0.9 * n_rows and usual == width + 1 > 2 and not any(cells[-1] for _, cells in bad):
        hint = f"every row ends with a {shown(mark)}: let the header end so too, or remove it"
    elif times > 0.9 * n_rows and usual == width + 1 > 2:
        hint = "every row has one cell more than the header: name the first column (row names?)"
    elif times > 0.5 * n_rows and usual > width:
        start = next(at for at, cells in bad if len(cells) == usual)
        hint = f"is line {start} the header? say skip_rows: {start - 1}"
    elif len(row) > width:
        hint = f"put quotation marks around a cell that holds a {shown(mark)}"
    else:
        hint = "complete the row, or look for a line end inside a cell without quotation marks"
    return Fault(
        kind="data",
        what=f"{len(bad)} of {n_rows} rows do not have the {width} cells of the header",
        where=f"{path.name}, line {first([at for at, _ in bad])}",
        found=f"{len(row)} cells in line {line}: {mark.join(row)[:80]}",
        hint=hint,
    )
