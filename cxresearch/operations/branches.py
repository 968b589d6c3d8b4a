"""Operational indicators by service point or agent: ranked, shrunken, and held to funnel limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.operations.measure import OperationsTable, about, measure
from cxresearch.results import NotAsked, Result
from cxresearch.stats.funnel import Funnel
from cxresearch.stats.homogeneity import homogeneity
from cxresearch.stats.league import score_funnel, shrink
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import Study

FAMILY = "branches"
FEWEST = 5
COLUMNS = ["measure", "statistic", "segment", "group", "estimate", "std_error", "conf_low"]
COLUMNS += ["conf_high", "unit", "n", "shrunk", "shrunk_low", "shrunk_high", "shrunk_weight"]
COLUMNS += ["rank", "rank_low", "rank_high", "p_first", "z", "place", "direction", "low_base"]
COLUMNS += ["suppressed", "reason"]
CHANCE = ["measure", "n_points", "statistic", "df", "p_value", "q_value", "family", "family_size"]
CHANCE += ["i_squared", "between_sd", "mean", "dispersion", "verdict", "unit", "reason"]
LIMITS = ["measure", "n", "low3", "low2", "centre", "high2", "high3"]
_GRID = 60
_PER = {"per_thousand": 1000.0, "per_hundred": 100.0}
_NOT_COMPARED = frozenset(["complaint_growth_gap", "tenure"])

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BranchPerformance(Result):
    """Service points or agents by indicator, the best first; one row per indicator and point.

    Attributes
    ----------
    chance : DataFrame
        Per indicator: whether the points differ by more than chance (Cochran's Q, ``verdict``).
    limits : DataFrame
        Curves of the funnel: ``measure, n, low3, low2, centre, high2, high3``.
    """

    chance: pd.DataFrame
    limits: pd.DataFrame


def branch_performance(
    study: Study,
    /,
    *,
    by: str | None = None,
    measures: Sequence[str] | None = None,
    period: str = "all",
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> BranchPerformance | NotAsked:
    """Tell which service points or agents stand out, and whether their order is more than chance.

    Parameters
    ----------
    study : Study
        With tables that know the points (branch_id, agent_id, or a column of the branches).
    by : str, optional
        By default ``data.service_point``, else ``branch_id``. Agents are numbered unless the
        params say ``staff_names``.
    measures : sequence of str, optional
        By default every indicator that has a standard error in these groups.
    period : str
        "all", or a length of periods: then the last one that was wholly observed.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    BranchPerformance
        ``estimate`` with interval; ``shrunk`` (empirical Bayes: pulled to the common mean by as
        much as it is uncertain); ``rank`` by the better direction with ``rank_low, rank_high``
        and ``p_first``; ``z`` and ``place`` in the funnel: high and low beyond 3 sigma,
        rather_high and rather_low beyond 2, after widening for overdispersion. With fewer than
        five points there is a table only. `NotAsked` where no table knows points.

    Notes
    -----
    One spread for all points: p (1 − p) of a share, the common rate of a count, the mean of
    n × SE² of other figures. Ranks: Beta draws of shares, normal draws of others. References:
    Spiegelhalter (2005), 10.1002/sim.1970; Goldstein & Spiegelhalter (1996), 10.2307/2983325;
    Morris (1983), 10.1080/01621459.1983.10477920.

    Examples
    --------
    >>> people = pd.DataFrame({"q": [1, 2]})
    >>> rows = [(f"{b}{i}", "2024-01-05", "2024-01-06" if i < up else None, b)
    ...         for b, up in zip("ABCDE", [4, 8, 12, 16, 9]) for i in range(40)]
    >>> names = ["ticket_id", "opened_at", "escalated_at", "branch_id"]
    >>> tickets = {"frame": pd.DataFrame(rows, columns=names), "cut": "2024-02-01"}
    >>> one = Study.from_frame(people, {}, tables={"tickets": tickets})
    >>> found = branch_performance(one, measures=["escalation_rate"], n_resamples=200)
    >>> found.table["group"].tolist()
    ['A', 'B', 'E', 'C', 'D']
    """
    column = by or study.params.data.service_point or "branch_id"
    if by is None and not _known(study, column):
        return NotAsked(
            table=pd.DataFrame(),
            n=0,
            n_eff=0.0,
            conf_level=study.conf_level,
            need="service_points",
            about=about(study),
        )
    level = study.conf_level if conf_level is None else conf_level
    found = measure(study, period=period, by=column, measures=measures, conf_level=level)
    draws = study.n_resamples if n_resamples is None else n_resamples
    own = study.rng("operations.branch_performance") if seed is None else seed
    rng = np.random.default_rng(own)
    notes: list[Note] = []
    rows: list[Row] = []
    chance: list[Row] = []
    limits: list[pd.DataFrame] = []
    for key, some in found.table.groupby("measure", sort=False):
        chosen = _chosen(some, found)
        if key in _NOT_COMPARED or chosen.empty:
            continue
        own_rows, told, curves = _league(str(key), chosen, column, level, draws, rng, notes)
        rows += own_rows
        chance.append(told)
        limits.append(curves)
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    tests = pd.DataFrame(chance).reindex(columns=CHANCE)
    if len(tests):
        tests["q_value"] = adjust(
            tests["p_value"].to_numpy(float), study.params.analysis.multiplicity
        )
        tests["family"], tests["family_size"] = FAMILY, int(tests["p_value"].notna().sum())
        told_apart = tests["q_value"] <= 1 - level
        words = told_apart.map({True: "distinguishable", False: "cannot_tell"})
        tests["verdict"] = words.where(tests["p_value"].notna(), "suppressed")
    return BranchPerformance(
        table=table,
        chance=tests,
        limits=pd.concat(limits, ignore_index=True) if limits else pd.DataFrame(columns=LIMITS),
        n=0,
        n_eff=0.0,
        conf_level=level,
        method="by_indicator",
        notes=distinct([*found.notes, *notes]),
        about=found.about,
    )


def _known(study: Study, column: str) -> bool:
    columns = {one for name in study.tables for one in study.tables.columns(name)}
    return bool({column, "branch_id"} & columns)


def _chosen(rows: pd.DataFrame, found: OperationsTable) -> pd.DataFrame:
    """Return the rows of one statistic and period that have a standard error, or none."""
    if found.span != "all":
        whole = rows[~rows["partial"].astype(bool)]
        rows = whole[whole["period"] == whole["period"].iloc[-1]] if len(whole) else whole
    for _name, some in rows.groupby("statistic", sort=False):
        if some["std_error"].notna().any():
            return some.assign(group=some[found.by[0]]).reset_index(drop=True)
    return rows.iloc[:0]


def _league(
    key: str,
    some: pd.DataFrame,
    column: str,
    level: float,
    draws: int,
    rng: np.random.Generator,
    notes: list[Note],
) -> tuple[list[Row], Row, pd.DataFrame]:
    rows = [{str(k): v for k, v in one.items()} for one in some.to_dict("records")]
    for row in rows:
        row["segment"] = column
    shown = [row for row in rows if np.isfinite(row["estimate"]) and row["n"] > 0]
    unit, down = str(some["unit"].iloc[0]), str(some["direction"].iloc[0]) == "down"
    told: Row = {"measure": key, "n_points": len(shown), "unit": unit}
    curves = pd.DataFrame(columns=LIMITS)
    values = np.array([row["estimate"] for row in shown], dtype=float)
    sizes = np.array([row["n"] for row in shown], dtype=float) / _PER.get(unit, 1.0)
    spread = _spread(shown, values, sizes, unit)
    if len(shown) < FEWEST or not spread > 0:
        reason = "few_points" if len(shown) < FEWEST else "no_variance"
        if reason == "few_points":
            notes.append(note("few_points", n=len(shown)))
        told["reason"] = reason
    else:
        alike = homogeneity(values, spread / sizes, conf_level=level)
        pulled = shrink(values, spread / sizes, conf_level=level)
        ends = (0.0, 1.0) if unit == "share" else (-inf, inf) if unit == "money" else (0.0, inf)
        funnel = score_funnel(values, sizes, spread, ends=ends)
        told |= {"statistic": alike.statistic, "df": alike.df, "p_value": alike.p_value}
        told |= {"i_squared": alike.i_squared, "between_sd": pulled.between_sd}
        told |= {"mean": funnel.centre, "dispersion": funnel.dispersion, "reason": None}
        if funnel.overdispersed:
            notes.append(note("overdispersed", measure=key, phi=funnel.dispersion))
        ranks = _ranks(shown, values, spread / sizes, unit, down, level, draws, rng)
        for place, row in enumerate(shown):
            row |= {"z": funnel.z[place], "place": funnel.place[place]}
            row |= {"shrunk": pulled.estimate[place], "shrunk_weight": pulled.weight[place]}
            row |= {"shrunk_low": max(pulled.low[place], ends[0])}
            row |= {"shrunk_high": min(pulled.high[place], ends[1])}
            row |= {name: float(one[place]) for name, one in ranks.items()}
        curves = _curves(key, funnel, ends, _PER.get(unit, 1.0))
    sign = 1.0 if down else -1.0
    rows.sort(key=lambda row: sign * row["estimate"] if np.isfinite(row["estimate"]) else inf)
    return rows, told, curves


def _spread(rows: list[Row], values: np.ndarray, sizes: np.ndarray, unit: str) -> float:
    """Return the variance of one case that all points share."""
    if not rows:
        return 0.0
    centre = float(np.average(values, weights=sizes))
    if unit == "share" and all(row["method"] == "wilson" for row in rows):
        return centre * (1 - centre)
    if unit in _PER:
        return centre
    errors = np.array([row["std_error"] for row in rows], dtype=float)
    known = np.isfinite(errors)
    return float(np.average((sizes * errors**2)[known], weights=sizes[known])) if known.any() else 0


def _ranks(
    rows: list[Row],
    values: np.ndarray,
    variances: np.ndarray,
    unit: str,
    down: bool,
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return rank, its interval and the chance of being first, every point drawn anew."""
    top = np.array([row["numerator"] for row in rows], dtype=float)
    bottom = np.array([row["denominator"] for row in rows], dtype=float)
    counted = unit == "share" and all(row["method"] == "wilson" for row in rows)
    if counted:
        drawn = rng.beta(top + 0.5, bottom - top + 0.5, size=(draws, len(rows)))
    else:
        drawn = rng.normal(values, np.sqrt(variances), size=(draws, len(rows)))
    sign = 1.0 if down else -1.0
    order = (sign * drawn).argsort(axis=1, kind="stable").argsort(axis=1) + 1
    tail = (1 - level) / 2
    return {
        "rank": np.array([1 + int((sign * values < sign * one).sum()) for one in values]),
        "rank_low": np.quantile(order, tail, axis=0, method="inverted_cdf"),
        "rank_high": np.quantile(order, 1 - tail, axis=0, method="inverted_cdf"),
        "p_first": (order == 1).mean(axis=0),
    }


def _curves(key: str, funnel: Funnel, ends: tuple[float, float], per: float) -> pd.DataFrame:
    """Return the funnel's limits at sizes from below the smallest to above the largest point."""
    one = float(funnel.sigma[0] * np.sqrt(funnel.n[0]))
    n = np.geomspace(0.8 * funnel.n.min(), 1.1 * funnel.n.max(), _GRID)
    sigma = one / np.sqrt(n)
    sides = {f"low{k}": np.maximum(funnel.centre - k * sigma, ends[0]) for k in (2, 3)}
    sides |= {f"high{k}": np.minimum(funnel.centre + k * sigma, ends[1]) for k in (2, 3)}
    frame = pd.DataFrame({"measure": key, "n": n * per, "centre": funnel.centre, **sides})
    return frame[LIMITS]
