"""Themes on a page: languages and words as they were written, tables that can be read."""

import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import figures, tables, verbatims
from cxresearch.study.study import Study
from cxresearch.verbatims.tongues import tongue

BOOK = {
    "measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}},
    "verbatims": {"comment": {"column": "c", "language_column": "lang"}},
}
LATE = {"themes": {"late": {"include": {"en": ["late"]}, "sentiment": "negative"}}}


@pytest.fixture(scope="module")
def found(root):
    return verbatims.themes(cx.load_study(root / "params" / "example.yml"))


@pytest.mark.parametrize(
    ("written", "code"),
    [
        *(("en", "en"), ("EN-gb", "en"), ("es_MX", "es"), ("spa", "es"), ("Slovene", "sl")),
        *(("slovenščina", "sl"), ("Русский", "ru"), ("Deutsch", "de"), ("sr-Latn", "sr")),
    ],
)
def test_languages_are_known_by_code_and_by_name(written, code):
    assert tongue(written) == code


def test_comments_of_one_study_in_several_languages_say_which_they_are():
    """The column of languages holds names and codes as survey tools write them."""
    texts = {
        "English": "The parcel came late again.",
        "es-ES": "Nadie contesta y el paquete llegó tarde.",
        "SL": "Paket je spet zamujal.",
        "русский": "Доставка снова опаздывает.",
    }
    langs = list(texts) * 12
    frame = pd.DataFrame({"c": [texts[one] for one in langs], "s": [1, 2, 4, 5] * 12})
    found = verbatims.themes(Study.from_frame(frame.assign(lang=langs), BOOK))
    assert set(found.coverage["lang"]) == {"en", "es", "sl", "ru"}
    assert found.coverage["known"].all()
    html = tables.show(found, "quotes").html
    for row in found.quotes.to_dict("records"):
        assert f'<td lang="{row["lang"]}">{row["quote"]}</td>' in html
    assert set(found.quotes["lang"]) <= {"en", "es", "sl", "ru"}
    assert len(set(found.quotes["lang"])) > 1


def test_what_is_no_language_gets_no_language():
    texts = ["My parcel came late", "Friendly drivers again"] * 20
    frame = pd.DataFrame({"c": texts, "s": [1, 5] * 20, "lang": "gibberish"})
    shown = tables.show(verbatims.themes(Study.from_frame(frame, BOOK)), "suggested").html
    assert "parcel" in shown
    assert 'lang="' not in shown


def test_words_are_shown_as_they_are_written():
    """Patterns see letters made alike; a reader sees the accents."""
    texts = ["La página y el seguimiento fueron rápidos."] * 15 + ["Nadie llegó, envío roto."] * 15
    book = {**BOOK, "measures": {"sat": BOOK["measures"]["sat"]}}
    frame = pd.DataFrame({"c": texts, "s": [5] * 15 + [1] * 15, "lang": "es"})
    found = verbatims.themes(Study.from_frame(frame, book))
    assert {"página", "rápidos", "llegó"} <= set(found.keyness["term"])
    assert "pagina" not in " ".join(found.suggested["terms"])


def test_words_of_the_camps_are_one_row_a_side(found):
    shown = tables.show(found, "keyness")
    body = shown.html.split("<tbody>")[1]
    sides = found.keyness.groupby(["lang", "group"], sort=False)
    assert body.count("<tr>") == sides.ngroups
    assert len(shown.frame) == len(found.keyness)  # the CSV holds every word
    first = found.keyness.iloc[0]
    assert f"{first['term']} ({first['n_first']}:{first['n_second']})" in body
    assert "Up-to-date equipment" not in body  # a word is no key of the codebook


def test_long_tables_show_what_a_reader_needs_and_count_the_rest(found):
    waves = tables.show(found, "waves")
    last = found.waves[found.waves["wave"] == found.waves["wave"].iloc[-1]]
    clear = found.waves[found.waves["q_value"] <= 0.05]
    rows = len(pd.concat([last, clear]).drop_duplicates(["wave", "theme"]))
    assert waves.html.split("<tbody>")[1].count("<tr>") == rows
    assert f"{len(found.waves) - rows} rows more." in waves.html
    assert len(waves.frame) == len(found.waves)
    assert tables.show(found, "segments").html.split("<tbody>")[1].count("<tr>") == 10
    whole = tables.show(found, "segments", whole=True)
    assert whole.html.split("<tbody>")[1].count("<tr>") == len(found.segments)


def test_a_study_without_comments_says_so_instead_of_empty_titles():
    frame = pd.DataFrame({"c": [""] * 30, "s": [1, 5] * 15, "lang": "en"})
    nobody = verbatims.themes(Study.from_frame(frame, BOOK))
    for view in ("table", "waves", "segments", "keyness", "quotes", "suggested", "masking"):
        assert "Nothing to show." in tables.show(nobody, view).html
    assert "One wave" in figures.plot(nobody, kind="theme_waves").alt
