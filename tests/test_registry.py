"""One registry: complete, in four languages, and the source of what params may name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxresearch import kpis, registry, tables
from cxresearch.errors import CxError
from cxresearch.registry import DEFINITIONS, FIGURES, SURVEY, indicator_of
from cxresearch.study.kpi_ids import KPIS, SURVEY_KPIS
from cxresearch.study.scores import index_weights
from cxresearch.study.study import Study
from cxresearch.text import translator


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


STEPS = {
    "measures": {
        "at_once": {"kind": "csat", "columns": "a", "scale": [1, 5], "touchpoint": "post_service"},
        "later": {"kind": "csat", "columns": "b", "scale": [1, 5], "touchpoint": "follow_up"},
    }
}


def change(study):
    table = kpis.measure(study).table
    return table[table["statistic"] == "paired_change"].iloc[0]


def test_the_change_since_the_service_is_paired():
    frame = pd.DataFrame({"a": [5, 4, 3, 4] * 10, "b": [4.0, 4, 3, None] * 10})
    row = change(Study.from_frame(frame, STEPS))
    assert row["measure"] == "later"
    assert row["kpi"] == "followup_rating"
    assert (row["n"], row["unit"]) == (30, "points")
    assert row["estimate"] == pytest.approx(-1 / 3)
    paired = (frame["b"] - frame["a"]).dropna()
    assert row["std_error"] == pytest.approx(paired.std() / len(paired) ** 0.5)
    assert "paired_change" in set(
        kpis.glossary(Study.from_frame(frame, STEPS)).figures["statistic"]
    )


def test_the_change_follows_a_person_over_the_waves():
    ids = [f"p{i}" for i in range(20)]
    first = pd.DataFrame({"id": ids, "wave": 1, "a": 5, "b": None})
    second = pd.DataFrame({"id": ids[::-1], "wave": 2, "a": None, "b": [3, 4] * 10})
    frame = pd.concat([second, first], ignore_index=True).astype({"a": float, "b": float})
    keys = {"id": "id", "wave": "wave"}
    row = change(Study.from_frame(frame, STEPS, same_people=True, **keys))
    assert (row["n"], row["estimate"]) == (20, -1.5)
    assert change(Study.from_frame(frame, STEPS, **keys))["reason"] == "empty"


def test_ratings_on_two_scales_are_compared_on_one():
    book = {"measures": {**STEPS["measures"]}}
    book["measures"]["later"] = {**book["measures"]["later"], "scale": [0, 10]}
    frame = pd.DataFrame({"a": [5, 3] * 10, "b": [10, 0] * 10})
    row = change(Study.from_frame(frame, book))
    assert (row["unit"], row["estimate"]) == ("index", pytest.approx(-25))


def indexed(**more):
    frame = pd.DataFrame({"x1": [8.2] * 20, "x2": [7.9] * 20, "x3": [7.4] * 20})
    book = {"acsi": {"kind": "index", "columns": ["x1", "x2", "x3"], **more}}
    return kpis.measure(Study.from_frame(frame, {"measures": book})).table.iloc[0]


def test_weights_of_the_index():
    assert indexed()["estimate"] == pytest.approx(75.9259259)
    weighted = indexed(weights=[2, 1, 1])
    assert weighted["estimate"] == pytest.approx(100 * (0.5 * 7.2 + 0.25 * 6.9 + 0.25 * 6.4) / 9)
    assert weighted["version"] == "1/weighted"
    with pytest.raises(CxError, match="weights do not fit"):
        indexed(weights=[1, 2])


def test_weights_of_the_first_component():
    rng = np.random.default_rng(3)
    trait = rng.normal(size=(400, 1))
    table = 5 + trait * [1, 1, 0.2] + 0.3 * rng.normal(size=(400, 3))
    frame = pd.DataFrame(np.clip(table, 1, 10), columns=["x1", "x2", "x3"])
    one = {"kind": "index", "columns": ["x1", "x2", "x3"], "weights": "first_component"}
    study = Study.from_frame(frame, {"measures": {"acsi": one}})
    weights = index_weights(frame.to_numpy(), study.codebook.measures["acsi"])
    assert weights.sum() == pytest.approx(1)
    assert weights[0] == pytest.approx(weights[1], abs=0.02)
    assert weights[2] < weights[1] - 0.03
    row = kpis.measure(study).table.iloc[0]
    assert row["version"] == "1/first_component"
    assert row["estimate"] == pytest.approx(100 * ((frame @ weights).mean() - 1) / 9)


def test_criteria_count_from_zero():
    row = indexed(kpi="evaluation_score", scale=[1, 10])
    assert row["estimate"] == pytest.approx(100 * (8.2 + 7.9 + 7.4) / 30)


def test_the_name_is_used_only_where_it_is_right_too():
    frame = pd.DataFrame({"used": [1, 1, 0, 1] * 10, "right": [1, 0, None, None] * 10})
    one = {"kind": "share", "columns": ["used", "right"], "kpi": "beh_name_use"}
    row = kpis.measure(Study.from_frame(frame, {"measures": {"name": one}})).table.iloc[0]
    assert row["n"] == 30
    assert row["estimate"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("language", ["es", "sl", "ru"])
def test_definitions_are_told_in_the_language_of_the_study(language, study):
    lacking = [text for text in registry.texts() if not translator(language).knows(text)]
    assert lacking == []
    shown = tables.show(kpis.glossary(replace_language(study, language))).html
    assert DEFINITIONS["satisfaction_index"].definition not in shown
    assert translator(language)(DEFINITIONS["satisfaction_index"].definition) in shown


def replace_language(study, language):
    return Study.from_frame(study.frame, BOOK, language=language)
