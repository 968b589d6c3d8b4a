"""What the rows above the answers say: one name and one question text for every column."""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cxresearch.study.readers.responses import Export

Rows = Sequence[Sequence[str]]
"""The first rows of a file, every cell as text."""

_HIDDEN = re.compile(r"<(script|style)\b.*?</\1\s*>|<!--.*?-->", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """The heading of an export, understood.

    Attributes
    ----------
    names : tuple of str
        Name of each column, no two alike; blank where the column has neither name nor text.
    texts : dict
        Name -> question text without markup.
    n_rows : int
        Rows of the file that are heading.
    export : Export
        What is known of the columns before the answers are looked at.
    renamed : tuple of str
        Names that stood twice, as they are called now.
    """

    names: tuple[str, ...]
    n_rows: int
    export: Export
    texts: dict[str, str] = field(default_factory=dict)
    renamed: tuple[str, ...] = ()


def plain(text: str) -> str:
    """Return the question as respondents read it: no markup, entities as letters, one line.

    Examples
    --------
    >>> plain("<p>How <b>satisfied</b> are&nbsp;you?</p><style>p {}</style>")
    'How satisfied are you?'
    >>> plain("waited < 5 minutes and > 1?")
    'waited < 5 minutes and > 1?'
    """
    return " ".join(html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", text))).split())


def unique(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names, a repeated one numbered from its second time on, and the numbered ones.

    Examples
    --------
    >>> unique(["id", "Why?", "Why?"])
    (('id', 'Why?', 'Why? (2)'), ('Why? (2)',))
    """
    taken = set(names)
    seen: Counter[str] = Counter()
    found, changed = [], []
    for name in names:
        seen[name] += 1
        if name and seen[name] > 1:
            number = seen[name]
            while f"{name} ({number})" in taken:
                number += 1
            name = f"{name} ({number})"
            taken.add(name)
            changed.append(name)
        found.append(name)
    return tuple(found), tuple(changed)


def folded(text: str) -> str:
    """Return a heading's words for comparison: lower case, letters and digits only.

    Examples
    --------
    >>> folded("Response ID"), folded("Duration (in seconds)")
    ('responseid', 'durationinseconds')
    """
    return "".join(char for char in text.casefold() if char.isalnum())


def grouped(keys: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return key -> its columns, for keys (column -> key) that several columns have."""
    found: dict[str, list[str]] = {}
    for name, key in keys.items():
        found.setdefault(key, []).append(name)
    return {key: tuple(names) for key, names in found.items() if len(names) > 1}


def cell(rows: Rows, row: int, column: int) -> str:
    """Return a cell of the heading, blank where the row is shorter."""
    return rows[row][column].strip() if row < len(rows) and column < len(rows[row]) else ""
