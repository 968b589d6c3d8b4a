"""Gaps between what customers perceive and expect, against known answers and by their laws."""

from importlib import import_module

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_answers import EVERYTHING_SHOWN, PAIRS, PAIRS_BOOK, SURVEY_BOOK, pairs, study, survey

from cxresearch import servqual
from cxresearch.errors import AnalysisError


def row(table, name, column="dimension"):
    found = table[table[column] == name]
    assert len(found) == 1
    return found.iloc[0]


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def codes(result):
    return {one.code for one in result.notes}


def test_dimensions():
    table = servqual.gaps(pairs()).table
    test = ["estimate", "std_error", "conf_low", "conf_high", "p_value", "df"]
    close(row(table, "A")[test], [-0.4166667, 0.2713137, -1.1141007, 0.2807673, 0.1851988, 5])
    close(row(table, "B")[test], [-1.3611111, 0.2450120, -1.9909344, -0.7312878, 0.0025983, 5])
    assert row(table, "A")[["n", "n_pairs"]].tolist() == [6, 12]
    assert row(table, "B")[["n", "n_pairs"]].tolist() == [6, 16]
    close(row(table, "B")["q_value"], 2 * 0.0025983)
    close(row(table, "A")["q_value"], 0.1851988)


def test_scores_of_respondents():
    scores = pairs().scores
    close(scores["A_gap"], [-0.5, -0.5, -1.5, 0.5, -0.5, 0])
    close(scores["B_gap"], [-1.3333333, -1.5, -2, -0.6666667, -2, -0.6666667])


def test_overall_is_the_mean_of_dimensions_not_of_items():
    result = servqual.gaps(pairs())
    close(row(result.table, "overall")["estimate"], -0.8888889)
    assert abs(result.items["estimate"].mean() + 0.8888889) > 0.05


def test_weighted_by_the_respondents_own_points():
    result = servqual.gaps(pairs())
    close(row(result.table, "overall_weighted")["estimate"], -0.9805556)
    assert "overall_mean_weighted" not in set(result.table["dimension"])


def test_mean_points_times_mean_gaps(monkeypatch):
    monkeypatch.setattr(import_module("cxresearch.servqual.gaps"), "WEIGHTS_DIFFER", 0.001)
    result = servqual.gaps(pairs())
    close(row(result.table, "overall_mean_weighted")["estimate"], -0.9754630)
    differ = next(one for one in result.notes if one.code == "weights_differ")
    close(differ["respondent"] - differ["mean"], -0.0050926)


def test_without_points():
    chosen = {"analysis": {**EVERYTHING_SHOWN, "servqual": {"weights": None}}}
    table = servqual.gaps(pairs(**chosen)).table
    assert table["dimension"].tolist() == ["A", "B", "overall"]


def test_items_are_paired():
    items = servqual.gaps(pairs()).items
    fourth = row(items, "i4", "item")
    close(fourth["estimate"], -1.4)  # the difference of unpaired means is -1.2666667
    assert fourth[["n", "n_pairs"]].tolist() == [5, 5]
    close(fourth["perception"] - fourth["expectation"], -1.4)


def test_hotelling():
    found = servqual.gaps(pairs()).hotelling.iloc[0]
    close(found[["t_squared", "statistic", "df", "df2"]], [65, 26, 2, 4])
    close(found["p_value"], 0.0051020)


def test_hotelling_needs_more_people_than_dimensions():
    result = servqual.gaps(pairs(PAIRS.iloc[[0, 3]]))
    assert result.hotelling.empty
    assert "hotelling_suppressed" in codes(result)


def test_too_few_pairs_make_no_score():
    frame = PAIRS.copy()
    frame.loc[0, ["P3", "E4"]] = np.nan
    table = servqual.gaps(pairs(frame)).table
    assert row(table, "B")["n"] == 5
    assert row(table, "overall")["n"] == 5


def test_min_pairs_holds_in_the_scores_too():
    chosen = {"analysis": {**EVERYTHING_SHOWN, "servqual": {"min_pairs": 3}}}
    strict = pairs(**chosen)
    assert row(servqual.gaps(strict).table, "B")["n"] == 4
    assert strict.scores["B_gap"].notna().sum() == 4


def test_an_incomplete_overall_is_told_or_renormalised():
    frame = PAIRS.copy()
    frame.loc[0, ["P3", "P4", "P5"]] = np.nan
    result = servqual.gaps(pairs(frame))
    assert row(result.table, "overall")["n"] == 5
    assert "overall_incomplete" in codes(result)
    chosen = {"analysis": {**EVERYTHING_SHOWN, "servqual": {"renormalise": True}}}
    assert row(servqual.gaps(pairs(frame, **chosen)).table, "overall")["n"] == 6


def test_points_off_a_hundred():
    frame = PAIRS.copy()
    frame.loc[0, "POINTS_A"] = 45  # 105: rescaled
    frame.loc[1, "POINTS_A"] = 90  # 140: dropped
    result = servqual.gaps(pairs(frame))
    assert row(result.table, "overall_weighted")["n"] == 5
    assert {"points_rescaled", "points_dropped"} <= codes(result)


def test_small_bases_show_nothing():
    frame = survey()
    frame["region"] = ["tiny"] * 5 + ["small"] * 15 + ["big"] * (len(frame) - 20)
    result = servqual.gaps(study(frame), by="region")
    numbers = ["perception", "expectation", "estimate", "conf_low", "p_value", "q_value"]
    numbers += ["share_negative", "ceiling_expectation"]
    for table in (result.table, result.items):
        tiny = table[table["region"] == "tiny"]
        assert tiny["suppressed"].all()
        assert tiny[numbers].isna().all(axis=None)
        # else the total less the big one would tell the tiny one
        assert set(table[table["region"] == "small"]["reason"]) == {"complementary"}
        assert table[table["region"] == "big"]["estimate"].notna().all()


def test_a_segment_of_one():
    frame = survey()
    frame.loc[0, "region"] = "Alone"
    result = servqual.gaps(study(frame), by="region")
    alone = result.table[result.table["region"] == "Alone"]
    assert (alone["reason"] == "small_base").all()


def test_expectations_at_the_top():
    frame = survey()
    frame["E1"] = 7
    result = servqual.gaps(study(frame))
    first = result.items["item"].iloc[0]
    assert any(one.code == "ceiling" and one["item"] == first for one in result.notes)
    assert result.items["ceiling_expectation"].max() == 1


def test_families():
    result = servqual.gaps(study())
    dimensions = result.table[~result.table["dimension"].str.startswith("overall")]
    assert (dimensions["q_value"] >= dimensions["p_value"]).all()
    assert (result.items["q_value"] >= result.items["p_value"]).all()


def test_the_declared_adjustment_is_used():
    for table in (
        servqual.gaps(study(analysis={"multiplicity": "none"})).table,
        servqual.gaps(study(analysis={"multiplicity": "none"})).items,
    ):
        np.testing.assert_array_equal(table["q_value"], table["p_value"])


def test_reversed_items_are_turned():
    book = {
        "dimensions": {
            "care": {
                "scale": [1, 7],
                "items": [{"key": "i", "expectation": "E1", "perception": "P1", "reversed": True}],
            }
        }
    }
    plain = {"dimensions": {"care": {"scale": [1, 7], "expectation": ["E1"], "perception": ["P1"]}}}
    turned = servqual.gaps(study(book=book)).table
    straight = servqual.gaps(study(book=plain)).table
    assert turned["estimate"].iloc[0] == pytest.approx(-straight["estimate"].iloc[0])
    assert turned["perception"].iloc[0] == pytest.approx(8 - straight["perception"].iloc[0])


def test_without_expectations():
    book = {"dimensions": {"care": {"scale": [1, 7], "perception": ["P1", "P2"]}}}
    with pytest.raises(AnalysisError, match="both expectation and perception"):
        servqual.gaps(study(book=book))


# laws ---------------------------------------------------------------------------------------


def swapped(frame):
    sides = {
        name: name.replace("P", "x") for name in frame if name[0] == "P" and name[1:].isdigit()
    }
    sides |= {name: name.replace("E", "P") for name in frame if name[0] == "E"}
    back = {name: name.replace("x", "E") for name in frame.rename(columns=sides) if name[0] == "x"}
    return frame.rename(columns=sides).rename(columns=back)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 1000))
def test_swapping_the_sides_changes_the_sign(seed):
    frame = survey(80, seed=seed)
    one, other = servqual.gaps(study(frame)), servqual.gaps(study(swapped(frame)))
    for a, b in ((one.table, other.table), (one.items, other.items)):
        np.testing.assert_allclose(a["estimate"], -b["estimate"], atol=1e-12)
        np.testing.assert_allclose(a["conf_low"], -b["conf_high"], atol=1e-12)
        np.testing.assert_allclose(a["perception"], b["expectation"], atol=1e-12)
        np.testing.assert_allclose(a["p_value"], b["p_value"], atol=1e-12)
    np.testing.assert_allclose(one.hotelling["t_squared"], other.hotelling["t_squared"])


@settings(max_examples=8, deadline=None)
@given(st.permutations(range(6)), st.floats(1e-3, 1e3))
def test_order_and_size_of_weights_change_nothing(order, factor):
    frame = PAIRS.assign(w=[1, 2, 1, 3, 2, 1.5])
    one = servqual.gaps(pairs(frame, weight="w"))
    moved = frame.iloc[list(order)].assign(w=lambda rows: rows["w"] * factor)
    other = servqual.gaps(pairs(moved, weight="w"))
    drawn = ["boot_low", "boot_high"]  # draws follow the order of rows
    for name, table in one.frames().items():
        left, right = (
            part.drop(columns=drawn, errors="ignore") for part in (table, other.frames()[name])
        )
        pd.testing.assert_frame_equal(left, right, rtol=1e-8)


def test_sensitivity_of_the_test_and_the_interval():
    result = servqual.gaps(study(), n_resamples=2000)
    for table in (result.table, result.items):
        np.testing.assert_allclose(table["boot_low"], table["conf_low"], atol=0.06)
        np.testing.assert_allclose(table["boot_high"], table["conf_high"], atol=0.06)
        assert (table["boot_low"] < table["estimate"]).all()
        assert table["wilcoxon_p"].between(0, 1).all()
    weighted = servqual.gaps(study(weight="w")).table
    assert weighted["wilcoxon_p"].isna().all()
    assert weighted["boot_low"].notna().all()


def test_signed_ranks_are_exact_for_few_without_ties():
    frame = pd.DataFrame({"E1": [1.0] * 6, "P1": [1.5, 2.1, 2.8, 3.6, 0.9, 4.5]})
    scale = {"min": 0, "max": 7, "continuous": True}
    book = {"dimensions": {"care": {"scale": scale, "expectation": "E1", "perception": "P1"}}}
    found = servqual.gaps(pairs(frame, book)).table.iloc[0]
    assert found["wilcoxon_p"] == pytest.approx(2 * 2 / 2**6)  # rank sums 21 and 20 of 64


def test_a_huge_group_is_not_resampled_and_says_so(monkeypatch):
    monkeypatch.setattr(import_module("cxresearch.servqual.gaps"), "MOST_RESAMPLED", 100)
    result = servqual.gaps(study())
    assert result.table["boot_low"].isna().all()
    assert "not_resampled" in codes(result)


@pytest.mark.parametrize(
    ("delta", "verdict"), [(None, "detectable"), (0.2, "clear_fall"), (5, "below_threshold")]
)
def test_verdict_against_the_declared_threshold(delta, verdict):
    first = {**SURVEY_BOOK["dimensions"]["first"], **({"delta": delta} if delta else {})}
    book = {**SURVEY_BOOK, "dimensions": {**SURVEY_BOOK["dimensions"], "first": first}}
    result = servqual.gaps(study(book=book))
    found = row(result.table, "first")
    assert found["estimate"] < -0.5
    assert found["verdict"] == verdict
    assert found["threshold"] == delta or (delta is None and np.isnan(found["threshold"]))
    items = result.items[result.items["dimension"] == "first"]
    assert set(items["verdict"]) == {verdict}
    assert row(result.table, "second")["verdict"] == "detectable"


def test_by_service_point():
    frame = survey(120).assign(branch=["Old town", "Harbour"] * 60)
    result = servqual.gaps(study(frame, service_point="branch"), by="branch")
    assert result.by == ("branch",)
    assert result.table["branch"].unique().tolist() == ["Harbour", "Old town"]
    assert len(result.items) == 2 * 8


def test_estimate_is_perception_minus_expectation():
    for weight in (None, "w"):
        result = servqual.gaps(study(weight=weight), by=["wave", "region"])
        for table in (result.table, result.items):
            np.testing.assert_allclose(
                table["estimate"], table["perception"] - table["expectation"], atol=1e-12
            )
            assert table["share_negative"].between(0, 1).all()


def test_another_dimension_changes_no_number_of_the_first():
    only = {**SURVEY_BOOK, "dimensions": {"first": SURVEY_BOOK["dimensions"]["first"]}}
    columns = ["estimate", "std_error", "conf_low", "conf_high", "p_value", "n"]
    one = row(servqual.gaps(study()).table, "first")[columns]
    other = row(servqual.gaps(study(book=only)).table, "first")[columns]
    np.testing.assert_array_equal(one.to_numpy(dtype=float), other.to_numpy(dtype=float))


def test_short_form_of_the_codebook_says_the_same():
    short = {
        **PAIRS_BOOK,
        "dimensions": {
            "A": {"scale": "agree7", "importance": "POINTS_A", "expectation": ["E1", "E2"],
                  "perception": ["P1", "P2"]},
            "B": {"scale": "agree7", "importance": "POINTS_B", "expectation": ["E3", "E4", "E5"],
                  "perception": ["P3", "P4", "P5"]},
        },
    }  # fmt: skip
    one, other = servqual.gaps(pairs()).table, servqual.gaps(pairs(book=short)).table
    pd.testing.assert_frame_equal(one, other)
