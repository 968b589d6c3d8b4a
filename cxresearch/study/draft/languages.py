"""In which language questions and answers are: by their small words and letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cxresearch.study.draft.looks import Look

_SIGNS = {
    "ru": re.compile(r"[а-я]{3}"),
    "sl": re.compile(r"[a-z]*[čšž][a-z]*|\b(kako|ste|ali|vas|zadovolj\w*|storit\w*|pri|je)\b"),
    "es": re.compile(r"[¿ñ]|\b(que|con|del|los|las|usted|servicio|satisf\w+cion|cual|el|la)\b"),
    "en": re.compile(r"\b(the|how|you|your|with|overall|are|of|and|satisfaction|service)\b"),
    "de": re.compile(r"\b(der|die|das|und|sie|wie|mit|nicht|ihr|zufrieden\w*)\b|ß"),
}
_FEWEST = 3


def language_of(text: str) -> str:
    """Return the language whose small words are the most frequent in a text; "" where none is.

    Examples
    --------
    >>> language_of("Kako ste zadovoljni s storitvijo?"), language_of("x y z")
    ('sl', '')
    """
    text = text.casefold()
    counts = {name: len(signs.findall(text)) for name, signs in _SIGNS.items()}
    best = max(counts, key=lambda name: counts[name])
    least = max(_FEWEST, 1.5 * counts["en"] if best != "en" else 0)
    return best if counts[best] >= least else ""


def of_questions(looks: Iterable[Look], labels: Iterable[str]) -> str:
    """Return the language of names, questions and labels; English unless another is clear."""
    words = [
        f"{one.name.replace('_', ' ')} {one.text} {' '.join(one.codes.values())}" for one in looks
    ]
    found = language_of(" ".join([*words, *labels]))
    return found if found in ("es", "sl", "ru") else "en"
