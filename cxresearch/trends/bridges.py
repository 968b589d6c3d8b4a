"""What was changed in a question between waves, and how waves before and after may be compared.

The codebook knows one wording and one scale per measure; what it cannot know stands in
``analysis.trends.bridges``. What is seen without being declared is that a measure of several
columns was asked with other columns than before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from cxresearch.notes import Note, note
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study

if TYPE_CHECKING:
    from cxresearch.study.params.analysis import Bridge
    from cxresearch.trends.waves import WaveFigure

Change = Literal["identical", "linear", "step", "no_map", "parts_differ"]
NOT_COMPARABLE = "not_comparable"
_STARTS_ANEW = ("step", "no_map", "parts_differ")
_MEANS = ("points", "index")


@dataclass(frozen=True, slots=True)
class Gate:
    """Which waves of one measure may be compared.

    Attributes
    ----------
    waves : tuple of str
        Waves in which the measure was asked, in order.
    changes : mapping
        First wave with a changed question → what is known of the change: identical, linear or
        step as declared; no_map (a linear map of answers says nothing of a share or an NPS);
        parts_differ (other columns than before, and no bridge declared).
    parts : mapping
        Wave → columns of the measure that were asked.
    """

    waves: tuple[str, ...]
    changes: Mapping[str, Change]
    parts: Mapping[str, tuple[str, ...]]

    @property
    def spans(self) -> dict[str, int]:
        """Wave → number of the span of waves that may be compared with each other as they are."""
        span, found = 1, {}
        for wave in self.waves:
            span += self.changes.get(wave) in _STARTS_ANEW
            found[wave] = span
        return found

    def comparable(self, first: str, second: str) -> bool:
        """Tell whether two waves may be compared as they are."""
        return self.spans[first] == self.spans[second]

    @property
    def steps(self) -> tuple[str, ...]:
        """Waves at which a level of its own begins, as declared."""
        return tuple(wave for wave, kind in self.changes.items() if kind == "step")

    def unbridged(self, waves: Sequence[str]) -> np.ndarray:
        """Return which of these waves lie before the last change that no bridge spans."""
        hard = [wave for wave in self.waves if self.changes.get(wave) in _STARTS_ANEW[1:]]
        if not hard:
            return np.zeros(len(waves), dtype=bool)
        last = list(waves).index(hard[-1])
        return np.arange(len(waves)) < last

    def before_steps(self, waves: Sequence[str]) -> np.ndarray:
        """Return, waves x steps, 1 before each declared step and 0 from then on.

        So coded, the level is that of the latest questionnaire.
        """
        order = np.arange(len(waves))
        columns = [order < list(waves).index(step) for step in self.steps]
        return np.array(columns, dtype=float).reshape(len(columns), len(waves)).T

    def last_span(self, waves: Sequence[str]) -> np.ndarray:
        """Return which of these waves may be compared with the last one as they are."""
        starts = [wave for wave in self.waves if self.changes.get(wave) in _STARTS_ANEW]
        first = list(waves).index(starts[-1]) if starts else 0
        return np.arange(len(waves)) >= first

    def notes(self, key: str) -> list[Note]:
        """Return what must be said of the changes."""
        codes = {"identical": "bridge_identical", "linear": "bridge_linear", "step": "bridge_step"}
        codes |= {"no_map": "bridge_no_map", "parts_differ": "parts_differ"}
        return [note(codes[kind], wave=wave, measure=key) for wave, kind in self.changes.items()]


def gate(study: Study, score: Scored, waves: Sequence[str]) -> Gate:
    """Return which of these waves of a measure may be compared."""
    assert study.wave_column is not None
    labels = study.full[study.wave_column]
    columns = list(score.measure.columns)
    answered = study.ratings[columns].notna().to_numpy() & study.mask[:, None]
    scored = np.isfinite(score.values) & study.mask
    parts: dict[str, tuple[str, ...]] = {}
    for wave in waves:
        rows = (labels == wave).to_numpy()
        if (scored & rows).any():
            asked = (answered & rows[:, None]).any(axis=0)
            parts[wave] = tuple(
                name for name, is_asked in zip(columns, asked, strict=True) if is_asked
            )
    declared = _declared(study, score.measure.key, waves, tuple(parts))
    changes: dict[str, Change] = {}
    for before, wave in zip(list(parts), list(parts)[1:], strict=False):
        bridge = declared.get(wave)
        if bridge is not None:
            usable = bridge.kind != "linear" or score.unit in _MEANS
            changes[wave] = bridge.kind if usable else "no_map"
        elif parts[before] != parts[wave]:
            changes[wave] = "parts_differ"
    return Gate(tuple(parts), changes, parts)


def mapped(study: Study, score: Scored, found: list[WaveFigure]) -> list[WaveFigure]:
    """Return the figures with waves before a linear bridge in terms of the new question."""
    waves = [one.wave for one in found]
    asked = tuple(one.wave for one in found if one.n > 0)
    declared = _declared(study, score.measure.key, waves, asked)
    result = list(found)
    for wave, bridge in declared.items():
        if bridge.kind != "linear" or score.unit not in _MEANS:
            continue
        for place in range(waves.index(wave)):
            result[place] = _through(bridge, result[place])
    return result


def _through(bridge: Bridge, one: WaveFigure) -> WaveFigure:
    if one.interval is None:
        return one
    a, b, old = bridge.intercept, bridge.slope, one.interval
    ends = sorted([a + b * old.conf_low, a + b * old.conf_high])
    new = replace(
        old,
        estimate=a + b * old.estimate,
        std_error=abs(b) * old.std_error,
        conf_low=ends[0],
        conf_high=ends[1],
    )
    return replace(one, interval=new, variance=b**2 * one.variance)


def _declared(
    study: Study, key: str, waves: Sequence[str], asked: Sequence[str]
) -> dict[str, Bridge]:
    """Return the declared bridges by the first wave asked with the changed question."""
    order, found = list(waves), {}
    for bridge in study.params.analysis.trends.bridges:
        if (bridge.measures and key not in bridge.measures) or bridge.wave not in order:
            continue
        later = [wave for wave in asked if order.index(wave) >= order.index(bridge.wave)]
        if later and later[0] != asked[0]:
            found[later[0]] = bridge
    return dict(sorted(found.items(), key=lambda one: order.index(one[0])))
