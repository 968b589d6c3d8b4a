"""Which driver matters more than which, whatever else is in the model: dominance analysis."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.stats.importance import subsets
from cxresearch.stats.importance.division import arrays, fits_exactly, held_out, series
from cxresearch.stats.importance.moments import Groups, lay_out

#: Gains nearer than this are equal.
_EQUAL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Dominance:
    """The three kinds of dominance of one driver over another.

    Attributes
    ----------
    general : Series
        Mean over sizes of the mean gain: the Shapley value. Sums to R² (beyond covariates).
    conditional : DataFrame, drivers by model size 1 … p
        Mean gain in R² when the driver enters as the k-th.
    complete_matrix, conditional_matrix, general_matrix : DataFrame
        1 where the row's driver dominates the column's, 0 where it is dominated, 0.5 where
        neither or both hold (the diagonal too).
    pairs : DataFrame
        first, second, level: the strongest kind in which `first` dominates `second`
        ("complete", "conditional", "general", or "none" where they are equal).
    r_squared : float
        R² of the full model beyond the covariates.
    """

    general: pd.Series
    conditional: pd.DataFrame
    complete_matrix: pd.DataFrame
    conditional_matrix: pd.DataFrame
    general_matrix: pd.DataFrame
    pairs: pd.DataFrame
    r_squared: float


def dominance(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> Dominance:
    """Tell which driver adds more than which: in every model, at every size, on the whole.

    Driver i completely dominates j if it adds at least as much as j to every set of the others
    and more to one; conditionally if its mean gain is at least as large at every model size;
    generally if its mean over sizes is larger.

    Parameters
    ----------
    cov, outcome, groups, covariates
        As in `decompose`; at most 22 players.

    Returns
    -------
    Dominance

    Raises
    ------
    StatisticsError
        More than 22 players, or a matrix or name that cannot be used.

    References
    ----------
    Budescu 1993, doi:10.1037/0033-2909.114.3.542.
    Azen & Budescu 2003, doi:10.1037/1082-989X.8.2.129.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> result = dominance(r, "csat")
    >>> result.conditional.round(4).loc["speed"].to_dict()
    {1: 0.36, 2: 0.1633}
    >>> result.pairs.iloc[0].to_dict()
    {'first': 'speed', 'second': 'price', 'level': 'complete'}
    """
    layout = lay_out(list(cov.columns), outcome, groups, covariates)
    fits_exactly(layout, "dominance")
    R = held_out(arrays(cov, layout), len(layout.covariates))
    S = np.ascontiguousarray(np.moveaxis(R, 0, -1))
    r2 = subsets.all_r_squared(S, layout.sizes)[:, 0]
    p = len(layout.names)
    by_size = _conditional(r2, p)
    general = series(by_size.mean(axis=1), layout)
    names = general.index
    complete = np.full((p, p), 0.5)
    for i in range(p):
        for j in range(i):
            complete[i, j] = _sign(*_range(r2, i, j))
            complete[j, i] = 1 - complete[i, j]
    spread = by_size[:, None, :] - by_size[None, :, :]
    conditional = _sign(spread.min(axis=2), spread.max(axis=2))
    means = spread.mean(axis=2)
    overall = _sign(means, means)
    return Dominance(
        general=general,
        conditional=pd.DataFrame(by_size, names, pd.RangeIndex(1, p + 1, name="size")),
        complete_matrix=pd.DataFrame(complete, names, names.rename(None)),
        conditional_matrix=pd.DataFrame(conditional, names, names.rename(None)),
        general_matrix=pd.DataFrame(overall, names, names.rename(None)),
        pairs=_pairs(list(names), complete, np.asarray(conditional), np.asarray(overall)),
        r_squared=float(r2[-1]),
    )


def _sign(low: np.ndarray | float, high: np.ndarray | float) -> np.ndarray:
    """1 where no difference is negative and one is positive, 0 the other way round, else 0.5."""
    up = (np.asarray(low) > -_EQUAL) & (np.asarray(high) > _EQUAL)
    down = (np.asarray(high) < _EQUAL) & (np.asarray(low) < -_EQUAL)
    return np.where(up, 1.0, np.where(down, 0.0, 0.5))


def _range(r2: np.ndarray, i: int, j: int) -> tuple[float, float]:
    """Smallest and largest R²(S + i) - R²(S + j) over the sets S without both; i > j."""
    sets = r2.reshape(-1, 2, 1 << (i - 1 - j), 2, 1 << j)
    gap = sets[:, 1, :, 0] - sets[:, 0, :, 1]
    return float(gap.min()), float(gap.max())


def _conditional(r2: np.ndarray, p: int) -> np.ndarray:
    """Mean gain of each player at each size of the model it enters: (p, p)."""
    counts = subsets.popcounts(p - 1)
    many = np.bincount(counts, minlength=p)
    out = np.empty((p, p))
    for j in range(p):
        sets = r2.reshape(-1, 2, 1 << j)
        gain = (sets[:, 1] - sets[:, 0]).ravel()
        out[j] = np.bincount(counts, weights=gain, minlength=p) / many
    return out


def _pairs(
    names: list[Hashable], complete: np.ndarray, conditional: np.ndarray, overall: np.ndarray
) -> pd.DataFrame:
    rows = []
    for i, one in enumerate(names):
        for j, other in enumerate(names[:i]):
            swap = overall[i, j] < 0.5 or (overall[i, j] == 0.5)
            a, b = (j, i) if swap else (i, j)
            level = "none"
            for kind, matrix in (
                ("general", overall),
                ("conditional", conditional),
                ("complete", complete),
            ):
                level = kind if matrix[a, b] == 1 else level
            first, second = (other, one) if swap else (one, other)
            rows.append({"first": first, "second": second, "level": level})
    return pd.DataFrame(rows, columns=["first", "second", "level"])
