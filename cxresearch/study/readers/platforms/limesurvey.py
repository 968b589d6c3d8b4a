"""LimeSurvey: codes, texts or both in one row; sub-questions in brackets; two scales in one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from cxresearch.notes import Note, note
from cxresearch.study.readers.cells import column_of
from cxresearch.study.readers.platforms.heading import Heading, Rows, folded, grouped, plain, unique
from cxresearch.study.readers.platforms.sides import side
from cxresearch.study.readers.responses import Export

_CODES = {
    "id": "id",
    "submitdate": "submitted",
    "lastpage": "progress",
    "startlanguage": "language",
    "seed": "",
    "token": "token",
    "startdate": "started",
    "datestamp": "ended",
    "ipaddr": "",
    "refurl": "",
    "interviewtime": "duration",
    "firstname": "",
    "lastname": "",
    "email": "",
}
_WORDS = {
    "responseid": "id",
    "datesubmitted": "submitted",
    "lastpage": "progress",
    "startlanguage": "language",
    "seed": "",
    "token": "token",
    "accesscode": "token",
    "datestarted": "started",
    "datelastaction": "ended",
    "ipaddress": "",
    "referrerurl": "",
    "totaltime": "duration",
    # German
    "antwortid": "id",
    "datumabgeschickt": "submitted",
    "letzteseite": "progress",
    "startsprache": "language",
    "zufallsstartwert": "",
    "zugangscode": "token",
    "zugangsschlüssel": "token",
    "datumgestartet": "started",
    "datumletzteaktivität": "ended",
    "datumderletztenaktivität": "ended",
    "ipadresse": "",
    "weiterleitungsurl": "",
    "gesamtzeit": "duration",
    # Spanish
    "idderespuesta": "id",
    "idrespuesta": "id",
    "fechadeenvío": "submitted",
    "últimapágina": "progress",
    "lenguajeinicial": "language",
    "idiomainicial": "language",
    "semilla": "",
    "fechadeinicio": "started",
    "fechadelaúltimaacción": "ended",
    "tiempototal": "duration",
    # Russian
    "idответа": "id",
    "датаотправки": "submitted",
    "последняястраница": "progress",
    "начальныйязык": "language",
    "датаначала": "started",
    "датапоследнегодействия": "ended",
    "общеевремя": "duration",
    # Slovenian
    "idodgovora": "id",
    "datumoddaje": "submitted",
    "zadnjastran": "progress",
    "začetnijezik": "language",
    "datumzačetka": "started",
    "datumzadnjegadejanja": "ended",
    "skupničas": "duration",
    # French
    "idréponse": "id",
    "iddelaréponse": "id",
    "datedesoumission": "submitted",
    "dernièrepage": "progress",
    "languededépart": "language",
    "datedelancement": "started",
    "datedeladernièreaction": "ended",
    "tempstotal": "duration",
}
_PERSONAL = frozenset({"ipaddr", "ipaddress", "ipadresse", "firstname", "lastname", "email"})
_TIMES = re.compile(
    r"^(grouptime\d*|.+time)$|^(group|question) time\b|^(gruppen|fragen)zeit\b", re.IGNORECASE
)
_CODE_AND_TEXT = re.compile(
    r"^([A-Za-z][A-Za-z0-9_]*(?:\[[^\]]*\]){0,2})(\. ?|: ?| - | )(?=\S)(.*)$", re.DOTALL
)
_SUB = re.compile(
    r"^(?P<base>[^\[\]]+)\[(?P<sub>[^\[\]]*)\](?:\[(?P<scale>[^\[\]]*)\])?$", re.DOTALL
)
_EXPRESSION = re.compile(
    r"^(?P<base>[A-Za-z][A-Za-z0-9]*)_(?P<sub>[A-Za-z]+\d+)(?:[_#](?P<scale>[012]))?$"
)
_ANSWER_CODE = re.compile(r"^([A-Z]{1,3})0*(\d{1,3})$")
_COMMENT = re.compile(r"comment\]?$", re.IGNORECASE)
NOT_SHOWN = "N/A"


def heading(rows: Rows) -> Heading | None:
    """Return the heading of a LimeSurvey export, or None where the file is none."""
    if not rows:
        return None
    filed = [plain(name) for name in rows[0]]
    known = [name for name in filed if name.casefold() in _CODES]
    lowered = {name.casefold() for name in known}
    enough = 2 if {"lastpage", "startlanguage"} & lowered else 4
    if len(known) >= enough and {"lastpage", "startlanguage", "submitdate"} & lowered:
        return _heading(filed, ["" for _ in filed], "metadata_codes", _CODES)
    split = [_split(name) for name in filed]
    both = [code.casefold() for code, _ in split if code]
    if "id" in both and sum(code in _CODES for code in both) >= 3:
        codes = [code or text for code, text in split]
        return _heading(codes, [text for _, text in split], "codes_and_texts", _CODES)
    words = [folded(name) for name in filed]
    if sum(word in _WORDS for word in words) >= 3 and any(
        _WORDS.get(word) in ("progress", "language") for word in words
    ):
        return _heading(filed, filed, "metadata_texts", _WORDS)
    return None


def _split(name: str) -> tuple[str, str]:
    """Return code and text of a heading such as "G01Q02[SQ001]. How fast? [Delivery]"."""
    found = _CODE_AND_TEXT.match(name)
    return (found[1], found[3].strip()) if found else ("", name)


def _heading(
    filed: Sequence[str], texts: Sequence[str], reason: str, known: Mapping[str, str]
) -> Heading:
    names, changed = unique(filed)
    own: dict[str, str] = {}
    timed = any(known.get(_key(name, known)) == "duration" for name in names if name)
    for name in names:
        key = _key(name, known)
        if name and (key in known or (timed and _TIMES.match(name))):
            own[name] = key
    roles: dict[str, str] = {}
    for name, key in own.items():
        if role := known.get(key, ""):
            roles.setdefault(role, name)
    asked = [name for name in names if name and name not in own]
    subs = {name: found for name in asked if (found := _sub_of(name))}
    by_name = {
        name: text for name, text in zip(names, texts, strict=True) if name in asked and text
    }
    scales = _scales(subs)
    questions = grouped(
        {
            name: f"{found['base'].strip()}[{scales[name]}]"
            if name in scales
            else found["base"].strip()
            for name, found in subs.items()
            if not _COMMENT.search(name)
        }
    )
    inside = {name for several in questions.values() for name in several}
    options = {name: (_last_bracket(by_name.get(name, "")) or subs[name]["sub"]) for name in inside}
    return Heading(
        names=names,
        n_rows=1,
        texts=by_name,
        renamed=changed,
        export=Export(
            platform="limesurvey",
            reason=reason,
            roles=roles,
            metadata=tuple(own),
            personal=tuple(name for name, key in own.items() if key in _PERSONAL),
            questions=questions,
            options={name: options[name] for name in names if name in options},
            pairs=_pairs(subs, scales, by_name),
        ),
    )


def _key(name: str, known: Mapping[str, str]) -> str:
    return name.casefold() if known is _CODES else folded(name)


def _sub_of(name: str) -> re.Match[str] | None:
    return _SUB.match(name) or _EXPRESSION.match(name)


def _scales(subs: Mapping[str, re.Match[str]]) -> dict[str, str]:
    """Return column -> scale of those questions in which everything is rated on two scales."""
    found: dict[str, dict[str, tuple[str, str]]] = {}
    for name, match in subs.items():
        sub, scale = match["sub"], match["scale"]
        if scale is None and (ended := re.match(r"^(.*)[_#]([012])$", sub)):
            sub, scale = ended[1], ended[2]
        if scale is not None:
            found.setdefault(match["base"], {})[name] = (sub, scale)
    sizes = Counter(match["base"] for match in subs.values())
    scales: dict[str, str] = {}
    for base, columns in found.items():
        distinct = {scale for _, scale in columns.values()}
        if (
            sizes[base] == len(columns)
            and len(distinct) == 2
            and len(columns) == 2 * len({sub for sub, _ in columns.values()})
        ):
            scales |= {name: scale for name, (_, scale) in columns.items()}
    return scales


def _pairs(
    subs: Mapping[str, re.Match[str]], scales: Mapping[str, str], texts: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """Return (expectation, perception) by the words of the scales, else by their order."""
    rows: dict[tuple[str, str], list[str]] = {}
    for name in scales:
        sub = re.sub(r"[_#][012]$", "", subs[name]["sub"]) if not subs[name]["scale"] else ""
        rows.setdefault((subs[name]["base"], sub or subs[name]["sub"]), []).append(name)
    pairs = []
    for first, second in rows.values():
        said = [
            side(f"{scales[name]} {_last_bracket(texts.get(name, ''))}") for name in (first, second)
        ]
        turned = said[0] == "perception" or said[1] == "expectation"
        pairs.append((second, first) if turned else (first, second))
    return tuple(pairs)


def _last_bracket(text: str) -> str:
    found = re.search(r"\[([^\[\]]*)\]\s*$", text)
    return found[1].strip() if found else ""


def answered(frame: pd.DataFrame, export: Export, file: str) -> tuple[pd.DataFrame, list[Note]]:
    """Return the frame with "N/A" as blanks and answer codes (A1, AO02) as their numbers."""
    notes: list[Note] = []
    columns: dict[str, pd.Series] = {}
    blanks, coded = 0, []
    for name in frame.columns:
        series = frame[name]
        if pd.api.types.is_numeric_dtype(series) or pd.api.types.is_datetime64_any_dtype(series):
            continue
        absent = series.isin([NOT_SHOWN]).to_numpy()
        if absent.any():
            blanks += int(absent.sum())
            series = series.mask(absent)
            columns[str(name)] = series
        if name in export.metadata:
            continue
        numbers = _numbers(series)
        if numbers is not None:
            columns[str(name)] = numbers
            if not series.dropna().map(lambda cell: str(cell).isdigit()).all():
                coded.append(str(name))
    if blanks:
        notes.append(note("not_shown_blank", file=file, n=blanks, word=NOT_SHOWN))
    if coded:
        notes.append(note("answer_codes", file=file, n=len(coded), columns=tuple(coded)))
    return (frame.assign(**columns) if columns else frame), notes


def _numbers(series: pd.Series) -> pd.Series | None:
    """Return the numbers of answer codes that share their letters, or of digits; None for text."""
    distinct = [str(cell) for cell in series.dropna().unique()]
    if not distinct:
        return column_of(np.full(len(series), np.nan))
    if all(re.fullmatch(r"-?(0|[1-9]\d{0,8})", cell) for cell in distinct):
        return series.map(float, na_action="ignore").astype(float)
    found = [_ANSWER_CODE.match(cell) for cell in distinct]
    if any(one is None for one in found) or len({one[1] for one in found if one}) != 1:
        return None
    codes = {one[0]: float(one[2]) for one in found if one}
    if len(set(codes.values())) != len(codes):
        return None
    return series.map(codes).astype(float)
