"""Worker processes side by side, one per job: each can be stopped, none can hurt another."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import forkserver, get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from time import monotonic
from typing import Any

from cxresearch.report.tasks import SPARE, Outcome, Task

_LOOK_EVERY = 0.2  # seconds between looks at whether the user wants to stop
_GRACE = 5.0  # seconds that a worker has to end its kernel
_INTERRUPTED = Outcome(status="interrupted", reason="the run was interrupted")
_STUCK = "the worker took far longer than report.notebook_timeout allows, and was ended"


def cpus() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> Any:
    if sys.platform == "win32":
        return get_context("spawn")
    # a server process imports papermill and compiles templates once and forks a worker per job
    context = get_context("forkserver")
    context.set_forkserver_preload(["cxresearch.report.ready"])
    return context


def prepare() -> None:
    """Begin to import what workers need, in a process of its own, while the study is read."""
    _context()
    if sys.platform != "win32":
        forkserver.ensure_running()


def run(
    tasks: Sequence[Task],
    n_jobs: int,
    *,
    stop: Callable[[], bool] = lambda: False,
    started: Callable[[Task], None] = lambda task: None,
) -> Iterator[tuple[Task, Outcome]]:
    """Run tasks, at most `n_jobs` at once; yield each with its outcome as it ends.

    Parameters
    ----------
    tasks : sequence of Task
        Begun in this order.
    n_jobs : int
        Workers at once.
    stop : callable
        Asked several times a second; once it says yes, workers are ended and those of their
        tasks that had not ended are yielded as interrupted.
    started : callable
        Told of each task as it begins.
    """
    context = _context()
    waiting = list(tasks)
    running: list[_Worker] = []
    try:
        while (waiting or running) and not stop():
            while waiting and len(running) < n_jobs:
                worker = _Worker(waiting.pop(0), context)
                started(worker.task)
                running.append(worker)
            ready = wait([sign for worker in running for sign in worker.signs], _LOOK_EVERY)
            for worker in [one for one in running if any(sign in ready for sign in one.signs)]:
                running.remove(worker)
                outcome = worker.outcome()
                # a terminal's signal reaches workers, too, perhaps before it reaches us
                ended_by_user = outcome.status == "killed" and stop()
                yield worker.task, _INTERRUPTED if ended_by_user else outcome
            for worker in [one for one in running if one.is_stuck()]:
                running.remove(worker)
                _end([worker])
                yield worker.task, Outcome(status="timeout", reason=_STUCK)
    finally:
        _end(running)
    for worker in running:
        yield worker.task, _INTERRUPTED
    for task in waiting:
        yield task, _INTERRUPTED


class _Worker:
    """A process that runs one task."""

    def __init__(self, task: Task, context: Any) -> None:
        self.task = task
        self._heard, telling = context.Pipe(duplex=False)
        self.process: BaseProcess = context.Process(target=_in_process, args=(task, telling))
        self.process.start()
        telling.close()
        self._deadline = monotonic() + task.subject.notebook_timeout + SPARE

    @property
    def signs(self) -> tuple[Connection, int]:
        """What shows that it has told its outcome, or ended; a long one blocks it until heard."""
        return self._heard, self.process.sentinel

    def is_stuck(self) -> bool:
        """Whether it goes on long after its notebook should have been ended."""
        return monotonic() > self._deadline

    def outcome(self) -> Outcome:
        """Return what it told, or that it told nothing."""
        try:
            told: Outcome = self._heard.recv()
            self.process.join(_GRACE)
            _end([self])
        except (EOFError, OSError):
            self.process.join()
            reason = f"the worker was killed (exit {self.process.exitcode}); likely out of memory"
            told = Outcome(status="killed", reason=f"{reason}: run fewer at once (--jobs 1)")
        self._heard.close()
        return told


def _in_process(task: Task, tell: Connection) -> None:
    # imports papermill: only the workers need it
    from cxresearch.report import work

    work.in_process(task, tell)


def _end(workers: Sequence[_Worker]) -> None:
    for worker in workers:
        worker.process.terminate()
    for worker in workers:
        worker.process.join(_GRACE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()
