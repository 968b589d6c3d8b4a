"""Gaps of a real survey of a university laboratory, as its own application had recorded them."""

import numpy as np
import pandas as pd
import pytest
from oracle import expected

import cxresearch as cx

pytestmark = pytest.mark.reference

BATTERY = {"tangibles": 7, "reliability": 4, "responsiveness": 3, "assurance": 4, "empathy": 4}
PARAMS = """
study: {name: laboratory, title: Laboratory}
data: {responses: %s, id: respondent}
codebook: laboratory_book.yml
analysis: {n_resamples: 100}
"""


@pytest.fixture
def laboratory(reference, tmp_path):
    lines, item = ["scales: {five: [1, 5]}", "dimensions:"], 0
    for dimension, size in BATTERY.items():
        numbers = [f"{item + i + 1:02d}" for i in range(size)]
        item += size
        sides = [", ".join(side + number for number in numbers) for side in "EP"]
        lines.append(
            f"  {dimension}: {{scale: five, expectation: [{sides[0]}], perception: [{sides[1]}]}}"
        )
    (tmp_path / "laboratory_book.yml").write_text("\n".join(lines))
    data = reference / "data" / "servqual_lab" / "responses.csv"
    (tmp_path / "laboratory.yml").write_text(PARAMS % data)
    return cx.load_study(tmp_path / "laboratory.yml")


def test_sums_of_items_are_those_recorded(laboratory, reference):
    recorded = pd.read_csv(
        reference / "data" / "servqual_lab" / "recorded_item_sums.csv", dtype={"item": str}
    ).set_index("item")
    items = cx.servqual.gaps(laboratory).items
    assert len(items) == 22
    for row, (number, sums) in zip(items.itertuples(), recorded.iterrows(), strict=True):
        assert row.n == sums["n"] == 143
        for side, prefix in (("expectation", "E"), ("perception", "P")):
            assert laboratory.frame[prefix + number].sum() == sums[f"sum_{side}"]
            assert getattr(row, side) * 143 == pytest.approx(sums[f"sum_{side}"], abs=1e-9)


def test_items_agree_with_paired_tests(laboratory, reference):
    known = expected(reference, "tests", "gap_servqual_lab_22")
    items = cx.servqual.gaps(laboratory).items
    for row, one in zip(items.itertuples(), known["items"], strict=True):
        test = one["paired_t"]
        found = [row.estimate, row.std_error, row.statistic, row.df, row.conf_low, row.conf_high]
        wanted = [one["gap"], one["se"], test["stat"], test["df"], *test["ci"]]
        np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-9)
        assert row.p_value == pytest.approx(test["p"], rel=1e-9)
    np.testing.assert_allclose(items["q_value"], known["BH"], rtol=1e-9)


def test_dimensions_of_unequal_length(laboratory):
    table = cx.servqual.gaps(laboratory).table.set_index("dimension")
    items = cx.servqual.gaps(laboratory).items
    means = items.groupby("dimension", sort=False)["estimate"].mean()
    np.testing.assert_allclose(table.loc[means.index, "estimate"], means, atol=1e-12)
    assert table.loc["overall", "estimate"] == pytest.approx(means.mean(), abs=1e-12)
    assert table.loc["overall", "estimate"] != pytest.approx(items["estimate"].mean(), abs=1e-3)


def test_one_answer_throughout(laboratory):
    """17 of 143 gave one answer to all perceptions; 54 to all expectations, most at the top."""
    result = cx.quality.check(laboratory)
    rules = result.table.set_index("rule")["n_flagged"]
    assert rules["straight_perception"] == 17
    frame = laboratory.frame
    expectations = frame[[name for name in frame if name[0] == "E"]]
    straight = expectations.nunique(axis=1) == 1
    assert straight.sum() == 54
    below = (straight & (expectations.iloc[:, 0] < 5)).sum()
    assert rules["straight_expectation"] == below
    assert "ceiling" in {note.code for note in cx.servqual.gaps(laboratory).notes}


def test_signed_ranks_agree_with_r(laboratory, reference):
    known = expected(reference, "tests", "gap_servqual_lab_22")
    items = cx.servqual.gaps(laboratory).items
    wanted = [one["wilcoxon_p"] for one in known["items"]]
    np.testing.assert_allclose(items["wilcoxon_p"], wanted, rtol=1e-9)


def test_bootstrap_intervals_lie_near_those_of_t(laboratory):
    items = cx.servqual.gaps(laboratory, n_resamples=2000).items
    np.testing.assert_allclose(items["boot_low"], items["conf_low"], atol=0.05)
    np.testing.assert_allclose(items["boot_high"], items["conf_high"], atol=0.05)


def test_expectations_at_the_top_weaken_the_difference_scores(laboratory, reference, tmp_path):
    book = (tmp_path / "laboratory_book.yml").read_text()
    book += "\nmeasures: {first: {kind: score, columns: P01, scale: five}}"
    (tmp_path / "laboratory_book.yml").write_text(book)
    one = cx.load_study(tmp_path / "laboratory.yml")
    found = cx.servqual.models(one).reliability.set_index("dimension")
    assert found["n_items"].to_dict() == BATTERY
    data = pd.read_csv(reference / "data" / "servqual_lab" / "responses.csv")
    last = [f"{number:02d}" for number in range(19, 23)]
    sides = {side: data[[side + number for number in last]] for side in "PE"}
    scores = {side: table.mean(axis=1) for side, table in sides.items()}
    alphas = {
        side: 4 / 3 * (1 - table.var().sum() / table.sum(axis=1).var())
        for side, table in sides.items()
    }
    r = scores["P"].corr(scores["E"])
    sd = {side: score.std() for side, score in scores.items()}
    shared = 2 * r * sd["P"] * sd["E"]
    above = sd["P"] ** 2 * alphas["P"] + sd["E"] ** 2 * alphas["E"] - shared
    below = sd["P"] ** 2 + sd["E"] ** 2 - shared
    assert found.loc["empathy", "reliability"] == pytest.approx(above / below, rel=1e-9)
    assert found["flags"].str.contains("ceiling").any()
