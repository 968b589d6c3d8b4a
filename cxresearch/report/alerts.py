"""Declared alerts: whether a measure lies beyond its value with enough probability."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxresearch.scorecard.readings import Reading
    from cxresearch.study.params import Alert as Declared
    from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """How a declared alert stands.

    Attributes
    ----------
    measure, wave : str
        What was looked at, in which wave or, of an operational indicator, period; empty where
        there are none.
    below, above : float or None
        The value, one of the two.
    estimate : float or None
        The measure's headline; None where it is withheld.
    probability : float or None
        How probable it is that the true value lies beyond.
    fired : bool
        Whether somebody should look.
    source : str
        ``survey`` or ``operations``.
    """

    measure: str
    wave: str
    below: float | None
    above: float | None
    estimate: float | None = None
    probability: float | None = None
    fired: bool = True
    source: str = "survey"

    def __str__(self) -> str:
        side = f"below {self.below:g}" if self.below is not None else f"above {self.above:g}"
        span = "wave" if self.source == "survey" else "period"
        where = f" in {span} {self.wave}" if self.wave else ""
        if self.estimate is None:
            return f"alert {self.measure} {side}{where}: fired (the figure is withheld)"
        word = "fired" if self.fired else "quiet"
        numbers = f"estimate {self.estimate:.4g}, probability {self.probability:.3f}"
        return f"alert {self.measure} {side}{where}: {word} ({numbers})"


def judge(study: Study) -> tuple[Alert, ...]:
    """Return every alert of the params file with how it stands.

    An alert names a measure of the codebook (its headline in the declared wave, else the last),
    another rating of the codebook (its mean), or an indicator of the operational tables (its
    headline in the last period that was wholly observed). The probability that the true value
    lies beyond the declared one is taken from a normal distribution around the figure with its
    standard error; what was counted in full lies beyond it or not. A figure that is withheld or
    not there counts as fired: whoever relies on the alert must hear that it cannot watch.
    """
    declared = study.params.alerts
    if not declared:
        return ()
    read = _readings(study)
    return tuple(_standing(one, read(one.measure, one.wave)) for one in declared)


def _readings(study: Study) -> Callable[[str, str | None], Reading | None]:
    """Return what finds the figure of an alert; the same figure is read once."""
    from cxresearch import scorecard  # brings pandas: only where an alert is declared

    waves = {one.wave for one in study.params.alerts}
    keys = {wave: [a.measure for a in study.params.alerts if a.wave == wave] for wave in waves}
    found = {wave: scorecard.read(study, keys[wave], wave=wave) for wave in waves}
    return lambda measure, wave: found[wave].get(measure)


def _standing(declared: Declared, reading: Reading | None) -> Alert:
    alert = Alert(
        measure=declared.measure,
        wave=reading.period if reading is not None else declared.wave or "",
        below=declared.below,
        above=declared.above,
        source=reading.source if reading is not None else "survey",
    )
    if reading is None or reading.reason is not None or not math.isfinite(reading.estimate):
        return alert
    if not math.isfinite(reading.std_error):
        return replace(alert, estimate=reading.estimate)
    found = _probability(reading.estimate, reading.std_error, declared.below, declared.above)
    return replace(
        alert,
        estimate=reading.estimate,
        probability=found,
        fired=found >= declared.probability,
    )


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
