"""Weighted sums and cross-products of answers, counted in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.stats.moments import Sums
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.numbers import number


def sums(
    table: Any,
    values: Mapping[str, Any],
    centre: Sequence[float] | None = None,
    by: Mapping[str, Any] | None = None,
    *,
    squares: bool = True,
) -> tuple[pd.DataFrame, Sums]:
    """Return the sums of those who answered all of these, by group; and the groups.

    Parameters
    ----------
    table : ibis Table
        Respondents.
    values : mapping
        Name → expression of an answer.
    centre : sequence of float, optional
        Taken from the answers before they are summed, such as the middle of their scale.
    by : mapping, optional
        Name → expression of a group.
    squares : bool
        Whether sums with squared weights are wanted, too; where there are no weights they cost
        nothing.
    """
    labels = list(values)
    k = len(labels)
    middle = np.zeros(k) if centre is None else np.asarray(centre, dtype=float)
    keys = dict(by or {})
    columns = {f"x{i}": values[name] - number(middle[i]) for i, name in enumerate(labels)}
    rows = table.select(**keys, **columns, w=table[names.WEIGHT])
    whole = rows.filter(ibis.and_(*[rows[f"x{i}"].notnull() for i in range(k)]))
    w = whole["w"]
    asked: dict[str, Any] = {"n": whole.count(), "w": w.sum(), "q": (w * w).sum()}
    pairs = list(combinations_with_replacement(range(k), 2))
    for i in range(k):
        x = whole[f"x{i}"]
        asked |= {f"low{i}": x.min(), f"high{i}": x.max(), f"w{i}": (w * x).sum()}
        if squares:
            asked[f"q{i}"] = (w * w * x).sum()
    for i, j in pairs:
        product = whole[f"x{i}"] * whole[f"x{j}"]
        asked[f"w{i}_{j}"] = (w * product).sum()
        if squares:
            asked[f"q{i}_{j}"] = (w * w * product).sum()
    held = whole.group_by(list(keys)).aggregate(**asked) if keys else whole.aggregate(**asked)
    frame = held.execute()
    frame = frame[frame["n"] > 0].reset_index(drop=True)
    m = len(frame)

    def matrix(letter: str) -> np.ndarray:
        found = np.zeros((m, k, k))
        if letter == "w" or squares:
            for i, j in pairs:
                found[:, i, j] = found[:, j, i] = frame[f"{letter}{i}_{j}"].to_numpy(dtype=float)
        return found

    def vector(letter: str) -> np.ndarray:
        if letter == "q" and not squares:
            return np.zeros((m, k))
        return np.column_stack([frame[f"{letter}{i}"].to_numpy(dtype=float) for i in range(k)])

    def edge(letter: str, least: bool) -> np.ndarray:
        if not m:
            return np.full(k, np.nan)
        found = vector(letter)
        return np.asarray((found.min(axis=0) if least else found.max(axis=0)) + middle)

    return frame[list(keys)], Sums(
        names=tuple(labels),
        centre=middle,
        n=frame["n"].to_numpy(dtype=float),
        weight=frame["w"].to_numpy(dtype=float),
        squared=frame["q"].to_numpy(dtype=float),
        first=vector("w"),
        first_squared=vector("q"),
        second=matrix("w"),
        second_squared=matrix("q"),
        low=edge("low", least=True),
        high=edge("high", least=False),
    )
