"""Personal data out of texts: addresses, telephone, card and account numbers, order ids, names."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = ("email", "iban", "card", "phone", "order", "user", "name")
_AT = "[@\uff20\ufe6b]"
_EMAIL = re.compile(
    rf"[^\s@\uff20\ufe6b<>()\[\]]*{_AT}[^\s<>()\[\]]*\.[^\s<>()\[\]]*\w|"
    r"[\w.+-]+\s?[(\[](?:at|arroba|afna)[)\]]\s?[\w.-]+",
    re.IGNORECASE,
)
_USER = re.compile(rf"{_AT}\S*|\S*{_AT}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]){11,30}\b")
_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
_PHONE = re.compile(r"(?<![\w,.])(?:\+|00)?\(?\d(?:[ ().\-/\u2011\u2013]{0,2}\d){6,14}(?![\w])")
_DATE = re.compile(
    r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\s?\d{1,2}[-./]\s?\d{4}|\d{4}\s?[-\u2013]\s?\d{4})$"
)
_NAME = r"[^\W\d_a-zа-яёčšž][\w'’-]+"
_NAMES = rf"{_NAME}(?:\s(?:(?:de|del|la|van|von|da)\s)*{_NAME}){{0,3}}"
# what stands before a name, by language; the name itself begins with a capital letter
_TITLES = (
    *("mr", "mrs", "ms", "dr", "sr", "sra", "srta", "doña", "señor", "señora"),
    *("señorita", "gdč", "gospod", "gospa", "gospodična", "gospodu", "gospe", "gospo"),
    *("gospodom", "г-н", "г-жа", "г-ну", "г-жу", "г-же", "господин", "госпожа", "господину"),
    *("госпоже", "господина", "госпожи", "госпожу"),
)
_GREETINGS = (
    *("dear", "estimado", "estimada", "querido", "querida", "apreciado", "apreciada"),
    *("spoštovani", "spoštovana", "dragi", "draga", "уважаемый", "уважаемая", "дорогой", "дорогая"),
)
_CALLED = (
    *("my name is", "i am called", "me llamo", "mi nombre es", "ime mi je", "moje ime je"),
    *("pišem se", "меня зовут", "моё имя", "мое имя"),
)
_CLOSINGS = (
    *("regards", "sincerely", "faithfully", "yours", "saludos", "saludo", "atentamente"),
    *("pozdrav", "pozdravom", "spoštovanjem", "уважением"),
)
_HELLOS = ("hi", "hello", "hola", "zdravo", "živjo", "pozdravljeni", "здравствуйте", "привет")
_NO_NAMES = frozenset(
    [
        *("team", "sir", "sirs", "madam", "all", "customer", "customers", "support", "service"),
        *("equipo", "cliente", "señor", "señora", "señores", "ekipa", "stranka", "коллеги"),
        *("команда", "клиент", "everyone", "everybody", "colleagues", "i", "the", "you", "your"),
    ]
)


def _after(words: tuple[str, ...], between: str, end: str = "") -> re.Pattern[str]:
    listed = "|".join(re.escape(one) for one in sorted(words, key=len, reverse=True))
    return re.compile(rf"(?P<before>(?<!\w)(?i:{listed}){between})(?P<name>{_NAMES}){end}")


_PEOPLE = (
    _after(_CALLED, r"\s+"),
    _after(_TITLES, r"\.?\s+"),
    # words that also mean something else: only as they are written before a name
    re.compile(rf"(?P<before>(?<!\w)(?:g\.|ga\.|Miss|Don)\s+)(?P<name>{_NAMES})"),
    _after(_GREETINGS, r"\s+", r"(?=\s*[,:!.\n])"),
    _after(_HELLOS, r",?\s+", r"(?=\s*[,:!])"),
    _after(_CLOSINGS, r"\s*[,.!\n]\s*", r"(?=\s*\.?\s*$)"),
)
_ORDER = re.compile(
    r"\b(?=[A-Z0-9-]*\d{3})(?=[A-Z0-9-]*[A-Z])[A-Z0-9][A-Z0-9-]{5,}\b|#\s?\d{3,}\b|"
    r"(?<!\w)№\s?\d{3,}\b|\b\d{6,}\b"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without personal data, and how much of which kind was taken out."""

    text: str
    counts: Counter[str]


def mask(text: str, names: Sequence[str] = (), keep: Sequence[str] = ()) -> Masked:
    """Return a customer's text with personal data replaced by what it was.

    E-mail addresses, IBANs, card numbers (Luhn's check digit holds), telephone numbers (seven
    digits or more that are no date), order ids (six or more capitals and digits, or ``#123``),
    user names (``@name``), names from a list, and names after a title, a salutation, a closing
    line or "my name is" in en, es, sl and ru (words with a capital). After masking no ``@`` is
    left. Text is brought to Unicode NFC.

    Parameters
    ----------
    text : str
    names : sequence of str, optional
        Names of people, matched as whole words in any case.
    keep : sequence of str, optional
        Words that are nobody's name though they stand where names do: the company's own.

    Examples
    --------
    >>> mask("Write to ana@example.com or call +386 40 000 123.").text
    'Write to [email] or call [phone].'
    >>> mask("Order AB-20391, since 2021-2024 no answer").text
    'Order [order], since 2021-2024 no answer'
    >>> mask("Уважаемая Анна Петрова, спасибо!").text
    'Уважаемая [name], спасибо!'
    """
    told = unicodedata.normalize("NFC", text)
    counts: Counter[str] = Counter()

    def replaced(kind: str, pattern: re.Pattern[str], told: str) -> str:
        def one(match: re.Match[str]) -> str:
            found = match.group()
            if not _is(kind, found):
                return found
            counts[kind] += 1
            return f"[{kind}]"

        return pattern.sub(one, told)

    patterns = {"email": _EMAIL, "iban": _IBAN, "card": _CARD, "phone": _PHONE, "order": _ORDER}
    for kind, pattern in {**patterns, "user": _USER}.items():
        told = replaced(kind, pattern, told)
    if names:
        listed = "|".join(re.escape(unicodedata.normalize("NFC", one)) for one in names if one)
        told = replaced("name", re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE), told)
    kept = _NO_NAMES | set(_TITLES) | {word.casefold() for one in keep for word in one.split()}
    for pattern in _PEOPLE:
        told = _people(told, pattern, kept, counts)
    return Masked(told, counts)


def _people(told: str, pattern: re.Pattern[str], kept: frozenset[str], counts: Counter[str]) -> str:
    """Replace the name that follows what a pattern knows, unless it is a word like "team"."""

    def one(match: re.Match[str]) -> str:
        if any(word.casefold() in kept for word in match["name"].split()):
            return match.group()
        counts["name"] += 1
        return f"{match['before']}[name]"

    return pattern.sub(one, told)


def _is(kind: str, found: str) -> bool:
    """Tell whether what looks like personal data is some."""
    if kind == "card":
        return _luhn([int(one) for one in found if one.isdigit()])
    return not (kind in ("phone", "order") and _DATE.fullmatch(found))


def _luhn(digits: list[int]) -> bool:
    doubled = [2 * one - 9 * (one > 4) for one in digits[-2::-2]]
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0
