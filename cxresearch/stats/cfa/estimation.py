"""Fitting a measurement model by maximum likelihood, in one group or several."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

import numpy as np
import pandas as pd
from scipy import optimize, stats
from scipy.linalg import lapack

from cxresearch.errors import did_you_mean
from cxresearch.stats.cfa.fit_measures import Measures, measures
from cxresearch.stats.cfa.layout import (
    Cell,
    Identification,
    Layout,
    Release,
    Shared,
    lay_out,
    scales,
    start,
    to_marker,
)
from cxresearch.stats.cfa.likelihood import (
    IMPOSSIBLE,
    by_parameter,
    discrepancy,
    slope_and_information,
)
from cxresearch.stats.cfa.model import Group, Model, Moments, checked, fault
from cxresearch.stats.cfa.standardised import standardise, standardised_errors

_ROUNDS = 1000
#: Largest slope of F, in the parameters' own units, at which the search may end.
_FLAT = 1e-7
#: Fall of F still to be had at which the search has failed.
_POOR = 1e-9
_LAST_STEPS = 8
#: Reciprocal condition above which a curvature is solved without a generalised inverse.
_SURE = 1e-12
_UNDETERMINED = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confirmed:
    """A fitted measurement model.

    Attributes
    ----------
    parameters : DataFrame
        One row per cell: `group, part` (loading, covariance, residual, intercept, mean), `factor`
        (or first item), `item` (or second factor), `free, estimate, std_error, statistic,
        p_value, standardised, standardised_error`. Standard errors from expected information.
    fit : Measures
    groups : tuple
        Names of the groups.
    heywood : tuple of (group, item or factor)
        Residual variances below zero, factor variances that are not positive, and pairs of
        factors that correlate beyond one: the solution is not to be trusted there.
    gradient : float
        Largest slope of F left, in the parameters' own units.
    layout, moments, x : Layout, tuple of Group, ndarray
        What modification indices and later models need.
    """

    parameters: pd.DataFrame
    fit: Measures
    groups: tuple[Hashable, ...]
    heywood: tuple[tuple[Hashable, str], ...]
    gradient: float
    layout: Layout
    moments: tuple[Group, ...]
    x: np.ndarray

    def loadings(self, group: int = 0, *, standardised: bool = True) -> pd.DataFrame:
        """Return items by factors, zero where the model has no loading."""
        found = self.layout.matrices(self.x, group)
        L = standardise(found).L if standardised else found.L
        return pd.DataFrame(L, list(self.layout.model.items), list(self.layout.model.names))

    def phi(self, group: int = 0) -> pd.DataFrame:
        """Return the correlations of the factors."""
        names = list(self.layout.model.names)
        return pd.DataFrame(standardise(self.layout.matrices(self.x, group)).P, names, names)

    def residuals(self, group: int = 0) -> pd.DataFrame:
        """Return observed minus implied covariances, in units of the observed correlations."""
        S, items = self.moments[group].S, list(self.layout.model.items)
        scale = np.sqrt(np.diag(S))
        left = (S - self.layout.matrices(self.x, group).covariance) / np.outer(scale, scale)
        return pd.DataFrame(left, items, items)


def fit(
    model: Model | Mapping[str, Sequence[Hashable]],
    moments: Moments | Mapping[Any, Moments],
    *,
    equal: Sequence[Shared] = (),
    released: Iterable[Release] = (),
    means: bool | None = None,
    identification: Identification = "marker",
) -> Confirmed:
    r"""Tell whether the items measure the dimensions that the questionnaire was built for.

    Minimises :math:`F = \sum_g (n_g/N) F_g` (normal maximum likelihood; covariances over n) with
    its analytic slope and expected curvature. Residual variances are not bounded, so an
    impossible one shows (`heywood`).

    Parameters
    ----------
    model : Model, or mapping from factor to items
    moments : Moments, or mapping from group to Moments
        In scale points; a correlation matrix serves for one group where only standardised
        results are wanted.
    equal : sequence of {"loadings", "intercepts"}
        What the groups share. Intercepts need loadings.
    released : iterable of ("loading" or "intercept", item)
        Exceptions from `equal` (partial invariance).
    means : bool, optional
        Whether means are modelled; by default where intercepts are held equal or every group
        brings means and there are several groups.
    identification : {"marker", "unit"}
        First loading of a factor one, or variance of a factor one (in the first group where
        loadings are equal). Fit and standardised solution are the same.

    Returns
    -------
    Confirmed

    Raises
    ------
    StatisticsError
        A model that the moments do not determine, a singular matrix, or no convergence (with
        the last slope).

    Notes
    -----
    Compared with R ``lavaan::cfa`` (ML). Answers far from normal make chi2 and standard errors
    too small; robust corrections are not offered.

    References
    ----------
    Joreskog 1969, doi:10.1007/BF02289343; 1971, doi:10.1007/BF02291366.

    Examples
    --------
    >>> items = ["kind", "polite", "warm"]
    >>> r = pd.DataFrame([[1, 0.48, 0.42], [0.48, 1, 0.56], [0.42, 0.56, 1]], items, items)
    >>> found = fit({"care": items}, Moments(cov=r, n=200))
    >>> found.loadings()["care"].round(3).to_dict(), found.fit.df
    ({'kind': 0.6, 'polite': 0.8, 'warm': 0.7}, 0)
    """
    model = Model.of(model)
    several = not isinstance(moments, Moments) and len(moments) > 1
    brought = isinstance(moments, Mapping) and all(one.mean is not None for one in moments.values())
    with_means = ("intercepts" in equal or (several and brought)) if means is None else means
    if "intercepts" in equal and not with_means:
        raise fault("equal intercepts need means in the model")
    if identification not in get_args(Identification):
        raise fault(
            f'no identification "{identification}"',
            hint=did_you_mean(identification, get_args(Identification)),
        )
    groups = checked(model, moments, with_means=with_means)
    layout = lay_out(
        model,
        len(groups),
        equal=equal,
        released=released,
        identification=identification,
        with_means=with_means,
    )
    p = layout.n_items
    df = len(groups) * (p * (p + 1) // 2 + (p if with_means else 0)) - layout.n_parameters
    if df < 0:
        raise fault(
            "the model has more parameters than the items have moments",
            found=f"{-df} too many",
            hint="a factor on its own needs three items",
        )
    x, gradient = _minimum(layout, groups)
    _, information = by_parameter(layout, *slope_and_information(layout, groups, x))
    covariance = _inverse(layout, information)
    return Confirmed(
        parameters=_table(layout, groups, x, covariance),
        fit=measures(layout, groups, x, discrepancy(layout, groups, x), df),
        groups=tuple(group.name for group in groups),
        heywood=_improper(layout, groups, x),
        gradient=gradient,
        layout=layout,
        moments=groups,
        x=x,
    )


@dataclass(frozen=True, slots=True)
class _Search:
    """Where a search ended: parameters, largest slope, fall of F still to be had, rounds, F."""

    x: np.ndarray
    slope: float
    left: float
    rounds: int
    level: float

    @property
    def at_rest(self) -> bool:
        return bool(np.isfinite(self.left) and self.left <= _POOR)


def _minimum(layout: Layout, groups: tuple[Group, ...]) -> tuple[np.ndarray, float]:
    """Return the estimates and the slope left; an error where no search comes to rest."""
    found = _search(layout, groups, start(layout, groups))
    if not found.at_rest and layout.identification == "marker":
        # a marker that hardly shows its factor makes a crooked way; factors of unit variance do not
        unit = lay_out(
            layout.model,
            len(groups),
            equal=layout.equal,
            released=layout.released,
            identification="unit",
            with_means=layout.with_means,
        )
        straight = _search(unit, groups, start(unit, groups))
        if straight.at_rest:
            found = _search(layout, groups, to_marker(layout, unit, straight.x))
    if not found.at_rest:
        raise fault(
            "the model did not converge",
            found=f"largest slope {found.slope:.3g} after {found.rounds} rounds, "
            f"F {found.level:.6g}",
            hint="look at factors of two items, items that repeat others, or ask for fewer factors",
        )
    return found.x, found.slope


def _search(layout: Layout, groups: tuple[Group, ...], begin: np.ndarray) -> _Search:
    """Search in the parameters' own units, by trust region with the expected curvature."""
    unit = scales(layout, groups)
    n = sum(group.n for group in groups)

    def level(z: np.ndarray) -> float:
        return discrepancy(layout, groups, z * unit)

    def local(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        slope, information = by_parameter(layout, *slope_and_information(layout, groups, z * unit))
        return slope * unit / n, 2 * information * np.outer(unit, unit) / n

    seen: dict[bytes, tuple[np.ndarray, np.ndarray]] = {}

    def known(z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        key = z.tobytes()
        if key not in seen:
            seen.clear()
            seen[key] = local(z)
        return seen[key]

    z = begin / unit
    if level(z) >= IMPOSSIBLE:
        raise fault("the search found no place to begin", hint="look at items that repeat others")
    found = optimize.minimize(
        level,
        z,
        jac=lambda z: known(z)[0],
        hess=lambda z: known(z)[1],
        method="trust-exact",
        options={"maxiter": _ROUNDS, "gtol": _FLAT},
    )
    z = np.asarray(found.x)
    step, left = _newton(*known(z))
    # near the minimum the level no longer shows the gain of a step; the slope does
    for _ in range(_LAST_STEPS):
        nearer = z - step
        if level(nearer) >= IMPOSSIBLE:
            break
        further, then = _newton(*known(nearer))
        if not then < left / 2:
            break
        z, step, left = nearer, further, then
    slope = float(np.abs(known(z)[0]).max())
    return _Search(z * unit, slope, left, int(found.nit), float(found.fun))


def _newton(slope: np.ndarray, curvature: np.ndarray) -> tuple[np.ndarray, float]:
    """Return the step to where a parabola is lowest, and how much lower that is."""
    factor, trouble = lapack.dpotrf(curvature)
    if trouble == 0 and lapack.dpocon(factor, np.linalg.norm(curvature, 1))[0] > _SURE:
        step = np.asarray(lapack.dpotrs(factor, slope)[0])
    else:
        step = np.linalg.lstsq(curvature, slope, rcond=1e-14)[0]
    return step, float(slope @ step) / 2


def _inverse(layout: Layout, information: np.ndarray) -> np.ndarray:
    size = np.sqrt(np.maximum(np.diag(information), np.finfo(float).tiny))
    values, vectors = np.linalg.eigh(information / np.outer(size, size))
    if values[0] < _UNDETERMINED:
        worst = int(np.abs(vectors[:, 0]).argmax())
        cell = next(cell for cell in layout.cells if cell.parameter == worst)
        raise fault(
            "the answers do not determine the model",
            where=f"{cell.part} of {_labels(layout, cell)[1]}",
            hint="a factor of two items must correlate with another; give it a third item",
        )
    return np.asarray((vectors / values) @ vectors.T / np.outer(size, size))


def _table(
    layout: Layout, groups: tuple[Group, ...], x: np.ndarray, covariance: np.ndarray
) -> pd.DataFrame:
    errors = np.sqrt(np.diag(covariance))
    standard, standard_errors = standardised_errors(layout, x, covariance)
    rows = []
    for cell, std, std_error in zip(layout.cells, standard, standard_errors, strict=True):
        free = cell.parameter is not None
        estimate = x[cell.parameter] if cell.parameter is not None else cell.value
        error = errors[cell.parameter] if cell.parameter is not None else np.nan
        one, other = _labels(layout, cell)
        z = estimate / error if free else np.nan
        rows.append(
            {
                "group": groups[cell.group].name,
                "part": cell.part,
                "factor": one,
                "item": other,
                "free": free,
                "estimate": float(estimate),
                "std_error": float(error),
                "statistic": float(z),
                "p_value": float(2 * stats.norm.sf(abs(z))),
                "standardised": float(std),
                "standardised_error": float(std_error),
            }
        )
    return pd.DataFrame(rows)


def _labels(layout: Layout, cell: Cell) -> tuple[Hashable, Hashable]:
    items, names = layout.model.items, layout.model.names
    match cell.part:
        case "loading":
            return names[cell.col], items[cell.row]
        case "covariance":
            return names[cell.col], names[cell.row]
        case "residual":
            return items[cell.col], items[cell.row]
        case "intercept":
            return "", items[cell.row]
        case _:
            return names[cell.row], ""


def _improper(
    layout: Layout, groups: tuple[Group, ...], x: np.ndarray
) -> tuple[tuple[Hashable, str], ...]:
    items, names = layout.model.items, layout.model.names
    found: list[tuple[Hashable, str]] = []
    for g, group in enumerate(groups):
        matrices = layout.matrices(x, g)
        found += [(group.name, str(items[i])) for i in np.flatnonzero(np.diag(matrices.T) <= 0)]
        found += [(group.name, names[j]) for j in np.flatnonzero(np.diag(matrices.P) <= 0)]
        P = standardise(matrices).P
        beyond = np.argwhere(np.triu(np.abs(P) > 1, 1))
        found += [(group.name, f"{names[j]} ~ {names[k]}") for j, k in beyond]
    return tuple(found)
