"""Whether customers changed their minds, or other customers answered: change at a fixed mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.intervals import quantile
from cxresearch.stats.mixed import random_intercept
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.trends.bridges import NOT_COMPARABLE, gate
from cxresearch.trends.compare import pairs
from cxresearch.trends.waves import measures, timeline

MOVED = 0.10
_FEWEST = 2  # answers that a part of the mix needs in each wave
_FEWEST_POINTS = 5

COLUMNS = [
    "measure",
    "mix",
    "contrast",
    "wave_from",
    "wave_to",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "raw",
    "raw_se",
    "raw_low",
    "raw_high",
    "mix_effect",
    "mix_effect_se",
    "mix_effect_low",
    "mix_effect_high",
    "df",
    "unit",
    "direction",
    "n_from",
    "n_to",
    "reason",
]
PART_COLUMNS = [
    "measure",
    "mix",
    "wave_from",
    "wave_to",
    "group",
    "share_from",
    "share_to",
    "share_fixed",
    "value_from",
    "value_to",
    "unit",
    "n_from",
    "n_to",
]
MODEL_COLUMNS = [
    "measure",
    "mix",
    "wave_from",
    "wave_to",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "group_variance",
    "residual_variance",
    "icc",
    "n_groups",
    "unit",
    "n",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MixAdjusted(Result):
    """Change at a fixed mix of customers beside the raw change; one row per measure and mix.

    Attributes
    ----------
    parts : DataFrame
        Per part of the mix: its share and figure in both waves.
    models : DataFrame
        Where the study has service points: the same change from a model with an intercept for
        each, as a sensitivity analysis; respondents count alike there, whatever their weights.
    """

    parts: pd.DataFrame
    models: pd.DataFrame


def mix_adjusted(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    mix: Mapping[str, float] | None = None,
    conf_level: float | None = None,
) -> MixAdjusted:
    """Tell how much of a change is left when the mix of customers is held as it was.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Segment column whose mix is held, or several, whose combinations are; by default each
        segment column in turn.
    mix : mapping, optional
        Part → share of the customers, taken for known; by default the mix of the earlier wave.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    MixAdjusted
        For the latest wave and its declared contrasts: ``estimate``, the change at the fixed mix,
        sum f_s (y_2s - y_1s); ``raw``, the change as observed among those with a known part;
        ``mix_effect`` = raw - estimate, what the changed mix did; in the measure's unit. Standard
        errors are of linearised values under the survey design, so that the mix effect knows how
        the two hang together; a mix taken from the earlier wave brings its own error.

    Raises
    ------
    AnalysisError
        If the study has no waves, no such measure or column, or `mix` does not name the parts.

    Notes
    -----
    A part without two answers in either wave leaves the adjusted change out
    (``empty_stratum``); a study without segments has no rows. Waves are independent samples here.
    Reference: Kitagawa (1955), doi:10.1080/01621459.1955.10501299.
    """
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    notes: list[Note] = []
    rows: dict[str, list[dict[str, Any]]] = {"rows": [], "parts": [], "models": []}
    keys = measures(study, measure)
    if by is None and not study.segments:
        notes.append(note("no_segments"))
    for columns in _mixes(study, by):
        groups = _groups(study, columns)
        for key in keys:
            score = study.measure(key)
            for contrast, early, late in _contrasts(study, score):
                one = _Mix(study, score, groups, early, late, mix, level, bases, notes)
                for name, found in one.rows(contrast).items():
                    rows[name] += found
    return MixAdjusted(
        table=pd.DataFrame(rows["rows"], columns=COLUMNS),
        parts=pd.DataFrame(rows["parts"], columns=PART_COLUMNS).drop_duplicates(
            ["measure", "mix", "wave_from", "wave_to", "group"], ignore_index=True
        ),
        models=pd.DataFrame(rows["models"], columns=MODEL_COLUMNS).drop_duplicates(
            ["measure", "mix", "wave_from", "wave_to"], ignore_index=True
        ),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="direct_standardisation",
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _mixes(study: Study, by: str | Sequence[str] | None) -> list[tuple[str, ...]]:
    if by is None:
        return [(column,) for column in study.segments]
    return [study.by_columns(by)]


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """The part of the mix that each row belongs to."""

    name: str
    labels: np.ndarray
    known: np.ndarray


def _groups(study: Study, columns: tuple[str, ...]) -> _Groups:
    frame = study.full[list(columns)]
    labels = frame[columns[0]].astype(str)
    for column in columns[1:]:
        labels = labels + " · " + frame[column].astype(str)
    known = frame.notna().all(axis=1).to_numpy()
    return _Groups(" × ".join(columns), labels.to_numpy(dtype=object), known)


def _contrasts(study: Study, score: Scored) -> list[tuple[str, str, str]]:
    waves = list(gate(study, score, timeline(study)).waves)
    if len(waves) < 2:
        return []
    return [(name, early, waves[-1]) for name, early in pairs(study, waves, waves[-1]).items()]


@dataclass(slots=True)
class _Mix:
    """One measure, one mix, two waves."""

    study: Study
    score: Scored
    groups: _Groups
    early: str
    late: str
    fixed: Mapping[str, float] | None
    level: float
    bases: Bases
    notes: list[Note]
    parts: np.ndarray = field(init=False)
    y: np.ndarray = field(init=False)
    member: np.ndarray = field(init=False)
    second: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        study = self.study
        assert study.wave_column is not None
        waves = study.full[study.wave_column].astype(str).to_numpy()
        inside = self.groups.known & study.mask & np.isin(waves, [self.early, self.late])
        self.y = np.asarray(self.score.series, dtype=float)
        self.member = study.design.members(inside, self.y)
        self.second = waves == self.late
        self.parts = self.groups.labels

    def rows(self, contrast: str) -> dict[str, list[dict[str, Any]]]:
        """Return the row of the change, the rows of the parts, and the row of the model."""
        key = self.score.measure.key
        head = {
            "measure": key,
            "mix": self.groups.name,
            "wave_from": self.early,
            "wave_to": self.late,
            "unit": self.score.unit,
        }
        counts = [int((self.member & (self.second == late)).sum()) for late in (False, True)]
        base = {"n_from": counts[0], "n_to": counts[1]}
        row = head | {"contrast": contrast, "direction": self.score.measure.direction} | base
        reason = self._refusal(counts)
        if reason is not None:
            return {"rows": [row | {"reason": reason}], "parts": [], "models": []}
        cells = self._cells()
        fixed = self._fixed(cells)
        short = [part for part in fixed.index[fixed > 0] if self._short(cells, part)]
        self._note_parts(cells, short)
        return {
            "rows": [row | self._change(cells, fixed, bool(short))],
            "parts": [head | one for one in self._parts(cells, fixed)],
            "models": [head | one for one in self._model(cells)],
        }

    def _refusal(self, counts: list[int]) -> str | None:
        for wave, n in zip((self.early, self.late), counts, strict=True):
            name = " · ".join([self.score.measure.key, wave])
            if reason := self.bases.withheld(name, n):
                return reason
        door = gate(self.study, self.score, timeline(self.study))
        return None if door.comparable(self.early, self.late) else NOT_COMPARABLE

    def _cells(self) -> pd.DataFrame:
        """Return size, weight and mean of every part in both waves."""
        weights = self.study.design.weights_of(self.member)
        held = pd.DataFrame(
            {
                "part": self.parts[self.member],
                "late": self.second[self.member],
                "w": weights[self.member],
                "wy": (weights * np.nan_to_num(self.y))[self.member],
                "n": 1,
            }
        )
        sums = held.groupby(["part", "late"])[["n", "w", "wy"]].sum().unstack(fill_value=0)
        cells = pd.DataFrame(index=sums.index)
        for late, name in ((False, "from"), (True, "to")):
            cells[f"n_{name}"] = sums["n", late]
            cells[f"w_{name}"] = sums["w", late]
            with np.errstate(invalid="ignore"):
                cells[f"y_{name}"] = sums["wy", late] / sums["w", late].where(sums["w", late] > 0)
            cells[f"p_{name}"] = sums["w", late] / sums["w", late].sum()
        return cells

    def _fixed(self, cells: pd.DataFrame) -> pd.Series:
        if self.fixed is None:
            return cells["p_from"]
        given = pd.Series({str(part): float(share) for part, share in self.fixed.items()})
        unknown = [part for part in cells.index if part not in given.index]
        if unknown or (given < 0).any() or not given.sum() > 0:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what="the mix does not give every part its share",
                    where="mix",
                    found=", ".join(map(str, given.index)),
                    hint="parts: " + ", ".join(map(str, cells.index)),
                )
            )
        return given.reindex(cells.index) / given.sum()

    @staticmethod
    def _short(cells: pd.DataFrame, part: str) -> bool:
        return bool(cells.loc[[part], ["n_from", "n_to"]].to_numpy().min() < _FEWEST)

    def _note_parts(self, cells: pd.DataFrame, short: list[str]) -> None:
        key = self.score.measure.key
        self.notes += [note("empty_stratum", measure=key, group=part) for part in short]
        for part, moved in (cells["p_to"] - cells["p_from"]).to_dict().items():
            if abs(moved) > MOVED:
                self.notes.append(
                    note(
                        "mix_moved",
                        group=str(part),
                        wave_from=self.early,
                        wave_to=self.late,
                        share=round(float(moved), 3),
                    )
                )

    def _change(self, cells: pd.DataFrame, fixed: pd.Series, short: bool) -> dict[str, Any]:
        design = self.study.design
        raw = float((cells["p_to"] * cells["y_to"]).sum())
        raw -= float((cells["p_from"] * cells["y_from"]).sum())
        adjusted = np.nan if short else float((fixed * (cells["y_to"] - cells["y_from"])).sum())
        z = self._linearised(cells, fixed, short)
        if design.simple:  # count formulas, as the figures of the waves have them
            covariance = z[self.member].T @ z[self.member]
        else:
            covariance = design.covariance_of_totals(z, self.member)
        errors = np.sqrt(np.diagonal(covariance))
        df = np.inf
        if not design.simple:
            df = float(design.df_of(self.member))
        elif self.score.unit in ("points", "index"):
            df = float(self.member.sum() - 2 * len(cells))
        reach = quantile(self.level, df) * errors
        names = [("raw", "raw"), ("estimate", "conf"), ("mix_effect", "mix_effect")]
        found: dict[str, Any] = {"df": df, "reason": "empty_stratum" if short else None}
        for (name, stem), value, error, r in zip(
            names, (raw, adjusted, raw - adjusted), errors, reach, strict=True
        ):
            known = not np.isnan(value)
            se = "std_error" if name == "estimate" else f"{name}_se"
            found |= {
                name: value,
                se: float(error) if known else np.nan,
                f"{stem}_low": value - r if known else np.nan,
                f"{stem}_high": value + r if known else np.nan,
            }
        return found

    def _linearised(self, cells: pd.DataFrame, fixed: pd.Series, short: bool) -> np.ndarray:
        """Return, rows x 3, linearised values of raw change, adjusted change and mix effect."""
        rows = np.flatnonzero(self.member)
        w = self.study.design.weights_of(self.member)[rows]
        y, late, parts = self.y[rows], self.second[rows], self.parts[rows]
        at = cells.index.get_indexer(pd.Index(parts))
        sign = np.where(late, 1.0, -1.0)

        def by_wave(stem: str) -> np.ndarray:
            return np.where(
                late, cells[f"{stem}_to"].to_numpy()[at], cells[f"{stem}_from"].to_numpy()[at]
            )

        total = np.where(late, cells["w_to"].sum(), cells["w_from"].sum())
        size = np.where(late, cells["n_to"].sum(), cells["n_from"].sum())
        overall = np.where(
            late,
            (cells["p_to"] * cells["y_to"]).sum(),
            (cells["p_from"] * cells["y_from"]).sum(),
        )
        raw = sign * w * (y - overall) / total * self._inflated(size)
        out = np.full((len(self.y), 3), 0.0)
        out[rows, 0] = raw
        if short:
            return out
        f = fixed.to_numpy()[at]
        held = f > 0
        adjusted = np.zeros(len(rows))
        own = by_wave("w"), by_wave("y"), by_wave("n")
        adjusted[held] = (sign * w * f * (y - own[1]))[held] / own[0][held]
        adjusted[held] *= self._inflated(own[2])[held]
        if self.fixed is None:
            moves = (cells["y_to"] - cells["y_from"]).fillna(0.0)
            centred = moves.to_numpy()[at] - float((fixed * moves).sum())
            adjusted += np.where(late, 0.0, w * centred / total)
        out[rows, 1] = adjusted
        out[rows, 2] = raw - adjusted
        return out

    def _inflated(self, n: np.ndarray) -> np.ndarray:
        """Return what turns s with n below into s with n - 1, for means of simple designs."""
        if not self.study.design.simple or self.score.unit not in ("points", "index"):
            return np.ones(len(n))
        return np.asarray(np.sqrt(n / np.maximum(n - 1, 1)))

    def _parts(self, cells: pd.DataFrame, fixed: pd.Series) -> list[dict[str, Any]]:
        show = self.study.min_n.show
        return [
            {
                "group": str(part),
                "share_from": row["p_from"],
                "share_to": row["p_to"],
                "share_fixed": fixed[str(part)],
                "value_from": row["y_from"] if row["n_from"] >= show else np.nan,
                "value_to": row["y_to"] if row["n_to"] >= show else np.nan,
                "n_from": int(row["n_from"]),
                "n_to": int(row["n_to"]),
            }
            for part, row in cells.to_dict("index").items()
        ]

    def _model(self, cells: pd.DataFrame) -> list[dict[str, Any]]:
        """Return the change from a model with an intercept per service point, if it has any."""
        point = self.study.params.data.service_point
        if point is None:
            return []
        labels = self.study.full[point]
        held = self.member & labels.notna().to_numpy()
        groups = labels[held].astype(str).to_numpy()
        n_groups = len(np.unique(groups))
        known = [part for part in cells.index if (self.parts[held] == part).any()]
        dummies = [(self.parts[held] == part).astype(float) for part in known[1:]]
        design = np.column_stack([np.ones(held.sum()), self.second[held].astype(float), *dummies])
        told = {"n": int(held.sum()), "n_groups": n_groups}
        if n_groups < _FEWEST_POINTS or n_groups == held.sum():
            return [told | {"reason": "few_points"}]
        if np.linalg.matrix_rank(design) < design.shape[1]:
            return [told | {"reason": "aliased"}]
        fit = random_intercept(self.y[held], design, groups)
        if fit.singular:
            self.notes.append(note("singular_fit", measure=self.score.measure.key))
        change, error = float(fit.coefficients[1]), float(fit.std_errors[1])
        reach = quantile(self.level) * error
        found = {
            "estimate": change,
            "std_error": error,
            "conf_low": change - reach,
            "conf_high": change + reach,
            "group_variance": fit.group_variance,
            "residual_variance": fit.residual_variance,
            "icc": fit.icc,
            "reason": None,
        }
        return [told | found]
