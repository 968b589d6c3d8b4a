"""Starts kernels warm where a warm parent is there, and the ordinary way otherwise.

jupyter_client knows it as the kernel provisioner "cxresearch", so that the kernelspec of that
name works with papermill, nbconvert and JupyterLab alike.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from cxresearch.report.kernels import surroundings, wire

_ANSWER_TAKES = 60.0  # seconds: the parent may still be importing
_LAUNCHER = "ipykernel_launcher"


class Refused(Exception):  # noqa: N818 (it is an answer, not a mistake)
    """The warm parent cannot make a kernel like an ordinary one."""


class Kernel:
    """A forked kernel, as if it were a `subprocess.Popen`.

    Parameters
    ----------
    address : str
        Socket of the warm parent.
    request : mapping
        What is asked for (`cxresearch.report.kernels.birth`).
    files : sequence of int
        Its standard input, output and error.

    Raises
    ------
    Refused, OSError, EOFError, ValueError
        There is no kernel to be had there.
    """

    stdin = stdout = stderr = None

    def __init__(self, address: str, request: Any, files: Sequence[int]) -> None:
        self.returncode: int | None = None
        self._connection = socket.socket(socket.AF_UNIX)
        try:
            self._connection.settimeout(_ANSWER_TAKES)
            self._connection.connect(address)
            wire.send(self._connection, request, files)
            answer, _ = wire.receive(self._connection)
            if "pid" not in answer:
                raise Refused(answer.get("refused", "it did not start"))
        except BaseException:
            self._connection.close()
            raise
        self.pid = int(answer["pid"])

    def poll(self) -> int | None:
        """Return the exit code, or None while it lives."""
        if self.returncode is None:
            with selectors.DefaultSelector() as selector:
                selector.register(self._connection, selectors.EVENT_READ)
                if selector.select(0):
                    self._ended()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return the exit code."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            self._ended()
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send a signal, unless it has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def _ended(self) -> None:
        try:
            answer, _ = wire.receive(self._connection)
            self.returncode = int(answer["exit"])
        except (EOFError, ConnectionError):
            self.returncode = -signal.SIGKILL  # the parent was killed, and its kernels with it
        self._connection.close()


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """A kernel from the warm parent that `CXRESEARCH_WARM` names, else an ordinary one."""

    async def launch_kernel(self, cmd: list[str], **choices: Any) -> Any:
        """Start the kernel."""
        try:
            kernel = _warm_kernel(cmd, choices)
        except (OSError, EOFError, ValueError, Refused) as reason:
            self.log.info("the kernel starts the ordinary way: %s", reason)
            kernel = None
        if kernel is None:
            return await super().launch_kernel(cmd, **choices)
        self.process: Any = kernel
        self.pid = self.pgid = kernel.pid
        self.cwd = choices.get("cwd", Path.cwd())
        return self.connection_info


def _warm_kernel(cmd: Sequence[str], choices: dict[str, Any]) -> Kernel | None:
    """Return a kernel of the warm parent; None where an ordinary one must be started."""
    address = os.environ.get(surroundings.WARM)
    usual = [sys.executable, "-m", _LAUNCHER]
    if sys.platform != "linux" or not address or list(cmd[:3]) != usual:
        return None
    output, errors = _file(choices.get("stdout"), 1), _file(choices.get("stderr"), 2)
    if output is None or errors is None or choices.get("independent"):
        return None
    request = {
        "python": sys.executable,
        "argv": list(cmd[3:]),
        "env": dict(choices["env"]),
        "cwd": str(choices.get("cwd") or Path.cwd()),
    }
    with Path(os.devnull).open("rb") as nothing:
        return Kernel(address, request, [nothing.fileno(), output, errors])


def _file(given: Any, usual: int) -> int | None:
    """Return the number of an open file; None for what Popen would have to make."""
    if given is None:
        return usual
    number = given if isinstance(given, int) else given.fileno()
    return number if number >= 0 else None
