"""Who the customers are, what they pay, and who leaves: satisfaction now, money and parting later.

Satisfaction in a half-year decides on leaving and on revenue in the *next* one. Those who were
interviewed and agreed to be linked carry the answer they gave; the others carry that of some
customer of the same service point and tier.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.samples import process
from cxresearch.samples.fieldwork import FIELDWORK
from cxresearch.samples.periods import CUT, bounds, written

#: Customers on 1 January 2021, and share of respondents who let their answers be linked.
N_START, CONSENT = 800, 0.65
#: Share that leaves within a half-year after satisfaction 5, and the logit slope per point.
LEAVES_AT_FIVE, LEAVE_SLOPE = 0.055, -0.55
#: Customers won in a half-year per customer at its start; share of them by referral.
WON, REFERRED, REFERRED_LATER = 0.075, 0.26, 0.18
#: Mean revenue of a half-year in euros at satisfaction 5, first half of the year.
SIZES = {"Standard": 1_800.0, "Plus": 4_200.0, "Premier": 12_000.0}
SIZE_SPREAD, REVENUE_NOISE = 0.45, 0.12
SEASON = {"H1": 1.00, "H2": 1.08}
#: Log revenue of the next half-year per point of satisfaction, within a customer.
REVENUE_SLOPE = 0.06
MARGIN, COST_TO_SERVE = 0.32, 0.06
_POPULATION = 6_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Base:
    """The customers, what they paid, and which of them each respondent is.

    Attributes
    ----------
    customers, revenue : DataFrame
        The two tables; dates are times.
    link : Series
        Customer by row of the survey; missing without consent, or where a small group has fewer
        customers than respondents.
    """

    customers: pd.DataFrame
    revenue: pd.DataFrame
    link: pd.Series


def leaves(satisfaction: np.ndarray) -> np.ndarray:
    """Return the probability to leave in the half-year after this satisfaction.

    Examples
    --------
    >>> leaves(np.array([5.0])).round(3).tolist()
    [0.055]
    """
    level = np.log(LEAVES_AT_FIVE / (1 - LEAVES_AT_FIVE))
    chance: np.ndarray = 1 / (1 + np.exp(-(level + LEAVE_SLOPE * (satisfaction - 5.0))))
    return chance


def simulate(frame: pd.DataFrame, rng: np.random.Generator) -> Base:
    """Let customers come, answer, pay and leave through the eight half-years.

    Parameters
    ----------
    frame : DataFrame
        The survey, whose respondents are to be found among the customers.
    rng : Generator
        Source of randomness.
    """
    people = _newcomers(N_START, rng)
    before = rng.exponential(1_100.0, N_START) + 20.0
    first = bounds(process.WAVES[0])[0]
    people["start_date"] = first - pd.to_timedelta(np.rint(before), unit="D")
    people["source"] = np.where(rng.random(N_START) < REFERRED, "referral", _other(N_START, rng))
    people["satisfaction"] = _heard(people, process.WAVES[0], rng)
    link = pd.Series(np.nan, index=frame.index, dtype=object)
    paid = []
    for wave in process.WAVES:
        start, after = bounds(wave)
        here = people.index[people["end_date"].isna()]
        content = people.loc[here, "satisfaction"].to_numpy(dtype=float)
        paid.append(_revenue(people.loc[here], wave, content, rng))
        gone = rng.random(len(here)) < leaves(content)
        days = rng.integers(0, (after - start).days, len(here))
        people.loc[here[gone], "end_date"] = start + pd.to_timedelta(days[gone], unit="D")
        people = pd.concat([people, _won(len(here), len(people), wave, rng)])
        stays = people[people["end_date"].isna()]
        answers = _heard(stays, wave, rng)
        rows = _linked(frame, wave, stays, rng)
        link.loc[rows.index] = stays.loc[rows, "customer_id"].to_numpy()
        said = frame.loc[rows.index, "S1"]
        answers.loc[rows[said < process.NOT_APPLICABLE]] = said[
            said < process.NOT_APPLICABLE
        ].to_numpy()
        people.loc[stays.index, "satisfaction"] = answers
    columns = ["customer_id", "account_id", "branch_id", "segment", "start_date", "end_date"]
    return Base(
        customers=people[[*columns, "source"]].reset_index(drop=True),
        revenue=pd.concat(paid, ignore_index=True),
        link=link,
    )


def present(customers: pd.DataFrame, wave: str) -> np.ndarray:
    """Return who is a customer at the start of a half-year."""
    start = bounds(wave)[0]
    open_end = customers["end_date"].fillna(CUT + pd.Timedelta(days=1))
    here: np.ndarray = ((customers["start_date"] < start) & (open_end >= start)).to_numpy()
    return here


def stays(customers: pd.DataFrame, wave: str) -> np.ndarray:
    """Return who is a customer at the start of a half-year and still at its end."""
    after = bounds(wave)[1]
    open_end = customers["end_date"].fillna(CUT + pd.Timedelta(days=1))
    here: np.ndarray = present(customers, wave) & (open_end >= after).to_numpy()
    return here


def tables(base: Base) -> dict[str, pd.DataFrame]:
    """Return the two tables as they are written; the customers' columns have names of their own."""
    customers = base.customers.copy()
    written(customers, days=("start_date", "end_date"))
    return {"customers": customers, "revenue": base.revenue}


def _newcomers(n: int, rng: np.random.Generator, known: int = 0) -> pd.DataFrame:
    region = rng.choice(process.REGIONS, n, p=process.POPULATION_SHARES["region"])
    tier = rng.choice(process.TIERS, n, p=process.POPULATION_SHARES["tier"])
    branch = np.empty(n, dtype=object)
    for name, points in process.BRANCHES.items():
        here = region == name
        branch[here] = rng.choice(list(points), here.sum(), p=list(points.values()))
    # one customer in five belongs to the account of the one before
    numbers = np.arange(known, known + n)
    account = numbers - (rng.random(n) < 0.2) * (numbers > known)
    size = np.array([SIZES[name] for name in tier]) * np.exp(
        SIZE_SPREAD * rng.standard_normal(n) - SIZE_SPREAD**2 / 2
    )
    return pd.DataFrame(
        {
            "customer_id": [f"C{number + 1:04d}" for number in numbers],
            "account_id": [f"A{number + 1:04d}" for number in account],
            "branch_id": branch,
            "segment": tier.astype(object),
            "start_date": pd.NaT,
            "end_date": pd.Series(pd.NaT, index=range(n), dtype="datetime64[ns]"),
            "source": "",
            "size": size,
            "satisfaction": np.nan,
        },
    ).set_index(numbers)


def _other(n: int, rng: np.random.Generator) -> np.ndarray:
    return rng.choice(np.array(["web", "sales", "fair"], dtype=object), n, p=(0.5, 0.35, 0.15))


def _won(n_here: int, known: int, wave: str, rng: np.random.Generator) -> pd.DataFrame:
    n = int(rng.poisson(WON * n_here))
    start, after = bounds(wave)
    people = _newcomers(n, rng, known)
    # nobody begins on the first day: who is there then was there before
    people["start_date"] = start + pd.to_timedelta(
        rng.integers(1, (after - start).days, n), unit="D"
    )
    share = REFERRED if process.DISRUPTION[wave] == 0 else REFERRED_LATER
    people["source"] = np.where(rng.random(n) < share, "referral", _other(n, rng))
    return people


def _heard(people: pd.DataFrame, wave: str, rng: np.random.Generator) -> pd.Series:
    """Return the satisfaction of some customer of the same service point and tier."""
    others = process.answers(wave, _POPULATION, rng)
    content = others["S1"].to_numpy(dtype=float)
    pools = others.groupby(["branch", "tier"]).indices
    found = pd.Series(np.nan, index=people.index)
    for key, rows in people.groupby(["branch_id", "segment"]).groups.items():
        found.loc[rows] = rng.choice(content[pools[key]], len(rows))
    return found


def _linked(
    frame: pd.DataFrame, wave: str, people: pd.DataFrame, rng: np.random.Generator
) -> pd.Series:
    """Return rows of the survey with the row of the customer each is; nobody is asked twice."""
    year, half = wave.split()
    fieldwork = pd.Timestamp(f"{year}-{FIELDWORK[half][0]}")
    asked = frame[(frame["wave"] == wave) & (frame["used_service"] == 1)]
    asked = asked[rng.random(len(asked)) < CONSENT]
    may = people[people["start_date"] < fieldwork]
    pools = may.groupby(["branch_id", "segment"]).groups
    rows, found = [], []
    for key, mine in asked.groupby(["branch", "tier"]).groups.items():
        pool = rng.permutation(np.asarray(pools.get(key, []), dtype=np.int64))
        rows += list(mine[: len(pool)])
        found += list(pool[: len(mine)])
    return pd.Series(found, index=rows, dtype=np.int64).sort_index()


def _revenue(
    people: pd.DataFrame, wave: str, content: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    n = len(people)
    level = people["size"].to_numpy(dtype=float) * SEASON[wave[-2:]]
    noise = REVENUE_NOISE * rng.standard_normal(n) - REVENUE_NOISE**2 / 2
    revenue = np.rint(level * np.exp(REVENUE_SLOPE * (content - 5.0) + noise))
    margin = np.rint(revenue * (MARGIN + 0.04 * rng.standard_normal(n)))
    cost = np.rint(revenue * COST_TO_SERVE * np.exp(0.3 * rng.standard_normal(n) - 0.045))
    return pd.DataFrame(
        {
            "customer_id": people["customer_id"].to_numpy(),
            "period": wave,
            "revenue": revenue.astype(np.int64),
            "margin": margin.astype(np.int64),
            "cost_to_serve": cost.astype(np.int64),
        }
    )
