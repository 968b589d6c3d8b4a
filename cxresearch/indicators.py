"""Every survey indicator of the registry in one table, by its id: what this study can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch import kpis
from cxresearch.bases import Bases
from cxresearch.notes import distinct
from cxresearch.registry import DEFINITIONS, SURVEY
from cxresearch.results import Result
from cxresearch.stats.intervals import Interval
from cxresearch.study.scores import answers, needed
from cxresearch.study.study import Study

BLOCKS = {"quality_rating": "quality", "cost_rating": "cost", "delivery_rating": "delivery"}
SIDES = {"servqual_gap": "expectation", "mss": "desired", "msa": "adequate"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicators(Result):
    """Survey indicators; one row per indicator and measure, those not asked with the reason."""


def survey(study: Study, /, *, conf_level: float | None = None) -> Indicators:
    """Tell what the answers say by the registry's indicators, and which were not asked.

    Measures count as the indicator that their ``kpi``, touchpoint or kind names. From the
    batteries come the share of pairs at or above expectation, the share below adequate (else
    expected), and the means of gap, MSA and MSS over the dimensions, as ``servqual.gaps`` has
    them; from attributes with ``block`` quality, cost or delivery the means of those who
    answered all.

    Parameters
    ----------
    study : Study
        All its respondents count; with several waves take ``study.latest()``.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Indicators
        ``kpi, measure`` (empty where the registry defines the columns), ``estimate, std_error,
        conf_low, conf_high, unit, direction, n, n_eff, reason``. Indicators over waves, rivals,
        brand and response have analyses of their own; where nothing was declared for them here
        the reason is ``not_asked``.

    Examples
    --------
    >>> frame = pd.DataFrame({"e": [6, 5] * 20, "p": [6, 4] * 20})
    >>> book = {"dimensions": {"d": {"scale": [1, 7], "expectation": "e", "perception": "p"}}}
    >>> found = survey(Study.from_frame(frame, book)).table.set_index("kpi")
    >>> found.loc[["expectations_met", "servqual_gap"], "estimate"].tolist()
    [0.5, -0.5]
    """
    level = study.conf_level if conf_level is None else conf_level
    bases = Bases(study)
    rows = _measured(study, level)
    known = {row["kpi"] for row in rows}
    for key, estimate in _computed(study, level).items():
        if key not in known:
            rows.append(_row(key, bases, study, *estimate))
    known = {row["kpi"] for row in rows}
    for one in SURVEY:
        if one.kpi_id not in known:
            rows.append(_empty(one.kpi_id) | {"n": 0, "reason": "not_asked"})
    order = {one.kpi_id: place for place, one in enumerate(SURVEY)}
    table = pd.DataFrame(rows).sort_values("kpi", key=lambda ids: ids.map(order), kind="stable")
    names = {one.kpi_id: one.names for one in SURVEY}
    return Indicators(
        table=table.reset_index(drop=True),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="registry",
        notes=distinct([*study.base_notes(), *bases.notes]),
        about=replace(study.about, labels={**study.about.labels, **names}),
    )


def _measured(study: Study, level: float) -> list[dict[str, Any]]:
    """Return the headline of every measure that is an indicator."""
    if not study.codebook.measures:
        return []
    table = kpis.measure(study, conf_level=level).table
    heads = table[table["kpi"].isin(list(DEFINITIONS))].drop_duplicates("measure")
    numbers = ["estimate", "std_error", "conf_low", "conf_high", "unit", "direction"]
    return [
        {"kpi": row["kpi"], "measure": row["measure"]}
        | {name: row[name] for name in [*numbers, "n", "n_eff", "reason"]}
        for row in heads.to_dict("records")
    ]


def _computed(study: Study, level: float) -> dict[str, tuple[int, Callable[[], Interval]]]:
    """Return what the registry defines over batteries and blocks: base and estimate."""
    found: dict[str, tuple[int, Callable[[], Interval]]] = {}

    def mean(key: str, values: np.ndarray) -> None:
        n = int(study.design.members(study.mask, values).sum())
        found[key] = n, lambda: study.design.mean(values, study.mask, level)

    def ratio(key: str, hits: np.ndarray, pairs: np.ndarray) -> None:
        asked = pairs.sum(axis=1).astype(float)
        counted = np.where(asked > 0, (hits & pairs).sum(axis=1), np.nan)
        over = np.where(asked > 0, asked, np.nan)
        n = int(study.design.members(study.mask, counted).sum())
        found[key] = n, lambda: study.design.ratio(counted, over, study.mask, level)

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


def _row(
    key: str, bases: Bases, study: Study, n: int, estimate: Callable[[], Interval]
) -> dict[str, Any]:
    reason = bases.withheld(key, n)
    row = _empty(key) | {"n": n, "reason": reason}
    if reason is None:
        found = estimate()
        bases.low(key, n, found.n_eff)
        row |= {"estimate": found.estimate, "std_error": found.std_error}
        low, high = found.conf_low, found.conf_high
        if row["unit"] == "share":
            low, high = max(low, 0.0), min(high, 1.0)
        row |= {"conf_low": low, "conf_high": high, "n_eff": found.n_eff}
    return row


def _empty(key: str) -> dict[str, Any]:
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "n_eff")
    one = DEFINITIONS[key]
    row: dict[str, Any] = {"kpi": key, "measure": "", **dict.fromkeys(numbers, np.nan)}
    return row | {"unit": one.unit, "direction": one.direction}
