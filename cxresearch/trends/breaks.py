"""Whether and when a figure moved to a new level, in waves and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import changepoints
from cxresearch.stats.intervals import quantile
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.series import WaveSeries, series
from cxresearch.trends.waves import WaveFigure, every

WAVES_FOR_BREAKS = 8

COLUMNS = [
    "measure",
    "wave",
    "wave_first",
    "wave_last",
    "date_set",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "verdict",
    "unit",
    "direction",
    "n_waves",
    "reason",
]
FIT_COLUMNS = [
    "measure",
    "n_waves",
    "verdict",
    "n_breaks",
    "break_penalty",
    "bic_steps",
    "bic_local_level",
    "p_walk",
    "scale",
    "reason",
]
WAVE_COLUMNS = [
    "measure",
    "wave",
    "observed",
    "std_error",
    "conf_low",
    "conf_high",
    "level",
    "p_date",
    "unit",
    "n",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Breaks(Result):
    """Changes of level; one row per measure and change, one without a change for the others.

    Attributes
    ----------
    waves : DataFrame
        Per wave: the observed figure, the level of the best segmentation, and the probability
        that a change of level began there.
    fit : DataFrame
        Per measure: penalty, information criteria, and how often a walking level would look as
        much like steps.
    """

    waves: pd.DataFrame
    fit: pd.DataFrame


def breaks(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    conf_level: float | None = None,
) -> Breaks:
    """Tell whether customers' answers moved to a new level, from which wave on, and how far.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Groups, each on its own.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Breaks
        ``wave``: the first wave of the new level; ``date_set``: the smallest set of waves that
        holds it with probability `conf_level`, from ``wave_first`` to ``wave_last``; ``estimate``:
        new level minus old, in the measure's unit, its interval taking the date for known.
        ``verdict``: break; step_or_drift (more than chance, but a slow drift does as well);
        no_break. Below eight comparable waves the verdict is missing and ``reason`` says so.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    Weighted within-segment squares plus a penalty per break that 5 % of series without a change
    pass, found by simulation (seeded by the study) for these very sampling variances. Waves before
    a declared step or an unbridged change are not searched, since their level is another for a
    known reason. References: Killick, Fearnhead & Eckley (2012),
    doi:10.1080/01621459.2012.737745; Bai & Perron (2003), doi:10.1002/jae.659.
    """
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    fits: list[dict[str, Any]] = []
    shown: list[dict[str, Any]] = []
    for cell, score, found in every(study, measure, by, level, bases, notes):
        told, waves, fit = _Search(study, score, cell, found, level, notes).search()
        head = {**cell.keys, "measure": score.measure.key}
        rows += [head | row for row in told]
        shown += [head | row for row in waves]
        fits.append(head | fit)
    names = study.by_names(by)
    return Breaks(
        table=pd.DataFrame(rows, columns=[*names, *COLUMNS]),
        waves=pd.DataFrame(shown, columns=[*names, *WAVE_COLUMNS]),
        fit=pd.DataFrame(fits, columns=[*names, *FIT_COLUMNS]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="penalised_segments",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """The search for changes of level of one measure in one group."""

    study: Study
    score: Scored
    cell: Cell
    found: list[WaveFigure]
    conf_level: float
    notes: list[Note]

    def search(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[str, Any]]:
        """Return the rows of the changes, of the waves, and of the fit."""
        waves = series(self.study, self.score, self.found)
        key = self.score.measure.key
        self.notes.extend(waves.door.notes(key))
        y = np.where(waves.latest, waves.y, np.nan)
        n_waves = int(np.isfinite(y).sum())
        fixed = {"unit": self.score.unit, "direction": self.score.measure.direction}
        if n_waves < WAVES_FOR_BREAKS:
            few = {"n_waves": n_waves, "reason": "too_few_waves"}
            self.notes.append(
                note("too_few_waves", n=n_waves, needed=WAVES_FOR_BREAKS, what="breaks")
            )
            return [fixed | few], self._waves(waves, None), few
        name = ":".join(["trends.breaks", key, *self.cell.keys.values()])
        result = changepoints.find(
            y,
            waves.variances,
            seed=self.study.rng(name),
            times=waves.when,
            conf_level=self.conf_level,
        )
        row = fixed | {"n_waves": n_waves, "verdict": result.verdict, "reason": None}
        best = result.segmentations[len(result.breaks)]
        told = [row | self._break(waves, best, k, one) for k, one in enumerate(result.breaks)]
        fit = {
            "n_waves": n_waves,
            "verdict": result.verdict,
            "n_breaks": len(result.breaks),
            "break_penalty": result.penalty,
            "bic_steps": result.bic_steps,
            "bic_local_level": result.bic_local_level,
            "p_walk": result.p_walk,
            "scale": waves.scale,
            "reason": None,
        }
        return told or [row], self._waves(waves, result), fit

    def _break(
        self, waves: WaveSeries, best: changepoints.Segmentation, k: int, one: changepoints.Break
    ) -> dict[str, Any]:
        dates = [waves.waves[place] for place in one.date_set]
        found = {
            "wave": waves.waves[one.start],
            "wave_first": dates[0],
            "wave_last": dates[-1],
            "date_set": ", ".join(dates),
        }
        levels = waves.shown(best.means[k : k + 2])
        slopes = levels * (1 - levels) if waves.on_logit else np.ones(2)
        error = float(np.hypot(*(slopes * best.std_errors[k : k + 2])))
        change = float(levels[1] - levels[0])
        reach = quantile(self.conf_level) * error
        return found | {
            "estimate": change,
            "std_error": error,
            "conf_low": change - reach,
            "conf_high": change + reach,
        }

    def _waves(
        self, waves: WaveSeries, result: changepoints.ChangePoints | None
    ) -> list[dict[str, Any]]:
        levels = np.full(len(waves.waves), np.nan)
        dates = np.full(len(waves.waves), np.nan)
        if result is not None:
            starts = [one.start for one in result.breaks]
            segment = np.searchsorted(starts, np.arange(len(levels)), side="right")
            means = waves.shown(result.segmentations[len(starts)].means)
            levels = np.where(waves.latest, means[segment], np.nan)
            if starts:
                dates = np.sum([one.date_weights for one in result.breaks], axis=0)
        return [
            {
                "wave": one.wave,
                "observed": one.estimate,
                "std_error": float(np.sqrt(one.variance)),
                "conf_low": one.interval.conf_low if one.interval else np.nan,
                "conf_high": one.interval.conf_high if one.interval else np.nan,
                "level": levels[place],
                "p_date": dates[place],
                "unit": self.score.unit,
                "n": one.n,
                "reason": one.reason,
            }
            for place, one in enumerate(self.found)
        ]
