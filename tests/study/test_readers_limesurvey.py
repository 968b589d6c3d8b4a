"""Exports of LimeSurvey: every variant that it writes, told by its content."""

from pathlib import Path

import numpy as np
import pytest
from platform_exports import EVERY_KIND, Rows, codes, export, values

from cxresearch.study.readers import read

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
