"""Sentences made from the numbers and verdict codes of a result, true for every study.

``findings.read(result)`` finds the words for any result; `kpis`, `quality`, `servqual`,
`drivers` and `trends` are the same by the name of the analysis.
"""

from __future__ import annotations

from collections.abc import Callable

from cxresearch import handover
from cxresearch.errors import AnalysisError, Fault
from cxresearch.findings.drivers import drivers
from cxresearch.findings.kpis import kpis
from cxresearch.findings.overview import not_asked, overview
from cxresearch.findings.phrases import Findings
from cxresearch.findings.quality import quality
from cxresearch.findings.sampling import plan, response, weighting
from cxresearch.findings.segments import answers, segments, service_points
from cxresearch.findings.servqual import servqual
from cxresearch.findings.trends import trends
from cxresearch.results import Result

Reader = Callable[[Result], Findings]

READERS: dict[str, Reader] = {
    "KpiTable": kpis,
    "QualityCheck": quality,
    "GapScores": servqual,
    "DriverImportance": drivers,
    "WaveContrasts": trends,
    "Track": trends,
    "SegmentComparison": segments,
    "ServicePoints": service_points,
    "AnswerShares": answers,
    "SamplePlan": plan,
    "ResponseRates": response,
    "Weighting": weighting,
    "Overview": overview,
    "NotAsked": not_asked,
}


def read(result: Result) -> Findings:
    """Say in sentences what a result tells and what it does not.

    In a report run the first headline of a notebook is handed over: it heads the page.

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
        told = {"headline": found.headline, "base": result.n, "waves": result.about.waves}
        handover.facts(told)
    return found


__all__ = [
    "Findings",
    "answers",
    "drivers",
    "kpis",
    "not_asked",
    "overview",
    "plan",
    "quality",
    "read",
    "response",
    "segments",
    "service_points",
    "servqual",
    "trends",
    "weighting",
]
