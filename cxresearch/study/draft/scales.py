"""The scales of a draft: those that do not contradict each other are one, under one name."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

from cxresearch.study.draft.labels import Meaning
from cxresearch.study.draft.points import MEANINGS, Points
from cxresearch.study.draft.vocabulary import fold


class Scales:
    """Scales by name, in the order in which they were met."""

    def __init__(self) -> None:
        self.found: dict[str, Points] = {}

    def name(self, points: Points) -> str:
        """Return the name of a scale; a scale that fits one already known adds to it."""
        for name, known in self.found.items():
            if _fits(known, points):
                self.found[name] = replace(
                    known,
                    labels={**known.labels, **points.labels},
                    no_answer={**known.no_answer, **points.no_answer},
                )
                return name
        kind = "words" if points.labels else "points"
        name = base = f"{kind}_{points.low:g}_{points.high:g}".replace("-", "minus")
        number = 2
        while name in self.found:
            name, number = f"{base}_{number}", number + 1
        self.found[name] = points
        return name

    def written(self, used: Container[object]) -> dict[str, Any]:
        """Return the scales that are used, as a codebook writes them."""
        return {name: _written(points) for name, points in self.found.items() if name in used}

    def words(self) -> list[str]:
        """Return the labels of all scales."""
        return [label for points in self.found.values() for label in points.labels.values()]


def codes_told(points: Points) -> str:
    """Return in words which codes are no answers, and whether the scale is turned."""
    told = [
        f"{', '.join(_shown(code) for code in codes)} {meaning.replace('_', ' ')}"
        for meaning in MEANINGS
        if (codes := points.codes(meaning))
    ]
    turned = "; by its labels a low code is the better answer" if points.reversed else ""
    return (f"; codes that are no answer: {'; '.join(told)}" if told else "") + turned


def one_of(points: Sequence[Points]) -> Points:
    """Return the scale of columns that share one, with all labels and codes; the first wins."""
    labels: dict[float, str] = {}
    no_answer: dict[Any, Meaning] = {}
    for one in reversed(points):
        labels |= one.labels
        no_answer |= one.no_answer
    return replace(points[0], labels=labels, no_answer=no_answer, reversed=False)


def _fits(known: Points, points: Points) -> bool:
    if _form(known) != _form(points):
        return False
    both = set(known.labels) & set(points.labels)
    if any(fold(known.labels[code]) != fold(points.labels[code]) for code in both):
        return False
    words = {fold(one) for one in known.labels.values()}
    if any(fold(one) in words for code, one in points.labels.items() if code not in both):
        return False
    codes = set(known.no_answer) & set(points.no_answer)
    return all(known.no_answer[code] == points.no_answer[code] for code in codes)


def _form(points: Points) -> tuple[float, float, bool, bool]:
    return points.low, points.high, points.continuous, bool(points.labels)


def _written(points: Points) -> dict[str, Any]:
    found: dict[str, Any] = {"min": _plain(points.low), "max": _plain(points.high)}
    if points.labels:
        found["labels"] = {_plain(code): label for code, label in sorted(points.labels.items())}
    for meaning in MEANINGS:
        if codes := points.codes(meaning):
            found[meaning] = [_plain(code) for code in codes]
    if points.continuous:
        found["continuous"] = True
    return found


def _plain(code: Any) -> Any:
    return int(code) if isinstance(code, float) and code.is_integer() else code


def _shown(code: Any) -> str:
    return f"{code:g}" if isinstance(code, float) else f'"{code}"'
