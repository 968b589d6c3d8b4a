"""Ctrl-C and termination: heard at once while reading, between steps while writing."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


class Stopped(BaseException):
    """The run was told to stop.

    Parameters
    ----------
    number : int
        The signal's number; the exit code is 128 more.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"stopped by {signal.Signals(number).name}")

    @property
    def exit_code(self) -> int:
        """130 after an interruption, 143 after a termination."""
        return 128 + self.number


class Signals:
    """While entered, SIGINT and SIGTERM raise `Stopped`; inside `deferred` they are only noted."""

    def __init__(self) -> None:
        self.number: int | None = None
        self._deferred = False
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._hear)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Let work go on when a signal comes; whoever works asks `stopped`."""
        self._deferred = True
        try:
            yield
        finally:
            self._deferred = False

    def stopped(self) -> bool:
        """Tell whether a signal has come."""
        return self.number is not None

    def _hear(self, number: int, frame: FrameType | None) -> None:
        first, self.number = self.number is None, number
        if first and not self._deferred:
            raise Stopped(number)
