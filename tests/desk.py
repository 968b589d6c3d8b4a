"""A working folder with tiny notebooks, for tests that call the command line as schedules do."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat

HERE = Path(__file__).parent
STAND_IN = HERE / "report" / "stand_in.py"


class Desk:
    """A working folder with tiny notebooks and a params file."""

    def __init__(self, folder, *, warm=False):
        self.folder = folder
        self.out = folder / "out"
        # temporary files of its own, so that what is left behind is seen
        self.temporary = Path(tempfile.mkdtemp(prefix="t-"))
        self.environment = {**os.environ, "TMPDIR": str(self.temporary)}
        if not warm:  # for notebooks of two lines, importing everything is not worth it
            self.environment["CXRESEARCH_COLD"] = "1"
        shutil.copytree(HERE / "notebooks", folder / "notebooks")

    def notebook(self, name, *sources):
        """Write a notebook whose cells are these."""
        parameters = 'params_file: str = "x.yml"\noverrides: dict = {}'
        cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
        cells += [nbformat.v4.new_code_cell(source) for source in sources]
        made = nbformat.v4.new_notebook(cells=cells)
        nbformat.write(made, self.folder / "notebooks" / f"{name}.ipynb")
        return name

    def params(self, name="acme", notebooks=("10_ok",), file=None, **more):
        content = {
            "study": {"name": name, "title": "Acme 2025", "client": "Acme", "waves": ["2023"]},
            "report": {"notebooks": list(notebooks), **more},
        }
        path = self.folder / (file or f"{name}.yml")
        path.write_text(json.dumps(content))  # JSON is YAML
        return path.name

    def command(self, *arguments):
        return [sys.executable, str(STAND_IN), *map(str, arguments)]

    def run(self, *arguments):
        return subprocess.run(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )

    def start(self, *arguments):
        return subprocess.Popen(
            self.command(*arguments),
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def files(self):
        return {
            path.relative_to(self.out).as_posix() for path in self.out.rglob("*") if path.is_file()
        }

    def left(self):
        """Return what a run has left behind: private folders, sockets, half-written files."""
        work = list(self.out.glob(".cx-*")) + list(self.out.glob("*/.cx-*"))
        return work + list(self.temporary.rglob("*"))

    def record(self, study="acme"):
        return json.loads((self.out / study / "run.json").read_text())


def wait_for(process, text):
    """Read stderr until a line says the text."""
    for line in process.stderr:
        if text in line:
            return
    raise AssertionError(f"the run ended without saying {text!r}")


def kernels_of(folder):
    """Return the processes that name this folder or run in it after 8 s (Linux)."""
    if sys.platform != "linux":
        return []
    found, deadline = [], time.monotonic() + 8
    while time.monotonic() < deadline:
        found = [pid for pid in os.listdir("/proc") if pid.isdigit() and _names(pid, folder)]
        if not found:
            break
        time.sleep(0.2)
    return found


def _names(pid, folder):
    text = str(folder)
    try:
        place = Path("/proc", pid)
        named = text.encode() in place.joinpath("environ").read_bytes()
        return named or os.readlink(place / "cwd").startswith(text)
    except OSError:
        return False
