"""Random groups by the hash of an id: the same respondent is in the same group every time."""

from __future__ import annotations

from typing import Any

BUCKETS = 1 << 20


def bucket(key: Any) -> Any:
    """Return a number from 0 to 2²⁰ − 1 by the hash of a text; for DuckDB and PostgreSQL."""
    return (key.hash() % BUCKETS + BUCKETS) % BUCKETS


def grouping(key: Any, n_groups: int) -> Any:
    """Return the random group of each row, 0 to n_groups − 1, by the hash of its id or cluster."""
    return bucket(key) % n_groups
