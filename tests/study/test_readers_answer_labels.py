"""Answers exported as words become codes, and nothing is guessed."""

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import CodebookError
from cxresearch.study.readers import as_numbers, labels_to_codes

AGREE5 = {1: "strongly disagree", 2: "disagree", 3: "neither", 4: "agree", 5: "strongly agree"}
ENDS7 = {1: "Not at all", 7: "Very impressive"}


def test_labels_in_any_case_and_spacing() -> None:
    cells = pd.Series(
        ["Strongly  agree", " DISAGREE", np.nan, "neither", "agree"], index=list("abcde")
    )
    values, n_recoded, unknown = labels_to_codes(cells, AGREE5)
    np.testing.assert_array_equal(values, [5, 2, np.nan, 3, 4])
    assert list(values.index) == list("abcde")
    assert (n_recoded, unknown) == (4, ())


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("7 - Very impressive", 7),
        ("7 – very impressive", 7),
        ("(7) Very impressive", 7),
        ("7. Very impressive", 7),
        ("7=Very impressive", 7),
        ("Very impressive - 7", 7),
        ("Very impressive (7)", 7),
        ("4 - whatever stands here", 4),  # a point without a label of its own
        ("4", 4),
        ("4.0", 4),
        (4, 4),
        ("6 - Very impressive", None),  # number and label disagree
        ("7 - Not at all", None),
        ("7 - Impressive", None),
        ("1-3 times", None),
        ("2 - 3", None),
        ("impressive", None),
        ("NA", None),
    ],
)
def test_numbered_labels(cell: object, code: float | None) -> None:
    values, _, unknown = labels_to_codes(pd.Series([cell, "Not at all"]), ENDS7)
    assert values[1] == 1
    if code is None:
        assert np.isnan(values[0])
        assert unknown == (cell,)
    else:
        assert values[0] == code
        assert unknown == ()


def test_codes_and_labels_are_counted_apart() -> None:
    found = labels_to_codes(pd.Series(["agree", "agree", "4", 5, None]), AGREE5)
    assert (found.n_recoded, found.n_codes) == (2, 2)
    numbers = labels_to_codes(pd.Series([1, 2, np.nan]), AGREE5)
    assert (numbers.n_recoded, numbers.n_codes, numbers.unknown) == (0, 2, ())


def test_unknown_labels_come_as_they_stand_and_the_most_frequent_first() -> None:
    found = labels_to_codes(pd.Series(["Maybe", "No  idea", "No  idea", "agree"]), AGREE5)
    assert found.unknown == ("No  idea", "Maybe")


def test_labels_in_several_languages() -> None:
    scale = {1: {"en": "poor", "es": "malo"}, 2: {"en": "good", "es": "bueno"}}
    assert labels_to_codes(pd.Series(["Malo", "good"]), scale).values.tolist() == [1, 2]


def test_a_number_that_is_the_label_of_another_code_is_not_taken_for_either() -> None:
    assert labels_to_codes(pd.Series(["5"]), {1: "5", 5: "1"}).unknown == ("5",)


def test_a_label_of_two_codes_is_refused() -> None:
    with pytest.raises(CodebookError, match="two codes"):
        labels_to_codes(pd.Series(["good"]), {1: "good", 2: "Good "})


def test_numbers_among_declared_words() -> None:
    cells = pd.Series(["3,5", "NA", "4", np.nan], name="q")
    assert as_numbers(cells, decimal=",") is None
    found = as_numbers(cells, decimal=",", blanks=["NA"])
    assert found is not None
    np.testing.assert_array_equal(found, [3.5, np.nan, 4, np.nan])
    assert as_numbers(pd.Series(["NA"]), blanks=["NA"]).isna().all()
