"""One registry: complete, in four languages, and the source of what params may name."""

from __future__ import annotations

import pandas as pd
import pytest

from cxresearch import kpis
from cxresearch.registry import DEFINITIONS, FIGURES, SURVEY, indicator_of
from cxresearch.study.kpi_ids import KPIS, SURVEY_KPIS
from cxresearch.study.study import Study


def test_every_definition_is_whole():
    for key, one in DEFINITIONS.items():
        assert key == one.kpi_id
        assert set(one.names) == {"en", "es", "sl", "ru"}, key
        assert all(one.names.values()), key
        assert len(one.definition) > 10, key
        assert one.version
        assert set(one.sources) <= set("ABCD")
        if one.unit == "share":
            assert one.denominator, key


def test_no_id_is_there_twice_and_params_know_them_all():
    assert set(KPIS) == set(DEFINITIONS)
    assert set(SURVEY_KPIS) == {one.kpi_id for one in SURVEY}
    assert KPIS["churn"] == "down"
    assert KPIS["cadence"] == "band"


def test_channels_have_indicators_of_their_own():
    assert indicator_of("csat", "post_service") == "post_service_rating"
    assert indicator_of("score", "follow_up") == "followup_rating"
    assert indicator_of("nps", "last_mile") == "last_mile_nps"
    assert indicator_of("csat", None, "service_level_sat") == "service_level_sat"
    assert all(indicator_of(kind) in DEFINITIONS for kind in ("nps", "csat", "ces", "index"))


BOOK = {
    "measures": {
        "app": {"kind": "csat", "columns": "a", "scale": [1, 5], "touchpoint": "in_app"},
        "hard": {"kind": "ces", "version": 1, "columns": "a"},
        "easy": {"kind": "ces", "version": 2, "columns": "b"},
        "acsi": {"kind": "index", "columns": ["x1", "x2", "x3"]},
    }
}


@pytest.fixture
def study():
    x1 = [8, 9, 8, 8, 8] * 4
    x2 = [8, 8, 8, 8, 7.5] * 4
    x3 = [7, 8, 7, 8, 7] * 4
    frame = pd.DataFrame({"a": [1, 2, 3, 4, 5] * 4, "b": 5, "x1": x1, "x2": x2, "x3": x3})
    return Study.from_frame(frame, BOOK)


def test_the_index_of_the_fixture(study):
    frame = study.frame
    assert frame[["x1", "x2", "x3"]].mean().round(9).tolist() == [8.2, 7.9, 7.4]
    table = kpis.measure(study).table.set_index(["measure", "statistic"])
    row = table.loc[("acsi", "index")]
    assert row["estimate"] == pytest.approx(75.9259259, abs=1e-6)
    assert (row["unit"], row["kpi"]) == ("index", "satisfaction_index")
    assert table.loc[("acsi", "mean"), "estimate"] == pytest.approx(7.8333333, abs=1e-6)


def test_effort_has_opposite_directions_by_version(study):
    table = kpis.measure(study).table.set_index(["measure", "statistic"])
    assert table.loc[("hard", "mean"), "direction"] == "down"
    assert table.loc[("hard", "low_effort"), "direction"] == "up"
    assert table.loc[("easy", "mean"), "direction"] == "up"
    assert table.loc[("easy", "easy"), "direction"] == "up"
    assert table.loc[("hard", "mean"), "version"] == "1/1"
    assert table.loc[("easy", "mean"), "version"] == "1/2"


def test_every_row_names_its_indicator_channel_and_version(study):
    table = kpis.measure(study).table
    assert set(table["kpi"]) == {"in_app_rating", "ces", "satisfaction_index"}
    assert set(table["touchpoint"]) == {"in_app", ""}
    assert set(table["statistic"]) <= set(FIGURES)
    for row in table.itertuples():
        assert row.unit == FIGURES[row.statistic].unit


def test_the_glossary_tells_what_a_study_measures(study):
    whole = kpis.glossary()
    assert len(whole.table) == len(DEFINITIONS)
    own = kpis.glossary(study)
    assert set(own.table["kpi"]) == {"in_app_rating", "ces", "satisfaction_index"}
    assert "promoters" not in set(own.figures["statistic"])
    russian = own.in_language("ru")
    assert russian.about.label("ces") == DEFINITIONS["ces"].names["ru"]
    assert DEFINITIONS["ces"].names["ru"] in russian._repr_html_()
