"""Where operational indicators are going: their months or weeks as series to be forecast."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from cxresearch.notes import note
from cxresearch.operations.measure import measure
from cxresearch.operations.periods import grid
from cxresearch.results import NotAsked
from cxresearch.stats.series_models import FEWEST_POINTS
from cxresearch.study.study import Study
from cxresearch.trends.outlook import Outlook, forecast_series

USUAL = (
    *("complaint_rate", "resolution_time", "fcr", "delivery_success", "delivery_time"),
    "revenue_per_customer",
)
"""Indicators that are followed where none are named, as far as the tables give them."""
_WITHOUT_BASES = ("count", "money")


def forecast(
    study: Study,
    /,
    *,
    measures: str | Sequence[str] | None = None,
    period: str = "month",
    horizon: int = 6,
    conf_level: float | None = None,
) -> Outlook | NotAsked:
    """Tell where complaints, waiting times and deliveries are going, from the company's tables.

    Parameters
    ----------
    study : Study
    measures : str or sequence of str, optional
        Indicators of `cxresearch.operations.measure.measure`, each by its headline; by default the
        usual ones of customer service that have 24 periods or more.
    period : {"week", "month", "quarter", "half_year", "year"}
        Length of the periods; those not wholly observed are left out.
    horizon : int
        Periods ahead.
    conf_level : float, optional

    Returns
    -------
    Outlook
        As `cxresearch.trends.outlook.forecast_series`; `NotAsked` where the study has no tables
        with a time in them, or they give none of the indicators.

    Raises
    ------
    AnalysisError
        For an unknown period or indicator.
    """
    if not any(grid(study.tables, "month")):
        return _absent(study, "tables")
    asked = USUAL if measures is None else measures
    wanted = (asked,) if isinstance(asked, str) else tuple(asked)
    found = measure(study, period=period, measures=wanted, conf_level=conf_level)
    rows = found.table
    heads = rows.drop_duplicates("measure")[["measure", "statistic"]]
    rows = rows.merge(heads, on=["measure", "statistic"])
    partial = tuple(rows.loc[rows["partial"].astype(bool), "period"].drop_duplicates())
    rows = rows[~rows["partial"].astype(bool)]
    if measures is None:
        known = rows.dropna(subset="estimate").groupby("measure")["period"].nunique()
        long = known[known >= FEWEST_POINTS].index
        rows = rows[rows["measure"].isin(long)] if len(long) else rows
    if rows.empty:
        return _absent(study, f"indicator:{wanted[0]}" if measures is not None else "tables")
    notes = [one for one in found.notes if one.code != "periods_partial"]
    if partial:
        notes.append(note("partial_left_out", periods=", ".join(partial)))
    bases = rows["n"].where(~rows["unit"].isin(_WITHOUT_BASES))
    frame = pd.DataFrame(
        {
            "measure": rows["measure"],
            "period": rows["period"],
            "value": rows["estimate"],
            "n": bases,
            "unit": rows["unit"],
        }
    )
    return forecast_series(
        frame, horizon=horizon, conf_level=found.conf_level, about=found.about, notes=notes
    )


def _absent(study: Study, need: str) -> NotAsked:
    return NotAsked(
        table=pd.DataFrame(),
        n=0,
        n_eff=0.0,
        conf_level=study.conf_level,
        need=need,
        about=study.about,
    )
