"""Where visits end, and who leaves after something happened to them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cxresearch.operations.asking import Asked, Row

MEASURE = "exit_rate"


def exit_rate(asked: Asked) -> Iterator[Row]:
    """Yield the share of visits that ended before the goal, and of customers who left after.

    Visits: of those that reached the first of the declared steps, how many ended before the last;
    whoever ended on a later step has passed the earlier ones. Customers: of those with a matter
    (ticket), how many ended their relation within the window.
    """
    yield from _visits(asked)
    yield from _customers(asked)


def _visits(asked: Asked) -> Iterator[Row]:
    steps = asked.told.exit_steps
    if len(steps) < 2 or not asked.has("sessions", "exit_page"):
        return
    sessions = asked.table("sessions", MEASURE)
    if sessions is None:
        return
    reached = sessions[sessions["exit_page"].astype(str).isin(steps)]
    for keys, period, some in asked.pieces(reached, "ts", "sessions"):
        left = some["exit_page"].astype(str) != steps[-1]
        yield asked.share(MEASURE, "visits", period, keys, left, known_customers(some))


def _customers(asked: Asked) -> Iterator[Row]:
    if not (asked.has("customers", "end_date") and asked.has("tickets", "customer_id")):
        return
    tickets = asked.table("tickets", MEASURE)
    if tickets is None:
        return
    window = pd.Timedelta(days=asked.told.window(MEASURE))
    customers = asked.tables["customers"].set_index("customer_id")["end_date"]
    cut = min(asked.cut("customers"), asked.cut("tickets"))
    ends = customers.where(customers < asked.cut("customers"))
    known = tickets.dropna(subset=["customer_id"]).sort_values("opened_at")
    known = known.assign(_end=known["customer_id"].map(ends))
    known = known[~(known["_end"] < known["opened_at"])]
    left_out = 0
    for keys, period, some in asked.pieces(known, "opened_at", "tickets"):
        firsts = some.drop_duplicates("customer_id")
        seen = firsts[firsts["opened_at"] <= cut - window]
        n_window = len(firsts) - len(seen)
        left_out += n_window
        gone = seen["_end"] <= seen["opened_at"] + window
        yield asked.share(MEASURE, "after_matter", period, keys, gone, n_window=float(n_window))
    asked.window(MEASURE, left_out)


def known_customers(rows: pd.DataFrame) -> pd.Series | None:
    """Return whose rows these are, None where some are of nobody known."""
    if "customer_id" not in rows or rows["customer_id"].isna().any():
        return None
    return rows["customer_id"]
