"""What the data-quality page counts."""

import numpy as np
import pytest
from known_answers import study, survey

from cxresearch import quality


def item(result, name):
    return result.items.set_index("item").loc[name]


def test_counts_of_every_kind_of_cell():
    frame = survey()
    frame["S"] = frame["S"].astype(float)
    frame.loc[:4, "S"] = np.nan
    frame.loc[5:7, "S"] = 99
    frame.loc[8:9, "S"] = 98
    frame.loc[10, "S"] = 97
    frame.loc[11, "S"] = 96
    frame.loc[12, "S"] = 55
    codes = {"missing": [99], "not_applicable": [98], "dont_know": [97], "refused": [96]}
    result = quality.check(study(frame, out_of_range="missing", **codes))
    found = item(result, "S")
    assert found[["n_total", "n", "n_missing"]].tolist() == [240, 227, 8]
    assert found[["n_not_applicable", "n_dont_know", "n_refused"]].tolist() == [2, 1, 1]
    assert found["n_out_of_range"] == 1
    assert found["share_missing"] == pytest.approx(8 / 240)
    rules = result.table.set_index("rule")
    assert rules.loc["out_of_range", "n_flagged"] == 1
    assert rules["share"].between(0, 1).all()


def test_what_a_wave_was_not_asked_is_not_missing():
    frame = survey()
    frame.loc[frame["wave"] == 2028, "cheap"] = np.nan
    found = item(quality.check(study(frame)), "cheap")
    assert found[["n_total", "n_missing"]].tolist() == [120, 0]


def test_many_blanks_are_noted():
    frame = survey()
    frame.loc[:60, "cheap"] = np.nan
    notes = quality.check(study(frame)).notes
    assert any(one.code == "high_missing" and one["item"] == "cheap" for one in notes)


def test_flow():
    frame = survey().assign(used=1)
    frame.loc[:9, "used"] = 0
    frame.loc[20, [f"P{i}" for i in range(1, 9)]] = 4
    one = study(frame, eligible=[{"column": "used", "in": [1]}], exclude=["straight_perception"])
    result = quality.check(one)
    flow = result.flow.pivot(index="wave", columns="stage", values="n")
    assert flow["received"].sum() == 240
    assert flow["eligible"].sum() == 230
    assert flow["analysed"].sum() == one.n < 230
    assert (result.table["n"] == 230).all()


def test_the_excluded_are_still_counted_and_named():
    frame = survey()
    frame.loc[20, [f"P{i}" for i in range(1, 9)]] = 4
    result = quality.check(study(frame, exclude=["straight_perception"]))
    row = result.table.set_index("rule").loc["straight_perception"]
    assert row["n_flagged"] >= 1
    flags = result.flags[result.flags["rule"] == "straight_perception"]
    assert "21" in set(flags["respondent"])
    assert set(flags["wave"]) <= {"2028", "2029"}


def test_rules_of_a_part_count_its_respondents():
    frame = survey()
    frame.loc[20, [f"P{i}" for i in range(1, 9)]] = 4
    one = study(frame)
    whole = quality.check(one).table.set_index("rule")["n_flagged"]
    parts = [
        quality.check(part).table.set_index("rule")["n_flagged"]
        for part in one.split("region").values()
    ]
    assert (sum(parts) == whole).all()


def test_nothing_asked_nothing_flagged():
    result = quality.check(study(book={"verbatims": {"why": {"column": "region"}}}, segments=[]))
    assert result.table["n_flagged"].sum() == 0
    assert result.items.empty
