"""Which sheet of a workbook holds the answers, and which of its rows is the header."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from cxresearch.errors import DataError, Fault, did_you_mean, first
from cxresearch.notes import Note, note

_LOOK = 5000  # rows of a sheet that are looked at to compare it with others
_SAME = 0.8  # of the header: then two sheets hold the same questions
_HEADER = 0.6  # of the widest row's cells: a title above the header has fewer
_TOP = 25  # rows in which the header must stand


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header stands among the rows read, and what it says.

    `rows` is how many rows it takes, `at` where it begins, `groups` the heading above each
    column's own name, blank where there is none.
    """

    at: int
    rows: int
    names: list[str]
    groups: list[str]


def sheet_name(book: Any, sheet: str | int | None, path: Path) -> tuple[str, list[Note]]:
    """Return the name of the sheet to read: as declared, or the one that holds the answers.

    Raises
    ------
    DataError
        No such sheet; or none is declared and several hold the same questions.
    """
    names = [one.title for one in book.worksheets]
    if not names:
        raise DataError(
            Fault(kind="data", what="the workbook has no sheet with cells", where=path.name)
        )
    if sheet is None:
        return _found(book, names, path)
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


def find_header(rows: Sequence[Sequence[str]], spans: Mapping[tuple[int, int], int]) -> Header:
    """Return the header below titles and blank rows, joined with merged headings above it.

    Parameters
    ----------
    rows : sequence of sequences of str
        The sheet's first rows, every cell as text.
    spans : mapping
        (row, column) -> columns that a merged cell covers, of cells merged over columns.

    Examples
    --------
    >>> rows = [["Report 2025"], ["id", "fast", "clean"], ["1", "5", "4"]]
    >>> find_header(rows, {})
    Header(at=1, rows=1, names=['id', 'fast', 'clean'], groups=['', '', ''])
    >>> rows = [["id", "Service", "", "all"], ["", "fast", "clean", ""], ["1", "5", "4", "5"]]
    >>> find_header(rows, {(0, 1): 2}).names
    ['id', 'fast', 'clean', 'all']
    """
    filled = [sum(bool(cell) for cell in row) for row in rows[:_TOP]]
    widest = max(filled, default=0)
    at = next((k for k, n in enumerate(filled) if n >= max(2, _HEADER * widest)), 0)
    here = {column: width for (row, column), width in spans.items() if row == at}
    above = {column: width for (row, column), width in spans.items() if row == at - 1}
    if here and at + 1 < len(rows) and _names_below(rows[at + 1], here):
        return _joined(rows[at], rows[at + 1], here, at)
    if above and at:
        return _joined(rows[at - 1], rows[at], above, at - 1)
    names = list(rows[at]) if rows else []
    return Header(at, 1, names, ["" for _ in names])


def _names_below(row: Sequence[str], spans: Mapping[int, int]) -> bool:
    """Say whether texts stand below every merged cell: names, not the first answers."""
    inside = [k for start, width in spans.items() for k in range(start, start + width)]
    cells = [row[k] if k < len(row) else "" for k in inside]
    return all(cell and not _is_number(cell) for cell in cells)


def _joined(
    above: Sequence[str], below: Sequence[str], spans: Mapping[int, int], at: int
) -> Header:
    """Return the header of two rows: own names below, merged headings above them."""
    width = max(len(above), len(below))
    groups = ["" for _ in range(width)]
    for start, covered in spans.items():
        for k in range(start, min(start + covered, width)):
            groups[k] = above[start]
    top = [above[k] if k < len(above) else "" for k in range(width)]
    own = [below[k] if k < len(below) else "" for k in range(width)]
    names = [one or top[k] for k, one in enumerate(own)]
    groups = [group if own[k] else "" for k, group in enumerate(groups)]
    if len({name for name in names if name}) < sum(bool(name) for name in names):
        names = [
            f"{group} - {name}" if group else name
            for group, name in zip(groups, names, strict=True)
        ]
    return Header(at, 2, names, groups)


def _found(book: Any, names: Sequence[str], path: Path) -> tuple[str, list[Note]]:
    visible = [one for one in book.worksheets if one.sheet_state == "visible"] or list(
        book.worksheets
    )
    others = [name for name in names if name != visible[0].title]
    if not others:
        return visible[0].title, []
    tables = {one.title: _measured(one) for one in visible}
    usable = {name: table for name, table in tables.items() if table[0] > 1}
    same = _same_questions({name: header for name, (_, _, header) in usable.items()})
    if same:
        listed = ", ".join(f"{{path: {path.name}, sheet: {name}, wave: …}}" for name in same[:2])
        raise DataError(
            Fault(
                kind="data",
                what="several sheets hold the same questions",
                where=path.name,
                found=f"sheets {first(same, 8)}",
                hint=f"name one (sheet: {same[0]}), or list each: responses: [{listed}]",
            )
        )
    chosen = max(usable, key=lambda name: usable[name][1]) if usable else visible[0].title
    left = tuple(name for name in names if name != chosen)
    return chosen, [note("sheet_chosen", file=path.name, sheet=chosen, others=left)]


def _measured(sheet: Any) -> tuple[int, int, frozenset[str]]:
    """Return how many rows of a sheet have several cells filled, how many cells, and its header."""
    sheet.reset_dimensions()  # some programs write a wrong extent
    n_rows, n_cells, header = 0, 0, frozenset[str]()
    for row in islice(sheet.iter_rows(values_only=True), _LOOK):
        filled = [str(cell).strip() for cell in row if cell is not None and str(cell).strip()]
        if len(filled) > 1:
            n_rows += 1
            n_cells += len(filled)
            header = header or frozenset(filled)
    return n_rows, n_cells, header


def _same_questions(headers: Mapping[str, frozenset[str]]) -> list[str]:
    """Return the sheets that share their header with another one."""
    return [
        name
        for name, header in headers.items()
        if any(
            other != name and len(header & its) >= _SAME * max(len(header), len(its))
            for other, its in headers.items()
        )
    ]


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    return True
