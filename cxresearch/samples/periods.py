"""The half-years of the example, the day its tables were cut, and times as its files write them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxresearch.samples.process import DISRUPTION, WAVES

#: The tables know what happened before this midnight; what is open then is censored.
CUT = pd.Timestamp("2024-12-31")
TIME_ZONE = "Europe/Ljubljana"
#: Spawn key of the stream that makes a table; the waves of the survey have 0 to 7.
STREAMS = {
    name: 100 + number
    for number, name in enumerate(
        (
            *("customers", "staff", "service", "qa", "orders", "visits", "ledgers", "brand"),
            *("letters", "posts", "replies", "places"),
        )
    )
}


def stream(seed: int, *key: int) -> np.random.Generator:
    """Return a stream of its own: what one table draws leaves the others as they are."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def bounds(period: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first midnight of a half-year and the one after its last day (or the cut).

    Examples
    --------
    >>> [str(day.date()) for day in bounds("2021 H2")]
    ['2021-07-01', '2022-01-01']
    """
    year, half = int(period[:4]), period[-1]
    first = pd.Timestamp(year, 1 if half == "1" else 7, 1)
    after = pd.Timestamp(year, 7, 1) if half == "1" else pd.Timestamp(year + 1, 1, 1)
    return first, min(after, CUT)


def office_times(period: str, n: int, rng: np.random.Generator) -> pd.Series:
    """Return `n` minutes of a half-year between eight and eighteen o'clock, in no order."""
    first, after = bounds(period)
    day = rng.integers(0, (after - first).days, n)
    minute = rng.integers(8 * 60, 18 * 60, n)
    return pd.Series(first + pd.to_timedelta(day * 1440 + minute, unit="min"))


def later(times: pd.Series, hours: np.ndarray) -> pd.Series:
    """Return times a number of hours later, to the minute; missing from the cut on.

    A time in the hour that a change of clocks leaves out or repeats is moved on by one hour.
    """
    minutes = np.rint(np.nan_to_num(hours, nan=0.0) * 60).astype(np.int64)
    moved = times + pd.to_timedelta(minutes, unit="min")
    last_week = (moved.dt.day >= 25) & moved.dt.month.isin([3, 10])
    changing = last_week & (moved.dt.day_of_week == 6) & (moved.dt.hour == 2)
    moved = moved + pd.to_timedelta(changing.astype(np.int64), unit="h")
    kept: pd.Series = moved.where((moved < CUT) & np.isfinite(hours))
    return kept


def written(table: pd.DataFrame, *, days: Sequence[str] = (), minutes: Sequence[str] = ()) -> None:
    """Turn the named columns, in place, into texts: days as 2021-03-05, minutes with 14:05."""
    for form, names in (("%Y-%m-%d", days), ("%Y-%m-%d %H:%M", minutes)):
        for name in names:
            table[name] = table[name].dt.strftime(form).astype(object)


def by_wave(before: float, full: float) -> dict[str, float]:
    """Return a planted number by half-year: `before` plus `full` as far as the disruption is felt.

    Examples
    --------
    >>> by_wave(0.90, -0.16)["2023 H1"]
    0.74
    """
    return {wave: round(before + full * DISRUPTION[wave], 6) for wave in WAVES}
