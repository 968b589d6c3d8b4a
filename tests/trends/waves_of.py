"""Waves whose figures and sampling variances are exactly those wanted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.study.study import Study

S10 = [7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70]
N10 = [400, 380, 420, 150, 390, 410, 400, 395, 120, 405]
STEP12 = [7.1, 7.05, 7.12, 7.08, 7.15, 7.06, 7.45, 7.5, 7.42, 7.48, 7.44, 7.5]
SCALE = {"min": 0, "max": 20, "continuous": True}
BOOK = {"measures": {"y": {"kind": "score", "columns": "y", "scale": SCALE}}}


def close(found, expected, tolerance=1e-6):
    wanted = np.asarray(expected, dtype=float)
    np.testing.assert_allclose(np.asarray(found, dtype=float), wanted, rtol=0, atol=tolerance)


def codes(result):
    return {one.code for one in result.notes}


def answers(means, sizes, variances=None, first=2001, **more) -> Study:
    """Half of the answers above the mean, half below."""
    parts = []
    variances = [3.61 / n for n in sizes] if variances is None else variances
    for wave, (mean, n, variance) in enumerate(zip(means, sizes, variances, strict=True)):
        half = np.repeat([1.0, -1.0], [n // 2, n - n // 2])
        half = half - half.mean()
        spread = np.sqrt(variance * n) / half.std(ddof=1)
        parts.append(pd.DataFrame({"wave": first + wave, "y": mean + spread * half}))
    return Study.from_frame(pd.concat(parts), BOOK, **{"wave": "wave", **more})


def shares(successes, sizes, **more) -> Study:
    """A top-box share with these counts in each wave."""
    parts = [
        pd.DataFrame({"wave": 2001 + wave, "S": [5] * x + [1] * (n - x)})
        for wave, (x, n) in enumerate(zip(successes, sizes, strict=True))
    ]
    book = {"measures": {"s": {"kind": "csat", "columns": "S", "scale": [1, 5], "top_box": 1}}}
    return Study.from_frame(pd.concat(parts), book, **{"wave": "wave", **more})
