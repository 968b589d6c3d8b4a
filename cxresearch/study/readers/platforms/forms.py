"""Google Forms and Microsoft Forms: one row of questions behind the form's own columns."""

from __future__ import annotations

import re

from cxresearch.study.readers.platforms.heading import Heading, Rows, folded, grouped, plain, unique
from cxresearch.study.readers.responses import Export

_TIMESTAMP = frozenset(
    {"timestamp", "marcatemporal", "zeitstempel", "отметкавремени", "horodateur", "časovnižig"}
    | {"informazionicronologiche", "carimbodedatahora", "sygnaturaczasowa", "tijdstempel"}
    | {"časovéraz", "časovárazítko", "časovárazítka", "tidsstämpel", "tidsstempel", "타임스탬프"}
    | {"タイムスタンプ", "时间戳记", "позначкачасу", "zamandamgası", "időbélyeg", "vremenskioznaka"}
)
_EMAIL = frozenset(
    {"emailaddress", "email", "username", "direccióndecorreoelectrónico", "emailadresse"}
    | {"адресэлектроннойпочты", "enaslov", "epoštninaslov", "elektronskinaslov", "adresseemail"}
    | {"correoelectrónico", "nombredeusuario", "имяпользователя", "nutzername", "endereçodeemail"}
)
_MICROSOFT = {
    "id": "id",
    "starttime": "started",
    "completiontime": "ended",
    "lastmodifiedtime": "",
    "email": "",
    "name": "",
    "language": "language",
    "horadeinicio": "started",
    "horadefinalización": "ended",
    "correoelectrónico": "",
    "nombre": "",
    "startzeit": "started",
    "fertigstellungszeit": "ended",
    "времясоздания": "started",
    "времяначала": "started",
    "времязавершения": "ended",
    "адресэлектроннойпочты": "",
    "имя": "",
    "začetničas": "started",
    "časzačetka": "started",
    "časzaključka": "ended",
    "časdokončanja": "ended",
    "epošta": "",
    "ime": "",
}
_PERSONAL = frozenset(
    {"email", "name", "correoelectrónico", "nombre", "адресэлектроннойпочты", "имя", "epošta"}
    | {"ime"}
)
_GRID = re.compile(r"^(.*\S)\s*\[([^\[\]]+)\]$", re.DOTALL)
_DATE = re.compile(r"^\d{1,4}[-/. ]\s?\d{1,2}[-/. ]\s?\d{1,4}|^\d{4}年|^\d{4,5}(\.\d+)?$")


def heading(rows: Rows) -> Heading | None:
    """Return the heading of a form's answers, or None where the file is none."""
    if not rows or not rows[0]:
        return None
    keys = [folded(name) for name in rows[0]]
    if keys[0] in _TIMESTAMP and _dated(rows, 0):
        return _google(rows, keys)
    roles = {_MICROSOFT.get(key) for key in keys[:6]}
    if keys[0] == "id" and {"started", "ended"} <= roles:
        return _microsoft(rows, keys)
    return None


def _google(rows: Rows, keys: list[str]) -> Heading:
    names, changed = unique([plain(name) for name in rows[0]])
    personal = tuple(name for name, key in zip(names, keys, strict=True) if key in _EMAIL)
    return _heading(
        names,
        changed,
        Export(
            platform="google_forms",
            reason="timestamp",
            roles={"recorded": names[0]},
            metadata=(names[0], *personal),
            personal=personal,
        ),
    )


def _microsoft(rows: Rows, keys: list[str]) -> Heading:
    names, changed = unique([plain(name) for name in rows[0]])
    own = {name: key for name, key in list(zip(names, keys, strict=True))[:7] if key in _MICROSOFT}
    roles = {role: name for name, key in own.items() if (role := _MICROSOFT[key])}
    return _heading(
        names,
        changed,
        Export(
            platform="microsoft_forms",
            reason="form_columns",
            roles=roles,
            metadata=tuple(own),
            personal=tuple(name for name, key in own.items() if key in _PERSONAL),
        ),
    )


def _heading(names: tuple[str, ...], changed: tuple[str, ...], export: Export) -> Heading:
    asked = [name for name in names if name and name not in export.metadata]
    grid = {name: found for name in asked if (found := _GRID.match(name))}
    questions = grouped({name: found[1] for name, found in grid.items()})
    inside = {name for several in questions.values() for name in several}
    return Heading(
        names=names,
        n_rows=1,
        texts={name: name for name in asked},
        renamed=changed,
        export=Export(
            platform=export.platform,
            reason=export.reason,
            roles=export.roles,
            metadata=export.metadata,
            personal=export.personal,
            questions=questions,
            options={name: found[2] for name, found in grid.items() if name in inside},
        ),
    )


def _dated(rows: Rows, column: int) -> bool:
    below = [row[column].strip() for row in rows[1:] if column < len(row) and row[column].strip()]
    return not below or all(_DATE.match(text) for text in below)
