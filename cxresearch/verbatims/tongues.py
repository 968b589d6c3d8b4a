"""Which language a cell names: a code, a code with its country, or the language's own name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from babel import Locale
from babel.core import get_global

_TOLD_IN = ("en", "es", "sl", "ru")
_IN_THEMSELVES = (
    *("bg", "bs", "ca", "cs", "da", "de", "el", "eu", "fi", "fr", "gl", "hr", "hu", "it", "mk"),
    *("nb", "nl", "pl", "pt", "ro", "sk", "sq", "sr", "sv", "tr", "uk"),
)
_OTHERWISE = {
    "slovene": "sl",
    "slovensko": "sl",
    "castellano": "es",
    "špansko": "es",
    "angleško": "en",
    "rusko": "ru",
    "по-русски": "ru",
}


def tongue(said: str) -> str:
    """Return the code of the language that a cell names; what names none stays as it is written.

    Codes are those of web pages (BCP 47): two letters, three where a language has no shorter one.
    Survey tools write ``en-US``, ``EN``, ``eng``, or the name in some language.

    Parameters
    ----------
    said : str
        What the column of languages says.

    Examples
    --------
    >>> [tongue(one) for one in ("EN", "en-US", "sl_SI", "eng", "Español", "русский", "other")]
    ['en', 'en', 'sl', 'en', 'es', 'ru', 'other']
    """
    told = said.strip().casefold()
    first = told.replace("_", "-").split("-")[0]
    aliases: Mapping[str, str] = get_global("language_aliases")
    if len(first) in (2, 3) and first in _codes():
        return first
    if first in aliases:
        return str(aliases[first])
    return _names().get(told, told) if told else ""


@cache
def _codes() -> frozenset[str]:
    return frozenset(str(one) for one in Locale("en").languages if "_" not in str(one))


@cache
def _names() -> dict[str, str]:
    """Names of languages: in the languages of the reports, and each in itself."""
    found = {
        name.casefold(): code
        for told in _TOLD_IN
        for code, name in Locale(told).languages.items()
        if "_" not in code
    }
    for code in _IN_THEMSELVES:
        found.setdefault(str(Locale(code).language_name).casefold(), code)
    return {**found, **_OTHERWISE}
