"""Nothing is lost: each thing that can go wrong is done for real, and what is left is looked at.

Every run begins with a good page of an earlier one, which must stand afterwards as it stood.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from desk import Desk, kernels_of, wait_for

pytestmark = pytest.mark.thorough
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

TAKES_ALL = "parts = [bytearray(50_000_000) for _ in range(100)]"
KILLED = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
SLOW = "import time\ntime.sleep(300)"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The reports of a run in which all went well: 10_ok and 15_changes."""
    desk = Desk(tmp_path_factory.mktemp("published"))
    desk.notebook("15_changes", "print('first')")
    desk.params(notebooks=["10_ok", "15_changes"])
    done = desk.run("run", "acme.yml", "--out", "out")
    assert done.returncode == 0, done.stderr
    return desk.out


@pytest.fixture
def desk(tmp_path, published):
    return ready(tmp_path, published, warm=False)


@pytest.fixture(params=["ordinary", pytest.param("warm", marks=linux)])
def either(request, tmp_path, published):
    """A desk whose kernels start the ordinary way, and one whose kernels start warm."""
    return ready(tmp_path, published, warm=request.param == "warm")


def ready(folder, published, *, warm):
    made = Desk(folder, warm=warm)
    made.published = published
    return made


def good_page(desk, **report):
    """Lay the published pages on the desk; return what stands there."""
    shutil.copytree(desk.published, desk.out, dirs_exist_ok=True)
    desk.notebook("15_changes", "print('first')")
    desk.params(notebooks=["10_ok", "15_changes"], **report)
    return standing(desk)


def standing(desk, name="15_changes"):
    folder = desk.out / "acme"
    return [(folder / f"{name}{ending}").read_bytes() for ending in (".html", ".ipynb")]


def state(desk, name="15_changes"):
    return desk.record()["pages"][name]["status"]


def assert_nothing_left(desk):
    assert not kernels_of(desk.folder)
    assert desk.left() == []


@pytest.mark.parametrize(
    ("source", "report", "status", "told"),
    [
        ("raise ValueError('no answers')", {}, "error", "no answers"),
        (KILLED, {}, "killed", "--jobs 1"),
        (SLOW, {"cell_timeout": 1}, "timeout", "report.cell_timeout"),
        (SLOW, {"notebook_timeout": 20}, "timeout", "report.notebook_timeout"),
        pytest.param(
            TAKES_ALL, {"memory_limit": 1.0}, "killed", "report.memory_limit", marks=linux
        ),
    ],
    ids=["raises", "killed", "slow cell", "slow notebook", "memory"],
)
def test_broken_notebook_among_good_ones(desk, source, report, status, told):
    before = good_page(desk, **report)
    desk.notebook("15_changes", "print('second')", source)
    done = desk.run("run", "acme.yml", "--out", "out", "--force")
    assert done.returncode == 1, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert standing(desk) == before
    assert state(desk) == status
    assert state(desk, "10_ok") == "done"
    page = (desk.out / "acme" / "15_changes.error.html").read_text()
    assert source.splitlines()[-1].split("(")[0] in page
    assert "cxresearch run acme.yml --only 15_changes" in page
    assert "Older page." in (desk.out / "acme" / "index.html").read_text()
    assert_nothing_left(desk)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_as_a_terminal_does_it(either, number):
    """Ctrl-C reaches every process of the terminal's group at once."""
    desk = either
    before = good_page(desk)
    desk.notebook("15_changes", SLOW)
    run = desk.start("run", "acme.yml", "--out", "out", "--force", "--jobs", "2")
    wait_for(run, "10_ok: done")
    time.sleep(1)
    os.killpg(run.pid, number)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 128 + number, said
    assert standing(desk) == before
    assert state(desk) == "interrupted"
    assert state(desk, "10_ok") == "done"
    assert_nothing_left(desk)
    desk.notebook("15_changes", "print('third')")
    again = desk.run("run", "acme.yml", "--out", "out")
    assert again.returncode == 0, again.stderr
    assert "10_ok …" not in again.stderr  # the finished page is not made again
    assert state(desk) == "done"


@linux
def test_run_that_is_killed_outright(either):
    """Nobody can clean up after SIGKILL but the processes themselves and the next run."""
    desk = either
    before = good_page(desk)
    desk.notebook("15_changes", SLOW)
    run = desk.start("run", "acme.yml", "--out", "out", "--force")
    wait_for(run, "10_ok: done")
    time.sleep(1)
    run.kill()
    run.communicate(timeout=60)
    assert run.returncode == -signal.SIGKILL
    assert not kernels_of(desk.folder)
    assert standing(desk) == before
    desk.notebook("15_changes", "print('third')")
    again = desk.run("run", "acme.yml", "--out", "out")
    assert again.returncode == 0, again.stderr
    assert not list(desk.out.glob(".cx-*"))


@linux
def test_warm_parent_that_is_killed_costs_no_page(tmp_path):
    desk = Desk(tmp_path, warm=True)
    desk.notebook(
        "05_kills", "import os, signal, time", "os.kill(os.getppid(), signal.SIGKILL)", SLOW
    )
    desk.params(notebooks=["05_kills", "10_ok"])
    done = desk.run("run", "acme.yml", "--out", "out", "--jobs", "1")
    assert done.returncode == 1, done.stderr
    assert state(desk, "05_kills") == "killed"
    assert state(desk, "10_ok") == "done"
    assert_nothing_left(desk)


def test_two_runs_at_once(desk):
    before = good_page(desk)
    desk.notebook("15_changes", SLOW)
    first = desk.start("run", "acme.yml", "--out", "out", "--force")
    try:
        wait_for(first, "15_changes …")
        second = desk.run("run", "acme.yml", "--out", "out", "--force")
        assert second.returncode == 2
        assert "wait until it has ended" in second.stderr
        assert standing(desk) == before
    finally:
        first.terminate()
        first.communicate(timeout=30)
    assert_nothing_left(desk)


@pytest.fixture
def small_disk(desk):
    """A small disk on which the reports lie."""
    desk.out.mkdir()
    yield from _mounted(desk.out, "size=24m")


def _mounted(folder, options):
    mount = shutil.which("mount")
    if mount is None or sys.platform != "linux" or os.getuid() != 0:
        pytest.skip("needs the right to mount a disk")
    command = [mount, "-t", "tmpfs", "-o", options, "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def test_disk_that_is_full_before_the_run(desk, small_disk):
    before = good_page(desk)
    record = desk.record()
    with (desk.out / "filler").open("wb") as file:
        file.write(b"0" * 20_000_000)
    refused = desk.run("run", "acme.yml", "--out", "out", "--force")
    assert refused.returncode == 2
    assert "the disk is full" in refused.stderr
    assert "name a folder on another disk" in refused.stderr
    assert standing(desk) == before
    assert desk.record() == record
    assert_nothing_left(desk)


def test_disk_that_fills_up_during_the_run(desk, small_disk):
    before = good_page(desk)
    filler = desk.out / "filler"
    source = f"file = open({str(filler)!r}, 'wb', buffering=0)"
    fill = "while file.write(b'0' * 100_000) == 100_000: pass\n"
    full = f"try:\n    {fill}except OSError: pass\nwhile True:\n    try: file.write(b'0')"
    desk.notebook("15_changes", source, f"{full}\n    except OSError: break", "print('full')")
    done = desk.run("run", "acme.yml", "--out", "out", "--force", "--jobs", "1")
    assert done.returncode == 1, done.stderr
    assert "the disk is full: make room" in done.stderr
    assert "Traceback" not in done.stderr
    assert standing(desk) == before
    json.loads((desk.out / "acme" / "run.json").read_text())
    assert_nothing_left(desk)
    filler.unlink()
    desk.notebook("15_changes", "print('third')")
    again = desk.run("run", "acme.yml", "--out", "out")
    assert again.returncode == 0, again.stderr
    assert state(desk) == "done"


def test_folder_that_can_only_be_read(desk):
    desk.out.mkdir()
    for _ in _mounted(desk.out, "ro,size=24m"):
        desk.params()
        for verb in ("check", "run"):
            refused = desk.run(verb, "acme.yml", "--out", "out")
            assert refused.returncode == 2
            assert "cannot be written" in refused.stderr
            assert "--out" in refused.stderr
        assert list(desk.out.iterdir()) == []
    assert_nothing_left(desk)


def test_fault_of_our_own_is_one_line_and_its_traceback_a_file(desk):
    desk.params()
    (desk.folder / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'stand_in.py' in ''.join(sys.orig_argv):\n"
        "    from cxresearch.report import runner\n"
        "    def broken(*_): raise KeyError('nobody expected this')\n"
        "    runner._lock_all = broken\n"
    )
    desk.environment["PYTHONPATH"] = str(desk.folder)
    done = desk.run("run", "acme.yml", "--out", "out")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("cxresearch: a fault of cxresearch: KeyError: 'nobody expected this'")
    (kept,) = desk.temporary.glob("cxresearch-*.txt")
    assert str(kept) in line
    assert "Traceback" in kept.read_text()
    assert not list(desk.out.rglob("*.html"))


def test_fault_of_our_own_in_one_page_leaves_the_others_complete(desk):
    before = good_page(desk)
    desk.notebook("15_changes", "print('second')")
    (desk.folder / "sitecustomize.py").write_text(
        "import sys\n"
        "if 'forkserver' in ''.join(sys.orig_argv):\n"
        "    from cxresearch.report import export\n"
        "    usual = export.html\n"
        "    def html(notebook, page, failure=None):\n"
        "        if page.name == '15_changes': raise KeyError('nobody expected this')\n"
        "        return usual(notebook, page, failure)\n"
        "    export.html = html\n"
    )
    desk.environment["PYTHONPATH"] = str(desk.folder)
    done = desk.run("run", "acme.yml", "--out", "out", "--force")
    assert done.returncode == 1, done.stderr
    assert "a fault of cxresearch: KeyError: 'nobody expected this'; please report" in done.stderr
    assert "Traceback" not in done.stderr
    assert standing(desk) == before
    assert (state(desk), state(desk, "10_ok")) == ("error", "done")
