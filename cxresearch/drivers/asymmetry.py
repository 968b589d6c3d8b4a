"""Asymmetry: whether high ratings lift the outcome as much as low ratings lower it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.drivers.cases import NOT_USED, Cases, Question, collect, policy, question
from cxresearch.drivers.drawing import generator, replicates, slopes
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.resample import percentile_interval
from cxresearch.study.codebook import Scale
from cxresearch.study.study import Cell, Study

KINDS = ("frustrator", "dissatisfier", "hybrid", "satisfier", "delighter")
BANDS = (0.2, 0.7)
LEAST = 30
NO_RANGE = 0.05  # of the outcome's standard deviation
COLUMNS = [
    "block",
    "driver",
    "reward",
    "reward_low",
    "reward_high",
    "penalty",
    "penalty_low",
    "penalty_high",
    "range",
    "range_low",
    "range_high",
    "satisfying",
    "dissatisfying",
    "impact_asymmetry",
    "impact_asymmetry_low",
    "impact_asymmetry_high",
    "kind",
    "p_kind",
    "high_from",
    "low_to",
    "n_high",
    "n_mid",
    "n_low",
    "n",
    "reason",
]
ODDS_COLUMNS = ["driver", *(f"p_{kind}" for kind in KINDS)]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverAsymmetry(Result):
    """Penalty and reward of each driver; one row per driver.

    Attributes
    ----------
    odds : DataFrame
        Per driver: part of the bootstrap draws in which it is of each kind.
    """

    odds: pd.DataFrame


def asymmetry(
    study: Study,
    /,
    *,
    outcome: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    high: float | Mapping[str, float] | None = None,
    low: float | Mapping[str, float] | None = None,
    bands: tuple[float, float] = BANDS,
    min_group: int = LEAST,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> DriverAsymmetry:
    """Tell which drivers delight when high, and which only hurt when low.

    The outcome is regressed on two flags per driver at once: rated at or above `high` (reward)
    and at or below `low` (penalty), against the middle. With r and p their coefficients:
    range = abs(r) + abs(p), satisfying = abs(r) / range, dissatisfying = abs(p) / range and
    impact asymmetry = satisfying − dissatisfying, from −1 to 1.

    Parameters
    ----------
    study : Study
        With several waves each keeps a level of its own.
    outcome, blocks
        As in ``drivers.importance``.
    high, low : float or mapping of driver to float, optional
        In scale points. By default the highest sixth of the scale and its lowest third, on 1 to
        7 from 6 and to 3.
    bands : (float, float)
        Asymmetry up to the first is hybrid, beyond it satisfier or dissatisfier, beyond the
        second delighter or frustrator (conventions).
    min_group : int
        Respondents that each of high, middle and low must have.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    DriverAsymmetry
        ``reward, penalty, range`` in outcome points with percentile intervals, ``satisfying``,
        ``dissatisfying`` (shares), ``impact_asymmetry``, ``kind`` with ``p_kind``, the part of
        the draws that agree. Missing with its ``reason`` where a group is too small
        (few_extremes), where the sign is against it (against_sign), or where high and low
        ratings hardly differ (no_range).

    Raises
    ------
    AnalysisError
        Thresholds that leave no middle.

    Notes
    -----
    Association, not effect. Ratios of penalty to reward are not used: they explode where one is
    near zero. References: Brandt (1987); Mikulić & Prebežac (2008), *Managing Service Quality*
    18(6), 559-576; Mittal, Ross & Baldasare (1998), doi:10.1177/002224299806200104.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> on_time = rng.integers(1, 8, 600)
    >>> sat = np.clip(np.round(5 - 2 * (on_time <= 3) + rng.normal(size=600)), 1, 7)
    >>> frame = pd.DataFrame({"sat": sat, "on_time": on_time})
    >>> book = {"measures": {"satisfaction": {"kind": "csat", "columns": "sat", "scale": [1, 7]}},
    ...         "attributes": {"on_time": {"columns": "on_time", "scale": [1, 7], "block": "b"}}}
    >>> found = asymmetry(Study.from_frame(frame, book), n_resamples=100).table
    >>> found["penalty"].round().tolist()
    [-2.0]
    """
    asked = question(study, outcome, blocks)
    level = study.conf_level if conf_level is None else conf_level
    ends = {key: _ends(study.codebook.scale_of(key), key, high, low) for key in asked.drivers}
    notes: list[Note] = [note("observational")]
    cell = Cell({}, study.mask)
    cases = collect(study, asked, cell, notes, policy(study, None)).complete()
    contrast = _Contrast(study, asked, cases, ends, bands, min_group, level, notes)
    table, odds = contrast.tables(
        study.n_resamples if n_resamples is None else n_resamples,
        generator(study, f"drivers.asymmetry:{asked.outcome}", seed),
    )
    return DriverAsymmetry(
        table=table,
        odds=odds,
        n=cases.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="penalty_reward",
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Contrast:
    study: Study
    asked: Question
    cases: Cases
    ends: Mapping[str, tuple[float, float]]
    bands: tuple[float, float]
    min_group: int
    level: float
    notes: list[Note]

    def tables(
        self, n_resamples: int, rng: np.random.Generator
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        cases = self.cases
        rows = {key: self._blank(key) for key in self.asked.drivers}
        odds: list[dict[str, Any]] = []
        usable = [key for key, row in rows.items() if row["reason"] is None]
        reason = self._impossible(usable)
        if reason is None:
            X = self._flags(usable)
            weights = np.ones(cases.n) if cases.weights is None else cases.weights
            point = slopes(weights[None], X.to_numpy(), cases.y)
            W = replicates(self.study, self.study.mask, n_resamples, rng)[:, cases.rows]
            drawn = slopes(W, X.to_numpy(), cases.y)
            spread = float(np.sqrt(np.cov(cases.y, aweights=weights)) if cases.n > 1 else np.nan)
            for key in usable:
                at = 1 + list(X.columns).index(f"{key} high")
                odds.append(self._judge(rows[key], key, point[0, at : at + 2], drawn, at, spread))
        for row in rows.values():
            row["reason"] = row["reason"] or reason
        table = pd.DataFrame(list(rows.values())).reindex(columns=COLUMNS)
        for column in ("reason", "kind"):
            told = table[column].astype(object)
            table[column] = told.where(told.notna(), None)
        return table, pd.DataFrame(odds).reindex(columns=ODDS_COLUMNS)

    def _blank(self, key: str) -> dict[str, Any]:
        cases, (top, bottom) = self.cases, self.ends[key]
        row: dict[str, Any] = {
            "block": self.asked.block_of(key),
            "driver": key,
            "high_from": top,
            "low_to": bottom,
            "n": cases.n,
            "reason": cases.left_out.get(key),
        }
        if key not in cases.X:
            return row
        values = cases.X[key].to_numpy()
        used = np.ones(cases.n, dtype=bool)
        if NOT_USED + key in cases.X:
            used = cases.X[NOT_USED + key].to_numpy() == 0
        groups = {
            "n_high": int((used & (values >= top)).sum()),
            "n_low": int((used & (values <= bottom)).sum()),
            "n_mid": int((used & (values > bottom) & (values < top)).sum()),
        }
        row |= groups
        if min(groups.values()) < self.min_group:
            row["reason"] = "few_extremes"
            self.notes.append(note("few_extremes", driver=key, **groups))
        return row

    def _impossible(self, usable: Sequence[str]) -> str | None:
        cases = self.cases
        if cases.n and np.ptp(cases.y) == 0:
            self.notes.append(note("outcome_constant", outcome=self.asked.outcome))
            return "outcome_constant"
        if cases.n <= 2 * len(cases.players) + 2:
            self.notes.append(note("too_few_cases", n=cases.n, p=2 * len(cases.players)))
            return "too_few_cases"
        return None if usable else "few_extremes"

    def _flags(self, usable: Sequence[str]) -> pd.DataFrame:
        """Two flags per driver, its "did not use", covariates and a level per wave.

        Drivers with too few extremes stay in the model as their ratings.
        """
        cases = self.cases
        columns: dict[str, np.ndarray] = {}
        for key in cases.players:
            values = cases.X[key].to_numpy()
            if key in usable:
                used = np.ones(cases.n, dtype=bool)
                if NOT_USED + key in cases.X:
                    used = cases.X[NOT_USED + key].to_numpy() == 0
                top, bottom = self.ends[key]
                columns[f"{key} high"] = (used & (values >= top)).astype(float)
                columns[f"{key} low"] = (used & (values <= bottom)).astype(float)
            else:
                columns[key] = values
            if NOT_USED + key in cases.X:
                columns[NOT_USED + key] = cases.X[NOT_USED + key].to_numpy()
        for name in cases.covariates:
            columns[name] = cases.X[name].to_numpy()
        wave = self.study.wave_column
        if wave and wave not in self.asked.covariates and len(self.study.waves) > 1:
            self.notes.append(note("waves_pooled", n=len(self.study.waves)))
            labels = self.study.full[wave].astype(str).to_numpy()[cases.rows]
            for label in self.study.waves[1:]:
                columns[f"wave = {label}"] = (labels == label).astype(float)
        return pd.DataFrame(columns)

    def _judge(
        self,
        row: dict[str, Any],
        key: str,
        point: np.ndarray,
        drawn: np.ndarray,
        at: int,
        spread: float,
    ) -> dict[str, Any]:
        reward, penalty = float(point[0]), float(point[1])
        r, p = drawn[:, at], drawn[:, at + 1]
        width = abs(reward) + abs(penalty)
        widths = np.abs(r) + np.abs(p)
        with np.errstate(invalid="ignore", divide="ignore"):
            tilt = np.where(widths > 0, (np.abs(r) - np.abs(p)) / widths, 0.0)
        row |= {"reward": reward, "penalty": penalty, "range": width}
        for name, draws in (("reward", r), ("penalty", p), ("range", widths)):
            row[f"{name}_low"], row[f"{name}_high"] = percentile_interval(draws, self.level)
        kinds = self._kinds(tilt)
        odds = {f"p_{kind}": float((kinds == i).mean()) for i, kind in enumerate(KINDS)}
        if reward < 0 or penalty > 0:
            row["reason"] = "against_sign"
            self.notes.append(note("against_sign", driver=key))
        elif row["range_low"] < NO_RANGE * spread:
            row["reason"] = "no_range"
            self.notes.append(note("no_range", driver=key))
        else:
            kind = KINDS[int(self._kinds(np.array([(reward + penalty) / width]))[0])]
            row |= {
                "satisfying": reward / width,
                "dissatisfying": -penalty / width,
                "impact_asymmetry": (reward + penalty) / width,
                "kind": kind,
                "p_kind": odds[f"p_{kind}"],
            }
            ends = percentile_interval(tilt, self.level)
            row["impact_asymmetry_low"], row["impact_asymmetry_high"] = ends
        return {"driver": key, **odds}

    def _kinds(self, tilt: np.ndarray) -> np.ndarray:
        near, far = self.bands
        edges = np.array([-far, -near, near, far])
        # an asymmetry on a band's edge still belongs to the milder kind
        below = (tilt[:, None] > edges + 1e-12 * np.array([-1, -1, 1, 1])).sum(axis=1)
        return np.asarray(below)


def _ends(
    scale: Scale,
    key: str,
    high: float | Mapping[str, float] | None,
    low: float | Mapping[str, float] | None,
) -> tuple[float, float]:
    width = scale.max - scale.min
    top = high.get(key) if isinstance(high, Mapping) else high
    bottom = low.get(key) if isinstance(low, Mapping) else low
    top = scale.max - width // 6 if top is None else float(top)
    bottom = scale.min + width // 3 if bottom is None else float(bottom)
    if not bottom < top:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'no rating of "{key}" lies between low and high',
                where="high, low",
                found=f"low to {bottom:g}, high from {top:g}",
                hint="leave at least one point of the scale between them",
            )
        )
    return top, bottom
