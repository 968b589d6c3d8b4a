"""What customers wrote: masked, with its language, in line with the survey design."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.stats.survey import Design
from cxresearch.study import suspects
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Cell, Study
from cxresearch.verbatims.codeframe import CodeFrame
from cxresearch.verbatims.masking import mask
from cxresearch.verbatims.tongues import tongue

POSTS, CODES = "posts", "codes"
TABLES = ("verbatims", "documents", POSTS)
_YES = ("1", "yes", "true", "sí", "da", "да")
KEYS = {"verbatims": ("text_id",), "documents": ("doc_id",), POSTS: ("post_id",)}


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
    key : ndarray or None
        Id of each text: the respondent's, or the table's own.
    by_hand : int
        Texts whose themes a coder gave.
    quotable : ndarray of bool or None
        Who agreed to be quoted; None where nobody was asked.
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
    key: np.ndarray | None = None
    by_hand: int = 0
    quotable: np.ndarray | None = None

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


def gather(
    study: Study, source: str, frame: CodeFrame, names: Sequence[str], *, by_hand: bool = True
) -> Comments:
    """Return the texts of a source, masked before anything else is done with them.

    Posts of one author are one cluster, so that who writes much does not count as many; those
    that the params leave out are in no base. With `by_hand` the themes of the declared coder
    stand in place of those found by words.
    """
    if source in study.codebook.verbatims:
        one = study.codebook.verbatims[source]
        raw = study.full[one.column]
        declared = study.full[one.language_column] if one.language_column else None
        texts = _Texts(raw, declared, one.language, _ids(study))
        found = _made(
            study,
            source,
            study.design,
            study.mask,
            texts,
            frame,
            names,
            survey=True,
            by_hand=by_hand,
        )
        return found if one.consent is None else replace(found, quotable=_yes(study, one.consent))
    table = study.tables[source]
    kept = np.ones(len(table), dtype=bool)
    if source == POSTS:
        kept = ~suspects.left_out(table, study.params.analysis.verbatims.posts)
    key = next((table[one] for one in KEYS[source] if one in table), None)
    language = study.params.analysis.verbatims.language
    raw = table["text"] if "text" in table else pd.Series("", index=table.index)
    texts = _Texts(raw, table.get("lang"), language, key)
    design = _by_author(table)
    return _made(study, source, design, kept, texts, frame, names, survey=False, by_hand=by_hand)


@dataclass(frozen=True, slots=True)
class _Texts:
    """Raw texts, their declared languages, the language of all, and their keys."""

    raw: pd.Series
    declared: pd.Series | None
    language: str | None
    key: pd.Series | None


def _ids(study: Study) -> pd.Series | None:
    return study.full[study.params.data.id] if study.params.data.id else None


def _yes(study: Study, column: str) -> np.ndarray:
    told = as_labels(study.full[column]).astype(object).map(lambda one: str(one).casefold())
    return np.asarray(told.isin(_YES), dtype=bool)


def _by_author(table: pd.DataFrame) -> Design:
    """Return a design whose clusters are authors; who is not named is an author alone."""
    author = next((one for one in ("author_key", "respondent_id") if one in table), None)
    if author is None:
        return Design.build(len(table))
    labels = as_labels(table[author])
    alone = pd.Series([f"\0{row}" for row in range(len(table))], index=labels.index)
    known = labels.where(labels.notna(), alone)
    if known.is_unique or known.nunique() < 2:
        return Design.build(len(table))
    return Design.build(len(table), clusters=known.to_numpy(dtype=str))


def _made(
    study: Study,
    source: str,
    design: Design,
    rows: np.ndarray,
    given: _Texts,
    frame: CodeFrame,
    names: Sequence[str],
    *,
    survey: bool,
    by_hand: bool,
) -> Comments:
    n = len(given.raw)
    texts, folded = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    languages = np.full(n, "", dtype=object)
    coded = np.zeros((n, len(frame.themes)), dtype=bool)
    masked: Counter[str] = Counter()
    said: list[Any] = given.raw.astype(object).where(given.raw.notna(), "").tolist()
    declared = given.declared
    named = None if declared is None else declared.astype(object).where(declared.notna(), "")
    keep = _own_names(study)
    for row in np.flatnonzero(rows):
        clean = mask(str(said[row]).strip(), names, keep)
        if not clean.text:
            continue
        lang = tongue(str(named.iloc[row])) if named is not None else ""
        lang = lang or given.language or "unknown"
        told = frame.folded(clean.text, lang)
        texts[row], folded[row], languages[row] = clean.text, told, lang
        masked.update(clean.counts)
        coded[row] = [theme.found_in(told, lang) for theme in frame.themes]
    key = None if given.key is None else as_labels(given.key).to_numpy()
    hand = _coded_by_hand(study, key, texts != "", coded, frame) if by_hand else 0
    return Comments(
        source, design, rows, texts, folded, languages, coded, masked, survey, key, hand
    )


def _own_names(study: Study) -> list[str]:
    """Return what the company and its rivals are called: nobody's names."""
    client = study.about.client
    told = [client] if isinstance(client, str) else list(client.values())
    entity = study.params.data.entity
    return [*told, *study.codebook.competitors, *([entity.own] if entity else [])]


def _coded_by_hand(
    study: Study, key: np.ndarray | None, written: np.ndarray, coded: np.ndarray, frame: CodeFrame
) -> int:
    """Let the themes of the declared coder stand in place of those found by words; count texts."""
    coder = study.params.analysis.verbatims.coder
    if coder is None or key is None or CODES not in study.tables:
        return 0
    given = codes_of(study.tables[CODES], coder)
    place = {theme.key: at for at, theme in enumerate(frame.themes)}
    found = 0
    for row, one in enumerate(key):
        if not written[row] or one not in given:
            continue
        coded[row] = False
        coded[row, [place[theme] for theme in given[one] if theme in place]] = True
        found += 1
    return found


def codes_of(codes: pd.DataFrame, coder: str) -> dict[str, set[str]]:
    """Return the themes that a coder saw, by text; a coder's column may be missing for one coder.

    Examples
    --------
    >>> codes = pd.DataFrame({"text_id": [1, 1], "coder": ["A", "B"], "theme": ["late", "price"]})
    >>> codes_of(codes, "A")
    {'1': {'late'}}
    """
    found: dict[str, set[str]] = {}
    coders = as_labels(codes["coder"]) if "coder" in codes else pd.Series(coder, index=codes.index)
    pairs = zip(as_labels(codes["text_id"]), coders, as_labels(codes["theme"]), strict=True)
    for text, who, theme in pairs:
        if who == coder and pd.notna(text) and pd.notna(theme):
            found.setdefault(str(text), set()).add(str(theme))
    return found


def mood(comments: Comments, frame: CodeFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return which texts praise, which complain, and which have a theme at all.

    A text of both kinds does neither; texts in a language that the frame cannot read have none.
    """
    signs = np.array([one.sentiment for one in frame.themes])
    good = np.asarray(comments.coded[:, signs == "positive"].any(axis=1))
    bad = np.asarray(comments.coded[:, signs == "negative"].any(axis=1))
    coded: np.ndarray = comments.mask & comments.readable(frame) & comments.coded.any(axis=1)
    return np.asarray(good & ~bad), np.asarray(bad & ~good), coded
