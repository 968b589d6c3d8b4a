"""Indicators of batteries and of blocks of attributes, from the answers of one wave."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from cxresearch.bases import Bases
from cxresearch.indicators.rows import Row, missing, row
from cxresearch.stats.intervals import Interval
from cxresearch.study.scores import answers, needed
from cxresearch.study.study import Study

BLOCKS = {"quality_rating": "quality", "cost_rating": "cost", "delivery_rating": "delivery"}
BATTERIES = ("expectations_met", "unmet_expectations", "servqual_gap", "mss", "msa", *BLOCKS)
SIDES = {"servqual_gap": "expectation", "mss": "desired", "msa": "adequate"}


def batteries(study: Study, level: float, bases: Bases) -> list[Row]:
    """Return what the registry defines over batteries and blocks of attributes."""
    found: list[Row] = []

    def add(key: str, statistic: str, n: int, estimate: Callable[[], Interval]) -> None:
        found.append(_row(key, statistic, bases, n, estimate))

    def mean(key: str, values: np.ndarray) -> None:
        n = int(study.design.members(study.mask, values).sum())
        add(key, "mean", n, lambda: study.design.mean(values, study.mask, level))

    def ratio(key: str, hits: np.ndarray, pairs: np.ndarray) -> None:
        asked = pairs.sum(axis=1).astype(float)
        counted = np.where(asked > 0, (hits & pairs).sum(axis=1), np.nan)
        over = np.where(asked > 0, asked, np.nan)
        n = int(study.design.members(study.mask, counted).sum())
        add(key, "share", n, lambda: study.design.ratio(counted, over, study.mask, level))

    for key, side in SIDES.items():
        perception, other = _pairs(study, side)
        if perception.shape[1] == 0:
            continue
        both = np.isfinite(perception) & np.isfinite(other)
        mean(key, _apart(study, side))
        if side == "expectation":
            ratio("expectations_met", perception >= other, both)
        if side == "adequate" or (side == "expectation" and not _pairs(study, "adequate")[0].size):
            ratio("unmet_expectations", perception < other, both)
    for key, block in BLOCKS.items():
        columns = [
            name
            for one in study.codebook.attributes.values()
            if one.block == block
            for name in one.columns
        ]
        if columns:
            table = answers(study.ratings, columns)
            mean(key, table.mean(axis=1))  # complete respondents: a blank leaves no mean
    return found


def _apart(study: Study, side: str) -> np.ndarray:
    """Return each respondent's mean over the dimensions of perception minus the other side."""
    rules = study.params.analysis.servqual
    parts = []
    for key, one in study.codebook.dimensions.items():
        perception, other = _pairs(study, side, key)
        if perception.shape[1]:
            gap = perception - other
            known = np.isfinite(gap)
            least = needed(gap.shape[1], rules.min_pairs or one.min_pairs)
            total = np.where(known, gap, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
            parts.append(np.where(known.sum(axis=1) >= least, total, np.nan))
    table = np.column_stack(parts)
    known = np.isfinite(table)
    mean = np.where(known, table, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    whole = known.any(axis=1) if rules.renormalise else known.all(axis=1)
    return np.where(whole, mean, np.nan)


def _pairs(study: Study, side: str, dimension: str = "") -> tuple[np.ndarray, np.ndarray]:
    """Return perceptions and the other side of every item that has both."""
    pairs = [
        (item.perception, other)
        for key, one in study.codebook.dimensions.items()
        for item in one.items
        if dimension in ("", key) and item.perception and (other := getattr(item, side))
    ]
    return (
        answers(study.ratings, [first for first, _ in pairs]),
        answers(study.ratings, [second for _, second in pairs]),
    )


def _row(key: str, statistic: str, bases: Bases, n: int, estimate: Callable[[], Interval]) -> Row:
    if reason := bases.withheld(key, n):
        return missing(key, reason, statistic=statistic, n=n)
    found = estimate()
    bases.low(key, n, found.n_eff)
    told = row(key, statistic=statistic, n=n, n_eff=found.n_eff)
    low, high = found.conf_low, found.conf_high
    if told["unit"] == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    told |= {"estimate": found.estimate, "std_error": found.std_error}
    return told | {"conf_low": low, "conf_high": high}
