"""English left over on a page in Russian: whatever stands there in several Latin words."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, NavigableString

_WORDS = re.compile(r"[A-Za-z][a-z]+(?:[ -][a-z]{2,})+")
_SPOKEN = ("alt", "title", "aria-label")
# names, not words: of methods, packages and files, and what customers say in their own language
_NAMES = ("Net Promoter Score", "Net Promoter", "Bain & Company", "NICE Systems")
_ASIDE = ("script", "style", "footer", "pre", "code")


def left_in(page: str, *, names: tuple[str, ...] = ()) -> list[str]:
    """Return what seems to be English in the texts of a page and in what it says of pictures."""
    soup = BeautifulSoup(page, "html.parser")
    for element in soup.find_all(_ASIDE):
        element.decompose()
    for element in soup.find_all(lang=True):
        if element.name != "html":  # said to be in another language
            element.decompose()
    said = [str(text) for text in soup.find_all(string=lambda one: type(one) is NavigableString)]
    said += [element[name] for element in soup.find_all() for name in _SPOKEN if element.get(name)]
    found = []
    for text in said:
        for name in (*_NAMES, *names):
            text = text.replace(name, "")
        found += _WORDS.findall(text)
    return sorted(set(found))
