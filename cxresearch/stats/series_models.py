"""Where a long operational series is going: exponential smoothing and seasonal ARIMA.

A few models are declared beforehand, in families whose AICc may be compared (ETS; ARIMA by how
often it differences). Within a family AICc chooses; between families it cannot, since their
likelihoods are of different things: there a backtest must (`cxresearch.stats.origins`).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm
from statsmodels.tools.sm_exceptions import ModelWarning
from statsmodels.tsa.exponential_smoothing.ets import ETSModel
from statsmodels.tsa.statespace.sarimax import SARIMAX

from cxresearch.stats.series import check_conf_level, fault

Array = NDArray[np.float64]
Family = Literal["ets", "stationary", "differenced", "seasonal_differenced"]

FEWEST_POINTS = 24
FULL_CYCLES = 2
LONGEST_SEASON = 24
_ITERATIONS = 200
_OTHER_START = {"smoothing_level": 0.7, "smoothing_trend": 0.003, "smoothing_seasonal": 0.0005}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One declared model of a series.

    Attributes
    ----------
    code : str
        Its name: ets_ann, ets_aana, sarima_011_011, ...
    family : str
        Models of one family may be compared by AICc.
    seasonal : bool
    fits : function
        Of a Series and the season's length to a statsmodels model.
    """

    code: str
    family: Family
    seasonal: bool
    model: Callable[[pd.Series, int], Any]


def ets(
    code: str, *, trend: bool = False, damped: bool = False, seasonal: bool = False
) -> Candidate:
    """Return an exponential smoothing model with additive parts (Hyndman's ETS)."""

    def model(y: pd.Series, season: int) -> Any:
        return ETSModel(
            y,
            error="add",
            trend="add" if trend else None,
            damped_trend=damped,
            seasonal="add" if seasonal else None,
            seasonal_periods=season if seasonal else None,
        )

    return Candidate(code=code, family="ets", seasonal=seasonal, model=model)


def sarima(
    code: str,
    family: Family,
    order: tuple[int, int, int],
    seasonal_order: tuple[int, int, int] = (0, 0, 0),
    *,
    constant: bool = False,
) -> Candidate:
    """Return a (seasonal) ARIMA model; `constant` gives it a mean."""

    def model(y: pd.Series, season: int) -> Any:
        times = season if any(seasonal_order) else 0
        level = np.ones((len(y), 1)) if constant else None
        return SARIMAX(y, exog=level, order=order, seasonal_order=(*seasonal_order, times))

    return Candidate(code=code, family=family, seasonal=any(seasonal_order), model=model)


CANDIDATES: tuple[Candidate, ...] = (
    ets("ets_ann"),
    ets("ets_aadn", trend=True, damped=True),
    ets("ets_ana", seasonal=True),
    ets("ets_aada", trend=True, damped=True, seasonal=True),
    sarima("sarima_100", "stationary", (1, 0, 0), constant=True),
    sarima("sarima_100_100", "stationary", (1, 0, 0), (1, 0, 0), constant=True),
    sarima("sarima_011", "differenced", (0, 1, 1)),
    sarima("sarima_110", "differenced", (1, 1, 0)),
    sarima("sarima_011_100", "differenced", (0, 1, 1), (1, 0, 0)),
    sarima("sarima_011_011", "seasonal_differenced", (0, 1, 1), (0, 1, 1)),
)
"""The models that are tried. None is added for a series that fits none of them well."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SeriesFit:
    """A model fitted to a series.

    Attributes
    ----------
    candidate : Candidate
    season : int
        Points in a cycle; 1 without a season.
    parameters : array
        In the order of statsmodels.
    aicc, log_likelihood : float
        Comparable within the candidate's family only.
    residuals : array
        One-step errors; NaN where there is none.
    n : int
        Observed points.
    inflation : float
        What standard errors are multiplied with, for the parameters that were estimated.
    centre, unit : float
        Mean and standard deviation by which the series was standardised for the search.
    """

    candidate: Candidate
    season: int
    parameters: Array
    aicc: float
    log_likelihood: float
    residuals: Array
    n: int
    inflation: float
    centre: float
    unit: float
    y: Array

    def forecast(
        self, horizon: int, conf_level: float = 0.95, y: ArrayLike | None = None
    ) -> tuple[Array, Array, Array, Array]:
        """Return mean, standard error and interval of the coming points.

        Variances are over the degrees of freedom that the parameters leave, as in R. With `y` the
        parameters are kept and the series is another: one that went on since.
        """
        check_conf_level(conf_level)
        values = self.y if y is None else np.asarray(y, dtype=float)
        series = _series((values - self.centre) / self.unit)
        fitted = self.candidate.model(series, self.season).smooth(self.parameters)
        end = len(series)
        if self.candidate.family == "ets":
            told = fitted.get_prediction(start=end, end=end + horizon - 1)
            mean = told.predicted_mean.to_numpy()
            error = np.sqrt(np.asarray(told.forecast_variance, dtype=float))
        else:
            more = np.ones((horizon, 1)) if fitted.model.k_exog else None
            told = fitted.get_forecast(horizon, exog=more)
            mean, error = told.predicted_mean.to_numpy(), told.se_mean.to_numpy()
        mean, error = self.centre + self.unit * mean, self.inflation * self.unit * error
        reach = float(norm.ppf((1 + conf_level) / 2)) * error
        return mean, error, mean - reach, mean + reach

    def one_ahead(self, y: ArrayLike, targets: ArrayLike, conf_level: float = 0.95) -> Array:
        """Return mean, low and high of points of a series, each from all points before it.

        As `forecast` with horizon 1 tells them, (3, targets), in one run through the series.
        """
        values, places = np.asarray(y, dtype=float), np.asarray(targets, dtype=int)
        model = self.candidate.model(_series((values - self.centre) / self.unit), self.season)
        if self.candidate.family == "ets":
            found = model.smooth(self.parameters)
            ahead = found.fittedvalues.to_numpy()[places]
            squares = found.resid.to_numpy() ** 2
            variance = np.array([squares[:place].mean() for place in places])
        else:
            model.update(self.parameters)
            found = model.ssm.filter()
            ahead = found.forecasts[0, places]
            variance = found.forecasts_error_cov[0, 0, places]
        mean = self.centre + self.unit * ahead
        error = self.inflation * self.unit * np.sqrt(variance)
        reach = float(norm.ppf((1 + conf_level) / 2)) * error
        return np.array([mean, mean - reach, mean + reach])


def allowed(n: int, season: int, *, has_gaps: bool) -> tuple[Candidate, ...]:
    """Return the declared models that so many points allow.

    A season needs two full cycles, is no longer than 24 points, and ETS needs a series without
    gaps.
    """
    seasonal = 1 < season <= LONGEST_SEASON and n >= FULL_CYCLES * season
    return tuple(
        one
        for one in CANDIDATES
        if (seasonal or not one.seasonal) and not (has_gaps and one.family == "ets")
    )


def fit(y: ArrayLike, candidate: Candidate, *, season: int = 1) -> SeriesFit | None:
    """Fit one declared model by maximum likelihood; None where the search did not converge.

    References
    ----------
    Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing,
    10.1007/978-3-540-71918-2; Box & Jenkins (1976). Compared with R `forecast` (`ets`, `Arima`).

    Examples
    --------
    >>> y = [5.0, 5.2, 5.1, 5.4, 5.3, 5.6, 5.5, 5.7, 5.6, 5.9, 5.8, 6.0] * 2
    >>> fit(y, CANDIDATES[0]).candidate.code
    'ets_ann'
    """
    values = np.asarray(y, dtype=float)
    centre, unit = float(np.nanmean(values)), float(np.nanstd(values)) or 1.0
    model = candidate.model(_series((values - centre) / unit), season)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found = _fitted(model, candidate.family)
    for one in heard:  # what statsmodels says of starting values is settled by the end's own check
        if not issubclass(one.category, ModelWarning):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    if not _converged(found):
        return None
    used = int(np.isfinite(values).sum()) - int(getattr(model, "loglikelihood_burn", 0))
    estimated = len(found.params) - (candidate.family != "ets")
    jacobian = used * np.log(unit)
    return SeriesFit(
        candidate=candidate,
        season=season,
        parameters=np.asarray(found.params, dtype=float),
        aicc=float(found.aicc + 2 * jacobian),
        log_likelihood=float(found.llf - jacobian),
        residuals=unit * np.asarray(found.resid, dtype=float),
        n=int(np.isfinite(values).sum()),
        inflation=float(np.sqrt(used / max(used - estimated, 1))),
        centre=centre,
        unit=unit,
        y=values,
    )


def _fitted(model: Any, family: Family) -> Any:
    """Return the better of two searches for ETS: one from statsmodels' start, one from R's corner.

    A seasonal ETS often has a hill where seasons hardly change and one where they change fast.
    """
    if family != "ets":
        return model.fit(disp=False, maxiter=_ITERATIONS, cov_type="none")
    start = np.asarray(model.start_params, dtype=float)
    other = start.copy()
    for name, value in _OTHER_START.items():
        if name in model.param_names:
            other[model.param_names.index(name)] = value
    tried = [model.fit(start_params=one, disp=False) for one in (start, other)]
    return max(tried, key=lambda one: float(one.llf))


def choose(
    y: ArrayLike, *, season: int = 1, fewest: int = FEWEST_POINTS
) -> dict[Family, SeriesFit]:
    """Choose, within each family of declared models, the one with the smallest AICc.

    Parameters
    ----------
    y : array
        Evenly spaced; NaN is a gap.
    season : int
        Points in a cycle; 1 without.
    fewest : int
        Observed points below which nothing is fitted.

    Raises
    ------
    StatisticsError
        Below `fewest` points, or where the series never moves.

    Examples
    --------
    >>> import numpy as np
    >>> y = 10 + np.cumsum(np.random.default_rng(1).normal(size=40))
    >>> sorted(choose(y))
    ['differenced', 'ets', 'stationary']
    """
    values = np.asarray(y, dtype=float)
    known = values[np.isfinite(values)]
    if len(known) < fewest:
        raise fault(
            "the series is too short for ETS or ARIMA",
            found=f"{len(known)} points",
            hint=f"with fewer than {fewest} keep to the last value, or to a local level",
        )
    if np.ptp(known) == 0:
        raise fault(
            "a series that never moves cannot be modelled",
            found=f"the value {known[0]:g} throughout",
            hint="it is its own forecast",
        )
    best: dict[Family, SeriesFit] = {}
    for one in allowed(len(known), season, has_gaps=len(known) < len(values)):
        found = fit(values, one, season=season)
        if found is None or not np.isfinite(found.aicc):
            continue
        if one.family not in best or found.aicc < best[one.family].aicc:
            best[one.family] = found
    return best


def _series(y: ArrayLike) -> pd.Series:
    return pd.Series(np.asarray(y, dtype=float), index=pd.RangeIndex(len(np.atleast_1d(y))))


def _converged(found: Any) -> bool:
    told = found.mle_retvals
    return bool(told["converged"]) if "converged" in told else bool(told.get("success", True))
