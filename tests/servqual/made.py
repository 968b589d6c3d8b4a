"""Results of the zone, of gap changes and of score models, made from small surveys."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from known_answers import SURVEY_BOOK, study, survey
from shown_results import about

from cxresearch import servqual
from cxresearch.about import About
from cxresearch.results import Result


def battery_book() -> dict[str, Any]:
    """The small survey with adequate and desired levels beside its perceptions."""
    dimensions: dict[str, Any] = {
        key: {
            **one,
            "adequate": [name.replace("P", "A") for name in one["perception"]],
            "desired": [name.replace("P", "D") for name in one["perception"]],
            "importance": f"POINTS_{key}",
        }
        for key, one in SURVEY_BOOK["dimensions"].items()
    }
    dimensions["first"]["label"] = {"en": "First of all", "ru": "Прежде всего"}
    return {**SURVEY_BOOK, "dimensions": dimensions}


def battery(n: int = 240, seed: int = 2):
    """Answers to it: two waves, perceptions between the levels for most."""
    rng = np.random.default_rng(seed)
    frame = survey(n, seed=seed)
    for item in range(1, 9):
        least = np.clip(np.round(4 + rng.normal(0, 0.8, n)), 1, 7)
        frame[f"A{item}"] = least
        frame[f"D{item}"] = np.clip(least + rng.integers(0, 4, n), 1, 7)
    frame["POINTS_first"] = rng.integers(20, 81, n)
    frame["POINTS_second"] = 100 - frame["POINTS_first"]
    return frame


def _in(result: Result, language: str) -> Any:
    look: About = replace(
        about(language), scales=result.about.scales, labels=result.about.labels, waves=()
    )
    return replace(result, about=look)


def zone(language: str = "en") -> servqual.ZoneOfTolerance:
    return _in(servqual.zone(study(battery(), battery_book())), language)


def zone_by_region(language: str = "en") -> servqual.ZoneOfTolerance:
    return _in(servqual.zone(study(battery(), battery_book()), by="region"), language)


def changes(language: str = "en") -> servqual.GapChanges:
    return _in(servqual.changes(study(battery(), battery_book())), language)


def models(language: str = "en") -> servqual.ScoreModels:
    return _in(servqual.models(study(battery(), battery_book())), language)


EVERY = [zone, zone_by_region, changes, models]
