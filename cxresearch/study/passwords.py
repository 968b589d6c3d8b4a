"""Passwords in the urls of databases: hidden from messages and records, left out of files."""

from __future__ import annotations

import re

SECRET = "***"
VARIABLE = re.compile(r"\$\{(\w+)\}")
_OF_USER = re.compile(
    r"(?P<start>[a-z][a-z0-9+.-]*://[^:/@\s]*:)(?P<secret>[^@\s]*(?:@[^@/?\s]*)*)(?P<end>@)",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?P<start>[?&](?:password|sslpassword|token|motherduck_token)=)(?P<secret>[^&\s]*)(?P<end>)",
    re.IGNORECASE,
)


def without_password(text: str) -> str:
    """Return a text in which no url shows its password; the name of a variable is none.

    Examples
    --------
    >>> without_password("postgresql://ana:secret@db.example.org/survey")
    'postgresql://ana:***@db.example.org/survey'
    >>> without_password("postgresql://ana:${DB_PASSWORD}@db.example.org/survey")
    'postgresql://ana:${DB_PASSWORD}@db.example.org/survey'
    """
    for pattern in (_OF_USER, _NAMED):
        text = pattern.sub(lambda found: _told(found, SECRET), text)
    return text


def with_variables(url: str) -> tuple[str, tuple[str, ...]]:
    """Return a url with environment variables for its passwords, and what these are called.

    Examples
    --------
    >>> with_variables("postgresql://ana:secret@db.example.org/survey")
    ('postgresql://ana:${DB_PASSWORD}@db.example.org/survey', ('DB_PASSWORD',))
    """
    names: list[str] = []

    def named(found: re.Match[str]) -> str:
        name = "DB_PASSWORD" if not names else f"DB_PASSWORD_{len(names) + 1}"
        told = _told(found, f"${{{name}}}")
        if told != found[0]:
            names.append(name)
        return told

    for pattern in (_OF_USER, _NAMED):
        url = pattern.sub(named, url)
    return url, tuple(names)


def _told(found: re.Match[str], instead: str) -> str:
    kept = not found["secret"] or VARIABLE.fullmatch(found["secret"])
    return found[0] if kept else f"{found['start']}{instead}{found['end']}"
