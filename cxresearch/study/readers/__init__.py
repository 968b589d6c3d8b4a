"""The door to data files: one call for csv, Excel, Parquet, SPSS and Stata.

What comes in is never repaired in silence: codes stay codes, only empty cells are blank, and
whatever had to be guessed stands in the notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

from cxresearch.errors import DataError, Fault
from cxresearch.study.readers.answer_labels import Recoded, labels_to_codes
from cxresearch.study.readers.cells import as_numbers
from cxresearch.study.readers.excel import Sheet, read_excel
from cxresearch.study.readers.files import FORMATS, SUFFIXES, contents, format_of
from cxresearch.study.readers.header import renamed
from cxresearch.study.readers.labelled import Labelled, read_labelled
from cxresearch.study.readers.parquet import Columns, read_parquet
from cxresearch.study.readers.responses import Format, Responses
from cxresearch.study.readers.text import Table, read_text

__all__ = [
    "FORMATS",
    "SUFFIXES",
    "Format",
    "Recoded",
    "Responses",
    "as_numbers",
    "labels_to_codes",
    "read",
]

_TAKES: dict[str, tuple[Format, ...]] = {
    "sheet": ("excel",),
    "encoding": ("csv", "spss", "stata"),
    "delimiter": ("csv",),
    "decimal": ("csv", "excel"),
    "skip_rows": ("csv", "excel"),
}


def read(
    path: str | Path,
    *,
    format: str = "auto",
    sheet: str | int | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    decimal: str | None = None,
    skip_rows: int = 0,
    columns_rename: Mapping[str, str] | None = None,
) -> Responses:
    r"""Return the answers in a file as they stand there.

    Parameters
    ----------
    path : str or Path
        The file; a text file may be packed (.csv.gz).
    format : {"auto", "csv", "excel", "parquet", "spss", "stata"}
        By default told from the extension.
    sheet : str or int, optional
        Excel: name, or number counted from 1; by default the first visible sheet.
    encoding : str, optional
        Text, SPSS, Stata; by default found.
    delimiter : str, optional
        Text: one character, or comma, semicolon, tab, pipe; by default found.
    decimal : {".", ","}, optional
        Text and numbers stored as text in Excel; by default found.
    skip_rows : int
        Lines or rows before the header.
    columns_rename : mapping of str to str, optional
        New name -> name in the file, as `columns` in a params file says it.

    Returns
    -------
    Responses

    Raises
    ------
    DataError
        Where the file is not there, is not what it seems, or would lose answers when read.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "acme.csv")
    ...     _ = file.write_text("id;Q1\n007;3,5\n008;\n")
    ...     answers = read(file, columns_rename={"overall": "Q1"})
    >>> answers.frame["id"].tolist(), answers.frame["overall"].tolist()
    (['007', '008'], [3.5, nan])
    >>> answers.delimiter, answers.decimal, answers.place(1)
    (';', ',', 'acme.csv, line 3')
    """
    path = Path(path)
    raw = contents(path)
    kind = format_of(path, format)
    _check_options(
        path,
        kind,
        {
            "sheet": sheet,
            "encoding": encoding,
            "delimiter": delimiter,
            "decimal": decimal,
            "skip_rows": skip_rows or None,
        },
    )
    part: Table | Sheet | Columns | Labelled
    if kind == "csv":
        part = read_text(
            raw,
            path,
            encoding=encoding,
            delimiter=delimiter,
            decimal=decimal,
            skip_rows=skip_rows,
        )
    elif kind == "excel":
        part = read_excel(raw, path, sheet=sheet, decimal=decimal, skip_rows=skip_rows)
    elif kind == "parquet":
        part = read_parquet(raw, path)
    else:
        part = read_labelled(raw, path, kind, encoding=encoding)
    responses = Responses(
        **{one.name: getattr(part, one.name) for one in fields(part)},
        file=path.name,
        format=kind,
        sha256=hashlib.sha256(raw).hexdigest(),
        n_rows=len(part.frame),
    )
    return _with_names(responses, columns_rename) if columns_rename else responses


def _check_options(path: Path, kind: Format, given: Mapping[str, object]) -> None:
    """Raise where an option is given that means nothing for the format, or is no choice."""
    faults = [
        Fault(
            kind="data",
            what=f'"{name}" means nothing for a file of format {kind}',
            where=path.name,
            found=f"{name}: {value}",
            hint=f"leave it out; it belongs to {' and '.join(_TAKES[name])}",
        )
        for name, value in given.items()
        if value is not None and kind not in _TAKES[name]
    ]
    if given["decimal"] not in (None, ".", ","):
        faults.append(
            Fault(
                kind="data",
                what="a decimal mark is a point or a comma",
                where=path.name,
                found=repr(given["decimal"]),
                hint='decimal: "," or decimal: "."; left out, it is found',
            )
        )
    if isinstance(given["skip_rows"], int) and given["skip_rows"] < 0:
        faults.append(
            Fault(
                kind="data",
                what="skip_rows counts lines before the header",
                where=path.name,
                found=str(given["skip_rows"]),
                hint="0 or more",
            )
        )
    if faults:
        raise DataError(*faults)


def _with_names(responses: Responses, rename: Mapping[str, str]) -> Responses:
    """Return responses with columns called as the study calls them, dictionaries included."""
    names = renamed([str(name) for name in responses.frame.columns], rename, responses.file)
    return replace(
        responses,
        frame=responses.frame.rename(columns=names),
        labels={names.get(name, name): text for name, text in responses.labels.items()},
        value_labels={names.get(name, name): one for name, one in responses.value_labels.items()},
        missing={names.get(name, name): codes for name, codes in responses.missing.items()},
        words={names.get(name, name): words for name, words in responses.words.items()},
    )
