"""Personal data never leaves: addresses, numbers, names."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.verbatims import mask


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Please write to buyer012@example.com.", "email"),
        ("Pišite na ana.novak@podjetje.si, hvala", "email"),
        ("ana (at) example.com", "email"),
        ("Please call me on +44 7700 900123.", "phone"),
        ("Llámenme al +34 600 000 123.", "phone"),
        ("Pokličite me na +386 40 000 123.", "phone"),
        ("Позвоните мне по номеру +7 900 000-01-23.", "phone"),
        ("card 4111 1111 1111 1111 was charged", "card"),
        ("IBAN SI56 1910 0000 0123 438", "iban"),
        ("order AB-203911 is lost", "order"),
        ("order #48213 is lost", "order"),
        ("thanks @varlund_help", "user"),
    ],
)
def test_what_is_personal_is_taken_out(text, kind):
    found = mask(text)
    assert found.counts[kind] == 1
    assert f"[{kind}]" in found.text
    assert not re.search(r"\d{4,}", found.text)


@pytest.mark.parametrize(
    "text", ["from 2021-2024", "on 31.12.2024", "2024-12-31", "cost 12.50 for 3 parcels", "IT HELP"]
)
def test_dates_and_amounts_stay(text):
    assert mask(text).text == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Dear Mr. Brown, my parcel is late.", "Dear Mr. [name], my parcel is late."),
        ("Ask Mrs O'Neill about it", "Ask Mrs [name] about it"),
        ("Estimada Sra. García López: llegó tarde", "Estimada Sra. [name]: llegó tarde"),
        ("Hola Carmen, gracias", "Hola [name], gracias"),
        ("Me llamo Juan de la Cruz y espero", "Me llamo [name] y espero"),
        ("Spoštovana Špela Žnidaršič, zamuda.", "Spoštovana [name], zamuda."),
        ("Gospa Novak je bila prijazna", "Gospa [name] je bila prijazna"),
        ("Pisal sem g. Kovaču dvakrat", "Pisal sem g. [name] dvakrat"),
        ("Меня зовут Ольга, жду ответа", "Меня зовут [name], жду ответа"),
        ("Уважаемый Иван Петрович! Опять опоздали", "Уважаемый [name]! Опять опоздали"),
        ("Г-н Сидоров помог", "Г-н [name] помог"),
        ("It was late. Kind regards, Ana Novak", "It was late. Kind regards, [name]"),
        ("Pozno. Lep pozdrav, Žiga Kos.", "Pozno. Lep pozdrav, [name]."),
        ("Опоздали. С уважением, Анна Петрова", "Опоздали. С уважением, [name]"),
    ],
)
def test_names_after_titles_salutations_and_closings_are_masked(text, shown):
    found = mask(text)
    assert found.text == shown
    assert found.counts["name"] == 1
    assert mask(shown).text == shown


@pytest.mark.parametrize(
    "text",
    [
        "Dear Sir or Madam, it came late.",
        "Dear Customer Service,",
        "Hello, it was late",
        "Spoštovani, paket je zamujal",
        "Здравствуйте! Курьер опоздал",
        "Con un saludo. Eso es todo",
        "Dear friends, thank you",
        "my name is on the box",
        "We miss London, and ga Ljubljana",
    ],
)
def test_other_words_after_a_salutation_stay(text):
    assert mask(text).text == text


def test_the_company_is_nobodys_name():
    assert mask("Dear Varlund, it came late", keep=["Varlund"]).text == "Dear Varlund, it came late"


def test_names_of_a_list_are_masked_as_whole_words():
    found = mask("Ana was kind, Anapurna too, and ANA again", names=["Ana"])
    assert found.text == "[name] was kind, Anapurna too, and [name] again"
    assert found.counts["name"] == 2


@given(st.text(max_size=80))
def test_no_at_sign_is_ever_left(text):
    assert not re.search("[@\uff20\ufe6b]", mask(text).text)


@given(st.text(alphabet="ab.@ -_<>()[]1", max_size=40))
def test_no_address_is_ever_left(text):
    assert "@" not in mask(text).text


def test_masking_twice_changes_nothing():
    once = mask("Call +386 40 000 123 or ana@example.com about AB-203911").text
    assert mask(once).text == once
