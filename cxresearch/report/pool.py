"""Worker processes side by side, one per job: each can be stopped, none can hurt another."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Any

from cxresearch.report.tasks import Outcome, Task, outcome_of

_LOOK_EVERY = 0.2  # seconds between looks at whether the user wants to stop
_GRACE = 5.0  # seconds that a worker has to end its kernel


def cpus() -> int:
    """Return how many processors this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _context() -> Any:
    if sys.platform == "win32":
        return get_context("spawn")
    # a server process imports papermill once and forks a worker per job
    context = get_context("forkserver")
    context.set_forkserver_preload(["cxresearch.report.work"])
    return context


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
    running: dict[int, tuple[BaseProcess, Task]] = {}
    try:
        while (waiting or running) and not stop():
            while waiting and len(running) < n_jobs:
                task = waiting.pop(0)
                process = context.Process(target=_in_process, args=(task,))
                process.start()
                started(task)
                running[process.sentinel] = (process, task)
            for sentinel in wait(list(running), timeout=_LOOK_EVERY):
                process, task = running.pop(int(sentinel))  # type: ignore[arg-type]
                process.join()
                yield task, outcome_of(task) or _lost(process)
    finally:
        _end([process for process, _ in running.values()])
    for _, task in running.values():
        yield task, Outcome(status="interrupted", reason="the run was interrupted")
    for task in waiting:
        yield task, Outcome(status="interrupted", reason="the run was interrupted")


def _in_process(task: Task) -> None:
    # imports papermill: only the workers need it
    from cxresearch.report import work

    work.in_process(task)


def _lost(process: BaseProcess) -> Outcome:
    return Outcome(
        status="killed", reason=f"the worker ended without a result (exit {process.exitcode})"
    )


def _end(processes: Sequence[BaseProcess]) -> None:
    for process in processes:
        process.terminate()
    for process in processes:
        process.join(_GRACE)
        if process.is_alive():
            process.kill()
            process.join()
