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
from cxresearch.study.params import DataSection, Quality

Severity = Literal["info", "warning", "flag"]

MIN_SCALES = 3
FEWEST_ALIKE = 10  # durations that set what is usual among those asked alike


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """What the rules look at: answers, their states, who is who, and the limits.

    `alike` numbers those whose durations compare (same wave, path, language, device), `few`
    marks a handful that no median can be told of: they compare with their wave. `pages` are the
    times on each page, `device` tells from where somebody answered.
    """

    values: pd.DataFrame
    states: pd.DataFrame
    codebook: Codebook
    duration: np.ndarray | None
    wave: np.ndarray
    limits: Quality
    alike: np.ndarray
    few: np.ndarray
    pages: np.ndarray | None
    device: np.ndarray

    def battery(self, side: str) -> pd.DataFrame:
        """Return the columns of one side of the battery, reversed items turned back.

        Where no dimension has perceptions, the attributes on the scale that most of them share
        are the battery: they are asked in one grid.
        """
        columns = [
            name
            for dimension in self.codebook.dimensions.values()
            for item in dimension.items
            if (name := getattr(item, side)) and name in self.values
        ]
        if side == "perception" and not columns:
            columns = self._grid()
        uses = self.codebook.columns()
        table = self.values[columns].copy()
        for name in columns:
            use = uses[name]
            if use.reversed and use.scale is not None:  # as it was answered, not as it is keyed
                table[name] = use.scale.min + use.scale.max - table[name]
        return table

    def _grid(self) -> list[str]:
        by_scale: dict[tuple[float, float], list[str]] = {}
        for one in self.codebook.attributes.values():
            ends = (one.scale.min, one.scale.max)
            known = [name for name in one.columns if name in self.values]
            by_scale.setdefault(ends, []).extend(known)
        longest = max(by_scale.values(), key=lambda names: len(names), default=list[str]())
        return list(dict.fromkeys(longest))


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A rule: how serious a flag is, its limit, and the value it looks at per row.

    `limit` is a number, or names the key of ``analysis.quality`` that holds it. `judge` returns
    the value per row (NaN where the rule does not apply) and the flags, or None where the study
    holds nothing that the rule could look at.
    """

    severity: Severity
    limit: str | float
    judge: Callable[[Sheet], tuple[np.ndarray, np.ndarray] | None]

    def threshold(self, limits: Quality) -> float:
        """Return the value from which (or below which) the rule flags."""
        found = getattr(limits, self.limit) if isinstance(self.limit, str) else self.limit
        return float(found)


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
                pd.DataFrame(
                    {
                        **shown,
                        "threshold": rule.threshold(sheet.limits),
                        "severity": rule.severity,
                    }
                )
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
    limits: Quality,
) -> Sheet:
    """Return what the rules look at; who was screened out sets no usual duration."""
    wave = np.zeros(len(frame), dtype=int)
    if data.wave is not None:
        wave = frame[data.wave.column].cat.codes.to_numpy()
    duration = pages = None
    if data.duration is not None:
        duration = frame[data.duration].to_numpy(dtype=float, na_value=np.nan)
        duration = np.where(eligible, duration, np.nan)
    if data.page_times:
        pages = frame[list(data.page_times)].to_numpy(dtype=float, na_value=np.nan)
        pages = np.where(eligible[:, None], pages, np.nan)
    device = np.zeros(len(frame), dtype=int)
    if data.device is not None:
        device = pd.factorize(frame[data.device])[0]
    keys = pd.DataFrame({"wave": wave})
    for i, name in enumerate(data.asked_alike):
        keys[str(i)] = pd.factorize(frame[name])[0]
    alike = keys.groupby(list(keys), sort=True).ngroup().to_numpy()
    sizes = np.bincount(alike[eligible], minlength=int(alike.max(initial=0)) + 1)
    few = sizes[alike] < FEWEST_ALIKE
    return Sheet(values, states, codebook, duration, wave, limits, alike, few, pages, device)


def _blank(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    answered = _answered_share(sheet)
    return None if answered is None else (answered, answered < sheet.limits.partial_from)


def _partial(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    answered = _answered_share(sheet)
    if answered is None:
        return None
    limits = sheet.limits
    return answered, (answered >= limits.partial_from) & (answered < limits.complete_from)


def _answered_share(sheet: Sheet) -> np.ndarray | None:
    """Share of the core questions asked of a respondent's wave that hold any answer."""
    core = _core(sheet)
    if not core.any():
        return None
    states = sheet.states.to_numpy()
    given = (states == State.ANSWERED) | (states == State.NOT_APPLICABLE)
    return _share_of_asked(sheet, given, core)


def _core(sheet: Sheet) -> np.ndarray:
    """Return which rating columns count for a complete interview: all, or those declared."""
    names = [str(name) for name in sheet.states]
    wanted = set(sheet.limits.core)
    if not wanted:
        return np.ones(len(names), dtype=bool)
    for key in sheet.limits.core:
        if key in sheet.codebook.dimensions:
            wanted |= {item.key for item in sheet.codebook.dimensions[key].items}
    uses = sheet.codebook.uses()
    core = {column for column, use in uses if column in wanted or use.key in wanted}
    return np.array([name in core for name in names], dtype=bool)


def _share_of_asked(sheet: Sheet, given: np.ndarray, core: np.ndarray | None = None) -> np.ndarray:
    """Share of the columns asked of a respondent's wave in which a condition holds."""
    asked = np.zeros_like(given)
    states = sheet.states.to_numpy()
    for wave in np.unique(sheet.wave):
        rows = sheet.wave == wave
        asked[rows] = (states[rows] != State.BLANK).any(axis=0)
    asked &= True if core is None else core
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((given & asked).sum(axis=1) / asked.sum(axis=1))


def _not_applicable(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    unused = (sheet.states == State.NOT_APPLICABLE).to_numpy()
    if not unused.any():
        return None
    share = _share_of_asked(sheet, unused)
    return share, share > sheet.limits.not_applicable_above


def _straight(sheet: Sheet, side: str) -> tuple[np.ndarray, np.ndarray] | None:
    table = sheet.battery(side)
    enough = sheet.limits.straight_items
    if table.shape[1] < enough:
        return None
    values = table.to_numpy()
    count = np.isfinite(values).sum(axis=1)
    low = np.where(np.isfinite(values), values, np.inf).min(axis=1)
    high = np.where(np.isfinite(values), values, -np.inf).max(axis=1)
    return np.where(low == high, count, 0), (low == high) & (count >= enough)


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
    """Flag the same long answers as another of the wave and device (straight ones aside)."""
    enough = sheet.limits.same_answers_items
    if sheet.values.shape[1] < enough:
        return None
    values = sheet.values.to_numpy()
    answered = np.isfinite(values).sum(axis=1)
    filled = np.where(np.isfinite(values), values, -1e9)
    key = np.column_stack([filled, sheet.wave, sheet.device])
    _, inverse, counts = np.unique(key, axis=0, return_inverse=True, return_counts=True)
    times = counts[inverse.reshape(-1)]
    straight = _straight_perception(sheet)
    varied = np.ones(len(values), dtype=bool) if straight is None else ~straight[1]
    return times, (times > 1) & (answered >= enough) & varied


def pace(sheet: Sheet) -> np.ndarray | None:
    """Return each duration over the median of those of the wave who were asked alike."""
    duration = sheet.duration
    if duration is None:
        return None
    return _compared(sheet, lambda groups: _relative(duration, groups))


def _compared(sheet: Sheet, judged: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """Return values among those asked alike; where these are few, among the wave."""
    return np.where(sheet.few, judged(sheet.wave), judged(sheet.alike))


def _relative(duration: np.ndarray, groups: np.ndarray) -> np.ndarray:
    relative = np.full(len(duration), np.nan)
    for group in np.unique(groups):
        rows = groups == group
        known = duration[rows]
        usual = np.nanmedian(known) if np.isfinite(known).any() else 0.0
        if usual > 0:
            relative[rows] = known / usual
    return relative


def _speeder(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    relative = pace(sheet)
    return None if relative is None else (relative, relative < sheet.limits.speeder_below)


def _fast(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    relative = pace(sheet)
    if relative is None:
        return None
    limits = sheet.limits
    return relative, (relative >= limits.speeder_below) & (relative < limits.fast_below)


def _speed_index(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Find who went through the pages much faster than usual; one long page hides nothing."""
    pages = sheet.pages
    if pages is None:
        return None
    value = _compared(sheet, lambda groups: carelessness.page_speed(pages, groups))
    return value, value >= sheet.limits.speed_index_from


def _points(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    columns = [d.importance for d in sheet.codebook.dimensions.values() if d.importance]
    if not columns:
        return None
    values = sheet.values[columns].to_numpy()
    total = np.where(np.isfinite(values).all(axis=1), values.sum(axis=1), np.nan)
    return total, np.abs(total - 100) > sheet.limits.points_within


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
    return share, share > sheet.limits.order_breach_above


def _out_of_range(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    if sheet.states.shape[1] == 0:
        return None
    count = (sheet.states == State.OUT_OF_RANGE).sum(axis=1).to_numpy()
    return count, count > 0


def _second_sign(sheet: Sheet) -> np.ndarray:
    """Rows that answered fast, straight or inconsistently: without one, some rules say nothing."""
    sign = np.zeros(len(sheet.values), dtype=bool)
    relative = pace(sheet)
    if relative is not None:
        sign |= relative < sheet.limits.fast_below
    signs = (_straight_perception, _even_odd, _same_answers, _speed_index)
    for judged in (rule(sheet) for rule in signs):
        if judged is not None:
            sign |= judged[1]
    return sign


def _mean_run(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    table = sheet.battery("perception")
    if table.shape[1] < sheet.limits.straight_items:
        return None
    value = carelessness.mean_run(table.to_numpy())
    return value, (value > sheet.limits.mean_run_above) & _second_sign(sheet)


def _irv(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Find the lowest variation within the battery, together with another sign."""
    table = sheet.battery("perception")
    if table.shape[1] < sheet.limits.straight_items or len(table) == 0:
        return None
    value = carelessness.variability(table.to_numpy())
    if not np.isfinite(value).any():
        return None
    least = np.nanquantile(value, sheet.limits.least_variation)
    return value, (value <= least) & _second_sign(sheet)


def _mahalanobis(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Find unusual combinations of perceptions within the wave, by their p value."""
    table = sheet.battery("perception")
    if table.shape[1] < sheet.limits.straight_items:
        return None
    value = np.full(len(table), np.nan)
    for wave in np.unique(sheet.wave):
        rows = sheet.wave == wave
        value[rows] = carelessness.mahalanobis(table.to_numpy()[rows])[1]
    return (value, value < sheet.limits.unusual_below) if np.isfinite(value).any() else None


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
    return value, value < sheet.limits.even_odd_below


def _synonyms(sheet: Sheet) -> tuple[np.ndarray, np.ndarray] | None:
    """Consistency over pairs of perceptions that ask nearly the same, or the opposite."""
    table = sheet.battery("perception")
    pairs = carelessness.similar_pairs(table.to_numpy(), sheet.limits.similar_above)
    if len(pairs) < sheet.limits.fewest_pairs:
        return None
    fewest = sheet.limits.fewest_pairs
    value = carelessness.pair_consistency(table.to_numpy(), pairs, fewest=fewest)
    return value, value < sheet.limits.synonyms_below


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
    return value, value > sheet.limits.reversed_above


RULES: Mapping[str, Rule] = {
    "out_of_range": Rule("warning", 0, _out_of_range),
    "mostly_blank": Rule("flag", "partial_from", _blank),
    "partial": Rule("warning", "complete_from", _partial),
    "not_applicable": Rule("flag", "not_applicable_above", _not_applicable),
    "straight_perception": Rule("flag", "straight_items", _straight_perception),
    "straight_expectation": Rule("info", "straight_items", _straight_expectation),
    "same_answers": Rule("flag", 1, _same_answers),
    "speeder": Rule("flag", "speeder_below", _speeder),
    "fast": Rule("warning", "fast_below", _fast),
    "speed_index": Rule("flag", "speed_index_from", _speed_index),
    "mean_run": Rule("warning", "mean_run_above", _mean_run),
    "irv": Rule("warning", "least_variation", _irv),
    "mahalanobis": Rule("warning", "unusual_below", _mahalanobis),
    "even_odd": Rule("info", "even_odd_below", _even_odd),
    "synonyms": Rule("info", "synonyms_below", _synonyms),
    "reversed_items": Rule("warning", "reversed_above", _reversed_items),
    "points": Rule("warning", "points_within", _points),
    "order_breach": Rule("flag", "order_breach_above", _order_breach),
}
