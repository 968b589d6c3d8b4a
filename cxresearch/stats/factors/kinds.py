"""Which correlation suits answers in so many categories."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.errors import first
from cxresearch.stats.factors.matrices import fault

CorrelationType = Literal["pearson", "polychoric"]

ALWAYS_COARSE = 4
SOMETIMES_COARSE = 5
MODAL, EXTREME, SKEW = 0.50, 0.40, 1.0


def correlation_type(frame: pd.DataFrame) -> CorrelationType:
    """Tell which correlation suits a battery: of the answers, or of what lies behind them.

    The coarsest item decides: up to four categories polychoric; five categories polychoric where
    the modal share is at least .50, an end of the scale holds at least .40, or the skewness is 1
    or more in size; Pearson otherwise. A convention, not a theorem.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Answers; gaps are left aside.

    Returns
    -------
    {"pearson", "polychoric"}

    Raises
    ------
    StatisticsError
        An item that never varies.

    Examples
    --------
    >>> correlation_type(pd.DataFrame({"fair": [1, 2, 3, 4, 5, 6], "clear": [6, 2, 3, 4, 5, 1]}))
    'pearson'
    >>> correlation_type(pd.DataFrame({"fair": [1, 2, 2, 3], "clear": [1, 2, 3, 3]}))
    'polychoric'
    """
    kinds = item_types(frame)
    return "polychoric" if (kinds == "polychoric").any() else "pearson"


def item_types(frame: pd.DataFrame) -> pd.Series:
    """Return the type that each item alone would ask for."""
    found: dict[object, CorrelationType] = {}
    for item in frame.columns:
        answers = frame[item].to_numpy(dtype=float, na_value=np.nan)
        answers = answers[np.isfinite(answers)]
        values, counts = np.unique(answers, return_counts=True)
        if len(values) < 2:
            raise fault("an item never varies", where=first([item]), hint="leave it out")
        found[item] = "polychoric" if _coarse(answers, counts / counts.sum()) else "pearson"
    return pd.Series(found, name="correlation_type", dtype=object)


def _coarse(answers: np.ndarray, shares: np.ndarray) -> bool:
    if len(shares) <= ALWAYS_COARSE:
        return True
    if len(shares) > SOMETIMES_COARSE:
        return False
    centred = answers - answers.mean()
    skew = (centred**3).mean() / (centred**2).mean() ** 1.5
    ends = max(shares[0], shares[-1])
    return bool(shares.max() >= MODAL or ends >= EXTREME or abs(skew) >= SKEW)
