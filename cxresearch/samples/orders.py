"""Orders and returns: planned, dispatched, delivered on time, complete, undamaged, sent back."""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.samples import customers, process
from cxresearch.samples.periods import by_wave, later, office_times, written

PER_HALF_YEAR = 250
#: Orders of a customer by tier, relative to one another.
TIER_WEIGHTS = {"Standard": 1.0, "Plus": 1.6, "Premier": 3.0}
#: Hours promised from dispatch to delivery.
TRANSIT = {"Standard": 48, "Plus": 36, "Premier": 24}
#: Share delivered by the promised time, and what a service point adds to it.
ON_TIME = by_wave(0.92, -0.16)
BRANCH_ON_TIME = {
    "Carrowby": -0.12,
    "Dunsmere": 0.04,
    "Fernley": -0.08,
    "Galtree": -0.08,
    "Inglewick": 0.02,
}
DISPATCHED_ON_PLAN = by_wave(0.93, -0.10)
COMPLETE, UNDAMAGED = by_wave(0.97, -0.02), by_wave(0.985, -0.025)
CANCELLED = 0.015
IN_STOCK = by_wave(0.96, -0.03)
VALUES = {"Standard": 180.0, "Plus": 320.0, "Premier": 700.0}
COST_OF_GOODS, SELLING_COST = 0.55, 0.08
#: Share sent back within the window: of orders with a defect, of others.
RETURNED_DEFECT, RETURNED_OTHER, WINDOW = 0.50, 0.03, 30


def orders(base: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the orders; those under way at the cut are open."""
    parts = []
    for wave in process.WAVES:
        here = base[customers.stays(base, wave)]
        weight = here["segment"].map(TIER_WEIGHTS).to_numpy(dtype=float)
        who = rng.choice(len(here), PER_HALF_YEAR, p=weight / weight.sum())
        parts.append(_order(wave, here.iloc[who].reset_index(drop=True), rng))
    table = pd.concat(parts).sort_values("ordered_at", kind="stable", ignore_index=True)
    table.insert(0, "order_id", [f"O{number:05d}" for number in range(1, len(table) + 1)])
    return table


def returns(sold: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return what was sent back before the cut, with its reason."""
    delivered = sold[sold["status"] == "delivered"]
    n = len(delivered)
    damaged = (delivered["undamaged"] == 0).to_numpy()
    defect = damaged | (delivered["complete"] == 0).to_numpy()
    back = rng.random(n) < np.where(defect, RETURNED_DEFECT, RETURNED_OTHER)
    when = later(delivered["delivered_at"], 24 * (0.5 + (WINDOW - 2) * rng.random(n)))
    other = np.where(rng.random(n) < 0.6, "not needed", "wrong item")
    reason = np.where(damaged, "damaged", np.where(defect, "incomplete", other))
    part = np.where(rng.random(n) < 0.7, 1.0, 0.5)
    table = pd.DataFrame(
        {
            "order_id": delivered["order_id"],
            "returned_at": when,
            "reason": reason,
            "value": (delivered["value"] * part).round(2),
            "cost": np.round(6.0 + 8.0 * rng.random(n), 2),
        }
    )
    table = table[back & when.notna()].sort_values("returned_at", kind="stable")
    table.insert(0, "return_id", [f"R{number:04d}" for number in range(1, len(table) + 1)])
    return table.reset_index(drop=True)


def tables(base: pd.DataFrame, rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    """Return both tables as they are written."""
    sold = orders(base, rng)
    back = returns(sold, rng)
    stamps = ("ordered_at", "planned_dispatch", "dispatched_at", "promised_at", "delivered_at")
    written(sold, minutes=stamps)
    written(back, minutes=("returned_at",))
    return {"orders": sold, "returns": back}


def _order(wave: str, buyers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    n = len(buyers)
    ordered = office_times(wave, n, rng)
    planned = ordered.dt.normalize() + pd.Timedelta(hours=36)
    lead = buyers["segment"].map(TRANSIT).to_numpy(dtype=float)
    promised = planned + pd.to_timedelta(lead + 6.0, unit="h")
    on_plan = rng.random(n) < DISPATCHED_ON_PLAN[wave]
    slip = np.where(on_plan, -4.0 * rng.random(n), 0.5 + 11.0 * rng.random(n))
    share = ON_TIME[wave] + buyers["branch_id"].map(BRANCH_ON_TIME).fillna(0.0).to_numpy()
    on_time = rng.random(n) < share
    early = -9.0 * rng.random(n)
    late = 1.0 + rng.exponential(18.0, n)
    cancelled = rng.random(n) < CANCELLED
    gone = later(planned, np.where(cancelled, np.nan, slip))
    there = later(promised, np.where(cancelled, np.nan, np.where(on_time, early, late)))
    there = there.where(gone.notna())
    lines = 1 + rng.poisson(2.0, n)
    mean = buyers["segment"].map(VALUES).to_numpy(dtype=float)
    value = np.round(mean * np.exp(0.5 * rng.standard_normal(n) - 0.125), 2)
    goods = COST_OF_GOODS * np.exp(0.08 * rng.standard_normal(n) - 0.0032)
    selling = SELLING_COST * np.exp(0.20 * rng.standard_normal(n) - 0.02)
    arrived = there.notna().to_numpy()
    complete, undamaged = rng.random(n) < COMPLETE[wave], rng.random(n) < UNDAMAGED[wave]
    return pd.DataFrame(
        {
            "customer_id": buyers["customer_id"],
            "ordered_at": ordered,
            "planned_dispatch": planned,
            "dispatched_at": gone,
            "promised_at": promised,
            "delivered_at": there,
            "status": np.where(cancelled, "cancelled", np.where(arrived, "delivered", "open")),
            "complete": np.where(arrived, complete, np.nan),
            "undamaged": np.where(arrived, undamaged, np.nan),
            "value": value,
            "cost_of_goods": np.round(value * goods, 2),
            "selling_cost": np.round(value * selling, 2),
            "lines": lines,
            "lines_available": rng.binomial(lines, IN_STOCK[wave]),
        }
    )
