"""What changes from file to file: codes with another meaning, questions gone, new or renamed.

Answers of several waves may be laid together only where they answer the same question on the
same codes. What files say of themselves (value labels, question texts, a platform's ids) is
compared here; what differs is a fault where figures would be wrong, and a note where a reader
should know.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import DataError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study import readers
from cxresearch.study.codebook import Codebook, ColumnUse
from cxresearch.study.fields import codes_of
from cxresearch.study.params import DataSection, Source

Read = Sequence[tuple[Source, readers.Responses]]
_MEANINGS = ("missing", "not_applicable", "dont_know", "refused")


def recoded(responses: readers.Responses, source: Source) -> readers.Responses:
    """Return a file's answers with the codes that the params give them: `recode` of a source.

    Codes and labels change together. Text codes that all become numbers become numbers.

    Raises
    ------
    DataError
        A column that the file does not hold, or codes that it does not.
    """
    faults = []
    columns: dict[str, pd.Series] = {}
    labels = dict(responses.labels)
    notes = []
    for name, codes in source.recode.items():
        if name not in responses.frame:
            faults.append(
                Fault(
                    kind="data",
                    what=f'there is no column "{name}" to be recoded',
                    where=f"{responses.file}; params: data.responses.recode",
                    hint=did_you_mean(name, [str(one) for one in responses.frame.columns]),
                )
            )
            continue
        series = responses.frame[name]
        texts = series.dropna().map(_key)
        known = {*texts, *map(_key, labels.get(name, {}))}
        if stray := [code for code in codes if _key(code) not in known]:
            faults.append(
                Fault(
                    kind="data",
                    what=f'recode names codes that column "{name}" does not hold',
                    where=f"{responses.file}; params: data.responses.recode.{name}",
                    found=first(stray),
                    hint=f"it holds {first(sorted(known), 12)}",
                )
            )
            continue
        new = {_key(code): one for code, one in codes.items()}
        changed = texts.isin(new.keys())
        columns[name] = _with_codes(series, texts, new)
        if name in labels:
            labels[name] = {
                new.get(_key(code), code): label for code, label in labels[name].items()
            }
        notes.append(note("codes_recoded", file=responses.file, column=name, n=int(changed.sum())))
    if faults:
        raise DataError(*faults)
    if not columns:
        return responses
    return replace(
        responses,
        frame=responses.frame.assign(**columns),
        labels=labels,
        notes=(*responses.notes, *notes),
    )


def _with_codes(series: pd.Series, texts: pd.Series, new: Mapping[str, Any]) -> pd.Series:
    values = series.astype(object)
    told = texts[texts.isin(list(new))]
    values.loc[told.index] = told.map(new).astype(object)
    numbers = readers.as_numbers(values)
    return values if numbers is None else numbers


def _key(code: object) -> str:
    """Return a code as text: 2, 2.0 and "2" are one."""
    if isinstance(code, float | np.floating) and float(code).is_integer():
        return str(int(code))
    return str(code).strip()


def changed_meanings(
    read: Read, data: DataSection, codebook: Codebook, wanted: Iterable[str]
) -> tuple[list[Note], list[Fault]]:
    """Compare the value labels of every column over the files.

    The same label under another code is a fault: answers would be counted as what they are not.
    Other words for a code are a note. Codes for no answer, and columns that a file's `recode`
    settles, are passed over.
    """
    notes: list[Note] = []
    faults: list[Fault] = []
    uses = codebook.columns()
    for column in wanted:
        said = [
            (source, responses, labels)
            for source, responses in read
            if (labels := _answers(column, source, responses, data, uses.get(column)))
        ]
        for at, (source, responses, labels) in enumerate(said[1:], 1):
            if column in source.recode:
                continue
            _, before, earlier = said[at - 1]
            moved = {
                label: (_code_of(label, earlier), code)
                for code, label in labels.items()
                if label in earlier.values() and earlier.get(code) != label
            }
            if moved:
                faults.append(_moved(column, before.file, responses.file, moved))
                continue
            other = [code for code in labels if labels[code] != earlier.get(code, labels[code])]
            if other:
                notes.append(
                    note(
                        "labels_differ",
                        column=column,
                        codes=tuple(other),
                        file=before.file,
                        other=responses.file,
                    )
                )
    return notes, faults


def changed_questions(read: Read, wanted: Sequence[str]) -> list[Note]:
    """Tell the questions that not every file asks, that were worded anew, or renamed.

    A column that a file lacks may stand there under another name: one with the same question
    text, or the same id of the platform, is named.
    """
    notes: list[Note] = []
    if len(read) < 2:
        return notes
    for column in wanted:
        texts = [
            (responses.file, text)
            for _, responses in read
            if (text := _words(responses.texts.get(column, "")))
        ]
        known = {text for _, text in texts}
        if len(known) > 1:
            notes.append(
                note("texts_differ", column=column, files=tuple(file for file, _ in texts))
            )
        ids = {one for _, r in read if (one := r.export.ids.get(column, ""))}
        for _, responses in read:
            if column in responses.frame:
                continue
            again = [
                name
                for name in map(str, responses.frame.columns)
                if name not in wanted
                if _words(responses.texts.get(name, "")) in known
                or responses.export.ids.get(name) in ids
            ]
            if again:
                notes.append(
                    note(
                        "column_renamed",
                        column=column,
                        file=responses.file,
                        candidate=again[0],
                    )
                )
    for _, responses in read:
        absent = tuple(name for name in wanted if name not in responses.frame)
        if absent:
            notes.append(note("columns_absent", file=responses.file, n=len(absent), columns=absent))
    return notes


def _answers(
    column: str,
    source: Source,
    responses: readers.Responses,
    data: DataSection,
    use: ColumnUse | None,
) -> dict[str, str]:
    """Return folded label by code of a column, without codes for no answer."""
    scale = use.scale if use is not None else None
    key = scale.key if scale is not None else ""
    declared = responses.missing.get(column, ())
    apart = {_key(code) for code in declared if not isinstance(code, tuple)}
    ranges = [code for code in declared if isinstance(code, tuple)]
    for meaning in _MEANINGS:
        apart |= {_key(code) for code in data.codes(meaning, column, key)}
        apart |= {_key(code) for code in codes_of(getattr(source, meaning), column, key)}
        if scale is not None:
            apart |= {_key(code) for code in getattr(scale, meaning)}
    return {
        _key(code): _words(str(label))
        for code, label in responses.labels.get(column, {}).items()
        if _key(code) not in apart
        and not any(low <= code <= high for low, high in ranges)
        and (scale is None or not isinstance(code, int | float) or scale.min <= code <= scale.max)
    }


def _moved(column: str, before: str, file: str, moved: Mapping[str, tuple[str, str]]) -> Fault:
    found = [f'"{label}" was {was} and is {now}' for label, (was, now) in moved.items()]
    codes = ", ".join(f"{now}: {was}" for was, now in moved.values())
    return Fault(
        kind="data",
        what=f'the codes of column "{column}" change their meaning from file to file',
        where=f"{before} and {file}",
        found=first(found, 6),
        hint=f"give the codes of {file} their earlier meaning: "
        f"responses: [{{path: …, recode: {{{column}: {{{codes}}}}}}}]",
    )


def _code_of(label: str, labels: Mapping[str, str]) -> str:
    return next(code for code, one in labels.items() if one == label)


def _words(text: str) -> str:
    return " ".join(text.casefold().split())
