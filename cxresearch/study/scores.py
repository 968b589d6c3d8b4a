"""From answers to scores: pairs, dimensions, measures and attributes, one value a respondent.

Every score keeps the length of the frame, with NaN where a respondent has too few answers,
so that it lines up with the survey design.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault
from cxresearch.study.codebook import Attribute, Codebook, Dimension, Item, Measure

Side = Literal["perception", "expectation", "adequate", "desired"]
Headline = Literal["nps", "top_box", "mean", "index"]
Array = np.ndarray

ALL_TRUE = ("beh_name_use",)  # counted where every one of its columns is true
FROM_ZERO = ("evaluation_score",)  # its formula is the sum of scores over the sum of the highest


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Perception and expectation of one dimension, only where both were answered.

    Attributes
    ----------
    items : tuple of Item
        The items that have both sides, in the codebook's order.
    perception, expectation : ndarray, shape (rows, items)
        Answers in scale points; NaN on both sides unless both were given.
    count : ndarray, shape (rows,)
        Answered pairs of each respondent.
    needed : int
        Pairs that a respondent must have answered for a dimension score.
    """

    items: tuple[Item, ...]
    perception: Array
    expectation: Array
    count: Array
    needed: int

    @property
    def enough(self) -> Array:
        """Whether each respondent answered enough pairs for a dimension score."""
        return np.asarray(self.count >= self.needed)

    def mean(self, side: Literal["perception", "expectation"]) -> Array:
        """Mean of one side over the answered pairs, NaN below `needed`."""
        return _row_mean(getattr(self, side), self.needed)

    @property
    def gap(self) -> Array:
        """Mean of perception minus expectation over the answered pairs (scale points)."""
        return _row_mean(self.perception - self.expectation, self.needed)


def pairs(frame: pd.DataFrame, dimension: Dimension, min_pairs: int | None = None) -> Pairs:
    """Return the answered expectation/perception pairs of a dimension."""
    items = tuple(item for item in dimension.items if item.expectation and item.perception)
    if not items:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'dimension "{dimension.key}" has no item with expectation and perception',
                where=f"codebook: dimensions.{dimension.key}.items",
                hint="name both columns of at least one item",
            )
        )
    perception = answers(frame, [item.perception for item in items if item.perception])
    expectation = answers(frame, [item.expectation for item in items if item.expectation])
    both = np.isfinite(perception) & np.isfinite(expectation)
    return Pairs(
        items,
        np.where(both, perception, np.nan),
        np.where(both, expectation, np.nan),
        both.sum(axis=1),
        needed(len(items), min_pairs or dimension.min_pairs),
    )


def battery(frame: pd.DataFrame, dimension: Dimension, side: Side = "perception") -> Array:
    """Return the mean of one side of a dimension per respondent (at least half its items)."""
    columns = [name for item in dimension.items if (name := getattr(item, side))]
    return _row_mean(answers(frame, columns), needed(len(columns), dimension.min_pairs))


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """A measure, scored for every respondent.

    Attributes
    ----------
    measure : Measure
        Its entry in the codebook.
    values : ndarray, shape (rows,)
        The score: the answer, or the mean of several columns, in scale points.
    headline : {"nps", "top_box", "mean", "index"}
        The figure that stands for the measure in trends, targets, alerts and segments.
    """

    measure: Measure
    values: Array
    headline: Headline

    @property
    def promoter(self) -> Array:
        """1 for promoters, 0 for other answers, NaN for none."""
        return self.share(self.values >= self.measure.promoters_from)

    @property
    def detractor(self) -> Array:
        """1 for detractors, 0 for other answers, NaN for none."""
        return self.share(self.values <= self.measure.detractors_to)

    def top(self, boxes: int) -> Array:
        """1 at one of the scale's highest `boxes` points, 0 below, NaN for no answer."""
        return self.share(self.values >= self.measure.scale.max - boxes + 1)

    def share(self, condition: Array) -> Array:
        """Return a condition as 0 and 1, NaN where the respondent has no score."""
        return np.where(np.isfinite(self.values), condition.astype(float), np.nan)

    @property
    def rescaled(self) -> Array:
        """The score on 0 to 100: 100 (x - min) / (max - min); criteria count from zero."""
        scale = self.measure.scale
        low = min(scale.min, 0.0) if self.measure.kpi in FROM_ZERO else scale.min
        return np.asarray(100 * (self.values - low) / (scale.max - low))

    @property
    def series(self) -> Array:
        """The values whose mean is the headline (NPS: 100 for promoters, -100 for detractors)."""
        if self.headline == "nps":
            return np.asarray(100 * (self.promoter - self.detractor))
        if self.headline == "top_box":
            return self.top(self.measure.top_box or 1)
        return self.rescaled if self.headline == "index" else self.values

    @property
    def unit(self) -> Literal["nps", "share", "points", "index"]:
        """Unit of the headline."""
        if self.headline == "nps":
            return "nps"
        if self.headline == "index":
            return "index"
        return "share" if self.headline == "top_box" or self.measure.kind == "share" else "points"


def score_measure(frame: pd.DataFrame, measure: Measure) -> Scored:
    """Return a measure's score: the mean of its answered columns, if there are enough."""
    columns = list(measure.columns)
    table = answers(frame, columns)
    if measure.kpi in ALL_TRUE and measure.kind == "share":
        return Scored(measure, _all_at_top(table, measure), "top_box")
    least = needed(len(columns), measure.min_answered)
    values = _row_mean(table, least, index_weights(table, measure))
    if measure.kind == "nps":
        return Scored(measure, values, "nps")
    if measure.kind == "index":
        return Scored(measure, values, "index")
    one_flag = measure.kind == "share" and len(columns) == 1
    return Scored(measure, values, "top_box" if measure.top_box or one_flag else "mean")


def index_weights(table: Array, measure: Measure) -> Array:
    """Return the weights of a measure's columns, which sum to 1.

    ``first_component``: proportional to the loadings on the first component of the
    correlations among those who answered every column; opposite signs count as zero.

    Examples
    --------
    >>> from cxresearch.study.codebook import Measure, Scale
    >>> one = Measure(key="i", kind="index", columns=("a", "b"), weights=(3.0, 1.0),
    ...               scale=Scale(key="", min=1, max=10))
    >>> index_weights(np.ones((5, 2)), one).tolist()
    [0.75, 0.25]
    """
    n = table.shape[1]
    weights = np.ones(n)
    if measure.weights == "first_component" and n > 1:
        complete = table[np.isfinite(table).all(axis=1)]
        if len(complete) > n and (np.ptp(complete, axis=0) > 0).all():
            loadings = np.linalg.eigh(np.corrcoef(complete.T))[1][:, -1]
            weights = np.clip(loadings * np.sign(loadings.sum()), 0, None)
    elif not isinstance(measure.weights, str) and measure.weights:
        weights = np.array(measure.weights, dtype=float)
    return np.asarray(weights / weights.sum())


def _all_at_top(table: Array, measure: Measure) -> Array:
    """Return 1 where every column is at its top, 0 where one is below, NaN where unknown."""
    below = (table < measure.scale.max).any(axis=1)
    known = np.isfinite(table).all(axis=1)
    return np.where(below, measure.scale.min, np.where(known, measure.scale.max, np.nan))


def score_attribute(frame: pd.DataFrame, attribute: Attribute) -> Array:
    """Return an attribute's score: the mean of its answered columns, if at least half are."""
    columns = list(attribute.columns)
    return _row_mean(answers(frame, columns), needed(len(columns), None))


def score_key(frame: pd.DataFrame, codebook: Codebook, key: str) -> Array:
    """Return the score of an attribute, a dimension (its perceptions) or an item, by its key."""
    if key in codebook.attributes:
        return score_attribute(frame, codebook.attributes[key])
    if key in codebook.dimensions:
        return battery(frame, codebook.dimensions[key])
    item = codebook.item(key)
    return answers(frame, [item.perception or item.expectation or ""]).reshape(-1)


def answers(frame: pd.DataFrame, columns: list[str]) -> Array:
    """Return columns as a float array, shape (rows, columns); no answer is NaN."""
    return frame[columns].to_numpy(dtype=float, na_value=np.nan)


def needed(n_columns: int, declared: int | None) -> int:
    """Return how many columns must be answered: as declared, else half of them, rounded up."""
    return max(1, min(n_columns, declared if declared is not None else math.ceil(n_columns / 2)))


def _row_mean(values: Array, least: int, weights: Array | None = None) -> Array:
    """Return the mean of the answered columns; weights count anew over those answered."""
    answered = np.isfinite(values)
    count = answered.sum(axis=1)
    if weights is None or np.ptp(weights) == 0:
        total, base = np.where(answered, values, 0.0).sum(axis=1), count
    else:
        total = np.where(answered, values * weights, 0.0).sum(axis=1)
        base = (answered * weights).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(count >= max(least, 1), total / base, np.nan)
