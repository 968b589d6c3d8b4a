"""Where each respondent stands on the factors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxresearch.errors import did_you_mean, first
from cxresearch.stats.factors.extraction import Factors
from cxresearch.stats.factors.matrices import definite, fault

ScoreMethod = Literal["regression", "ten_berge"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorScores:
    """Scores of respondents, and how sure they are.

    Attributes
    ----------
    scores : DataFrame, a row per respondent
        In standard deviations from the mean respondent.
    weights : DataFrame, items by factors
        Weights of the standardised answers.
    determinacy : Series by factor
        Correlation of the score with the factor it stands for; below .90 do not use it to
        compare single respondents.
    method : str
    """

    scores: pd.DataFrame
    weights: pd.DataFrame
    determinacy: pd.Series
    method: ScoreMethod


def factor_scores(
    frame: pd.DataFrame,
    factors: Factors,
    method: ScoreMethod = "regression",
    *,
    corr: Any = None,
    weights: Any = None,
) -> FactorScores:
    r"""Tell where each respondent stands on each factor.

    ``regression`` (Thurstone): weights :math:`R^{-1} S` with the structure S; nearest to the
    factors, but the scores correlate otherwise than they do. ``ten_berge`` keeps the
    correlations of the factors:
    :math:`R^{-1/2} C \Phi^{1/2}`, :math:`C = B (B'B)^{-1/2}`, :math:`B = R^{-1/2} L \Phi^{1/2}`.

    Parameters
    ----------
    frame : DataFrame, shape (n, k)
        Answers to the items. A respondent with a gap gets missing scores.
    factors : Factors
    method : {"regression", "ten_berge"}
    corr : DataFrame, optional
        The correlations that were factored; Pearson correlations of complete rows by default.
    weights : array-like, shape (n,), optional
        Survey weights for the means and standard deviations that standardise the answers.

    Returns
    -------
    FactorScores

    Raises
    ------
    StatisticsError
        An item is not in the frame, never varies, or the correlations are singular.

    Notes
    -----
    Compared with R ``psych::fa(scores = "regression")``.

    References
    ----------
    ten Berge, Krijnen, Wansbeek & Shapiro 1999, doi:10.1016/S0024-3795(97)10007-6.

    Examples
    --------
    >>> from cxresearch.stats.factors.extraction import extract
    >>> hidden = np.random.default_rng(1).normal(size=(100, 1))
    >>> noise = np.random.default_rng(2).normal(size=(100, 4))
    >>> answers = pd.DataFrame(hidden + noise / 2, columns=list("abcd"))
    >>> found = factor_scores(answers, extract(answers.corr(), 1))
    >>> found.scores.shape, round(float(found.determinacy["F1"]), 2)
    ((100, 1), 0.96)
    """
    if method not in get_args(ScoreMethod):
        raise fault(
            f'no method "{method}" of scores', hint=did_you_mean(method, get_args(ScoreMethod))
        )
    items = factors.loadings.index
    missing = [str(item) for item in items if item not in frame.columns]
    if missing:
        raise fault("the answers lack items of the factors", where=first(missing))
    X = frame[list(items)].to_numpy(dtype=float, na_value=np.nan)
    whole = np.isfinite(X).all(axis=1)
    w = np.ones(len(X)) if weights is None else np.asarray(weights, dtype=float)
    u = np.where(whole, w, 0.0)
    if (u > 0).sum() < 2:
        raise fault("fewer than two respondents answered every item")
    u = u / u.sum()
    filled = np.where(whole[:, None], X, 0.0)
    mean = u @ filled
    centred = np.where(whole[:, None], X - mean, 0.0)
    variance = (u @ centred**2) / (1 - u @ u)
    still = items[variance <= 0].tolist()
    if still:
        raise fault("an item never varies", where=first(still))
    Z = np.where(whole[:, None], centred / np.sqrt(variance), np.nan)
    if corr is None:
        corr = pd.DataFrame(np.corrcoef(X[whole], rowvar=False), items, items)
        if weights is not None:
            R = (np.nan_to_num(Z) * u[:, None]).T @ np.nan_to_num(Z) / (1 - u @ u)
            corr = pd.DataFrame(R, items, items)
    R, _ = definite(corr, "factor scores")
    W = _weights(R, factors, method)
    names = factors.loadings.columns
    S = factors.structure.to_numpy()
    spread = np.sqrt(np.einsum("im,ij,jm->m", W, R, W))
    return FactorScores(
        scores=pd.DataFrame(Z @ W, frame.index, names),
        weights=pd.DataFrame(W, items, names),
        determinacy=pd.Series(np.diag(W.T @ S) / spread, names, name="determinacy"),
        method=method,
    )


def _weights(R: np.ndarray, factors: Factors, method: ScoreMethod) -> np.ndarray:
    if method == "regression":
        return np.asarray(np.linalg.solve(R, factors.structure.to_numpy()))
    half = _power(R, -0.5)
    phi = _power(factors.phi.to_numpy(), 0.5)
    B = half @ factors.loadings.to_numpy() @ phi
    return np.asarray(half @ B @ _power(B.T @ B, -0.5) @ phi)


def _power(A: np.ndarray, exponent: float) -> np.ndarray:
    values, vectors = np.linalg.eigh(A)
    return np.asarray((vectors * values**exponent) @ vectors.T)
