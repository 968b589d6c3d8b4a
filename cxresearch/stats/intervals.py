"""How sure a number about customers is: intervals from counts, rates and standard errors."""

from cxresearch.stats.estimates import (
    Interval,
    Means,
    overlap_covariance,
    quantile,
    student,
    welch,
)
from cxresearch.stats.rates import poisson_rate, poisson_ratio
from cxresearch.stats.shares import (
    clopper_pearson,
    net_promoter,
    newcombe,
    paired_difference,
    wilson,
)

__all__ = [
    "Interval",
    "Means",
    "clopper_pearson",
    "net_promoter",
    "newcombe",
    "overlap_covariance",
    "paired_difference",
    "poisson_rate",
    "poisson_ratio",
    "quantile",
    "student",
    "welch",
    "wilson",
]
