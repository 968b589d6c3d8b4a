"""How far an estimate moves when one cluster of customers is left out: the jackknife."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.stats.layout import Floats, Layout

__all__ = ["About", "jackknife_covariance", "jackknife_totals"]

About = Literal["replicates", "estimate"]


def jackknife_totals(layout: Layout, Z: ArrayLike) -> Floats:
    """Return the weighted column totals with each cluster left out in turn.

    Without PSU i of stratum h the other PSUs of the stratum weigh n_h/(n_h − 1) times as much
    (JKn; JK1 without strata). A lonely PSU is not left out: its replicate equals the total.

    Parameters
    ----------
    layout : Layout
        Or `Design`.
    Z : array-like, shape (n, k)
        Columns whose weighted totals the statistic is made from; zero outside the domain.

    Returns
    -------
    ndarray, shape (n_psu, k)
    """
    columns = np.asarray(Z, dtype=float)
    totals = layout.psu_totals(columns * layout.weights_of(layout.members())[:, None])
    grand = totals.sum(axis=0)
    h = _strata(layout)
    sums = np.stack([np.bincount(h, t, layout.n_strata) for t in totals.T], axis=1)
    n_h = layout.psus[h][:, None].astype(float)
    raised = (sums[h] - n_h * totals) / np.maximum(n_h - 1, 1)
    return np.asarray(np.where(n_h > 1, grand + raised, grand))


def jackknife_covariance(
    layout: Layout,
    Z: ArrayLike,
    statistic: Callable[[Any], Any],
    about: About = "replicates",
) -> tuple[Floats, Floats]:
    """Return a statistic of weighted totals and its delete-one-cluster covariance.

    V = Σ_h (1 − f_h) (n_h − 1)/n_h Σ_i (θ_(hi) − θ)(θ_(hi) − θ)'.

    Parameters
    ----------
    layout : Layout
        Or `Design`.
    Z : array-like, shape (n, k)
        See `jackknife_totals`.
    statistic : callable
        Maps totals of shape (..., k) to statistics of shape (...) or (..., m).
    about : {"replicates", "estimate"}
        What θ is: the mean of the replicates, or the full-sample estimate (R ``mse=TRUE``),
        which counts the bias in.

    Returns
    -------
    estimates : ndarray, shape (m,)
    covariance : ndarray, shape (m, m)

    References
    ----------
    Wolter 2007, *Introduction to Variance Estimation*, 10.1007/978-0-387-35099-8. Compared with R
    ``survey::as.svrepdesign(type = "JKn")``.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([5.0, 4, 2, 4])
    >>> Z = np.column_stack([y, np.ones(4)])
    >>> found, V = jackknife_covariance(Layout.build(4), Z, lambda t: t[..., 0] / t[..., 1])
    >>> found.tolist(), round(float(V[0, 0]) ** 0.5, 7)
    ([3.75], 0.6291529)
    """
    columns = np.asarray(Z, dtype=float)
    weighted = columns * layout.weights_of(layout.members())[:, None]
    full = np.atleast_1d(statistic(weighted.sum(axis=0)))
    replicates = np.asarray(statistic(jackknife_totals(layout, columns)))
    replicates = replicates.reshape(layout.n_psu, -1)
    n_h = layout.psus.astype(float)
    factor = np.where(n_h > 1, (n_h - 1) / n_h, 0.0)
    if layout.remaining is not None:
        factor = factor * layout.remaining
    by_psu = factor[_strata(layout)]
    moved = by_psu > 0
    middle = replicates[moved].mean(axis=0) if about == "replicates" and moved.any() else full
    scaled = (replicates - middle) * np.sqrt(by_psu)[:, None]
    return full, np.asarray(scaled.T @ scaled)


def _strata(layout: Layout) -> Any:
    if layout.stratum_of_psu is None:
        return np.zeros(layout.n_psu, dtype=np.intp)
    return layout.stratum_of_psu
