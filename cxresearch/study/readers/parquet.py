"""Parquet files: types as declared in the file, dictionaries turned back into their values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from cxresearch.errors import DataError, Fault, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of
from cxresearch.study.readers.files import not_this
from cxresearch.study.readers.header import check_header

_EXACT = 2**53  # whole numbers beyond it change in a float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """A Parquet file, read."""

    frame: pd.DataFrame
    notes: tuple[Note, ...]


def read_parquet(raw: bytes, path: Path) -> Columns:
    """Read a Parquet file; text stays text, since the file's types are meant.

    Whole numbers with blanks become floats with NaN (text, where a float would change them),
    true and false 1 and 0, categories their values.

    Raises
    ------
    DataError
        Not a Parquet file, no rows, a name that stands twice, a column of lists or structures.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(raw)).read()
        table.validate(full=True)  # looks into texts: they, and names, may not be UTF-8
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise not_this(path, raw, "parquet", str(error).split("\n")[0]) from error
    return columns_of(table, path.name, "the schema")


def columns_of(table: pa.Table, file: str, place: str) -> Columns:
    """Return an Arrow table as plain columns; the types it has are meant.

    Parameters
    ----------
    table : pyarrow Table
        Of a Parquet file or a database.
    file, place : str
        For messages.

    Raises
    ------
    DataError
        No rows, a name that stands twice, a column of lists or structures.
    """
    names = [str(name) for name in table.column_names]
    check_header(names, file=file, place=place)
    if not table.num_rows:
        raise DataError(
            Fault(
                kind="data",
                what="there are columns but not a single row of answers",
                where=file,
                found=f"{len(names)} columns: {first(names)}",
                hint="look whether the export was complete",
            )
        )
    nested = [name for name, kind in zip(names, table.schema.types, strict=True) if _nested(kind)]
    if nested:
        raise DataError(
            Fault(
                kind="data",
                what=f"{len(nested)} columns hold lists or structures, not one answer a row",
                where=file,
                found=first([f"{name}: {table.schema.field(name).type}" for name in nested]),
                hint="write one column for each answer",
            )
        )
    columns = {name: _plain(column) for name, column in zip(names, table.columns, strict=True)}
    logical = tuple(
        name for name, column in zip(names, table.columns, strict=True) if _logical(column.type)
    )
    notes = (note("booleans_as_numbers", columns=logical),) if logical else ()
    return Columns(
        frame=pd.DataFrame({name: column_of(values) for name, values in columns.items()}),
        notes=notes,
    )


def _nested(kind: Any) -> bool:
    return bool(pa.types.is_nested(kind) or pa.types.is_binary(kind))


def _logical(kind: Any) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_boolean(value))


def _plain(column: Any) -> np.ndarray:
    """Return a column as numbers, dates or text with NaN for blanks."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_null(kind):
        return np.full(len(column), np.nan)
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        if not column.null_count and not (kind == pa.uint64() and _beyond_float(column)):
            return np.asarray(column.cast(pa.int64()).to_numpy())
        if pa.types.is_integer(kind) and _beyond_float(column):
            return _texts(column.cast(pa.string()))
        if pa.types.is_boolean(kind):
            column = column.cast(pa.int8())
        return np.asarray(column.cast(pa.float64()).to_numpy())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return np.asarray(column.cast(pa.float64()).to_numpy())
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return _moments(column)
    if pa.types.is_interval(kind):
        told = [np.nan if one is None else str(one) for one in column.to_pylist()]
        return np.array(told, dtype=object)
    return _texts(column.cast(pa.string()))


def _moments(column: Any) -> np.ndarray:
    """Return moments in microseconds, nanoseconds cut; in seconds where years are beyond these."""
    for unit in ("us", "s"):
        into = pc.CastOptions(target_type=pa.timestamp(unit), allow_time_truncate=True)
        try:
            return np.asarray(column.cast(options=into).to_numpy())
        except pa.ArrowInvalid:
            continue
    return _texts(column.cast(pa.string()))


def _beyond_float(column: Any) -> bool:
    extent = pc.min_max(column).as_py()
    return extent["min"] is not None and max(abs(extent["min"]), abs(extent["max"])) > _EXACT


def _texts(column: Any) -> np.ndarray:
    trimmed = pc.utf8_trim_whitespace(column)
    values = np.asarray(trimmed.to_numpy(), dtype=object)
    blank = pc.fill_null(pc.equal(trimmed, ""), True).to_numpy()
    return np.where(blank, np.nan, values)
