"""Where each indicator stands now, and whether it differs from its first period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.operations.subjects import ORDER, subject

COLUMNS = [
    *("subject", "measure", "statistic", "period_from", "value_from", "period", "estimate"),
    *("conf_low", "conf_high", "unit", "n", "direction", "level", "judgement", "distance"),
]
_OF_TWO_PERIODS = ("complaint_growth_gap",)  # a change already


def changes(table: pd.DataFrame, names: Sequence[str] = ()) -> pd.DataFrame:
    """Return one row an indicator (and group): its latest whole period against its first.

    ``judgement``: better or worse by the indicator's direction, or different where none is
    declared, if the intervals of both periods have no point in common; else cannot_tell. Missing
    where there is one period only, or a figure has no interval. ``distance`` = |difference| over
    the root of the sum of squared half-widths of both intervals: how clear a difference is.

    Parameters
    ----------
    table : DataFrame
        Rows of `operations.measure`, periods in order.
    names : sequence of str
        Grouping columns.

    Notes
    -----
    Intervals of 95 % that do not overlap are stricter than a test at 5 %. Reference: Schenker &
    Gentleman (2001), doi:10.1198/000313001317097960.

    Examples
    --------
    >>> rows = pd.DataFrame({"measure": "fcr", "statistic": "share", "period": ["2023", "2024"],
    ...     "estimate": [0.6, 0.8], "conf_low": [0.5, 0.75], "conf_high": [0.7, 0.85], "n": 100,
    ...     "unit": "share", "direction": "up", "level": "operational", "partial": False})
    >>> changes(rows)[["value_from", "estimate", "judgement"]].to_numpy().tolist()
    [[0.6, 0.8, 'better']]
    """
    first = table.drop_duplicates("measure").set_index("measure")["statistic"]
    rows = table[table["statistic"] == table["measure"].map(first)]
    rows = rows[rows["estimate"].notna()]
    made = [_change(_whole(some)) for _key, some in rows.groupby([*names, "measure"], sort=False)]
    found = pd.DataFrame(made, columns=[*names, *COLUMNS])
    place = found["subject"].map({one: number for number, one in enumerate(ORDER)})
    return (
        found.assign(_place=place)
        .sort_values("_place", kind="stable")
        .drop(columns="_place")
        .reset_index(drop=True)
    )


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of periods that were wholly observed; all where none was."""
    whole = rows[~rows["partial"].astype(bool)]
    return whole if len(whole) else rows


def _change(rows: pd.DataFrame) -> dict[str, Any]:
    last, first = rows.iloc[-1].to_dict(), rows.iloc[0].to_dict()
    row = {str(name): value for name, value in last.items()}
    row |= {"subject": subject(str(last["measure"])), "judgement": None, "distance": np.nan}
    row |= {"period_from": None, "value_from": np.nan}
    if len(rows) == 1 or last["measure"] in _OF_TWO_PERIODS:
        return row
    row |= {"period_from": first["period"], "value_from": first["estimate"]}
    reach = [(one["conf_high"] - one["conf_low"]) / 2 for one in (first, last)]
    if not np.isfinite(reach).all():
        return row
    moved = float(last["estimate"] - first["estimate"])
    wide = float(np.hypot(*reach))
    row["distance"] = abs(moved) / wide if wide > 0 else np.nan
    apart = first["conf_high"] < last["conf_low"] or last["conf_high"] < first["conf_low"]
    row["judgement"] = _way(moved, str(last["direction"])) if apart else "cannot_tell"
    return row


def _way(moved: float, direction: str) -> str:
    if direction not in ("up", "down"):
        return "different"
    return "better" if (moved > 0) == (direction == "up") else "worse"
