"""The labelled calls: one function per definition of importance, a Series by driver each.

All take a covariance or correlation frame; none draws conclusions about causes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

import pandas as pd

from cxresearch.errors import did_you_mean
from cxresearch.stats.importance import comparators
from cxresearch.stats.importance.division import (
    Method,
    arrays,
    decompose,
    fits_exactly,
    held_out,
    owen_kernel,
    series,
)
from cxresearch.stats.importance.moments import Groups, fault, lay_out


def shapley(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
    *,
    split: Literal["players", "drivers"] = "players",
) -> pd.Series:
    """Tell how much of the differences in satisfaction goes with each driver; sums to R².

    The values of `decompose`: exact up to 22 players, from 10,000 random orders beyond.

    Parameters
    ----------
    cov, outcome, groups, covariates
        As in `decompose`.
    split : {"players", "drivers"}
        With groups: a value per group, or each group's value divided among its drivers (Owen).

    Returns
    -------
    Series by driver, or by block where there are groups and they are not split.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> shapley(r, "csat", covariates=["price"]).round(4).to_dict()
    {'speed': 0.1633}
    """
    if split == "drivers":
        return owen(cov, outcome, groups or {}, covariates)
    if split != "players":
        raise fault(f'unknown split "{split}"', hint=did_you_mean(split, ["players", "drivers"]))
    return decompose(cov, outcome, groups, covariates).values


def owen(
    cov: pd.DataFrame,
    outcome: Hashable,
    blocks: Groups,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Tell each driver's part of its block's importance: blocks first, drivers within (Owen).

    Orders keep the drivers of a block together, so the drivers of a block sum to its Shapley
    value with blocks as players. The whole sums to R².

    Returns
    -------
    Series by driver, in the order of the blocks.

    Raises
    ------
    StatisticsError
        A block and the other blocks together are more than 22 players.

    References
    ----------
    Owen 1977, doi:10.1007/978-3-642-45494-3_7.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> owen(r, "csat", {"all": ["speed", "price"]}).round(4).to_dict()
    {'speed': 0.2617, 'price': 0.1517}
    """
    layout = lay_out(list(cov.columns), outcome, blocks, covariates)
    fits_exactly(layout, "owen")
    R = held_out(arrays(cov, layout), len(layout.covariates))
    values = owen_kernel(R, layout.sizes)[0]
    return series(values, layout.singly())


def relative_weights(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    r"""Tell how much of the differences in satisfaction goes with each driver (Johnson).

    With :math:`R = V D V'` and :math:`\Lambda = V D^{1/2} V'`, the weights are
    :math:`\Lambda^{\circ 2} (\Lambda^{-1} r)^{\circ 2}`; they sum to R² and equal those of
    Genizi. A group's weight is the sum of its drivers'.

    References
    ----------
    Johnson 2000, doi:10.1207/S15327906MBR3501_1.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> relative_weights(r, "csat").round(4).to_dict()
    {'speed': 0.2617, 'price': 0.1517}
    """
    return decompose(cov, outcome, groups, covariates, method="relative_weights").values


genizi = relative_weights


def last(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Tell how much of R² would be lost if the driver alone left the model (usefulness).

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> last(r, "csat").round(4).to_dict()
    {'speed': 0.1633, 'price': 0.0533}
    """
    return decompose(cov, outcome, groups, covariates, method="last").values


def first(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Tell R² of the driver alone: its squared correlation with the outcome.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> first(r, "csat").round(4).to_dict()
    {'speed': 0.36, 'price': 0.25}
    """
    return decompose(cov, outcome, groups, covariates, method="first").values


def beta_squared(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Tell the driver's squared standardised coefficient; does not sum to R².

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> beta_squared(r, "csat").round(4).to_dict()
    {'speed': 0.2178, 'price': 0.0711}
    """
    return decompose(cov, outcome, groups, covariates, method="beta_squared").values


def pratt(
    cov: pd.DataFrame,
    outcome: Hashable,
    groups: Groups | None = None,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    """Tell coefficient times correlation; sums to R², a part can be negative (then no share).

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> pratt(r, "csat").round(4).to_dict()
    {'speed': 0.28, 'price': 0.1333}
    """
    return decompose(cov, outcome, groups, covariates, method="pratt").values


def car(
    cov: pd.DataFrame,
    outcome: Hashable,
    covariates: Sequence[Hashable] | None = None,
) -> pd.Series:
    r"""Tell the squared correlation of the outcome with each decorrelated driver.

    CAR scores :math:`(R^{-1/2} r)^{\circ 2}`; they sum to R².

    References
    ----------
    Zuber & Strimmer 2011, doi:10.2202/1544-6115.1730.

    Examples
    --------
    >>> labels = ["speed", "price", "csat"]
    >>> r = pd.DataFrame([[1, 0.5, 0.6], [0.5, 1, 0.5], [0.6, 0.5, 1]], labels, labels)
    >>> car(r, "csat").round(4).to_dict()
    {'speed': 0.2702, 'price': 0.1432}
    """
    layout = lay_out(list(cov.columns), outcome, None, covariates)
    R = held_out(arrays(cov, layout), len(layout.covariates))
    return series(comparators.car(R, layout.sizes)[0], layout)


#: The methods by name; each takes (cov, outcome, groups=None, covariates=None).
METHODS: Mapping[Method, Callable[..., pd.Series]] = MappingProxyType(
    {
        "shapley": shapley,
        "relative_weights": relative_weights,
        "last": last,
        "first": first,
        "beta_squared": beta_squared,
        "pratt": pratt,
    }
)
