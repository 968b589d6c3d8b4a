"""Indicators beside rivals and of the brand, from the analyses of the competitors' room."""

from __future__ import annotations

from cxresearch import benchmark
from cxresearch.benchmark.compare import BEST, MEAN, RIVAL
from cxresearch.indicators.rows import NOT_IN_STUDY, Row, change_of, copied, missing
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

MARKET = RIVALS, FIT = ("vs_competitors", "brand_fit")


def market(study: Study, level: float) -> list[Row]:
    """Return our lead over rivals and the fit of the brand, in one wave."""
    return [*_rivals(study, level), *_brand(study, level)]


def _rivals(study: Study, level: float) -> list[Row]:
    """Return our own score minus the rivals' mean and minus the best rival's."""
    if not _rated(study):
        return [missing(RIVALS, NOT_IN_STUDY)]
    table = benchmark.compare(study, conf_level=level).table
    outcomes = table[table["measure"].isin(list(study.codebook.measures))]
    table = outcomes if len(outcomes) else table
    rows = []
    for key, own in table.groupby("measure", sort=False):
        told = own[own["contrast"].isin([MEAN, BEST])]
        if told.empty:  # a single rival with a base is both
            told = own[own["contrast"] == RIVAL]
        rows += [
            copied(
                RIVALS,
                one,
                measure=key,
                statistic=one["contrast"],
                entity=one["entity"],
                unit=change_of(one["unit"]),
            )
            for one in told.to_dict("records")
        ]
    return rows


def _rated(study: Study) -> bool:
    """Tell whether anybody here rates a rival."""
    entity = study.params.data.entity
    if study.codebook.competitors:
        return True
    if entity is not None:
        labels = study.full[entity.column].astype(object).to_numpy()[study.raters]
        return bool((labels != entity.own).any() and (labels == entity.own).any())
    return study.tables.has("competitor", "respondent_id", "brand", "item", "score")


def _brand(study: Study, level: float) -> list[Row]:
    """Return how far the brand is seen as it is meant."""
    meant = any(one.intended for one in study.codebook.brand.values())
    if not (meant or study.tables.has("brand_intended", "attribute", "weight")):
        return [missing(FIT, NOT_IN_STUDY)]
    found = benchmark.brand_profile(study, conf_level=level)
    if isinstance(found, NotAsked) or found.fit.empty:
        return [missing(FIT, NOT_IN_STUDY)]
    one = found.fit[found.fit["statistic"] == "fit"].iloc[0].to_dict()
    return [copied(FIT, one, statistic="fit", direction="up")]
