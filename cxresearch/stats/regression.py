"""What goes with satisfaction: linear regression with errors that fit how people were sampled."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy import special, stats

from cxresearch.errors import Fault, StatisticsError, did_you_mean
from cxresearch.stats.design import Design
from cxresearch.stats.intervals import quantile
from cxresearch.stats.layout import Bools, Floats

__all__ = ["Covariance", "Diagnosis", "Regression", "ols"]

Covariance = Literal["classic", "HC0", "HC1", "HC2", "HC3", "CR1", "design"]
_INTERCEPT = "intercept"
_ALIAS = 1e-7  # R's lm: a column whose own part is smaller than this is no column of its own
_FIXED = 1e-10  # so near to 1, leverage leaves an answer no residual


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """A test of the model: statistic, degrees of freedom, p value."""

    statistic: float
    df: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Regression:
    """A linear regression: per term, per model, per respondent.

    Attributes
    ----------
    terms : DataFrame
        One row per term, the intercept first: ``term, estimate, std_error, conf_low, conf_high,
        statistic, p_value, beta, vif`` (beta: in standard deviations; VIF of the column). Aliased
        columns are there with missing numbers.
    covariance : DataFrame
        Of the coefficients that could be estimated.
    df, df_resid : float
        Of the t tests; n minus coefficients.
    r_squared, adj_r_squared, sigma : float
        sigma is the residual standard deviation at weights of mean one.
    n, n_missing : int
        Respondents with every answer; those of the domain left out for a hole.
    breusch_pagan : Diagnosis
        Studentised (Koenker); a small p says that the spread of the residuals varies.
    fitted, residuals, leverage, cooks : ndarray, shape (n_rows,)
        By row of the input; NaN where the row was not used. An answer that alone fixes a
        coefficient has no Cook distance.
    aliased : tuple of str
        Columns that are combinations of earlier ones (or never vary).
    method : str
        Code of the standard errors: classic, HC0 to HC3, CR1, design.
    conf_level : float
    """

    terms: pd.DataFrame
    covariance: pd.DataFrame
    df: float
    df_resid: int
    r_squared: float
    adj_r_squared: float
    sigma: float
    n: int
    n_missing: int
    breusch_pagan: Diagnosis
    fitted: Floats
    residuals: Floats
    leverage: Floats
    cooks: Floats
    aliased: tuple[str, ...]
    method: Covariance
    conf_level: float

    @property
    def coef(self) -> pd.Series:
        """Coefficients by term."""
        return self.terms.set_index("term")["estimate"]

    @property
    def std_error(self) -> pd.Series:
        """Standard errors by term."""
        return self.terms.set_index("term")["std_error"]

    @property
    def vif(self) -> pd.Series:
        """Variance inflation by driver."""
        return self.terms.set_index("term")["vif"].drop(_INTERCEPT)


def ols(
    y: ArrayLike,
    X: Any,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    design: Design | None = None,
    domain: ArrayLike | None = None,
    covariance: Covariance | None = None,
    conf_level: float = 0.95,
) -> Regression:
    """Which things go with satisfaction, each with the others held fixed; associations only.

    b = (X'WX)⁻¹X'Wy. Standard errors: ``design`` linearises b within clusters and strata, with
    z = w x e and df = PSUs − strata + 1 − coefficients, as R ``svyglm``; ``HC0`` to ``HC3`` allow
    unequal spread (df n − coefficients); ``CR1`` clusters (df clusters − 1); ``classic``.

    Parameters
    ----------
    y : array-like, shape (n,)
        Outcome in scale points; NaN leaves the row out.
    X : DataFrame, or anything a DataFrame is made from, shape (n, p)
        Drivers without a constant; NaN leaves the row out.
    weights, strata, clusters : array-like, shape (n,), optional
    design : Design, optional
        Instead of the three.
    domain : array-like of bool, shape (n,), optional
    covariance : {"classic", "HC0", "HC1", "HC2", "HC3", "CR1", "design"}, optional
        By default ``HC3`` without and ``design`` with weights, strata or clusters.
    conf_level : float

    Returns
    -------
    Regression

    Raises
    ------
    StatisticsError
        Without more rows than columns, or with a design given twice.

    References
    ----------
    Binder 1983, 10.2307/1402588; MacKinnon & White 1985, 10.1016/0304-4076(85)90158-7 (HC3);
    Koenker 1981, 10.1016/0304-4076(81)90062-2 (test of equal spread). Compared with R ``lm``,
    ``sandwich``, ``car``, ``lmtest`` and ``survey``.

    Examples
    --------
    >>> fit = ols([3, 4, 6, 7, 9, 10, 5, 5, 8, 9], {"x": [1, 2, 3, 4, 5, 5, 3, 2, 4, 5]})
    >>> fit.coef.round(7).to_dict()
    {'intercept': 1.1304348, 'x': 1.6086957}
    """
    frame = pd.DataFrame(X)
    names = [str(name) for name in frame.columns]
    values = np.column_stack([np.ones(len(frame)), frame.to_numpy(dtype=float, na_value=nan)])
    outcome = np.asarray(y, dtype=float)
    plan = _plan(len(values), design, weights, strata, clusters)
    method = covariance or ("HC3" if plan.simple else "design")
    if method not in get_args(Covariance):
        hint = did_you_mean(method, get_args(Covariance))
        raise _fault("unknown kind of standard error", "covariance", str(method), hint)
    if len(outcome) != len(values):
        found = f"{len(outcome)} and {len(values)}"
        raise _fault("y and X must have the same rows", "y, X", found, "pass the same frame")
    inside = plan.members(domain)
    member = plan.members(domain, outcome, values.sum(axis=1))
    kept = _own_columns(values[member], plan.weights_of(member)[member])
    n, k = int(member.sum()), len(kept)
    if n <= k:
        hint = "use fewer drivers, or suppress the model"
        raise _fault("not more answers than coefficients", "y, X", f"{n} and {k}", hint)
    w = plan.weights_of(member)[member]
    w = w * (n / w.sum())
    A, b = values[member][:, kept], outcome[member]
    bread = np.linalg.inv((A.T * w) @ A)
    coef = bread @ (A.T @ (w * b))
    residual = b - A @ coef
    leverage = np.einsum("ij,jk,ik->i", A, bread, A) * w
    sigma2 = float(w @ residual**2) / (n - k)
    total = float(w @ (b - w @ b / n) ** 2)
    r_squared = 1 - sigma2 * (n - k) / total if total > 0 else nan
    V, df = _covariance(method, plan, member, A, w, residual, leverage, bread, sigma2)
    columns = [_INTERCEPT, *names]
    terms = _terms(coef, V, df, conf_level)
    spread = np.sqrt(np.maximum(w @ A**2 / n - (w @ A / n) ** 2, 0.0))
    terms["beta"] = np.where(spread > 0, coef * spread / np.sqrt(total / n), nan) if total else nan
    terms["vif"] = np.where(spread > 0, np.diag(bread) * n * spread**2, nan)
    terms.loc[kept.index(0), ["beta", "vif"]] = nan
    terms.insert(0, "term", [columns[j] for j in kept])
    terms = terms.set_index("term").reindex(columns).reset_index()
    room = _room(leverage)
    cooks = w * residual**2 * leverage / (k * sigma2 * room**2) if sigma2 else w * nan
    cooks[leverage >= 1 - _FIXED] = nan
    known = [columns[j] for j in kept]
    return Regression(
        terms=terms,
        covariance=pd.DataFrame(V, index=known, columns=known),
        df=df,
        df_resid=n - k,
        r_squared=r_squared,
        adj_r_squared=1 - (1 - r_squared) * (n - 1) / (n - k),
        sigma=float(np.sqrt(sigma2)),
        n=n,
        n_missing=int(inside.sum()) - n,
        breusch_pagan=_breusch_pagan(A, residual),
        fitted=_by_row(member, A @ coef),
        residuals=_by_row(member, residual),
        leverage=_by_row(member, leverage),
        cooks=_by_row(member, cooks),
        aliased=tuple(name for name in columns if name not in known),
        method=method,
        conf_level=conf_level,
    )


def _plan(
    n: int,
    design: Design | None,
    weights: ArrayLike | None,
    strata: ArrayLike | None,
    clusters: ArrayLike | None,
) -> Design:
    if design is None:
        return Design.build(n, weights=weights, strata=strata, clusters=clusters)
    if weights is not None or strata is not None or clusters is not None:
        hint = "pass either a design, or weights, strata and clusters"
        raise _fault("the design is given twice", "design", "both", hint)
    if design.n != n:
        found = f"{design.n} and {n} rows"
        raise _fault("design and data differ in length", "design", found, "choose rows by `domain`")
    return design


def _own_columns(A: Floats, w: Floats) -> list[int]:
    """Return the columns that are not combinations of earlier ones (Gram-Schmidt, twice)."""
    scaled = A * np.sqrt(w)[:, None]
    kept: list[int] = []
    basis = np.empty((len(A), 0))
    for j, column in enumerate(scaled.T):
        size = np.linalg.norm(column)
        rest = column - basis @ (basis.T @ column)
        rest -= basis @ (basis.T @ rest)
        if size > 0 and np.linalg.norm(rest) > _ALIAS * size:
            kept.append(j)
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
    return kept


def _covariance(
    method: Covariance,
    plan: Design,
    member: Bools,
    A: Floats,
    w: Floats,
    residual: Floats,
    leverage: Floats,
    bread: Floats,
    sigma2: float,
) -> tuple[Floats, float]:
    n, k = A.shape
    if method == "classic":
        return bread * sigma2, float(n - k)
    scores = A * (w * residual)[:, None]
    if method == "design":
        Z = np.zeros((plan.n, k))
        Z[member] = scores @ bread
        return plan.covariance_of_totals(Z, member), float(plan.df_of(member) + 1 - k)
    if method == "CR1":
        if plan.psu_of_row is None:
            hint = "pass clusters, or choose HC3"
            raise _fault("CR1 needs clusters", "covariance", "no clusters", hint)
        totals = plan.psu_totals(_rows(member, scores))
        groups = np.unique(plan.psu_of_row[member]).size
        factor = groups / (groups - 1) * (n - 1) / (n - k) if groups > 1 else nan
        return bread @ (totals.T @ totals) @ bread * factor, float(groups - 1)
    power = {"HC0": 0, "HC1": 0, "HC2": 1, "HC3": 2}[method]
    scores /= _room(leverage)[:, None] ** (power / 2)
    factor = n / (n - k) if method == "HC1" else 1.0
    return bread @ (scores.T @ scores) @ bread * factor, float(n - k)


def _room(leverage: Floats) -> Floats:
    """Return 1 − h, one where an answer alone fixes a coefficient: it has no residual."""
    return np.where(leverage < 1 - _FIXED, 1 - leverage, 1.0)


def _terms(coef: Floats, V: Floats, df: float, conf_level: float) -> pd.DataFrame:
    error = np.sqrt(np.maximum(np.diag(V), 0.0)) if df > 0 else np.full(len(coef), nan)
    half = quantile(conf_level, df) * error
    statistic = np.divide(coef, error, out=np.full(len(coef), nan), where=error > 0)
    return pd.DataFrame(
        {
            "estimate": coef,
            "std_error": error,
            "conf_low": coef - half,
            "conf_high": coef + half,
            "statistic": statistic,
            "p_value": 2 * special.stdtr(df, -np.abs(statistic)) if df > 0 else nan,
        }
    )


def _breusch_pagan(A: Floats, residual: Floats) -> Diagnosis:
    n, k = A.shape
    squares = residual**2
    away = squares - squares.mean()
    total = float(away @ away)
    if k < 2 or total <= 1e-24 * float(squares @ squares):
        return Diagnosis(statistic=nan, df=k - 1, p_value=nan)
    left = away - A @ np.linalg.lstsq(A, away, rcond=None)[0]
    statistic = n * (1 - float(left @ left) / total)
    return Diagnosis(statistic=statistic, df=k - 1, p_value=float(stats.chi2.sf(statistic, k - 1)))


def _by_row(member: Bools, values: Floats) -> Floats:
    rows = np.full(len(member), nan)
    rows[member] = values
    return rows


def _rows(member: Bools, values: Floats) -> Floats:
    rows = np.zeros((len(member), values.shape[1]))
    rows[member] = values
    return rows


def _fault(what: str, where: str, found: str, hint: str) -> StatisticsError:
    return StatisticsError(Fault(kind="statistics", what=what, where=where, found=found, hint=hint))
