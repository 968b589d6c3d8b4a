"""Prose of notebooks in another language, paragraph by paragraph.

A markdown cell is cut into blocks (a heading, a paragraph, an item of a list); each block is a
message of the catalogue. Marks of headings and lists, code, formulas and tables stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cxresearch.text.catalogue import translator

_START = re.compile(r"^(\s*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+|>\s+)?)(.*)$")
_OPENS = re.compile(r"^\s*(?:#{1,6}\s|[-*+]\s|\d+[.)]\s|>\s)")
_VERBATIM = re.compile(r"^\s*(?:```|~~~|\$\$|\||<)")


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of markdown: what stands before the message, the message, blank lines after."""

    lead: str
    message: str
    tail: str


def blocks(source: str) -> Iterator[Block]:
    r"""Cut markdown into blocks; put together again they give the source's paragraphs.

    Examples
    --------
    >>> [block.message for block in blocks("# Gaps\n\nWhere do we\nfall short?")]
    ['Gaps', 'Where do we fall short?']
    """
    paragraphs = re.split(r"(\n\s*\n)", source)
    for body, gap in zip(paragraphs[::2], [*paragraphs[1::2], ""], strict=True):
        if _VERBATIM.match(body):
            yield Block(body, "", gap)
            continue
        pieces = _pieces(body)
        for index, piece in enumerate(pieces):
            lead, text = _START.match(piece).groups()  # type: ignore[union-attr]
            yield Block(lead, text.strip(), gap if index == len(pieces) - 1 else "\n")


def in_language(source: str, language: str) -> str:
    """Return the markdown in the language; blocks without a translation stay English.

    Examples
    --------
    >>> in_language("# Gaps", "en")
    '# Gaps'
    """
    if language == "en":
        return source
    _ = translator(language)
    return "".join(b.lead + (_(b.message) if b.message else "") + b.tail for b in blocks(source))


def _pieces(body: str) -> list[str]:
    pieces: list[str] = []
    for line in body.split("\n"):
        if pieces and not _OPENS.match(line) and not pieces[-1].lstrip().startswith("#"):
            pieces[-1] += " " + line.strip()
        else:
            pieces.append(line)
    return pieces
