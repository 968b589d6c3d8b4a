"""Every survey indicator of the registry by its id: what this study can tell."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from cxresearch import kpis
from cxresearch.bases import Bases
from cxresearch.indicators.asking import asking, prompts
from cxresearch.indicators.batteries import BATTERIES, batteries
from cxresearch.indicators.market import MARKET, market
from cxresearch.indicators.over_waves import over_waves
from cxresearch.indicators.rows import COLUMNS, NOT_IN_STUDY, Row, copied, missing
from cxresearch.notes import distinct
from cxresearch.registry import DEFINITIONS, SURVEY
from cxresearch.results import Result
from cxresearch.study.study import Study


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicators(Result):
    """Survey indicators; one or more rows an indicator, those without a figure with the reason."""


def survey(study: Study, /, *, conf_level: float | None = None) -> Indicators:
    """Tell what the answers say by the registry's indicators, and which were not asked.

    Measures count as the indicator that their ``kpi``, touchpoint or kind names. From the
    batteries come the share of pairs at or above expectation, the share below adequate (else
    expected), and the means of gap, MSA and MSS over the dimensions, as ``servqual.gaps`` has
    them; from attributes with ``block`` quality, cost or delivery the means of those who
    answered all. Changes and slope are those of ``trends.compare`` and ``trends.track``, rivals
    those of ``benchmark.compare``, the brand's fit that of ``benchmark.brand_profile``,
    response rates those of ``sampling.response_rates`` on the table ``sample``.

    Parameters
    ----------
    study : Study
        With several waves figures are of the latest one; those over waves are of all of them.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    Indicators
        ``kpi, measure`` (empty where the registry defines the columns), ``statistic`` (which
        variant), ``entity`` (the rival it is about), ``estimate, std_error, conf_low, conf_high,
        unit`` (``share_points``: a difference of shares, 0.05 is five percentage points),
        ``direction, n, n_eff, reason``. Counts of waves (``sat_sustained``, ``cadence``) have no
        interval; their ``n`` is the waves fielded. ``reason``: not_in_study (nothing of the kind
        was asked), not_asked (not in the latest wave), no_table, no_target, one_wave, or why a
        base does not carry a figure.

    Notes
    -----
    ``sat_sustained`` counts the latest waves in a row whose probability of meeting the target is
    at least ``analysis.scorecard.green`` (.90). ``dialogue_rate`` takes those marked in the
    columns ``flagged`` and ``contacted`` of the table ``sample``, else respondents of the table
    ``actions`` with at least one closed action.

    Examples
    --------
    >>> frame = pd.DataFrame({"e": [6, 5] * 20, "p": [6, 4] * 20})
    >>> book = {"dimensions": {"d": {"scale": [1, 7], "expectation": "e", "perception": "p"}}}
    >>> found = survey(Study.from_frame(frame, book)).table.set_index("kpi")
    >>> found.loc[["expectations_met", "servqual_gap"], "estimate"].tolist()
    [0.5, -0.5]
    """
    level = study.conf_level if conf_level is None else conf_level
    latest = study.latest()
    bases = Bases(latest)
    rows = _measured(latest, level)
    computed = [*over_waves(study, level), *asking(latest, level, bases)]
    if study.in_database:  # answers of single respondents are not at hand
        computed += [missing(key, "in_database") for key in (*BATTERIES, *MARKET)]
    else:
        computed += [*batteries(latest, level, bases), *market(latest, level)]
    declared = {one["kpi"] for one in rows}
    rows += [one for one in computed if one["kpi"] not in declared]
    rows += prompts(latest, level)
    known = {one["kpi"] for one in rows}
    rows += [missing(one.kpi_id, NOT_IN_STUDY) for one in SURVEY if one.kpi_id not in known]
    order = {one.kpi_id: place for place, one in enumerate(SURVEY)}
    table = pd.DataFrame(rows, columns=COLUMNS)
    table = table.sort_values("kpi", key=lambda ids: ids.map(order), kind="stable")
    names = {one.kpi_id: one.names for one in SURVEY}
    return Indicators(
        table=table.reset_index(drop=True),
        n=latest.n,
        n_eff=latest.n_eff,
        conf_level=level,
        method="registry",
        notes=distinct([*latest.base_notes(), *bases.notes]),
        about=replace(latest.about, labels={**study.about.labels, **names}),
    )


def _measured(study: Study, level: float) -> list[Row]:
    """Return the headline of every measure that is an indicator of the survey."""
    if not study.codebook.measures:
        return []
    table = kpis.measure(study, conf_level=level).table
    heads = table[table["kpi"].isin(list(DEFINITIONS))].drop_duplicates("measure")
    return [
        copied(
            one["kpi"],
            one,
            measure=one["measure"],
            statistic=one["statistic"],
            n_eff=one["n_eff"],
        )
        for one in heads.to_dict("records")
    ]
