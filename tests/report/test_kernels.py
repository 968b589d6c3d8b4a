"""Kernels forked from the warm parent say what ordinary ones say, byte by byte; nothing is left."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from array import array
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import nbformat
import pytest

from cxresearch.report import engine
from cxresearch.report.kernels import provisioner, surroundings, warm, wire

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels start warm on Linux only")

PARENT = "from pathlib import Path; import os; _ = Path('parent').write_text(str(os.getppid()))"


@contextmanager
def own_environment():
    """Take back what is set; without the variable that pytest sets anew for every test."""
    with patch.dict(os.environ):
        os.environ.pop("PYTEST_CURRENT_TEST", None)
        os.environ.pop(warm.OFF, None)
        yield


@pytest.fixture(scope="module")
def parent():
    """A warm parent."""
    with own_environment():
        one = warm.Warm()
        one.__enter__()
    yield one
    one.__exit__(None, None, None)


def execute(folder, *sources, warmly=None, **limits):
    """Run cells; return the execution and whether its kernel was forked from the warm parent."""
    parameters = 'params_file: str = ""\noverrides: dict = {}'
    cells = [nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]})]
    cells += [nbformat.v4.new_code_cell(source) for source in (PARENT, *sources)]
    folder.mkdir(exist_ok=True)
    path = folder / "10_x.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    work = folder / "work"
    with own_environment():
        os.environ.update(warmly.settings if warmly else {surroundings.WARM: ""})
        done = engine.execute(path, {"params_file": "x.yml", "overrides": {}}, work, **limits)
    process = warmly._process.pid if warmly else None
    return done, (work / "parent").read_text() == str(process)


def outputs(done):
    """What the cells said, without what is new in every process: addresses in memory."""
    text = json.dumps([cell.outputs for cell in done.notebook.cells if cell.cell_type == "code"])
    return re.sub(r"0x[0-9a-f]{6,}", "0x…", text)


SAME = (
    "import numpy as np, pandas as pd, statsmodels.api as sm, cxresearch as cx",
    "rng = np.random.default_rng(1)\n"
    "frame = pd.DataFrame(rng.normal(size=(60, 25)), columns=[f'x{i}' for i in range(25)])\nframe",
    "frame",  # as text: pandas asks at import whether it is in a notebook
    "frame.corr().to_numpy().sum().hex()",
    "print(sm.OLS(frame.x0, sm.add_constant(frame[['x1', 'x2']])).fit().params.to_dict())",
    "import matplotlib.pyplot as plt\nfigure = plt.figure()\n_ = plt.plot(frame.x0.cumsum())",
    "plt.isinteractive(), plt.get_backend(), plt.rcParams['figure.dpi']",
    "import seaborn as sns\n_ = sns.histplot(frame.x1)",
    "list({'delivery', 'price', 'support', 'quality', 'care'})",
    "import sys, os\nsys.argv[0], [one for one in sys.path if 'cx-' in one], sys.flags",
    "sorted(n for n in os.environ if n.startswith(('OMP', 'MPL', 'PYTHON', 'JE_')))",
    "import threading\nsorted(type(one).__name__ for one in threading.enumerate())",
    "import signal\n[str(signal.getsignal(one)) for one in (2, 15, 17)]",
    "import warnings\nwarnings.warn('said once')",
    "from concurrent.futures import ThreadPoolExecutor\n"
    "list(ThreadPoolExecutor(2).map(abs, [-1, -2]))",
    "from multiprocessing import get_context\nget_context('fork').Pool(2).map(abs, [-1, -2])",
    "!echo from the shell",
    "import subprocess\nsubprocess.run(['cat'], capture_output=True)",
    "len(os.read(0, 10))",
    "1 / 0",
)


def test_same_notebook_both_ways_says_the_same(tmp_path, parent):
    ordinary, was_forked = execute(tmp_path / "ordinary", *SAME)
    assert not was_forked
    forked, was_forked = execute(tmp_path / "forked", *SAME, warmly=parent)
    assert was_forked
    said = outputs(ordinary)
    assert outputs(forked) == said
    assert said.count("image/png") == 2
    assert ordinary.failure == forked.failure
    assert forked.failure.name == "ZeroDivisionError"
    assert ordinary.warnings == forked.warnings == 1


def test_chance_is_fresh_in_every_kernel(tmp_path, parent):
    draw = (
        "import random, numpy as np\n"
        "random.random(), np.random.random(), np.random.default_rng().random()"
    )
    first, _ = execute(tmp_path / "a", draw, warmly=parent)
    second, _ = execute(tmp_path / "b", draw, warmly=parent)
    numbers = [done.notebook.cells[-1].outputs[0].data["text/plain"] for done in (first, second)]
    for one, other in zip(*(text.strip("()").split(", ") for text in numbers), strict=True):
        assert one != other


def test_nothing_of_one_kernel_is_seen_by_the_next(tmp_path, parent):
    execute(
        tmp_path / "a",
        "import pandas as pd, os, sys\npd.set_option('display.max_rows', 7)\n"
        "os.environ['LEFT'] = '1'\nsys.modules['left'] = os",
        warmly=parent,
    )
    done, forked = execute(
        tmp_path / "b",
        "import pandas as pd, os, sys\n"
        "pd.get_option('display.max_rows') == 7, 'LEFT' in os.environ, 'left' in sys.modules",
        warmly=parent,
    )
    assert forked
    assert done.notebook.cells[-1].outputs[0].data["text/plain"] == "(False, False, False)"


@pytest.mark.parametrize("way", ["warm", "ordinary"])
@pytest.mark.parametrize(
    ("source", "limits", "status"),
    [
        ("os.kill(os.getpid(), 9)", {}, "killed"),
        ("import time; time.sleep(60)", {"cell_timeout": 1}, "timeout"),
        ("import time; time.sleep(60)", {"notebook_timeout": 8}, "timeout"),
        ("bytearray(2_000_000_000)[0]", {"memory_limit": 1.5}, "killed"),
    ],
    ids=["killed", "cell", "notebook", "memory"],
)
def test_ends(way, source, limits, status, tmp_path, parent):
    began = time.monotonic()
    warmly = parent if way == "warm" else None
    done, forked = execute(tmp_path / "x", source, warmly=warmly, **limits)
    assert forked == (way == "warm")
    assert done.failure.status == status
    assert source in done.notebook.cells[done.failure.cell].source
    assert time.monotonic() - began < 30
    assert kernels(parent) == []
    assert sockets(parent) == []


def test_other_surroundings_mean_an_ordinary_kernel(tmp_path, parent, monkeypatch):
    monkeypatch.setenv("MPLBACKEND", "svg")
    done, forked = execute(tmp_path / "x", "os.environ['MPLBACKEND']", warmly=parent)
    assert done.failure is None
    assert not forked
    assert done.notebook.cells[-1].outputs[0].data["text/plain"] == "'svg'"


def test_nobody_listens_any_more(tmp_path):
    with own_environment(), warm.Warm() as one:
        one._process.kill()
        one._process.wait()
        done, forked = execute(tmp_path / "x", "1 + 1", warmly=one)
    assert done.failure is None
    assert not forked


def test_kernel_ends_with_whoever_asked_for_it(tmp_path, parent):
    kernel = ask(parent, tmp_path)
    assert kernel.poll() is None
    assert kernels(parent) == [kernel.pid]
    kernel._connection.close()
    assert wait_until(lambda: kernels(parent) == [])


def test_kernel_tells_how_it_ended(tmp_path, parent):
    kernel = ask(parent, tmp_path)
    kernel.kill()
    assert kernel.wait(10) == -signal.SIGKILL
    assert kernel.poll() == -signal.SIGKILL


@pytest.mark.parametrize("noise", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\2{}", b"\0\0\0\2[]"])
def test_nonsense_does_not_stop_the_parent(noise, parent):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(parent.address)
        connection.sendall(noise)
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(10)
        with pytest.raises((EOFError, ConnectionResetError)):
            wire.receive(connection)
    assert parent._process.poll() is None


def test_half_a_message_leaves_no_file_open(tmp_path):
    here, there = socket.socketpair()
    with here, there, (tmp_path / "words").open("wb") as file:
        rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [file.fileno()]))
        here.sendmsg([(9).to_bytes(4, "big")], [rights])
        here.shutdown(socket.SHUT_WR)
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(EOFError):
            wire.receive(there, n_files=1)
        assert len(os.listdir("/proc/self/fd")) == before


def test_only_this_user_reaches_it(parent):
    assert parent.folder.stat().st_mode & 0o777 == 0o700
    assert Path(parent.address).stat().st_mode & 0o777 == 0o600


def test_nothing_is_left_when_the_batch_ends():
    with own_environment(), warm.Warm() as one:
        folder, process = one.folder, one._process
    assert process.poll() is not None
    assert not folder.exists()


def test_parent_ends_when_its_owner_is_killed(tmp_path):
    code = (
        "from cxresearch.report.kernels.warm import Warm\n"
        "import time\n"
        "with Warm() as one:\n"
        "    print(one.folder, one._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    owner = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    folder, pid = owner.stdout.readline().split()
    owner.kill()
    owner.communicate()
    assert wait_until(lambda: not Path("/proc", pid).exists(), seconds=30)
    assert not Path(folder).exists()


def test_places_for_sockets_are_short_or_there_are_none(tmp_path, monkeypatch):
    deep = tmp_path / ("deep" * 30)
    deep.mkdir()
    monkeypatch.setattr(surroundings.tempfile, "gettempdir", lambda: str(deep))
    place = surroundings.socket_folder(deep)
    assert len(os.fsencode(place)) < 80
    place.rmdir()


def test_notebooks_start_warm_from_papermill_itself(tmp_path):
    """The kernelspec "cxresearch" with plain papermill, under a parent for a whole script."""
    spec = Path(surroundings.__file__).parent / "spec" / "kernel.json"
    entry = subprocess.run(
        [sys.executable, "-m", "jupyter", "kernelspec", "provisioners"],
        capture_output=True,
        text=True,
        check=False,
    )
    if "cxresearch" not in entry.stdout + entry.stderr:
        pytest.skip("the package is not installed with its entry points")
    place = tmp_path / "jupyter" / "kernels" / "cxresearch"
    place.mkdir(parents=True)
    (place / "kernel.json").write_text(spec.read_text())
    cells = [nbformat.v4.new_code_cell("import os, sys\n'statsmodels.api' in sys.modules")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "in.ipynb")
    papermill = [sys.executable, "-m", "papermill", "-k", "cxresearch", "--no-progress-bar"]
    found = {}
    for way, before in (
        ("plain", []),
        ("warm", [sys.executable, "-m", "cxresearch.report.kernels"]),
    ):
        done = subprocess.run(
            [*before, *papermill, "in.ipynb", f"{way}.ipynb"],
            cwd=tmp_path,
            env={**os.environ, "JUPYTER_PATH": str(tmp_path / "jupyter"), warm.OFF: ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        made = nbformat.read(tmp_path / f"{way}.ipynb", as_version=4)
        found[way] = made.cells[-1].outputs[0].data["text/plain"]
    assert found == {"plain": "False", "warm": "True"}


def ask(parent, folder):
    """Return a kernel of the warm parent, which nobody talks to."""
    with own_environment(), Path(os.devnull).open("rb+") as null:
        request = {
            "python": sys.executable,
            "argv": ["-f", str(folder / "connection.json")],
            "env": {**os.environ, **surroundings.environment()},
            "cwd": str(folder),
        }
        return provisioner.Kernel(parent.address, request, [null.fileno()] * 3)


def kernels(parent):
    """Return the processes that the warm parent has forked."""
    pid = parent._process.pid
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def sockets(parent):
    return [path for path in parent.folder.iterdir() if path.name != "warm"]


def wait_until(true, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.05)
    return False
