"""The six-item matrix of the methods, and two groups of four items with means."""

import numpy as np
import pandas as pd

from cxresearch.stats.cfa import Moments

ITEMS = [f"x{j}" for j in range(1, 7)]
TWO = {"F1": ITEMS[:3], "F2": ITEMS[3:]}
FOUR = ["y1", "y2", "y3", "y4"]


def symmetric(rows: list[list[float]], items: list[str]) -> pd.DataFrame:
    matrix = np.zeros((len(items), len(items)))
    for i, row in enumerate(rows):
        matrix[i, : i + 1] = row
        matrix[: i + 1, i] = row
    return pd.DataFrame(matrix, items, items)


M6 = symmetric(
    [
        [1],
        [0.60, 1],
        [0.55, 0.50, 1],
        [0.30, 0.35, 0.25, 1],
        [0.25, 0.30, 0.20, 0.65, 1],
        [0.20, 0.20, 0.25, 0.60, 0.55, 1],
    ],
    ITEMS,
)
GROUPS = {
    "first": Moments(
        cov=symmetric([[1.2], [0.62, 1.1], [0.58, 0.55, 1.15], [0.5, 0.48, 0.46, 1.0]], FOUR),
        n=200,
        mean=pd.Series([5.2, 5.0, 4.8, 5.1], FOUR),
    ),
    "second": Moments(
        cov=symmetric([[1.3], [0.7, 1.25], [0.6, 0.63, 1.2], [0.56, 0.52, 0.5, 1.1]], FOUR),
        n=180,
        mean=pd.Series([5.4, 5.2, 5.02, 4.8], FOUR),
    ),
}
