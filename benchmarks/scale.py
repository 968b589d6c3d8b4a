"""Time and memory of a study whose answers stay in a Parquet file, against pandas groupby.

    python benchmarks/scale.py                        10 million responses, and growth up to there
    python benchmarks/scale.py --rows 200000 --folder DIR

12 waves × 20 segments × 22 items rated twice (expectation and perception), NPS and satisfaction;
one answer in fifty is missing. Every piece of work runs in a process of its own, which tells its
seconds by the clock and of the processors, and its largest resident memory. pandas reads the
columns that it needs and groups them; it makes no checks and no intervals, but for `drawn`, which
is `drivers` with as many draws made by numpy as cxresearch makes. `same` compares the numbers.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import drawn
import duckdb
import numpy as np
import pandas as pd
import yaml

from cxresearch import drivers, kpis, load_study, servqual
from cxresearch.stats import importance

WAVES, SEGMENTS = 12, 20
ITEMS = [f"q{i + 1}" for i in range(22)]
PARTS = {"tangibles": 4, "reliability": 5, "response": 4, "assurance": 4, "empathy": 5}
DRIVERS = ITEMS[:10]
CELLS = ["wave", "segment"]
GROWTH = (100, 10, 1)
WORK = ("load", "nps", "gaps", "drivers", "drawn")


def dimensions() -> dict[str, list[str]]:
    left, found = list(ITEMS), {}
    for name, size in PARTS.items():
        found[name], left = left[:size], left[size:]
    return found


def rating(middle: float, pull: float, top: int, low: int = 1) -> str:
    value = f"round({middle} + {pull} * mood + 2.4 * (random() + random() - 1))"
    return f"if(random() < 0.02, NULL, least({top}, greatest({low}, {value})))::TINYINT"


def generate(path: Path, rows: int) -> None:
    columns = [f"{rating(6, 0.1, 7)} AS E_{item}" for item in ITEMS]
    columns += [
        f"{rating(5 - i / 20, 0.3 + i / 40, 7)} AS P_{item}" for i, item in enumerate(ITEMS)
    ]
    columns += [f"{rating(7.5, 1.2, 10, 0)} AS recommend", f"{rating(3.6, 0.6, 5)} AS sat"]
    connection = duckdb.connect()
    connection.execute("SET threads = 1; SELECT setseed(0.5)")
    connection.execute(
        f"""COPY (
            SELECT id, printf('w%02d', wave) AS wave, printf('s%02d', segment) AS segment,
                   {", ".join(columns)}
            FROM (SELECT range AS id, 1 + (random() * {WAVES})::INT % {WAVES} AS wave,
                         1 + (random() * {SEGMENTS})::INT % {SEGMENTS} AS segment,
                         2 * (random() + random() + random() - 1.5) AS mood
                  FROM range({rows}))
        ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)"""
    )


def params(folder: Path, name: str) -> Path:
    book = {
        "dimensions": {
            name: {
                "scale": [1, 7],
                "items": [
                    {"key": one, "expectation": f"E_{one}", "perception": f"P_{one}"}
                    for one in items
                ],
            }
            for name, items in dimensions().items()
        },
        "measures": {
            "recommend": {"kind": "nps", "columns": "recommend"},
            "satisfaction": {"kind": "csat", "columns": "sat", "scale": [1, 5]},
        },
    }
    written = {
        "study": {"name": "scale"},
        "data": {
            "responses": name,
            "engine": "database",
            "id": "id",
            "wave": "wave",
            "segments": ["segment"],
        },
        "codebook": book,
        "analysis": {
            "n_resamples": 1000,
            "drivers": {"outcome": "satisfaction", "blocks": {"service": DRIVERS}},
        },
    }
    path = folder / f"{Path(name).stem}.yml"
    path.write_text(yaml.safe_dump(written), encoding="utf-8")
    return path


def now() -> np.ndarray:
    """Return the time by the clock and of the processors, in seconds."""
    return np.array([time.perf_counter(), time.process_time()])


def ours(path: Path, work: str) -> tuple[np.ndarray, float]:
    """Return the seconds of a piece of work, loading aside, and a number to compare."""
    start = now()
    study = load_study(path)
    loaded = now()
    if work == "load":
        return loaded - start, float(study.n)
    if work == "nps":
        table = kpis.measure(study, by=CELLS).table
        number = table.loc[table["statistic"] == "nps", "estimate"].mean()
    elif work == "gaps":
        found = servqual.gaps(study, by=CELLS, n_resamples=100)
        number = found.table["estimate"].mean() + found.items["std_error"].mean()
    else:
        number = drivers.importance(study, by="wave").table["estimate"].mean()
    return now() - loaded, float(number)


def with_pandas(path: Path, work: str) -> tuple[np.ndarray, float]:
    """Do the same by reading columns and grouping them."""
    data = path.with_suffix(".parquet")
    start = now()
    if work == "load":
        number = float(len(pd.read_parquet(data)))
    elif work == "nps":
        frame = pd.read_parquet(data, columns=[*CELLS, "recommend"]).dropna()
        frame["nps"] = 100.0 * (frame["recommend"] >= 9) - 100.0 * (frame["recommend"] <= 6)
        number = frame.groupby(CELLS)["nps"].agg(["mean", "sem", "count"])["mean"].mean()
    elif work == "gaps":
        number = _gaps(pd.read_parquet(data))
    elif work == "drawn":
        number = drawn.importance(data, [f"P_{one}" for one in DRIVERS], "sat")
    else:
        columns = [f"P_{one}" for one in DRIVERS]
        frame = pd.read_parquet(data, columns=["wave", *columns, "sat"]).dropna()
        parts = [
            importance.shapley(one.drop(columns="wave").cov(), "sat")
            for _, one in frame.groupby("wave")
        ]
        number = float(np.mean(parts))
    return now() - start, float(number)


def _gaps(frame: pd.DataFrame) -> float:
    cells = [frame["wave"], frame["segment"]]
    gaps = pd.DataFrame({one: frame[f"P_{one}"] - frame[f"E_{one}"] for one in ITEMS})
    items = gaps.groupby(cells).agg(["mean", "sem", "count"])
    scores = {}
    for name, own in dimensions().items():
        answered = gaps[own].notna().sum(axis=1) >= (len(own) + 1) // 2
        scores[name] = gaps[own].mean(axis=1).where(answered)
    scores["overall"] = pd.DataFrame(scores).mean(axis=1, skipna=False)
    table = pd.DataFrame(scores).groupby(cells).agg(["mean", "sem", "count"])
    means = table.xs("mean", axis=1, level=1).to_numpy()
    errors = items.xs("sem", axis=1, level=1).to_numpy()
    return float(means.mean() + errors.mean())


SIDES: dict[str, Callable[[Path, str], tuple[np.ndarray, float]]] = {
    "cxresearch": ours,
    "pandas": with_pandas,
}


def child(side: str, path: Path, work: str) -> dict[str, float]:
    asked = [sys.executable, __file__, "--child", side, "--work", work, "--params", str(path)]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout))


def compare(path: Path, rows: int, works: tuple[str, ...], sides: tuple[str, ...]) -> None:
    for work in works:
        found = {side: child(side, path, work) for side in sides}
        for side, one in found.items():
            print(
                f"{rows:>11,} {work:8} {side:11} {one['seconds']:8.2f} s "
                f"{one['processor']:8.2f} s of processors {one['peak']:8.0f} MB",
                flush=True,
            )
        if len(found) == 2:
            a, b = found["cxresearch"], found["pandas"]
            same = abs(a["number"] - b["number"]) <= 1e-9 * max(abs(b["number"]), 1)
            ratio = {name: b[name] / a[name] for name in ("seconds", "processor", "peak")}
            print(
                f"{'':11} {work:8} pandas / cxresearch: {ratio['seconds']:.2f} by the clock, "
                f"{ratio['processor']:.2f} of processors, {ratio['peak']:.1f} memory, same: {same}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, help="where the files lie; by default a temporary")
    parser.add_argument("--child", choices=list(SIDES), help=argparse.SUPPRESS)
    parser.add_argument("--work", choices=WORK, help=argparse.SUPPRESS)
    parser.add_argument("--params", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        (seconds, processor), number = SIDES[asked.child](asked.params, asked.work)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        told = {"seconds": seconds, "processor": processor, "number": number, "peak": peak}
        print(json.dumps(told))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for part in GROWTH:
            rows = asked.rows // part
            data = folder / f"answers_{rows}.parquet"
            if not data.exists():
                generate(data, rows)
            path = params(folder, data.name)
            compare(path, rows, WORK, tuple(SIDES))


if __name__ == "__main__":
    main()
