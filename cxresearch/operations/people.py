"""Staff, calls, mystery visits, improvement actions, and series that were counted elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from cxresearch.operations.asking import Asked, Row, present
from cxresearch.operations.periods import ALL, fitting
from cxresearch.operations.standards import dated, tell_branches, tell_judges
from cxresearch.stats.estimates import Interval, student
from cxresearch.stats.intervals import wilson

_NOT_HELD = ("planned", "cancelled", "canceled", "not held")


def productivity(asked: Asked) -> Iterator[Row]:
    """Yield matters settled per hour of service staff: sum over sum, agents as units."""
    if not asked.has("staff_time", "hours", "resolved", "period"):
        return
    time = asked.table("staff_time", "productivity")
    if time is None:
        return
    for keys, some in asked.groups(time):
        for period in asked.periods:
            rows = some[fitting(some["period"], period)]
            if len(rows):
                agents = rows.get("staff_id")
                yield asked.ratio(
                    "productivity",
                    "ratio",
                    period,
                    keys,
                    rows["resolved"],
                    rows["hours"],
                    agents,
                    least=1,
                )


def staff(asked: Asked) -> Iterator[Row]:
    """Yield separations per average headcount, and the share of staff who stayed."""
    if not asked.has("staff", "start_date", "end_date"):
        return
    people = asked.table("staff", "employee_turnover")
    if people is None:
        return
    cut = asked.cut("staff")
    for keys, some in asked.groups(people):
        for period in asked.periods:
            if period.start >= cut:
                continue
            after = min(period.after, cut)
            begin, end = present(some, period.start), present(some, after)
            heads = (len(begin) + len(end)) / 2
            gone = (some["end_date"] >= period.start) & (some["end_date"] < after)
            yield asked.rate("employee_turnover", "rate", period, keys, int(gone.sum()), heads, 1)
            kept = ~(begin["end_date"] < after)
            yield asked.share("employee_retention", "share", period, keys, kept)


def callcentre_qa(asked: Asked) -> Iterator[Row]:
    """Yield the quality of calls: points over the highest points, agents as units.

    An evaluation belongs to the period of its call. Where calls were judged twice, kappa says
    how far the judges agree beyond chance.
    """
    measure = "callcentre_qa"
    if not asked.has("qa", "score", "max_score"):
        return
    table = asked.table("qa", measure)
    if table is None:
        return
    tell_judges(asked, table, measure)
    table = dated(asked, table)
    for keys, some in asked.groups(table):
        for period in asked.periods:
            rows = some if period.label == ALL else some[period.inside(some["_ts"])]
            if rows.empty:
                continue
            n = rows["evaluation_id"].nunique()
            agents = rows["agent_id"] if "agent_id" in rows else rows["evaluation_id"]
            units = agents if agents.nunique() > 1 else rows["evaluation_id"]
            one = asked.ratio(
                measure, "ratio", period, keys, rows["score"], rows["max_score"], units
            )
            yield _on(asked, one, n)
            if "critical_fail" in rows:
                failed = rows.groupby("evaluation_id")["critical_fail"].max()
                yield asked.share(measure, "critical_fail", period, keys, failed, direction="down")
        if (found := kappa(some)) is not None:
            whole = asked.periods[-1] if asked.periods[-1].label == ALL else None
            if whole is not None:
                yield asked.row(
                    measure,
                    "kappa",
                    whole,
                    keys,
                    value=found[0],
                    n=found[1],
                    unit="index_1",
                    method="cohen_kappa",
                )


def _on(asked: Asked, row: Row, n: int) -> Row:
    """Return a row whose base is evaluations, not criteria."""
    if n < asked.study.min_n.show:
        blank = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
        row |= blank | {"suppressed": True, "reason": "small_base", "numerator": np.nan}
    return row | {"n": n, "low_base": bool(not row["suppressed"] and n < asked.study.min_n.test)}


def kappa(table: pd.DataFrame) -> tuple[float, int] | None:
    """Return Cohen's kappa of calls judged twice, over criteria of yes and no; and how many."""
    needed = {"contact_id", "criterion_id", "evaluation_id"}
    if not needed <= set(table.columns):
        return None
    yes_no = table[table["max_score"] == 1]
    order = yes_no.sort_values("evaluation_id")
    turn = order.groupby(["contact_id", "criterion_id"]).cumcount()
    first, second = order[turn == 0], order[turn == 1]
    both = first.merge(second, on=["contact_id", "criterion_id"])
    if both.empty:
        return None
    a, b = both["score_x"].to_numpy(float), both["score_y"].to_numpy(float)
    chance = a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean())
    if chance >= 1:
        return None
    return float(((a == b).mean() - chance) / (1 - chance)), len(both)


def mystery_score(asked: Asked) -> Iterator[Row]:
    """Yield the score of mystery visits: mean of branch means, the branch as the unit.

    Asked by branch, the mean of its visits.
    """
    measure = "mystery_score"
    if not asked.has("mystery", "score", "max_score", "visit_date"):
        return
    table = asked.table("mystery", measure)
    if table is None:
        return
    branch = asked.study.params.data.service_point or "branch_id"
    alone = bool({"branch_id", branch} & set(asked.by))
    tell_judges(asked, table, measure)
    if not alone:
        tell_branches(asked, table, measure)
    for keys, period, some in asked.pieces(table, "visit_date", "mystery"):
        if some.empty:
            continue
        points = some.groupby(["branch_id", "visit_id"])[["score", "max_score"]].sum()
        visits = points["score"] / points["max_score"]
        units = visits if alone else visits.groupby("branch_id").mean()
        yield asked.row(
            measure,
            "mean",
            period,
            keys,
            mean_of_units(units.to_numpy(float), asked.level),
            n=len(visits),
            numerator=float(units.sum()),
            denominator=float(len(units)),
            least=1,
        )
        if "critical_fail" in some:
            failed = some.groupby("visit_id")["critical_fail"].max()
            yield asked.share(
                measure, "critical_fail", period, keys, failed, direction="down", least=1
            )


def mean_of_units(values: np.ndarray, level: float) -> Interval:
    """Return the mean of units with its t interval; without one where there is a single unit.

    Examples
    --------
    >>> found = mean_of_units(np.array([81, 90, 72.3333333, 85.3333333]), 0.95)
    >>> round(found.estimate, 4), round(found.std_error, 4)
    (82.1667, 3.7577)
    """
    k = len(values)
    error = float(values.std(ddof=1) / np.sqrt(k)) if k > 1 else float("nan")
    return student(float(values.mean()), error, max(k - 1, 1), level, n=k)


def action_closure(asked: Asked) -> Iterator[Row]:
    """Yield the share of improvement actions that were closed by the day they were due."""
    if asked.by or not asked.has("actions", "due_at", "closed_at"):
        return
    actions = asked.tables["actions"]
    cut = asked.cut("actions")
    due = actions[actions["due_at"] < cut]
    for keys, period, some in asked.pieces(due, "due_at", "actions"):
        kept = some["closed_at"] <= some["due_at"]
        still = float(some["closed_at"].isna().sum())
        yield asked.share("action_closure", "share", period, keys, kept, n_open=still, least=3)


def qualitative_coverage(asked: Asked) -> Iterator[Row]:
    """Yield how many focus groups, panels, interviews and outside studies were held.

    With a column ``status`` the share of the planned ones that were held, too; where the codes
    name sessions, how many themes a session brought that none had brought before.
    """
    measure = "qualitative_coverage"
    if asked.by or not asked.has("qualitative", "type", "date"):
        return
    events = asked.tables["qualitative"]
    held = pd.Series(True, index=events.index)
    if "status" in events:
        held = ~events["status"].astype(str).str.lower().isin(_NOT_HELD)
    events = events.assign(_held=held, _new=_new_themes(asked, events[held]))
    for keys, period, some in asked.pieces(events, "date", "qualitative"):
        n = int(some["_held"].sum())
        yield asked.row(measure, "count", period, keys, value=n, n=n, method="count", least=0)
        if "status" in events and len(some):
            yield asked.share(measure, "held", period, keys, some["_held"], unit="share", least=1)
        coded = some["_new"].dropna()
        if len(coded):
            mean = float(coded.mean())
            yield asked.row(
                measure,
                "new_themes",
                period,
                keys,
                value=mean,
                n=len(coded),
                method="count",
                least=1,
            )


def _new_themes(asked: Asked, held: pd.DataFrame) -> pd.Series:
    """Return how many themes each session brought first, by the rows of the sessions."""
    if not asked.has("codes", "text_id", "theme"):
        return pd.Series(np.nan, index=held.index)
    codes = asked.tables["codes"].merge(
        held[["event_id", "date"]], left_on="text_id", right_on="event_id"
    )
    order = codes.sort_values("date", kind="stable")
    firsts = order.drop_duplicates("theme").groupby("event_id").size()
    known = held["event_id"].isin(codes["event_id"])
    return held["event_id"].map(firsts).fillna(0.0).where(known)


def indicators(asked: Asked, only: Sequence[str] | None = None) -> Iterator[Row]:
    """Yield every series that was counted elsewhere; an interval only where bases are given.

    `only` names those that are wanted.

    A longer period is the mean of its parts, weighted by their bases where these are given. A
    series without bases is told as it is: its base is not known, nor how sure it is. Which way
    is better is what the scorecard says of it.
    """
    if asked.by or not asked.has("indicators", "kpi", "period", "value"):
        return
    table = asked.tables["indicators"]
    if only is not None:
        table = table[table["kpi"].astype(str).isin(only)]
    bases = "n" in table
    told = asked.study.params.analysis.scorecard.rows
    better = {row.measure: row.direction for row in told if row.direction in ("up", "down")}
    for kpi, series in table.groupby("kpi", sort=False):
        share = bases and series["n"].notna().all() and series["value"].between(0, 1).all()
        for period in asked.periods:
            some = series[fitting(series["period"], period)]
            some = some[some["value"].notna()]
            if some.empty:
                continue
            if share:
                n = float(some["n"].sum())
                found = wilson(float((some["value"] * some["n"]).sum()), n, asked.level)
                row = asked.row(str(kpi), "value", period, {}, found, n=n, unit="share", least=1)
                yield row | {"direction": better.get(str(kpi)) or row["direction"]}
                continue
            weights = some["n"] if bases and some["n"].notna().all() else None
            value = float(np.average(some["value"], weights=weights))
            base = np.nan if weights is None else float(weights.sum())
            yield asked.row(
                str(kpi),
                "value",
                period,
                {},
                value=value,
                n=len(some),
                unit="number",
                method="as_counted",
                least=1,
            ) | {"n": base, "direction": better.get(str(kpi)) or "none"}
