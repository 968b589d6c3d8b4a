"""The balanced scorecard: every goal with its figure, how far it has come, how likely it is met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any, Literal

import pandas as pd

from cxresearch import trends
from cxresearch.about import Text
from cxresearch.bases import Bases
from cxresearch.notes import Note, distinct, note
from cxresearch.registry import DEFINITIONS
from cxresearch.results import Result
from cxresearch.scorecard.links import COLUMNS as LINKS
from cxresearch.scorecard.links import links
from cxresearch.scorecard.operational import operational
from cxresearch.scorecard.readings import Reading, survey
from cxresearch.scorecard.registered import registered
from cxresearch.stats.attainment import attainment, composite, p_met, status
from cxresearch.stats.estimates import Interval
from cxresearch.study.params.analysis import Scorecard as Rules
from cxresearch.study.params.analysis import ScorecardRow, Target
from cxresearch.study.study import Study

Better = Literal["up", "down", "band"]
COLUMNS = ["perspective", "level", "objective", "measure", "baseline", "actual", "conf_low"]
COLUMNS += ["conf_high", "std_error", "target", "target_from", "target_to", "target_by"]
COLUMNS += ["stretch", "attainment", "attainment_se", "attainment_low", "attainment_high"]
COLUMNS += [
    "p_target",
    "p_stretch",
    "p_next",
    "status",
    "trend",
    "moved",
    "last_change",
    "direction",
]
COLUMNS += ["unit", "period", "baseline_period", "baseline_se", "indicator", "evidence"]
COLUMNS += ["owner", "frequency", "initiative", "n", "estimate", "reason"]
NUMBERS = ["baseline", "actual", "conf_low", "conf_high", "std_error", "target", "target_from"]
NUMBERS += ["target_to", "stretch", "attainment", "attainment_se", "attainment_low"]
NUMBERS += ["attainment_high", "p_target", "p_stretch", "p_next", "last_change", "baseline_se"]
NUMBERS += ["n", "estimate"]
COMPOSITE = ["scenario", "measure", "estimate", "std_error", "conf_low", "conf_high", "p_target"]
COMPOSITE += ["status", "flips", "reason"]
RISES = frozenset(["clear_rise", "likely_rise"])
FALLS = frozenset(["clear_fall", "likely_fall"])
STILL = frozenset(["no_practical_change", "below_threshold"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scorecard(Result):
    """The balanced scorecard; one row per goal.

    Attributes
    ----------
    links : DataFrame
        What is meant to move what, and on which evidence: ``measure, moves, evidence``
        (lagged, same_period, assumed), the estimate with its interval, ``verdict``.
    composite : DataFrame
        Weighted attainment and what 20 % more or less of each weight would make of it; no rows
        unless weights are declared.
    """

    links: pd.DataFrame
    composite: pd.DataFrame


def build(study: Study, /, *, conf_level: float | None = None) -> Scorecard:
    """Tell which goals are met, how surely, and whether they come nearer.

    Parameters
    ----------
    study : Study
        Rows come from ``analysis.scorecard``; without them every measure with a target in
        ``analysis.trends.targets`` is one.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Scorecard
        ``actual`` with its interval is the headline of the latest wave, or the indicator's
        latest period (``estimate`` is the same number). ``attainment`` = (actual − baseline) /
        (target − baseline), a share of the way with ``attainment_se`` by delta method: below 0
        moved away, above 1 beyond; missing where the start is at or beyond its target already.
        ``p_target``: probability that the true value meets the target (normal), of a band that it
        lies within. ``status``: green from ``analysis.scorecard.green`` (.90), red to ``red``
        (.10), amber between, grey where the standard error is not known. Figures counted in full
        are met or not (``evidence`` exact). ``trend``: verdict of the change from the wave or
        period before; ``moved``: nearer to the target or farther from it by that verdict, never by
        the sign of a change alone. ``p_next``: probability that the level of the next wave meets
        the target. Without any goal the table is empty and a note says so.

    Notes
    -----
    A light is a statement about sampling error only. Reference: Kaplan & Norton (1992), Harvard
    Business Review 70(1), 71-79.
    """
    level = study.conf_level if conf_level is None else conf_level
    rules = study.params.analysis.scorecard
    rows = _rows(study)
    if not rows:
        return _nothing(study, level)
    bases, notes = Bases(study), [note("status_rule", green=rules.green, red=rules.red)]
    keys = list(dict.fromkeys(row.measure for row in rows))
    read = survey(study, keys, level, bases, notes)
    rest = [key for key in keys if key not in read]
    read |= operational(study, rest, level, notes) if rest else {}
    read |= registered(study, keys, read, level)
    coming = _next(study, keys, read)
    told = [_row(study, row, read.get(row.measure), rules, coming, level, notes) for row in rows]
    table = pd.DataFrame(told).reindex(columns=COLUMNS)
    table[NUMBERS] = table[NUMBERS].astype(float)
    moves = [(row.measure, other) for row in rows for other in row.links]
    linked, link_notes = links(study, moves, level)
    return Scorecard(
        table=table,
        links=linked,
        composite=_composite(rows, table, rules, level),
        n=study.latest().n,
        n_eff=study.latest().n_eff,
        conf_level=level,
        method="p_target",
        notes=distinct([*study.base_notes(), *bases.notes, *notes, *link_notes]),
        about=replace(study.about, labels=_labels(study, rows, moves)),
    )


def _rows(study: Study) -> tuple[ScorecardRow, ...]:
    declared = study.params.analysis.scorecard.rows
    if declared:
        return declared
    targets = study.params.analysis.trends.targets
    return tuple(ScorecardRow(measure=key, target=target) for key, target in targets.items())


def _nothing(study: Study, level: float) -> Scorecard:
    """Return a scorecard without rows, which says that nobody declared a goal."""
    return Scorecard(
        table=pd.DataFrame(columns=COLUMNS),
        links=pd.DataFrame(columns=LINKS),
        composite=pd.DataFrame(columns=COMPOSITE),
        n=study.latest().n,
        n_eff=study.latest().n_eff,
        conf_level=level,
        method="p_target",
        notes=(note("no_goals"),),
        about=study.about,
    )


def _row(
    study: Study,
    row: ScorecardRow,
    reading: Reading | None,
    rules: Rules,
    coming: Mapping[str, float],
    level: float,
    notes: list[Note],
) -> dict[str, Any]:
    target = row.target or study.params.analysis.trends.targets.get(row.measure)
    told: dict[str, Any] = {
        "perspective": row.perspective,
        "level": row.level,
        "objective": _text(row.objective, study),
        "measure": row.measure,
        "indicator": row.indicator,
        "owner": _text(row.owner, study),
        "frequency": _text(row.frequency, study),
        "initiative": _text(row.initiative, study),
        "stretch": row.stretch,
        "status": "grey",
        "evidence": "none",
    }
    told |= _target(target)
    if reading is None or reading.reason is not None or not isfinite(reading.estimate):
        notes.append(note("no_figure", measure=row.measure))
        reason = "no_figure" if reading is None else reading.reason or "no_figure"
        known: dict[str, Any] = {} if reading is None else {"unit": reading.unit, "n": reading.n}
        known |= {} if row.baseline is None else {"baseline": row.baseline.value}
        return told | known | {"reason": reason, "direction": row.direction}
    better = _better(row, reading, target)
    start, start_se, since = _baseline(row, reading)
    told |= {
        "actual": reading.estimate,
        "estimate": reading.estimate,
        "std_error": reading.std_error,
        "conf_low": reading.conf_low,
        "conf_high": reading.conf_high,
        "unit": reading.unit,
        "period": reading.period,
        "n": reading.n,
        "direction": better,
        "baseline": start,
        "baseline_se": start_se,
        "baseline_period": since,
        "trend": reading.verdict or None,
        "last_change": reading.last_change,
        "moved": _moved(reading, better, target),
        "p_next": coming.get(row.measure, nan),
        "evidence": _evidence(reading),
        "reason": None,
    }
    if target is None:
        return told | {"reason": "no_target"}
    told |= _attained(row, reading, target, better, start, start_se, level, notes)
    if reading.std_error == 0:
        notes.append(note("exact_status", measure=row.measure))
    if not isfinite(reading.std_error):
        notes.append(note("no_std_error", measure=row.measure))
        return told
    ends = {"low": target.low, "high": target.high}
    p = p_met(reading.estimate, reading.std_error, target=target.value, **ends, better=better)
    told |= {"p_target": p, "status": status(p, rules.green, rules.red)}
    if row.stretch is not None and better != "band":
        beyond = p_met(reading.estimate, reading.std_error, target=row.stretch, better=better)
        told["p_stretch"] = beyond
    return told


def _attained(
    row: ScorecardRow,
    reading: Reading,
    target: Target,
    better: Better,
    start: float,
    start_se: float,
    level: float,
    notes: list[Note],
) -> dict[str, Any]:
    """Return how much of the way lies behind; of a band, on the way to its nearer end."""
    if not isfinite(start):
        return {}
    goal = target.value
    if goal is None:
        assert target.low is not None
        assert target.high is not None
        goal = target.low if start < target.low else target.high
        if target.low <= start <= target.high:
            goal = start
    if goal <= start if better == "up" else goal >= start if better == "down" else goal == start:
        notes.append(note("target_is_baseline", measure=row.measure))
        return {}
    error = reading.std_error if isfinite(reading.std_error) else 0.0
    found = attainment(reading.estimate, start, goal, error, start_se, level)
    told = {"attainment": found.estimate}
    if isfinite(reading.std_error):
        told |= {"attainment_se": found.std_error}
        told |= {"attainment_low": found.conf_low, "attainment_high": found.conf_high}
    return told


def _better(row: ScorecardRow, reading: Reading, target: Target | None) -> Better:
    if row.direction is not None:
        return row.direction
    if target is not None and target.value is None:
        return "band"
    return "down" if reading.direction == "down" else "up"


def _baseline(row: ScorecardRow, reading: Reading) -> tuple[float, float, str]:
    if row.baseline is not None:
        when = row.baseline.date.isoformat() if row.baseline.date else ""
        return row.baseline.value, row.baseline.std_error or 0.0, when
    error = reading.first_se if isfinite(reading.first_se) else 0.0
    return reading.first, error, reading.first_period


def _moved(reading: Reading, better: Better, target: Target | None) -> str | None:
    """Return nearer, farther, unchanged or cannot_tell, from the verdict of the last change."""
    told = reading.verdict
    if not told or told == "suppressed" or not isfinite(reading.last_change):
        return None
    if told in STILL:
        return "unchanged"
    up = told in RISES or (told == "detectable" and reading.last_change > 0)
    down = told in FALLS or (told == "detectable" and reading.last_change < 0)
    if not (up or down):
        return "cannot_tell"
    wanted_up = better == "up"
    if better == "band":
        if target is None or target.low is None or target.high is None:
            return None
        before = reading.estimate - reading.last_change
        away = [max(target.low - x, 0.0, x - target.high) for x in (before, reading.estimate)]
        if away[0] == away[1]:
            return "unchanged"
        return "nearer" if away[1] < away[0] else "farther"
    return "nearer" if up == wanted_up else "farther"


def _evidence(reading: Reading) -> str:
    if reading.std_error == 0:
        return "exact"
    return "unknown_error" if not isfinite(reading.std_error) else reading.source


def _target(target: Target | None) -> dict[str, Any]:
    if target is None:
        return {}
    ends = {"target_from": target.low, "target_to": target.high}
    return {"target": target.value, "target_by": target.by, **ends}


def _next(study: Study, keys: Sequence[str], read: Mapping[str, Reading]) -> dict[str, float]:
    """Return the probability that the next wave's level meets the target, where trends tell it."""
    targets = study.params.analysis.trends.targets
    asked = [key for key in keys if key in targets and key in study.codebook.measures]
    asked = [key for key in asked if read[key].reason is None]
    if not asked or len(study.waves) < 2:
        return {}
    table = trends.forecast(study, measure=asked, horizon=1).target
    ahead = table[table["waves_ahead"] == 1]
    return dict(zip(ahead["measure"], ahead["p_level"].astype(float), strict=True))


def _composite(
    rows: Sequence[ScorecardRow], table: pd.DataFrame, rules: Rules, level: float
) -> pd.DataFrame:
    """Return the weighted attainment with every weight 20 % lighter and heavier."""
    weighted = [place for place, row in enumerate(rows) if row.weight is not None]
    if not weighted:
        return pd.DataFrame(columns=COMPOSITE)
    part = table.iloc[weighted]
    if part[["attainment", "attainment_se"]].isna().any(axis=None):
        return pd.DataFrame([{"scenario": "declared", "reason": "row_without_attainment"}]).reindex(
            columns=COMPOSITE
        )
    weights = [float(rows[place].weight or 0) for place in weighted]
    found = composite(part["attainment"].tolist(), part["attainment_se"].tolist(), weights, level)
    scenarios: list[tuple[str, str | None, Interval]] = [("declared", None, found.value)]
    for name, cases in (("lighter", found.lighter), ("heavier", found.heavier)):
        scenarios += [(name, rows[p].measure, c) for p, c in zip(weighted, cases, strict=True)]
    own = status(found.p_met, rules.green, rules.red)
    told = []
    for name, measure, one in scenarios:
        p = p_met(one.estimate, one.std_error, target=1.0)
        light = status(p, rules.green, rules.red)
        told.append(
            {
                "scenario": name,
                "measure": measure,
                "estimate": one.estimate,
                "std_error": one.std_error,
                "conf_low": one.conf_low,
                "conf_high": one.conf_high,
                "p_target": p,
                "status": light,
                "flips": light != own,
            }
        )
    return pd.DataFrame(told).reindex(columns=COMPOSITE)


def _text(text: Text | None, study: Study) -> str | None:
    """Return a text in one language; `_labels` knows it in the others."""
    if text is None or isinstance(text, str):
        return text
    return text.get(study.params.study.language) or text.get("en") or next(iter(text.values()))


def _labels(
    study: Study, rows: Sequence[ScorecardRow], moves: Sequence[tuple[str, str]]
) -> dict[str, Text]:
    """Return the study's labels with names of indicators and the texts of the rows."""
    labels: dict[str, Text] = dict(study.about.labels)
    own = study.codebook.keys()
    for key in [*(row.measure for row in rows), *(other for _, other in moves)]:
        if key in DEFINITIONS and key not in own:
            labels[key] = DEFINITIONS[key].names
    for row in rows:
        for text in (row.objective, row.owner, row.frequency, row.initiative):
            if isinstance(text, Mapping):
                labels[str(_text(text, study))] = text
    return labels
