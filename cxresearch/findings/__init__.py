"""Sentences made from the numbers and verdict codes of a result, true for every study.

``findings.read(result)`` finds the words for any result; `kpis`, `quality`, `servqual`,
`drivers` and `trends` are the same by the name of the analysis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cxresearch import handover
from cxresearch.errors import AnalysisError, Fault
from cxresearch.findings.benchmark import brand_profile, relative_value, reputation, rivals
from cxresearch.findings.branches import action_effects, branches, breakdown
from cxresearch.findings.cohorts import cohorts, lagged
from cxresearch.findings.drivers import drivers
from cxresearch.findings.factors import explore, factorability, n_factors
from cxresearch.findings.goals import goals
from cxresearch.findings.history import history
from cxresearch.findings.indicators import indicators
from cxresearch.findings.kpis import kpis
from cxresearch.findings.loyalty import loyalty
from cxresearch.findings.measurement import confirm, examination, invariance
from cxresearch.findings.operations import (
    backlog_open,
    checklists,
    operations,
    register,
    waiting,
)
from cxresearch.findings.overview import not_asked, overview
from cxresearch.findings.phrases import Findings
from cxresearch.findings.priorities import asymmetry, brief, kano, priorities, what_if
from cxresearch.findings.quality import quality
from cxresearch.findings.reliability import reliability
from cxresearch.findings.sampling import plan, response, weighting
from cxresearch.findings.scorecard import scorecard
from cxresearch.findings.segments import answers, segments, service_points
from cxresearch.findings.servqual import servqual
from cxresearch.findings.trends import trends
from cxresearch.findings.verbatims import agreement, posts, themes
from cxresearch.findings.waves import (
    breaks,
    comparability,
    control_chart,
    forecast,
    mix_adjusted,
    outlook,
)
from cxresearch.findings.zone import gap_changes, models, zone
from cxresearch.results import Result

Reader = Callable[[Result], Findings]

NOT_OF_RESPONDENTS = frozenset(
    [
        *("OperationsTable", "WaitingCurves", "Backlog", "Checklist", "Register"),
        *("BranchPerformance", "ActionEffects", "Breakdown", "GoalAttainment", "Cohorts"),
        "LaggedLink",
    ]
)
"""Results whose base is tickets, orders or visits, so that it is not the page's."""

READERS: dict[str, Reader] = {
    "KpiTable": kpis,
    "Indicators": indicators,
    "QualityCheck": quality,
    "GapScores": servqual,
    "Revisions": history,
    "DriverImportance": drivers,
    "DriverPriorities": priorities,
    "DriverAsymmetry": asymmetry,
    "WhatIf": what_if,
    "KanoTable": kano,
    "WaveContrasts": trends,
    "Track": trends,
    "SegmentComparison": segments,
    "ServicePoints": service_points,
    "AnswerShares": answers,
    "RivalComparison": rivals,
    "Reputation": reputation,
    "BrandProfile": brand_profile,
    "Themes": themes,
    "Agreement": agreement,
    "SocialPosts": posts,
    "RelativeValue": relative_value,
    "SamplePlan": plan,
    "ResponseRates": response,
    "Weighting": weighting,
    "Reliability": reliability,
    "Factorability": factorability,
    "FactorNumber": n_factors,
    "Explored": explore,
    "Confirmed": confirm,
    "Invariance": invariance,
    "Examination": examination,
    "ZoneOfTolerance": zone,
    "GapChanges": gap_changes,
    "ScoreModels": models,
    "Forecast": forecast,
    "Outlook": outlook,
    "Breaks": breaks,
    "ControlChart": control_chart,
    "MixAdjusted": mix_adjusted,
    "Comparability": comparability,
    "LoyaltyLink": loyalty,
    "Scorecard": scorecard,
    "GoalAttainment": goals,
    "Cohorts": cohorts,
    "LaggedLink": lagged,
    "Overview": overview,
    "OperationsTable": operations,
    "WaitingCurves": waiting,
    "Backlog": backlog_open,
    "Checklist": checklists,
    "Register": register,
    "BranchPerformance": branches,
    "ActionEffects": action_effects,
    "Breakdown": breakdown,
    "NotAsked": not_asked,
}


def read(result: Result, *, limits: bool = True) -> Findings:
    """Say in sentences what a result tells and what it does not.

    In a report run the first headline of a notebook is handed over: it heads the page. `limits`
    is for pages that have said before what such a result does not tell.

    Raises
    ------
    AnalysisError
        There are no sentences for this kind of result.
    """
    name = type(result).__name__
    if name not in READERS:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f"there are no findings for {name}",
                hint="one of: " + ", ".join(READERS),
            )
        )
    found = READERS[name](result)
    place = handover.folder()
    if place is not None and "headline" not in handover.read_facts(place):
        told: dict[str, object] = {"headline": found.headline, "waves": result.about.waves}
        if name not in NOT_OF_RESPONDENTS:
            told["base"] = result.n
        handover.facts(told)
    return found if limits else replace(found, limits=())


__all__ = [
    "Findings",
    "action_effects",
    "agreement",
    "answers",
    "backlog_open",
    "branches",
    "brand_profile",
    "breakdown",
    "breaks",
    "brief",
    "checklists",
    "cohorts",
    "comparability",
    "confirm",
    "control_chart",
    "drivers",
    "examination",
    "explore",
    "factorability",
    "forecast",
    "gap_changes",
    "goals",
    "history",
    "invariance",
    "kpis",
    "lagged",
    "loyalty",
    "mix_adjusted",
    "models",
    "n_factors",
    "not_asked",
    "operations",
    "overview",
    "plan",
    "posts",
    "quality",
    "read",
    "register",
    "relative_value",
    "reliability",
    "reputation",
    "response",
    "rivals",
    "scorecard",
    "segments",
    "service_points",
    "servqual",
    "themes",
    "trends",
    "waiting",
    "weighting",
    "zone",
]
