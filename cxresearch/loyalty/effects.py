"""What a point of satisfaction goes with: staying, leaving later, paying more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.errors import StatisticsError
from cxresearch.notes import Note, note
from cxresearch.stats.hazards import cox
from cxresearch.stats.odds import Logit, logit
from cxresearch.stats.regression import ols

FEWEST_EVENTS = 10
EVENTS_A_PARAMETER = 10
FEWEST_PERIODS = 3
FEWEST_REPEATED = 30
PROPORTIONAL_P = 0.05

Row = dict[str, Any]


def retention(
    rows: pd.DataFrame, controls: pd.DataFrame, level: float, show: int, notes: list[Note]
) -> tuple[list[Row], Logit | None]:
    """Return odds ratio and marginal effect of staying through the outcome period.

    Parameters
    ----------
    rows : DataFrame
        Followed interviews of those at risk: ``score, left, customer``.
    controls : DataFrame
        Columns held constant, by the rows' index; may have none.
    """
    stayed = 1.0 - rows["left"].to_numpy(dtype=float)
    counts = _counts(rows, int(rows["left"].sum()))
    shell = {"outcome": "retained", "model": "logit", **counts}
    reason = _too_few(counts, show) or _constant(rows["score"])
    fit = None
    if reason is None:
        fit, reason = _fitted(stayed, rows, controls, level)
    if fit is None:
        blank = {**shell, "reason": reason}
        told = [{**blank, "effect": "odds_ratio", "unit": "ratio"}]
        return [*told, {**blank, "effect": "marginal_effect", "unit": "share"}], None
    _thin(counts["n_events"], len(fit.terms), "retained", notes)
    term = fit.terms.set_index("term").loc["score"]
    shared = {
        **shell,
        "coefficient": term["estimate"],
        "coefficient_se": term["std_error"],
        "statistic": term["statistic"],
        "p_value": term["p_value"],
    }
    odds = {
        **shared,
        "effect": "odds_ratio",
        "unit": "ratio",
        "estimate": term["odds_ratio"],
        "std_error": term["odds_ratio"] * term["std_error"],
        "conf_low": term["ratio_low"],
        "conf_high": term["ratio_high"],
    }
    margin = {
        **shared,
        "effect": "marginal_effect",
        "unit": "share",
        "estimate": term["marginal_effect"],
        "std_error": term["effect_se"],
        "conf_low": term["effect_low"],
        "conf_high": term["effect_high"],
    }
    return [odds, margin], fit


def hazard(
    rows: pd.DataFrame, controls: pd.DataFrame, level: float, show: int, notes: list[Note]
) -> Row:
    """Return the hazard ratio of leaving, from the start of the outcome period on.

    Parameters
    ----------
    rows : DataFrame
        Spells: ``score, months, event, customer``.
    """
    counts = _counts(rows, int(rows["event"].sum()))
    row = {
        "outcome": "leaving",
        "model": "cox",
        "effect": "hazard_ratio",
        "unit": "ratio",
        **counts,
    }
    reason = _too_few(counts, show, only_events=True) or _constant(rows["score"])
    if reason is not None:
        return {**row, "reason": reason}
    X = pd.concat([rows[["score"]], controls.loc[rows.index]], axis=1)
    try:
        fit = cox(rows["months"], rows["event"], X, clusters=rows["customer"], conf_level=level)
    except StatisticsError:
        return {**row, "reason": "separated"}
    _thin(counts["n_events"], X.shape[1], "leaving", notes)
    if fit.proportional.p_value <= PROPORTIONAL_P:
        notes.append(note("hazards_not_proportional", p_value=fit.proportional.p_value))
    term = fit.terms.set_index("term").loc["score"]
    return {
        **row,
        "coefficient": term["estimate"],
        "coefficient_se": term["std_error"],
        "statistic": term["statistic"],
        "p_value": term["p_value"],
        "estimate": term["hazard_ratio"],
        "std_error": term["hazard_ratio"] * term["std_error"],
        "conf_low": term["ratio_low"],
        "conf_high": term["ratio_high"],
    }


def revenue(
    rows: pd.DataFrame, controls: pd.DataFrame, level: float, show: int, notes: list[Note]
) -> Row:
    """Return the change of next-period revenue per point, among those who stayed.

    Within customers where at least 30 of them answered before two of three or more periods, else
    within accounts where 30 of these did (``account``), else between customers (with a warning:
    better customers may be larger for other reasons).
    """
    rows = rows[rows["revenue"] > 0]
    row = {"outcome": "revenue", "model": "fixed_effects", "effect": "revenue_change"}
    row |= {"unit": "share", **_counts(rows, None)}
    unit, repeated = _panel(rows)
    within = unit is not None
    used = repeated if within else rows
    people = rows["customer"].nunique()
    if unit == "account":
        row["model"] = "account_effects"
    row |= _counts(used, None)
    if len(used) < show:
        return {**row, "reason": "empty" if used.empty else "small_base"}
    y = np.log(used["revenue"])
    X = pd.concat([used[["score"]], _dummies(used["start"])], axis=1)
    if within:
        y = y - y.groupby(used[unit]).transform("mean")
        X = X - X.groupby(used[unit]).transform("mean")
    else:
        row["model"] = "between_customers"
        X = pd.concat([X, controls.loc[used.index]], axis=1)
        notes.append(note("between_customers", n=people))
    if not X["score"].std() > 1e-9:
        return {**row, "reason": "no_variance"}
    clusters = used[unit or "customer"]
    fit = ols(y, X, clusters=clusters, covariance="CR1", conf_level=level)
    term = fit.terms.set_index("term").loc["score"]
    grown = np.expm1(term[["estimate", "conf_low", "conf_high"]].astype(float))
    return {
        **row,
        "coefficient": term["estimate"],
        "coefficient_se": term["std_error"],
        "statistic": term["statistic"],
        "p_value": term["p_value"],
        "estimate": grown["estimate"],
        "std_error": (1 + grown["estimate"]) * term["std_error"],
        "conf_low": grown["conf_low"],
        "conf_high": grown["conf_high"],
    }


def _panel(rows: pd.DataFrame) -> tuple[str | None, pd.DataFrame]:
    """Return within whom revenue can be compared over time, and the rows of those."""
    for unit in ("customer", "account"):
        if unit not in rows or rows[unit].isna().all():
            continue
        known = rows[rows[unit].notna()]
        repeated = known[known.groupby(unit)["start"].transform("nunique") >= 2]
        people, times = repeated[unit].nunique(), repeated["start"].nunique()
        if people >= FEWEST_REPEATED and times >= FEWEST_PERIODS:
            return unit, repeated
    return None, rows


def controls(frame: pd.DataFrame, columns: Sequence[str], places: pd.Series) -> pd.DataFrame:
    """Return indicator columns of the segments that are held constant, by the rows' index."""
    if not columns:
        return pd.DataFrame(index=places.index)
    chosen = frame.iloc[places.to_numpy()][list(columns)].set_index(places.index)
    return _dummies(*(chosen[column] for column in columns))


def _dummies(*columns: pd.Series) -> pd.DataFrame:
    named = pd.concat([one.astype(str) for one in columns], axis=1)
    return pd.get_dummies(named, drop_first=True, dtype=float)


def _fitted(
    y: np.ndarray, rows: pd.DataFrame, controls: pd.DataFrame, level: float
) -> tuple[Logit | None, str | None]:
    X = pd.concat([rows[["score"]], controls.loc[rows.index]], axis=1)
    X = X.loc[:, X.nunique() > 1]
    try:
        return logit(y, X, clusters=rows["customer"], conf_level=level), None
    except StatisticsError:
        return None, "separated"


def _counts(rows: pd.DataFrame, n_events: int | None) -> dict[str, Any]:
    events = np.nan if n_events is None else n_events
    return {"n": len(rows), "n_customers": rows["customer"].nunique(), "n_events": events}


def _too_few(counts: dict[str, Any], show: int, *, only_events: bool = False) -> str | None:
    if counts["n"] < show:
        return "small_base" if counts["n"] else "empty"
    events = counts["n_events"]
    rarer = events if only_events else min(events, counts["n"] - events)
    return "few_events" if rarer < FEWEST_EVENTS else None


def _constant(score: pd.Series) -> str | None:
    return None if score.nunique() > 1 else "no_variance"


def _thin(n_events: float, parameters: int, outcome: str, notes: list[Note]) -> None:
    if n_events < EVENTS_A_PARAMETER * parameters:
        notes.append(note("thin_events", outcome_kind=outcome, n=int(n_events), p=parameters))
