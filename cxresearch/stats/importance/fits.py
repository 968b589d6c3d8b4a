"""Importance for any model: all it needs is one number of fit for a set of drivers."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import first
from cxresearch.stats.importance import subsets
from cxresearch.stats.importance.moments import complete, fault

#: A set of drivers in, one number of fit out.
Fit = Callable[[tuple[Hashable, ...]], float]

_MOST_PLAYERS = 14
_STEPS = 100
_CONVERGED = 1e-11
_LONG_STEP = 1e-2


def shapley_fit(
    players: Sequence[Hashable] | Mapping[str, Sequence[Hashable]], fit: Fit
) -> pd.Series:
    """Tell how much of a model's fit goes with each driver, whatever the model is.

    Parameters
    ----------
    players : list of drivers, or mapping of group to drivers
        At most 14 players; the model is fitted once for each of their 2^p sets.
    fit : callable
        Takes a tuple of drivers (the empty one too), returns one finite number, such as
        McFadden's R² of the logit with these drivers.

    Returns
    -------
    Series by player; sums to fit(all) - fit(none).

    Raises
    ------
    StatisticsError
        Too many players, a repeated one, or a fit that is not a number.

    References
    ----------
    Budescu 1993, doi:10.1037/0033-2909.114.3.542.

    Examples
    --------
    >>> shapley_fit(["speed", "price"], lambda drivers: len(drivers) / 4).to_dict()
    {'speed': 0.25, 'price': 0.25}
    """
    if isinstance(players, Mapping):
        names: list[Hashable] = list(players)
        members = [tuple(drivers) for drivers in players.values()]
    else:
        names = list(players)
        members = [(name,) for name in names]
    drivers = [driver for one in members for driver in one]
    if not drivers or len(set(drivers)) != len(drivers):
        raise fault("each driver must be named once", found=first(drivers) or "none")
    if len(names) > _MOST_PLAYERS:
        raise fault(
            "too many players to fit a model for every set of them",
            found=f"{len(names)} players, {2 ** len(names)} models",
            hint=f"group the drivers so that at most {_MOST_PLAYERS} remain",
        )
    values = np.empty((1 << len(names), 1))
    for number in range(len(values)):
        taken = tuple(d for j, one in enumerate(members) if number >> j & 1 for d in one)
        values[number] = float(fit(taken))
        if not np.isfinite(values[number, 0]):
            raise fault("the fit is not a number", where=f"drivers {first(taken) or 'none'}")
    index = pd.Index(names, name="block" if isinstance(players, Mapping) else "driver")
    return pd.Series(subsets.shapley_of_sets(values)[:, 0], index=index, name="estimate")


def mcfadden(X: pd.DataFrame, y: Any, weights: Any = None) -> Fit:
    """Return the fit "McFadden's R² of a logit of y on these columns of X": 1 - l / l0.

    Examples
    --------
    >>> X = pd.DataFrame({"x": [2.0, 3, 4, 5, 6, 7, 8, 9, 10, 6]})
    >>> fit = mcfadden(X, [0, 0, 1, 0, 1, 0, 1, 1, 1, 1])
    >>> round(fit(("x",)), 4), fit(())
    (0.2929, 0.0)
    """
    return _Logit(X, y, weights).fit(lambda level, null, n: 1 - level / null)


def nagelkerke(X: pd.DataFrame, y: Any, weights: Any = None) -> Fit:
    """Return the fit "Nagelkerke's R² of a logit": Cox and Snell's over its largest value.

    Examples
    --------
    >>> X = pd.DataFrame({"x": [2.0, 3, 4, 5, 6, 7, 8, 9, 10, 6]})
    >>> round(nagelkerke(X, [0, 0, 1, 0, 1, 0, 1, 1, 1, 1])(("x",)), 4)
    0.4404
    """
    return _Logit(X, y, weights).fit(
        lambda level, null, n: float(np.expm1(2 * (null - level) / n) / np.expm1(2 * null / n))
    )


def cox_snell(X: pd.DataFrame, y: Any, weights: Any = None) -> Fit:
    """Return the fit "Cox and Snell's R² of a logit": 1 - exp(2 (l0 - l) / n).

    Examples
    --------
    >>> X = pd.DataFrame({"x": [2.0, 3, 4, 5, 6, 7, 8, 9, 10, 6]})
    >>> round(cox_snell(X, [0, 0, 1, 0, 1, 0, 1, 1, 1, 1])(("x",)), 4)
    0.3258
    """
    return _Logit(X, y, weights).fit(
        lambda level, null, n: -float(np.expm1(2 * (null - level) / n))
    )


class _Logit:
    """Log-likelihoods of logit models of one outcome on columns of one frame.

    Weights are scaled to sum to the number of rows, so their unit does not matter.
    """

    def __init__(self, X: pd.DataFrame, y: Any, weights: Any) -> None:
        values = complete(X)
        outcome = np.asarray(y, dtype=float)
        if outcome.shape != (len(X),) or not np.isin(outcome, (0.0, 1.0)).all():
            raise fault("a logit needs one outcome of 0 or 1 per row")
        w = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=float)
        if w.shape != (len(X),) or not (np.isfinite(w).all() and (w >= 0).all() and w.any()):
            raise fault("one finite weight, not negative, per row is needed")
        used = w > 0
        self._y, self._n = outcome[used], int(used.sum())
        self._w = w[used] * self._n / w[used].sum()
        share = float(self._w @ self._y) / self._n
        if not 0 < share < 1:
            raise fault("the outcome never varies, so there is nothing to explain")
        scale = values[used].std(axis=0)
        self._Z = (values[used] - values[used].mean(axis=0)) / np.where(scale > 0, scale, 1.0)
        self._place: dict[Hashable, int] = {name: at for at, name in enumerate(X.columns)}
        self._null = self._n * (share * np.log(share) + (1 - share) * np.log1p(-share))
        self._start = float(np.log(share / (1 - share)))

    def fit(self, number: Callable[[float, float, int], float]) -> Fit:
        """Return the fit as a function of the drivers."""

        def fit(drivers: tuple[Hashable, ...]) -> float:
            if not drivers:
                return 0.0
            return float(number(self._level(drivers), self._null, self._n))

        return fit

    def _level(self, drivers: tuple[Hashable, ...]) -> float:
        """Maximise the log-likelihood by Newton steps, halved while they do not rise."""
        Z = np.column_stack([np.ones(self._n), self._Z[:, [self._place[d] for d in drivers]]])
        beta = np.zeros(Z.shape[1])
        beta[0] = self._start
        level = self._likelihood(Z @ beta)
        for _ in range(_STEPS):
            chance = 1 / (1 + np.exp(-np.clip(Z @ beta, -700, 700)))
            slope = Z.T @ (self._w * (self._y - chance))
            curve = (Z * (self._w * chance * (1 - chance))[:, None]).T @ Z
            step = np.linalg.lstsq(curve, slope, rcond=1e-12)[0]
            after = self._likelihood(Z @ (beta + step))
            while after < level and np.abs(step).max() > 1e-12:
                step = step / 2
                after = self._likelihood(Z @ (beta + step))
            gain, level, beta = after - level, max(after, level), beta + step
            if abs(gain) < _CONVERGED * (abs(level) + 1):
                # with separated answers the steps stay long while the likelihood stands still
                if np.abs(step).max() > _LONG_STEP:
                    break
                return level
        raise fault(
            "a logit has no finite coefficients: the drivers separate the answers",
            where=f"drivers {first(drivers)}",
            hint="leave out the driver that decides the outcome alone",
        )

    def _likelihood(self, linear: np.ndarray) -> float:
        return float(self._w @ (self._y * linear - np.logaddexp(0.0, linear)))
