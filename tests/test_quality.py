"""Data quality by group, and whether the flagged change the headline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxresearch import figures, findings, quality
from cxresearch.study.study import Study

ITEMS = [f"P{i}" for i in range(1, 13)]
BOOK = {
    "scales": {"agree": [1, 7]},
    "dimensions": {
        name: {"scale": "agree", "perception": ITEMS[4 * i : 4 * i + 4]}
        for i, name in enumerate(["one", "two", "three"])
    },
    "measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 5], "top_box": 2}},
}


def answers(n=300, seed=5):
    rng = np.random.default_rng(seed)
    base = rng.normal(4, 1, (n, 3)).repeat(4, axis=1)
    table = np.clip((base + rng.normal(0, 1, (n, 12))).round(), 1, 7)
    frame = pd.DataFrame(table, columns=ITEMS)
    frame["S"] = rng.integers(1, 6, n)
    frame["region"] = np.where(np.arange(n) % 2, "North", "South")
    return frame


def checked(frame, **choices):
    return quality.check(Study.from_frame(frame, BOOK, segments=["region"], **choices))


def test_blanks_that_fall_on_one_region_are_found():
    frame = answers()
    north = frame.index[frame.region == "North"]
    frame.loc[north[:40], "P3"] = np.nan
    found = checked(frame).missing
    rows = found[found["item"] == "P3"].set_index("group")
    assert rows["n_missing"].to_dict() == {"North": 40, "South": 0}
    assert (rows["q_value"] < 0.001).all()
    others = found[found["item"] != "P3"]
    assert others["p_value"].isna().all()
    assert (others["n_total"] == 150).all()


def test_flags_that_fall_on_one_region_change_the_mix():
    frame = answers()
    north = frame.index[frame.region == "North"][:30]
    frame.loc[north, ITEMS] = 4
    result = checked(frame)
    rows = result.exclusion.set_index("group")
    assert rows["n_flagged"].to_dict() == {"North": 30, "South": 0}
    assert rows["q_value"].iloc[0] < 0.001
    assert "exclusion_changes_mix" in {one.code for one in result.notes}
    assert "exclusion_changes_mix" not in {one.code for one in checked(answers()).notes}


def test_the_headline_without_the_flagged():
    frame = answers()
    frame.loc[:39, ITEMS] = 4
    frame.loc[:39, "S"] = 5
    row = checked(frame).sensitivity.iloc[0]
    top = frame["S"] >= 4
    assert row["estimate"] == pytest.approx(top.mean())
    assert row["without"] == pytest.approx(top[40:].mean())
    assert row["difference"] == pytest.approx(top[40:].mean() - top.mean())
    assert row["difference_high"] < 0
    assert (row["n"], row["n_without"]) == (300, 260)


def test_with_nobody_flagged_nothing_changes():
    row = checked(answers()).sensitivity.iloc[0]
    assert row["difference"] == 0
    assert np.isnan(row["std_error"])


def flags(frame, **book):
    study = Study.from_frame(frame, {**BOOK, **book})
    return study.flags.groupby("rule")["row"].apply(set).to_dict(), study.rules


def test_an_odd_pattern_is_far_from_the_others():
    frame = answers()
    frame.loc[7, ITEMS] = [1, 7] * 6
    found, _ = flags(frame)
    assert 7 in found["mahalanobis"]
    assert len(found["mahalanobis"]) < 10


def test_little_variation_alone_is_no_flag():
    frame = answers()
    frame.loc[3, ITEMS] = [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5]
    found, rules = flags(frame)
    assert {"irv", "mean_run"} <= set(rules)
    assert 3 not in found.get("irv", set())
    frame.loc[3, ITEMS] = 4
    found, _ = flags(frame)
    assert 3 in found["irv"]
    assert 3 in found["mean_run"]


def test_reversed_items_that_are_contradicted():
    frame = answers()
    book = {
        "one": {
            "scale": "agree",
            "items": [{"perception": name, "reversed": name == "P4"} for name in ITEMS[:4]],
        }
    }
    frame["P4"] = 8 - frame["P4"]
    frame.loc[5, ITEMS[:4]] = 7
    found, rules = flags(frame, dimensions=book)
    assert "reversed_items" in rules
    assert found["reversed_items"] == {5}
    assert "reversed_items" not in flags(answers())[1]


def test_flagged_are_left_out_only_when_declared():
    frame = answers()
    frame.loc[7, ITEMS] = [1, 7] * 6
    study = Study.from_frame(frame, BOOK, exclude=["mahalanobis"])
    assert 295 < study.n < 300
    assert Study.from_frame(frame, BOOK).n == 300


def test_flow_by_wave_and_group():
    frame = answers().assign(used=1, wave=np.repeat([1, 2], 150))
    frame.loc[:9, "used"] = 0
    frame.loc[[20, 22], ITEMS] = 4
    study = Study.from_frame(
        frame,
        BOOK,
        segments=["region"],
        wave="wave",
        eligible=[{"column": "used", "in": [1]}],
        exclude=["straight_perception"],
    )
    result = quality.check(study)
    rows = result.flow_groups.set_index(["segment", "group"])
    assert rows.loc[("wave", "1"), "n_received"] == 150
    assert rows.loc[("wave", "1"), "n_screened"] == 10
    assert rows.loc[("region", "South"), "n_screened"] == 5
    assert rows.loc[("region", "South"), ["n_careless", "n_excluded"]].tolist() == [2, 2]
    left = rows["n_received"] - rows["n_screened"] - rows["n_excluded"] - rows["n_unweighted"]
    assert (left == rows["n_analysed"]).all()
    assert rows.groupby("segment")["n_analysed"].sum().tolist() == [288, 288]
    north = quality.check(study.where(region="North"))
    assert north.flow.groupby("stage")["n"].sum().to_dict() == {
        "received": 150, "eligible": 145, "analysed": 145,
    }  # fmt: skip


def test_the_curve_of_times_is_a_density():
    rng = np.random.default_rng(1)
    frame = answers().assign(seconds=300 * np.exp(0.3 * rng.normal(size=300)))
    curve = checked(frame, duration="seconds").pace
    step = np.diff(np.log10(curve["pace"]))
    assert (curve["density"].iloc[1:] * step).sum() == pytest.approx(1, abs=0.01)
    assert curve.loc[curve["density"].idxmax(), "pace"] == pytest.approx(1, abs=0.15)
    assert checked(answers()).pace.empty
    assert checked(frame.head(20), duration="seconds").pace.empty


def test_uneven_blanks_are_named_with_the_group_that_leaves_most():
    frame = answers()
    frame.loc[frame.index[frame.region == "North"][:40], "P3"] = np.nan
    frame.loc[:3, "P5"] = np.nan
    uneven = checked(frame).uneven
    row = uneven.iloc[0]
    assert uneven["item"].tolist() == ["P3", "P5"]
    assert (uneven["q_value"] <= 0.05).tolist() == [True, False]
    assert (row["segment"], row["group"], row["n_missing"]) == ("region", "North", 40)
    assert (row["share_missing"], row["share_rest"]) == (40 / 150, 0)


def test_figures_of_the_flagged():
    rng = np.random.default_rng(1)
    frame = answers().assign(seconds=300 * np.exp(0.3 * rng.normal(size=300)))
    frame.loc[:9, "seconds"] = 50
    result = checked(frame, duration="seconds")
    curve = figures.plot(result, kind="pace")
    assert "10 (3.3%)" in curve.alt
    assert "took less than 33%" in curve.texts[0].get_text()
    both = figures.plot(result, kind="with_without")
    assert "→" in both.alt
    (axes,) = both.axes
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    wanted = 100 * result.sensitivity[["estimate", "without"]].iloc[0]
    assert [line.get_xdata()[0] for line in dots] == pytest.approx(wanted.tolist())
    assert figures.plot(checked(answers()), kind="pace").alt.startswith("There is nothing")


def test_groups_of_few_stay_out_of_the_tests_and_are_counted():
    frame = answers()
    frame.loc[0, ITEMS] = 4  # the only respondent of the West is careless
    frame.loc[0, "region"] = "West"
    result = checked(frame)
    told = [dict(one.values) for one in result.notes if one.code == "groups_not_tested"]
    assert told == [{"column": "region", "n": 1, "min_n": 30}]
    rows = result.exclusion.set_index("group")
    assert rows.loc["West", ["n_total", "n_flagged"]].tolist() == [1, 1]
    assert rows["p_value"].isna().all()  # nobody is flagged among those tested
    without = checked(frame[frame["region"] != "West"]).exclusion.set_index("group")
    assert without.loc["North", "n_total"] == rows.loc["North", "n_total"]


def test_the_sentence_on_blanks_names_the_share_of_the_params():
    frame = answers()
    frame.loc[:29, "P3"] = np.nan
    told = str(findings.read(checked(frame)))
    assert "No question was left blank by more than 20%" in told
    stricter = checked(frame, analysis={"quality": {"missing_above": 0.05}})
    assert "1 question was left blank by more than 5%" in str(findings.read(stricter))
