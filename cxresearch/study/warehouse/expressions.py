"""Scores as expressions: what `cxresearch.study.scores` works out in memory, said in Ibis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis
import numpy as np

from cxresearch.study import scores
from cxresearch.study.codebook import Codebook, Measure
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.absent import not_in_memory
from cxresearch.study.warehouse.numbers import number, one_if


def row_mean(columns: Sequence[Any], least: int, weights: Sequence[float] = ()) -> Any:
    """Return the mean of the answered columns, blank where fewer than `least` are."""
    if len(columns) == 1:
        return columns[0].cast("float64")
    known = [one_if(one.notnull()) for one in columns]
    values = [one.fill_null(number(0)) for one in columns]
    count = total_of(known)
    base = count
    if len(set(weights)) > 1:
        known = [one * number(w) for one, w in zip(known, weights, strict=True)]
        values = [one * number(w) for one, w in zip(values, weights, strict=True)]
        base = total_of(known)
    mean = total_of(values) / base.nullif(number(0))
    return ibis.ifelse(count >= max(least, 1), mean, ibis.null())


def total_of(columns: Sequence[Any]) -> Any:
    """Return the sum of columns without holes."""
    found = columns[0]
    for one in columns[1:]:
        found = found + one
    return found


def measure_value(table: Any, measure: Measure) -> Any:
    """Return the score of a measure.

    Raises
    ------
    AnalysisError
        For an index weighted by the first component of the answers.
    """
    columns = [table[names.answer(name)] for name in measure.columns]
    if measure.kpi in scores.ALL_TRUE and measure.kind == "share":
        scale = measure.scale
        below = ibis.or_(*[(one < scale.max).fill_null(False) for one in columns])
        known = ibis.and_(*[one.notnull() for one in columns])
        return ibis.cases((below, number(scale.min)), (known, number(scale.max)))
    weights: Sequence[float] = ()
    if isinstance(measure.weights, str):
        raise not_in_memory(f'measure "{measure.key}", weights: {measure.weights}')
    if measure.weights:
        shares = np.array(measure.weights, dtype=float)
        weights = (shares / shares.sum()).tolist()
    least = scores.needed(len(columns), measure.min_answered)
    return row_mean(columns, least, weights)


def score(table: Any, book: Codebook, key: str) -> Any:
    """Return a score by its codebook key, as `Study.values` does in memory."""
    if key in book.measures:
        return measure_value(table, book.measures[key])
    columns = [table[names.answer(name)] for name in score_columns(book, key)]
    declared = book.dimensions[key].min_pairs if key in book.dimensions else None
    return row_mean(columns, scores.needed(len(columns), declared))


def score_columns(book: Codebook, key: str) -> list[str]:
    """Return the columns that a score is made of."""
    if key in book.measures:
        return list(book.measures[key].columns)
    if key in book.attributes:
        return list(book.attributes[key].columns)
    if key in book.dimensions:
        return [item.perception for item in book.dimensions[key].items if item.perception]
    item = book.item(key)
    return [item.perception or item.expectation or ""]
