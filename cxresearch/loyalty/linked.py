"""Answers of customers joined with what the same customers did afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.loyalty import periods
from cxresearch.loyalty.periods import Span
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Customers:
    """The customers of the company, and what they paid.

    Attributes
    ----------
    dates : DataFrame
        By customer: ``start_date, end_date`` (missing: still a customer).
    revenue : DataFrame or None
        ``customer, start`` (first day of the period), ``revenue``.
    cut : Timestamp
        The midnight until which something is known; a period that ends with the day it begins
        counts as seen.
    accounts : Series or None
        By customer: the account it belongs to.
    """

    dates: pd.DataFrame
    revenue: pd.DataFrame | None
    cut: pd.Timestamp
    accounts: pd.Series | None = None

    def present(self, span: Span) -> pd.Series:
        """Return who is a customer at the start of a span, by customer."""
        start, end = self.dates["start_date"], self.dates["end_date"]
        return (start.isna() | (start < span.start)) & (end.isna() | (end >= span.start))

    def left(self, span: Span) -> pd.Series:
        """Return who left within a span, by customer."""
        end = self.dates["end_date"]
        return (end >= span.start) & (end < span.after)

    def paid(self, span: Span) -> pd.Series:
        """Return revenue within a span, by customer; customers without any are not there."""
        if self.revenue is None:
            return pd.Series(dtype=float)
        inside = (self.revenue["start"] >= span.start) & (self.revenue["start"] < span.after)
        return self.revenue[inside].groupby("customer")["revenue"].sum()


def customers(study: Study) -> Customers:
    """Return the tables of customers and revenue, keyed by the customer.

    Raises
    ------
    AnalysisError
        There is no table of customers, or it lacks a column or holds a customer twice.
    """
    held = study.tables
    if "customers" not in held:
        raise _fault(
            "the study has no table of customers",
            "params: tables.customers",
            hint="declare it with customer_id, start_date and end_date",
        )
    table = held["customers"]
    _has(table, "customers", ("customer_id", "end_date"))
    key = as_labels(table["customer_id"])
    if (twice := key.duplicated()).any():
        raise _fault(
            "customers that stand twice in their table",
            f"table customers, {int(twice.sum())} rows",
            found=str(key[twice].iloc[0]),
            hint="one row a customer, with the day on which it left",
        )
    start = table.get("start_date", pd.Series(pd.NaT, index=table.index))
    dates = pd.DataFrame({"start_date": _days(start), "end_date": _days(table["end_date"])})
    dates.index = pd.Index(key.astype(object))
    accounts = None
    if "account_id" in table:
        accounts = pd.Series(table["account_id"].astype(object).to_numpy(), index=dates.index)
    known = held.facts("customers").cut
    cut = dates.max().max().normalize() if known is None else known
    dates["end_date"] = dates["end_date"].where(dates["end_date"] <= cut)
    paid = _revenue(held.get("revenue"))
    return Customers(dates=dates, revenue=paid, cut=cut, accounts=accounts)


def _revenue(table: pd.DataFrame | None) -> pd.DataFrame | None:
    if table is None:
        return None
    _has(table, "revenue", ("customer_id", "period", "revenue"))
    return pd.DataFrame(
        {
            "customer": as_labels(table["customer_id"]).astype(object).to_numpy(),
            "start": periods.starts(table["period"]).to_numpy(),
            "revenue": table["revenue"].to_numpy(dtype=float),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Linked:
    """Interviews with what their customers did afterwards.

    Attributes
    ----------
    rows : DataFrame
        One row per interview whose customer is known and whose score is there: ``place`` (row
        of the study), ``customer, wave, period, score, group``; ``followed`` (the outcome period
        has passed), ``at_risk`` (a customer at its start), ``left`` (within it), ``revenue``
        (within it), ``paid`` (within the period of the interview), ``months`` and ``event``:
        from the start of the outcome period to leaving, to the next interview's outcome period
        or to the cut.
    flow : DataFrame
        ``stage, n``: from interviews to customers who left.
    linked : ndarray of bool
        Rows of the study's frame with a known customer.
    waves, spans : mapping
        Period of the interviews and outcome period, by wave.
    """

    rows: pd.DataFrame
    flow: pd.DataFrame
    linked: np.ndarray
    waves: Mapping[str, Span]
    spans: Mapping[str, Span]

    @property
    def followed(self) -> pd.DataFrame:
        """Interviews whose outcome period has passed, of customers at its start."""
        return self.rows[self.rows["followed"].astype(bool) & self.rows["at_risk"].astype(bool)]

    @property
    def spells(self) -> pd.DataFrame:
        """Interviews after which a customer was watched for some time."""
        return self.rows[self.rows["at_risk"].astype(bool) & (self.rows["months"] > 0)]


def linked(
    study: Study, base: Customers, score: np.ndarray, groups: np.ndarray, gap: int
) -> Linked:
    """Return the interviews of known customers with what came of them `gap` periods later."""
    column = study.params.data.customer
    if column is None:
        raise _fault(
            "answers and customers cannot be joined",
            "params: data.customer",
            hint="name the column of the answers that holds the customer's id",
        )
    waves = periods.of_waves(study)
    spans = {wave: span.later(gap) for wave, span in waves.items()}
    named = as_labels(study.full[column]).astype(object)
    told = named.notna().to_numpy() & study.mask
    known = told & named.isin(base.dates.index).to_numpy()
    used = np.flatnonzero(known & np.isfinite(score))
    assert study.wave_column is not None
    rows = pd.DataFrame(
        {
            "place": used,
            "customer": named.to_numpy()[used],
            "wave": study.full[study.wave_column].astype(str).to_numpy()[used],
            "score": score[used],
            "answer_group": groups[used],
        }
    )
    if base.accounts is not None:
        rows["account"] = rows["customer"].map(base.accounts)
    parts = [
        _followed(part, base, waves[str(wave)], spans[str(wave)])
        for wave, part in rows.groupby("wave", sort=False)
    ]
    rows = pd.concat(parts).sort_values("place") if parts else _followed(rows, base, None, None)
    rows = _spells(rows, base)
    followed = rows[rows["followed"]]
    stages = {
        "interviews": study.n,
        "customer_given": int(told.sum()),
        "customer_found": int(known.sum()),
        "score_given": len(rows),
        "followed": len(followed),
        "still_customer": int(followed["at_risk"].sum()),
        "left": int((followed["at_risk"] & followed["left"]).sum()),
    }
    flow = pd.DataFrame({"stage": list(stages), "n": list(stages.values())})
    return Linked(rows=rows, flow=flow, linked=known, waves=waves, spans=spans)


def _followed(
    part: pd.DataFrame, base: Customers, own: Span | None, span: Span | None
) -> pd.DataFrame:
    """Return interviews of one wave with what their customers did in the outcome period."""
    if own is None or span is None:
        empty = ["start", "followed", "at_risk", "left", "revenue", "paid"]
        return part.assign(**dict.fromkeys(empty, pd.Series(dtype=float)))
    who = part["customer"]
    return part.assign(
        start=span.start,
        followed=bool(span.last_day <= base.cut),
        at_risk=who.map(base.present(span)).to_numpy(dtype=bool),
        left=who.map(base.left(span)).to_numpy(dtype=bool),
        revenue=who.map(base.paid(span)).to_numpy(dtype=float),
        paid=who.map(base.paid(own)).to_numpy(dtype=float),
    )


def _spells(rows: pd.DataFrame, base: Customers) -> pd.DataFrame:
    """Return the rows with the time from the outcome period's start to leaving or censoring."""
    ordered = rows.sort_values(["customer", "start", "place"])
    following = ordered.groupby("customer")["start"].shift(-1)
    end = ordered["customer"].map(base.dates["end_date"])
    until = following.fillna(base.cut)
    event = (end < until).to_numpy() & end.notna().to_numpy()
    stop = until.where(~event, end)
    # whoever leaves on the first day was there for it
    days = (stop - ordered["start"]).dt.days.to_numpy(dtype=float) + event
    months = pd.Series(days / DAYS_A_MONTH, index=ordered.index)
    return rows.assign(
        months=months.reindex(rows.index), event=pd.Series(event, index=ordered.index)
    )


def _days(values: pd.Series) -> pd.Series:
    days = pd.to_datetime(values)
    return days.dt.tz_localize(None) if days.dt.tz is not None else days


def _has(table: pd.DataFrame, name: str, columns: tuple[str, ...]) -> None:
    missing = [column for column in columns if column not in table.columns]
    if missing:
        raise AnalysisError(
            *(
                Fault(
                    kind="analysis",
                    what=f'table {name} has no column "{column}"',
                    where=f"params: tables.{name}.columns",
                    found=", ".join(map(str, table.columns)),
                    hint=did_you_mean(column, [str(one) for one in table.columns]),
                )
                for column in missing
            )
        )


def _fault(what: str, where: str, *, found: str = "", hint: str = "") -> AnalysisError:
    return AnalysisError(Fault(kind="analysis", what=what, where=where, found=found, hint=hint))
