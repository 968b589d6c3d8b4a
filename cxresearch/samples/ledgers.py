"""What other departments keep: cash, counted indicators, actions, web sessions, groups held."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.samples import process
from cxresearch.samples.periods import CUT, bounds, office_times, written

#: Payments per euro received, in the mean.
PAYMENTS = 0.91
#: Share of a half-year's receipts by month; receipts of six months are the half-year's revenue.
MONTHS = (0.15, 0.16, 0.17, 0.17, 0.17, 0.18)
#: Calls answered within twenty seconds, until the end of 2022 and from January 2023.
ANSWERED, ANSWERED_LATER, CALLS = 0.86, 0.78, 1_500.0
#: Share of kilometres driven by electric vans: first month, and more by month.
ELECTRIC, ELECTRIC_MORE = 0.06, 0.007
#: Actions closed by the day they were due.
CLOSED_ON_TIME, ACTIONS = 0.72, 72
SESSIONS, CART, KNOWN_VISITOR = 110, 0.35, 0.60
#: Started purchases that are not completed, before the disruption and since.
ABANDONED, ABANDONED_LATER = 0.55, 0.63

_MONTHS = [f"{year}-{month:02d}" for year in range(2021, 2025) for month in range(1, 13)]
_KPIS = ("delivery_success", "resolution_time", "fcr", "callcentre_qa", "mystery_score")
_TOPICS = ("delivery windows", "complaints", "invoices", "new tracking page", "named contacts")


def cash(revenue: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return receipts and payments by month, in euros."""
    received: list[int] = []
    for wave in process.WAVES:
        total = int(revenue.loc[revenue["period"] == wave, "revenue"].sum())
        five = [round(total * share) for share in MONTHS[:5]]
        received += [*five, total - sum(five)]
    receipts = np.array(received)
    paid = np.rint(receipts * (PAYMENTS + 0.03 * rng.standard_normal(len(receipts))))
    return pd.DataFrame({"period": _MONTHS, "receipts": receipts, "payments": paid.astype(int)})


def indicators(rng: np.random.Generator) -> pd.DataFrame:
    """Return two monthly series counted elsewhere: one with its base, one without."""
    calls = rng.poisson(CALLS, len(_MONTHS))
    share = np.where(np.array(_MONTHS) < "2023", ANSWERED, ANSWERED_LATER)
    answered = rng.binomial(calls, share) / calls
    month = np.arange(len(_MONTHS))
    electric = ELECTRIC + ELECTRIC_MORE * month + 0.008 * rng.standard_normal(len(_MONTHS))
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "kpi": "calls_in_20s",
                    "period": _MONTHS,
                    "value": answered.round(4),
                    "n": calls.astype(float),
                }
            ),
            pd.DataFrame(
                {"kpi": "electric_km", "period": _MONTHS, "value": electric.round(4), "n": np.nan}
            ),
        ],
        ignore_index=True,
    )


def actions(rng: np.random.Generator) -> pd.DataFrame:
    """Return improvement actions; the last ones are not yet due."""
    first = bounds(process.WAVES[0])[0]
    span = (CUT - first).days - 10
    opened = first + pd.to_timedelta(np.sort(rng.integers(0, span, ACTIONS)), unit="D")
    weeks = rng.integers(6, 18, ACTIONS)
    due = opened + pd.to_timedelta(7 * weeks, unit="D")
    in_time = rng.random(ACTIONS) < CLOSED_ON_TIME
    before = np.rint(7 * weeks * (0.4 + 0.6 * rng.random(ACTIONS)))
    after = 7 * weeks + rng.integers(3, 60, ACTIONS)
    closed = pd.Series(
        opened + pd.to_timedelta(np.where(in_time, before, after).astype(int), unit="D")
    )
    table = pd.DataFrame(
        {
            "action_id": [f"I{number:03d}" for number in range(1, ACTIONS + 1)],
            "source": rng.choice(["survey", "complaint", "mystery"], ACTIONS, p=[0.5, 0.3, 0.2]),
            "opened_at": opened,
            "due_at": due,
            "closed_at": closed.where(closed < CUT),
            "kpi_id": rng.choice(_KPIS, ACTIONS),
        }
    )
    written(table, days=("opened_at", "due_at", "closed_at"))
    return table


def qualitative(rng: np.random.Generator) -> pd.DataFrame:
    """Return focus groups, panels, staff interviews and third-party studies that were held."""
    kinds = ("focus group", "panel", "staff interview", "third party")
    rows = []
    for number, wave in enumerate(np.repeat(process.WAVES, 3)):
        start, after = bounds(str(wave))
        kind = kinds[(number + number // 4) % 4]
        day = start + pd.Timedelta(days=int(rng.integers(10, (after - start).days)))
        most = 1 if kind == "third party" else 10 if kind != "staff interview" else 3
        rows.append(
            {
                "event_id": f"G{number + 1:02d}",
                "type": kind,
                "date": day,
                "participants": int(rng.integers(max(1, most - 4), most + 1)),
                "topic": _TOPICS[int(rng.integers(0, len(_TOPICS)))],
            }
        )
    table = pd.DataFrame(rows)
    written(table, days=("date",))
    return table


def sessions(base: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return visits to the web shop; six in ten are of a known customer."""
    parts = []
    for wave in process.WAVES:
        start, after = bounds(wave)
        gone = base["end_date"].notna() & (base["end_date"] < after)
        here = base.loc[(base["start_date"] < start) & ~gone, "customer_id"].to_numpy()
        cart = rng.random(SESSIONS) < CART
        lost = ABANDONED if process.DISRUPTION[wave] == 0 else ABANDONED_LATER
        bought = cart & (rng.random(SESSIONS) >= lost)
        step = rng.choice(["delivery", "payment", "address"], SESSIONS, p=[0.5, 0.3, 0.2])
        browse = rng.choice(["home", "prices", "tracking"], SESSIONS, p=[0.3, 0.4, 0.3])
        known = rng.random(SESSIONS) < KNOWN_VISITOR
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": pd.Series(rng.choice(here, SESSIONS)).where(known),
                    "ts": office_times(wave, SESSIONS, rng),
                    "pages": 1 + rng.poisson(np.where(cart, 6.0, 2.5)),
                    "exit_page": np.where(bought, "thanks", np.where(cart, step, browse)),
                    "cart_started": cart.astype(int),
                    "purchased": bought.astype(int),
                }
            )
        )
    table = pd.concat(parts).sort_values("ts", kind="stable", ignore_index=True)
    table.insert(0, "session_id", [f"W{number:04d}" for number in range(1, len(table) + 1)])
    written(table, minutes=("ts",))
    return table


def tables(
    base: pd.DataFrame, revenue: pd.DataFrame, rng: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Return the five tables as they are written."""
    return {
        "cash": cash(revenue, rng),
        "indicators": indicators(rng),
        "actions": actions(rng),
        "qualitative": qualitative(rng),
        "sessions": sessions(base, rng),
    }
