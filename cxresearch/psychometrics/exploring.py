"""What dimensions customers have in mind, found without telling them ours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.psychometrics.battery import Battery, base
from cxresearch.psychometrics.suitability import FEWEST_DRAWS, items_of, suitable
from cxresearch.results import Result
from cxresearch.stats import factors
from cxresearch.study.scores import Side
from cxresearch.study.study import Study

WEAK_LOADING, NEAR_CROSS, WEAK_COMMUNALITY = 0.40, 0.20, 0.30
FEWEST_ITEMS = 3

_ITEM = ["dimension", "item"]
_FLAGS = ["weak", "crossing", "low_communality", "heywood", "elsewhere"]
_EXPLORED = ["factor", "loading", "cross_loading", "communality", "uniqueness", *_FLAGS, "n"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Explored(Result):
    """An exploratory solution: one row per item with the factor it shows most.

    Attributes
    ----------
    loadings : DataFrame
        ``dimension, item, factor, loading`` (pattern) and ``structure``.
    factors : DataFrame
        ``factor, explained, share``, the dimension whose items it shows most (`dimension`) with
        Tucker's congruence to that dimension's pattern, and how many items load on it.
    phi : DataFrame
        ``factor, other_factor, estimate``: correlations of the factors.
    fit : DataFrame
        One row: Bartlett-corrected chi-square, RMSR, RMSEA, TLI, BIC.
    scores : DataFrame
        ``respondent, factor, score`` (regression, in standard deviations).
    """

    loadings: pd.DataFrame
    factors: pd.DataFrame
    phi: pd.DataFrame
    fit: pd.DataFrame
    scores: pd.DataFrame

    @property
    def pattern(self) -> pd.DataFrame:
        """Loadings as a matrix, items by factors."""
        wide = self.loadings.pivot(index="item", columns="factor", values="loading")
        return wide.loc[self.loadings["item"].unique(), self.factors["factor"]]


def explore(
    study: Study,
    /,
    *,
    n_factors: int | None = None,
    rotation: factors.Rotation = "oblimin",
    method: factors.Extraction = "minres",
    battery: Side = "perception",
) -> Explored:
    """Tell which items customers answer alike: factors, and how they match the questionnaire.

    Parameters
    ----------
    study : Study
    n_factors : int, optional
        By default what parallel analysis retains (at least one).
    rotation : {"oblimin", "promax", "varimax", "quartimax", "none"}
    method : {"minres", "ml", "principal"}
    battery : {"perception", "expectation", "adequate", "desired"}

    Returns
    -------
    Explored
        Per item the factor with the largest absolute `loading`, the next one's
        (`cross_loading`), `communality`, and flags: ``weak`` (loading below .40), ``crossing``
        (next one within .20), ``low_communality`` (below .30), ``heywood``, ``elsewhere`` (shows
        most what another dimension's items show). Finding other dimensions than the
        questionnaire's is a result, not an error.

    References
    ----------
    Fabrigar et al. 1999, doi:10.1037/1082-989X.4.3.272.

    Examples
    --------
    >>> items = {"quick": [f"q{j}" for j in range(3)], "kind": [f"k{j}" for j in range(3)]}
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> frame = pd.DataFrame((4 + hidden).round().clip(1, 7), columns=sum(items.values(), []))
    >>> book = {key: {"scale": [1, 7], "perception": names} for key, names in items.items()}
    >>> study = Study.from_frame(frame, {"dimensions": book})
    >>> explore(study).factors[["factor", "dimension", "n_items"]].to_numpy().tolist()
    [['F1', 'quick', 3], ['F2', 'kind', 3]]
    """
    found, corr, notes = suitable(study, battery)
    if corr is None:
        return _nothing(study, found, notes)
    wanted = n_factors
    if wanted is None:
        rng = study.rng("psychometrics.n_factors")
        draws = max(study.n_resamples, FEWEST_DRAWS)
        wanted = max(factors.parallel(corr, found.n_eff, draws, seed=rng).retained, 1)
    theory = _theory(found)
    same = len(theory.columns) == wanted
    solution = factors.extract(corr, wanted, method, rotation, n=found.n_eff)
    if same:
        order = factors.order_to(solution.loadings, theory)
        target = pd.DataFrame(
            order.loadings(solution.loadings.to_numpy()), corr.columns, solution.loadings.columns
        )
        solution = factors.extract(corr, wanted, method, rotation, n=found.n_eff, target=target)
    if solution.heywood:
        notes.append(note("heywood", scale=battery, items=tuple(map(str, solution.heywood))))
    by_factor = _by_factor(found, solution, theory, notes)
    scored = factors.factor_scores(found.X, solution, corr=corr, weights=found.weights)
    return Explored(
        table=_by_item(found, solution, by_factor),
        loadings=_long(found, solution),
        factors=by_factor,
        phi=_phi(solution),
        fit=_fit(solution, found),
        scores=_scores(study, found, scored.scores),
        method=f"{method}_{rotation}",
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )


def _theory(found: Battery) -> pd.DataFrame:
    """Zeros and ones: which item belongs to which dimension."""
    return pd.DataFrame(
        {
            key: [float(item in items) for item in found.items]
            for key, items in found.dimensions.items()
        },
        index=list(found.items),
    )


def _by_factor(
    found: Battery, solution: factors.Factors, theory: pd.DataFrame, notes: list[Note]
) -> pd.DataFrame:
    L = solution.loadings
    lengths = np.outer(np.sqrt((L**2).sum()), np.sqrt(theory.sum()))
    match = pd.DataFrame(L.T.to_numpy() @ theory.to_numpy() / lengths, L.columns, theory.columns)
    nearest = match.abs().idxmax(axis=1)
    held = (L.abs() >= WEAK_LOADING).sum()
    notes.extend(
        note("factor_few_items", factor=name, n_items=int(held[name]))
        for name in L.columns[held < FEWEST_ITEMS]
    )
    return pd.DataFrame(
        {
            "factor": L.columns,
            "dimension": nearest.to_numpy(),
            "congruence": match.abs().max(axis=1).to_numpy(),
            "explained": solution.variance["explained"].to_numpy(),
            "share": solution.variance["share"].to_numpy(),
            "n_items": held.to_numpy(),
        }
    )


def _by_item(found: Battery, solution: factors.Factors, by_factor: pd.DataFrame) -> pd.DataFrame:
    L = solution.loadings.to_numpy()
    size = np.sort(np.abs(L), axis=1)[:, ::-1]
    top = np.abs(L).argmax(axis=1)
    second = size[:, 1] if L.shape[1] > 1 else np.full(len(L), np.nan)
    nearest = by_factor["dimension"].to_numpy()
    table = items_of(found)
    told = {
        "weak": size[:, 0] < WEAK_LOADING,
        "crossing": size[:, 0] - second < NEAR_CROSS,
        "low_communality": solution.communalities.to_numpy() < WEAK_COMMUNALITY,
        "heywood": np.isin(np.array(found.items, dtype=object), solution.heywood),
        "elsewhere": (nearest[top] != table["dimension"].to_numpy()) & (L.shape[1] > 1),
    }
    return table.assign(
        factor=solution.loadings.columns.to_numpy()[top],
        loading=L[np.arange(len(L)), top],
        cross_loading=second,
        communality=solution.communalities.to_numpy(),
        uniqueness=solution.uniquenesses.to_numpy(),
        **told,
        n=found.n,
    )


def _long(found: Battery, solution: factors.Factors) -> pd.DataFrame:
    names = list(solution.loadings.columns)
    rows = [
        {
            "dimension": found.dimension_of(str(item)),
            "item": item,
            "factor": name,
            "loading": solution.loadings.loc[item, name],
            "structure": solution.structure.loc[item, name],
        }
        for item in solution.loadings.index
        for name in names
    ]
    return pd.DataFrame(rows)


def _phi(solution: factors.Factors) -> pd.DataFrame:
    names, P = list(solution.phi.columns), solution.phi.to_numpy()
    rows = [
        {"factor": names[i], "other_factor": names[j], "estimate": float(P[i, j])}
        for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
    ]
    return pd.DataFrame(rows, columns=["factor", "other_factor", "estimate"])


def _fit(solution: factors.Factors, found: Battery) -> pd.DataFrame:
    one = solution.fit
    row = {"n_factors": len(solution.phi), "chi2": one.chi2, "df": one.df, "p_value": one.p_value}
    row |= {"rmsr": one.rmsr, "rmsea": one.rmsea, "tli": one.tli, "bic": one.bic, "n": found.n}
    return pd.DataFrame([row])


def _scores(study: Study, found: Battery, scores: pd.DataFrame) -> pd.DataFrame:
    data = study.params.data
    ids = study.full[data.id].to_numpy()[found.rows] if data.id else found.rows
    long = scores.assign(respondent=ids).melt("respondent", var_name="factor", value_name="score")
    return long[["respondent", "factor", "score"]]


def _nothing(study: Study, found: Battery, notes: list[Note]) -> Explored:
    """Return an empty solution: too few respondents to look for factors."""
    return Explored(
        table=pd.DataFrame(columns=[*_ITEM, *_EXPLORED]),
        loadings=pd.DataFrame(columns=[*_ITEM, "factor", "loading", "structure"]),
        factors=pd.DataFrame(
            columns=["factor", "dimension", "congruence", "explained", "share", "n_items"]
        ),
        phi=pd.DataFrame(columns=["factor", "other_factor", "estimate"]),
        fit=pd.DataFrame(columns=["n_factors", "chi2", "df", "p_value", "rmsr", "rmsea", "n"]),
        scores=pd.DataFrame(columns=["respondent", "factor", "score"]),
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )
