"""Exports of SurveyMonkey: every variant that it writes, told by its content."""

from pathlib import Path

import pytest
from platform_exports import Rows, codes, export, values

from cxresearch.errors import DataError
from cxresearch.study.readers import read

S_OWN = ["Respondent ID", "Collector ID", "Date Created", "Date Modified", "IP Address"]
S_FIRST = [
    *S_OWN,
    "How satisfied are you?",
    "What do you use? (tick all)",
    "",
    "",
    "Please rate us",
    "",
    "Anything else?",
]
S_SECOND = ["", "", "", "", "", "Response", "Phone", "Mail", "Other (please specify)", "Speed"]
S_SECOND += ["Café", "Open-Ended Response"]
S_DAYS = ["03/14/2025 09:00:00 AM", "03/14/2025 09:02:30 AM"]


def surveymonkey(answers: Rows) -> Rows:
    return [
        S_FIRST,
        S_SECOND,
        *([11800000 + k, 42, *S_DAYS, "192.0.2.7", *row] for k, row in enumerate(answers)),
    ]


S_TEXT = surveymonkey(
    [
        ["Very", "Phone", "", "", "Good", "Poor", "fine"],
        ["Not at all", "", "Mail", "fax", "Poor", "Good", ""],
        ["Very", "", "", "", "Good", "Good", "señor"],
        ["Not at all", "Phone", "Mail", "", "", "Good", "naïve café"],
    ]
)
S_NUMBERS = surveymonkey(
    [
        [5, 1, "", "", 4, 1, "fine"],
        [1, "", 2, "fax", 1, 4, ""],
        [5, "", "", "", 4, 4, "ok"],
        [1, 1, 2, "", "", 4, ""],
    ]
)


@pytest.mark.parametrize("kind", ["csv", "latin", "tsv", "xlsx"])
@pytest.mark.parametrize("rows", [S_TEXT, S_NUMBERS], ids=["text", "numbers"])
def test_surveymonkey_two_header_rows(tmp_path: Path, kind: str, rows: Rows) -> None:
    found = read(export(tmp_path, rows, kind))
    assert (found.export.platform, found.export.reason) == ("surveymonkey", "respondent_id")
    assert list(found.frame)[5:] == [
        *["Q1", "Q2_1", "Q2_2", "Q2_3", "Q3_1", "Q3_2", "Q4"],
        "duration_seconds",
    ]
    assert values(found, "Q2_1") == [1, 0, None, 1]
    assert values(found, "Q2_2") == [0, 1, None, 1]
    assert values(found, "Q2_3") == [None, "fax", None, None]
    assert found.texts["Q1"] == "How satisfied are you?"
    assert found.texts["Q3_2"] == "Please rate us - Café"
    assert found.export.options["Q3_1"] == "Speed"
    assert found.export.checks == ("Q2_1", "Q2_2")
    assert found.export.roles["id"] == "Respondent ID"
    assert found.frame["duration_seconds"].tolist() == [150.0] * 4
    assert found.export.personal == ("IP Address",)
    assert found.row_number(0) == 3


def test_surveymonkey_without_its_own_columns(tmp_path: Path) -> None:
    rows = [row[5:] for row in S_TEXT]
    found = read(export(tmp_path, rows))
    assert found.export.reason == "response_row"
    assert values(found, "Q1") == ["Very", "Not at all", "Very", "Not at all"]


def test_surveymonkey_single_questions_only(tmp_path: Path) -> None:
    rows = [["Respondent ID", "Why?", "How?"], ["", "Response", "Open-Ended Response"]]
    found = read(export(tmp_path, [*rows, [1, 5, "a"], [2, 4, "b"]]))
    assert list(found.frame) == ["Respondent ID", "Q1", "Q2"]
    assert values(found, "Q1") == [5, 4]


def test_surveymonkey_expanded_choice_gets_its_column_back(tmp_path: Path) -> None:
    rows: Rows = [["Respondent ID", "Region?", ""], ["", "North", "South"]]
    rows += [[k, "North" if k % 2 else "", "" if k % 2 else "South"] for k in range(6)]
    found = read(export(tmp_path, [*rows, [7, "", ""]]))
    assert values(found, "Q1") == [*["South", "North"] * 3, None]
    assert values(found, "Q1_1") == [*[0, 1] * 3, None]
    assert found.texts["Q1"] == "Region?"
    assert codes(found)["choices_joined"]["columns"] == ("Q1",)


def test_surveymonkey_in_spanish(tmp_path: Path) -> None:
    rows = [["ID del encuestado", "¿Qué tal?", ""], ["", "Rapidez", "Trato"], [1, 5, 4], [2, 3, 2]]
    found = read(export(tmp_path, rows))
    assert found.export.platform == "surveymonkey"
    assert found.texts["Q1_2"] == "¿Qué tal? - Trato"


def test_surveymonkey_question_repeated_over_its_columns(tmp_path: Path) -> None:
    rows = [["Respondent ID", "Rate us", "Rate us"], ["", "Speed", "Care"], [1, 5, 4], [2, 3, 2]]
    found = read(export(tmp_path, rows))
    assert list(found.frame) == ["Respondent ID", "Q1_1", "Q1_2"]


def test_a_nameless_column_of_answers_is_no_second_header(tmp_path: Path) -> None:
    path = export(tmp_path, [["a", "", "c"], [1, 2, 3], [4, 5, 6]])
    with pytest.raises(DataError, match="1 of 3 columns have no name"):
        read(path)
