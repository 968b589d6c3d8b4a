"""Answers that are missing, filled in several times from what else the person said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, first

__all__ = ["Pooled", "complete_sets", "rubin"]

_ROUNDS = 10
_DONORS = 5
_RIDGE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """An estimate from several completed data sets.

    Attributes
    ----------
    estimate, std_error, df : float
    within, between : float
        Variance inside a data set, and between the data sets.
    missing_information : float
        Part of the variance that the missing answers cost (0 to 1).
    """

    estimate: float
    std_error: float
    df: float
    within: float
    between: float
    missing_information: float


def rubin(estimates: Sequence[float], variances: Sequence[float]) -> Pooled:
    """Pool an estimate over completed data sets: total = within + (1 + 1/m) between.

    Parameters
    ----------
    estimates, variances : sequence of float, length m
        Of each data set; at least two.

    References
    ----------
    Rubin 1987, doi:10.1002/9780470316696.

    Examples
    --------
    >>> found = rubin([.42, .45, .40, .47, .44], [.0100, .0110, .0095, .0105, .0102])
    >>> round(found.std_error, 7), round(found.df, 4)
    (0.1054324, 644.0934)
    """
    values, spread = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    m = len(values)
    if m < 2 or spread.shape != values.shape:
        raise _fault("pooling needs two or more data sets", f"{m} and {len(spread)}", "m = 20")
    within, between = float(spread.mean()), float(values.var(ddof=1))
    extra = (1 + 1 / m) * between
    total = within + extra
    return Pooled(
        estimate=float(values.mean()),
        std_error=float(np.sqrt(total)),
        df=float((m - 1) * (total / extra) ** 2) if extra > 0 else float("inf"),
        within=within,
        between=between,
        missing_information=extra / total if total > 0 else 0.0,
    )


def complete_sets(
    frame: pd.DataFrame,
    n_sets: int,
    rng: np.random.Generator,
    *,
    weights: np.ndarray | None = None,
    rounds: int = _ROUNDS,
) -> list[pd.DataFrame]:
    """Fill missing answers several times (chained equations, predictive mean matching).

    Column by column, with the others as predictors: the coefficients of a linear regression are
    drawn from their posterior, and each missing answer becomes that of a respondent drawn from
    the five whose predictions are nearest. Filled answers are therefore answers that somebody
    gave. Holds where answers are missing at random given the other columns.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        NaN is no answer; put the outcome in, or its tie to the drivers is weakened.
    n_sets : int
        Data sets m, at least 20 for intervals.
    rng : Generator
    weights : array-like, shape (n,), optional
    rounds : int
        Passes over the columns.

    Raises
    ------
    StatisticsError
        A column with fewer answers than columns.

    References
    ----------
    van Buuren & Groothuis-Oudshoorn 2011, doi:10.18637/jss.v045.i03.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6, 7], "b": [1.0, 2, np.nan, 4, 5, 6, 7]})
    >>> sets = complete_sets(frame, 2, np.random.default_rng(1))
    >>> len(sets), int(sets[0].isna().to_numpy().sum())
    (2, 0)
    """
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    missing = ~np.isfinite(values)
    n, k = values.shape
    poor = [str(frame.columns[j]) for j in range(k) if n - missing[:, j].sum() <= min(k, n - 1)]
    if missing.any() and poor:
        raise _fault("too few answers to fill the missing ones from", first(poor), "leave it out")
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float) / np.mean(weights)
    order = [int(j) for j in np.argsort(missing.sum(axis=0), kind="stable") if missing[:, j].any()]
    sets = []
    for _ in range(n_sets):
        filled = values.copy()
        for j in order:
            known = values[~missing[:, j], j]
            filled[missing[:, j], j] = rng.choice(known, int(missing[:, j].sum()))
        for _round in range(rounds if len(order) > 1 else 1):
            for j in order:
                filled[missing[:, j], j] = _matched(filled, j, missing[:, j], w, rng)
        sets.append(pd.DataFrame(filled, index=frame.index, columns=frame.columns))
    return sets


def _matched(
    filled: np.ndarray, j: int, missing: np.ndarray, w: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    others = np.delete(filled, j, axis=1)
    spread = others.std(axis=0)
    Z = (others - others.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    A = np.column_stack([np.ones(len(Z)), Z])
    known = ~missing
    y = filled[known, j]
    B, u = A[known], w[known]
    gram = (B * u[:, None]).T @ B
    gram += np.diag(np.full(len(gram), _RIDGE * np.trace(gram) / len(gram)))
    inverse = np.linalg.inv(gram)
    b = inverse @ (B.T @ (u * y))
    free = max(int(known.sum()) - A.shape[1], 1)
    sigma = np.sqrt(float(u @ (y - B @ b) ** 2) / rng.chisquare(free))
    drawn = b + sigma * np.linalg.cholesky(inverse) @ rng.standard_normal(len(b))
    given, wanted = B @ b, A[missing] @ drawn
    order = np.argsort(given, kind="stable")
    place = np.searchsorted(given[order], wanted)
    donors = min(_DONORS, len(order))
    start = np.clip(place - donors // 2 - 1, 0, len(order) - donors)
    chosen = start + rng.integers(0, donors, len(wanted))
    return np.asarray(y[order][chosen])


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
