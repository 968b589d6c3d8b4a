"""The regression behind the importance, and what in it calls for care."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cxresearch.drivers.cases import NOT_USED, Cases
from cxresearch.notes import Note, note
from cxresearch.stats.grades import cumulative_logit
from cxresearch.stats.importance.cumulative import Cumulative
from cxresearch.stats.imputation import rubin
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.regression import Regression as Fit
from cxresearch.stats.regression import ols
from cxresearch.stats.survey import Design

FOLDS = 10
VIF_NOTICE, VIF_WITHHELD = 4.0, 10.0
SAME_CONSTRUCT = 0.95
WEAK_R_SQUARED = 0.05
NUMERIC_LEVELS = 12
BREUSCH_PAGAN = 0.05
INFLUENTIAL = 1.0
NONLINEAR = 0.05
NOT_PARALLEL = 0.05
STRAIGHT_LEVELS = 3
SQUARE = "square: "
SQUARE_CASES = 5


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A linear model of the outcome on all drivers.

    Attributes
    ----------
    terms : DataFrame, one row per column of X
        coefficient, coefficient_se (HC3, or the design's; missing where the column is a
        combination of others), beta, vif, correlation.
    r_squared, adj_r_squared, cv_r_squared : float
    breusch_pagan_p, cook_max : float
    n_influential : int
        Cases with a Cook distance above 4/n.
    separated : bool
        Of a logit: the drivers decide the answers, so there are no finite coefficients.
    parallel_p : float
        Of an ordered logit: p value of the test that slopes are the same at every grade.
    """

    terms: pd.DataFrame
    r_squared: float
    adj_r_squared: float
    cv_r_squared: float
    breusch_pagan_p: float
    cook_max: float
    n_influential: int
    separated: bool = False
    parallel_p: float = float("nan")


def regress(cases: Cases, rng: np.random.Generator, survey: Design) -> Regression:
    """Fit the linear model and judge it; its standard errors are those of the whole design.

    Where drivers are combinations of one another the coefficients are those of the generalised
    inverse.
    """
    X, y = cases.X, cases.y
    w = np.ones(len(y)) if cases.weights is None else cases.weights / cases.weights.mean()
    fit = _on_all_rows(cases, survey)
    Z = (X - np.average(X, axis=0, weights=w)).to_numpy()
    spread = np.sqrt(np.average(Z**2, axis=0, weights=w))
    centred = y - np.average(y, weights=w)
    spread_y = float(np.sqrt(np.average(centred**2, weights=w)))
    correlation = (w[:, None] * Z * centred[:, None]).mean(axis=0) / (spread * spread_y)
    R = (w[:, None] * Z).T @ Z / len(y) / np.outer(spread, spread)
    root = np.sqrt(w)
    beta, *_ = np.linalg.lstsq(Z / spread * root[:, None], centred / spread_y * root)
    vif = inflation(R)
    error = fit.std_error[list(X.columns)].to_numpy()
    influence = fit.cooks[np.isfinite(fit.cooks)]
    units = None if survey.psu_of_row is None else survey.psu_of_row[cases.rows]
    model = np.column_stack([np.ones(len(y)), X.to_numpy()])
    return Regression(
        terms=pd.DataFrame(
            {
                "coefficient": beta * spread_y / spread,
                "coefficient_se": np.where(np.isinf(vif), np.nan, error),
                "beta": beta,
                "vif": vif,
                "correlation": correlation,
            },
            index=X.columns,
        ),
        r_squared=fit.r_squared,
        adj_r_squared=fit.adj_r_squared,
        cv_r_squared=cross_validated(model, y, w, rng, units),
        breusch_pagan_p=fit.breusch_pagan.p_value,
        cook_max=float(influence.max(initial=0.0)),
        n_influential=int((influence > 4 / cases.n).sum()),
    )


def _on_all_rows(cases: Cases, survey: Design) -> Fit:
    """Fit the model with the cases as a domain, so that every cluster of a stratum counts."""
    X = cases.X.reindex(range(survey.n))
    y = np.full(survey.n, np.nan)
    y[cases.rows] = cases.y
    with np.errstate(invalid="ignore", divide="ignore"):  # a case that alone fixes a coefficient
        return ols(y, X, design=survey)


def regress_grades(cases: Cases, rng: np.random.Generator, survey: Design) -> Regression:
    """Fit the logit or ordered logit and judge it; R² is McFadden's, also on new answers."""
    X, y = cases.X, cases.y
    w = np.ones(len(y)) if cases.weights is None else cases.weights / cases.weights.mean()
    frame = X.reindex(range(survey.n))
    outcome = np.full(survey.n, np.nan)
    outcome[cases.rows] = y
    fit = cumulative_logit(outcome, frame, design=survey)
    Z = (X - np.average(X, axis=0, weights=w)).to_numpy()
    spread = np.sqrt(np.average(Z**2, axis=0, weights=w))
    centred = y - np.average(y, weights=w)
    spread_y = float(np.sqrt(np.average(centred**2, weights=w)))
    R = (w[:, None] * Z).T @ Z / len(y) / np.outer(spread, spread)
    vif = inflation(R)
    terms = fit.terms.set_index("term")
    units = None if survey.psu_of_row is None else survey.psu_of_row[cases.rows]
    k = X.shape[1]
    return Regression(
        terms=pd.DataFrame(
            {
                "coefficient": terms["estimate"].to_numpy(),
                "coefficient_se": np.where(np.isinf(vif), np.nan, terms["std_error"]),
                "beta": terms["estimate"].to_numpy() * spread,
                "vif": vif,
                "correlation": (w[:, None] * Z * centred[:, None]).mean(axis=0)
                / (spread * spread_y),
            },
            index=X.columns,
        ),
        r_squared=fit.mcfadden,
        adj_r_squared=1 - (fit.log_likelihood - k) / fit.log_likelihood_null,
        cv_r_squared=cross_validated_grades(X.to_numpy(), y, w, rng, units),
        breusch_pagan_p=float("nan"),
        cook_max=float("nan"),
        n_influential=0,
        separated=fit.separated,
        parallel_p=fit.parallel.p_value,
    )


def cross_validated_grades(
    X: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    rng: np.random.Generator,
    clusters: np.ndarray | None,
) -> float:
    """Return McFadden's R² on answers that the model has not seen: ten folds by cluster."""
    units = np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    n_units = int(units.max()) + 1
    folds = min(FOLDS, n_units)
    if folds < 2 or len(y) <= X.shape[1] + 2:
        return float("nan")
    fold = rng.permutation(np.arange(n_units) % folds)[units]
    codes = np.unique(y, return_inverse=True)[1]
    told = none = 0.0
    for one in range(folds):
        test = fold == one
        if len(np.unique(codes[~test])) <= codes.max():
            return float("nan")  # a grade that only one fold holds
        train = Cumulative(X[~test], codes[~test])
        fits = train.fit(np.ones((1, X.shape[1]), dtype=bool), w[~test][None])
        whole = Cumulative(X[test], codes[test])
        whole.n_cuts = train.n_cuts
        told += whole.level_at(fits.thresholds[0], fits.slopes[0], w[test])
        none += whole.level_at(train.null(w[~test][None])[0][0], fits.slopes[0] * 0, w[test])
    return 1 - told / none if none else float("nan")


def pooled(fits: Sequence[Regression]) -> Regression:
    """Pool the regressions of several completed data sets: coefficients by Rubin's rules."""
    first = fits[0]
    terms = first.terms.copy()
    for name in terms.index:
        found = rubin(
            [float(one.terms.loc[name, "coefficient"]) for one in fits],
            [float(one.terms.loc[name, "coefficient_se"]) ** 2 for one in fits],
        )
        terms.loc[name, ["coefficient", "coefficient_se"]] = found.estimate, found.std_error
    for column in ("beta", "vif", "correlation"):
        terms[column] = np.mean([one.terms[column] for one in fits], axis=0)
    return Regression(
        terms=terms,
        r_squared=float(np.mean([one.r_squared for one in fits])),
        adj_r_squared=float(np.mean([one.adj_r_squared for one in fits])),
        cv_r_squared=float(np.mean([one.cv_r_squared for one in fits])),
        breusch_pagan_p=float(np.median([one.breusch_pagan_p for one in fits])),
        cook_max=float(np.median([one.cook_max for one in fits])),
        n_influential=int(np.median([one.n_influential for one in fits])),
        separated=any(one.separated for one in fits),
        parallel_p=float(np.median([one.parallel_p for one in fits])),
    )


def bent(cases: Cases, survey: Design) -> list[Note]:
    """Note drivers whose square adds to the straight lines (q <= .05 among the drivers)."""
    keys = [key for key in cases.players if len(np.unique(cases.X[key])) > STRAIGHT_LEVELS]
    squares = {SQUARE + key: (cases.X[key] - cases.X[key].mean()) ** 2 for key in keys}
    if not keys or cases.n <= SQUARE_CASES * (cases.X.shape[1] + len(keys)):
        return []
    fit = _on_all_rows(replace(cases, X=cases.X.assign(**squares)), survey)
    p_values = dict(zip(fit.terms["term"], fit.terms["p_value"], strict=True))
    found = np.asarray(adjust([float(p_values[name]) for name in squares]))
    return [
        note("nonlinear", driver=key, p_value=float(q))
        for key, q in zip(keys, found, strict=True)
        if q <= NONLINEAR
    ]


def inflation(R: np.ndarray) -> np.ndarray:
    """Return the variance inflation factors of a correlation matrix; infinite where aliased.

    Examples
    --------
    >>> inflation(np.array([[1, 0.5], [0.5, 1]])).round(4).tolist()
    [1.3333, 1.3333]
    """
    values, vectors = np.linalg.eigh(R)
    null = vectors[:, values < 1e-10 * len(R)]
    aliased = (np.abs(null) > 1e-4).any(axis=1)
    return np.where(aliased, np.inf, np.diag(np.linalg.pinv(R, hermitian=True)))


def cross_validated(
    design: np.ndarray,
    y: np.ndarray,
    w: np.ndarray,
    rng: np.random.Generator,
    clusters: np.ndarray | None,
) -> float:
    """Return R² on answers that the model has not seen: ten folds, whole clusters together."""
    units = np.arange(len(y)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    n_units = int(units.max()) + 1
    folds = min(FOLDS, n_units)
    if folds < 2 or len(y) <= design.shape[1] + 1:
        return float("nan")
    fold = rng.permutation(np.arange(n_units) % folds)[units]
    error = total = 0.0
    root = np.sqrt(w)
    for one in range(folds):
        test = fold == one
        b, *_ = np.linalg.lstsq(design[~test] * root[~test, None], y[~test] * root[~test])
        error += float(w[test] @ (y[test] - design[test] @ b) ** 2)
        total += float(w[test] @ (y[test] - np.average(y[~test], weights=w[~test])) ** 2)
    return 1 - error / total if total > 0 else float("nan")


def warnings(
    cases: Cases, fit: Regression, outcome_levels: int, *, numeric: bool = True
) -> list[Note]:
    """Return what the regression gives cause to say, as notes."""
    found = []
    terms = fit.terms
    infinite = [name for name in terms.index if np.isinf(terms.loc[name, "vif"])]
    if infinite:
        found.append(note("aliased", drivers=", ".join(_plain(infinite))))
    for driver in cases.players:
        row = {name: float(value) for name, value in zip(terms, terms.loc[driver], strict=True)}
        if VIF_WITHHELD <= row["vif"] < np.inf:
            found.append(note("collinear", driver=driver, vif=row["vif"]))
        elif VIF_NOTICE <= row["vif"] < VIF_WITHHELD:
            found.append(note("collinear_notice", driver=driver, vif=row["vif"]))
        if row["coefficient"] < 0 < row["correlation"]:
            found.append(note("suppressor", driver=driver))
        elif row["correlation"] < 0:
            found.append(note("negative_driver", driver=driver))
        if abs(row["correlation"]) >= SAME_CONSTRUCT:
            found.append(note("same_construct", driver=driver, r=row["correlation"]))
    if fit.breusch_pagan_p <= BREUSCH_PAGAN:
        found.append(note("heteroscedastic", p=fit.breusch_pagan_p))
    if fit.cook_max >= INFLUENTIAL:
        found.append(note("influential", n=fit.n_influential, largest=fit.cook_max))
    if fit.parallel_p <= NOT_PARALLEL:
        found.append(note("odds_not_parallel", p_value=fit.parallel_p))
    if numeric and outcome_levels <= NUMERIC_LEVELS:
        found.append(note("outcome_numeric", levels=outcome_levels))
    if fit.r_squared < WEAK_R_SQUARED:
        found.append(note("weak_model", r_squared=fit.r_squared))
    if fit.cv_r_squared <= 0:
        found.append(note("no_validity", cv_r_squared=fit.cv_r_squared))
    if cases.n < 10 * len(cases.players):
        found.append(note("few_cases", n=cases.n, p=len(cases.players)))
    return found


def withheld(cases: Cases, fit: Regression) -> set[str]:
    """Return the drivers of which no claim may be made (their numbers stay in the table)."""
    if fit.r_squared < WEAK_R_SQUARED or not fit.cv_r_squared > 0:
        return set(cases.players)
    alike = fit.terms.index[fit.terms["vif"] >= VIF_WITHHELD]
    return {key for key in cases.players if key in alike}


def _plain(names: list[str]) -> list[str]:
    return list(dict.fromkeys(name.removeprefix(NOT_USED) for name in names))
