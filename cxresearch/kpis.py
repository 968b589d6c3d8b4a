"""Headline figures of a survey: NPS, satisfaction, effort and every other measure.

Each figure comes with its design-based interval, base and the change that a later wave of
the same size could detect. Groups are never averaged into a total.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.about import About
from cxresearch.bases import (
    Bases,
    by_cell,
    few_accounts,
    minimum_detectable_change,
    protecting_cells,
)
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.registry import DEFINITIONS, FIGURES, Figure, indicator_of
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats.intervals import Interval
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study

TOP_BOXES = 2
POST_SERVICE = "post_service"
FOLLOW_UP = "follow_up"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KpiTable(Result):
    """Headline figures: one row per measure and statistic, the headline of each first."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Glossary(Result):
    """Definitions of indicators; one row per indicator.

    Attributes
    ----------
    figures : DataFrame
        Figures of survey measures: ``statistic, numerator, denominator, unit, direction,
        interval, version``.
    """

    figures: pd.DataFrame


@by_run
def measure(study: Study, /, *, by: By = None, conf_level: float | None = None) -> KpiTable:
    """Tell how customers rate the company: every measure of the codebook with its interval.

    Parameters
    ----------
    study : Study
        All its respondents count; with several waves take ``study.latest()`` or ``by="wave"``.
    by : str or sequence of str, optional
        "wave", a segment or service-point column, or several.
    conf_level : float, optional
        Level of the intervals; the study's own by default.

    Returns
    -------
    KpiTable
        ``measure, statistic, estimate, std_error, conf_low, conf_high, unit, direction, n,
        n_eff, mdc``; ``kpi`` (its id in the registry), ``touchpoint``, and ``version`` of the
        definition with that of the question. Statistics: ``nps`` (100 (P - D), points from -100
        to 100, adjusted Wald interval), ``promoters, passives, detractors, top_box, top2, easy,
        low_effort`` (shares from 0 to 1, Wilson interval at the effective n), ``mean`` (scale
        points, t interval with design degrees of freedom), ``rescaled`` and ``index`` (0 to
        100: 100 (x - min) / (max - min)); ``paired_change`` of a measure at the touchpoint
        follow_up: its rating minus the same person's at post_service, t interval of the mean
        difference, n its pairs.

    Raises
    ------
    AnalysisError
        If the codebook declares no measure.

    Notes
    -----
    A figure on fewer than ``min_n.show`` answers is withheld, one on fewer than ``min_n.test``
    is marked. References: Rocks (2016), doi:10.1080/00031305.2016.1158124, for the NPS; Wilson
    (1927), doi:10.1080/01621459.1927.10502953; Korn & Graubard (1998) for shares from designs.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"q": [10] * 50 + [8] * 25 + [3] * 25})
    >>> book = {"measures": {"recommend": {"kind": "nps", "columns": "q"}}}
    >>> table = measure(Study.from_frame(frame, book)).table
    >>> table.loc[0, ["conf_low", "conf_high"]].astype(float).round(1).tolist()
    [8.3, 40.2]
    """
    if not study.codebook.measures:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the codebook declares no measure",
                where="codebook: measures",
                hint="declare an outcome, for example satisfaction: {kind: csat, columns: S1}",
            )
        )
    study = study.reduced(study.codebook.measures, by)
    level = study.conf_level if conf_level is None else conf_level
    scored = {key: study.measure(key) for key in study.codebook.measures}
    kpi_id = {key: indicator(score) for key, score in scored.items()}
    bases = Bases(study)
    notes: list[Note] = [
        note("not_delivered", measure=key, n=n) for key in scored if (n := study.undelivered(key))
    ]
    few = few_accounts(study, by, notes)
    protecting = {key: protecting_cells(study, by, one.values, few) for key, one in scored.items()}

    linked = {key: paired_change(study, score) for key, score in scored.items()}

    def rows(cell: Cell) -> Iterator[dict[str, Any]]:
        for key, score in scored.items():
            n = study.design.count(study.design.members(cell.mask, score.values))
            group = " · ".join([key, *cell.keys.values()])
            reason = bases.withheld(group, n)
            if reason is None and cell.name in few:
                reason = "few_accounts"
            if reason is None and cell.name in protecting[key]:
                reason = "complementary"
                notes.append(note("complementary", group=group))
            for i, (statistic, unit) in enumerate(statistics(score)):
                row: dict[str, Any] = {"measure": key, "statistic": statistic}
                row |= {"kpi": kpi_id[key], "version": version(score)}
                row["touchpoint"] = score.measure.touchpoint or ""
                numbers = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high"], np.nan)
                numbers |= {"n_eff": np.nan, "mdc": np.nan}
                low = False
                if reason is None:
                    found = _estimate(study, score, statistic, cell.mask, level)
                    numbers = _numbers(found, level)
                    low = bases.low(group, n, found.n_eff)
                    if found.clipped:
                        notes.append(note("interval_clipped", measure=key))
                    if found.fallback and i == 0:
                        notes.append(note("n_eff_fallback", group=group))
                yield (
                    row
                    | numbers
                    | {
                        "unit": unit,
                        "direction": _direction(score, statistic),
                        "n": n,
                        "low_base": low,
                        "suppressed": reason is not None,
                        "reason": reason,
                    }
                )
            if (change := linked[key]) is not None:
                protected_too = cell.name in protecting[key]
                yield _changed(study, cell, score, change, bases, level, protected_too)

    table, names = by_cell(study, by, rows)
    columns = [*names, "measure", "statistic", "estimate", "std_error", "conf_low", "conf_high"]
    columns += ["unit", "direction", "n", "n_eff", "mdc", "low_base", "suppressed", "reason"]
    columns += ["kpi", "touchpoint", "version"]
    if any(score.headline == "nps" for score in scored.values()):
        notes.append(note("nps_trademark"))
    return KpiTable(
        table=table.reindex(columns=columns),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="design" if not study.design.simple else "classical",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def glossary(study: Study | None = None, /) -> Glossary:
    """Tell what every indicator is: in words, over what, which way is better, in which version.

    Parameters
    ----------
    study : Study, optional
        Only the indicators that its measures are; by default the whole registry.

    Returns
    -------
    Glossary
        ``kpi, name`` (in the study's language where one is given), ``definition, numerator,
        denominator, unit, direction, interval, level, sources, version``; `figures` has the
        figures that survey measures are told by.

    Examples
    --------
    >>> found = glossary().table.set_index("kpi")
    >>> found.loc["churn", ["direction", "denominator", "version"]].tolist()
    ['down', 'present at the start', '1']
    """
    about = About() if study is None else study.about
    wanted = list(DEFINITIONS)
    figures = list(FIGURES)
    if study is not None:
        scored = [study.measure(key) for key in study.codebook.measures]
        own = {indicator(score) for score in scored}
        wanted = [key for key in DEFINITIONS if key in own]
        told = {name for score in scored for name, _ in statistics(score)}
        if any(paired_change(study, score) is not None for score in scored):
            told.add("paired_change")
        figures = [name for name in FIGURES if name in told]
    names = {key: DEFINITIONS[key].names for key in wanted}
    records = [
        {
            "kpi": one.kpi_id,
            "definition": one.definition,
            "numerator": one.numerator,
            "denominator": one.denominator,
            "unit": one.unit,
            "direction": one.direction,
            "interval": one.interval,
            "level": one.level,
            "sources": one.sources,
            "version": one.version,
        }
        for one in (DEFINITIONS[key] for key in wanted)
    ]
    columns = list(Figure.__dataclass_fields__)
    table = pd.DataFrame(records)
    return Glossary(
        table=table,
        figures=pd.DataFrame([asdict(FIGURES[name]) for name in figures], columns=columns),
        n=0 if study is None else study.n,
        n_eff=float("nan") if study is None else study.n_eff,
        conf_level=about.conf_level,
        method="registry",
        about=replace(about, labels={**about.labels, **names}),
    )


def indicator(score: Scored) -> str:
    """Return which indicator of the registry a measure is; empty for a score of the study's own."""
    one = score.measure
    return indicator_of(one.kind, one.touchpoint, one.kpi)


def version(score: Scored) -> str:
    """Return the version of a measure's definition, with that of its question where it has one."""
    known = DEFINITIONS.get(indicator(score))
    weighted = score.measure.weights
    named = weighted if isinstance(weighted, str) else "weighted" if weighted else ""
    parts = [known.version if known else "1", score.measure.version, named]
    return "/".join(part for part in parts if part)


def statistics(score: Scored) -> list[tuple[str, str]]:
    """Return the figures of a measure and their units, the headline first."""
    kind = score.measure.kind
    if score.headline == "nps":
        shares = [(name, "share") for name in ("promoters", "passives", "detractors")]
        return [("nps", "nps"), *shares, ("mean", "points")]
    if kind == "share":
        return [(score.headline, "share")]
    if kind == "index":
        return [("index", "index"), ("mean", "points")]
    found = [("top_box", "share")] if score.headline == "top_box" else [("mean", "points")]
    if score.headline == "top_box":
        found.append(("mean", "points"))
    if kind == "csat" and (score.measure.top_box or 0) != TOP_BOXES:
        found.append(("top2", "share"))
    if kind == "ces":
        found.append(("easy" if score.measure.direction == "up" else "low_effort", "share"))
    return [*found, ("rescaled", "index")]


@dataclass(frozen=True, slots=True, eq=False)
class _Change:
    """A follow-up rating minus the same person's rating right after service, per respondent."""

    values: np.ndarray
    unit: str


def paired_change(study: Study, score: Scored) -> _Change | None:
    """Return the change since the rating right after service, where a follow-up has one.

    Both ratings stand in one row, or in an earlier wave of the same person
    (``data.same_people``). Scale points where both were asked on one scale, else 0 to 100.
    """
    if score.measure.touchpoint != FOLLOW_UP:
        return None
    first = [
        study.measure(key)
        for key, one in study.codebook.measures.items()
        if one.touchpoint == POST_SERVICE and one.kind == score.measure.kind
    ]
    if not first:
        return None
    ends = [(one.measure.scale.min, one.measure.scale.max) for one in (score, first[0])]
    alike = ends[0] == ends[1]
    before, after = (one.values if alike else one.rescaled for one in (first[0], score))
    return _Change(after - _of_same_person(study, before), "points" if alike else "index")


def _of_same_person(study: Study, before: np.ndarray) -> np.ndarray:
    """Return the rating in each row, else the last one of the person in an earlier wave."""
    data = study.params.data
    if not (data.same_people and data.id and study.wave_column):
        return before
    order = study.full[study.wave_column].cat.codes.to_numpy().argsort(kind="stable")
    ids = study.full[data.id].to_numpy()[order]
    carried = pd.Series(before[order]).groupby(ids).ffill().to_numpy()
    found = np.empty_like(before)
    found[order] = carried
    return found


def _changed(
    study: Study,
    cell: Cell,
    score: Scored,
    change: _Change,
    bases: Bases,
    level: float,
    hidden: bool,
) -> dict[str, Any]:
    """Return the row of a follow-up's change since the rating right after service."""
    key = score.measure.key
    n = int(study.design.members(cell.mask, change.values).sum())
    group = " · ".join([key, *cell.keys.values()])
    reason = "complementary" if hidden else bases.withheld(group, n)
    row: dict[str, Any] = {"measure": key, "statistic": "paired_change", "unit": change.unit}
    row |= {"kpi": indicator(score), "version": version(score), "n": n, "low_base": False}
    row |= {"touchpoint": FOLLOW_UP, "direction": _direction(score, "paired_change")}
    if reason is None:
        found = study.design.mean(change.values, cell.mask, level)
        row |= _numbers(found, level) | {"low_base": bases.low(group, n, found.n_eff)}
    return row | {"suppressed": reason is not None, "reason": reason}


def _estimate(
    study: Study, score: Scored, statistic: str, mask: np.ndarray, level: float
) -> Interval:
    design = study.design
    if statistic == "nps":
        return design.net_promoter(score.promoter, score.detractor, mask, level)
    if statistic == "mean":
        return design.mean(score.values, mask, level)
    if statistic in ("rescaled", "index"):
        return design.mean(score.rescaled, mask, level)
    middle = (score.measure.scale.min + score.measure.scale.max) / 2
    flags: dict[str, Callable[[], np.ndarray]] = {
        "promoters": lambda: score.promoter,
        "detractors": lambda: score.detractor,
        "passives": lambda: 1 - score.promoter - score.detractor,
        "top_box": lambda: score.top(score.measure.top_box or 1),
        "top2": lambda: score.top(TOP_BOXES),
        "easy": lambda: score.share(score.values > middle),
        "low_effort": lambda: score.share(score.values < middle),
    }
    return design.proportion(flags[statistic](), mask, level)


def _numbers(found: Interval, level: float) -> dict[str, float]:
    return {
        "estimate": found.estimate,
        "std_error": found.std_error,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "n_eff": found.n_eff,
        "mdc": minimum_detectable_change(
            found.std_error if np.isnan(found.sampling_error) else found.sampling_error, level
        ),
    }


def _direction(score: Scored, statistic: str) -> str:
    """Return which way is better: as the registry says, turned where lower answers are better."""
    better = FIGURES[statistic].direction
    if score.measure.direction != "down":
        return better
    return "down" if better == "up" else "up"
