"""Mixtures of normal distributions: what an average over an unknown variance gives.

Arrays of means, variances or deviations are things x components; the weights of the components
sum to one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Array = NDArray[np.float64]


def moments(means: Array, variances: Array, weights: Array) -> tuple[Array, Array]:
    """Return mean and standard deviation of mixtures of normals (things x components)."""
    centre = means @ weights
    return centre, np.sqrt((variances + (means - centre[:, None]) ** 2) @ weights)


def interval(
    means: Array, variances: Array, weights: Array, conf_level: float
) -> tuple[Array, Array, Array, Array]:
    """Return mean, standard deviation and equal-tailed interval of mixtures of normals."""
    centre, spread = moments(means, variances, weights)
    if len(weights) == 1:
        reach = stats.norm.ppf((1 + conf_level) / 2) * spread
        return centre, spread, centre - reach, centre + reach
    deviations = np.sqrt(variances)
    tail = (1 - conf_level) / 2
    ends = [_quantile(p, means, deviations, weights) for p in (tail, 1 - tail)]
    return centre, spread, ends[0], ends[1]


def _quantile(p: float, means: Array, deviations: Array, weights: Array) -> Array:
    z = stats.norm.ppf(p)
    low, high = (means + z * deviations).min(axis=1), (means + z * deviations).max(axis=1)
    for _ in range(40):
        middle = (low + high) / 2
        below = distribution(middle, means, deviations) @ weights < p
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray((low + high) / 2)


def distribution(x: Array, means: Array, deviations: Array) -> Array:
    """Return each component's probability of a value below x (things x components)."""
    return np.asarray(special.ndtr((x[:, None] - means) / deviations))
