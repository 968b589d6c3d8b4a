"""The warm parent of a batch: started with it, ended with it, or not there at all.

Starting Python and importing pandas, statsmodels and matplotlib costs more than most notebooks
do. So one process imports them once and forks a kernel at each request, in milliseconds. It
knows no study: it only imports. It is had on Linux; elsewhere, and wherever it fails, kernels
start the ordinary way and say the same.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from cxresearch.report.kernels import surroundings

OFF = "CXRESEARCH_COLD"
"""Environment variable by which kernels start the ordinary way."""

_GRACE = 5.0  # seconds that the parent has to end its kernels
_BACKLOG = 64


class Warm:
    """A process that has imported what notebooks need, and forks their kernels.

    While entered, `address` is the path of its socket, or empty where there is no such process;
    `folder` holds the sockets of the batch.
    """

    def __init__(self) -> None:
        self.address = ""
        self.folder: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.folder = surroundings.socket_folder()
        if sys.platform == "linux" and self.folder is not None and not os.environ.get(OFF):
            self._start(self.folder)
        return self

    @property
    def settings(self) -> dict[str, str]:
        """What tells a kernel's manager of it, for the environment."""
        sockets = "" if self.folder is None else str(self.folder)
        return {surroundings.WARM: self.address, surroundings.SOCKETS: sockets}

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            assert self._process.stdin is not None
            self._process.terminate()  # should a kernel still live, it dies with its parent
            self._process.stdin.close()
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.address = ""

    def _start(self, folder: Path) -> None:
        address = folder / "warm"
        with socket.socket(socket.AF_UNIX) as listening:
            # bound here, so that whoever asks early waits instead of finding nobody
            listening.bind(str(address))
            address.chmod(0o600)
            listening.listen(_BACKLOG)
            command = [sys.executable, "-m", "cxresearch.report.kernels.parent"]
            try:
                self._process = subprocess.Popen(
                    [*command, str(listening.fileno()), str(folder)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    pass_fds=[listening.fileno()],
                    cwd=folder,
                    env={**os.environ, **surroundings.environment()},
                    start_new_session=True,
                )
            except OSError:
                return  # no process to be had now: kernels start the ordinary way
        self.address = str(address)
