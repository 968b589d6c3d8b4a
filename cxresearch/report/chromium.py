"""A Chromium that the computer has, without a window, driven over a pipe.

The DevTools protocol goes through two descriptors: no port is opened, nothing is fetched.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from selectors import EVENT_READ, DefaultSelector
from time import monotonic
from typing import Any

from cxresearch.errors import Fault, OutputError

#: Environment variable that names the browser's program.
BROWSER = "CXRESEARCH_CHROMIUM"
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_SWITCHES = (
    "--headless",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--remote-debugging-pipe",
)
_PATIENCE = 120.0  # seconds for one page
# the browser reads from descriptor 3 and writes to 4, whatever numbers the pipes have here
_AT_3_AND_4 = """
import fcntl, os, sys
there, here = (fcntl.fcntl(int(one), fcntl.F_DUPFD, 10) for one in sys.argv[1:3])
os.dup2(there, 3)
os.dup2(here, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""


def program() -> str | None:
    """Return the program of a Chromium, or None where none is found."""
    named = os.environ.get(BROWSER)
    return shutil.which(named) if named else next(filter(None, map(shutil.which, _NAMES)), None)


def missing() -> Fault:
    """Return what to say where PDF is wanted and there is no browser."""
    named = os.environ.get(BROWSER)
    return Fault(
        kind="output",
        what="no PDF is made: no Chromium was found",
        where="report.formats",
        found=f"{BROWSER}={named}" if named else f"none of {', '.join(_NAMES)}",
        hint=f"install Chromium, or name its program in the environment variable {BROWSER}",
    )


class Browsing:
    """A running browser: questions go down one pipe, answers and events come up the other."""

    def __init__(self, process: subprocess.Popen[bytes], down: int, up: int) -> None:
        self._process, self._down, self._up = process, down, up
        self._said = b""
        self._number = 0
        self._events: list[Mapping[str, Any]] = []

    @contextmanager
    def page(
        self, url: str, before: Mapping[str, Mapping[str, Any]] | None = None
    ) -> Iterator[str]:
        """Open a page and give its session once it has loaded; close it afterwards.

        Parameters
        ----------
        url : str
            Of the page.
        before : mapping, optional
            Questions asked before it is loaded, with their values.
        """
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        session = str(attached["sessionId"])
        for method, values in {"Page.enable": {}, **(before or {})}.items():
            self.ask(method, values, session)
        self.ask("Page.navigate", {"url": url}, session)
        self.wait("Page.loadEventFired", session)
        try:
            yield session
        finally:
            self.ask("Target.closeTarget", {"targetId": target})

    def ask(self, method: str, values: Mapping[str, Any], session: str = "") -> Mapping[str, Any]:
        """Return the answer to one question."""
        self._number += 1
        question = {"id": self._number, "method": method, "params": dict(values)}
        if session:
            question["sessionId"] = session
        content = memoryview(json.dumps(question).encode() + b"\0")
        try:
            while content:
                content = content[os.write(self._down, content) :]
        except BrokenPipeError as error:
            raise self._failed(method, "it ended") from error
        while True:
            told = self._read(method)
            if told.get("id") == self._number:
                if "error" in told:
                    raise self._failed(method, str(told["error"].get("message")))
                return dict(told["result"])
            self._events.append(told)

    def wait(self, event: str, session: str) -> None:
        """Wait until an event has come."""
        while not self.told(event, session):
            self._events.append(self._read(event))

    def told(self, event: str, session: str) -> list[Mapping[str, Any]]:
        """Return what came with an event of a page so far."""
        return [
            one["params"]
            for one in self._events
            if one.get("method") == event and one.get("sessionId") == session
        ]

    def _read(self, wanted: str) -> Mapping[str, Any]:
        until = monotonic() + _PATIENCE
        with DefaultSelector() as selector:
            selector.register(self._up, EVENT_READ)
            while b"\0" not in self._said:
                ready = selector.select(max(0.0, until - monotonic()))
                piece = os.read(self._up, 1 << 20) if ready else b""
                if not piece:
                    found = "it ended" if ready else f"no answer in {_PATIENCE:g} s"
                    raise self._failed(wanted, found)
                self._said += piece
        line, _, self._said = self._said.partition(b"\0")
        return dict(json.loads(line))

    def _failed(self, wanted: str, found: str) -> OutputError:
        return OutputError(
            Fault(
                kind="output",
                what="Chromium could not show a page",
                where=wanted,
                found=found,
                hint="print the page from your own browser: it has a style for paper",
            )
        )


@contextmanager
def started(executable: str) -> Iterator[Browsing]:
    """Start a browser with a fresh profile; end it and remove the profile afterwards."""
    there, down = os.pipe()
    up, here = os.pipe()
    try:
        with tempfile.TemporaryDirectory(prefix="cx-print-", ignore_cleanup_errors=True) as profile:
            try:
                process = subprocess.Popen(
                    _command(executable, profile, there, here),
                    pass_fds=(there, here),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
            finally:
                os.close(there)
                os.close(here)
            try:
                yield Browsing(process, down, up)
            finally:
                _end(process)
    finally:
        os.close(down)
        os.close(up)


def _command(executable: str, profile: str, there: int, here: int) -> list[str]:
    switches = [*_SWITCHES, f"--user-data-dir={profile}"]
    if sys.platform == "linux" and os.geteuid() == 0:
        switches.append("--no-sandbox")  # Chromium refuses to start as root with one
    ends = (str(there), str(here))
    return [sys.executable, "-I", "-c", _AT_3_AND_4, *ends, executable, *switches]


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
