"""A series of waves as it was given: checked, with words for what is wrong with it."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.errors import Fault, StatisticsError, first
from cxresearch.stats.random_walk import Array, RandomWalk

_FEWEST_WAVES_DRIFT = 10


def checked_series(
    y: ArrayLike, variances: ArrayLike, times: ArrayLike | None = None
) -> tuple[Array, Array, Array]:
    """Return figures, sampling variances and times of the waves as arrays.

    A missing wave is NaN in `y` and in the variances returned. Raises StatisticsError where
    lengths differ, a variance is not finite and above zero, or times do not increase.
    """
    y = np.asarray(y, dtype=float)
    H = np.asarray(variances, dtype=float)
    if y.ndim != 1 or H.shape != y.shape:
        raise fault(
            "a series needs one figure and one sampling variance per wave",
            found=f"figures of shape {y.shape}, variances of shape {H.shape}",
            hint="give two flat arrays of the same length, NaN in `y` for a missing wave",
        )
    seen = np.isfinite(y)
    if np.isinf(y).any():
        raise fault(
            "a figure is infinite",
            where=f"wave {int(np.argmax(np.isinf(y)))} (from 0)",
            hint="on the logit scale move shares of 0 and 1 inward, or leave the wave out as NaN",
        )
    if np.any(seen & (H == 0)):
        raise fault(
            "a sampling variance of zero would make the level pass through that wave exactly",
            where=f"wave {int(np.argmax(seen & (H == 0)))} (from 0)",
            found="0",
            hint="where all gave the same answer, use the variance of a similar wave times its n "
            "over this n, or leave the wave out as NaN",
        )
    wrong = seen & ~(np.isfinite(H) & (H > 0))
    if wrong.any():
        raise fault(
            "sampling variances must be finite and above zero",
            where=f"wave {int(np.argmax(wrong))} (from 0)",
            found=first(H[wrong].tolist()),
            hint="give standard errors squared, or leave the wave out as NaN in `y`",
        )
    when = np.arange(len(y), dtype=float) if times is None else np.asarray(times, dtype=float)
    if when.shape != y.shape or not np.isfinite(when).all() or (np.diff(when) <= 0).any():
        raise fault(
            "times must increase from wave to wave",
            found=first(when.tolist(), 8),
            hint="one finite number per wave; average waves of the same date first",
        )
    return y, np.where(seen, H, np.nan), when


def checked_walk(
    y: ArrayLike,
    variances: ArrayLike,
    steps: ArrayLike | None,
    times: ArrayLike | None,
    drift: bool,
    conf_level: float,
) -> tuple[RandomWalk, int]:
    """Return the checked walk and how many of its regressors are steps."""
    check_conf_level(conf_level)
    y, H, when = checked_series(y, variances, times)
    seen = np.isfinite(y)
    if seen.sum() < 2:
        raise fault(
            "a level over waves needs at least two observed waves",
            found=f"{int(seen.sum())} of {len(y)}",
            hint="show the single wave with its own interval",
        )
    columns = checked_steps(steps, len(y))
    n_steps = columns.shape[1]
    if drift:
        if seen.sum() < _FEWEST_WAVES_DRIFT:
            raise fault(
                "a drift needs ten observed waves",
                found=str(int(seen.sum())),
                hint="leave drift=False, or fit the weighted line",
            )
        columns = np.column_stack([columns, when - when[0]])
    moves = np.diff(columns[seen], axis=0)
    if columns.shape[1] and (
        np.linalg.matrix_rank(moves) < columns.shape[1] or len(moves) <= columns.shape[1]
    ):
        raise fault(
            "the steps cannot be told from the level, or from each other",
            where="steps (with the drift, if any), at the observed waves",
            found=f"{columns.shape[1]} regressors, {len(moves)} contrasts between waves",
            hint="each step needs an observed wave before and after it; leave out repeats",
        )
    in_level = [False] * n_steps + [True] * drift
    return RandomWalk.build(y, H, when, columns, in_level), n_steps


def checked_steps(steps: ArrayLike | None, n: int) -> Array:
    """Return step regressors as waves x steps; no columns where there are none."""
    if steps is None:
        return np.empty((n, 0))
    columns = np.asarray(steps, dtype=float)
    columns = columns[:, None] if columns.ndim == 1 else columns
    if columns.ndim != 2 or len(columns) != n or not np.isfinite(columns).all():
        raise fault(
            "steps need one row per wave and no gaps",
            found=f"shape {columns.shape} for {n} waves",
            hint="give waves x steps, 0 before the change and 1 from then on",
        )
    return columns


def check_conf_level(conf_level: float) -> None:
    """Raise where the confidence level is not a share between 0 and 1."""
    if not 0 < conf_level < 1:
        raise fault(
            "a confidence level lies between 0 and 1",
            found=str(conf_level),
            hint="write .95 for 95 percent",
        )


def fault(what: str, *, where: str = "", found: str = "", hint: str = "") -> StatisticsError:
    """Return the error of the statistics floor with this one fault."""
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
