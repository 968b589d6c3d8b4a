"""Answers out of DuckDB, SQLite and PostgreSQL: what a query gives, and that it only reads."""

import os
import sqlite3
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import DataError, ParamsError
from cxresearch.study.loading import load_study
from cxresearch.study.params import Params
from cxresearch.study.passwords import with_variables, without_password
from cxresearch.study.readers import read_query

MAKE = "CREATE TABLE answers (id INTEGER, region VARCHAR(20), q1 INTEGER, w DOUBLE PRECISION)"
ROWS = "INSERT INTO answers VALUES (1, 'N', 5, 1.5), (2, 'S', NULL, 0.5), (3, NULL, 3, 1)"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("databases")
    duck = duckdb.connect(str(path / "acme.duckdb"))
    duck.sql(MAKE)
    duck.sql(ROWS)
    duck.close()
    lite = sqlite3.connect(path / "acme.sqlite")
    lite.execute(MAKE)
    lite.execute(ROWS)
    lite.commit()
    lite.close()
    pd.DataFrame({"id": [1, 2], "q1": [5, 4]}).to_parquet(path / "acme.parquet")
    return path


@pytest.fixture
def postgres(tmp_path: Path) -> str:
    """The URL of a PostgreSQL server for tests, where one is named."""
    url = os.environ.get("CXRESEARCH_TEST_POSTGRES")
    if not url:
        pytest.skip("CXRESEARCH_TEST_POSTGRES names no PostgreSQL server")
    pytest.importorskip("psycopg", reason="the extra postgres is not installed")
    return url


def refusal(url: str, query: str, folder: Path) -> str:
    with pytest.raises(DataError) as caught:
        read_query(url, query, folder=folder)
    assert caught.value.faults[0].hint
    return str(caught.value)


@pytest.mark.parametrize("url", ["duckdb:///acme.duckdb", "sqlite:///acme.sqlite"])
def test_a_query_gives_the_answers(folder: Path, url: str) -> None:
    found = read_query(
        url,
        "SELECT * FROM answers ORDER BY id",
        folder=folder,
        columns_rename={"overall": "q1"},
    )
    assert list(found.frame) == ["id", "region", "overall", "w"]
    np.testing.assert_array_equal(found.frame["overall"], [5, np.nan, 3])
    assert found.frame["id"].dtype == np.int64
    assert found.frame["region"].tolist()[:2] == ["N", "S"]
    assert pd.isna(found.frame["region"][2])
    assert (found.format, found.n_rows) == ("sql", 3)
    assert found.place(1) == f"{url.rpartition('/')[2]}, case 2"


def test_the_same_answers_have_the_same_hash(folder: Path) -> None:
    query = "SELECT * FROM answers ORDER BY id"
    hashes = {read_query("duckdb:///acme.duckdb", query, folder=folder).sha256 for _ in range(2)}
    assert len(hashes) == 1
    other = read_query("duckdb:///acme.duckdb", query + " DESC", folder=folder)
    assert other.sha256 not in hashes


def test_duckdb_asks_files_beside_the_params(folder: Path) -> None:
    found = read_query("duckdb://", "SELECT * FROM 'acme.parquet' WHERE q1 > 4", folder=folder)
    assert found.frame.to_dict("list") == {"id": [1], "q1": [5]}


def test_absolute_paths(folder: Path, tmp_path: Path) -> None:
    url = f"duckdb:///{folder / 'acme.duckdb'}"
    assert read_query(url, "SELECT 1 AS a", folder=tmp_path).n_rows == 1


@pytest.mark.parametrize("url", ["duckdb:///acme.duckdb", "sqlite:///acme.sqlite"])
@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM answers",
        "SELECT 1 AS a; DROP TABLE answers",
        "DROP TABLE answers",
        "PRAGMA query_only = OFF",
        "UPDATE answers SET q1 = 1",
        "WITH gone AS (DELETE FROM answers RETURNING *) SELECT * FROM gone",
    ],
)
def test_nothing_can_be_changed(folder: Path, url: str, query: str) -> None:
    refusal(url, query, folder)
    assert read_query(url, "SELECT count(*) AS n FROM answers", folder=folder).frame["n"][0] == 3


@pytest.mark.parametrize(
    ("url", "query", "says"),
    [
        ("duckdb:///acme.duckdb", "SELECT * FROM anwers", ["refuses the query", "anwers"]),
        ("sqlite:///acme.sqlite", "SELECT * FROM anwers", ["refuses the query", "anwers"]),
        ("duckdb:///acme.duckdb", "SELECT * FROM answers WHERE id > 9", ["not a single row"]),
        ("duckdb:///acme.duckdb", "SELECT id, id FROM answers", ["more than once"]),
        ("duckdb:///acm.duckdb", "SELECT 1", ["no such database file", '"acme.duckdb"']),
        ("duckdb:///acme.sqlite", "SELECT nope", ["acme.sqlite"]),
        ("sqlite:///acme.parquet", "SELECT 1", ["does not answer", "not a database"]),
        ("mysql://ana:geheim@db/acme", "SELECT 1", ["no database that can be asked", "***"]),
        ("acme.duckdb", "SELECT 1", ["duckdb:///answers.duckdb"]),
        ("postgresql://a:${NO_SUCH_VAR}@h/d", "SELECT 1", ["NO_SUCH_VAR is not set"]),
        ("postgresql://a:ge/heim@h/d", "SELECT 1", ["cannot be taken apart", "%2F"]),
        ("postgresql://a:geheim@127.0.0.1:9/d", "SELECT 1", ["does not answer", "a:***@"]),
    ],
)
def test_refusals(folder: Path, url: str, query: str, says: list[str]) -> None:
    message = refusal(url, query, folder)
    for part in says:
        assert part in message
    assert "geheim" not in message


def test_a_query_that_only_duckdb_can_read_is_one_question_all_the_same(folder: Path) -> None:
    asked = "/* all */ SELECT 3! AS a"
    assert read_query("duckdb://", asked, folder=folder).frame["a"].tolist() == [6]
    message = refusal("duckdb://", f"{asked}; COPY (SELECT 1) TO 'made.csv'", folder)
    assert "a query is one SELECT" in message
    assert not (folder / "made.csv").exists()


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ACME_PASSWORD", "ge heim/1")
    message = refusal("postgresql://a:${ACME_PASSWORD}@127.0.0.1:9/d", "SELECT 1", tmp_path)
    assert "heim" not in message
    assert without_password("postgresql://a:b/c@d@h/e?x=f@g") == "postgresql://a:***@h/e?x=f@g"
    assert without_password("x postgresql://a:b:c@h/d?password=e&x=1 y") == (
        "x postgresql://a:***@h/d?password=***&x=1 y"
    )
    named = "postgresql://a:${ACME_PASSWORD}@h/d?sslpassword=${OTHER}"
    assert without_password(named) == named
    assert with_variables(named) == (named, ())
    assert with_variables("postgresql://a:b@c@h/d?sslpassword=e") == (
        "postgresql://a:${DB_PASSWORD}@h/d?sslpassword=${DB_PASSWORD_2}",
        ("DB_PASSWORD", "DB_PASSWORD_2"),
    )
    assert with_variables("duckdb:///a.duckdb") == ("duckdb:///a.duckdb", ())
    data = {"responses": {"url": "postgresql://a:p@geheim@h/d", "query": "SELECT 1"}}
    params = Params.from_mapping({"study": {"name": "a"}, "data": data, "codebook": "b.yml"})
    assert "geheim" not in str(params.resolved())
    assert "geheim" not in repr(params.data)
    data["responses"] = {**data["responses"], "path": "a.csv"}
    with pytest.raises(ParamsError) as caught:
        Params.from_mapping({"study": {"name": "a"}, "data": data, "codebook": "b.yml"})
    assert "geheim" not in str(caught.value)


def test_a_study_out_of_a_database(folder: Path) -> None:
    (folder / "book.yml").write_text(
        "measures: {whole: {kind: csat, columns: q1, scale: [1, 5]}}\n"
    )
    (folder / "params.yml").write_text(
        "study: {name: acme}\n"
        "data:\n"
        "  responses: {url: 'duckdb:///acme.duckdb', query: SELECT * FROM answers}\n"
        "  id: id\n"
        "codebook: book.yml\n"
    )
    one = load_study(folder / "params.yml")
    assert one.sources[0][:2] == ("acme.duckdb", 3)
    assert one.ratings["q1"].notna().sum() == 2


def test_postgres(postgres: str, tmp_path: Path) -> None:
    query = "SELECT 1 AS id, 2.5::numeric AS w, NULL::int AS q, DATE '2025-03-01' AS d, TRUE AS t"
    found = read_query(postgres, query, folder=tmp_path).frame
    assert found.iloc[0, :2].tolist() == [1, 2.5]
    assert pd.api.types.is_datetime64_any_dtype(found["d"])
    assert "refuses" in refusal(postgres, "SELECT * FROM no_such_table", tmp_path)
    refusal(postgres, "CREATE TABLE t (a int)", tmp_path)
