"""Declared alerts: whether a measure lies beyond its value with enough probability."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """How a declared alert stands.

    Attributes
    ----------
    measure, wave : str
        What was looked at; the wave is empty where there are none.
    below, above : float or None
        The value, one of the two.
    estimate : float or None
        The measure's headline; None where it is withheld.
    probability : float or None
        How probable it is that the true value lies beyond.
    fired : bool
        Whether somebody should look.
    """

    measure: str
    wave: str
    below: float | None
    above: float | None
    estimate: float | None = None
    probability: float | None = None
    fired: bool = True

    def __str__(self) -> str:
        side = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        where = f" in wave {self.wave}" if self.wave else ""
        if self.estimate is None:
            return f"alert {self.measure} {side}{where}: fired (the figure is withheld)"
        word = "fired" if self.fired else "quiet"
        numbers = f"estimate {self.estimate:.4g}, probability {self.probability:.3f}"
        return f"alert {self.measure} {side}{where}: {word} ({numbers})"


def judge(study: Study) -> tuple[Alert, ...]:
    """Return every alert of the params file with how it stands.

    The probability that the true value lies beyond the declared one is taken from a normal
    distribution around the headline of the measure with its design-based standard error: in
    share or points as `cxresearch.kpis.measure` gives them. A figure that is withheld or not
    there counts as fired: whoever relies on the alert must hear that it cannot watch.
    """
    if not study.params.alerts:
        return ()
    from cxresearch import kpis  # brings pandas: only where an alert is declared

    standing = []
    for declared in study.params.alerts:
        wave = declared.wave or (study.waves[-1] if study.waves else "")
        part = study.wave(wave) if wave in study.waves else study
        table = kpis.measure(part).table
        rows = table[(table["measure"] == declared.measure) & (not wave or wave in study.waves)]
        alert = Alert(
            measure=declared.measure,
            wave=str(wave),
            below=declared.below,
            above=declared.above,
        )
        if len(rows) and math.isfinite(rows["estimate"].iloc[0]):
            headline = rows.iloc[0]
            estimate, error = float(headline["estimate"]), float(headline["std_error"])
            found = _probability(estimate, error, declared.below, declared.above)
            alert = replace(
                alert,
                estimate=estimate,
                probability=found,
                fired=found >= declared.probability,
            )
        standing.append(alert)
    return tuple(standing)


def _probability(estimate: float, error: float, below: float | None, above: float | None) -> float:
    """Return how probable it is that the true value lies below (or above) the one declared."""
    value = below if below is not None else above
    assert value is not None
    if error > 0:
        lower = NormalDist(estimate, error).cdf(value)
    else:
        lower = float(estimate < value)
        if estimate == value:
            return 0.0
    return lower if below is not None else 1 - lower
