"""Exports of survey platforms: every variant that they write, told by its content."""

import csv
import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from cxresearch.errors import DataError
from cxresearch.study.readers import Responses, read

Rows = list[list[object]]


def export(folder: Path, rows: Rows, kind: str = "csv", name: str = "answers") -> Path:
    """Write rows as a platform would: csv, its kin, or a workbook."""
    path = folder / f"{name}.{'xlsx' if kind == 'xlsx' else 'csv'}"
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append([None if cell == "" else cell for cell in row])
        book.save(path)
        return path
    mark, encoding = {
        "csv": (",", "utf-8"),
        "bom": (",", "utf-8-sig"),
        "semicolon": (";", "utf-8-sig"),
        "tsv": ("\t", "utf-16"),
        "latin": (",", "cp1252"),
    }[kind]
    out = io.StringIO()
    csv.writer(out, delimiter=mark, lineterminator="\r\n").writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def codes(found: Responses) -> dict[str, object]:
    return {one.code: one for one in found.notes}


def values(found: Responses, column: str) -> list[object]:
    return [None if pd.isna(cell) else cell for cell in found.frame[column]]


EVERY_KIND = pytest.mark.parametrize("kind", ["csv", "bom", "semicolon", "tsv", "xlsx"])

# Qualtrics

Q_NAMES = [
    "StartDate",
    "EndDate",
    "Status",
    "IPAddress",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "RecordedDate",
    "ResponseId",
    "RecipientEmail",
    "DistributionChannel",
    "UserLanguage",
]
Q_TEXTS = [
    "Start Date",
    "End Date",
    "Response Type",
    "IP Address",
    "Progress",
    "Duration (in seconds)",
    "Finished",
    "Recorded Date",
    "Response ID",
    "Recipient Email",
    "Distribution Channel",
    "User Language",
]
Q_IDS = [
    "startDate",
    "endDate",
    "status",
    "ipAddress",
    "progress",
    "duration",
    "finished",
    "recordedDate",
    "_recordId",
    "recipientEmail",
    "distributionChannel",
    "userLanguage",
]


def qualtrics(questions: dict[str, tuple[str, str, list[object]]], status: object = None) -> Rows:
    """Rows of an export: name -> (text, ImportId, answers)."""
    n = max(len(answers) for _, _, answers in questions.values())
    rows: Rows = [
        [*Q_NAMES, *questions],
        [*Q_TEXTS, *(text for text, _, _ in questions.values())],
        [f'{{"ImportId":"{one}"}}' for one in (*Q_IDS, *(i for _, i, _ in questions.values()))],
    ]
    for k in range(n):
        day = f"2025-03-0{k % 9 + 1} 10:00:00"
        kind = status[k] if isinstance(status, list) else "IP Address"
        own = [day, day, kind, "192.0.2.1", 100, 60 + k, "True", day, f"R_{k}x", "", "anonymous"]
        rows.append([*own, "EN", *(answers[k] for _, _, answers in questions.values())])
    return rows


BATTERY = {
    "Q1": ("How <b>satisfied</b> are you&nbsp;overall?", "QID1", [5, 4, 3, 5, 1, 2]),
    "Q2_1": ("Please rate - Speed", "QID2_1", [1, 2, 3, 4, 5, -99]),
    "Q2_2": ("Please rate - Care", "QID2_2", [5, 4, 3, 2, 1, 5]),
    "tier": ("tier", "tier", ["gold", "base", "base", "gold", "base", "base"]),
}


@EVERY_KIND
def test_qualtrics_three_header_rows(tmp_path: Path, kind: str) -> None:
    found = read(export(tmp_path, qualtrics(BATTERY), kind))
    assert (found.export.platform, found.export.reason) == ("qualtrics", "import_ids")
    assert found.n_rows == 6
    assert found.texts["Q1"] == "How satisfied are you overall?"
    assert values(found, "Q1") == [5, 4, 3, 5, 1, 2]
    assert found.export.questions == {"Q2": ("Q2_1", "Q2_2")}
    assert found.export.options == {"Q2_1": "Speed", "Q2_2": "Care"}
    assert found.export.ids["Q2_1"] == "QID2_1"
    roles = found.export.roles
    assert (roles["id"], roles["duration"]) == ("ResponseId", "Duration (in seconds)")
    assert set(found.export.personal) == {"IPAddress", "RecipientEmail"}
    assert "tier" not in found.export.metadata
    assert found.missing == {"Q2_1": (-99.0,)}
    assert codes(found)["seen_unanswered"]["n"] == 1
    assert found.row_number(0) == 4


@pytest.mark.parametrize(
    ("rows", "reason", "texts"),
    [
        ([0, 1, *range(3, 9)], "metadata_names", True),
        ([0, *range(3, 9)], "metadata_names", False),
        ([0, *range(2, 9)], "import_ids", False),
    ],
)
def test_qualtrics_with_header_rows_taken_out(
    tmp_path: Path, rows: list[int], reason: str, texts: bool
) -> None:
    whole = qualtrics(BATTERY)
    found = read(export(tmp_path, [whole[row] for row in rows]))
    assert (found.export.platform, found.export.reason) == ("qualtrics", reason)
    assert found.n_rows == 6
    assert ("Q1" in found.texts) == texts
    assert values(found, "Q2_2") == [5, 4, 3, 2, 1, 5]


def test_qualtrics_legacy_two_header_rows(tmp_path: Path) -> None:
    names = ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "Q1"]
    own = ["ResponseID", "ResponseSet", "Name", "ExternalDataReference", "EmailAddress"]
    own += ["IPAddress", "Status", "StartDate", "EndDate", "Finished"]
    day = "2014-03-01 10:00:00"
    rows = [["R_1", "Default", "Ana", "", "", "192.0.2.1", 0, day, "2014-03-01 10:02:00", 1, 7]] * 3
    found = read(export(tmp_path, [names, [*own, "Overall?"], *rows]))
    assert (found.export.platform, found.export.reason) == ("qualtrics", "two_header_rows")
    assert list(found.frame)[:2] == ["ResponseID", "ResponseSet"]
    assert found.texts["Q1"] == "Overall?"
    assert found.export.roles["id"] == "ResponseID"
    assert found.frame[found.export.roles["duration"]].tolist() == [120.0] * 3
    assert codes(found)["duration_derived"]["column"] == "duration_seconds"
    assert "Name" in found.export.personal


def test_qualtrics_boxes_in_one_cell(tmp_path: Path) -> None:
    labels = ["Price,Speed", "Speed", "", "Price,Other, please say", "Other, please say", "Price"]
    numbers = ["1,3", "3", "", "1", "1,2,3", "2"]
    asked = {"Q3": ("Why?", "QID3", labels), "Q4": ("Which?", "QID4", numbers)}
    found = read(export(tmp_path, qualtrics(asked)))
    assert values(found, "Q3 [Price]") == [1, 0, None, 1, 0, 1]
    assert values(found, "Q3 [Other, please say]") == [0, 0, None, 1, 1, 0]
    assert values(found, "Q4 [3]") == [1, 1, None, 0, 1, 0]
    assert values(found, "Q4")[:2] == ["1,3", "3"]
    assert found.export.questions["Q4"] == ("Q4 [1]", "Q4 [2]", "Q4 [3]")
    assert codes(found)["boxes_divided"]["columns"] == ("Q3", "Q4")
    assert "decimal_comma" not in codes(found)


@pytest.mark.parametrize("words", [("Price", "Speed"), (1, 1)])
def test_qualtrics_boxes_in_columns(tmp_path: Path, words: tuple[object, object]) -> None:
    price, speed = words
    asked = {
        "Q3_1": ("Why? - Selected Choice - Price", "QID3_1", [price, "", "", price, "", ""]),
        "Q3_2": ("Why? - Selected Choice - Speed", "QID3_2", ["", speed, "", speed, "", speed]),
        "Q3_2_TEXT": ("Why? - Speed - Text", "QID3_2_TEXT", ["", "slow", "", "", "", ""]),
        "Q5": ("Overall?", "QID5", [5, 4, 3, 2, 1, 5]),
    }
    found = read(export(tmp_path, qualtrics(asked)))
    assert values(found, "Q3_1") == [1, 0, None, 1, None, 0]
    assert found.export.checks == ("Q3_1", "Q3_2")
    assert found.export.options == {"Q3_1": "Price", "Q3_2": "Speed"}
    assert codes(found)["boxes_read"]["columns"] == ("Q3",)


def test_people_who_all_agree_ticked_no_boxes(tmp_path: Path) -> None:
    asked = {f"Q2_{k}": (f"Rate - {k}", f"QID2_{k}", [1] * 6) for k in (1, 2, 3)}
    found = read(export(tmp_path, qualtrics(asked)))
    assert found.export.checks == ()
    assert values(found, "Q2_1") == [1] * 6


def test_text_with_commas_is_no_list_of_boxes(tmp_path: Path) -> None:
    words = ["fast, and kind", "slow,rude", "all good,thanks", "", "ok", "nothing,really"]
    likert = ["Yes, very", "No", "Yes, very", "No", "", "Yes, very"]
    asked = {"Q8": ("Why?", "QID8", words), "Q9": ("Happy?", "QID9", likert)}
    found = read(export(tmp_path, qualtrics(asked)))
    assert found.export.questions == {}


def test_qualtrics_loops_previews_and_extras(tmp_path: Path) -> None:
    asked = {
        "1_Q5": ("Rate Ljubljana", "1_QID5", [1, 2, 3, 4]),
        "2_Q5": ("Rate Maribor", "2_QID5", [4, 3, 2, 1]),
        "Q6_First Click": ("Timing - First Click", "QID6_FIRST_CLICK", [1.5, 2.5, 1, 1]),
        "Q2_DO": ("Q2 - Display Order", "QID2_DO", ["1|2", "2|1", "1|2", "1|2"]),
    }
    rows = qualtrics(asked, status=["IP Address", "Survey Preview", "IP Address", "Spam"])
    found = read(export(tmp_path, rows))
    preview = codes(found)["preview_rows"]
    assert (preview["n"], preview["column"]) == (2, "Status")
    assert found.n_rows == 4
    assert {"Q6_First Click", "Q2_DO"} <= set(found.export.metadata)
    assert values(found, "2_Q5") == [4, 3, 2, 1]


def test_qualtrics_numbers_for_labels_of_status(tmp_path: Path) -> None:
    rows = qualtrics({"Q1": ("Overall?", "QID1", [1, 2, 3])}, status=[0, 1, 0])
    assert codes(read(export(tmp_path, rows)))["preview_rows"]["n"] == 1


def test_qualtrics_names_that_stand_twice(tmp_path: Path) -> None:
    rows = qualtrics(BATTERY)
    rows[0][-1] = "Q1"
    found = read(export(tmp_path, rows))
    assert values(found, "Q1 (2)")[0] == "gold"
    assert codes(found)["headings_renamed"]["columns"] == ("Q1 (2)",)


def test_a_column_may_be_named_by_its_text_or_id(tmp_path: Path) -> None:
    path = export(tmp_path, qualtrics(BATTERY))
    wanted = {"overall": "How satisfied are you overall?", "care": "QID2_2", "speed": "Q2_1"}
    found = read(path, columns_rename=wanted)
    assert values(found, "overall") == [5, 4, 3, 5, 1, 2]
    assert found.export.questions == {"Q2": ("speed", "care")}
    assert found.missing == {"speed": (-99.0,)}
    assert found.texts["care"] == "Please rate - Care"


def test_qualtrics_with_decimal_commas(tmp_path: Path) -> None:
    rows = qualtrics({"Q1_1": ("Slider", "QID1_1", ["3,5", "4,25", "7"])})
    assert values(read(export(tmp_path, rows, "semicolon")), "Q1_1") == [3.5, 4.25, 7]


# SurveyMonkey

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


# LimeSurvey

L_CODES = ["id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"]
L_WORDS = ["Response ID", "Date submitted", "Last page", "Start language", "Seed"]
L_WORDS += ["Date started", "Date last action"]
L_GERMAN = ["Antwort ID", "Datum Abgeschickt", "Letzte Seite", "Start-Sprache"]
L_GERMAN += ["Zufallsstartwert", "Datum gestartet", "Datum letzte Aktivität"]
L_QUESTIONS = ["G01Q01", "G01Q02[SQ001]", "G01Q02[SQ002]", "G02Q03[SQ001]", "G02Q03[SQ002]"]
L_QUESTIONS += ["G02Q03[other]", "G03Q04"]
L_TEXTS = ["How satisfied are you?", "Please rate [Speed]", "Please rate [Care]", "Why? [Price]"]
L_TEXTS += ["Why? [Range]", "Why? [Other]", "Comment"]


def limesurvey(heads: list[str], answers: Rows) -> Rows:
    days = ("2025-03-01 10:05:00", 4, "en", 77, "2025-03-01 10:00:00", "2025-03-01 10:05:00")
    rows: Rows = [heads]
    for k, row in enumerate(answers):
        own = [k + 1, *days] if k else [1, "", 2, "en", 77, "2025-03-01 10:00:00", days[-1]]
        rows.append([*own, *row])
    return rows


L_CODED = [
    ["A1", 5, "", "Y", "", "", ""],
    ["A3", 4, 2, "Y", "Y", "", "ok"],
    ["A2", 3, 2, "", "", "web", ""],
]
L_FULL = [
    ["very", 5, "N/A", "Yes", "N/A", "N/A", ""],
    ["not", 4, 2, "Yes", "Yes", "", "ok"],
    ["so so", 3, 2, "No", "No", "web", "N/A"],
]


@EVERY_KIND
@pytest.mark.parametrize("answers", [L_CODED, L_FULL], ids=["codes", "full"])
def test_limesurvey_codes_and_full_answers(tmp_path: Path, kind: str, answers: Rows) -> None:
    found = read(export(tmp_path, limesurvey([*L_CODES, *L_QUESTIONS], answers), kind))
    assert (found.export.platform, found.export.reason) == ("limesurvey", "metadata_codes")
    expected = [1, 3, 2] if answers is L_CODED else ["very", "not", "so so"]
    assert values(found, "G01Q01") == expected
    assert values(found, "G01Q02[SQ002]") == [None, 2, 2]
    assert found.frame["G01Q02[SQ002]"].dtype == np.float64
    assert values(found, "G02Q03[SQ001]") == [1, 1, 0]
    assert values(found, "G02Q03[SQ002]") == [0, 1, 0]
    assert values(found, "complete") == [0, 1, 1]
    unfinished = codes(found)["unfinished_rows"]
    assert (unfinished["n"], unfinished["column"]) == (1, "complete")
    assert values(found, "duration_seconds") == [None, 300, 300]
    assert ("answer_codes" in codes(found)) == (answers is L_CODED)
    assert found.export.questions["G01Q02"] == ("G01Q02[SQ001]", "G01Q02[SQ002]")


@pytest.mark.parametrize("own", [L_WORDS, L_GERMAN], ids=["en", "de"])
def test_limesurvey_texts_as_headings(tmp_path: Path, own: list[str]) -> None:
    heads = [*own, *L_TEXTS]
    heads[-1] = L_TEXTS[0]  # two questions with the same words
    found = read(export(tmp_path, limesurvey(heads, L_FULL), "bom"))
    assert (found.export.platform, found.export.reason) == ("limesurvey", "metadata_texts")
    assert list(found.frame)[7:9] == ["How satisfied are you?", "Please rate [Speed]"]
    assert values(found, "How satisfied are you? (2)") == [None, "ok", None]
    assert found.export.options["Please rate [Care]"] == "Care"
    assert found.export.roles["id"] == own[0]


@pytest.mark.parametrize("mark", [". ", ": ", " - ", "."])
def test_limesurvey_codes_and_texts(tmp_path: Path, mark: str) -> None:
    heads = [
        f"{code}{mark}{text}"
        for code, text in zip([*L_CODES, *L_QUESTIONS], [*L_WORDS, *L_TEXTS], strict=True)
    ]
    found = read(export(tmp_path, limesurvey(heads, L_CODED), "bom"))
    assert found.export.reason == "codes_and_texts"
    assert list(found.frame)[7:9] == ["G01Q01", "G01Q02[SQ001]"]
    assert found.texts["G01Q02[SQ001]"] == "Please rate [Speed]"
    assert found.export.options["G01Q02[SQ001]"] == "Speed"


@pytest.mark.parametrize(
    ("heads", "first_is_expected"),
    [
        (["D[SQ001][1]", "D[SQ001][2]", "D[SQ002][1]", "D[SQ002][2]"], True),
        (["D[SQ001_1]", "D[SQ001_2]", "D[SQ002_1]", "D[SQ002_2]"], True),
        (["D[SQ001#0]", "D[SQ001#1]", "D[SQ002#0]", "D[SQ002#1]"], True),
        (["D_SQ001#0", "D_SQ001#1", "D_SQ002#0", "D_SQ002#1"], True),
        (["D[a][Scale 1]", "D[a][Scale 2]", "D[b][Scale 1]", "D[b][Scale 2]"], True),
        (["D [a][Wie erlebt]", "D [a][Erwartung]", "D [b][Wie erlebt]", "D [b][Erwartung]"], False),
    ],
)
def test_limesurvey_two_scales_are_pairs(
    tmp_path: Path, heads: list[str], first_is_expected: bool
) -> None:
    answers: Rows = [[5, 4, 3, 2], [1, 2, 3, 4], [7, 7, 7, 1]]
    found = read(export(tmp_path, limesurvey([*L_CODES, *heads], answers), "bom"))
    pairs = ((heads[0], heads[1]), (heads[2], heads[3]))
    turned = tuple((second, first) for first, second in pairs)
    assert found.export.pairs == (pairs if first_is_expected else turned)


def test_an_array_of_numbers_is_no_pair_of_scales(tmp_path: Path) -> None:
    heads = ["D[SQ001_1]", "D[SQ001_2]", "D[SQ001_3]"]
    found = read(export(tmp_path, limesurvey([*L_CODES, *heads], [[1, 2, 3]] * 3), "bom"))
    assert found.export.pairs == ()


def test_limesurvey_times(tmp_path: Path) -> None:
    heads = [*L_CODES, "G01Q01", "interviewtime", "groupTime12", "G01Q01Time"]
    found = read(export(tmp_path, limesurvey(heads, [["A1", 300.5, 100.5, 30.25]] * 3), "bom"))
    assert found.export.roles["duration"] == "interviewtime"
    assert {"groupTime12", "G01Q01Time"} <= set(found.export.metadata)
    assert "duration_seconds" not in found.frame


# forms


@EVERY_KIND
def test_google_form(tmp_path: Path, kind: str) -> None:
    heads = ["Timestamp", "Email Address", "How satisfied are you?", "Rate us [Speed]"]
    heads += ["Rate us [Care]", "What did you use?", "Why?", "Why?"]
    rows: Rows = [
        ["2025/03/01 9:15:22 AM GMT+1", "a@example.org", 5, 4, 3, "Phone, Mail", "a", ""],
        ["2025/03/02 9:15:22 AM GMT+1", "b@example.org", 4, 3, 3, "Mail", "", "b"],
        ["2025/03/03 9:15:22 AM GMT+1", "c@example.org", 4, 3, 3, "Mail, Phone", "", "c"],
        ["2025/03/04 9:15:22 AM GMT+1", "d@example.org", 1, 3, 1, "Phone", "", "d"],
    ]
    found = read(export(tmp_path, [heads, *rows], kind))
    assert (found.export.platform, found.export.reason) == ("google_forms", "timestamp")
    assert found.texts["How satisfied are you?"] == "How satisfied are you?"
    assert found.export.questions["Rate us"] == ("Rate us [Speed]", "Rate us [Care]")
    assert values(found, "What did you use? [Mail]") == [1, 1, 1, 0]
    assert values(found, "Why? (2)")[1] == "b"
    assert found.export.personal == ("Email Address",)
    assert found.export.roles == {"recorded": "Timestamp"}


def test_microsoft_form(tmp_path: Path) -> None:
    heads: list[object] = [
        "ID",
        "Start time",
        "Completion time",
        "Email",
        "Name",
        "Overall?",
        "Use",
    ]
    start, end = pd.Timestamp("2025-03-01 10:00"), pd.Timestamp("2025-03-01 10:03")
    rows: Rows = [
        [k, start.to_pydatetime(), end.to_pydatetime(), "anonymous", "", 5, use]
        for k, use in enumerate(["Phone;Mail;", "Mail;", "Phone;", "Mail;Phone;"], 1)
    ]
    found = read(export(tmp_path, [heads, *rows], "xlsx"))
    assert found.export.platform == "microsoft_forms"
    assert values(found, "Use [Phone]") == [1, 0, 1, 1]
    assert found.frame["duration_seconds"].tolist() == [180.0] * 4


# what is declared


def test_a_declared_platform_must_be_the_one(tmp_path: Path) -> None:
    plain = export(tmp_path, [["a", "b"], [1, 2]])
    for platform in ("qualtrics", "surveymonkey", "limesurvey"):
        with pytest.raises(DataError, match=f"not an export of {platform}"):
            read(plain, format=platform)
    path = export(tmp_path, qualtrics(BATTERY))
    assert read(path, format="qualtrics").export.platform == "qualtrics"
    with pytest.raises(DataError, match="it looks like qualtrics"):
        read(path, format="limesurvey")


def test_a_platform_told_from_a_frame_that_only_looks_alike(tmp_path: Path) -> None:
    for heads in (
        ["id", "Status", "Progress", "x"],
        ["Name", "id", "Seed", "x"],
        ["timestamp", "a", "b", "c"],
        ["id", "firstname", "lastname", "email"],
    ):
        path = export(tmp_path, [heads, ["x", 2, 3, 4], ["y", 5, 6, 7]])
        assert read(path).export.platform is None


# real exports


@pytest.mark.reference
def test_real_exports(reference: Path) -> None:
    folder = reference / "data" / "exports"
    star = read(folder / "surveymonkey_star_wars.csv")
    assert (star.export.platform, star.n_rows) == ("surveymonkey", 1186)
    assert star.export.checks == tuple(f"Q3_{k}" for k in range(1, 7))
    assert len(star.export.questions["Q5"]) == 14
    assert star.frame["Q3_5"].sum() == 758
    labels = read(folder / "qualtrics_labels.csv")
    assert (labels.export.platform, labels.n_rows) == ("qualtrics", 452)
    assert labels.frame["Competence_1"].between(0, 100).all()
    full = read(folder / "limesurvey_full_answers.csv")
    coded = read(folder / "limesurvey_answer_codes.csv")
    assert full.export.platform == coded.export.platform == "limesurvey"
    for k in (1, 2, 3, 4):
        ticked = f"FAS[SQ00{k}]"
        pd.testing.assert_series_equal(full.frame[ticked], coded.frame[ticked])
    assert coded.frame["Erfahrung"].dropna().isin([1, 2, 3, 4, 5]).all()


@pytest.mark.parametrize("ended", ["2025-03-30T03:10:00+02:00", "2025-03-30T01:10:00Z"])
def test_durations_where_the_clock_was_changed(tmp_path: Path, ended: str) -> None:
    path = tmp_path / "answers.csv"
    path.write_text(
        "StartDate,EndDate,RecordedDate,ResponseId,Finished,Q1\n"
        f"2025-03-30T01:00:00+01:00,{ended},{ended},R_1,True,5\n"
        "2025-03-29T01:00:00+01:00,2025-03-29T01:05:00+01:00,2025-03-29T01:05:00+01:00,R_2,True,4\n"
    )
    assert read(path).frame["duration_seconds"].tolist() == [4200, 300]
