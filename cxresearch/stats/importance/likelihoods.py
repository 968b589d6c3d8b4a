"""Importance where the outcome is no number: McFadden's R² of cumulative logits, shared out.

Every set of players is fitted (`cumulative`), in the estimate and in every draw; draws begin at
the estimate's fits. What is divided is 1 - l / l0, a part of the null model's log-likelihood.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.stats.importance import subsets
from cxresearch.stats.importance.cumulative import Cumulative, Fits
from cxresearch.stats.importance.division import Importance, series
from cxresearch.stats.importance.moments import (
    Groups,
    Layout,
    complete,
    fault,
    lay_out,
    unit_weights,
    weighted_cov,
)
from cxresearch.stats.importance.replicates import given, replicate_weights
from cxresearch.stats.importance.summaries import differences, summary
from cxresearch.stats.importance.uncertainty import BootstrapImportance

Likelihood = Literal["logit", "ordered"]
#: Players up to which every set of them is fitted.
MOST_PLAYERS = {"logit": 12, "ordered": 8}
_OUTCOME = "(outcome)"
_WORK = 5e7  # sets times rows times draws that a bootstrap may take
_FEWEST = 100
_NOISE_SETS = 6  # per size of the model that the noise driver joins
_LOOSE = 1e-6


def mcfadden_bootstrap(
    X: pd.DataFrame,
    y: Any,
    weights: Any = None,
    model: Likelihood = "logit",
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
) -> BootstrapImportance:
    """Tell which drivers go with being a promoter (or with a better grade), and how surely.

    Shapley values of McFadden's R²: the gain in 1 - l / l0 when a driver joins the model,
    averaged over all orders. Exact, with percentile intervals.

    Parameters
    ----------
    X, y, weights, groups, covariates, clusters, strata, conf_level, noise, draws, blocks
        As in `bootstrap`; `y` holds two values for a logit, any ordered ones for an ordered
        logit.
    model : {"logit", "ordered"}
    n_resamples : int
        Draws wanted. Where sets times rows are many, fewer are made, at least 100;
        ``n_resamples`` of what is returned says how many.

    Raises
    ------
    StatisticsError
        More than 12 players (ordered: 8), an outcome that never varies, drivers that decide the
        outcome alone (separation).

    References
    ----------
    McFadden 1974, in Zarembka (ed.), Frontiers in Econometrics, 105-142.
    Azen & Traxel 2009, doi:10.3102/1076998609332754.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> X = pd.DataFrame(rng.normal(size=(200, 2)), columns=["speed", "price"])
    >>> promoter = (X["speed"] + rng.logistic(size=200) > 0).astype(float)
    >>> result = mcfadden_bootstrap(X, promoter, n_resamples=100)
    >>> result.table["driver"].iloc[result.table["estimate"].argmax()]
    'speed'
    """
    start = _start(X, y, weights, model, groups, covariates)
    layout, game, fits, u = start.layout, start.game, start.fits, start.u
    outcome, used = np.asarray(y, dtype=float), u > 0
    worth = game.worth(fits, u[used][None])
    point = _point(layout, worth)
    rng = np.random.default_rng(seed)
    weight_rng, noise_rng = rng.spawn(2)
    affordable = int(_WORK / (len(game.sets) * used.sum()))
    made = min(n_resamples, max(affordable, _FEWEST)) if draws is None else len(draws)
    replicates = (
        replicate_weights(u, made, weight_rng, clusters=clusters, strata=strata)
        if draws is None
        else given(np.asarray(draws)[: max(affordable, _FEWEST)], len(X))
    )
    drawn = [
        game.draw(row[used], fits, noise_rng if noise else None) for W in replicates for row in W
    ]
    usable = [one for one in drawn if one is not None]
    if len(usable) < max(20, 0.95 * len(drawn)):
        raise fault(
            "the outcome does not vary in too many of the draws for an interval",
            found=f"{len(drawn) - len(usable)} of {len(drawn)} draws",
        )
    gains = np.stack([one.worth for one in usable], axis=1)
    parts = subsets.shapley_of_sets(gains).T
    pure = np.array([one.noise for one in usable]) if noise else None
    noisy = None if pure is None else np.column_stack([parts, pure])
    cov = weighted_cov(X.assign(**{_OUTCOME: outcome}), u)
    scale = np.sqrt(np.diag(cov))
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = pd.Series(
            (cov[_OUTCOME] / scale / scale[-1]).to_numpy(), index=cov.index, dtype=float
        )
    common: dict[str, Any] = {
        "r_squared": gains[-1] + np.array([one.held for one in usable]),
        "n": int(used.sum()),
        "n_resamples": len(drawn),
        "n_failed": len(drawn) - len(usable),
        "n_orders": 0,
        "conf_level": conf_level,
        "method": "shapley",
    }
    of_blocks = None
    if blocks is not None:
        outer = lay_out([*X.columns, _OUTCOME], _OUTCOME, blocks, covariates)
        index = _unions(layout, outer)
        block_parts = subsets.shapley_of_sets(gains[index]).T
        block_point = _point(outer, worth[index])
        of_blocks = BootstrapImportance(
            table=summary(block_point.values, block_parts, conf_level, correlation, None),
            draws=block_parts,
            differences=differences(block_point.values, block_parts, conf_level),
            point=block_point,
            noise=None,
            blocks=None,
            **common,
        )
    return BootstrapImportance(
        table=summary(point.values, parts, conf_level, correlation, noisy),
        draws=parts,
        differences=differences(point.values, parts, conf_level),
        point=point,
        noise=pure,
        above=noisy,
        blocks=of_blocks,
        **common,
    )


def mcfadden_shapley(
    X: pd.DataFrame,
    y: Any,
    weights: Any = None,
    model: Likelihood = "logit",
    *,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Return the estimate of `mcfadden_bootstrap` alone: a part of McFadden's R² by player.

    Examples
    --------
    >>> X = pd.DataFrame({"x": [2.0, 3, 4, 5, 6, 7, 8, 9, 10, 6]})
    >>> mcfadden_shapley(X, [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]).round(4).to_dict()
    {'x': 0.2929}
    """
    start = _start(X, y, weights, model, groups, covariates)
    worth = start.game.worth(start.fits, start.u[start.u > 0][None])
    return _point(start.layout, worth).values


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Start:
    layout: Layout
    game: _LikelihoodGame
    fits: Fits
    u: np.ndarray


def _start(
    X: pd.DataFrame,
    y: Any,
    weights: Any,
    model: Likelihood,
    groups: Groups | None,
    covariates: Sequence[Hashable] | None,
) -> _Start:
    """Return the fits to all respondents, or an error where there can be none."""
    values = complete(X)
    outcome = np.asarray(y, dtype=float)
    if outcome.shape != (len(X),) or not np.isfinite(outcome).all():
        raise fault("one outcome per row is needed", found=f"{outcome.shape} for {len(X)} rows")
    u = unit_weights(weights, len(values))
    used = u > 0
    grades, codes = np.unique(outcome[used], return_inverse=True)
    if len(grades) < 2:
        raise fault("the outcome never varies, so there is nothing to explain")
    if model == "logit" and len(grades) != 2:
        raise fault("a logit has an outcome of two values", found=f"{len(grades)} values")
    layout = lay_out([*X.columns, _OUTCOME], _OUTCOME, groups, covariates)
    players = len(layout.names)
    if players > MOST_PLAYERS[model]:
        raise fault(
            "too many players to fit a model for every set of them",
            found=f"{players} players",
            hint=f"group the drivers so that at most {MOST_PLAYERS[model]} remain",
        )
    game = _LikelihoodGame.build(values[used], codes, list(X.columns), layout)
    fits = game.one.fit(game.sets, u[used][None])
    if fits.separated[-1]:
        raise fault(
            "a logit has no finite coefficients: the drivers separate the answers",
            hint="leave out the driver that decides the outcome alone",
        )
    return _Start(layout=layout, game=game, fits=fits, u=u)


@dataclass(frozen=True, slots=True, eq=False)
class _Draw:
    worth: np.ndarray  # gain in McFadden's R² beyond the covariates, per set
    held: float  # R² of the covariates alone
    noise: float


@dataclass(frozen=True, slots=True, eq=False)
class _LikelihoodGame:
    """The models of all sets of players on one outcome; bit j of a set's number is player j."""

    values: np.ndarray
    one: Cumulative
    sets: np.ndarray
    held: bool

    @staticmethod
    def build(
        values: np.ndarray, codes: np.ndarray, labels: list[Hashable], layout: Layout
    ) -> _LikelihoodGame:
        order = [labels.index(name) for name in (*layout.covariates, *layout.drivers)]
        inside = values[:, order]
        held = len(layout.covariates)
        player = np.repeat(np.arange(len(layout.sizes)), layout.sizes)
        numbers = np.arange(1 << len(layout.sizes))
        taken = (numbers[:, None] >> player & 1).astype(bool)
        always = np.ones((len(numbers), held), dtype=bool)
        sets = np.concatenate([always, taken], axis=1)
        return _LikelihoodGame(inside, Cumulative(inside, codes), sets, held > 0)

    def worth(self, fits: Fits, w: np.ndarray) -> np.ndarray:
        null = float(self.one.null(w)[1][0])
        worth = 1 - fits.level / null
        if not self.held:
            worth[0] = 0.0
        return np.asarray(worth - worth[0])

    def draw(self, w: np.ndarray, start: Fits, rng: np.random.Generator | None) -> _Draw | None:
        rows = w > 0
        codes = self.one.codes[rows]
        if len(np.unique(codes)) <= self.one.n_cuts:  # a category is gone
            if len(np.unique(codes)) < 2 or self.one.n_cuts == 1:
                return None
            codes = np.unique(codes, return_inverse=True)[1]
            some, begin = Cumulative(self.values[rows], codes), None
        else:
            some, begin = self.one.without(rows), start
        own = w[rows][None]
        fits = some.fit(self.sets, own, begin, _LOOSE)
        null = float(some.null(own)[1][0])
        worth = 1 - fits.level / null
        if not self.held:
            worth[0] = 0.0
        pure = float("nan")
        if rng is not None:
            pure = self._noise(some, own, fits, null, rng)
        return _Draw(worth - worth[0], float(worth[0]), pure)

    def _noise(
        self, some: Cumulative, w: np.ndarray, fits: Fits, null: float, rng: np.random.Generator
    ) -> float:
        """Shapley value of a driver of pure noise, over random sets of every size."""
        players = len(self.sets).bit_length() - 1
        numbers = np.empty((players + 1, _NOISE_SETS), dtype=np.intp)
        for size in range(players + 1):
            for k in range(_NOISE_SETS):
                chosen = rng.permutation(players)[:size]
                numbers[size, k] = int((1 << chosen).sum()) if size else 0
        flat = numbers.ravel()
        column = rng.standard_normal(len(some.codes))
        wider = Cumulative(np.column_stack([some.Z, column]), some.codes)
        sets = np.column_stack([self.sets[flat], np.ones(len(flat), dtype=bool)])
        inside = some.scale * fits.slopes[flat]
        start = Fits(
            thresholds=fits.thresholds[flat] - (fits.slopes[flat] @ some.center)[:, None],
            slopes=np.column_stack([inside, np.zeros(len(flat))]),
            level=fits.level[flat],
            separated=fits.separated[flat],
        )
        gained = wider.fit(sets, w, start, _LOOSE).level - fits.level[flat]
        return float((-gained / null).reshape(numbers.shape).mean())


def _point(layout: Layout, worth: np.ndarray) -> Importance:
    values = series(subsets.shapley_of_sets(worth[:, None])[:, 0], layout)
    return Importance(
        values=values,
        r_squared=float(worth[-1]),
        r_squared_covariates=0.0,
        mc_error=(values * 0.0).rename("mc_error"),
        n_orders=0,
        players=layout.names,
        aliased=(),
        method="shapley",
    )


def _unions(inner: Layout, outer: Layout) -> np.ndarray:
    """Return for each set of outer players the number of the same set of inner players."""
    of = {driver: j for j, members in enumerate(outer.members) for driver in members}
    owner = np.array([of[members[0]] for members in inner.members])
    numbers = np.arange(1 << len(outer.names))
    inside = (numbers[:, None] >> owner & 1) @ (1 << np.arange(len(owner)))
    return np.asarray(inside)
