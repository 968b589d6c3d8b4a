"""A game: players and the rule that divides R² among them, played on many draws at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxresearch.stats.importance import subsets
from cxresearch.stats.importance.division import KERNELS, Method, held_out, owen_kernel

#: With more players, draws use random orders (the same in every draw) in place of all.
EXACT_PLAYERS_PER_DRAW = 15
_ORDERS = 256
_DRAWS_AT_ONCE = 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Game:
    """How R² is divided: by which method, among players of which sizes.

    Attributes
    ----------
    method : str
    sizes : tuple of int
        Drivers per player.
    n_covariates : int
        Leading variables that are in every model.
    split : bool
        Divide each player's value among its drivers (Owen).
    orders : ndarray or None
        Sampled orders; None where all are averaged.
    correction : ndarray or None
        Value of the estimate over all (or many) orders minus its value over `orders`. Since
        every draw uses the same orders, adding it takes their error out but for a remainder.
    """

    method: Method
    sizes: tuple[int, ...]
    n_covariates: int
    split: bool = False
    orders: np.ndarray | None = None
    correction: np.ndarray | None = None

    @staticmethod
    def build(
        method: Method,
        sizes: Sequence[int],
        n_covariates: int,
        R: np.ndarray,
        values: np.ndarray,
        rng: np.random.Generator,
        *,
        split: bool = False,
    ) -> Game:
        """Return the game; `R` (1, m, m) and `values` are the estimate's correlations and parts."""
        game = Game(method=method, sizes=tuple(sizes), n_covariates=n_covariates, split=split)
        if split or method != "shapley" or len(sizes) <= EXACT_PLAYERS_PER_DRAW:
            return game
        orders = subsets.random_orders(len(sizes), _ORDERS, rng)
        game = Game(method=method, sizes=game.sizes, n_covariates=n_covariates, orders=orders)
        return Game(
            method=method,
            sizes=game.sizes,
            n_covariates=n_covariates,
            orders=orders,
            correction=values - game.play(R)[0],
        )

    @property
    def n_orders(self) -> int:
        """Sampled orders per draw; zero where all are averaged."""
        return 0 if self.orders is None else len(self.orders)

    def play(self, R: np.ndarray) -> np.ndarray:
        """Divide R² of correlations (draws, m, m): (draws, players), or drivers where split."""
        R = held_out(R, self.n_covariates)
        if self.split:
            return owen_kernel(R, self.sizes)
        if self.orders is None:
            return KERNELS[self.method](R, self.sizes)
        S = np.moveaxis(R, 0, -1)
        parts = [
            subsets.gains_in_orders(
                S[:, :, at : at + _DRAWS_AT_ONCE], self.sizes, self.orders
            ).mean(axis=0)
            for at in range(0, len(R), _DRAWS_AT_ONCE)
        ]
        values = np.concatenate(parts)
        return values if self.correction is None else values + self.correction
