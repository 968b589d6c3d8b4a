"""Priorities: how much each driver goes along with the outcome, and how well it is rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.drivers.cases import Cases, Question, collect, policy, question
from cxresearch.drivers.drawing import design_of, generator, means, replicates
from cxresearch.drivers.estimating import Plan
from cxresearch.drivers.outcomes import choose_model
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats.importance import Method
from cxresearch.stats.resample import percentile_interval
from cxresearch.study.study import By, Cell, Study

Cut = Literal["means", "scale_mid", "target", "median"]
CUTS = ("means", "scale_mid", "target", "median")
QUADRANTS = ("concentrate", "keep_up", "low_priority", "possible_overkill")
UNDECIDED = "undecided"
DECIDED = 0.8
CEILING = 0.5
COLUMNS = [
    "block",
    "driver",
    "importance",
    "importance_low",
    "importance_high",
    "performance",
    "performance_low",
    "performance_high",
    "quadrant",
    "p_quadrant",
    "p_concentrate",
    "p_keep_up",
    "p_low_priority",
    "p_possible_overkill",
    "cut_importance",
    "cut_performance",
    "stated",
    "stated_low",
    "stated_high",
    "n",
    "n_rated",
    "reason",
]
MOVES = ["wave_from", "wave_to", "block", "driver"]
MOVE_COLUMNS = [
    *MOVES,
    "importance_from",
    "importance_to",
    "performance_from",
    "performance_to",
    "estimate",
    "conf_low",
    "conf_high",
    "quadrant_from",
    "quadrant_to",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverPriorities(Result):
    """Importance against performance; one row per driver.

    Attributes
    ----------
    arrows : DataFrame
        With ``by="wave"``: how each driver moved from the first wave to the last and from wave
        to wave; ``estimate`` is the change of performance in scale points, with interval.
    cut : str
        Rule of the lines between the quadrants.
    """

    arrows: pd.DataFrame
    cut: str


@by_run
def priorities(
    study: Study,
    /,
    *,
    outcome: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    method: Method | None = None,
    cut: Cut = "means",
    target: float | Mapping[str, float] | None = None,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> DriverPriorities:
    """Tell what to work on first: what goes along with satisfaction and is rated low.

    Parameters
    ----------
    study : Study
    outcome, blocks, method
        As in ``drivers.importance``.
    cut : {"means", "scale_mid", "target", "median"}
        Where the lines run. means: mean importance and mean performance of the drivers; median
        likewise; scale_mid: performance at the middle of the scale; target: performance at
        `target`; the last two with mean importance.
    target : float or mapping of driver to float, optional
        For ``cut="target"``, in scale points; by default ``analysis.trends.targets``.
    by : str or sequence of str, optional
        "wave" for one map per wave and `arrows` between them; or segments.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    DriverPriorities
        ``importance`` (share of what all drivers account for, 0 to 1) and ``performance`` (mean
        rating of all who rated it, in scale points; 0 to 100 where scales differ) with
        intervals; ``quadrant`` (concentrate, keep_up, low_priority, possible_overkill) where at
        least 80 % of the bootstrap draws agree, else "undecided", with ``p_quadrant`` that of
        the likeliest; ``stated`` what respondents themselves call important, where it was
        asked, beside and never averaged with the importance derived.

    Raises
    ------
    AnalysisError
        An unknown cut, or a target that is not there.

    Notes
    -----
    Lines that are means move with every draw, as they would with another sample. The map says
    where to look first; that raising a rating raises the outcome is not shown by it.
    Reference: Martilla & James (1977), doi:10.1177/002224297704100112.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> on_time, price = rng.integers(1, 5, 300), rng.integers(4, 8, 300)
    >>> sat = np.clip(np.round(on_time + 0.2 * price + rng.normal(size=300)), 1, 7)
    >>> frame = pd.DataFrame({"sat": sat, "on_time": on_time, "price": price})
    >>> book = {"measures": {"satisfaction": {"kind": "csat", "columns": "sat", "scale": [1, 7]}},
    ...         "attributes": {k: {"columns": k, "scale": [1, 7], "block": k}
    ...                        for k in ("on_time", "price")}}
    >>> priorities(Study.from_frame(frame, book), n_resamples=100).table["quadrant"].tolist()
    ['concentrate', 'possible_overkill']
    """
    if cut not in CUTS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there is no cut rule "{cut}"',
                where="cut",
                hint=did_you_mean(cut, CUTS),
            )
        )
    asked = question(study, outcome, blocks)
    chosen: Method = method or study.params.analysis.drivers.method
    level = study.conf_level if conf_level is None else conf_level
    notes: list[Note] = [note("observational")]
    plan = Plan(
        asked=asked,
        model=choose_model(study, None, chosen, asked.outcome, len(asked.drivers), notes),
        method=chosen,
        level=level,
        n_resamples=study.n_resamples if n_resamples is None else n_resamples,
        design=design_of(study),
        rng=lambda part: generator(study, f"drivers.priorities:{asked.outcome}:{part}", seed),
    )
    scores, rescaled = _scores(study, asked)
    if rescaled:
        notes.append(note("performance_rescaled"))
    lines = _targets(study, asked, target, rescaled) if cut == "target" else {}
    stated = _stated(study, asked)
    names = study.by_names(by)
    W = replicates(study, study.mask, plan.n_resamples, plan.rng("draws"))
    parts, clouds, n = [], [], 0
    for cell in study.cells(by):
        cases = collect(study, asked, cell, notes, policy(study, None)).complete()
        n += cases.n
        one = _Map(study, plan, cell, cases, cut, lines, scores, rescaled, stated, W, notes)
        table, cloud = one.table()
        for i, (column, label) in enumerate(cell.keys.items()):
            table.insert(i, column, label)
        parts.append(table)
        clouds.append((cell, table, cloud))
    table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
    arrows = pd.DataFrame(columns=MOVE_COLUMNS)
    if names == ("wave",) and len(clouds) > 1:
        arrows = _arrows(clouds, level)
    return DriverPriorities(
        table=table,
        arrows=arrows,
        cut=cut,
        n=n,
        n_eff=study.n_eff,
        conf_level=level,
        method=chosen,
        by=names,
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


def moves(study: Study, /) -> DriverPriorities:
    """Tell how the drivers moved on the map from wave to wave.

    The same as ``priorities(study, by="wave")``; the study needs waves.
    """
    return priorities(study, by="wave")


@dataclass(frozen=True, slots=True)
class _Map:
    """The map of one group of respondents."""

    study: Study
    plan: Plan
    cell: Cell
    cases: Cases
    cut: Cut
    lines: Mapping[str, float]
    scores: Mapping[str, np.ndarray]
    rescaled: bool
    stated: Mapping[str, np.ndarray]
    W: np.ndarray
    notes: list[Note]

    def table(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Return the rows, and the draws of performance by driver."""
        asked, cases = self.plan.asked, self.cases
        rows = {key: self._blank(key) for key in asked.drivers}
        cloud = pd.DataFrame(columns=list(asked.drivers), dtype=float)
        reason = self._impossible()
        if reason is None:
            W = self.W * self.cell.mask
            drawn = self.plan.bootstrap(cases, draws=np.ascontiguousarray(W[:, cases.rows]))
            W = W[: len(drawn.draws)]
            keys = [str(key) for key in drawn.point.values.index]
            with np.errstate(invalid="ignore", divide="ignore"):
                parts = drawn.draws / drawn.draws.sum(axis=1, keepdims=True)
            shares = drawn.table.set_index(str(drawn.table.columns[0]))
            rated = [self._mean(key) for key in keys]
            cloud = pd.DataFrame({key: means(W, self.scores[key]) for key in keys})
            self._alike(cloud)
            point = self._quadrants(
                shares.loc[keys, "share"].to_numpy()[None], np.array(rated)[None], keys
            )
            many = self._quadrants(parts, cloud.to_numpy(), keys)
            cuts = self._cuts(
                shares.loc[keys, "share"].to_numpy()[None], np.array(rated)[None], keys
            )
            for j, key in enumerate(keys):
                low, high = percentile_interval(cloud[key].to_numpy(), self.plan.level)
                chance = {name: float((many[:, j] == q).mean()) for q, name in enumerate(QUADRANTS)}
                top = max(chance, key=lambda name: chance[name])
                decided = chance[top] >= DECIDED and QUADRANTS[int(point[0, j])] == top
                rows[key] |= {
                    "importance": float(shares["share"][key]),
                    "importance_low": float(shares["share_low"][key]),
                    "importance_high": float(shares["share_high"][key]),
                    "performance_low": low,
                    "performance_high": high,
                    "quadrant": top if decided else UNDECIDED,
                    "p_quadrant": chance[top],
                    "cut_importance": float(cuts[0][0, 0]),
                    "cut_performance": float(np.broadcast_to(cuts[1], point.shape)[0, j]),
                    **{f"p_{name}": share for name, share in chance.items()},
                    "reason": None,
                }
        for row in rows.values():
            row["reason"] = reason or row["reason"]
        table = pd.DataFrame(list(rows.values())).reindex(columns=COLUMNS)
        table["reason"] = table["reason"].astype(object).where(table["reason"].notna(), None)
        order = table["importance"].sort_values(ascending=False, kind="stable").index
        return table.loc[order].reset_index(drop=True), cloud

    def _blank(self, key: str) -> dict[str, Any]:
        values = self.scores[key]
        rated = int(self.study.design.members(self.cell.mask, values).sum())
        row: dict[str, Any] = {
            "block": self.plan.asked.block_of(key),
            "driver": key,
            "performance": self._mean(key),
            "n": self.cases.n,
            "n_rated": rated,
            "reason": self.cases.left_out.get(key),
        }
        if key in self.stated:
            said = self.stated[key]
            if self.study.design.members(self.cell.mask, said).sum() >= self.study.min_n.show:
                found = self.study.design.mean(said, self.cell.mask, self.plan.level)
                row |= {"stated": found.estimate, "stated_low": found.conf_low}
                row["stated_high"] = found.conf_high
        return row

    def _mean(self, key: str) -> float:
        values = self.scores[key]
        if self.study.design.members(self.cell.mask, values).sum() < self.study.min_n.show:
            return float("nan")
        return self.study.design.mean(values, self.cell.mask).estimate

    def _impossible(self) -> str | None:
        cases = self.cases
        if cases.n and np.ptp(cases.y) == 0:
            self.notes.append(note("outcome_constant", outcome=self.plan.asked.outcome))
            return "outcome_constant"
        if cases.n <= cases.X.shape[1] + 2 or cases.n < self.study.min_n.show:
            self.notes.append(note("too_few_cases", n=cases.n, p=cases.X.shape[1]))
            return "too_few_cases"
        return None if cases.players else "constant"

    def _cuts(
        self, share: np.ndarray, rated: np.ndarray, keys: Sequence[str]
    ) -> tuple[np.ndarray, np.ndarray]:
        middle = np.nanmedian if self.cut == "median" else np.nanmean
        across = middle(share, axis=1, keepdims=True)
        if self.cut in ("means", "median"):
            return across, middle(rated, axis=1, keepdims=True)
        if self.cut == "target":
            return across, np.array([[self.lines[key] for key in keys]])
        if self.rescaled:
            return across, np.full((1, len(keys)), 50.0)
        middles = [self.study.codebook.scale_of(key) for key in keys]
        return across, np.array([[(scale.min + scale.max) / 2 for scale in middles]])

    def _quadrants(self, share: np.ndarray, rated: np.ndarray, keys: Sequence[str]) -> np.ndarray:
        across, up = self._cuts(share, rated, keys)
        important, good = share >= across, rated >= up
        return np.where(important, np.where(good, 1, 0), np.where(good, 3, 2))

    def _alike(self, cloud: pd.DataFrame) -> None:
        """Note performances too near each other, or at the top of their scale."""
        rated = np.array([self._mean(key) for key in cloud.columns])
        low, high = percentile_interval(cloud.to_numpy(), self.plan.level)
        if len(rated) > 1 and np.ptp(rated) <= float(np.median(high - low)):
            self.notes.append(note("performance_alike"))
        for key in cloud.columns:
            top = 100.0 if self.rescaled else self.study.codebook.scale_of(str(key)).max
            values = self.scores[str(key)]
            flag = np.where(np.isfinite(values), (values >= top).astype(float), np.nan)
            share = self.study.design.proportion(flag, self.cell.mask).estimate
            if share > CEILING:
                self.notes.append(note("performance_ceiling", driver=key, share=share))


def _scores(study: Study, asked: Question) -> tuple[dict[str, np.ndarray], bool]:
    """Return ratings by driver; on 0 to 100 where the drivers' scales differ."""
    scales = {key: study.codebook.scale_of(key) for key in asked.drivers}
    ends = {(scale.min, scale.max) for scale in scales.values()}
    values = {key: study.values(key) for key in asked.drivers}
    if len(ends) == 1:
        return values, False
    return {
        key: 100 * (values[key] - scale.min) / (scale.max - scale.min)
        for key, scale in scales.items()
    }, True


def _targets(
    study: Study, asked: Question, target: float | Mapping[str, float] | None, rescaled: bool
) -> dict[str, float]:
    found: dict[str, float] = {}
    for key in asked.drivers:
        value = target.get(key) if isinstance(target, Mapping) else target
        if value is None and key in study.params.analysis.trends.targets:
            value = study.params.analysis.trends.targets[key].value
        if value is None:
            continue
        scale = study.codebook.scale_of(key)
        point = float(value)
        found[key] = 100 * (point - scale.min) / (scale.max - scale.min) if rescaled else point
    lacking = [key for key in asked.drivers if key not in found]
    if lacking:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="there is no target of performance for these drivers",
                where="target; params: analysis.trends.targets",
                found=", ".join(lacking[:5]),
                hint="one value for all, or a mapping of driver to value",
            )
        )
    return found


def _stated(study: Study, asked: Question) -> dict[str, np.ndarray]:
    """Return what respondents call important, by driver: asked columns, else importance points."""
    declared = study.params.analysis.drivers.stated_importance
    found: dict[str, np.ndarray] = {}
    for key in asked.drivers:
        column = declared.get(key)
        if column is None and key in study.codebook.dimensions and not declared:
            column = study.codebook.dimensions[key].importance
        if column is None or column not in study.full:
            continue
        if column in study.ratings:
            found[key] = study.ratings[column].to_numpy(dtype=float)
            continue
        values = pd.to_numeric(study.full[column], errors="coerce").to_numpy(dtype=float)
        codes = study.params.data.missing
        gone = codes.get(column, ()) if isinstance(codes, Mapping) else codes
        numbers = [float(code) for code in gone if not isinstance(code, str)]
        found[key] = np.where(np.isin(values, numbers), np.nan, values)
    return found


def _arrows(
    clouds: Sequence[tuple[Cell, pd.DataFrame, pd.DataFrame]], level: float
) -> pd.DataFrame:
    """Return moves from the first wave to the last, then from wave to wave."""
    steps = [(0, len(clouds) - 1)]
    if len(clouds) > 2:
        steps += [(i, i + 1) for i in range(len(clouds) - 1)]
    rows = []
    for start, end in steps:
        (cell, before, draws), (later, after, later_draws) = clouds[start], clouds[end]
        old, new = before.set_index("driver"), after.set_index("driver")
        for key in old.index:
            row: dict[str, Any] = {
                "wave_from": cell.keys["wave"],
                "wave_to": later.keys["wave"],
                "block": old.loc[key, "block"],
                "driver": key,
                "estimate": new.loc[key, "performance"] - old.loc[key, "performance"],
            }
            for name in ("importance", "performance", "quadrant"):
                row |= {f"{name}_from": old.loc[key, name], f"{name}_to": new.loc[key, name]}
            made = min(len(draws), len(later_draws))
            if made and key in draws and key in later_draws:
                away = later_draws[key].to_numpy()[:made] - draws[key].to_numpy()[:made]
                low, high = percentile_interval(away, level)
                row |= {"conf_low": low, "conf_high": high}
            rows.append(row)
    return pd.DataFrame(rows).reindex(columns=MOVE_COLUMNS)
