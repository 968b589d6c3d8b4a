"""What is known of one group's gaps, wherever its answers lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan

from cxresearch.stats.intervals import Means
from cxresearch.study.study import Cell

OVERALL, WEIGHTED, MEAN_WEIGHTED = "overall", "overall_weighted", "overall_mean_weighted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One gap score of a group: perception minus expectation in scale points.

    Attributes
    ----------
    dimension : str
        A dimension, or the name of an overall score.
    item : str, optional
        The item, where it is one item's gap.
    n, n_pairs : int
        Respondents with this score, and the answered pairs behind it.
    perception, expectation, estimate, std_error, df, n_eff : float
        Means on the same pairs, their difference with its standard error, degrees of freedom
        and effective base; NaN where the base is too small to be shown.
    share_negative, ceiling : float
        Shares of respondents below what they expect, of expectations at the top of the scale.
    wilcoxon_p, boot_low, boot_high : float
        Sensitivity; NaN where it is not to be had.
    """

    dimension: str
    item: str | None = None
    n: int
    n_pairs: int
    perception: float = nan
    expectation: float = nan
    estimate: float = nan
    std_error: float = nan
    df: float = nan
    n_eff: float = nan
    share_negative: float = nan
    ceiling: float = nan
    wilcoxon_p: float = nan
    boot_low: float = nan
    boot_high: float = nan


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupScores:
    """The gap scores of one group of respondents.

    Attributes
    ----------
    cell : Cell
    size : int
        Respondents of the group.
    dimensions, overall, items : tuple of Score
    some, enough : int
        Respondents with any dimension, and with as many as an overall score needs; by overall
        score.
    joint : Means
        Mean gaps of those with every dimension, and how they move together.
    together : mapping
        Dimension → correlation of its gap with its expectation; only of all respondents.
    mean_weighted : Score, optional
        Mean importance points times mean gaps, where points are asked for and differ.
    """

    cell: Cell
    size: int
    dimensions: tuple[Score, ...]
    overall: tuple[Score, ...]
    items: tuple[Score, ...]
    some: tuple[int, ...]
    enough: tuple[int, ...]
    joint: Means
    together: Mapping[str, float]
    mean_weighted: Score | None = None
