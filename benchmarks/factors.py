"""Parallel analysis and polychoric correlations against R psych and factor_analyzer.

Run: python benchmarks/factors.py. Peers run on the same data in the same run; one that is not
installed is skipped with a line that says so.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

import numpy as np
import pandas as pd
from factor_analyzer import FactorAnalyzer

from cxresearch.stats import factors

N, ITEMS, CATEGORIES = 2000, 25, 7
DRAWS, PEER_DRAWS = 500, 20
CUTS = (-1.5, -0.8, -0.2, 0.4, 1.0, 1.6)

R_CODE = """
suppressMessages(library(psych))
X <- read.csv(commandArgs(TRUE)[1])
R <- cor(X)
quiet <- function(e) {{ capture.output(v <- suppressWarnings(suppressMessages(e))); v }}
a <- system.time(quiet(fa.parallel(R, n.obs = nrow(X), fa = "pc", n.iter = {draws}, plot = FALSE)))
b <- system.time(p <- quiet(polychoric(X, correct = 0)))
cat("TIMES", a[["elapsed"]], b[["elapsed"]], p$rho[2, 1], "\\n")
"""


def answers(seed: int = 20250331) -> pd.DataFrame:
    """Five correlated factors behind items in seven categories."""
    rng = np.random.default_rng(seed)
    general = rng.standard_normal((N, 1)) * 0.5
    own = np.repeat(rng.standard_normal((N, 5)) * 0.7, ITEMS // 5, axis=1)
    hidden = general + own + rng.standard_normal((N, ITEMS)) * 0.6
    return pd.DataFrame(np.digitize(hidden, CUTS) + 1.0, columns=[f"q{j}" for j in range(ITEMS)])


def seconds(work: Callable[[], object], repeats: int = 5) -> float:
    """Best of several runs."""
    best = np.inf
    for _ in range(repeats):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best


def by_factor_analyzer(frame: pd.DataFrame) -> None:
    """Simulate answers and take their eigenvalues: what its users write by hand."""
    rng = np.random.default_rng(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        for _ in range(PEER_DRAWS):
            fa = FactorAnalyzer(n_factors=1, rotation=None)
            fa.fit(rng.standard_normal(frame.shape))
            fa.get_eigenvalues()


def by_psych(frame: pd.DataFrame) -> tuple[float, float, float] | None:
    """Seconds per draw, seconds of a polychoric matrix, and one of its correlations."""
    if shutil.which("Rscript") is None:
        print("R psych: skipped, Rscript is not installed")
        return None
    with tempfile.TemporaryDirectory() as folder:
        data, code = Path(folder, "answers.csv"), Path(folder, "peer.R")
        frame.to_csv(data, index=False)
        code.write_text(R_CODE.format(draws=PEER_DRAWS), encoding="utf-8")
        run = subprocess.run(["Rscript", code, data], capture_output=True, text=True, check=False)
    line = next((line for line in run.stdout.splitlines() if line.startswith("TIMES")), None)
    if line is None:
        print(f"R psych: skipped, {run.stderr.strip().splitlines()[-1:] or 'no answer'}")
        return None
    parallel, polychoric, rho = (float(part) for part in line.split()[1:])
    return parallel / PEER_DRAWS, polychoric, rho


def main() -> None:
    frame = answers()
    corr = frame.corr()
    ours = seconds(lambda: factors.parallel(corr, N, n_draws=DRAWS, seed=1)) / DRAWS
    table = seconds(lambda: factors.polychoric(frame))
    print(f"{ITEMS} items, {N} respondents, {CATEGORIES} categories")
    print(f"parallel analysis: {1e3 * ours:.3f} ms per draw ({ours * DRAWS:.3f} s for {DRAWS})")
    peer = seconds(lambda: by_factor_analyzer(frame), repeats=1) / PEER_DRAWS
    print(
        f"  factor_analyzer on simulated answers: {1e3 * peer:.1f} ms, {peer / ours:.0f} times ours"
    )
    print(f"polychoric matrix: {table:.3f} s")
    found = by_psych(frame)
    if found is None:
        return
    draw, polychoric, rho = found
    print(f"  psych fa.parallel: {1e3 * draw:.1f} ms per draw, {draw / ours:.0f} times ours")
    print(f"  psych polychoric: {polychoric:.2f} s, {polychoric / table:.0f} times ours")
    print(f"  difference of one correlation: {abs(rho - factors.polychoric(frame).iloc[1, 0]):.1e}")


if __name__ == "__main__":
    main()
