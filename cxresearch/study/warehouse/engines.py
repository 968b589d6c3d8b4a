"""Where answers lie that never enter memory: files asked in place, and databases.

Parquet and csv are asked by an embedded DuckDB; a database by its own engine. Everything above
this module is written once, as Ibis expressions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import finalize

import duckdb
import ibis
from ibis.backends.sql.datatypes import PostgresType
from ibis.common.exceptions import IbisError

from cxresearch.errors import DataError, Fault
from cxresearch.study.params import Source
from cxresearch.study.passwords import without_password
from cxresearch.study.readers.database import Database, connect, database

DUCKDB = "duckdb"
ENGINES = (DUCKDB, "postgres")
SUFFIXES = {".parquet": "parquet", ".pq": "parquet", ".csv": "csv", ".tsv": "csv", ".gz": "csv"}
_BLOCK = 1 << 22


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """One source of answers, asked where it lies.

    Attributes
    ----------
    source : Source
        What the params say of it.
    table : ibis Table
        Its rows, columns under the study's names.
    name : str
        File or database, for messages; no password.
    sha256 : str
        Of the file; empty for a database.
    """

    source: Source
    table: Any
    name: str
    sha256: str


def opened(sources: Sequence[Source], folder: Path) -> list[Opened]:
    """Return every source as a table that can be asked; all faults at once.

    Raises
    ------
    DataError
        Files that are not there or of a format that cannot be asked in place, databases that do
        not answer, sources in more than one database.
    """
    if len({one.url for one in sources}) > 1:
        what = "answers of one study lie in more than one database"
        hint = "bring them into one, or read them into memory: data.engine: memory"
        raise DataError(Fault(kind="data", what=what, where="data.responses", hint=hint))
    place = database(sources[0].url or f"{DUCKDB}:///:memory:", folder)
    if place.engine not in ENGINES:
        raise DataError(
            Fault(
                kind="data",
                what=f"answers in {place.engine} cannot be counted where they lie",
                where="params: data.responses.url",
                found=place.name,
                hint="DuckDB, PostgreSQL, Parquet or csv; or read them: data.engine: memory",
            )
        )
    connection = connect(place)
    finalize(connection, connection.con.close)  # with the last study that asks it
    if place.engine == DUCKDB:
        connection.raw_sql("SET preserve_insertion_order = false")
    faults: list[Fault] = []
    found: list[Opened] = []
    for i, source in enumerate(sources):
        try:
            found.append(_opened(connection, place, source))
        except DataError as error:
            faults += error.faults
        except (*_refusals(place), IbisError, OSError) as error:
            faults.append(
                Fault(
                    kind="data",
                    what="answers cannot be asked where they lie",
                    where=f"params: data.responses[{i}]",
                    found=without_password(str(error).strip().splitlines()[0]),
                    hint="look at path, url and query",
                )
            )
    if faults:
        raise DataError(*faults)
    return found


def _refusals(place: Database) -> tuple[type[Exception], ...]:
    """Return what an engine raises where it refuses a query."""
    if place.engine == DUCKDB:
        return (duckdb.Error,)
    return (import_module("psycopg").Error,)  # an extra: only PostgreSQL needs it


def _opened(connection: Any, place: Database, source: Source) -> Opened:
    if source.url is not None:
        assert source.query is not None
        table, name, digest = _query(connection, place, source.query), place.name, ""
    else:
        assert source.path is not None
        table, name, digest = _file(connection, source), source.path.name, _digest(source.path)
    names = {new: old for new, old in source.columns.items() if old in table.columns}
    return Opened(source, table.rename(names) if names else table, name, digest)


def _query(connection: Any, place: Database, query: str) -> Any:
    """Return a query as a table; of PostgreSQL the types are asked for without a view."""
    query = query.strip().removesuffix(";")
    if place.engine == DUCKDB:
        return connection.sql(query)
    with connection.con.cursor() as cursor:
        cursor.execute(f"SELECT * FROM ({query}) AS answers LIMIT 0")
        kinds = connection.con.adapters.types
        columns = {
            one.name: PostgresType.from_string(kinds[one.type_code].name)
            for one in cursor.description
        }
    connection.con.rollback()
    return connection.sql(query, schema=ibis.schema(columns))


def beside(table: Any, columns: Mapping[str, Sequence[Any]]) -> Any:
    """Return a small table of texts and numbers, asked along with another; nothing is written."""
    kinds = {name: isinstance(cells[0], str) for name, cells in columns.items()}
    rows = ", ".join(
        "(" + ", ".join(_told(one) for one in row) + ")"
        for row in zip(*columns.values(), strict=True)
    )
    schema = ibis.schema({name: "string" if text else "float64" for name, text in kinds.items()})
    query = f"SELECT * FROM (VALUES {rows}) AS beside({', '.join(columns)})"
    return table.get_backend().sql(query, schema=schema)


def _told(value: Any) -> str:
    """Return a text or a number in SQL."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return f"CAST('{float(value)!r}' AS DOUBLE PRECISION)"


def _file(connection: Any, source: Source) -> Any:
    path = source.path
    assert path is not None
    kind = source.format or SUFFIXES.get(path.suffix.lower(), "")
    if kind == "parquet":
        return connection.read_parquet(path)
    if kind != "csv":
        raise DataError(
            Fault(
                kind="data",
                what="this format cannot be asked in place",
                where=str(path.name),
                found=kind or path.suffix,
                hint="parquet, csv or a database; or read it into memory: data.engine: memory",
            )
        )
    options: dict[str, Any] = {"header": True, "skip": source.skip_rows or None}
    options |= {"delim": source.delimiter, "decimal_separator": source.decimal}
    options["encoding"] = source.encoding
    return connection.read_csv(path, **{key: one for key, one in options.items() if one})


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file, block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
