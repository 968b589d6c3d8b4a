"""What drives the outcome: R² divided among drivers, by the average over all orders and others.

`shapley` is the default everywhere; the others are for comparison or for readers who know them.
All take a labelled covariance (or correlation) frame, so weights, designs and pairwise or
polychoric correlations are decided before, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.errors import did_you_mean
from cxresearch.stats.importance import comparators, subsets
from cxresearch.stats.importance.moments import (
    ALIASED,
    Groups,
    Layout,
    aliased,
    checked,
    correlations,
    fault,
    lay_out,
)

Method = Literal["shapley", "relative_weights", "last", "first", "beta_squared", "pratt"]
#: Up to this many players the average over orders is exact, beyond it is sampled.
EXACT_PLAYERS = 22
_ORDERS_AT_ONCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Importance:
    """R² divided among the players.

    Attributes
    ----------
    values : Series
        Part of R² by player, a share of the outcome's variance.
    r_squared : float
        R² of the full model, covariates included.
    r_squared_covariates : float
        R² of the covariates alone; Shapley values sum to the difference.
    mc_error : Series
        Monte-Carlo standard error of the values; zero where they are exact.
    n_orders : int
        Sampled orders; zero where all were averaged.
    players : tuple
        Names in the order of the values.
    aliased : tuple
        Drivers that the others determine exactly, or that never vary: no data can tell them
        apart, so no claim about one of them holds.
    method : str
    """

    values: pd.Series
    r_squared: float
    r_squared_covariates: float
    mc_error: pd.Series
    n_orders: int
    players: tuple[Hashable, ...]
    aliased: tuple[Hashable, ...]
    method: Method

    @property
    def shares(self) -> pd.Series:
        """Each part divided by their sum; missing where nothing is explained."""
        total = float(self.values.sum())
        return self.values / total if total else self.values * np.nan


def held_out(C: np.ndarray, n_covariates: int) -> np.ndarray:
    """Take the leading covariates out of correlations; rows they explain become zero."""
    if not n_covariates:
        return C
    S = np.moveaxis(subsets.hold(C, n_covariates), -1, 0)
    full = np.triu(S) + np.swapaxes(np.triu(S, 1), 1, 2)
    left = np.einsum("bii->bi", full) > ALIASED
    return np.asarray(np.where(left[:, :, None] & left[:, None, :], full, 0.0))


def _shapley(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    return subsets.shapley_values(np.ascontiguousarray(np.moveaxis(R, 0, -1)), sizes).T


#: Array kernels: correlations (draws, m, m) without covariates, player sizes -> (draws, players).
KERNELS: Mapping[Method, Callable[[np.ndarray, Sequence[int]], np.ndarray]] = MappingProxyType(
    {
        "shapley": _shapley,
        "relative_weights": comparators.relative,
        "last": comparators.last,
        "first": comparators.first,
        "beta_squared": comparators.beta_squared,
        "pratt": comparators.pratt,
    }
)


def arrays(cov: pd.DataFrame, layout: Layout) -> np.ndarray:
    """Return the correlations of the layout's variables in its order: (1, m, m)."""
    ordered = checked(cov, layout.outcome).loc[layout.order, layout.order]
    return correlations(ordered.to_numpy(dtype=float)[None])


def series(values: np.ndarray, layout: Layout) -> pd.Series:
    """Label the values of the players."""
    index = pd.Index(layout.names, name="block" if layout.grouped else "driver")
    return pd.Series(values, index=index, name="estimate")


def decompose(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
    *,
    method: Method = "shapley",
    exact_players: int = EXACT_PLAYERS,
    n_orders: int = 10_000,
    seed: int | np.random.Generator = 0,
) -> Importance:
    r"""Tell how much of the differences in satisfaction goes with each driver.

    The Shapley value of driver j is the gain in R² when it joins the model, averaged over all
    orders in which the drivers can join (LMG, general dominance):

    .. math:: \phi_j = \frac1p \sum_{S \not\ni j} \binom{p-1}{|S|}^{-1} [R^2(S+j) - R^2(S)]

    Parameters
    ----------
    cov : DataFrame, shape (m, m)
        Labelled covariances or correlations of drivers, covariates and outcome.
    outcome : label
    groups : mapping of name to drivers, optional
        Each group counts as one player; other drivers are players of their own.
    covariates : list of labels, optional
        Always in the model; importance is what is added to them.
    method : {"shapley", "relative_weights", "last", "first", "beta_squared", "pratt"}
    exact_players : int
        With more players than this, random orders stand in for all of them (Shapley only).
    n_orders : int
        How many of them; they come in pairs of an order and its reverse.
    seed : int or Generator

    Returns
    -------
    Importance

    Raises
    ------
    StatisticsError
        The matrix or a name cannot be used.

    Notes
    -----
    A driver that others determine exactly adds nothing after them (generalised inverse), so
    two identical drivers share alike; `Importance.aliased` names them. Association, not effect.

    References
    ----------
    Groemping 2006, doi:10.18637/jss.v017.i01. Budescu 1993, doi:10.1037/0033-2909.114.3.542.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> result = decompose(r, "csat")
    >>> result.values.round(4).to_dict(), round(result.r_squared, 4)
    ({'speed': 0.2617, 'price': 0.1517}, 0.4133)
    """
    if method not in KERNELS:
        raise fault(f'unknown method "{method}"', hint=did_you_mean(method, list(KERNELS)))
    layout = lay_out(list(cov.columns), outcome, groups, covariates)
    C = arrays(cov, layout)
    R = held_out(C, len(layout.covariates))
    held = float(1.0 - R[0, -1, -1])
    error = np.zeros(len(layout.sizes))
    used = 0
    if method == "shapley" and len(layout.sizes) > exact_players:
        values, error, used = _sampled(R, layout.sizes, n_orders, seed)
    else:
        values = KERNELS[method](R, layout.sizes)[0]
    inside = C[0, :-1, :-1]
    return Importance(
        values=series(values, layout),
        r_squared=held + float(comparators.explained(R)[0]),
        r_squared_covariates=held,
        mc_error=series(error, layout).rename("mc_error"),
        n_orders=used,
        players=layout.names,
        aliased=aliased(inside, layout.order[:-1]),
        method=method,
    )


def _sampled(
    R: np.ndarray, sizes: Sequence[int], n_orders: int, seed: int | np.random.Generator
) -> tuple[np.ndarray, np.ndarray, int]:
    """Shapley values from random orders with their standard errors; pairs are the sample."""
    if n_orders < 4:
        raise fault("too few orders to know their error", found=str(n_orders), hint="at least 4")
    orders = subsets.random_orders(len(sizes), n_orders, np.random.default_rng(seed))
    gains = np.concatenate(
        [
            subsets.gains_in_orders(R[0][:, :, None], sizes, orders[at : at + _ORDERS_AT_ONCE])
            for at in range(0, len(orders), _ORDERS_AT_ONCE)
        ]
    )
    gains = gains[:, 0]
    pairs = gains.reshape(-1, 2, len(sizes)).mean(axis=1)
    return (
        gains.mean(axis=0),
        pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs)),
        len(orders),
    )


def owen_kernel(R: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Owen values (draws, drivers) of correlations without covariates."""
    return subsets.owen_values(np.ascontiguousarray(np.moveaxis(R, 0, -1)), sizes).T


def fits_exactly(layout: Layout, what: str) -> None:
    """Raise where a method that needs every set of players has too many of them."""
    owen_players = max(layout.sizes) + len(layout.sizes) - 1
    players = owen_players if what == "owen" else len(layout.sizes)
    if players > EXACT_PLAYERS:
        raise fault(
            f"{what} looks at every set of players, and there are too many",
            found=f"{players} players",
            hint=f"group the drivers so that at most {EXACT_PLAYERS} remain",
        )
