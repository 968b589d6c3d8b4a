"""Whether drivers matter otherwise to one group of customers than to all the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.drivers.cases import Cases, Missing, collect
from cxresearch.drivers.drawing import replicates
from cxresearch.drivers.estimating import Plan
from cxresearch.notes import Note, note
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.regression import ols
from cxresearch.stats.resample import percentile_interval
from cxresearch.study.study import Cell, Study

FAMILY = "driver_segments"
MIN_GROUP = 100
ENTITY = "entity"
SEGMENT_COLUMNS = [
    "block",
    "driver",
    "value",
    "rest",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "p_value",
    "q_value",
    "family",
    "family_size",
    "n",
    "n_rest",
    "reason",
]
INTERACTION_COLUMNS = ["statistic", "df", "df2", "p_value", "q_value", "n"]


@dataclass(frozen=True, slots=True)
class Grouped:
    """Each group against its complement: a row per driver, and one test of all drivers at once."""

    segments: pd.DataFrame
    interactions: pd.DataFrame


def groups_of(study: Study, by: object) -> list[Cell]:
    """Return the brands that this study's respondents rated, as groups (`by` = "entity")."""
    data = study.params.data
    if data.entity is None:
        return []
    labels = study.full[data.entity.column]
    inside = study.mask
    if data.id:
        people = study.full.loc[study.mask, data.id]
        inside = study.full[data.id].isin(people).to_numpy()
        if study.wave_column:
            waves = study.full.loc[study.mask, study.wave_column].unique()
            inside &= study.full[study.wave_column].isin(waves).to_numpy()
    return [
        Cell({ENTITY: str(label)}, inside & (labels == label).to_numpy())
        for label in labels.cat.categories
        if (inside & (labels == label).to_numpy()).any()
    ]


def against_the_rest(
    study: Study,
    plan: Plan,
    cells: Sequence[Cell],
    missing: Missing,
    notes: list[Note],
) -> Grouped:
    """Compare each group's importance with that of everybody else, from the same draws.

    `value` and `rest` are parts of R², `estimate` their difference with a percentile interval;
    p values come from the difference over its bootstrap standard error.
    """
    rows: list[dict[str, object]] = []
    tests: list[dict[str, object]] = []
    for name in dict.fromkeys(_column(cell) for cell in cells):
        some = [cell for cell in cells if _column(cell) == name]
        if len(some) < 2:
            continue
        whole = np.logical_or.reduce([cell.mask for cell in some])
        W: np.ndarray | None = None
        for cell in some:
            rest = Cell({}, whole & ~cell.mask)
            both = [collect(study, plan.asked, one, [], missing).complete() for one in (cell, rest)]
            label = _label(cell)
            reason = _reason(both, label, notes)
            if reason is None and W is None:
                W = replicates(study, whole, plan.n_resamples, plan.rng("segments"))
            rows += _compared(plan, both, W, cell, reason)
            if reason is None:
                tests.append(_interaction(plan, both, cell))
    keys = list(cells[0].keys) if cells else []
    segments = pd.DataFrame(rows, columns=[*keys, *SEGMENT_COLUMNS])
    interactions = pd.DataFrame(tests, columns=[*keys, *INTERACTION_COLUMNS])
    if len(segments):
        segments["q_value"] = np.asarray(adjust(segments["p_value"].to_numpy(dtype=float)))
        segments["family_size"] = int(segments["p_value"].notna().sum())
    if len(interactions):
        interactions["q_value"] = np.asarray(adjust(interactions["p_value"].to_numpy(dtype=float)))
    return Grouped(segments=segments, interactions=interactions)


def _column(cell: Cell) -> str:
    return cell.keys.get("segment") or next(iter(cell.keys))


def _label(cell: Cell) -> str:
    return cell.keys.get("group") or next(iter(cell.keys.values()))


def _reason(both: Sequence[Cases], label: str, notes: list[Note]) -> str | None:
    if any(np.ptp(one.y) == 0 for one in both if one.n):
        return "outcome_constant"
    small = min(one.n for one in both)
    if small < MIN_GROUP:
        notes.append(note("small_base", group=label, n=small, min_n=MIN_GROUP))
        return "small_base"
    return None


def _compared(
    plan: Plan,
    both: Sequence[Cases],
    W: np.ndarray | None,
    cell: Cell,
    reason: str | None,
) -> list[dict[str, object]]:
    own, rest = both
    blank = {**cell.keys, "family": FAMILY, "n": own.n, "n_rest": rest.n}
    if reason is not None or W is None:
        return [
            {**blank, "block": plan.asked.block_of(key), "driver": key, "reason": reason}
            for key in plan.asked.drivers
        ]
    parts = [
        plan.bootstrap(one, draws=np.ascontiguousarray(W[:, one.rows]), noise=False) for one in both
    ]
    values = [one.point.values for one in parts]
    made = min(len(one.draws) for one in parts)
    draws = [pd.DataFrame(one.draws[:made], columns=list(one.point.values.index)) for one in parts]
    rows = []
    for key in plan.asked.drivers:
        row: dict[str, object] = {**blank, "block": plan.asked.block_of(key), "driver": key}
        if not all(key in one.index for one in values):
            rows.append({**row, "reason": "constant"})
            continue
        away = draws[0][key].to_numpy() - draws[1][key].to_numpy()
        low, high = percentile_interval(away, plan.level)
        difference, error = float(values[0][key] - values[1][key]), float(away.std(ddof=1))
        p = 2 * float(stats.norm.sf(abs(difference) / error)) if error > 0 else np.nan
        row |= {"value": float(values[0][key]), "rest": float(values[1][key])}
        row |= {"estimate": difference, "std_error": error, "conf_low": low, "conf_high": high}
        rows.append({**row, "p_value": p})
    return rows


def _interaction(plan: Plan, both: Sequence[Cases], cell: Cell) -> dict[str, object]:
    """Test whether any coefficient differs between the group and the rest (Wald F)."""
    own, rest = both
    columns = [name for name in own.X.columns if name in rest.X.columns]
    X = pd.concat([own.X[columns], rest.X[columns]])
    inside = np.concatenate([np.ones(own.n), np.zeros(rest.n)])
    crossed = {f"{name} x": X[name].to_numpy() * inside for name in columns}
    frame = X.assign(**{"(group)": inside, **crossed})
    y = np.full(plan.design.n, np.nan)
    y[frame.index] = np.concatenate([own.y, rest.y])
    fit = ols(y, frame.reindex(range(plan.design.n)), design=plan.design)
    terms = [name for name in crossed if name in fit.covariance.columns]
    V = fit.covariance.loc[terms, terms].to_numpy()
    b = fit.coef[terms].to_numpy()
    q = len(terms)
    df2 = fit.df + 1 - q if fit.method == "design" else fit.df
    found: dict[str, object] = {**cell.keys, "df": q, "n": own.n + rest.n}
    if q == 0 or df2 <= 0:
        return found
    F = float(b @ np.linalg.pinv(V, hermitian=True) @ b) / q
    if fit.method == "design":  # as a Wald test of q terms with few clusters
        F *= df2 / fit.df
    return {**found, "statistic": F, "df2": df2, "p_value": float(stats.f.sf(F, q, df2))}
