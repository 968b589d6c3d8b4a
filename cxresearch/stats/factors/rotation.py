"""Turning factors so that each is seen in few items: orthogonal and oblique rotations."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from factor_analyzer import Rotator

from cxresearch.errors import did_you_mean
from cxresearch.stats.factors.matrices import fault

Rotation = Literal["oblimin", "promax", "varimax", "quartimax", "none"]
ROTATIONS: tuple[Rotation, ...] = get_args(Rotation)
OBLIQUE: tuple[Rotation, ...] = ("oblimin", "promax")

_ROUNDS = 5000
#: Where R's varimax and GPArotation stop too, so that the same loadings come out.
_TOLERANCE = 1e-5
#: Change of a loading by which that stop counts as too early.
_EARLY = 0.005


def rotate(
    L: np.ndarray, rotation: Rotation, *, kaiser: bool = True
) -> tuple[np.ndarray, np.ndarray]:
    """Return rotated loadings (pattern) and the factor correlations in the same order.

    Varimax with Kaiser's normalisation, oblimin (gamma 0, direct quartimin) and quartimax
    without: the defaults of R psych. Promax raises the varimax loadings to the fourth power.

    Parameters
    ----------
    L : ndarray, shape (items, factors)
        Unrotated loadings.
    rotation : {"oblimin", "promax", "varimax", "quartimax", "none"}
    kaiser : bool
        Whether promax, too, works on items of equal communality all the way (as ``psych::fa``),
        or only its varimax does (as ``psych::principal`` and ``stats::promax``).

    Raises
    ------
    StatisticsError
        An unknown rotation, or one that does not come to rest.

    Examples
    --------
    >>> unrotated = np.array([[0.6, 0.5], [0.5, 0.4], [0.6, -0.5], [0.5, -0.4]])
    >>> pattern, phi = rotate(unrotated, "varimax")
    >>> np.abs(pattern).round(2).tolist()
    [[0.78, 0.07], [0.64, 0.07], [0.07, 0.78], [0.07, 0.64]]
    """
    if rotation not in ROTATIONS:
        raise fault(f'no rotation "{rotation}"', hint=did_you_mean(rotation, ROTATIONS))
    factors = L.shape[1]
    if rotation == "none" or factors == 1:
        return L.copy(), np.eye(factors)
    if rotation == "promax" and ((L**2).sum(axis=1) < 1e-12).any():
        raise fault("an item without any communality cannot be normalised", hint="leave it out")
    if rotation in ("varimax", "promax"):
        simple = _varimax(L)
        if rotation == "varimax":
            return simple, np.eye(factors)
        size = np.sqrt((L**2).sum(axis=1, keepdims=True)) if kaiser else np.ones((len(L), 1))
        sharp, phi = _sharpened(simple / size)
        return sharp * size, phi
    pattern, phi = _turned(L, rotation)
    if np.abs(pattern - L).max() < 1e-8:
        # loadings that lie evenly between the factors: the criterion is flat here, but not best
        other, other_phi = _turned(L @ _aside(factors), rotation)
        if _complexity(other) < _complexity(pattern) - 1e-8:
            pattern, phi = other, other_phi
    _at_rest(rotation, pattern, phi)
    return pattern, phi


def _turned(L: np.ndarray, rotation: Rotation) -> tuple[np.ndarray, np.ndarray]:
    turn = Rotator(method=rotation, max_iter=_ROUNDS, tol=_TOLERANCE)
    pattern = np.asarray(turn.fit_transform(L.copy()))
    return pattern, np.eye(L.shape[1]) if turn.phi_ is None else np.asarray(turn.phi_)


def _varimax(L: np.ndarray) -> np.ndarray:
    """Rotate as R does; where its search stopped too early (it may even swing), go on by planes."""
    pattern, _ = _turned(L, "varimax")
    settled = _by_planes(pattern)
    return settled if np.abs(settled - pattern).max() > _EARLY else pattern


def _by_planes(L: np.ndarray) -> np.ndarray:
    """Turn every pair of factors to its best angle until none turns any more (Kaiser 1958)."""
    size = np.sqrt((L**2).sum(axis=1, keepdims=True))
    Z = L / np.where(size > 0, size, 1.0)
    k, factors = Z.shape
    for _ in range(_ROUNDS):
        turned = 0.0
        for i in range(factors):
            for j in range(i + 1, factors):
                u, v = Z[:, i] ** 2 - Z[:, j] ** 2, 2 * Z[:, i] * Z[:, j]
                above = 2 * (u @ v - u.sum() * v.sum() / k)
                below = (u @ u - v @ v) - (u.sum() ** 2 - v.sum() ** 2) / k
                angle = np.arctan2(above, below) / 4
                c, s = np.cos(angle), np.sin(angle)
                Z[:, [i, j]] = Z[:, [i, j]] @ np.array([[c, -s], [s, c]])
                turned = max(turned, abs(angle))
        if turned < 1e-10:
            break
    return np.asarray(Z * size)


def _complexity(L: np.ndarray) -> float:
    """How far items show several factors: what oblimin and quartimax both make small."""
    squared = L**2
    return float((squared.sum(axis=1) ** 2 - (squared**2).sum(axis=1)).sum())


def _sharpened(X: np.ndarray, power: float = 4) -> tuple[np.ndarray, np.ndarray]:
    """Let factors correlate so that small loadings become smaller (Hendrickson and White 1964)."""
    U = np.linalg.lstsq(X, X * np.abs(X) ** (power - 1), rcond=None)[0]
    U = U * np.sqrt(np.diag(np.linalg.inv(U.T @ U)))
    back = np.linalg.inv(U)
    return X @ U, back @ back.T


def _aside(factors: int) -> np.ndarray:
    """Return an orthogonal matrix that turns every pair of axes by some angle."""
    skew = np.triu(np.full((factors, factors), 0.3), 1)
    eye = np.eye(factors)
    return np.asarray(np.linalg.solve(eye + skew - skew.T, eye - skew + skew.T))


def _at_rest(rotation: Rotation, L: np.ndarray, phi: np.ndarray) -> None:
    """Raise where the criterion still has a slope: the Rotator itself does not say."""
    if not np.isfinite(L).all():
        raise fault(f"{rotation} found no rotation", hint="extract fewer factors")
    if rotation == "oblimin":
        slope = L.T @ (L * ((L**2).sum(axis=1, keepdims=True) - L**2)) @ np.linalg.inv(phi)
        # the part along the constraint of unit variances does not count
        slope = slope - np.diag(np.diag(slope))
        rest = float(np.abs(slope).max())
    else:
        M = L.T @ L**3
        rest = float(np.abs(M - M.T).max()) / 2
    if rest > 1e-3:
        raise fault(
            f"{rotation} did not come to rest",
            found=f"slope {rest:.2g} after {_ROUNDS} rounds",
            hint='extract fewer factors, or take rotation="varimax"',
        )
