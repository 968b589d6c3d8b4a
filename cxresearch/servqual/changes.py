"""Why a gap moved between waves: because service changed, or because expectations did."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.servqual.group_scores import OVERALL
from cxresearch.servqual.scales import scores
from cxresearch.stats.intervals import Interval, welch
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.waves import baseline, year_before
from cxresearch.verdicts import verdict

SIDES = ("gap", "perception", "expectation")
COLUMNS = [
    *("dimension", "contrast", "wave_from", "wave_to", "value_from", "value_to"),
    *("estimate", "std_error", "conf_low", "conf_high", "statistic", "df", "p_value", "q_value"),
    *("family", "family_size", "verdict", "threshold"),
    *(
        f"{side}_change{end}"
        for side in ("perception", "expectation")
        for end in ("", "_std_error", "_conf_low", "_conf_high", "_p_value")
    ),
    *("n_from", "n_to", "paired", "reason"),
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapChanges(Result):
    """Changes of gaps between waves, split by side; one row per dimension and contrast.

    Attributes
    ----------
    latest : DataFrame
        The rows of the last wave.
    """

    latest: pd.DataFrame


def changes(study: Study, /, *, by: By = None, conf_level: float | None = None) -> GapChanges:
    """Tell whether a gap moved, and whether service or what customers expect moved it.

    Parameters
    ----------
    study : Study
        With expectation and perception in two waves or more.
    by : str or sequence of str, optional
        Groups to be compared each with itself.
    conf_level : float, optional
        The study's own by default.

    Returns
    -------
    GapChanges
        Scale points, later minus earlier wave, for the contrasts that
        ``analysis.trends.contrasts`` declares. ``estimate`` is the change of the gap;
        ``perception_change`` and ``expectation_change`` are those of its sides on the same
        answered pairs, so that estimate = perception_change − expectation_change exactly: a
        gap may close because people expect less. Welch intervals from design standard errors;
        ``q_value`` adjusts over the dimensions of one contrast and later wave; ``verdict``
        against the dimension's ``delta``.

    Raises
    ------
    AnalysisError
        If no dimension has pairs, or the study has no waves.

    Notes
    -----
    Waves are independent samples, unless ``data.same_people`` declares the ids stable: then the
    covariance of those in both waves enters.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"E": [6, 7] * 20, "P": [5, 5] * 10 + [6, 5] * 10,
    ...                       "year": [2023] * 20 + [2024] * 20})
    >>> book = {"dimensions": {"care": {"scale": [1, 7], "expectation": "E", "perception": "P"}}}
    >>> found = changes(Study.from_frame(frame, book, wave="year")).table.loc[0]
    >>> found[["estimate", "perception_change", "expectation_change"]].astype(float).tolist()
    [0.5, 0.5, 0.0]
    """
    if study.wave_column is None:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no waves",
                where="params: data.wave",
                hint="name the column of the waves under data.wave",
            )
        )
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    notes: list[Note] = []
    sides = _sides(study)
    rows = [
        {**cell.keys, **row}
        for cell in study.cells(by)
        for row in _Cell(study, cell, sides, level, bases).rows()
    ]
    if len(study.waves) < 2:
        notes.append(note("one_wave"))
    names = study.by_names(by)
    table = pd.DataFrame(rows, columns=[*names, *COLUMNS])
    last = study.waves[-1] if study.waves else ""
    return GapChanges(
        table=table,
        latest=table[table["wave_to"] == last].reset_index(drop=True),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="overlap" if study.params.data.same_people else "independent",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _sides(study: Study) -> dict[str, dict[str, np.ndarray]]:
    """Return gap, perception and expectation of every dimension and overall."""
    known = scores(study)
    found = {
        name: {"perception": known.perception[:, i], "expectation": known.expectation[:, i]}
        for i, name in enumerate(known.dimensions)
    }
    if len(found) > 1:
        found[OVERALL] = {side: known.overall(side) for side in ("perception", "expectation")}
    return {
        name: {"gap": one["perception"] - one["expectation"], **one} for name, one in found.items()
    }


@dataclass(frozen=True, slots=True)
class _Cell:
    """Changes of gaps in one group of respondents."""

    study: Study
    cell: Cell
    sides: dict[str, dict[str, np.ndarray]]
    level: float
    bases: Bases

    def rows(self) -> Iterator[dict[str, Any]]:
        """Rows by later wave and contrast, the dimensions of each adjusted together."""
        waves = [wave for wave in self.study.waves if (self.cell.mask & self._at(wave)).any()]
        method = self.study.params.analysis.multiplicity
        for later in waves[1:]:
            for contrast, earlier in self._contrasts(waves, later).items():
                found = {
                    name: self._change(name, sides, earlier, later)
                    for name, sides in self.sides.items()
                }
                family = [row for name, row in found.items() if name != OVERALL]
                q = adjust([row["p_value"] for row in family], method)
                for row, value in zip(family, q, strict=True):
                    row["q_value"] = float(value)
                size = int(np.isfinite([row["p_value"] for row in family]).sum())
                for name, row in found.items():
                    if name == OVERALL:
                        row["q_value"] = row["p_value"]
                    yield {
                        **row,
                        "dimension": name,
                        "contrast": contrast,
                        "wave_from": earlier,
                        "wave_to": later,
                        "family": f"gap_changes:{contrast}:{later}",
                        "family_size": 1 if name == OVERALL else size,
                        **self._verdict(name, row),
                    }

    def _at(self, wave: str) -> np.ndarray:
        return np.asarray((self.study.full[self.study.wave_column] == wave).to_numpy())

    def _contrasts(self, waves: list[str], later: str) -> dict[str, str]:
        """Return the earlier wave of every declared contrast that this wave has."""
        at, start = waves.index(later), baseline(self.study, waves)
        known = {
            "previous": waves[at - 1],
            "baseline": start if start is not None and waves.index(start) < at else None,
            "year_ago": year_before(self.study, waves, later),
        }
        declared = self.study.params.analysis.trends.contrasts
        return {name: wave for name in declared if (wave := known[name]) is not None}

    def _change(
        self, name: str, sides: dict[str, np.ndarray], earlier: str, later: str
    ) -> dict[str, Any]:
        design, gap = self.study.design, sides["gap"]
        masks = [design.members(self.cell.mask & self._at(wave), gap) for wave in (earlier, later)]
        row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan)
        row |= {"n_from": int(masks[0].sum()), "n_to": int(masks[1].sum()), "paired": False}
        row["reason"] = None
        for wave, mask in zip((earlier, later), masks, strict=True):
            group = " · ".join([name, wave, *self.cell.keys.values()])
            n = int(mask.sum())
            row["reason"] = row["reason"] or self.bases.withheld(group, n)
            if row["reason"] is None:
                self.bases.low(group, n, design.kish(mask)[0])
        if row["reason"] is not None:
            return row
        both = self._people(masks)
        for side in SIDES:
            first, second = (design.mean(sides[side], mask, self.level) for mask in masks)
            found = _difference(first, second, self._overlap(sides[side], both, first, second))
            prefix = "" if side == "gap" else f"{side}_change_"
            row |= {
                f"{prefix}{end}": getattr(found, end)
                for end in ("std_error", "conf_low", "conf_high", "p_value")
            }
            if side == "gap":
                row |= {"value_from": first.estimate, "value_to": second.estimate}
                row |= {"statistic": found.statistic, "df": found.df}
            else:
                row[f"{side}_change"] = found.estimate
        row["estimate"] = row["perception_change"] - row["expectation_change"]
        row["paired"] = both is not None
        return row

    def _people(self, masks: list[np.ndarray]) -> np.ndarray | None:
        """Rows (earlier, later) of those in both waves, where ids are declared stable."""
        data = self.study.params.data
        if not data.same_people or not data.id:
            return None
        ids = self.study.full[data.id].to_numpy()
        rows = [pd.Series(np.flatnonzero(mask), index=ids[mask]) for mask in masks]
        both = pd.concat(rows, axis=1, join="inner").to_numpy()
        return both if len(both) >= 3 else None

    def _overlap(
        self, values: np.ndarray, both: np.ndarray | None, first: Interval, second: Interval
    ) -> float:
        """Covariance of two waves' means through the people who answered both."""
        if both is None:
            return 0.0
        x, y = values[both[:, 0]], values[both[:, 1]]
        if np.ptp(x) == 0 or np.ptp(y) == 0:
            return 0.0
        share = len(both) / np.sqrt(first.n * second.n)
        return float(np.corrcoef(x, y)[0, 1] * share * first.std_error * second.std_error)

    def _verdict(self, name: str, row: dict[str, Any]) -> dict[str, Any]:
        dimension = self.study.codebook.dimensions.get(name)
        delta = dimension.delta if dimension else None
        ends = (row["conf_low"], row["conf_high"], row["q_value"])
        said = verdict(row["estimate"], row["std_error"], row["df"], *ends, delta, self.level)
        return {"verdict": said, "threshold": np.nan if delta is None else delta}


def _difference(first: Interval, second: Interval, covariance: float) -> Interval:
    sides = (second.estimate, second.std_error, second.df)
    return welch(
        *sides, first.estimate, first.std_error, first.df, first.conf_level, covariance=covariance
    )
