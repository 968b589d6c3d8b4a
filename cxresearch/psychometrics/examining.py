"""The whole questionnaire examined in one call, with what cannot be asked named in its place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.errors import StatisticsError
from cxresearch.notes import distinct
from cxresearch.psychometrics.battery import SIDES
from cxresearch.psychometrics.comparing import invariance
from cxresearch.psychometrics.confirming import confirm
from cxresearch.psychometrics.exploring import explore
from cxresearch.psychometrics.scales import reliability
from cxresearch.psychometrics.suitability import factorability, n_factors
from cxresearch.results import NotAsked, Result
from cxresearch.study.scores import Side, answers
from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Examination(Result):
    """Every part of the examination; `table` holds the reliability of the scales.

    Each part is the Result of its own analysis, or a `NotAsked` that names what is missing:
    ``scales`` (no scale of two items), ``perceptions`` (no battery), ``constant_item`` (an item
    never varies), ``few`` (too few complete answers), ``model`` (the answers do not determine a
    solution), ``waves``, ``large_waves``.
    """

    reliability: Result
    factorability: Result
    n_factors: Result
    explored: Result
    confirmed: Result
    invariance: Result


def examine(study: Study, /, *, battery: Side = "perception") -> Examination:
    """Tell whether the questionnaire measures what it says, as far as the answers allow.

    Parameters
    ----------
    study : Study
    battery : {"perception", "expectation", "adequate", "desired"}
        Side of the battery in which dimensions are looked for.

    Returns
    -------
    Examination
        All parts on the latest wave, but for `invariance`, which compares all waves. The same
        numbers as the single analyses give.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 4, 5] * 9, "b": [2, 2, 5, 4] * 9})
    >>> book = {"dimensions": {"care": {"scale": [1, 5], "perception": ["a", "b"]}}}
    >>> found = examine(Study.from_frame(frame, book))
    >>> type(found.reliability).__name__, found.confirmed.need, found.invariance.need
    ('Reliability', 'model', 'waves')
    """
    latest = study.latest()
    missing = _missing(latest, battery)
    longest = max((len(columns) for columns in _scales(latest)), default=0)
    trusted = _ask(latest, reliability, None if longest > 1 else "scales")
    suited = _ask(latest, lambda one: factorability(one, battery=battery), missing)
    number = _ask(latest, lambda one: n_factors(one, battery=battery), missing)
    explored = _ask(latest, lambda one: explore(one, battery=battery), missing)
    lacking = missing or _unmodelled(latest, battery)
    confirmed = _ask(latest, lambda one: confirm(one, battery=battery), lacking)
    compared = comparable(study, battery=battery)
    parts = (trusted, suited, number, explored, confirmed, compared)
    return Examination(
        table=trusted.table,
        n=latest.n,
        n_eff=latest.n_eff,
        conf_level=study.conf_level,
        method="examination",
        notes=distinct(one for part in parts for one in part.notes),
        about=study.about,
        reliability=trusted,
        factorability=suited,
        n_factors=number,
        explored=explored,
        confirmed=confirmed,
        invariance=compared,
    )


def comparable(study: Study, /, *, across: str = "wave", battery: Side = "perception") -> Result:
    """Tell whether groups read the questions alike, or why that cannot be asked.

    Parameters
    ----------
    study : Study
    across : str
        "wave", a segment's column or the service point's.
    battery : {"perception", "expectation", "adequate", "desired"}

    Returns
    -------
    Invariance or NotAsked
        With the need ``perceptions``, ``scales``, ``few``, ``constant_item``, ``waves``,
        ``large_waves``, ``large_groups`` or ``model``.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 4, 5] * 9, "b": [2, 2, 5, 4] * 9})
    >>> book = {"dimensions": {"care": {"scale": [1, 5], "perception": ["a", "b"]}}}
    >>> comparable(Study.from_frame(frame, book)).need
    'waves'
    """
    return _ask(
        study,
        lambda one: invariance(one, across=across, battery=battery),
        _unmodelled(study, battery) or _incomparable(study, across, battery),
    )


def _ask(study: Study, analysis: Callable[[Study], Result], lacking: str | None) -> Result:
    """Return the analysis, or what it would need; no solution is an answer too."""
    if lacking is None:
        try:
            return analysis(study)
        except StatisticsError:
            lacking = "model"
    return NotAsked(
        table=pd.DataFrame(),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="not_asked",
        about=study.about,
        need=lacking,
    )


def _scales(study: Study) -> list[tuple[str, ...]]:
    """Return the columns of every dimension's sides and of every measure."""
    book = study.codebook
    found = [columns for side in SIDES for columns in _sides(study, side)]
    return found + [measure.columns for measure in book.measures.values()]


def _sides(study: Study, side: Side) -> list[tuple[str, ...]]:
    """Return the columns of one side by dimension."""
    return [
        tuple(name for item in dimension.items if (name := item.column(side)))
        for dimension in study.codebook.dimensions.values()
    ]


def _answered(study: Study, side: Side) -> np.ndarray:
    """Return the answers to one side, all rows by items, in scale points."""
    columns = [name for columns in _sides(study, side) for name in columns]
    return answers(study.ratings, columns)


def _complete(study: Study, side: Side) -> np.ndarray:
    """Return which rows are members that answered every item of a side."""
    known = np.isfinite(_answered(study, side)).all(axis=1)
    return np.asarray(study.design.members(study.mask & known), dtype=bool)


def _missing(study: Study, side: Side) -> str | None:
    """Return what the battery lacks for its correlations."""
    if sum(len(columns) for columns in _sides(study, side)) < 2:
        return "perceptions"
    X = _answered(study, side)[_complete(study, side)]
    if len(X) and (np.ptp(X, axis=0) == 0).any():
        return "constant_item" if len(X) >= study.min_n.show else "few"
    return None


def _unmodelled(study: Study, side: Side) -> str | None:
    """Return what the battery lacks for a measurement model."""
    longest = max((len(columns) for columns in _sides(study, side)), default=0)
    return _missing(study, side) or (None if longest > 1 else "scales")


def _incomparable(study: Study, across: str, side: Side) -> str | None:
    """Return what the groups lack to be compared."""
    if across == "wave" and not study.has("waves"):
        return "waves"
    lacking = "large_waves" if across == "wave" else "large_groups"
    (column,) = study.by_columns(across)
    large = 0
    for part in study.split(column).values():
        rows = _complete(part, side)
        X, n, k = _answered(part, side)[rows], int(rows.sum()), _answered(part, side).shape[1]
        if n and (np.ptp(X, axis=0) == 0).any():
            return "constant_item" if n >= study.min_n.show else lacking
        w = np.ones(n) if part.design.weights is None else part.design.weights[rows]
        n_eff = float(w.sum() ** 2 / (w**2).sum()) if n else 0.0
        large += n_eff > k + 1 and n >= study.min_n.show
    return None if large > 1 else lacking
