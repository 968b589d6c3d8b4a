"""Formats that know types: Excel, Parquet, SPSS, Stata."""

import re
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest

from cxresearch.errors import DataError
from cxresearch.study.readers import Responses, read


def codes(responses: Responses) -> list[str]:
    return [one.code for one in responses.notes]


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    return str(caught.value)


# Excel


def workbook(folder: Path, **sheets: list[list[object]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    path = folder / "acme.xlsx"
    book.save(path)
    return path


def test_excel_types(tmp_path: Path) -> None:
    rows = [
        ["id", "rating", "text", "mixed", "zip", "day", "odd", "flag", "comma", None],
        [1, 7, "a", 5, "007", datetime(2025, 3, 1), datetime(2025, 3, 1), True, "3,5", None],
        [2, None, " ", "6", "010", date(2025, 3, 2), "soon", False, "4", None],
        [None] * 10,
        [3, 5.5, "c", None, "011", None, time(9, 30), True, None, None],
    ]
    found = read(workbook(tmp_path, Data=rows))
    frame = found.frame
    assert frame["id"].tolist() == [1, 2, 3]
    assert frame["id"].dtype == np.int64
    np.testing.assert_array_equal(frame["rating"], [7, np.nan, 5.5])
    np.testing.assert_array_equal(frame["mixed"], [5, 6, np.nan])
    assert frame["zip"].tolist() == ["007", "010", "011"]
    assert pd.api.types.is_datetime64_any_dtype(frame["day"])
    assert frame["odd"].tolist() == ["2025-03-01", "soon", "09:30:00"]
    assert frame["flag"].tolist() == [1, 0, 1]
    np.testing.assert_array_equal(frame["comma"], [3.5, 4, np.nan])
    assert len(frame.columns) == 9
    assert (found.sheet, found.format, found.first_line) == ("Data", "excel", 2)
    assert found.place(2) == "acme.xlsx, row 5"
    assert sorted(codes(found)) == [
        "booleans_as_numbers",
        "decimal_comma",
        "numbers_as_text",
        "numbers_as_text",
        "rows_blank",
    ]


def test_excel_sheets(tmp_path: Path) -> None:
    path = workbook(tmp_path, Cover=[["x"], [1]], Data=[["a"], [2]])
    first = read(path)
    assert first.sheet == "Cover"
    assert first.notes[0]["others"] == ("Data",)
    for sheet in ("Data", "data", 2):
        assert read(path, sheet=sheet).frame["a"].tolist() == [2]
    assert 'did you mean "Data"' in refusal(path, sheet="Dta")
    assert "2 sheets: Cover, Data" in refusal(path, sheet=3)


def test_excel_percent_cells_are_shares(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[["share"], [0.85], [0.5]])
    book = openpyxl.load_workbook(path)
    book["Data"]["A2"].number_format = "0%"
    book.save(path)
    found = read(path)
    assert found.frame["share"].tolist() == [0.85, 0.5]
    assert codes(found) == ["percent_cells"]


def test_excel_header_further_down(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[[], ["Report 2025"], ["a", "b"], [1, 2]])
    found = read(path)
    assert found.frame.to_dict("list") == {"a": [1], "b": [2]}
    assert found.first_line == 4
    (below,) = found.notes
    assert (below.code, below["row"], below["n"]) == ("header_below", 3, 1)
    assert codes(read(path, skip_rows=2)) == []


def test_excel_merged_header(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[["id", "Service", None, "q"], [1, 2, 3, 4]])
    assert "write a name into row 1 of column C" in refusal(path)
    book = openpyxl.load_workbook(path)
    book["Data"].merge_cells("B1:C1")
    book.save(path)
    assert "unmerge B1:C1" in refusal(path)


def test_excel_headings_merged_over_their_columns(tmp_path: Path) -> None:
    rows = [
        ["Survey 2025"],
        ["id", "Expectation", None, "Perception", None, "overall"],
        [None, "speed", "care", "speed", "care", None],
        [1, 7, 6, 5, 4, 3],
    ]
    path = workbook(tmp_path, Data=rows)
    book = openpyxl.load_workbook(path)
    for block in ("A1:F1", "B2:C2", "D2:E2", "A2:A3", "F2:F3"):
        book["Data"].merge_cells(block)
    book.save(path)
    found = read(path)
    names = ["Expectation - speed", "Expectation - care", "Perception - speed", "Perception - care"]
    assert list(found.frame) == ["id", *names, "overall"]
    assert found.frame.loc[0].tolist() == [1, 7, 6, 5, 4, 3]
    assert found.texts["Perception - care"] == "Perception - care"
    assert set(codes(found)) == {"header_below", "headings_joined"}


def test_excel_own_names_below_merged_headings_stay(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[["id", "Service", None], [None, "q1", "q2"], [1, 5, 4]])
    book = openpyxl.load_workbook(path)
    book["Data"].merge_cells("B1:C1")
    book.save(path)
    found = read(path)
    assert list(found.frame) == ["id", "q1", "q2"]
    assert found.texts == {"q1": "Service - q1", "q2": "Service - q2"}


def test_excel_the_sheet_with_the_answers_is_found(tmp_path: Path) -> None:
    cover = [["Survey", "Acme"], ["Date", "2025"]]
    data = [["id", "q1", "q2"], *([k, 5, 4] for k in range(20))]
    path = workbook(tmp_path, Cover=cover, Answers=data, Codes=[["q1", "5 = good"]])
    found = read(path)
    assert (found.sheet, found.n_rows) == ("Answers", 20)
    assert found.notes[0]["others"] == ("Cover", "Codes")


def test_excel_sheets_with_the_same_questions_are_not_guessed(tmp_path: Path) -> None:
    wave = [["id", "q1", "q2"], [1, 5, 4]]
    message = refusal(workbook(tmp_path, y24=wave, y25=[*wave, [2, 3, 4]]))
    assert "several sheets hold the same questions" in message
    assert "sheet: y24" in message
    assert read(tmp_path / "acme.xlsx", sheet="y25").n_rows == 2


def test_excel_totals_at_the_end_are_left_out(tmp_path: Path) -> None:
    rows = [["id", "q1"], *([k, 5] for k in range(8)), ["Mean", 5], ["Total", 40]]
    found = read(workbook(tmp_path, Data=rows))
    assert found.n_rows == 8
    assert found.frame["id"].dtype == np.int64
    assert (found.notes[0].code, found.notes[0]["rows"]) == ("summary_rows", (10, 11))


def test_excel_formula_without_a_value(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[["a", "b"], [1, "=A2*2"]])
    message = refusal(path)
    assert "cell B2" in message
    assert "calculate" in message


def test_excel_formula_that_gives_an_empty_text_has_a_value(tmp_path: Path) -> None:
    path = workbook(tmp_path, Data=[["a", "b"], [1, '=IF(A2=1,"",A2)'], [2, 5]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    formula = re.compile(rb'<c r="B2"[^>]*><f>(.*?)</f>.*?</c>')
    parts[sheet], n = formula.subn(rb'<c r="B2" t="str"><f>\1</f><v></v></c>', parts[sheet])
    assert n == 1
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    np.testing.assert_array_equal(read(path).frame["b"], [np.nan, 5])


def test_excel_cells_of_blanks_are_blank(tmp_path: Path) -> None:
    days = [datetime(2025, 3, 1), " ", None]
    rows = [[k, day, None, " "] for k, day in enumerate(days, 1)]
    found = read(workbook(tmp_path, Data=[["id", "day"], *rows]))
    assert list(found.frame.columns) == ["id", "day"]
    assert found.frame["day"].isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "the sheet is empty"),
        ([["a", "b"]], "not a single row"),
        ([["a", "a"], [1, 2]], "more than once"),
    ],
)
def test_excel_refusals(tmp_path: Path, rows: list[list[object]], says: str) -> None:
    assert says in refusal(workbook(tmp_path, Data=rows))


def test_damaged_files_say_so(tmp_path: Path) -> None:
    frame = pd.DataFrame({"a": np.arange(500.0)})
    excel = workbook(tmp_path, Data=[["a"], *([k] for k in range(500))])
    parquet, spss, stata = tmp_path / "a.parquet", tmp_path / "a.sav", tmp_path / "a.dta"
    frame.to_parquet(parquet)
    pyreadstat.write_sav(frame, str(spss))
    pyreadstat.write_dta(frame, str(stata))
    for path in (excel, parquet, spss, stata):
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        assert "cut off or damaged" in refusal(path), path.name


# Parquet


@pytest.mark.parametrize("text", ["E1", "slow"])
def test_parquet_whose_names_or_answers_are_no_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"E1": [1, 2], "comment": ["slow", "fast"]}).to_parquet(
        path, compression="none", index=False
    )
    raw = path.read_bytes()
    damaged = bytes([0x80]) + text.encode()[1:]
    path.write_bytes(raw.replace(text.encode(), damaged))
    assert "cut off or damaged" in refusal(path)


def test_parquet_types(tmp_path: Path) -> None:
    table = pa.table(
        {
            "id": pa.array([1, 2, 3], pa.int32()),
            "rating": pa.array([7, None, 5], pa.int8()),
            "big": pa.array([2**60, None, 1]),
            "region": pa.array(["North", None, "South"]).dictionary_encode(),
            "code": pa.array([1, 2, None]).dictionary_encode(),
            "text": [" a ", "", None],
            "digits": ["1", "2", "3"],
            "flag": [True, None, False],
            "money": pa.array([Decimal("1.50"), None, Decimal("2.25")]),
            "day": [date(2025, 3, 1), None, date(2025, 3, 3)],
            "nothing": pa.nulls(3),
        }
    )
    path = tmp_path / "acme.parquet"
    pq.write_table(table, path)
    found = read(path)
    frame = found.frame
    assert frame["id"].dtype == np.int64
    np.testing.assert_array_equal(frame["rating"], [7, np.nan, 5])
    assert frame["big"].tolist()[::2] == [str(2**60), "1"]
    assert frame["region"].tolist()[::2] == ["North", "South"]
    np.testing.assert_array_equal(frame["code"], [1, 2, np.nan])
    assert frame["text"][0] == "a"
    assert frame["text"].isna().tolist() == [False, True, True]
    assert frame["digits"].tolist() == ["1", "2", "3"]
    np.testing.assert_array_equal(frame["flag"], [1, np.nan, 0])
    np.testing.assert_array_equal(frame["money"], [1.5, np.nan, 2.25])
    assert pd.api.types.is_datetime64_any_dtype(frame["day"])
    assert frame["nothing"].isna().all()
    assert codes(found) == ["booleans_as_numbers"]
    assert (found.line_numbers, found.first_line, found.place(1)) == (
        None,
        None,
        "acme.parquet, case 2",
    )


def test_parquet_moments_in_nanoseconds_and_beyond_all_years(tmp_path: Path) -> None:
    columns = {
        "now": pa.array([1735725600123456789], pa.timestamp("ns")),
        "late": pa.array([10**15], pa.timestamp("s")),
    }
    path = tmp_path / "acme.parquet"
    pq.write_table(pa.table(columns), path)
    found = read(path).frame
    assert found["now"][0] == pd.Timestamp("2025-01-01 10:00:00.123456")
    assert found["late"].notna().all()


def test_parquet_refusals(tmp_path: Path) -> None:
    path = tmp_path / "acme.parquet"
    pq.write_table(pa.table({"a": [[1, 2], [3]]}), path)
    assert "lists or structures" in refusal(path)
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), path)
    assert "not a single row" in refusal(path)
    path.write_text("a,b\n1,2\n")
    assert "say format: csv" in refusal(path, format=path.suffix.replace(".sav", "spss").strip("."))


# SPSS and Stata


@pytest.mark.parametrize("suffix", [".sav", ".zsav"])
def test_spss_keeps_codes_and_brings_its_dictionary(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame(
        {
            "id": [1.0, 2, 3, 4],
            "q1": [1.0, 7, 99, np.nan],
            "q2": [5.0, -2, 97, 6],
            "sex": ["F", " M", "", "X"],
            "day": pd.to_datetime(["2025-03-01", None, "2025-03-03", "2025-03-04"]),
        }
    )
    path = tmp_path / f"acme{suffix}"
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels={"q1": "How satisfied are you?"},
        variable_value_labels={
            "q1": {1: "not at all", 7: "very", 99: "refused"},
            "sex": {"F": "female"},
        },
        missing_ranges={"q1": [99], "q2": [{"lo": 97, "hi": 99}, -2]},
        compress=suffix == ".zsav",
    )
    found = read(path, columns_rename={"overall": "q1"})
    np.testing.assert_array_equal(found.frame["overall"], [1, 7, 99, np.nan])
    assert found.frame["id"].dtype == np.int64
    assert found.frame["sex"].tolist()[:2] == ["F", "M"]
    assert pd.isna(found.frame["sex"][2])
    assert pd.api.types.is_datetime64_any_dtype(found.frame["day"])
    assert found.texts == {"overall": "How satisfied are you?"}
    assert found.labels["overall"] == {1: "not at all", 7: "very", 99: "refused"}
    assert found.labels["sex"] == {"F": "female"}
    assert found.missing["overall"] == (99.0,)
    assert set(found.missing["q2"]) == {(97.0, 99.0), -2.0}
    noted = {one["column"]: (one["n"], one["codes"]) for one in found.notes}
    assert noted == {"q1": (1, (99.0,)), "q2": (2, (-2, 97))}
    assert found.first_line is None


def test_spss_days_that_are_declared_missing_are_blank(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": [1, 2, 3], "day": [13960684800.0, 99.0, 5.0]})
    path = tmp_path / "acme.sav"
    declared = {"day": [99, {"lo": 0, "hi": 9}]}
    pyreadstat.write_sav(frame, path, variable_format={"day": "DATE11"}, missing_ranges=declared)
    found = read(path)
    assert found.frame["day"].isna().tolist() == [False, True, True]
    assert found.missing == {}
    assert [(one.code, one["n"]) for one in found.notes] == [("file_missing_codes", 2)]


def test_spss_date_that_no_calendar_has(tmp_path: Path) -> None:
    path = tmp_path / "acme.sav"
    frame = pd.DataFrame({"id": [1, 2], "day": [13960684800.0, 1e15]})
    pyreadstat.write_sav(frame, path, variable_format={"day": "DATE11"})
    assert "no calendar" in refusal(path)


def test_stata_counts_its_missing_letters_apart(tmp_path: Path) -> None:
    frame = pd.DataFrame({"q1": [1, "a", 5, "b", "a"], "q2": [1.0, np.nan, 3, 4, 5]})
    path = tmp_path / "acme.dta"
    pyreadstat.write_dta(
        frame,
        str(path),
        column_labels={"q1": "Overall"},
        variable_value_labels={"q2": {1: "bad", 5: "good"}},
        missing_user_values={"q1": ["a", "b"]},
    )
    found = read(path)
    np.testing.assert_array_equal(found.frame["q1"], [1, np.nan, 5, np.nan, np.nan])
    np.testing.assert_array_equal(found.frame["q2"], [1, np.nan, 3, 4, 5])
    assert found.texts == {"q1": "Overall"}
    assert found.labels == {"q2": {1: "bad", 5: "good"}}
    (letters,) = found.notes
    assert (letters.code, letters["n"], letters["codes"]) == ("stata_missing", 3, (".a", ".b"))


def test_labelled_refusals(tmp_path: Path) -> None:
    path = tmp_path / "acme.sav"
    pyreadstat.write_sav(pd.DataFrame({"a": pd.Series([], dtype=float)}), str(path))
    assert "not a single row" in refusal(path)
    path.write_text("a,b\n1,2\n")
    assert "say format: csv" in refusal(path, format=path.suffix.replace(".sav", "spss").strip("."))
    assert '"delimiter" means nothing' in refusal(path, delimiter=";", format="spss")


@pytest.mark.reference
def test_real_spss_file_with_labels_at_the_ends(reference: Path) -> None:
    found = read(reference / "data" / "hbat" / "HBAT.sav")
    assert found.frame.shape == (100, 24)
    assert found.labels["x6"] == {0: "Poor", 10: "Excellent"}
    assert found.frame["x6"].dtype == np.float64
    assert found.texts["x19"] == "X19 - Satisfaction"
    assert found.missing == {}
