"""Contrasts between waves: what changed since last time, since the start, since a year ago."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.bases import POWER, Bases
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import intervals
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.bridges import NOT_COMPARABLE, Gate, gate
from cxresearch.trends.waves import (
    WaveFigure,
    baseline,
    every,
    measures,
    timeline,
    year_before,
)
from cxresearch.verdicts import verdict

COLUMNS = [
    "measure",
    "statistic_name",
    "contrast",
    "wave_from",
    "wave_to",
    "value_from",
    "value_to",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "statistic",
    "df",
    "p_value",
    "q_value",
    "family",
    "family_size",
    "verdict",
    "threshold",
    "mdc",
    "unit",
    "direction",
    "n_from",
    "n_to",
    "paired",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveContrasts(Result):
    """Changes of headline figures between waves; one row per measure and contrast.

    Attributes
    ----------
    waves : DataFrame
        The figures that are compared: one row per measure and wave.
    latest : DataFrame
        The rows of the table that end in the latest wave with answers.
    """

    waves: pd.DataFrame
    latest: pd.DataFrame


@by_run
def compare(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    conf_level: float | None = None,
) -> WaveContrasts:
    """Tell what changed between waves, and whether the change is more than sampling error.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        Measures to compare; by default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Groups to be compared each with itself.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    WaveContrasts
        ``contrast`` (previous, baseline, year_ago, as declared), ``estimate`` = later minus
        earlier wave in the measure's unit (shares 0 to 1, NPS in points, means in scale
        points). Shares: Newcombe at the effective n; means: Welch with design standard errors;
        NPS: z with the design's variance. ``q_value`` adjusts by Benjamini and Hochberg within
        the contrasts of one measure and later wave, so that a new wave never changes what was
        said of an old one. ``verdict``: clear_rise, clear_fall, likely_rise, likely_fall,
        below_threshold, no_practical_change, detectable (no threshold declared), cannot_tell,
        suppressed. ``mdc``: the change that would have been detected with 80 % power.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    Waves are independent samples unless ``data.same_people`` declares the ids stable; then the
    covariance of those in both waves enters. Waves before and after a change of the question that
    no bridge of ``analysis.trends.bridges`` spans are not compared (``not_comparable``).
    References: Newcombe (1998), Statistics in Medicine
    17, 873-890; Benjamini & Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    study = study.reduced(measures(study, measure), by, waves=True)
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    for cell, score, found in every(study, measure, by, level, bases, notes):
        shown += [_shown(score, cell, one) for one in found]
        rows += _contrasts(study, score, cell, found, level, notes)
    if len(study.waves) < 2:
        notes.append(note("one_wave"))
    _note_people(study, notes)
    names = study.by_names(by)
    wave_columns = [
        "measure",
        "wave",
        "estimate",
        "std_error",
        "conf_low",
        "conf_high",
        "unit",
        "n",
        "n_eff",
        "reason",
    ]
    table = pd.DataFrame(rows, columns=[*names, *COLUMNS])
    last = study.waves[-1] if study.waves else None
    return WaveContrasts(
        table=table,
        latest=table[table["wave_to"] == last].reset_index(drop=True),
        waves=pd.DataFrame(shown, columns=[*names, *wave_columns]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="independent" if not study.params.data.same_people else "overlap",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _shown(score: Scored, cell: Cell, one: WaveFigure) -> dict[str, Any]:
    found = one.interval
    return {
        **cell.keys,
        "measure": score.measure.key,
        "wave": one.wave,
        "estimate": one.estimate,
        "std_error": np.sqrt(one.variance),
        "conf_low": found.conf_low if found else np.nan,
        "conf_high": found.conf_high if found else np.nan,
        "unit": score.unit,
        "n": one.n,
        "n_eff": found.n_eff if found else np.nan,
        "reason": one.reason,
    }


def _contrasts(
    study: Study,
    score: Scored,
    cell: Cell,
    found: list[WaveFigure],
    level: float,
    notes: list[Note],
) -> list[dict[str, Any]]:
    """Return the declared contrasts of one measure in one group, each later wave a family."""
    key = score.measure.key
    threshold = study.params.analysis.trends.threshold.get(key, score.measure.delta)
    if threshold is None:
        notes.append(note("no_threshold", measure=key))
    door = gate(study, score, timeline(study))
    notes += door.notes(key)
    by_wave = {one.wave: one for one in found if one.reason != "not_asked"}
    waves = list(by_wave)
    rows: list[dict[str, Any]] = []
    for wave in waves[1:]:
        earlier = pairs(study, waves, wave)
        tested = {
            early: _difference(study, score, cell, by_wave[early], by_wave[wave], level, door)
            for early in dict.fromkeys(earlier.values())
        }
        method = study.params.analysis.multiplicity
        q = adjust([one["p_value"] for one in tested.values()], method)
        for one, value in zip(tested.values(), q, strict=True):
            one["q_value"] = float(value)
        size = int(np.isfinite([one["p_value"] for one in tested.values()]).sum())
        for contrast, early in earlier.items():
            row = tested[early]
            rows.append(
                {
                    **cell.keys,
                    "measure": key,
                    "statistic_name": score.headline,
                    "contrast": contrast,
                    "wave_from": early,
                    "wave_to": wave,
                    **row,
                    "family": f"wave_contrasts:{key}:{wave}",
                    "family_size": size,
                    "verdict": verdict(
                        row["estimate"],
                        row["std_error"],
                        row["df"],
                        row["conf_low"],
                        row["conf_high"],
                        row["q_value"],
                        threshold,
                        level,
                    ),
                    "threshold": np.nan if threshold is None else threshold,
                    "unit": score.unit,
                    "direction": score.measure.direction,
                }
            )
    return rows


def pairs(study: Study, waves: list[str], wave: str) -> dict[str, str]:
    """Return the earlier wave of every declared contrast that this wave has."""
    at = waves.index(wave)
    start = baseline(study, waves)
    known = {
        "previous": waves[at - 1],
        "baseline": start if start is not None and waves.index(start) < at else None,
        "year_ago": year_before(study, waves, wave),
    }
    declared = study.params.analysis.trends.contrasts
    return {name: early for name in declared if (early := known[name]) is not None}


def _difference(
    study: Study,
    score: Scored,
    cell: Cell,
    early: WaveFigure,
    late: WaveFigure,
    level: float,
    door: Gate | None = None,
) -> dict[str, Any]:
    """Return later minus earlier wave with its interval and test."""
    row: dict[str, Any] = dict.fromkeys(
        [
            "estimate",
            "std_error",
            "conf_low",
            "conf_high",
            "statistic",
            "df",
            "p_value",
            "q_value",
            "mdc",
        ],
        np.nan,
    )
    row |= {"value_from": early.estimate, "value_to": late.estimate}
    row |= {"n_from": early.n, "n_to": late.n, "paired": False}
    row["reason"] = early.reason or late.reason
    if early.interval is None or late.interval is None:
        return row
    if door is not None and not door.comparable(early.wave, late.wave):
        return row | {"reason": NOT_COMPARABLE}
    covariance = 0.0
    if study.params.data.same_people:
        covariance = _overlap(study, score, cell, early, late)
        row["paired"] = covariance != 0.0
    variance = early.variance + late.variance - 2 * covariance
    error = float(np.sqrt(variance))
    change = late.estimate - early.estimate
    if score.unit in ("points", "index"):
        found = intervals.welch(
            late.estimate,
            np.sqrt(late.variance),
            late.interval.df,
            early.estimate,
            np.sqrt(early.variance),
            early.interval.df,
            level,
            covariance=covariance,
        )
        low, high, df = found.conf_low, found.conf_high, found.df
    else:
        df = np.inf
        reach = intervals.quantile(level) * error
        low, high = change - reach, change + reach
        if score.unit == "share" and covariance == 0:
            low, high = _newcombe(early, late, level)
    statistic = change / error
    z = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER)
    return row | {
        "estimate": change,
        "std_error": error,
        "conf_low": low,
        "conf_high": high,
        "statistic": statistic,
        "df": df,
        "p_value": float(2 * stats.t.sf(abs(statistic), df)),
        "mdc": float(z * error),
    }


def _newcombe(early: WaveFigure, late: WaveFigure, level: float) -> tuple[float, float]:
    """Return the hybrid score interval made of the two waves' own intervals."""
    assert early.interval is not None
    assert late.interval is not None
    first, second = early.interval, late.interval
    change = second.estimate - first.estimate
    low = change - np.hypot(second.estimate - second.conf_low, first.conf_high - first.estimate)
    high = change + np.hypot(second.conf_high - second.estimate, first.estimate - first.conf_low)
    return float(low), float(high)


def _overlap(study: Study, score: Scored, cell: Cell, early: WaveFigure, late: WaveFigure) -> float:
    """Return the covariance of two waves' figures through the people who answered both."""
    both = _people(study, score, cell, early.wave, late.wave)
    if len(both) < 3 or both.nunique().min() < 2:
        return 0.0
    rho = float(np.corrcoef(both.to_numpy().T)[0, 1])
    shares = len(both) / np.sqrt(early.n * late.n)
    return float(rho * shares * np.sqrt(early.variance * late.variance))


def _people(study: Study, score: Scored, cell: Cell, early: str, late: str) -> pd.DataFrame:
    assert study.wave_column is not None
    assert study.params.data.id is not None
    waves = study.full[study.wave_column].astype(str).to_numpy()
    member = study.design.members(cell.mask, score.values)
    series = pd.Series(score.series, index=study.full[study.params.data.id])
    parts = [series[member & (waves == wave)] for wave in (early, late)]
    both: pd.DataFrame = pd.concat(parts, axis=1, join="inner", keys=["early", "late"])
    return both


def _note_people(study: Study, notes: list[Note]) -> None:
    """Warn of ids that come back in another wave though nobody declared them the same people."""
    if study.params.data.same_people:
        return
    if repeated := study.returning():
        notes.append(note("same_people_undeclared", n=repeated))
