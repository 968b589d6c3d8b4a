"""Numbers in questions to a database: doubles, never the decimals that a bare 0.1 would be."""

from __future__ import annotations

from typing import Any

import ibis


def number(value: float) -> Any:
    """Return a number as a double, to its last digit."""
    return ibis.literal(repr(float(value))).cast("float64")


def one_if(condition: Any) -> Any:
    """Return 1 where a condition holds, else 0: engines differ in what a truth value may become."""
    return ibis.ifelse(condition.fill_null(False), number(1), number(0))
