"""Orders from purchase to return: on plan, on time, whole, sent back, and at what cost."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.clock import hours
from cxresearch.operations.waiting import waiting

_GONE = ("cancelled", "canceled", "unavailable")
_KEPT = {"time": "exact_time", "day": "end_of_day"}
_DEFECTS = ("damaged", "incomplete", "wrong item", "defect", "defective", "faulty")


def order_compliance(asked: Asked) -> Iterator[Row]:
    """Yield the share of orders that left as planned, of those whose plan was due."""
    measure = "order_compliance"
    if not asked.has("orders", "planned_dispatch", "dispatched_at"):
        return
    orders = _orders(asked, measure)
    if orders is None:
        return
    cut = asked.cut("orders")
    due = orders[orders["planned_dispatch"].notna() & (orders["planned_dispatch"] <= cut)]
    due = due.assign(_kept=due["dispatched_at"] <= _limit(asked, due["planned_dispatch"]))
    for keys, period, some in asked.pieces(due, "ordered_at", "orders"):
        yield asked.share(measure, "share", period, keys, some["_kept"], _customers(some))


def delivery_success(asked: Asked) -> Iterator[Row]:
    """Yield the share of orders due that came on time, complete and undamaged, and each apart.

    Orders due are those whose promise lies before the cut; one that never came is a failure.
    The parts are shares of orders delivered.
    """
    measure = "delivery_success"
    if not asked.has("orders", "promised_at", "delivered_at"):
        return
    orders = _orders(asked, measure)
    if orders is None:
        return
    cut = asked.cut("orders")
    in_time = orders["delivered_at"] <= _limit(asked, orders["promised_at"])
    parts = {"on_time": in_time}
    for name in ("complete", "undamaged"):
        if name in orders:
            parts[name] = orders[name] == 1
    whole = pd.concat(parts, axis=1).all(axis=1)
    orders = orders.assign(_all=whole, **{f"_{name}": one for name, one in parts.items()})
    midnight = orders["promised_at"].dropna()
    if len(midnight) and (midnight == midnight.dt.normalize()).all():
        asked.notes.append(note("promise_midnight", kept=_KEPT[asked.told.promise]))
    for keys, period, some in asked.pieces(orders, "ordered_at", "orders"):
        due = some[some["promised_at"] <= cut]
        if len(parts) > 1:
            yield asked.share(
                measure,
                "all_three" if len(parts) == 3 else "all_known",
                period,
                keys,
                due["_all"],
                _customers(due),
                n_open=float(due["delivered_at"].isna().sum()),
            )
        came = some[some["delivered_at"].notna()]
        for name in parts:
            yield asked.share(measure, name, period, keys, came[f"_{name}"], _customers(came))


def delivery_time(asked: Asked) -> Iterator[Row]:
    """Yield how long orders take to arrive, those under way censored at the cut."""
    yield from _until(asked, "delivery_time", "delivered_at")


def dispatch_time(asked: Asked) -> Iterator[Row]:
    """Yield how long orders take to leave."""
    yield from _until(asked, "dispatch_time", "dispatched_at")


def _until(asked: Asked, measure: str, end: str) -> Iterator[Row]:
    if not asked.has("orders", "ordered_at", end):
        return
    orders = _orders(asked, measure)
    if orders is None:
        return
    cut = asked.cut("orders")
    for keys, period, some in asked.pieces(orders, "ordered_at", "orders"):
        over = (some[end].notna() & (some[end] <= cut)).to_numpy()
        until = some[end].where(over, cut)
        spent = hours(asked.tables, "orders", some["ordered_at"], until, asked.business(measure))
        yield from waiting(asked, measure, period, keys, spent, over)


def availability(asked: Asked) -> Iterator[Row]:
    """Yield the share of ordered lines that were in stock."""
    yield from _per_order(asked, "availability", ("lines_available",), "lines")


def cost_of_sale(asked: Asked) -> Iterator[Row]:
    """Yield the cost of goods and of selling per value of orders."""
    costs = tuple(one for one in ("cost_of_goods", "selling_cost") if asked.has("orders", one))
    if costs:
        yield from _per_order(asked, "cost_of_sale", costs, "value")


def _per_order(asked: Asked, measure: str, above: tuple[str, ...], below: str) -> Iterator[Row]:
    if not asked.has("orders", *above, below):
        return
    orders = _orders(asked, measure)
    if orders is None:
        return
    top = orders[list(above)].sum(axis=1, min_count=len(above))
    orders = orders.assign(_top=top)
    for keys, period, some in asked.pieces(orders, "ordered_at", "orders"):
        yield asked.ratio(measure, "ratio", period, keys, some["_top"], some[below])


def returns(asked: Asked) -> Iterator[Row]:
    """Yield the share of delivered orders that came back within the window, and of the faultless.

    An order is faultless that did not come back for a defect; without reasons of returns, one
    that arrived undamaged.
    """
    measure = "return_rate"
    found = delivered(asked, measure)
    if found is None:
        yield from _undamaged(asked)
        return
    came, reasons = found
    for keys, period, some in asked.pieces(came, "ordered_at", "orders"):
        seen = some[some["_seen"]]
        yield asked.share(
            measure,
            "share",
            period,
            keys,
            seen["_back"],
            _customers(seen),
            n_window=float(len(some) - len(seen)),
        )
        if reasons:
            defect = seen["_back"] & seen["_why"].astype(str).str.lower().isin(_DEFECTS)
            yield asked.share("product_quality", "share", period, keys, ~defect, _customers(seen))
    asked.window(measure, int((~came["_seen"]).sum()))
    if not reasons:
        yield from _undamaged(asked)


def delivered(asked: Asked, measure: str) -> tuple[pd.DataFrame, bool] | None:
    """Return delivered orders with whether they came back, and whether reasons are known.

    ``_back`` within the window, ``_why``, ``_seen`` (the whole window was observed); None where
    orders or returns are not known.
    """
    if not (asked.has("returns", "order_id") and asked.has("orders", "delivered_at")):
        return None
    orders = _orders(asked, measure)
    if orders is None:
        return None
    window = pd.Timedelta(days=asked.told.window(measure))
    last = asked.cut("orders") - window
    back = asked.tables["returns"].sort_values("returned_at").drop_duplicates("order_id")
    back = back.set_index("order_id")
    came = orders[orders["delivered_at"].notna()]
    when = came["order_id"].map(back["returned_at"])
    came = came.assign(
        _back=when <= came["delivered_at"] + window, _seen=came["delivered_at"] <= last
    )
    if "reason" in back:
        came = came.assign(_why=came["order_id"].map(back["reason"]))
    return came, "reason" in back


def _undamaged(asked: Asked) -> Iterator[Row]:
    measure = "product_quality"
    if not asked.has("orders", "delivered_at", "undamaged"):
        return
    orders = _orders(asked, measure)
    if orders is None:
        return
    came = orders[orders["delivered_at"].notna()]
    for keys, period, some in asked.pieces(came, "ordered_at", "orders"):
        yield asked.share(measure, "share", period, keys, some["undamaged"], _customers(some))


def _orders(asked: Asked, measure: str) -> pd.DataFrame | None:
    orders = asked.table("orders", measure)
    if orders is None or "status" not in orders:
        return orders
    return orders[~orders["status"].astype(str).str.lower().isin(_GONE)]


def _customers(orders: pd.DataFrame) -> pd.Series | None:
    if "customer_id" not in orders or orders["customer_id"].isna().any():
        return None
    return orders["customer_id"]


def _limit(asked: Asked, promised: pd.Series) -> pd.Series:
    """Return until when a promise is kept: its time, or the end of its day."""
    if asked.told.promise == "time":
        return promised
    midnight: pd.Series = promised.dt.normalize()
    return midnight + pd.Timedelta(days=1) - pd.Timedelta(1, "ns")


__all__ = [
    "availability",
    "cost_of_sale",
    "delivered",
    "delivery_success",
    "delivery_time",
    "dispatch_time",
    "order_compliance",
    "returns",
]
