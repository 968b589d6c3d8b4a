"""How known and how esteemed the company is; only a sample of the market can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases, by_cell, headline
from cxresearch.notes import Note, distinct, note
from cxresearch.results import NotAsked, Result
from cxresearch.stats import draws
from cxresearch.stats.regression import ols
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.study import By, Cell, Study

KPIS = ("brand_awareness", "brand_reputation")
_R2 = ("r_squared", "r_squared_low", "r_squared_high")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reputation(Result):
    """Awareness and reputation: one row per measure that is declared to be one.

    Attributes
    ----------
    explained : DataFrame
        How far a reputation goes along with satisfaction: ``r_squared`` with its bootstrap
        interval, and the points by which reputation is higher per point of satisfaction
        (``estimate`` with interval). Empty without a reputation or a satisfaction.
    """

    explained: pd.DataFrame


def reputation(
    study: Study,
    /,
    *,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> Reputation | NotAsked:
    """Tell how many know the company and what reputation it has.

    Parameters
    ----------
    study : Study
        Measures with ``kpi: brand_awareness`` or ``kpi: brand_reputation`` in the codebook.
    by : str or sequence of str, optional
        Groups.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    Reputation
        ``measure, kpi, estimate`` (headline) with its interval. Among customers alone everybody
        knows the company, so without ``data.population: market`` the figures are withheld
        (``reason`` customer_only_frame). Aided and unaided awareness are measures of their own.
        ``explained``: the part of a reputation's variance that satisfaction accounts for, among
        those who rate both; it says how far reputation is one's own experience, or hearsay.
        `NotAsked` if no measure is declared to be awareness or reputation.

    Examples
    --------
    >>> frame = pd.DataFrame({"known": [1, 0, 1, 1] * 5})
    >>> book = {"measures": {"aware": {"kind": "share", "columns": "known",
    ...                                "kpi": "brand_awareness"}}}
    >>> reputation(Study.from_frame(frame, book)).table["reason"].tolist()
    ['customer_only_frame']
    >>> market = Study.from_frame(frame, book, population="market")
    >>> reputation(market).table["estimate"].tolist()
    [0.75]
    """
    level = study.conf_level if conf_level is None else conf_level
    keys = [key for key, one in study.codebook.measures.items() if one.kpi in KPIS]
    if not keys:
        return NotAsked(
            table=pd.DataFrame(),
            n=study.n,
            n_eff=study.n_eff,
            conf_level=level,
            method="not_asked",
            about=study.about,
            need="reputation",
        )
    bases = Bases(study)
    customers = study.params.data.population == "customers"
    notes: list[Note] = [note("customer_only_frame", measure=key) for key in keys if customers]

    def rows(cell: Cell) -> list[dict[str, Any]]:
        return [_row(study, key, cell, level, bases, customers) for key in keys]

    table, names = by_cell(study, by, rows)
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    chance = study.seed if seed is None else seed
    parts = [] if customers else _explained(study, keys, level, n_draws, chance, bases)
    return Reputation(
        table=table,
        explained=pd.DataFrame(parts),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="linearised" if not study.design.simple else "classical",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _row(
    study: Study, key: str, cell: Cell, level: float, bases: Bases, customers: bool
) -> dict[str, Any]:
    score = study.measure(key)
    n = int(study.design.members(cell.mask, score.values).sum())
    reason = "customer_only_frame" if customers else None
    reason = reason or bases.withheld(" · ".join([key, *cell.keys.values()]), n)
    row: dict[str, Any] = {"measure": key, "kpi": score.measure.kpi}
    row |= dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
    row |= {"unit": score.unit, "n": n, "suppressed": reason is not None, "reason": reason}
    if reason is None:
        found = headline(study.design, score, cell.mask, level)
        row |= {"estimate": found.estimate, "std_error": found.std_error}
        row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
    return row


def _explained(
    study: Study, keys: list[str], level: float, n_resamples: int, seed: int, bases: Bases
) -> list[dict[str, Any]]:
    """Return what part of each reputation goes along with satisfaction."""
    rated = [key for key in keys if study.codebook.measures[key].kpi == KPIS[1]]
    outcome = study.params.analysis.drivers.outcome
    known = [key for key, one in study.codebook.measures.items() if one.kind == "csat"]
    known = [one for one in (outcome, *known) if one and one not in keys]
    rows = []
    for key in rated if known else ():
        x, y = study.values(known[0]), study.values(key)
        mask = study.mask & np.isfinite(x) & np.isfinite(y)
        n = int(study.design.members(mask).sum())
        row: dict[str, Any] = {"measure": key, "outcome": known[0]}
        row |= dict.fromkeys([*_R2, "estimate", "std_error", "conf_low", "conf_high"], np.nan)
        reason = bases.withheld(f"{key} · {known[0]}", n)
        if reason is None and (np.ptp(x[mask]) == 0 or np.ptp(y[mask]) == 0):
            reason = "no_variance"
        row |= {"unit": "points", "n": n, "suppressed": reason is not None, "reason": reason}
        if reason is None:
            columns = np.column_stack([np.ones(len(x)), x, y, x * x, y * y, x * y])
            columns = np.where(mask[:, None], columns, 0.0)
            rng = stream(seed, f"benchmark.reputation:{key}")
            drawn = draws.sums(study.design, mask, columns, n_resamples, rng)
            low, high = percentile_interval(_r_squared(drawn), level)
            weights = study.design.weights_of(study.design.members(mask))
            point = _r_squared((weights @ columns)[None, :])[0]
            row |= {"r_squared": float(point), "r_squared_low": float(low)}
            row |= {"r_squared_high": float(high)}
            fit = ols(y, pd.DataFrame({"x": x}), design=study.design, domain=mask, conf_level=level)
            slope = next(one for one in fit.terms.to_dict("records") if one["term"] == "x")
            row |= {name: float(slope[name]) for name in ("estimate", "std_error")}
            row |= {name: float(slope[name]) for name in ("conf_low", "conf_high")}
        rows.append(row)
    return rows


def _r_squared(sums: np.ndarray) -> np.ndarray:
    """Return the squared correlation of sums of 1, x, y, x², y², xy in every row."""
    total = sums[:, :1]
    one = np.divide(sums, total, out=np.full(sums.shape, np.nan), where=total > 0)
    x, y, xx, yy, xy = one[:, 1:].T
    below = (xx - x * x) * (yy - y * y)
    return np.asarray(
        np.divide((xy - x * y) ** 2, below, out=np.full(below.shape, np.nan), where=below > 1e-12)
    )
