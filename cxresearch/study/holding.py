"""What a study holds: what notebooks and analyses may ask of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.study.codebook import Measure

if TYPE_CHECKING:
    from cxresearch.study.study import Study

MOST_POINTS = 11  # of a scale whose answers are still told point by point


def holds(study: Study, need: str) -> bool:
    """Tell whether a study holds what a notebook or analysis needs; see `Study.has`.

    Raises
    ------
    AnalysisError
        For a need that is not known; the nearest is named.
    """
    what, _, detail = need.partition(":")
    book, data = study.codebook, study.params.data
    if what == "waves":
        return len(study.waves) >= int(detail or 2)
    if what == "table":
        return detail in study.tables
    answers = {
        "expectations": any(d.has_pairs for d in book.dimensions.values()),
        "perceptions": any(i.perception for d in book.dimensions.values() for i in d.items),
        "zone": any(d.has_zone for d in book.dimensions.values()),
        "importance": any(d.importance for d in book.dimensions.values()),
        "measures": bool(book.measures),
        "points": any(
            len(one.columns) == 1 and 2 <= len(one.scale.points) <= MOST_POINTS
            for one in book.measures.values()
        ),
        "drivers": bool(book.measures) and bool(driver_blocks(study)),
        "segments": bool(data.segments),
        "service_points": data.service_point is not None,
        "verbatims": bool(book.verbatims),
        "competitors": bool(book.competitors) or data.entity is not None,
        "brand": bool(book.brand),
        "customer": data.customer is not None,
    }
    if what not in answers:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'no study can be asked for "{need}"',
                hint=did_you_mean(what, [*answers, "waves", "table"]),
            )
        )
    return answers[what]


def driver_blocks(study: Study) -> dict[str, tuple[str, ...]]:
    """Return the driver keys by block: those of the params, else the attributes' own."""
    declared = study.params.analysis.drivers.blocks
    if declared:
        return {block: tuple(keys) for block, keys in declared.items()}
    blocks: dict[str, tuple[str, ...]] = {}
    for key, attribute in study.codebook.attributes.items():
        if attribute.block:
            blocks[attribute.block] = (*blocks.get(attribute.block, ()), key)
    return blocks


def measure(study: Study, key: str) -> Measure:
    """Return what the codebook says of a measure.

    Raises
    ------
    AnalysisError
        For a measure that it does not have; the nearest is named.
    """
    measures = study.codebook.measures
    if key not in measures:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no measure "{key}"',
                found=key,
                hint=did_you_mean(key, list(measures)),
            )
        )
    return measures[key]
