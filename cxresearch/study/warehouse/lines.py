"""Regressions of groups whose answers stay in a database: what they are, what they leave over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxresearch.stats.layout import Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """The regression of a group whose coefficients are known.

    Attributes
    ----------
    columns : sequence of int
        Places of the regressors that are no combinations of others, in ``CountedCases.columns``.
    slopes, means : ndarray, shape (p,) and (p + 1,)
        Coefficients; weighted means of these columns and of the outcome.
    bread : ndarray, shape (p, p)
        Inverse of Σ w z z', weights with mean one, z the centred columns.
    sigma2 : float
        Residual variance.
    """

    columns: Sequence[int]
    slopes: Floats
    means: Floats
    bread: Floats
    sigma2: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """Facts of a regression that need its residuals.

    Attributes
    ----------
    std_error : ndarray, shape (p,)
        Of the slopes: HC3, or the survey design's.
    breusch_pagan_p, cook_max : float
    n_influential : int
        Cases with a Cook distance above 4/n.
    """

    std_error: np.ndarray
    breusch_pagan_p: float
    cook_max: float
    n_influential: int
