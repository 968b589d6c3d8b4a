"""Where a figure is going: the coming waves, the chance of the target, and a backtest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.bases import POWER, Bases
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import backtest, coming, smoothing
from cxresearch.stats.intervals import quantile
from cxresearch.study.params.analysis import Target
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.labels import coming as coming_waves
from cxresearch.trends.labels import waves_until
from cxresearch.trends.level_model import LevelModel, level_model
from cxresearch.trends.series import WaveSeries, series
from cxresearch.trends.track import WAVES_FOR_LEVEL, WAVES_FOR_VARIANCE
from cxresearch.trends.waves import every, timeline

RECENT = 4
GOOD_COVERAGE = 0.8
_ORIGINS = WAVES_FOR_LEVEL

COLUMNS = [
    "measure",
    "wave",
    "waves_ahead",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "level_low",
    "level_high",
    "unit",
    "n_planned",
    "method",
    "model",
    "reason",
]
BACKTEST_COLUMNS = [
    "measure",
    "n_forecasts",
    "mase",
    "mase_last_value",
    "rmse",
    "rmse_last_value",
    "coverage",
    "useful",
    "unit",
    "reason",
]
TARGET_COLUMNS = [
    "measure",
    "wave",
    "waves_ahead",
    "due",
    "target_value",
    "target_from",
    "target_to",
    "estimate",
    "p_level",
    "p_observed",
    "n_needed",
    "n_planned",
    "unit",
    "direction",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Forecast(Result):
    """The coming waves of headline figures; one row per measure and wave.

    Attributes
    ----------
    waves : DataFrame
        What the forecast starts from: observed figures and levels of the waves so far.
    backtest : DataFrame
        Per measure: how forecasts from the past alone would have done, beside the last value.
    target : DataFrame
        Per measure with a target and wave: probability of reaching it, respondents needed.
    """

    waves: pd.DataFrame
    backtest: pd.DataFrame
    target: pd.DataFrame


@by_run
def forecast(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    horizon: int | None = None,
    planned_n: float | None = None,
    conf_level: float | None = None,
) -> Forecast:
    """Tell what the coming waves will show, how surely, and whether the target is within reach.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Groups, each forecast on its own.
    horizon : int, optional
        Waves ahead; by default ``analysis.trends.horizon``.
    planned_n : float, optional
        Respondents of a coming wave; by default the mean of the last four waves.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Forecast
        ``conf_low`` to ``conf_high`` holds the figure that a wave of ``n_planned`` respondents
        will show, ``level_low`` to ``level_high`` the level behind it; in the measure's unit. The
        level stays where it is expected to stand (a local level has no drift) and its variance
        grows by the signal variance per wave, averaged over its likelihood below 20 waves.
        ``target``: ``p_level`` and ``p_observed`` are the probabilities that the level and the
        observed figure reach the target of ``analysis.trends.targets``; ``due`` marks the wave by
        which; ``n_needed`` is how many respondents a wave at the expected level would need for
        its interval to lie beyond the target four times out of five. ``backtest``: forecasts one
        wave ahead from at least six waves; ``mase`` below 1 and ``coverage`` of .80 or more make
        it ``useful``. Below six waves rows carry their ``reason`` and no figure.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure, or the horizon is below one.

    Notes
    -----
    Shares that leave .1 to .9 are modelled on the logit scale, as in `track`. A forecast takes
    for granted that nothing happens that did not happen before. References: Durbin & Koopman
    (2012); Hyndman & Koehler (2006), doi:10.1016/j.ijforecast.2006.03.001.
    """
    level = study.conf_level if conf_level is None else conf_level
    ahead = study.params.analysis.trends.horizon if horizon is None else horizon
    _check(ahead, planned_n)
    bases = Bases(study)
    notes: list[Note] = []
    parts: dict[str, list[dict[str, Any]]] = {"rows": [], "waves": [], "backtest": [], "target": []}
    for cell, score, found in every(study, measure, by, level, bases, notes):
        key = score.measure.key
        waves = series(study, score, found)
        notes += waves.door.notes(key)
        one = _Coming(study, score, cell, waves, level, ahead, planned_n, notes)
        for name, rows in one.forecast().items():
            parts[name] += [{**cell.keys, "measure": key, **row} for row in rows]
    names = study.by_names(by)
    return Forecast(
        table=pd.DataFrame(parts["rows"], columns=[*names, *COLUMNS]),
        waves=pd.DataFrame(parts["waves"], columns=[*names, *WAVE_COLUMNS]),
        backtest=pd.DataFrame(parts["backtest"], columns=[*names, *BACKTEST_COLUMNS]),
        target=pd.DataFrame(parts["target"], columns=[*names, *TARGET_COLUMNS]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="local_level",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


WAVE_COLUMNS = ["measure", "wave", "observed", "level", "level_low", "level_high", "unit", "n"]


def _check(horizon: int, planned_n: float | None) -> None:
    if horizon < 1 or (planned_n is not None and not planned_n > 0):
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="a forecast needs a wave ahead and respondents in it",
                where="horizon, planned_n",
                found=f"horizon {horizon}, planned_n {planned_n}",
                hint="give a horizon of 1 or more, and a planned_n above zero or none",
            )
        )


@dataclass(frozen=True, slots=True)
class _Coming:
    """The coming waves of one measure in one group."""

    study: Study
    score: Scored
    cell: Cell
    waves: WaveSeries
    conf_level: float
    horizon: int
    planned_n: float | None
    notes: list[Note]

    def forecast(self) -> dict[str, list[dict[str, Any]]]:
        """Return rows of the forecast, of the waves so far, of the backtest and of the target."""
        waves, unit = self.waves, self.score.unit
        n_waves = int(waves.known.sum())
        labels = coming_waves(self.study, timeline(self.study), self.horizon)
        if n_waves < WAVES_FOR_LEVEL:
            self.notes.append(
                note("too_few_waves", n=n_waves, needed=WAVES_FOR_LEVEL, what="forecast")
            )
            nothing = {"reason": "too_few_waves", "unit": unit}
            steps = enumerate(labels, start=1)
            return {
                "rows": [{"wave": wave, "waves_ahead": h, **nothing} for h, wave in steps],
                "waves": self._so_far(None),
                "backtest": [nothing],
                "target": [] if self._target is None else [self._goal | nothing],
            }
        if n_waves < WAVES_FOR_VARIANCE:
            self.notes.append(note("level_variance_poor", n=n_waves))
        model = level_model(self.study, waves, self.score.measure.key, self.notes)
        fit = model.fit(waves.y, waves.variances, conf_level=self.conf_level, **waves.arguments())
        per_respondent, recent = waves.per_respondent(RECENT)
        planned = recent if self.planned_n is None else self.planned_n
        variance = per_respondent / planned + self._extra()
        found = coming.forecast(fit, self.horizon, variance)
        return {
            "rows": self._rows(found, labels, planned, fit.method, model),
            "waves": self._so_far(fit),
            "backtest": [self._backtest(model)],
            "target": self._targets(fit, variance, per_respondent, planned),
        }

    def _rows(
        self,
        found: coming.Forecast,
        labels: tuple[str, ...],
        planned: float,
        method: str,
        model: LevelModel,
    ) -> list[dict[str, Any]]:
        shown = self.waves.shown
        estimates = shown(found.estimate)
        slope = estimates * (1 - estimates) if self.waves.on_logit else 1.0
        ends = {
            name: shown(getattr(found, name))
            for name in ("conf_low", "conf_high", "level_low", "level_high")
        }
        columns = {
            "estimate": estimates,
            "std_error": found.observed_se * slope,
            **{name: self._within(values) for name, values in ends.items()},
        }
        fixed = {"unit": self.score.unit, "n_planned": round(planned), "method": method}
        fixed |= {"model": model.code}
        return [
            {
                "wave": wave,
                "waves_ahead": h + 1,
                **{name: float(values[h]) for name, values in columns.items()},
                **fixed,
                "reason": model.reason,
            }
            for h, wave in enumerate(labels)
        ]

    def _within(self, values: np.ndarray) -> np.ndarray:
        """Return the ends of intervals cut at the ends of the scale."""
        scale = self.score.measure.scale
        known = {"share": (0.0, 1.0), "nps": (-100.0, 100.0), "index": (0.0, 100.0)}
        low, high = known.get(self.score.unit, (scale.min, scale.max))
        if (values < low).any() or (values > high).any():
            self.notes.append(note("interval_clipped", measure=self.score.measure.key))
        return np.asarray(np.clip(values, low, high))

    def _so_far(self, fit: smoothing.LocalLevel | None) -> list[dict[str, Any]]:
        waves = self.waves
        rows = []
        for place, wave in enumerate(waves.waves):
            row = {"wave": wave, "observed": waves.observed[place], "unit": self.score.unit}
            row["n"] = int(waves.n[place])
            if fit is not None and not waves.unbridged[place]:
                for name in ("level", "level_low", "level_high"):
                    row[name] = float(waves.shown(getattr(fit, name)[place]))
            rows.append(row)
        return rows

    def _extra(self) -> float:
        """Return the declared extra variance on the model's scale, at the last known waves."""
        extra = self.waves.extra
        if extra == 0 or not self.waves.on_logit:
            return extra
        p = self.waves.shown(self.waves.y[np.flatnonzero(self.waves.known)[-RECENT:]])
        return float((extra / (p * (1 - p)) ** 2).mean())

    # proof -----------------------------------------------------------------------------------

    def _backtest(self, model: LevelModel) -> dict[str, Any]:
        """Return how one-wave forecasts would have done since the last step, in the unit shown."""
        waves, unit = self.waves, self.score.unit
        kept = waves.latest & (np.cumsum(waves.known & waves.latest) > 0)
        least = max(_ORIGINS, model.fewest)
        if (waves.known & kept).sum() <= least:
            return {"reason": "too_few_waves", "unit": unit, "n_forecasts": 0}
        times = None if waves.when is None else waves.when[kept]
        test = backtest.rolling_origin(
            waves.y[kept],
            waves.variances[kept],
            forecaster=self._forecaster(model, int(np.argmax(kept))),
            times=times,
            min_train=least,
            conf_level=self.conf_level,
        )
        shown = waves.shown
        actual, said, last = shown(test.actual), shown(test.forecast), shown(test.last_value)
        y = shown(waves.y[kept])
        usual = np.array([_usual_change(y[: int(origin) + 1]) for origin in test.origin])
        moved = usual > 0
        mase, naive = (
            float((np.abs(actual - one)[moved] / usual[moved]).mean()) if moved.any() else np.nan
            for one in (said, last)
        )
        useful = mase < 1 and test.coverage >= GOOD_COVERAGE
        if not useful:
            key = self.score.measure.key
            self.notes.append(
                note("forecast_no_better", measure=key, mase=mase, coverage=test.coverage)
            )
        return {
            "n_forecasts": test.n,
            "mase": mase,
            "mase_last_value": naive,
            "rmse": backtest.rmse(actual, said),
            "rmse_last_value": backtest.rmse(actual, last),
            "coverage": test.coverage,
            "useful": useful,
            "unit": unit,
            "reason": None,
        }

    def _forecaster(self, model: LevelModel, first: int) -> backtest.Forecaster:
        def ahead(
            y: np.ndarray,
            variances: np.ndarray,
            times: np.ndarray,
            gap: float,
            planned_variance: float,
        ) -> tuple[float, float, float]:
            fit = model.fit(y, variances, times=times, conf_level=self.conf_level, first=first)
            found = coming.forecast(fit, [gap], planned_variance)
            return float(found.estimate[0]), float(found.conf_low[0]), float(found.conf_high[0])

        return ahead

    # the target ------------------------------------------------------------------------------

    @property
    def _target(self) -> Target | None:
        return self.study.params.analysis.trends.targets.get(self.score.measure.key)

    @property
    def _goal(self) -> dict[str, Any]:
        target = self._target
        assert target is not None
        low = target.value if target.low is None else target.low
        high = target.value if target.high is None else target.high
        return {
            "target_value": np.nan if target.value is None else target.value,
            "target_from": np.nan if target.value is not None else low,
            "target_to": np.nan if target.value is not None else high,
            "direction": self.score.measure.direction,
        }

    def _targets(
        self, fit: smoothing.LocalLevel, variance: float, per_respondent: float, planned: float
    ) -> list[dict[str, Any]]:
        target = self._target
        if target is None:
            return []
        fixed = self._goal | {"unit": self.score.unit, "n_planned": round(planned)}
        waves = timeline(self.study)
        until = None if target.by is None else waves_until(self.study, waves, target.by)
        if target.by is not None and not until:
            key = self.score.measure.key
            self.notes.append(note("target_beyond", measure=key, by=target.by))
        steps = max(self.horizon, until or 0)
        found = coming.forecast(fit, steps, variance)
        labels = coming_waves(self.study, waves, steps)
        needed = self._needed(target, float(found.estimate[0]), per_respondent)
        rows = []
        for h in range(steps):
            due = until == h + 1
            if h >= self.horizon and not due:
                continue
            rows.append(
                {
                    "wave": labels[h],
                    "waves_ahead": h + 1,
                    "due": due,
                    **fixed,
                    "estimate": float(self.waves.shown(found.estimate[h])),
                    "p_level": self._probability(target, found, h, "level"),
                    "p_observed": self._probability(target, found, h, "observed"),
                    "n_needed": needed,
                    "reason": None if np.isfinite(needed) else "not_beyond_target",
                }
            )
        return rows

    def _probability(self, target: Target, found: coming.Forecast, step: int, of: Any) -> float:
        def above(value: float) -> float:
            if self.waves.on_logit and not 0 < value < 1:
                return float(value <= 0)
            return float(found.probability(self.waves.modelled(value), of=of)[step])

        if target.value is not None:
            reached = above(target.value)
            return reached if self.score.measure.direction == "up" else 1 - reached
        low = 1.0 if target.low is None else above(target.low)
        high = 0.0 if target.high is None else above(target.high)
        return low - high

    def _needed(self, target: Target, expected: float, per_respondent: float) -> float:
        """Return respondents whose interval would lie beyond the target with 80 % power."""
        if target.value is None or (self.waves.on_logit and not 0 < target.value < 1):
            return np.nan
        distance = expected - self.waves.modelled(target.value)
        if self.score.measure.direction == "down":
            distance = -distance
        if distance <= 0:
            return np.nan
        z = quantile(self.conf_level) + float(stats.norm.ppf(POWER))
        return float(np.ceil(z**2 * per_respondent / distance**2))


def _usual_change(y: np.ndarray) -> float:
    known = y[np.isfinite(y)]
    return float(np.abs(np.diff(known)).mean())
