"""Indicators over the waves: improvement, whether a level is held, how often people are asked."""

from __future__ import annotations

import pandas as pd

from cxresearch import trends
from cxresearch.indicators.rows import NOT_IN_STUDY, Row, change_of, copied, missing, row
from cxresearch.registry import indicator_of
from cxresearch.stats.attainment import p_met
from cxresearch.stats.estimates import quantile
from cxresearch.study.params.analysis import Target
from cxresearch.study.study import Study
from cxresearch.trends.waves import PERIODS_A_YEAR, timeline

SATISFACTION = frozenset(["sat_top_box", "csat", "satisfaction_index", "service_level_sat"])
IMPROVEMENT, SUSTAINED, CADENCE = "sat_improvement", "sat_sustained", "cadence"
_A_YEAR = pd.DateOffset(years=1)


def over_waves(study: Study, level: float) -> list[Row]:
    """Return improvement and persistence of satisfaction, and the waves of the last year."""
    keys = [
        key
        for key, one in study.codebook.measures.items()
        if one.touchpoint is None and indicator_of(one.kind, None, one.kpi) in SATISFACTION
    ]
    return [*_improvement(study, keys, level), *_sustained(study, keys, level), _cadence(study)]


def _improvement(study: Study, keys: list[str], level: float) -> list[Row]:
    """Return the last changes of satisfaction, and its slope over all waves."""
    if not keys or len(study.waves) < 2:
        return [missing(IMPROVEMENT, "one_wave" if keys else NOT_IN_STUDY)]
    latest = trends.compare(study, measure=keys, conf_level=level).latest
    rows = [
        copied(
            IMPROVEMENT,
            one,
            measure=one["measure"],
            statistic=one["contrast"],
            unit=change_of(one["unit"]),
            n=one["n_to"],
        )
        for one in latest.to_dict("records")
    ]
    asked = {one["measure"] for one in rows}
    rows += [missing(IMPROVEMENT, "not_asked", measure=key) for key in keys if key not in asked]
    if len(study.waves) > 2:
        rows += _slopes(study, keys, level)
    return rows


def _slopes(study: Study, keys: list[str], level: float) -> list[Row]:
    """Return the slope of the weighted line through all waves, per wave."""
    tracked = trends.track(study, measure=keys, conf_level=level)
    waves = tracked.table.groupby("measure").agg(n=("n", "sum"), unit=("unit", "first"))
    rows = []
    for fit in tracked.fit.to_dict("records"):
        key, slope, error = fit["measure"], fit["slope"], fit["slope_se"]
        direction = study.codebook.measures[key].direction
        told = {"measure": key, "statistic": "slope", "unit": change_of(waves.loc[key, "unit"])}
        told |= {"n": int(waves.loc[key, "n"]), "direction": direction}
        if pd.isna(slope):
            rows.append(missing(IMPROVEMENT, "too_few_waves", **told))
            continue
        reach = quantile(level) * error
        told |= {"estimate": slope, "std_error": error}
        rows.append(row(IMPROVEMENT, conf_low=slope - reach, conf_high=slope + reach, **told))
    return rows


def _sustained(study: Study, keys: list[str], level: float) -> list[Row]:
    """Return how many of the latest waves in a row probably met the target."""
    targets = _targets(study)
    asked = [key for key in keys if key in targets]
    if not keys or study.wave_column is None:
        return [missing(SUSTAINED, NOT_IN_STUDY)]
    if not asked:
        return [missing(SUSTAINED, "no_target", measure=key) for key in keys]
    sure = study.params.analysis.scorecard.green
    waves = trends.compare(study, measure=asked, conf_level=level).waves
    rows = []
    for key in asked:
        target, better = targets[key], study.codebook.measures[key].direction
        own = waves[(waves["measure"] == key) & (waves["reason"] != "not_asked")]
        met = [
            p_met(
                one["estimate"],
                one["std_error"],
                target=target.value,
                low=target.low,
                high=target.high,
                better=better if target.value is not None else "band",
            )
            >= sure
            for one in own.to_dict("records")
        ]
        run = met[::-1].index(False) if False in met else len(met)
        rows.append(row(SUSTAINED, measure=key, estimate=float(run), n=len(met)))
    return rows


def _targets(study: Study) -> dict[str, Target]:
    """Return the target of every measure: of the trends, else of the scorecard."""
    rows = study.params.analysis.scorecard.rows
    declared = {one.measure: one.target for one in rows if one.target is not None}
    return {**declared, **study.params.analysis.trends.targets}


def _cadence(study: Study) -> Row:
    """Return how many waves were fielded in the twelve months up to the latest one."""
    if study.wave_column is None:
        return missing(CADENCE, NOT_IN_STUDY)
    assert study.params.data.wave is not None
    held, declared = study.waves, study.params.data.wave
    if all(wave in declared.dates for wave in held) and held:
        days = [pd.Timestamp(declared.dates[wave]) for wave in held]
        fielded = sum(day > max(days) - _A_YEAR for day in days)
    elif declared.period is not None and held:
        last = timeline(study)[-PERIODS_A_YEAR[declared.period] :]
        fielded = len(set(last) & set(held))
    else:
        return missing(CADENCE, "no_dates", n=len(held))
    return row(CADENCE, estimate=float(fielded), n=len(held))
