"""How the answers to each question spread over its scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cxresearch.about import Text
from cxresearch.bases import Bases, by_cell, protecting_cells
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import distinct, note
from cxresearch.results import Result
from cxresearch.study.answers import State
from cxresearch.study.codebook import Scale
from cxresearch.study.holding import MOST_POINTS
from cxresearch.study.study import By, Cell, Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AnswerShares(Result):
    """Answers to each question: one row per question and point of its scale."""


@dataclass(frozen=True, slots=True)
class _Question:
    """One column that was asked, under the key whose label names it."""

    key: str
    column: str
    scale: Scale


def shares(
    study: Study,
    /,
    *,
    keys: str | Sequence[str] | None = None,
    by: By = None,
    conf_level: float | None = None,
) -> AnswerShares:
    """Tell how customers answered each question: the share of every point of its scale.

    Parameters
    ----------
    study : Study
        All its respondents count; with several waves take ``study.latest()``.
    keys : str or sequence of str, optional
        Measures, attributes, items (their perceptions) or dimensions (all their items); by
        default every measure of one column.
    by : str or sequence of str, optional
        Groups.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    AnswerShares
        ``item, answer`` (the code), ``side`` (below, neutral or above the middle of the scale),
        ``estimate`` (weighted share, 0 to 1, of those who answered) with its Wilson interval,
        ``n`` (answered), ``n_answer`` (gave this answer), ``n_not_applicable`` and ``n_missing``
        (both outside the base). Points that nobody chose are there with share zero.

    Raises
    ------
    AnalysisError
        For keys that the codebook lacks, or where nothing asked has a scale of whole points.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"a": [1, 1, 3, 3, 3, None] * 3})
    >>> book = {"attributes": {"price": {"columns": "a", "scale": [1, 3]}}}
    >>> found = shares(Study.from_frame(frame, book), keys="price").table
    >>> found[["answer", "side", "estimate"]].values.tolist()
    [[1.0, 'below', 0.4], [2.0, 'neutral', 0.0], [3.0, 'above', 0.6]]
    """
    level = study.conf_level if conf_level is None else conf_level
    questions = _questions(study, keys)
    bases = Bases(study)

    answered = {
        one.column: study.ratings[one.column].to_numpy(dtype=float, na_value=np.nan)
        for one in questions
    }
    hidden = {name: protecting_cells(study, by, values) for name, values in answered.items()}

    def rows(cell: Cell) -> Iterator[dict[str, Any]]:
        for one in questions:
            values = answered[one.column]
            states = study.states[one.column].to_numpy()
            n = int(study.design.members(cell.mask, values).sum())
            group = " · ".join([one.key, *cell.keys.values()])
            reason = bases.withheld(group, n)
            if reason is None and cell.name in hidden[one.column]:
                reason = "complementary"
                bases.notes.append(note("complementary", group=group))
            counted = {
                "n_not_applicable": int((states[cell.mask] == State.NOT_APPLICABLE).sum()),
                "n_missing": int(cell.mask.sum())
                - n
                - int((states[cell.mask] == State.NOT_APPLICABLE).sum()),
            }
            for code in one.scale.points:
                row: dict[str, Any] = {"item": one.key, "scale": one.scale.key, "answer": code}
                row["side"] = _side(code, one.scale)
                row |= dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
                row |= {"n_eff": np.nan, "low_base": False, "n_answer": np.nan}
                if reason is None:
                    flag = np.where(np.isfinite(values), (values == code).astype(float), np.nan)
                    found = study.design.proportion(flag, cell.mask, level)
                    row |= {"estimate": found.estimate, "std_error": found.std_error}
                    row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
                    row["n_eff"] = found.n_eff
                    row["low_base"] = n < study.min_n.test
                    row["n_answer"] = int(np.nansum(flag[cell.mask]))
                row |= {"unit": "share", "n": n, **counted}
                yield row | {"suppressed": reason is not None, "reason": reason}

    table, names = by_cell(study, by, rows)
    labels = {
        f"{one.scale.key}={code:g}": text
        for one in questions
        for code, text in one.scale.labels.items()
    }
    known: dict[str, Text] = {**study.about.labels, **labels}
    return AnswerShares(
        table=table,
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="wilson",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes]),
        about=replace(study.about, labels=known),
    )


def _side(code: float, scale: Scale) -> str:
    if code == scale.mid:
        return "neutral"
    return "above" if code > scale.mid else "below"


def _questions(study: Study, keys: str | Sequence[str] | None) -> list[_Question]:
    book = study.codebook
    if keys is None:
        wanted = [key for key, one in book.measures.items() if len(one.columns) == 1]
    else:
        wanted = [keys] if isinstance(keys, str) else list(keys)
    found: list[_Question] = []
    for key in wanted:
        found += _of(study, key)
    whole = [one for one in found if 2 <= len(one.scale.points) <= MOST_POINTS]
    if not whole:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no question has a scale of whole points to show",
                found=", ".join(wanted) or "no measure of one column",
                hint="name items, attributes or measures with a scale such as 1 to 7",
            )
        )
    return whole


def _of(study: Study, key: str) -> list[_Question]:
    """Return the questions that a key of the codebook stands for."""
    book = study.codebook
    if key in book.dimensions:
        dimension = book.dimensions[key]
        return [
            _Question(item.key, item.perception, dimension.scale)
            for item in dimension.items
            if item.perception
        ]
    if key in book.items:
        item = book.items[key]
        column = item.perception or item.expectation or ""
        return [_Question(key, column, book.scale_of(key))]
    rated = book.measures.get(key) or book.attributes.get(key)
    if rated is None:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no question "{key}"',
                found=key,
                hint=did_you_mean(key, list(book.keys())),
            )
        )
    one_column = len(rated.columns) == 1
    return [
        _Question(key if one_column else column, column, rated.scale) for column in rated.columns
    ]
