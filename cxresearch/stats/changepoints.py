"""When satisfaction changed to a new level, how surely, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import check_conf_level, checked_series, fault

Verdict = Literal["no_break", "break", "step_or_drift"]

_WAVES_PER_BREAK = 6
_CHUNK = 4_000_000  # numbers held at once while simulating


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Segmentation:
    """The best levels with a given number of breaks.

    `starts` are the waves (from 0) at which a new level begins; `means` the levels, one more than
    there are breaks, with `std_errors`; `cost` the sum of squares over H.
    """

    n_breaks: int
    starts: tuple[int, ...]
    means: Array
    std_errors: Array
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Break:
    """One change of level: the first wave of the new level, and the size of the change.

    `date_set` is the smallest set of waves that holds the date with probability `conf_level`;
    `date_weights` the probability of each wave (0 where no break may be). `estimate` is the new
    level minus the old at the best date, its interval taking the date for known.
    """

    start: int
    date_set: tuple[int, ...]
    date_weights: Array
    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangePoints:
    """Whether and when the level changed.

    Attributes
    ----------
    verdict : {"no_break", "break", "step_or_drift"}
        break: beyond the penalty, and the steps beat the walking level by BIC, by more than they
        do in series that only walk; step_or_drift: beyond the penalty only.
    breaks : tuple of Break
        Those of the best penalised segmentation, also where the verdict is step_or_drift.
    segmentations : tuple of Segmentation
        The best with 0, 1, 2, ... breaks.
    penalty : float
        Per break, in units of the cost; the no-break series passes it with probability `alpha`.
    bic_steps, bic_local_level : float
        Of the chosen segmentation and of the local level on the same figures.
    p_walk : float
        How often a series that walks with the fitted Qs, and never steps, would favour steps over
        the walk as much as this one; NaN where there is no break to judge.
    """

    verdict: Verdict
    breaks: tuple[Break, ...]
    segmentations: tuple[Segmentation, ...]
    penalty: float
    alpha: float
    bic_steps: float
    bic_local_level: float
    p_walk: float
    conf_level: float
    n: int
    n_simulations: int


def find(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    seed: int | np.random.Generator,
    times: ArrayLike | None = None,
    min_waves: int = 2,
    max_breaks: int | None = None,
    alpha: float = 0.05,
    conf_level: float = 0.95,
    n_simulations: int = 2000,
    n_walks: int = 500,
) -> ChangePoints:
    """Tell whether satisfaction moved to a new level, and from which wave on.

    Minimises sum (y_t - level)^2 / H_t plus a penalty per break. The penalty is calibrated by
    simulating series of this length with these sampling variances and no change, so that a break
    is found in a share `alpha` of them (2 ln T would find one in 11 to 13 %). A slow drift passes
    the penalty as well; a break is therefore claimed only where the steps also have a lower BIC
    (levels and dates counted as parameters) than a local level. Since a level that walks often
    looks like steps, the difference in BIC must also be one that no more than a share `alpha` of
    series simulated from the fitted local level show. Dates are weighted by exp(-cost/2)
    over all segmentations with that many breaks.

    Parameters
    ----------
    y, variances : array (waves,)
        Figures and their sampling variances; NaN in `y` is a missing wave.
    seed : int or Generator
        For the calibration.
    times : array (waves,), optional
        For the local level it is compared with; default 0, 1, 2, ...
    min_waves : int
        Fewest observed waves on a level.
    n_simulations, n_walks : int
        Simulated series for the penalty, and for the comparison with the local level.
    max_breaks : int, optional
        Default one per six observed waves.

    Raises
    ------
    StatisticsError
        Where a variance is not finite and above zero, or waves are too few for any break.

    References
    ----------
    Killick, Fearnhead & Eckley (2012), 10.1080/01621459.2012.737745; Bai & Perron (2003),
    10.1002/jae.659.

    Examples
    --------
    >>> y = [7.1, 7.05, 7.12, 7.08, 7.15, 7.06, 7.45, 7.5, 7.42, 7.48, 7.44, 7.5]
    >>> found = find(y, [0.009] * 12, seed=1)
    >>> found.verdict, found.breaks[0].start, round(found.breaks[0].estimate, 3)
    ('break', 6, 0.372)
    """
    check_conf_level(conf_level)
    check_conf_level(1 - alpha)
    full, H, when = checked_series(y, variances, times)
    seen = np.flatnonzero(np.isfinite(full))
    values, v = full[seen], H[seen]
    if max_breaks is None:
        max_breaks = len(values) // _WAVES_PER_BREAK
    _check_room(len(values), min_waves, max_breaks)
    rng = np.random.default_rng(seed)
    penalty = calibrated_penalty(
        v, min_waves=min_waves, max_breaks=max_breaks, alpha=alpha, n=n_simulations, rng=rng
    )
    candidates = segmentations(full, H, min_waves=min_waves, max_breaks=max_breaks)
    totals = np.array([[one.cost] for one in candidates])
    cost, chosen = _chosen(totals, penalty)
    best = candidates[int(chosen[0])]
    bic_steps = float(_bic_steps(cost, chosen, v)[0])
    bic_walks, walk_variances = _bic_local_level(values[None, :], v, when[seen])
    bic_walk = float(bic_walks[0])
    verdict: Verdict = "no_break"
    p_walk = float("nan")
    if best.n_breaks:
        advantages = _steps_of_walks(
            float(walk_variances[0]), v, when[seen], penalty, min_waves, max_breaks, n_walks, rng
        )
        as_good = int((advantages >= bic_walk - bic_steps).sum())
        p_walk = (as_good + 1) / (n_walks + 1)
        verdict = "break" if bic_steps < bic_walk and p_walk <= alpha else "step_or_drift"
    return ChangePoints(
        verdict=verdict,
        breaks=_breaks(best, values, v, seen, len(full), min_waves, conf_level),
        segmentations=candidates,
        penalty=penalty,
        alpha=alpha,
        bic_steps=bic_steps,
        bic_local_level=bic_walk,
        p_walk=p_walk,
        conf_level=conf_level,
        n=len(values),
        n_simulations=n_simulations,
    )


def segmentations(
    y: ArrayLike, variances: ArrayLike, *, min_waves: int = 2, max_breaks: int
) -> tuple[Segmentation, ...]:
    """Find the best constant levels with 0, 1, 2, ... breaks.

    Exact (dynamic programming over all dates). With variances of one the cost is the residual sum
    of squares. Parameters and errors are those of `find`.

    References
    ----------
    Bai & Perron (2003), 10.1002/jae.659. Compared with R `strucchange::breakpoints`.

    Examples
    --------
    >>> [round(s.cost, 2) for s in segmentations([1, 1, 1, 3, 3, 3], [1.0] * 6, max_breaks=1)]
    [6.0, 0.0]
    """
    full, H, _ = checked_series(y, variances)
    seen = np.flatnonzero(np.isfinite(full))
    values, v = full[seen], H[seen]
    _check_room(len(values), min_waves, max_breaks)
    costs = _segment_costs(values[None, :], v)
    totals, last = _cheapest(costs, min_waves, max_breaks)
    found = []
    for m in range(max_breaks + 1):
        cuts: list[int] = []
        end = len(values)
        for k in range(m, 0, -1):
            end = int(last[k, 0, end])
            cuts.insert(0, end)
        edges = [0, *cuts, len(values)]
        parts = [slice(a, b) for a, b in pairwise(edges)]
        found.append(
            Segmentation(
                n_breaks=m,
                starts=tuple(int(seen[cut]) for cut in cuts),
                means=np.array([np.average(values[p], weights=1 / v[p]) for p in parts]),
                std_errors=np.array([np.sqrt(1 / (1 / v[p]).sum()) for p in parts]),
                cost=float(totals[m, 0]),
            )
        )
    return tuple(found)


def calibrated_penalty(
    variances: Array,
    *,
    min_waves: int = 2,
    max_breaks: int,
    alpha: float = 0.05,
    n: int = 2000,
    rng: np.random.Generator,
) -> float:
    """Find the penalty per break that raises a false alarm in a share `alpha` of unchanged series.

    A series raises an alarm where some number m of breaks saves more than m penalties; so the
    penalty is the (1 - alpha) quantile of the largest saving per break over `n` simulated series
    of normal errors with these variances. Its Monte-Carlo error is about half a percentage point
    of the alarm rate at n = 2000.

    Examples
    --------
    >>> import numpy as np
    >>> penalty = calibrated_penalty(np.full(12, 0.01), max_breaks=2, rng=np.random.default_rng(1))
    >>> 6 < penalty < 9
    True
    """
    v = np.asarray(variances, dtype=float)
    T = len(v)
    savings: list[Array] = []
    chunk = max(1, _CHUNK // (T + 1) ** 2)
    for begin in range(0, n, chunk):
        noise = rng.normal(size=(min(chunk, n - begin), T)) * np.sqrt(v)
        totals, _ = _cheapest(_segment_costs(noise, v), min_waves, max_breaks)
        per_break = (totals[0] - totals[1:]) / np.arange(1, max_breaks + 1)[:, None]
        savings.append(per_break.max(axis=0))
    return float(np.quantile(np.concatenate(savings), 1 - alpha, method="higher"))


def _segment_costs(y: Array, v: Array) -> Array:
    """Return the cost of the segment [i, j) of each series: series x (T+1) x (T+1)."""
    y = y - np.average(y, axis=1, weights=1 / v)[:, None]  # sums of squares keep their digits
    zero = np.zeros((len(y), 1))
    w = np.concatenate([[0.0], np.cumsum(1 / v)])
    s = np.hstack([zero, np.cumsum(y / v, axis=1)])
    q = np.hstack([zero, np.cumsum(y**2 / v, axis=1)])
    weight = w[None, :] - w[:, None]
    sums = s[:, None, :] - s[:, :, None]
    inverse = np.divide(1.0, weight, out=np.zeros_like(weight), where=weight > 0)
    costs = q[:, None, :] - q[:, :, None] - sums**2 * inverse
    return np.asarray(np.maximum(costs, 0.0))


def _cheapest(costs: Array, min_waves: int, max_breaks: int) -> tuple[Array, NDArray[np.int64]]:
    """Return the least total cost (breaks x series) and, per end, where the last segment starts."""
    series, T = costs.shape[0], costs.shape[1] - 1
    best = np.full((max_breaks + 1, series, T + 1), np.inf)
    last = np.zeros((max_breaks + 1, series, T + 1), dtype=np.int64)
    best[0, :, min_waves:] = costs[:, 0, min_waves:]
    for m in range(1, max_breaks + 1):
        for end in range((m + 1) * min_waves, T + 1):
            starts = slice(m * min_waves, end - min_waves + 1)
            total = best[m - 1, :, starts] + costs[:, starts, end]
            at = total.argmin(axis=1)
            best[m, :, end] = total[np.arange(series), at]
            last[m, :, end] = at + m * min_waves
    return best[:, :, T], last


def _breaks(
    best: Segmentation,
    values: Array,
    v: Array,
    seen: NDArray[np.int64],
    length: int,
    min_waves: int,
    conf_level: float,
) -> tuple[Break, ...]:
    weights = _date_weights(values, v, best.n_breaks, min_waves)
    z = float(stats.norm.ppf((1 + conf_level) / 2))
    found = []
    for k, start in enumerate(best.starts):
        by_likelihood = np.argsort(-weights[k], kind="stable")
        covered = np.cumsum(weights[k][by_likelihood])
        n_dates = int(np.searchsorted(covered, conf_level)) + 1
        change = float(best.means[k + 1] - best.means[k])
        error = float(np.hypot(best.std_errors[k], best.std_errors[k + 1]))
        dates = np.zeros(length)
        dates[seen] = weights[k]
        found.append(
            Break(
                start=start,
                date_set=tuple(sorted(int(seen[at]) for at in by_likelihood[:n_dates])),
                date_weights=dates,
                estimate=change,
                std_error=error,
                conf_low=change - z * error,
                conf_high=change + z * error,
            )
        )
    return tuple(found)


def _date_weights(y: Array, v: Array, n_breaks: int, min_waves: int) -> Array:
    """Return the probability of each date of each break (breaks x waves), forward and backward."""
    T = len(y)
    logs = -0.5 * _segment_costs(y[None, :], v)[0]
    i, j = np.indices(logs.shape)
    logs[j - i < min_waves] = -np.inf
    forward = [logs[0]]
    backward = [logs[:, T]]
    with np.errstate(divide="ignore"):
        for _ in range(n_breaks):
            forward.append(special.logsumexp(forward[-1][:, None] + logs, axis=0))
            backward.append(special.logsumexp(logs + backward[-1][None, :], axis=1))
    total = forward[n_breaks][T]
    rows = [
        np.exp(forward[k][:T] + backward[n_breaks - 1 - k][:T] - total) for k in range(n_breaks)
    ]
    return np.array(rows).reshape(n_breaks, T)


def _chosen(totals: Array, penalty: float) -> tuple[Array, NDArray[np.int64]]:
    """Return cost and number of breaks of the best penalised segmentation of each series."""
    counts = np.arange(len(totals))
    m = (totals + penalty * counts[:, None]).argmin(axis=0)
    return totals[m, np.arange(totals.shape[1])], m


def _bic_steps(cost: Array, breaks: NDArray[np.int64], v: Array) -> Array:
    """Return the BIC of constant levels, levels and dates counted as parameters."""
    constant = np.log(2 * np.pi * v).sum()
    return np.asarray(constant + cost + (2 * breaks + 1) * np.log(len(v)))


def _bic_local_level(y: Array, v: Array, when: Array) -> tuple[Array, Array]:
    """Return the BIC of the walking level, and the most likely Qs, of each series.

    Its starting level and Qs count as parameters. The density is that of the figures with the
    starting level at its most likely, as for the steps; that of the contrasts would not compare.
    """
    T = len(v)
    top = 2 * max(float((np.diff(y, axis=1) ** 2 / np.diff(when)).sum(axis=1).max()), v.max())
    grid = np.append(0.0, np.geomspace(1e-6 * float(v.min()) / T, top, 300))
    V = np.diag(v) + grid[:, None, None] * (np.minimum.outer(when, when) - when[0])
    # neighbouring contrasts turned to independence, as in RandomWalk
    differences = np.diff(np.eye(T), axis=0) / np.sqrt(np.diff(when))[:, None]
    roots, vectors = np.linalg.eigh((differences * v) @ differences.T)
    spread = np.maximum(roots, 0.0) + grid[:, None]
    squares = (y @ differences.T @ vectors) ** 2 @ (1 / spread).T
    deviance = T * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + squares
    at = deviance.argmin(axis=1)
    return deviance.min(axis=1) + 2 * np.log(T), grid[at]


def _steps_of_walks(
    signal_variance: float,
    v: Array,
    when: Array,
    penalty: float,
    min_waves: int,
    max_breaks: int,
    n: int,
    rng: np.random.Generator,
) -> Array:
    """Return by how much steps beat the walk in BIC, in series that walk and never step."""
    gaps = np.diff(when, prepend=when[0])
    advantages: list[Array] = []
    chunk = max(1, _CHUNK // (len(v) + 1) ** 2)
    for begin in range(0, n, chunk):
        shape = (min(chunk, n - begin), len(v))
        level = np.cumsum(rng.normal(size=shape) * np.sqrt(signal_variance * gaps), axis=1)
        y = level + rng.normal(size=shape) * np.sqrt(v)
        totals, _ = _cheapest(_segment_costs(y, v), min_waves, max_breaks)
        steps = _bic_steps(*_chosen(totals, penalty), v)
        advantages.append(_bic_local_level(y, v, when)[0] - steps)
    return np.concatenate(advantages)


def _check_room(n: int, min_waves: int, max_breaks: int) -> None:
    if min_waves < 1 or max_breaks < 1 or n < (max_breaks + 1) * min_waves:
        raise fault(
            "the series is too short for a break",
            found=f"{n} observed waves, {max_breaks} breaks, {min_waves} waves per level",
            hint="eight waves are wanted for one break; with fewer compare waves with each other",
        )
