"""Columns by what was asked in them; tiny shares; many notes of one kind in one sentence."""

import pytest

from cxresearch.about import About
from cxresearch.notes import note
from cxresearch.text import amounts
from cxresearch.text.cells import cell, label, question
from cxresearch.text.notes import sentences

ABOUT = About(
    labels={"tools": "Equipment", "buy": "Buying again", "sat": "Satisfaction"},
    texts={"price": "Prices are fair."},
    columns={
        "E1": ("expectation", "tools"),
        "P1": ("perception", "tools"),
        "L1": ("measure", "buy"),
        "L2": ("measure", "buy"),
        "Q3": ("attribute", "price"),
        "Q4": ("attribute", "Q4"),
        "R1": ("competitor", "Rival", "sat"),
    },
)


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("E1", "Equipment (expectation)"),
        ("L2", "Buying again (L2)"),
        ("Q3", "Prices are fair."),
        ("Q4", "Q4"),
        ("R1", "Rival: Satisfaction"),
        ("elsewhere", "elsewhere"),
    ],
)
def test_a_column_is_called_by_its_question(column, words):
    assert question(column, ABOUT) == words


def test_only_columns_are_called_so_not_groups_of_the_same_name():
    assert label("E1", ABOUT, column="item") == "Equipment (expectation)"
    assert label("E1", ABOUT, column="group") == "E1"


def test_a_share_is_nothing_or_all_only_where_it_is():
    assert [amounts.percent(one) for one in (0.0, 0.0004, 0.9996, 1.0)] == [
        "0.0%",
        "<0.1%",
        ">99.9%",
        "100.0%",
    ]
    assert amounts.percent(1e-17) == "0.0%"  # what is left of sums is nothing
    assert amounts.chance(1e-17) == "<1%"  # but no probability is so small as to be none
    assert amounts.interval(-0.02, 0.0004, "share") == "[−2.0, 0.0]"


def test_tables_and_sentences_write_probabilities_alike():
    shown = cell(0.0003, "p_target", "share", "", About())
    assert shown == amounts.chance(0.0003) == "<1%"


def test_many_notes_on_columns_become_one_sentence():
    columns = ["E1", "P1", "L1", "L2"]
    many = [
        note("missing_codes", column=one, n=place, codes=(99,))
        for place, one in enumerate(columns, 1)
    ]
    told = [text for _severity, text in sentences(many, ABOUT)]
    assert told == [
        "Declared codes for no answer (99): 10 answers in 4 questions, most in "
        "“Buying again (L2)” (4)."
    ]
    assert len(sentences(many[:3], ABOUT)) == 3


def test_many_goals_to_hold_are_named_in_one_sentence():
    many = [note("target_is_baseline", measure=one) for one in ("sat", "buy", "x", "y")]
    ((_severity, told),) = sentences(many, ABOUT)
    assert told.endswith("hold: Satisfaction; Buying again; x; y.")
