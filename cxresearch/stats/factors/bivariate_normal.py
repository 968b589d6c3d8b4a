"""The bivariate normal distribution, for whole arrays at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import ndtr, owens_t

#: Beyond this many standard deviations nothing is left in double precision.
_FAR = 38.0
#: Nearer to zero than this is zero.
_NEAR = 1e-30


def cdf(h: Any, k: Any, rho: Any) -> np.ndarray:
    r"""Return P(X <= h, Y <= k) of two standard normals with correlation rho.

    By Owen's T function, in :math:`s = \sqrt{1-\rho^2}`:

    .. math:: \tfrac12\Phi(h) + \tfrac12\Phi(k) - T\!\left(h, \frac{k-\rho h}{h s}\right)
        - T\!\left(k, \frac{h-\rho k}{k s}\right) - \delta

    with :math:`\delta = 1/2` where h and k lie on different sides of zero (zero counting with the
    sign of the other), else 0. About 15 decimals for any rho strictly between -1 and 1; at the
    ends the limit is returned.

    Parameters
    ----------
    h, k, rho : array-like, broadcast together
        Limits may be infinite.

    References
    ----------
    Owen 1956, doi:10.1214/aoms/1177728074. Patefield & Tandy 2000, doi:10.18637/jss.v005.i05.

    Examples
    --------
    >>> round(float(cdf(0.0, 0.0, 0.5)), 6)
    0.333333
    """
    h, k, rho = np.broadcast_arrays(*(np.asarray(one, dtype=float) for one in (h, k, rho)))
    h, k = _limits(h), _limits(k)
    end = np.abs(rho) >= 1
    r = np.where(end, 0.0, rho)
    s = np.sqrt((1 - r) * (1 + r))
    both = (h == 0) & (k == 0)
    total = ndtr(h) + ndtr(k)
    inside = (
        total / 2
        - owens_t(h, _slope(k - r * h, h * s, both, (1 - r) / s))
        - owens_t(k, _slope(h - r * k, k * s, both, (1 - r) / s))
        - np.where((h * k < 0) | ((h * k == 0) & (h + k < 0)), 0.5, 0.0)
    )
    limit = np.where(rho > 0, np.minimum(ndtr(h), ndtr(k)), np.maximum(total - 1, 0.0))
    return np.asarray(np.clip(np.where(end, limit, inside), 0.0, 1.0))


def pdf(h: Any, k: Any, rho: Any) -> np.ndarray:
    """Return the density at (h, k); zero at infinity.

    Examples
    --------
    >>> round(float(pdf(0.0, 0.0, 0.0)), 6)
    0.159155
    """
    h, k, rho = (np.asarray(one, dtype=float) for one in (h, k, rho))
    h, k = np.clip(h, -_FAR, _FAR), np.clip(k, -_FAR, _FAR)
    rest = (1 - rho) * (1 + rho)
    return np.asarray(
        np.exp(-(h * h - 2 * rho * h * k + k * k) / (2 * rest)) / (2 * np.pi * np.sqrt(rest))
    )


def _limits(h: np.ndarray) -> np.ndarray:
    return np.where(np.abs(h) < _NEAR, 0.0, np.clip(h, -_FAR, _FAR))


def _slope(above: np.ndarray, below: np.ndarray, both: np.ndarray, limit: np.ndarray) -> np.ndarray:
    """Return above/below; the limits where both coordinates, or this one, are zero."""
    zero = below == 0
    ratio = above / np.where(zero, 1.0, below)
    return np.where(both, limit, np.where(zero, np.copysign(np.inf, above), ratio))
