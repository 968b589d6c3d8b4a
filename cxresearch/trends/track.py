"""The level behind the waves: what is left of a movement when sampling error is taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import homogeneity, local_trend, smoothing
from cxresearch.stats.intervals import quantile
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.bridges import NOT_COMPARABLE
from cxresearch.trends.level_model import level_model
from cxresearch.trends.series import WaveSeries, series
from cxresearch.trends.waves import WaveFigure, every, measures

WAVES_FOR_LEVEL = 6
WAVES_FOR_VARIANCE = 10
UNEQUAL_PRECISION = 10.0
SURPRISING = 3.0
ERRORS_FOR_LAG = 8

COLUMNS = [
    "measure",
    "wave",
    "observed",
    "std_error",
    "conf_low",
    "conf_high",
    "level",
    "level_se",
    "level_low",
    "level_high",
    "filtered",
    "filtered_low",
    "filtered_high",
    "season_effect",
    "standardised_error",
    "unit",
    "n",
    "n_eff",
    "reason",
]
FIT_COLUMNS = [
    "measure",
    "n_waves",
    "log_likelihood",
    "signal_variance",
    "signal_variance_low",
    "signal_variance_high",
    "method",
    "model",
    "scale",
    "level_slope",
    "level_slope_se",
    "slope_variance",
    "aicc_level",
    "aicc_trend",
    "mean",
    "mean_se",
    "statistic",
    "df",
    "p_value",
    "slope",
    "slope_se",
    "slope_p_value",
    "residual_statistic",
    "residual_df",
    "residual_p_value",
    "lag1_autocorrelation",
    "reason",
]
STEP_COLUMNS = [
    "measure",
    "wave",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "scale",
    "unit",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track(Result):
    """Observed headline figures and the level behind them; one row per measure and wave.

    Attributes
    ----------
    fit : DataFrame
        Per measure: log-likelihood, variance of true movement, test of "all movement is
        sampling error", straight line.
    steps : DataFrame
        Per declared step: by how much the level jumped at the change of the question, on the
        scale of the model.
    """

    fit: pd.DataFrame
    steps: pd.DataFrame


@by_run
def track(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    conf_level: float | None = None,
) -> Track:
    """Tell where a figure really stands over the waves, and whether it moved at all.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        Measures to follow; by default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Groups to be followed each on its own.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Track
        ``observed`` with its own interval; ``level`` with its band, in the measure's unit
        (shares 0 to 1, NPS in points, means in scale points): a local level y_t = mu_t + e_t,
        mu_t = mu_{t-1} + eta_t, with the sampling variances of e_t known from the survey design,
        averaged over the likelihood of the signal variance below 20 waves; with
        ``analysis.trends.model: trend`` (or ``auto``, where it is better) the level has a slope,
        with ``season`` a repeating pattern, which ``season_effect`` holds and ``level`` leaves
        out; ``fit.model`` names what was fitted, ``fit.reason`` why less than declared.
        ``filtered``: what was known at the time. With fewer than six waves ``level`` is missing
        and ``reason`` says so. ``fit.p_value`` tests that all movement is sampling error.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    Shares outside .1 to .9 are followed on the logit scale and shown as shares. Waves that are
    declared but hold no answers are gaps. A bridge of kind step (``analysis.trends.bridges``)
    gets a coefficient of its own, and the level is that of the latest questionnaire; waves before
    a change that nothing bridges have no level. Reference: Durbin & Koopman (2012), Time Series
    Analysis by State Space Methods.
    """
    study = study.reduced(measures(study, measure), by, waves=True)
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    fits: list[dict[str, Any]] = []
    steps: list[dict[str, Any]] = []
    for cell, score, found in every(study, measure, by, level, bases, notes):
        one = _Series(study, score, cell, found, level, notes, steps)
        tracked, fit = one.track()
        rows += tracked
        fits.append({**cell.keys, **fit})
    names = study.by_names(by)
    return Track(
        table=pd.DataFrame(rows, columns=[*names, *COLUMNS]),
        fit=pd.DataFrame(fits, columns=[*names, *FIT_COLUMNS]),
        steps=pd.DataFrame(steps, columns=[*names, *STEP_COLUMNS]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="local_level",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Series:
    """One measure in one group, over the waves."""

    study: Study
    score: Scored
    cell: Cell
    found: list[WaveFigure]
    conf_level: float
    notes: list[Note]
    steps: list[dict[str, Any]]

    def track(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the rows of the waves and the row of the fit."""
        waves = series(self.study, self.score, self.found)
        self.notes.extend(waves.door.notes(self.score.measure.key))
        n_waves = int(waves.known.sum())
        fit: dict[str, Any] = {"measure": self.score.measure.key, "n_waves": n_waves}
        fit |= self._homogeneity(waves)
        if n_waves < WAVES_FOR_LEVEL:
            self.notes.append(
                note("too_few_waves", n=n_waves, needed=WAVES_FOR_LEVEL, what="level")
            )
            reason = "too_few_waves"
            return [self._row(one, {}, reason) for one in self.found], fit | {"reason": reason}
        levels, facts = self._levels(waves)
        rows = []
        for i, one in enumerate(self.found):
            if waves.unbridged[i]:
                rows.append(self._row(one, {}, NOT_COMPARABLE))
            else:
                now = {name: float(values[i]) for name, values in levels.items()}
                rows.append(self._row(one, now, None))
        return rows, fit | facts

    def _homogeneity(self, waves: WaveSeries) -> dict[str, Any]:
        """Test the waves that may be compared with the last one as they are."""
        known = np.isfinite(waves.observed) & waves.latest
        if known.sum() < 2:
            return {}
        y, v = waves.observed[known], waves.sampling[known]
        test = homogeneity.homogeneity(y, v)
        if test.p_value > 1 - self.conf_level:
            self.notes.append(note("consistent_with_sampling", p_value=test.p_value))
        found = {
            "mean": test.estimate,
            "mean_se": test.std_error,
            "statistic": test.statistic,
            "df": test.df,
            "p_value": test.p_value,
        }
        if known.sum() < 3:
            return found
        line = homogeneity.weighted_line(y, v, times=_at(waves.when, known))
        return found | {
            "slope": line.slope,
            "slope_se": line.slope_se,
            "slope_p_value": line.slope_p_value,
            "residual_statistic": line.statistic,
            "residual_df": line.df,
            "residual_p_value": line.p_value,
        }

    def _levels(self, waves: WaveSeries) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        known = waves.known
        v = waves.sampling[known] + waves.extra
        if v.max() / v.min() > UNEQUAL_PRECISION:
            self.notes.append(note("unequal_precision", ratio=float(v.max() / v.min())))
        model = level_model(self.study, waves, self.score.measure.key, self.notes)
        fit = model.fit(waves.y, waves.variances, conf_level=self.conf_level, **waves.arguments())
        if known.sum() < WAVES_FOR_VARIANCE:
            self.notes.append(note("level_variance_poor", n=int(known.sum())))
        if fit.signal_variance == 0 and not model.trend:
            self.notes.append(note("no_true_movement"))
        self._note_errors(fit, waves)
        self._add_steps(fit, waves)
        reach = quantile(self.conf_level) * fit.filtered_se
        levels = {
            "level": waves.shown(fit.level),
            "level_low": waves.shown(fit.level_low),
            "level_high": waves.shown(fit.level_high),
            "filtered": waves.shown(fit.filtered),
            "filtered_low": waves.shown(fit.filtered - reach),
            "filtered_high": waves.shown(fit.filtered + reach),
            "standardised_error": fit.standardised_errors,
        }
        slope = levels["level"] * (1 - levels["level"]) if waves.on_logit else 1.0
        levels["level_se"] = fit.level_se * slope
        facts: dict[str, Any] = {"model": model.code, "reason": model.reason}
        if isinstance(fit, local_trend.LocalTrend):
            if model.season > 1:
                place = np.arange(len(waves.y)) % model.season
                levels["season_effect"] = fit.season_effects[place] * slope
            facts |= {
                "level_slope": float(fit.slope[-1]),
                "level_slope_se": float(fit.slope_se[-1]),
                "slope_variance": fit.slope_variance,
            }
        return levels, facts | {
            "aicc_level": model.aicc_level,
            "aicc_trend": model.aicc_trend,
            "log_likelihood": fit.log_likelihood,
            "signal_variance": fit.signal_variance,
            "signal_variance_low": fit.signal_variance_low,
            "signal_variance_high": fit.signal_variance_high,
            "method": fit.method,
            "scale": waves.scale,
            "lag1_autocorrelation": fit.lag1_autocorrelation,
        }

    def _note_errors(self, fit: smoothing.LocalLevel, waves: WaveSeries) -> None:
        """Warn of waves that the model did not expect at all, and of errors that hang together."""
        key, errors = self.score.measure.key, fit.standardised_errors
        for place in np.flatnonzero(np.abs(np.nan_to_num(errors)) > SURPRISING):
            self.notes.append(
                note("wave_surprising", wave=waves.waves[place], measure=key, z=errors[place])
            )
        count = int(np.isfinite(errors).sum())
        beyond = abs(fit.lag1_autocorrelation) * np.sqrt(count) > quantile(self.conf_level)
        if waves.known.sum() >= ERRORS_FOR_LAG and beyond:
            self.notes.append(note("errors_correlated", measure=key, r=fit.lag1_autocorrelation))

    def _add_steps(self, fit: smoothing.LocalLevel, waves: WaveSeries) -> None:
        z = quantile(self.conf_level)
        for wave, before, error in zip(
            waves.step_waves, fit.step_effects, fit.step_se, strict=True
        ):
            self.steps.append(
                {
                    **self.cell.keys,
                    "measure": self.score.measure.key,
                    "wave": wave,
                    "estimate": -float(before),
                    "std_error": float(error),
                    "conf_low": -float(before) - z * float(error),
                    "conf_high": -float(before) + z * float(error),
                    "scale": waves.scale,
                    "unit": "" if waves.on_logit else self.score.unit,
                }
            )

    def _row(self, one: WaveFigure, levels: dict[str, float], reason: str | None) -> dict[str, Any]:
        found = one.interval
        return {
            **self.cell.keys,
            "measure": self.score.measure.key,
            "wave": one.wave,
            "observed": one.estimate,
            "std_error": float(np.sqrt(one.variance)),
            "conf_low": found.conf_low if found else np.nan,
            "conf_high": found.conf_high if found else np.nan,
            **levels,
            "unit": self.score.unit,
            "n": one.n,
            "n_eff": found.n_eff if found else np.nan,
            "reason": one.reason or reason,
        }


def _at(when: np.ndarray | None, known: np.ndarray) -> np.ndarray | None:
    return np.flatnonzero(known).astype(float) if when is None else when[known]
