"""The zone of tolerance: a worked example, its laws, and three- and two-column questionnaires."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_answers import EVERYTHING_SHOWN

from cxresearch import servqual
from cxresearch.errors import AnalysisError, InputError
from cxresearch.study.study import Study

# eight respondents on nine points; the seventh has a zone without width
EIGHT = pd.DataFrame(
    {
        "A": [5, 6, 4, 5, 6, 3, 5, 4],
        "D": [8, 8, 7, 8, 9, 7, 5, 8],
        "P": [6, 5, 7, 8, 7, 2, 6, 9],
    }
)
ONE_ITEM = {
    "dimensions": {
        "care": {
            "scale": [1, 9],
            "items": [{"key": "help", "adequate": "A", "desired": "D", "perception": "P"}],
        }
    }
}


def eight(frame=EIGHT, book=ONE_ITEM, **more):
    return Study.from_frame(frame, book, **{"analysis": EVERYTHING_SHOWN, **more})


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def codes(result):
    return {one.code for one in result.notes}


# the worked example -------------------------------------------------------------------------


def test_distances_from_adequate_and_desired():
    row = servqual.zone(eight()).table.iloc[0]
    close(row[["msa", "msa_std_error", "mss", "mss_std_error"]], [1.5, 0.7319251, -1.25, 0.75])
    t = 2.364624251  # 97.5 % quantile at 7 degrees of freedom
    close(row[["msa_conf_low", "msa_conf_high"]], [1.5 - t * 0.7319251, 1.5 + t * 0.7319251])
    close(row[["mss_conf_low", "mss_conf_high"]], [-1.25 - t * 0.75, -1.25 + t * 0.75])
    close(row["width"], 2.75)
    assert row[["n", "n_triples", "n_breach"]].tolist() == [8, 8, 0]


def test_two_positions_that_are_not_the_same_number():
    row = servqual.zone(eight()).table.iloc[0]
    close(row["position"], 0.5454545)
    close(row["position_mean"], 0.4523810)
    assert row["n_position"] == 7


def test_the_position_has_the_interval_of_a_ratio():
    row = servqual.zone(eight()).table.iloc[0]
    msa, width = (EIGHT["P"] - EIGHT["A"]).to_numpy(), (EIGHT["D"] - EIGHT["A"]).to_numpy()
    residual = (msa - msa.sum() / width.sum() * width) / width.sum()
    error = np.sqrt(8 / 7 * (residual**2).sum())
    close(row["position_conf_high"] - row["position"], 2.364624251 * error)


def test_shares_below_within_and_above():
    row = servqual.zone(eight()).table.iloc[0]
    close(row[["below", "within", "above"]], [2 / 8, 4 / 8, 2 / 8])
    close(row[["below_conf_low", "below_conf_high"]], [0.0714792, 0.5907246])


def test_items_say_the_same_where_there_is_one():
    result = servqual.zone(eight())
    columns = ["msa", "mss", "position", "below", "within", "above", "n"]
    close(result.items.iloc[0][columns], result.table.iloc[0][columns].astype(float))
    assert result.items.iloc[0]["item"] == "help"


# where the mean lies ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("perception", "verdict"), [(3, "below"), (6, "within"), (9, "above"), (5, "undecided")]
)
def test_the_verdict_needs_nine_draws_of_ten(perception, verdict):
    noise = np.tile([-1, 0, 1], 20)
    frame = pd.DataFrame({"A": 5 + noise, "D": 8, "P": perception - 0 * noise})
    row = servqual.zone(eight(frame)).table.iloc[0]
    close(row[["p_below", "p_within", "p_above"]].sum(), 1)
    assert row["verdict"] == verdict
    if verdict != "undecided":
        assert row[f"p_{verdict}"] >= 0.9


def test_the_same_seed_gives_the_same_probabilities():
    one, other = servqual.zone(eight()).table, servqual.zone(eight()).table
    pd.testing.assert_frame_equal(one, other)
    third = servqual.zone(eight(), seed=5).table
    assert third["p_within"].iloc[0] == pytest.approx(one["p_within"].iloc[0], abs=0.1)


def test_probabilities_over_clusters_are_less_sure():
    rng = np.random.default_rng(3)
    office = np.repeat(np.arange(12), 20)
    shift = rng.normal(0, 1, 12)[office]
    frame = pd.DataFrame({"A": 5.0, "D": 8.0, "P": np.clip(np.round(5.25 + shift), 1, 9)})
    frame["office"] = office
    alone = servqual.zone(eight(frame)).table.iloc[0]
    together = servqual.zone(eight(frame, cluster="office")).table.iloc[0]
    assert together["msa"] == pytest.approx(alone["msa"])
    assert together["msa_std_error"] > 2 * alone["msa_std_error"]
    assert max(together[["p_below", "p_within"]]) < max(alone[["p_below", "p_within"]])


# breaches and holes -------------------------------------------------------------------------


def test_adequate_above_desired_leaves_the_zone_and_is_counted():
    frame = EIGHT.copy()
    frame.loc[0, "A"] = 9
    result = servqual.zone(eight(frame))
    row = result.table.iloc[0]
    assert row[["n", "n_triples", "n_breach"]].tolist() == [7, 7, 1]
    close(row["msa"], (EIGHT["P"] - EIGHT["A"]).iloc[1:].mean())
    breach = next(one for one in result.notes if one.code == "zone_breach")
    assert (breach["item"], breach["n"], breach["n_total"]) == ("help", 1, 8)


def test_every_figure_rests_on_complete_answers():
    frame = EIGHT.astype(float)
    frame.loc[1, "D"] = np.nan
    row = servqual.zone(eight(frame)).table.iloc[0]
    kept = EIGHT.drop(index=1)
    close(row["msa"], (kept["P"] - kept["A"]).mean())
    close(row["perception"], kept["P"].mean())
    close(row["below"], 1 / 7)
    assert row["n"] == 7


def test_small_bases_show_nothing():
    study = Study.from_frame(EIGHT, ONE_ITEM)
    for table in (servqual.zone(study).table, servqual.zone(study).items):
        row = table.iloc[0]
        assert row["suppressed"]
        assert row["reason"] == "small_base"
        assert row["verdict"] == "suppressed"
        assert row[["msa", "mss", "below", "p_below", "position"]].isna().all()


# questionnaires -----------------------------------------------------------------------------

LIBRARY_ITEMS = {"affect": 4, "information": 3, "place": 2}


def library(n=120, seed=4):
    """Three columns an item: minimum, desired, perceived, on nine points."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"library": rng.choice(["Main", "Law"], n)})
    number = 0
    for shift, (_, size) in enumerate(LIBRARY_ITEMS.items()):
        for _ in range(size):
            number += 1
            least = np.clip(np.round(6 + rng.normal(0, 1, n)), 1, 9)
            frame[f"MIN{number}"] = least
            frame[f"DES{number}"] = np.clip(least + rng.integers(0, 4, n), 1, 9)
            seen = 6.2 + 0.6 * shift + rng.normal(0, 1, n)
            frame[f"PER{number}"] = np.clip(np.round(seen), 1, 9)
    return frame


def library_book():
    dimensions, first = {}, 1
    for name, size in LIBRARY_ITEMS.items():
        numbers = range(first, first + size)
        first += size
        dimensions[name] = {
            "scale": [1, 9],
            "adequate": [f"MIN{i}" for i in numbers],
            "desired": [f"DES{i}" for i in numbers],
            "perception": [f"PER{i}" for i in numbers],
        }
    return {"dimensions": dimensions}


def test_three_columns_an_item():
    frame = library()
    result = servqual.zone(Study.from_frame(frame, library_book(), segments=["library"]))
    assert result.table["dimension"].tolist() == [*LIBRARY_ITEMS, "overall"]
    assert len(result.items) == 9
    means = frame.drop(columns="library").mean()
    close(result.items["msa"], [means[f"PER{i}"] - means[f"MIN{i}"] for i in range(1, 10)], 1e-9)
    table = result.table.set_index("dimension")
    close(table.loc["place", "perception"], means[["PER8", "PER9"]].mean(), 1e-9)
    close(table.loc["overall", "msa"], table["msa"].iloc[:3].mean(), 1e-9)
    assert (result.table["desired_source"] == "desired").all()
    by = servqual.zone(Study.from_frame(frame, library_book(), segments=["library"]), by="library")
    assert by.table.columns[0] == "library"
    assert len(by.table) == 8


def test_the_expectation_stands_in_for_a_missing_desired_level():
    book = {
        "dimensions": {
            "care": {
                "scale": [1, 9],
                "items": [{"key": "help", "adequate": "A", "expectation": "D", "perception": "P"}],
            }
        }
    }
    result = servqual.zone(eight(book=book))
    assert result.table["desired_source"].tolist() == ["expectation"]
    assert "desired_expected" in codes(result)
    close(result.table["mss"], [-1.25])


def test_direct_ratings_stand_apart():
    frame = EIGHT.assign(MSA=[6, 4, 8, 8, 6, 4, 6, 9], MSS=[3, 2, 5, 5, 3, 1, 6, 6])
    item = {**ONE_ITEM["dimensions"]["care"]["items"][0], "direct_msa": "MSA", "direct_mss": "MSS"}
    book = {"dimensions": {"care": {"scale": [1, 9], "items": [item]}}}
    table = servqual.zone(eight(frame, book)).table
    assert table["source"].tolist() == ["computed", "direct"]
    direct = table.iloc[1]
    close(direct["msa"], frame["MSA"].mean() - 5)
    close(direct["mss"], frame["MSS"].mean() - 5)
    close(direct[["below", "within", "above"]], [2 / 8, 4 / 8, 2 / 8])
    assert direct[["adequate", "perception", "width", "position"]].isna().all()
    close(table.iloc[0]["msa"], 1.5)


def test_direct_ratings_alone_on_a_scale_of_their_own():
    frame = pd.DataFrame({"MSA": [1, -1, 3, 3, 1, -1, 1, 4], "MSS": [-2, -3, 0, 0, -2, -4, 1, 1]})
    book = {
        "dimensions": {
            "care": {
                "scale": [1, 9],
                "direct_scale": [-4, 4],
                "direct_msa": ["MSA"],
                "direct_mss": ["MSS"],
            }
        }
    }
    study = eight(frame, book)
    assert study.has("zone")
    row = servqual.zone(study).table.iloc[0]
    close(row[["msa", "mss"]], frame[["MSA", "MSS"]].mean())
    close(row[["below", "within", "above"]], [2 / 8, 4 / 8, 2 / 8])
    assert book["dimensions"]["care"]["direct_scale"] == [-4, 4]
    again = study.codebook.canonical()["dimensions"]["care"]
    assert again["direct_scale"] == {"min": -4, "max": 4}


def test_one_direct_side_has_no_shares():
    frame = pd.DataFrame({"MSS": [3, 2, 5, 5, 3, 1, 6, 6]})
    row = servqual.zone(
        eight(frame, {"dimensions": {"care": {"scale": [1, 9], "direct_mss": ["MSS"]}}})
    ).table.iloc[0]
    close(row["mss"], frame["MSS"].mean() - 5)
    assert row[["msa", "below", "within", "above", "p_below"]].isna().all()
    assert row["verdict"] == "undecided"


def test_a_direct_scale_without_direct_ratings_is_a_fault():
    book = {"dimensions": {"care": {"scale": [1, 9], "direct_scale": [-4, 4], "perception": ["P"]}}}
    with pytest.raises(InputError, match="direct_scale without direct ratings"):
        eight(book=book)


def test_without_adequate_levels():
    book = {"dimensions": {"care": {"scale": [1, 9], "expectation": "D", "perception": "P"}}}
    assert not eight(book=book).has("zone")
    with pytest.raises(AnalysisError, match="no item has a zone of tolerance"):
        servqual.zone(eight(book=book))


def test_an_adequate_level_without_desired_is_told():
    items = [*ONE_ITEM["dimensions"]["care"]["items"]]
    items.append({"key": "rest", "adequate": "A2", "perception": "P2"})
    frame = EIGHT.assign(A2=EIGHT["A"], P2=EIGHT["P"])
    book = {"dimensions": {"care": {"scale": [1, 9], "items": items}}}
    result = servqual.zone(eight(frame, book))
    told = next(one for one in result.notes if one.code == "no_desired")
    assert told["items"] == ("rest",)
    assert result.items["item"].tolist() == ["help"]


# laws ---------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 1000), st.sampled_from([None, "w"]))
def test_shares_sum_to_one_and_distances_differ_by_the_width(seed, weight):
    frame = library(60, seed).assign(w=np.random.default_rng(seed).uniform(0.5, 3, 60))
    study = Study.from_frame(frame, library_book(), weight=weight)
    for table in servqual.zone(study, n_resamples=50).frames().values():
        close(table[["below", "within", "above"]].sum(axis=1), 1, 1e-9)
        close(table[["p_below", "p_within", "p_above"]].sum(axis=1), 1, 1e-9)
        close(table["msa"] - table["mss"], table["width"], 1e-9)
        close(table["position"], table["msa"] / table["width"], 1e-9)
        assert table[["below", "within", "above"]].ge(0).all(axis=None)


@settings(max_examples=8, deadline=None)
@given(st.floats(1e-3, 1e3))
def test_the_size_of_weights_changes_nothing(factor):
    frame = library(60).assign(w=np.linspace(1, 3, 60))
    one = Study.from_frame(frame, library_book(), weight="w")
    other = Study.from_frame(frame.assign(w=frame["w"] * factor), library_book(), weight="w")
    left, right = (servqual.zone(study, n_resamples=50).table for study in (one, other))
    pd.testing.assert_frame_equal(left, right, rtol=1e-8)


def test_weights_of_one_change_no_estimate():
    frame = library().assign(w=1.0)
    plain = servqual.zone(Study.from_frame(frame, library_book())).table
    weighted = servqual.zone(Study.from_frame(frame, library_book(), weight="w")).table
    columns = ["msa", "mss", "below", "within", "above", "position", "position_mean"]
    close(plain[columns], weighted[columns].astype(float), 1e-9)


def test_raising_all_answers_moves_no_distance():
    raised = EIGHT + 1
    book = {"dimensions": {"care": {**ONE_ITEM["dimensions"]["care"], "scale": [1, 10]}}}
    one, other = servqual.zone(eight()).table, servqual.zone(eight(raised, book)).table
    columns = ["msa", "mss", "width", "position", "below", "within", "above", "p_below", "p_above"]
    close(one[columns], other[columns].astype(float), 1e-9)
