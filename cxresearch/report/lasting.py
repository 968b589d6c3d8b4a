"""Where results outlive a run: in the user's cache, for another language or a page run again.

Kept are results of analyses, as tables of groups; never answers, nor what tells of one
respondent. Each is known by the study's data, the call, and the code and libraries that computed
it, so that nothing stale is ever read. `CXRESEARCH_CACHE` names another folder; empty, nothing
outlives a run.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

import platformdirs

from cxresearch import store
from cxresearch.report import record

CACHE = "CXRESEARCH_CACHE"
_MOST = 512 * 2**20  # bytes that are kept in all
_SECRET = 32


def settings() -> dict[str, str]:
    """Return where results last, for the environment of kernels; nothing where they cannot."""
    cache = _cache()
    if cache is None:
        return {}
    try:
        secret = _secret(cache)
        place = cache / "results" / store.name(record.kernel_code_hash(), record.versions())[:20]
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:  # no home, no right to write, no room: then nothing lasts
        return {}
    if len(secret) != _SECRET:
        return {}
    return {store.LASTING: str(place), store.LASTING_KEY: secret.hex()}


def prune(most: int = _MOST) -> None:
    """Remove the oldest results beyond `most` bytes, and what has become empty."""
    cache = _cache()
    if cache is None:
        return
    found = []
    for path in (cache / "results").glob("*/*"):
        with suppress(OSError):  # another run removes, too
            known = path.stat()
            found.append((known.st_mtime_ns, known.st_size, path))
    room = most
    for _, size, path in sorted(found, reverse=True):
        room -= size
        if room < 0:
            path.unlink(missing_ok=True)
    for place in (cache / "results").glob("*"):
        with suppress(OSError):
            place.rmdir()  # only empty folders go


def _cache() -> Path | None:
    """Return the cache, made where it is not there; None where it is unwanted or another's."""
    said = os.environ.get(CACHE)
    if said == "":
        return None
    folder = Path(said) if said else platformdirs.user_cache_path("cxresearch", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = folder.stat()
    except OSError:
        return None
    of_others = known.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if hasattr(os, "getuid") and (of_others or known.st_uid != os.getuid()):
        return None  # who can write there could have us unpickle what they like
    return folder


def _secret(cache: Path) -> bytes:
    """Return the cache's key; the first run makes it."""
    path = cache / "key"
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(os.urandom(_SECRET))
    return path.read_bytes()
