"""Qualtrics: names, question texts and ImportIds in up to three rows above the answers."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile

import numpy as np
import pandas as pd

from cxresearch.notes import Note, note
from cxresearch.study.readers.platforms.heading import (
    Heading,
    Rows,
    cell,
    folded,
    grouped,
    plain,
    unique,
)
from cxresearch.study.readers.responses import Export

_METADATA = {
    "startdate": "started",
    "enddate": "ended",
    "status": "status",
    "ipaddress": "",
    "progress": "progress",
    "durationinseconds": "duration",
    "duration": "duration",
    "finished": "finished",
    "recordeddate": "recorded",
    "responseid": "id",
    "recordid": "id",
    "recipientlastname": "",
    "recipientfirstname": "",
    "recipientemail": "",
    "externaldatareference": "",
    "externalreference": "",
    "externaldata": "",
    "locationlatitude": "",
    "locationlongitude": "",
    "distributionchannel": "channel",
    "userlanguage": "language",
    "responseset": "",
    "responsetype": "status",
    "name": "",
    "emailaddress": "",
    "qrecaptchascore": "",
    "qrelevantidduplicate": "",
    "qrelevantidduplicatescore": "",
    "qrelevantidfraudscore": "",
    "qrelevantidlaststartdate": "",
    "qballotboxstuffing": "",
    "qtotalduration": "duration",
    "qlanguage": "language",
}
_PERSONAL = frozenset(
    {"ipaddress", "recipientlastname", "recipientfirstname", "recipientemail"}
    | {"externaldatareference", "externalreference", "externaldata", "name", "emailaddress"}
    | {"locationlatitude", "locationlongitude"}
)
_SURE = frozenset(
    {"startdate", "enddate", "recordeddate", "responseid", "distributionchannel", "userlanguage"}
    | {"durationinseconds", "ipaddress", "progress", "finished", "recipientemail", "status"}
    | {"externalreference", "externaldatareference", "responseset", "recordid"}
)
_ENOUGH = 3  # of the platform's own columns: then no other program wrote the file
_ID = re.compile(r'^\{\s*"+ImportId"+\s*:', re.IGNORECASE)
_QUESTION = re.compile(r"^(?:(\d+|x\d+)_)?(QID\d+)(?:[_#\-]|$)")
_TIMING = re.compile(r"_(First Click|Last Click|Page Submit|Click Count)$")
_ORDER = re.compile(r"_DO(_\d+)*$|_DO_")
_DATA = re.compile(r"^\d|^$")
_SELECTED = " - Selected Choice"
UNANSWERED = -99.0
"""What Qualtrics writes, if asked to, for questions seen and not answered."""
_PREVIEWS = frozenset({"survey preview", "survey test", "survey preview/test", "spam"})
_PREVIEW_CODES = frozenset({1.0, 2.0, 8.0, 9.0})


def heading(rows: Rows) -> Heading | None:
    """Return the heading of a Qualtrics export, or None where the file is none."""
    at = next((row for row in range(min(4, len(rows))) if _is_ids(rows[row])), None)
    if at is not None:
        ids = [_import_id(text) for text in rows[at]]
        names_row = 0 if at else None
        texts_row = 1 if at >= 2 else None
        return _heading(rows, names_row, texts_row, ids, at + 1, "import_ids")
    if not rows:
        return None
    known = sum(folded(name) in _SURE for name in rows[0])
    if known >= _ENOUGH and any(
        folded(name) in {"responseid", "recordeddate", "durationinseconds"} for name in rows[0]
    ):
        second = len(rows) > 1 and _is_text_row(rows)
        return _heading(rows, 0, 1 if second else None, [], 1 + second, "metadata_names")
    return _legacy(rows)


def _legacy(rows: Rows) -> Heading | None:
    """Return the heading of the older export: V1, V2, … above "ResponseID", "ResponseSet"."""
    if len(rows) < 2:
        return None
    own = [k for k, name in enumerate(rows[0]) if re.fullmatch(r"V\d+", name.strip())]
    known = [k for k in own if folded(cell(rows, 1, k)) in _METADATA]
    if len(known) < _ENOUGH:
        return None
    first = [cell(rows, 1, k) if k in known else name.strip() for k, name in enumerate(rows[0])]
    return _heading([first, *rows[1:]], 0, 1, [], 2, "two_header_rows")


def _heading(
    rows: Rows,
    names_row: int | None,
    texts_row: int | None,
    ids: Sequence[str],
    n_rows: int,
    reason: str,
) -> Heading:
    width = max(len(row) for row in rows[:n_rows])
    filed = [
        cell(rows, names_row, k) if names_row is not None else (ids[k] if k < len(ids) else "")
        for k in range(width)
    ]
    names, changed = unique(filed)
    by_name = {name: ids[k] for k, name in enumerate(names) if name and k < len(ids) and ids[k]}
    texts: dict[str, str] = {}
    if texts_row is not None:
        texts = {
            name: text
            for k, name in enumerate(names)
            if name and (text := plain(cell(rows, texts_row, k)))
        }
    keys = {name: folded(by_name.get(name, name)) for name in names if name}
    keys |= {name: folded(name) for name in names if folded(name) in _METADATA}
    metadata = [name for name, key in keys.items() if key in _METADATA or _is_extra(name)]
    roles: dict[str, str] = {}
    for name in metadata:
        role = _METADATA.get(keys[name], "")
        if role:
            roles.setdefault(role, name)
    asked = [name for name in names if name and name not in metadata]
    questions = grouped(_questions(asked, by_name, texts))
    options: dict[str, str] = {}
    for one in questions.values():
        options |= _options(one, texts)
    return Heading(
        names=names,
        n_rows=n_rows,
        texts={name: text.removesuffix(_SELECTED) for name, text in texts.items()},
        renamed=changed,
        export=Export(
            platform="qualtrics",
            reason=reason,
            roles=roles,
            metadata=tuple(metadata),
            personal=tuple(name for name in metadata if keys[name] in _PERSONAL),
            questions=questions,
            options=options,
            ids=by_name,
        ),
    )


def _is_ids(row: Sequence[str]) -> bool:
    filled = [text for text in row if text.strip()]
    return bool(filled) and sum(bool(_ID.match(text.strip())) for text in filled) > 0.5 * len(
        filled
    )


def _import_id(text: str) -> str:
    """Return the id in a cell such as {"ImportId":"QID4_1"}; quotes doubled twice are seen, too."""
    text = text.strip()
    for attempt in (text, text.replace('""', '"')):
        try:
            found = json.loads(attempt)
        except json.JSONDecodeError:
            continue
        if isinstance(found, dict):
            inner = found.get("choiceId")
            own = str(found.get("ImportId", ""))
            return own if inner is None or not str(inner) else f"{own}_{inner}"
    return ""


def _is_text_row(rows: Rows) -> bool:
    """Say whether the second row holds question texts: no dates under the dates."""
    at = [
        k
        for k, name in enumerate(rows[0])
        if folded(name) in {"startdate", "enddate", "recordeddate", "progress"}
        or folded(name).startswith("duration")
    ]
    return bool(at) and not any(_DATA.match(cell(rows, 1, k)) for k in at)


def _is_extra(name: str) -> bool:
    """Say whether a column holds clicks and times of a page, or the order of display."""
    return bool(_TIMING.search(name) or _ORDER.search(name))


def _questions(
    names: Sequence[str], ids: Mapping[str, str], texts: Mapping[str, str]
) -> dict[str, str]:
    """Return the question of each column: by its ImportId, else by its name (Q4_2 is of Q4)."""
    found = {}
    for name in names:
        if name.endswith("_TEXT"):
            continue
        said = _QUESTION.match(ids.get(name, ""))
        stem = re.sub(r"_\d+(?:_\d+)?$", "", name)
        if said is None and stem == name:
            continue
        if said is not None and stem == name:
            found[name] = name
        else:
            found[name] = stem
    return found


def _options(names: Sequence[str], texts: Mapping[str, str]) -> dict[str, str]:
    """Return what stands after the common beginning of a question's texts: "Q - option"."""
    several = [texts.get(name, "") for name in names]
    low, high = min(several), max(several)  # what these two share, all share
    shared = "".join(
        one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=False))
    )
    if " - " not in shared:
        return {}
    start = shared.rindex(" - ") + 3
    return {name: text[start:] for name, text in zip(names, several, strict=True) if text[start:]}


def unanswered(
    frame: pd.DataFrame, export: Export, file: str
) -> tuple[pd.DataFrame, dict[str, float], list[Note]]:
    """Return the frame with -99 told from answers: blank in text, declared missing in numbers."""
    columns: dict[str, pd.Series] = {}
    codes: dict[str, float] = {}
    n = 0
    for name in frame.columns:
        if name in export.metadata:
            continue
        series = frame[name]
        if pd.api.types.is_numeric_dtype(series):
            hit = (series == UNANSWERED).to_numpy()
            if hit.any():
                codes[str(name)] = UNANSWERED
        else:
            hit = series.isin(["-99"]).to_numpy()
            if hit.any():
                columns[str(name)] = series.mask(hit)
        n += int(hit.sum())
    told = [note("seen_unanswered", file=file, n=n)] if n else []
    return frame.assign(**columns) if columns else frame, codes, told


def previews(frame: pd.DataFrame, export: Export) -> int:
    """Return how many rows are previews, tests or spam by the column Status."""
    name = export.roles.get("status")
    if name is None or name not in frame:
        return 0
    status = frame[name]
    if pd.api.types.is_numeric_dtype(status):
        return int(np.isin(status.to_numpy(dtype=float), list(_PREVIEW_CODES)).sum())
    return int(status.map(lambda word: str(word).strip().casefold() in _PREVIEWS).sum())
