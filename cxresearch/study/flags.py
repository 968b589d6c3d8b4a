"""Respondents whose answers call for a second look, each with its rule, value and threshold.

A flag never removes anybody: exclusion is a list of rules in the params (``data.exclude``).
Thresholds are working rules, not derived facts; they are shown with the result.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.stats import carelessness
from cxresearch.study.answers import State
from cxresearch.study.codebook import Codebook
from cxresearch.study.params import DataSection

Severity = Literal["info", "warning", "flag"]

MIN_STRAIGHT_ITEMS = 8
MIN_SAME_ANSWERS = 10
MIN_SCALES = 3
PARTIAL_BELOW = 0.8
MOSTLY_BLANK_BELOW = 0.5
NOT_APPLICABLE_ABOVE = 0.5
SPEEDER_BELOW = 1 / 3
FAST_BELOW = 0.5
ORDER_BREACH_ABOVE = 0.4
MEAN_RUN_ABOVE = 5.0
LOWEST_VARIATION = 0.01
UNUSUAL_BELOW = 0.001
EVEN_ODD_BELOW = 0.3
REVERSED_ABOVE = 0.5
POINTS_TOLERANCE = 1.0
POINTS_RESCALED_WITHIN = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What the rules look at: answers, their states and who is who."""

    values: pd.DataFrame
    states: pd.DataFrame
    codebook: Codebook
    duration: np.ndarray | None
    wave: np.ndarray

    def battery(self, side: str) -> pd.DataFrame:
        """Return the columns of one side of the battery, reversed items turned back."""
        columns = [
            name
            for dimension in self.codebook.dimensions.values()
            for item in dimension.items
            if (name := getattr(item, side)) and name in self.values
        ]
        uses = self.codebook.columns()
        table = self.values[columns].copy()
        for name in columns:
            use = uses[name]
            if use.reversed and use.scale is not None:  # as it was answered, not as it is keyed
                table[name] = use.scale.min + use.scale.max - table[name]
        return table


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule: how serious a flag is, its threshold, and the value it looks at per row.

    `judge` returns the value per row (NaN where the rule does not apply) and the flags, or
    None where the study holds nothing that the rule could look at.
    """

    severity: Severity
    threshold: float
    judge: Callable[[Sheet], tuple[np.ndarray, np.ndarray] | None]


def judge(sheet: Sheet) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the flags (`row, rule, value, threshold, severity`) and the rules that applied."""
    columns = ["row", "rule", "value", "threshold", "severity"]
    found = [pd.DataFrame(columns=columns)]
    applied = []
    for name, rule in RULES.items():
        judged = rule.judge(sheet)
        if judged is None:
            continue
        applied.append(name)
        value, flagged = judged
        rows = np.flatnonzero(flagged)
        if len(rows):
            shown = {"row": rows, "rule": name, "value": np.asarray(value, dtype=float)[rows]}
            found.append(
                pd.DataFrame({**shown, "threshold": rule.threshold, "severity": rule.severity})
            )
    flags = pd.concat(found[1:], ignore_index=True) if len(found) > 1 else found[0]
    return flags, tuple(applied)


def sheet(
    values: pd.DataFrame,
    states: pd.DataFrame,
    frame: pd.DataFrame,
    codebook: Codebook,
    data: DataSection,
    eligible: np.ndarray,
) -> Sheet:
    """Return what the rules look at; who was screened out sets no usual duration."""
    wave = np.zeros(len(frame), dtype=int)
    if data.wave is not None:
        wave = frame[data.wave.column].cat.codes.to_numpy()
    duration = None
    if data.duration is not None:
        duration = frame[data.duration].to_numpy(dtype=float, na_value=np.nan)
        duration = np.where(eligible, duration, np.nan)
    return Sheet(values, states, codebook, duration, wave)


def _blank(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    answered = _answered_share(sheet)
    return None if answered is None else (answered, answered < MOSTLY_BLANK_BELOW)


def _partial(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    answered = _answered_share(sheet)
    if answered is None:
        return None
    return answered, (answered >= MOSTLY_BLANK_BELOW) & (answered < PARTIAL_BELOW)


def _answered_share(sheet: Sheet) -> np.ndarray | None:
    """Share of the rating columns asked of a respondent's wave that hold any answer."""
    if sheet.states.shape[1] == 0:
        return None
    states = sheet.states.to_numpy()
    return _share_of_asked(sheet, (states == State.ANSWERED) | (states == State.NOT_APPLICABLE))


def _share_of_asked(sheet: Sheet, given: np.ndarray) -> np.ndarray:
    """Share of the columns asked of a respondent's wave in which a condition holds."""
    asked = np.zeros_like(given)
    states = sheet.states.to_numpy()
    for wave in np.unique(sheet.wave):
        rows = sheet.wave == wave
        asked[rows] = (states[rows] != State.BLANK).any(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((given & asked).sum(axis=1) / asked.sum(axis=1))


def _not_applicable(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    unused = (sheet.states == State.NOT_APPLICABLE).to_numpy()
    if not unused.any():
        return None
    share = _share_of_asked(sheet, unused)
    return share, share > NOT_APPLICABLE_ABOVE


def _straight(sheet: Sheet, side: str) -> tuple[np.ndarray, np.ndarray] | None:
    table = sheet.battery(side)
    if table.shape[1] < MIN_STRAIGHT_ITEMS:
        return None
    values = table.to_numpy()
    count = np.isfinite(values).sum(axis=1)
    low = np.where(np.isfinite(values), values, np.inf).min(axis=1)
    high = np.where(np.isfinite(values), values, -np.inf).max(axis=1)
    return np.where(low == high, count, 0), (low == high) & (count >= MIN_STRAIGHT_ITEMS)


def _straight_perception(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    return _straight(sheet, "perception")


def _straight_expectation(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """All equal below the top: an all-top expectation battery is a ceiling, not carelessness."""
    judged = _straight(sheet, "expectation")
    if judged is None:
        return None
    uses = sheet.codebook.columns()
    table = sheet.battery("expectation")
    scales = [uses[str(name)].scale for name in table]
    tops = np.array([np.inf if scale is None else scale.max for scale in scales])
    at_top = (table.to_numpy() == tops) | table.isna().to_numpy()
    return judged[0], judged[1] & ~at_top.all(axis=1)


def _same_answers(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Flag the same long answers as another respondent of the wave (straight ones aside)."""
    if sheet.values.shape[1] < MIN_SAME_ANSWERS:
        return None
    values = sheet.values.to_numpy()
    answered = np.isfinite(values).sum(axis=1)
    filled = np.where(np.isfinite(values), values, -1e9)
    key = np.column_stack([filled, sheet.wave])
    _, inverse, counts = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    times = counts[inverse.reshape(-1)]
    straight = _straight_perception(sheet)
    varied = np.ones(len(values), dtype=bool) if straight is None else ~straight[1]
    return times, (times > 1) & (answered >= MIN_SAME_ANSWERS) & varied


def _speed(sheet: Sheet) -> np.ndarray | None:
    """Duration over the median of the respondent's wave."""
    if sheet.duration is None:
        return None
    relative = np.full(len(sheet.duration), np.nan)
    for wave in np.unique(sheet.wave):
        rows = sheet.wave == wave
        known = sheet.duration[rows]
        usual = np.nanmedian(known) if np.isfinite(known).any() else 0.0
        if usual > 0:
            relative[rows] = known / usual
    return relative


def _speeder(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    relative = _speed(sheet)
    return None if relative is None else (relative, relative < SPEEDER_BELOW)


def _fast(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    relative = _speed(sheet)
    if relative is None:
        return None
    return relative, (relative >= SPEEDER_BELOW) & (relative < FAST_BELOW)


def _points(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    columns = [d.importance for d in sheet.codebook.dimensions.values() if d.importance]
    if not columns:
        return None
    values = sheet.values[columns].to_numpy()
    total = np.where(np.isfinite(values).all(axis=1), values.sum(axis=1), np.nan)
    return total, np.abs(total - 100) > POINTS_TOLERANCE


def _order_breach(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    items = [
        (item.adequate, item.desired)
        for dimension in sheet.codebook.dimensions.values()
        for item in dimension.items
        if item.adequate and item.desired
    ]
    if not items:
        return None
    adequate = sheet.values[[pair[0] for pair in items]].to_numpy()
    desired = sheet.values[[pair[1] for pair in items]].to_numpy()
    both = np.isfinite(adequate) & np.isfinite(desired)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = (both & (adequate > desired)).sum(axis=1) / both.sum(axis=1)
    return share, share > ORDER_BREACH_ABOVE


def _out_of_range(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    if sheet.states.shape[1] == 0:
        return None
    count = (sheet.states == State.OUT_OF_RANGE).sum(axis=1).to_numpy()
    return count, count > 0


def _second_sign(sheet: Sheet) -> np.ndarray:
    """Rows that answered fast, straight or inconsistently: without one, some rules say nothing."""
    sign = np.zeros(len(sheet.values), dtype=bool)
    relative = _speed(sheet)
    if relative is not None:
        sign |= relative < FAST_BELOW
    for judged in (_straight_perception(sheet), _even_odd(sheet), _same_answers(sheet)):
        if judged is not None:
            sign |= judged[1]
    return sign


def _mean_run(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    table = sheet.battery("perception")
    if table.shape[1] < MIN_STRAIGHT_ITEMS:
        return None
    value = carelessness.mean_run(table.to_numpy())
    return value, (value > MEAN_RUN_ABOVE) & _second_sign(sheet)


def _irv(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Find the lowest variation within the battery, together with another sign."""
    table = sheet.battery("perception")
    if table.shape[1] < MIN_STRAIGHT_ITEMS or len(table) == 0:
        return None
    value = carelessness.variability(table.to_numpy())
    if not np.isfinite(value).any():
        return None
    return value, (value <= np.nanquantile(value, LOWEST_VARIATION)) & _second_sign(sheet)


def _mahalanobis(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Find unusual combinations of perceptions within the wave, by their p value."""
    table = sheet.battery("perception")
    if table.shape[1] < MIN_STRAIGHT_ITEMS:
        return None
    value = np.full(len(table), np.nan)
    for wave in np.unique(sheet.wave):
        rows = sheet.wave == wave
        value[rows] = carelessness.mahalanobis(table.to_numpy()[rows])[1]
    return (value, value < UNUSUAL_BELOW) if np.isfinite(value).any() else None


def _even_odd(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Consistency of the halves of at least three dimensions, reversed items turned."""
    columns: list[str] = []
    scales: list[list[int]] = []
    for dimension in sheet.codebook.dimensions.values():
        own = [name for name in dimension.columns("perception") if name in sheet.values]
        if len(own) > 1:
            scales.append(list(range(len(columns), len(columns) + len(own))))
            columns += own
    if len(scales) < MIN_SCALES:
        return None
    value = carelessness.even_odd(sheet.values[columns].to_numpy(), scales)
    return value, value < EVEN_ODD_BELOW


def _reversed_items(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Distance of reversed items, turned, from the others of their dimension, over the width."""
    far = []
    for dimension in sheet.codebook.dimensions.values():
        turned = [i.perception for i in dimension.items if i.reversed and i.perception]
        plain = [i.perception for i in dimension.items if not i.reversed and i.perception]
        if turned and plain:
            apart = sheet.values[turned].mean(axis=1) - sheet.values[plain].mean(axis=1)
            far.append(apart.abs().to_numpy() / dimension.scale.width)
    if not far:
        return None
    table = pd.DataFrame(np.column_stack(far))
    value = table.mean(axis=1).to_numpy()
    return value, value > REVERSED_ABOVE


RULES: Mapping[str, Rule] = {
    "out_of_range": Rule("warning", 0, _out_of_range),
    "mostly_blank": Rule("flag", MOSTLY_BLANK_BELOW, _blank),
    "partial": Rule("warning", PARTIAL_BELOW, _partial),
    "not_applicable": Rule("flag", NOT_APPLICABLE_ABOVE, _not_applicable),
    "straight_perception": Rule("flag", MIN_STRAIGHT_ITEMS, _straight_perception),
    "straight_expectation": Rule("info", MIN_STRAIGHT_ITEMS, _straight_expectation),
    "same_answers": Rule("flag", 1, _same_answers),
    "speeder": Rule("flag", SPEEDER_BELOW, _speeder),
    "fast": Rule("warning", FAST_BELOW, _fast),
    "mean_run": Rule("warning", MEAN_RUN_ABOVE, _mean_run),
    "irv": Rule("warning", LOWEST_VARIATION, _irv),
    "mahalanobis": Rule("warning", UNUSUAL_BELOW, _mahalanobis),
    "even_odd": Rule("info", EVEN_ODD_BELOW, _even_odd),
    "reversed_items": Rule("warning", REVERSED_ABOVE, _reversed_items),
    "points": Rule("warning", POINTS_TOLERANCE, _points),
    "order_breach": Rule("flag", ORDER_BREACH_ABOVE, _order_breach),
}
