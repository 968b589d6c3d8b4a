"""Tickets, contacts and letters: how fast and how well customers' matters are settled."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf, isfinite, log

import numpy as np
import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row, present
from cxresearch.operations.clock import hours
from cxresearch.operations.periods import Period
from cxresearch.operations.waiting import waiting
from cxresearch.stats.estimates import Interval
from cxresearch.stats.intervals import poisson_ratio

PER_THOUSAND = 1000
_WRITTEN = ("letter", "e-mail", "email", "mail")


def resolution_time(asked: Asked) -> Iterator[Row]:
    """Yield how long matters take to be settled, open ones censored at the cut."""
    yield from _until(asked, "resolution_time", "resolved_at")


def first_response_time(asked: Asked) -> Iterator[Row]:
    """Yield how long customers wait for the first reply."""
    yield from _until(asked, "first_response_time", "first_response_at")


def _until(asked: Asked, measure: str, end: str) -> Iterator[Row]:
    if not asked.has("tickets", "opened_at", end):
        return
    tickets = asked.table("tickets", measure)
    if tickets is None:
        return
    for keys, period, some in asked.pieces(tickets, "opened_at", "tickets"):
        times, over = spent(asked, measure, some, end)
        yield from waiting(asked, measure, period, keys, times, over)


def spent(
    asked: Asked, measure: str, tickets: pd.DataFrame, end: str = "resolved_at"
) -> tuple[np.ndarray, np.ndarray]:
    """Return the hours of tickets and whether they were over when the table was cut."""
    cut = asked.cut("tickets")
    over = tickets[end].notna() & (tickets[end] <= cut)
    if end == "resolved_at" and asked.told.clock == "final" and "reopened_at" in tickets:
        over &= ~(tickets["reopened_at"] >= tickets["resolved_at"])
    until = tickets[end].where(over, cut)
    rule = asked.business(measure)
    return hours(asked.tables, "tickets", tickets["opened_at"], until, rule), over.to_numpy()


def active_issues(asked: Asked) -> Iterator[Row]:
    """Yield how many matters were open at the end of each period, and how old they were."""
    if not asked.has("tickets", "opened_at", "resolved_at"):
        return
    tickets = asked.table("tickets", "active_issues")
    if tickets is None:
        return
    first = tickets["opened_at"].min()
    for keys, some in asked.groups(tickets):
        for period in asked.periods:
            moment = min(period.after, asked.cut("tickets"))
            if period.start >= asked.cut("tickets") or moment <= first:
                continue
            still = some[open_at(some, moment)]
            n = len(still)
            yield asked.row(
                "active_issues", "count", period, keys, value=n, n=n, method="count", least=0
            )
            if n:
                age = hours(
                    asked.tables,
                    "tickets",
                    still["opened_at"],
                    pd.Series(moment, index=still.index),
                )
                yield asked.row(
                    "active_issues",
                    "median_age",
                    period,
                    keys,
                    value=float(np.median(age)),
                    unit="hours",
                    n=n,
                    method="count",
                    least=1,
                )


def open_at(tickets: pd.DataFrame, moment: pd.Timestamp) -> np.ndarray:
    """Return which tickets were open at a moment."""
    begun = tickets["opened_at"] < moment
    unsolved = tickets["resolved_at"].isna() | (tickets["resolved_at"] >= moment)
    return (begun & unsolved).to_numpy()


def resolved_issues(asked: Asked) -> Iterator[Row]:
    """Yield how many matters were settled, which share within the window, how many reopened."""
    measure = "resolved_issues"
    if not asked.has("tickets", "opened_at", "resolved_at"):
        return
    tickets = asked.table("tickets", measure)
    if tickets is None:
        return
    for keys, period, some in asked.pieces(tickets, "resolved_at", "tickets"):
        n = len(some)
        yield asked.row(measure, "count", period, keys, value=n, n=n, method="count", least=0)
    days = asked.told.window(measure)
    last = asked.cut("tickets") - pd.Timedelta(days=days)
    left_out = 0
    for keys, period, some in asked.pieces(tickets, "opened_at", "tickets"):
        seen = some[some["opened_at"] <= last]
        within = seen["resolved_at"] <= seen["opened_at"] + pd.Timedelta(days=days)
        n_window = len(some) - len(seen)
        left_out += n_window
        yield asked.share(
            measure,
            "within_window",
            period,
            keys,
            within,
            unit="share",
            n_window=float(n_window),
        )
        if "reopened_at" in some:
            again = some["reopened_at"].notna()
            yield asked.share(
                measure, "reopened", period, keys, again, unit="share", direction="down"
            )
    asked.window(measure, left_out)


def fcr(asked: Asked) -> Iterator[Row]:
    """Yield the share of matters settled at the first contact, with none again in the window.

    Settled, not escalated, not reopened within the window after, and, where contacts are known,
    no further contact of the customer between opening and the end of the window. An offer
    (a contact with `converted` 0 or 1) is none.
    """
    if not asked.has("tickets", "opened_at", "resolved_at"):
        return
    tickets = asked.table("tickets", "fcr")
    if tickets is None:
        return
    window = pd.Timedelta(days=asked.told.window("fcr"))
    last = asked.cut("tickets") - window
    end = tickets["resolved_at"] + window
    good = tickets["resolved_at"].notna()
    if "escalated_at" in tickets:
        good &= tickets["escalated_at"].isna()
    if "reopened_at" in tickets:
        good &= ~(tickets["reopened_at"] <= end)
    if asked.has("contacts", "customer_id") and "customer_id" in tickets:
        good &= ~_contacted_again(asked, tickets, end)
    tickets = tickets.assign(_good=good)
    left_out = 0
    for keys, period, some in asked.pieces(tickets, "opened_at", "tickets"):
        solved = some[some["resolved_at"].notna()]
        seen = solved[solved["resolved_at"] < last]
        n_window = len(solved) - len(seen)
        left_out += n_window
        yield asked.share(
            "fcr",
            "share",
            period,
            keys,
            seen["_good"],
            n_window=float(n_window),
            n_open=float(len(some) - len(solved)),
        )
    asked.window("fcr", left_out)


def _contacted_again(asked: Asked, tickets: pd.DataFrame, end: pd.Series) -> pd.Series:
    contacts = asked.tables["contacts"].dropna(subset=["customer_id"])
    if "converted" in contacts:
        contacts = contacts[contacts["converted"].isna()]
    pairs = tickets[["customer_id", "opened_at"]].assign(_end=end, _row=tickets.index)
    pairs = pairs.dropna(subset=["customer_id", "_end"])
    both = pairs.merge(contacts[["customer_id", "ts"]], on="customer_id")
    again = both[(both["ts"] > both["opened_at"]) & (both["ts"] <= both["_end"])]["_row"]
    return pd.Series(tickets.index.isin(again), index=tickets.index)


def escalation_rate(asked: Asked) -> Iterator[Row]:
    """Yield the share of matters passed to a higher level."""
    if not asked.has("tickets", "opened_at", "escalated_at"):
        return
    tickets = asked.table("tickets", "escalation_rate")
    if tickets is None:
        return
    for keys, period, some in asked.pieces(tickets, "opened_at", "tickets"):
        yield asked.share("escalation_rate", "share", period, keys, some["escalated_at"].notna())


def conversion(asked: Asked) -> Iterator[Row]:
    """Yield the share of offers that were followed by what was wanted, within the window."""
    if not asked.has("contacts", "converted"):
        return
    contacts = asked.table("contacts", "conversion")
    if contacts is None:
        return
    window = pd.Timedelta(days=asked.told.window("conversion"))
    last = asked.cut("contacts") - window
    offers = contacts[contacts["converted"].notna()]
    won = offers["converted"] == 1
    if "converted_at" in offers:
        won &= ~(offers["converted_at"] > offers["ts"] + window)
    offers = offers.assign(_won=won)
    left_out = 0
    for keys, period, some in asked.pieces(offers, "ts", "contacts"):
        seen = some[some["ts"] <= last]
        left_out += len(some) - len(seen)
        yield asked.share(
            "conversion",
            "share",
            period,
            keys,
            seen["_won"],
            seen.get("customer_id"),
            n_window=float(len(some) - len(seen)),
        )
    asked.window("conversion", left_out)


def complaint_rate(asked: Asked) -> Iterator[Row]:
    """Yield complaints per 1,000 customers at the start, and whether they outgrow customers.

    Tickets marked as complaints, or else documents; complaints by letter and e-mail are told
    apart, since most of them have a ticket as well.
    """
    measure = "complaint_rate"
    if not asked.has("customers", "start_date"):
        return
    customers = asked.table("customers", measure)
    if customers is None:
        return
    counted: list[tuple[str, str, pd.DataFrame, str]] = []
    if asked.has("tickets", "is_complaint"):
        tickets = asked.table("tickets", measure)
        if tickets is not None:
            counted.append(("tickets", "opened_at", tickets[tickets["is_complaint"] == 1], "rate"))
    if asked.has("documents", "is_complaint"):
        letters = asked.tables["documents"] if not asked.by else None
        if letters is not None:
            letters = letters[letters["is_complaint"] == 1]
            if "type" in letters:
                letters = letters[letters["type"].astype(str).str.lower().isin(_WRITTEN)]
            counted.append(("documents", "ts", letters, "written" if counted else "rate"))
    for table, time, complaints, statistic in counted:
        whole: list[tuple[int, int]] = []
        before: dict[str, tuple[int, int, Period]] = {}
        for keys, period, some in asked.pieces(complaints, time, table):
            group = _group(customers, keys, asked)
            n, events = len(present(group, period.start)), len(some)
            yield asked.rate(measure, statistic, period, keys, events, n, PER_THOUSAND)
            name = " · ".join(keys.values())
            if statistic == "rate" and name in before:
                yield _growth(asked, before[name], (events, n, period), keys)
            if period.whole:
                before[name] = (events, n, period)
                whole += [] if keys else [(events, n)]
        asked.scatter(measure, whole)
        asked.notes.append(note("complaints_counted", table=table))


def _growth(
    asked: Asked, old: tuple[int, int, Period], new: tuple[int, int, Period], keys: dict[str, str]
) -> Row:
    measure = "complaint_growth_gap"
    (before, base, _), (after, now, period) = old, new
    if min(before, after, base, now) == 0:
        return asked.row(measure, "log_ratio", period, keys, n=now, reason="no_events")
    ratio = poisson_ratio(after, now, before, base, asked.level)
    found = Interval(
        estimate=log(ratio.estimate),
        std_error=ratio.std_error / ratio.estimate,
        conf_low=_log(ratio.conf_low),
        conf_high=_log(ratio.conf_high),
        conf_level=asked.level,
        method=ratio.method,
        n=now,
    )
    return asked.row(
        measure,
        "log_ratio",
        period,
        keys,
        found,
        n=now,
        numerator=log(after / before),
        denominator=log(now / base),
    )


def _log(value: float) -> float:
    if value <= 0:
        return -inf
    return log(value) if isfinite(value) else inf


def _group(frame: pd.DataFrame, keys: dict[str, str], asked: Asked) -> pd.DataFrame:
    for column, name in zip(asked.by, asked.names, strict=True):
        frame = frame[frame[f"by:{column}"].astype(str) == keys[name]]
    return frame
