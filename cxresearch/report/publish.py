"""Put finished pages where readers find them: each whole or not at all.

Work lies in a private folder on the same disk; `os.replace` moves a file into place in one
step. A failed notebook never touches the last good page: its error page lies beside it.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cxresearch import handover
from cxresearch.errors import Fault, OutputError

#: Folders of a study's tables: as CSV for readers, as JSON for later runs and the workbook.
TABLES, RESULTS = "tables", "results"


LEAST_ROOM = 8 * 2**20
"""Bytes that a run needs at least, for its pages and its own work."""


def whole(path: Path, content: str | bytes) -> None:
    """Write a file in one step: readers see the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".cx-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content if isinstance(content, bytes) else content.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def good(name: str, work: Path, target: Path) -> list[Path]:
    """Publish a page with its tables and its executed notebook; return the paths made.

    Parameters
    ----------
    name : str
        Of the notebook.
    work : Path
        Folder with ``page.html``, ``notebook.ipynb`` and the tables in ``handover/``.
    target : Path
        The study's folder.
    """
    given = work / "handover"
    tables = _renew(name, given, target / TABLES, ".csv")
    tables += _renew(name, given / handover.RESULTS, target / RESULTS, ".json")
    return [*dressed(name, work, target), *tables]


def dressed(name: str, work: Path, target: Path) -> list[Path]:
    """Publish a page and its executed notebook; its tables stay. Return the paths made."""
    notebook = _move(work / "notebook.ipynb", target / f"{name}.ipynb")
    page = _move(work / "page.html", target / f"{name}.html")
    (target / f"{name}.error.html").unlink(missing_ok=True)
    return [page, notebook]


def _renew(name: str, work: Path, target: Path, suffix: str) -> list[Path]:
    """Move the files that a notebook handed over into place; its earlier ones go."""
    fresh = sorted(work.glob(f"*{suffix}"))
    if fresh:
        target.mkdir(parents=True, exist_ok=True)
    made = [_move(one, target / one.name) for one in fresh]
    kept = {path.name for path in made}
    for old in target.glob(f"{name}-[0-9]*{suffix}"):
        if old.name not in kept:
            old.unlink()
    return made


def failed(name: str, work: Path, target: Path) -> list[Path]:
    """Publish the error page of a failed notebook beside its last good page."""
    return [_move(work / "page.html", target / f"{name}.error.html")]


def workplace(folder: Path, study: str) -> Path:
    """Make the private folder of a run, on the same disk as the reports.

    What an earlier run of the study left behind when it was killed is removed: the study's lock
    is held, so no one works there.
    """
    prefix = f".cx-{study}-"
    for one in folder.iterdir():
        # "acme" and "acme-north" are two studies: what is made here ends without a hyphen
        if one.name.startswith(prefix) and "-" not in one.name.removeprefix(prefix):
            shutil.rmtree(one, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=folder, prefix=prefix))


def make_folder(folder: Path) -> list[Path]:
    """Make the output folder; return those folders that were not there before.

    Raises
    ------
    OutputError
        It cannot be made.
    """
    new = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(cannot_write(folder, error.strerror or str(error))) from error
    return new


def remove_empty(folders: Sequence[Path]) -> None:
    """Remove folders that were made for nothing; those with something in them stay."""
    for folder in folders:
        for lock in folder.glob(".*.lock"):
            lock.unlink()
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def writable(folder: Path) -> list[Fault]:
    """Return what stands against writing in a folder, without writing."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir():
        return [cannot_write(folder, f"{there.name} is a file")]
    if not os.access(there, os.W_OK | os.X_OK):
        return [cannot_write(folder, "no right to write there")]
    if shutil.disk_usage(there).free < LEAST_ROOM:
        return [
            Fault(
                kind="output",
                what="the disk is full",
                where=str(folder),
                found=f"less than {LEAST_ROOM // 2**20} MB free",
                hint="make room, or name a folder on another disk with --out",
            )
        ]
    return []


def cannot_write(folder: Path, found: str) -> Fault:
    """Return the fault of an output folder that cannot be written."""
    return Fault(
        kind="output",
        what=f'the output folder "{folder.name}" cannot be written',
        where=str(folder),
        found=found,
        hint="name another folder with --out, or change its rights",
    )


def _move(source: Path, target: Path) -> Path:
    os.chmod(source, 0o666 & ~_umask())
    os.replace(source, target)
    return target


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
