"""Which model stands for the level of a measure: level or trend, with or without seasons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxresearch.notes import Note, note
from cxresearch.stats import local_trend, smoothing
from cxresearch.study.study import Study
from cxresearch.trends.series import WaveSeries

WAVES_AVERAGED = 20
Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelModel:
    """What the level is made of, as declared and as the waves allow.

    Attributes
    ----------
    trend : bool
        The level has a slope that may change.
    season : int
        Waves in a cycle; 1 without.
    reason : str or None
        Why less was fitted than declared: too_few_waves (a slope needs ten), too_few_cycles.
    aicc_level, aicc_trend : float
        What ``model: auto`` weighed; NaN where nothing was.
    """

    trend: bool = False
    season: int = 1
    reason: str | None = None
    aicc_level: float = np.nan
    aicc_trend: float = np.nan

    @property
    def code(self) -> str:
        """Name of the model: local_level, local_trend, each with _season."""
        return ("local_trend" if self.trend else "local_level") + "_season" * (self.season > 1)

    @property
    def fewest(self) -> int:
        """Return the waves below which it is not fitted."""
        waves = local_trend.WAVES_FOR_TREND if self.trend else 0
        cycles = local_trend.FULL_CYCLES * self.season if self.season > 1 else 0
        return max(waves, cycles, self.season + 4 if self.trend else 0)

    def fit(
        self,
        y: Array,
        variances: Array,
        *,
        conf_level: float,
        times: Array | None = None,
        steps: Array | None = None,
        first: int = 0,
    ) -> smoothing.LocalLevel:
        """Fit the model to waves, the first of which has this place on the timeline.

        Below twenty observed waves level and interval are averaged over the likelihood of the
        variances.
        """
        averaged = bool(np.isfinite(y).sum() < WAVES_AVERAGED)
        places = first + np.arange(len(y))
        seen_twice = local_trend.full_cycles(places % self.season, np.isfinite(y), self.season)
        season = self.season if seen_twice else 1  # too few yet at an origin of the backtest
        if self.trend or season > 1:
            return local_trend.local_trend(
                y,
                variances,
                trend=self.trend,
                season=season,
                places=places,
                steps=steps,
                times=times,
                averaged=averaged,
                conf_level=conf_level,
            )
        smooth = smoothing.local_level_averaged if averaged else smoothing.local_level
        if steps is None:
            return smooth(y, variances, times=times, conf_level=conf_level)
        return smooth(y, variances, times=times, steps=steps, conf_level=conf_level)


def level_model(study: Study, waves: WaveSeries, key: str, notes: list[Note]) -> LevelModel:
    """Return the model that the params declare, as far as the waves allow it.

    ``analysis.trends.season`` is refused below two full cycles and eight waves, ``model: trend``
    below ten; ``auto`` takes the slope where its AICc is better by two.
    """
    told = study.params.analysis.trends
    season, reason = 1, None
    if told.season is not None:
        cycle = np.arange(len(waves.y)) % told.season
        unknowns = told.season + len(waves.step_waves) + 2
        twice = local_trend.full_cycles(cycle, waves.known, told.season)
        if twice and waves.known.sum() > unknowns:
            season = told.season
        else:
            reason = "too_few_cycles"
            notes.append(note("too_few_cycles", measure=key, n=int(waves.known.sum())))
    if told.model == "level":
        return LevelModel(season=season, reason=reason)
    unknowns = 2 + (season - 1) + len(waves.step_waves)
    needed = max(local_trend.WAVES_FOR_TREND, unknowns + 4)
    if waves.known.sum() < needed:
        if told.model == "trend":
            reason = reason or "too_few_waves"
        n = int(waves.known.sum())
        notes.append(note("too_few_waves", n=n, needed=needed, what="slope"))
        return LevelModel(season=season, reason=reason)
    if told.model == "trend":
        return LevelModel(trend=True, season=season, reason=reason)
    level, trend = local_trend.trend_aicc(
        waves.y, waves.variances, season=season, **waves.arguments()
    )
    better = trend + local_trend.AICC_BETTER <= level
    return LevelModel(
        trend=better, season=season, reason=reason, aicc_level=level, aicc_trend=trend
    )
