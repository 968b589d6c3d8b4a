"""How sure an importance is: the respondents are drawn again and everything is done anew."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import did_you_mean
from cxresearch.stats.importance import comparators
from cxresearch.stats.importance.available import PairwiseProducts, pairwise_correlations
from cxresearch.stats.importance.division import (
    KERNELS,
    Importance,
    Method,
    arrays,
    decompose,
)
from cxresearch.stats.importance.games import Game
from cxresearch.stats.importance.methods import owen
from cxresearch.stats.importance.moments import (
    Groups,
    complete,
    correlations,
    fault,
    lay_out,
    unit_weights,
    weighted_cov,
)
from cxresearch.stats.importance.replicates import (
    GroupProducts,
    Products,
    given,
    replicate_weights,
)
from cxresearch.stats.importance.summaries import differences, summary
from cxresearch.stats.moments import Sums

_OUTCOME = "(outcome)"
_MOST_FAILED = 0.05
_FEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BootstrapImportance:
    """Importance with percentile intervals; limits are quantiles of type 6 over the draws.

    Attributes
    ----------
    table : DataFrame, one row per driver (or block)
        driver (block), estimate, conf_low, conf_high; share, share_low, share_high (of the
        sum); rank, rank_low, rank_high (1 is the largest); p_first (share of draws on rank 1);
        correlation (its sign is the direction; missing for a group). With noise also noise_low,
        noise_high (interval of driver minus noise), p_above_noise, beats_noise (noise_low > 0).
    draws : ndarray, shape (B, players)
    differences : DataFrame, one row per pair, the larger first
        first, second, estimate, conf_low, conf_high, p_greater (share of draws with
        first > second).
    r_squared : ndarray, shape (B,)
        R² of the full model in every draw.
    point : Importance
        The estimate itself: R², covariates, aliased drivers.
    noise : ndarray, shape (B,), or None
        Importance of the independent noise driver in every draw.
    blocks : BootstrapImportance or None
        The same per block, from the same draws.
    n, n_resamples, n_failed : int
        Rows with weight above zero; draws; draws in which the outcome did not vary.
    n_orders : int
        Random orders per draw; zero where all orders were averaged.
    conf_level : float
    method : str
    above : ndarray, shape (B, players + 1), or None
        Values of the game with the noise driver, which is the last.
    """

    table: pd.DataFrame
    draws: np.ndarray
    differences: pd.DataFrame
    r_squared: np.ndarray
    point: Importance
    noise: np.ndarray | None
    blocks: BootstrapImportance | None
    n: int
    n_resamples: int
    n_failed: int
    n_orders: int
    conf_level: float
    method: Method
    above: np.ndarray | None = None


def bootstrap(
    X: pd.DataFrame,
    y: Any,
    weights: Any = None,
    method: Method = "shapley",
    n_resamples: int = 2000,
    seed: int | np.random.Generator = 0,
    *,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
    clusters: Any = None,
    strata: Any = None,
    conf_level: float = 0.95,
    noise: bool = False,
    draws: Any = None,
    blocks: Groups | None = None,
    owen_split: bool = False,
    pairwise: bool = False,
) -> BootstrapImportance:
    """Tell how sure the drivers' importance and their order are, by drawing respondents anew.

    Parameters
    ----------
    X : DataFrame, shape (n, p)
        Complete answers to the drivers (and covariates), one column each.
    y : array-like, shape (n,)
        The outcome.
    weights : array-like, shape (n,), optional
        They go with the respondent into every draw.
    method : {"shapley", "relative_weights", "last", "first", "beta_squared", "pratt"}
    n_resamples : int
        Number of draws B.
    seed : int or Generator
    groups, covariates
        As in `decompose`: groups count as one player.
    clusters, strata : array-like, shape (n,), optional
        Whole clusters are drawn within strata (rescaled bootstrap).
    conf_level : float
    noise : bool
        Compare with a driver of pure noise, fresh in every draw and drawn with the rows.
        Importance cannot be negative, so "interval above zero" would say nothing.
    draws : array-like, shape (B, n), optional
        Replicate weights from `survey.Design.bootstrap_weights`; they replace `weights`,
        `clusters` and `strata` in the draws (the estimate uses `weights`).
    blocks : mapping of name to drivers, optional
        Also each block's importance, from the same draws: Shapley with blocks as players, or
        the sum of its drivers for methods that know no groups.
    owen_split : bool
        With blocks and Shapley: the drivers' values are their part of the block's (they sum
        to it).
    pairwise : bool
        Answers may be missing (NaN); each correlation rests on those who gave both, in the
        estimate and in every draw, repaired where the correlations do not fit together.

    Returns
    -------
    BootstrapImportance

    Raises
    ------
    StatisticsError
        Gaps, weights, names or designs that cannot be used; more than a twentieth of the draws
        without variation in the outcome.

    References
    ----------
    Groemping 2006, doi:10.18637/jss.v017.i01.
    Tonidandel, LeBreton & Johnson 2009, doi:10.1037/a0017735.
    Rao, Wu & Yue 1992, Survey Methodology 18, 209-217.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame(rng.normal(size=(300, 2)), columns=["speed", "price"])
    >>> csat = X["speed"] + 0.5 * X["price"] + rng.normal(size=300)
    >>> result = bootstrap(X, csat, n_resamples=200, noise=True)
    >>> result.table["driver"].tolist(), result.table["beats_noise"].tolist()
    (['speed', 'price'], [True, True])
    """
    if method not in KERNELS:
        raise fault(f'unknown method "{method}"', hint=did_you_mean(method, list(KERNELS)))
    if not 0 < conf_level < 1:
        raise fault("conf_level must lie between 0 and 1", found=str(conf_level), hint="0.95")
    if owen_split and (blocks is None or groups is not None or method != "shapley"):
        raise fault("an Owen split needs blocks, no groups, and the method shapley")
    values, frame = _answers(X, y, gaps=pairwise)
    u = unit_weights(weights, len(values))
    cov = pairwise_correlations(frame, u)[0] if pairwise else weighted_cov(frame, u)
    rng = np.random.default_rng(seed)
    weight_rng, noise_rng, order_rng = rng.spawn(3)
    products = PairwiseProducts(values) if pairwise else Products(values)
    replicates = (
        replicate_weights(u, n_resamples, weight_rng, clusters=clusters, strata=strata)
        if draws is None
        else given(draws, len(values))
    )
    return _told(
        cov,
        products,
        replicates,
        int((u > 0).sum()),
        (noise_rng, order_rng),
        method=method,
        groups=groups,
        covariates=covariates,
        conf_level=conf_level,
        noise=noise,
        blocks=blocks,
        owen_split=owen_split,
    )


def bootstrap_sums(
    sums: Sums,
    method: Method = "shapley",
    n_resamples: int = 2000,
    seed: int | np.random.Generator = 0,
    *,
    outcome: str,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
    strata: Any = None,
    conf_level: float = 0.95,
    noise: bool = False,
    blocks: Groups | None = None,
) -> BootstrapImportance:
    """Tell how sure the drivers' importance is where respondents are known by sums alone.

    Whole random groups of respondents are drawn anew; with a thousand groups the intervals are
    those of drawing respondents, but for Monte-Carlo error. The estimate is that of `bootstrap`.

    Parameters
    ----------
    sums : Sums
        By random group (or cluster): drivers, covariates, and the outcome, which is the last.
    outcome : str
        What the outcome is called in `sums`.
    strata : array-like, shape (m,), optional
        Stratum of each group.
    method, n_resamples, seed, groups, covariates, conf_level, noise, blocks
        As in `bootstrap`.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = rng.normal(size=(3000, 2))
    >>> rows = np.column_stack([X, X @ [1, 0.5] + rng.normal(size=3000)])
    >>> sums = Sums.of_rows(rows, None, ["speed", "price", "csat"], rng.integers(0, 200, 3000))
    >>> result = bootstrap_sums(sums, n_resamples=200, outcome="csat", noise=True)
    >>> result.table["driver"].tolist(), result.table["beats_noise"].tolist()
    (['speed', 'price'], [True, True])
    """
    whole = sums.total()
    cov = whole.cov.rename(index={outcome: _OUTCOME}, columns={outcome: _OUTCOME})
    weight_rng, noise_rng, order_rng = np.random.default_rng(seed).spawn(3)
    ones = np.ones(len(sums.n))
    return _told(
        cov,
        GroupProducts(sums),
        replicate_weights(ones, n_resamples, weight_rng, strata=strata),
        whole.n,
        (noise_rng, order_rng),
        method=method,
        groups=groups,
        covariates=covariates,
        conf_level=conf_level,
        noise=noise,
        blocks=blocks,
        owen_split=False,
    )


def _told(
    cov: pd.DataFrame,
    products: Products | PairwiseProducts | GroupProducts,
    replicates: Iterator[np.ndarray],
    n: int,
    rngs: tuple[np.random.Generator, np.random.Generator],
    *,
    method: Method,
    groups: Groups | None,
    covariates: Sequence[Hashable] | None,
    conf_level: float,
    noise: bool,
    blocks: Groups | None,
    owen_split: bool,
) -> BootstrapImportance:
    """Play the game on the estimate and on every draw of the respondents."""
    noise_rng, order_rng = rngs
    main = _part(cov, blocks if owen_split else groups, covariates, method, order_rng, owen_split)
    noisy = _with_noise(main, order_rng) if noise else None
    per_block = None if blocks is None else _part(cov, blocks, covariates, method, order_rng, False)
    played: list[_Played] = []
    for W in replicates:
        C = products.covariances(W)
        R = correlations(C)
        wider = None if noisy is None else products.with_noise(W, C, C.shape[1] - 1, noise_rng)
        played.append(
            _Played(
                usable=R[:, -1, -1] > 0,
                r_squared=comparators.explained(R),
                values=main.play(R),
                noisy=None if noisy is None or wider is None else noisy.play(correlations(wider)),
                blocks=None if per_block is None else per_block.play(R),
            )
        )
    every, failed = _usable(played)
    common: dict[str, Any] = {
        "r_squared": every.r_squared,
        "n": n,
        "n_resamples": len(every.usable) + failed,
        "n_failed": failed,
        "conf_level": conf_level,
        "method": method,
    }
    correlation = pd.Series(correlations(cov.to_numpy()[None])[0, -1], index=cov.index)

    def told(
        part: _Part, draws: np.ndarray, noisy: np.ndarray | None, blocks: BootstrapImportance | None
    ) -> BootstrapImportance:
        return BootstrapImportance(
            table=summary(part.point.values, draws, conf_level, correlation, noisy),
            draws=draws,
            differences=differences(part.point.values, draws, conf_level),
            point=part.point,
            noise=None if noisy is None else noisy[:, -1],
            above=noisy,
            blocks=blocks,
            n_orders=part.game.n_orders,
            **common,
        )

    of_blocks = None
    if per_block is not None and every.blocks is not None:
        of_blocks = told(per_block, every.blocks, None, None)
    return told(main, every.values, every.noisy, of_blocks)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Part:
    """An estimate, the game that repeats it, and where its variables stand in the columns."""

    point: Importance
    game: Game
    place: np.ndarray
    R: np.ndarray

    def play(self, R: np.ndarray) -> np.ndarray:
        return self.game.play(R[:, self.place[:, None], self.place])


def _part(
    cov: pd.DataFrame,
    groups: Groups | None,
    covariates: Sequence[Hashable] | None,
    method: Method,
    rng: np.random.Generator,
    split: bool,
) -> _Part:
    labels: list[Hashable] = list(cov.columns)
    layout = lay_out(labels, _OUTCOME, groups, covariates)
    point = decompose(cov, _OUTCOME, groups, covariates, method=method)
    if split:
        values = owen(cov, _OUTCOME, groups or {}, covariates)
        exact = (values * 0.0).rename("mc_error")
        point = replace(point, values=values, mc_error=exact, players=tuple(values.index))
    R = arrays(cov, layout)
    held = len(layout.covariates)
    parts = point.values.to_numpy(dtype=float)
    game = Game.build(method, layout.sizes, held, R, parts, rng, split=split)
    place = np.array([labels.index(label) for label in layout.order])
    return _Part(point=point, game=game, place=place, R=R)


def _with_noise(part: _Part, rng: np.random.Generator) -> _Part:
    """Return the part with one more player, the noise, which stands before the outcome."""
    R = np.insert(np.insert(part.R, -1, 0.0, axis=1), -1, 0.0, axis=2)
    R[:, -2, -2] = 1.0
    at = int(part.place[-1])
    place = np.concatenate([part.place[:-1], [at, at + 1]])
    values = np.append(part.point.values.to_numpy(dtype=float), 0.0)
    game = part.game
    sizes = (*game.sizes, 1)
    wider = Game.build(game.method, sizes, game.n_covariates, R, values, rng, split=game.split)
    return _Part(point=part.point, game=wider, place=place, R=R)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Played:
    """What a block of draws gave; the first axis counts draws."""

    usable: np.ndarray
    r_squared: np.ndarray
    values: np.ndarray
    noisy: np.ndarray | None
    blocks: np.ndarray | None


def _usable(played: Sequence[_Played]) -> tuple[_Played, int]:
    """Join the blocks without the draws in which the outcome did not vary, and count those."""
    usable = np.concatenate([one.usable for one in played])
    failed = int((~usable).sum())
    if len(usable) < _FEWEST:
        raise fault("too few draws for an interval", found=str(len(usable)), hint="2000 draws")
    if failed > _MOST_FAILED * len(usable):
        raise fault(
            "the outcome does not vary in too many of the draws for an interval",
            found=f"{failed} of {len(usable)} draws",
            hint="more answers, or more draws",
        )

    def kept(name: str) -> Any:
        parts = [getattr(one, name) for one in played]
        return None if parts[0] is None else np.concatenate(parts)[usable]

    return _Played(**{name: kept(name) for name in _Played.__slots__}), failed


def _answers(X: pd.DataFrame, y: Any, *, gaps: bool) -> tuple[np.ndarray, pd.DataFrame]:
    """Return the drivers' columns and the outcome's, checked, as an array and a frame."""
    outcome = np.asarray(y, dtype=float)
    if outcome.shape != (len(X),):
        raise fault("one outcome per row is needed", found=f"{outcome.shape} for {len(X)} rows")
    frame = X.assign(**{_OUTCOME: outcome})
    if gaps:
        return frame.to_numpy(dtype=float, na_value=np.nan), frame
    return complete(frame), frame
