"""Answers out of a database: one question in SQL, asked so that nothing can be changed."""

from __future__ import annotations

import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pyarrow as pa

from cxresearch.errors import DataError, Fault, did_you_mean
from cxresearch.study.passwords import SECRET, VARIABLE, without_password

_ENGINES = {
    "duckdb": "duckdb",
    "sqlite": "sqlite",
    "postgres": "postgres",
    "postgresql": "postgres",
}
_EXAMPLES = "duckdb:///answers.duckdb, sqlite:///answers.sqlite, postgresql://user@host/database"
_QUESTION = re.compile(
    r"(?:\s|\(|--[^\n]*\n|/\*.*?\*/)*(?:select|with|from|values|table|pivot)\b", re.I | re.DOTALL
)
_MEMORY = ("", ":memory:")
_QUERY_SHOWN = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Where a URL leads.

    Attributes
    ----------
    engine : str
        duckdb, sqlite or postgres.
    path : Path or None
        The file of an embedded database; None for one in memory and for a server.
    folder : Path
        Where relative paths begin: the folder of the params file.
    url : str
        As it is used, variables filled in. Never shown: show `name`.
    name : str
        For messages, without a password.
    """

    engine: str
    path: Path | None
    folder: Path
    url: str
    name: str

    def __repr__(self) -> str:
        return f"Database({self.name})"


def database(url: str, folder: Path) -> Database:
    """Return where a URL leads; a relative path begins at `folder`, ${NAME} is a variable.

    Raises
    ------
    DataError
        An engine that is not known, a file that is not there, a variable that is not set.

    Examples
    --------
    >>> database("duckdb:///:memory:", Path()).engine
    'duckdb'
    """
    shown = without_password(url)
    scheme, _, rest = url.partition("://")
    engine = _ENGINES.get(scheme.split("+")[0].lower())
    if engine is None or not url.partition("://")[1]:
        raise DataError(
            Fault(
                kind="data",
                what="the url names no database that can be asked",
                where="params: data.responses.url",
                found=shown,
                hint=f"for instance {_EXAMPLES}"
                if not scheme or scheme == url
                else f"{did_you_mean(scheme, ['duckdb', 'sqlite', 'postgresql'])}; "
                f"for instance {_EXAMPLES}",
            )
        )
    url = _filled(url, shown)
    if engine == "postgres":
        _check_server(url, shown)
        return Database(engine=engine, path=None, folder=folder, url=url, name=shown)
    where = unquote(_filled(rest, shown).split("?")[0])
    where = where.removeprefix("/") if not where.startswith("//") else where[1:]
    if where in _MEMORY:
        return Database(engine=engine, path=None, folder=folder, url=url, name=shown)
    path = (folder / Path(where).expanduser()).resolve()
    if not path.is_file():
        near = sorted(one.name for one in path.parent.glob("*") if one.is_file())
        raise DataError(
            Fault(
                kind="data",
                what="there is no such database file",
                where=str(path),
                found=shown,
                hint=did_you_mean(path.name, near)
                if near
                else "paths are relative to the params file; an absolute one begins with "
                f"{engine}:////",
            )
        )
    return Database(engine=engine, path=path, folder=folder, url=url, name=path.name)


def _check_server(url: str, shown: str) -> None:
    """Raise where the address of a server cannot be taken apart."""
    try:
        readable = urlsplit(url).port != 0
    except ValueError:
        readable = False
    if not readable:
        raise DataError(
            Fault(
                kind="data",
                what="the url of the database cannot be taken apart",
                where="params: data.responses.url",
                found=shown.rpartition("@")[2] if "@" in shown else shown,
                hint="write / : @ # ? in a password as %2F %3A %40 %23 %3F, "
                "or put it into a variable: ${DB_PASSWORD}",
            )
        )


def connect(place: Database) -> Any:
    """Return an Ibis connection that can only read.

    Raises
    ------
    DataError
        The database does not answer, or is none; the driver is not installed.
    """
    import ibis  # takes half a second, and most answers lie in files

    try:
        if place.engine == "duckdb":
            if place.path is not None:
                connection = ibis.duckdb.connect(place.path, read_only=True)
            else:
                connection = ibis.duckdb.connect()
            connection.raw_sql("SET autoinstall_known_extensions = false")
            folder = str(place.folder.resolve()).replace("'", "''")
            connection.raw_sql(f"SET file_search_path = '{folder}'")
        elif place.engine == "sqlite":
            connection = ibis.sqlite.connect(place.path)
            connection.raw_sql("PRAGMA query_only = ON")
            connection.raw_sql("SELECT count(*) FROM sqlite_master").fetchall()
        else:
            connection = ibis.connect(place.url)
            connection.raw_sql("SET default_transaction_read_only = on")
    except ImportError as error:
        raise DataError(
            Fault(
                kind="data",
                what=f"the driver for {place.engine} is not installed",
                where="params: data.responses.url",
                found=str(error),
                hint=f'pip install "cxresearch[{place.engine}]"',
            )
        ) from error
    except _errors(place.engine) as error:
        raise DataError(
            Fault(
                kind="data",
                what="the database does not answer",
                where=place.name,
                found=_told(error, place),
                hint="look at the url: user, host, port, name; is the file a database?",
            )
        ) from None
    return connection


def ask(url: str, query: str, folder: Path) -> tuple[pa.Table, Database]:
    """Return the rows that a query gives, and where they came from.

    Parameters
    ----------
    url : str
        duckdb:///file, sqlite:///file or postgresql://user@host/database; a password may stand
        in it as ${VARIABLE}, and is never shown.
    query : str
        One SELECT. In DuckDB it may read files next to the params file:
        ``SELECT * FROM 'answers.parquet'``.
    folder : Path
        Where relative paths begin.

    Raises
    ------
    DataError
        No such database, a query that is no SELECT, or that the database refuses.
    """
    place = database(url, folder)
    _check_query(query, place)
    connection = connect(place)
    try:
        if place.engine == "duckdb":
            return connection.con.sql(query).to_arrow_table(), place
        return _table(connection.raw_sql(query)), place
    except _errors(place.engine) as error:
        raise DataError(
            Fault(
                kind="data",
                what="the database refuses the query",
                where=f"{place.name}; params: data.responses.query",
                found=_told(error, place),
                hint=f"the query is: {_short(query)}",
            )
        ) from None
    finally:
        connection.disconnect()


def _table(cursor: Any) -> pa.Table:
    """Return what a cursor gives, column by column; text where a column holds numbers and text."""
    names = [one[0] for one in cursor.description]
    rows = cursor.fetchall()
    columns = [_column([row[k] for row in rows]) for k in range(len(names))]
    return pa.Table.from_arrays(columns, names=[str(name) for name in names])


def _column(values: list[Any]) -> pa.Array:
    """Return values as an Arrow column; text where numbers and text, or other things, stand."""
    values = [float(value) if isinstance(value, Decimal) else value for value in values]
    kinds = {type(value) for value in values if value is not None}
    if kinds == {int, float}:
        return pa.array([None if value is None else float(value) for value in values])
    if len(kinds) > 1 or not kinds <= {int, float, bool, str, date, datetime}:
        return pa.array([None if value is None else str(value) for value in values])
    return pa.array(values)


def _check_query(query: str, place: Database) -> None:
    """Raise where a query is more than one question, or no question at all."""
    import sqlglot

    try:
        statements = [one for one in sqlglot.parse(query, read=place.engine) if one is not None]
        if len(statements) == 1 and isinstance(statements[0], sqlglot.exp.Query):
            return
    except sqlglot.errors.SqlglotError:
        # the engine knows its own SQL better, but DuckDB runs several statements, COPY among them
        if _QUESTION.match(query) and ";" not in query.strip().removesuffix(";"):
            return
    raise DataError(
        Fault(
            kind="data",
            what="a query is one SELECT",
            where="params: data.responses.query",
            found=_short(query),
            hint="SELECT the columns of the answers, one row per respondent",
        )
    )


def _errors(engine: str) -> tuple[type[Exception], ...]:
    """Return what an engine raises on purpose."""
    if engine == "duckdb":
        import duckdb

        return (duckdb.Error, OSError)
    if engine == "sqlite":
        return (sqlite3.Error, OSError)
    # an extra: only whoever asks PostgreSQL needs its driver
    import psycopg

    return (psycopg.Error, OSError)


def _told(error: Exception, place: Database) -> str:
    """Return what the engine said, in one line and without a password."""
    lines = [line for line in str(error).splitlines() if line.strip()]
    text = without_password(" ".join(lines[:2]))
    secret = urlsplit(place.url).password if place.engine == "postgres" else None
    return text.replace(unquote(secret), SECRET).replace(secret, SECRET) if secret else text


def _filled(text: str, shown: str) -> str:
    """Return a text with ${NAME} replaced by the variable of that name."""
    absent = [name for name in VARIABLE.findall(text) if name not in os.environ]
    if absent:
        raise DataError(
            Fault(
                kind="data",
                what=f"the environment variable {absent[0]} is not set",
                where="params: data.responses.url",
                found=shown,
                hint=f"export {absent[0]}=… before the run",
            )
        )
    return VARIABLE.sub(lambda found: quote(os.environ[found[1]], safe=""), text)


def _short(query: str) -> str:
    line = " ".join(query.split())
    return line if len(line) <= _QUERY_SHOWN else line[: _QUERY_SHOWN - 1] + "…"
