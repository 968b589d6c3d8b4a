"""Closer looks at the tables: waiting curves, backlog, checklists, control charts, a register."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct
from cxresearch.operations.asking import Asked, quotient
from cxresearch.operations.issues import open_at, spent
from cxresearch.operations.measure import about, measure
from cxresearch.operations.periods import ALL, checked, grid
from cxresearch.operations.standards import dated, tell_judges
from cxresearch.results import NotAsked, Result
from cxresearch.stats.survival import kaplan_meier
from cxresearch.study.study import Study
from cxresearch.trends.chart import ControlChart, chart_series

AGES = (("under_a_day", 1), ("under_a_week", 7), ("under_a_month", 30), ("under_a_quarter", 91))
OLDEST = "older"
BASELINE = 24  # points that set the limits of a chart, where there are enough to judge by them
_ENOUGH = 36
_SPLIT = "period"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaitingCurves(Result):
    """Share of matters still open after each time; one row per group and time (hours).

    Attributes
    ----------
    unfinished : DataFrame
        Times at which matters still open were last seen.
    """

    unfinished: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backlog(Result):
    """Matters opened, settled and open at the end of each period.

    Attributes
    ----------
    ages : DataFrame
        Those open at the cut by how long they have been open.
    """

    ages: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checklist(Result):
    """Points of every criterion of mystery visits or call evaluations; one row per criterion."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Register(Result):
    """Focus groups, panels, interviews and outside studies that were held."""


def waiting_curves(
    study: Study,
    /,
    *,
    by: str | None = _SPLIT,
    period: str = "year",
    conf_level: float | None = None,
) -> WaitingCurves | NotAsked:
    """Tell which share of matters is still open after so many hours.

    Parameters
    ----------
    study : Study
    by : str, optional
        "period" (when they were opened) or a column that makes groups; None for one curve.
    period : str
        Length of the periods.
    conf_level : float, optional

    Returns
    -------
    WaitingCurves
        ``hours``, ``estimate`` (share still open), ``conf_low``, ``conf_high`` (log-log),
        ``n_risk, n_event``. `NotAsked` where the study has no tickets.
    """
    if not study.tables.has("tickets", "opened_at", "resolved_at"):
        return _absent(study, "table:tickets")
    split = by == _SPLIT
    periods = grid(study.tables, checked(period) if split else ALL)
    groups = () if split or by is None else (by,)
    level = study.conf_level if conf_level is None else conf_level
    asked = Asked(study, periods, groups, level)
    tickets = asked.table("tickets", "resolution_time")
    if tickets is None:
        return _absent(study, f"column:{by}")
    rows: list[pd.DataFrame] = []
    ticks: list[pd.DataFrame] = []
    total = 0
    for keys, one, some in asked.pieces(tickets, "opened_at", "tickets"):
        if some.empty:
            continue
        times, over = spent(asked, "resolution_time", some)
        curve = kaplan_meier(times, over, level)
        named = {_SPLIT: one.label} if split else keys
        total += curve.n
        table = pd.DataFrame(
            {
                "hours": curve.time,
                "estimate": curve.survival,
                "conf_low": curve.conf_low,
                "conf_high": curve.conf_high,
                "n_risk": curve.n_risk,
                "n_event": curve.n_event,
            }
        )
        rows.append(table.assign(unit="share", n=curve.n, **named))
        ticks.append(pd.DataFrame({"hours": curve.censored}).assign(**named))
    names = (_SPLIT,) if split else asked.names
    columns = [*names, "hours", "estimate", "conf_low", "conf_high", "unit", "n_risk", "n_event"]
    table = pd.concat(rows, ignore_index=True).reindex(columns=[*columns, "n"])
    return WaitingCurves(
        table=table,
        unfinished=pd.concat(ticks, ignore_index=True).reindex(columns=[*names, "hours"]),
        n=total,
        n_eff=float(total),
        conf_level=level,
        method="kaplan_meier",
        by=names,
        notes=_notes(study, asked),
        about=about(study),
    )


def backlog(study: Study, /, *, period: str = "quarter") -> Backlog | NotAsked:
    """Tell how many matters are open, whether they pile up, and how old they are.

    Parameters
    ----------
    study : Study
    period : str
        Length of the periods.

    Returns
    -------
    Backlog
        ``period, opened, resolved, estimate`` (open at the end); ``.ages``: ``age, estimate,
        share``. `NotAsked` where the study has no tickets.
    """
    if not study.tables.has("tickets", "opened_at", "resolved_at"):
        return _absent(study, "table:tickets")
    asked = Asked(study, grid(study.tables, checked(period)), (), study.conf_level)
    tickets = asked.tables["tickets"]
    cut = asked.cut("tickets")
    rows = []
    for one in asked.periods:
        if one.start >= cut or one.after <= tickets["opened_at"].min():
            continue
        rows.append(
            {
                "period": one.label,
                "opened": int(one.inside(tickets["opened_at"]).sum()),
                "resolved": int(one.inside(tickets["resolved_at"]).sum()),
                "estimate": float(open_at(tickets, min(one.after, cut)).sum()),
                "unit": "count",
                "partial": not one.whole,
            }
        )
    still = tickets[open_at(tickets, cut)]
    days = (cut - still["opened_at"]).dt.total_seconds().to_numpy() / 86400
    ends = [0.0, *(float(end) for _, end in AGES), np.inf]
    counts = np.histogram(days, bins=ends)[0]
    ages = pd.DataFrame({"age": [*(name for name, _ in AGES), OLDEST], "estimate": counts})
    ages["unit"] = "count"
    ages["share"] = ages["estimate"] / max(len(still), 1)
    return Backlog(
        table=pd.DataFrame(rows),
        ages=ages,
        n=len(tickets),
        n_eff=float(len(tickets)),
        conf_level=study.conf_level,
        method="count",
        notes=_notes(study, asked),
        about=about(study),
    )


def checklist(
    study: Study,
    /,
    *,
    table: str = "mystery",
    by: str | None = None,
    conf_level: float | None = None,
) -> Checklist | NotAsked:
    """Tell which criterion of service is met and which is not: attitude, names, courtesy, teamwork.

    Parameters
    ----------
    study : Study
    table : {"mystery", "qa"}
        Mystery visits (branches as units) or call evaluations (agents as units).
    by : str, optional
        A column that makes groups, such as the branch.
    conf_level : float, optional

    Returns
    -------
    Checklist
        ``measure, criterion, estimate`` (points over the highest points), interval, ``n`` (visits
        or evaluations). `NotAsked` where the study has no such table.
    """
    name = "mystery_score" if table == "mystery" else "callcentre_qa"
    if not study.tables.has(table, "criterion_id", "score", "max_score"):
        return _absent(study, f"table:{table}")
    level = study.conf_level if conf_level is None else conf_level
    groups = (by,) if by else ()
    asked = Asked(study, grid(study.tables, ALL), groups, level)
    frame = asked.table(table, name)
    if frame is None:
        return _absent(study, f"column:{by}")
    tell_judges(asked, frame, name)
    frame = dated(asked, frame) if table == "qa" else frame
    visit = "visit_id" if table == "mystery" else "evaluation_id"
    unit = "branch_id" if table == "mystery" else "agent_id"
    point = study.params.data.service_point
    grouped_by_unit = {unit, point if table == "mystery" else unit} & set(groups)
    unit = visit if grouped_by_unit or unit not in frame else unit
    rows = []
    for keys, some in asked.groups(frame):
        for criterion, part in some.groupby("criterion_id", sort=False):
            found = quotient(
                part["score"].to_numpy(float), part["max_score"].to_numpy(float), part[unit], level
            )
            n = part[visit].nunique()
            withheld = table == "qa" and n < study.min_n.show
            numbers = [found.estimate, found.std_error, found.conf_low, found.conf_high]
            names = ("estimate", "std_error", "conf_low", "conf_high")
            rows.append(
                {
                    **keys,
                    "measure": name,
                    "criterion": str(criterion),
                    **dict(zip(names, [np.nan] * 4 if withheld else numbers, strict=True)),
                    "unit": "share",
                    "n": n,
                    "suppressed": withheld,
                    "reason": "small_base" if withheld else None,
                }
            )
    n = int(frame[visit].nunique())
    return Checklist(
        table=pd.DataFrame(rows),
        n=n,
        n_eff=float(n),
        conf_level=level,
        method="linearised_ratio",
        by=asked.names,
        notes=_notes(study, asked),
        about=about(study),
    )


def control_chart(
    study: Study,
    /,
    *,
    of: str,
    statistic: str | None = None,
    period: str = "month",
    baseline: int | str | Sequence[str] | None = None,
) -> ControlChart | NotAsked:
    """Tell in which months an operational indicator left its usual range.

    Parameters
    ----------
    study : Study
    of : str
        The indicator; shares make a p chart (Laney's p' where they scatter more than chance),
        rates a u chart, all else an XmR chart. Periods that were not wholly observed are left out.
    statistic : str, optional
        By default the headline.
    period : str
        Length of the periods.
    baseline : int, str or sequence, optional
        Periods that set the limits, as in `cxresearch.trends.chart.chart_series`. By default the
        first 24 where there are 36 or more, else all (the chart then describes a past).

    Returns
    -------
    ControlChart
        `NotAsked` where the tables do not give the indicator.
    """
    found = measure(study, period=period, measures=[of])
    rows = found.table[(found.table["measure"] == of) & ~found.table["partial"]]
    if rows.empty:
        return _absent(study, f"indicator:{of}")
    rows = rows[rows["statistic"] == (statistic or rows["statistic"].iloc[0])]
    if baseline is None and len(rows) >= _ENOUGH:
        baseline = BASELINE
    unit = str(rows["unit"].iloc[0])
    frame = rows[["period"]].assign(value=rows["estimate"])
    if unit == "per_thousand":
        frame = frame.assign(value=rows["numerator"] / rows["denominator"], n=rows["denominator"])
        made = chart_series(
            frame, measure=of, unit="", chart="u", baseline=baseline, about=found.about
        )
        return _per_thousand(made)
    if unit == "share" and (rows["n"] == rows["denominator"]).all():
        frame = frame.assign(n=rows["denominator"])
    unit = unit if unit in ("share", "count") else ""
    return chart_series(frame, measure=of, unit=unit, baseline=baseline, about=found.about)


def _per_thousand(chart: ControlChart) -> ControlChart:
    """Return a chart of rates as they are told: per thousand customers, not per customer."""
    names = ["value", "centre", "lcl", "ucl", "range_centre", "range_limit"]
    frames = {}
    for name in ("table", "limits"):
        frame = getattr(chart, name)
        own = [one for one in names if one in frame]
        frames[name] = frame.assign(**{one: 1000 * frame[one] for one in own}, unit="per_thousand")
    return replace(chart, **frames)  # type: ignore[arg-type]


def register(study: Study, /, *, period: str = "year") -> Register | NotAsked:
    """Tell which focus groups, panels, interviews and outside studies were held.

    Returns
    -------
    Register
        ``period, event, estimate`` (how many were held), ``participants``. `NotAsked` where the
        study has no such table.
    """
    if not study.tables.has("qualitative", "type", "date"):
        return _absent(study, "table:qualitative")
    asked = Asked(study, grid(study.tables, checked(period)), (), study.conf_level)
    events = asked.tables["qualitative"]
    rows = []
    for _, one, some in asked.pieces(events, "date", "qualitative"):
        for kind, part in some.groupby("type"):
            people = part["participants"].sum() if "participants" in part else np.nan
            rows.append(
                {
                    "period": one.label,
                    "event": str(kind),
                    "estimate": float(len(part)),
                    "unit": "count",
                    "participants": people,
                }
            )
    return Register(
        table=pd.DataFrame(rows),
        n=len(events),
        n_eff=float(len(events)),
        conf_level=study.conf_level,
        method="count",
        notes=_notes(study, asked),
        about=about(study),
    )


def _notes(study: Study, asked: Asked) -> tuple[Note, ...]:
    return distinct([*study.tables.notes, *asked.notes])


def _absent(study: Study, need: str) -> NotAsked:
    return NotAsked(
        table=pd.DataFrame(),
        n=0,
        n_eff=0.0,
        conf_level=study.conf_level,
        need=need,
        about=about(study),
    )
