"""Several files with drifting columns become one frame that knows where each row came from."""

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import DataError
from cxresearch.study.gather import as_labels
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

CODEBOOK = """
measures:
  whole: {kind: csat, columns: overall, scale: [1, 5], top_box: 2}
attributes:
  art: {columns: art, scale: [1, 5], block: quality}
"""
TWO_FILES = """
study: {name: airport}
data:
  responses:
    - {path: y15.csv, wave: 2015, columns: {overall: Q7ALL, art: Q7ART}, not_applicable: [6]}
    - {path: y17.csv, wave: 2017, columns: {overall: Q7, art: Q8}, missing: {art: [11]}}
  id: respondent
  segments: [region]
codebook: book.yml
"""


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(1)
    first = pd.DataFrame(
        {"respondent": range(1, 21), "region": "N", "Q7ALL": rng.integers(1, 6, 20)}
    )
    first["Q7ART"] = [6, 6, *rng.integers(1, 6, 18)]
    second = pd.DataFrame({"respondent": range(5, 35), "Q7": rng.integers(1, 6, 30), "spare": 1})
    second["Q8"] = [11, *rng.integers(1, 6, 29)]
    first.to_csv(tmp_path / "y15.csv", index=False)
    second.to_csv(tmp_path / "y17.csv", index=False)
    (tmp_path / "book.yml").write_text(CODEBOOK)
    (tmp_path / "params.yml").write_text(TWO_FILES)
    return tmp_path


def test_files_are_stacked_with_their_wave(folder):
    one = load_study(folder / "params.yml")
    assert one.waves == ("2015", "2017")
    assert [one.wave(year).n for year in (2015, "2017")] == [20, 30]
    assert [(name, n) for name, n, _ in one.sources] == [("y15.csv", 20), ("y17.csv", 30)]
    assert one.coverage.loc["region"].tolist() == [True, False]
    assert one.wave(2017).groups("region") == ()


def test_codes_belong_to_their_file(folder):
    one = load_study(folder / "params.yml")
    kinds = {note.code: note["n"] for note in one.notes}
    assert kinds["not_applicable_codes"] == 2
    assert kinds["missing_codes"] == 1
    assert one.ratings["art"].isna().sum() == 3
    frame = pd.read_csv(folder / "y17.csv")
    frame.loc[3, "Q8"] = 6  # a code of the other file
    frame.to_csv(folder / "y17.csv", index=False)
    with pytest.raises(DataError, match="answers outside its scale") as caught:
        load_study(folder / "params.yml")
    assert "y17.csv" in str(caught.value)
    assert "first at respondent 8, line 5" in str(caught.value)
    assert "6 (1×)" in str(caught.value)


def test_unused_columns_are_told(folder):
    notes = {note.code: note for note in load_study(folder / "params.yml").notes}
    assert notes["columns_unused"]["columns"] == "spare"


def test_a_column_in_no_file_is_a_fault(folder):
    params = TWO_FILES.replace("art: Q7ART", "art: Q7ARTS").replace("art: Q8", "art: Q9")
    (folder / "params.yml").write_text(params)
    with pytest.raises(DataError) as caught:
        load_study(folder / "params.yml")
    assert 'no column "Q7ARTS"' in str(caught.value)
    assert 'did you mean "Q7ART"' in str(caught.value)


def test_faults_of_all_files_at_once(folder):
    (folder / "y15.csv").write_text("")
    (folder / "y17.csv").unlink()
    with pytest.raises(DataError) as caught:
        load_study(folder / "params.yml")
    assert len(caught.value.faults) == 2


def test_rows_in_more_files_are_counted_apart(folder):
    for name, column in (("y15.csv", "Q7ALL"), ("y17.csv", "Q7")):
        frame = pd.read_csv(folder / name)
        frame.loc[[2, 4], column] = 9
        frame.to_csv(folder / name, index=False)
    with pytest.raises(DataError) as caught:
        load_study(folder / "params.yml")
    assert "2 of 20 rows, first at respondent 3, line 4, and 2 more in other files" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        (pd.Series([2024, 2023]), ["2024", "2023"]),
        (pd.Series([2024.0, None]), ["2024", None]),
        (pd.Series([2024, "2024", "2024 ", 2024.0], dtype=object), ["2024"] * 4),
        (pd.Series([1234567.5, 7654321.0]), ["1234567.5", "7654321"]),
        (pd.Series([10**17, 10**17 + 1]), [str(10**17), str(10**17 + 1)]),
        (pd.Series([1, None], dtype="Int64"), ["1", None]),
        (pd.Series([1.5, 2.0], dtype="float32"), ["1.5", "2"]),
        (pd.Series([True, False]), ["True", "False"]),
        (pd.Series(["", " ", "a "]), [None, None, "a"]),
        (pd.Series([2, 1]).astype("category"), ["2", "1"]),
        (pd.to_datetime(pd.Series(["2024-03-01", None])), ["2024-03-01", None]),
        (pd.to_datetime(pd.Series(["2024-03-01 12:30"])), ["2024-03-01 12:30:00"]),
        (pd.Series([None, None], dtype=object), [None, None]),
    ],
)
def test_labels_are_text(series, expected):
    found = [None if pd.isna(label) else label for label in as_labels(series)]
    assert found == expected


def test_a_frame_is_not_changed():
    frame = pd.DataFrame({"S": [1, 2, 99], "region": pd.Categorical(["b", "a", "b"])})
    before = frame.copy()
    book = {"measures": {"s": {"kind": "csat", "columns": "S", "scale": [1, 5]}}}
    one = Study.from_frame(frame, book, segments=["region"], missing=[99])
    copy = one.frame
    copy["S"] = 0
    pd.testing.assert_frame_equal(frame, before)
    assert one.groups("region") == ("a", "b")
    assert one.frame["S"].tolist()[:2] == [1, 2]


def test_a_repeated_index_does_no_harm():
    frame = pd.DataFrame({"S": [1, 2, 3, 4]}, index=[7, 7, 7, 7])
    book = {"measures": {"s": {"kind": "csat", "columns": "S", "scale": [1, 5]}}}
    assert Study.from_frame(frame, book).frame["S"].tolist() == [1, 2, 3, 4]
