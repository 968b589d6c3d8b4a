"""One sentence for every note code: what was done to the answers, and what to be wary of.

The modules hold the sentences by what they speak of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from cxresearch.about import About
from cxresearch.notes import KINDS, Note, Severity, distinct
from cxresearch.text.amounts import number, p_value, percent
from cxresearch.text.catalogue import mark, marks, translator
from cxresearch.text.cells import question
from cxresearch.text.notes import (
    benchmark,
    business,
    drivers,
    estimates,
    fieldwork,
    psychometrics,
    reading,
    segments,
    servqual,
    trends,
    verbatims,
)
from cxresearch.text.words import word

_MANY = 3

SENTENCES: dict[str, str | tuple[str, str]] = {
    **reading.SENTENCES,
    **fieldwork.SENTENCES,
    **estimates.SENTENCES,
    **servqual.SENTENCES,
    **drivers.SENTENCES,
    **trends.SENTENCES,
    **psychometrics.SENTENCES,
    **segments.SENTENCES,
    **benchmark.SENTENCES,
    **verbatims.SENTENCES,
    **business.SENTENCES,
}

MORE = marks("… and {n} note more of this kind.", "… and {n} notes more of this kind.")

#: Kinds that occur by column or measure: many become one sentence, which names the column of most
#: answers, or all.
TOGETHER: dict[str, str] = {
    "missing_codes": mark(
        "Declared codes for no answer ({codes}): {n} answers in {columns} questions, most in "
        "{most}."
    ),
    "not_applicable_codes": mark(
        "“Not applicable” ({codes}), in no base: {n} answers in {columns} questions, most in "
        "{most}."
    ),
    "dont_know_codes": mark(
        "“Don't know” ({codes}), in no base: {n} answers in {columns} questions, most in {most}."
    ),
    "refused_codes": mark(
        "Refused ({codes}), in no base: {n} answers in {columns} questions, most in {most}."
    ),
    "out_of_range": mark(
        "Outside the scale and set to missing ({values}): {n} answers in {columns} questions, "
        "most in {most}."
    ),
    "labels_recoded": mark(
        "Labels that were turned into their codes: {n} answers in {columns} questions, most in "
        "{most}."
    ),
    "reversed": mark("Answers that were reversed, as the codebook declares: {all}."),
    "target_is_baseline": mark(
        "At or beyond the target from the start, so there is no way to cover and the goal is to "
        "hold: {all}."
    ),
    "exact_status": mark("Counted in full, so met or not without sampling error: {all}."),
}

_SHARES = {"share", "coverage", "green", "red", "interest"}
_P_VALUES = {"p_value", "q"}
_COUNTS = {
    "n_complete",
    "wanted",
    "sets",
    "n_low",
    "n_mid",
    "n_high",
    "n",
    "n_total",
    "min_n",
    "needed",
    "levels",
    "orders",
    "low",
    "high",
}
_COUNTS |= {"n_items", "found", "expected", "row", "rows"}
_COLUMNS = {"column", "item"}
_SIDES = {"perception", "expectation", "adequate", "desired"}
_WORDS = {
    "platform",
    "sign",
    "timing",
    "kept",
    "outcome_kind",
    "rule",
    "policy",
    "what",
    "name",
    "flags",
    "battery",
    "kind",
}


def sentence(note: Note, about: About) -> str:
    """Return the note as a sentence in the language of the study.

    Examples
    --------
    >>> from cxresearch.notes import note
    >>> sentence(note("weights_zero", n=3), About())
    '3 respondents have weight zero and do not count.'
    """
    _ = translator(about.language)
    values = {name: _value(note.code, name, value, about) for name, value in note.values}
    template = SENTENCES[note.code]
    if isinstance(template, str):
        return _(template, **values) if values else _(template)
    singular, plural = template
    return _.plural(singular, plural, _count(note), **values)


def sentences(notes: Iterable[Note], about: About) -> list[tuple[Severity, str]]:
    """Return severity and sentence of every note; many of one kind are cut short and counted."""
    _ = translator(about.language)
    told: list[tuple[Severity, str]] = []
    ordered = sorted(
        distinct(notes), key=lambda one: (_ORDER[one.severity], _KINDS_ORDER[one.code])
    )
    for code, group in groupby(ordered, key=lambda one: one.code):
        same = list(group)
        severity = KINDS[code].severity
        if code in TOGETHER and len(same) > _MANY:
            told.append((severity, _together(same, about)))
            continue
        shown = same if len(same) <= _MANY + 1 else same[:_MANY]
        told += [(severity, sentence(one, about)) for one in shown]
        if len(same) > len(shown):
            more = len(same) - len(shown)
            told.append((severity, _.plural(*MORE, more, n=number(more, 0, about.language))))
    return told


def _together(same: list[Note], about: About) -> str:
    """Return many notes of one kind, each on its column, as one sentence."""
    code, language = same[0].code, about.language
    _ = translator(language)
    told = [dict(one.values) for one in same]
    if "n" not in told[0]:
        name = "column" if "column" in told[0] else "measure"
        named = (_value(code, name, one[name], about) for one in told)
        return _(TOGETHER[code], all="; ".join(dict.fromkeys(named)))
    counts = [int(str(one["n"])) for one in told]
    most = told[counts.index(max(counts))]
    values = {
        name: _value(code, name, _each([one[name] for one in told]), about)
        for name in ("codes", "values")
        if name in told[0]
    }
    return _(
        TOGETHER[code],
        n=number(sum(counts), 0, language),
        columns=number(len({str(one["column"]) for one in told}), 0, language),
        most=_("“{label}”", label=_value(code, "column", most["column"], about))
        + f" ({number(max(counts), 0, language)})",
        **values,
    )


def _each(values: Sequence[object]) -> tuple[object, ...]:
    """Return what several notes list, each once."""
    listed = (one if isinstance(one, tuple | list) else (one,) for one in values)
    return tuple(dict.fromkeys(part for some in listed for part in some))


_ORDER: dict[Severity, int] = {"suppressed": 0, "warning": 1, "info": 2}
_KINDS_ORDER = {code: place for place, code in enumerate(KINDS)}


def _count(note: Note) -> int:
    values = dict(note.values)
    count = values.get("n", values.get("levels"))
    return int(count) if isinstance(count, int | float) else 2


def _value(code: str, name: str, value: object, about: About) -> str:
    language = about.language
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, Mapping):
        pairs = (f"{about.label(key)} = {about.label(one)}" for key, one in value.items())
        return ", ".join(pairs)
    if isinstance(value, tuple | list | set | frozenset):
        named = [_value(code, name, one, about) for one in value]
        if name == "items" and len(named) > _MANY + 1:
            _ = translator(language)
            first, more = ", ".join(named[:_MANY]), number(len(named) - _MANY, 0, language)
            return _("{items} and {n} more", items=first, n=more)
        return ", ".join(named)
    if isinstance(value, int | float) and name not in {"codes", "values"}:
        if name in _SHARES:
            return percent(value, 0, language)
        if name in _P_VALUES or (name == "p" and code == "heteroscedastic"):
            return p_value(value, language)
        whole = name in _COUNTS or name == "p" or (float(value).is_integer() and name == "largest")
        return number(value, 0 if whole else 2, language)
    if name in _COLUMNS and str(value) not in about.labels:
        return question(str(value), about)
    if name in _WORDS and str(value) not in about.labels:
        return word(value, language)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if name in ("group", "scale"):
        parts = str(value).split(" · ")
        return " · ".join(
            word(part, language) if part in _SIDES else about.label(part) for part in parts
        )
    return about.label(value)
