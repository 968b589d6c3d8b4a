"""Whether the items measure the dimensions they were written for, and measure them well."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.psychometrics.battery import Battery, base, collect, enough
from cxresearch.results import Result
from cxresearch.stats import cfa
from cxresearch.stats.resample import percentile_interval
from cxresearch.study.scores import Side
from cxresearch.study.study import Study

Model = Mapping[str, Sequence[str]]
TOP = 10
BLOCK = 200
DISTINCT = 0.85
#: Level of the bootstrap interval of HTMT: its upper end is the one-sided 95 % bound.
HTMT_LEVEL = 0.90


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Confirmed(Result):
    """A measurement model held to the answers: one row per loading.

    Attributes
    ----------
    fit : DataFrame
        One row: ``chi2`` (N F), ``df, p_value, cfi, tli, rmsea`` with its 90 % interval, ``srmr``.
    loadings : DataFrame
        ``dimension, item, loading`` (standardised) with its standard error, and the unstandardised
        ``estimate`` (first item of a dimension one) with ``std_error, statistic, p_value``.
    validity : DataFrame
        ``dimension, n_items, cr, ave, root_ave, largest_r, fornell_larcker, htmt`` (the
        largest with another dimension).
    htmt : DataFrame
        Pairs of dimensions: ``first, second, correlation`` (of the factors), ``htmt`` (2015) with
        its 90 % bootstrap interval, ``htmt2``, and whether its upper end stays below .85.
    modification : DataFrame
        The ten changes that would improve the fit most.
    """

    fit: pd.DataFrame
    loadings: pd.DataFrame
    validity: pd.DataFrame
    htmt: pd.DataFrame
    modification: pd.DataFrame


_LOADINGS = ["dimension", "item", "loading", "loading_se", "estimate", "std_error"]
_LOADINGS += ["statistic", "p_value", "n"]
_FIT = ["chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr"]
_FIT += ["n_parameters", "aic", "bic", "n"]
_VALIDITY = ["dimension", "n_items", "cr", "ave", "root_ave", "largest_r"]
_VALIDITY += ["fornell_larcker", "htmt"]
_HTMT = ["first", "second", "correlation", "htmt", "htmt_low", "htmt_high", "htmt2", "distinct"]
_MODIFICATION = ["part", "dimension", "item", "statistic", "p_value", "change"]


def confirm(
    study: Study,
    /,
    *,
    model: Model | None = None,
    battery: Side = "perception",
    n_resamples: int | None = None,
    seed: int | None = None,
) -> Confirmed:
    """Tell whether customers' answers fit the dimensions of the questionnaire.

    Parameters
    ----------
    study : Study
    model : mapping from dimension to items, optional
        By default the codebook's dimensions; those of a single item are left out (noted).
    battery : {"perception", "expectation", "adequate", "desired"}
    n_resamples, seed : int, optional
        Bootstrap draws of HTMT; the study's own by default. Draws follow the survey design.

    Returns
    -------
    Confirmed
        Maximum likelihood on weighted covariances of complete rows; with weights, chi2 and
        standard errors use the effective n. Guides, not laws: CFI and TLI .95, RMSEA .06,
        SRMR .08; HTMT is judged by its upper bound.

    Raises
    ------
    AnalysisError
        An item of the model is not in the battery.
    StatisticsError
        The model does not converge, or is not determined.

    References
    ----------
    Joreskog 1969, doi:10.1007/BF02289343; Hu & Bentler 1999, doi:10.1080/10705519909540118;
    Henseler, Ringle & Sarstedt 2015, doi:10.1007/s11747-014-0403-8.

    Examples
    --------
    >>> items = {"quick": [f"q{j}" for j in range(3)], "kind": [f"k{j}" for j in range(3)]}
    >>> rng = np.random.default_rng(1)
    >>> hidden = np.repeat(rng.normal(size=(200, 2)), 3, axis=1) + rng.normal(size=(200, 6))
    >>> frame = pd.DataFrame((4 + hidden).round().clip(1, 7), columns=sum(items.values(), []))
    >>> book = {key: {"scale": [1, 7], "perception": names} for key, names in items.items()}
    >>> study = Study.from_frame(frame, {"dimensions": book})
    >>> found = confirm(study, n_resamples=200)
    >>> int(found.fit.loc[0, "df"]), found.validity["dimension"].tolist()
    (8, ['quick', 'kind'])
    """
    notes: list[Note] = []
    found = collect(study, battery, notes)
    asked = measured(found, model, notes)
    if not enough(found, study, notes):
        return _nothing(study, found, notes)
    if found.kind() == "polychoric":
        notes.append(note("ordinal_as_numeric", battery=battery))
    fitted = cfa.fit(asked, cfa.Moments(cov=found.cov, n=found.n_eff))
    if fitted.heywood:
        notes.append(
            note("heywood", scale=battery, items=tuple(what for _, what in fitted.heywood))
        )
    if fitted.fit.df == 0:
        notes.append(note("model_saturated", battery=battery))
    draws = study.n_resamples if n_resamples is None else n_resamples
    rng = study.rng("psychometrics.confirm") if seed is None else np.random.default_rng(seed)
    pairs = _pairs(study, found, asked, fitted, draws, rng)
    loadings = _loadings(fitted, found)
    return Confirmed(
        table=loadings,
        loadings=loadings,
        fit=_fit(fitted, found),
        validity=_validity(fitted, pairs),
        htmt=pairs,
        modification=_modification(fitted),
        method="ml",
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )


def measured(found: Battery, model: Model | None, notes: list[Note]) -> cfa.Model:
    """Return the model that is asked, or the codebook's, of dimensions with two items or more."""
    lists: dict[str, tuple[Hashable, ...]] = {
        key: tuple(items) for key, items in (model or found.dimensions).items()
    }
    for key, items in lists.items():
        strange = [item for item in items if item not in found.items]
        if strange:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'the battery "{found.side}" has no item "{strange[0]}"',
                    where=f"model: {key}",
                    hint=did_you_mean(strange[0], found.items),
                )
            )
    single = [key for key, items in lists.items() if len(items) < 2]
    if single:
        notes.append(note("single_item", dimensions=tuple(single)))
    return cfa.Model.of({key: items for key, items in lists.items() if len(items) > 1})


def _loadings(fitted: cfa.Confirmed, found: Battery) -> pd.DataFrame:
    table = fitted.parameters[fitted.parameters["part"] == "loading"]
    return pd.DataFrame(
        {
            "dimension": table["factor"].to_numpy(),
            "item": table["item"].to_numpy(),
            "loading": table["standardised"].to_numpy(),
            "loading_se": table["standardised_error"].to_numpy(),
            "estimate": table["estimate"].to_numpy(),
            "std_error": table["std_error"].to_numpy(),
            "statistic": table["statistic"].to_numpy(),
            "p_value": table["p_value"].to_numpy(),
            "n": found.n,
        }
    )


def _fit(fitted: cfa.Confirmed, found: Battery) -> pd.DataFrame:
    one = fitted.fit
    row = {"chi2": one.chi2, "df": one.df, "p_value": one.p_value, "cfi": one.cfi, "tli": one.tli}
    row |= {"rmsea": one.rmsea, "rmsea_low": one.rmsea_conf_low, "rmsea_high": one.rmsea_conf_high}
    row |= {"srmr": one.srmr, "n_parameters": one.n_parameters, "aic": one.aic, "bic": one.bic}
    return pd.DataFrame([row | {"n": found.n}])


def _pairs(
    study: Study,
    found: Battery,
    model: cfa.Model,
    fitted: cfa.Confirmed,
    draws: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    names = model.names
    if len(names) < 2:
        return pd.DataFrame(columns=_HTMT)
    corr, phi = found.pearson, fitted.phi().to_numpy()
    one = cfa.htmt(corr, model).to_numpy()
    two = cfa.htmt(corr, model, "2").to_numpy()
    ends = percentile_interval(_resampled(study, found, model, draws, rng), HTMT_LEVEL)
    rows = [
        {
            "first": names[a],
            "second": names[b],
            "correlation": float(phi[a, b]),
            "htmt": float(one[a, b]),
            "htmt_low": float(ends[0, a, b]),
            "htmt_high": float(ends[1, a, b]),
            "htmt2": float(two[a, b]),
            "distinct": bool(ends[1, a, b] < DISTINCT),
        }
        for a, b in combinations(range(len(names)), 2)
    ]
    return pd.DataFrame(rows)


def _resampled(
    study: Study, found: Battery, model: cfa.Model, draws: int, rng: np.random.Generator
) -> np.ndarray:
    """HTMT of every bootstrap draw: (draws, dimensions, dimensions)."""
    domain = np.zeros(len(study.full), dtype=bool)
    domain[found.rows] = True
    X = found.X[list(model.items)].to_numpy()
    X = (X - X.mean(axis=0)) / X.std(axis=0)
    k = X.shape[1]
    products = np.einsum("ni,nj->nij", X, X).reshape(len(X), -1)
    out = []
    for begin in range(0, draws, BLOCK):
        weights = study.design.bootstrap_weights(min(BLOCK, draws - begin), rng, domain)
        u = np.asarray(weights[:, found.rows], dtype=float)
        total = u.sum(axis=1, keepdims=True)
        u = np.divide(u, total, out=np.zeros_like(u), where=total > 0)
        mean = u @ X
        cov = (u @ products).reshape(-1, k, k) - mean[:, :, None] * mean[:, None, :]
        scale = np.sqrt(np.maximum(np.einsum("bii->bi", cov), 0.0))
        below = scale[:, :, None] * scale[:, None, :]
        R = np.divide(cov, below, out=np.full_like(cov, np.nan), where=below > 1e-12)
        out.append(cfa.htmt_of(R, model))
    return np.concatenate(out)


def _validity(fitted: cfa.Confirmed, pairs: pd.DataFrame) -> pd.DataFrame:
    table = cfa.validity(fitted.loadings(), fitted.phi()).reset_index(names="dimension")
    largest = [
        pairs.loc[(pairs["first"] == key) | (pairs["second"] == key), "htmt"].max()
        for key in table["dimension"]
    ]
    return table.assign(htmt=largest)[_VALIDITY]


def _modification(fitted: cfa.Confirmed) -> pd.DataFrame:
    table = cfa.modification_indices(fitted).head(TOP).rename(columns={"factor": "dimension"})
    return table[_MODIFICATION]


def _nothing(study: Study, found: Battery, notes: list[Note]) -> Confirmed:
    """Return an empty result: too few respondents for a model."""
    return Confirmed(
        table=pd.DataFrame(columns=_LOADINGS),
        loadings=pd.DataFrame(columns=_LOADINGS),
        fit=pd.DataFrame(columns=_FIT),
        validity=pd.DataFrame(columns=_VALIDITY),
        htmt=pd.DataFrame(columns=_HTMT),
        modification=pd.DataFrame(columns=_MODIFICATION),
        method="ml",
        notes=distinct([*study.base_notes(), *notes]),
        **base(study, found),
    )
