"""Whether what was checked meets the written standard, and how many judged it."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.asking import Asked, Row
from cxresearch.operations.periods import ALL

MEASURE = "standard_conformance"
FEWEST_BRANCHES = 5


def standard_conformance(asked: Asked) -> Iterator[Row]:
    """Yield the share of checks that meet the standard: mystery visits, calls, matters.

    A criterion is met from `analysis.operations.standard` of its points on (yes and no: yes);
    visits and evaluations are the units of the error. Tickets count by their own ``met_standard``.
    """
    yield from _visits(asked)
    yield from _calls(asked)
    yield from _matters(asked)


def _visits(asked: Asked) -> Iterator[Row]:
    if not asked.has("mystery", "visit_id", "visit_date", "score", "max_score"):
        return
    table = asked.table("mystery", MEASURE)
    if table is None:
        return
    for keys, period, some in asked.pieces(_judged(asked, table), "visit_date", "mystery"):
        if len(some):
            units = some["visit_id"]
            row = asked.ratio(
                MEASURE, "visits", period, keys, some["_met"], some["_one"], units, least=1
            )
            yield row | {"n": int(units.nunique())}


def _calls(asked: Asked) -> Iterator[Row]:
    if not asked.has("qa", "evaluation_id", "score", "max_score"):
        return
    table = asked.table("qa", MEASURE)
    if table is None:
        return
    table = dated(asked, _judged(asked, table))
    for keys, some in asked.groups(table):
        for period in asked.periods:
            rows = some if period.label == ALL else some[period.inside(some["_ts"])]
            n = rows["evaluation_id"].nunique()
            if n < asked.study.min_n.show:
                continue
            units = rows["evaluation_id"]
            row = asked.ratio(MEASURE, "calls", period, keys, rows["_met"], rows["_one"], units)
            yield row | {"n": int(n)}


def _matters(asked: Asked) -> Iterator[Row]:
    if not asked.has("tickets", "met_standard"):
        return
    table = asked.table("tickets", MEASURE)
    if table is None:
        return
    known = table[table["met_standard"].notna()]
    for keys, period, some in asked.pieces(known, "opened_at", "tickets"):
        yield asked.share(MEASURE, "matters", period, keys, some["met_standard"])


def _judged(asked: Asked, table: pd.DataFrame) -> pd.DataFrame:
    """Return checks with points, and whether each met the standard."""
    told = asked.told.standard
    checks = table[table["score"].notna() & (table["max_score"] > 0)]
    met = checks["score"] >= told * checks["max_score"] - 1e-9
    if (checks["max_score"] != 1).any():
        asked.notes.append(note("standard_rule", share=told))
    return checks.assign(_met=met.astype(float), _one=1.0)


def dated(asked: Asked, table: pd.DataFrame) -> pd.DataFrame:
    """Return evaluations with the time of their call, where contacts are known."""
    if asked.has("contacts", "ts") and "contact_id" in table:
        calls = asked.tables["contacts"].set_index("contact_id")["ts"]
        return table.assign(_ts=table["contact_id"].map(calls))
    return table.assign(_ts=pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]"))


def tell_judges(asked: Asked, table: pd.DataFrame, measure: str) -> None:
    """Note where one person judged everything: the judge and what was judged are not told apart."""
    if "evaluator_id" not in table or table.empty:
        return
    judges = table["evaluator_id"].dropna().nunique()
    if judges == 1:
        asked.notes.append(note("one_evaluator", measure=measure))


def tell_branches(asked: Asked, table: pd.DataFrame, measure: str) -> None:
    """Note where so few branches were visited that their scatter says little."""
    branches = table["branch_id"].dropna().nunique()
    if 0 < branches < FEWEST_BRANCHES:
        asked.notes.append(note("few_branches", measure=measure, n=branches))
