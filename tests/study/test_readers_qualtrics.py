"""Exports of Qualtrics: every variant that it writes, told by its content."""

from pathlib import Path

import pytest
from platform_exports import BATTERY, EVERY_KIND, codes, export, qualtrics, values

from cxresearch.study.readers import read


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
