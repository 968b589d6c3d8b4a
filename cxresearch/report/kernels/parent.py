"""The warm parent: imports what notebooks need, then forks a kernel at each request.

``python -m cxresearch.report.kernels.parent SOCKET FOLDER``: an inherited socket that listens,
and the private folder that holds it. It ends when its standard input closes, and its kernels
with it; when whoever asked for a kernel goes away, that kernel ends too.
"""

from __future__ import annotations

import builtins
import gc
import importlib
import io
import os
import selectors
import shutil
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

import cxresearch
from cxresearch.report.kernels import birth, surroundings, wire

# what kernels and rooms of the package import only when first used
_LATER = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.iostream",
    "ipykernel.datapub",
    "IPython.core.completerlib",
    "IPython.core.interactiveshell",
    "matplotlib.backends.backend_svg",
    "matplotlib.pyplot",
    "scipy.optimize",
    "scipy.stats",
    "seaborn",
    "sklearn.decomposition",
    "statsmodels.api",
    "statsmodels.formula.api",
    "factor_analyzer",
)
_ASKING_TAKES = 5.0  # seconds that a request may take to arrive


def main(descriptor: int) -> None:
    """Import, then serve until the owner goes away."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    known = surroundings.shared(os.environ)
    gc.disable()
    before = dict(os.environ)
    warm_up()
    added = {name: value for name, value in os.environ.items() if name not in before}
    gc.collect()
    gc.freeze()
    if len(os.listdir("/proc/self/task")) > 1:
        # a process with threads cannot be forked safely: let kernels start the ordinary way
        sys.exit("cxresearch: an import has started threads")
    Server(socket.socket(fileno=descriptor), known, added).serve()


def warm_up() -> None:
    """Import what notebooks need and draw once, so that fonts are known; no study is read."""
    # as ipykernel says it; the backend itself is imported in the kernel, which it looks for
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    with _as_in_a_kernel():
        for name in cxresearch.__all__:
            getattr(cxresearch, name)
        for name in _LATER:
            with suppress(ImportError):
                importlib.import_module(name)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(2, 2))
    FigureCanvasAgg(figure)
    axes: Any = figure.subplots()
    axes.plot([0, 1])
    axes.set_title("warm")
    figure.savefig(io.BytesIO(), bbox_inches="tight")


@contextmanager
def _as_in_a_kernel() -> Iterator[None]:
    """Let libraries that ask at import (pandas does) find that they are in a notebook."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None, config={})
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"]


class Server:
    """Forks kernels, tells how they end, ends those whose owner has gone.

    Parameters
    ----------
    listening : socket
        Where requests come in.
    known : mapping
        The environment under which everything was imported.
    added : mapping
        What the imports themselves have set there.
    """

    def __init__(
        self, listening: socket.socket, known: dict[str, str], added: dict[str, str]
    ) -> None:
        self.listening, self.known, self.added = listening, known, added
        self.kernels: dict[int, socket.socket] = {}
        self.selector = selectors.DefaultSelector()
        self.heard, self.waking = os.pipe()
        os.set_blocking(self.waking, False)

    def serve(self) -> None:
        """Answer until standard input closes."""
        owner = sys.stdin.fileno()
        signal.set_wakeup_fd(self.waking)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        for file in (self.listening, self.heard, owner):
            self.selector.register(file, selectors.EVENT_READ)
        while True:
            for key, _ in self.selector.select():
                if key.fd == owner:
                    if not os.read(owner, 64):
                        self.end_all()
                        return
                elif key.fileobj is self.listening:
                    self.answer(self.listening.accept()[0])
                elif key.fd == self.heard:
                    os.read(self.heard, 4096)
                    self.bury()
                else:
                    self.hung_up(key.fileobj)

    def answer(self, connection: socket.socket) -> None:
        """Fork a kernel for whoever asked, or say why not."""
        connection.settimeout(_ASKING_TAKES)
        files: list[int] = []
        try:
            _check_user(connection)
            request, files = wire.receive(connection, n_files=3)
            reason = self.unlike(request)
            if reason or len(files) != 3:
                wire.send(connection, {"refused": reason or "files are missing"})
                connection.close()
            else:
                self.fork(connection, request, files)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            connection.close()
        finally:
            for file in files:
                os.close(file)

    def unlike(self, request: dict[str, Any]) -> str:
        """Say in what a kernel asked for would differ from one started the ordinary way."""
        if request["python"] != sys.executable:
            return "another interpreter"
        asked = surroundings.shared(request["env"])
        names = [n for n in asked.keys() | self.known.keys() if asked.get(n) != self.known.get(n)]
        return "another environment: " + ", ".join(sorted(names)) if names else ""

    def fork(self, connection: socket.socket, request: dict[str, Any], files: list[int]) -> None:
        """Fork a kernel; it says its own process number once it can be signalled."""
        here = os.getpid()
        pid = os.fork()
        if pid == 0:
            self.forget()
            request["env"] = {**self.added, **request["env"]}
            birth.become_kernel(request, files, connection, parent=here)
        connection.setblocking(False)
        self.kernels[pid] = connection
        self.selector.register(connection, selectors.EVENT_READ)

    def forget(self) -> None:
        """Close, in a new kernel, what belongs to its parent alone."""
        signal.set_wakeup_fd(-1)
        self.selector.close()
        self.listening.close()
        os.close(self.heard)
        os.close(self.waking)
        for other in self.kernels.values():
            other.close()

    def bury(self) -> None:
        """Tell of every kernel that has ended how it ended."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if not pid:
                return
            connection = self.kernels.pop(pid, None)
            if connection is not None:
                self.selector.unregister(connection)
                with suppress(OSError):
                    wire.send(connection, {"exit": os.waitstatus_to_exitcode(status)})
                connection.close()

    def hung_up(self, connection: Any) -> None:
        """End the kernel of somebody who has gone away."""
        with suppress(BlockingIOError, ConnectionError):
            if connection.recv(64):
                return
        for pid, one in self.kernels.items():
            if one is connection:
                _end(pid)

    def end_all(self) -> None:
        """End every kernel and wait for them."""
        for pid in self.kernels:
            _end(pid)
        with suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)


def _end(pid: int) -> None:
    # its group, so that what it has started ends too; alone where it has no group yet
    with suppress(ProcessLookupError):
        try:
            os.killpg(pid, signal.SIGKILL)
        except ProcessLookupError:
            os.kill(pid, signal.SIGKILL)


def _check_user(connection: socket.socket) -> None:
    size = struct.calcsize("3i")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _, user, _ = struct.unpack("3i", credentials)
    if user != os.getuid():
        raise PermissionError("another user asks for a kernel")


if __name__ == "__main__":
    # the working folder is no place to import from, as in ipykernel_launcher
    del sys.path[0]
    try:
        main(int(sys.argv[1]))
    finally:
        # not reached in kernels, which never come back
        shutil.rmtree(sys.argv[2], ignore_errors=True)
