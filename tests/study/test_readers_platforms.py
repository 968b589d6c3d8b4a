"""Exports of forms, of a platform that is declared, and real ones."""

from pathlib import Path

import pandas as pd
import pytest
from platform_exports import BATTERY, EVERY_KIND, Rows, export, qualtrics, values

from cxresearch.errors import DataError
from cxresearch.study.readers import read

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
