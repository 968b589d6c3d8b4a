"""What a regression leaves unexplained, summed in a database: its standard errors and outliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
from scipy import stats

from cxresearch.stats.moments import variance_of_totals
from cxresearch.study.warehouse.cases import CountedCases
from cxresearch.study.warehouse.expressions import total_of
from cxresearch.study.warehouse.numbers import number

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

ROOM = 1e-10  # leverage so near to 1 leaves a case no residual


@dataclass(frozen=True, slots=True, kw_only=True)
class Residuals:
    """Facts of a regression that need its residuals.

    Attributes
    ----------
    std_error : ndarray, shape (p,)
        Of the slopes: HC3, or the survey design's.
    breusch_pagan_p, cook_max : float
    n_influential : int
        Cases with a Cook distance above 4/n.
    """

    std_error: np.ndarray
    breusch_pagan_p: float
    cook_max: float
    n_influential: int


def residuals(
    study: StoredStudy,
    cases: CountedCases,
    columns: Sequence[int],
    slopes: np.ndarray,
    means: np.ndarray,
    bread: np.ndarray,
    sigma2: float,
) -> Residuals:
    """Go through the cases once more with the coefficients known.

    Parameters
    ----------
    columns : sequence of int
        Places of the regressors that are no combinations of others, in ``cases.columns``.
    slopes, means : ndarray, shape (p,) and (p + 1,)
        Coefficients; weighted means of these columns and of the outcome.
    bread : ndarray, shape (p, p)
        Inverse of Σ w z z', weights with mean one, z the centred columns.
    sigma2 : float
        Residual variance.
    """
    plan = study.kept.plan
    whole = cases.sums.total()
    n, p = whole.n, len(columns)
    scale = n / whole.weight
    y = len(cases.columns) - 1
    rows = cases.rows
    z = {
        f"z{j}": rows[f"x{c}"] - number(m)
        for j, (c, m) in enumerate(zip(columns, means, strict=False))
    }
    keys: dict[str, Any] = {}
    if plan.strata or plan.clustered:
        keys["stratum"] = rows["stratum"]
    if plan.clustered:
        keys["cluster"] = rows["cluster"]
    first = rows.select(
        **keys, v=rows["w"] * number(scale), y=rows[f"x{y}"] - number(means[-1]), **z
    )
    fitted = total_of([first[f"z{j}"] * number(b) for j, b in enumerate(slopes)])
    pairs = list(combinations_with_replacement(range(p), 2))
    form = total_of(
        [
            first[f"z{i}"] * first[f"z{j}"] * number(bread[i, j] * (1 if i == j else 2))
            for i, j in pairs
        ]
    )
    second = first.mutate(e=first["y"] - fitted, h=(form + number(1 / n)) * first["v"])
    room = ibis.ifelse(second["h"] < number(1 - ROOM), number(1) - second["h"], number(1))
    simple = not (plan.weighted or plan.strata or plan.clustered or plan.population is not None)
    score = second["v"] * second["e"]
    score = score / room if simple else score
    k = p + 1
    cook = (
        second["v"] * second["e"] * second["e"] * second["h"] / (number(k * sigma2) * room * room)
    )
    third = second.mutate(s=score, cook=cook, square=second["e"] * second["e"])
    asked: dict[str, Any] = {"n": third.count(), "cook": third["cook"].max()}
    asked["beyond"] = (third["cook"] > number(4 / n)).sum()
    square = third["square"]
    asked |= {"e2": square.sum(), "e4": (square * square).sum()}
    for j in range(p):
        one = third[f"z{j}"]
        asked |= {f"t{j}": (third["s"] * one).sum(), f"u{j}": one.sum()}
        asked[f"b{j}"] = (square * one).sum()
    for i, j in pairs:
        both = third[f"z{i}"] * third[f"z{j}"]
        asked[f"m{i}_{j}"] = (third["s"] * third["s"] * both).sum()
        asked[f"z{i}_{j}"] = both.sum()
    held = third.group_by(list(keys)).aggregate(**asked) if keys else third.aggregate(**asked)
    frame = held.execute()
    strata, psus = study.kept.places(frame)
    meat = np.stack([_square(frame, "m", p, row) for row in range(len(frame))])
    if simple:
        V = bread @ meat.sum(axis=0) @ bread
        df = n - k
    else:
        t = frame[[f"t{j}" for j in range(p)]].to_numpy(dtype=float)
        spread, held_df = variance_of_totals(plan, n, t, meat, strata, psus)
        V = bread @ spread @ bread
        df = held_df + 1 - k
    error = np.sqrt(np.maximum(np.diag(V), 0.0)) if df > 0 else np.full(p, np.nan)
    total: Mapping[str, Any] = frame.drop(columns=list(keys)).sum().to_dict()
    return Residuals(
        std_error=error,
        breusch_pagan_p=_breusch_pagan(total, n, p),
        cook_max=float(frame["cook"].max()) if sigma2 else 0.0,
        n_influential=int(total["beyond"]) if sigma2 else 0,
    )


def _square(frame: Any, letter: str, p: int, row: int) -> np.ndarray:
    found = np.zeros((p, p))
    for i, j in combinations_with_replacement(range(p), 2):
        found[i, j] = found[j, i] = frame[f"{letter}{i}_{j}"].iloc[row]
    return found


def _breusch_pagan(total: Mapping[str, Any], n: int, p: int) -> float:
    """Return the p value of Koenker's test: squared residuals on the regressors, unweighted."""
    u = np.array([total[f"u{j}"] for j in range(p)]) / n
    cross = np.array([total[f"b{j}"] for j in range(p)]) - u * total["e2"]
    gram = np.zeros((p, p))
    for i, j in combinations_with_replacement(range(p), 2):
        gram[i, j] = gram[j, i] = total[f"z{i}_{j}"]
    gram -= n * np.outer(u, u)
    spread = total["e4"] - total["e2"] ** 2 / n
    if p < 1 or spread <= 1e-24 * total["e4"]:
        return float("nan")
    explained = float(cross @ np.linalg.lstsq(gram, cross, rcond=None)[0])
    return float(stats.chi2.sf(n * explained / spread, p))
