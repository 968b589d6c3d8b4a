"""Notebooks on a Dask cluster: the same pages, one job lost at most, nothing goes on unasked."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk import Desk, wait_for

from cxresearch.errors import ParamsError
from cxresearch.report import cluster, record, remote

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")

KILLS_ITS_WORKER = """
import os, pathlib, re, signal, time
with open({started!r}, "a") as file:
    print("started", file=file, flush=True)
job = pathlib.Path("/proc", str(os.getppid()), "status").read_text()
os.kill(int(re.search(r"PPid:\\s+(\\d+)", job)[1]), signal.SIGKILL)
time.sleep(60)
"""
SLEEPS = """
import os, pathlib, time
pathlib.Path({started!r}).write_text(str(os.getpid()))
time.sleep(300)
"""


class Running:
    """A Dask cluster in a process of its own."""

    def __init__(self, folder):
        pytest.importorskip("distributed")
        script = Path(__file__).with_name("dask_cluster.py")
        self.process = subprocess.Popen(
            [sys.executable, str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "TMPDIR": str(folder), "CXRESEARCH_COLD": "1"},
        )
        self.address = self.process.stdout.readline().strip()
        assert self.address, "the cluster did not start"

    def end(self):
        self.process.communicate("end\n", timeout=60)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    made = Running(tmp_path_factory.mktemp("dask"))
    yield made
    made.end()


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def ended(pid):
    """Whether a process ends within some seconds."""
    for _ in range(100):
        try:
            state = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def test_cluster_makes_the_pages_that_one_computer_makes(running, desk):
    desk.params(notebooks=["10_ok", "20_error", "80_handover"])
    command = ("run", "acme.yml", "--out", "out", "--scheduler")
    there = desk.run(*command, running.address, "--log", "json")
    assert there.returncode == 1, there.stderr
    said = [json.loads(line) for line in there.stderr.splitlines()]
    assert f"on the cluster at {running.address} (2 workers)" in said[0]["text"]
    assert Counter(one["event"] for one in said) == {"begin": 1, "started": 3, "ended": 3}
    told = {one["notebook"]: one["reason"] for one in said if one["event"] == "ended"}
    assert told["10_ok"] == ""
    assert "no answers in wave 2024" in told["20_error"]
    here = desk.run("run", "acme.yml", "--out", "here")
    assert here.returncode == 1, here.stderr
    made = {path for path in desk.files() if path.startswith("acme/") and "index" not in path}
    made.remove("acme/run.json")
    assert len(made) == 6
    for path in made:
        assert (desk.out / path).read_bytes() == (desk.folder / "here" / path).read_bytes(), path
    assert not list(desk.out.rglob(".cx-*"))
    again = desk.run(*command, "tcp://127.0.0.1:1")  # unchanged: the cluster is not asked
    assert again.returncode == 1, again.stderr
    assert "nothing has changed" in again.stderr


@pytest.mark.thorough
@linux
def test_worker_that_dies_takes_one_job_with_it_once(running, desk):
    started = desk.folder / "started"
    desk.notebook("15_kills", "print('first')")
    desk.params(notebooks=["10_ok", "15_kills", "80_handover"])
    assert desk.run("run", "acme.yml", "--out", "out", "--only", "15_kills").returncode == 0
    good = (desk.out / "acme" / "15_kills.html").read_bytes()
    desk.notebook("15_kills", KILLS_ITS_WORKER.format(started=str(started)))
    # one at a time, so that the worker that dies has nothing else to do
    command = ("run", "acme.yml", "--out", "out", "--jobs", "1", "--scheduler", running.address)
    done = desk.run(*command)
    assert done.returncode == 1, done.stderr
    assert "died; likely out of memory" in done.stderr
    assert "Traceback" not in done.stderr
    pages = desk.record()["pages"]
    assert {name: page["status"] for name, page in pages.items()} == {
        "10_ok": "done",
        "15_kills": "killed",
        "80_handover": "done",
    }
    time.sleep(2)  # Dask has a worker again, and would begin the job anew
    assert started.read_text().splitlines() == ["started"]
    assert (desk.out / "acme" / "15_kills.html").read_bytes() == good


@pytest.mark.thorough
@linux
def test_stopped_run_takes_its_jobs_back(running, desk):
    started = desk.folder / "started"
    desk.notebook("15_sleeps", SLEEPS.format(started=str(started)))
    desk.params(notebooks=["10_ok", "15_sleeps"])
    run = desk.start(
        *("run", "acme.yml", "--out", "out", "--jobs", "1", "--scheduler", running.address)
    )
    wait_for(run, "15_sleeps …")
    while not started.exists() or not started.read_text():
        assert run.poll() is None
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 130, said
    assert ended(int(started.read_text()))
    pages = desk.record()["pages"]
    assert {name: page["status"] for name, page in pages.items()} == {
        "10_ok": "done",
        "15_sleeps": "interrupted",
    }


@pytest.mark.thorough
@linux
def test_cluster_that_ends_during_the_run(tmp_path, desk):
    started = desk.folder / "started"
    own = Running(tmp_path / "dask")
    desk.notebook("15_sleeps", SLEEPS.format(started=str(started)))
    desk.params(notebooks=["10_ok", "15_sleeps"])
    run = desk.start("run", "acme.yml", "--out", "out", "--jobs", "1", "--scheduler", own.address)
    wait_for(run, "15_sleeps …")
    own.end()
    _, said = run.communicate(timeout=90)
    assert run.returncode == 1, said
    assert "Traceback" not in said
    assert desk.record()["pages"]["10_ok"]["status"] == "done"
    assert desk.record()["pages"]["15_sleeps"]["status"] == "killed"


def test_address_at_which_nothing_answers(desk):
    pytest.importorskip("distributed")
    desk.params()
    address = "tcp://127.0.0.1:1"
    refused = desk.run("run", "acme.yml", "--out", "out", "--scheduler", address)
    assert refused.returncode == 2
    assert "no Dask scheduler answers" in refused.stderr
    assert address in refused.stderr
    assert "Traceback" not in refused.stderr
    assert not desk.out.exists()


def test_address_that_is_none():
    pytest.importorskip("distributed")
    with pytest.raises(ParamsError, match="unknown address scheme"):
        cluster.Cluster("nonsense://here")


def test_library_that_is_not_installed(monkeypatch):
    monkeypatch.setattr(cluster, "find_spec", lambda name: None)
    with pytest.raises(ParamsError, match=r"pip install 'cxresearch\[cluster\]'"):
        cluster.Cluster("tcp://127.0.0.1:8786")


def _code():
    """As it is now, for whoever tests while editing."""
    return record.code_hash.__wrapped__()


def test_worker_unlike_the_runner_is_told():
    known = record.versions()
    assert remote.other_than(_code(), known) == ""
    assert "other code" in remote.other_than("another", known)
    said = remote.other_than(_code(), {**known, "pandas": "0.1"})
    assert said == f"pandas {known['pandas']} instead of 0.1"


def test_worker_that_reads_other_files_is_refused(tmp_path):
    file = tmp_path / "acme.yml"
    file.write_text("study: {name: acme}")
    digest = remote.sha256(file)

    def unfit(**inputs):
        subject = SimpleNamespace(params_file=file, inputs=inputs or None)
        return remote._unfit(
            SimpleNamespace(
                code=_code(),
                versions=record.versions(),
                task=SimpleNamespace(subject=subject),
            )
        )

    assert unfit(**{"acme.yml": digest}) == ""
    assert unfit() == ""
    assert "reads another acme.yml" in unfit(**{"acme.yml": "0" * 64})
    assert "cannot read answers.csv" in unfit(**{"acme.yml": digest, "answers.csv": digest})
    file.unlink()
    assert "under the same path" in unfit()
