"""What customers see in the brand against what it means to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.benchmark.grid import choices, grid, own_choices
from cxresearch.benchmark.ratings import company
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import NotAsked, Result
from cxresearch.stats import draws
from cxresearch.stats.estimates import student
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

FAMILY = "brand_attributes"
INTENDED = "brand_intended"
FEWEST_FOR_TAU = 5
_SUM = 1e-6
_NUMBERS = (
    *("estimate", "std_error", "conf_low", "conf_high"),
    *("difference", "difference_low", "difference_high", "p_value", "q_value"),
)
STATUS = {
    (True, "above"): "seen",
    (True, "below"): "missing",
    (False, "above"): "unwanted",
    (False, "below"): "faint",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BrandProfile(Result):
    """Intended against perceived: one row per brand attribute.

    Attributes
    ----------
    fit : DataFrame
        ``statistic`` fit, noise, net (0 to 100 points) and tau, with intervals; of every brand
        that was rated, measured by *our* intended profile.
    grid : DataFrame
        Brands × attributes: ``n_chosen``, share with interval, ``expected`` and adjusted
        ``residual`` with its bootstrap interval. Empty with one brand.
    places : DataFrame
        The correspondence map: ``kind`` (brand, attribute), ``x, y`` and the spread of brands.
    inertia : DataFrame
        ``axis, inertia, share`` of the map.
    """

    fit: pd.DataFrame
    grid: pd.DataFrame
    places: pd.DataFrame
    inertia: pd.DataFrame


def brand_profile(
    study: Study,
    /,
    *,
    associations: pd.DataFrame | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> BrandProfile | NotAsked:
    """Tell whether customers see in the brand what it means to be, and what it does not.

    Parameters
    ----------
    study : Study
        With brand attributes in the codebook, some of them with an intended weight; the weights
        sum to 1. With several waves take ``study.latest()``.
    associations : DataFrame, optional
        What the same respondents see in several brands: ``respondent_id, brand, attribute,
        selected``; by default the table ``brand`` of the params, or the rows of data.entity.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    BrandProfile
        ``attribute, intended`` (weight; missing where not meant), ``estimate`` (share that sees
        it) with Wilson's interval, ``difference`` = share minus the mean share of all attributes
        with interval and ``q_value`` (family ``brand_attributes``), and ``perceived``: seen or
        missing (meant, above or below that mean), unwanted or faint (not meant, above or below),
        undecided where the survey cannot tell. ``NotAsked`` for a codebook without brand.

    Raises
    ------
    AnalysisError
        If no brand attribute is meant, or the weights do not sum to 1.

    Notes
    -----
    fit = 100 Σ v_a share_a over the intended attributes; noise = 100 × mean share of the others;
    net = fit − noise, with linearised intervals; tau is Kendall's tau-b of weights and shares,
    with at least five intended attributes, by bootstrap. A person chooses words for several
    brands, so residuals are judged by resampling people, not by chi-square. References: Kendall
    (1945), doi:10.1093/biomet/33.3.239; Greenacre (2017), doi:10.1201/9781315369983.

    Examples
    --------
    >>> frame = pd.DataFrame({"B1": [1, 1, 0, 1] * 5, "B2": [0, 1, 0, 0] * 5})
    >>> book = {"brand": {"attributes": {"modern": {"column": "B1", "intended": 1.0},
    ...                                  "dear": {"column": "B2"}}}}
    >>> found = brand_profile(Study.from_frame(frame, book), n_resamples=100)
    >>> found.fit.set_index("statistic")["estimate"].round(1).to_dict()
    {'fit': 75.0, 'noise': 25.0, 'net': 50.0}
    """
    if not study.codebook.brand:
        return NotAsked(
            table=pd.DataFrame(),
            n=study.n,
            n_eff=study.n_eff,
            conf_level=study.conf_level,
            method="not_asked",
            about=study.about,
            need="brand",
        )
    level = study.conf_level if conf_level is None else conf_level
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    chance = study.seed if seed is None else seed
    intended = _intended(study)
    said = own_choices(study)
    bases = Bases(study)
    notes: list[Note] = []
    several = choices(study, associations, notes)
    ours = company(study)
    table = _profile(study, said, intended, level, bases)
    fits = _fit(study, ours, said, intended, level, n_draws, chance)
    made = None
    if several is not None:
        for brand, chosen in several.chosen.items():
            if brand != ours:
                rivals = {key: chosen[key] for key in said if key in chosen}
                fits += _fit(study, brand, rivals, intended, level, n_draws, chance)
        made = grid(study, several, n_draws, chance, level, notes)
    if study.params.data.population == "customers":
        notes.append(note("customer_frame"))
    empty = pd.DataFrame()
    return BrandProfile(
        table=table,
        fit=pd.DataFrame(fits),
        grid=empty if made is None else made.table,
        places=empty if made is None else made.places,
        inertia=empty if made is None else made.inertia,
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="wilson",
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _intended(study: Study) -> dict[str, float]:
    brand = study.codebook.brand
    weights = {key: one.intended for key, one in brand.items() if one.intended}
    weights = weights or _of_table(study)
    total = sum(weights.values())
    wrong, found = "", ""
    if not weights:
        wrong = "no brand attribute is intended"
    elif abs(total - 1) > _SUM:
        wrong, found = "the intended weights do not sum to 1", f"{total:g}"
    if wrong:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=wrong,
                where="codebook: brand.attributes",
                found=found,
                hint="give the attributes that the brand means to have an intended weight; "
                "together they make 1",
            )
        )
    return {key: float(one) for key, one in weights.items()}


def _of_table(study: Study) -> dict[str, float]:
    """Return the weights of the table brand_intended, of the attributes that were asked."""
    if not study.tables.has(INTENDED, "attribute", "weight"):
        return {}
    table = study.tables[INTENDED]
    weights = pd.Series(table["weight"].to_numpy(float), index=as_labels(table["attribute"]))
    return {str(key): float(one) for key, one in weights.items() if one > 0}


def _profile(
    study: Study,
    said: Mapping[str, np.ndarray],
    intended: Mapping[str, float],
    level: float,
    bases: Bases,
) -> pd.DataFrame:
    design, mask = study.design, study.mask
    means = design.means(np.column_stack(list(said.values())), mask)
    k = len(said)
    rows: list[dict[str, Any]] = []
    for i, (key, values) in enumerate(said.items()):
        n = int(design.members(mask, values).sum())
        reason = bases.withheld(key, n)
        row: dict[str, Any] = {"attribute": key, "intended": intended.get(key, np.nan)}
        row |= dict.fromkeys(_NUMBERS, np.nan)
        row |= {"perceived": "undecided", "unit": "share", "n": n, "n_eff": np.nan}
        row |= {"low_base": False, "suppressed": reason is not None, "reason": reason}
        if reason is None:
            share = design.proportion(values, mask, level)
            row |= {"estimate": share.estimate, "std_error": share.std_error}
            row |= {"conf_low": share.conf_low, "conf_high": share.conf_high}
            row |= {"n_eff": share.n_eff, "low_base": bases.low(key, share.n, share.n_eff)}
            if k > 1:
                away = means.contrast((np.arange(k) == i) - 1 / k, level)
                row |= {"difference": away.estimate, "p_value": away.p_value}
                row |= {"difference_low": away.conf_low, "difference_high": away.conf_high}
        rows.append(row)
    q = adjust([row["p_value"] for row in rows], study.params.analysis.multiplicity)
    for row, value in zip(rows, q, strict=True):
        row |= {"q_value": float(value), "family": FAMILY, "family_size": len(rows)}
        if value <= 1 - level:
            side = "above" if row["difference"] > 0 else "below"
            row["perceived"] = STATUS[row["attribute"] in intended, side]
    return pd.DataFrame(rows)


def _fit(
    study: Study,
    brand: str,
    said: Mapping[str, np.ndarray],
    intended: Mapping[str, float],
    level: float,
    n_resamples: int,
    seed: int,
) -> list[dict[str, Any]]:
    """Fit, noise, net and tau of a brand; nothing where an intended attribute was not asked."""
    if any(key not in said for key in intended):
        return []
    design, mask = study.design, study.raters
    table = np.column_stack(list(said.values()))
    means = design.means(table, mask)
    v = np.array([intended.get(key, 0.0) for key in said])
    meant = v > 0
    parts = {"fit": 100 * v}
    if not meant.all():
        parts["noise"] = 100 * ~meant / (~meant).sum()
        parts["net"] = parts["fit"] - parts["noise"]
    rows = []
    n = int(means.n.min())
    withheld = n < study.min_n.show
    for name, coefficients in parts.items():
        found = student(np.nan, np.nan, 1.0) if withheld else means.contrast(coefficients, level)
        row: dict[str, Any] = {"entity": brand, "statistic": name, "estimate": found.estimate}
        row |= {"std_error": found.std_error, "conf_low": found.conf_low}
        row |= {"conf_high": found.conf_high, "unit": "index", "n": n, "suppressed": withheld}
        rows.append(row | {"reason": "small_base" if withheld else None})
    if meant.sum() < FEWEST_FOR_TAU or withheld:
        return rows
    rng = stream(seed, f"benchmark.brand_profile:tau:{brand}")
    drawn = draws.means(design, mask, table[:, meant], n_resamples, rng)
    taus = _tau(v[meant], drawn)
    low, high = percentile_interval(taus, level)
    tau = {
        "estimate": float(_tau(v[meant], means.estimates[meant])),
        "std_error": float(np.nanstd(taus)),
    }
    tau |= {"conf_low": float(low), "conf_high": float(high)}
    row = {"entity": brand, "statistic": "tau", **tau, "unit": "", "n": n}
    return [*rows, row | {"suppressed": False, "reason": None}]


def _tau(weights: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Return Kendall's tau-b of the weights with every row of shares; NaN where all are tied."""
    first, second = np.triu_indices(len(weights), 1)
    v = np.sign(weights[first] - weights[second])
    s = np.sign(shares[..., first] - shares[..., second])
    scale = np.sqrt((v**2).sum() * (s**2).sum(axis=-1))
    concordance = np.asarray(s @ v)
    return np.asarray(
        np.divide(concordance, scale, out=np.full(scale.shape, np.nan), where=scale > 0)
    )
