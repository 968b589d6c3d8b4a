"""What goes with staying or leaving: logistic regression, its odds ratios and marginal effects."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import special

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.intervals import quantile

Floats = NDArray[np.float64]

__all__ = ["Logit", "logit", "logit_draws"]

_STEPS = 60
_TOLERANCE = 1e-10
_SURE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Logit:
    """A logistic regression: per term and per model.

    Attributes
    ----------
    terms : DataFrame
        The intercept first: ``term, estimate`` (log odds per unit), ``std_error, conf_low,
        conf_high, statistic, p_value, odds_ratio, ratio_low, ratio_high, marginal_effect,
        effect_se, effect_low, effect_high`` (average marginal effect: change of the share per
        unit, 0 to 1; by delta method).
    covariance : DataFrame
        Of the coefficients.
    log_likelihood, null_log_likelihood : float
    n, n_events : int
        Rows, and rows with outcome 1.
    n_clusters : int
    method : str
        ``classic`` or, with weights or clusters, ``sandwich``.
    conf_level : float
    """

    terms: pd.DataFrame
    covariance: pd.DataFrame
    log_likelihood: float
    null_log_likelihood: float
    n: int
    n_events: int
    n_clusters: int
    method: str
    conf_level: float

    @property
    def coef(self) -> pd.Series:
        """Coefficients by term."""
        return self.terms.set_index("term")["estimate"]

    def share(self, X: Any) -> Floats:
        """Return the expected share of outcome 1 at rows of X."""
        return np.asarray(special.expit(_with_constant(X)[0] @ self.coef.to_numpy()))


def logit(
    y: ArrayLike,
    X: Any,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> Logit:
    """Tell what goes with an outcome of two values: odds ratios and average marginal effects.

    log p/(1 − p) = b x by maximum likelihood (Newton). Average marginal effect of x_j:
    b_j mean(p (1 − p)).

    Parameters
    ----------
    y : array-like of 0 and 1, shape (n,)
    X : DataFrame, or anything a DataFrame is made from, shape (n, p)
        Without a constant.
    weights : array-like, shape (n,), optional
        Sampling weights; then errors are of the sandwich form.
    clusters : array-like, shape (n,), optional
        Rows of one customer hang together: sandwich by cluster, times g/(g − 1).
    conf_level : float

    Returns
    -------
    Logit

    Raises
    ------
    StatisticsError
        With holes, an outcome that never varies, columns that are combinations of others, and
        where x separates the two outcomes perfectly (no finite odds ratio).

    References
    ----------
    Albert & Anderson 1984, 10.1093/biomet/71.1.1 (separation); Liang & Zeger 1986,
    10.1093/biomet/73.1.13 (clusters). Compared with R ``glm``.

    Examples
    --------
    >>> fit = logit([0, 0, 1, 0, 1, 0, 1, 1, 1, 1], {"x": [2, 3, 4, 5, 6, 7, 8, 9, 10, 6]})
    >>> fit.coef.round(4).to_dict()
    {'intercept': -3.3983, 'x': 0.6714}
    """
    A, names = _with_constant(X)
    outcome = np.asarray(y, dtype=float)
    w = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=float)
    _check(outcome, A, w)
    w = w * (len(w) / w.sum())
    with np.errstate(over="ignore", invalid="ignore"):
        coef, converged = _newton(A, outcome, w)
    p = special.expit(A @ coef)
    if not converged or (np.minimum(p, 1 - p) < _SURE).all():
        raise _fault(
            "the two outcomes are perfectly separated",
            ", ".join(names[1:]),
            "no finite odds ratio fits: more answers, or fewer columns",
        )
    bread = np.linalg.inv((A.T * (w * p * (1 - p))) @ A)
    groups = None if clusters is None else pd.factorize(np.asarray(clusters))[0]
    simple = weights is None and groups is None
    covariance = bread
    if not simple:
        scores = A * (w * (outcome - p))[:, None]
        totals = scores if groups is None else _totals(scores, groups)
        factor = len(totals) / (len(totals) - 1)
        covariance = bread @ (totals.T @ totals) @ bread * factor
    known = outcome.mean() if weights is None else float(w @ outcome / w.sum())
    return Logit(
        terms=_terms(coef, covariance, names, A, p, w, conf_level),
        covariance=pd.DataFrame(covariance, index=names, columns=names),
        log_likelihood=_likelihood(outcome, p, w),
        null_log_likelihood=_likelihood(outcome, np.full(len(p), known), w),
        n=len(outcome),
        n_events=int(outcome.sum()),
        n_clusters=len(outcome) if groups is None else int(groups.max()) + 1,
        method="classic" if simple else "sandwich",
        conf_level=conf_level,
    )


def logit_draws(y: ArrayLike, x: ArrayLike, weights: ArrayLike, steps: int = 25) -> Floats:
    """Return intercept and slope of a logit on one column for every bootstrap draw.

    Parameters
    ----------
    y, x : array-like, shape (n,)
    weights : array-like, shape (n_resamples, n)
        Weight of every row in every draw.
    steps : int
        Newton steps.

    Returns
    -------
    ndarray, shape (n_resamples, 2)
        NaN where a draw has no finite slope.

    Examples
    --------
    >>> x, y = [2, 3, 4, 5, 6, 7, 8, 9, 10, 6], [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
    >>> logit_draws(y, x, np.ones((1, 10))).round(4).tolist()
    [[-3.3983, 0.6714]]
    """
    W = np.asarray(weights, dtype=float)
    cells, inverse = np.unique(np.asarray(x, dtype=float), return_inverse=True)
    flag = np.asarray(y, dtype=float)
    places = np.zeros((len(flag), len(cells)))
    places[np.arange(len(flag)), inverse] = 1.0
    n = W @ places
    events = (W * flag) @ places
    centre = float(cells.mean())
    c = cells - centre
    with np.errstate(invalid="ignore"):
        rate = np.clip(events.sum(1) / n.sum(1), 1e-6, 1 - 1e-6)
    coef = np.column_stack([special.logit(rate), np.zeros(len(W))])
    step = np.zeros_like(coef)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            p = special.expit(coef[:, :1] + coef[:, 1:] * c)
            v = n * p * (1 - p)
            left = events - n * p
            g0, g1 = left.sum(1), left @ c
            h00, h01, h11 = v.sum(1), v @ c, v @ c**2
            det = h00 * h11 - h01**2
            step = np.column_stack([h11 * g0 - h01 * g1, h00 * g1 - h01 * g0]) / det[:, None]
            coef = coef + np.clip(step, -4.0, 4.0)
    lost = ~np.isfinite(coef).all(axis=1) | ~(np.abs(step).max(axis=1) < 1e-6)
    coef[:, 0] -= coef[:, 1] * centre
    coef[lost] = nan
    return coef


def _with_constant(X: Any) -> tuple[Floats, list[str]]:
    frame = pd.DataFrame(X)
    values = np.column_stack([np.ones(len(frame)), frame.to_numpy(dtype=float)])
    return values, ["intercept", *(str(one) for one in frame.columns)]


def _check(y: Floats, A: Floats, w: Floats) -> None:
    if len(y) != len(A) or len(w) != len(A):
        raise _fault("y and X must have the same rows", f"{len(y)}, {len(A)}", "pass one frame")
    if not (np.isin(y, (0, 1)).all() and np.isfinite(A).all() and (w >= 0).all()):
        raise _fault("holes, or an outcome other than 0 and 1", f"{len(y)} rows", "drop them first")
    if y.min() == y.max():
        raise _fault("the outcome never varies", f"{y[0]:g}", "there is nothing to explain")
    if np.linalg.matrix_rank(A) < A.shape[1]:
        raise _fault("a column is a combination of others", "rank", "leave one out")


def _newton(A: Floats, y: Floats, w: Floats) -> tuple[Floats, bool]:
    coef = np.zeros(A.shape[1])
    coef[0] = special.logit(np.clip(w @ y / w.sum(), 1e-6, 1 - 1e-6))
    best = _likelihood(y, special.expit(A @ coef), w)
    for _ in range(_STEPS):
        p = special.expit(A @ coef)
        information = (A.T * (w * p * (1 - p))) @ A
        if not np.isfinite(information).all() or np.linalg.cond(information) > 1e14:
            return coef, False
        step = np.linalg.solve(information, A.T @ (w * (y - p)))
        for _half in range(30):
            tried = _likelihood(y, special.expit(A @ (coef + step)), w)
            if tried >= best - 1e-12:
                break
            step = step / 2
        coef, best = coef + step, tried
        if np.abs(step).max() < _TOLERANCE * (1 + np.abs(coef).max()):
            return coef, True
    return coef, False


def _likelihood(y: Floats, p: Floats, w: Floats) -> float:
    return float(w @ (special.xlogy(y, p) + special.xlogy(1 - y, 1 - p)))


def _totals(scores: Floats, groups: NDArray[np.intp]) -> Floats:
    totals = np.zeros((int(groups.max()) + 1, scores.shape[1]))
    np.add.at(totals, groups, scores)
    return totals


def _terms(
    coef: Floats, V: Floats, names: list[str], A: Floats, p: Floats, w: Floats, conf_level: float
) -> pd.DataFrame:
    error = np.sqrt(np.diag(V))
    reach = quantile(conf_level)
    u = w / w.sum()
    slope = float(u @ (p * (1 - p)))
    turn = (u * p * (1 - p) * (1 - 2 * p)) @ A
    gradient = np.eye(len(coef)) * slope + np.outer(coef, turn)
    effect, effect_se = coef * slope, np.sqrt(np.einsum("ij,jk,ik->i", gradient, V, gradient))
    effect[0] = effect_se[0] = nan
    statistic = coef / error
    return pd.DataFrame(
        {
            "term": names,
            "estimate": coef,
            "std_error": error,
            "conf_low": coef - reach * error,
            "conf_high": coef + reach * error,
            "statistic": statistic,
            "p_value": 2 * special.ndtr(-np.abs(statistic)),
            "odds_ratio": np.exp(coef),
            "ratio_low": np.exp(coef - reach * error),
            "ratio_high": np.exp(coef + reach * error),
            "marginal_effect": effect,
            "effect_se": effect_se,
            "effect_low": effect - reach * effect_se,
            "effect_high": effect + reach * effect_se,
        }
    )


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, found=found, hint=hint))
