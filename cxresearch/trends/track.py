"""The level behind the waves: what is left of a movement when sampling error is taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from cxresearch.bases import Bases
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import homogeneity, smoothing
from cxresearch.stats.intervals import quantile
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.waves import WaveFigure, figures, measures, times

WAVES_FOR_LEVEL = 6
WAVES_FOR_VARIANCE = 10
WAVES_AVERAGED = 20
UNEQUAL_PRECISION = 10.0
LINEAR_SHARES = (0.1, 0.9)

COLUMNS = (
    "measure wave observed std_error conf_low conf_high level level_se level_low level_high "
    "filtered filtered_low filtered_high unit n n_eff reason"
).split()
FIT_COLUMNS = (
    "measure n_waves log_likelihood signal_variance signal_variance_low signal_variance_high "
    "method scale mean mean_se statistic df p_value slope slope_se slope_p_value "
    "residual_statistic residual_df residual_p_value reason"
).split()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Track(Result):
    """Observed headline figures and the level behind them; one row per measure and wave.

    Attributes
    ----------
    fit : DataFrame
        Per measure: log-likelihood, variance of true movement, test of "all movement is
        sampling error", straight line.
    """

    fit: pd.DataFrame


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
        averaged over the likelihood of the signal variance below 20 waves; ``filtered``: what
        was known at the time. With fewer than six waves ``level`` is missing and ``reason``
        says so. ``fit.p_value`` tests that all movement is sampling error.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    Shares outside .1 to .9 are followed on the logit scale and shown as shares. Waves that are
    declared but hold no answers are gaps. Reference: Durbin & Koopman (2012), Time Series
    Analysis by State Space Methods.
    """
    level = study.conf_level if conf_level is None else conf_level
    keys = measures(study, measure)
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    fits: list[dict[str, Any]] = []
    for cell in study.cells(by):
        for key in keys:
            score = study.measure(key)
            found = figures(study, score, cell, level, bases, notes)
            one = _Series(study, score, cell, found, level, notes)
            tracked, fit = one.track()
            rows += tracked
            fits.append({**cell.keys, **fit})
    names = study.by_names(by)
    return Track(
        table=pd.DataFrame(rows, columns=[*names, *COLUMNS]),
        fit=pd.DataFrame(fits, columns=[*names, *FIT_COLUMNS]),
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

    def track(self) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """Return the rows of the waves and the row of the fit."""
        y = np.array([one.estimate for one in self.found])
        v = np.array([one.variance for one in self.found])
        n_waves = int(np.isfinite(y).sum())
        fit: dict[str, Any] = {"measure": self.score.measure.key, "n_waves": n_waves}
        when = times(self.study, [one.wave for one in self.found])
        if n_waves >= 2:
            fit |= self._homogeneity(y, v, when)
        if n_waves < WAVES_FOR_LEVEL:
            self.notes.append(
                note("too_few_waves", n=n_waves, needed=WAVES_FOR_LEVEL, what="level")
            )
            reason = "too_few_waves"
            return [self._row(one, {}, reason) for one in self.found], fit | {"reason": reason}
        levels, facts = self._levels(y, v, when)
        rows = [
            self._row(one, {name: float(values[i]) for name, values in levels.items()}, None)
            for i, one in enumerate(self.found)
        ]
        return rows, fit | facts

    def _homogeneity(self, y: np.ndarray, v: np.ndarray, when: np.ndarray | None) -> dict[str, Any]:
        known = np.isfinite(y)
        test = homogeneity.homogeneity(y[known], v[known])
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
        line = homogeneity.weighted_line(y[known], v[known], times=_at(when, known))
        return found | {
            "slope": line.slope,
            "slope_se": line.slope_se,
            "slope_p_value": line.slope_p_value,
            "residual_statistic": line.statistic,
            "residual_df": line.df,
            "residual_p_value": line.p_value,
        }

    def _levels(
        self, y: np.ndarray, v: np.ndarray, when: np.ndarray | None
    ) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
        known = np.isfinite(y)
        extra = self.study.params.analysis.trends.extra_variance.get(self.score.measure.key, 0.0)
        v = v + extra
        if v[known].max() / v[known].min() > UNEQUAL_PRECISION:
            ratio = float(v[known].max() / v[known].min())
            self.notes.append(note("unequal_precision", ratio=ratio))
        on_logit = self.score.unit == "share" and not self._linear(y[known])
        if on_logit:
            n = np.array([one.n for one in self.found], dtype=float)
            p = np.clip(y, 0.5 / (n + 1), (n + 0.5) / (n + 1))
            y, v = logit(p), v / (p * (1 - p)) ** 2
        averaged = known.sum() < WAVES_AVERAGED
        smooth = smoothing.local_level_averaged if averaged else smoothing.local_level
        fit = smooth(y, v, times=when, conf_level=self.conf_level)
        if known.sum() < WAVES_FOR_VARIANCE:
            self.notes.append(note("level_variance_poor", n=int(known.sum())))
        if fit.signal_variance == 0:
            self.notes.append(note("no_true_movement"))
        from_scale = expit if on_logit else np.asarray
        reach = quantile(self.conf_level) * fit.filtered_se
        levels = {
            "level": from_scale(fit.level),
            "level_low": from_scale(fit.level_low),
            "level_high": from_scale(fit.level_high),
            "filtered": from_scale(fit.filtered),
            "filtered_low": from_scale(fit.filtered - reach),
            "filtered_high": from_scale(fit.filtered + reach),
        }
        slope = levels["level"] * (1 - levels["level"]) if on_logit else 1.0
        levels["level_se"] = fit.level_se * slope
        return levels, {
            "log_likelihood": fit.log_likelihood,
            "signal_variance": fit.signal_variance,
            "signal_variance_low": fit.signal_variance_low,
            "signal_variance_high": fit.signal_variance_high,
            "method": fit.method,
            "scale": "logit" if on_logit else "linear",
        }

    @staticmethod
    def _linear(shares: np.ndarray) -> bool:
        return bool((shares >= LINEAR_SHARES[0]).all() and (shares <= LINEAR_SHARES[1]).all())

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
