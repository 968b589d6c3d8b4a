"""What the coming waves will be called, and how many waves away a date is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

import numpy as np

from cxresearch.study.study import Study

FURTHEST = 24
PARTS = {"H": 2, "S": 2, "Q": 4, "T": 3}
_PART = re.compile(r"^(\d{4})([\s_-]?)([HSQT])(\d)$", re.IGNORECASE)
_MONTH = re.compile(r"^(\d{4})-(\d{2})$")
_WEEK = re.compile(r"^(\d{4})-W(\d{2})$")
_NUMBER = re.compile(r"^(.*?)(\d+)$")


def coming(study: Study, waves: Sequence[str], horizon: int) -> tuple[str, ...]:
    """Return the labels of the next waves: those declared, else as the last ones go on.

    Labels that follow no known pattern become +1, +2, ...
    """
    assert study.wave_column is not None
    declared = [str(one) for one in study.full[study.wave_column].cat.categories]
    found = declared[declared.index(waves[-1]) + 1 :] if waves[-1] in declared else []
    labels = [*waves, *found]
    while len(found) < horizon:
        label = following(labels) or f"+{len(found) + 1}"
        found.append(label)
        labels.append(label)
    return tuple(found[:horizon])


def following(waves: Sequence[str]) -> str | None:
    """Return the label after the last one, if the labels follow a pattern.

    Examples
    --------
    >>> following(["2023 H2", "2024 H1", "2024 H2"]), following(["2019", "2021", "2023"])
    ('2025 H1', '2025')
    >>> following(["2024-11", "2024-12"]), following(["W1", "W2"]), following(["spring"])
    ('2025-01', 'W3', None)
    """
    places = [place_of(one) for one in waves]
    known = [one for one in places if one is not None]
    if not known or len(known) != len(waves):
        return None
    last = known[-1]
    gaps = np.diff([number for number, _ in known])
    gap = int(np.median(gaps)) if len(gaps) and (gaps > 0).all() else 1
    return label_at(last[0] + gap, last[1])


def place_of(label: str) -> tuple[int, tuple[str, ...]] | None:
    """Return where a label lies among those of its pattern, and the pattern; None without one."""
    if found := _PART.match(label):
        year, gap, letter, part = found.groups()
        return int(year) * PARTS[letter.upper()] + int(part) - 1, ("part", gap, letter)
    if found := _MONTH.match(label):
        return int(found[1]) * 12 + int(found[2]) - 1, ("month",)
    if (found := _WEEK.match(label)) and 1 <= int(found[2]) <= _weeks_of(int(found[1])):
        return date.fromisocalendar(int(found[1]), int(found[2]), 1).toordinal() // 7, ("week",)
    if found := _NUMBER.match(label):
        return int(found[2]), ("number", found[1], str(len(found[2])))
    return None


def label_at(number: int, pattern: tuple[str, ...]) -> str:
    """Return the label of a pattern at a place."""
    if pattern[0] == "part":
        parts = PARTS[pattern[2].upper()]
        return f"{number // parts}{pattern[1]}{pattern[2]}{number % parts + 1}"
    if pattern[0] == "month":
        return f"{number // 12}-{number % 12 + 1:02d}"
    if pattern[0] == "week":
        year, week, _ = date.fromordinal(7 * number + 1).isocalendar()
        return f"{year}-W{week:02d}"
    return f"{pattern[1]}{number:0{pattern[2]}d}"


def _weeks_of(year: int) -> int:
    """Return how many ISO weeks a year has: the week of 28 December is always its last."""
    return date(year, 12, 28).isocalendar().week


def waves_until(study: Study, waves: Sequence[str], by: str) -> int | None:
    """Return how many waves ahead a target's wave or day lies: 0 if not ahead, None if unknown."""
    if by in waves:
        return 0
    ahead = coming(study, waves, FURTHEST)
    if by in ahead:
        return ahead.index(by) + 1
    day, dates = _day(by), _wave_dates(study)
    if day is None or len(waves) < 2 or not all(wave in dates for wave in waves):
        return None
    gap = float(np.median(np.diff([dates[wave].toordinal() for wave in waves])))
    steps = int((day.toordinal() - dates[waves[-1]].toordinal()) // gap)
    return min(max(steps, 0), FURTHEST)


def _wave_dates(study: Study) -> dict[str, date]:
    assert study.params.data.wave is not None
    return dict(study.params.data.wave.dates)


def _day(text: str) -> date | None:
    if not re.match(r"^\d{4}-\d{2}-\d{2}$", text):
        return None
    return date.fromisoformat(text)
