"""Messages: extracted, kept in catalogues, told in four languages, English where one lacks."""

import string

import pytest
import shown_results as shown
from babel.messages.pofile import read_po

from cxresearch import figures, findings, tables, text
from cxresearch.about import About
from cxresearch.errors import AnalysisError
from cxresearch.text import catalogue, cells, extraction, words
from cxresearch.text.markdown import blocks, in_language

OTHERS = [language for language in text.LANGUAGES if language != "en"]


def _ids(messages):
    return {one.id if isinstance(one.id, str) else one.id[0] for one in messages if one.id}


def _po(language):
    path = catalogue.FOLDER / language / "LC_MESSAGES" / "cxresearch.po"
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _fields(message):
    forms = [message] if isinstance(message, str) else message
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}


def test_every_message_of_the_code_stands_in_the_template():
    with (catalogue.FOLDER / "cxresearch.pot").open("rb") as file:
        template = _ids(read_po(file))
    new = _ids(extraction.messages()) - template
    assert not new, "run: python -m cxresearch.text"


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_holds_what_the_template_holds(language):
    with (catalogue.FOLDER / "cxresearch.pot").open("rb") as file:
        template = _ids(read_po(file))
    assert _ids(_po(language)) == template


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_placeholders_of_its_message(language):
    for message in _po(language):
        if not message.id or not extraction._complete(message):
            continue
        wanted = _fields(message.id)
        forms = [message.string] if isinstance(message.string, str) else message.string
        for form in forms:
            assert _fields(form) <= wanted, message.id
        assert _fields(message.string) == wanted, message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_is_written_byte_for_byte_as_it_stands(language, tmp_path):
    path = catalogue.FOLDER / language / "LC_MESSAGES" / "cxresearch.po"
    extraction.write(_po(language), tmp_path / "again.po")
    assert (tmp_path / "again.po").read_text("utf-8") == path.read_text("utf-8")


def test_a_message_without_translation_is_told_in_english_and_remembered():
    _ = catalogue.Translator("es")
    assert _("no catalogue has {this}", this="this") == "no catalogue has this"
    assert "no catalogue has {this}" in text.missing("es")
    assert text.missing("en") == []


def test_plural_forms_follow_the_language(monkeypatch):
    messages = catalogue.Catalog(locale="sl")
    messages.add(("{n} wave", "{n} waves"), ("{n} val", "{n} vala", "{n} vali", "{n} valov"))
    monkeypatch.setattr(catalogue, "_catalogue", lambda language: messages)
    _ = catalogue.Translator("sl")
    told = [_.plural("{n} wave", "{n} waves", n, n=n) for n in (1, 2, 3, 5, 101)]
    assert told == ["1 val", "2 vala", "3 vali", "5 valov", "101 val"]


def test_an_unknown_language_is_an_error_that_helps():
    with pytest.raises(AnalysisError, match="one of: en, es, sl, ru"):
        text.translator("xx")


def test_markdown_without_translation_stays_as_it_is():
    source = "# Gaps\n\nWhere do we\nfall short?\n\n- one\n- two\n\n```python\nx = 1\n```\n"
    assert [b.message for b in blocks(source)][:4] == [
        "Gaps",
        "Where do we fall short?",
        "one",
        "two",
    ]
    assert "".join(b.lead + b.message + b.tail for b in blocks("# Gaps\n\n- one\n- two")) == (
        "# Gaps\n\n- one\n- two"
    )
    assert "```python\nx = 1\n```" in in_language(source, "es")


@pytest.mark.parametrize(
    ("language", "number", "share", "p"),
    [
        ("en", "−1,234.5", "62.3%", "<.001"),
        ("es", "−1.234,5", "62,3\u00a0%", "<0,001"),
        ("sl", "−1.234,5", "62,3\u00a0%", "<0,001"),
        ("ru", "−1\u00a0234,5", "62,3\u00a0%", "<0,001"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(language, number, share, p):
    assert text.number(-1234.5, 1, language) == number
    assert text.percent(0.6234, 1, language) == share
    assert text.p_value(1e-9, language) == p


def test_a_rounded_zero_has_no_sign():
    assert text.number(-0.0001, 2) == "0.00"
    assert text.signed(0.0001, 2) == "0.00"


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_that_a_result_says_lacks_its_translation(language):
    catalogue._missing.clear()
    for make in (shown.kpis, shown.quality, shown.gaps, shown.drivers, shown.contrasts):
        result = make(language)
        findings.read(result)
        figures.plot(result)
        for view in result.frames():
            tables.show(result, view)
    assert text.missing(language) == []


def test_a_new_translation_keeps_to_its_language():
    template = catalogue.Catalog()
    template.add("a message that no catalogue has")
    extraction.merged("es", template)["a message that no catalogue has"].string = "un mensaje"
    assert not extraction.merged("ru", template)["a message that no catalogue has"].string


def test_a_word_of_ours_is_not_taken_for_a_key_of_the_codebook():
    about = About(language="sl", labels={"green": "okolju prijazen", "parcel": "Paket"})
    assert cells.cell("green", "status", "code", "", about) == words.word("green", "sl")
    assert cells.cell("parcel", "status", "code", "", about) == "Paket"
    assert cells.label("green", about) == "okolju prijazen"


def test_flags_groups_and_days_are_told_in_the_language():
    about = About(language="ru")
    assert words.word("low_base", "ru") == "малая база"
    assert cells.label("detractors", about, column="group") == words.word("detractors", "ru")
    assert cells.cell("2024-03-31", "opened_on", "code", "", about) == "31 марта 2024\u202fг."
    assert cells.cell(35.0, "numerator", "code", "", about) == "35"
    assert cells.cell(0.5, "numerator", "code", "", about) == "0,50"
