"""A withheld small group cannot be worked out from the total and the other groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch import servqual, trends, verbatims
from cxresearch.bases import protect, protected
from cxresearch.study.study import Study

SIZES = {"tiny": 6, "small": 40, "big": 200}
REGIONS = np.repeat(list(SIZES), list(SIZES.values()))


def study(waves=1, **more):
    rng = np.random.default_rng(3)
    n = len(REGIONS) * waves
    frame = pd.DataFrame({"region": np.tile(REGIONS, waves)})
    frame["w"] = np.repeat([f"w{one}" for one in range(waves)], len(REGIONS))
    for name in ("A", "D", "E", "P", "S"):
        frame[name] = rng.integers(1, 6, n) + (3 if name == "D" else 0)
    frame["c"] = np.where(rng.random(n) < 0.5, "It came late.", "So friendly!")
    item = {"key": "i", "expectation": "E", "perception": "P", "adequate": "A", "desired": "D"}
    book = {
        "dimensions": {"care": {"scale": [1, 8], "items": [item]}},
        "measures": {"sat": {"kind": "csat", "columns": "S", "scale": [1, 5]}},
        "verbatims": {"comment": {"column": "c", "language": "en"}},
    }
    rules = {"n_resamples": 100}
    return Study.from_frame(frame, book, segments=["region"], analysis=rules, **more)


def reasons(table):
    return table.drop_duplicates("region").set_index("region")["reason"].fillna("").to_dict()


WANTED = {"tiny": "small_base", "small": "complementary", "big": ""}


@pytest.mark.parametrize("analysis", [servqual.gaps, servqual.zone])
def test_gaps_and_zones_by_group(analysis):
    found = analysis(study(), by="region")
    assert reasons(found.table) == reasons(found.items) == WANTED
    small = found.table[found.table["region"] == "small"]
    assert (small["n"] > 30).all()
    assert small["suppressed"].all()
    assert (small["verdict"] == "suppressed").all()
    shown = "estimate" if "estimate" in small else "msa"
    assert small[[shown, "perception"]].isna().all(axis=None)
    assert "complementary" in {one.code for one in found.notes}
    assert "complementary" not in {one.code for one in analysis(study()).notes}


def test_trends_by_group_wave_by_wave():
    found = trends.compare(study(2, wave="w"), by="region")
    told = found.waves.set_index(["region", "wave"])["reason"].fillna("")
    assert told.groupby("region").first().to_dict() == WANTED
    ends = found.table.set_index("region").loc[["small", "tiny"], "estimate"]
    assert ends.isna().all()
    assert found.table.set_index("region").loc[["big"], "estimate"].notna().all()


def test_themes_by_segment():
    found = verbatims.themes(study()).segments
    told = found.drop_duplicates("group").set_index("group")["reason"].fillna("").to_dict()
    assert told == WANTED
    assert found.loc[found["group"] == "small", ["share", "difference"]].isna().all(axis=None)


def test_the_cheapest_group_protects():
    counts = {("N", "a"): 3, ("N", "b"): 540, ("N", "c"): 600}
    counts |= {("S", "a"): 20, ("S", "b"): 15, ("S", "c"): 900}
    # 540 is the smaller one beside 3, and the column of each needs a partner
    assert set(protected(counts, [("N", "a")])) == {("N", "b"), ("S", "a"), ("S", "b")}
    assert protected(counts, [("N", "a")], axes=[0]) == [("S", "a")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 60), min_size=12, max_size=12))
def test_no_line_holds_exactly_one_withheld_group(sizes):
    cells = [(row, column) for row in "NSWE" for column in "abc"]
    counts = dict(zip(cells, sizes, strict=True))
    own = {cell for cell, n in counts.items() if 0 < n < 10}
    added = protected(counts, own)
    hidden = {*own, *added}
    assert not own & set(added)
    for axis in (0, 1):
        for label in {cell[axis] for cell in cells}:
            line = [cell for cell in cells if cell[axis] == label and counts[cell] > 0]
            assert len(line) < 2 or sum(cell in hidden for cell in line) != 1


def test_waves_protect_nobody():
    row = {"estimate": 1.0, "suppressed": False, "reason": None, "measure": "m"}
    rows = [row | {"wave": "1", "n": 5, "suppressed": True}, row | {"wave": "2", "n": 50}]
    protect(rows, ("wave",), ["measure"], [])
    assert rows[1]["estimate"] == 1.0
