"""Scores beside the outcome: worked examples, laws, and what is told where a part is missing."""

import numpy as np
import pandas as pd
import pytest
from known_answers import EVERYTHING_SHOWN, SURVEY_BOOK, csat, study, survey
from made import battery, battery_book

from cxresearch import servqual
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study

TEN = pd.DataFrame(
    {
        "E": [7, 6, 7, 5, 6, 7, 6, 5, 7, 6],
        "P": [6, 5, 4, 5, 6, 7, 3, 4, 5, 6],
        "Y": [8, 7, 5, 7, 8, 9, 4, 6, 6, 8],
    }
)
TEN_BOOK = {
    "dimensions": {"care": {"scale": [1, 7], "expectation": "E", "perception": "P"}},
    "measures": {"satisfaction": csat("Y", 1, 9)},
}


def ten(frame=TEN, **more):
    return Study.from_frame(frame, TEN_BOOK, **{"analysis": EVERYTHING_SHOWN, **more})


def four(**more):
    return study(battery(), battery_book(), **more)


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def codes(result):
    return {one.code for one in result.notes}


# the worked example -------------------------------------------------------------------------


def test_the_gap_discards_information():
    result = servqual.models(ten(), n_resamples=100)
    row = result.constraints.set_index("dimension").loc["overall"]
    close(row["coefficient_perception"], 1.3478261)
    close(row["coefficient_expectation"], -0.4239130)
    close(row["estimate"], 0.9239130)
    close(row["statistic"], 9.119, 5e-4)
    assert row["df"] == 7
    close(row["r_squared"], 0.9833937)
    close(row["r_squared_gap"], 0.7861039)
    close(row["r_squared_perception"], 0.9418605)
    assert "gap_constraint" in codes(result)


def test_scores_alone():
    table = servqual.models(ten(), n_resamples=100).table.set_index("model")
    close(table.loc[["servqual", "servperf"], "r_squared"], [0.7861039, 0.9418605])
    close(table.loc["servqual", "r_squared_dimensions"], 0.7861039)


def test_without_importance_there_are_no_weighted_scores():
    result = servqual.models(ten(), n_resamples=100)
    weighted = result.table[result.table["model"].str.endswith("weighted")]
    assert (weighted["reason"] == "no_importance").all()
    assert weighted["r_squared"].isna().all()
    assert "no_importance" in codes(result)
    assert len(result.differences) == 1


def test_reliability_of_a_difference_score():
    rng = np.random.default_rng(8)
    true = rng.normal(size=400)
    frame = pd.DataFrame({f"P{i}": true + rng.normal(size=400) for i in range(1, 4)})
    for i in range(1, 4):
        frame[f"E{i}"] = 0.3 * true + rng.normal(size=400)
    scale = {"min": -9, "max": 9, "continuous": True}
    sides = {"expectation": ["E1", "E2", "E3"], "perception": ["P1", "P2", "P3"]}
    book = {
        "dimensions": {"care": {"scale": scale, **sides}},
        "measures": {"y": {"kind": "score", "columns": ["P1"], "scale": scale}},
    }
    made = Study.from_frame(frame, book)
    row = servqual.models(made, n_resamples=50).reliability.iloc[0]
    p, e = frame[sides["perception"]], frame[sides["expectation"]]
    sp, se = p.mean(axis=1).std(), e.mean(axis=1).std()
    r = np.corrcoef(p.mean(axis=1), e.mean(axis=1))[0, 1]

    def alpha(table):
        return 1.5 * (1 - table.var().sum() / table.sum(axis=1).var())

    above = sp**2 * alpha(p) + se**2 * alpha(e) - 2 * r * sp * se
    close(row["reliability"], above / (sp**2 + se**2 - 2 * r * sp * se), 1e-9)
    close(row[["alpha_perception", "alpha_expectation"]], [alpha(p), alpha(e)], 1e-9)
    gap = p.mean(axis=1) - e.mean(axis=1)
    close(row["gap_expectation_r"], np.corrcoef(gap, e.mean(axis=1))[0, 1], 1e-9)


def test_what_expectations_do_to_the_gap():
    frame = survey(200)
    for item in ("E1", "E2", "E3"):
        frame[item] = 7
    frame.loc[:9, "E1"] = 6
    result = servqual.models(study(frame), n_resamples=20)
    first = result.reliability.set_index("dimension").loc["first"]
    assert set(first["flags"].split(",")) >= {"ceiling", "flat"}
    assert first["ceiling_expectation"] > 0.95
    assert any(
        one.code == "expectations_weak" and one["dimension"] == "first" for one in result.notes
    )


def test_one_item_has_no_alpha():
    row = servqual.models(ten(), n_resamples=20).reliability.iloc[0]
    assert row["reason"] == "single_item"
    assert np.isnan(row["reliability"])
    close(row["correlation"], np.corrcoef(TEN["P"], TEN["E"])[0, 1])


# four models --------------------------------------------------------------------------------


def test_four_models_on_the_same_respondents():
    made = four()
    result = servqual.models(made)
    assert result.table["model"].tolist() == [
        *("servqual", "servqual_weighted", "servperf", "servperf_weighted")
    ]
    assert result.table["n"].nunique() == 1
    scores = made.scores
    gap = (scores["first_gap"] + scores["second_gap"]) / 2
    close(
        result.table["r_squared"].iloc[0],
        np.corrcoef(gap, scores["satisfaction"])[0, 1] ** 2,
        1e-9,
    )
    assert (result.table["r_squared_low"] < result.table["r_squared"]).all()
    assert (result.table["r_squared"] < result.table["r_squared_high"]).all()
    assert (
        (result.table["r_squared_dimensions"] >= result.table["r_squared"] - 1e-9)
        .iloc[[0, 2]]
        .all()
    )


def test_differences_come_from_the_same_resamples():
    result = servqual.models(four(), n_resamples=400)
    by = result.table.set_index("model")
    assert len(result.differences) == 6
    for row in result.differences.itertuples():
        close(row.estimate, by.loc[row.first, "r_squared"] - by.loc[row.second, "r_squared"], 1e-9)
        assert row.conf_low < row.estimate < row.conf_high
    spread = by["r_squared_high"] - by["r_squared_low"]
    close_pair = result.differences.set_index(["first", "second"]).loc[
        ("servperf", "servperf_weighted")
    ]
    apart = np.hypot(spread["servperf"], spread["servperf_weighted"])
    assert close_pair["conf_high"] - close_pair["conf_low"] < 0.8 * apart


def test_one_seed_gives_one_answer():
    one, other = servqual.models(four(), seed=1), servqual.models(four(), seed=1)
    for name, frame in one.frames().items():
        pd.testing.assert_frame_equal(frame, other.frames()[name])
    third = servqual.models(four(), seed=2).table
    assert (third["r_squared"] == one.table["r_squared"]).all()
    assert (third["r_squared_low"] != one.table["r_squared_low"]).any()


def test_weights_are_used_and_their_size_is_not():
    plain = servqual.models(four()).table
    weighted = servqual.models(four(weight="w")).table
    frame = battery()
    larger = study(frame.assign(w=frame["w"] * 50), battery_book(), weight="w")
    again = servqual.models(larger).table
    assert abs(plain["r_squared"] - weighted["r_squared"]).max() > 1e-4
    pd.testing.assert_frame_equal(weighted, again, rtol=1e-8)
    w = frame["w"].to_numpy()
    scores = four().scores
    seen = (scores["first"] + scores["second"]).to_numpy() / 2
    cov = np.cov(seen, frame["S"], aweights=w)
    close(weighted["r_squared"].iloc[2], cov[0, 1] ** 2 / (cov[0, 0] * cov[1, 1]), 1e-9)


def test_clusters_widen_the_interval_of_the_constraint():
    frame = battery()
    frame["office"] = (frame["S"] * 3 + frame["wave"]).astype(int)
    plain = servqual.models(study(frame, battery_book())).constraints
    clustered = servqual.models(study(frame, battery_book(), cluster="office")).constraints
    assert (plain["estimate"] - clustered["estimate"]).abs().max() < 1e-9
    assert (plain["std_error"] != clustered["std_error"]).all()


# what is not there --------------------------------------------------------------------------


def test_another_outcome():
    result = servqual.models(four(), outcome="recommend")
    assert set(result.table["outcome"]) == {"recommend"}
    with pytest.raises(AnalysisError, match='no measure "recomend"'):
        servqual.models(four(), outcome="recomend")


def test_without_an_outcome():
    book = {"dimensions": SURVEY_BOOK["dimensions"], "scales": SURVEY_BOOK["scales"]}
    with pytest.raises(AnalysisError, match="no measure for the scores"):
        servqual.models(study(book=book))


def test_an_outcome_that_never_varies():
    result = servqual.models(ten(TEN.assign(Y=5)), n_resamples=20)
    assert set(result.table["reason"]) == {"outcome_constant"}
    assert result.differences.empty
    assert set(result.constraints["reason"]) == {"outcome_constant"}


def test_small_bases_show_nothing():
    result = servqual.models(Study.from_frame(TEN.head(8), TEN_BOOK), n_resamples=20)
    assert set(result.table["reason"]) == {"small_base"}
    numbers = result.constraints[["estimate", "r_squared", "p_value"]]
    assert numbers.isna().all(axis=None)
    assert result.reliability[["sd_perception", "correlation"]].isna().all(axis=None)
