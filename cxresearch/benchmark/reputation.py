"""How known and how esteemed the company is; only a sample of the market can say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from cxresearch.bases import Bases, by_cell, headline
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.study.study import By, Cell, Study

KPIS = ("brand_awareness", "brand_reputation")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reputation(Result):
    """Awareness and reputation: one row per measure that is declared to be one."""


def reputation(study: Study, /, *, by: By = None, conf_level: float | None = None) -> Reputation:
    """Tell how many know the company and what reputation it has.

    Parameters
    ----------
    study : Study
        Measures with ``kpi: brand_awareness`` or ``kpi: brand_reputation`` in the codebook.
    by : str or sequence of str, optional
        Groups.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Reputation
        ``measure, kpi, estimate`` (headline) with its interval. Among customers alone everybody
        knows the company, so without ``data.population: market`` the figures are withheld
        (``reason`` customer_only_frame).

    Raises
    ------
    AnalysisError
        If no measure is declared to be awareness or reputation.

    Examples
    --------
    >>> import pandas as pd
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
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no measure is declared to be awareness or reputation",
                where="codebook: measures",
                hint="write kpi: brand_awareness or kpi: brand_reputation with the measure",
            )
        )
    bases = Bases(study)
    customers = study.params.data.population == "customers"
    notes: list[Note] = [note("customer_only_frame", measure=key) for key in keys if customers]

    def rows(cell: Cell) -> list[dict[str, Any]]:
        return [_row(study, key, cell, level, bases, customers) for key in keys]

    table, names = by_cell(study, by, rows)
    return Reputation(
        table=table,
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
