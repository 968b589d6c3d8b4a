"""What can be seen of a column: its words, its values, how many there are of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.study.draft.labels import Meaning, no_answer
from cxresearch.study.draft.vocabulary import is_said, says, words_of
from cxresearch.study.readers import Responses, labels_to_codes

Form = Literal["empty", "constant", "dates", "numbers", "words"]

_DATE = re.compile(
    r"^\s*(\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\s?\d{1,2}[-/.]\s?\d{2,4})"
    r"([ T]\d{1,2}:\d{2}.*)?\s*$|^\s*\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?\s*$"
)
_MANY = 400
_SHORT = 70


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Look:
    """A column as one sees it before knowing what it is.

    Attributes
    ----------
    name, text : str
        The column's name; the question's wording, where the file has one.
    place : int
        Place in the file, counted from 0.
    form : {"empty", "constant", "dates", "numbers", "words"}
    values : ndarray of float
        Numbers, NaN where there is none; all NaN for words.
    counts : dict
        How often each distinct value stands there (numbers as float, words as they are); of
        columns with very many, the most frequent.
    n, n_answered, n_distinct : int
        Rows (of the files that hold the column), cells that are not blank, distinct cells.
    codes : mapping
        Label by code, where the file carries them.
    declared : tuple
        Codes that the file itself declares to be missing.
    unanswered : mapping
        Words among the cells that are no answer, by what they mean.
    option : str
        Row or option within a question of several, where the file tells it.
    length, n_words : float
        Mean letters and words of distinct texts.
    """

    name: str
    text: str
    place: int
    form: Form
    values: np.ndarray
    counts: Mapping[Any, int]
    n: int
    n_answered: int
    n_distinct: int
    codes: Mapping[float, str] = field(default_factory=dict)
    declared: tuple[Any, ...] = ()
    unanswered: Mapping[str, Meaning] = field(default_factory=dict)
    option: str = ""
    length: float = 0.0
    n_words: float = 0.0

    @property
    def name_words(self) -> str:
        """The words of the name."""
        return words_of(self.name)

    @property
    def text_words(self) -> str:
        """The words of the question."""
        return words_of(self.text)

    def says(self, *concepts: str) -> str | None:
        """Return the words in name or question that belong to a concept."""
        return says(self.name_words, *concepts) or says(self.text_words, *concepts)

    def named(self, concept: str) -> bool:
        """Tell whether the name is the concept's words and nothing else (numbers aside)."""
        return is_said(self.name_words, concept)

    @property
    def whole(self) -> bool:
        """Whether all numbers are whole."""
        return self.form == "numbers" and all(
            float(one).is_integer() for one in self.counts if isinstance(one, float)
        )

    @property
    def label(self) -> str:
        """A short name for pages: the question where it is short, else the column's name."""
        question, ending = stem(self.name)
        word = re.sub(r"^[a-z]_", "", ending)
        coded = any(sign.isdigit() for sign in question) and re.fullmatch(r"[^\W\d]{3,}", word)
        if not coded or is_said(word, "overall_name"):
            word = ""
        for one in (self.option, self.text, word.replace("_", " "), self.name):
            short = without_number(one)
            if short and len(short) <= _SHORT:
                return short[0].upper() + short[1:]
        return self.name


def looks(responses: Responses, held: Mapping[str, int] | None = None) -> list[Look]:
    """Return what is seen of every column of a file, in its order; of two of one name the first.

    `held` says how many rows the files have that hold a column, where not all files do.
    """
    frame = responses.frame
    seen: dict[str, Look] = {}
    for at, name in enumerate(map(str, frame.columns)):
        if name not in seen:
            n = len(frame) if held is None else held.get(name, len(frame))
            seen[name] = _look(frame.iloc[:, at], name, at, responses, n)
    return list(seen.values())


def _look(series: pd.Series, name: str, at: int, responses: Responses, n: int) -> Look:
    text = str(responses.texts.get(name, "") or "")
    labelled = {
        float(code): str(label)
        for code, label in responses.labels.get(name, {}).items()
        if isinstance(code, int | float | np.number)
    }
    common: dict[str, Any] = {
        "name": name,
        "text": "" if text == name else text,
        "place": at,
        "option": str(responses.export.options.get(name, "")),
        "n": n,
        "codes": labelled,
        "declared": tuple(responses.missing.get(name, ())),
    }
    nothing = np.full(len(series), np.nan)
    if pd.api.types.is_datetime64_any_dtype(series):
        form: Form = "dates" if series.nunique() > 1 else "constant"
        seen = int(series.notna().sum())
        return Look(
            **common,
            form=form if seen else "empty",
            values=nothing,
            counts={},
            n_answered=seen,
            n_distinct=int(series.nunique()),
        )
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return _of_numbers(series.to_numpy(dtype=float, na_value=np.nan), common)
    cells = series.astype(object).map(_stripped)
    counts = cells.value_counts()
    distinct = [str(one) for one in counts.index]
    meanings = {one: meaning for one in distinct if (meaning := no_answer(one))}
    answers = [one for one in distinct if one not in meanings]
    if answers and len(answers) <= _MANY:
        coded = labels_to_codes(pd.Series(answers, dtype=object), {})
        if not coded.unknown:
            numbers = dict(zip(answers, coded.values.to_numpy(), strict=True))
            return _of_numbers(cells.map(numbers).to_numpy(dtype=float), common, meanings)
    some = [one for one in distinct[:_MANY] if one not in meanings] or distinct[:1]
    dates = bool(some) and np.mean([bool(_DATE.match(one)) for one in some]) > 0.9
    form = "dates" if dates else "words"
    if len(counts) < 2:
        form = "constant" if len(counts) else "empty"
    return Look(
        **common,
        form=form,
        values=nothing,
        counts={str(one): int(n) for one, n in counts.head(_MANY).items()},
        n_answered=int(counts.sum()),
        n_distinct=len(counts),
        unanswered=meanings,
        length=float(np.mean([len(one) for one in some])) if some else 0.0,
        n_words=float(np.mean([len(one.split()) for one in some])) if some else 0.0,
    )


def _of_numbers(
    values: np.ndarray, common: dict[str, Any], meanings: Mapping[str, Meaning] | None = None
) -> Look:
    values = np.where(np.isfinite(values), values, np.nan)
    seen = values[~np.isnan(values)]
    distinct, n = np.unique(seen, return_counts=True)
    shown = np.argsort(-n, kind="stable")[:_MANY]
    form: Form = "numbers" if len(distinct) > 1 else "constant" if len(distinct) else "empty"
    return Look(
        **common,
        form=form,
        values=values,
        counts={float(distinct[at]): int(n[at]) for at in sorted(shown)},
        n_answered=len(seen),
        n_distinct=len(distinct),
        unanswered=meanings or {},
    )


def without_number(text: str) -> str:
    """Return a question without the number before it.

    Examples
    --------
    >>> without_number("X19 - Satisfaction"), without_number("Q7a. Staff")
    ('Satisfaction', 'Staff')
    """
    return " ".join(re.sub(r"^[A-Za-z]{0,3}\d+\w?\s*[-–:.]\s+", "", text).split())


def _stripped(cell: object) -> object:
    if cell is None or (isinstance(cell, float) and np.isnan(cell)):
        return np.nan
    text = str(cell).strip()
    return text or np.nan


_BRACKET = re.compile(r"^(.+?)\s*[\[(]\s*([^\])]+?)\s*[\])]\s*$")
_QUESTION = re.compile(r"^([^\W\d_]*_?\d+)(?:[_.\-\s]*)([^\d].*|[_.\-]+.*)$")
_NUMBERED = re.compile(r"^(.*?\D)(\d+)$")


def stem(name: str) -> tuple[str, str]:
    """Return the question that a name belongs to, and what tells it from the others of it.

    Examples
    --------
    >>> stem("E01"), stem("Q7ART"), stem("Q1_12"), stem("FAS[SQ001]"), stem("Seat comfort")
    (('e', '1'), ('q7', 'art'), ('q1', '12'), ('fas', 'sq001'), ('', 'seat comfort'))
    """
    if found := _BRACKET.match(name):
        return found[1].casefold(), found[2].casefold()
    if found := _QUESTION.match(name):
        return found[1].casefold(), found[2].strip("_.- ").casefold()
    if found := _NUMBERED.match(name):
        return found[1].casefold().rstrip("_.- "), found[2].lstrip("0") or "0"
    return "", name.casefold()
