"""How fast customers leave, and what goes with leaving sooner: proportional hazards."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.intervals import quantile
from cxresearch.stats.regression import Diagnosis

Floats = NDArray[np.float64]

__all__ = ["Hazards", "cox"]

_STEEPEST = 30.0  # a log hazard ratio per unit beyond which the likelihood has no top


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hazards:
    """A proportional-hazards model: per term and per model.

    Attributes
    ----------
    terms : DataFrame
        ``term, estimate`` (log hazard ratio per unit), ``std_error, conf_low, conf_high,
        statistic, p_value, hazard_ratio, ratio_low, ratio_high``.
    log_likelihood, null_log_likelihood : float
        Partial, with Efron's ties.
    n, n_events : int
        Spells and spells that ended.
    proportional : Diagnosis
        Test that hazard ratios do not change with time; a small p says that they do.
    method : str
        ``efron`` or, with clusters, ``efron_cluster`` (sandwich errors).
    conf_level : float
    """

    terms: pd.DataFrame
    log_likelihood: float
    null_log_likelihood: float
    n: int
    n_events: int
    proportional: Diagnosis
    method: str
    conf_level: float


def cox(
    time: ArrayLike,
    event: ArrayLike,
    X: Any,
    *,
    entry: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> Hazards:
    """Tell what goes with leaving sooner: hazard ratios, those still there counted as censored.

    h(t | x) = h0(t) exp(b x), by partial likelihood with Efron's ties; exp(b) is how many times
    as fast customers leave per unit of x. Proportional hazards are tested by the correlation of
    Schoenfeld residuals with Kaplan-Meier time (Grambsch and Therneau).

    Parameters
    ----------
    time : array-like, shape (n,)
        Above zero (above `entry`): time to leaving, or to the last day known.
    event : array-like of 0 and 1, shape (n,)
        1 left, 0 censored.
    X : DataFrame, or anything a DataFrame is made from, shape (n, p)
    entry : array-like, shape (n,), optional
        Time from which a customer was watched; 0 by default.
    clusters : array-like, shape (n,), optional
        Spells of one customer hang together: standard errors by cluster (Lin and Wei).
    conf_level : float

    Returns
    -------
    Hazards

    Raises
    ------
    StatisticsError
        For times that are not above entry, without an event, with holes, with a column that
        never varies, and where the events are perfectly ordered (no finite ratio).

    References
    ----------
    Cox 1972, 10.1111/j.2517-6161.1972.tb00899.x; Efron 1977, 10.1080/01621459.1977.10480613;
    Grambsch & Therneau 1994, 10.1093/biomet/81.3.515; Lin & Wei 1989,
    10.1080/01621459.1989.10478874. Compared with R ``survival::coxph``.

    Examples
    --------
    >>> fit = cox([3, 5, 6, 7, 9, 10, 12, 12, 12, 12], [1, 1, 1, 1, 1, 1, 0, 0, 0, 0],
    ...           {"satisfaction": [4, 5, 7, 5, 6, 8, 9, 7, 8, 10]})
    >>> fit.terms.loc[0, ["estimate", "hazard_ratio"]].astype(float).round(4).tolist()
    [-1.1951, 0.3027]
    """
    frame = pd.DataFrame(X)
    names = [str(one) for one in frame.columns]
    values = frame.to_numpy(dtype=float)
    t = np.asarray(time, dtype=float)
    died = np.asarray(event, dtype=float)
    start = np.zeros(len(t)) if entry is None else np.asarray(entry, dtype=float)
    _check(t, died, start, values)
    centre = values.mean(axis=0)
    model = PHReg(t, values - centre, status=died, entry=None if entry is None else start)
    model.ties = "efron"
    groups = None if clusters is None else pd.factorize(np.asarray(clusters))[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", ConvergenceWarning)
            fit = model.fit(groups=groups)
    except ConvergenceWarning as found:
        raise _no_ratio(names) from found
    coef = np.asarray(fit.params, dtype=float)
    covariance = np.atleast_2d(np.asarray(fit.cov_params(), dtype=float))
    inverse = np.linalg.inv(-np.atleast_2d(model.hessian(coef)))
    scores = np.abs(np.atleast_1d(model.score(coef)))
    spread = values.std(axis=0)
    if (np.abs(coef * spread) > _STEEPEST).any() or (scores * spread > 1e-2).any():
        raise _no_ratio(names)
    error = np.sqrt(np.diag(covariance))
    half = quantile(conf_level) * error
    terms = pd.DataFrame(
        {
            "term": names,
            "estimate": coef,
            "std_error": error,
            "conf_low": coef - half,
            "conf_high": coef + half,
            "statistic": coef / error,
            "p_value": 2 * stats.norm.sf(np.abs(coef / error)),
            "hazard_ratio": np.exp(coef),
            "ratio_low": np.exp(coef - half),
            "ratio_high": np.exp(coef + half),
        }
    )
    return Hazards(
        terms=terms,
        log_likelihood=float(model.loglike(coef)),
        null_log_likelihood=float(model.loglike(np.zeros(len(coef)))),
        n=len(t),
        n_events=int(died.sum()),
        proportional=_proportional(t, died, start, values - centre, coef, inverse),
        method="efron" if clusters is None else "efron_cluster",
        conf_level=conf_level,
    )


def _check(t: Floats, died: Floats, start: Floats, values: Floats) -> None:
    if len({len(t), len(died), len(start), len(values)}) > 1:
        found = f"{len(t)}, {len(died)}, {len(values)}"
        raise _fault("times, events and columns must have the same rows", found, "pass one frame")
    whole = np.isfinite(t).all() and np.isfinite(values).all() and np.isin(died, (0, 1)).all()
    if not whole:
        hint = "leave incomplete rows out; events are 0 or 1"
        raise _fault("holes in times, events or columns", f"{len(t)} rows", hint)
    if (t <= start).any() or (start < 0).any():
        found = f"{int((t <= start).sum())} of {len(t)} rows"
        raise _fault("a time is not above its entry", found, "check which day comes first")
    if not died.any():
        raise _fault("nobody left: there is nothing to explain", "0 events", "watch for longer")
    if (values.std(axis=0) == 0).any():
        raise _fault("a column never varies", "constant", "leave it out")


def _proportional(
    t: Floats, died: Floats, start: Floats, values: Floats, coef: Floats, inverse: Floats
) -> Diagnosis:
    """Return the test of constant hazard ratios: Schoenfeld residuals against Kaplan-Meier time."""
    risk = np.exp(values @ coef)
    times = np.unique(t[died == 1])
    residuals, places = [], []
    surviving = 1.0
    for now in times:
        here = (t >= now) & (start < now)
        dead = (t == now) & (died == 1)
        d = int(dead.sum())
        weight, moment = risk[here].sum(), risk[here] @ values[here]
        own, own_moment = risk[dead].sum(), risk[dead] @ values[dead]
        steps = np.arange(d) / d
        means = [(moment - s * own_moment) / (weight - s * own) for s in steps]
        mean = np.mean(means, axis=0)
        residuals += list(values[dead] - mean)
        places += [1 - surviving] * d
        surviving *= 1 - d / int(here.sum())
    s = np.asarray(residuals)
    g = np.asarray(places) - np.mean(places)
    k = values.shape[1]
    if not g @ g > 0:
        return Diagnosis(statistic=np.nan, df=k, p_value=np.nan)
    u = g @ s
    statistic = float(u @ inverse @ u * len(s) / (g @ g))
    return Diagnosis(statistic=statistic, df=k, p_value=float(stats.chi2.sf(statistic, k)))


def _no_ratio(names: list[str]) -> StatisticsError:
    return _fault(
        "the order of events has no finite hazard ratio",
        ", ".join(names),
        "those who left and those who stayed do not overlap: more events are needed",
    )


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
