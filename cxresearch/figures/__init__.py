"""Figures of results: a Result in, a matplotlib figure out, in the language of the study.

``figures.plot(result)`` draws the default figure of any result and ``kind`` another one; the
functions can be called by name too. A figure knows its alternative text (``.alt``) and caption
and shows itself as SVG at the end of a notebook's cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from matplotlib.figure import Figure

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.figures.answers import stacked
from cxresearch.figures.benchmark import first_place, paired_dots, value_map
from cxresearch.figures.branches import in_order, limits
from cxresearch.figures.brand import brand_map, intended_seen, residual_map
from cxresearch.figures.cohorts import cohort_map, two_series
from cxresearch.figures.drivers import blocks, importance, ranks
from cxresearch.figures.factors import loadings, scree
from cxresearch.figures.flagged import pace, with_without
from cxresearch.figures.gap_changes import change_split, score_models
from cxresearch.figures.gap_grid import gap_grid
from cxresearch.figures.kpis import indicators, recommendation
from cxresearch.figures.loyalty import at_risk, survival
from cxresearch.figures.measurement import ladder, path
from cxresearch.figures.mix import mix_dumbbell
from cxresearch.figures.operations import (
    backlog,
    checklist,
    groups,
    waiting_curves,
)
from cxresearch.figures.parts import notice
from cxresearch.figures.priorities import arrows, asymmetry_grid, map_of_priorities, what_if
from cxresearch.figures.quality import coverage, flow, missing, rules
from cxresearch.figures.reliability import coefficients, item_rest
from cxresearch.figures.sampling import detectable, margins
from cxresearch.figures.scorecard import bullets
from cxresearch.figures.segments import forest, funnel, ranked
from cxresearch.figures.servqual import dumbbell, gap_bars
from cxresearch.figures.strategy import strategy_map
from cxresearch.figures.subjects import Album, by_subject, periods
from cxresearch.figures.trends import changes, track
from cxresearch.figures.verbatims import impact, theme_bars, theme_waves
from cxresearch.figures.waves import breaks, control_chart, forecast, outlook
from cxresearch.figures.zone import radar, share_below, zone_chart
from cxresearch.results import NotAsked, Result
from cxresearch.text.captions import not_asked
from cxresearch.theme import Picture, Shown

Drawer = Callable[..., Picture]


def missing_part(result: Result) -> Picture:
    """Say in place of a figure what the study would have to hold for it."""
    return notice(result, not_asked(result))


# the figures of each class of result by their names, the default one first
DRAWERS: dict[str, dict[str, Drawer]] = {
    "KpiTable": {"indicators": indicators, "recommendation": recommendation},
    "QualityCheck": {
        "flow": flow,
        "missing": missing,
        "rules": rules,
        "coverage": coverage,
        "pace": pace,
        "with_without": with_without,
    },
    "GapScores": {"gap_bars": gap_bars, "dumbbell": dumbbell, "grid": gap_grid},
    "DriverImportance": {"importance": importance, "blocks": blocks, "ranks": ranks},
    "DriverPriorities": {"map": map_of_priorities, "arrows": arrows},
    "DriverAsymmetry": {"grid": asymmetry_grid},
    "WhatIf": {"what_if": what_if},
    "WaveContrasts": {"changes": changes},
    "Track": {"track": track},
    "SegmentComparison": {"forest": forest},
    "ServicePoints": {"ranked": ranked, "funnel": funnel},
    "AnswerShares": {"stacked": stacked},
    "RivalComparison": {"paired_dots": paired_dots, "first_place": first_place},
    "RelativeValue": {"value_map": value_map},
    "BrandProfile": {
        "intended_seen": intended_seen,
        "residual_map": residual_map,
        "brand_map": brand_map,
    },
    "Themes": {"theme_bars": theme_bars, "impact": impact, "theme_waves": theme_waves},
    "SamplePlan": {"detectable": detectable},
    "Weighting": {"margins": margins},
    "Reliability": {"coefficients": coefficients, "item_rest": item_rest},
    "FactorNumber": {"scree": scree},
    "Explored": {"loadings": loadings},
    "Confirmed": {"path": path},
    "Invariance": {"ladder": ladder},
    "ZoneOfTolerance": {"zone_chart": zone_chart, "share_below": share_below, "radar": radar},
    "GapChanges": {"change_split": change_split},
    "ScoreModels": {"score_models": score_models},
    "Forecast": {"forecast": forecast},
    "Outlook": {"outlook": outlook},
    "Breaks": {"breaks": breaks},
    "ControlChart": {"control_chart": control_chart},
    "MixAdjusted": {"mix_dumbbell": mix_dumbbell},
    "LoyaltyLink": {"survival": survival, "at_risk": at_risk},
    "Cohorts": {"cohort_map": cohort_map},
    "LaggedLink": {"two_series": two_series},
    "Scorecard": {"bullets": bullets, "strategy_map": strategy_map},
    "Overview": {"indicators": indicators},
    "OperationsTable": {"periods": periods, "groups": groups},
    "WaitingCurves": {"waiting_curves": waiting_curves},
    "Backlog": {"backlog": backlog},
    "BranchPerformance": {"in_order": in_order, "limits": limits},
    "Checklist": {"checklist": checklist},
    "NotAsked": {"notice": missing_part},
}


def register(kind: str, **drawers: Drawer) -> None:
    """Name the figures of a class of results, the default one first.

    Parameters
    ----------
    kind : str
        Name of the Result's class.
    **drawers
        Functions from such a result to a `Picture`, by the name of the figure.
    """
    DRAWERS[kind] = {**DRAWERS.get(kind, {}), **drawers}


def plot(result: Result, *, kind: str | None = None, **choices: Any) -> Picture:
    """Draw a result: its default figure, or the one called `kind`.

    Raises
    ------
    AnalysisError
        There is no figure for this result, or none of this name.
    """
    name = type(result).__name__
    drawers = DRAWERS.get(name, {})
    if isinstance(result, NotAsked):
        return missing_part(result)
    if not drawers or (kind is not None and kind not in drawers):
        what = f'{name} has no figure "{kind}"' if drawers else f"there is no figure for {name}"
        known = list(drawers) if drawers else list(DRAWERS)
        raise AnalysisError(
            Fault(kind="analysis", what=what, hint=did_you_mean(kind or name, known))
        )
    return drawers[kind or next(iter(drawers))](result, **choices)


def show(thing: Result | Figure, *, alt: str = "", caption: str = "", **choices: Any) -> Any:
    """Show a result's figure, or any matplotlib figure with the alternative text given.

    Raises
    ------
    AnalysisError
        A figure of one's own comes without alternative text.
    """
    if isinstance(thing, Result):
        return plot(thing, **choices)
    if isinstance(thing, Picture) and not alt:
        return thing
    if not alt:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="a figure needs an alternative text",
                hint='figures.show(figure, alt="what it shows, with its numbers")',
            )
        )
    return Shown(figure=thing, alt=alt, caption=caption)


__all__ = [
    "Album",
    "Picture",
    "at_risk",
    "backlog",
    "blocks",
    "brand_map",
    "breaks",
    "bullets",
    "by_subject",
    "change_split",
    "changes",
    "checklist",
    "coefficients",
    "cohort_map",
    "control_chart",
    "coverage",
    "detectable",
    "dumbbell",
    "first_place",
    "flow",
    "forecast",
    "forest",
    "funnel",
    "gap_bars",
    "gap_grid",
    "groups",
    "impact",
    "importance",
    "in_order",
    "indicators",
    "intended_seen",
    "item_rest",
    "ladder",
    "limits",
    "loadings",
    "margins",
    "missing",
    "mix_dumbbell",
    "pace",
    "paired_dots",
    "path",
    "periods",
    "plot",
    "radar",
    "ranked",
    "ranks",
    "recommendation",
    "register",
    "residual_map",
    "rules",
    "score_models",
    "scree",
    "share_below",
    "show",
    "stacked",
    "strategy_map",
    "survival",
    "theme_bars",
    "theme_waves",
    "track",
    "two_series",
    "value_map",
    "waiting_curves",
    "with_without",
    "zone_chart",
]
