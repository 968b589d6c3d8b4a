"""The factors behind a battery: extraction, rotation, and how well they reproduce the answers."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd
from factor_analyzer import FactorAnalyzer
from scipy import stats

from cxresearch.errors import did_you_mean
from cxresearch.stats.factors.alignment import Order, order_by_variance, order_to
from cxresearch.stats.factors.matrices import definite, fault, labelled, respondents
from cxresearch.stats.factors.rotation import Rotation, rotate

Extraction = Literal["minres", "ml", "principal"]
EXTRACTIONS: tuple[Extraction, ...] = get_args(Extraction)
#: Smallest unique variance that extraction allows; an item that rests there is a Heywood case.
LEAST_UNIQUE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """How well the factors reproduce the correlations.

    Attributes
    ----------
    chi2, df, p_value : float
        Bartlett-corrected: (n - 1 - (2k + 5)/6 - 2m/3) F. Missing without n, for components,
        and with no degrees of freedom.
    discrepancy : float
        F = tr(R M^-1) - ln|R M^-1| - k with M the reproduced matrix of unit diagonal.
    rmsr : float
        Root mean square of the residual correlations.
    rmsea, tli, bic : float
        From chi2, as R psych computes them; missing where it is.
    """

    chi2: float
    df: int
    p_value: float
    discrepancy: float
    rmsr: float
    rmsea: float
    tli: float
    bic: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factors:
    """An exploratory solution; items in rows, factors F1, F2, ... in columns.

    Attributes
    ----------
    loadings : DataFrame
        Pattern: the weight of each factor in an item, other factors held.
    structure : DataFrame
        Correlations of items and factors; equals the pattern where factors are uncorrelated.
    phi : DataFrame
        Correlations of the factors.
    communalities, uniquenesses : Series by item
        Part of an item's variance that the factors explain (diagonal of L phi L'), and the rest.
    variance : DataFrame, a row per factor
        `explained` (sum of squares, with the factors' correlations), `share` of all items.
    fit : Fit
    residuals : DataFrame
        Observed minus reproduced correlations, zero on the diagonal.
    heywood : tuple of items
        Items with (next to) no unique variance: the solution is not to be trusted.
    method, rotation : str
    n : float
        Respondents, missing where not given.
    """

    loadings: pd.DataFrame
    structure: pd.DataFrame
    phi: pd.DataFrame
    communalities: pd.Series
    uniquenesses: pd.Series
    variance: pd.DataFrame
    fit: Fit
    residuals: pd.DataFrame
    heywood: tuple[Any, ...]
    method: Extraction
    rotation: Rotation
    n: float


def extract(
    corr: Any,
    n_factors: int,
    method: Extraction = "minres",
    rotation: Rotation = "oblimin",
    n: float | None = None,
    *,
    target: Any = None,
) -> Factors:
    r"""Tell which few things lie behind the answers to many items.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
        Correlations of the items; positive definite for "ml".
    n_factors : int
        From one to as many as the correlations can determine:
        :math:`((k - m)^2 - k - m)/2 \ge 0`; up to k components.
    method : {"minres", "ml", "principal"}
        Least squares on the residual correlations, maximum likelihood, or principal components
        (which explain all variance of the items, not the shared part, and overstate loadings).
    rotation : {"oblimin", "promax", "varimax", "quartimax", "none"}
    n : float, optional
        Respondents, for chi2 (effective n for a weighted sample).
    target : DataFrame, shape (k, n_factors), optional
        Loadings, or zeros and ones of a theory, whose order and signs the factors take; the
        names of its columns become theirs. Else by variance explained, largest loading positive.

    Returns
    -------
    Factors

    Raises
    ------
    StatisticsError
        Too many factors, a matrix that does not allow the method, or no solution.

    Notes
    -----
    Extraction and rotation by ``factor_analyzer``, on this matrix; components by an exact
    eigen-decomposition; communalities, fit, order and signs are computed here. Compared with R
    ``psych::fa`` and ``psych::principal``.

    References
    ----------
    Harman & Jones 1966, doi:10.1007/BF02289468. Fabrigar et al. 1999,
    doi:10.1037/1082-989X.4.3.272.

    Examples
    --------
    >>> items = ["kind", "polite", "quick", "prompt"]
    >>> r = pd.DataFrame(
    ...     [[1, 0.6, 0.2, 0.2], [0.6, 1, 0.2, 0.2], [0.2, 0.2, 1, 0.5], [0.2, 0.2, 0.5, 1]],
    ...     items, items)
    >>> extract(r, 1, n=200).loadings["F1"].round(2).to_dict()
    {'kind': 0.69, 'polite': 0.69, 'quick': 0.43, 'prompt': 0.43}
    """
    if method not in EXTRACTIONS:
        raise fault(f'no extraction "{method}"', hint=did_you_mean(method, EXTRACTIONS))
    R, items = definite(corr, "maximum likelihood") if method == "ml" else labelled(corr)
    k, m = len(R), int(n_factors)
    df = ((k - m) ** 2 - k - m) // 2
    most = k if method == "principal" else int(k + (1 - np.sqrt(8 * k + 1)) / 2)
    if not 1 <= m <= most:
        raise fault(
            f"{k} items can show 1 to {most} "
            + ("components" if method == "principal" else "factors"),
            found=f"n_factors {n_factors}",
            hint="ask for fewer factors, or add items",
        )
    n = float("nan") if n is None else respondents(n, "the fit of factors", k)
    raw = _components(R, m) if method == "principal" else _common(R, m, method)
    pattern, phi = rotate(raw, rotation, kaiser=method != "principal")
    order = order_by_variance(pattern, phi)
    names = pd.Index([f"F{j + 1}" for j in range(m)])
    if target is not None:
        order, names = _targeted(pattern, target, items, names)
    L, P = order.loadings(pattern), order.phi(phi)
    common = L @ P @ L.T
    communalities = np.diag(common)
    reproduced = common + np.diag(1 - communalities)
    explained = np.diag(P @ L.T @ L)
    rests = communalities >= 1 - LEAST_UNIQUE * 1.02
    return Factors(
        loadings=pd.DataFrame(L, items, names),
        structure=pd.DataFrame(L @ P, items, names),
        phi=pd.DataFrame(P, names, names),
        communalities=pd.Series(communalities, items, name="communality"),
        uniquenesses=pd.Series(1 - communalities, items, name="uniqueness"),
        variance=pd.DataFrame({"explained": explained, "share": explained / k}, names),
        fit=_fit(R, reproduced, m, df, n, method),
        residuals=pd.DataFrame(R - reproduced, items, items),
        heywood=() if method == "principal" else tuple(items[rests]),
        method=method,
        rotation=rotation,
        n=n,
    )


def _components(R: np.ndarray, m: int) -> np.ndarray:
    values, vectors = np.linalg.eigh(R)
    return np.asarray(vectors[:, ::-1][:, :m] * np.sqrt(np.maximum(values[::-1][:m], 0.0)))


def _common(R: np.ndarray, m: int, method: Extraction) -> np.ndarray:
    """Extract by factor_analyzer, and hear what it says on the way."""
    found = FactorAnalyzer(
        n_factors=m,
        rotation=None,
        method=method,
        is_corr_matrix=True,
        use_smc=bool(np.linalg.eigvalsh(R)[0] > 1e-8),
        bounds=(LEAST_UNIQUE, 1),
    )
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        found.fit(R.copy())
    for one in heard:
        message = str(one.message)
        if "Failed to converge" in message:
            raise fault(
                f"{m} factors by {method} were not found",
                found=message,
                hint="extract fewer factors, or look at items with next to no unique variance",
            )
        # scikit-learn 1.6 renamed an argument; factor_analyzer 0.5.1 uses its old name
        if not (issubclass(one.category, FutureWarning) and "force_all_finite" in message):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    L = np.asarray(found.loadings_, dtype=float)
    if not np.isfinite(L).all():
        raise fault(f"{m} factors by {method} were not found", hint="extract fewer factors")
    return L


def _targeted(
    pattern: np.ndarray, target: Any, items: pd.Index, names: pd.Index
) -> tuple[Order, pd.Index]:
    if isinstance(target, pd.DataFrame):
        return order_to(pd.DataFrame(pattern, items, names), target), target.columns
    return order_to(pattern, target), names


def _fit(
    R: np.ndarray, reproduced: np.ndarray, m: int, df: int, n: float, method: Extraction
) -> Fit:
    k = len(R)
    residuals = R - reproduced
    rmsr = float(np.sqrt((residuals**2).sum() / (k * (k - 1))))
    nan = float("nan")
    values = {"chi2": nan, "p_value": nan, "rmsea": nan, "tli": nan, "bic": nan}
    discrepancy = nan
    if np.linalg.eigvalsh(R)[0] > 0 and np.linalg.eigvalsh(reproduced)[0] > 0:
        ratio = np.linalg.solve(reproduced, R)
        discrepancy = float(np.trace(ratio) - np.linalg.slogdet(ratio)[1] - k)
    if method != "principal" and df > 0 and np.isfinite(n) and np.isfinite(discrepancy):
        chi2 = discrepancy * (n - 1 - (2 * k + 5) / 6 - 2 * m / 3)
        null_df = k * (k - 1) / 2
        null = -float(np.linalg.slogdet(R)[1]) * (n - 1 - (2 * k + 5) / 6 - 2 * m / 3)
        values = {
            "chi2": chi2,
            "p_value": float(stats.chi2.sf(chi2, df)),
            "rmsea": float(np.sqrt(max(chi2 / (df * n) - 1 / (n - 1), 0.0))),
            "tli": (null / null_df - chi2 / df) / (null / null_df - 1),
            "bic": chi2 - df * float(np.log(n)),
        }
    return Fit(df=df, discrepancy=discrepancy, rmsr=rmsr, **values)
