"""One job on a worker of a Dask cluster: in a process of its own, its pages handed back as bytes.

A worker needs this package, and it needs to read params and data under the paths that the runner
knows. It needs no right to write where reports lie: what it makes lies in a private folder of
its own until the runner has it.
"""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock, Timer
from time import monotonic
from typing import IO, Any

from cxresearch import handover
from cxresearch.report import record
from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.warm import Warm
from cxresearch.report.subject import sha256
from cxresearch.report.tasks import SPARE, Outcome, Task

_LOOK_EVERY = 0.5  # seconds between looks at whether the job is still wanted
_GRACE = 5.0  # seconds that a job has to end its kernel
_KEPT = 30.0  # seconds that a worker keeps its warm parent without a job
_DATE = "SOURCE_DATE_EPOCH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A task with all that a worker cannot read, or must compare.

    Attributes
    ----------
    task : Task
        What is run.
    notebook : bytes
        The notebook itself, as the runner has read it.
    history : bytes or None
        What earlier runs have reported; None where there was none.
    code : str
        Hash of the package's code at the runner.
    versions : mapping
        Versions of everything that makes numbers and pages at the runner.
    topic : str
        Under which the worker tells that it has begun.
    """

    task: Task
    notebook: bytes
    history: bytes | None
    code: str
    versions: Mapping[str, str]
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How a job ended on a worker, and the files that it made by their path in its folder."""

    outcome: Outcome
    files: Mapping[str, bytes]


def packed(task: Task, topic: str) -> Parcel:
    """Return a task as it travels to a worker."""
    history = Path(task.settings[handover.HISTORY]) if handover.HISTORY in task.settings else None
    dated = {_DATE: os.environ[_DATE]} if _DATE in os.environ else {}
    return Parcel(
        task=replace(task, settings={**task.settings, **dated}),
        notebook=task.job.notebook.path.read_bytes(),
        history=history.read_bytes() if history is not None and history.is_file() else None,
        code=record.code_hash(),
        versions=record.versions(),
        topic=topic,
    )


def unpacked(made: Made, folder: Path) -> Outcome:
    """Lay what a worker made into a task's private folder; return how the job ended."""
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made.outcome


def other_than(code: str, versions: Mapping[str, str]) -> str:
    """Return in what this worker is unlike the runner, so that its pages would be; else nothing.

    Read afresh: a worker may have been running since before the package was renewed.
    """
    here = record.versions.__wrapped__()
    unlike = [
        f"{name} {here.get(name, 'missing')} instead of {version}"
        for name, version in versions.items()
        if here.get(name) != version
    ]
    if not unlike and record.code_hash.__wrapped__() != code:
        unlike = ["other code of cxresearch under the same version"]
    return ", ".join(unlike)


def run(parcel: Parcel) -> Made:
    """Run a job on this worker; return how it ended and what it made."""
    from distributed import get_worker

    worker: Any = get_worker()
    key = worker.get_current_task()
    worker.log_event(parcel.topic, {"name": key, "worker": worker.address})

    def wanted() -> bool:
        known = worker.state.tasks.get(key)
        return known is not None and known.state != "cancelled"

    unfit = _unfit(parcel)
    if unfit:
        reason = f"the worker {worker.address} {unfit}"
        return Made(outcome=Outcome(status="killed", reason=reason), files={})
    # within the worker's own folder, which Dask clears should this worker be killed
    folder = Path(tempfile.mkdtemp(prefix=".cx-", dir=worker.local_directory))
    try:
        with _warm.used(parcel.code) as address:
            outcome = _in_process(_laid_out(parcel, folder, address), wanted)
        return Made(outcome=outcome, files=_files(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class _WarmParent:
    """The warm parent of a worker: started for its first job, ended when none has come for long."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._warm: Warm | None = None
        self._code = ""
        self._users = 0
        self._ending: Timer | None = None

    @contextmanager
    def used(self, code: str) -> Iterator[str]:
        """Give the address of a parent that has imported this code; empty where there is none."""
        with self._lock:
            if self._ending is not None:
                self._ending.cancel()
            if self._code != code and not self._users:
                self._end()
            if self._warm is None:
                self._warm, self._code = Warm().__enter__(), code
            address = self._warm.address if self._code == code else ""
            self._users += 1
        try:
            yield address
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._ending = Timer(_KEPT, self._end_unless_used)
                    self._ending.daemon = True
                    self._ending.start()

    def _end_unless_used(self) -> None:
        with self._lock:
            if not self._users:
                self._end()

    def _end(self) -> None:
        if self._warm is not None:
            self._warm.__exit__(None, None, None)
            self._warm = None


_warm = _WarmParent()


def _unfit(parcel: Parcel) -> str:
    """Return why this worker cannot make the page that the runner would make, or nothing."""
    unlike = other_than(parcel.code, parcel.versions)
    if unlike:
        return f"has {unlike}: install the same there"
    subject = parcel.task.subject
    here = subject.params_file.parent
    for name, digest in (subject.inputs or {subject.params_file.name: ""}).items():
        path = here / name
        try:
            found = sha256(path)
        except OSError as error:
            told = error.strerror or str(error)
            return (
                f"cannot read {path.name} ({told}): params and data must lie where the runner "
                "and all workers read them under the same path"
            )
        if digest and found != digest:
            return f"reads another {path.name} than the runner does under the same path"
    return ""


def _laid_out(parcel: Parcel, folder: Path, warm: str) -> Task:
    """Lay out a job in a folder of this worker; return it as it is to be run here."""
    task = parcel.task
    notebook = folder / task.job.notebook.path.name
    notebook.write_bytes(parcel.notebook)
    settings = {**task.settings, surroundings.WARM: warm, surroundings.SOCKETS: str(folder)}
    if handover.HISTORY in settings:
        history = folder / "history"
        settings[handover.HISTORY] = str(history)
        if parcel.history is not None:
            history.write_bytes(parcel.history)
    job = replace(task.job, notebook=replace(task.job.notebook, path=notebook))
    return replace(task, job=job, folder=folder / "work", settings=settings)


def _in_process(task: Task, wanted: Callable[[], bool]) -> Outcome:
    """Run a task in a process of its own, as long as it is wanted and not stuck."""
    deadline = monotonic() + task.subject.notebook_timeout + SPARE
    given: bytes | None = pickle.dumps(task)
    with subprocess.Popen(
        [sys.executable, "-m", __name__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, **surroundings.environment()},
        start_new_session=True,
    ) as process:
        while True:
            try:
                told, _ = process.communicate(given, timeout=_LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                given = None  # it has gone out, or goes on going
            if not wanted():
                _end(process)
                return Outcome(status="interrupted", reason="the run was interrupted")
            if monotonic() > deadline:
                _end(process)
                return Outcome(
                    status="timeout",
                    reason="took far longer than report.notebook_timeout allows, and was ended",
                )
    return _outcome(told, process.returncode)


def _outcome(told: bytes, code: int) -> Outcome:
    """Return what a job's process told last, or that it told nothing."""
    try:
        outcome: Outcome = pickle.loads(told)
    except (EOFError, pickle.UnpicklingError):
        reason = f"the notebook's process was killed (exit {code}); likely out of memory"
        hint = "run fewer at once (--jobs), or give each worker fewer threads"
        return Outcome(status="killed", reason=f"{reason}: {hint}")
    return outcome


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


def _files(folder: Path) -> dict[str, bytes]:
    """Return what is published of a job's folder: page, notebook and what it handed over."""
    work = folder / "work"
    made = [work / "page.html", work / "notebook.ipynb", *sorted((work / "handover").rglob("*"))]
    return {path.relative_to(work).as_posix(): path.read_bytes() for path in made if path.is_file()}


class _Telling:
    """The way back to the worker: whatever is printed must not get into it."""

    def __init__(self) -> None:
        self._file: IO[bytes] = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def send(self, outcome: Outcome, /) -> None:
        pickle.dump(outcome, self._file)
        self._file.flush()


if __name__ == "__main__":
    from cxresearch.report import work

    telling = _Telling()
    work.in_process(pickle.load(sys.stdin.buffer), telling)
