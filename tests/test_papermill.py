"""Notebooks by papermill and in JupyterLab, without the runner of reports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen

import nbformat
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
from jupyter_client.kernelspec import KernelSpecManager

import cxresearch as cx

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
QUICK = ("00_data_check", "90_client_report")
SPEC = ROOT / "cxresearch" / "report" / "kernels" / "spec"

ASK = """
import sys
import papermill

papermill.execute_notebook(
    sys.argv[1], sys.argv[2], parameters={"params_file": sys.argv[3]}, kernel_name="python3",
    progress_bar=False,
)
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "notebook",
    [
        pytest.param(path, id=path.stem, marks=() if path.stem in QUICK else pytest.mark.thorough)
        for path in NOTEBOOKS
    ],
)
def test_plain_papermill_runs_it(notebook, tmp_path):
    out = tmp_path / "out.ipynb"
    params = ROOT / "params" / "example.yml"
    done = subprocess.run(
        [sys.executable, "-c", ASK, notebook, out, params],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ran = nbformat.read(out, as_version=4)
    outputs = [one for c in ran.cells if c.cell_type == "code" for one in c.outputs]
    assert any("text/html" in one.get("data", {}) for one in outputs)
    assert [one for one in outputs if one.output_type in ("stream", "error")] == []
    assert [path.name for path in tmp_path.iterdir()] == ["out.ipynb"]


def test_all_notebooks_are_tried():
    assert {path.stem for path in NOTEBOOKS} > set(QUICK)
    assert len(NOTEBOOKS) >= 12


def test_make_puts_the_kernel_in_place(tmp_path, monkeypatch):
    (line,) = re.findall(r"jupyter (kernelspec install .+)", (ROOT / "Makefile").read_text())
    there = [sys.executable, "-m", "jupyter", *line.split()]
    place = there.index("--sys-prefix")
    there[place : place + 1] = ["--prefix", str(tmp_path)]
    done = subprocess.run(there, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    found = KernelSpecManager().get_kernel_spec("cxresearch")
    assert Path(found.resource_dir).is_relative_to(tmp_path)
    assert found.argv == json.loads((SPEC / "kernel.json").read_text())["argv"]


@pytest.mark.thorough
def test_make_lab_opens_the_notebooks(tmp_path):
    (line,) = re.findall(r"jupyter (lab .+)", (ROOT / "Makefile").read_text())
    own = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "HOME": str(tmp_path)}
    lab = subprocess.Popen(
        [sys.executable, "-m", "jupyter", *line.split(), "--no-browser", "--allow-root"],
        cwd=ROOT,
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        while not (told := list(tmp_path.glob("jpserver-*.json"))) and time.monotonic() < deadline:
            assert lab.poll() is None
            time.sleep(0.2)
        server = json.loads(told[0].read_text())
        asked = {"Authorization": f"token {server['token']}"}
        url = f"{server['url']}api/contents/notebooks"
        with urlopen(Request(url, headers=asked), timeout=60) as answer:
            listed = {one["name"] for one in json.load(answer)["content"]}
        assert {path.name for path in NOTEBOOKS} <= listed
    finally:
        lab.terminate()
        lab.wait(30)


@pytest.fixture(scope="module")
def shell():
    """IPython as a kernel has it, the package imported."""
    one = InteractiveShell()
    one.run_cell("import cxresearch as cx")
    yield one
    one.history_manager.end_session()


def completed(shell, text):
    with provisionalcompleter():
        return {one.text for one in shell.Completer.completions(text, len(text))}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cx.", {"load_study", "Study", "kpis", "servqual", "drivers", "trends", "findings"}),
        ("cx.ser", {"servqual"}),
        ("cx.servqual.", {"gaps", "changes", "zone", "models"}),
        ("cx.drivers.", {"importance", "priorities", "simulate"}),
        ("cx.trends.", {"track", "compare", "forecast"}),
        ("cx.Study.from_", {"from_frame"}),
    ],
)
def test_tab_finds_the_analyses(shell, typed, offered):
    assert offered <= completed(shell, typed)


def test_every_public_name_is_listed_and_there():
    assert set(cx.__all__) <= set(dir(cx))
    assert all(getattr(cx, name) is not None for name in dir(cx))


def test_studies_and_results_are_short_in_a_console():
    study = cx.load_study(ROOT / "params" / "example.yml")
    assert repr(study) == (
        f"Study example: {study.n} respondents (effective {study.n_eff:.0f}); "
        "waves: 2021 H1 to 2024 H2 (8); segments: region, tier, channel"
    )
    gaps = cx.servqual.gaps(study.latest())
    first, *rest = repr(gaps).splitlines()
    assert first.startswith(f"GapScores, n = {gaps.n}, effective {gaps.n_eff:.0f}, ")
    assert rest[-1] == f"also: items ({len(gaps.items)}), hotelling ({len(gaps.hotelling)})"
    assert "About(" not in repr(gaps)
    assert len(repr(gaps)) < 2000
