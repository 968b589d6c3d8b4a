"""The pairs of several dimensions side by side: what scores over all dimensions are made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cxresearch.stats.design import Design
from cxresearch.stats.intervals import Means
from cxresearch.study.scores import Array, Pairs


@dataclass(frozen=True, slots=True, eq=False)
class PairSet:
    """Answered pairs by dimension, respondent by respondent.

    Attributes
    ----------
    dimensions : mapping
        Dimension → its pairs.
    """

    dimensions: Mapping[str, Pairs]

    def sides(self) -> tuple[Array, Array, Array]:
        """Return perception, expectation and answered pairs, shape (rows, dimensions) each.

        Means are NaN and pairs zero where a respondent answered too few.
        """
        every = list(self.dimensions.values())
        return (
            np.column_stack([pair.mean("perception") for pair in every]),
            np.column_stack([pair.mean("expectation") for pair in every]),
            np.column_stack([np.where(pair.enough, pair.count, 0) for pair in every]),
        )

    def means(self, design: Design, mask: Array) -> Means:
        """Return the mean gaps of those with every dimension, and how they move together."""
        return design.means(self._gaps(), mask)

    def _gaps(self) -> Array:
        table = np.column_stack([pair.gap for pair in self.dimensions.values()])
        return np.where(np.isfinite(table).all(axis=1)[:, None], table, np.nan)
