"""Rules of data quality: who is flagged, who is not, and by which value."""

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch.errors import CxError

BATTERY = [f"P{i}" for i in range(1, 9)]
EXPECTED = [f"E{i}" for i in range(1, 9)]


def flagged(one, rule):
    rows = one.flags[one.flags["rule"] == rule]
    return dict(zip(rows["row"].astype(int), rows["value"].astype(float), strict=True))


def test_nothing_to_flag_nobody_flagged():
    one = study()
    assert flagged(one, "mostly_blank") == {}
    assert flagged(one, "out_of_range") == {}
    assert "speeder" not in one.rules
    assert "points" not in one.rules


def test_straight_answers():
    frame = survey()
    frame.loc[3, BATTERY] = 4
    frame.loc[4, EXPECTED] = 7  # a ceiling, not carelessness
    frame.loc[5, EXPECTED] = 6
    one = study(frame)
    assert flagged(one, "straight_perception")[3] == 8
    assert 4 not in flagged(one, "straight_expectation")
    assert flagged(one, "straight_expectation")[5] == 8


def test_straight_answers_are_judged_as_they_were_given():
    frame = survey()
    frame.loc[3, BATTERY] = 2
    items = [
        {"key": f"i{i}", "expectation": f"E{i}", "perception": f"P{i}", "reversed": i % 2 == 0}
        for i in range(1, 9)
    ]
    one = study(frame, book={"dimensions": {"d": {"scale": [1, 7], "items": items}}})
    assert 3 in flagged(one, "straight_perception")


def test_a_grid_of_attributes_is_a_battery_where_there_is_none():
    frame = survey()
    frame.loc[3, BATTERY] = 4
    book = {
        "attributes": {name.lower(): {"columns": name, "scale": [1, 7]} for name in BATTERY},
        "measures": {"satisfaction": {"kind": "score", "columns": "S", "scale": [1, 7]}},
    }
    assert flagged(study(frame, book=book), "straight_perception")[3] == 8


def test_blank_and_partial():
    frame = survey()
    columns = [*BATTERY, *EXPECTED, "good", "cheap", "fast", "S", "NPS"]
    frame.loc[3, columns[:15]] = np.nan
    frame.loc[4, columns[:6]] = np.nan
    one = study(frame)
    assert list(flagged(one, "mostly_blank")) == [3]
    assert list(flagged(one, "partial")) == [4]
    assert flagged(one, "partial")[4] == pytest.approx(15 / 21)


def test_what_a_wave_was_not_asked_is_no_blank():
    frame = survey()
    frame.loc[frame["wave"] == 2028, [*BATTERY, *EXPECTED]] = np.nan
    assert flagged(study(frame), "mostly_blank") == {}


def test_not_applicable_is_a_share_of_what_was_asked():
    frame = survey()
    frame.loc[frame["wave"] == 2028, [*BATTERY, *EXPECTED]] = np.nan
    frame.loc[0, ["good", "cheap", "fast"]] = 98
    one = study(frame, not_applicable=[98])
    assert flagged(one, "not_applicable") == {0: 0.6}


def test_same_answers():
    frame = survey()
    rating = [name for name in frame if name not in ("id", "wave", "region", "w")]
    frame.loc[7, rating] = frame.loc[6, rating].to_numpy()
    frame.loc[200, rating] = frame.loc[6, rating].to_numpy()  # of the other wave
    assert flagged(study(frame), "same_answers") == {6: 2, 7: 2}


def test_speeders_are_measured_by_their_wave():
    frame = survey().assign(seconds=300.0)
    frame.loc[frame["wave"] == 2029, "seconds"] = 900
    frame.loc[3, "seconds"] = 90
    frame.loc[4, "seconds"] = 140
    frame.loc[200, "seconds"] = 290
    one = study(frame, duration="seconds")
    assert list(flagged(one, "speeder")) == [3, 200]
    assert list(flagged(one, "fast")) == [4]


def test_durations_are_compared_among_those_asked_alike():
    frame = survey().assign(seconds=600.0, path="long", device="screen")
    short = frame.index[frame["wave"] == 2029][::3]
    frame.loc[short, ["seconds", "path"]] = [180.0, "short"]
    frame.loc[short[0], "seconds"] = 50
    frame.loc[0, ["seconds", "path"]] = [100, "odd"]  # alone on its path: compared by wave
    assert len(flagged(study(frame, duration="seconds"), "speeder")) > 35
    one = study(frame, duration="seconds", asked_alike=["path", "device"])
    assert set(flagged(one, "speeder")) == {short[0], 0}


def test_pages_clicked_through():
    frame = survey().assign(p1=20.0, p2=30.0, p3=10.0, seconds=60.0)
    frame.loc[3, ["p1", "p2", "p3"]] = [4, 5, 3]  # fast on every page
    frame.loc[4, ["p1", "p2", "p3"]] = [4, 300, 10]  # fast on one
    frame.loc[5, ["p1", "p2", "p3"]] = [0, np.nan, 10]  # not shown
    one = study(frame, page_times=["p1", "p2", "p3"])
    assert flagged(one, "speed_index") == {3: 3}
    slow = study(
        frame, page_times=["p1", "p2", "p3"], analysis={"quality": {"speed_index_from": 1.3}}
    )
    assert set(flagged(slow, "speed_index")) == {3, 4}


def test_page_times_are_numbers():
    with pytest.raises(CxError, match="durations that are no numbers"):
        study(survey().assign(p1="soon"), page_times="p1")


def test_pairs_that_ask_the_same():
    rng = np.random.default_rng(2)
    frame = survey()
    twins = rng.integers(1, 8, (len(frame), 4))
    frame[BATTERY] = np.column_stack([twins, 8 - twins])
    frame.loc[7, BATTERY] = [1, 7, 2, 6, 2, 6, 1, 7]
    one = study(frame)
    found = flagged(one, "synonyms")
    assert set(found) == {7}
    assert found[7] < -0.9
    apart = rng.integers(1, 8, (len(frame), 8))
    frame[BATTERY] = apart
    assert "synonyms" not in study(frame).rules


def test_copies_come_from_one_device():
    frame = survey().assign(device="own" + survey()["id"].astype(str))
    rating = [name for name in survey() if name not in ("id", "wave", "region", "w")]
    frame.loc[7, rating] = frame.loc[6, rating].to_numpy()
    assert flagged(study(frame), "same_answers") == {6: 2, 7: 2}
    assert flagged(study(frame, device="device"), "same_answers") == {}
    frame.loc[7, "device"] = frame.loc[6, "device"]
    assert flagged(study(frame, device="device"), "same_answers") == {6: 2, 7: 2}


def test_limits_are_declared_and_shown():
    frame = survey().assign(seconds=300.0)
    frame.loc[3, "seconds"] = 140
    one = study(frame, duration="seconds", analysis={"quality": {"speeder_below": 0.5}})
    rows = one.flags[one.flags["rule"] == "speeder"]
    assert rows["row"].tolist() == [3]
    assert rows["threshold"].tolist() == [0.5]
    with pytest.raises(CxError, match="speeder_below is above fast_below"):
        study(frame, analysis={"quality": {"speeder_below": 0.9}})


def test_core_questions_make_an_interview_complete():
    frame = survey()
    frame.loc[3, EXPECTED] = np.nan
    assert 3 in flagged(study(frame), "partial")
    core = {"quality": {"core": ["satisfaction", "recommend"]}}
    assert 3 not in flagged(study(frame, analysis=core), "partial")
    frame.loc[3, ["S"]] = np.nan
    assert flagged(study(frame, analysis=core), "partial") == {3: 0.5}


def recent(frame, **rule):
    return study(frame, eligible=[{"column": "used", "within_months": 12, **rule}])


def test_who_used_the_service_within_the_window():
    frame = survey().assign(used="2029-03-01", day="2029-06-30")
    frame.loc[:4, "used"] = ["2028-06-30", "2028-06-29", None, "2029-06-30", "2029-07-01"]
    one = recent(frame, until="day")
    assert np.flatnonzero(~one.mask).tolist() == [1, 2, 4]
    assert next(note for note in one.notes if note.code == "screened_out")["n"] == 3


def test_the_window_counts_back_from_the_day_of_the_wave():
    frame = survey().assign(used="2028-06-01")
    wave = {"column": "wave", "dates": {"2028": "2028-05-01", "2029": "2029-06-02"}}
    one = study(frame, wave=wave, eligible=[{"column": "used", "within_months": 12}])
    assert set(one.full.loc[one.mask, "wave"]) == {"2028"}
    with pytest.raises(CxError, match="no day is declared"):
        recent(frame)
    with pytest.raises(CxError, match="days that are none"):
        recent(frame.assign(used="May", day="2029-06-30"), until="day")


def test_those_screened_out_set_no_usual_duration():
    frame = survey().assign(seconds=300.0, used=1)
    frame.loc[10:119, ["seconds", "used"]] = [10, 0]
    frame.loc[3, "seconds"] = 90
    one = study(frame, duration="seconds", eligible=[{"column": "used", "in": [1]}])
    assert list(flagged(one, "speeder")) == [3]


def test_durations_of_zero():
    one = study(survey().assign(seconds=0), duration="seconds")
    assert flagged(one, "speeder") == {}


def test_points():
    book = {
        "dimensions": {
            name: {"scale": [1, 7], "expectation": [f"E{i}"], "perception": [f"P{i}"],
                   "importance": f"I{i}"}
            for i, name in enumerate(("one", "two"), start=1)
        }
    }  # fmt: skip
    frame = survey().assign(I1=40, I2=60)
    frame.loc[2, "I2"] = 61  # within 1
    frame.loc[3, "I2"] = 65
    frame.loc[4, "I2"] = np.nan
    assert flagged(study(frame, book=book), "points") == {3: 105}


def test_order_breach():
    items = [
        {"key": f"i{i}", "perception": f"P{i}", "adequate": f"A{i}", "desired": f"E{i}"}
        for i in (1, 2)
    ]
    book = {"dimensions": {"d": {"scale": [1, 7], "items": items}}}
    frame = survey().assign(A1=1, A2=1)
    frame.loc[3, ["A1", "E1"]] = [6, 3]
    frame["E2"] = 7
    assert flagged(study(frame, book=book), "order_breach") == {3: 0.5}


def test_exclusion_is_declared_and_counted():
    frame = survey()
    frame.loc[[3, 8], BATTERY] = 4
    base = study(frame)
    assert base.n == 240
    one = study(frame, exclude=["straight_perception"])
    assert one.n == 240 - len(flagged(base, "straight_perception"))
    note = next(note for note in one.notes if note.code == "excluded")
    assert note["rule"] == "straight_perception"
    assert note["n"] == 240 - one.n
    assert one.design.n == 240


def test_a_battery_of_mixed_kinds():
    frame = survey()
    frame[BATTERY] = frame[BATTERY].astype("Int64")
    frame.loc[3, BATTERY[:4]] = pd.NA
    assert study(frame).n == 240
