"""Questions with boxes to tick: one column for each box, or all boxes in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from cxresearch.study.readers.platforms.heading import folded

_YES = frozenset(
    {"1", "y", "yes", "x", "true", "checked", "selected", "ticked", "ja", "sí", "si", "da", "да"}
    | {"oui", "sim", "on"}
)
_NO = frozenset(
    {"0", "n", "no", "false", "unchecked", "notselected", "nicht gewählt", "nein", "ne", "нет"}
    | {"non", "não", "off", "nichtgewählt"}
)
_MOST_OPTIONS = 40
_LONGEST = 120


def boxes(
    frame: pd.DataFrame, columns: Sequence[str], options: Mapping[str, str]
) -> dict[str, pd.Series]:
    """Return the columns of a question with boxes as 1, 0 and NaN; nothing where it is none.

    A box is a column that is blank or holds one word: its own option, its number in the
    question, or a word for yes (and no). 0 stands where the box is blank and another column of
    the question is filled; where none is, nobody knows whether the question was seen. The last
    column may hold free text ("other, please specify").
    """
    words = {name: _words(frame[name]) for name in columns}
    fits = {
        name: _is_box(words[name], options.get(name, ""), position)
        for position, name in enumerate(columns, 1)
    }
    ticks = [name for name in columns if fits[name]]
    if len(ticks) < max(2, len(columns) - 1) or not any(words[name] for name in ticks):
        return {}
    if len(ticks) < len(columns) and fits[columns[-1]]:
        return {}  # the odd one out stands among the boxes: a matrix of some other kind
    filled = frame[list(columns)].notna()
    said_no = {name: words[name] & _NO for name in ticks}
    own = any(
        (option := folded(options.get(name, ""))) in words[name] and not option.isdigit()
        for name in ticks
    )
    if filled[ticks].all(axis=None) and not own and not any(said_no.values()):
        return {}  # every cell filled and all alike: ratings of people who all agree
    answered = filled.any(axis=1).to_numpy()
    found = {}
    for name in ticks:
        cells = frame[name]
        no = cells.map(lambda cell: folded(_shown(cell)) in _NO, na_action="ignore").eq(True)
        yes = (cells.notna() & ~no).to_numpy()
        found[name] = pd.Series(
            np.where(yes, 1.0, np.where(answered, 0.0, np.nan)), index=frame.index
        )
    return found


def joined(series: pd.Series, mark: str) -> dict[str, pd.Series]:
    """Return one column of 1, 0 and NaN for every option of cells such as "Price,Speed".

    Options that hold the mark themselves come apart and always stand together: such parts are
    put together again. Nothing is returned where the cells are text that merely has commas.

    Examples
    --------
    >>> told = joined(pd.Series(["Price,Speed", "Speed", None, "Price", "Speed,Price"]), ",")
    >>> {option: boxes.tolist() for option, boxes in told.items()}
    {'Price': [1.0, 0.0, nan, 1.0, 1.0], 'Speed': [1.0, 1.0, nan, 0.0, 1.0]}
    """
    if not pd.api.types.is_object_dtype(series) and not pd.api.types.is_string_dtype(series):
        return {}
    cells = series.dropna().astype(str)
    if not cells.str.contains(mark, regex=False).any():
        return {}
    # an option's own comma is followed by a space, the platform's is not
    cut = re.compile(r",(?! )" if mark == "," else rf"\s*{re.escape(mark.strip())}\s*")
    split = {cell: _parts(cell, cut) for cell in cells.unique()}
    split = _put_together(split, mark)
    counts = Counter(part for cell in cells for part in split[cell])
    kinds = Counter(part for parts in split.values() for part in parts)
    if (
        not 2 <= len(counts) <= _MOST_OPTIONS
        or sum(n > 1 for n in kinds.values()) < 2  # "Yes, very": no part stands elsewhere
        or any(len(set(parts)) < len(parts) for parts in split.values())
        or any(len(part) > _LONGEST for part in counts)
        or sum(n > 1 for n in counts.values()) < 0.75 * len(counts)
    ):
        return {}
    return {
        option: series.map(
            {cell: float(option in parts) for cell, parts in split.items()}, na_action="ignore"
        ).astype(float)
        for option in sorted(counts, key=_order)
    }


def _parts(cell: str, cut: re.Pattern[str]) -> tuple[str, ...]:
    return tuple(part for text in cut.split(cell) if (part := text.strip()))


def _put_together(split: Mapping[str, tuple[str, ...]], mark: str) -> dict[str, tuple[str, ...]]:
    """Join parts that never stand apart: "Yes, very" is one option."""
    found = dict(split)
    while True:
        counts = Counter(part for parts in found.values() for part in parts)
        next_to = Counter(pair for parts in found.values() for pair in pairwise(parts))
        pair = next(
            (
                (first, second)
                for (first, second), n in next_to.items()
                if n == counts[first] == counts[second] > 1
            ),
            None,
        )
        if pair is None:
            return found
        found = {cell: _with(parts, pair, mark) for cell, parts in found.items()}


def _with(parts: tuple[str, ...], pair: tuple[str, str], mark: str) -> tuple[str, ...]:
    out: list[str] = []
    at = 0
    while at < len(parts):
        if parts[at : at + 2] == pair:
            out.append(f"{pair[0]}{mark.rstrip()} {pair[1]}")
            at += 2
        else:
            out.append(parts[at])
            at += 1
    return tuple(out)


def _order(option: str) -> tuple[bool, float, str]:
    number = option.isdigit()
    return not number, float(option) if number else 0.0, option


def _words(series: pd.Series) -> set[str]:
    return {folded(_shown(cell)) for cell in series.dropna().unique()[:5]}


def _shown(cell: object) -> str:
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else str(cell)


def _is_box(words: set[str], option: str, position: int) -> bool:
    if not words:
        return True
    if len(words) == 1:
        return words <= (_YES | {folded(option), str(position)})
    return len(words) == 2 and len(words & _YES) == 1 and len(words & _NO) == 1
