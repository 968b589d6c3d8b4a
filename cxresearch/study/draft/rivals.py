"""Ratings of rivals: the same question asked of another company, told by the column's name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from cxresearch.study.draft.ratings import Rated
from cxresearch.study.draft.vocabulary import pattern, words_of

_OWN = re.compile(
    r"(?<![^ ])(own|our|us|we|nas|nase|nuestr[oa]|propi[oa]|мы|наш|wir|unser)(?![^ ])"
)


def rivals(
    rated: Mapping[str, Rated],
) -> tuple[dict[str, Rated], list[tuple[str, str, Rated]]]:
    """Return our own ratings, and the rivals': who, our column of the same question, theirs."""
    words = {name: words_of(name) for name in rated}
    theirs = {name: who[0] for name, text in words.items() if (who := _who(text))}
    own = {name: one for name, one in rated.items() if name not in theirs}
    if not theirs or not own:
        return dict(rated), []
    by_question = {_bare(_OWN.sub(" ", words[name])): name for name in own}
    found: list[tuple[str, str, Rated]] = []
    for name, said in theirs.items():
        question = _bare(words[name].replace(said, " ", 1))
        if question in by_question:
            rival = said.replace("comp ", "competitor ").strip()
            found.append((rival[0].upper() + rival[1:], by_question[question], rated[name]))
    matched = {one.name for _, _, one in found}
    return {name: one for name, one in rated.items() if name not in matched}, found


def _who(text: str) -> re.Match[str] | None:
    found = pattern("rival").search(text)
    if found is None:
        return None
    return re.search(re.escape(found[0]) + r"( (?:\d+|[a-z])(?![^ ]))?", text)


def _bare(text: str) -> str:
    return " ".join(text.split())
