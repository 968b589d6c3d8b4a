"""How well a measurement model fits: chi-square, CFI, TLI, RMSEA with its interval, SRMR."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize, stats

from cxresearch.stats.cfa.layout import Layout
from cxresearch.stats.cfa.model import Group


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """Fit of a model to the moments of its groups.

    With no degrees of freedom the model reproduces everything and its fit says nothing: p, CFI,
    TLI and RMSEA are then missing. Guides, not laws: CFI and TLI .95, RMSEA .06, SRMR .08
    (Hu & Bentler 1999, doi:10.1080/10705519909540118).

    Attributes
    ----------
    n : float
        Respondents of all groups.
    n_parameters : int
    discrepancy : float
        F at the minimum.
    chi2 : float
        N F (not (N - 1) F), against which everything below is computed.
    df : int
    p_value : float
    baseline_chi2, baseline_df
        Of the model in which no two items are related (means free).
    cfi, tli : float
    rmsea, rmsea_conf_low, rmsea_conf_high : float
        With the factor sqrt(groups); the interval is the 90 % one.
    srmr : float
        Of residual correlations, and residual means where means are modelled; averaged over
        groups by their respondents.
    log_likelihood, aic, bic : float
        Of normal answers.
    """

    n: float
    n_parameters: int
    discrepancy: float
    chi2: float
    df: int
    p_value: float
    baseline_chi2: float
    baseline_df: int
    cfi: float
    tli: float
    rmsea: float
    rmsea_conf_low: float
    rmsea_conf_high: float
    srmr: float
    log_likelihood: float
    aic: float
    bic: float


def measures(
    layout: Layout, groups: Sequence[Group], x: np.ndarray, discrepancy: float, df: int
) -> Measures:
    """Return the fit of a model at its estimates."""
    n = sum(group.n for group in groups)
    k, G = layout.n_items, len(groups)
    chi2 = n * max(discrepancy, 0.0)
    base = sum(group.n * _unrelated(group.S) for group in groups)
    base_df = G * k * (k - 1) // 2
    saturated = df == 0
    nan = float("nan")
    over, base_over = max(chi2 - df, 0.0), max(base - base_df, chi2 - df, 0.0)
    tested = base_df > 0 and not saturated
    low, high = (nan, nan) if saturated else _rmsea_interval(chi2, df, n, G)
    # means of the saturated model count where they are not modelled, as programs do
    log_likelihood = -0.5 * sum(
        group.n * (k * np.log(2 * np.pi) + np.linalg.slogdet(group.S)[1] + k) for group in groups
    )
    log_likelihood = float(log_likelihood - chi2 / 2)
    q = layout.n_parameters
    return Measures(
        n=n,
        n_parameters=q,
        discrepancy=discrepancy,
        chi2=chi2,
        df=df,
        p_value=nan if saturated else float(stats.chi2.sf(chi2, df)),
        baseline_chi2=base,
        baseline_df=base_df,
        cfi=(1 - over / base_over if base_over > 0 else 1.0) if tested else nan,
        tli=(base / base_df - chi2 / df) / (base / base_df - 1) if tested else nan,
        rmsea=nan if saturated else float(np.sqrt(G * over / (n * df))),
        rmsea_conf_low=low,
        rmsea_conf_high=high,
        srmr=_srmr(layout, groups, x),
        log_likelihood=log_likelihood,
        aic=2 * q - 2 * log_likelihood,
        bic=float(q * np.log(n)) - 2 * log_likelihood,
    )


def _unrelated(S: np.ndarray) -> float:
    """Discrepancy of the model in which no two items are related."""
    return float(np.log(np.diag(S)).sum() - np.linalg.slogdet(S)[1])


def _rmsea_interval(chi2: float, df: int, n: float, groups: int) -> tuple[float, float]:
    """Return the 90 % interval: noncentralities that leave 5 % on either side of chi2."""

    def bound(beyond: float) -> float:
        if stats.chi2.cdf(chi2, df) <= beyond:
            return 0.0
        top = max(chi2, df, 10.0)
        while stats.ncx2.cdf(chi2, df, top) > beyond:
            top *= 2
        found = optimize.brentq(
            lambda nc: stats.ncx2.cdf(chi2, df, nc) - beyond, 1e-12, top, xtol=1e-10, rtol=1e-12
        )
        return float(found)

    low, high = (float(np.sqrt(groups * bound(p) / (n * df))) for p in (0.95, 0.05))
    return low, high


def _srmr(layout: Layout, groups: Sequence[Group], x: np.ndarray) -> float:
    """Return the weighted mean over groups of the root mean square residual (Bentler)."""
    total, n = 0.0, sum(group.n for group in groups)
    for g, group in enumerate(groups):
        matrices = layout.matrices(x, g)
        scale = np.sqrt(np.diag(group.S))
        residual = (group.S - matrices.covariance) / np.outer(scale, scale)
        squares = [residual[np.tril_indices(len(scale))] ** 2]
        if layout.with_means:
            squares.append(((group.m - matrices.mean) / scale) ** 2)
        total += group.n / n * float(np.sqrt(np.concatenate(squares).mean()))
    return total
