"""Importance: how much of the differences in satisfaction goes with each driver and block."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from cxresearch.drivers import diagnostics
from cxresearch.drivers.cases import Cases, Question, collect, performance, question
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import importance as shares
from cxresearch.stats.resample import stream
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
TABLES = {
    "table": DRIVER_COLUMNS,
    "blocks": BLOCK_COLUMNS,
    "fit": FIT_COLUMNS,
    "diagnostics": DIAGNOSTIC_COLUMNS,
    "differences": DIFFERENCE_COLUMNS,
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
    """

    blocks: pd.DataFrame
    fit: pd.DataFrame
    diagnostics: pd.DataFrame
    differences: pd.DataFrame


def importance(
    study: Study,
    /,
    *,
    outcome: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    method: Method | None = None,
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
        A measure's key; by default that of the params, else the codebook's first measure.
    blocks : mapping, optional
        Block (quality, cost, delivery) → keys of dimensions, items, measures or attributes; by
        default those of the params, else the attributes' own blocks.
    method : {"shapley", "relative_weights", "last", "first", "beta_squared", "pratt"}, optional
        How R² is shared out; by default that of the params (shapley).
    by : str or sequence of str, optional
        Groups to be analysed each on its own.
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
    _offered(study)
    level = study.conf_level if conf_level is None else conf_level
    draws = study.n_resamples if n_resamples is None else n_resamples
    names = study.by_names(by)
    notes: list[Note] = [note("observational")]
    collected: dict[str, list[pd.DataFrame]] = {}
    n = 0
    for cell in study.cells(by):
        cases = collect(study, asked, cell, notes)
        n += cases.n
        found = _Ranking(study, asked, cell, cases, chosen, level, draws, seed, notes).frames()
        for name, frame in found.items():
            for i, (column, label) in enumerate(cell.keys.items()):
                frame.insert(i, column, label)
            collected.setdefault(name, []).append(frame)
    frames = {
        name: pd.concat(collected[name], ignore_index=True)
        if name in collected
        else pd.DataFrame(columns=[*names, *columns])  # nobody has a label to be grouped by
        for name, columns in TABLES.items()
    }
    return DriverImportance(
        table=frames["table"],
        blocks=frames["blocks"],
        fit=frames["fit"],
        diagnostics=frames["diagnostics"],
        differences=frames["differences"],
        n=n,
        n_eff=study.n_eff,
        conf_level=level,
        method=chosen,
        by=names,
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Ranking:
    """Importance in one group of respondents."""

    study: Study
    asked: Question
    cell: Cell
    cases: Cases
    method: Method
    level: float
    n_resamples: int
    seed: int | None
    notes: list[Note]

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return the tables of the group."""
        cases = self.cases
        self._note_cases()
        if reason := self._impossible():
            return self._empty(reason)
        fit = diagnostics.regress(cases, self._rng("folds"), self.study.design)
        levels = len(np.unique(cases.y))
        self.notes.extend(diagnostics.warnings(cases, fit, levels))
        groups = {key: names for key, names in cases.players.items() if len(names) > 1}
        drawn = shares.bootstrap(
            cases.X,
            cases.y,
            cases.weights,
            self.method,
            self.n_resamples,
            self._rng("draws"),
            groups=groups or None,
            covariates=cases.covariates or None,
            clusters=self._units(),
            strata=self._strata(),
            conf_level=self.level,
            noise=True,
            blocks=self._blocks(),
        )
        if drawn.point.n_orders:
            error = float(drawn.point.mc_error.max())
            self.notes.append(note("sampled_orders", orders=drawn.point.n_orders, mc_error=error))
        return {
            "table": self._table(drawn, fit),
            "blocks": self._block_table(drawn),
            "fit": self._fit(drawn, fit),
            "diagnostics": self._diagnostics(fit),
            "differences": drawn.differences[DIFFERENCE_COLUMNS],
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
            drawn.r_squared, [(1 - self.level) / 2, (1 + self.level) / 2], method="weibull"
        )
        noise = float(np.mean(drawn.noise)) if drawn.noise is not None else np.nan
        row = {
            "outcome": self.asked.outcome,
            "model": "linear",
            "method": self.method,
            "r_squared": fit.r_squared,
            "r_squared_low": float(low),
            "r_squared_high": float(high),
            "adj_r_squared": fit.adj_r_squared,
            "cv_r_squared": fit.cv_r_squared,
            "n": self.cases.n,
            "n_total": self.cases.n_total,
            "noise": noise,
        }
        return pd.DataFrame([row], columns=FIT_COLUMNS)

    def _diagnostics(self, fit: diagnostics.Regression) -> pd.DataFrame:
        terms = fit.terms.loc[list(self.cases.players)].rename_axis("driver").reset_index()
        terms["breusch_pagan_p"] = fit.breusch_pagan_p
        terms["cook_max"] = fit.cook_max
        terms["n_influential"] = fit.n_influential
        return terms[DIAGNOSTIC_COLUMNS]

    def _blocks(self) -> dict[str, list[str]]:
        """Blocks with their columns; a "did not use" indicator goes with its driver."""
        return {
            block: columns
            for block, keys in self.asked.blocks.items()
            if (columns := [name for key in keys for name in self.cases.players.get(key, [])])
        }

    def _units(self) -> np.ndarray | None:
        psu = self.study.design.psu_of_row
        return None if psu is None else psu[self.cases.rows]

    def _strata(self) -> np.ndarray | None:
        strata = self.study.design.stratum_of_row
        if strata is None:
            return None
        held = strata[self.cases.rows]
        return held if len(np.unique(held)) > 1 else None

    def _rng(self, part: str) -> np.random.Generator:
        name = f"drivers.importance:{self.asked.outcome}:{part}"
        if self.seed is None:
            return self.study.rng(name)
        return stream(self.seed, name)

    def _note_cases(self) -> None:
        cases = self.cases
        if cases.n < cases.n_total:
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
        if cases.n and np.ptp(cases.y) == 0:
            self.notes.append(note("outcome_constant", outcome=self.asked.outcome))
            return "outcome_constant"
        if cases.n <= p + 2 or cases.n < self.study.min_n.show:
            self.notes.append(note("too_few_cases", n=cases.n, p=p))
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
        fit: dict[str, Any] = {"outcome": asked.outcome, "model": "linear", "method": self.method}
        fit |= {"n": cases.n, "n_total": cases.n_total}
        return {
            "table": table,
            "blocks": blocks.reindex(columns=BLOCK_COLUMNS),
            "fit": pd.DataFrame([fit]).reindex(columns=FIT_COLUMNS),
            "diagnostics": pd.DataFrame(columns=DIAGNOSTIC_COLUMNS),
            "differences": pd.DataFrame(columns=DIFFERENCE_COLUMNS),
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


def _offered(study: Study) -> None:
    """Refuse choices of the params that importance does not offer."""
    settings = study.params.analysis.drivers
    missing = settings.missing or study.params.analysis.missing
    faults = []
    if missing != "listwise":
        faults.append(
            Fault(
                kind="analysis",
                what=f'drivers cannot be analysed with missing answers "{missing}"',
                where="params: analysis.drivers.missing",
                hint="listwise; answers declared not applicable count as an indicator",
            )
        )
    if settings.model not in ("auto", "linear"):
        faults.append(
            Fault(
                kind="analysis",
                what=f'drivers cannot be analysed with the model "{settings.model}"',
                where="params: analysis.drivers.model",
                hint="linear",
            )
        )
    if faults:
        raise AnalysisError(*faults)
