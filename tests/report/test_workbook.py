"""The workbook of all tables: numbers as numbers, safe texts, names that Excel takes."""

import io
import zipfile

import openpyxl
import pandas as pd

from cxresearch import handover, tables
from cxresearch.about import About
from cxresearch.report import workbook
from cxresearch.results import Result


def told(caption="Gaps", rows=((0.25, "North"),)):
    return {
        "caption": caption,
        "base": "n = 412",
        "source": "Source: Acme.",
        "notes": ["12 answers were left out."],
        "head": ["Share", "Region"],
        "cells": [list(row) for row in rows],
        "patterns": [["0.0%", ""] for _ in rows],
    }


def opened(content):
    return openpyxl.load_workbook(io.BytesIO(content))


def build(*parts, language="en"):
    return workbook.build("Acme 2025", [("Respondents", "412")], parts, language, "#1f5c99")


def test_contents_name_every_table_and_lead_there():
    book = opened(build(workbook.Part(title="Service quality", tables=(told(), told("Zone")))))
    assert book.sheetnames == ["Contents", "Gaps", "Zone"]
    contents = book["Contents"]
    texts = [cell.value for row in contents.iter_rows() for cell in row if cell.value]
    assert texts[:3] == ["Acme 2025", "Respondents", "412"]
    assert {"Service quality", "Gaps", "Zone"} <= set(texts)
    links = [
        cell.hyperlink.location for row in contents.iter_rows() for cell in row if cell.hyperlink
    ]
    assert links == ["'Gaps'!A1", "'Zone'!A1"]


def test_numbers_stay_numbers_with_the_decimals_of_the_page():
    sheet = opened(
        build(workbook.Part(title="Page", tables=(told(rows=[(0.25, "North"), (None, "South")]),)))
    )["Gaps"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "Share")[0].row
    assert sheet.cell(header + 1, 1).value == 0.25
    assert sheet.cell(header + 1, 1).number_format == "0.0%"
    assert sheet.cell(header + 2, 1).value is None
    texts = [cell.value for row in sheet.iter_rows() for cell in row]
    assert "n = 412" in texts
    assert "12 answers were left out." in texts
    assert "Source: Acme." in texts


def test_texts_are_no_formulas_and_hold_no_sign_that_excel_refuses():
    book = opened(
        build(workbook.Part(title="=cmd()", tables=(told("=1+1", [(1.0, "=HYPERLINK()\x07")]),)))
    )
    values = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value]
    assert all(cell.data_type != "f" for cell in values)
    assert "'=HYPERLINK()" in [cell.value for cell in values]


def test_names_of_sheets_are_short_plain_and_told_apart():
    long = "Changes of gaps up to the last wave [split by side]: perception/expectation"
    book = opened(build(workbook.Part(title="Page", tables=(told(long), told(long), told("???")))))
    assert len(set(book.sheetnames)) == 4
    assert all(len(name) <= 31 for name in book.sheetnames)
    assert not any(sign in name for name in book.sheetnames for sign in "[]:*?/\\")


def test_same_results_give_the_same_bytes_and_no_clock_time():
    part = workbook.Part(title="Page", tables=(told(),))
    first = build(part)
    assert first == build(part)
    with zipfile.ZipFile(io.BytesIO(first)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(2025, 1, 1, 0, 0, 0)}
        assert b"2025-01-01T00:00:00Z" in packed.read("docProps/core.xml")


def test_shown_table_arrives_with_full_precision(tmp_path, monkeypatch):
    monkeypatch.setenv(handover.FOLDER, str(tmp_path))
    monkeypatch.setenv(handover.NOTEBOOK, "10_x")
    third = 1 / 3
    table = pd.DataFrame(
        {
            "measure": ["satisfaction", "recommend"],
            "estimate": [third, float("nan")],
            "conf_low": [0.3, float("nan")],
            "conf_high": [0.4, float("nan")],
            "unit": ["share", "nps"],
            "n": [412, 3],
        }
    )
    tables.show(Result(table=table, n=412, n_eff=412.0, conf_level=0.95, about=About()))
    (one,) = workbook.read("10_x", tmp_path / handover.RESULTS)
    assert one["rows"][0][1] == third
    assert one["rows"][1][1] is None
    assert one["columns"] == list(table.columns)
    assert one["cells"][0][1:4] == [third, 0.3, 0.4]
    assert len(one["head"]) == len(one["cells"][0]) == len(one["patterns"][0])
    assert opened(build(workbook.Part(title="Page", tables=(one,))))
