"""What a reader hands on: the answers as the file holds them, with all the file says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.notes import Note

Format = Literal["csv", "excel", "parquet", "spss", "stata", "sql"]
Platform = Literal["qualtrics", "surveymonkey", "limesurvey", "google_forms", "microsoft_forms"]
Code = Any
"""A code of an answer: a float, or text in a column of text."""
MissingCode = Any
"""A code, or a (low, high) range of numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Export:
    """What a survey platform's export says of its columns; empty for any other file.

    Attributes
    ----------
    platform : str or None
        qualtrics, surveymonkey, limesurvey, google_forms, microsoft_forms; None for a plain table.
    reason : str
        Code of what gave the platform away: import_ids, metadata_names, declared, …
    roles : dict
        What the platform's own columns are -> column: id, started, ended, recorded, duration,
        finished, progress, status, language, weight.
    metadata : tuple of str
        Columns that the platform added: no questions.
    personal : tuple of str
        Those of them that say who somebody is: addresses, names, places.
    questions : dict
        Question -> its columns, for questions of several: matrices, rankings, boxes to tick.
    options : dict
        Column -> its row or option within the question.
    checks : tuple of str
        Columns of boxes: 1 ticked, 0 not, blank where the question was not answered.
    pairs : tuple of (str, str)
        (expectation, perception) columns of questions that were rated on two scales.
    ids : dict
        Column -> the platform's own id of it (Qualtrics: ImportId), the same in every wave.
    """

    platform: Platform | None = None
    reason: str = ""
    roles: dict[str, str] = field(default_factory=dict)
    metadata: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    questions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    checks: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    ids: dict[str, str] = field(default_factory=dict)

    def renamed(self, names: Mapping[str, str]) -> Export:
        """Return the same with columns called otherwise; `names` is old name -> new name."""

        def now(name: str) -> str:
            return names.get(name, name)

        return replace(
            self,
            roles={role: now(name) for role, name in self.roles.items()},
            metadata=tuple(map(now, self.metadata)),
            personal=tuple(map(now, self.personal)),
            questions={key: tuple(map(now, one)) for key, one in self.questions.items()},
            options={now(name): option for name, option in self.options.items()},
            checks=tuple(map(now, self.checks)),
            pairs=tuple((now(first), now(second)) for first, second in self.pairs),
            ids={now(name): one for name, one in self.ids.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Responses:
    """Answers of one file, codes as codes, and what the file declares about its columns.

    Attributes
    ----------
    frame : DataFrame
        One row per row of the file, index 0, 1, …. Numbers are int64 (whole, no blanks) or
        float64 (NaN where blank), text is of dtype object (NaN where blank), dates are datetime64.
    file : str
        The file's name without its folder, for messages.
    format : {"csv", "excel", "parquet", "spss", "stata", "sql"}
        What it was read as; which survey platform wrote it stands in `export`.
    texts : dict
        Column -> question text, without markup (SPSS and Stata call it the variable label).
    labels : dict
        Column -> {code: label}; all or only some codes of a scale may have one.
    export : Export
        What a survey platform's export says of its columns.
    missing : dict
        Column -> codes, and (low, high) ranges, that the file declares missing. They still stand
        in `frame`; whoever scores the answers sets them to missing.
    words : dict
        Column -> the few words, such as "NA", among cells that otherwise are numbers. Because of
        them the column is text.
    notes : tuple of Note
        What was guessed or changed while reading.
    encoding, delimiter, decimal, sheet : str or None
        As declared or found; None where the format has no such thing.
    sha256 : str
        Of the file's bytes.
    n_rows : int
        Rows of `frame`.
    line_numbers : ndarray or None
        The file's line (or the sheet's row) of every row of `frame`; None where a file has none.
    """

    frame: pd.DataFrame
    file: str
    format: Format
    sha256: str
    n_rows: int
    texts: dict[str, str] = field(default_factory=dict)
    labels: dict[str, dict[Code, str]] = field(default_factory=dict)
    export: Export = field(default_factory=Export)
    missing: dict[str, tuple[MissingCode, ...]] = field(default_factory=dict)
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None
    decimal: str | None = None
    sheet: str | None = None
    line_numbers: np.ndarray | None = None

    @property
    def first_line(self) -> int | None:
        """The line, or the sheet's row, of the first row of `frame`; None where a file has none."""
        return None if self.line_numbers is None else self.row_number(0)

    def row_number(self, position: int) -> int:
        """Return the line of the file, or the row of the sheet, where a row of `frame` begins.

        Parameters
        ----------
        position : int
            Position in `frame`, counted from 0.

        Returns
        -------
        int
            Counted from 1 with the header; for formats without lines, the case number from 1.
        """
        if self.line_numbers is None:
            return range(1, self.n_rows + 1)[position]
        return int(self.line_numbers[position])

    def place(self, position: int) -> str:
        """Return a row's place in words for a message: `"acme.csv, line 14"`."""
        word = {"csv": "line", "excel": "row"}.get(self.format, "case")
        return f"{self.file}, {word} {self.row_number(position)}"
