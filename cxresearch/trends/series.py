"""The waves of one measure as a series to be modelled: on which scale, when, with which steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import expit, logit

from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.trends.bridges import Gate, gate
from cxresearch.trends.waves import WaveFigure, times

LINEAR_SHARES = (0.1, 0.9)
Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WaveSeries:
    """Headline figures over the waves, ready for a model.

    Attributes
    ----------
    waves : tuple of str
    observed, sampling : array (waves,)
        Figures and their sampling variances, in the measure's unit.
    y, variances : array (waves,)
        What the model is given: on the logit scale where `on_logit`, NaN where the wave is
        missing or lies before a change that nothing bridges; with the declared extra variance.
    when : array (waves,) or None
        Times in units of the usual gap; None where evenly spaced.
    steps : array (waves, k) or None
        1 before each declared step, so that the level is that of the latest questionnaire.
    step_waves : tuple of str
        The waves at which the k steps begin.
    unbridged : array of bool
        Waves before the last change that nothing bridges.
    latest : array of bool
        Waves that may be compared with the last one as they are.
    """

    waves: tuple[str, ...]
    observed: Array
    sampling: Array
    n: Array
    extra: float
    y: Array
    variances: Array
    when: Array | None
    on_logit: bool
    steps: Array | None
    step_waves: tuple[str, ...]
    unbridged: Array
    latest: Array
    door: Gate

    @property
    def known(self) -> Array:
        """Waves that the model is given."""
        return np.asarray(np.isfinite(self.y))

    @property
    def scale(self) -> str:
        """Code of the scale of the model: linear or logit."""
        return "logit" if self.on_logit else "linear"

    def shown(self, values: Any) -> Any:
        """Return figures of the model's scale in the measure's unit."""
        return expit(values) if self.on_logit else np.asarray(values)

    def modelled(self, value: float) -> float:
        """Return a figure in the measure's unit on the model's scale."""
        return float(logit(value)) if self.on_logit else float(value)

    def arguments(self, kept: Array | None = None) -> dict[str, Any]:
        """Return times, and steps if there are any, for a model of (some of) the waves."""
        rows = slice(None) if kept is None else kept
        found: dict[str, Any] = {"times": None if self.when is None else self.when[rows]}
        if self.steps is not None:
            found["steps"] = self.steps[rows]
        return found

    def per_respondent(self, recent: int) -> tuple[float, float]:
        """Return sampling variance per respondent and respondents, of the last known waves.

        The variance is on the model's scale, the survey's design effect within it; both are
        means over the last `recent` waves.
        """
        held = np.flatnonzero(self.known)[-recent:]
        own = self._sampling_of(held)
        return float((own * self.n[held]).mean()), float(self.n[held].mean())

    def _sampling_of(self, held: Array) -> Array:
        if not self.on_logit:
            return np.asarray(self.sampling[held])
        p = expit(self.y[held])
        return np.asarray(self.sampling[held] / (p * (1 - p)) ** 2)


def series(study: Study, score: Scored, found: list[WaveFigure]) -> WaveSeries:
    """Return the figures of the waves as a series for models."""
    waves = tuple(one.wave for one in found)
    observed = np.array([one.estimate for one in found])
    sampling = np.array([one.variance for one in found])
    n = np.array([one.n for one in found], dtype=float)
    door = gate(study, score, waves)
    unbridged = door.unbridged(waves)
    extra = study.params.analysis.trends.extra_variance.get(score.measure.key, 0.0)
    y = np.where(unbridged, np.nan, observed)
    variances = sampling + extra
    known = np.isfinite(y)
    on_logit = score.unit == "share" and not _linear(y[known])
    if on_logit:
        p = np.clip(y, 0.5 / (n + 1), (n + 0.5) / (n + 1))
        y, variances = logit(p), variances / (p * (1 - p)) ** 2
    steps, step_waves = _steps(door, waves, known)
    return WaveSeries(
        waves=waves,
        observed=observed,
        sampling=sampling,
        n=n,
        extra=extra,
        y=y,
        variances=variances,
        when=times(study, waves),
        on_logit=on_logit,
        steps=steps,
        step_waves=step_waves,
        unbridged=unbridged,
        latest=door.last_span(waves),
        door=door,
    )


def _steps(
    door: Gate, waves: tuple[str, ...], known: Array
) -> tuple[Array | None, tuple[str, ...]]:
    columns = door.before_steps(waves)
    if not columns.shape[1] or not known.any():
        return None, ()
    told = [len(np.unique(column)) > 1 for column in columns[known].T]
    if not any(told):
        return None, ()
    kept = columns[:, told]
    return kept, tuple(wave for wave, is_told in zip(door.steps, told, strict=True) if is_told)


def _linear(shares: Array) -> bool:
    return bool((shares >= LINEAR_SHARES[0]).all() and (shares <= LINEAR_SHARES[1]).all())
