"""One Excel workbook of a study: every table of its pages on a sheet, with a sheet of contents.

It is made from what the pages handed over (``results/*.json``): texts in the study's language,
numbers as numbers, in the decimals of the page. The same results give the same bytes.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from cxresearch.handover import harmless
from cxresearch.text import translator

_FORBIDDEN = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_LONGEST_NAME = 31  # Excel's limit for the name of a sheet
_WIDEST, _NARROWEST = 48, 9
_EPOCH = datetime(2025, 1, 1)  # a workbook tells no clock time
_LINE = Side(style="thin", color="AAB2BD")
_FACE = "Calibri"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The tables of one page.

    Attributes
    ----------
    title : str
        The page's, in the study's language.
    tables : tuple of mappings
        What was handed over, in the order of the page.
    """

    title: str
    tables: tuple[Mapping[str, Any], ...]


def read(name: str, folder: Path) -> tuple[Mapping[str, Any], ...]:
    """Return the tables that a page handed over, in its order; those without a column are none."""
    files = sorted(folder.glob(f"{name}-[0-9]*.json"))
    told = (json.loads(file.read_text(encoding="utf-8")) for file in files)
    return tuple(table for table in told if table["head"])


def build(
    title: str, facts: Sequence[tuple[str, str]], parts: Iterable[Part], language: str, accent: str
) -> bytes:
    """Return the workbook's bytes.

    Parameters
    ----------
    title : str
        Of the study.
    facts : sequence of (name, value)
        Printed above the contents.
    parts : iterable of Part
        Pages with their tables.
    language : str
        Of the words that the workbook adds.
    accent : str
        Colour of headings, "#rrggbb".
    """
    _ = translator(language)
    book = Workbook()
    colour = accent.lstrip("#").upper()
    contents: Worksheet = book.active
    contents.title = _sheet_name(_("Contents"), set())
    contents.sheet_view.showGridLines = False
    contents.append([harmless(title)])
    contents["A1"].font = Font(name=_FACE, bold=True, size=16, color=colour)
    for name, value in facts:
        contents.append([harmless(name), harmless(value)])
    contents.append([])
    names = {contents.title.lower()}
    for part in parts:
        contents.append([harmless(part.title)])
        contents.cell(contents.max_row, 1).font = Font(name=_FACE, bold=True, color=colour)
        for table in part.tables:
            name = _sheet_name(str(table["caption"]), names)
            _fill(book.create_sheet(name), table, colour, contents.title, _("Contents"))
            contents.append([harmless(name), _text(table["caption"])])
            _link(contents.cell(contents.max_row, 1), name, colour)
            contents.cell(contents.max_row, 2).alignment = Alignment(wrap_text=True)
    contents.column_dimensions["A"].width = _LONGEST_NAME + 3
    contents.column_dimensions["B"].width = 80
    return _same_bytes(book)


def _fill(sheet: Worksheet, table: Mapping[str, Any], colour: str, home: str, back: str) -> None:
    """Write one table: title, base, header, rows, notes."""
    sheet.sheet_view.showGridLines = False
    sheet.append([_text(table["caption"])])
    sheet["A1"].font = Font(name=_FACE, bold=True, size=13, color=colour)
    sheet.append([_text(table["base"])])
    sheet.append([back])
    _link(sheet["A3"], home, colour)
    sheet.append([])
    sheet.append([_text(name) for name in table["head"]])
    first = sheet.max_row
    for cell in sheet[first]:
        cell.font = Font(name=_FACE, bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="bottom")
        cell.border = Border(bottom=_LINE)
        cell.fill = PatternFill("solid", fgColor="F5F6F8")
    for values, patterns in zip(table["cells"], table["patterns"], strict=True):
        sheet.append([_text(value) if isinstance(value, str) else value for value in values])
        for cell, pattern in zip(sheet[sheet.max_row], patterns, strict=True):
            if pattern:
                cell.number_format = pattern
    last = sheet.max_row
    for note in (*table["notes"], table["source"]):
        if note:
            sheet.append([])
            sheet.cell(sheet.max_row + 1, 1, _text(note)).font = Font(
                name=_FACE, italic=True, color="59636E"
            )
    sheet.freeze_panes = sheet.cell(first + 1, 2)
    if table["cells"]:
        sheet.auto_filter.ref = f"A{first}:{get_column_letter(len(table['head']))}{last}"
    for column in range(1, len(table["head"]) + 1):
        cells = (sheet.cell(row, column) for row in range(first, min(last, first + 200) + 1))
        sheet.column_dimensions[get_column_letter(column)].width = _width(cells)
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{first}:{first}"


def _width(cells: Iterable[Cell]) -> float:
    """Return a width that shows numbers whole and lets long texts wrap in their header."""
    longest = _NARROWEST
    for cell in cells:
        value = cell.value
        if isinstance(value, float):
            longest = max(longest, 11)
        elif value is not None:
            words = str(value).split() if cell.font.bold else [str(value)]
            longest = max(longest, *(len(word) + 2 for word in words or [""]))
    return float(min(longest, _WIDEST))


def _link(cell: Cell, sheet: str, colour: str) -> None:
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{sheet}'!A1")
    cell.font = Font(name=_FACE, underline="single", color=colour)


def _text(value: Any) -> str:
    return str(harmless(_UNPRINTABLE.sub("", str(value))))


def _sheet_name(text: str, taken: set[str]) -> str:
    """Return a name that Excel takes: short, without its own signs, told apart from others."""
    word = " ".join(_FORBIDDEN.sub(" ", text).split()) or "Table"
    name, number = word[:_LONGEST_NAME].strip(), 2
    while name.lower() in taken:
        mark = f" ({number})"
        name, number = word[: _LONGEST_NAME - len(mark)].strip() + mark, number + 1
    taken.add(name.lower())
    return name


def _same_bytes(book: Workbook) -> bytes:
    """Return the file without the times at which it was written."""
    book.properties.created = _EPOCH
    book.properties.creator = "cxresearch"
    raw, packed = io.BytesIO(), io.BytesIO()
    book.save(raw)
    moment = _EPOCH.strftime("%Y-%m-%dT%H:%M:%SZ")
    with (
        zipfile.ZipFile(raw) as source,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "docProps/core.xml":
                content = re.sub(
                    rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + moment.encode(), content
                )
            fixed = zipfile.ZipInfo(entry.filename, _EPOCH.timetuple()[:6])
            fixed.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(fixed, content)
    return packed.getvalue()
