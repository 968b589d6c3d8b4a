"""Coders against each other, rules against coders, coders in place of rules."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import findings, tables, verbatims
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

FRAME = {
    "themes": {
        "late": {"include": {"en": ["late"]}, "sentiment": "negative"},
        "price": {"include": {"en": ["price*"]}, "sentiment": "negative"},
    }
}
TEXTS = ["late again", "the price", "late and the price", "nothing"] * 15


def study(codes: pd.DataFrame | None = None, **analysis) -> Study:
    n = len(TEXTS)
    frame = pd.DataFrame({"id": [f"r{i}" for i in range(n)], "c": TEXTS, "s": [1, 5] * (n // 2)})
    book = {
        "measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}},
        "verbatims": {"comment": {"column": "c", "language": "en"}},
    }
    tables_ = {} if codes is None else {"codes": codes}
    return Study.from_frame(frame, book, id="id", tables=tables_, analysis=analysis)


def seen(*themes_of_four: tuple[str, ...], coder="A") -> pd.DataFrame:
    rows = [
        {"text_id": f"r{4 * block + place}", "coder": coder, "theme": theme}
        for block in range(15)
        for place, some in enumerate(themes_of_four)
        for theme in some
    ]
    return pd.DataFrame(rows)


ALIKE = seen(("late",), ("price",), ("late", "price"), ("other",))


def test_rules_that_find_what_the_coder_sees():
    found = verbatims.agreement(study(ALIKE), codeframe=FRAME, n_resamples=50)
    rules = found.rules.set_index("theme")
    assert (rules[["precision", "recall", "estimate"]] == 1).all(axis=None)
    assert (rules["n_true"] == 30).all()
    assert (rules["precision_low"] < 1).all()  # Wilson: not sure even then
    assert found.table.empty  # a single coder
    assert "main_theme_only" not in [one.code for one in found.notes]


def test_precision_and_recall_by_hand():
    # the coder sees late in the first and the last of four, rules in the first and the third
    codes = seen(("late",), ("price",), ("price",), ("late",))
    found = verbatims.agreement(study(codes), codeframe=FRAME, n_resamples=50)
    late = found.rules.set_index("theme").loc["late"]
    assert (late["precision"], late["recall"], late["estimate"]) == (0.5, 0.5, 0.0)
    assert (late["n_found"], late["n_true"], late["n"]) == (30, 30, 60)
    assert "main_theme_only" in [one.code for one in found.notes]


def test_several_themes_a_text_are_compared_theme_by_theme():
    other = seen(("late",), ("price",), ("late",), ("other",), coder="B")
    both = pd.concat([ALIKE, other], ignore_index=True)
    found = verbatims.agreement(study(both), codeframe=FRAME, n_resamples=50)
    table = found.table.set_index("theme")
    assert "overall" not in table.index  # no one main theme to compare
    assert table.loc["late", "estimate"] == 1
    assert table.loc["price", "estimate"] == pytest.approx(0.5)
    assert set(found.rules["coder"]) == {"A", "B"}


def test_the_declared_coder_stands_in_place_of_the_rules():
    codes = seen(("price",), ("price",), ("price",), ("price",))
    ruled = verbatims.themes(study(codes), codeframe=FRAME)
    by_hand = verbatims.themes(study(codes, verbatims={"coder": "A"}), codeframe=FRAME)
    assert ruled.table.set_index("theme").loc["late", "share"] == 0.5
    assert by_hand.table.set_index("theme")["share"].to_dict() == {"price": 1.0, "late": 0.0}
    assert "coded_by_hand" in [one.code for one in by_hand.notes]
    # the rules are still judged as rules
    judged = verbatims.agreement(study(codes, verbatims={"coder": "A"}), codeframe=FRAME)
    assert judged.rules.set_index("theme").loc["price", "recall"] == 0.5


def test_without_a_column_coder_one_person_coded():
    found = verbatims.agreement(
        study(), codes=ALIKE.drop(columns="coder"), codeframe=FRAME, n_resamples=50
    )
    assert set(found.rules["coder"]) == {"coder"}


def test_codes_of_other_texts_only_are_refused():
    strange = ALIKE.assign(text_id=[f"x{i}" for i in range(len(ALIKE))])
    with pytest.raises(AnalysisError, match="same text"):
        verbatims.agreement(study(), codes=strange, codeframe=FRAME)
    assert isinstance(verbatims.agreement(study(strange), codeframe=FRAME), NotAsked)
    assert isinstance(verbatims.agreement(study()), NotAsked)
    with pytest.raises(AnalysisError, match="theme"):
        verbatims.agreement(study(), codes=ALIKE.drop(columns="theme"))


def test_the_example_says_how_good_its_rules_are(root):
    example = cx.load_study(root / "params" / "example.yml")
    found = verbatims.agreement(example, n_resamples=50)
    rules = found.rules[found.rules["coder"] == "A"].set_index("theme")
    assert (rules["recall"] > 0.95).all()  # coder A sees the true main theme
    assert set(found.rules.columns) <= set(GLOSSARY)
    told = findings.read(found)
    assert any("recall" in one for one in told.sentences)
    assert "<table" in tables.show(found, "rules").html


def test_full_agreement_on_few_texts_is_not_sure():
    """Ten of ten alike: Wilson's lower end .7225, half of it by chance."""
    from cxresearch.stats.agreement import kappa

    rng = np.random.default_rng(1)
    found = kappa(list("ab") * 5, list("ab") * 5, n_resamples=50, rng=rng)
    assert (found.estimate, found.conf_high) == (1.0, 1.0)
    assert found.conf_low == pytest.approx(2 * 0.7224672 - 1, abs=1e-6)
    none = kappa(list("aaaab"), list("aaaaa"), n_resamples=50, rng=rng)
    assert none.estimate == 0
    assert np.isnan([none.conf_low, none.conf_high]).all()
