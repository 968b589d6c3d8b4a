"""One job from notebook to finished page, in the worker's own process and private folder."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import asdict, replace
from pathlib import Path

from cxresearch.report import engine, export
from cxresearch.report.tasks import OUTCOME, Outcome, Task


def run_job(task: Task) -> Outcome:
    """Run the notebook and make its page, or its error page; nothing is published."""
    job, subject = task.job, task.subject
    task.folder.mkdir(parents=True, exist_ok=True)
    execution = engine.execute(
        job.notebook.path, job.parameters, task.folder, cell_timeout=subject.cell_timeout
    )
    relative = os.path.relpath(subject.params_file, subject.folder / subject.name)
    told = {**job.parameters, "params_file": Path(relative).as_posix()}
    notebook = export.clean(execution.notebook, told)
    warned = {"Warnings": str(execution.warnings)} if execution.warnings else {}
    page = export.Page(
        subject=subject,
        name=job.name,
        title=job.notebook.title,
        provenance={**task.provenance, **warned},
        facts=execution.facts,
        files=task.folder / "handover",
    )
    failure = execution.failure
    _write(task.folder / "notebook.ipynb", export.to_text(notebook))
    _write(task.folder / "page.html", export.html(notebook, page, failure))
    outcome = Outcome(
        status=failure.status if failure else "done",
        reason=export.anonymous(f"{failure.name}: {failure.message}") if failure else "",
        headline=str(execution.facts.get("headline", "")),
        seconds=round(execution.seconds, 2),
        warnings=execution.warnings,
    )
    return outcome if failure is None else replace(outcome, headline="")


def in_process(task: Task) -> None:
    """Run a task as the whole work of this process; leave the outcome in its folder."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the runner hears it and ends us
    _die_with_parent()
    task.folder.mkdir(parents=True, exist_ok=True)
    outcome = run_job(task)
    _write(task.folder / OUTCOME, json.dumps(asdict(outcome)))


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _die_with_parent() -> None:
    """On Linux, let the system end this process when its parent is killed."""
    if sys.platform == "linux":
        import ctypes

        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
