"""What regressions leave unexplained, summed in a database: their standard errors and outliers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

import ibis
import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.stats.layout import Floats
from cxresearch.stats.moments import variance_of_totals
from cxresearch.study.warehouse.answered import Labels, places_of
from cxresearch.study.warehouse.cases import Together
from cxresearch.study.warehouse.engines import beside
from cxresearch.study.warehouse.expressions import total_of
from cxresearch.study.warehouse.group_cases import CountedCases
from cxresearch.study.warehouse.lines import Line, Residuals
from cxresearch.study.warehouse.numbers import number

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

ROOM = 1e-10  # leverage so near to 1 leaves a case no residual


def residuals(
    study: StoredStudy, together: Together, lines: Sequence[Line | None]
) -> list[Residuals | None]:
    """Go through the cases of all groups once more with the coefficients known.

    Parameters
    ----------
    together : Together
    lines : sequence of Line or None
        Of each group; groups without one are left out.
    """
    models = [
        None if line is None else _Model.of(one, line)
        for one, line in zip(together.cases, lines, strict=True)
    ]
    if not any(models):
        return [None] * len(models)
    plan = study.kept.plan
    simple = not (plan.weighted or plan.strata or plan.clustered or plan.population is not None)
    frame, totals = _summed(together, _coefficients(together, models), plan, simple=simple)
    strata, psus = study.kept.places(totals)
    places, of_totals = (places_of(one, together.keys, together.groups) for one in (frame, totals))
    found: list[Residuals | None] = []
    for at, model in enumerate(models):
        own = np.flatnonzero(of_totals == at)
        where = tuple(None if one is None else one[own] for one in (strata, psus))
        parts = frame[places == at], totals.iloc[own]
        found.append(None if model is None else model.told(*parts, plan, simple, *where))
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Model:
    """A regression in terms of the columns of the rows, the constant the first of them.

    Attributes
    ----------
    turn : ndarray, shape (1 + k, p)
        The centred regressors as combinations of the constant and the rows' columns.
    middle : float
        Mean of the outcome, from its centre.
    """

    line: Line
    turn: Floats
    middle: float
    n: int
    scale: float
    scatter: Floats

    @classmethod
    def of(cls, cases: CountedCases, line: Line) -> _Model:
        whole = cases.sums.total()
        kept = list(line.columns)
        away = line.means[:-1] - whole.centre[kept]
        return cls(
            line=line,
            turn=np.vstack([-away, cases.turn[:-1, kept]]),
            middle=float(line.means[-1] - whole.centre[-1]),
            n=whole.n,
            scale=whole.n / whole.weight,
            scatter=whole.central[np.ix_(kept, kept)] * whole.n,
        )

    def numbers(self) -> list[float]:
        """Return what each row needs of the model: see `_summed`."""
        line, (rows, p) = self.line, self.turn.shape
        slopes = self.turn @ line.slopes
        slopes[0] += self.middle
        form = self.turn @ line.bread @ self.turn.T
        form = form * (2.0 - np.eye(rows))
        form[0, 0] += 1 / self.n
        size = (p + 1) * line.sigma2
        cook = 1 / size if size > 0 else 0.0
        return [self.scale, cook, 4 / self.n, *slopes, *form[np.triu_indices(rows)]]

    def told(
        self,
        frame: pd.DataFrame,
        totals: pd.DataFrame,
        plan: Any,
        simple: bool,
        strata: np.ndarray | None,
        psus: np.ndarray | None,
    ) -> Residuals:
        """Return the facts, from the sums of a group, and its totals by stratum or cluster."""
        rows, p = self.turn.shape
        n, k = self.n, p + 1
        P, bread = self.turn, self.line.bread
        meat = np.zeros((0, p, p))  # of clusters only the totals count
        if not plan.clustered:
            meat = P.T @ _square(frame, "m", rows) @ P
        if simple:
            V = bread @ meat.sum(axis=0) @ bread
            df = n - k
        else:
            t = totals[[f"t{j}" for j in range(rows)]].to_numpy(dtype=float) @ P
            spread, held_df = variance_of_totals(plan, n, t, meat, strata, psus)
            V = bread @ spread @ bread
            df = held_df + 1 - k
        error = np.sqrt(np.maximum(np.diag(V), 0.0)) if df > 0 else np.full(p, np.nan)
        return Residuals(
            std_error=error,
            breusch_pagan_p=self._breusch_pagan(frame, weighted=plan.weighted),
            cook_max=float(frame["cook"].max()) if self.line.sigma2 else 0.0,
            n_influential=int(frame["beyond"].sum()) if self.line.sigma2 else 0,
        )

    def _breusch_pagan(self, frame: pd.DataFrame, *, weighted: bool) -> float:
        """Return the p value of Koenker's test: squared residuals on the regressors, unweighted."""
        rows, p = self.turn.shape
        n, gram = self.n, self.scatter
        total = frame.select_dtypes("number").sum()
        cross = np.array([total["e2"], *(total[f"b{j}"] for j in range(1, rows))]) @ self.turn
        if weighted:
            every = _square(frame, "z", rows).sum(axis=0)
            u = every[0] @ self.turn / n
            gram = self.turn.T @ every @ self.turn - n * np.outer(u, u)
            cross = cross - u * total["e2"]
        spread = total["e4"] - total["e2"] ** 2 / n
        if p < 1 or spread <= 1e-24 * total["e4"]:
            return float("nan")
        explained = float(cross @ np.linalg.lstsq(gram, cross, rcond=None)[0])
        return float(stats.chi2.sf(n * explained / spread, p))


def _coefficients(together: Together, models: Sequence[_Model | None]) -> Any:
    """Return a table of each group's model, its labels beside it."""
    rows = [
        (labels, model.numbers())
        for labels, model in zip(together.groups, models, strict=True)
        if model is not None
    ]
    held: list[Labels] = [labels for labels, _ in rows]
    columns: dict[str, list[Any]] = {
        f"k{i}": [one[i] for one in held] for i in range(len(together.keys))
    }
    columns |= {f"a{j}": [one[j] for _, one in rows] for j in range(len(rows[0][1]))}
    return beside(together.rows, columns)


def _summed(
    together: Together, models: Any, plan: Any, *, simple: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return sums over the cases by group (and stratum), and totals by cluster where there are any.

    With v the weight, e the residual, h the leverage and s = v e (over 1 − h where everybody
    counts once): t is Σ s x, m Σ s² x x', b Σ e² x, z Σ x x'; x begins with the constant.
    """
    keys = list(together.keys)
    by = [*keys]
    by += ["stratum"] if plan.strata or plan.clustered else []
    by += ["cluster"] if plan.clustered else []
    rows = _with_residuals(together, models, by, weighted=plan.weighted, simple=simple)
    x = {int(name[1:]): rows[name] for name in rows.columns if name.startswith("x")}
    totals = {"t0": rows["s"].sum(), **{f"t{j}": (rows["s"] * x[j]).sum() for j in x}}
    if plan.clustered:
        return _asked(rows, keys, _facts(rows, x, plan)), _asked(rows, by, totals)
    frame = _asked(rows, by, _facts(rows, x, plan) | ({} if simple else totals))
    return frame, frame


def _with_residuals(
    together: Together, models: Any, by: Sequence[str], *, weighted: bool, simple: bool
) -> Any:
    """Return the cases with what `_summed` needs: s, its square ss, e², Cook's distance, and x."""
    rows, keys = together.rows, together.keys
    k = sum(name.startswith("x") for name in rows.columns) - 1
    both = rows.cross_join(models)
    if keys:
        same = [rows[key] == models[f"k{i}"] for i, key in enumerate(keys)]
        both = rows.join(models, same)
    pairs = list(combinations_with_replacement(range(k + 1), 2))
    slope = {j: both[f"a{3 + j}"] for j in range(k + 1)}
    form = {pair: both[f"a{4 + k + at}"] for at, pair in enumerate(pairs)}
    x = {j: both[f"x{j - 1}"] for j in range(1, k + 1)}
    fitted = total_of([slope[0], *(slope[j] * x[j] for j in x)])
    lever = form[0, 0]
    for i in range(1, k + 1):
        inner = total_of([form[0, i], *(form[i, j] * x[j] for j in range(i, k + 1))])
        lever = lever + x[i] * inner
    own = {name: both[name] for name in by}
    own |= {f"x{j}": one for j, one in x.items()}
    own |= {"e": both[f"x{k}"] - fitted, "size": both["a1"], "limit": both["a2"]}
    v = both["w"] * both["a0"] if weighted else None
    own["h"] = lever if v is None else lever * v
    if v is not None:
        own["v"] = v
    one = both.select(**own)
    room = ibis.ifelse(one["h"] < number(1 - ROOM), number(1) - one["h"], number(1))
    two = one.mutate(room=room, square=one["e"] * one["e"])
    score = two["e"] / two["room"] if simple else two["e"]
    cook = two["square"] * two["h"] * two["size"] / (two["room"] * two["room"])
    if v is not None:
        score, cook = score * two["v"], cook * two["v"]
    three = two.mutate(s=score, cook=cook)
    return three.mutate(ss=three["s"] * three["s"])


def _facts(rows: Any, x: Mapping[int, Any], plan: Any) -> dict[str, Any]:
    """Return the sums that `_summed` speaks of; those that a design has no need of are left out."""
    asked: dict[str, Any] = {"n": rows.count(), "cook": rows["cook"].max()}
    asked["beyond"] = (rows["cook"] > rows["limit"]).sum()
    asked |= {"e2": rows["square"].sum(), "e4": (rows["square"] * rows["square"]).sum()}
    asked |= {f"b{j}": (rows["square"] * one).sum() for j, one in x.items()}
    factors: dict[str, Any] = {}
    if not plan.clustered:
        factors["m"] = rows["ss"]
    if plan.weighted:
        factors["z"] = None
    for letter, factor in factors.items():
        asked[f"{letter}0_0"] = rows.count() if factor is None else factor.sum()
        for i, one in x.items():
            own = one if factor is None else factor * one
            asked[f"{letter}0_{i}"] = own.sum()
            asked |= {f"{letter}{i}_{j}": (own * x[j]).sum() for j in x if j >= i}
    return asked


def _asked(rows: Any, by: list[str], sums: Mapping[str, Any]) -> pd.DataFrame:
    held = rows.group_by(by).aggregate(**sums) if by else rows.aggregate(**sums)
    frame: pd.DataFrame = held.execute()
    return frame


def _square(frame: pd.DataFrame, letter: str, k: int) -> Floats:
    """Return symmetric matrices (rows of the frame, k, k) from their columns."""
    found = np.zeros((len(frame), k, k))
    for i, j in combinations_with_replacement(range(k), 2):
        found[:, i, j] = found[:, j, i] = frame[f"{letter}{i}_{j}"].to_numpy(dtype=float)
    return found
