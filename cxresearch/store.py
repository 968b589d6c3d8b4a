"""What one notebook of a report run has worked out and the others of that run may read.

The runner gives a run a private folder and a key, named in the environment of its kernels. A
file is read only if the key signed it, so nothing that this run did not write is ever
unpickled. In JupyterLab there is no such folder: everything is computed anew.
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
from typing import Any

FOLDER = "CXRESEARCH_STORE"
KEY = "CXRESEARCH_STORE_KEY"
_SIGNED = hashlib.sha256().digest_size


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
    """Return what this run keeps under a name; None where there is nothing (or no store)."""
    folder = environment.get(FOLDER)
    if not folder:
        return None
    try:
        content = (Path(folder) / key).read_bytes()
    except OSError:
        return None
    signature, pickled = content[:_SIGNED], content[_SIGNED:]
    if not hmac.compare_digest(signature, _sign(key, pickled, environment)):
        return None
    return pickle.loads(pickled)


def put(key: str, value: Any, environment: Mapping[str, str] = os.environ) -> bool:
    """Keep something for the other notebooks of this run; say whether there is a store.

    It appears whole or not at all; where the disk is full it does not.
    """
    folder = environment.get(FOLDER)
    if not folder:
        return False
    pickled = pickle.dumps(value, protocol=5)
    with suppress(OSError):
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_sign(key, pickled, environment) + pickled)
            os.replace(temporary, Path(folder) / key)
        except OSError:
            Path(temporary).unlink(missing_ok=True)
            raise
    return True


def _sign(key: str, pickled: bytes, environment: Mapping[str, str]) -> bytes:
    secret = bytes.fromhex(environment[KEY])
    return hmac.new(secret, key.encode() + b"\0" + pickled, hashlib.sha256).digest()
