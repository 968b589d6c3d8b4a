"""From a customer survey to a statistically honest report.

>>> import cxresearch as cx

`cx.load_study("params/acme_2025.yml")` checks params, codebook and answers and gives a Study;
`cx.kpis`, `cx.servqual`, `cx.drivers`, `cx.trends`, … ask it and give a Result; `cx.figures`,
`cx.tables` and `cx.findings` show the Result. On the command line, `cxresearch run` makes the
report. Names are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from cxresearch import display

display.register("html", "cxresearch.tables:as_html")
display.register("figure", "cxresearch.figures:plot")
display.register("study", "cxresearch.tables:study_html")
display.register("draft", "cxresearch.tables.drafts:draft_html")
display.register("new", "cxresearch.report.fresh:write_draft")

_ROOMS = (
    "answers",
    "benchmark",
    "columns",
    "display",
    "drivers",
    "errors",
    "figures",
    "findings",
    "handover",
    "indicators",
    "history",
    "kpis",
    "loyalty",
    "notes",
    "operations",
    "overview",
    "psychometrics",
    "quality",
    "registry",
    "results",
    "samples",
    "sampling",
    "scorecard",
    "segments",
    "servqual",
    "stats",
    "tables",
    "text",
    "theme",
    "trends",
    "verbatims",
    "verdicts",
)
_NAMES = {
    "Study": "cxresearch.study.study",
    "load_study": "cxresearch.study.loading",
    "Draft": "cxresearch.study.draft",
    "draft": "cxresearch.study.draft",
    "Result": "cxresearch.results",
    "CxError": "cxresearch.errors",
}

__all__ = [*_ROOMS, *_NAMES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name in _NAMES:
        value = getattr(import_module(_NAMES[name]), name)
    elif name in _ROOMS:
        value = import_module(f"{__name__}.{name}")
    elif name == "__version__":
        value = import_module("importlib.metadata").version("cxresearch")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
