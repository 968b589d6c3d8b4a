"""Weights that make a sample look like the customer base in several known margins at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from cxresearch.errors import Fault, StatisticsError, did_you_mean, first
from cxresearch.stats.layout import Floats

__all__ = ["Raked", "rake"]

_TRIM_ROUNDS = 50
_CUT_ROUNDS = 500
_EXACT = 1e-13


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Raked:
    """Raked weights and what they cost.

    Attributes
    ----------
    weights : ndarray, shape (n,)
        In the order of the rows; mean one unless a total was asked for.
    margins : DataFrame
        ``variable, category, target, before, after`` as shares, and ``n``, rows of the sample.
    converged : bool
    cycles : int
        Passes over all margins until each was within the tolerance.
    margin_error : float
        Largest relative difference of a margin from its target at the end.
    n_kish, deff : float
        (Σw)²/Σw² and n over that; a deff above 2 deserves a warning.
    low, high : float
        Smallest and largest weight, relative to their mean.
    top_share : float
        Share of all weight held by the heaviest 5 % of rows.
    n_trimmed : int
        Rows at a bound of the trimming.
    totals_differ : bool
        The targets of the variables had different totals; shares were used.
    """

    weights: Floats
    margins: pd.DataFrame
    converged: bool
    cycles: int
    margin_error: float
    n_kish: float
    deff: float
    low: float
    high: float
    top_share: float
    n_trimmed: int
    totals_differ: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Margin:
    """One raking variable: category by row, categories, target shares."""

    name: str
    codes: Any
    labels: tuple[object, ...]
    target: Floats


def rake(
    frame: pd.DataFrame,
    targets: Mapping[str, Mapping[Any, float]],
    *,
    weights: ArrayLike | None = None,
    trim: tuple[float, float] | None = None,
    total: float | None = None,
    tolerance: float = 1e-6,
    max_cycles: int = 200,
    allow_unconverged: bool = False,
) -> Raked:
    """Weight respondents so that the sample matches known margins of the customer base.

    Iterative proportional fitting: the weights are multiplied to each margin in turn until every
    margin is within `tolerance` (relative) of its target.

    Parameters
    ----------
    frame : DataFrame, shape (n, ...)
        Holds the raking variables, without missing values (give them a category of their own).
    targets : mapping
        Per variable the target of each category, as shares or totals. Categories by their label
        in the data.
    weights : array-like, shape (n,), optional
        Design weights to begin with.
    trim : (low, high), optional
        Bounds as multiples of the mean raked weight, such as ``(0.3, 3)``: weights are cut and
        raked anew in turn; what the bounds leave of the margins is in `margin_error`.
    total : float, optional
        Sum of the weights; n by default.
    tolerance : float
    max_cycles : int
    allow_unconverged : bool
        Give the weights back even where the margins cannot all be met.

    Returns
    -------
    Raked

    Raises
    ------
    StatisticsError
        A variable that is missing or has holes, a category without target or without
        respondents, or margins that cannot be met together.

    References
    ----------
    Deming & Stephan 1940, 10.1214/aoms/1177731829. Compared with R ``survey::rake``.

    Examples
    --------
    >>> sample = pd.DataFrame({"sex": list("FFFM"), "age": ["young", "old", "old", "young"]})
    >>> raked = rake(sample, {"sex": {"F": 0.5, "M": 0.5}, "age": {"young": 0.6, "old": 0.4}})
    >>> raked.weights.round(3)
    array([0.4, 0.8, 0.8, 2. ])
    """
    n = len(frame)
    base = _base(weights, n)
    faults: list[Fault] = []
    margins = [_margin(frame, name, target, base, faults) for name, target in targets.items()]
    if not targets:
        faults.append(_fault("there is no margin to rake to", "targets", "none", "name a column"))
    if trim is not None and not 0 <= trim[0] < 1 < trim[1]:
        hint = "such as (0.3, 3)"
        faults.append(_fault("trimming bounds must enclose the mean", "trim", str(trim), hint))
    if faults:
        raise StatisticsError(*faults)
    known = [margin for margin in margins if margin is not None]
    rows = _Rows(known, n)
    w, cycles = rows.fit(base, tolerance, max_cycles)
    error = rows.error(w)
    if error > tolerance and not allow_unconverged:
        raise _unconverged(rows, w, cycles, error)
    converged = error <= tolerance
    n_trimmed = 0
    if trim is not None:
        w, more, n_trimmed = _trimmed(rows, w, trim, tolerance, max_cycles)
        cycles += more
        error = rows.error(w)
        converged = error <= tolerance
    used = w[w > 0]
    heavy = np.sort(w)[::-1][: max(1, int(np.ceil(0.05 * n)))]
    n_kish = float(w.sum() ** 2 / (w @ w))
    sums = [sum(target.values()) for target in targets.values()]
    return Raked(
        weights=w * ((n if total is None else total) / w.sum()),
        margins=_table(known, base, w),
        converged=converged,
        cycles=cycles,
        margin_error=error,
        n_kish=n_kish,
        deff=len(used) / n_kish,
        low=float(used.min() / used.mean()),
        high=float(used.max() / used.mean()),
        top_share=float(heavy.sum() / w.sum()),
        n_trimmed=n_trimmed,
        totals_differ=not np.allclose(sums, sums[0], rtol=1e-9, atol=0),
    )


class _Rows:
    """Rows grouped into the cells of all margins: raking multiplies whole cells."""

    def __init__(self, margins: list[_Margin], n: int) -> None:
        self.margins = margins
        combined = np.zeros(n, dtype=np.int64)
        for margin in margins:
            combined = pd.factorize(combined * len(margin.labels) + margin.codes)[0]
        self.cell = combined
        self.cells = int(combined.max()) + 1
        self.codes = []
        for margin in margins:
            by_cell = np.zeros(self.cells, dtype=np.intp)
            by_cell[combined] = margin.codes
            self.codes.append(by_cell)

    def sums(self, w: Floats) -> Floats:
        """Return the cells' shares of all weight."""
        return np.asarray(_sums(self.cell, w, self.cells) / w.sum())

    def fit(self, w: Floats, tolerance: float, max_cycles: int) -> tuple[Floats, int]:
        """Return weights of sum one raked from w, and the cycles until the tolerance was met.

        Where it is met, raking goes on to the last digits: cells are few and cycles cheap.
        """
        start = self.sums(w)
        cells = start.copy()
        met = 0
        for cycle in range(1, max_cycles + 1):
            for margin, codes in zip(self.margins, self.codes, strict=True):
                held = _sums(codes, cells, len(margin.target))
                factor = np.divide(margin.target, held, out=np.zeros_like(held), where=held > 0)
                cells = cells * factor[codes]
            error = self._cell_error(cells)
            if not met and error <= tolerance:
                met = cycle
            if error <= min(_EXACT, tolerance):
                break
        factor = np.divide(cells, start, out=np.zeros_like(cells), where=start > 0)
        return w / w.sum() * factor[self.cell], met or max_cycles

    def error(self, w: Floats) -> float:
        """Return the largest relative distance of a margin from its target."""
        return self._cell_error(self.sums(w))

    def _cell_error(self, cells: Floats) -> float:
        return max(
            float(_relative(_sums(codes, cells, len(margin.target)), margin.target).max())
            for margin, codes in zip(self.margins, self.codes, strict=True)
        )


def _sums(codes: Any, w: Floats, k: int) -> Floats:
    return np.asarray(np.bincount(codes, w, k), dtype=float)


def _relative(held: Floats, target: Floats) -> Floats:
    away = np.abs(held - target)
    return np.divide(away, target, out=away.copy(), where=target > 0)


def _trimmed(
    rows: _Rows, w: Floats, trim: tuple[float, float], tolerance: float, max_cycles: int
) -> tuple[Floats, int, int]:
    """Return weights within the bounds, raked as far as these allow; cycles; rows at a bound."""
    cycles = 0
    low = high = 0.0
    for _ in range(_TRIM_ROUNDS):
        mean = w[w > 0].mean()
        low, high = trim[0] * mean, trim[1] * mean
        outside = (w > 0) & ((w < low * (1 - tolerance)) | (w > high * (1 + tolerance)))
        if not outside.any():
            break
        w = np.where(w > 0, np.clip(w, low, high), 0.0)
        w, more = rows.fit(w, tolerance, max_cycles)
        cycles += more
    w, low, high = _within(w, trim, tolerance)
    at_bound = (w > 0) & ((w <= low * (1 + 1e-3)) | (w >= high * (1 - 1e-3)))
    return w, cycles, int(at_bound.sum())


def _within(w: Floats, trim: tuple[float, float], tolerance: float) -> tuple[Floats, float, float]:
    """Return weights cut until they lie within bounds of their own mean, and the bounds."""
    low = high = 0.0
    for _ in range(_CUT_ROUNDS):
        mean = w[w > 0].mean()
        low, high = trim[0] * mean, trim[1] * mean
        outside = (w > 0) & ((w < low * (1 - tolerance)) | (w > high * (1 + tolerance)))
        if not outside.any():
            break
        w = np.where(w > 0, np.clip(w, low, high), 0.0)  # which moves the mean
    return w, low, high


def _base(weights: ArrayLike | None, n: int) -> Floats:
    if n == 0:
        raise StatisticsError(_fault("there are no rows to weight", "frame", "0 rows", "load data"))
    if weights is None:
        return np.ones(n)
    base = np.asarray(weights, dtype=float)
    good = base.shape == (n,) and np.isfinite(base).all() and (base >= 0).all() and base.any()
    if not good:
        hint = "one finite weight >= 0 per row, not all zero"
        raise StatisticsError(_fault("unusable weights", "weights", f"shape {base.shape}", hint))
    return base


def _margin(
    frame: pd.DataFrame,
    name: str,
    target: Mapping[Any, float],
    base: Floats,
    faults: list[Fault],
) -> _Margin | None:
    where = f'column "{name}"'
    if name not in frame.columns:
        hint = did_you_mean(name, list(frame.columns))
        faults.append(_fault("a raking variable is not in the data", where, name, hint))
        return None
    codes, labels = pd.factorize(frame[name])
    before = len(faults)
    if (codes < 0).any():
        hint = 'give missing values a category of their own, such as "unknown", with a target'
        found = f"{int((codes < 0).sum())} rows"
        faults.append(_fault("a raking variable has missing values", where, found, hint))
    values = list(target.values())
    if not (np.isfinite(values).all() and min(values, default=-1) >= 0 and sum(values) > 0):
        hint = "give shares or totals >= 0"
        faults.append(_fault("targets must not be negative", where, first(values), hint))
    extra = [label for label in labels if label not in target]
    if extra:
        hint = did_you_mean(extra[0], list(target))
        faults.append(_fault("categories without a target", where, first(extra), hint))
    present = set(labels[np.unique(codes[(base > 0) & (codes >= 0)])])
    empty = [label for label, value in target.items() if value > 0 and label not in present]
    if empty:
        hint = "join the category with a neighbour, or drop its target"
        faults.append(
            _fault("categories with a target and no respondent", where, first(empty), hint)
        )
    if len(faults) > before:
        return None
    shares = np.array([target[label] for label in labels], dtype=float)
    return _Margin(name=name, codes=codes, labels=tuple(labels), target=shares / sum(values))


def _table(margins: list[_Margin], base: Floats, w: Floats) -> pd.DataFrame:
    parts = []
    for margin in margins:
        k = len(margin.labels)
        parts.append(
            pd.DataFrame(
                {
                    "variable": margin.name,
                    "category": np.array(margin.labels, dtype=object),
                    "target": margin.target,
                    "before": np.bincount(margin.codes, base, k) / base.sum(),
                    "after": np.bincount(margin.codes, w, k) / w.sum(),
                    "n": np.bincount(margin.codes, minlength=k),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def _unconverged(rows: _Rows, w: Floats, cycles: int, error: float) -> StatisticsError:
    cells = rows.sums(w)
    worst = ""
    for margin, codes in zip(rows.margins, rows.codes, strict=True):
        away = _relative(_sums(codes, cells, len(margin.target)), margin.target)
        if away.max() == error:
            worst = f'{margin.name} "{margin.labels[int(away.argmax())]}"'
    return StatisticsError(
        _fault(
            "raking did not converge: the margins cannot all be met",
            worst,
            f"largest relative margin error {error:.2g} after {cycles} cycles",
            "join small categories, drop a margin, or allow_unconverged",
        )
    )


def _fault(what: str, where: str, found: str, hint: str) -> Fault:
    return Fault(kind="statistics", what=what, where=where, found=found, hint=hint)
