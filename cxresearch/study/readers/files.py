"""From a path to bytes that can be read: the file is there, and is what it claims to be."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from cxresearch.errors import DataError, Fault, did_you_mean, nearest
from cxresearch.study.readers.responses import Format

SUFFIXES: dict[str, Format] = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".sav": "spss",
    ".zsav": "spss",
    ".dta": "stata",
}
FORMATS: tuple[Format, ...] = ("csv", "excel", "parquet", "spss", "stata")
_PLATFORM_FORMATS = ("surveymonkey", "limesurvey", "sql")
_DATABASE_HINT = "ask it: responses: {url: duckdb:///answers.duckdb, query: SELECT …}"
_GZIP = b"\x1f\x8b"

_OTHERS = {
    ".xls": "an Excel workbook of before 2007: save it as .xlsx",
    ".xlsb": "a binary Excel workbook: save it as .xlsx",
    ".ods": "an OpenDocument sheet: save it as .xlsx or .csv",
    ".por": "an SPSS portable file: save it as .sav",
    ".sas7bdat": "a SAS data set: export it as .csv or .sav",
    ".rds": "an R object: write it with write.csv() or arrow::write_parquet()",
    ".json": "JSON: export a table (.csv, .xlsx or .parquet)",
    ".zip": "an archive: unpack it and name the file inside",
}
_EXPECTED: dict[Format, str] = {
    "csv": "text in rows and columns",
    "excel": "an Excel workbook",
    "parquet": "a Parquet file",
    "spss": "an SPSS file (.sav)",
    "stata": "a Stata file (.dta)",
}
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "excel"),
    (b"PAR1", "a Parquet file", "parquet"),
    (b"$FL2", "an SPSS file", "spss"),
    (b"$FL3", "a compressed SPSS file", "spss"),
    (b"<stata_dta>", "a Stata file", "stata"),
    (b"\xd0\xcf\x11\xe0", "an old or password-protected Excel workbook", ""),
    (b"%PDF", "a PDF document", ""),
    (_GZIP, "a gzip archive", ""),
    (b"\x89PNG", "a picture", ""),
    (b"\xff\xd8\xff", "a picture", ""),
    (b"SQLite format 3", "an SQLite database", ""),
)


def contents(path: Path) -> bytes:
    """Return the file's bytes; a `.gz` is left as it is.

    Raises
    ------
    DataError
        No such file (with the nearest name in its folder), a folder, no permission, empty.
    """
    try:
        there, folder = path.exists(), path.is_dir()
    except (OSError, ValueError) as error:  # a name that no system takes
        what = "the file's name cannot be a name"
        found = getattr(error, "strerror", None) or str(error)
        where, hint = str(path)[:200], "correct the path"
        raise DataError(
            Fault(kind="data", what=what, where=where, found=found, hint=hint)
        ) from error
    if not there:
        raise DataError(_no_file(path))
    if folder:
        inside = sorted(one.name for one in path.iterdir() if one.suffix.lower() in SUFFIXES)
        raise DataError(
            Fault(
                kind="data",
                what="a folder stands where a data file should",
                where=str(path),
                found=", ".join(inside[:5]) or "no file of a known format in it",
                hint="name one file" if inside else "name a data file",
            )
        )
    try:
        found = path.read_bytes()
    except PermissionError as error:
        raise DataError(
            Fault(
                kind="data",
                what="the file may not be read",
                where=str(path),
                found=str(error.strerror or error),
                hint="close it in other programs, or ask for permission to read it",
            )
        ) from error
    except OSError as error:
        raise DataError(
            Fault(kind="data", what="the file cannot be read", where=str(path), found=str(error))
        ) from error
    if not found:
        raise DataError(
            Fault(
                kind="data",
                what="the file is empty",
                where=path.name,
                found="0 bytes",
                hint="look whether the export was complete",
            )
        )
    return found


def format_of(path: Path, declared: str, raw: bytes) -> Format:
    """Return the format as declared, or by what the file's bytes are; its name comes second.

    Raises
    ------
    DataError
        For a format that no reader knows, or a file that is none of them.

    Examples
    --------
    >>> format_of(Path("answers.csv"), "auto", b"$FL2@(#) SPSS DATA FILE")
    'spss'
    """
    if declared != "auto":
        for known in (*FORMATS, "sql"):
            if known == declared:
                return known
        raise DataError(
            Fault(
                kind="data",
                what=f'no reader for the format "{declared}"',
                where=path.name,
                hint=did_you_mean(declared, ["auto", *FORMATS, "qualtrics", *_PLATFORM_FORMATS]),
            )
        )
    by_name = format_by_name(path)
    name, by_content = looks_like(raw)
    for known in FORMATS:
        if known == by_content:
            return known
    if not name and is_text(raw):
        return "csv"
    if by_name is not None:
        return by_name
    suffix = path.suffix.lower()
    known_ones = ", ".join(SUFFIXES)
    raise DataError(
        Fault(
            kind="data",
            what=f'the extension "{suffix}" is not known' if suffix else "no extension",
            where=path.name,
            found=_OTHERS.get(suffix, name),
            hint=_DATABASE_HINT
            if "database" in name
            else f"known are {known_ones}; or say what it is by format: {' | '.join(FORMATS)}",
        )
    )


def format_by_name(path: Path) -> Format | None:
    """Return the format that a file's name promises; None where it promises none.

    Examples
    --------
    >>> format_by_name(Path("answers.zsav")), format_by_name(Path("answers.csv.gz"))
    ('spss', 'csv')
    """
    suffixes = [suffix.lower() for suffix in path.suffixes] or [""]
    if suffixes[-1] == ".gz" and len(suffixes) > 1:
        return "csv" if SUFFIXES.get(suffixes[-2]) == "csv" else None
    return SUFFIXES.get(suffixes[-1])


def is_text(raw: bytes) -> bool:
    r"""Say whether bytes are text in some encoding: UTF-16 holds zeros, but in every other place.

    Examples
    --------
    >>> is_text(b"a;b\n1;2\n"), is_text("a;b".encode("utf-16")), is_text(bytes(40))
    (True, True, False)
    """
    sample = raw[:4000]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if even or odd:
        return max(even, odd) > 0.3 * len(sample) and min(even, odd) < 0.02 * len(sample)
    control = sum(byte < 32 and byte not in (9, 10, 11, 12, 13, 27) for byte in sample)
    return control <= 0.01 * len(sample)


def unpacked(raw: bytes, path: Path) -> bytes:
    """Return the bytes of a file, unpacked where they are a gzip archive."""
    if not raw.startswith(_GZIP) and path.suffix.lower() != ".gz":
        return raw
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(
            Fault(
                kind="data",
                what="the archive cannot be unpacked: it is damaged or incomplete",
                where=path.name,
                found=str(error),
                hint="fetch or export the file again",
            )
        ) from error


def looks_like(raw: bytes) -> tuple[str, str]:
    """Return what the first bytes say a file is, and the `format` that reads it; "" if unknown.

    Examples
    --------
    >>> looks_like(b"PAR1...")
    ('a Parquet file', 'parquet')
    """
    for magic, name, format_ in _MAGIC:
        if raw.startswith(magic):
            if format_ == "excel" and b"xl/" not in raw and b"workbook" not in raw:
                return "a zip archive", ""
            return name, format_
    if raw[8:12] == b"DUCK":
        return "a DuckDB database", ""
    if len(raw) > 4 and raw[0] in range(104, 119) and raw[1] in (1, 2) and raw[2] == 1:
        return "a Stata file", "stata"
    head = raw[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<!doctype html", b"<html")) or b"<html" in head[:500]:
        return "a web page (HTML)", ""
    if head.startswith(b"<?xml"):
        return "an XML document", ""
    if head.startswith((b'{"', b"[{", b"{\n", b"{\r\n")):
        return "JSON", ""
    return "", ""


def not_this(path: Path, raw: bytes, expected: Format, problem: str = "") -> DataError:
    """Return the error for a file that is not of the format it was taken for."""
    name, format_ = looks_like(raw)
    if format_ == expected:
        name, hint = "", "it is cut off or damaged: export the file again"
    elif name == "a web page (HTML)":
        hint = "the download gave a page (a log-in or an error?) in place of the data: export again"
    elif format_:
        hint = f"say format: {format_}, or leave format out"
    elif "database" in name:
        hint = _DATABASE_HINT
    elif name:
        hint = "export a table: .csv, .xlsx, .parquet, .sav or .dta"
    elif b"\x00" not in raw[:4000] and expected != "csv":
        hint = "say format: csv if it is text; else export the file again"
    else:
        hint = "it may be cut off or damaged: export the file again"
    return DataError(
        Fault(
            kind="data",
            what=f"this is not {_EXPECTED[expected]} that can be read",
            where=path.name,
            found=name or problem or "bytes that are no text",
            hint=hint,
        )
    )


def _no_file(path: Path) -> Fault:
    folder = path.parent
    while not folder.exists():
        folder = folder.parent
    if folder != path.parent:
        missing = path.parent
        return Fault(
            kind="data",
            what="there is no such folder",
            where=str(missing),
            hint=f'"{folder}" is there: paths are relative to the params file',
        )
    names = sorted(one.name for one in folder.iterdir() if one.is_file())
    near = nearest(path.name, names)
    readable = [name for name in names if Path(name).suffix.lower() in SUFFIXES]
    if near is not None:
        hint = f'did you mean "{near}"?'
    elif readable:
        hint = did_you_mean(path.name, readable)
    else:
        hint = "paths are relative to the params file"
    return Fault(kind="data", what="there is no such file", where=str(path), hint=hint)
