"""Rows of waiting times: median, 90th percentile, restricted mean, and the finished alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import numpy as np

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.periods import Period
from cxresearch.stats.estimates import Interval
from cxresearch.stats.survival import Survival, kaplan_meier

HORIZON = {"resolution_time": 720.0, "first_response_time": 168.0}
HORIZON |= {"delivery_time": 720.0, "dispatch_time": 720.0, "tenure": 60.0}
"""How far the restricted mean looks, in the unit of the indicator."""
_MANY_OPEN = 0.5
_P90 = 0.9


def waiting(
    asked: Asked,
    measure: str,
    period: Period,
    keys: dict[str, str],
    times: np.ndarray,
    over: np.ndarray,
) -> Iterator[Row]:
    """Yield the rows of a waiting time, open cases counted as far as they were seen."""
    n, n_open = len(times), int((~over).sum())
    more = {"n": n, "n_open": float(n_open)}
    if n == 0:
        yield asked.row(measure, "median", period, keys, n=0, method="kaplan_meier")
        return
    if n_open > _MANY_OPEN * n:
        group = " · ".join([period.label, *keys.values()])
        asked.notes.append(note("mostly_open", measure=measure, group=group, share=n_open / n))
    curve = kaplan_meier(times, over, asked.level)
    for statistic, prob in (("median", 0.5), ("p90", _P90)):
        found, reason = reached(curve, prob)
        yield asked.row(measure, statistic, period, keys, found, reason=reason, **more)  # type: ignore[arg-type]
    mean = curve.restricted_mean(HORIZON.get(measure))
    yield asked.row(measure, "restricted_mean", period, keys, mean, **more)  # type: ignore[arg-type]
    closed = times[over]
    if closed.size:
        for statistic, value in (
            ("closed_mean", closed.mean()),
            ("closed_median", np.median(closed)),
            ("closed_p90", np.quantile(closed, _P90)),
        ):
            yield asked.row(
                measure,
                statistic,
                period,
                keys,
                value=float(value),
                method="closed_only",
                n=int(closed.size),
                n_open=float(n_open),
                least=1 if n >= asked.study.min_n.show else None,
            )


def reached(curve: Survival, prob: float) -> tuple[Interval, str | None]:
    """Return a quantile of a waiting time, missing with its reason where it was not reached."""
    found = curve.quantile(prob)
    nan = float("nan")
    if np.isfinite(found.estimate):
        if np.isfinite(found.conf_low):
            return found, None
        # all ended at one time: nothing is known of how much waiting varies
        return dataclasses.replace(found, conf_low=nan, conf_high=nan), None
    return (
        Interval(
            estimate=nan,
            std_error=nan,
            conf_low=found.conf_low if np.isfinite(found.conf_low) else nan,
            conf_high=nan,
            conf_level=found.conf_level,
            method=found.method,
            n=found.n,
        ),
        "not_reached",
    )
