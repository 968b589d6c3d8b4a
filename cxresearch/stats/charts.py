"""Whether a steady process changed: control charts for rates, scores and waiting times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxresearch.errors import first
from cxresearch.stats.baselines import (
    Baseline,
    checked_baseline,
    checked_counts,
    mean_range,
    never_varies,
)
from cxresearch.stats.random_walk import Array
from cxresearch.stats.run_rules import RULES, Firing, Rule, fire
from cxresearch.stats.series import fault

ChartMethod = Literal["p", "laney_p", "np", "u", "laney_u", "c", "xmr", "nps"]
ChartWarning = Literal[
    "baseline_short", "baseline_wanted", "small_counts", "overdispersed", "limit_clipped"
]

D2 = 1.128  # expected range of two standard normal values
_INDIVIDUALS = 2.66  # 3 / d2, as tabulated
_RANGES = 3.267  # D4 for ranges of two
_FEWEST_BASELINE = 12
_WANTED_BASELINE = 20
_FEWEST_EXPECTED = 5
_OVERDISPERSED = 1.2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlChart:
    """Points, centre line, limits and every rule fired; arrays have one value a point.

    Attributes
    ----------
    value, lcl, ucl, sigma : array
        The point, its limits, and the standard deviation they stand on (one third of the distance
        from the centre before clipping), in the unit of the chart.
    centre : float
    baseline : array of bool
        The points that set centre and limits; the others are judged by limits they had no part in.
    firings : tuple of Firing
        Every rule fired, in the order of the points.
    sigma_z : float
        Laney's spread of the standardised points over sampling error alone, from the baseline's
        moving ranges (p, u and their Laney charts); 1 where sampling explains all.
    moving_range, range_centre, range_limit : array, float, float
        Of an XmR chart; NaN elsewhere.
    warnings : tuple of codes
        baseline_short (fewer than 12), baseline_wanted (fewer than 20), small_counts (an expected
        count below 5), overdispersed (sigma_z above 1.2: take the Laney chart), limit_clipped (a
        limit moved to the end of the scale).
    """

    value: Array
    centre: float
    lcl: Array
    ucl: Array
    sigma: Array
    baseline: NDArray[np.bool_]
    firings: tuple[Firing, ...]
    sigma_z: float
    moving_range: Array
    range_centre: float
    range_limit: float
    range_beyond: tuple[int, ...]
    n_baseline: int
    method: ChartMethod
    warnings: tuple[ChartWarning, ...]

    @property
    def beyond(self) -> tuple[int, ...]:
        """Points beyond their 3-sigma limits, from 0."""
        return tuple(one.point for one in self.firings if one.rule == "beyond_3_sigma")


def p_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a share (complaints per order, satisfied per answer) left its usual range.

    pbar = sum x / sum n over the baseline; limits pbar -+ 3 sqrt(pbar (1 - pbar) / n_i), cut to
    [0, 1]. With large n the limits hold sampling error only: see `sigma_z` and `laney_p`.

    Parameters
    ----------
    x, n : array (points,)
        Counts and bases.
    baseline : int, mask or positions, optional
        The first so many points, or which points, set centre and limits once for all. Default all
        points: for describing a past, not for watching a feed.
    rules, run_length
        See `run_rules.fire`.

    Raises
    ------
    StatisticsError
        Where counts are not within their bases, a base is not above zero, or the baseline is empty
        or without variation.

    References
    ----------
    Montgomery, Introduction to Statistical Quality Control. Compared with R `qcc`.

    Examples
    --------
    >>> chart = p_chart([12, 15, 11, 30], [100, 100, 100, 100], baseline=3)
    >>> round(chart.centre, 4), chart.beyond
    (0.1267, (3,))
    """
    return _share(x, n, baseline, rules, run_length, "p")


def laney_p(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a share with large bases left its usual range, day-to-day variation allowed for.

    As `p_chart` with limits pbar -+ 3 sigma_i sigma_z, sigma_z = mean |z_i - z_(i-1)| / 1.128 of
    the standardised baseline points. Use where sigma_z is above 1.2. Parameters and errors are
    those of `p_chart`.

    References
    ----------
    Laney (2002), 10.1081/QEN-120003555.

    Examples
    --------
    >>> chart = laney_p([120, 135, 110, 180, 150, 95], [1000, 1050, 980, 1100, 1020, 990])
    >>> round(chart.sigma_z, 3), chart.beyond
    (2.46, ())
    """
    return _share(x, n, baseline, rules, run_length, "laney_p")


def np_chart(
    x: ArrayLike,
    n: float,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a count out of a constant base left its usual range.

    n pbar -+ 3 sqrt(n pbar (1 - pbar)). Parameters and errors are those of `p_chart`, with one n.

    Examples
    --------
    >>> np_chart([12, 15, 11, 30], 100, baseline=3).beyond
    (3,)
    """
    counts = np.asarray(x, dtype=float)
    return _share(counts, np.full(counts.shape, float(n)), baseline, rules, run_length, "np")


def u_chart(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a rate of events (contacts per customer, faults per order) left its usual range.

    ubar = sum x / sum n; limits ubar -+ 3 sqrt(ubar / n_i), cut at 0. Parameters and errors are
    those of `p_chart`; counts may exceed their bases.

    Examples
    --------
    >>> u_chart([20, 25, 22, 60], [10, 10, 10, 10], baseline=3).beyond
    (3,)
    """
    return _rate(x, n, baseline, rules, run_length, "u")


def laney_u(
    x: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a rate with large bases left its usual range, day-to-day variation allowed for.

    As `u_chart` with the limits of `laney_p`. Parameters and errors are those of `u_chart`.

    References
    ----------
    Laney (2002), 10.1081/QEN-120003555.

    Examples
    --------
    >>> round(laney_u([200, 250, 220, 300], [100, 100, 100, 100]).sigma_z, 2)
    3.04
    """
    return _rate(x, n, baseline, rules, run_length, "laney_u")


def c_chart(
    x: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when a count of events in equal spans left its usual range.

    cbar -+ 3 sqrt(cbar), cut at 0. Parameters and errors are those of `u_chart`.

    Examples
    --------
    >>> c_chart([20, 25, 22, 60], baseline=3).beyond
    (3,)
    """
    return _rate(x, np.ones_like(np.asarray(x, dtype=float)), baseline, rules, run_length, "c")


def xmr(
    x: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
    factor: float = _INDIVIDUALS,
) -> ControlChart:
    """Tell when a single figure per day or wave (waiting time, revenue) left its usual range.

    mean -+ 2.66 MRbar, MRbar the mean moving range |x_i - x_(i-1)| of neighbouring baseline
    points; moving ranges are judged by 3.267 MRbar. Not for series that trend or whose neighbours
    resemble each other: limits would be too narrow.

    Parameters
    ----------
    x : array (points,)
        NaN is a missing point.
    factor : float
        3 / d2 for ranges of two. The tabulated 2.66; 3 / 1.128 agrees with R `qcc` to all digits.

    Raises
    ------
    StatisticsError
        Where fewer than two neighbouring points are in the baseline, or they never vary.

    References
    ----------
    Wheeler (2000), Understanding Variation.

    Examples
    --------
    >>> chart = xmr([24, 26, 23, 27, 25, 31, 24, 26])
    >>> round(chart.centre, 2), round(float(chart.lcl[0]), 2), round(float(chart.ucl[0]), 2)
    (25.75, 15.87, 35.63)
    """
    values = np.asarray(x, dtype=float)
    if values.ndim != 1 or np.isinf(values).any():
        raise fault("a chart needs one finite figure per point", found=f"shape {values.shape}")
    base = checked_baseline(baseline, np.isfinite(values))
    ranges = np.abs(np.diff(values, prepend=np.nan))
    usual = mean_range(ranges, base)
    if usual == 0:
        raise never_varies(float(values[base][0]))
    centre = float(values[base].mean())
    return _chart(
        values,
        centre,
        np.full(len(values), factor * usual / 3),
        base,
        (-np.inf, np.inf),
        (rules, run_length),
        "xmr",
        moving_range=ranges,
        range_centre=usual,
    )


def nps_chart(
    promoters: ArrayLike,
    detractors: ArrayLike,
    n: ArrayLike,
    *,
    baseline: Baseline = None,
    rules: Sequence[Rule] = RULES,
    run_length: int = 8,
) -> ControlChart:
    """Tell when the Net Promoter Score left its usual range, in points.

    centre = 100 (P - D) over the baseline; limits centre -+ 3 * 100 sqrt(v / n_i), v = P + D -
    (P - D)^2 of the baseline's pooled shares, cut to [-100, 100].

    Parameters
    ----------
    promoters, detractors, n : array (points,)
        Counts of promoters, detractors and respondents.
    baseline, rules, run_length
        See `p_chart`.

    Raises
    ------
    StatisticsError
        As `p_chart`.

    Examples
    --------
    >>> chart = nps_chart([180, 176, 190], [80, 74, 82], [400, 380, 410])
    >>> round(chart.centre, 1), chart.beyond
    (26.1, ())
    """
    P, base_n = checked_counts(promoters, n, within=True)
    D, _ = checked_counts(detractors, n, within=True)
    if (base_n * (1 + 1e-12) < P + D).any():
        raise fault(
            "promoters and detractors are more than all respondents",
            where=f"point {int(np.argmax(base_n < P + D))} (from 0)",
            hint="give counts of the same respondents",
        )
    if len(P) > 0 and max(np.nanmax(P), np.nanmax(D)) <= 1 < np.nanmin(base_n):
        raise fault(
            "shares were given where counts are needed",
            found=first(P.tolist(), 3),
            hint="multiply the shares by n",
        )
    base = checked_baseline(baseline, np.isfinite(P) & np.isfinite(D))
    total = base_n[base].sum()
    p, d = P[base].sum() / total, D[base].sum() / total
    v = p + d - (p - d) ** 2
    if v <= 0:
        raise never_varies(100 * (p - d))
    value = 100 * (P - D) / base_n
    small = bool((np.minimum(p, d) * base_n < _FEWEST_EXPECTED).any())
    return _chart(
        value,
        float(100 * (p - d)),
        100 * np.sqrt(v / base_n),
        base,
        (-100.0, 100.0),
        (rules, run_length),
        "nps",
        small=small,
    )


def _share(
    x: ArrayLike,
    n: ArrayLike,
    baseline: Baseline,
    rules: Sequence[Rule],
    run_length: int,
    method: ChartMethod,
) -> ControlChart:
    counts, bases = checked_counts(x, n, within=True)
    base = checked_baseline(baseline, np.isfinite(counts))
    p = float(counts[base].sum() / bases[base].sum())
    if p in (0.0, 1.0):
        raise never_varies(p)
    small = bool((min(p, 1 - p) * bases < _FEWEST_EXPECTED).any())
    scale = bases if method == "np" else np.ones_like(bases)
    return _with_dispersion(
        scale * counts / bases,
        p * (float(bases[0]) if method == "np" else 1.0),
        scale * np.sqrt(p * (1 - p) / bases),
        base,
        (0.0, float(bases[0]) if method == "np" else 1.0),
        (rules, run_length),
        method,
        small,
    )


def _rate(
    x: ArrayLike,
    n: ArrayLike,
    baseline: Baseline,
    rules: Sequence[Rule],
    run_length: int,
    method: ChartMethod,
) -> ControlChart:
    counts, bases = checked_counts(x, n, within=False)
    base = checked_baseline(baseline, np.isfinite(counts))
    u = float(counts[base].sum() / bases[base].sum())
    if u == 0:
        raise never_varies(0.0)
    small = bool((u * bases < _FEWEST_EXPECTED).any())
    return _with_dispersion(
        counts / bases,
        u,
        np.sqrt(u / bases),
        base,
        (0.0, np.inf),
        (rules, run_length),
        method,
        small,
    )


def _with_dispersion(
    value: Array,
    centre: float,
    sigma: Array,
    base: NDArray[np.bool_],
    ends: tuple[float, float],
    rules: tuple[Sequence[Rule], int],
    method: ChartMethod,
    small: bool,
) -> ControlChart:
    ranges = np.abs(np.diff((value - centre) / sigma, prepend=np.nan))
    laney = method in ("laney_p", "laney_u")
    neighbours = (base & np.roll(base, 1))[1:].any()
    sigma_z = mean_range(ranges, base) / D2 if laney or neighbours else float("nan")
    if laney and sigma_z == 0:
        raise never_varies(centre)
    return _chart(
        value,
        centre,
        sigma * sigma_z if laney else sigma,
        base,
        ends,
        rules,
        method,
        small=small,
        sigma_z=sigma_z,
    )


def _chart(
    value: Array,
    centre: float,
    sigma: Array,
    base: NDArray[np.bool_],
    ends: tuple[float, float],
    rules: tuple[Sequence[Rule], int],
    method: ChartMethod,
    *,
    small: bool = False,
    sigma_z: float = float("nan"),
    moving_range: Array | None = None,
    range_centre: float = float("nan"),
) -> ControlChart:
    lcl, ucl = centre - 3 * sigma, centre + 3 * sigma
    ranges = np.full(len(value), np.nan) if moving_range is None else moving_range
    range_limit = _RANGES * range_centre
    n_baseline = int(base.sum())
    told: dict[ChartWarning, bool] = {
        "baseline_short": n_baseline < _FEWEST_BASELINE,
        "baseline_wanted": _FEWEST_BASELINE <= n_baseline < _WANTED_BASELINE,
        "small_counts": small,
        "overdispersed": sigma_z > _OVERDISPERSED and method in ("p", "np", "u", "c"),
        "limit_clipped": bool((lcl < ends[0]).any() or (ucl > ends[1]).any()),
    }
    return ControlChart(
        value=value,
        centre=centre,
        lcl=np.maximum(lcl, ends[0]),
        ucl=np.minimum(ucl, ends[1]),
        sigma=sigma,
        baseline=base,
        firings=fire((value - centre) / sigma, baseline=base, rules=rules[0], run_length=rules[1]),
        sigma_z=sigma_z,
        moving_range=ranges,
        range_centre=range_centre,
        range_limit=range_limit,
        range_beyond=tuple(int(at) for at in np.flatnonzero(ranges > range_limit)),
        n_baseline=n_baseline,
        method=method,
        warnings=tuple(code for code, holds in told.items() if holds),
    )
