"""What nobody planned for: a full disk, or a fault of our own; said in a line, kept in a file."""

from __future__ import annotations

import errno
import sys
import tempfile
import traceback
from types import TracebackType
from typing import Self

_DISK = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}
_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}


class Caught:
    """Around the whole work of a process: keeps what went wrong as one line, `said`."""

    def __init__(self) -> None:
        self.said = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if not isinstance(error, Exception):
            return False
        self.said = said(error)
        return True


def said(error: BaseException) -> str:
    """Return one line that says what happened and what to do; keep the traceback of a fault."""
    number = error.errno if isinstance(error, OSError) else None
    if number in _DISK:
        return (
            "the disk is full: make room and run again; what was published before stands"
            f" ({_file(error)})"
        )
    if number in _RIGHTS:
        return f"no right to write ({_file(error)}): name another folder with --out"
    text = "".join(traceback.format_exception(error))
    summary = traceback.format_exception_only(error)[-1].strip()
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="cxresearch-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError:
        sys.stderr.write(text)
        return f"a fault of cxresearch: {summary}"
    return f"a fault of cxresearch: {summary}; please report it with {file.name}"


def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Say what nobody caught in one line, for `sys.excepthook`; Python then ends with 1."""
    print(f"cxresearch: {said(error)}", file=sys.stderr)


def _file(error: BaseException) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    named = getattr(error, "filename", None)
    return f"{reason}: {named}" if named else reason
