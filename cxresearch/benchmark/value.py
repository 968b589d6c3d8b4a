"""Value for money: our quality over the rival's against our price over the rival's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.benchmark.ratings import Contest, Rated, contest
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import NotAsked, Result
from cxresearch.stats import draws
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.study import By, Cell, Study

PARTS = ("quality", "price", "value")
MOST_FAILED = 0.05  # part of the draws without a quotient above which there is no interval
SEEN = {
    (True, True): "more_for_more",
    (True, False): "more_for_less",
    (False, True): "less_for_more",
    (False, False): "less_for_less",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RelativeValue(Result):
    """Relative quality, relative price and their quotient: one row per rival."""


def relative_value(
    study: Study,
    /,
    *,
    quality: Mapping[str, float] | None = None,
    price: str | Sequence[str] | None = None,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> RelativeValue | NotAsked:
    """Tell whether customers see more for their money with us than with a rival.

    Parameters
    ----------
    study : Study
        Where rivals are rated, too.
    quality : mapping of str to float, optional
        Keys that make up quality and their weights; by default ``analysis.benchmark.quality``.
    price : str or sequence of str, optional
        Keys of the price; by default ``analysis.benchmark.price``. Where more is better (a fair
        or low price) the quotient is turned over, so that above 1 always means dearer.
    by : str or sequence of str, optional
        Groups.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    RelativeValue
        ``entity``; ``relative_quality`` = weighted mean of our means over the rival's,
        ``relative_price`` likewise, ``estimate`` = their quotient (above 1: more for the money),
        all with bootstrap intervals; ``p_ahead``: part of the draws with a value above 1;
        ``offer``: more_for_less, more_for_more, less_for_less, less_for_more, or undecided where
        an interval holds 1;
        ``n``: people behind the weakest of the ratings. No interval where more than 5 % of the
        draws have no quotient (a mean of 0), no figure where the ratings have none. `NotAsked`
        where no quality and price are named.

    Raises
    ------
    AnalysisError
        If nobody rates a rival, a key is not rated of one, or a scale reaches below zero, so
        that a quotient means nothing.

    Notes
    -----
    Means are of those who rate both where at least half of the rival's raters do. A quotient
    takes the scale's numbers as amounts counted from zero; that is noted, and the difference of
    `compare` needs no such assumption. Reference: Gale (1994), Managing Customer Value.

    Examples
    --------
    >>> frame = pd.DataFrame({"q": [8, 6] * 10, "p": [5, 5] * 10, "rq": [4, 3] * 10,
    ...                       "rp": [5, 5] * 10})
    >>> book = {"attributes": {"care": {"columns": "q", "scale": [0, 10]},
    ...                        "cost": {"columns": "p", "scale": [0, 10], "direction": "down"}},
    ...         "competitors": {"Rival": {"care": ["rq"], "cost": ["rp"]}}}
    >>> one = Study.from_frame(frame, book)
    >>> found = relative_value(one, quality={"care": 1}, price="cost", n_resamples=100)
    >>> found.table[["relative_quality", "relative_price", "estimate"]].to_numpy().tolist()
    [[2.0, 1.0, 2.0]]
    """
    told = study.params.analysis.benchmark
    weights = dict(told.quality if quality is None else quality)
    named = list(told.price if price is None else [price] if isinstance(price, str) else price)
    level = study.conf_level if conf_level is None else conf_level
    if not weights or not named:
        return NotAsked(
            table=pd.DataFrame(),
            n=study.n,
            n_eff=study.n_eff,
            conf_level=level,
            method="not_asked",
            about=study.about,
            need="quality_and_price",
        )
    asked = contest(study, [*weights, *named])
    _from_zero(study, asked)
    finder = _Value(
        asked,
        np.array([*weights.values()], dtype=float),
        level,
        study.n_resamples if n_resamples is None else n_resamples,
        study.seed if seed is None else seed,
        Bases(study),
    )
    rows = [
        finder.row(cell, rival)
        for cell in asked.cells(by)
        for rival in asked.rivals
        if all(rival in one.rivals for one in asked.rated)
    ]
    notes: list[Note] = [*study.base_notes(), *finder.bases.notes, note("ratio_of_ratings")]
    return RelativeValue(
        table=pd.DataFrame(rows),
        n=int(asked.people(study.raters).sum()),
        n_eff=asked.design.kish(asked.people(study.raters))[0],
        conf_level=level,
        method="bootstrap",
        by=study.by_names(by),
        notes=distinct(notes),
        about=study.about,
    )


def _from_zero(study: Study, asked: Contest) -> None:
    for rated in asked.rated:
        scale = study.codebook.scale_of(rated.key)
        if scale.min < 0 or rated.unit == "nps":
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what=f'"{rated.key}" reaches below zero, so a quotient means nothing',
                    where="params: analysis.benchmark",
                    found=f"{scale.min:g} to {scale.max:g}",
                    hint="name ratings on a scale from 0 or 1",
                )
            )


@dataclass(frozen=True, slots=True)
class _Value:
    asked: Contest
    weights: np.ndarray
    level: float
    n_resamples: int
    seed: int
    bases: Bases

    def row(self, cell: Cell, rival: str) -> dict[str, Any]:
        """Return the value against one rival in one group."""
        design = self.asked.design
        table = np.column_stack(
            [column for one in self.asked.rated for column in _pair(one, rival)]
        )
        n = int((np.isfinite(table) & design.members(cell.mask)[:, None]).sum(axis=0).min())
        group = " · ".join([rival, *cell.keys.values()])
        reason = self.bases.withheld(group, n)
        row: dict[str, Any] = {**cell.keys, "entity": rival}
        ends = [f"relative_{one}{end}" for one in PARTS[:2] for end in ("", "_low", "_high")]
        row |= dict.fromkeys([*ends, "estimate", "std_error", "conf_low", "conf_high"], np.nan)
        row |= {"p_ahead": np.nan, "offer": "undecided", "unit": "ratio", "n": n}
        row |= {"low_base": False, "suppressed": reason is not None, "reason": reason}
        if reason is not None:
            return row
        rng = stream(self.seed, f"benchmark.relative_value:{rival}:{cell.name}")
        drawn = self.parts(draws.means(design, cell.mask, table, self.n_resamples, rng))
        point = self.parts(design.means(table, cell.mask).estimates[None, :])
        value = drawn["value"]
        failed = float((~np.isfinite(value)).mean())
        if not np.isfinite(point["value"][0]):
            return row | {"suppressed": True, "reason": "no_variance"}
        if failed > MOST_FAILED:
            drawn = {name: np.full_like(value, np.nan) for name in PARTS}
        ends_ = {name: percentile_interval(drawn[name], self.level) for name in PARTS}
        for name in PARTS[:2]:
            low, high = (float(one) for one in ends_[name])
            column = f"relative_{name}"
            row |= {column: float(point[name][0]), f"{column}_low": low, f"{column}_high": high}
        told = value[np.isfinite(value)] if failed <= MOST_FAILED else np.empty(0)
        row |= {"estimate": float(point["value"][0])}
        row |= {"std_error": float(told.std(ddof=1)) if len(told) > 1 else np.nan}
        row |= {"conf_low": float(ends_["value"][0]), "conf_high": float(ends_["value"][1])}
        row |= {
            "p_ahead": float((told > 1).mean()) if len(told) else np.nan,
            "low_base": self.bases.low(group, n, n),
        }
        sides = [_side(*ends_[name]) for name in PARTS[:2]]
        if None not in sides:
            row["offer"] = SEEN[bool(sides[0]), bool(sides[1])]
        return row

    def parts(self, means: np.ndarray) -> dict[str, np.ndarray]:
        """Return quality, price and value of every row of means (own and rival in turn)."""
        own, theirs = means[:, 0::2], means[:, 1::2]
        ratio = np.divide(own, theirs, out=np.full(own.shape, np.nan), where=theirs > 0)
        k = len(self.weights)
        quality = ratio[:, :k] @ (self.weights / self.weights.sum())
        turn = [one.direction == "up" for one in self.asked.rated[k:]]
        prices = ratio[:, k:]
        flipped = np.divide(1.0, prices, out=np.full(prices.shape, np.nan), where=prices > 0)
        price = np.where(turn, flipped, prices).mean(axis=1)
        value = np.divide(quality, price, out=np.full(price.shape, np.nan), where=price > 0)
        return {"quality": quality, "price": price, "value": value}


def _pair(rated: Rated, rival: str) -> tuple[np.ndarray, np.ndarray]:
    """Return both ratings: of those who rate both where they are half of the rival's raters."""
    own, theirs = rated.own, rated.rivals[rival]
    both = np.isfinite(own) & np.isfinite(theirs)
    if 2 * both.sum() < np.isfinite(theirs).sum():
        return own, theirs
    return np.where(both, own, np.nan), np.where(both, theirs, np.nan)


def _side(low: float, high: float) -> bool | None:
    """Return whether a quotient is above 1, below it, or cannot be told (None)."""
    if low > 1:
        return True
    return False if high < 1 else None
