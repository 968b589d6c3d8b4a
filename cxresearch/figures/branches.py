"""Figures of service points by operational indicator: in order, and against funnel limits."""

from __future__ import annotations

import pandas as pd

from cxresearch import theme
from cxresearch.figures import service_points
from cxresearch.figures.parts import need_rows, or_notice, tell
from cxresearch.findings.branches import branches
from cxresearch.results import Result

_MOST = 4


@or_notice
def in_order(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw service points in order, each with its interval, its shrunken figure and its ranks.

    Parameters
    ----------
    result : BranchPerformance
        From ``operations.branch_performance``.
    measure : str, optional
        By default the four indicators whose points differ most surely.
    """
    table = _of(result, measure)
    need_rows(table)
    _ = tell(result)
    pulled = _("Diamonds: figures pulled towards the common one, the more the fewer cases.")
    return service_points.in_order(result, table, title=branches(result).headline, pulled=pulled)


@or_notice
def limits(result: Result, *, measure: str | None = None) -> theme.Picture:
    """Draw service points against their number of cases, with the funnel's limits.

    Parameters
    ----------
    result : BranchPerformance
    measure : str, optional
        By default the four indicators whose points differ most surely.
    """
    table = _of(result, measure)
    table = table[table["z"].notna()]
    need_rows(table)
    _ = tell(result)
    title = _("Service points against what their size explains")
    return service_points.funnel(result, table, size="n", axis=_("cases"), title=title)


def _of(result: Result, measure: str | None) -> pd.DataFrame:
    """Return the rows of one indicator, or of those whose points differ most surely."""
    table = result.table[result.table["estimate"].notna()]
    if measure is not None:
        return table[table["measure"] == measure]
    chance = result.frames()["chance"].sort_values("p_value", kind="stable", na_position="last")
    keys = list(chance["measure"].head(_MOST))
    chosen = table[table["measure"].isin(keys)]
    place = {key: rank for rank, key in enumerate(keys)}
    return chosen.sort_values("measure", key=lambda one: one.map(place), kind="stable")
