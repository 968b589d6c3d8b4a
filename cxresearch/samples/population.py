"""What is true of all customers of the example: population values by a very large draw.

Estimates of the package are compared with these numbers. They come from the very process that
makes the sample (`cxresearch.samples.process`), drawn without sampling weights, blanks or
screening, by plain counting and the normal equations: nothing of `cxresearch.stats` is used, so
that truth and estimate stay two different computations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxresearch.samples import process
from cxresearch.samples.truth import DRIVER_KEYS, DRIVERS, Importance, Truth

Array = NDArray[np.float64]
CHUNK = 50_000


def recompute(n_per_wave: int = 1_000_000, seed: int = 20_240_930) -> Truth:
    """Draw the population anew and return what is true of it.

    Parameters
    ----------
    n_per_wave : int
        Customers drawn for every wave. The numbers stored in `cxresearch.samples.truth.TRUTH` come
        from one million: standard errors below .002 scale points, .0005 of a share and .09 NPS
        points; about a minute. A hundredth of it is ten times less exact and quick.
    seed : int
        Seed of the draw.

    Returns
    -------
    Truth
    """
    rng = np.random.default_rng(seed)
    tallies = {wave: _tally(wave, n_per_wave, rng) for wave in process.WAVES}
    means = {wave: tally.mean for wave, tally in tallies.items()}
    pooled = _pool(list(tallies.values()))

    def by_wave(name: str, factor: float = 1.0) -> dict[str, float]:
        return {wave: factor * float(means[wave][name]) for wave in process.WAVES}

    def among(column: str, labels: Sequence[str], name: str) -> dict[str, float]:
        return {
            label: float(pooled.mean[f"{column}={label}:{name}"] / pooled.mean[f"{column}={label}"])
            for label in labels
        }

    branches = [name for points in process.BRANCHES.values() for name in points]
    gap_rows = (*process.DIMENSIONS, "overall")
    weighted = {
        wave: float(means[wave]["points_ok:gap"] / means[wave]["points_ok"])
        for wave in process.WAVES
    }
    nps = by_wave("nps", 100.0)
    mean, top2 = by_wave("S1"), by_wave("top2")
    before = process.WAVES[process.WAVES.index(process.BREAK_WAVE) - 1]
    return Truth(
        nps=nps,
        satisfaction_mean=mean,
        satisfaction_top2=top2,
        effort_mean={w: float(m["contact:CES"] / m["contact"]) for w, m in means.items()},
        effort_top3={w: float(m["contact:top3"] / m["contact"]) for w, m in means.items()},
        loyalty_mean=by_wave("loyalty"),
        gaps={w: {d: float(means[w][f"gap_{d}"]) for d in gap_rows} for w in process.WAVES},
        gap_weighted=weighted,
        points={
            d: 100 * float(pooled.mean[f"points_ok:{d}"] / pooled.mean["points_ok"])
            for d in process.DIMENSIONS
        },
        satisfaction_by_region=among("region", process.REGIONS, "S1"),
        satisfaction_by_tier=among("tier", process.TIERS, "S1"),
        satisfaction_by_branch=among("branch", branches, "S1"),
        importance_all=_importance(pooled),
        importance_latest=_importance(tallies[process.WAVES[-1]]),
        alpha={side: _alphas(pooled, side) for side in ("E", "P")},
        break_wave=process.BREAK_WAVE,
        break_satisfaction=mean[process.BREAK_WAVE] - mean[before],
        break_top2=top2[process.BREAK_WAVE] - top2[before],
        break_nps=nps[process.BREAK_WAVE] - nps[before],
    )


class _Tally:
    """Means and second moments of a draw, gathered piece by piece."""

    def __init__(self, mean: pd.Series, second: pd.DataFrame) -> None:
        self.mean = mean
        self.second = second

    def covariance(self, names: Sequence[str]) -> Array:
        middle = self.mean[list(names)].to_numpy()
        return np.asarray(self.second.loc[list(names), list(names)]) - np.outer(middle, middle)


def _tally(wave: str, n: int, rng: np.random.Generator) -> _Tally:
    sizes = [CHUNK] * (n // CHUNK) + ([n % CHUNK] if n % CHUNK else [])
    found = _piece(wave, sizes[0], n, rng)
    for size in sizes[1:]:
        more = _piece(wave, size, n, rng)
        found = _Tally(found.mean + more.mean, found.second + more.second)
    return found


def _piece(wave: str, size: int, n: int, rng: np.random.Generator) -> _Tally:
    frame = process.answers(wave, size, rng)
    share = size / n
    return _Tally(share * _facts(frame).mean(), share * _second(_moment_columns(frame)))


def _pool(tallies: Sequence[_Tally]) -> _Tally:
    """Every wave counts alike."""
    return _Tally(
        sum((t.mean for t in tallies[1:]), start=tallies[0].mean) / len(tallies),
        sum((t.second for t in tallies[1:]), start=tallies[0].second) / len(tallies),
    )


def _second(columns: pd.DataFrame) -> pd.DataFrame:
    values = columns.to_numpy()
    return pd.DataFrame(
        values.T @ values / len(values), index=columns.columns, columns=columns.columns
    )


def _moment_columns(frame: pd.DataFrame) -> pd.DataFrame:
    """Columns whose covariances are wanted: items, drivers (filled, with indicator), outcome."""
    items = [c for side in "EP" for columns in process.item_columns(side).values() for c in columns]
    return pd.concat([frame[items], _drivers(frame), frame[["S1"]]], axis="columns")


def _drivers(frame: pd.DataFrame) -> pd.DataFrame:
    columns = {}
    for name, rated in process.scores(frame).items():
        skipped = np.isnan(rated)
        # deviations from a fixed centre keep pieces of the draw alike; the indicator, which is
        # part of the same player, takes up any difference between that centre and the mean
        columns[name] = np.where(skipped, 0.0, rated - process.DRIVER_CENTRES[name])
        if name in process.NOT_APPLICABLE_SHARES:
            columns[f"{name}_na"] = skipped.astype(float)
    return pd.DataFrame(columns)


def _facts(frame: pd.DataFrame) -> pd.DataFrame:
    """One column per figure whose mean (or ratio of means) is a population value."""
    s1, nps, ces = frame["S1"], frame["NPS"], frame["CES"]
    contact = frame["contact"].astype(float)
    gap = _gaps(frame)
    ok, shares = _point_shares(frame)
    facts: dict[str, object] = {
        "nps": (nps >= 9).astype(float) - (nps <= 6).astype(float),
        "top2": (s1 >= 6).astype(float),
        "loyalty": (frame["L1"] + frame["L2"] + frame["L3"]) / 3,
        "contact": contact,
        "contact:CES": contact * ces.where(ces <= 7, 0.0),
        "contact:top3": contact * ((ces >= 5) & (ces <= 7)),
        "points_ok": ok,
        "points_ok:gap": ok * sum(shares[d] * gap[d] for d in process.DIMENSIONS),
        "gap_overall": sum(gap.values()) / len(gap),
    }
    facts |= {f"gap_{d}": values for d, values in gap.items()}
    facts |= {f"points_ok:{d}": ok * shares[d] for d in process.DIMENSIONS}
    for column in ("region", "tier", "branch"):
        for label in pd.unique(frame[column]):
            inside = (frame[column] == label).astype(float)
            facts |= {f"{column}={label}": inside, f"{column}={label}:S1": inside * s1}
    return pd.concat([pd.DataFrame(facts), _moment_columns(frame)], axis="columns")


def _gaps(frame: pd.DataFrame) -> dict[str, Array]:
    wanted, found = process.item_columns("E"), process.item_columns("P")
    return {
        d: (frame[found[d]].to_numpy() - frame[wanted[d]].to_numpy()).mean(axis=1)
        for d in process.DIMENSIONS
    }


def _point_shares(frame: pd.DataFrame) -> tuple[Array, dict[str, Array]]:
    """Points as shares by the rule of the questionnaire: within 10 of 100 they are rescaled."""
    columns = {d: frame[process.points_column(d)].to_numpy() for d in process.DIMENSIONS}
    total = np.asarray(sum(columns.values()))
    ok = (np.abs(total - 100) <= 10).astype(float)
    return ok, {d: values / total for d, values in columns.items()}


def _alphas(tally: _Tally, side: str) -> dict[str, float]:
    found = {}
    for dimension, items in process.item_columns(side).items():
        covariance, k = tally.covariance(items), len(items)
        found[dimension] = float(k / (k - 1) * (1 - np.trace(covariance) / covariance.sum()))
    return found


def _importance(tally: _Tally) -> Importance:
    """Shapley parts of R² for drivers, for blocks, and for drivers within blocks (Owen)."""
    players = {name: [name, f"{name}_na"] for name in process.NOT_APPLICABLE_SHARES}
    columns = [players.get(name, [name]) for name in DRIVER_KEYS]
    names = [c for group in columns for c in group]
    covariance = tally.covariance([*names, "S1"])
    position = {name: i for i, name in enumerate(names)}
    r2 = _r_squared(covariance, [[position[c] for c in group] for group in columns])
    keys = list(DRIVER_KEYS.values())
    blocks = {
        b: [keys.index(k) for k, of in DRIVERS.items() if of == b] for b in set(DRIVERS.values())
    }
    masks = {b: sum(1 << i for i in members) for b, members in blocks.items()}
    owen = {}
    for block, members in blocks.items():
        others = [masks[b] for b in masks if b != block]
        for i in members:
            owen[keys[i]] = sum(
                weight * _marginal(r2, outside, [j for j in members if j != i], i)
                for outside, weight in _coalitions(others)
            )
    everyone = list(range(len(keys)))
    return Importance(
        r_squared=float(r2[-1]),
        drivers={
            k: _marginal(r2, 0, [j for j in everyone if j != i], i) for i, k in enumerate(keys)
        },
        blocks={b: _block_value(r2, masks, b) for b in dict.fromkeys(DRIVERS.values())},
        within_blocks={k: owen[k] for k in keys},
    )


def _r_squared(covariance: Array, groups: Sequence[Sequence[int]]) -> Array:
    """R² of the last column on every set of players, indexed by the set's bits."""
    y, r2 = len(covariance) - 1, np.zeros(1 << len(groups))
    for mask in range(1, len(r2)):
        rows = [c for g, group in enumerate(groups) if mask >> g & 1 for c in group]
        toward = covariance[rows, y]
        r2[mask] = toward @ np.linalg.solve(covariance[np.ix_(rows, rows)], toward)
    return np.asarray(r2 / covariance[y, y])


def _coalitions(masks: Sequence[int]) -> list[tuple[int, float]]:
    """Unions of the other players' masks with the Shapley weight of each."""
    p = len(masks) + 1
    return [
        (sum(chosen), factorial(size) * factorial(p - size - 1) / factorial(p))
        for size in range(p)
        for chosen in combinations(masks, size)
    ]


def _marginal(r2: Array, outside: int, others: Sequence[int], i: int) -> float:
    return float(
        sum(
            weight * (r2[outside | inside | 1 << i] - r2[outside | inside])
            for inside, weight in _coalitions([1 << j for j in others])
        )
    )


def _block_value(r2: Array, masks: Mapping[str, int], block: str) -> float:
    others = [mask for name, mask in masks.items() if name != block]
    return float(
        sum(
            weight * (r2[outside | masks[block]] - r2[outside])
            for outside, weight in _coalitions(others)
        )
    )
