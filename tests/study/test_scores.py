"""One score a respondent: pairs, dimensions, measures and attributes."""

import numpy as np
import pandas as pd
import pytest
from known_answers import PAIRS, csat, pairs

from cxresearch.errors import AnalysisError
from cxresearch.study import scores
from cxresearch.study.study import Study

NAN = np.nan


def test_pairs_count_only_what_both_sides_answered():
    frame = PAIRS.copy()
    frame.loc[0, "E3"] = NAN
    found = pairs(frame).pairs("B")
    assert found.needed == 2
    assert found.count.tolist() == [2, 2, 3, 3, 2, 3]
    assert np.isnan(found.perception[0, 0])
    assert np.isnan(found.expectation[1, 1])
    gap = found.mean("perception") - found.mean("expectation")
    np.testing.assert_allclose(found.gap, gap)


def test_half_of_the_answers_make_a_score():
    frame = pd.DataFrame({"a": [1, NAN, NAN], "b": [2, 4, NAN], "c": [3, 5, 5]})
    book = {"measures": {"m": {"kind": "score", "columns": ["a", "b", "c"], "scale": [1, 5]}}}
    np.testing.assert_allclose(Study.from_frame(frame, book).values("m"), [2, 4.5, NAN])
    strict = {"measures": {"m": {**book["measures"]["m"], "min_answered": 3}}}
    np.testing.assert_allclose(Study.from_frame(frame, strict).values("m"), [2, NAN, NAN])


def test_headlines_and_units():
    frame = pd.DataFrame({"x": [0, 1], "s": [5, 1], "n": [9, 6], "y": [1, 0], "z": [1, 1]})
    book = {
        "measures": {
            "boxed": csat("s", top_box=1),
            "mean": {"kind": "score", "columns": "s", "scale": [1, 5]},
            "nps": {"kind": "nps", "columns": "n"},
            "flag": {"kind": "share", "columns": "x"},
            "flags": {"kind": "share", "columns": ["y", "z"]},
        }
    }
    one = Study.from_frame(frame, book)
    kinds = {key: (one.measure(key).headline, one.measure(key).unit) for key in book["measures"]}
    assert kinds == {
        "boxed": ("top_box", "share"),
        "mean": ("mean", "points"),
        "nps": ("nps", "nps"),
        "flag": ("top_box", "share"),
        "flags": ("mean", "share"),
    }
    assert one.measure("boxed").series.tolist() == [1, 0]
    assert one.measure("nps").series.tolist() == [100, -100]
    assert one.measure("flag").series.tolist() == [0, 1]
    assert one.measure("flags").series.tolist() == [1, 0.5]


def test_promoters_on_another_scale():
    frame = pd.DataFrame({"n": [10, 9, 8, 7, 6, 1, NAN]})
    nps = {"kind": "nps", "columns": "n", "scale": [1, 10], "promoters_from": 9, "detractors_to": 6}
    book = {"measures": {"r": nps}}
    found = Study.from_frame(frame, book).measure("r")
    np.testing.assert_array_equal(found.promoter, [1, 1, 0, 0, 0, 0, NAN])
    np.testing.assert_array_equal(found.detractor, [0, 0, 0, 0, 1, 1, NAN])


def test_rescaled():
    frame = pd.DataFrame({"s": [1, 3, 5]})
    found = Study.from_frame(frame, {"measures": {"s": csat("s")}}).measure("s")
    assert found.rescaled.tolist() == [0, 50, 100]


def test_a_dimension_without_pairs():
    book = {"dimensions": {"d": {"scale": [1, 5], "perception": ["a"]}}}
    one = Study.from_frame(pd.DataFrame({"a": [1, 2]}), book)
    with pytest.raises(AnalysisError, match="no item with expectation and perception"):
        scores.pairs(one.ratings, one.codebook.dimensions["d"])
    assert one.values("d").tolist() == [1, 2]
