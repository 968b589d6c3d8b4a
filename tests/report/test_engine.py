"""The engine judges success itself; papermill's marks are not asked."""

from pathlib import Path

import nbformat
import pytest
from nbclient.exceptions import DeadKernelError

from cxresearch.report import engine
from cxresearch.report.kernels import surroundings

FOLDER = Path(__file__).parents[1] / "notebooks"


def notebook(*sources, **outputs):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    for cell in made.cells:  # as papermill leaves them, whatever happened
        cell.metadata["papermill"] = {"status": "completed", "exception": False}
    return made


def test_all_answered_is_success():
    assert engine.judge(notebook("a", "b", "  "), {0, 1}, 1, None) is None


def test_completed_marks_do_not_make_an_unanswered_cell_good():
    failure = engine.judge(notebook("a", "b"), {0}, 1, None)
    assert (failure.status, failure.cell, failure.name) == ("error", 1, "NotExecuted")


def test_dead_kernel_is_killed_at_the_cell_begun_last():
    failure = engine.judge(notebook("a", "b", "c"), {0}, 1, DeadKernelError("died"))
    assert (failure.status, failure.cell) == ("killed", 1)


def test_error_output_fails_even_where_papermill_returned():
    made = notebook("a", "b")
    made.cells[0].outputs = [nbformat.v4.new_output("error", ename="E", evalue="v", traceback=[])]
    failure = engine.judge(made, {0, 1}, 1, None)
    assert (failure.status, failure.cell, failure.name) == ("error", 0, "E")


def test_cell_that_takes_too_long(tmp_path):
    done = engine.execute(
        FOLDER / "40_slow.ipynb",
        {"params_file": "x.yml", "overrides": {}},
        tmp_path,
        cell_timeout=1,
    )
    assert done.failure.status == "timeout"
    assert "time.sleep" in done.notebook.cells[done.failure.cell].source


def test_notebook_itself_is_never_changed(tmp_path, monkeypatch):
    path = FOLDER / "80_handover.ipynb"
    before = path.read_bytes()
    done = engine.execute(path, {"params_file": "x.yml", "overrides": {}}, tmp_path)
    assert done.failure is None
    assert done.facts == {"headline": "Delivery falls short by half a point."}
    assert (tmp_path / "handover" / "80_handover-01-gaps.csv").exists()
    assert path.read_bytes() == before


@pytest.fixture(autouse=True)
def _environment_of_its_own(monkeypatch):
    own = ("CXRESEARCH_OUTPUT", "CXRESEARCH_NOTEBOOK", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR")
    for name in (*surroundings.FIXED, *own):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("PYTHONPATH", "")
