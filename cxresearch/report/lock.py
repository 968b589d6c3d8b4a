"""Two runs of one study never write at once.

The lock is the operating system's, on a file that stays: when its holder ends, in whatever
way, the system lets go of it, so a lock cannot go stale.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from cxresearch.errors import Fault, OutputError

if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[str]) -> None:
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(file: IO[str]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class Lock:
    """The right to write one study's reports, held until `release`.

    Parameters
    ----------
    folder : Path
        Folder in which reports lie; it exists.
    study : str
        Name of the study.

    Raises
    ------
    OutputError
        Another run holds it, or the folder cannot be written.
    """

    def __init__(self, folder: Path, study: str) -> None:
        self.path = folder / f".{study}.lock"
        try:
            self._file = self.path.open("a+", encoding="utf-8")
        except OSError as error:
            raise OutputError(
                Fault(
                    kind="output",
                    what=f'the output folder "{folder.name}" cannot be written',
                    where=str(folder),
                    found=error.strerror or str(error),
                    hint="name another folder with --out, or change its rights",
                )
            ) from error
        try:
            _take(self._file)
        except OSError as error:
            holder = self._holder()
            self._file.close()
            raise OutputError(
                Fault(
                    kind="output",
                    what=f'another run writes the reports of "{study}" now',
                    where=str(self.path),
                    found=holder,
                    hint="wait until it has ended, or name another folder with --out",
                )
            ) from error
        # from the second byte on: Windows locks the first
        self._file.seek(0)
        self._file.truncate()
        self._file.write(" " + json.dumps({"process": os.getpid()}))
        self._file.flush()

    def release(self) -> None:
        """Let go of the lock; the file stays, so that no other run locks one that is gone."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _holder(self) -> str:
        with suppress(OSError, ValueError):
            self._file.seek(1)
            return f"process {json.loads(self._file.read())['process']}"
        return ""
