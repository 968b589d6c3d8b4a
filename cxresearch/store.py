"""What one notebook of a report run has worked out and others may read.

The runner gives a run a private folder and a key, named in the environment of its kernels; and,
where the user's cache can be had, a second folder with a key of its own, which outlives the run.
A file is read only if its folder's key signed it, so nothing that runs of this user did not
write is ever unpickled. In JupyterLab there are no such folders: everything is computed anew.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import pickle
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = "CXRESEARCH_STORE"
KEY = "CXRESEARCH_STORE_KEY"
LASTING = "CXRESEARCH_RESULTS"
LASTING_KEY = "CXRESEARCH_RESULTS_KEY"
_SIGNED = hashlib.sha256().digest_size


class _Shelf(NamedTuple):
    """A folder of signed files."""

    folder: Path
    secret: bytes


def settings(folder: Path) -> dict[str, str]:
    """Make a store in a run's private folder; return the environment that names it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {FOLDER: str(folder), KEY: os.urandom(32).hex()}


def is_there(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether this process belongs to a run that keeps things."""
    return bool(environment.get(FOLDER))


def name(*parts: object) -> str:
    """Return the name under which something is kept: a hash over what it depends on."""
    digest = hashlib.sha256()
    for part in parts:
        said = part if isinstance(part, bytes) else repr(part).encode()
        digest.update(len(said).to_bytes(8, "big") + said)
    return digest.hexdigest()


def take(key: str, environment: Mapping[str, str] = os.environ) -> Any:
    """Return what is kept under a name; None where there is nothing (or no store)."""
    for shelf in _shelves(environment):
        try:
            content = (shelf.folder / key).read_bytes()
        except OSError:
            continue
        signature, pickled = content[:_SIGNED], content[_SIGNED:]
        if hmac.compare_digest(signature, _sign(key, pickled, shelf)):
            return pickle.loads(pickled)
    return None


def put(
    key: str, value: Any, environment: Mapping[str, str] = os.environ, *, lasting: bool = False
) -> bool:
    """Keep something for the other notebooks of this run; say whether there is a store.

    It appears whole or not at all; where the disk is full it does not.

    Parameters
    ----------
    key : str
        Its `name`.
    value : object
        What can be pickled.
    environment : mapping
        Says where the store is.
    lasting : bool
        Whether later runs may read it, too; where nothing lasts, this run's notebooks can.
    """
    shelves = _shelves(environment)
    if not shelves:
        return False
    shelf = shelves[-1] if lasting else shelves[0]
    pickled = pickle.dumps(value, protocol=5)
    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=shelf.folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_sign(key, pickled, shelf) + pickled)
            os.replace(temporary, shelf.folder / key)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    return True


def _shelves(environment: Mapping[str, str]) -> list[_Shelf]:
    """Return the run's own folder, then the one that lasts; none outside of a run."""
    if not is_there(environment):
        return []
    named = [(FOLDER, KEY)]
    if environment.get(LASTING):
        named.append((LASTING, LASTING_KEY))
    return [
        _Shelf(Path(environment[folder]), bytes.fromhex(environment[key])) for folder, key in named
    ]


def _sign(key: str, pickled: bytes, shelf: _Shelf) -> bytes:
    return hmac.new(shelf.secret, key.encode() + b"\0" + pickled, hashlib.sha256).digest()
