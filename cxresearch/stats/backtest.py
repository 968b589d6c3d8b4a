"""Whether a forecast of satisfaction would have been better than repeating the last wave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.stats.coming import forecast
from cxresearch.stats.random_walk import Array
from cxresearch.stats.series import check_conf_level, checked_series, fault
from cxresearch.stats.smoothing import local_level_averaged

Forecaster = Callable[[Array, Array, Array, float, float], tuple[float, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backtest:
    """Forecasts made from the past only, beside what came; one value a forecast.

    Attributes
    ----------
    origin, target : array of int
        The last wave known and the wave forecast, from 0.
    actual, forecast, conf_low, conf_high, last_value : array
        In the unit of the series; `last_value` is the last observed wave.
    scale : array
        Mean absolute change between the waves known then.
    mase, mase_last_value : float
        Mean of |error| / scale, of the forecasts and of repeating the last wave.
    rmse, rmse_last_value : float
    coverage : float
        Share of waves that fell into their interval.
    """

    origin: Array
    target: Array
    actual: Array
    forecast: Array
    conf_low: Array
    conf_high: Array
    last_value: Array
    scale: Array
    mase: float
    mase_last_value: float
    rmse: float
    rmse_last_value: float
    coverage: float
    conf_level: float
    n: int

    @property
    def useful(self) -> bool:
        """False where MASE is 1 or more or coverage below .80: no better than the last wave."""
        return self.mase < 1 and self.coverage >= 0.8


def mase(train: ArrayLike, actual: ArrayLike, predicted: ArrayLike) -> float:
    """Tell the size of forecast errors in units of the usual change from wave to wave.

    mean |actual - predicted| over the mean |y_t - y_(t-1)| of the training waves; below 1 the
    forecast is better than repeating the last wave was in training.

    Raises
    ------
    StatisticsError
        Where the training waves never change, or lengths differ.

    References
    ----------
    Hyndman & Koehler (2006), 10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> round(mase([7.0, 7.1, 7.05, 7.2], [7.2, 7.4, 7.3], [7.15, 7.3, 7.45]), 6)
    1.0
    """
    scale = _scale(np.asarray(train, dtype=float))
    if not scale > 0:
        raise fault(
            "the training waves never change, so errors have no unit",
            found=f"scale {scale}",
            hint="use rmse",
        )
    return float(np.abs(_errors(actual, predicted)).mean() / scale)


def rmse(actual: ArrayLike, predicted: ArrayLike) -> float:
    """Tell the typical forecast error, in the unit of the series.

    Examples
    --------
    >>> round(rmse([7.2, 7.4, 7.3], [7.15, 7.3, 7.45]), 4)
    0.108
    """
    return float(np.sqrt((_errors(actual, predicted) ** 2).mean()))


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """Tell in what share of waves the interval held what came.

    Examples
    --------
    >>> coverage([1.0, 2.0], [0.5, 2.5], [1.5, 3.0])
    0.5
    """
    below, above = _errors(actual, low), _errors(high, actual)
    return float(((below >= 0) & (above >= 0)).mean())


def level_forecaster(
    y: Array, variances: Array, times: Array, ahead: float, planned_variance: float
) -> tuple[float, float, float]:
    """Forecast with the averaged local level: estimate and 95% interval of the observed figure.

    `ahead` waves after the last one given.

    Examples
    --------
    >>> import numpy as np
    >>> y, v = np.array([7.1, 7.2, 7.1, 7.3, 7.4, 7.3]), np.full(6, 0.009)
    >>> [round(x, 1) for x in level_forecaster(y, v, np.arange(6.0), 1, 0.009)]
    [7.3, 6.8, 7.9]
    """
    fit = local_level_averaged(y, variances, times=times)
    coming = forecast(fit, [ahead], planned_variance)
    return float(coming.estimate[0]), float(coming.conf_low[0]), float(coming.conf_high[0])


def rolling_origin(
    y: ArrayLike,
    variances: ArrayLike,
    *,
    forecaster: Forecaster = level_forecaster,
    times: ArrayLike | None = None,
    horizon: int = 1,
    min_train: int = 6,
    conf_level: float = 0.95,
) -> Backtest:
    """Tell whether forecasting would have beaten repeating the last wave.

    From each origin with at least `min_train` observed waves, forecasts the wave `horizon` rows
    later from the waves up to the origin only. The sampling variance of the wave that came is
    taken as planned.

    Parameters
    ----------
    y, variances : array (waves,)
        NaN in `y` is a missing wave: it is never a target.
    forecaster : function
        Of (y, variances, times, ahead, planned_variance) to (estimate, low, high), its interval
        at `conf_level`; the built-in one gives 95%.
    horizon : int
        Rows ahead.

    Raises
    ------
    StatisticsError
        Where no wave is left to forecast.

    References
    ----------
    Tashman (2000), 10.1016/S0169-2070(00)00065-0; Hyndman & Koehler (2006),
    10.1016/j.ijforecast.2006.03.001.

    Examples
    --------
    >>> y = [7.1, 7.25, 7.05, 7.3, 7.42, 7.28, 7.5, 7.61, 7.48, 7.7]
    >>> test = rolling_origin(y, [0.009] * 10)
    >>> test.n, test.coverage
    (4, 1.0)
    """
    check_conf_level(conf_level)
    values, H, when = checked_series(y, variances, times)
    seen = np.isfinite(values)
    if horizon < 1 or min_train < 2:
        raise fault(
            "a backtest needs a wave ahead and two waves to learn from",
            found=f"horizon {horizon}, min_train {min_train}",
            hint="give horizon 1 or more, min_train 2 or more",
        )
    rows = []
    for origin in range(len(values) - horizon):
        past, target = slice(0, origin + 1), origin + horizon
        if seen[past].sum() < min_train or not seen[target]:
            continue
        known = values[past][seen[past]]
        estimate, low, high = forecaster(
            values[past], H[past], when[past], float(when[target] - when[origin]), float(H[target])
        )
        rows.append((origin, target, values[target], estimate, low, high, known[-1], _scale(known)))
    if not rows:
        raise fault(
            "no wave is left to forecast",
            found=f"{int(seen.sum())} observed waves, {min_train} to learn from",
            hint="wait for a wave more, or lower min_train",
        )
    origins, targets, actual, predicted, low_ends, high_ends, last, scales = np.array(rows).T
    usable = scales > 0
    error, naive = np.abs(actual - predicted), np.abs(actual - last)
    scaled = [
        float((one[usable] / scales[usable]).mean()) if usable.any() else float("nan")
        for one in (error, naive)
    ]
    return Backtest(
        origin=origins.astype(int),
        target=targets.astype(int),
        actual=actual,
        forecast=predicted,
        conf_low=low_ends,
        conf_high=high_ends,
        last_value=last,
        scale=scales,
        mase=scaled[0],
        mase_last_value=scaled[1],
        rmse=rmse(actual, predicted),
        rmse_last_value=rmse(actual, last),
        coverage=coverage(actual, low_ends, high_ends),
        conf_level=conf_level,
        n=len(rows),
    )


def _scale(train: Array) -> float:
    known = train[np.isfinite(train)]
    if len(known) < 2:
        raise fault(
            "a scale needs two training waves",
            found=str(len(known)),
            hint="give the waves before the forecast",
        )
    return float(np.abs(np.diff(known)).mean())


def _errors(actual: ArrayLike, other: ArrayLike) -> Array:
    a, b = np.asarray(actual, dtype=float), np.asarray(other, dtype=float)
    if a.shape != b.shape or not a.size:
        raise fault(
            "as many forecasts as waves are needed",
            found=f"shapes {a.shape} and {b.shape}",
            hint="give arrays of the same length",
        )
    return np.asarray(a - b)
