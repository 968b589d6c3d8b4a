"""Questions asked in plain SQL, where one question counts what would else be dozens.

Ibis says what a row is; of such rows this counts and sums in the SQL that DuckDB and PostgreSQL
share (COUNT, SUM, COALESCE, CASE, GROUP BY). So long expressions are written once, and each
branch of a UNION reads only the columns that it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import pandas as pd

from cxresearch.study.warehouse.engines import DUCKDB

ROWS = "answered"


def ask(rows: Any, steps: Mapping[str, str], questions: Sequence[str]) -> pd.DataFrame:
    """Return the answers to questions about rows, under each other.

    Parameters
    ----------
    rows : ibis Table
        What the first step, or a question, calls ``answered``; its columns need no quotes.
    steps : mapping
        Name → a query on what stands before it.
    questions : sequence of str
        Queries with the same columns.
    """
    engine = rows.get_backend()
    told = {ROWS: ibis.to_sql(rows, dialect=engine.name), **steps}
    before = ", ".join(f"{name} AS NOT MATERIALIZED ({query})" for name, query in told.items())
    query = f"WITH {before} " + " UNION ALL ".join(questions)
    if engine.name == DUCKDB:
        found: pd.DataFrame = engine.raw_sql(query).df()
        return found
    with engine.con.cursor() as cursor:
        cursor.execute(query)
        names = [one.name for one in cursor.description]
        held = pd.DataFrame(cursor.fetchall(), columns=names)
    engine.con.rollback()
    return held


def added(terms: Sequence[str]) -> str:
    """Return the sum of terms."""
    return f"({' + '.join(terms)})"
