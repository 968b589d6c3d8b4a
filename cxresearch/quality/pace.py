"""How long interviews took, beside the usual time: the curve in which speeders stand apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import gaussian_kde

from cxresearch.study.study import Study

COLUMNS = ("pace", "density")
FEWEST = 30  # durations below which a curve would draw chance
RANGE = (0.1, 10.0)
STEPS = 241


def pace_curve(study: Study, base: np.ndarray) -> pd.DataFrame:
    """Return the density of durations over the usual one, on a logarithmic scale.

    Durations are relative to the median of those of the wave asked alike (1 is usual). A
    Gaussian kernel with Scott's width over log10; values beyond the range stand at its ends.
    Empty where durations are not known of at least thirty, or never vary.
    """
    empty = pd.DataFrame(columns=list(COLUMNS), dtype=float)
    if study.pace is None:
        return empty
    pace = study.pace[base]
    known = np.log10(np.clip(pace[pace > 0], *RANGE))
    if len(known) < FEWEST or np.ptp(known) == 0:
        return empty
    grid = np.linspace(np.log10(RANGE[0]), np.log10(RANGE[1]), STEPS)
    return pd.DataFrame({"pace": 10**grid, "density": gaussian_kde(known)(grid)})
