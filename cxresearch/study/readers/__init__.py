"""The door to data: one call for csv, Excel, Parquet, SPSS, Stata and what platforms export.

What comes in is never repaired in silence: codes stay codes, only empty cells are blank, and
whatever had to be guessed stands in the notes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd

from cxresearch.errors import DataError, Fault
from cxresearch.notes import Note, note
from cxresearch.study.readers.answer_labels import Recoded, labels_to_codes
from cxresearch.study.readers.cells import as_numbers
from cxresearch.study.readers.database import ask
from cxresearch.study.readers.excel import Sheet, read_excel
from cxresearch.study.readers.files import (
    FORMATS,
    SUFFIXES,
    contents,
    format_by_name,
    format_of,
    unpacked,
)
from cxresearch.study.readers.header import aliases, renamed
from cxresearch.study.readers.labelled import Labelled, read_labelled
from cxresearch.study.readers.parquet import Columns, columns_of, read_parquet
from cxresearch.study.readers.platforms import PLATFORMS, finished
from cxresearch.study.readers.responses import Export, Format, Responses
from cxresearch.study.readers.text import Table, read_text

__all__ = [
    "FORMATS",
    "PLATFORMS",
    "SUFFIXES",
    "Export",
    "Format",
    "Recoded",
    "Responses",
    "as_numbers",
    "labels_to_codes",
    "read",
    "read_query",
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
    format : {"auto", "csv", "excel", "parquet", "spss", "stata", \
              "qualtrics", "surveymonkey", "limesurvey"}
        By default told from what is in the file, exports of survey platforms among them; the
        file's name does not decide.
    sheet : str or int, optional
        Excel: name, or number counted from 1; by default the one with the most answers.
    encoding : str, optional
        Text, SPSS, Stata; by default found.
    delimiter : str, optional
        Text: one character, or comma, semicolon, tab, pipe; by default found.
    decimal : {".", ","}, optional
        Text and numbers stored as text in Excel; by default found.
    skip_rows : int
        Lines or rows before the header.
    columns_rename : mapping of str to str, optional
        New name -> name in the file, as `columns` in a params file says it. The question text,
        or the platform's own id of the column, may stand for the name where it is the only one.

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
    filed = contents(path)
    raw = unpacked(filed, path)
    platform = format if format in PLATFORMS else None
    kind = format_of(path, "auto" if platform else format, raw)
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
            platform=platform,
        )
    elif kind == "excel":
        part = read_excel(
            raw, path, sheet=sheet, decimal=decimal, skip_rows=skip_rows, platform=platform
        )
    elif platform is not None:
        raise DataError(_no_platform(path, kind, platform))
    elif kind == "parquet":
        part = read_parquet(raw, path)
    elif kind == "spss" or kind == "stata":
        part = read_labelled(raw, path, kind, encoding=encoding)
    else:
        raise DataError(_no_database(path))
    told = [] if format != "auto" else _by_content(path, kind)
    heading = getattr(part, "heading", None)
    responses = Responses(
        **{one.name: getattr(part, one.name) for one in fields(part) if one.name != "heading"},
        file=path.name,
        format=kind,
        sha256=hashlib.sha256(filed).hexdigest(),
        n_rows=len(part.frame),
    )
    if heading is not None:
        done = finished(responses.frame, heading, path.name)
        responses = replace(
            responses,
            frame=done.frame,
            texts=done.texts,
            export=done.export,
            missing=responses.missing | done.missing,
            words={
                name: words
                for name, words in responses.words.items()
                if not pd.api.types.is_numeric_dtype(done.frame[name])
            },
            notes=(*responses.notes, *done.notes),
        )
    responses = replace(responses, notes=(*told, *responses.notes))
    return _with_names(responses, columns_rename) if columns_rename else responses


def read_query(
    url: str,
    query: str,
    *,
    folder: str | Path = ".",
    columns_rename: Mapping[str, str] | None = None,
) -> Responses:
    """Return the answers that a database gives to one SELECT.

    Parameters
    ----------
    url : str
        duckdb:///answers.duckdb, sqlite:///answers.sqlite or postgresql://user@host/database. A
        password may stand in it as ${VARIABLE}; no message shows it.
    query : str
        One SELECT, one row per respondent.
    folder : str or Path
        Where relative paths begin: the folder of the params file.
    columns_rename : mapping of str to str, optional
        New name -> name in the result.

    Returns
    -------
    Responses
        Its `sha256` is of the answers, so that the same answers have the same one.

    Raises
    ------
    DataError
        No such database, no SELECT, a query that the database refuses, no rows.

    Examples
    --------
    >>> read_query("duckdb://", "SELECT 7 AS id, 5 AS overall").frame
       id  overall
    0   7        5
    """
    table, place = ask(url, query, Path(folder))
    part = columns_of(table, place.name, "the query's result")
    rows = pd.util.hash_pandas_object(part.frame, index=False).to_numpy().tobytes()
    digest = hashlib.sha256(rows + "\n".join(part.frame.columns).encode())
    responses = Responses(
        frame=part.frame,
        notes=part.notes,
        file=place.name,
        format="sql",
        sha256=digest.hexdigest(),
        n_rows=len(part.frame),
    )
    return _with_names(responses, columns_rename) if columns_rename else responses


def _by_content(path: Path, kind: Format) -> list[Note]:
    """Return the note that a file is not what its name says."""
    if format_by_name(path) == kind or (kind == "csv" and path.suffix.lower() == ".gz"):
        return []
    return [note("format_by_content", file=path.name, format=kind)]


def _no_database(path: Path) -> Fault:
    return Fault(
        kind="data",
        what="a file is not asked in SQL",
        where=path.name,
        found="format: sql",
        hint="write url: duckdb:///answers.duckdb and query: SELECT …, or leave format out",
    )


def _no_platform(path: Path, kind: Format, platform: str) -> Fault:
    return Fault(
        kind="data",
        what=f"an export of {platform} is a text file or a workbook",
        where=path.name,
        found=f"a file of format {kind}",
        hint="leave format out: labels and codes are read from the file itself",
    )


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
    known = [str(name) for name in responses.frame.columns]
    told = aliases(known, responses.texts, responses.export.ids)
    rename = {new: told.get(old, old) if old not in known else old for new, old in rename.items()}
    names = renamed(known, rename, responses.file)
    return replace(
        responses,
        frame=responses.frame.rename(columns=names),
        texts={names.get(name, name): text for name, text in responses.texts.items()},
        labels={names.get(name, name): one for name, one in responses.labels.items()},
        export=responses.export.renamed(names),
        missing={names.get(name, name): codes for name, codes in responses.missing.items()},
        words={names.get(name, name): words for name, words in responses.words.items()},
    )
