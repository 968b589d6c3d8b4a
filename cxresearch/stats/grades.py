"""Logit and ordered logit: what goes with being a promoter, or with giving a better grade."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from cxresearch.errors import Fault, StatisticsError
from cxresearch.stats.design import Design
from cxresearch.stats.importance.cumulative import Cumulative
from cxresearch.stats.intervals import quantile
from cxresearch.stats.regression import Diagnosis

__all__ = ["GradeModel", "cumulative_logit"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GradeModel:
    """P(Y <= k) = logistic(theta_k - x b).

    Attributes
    ----------
    terms : DataFrame
        ``term, estimate, std_error, conf_low, conf_high, statistic, p_value``; log odds of a
        better grade per point of the driver.
    thresholds : Series
        theta by the grade that lies just below it.
    covariance : DataFrame
        Of thresholds and slopes.
    log_likelihood, log_likelihood_null : float
        Weights scaled to a mean of one.
    mcfadden, nagelkerke : float
    separated : bool
        The drivers decide the grades: no finite coefficients, nothing to be read.
    parallel : Diagnosis
        Test of equal slopes at every threshold (Brant); a small p says that they differ.
    grades : tuple of float
    n : int
    method : str
        "model" or "design": where the standard errors come from.
    """

    terms: pd.DataFrame
    thresholds: pd.Series
    covariance: pd.DataFrame
    log_likelihood: float
    log_likelihood_null: float
    mcfadden: float
    nagelkerke: float
    separated: bool
    parallel: Diagnosis
    grades: tuple[float, ...]
    n: int
    method: str


def cumulative_logit(
    y: ArrayLike,
    X: Any,
    *,
    design: Design | None = None,
    domain: ArrayLike | None = None,
    conf_level: float = 0.95,
) -> GradeModel:
    """Which things go with a better grade, each with the others held fixed; associations only.

    Maximum likelihood of P(Y <= k) = logistic(theta_k - x b): the logit where `y` has two
    values, the proportional-odds model where it has more. Standard errors come from the
    information matrix (z), or under a design from its linearised scores (t, design df).

    Parameters
    ----------
    y : array-like, shape (n,)
        Ordered values; NaN leaves the row out.
    X : DataFrame, or anything a DataFrame is made from, shape (n, p)
    design : Design, optional
    domain : array-like of bool, optional
    conf_level : float

    Raises
    ------
    StatisticsError
        Without variation in `y`, or without more rows than parameters.

    References
    ----------
    McCullagh 1980, doi:10.1111/j.2517-6161.1980.tb01109.x; Brant 1990, doi:10.2307/2532457.
    Compared with R ``ordinal::clm`` and ``glm``.

    Examples
    --------
    >>> y = [1, 1, 2, 1, 2, 3, 2, 3, 3, 3, 1, 2]
    >>> fit = cumulative_logit(y, {"x": [1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 1, 5]})
    >>> fit.terms[["estimate", "std_error"]].round(4).iloc[0].tolist()
    [1.3715, 0.5917]
    """
    frame = pd.DataFrame(X)
    outcome = np.asarray(y, dtype=float)
    values = frame.to_numpy(dtype=float, na_value=nan)
    plan = design or Design.build(len(values))
    member = plan.members(domain, outcome, values.sum(axis=1))
    grades, codes = np.unique(outcome[member], return_inverse=True)
    n, p = int(member.sum()), values.shape[1]
    if len(grades) < 2:
        raise _fault("the outcome never varies", f"{len(grades)} values", "look at its answers")
    if n <= p + len(grades) - 1:
        raise _fault("not more answers than coefficients", f"{n} rows", "use fewer drivers")
    w = plan.weights_of(member)[member]
    w = w * (n / w.sum())
    one = Cumulative(values[member], codes)
    fits = one.fit(np.ones((1, p), dtype=bool), w[None])
    null = float(one.null(w[None])[1][0])
    cuts = len(grades) - 1
    bread = np.linalg.pinv(one.information(fits, w[None]), hermitian=True)
    if plan.simple:
        V, df, method = bread, float("inf"), "model"
    else:
        Z = np.zeros((plan.n, cuts + p))
        Z[member] = (one.gradients(fits) * w[:, None]) @ bread
        V = plan.covariance_of_totals(Z, member)
        df, method = float(plan.df_of(member) + 1 - cuts - p), "design"
    slopes = fits.slopes[0]
    error = np.sqrt(np.maximum(np.diag(V)[cuts:], 0.0)) if df > 0 else np.full(p, nan)
    half = quantile(conf_level, df) * error
    statistic = np.divide(slopes, error, out=np.full(p, nan), where=error > 0)
    names = [str(name) for name in frame.columns]
    labels = [*(f"<={grade:g}" for grade in grades[:-1]), *names]
    level = float(fits.level[0])
    return GradeModel(
        terms=pd.DataFrame(
            {
                "term": names,
                "estimate": slopes,
                "std_error": error,
                "conf_low": slopes - half,
                "conf_high": slopes + half,
                "statistic": statistic,
                "p_value": 2 * special.stdtr(df, -np.abs(statistic))
                if np.isfinite(df)
                else 2 * special.ndtr(-np.abs(statistic)),
            }
        ),
        thresholds=pd.Series(fits.thresholds[0], index=grades[:-1], name="threshold"),
        covariance=pd.DataFrame(V, index=labels, columns=labels),
        log_likelihood=level,
        log_likelihood_null=null,
        mcfadden=1 - level / null,
        nagelkerke=float(np.expm1(2 * (null - level) / n) / np.expm1(2 * null / n)),
        separated=bool(fits.separated[0]),
        parallel=_parallel(values[member], codes, w),
        grades=tuple(float(grade) for grade in grades),
        n=n,
        method=method,
    )


def _parallel(values: np.ndarray, codes: np.ndarray, w: np.ndarray) -> Diagnosis:
    """Wald test that the binary logits at all cuts have the same slopes (Brant)."""
    cuts, p = int(codes.max()), values.shape[1]
    none = Diagnosis(statistic=nan, df=float((cuts - 1) * p), p_value=nan)
    if cuts < 2 or len(values) <= p + 1:
        return none
    A = np.column_stack([np.ones(len(values)), values])
    slopes, chances, breads = [], [], []
    for k in range(cuts):
        binary = (codes > k).astype(int)
        fits = Cumulative(values, binary).fit(np.ones((1, p), dtype=bool), w[None])
        if fits.separated[0]:
            return none
        chance = special.expit(values @ fits.slopes[0] - fits.thresholds[0, 0])
        curve = (A * (w * chance * (1 - chance))[:, None]).T @ A
        if np.linalg.cond(curve) > 1e14:
            return none
        slopes.append(fits.slopes[0])
        chances.append(chance)
        breads.append(np.linalg.inv(curve))
    V = np.empty((cuts * p, cuts * p))
    for j in range(cuts):
        for k in range(j, cuts):
            meat = (A * (w * chances[k] * (1 - chances[j]))[:, None]).T @ A
            block = (breads[j] @ meat @ breads[k])[1:, 1:]
            V[j * p : (j + 1) * p, k * p : (k + 1) * p] = block
            V[k * p : (k + 1) * p, j * p : (j + 1) * p] = block.T
    D = np.kron(np.column_stack([-np.ones(cuts - 1), np.eye(cuts - 1)]), np.eye(p))
    away = D @ np.concatenate(slopes)
    statistic = float(away @ np.linalg.pinv(D @ V @ D.T, hermitian=True) @ away)
    df = (cuts - 1) * p
    return Diagnosis(statistic=statistic, df=df, p_value=float(stats.chi2.sf(statistic, df)))


def _fault(what: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(
        Fault(kind="statistics", what=what, where="y, X", found=found, hint=hint)
    )
