"""What-if: drivers rated higher or lower, and what would go along with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.drivers.cases import NOT_USED, Cases, Question, collect, policy, question
from cxresearch.drivers.drawing import generator, replicates, slopes
from cxresearch.drivers.outcomes import outcome_key
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats.importance.cumulative import Cumulative, Fits
from cxresearch.stats.resample import percentile_interval
from cxresearch.study.study import Cell, Study

Shift = Mapping[str, float]
STEP = 0.5
HALF = 0.5
COLUMNS = [
    "scenario",
    "outcome",
    "statistic",
    "value_from",
    "estimate",
    "conf_low",
    "conf_high",
    "change",
    "change_low",
    "change_high",
    "unit",
    "model",
    "n",
    "reason",
]
DRIVER_COLUMNS = [
    "scenario",
    "block",
    "driver",
    "shift",
    "effective_shift",
    "performance",
    "performance_to",
    "std_dev",
    "largest",
    "n",
]
_LOOSE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WhatIf(Result):
    """Outcomes under each scenario; one row per scenario and figure of an outcome.

    Attributes
    ----------
    drivers : DataFrame
        What each scenario does to its drivers: the shift asked for and the shift that is left
        after ratings were cut at the ends of the scale.
    """

    drivers: pd.DataFrame


@by_run
def simulate(
    study: Study,
    /,
    *,
    changes: Shift | Mapping[str, Shift] | None = None,
    outcome: str | None = None,
    blocks: Mapping[str, Sequence[str]] | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> WhatIf:
    """Tell what would go along with better ratings of a driver or a whole block.

    Every respondent's rating is shifted and cut at the ends of the scale; the model predicts
    the outcome again; the predictions are averaged. Means come from the linear model, shares of
    top answers and the NPS from logits of the same drivers (promoters and detractors apart).

    Parameters
    ----------
    study : Study
    changes : mapping, optional
        Driver or block → shift in scale points (a block shifts each of its drivers), all at
        once: ``{"delivery": 0.5}``; or scenario → such a mapping. By default each block by
        itself half a point up.
    outcome, blocks
        As in ``drivers.importance``; the study's NPS measures are predicted beside the outcome.
    conf_level, n_resamples, seed : optional
        By default the study's.

    Returns
    -------
    WhatIf
        ``value_from`` (as it is), ``estimate`` (predicted) with interval, ``change`` with
        interval, all in ``unit``: scale points, shares 0 to 1, NPS points.

    Raises
    ------
    AnalysisError
        A driver or block that is not in the model, or a shift of zero.

    Notes
    -----
    Observational: the survey shows that ratings go together, not that lifting one lifts the
    other. Where shifted ratings lie beyond any rating given, or the shift exceeds a standard
    deviation, the prediction is an extrapolation and says so.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1, 2, 3, 4, 5, 5, 3, 2, 4, 5] * 3,
    ...                       "y": [3, 4, 6, 7, 9, 10, 5, 5, 8, 9] * 3})
    >>> book = {"measures": {"y": {"kind": "score", "columns": "y", "scale": [1, 10]}},
    ...         "attributes": {"x": {"columns": "x", "scale": [1, 5], "block": "b"}}}
    >>> found = simulate(Study.from_frame(frame, book), changes={"x": 1}, n_resamples=100)
    >>> effective, change = found.drivers["effective_shift"][0], found.table["change"][0]
    >>> round(float(effective), 3), round(float(change), 6)
    (0.7, 1.126087)
    """
    asked = question(study, outcome, blocks)
    level = study.conf_level if conf_level is None else conf_level
    scenarios = _scenarios(changes, asked)
    notes: list[Note] = [note("observational")]
    cell = Cell({}, study.mask)
    cases = collect(study, asked, cell, notes, policy(study, None)).complete()
    draws = study.n_resamples if n_resamples is None else n_resamples
    drawn = replicates(
        study, study.mask, draws, generator(study, f"drivers.simulate:{asked.outcome}", seed)
    )
    prediction = _Prediction(study, asked, cases, scenarios, drawn[:, cases.rows], level, notes)
    shifts = prediction.shifts()
    table = pd.DataFrame(prediction.rows()).reindex(columns=COLUMNS)
    told = table["reason"].astype(object)
    table["reason"] = told.where(told.notna(), None)
    return WhatIf(
        table=table,
        drivers=shifts,
        n=cases.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="what_if",
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Prediction:
    study: Study
    asked: Question
    cases: Cases
    scenarios: Mapping[str, Mapping[str, float]]
    W: np.ndarray
    level: float
    notes: list[Note]

    @property
    def weights(self) -> np.ndarray:
        """Weights of the cases."""
        return np.ones(self.cases.n) if self.cases.weights is None else self.cases.weights

    def shifted(self, scenario: str) -> np.ndarray:
        """Return the drivers as they would be rated: cut at the scale, unused parts unchanged."""
        X = self.cases.X.copy()
        for key, by in self.scenarios[scenario].items():
            if key in X:
                scale = self.study.codebook.scale_of(key)
                moved = np.clip(X[key] + by, scale.min, scale.max)
                if NOT_USED + key in X:
                    moved = moved.where(X[NOT_USED + key] == 0, X[key])
                X[key] = moved
        return X.to_numpy(dtype=float)

    def shifts(self) -> pd.DataFrame:
        """Return what each scenario does to its drivers, and note what calls for care."""
        rows = []
        X, w = self.cases.X, self.weights
        for scenario, changes in self.scenarios.items():
            moved = pd.DataFrame(self.shifted(scenario), columns=X.columns, index=X.index)
            for key, by in changes.items():
                if key not in X:
                    continue
                used = np.ones(self.cases.n, dtype=bool)
                if NOT_USED + key in X:
                    used = X[NOT_USED + key].to_numpy() == 0
                before, after = X.loc[used, key].to_numpy(), moved.loc[used, key].to_numpy()
                weight = w[used]
                mean = float(np.average(before, weights=weight))
                spread = float(np.sqrt(np.average((before - mean) ** 2, weights=weight)))
                reached = float(np.average(after, weights=weight))
                if after.max() > before.max() or after.min() < before.min():
                    self.notes.append(note("extrapolation", driver=key))
                if abs(by) > spread:
                    self.notes.append(note("large_shift", driver=key))
                if abs(reached - mean) < HALF * abs(by):
                    self.notes.append(note("clipped_shift", driver=key, shift=reached - mean))
                rows.append(
                    {
                        "scenario": scenario,
                        "block": self.asked.block_of(key),
                        "driver": key,
                        "shift": by,
                        "effective_shift": reached - mean,
                        "performance": mean,
                        "performance_to": reached,
                        "std_dev": spread,
                        "largest": float(before.max()),
                        "n": int(used.sum()),
                    }
                )
        return pd.DataFrame(rows, columns=DRIVER_COLUMNS)

    def rows(self) -> list[dict[str, Any]]:
        """Return the predictions, scenario by scenario."""
        reason = self._impossible()
        key = outcome_key(self.asked.outcome)
        figures: list[tuple[str, str, str, dict[str, tuple[float, np.ndarray]]]] = []
        if reason is None:
            figures.append((key, "mean", "points", self._linear()))
            figures += self._shares(key)
        rows: list[dict[str, Any]] = []
        for scenario in self.scenarios:
            blank: dict[str, Any] = {"scenario": scenario, "n": self.cases.n}
            if reason is not None:
                rows.append({**blank, "outcome": key, "reason": reason})
            for outcome, statistic, unit, found in figures:
                now, now_draws = found[""]
                then, then_draws = found[scenario]
                low, high = percentile_interval(then_draws, self.level)
                change_low, change_high = percentile_interval(then_draws - now_draws, self.level)
                rows.append(
                    {
                        **blank,
                        "outcome": outcome,
                        "statistic": statistic,
                        "value_from": now,
                        "estimate": then,
                        "conf_low": low,
                        "conf_high": high,
                        "change": then - now,
                        "change_low": change_low,
                        "change_high": change_high,
                        "unit": unit,
                        "model": "linear" if statistic == "mean" else "logit",
                    }
                )
        return rows

    def _impossible(self) -> str | None:
        cases = self.cases
        if cases.n and np.ptp(cases.y) == 0:
            self.notes.append(note("outcome_constant", outcome=self.asked.outcome))
            return "outcome_constant"
        if cases.n <= cases.X.shape[1] + 2 or cases.n < self.study.min_n.show:
            self.notes.append(note("too_few_cases", n=cases.n, p=cases.X.shape[1]))
            return "too_few_cases"
        return None if cases.players else "constant"

    def _linear(self) -> dict[str, tuple[float, np.ndarray]]:
        """Return mean outcome now and in each scenario: the estimate and its draws."""
        X = self.cases.X.to_numpy(dtype=float)
        y = self.study.values(outcome_key(self.asked.outcome))[self.cases.rows]
        point = slopes(self.weights[None], X, y)[0]
        drawn = slopes(self.W, X, y)
        u = self.weights / self.weights.sum()
        V = self.W / self.W.sum(axis=1, keepdims=True)
        found = {"": (float(u @ y), np.asarray(V @ y))}
        for scenario in self.scenarios:
            away = self.shifted(scenario) - X
            change = np.einsum("bn,bn->b", V, drawn[:, 1:] @ away.T)
            found[scenario] = (
                found[""][0] + float(u @ away @ point[1:]),
                np.asarray(found[""][1] + change),
            )
        return found

    def _shares(self, key: str) -> list[tuple[str, str, str, dict[str, tuple[float, np.ndarray]]]]:
        """Return top boxes of the outcome and the NPS of the study's measures that have one."""
        found = []
        book = self.study.codebook
        boxes = book.measures[key].top_box if key in book.measures else None
        if boxes and book.measures[key].kind != "nps":
            shares = self._logit(self.study.measure(key).top(boxes)[self.cases.rows])
            if shares is None:
                self.notes.append(note("separation", outcome=key))
            else:
                found.append((key, "top_box", "share", shares))
        for name, measure in book.measures.items():
            if measure.kind != "nps" or name in self.asked.drivers:
                continue
            score = self.study.measure(name)
            fans = self._logit(score.promoter[self.cases.rows])
            foes = self._logit(score.detractor[self.cases.rows])
            if fans is None or foes is None:
                self.notes.append(note("separation", outcome=name))
                continue
            nps = {
                scenario: (
                    100 * (fans[scenario][0] - foes[scenario][0]),
                    100 * (fans[scenario][1] - foes[scenario][1]),
                )
                for scenario in fans
            }
            found.append((name, "nps", "nps", nps))
            self.notes.append(note("nps_trademark"))
        return found

    def _logit(self, flag: np.ndarray) -> dict[str, tuple[float, np.ndarray]] | None:
        """Return a share now and in each scenario by a logit; None where none can be fitted."""
        known = np.isfinite(flag)
        X = self.cases.X.to_numpy(dtype=float)[known]
        codes = flag[known].astype(int)
        if len(codes) <= X.shape[1] + 2 or np.ptp(codes) == 0:
            return None
        model = Cumulative(X, codes)
        every = np.ones((1, X.shape[1]), dtype=bool)
        weights, W = self.weights[known], self.W[:, known]
        point = model.fit(every, weights[None])
        if point.separated[0]:
            return None
        start = Fits(
            thresholds=np.repeat(point.thresholds, len(W), axis=0),
            slopes=np.repeat(point.slopes, len(W), axis=0),
            level=np.repeat(point.level, len(W)),
            separated=np.repeat(point.separated, len(W)),
        )
        drawn = model.fit(np.repeat(every, len(W), axis=0), W, start, _LOOSE)
        found = {}
        for scenario in ("", *self.scenarios):
            moved = X if scenario == "" else self.shifted(scenario)[known]
            found[scenario] = (
                float(_predicted(point, moved, weights[None])[0]),
                _predicted(drawn, moved, W),
            )
        return found


def _predicted(fits: Fits, X: np.ndarray, W: np.ndarray) -> np.ndarray:
    """Return the mean chance of the higher value in every draw: (draws,)."""
    linear = fits.slopes @ X.T - fits.thresholds
    chance = 1 / (1 + np.exp(-np.clip(linear, -700, 700)))
    return np.asarray(np.einsum("bn,bn->b", W, chance) / W.sum(axis=1))


def _scenarios(
    changes: Shift | Mapping[str, Shift] | None, asked: Question
) -> dict[str, dict[str, float]]:
    """Return scenario → driver → shift."""
    if changes is None:
        return {block: dict.fromkeys(keys, STEP) for block, keys in asked.blocks.items()}
    nested = {name: one for name, one in changes.items() if isinstance(one, Mapping)}
    flat = {name: one for name, one in changes.items() if not isinstance(one, Mapping)}
    named: dict[str, Mapping[str, float]] = dict(nested)
    if flat:
        named["+".join(flat)] = flat  # type: ignore[assignment]
    known = [*asked.blocks, *asked.drivers]
    faults, found = [], {}
    for scenario, shifts in named.items():
        found[scenario] = _spread(shifts, asked)
        for key, by in shifts.items():
            if key not in known:
                what, hint = f'"{key}" is no driver and no block', did_you_mean(key, known)
                faults.append(Fault(kind="analysis", what=what, where="changes", hint=hint))
            elif not np.isfinite(by) or by == 0:
                what = f'the shift of "{key}" is no number other than zero'
                hint = 'in scale points: {"delivery": 0.5}'
                faults.append(
                    Fault(kind="analysis", what=what, where="changes", found=str(by), hint=hint)
                )
    if not found:
        what, hint = "there is no change to look at", 'changes={"delivery": 0.5}'
        faults.append(Fault(kind="analysis", what=what, where="changes", hint=hint))
    if faults:
        raise AnalysisError(*faults)
    return found


def _spread(shifts: Mapping[str, float], asked: Question) -> dict[str, float]:
    """Return the shift of each driver; a driver's own shift goes before that of its block."""
    found: dict[str, float] = {}
    for key, by in shifts.items():
        for driver in asked.blocks.get(key, ()):
            found.setdefault(driver, float(by))
    return found | {key: float(by) for key, by in shifts.items() if key in asked.drivers}
