"""Weights that let the sample stand for all customers, and what they cost in precision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike

from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import raking

HIGH_DEFF = 2.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Weighting(Result):
    """Raked weights; `table` has the margins before and after, one row per category.

    Attributes
    ----------
    weights : Series
        One per row of the frame, on its index; mean one.
    efficiency : float
        n_kish / n, 0 to 1: what the weights leave of the sample's size.
    deff : float
        1 / efficiency.
    n_kish : float
        (sum w)² / sum w².
    converged : bool
        Whether every margin was met within the tolerance.
    cycles : int
    margin_error : float
        Largest relative difference of a margin from its target.
    low, high : float
        Smallest and largest weight relative to their mean.
    top_share : float
        Share of all weight held by the heaviest 5 % of respondents.
    n_trimmed : int
        Respondents at a bound of the trimming.
    """

    weights: pd.Series = field(repr=False)
    efficiency: float
    deff: float
    n_kish: float
    converged: bool
    cycles: int
    margin_error: float
    low: float
    high: float
    top_share: float
    n_trimmed: int


def rake(
    frame: pd.DataFrame,
    targets: Mapping[str, Mapping[Any, float]],
    *,
    weights: ArrayLike | None = None,
    trim: tuple[float, float] | None = None,
    tolerance: float = 1e-6,
    max_cycles: int = 200,
    allow_unconverged: bool = False,
) -> Weighting:
    """Weight respondents so that they stand for all customers in several known margins.

    Iterative proportional fitting: weights are multiplied to each margin in turn until every
    one is met. What raking gains in precision is not credited to standard errors.

    Parameters
    ----------
    frame : DataFrame
        Holds the raking variables, without holes (give missing values a category).
    targets : mapping
        Per variable the share or total of each category among all customers.
    weights : array-like, optional
        Sampling weights to begin with.
    trim : (low, high), optional
        Bounds as multiples of the mean weight, such as ``(0.3, 3)``; what they leave of the
        margins is in `margin_error`. Nothing is trimmed by default.
    tolerance : float
        Largest relative difference from a target.
    max_cycles : int
    allow_unconverged : bool
        Give weights back where the margins cannot all be met, with a warning.

    Returns
    -------
    Weighting
        ``variable, category, target, before, after, n``: shares from 0 to 1.

    Raises
    ------
    StatisticsError
        A variable missing or with holes, a category without target or without respondents,
        margins that cannot be met together.

    References
    ----------
    Deming & Stephan (1940), doi:10.1214/aoms/1177731829; Kish (1965) for the efficiency.
    Compared with R ``survey::rake``.

    Examples
    --------
    >>> sample = pd.DataFrame({"sex": list("FFFM"), "age": ["young", "old", "old", "young"]})
    >>> raked = rake(sample, {"sex": {"F": 0.5, "M": 0.5}, "age": {"young": 0.6, "old": 0.4}})
    >>> raked.weights.round(2).tolist(), round(raked.efficiency, 3), raked.converged
    ([0.4, 0.8, 0.8, 2.0], 0.735, True)
    """
    found = raking.rake(
        frame,
        targets,
        weights=weights,
        trim=trim,
        tolerance=tolerance,
        max_cycles=max_cycles,
        allow_unconverged=allow_unconverged,
    )
    notes: list[Note] = []
    if found.totals_differ:
        notes.append(note("margins_rescaled"))
    if found.deff > HIGH_DEFF:
        notes.append(note("weights_costly", deff=found.deff))
    if found.n_trimmed:
        notes.append(note("weights_trimmed", n=found.n_trimmed, error=found.margin_error))
    if not found.converged:
        notes.append(note("not_converged", cycles=found.cycles, error=found.margin_error))
    return Weighting(
        table=found.margins,
        weights=pd.Series(found.weights, index=frame.index, name="weight"),
        efficiency=1 / found.deff,
        deff=found.deff,
        n_kish=found.n_kish,
        converged=found.converged,
        cycles=found.cycles,
        margin_error=found.margin_error,
        low=found.low,
        high=found.high,
        top_share=found.top_share,
        n_trimmed=found.n_trimmed,
        n=len(frame),
        n_eff=found.n_kish,
        conf_level=float("nan"),
        method="raking",
        notes=distinct(notes),
    )
