"""Time key-driver importance against other programs on the same data in the same run.

    python benchmarks/importance.py

Peers: pingouin (linear_regression with relimp), dominance-analysis, R relaimpo. One that is not
installed is skipped, with a line that says so. Seconds are the best of a few runs; `difference`
is the largest difference of any value (or interval limit) between the two.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from cxresearch.stats import importance

ROWS = 1000
DRAWS = 1000

EXACT_R = """
suppressMessages(library(relaimpo))
D <- read.csv("{data}"); m <- lm(y ~ ., D)
t <- system.time(r <- calc.relimp(m, type = "lmg"))[["elapsed"]]
cat("seconds", t, "\\n"); cat("values", format(r@lmg, digits = 15), "\\n")
"""
BOOT_R = """
suppressMessages(library(relaimpo))
D <- read.csv("{data}"); D <- D[, c("y", setdiff(names(D), "y"))]; set.seed(1)
t <- system.time(b <- boot.relimp(D, b = {draws}, type = "lmg", rank = FALSE, diff = FALSE,
                                  rela = FALSE))[["elapsed"]]
e <- booteval.relimp(b, bty = "perc", level = .95)
cat("seconds", t, "\\n"); cat("values", format(c(e@lmg.lower, e@lmg.upper), digits = 15), "\\n")
"""


@dataclass(frozen=True)
class Timed:
    seconds: float
    values: np.ndarray


def best(call: Callable[[], np.ndarray], runs: int) -> Timed:
    seconds, values = np.inf, np.empty(0)
    for _ in range(runs):
        start = time.perf_counter()
        values = call()
        seconds = min(seconds, time.perf_counter() - start)
    return Timed(seconds, values)


def survey(p: int) -> pd.DataFrame:
    """Answers on scales of seven with one common leaning, as satisfaction batteries have."""
    rng = np.random.default_rng(p)
    X = rng.normal(size=(ROWS, p)) + rng.normal(size=(ROWS, 1))
    y = X @ rng.uniform(0, 1, p) + 3 * rng.normal(size=ROWS)
    frame = pd.DataFrame(X, columns=[f"x{j}" for j in range(p)]).assign(y=y)
    spread = 4 + 1.2 * (frame - frame.mean()) / frame.std()
    return spread.round().clip(1, 7)


def exact(frame: pd.DataFrame) -> Timed:
    return best(lambda: importance.shapley(frame.cov(), "y").to_numpy(), 5)


def draws(frame: pd.DataFrame) -> Timed:
    X, y = frame.drop(columns="y"), frame["y"]

    def call() -> np.ndarray:
        table = importance.bootstrap(X, y, n_resamples=DRAWS, seed=1).table
        return table[["conf_low", "conf_high"]].to_numpy().T.ravel()

    return best(call, 3)


def with_pingouin(frame: pd.DataFrame) -> Timed | str:
    if importlib.util.find_spec("pingouin") is None:
        return "pingouin is not installed"
    import pingouin

    X, y = frame.drop(columns="y"), frame["y"]

    def call() -> np.ndarray:
        table = pingouin.linear_regression(X, y, relimp=True)
        return table["relimp"].to_numpy()[1:]

    return best(call, 1)


def with_dominance_analysis(frame: pd.DataFrame) -> Timed | str:
    if importlib.util.find_spec("dominance_analysis") is None:
        return "dominance-analysis is not installed"
    try:
        from dominance_analysis import Dominance
    except ImportError as error:
        return f"dominance-analysis does not import ({error})"

    def call() -> np.ndarray:
        made = Dominance(data=frame, target="y", top_k=frame.shape[1] - 1, objective=1)
        made.incremental_rsquare()
        names = [name for name in frame if name != "y"]
        return made.dominance_stats().loc[names, "Total Dominance"].to_numpy(dtype=float)

    return best(call, 1)


def with_relaimpo(frame: pd.DataFrame, script: str) -> Timed | str:
    program = shutil.which("Rscript")
    if program is None:
        return "R is not installed"
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "answers.csv"
        frame.to_csv(data, index=False)
        code = script.format(data=data.as_posix(), draws=DRAWS)
        done = subprocess.run([program, "-e", code], capture_output=True, text=True, check=False)
    if done.returncode:
        return "R package relaimpo is not installed"
    lines = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines() if line}
    return Timed(float(lines["seconds"][0]), np.array(lines["values"], dtype=float))


def report(work: str, peer: str, ours: Timed, theirs: Timed | str) -> None:
    if isinstance(theirs, str):
        print(f"{work:<34}{peer:<20}{ours.seconds:>9.4f}  skipped: {theirs}")
        return
    ratio = theirs.seconds / ours.seconds
    gap = np.abs(theirs.values - ours.values).max()
    times = f"{ours.seconds:>9.4f}{theirs.seconds:>10.3f}{ratio:>9.0f}x"
    print(f"{work:<34}{peer:<20}{times}{gap:>12.1e}", flush=True)


def main() -> None:
    print(f"{'work':<34}{'peer':<20}{'ours s':>9}{'peer s':>10}{'ratio':>10}{'difference':>12}")
    for p in (10, 14):
        frame = survey(p)
        report(f"exact Shapley, {p} drivers", "pingouin", exact(frame), with_pingouin(frame))
    frame = survey(10)
    report(
        "exact Shapley, 10 drivers",
        "dominance-analysis",
        exact(frame),
        with_dominance_analysis(frame),
    )
    frame = survey(16)
    report("exact Shapley, 16 drivers", "relaimpo", exact(frame), with_relaimpo(frame, EXACT_R))
    for p in (20, 22):
        print(f"{f'exact Shapley, {p} drivers':<34}{'-':<20}{exact(survey(p)).seconds:>9.4f}")
    frame = survey(10)
    report(
        f"{DRAWS} draws, 10 drivers, {ROWS} rows",
        "relaimpo",
        draws(frame),
        with_relaimpo(frame, BOOT_R),
    )


if __name__ == "__main__":
    main()
