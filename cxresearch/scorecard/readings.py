"""What each row of the scorecard reads now, where it stood before, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
import pandas as pd

from cxresearch import trends
from cxresearch.bases import Bases, headline
from cxresearch.notes import Note
from cxresearch.stats.intervals import Interval
from cxresearch.study.study import Cell, Study
from cxresearch.trends.waves import baseline, figures

_WIDTHS = {"nps": 200.0, "share": 1.0, "index": 100.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A figure of the scorecard, in its unit.

    Attributes
    ----------
    estimate, std_error, conf_low, conf_high : float
        Standard error NaN where it is not known, 0 where everything was counted.
    unit, direction : str
    period : str
        Wave or period it belongs to.
    n : float
    first, first_se : float
        The figure of the baseline wave or first period.
    first_period : str
    verdict : str
        Of the change from the wave or period before.
    last_change : float
    reason : str or None
        Why there is no figure.
    source : str
        ``survey`` or ``operations``.
    """

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    unit: str
    direction: str
    period: str
    n: float
    first: float = nan
    first_se: float = nan
    first_period: str = ""
    verdict: str = ""
    last_change: float = nan
    reason: str | None = None
    source: str = "survey"


def survey(
    study: Study, keys: list[str], level: float, bases: Bases, notes: list[Note]
) -> dict[str, Reading]:
    """Return the readings of codebook keys in the latest wave, with their change from the last."""
    measures = [key for key in keys if key in study.codebook.measures]
    found = {key: _measure(study, key, level, bases, notes) for key in measures}
    if len(study.waves) > 1 and measures:
        table = trends.compare(study, measure=measures, conf_level=level).table
        found = {key: _changed(one, table, key) for key, one in found.items()}
    known = study.codebook.keys()
    others = [key for key in keys if key in known and key not in measures]
    return found | {key: _rating(study, key, level, bases) for key in others}


def _measure(study: Study, key: str, level: float, bases: Bases, notes: list[Note]) -> Reading:
    score = study.measure(key)
    unit, direction = score.unit, score.measure.direction
    if study.wave_column is None:
        n = int(study.design.members(study.mask, score.values).sum())
        reason = bases.withheld(key, n)
        if reason is not None:
            return _blank(unit, direction, n, reason)
        found = headline(study.design, score, study.mask, level)
        width = _WIDTHS.get(unit, score.measure.scale.width)
        alike = _alike(study, score.series, study.mask)
        return _reading(found, unit, direction, n, least=_least(width, n) if alike else 0.0)
    waves = figures(study, score, Cell({}, study.mask), level, bases, notes)
    known = [one for one in waves if one.reason != "not_asked"]
    if not known:
        return _blank(unit, direction, 0, "not_asked")
    last = known[-1]
    if last.interval is None:
        return _blank(unit, direction, last.n, last.reason or "", last.wave)
    start = baseline(study, [one.wave for one in known])
    first = next((one for one in known if one.wave == start and one.wave != last.wave), None)
    return Reading(
        estimate=last.estimate,
        std_error=float(np.sqrt(last.variance)),
        conf_low=last.interval.conf_low,
        conf_high=last.interval.conf_high,
        unit=unit,
        direction=direction,
        period=last.wave,
        n=last.n,
        first=first.estimate if first else nan,
        first_se=float(np.sqrt(first.variance)) if first else nan,
        first_period=first.wave if first else "",
    )


def _rating(study: Study, key: str, level: float, bases: Bases) -> Reading:
    """Return the mean of a dimension, item or attribute in the latest wave."""
    latest = study.latest()
    values = study.values(key)
    n = int(study.design.members(latest.mask, values).sum())
    wave = study.waves[-1] if study.waves else ""
    if reason := bases.withheld(key, n):
        return _blank("points", "up", n, reason, wave)
    found = study.design.mean(values, latest.mask, level)
    alike = _alike(study, values, latest.mask)
    least = _least(study.codebook.scale_of(key).width, n) if alike else 0.0
    return _reading(found, "points", "up", n, wave, least=least)


def _alike(study: Study, values: np.ndarray, mask: np.ndarray) -> bool:
    """Return whether all answered alike, so that the answers do not tell their own error."""
    return bool(np.ptp(values[study.design.members(mask, values)]) == 0)


def _least(width: float, n: int) -> float:
    """Return the error with one answer more at the other end of the scale, as over the waves."""
    share = 1 / (n + 2)
    return float(width * np.sqrt(share * (1 - share) / (n + 2)))


def _reading(
    found: Interval, unit: str, direction: str, n: int, wave: str = "", *, least: float = 0.0
) -> Reading:
    raw = found.sampling_error
    return Reading(
        estimate=found.estimate,
        std_error=max(found.std_error if np.isnan(raw) else raw, least),
        conf_low=found.conf_low,
        conf_high=found.conf_high,
        unit=unit,
        direction=direction,
        period=wave,
        n=n,
    )


def _blank(unit: str, direction: str, n: int, reason: str, wave: str = "") -> Reading:
    return Reading(
        estimate=nan,
        std_error=nan,
        conf_low=nan,
        conf_high=nan,
        unit=unit,
        direction=direction,
        period=wave,
        n=n,
        reason=reason,
    )


def _changed(one: Reading, table: pd.DataFrame, key: str) -> Reading:
    rows = table[(table["measure"] == key) & (table["wave_to"] == one.period)]
    order = {"previous": 0, "year_ago": 1, "baseline": 2}
    rows = rows.sort_values("contrast", key=lambda names: names.map(order))
    if rows.empty:
        return one
    row = rows.iloc[0]
    return replace(one, verdict=str(row["verdict"]), last_change=float(row["estimate"]))
