"""Importance of drivers with bootstrap draws as one writes it with pandas and numpy.

The peer of `cxresearch.drivers.importance` in `benchmarks/scale.py`: answers in memory, random
groups of respondents, sums by group, and in every draw the R² of every set of drivers by one
batched solve per set. It checks nothing and gives Shapley values with percentile intervals.
"""

from __future__ import annotations

from math import comb
from pathlib import Path

import numpy as np
import pandas as pd

GROUPS = 1000


def importance(path: Path, drivers: list[str], outcome: str, draws: int = 1000) -> float:
    """Return the mean Shapley value over waves and drivers, after all draws have been made."""
    columns = [*drivers, outcome]
    frame = pd.read_parquet(path, columns=["id", "wave", *columns]).dropna()
    group = pd.util.hash_array(frame["id"].to_numpy()) % GROUPS
    rng = np.random.default_rng(1)
    parts = []
    for wave in frame.groupby("wave").indices.values():
        X = np.column_stack([frame[name].to_numpy()[wave] for name in columns]).astype(float)
        sums = _sums(X - X.mean(axis=0), group[wave].astype(np.intp))
        counts = rng.multinomial(GROUPS, np.full(GROUPS, 1 / GROUPS), size=draws)
        whole = _shapley(_covariances(np.ones((1, GROUPS)), sums, X.shape[1]))
        drawn = _shapley(_covariances(counts, sums, X.shape[1]))
        low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
        assert (low < high).all()
        parts.append(whole[0])
    return float(np.mean(parts))


def _sums(X: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return rows, sums and products of each random group: (groups, 1 + k + k²)."""
    order = np.argsort(group, kind="stable")
    starts = np.searchsorted(group[order], np.arange(GROUPS))
    X = X[order]
    k = X.shape[1]
    ends = [*starts[1:], len(X)]
    found = np.empty((GROUPS, 1 + k + k * k))
    for one, (start, stop) in enumerate(zip(starts, ends, strict=True)):
        part = X[start:stop]
        found[one] = np.concatenate([[len(part)], part.sum(axis=0), (part.T @ part).ravel()])
    return found


def _covariances(counts: np.ndarray, sums: np.ndarray, k: int) -> np.ndarray:
    total = counts @ sums
    total = total / total[:, :1]
    means = total[:, 1 : k + 1]
    S = total[:, k + 1 :].reshape(-1, k, k) - means[:, :, None] * means[:, None, :]
    return np.asarray(S)


def _shapley(S: np.ndarray) -> np.ndarray:
    """Return Shapley values of R² (draws, drivers) of covariances, the outcome last."""
    p = S.shape[1] - 1
    r_squared = np.zeros((1 << p, len(S)))
    for number in range(1, 1 << p):
        inside = [j for j in range(p) if number >> j & 1]
        right = S[:, inside, -1]
        left = S[:, np.array(inside)[:, None], inside]
        slopes = np.linalg.solve(left, right[:, :, None])[:, :, 0]
        r_squared[number] = (slopes * right).sum(axis=1) / S[:, -1, -1]
    values = np.zeros((len(S), p))
    for number in range(1 << p):
        size = number.bit_count()
        for j in range(p):
            if not number >> j & 1:
                gain = r_squared[number | 1 << j] - r_squared[number]
                values[:, j] += gain / (p * comb(p - 1, size))
    return values
