"""On which points a column is answered: the ends of its scale, and codes that are no answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from cxresearch.study.draft.labels import Meaning, no_answer, ordered, tone, upside_down
from cxresearch.study.draft.looks import Look

OUTLYING = frozenset({77, 88, 96, 97, 98, 99, 777, 888, 996, 997, 998, 999, 9996, 9997, 9998, 9999})
"""Codes that questionnaires use for no answer."""
MEANINGS: tuple[Meaning, ...] = ("missing", "not_applicable", "dont_know", "refused")
_TOP = {0: (4, 5, 6, 10), 1: (4, 5, 6, 7, 9, 10)}
_ENOUGH = {3: 100, 4: 100, 6: 100, 9: 300}
_HIGHEST = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """A scale as it was found.

    Attributes
    ----------
    low, high : float
        Its ends.
    continuous : bool
        Whether values between whole numbers are answers.
    labels : mapping
        Label by code.
    no_answer : mapping
        Code (or word) that is no answer → what it means.
    reversed : bool
        Whether by the labels a low code is the better answer.
    certain : bool
        Whether labels or words say that this is a scale; otherwise only the range does.
    frequency : bool
        Whether the words speak of how often.
    """

    low: float
    high: float
    continuous: bool = False
    labels: Mapping[float, str] = field(default_factory=dict)
    no_answer: Mapping[Any, Meaning] = field(default_factory=dict)
    reversed: bool = False
    certain: bool = False
    frequency: bool = False

    @property
    def ends(self) -> str:
        """The ends for a sentence: 1–5."""
        return f"{self.low:g}–{self.high:g}"

    def codes(self, meaning: Meaning) -> list[Any]:
        """Return the codes with this meaning, numbers first."""
        found = [code for code, one in self.no_answer.items() if one == meaning]
        return sorted(found, key=lambda code: (isinstance(code, str), code))

    def answers(self, look: Look) -> np.ndarray:
        """Return the column's answers on the scale; NaN for the rest."""
        if self.labels and look.form == "words":
            return np.full(len(look.values), np.nan)
        values = look.values
        kept = (values >= self.low) & (values <= self.high)
        for code in self.no_answer:
            if not isinstance(code, str):
                kept &= values != code
        return np.where(kept, values, np.nan)


def points_of(look: Look) -> Points | None:
    """Return the scale of one column as far as it can be told from the column alone."""
    if look.form in ("numbers", "constant") and look.codes:
        found = _labelled(look)
        if found is not None or _categories(look):
            return found
    if look.form == "numbers":
        return _bare(look)
    if look.form == "words":
        return _worded(look)
    return None


def _worded(look: Look) -> Points | None:
    answers = [one for one in look.counts if one not in look.unanswered]
    if not 2 <= len(answers) <= _HIGHEST or look.n_distinct > len(look.counts):
        return None
    found = ordered(answers)
    if found is None:
        return None
    return Points(
        low=found.low,
        high=found.high,
        labels={float(code): label for label, code in found.codes.items()},
        no_answer=dict(look.unanswered),
        certain=True,
        frequency=found.frequency,
    )


def _scale_labels(look: Look) -> dict[float, str]:
    declared = {one for one in look.declared if not isinstance(one, tuple)}
    return {
        code: label
        for code, label in look.codes.items()
        if not no_answer(label) and code not in declared
    }


def _categories(look: Look) -> bool:
    """Tell whether every value has a label of its own that is no point of a scale."""
    labels = _scale_labels(look)
    told = [label for label in labels.values() if label.strip("0123456789 .,-%")]
    return bool(told) and len(told) >= len(set(look.counts) - set(look.codes))


def _labelled(look: Look) -> Points | None:
    """Return the scale that the file's own labels tell."""
    labels = _scale_labels(look)
    if len(labels) < 2:
        return None
    low, high = min(labels), max(labels)
    if re.search(r"%|percent|процент|odstot|porcent|prozent", labels[high].casefold()):
        return None
    ends_only = len(labels) <= 3 and high - low >= 3
    toned = tone(labels[low]) is not None and tone(labels[high]) is not None and high - low >= 2
    if not (ends_only or toned or ordered(labels.values())):
        return None
    no_answers: dict[Any, Meaning] = {
        code: meaning for code, label in look.codes.items() if (meaning := no_answer(label))
    }
    no_answers |= dict(look.unanswered)
    no_answers |= {
        code: "missing"
        for code in look.counts
        if not low <= code <= high and code not in no_answers
    }
    inside = [code for code in look.counts if low <= code <= high]
    return Points(
        low=low,
        high=high,
        continuous=any(not float(code).is_integer() for code in inside),
        labels=labels,
        no_answer=no_answers,
        reversed=upside_down(labels),
        certain=True,
    )


def _bare(look: Look) -> Points | None:
    """Return the range of bare numbers that may be ratings; codes far outside are no answers."""
    values = sorted(look.counts)
    known: dict[Any, Meaning] = {
        code: meaning for code, label in look.codes.items() if (meaning := no_answer(label))
    }
    known |= {code: "missing" for code in look.declared if not isinstance(code, tuple)}
    core = [code for code in values if code >= 0 and code not in known]
    small = [code for code in core if code <= _HIGHEST]
    if len(small) >= 2 and all(code in OUTLYING for code in core if code > _HIGHEST):
        core = small
    if len(core) < 2:
        return None
    core = _without_gaps(core)
    if len(core) < 2 or core[-1] > 100 or (core[-1] > _HIGHEST and look.n_distinct < 8):
        return None
    whole = all(code.is_integer() for code in core)
    negative = [code for code in values if code < 0]
    if any(not code.is_integer() or code < -999 for code in negative) or len(negative) > 4:
        return None
    no_answers = {code: known.get(code, "missing") for code in values if code not in core}
    high = core[-1] if whole and core[-1] <= _HIGHEST else 10.0 if core[-1] <= 10 else 100.0
    return Points(
        low=0.0 if core[0] < 1 or high == 100 else 1.0,
        high=high,
        continuous=not whole,
        no_answer={**no_answers, **look.unanswered},
    )


def _without_gaps(core: list[float]) -> list[float]:
    """Take away 8 and 9 above a scale that ends below them."""
    if core[-1] in (8, 9) and all(code.is_integer() for code in core):
        lower = [code for code in core if code < 8]
        if lower and lower[-1] <= 6 and core[-1] - lower[-1] > 1 and len(lower) >= 3:
            return lower
        if core[-1] == 9 and 8 not in core and len(lower) >= 3:
            return lower
    return core


def together(found: Sequence[Points], n_cells: int) -> Points:
    """Return the scale that several columns of bare numbers share."""
    low = min(one.low for one in found)
    high = max(one.high for one in found)
    if high <= _HIGHEST and not any(one.continuous for one in found):
        standard = [top for top in _TOP[int(low)] if top >= high]
        few = n_cells < _ENOUGH.get(int(high), 0)
        if high == 3 and not few:
            standard = [3]
        elif few:
            standard = [top for top in standard if top > high or top in (5, 7, 10)]
        high = float(standard[0]) if standard else high
    no_answers: dict[Any, Meaning] = {}
    for one in found:
        no_answers |= dict(one.no_answer)
    return replace(
        found[0],
        low=low,
        high=high,
        continuous=any(one.continuous for one in found),
        no_answer={
            code: meaning
            for code, meaning in no_answers.items()
            if isinstance(code, str) or not low <= code <= high
        },
    )
