"""Sentences in the language of a study: message catalogues in gettext's form, read by Babel.

English is the source: a message is its own English text. Catalogues of the other languages lie
in ``locale/<language>/LC_MESSAGES/cxresearch.po`` and are read as they stand, so nothing has to
be compiled. What a catalogue lacks is said in English and kept in mind: `missing` lists it.
"""

from __future__ import annotations

from functools import cache
from gettext import c2py  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from cxresearch.errors import AnalysisError, Fault, did_you_mean

LANGUAGES = ("en", "es", "sl", "ru")
DOMAIN = "cxresearch"
FOLDER = Path(__file__).parent / "locale"

_missing: dict[str, dict[str, None]] = {}


def mark(message: str) -> str:
    """Return the message as it is: marks a text that is translated where it is used."""
    return message


def marks(singular: str, plural: str) -> tuple[str, str]:
    """Return both forms as they are: marks a text with a number in it."""
    return singular, plural


class Translator:
    """Says messages in one language; call it with a message and its values.

    Parameters
    ----------
    language : {"en", "es", "sl", "ru"}
        Language of what comes out.

    Examples
    --------
    >>> _ = Translator("en")
    >>> _("wave {wave}", wave="2024")
    'wave 2024'
    >>> _.plural("{n} answer", "{n} answers", 1, n=1)
    '1 answer'
    """

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)
        self._index = c2py(self._catalogue.plural_expr) if language != "en" else None

    def __call__(self, message: str, /, **values: Any) -> str:
        """Return the message in the language, its placeholders filled."""
        text: str = self._find(message) or message
        return str(text.format(**values)) if values else text

    def plural(self, singular: str, plural: str, count: int, /, **values: Any) -> str:
        """Return the form that belongs to the count, its placeholders filled."""
        found = self._find(singular, plural)
        if found and self._index is not None:
            text = str(found[self._index(abs(int(count)))])
        else:
            text = singular if count == 1 else plural
        return text.format(**values) if values else text

    def knows(self, message: str) -> bool:
        """Tell whether the catalogue has this message (English knows all)."""
        return self.language == "en" or bool(_string(self._catalogue, message))

    def _find(self, message: str, plural: str | None = None) -> Any:
        if self.language == "en" or not message.strip():
            return None
        found = _string(self._catalogue, message)
        complete = found if plural is None else isinstance(found, tuple) and all(found)
        if not complete:
            _missing.setdefault(self.language, {})[message] = None
            return None
        return found


def _string(catalogue: Catalog, message: str) -> Any:
    entry = catalogue.get(message)
    if entry is None or entry.fuzzy:
        return None
    return entry.string


@cache
def translator(language: str) -> Translator:
    """Return the translator into a language of reports.

    Raises
    ------
    AnalysisError
        The language is none of en, es, sl, ru.

    Examples
    --------
    >>> translator("en")("Answered")
    'Answered'
    """
    if language not in LANGUAGES:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there is no catalogue for the language "{language}"',
                found=language,
                hint=did_you_mean(language, LANGUAGES),
            )
        )
    return Translator(language)


def missing(language: str) -> list[str]:
    """Return the messages that were asked for in this process and said in English instead."""
    return list(_missing.get(language, ()))


@cache
def _catalogue(language: str) -> Catalog:
    path = FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    if language == "en" or not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)
