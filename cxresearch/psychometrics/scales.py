"""How far the score of each scale can be trusted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault, StatisticsError
from cxresearch.notes import Note, distinct, note
from cxresearch.psychometrics.battery import SIDES, correlation
from cxresearch.results import Result
from cxresearch.stats import reliability as coefficients
from cxresearch.study.study import By, Cell, Study

#: RMSEA of the one-factor model from which omega, AVE and CR describe a model that does not fit.
MISFIT = 0.10
NUMBERS = (
    "alpha",
    "alpha_conf_low",
    "alpha_conf_high",
    "alpha_standardised",
    "omega_total",
    "ave",
    "cr",
    "mean_r",
)
BASE = ("n", "n_eff", "low_base", "suppressed", "reason")
ITEM_NUMBERS = ("mean", "std_dev", "item_rest_r", "alpha_if_dropped")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reliability(Result):
    """Reliability, one row per scale and side of the battery.

    Attributes
    ----------
    items : DataFrame
        One row per item: mean and standard deviation in scale points, correlation with the rest
        of its scale, alpha without it.
    """

    items: pd.DataFrame


@dataclass(frozen=True, slots=True)
class _Scale:
    key: str
    battery: str | None
    items: tuple[str, ...]
    columns: tuple[str, ...]


def reliability(study: Study, /, *, by: By = None, conf_level: float | None = None) -> Reliability:
    """Tell which scores are steady enough to be compared: alpha, omega, AVE and CR by scale.

    Parameters
    ----------
    study : Study
        With a dimension or measure of at least two items.
    by : str or sequence of str, optional
        "wave", a segment or service-point column, or several.
    conf_level : float, optional
        Level of the interval of alpha; the study's own by default.

    Returns
    -------
    Reliability
        ``alpha`` (raw, weighted covariances of complete rows) with Feldt's interval at the
        effective n; for two items ``omega_total`` and ``ave`` are missing, alpha standardised is
        Spearman-Brown. ``omega_total`` is McDonald's congeneric omega in scale points, ``ave``
        and ``cr`` are those of standardised one-factor loadings.

    Raises
    ------
    AnalysisError
        If no scale has two items.

    References
    ----------
    Cronbach 1951, doi:10.1007/BF02310555; Feldt, Woodruff & Salih 1987,
    doi:10.1177/014662168701100107; Fornell & Larcker 1981, doi:10.1177/002224378101800104.

    Examples
    --------
    >>> frame = pd.DataFrame({"a": [1, 2, 4, 5] * 9, "b": [2, 2, 5, 4] * 9, "c": [1, 3, 4, 4] * 9})
    >>> book = {"dimensions": {"care": {"scale": [1, 5], "perception": ["a", "b", "c"]}}}
    >>> found = reliability(Study.from_frame(frame, book)).table
    >>> found[["scale", "battery", "n_items", "alpha"]].round(3).to_numpy().tolist()
    [['care', 'perception', 3, 0.938]]
    """
    level = study.conf_level if conf_level is None else conf_level
    scales = list(_scales(study))
    if not scales:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no scale has two items",
                where="codebook: dimensions and measures",
                hint="name at least two columns of a dimension or measure",
            )
        )
    names = study.by_names(by)
    bases, notes = Bases(study), list[Note]()
    rows: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for cell in study.cells(by):
        for scale in scales:
            row, its = _one(study, cell, scale, level, bases, notes)
            rows.append({**cell.keys, **row})
            items += [{**cell.keys, **one} for one in its]
    about_row = [*names, "scale", "battery"]
    return Reliability(
        table=pd.DataFrame(
            rows,
            columns=[*about_row, "n_items", *NUMBERS, *BASE],
        ),
        items=pd.DataFrame(items, columns=[*about_row, "item", *ITEM_NUMBERS, "n", "n_missing"]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="feldt",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _scales(study: Study) -> Iterator[_Scale]:
    for key, dimension in study.codebook.dimensions.items():
        for side in SIDES:
            pairs = [(one.key, name) for one in dimension.items if (name := one.column(side))]
            if len(pairs) > 1:
                yield _Scale(key, side, tuple(a for a, _ in pairs), tuple(b for _, b in pairs))
    for key, measure in study.codebook.measures.items():
        if len(measure.columns) > 1:
            yield _Scale(key, None, measure.columns, measure.columns)


def _one(
    study: Study, cell: Cell, scale: _Scale, level: float, bases: Bases, notes: list[Note]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    told, missing = study.complete(scale.columns, scale.items, cell)
    n = told.n
    name = " · ".join([scale.key, *([scale.battery] if scale.battery else []), *cell.keys.values()])
    row: dict[str, Any] = {"scale": scale.key, "battery": scale.battery}
    row |= {"n_items": len(scale.items), **dict.fromkeys(NUMBERS, np.nan)}
    reason = bases.withheld(name, n)
    n_eff, low = float("nan"), False
    items: list[dict[str, Any]] = []
    if reason is None:
        n_eff = told.n_kish
        low = bases.low(name, n, n_eff)
        cov = told.cov
        spread = np.diag(cov)
        if told.still:
            reason = "constant"
            notes.append(note("constant_item", scale=name, items=told.still))
        else:
            row |= _coefficients(cov, n_eff, level, name, notes)
            items = [
                {
                    "scale": scale.key,
                    "battery": scale.battery,
                    "item": item,
                    "mean": float(told.mean[j]),
                    "std_dev": float(np.sqrt(spread[j])),
                    "item_rest_r": float(rest),
                    "alpha_if_dropped": float(dropped),
                    "n": n,
                    "n_missing": missing[j],
                }
                for j, (item, rest, dropped) in enumerate(
                    zip(
                        scale.items,
                        coefficients.item_rest(cov),
                        coefficients.alpha_if_dropped(cov),
                        strict=True,
                    )
                )
            ]
    row |= {"n": n, "n_eff": n_eff, "low_base": low}
    return row | {"suppressed": reason is not None, "reason": reason}, items


def _coefficients(
    cov: pd.DataFrame, n: float, level: float, name: str, notes: list[Note]
) -> dict[str, float]:
    """Return the coefficients that the matrix allows."""
    k = len(cov)
    corr = correlation(cov)
    alpha = coefficients.alpha(cov)
    interval = coefficients.feldt_interval(alpha, n, k, level)
    if alpha < 0:
        notes.append(note("alpha_negative", scale=name, alpha=alpha))
    found = {
        "alpha": alpha,
        "alpha_conf_low": interval.conf_low,
        "alpha_conf_high": interval.conf_high,
        "alpha_standardised": coefficients.alpha(corr),
        "mean_r": float((corr.to_numpy().sum() - k) / (k * (k - 1))),
    }
    if k < 3 or np.linalg.eigvalsh(corr)[0] < 1e-8:
        return found
    try:
        composite = coefficients.composite(cov)
    except StatisticsError:  # no solution: the other scales keep their rows, this one its alpha
        notes.append(note("no_common_factor", scale=name))
        return found
    model = composite.model
    if model.heywood:
        notes.append(note("heywood", scale=name, items=tuple(map(str, model.heywood))))
    df = k * (k - 3) // 2
    if df > 0:
        rmsea = float(np.sqrt(max(model.discrepancy / df - 1 / n, 0.0)))
        if rmsea > MISFIT:
            notes.append(note("omega_misfit", scale=name, rmsea=rmsea))
    return found | {
        "omega_total": coefficients.omega_of_model(model.loadings, model.uniquenesses),
        "ave": composite.ave,
        "cr": composite.cr,
    }
