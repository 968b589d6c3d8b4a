"""Who stands behind a figure: small bases are withheld or marked, groups keep their names."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm

from cxresearch.notes import Note, note
from cxresearch.stats.intervals import Interval
from cxresearch.stats.survey import Design
from cxresearch.study.scores import Scored
from cxresearch.study.study import Cell, Study

POWER = 0.8


@dataclass(slots=True)
class Bases:
    """Judges the base of every figure of one analysis and keeps the notes about it."""

    study: Study
    notes: list[Note] = field(default_factory=list)

    def withheld(self, group: str, n: float) -> str | None:
        """Return why a figure on this base must not be shown, or None."""
        show = self.study.min_n.show
        if n <= 0:
            self.notes.append(note("empty", group=group))
            return "empty"
        if n < show:
            self.notes.append(note("small_base", group=group, n=int(n), min_n=show))
            return "small_base"
        return None

    def low(self, group: str, n: float, n_eff: float) -> bool:
        """Tell whether a figure on this base is shown but marked as resting on few answers."""
        test = self.study.min_n.test
        worth = min(n, n_eff if np.isfinite(n_eff) else n)
        if n < test:
            self.notes.append(note("low_base", group=group, n=int(n), min_n=test))
        elif worth < test:
            self.notes.append(note("low_n_eff", group=group, n=int(worth), min_n=test))
        return bool(worth < test)


def by_cell(
    study: Study, by: Any, rows: Callable[[Cell], Iterable[dict[str, Any]]]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the rows of every group under each other, grouping columns first."""
    names = study.by_names(by)
    table = [{**cell.keys, **row} for cell in study.cells(by) for row in rows(cell)]
    return pd.DataFrame(table), names


def headline(design: Design, score: Scored, mask: np.ndarray, level: float) -> Interval:
    """Return a measure's headline among the rows of `mask`."""
    if score.headline == "nps":
        return design.net_promoter(score.promoter, score.detractor, mask, level)
    if score.headline == "top_box":
        return design.proportion(score.series, mask, level)
    return design.mean(score.series, mask, level)


def complementary(
    counts: Mapping[str, float], withheld: Collection[str], *, total_shown: bool = True
) -> str | None:
    """Return the group that must be withheld so that another's figure cannot be worked out.

    Where exactly one group of a whole that is shown is withheld, its figure is the whole minus
    the others: the smallest of these is withheld, too. None where nothing can be worked out.

    Examples
    --------
    >>> complementary({"North": 60, "South": 40, "West": 7}, {"West"})
    'South'
    >>> complementary({"North": 60, "South": 8, "West": 7}, {"West", "South"}) is None
    True
    """
    left = [group for group in counts if group not in withheld and counts[group] > 0]
    alone = [group for group in withheld if counts.get(group, 0) > 0]
    if not total_shown or len(alone) != 1 or not left:
        return None
    return min(left, key=lambda group: counts[group])


def minimum_detectable_change(std_error: float, conf_level: float) -> float:
    """Return the change that a later wave of the same size detects with 80 % power.

    MDC = (z_{1-alpha/2} + z_{.80}) sqrt(2) SE, in the unit of the standard error; missing where
    all answers are equal, since nothing is known then of how much they vary.

    Examples
    --------
    >>> round(minimum_detectable_change(3.8324, 0.95), 2)
    15.18
    """
    if not std_error > 0:
        return float("nan")
    z = norm.ppf((1 + conf_level) / 2) + norm.ppf(POWER)
    return float(z * np.sqrt(2) * std_error)
