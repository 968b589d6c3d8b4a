"""Weighted sums and cross-products of answers, counted in the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement
from typing import Any

import ibis
import numpy as np
import pandas as pd

from cxresearch.stats.layout import Floats
from cxresearch.stats.moments import Sums
from cxresearch.study.warehouse import names
from cxresearch.study.warehouse.numbers import number


def sums(
    table: Any,
    values: Mapping[str, Any],
    centre: Sequence[float] | None = None,
    by: Mapping[str, Any] | None = None,
    *,
    weighted: bool = True,
    squares: bool = True,
    edges: bool = True,
    counted: Mapping[str, Any] | None = None,
) -> tuple[pd.DataFrame, Sums]:
    """Return the sums of those who answered all of these, by group, and the groups: one scan.

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
    weighted : bool
        Whether respondents have weights; without them everybody counts once.
    squares : bool
        Whether sums with squared weights are wanted, too; without weights they cost nothing.
    edges : bool
        Whether the smallest and largest answer of each group are wanted, too.
    counted : mapping, optional
        Name → condition; how many meet it stands beside the groups.
    """
    labels = list(values)
    k = len(labels)
    middle = np.zeros(k) if centre is None else np.asarray(centre, dtype=float)
    keys, told = dict(by or {}), dict(counted or {})
    columns = {f"x{i}": values[name] - number(middle[i]) for i, name in enumerate(labels)}
    rows = table.select(**keys, **columns, **told, w=table[names.WEIGHT])
    whole = rows.filter(ibis.and_(*[rows[f"x{i}"].notnull() for i in range(k)]))
    pairs = list(combinations_with_replacement(range(k), 2))
    asked: dict[str, Any] = {"n": whole.count()}
    asked |= {name: whole[name].sum().fill_null(0) for name in told}
    for i in range(k) if edges else ():
        asked |= {f"low{i}": whole[f"x{i}"].min(), f"high{i}": whole[f"x{i}"].max()}
    w = whole["w"]
    if weighted:
        asked |= {"w": w.sum(), "q": (w * w).sum()}
    for letter in ("w", "q") if weighted and squares else ("w",):
        for i in range(k):
            own = whole[f"x{i}"]
            if weighted:
                own = (w if letter == "w" else w * w) * own
            asked[f"{letter}{i}"] = own.sum()
            asked |= {f"{letter}{i}_{j}": (own * whole[f"x{j}"]).sum() for j in range(i, k)}
    held = whole.group_by(list(keys)).aggregate(**asked) if keys else whole.aggregate(**asked)
    frame = held.execute()
    frame = frame[frame["n"] > 0].reset_index(drop=True)
    numbers = {name: frame[name].to_numpy(dtype=float) for name in asked if name not in told}
    m = len(frame)

    def matrix(letter: str) -> Floats:
        found = np.zeros((m, k, k))
        for i, j in pairs:
            found[:, i, j] = found[:, j, i] = numbers[f"{letter}{i}_{j}"]
        return found

    def vector(letter: str) -> Floats:
        return np.column_stack([numbers[f"{letter}{i}"] for i in range(k)]).reshape(m, k)

    blank = np.full((m, k), np.nan)
    n, first, second = numbers["n"], vector("w"), matrix("w")
    weight, squared, first_squared, second_squared = n, n, first, second
    if weighted:
        weight, squared = numbers["w"], numbers["q"]
        first_squared = vector("q") if squares else np.zeros((m, k))
        second_squared = matrix("q") if squares else np.zeros((m, k, k))
    return frame[[*keys, *told]], Sums(
        names=tuple(labels),
        centre=middle,
        n=n,
        weight=weight,
        squared=squared,
        first=first,
        first_squared=first_squared,
        second=second,
        second_squared=second_squared,
        low=vector("low") + middle if edges else blank,
        high=vector("high") + middle if edges else blank,
    )
