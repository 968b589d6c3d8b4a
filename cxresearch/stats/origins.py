"""Whether models of a long series forecast better than repeating what was seen last.

Every point of the last part of the series is forecast from the points before it: by the model that
AICc chose within each family on the points before the first of them, by the last value, and by the
value one season ago.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.stats.backtest import rmse
from cxresearch.stats.series import check_conf_level, fault
from cxresearch.stats.series_models import Family, SeriesFit, choose

Array = NDArray[np.float64]

SIMPLE = ("last_value", "seasonal_naive")
MOST_ORIGINS = 12
FEWEST_TRAINING = 18
_PART = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trial:
    """One way of forecasting, tested from rolling origins.

    Attributes
    ----------
    way : str
        A family of models, last_value or seasonal_naive.
    code : str
        The model of the family.
    forecast, conf_low, conf_high : array
        One per origin; limits are NaN for the simple ways.
    mase : float
        Mean absolute error over the usual change from point to point in training.
    rmse : float
    coverage : float
        Share of points that fell into their interval; NaN for the simple ways.
    n : int
        Forecasts made.
    """

    way: str
    code: str
    forecast: Array
    conf_low: Array
    conf_high: Array
    mase: float
    rmse: float
    coverage: float
    n: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Origins:
    """All ways beside each other, and the family that did best.

    Attributes
    ----------
    target : array of int
        The points that were forecast, from 0.
    ways : tuple of Trial
    """

    target: NDArray[np.int64]
    ways: tuple[Trial, ...]

    def of(self, way: str) -> Trial | None:
        """Return one way, None where it could not be tested."""
        return next((one for one in self.ways if one.way == way), None)

    @property
    def best(self) -> Trial:
        """The family of models with the smallest root mean squared error."""
        models = [one for one in self.ways if one.way not in SIMPLE]
        return min(models, key=lambda one: one.rmse)


def _same(values: Array) -> Array:
    return values


def roll(
    y: ArrayLike,
    *,
    season: int = 1,
    conf_level: float = 0.95,
    shown: Callable[[Array], Array] = _same,
) -> Origins:
    """Tell whether models would have forecast the latest points better than simple repetition.

    Parameters
    ----------
    y : array
        Evenly spaced; NaN is a gap, which is never forecast.
    season : int
        Points in a cycle; 1 without.
    conf_level : float
    shown : function
        Turns the series' scale into the one in which errors are measured (such as expit).

    Returns
    -------
    Origins
        Up to twelve forecasts one point ahead, no more than a quarter of the series, all after
        the first change of the series. The model and
        its parameters are settled once, before the first of them, so nothing leaks.

    Raises
    ------
    StatisticsError
        Where fewer than eighteen points are left to learn from, or these never move.

    References
    ----------
    Tashman (2000), 10.1016/S0169-2070(00)00065-0; Hyndman & Koehler (2006),
    10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> import numpy as np
    >>> y = 10 + np.cumsum(np.random.default_rng(1).normal(size=40))
    >>> test = roll(y)
    >>> len(test.target), sorted(one.way for one in test.ways)[:2]
    (10, ['differenced', 'ets'])
    """
    check_conf_level(conf_level)
    values = np.asarray(y, dtype=float)
    seen = np.flatnonzero(np.isfinite(values))
    count = min(MOST_ORIGINS, len(seen) // _PART)
    if len(seen) - count < FEWEST_TRAINING:
        raise fault(
            "too few points to learn from before a backtest",
            found=f"{len(seen)} points",
            hint=f"{FEWEST_TRAINING + FEWEST_TRAINING // (_PART - 1)} or more are needed",
        )
    targets = seen[-count:]
    moved = np.flatnonzero(values[seen] != values[seen[0]])  # a model needs one change to learn
    targets = targets[targets > seen[moved[0]]] if len(moved) else targets
    if not len(targets):
        raise fault(
            "nothing moves before the points that a backtest would forecast",
            found=f"the value {values[seen[0]]:g} until the last point",
            hint="wait for more points, or keep to the last value",
        )
    chosen = choose(values[: targets[0]], season=season, fewest=FEWEST_TRAINING)
    actual = shown(values[targets])
    usual = np.array([_usual(shown(values[:place])) for place in targets])
    ways = []
    for name, code, made in _ways(values, targets, season, chosen, conf_level):
        said = shown(made)
        known = np.isfinite(said[0]) & (usual > 0)
        if not known.any():
            continue
        held = (actual >= said[1]) & (actual <= said[2])
        errors = np.abs(actual - said[0])[known]
        ways.append(
            Trial(
                way=name,
                code=code,
                forecast=said[0],
                conf_low=said[1],
                conf_high=said[2],
                mase=float((errors / usual[known]).mean()),
                rmse=rmse(actual[known], said[0][known]),
                coverage=float(held.mean()) if np.isfinite(said[1]).all() else np.nan,
                n=int(known.sum()),
            )
        )
    return Origins(target=targets, ways=tuple(ways))


def _ways(
    values: Array,
    targets: NDArray[np.int64],
    season: int,
    chosen: dict[Family, SeriesFit],
    conf_level: float,
) -> Iterator[tuple[str, str, Array]]:
    """Yield the name, the model and estimate, low, high (3 x origins) of every way."""
    for family, fitted in chosen.items():
        yield family, fitted.candidate.code, fitted.one_ahead(values, targets, conf_level)
    nothing = np.full(len(targets), np.nan)
    last = [values[:place][np.isfinite(values[:place])][-1] for place in targets]
    yield "last_value", "last_value", np.vstack([last, nothing, nothing])
    if season > 1:
        ago = [values[place - season] if place >= season else np.nan for place in targets]
        yield "seasonal_naive", "seasonal_naive", np.vstack([ago, nothing, nothing])


def _usual(train: Array) -> float:
    known = train[np.isfinite(train)]
    return float(np.abs(np.diff(known)).mean())
