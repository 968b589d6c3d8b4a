"""What the next wave can find, and how often to ask with the interviews of a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import POWER, Bases, headline
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import power as sizes
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.trends.waves import DAYS_A_YEAR, PERIODS_A_YEAR

CADENCES = (1, 2, 3, 4, 12)
RECOMMENDED = (2, 3)  # waves a year
YEARS = 3
_CURVE_POINTS = 40
_CURVE_FROM = 50


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SamplePlan(Result):
    """What the next wave can find; one row per measure.

    Attributes
    ----------
    cadence : DataFrame
        The same interviews a year spread over more or fewer waves: one row per measure and
        ``waves_a_year``.
    curve : DataFrame
        ``measure, n, mdc``: the detectable change by the interviews of a wave.
    interviews : int
        Interviews a year that the cadences share.
    """

    cadence: pd.DataFrame
    curve: pd.DataFrame
    interviews: int


def plan(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    interviews: int | None = None,
    cadences: Sequence[int] = CADENCES,
    years: int = YEARS,
    response_rate: float = 1.0,
    eligibility: float = 1.0,
    power: float = POWER,
    conf_level: float | None = None,
) -> SamplePlan:
    """Tell what changes the next wave can find, and what more or fewer waves a year could.

    Parameters
    ----------
    study : Study
        The latest wave says how much answers vary and what the design costs.
    measure : str or sequence of str, optional
        Measures to plan for; by default all of the codebook.
    interviews : int, optional
        Interviews a year; by default those of the latest wave times the waves of a year.
    cadences : sequence of int
        Waves a year to put against each other.
    years : int
        Years over which a steady trend is to be found.
    response_rate, eligibility : float
        Shares of the invited who answer, and of those who may.
    power : float
        Chance of finding a change that is there, at least 0.5.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    SamplePlan
        ``measure, statistic, estimate, n, deff, mdc, threshold, power`` (of finding a change as
        large as the threshold with a wave of the same size), ``n_required`` and ``n_invite``
        (interviews and invitations for the power asked). `cadence`: ``n_wave``, ``mdc`` between
        two waves, ``mdc_year`` between two years with all their waves, ``slope_year`` (steadiest
        trend per year found over `years`), ``power, detects, recommended`` (two or three waves
        a year). Units are those of the measure's headline.

    Raises
    ------
    AnalysisError
        No measures, or no interviews to share out.

    Notes
    -----
    MDC = (z + z_power) sqrt(2 V), V = v deff / n with v and deff of the latest wave. With the
    same interviews, more waves find changes sooner but only larger ones; a year against the
    year before is found alike by any cadence. Two or three waves a year are a recommendation of
    practice, not a derived fact. Reference: Cochran (1977), *Sampling Techniques*, 3rd ed.

    Examples
    --------
    >>> frame = pd.DataFrame({"q": [10] * 180 + [8] * 140 + [3] * 80})
    >>> book = {"measures": {"recommend": {"kind": "nps", "columns": "q"}}}
    >>> study = Study.from_frame(frame, book)
    >>> plan(study, interviews=1200).cadence[["waves_a_year", "mdc"]].round(4).values.tolist()[:2]
    [[1.0, 8.7666], [2.0, 12.3979]]
    """
    latest = study.latest()
    keys = _measures(study, measure)
    level = study.conf_level if conf_level is None else conf_level
    notes: list[Note] = [note("plan_random_sample")]
    if interviews is None:
        a_year = _waves_a_year(study)
        interviews = latest.n * a_year
        notes.append(note("budget_assumed", n=interviews, waves=str(a_year)))
    if interviews < 1 or not cadences or min(cadences) < 1:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="there are no interviews to plan with",
                found=f"{interviews} interviews, cadences {tuple(cadences)}",
                hint="say how many interviews a year: plan(study, interviews=1200)",
            )
        )
    bases = Bases(latest)
    rows: list[dict[str, Any]] = []
    spread: list[dict[str, Any]] = []
    curve: list[dict[str, Any]] = []
    for key in keys:
        score = latest.measure(key)
        row = _next_wave(latest, score, bases, level, power)
        rates = row.pop("variance"), row.pop("answered")
        if isfinite(row["n_required"]):
            asked = ceil(row["n_required"] / rates[1])
            row["n_required"], row["n_invite"] = asked, ceil(asked / response_rate / eligibility)
        rows.append(row)
        for waves in cadences:
            n_wave = interviews / waves
            spread.append(
                _cadence(row, rates, waves, n_wave, years, level, power)
                | {"n_invite": ceil(int(n_wave) / response_rate / eligibility)}
            )
        top = max(2 * latest.n, interviews, 2 * _CURVE_FROM)
        for n in np.unique(np.geomspace(_CURVE_FROM, top, _CURVE_POINTS).round()):
            mdc = _mdc(rates, n, level, power)
            curve.append({"measure": key, "n": int(n), "mdc": mdc, "unit": row["unit"]})
    return SamplePlan(
        table=pd.DataFrame(rows),
        cadence=pd.DataFrame(spread),
        curve=pd.DataFrame(curve),
        interviews=int(interviews),
        n=latest.n,
        n_eff=latest.n_eff,
        conf_level=level,
        method="design" if not study.design.simple else "classical",
        notes=distinct([*latest.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _measures(study: Study, measure: str | Sequence[str] | None) -> tuple[str, ...]:
    if measure is not None:
        return (measure,) if isinstance(measure, str) else tuple(measure)
    if not study.codebook.measures:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the codebook declares no measure to plan for",
                where="codebook: measures",
                hint="declare an outcome such as satisfaction, or use sampling.required_n",
            )
        )
    return tuple(study.codebook.measures)


def _next_wave(
    study: Study, score: Scored, bases: Bases, level: float, power: float
) -> dict[str, Any]:
    """Return what a wave like the latest finds of one measure."""
    key = score.measure.key
    n = int(study.design.members(study.mask, score.values).sum())
    threshold = study.params.analysis.trends.threshold.get(key, score.measure.delta)
    row: dict[str, Any] = {
        "measure": key,
        "statistic": score.headline,
        "estimate": np.nan,
        "unit": score.unit,
        "n": n,
        "deff": np.nan,
        "mdc": np.nan,
        "threshold": np.nan if threshold is None else threshold,
        "power": np.nan,
        "n_required": np.nan,
        "n_invite": np.nan,
        "reason": bases.withheld(key, n),
        "variance": np.nan,
        "answered": n / study.n if study.n else np.nan,
    }
    if row["reason"] is not None:
        return row
    found = headline(study.design, score, study.mask, level)
    error = found.std_error if np.isnan(found.sampling_error) else found.sampling_error
    row["estimate"] = found.estimate
    if not error > 0:
        return row | {"reason": "no_variance"}
    variance = n * error**2  # of one answer, the design's cost included
    deff = found.deff if isfinite(found.deff) else 1.0
    row |= {"variance": variance, "deff": deff}
    row["mdc"] = _mdc((variance, 1.0), n, level, power)
    if threshold is not None:
        row["power"] = sizes.power(threshold, variance, n, variance, n, conf_level=level)
        row["n_required"] = sizes.required_n_change(
            variance, variance, threshold, power=power, conf_level=level
        ).n
    return row


def _cadence(
    row: dict[str, Any],
    rates: tuple[float, float],
    waves: int,
    n_wave: float,
    years: int,
    level: float,
    power: float,
) -> dict[str, Any]:
    """Return what one measure's changes look like at so many waves a year."""
    variance, answered = rates
    threshold = row["threshold"]
    known = isfinite(variance) and answered > 0
    n = n_wave * answered
    mdc = _mdc(rates, n_wave, level, power)
    slope = chance = np.nan
    if known and waves * years > 1:
        times = np.arange(waves * years) / waves
        error = float(np.sqrt(variance / n))
        slope = sizes.detectable_slope(error, times, power=power, conf_level=level)[1]
    if known and isfinite(threshold):
        chance = sizes.power(threshold, variance, n, variance, n, conf_level=level)
    return {
        "measure": row["measure"],
        "statistic": row["statistic"],
        "waves_a_year": waves,
        "n_wave": int(n_wave),
        "mdc": mdc,
        "mdc_year": _mdc(rates, n_wave * waves, level, power),
        "slope_year": slope,
        "threshold": threshold,
        "power": chance,
        "detects": bool(mdc <= threshold) if isfinite(threshold) and known else None,
        "recommended": waves in RECOMMENDED,
        "unit": row["unit"],
        "reason": row["reason"],
    }


def _mdc(rates: tuple[float, float], n_wave: float, level: float, power: float) -> float:
    variance, answered = rates
    if not (isfinite(variance) and answered > 0):
        return float("nan")
    n = n_wave * answered
    return sizes.detectable_change(variance, n, variance, n, power=power, conf_level=level)


def _waves_a_year(study: Study) -> int:
    """Return how often the study is asked: by its period, else by the dates of its waves."""
    wave = study.params.data.wave
    if wave is None:
        return 1
    if wave.period is not None:
        return PERIODS_A_YEAR[wave.period]
    days = sorted(one.toordinal() for name, one in wave.dates.items() if name in study.waves)
    if len(days) < 2:
        return 1
    return max(1, round(DAYS_A_YEAR / float(np.median(np.diff(days)))))
