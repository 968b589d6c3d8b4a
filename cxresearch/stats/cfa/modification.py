"""What a measurement model leaves out: modification indices, and tests of what groups share."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.stats.cfa.estimation import Confirmed
from cxresearch.stats.cfa.layout import Cell, Layout
from cxresearch.stats.cfa.likelihood import by_parameter, selection, slope_and_information


def modification_indices(confirmed: Confirmed) -> pd.DataFrame:
    """Tell what would most improve the model: items that show a second factor, or pair up.

    The score test of each loading and residual covariance that the model holds at zero: by how
    much chi2 would fall about (`statistic`, 1 df), and what the value would become (`change`).
    To be read with the questionnaire at hand; a model mended by its residuals is a new hypothesis.

    Parameters
    ----------
    confirmed : Confirmed

    Returns
    -------
    DataFrame
        `group, part, factor` (or first item), `item, statistic, p_value, change, standardised`;
        the largest first.

    Notes
    -----
    Compared with R ``lavaan::modindices``.

    References
    ----------
    Sorbom 1989, doi:10.1007/BF02294623.

    Examples
    --------
    >>> from cxresearch.stats.cfa import Moments, fit
    >>> r = pd.DataFrame(np.where(np.eye(4) > 0, 1.0, 0.4), list("abcd"), list("abcd"))
    >>> r.loc["c", "d"] = r.loc["d", "c"] = 0.7
    >>> found = fit({"F": list("abcd")}, Moments(cov=r, n=200))
    >>> modification_indices(found).loc[0, ["part", "factor", "item"]].tolist()
    ['residual', 'c', 'd']
    """
    layout, x = confirmed.layout, confirmed.x
    candidates = [_left_out(layout, g) for g in range(layout.n_groups)]
    cells = [[*layout.of(g), *candidates[g]] for g in range(layout.n_groups)]
    slopes, informations = slope_and_information(layout, confirmed.moments, x, cells)
    inverse = _inverse(confirmed)
    items, names = layout.model.items, layout.model.names
    rows = []
    for g, new in enumerate(candidates):
        own = len(cells[g]) - len(new)
        score = -slopes[g][own:] / 2
        shared = informations[g][own:, :own] @ selection(layout, g)
        left = np.diag(informations[g])[own:] - np.einsum("aq,qr,ar->a", shared, inverse, shared)
        testable = left > 1e-8 * np.diag(informations[g])[own:]
        matrices = layout.matrices(x, g)
        item_sd = np.sqrt(np.diag(matrices.covariance))
        factor_sd = np.sqrt(np.maximum(np.diag(matrices.P), 0.0))
        for cell, s, v, good in zip(new, score, left, testable, strict=True):
            if not good:
                continue
            loading = cell.part == "loading"
            unit = factor_sd[cell.col] if loading else 1 / item_sd[cell.col]
            rows.append(
                {
                    "group": confirmed.groups[g],
                    "part": cell.part,
                    "factor": names[cell.col] if loading else items[cell.col],
                    "item": items[cell.row],
                    "statistic": s**2 / v,
                    "p_value": float(stats.chi2.sf(s**2 / v, 1)),
                    "change": s / v,
                    "standardised": s / v * unit / item_sd[cell.row],
                }
            )
    columns = ["group", "part", "factor", "item", "statistic", "p_value", "change", "standardised"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values("statistic", ascending=False, kind="stable", ignore_index=True)


def release_tests(confirmed: Confirmed, part: Literal["loading", "intercept"]) -> pd.DataFrame:
    """Tell which item differs most between groups, among those held equal.

    The score test of one item's loading (intercept) being free in every group; with identification
    "unit" no item is exempt from it.

    Returns
    -------
    DataFrame
        `item, statistic, df, p_value`; the largest first.

    Examples
    --------
    >>> from cxresearch.stats.cfa import Moments, fit
    >>> r = pd.DataFrame(np.where(np.eye(4) > 0, 1.0, 0.5), list("abcd"), list("abcd"))
    >>> other = r.copy()
    >>> other.loc["d", ["a", "b", "c"]] = other.loc[["a", "b", "c"], "d"] = 0.2
    >>> groups = {"x": Moments(cov=r, n=200), "y": Moments(cov=other, n=200)}
    >>> found = fit({"F": list("abcd")}, groups, equal=["loadings"], identification="unit")
    >>> release_tests(found, "loading").loc[0, "item"]
    'd'
    """
    layout = confirmed.layout
    slopes, informations = slope_and_information(layout, confirmed.moments, confirmed.x)
    inverse = _inverse(confirmed)
    places: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for g in range(layout.n_groups):
        for a, cell in enumerate(layout.of(g)):
            if cell.part == part and cell.parameter is not None:
                places.setdefault((cell.row, cell.parameter), []).append((g, a))
    found: dict[Hashable, tuple[float, int]] = {}
    for (row, _), where in places.items():
        later = where[1:]
        if not later:
            continue
        score = np.array([-slopes[g][a] / 2 for g, a in later])
        own = np.diag([informations[g][a, a] for g, a in later])
        shared = np.stack([informations[g][a] @ selection(layout, g) for g, a in later])
        left = own - shared @ inverse @ shared.T
        statistic = float(score @ np.linalg.lstsq(left, score, rcond=1e-10)[0])
        item = layout.model.items[row]
        before = found.get(item, (0.0, 0))
        found[item] = (before[0] + statistic, before[1] + len(later))
    rows = [
        {"item": item, "statistic": s, "df": df, "p_value": float(stats.chi2.sf(s, df))}
        for item, (s, df) in found.items()
    ]
    table = pd.DataFrame(rows, columns=["item", "statistic", "df", "p_value"])
    return table.sort_values("statistic", ascending=False, kind="stable", ignore_index=True)


def _left_out(layout: Layout, group: int) -> list[Cell]:
    """Return the loadings and residual covariances that the model of a group holds at zero."""
    taken = {(cell.part, cell.row, cell.col) for cell in layout.of(group)}
    p, q = layout.n_items, len(layout.model.names)
    loadings = [
        Cell(group, "loading", i, j, None)
        for j in range(q)
        for i in range(p)
        if ("loading", i, j) not in taken
    ]
    residuals = [
        Cell(group, "residual", k, i, None)
        for i, k in combinations(range(p), 2)
        if ("residual", k, i) not in taken and ("residual", i, k) not in taken
    ]
    return loadings + residuals


def _inverse(confirmed: Confirmed) -> np.ndarray:
    layout = confirmed.layout
    _, information = by_parameter(
        layout, *slope_and_information(layout, confirmed.moments, confirmed.x)
    )
    return np.linalg.inv(information)
