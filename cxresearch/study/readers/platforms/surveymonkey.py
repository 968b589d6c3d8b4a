"""SurveyMonkey: questions above the first of their columns, options or "Response" below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cxresearch.study.readers.platforms.heading import Heading, Rows, cell, folded, plain, unique
from cxresearch.study.readers.responses import Export

_METADATA = {
    "respondentid": "id",
    "collectorid": "channel",
    "collectorname": "",
    "collectortitle": "",
    "datecreated": "started",
    "datemodified": "ended",
    "startdate": "started",
    "enddate": "ended",
    "ipaddress": "",
    "emailaddress": "",
    "firstname": "",
    "lastname": "",
    "customdata": "",
    "customdata1": "",
    "customvalue": "",
    "responsestatus": "status",
    "languagecode": "language",
    # the same in Spanish, German, French, Portuguese, Italian, Russian
    "iddelencuestado": "id",
    "identificadordelencuestado": "id",
    "befragtenid": "id",
    "teilnehmerid": "id",
    "idderbefragten": "id",
    "idrépondant": "id",
    "identifiantdurépondant": "id",
    "iddorespondente": "id",
    "idrispondente": "id",
    "idреспондента": "id",
}
_PERSONAL = frozenset({"ipaddress", "emailaddress", "firstname", "lastname"})
_CONTACT = frozenset(
    {"name", "emailaddress", "email", "phonenumber", "phone", "address", "address2", "firstname"}
    | {"lastname", "fullname"}
)
_RESPONSE = frozenset(
    {"response", "openendedresponse", "respuesta", "respuestaabierta", "antwort"}
    | {"offeneantwort", "beantwortungen", "réponse", "réponselibre", "réponseouverte", "resposta"}
    | {"respostaaberta", "risposta", "rispostaaperta", "reactie", "ответ", "свободныйответ"}
    | {"odgovor", "odprtodgovor", "svar", "points", "score"}
)
_NUMBER = re.compile(r"^-?\d+([.,]\d+)?$")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of the heading: its question (None: the platform's own) and its second row."""

    question: int | None
    text: str
    under: str


def heading(rows: Rows) -> Heading | None:
    """Return the heading of a SurveyMonkey export, or None where the file is none."""
    if len(rows) < 2:
        return None
    reason = _reason(rows)
    if not reason:
        return None
    columns = _columns(rows)
    sizes = [sum(one.question == n for one in columns) for n in range(_n_questions(columns) + 1)]
    filed, position = [], 0
    for k, one in enumerate(columns):
        position = position + 1 if k and columns[k - 1].question == one.question else 1
        if one.question is None:
            filed.append(one.text)
        else:
            several = sizes[one.question] > 1
            filed.append(f"Q{one.question}_{position}" if several else f"Q{one.question}")
    names, changed = unique(filed)
    texts, options = {}, {}
    questions: dict[str, list[str]] = {}
    for name, one in zip(names, columns, strict=True):
        if one.question is None:
            continue
        plainly = folded(one.under) in _RESPONSE or not one.under
        texts[name] = one.text if plainly else f"{one.text} - {one.under}"
        if sizes[one.question] > 1:
            questions.setdefault(f"Q{one.question}", []).append(name)
            options[name] = one.under
    metadata = [n for n, one in zip(names, columns, strict=True) if one.question is None and n]
    roles: dict[str, str] = {}
    for name in metadata:
        if role := _METADATA.get(folded(name), ""):
            roles.setdefault(role, name)
    return Heading(
        names=names,
        n_rows=2,
        texts=texts,
        renamed=changed,
        export=Export(
            platform="surveymonkey",
            reason=reason,
            roles=roles,
            metadata=tuple(metadata),
            personal=(
                *(name for name in metadata if folded(name) in _PERSONAL),
                *(name for one in questions.values() for name in _contacts(one, options)),
            ),
            questions={key: tuple(several) for key, several in questions.items()},
            options=options,
        ),
    )


def _contacts(columns: Sequence[str], options: Mapping[str, str]) -> list[str]:
    """Return the columns of a question that asks who somebody is: several such lines together."""
    found = [name for name in columns if folded(options[name]) in _CONTACT]
    return found if len(found) > 2 else []


def _reason(rows: Rows) -> str:
    """Return what gives the platform away, or "" where nothing does."""
    width = max(len(rows[0]), len(rows[1]))
    filled = [k for k in range(width) if cell(rows, 1, k)]
    if not filled or any(_NUMBER.match(cell(rows, 1, k)) for k in filled):
        return ""
    known = any(folded(name) in _METADATA for name in rows[0])
    responses = sum(folded(cell(rows, 1, k)) in _RESPONSE for k in filled)
    blank_below = [k for k in range(width) if cell(rows, 0, k) and not cell(rows, 1, k)]
    hanging = [
        k for k in range(width) if cell(rows, 1, k) and (not cell(rows, 0, k) or _goes_on(rows, k))
    ]
    nameless = [k for k in range(width) if not cell(rows, 0, k) and not cell(rows, 1, k)]
    if nameless and any(cell(rows, r, k) for k in nameless for r in range(2, len(rows))):
        return ""
    if known and blank_below and (responses or hanging):
        return "respondent_id"
    if responses and (hanging or responses == len(filled)) and responses + len(hanging) > 1:
        return "response_row"
    if hanging and 0 in blank_below and len(rows) > 2 and cell(rows, 2, 0):
        return "options_row"
    return ""


def _goes_on(rows: Rows, column: int) -> bool:
    """Say whether a question stands again above its next column."""
    return column > 0 and cell(rows, 0, column) == cell(rows, 0, column - 1) != ""


def _columns(rows: Rows) -> list[_Column]:
    """Return every column with its question; one question goes on until the next begins."""
    width = max(len(row) for row in rows[:2])
    found: list[_Column] = []
    text, number, own = "", 0, True
    for k in range(width):
        above, under = plain(cell(rows, 0, k)), plain(cell(rows, 1, k))
        if above:
            goes_on = above == text and not own and under and folded(under) not in _RESPONSE
            text = above
            own = folded(above) in _METADATA or not under
            number += not own and not goes_on
        if not above and not under:
            found.append(_Column(None, "", ""))
        else:
            found.append(_Column(None if own else number, text, under))
    return found


def _n_questions(columns: Sequence[_Column]) -> int:
    return max((one.question or 0 for one in columns), default=0)
