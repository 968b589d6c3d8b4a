"""Goals of the table ``targets``: how far every indicator came on its way, period by period."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, inf, isfinite, nan
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch import operations
from cxresearch.notes import Note, distinct, note
from cxresearch.operations.measure import about
from cxresearch.operations.periods import bounds
from cxresearch.results import NotAsked, Result
from cxresearch.scorecard.now import read
from cxresearch.scorecard.operational import known, readings
from cxresearch.scorecard.readings import Reading
from cxresearch.stats.attainment import attainment, p_met, status
from cxresearch.stats.estimates import quantile, significance
from cxresearch.stats.multiplicity import Adjustment, adjust
from cxresearch.study.study import Study
from cxresearch.verdicts import verdict

COLUMNS = ["measure", "period", "actual", "std_error", "conf_low", "conf_high", "target"]
COLUMNS += ["baseline", "baseline_se", "attainment", "attainment_se", "attainment_low"]
COLUMNS += ["attainment_high", "p_target", "status", "last_change", "trend", "moved"]
COLUMNS += ["direction", "unit", "n", "evidence", "reason"]

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GoalAttainment(Result):
    """Goals by indicator and period; one row per row of the table ``targets``."""


def goals(study: Study, /, *, conf_level: float | None = None) -> GoalAttainment | NotAsked:
    """Tell which goals were met in each period, how surely, and whether they come nearer.

    Parameters
    ----------
    study : Study
        With the table ``targets``: ``kpi, value``, and ``period`` (a wave, or a name such as
        2024, 2024 H1, 2024 Q1, 2024-01; without the column the latest), ``baseline``.
    conf_level : float, optional

    Returns
    -------
    GoalAttainment
        ``actual`` with its interval in the period, ``attainment`` = (actual − baseline) /
        (target − baseline) with its error by the delta method (a baseline that is not declared
        is the first figure of the goals' periods); ``p_target``, the probability that the true
        value meets the target, and ``status`` by the cuts of ``analysis.scorecard``; ``moved``:
        nearer or farther than in the goal's period before by the verdict of the change
        (``trend``; q values over the indicator's changes), never by its sign alone. ``reason``
        where there is no figure. `NotAsked` without such a table.

    Examples
    --------
    >>> frame = pd.DataFrame({"q": [1, 2]})
    >>> counted = pd.DataFrame({"kpi": "answered", "period": ["2023", "2024"],
    ...                         "value": [0.8, 0.9], "n": [1000, 1000]})
    >>> wanted = pd.DataFrame({"kpi": ["answered"], "period": ["2024"], "value": [0.85],
    ...                        "baseline": [0.8]})
    >>> one = Study.from_frame(frame, {}, tables={"indicators": counted, "targets": wanted})
    >>> row = goals(one).table.iloc[0]
    >>> round(float(row["attainment"]), 6), row["status"]
    (2.0, 'green')
    """
    if not study.tables.has("targets", "kpi", "value"):
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=study.conf_level,
            need="table:targets",
            about=about(study),
        )
    level = study.conf_level if conf_level is None else conf_level
    rules, method = study.params.analysis.scorecard, study.params.analysis.multiplicity
    notes: list[Note] = [note("status_rule", green=rules.green, red=rules.red)]
    listed = study.tables["targets"]
    rows: list[Row] = []
    for kpi, own in listed.groupby("kpi", sort=False):
        found = _figures(study, str(kpi), own, level, notes)
        cuts = (rules.green, rules.red)
        rows += _of_goal(str(kpi), own, found, cuts, level, method, notes)
    return GoalAttainment(
        table=pd.DataFrame(rows).reindex(columns=COLUMNS),
        n=0,
        n_eff=0.0,
        conf_level=level,
        method="by_indicator",
        notes=distinct(notes),
        about=about(study),
    )


def _labels(own: pd.DataFrame) -> pd.Series:
    """Return the period of every goal; empty for the latest."""
    if "period" not in own:
        return pd.Series("", index=own.index)
    return own["period"].astype(object).where(own["period"].notna(), "").astype(str)


def _figures(
    study: Study, kpi: str, own: pd.DataFrame, level: float, notes: list[Note]
) -> dict[str, Reading]:
    """Return the figure of an indicator in every period for which there is a goal."""
    labels = list(dict.fromkeys(_labels(own)))
    found: dict[str, Reading] = {}
    if kpi in set(study.codebook.keys()):
        for label in labels:
            if label in study.waves or not label:
                told = read(study, [kpi], wave=label or None, conf_level=level)
                found |= {label: told[kpi]} if kpi in told else {}
        return found
    if kpi not in known(study):
        return {}
    if "" in labels:
        latest = read(study, [kpi], conf_level=level)
        found |= {"": latest[kpi]} if kpi in latest else {}
    spans = {span[2] for span in map(bounds, labels) if span is not None}
    for span in sorted(spans):
        table = operations.measure(study, measures=[kpi], period=span, conf_level=level).table
        told = readings(table[table["measure"] == kpi], level)
        found |= {label: one for label, one in told.items() if label in labels}
    return found


def _of_goal(
    kpi: str,
    own: pd.DataFrame,
    found: dict[str, Reading],
    cuts: tuple[float, float],
    level: float,
    method: Adjustment,
    notes: list[Note],
) -> list[Row]:
    goals_ = own.assign(_label=_labels(own))
    goals_ = goals_.assign(_when=goals_["_label"].map(_when)).sort_values("_when", kind="stable")
    rows: list[Row] = []
    before: Reading | None = None
    first: Reading | None = None
    for goal in goals_.to_dict("records"):
        reading = found.get(goal["_label"])
        row: Row = {"measure": kpi, "target": goal["value"], "status": "grey"}
        row["period"] = goal["_label"] or (reading.period if reading else None)
        if reading is None or reading.reason is not None or not isfinite(reading.estimate):
            row["reason"] = "no_figure" if reading is None else reading.reason or "no_figure"
            rows.append(row | {"evidence": "none"})
            continue
        first = first or reading
        start, start_se = goal.get("baseline", nan), 0.0
        if pd.isna(start):
            start, start_se = _start(reading, first, latest=not goal["_label"])
        row |= _told(reading, float(goal["value"]), float(start), start_se, cuts, level, notes, kpi)
        row |= _moved(reading, before, float(goal["value"]))
        rows.append(row)
        before = reading
    _judge(rows, level, method)
    return rows


def _start(reading: Reading, first: Reading, *, latest: bool) -> tuple[float, float]:
    """Return where an indicator began, and the error of that figure."""
    if latest and isfinite(reading.first):
        start, error = reading.first, reading.first_se
    elif first is not reading:
        start, error = first.estimate, first.std_error
    else:
        return nan, nan
    return start, error if isfinite(error) else 0.0


def _when(label: str) -> pd.Timestamp:
    span = bounds(label)
    return span[0] if span is not None else pd.Timestamp.max


def _told(
    reading: Reading,
    target: float,
    start: float,
    start_se: float,
    cuts: tuple[float, float],
    level: float,
    notes: list[Note],
    kpi: str,
) -> Row:
    better: Literal["up", "down"] = "down" if reading.direction == "down" else "up"
    row: Row = {
        "actual": reading.estimate,
        "std_error": reading.std_error,
        "conf_low": reading.conf_low,
        "conf_high": reading.conf_high,
        "direction": better,
        "unit": reading.unit,
        "n": reading.n,
        "baseline": start,
        "baseline_se": start_se if isfinite(start) else nan,
        "evidence": "exact" if reading.std_error == 0 else reading.source,
        "reason": None,
    }
    if isfinite(start):
        ahead = target > start if better == "up" else target < start
        if ahead:
            error = reading.std_error if isfinite(reading.std_error) else 0.0
            found = attainment(reading.estimate, start, target, error, start_se, level)
            row["attainment"] = found.estimate
            if isfinite(reading.std_error):
                row |= {"attainment_se": found.std_error}
                row |= {"attainment_low": found.conf_low, "attainment_high": found.conf_high}
        else:
            notes.append(note("target_is_baseline", measure=kpi))
    if not isfinite(reading.std_error):
        notes.append(note("no_std_error", measure=kpi))
        return row | {"status": "grey", "evidence": "unknown_error"}
    p = p_met(reading.estimate, reading.std_error, target=target, better=better)
    return row | {"p_target": p, "status": status(p, *cuts)}


def _moved(reading: Reading, before: Reading | None, target: float) -> Row:
    """Return the change from the goal's period before; counted in full, where it leads to."""
    if before is None:
        return {}
    change = reading.estimate - before.estimate
    error = hypot(reading.std_error, before.std_error)
    if not isfinite(error):
        return {"last_change": change}
    if error == 0:
        nearer = abs(target - reading.estimate) < abs(target - before.estimate)
        said = "unchanged" if change == 0 else "nearer" if nearer else "farther"
        return {"last_change": change, "moved": said}
    return {"last_change": change, "_error": error}


def _judge(rows: list[Row], level: float, method: Adjustment) -> None:
    """Add the verdict of every change, all changes of the indicator being one family."""
    changed = [row for row in rows if "_error" in row]
    tests = [significance(row["last_change"], row["_error"], inf)[1] for row in changed]
    for row, q in zip(changed, adjust(np.array(tests, dtype=float), method), strict=True):
        change, error = row["last_change"], row.pop("_error")
        reach = quantile(level) * error
        row["trend"] = verdict(
            change, error, inf, change - reach, change + reach, float(q), None, level
        )
        wanted = (change > 0) == (row["direction"] != "down")
        told = row["trend"] == "detectable"
        row["moved"] = ("nearer" if wanted else "farther") if told else "cannot_tell"
