"""How many factors the items show: parallel analysis and the minimum average partial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxresearch.errors import did_you_mean
from cxresearch.stats.factors.matrices import definite, fault, labelled, respondents

Eigenvalues = Literal["components", "factors"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Parallel:
    """Eigenvalues of the items against those that unrelated items would show.

    Attributes
    ----------
    eigenvalues : Series by factor (1, 2, ...)
        Of the correlations (components), or with squared multiple correlations on the
        diagonal (factors).
    thresholds : Series by factor
        The quantile of the same eigenvalues over draws of uncorrelated items.
    means : Series by factor
        Their mean over the draws.
    retained : int
        Factors before the first eigenvalue that does not exceed its threshold.
    n_draws : int
    quantile : float
    kind : {"components", "factors"}
    """

    eigenvalues: pd.Series
    thresholds: pd.Series
    means: pd.Series
    retained: int
    n_draws: int
    quantile: float
    kind: Eigenvalues


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class VelicerMap:
    """Average squared correlation left after taking out components.

    Attributes
    ----------
    values : Series by number of components taken out (1, 2, ...)
    none : float
        The average squared correlation with nothing taken out.
    retained : int
        Where it is smallest; zero where taking out nothing leaves least.
    """

    values: pd.Series
    none: float
    retained: int


def parallel(
    corr: Any,
    n: float | None = None,
    n_draws: int = 500,
    kind: Eigenvalues = "components",
    quantile: float = 0.95,
    seed: int | np.random.Generator | None = None,
) -> Parallel:
    """Tell how many factors stand out from what chance correlations would show (Horn).

    Draws correlation matrices of `n` respondents and uncorrelated normal items. The matrix of a
    draw comes straight from the Wishart distribution (Bartlett's triangle), which is exactly that
    of simulated answers but costs the same for any number of respondents.

    Parameters
    ----------
    corr : DataFrame, shape (k, k) or (n, k)
        Correlations, or complete answers of which Pearson correlations are taken.
    n : float, optional
        Respondents behind the correlations (effective n for a weighted sample); for answers
        their number of rows by default.
    n_draws : int
        At least 100.
    kind : {"components", "factors"}
        Eigenvalues of the correlations, or with squared multiple correlations on the diagonal
        (compared with draws treated the same way).
    quantile : float
        Between 0 and 1.
    seed : int or Generator
        One seed gives one answer.

    Returns
    -------
    Parallel

    Raises
    ------
    StatisticsError
        Not more respondents than items, an unknown kind, or (factors) a singular matrix.

    Notes
    -----
    Compared with R ``psych::fa.parallel`` and simulated answers. Kind "factors" tends to keep
    more: its thresholds lie near zero.

    References
    ----------
    Horn 1965, doi:10.1007/BF02289447. Humphreys & Montanelli 1975, doi:10.1207/s15327906mbr1002_5.

    Examples
    --------
    >>> found = parallel([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]], n=100, seed=1)
    >>> found.retained, found.eigenvalues.round(3).tolist()
    (1, [2.101, 0.507, 0.392])
    """
    R, n = _correlations(corr, n)
    k = len(R)
    if kind not in get_args(Eigenvalues):
        raise fault(
            f'no kind "{kind}" of eigenvalues', hint=did_you_mean(kind, get_args(Eigenvalues))
        )
    if not 0 < quantile < 1 or n_draws < 100:
        raise fault(
            "parallel analysis needs a quantile between 0 and 1 and at least 100 draws",
            found=f"quantile {quantile:g}, n_draws {n_draws}",
        )
    n = respondents(n, "parallel analysis", k)
    if kind == "factors":
        definite(pd.DataFrame(R), "parallel analysis of factors")
    observed = _eigenvalues(R[None], kind)[0]
    drawn = _eigenvalues(_chance(k, n, n_draws, np.random.default_rng(seed)), kind)
    thresholds = np.quantile(drawn, quantile, axis=0)
    above = observed > thresholds
    factor = pd.RangeIndex(1, k + 1, name="factor")
    return Parallel(
        eigenvalues=pd.Series(observed, factor, name="eigenvalue"),
        thresholds=pd.Series(thresholds, factor, name="threshold"),
        means=pd.Series(drawn.mean(axis=0), factor, name="mean"),
        retained=k if above.all() else int(np.argmin(above)),
        n_draws=n_draws,
        quantile=quantile,
        kind=kind,
    )


def velicer_map(corr: Any, max_factors: int | None = None) -> VelicerMap:
    """Tell after how many components only item-specific correlation is left (Velicer's MAP).

    The mean squared partial correlation of the items given the first m principal components.
    Tends to name fewer factors than parallel analysis where factors have few items.

    Parameters
    ----------
    corr : DataFrame, shape (k, k)
    max_factors : int, optional
        At most k - 2, which is the default.

    Returns
    -------
    VelicerMap

    Notes
    -----
    Compared with R ``psych::vss``.

    References
    ----------
    Velicer 1976, doi:10.1007/BF02293557.

    Examples
    --------
    >>> velicer_map([[1, 0.6, 0.55], [0.6, 1, 0.5], [0.55, 0.5, 1]]).values.round(4).to_dict()
    {1: 0.2516}
    """
    R, _ = labelled(corr)
    k = len(R)
    if k < 3:
        raise fault("MAP needs at least three items", found=f"{k}")
    most = k - 2 if max_factors is None else min(int(max_factors), k - 2)
    if most < 1:
        raise fault("MAP looks at one component at least", found=f"max_factors {max_factors}")
    values, vectors = np.linalg.eigh(R)
    loadings = vectors[:, ::-1] * np.sqrt(np.maximum(values[::-1], 0.0))
    left = R[None] - np.cumsum(np.einsum("im,jm->mij", loadings, loadings)[:most], axis=0)
    variance = np.maximum(np.einsum("mii->mi", left), 0.0)
    scale = np.sqrt(variance[:, :, None] * variance[:, None, :])
    partial = np.divide(left, scale, out=np.zeros_like(left), where=scale > 1e-12)
    squares = (partial**2).sum(axis=(1, 2)) - np.einsum("mii->m", partial**2)
    average = squares / (k * (k - 1))
    none = float(((R**2).sum() - k) / (k * (k - 1)))
    best = int(np.argmin(average)) + 1
    return VelicerMap(
        values=pd.Series(average, pd.RangeIndex(1, most + 1, name="factor"), name="map"),
        none=none,
        retained=best if average[best - 1] < none else 0,
    )


def _correlations(corr: Any, n: float | None) -> tuple[np.ndarray, float | None]:
    """Return the correlations and n, from a correlation frame or from complete answers."""
    values = np.asarray(corr, dtype=float)
    square = values.ndim == 2 and values.shape[0] == values.shape[1]
    if square and np.allclose(np.diag(values), 1.0, atol=1e-8):
        return labelled(corr)[0], n
    if values.ndim != 2 or not np.isfinite(values).all():
        raise fault(
            "parallel analysis takes a correlation matrix or complete answers",
            found=f"shape {values.shape}",
            hint="leave out rows with gaps: frame.dropna()",
        )
    still = [str(j) for j in np.flatnonzero(np.ptp(values, axis=0) == 0)]
    if still:
        raise fault("an item never varies", where="columns " + ", ".join(still))
    return np.corrcoef(values, rowvar=False), len(values) if n is None else n


def _chance(k: int, n: float, n_draws: int, rng: np.random.Generator) -> np.ndarray:
    """Draw correlation matrices of n independent normal rows: (draws, k, k)."""
    A = np.tril(rng.standard_normal((n_draws, k, k)), -1)
    diagonal = np.arange(k)
    A[:, diagonal, diagonal] = np.sqrt(rng.chisquare(n - 1 - diagonal, (n_draws, k)))
    A /= np.sqrt((A**2).sum(axis=2, keepdims=True))
    return np.asarray(A @ A.transpose(0, 2, 1))


def _eigenvalues(R: np.ndarray, kind: Eigenvalues) -> np.ndarray:
    """Eigenvalues of each matrix, largest first."""
    if kind == "factors":
        R = R.copy()
        index = np.arange(R.shape[1])
        R[:, index, index] = 1 - 1 / np.einsum("bii->bi", np.linalg.inv(R))
    return np.asarray(np.linalg.eigvalsh(R)[:, ::-1])
