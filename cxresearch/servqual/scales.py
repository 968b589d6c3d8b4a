"""Respondents' perceptions and expectations as scores: by dimension, overall and weighted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cxresearch.servqual.gaps import dimensions_with_pairs
from cxresearch.study.points import importance_points
from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """One value a respondent, NaN without every dimension.

    Attributes
    ----------
    dimensions : tuple of str
    perception, expectation : ndarray, shape (rows, dimensions)
        Means over the answered pairs of each dimension, in scale points.
    importance : ndarray, shape (rows, dimensions), or None
        Shares of one that the respondent gave to each dimension.
    """

    dimensions: tuple[str, ...]
    perception: np.ndarray
    expectation: np.ndarray
    importance: np.ndarray | None

    def overall(self, side: str, *, weighted: bool = False) -> np.ndarray:
        """Mean over dimensions of "perception", "expectation" or "gap", equal or own weights."""
        values = self.perception - self.expectation if side == "gap" else getattr(self, side)
        if not weighted:
            return np.asarray(values.mean(axis=1))
        assert self.importance is not None
        return np.asarray((values * self.importance).sum(axis=1))


def scores(study: Study) -> Scores:
    """Return the scores of every row of the design.

    Raises
    ------
    AnalysisError
        If no dimension has pairs.
    """
    names = dimensions_with_pairs(study)
    pairs = [study.pairs(name) for name in names]
    points = None
    if study.params.analysis.servqual.weights is not None:
        limits = study.params.analysis.quality
        points = importance_points(study.ratings, study.codebook, study.mask, limits)
    return Scores(
        dimensions=names,
        perception=np.column_stack([one.mean("perception") for one in pairs]),
        expectation=np.column_stack([one.mean("expectation") for one in pairs]),
        importance=points.shares(list(names)) if points else None,
    )
