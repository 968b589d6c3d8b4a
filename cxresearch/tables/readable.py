"""A table as it is read, before it becomes HTML or a sheet of a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import pandas as pd

from cxresearch.about import About
from cxresearch.notes import Note
from cxresearch.results import Result
from cxresearch.tables.parts import BANDS, LEVELS, Column, chosen, shown_columns
from cxresearch.text import translator
from cxresearch.text.captions import base_line, source_line
from cxresearch.text.notes import sentences
from cxresearch.text.words import CHANGE_NOTES, UNIT_NOTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Readable:
    """Everything that a reader of a table sees, in the language of its result.

    Attributes
    ----------
    caption, base : str
        Its title; its base, confidence level, method and units in one line.
    columns : list of Column
        With their texts and numbers.
    notes : list of str
        Wordings of questions, and facts about the answers.
    n_rows : int
        Rows of the table.
    """

    caption: str
    base: str
    columns: list[Column]
    notes: list[str]
    n_rows: int

    @classmethod
    def of(
        cls,
        frame: pd.DataFrame,
        result: Result,
        *,
        columns: Sequence[str] | None,
        unit: str,
        change: bool,
        caption: str,
        notes: Iterable[Note],
        asked: bool = False,
    ) -> Self:
        """Return a frame of a result as it is read (the arguments of `tables.render`).

        With `asked` the notes begin with the wordings of the questions.
        """
        about = result.about
        _ = translator(about.language)
        frame = frame.rename(columns=BANDS)
        columns = columns if columns is None else [BANDS.get(one, one) for one in columns]
        units = frame["unit"].astype(str) if "unit" in frame else pd.Series(unit, index=frame.index)
        words = CHANGE_NOTES if change else UNIT_NOTES
        told = [_(words[one]) for one in units.unique() if one in words]
        lows = (str(name) for name in frame.columns if str(name).endswith("_low"))
        intervals = any(name.removesuffix("_low") not in LEVELS for name in lows)
        return cls(
            caption=caption,
            base="; ".join(one for one in (base_line(result, intervals=intervals), *told) if one),
            columns=shown_columns(frame, result, chosen(frame, result.by, columns), units, change),
            notes=[
                *(_questions(frame, about) if asked else ()),
                *(text for _s, text in sentences(notes, about)),
            ],
            n_rows=len(frame),
        )


def sheet(readable: Readable, result: Result) -> dict[str, Any]:
    """Return the table as a spreadsheet shows it: texts, numbers and how each is written.

    An interval becomes two columns. Cells are texts, numbers, or None where there is nothing.
    """
    _ = translator(result.about.language)
    head: list[str] = []
    cells: list[list[Any]] = []
    patterns: list[list[str]] = []
    for part in readable.columns:
        if not part.numbers:
            head.append(part.title)
            cells.append(list(part.cells))
            patterns.append([""] * readable.n_rows)
            continue
        ends = len(part.numbers) == 2
        titles = (_("{name}: from", name=part.title), _("{name}: to", name=part.title))
        head += titles if ends else (part.title,)
        for numbers in part.numbers:
            cells.append([None if one != one else one for one in numbers])
            patterns.append(part.patterns)
    return {
        "caption": readable.caption,
        "base": readable.base,
        "source": source_line(result.about),
        "notes": readable.notes,
        "head": head,
        "cells": [list(row) for row in zip(*cells, strict=True)],
        "patterns": [list(row) for row in zip(*patterns, strict=True)],
    }


def _questions(frame: pd.DataFrame, about: About) -> list[str]:
    _ = translator(about.language)
    asked: list[str] = list(frame["measure"].unique()) if "measure" in frame else []
    return [
        _("“{label}” was asked as: {question}", label=about.label(one), question=about.text(one))
        for one in asked
        if about.text(one)
    ]
