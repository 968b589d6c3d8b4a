"""A study never changes; its parts keep the whole survey design."""

import pickle

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import kpis
from cxresearch.errors import AnalysisError


def test_parts():
    one = study()
    north = one.where(region="North")
    assert north.n + one.where(region="South").n == one.n == 240
    assert one.where(region=["North", "South"]).n == 240
    assert one.wave(2029).where(region="North").n == one.where(wave=2029, region="North").n
    assert north.design is one.design
    assert north.full is one.full
    assert len(north.frame) == north.n
    assert set(north.frame["region"]) == {"North"}
    assert one.n == 240


@pytest.mark.parametrize("label", [2029, 2029.0, "2029", np.int64(2029), np.float64(2029)])
def test_labels_of_waves_are_text(label):
    assert study().wave(label).waves == ("2029",)


def test_latest_and_split():
    one = study()
    assert one.latest().waves == ("2029",)
    assert {name: part.n for name, part in one.split("region").items()} == dict(
        one.frame["region"].value_counts().sort_index()
    )
    alone = study(wave=None)
    assert alone.latest() is alone
    assert alone.waves == ()


def test_words_that_are_not_known():
    one = study()
    with pytest.raises(AnalysisError, match='did you mean "region"'):
        one.where(regoin="North")
    with pytest.raises(AnalysisError, match='did you mean "North"'):
        one.where(region="Nort")
    with pytest.raises(AnalysisError, match='cannot be asked by "S"'):
        kpis.measure(one, by="S")
    with pytest.raises(AnalysisError, match='did you mean "recommend"'):
        one.measure("recomend")
    with pytest.raises(AnalysisError, match="no waves"):
        study(wave=None).wave(2029)
    with pytest.raises(AnalysisError, match="no study can be asked"):
        one.has("money")


def test_groups_of_groups():
    cells = list(study().cells(["wave", "region"]))
    assert [tuple(cell.keys.values()) for cell in cells] == [
        ("2028", "North"),
        ("2028", "South"),
        ("2029", "North"),
        ("2029", "South"),
    ]
    assert sum(cell.mask.sum() for cell in cells) == 240
    assert study().by_names(["wave", "region"]) == ("wave", "region")


def test_a_wave_column_of_another_name_is_called_wave():
    frame = survey().rename(columns={"wave": "year"})
    table = kpis.measure(study(frame, wave="year"), by="wave").table
    assert table.columns[0] == "wave"
    same = kpis.measure(study(frame, wave="year"), by="year").table
    pd.testing.assert_frame_equal(table, same)


def test_scores():
    table = study(weight="w").where(region="North").scores
    assert len(table) == study().where(region="North").n
    columns = ["id", "wave", "region", "w", "first", "first_expectation", "first_gap"]
    assert columns == table.columns.tolist()[:7]
    assert {"satisfaction", "recommend", "good"} <= set(table)


def test_weights_in_the_scores_are_those_used():
    frame = survey()
    frame.loc[frame["wave"] == 2028, "w"] = np.nan
    table = study(frame, weight="w").scores
    assert table["w"].notna().all()
    used = survey().loc[lambda rows: rows["wave"] == 2029, "w"].mean()
    assert table.loc[table["wave"] == "2028", "w"].unique() == pytest.approx([used])


def test_copies_do_not_reach_the_study():
    one = study()
    for table in (one.frame, one.scores):
        table.loc[:, "S" if "S" in table else "satisfaction"] = -1.0
    assert (one.values("satisfaction") > 0).all()


def test_frozen():
    with pytest.raises(AttributeError):
        study().mask = None


def test_streams_are_apart():
    one = study()
    first, again, other = (one.rng(name).random() for name in ("a", "a", "b"))
    assert first == again
    assert first != other


def test_needs():
    one = study()
    assert one.has("waves")
    assert one.has("waves:2")
    assert not one.has("waves:3")
    assert one.has("expectations")
    assert not one.has("zone")
    assert one.has("drivers")
    assert not one.has("table:tickets")


def test_result_is_small_and_holds_no_respondent():
    result = kpis.measure(study(survey(4000)))
    stored = pickle.dumps(result)
    assert len(stored) < 20_000
    back = pickle.loads(stored)
    pd.testing.assert_frame_equal(back.table, result.table)


def test_order_of_groups_is_natural():
    frame = survey()
    frame["region"] = frame["id"] % 12
    assert study(frame).groups("region") == tuple(str(i) for i in range(12))


def test_large_study_is_quick():
    """Twenty-five thousand rows, batteries and groups: no loop over respondents."""
    from time import process_time

    from cxresearch import quality, servqual, trends

    frame = survey(25_000, waves=8)
    start = process_time()
    one = study(frame, weight="w", duration=None)
    quality.check(one)
    kpis.measure(one, by="wave")
    servqual.gaps(one)
    trends.compare(one)
    trends.track(one)
    assert process_time() - start < 8  # about one second; a loop over respondents takes minutes
