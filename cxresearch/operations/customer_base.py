"""Customers and money: who stays, who comes, what they bring, what serving them costs."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row, present
from cxresearch.operations.periods import Period, bounds, fitting
from cxresearch.operations.waiting import waiting
from cxresearch.stats.estimates import Interval
from cxresearch.stats.lifetime import lifetime_value
from cxresearch.stats.resample import multinomial_counts, percentile_interval

_MONTH_HOURS = 24 * 365.25 / 12
_TIMING = {"after": "after_one_period", "immediate": "at_once"}
_REFERRED = ("referral", "referred", "recommendation", "friend")


def customer_base(asked: Asked) -> Iterator[Row]:
    """Yield retention, churn, customers won and referred, and how long customers stay."""
    if not asked.has("customers", "start_date", "end_date"):
        return
    customers = asked.table("customers", "retention")
    if customers is None:
        return
    cut = asked.cut("customers")
    accounts = "account_id" if "account_id" in customers else None
    for keys, some in asked.groups(customers):
        for period in _seen(asked, "customers"):
            after = min(period.after, cut)
            base = present(some, period.start)
            lost = base["end_date"] < after
            clusters = base[accounts] if accounts else None
            yield asked.share("retention", "share", period, keys, ~lost, clusters)
            yield asked.share("churn", "share", period, keys, lost, clusters)
            new = some[(some["start_date"] >= period.start) & (some["start_date"] < after)]
            yield asked.rate("customer_gain", "rate", period, keys, len(new), len(base), 100)
            if "source" in some and new["source"].notna().any():
                told = new["source"].dropna().astype(str).str.lower()
                yield asked.share("referrals", "share", period, keys, told.isin(_REFERRED))
        yield from _tenure(asked, keys, some, cut)


def _tenure(
    asked: Asked, keys: dict[str, str], some: pd.DataFrame, cut: pd.Timestamp
) -> Iterator[Row]:
    """Yield how long customers stay, by those who came since the first period began."""
    first = asked.periods[0].start
    cohort = some[(some["start_date"] >= first) & (some["start_date"] < cut)]
    over = (cohort["end_date"] < cut).to_numpy()
    end = cohort["end_date"].where(over, cut)
    months = (end - cohort["start_date"]).dt.total_seconds().to_numpy() / 3600 / _MONTH_HOURS
    whole = Period("all", first, cut)
    yield from waiting(asked, "tenure", whole, keys, months, over)


def revenue(asked: Asked) -> Iterator[Row]:
    """Yield revenue per customer, revenue kept and lost, cost to serve, lifetime value."""
    if not asked.has("revenue", "customer_id", "period", "revenue"):
        return
    table = asked.table("revenue", "revenue_per_customer")
    if table is None:
        return
    for keys, some in asked.groups(table):
        before: pd.DataFrame | None = None
        for period in asked.periods:
            rows = some[fitting(some["period"], period)]
            if rows.empty:
                before = None
                continue
            sums = [one for one in ("revenue", "margin", "cost_to_serve") if one in rows]
            now = rows.groupby("customer_id")[sums].sum()
            one = pd.Series(1.0, index=now.index)
            yield asked.ratio("revenue_per_customer", "mean", period, keys, now["revenue"], one)
            if "cost_to_serve" in now:
                cost = now["cost_to_serve"]
                yield asked.ratio("cost_to_serve", "mean", period, keys, cost, one)
                yield from _per_contact(asked, period, keys, cost)
            if before is not None:
                yield from _kept(asked, period, keys, before, now)
            if "margin" in now:
                yield from _value(asked, period, keys, now)
            before = now


def _per_contact(
    asked: Asked, period: Period, keys: dict[str, str], cost: pd.Series
) -> Iterator[Row]:
    """Yield the service cost per contact of the same customers; customers are the units."""
    if not asked.has("contacts", "customer_id", "ts"):
        return
    contacts = asked.tables["contacts"]
    inside = contacts[period.inside(contacts["ts"])]
    counts = inside.groupby("customer_id").size().reindex(cost.index).fillna(0.0)
    if counts.sum() > 0:
        yield asked.ratio("cost_to_serve", "per_contact", period, keys, cost, counts)


def _kept(
    asked: Asked, period: Period, keys: dict[str, str], before: pd.DataFrame, now: pd.DataFrame
) -> Iterator[Row]:
    """Yield what last period's customers bring now: interval by bootstrap over customers."""
    old = before["revenue"]
    new = now["revenue"].reindex(old.index).fillna(0.0)
    pairs = np.column_stack([old, new, np.clip(old - new, 0, None)])
    counts = multinomial_counts(
        len(pairs), asked.study.n_resamples, asked.study.rng(f"operations.nrr.{period.label}")
    )
    sums = counts @ pairs
    total = pairs.sum(axis=0)
    if total[0] <= 0:
        return
    for measure, column in (("revenue_churn", 2), ("nrr", 1)):
        found = _percentile(total[column] / total[0], sums[:, column] / sums[:, 0], asked.level)
        yield asked.row(
            measure,
            "share",
            period,
            keys,
            found,
            n=len(pairs),
            numerator=float(total[column]),
            denominator=float(total[0]),
            method="bootstrap",
        )


def _value(asked: Asked, period: Period, keys: dict[str, str], now: pd.DataFrame) -> Iterator[Row]:
    """Yield lifetime value: margin and retention of the period, carried on to the horizon."""
    if not asked.has("customers", "start_date", "end_date") or bounds(period.label) is None:
        return
    customers = asked.tables["customers"].set_index("customer_id")
    who = customers.reindex(now.index)
    here = (who["start_date"] < period.start) & ~(who["end_date"] < period.start)
    margin = now["margin"][here].to_numpy(float)
    after = min(period.after, asked.cut("customers"))
    stays = (~(who["end_date"] < after))[here].to_numpy(float)
    if margin.size < 2:
        return
    told = asked.told
    full = bounds(period.label)
    length = ((full[1] - full[0]) if full else (after - period.start)) / pd.Timedelta(days=365.25)
    interest = (1 + told.interest) ** length - 1
    horizon = max(1.0, round(told.horizon / length))

    def worth(mean: float, kept: float) -> float:
        return lifetime_value(mean, kept, interest, horizon=horizon, timing=told.margin).value

    counts = multinomial_counts(
        margin.size, asked.study.n_resamples, asked.study.rng(f"operations.clv.{period.label}")
    )
    means, kept = counts @ margin / margin.size, counts @ stays / margin.size
    draws = np.array([worth(m, min(k, 1.0)) for m, k in zip(means, kept, strict=True)])
    found = _percentile(worth(margin.mean(), stays.mean()), draws, asked.level)
    yield asked.row("clv", "value", period, keys, found, n=margin.size, method="bootstrap")
    whole = lifetime_value(
        margin.mean(), stays.mean(), interest, horizon=horizon, timing=told.margin
    )
    if whole.exploding and not keys:
        asked.notes.append(note("clv_exploding", times=round(whole.endless / whole.value, 1)))
    asked.notes.append(
        note("clv_terms", years=told.horizon, interest=told.interest, timing=_TIMING[told.margin])
    )


def cash_flow(asked: Asked) -> Iterator[Row]:
    """Yield receipts minus payments."""
    if asked.by or not asked.has("cash", "period", "receipts", "payments"):
        return
    cash = asked.tables["cash"]
    for period in asked.periods:
        some = cash[fitting(cash["period"], period)]
        if len(some):
            receipts, payments = float(some["receipts"].sum()), float(some["payments"].sum())
            yield asked.row(
                "cash_flow",
                "sum",
                period,
                {},
                value=receipts - payments,
                n=len(some),
                numerator=receipts,
                denominator=payments,
                method="accounting",
                least=1,
            )


def repeat_purchase(asked: Asked) -> Iterator[Row]:
    """Yield the share of buyers who buy again within the window after their first in the period."""
    measure = "repeat_purchase"
    if not asked.has("orders", "customer_id", "ordered_at"):
        return
    orders = asked.table("orders", measure)
    if orders is None:
        return
    if "status" in orders:
        orders = orders[orders["status"].astype(str).str.lower() != "cancelled"]
    window = pd.Timedelta(days=asked.told.window(measure))
    last = asked.cut("orders") - window
    times = orders.sort_values("ordered_at")
    orders = times.assign(_next=times.groupby("customer_id")["ordered_at"].shift(-1))
    left_out = 0
    for keys, period, some in asked.pieces(orders, "ordered_at", "orders"):
        firsts = some.dropna(subset=["customer_id"]).drop_duplicates("customer_id")
        seen = firsts[firsts["ordered_at"] <= last]
        left_out += len(firsts) - len(seen)
        again = seen["_next"] <= seen["ordered_at"] + window
        yield asked.share(
            measure, "share", period, keys, again, n_window=float(len(firsts) - len(seen))
        )
    asked.window(measure, left_out)


def abandonment(asked: Asked) -> Iterator[Row]:
    """Yield the share of started purchases that were not completed."""
    if not asked.has("sessions", "cart_started", "purchased"):
        return
    sessions = asked.table("sessions", "abandonment")
    if sessions is None:
        return
    started = sessions[sessions["cart_started"] == 1]
    for keys, period, some in asked.pieces(started, "ts", "sessions"):
        yield asked.share("abandonment", "share", period, keys, some["purchased"] == 0)


def _seen(asked: Asked, table: str) -> list[Period]:
    cut = asked.cut(table)
    return [period for period in asked.periods if period.start < cut]


def _percentile(estimate: float, draws: np.ndarray, level: float) -> Interval:
    low, high = percentile_interval(draws, level)
    return Interval(
        estimate=float(estimate),
        std_error=float(np.nanstd(draws, ddof=1)),
        conf_low=float(low),
        conf_high=float(high),
        conf_level=level,
        method="t",
        n=float("nan"),
    )
