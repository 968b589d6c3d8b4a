"""Importance: how much of the differences in satisfaction goes with each driver and block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxresearch.drivers import counted, diagnostics
from cxresearch.drivers.cases import (
    Cases,
    Missing,
    Question,
    performance,
    policy,
    question,
)
from cxresearch.drivers.drawing import design_of, generator
from cxresearch.drivers.estimating import Plan
from cxresearch.drivers.groups import (
    ENTITY,
    INTERACTION_COLUMNS,
    SEGMENT_COLUMNS,
    against_the_rest,
    groups_of,
)
from cxresearch.drivers.outcomes import Model, choose_model
from cxresearch.errors import AnalysisError, Fault, StatisticsError, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import importance as shares
from cxresearch.study.study import By, Cell, Study

Method = Literal["shapley", "relative_weights", "last", "first", "beta_squared", "pratt"]
HALF = 0.5

VALUES = [
    "estimate",
    "conf_low",
    "conf_high",
    "share",
    "share_low",
    "share_high",
    "rank",
    "rank_low",
    "rank_high",
    "p_first",
]
DRIVER_COLUMNS = [
    "block",
    "driver",
    *VALUES,
    "coefficient",
    "coefficient_se",
    "beta",
    "correlation",
    "performance",
    "vif",
    "beats_noise",
    "withheld",
    "n",
    "reason",
]
BLOCK_COLUMNS = ["block", *VALUES, "n_drivers", "n"]
FIT_COLUMNS = [
    "outcome",
    "model",
    "method",
    "r_squared",
    "r_squared_low",
    "r_squared_high",
    "adj_r_squared",
    "cv_r_squared",
    "n",
    "n_total",
    "n_resamples",
    "missing",
    "noise",
]
DIFFERENCE_COLUMNS = ["first", "second", "estimate", "conf_low", "conf_high", "p_greater"]
DIAGNOSTIC_COLUMNS = [
    "driver",
    "coefficient",
    "coefficient_se",
    "beta",
    "vif",
    "correlation",
    "breusch_pagan_p",
    "cook_max",
    "n_influential",
]
DOMINANCE_COLUMNS = ["first", "second", "dominance"]
CONDITIONAL_COLUMNS = ["driver", "n_drivers", "estimate"]
SENSITIVITY_COLUMNS = ["model", "block", "driver", "estimate", "share", "rank"]
TABLES = {
    "table": DRIVER_COLUMNS,
    "blocks": BLOCK_COLUMNS,
    "fit": FIT_COLUMNS,
    "diagnostics": DIAGNOSTIC_COLUMNS,
    "differences": DIFFERENCE_COLUMNS,
    "dominance": DOMINANCE_COLUMNS,
    "conditional": CONDITIONAL_COLUMNS,
    "sensitivity": SENSITIVITY_COLUMNS,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverImportance(Result):
    """Each driver's part of the outcome's R²; one row per driver, the largest first.

    Attributes
    ----------
    blocks : DataFrame
        The same per block, the blocks counting as one player each.
    fit : DataFrame
        R² (with interval, adjusted, and on answers the model has not seen), bases.
    diagnostics : DataFrame
        Per driver: coefficient with standard error, VIF, correlation with the outcome.
    differences : DataFrame
        Every pair of drivers: difference of their parts with interval.
    dominance : DataFrame
        Every pair of drivers: how strongly the first dominates the second (complete: in every
        model; conditional: at every size of the model; general: on the whole).
    conditional : DataFrame
        Per driver: mean gain in R² when it enters as the n-th of the drivers.
    sensitivity : DataFrame
        The same importance by an ordered logit (parts of McFadden's R²): of blocks, and of up
        to eight drivers.
    segments : DataFrame
        With `by` one segment column (or "entity"): each group's part of R² against that of
        everybody else, the difference with interval, p and q (family driver_segments).
    interactions : DataFrame
        With `by`: test of all coefficients at once, group against rest.
    """

    blocks: pd.DataFrame
    fit: pd.DataFrame
    diagnostics: pd.DataFrame
    differences: pd.DataFrame
    dominance: pd.DataFrame
    conditional: pd.DataFrame
    sensitivity: pd.DataFrame
    segments: pd.DataFrame
    interactions: pd.DataFrame


@by_run
def importance(
    study: Study,
    /,
    *,
    outcome: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    method: Method | None = None,
    model: Model | None = None,
    missing: Missing | None = None,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> DriverImportance:
    """Tell what goes along with satisfaction most: drivers ranked, with intervals.

    Parameters
    ----------
    study : Study
    outcome : str, optional
        A measure's key; by default that of the params, else the codebook's first measure. With
        a form behind a colon, who gave such an answer: "recommend:promoters",
        "recommend:detractors", "satisfaction:top_box".
    blocks : mapping, optional
        Block (quality, cost, delivery) → keys of dimensions, items, measures or attributes; by
        default those of the params, else the attributes' own blocks.
    method : {"shapley", "relative_weights", "last", "first", "beta_squared", "pratt"}, optional
        How R² is shared out; by default that of the params (shapley).
    model : {"auto", "linear", "logit", "ordered"}, optional
        auto is linear, and logit for an outcome of two values; what logit and ordered share out
        is McFadden's R² (shapley only, up to 12 and 8 drivers).
    missing : {"listwise", "pairwise", "impute", "indicator"}, optional
        Blank answers: leave the respondent out; each correlation on those who gave both; filled
        20 times from the other answers; or marked as "did not use" is.
    by : str or sequence of str, optional
        Groups to be analysed each on its own; "entity" for the brands of a stacked file, whose
        raters then count as clusters.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    DriverImportance
        ``estimate`` is a driver's part of R² (they sum to ``fit.r_squared`` for shapley,
        relative weights and pratt), ``share`` its part of the sum (0 to 1), both with percentile
        bootstrap intervals in which the weights go with the respondent and clusters are drawn
        whole; ``rank`` with its interval; ``coefficient`` in outcome points per driver point;
        ``performance`` the mean rating in scale points; ``beats_noise`` whether the driver
        explains more than an independent driver of pure noise.

    Raises
    ------
    AnalysisError
        For keys that the codebook does not have, or choices that do not exist.

    Notes
    -----
    Association in answers given at one time, not effect. Claims on single drivers are
    ``withheld`` where drivers cannot be told apart (VIF of 10 or more), where R² is below .05 or
    where nothing holds on new answers. A part of R² cannot fall below zero, so that "interval
    above zero" says nothing: the noise driver is the yardstick.
    References: Grömping (2006), doi:10.18637/jss.v017.i01; Johnson (2000),
    doi:10.1207/S15327906MBR3501_1; Tonidandel, LeBreton & Johnson (2009), doi:10.1037/a0017735.

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(1)
    >>> on_time, price = rng.integers(1, 8, 300), rng.integers(1, 8, 300)
    >>> sat = np.clip(np.round(0.6 * on_time + 0.2 * price + rng.normal(size=300)), 1, 7)
    >>> frame = pd.DataFrame({"sat": sat, "on_time": on_time, "price": price})
    >>> book = {"measures": {"satisfaction": {"kind": "csat", "columns": "sat", "scale": [1, 7]}},
    ...         "attributes": {k: {"columns": k, "scale": [1, 7], "block": b}
    ...                        for k, b in {"on_time": "delivery", "price": "cost"}.items()}}
    >>> result = importance(Study.from_frame(frame, book), n_resamples=100)
    >>> result.table["driver"].tolist()
    ['on_time', 'price']
    """
    asked = question(study, outcome, blocks)
    chosen = _method(method or study.params.analysis.drivers.method)
    blanks = policy(study, missing)
    level = study.conf_level if conf_level is None else conf_level
    draws = study.n_resamples if n_resamples is None else n_resamples
    names = (ENTITY,) if by == ENTITY else study.by_names(by)
    cells = groups_of(study, by) if by == ENTITY else list(study.cells(by))
    notes: list[Note] = [note("observational")]
    plan = counted.plan_of(
        study,
        asked=asked,
        model=choose_model(study, model, chosen, asked.outcome, len(asked.drivers), notes),
        method=chosen,
        level=level,
        n_resamples=draws,
        design=design_of(study),
        rng=lambda part: generator(study, f"drivers.importance:{asked.outcome}:{part}", seed),
    )
    if blanks == "pairwise" and plan.model != "linear":
        notes.append(note("pairwise_linear_only"))
        blanks = "listwise"
    if plan.model in ("logit", "ordered"):
        notes.append(note("mcfadden", model=plan.model))
    collected: dict[str, list[pd.DataFrame]] = {}
    n = 0
    for cell, cases in counted.collected(study, asked, cells, notes, blanks):
        n += cases.n
        found = _Ranking(study, asked, cell, cases, plan, notes).frames()
        for name, frame in found.items():
            for i, (column, label) in enumerate(cell.keys.items()):
                frame.insert(i, column, label)
            collected.setdefault(name, []).append(frame)
    frames = {
        name: pd.concat(_told(collected[name]), ignore_index=True)
        if name in collected
        else pd.DataFrame(columns=[*names, *columns])  # nobody has a label to be grouped by
        for name, columns in TABLES.items()
    }
    alone = len(names) == 1 or names == ("segment", "group")
    if alone and names != ("wave",) and plan.model == "linear" and not study.in_database:
        compared = against_the_rest(study, plan, cells, blanks, notes)
        segments, interactions = compared.segments, compared.interactions
    else:
        segments = pd.DataFrame(columns=[*names, *SEGMENT_COLUMNS])
        interactions = pd.DataFrame(columns=[*names, *INTERACTION_COLUMNS])
    return DriverImportance(
        table=frames["table"],
        blocks=frames["blocks"],
        fit=frames["fit"],
        diagnostics=frames["diagnostics"],
        differences=frames["differences"],
        dominance=frames["dominance"],
        conditional=frames["conditional"],
        sensitivity=frames["sensitivity"],
        segments=segments,
        interactions=interactions,
        n=n,
        n_eff=study.n_eff,
        conf_level=level,
        method=chosen,
        by=names,
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


def _told(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return the frames that have rows, or one that has none."""
    return [frame for frame in frames if len(frame)] or frames[:1]


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Importance in one group of respondents."""

    study: Study
    asked: Question
    cell: Cell
    cases: Cases
    plan: Plan
    notes: list[Note]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the group."""
        cases = self.cases
        self._note_cases()
        if reason := self._impossible():
            return self._empty(reason)
        numeric = self.plan.model == "linear"
        try:
            found = self.plan.estimate(cases, self.notes)
        except StatisticsError as error:
            if "separate" not in str(error):
                raise
            self.notes.append(note("separation", outcome=self.asked.outcome))
            return self._empty("separation")
        drawn, fit = found.drawn, found.fit
        whole = cases.complete()
        self.notes.extend(diagnostics.warnings(whole, fit, cases.levels, numeric=numeric))
        if numeric:
            self.notes.extend(self.plan.bent(whole))
        if drawn.n_resamples < self.plan.n_resamples:
            self.notes.append(
                note("fewer_draws", n=drawn.n_resamples, wanted=self.plan.n_resamples)
            )
        if drawn.point.n_orders:
            error_of = float(drawn.point.mc_error.max())
            self.notes.append(
                note("sampled_orders", orders=drawn.point.n_orders, mc_error=error_of)
            )
        dominance, conditional = self.plan.dominance(cases, found.cov)
        return {
            "table": self._table(drawn, fit),
            "blocks": self._block_table(drawn),
            "fit": self._fit(drawn, fit),
            "diagnostics": self._diagnostics(fit),
            "differences": drawn.differences[DIFFERENCE_COLUMNS],
            "dominance": dominance,
            "conditional": conditional,
            "sensitivity": self.plan.sensitivity(cases, self.notes),
        }

    def _table(
        self, drawn: shares.BootstrapImportance, fit: diagnostics.Regression
    ) -> pd.DataFrame:
        held = diagnostics.withheld(self.cases, fit)
        table = drawn.table.copy()
        if "driver" not in table:
            table = table.rename(columns={table.columns[0]: "driver"})
        terms = fit.terms.loc[table["driver"]].reset_index(drop=True)
        table = table.drop(columns="correlation").reset_index(drop=True)
        table = pd.concat([table, terms], axis=1)
        table["withheld"] = table["driver"].isin(held)
        table["reason"] = None
        missing = [key for key in self.asked.drivers if key not in self.cases.players]
        if missing:
            why = [self.cases.left_out[key] for key in missing]
            blank = pd.DataFrame({"driver": missing, "withheld": True, "reason": why})
            blank = blank.reindex(columns=table.columns)
            table = pd.concat([table.astype(object), blank.astype(object)], ignore_index=True)
            table = table.infer_objects()
        table["block"] = [self.asked.block_of(key) for key in table["driver"]]
        table["performance"] = [performance(self.study, key, self.cell) for key in table["driver"]]
        table["n"] = self.cases.n
        table["reason"] = table["reason"].astype(object).where(table["reason"].notna(), None)
        ordered = table.sort_values("rank", kind="stable", na_position="last")
        return ordered[DRIVER_COLUMNS].reset_index(drop=True)

    def _block_table(self, drawn: shares.BootstrapImportance) -> pd.DataFrame:
        blocks = drawn.blocks
        if blocks is None:
            return pd.DataFrame(columns=BLOCK_COLUMNS)
        table = blocks.table.rename(columns={blocks.table.columns[0]: "block"})
        table["n_drivers"] = [
            sum(key in self.cases.players for key in self.asked.blocks[block])
            for block in table["block"]
        ]
        table["n"] = self.cases.n
        gone = [block for block in self.asked.blocks if block not in set(table["block"])]
        if gone:  # every driver of the block is constant: it stays, without numbers
            blank = pd.DataFrame({"block": gone, "n_drivers": 0, "n": self.cases.n})
            blank = blank.reindex(columns=table.columns)
            table = pd.concat([table.astype(object), blank.astype(object)], ignore_index=True)
            table = table.infer_objects()
        ordered = table.sort_values("rank", kind="stable", na_position="last")
        return ordered[BLOCK_COLUMNS].reset_index(drop=True)

    def _fit(self, drawn: shares.BootstrapImportance, fit: diagnostics.Regression) -> pd.DataFrame:
        low, high = np.quantile(
            drawn.r_squared,
            [(1 - self.plan.level) / 2, (1 + self.plan.level) / 2],
            method="weibull",
        )
        noise = float(np.mean(drawn.noise)) if drawn.noise is not None else np.nan
        row = {
            "outcome": self.asked.outcome,
            "model": self.plan.model,
            "method": self.plan.method,
            "r_squared": drawn.point.r_squared if self.plan.model == "linear" else fit.r_squared,
            "r_squared_low": float(low),
            "r_squared_high": float(high),
            "adj_r_squared": fit.adj_r_squared,
            "cv_r_squared": fit.cv_r_squared,
            "n": self.cases.n,
            "n_total": self.cases.n_total,
            "n_resamples": drawn.n_resamples,
            "missing": self.cases.missing,
            "noise": noise,
        }
        return pd.DataFrame([row], columns=FIT_COLUMNS)

    def _diagnostics(self, fit: diagnostics.Regression) -> pd.DataFrame:
        terms = fit.terms.loc[list(self.cases.players)].rename_axis("driver").reset_index()
        terms["breusch_pagan_p"] = fit.breusch_pagan_p
        terms["cook_max"] = fit.cook_max
        terms["n_influential"] = fit.n_influential
        return terms[DIAGNOSTIC_COLUMNS]

    def _note_cases(self) -> None:
        cases = self.cases
        if cases.missing in ("listwise", "indicator") and cases.n < cases.n_total:
            self.notes.append(note("listwise", n=cases.n, n_total=cases.n_total))
        if cases.n_total and cases.n < HALF * cases.n_total:
            self.notes.append(note("half_lost", n=cases.n, n_total=cases.n_total))
        for key, why in cases.left_out.items():
            group = " · ".join([key, *self.cell.keys.values()])
            empty = note("empty", group=group)
            self.notes.append(empty if why == "empty" else note("constant_driver", driver=key))

    def _impossible(self) -> str | None:
        """Return why no importance can be told of this group, or None."""
        cases = self.cases
        p = cases.X.shape[1]
        if cases.n and cases.levels == 1:
            self.notes.append(note("outcome_constant", outcome=self.asked.outcome))
            return "outcome_constant"
        whole = cases.n if cases.missing == "impute" else cases.complete().n
        if cases.missing == "pairwise" and (np.ptp(cases.complete().X, axis=0) == 0).any():
            whole = 0  # nobody with every answer tells the drivers apart
        if whole <= p + 2 or cases.n < self.study.min_n.show:
            self.notes.append(note("too_few_cases", n=whole, p=p))
            return "too_few_cases"
        if not cases.players:
            return "constant"
        return None

    def _empty(self, reason: str) -> dict[str, pd.DataFrame]:
        """Return tables that name everything that was asked, with no number."""
        asked, cases = self.asked, self.cases
        table = pd.DataFrame(
            [
                {"block": block, "driver": key, "withheld": True, "n": cases.n, "reason": reason}
                for block, keys in asked.blocks.items()
                for key in keys
            ]
        ).reindex(columns=DRIVER_COLUMNS)
        table["performance"] = [performance(self.study, key, self.cell) for key in table["driver"]]
        blocks = pd.DataFrame({"block": list(asked.blocks), "n": cases.n})
        blocks["n_drivers"] = [len(keys) for keys in asked.blocks.values()]
        fit: dict[str, Any] = {"outcome": asked.outcome, "model": self.plan.model}
        fit |= {"method": self.plan.method, "missing": cases.missing}
        fit |= {"n": cases.n, "n_total": cases.n_total}
        return {
            "table": table,
            "blocks": blocks.reindex(columns=BLOCK_COLUMNS),
            "fit": pd.DataFrame([fit]).reindex(columns=FIT_COLUMNS),
            "diagnostics": pd.DataFrame(columns=DIAGNOSTIC_COLUMNS),
            "differences": pd.DataFrame(columns=DIFFERENCE_COLUMNS),
            "dominance": pd.DataFrame(columns=DOMINANCE_COLUMNS),
            "conditional": pd.DataFrame(columns=CONDITIONAL_COLUMNS),
            "sensitivity": pd.DataFrame(columns=SENSITIVITY_COLUMNS),
        }


def _method(method: str) -> Method:
    if method not in get_args(Method):
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there is no importance method "{method}"',
                where="method",
                hint=did_you_mean(method, get_args(Method)),
            )
        )
    return method  # type: ignore[return-value]
