"""One job from notebook to finished page, in the worker's own process and private folder."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from dataclasses import replace
from multiprocessing import parent_process
from multiprocessing.connection import wait
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any, Protocol

import nbformat

from cxresearch.report import engine, export, mishap, publish
from cxresearch.report.tasks import Executed, Outcome, Task


class Telling(Protocol):
    """A way back to whoever asked for the work, such as a pipe."""

    def send(self, outcome: Outcome, /) -> None:
        """Tell the outcome."""


def run_job(task: Task) -> Outcome:
    """Run the notebook and make its page, or its error page; nothing is published.

    Where an earlier run has executed it, only the page is made anew, without a kernel.
    """
    job, subject = task.job, task.subject
    task.folder.mkdir(parents=True, exist_ok=True)
    if task.executed is not None:
        return _render(task, task.executed)
    execution = engine.execute(
        job.notebook.path,
        job.parameters,
        task.folder,
        cell_timeout=subject.cell_timeout,
        notebook_timeout=subject.notebook_timeout,
        memory_limit=subject.memory_limit,
    )
    failure = execution.failure
    outcome = Outcome(
        status=failure.status if failure else "done",
        reason=export.anonymous(f"{failure.name}: {failure.message}") if failure else "",
        facts=execution.facts,
        seconds=round(execution.seconds, 2),
        warnings=execution.warnings,
    )
    _make(task, execution.notebook, outcome, task.folder / "handover", failure)
    return outcome


def _render(task: Task, before: Executed) -> Outcome:
    began = monotonic()
    file = before.folder / f"{task.job.name}.ipynb"
    executed = nbformat.read(file, as_version=4)  # type: ignore[no-untyped-call]
    source = nbformat.read(task.job.notebook.path, as_version=4)  # type: ignore[no-untyped-call]
    outcome = Outcome(status="done", facts=before.facts, warnings=before.warnings)
    _make(task, export.with_texts_of(source, executed), outcome, before.folder / publish.TABLES)
    return replace(outcome, seconds=round(monotonic() - began, 2))


def _make(
    task: Task, executed: Any, outcome: Outcome, files: Path, failure: engine.Failure | None = None
) -> None:
    """Write page and notebook into the task's folder."""
    job, subject = task.job, task.subject
    relative = os.path.relpath(subject.params_file, subject.folder / subject.name)
    told = {**job.parameters, "params_file": Path(relative).as_posix()}
    notebook = export.clean(executed, told)
    warned = {"Warnings": str(outcome.warnings)} if outcome.warnings else {}
    page = export.Page(
        subject=subject,
        name=job.name,
        title=job.notebook.title,
        provenance={**task.provenance, **warned},
        facts=outcome.facts,
        files=files,
    )
    _write(task.folder / "notebook.ipynb", export.to_text(notebook))
    _write(task.folder / "page.html", export.html(notebook, page, failure))


def in_process(task: Task, tell: Telling) -> None:
    """Run a task as the whole work of this process; tell the outcome, whatever happens.

    Parameters
    ----------
    task : Task
        What is run.
    tell : Telling
        Takes the outcome; not a file, which a full disk would not take.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner hears it and ends us
    _die_with_parent()
    Thread(target=_die_with_run, daemon=True).start()
    os.environ.update(task.settings)
    with mishap.Caught() as caught:
        tell.send(run_job(task))
    if caught.said:
        shutil.rmtree(task.folder, ignore_errors=True)  # no half a page, and room on the disk
        tell.send(Outcome(status="error", reason=caught.said))


def _die_with_run() -> None:
    """End this process when the run is killed: the server that forks workers lives on with them."""
    run = parent_process()
    if run is not None:
        wait([run.sentinel])
        os.kill(os.getpid(), signal.SIGTERM)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _die_with_parent() -> None:
    """On Linux, let the system end this process when its parent is killed."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
