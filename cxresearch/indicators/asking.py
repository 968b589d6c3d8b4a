"""Indicators of asking: who answered, whom we answered back, how many prompts were followed."""

from __future__ import annotations

import pandas as pd

from cxresearch import sampling
from cxresearch.bases import Bases
from cxresearch.indicators.rows import NUMBERS, Row, missing, row
from cxresearch.sampling.response import DISPOSITIONS
from cxresearch.stats import intervals
from cxresearch.study.gather import as_labels
from cxresearch.study.study import Study

RESPONSE, DIALOGUE, IN_APP = "response_rate", "dialogue_rate", "in_app_rating"
NO_TABLE = "no_table"
PROMPTED = "in_app"
"""Touchpoint of the cases that were asked by a prompt in the app."""


def asking(study: Study, level: float, bases: Bases) -> list[Row]:
    """Return rates of response and of dialogue in the wave of a study."""
    return [*_response(study, level), _dialogue(study, level, bases)]


def prompts(study: Study, level: float) -> list[Row]:
    """Return how many prompts in the app were answered; nothing where they were not kept."""
    if not study.tables.has("sample", "disposition", "touchpoint"):
        return []
    cases = _of_wave(study, study.tables["sample"])
    shown = cases[as_labels(cases["touchpoint"]) == PROMPTED]
    return _rates(shown, IN_APP, level)[:1] if len(shown) else []


def _response(study: Study, level: float) -> list[Row]:
    """Return the rates of the table of those who were asked, by AAPOR's definitions."""
    if not study.tables.has("sample", "disposition"):
        return [missing(RESPONSE, NO_TABLE)]
    cases = _of_wave(study, study.tables["sample"])
    if cases.empty:
        return [missing(RESPONSE, "empty")]
    return _rates(cases, RESPONSE, level)


def _rates(cases: pd.DataFrame, key: str, level: float) -> list[Row]:
    """Return a row per definition; a case of which nothing is told is of unknown eligibility."""
    told = as_labels(cases["disposition"]).astype(object).fillna("UO")
    if not set(told) <= {*DISPOSITIONS, *DISPOSITIONS.values()}:
        return [missing(key, "unknown_dispositions", statistic="rr1", n=len(told))]
    if set(told) <= {"NE", "ineligible"}:
        return [missing(key, "empty", statistic="rr1")]
    table = sampling.response_rates(told, conf_level=level).table
    return [
        row(key, statistic=one["name"], n=one["n"], unit="share", reason=one["reason"])
        | {name: one[name] for name in NUMBERS if name in one}
        for one in table.to_dict("records")
    ]


def _dialogue(study: Study, level: float, bases: Bases) -> Row:
    """Return the share of those to be answered who were: of the sample, else of the actions."""
    if study.tables.has("sample", "flagged", "contacted"):
        cases = _of_wave(study, study.tables["sample"])
        flagged = cases[cases["flagged"] == 1]
        done = flagged["contacted"] == 1
    elif study.tables.has("actions", "respondent_id", "closed_at"):
        actions = _of_respondents(study, study.tables["actions"])
        closed = actions["closed_at"].notna()
        done = closed.groupby(as_labels(actions["respondent_id"]).astype(object)).any()
    else:
        return missing(DIALOGUE, NO_TABLE)
    n = len(done)
    if reason := bases.withheld(DIALOGUE, n):
        return missing(DIALOGUE, reason, n=n)
    found = intervals.wilson(int(done.sum()), n, level)
    bases.low(DIALOGUE, n, float(n))
    ends = {"conf_low": found.conf_low, "conf_high": found.conf_high}
    return row(DIALOGUE, estimate=found.estimate, std_error=found.std_error, n=n, **ends)


def _of_wave(study: Study, table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of the study's waves; all where the table or the study has none."""
    if study.wave_column is None or "wave" not in table:
        return table
    return table[as_labels(table["wave"]).isin(study.waves)]


def _of_respondents(study: Study, actions: pd.DataFrame) -> pd.DataFrame:
    """Return the actions for respondents of this study, where it knows their ids."""
    key = study.params.data.id
    named = actions[actions["respondent_id"].notna()]
    if key is None:
        return named
    ids = as_labels(study.full.loc[study.mask, key])
    return named[as_labels(named["respondent_id"]).isin(ids)]
