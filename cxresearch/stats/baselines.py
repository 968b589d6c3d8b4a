"""What sets the limits of a control chart: counts with their bases, and the points of before."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import StatisticsError, first
from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import fault

Baseline = int | ArrayLike | None


def mean_range(ranges: Array, base: NDArray[np.bool_]) -> float:
    """Return the mean moving range between neighbouring points that are both in the baseline."""
    both = base & np.concatenate([[False], base[:-1]])
    kept = ranges[both & np.isfinite(ranges)]
    if not len(kept):
        raise fault(
            "a baseline without neighbouring points has no moving range",
            found=f"{int(base.sum())} baseline points",
            hint="give a baseline of consecutive points",
        )
    return float(kept.mean())


def checked_counts(x: ArrayLike, n: ArrayLike, *, within: bool) -> tuple[Array, Array]:
    """Return counts and bases as arrays; counts may be NaN, and exceed bases unless `within`."""
    counts, bases = np.asarray(x, dtype=float), np.asarray(n, dtype=float)
    if counts.ndim != 1 or bases.shape != counts.shape or not len(counts):
        raise fault(
            "a chart needs one count and one base per point",
            found=f"counts of shape {counts.shape}, bases of shape {bases.shape}",
            hint="give two flat arrays of the same length, NaN in the counts for a missing point",
        )
    wrong = ~(np.isfinite(bases) & (bases > 0))
    if wrong.any():
        raise fault(
            "a base must be above zero",
            where=f"point {int(np.argmax(wrong))} (from 0)",
            found=first(bases[wrong].tolist()),
            hint="leave the point out",
        )
    wrong = (counts < 0) | np.isinf(counts) | ((counts > bases) if within else False)
    if wrong.any():
        raise fault(
            "a count lies outside its base" if within else "a count must be zero or more",
            where=f"point {int(np.argmax(wrong))} (from 0)",
            found=first(counts[wrong].tolist()),
            hint="for more events than customers take u_chart" if within else "check the counts",
        )
    return counts, bases


def checked_baseline(baseline: Baseline, known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which points set the limits; missing points never do."""
    mask = np.zeros(len(known), dtype=bool)
    if baseline is None:
        mask[:] = True
    elif isinstance(baseline, int | np.integer) and not isinstance(baseline, bool):
        if baseline < 0:
            raise fault(
                "a baseline length is not negative",
                found=str(baseline),
                hint="count from the start",
            )
        mask[: int(baseline)] = True
    else:
        given = np.asarray(baseline)
        if given.dtype == bool and given.shape != mask.shape:
            raise fault(
                "the baseline marks another number of points",
                found=f"{given.shape} for {len(mask)} points",
                hint="give one true or false per point",
            )
        if given.dtype != bool and not np.isin(given, np.arange(len(mask))).all():
            raise fault(
                "the baseline names points that are not there",
                found=first(given.tolist()),
                hint=f"positions run from 0 to {len(mask) - 1}",
            )
        mask[given if given.dtype == bool else given.astype(int)] = True
    mask &= known
    if not mask.any():
        raise fault(
            "the baseline holds no point",
            hint="name at least twelve points from before the time to judge",
        )
    return mask


def never_varies(value: float) -> StatisticsError:
    """Return the error for a baseline without variation."""
    return fault(
        "a baseline that never varies sets no limits",
        found=f"{value:g} in every baseline point",
        hint="take a longer baseline, or show the figures in a table",
    )
