"""What improvement actions changed: their indicator before and after, against other places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import hypot, inf, isfinite, nan, sqrt
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.operations import people
from cxresearch.operations.asking import Asked
from cxresearch.operations.measure import MAKERS, about
from cxresearch.operations.periods import ALL, Period, grid
from cxresearch.results import NotAsked, Result
from cxresearch.stats.estimates import quantile, significance
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

FAMILY = "actions"
COLUMNS = ["action", "measure", "statistic", "group", "opened_on", "closed_on", "value_before"]
COLUMNS += ["value_after", "estimate", "std_error", "conf_low", "conf_high", "change_elsewhere"]
COLUMNS += ["basis", "unit"]
COLUMNS += ["df", "p_value", "q_value", "family", "family_size", "verdict"]
COLUMNS += ["judgement", "direction", "n_before", "n", "reason"]
SUMMARY = ["measure", "n_actions", "n_judged", "n_better", "n_worse", "n_unclear"]
_FEWEST_ELSEWHERE = 3

Row = dict[str, Any]
Figures = dict[str, dict[str, Row]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ActionEffects(Result):
    """Improvement actions and their indicator before and after; one row per action.

    Attributes
    ----------
    summary : DataFrame
        Per indicator: actions, those that can be judged, better, worse, cannot tell.
    """

    summary: pd.DataFrame


def actions(study: Study, /, *, conf_level: float | None = None) -> ActionEffects | NotAsked:
    """Tell whether improvement actions were followed by a change of what they were meant for.

    Parameters
    ----------
    study : Study
        With the table ``actions``: ``opened_at, closed_at, kpi_id``, and ``branch_id`` where an
        action was taken in one place only.
    conf_level : float, optional

    Returns
    -------
    ActionEffects
        ``value_before`` and ``value_after``: the indicator over the window
        (``windows.action_closure``, 180 days) before the action was opened and after it was
        closed; ``estimate``: after minus before with its interval. An action in one branch is
        compared with the same change in the other branches (``change_elsewhere``; ``basis`` is
        with_comparison) and its error comes from how much those scatter. ``judgement``: better,
        worse or cannot_tell by q value, in the family of all actions. ``reason`` where
        nothing can be said: not_closed, window_open, no_indicator, no_figure. `NotAsked` without
        such a table.

    Notes
    -----
    Before and after is no experiment: what else happened at the time is in it, and so is the
    return to the usual of whatever an action was started for. Reference: Shadish, Cook & Campbell
    (2002), *Experimental and Quasi-Experimental Designs*.
    """
    if not study.tables.has("actions", "opened_at", "closed_at", "kpi_id"):
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=study.conf_level,
            need="table:actions",
            about=about(study),
        )
    level = study.conf_level if conf_level is None else conf_level
    listed = study.tables["actions"].sort_values("opened_at", kind="stable")
    window = pd.Timedelta(days=study.params.analysis.operations.window("action_closure"))
    whole = grid(study.tables, ALL)
    notes: list[Note] = []
    rows: list[Row] = []
    for kpi, own in listed.groupby(listed["kpi_id"].fillna(""), sort=False):
        rows += _of_indicator(study, str(kpi), own, window, whole, level, notes)
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    _judge(table, level, study.params.analysis.multiplicity)
    told = table[table["reason"].isna()]
    if len(told) and (told["basis"] == "before_after").all():
        notes.append(note("actions_no_comparison"))
    if n := _overlapping(told, window):
        notes.append(note("actions_overlap", n=n))
    return ActionEffects(
        table=table,
        summary=_summary(table),
        n=0,
        n_eff=0.0,
        conf_level=level,
        method="by_indicator",
        notes=distinct(notes),
        about=about(study),
    )


def _of_indicator(
    study: Study,
    kpi: str,
    listed: pd.DataFrame,
    window: pd.Timedelta,
    whole: list[Period],
    level: float,
    notes: list[Note],
) -> list[Row]:
    """Return the rows of the actions on one indicator."""
    rows: list[Row] = []
    spans: list[Period] = []
    for place, one in enumerate(listed.to_dict("records")):
        row = {"action": one["action_id"], "measure": kpi, "group": one.get("branch_id")}
        row |= {"opened_on": _day(one["opened_at"]), "closed_on": _day(one["closed_at"])}
        row["reason"] = _unusable(one, window, whole)
        if row["reason"] is None:
            opened, closed = one["opened_at"].normalize(), one["closed_at"].normalize()
            spans.append(Period(f"{place} before", opened - window, opened))
            spans.append(Period(f"{place} after", closed, closed + window))
        rows.append(row)
    if not spans:
        return rows
    everywhere = _figures(study, kpi, spans, None, level)
    points = _point(study) if any(pd.notna(row["group"]) for row in rows) else None
    apart = _figures(study, kpi, spans, points, level) if points else {}
    for place, row in enumerate(rows):
        if row["reason"] is None:
            branch = row["group"]
            found = apart.get(str(branch)) if pd.notna(branch) else everywhere.get("")
            others = {k: v for k, v in apart.items() if k != str(branch)} if found else {}
            row |= _changed(place, found, others if pd.notna(branch) else {}, level)
    return rows


def _unusable(one: dict[Any, Any], window: pd.Timedelta, whole: list[Period]) -> str | None:
    if pd.isna(one["closed_at"]):
        return "not_closed"
    if pd.isna(one["opened_at"]) or not whole:
        return "no_figure"
    late = one["closed_at"].normalize() + window > whole[0].after
    early = one["opened_at"].normalize() - window < whole[0].start
    return "window_open" if late or early else None


def _figures(study: Study, kpi: str, spans: list[Period], by: str | None, level: float) -> Figures:
    """Return the indicator's figure in every span, by group ("" for all) and span."""
    asked = Asked(study, spans, (by,) if by else (), level)
    found: Figures = {}
    statistic = None
    for row in _made(asked, kpi):
        if row["measure"] != kpi or not isfinite(_error(row, level)):
            continue
        statistic = statistic or row["statistic"]
        if row["statistic"] == statistic:
            group = str(row[asked.names[0]]) if by else ""
            found.setdefault(group, {})[str(row["period"])] = row
    return found


def _made(asked: Asked, kpi: str) -> Iterator[Row]:
    for names, make in MAKERS:
        if kpi in names:
            yield from make(asked)
    yield from people.indicators(asked, (kpi,))


def _error(row: Row, level: float) -> float:
    """Return the standard error; of limits without one, half the interval in its place."""
    error, low, high = (float(row[name]) for name in ("std_error", "conf_low", "conf_high"))
    if isfinite(error) and error > 0:
        return error
    if isfinite(low) and isfinite(high) and high > low:
        return (high - low) / (2 * quantile(level))
    return nan


def _changed(place: int, found: dict[str, Row] | None, others: Figures, level: float) -> Row:
    """Return the change of one action, against that of other places where there are any."""
    before = (found or {}).get(f"{place} before")
    after = (found or {}).get(f"{place} after")
    if before is None or after is None:
        return {"reason": "no_indicator" if not found else "no_figure"}
    change = after["estimate"] - before["estimate"]
    error, df = hypot(_error(before, level), _error(after, level)), inf
    elsewhere, basis = nan, "before_after"
    moved = [
        one[f"{place} after"]["estimate"] - one[f"{place} before"]["estimate"]
        for one in others.values()
        if {f"{place} before", f"{place} after"} <= set(one)
    ]
    if len(moved) >= _FEWEST_ELSEWHERE:
        elsewhere, basis, df = float(np.mean(moved)), "with_comparison", float(len(moved) - 1)
        sd = float(np.std(moved, ddof=1))
        scatter = sd * sqrt(1 + 1 / len(moved))
        change, error = change - elsewhere, max(hypot(error, sd / sqrt(len(moved))), scatter)
    reach = quantile(level, df) * error
    _, p = significance(change, error, df)
    return {
        "statistic": after["statistic"],
        "value_before": before["estimate"],
        "value_after": after["estimate"],
        "estimate": change,
        "std_error": error,
        "conf_low": change - reach,
        "conf_high": change + reach,
        "change_elsewhere": elsewhere,
        "basis": basis,
        "unit": after["unit"],
        "df": df,
        "p_value": p,
        "direction": after["direction"],
        "n_before": before["n"],
        "n": after["n"],
    }


def _judge(table: pd.DataFrame, level: float, method: str) -> None:
    """Add q values, verdicts and what they mean by the indicator's direction."""
    table["q_value"] = adjust(table["p_value"].astype(float), method)  # type: ignore[arg-type]
    table["family"] = FAMILY
    table["family_size"] = int(table["p_value"].notna().sum())
    said: list[str] = []
    meant: list[str | None] = []
    for row in table.to_dict("records"):
        if row["reason"] is not None and pd.notna(row["reason"]):
            said.append("suppressed")
            meant.append(None)
            continue
        change, error = float(row["estimate"]), float(row["std_error"])
        told = verdict(
            change, error, row["df"], row["conf_low"], row["conf_high"], row["q_value"], None, level
        )
        up = (change > 0) == (row["direction"] != "down")
        said.append(told)
        meant.append("cannot_tell" if told == "cannot_tell" else "better" if up else "worse")
    table["verdict"], table["judgement"] = said, meant


def _summary(table: pd.DataFrame) -> pd.DataFrame:
    rows = []
    for measure, some in table.groupby("measure", sort=False):
        counts = some["judgement"].value_counts()
        rows.append(
            {
                "measure": measure,
                "n_actions": len(some),
                "n_judged": int(some["reason"].isna().sum()),
                "n_better": int(counts.get("better", 0)),
                "n_worse": int(counts.get("worse", 0)),
                "n_unclear": int(counts.get("cannot_tell", 0)),
            }
        )
    return pd.DataFrame(rows, columns=SUMMARY)


def _overlapping(table: pd.DataFrame, window: pd.Timedelta) -> int:
    """Return how many actions lie within the windows of another one on the same indicator."""
    n = 0
    for _measure, some in table.groupby("measure"):
        begin = pd.to_datetime(some["opened_on"]).to_numpy() - window.to_timedelta64()
        end = pd.to_datetime(some["closed_on"]).to_numpy() + window.to_timedelta64()
        for place in range(len(some)):
            other = np.arange(len(some)) != place
            n += bool(((begin[other] < end[place]) & (end[other] > begin[place])).any())
    return n


def _day(moment: pd.Timestamp) -> str | None:
    return None if pd.isna(moment) else str(moment.date())


def _point(study: Study) -> str:
    return study.params.data.service_point or "branch_id"
