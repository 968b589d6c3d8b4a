"""Time the report pipeline against plain papermill, in the same run, on the same notebooks.

    python benchmarks/pipeline.py [--reports 4] [--kernels 3]

Every way makes the same reports of the example study: notebook executed, HTML exported. Plain
papermill gets the same parameters; its HTML is nbconvert's "lab". Wall time in seconds; `CPU` is
that of all processes which the way has started and which have ended.
"""

from __future__ import annotations

import argparse
import ctypes
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


def ours(names: list[str], out: Path, *, cold: bool = False) -> None:
    command = [PYTHON, "-m", "cxresearch", "run", str(PARAMS), "--out", str(out), "--jobs", "2"]
    only = [word for name in names for word in ("--only", name)]
    _quietly([*command, *only], **({"CXRESEARCH_COLD": "1"} if cold else {}))


_IMPORTS = (
    f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\n"
    "from pathlib import Path\nfrom pipeline import plain"
)


def _quietly(command: list[str], **environment: str) -> str:
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
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


def batches(names: list[str], place: Path) -> dict[str, tuple[float, float]]:
    ways: dict[str, Callable[[list[str], Path], None]] = {
        "shell loop: papermill, jupyter nbconvert": shell_loop,
        "papermill's API in a row": in_a_row,
        "papermill in a ProcessPool(2)": in_a_pool,
        "cxresearch, ordinary kernels": lambda n, o: ours(n, o, cold=True),
        "cxresearch": ours,
    }
    found = {}
    for number, (way, run) in enumerate(ways.items()):
        out = place / str(number)
        out.mkdir()
        found[way] = timed(lambda run=run, out=out: run(names, out))  # type: ignore[misc]
        print(f"  {way:<44} {found[way][0]:7.1f} s   CPU {found[way][1]:7.1f} s", flush=True)
    return found


_KERNEL = """
import asyncio, os, sys, tempfile, time
from pathlib import Path
from cxresearch import handover
from cxresearch.report.kernels import surroundings
from cxresearch.report.kernels.manager import OwnKernel
from cxresearch.report.kernels.warm import Warm

HEAVY = (
    "import pandas, statsmodels.api, seaborn, cxresearch\\n"
    "_ = cxresearch.figures, cxresearch.kpis"
)

async def once():
    began = time.perf_counter()
    manager = OwnKernel()
    await manager.start_kernel()
    client = manager.client()
    client.start_channels()
    await client.wait_for_ready(timeout=60)
    await client.execute_interactive(HEAVY, timeout=60)
    client.stop_channels()
    await manager.shutdown_kernel()
    return time.perf_counter() - began

def main():
    with tempfile.TemporaryDirectory() as folder, Warm() as warm:
        os.environ.update(surroundings.environment())
        os.environ.update(surroundings.private("x", Path(folder)))
        Path(folder, "handover").mkdir()
        os.environ.update(warm.settings)
        if warm.address:
            asyncio.run(once())  # the parent has imported everything
        print(min(asyncio.run(once()) for _ in range(int(sys.argv[1]))))

main()
"""


def kernel(times: int, *, cold: bool) -> float:
    """Return seconds from nothing to a kernel with everything imported, and its end."""
    environment = {"CXRESEARCH_COLD": "1"} if cold else {}
    return float(_quietly([PYTHON, "-c", _KERNEL, str(times)], **environment))


def start(*command: str) -> float:
    """Return the shortest of three starts of a command."""
    return min(timed(lambda: _quietly([PYTHON, "-m", *command]))[0] for _ in range(3))


def row(what: str, against: str, ratio: float, goal: float, *, most: bool = False) -> None:
    reached = ratio <= goal if most else ratio >= goal
    sign = "<=" if most else ">="
    print(f"{what:<26} {against:<36} {ratio:8.2f}   {sign} {goal:<6g} {'yes' if reached else 'NO'}")


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
        wall, cpu = found["cxresearch"]
        unchanged, _ = timed(lambda: ours(names, place / "4"))
        warm, cold = (kernel(asked.kernels, cold=cold) for cold in (False, True))
        helped, version = start("cxresearch", "--help"), start("papermill", "--version")
        pages = [(place / "4" / "example" / f"{n}.html").stat().st_size for n in names]
        theirs = [(place / "1" / f"{n}.html").stat().st_size for n in names]
        shell, serial, pool, _, _ = found.values()
        print(f"\n{'what':<26} {'against':<36} {'ratio':>8}   goal")
        row("wall", "shell loop", shell[0] / wall, 5)
        row("", "papermill's API in a row", serial[0] / wall, 2.5)
        row("", "papermill in a ProcessPool(2)", pool[0] / wall, 1.6)
        row("CPU", "papermill's API in a row", serial[1] / cpu, 1.6)
        row(f"kernel ({warm:.2f} s)", f"ordinary kernel ({cold:.2f} s)", cold / warm, 5)
        row(
            f"--help ({helped:.2f} s)",
            f"papermill --version ({version:.2f} s)",
            version / helped,
            8,
        )
        row(f"unchanged ({unchanged:.2f} s)", "first run", wall / unchanged, 50)
        row("bytes of HTML", "nbconvert lab", sum(pages) / sum(theirs), 0.45, most=True)
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
