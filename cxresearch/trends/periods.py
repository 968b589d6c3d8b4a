"""Periods of a long series: in their order, evenly spaced, with the season their names tell."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from cxresearch.trends.labels import PARTS, label_at, place_of

SEASONS = {"month": 12, "week": 52}
Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeriodSeries:
    """An evenly spaced series; NaN in `value` is a period that has no figure.

    Attributes
    ----------
    periods : tuple of str
    value, n : array
        Figures and their bases (NaN where they are not known).
    season : int
        Periods in a year as their names tell; 1 where they tell nothing.
    step : int
        How far the names of neighbours lie apart: 2 for every second year.
    """

    periods: tuple[str, ...]
    value: Array
    n: Array
    season: int
    step: int = 1

    @property
    def known(self) -> Array:
        """Periods with a figure."""
        return np.asarray(np.isfinite(self.value))

    def coming(self, horizon: int) -> tuple[str, ...]:
        """Return the names of the next periods; +1, +2, ... where names follow no pattern."""
        told = [place_of(one) for one in self.periods]
        last = told[-1]
        if last is None or any(one is None or one[1] != last[1] for one in told):
            return tuple(f"+{h}" for h in range(1, horizon + 1))
        return tuple(label_at(last[0] + h * self.step, last[1]) for h in range(1, horizon + 1))


def period_series(frame: pd.DataFrame, season: int | None = None) -> PeriodSeries:
    """Return a frame of ``period, value`` (and ``n``) with its missing periods put in.

    Periods named as 2024-07, 2024-W27, 2024 Q3 or 2024 H2 are put in order and their gaps filled
    with NaN; others stand as they are given.
    """
    labels = [str(one) for one in frame["period"]]
    value = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    n = np.full(len(frame), np.nan)
    if "n" in frame:
        n = frame["n"].to_numpy(dtype=float, na_value=np.nan)
    told = [place_of(one) for one in labels]
    kinds = {one[1] for one in told if one is not None}
    if None in told or len(kinds) != 1 or len(set(labels)) < len(labels):
        return PeriodSeries(periods=tuple(labels), value=value, n=n, season=season or 1)
    kind = kinds.pop()
    places = np.array([one[0] for one in told if one is not None])
    order = np.argsort(places)
    places, value, n = places[order], value[order], n[order]
    usual = min((int(b - a) for a, b in pairwise(places)), default=1)
    if ((places - places[0]) % usual).any():
        usual = 1
    whole = np.arange(places[0], places[-1] + 1, usual)
    at = np.searchsorted(whole, places)
    filled, bases = np.full(len(whole), np.nan), np.full(len(whole), np.nan)
    filled[at], bases[at] = value, n
    return PeriodSeries(
        periods=tuple(label_at(int(place), kind) for place in whole),
        value=filled,
        n=bases,
        season=season or max(_season(kind) // usual, 1),
        step=usual,
    )


def _season(kind: tuple[str, ...]) -> int:
    if kind[0] == "part":
        return PARTS[kind[2].upper()]
    return SEASONS.get(kind[0], 1)
