"""The cases of a driver analysis: who has every answer, and who "did not use" what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
import pandas as pd

from cxresearch.drivers.outcomes import check_outcome, outcome_key, outcome_values
from cxresearch.errors import AnalysisError, Fault, did_you_mean, first
from cxresearch.notes import Note, note
from cxresearch.study.study import Cell, Study

Blocks = Mapping[str, Sequence[str]]
Missing = Literal["listwise", "pairwise", "impute", "indicator"]
MISSING = ("listwise", "pairwise", "impute", "indicator")
NOT_USED = "not used: "
FEW_GAPS, FEW_GAPS_SHARE = 5, 0.02


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked: an outcome, drivers by block, and what is held constant.

    Attributes
    ----------
    outcome : str
    blocks : dict
        Block → driver keys.
    covariates : tuple of str
        Codebook keys or segment columns.
    """

    outcome: str
    blocks: dict[str, tuple[str, ...]]
    covariates: tuple[str, ...]

    @property
    def drivers(self) -> tuple[str, ...]:
        """Driver keys, block after block."""
        return tuple(key for keys in self.blocks.values() for key in keys)

    def block_of(self, driver: str) -> str:
        """Return the block that a driver belongs to."""
        return next(block for block, keys in self.blocks.items() if driver in keys)


@dataclass(frozen=True, slots=True, eq=False)
class Cases:
    """Cases of one group of respondents: complete, or with the gaps that a policy allows.

    Attributes
    ----------
    rows : ndarray of int
        Their rows in the study's whole frame.
    X : DataFrame
        Drivers, indicators of "did not use" and covariates.
    y : ndarray
    weights : ndarray or None
    players : dict
        Driver → its columns of `X` (itself, and its indicator where there is one).
    covariates : list of str
        Columns of `X` held constant.
    left_out : dict
        Drivers that are not in `X` → why: "constant" (never varies), "empty" (no answer at all).
    n_total : int
        Respondents of the group who answered the outcome or any driver.
    missing : {"listwise", "pairwise", "impute", "indicator"}
        What became of blank answers; `X` has gaps under pairwise and impute.
    """

    rows: np.ndarray
    X: pd.DataFrame
    y: np.ndarray
    weights: np.ndarray | None
    players: dict[str, list[str]]
    covariates: list[str]
    left_out: dict[str, str]
    n_total: int
    missing: Missing = "listwise"

    @property
    def n(self) -> int:
        """Cases."""
        return len(self.rows)

    @property
    def levels(self) -> int:
        """Distinct values of the outcome."""
        return len(np.unique(self.y))

    @property
    def groups(self) -> dict[str, list[str]] | None:
        """Players of more than one column, or None."""
        found = {key: names for key, names in self.players.items() if len(names) > 1}
        return found or None

    def blocks(self, asked: Question) -> dict[str, list[str]]:
        """Return blocks with their columns; a "did not use" indicator goes with its driver."""
        return {
            block: columns
            for block, keys in asked.blocks.items()
            if (columns := [name for key in keys for name in self.players.get(key, [])])
        }

    def among(self, kept: np.ndarray) -> Cases:
        """Return the cases at these places (a bool array)."""
        return replace(
            self,
            rows=self.rows[kept],
            X=self.X.loc[kept],
            y=self.y[kept],
            weights=_of(self.weights, kept),
        )

    def complete(self) -> Cases:
        """Return the cases without a gap."""
        whole = np.isfinite(self.X.to_numpy(dtype=float)).all(axis=1)
        return self if whole.all() else self.among(whole)

    def filled(self, X: pd.DataFrame) -> Cases:
        """Return the same cases with gaps filled."""
        return replace(self, X=X)


def question(study: Study, outcome: str | None, blocks: Blocks | None) -> Question:
    """Return what is asked, from the call, else the params, else the codebook."""
    settings, book = study.params.analysis.drivers, study.codebook
    asked = outcome or settings.outcome or next(iter(book.measures), None)
    if asked is None:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="there is no outcome to explain",
                where="codebook: measures; params: analysis.drivers.outcome",
                hint="declare a measure such as satisfaction in the codebook",
            )
        )
    known = [*book.measures, *book.attributes, *book.dimensions, *book.items]
    chosen = {name: tuple(keys) for name, keys in (blocks or study.driver_blocks()).items()}
    faults = [
        Fault(
            kind="analysis",
            what=f'the codebook has no "{key}"',
            where=where,
            hint=did_you_mean(key, known),
        )
        for where, key in (
            (f"blocks: {block}", key) for block, keys in chosen.items() for key in keys
        )
        if key not in known
    ]
    faults = [*check_outcome(study, asked), *faults]
    every = [key for keys in chosen.values() for key in keys]
    if twice := sorted({key for key in every if every.count(key) > 1}):
        faults.append(
            Fault(
                kind="analysis",
                what="drivers that stand in two blocks",
                found=first(twice),
                hint="give each driver one block",
            )
        )
    if faults:
        raise AnalysisError(*faults)
    own = outcome_key(asked)
    chosen = {name: tuple(key for key in keys if key != own) for name, keys in chosen.items()}
    chosen = {name: keys for name, keys in chosen.items() if keys}
    if not chosen:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="there are no drivers",
                where="params: analysis.drivers.blocks; codebook: attributes",
                hint="name blocks such as quality, cost and delivery with their drivers",
            )
        )
    return Question(asked, chosen, tuple(settings.covariates))


def policy(study: Study, missing: str | None) -> Missing:
    """Return what becomes of blank answers: as asked, else as the params say."""
    settings = study.params.analysis
    wanted = missing or settings.drivers.missing or settings.missing
    if wanted not in MISSING:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'there is no way called "{wanted}" to treat missing answers',
                where="missing",
                hint=did_you_mean(wanted, MISSING),
            )
        )
    return wanted  # type: ignore[return-value]


def collect(
    study: Study, asked: Question, cell: Cell, notes: list[Note], missing: Missing = "listwise"
) -> Cases:
    """Return the cases of a group, with "did not use" as an indicator where declared.

    Blank answers cost the respondent (listwise), stay as gaps (pairwise, impute), or are marked
    by an indicator as answers not applicable are.
    """
    design = study.design
    y = outcome_values(study, asked.outcome)
    columns: dict[str, np.ndarray] = {}
    players: dict[str, list[str]] = {}
    indicators: dict[str, np.ndarray] = {}
    for key in asked.drivers:
        columns[key] = study.values(key)
        players[key] = [key]
        unused = np.zeros(len(y), dtype=bool)
        if study.params.analysis.drivers.not_applicable == "indicator":
            unused = _not_used(study, key) & cell.mask
        if missing == "indicator":
            unused = ~np.isfinite(columns[key]) & cell.mask
        if unused.any() and (np.isfinite(columns[key]) & cell.mask).any():
            indicators[key] = unused
    held = _covariates(study, asked.covariates)
    known = np.isfinite(y)
    answered = np.isfinite(np.column_stack(list(columns.values())))
    anything = known | answered.any(axis=1)
    left_out: dict[str, str] = {}
    gaps = missing in ("pairwise", "impute")
    some = np.zeros(len(y), dtype=bool)
    for key, values in columns.items():
        if not design.members(cell.mask, values).any():  # not asked of this group
            left_out[key] = "empty"
            continue
        there = np.isfinite(values) | indicators.get(key, np.zeros(len(y), dtype=bool))
        some |= there
        known &= there | gaps
    known &= some | (not gaps)
    for values in held.values():
        known &= np.isfinite(values)
    rows = np.flatnonzero(design.members(cell.mask & known))
    weights = None if design.weights is None else design.weights[rows]
    table: dict[str, np.ndarray] = {}
    for key, values in columns.items():
        if key in left_out:
            continue
        part = values[rows].astype(float)
        if key in indicators and (unused := indicators[key][rows]).any() and not unused.all():
            used = ~unused & np.isfinite(part)
            if used.any():
                part = np.where(unused, np.average(part[used], weights=_of(weights, used)), part)
                players[key] = [key, NOT_USED + key]
                table[NOT_USED + key] = unused.astype(float)
                notes.append(note("not_used", driver=key, n=int(unused.sum())))
        told = part[np.isfinite(part)]
        if len(told) == 0 or (len(told) < len(part) and not gaps) or np.ptp(told) == 0:
            left_out[key] = "constant"
            table.pop(NOT_USED + key, None)
            continue
        table[key] = part
    notes.extend(_same_gaps(indicators, rows))
    inside = np.flatnonzero(design.members(cell.mask & np.isfinite(y)))
    if missing != "indicator":
        marked = np.zeros(len(y), dtype=bool)
        holes = {
            key: ~np.isfinite(values) & ~indicators.get(key, marked)
            for key, values in columns.items()
            if key not in left_out
        }
        notes.extend(_same_gaps(holes, inside, max(FEW_GAPS, FEW_GAPS_SHARE * len(inside))))
    order = [name for key in asked.drivers for name in players[key] if name in table]
    X = pd.DataFrame({name: table[name] for name in order}, index=rows)
    for name, values in held.items():
        if len(rows) and np.ptp(values[rows]) > 0:
            X[name] = values[rows]
    return Cases(
        rows=rows,
        X=X,
        y=y[rows],
        weights=weights,
        players={key: names for key, names in players.items() if key in table},
        covariates=[name for name in held if name in X],
        left_out=left_out,
        n_total=int(design.members(cell.mask & anything).sum()),
        missing=missing,
    )


def _same_gaps(indicators: dict[str, np.ndarray], rows: np.ndarray, least: float = 1) -> list[Note]:
    """Note drivers that the very same respondents (at least so many) did not use or left blank."""
    found = []
    for first_key, second_key in combinations(indicators, 2):
        same = indicators[first_key][rows]
        if same.sum() >= least and (same == indicators[second_key][rows]).all():
            found.append(note("same_missing", first=first_key, second=second_key))
    return found


def _of(weights: np.ndarray | None, rows: np.ndarray) -> np.ndarray | None:
    return None if weights is None else weights[rows]


def _not_used(study: Study, key: str) -> np.ndarray:
    """Rows in which every column of a driver was declared not applicable."""
    book = study.codebook
    names: Sequence[str | None]
    if key in book.attributes:
        names = book.attributes[key].columns
    elif key in book.measures:
        names = book.measures[key].columns
    elif key in book.dimensions:
        names = [item.perception for item in book.dimensions[key].items]
    else:
        names = [book.item(key).perception]
    return study.not_applicable([name for name in names if name])


def _covariates(study: Study, names: Sequence[str]) -> dict[str, np.ndarray]:
    held: dict[str, np.ndarray] = {}
    for name in names:
        if name in study.segments or name == study.wave_column:
            labels = study.full[name]
            codes = labels.cat.codes.to_numpy()
            for code, label in list(enumerate(labels.cat.categories))[1:]:
                held[f"{name} = {label}"] = np.where(codes < 0, np.nan, codes == code)
        else:
            held[f"covariate: {name}"] = study.values(name)
    return held


def performance(study: Study, key: str, cell: Cell) -> float:
    """Return the mean score of a driver among all who rated it, in scale points.

    Missing on a base below ``min_n.show``.
    """
    n, mean = study.rated(key, cell)
    return mean if n >= max(study.min_n.show, 2) else float("nan")


__all__ = ["Blocks", "Cases", "Missing", "Question", "collect", "performance", "policy", "question"]
