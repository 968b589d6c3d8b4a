"""Time the importance of an outcome of two values against statsmodels, one fit after another.

    python benchmarks/drivers.py

Both fit a logit for every set of drivers and share out McFadden's R² (Shapley). `difference` is
the largest difference of a value between the two.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
from statsmodels.discrete.discrete_model import Logit

from cxresearch.stats import importance

ROWS = 1000
DRIVERS = 10


def survey() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(1)
    mood = rng.normal(size=(ROWS, 1))
    X = pd.DataFrame(mood + rng.normal(size=(ROWS, DRIVERS))).rename(columns=lambda j: f"x{j}")
    latent = X @ np.linspace(0.6, 0.0, DRIVERS) + rng.logistic(size=ROWS)
    return X, (latent > 0).to_numpy(dtype=float)


def one_by_one(X: pd.DataFrame, y: np.ndarray) -> pd.Series:
    null = Logit(y, np.ones((len(y), 1))).fit(disp=0).llf

    def fit(drivers: tuple[object, ...]) -> float:
        if not drivers:
            return 0.0
        A = np.column_stack([np.ones(len(y)), X[list(drivers)]])
        return float(1 - Logit(y, A).fit(disp=0).llf / null)

    return importance.shapley_fit(list(X.columns), fit)


def main() -> None:
    X, y = survey()
    start = time.perf_counter()
    ours = importance.mcfadden_shapley(X, y)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    theirs = one_by_one(X, y)
    peer = time.perf_counter() - start
    difference = float(np.abs(ours - theirs).max())
    print(f"{ROWS} rows, {DRIVERS} drivers, {2**DRIVERS} logits")
    print(f"cxresearch  {seconds:8.2f} s")
    print(f"statsmodels {peer:8.2f} s   {peer / seconds:.1f} times, difference {difference:.1e}")


if __name__ == "__main__":
    main()
