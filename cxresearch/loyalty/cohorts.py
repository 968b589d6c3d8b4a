"""Cohorts of buyers: of those who first bought in one period, how many buy again later."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.loyalty.periods import MONTHS
from cxresearch.notes import distinct
from cxresearch.results import NotAsked, Result
from cxresearch.stats.intervals import wilson
from cxresearch.study.study import Study

COLUMNS = ["cohort", "periods_later", "estimate", "std_error", "conf_low", "conf_high", "n"]
COLUMNS += ["n_back", "value_per_customer", "unit", "reason"]
CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cohorts(Result):
    """Buyers by the period of their first order; one row per cohort and period after it."""


def cohorts(
    study: Study, /, *, period: str | None = None, conf_level: float | None = None
) -> Cohorts | NotAsked:
    """Tell how many buyers come back, by when they came first.

    Parameters
    ----------
    study : Study
        With the table ``orders``: ``customer_id, ordered_at``, and ``value`` where it is known.
    period : {"month", "quarter", "half_year", "year"}, optional
        Length of the cohorts and of the periods after them; by default
        ``analysis.operations.period``, else the period of the waves, else month.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Cohorts
        ``estimate``: share of the cohort that ordered in the period ``periods_later`` (Wilson);
        ``n`` buyers of the cohort, ``n_back`` those who ordered again;
        ``value_per_customer``: what the cohort spent in the period per buyer. Only periods that
        ended before the cut are there; cancelled orders do not count. `NotAsked` where there is no
        table of orders with customers and times.

    Raises
    ------
    AnalysisError
        There is no such period.
    """
    period = _length(study) if period is None else period
    if period not in MONTHS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'"{period}" is no period of cohorts',
                found=period,
                hint=did_you_mean(period, list(MONTHS)),
            )
        )
    if not study.tables.has("orders", "customer_id", "ordered_at"):
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=study.conf_level,
            need="table:orders",
            about=study.about,
        )
    level = study.conf_level if conf_level is None else conf_level
    orders = study.tables["orders"].dropna(subset=["customer_id", "ordered_at"])
    if "status" in orders:
        orders = orders[orders["status"].astype(str).str.lower() != CANCELLED]
    cut = study.tables.facts("orders").cut
    months = MONTHS[period]
    place = (orders["ordered_at"].dt.year * 12 + orders["ordered_at"].dt.month - 1) // months
    first = place.groupby(orders["customer_id"]).transform("min")
    value = orders["value"] if "value" in orders else pd.Series(float("nan"), index=orders.index)
    end = place.max() + 1 if cut is None else (cut.year * 12 + cut.month - 1) // months
    frame = pd.DataFrame(
        {"customer": orders["customer_id"], "first": first, "later": place - first, "value": value}
    )
    bases = Bases(study)
    rows = []
    for start, part in frame.groupby("first"):
        n = int(part["customer"].nunique())
        name = _named(int(str(start)), months)
        reason = bases.withheld(name, n)
        for later in range(int(end - int(str(start)))):
            now = part[part["later"] == later]
            back = int(now["customer"].nunique())
            row = {"cohort": name, "periods_later": later, "n": n, "unit": "share"}
            if reason is None:
                found = wilson(back, n, level)
                nothing = 0.0 if "value" in orders else float("nan")
                spent = now["value"].sum(min_count=1) / n if len(now) else nothing
                row |= {"estimate": found.estimate, "std_error": found.std_error}
                row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
                row |= {"n_back": back, "value_per_customer": spent}
            rows.append(row | {"reason": reason})
    buyers = int(frame["customer"].nunique())
    return Cohorts(
        table=pd.DataFrame(rows, columns=COLUMNS),
        n=buyers,
        n_eff=float(buyers),
        conf_level=level,
        method="wilson",
        notes=distinct(bases.notes),
        about=study.about,
    )


def _length(study: Study) -> str:
    wave = study.params.data.wave
    declared = study.params.analysis.operations.period or (wave.period if wave else None)
    return declared if declared in MONTHS else "month"


def _named(place: int, months: int) -> str:
    """Return what a cohort is called: 1997-01, 1997 Q1, 1997 H1, 1997."""
    parts = 12 // months
    year, part = divmod(place, parts)
    forms = {12: f"{year}-{part + 1:02d}", 4: f"{year} Q{part + 1}", 2: f"{year} H{part + 1}"}
    return forms.get(parts, str(year))
