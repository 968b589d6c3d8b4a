"""Data quality by group, and whether the flagged change the headline."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxresearch import quality
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
