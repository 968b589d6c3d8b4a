"""How a text file is laid out: where its header stands and which mark divides its cells."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from cxresearch.errors import DataError, Fault
from cxresearch.study.readers.files import not_this

DELIMITERS = (",", ";", "\t", "|")
_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "\\t": "\t", "pipe": "|", "bar": "|"}
_WORDS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_SAMPLE_ROWS = 200
_SAMPLE_CHARS = 200_000


@dataclass(frozen=True, slots=True)
class Layout:
    """The header's names, the delimiter, and the text below with its first line's number."""

    names: list[str]
    delimiter: str
    line: int
    body: str
    body_line: int


def lay_out(text: str, path: Path, *, delimiter: str | None, skip_rows: int) -> Layout:
    r"""Find the header and the delimiter of a text with "\n" at its line ends.

    Raises
    ------
    DataError
        No header, a delimiter of several characters, or one that is not the file's.
    """
    text, skipped, said = _without_preamble(text, skip_rows, path)
    layout = _header(text, _mark(text, delimiter or said, path), skipped, path)
    _check_delimiter(layout, delimiter, path)
    return layout


def below(layout: Layout, n_rows: int) -> Layout:
    """Return the layout whose body begins after so many more rows: a heading of several rows."""
    if not n_rows:
        return layout
    lines, taken = io.StringIO(layout.body, newline="\n"), 0

    def fed() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += len(line)
            yield line

    reader = csv.reader(fed(), delimiter=layout.delimiter)
    for _ in islice(reader, n_rows):
        pass
    return replace(layout, body=layout.body[taken:], body_line=layout.body_line + reader.line_num)


def find_delimiter(text: str) -> str:
    r"""Return the delimiter by which most lines have as many cells as the header.

    Examples
    --------
    >>> find_delimiter('id;"price, fair?";score\n1;"no, not";3,5\n')
    ';'
    >>> find_delimiter("id|region|score")
    '|'
    """
    sample = text[:_SAMPLE_CHARS]
    best, score = ",", (0.0, 0)
    below, widest = ",", 1  # how the rows are divided, for a header that is but a title
    for mark in DELIMITERS:
        rows = [row for row in islice(records(sample, mark), _SAMPLE_ROWS) if row]
        if len(sample) < len(text) and len(rows) > 2:
            rows.pop()
        widths = [len(row) for row in rows]
        if len(widths) > 1 and min(widths[1:]) == max(widths[1:]) > widest:
            below, widest = mark, widths[1]
        if widths and widths[0] > 1:
            share = widths.count(widths[0]) / len(widths)
            if (share, widths[0]) > score:
                best, score = mark, (share, widths[0])
    return best if score[1] else below


def two_header_rows(layout: Layout) -> str:
    """Return advice where empty header cells come from a platform's second header row."""
    second = next(records(layout.body[:_SAMPLE_CHARS], layout.delimiter), [])
    empty = [at for at, name in enumerate(layout.names) if not name]
    if (
        len(empty) > 1
        and len(second) == len(layout.names)
        and all(second[at].strip() for at in empty)
    ):
        return (
            "this looks like an export with two header rows (SurveyMonkey): "
            "join them into one row with one name per column"
        )
    return ""


def records(text: str, mark: str) -> Iterator[list[str]]:
    """Yield rows for a look at them; ends early at what the csv module cannot read."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=mark)
    while True:
        try:
            yield next(reader)
        except (StopIteration, csv.Error):
            return


def shown(mark: str) -> str:
    """Return a delimiter for a message: by its name and, where that can be seen, its sign."""
    return f"{_WORDS[mark]} ({mark})" if mark in _WORDS and mark != "\t" else _WORDS.get(mark, mark)


def _without_preamble(text: str, skip_rows: int, path: Path) -> tuple[str, int, str | None]:
    """Return the text from the header on, how many lines stand before it, and "sep=" if said."""
    skipped, said = 0, None
    for _ in range(skip_rows):
        cut = text.find("\n")
        if cut < 0:
            text = ""
            break
        text, skipped = text[cut + 1 :], skipped + 1
    while (cut := text.find("\n")) >= 0 and not text[:cut].strip():
        text, skipped = text[cut + 1 :], skipped + 1
    line = text[: max(cut, 0)]
    if line.lower().startswith("sep=") and len(line) == 5:
        said = line[4]
        text, skipped = text[len(line) + 1 :], skipped + 1
    if not text.strip():
        raise DataError(
            Fault(
                kind="data",
                what="there is no header row",
                where=path.name,
                found=f"nothing after {skip_rows} lines" if skip_rows else "only blank lines",
                hint="say a smaller skip_rows" if skip_rows else "export the file again",
            )
        )
    return text, skipped, said


def _mark(text: str, declared: str | None, path: Path) -> str:
    if declared is None:
        return find_delimiter(text)
    mark = _NAMES.get(declared.lower(), declared)
    if len(mark) != 1 or mark in '"\n\r' or not mark.isascii():
        raise DataError(
            Fault(
                kind="data",
                what="a delimiter is one character of ASCII, and no quotation mark",
                where=path.name,
                found=repr(declared),
                hint="one of , ; | tab; left out, it is found",
            )
        )
    return mark


def _header(text: str, mark: str, skipped: int, path: Path) -> Layout:
    """Split the text into the header's names and the body below."""
    lines, taken = io.StringIO(text, newline="\n"), 0

    def fed() -> Iterator[str]:
        nonlocal taken
        for line in lines:
            taken += len(line)
            yield line

    reader = csv.reader(fed(), delimiter=mark)
    try:
        names = [name.strip() for name in next(reader)]
    except csv.Error as error:
        raise not_this(path, text[:4000].encode(), "csv", str(error)) from error
    return Layout(names, mark, skipped + 1, text[taken:], skipped + 1 + reader.line_num)


def _check_delimiter(layout: Layout, declared: str | None, path: Path) -> None:
    if declared is None or len(layout.names) > 1:
        return
    name, mark = layout.names[0], layout.delimiter
    other = next((one for one in DELIMITERS if one != mark and one in name), None)
    if other is not None:
        raise DataError(
            Fault(
                kind="data",
                what=f"the delimiter is not {shown(mark)}: all cells fall into one column",
                where=f"{path.name}, line {layout.line}",
                found=f'one column named "{name[:60]}{"…" if len(name) > 60 else ""}"',
                hint=f"say delimiter: {shown(other)}, or leave it out and it is found",
            )
        )
