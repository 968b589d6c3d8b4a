"""Run one notebook by papermill, in a process of its own, and judge whether it succeeded.

Papermill calls cells "completed" after a killed kernel, a timeout or an interruption, so it is
not asked. A notebook has succeeded when every code cell was executed and answered "ok", no
output is an error, and papermill returned.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from time import monotonic
from typing import Any, Literal

import nbformat
import papermill
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException

from cxresearch import handover
from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.manager import OwnKernel

Status = Literal["done", "error", "killed", "timeout", "interrupted"]

_START_TIMEOUT = 120
_STARVED = "run fewer notebooks at once (--jobs 1), or allow more by report.memory_limit"
_CELL_FILE = re.compile(r"\S*ipykernel_\d+[/\\]\d+\.py")
_ERROR_MARKER = "papermill-error-cell-tag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a notebook did not succeed.

    Attributes
    ----------
    status : {"error", "killed", "timeout"}
        An exception, a kernel that died, or a cell that took too long.
    cell : int or None
        Index of the failing cell in the executed notebook.
    name, message : str
        Class and text of the exception.
    traceback : str
        As Python gave it, without colours.
    """

    status: Status
    cell: int | None
    name: str
    message: str
    traceback: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """An executed notebook, how it went and what the kernel handed over.

    Attributes
    ----------
    notebook : NotebookNode
        With its outputs, without papermill's marks.
    failure : Failure or None
        None where it succeeded.
    seconds : float
        Wall time.
    warnings : int
        Warnings that the code wrote to stderr.
    facts : mapping
        What `cxresearch.handover.facts` told.
    """

    notebook: Any
    failure: Failure | None
    seconds: float
    warnings: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class _Watch:
    """Remembers which cells were started and which answered "ok"."""

    def __init__(self) -> None:
        self.started: int | None = None
        self.ok: set[int] = set()
        self.out_of_time = False

    def on_start(self, cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            self.started = cell_index

    def on_executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        if execute_reply["content"]["status"] == "ok":
            self.ok.add(cell_index)

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """End the kernel where the whole notebook takes longer than it may."""
        timer = Timer(seconds, self._end)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _end(self) -> None:
        self.out_of_time = True
        if OwnKernel.current is not None:
            OwnKernel.current.end_now()


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    cell_timeout: float = 900,
    notebook_timeout: float = 3600,
    memory_limit: float | None = None,
) -> Execution:
    """Run a notebook in a fresh kernel whose private folder is `folder`.

    Parameters
    ----------
    notebook : Path
        What is run; it is not changed.
    parameters : mapping
        What its parameters cell is told.
    folder : Path
        Private to this run; tables and facts arrive in ``folder/handover``.
    cell_timeout, notebook_timeout : float
        Seconds that a cell, and the whole notebook, may take.
    memory_limit : float, optional
        Gigabytes that its kernel may take; Linux only.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    given = folder / "handover"
    given.mkdir(parents=True, exist_ok=True)
    os.environ.update(surroundings.environment())
    os.environ.update(surroundings.private(notebook.stem, folder))
    OwnKernel.most_memory = None if memory_limit is None else int(memory_limit * 1e9)
    output = folder / f"{notebook.stem}.ipynb"
    began, watch = monotonic(), _Watch()
    with watch.within(notebook_timeout):
        raised = _run(notebook, output, parameters, watch, cell_timeout)
        if isinstance(raised, RuntimeError) and watch.started is None and not watch.out_of_time:
            # the kernel did not even start: the one thing tried twice, now the ordinary way
            os.environ.pop(surroundings.WARM, None)
            raised = _run(notebook, output, parameters, watch, cell_timeout)
    seconds = monotonic() - began
    source = output if output.exists() else notebook
    executed = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    executed.cells = [
        cell for cell in executed.cells if _ERROR_MARKER not in cell.metadata.get("tags", ())
    ]
    _forget_process(executed)
    return Execution(
        notebook=executed,
        failure=judge(executed, watch.ok, watch.started, raised, out_of_time=watch.out_of_time),
        seconds=seconds,
        warnings=_warnings(executed),
        facts=handover.read_facts(given),
    )


def _run(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    watch: _Watch,
    cell_timeout: float,
) -> Exception | None:
    try:
        papermill.execute_notebook(
            str(notebook),
            str(output),
            parameters=dict(parameters),
            kernel_name="python3",
            language="python",
            progress_bar=False,
            start_timeout=_START_TIMEOUT,
            execution_timeout=int(max(1, cell_timeout)),
            cwd=str(output.parent),
            kernel_manager_class=OwnKernel,
            on_cell_start=watch.on_start,
            on_cell_executed=watch.on_executed,
            autosave_cell_every=0,
        )
    except (PapermillException, DeadKernelError, CellTimeoutError, RuntimeError) as error:
        return error
    finally:
        if OwnKernel.current is not None:
            OwnKernel.current.tidy()
    return None


def judge(
    notebook: Any,
    answered: set[int],
    started: int | None,
    raised: BaseException | None,
    *,
    out_of_time: bool = False,
) -> Failure | None:
    """Return why the notebook did not succeed, or None.

    Parameters
    ----------
    notebook : NotebookNode
        As it was left.
    answered : set of int
        Cells that the kernel answered with "ok".
    started : int or None
        The cell begun last.
    raised : exception or None
        What papermill raised.
    out_of_time : bool
        Whether the kernel was ended because the notebook took too long.
    """
    if out_of_time and raised is not None:
        return Failure(
            status="timeout",
            cell=started,
            name="Timeout",
            message="the notebook took longer than report.notebook_timeout allows",
        )
    if isinstance(raised, DeadKernelError):
        return Failure(
            status="killed",
            cell=started,
            name="KernelDied",
            message=(
                "the kernel was killed; likely it ran out of memory: "
                "run fewer notebooks at once (--jobs 1)"
            ),
        )
    if isinstance(raised, CellTimeoutError):
        return Failure(
            status="timeout",
            cell=started,
            name="Timeout",
            message="a cell took longer than report.cell_timeout allows",
        )
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                starved = output.ename.endswith("MemoryError")
                return Failure(
                    # what memory there is changes from run to run: not settled, as a killed one
                    status="killed" if starved else "error",
                    cell=index,
                    name=output.ename,
                    message=f"{output.evalue} ({_STARVED})" if starved else output.evalue,
                    traceback="\n".join(output.traceback),
                )
    if raised is not None:
        return Failure(
            status="error", cell=started, name=type(raised).__name__, message=str(raised)
        )
    for index, cell in enumerate(notebook.cells):
        skipped = "skip-execution" in cell.metadata.get("tags", ())
        runs = cell.cell_type == "code" and cell.source.strip() and not skipped
        if runs and index not in answered:
            return Failure(
                status="error",
                cell=index,
                name="NotExecuted",
                message="the notebook ended before this cell was executed",
            )
    return None


def _forget_process(notebook: Any) -> None:
    """Take the kernel's process number out of what its warnings say: it differs in every run."""
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if output.output_type == "stream":
                output.text = _CELL_FILE.sub("cell.py", output.text)


def _warnings(notebook: Any) -> int:
    texts = (
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    )
    return sum("Warning:" in line for text in texts for line in text.splitlines())
