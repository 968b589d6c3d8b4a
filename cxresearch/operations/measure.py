"""Every operational indicator that a study's tables allow, by period and group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from cxresearch.about import About
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.operations import (
    customer_base,
    deliveries,
    exits,
    issues,
    mentions,
    people,
    settled,
    standards,
)
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.changes import changes
from cxresearch.operations.names import NAMES
from cxresearch.operations.periods import Period, checked, grid
from cxresearch.registry import DEFINITIONS, OPERATIONAL
from cxresearch.results import Result
from cxresearch.study.study import Study

Maker = Callable[[Asked], Iterator[Row]]

MAKERS: tuple[tuple[tuple[str, ...], Maker], ...] = (
    (("retention", "churn", "customer_gain", "referrals", "tenure"), customer_base.customer_base),
    (
        ("revenue_per_customer", "revenue_churn", "nrr", "clv", "cost_to_serve"),
        customer_base.revenue,
    ),
    (("cash_flow",), customer_base.cash_flow),
    (("conversion",), issues.conversion),
    (("exit_rate",), exits.exit_rate),
    (("abandonment",), customer_base.abandonment),
    (("repeat_purchase",), customer_base.repeat_purchase),
    (("resolution_time",), issues.resolution_time),
    (("first_response_time",), issues.first_response_time),
    (("active_issues",), issues.active_issues),
    (("resolved_issues",), issues.resolved_issues),
    (("resolution_satisfaction",), settled.resolution_satisfaction),
    (("fcr",), issues.fcr),
    (("complaint_rate", "complaint_growth_gap"), issues.complaint_rate),
    (("escalation_rate",), issues.escalation_rate),
    (("productivity",), people.productivity),
    (("employee_turnover", "employee_retention"), people.staff),
    (("callcentre_qa",), people.callcentre_qa),
    (("mystery_score",), people.mystery_score),
    (("order_compliance",), deliveries.order_compliance),
    (("delivery_success",), deliveries.delivery_success),
    (("delivery_time",), deliveries.delivery_time),
    (("dispatch_time",), deliveries.dispatch_time),
    (("availability",), deliveries.availability),
    (("return_rate", "product_quality"), deliveries.returns),
    (("standard_conformance",), standards.standard_conformance),
    (("cost_of_sale",), deliveries.cost_of_sale),
    (("action_closure",), people.action_closure),
    (("qualitative_coverage",), people.qualitative_coverage),
    (("social_volume", "social_sentiment"), mentions.mentions),
)
COLUMNS = [
    *("measure", "statistic", "period", "estimate", "std_error", "conf_low", "conf_high", "unit"),
    *("n", "numerator", "denominator", "n_open", "n_window", "direction", "level", "method"),
    *("partial", "low_base", "suppressed", "reason"),
]
_OF_WAVES = ("month", "quarter", "half_year", "year")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OperationsTable(Result):
    """Operational indicators: one row per indicator, statistic, period (and group).

    Attributes
    ----------
    changes : DataFrame
        One row an indicator: its latest period against its first, and whether both can be told
        apart (``judgement``).
    span : str
        month, quarter, half_year, year or all.
    """

    changes: pd.DataFrame
    span: str = "all"

    def series(self, measure: str, statistic: str | None = None) -> pd.DataFrame:
        """Return one figure over time as ``period, value, n``, for control charts and plots."""
        rows = self.table[self.table["measure"] == measure]
        if rows.empty:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'the tables give no "{measure}"',
                    hint=did_you_mean(measure, list(self.table["measure"].unique())),
                )
            )
        wanted = statistic or str(rows["statistic"].iloc[0])
        rows = rows[rows["statistic"] == wanted]
        found = rows[[*self.by, "period", "estimate", "n"]]
        return found.rename(columns={"estimate": "value"}).reset_index(drop=True)


def measure(
    study: Study,
    /,
    *,
    period: str | None = None,
    by: str | Sequence[str] | None = None,
    measures: Sequence[str] | None = None,
    conf_level: float | None = None,
) -> OperationsTable:
    """Tell how the company served its customers, from its own tables: every indicator they allow.

    Parameters
    ----------
    study : Study
        Its ``tables``; who answered the survey plays no part.
    period : {"week", "month", "quarter", "half_year", "year", "all"}, optional
        By default ``analysis.operations.period``, else the period of the waves, else quarter.
        Tickets count where they were opened, orders where they were placed, customers and staff
        where they were present at the start.
    by : str or sequence of str, optional
        Groups: a column of the table itself (branch_id, channel, level, agent_id, segment, or one
        of the file's own), of its customers, or of their branches; ``level`` comes as
        ``level_group``, since the table has a column of that name. Indicators that cannot be
        grouped so are left out and noted. Agents are numbered unless the params say
        ``staff_names``.
    measures : sequence of str, optional
        Only these indicators.
    conf_level : float, optional

    Returns
    -------
    OperationsTable
        ``measure, statistic, period, estimate, std_error, conf_low, conf_high, unit, n,
        numerator, denominator, n_open, n_window, direction, level, method, partial, reason``; the
        first statistic of an indicator is its headline. Shares 0 to 1, times in hours (tenure in
        months), rates per 1,000 customers. `n` counts tickets, orders, customers, whatever is
        below the line; `n_open` those not over at the cut; `n_window` those left out because
        their window was not wholly observed. ``.changes``: per indicator the latest period
        against the first.

    Raises
    ------
    AnalysisError
        For an unknown period, indicator or group, or a study without a usable table.

    Notes
    -----
    Times: Kaplan-Meier (1958, 10.1080/01621459.1958.10501452). Shares: Wilson, at the effective n
    where customers come back. Rates: exact Poisson. Sums over sums: linearised. Revenue kept,
    lifetime value: bootstrap over customers. Counts and money have no interval.

    Examples
    --------
    >>> frame = pd.DataFrame({"q": [1, 2]})
    >>> tickets = pd.DataFrame({"ticket_id": range(12), "opened_at": "2024-01-05",
    ...                         "resolved_at": "2024-01-06", "escalated_at": None})
    >>> one = Study.from_frame(frame, {}, tables={"tickets": {"frame": tickets,
    ...                                                       "cut": "2024-02-01"}})
    >>> found = measure(one, period="month").table.set_index(["measure", "statistic"])
    >>> float(found.loc[("resolution_time", "median"), "estimate"])
    24.0
    """
    told = study.params.analysis.operations
    span = checked(period or told.period or _of_waves(study))
    groups = (by,) if isinstance(by, str) else tuple(by or ())
    _check_groups(study, groups)
    wanted = _wanted(study, measures)
    level = study.conf_level if conf_level is None else conf_level
    periods = grid(study.tables, span)
    if not periods:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no operational table with a time in it",
                where="params: tables",
                hint="declare tables such as tickets: {path: tickets.csv, cut: 2025-03-31}",
            )
        )
    asked = Asked(study, periods, groups, level)
    rows: list[Row] = []
    for names, make in MAKERS:
        if set(names) & wanted:
            rows += [row for row in make(asked) if row["measure"] in wanted]
    rows += people.indicators(asked, measures)
    table = pd.DataFrame(rows, columns=[*asked.names, *COLUMNS])
    table = _in_order(table, asked.names, periods)
    counted = table.loc[table["method"] == "as_counted", "measure"].drop_duplicates()
    asked.notes.extend(note("no_error_known", measure=key) for key in counted)
    if asked.unsplit & wanted:
        told_unsplit = ", ".join(sorted(asked.unsplit & wanted))
        asked.notes.append(note("not_grouped", by=" · ".join(groups), measures=told_unsplit))
    if partial := [one.label for one in periods if not one.whole]:
        asked.notes.append(note("periods_partial", periods=", ".join(partial)))
    asked.notes += _clock_notes(asked)
    return OperationsTable(
        table=table,
        changes=changes(table, asked.names),
        n=0,
        n_eff=0.0,
        conf_level=level,
        method="by_indicator",
        by=asked.names,
        notes=distinct([*study.tables.notes, *asked.notes]),
        about=about(study),
        span=span,
    )


def about(study: Study) -> About:
    """Return what showing needs: the study's words with the names of the indicators."""
    names = {one.kpi_id: one.names for one in OPERATIONAL}
    return replace(study.about, labels={**NAMES, **names, **study.about.labels})


def _of_waves(study: Study) -> str:
    wave = study.params.data.wave
    period = getattr(wave, "period", None) if wave else None
    return period if period in _OF_WAVES else "quarter"


def _wanted(study: Study, measures: Sequence[str] | None) -> set[str]:
    made = [name for names, _ in MAKERS for name in names]
    if measures is None:
        return set(made)
    own = []
    if study.tables.has("indicators", "kpi"):
        own = list(study.tables["indicators"]["kpi"].dropna().unique())
    for one in measures:
        if one not in made and one not in own:
            what = f'the tables cannot give "{one}"' if one in DEFINITIONS else f'no "{one}"'
            raise AnalysisError(
                Fault(kind="analysis", what=what, found=one, hint=did_you_mean(one, [*made, *own]))
            )
    return set(measures)


def _check_groups(study: Study, groups: Sequence[str]) -> None:
    known = {column for name in study.tables for column in study.tables.columns(name)}
    point = study.params.data.service_point
    known |= {point} if point else set()
    for one in groups:
        if one not in known:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'no table has a column "{one}"',
                    found=one,
                    hint=did_you_mean(one, sorted(known)),
                )
            )


def _in_order(
    table: pd.DataFrame, groups: tuple[str, ...], periods: Sequence[Period]
) -> pd.DataFrame:
    """Sort by indicator, group and period; what is said of the whole time comes first."""
    order = {one.label: place for place, one in enumerate(periods)}
    measures = {one: place for place, one in enumerate(table["measure"].drop_duplicates())}
    statistics = {
        one: place
        for place, one in enumerate(
            table[["measure", "statistic"]].drop_duplicates().itertuples(index=False, name=None)
        )
    }
    pairs = zip(table["measure"], table["statistic"], strict=True)
    keyed = table.assign(
        _m=table["measure"].map(measures),
        _s=[statistics[one] for one in pairs],
        _p=table["period"].map(order).fillna(-1),
    )
    keyed = keyed.sort_values(["_m", "_s", *groups, "_p"], kind="stable")
    return keyed.drop(columns=["_m", "_s", "_p"]).reset_index(drop=True)


def _clock_notes(asked: Asked) -> list[Note]:
    rule = asked.told.business_hours
    if rule is None:
        return [note("calendar_hours")]
    days = ", ".join(str(day) for day in rule.days)
    return [note("business_hours", days=days, start=rule.start, end=rule.end)]
