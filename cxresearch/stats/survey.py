"""What a sample of customers says about all of them: means, shares, scores with honest errors.

Each function describes the sample and estimates in one call. `Design` keeps the description, for
many estimates and many parts of one study.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike

from cxresearch.stats.design import Design, ShareMethod
from cxresearch.stats.intervals import Interval, Means
from cxresearch.stats.layout import Floats, LonelyPsu

__all__ = [
    "Design",
    "Interval",
    "Means",
    "difference",
    "mean",
    "net_promoter",
    "proportion",
    "ratio",
]


def mean(
    y: ArrayLike,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    domain: ArrayLike | None = None,
    fpc: ArrayLike | Mapping[object, float] | None = None,
    lonely_psu: LonelyPsu = "error",
    conf_level: float = 0.95,
) -> Interval:
    """How customers rate on average: Σwy/Σw, its design standard error and a t interval.

    See `Design.mean` and `Design.build` for the parameters.

    Examples
    --------
    >>> m = mean([5, 4, 4, 3, 5, 4], clusters=[1, 1, 2, 2, 3, 3])
    >>> round(m.estimate, 4), round(m.std_error, 4), m.df
    (4.1667, 0.3333, 2.0)
    """
    values = np.asarray(y, dtype=float)
    design = _design(values, weights, strata, clusters, fpc, lonely_psu)
    return design.mean(values, domain, conf_level)


def proportion(
    flag: ArrayLike,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    domain: ArrayLike | None = None,
    fpc: ArrayLike | Mapping[object, float] | None = None,
    lonely_psu: LonelyPsu = "error",
    conf_level: float = 0.95,
    method: ShareMethod = "wilson",
) -> Interval:
    """Which share of customers says so (1, 0, NaN); Wilson's interval at the effective n.

    See `Design.proportion` and `Design.build` for the parameters.

    Examples
    --------
    >>> p = proportion([1, 1, 0, 1, float("nan")])
    >>> p.estimate, p.n, round(p.conf_low, 4)
    (0.75, 4, 0.3006)
    """
    values = np.asarray(flag, dtype=float)
    design = _design(values, weights, strata, clusters, fpc, lonely_psu)
    return design.proportion(values, domain, conf_level, method=method)


def net_promoter(
    promoter: ArrayLike,
    detractor: ArrayLike,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    domain: ArrayLike | None = None,
    fpc: ArrayLike | Mapping[object, float] | None = None,
    lonely_psu: LonelyPsu = "error",
    conf_level: float = 0.95,
) -> Interval:
    """Promoters minus detractors in points, −100 to 100, from flags by respondent.

    See `Design.net_promoter` and `Design.build` for the parameters.

    Examples
    --------
    >>> net_promoter([1, 1, 0, 0], [0, 0, 0, 1]).estimate
    25.0
    """
    values = np.asarray(promoter, dtype=float)
    design = _design(values, weights, strata, clusters, fpc, lonely_psu)
    return design.net_promoter(values, detractor, domain, conf_level)


def ratio(
    y: ArrayLike,
    x: ArrayLike,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    domain: ArrayLike | None = None,
    fpc: ArrayLike | Mapping[object, float] | None = None,
    lonely_psu: LonelyPsu = "error",
    conf_level: float = 0.95,
) -> Interval:
    """How much of one thing comes per unit of another: Σwy/Σwx with its design error.

    See `Design.ratio` and `Design.build` for the parameters.

    Examples
    --------
    >>> round(ratio([2, 4, 6], [1, 2, 4]).estimate, 4)
    1.7143
    """
    values = np.asarray(y, dtype=float)
    design = _design(values, weights, strata, clusters, fpc, lonely_psu)
    return design.ratio(values, x, domain, conf_level)


def difference(
    y: ArrayLike,
    domain_a: ArrayLike,
    domain_b: ArrayLike,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    *,
    fpc: ArrayLike | Mapping[object, float] | None = None,
    lonely_psu: LonelyPsu = "error",
    conf_level: float = 0.95,
) -> Interval:
    """By how much the means of two groups of customers differ, a − b.

    See `Design.difference` and `Design.build` for the parameters.

    Examples
    --------
    >>> import numpy as np
    >>> new = np.array([True, True, True, False, False, False])
    >>> d = difference([5, 4, 5, 3, 4, 2], new, ~new)
    >>> round(d.estimate, 4), d.method
    (1.6667, 'welch')
    """
    values = np.asarray(y, dtype=float)
    design = _design(values, weights, strata, clusters, fpc, lonely_psu)
    return design.difference(values, domain_a, domain_b, conf_level)


def _design(
    values: Floats,
    weights: ArrayLike | None,
    strata: ArrayLike | None,
    clusters: ArrayLike | None,
    fpc: ArrayLike | Mapping[object, float] | None,
    lonely_psu: LonelyPsu,
) -> Design:
    return Design.build(
        len(values),
        weights=weights,
        strata=strata,
        clusters=clusters,
        fpc=fpc,
        lonely_psu=lonely_psu,
    )
