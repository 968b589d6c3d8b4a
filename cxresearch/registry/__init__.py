"""The one registry of indicators: what each is, over what, which way is better.

Tables, charts, the scorecard and the glossary take names, units, directions and versions from
here, and a misspelt indicator in params is found against it. A definition that changes gets a
new version.
"""

from __future__ import annotations

from collections.abc import Mapping

from cxresearch.registry.business import BUSINESS
from cxresearch.registry.definitions import Better, Definition, Figure
from cxresearch.registry.figures import FIGURES as _FIGURES
from cxresearch.registry.orders import ORDERS
from cxresearch.registry.survey import SURVEY as _RATINGS
from cxresearch.registry.touchpoints import TOUCHPOINTS as _TOUCHPOINTS

SURVEY: tuple[Definition, ...] = (*_RATINGS, *_TOUCHPOINTS)
OPERATIONAL: tuple[Definition, ...] = (*BUSINESS, *ORDERS)
DEFINITIONS: Mapping[str, Definition] = {one.kpi_id: one for one in (*SURVEY, *OPERATIONAL)}
FIGURES: Mapping[str, Figure] = {one.statistic: one for one in _FIGURES}

TOUCHPOINTS: Mapping[tuple[str, str], str] = {
    ("post_service", "csat"): "post_service_rating",
    ("post_service", "score"): "post_service_rating",
    ("follow_up", "csat"): "followup_rating",
    ("follow_up", "score"): "followup_rating",
    ("in_app", "csat"): "in_app_rating",
    ("in_app", "score"): "in_app_rating",
    ("last_mile", "csat"): "last_mile_csat",
    ("last_mile", "nps"): "last_mile_nps",
    ("last_mile", "ces"): "last_mile_ces",
}
"""Indicator by touchpoint and kind of measure."""

KINDS: Mapping[str, str] = {
    "nps": "nps",
    "csat": "csat",
    "ces": "ces",
    "index": "satisfaction_index",
}
"""Indicator by kind of measure."""


def indicator_of(kind: str, touchpoint: str | None = None, declared: str | None = None) -> str:
    """Return which indicator a survey measure is; empty where it is one of the study's own.

    Examples
    --------
    >>> indicator_of("csat", "in_app"), indicator_of("nps"), indicator_of("score")
    ('in_app_rating', 'nps', '')
    """
    if declared is not None:
        return declared
    return TOUCHPOINTS.get((touchpoint or "", kind), KINDS.get(kind, ""))


def texts() -> tuple[str, ...]:
    """Return every text of definitions and formulas, each once: what catalogues translate.

    Examples
    --------
    >>> "promoters minus detractors" in texts()[12]
    True
    """
    told = [
        *(text for one in DEFINITIONS.values() for text in one.texts),
        *(text for one in FIGURES.values() for text in (one.numerator, one.denominator)),
    ]
    return tuple(dict.fromkeys(text for text in told if text))


__all__ = [
    "BUSINESS",
    "DEFINITIONS",
    "FIGURES",
    "OPERATIONAL",
    "ORDERS",
    "SURVEY",
    "Better",
    "Definition",
    "Figure",
    "indicator_of",
    "texts",
]
