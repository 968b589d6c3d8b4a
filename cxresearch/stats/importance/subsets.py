"""R² of every set of players at once, and what each player adds to it on average.

The layout in memory is (variable, variable, model), models contiguous, upper triangle only.
Taking a variable into the model is one elimination step: the Schur complement

    S[i, j] - S[0, i] S[0, j] / S[0, 0]

Doubling: the models so far are kept (player out) and eliminated (player in), side by side; so
after all players the one number left per model is the variance of the outcome not explained.
A pivot that is numerically zero adds nothing: the semantics of a generalised inverse.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import comb

import numpy as np

from cxresearch.stats.importance.moments import ALIASED

#: Models held in memory at a time (numbers per matrix cell).
_MODELS = 1 << 16


def eliminate(S: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """Return the Schur complement of the first variable: (m, m, models) -> (m-1, m-1, models)."""
    m = S.shape[0] - 1
    pivot = S[0, 0]
    usable = pivot > ALIASED
    inverse = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=usable)
    if out is None:
        out = np.empty((m, m, *S.shape[2:]))
    for i in range(m):
        row = out[i, i:]
        np.multiply(S[0, 1 + i :], S[0, 1 + i] * inverse, out=row)
        np.subtract(S[1 + i, 1 + i :], row, out=row)
    return out


def _double(S: np.ndarray, size: int) -> np.ndarray:
    """Double the models by a player of `size` variables: left out (first half), taken in."""
    m = S.shape[0] - size
    models = S.shape[2]
    out = np.empty((m, m, 2 * models))
    for i in range(m):
        out[i, i:, :models] = S[size + i, size + i :]
    taken = S
    for _ in range(size - 1):
        taken = eliminate(taken)
    eliminate(taken, out=out[:, :, models:])
    return out


def hold(C: np.ndarray, n_covariates: int) -> np.ndarray:
    """Take the covariates into every model: (draws, m, m) -> (m', m', draws), upper triangle."""
    S = np.ascontiguousarray(np.moveaxis(C, 0, -1))
    for _ in range(n_covariates):
        S = eliminate(S)
    return S


def all_r_squared(S: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return R² of all sets of players, in units of the matrix: (2^players, draws).

    Bit j of the row number says that player j is in. `S` is (m, m, draws) with the outcome
    last; what is returned is the outcome's variance explained beyond the empty set.
    """
    draws = S.shape[2]
    total = S[-1, -1]
    for size in sizes:
        S = _double(S, size)
    return np.asarray(total - S[0, 0].reshape(-1, draws))


def popcounts(p: int) -> np.ndarray:
    """Return the number of players in each of the 2^p sets."""
    counts = np.zeros(1 << p, dtype=np.intp)
    for j in range(p):
        counts[1 << j : 2 << j] = counts[: 1 << j] + 1
    return counts


def shapley_weights(p: int) -> np.ndarray:
    """Return the weight of joining a set of size 0 … p-1: one over p times the number of such."""
    return np.array([1.0 / (p * comb(p - 1, k)) for k in range(p)])


def shapley_of_sets(values: np.ndarray) -> np.ndarray:
    """Return Shapley values (players, draws) of a game: values (2^players, draws), any order.

    A player's value is a sum over the sets that hold it minus a sum over all sets; the sums
    over "sets with j" for every j come from folding one vector bit by bit, in 2^(p+1) steps.
    """
    p = int(values.shape[0]).bit_length() - 1
    base, held, _ = _fold(values - values[0], popcounts(p), p)
    return np.asarray(held - base)


def _fold(gain: np.ndarray, size: np.ndarray, p: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (sum over all sets, sums over the sets with each local player, their grand sum)."""
    w = shapley_weights(p)
    joins = np.append(w, 0.0)
    joined = np.append(0.0, w) + joins
    base = joins[size] @ gain
    weighted = joined[size][:, None] * gain
    local = int(gain.shape[0]).bit_length() - 1
    held = np.empty((local, gain.shape[1]))
    for j in reversed(range(local)):
        half = 1 << j
        held[j] = weighted[half:].sum(axis=0)
        weighted = weighted[:half] + weighted[half:]
    return base, held, weighted[0]


def shapley_values(S: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return exact Shapley values (players, draws) of R², in blocks that fit the cache.

    `S` is (m, m, draws) as `hold` gives it. Many draws are taken a few at a time; with many
    players the first ones are doubled once and each of their sets is finished on its own.
    """
    p = len(sizes)
    draws = S.shape[2]
    step = max(1, _MODELS >> p)
    if draws > step:
        blocks = [S[:, :, at : at + step] for at in range(0, draws, step)]
        return np.concatenate([shapley_values(block, sizes) for block in blocks], axis=1)
    early = max(0, p - _MODELS.bit_length() + 1)
    total = S[-1, -1].copy()
    for size in sizes[:early]:
        S = _double(S, size)
    late = sizes[early:]
    counts = popcounts(len(late))
    value = np.zeros((p, draws))
    for number in range(1 << early):
        T = S[:, :, number * draws : (number + 1) * draws]
        for size in late:
            T = _double(T, size)
        gain = total - T[0, 0].reshape(-1, draws)
        base, held, everything = _fold(gain, counts + number.bit_count(), p)
        value -= base
        value[early:] += held
        for j in range(early):
            if number >> j & 1:
                value[j] += everything
    return value


def owen_values(S: np.ndarray, sizes: Sequence[int]) -> np.ndarray:
    """Return Owen values (drivers, draws): blocks join in any order, drivers within their block.

    For each block the other blocks are players and its drivers too; the game of its drivers is
    the average over the other blocks' sets, and its Shapley values are the drivers' parts.
    """
    ends = np.cumsum(sizes)
    n_others = len(sizes) - 1
    outer = shapley_weights(len(sizes))[popcounts(n_others)]
    parts = []
    for k, size in enumerate(sizes):
        own = range(ends[k] - size, ends[k])
        others = [i for i in range(ends[-1]) if i not in own]
        order = [*others, *own, S.shape[0] - 1]
        full = np.maximum.outer(order, order), np.minimum.outer(order, order)
        T = S[full[1], full[0]]
        steps = [s for j, s in enumerate(sizes) if j != k] + [1] * size
        r2 = all_r_squared(T, steps).reshape(1 << size, 1 << n_others, -1)
        parts.append(shapley_of_sets(np.einsum("t,std->sd", outer, r2)))
    return np.concatenate(parts)


def random_orders(p: int, n_orders: int, rng: np.random.Generator) -> np.ndarray:
    """Return random orders of p players in pairs of an order and its reverse: (n_orders, p)."""
    half = rng.permuted(np.tile(np.arange(p), ((n_orders + 1) // 2, 1)), axis=1)
    return np.stack([half, half[:, ::-1]], axis=1).reshape(-1, p)


def gains_in_orders(S: np.ndarray, sizes: Sequence[int], orders: np.ndarray) -> np.ndarray:
    """Return what each player adds in each order: (m, m, draws) -> (orders, draws, players)."""
    p = len(sizes)
    player = np.repeat(np.arange(p), sizes)
    n_drivers = len(player)
    # drivers sorted by the rank of their player; stable, so a group stays together
    rank = np.argsort(orders, axis=1)
    lined = np.argsort(rank[:, player], axis=1, kind="stable")
    index = np.concatenate([lined, np.full((len(orders), 1), n_drivers)], axis=1)
    low = np.minimum(index[:, :, None], index[:, None, :])
    high = np.maximum(index[:, :, None], index[:, None, :])
    T = np.ascontiguousarray(np.moveaxis(S[low, high], 0, 2))
    m, draws = T.shape[0], S.shape[2]
    T = T.reshape(m, m, len(orders) * draws)
    gains = np.zeros((len(orders), draws, p))
    rows = np.arange(len(orders))
    for at in range(n_drivers):
        before = T[-1, -1]
        T = eliminate(T)
        gains[rows, :, player[lined[:, at]]] += (before - T[-1, -1]).reshape(len(orders), draws)
    return gains
