"""Importance points: what each respondent gave to the dimensions out of a hundred."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.notes import Note, note
from cxresearch.study.codebook import Codebook
from cxresearch.study.params import Quality


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Importance of each dimension to each respondent, as shares of one.

    Attributes
    ----------
    table : dict
        Dimension → shares, shape (rows,); NaN where the points were not usable.
    notes : tuple of Note
        How many respondents' points were rescaled or set missing.
    """

    table: dict[str, np.ndarray]
    notes: tuple[Note, ...]

    def shares(self, dimensions: list[str]) -> np.ndarray:
        """Return the shares of these dimensions, shape (rows, dimensions)."""
        return np.column_stack([self.table[key] for key in dimensions])


def importance_points(
    full: pd.DataFrame, codebook: Codebook, mask: np.ndarray, limits: Quality | None = None
) -> Points | None:
    """Return everyone's importance points, or None where not every dimension has them.

    Points that sum to 100 within ``limits.points_within`` are taken as they are, within
    ``limits.points_rescaled_within`` they are rescaled, else the respondent's points are
    missing; both are counted among the rows of `mask`.
    """
    limits = limits or Quality()
    dimensions = {k: d for k, d in codebook.dimensions.items() if d.has_pairs}
    columns = [dimension.importance for dimension in dimensions.values()]
    if not columns or None in columns:
        return None
    points = full[columns].to_numpy(dtype=float, na_value=np.nan)
    total = np.where(np.isfinite(points).all(axis=1), points.sum(axis=1), np.nan)
    off = np.abs(total - 100)
    rescaled = (off > limits.points_within) & (off <= limits.points_rescaled_within)
    dropped = off > limits.points_rescaled_within
    notes = []
    if n := int((rescaled & mask).sum()):
        low, high = 100 - limits.points_rescaled_within, 100 + limits.points_rescaled_within
        notes.append(note("points_rescaled", n=n, low=low, high=high))
    if n := int((dropped & mask).sum()):
        notes.append(note("points_dropped", n=n))
    usable = np.where(np.isfinite(total) & ~dropped & (total > 0), total, np.nan)
    shares = points / usable[:, None]
    return Points(dict(zip(dimensions, shares.T, strict=True)), tuple(notes))
