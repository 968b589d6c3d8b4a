"""Covariances of drivers and outcome: made from answers, checked, and laid out for the methods.

Every importance here is a function of one covariance matrix. `Layout` says in which order the
matrix is read (covariates, then the players one after another, the outcome last); the methods
see arrays of shape (draws, variables, variables) in that order, scaled to correlations.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, StatisticsError, did_you_mean, first

#: Variance left of a driver, as a part of its own, below which it counts as explained by others.
ALIASED = 1e-10
#: Smallest eigenvalue of a correlation matrix that rounding alone can explain.
_INDEFINITE = -1e-8

Groups = Mapping[str, Sequence[Hashable]]


def fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    """Return the error of this floor with one fault."""
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))


def weighted_cov(frame: pd.DataFrame, weights: Any = None) -> pd.DataFrame:
    r"""Tell how the answers move together, each respondent counting by the weight.

    With unit-sum weights :math:`u` the covariance is
    :math:`\sum u_i (x_i-\bar x)(y_i-\bar y) / (1-\sum u_i^2)`; without weights it is the usual
    one over :math:`n-1`. Multiplying all weights by a constant changes nothing.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Complete numeric answers, one row per respondent, in scale points.
    weights : array-like, shape (n,), optional
        Finite and not negative. Rows of weight zero do not count.

    Returns
    -------
    DataFrame, shape (k, k)
        Covariances in squared scale points, labelled as the columns.

    Raises
    ------
    StatisticsError
        An answer is missing, a weight cannot be one, or fewer than two rows count.

    Notes
    -----
    The same as R ``cov.wt(method = "unbiased")``.

    Examples
    --------
    >>> answers = pd.DataFrame({"speed": [1.0, 2.0, 3.0], "price": [2.0, 2.0, 5.0]})
    >>> weighted_cov(answers, [1, 1, 2]).round(4)
           speed  price
    speed    1.1    1.8
    price    1.8    3.6
    """
    values = complete(frame)
    u = unit_weights(weights, len(values))
    centred = values - u @ values
    scatter = (centred * u[:, None]).T @ centred
    labels = frame.columns
    return pd.DataFrame(scatter / (1.0 - u @ u), index=labels, columns=labels)


def complete(frame: pd.DataFrame, what: str = "the answers") -> np.ndarray:
    """Return the frame's values as floats; an error where one is missing or infinite."""
    repeated = frame.columns[frame.columns.duplicated()].tolist()
    if repeated:
        raise fault(f"{what} have a column twice", found=first(repeated))
    values = frame.to_numpy(dtype=float, na_value=np.nan)
    wrong = ~np.isfinite(values)
    if wrong.any():
        columns = frame.columns[wrong.any(axis=0)].tolist()
        raise fault(
            f"{what} have gaps, and importance is defined for complete rows only",
            where=f"columns {first(columns)}",
            found=f"{int(wrong.any(axis=1).sum())} of {len(values)} rows with a gap",
            hint="leave those rows out first: frame.dropna()",
        )
    return values


def unit_weights(weights: Any, n: int) -> np.ndarray:
    """Return the weights with sum one; an error where they are no weights for `n` rows."""
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=float)
    if w.shape != (n,):
        raise fault("one weight per row is needed", found=f"shape {w.shape} for {n} rows")
    if not (np.isfinite(w).all() and (w >= 0).all()):
        bad = int((~np.isfinite(w) | (w < 0)).sum())
        raise fault("weights must be finite and not negative", found=f"{bad} that are not")
    if int((w > 0).sum()) < 2:
        raise fault("fewer than two rows have a weight above zero", found=f"{n} rows")
    return np.asarray(w / w.sum())


@dataclass(frozen=True, slots=True)
class Layout:
    """The order in which a method reads the matrix: covariates, players, outcome.

    Attributes
    ----------
    names : tuple
        The players: groups and drivers in no group, in the order of the drivers.
    members : tuple of tuple
        The drivers of each player.
    covariates : tuple
        Variables that stay in every model.
    outcome : label
    grouped : bool
        Whether some player is a group.
    """

    names: tuple[Hashable, ...]
    members: tuple[tuple[Hashable, ...], ...]
    covariates: tuple[Hashable, ...]
    outcome: Hashable
    grouped: bool

    @property
    def sizes(self) -> tuple[int, ...]:
        """Number of drivers of each player."""
        return tuple(len(one) for one in self.members)

    @property
    def drivers(self) -> tuple[Hashable, ...]:
        """All drivers, player after player."""
        return tuple(name for one in self.members for name in one)

    @property
    def order(self) -> list[Hashable]:
        """Labels in the order of the arrays."""
        return [*self.covariates, *self.drivers, self.outcome]

    def singly(self) -> Layout:
        """Return the same layout with each driver as a player of its own."""
        drivers = self.drivers
        return Layout(drivers, tuple((d,) for d in drivers), self.covariates, self.outcome, False)


def lay_out(
    labels: Sequence[Hashable],
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> Layout:
    """Return who plays: groups, drivers in no group, covariates; an error for unknown names."""
    if isinstance(covariates, str):
        raise fault("covariates must be a list", found=covariates, hint=f'["{covariates}"]')
    held = tuple(covariates or ())
    lists = {name: tuple(members) for name, members in (groups or {}).items()}
    asked = [outcome, *held, *(d for members in lists.values() for d in members)]
    for name in asked:
        if name not in labels:
            raise fault(
                f'"{name}" is not in the covariance matrix', hint=did_you_mean(name, labels)
            )
    twice = sorted({str(name) for name in asked if asked.count(name) > 1})
    if twice:
        raise fault(
            "a variable is named twice",
            found=first(twice),
            hint="each may be the outcome, a covariate, or a driver of one group",
        )
    empty = [name for name, members in lists.items() if not members]
    if empty:
        raise fault("a group without drivers", found=first(empty))
    group_of = {driver: name for name, members in lists.items() for driver in members}
    players: dict[Hashable, tuple[Hashable, ...]] = {}
    for label in labels:
        if label == outcome or label in held:
            continue
        name = group_of.get(label, label)
        if label not in group_of and label in lists:
            raise fault(f'a group and a driver outside it are both called "{label}"')
        players[name] = lists[str(name)] if label in group_of else (label,)
    if not players:
        raise fault("there is no driver", found=f"labels {first(list(labels))}")
    return Layout(tuple(players), tuple(players.values()), held, outcome, bool(lists))


def checked(cov: pd.DataFrame, outcome: Hashable) -> pd.DataFrame:
    """Return the covariance frame if it can be one: square, labelled, finite, not indefinite."""
    labels = list(cov.columns)
    if list(cov.index) != labels or len(set(labels)) != len(labels):
        raise fault(
            "a covariance frame has the same distinct labels on both sides",
            found=f"shape {cov.shape}",
            hint="frame.cov() or weighted_cov(frame, weights) make one",
        )
    if outcome not in labels:
        raise fault(
            f'outcome "{outcome}" is not in the covariance matrix',
            hint=did_you_mean(outcome, labels),
        )
    S = cov.to_numpy(dtype=float, na_value=np.nan)
    if not np.isfinite(S).all():
        gaps = [name for name, row in zip(labels, S, strict=True) if not np.isfinite(row).all()]
        raise fault("a covariance matrix has gaps", where=first(gaps), hint="use complete rows")
    scale = np.sqrt(np.abs(np.diag(S)))
    if not np.allclose(S, S.T, rtol=1e-8, atol=1e-10 * max(float(scale.max()) ** 2, 1e-300)):
        raise fault("a covariance matrix must be symmetric")
    if S[labels.index(outcome), labels.index(outcome)] <= 0:
        raise fault(
            f'outcome "{outcome}" never varies, so there is nothing to explain',
            hint="look at its answers",
        )
    smallest = float(np.linalg.eigvalsh(correlations(S[None])[0]).min())
    if (np.diag(S) < 0).any() or smallest < _INDEFINITE:
        raise fault(
            "the matrix is indefinite, so no set of answers can have these covariances",
            found=f"smallest eigenvalue of the correlations {smallest:.3g}",
            hint="use complete rows, or repair a pairwise matrix first",
        )
    return cov


def correlations(S: np.ndarray) -> np.ndarray:
    """Scale covariances (draws, m, m) to correlations; a variable that never varies gets zeros."""
    variance = np.einsum("bii->bi", S)
    varies = variance > 0
    scale = np.divide(1.0, np.sqrt(np.where(varies, variance, 1.0))) * varies
    return np.asarray(S * scale[:, :, None] * scale[:, None, :])


def aliased(R: np.ndarray, labels: Sequence[Hashable]) -> tuple[Hashable, ...]:
    """Return the drivers that others determine exactly (or that never vary), given correlations."""
    values, vectors = np.linalg.eigh(R)
    null = vectors[:, values < ALIASED * max(len(labels), 1)]
    load = np.abs(null).max(axis=1, initial=0.0)
    return tuple(label for label, one in zip(labels, load, strict=True) if one > 1e-4)
