"""Sentences of the whole story: one from each analysis, and what the study does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cxresearch.findings.drivers import drivers
from cxresearch.findings.kpis import kpis
from cxresearch.findings.phrases import Findings, Speaker
from cxresearch.findings.quality import quality
from cxresearch.findings.servqual import servqual
from cxresearch.findings.trends import trends
from cxresearch.text import captions

Reader = Callable[[Any], Findings]

_PARTS: dict[str, Reader] = {
    "kpis": kpis,
    "contrasts": trends,
    "gaps": servqual,
    "drivers": drivers,
    "quality": quality,
}


def overview(result: Any) -> Findings:
    """Say the story of a study in a few sentences: state, changes, gaps, drivers, answers.

    Parameters
    ----------
    result : Overview
        From ``overview.tell``.
    """
    tell = Speaker.of(result).tell
    told: dict[str, str] = {}
    for name, reader in _PARTS.items():
        part = getattr(result, name)
        read = not_asked if type(part).__name__ == "NotAsked" else reader
        told[name] = read(part).headline
    limits = (
        tell("These are answers of those who took part; they do not prove what causes what."),
        tell("Where it says “cannot tell”, more answers or another wave would be needed."),
    )
    sentences = tuple(text for text in told.values() if text)
    head = told["kpis"] or told["quality"]
    return Findings(sentences, limits, result.about.language, headline=head)


def not_asked(result: Any) -> Findings:
    """Say what the study would have to hold for an analysis.

    Parameters
    ----------
    result : NotAsked
        Stands where the analysis would.
    """
    text = captions.not_asked(result)
    return Findings((text,), (), result.about.language, headline=text)
