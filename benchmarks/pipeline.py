"""Time the report pipeline against plain papermill, in the same run, on the same notebooks.

    python benchmarks/pipeline.py [--reports 4] [--kernels 3]

Every way makes the same reports of the example study: notebook executed, HTML exported. Plain
papermill gets the same parameters; its HTML is nbconvert's "lab". Wall time in seconds; `CPU` is
that of all processes which the way has started and which have ended. No result outlives a run,
but where that is what is timed.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PARAMS = ROOT / "params" / "example.yml"
# quick pages first: the fixed cost is what a pipeline can save
NOTEBOOKS = (
    "60_benchmark",
    "80_loyalty",
    "20_servqual",
    "85_verbatims",
    "10_scorecard",
    "50_segments",
    "90_client_report",
    "00_data_check",
)
PYTHON = sys.executable
CACHE = "CXRESEARCH_CACHE"


class Goal(NamedTuple):
    """What was measured, against what, and the ratio that was to be reached."""

    what: str
    against: str
    ratio: float
    goal: float
    at_most: bool = False

    def __str__(self) -> str:
        reached = self.ratio <= self.goal if self.at_most else self.ratio >= self.goal
        sign = "<=" if self.at_most else ">="
        return (
            f"{self.what:<34} {self.against:<40} {self.ratio:8.2f}   {sign} {self.goal:<5g} "
            f"{'yes' if reached else 'NO'}"
        )


def plain(name: str, out: Path) -> None:
    """Run and export one notebook as papermill's API is usually called."""
    import papermill
    from nbconvert.exporters import HTMLExporter

    made = out / f"{name}.ipynb"
    papermill.execute_notebook(
        str(ROOT / "notebooks" / f"{name}.ipynb"),
        str(made),
        parameters={"params_file": str(PARAMS)},
        kernel_name="python3",
        progress_bar=False,
    )
    text, _ = HTMLExporter().from_filename(str(made))
    (out / f"{name}.html").write_text(text, encoding="utf-8")


def shell_loop(names: list[str], out: Path) -> None:
    for name in names:
        source, made = ROOT / "notebooks" / f"{name}.ipynb", out / f"{name}.ipynb"
        command = [PYTHON, "-m", "papermill", "--no-progress-bar", "-k", "python3"]
        _quietly([*command, "-p", "params_file", str(PARAMS), str(source), str(made)])
        _quietly([PYTHON, "-m", "nbconvert", "--to", "html", str(made)])


def in_a_row(names: list[str], out: Path) -> None:
    lines = [f"plain({name!r}, Path({str(out)!r}))" for name in names]
    _quietly([PYTHON, "-c", "\n".join([_IMPORTS, *lines])])


def in_a_pool(names: list[str], out: Path) -> None:
    with ProcessPoolExecutor(2) as pool:
        list(pool.map(plain, names, [out] * len(names)))


def ours(names: list[str], out: Path, *more: str, jobs: int = 2, **environment: str) -> None:
    command = [PYTHON, "-m", "cxresearch", "run", str(PARAMS), "--out", str(out)]
    only = [word for name in names for word in ("--only", name)]
    _quietly([*command, "--jobs", str(jobs), *only, *more], **environment)


_IMPORTS = (
    f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    "from pathlib import Path\nfrom pipeline import plain"
)


def _quietly(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, CACHE: "", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in (0, 3):
        sys.exit(f"{' '.join(command)}\n{done.stderr}")
    return done.stdout


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    work()
    wall = time.perf_counter() - began
    _wait_for_orphans()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _wait_for_orphans() -> None:
    """Wait for what children have left behind, so that its CPU time counts, too."""
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


WAYS = ("shell", "row", "pool", "cold", "one", "ours")


def batches(names: list[str], place: Path) -> dict[str, tuple[float, float]]:
    ways: dict[str, Callable[[list[str], Path], None]] = {
        "shell loop: papermill, jupyter nbconvert": shell_loop,
        "papermill's API in a row": in_a_row,
        "papermill in a ProcessPool(2)": in_a_pool,
        "cxresearch, ordinary kernels": lambda n, o: ours(n, o, CXRESEARCH_COLD="1"),
        "cxresearch, one at a time": lambda n, o: ours(n, o, jobs=1),
        "cxresearch": ours,
    }
    found = {}
    for number, (way, run) in enumerate(ways.items()):
        out = place / WAYS[number]
        out.mkdir()
        wall, cpu = timed(lambda run=run, out=out: run(names, out))  # type: ignore[misc]
        found[WAYS[number]] = wall, cpu
        print(f"  {way:<44} {wall:7.1f} s   CPU {cpu:7.1f} s", flush=True)
    return found


_KERNEL = """
import asyncio, os, sys, tempfile, time
from pathlib import Path
from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.manager import OwnKernel
from cxresearch.report.kernels.warm import Warm

HEAVY = (
    "import pandas, statsmodels.api, seaborn, cxresearch\\n"
    "_ = cxresearch.figures, cxresearch.kpis"
)
PRIVATE = (
    "print(sum(int(line.split()[1]) for line in open('/proc/self/smaps_rollup')"
    " if line.startswith('Private_')))"
)

async def once():
    began = time.perf_counter()
    manager = OwnKernel()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    await client.execute_interactive(HEAVY, timeout=60)
    worked, said = time.perf_counter() - began, []
    told = lambda message: said.append(message["content"].get("text", ""))
    await client.execute_interactive(PRIVATE, timeout=60, output_hook=told)
    ended = time.perf_counter()
    client.stop_channels()
    await manager.shutdown_kernel()
    return worked + time.perf_counter() - ended, int("".join(said)) / 1024

def main():
    with tempfile.TemporaryDirectory() as folder, Warm() as warm:
        os.environ.update(surroundings.environment())
        os.environ.update(surroundings.private("x", Path(folder)))
        Path(folder, "handover").mkdir()
        os.environ.update(warm.settings)
        if warm.address:
            asyncio.run(once())  # the parent has imported everything
        print(*min(asyncio.run(once()) for _ in range(int(sys.argv[1]))))

main()
"""

_EXPORT = """
import os, sys, time
from pathlib import Path
import nbformat
from nbconvert.exporters import HTMLExporter
import cxresearch as cx
from cxresearch.report import export
from cxresearch.report.subject import Subject

params, out = Path(sys.argv[1]), Path(sys.argv[2])
subject = Subject.of(cx.load_study(params), params, {})

def own(name, notebook):
    page = export.Page(subject=subject, name=name, title=name, provenance={}, files=out / "tables")
    return export.html(notebook, page)

def labs(name, notebook):
    return HTMLExporter().from_notebook_node(notebook)[0]

def seconds(way, name, notebook):
    times = []
    for _ in range(3):
        began = time.perf_counter()
        way(name, notebook)
        times.append(time.perf_counter() - began)
    return min(times)

found = {name: nbformat.read(out / f"{name}.ipynb", 4) for name in sys.argv[3:]}
empty = nbformat.v4.new_notebook()
for way in (own, labs):
    way("empty", empty)
    print(sum(seconds(way, *one) for one in found.items()) / len(found), len(way("empty", empty)))
"""


def kernel(times: int, **environment: str) -> tuple[float, float]:
    """Return seconds of a kernel that imports everything, and its private memory in MB."""
    told = _quietly([PYTHON, "-c", _KERNEL, str(times)], **environment).split()
    return float(told[0]), float(told[1])


def exports(names: list[str], out: Path) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return seconds per page and bytes of an empty one, ours and nbconvert's."""
    told = _quietly([PYTHON, "-c", _EXPORT, str(PARAMS), str(out), *names]).split()
    own, own_empty, labs, labs_empty = map(float, told)
    return (own, own_empty), (labs, labs_empty)


def start(*command: str) -> float:
    """Return the shortest of three starts of a command."""
    return min(timed(lambda: _quietly([PYTHON, "-m", *command]))[0] for _ in range(3))


def seconds_of_pages(out: Path) -> float:
    told = json.loads((out / "example" / "run.json").read_text(encoding="utf-8"))
    return float(sum(page["seconds"] for page in told["pages"].values()))


def batch_goals(found: dict[str, tuple[float, float]]) -> list[Goal]:
    (wall, cpu), row = found["ours"], "papermill's API in a row"
    return [
        Goal("wall", "shell loop", found["shell"][0] / wall, 5),
        Goal("", row, found["row"][0] / wall, 2.5),
        Goal("", "papermill in a ProcessPool(2)", found["pool"][0] / wall, 1.6),
        Goal("CPU", row, found["row"][1] / cpu, 1.6),
        Goal("two at once", "one at a time", found["one"][0] / wall, 1.8),
    ]


def start_goals(times: int) -> list[Goal]:
    warm, cold = kernel(times), kernel(times, CXRESEARCH_COLD="1")
    ordinary = f"ordinary kernel ({cold[0]:.2f} s, {cold[1]:.0f} MB)"
    helped, version = start("cxresearch", "--help"), start("papermill", "--version")
    return [
        Goal(f"kernel ({warm[0]:.2f} s)", ordinary, cold[0] / warm[0], 5),
        Goal(f"its own memory ({warm[1]:.0f} MB)", ordinary, cold[1] / warm[1], 3),
        Goal(
            f"--help ({helped:.2f} s)",
            f"papermill --version ({version:.2f} s)",
            version / helped,
            8,
        ),
    ]


def again_goals(names: list[str], out: Path, wall: float) -> list[Goal]:
    """Time what follows a first run: nothing new, a new look, another language."""
    unchanged, _ = timed(lambda: ours(names, out))
    ran = seconds_of_pages(out)
    anew, _ = timed(lambda: ours(names, out, "--set", "report.brand.footer=new"))
    rendered = seconds_of_pages(out)
    cache, there = str(out / "cache"), out / "languages"
    ours(names, there, **{CACHE: cache})
    other = ("--set", "study.language=sl")
    taken, _ = timed(lambda: ours(names, there, *other, **{CACHE: cache}))
    computed, _ = timed(lambda: ours(names, there, *other, "--force"))
    return [
        Goal(f"unchanged ({unchanged:.2f} s)", "first run", wall / unchanged, 50),
        Goal(f"pages in a new look ({rendered:.2f} s)", "notebooks run", ran / rendered, 50),
        Goal(f"  the whole command ({anew:.2f} s)", "first run", wall / anew, 3),
        Goal(f"another language ({taken:.1f} s)", "computed anew", computed / taken, 1),
    ]


def page_goals(names: list[str], place: Path) -> list[Goal]:
    out = place / "ours" / "example"
    (own, empty), (labs, labs_empty) = exports(names, out)
    pages = sum((out / f"{name}.html").stat().st_size for name in names)
    theirs = sum((place / "row" / f"{name}.html").stat().st_size for name in names)
    return [
        Goal("bytes of HTML", "nbconvert lab", pages / theirs, 0.45, at_most=True),
        Goal("bytes without content", "nbconvert lab", empty / labs_empty, 0.06, at_most=True),
        Goal(f"export ({1000 * own:.0f} ms a page)", "nbconvert lab", labs / own, 3),
    ]


def main() -> None:
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--reports", type=int, default=4)
    reading.add_argument("--kernels", type=int, default=3)
    asked = reading.parse_args()
    if sys.platform == "linux":
        become_subreaper = 36
        ctypes.CDLL(None).prctl(become_subreaper, 1)
    names = list(NOTEBOOKS[: asked.reports])
    place = Path(tempfile.mkdtemp(prefix="pipeline-"))
    try:
        print(f"{len(names)} reports, two at once, {os.cpu_count()} processors")
        found = batches(names, place)
        goals = batch_goals(found) + start_goals(asked.kernels) + page_goals(names, place)
        goals += again_goals(names, place / "ours", found["ours"][0])
        print(f"\n{'what':<34} {'against':<40} {'ratio':>8}   goal")
        print(*goals, sep="\n")
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
