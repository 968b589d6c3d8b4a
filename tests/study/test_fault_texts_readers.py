"""Every fault of a data file or database, as the user reads it."""

import sqlite3

import openpyxl
import pandas as pd
import pytest
from snapshot import agrees

from cxresearch.errors import DataError
from cxresearch.study.readers import read, read_query

PNG = b"\x89PNG" + bytes(60)
TEXTS = {
    "empty": ("a.csv", b"", {}),
    "header_only": ("a.csv", b"id,q1\n", {}),
    "blank": ("a.csv", b"\n\n", {}),
    "ragged": ("a.csv", b"a,b\n1,2\n3\n4,5,6\n", {}),
    "unclosed_quote": ("a.csv", b'a,b\n1,"x\n2,y\n', {}),
    "title_above": ("a.csv", b"Report\na,b\n1,2\n3,4\n", {}),
    "nameless": ("a.csv", b"a,,c\n1,2,3\n", {}),
    "twice": ("a.csv", b"a,b,a\n1,2,3\n", {}),
    "picture": ("a.csv", PNG, {}),
    "page": ("a.csv", b"<!DOCTYPE html><html>Log in</html>", {}),
    "json": ("a.csv", b'{"id": 1}', {}),
    "archive": ("a.zip", b"PK\x03\x04rest of it", {}),
    "broken_gzip": ("a.csv.gz", b"\x1f\x8b\x08rest", {}),
    "old_excel": ("a.xls", b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 9, {}),
    "cut_off_excel": ("a.xlsx", b"PK\x03\x04xl/workbook.xml", {}),
    "cut_off_spss": ("a.sav", b"$FL2@(#) SPSS DATA FILE", {}),
    "cut_off_parquet": ("a.parquet", b"PAR1xx", {}),
    "duckdb_file": ("a.duckdb", bytes(8) + b"DUCK" + bytes(50), {}),
    "wrong_encoding": ("a.csv", "a;b\n1;žal\n".encode("cp1250"), {"encoding": "utf-8"}),
    "no_encoding": ("a.csv", b"a;b\n1;2\n", {"encoding": "utf-88"}),
    "wrong_delimiter": ("a.csv", b"a;b\n1;2\n", {"delimiter": ","}),
    "wrong_decimal": ("a.csv", b"a;b\n1;2\n", {"decimal": ";"}),
    "option_of_another_format": ("a.csv", b"a;b\n1;2\n", {"sheet": "Data"}),
    "no_such_format": ("a.csv", b"a;b\n1;2\n", {"format": "qualtrix"}),
    "not_qualtrics": ("a.csv", b"a;b\n1;2\n", {"format": "qualtrics"}),
    "not_surveymonkey": ("a.csv", b"a;b\n1;2\n", {"format": "surveymonkey"}),
    "limesurvey_in_truth": (
        "a.csv",
        b"id,submitdate,lastpage,startlanguage\n1,,2,en\n",
        {"format": "qualtrics"},
    ),
    "sql_of_a_file": ("a.csv", b"a;b\n1;2\n", {"format": "sql"}),
    "no_such_column": ("a.csv", b"Q7ALL;b\n1;2\n", {"columns_rename": {"all": "Q7AL"}}),
}
SHEETS = {
    "no_such_sheet": ({"Data": [["a"], [1]], "Codes": [["b"], [2]]}, {"sheet": "Dta"}),
    "empty_sheet": ({"Data": []}, {}),
    "no_answers": ({"Data": [["a", "b"]]}, {}),
    "same_questions": ({"y24": [["a", "b"], [1, 2]], "y25": [["a", "b"], [1, 2]]}, {}),
    "no_name": ({"Data": [["id", "", "q"], [1, 2, 3]]}, {}),
    "not_calculated": ({"Data": [["a", "b"], [1, "=A2*2"]]}, {}),
}
QUERIES = {
    "engine": ("mysql://ana:geheim@db/acme", "SELECT 1"),
    "no_url": ("answers.duckdb", "SELECT 1"),
    "no_variable": ("postgresql://ana:${NO_SUCH_PASSWORD}@db/acme", "SELECT 1"),
    "no_table": ("sqlite:///acme.sqlite", "SELECT * FROM anwers"),
    "no_select": ("sqlite:///acme.sqlite", "DELETE FROM answers"),
    "two_statements": ("sqlite:///acme.sqlite", "SELECT 1 AS a; SELECT 2 AS a"),
    "no_rows": ("sqlite:///acme.sqlite", "SELECT * FROM answers WHERE id > 9"),
    "no_database": ("sqlite:///a.csv", "SELECT 1 AS a"),
}


def told(action) -> str:
    with pytest.raises(DataError) as caught:
        action()
    assert all(fault.where or fault.found for fault in caught.value.faults)
    assert all(fault.hint for fault in caught.value.faults)
    return str(caught.value)


def test_files(tmp_path):
    found = {}
    for case, (name, raw, options) in TEXTS.items():
        path = tmp_path / name
        path.write_bytes(raw)
        found[case] = told(lambda path=path, options=options: read(path, **options))
        path.unlink()
    agrees("readers", found)


def test_workbooks(tmp_path):
    found = {}
    for case, (sheets, options) in SHEETS.items():
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name)
            for row in rows:
                sheet.append(row)
        path = tmp_path / "acme.xlsx"
        book.save(path)
        found[case] = told(lambda path=path, options=options: read(path, **options))
    agrees("readers_workbooks", found)


def test_databases(tmp_path):
    base = sqlite3.connect(tmp_path / "acme.sqlite")
    pd.DataFrame({"id": [1, 2]}).to_sql("answers", base, index=False)
    base.close()
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    found = {
        case: told(lambda url=url, query=query: read_query(url, query, folder=tmp_path))
        for case, (url, query) in QUERIES.items()
    }
    assert "geheim" not in str(found)
    agrees("readers_databases", found)
