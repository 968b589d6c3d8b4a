"""The grid of gaps holds every group and dimension, and says which are sure."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from cxresearch import figures, findings, servqual
from cxresearch.findings.servqual import largest_of_groups
from cxresearch.study.study import Study

BOOK = {
    "dimensions": {
        key: {"scale": [1, 7], "expectation": f"e{key}", "perception": f"p{key}"}
        for key in ("care", "speed")
    }
}


@pytest.fixture(scope="module")
def gaps():
    rng = np.random.default_rng(3)
    n = 300
    region = rng.choice(["north", "south"], n)
    frame = pd.DataFrame({"region": region})
    for key in ("care", "speed"):
        frame[f"e{key}"] = rng.integers(5, 8, n)
        frame[f"p{key}"] = rng.integers(4, 7, n) - 2 * ((region == "north") & (key == "speed"))
    study = Study.from_frame(frame, BOOK, segments=["region"], title="Acme")
    return servqual.gaps(study, by="segments")


def test_the_grid_tells_every_group_with_its_base(gaps):
    picture = figures.plot(gaps, kind="grid")
    (axes,) = picture.axes
    rows = [tick.get_text() for tick in axes.get_yticklabels()]
    bases = gaps.table.groupby("group")["n"].max()
    assert [f"n = {n}" in row for row, n in zip(rows, bases, strict=True)] == [True, True]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["care", "speed", "Overall"]
    assert len(axes.texts) == 6


def test_the_headline_is_the_lowest_gap_of_all_groups(gaps):
    said = largest_of_groups(gaps)
    lowest = gaps.table.loc[gaps.table["estimate"].idxmin()]
    assert lowest[["group", "dimension"]].tolist() == ["north", "speed"]
    assert "north" in said
    assert "speed" in said
    assert f"−{abs(lowest['estimate']):.2f}" in said
    assert said in figures.plot(gaps, kind="grid").texts[0].get_text().replace("\n", " ")


def test_bold_means_sure(gaps):
    (axes,) = figures.plot(gaps, kind="grid").axes
    bold = {text.get_text() for text in axes.texts if text.get_weight() == "bold"}
    q = gaps.table.set_index(["group", "dimension"])["q_value"]
    sure = q[q <= 0.05].index
    told = gaps.table.set_index(["group", "dimension"]).loc[sure, "estimate"]
    assert bold == {f"{one:+.2f}".replace("-", "−") for one in told}


def test_without_groups_there_is_nothing_to_draw(gaps):
    assert isinstance(findings.read(gaps).headline, str)
    assert "nothing to draw" in figures.plot(gaps_of_all(), kind="grid").alt


def gaps_of_all():
    frame = pd.DataFrame({"ecare": [5, 6, 7] * 20, "pcare": [4, 6, 6] * 20})
    book = {"dimensions": {"care": BOOK["dimensions"]["care"]}}
    return servqual.gaps(Study.from_frame(frame, book))
