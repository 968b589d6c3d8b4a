"""Survey indicators by their ids: all of the registry, from the columns of a study."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import indicators, kpis, servqual, tables
from cxresearch.columns import GLOSSARY
from cxresearch.registry import SURVEY
from cxresearch.study.study import Study


@pytest.fixture(scope="module")
def found():
    one = study()
    return one, indicators.survey(one)


def by_id(result):
    return result.table.drop_duplicates("kpi").set_index("kpi")


def test_every_indicator_has_a_row_and_a_figure_or_a_reason(found):
    _, result = found
    assert set(result.table["kpi"]) == {one.kpi_id for one in SURVEY}
    assert (result.table["estimate"].notna() | result.table["reason"].notna()).all()
    assert set(result.table.columns) <= set(GLOSSARY)
    assert "Survey indicators" in tables.show(result).html


def test_gap_and_headline_are_those_of_their_own_analyses(found):
    one, result = found
    gaps = servqual.gaps(one).table.set_index("dimension")
    assert by_id(result).loc["servqual_gap", "estimate"] == pytest.approx(
        gaps.loc["overall", "estimate"]
    )
    nps = kpis.measure(one).table.query("statistic == 'nps'").iloc[0]
    assert by_id(result).loc["nps", "estimate"] == nps["estimate"]


def test_pairs_met_and_unmet():
    frame = pd.DataFrame({"e1": 5, "p1": [5, 4] * 10, "e2": 3, "p2": [3.0, np.nan] * 10})
    items = {"expectation": ["e1", "e2"], "perception": ["p1", "p2"]}
    book = {"dimensions": {"d": {"scale": [1, 7], **items}}}
    rows = by_id(indicators.survey(Study.from_frame(frame, book)))
    assert rows.loc["expectations_met", "estimate"] == pytest.approx(2 / 3)
    assert rows.loc["unmet_expectations", "estimate"] == pytest.approx(1 / 3)
    assert rows.loc["mss", "reason"] == "not_asked"


def test_blocks_of_attributes_are_ratings_of_those_who_answered_all():
    frame = survey()
    frame.loc[3, "good"] = np.nan
    rows = by_id(indicators.survey(study(frame)))
    assert rows.loc["quality_rating", "estimate"] == pytest.approx(frame["good"].mean())
    assert rows.loc["quality_rating", "n"] == 239
