"""Whose order arrived: answers about the last mile count for delivered orders only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cxresearch.study import scores
from cxresearch.study.gather import as_labels

if TYPE_CHECKING:
    from cxresearch.study.study import Study

LAST_MILE = "last_mile"
"""Touchpoint of the ratings that are restricted to delivered orders."""


def delivered(study: Study) -> np.ndarray | None:
    """Return the rows whose order arrived, as far as the table of orders tells; else None.

    A respondent is linked by ``data.order`` to that very order, else by ``data.customer`` to all
    orders of the customer, one of which must have arrived. Respondents without a link count as
    before: of their orders nothing is known.
    """
    data, tables, full = study.params.data, study.tables, study.full
    column, key = (data.order, "order_id") if data.order else (data.customer, "customer_id")
    if column not in full.columns or not tables.has("orders", key, "delivered_at"):
        return None
    orders = tables["orders"]
    names = as_labels(orders[key])
    arrived = set(names[orders["delivered_at"].notna()].dropna())
    asked = as_labels(full[column])
    linked = asked.notna() & asked.isin(set(names.dropna()))
    return np.asarray(~linked | asked.isin(arrived), dtype=bool)


def undelivered(study: Study, key: str) -> int:
    """Count the answers to a measure of the last mile whose order did not arrive."""
    measure = study.codebook.measures[key]
    if measure.touchpoint != LAST_MILE or study.in_database or study.delivered is None:
        return 0
    values = scores.score_measure(study.ratings, measure).values
    return int((study.mask & np.isfinite(values) & ~study.delivered).sum())
