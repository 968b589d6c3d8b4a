"""Run one notebook by papermill, in a process of its own, and judge whether it succeeded.

Papermill calls cells "completed" after a killed kernel, a timeout or an interruption, so it is
not asked. A notebook has succeeded when every code cell was executed and answered "ok", no
output is an error, and papermill returned.
"""

from __future__ import annotations

import logging
import os
import site
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any, Literal

import nbformat
import papermill
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillException

from cxresearch import handover

Status = Literal["done", "error", "killed", "timeout", "interrupted"]

# One thread of linear algebra per kernel: notebooks run side by side, and more threads than
# cores cost 8 to 14 % of the computing time. Hashes and dates are fixed for the same bytes.
_KERNEL_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "1735689600",
}
_START_TIMEOUT = 120
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


class _OwnKernel(AsyncKernelManager):  # type: ignore[misc]
    """A kernel of the interpreter that runs this, whatever kernels the computer has installed."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How the kernel is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="cxresearch", language="python")

    async def _async_pre_start_kernel(self, **choices: Any) -> Any:
        # what a kernel says outside of its cells is no part of the report
        self._words = (Path(os.environ[handover.FOLDER]).parent / "kernel.log").open("ab")
        return await super()._async_pre_start_kernel(**choices, stderr=self._words)

    async def _async_post_start_kernel(self, **choices: Any) -> None:
        self._words.close()
        await super()._async_post_start_kernel(**choices)


class _Watch:
    """Remembers which cells were started and which answered "ok"."""

    def __init__(self) -> None:
        self.started: int | None = None
        self.ok: set[int] = set()

    def on_start(self, cell: Any, cell_index: int) -> None:
        if cell.cell_type == "code":
            self.started = cell_index

    def on_executed(self, cell: Any, cell_index: int, execute_reply: Any) -> None:
        if execute_reply["content"]["status"] == "ok":
            self.ok.add(cell_index)


def execute(
    notebook: Path,
    parameters: Mapping[str, Any],
    folder: Path,
    *,
    cell_timeout: float = 900,
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
    cell_timeout : float
        Seconds that a cell may take.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    given = folder / "handover"
    given.mkdir(parents=True, exist_ok=True)
    os.environ.update(_environment(notebook.stem, folder))
    output = folder / f"{notebook.stem}.ipynb"
    began = monotonic()
    watch, raised = _run(notebook, output, parameters, folder, cell_timeout)
    if isinstance(raised, RuntimeError) and watch.started is None:
        # the kernel did not even start (a port was taken meanwhile): the one thing tried twice
        watch, raised = _run(notebook, output, parameters, folder, cell_timeout)
    seconds = monotonic() - began
    source = output if output.exists() else notebook
    executed = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    executed.cells = [
        cell for cell in executed.cells if _ERROR_MARKER not in cell.metadata.get("tags", ())
    ]
    return Execution(
        notebook=executed,
        failure=judge(executed, watch.ok, watch.started, raised),
        seconds=seconds,
        warnings=_warnings(executed),
        facts=handover.read_facts(given),
    )


def _run(
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    folder: Path,
    cell_timeout: float,
) -> tuple[_Watch, Exception | None]:
    watch = _Watch()
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
            cwd=str(folder),
            kernel_manager_class=_OwnKernel,
            on_cell_start=watch.on_start,
            on_cell_executed=watch.on_executed,
            autosave_cell_every=0,
        )
    except (PapermillException, DeadKernelError, CellTimeoutError, RuntimeError) as error:
        return watch, error
    return watch, None


def judge(
    notebook: Any, answered: set[int], started: int | None, raised: BaseException | None
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
    """
    if isinstance(raised, DeadKernelError):
        return Failure(
            status="killed",
            cell=started,
            name="KernelDied",
            message="the kernel was killed; likely it ran out of memory",
        )
    if isinstance(raised, CellTimeoutError):
        return Failure(
            status="timeout",
            cell=started,
            name="Timeout",
            message="a cell took longer than it may",
        )
    for index, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                return Failure(
                    status="error",
                    cell=index,
                    name=output.ename,
                    message=output.evalue,
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


def _environment(notebook: str, folder: Path) -> dict[str, str]:
    settings = {
        name: os.environ.get(name, value) if name == "SOURCE_DATE_EPOCH" else value
        for name, value in _KERNEL_ENVIRONMENT.items()
    }
    package = Path(__file__).resolve().parents[2]
    installed = {Path(place).resolve() for place in site.getsitepackages()}
    if package not in installed:
        # a source checkout that is not installed: kernels start in another folder
        known = os.environ.get("PYTHONPATH", "")
        if str(package) not in known.split(os.pathsep):
            settings["PYTHONPATH"] = os.pathsep.join(filter(None, (str(package), known)))
    return {
        **settings,
        handover.FOLDER: str(folder / "handover"),
        handover.NOTEBOOK: notebook,
        # no start-up files and no history of whoever runs this; no home folder is needed
        "IPYTHONDIR": str(folder / "ipython"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
    }


def _warnings(notebook: Any) -> int:
    texts = (
        output.text
        for cell in notebook.cells
        for output in cell.get("outputs", ())
        if output.output_type == "stream" and output.name == "stderr"
    )
    return sum("Warning:" in line for text in texts for line in text.splitlines())
