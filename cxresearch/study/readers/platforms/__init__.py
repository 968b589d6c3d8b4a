"""Exports of survey platforms: told by what stands in their first rows, never by their names.

A platform writes one to three rows above the answers, columns of its own beside them, and its
own signs for boxes that were ticked and questions that were not answered. All of it is turned
into plain columns here; what was done stands in notes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import pandas as pd

from cxresearch.errors import DataError, Fault, first
from cxresearch.notes import Note, note
from cxresearch.study.readers.platforms import forms, limesurvey, qualtrics, surveymonkey
from cxresearch.study.readers.platforms.heading import Heading, Rows
from cxresearch.study.readers.platforms.ticked import boxes, joined
from cxresearch.study.readers.responses import Export, MissingCode

__all__ = ["HEAD_ROWS", "PLATFORMS", "Finished", "Heading", "finished", "recognised"]

HEAD_ROWS = 6
"""Rows that have to be seen to tell a platform."""
PLATFORMS: tuple[str, ...] = ("qualtrics", "surveymonkey", "limesurvey")
"""Platforms that `format` may name."""
_HEADINGS: Mapping[str, Callable[[Rows], Heading | None]] = {
    "qualtrics": qualtrics.heading,
    "limesurvey": limesurvey.heading,
    "forms": forms.heading,
    "surveymonkey": surveymonkey.heading,
}
_SIGNS = {
    "qualtrics": 'a row of {"ImportId": …}, or columns such as ResponseId and RecordedDate',
    "surveymonkey": 'questions in one row and options or "Response" in the row below',
    "limesurvey": "columns such as id, submitdate, lastpage and startlanguage",
}
_MARKS = {"qualtrics": ",", "google_forms": ", ", "microsoft_forms": ";"}
_TIMES = (
    "ISO8601",
    *(
        f"{day} {clock}"
        for day in ("%m/%d/%Y", "%d/%m/%Y", "%d.%m.%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d")
        for clock in ("%H:%M:%S", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
    ),
)
DURATION = "duration_seconds"
COMPLETE = "complete"
_ENOUGH_CHOICES = 5  # answers, before boxes that exclude each other are taken for one choice


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Finished:
    """An export's frame as plain columns, and what is known of them."""

    frame: pd.DataFrame
    texts: dict[str, str]
    export: Export
    missing: dict[str, tuple[MissingCode, ...]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def recognised(rows: Rows, declared: str | None, file: str) -> Heading | None:
    """Return the heading of a platform's export, or None for a plain table.

    Parameters
    ----------
    rows : sequence of sequences of str
        The first rows of the file, at least three more than its heading has.
    declared : str, optional
        The platform that the params name; by default every platform is tried.
    file : str
        For messages.

    Raises
    ------
    DataError
        Where the file has not the form of the platform that was declared.
    """
    if declared is None:
        found = (heading(rows) for heading in _HEADINGS.values())
        return next((one for one in found if one is not None), None)
    heading = _HEADINGS[declared](rows)
    if heading is not None:
        return heading
    other = recognised(rows, None, file)
    seen = other.export.platform if other is not None else None
    raise DataError(
        Fault(
            kind="data",
            what=f"this is not an export of {declared}",
            where=f"{file}, line 1",
            found=first([name.strip() or '""' for name in rows[0]], 6) if rows else "",
            hint=f"it looks like {seen}: leave format out"
            if seen
            else f"expected is {_SIGNS[declared]}; leave format out for a plain table",
        )
    )


def finished(frame: pd.DataFrame, heading: Heading, file: str) -> Finished:
    """Return the answers below a heading as plain columns.

    Boxes become 1 and 0; a cell with several ticked options is divided into boxes beside it; a
    platform's sign for "no answer" becomes blank or is declared missing; where the platform
    gives no time of the interview but its start and end, it is added as `duration_seconds`, and
    for LimeSurvey whether the questionnaire was finished as `complete`.
    """
    export = replace(
        heading.export,
        metadata=tuple(name for name in heading.export.metadata if name in frame),
        personal=tuple(name for name in heading.export.personal if name in frame),
        roles={role: name for role, name in heading.export.roles.items() if name in frame},
        ids={name: one for name, one in heading.export.ids.items() if name in frame},
    )
    texts = {name: text for name, text in heading.texts.items() if name in frame}
    notes = [note("platform_detected", file=file, platform=export.platform, sign=export.reason)]
    if heading.renamed:
        n = len(heading.renamed)
        notes.append(note("headings_renamed", file=file, n=n, columns=heading.renamed))
    missing: dict[str, tuple[MissingCode, ...]] = {}
    if export.platform == "qualtrics":
        frame, codes, told = qualtrics.unanswered(frame, export, file)
        missing = {name: (code,) for name, code in codes.items()}
        notes += told
        if n := qualtrics.previews(frame, export):
            column = export.roles["status"]
            notes.append(note("preview_rows", file=file, n=n, column=column))
    if export.platform == "limesurvey":
        frame, told = limesurvey.answered(frame, export, file)
        notes += told
    frame, export, told = _ticked(frame, export, file)
    notes += told
    frame, texts, told = _chosen(frame, texts, export, file)
    notes += told
    frame, texts, export, told = _divided(frame, texts, export, file)
    notes += told
    frame, export, told = _derived(frame, export, file)
    return Finished(frame=frame, texts=texts, export=export, missing=missing, notes=(*notes, *told))


def _ticked(
    frame: pd.DataFrame, export: Export, file: str
) -> tuple[pd.DataFrame, Export, list[Note]]:
    """Turn the boxes of every question of several columns into 1 and 0."""
    found: dict[str, pd.Series] = {}
    questions = []
    for question, columns in export.questions.items():
        one = boxes(frame, columns, export.options)
        if one:
            found |= one
            questions.append(question)
    if not found:
        return frame, export, []
    told = note("boxes_read", file=file, n=len(questions), columns=tuple(questions))
    return frame.assign(**found), replace(export, checks=(*export.checks, *found)), [told]


def _chosen(
    frame: pd.DataFrame, texts: dict[str, str], export: Export, file: str
) -> tuple[pd.DataFrame, dict[str, str], list[Note]]:
    """Add one column for a question whose boxes exclude each other: an expanded single choice."""
    found: dict[str, pd.Series] = {}
    for question, columns in export.questions.items():
        several = [name for name in columns if name in export.checks]
        if export.platform != "surveymonkey" or len(several) < len(columns) or question in frame:
            continue
        ticks = frame[several].sum(axis=1, min_count=1)
        if ticks.notna().sum() < _ENOUGH_CHOICES or not ticks.dropna().eq(1).all():
            continue
        words = [export.options[name] for name in several]
        at = frame[several].fillna(0).to_numpy().argmax(axis=1)
        found[question] = pd.Series([words[k] for k in at], index=frame.index, dtype=object).where(
            ticks.notna().to_numpy()
        )
        texts = texts | {question: texts[several[0]].removesuffix(f" - {words[0]}")}
    if not found:
        return frame, texts, []
    told = note("choices_joined", file=file, n=len(found), columns=tuple(found))
    return frame.assign(**found), texts, [told]


def _divided(
    frame: pd.DataFrame, texts: dict[str, str], export: Export, file: str
) -> tuple[pd.DataFrame, dict[str, str], Export, list[Note]]:
    """Add boxes for the questions whose ticked options stand in one cell."""
    mark = _MARKS.get(str(export.platform))
    if mark is None:
        return frame, texts, export, []
    found: dict[str, pd.Series] = {}
    questions, options = dict(export.questions), dict(export.options)
    divided = []
    for name in frame.columns:
        if name in export.metadata:
            continue
        one = {f"{name} [{key}]": (key, box) for key, box in joined(frame[name], mark).items()}
        if not one or any(new in frame for new in one):
            continue
        found |= {new: box for new, (_, box) in one.items()}
        options |= {new: key for new, (key, _) in one.items()}
        texts = texts | {new: f"{texts.get(name, name)} - {key}" for new, (key, _) in one.items()}
        questions[str(name)] = tuple(one)
        divided.append(str(name))
    if not found:
        return frame, texts, export, []
    told = note("boxes_divided", file=file, n=len(divided), columns=tuple(divided))
    export = replace(export, questions=questions, options=options, checks=(*export.checks, *found))
    return pd.concat([frame, pd.DataFrame(found)], axis=1), texts, export, [told]


def _derived(
    frame: pd.DataFrame, export: Export, file: str
) -> tuple[pd.DataFrame, Export, list[Note]]:
    """Add the seconds an interview took and whether it was finished, where they can be told."""
    roles, notes = dict(export.roles), []
    added: dict[str, pd.Series] = {}
    if "duration" in roles and not _has_numbers(frame[roles["duration"]]):
        del roles["duration"]
    start, end = roles.get("started"), roles.get("submitted") or roles.get("ended")
    if "duration" not in roles and start and end and DURATION not in frame:
        seconds = _seconds(frame[start], frame[end])
        if seconds is not None:
            added[DURATION] = seconds
            roles["duration"] = DURATION
            notes.append(note("duration_derived", file=file, column=DURATION, start=start, end=end))
    if "submitted" in roles:
        done = frame[roles["submitted"]].notna()
        if COMPLETE not in frame:
            added[COMPLETE] = done.astype(float).astype(int)
            roles.setdefault("finished", COMPLETE)
        if n := int((~done).sum()):
            notes.append(note("unfinished_rows", file=file, n=n, column=COMPLETE))
    if not added:
        return frame, replace(export, roles=roles), notes
    metadata = (*export.metadata, *added)
    return frame.assign(**added), replace(export, roles=roles, metadata=metadata), notes


def _has_numbers(series: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(series) and series.notna().any())


def _seconds(start: pd.Series, end: pd.Series) -> pd.Series | None:
    """Return the seconds between two columns of times, or None where nobody can tell them."""
    found: list[pd.Series] = []
    for form in _TIMES:
        # a summer time that begins within the survey gives two offsets, hence UTC
        begun = pd.to_datetime(start, errors="coerce", format=form, utc=True)
        ended = pd.to_datetime(end, errors="coerce", format=form, utc=True)
        if (begun.isna() & start.notna()).any() or (ended.isna() & end.notna()).any():
            continue
        found.append((ended - begun).dt.total_seconds())
    # day and month may be exchanged where every day is below 13: then both readings must agree
    if not found or not found[0].notna().any() or not all(one.equals(found[0]) for one in found):
        return None
    return None if (found[0] < 0).any() else found[0].astype(float)
