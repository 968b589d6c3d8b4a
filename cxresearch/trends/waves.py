"""The figure of each wave with its sampling error, and where waves lie in time."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from cxresearch.bases import Bases, headline, protecting_cells
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, note
from cxresearch.stats.intervals import Interval
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.bridges import mapped

PERIODS_A_YEAR = {"year": 1, "half_year": 2, "quarter": 4, "month": 12, "week": 52, "day": 365}
DAYS_A_YEAR = 365.25
SAME_SEASON = 45


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveFigure:
    """A measure's headline in one wave.

    Attributes
    ----------
    wave : str
    interval : Interval or None
        The headline with its interval; None where it is withheld or was not asked.
    n : int
        Respondents with an answer.
    variance : float
        Sampling variance of the headline, in squared units; above zero.
    reason : str or None
        Why there is no figure.
    """

    wave: str
    interval: Interval | None
    n: int
    variance: float
    reason: str | None

    @property
    def estimate(self) -> float:
        """The headline, NaN where there is none."""
        return self.interval.estimate if self.interval else np.nan


def measures(study: Study, measure: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the measures to follow: those asked for, else those of the params, else all."""
    if study.wave_column is None:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no waves to compare",
                where="params: data.wave",
                hint="name the column of the waves under data.wave",
            )
        )
    if measure is not None:
        asked = (measure,) if isinstance(measure, str) else tuple(measure)
    else:
        asked = tuple(study.params.analysis.trends.measures) or tuple(study.codebook.measures)
    known = list(study.codebook.measures)
    faults = [
        Fault(
            kind="analysis",
            what=f'the codebook has no measure "{key}"',
            where="measure",
            hint=did_you_mean(key, known),
        )
        for key in asked
        if key not in known
    ]
    if faults or not asked:
        nothing = Fault(
            kind="analysis",
            what="the codebook declares no measure to follow",
            where="codebook: measures",
            hint="declare an outcome such as satisfaction",
        )
        raise AnalysisError(*(faults or [nothing]))
    return asked


def timeline(study: Study) -> tuple[str, ...]:
    """Return the waves from the first to the last that has answers, missing ones included."""
    assert study.params.data.wave is not None
    assert study.wave_column is not None
    declared = tuple(str(one) for one in study.full[study.wave_column].cat.categories)
    present = study.waves
    if not present:
        return ()
    return declared[declared.index(present[0]) : declared.index(present[-1]) + 1]


def figures(
    study: Study,
    score: Scored,
    cell: Cell,
    level: float,
    bases: Bases,
    notes: list[Note],
    hidden: Collection[str] = (),
) -> list[WaveFigure]:
    """Return the headline of every wave of the timeline, in terms of the latest question.

    `hidden` names the waves that are withheld in this group to protect another group.
    """
    assert study.wave_column is not None
    labels = study.full[study.wave_column]
    found = []
    for wave in timeline(study):
        mask = cell.mask & (labels == wave).to_numpy()
        one = _figure(study, score, cell, wave, mask, level, bases, notes)
        if wave in hidden and one.reason is None:
            group = " · ".join([score.measure.key, wave, *cell.keys.values()])
            notes.append(note("complementary", group=group))
            one = replace(one, interval=None, variance=np.nan, reason="complementary")
        found.append(one)
    return mapped(study, score, found)


def every(
    study: Study,
    measure: str | Sequence[str] | None,
    by: By,
    level: float,
    bases: Bases,
    notes: list[Note],
) -> Iterator[tuple[Cell, Scored, list[WaveFigure]]]:
    """Yield, for every group and measure asked for, its score and the headline of every wave."""
    keys = measures(study, measure)
    protecting = {key: _protecting(study, study.measure(key), by) for key in keys}
    for cell in study.cells(by):
        for key in keys:
            score = study.measure(key)
            hidden = protecting[key].get(cell.name, frozenset())
            yield cell, score, figures(study, score, cell, level, bases, notes, hidden)


def _protecting(study: Study, score: Scored, by: By) -> dict[str, frozenset[str]]:
    """Return, by group, the waves withheld so that no other group's can be worked out."""
    assert study.wave_column is not None
    columns = [name for name in study.by_names(by) if name not in ("wave", "segment")]
    if not columns:
        return {}
    labels = study.full[study.wave_column]
    found: dict[str, set[str]] = {}
    for wave in timeline(study):
        part = replace(study, mask=study.mask & (labels == wave).to_numpy())
        for name in protecting_cells(part, by, score.values) if part.mask.any() else ():
            found.setdefault(name, set()).add(wave)
    return {name: frozenset(waves) for name, waves in found.items()}


def _figure(
    study: Study,
    score: Scored,
    cell: Cell,
    wave: str,
    mask: np.ndarray,
    level: float,
    bases: Bases,
    notes: list[Note],
) -> WaveFigure:
    key = score.measure.key
    n = study.design.count(study.design.members(mask, score.values))
    if n == 0:
        notes.append(note("wave_not_asked", wave=wave, measure=key))
        return WaveFigure(wave=wave, interval=None, n=0, variance=np.nan, reason="not_asked")
    group = " · ".join([key, wave, *cell.keys.values()])
    if reason := bases.withheld(group, n):
        return WaveFigure(wave=wave, interval=None, n=n, variance=np.nan, reason=reason)
    found = headline(study.design, score, mask, level)
    bases.low(group, n, found.n_eff)
    error = found.std_error if np.isnan(found.sampling_error) else found.sampling_error
    variance = error**2
    if not variance > 0:
        notes.append(note("zero_variance_wave", wave=wave, measure=key))
        variance = _smallest_variance(score, n, found)
    return WaveFigure(wave=wave, interval=found, n=n, variance=float(variance), reason=None)


def _smallest_variance(score: Scored, n: int, found: Interval) -> float:
    """Where all answers are equal: the variance with one answer more at the other end."""
    width = score.measure.scale.width
    spread = {"nps": 200.0, "share": 1.0, "index": 100.0, "points": width}[score.unit]
    share = 1 / (n + 2)
    return spread**2 * share * (1 - share) / (n + 2)


def times(study: Study, waves: Sequence[str]) -> np.ndarray | None:
    """Return where waves lie in time, in units of the usual gap; None where evenly spaced."""
    dates = _dates(study)
    if len(waves) < 3 or not all(wave in dates for wave in waves):
        return None
    days = np.array([dates[wave].toordinal() for wave in waves], dtype=float)
    return np.asarray((days - days[0]) / np.median(np.diff(days)))


def year_before(study: Study, waves: Sequence[str], wave: str) -> str | None:
    """Return the wave a year before this one, by dates, else by the period, else by its name."""
    assert study.params.data.wave is not None
    dates, period = _dates(study), study.params.data.wave.period
    if all(one in dates for one in waves):
        wanted = dates[wave].toordinal() - DAYS_A_YEAR
        near = min(waves, key=lambda one: abs(dates[one].toordinal() - wanted))
        return near if abs(dates[near].toordinal() - wanted) <= SAME_SEASON else None
    if period is not None:
        declared = timeline(study)  # waves in which the measure was not asked take their place too
        position = declared.index(wave) - PERIODS_A_YEAR[period]
        return declared[position] if position >= 0 and declared[position] in waves else None
    if all(one.isdigit() and len(one) == 4 for one in waves):
        return str(int(wave) - 1) if str(int(wave) - 1) in waves else None
    return None


def baseline(study: Study, waves: Sequence[str]) -> str | None:
    """Return the wave with which contrasts to the baseline compare, if it has answers."""
    assert study.params.data.wave is not None
    declared = study.params.data.wave.baseline
    if declared is None:
        return waves[0] if waves else None
    return declared if declared in waves else None


def _dates(study: Study) -> dict[str, date]:
    assert study.params.data.wave is not None
    return dict(study.params.data.wave.dates)
