"""What leaves the house: nothing in it runs, leads outside, or says who anybody is."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import zipfile
from html.parser import HTMLParser

import hostile
import openpyxl
import pytest

import cxresearch as cx
from cxresearch import handover
from cxresearch.errors import CxError, ParamsError
from cxresearch.report.fragments import Fragments

NOTEBOOKS = ("00_data_check", "50_segments", "85_verbatims")
POLICY = "default-src 'none'"


@pytest.fixture(scope="module")
def laid(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    hostile.lay(folder)
    return folder


@pytest.fixture(scope="module")
def run(laid, root):
    """The hostile study, run once for real."""
    only = [word for name in NOTEBOOKS for word in ("--only", name)]
    words = ["run", str(laid / "acme.yml"), *only, "--out", str(laid / "out"), "--log", "json"]
    return subprocess.run(
        [sys.executable, "-m", "cxresearch", *words],
        cwd=root,
        env={**os.environ, "TMPDIR": str(laid)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def out(run, laid):
    assert run.returncode == 0, run.stderr[-3000:]
    return laid / "out"


class Page(HTMLParser):
    """Collects what of a page would run or lead outside, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.runs: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = {name: value or "" for name, value in attributes}
        if tag in ("script", "iframe", "object", "embed", "form", "base", "frame", "applet"):
            self.runs.append((tag, "", ""))
        if tag == "meta" and "http-equiv" in told and not told["content"].startswith(POLICY):
            self.runs.append((tag, "http-equiv", told["content"]))
        for name, value in told.items():
            leads = name in ("href", "src", "srcset", "xlink:href", "action", "poster", "data")
            within = value.startswith(("#", "data:image/", "data:text/csv"))
            local = ":" not in value and not value.startswith("//")
            if name.startswith("on") or (leads and not within and not local):
                self.runs.append((tag, name, value[:60]))

    def handle_data(self, data):
        self.text += data


def test_nothing_on_a_page_runs_or_leads_outside(out):
    pages = sorted(out.rglob("*.html"))
    assert {page.stem for page in pages} == {*NOTEBOOKS, "index"}
    for page in pages:
        assert Page(page.read_text(encoding="utf-8")).runs == [], page.name


def test_markup_is_shown_as_it_was_written(out):
    page = Page((out / "acme" / "50_segments.html").read_text(encoding="utf-8"))
    assert "<script>document.title='ran'</script>" in page.text
    assert "{{ 7 * 191 }}" in page.text
    assert "1337" not in page.text
    assert f"[read](https://{hostile.OUTSIDE}/a)" in page.text


def test_no_table_holds_a_formula(out):
    tables = sorted(out.rglob("*.csv"))
    assert len(tables) > 5
    apostrophes = 0
    for table in tables:
        for row in csv.reader(io.StringIO(table.read_text(encoding="utf-8-sig"))):
            for cell in row:
                assert handover.harmless(cell) == cell, (table.name, cell[:60])
                apostrophes += cell.startswith("'=")
    assert apostrophes


def test_no_cell_of_the_workbook_is_a_formula(out):
    (file,) = out.rglob("*.xlsx")
    book = openpyxl.load_workbook(file)
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert len(cells) > 100
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    links = [cell.hyperlink.target for cell in cells if cell.hyperlink]
    assert not [link for link in links if link and hostile.OUTSIDE in link]


def test_nobody_is_named_in_anything_that_a_run_leaves(out, run, laid):
    mine = {"acme.yml", "book.yml", hostile.FILE}
    files = [path for path in laid.rglob("*") if path.is_file() and path.name not in mine]
    assert {".html", ".ipynb", ".csv", ".json", ".jsonl", ".xlsx"} <= {one.suffix for one in files}
    for file in files:
        for name, content in _contents(file):
            assert hostile.PERSON.encode() not in content, (file.name, name)
    assert hostile.PERSON not in run.stdout + run.stderr


def _contents(file):
    content = file.read_bytes()
    yield file.name, content
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            for member in archive.namelist():
                yield member, archive.read(member)


def test_only_comments_without_names_are_quoted(out):
    (table,) = (out / "acme" / "tables").glob("85_verbatims-*-themes_quotes.csv")
    quoted = table.read_text(encoding="utf-8-sig")
    assert "The delivery was late" in quoted
    assert "says" not in quoted
    page = Page((out / "acme" / "85_verbatims.html").read_text(encoding="utf-8"))
    assert "<script>alert(4)</script>" in page.text


def test_names_are_taken_out_of_comments(laid):
    written = cx.load_study(laid / "acme.yml").frame["comment"]
    assert written.str.contains("says [name]", regex=False).sum() == hostile.N / 2


# in memory


def test_personal_columns_are_left_out_and_ids_are_pseudonyms(laid):
    study = cx.load_study(laid / "acme.yml")
    assert not {"name", "mail", "phone"} & set(study.full)
    ids = study.frame["id"]
    assert ids.str.fullmatch("p[0-9a-f]{12}").all()
    assert ids.nunique() == hostile.answers()["id"].nunique()
    assert cx.load_study(laid / "acme.yml").frame["id"].equals(ids)
    for taken in (study.frame, study.scores, study.flags):
        assert hostile.PERSON not in taken.to_csv()


def test_pseudonyms_still_join_the_tables():
    answered = hostile.answers()
    customers = {"customer_id": answered["customer"], "start_date": "2020-01-01"}
    customers = hostile.pd.DataFrame({**customers, "name": answered["name"]})
    study = hostile.in_memory(answered, tables={"customers": customers})
    table = study.tables["customers"]
    assert set(table["customer_id"]) == set(study.full["customer"])
    assert "name" not in table
    assert hostile.PERSON not in table.to_csv()


def test_faults_do_not_say_whose_rows_they_are():
    answered = hostile.answers()
    answered.loc[5, "sat"] = 77
    answered.loc[7, "id"] = answered.loc[9, "id"]
    customers = hostile.pd.DataFrame(
        {"customer_id": [hostile.PERSON] * 2, "start_date": "2020-01-01"}
    )
    with pytest.raises(CxError) as raised:
        hostile.in_memory(answered, tables={"customers": customers})
    assert "77" in str(raised.value)
    assert "several rows" in str(raised.value)
    assert hostile.PERSON not in str(raised.value)


def test_a_torn_file_does_not_show_a_row(laid, tmp_path):
    hostile.lay(tmp_path)
    file = tmp_path / hostile.FILE
    file.write_text(f"{hostile.PERSON};" * 40 + "\n" + file.read_text(encoding="utf-8"))
    with pytest.raises(CxError) as raised:
        cx.load_study(tmp_path / "acme.yml")
    assert hostile.PERSON not in str(raised.value)


@pytest.mark.parametrize(
    ("personal", "says"),
    [
        (["region"], "asked for by params: data.segments[0]"),
        (["comment"], "asked for by codebook: comment"),
        (["stratum"], "data.strata"),
        (["nmae"], 'did you mean "name"'),
    ],
)
def test_what_pages_show_cannot_be_personal(personal, says):
    with pytest.raises(CxError) as raised:
        hostile.in_memory(hostile.answers(), personal=personal)
    assert says in str(raised.value)


def test_answers_in_a_database_have_no_pseudonyms(laid):
    with pytest.raises(ParamsError, match="no pseudonyms"):
        cx.load_study(laid / "acme.yml", {"data.engine": "database"})


# the pieces


@pytest.mark.parametrize(
    "markup",
    [
        "<img src=x onerror=alert(1)>",
        "<img/onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        "<a href=java&#9;script:alert(1)>x</a>",
        '<p title="a"onclick="alert(1)">x</p>',
        "<p onclick='alert(1)' title='>'>x</p>",
        "<svg><a xlink:href='javascript:alert(1)'>x</a></svg>",
        "<svg onload=alert(1)></svg>",
    ],
)
def test_fragments_do_not_run(tmp_path, markup):
    made = Fragments("en", tmp_path).fragment(markup)
    assert not re.search(r"alert|script", made, re.IGNORECASE)


def test_words_that_look_like_handlers_stay(tmp_path):
    text = '<p title="one = 5, onset=2">once = 5, onset=2</p>'
    assert Fragments("en", tmp_path).fragment(text) == text


@pytest.mark.parametrize("text", ["=1", "＝1", "\u200b=1", "\ufeff@x", " +x", "\t=1", "-x"])
def test_formulas_are_harmless(text):
    assert handover.harmless(text) == f"'{text}"


def test_a_small_group_of_two_columns_is_withheld():
    answered = hostile.answers()
    answered["tier"] = [
        "rare" if row % 3 == 1 and row < 20 else "usual" for row in range(hostile.N)
    ]
    study = hostile.in_memory(answered, segments=["region", "tier"])
    told = cx.kpis.measure(study, by=["region", "tier"]).table
    few = told[(told["tier"] == "rare") & (told["n"] > 0)]
    assert (few["n"] < study.min_n.show).all()
    assert len(few)
    assert few["suppressed"].all()
    assert few[["estimate", "conf_low", "conf_high"]].isna().all(axis=None)
