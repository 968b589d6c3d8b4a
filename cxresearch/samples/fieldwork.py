"""From customers to a data file: who was interviewed, when, how long, and what they left out.

Small regions and tiers are interviewed more often than their share of customers; weights undo
that. Blanks and the code 99 fall at random, so what is left tells the truth without bias.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxresearch.samples import process

NO_ANSWER = 99
#: Share of ratings left blank, and of ratings coded 99.
BLANK_SHARE, NO_ANSWER_SHARE = 0.010, 0.008
#: Shares of interviews that lack the importance points, or the whole expectation battery.
NO_POINTS, NO_EXPECTATIONS = 0.020, 0.006
SCREENED_OUT, SPEEDERS, DUPLICATES = 0.016, 0.014, 0.003
#: First day of fieldwork and its length in days, by half of the year.
FIELDWORK = {"H1": ("03-01", 26), "H2": ("09-01", 26)}
#: Typical duration of an interview in seconds, and the variation around it.
DURATION, DURATION_SPREAD = 640.0, 150.0

KEYS = (
    "respondent",
    "wave",
    "interview_date",
    "seconds",
    "region",
    "tier",
    "branch",
    "channel",
    "used_service",
    "contact",
    "weight",
)


def interview(wave: str, n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Interview `n` people in a wave and return their rows of the data file.

    Parameters
    ----------
    wave : str
        One of `cxresearch.samples.process.WAVES`.
    n : int
        Rows, those screened out included.
    rng : Generator
        Source of randomness.

    Returns
    -------
    DataFrame
        `KEYS`, then the answers: floats with blanks as NaN, 98 "not applicable", 99 no answer.
    """
    drawn = process.answers(wave, n, rng, process.SAMPLE_SHARES)
    columns = [str(name) for name in drawn if name not in KEYS]
    values = _left_out(drawn[columns].copy(), rng)
    used = rng.random(n) >= SCREENED_OUT
    seconds = _seconds(n, used, rng)
    source = _copied(drawn, used, rng)
    values = values.iloc[source].reset_index(drop=True)
    drawn = drawn.iloc[source].reset_index(drop=True)
    values.loc[~used] = np.nan
    year, half = wave.split()
    start, days = FIELDWORK[half]
    day = np.sort(rng.integers(0, days, n))
    dates = pd.Timestamp(f"{year}-{start}") + pd.to_timedelta(day, unit="D")
    number = [f"{year[2:]}{half[1]}-{i:04d}" for i in range(1, n + 1)]
    keys = pd.DataFrame(
        {
            "respondent": number,
            "wave": wave,
            "interview_date": dates.strftime("%Y-%m-%d"),
            "seconds": seconds,
            "region": drawn["region"],
            "tier": drawn["tier"],
            "branch": drawn["branch"],
            "channel": drawn["channel"],
            "used_service": used.astype(np.int64),
            "contact": drawn["contact"],
            "weight": weights(drawn, used),
        }
    )
    return pd.concat([keys, values], axis="columns")


def weights(people: pd.DataFrame, used: np.ndarray) -> np.ndarray:
    """Weight respondents so that each region and tier counts with its share of customers.

    A weight is the share of a cell (region by tier) among all customers over its share among the
    respondents; weights of those who used the service sum to their number. People screened out
    carry the weight of their cell. Rounded to four decimals, as agencies deliver them.
    """
    share = pd.Series(1.0, index=people.index)
    for column, labels in (("region", process.REGIONS), ("tier", process.TIERS)):
        of: Mapping[str, float] = dict(zip(labels, process.POPULATION_SHARES[column], strict=True))
        share *= people[column].map(of).astype(float)
    cell = people["region"] + " " + people["tier"]
    cell_size = cell.map(cell[used].value_counts()).astype(float).fillna(1.0)
    weight = share / cell_size
    scaled = weight * used.sum() / weight[used].sum()
    return np.asarray(scaled.round(4), dtype=float)


def _left_out(values: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(values)
    names = [str(name) for name in values]
    points = [name for name in names if name.startswith("IMP_")]
    ratings = [name for name in names if name not in points]
    chance = rng.random((n, len(ratings)))
    table = values[ratings].to_numpy()
    skippable = table != process.NOT_APPLICABLE
    table = np.where(skippable & (chance < BLANK_SHARE + NO_ANSWER_SHARE), NO_ANSWER, table)
    table = np.where(skippable & (chance < BLANK_SHARE), np.nan, table)
    values[ratings] = table
    values.loc[rng.random(n) < NO_POINTS, points] = np.nan
    expected = [name for items in process.item_columns("E").values() for name in items]
    values.loc[rng.random(n) < NO_EXPECTATIONS, expected] = np.nan
    return values


def _seconds(n: int, used: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    usual = np.maximum(DURATION + DURATION_SPREAD * rng.standard_normal(n), 350.0)
    # now and then the telephone rings in the middle of it
    usual += np.where(rng.random(n) < 0.06, 400.0 + 900.0 * rng.random(n), 0.0)
    hasty = 120.0 + 70.0 * rng.random(n)
    seconds = np.where(rng.random(n) < SPEEDERS, hasty, usual)
    screened = 25.0 + 40.0 * rng.random(n)
    return np.rint(np.where(used, seconds, screened)).astype(np.int64)


def _copied(people: pd.DataFrame, used: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return which row each row's answers come from: its own, but for a few duplicates.

    A duplicate takes the place of someone of the same region and tier, so that the mix of
    customers and the population values stay as they are.
    """
    source = np.arange(len(people))
    chance, choice = rng.random(len(people)), rng.random(len(people))
    cell = (people["region"] + " " + people["tier"]).to_numpy()
    for row in np.flatnonzero((chance < DUPLICATES) & used):
        others = np.flatnonzero((cell == cell[row]) & used & (source == np.arange(len(people))))
        others = others[others != row]
        if len(others):
            source[row] = others[int(choice[row] * len(others))]
    return source
