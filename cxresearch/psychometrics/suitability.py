"""Whether a battery has factors to look for, and how many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.psychometrics.battery import Battery, base, collect, enough
from cxresearch.results import Result
from cxresearch.stats import factors
from cxresearch.study.scores import Side
from cxresearch.study.study import Study

FEWEST_DRAWS = 500
UNACCEPTABLE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factorability(Result):
    """Whether a battery has enough in common: one row per item with its adequacy.

    Attributes
    ----------
    kmo : float
        Kaiser-Meyer-Olkin measure of the whole battery, missing where it is withheld.
    bartlett : Series
        ``statistic, df, p_value`` of Bartlett's test of sphericity.
    summary : DataFrame
        One row: the same beside n and Kaiser's word for the KMO (`band`).
    """

    kmo: float
    bartlett: pd.Series
    summary: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FactorNumber(Result):
    """Eigenvalues against chance: one row per factor.

    Attributes
    ----------
    n_retained, n_map, n_kaiser, n_dimensions : int
        Factors by parallel analysis, by Velicer's MAP, with an eigenvalue above one (for
        reference only), and dimensions of the questionnaire.
    """

    n_retained: int
    n_map: int
    n_kaiser: int
    n_dimensions: int


def factorability(study: Study, /, *, battery: Side = "perception") -> Factorability:
    """Tell whether the items have enough in common to look for factors (KMO, Bartlett).

    Parameters
    ----------
    study : Study
    battery : {"perception", "expectation", "adequate", "desired"}

    Returns
    -------
    Factorability
        ``dimension, item, msa_kmo, smc, n``. Correlations are Pearson's, or polychoric for few
        or lopsided categories (a note says which), of complete rows, weighted.

    Raises
    ------
    AnalysisError
        The battery does not exist, or an item never varies.

    References
    ----------
    Kaiser 1974, doi:10.1007/BF02291575; Bartlett 1951, doi:10.1093/biomet/38.3-4.337.

    Examples
    --------
    >>> items = {"quick": [f"q{j}" for j in range(3)], "kind": [f"k{j}" for j in range(3)]}
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> frame = pd.DataFrame((4 + hidden).round().clip(1, 7), columns=sum(items.values(), []))
    >>> book = {key: {"scale": [1, 7], "perception": names} for key, names in items.items()}
    >>> study = Study.from_frame(frame, {"dimensions": book})
    >>> factorability(study).summary[["battery", "n_items", "band"]].to_numpy().tolist()
    [['perception', 6, 'mediocre']]
    """
    found, corr, notes = suitable(study, battery)
    table = pd.DataFrame(columns=["dimension", "item", "msa_kmo", "smc", "n"])
    numbers: dict[str, Any] = {
        "kmo": np.nan,
        "band": None,
        "statistic": np.nan,
        "df": np.nan,
        "p_value": np.nan,
    }
    if corr is not None:
        kmo, test = factors.kmo(corr), factors.bartlett(corr, found.n_eff)
        numbers = {
            "kmo": kmo.overall,
            "band": kmo.band,
            "statistic": test.statistic,
            "df": test.df,
            "p_value": test.p_value,
        }
        table = items_of(found).assign(
            msa_kmo=kmo.items.to_numpy(), smc=factors.smc(corr).to_numpy(), n=found.n
        )
        if kmo.overall < UNACCEPTABLE:
            notes.append(note("kmo_unacceptable", battery=battery, kmo=kmo.overall))
    return Factorability(
        table=table,
        kmo=float(numbers["kmo"]),
        bartlett=pd.Series({key: numbers[key] for key in ("statistic", "df", "p_value")}),
        summary=pd.DataFrame(
            [{"battery": battery, "n_items": len(found.items), **numbers, "n": found.n}]
        ),
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )


def n_factors(
    study: Study,
    /,
    *,
    battery: Side = "perception",
    kind: factors.Eigenvalues = "components",
    n_resamples: int | None = None,
    seed: int | None = None,
) -> FactorNumber:
    """Tell how many dimensions customers tell apart (parallel analysis, with MAP beside it).

    Parameters
    ----------
    study : Study
    battery : {"perception", "expectation", "adequate", "desired"}
    kind : {"components", "factors"}
        Eigenvalues of the correlations, or with squared multiple correlations on the diagonal.
    n_resamples : int, optional
        Draws; the study's own by default, at least 500.
    seed : int, optional
        The study's own stream by default.

    Returns
    -------
    FactorNumber
        ``factor, eigenvalue, threshold`` (95th percentile of the draws), ``retained`` (no factor
        after the first that fails), ``map`` (average squared partial correlation).

    References
    ----------
    Horn 1965, doi:10.1007/BF02289447; Velicer 1976, doi:10.1007/BF02293557.

    Examples
    --------
    >>> items = {"quick": [f"q{j}" for j in range(3)], "kind": [f"k{j}" for j in range(3)]}
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> frame = pd.DataFrame((4 + hidden).round().clip(1, 7), columns=sum(items.values(), []))
    >>> book = {key: {"scale": [1, 7], "perception": names} for key, names in items.items()}
    >>> study = Study.from_frame(frame, {"dimensions": book})
    >>> found = n_factors(study)
    >>> found.n_retained, found.n_dimensions
    (2, 2)
    """
    found, corr, notes = suitable(study, battery)
    columns = ["factor", "eigenvalue", "threshold", "retained", "map", "n"]
    table = pd.DataFrame(columns=columns)
    retained = by_map = kaiser = 0
    if corr is not None:
        draws = max(study.n_resamples if n_resamples is None else n_resamples, FEWEST_DRAWS)
        rng = study.rng("psychometrics.n_factors") if seed is None else np.random.default_rng(seed)
        parallel = factors.parallel(corr, found.n_eff, draws, kind, seed=rng)
        by_map_values = factors.velicer_map(corr) if len(corr) > 2 else None
        retained = parallel.retained
        by_map = by_map_values.retained if by_map_values else 0
        kaiser = int((np.linalg.eigvalsh(corr) > 1).sum())
        table = pd.DataFrame(
            {
                "factor": parallel.eigenvalues.index,
                "eigenvalue": parallel.eigenvalues.to_numpy(),
                "threshold": parallel.thresholds.to_numpy(),
                "retained": parallel.eigenvalues.index <= retained,
                "map": np.nan
                if by_map_values is None
                else by_map_values.values.reindex(parallel.eigenvalues.index).to_numpy(),
                "n": found.n,
            }
        )
        if retained != len(found.dimensions):
            notes.append(note("factors_differ", found=retained, expected=len(found.dimensions)))
    return FactorNumber(
        table=table,
        n_retained=retained,
        n_map=by_map,
        n_kaiser=kaiser,
        n_dimensions=len(found.dimensions),
        method=f"parallel_{kind}",
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )


def suitable(study: Study, side: Side) -> tuple[Battery, pd.DataFrame | None, list[Note]]:
    """Return the answers of a side, their correlations (None where too few), and notes."""
    notes: list[Note] = []
    found = collect(study, side, notes)
    if not enough(found, study, notes):
        return found, None, notes
    return found, found.corr(notes), notes


def items_of(found: Battery) -> pd.DataFrame:
    """Return the items with their dimensions, one row each."""
    items = list(found.items)
    return pd.DataFrame({"dimension": [found.dimension_of(one) for one in items], "item": items})
