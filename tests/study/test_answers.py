"""Codes set apart, ranges checked, labels read, items turned; nothing without a note."""

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import DataError, InputError
from cxresearch.study.answers import State
from cxresearch.study.study import Study

SCALE = {"agree": {"min": 1, "max": 5, "labels": {1: "no", 5: "yes"}, "missing": [9]}}
BOOK = {
    "scales": SCALE,
    "attributes": {
        "a": {"columns": "a", "scale": "agree"},
        "b": {"columns": "b", "scale": "agree"},
    },
}


def made(a, b=None, book=BOOK, **data):
    frame = pd.DataFrame({"a": a})
    frame["b"] = 3 if b is None else b
    return Study.from_frame(frame, book, **data)


def noted(study):
    return {one.code: dict(one.values) for one in study.notes}


def test_four_kinds_of_no_answer():
    study = made(
        [1, 9, 97, 98, 96, np.nan, 5], not_applicable=[98], dont_know=[97], refused={"a": [96]}
    )
    assert study.states["a"].tolist() == [
        State.ANSWERED,
        State.MISSING,
        State.DONT_KNOW,
        State.NOT_APPLICABLE,
        State.REFUSED,
        State.BLANK,
        State.ANSWERED,
    ]
    assert study.ratings["a"].notna().tolist() == [True, False, False, False, False, False, True]
    codes = {"missing_codes", "dont_know_codes", "refused_codes", "not_applicable_codes"}
    assert codes <= set(noted(study))
    assert noted(study)["refused_codes"] == {"column": "a", "n": 1, "codes": "96"}


def test_codes_of_one_column_do_not_touch_another():
    with pytest.raises(DataError, match='"b" has answers outside'):
        made([1, 8], b=[1, 8], missing={"a": [8]})


def test_codes_of_a_scale():
    assert made([1, 8], b=[2, 8], missing={"agree": [8]}).ratings.isna().sum().tolist() == [1, 1]


def test_outside_the_scale_is_a_fault_with_its_codes():
    with pytest.raises(DataError) as caught:
        made([1, 6, 6, 0])
    text = str(caught.value)
    assert 'attribute "a" has answers outside its scale agree (1–5)' in text
    assert "3 of 4 rows, first at respondent 2" in text
    assert "0 (1×), 6 (2×)" in text
    assert "data.missing" in text


def test_answers_between_the_points_count_and_are_told():
    study = made([1, 2.5, 2.5, 4.25, np.nan, 9], b=[1, 2, 3, 4, 5, 5])
    assert study.ratings["a"].tolist()[:4] == [1, 2.5, 2.5, 4.25]
    told = [one for one in study.notes if one.code == "between_points"]
    assert [dict(one.values) for one in told] == [{"column": "a", "n": 3, "values": "2.5, 4.25"}]


def test_answers_on_a_slider_lie_anywhere():
    slider = {
        "attributes": {"a": {"columns": "a", "scale": {"min": 1, "max": 5, "continuous": True}}}
    }
    assert "between_points" not in noted(made([1, 2.5, 5], book=slider))


def test_outside_the_scale_can_be_set_missing():
    study = made([1, 6, 6, 0], out_of_range="missing")
    assert study.ratings["a"].isna().sum() == 3
    assert noted(study)["out_of_range"] == {"column": "a", "n": 3, "values": "0, 6"}


def test_text_in_a_rating_column():
    with pytest.raises(DataError) as caught:
        made(["1", "good", "2", "good"])
    text = str(caught.value)
    assert 'text in a column of ratings: "a" should hold 1–5' in text
    assert "2 of 4 rows, first at respondent 2" in text
    assert 'found : "good"' in text


def test_words_for_no_answer():
    study = made(["1", "n/a", " n/a", "5"], missing=["n/a"])
    assert study.ratings["a"].tolist()[::3] == [1, 5]
    assert noted(study)["missing_codes"] == {"column": "a", "n": 2, "codes": "n/a"}


def test_labels_are_read_as_their_codes():
    study = made(["yes", "no", "3", None])
    assert study.ratings["a"].tolist()[:3] == [5, 1, 3]
    assert noted(study)["labels_recoded"]["n"] == 2


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, 2, None], dtype="Int64"),
        pd.Series([1, 2, None], dtype="Float32"),
        pd.Series([1, 2, None]).astype("category"),
        pd.Series(["1", "2", None], dtype="string"),
        pd.Series([1, "2", None], dtype=object),
        pd.Series([1, 2, None], dtype="int8[pyarrow]"),
    ],
)
def test_kinds_of_columns(values):
    study = made(values)
    assert study.ratings["a"].tolist()[:2] == [1, 2]
    assert np.isnan(study.ratings["a"].iloc[2])


def test_dates_among_ratings():
    with pytest.raises(DataError, match="dates in a column of ratings"):
        made(pd.to_datetime(["2024-01-01", "2024-01-02"]))


def test_reversed_items_are_turned_and_told():
    book = {"attributes": {"a": {"columns": "a", "scale": [1, 5], "reversed": ["a"]}}}
    study = made([1, 2, 5, np.nan], book=book)
    assert study.ratings["a"].tolist()[:3] == [5, 4, 1]
    assert noted(study)["reversed"] == {"column": "a", "scale": "1–5"}


def test_every_fault_at_once():
    with pytest.raises(InputError) as caught:
        made(["x", "1", "2"], b=[7, 1, 1])
    assert len(caught.value.faults) == 2


def test_a_rating_that_also_makes_groups():
    study = made([1, 9, 5], segments=["a"])
    assert study.ratings["a"].isna().tolist() == [False, True, False]
    assert np.nanmax(study.values("a")) == 5
    assert study.groups("a") == ("1", "5", "9")


def test_points_are_read_on_their_own_scale():
    book = {
        "dimensions": {
            "d": {"scale": [1, 5], "expectation": ["a"], "perception": ["b"], "importance": "p"}
        }
    }
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 4], "p": [100, 101]})
    with pytest.raises(
        DataError, match=r'importance "p" has answers outside its scale points \(0–100'
    ):
        Study.from_frame(frame, book)
