"""Groups against the rest and service points: known answers, guards and laws."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxresearch import segments
from cxresearch.bases import complementary
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.stats import intervals
from cxresearch.stats.funnel import funnel
from cxresearch.stats.league import shrink
from cxresearch.stats.survey import Design
from cxresearch.study.study import Study

SCORE = {"measures": {"score": {"kind": "score", "columns": "s", "scale": [0, 20]}}}
SHARE = {"measures": {"solved": {"kind": "share", "columns": "s", "delta": 0.05}}}
POINTS_X = [120, 135, 110, 180, 150, 95, 140, 160, 125, 170]
POINTS_N = [1000, 1050, 980, 1100, 1020, 990, 1010, 1080, 1000, 1060]


def groups(means, n=80, seed=1, spread=2.0):
    rng = np.random.default_rng(seed)
    return pd.concat(
        [
            pd.DataFrame({"s": np.clip(rng.normal(m, spread, n), 0, 20).round(), "g": name})
            for name, m in means.items()
        ],
        ignore_index=True,
    )


def points(x=POINTS_X, n=POINTS_N):
    return pd.concat(
        [
            pd.DataFrame({"s": [1] * a + [0] * (b - a), "branch": f"b{i}"})
            for i, (a, b) in enumerate(zip(x, n, strict=True))
        ],
        ignore_index=True,
    )


def test_means_are_welch_tests_against_the_rest():
    frame = groups({"A": 10, "B": 11, "C": 10})
    found = segments.compare(Study.from_frame(frame, SCORE, segments=["g"])).table
    for row in found.itertuples():
        own, rest = frame.s[frame.g == row.group], frame.s[frame.g != row.group]
        test = stats.ttest_ind(own, rest, equal_var=False)
        ends = test.confidence_interval()
        np.testing.assert_allclose(
            [row.difference, row.p_value, row.difference_low, row.difference_high],
            [own.mean() - rest.mean(), test.pvalue, ends.low, ends.high],
            atol=1e-9,
        )
    np.testing.assert_allclose(
        found["q_value"], stats.false_discovery_control(found["p_value"]), atol=1e-12
    )
    assert (found["family_size"] == 3).all()


def test_shares_have_newcombes_interval():
    frame = pd.DataFrame(
        {"s": [1] * 56 + [0] * 14 + [1] * 48 + [0] * 32, "g": ["A"] * 70 + ["B"] * 80}
    )
    found = segments.compare(Study.from_frame(frame, SHARE, segments=["g"])).table.iloc[0]
    known = intervals.newcombe(56, 70, 48, 80)
    np.testing.assert_allclose(
        [found.difference, found.difference_low, found.difference_high],
        [0.20, 0.0524315, 0.3338727],
        atol=1e-6,
    )
    assert known.conf_low == pytest.approx(found.difference_low)
    assert found.verdict == "clear_rise"
    assert found.standing == "clearly_above"


def test_weights_and_shared_clusters_enter_the_difference():
    rng = np.random.default_rng(3)
    frame = groups({"A": 10, "B": 11}, n=100)
    frame["w"] = rng.uniform(0.5, 2, len(frame))
    frame["account"] = rng.integers(0, 30, len(frame))
    study = Study.from_frame(frame, SCORE, segments=["g"], weight="w", cluster="account")
    row = segments.compare(study).table.iloc[0]
    design = Design.build(len(frame), weights=frame.w, clusters=frame.account)
    inside = (frame.g == "A").to_numpy()
    known = design.difference(frame.s, inside, ~inside)
    np.testing.assert_allclose(
        [row.difference, row.std_error, row.df, row.p_value],
        [known.estimate, known.std_error, known.df, known.p_value],
        atol=1e-12,
    )


def test_weights_on_another_scale_change_nothing():
    frame = groups({"A": 10, "B": 11, "C": 9})
    frame["w"] = np.random.default_rng(4).uniform(0.5, 2, len(frame))
    one = segments.compare(Study.from_frame(frame, SCORE, segments=["g"], weight="w")).table
    frame["w"] *= 1000
    two = segments.compare(Study.from_frame(frame, SCORE, segments=["g"], weight="w")).table
    pd.testing.assert_frame_equal(one, two)


def test_two_groups_are_each_others_mirror():
    found = segments.compare(
        Study.from_frame(groups({"A": 10, "B": 11}), SCORE, segments=["g"])
    ).table
    assert found["difference"].sum() == pytest.approx(0)
    assert found["p_value"].nunique() == 1


def test_a_small_group_hides_the_next_smallest_too():
    frame = pd.concat([groups({"A": 10}, 60), groups({"B": 10}, 40), groups({"C": 10}, 6)])
    result = segments.compare(Study.from_frame(frame, SCORE, segments=["g"]))
    table = result.table.set_index("group")
    assert table["reason"].to_dict()["C"] == "small_base"
    assert table["reason"].to_dict()["B"] == "complementary"
    assert table.loc[["B", "C"], ["estimate", "difference"]].isna().all(axis=None)
    assert table.loc["A", "estimate"] > 0
    assert (table.loc[["B", "C"], "verdict"] == "suppressed").all()
    assert {"small_base", "complementary"} <= {one.code for one in result.notes}


def test_two_hidden_groups_need_no_third():
    assert complementary({"a": 60, "b": 8, "c": 7}, {"b", "c"}) is None
    assert complementary({"a": 60, "b": 40, "c": 7}, {"c"}) == "b"
    assert complementary({"a": 60, "b": 40, "c": 7}, {"c"}, total_shown=False) is None
    assert complementary({"a": 60, "c": 0}, {"c"}) is None


def test_groups_of_fewer_than_three_accounts_are_withheld():
    frame = groups({"A": 10, "B": 10, "C": 10}, n=60)
    rng = np.random.default_rng(1)
    frame["account"] = np.where(frame.g == "C", rng.integers(90, 92, 180), rng.integers(0, 30, 180))
    found = segments.compare(
        Study.from_frame(frame, SCORE, segments=["g"], cluster="account")
    ).table.set_index("group")
    assert found.loc["C", "reason"] == "few_accounts"


def test_a_group_whose_answers_never_vary_is_no_certainty():
    frame = pd.DataFrame({"s": [1] * 12 + [1] * 70 + [0] * 10, "g": ["A"] * 12 + ["B"] * 80})
    found = segments.compare(Study.from_frame(frame, SHARE, segments=["g"])).table.iloc[0]
    assert found.estimate == 1
    # Fisher's exact test of 12/12 against 70/80 does not reject either
    assert found.p_value > 0.1


def test_what_is_not_there_is_named():
    study = Study.from_frame(groups({"A": 10, "B": 11}), SCORE, segments=["g"])
    with pytest.raises(AnalysisError, match="score"):
        segments.compare(study, measure="scor")
    with pytest.raises(AnalysisError):
        segments.compare(study, by="h")
    with pytest.raises(AnalysisError, match="segments"):
        segments.compare(Study.from_frame(groups({"A": 10}), SCORE))
    assert isinstance(segments.service_points(study), NotAsked)


def test_service_points_of_the_fixture():
    study = Study.from_frame(points(), SHARE, service_point="branch")
    found = segments.service_points(study, n_resamples=300)
    chance = found.chance.iloc[0]
    assert chance["dispersion"] == pytest.approx(3.7053297, abs=1e-6)
    assert chance["statistic"] == pytest.approx(37.0532967, abs=1e-6)
    assert chance["verdict"] == "distinguishable"
    z = found.table.set_index("group").loc[[f"b{i}" for i in range(10)], "z"]
    np.testing.assert_allclose(z.iloc[:3], [-1.3524714, -0.5720638, -2.0502132], atol=1e-6)
    known = funnel(POINTS_X, POINTS_N)
    place = found.table.set_index("group")["place"]
    assert [place[f"b{i}"] for i in range(10)] == list(known.place)
    assert found.table["group"].iloc[0] == "b3"
    assert found.table["rank"].tolist() == sorted(found.table["rank"])
    assert (found.table["rank_low"] <= found.table["rank"]).all()
    assert (found.table["rank_high"] >= found.table["rank"]).all()
    assert found.table["p_first"].sum() == pytest.approx(1)


def test_equal_branches_are_shrunk_together_and_not_told_apart():
    study = Study.from_frame(points([50] * 6, [100] * 6), SHARE, service_point="branch")
    found = segments.service_points(study, n_resamples=200)
    assert found.chance["verdict"].tolist() == ["cannot_tell"]
    assert found.chance["between_sd"].tolist() == [0.0]
    np.testing.assert_allclose(found.table["shrunk"], 0.5)


def test_noise_is_called_chance_as_often_as_the_level_says():
    rng = np.random.default_rng(11)
    calls = []
    for _ in range(60):
        frame = points(rng.binomial(80, 0.6, 8), [80] * 8)
        study = Study.from_frame(frame, SHARE, service_point="branch")
        calls.append(segments.service_points(study, n_resamples=20).chance["verdict"].iloc[0])
    assert calls.count("distinguishable") <= 9  # 60 x .05 = 3, binomial tail below .004


def test_fewer_than_five_points_are_a_table_only():
    study = Study.from_frame(points(POINTS_X[:4], POINTS_N[:4]), SHARE, service_point="branch")
    found = segments.service_points(study)
    assert found.table["estimate"].notna().all()
    assert found.table[["rank", "shrunk", "z"]].isna().all(axis=None)
    assert found.chance["verdict"].tolist() == ["suppressed"]
    assert found.chance[["family", "family_size"]].values.tolist() == [["service_points", 0]]
    assert "few_points" in {one.code for one in found.notes}


def test_points_that_are_clusters_have_respondents_as_their_sample():
    study = Study.from_frame(
        points(), SHARE, service_point="branch", cluster="branch", analysis={"min_n": {"show": 1}}
    )
    found = segments.service_points(study, n_resamples=50)
    assert found.table["estimate"].notna().all()
    assert found.chance["statistic"].iloc[0] == pytest.approx(37.0532967, abs=1e-6)
    assert "points_are_clusters" in {one.code for one in found.notes}


def test_one_seed_gives_one_order():
    study = Study.from_frame(points(), SHARE, service_point="branch")
    one, two = (segments.service_points(study, n_resamples=100, seed=5).table for _ in range(2))
    pd.testing.assert_frame_equal(one, two)


def test_lower_is_better_where_the_measure_says_so():
    book = {"measures": {"effort": {"kind": "ces", "version": 1, "columns": "s"}}}
    frame = pd.concat(
        [
            pd.DataFrame({"s": [1 + i % 2 + (k > 3)], "branch": f"b{k}"})
            for k in range(6)
            for i in range(40)
        ]
    )
    found = segments.service_points(
        Study.from_frame(frame, book, service_point="branch"), n_resamples=50
    ).table
    assert found["estimate"].is_monotonic_increasing
    assert found["rank"].iloc[0] == 1


def test_shrinkage_keeps_the_order_and_pulls_towards_the_mean():
    y, v = np.array([50.0, 60, 70, 80, 55, 65]), np.full(6, 40.0)
    found = shrink(y, v)
    assert (np.argsort(found.estimate) == np.argsort(y)).all()
    assert (np.abs(found.estimate - found.mean) <= np.abs(y - found.mean) + 1e-12).all()
    assert found.between_sd**2 == pytest.approx(y.var(ddof=1) - 40)


def oracle(reference, name):
    cases = json.loads((reference / "oracles" / "survey.json").read_text(encoding="utf-8"))
    expected = next(one for one in cases if one["id"] == name)["expected"]
    return expected, pd.read_csv(reference / "oracles" / "data" / "sfo.csv")


SFO = {"measures": {"whole": {"kind": "csat", "columns": "overall", "scale": [1, 5]}}}


@pytest.mark.reference
def test_group_means_agree_with_svyby(reference):
    expected, frame = oracle(reference, "svy_sfo2017_nps_clusters")
    frame = frame[(frame.wave == 2017) & frame.overall.notna() & frame.netpro.notna()]
    study = Study.from_frame(
        frame, SFO, weight="weight", strata="stratum", cluster="run", segments=["stratum"]
    )
    found = segments.compare(study).table
    by = expected["by"]
    np.testing.assert_allclose(found["estimate"], by["mean"], atol=1e-8)
    df = [study.design.df((frame.stratum == int(one)).to_numpy()) for one in by["level"]]
    half = (found["conf_high"] - found["conf_low"]) / 2
    np.testing.assert_allclose(half / stats.t.ppf(0.975, df), by["se"], atol=1e-8)


@pytest.mark.reference
def test_a_difference_of_waves_agrees_with_svyttest(reference):
    expected, frame = oracle(reference, "svy_sfo_waves_compare")
    frame = frame[frame.overall.notna() & frame.wave.isin([2016, 2017])].copy()
    frame["layer"] = frame.wave.astype(str) + "-" + frame.stratum.astype(str)
    study = Study.from_frame(
        frame.assign(year=frame.wave.astype(str)),
        SFO,
        weight="weight",
        strata="layer",
        cluster="run",
        segments=["year"],
    )
    row = segments.compare(study).table.set_index("group").loc["2017"]
    known = expected["svyttest"]
    np.testing.assert_allclose(
        [row["difference"], row["statistic"], row["p_value"], row["df"]],
        [known["diff"], known["t"], known["p"], known["df"]],
        atol=1e-8,
    )
    np.testing.assert_allclose(
        [row["difference_low"], row["difference_high"]], known["ci"], atol=1e-8
    )
