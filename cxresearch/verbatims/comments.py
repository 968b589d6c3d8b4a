"""What customers wrote: masked, with its language, in line with the survey design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.stats.survey import Design
from cxresearch.study.study import Cell, Study
from cxresearch.verbatims.codeframe import CodeFrame
from cxresearch.verbatims.masking import mask

TABLES = ("verbatims", "documents", "posts")


@dataclass(frozen=True, slots=True, eq=False)
class Comments:
    """Texts of one source, one place for everybody who could have written.

    Attributes
    ----------
    source : str
        Key of the open question, or name of the table.
    design : Design
    mask : ndarray of bool
        Rows that belong to the study asked.
    texts, folded, languages : ndarray of str
        Masked text, the same as patterns see it, and its language; empty where nothing is said.
    coded : ndarray of bool, shape (rows, themes)
        Which themes a text speaks of.
    masked : Counter
        Personal data taken out, by kind.
    survey : bool
        Whether texts belong to respondents of the study (else to letters or posts).
    """

    source: str
    design: Design
    mask: np.ndarray
    texts: np.ndarray
    folded: np.ndarray
    languages: np.ndarray
    coded: np.ndarray
    masked: Counter[str]
    survey: bool

    @property
    def written(self) -> np.ndarray:
        """Rows with a text, in any language."""
        found: np.ndarray = self.texts != ""
        return found

    def readable(self, frame: CodeFrame) -> np.ndarray:
        """Rows with a text in a language that the frame has words for."""
        found: np.ndarray = self.written & np.isin(self.languages, frame.languages)
        return found

    def cells(self, study: Study, by: str) -> Iterator[Cell]:
        """Yield groups of the study; a table of letters has none."""
        yield from study.cells(by) if self.survey else iter(())


def sources(study: Study, source: str | Sequence[str] | None) -> list[str]:
    """Return the sources asked for, else every open question of the codebook.

    Raises
    ------
    AnalysisError
        If there is no such source, or none at all.
    """
    known = [*study.codebook.verbatims, *(one for one in TABLES if one in study.tables)]
    if source is None:
        asked = list(study.codebook.verbatims) or known
    else:
        asked = [source] if isinstance(source, str) else list(source)
    unknown = [one for one in asked if one not in known]
    if unknown or not asked:
        named = unknown[0] if unknown else ""
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there are no texts called "{named}"' if named else "there are no texts",
                where="codebook: verbatims; params: tables",
                found=named,
                hint=did_you_mean(named, known) if named else "declare an open question",
            )
        )
    return asked


def gather(study: Study, source: str, frame: CodeFrame, names: Sequence[str]) -> Comments:
    """Return the texts of a source, masked before anything else is done with them."""
    if source in study.codebook.verbatims:
        one = study.codebook.verbatims[source]
        raw = study.full[one.column]
        declared = study.full[one.language_column] if one.language_column else None
        return _made(source, study.design, study.mask, raw, declared, one.language, frame, names)
    table = study.tables[source]
    languages = table.get("lang")
    everything = np.ones(len(table), dtype=bool)
    design = Design.build(len(table))
    return _made(
        source, design, everything, table["text"], languages, None, frame, names, survey=False
    )


def _made(
    source: str,
    design: Design,
    rows: np.ndarray,
    raw: pd.Series,
    declared: pd.Series | None,
    language: str | None,
    frame: CodeFrame,
    names: Sequence[str],
    *,
    survey: bool = True,
) -> Comments:
    n = len(raw)
    texts, folded = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    languages = np.full(n, "", dtype=object)
    coded = np.zeros((n, len(frame.themes)), dtype=bool)
    masked: Counter[str] = Counter()
    said: list[Any] = raw.astype(object).where(raw.notna(), "").tolist()
    named = None if declared is None else declared.astype(object).where(declared.notna(), "")
    for row in np.flatnonzero(rows):
        clean = mask(str(said[row]).strip(), names)
        if not clean.text:
            continue
        lang = str(named.iloc[row]).strip().casefold() if named is not None else ""
        lang = lang or language or "unknown"
        told = frame.folded(clean.text, lang)
        texts[row], folded[row], languages[row] = clean.text, told, lang
        masked.update(clean.counts)
        coded[row] = [theme.found_in(told, lang) for theme in frame.themes]
    return Comments(source, design, rows, texts, folded, languages, coded, masked, survey)
