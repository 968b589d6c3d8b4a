"""The words by which columns and questions are known, in five languages.

The lists lie in ``vocabulary.yml``. Words are compared without case and accents, so that
"Pričakovanja", "PRICAKOVANJA" and "pricakovanja" are one.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("vocabulary.yml")
_CAMEL = re.compile(r"(?<=[a-zа-я])(?=[A-ZА-Я])|(?<=[A-Z])(?=[A-Z][a-z])")
_DIGITS = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
_MARKS = re.compile(r"[\W_]+")
LONGEST = 400


def fold(text: str) -> str:
    """Return a text without case and accents.

    Examples
    --------
    >>> fold("Pričakovanja"), fold("ЦЕНЫ")
    ('pricakovanja', 'цены')
    """
    apart = unicodedata.normalize("NFKD", text.casefold().replace("ё", "е"))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_of(text: str) -> str:
    """Return the words of a name or question, folded, with one blank between them.

    Examples
    --------
    >>> words_of("Q7_PriceFair"), words_of("E01"), words_of("RESPNUM")
    ('q 7 price fair', 'e 01', 'respnum')
    """
    apart = _DIGITS.sub(" ", _CAMEL.sub(" ", text[:LONGEST]))
    return _MARKS.sub(" ", fold(apart)).strip()


@cache
def _concepts() -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return loaded


@cache
def pattern(concept: str) -> re.Pattern[str]:
    """Return the pattern that finds the words of a concept among the words of a text."""
    words = [
        r"[^ ]*".join(re.escape(part) for part in fold(str(word)).split("*"))
        for word in _concepts()[concept]
    ]
    return re.compile(rf"(?<![^ ])(?:{'|'.join(sorted(words, key=len, reverse=True))})(?![^ ])")


def says(words: str, *concepts: str) -> str | None:
    """Return the first words of a text that belong to one of the concepts, or None.

    Examples
    --------
    >>> says(words_of("How likely are you to recommend us?"), "recommend")
    'recommend'
    >>> says(words_of("Cena"), "delivery", "cost")
    'cena'
    """
    for concept in concepts:
        if found := pattern(concept).search(words):
            return found[0]
    return None


def is_said(words: str, concept: str) -> bool:
    """Tell whether the words are those of a concept and nothing else (numbers aside)."""
    bare = " ".join(word for word in words.split() if not word.isdecimal())
    return bool(bare) and pattern(concept).fullmatch(bare) is not None
