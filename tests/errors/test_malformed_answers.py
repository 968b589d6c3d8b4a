"""Files of answers that nobody could read or mean: one clear error, and never half a report."""

from __future__ import annotations

import gzip
import io
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
import small_study
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_study import loads_or_is_refused, refused

import cxresearch as cx
from cxresearch import cli
from cxresearch.errors import CxError

GOOD = small_study.csv()
HEADER, *ROWS = GOOD.splitlines()
BODY = "\n".join(ROWS)
ZIP = b"PK\x03\x04" + bytes(60)
OLE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4000)  # an Office file with a password is one


def zipped(**members: str) -> bytes:
    taken = io.BytesIO()
    with zipfile.ZipFile(taken, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return taken.getvalue()


def sheets(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    taken = io.BytesIO()
    book.save(taken)
    return taken.getvalue()


def frame(**changed: object) -> pd.DataFrame:
    return small_study.answers().assign(**changed)


def formulas() -> bytes:
    rows = [list(small_study.answers()), *small_study.answers().to_numpy().tolist()]
    rows[3][rows[0].index("sat")] = "=1+2"
    return sheets(answers=rows)


def nested() -> bytes:
    return small_study.parquet(frame(sat=[[1, 2]] * small_study.N))


def structs() -> bytes:
    return small_study.parquet(frame(sat=[{"a": 1}] * small_study.N))


# what is wrong: the file's name, what stands in it, what the message says
FILES = {
    "empty csv": ("answers.csv", b"", "empty"),
    "blank csv": ("answers.csv", b"\n\n  \n", "answers.csv"),
    "zeros": ("answers.csv", bytes(3000), "answers.csv"),
    "binary": ("answers.csv", bytes(range(256)) * 20, "answers.csv"),
    "a picture": ("answers.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, "answers.csv"),
    "a pdf": ("answers.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n" + bytes(99), "answers.csv"),
    "a web page": ("answers.csv", "<!DOCTYPE html><html><body>Log in</body></html>", "answers.csv"),
    "json": ("answers.csv", '[{"id": 1, "sat": 5}]', "answers.csv"),
    "header only": ("answers.csv", HEADER + "\n", "answers.csv"),
    "no header": ("answers.csv", BODY, "answers.csv"),
    "ragged": ("answers.csv", GOOD + "1,2,3\n" + ROWS[0] + ",7,7\n", "answers.csv"),
    "unclosed quote": ("answers.csv", GOOD.replace("slow", '"slow', 1), "answers.csv"),
    "duplicated columns": ("answers.csv", GOOD.replace("nps,", "sat,", 1), "sat"),
    "column without a name": ("answers.csv", GOOD.replace("nps,", ",", 1), "have no name"),
    "a column is missing": ("answers.csv", frame().drop(columns="sat").to_csv(index=False), "sat"),
    "no known column": ("answers.csv", "x,y\n1,2\n3,4\n", "there is no column"),
    "text on a scale": ("answers.csv", small_study.cell("sat", "satisfied"), "satisfied"),
    "text on every row": ("answers.csv", small_study.csv(sat="good"), "good"),
    "code above": ("answers.csv", small_study.cell("sat", 55), "55"),
    "code below": ("answers.csv", small_study.cell("P1", -3), "-3"),
    "infinite": ("answers.csv", small_study.cell("sat", "inf"), "inf"),
    "huge": ("answers.csv", small_study.cell("sat", "1e400"), "1e400"),
    "spreadsheet error": ("answers.csv", small_study.cell("sat", "#REF!"), "#REF!"),
    "formula": ("answers.csv", small_study.cell("sat", "=1+1"), "=1+1"),
    "both decimal marks": (
        "answers.csv",
        small_study.csv(w=["1.5", '"1,5"'] * (small_study.N // 2)).replace('"""', '"'),
        "w",
    ),
    "weight below zero": ("answers.csv", small_study.cell("w", -1), "w"),
    "weight blank": ("answers.csv", small_study.cell("w", ""), "w"),
    "weights all zero": ("answers.csv", small_study.csv(w=0), "w"),
    "weight text": ("answers.csv", small_study.cell("w", "heavy"), "heavy"),
    "weight infinite": ("answers.csv", small_study.cell("w", "inf"), "w"),
    "weights all blank": ("answers.csv", small_study.csv(w=""), "w"),
    "stratum blank": ("answers.csv", small_study.cell("stratum", ""), "without a stratum"),
    "cluster blank": ("answers.csv", small_study.cell("branch", ""), "branch"),
    "one psu in a stratum": ("answers.csv", small_study.cell("stratum", "C"), "lonely"),
    "wave unknown": ("answers.csv", small_study.cell("wave", 1999), "1999"),
    "wave blank": ("answers.csv", small_study.cell("wave", ""), "without a wave"),
    "id blank": ("answers.csv", small_study.cell("id", ""), "without an id"),
    "id twice in a wave": ("answers.csv", small_study.cell("id", 101), "101"),
    "cut in the middle": ("answers.csv.gz", gzip.compress(GOOD.encode())[:80], "answers.csv.gz"),
    "gzip bomb of nothing": ("answers.csv.gz", gzip.compress(b""), "answers.csv.gz"),
    "not gzip": ("answers.csv.gz", b"\x1f\x8b\x08" + bytes(20), "answers.csv.gz"),
    "bytes of no encoding": ("answers.csv", HEADER.encode() + b"\n\x81\x8d\x00\x90\x9d\n", ""),
    "half of utf-16": ("answers.csv", GOOD.encode("utf-16")[:-1], "answers.csv"),
    "excel empty": ("answers.xlsx", b"", "empty"),
    "excel torn": ("answers.xlsx", small_study.excel()[:900], "answers.xlsx"),
    "excel of zeros": ("answers.xlsx", ZIP, "answers.xlsx"),
    "excel is another zip": ("answers.xlsx", zipped(readme="hello"), "answers.xlsx"),
    "excel with a password": ("answers.xlsx", OLE, "password"),
    "excel without rows": ("answers.xlsx", sheets(answers=[]), "answers.xlsx"),
    "excel header only": ("answers.xlsx", sheets(answers=[list(frame())]), "answers.xlsx"),
    "excel of formulas": ("answers.xlsx", formulas(), "formula"),
    "excel text on a scale": (
        "answers.xlsx",
        small_study.excel(frame(sat=["good"] * small_study.N)),
        "good",
    ),
    "zip of csv": ("answers.zip", zipped(**{"answers.csv": GOOD}), "answers.zip"),
    "parquet empty": ("answers.parquet", b"", "empty"),
    "parquet torn": ("answers.parquet", small_study.parquet()[:-20], "answers.parquet"),
    "parquet head only": ("answers.parquet", b"PAR1", "answers.parquet"),
    "parquet of lists": ("answers.parquet", nested(), "sat"),
    "parquet of structs": ("answers.parquet", structs(), "sat"),
    "parquet without rows": ("answers.parquet", small_study.parquet(frame()[:0]), "answers"),
    "spss empty": ("answers.sav", b"", "empty"),
    "spss torn": ("answers.sav", b"$FL2@(#) SPSS DATA FILE" + bytes(90), "answers.sav"),
    "spss is csv": ("answers.sav", b"\x00\x01" * 400, "answers.sav"),
    "stata empty": ("answers.dta", b"", "empty"),
    "stata torn": ("answers.dta", b"<stata_dta><header><release>118</release>", "answers.dta"),
    "an unknown ending": ("answers.doc", b"\x00\x01\x02" * 99, "answers.doc"),
    "sqlite": ("answers.db", b"SQLite format 3\x00" + bytes(99), "answers.db"),
}

FRAMES = {
    "no rows": (frame()[:0], {}, "row"),
    "no columns": (pd.DataFrame(), {}, "there is no column"),
    "columns twice": (
        pd.concat([frame(), frame()[["sat"]]], axis=1),
        {},
        "sat",
    ),
    "objects": (frame(sat=[object()] * small_study.N), {}, "sat"),
    "lists": (frame(sat=[[1]] * small_study.N), {}, "sat"),
    "mixed": (frame(sat=[1, "two"] * (small_study.N // 2)), {}, "two"),
    "dates on a scale": (frame(sat=pd.Timestamp("2024-01-01")), {}, "sat"),
    "complex numbers": (frame(sat=1 + 2j), {}, "sat"),
    "infinite": (frame(sat=np.inf), {}, "sat"),
    "weights of text": (frame(w="x"), {}, "w"),
    "weights of lists": (frame(w=[[1]] * small_study.N), {}, "w"),
    "ids that are lists": (frame(id=[[1]] * small_study.N), {}, "id"),
    "regions that are lists": (frame(region=[["N"]] * small_study.N), {}, "region"),
    "id twice": (frame(id=1), {}, "1"),
    "unknown choice": (frame(), {"wieght": "w"}, 'did you mean "weight"'),
    "segments a text": (frame(), {"segments": "region"}, "segments"),
    "lonely": (frame(stratum=["C", *["A"] * 23]), {}, "lonely"),
    "a table with unknown choices": (
        frame(),
        {"tables": {"tickets": {"frame": pd.DataFrame({"ticket_id": [1]}), "ctu": "2024-01-01"}}},
        'did you mean "cut"',
    ),
    "a table of nonsense": (frame(), {"tables": {"tickets": 7}}, "tickets"),
    "a table with no columns": (frame(), {"tables": {"tickets": pd.DataFrame()}}, "tickets"),
    "many levels": (pd.concat({"a": frame()}, axis=1), {}, "there is no column"),
}


@pytest.mark.parametrize(("name", "content", "says"), FILES.values(), ids=FILES)
def test_files(desk, name, content, says):
    assert says in refused(small_study.lay(desk, answered=content, file=name))


@pytest.mark.parametrize(("given_frame", "choices", "says"), FRAMES.values(), ids=FRAMES)
def test_frames(given_frame, choices, says):
    asked = {"id": "id", "wave": "wave", "weight": "w", "strata": "stratum", "cluster": "branch"}
    with pytest.raises(CxError) as raised:
        cx.Study.from_frame(
            given_frame, small_study.BOOK, **{**asked, "segments": ["region"], **choices}
        )
    assert says in str(raised.value)
    assert all(fault.what for fault in raised.value.faults)


def test_a_question_that_nobody_answered_is_no_fault(tmp_path):
    study = cx.load_study(small_study.lay(tmp_path, answered=small_study.csv(sat="")))
    assert study.frame["sat"].isna().all()


@pytest.mark.parametrize("policy", ["certainty", "adjust"])
def test_one_psu_in_a_stratum_may_be_allowed(tmp_path, policy):
    path = small_study.lay(
        tmp_path,
        params={"data.lonely_psu": policy},
        answered=small_study.cell("stratum", "C"),
    )
    study = cx.load_study(path)
    assert "lonely_psu" in [one.code for one in study.notes]


# through the command line


# what is laid, words of the command, what it says
BROKEN = {
    "params not there": ({}, ["nothing.yml"], "nothing.yml"),
    "params torn": ({"params": "study: [\n"}, [], "YAML"),
    "unknown key": ({"params": {"data.segmnets": []}}, [], "segments"),
    "answers torn": ({"answered": b""}, [], "empty"),
    "codes": ({"answered": small_study.cell("sat", 55)}, [], "55"),
    "codebook": ({"book": "[]"}, [], "book.yml"),
    "override": ({}, ["--set", "analysis.sead=7"], "seed"),
    "override of nothing": ({}, ["--set", "analysis.seed"], "analysis.seed"),
    "override torn": ({}, ["--set", "data.segments=[region"], "segments"),
    "notebook unknown": ({}, ["--only", "31_serqual"], "31_serqual"),
    "output is a file": ({}, ["--out", "book.yml"], "book.yml"),
    "output in a file": ({}, ["--out", "book.yml/reports"], "book.yml"),
    "name of a path": ({"params": {"study.name": "../evil"}}, [], "study.name"),
}


@pytest.mark.parametrize("verb", ["check", "run"])
@pytest.mark.parametrize(("laid", "words", "says"), BROKEN.values(), ids=BROKEN)
def test_command_line(tmp_path, monkeypatch, capsys, verb, laid, words, says):
    small_study.lay(tmp_path, **laid)
    monkeypatch.chdir(tmp_path)
    before = sorted(path.name for path in tmp_path.rglob("*"))
    files = [word for word in words if word.endswith(".yml") and word == "nothing.yml"]
    rest = [word for word in words if word not in files]
    assert cli.main([verb, *(files or ["acme.yml"]), *rest]) == 2
    told = capsys.readouterr()
    assert says in told.err
    assert "Traceback" not in told.err + told.out
    assert sorted(path.name for path in tmp_path.rglob("*")) == before


# whatever stands in the file


_cells = st.one_of(
    st.integers(-3, 99).map(str),
    st.floats().map(str),
    st.text(max_size=6),
    st.sampled_from(["", " ", "NA", "#REF!", "1,5", "1.5", '"', "\x00", "=1+1", "\t", "﻿", "١"]),
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(changes=st.lists(st.tuples(st.sampled_from(HEADER.split(",")), st.integers(0, 23), _cells)))
def test_any_cell_loads_or_is_refused(tmp_path, changes):
    taken = small_study.answers().astype(object)
    for column, row, value in changes:
        taken.loc[row, column] = value
    loads_or_is_refused(small_study.lay(tmp_path, answered=small_study.csv(taken)))


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    made=st.sampled_from(
        [
            ("answers.csv", GOOD.encode()),
            ("answers.csv", GOOD.encode("utf-16")),
            ("answers.xlsx", small_study.excel()),
            ("answers.parquet", small_study.parquet()),
            ("answers.csv.gz", gzip.compress(GOOD.encode())),
        ]
    ),
    where=st.floats(0, 1),
    bad=st.binary(max_size=12),
    cut=st.booleans(),
)
def test_any_damage_loads_or_is_refused(tmp_path, made, where, bad, cut):
    name, whole = made
    at = int(where * len(whole))
    content = whole[:at] + bad + (b"" if cut else whole[at + len(bad) :])
    loads_or_is_refused(small_study.lay(tmp_path, answered=content, file=name))
