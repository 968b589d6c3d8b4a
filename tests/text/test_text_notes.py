"""Every note code has its sentence, with its own values and no other."""

import string
from collections import Counter
from importlib import import_module
from pkgutil import iter_modules

import pytest

from cxresearch import columns
from cxresearch.about import About
from cxresearch.columns import GLOSSARY
from cxresearch.notes import KINDS, note
from cxresearch.text import LANGUAGES, notes, words
from cxresearch.text.notes import SENTENCES, sentence, sentences
from cxresearch.text.words import header, word
from cxresearch.verdicts import Verdict


def test_every_code_has_a_sentence_and_every_sentence_a_code():
    assert set(SENTENCES) == set(KINDS)


@pytest.mark.parametrize("code", KINDS)
def test_a_sentence_uses_values_that_its_code_has(code):
    forms = SENTENCES[code]
    forms = (forms,) if isinstance(forms, str) else forms
    for form in forms:
        fields = {name for _, name, _, _ in string.Formatter().parse(form) if name}
        assert fields <= set(KINDS[code].fields)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", KINDS)
def test_every_note_can_be_told_in_every_language(code, language):
    values = {name: 3 if name in ("n", "levels") else 0.5 for name in KINDS[code].fields}
    told = sentence(note(code, **values), About(language=language))
    assert told
    assert "{" not in told


def test_one_and_many_are_told_apart():
    about = About()
    assert sentence(note("weights_zero", n=1), about).startswith("1 respondent has")
    assert sentence(note("weights_zero", n=2), about).startswith("2 respondents have")


def test_labels_stand_for_keys():
    about = About(labels={"t1": "Equipment", "north": "North"})
    told = sentence(note("low_base", group="t1 · north", n=12, min_n=30), about)
    assert told.endswith(": Equipment · North.")


def test_many_notes_of_one_kind_are_cut_short_and_counted():
    notes = [note("small_base", group=f"team {k}", n=k + 1, min_n=10) for k in range(10)]
    told = sentences(notes, About())
    assert len(told) == 4
    assert told[-1][1] == "… and 7 notes more of this kind."


def test_what_was_withheld_comes_first():
    notes = [note("nps_trademark"), note("small_base", group="a", n=4, min_n=10)]
    assert [severity for severity, _ in sentences(notes, About())] == ["suppressed", "info"]


def test_every_glossary_column_has_a_header():
    bare = [name for name in GLOSSARY if header(name) == name.replace("_", " ")]
    assert bare == ["df", "p", "n"] or set(bare) <= {"df", "n"}


def test_every_verdict_has_a_word():
    for verdict in Verdict.__args__:
        assert word(verdict) == "withheld" or " " in word(verdict) or word(verdict) == "detectable"


@pytest.mark.parametrize(
    ("house", "name"),
    [(columns, "COLUMNS"), (words, "HEADERS"), (words, "WORDS"), (notes, "SENTENCES")],
)
def test_a_code_has_its_line_in_one_module(house, name):
    rooms = [import_module(f"{house.__name__}.{one.name}") for one in iter_modules(house.__path__)]
    said = Counter(code for room in rooms for code in getattr(room, name, {}))
    assert said
    assert [code for code, times in said.items() if times > 1] == []
    whole = GLOSSARY if name == "COLUMNS" else getattr(house, name)
    assert set(whole) == set(said)


def test_a_long_list_of_items_names_three_and_counts_the_rest():
    items = tuple(f"item {place}" for place in range(22))
    told = sentence(note("desired_expected", items=items), About())
    assert told.endswith("item 0, item 1, item 2 and 19 more.")
    few = sentence(note("desired_expected", items=items[:4]), About(language="ru"))
    assert "item 3" in few
