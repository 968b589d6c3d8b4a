"""The zone of tolerance: is service below what is adequate, within the zone, above what is desired.

Adequate is the least that customers accept, desired what they hope for. Service within the zone
passes; below it customers are lost, above it service delights.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases, protect
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.servqual.levels import Battery, Levels, batteries, overall, without_zone
from cxresearch.stats import draws
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.resample import stream
from cxresearch.study.study import By, Cell, Study

DECIDED = 0.90  # probability from which the place of the mean is called
_SAME = 1e-9  # scale points that are rounding of means and no more

PLACES = ("below", "within", "above")
_ENDS = ("conf_low", "conf_high")
NUMBERS = [
    *("adequate", "desired", "perception", "perception_conf_low", "perception_conf_high"),
    *(
        f"{side}{end}"
        for side in ("msa", "mss")
        for end in ("", "_std_error", "_conf_low", "_conf_high", "_p_value", "_q_value")
    ),
    *("width", "position", "position_conf_low", "position_conf_high"),
    *("position_mean", "n_position"),
    *(f"{place}{end}" for place in PLACES for end in ("", "_conf_low", "_conf_high")),
    *(f"p_{place}" for place in PLACES),
    *("verdict", "n", "n_eff", "n_triples", "n_breach", "low_base", "suppressed", "reason"),
]
KEYS = ["dimension", "source", "desired_source"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneOfTolerance(Result):
    """Where service stands between adequate and desired; one row per dimension and source.

    Attributes
    ----------
    items : DataFrame
        The same columns, one row per item.
    """

    items: pd.DataFrame


def zone(
    study: Study,
    /,
    *,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> ZoneOfTolerance:
    """Tell whether service is acceptable to customers, and how many find it below the least.

    Parameters
    ----------
    study : Study
        With items that have a perception, an adequate level and a desired level (three columns,
        as in LibQUAL), or direct ratings against the levels (two columns).
    by : str or sequence of str, optional
        "wave", a segment or service-point column, or several.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    ZoneOfTolerance
        Scale points. ``msa`` = perception − adequate, ``mss`` = perception − desired, each with
        t interval and paired test (q by Benjamini and Hochberg within the dimensions or items
        of a group); ``width`` = desired − adequate. ``position`` = mean MSA / mean width, with
        the interval of a ratio; ``position_mean`` is the mean of the respondents' own positions
        over the ``n_position`` with a zone wider than nothing: two different numbers. ``below``,
        ``within`` and ``above`` are shares of respondents (P < A; A ≤ P ≤ D; P > D) with Wilson
        intervals at the effective n. ``p_below``, ``p_within`` and ``p_above`` are the parts of
        bootstrap samples of the design in which the *mean* lies there, and ``verdict`` names
        the place that has .90 of them, else ``undecided``. ``desired_source`` says which answer
        stands for desired: its own column or, without one, the expectation of an excellent
        company. Direct ratings stand in rows of their own (``source`` direct), as distance from
        the middle of their scale, never mixed with computed ones. ``n_triples`` counts complete
        answers, ``n_breach`` those left out because adequate was above desired.

    Raises
    ------
    AnalysisError
        If no item has a zone.

    Notes
    -----
    All figures of a row rest on the same answers: those with every side and without breach. A
    dimension is the mean over a respondent's such items, at least ``min_pairs`` of them (half by
    default); ``overall`` the mean over dimensions. References: Zeithaml, Berry & Parasuraman
    (1993), doi:10.1177/0092070393211001; Parasuraman, Zeithaml & Berry (1994),
    doi:10.1016/0022-4359(94)90033-7.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"A": [4, 5, 5] * 6, "D": [8, 7, 8] * 6, "P": [6, 6, 9] * 6})
    >>> items = [{"key": "help", "adequate": "A", "desired": "D", "perception": "P"}]
    >>> book = {"dimensions": {"care": {"scale": [1, 9], "items": items}}}
    >>> found = zone(Study.from_frame(frame, book), n_resamples=200).table.loc[0]
    >>> round(float(found["position"]), 3), found["verdict"]
    (0.778, 'within')
    """
    level = study.conf_level if conf_level is None else conf_level
    found = batteries(study)
    bases = Bases(study)
    notes: list[Note] = []
    if left := without_zone(study):
        notes.append(note("no_desired", items=left))
    if expected := _expected(found):
        notes.append(note("desired_expected", items=expected))
    rows: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    names = study.by_names(by)
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    for cell in study.cells(by):
        chance = stream(study.seed if seed is None else seed, f"servqual.zone:{cell.name}")
        one = _Cell(study, cell, level, n_draws, chance, bases, notes)
        rows += one.dimensions(found)
        items += one.items(found)
    protect(rows, names, ["source", "dimension"], notes)
    protect(items, names, ["source", "dimension", "item"], notes)
    return ZoneOfTolerance(
        table=pd.DataFrame(rows, columns=[*names, *KEYS, *NUMBERS]),
        items=pd.DataFrame(items, columns=[*names, "dimension", "item", *KEYS[1:], *NUMBERS]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="paired",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


@dataclass(frozen=True, slots=True)
class _Cell:
    """Zones of one group of respondents."""

    study: Study
    cell: Cell
    level: float
    n_resamples: int
    rng: np.random.Generator
    bases: Bases
    notes: list[Note]

    def dimensions(self, found: tuple[Battery, ...]) -> list[dict[str, Any]]:
        """Rows of the dimensions, computed and direct apart, each followed by its overall."""
        rows: list[dict[str, Any]] = []
        for source in ("computed", "direct"):
            parts = [one.whole for one in found if one.whole.source == source]
            whole = list(parts)
            if len(parts) > 1:
                renormalise = self.study.params.analysis.servqual.renormalise
                whole.append(overall(parts, renormalise=renormalise))
            made = self._rows(whole)
            self._adjust(made[: len(parts)])
            for row in made[len(parts) :]:
                row |= {f"{side}_q_value": row[f"{side}_p_value"] for side in ("msa", "mss")}
            rows += [{"dimension": one.name} | row for one, row in zip(whole, made, strict=True)]
        return [{**self.cell.keys, **row} for row in rows]

    def items(self, found: tuple[Battery, ...]) -> list[dict[str, Any]]:
        """Rows of the items, computed and direct apart."""
        rows: list[dict[str, Any]] = []
        for source in ("computed", "direct"):
            asked = [
                (one.dimension, item)
                for one in found
                for item in one.items
                if item.source == source
            ]
            made = self._rows([item for _, item in asked])
            self._adjust(made)
            for (dimension, item), row in zip(asked, made, strict=True):
                self._warn(item, row)
                rows.append({"dimension": dimension, "item": item.name} | row)
        return [{**self.cell.keys, **row} for row in rows]

    def _rows(self, parts: list[Levels]) -> list[dict[str, Any]]:
        """Rows of several levels; the mean of each in the same bootstrap samples."""
        if not parts:
            return []
        table = np.column_stack([side for one in parts for side in (one.msa, one.mss)])
        mean = draws.means(self.study.design, self.cell.mask, table, self.n_resamples, self.rng)
        return [self._row(one, mean[:, 2 * i], mean[:, 2 * i + 1]) for i, one in enumerate(parts)]

    def _row(self, one: Levels, msa: np.ndarray, mss: np.ndarray) -> dict[str, Any]:
        design = self.study.design
        member = design.members(self.cell.mask & one.known)
        n = int(member.sum())
        group = " · ".join([one.name, *self.cell.keys.values()])
        reason = self.bases.withheld(group, n)
        asked = design.members(self.cell.mask)
        row: dict[str, Any] = {"source": one.source, "desired_source": one.desired_source}
        row |= dict.fromkeys(NUMBERS, np.nan)
        row |= {"n": n, "n_triples": int(one.answered[member].sum()), "low_base": False}
        row |= {"n_breach": int(one.breached[asked].sum()), "verdict": "suppressed"}
        row |= {"suppressed": reason is not None, "reason": reason}
        if reason is not None:
            return row
        row |= self._means(one) | self._position(one)
        row |= dict(self._shares(one))
        row |= self._place(msa, mss)
        row["low_base"] = self.bases.low(group, n, row["n_eff"])
        return row

    def _means(self, one: Levels) -> dict[str, Any]:
        """Levels and distances with their intervals."""
        design, mask = self.study.design, self.cell.mask
        found: dict[str, Any] = {}
        for side in ("msa", "mss"):
            mean = design.mean(getattr(one, side), mask, self.level)
            if mean.n == 0:
                continue
            found |= {
                side: mean.estimate,
                f"{side}_std_error": mean.std_error,
                f"{side}_conf_low": mean.conf_low,
                f"{side}_conf_high": mean.conf_high,
                f"{side}_p_value": mean.p_value,
                "n_eff": mean.n_eff,
            }
        if one.source == "direct":
            return found
        perception = design.mean(one.perception, mask, self.level)
        return found | {
            "adequate": design.mean(one.adequate, mask).estimate,
            "desired": design.mean(one.desired, mask).estimate,
            "perception": perception.estimate,
            "perception_conf_low": perception.conf_low,
            "perception_conf_high": perception.conf_high,
            "width": design.mean(one.width, mask).estimate,
        }

    def _position(self, one: Levels) -> dict[str, Any]:
        """Place in the zone, 0 at adequate and 1 at desired: of the means, and of respondents."""
        design, mask = self.study.design, self.cell.mask
        wide = one.width > _SAME
        own = np.divide(one.msa, one.width, out=np.full(design.n, np.nan), where=wide)
        n = int(design.members(mask, own).sum())
        if n == 0:
            return {"n_position": 0}
        ratio = design.ratio(one.msa, one.width, mask, self.level)
        return {
            "position": ratio.estimate,
            "position_conf_low": ratio.conf_low,
            "position_conf_high": ratio.conf_high,
            "position_mean": design.mean(own, mask).estimate,
            "n_position": n,
        }

    def _shares(self, one: Levels) -> Iterator[tuple[str, Any]]:
        """Shares of respondents below, within and above; nothing where a side is not known."""
        known = np.isfinite(one.msa) & np.isfinite(one.mss)
        if not (known & self.cell.mask).any():
            return
        below, above = one.msa < -_SAME, one.mss > _SAME
        states = {"below": below, "within": ~below & ~above, "above": above & ~below}
        for name, state in states.items():
            flag = np.where(known, state.astype(float), np.nan)
            share = self.study.design.proportion(flag, self.cell.mask, self.level)
            yield name, share.estimate
            for end in _ENDS:
                yield f"{name}_{end}", getattr(share, end)

    def _place(self, msa: np.ndarray, mss: np.ndarray) -> dict[str, Any]:
        """Probability that the mean lies below, within or above, and what may be said."""
        known = np.isfinite(msa) & np.isfinite(mss)
        if not known.any():
            return {"verdict": "undecided"}
        below = float((msa[known] < -_SAME).mean())
        above = float(((mss[known] > _SAME) & ~(msa[known] < -_SAME)).mean())
        chances = dict(zip(PLACES, (below, 1 - below - above, above), strict=True))
        sure = [place for place, p in chances.items() if p >= DECIDED]
        return {f"p_{place}": p for place, p in chances.items()} | {
            "verdict": sure[0] if sure else "undecided"
        }

    def _adjust(self, rows: list[dict[str, Any]]) -> None:
        """Fill the q values of the family of each distance."""
        for side in ("msa", "mss"):
            q = adjust(
                [row[f"{side}_p_value"] for row in rows], self.study.params.analysis.multiplicity
            )
            for row, value in zip(rows, q, strict=True):
                row[f"{side}_q_value"] = float(value)

    def _warn(self, one: Levels, row: dict[str, Any]) -> None:
        if self.cell.keys:
            return
        if n := row["n_breach"]:
            total = n + row["n_triples"]
            self.notes.append(note("zone_breach", item=one.name, n=n, n_total=total))


def _expected(found: tuple[Battery, ...]) -> tuple[str, ...]:
    """Return the items whose desired level is the expectation of an excellent company."""
    items = (item for one in found for item in one.items)
    return tuple(item.name for item in items if item.desired_source == "expectation")
