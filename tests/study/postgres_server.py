"""A PostgreSQL server of the tests' own, on a socket in a folder of its own."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"


def binaries() -> Path | None:
    """Return the folder of the server's programs, or None where it is not installed."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).parent
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


def why_not() -> str:
    """Return why no server can be started; empty where it can."""
    if binaries() is None:
        return "PostgreSQL is not installed: no initdb"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(OWNER)
        except KeyError:
            return "PostgreSQL does not run as root, and there is no user postgres"
    return ""


@contextmanager
def server() -> Iterator[str]:
    """Start a server; yield its url; stop it and remove its folder."""
    programs = binaries()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="cxpg"))
    user = OWNER if os.geteuid() == 0 else None
    if user:
        shutil.chown(folder, user)

    def call(program: str, *more: str) -> None:
        subprocess.run(
            [str(programs / program), "-D", str(folder / "data"), *more],
            check=True,
            user=user,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    try:
        call("initdb", "-U", OWNER, "--auth=trust", "-E", "UTF8", "--locale=C", "--no-sync")
        call("pg_ctl", "-w", "-o", f"-k {folder} -c listen_addresses='' -c fsync=off", "start")
        try:
            yield f"postgresql://{OWNER}@/postgres?host={folder}"
        finally:
            call("pg_ctl", "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
