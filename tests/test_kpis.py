"""Headline figures: NPS, shares and means against known answers, and the laws they obey."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from known_answers import D12, EVERYTHING_SHOWN, csat, d12, study, survey

from cxresearch import kpis
from cxresearch.errors import AnalysisError, StatisticsError
from cxresearch.study.study import Study

NUMBERS = ["estimate", "std_error", "conf_low", "conf_high", "n_eff", "mdc"]


def row(result, measure, statistic, **groups):
    table = result.table
    for column, label in groups.items():
        table = table[table[column] == label]
    found = table[(table["measure"] == measure) & (table["statistic"] == statistic)]
    assert len(found) == 1
    return found.iloc[0]


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(np.asarray(found, dtype=float), expected, rtol=0, atol=tolerance)


def test_design_of_twelve():
    result = kpis.measure(d12())
    nps = row(result, "recommendation", "nps")
    close(nps[["estimate", "std_error"]], [16.6666667, 34.5580017])
    close(nps[["conf_low", "conf_high"]], [-50.3669905, 68.2853124], 1e-5)
    close(nps["n_eff"], 5.5490506)
    top = row(result, "satisfaction", "top_box")
    close(top[["estimate", "std_error", "n_eff"]], [0.7380952, 0.1272066, 11.9463775])
    close(top[["conf_low", "conf_high"]], [0.3893086, 0.9256975])
    mean = row(result, "satisfaction", "mean")
    close(mean[["estimate", "std_error"]], [3.8333333, 0.3520805])
    close(mean[["conf_low", "conf_high"]], [2.8558011, 4.8108656])
    close(row(result, "satisfaction", "rescaled")["estimate"], 100 * (3.8333333 - 1) / 4, 1e-5)
    assert result.n == 12
    close(result.n_eff, 10.3764706)


def test_weights_alone():
    result = kpis.measure(d12(design=False))
    close(row(result, "recommendation", "nps")["std_error"], 26.0886121)
    close(row(result, "satisfaction", "top_box")["std_error"], 0.1471106)
    close(row(result, "satisfaction", "mean")["std_error"], 0.3493867)


def test_strata_keep_their_own_score():
    result = kpis.measure(d12(), by="stratum")
    close(
        [row(result, "recommendation", "nps", stratum=s)["estimate"] for s in "AB"],
        [27.7777778, 8.3333333],
    )
    close(
        [row(result, "recommendation", "nps", stratum=s)["std_error"] for s in "AB"],
        [39.2546002, 51.7629032],
    )


def test_part_of_a_design_keeps_its_clusters():
    frame = D12.assign(fan=np.where(D12["recommend"] >= 7, "yes", "no"))
    fans = d12(frame=frame, segments=["fan"]).where(fan="yes")
    mean = row(kpis.measure(fans), "satisfaction", "mean")
    close(mean["estimate"], 4.3870968)
    close(mean["std_error"], 0.12529, 1e-5)


def test_kish():
    frame = pd.DataFrame({"S": [5, 4, 3, 2], "w": [1, 1, 2, 4]})
    few = Study.from_frame(
        frame, {"measures": {"s": csat()}}, weight="w", analysis=EVERYTHING_SHOWN
    )
    result = kpis.measure(few)
    close(result.n_eff, 2.9090909)
    weighted = next(one for one in result.notes if one.code == "weighted")
    assert weighted["deff"] == pytest.approx(1.375)


@pytest.mark.parametrize(
    ("promoters", "detractors", "n", "low", "high", "clipped"),
    [
        (18, 2, 31, 25.5123341, 68.6053129, False),
        (50, 25, 100, 8.3021727, 40.2415167, False),
        (10, 0, 10, 47.5035516, 100, True),
        (0, 0, 5, -30.0056980, 30.0056980, False),
    ],
)
def test_net_promoter_of_counts(promoters, detractors, n, low, high, clipped):
    answers = [10] * promoters + [3] * detractors + [8] * (n - promoters - detractors)
    book = {"measures": {"r": {"kind": "nps", "columns": "r"}}}
    frame = pd.DataFrame({"r": answers})
    result = kpis.measure(Study.from_frame(frame, book, analysis=EVERYTHING_SHOWN))
    found = row(result, "r", "nps")
    close(found["estimate"], 100 * (promoters - detractors) / n)
    close(found[["conf_low", "conf_high"]], [low, high])
    assert ("interval_clipped" in {one.code for one in result.notes}) == clipped
    parts = [row(result, "r", name)["estimate"] for name in ("promoters", "passives", "detractors")]
    assert sum(parts) == pytest.approx(1)


def test_detectable_change():
    answers = [10] * 180 + [3] * 80 + [8] * 140
    frame = pd.DataFrame({"r": answers, "S": [5] * 280 + [1] * 120})
    book = {"measures": {"r": {"kind": "nps", "columns": "r"}, "s": csat(top_box=1)}}
    result = kpis.measure(Study.from_frame(frame, book))
    close(row(result, "r", "nps")["mdc"], 15.1842300)
    close(100 * row(result, "s", "top_box")["mdc"], 9.0781737)


def test_top_boxes_of_a_mean_of_columns_must_be_reached():
    """5.5 is not one of the two highest points of seven."""
    frame = pd.DataFrame({"a": [5, 6, 7], "b": [6, 6, 7]})
    book = {"measures": {"s": csat(["a", "b"], 1, 7, top_box=2)}}
    result = kpis.measure(Study.from_frame(frame, book, analysis=EVERYTHING_SHOWN))
    assert row(result, "s", "top_box")["estimate"] == pytest.approx(2 / 3)


def test_a_share_is_a_share():
    book = {"measures": {"done": {"kind": "share", "columns": "x"}}}
    result = kpis.measure(Study.from_frame(pd.DataFrame({"x": [1] * 15 + [0] * 133}), book))
    found = row(result, "done", "top_box")
    assert found["unit"] == "share"
    close(found[["conf_low", "conf_high"]], [0.0623864, 0.1604872])
    assert len(result.table) == 1


def test_both_versions_of_effort():
    frame = pd.DataFrame({"x": [1, 2, 3, 4, 5], "y": [1, 2, 3, 4, 5]})
    book = {
        "measures": {
            "easy": {"kind": "ces", "version": 2, "columns": "x", "scale": [1, 7]},
            "effort": {"kind": "ces", "version": 1, "columns": "y", "scale": [1, 5]},
        }
    }
    result = kpis.measure(Study.from_frame(frame, book, analysis=EVERYTHING_SHOWN))
    assert row(result, "easy", "easy")["estimate"] == pytest.approx(0.2)
    assert row(result, "effort", "low_effort")["estimate"] == pytest.approx(0.4)
    assert row(result, "effort", "mean")["direction"] == "down"
    assert row(result, "effort", "low_effort")["direction"] == "up"


def test_headline_comes_first():
    table = kpis.measure(study()).table
    heads = table.groupby("measure", sort=False)["statistic"].first().to_dict()
    assert heads == {"satisfaction": "top_box", "recommend": "nps", "score": "mean"}


def test_small_bases_are_withheld_and_low_ones_marked():
    frame = survey()
    rest = len(frame) - 36
    frame["region"] = ["tiny"] * 9 + ["little"] * 7 + ["small"] * 20 + ["big"] * rest
    result = kpis.measure(study(frame), by="region")
    tiny = result.table[result.table["region"].isin(["tiny", "little"])]
    assert tiny["suppressed"].all()
    assert (tiny["reason"] == "small_base").all()
    assert tiny[NUMBERS].isna().all(axis=None)
    small = result.table[result.table["region"] == "small"]
    assert small["low_base"].all()
    assert not small["suppressed"].any()
    assert small["estimate"].notna().all()
    assert not result.table[result.table["region"] == "big"]["low_base"].any()
    assert {"small_base", "low_base"} <= {one.code for one in result.notes}


def test_one_withheld_group_hides_the_next_smallest_too():
    frame = survey()
    frame["region"] = ["tiny"] * 9 + ["small"] * 20 + ["big"] * (len(frame) - 29)
    result = kpis.measure(study(frame), by="region")
    reasons = result.table.groupby("region")["reason"].first().dropna().to_dict()
    assert reasons == {"tiny": "small_base", "small": "complementary"}
    small = result.table[result.table["region"] == "small"]
    assert small[NUMBERS].isna().all(axis=None)
    assert "complementary" in {one.code for one in result.notes}


def crossed(sizes, **more):
    rows = [
        {"region": region, "tier": tier, "S": 1 + i % 5}
        for (region, tier), n in sizes.items()
        for i in range(n)
    ]
    one = Study.from_frame(
        pd.DataFrame(rows).assign(firm=lambda frame: frame.index % 40),
        {"measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 5]}}},
        segments=["region", "tier"],
        **more,
    )
    table = kpis.measure(one, by=["region", "tier"]).table
    shown = table[table["statistic"] == "mean"].set_index(["region", "tier"])["reason"]
    return shown.fillna("").to_dict()


def test_crossed_groups_protect_each_other_along_both_columns():
    sizes = {(r, t): 40 for r in "NSW" for t in "abc"}
    sizes |= {("N", "a"): 4, ("N", "b"): 20, ("S", "a"): 25, ("S", "b"): 30}
    reasons = crossed(sizes)
    hidden = {cell: reason for cell, reason in reasons.items() if reason}
    assert hidden.pop(("N", "a")) == "small_base"
    assert set(hidden.values()) == {"complementary"}
    assert set(hidden) == {("N", "b"), ("S", "a"), ("S", "b")}
    for axis in (0, 1):  # no line holds exactly one withheld group
        lines = [cell[axis] for cell, reason in reasons.items() if reason]
        assert min(lines.count(one) for one in set(lines)) > 1


def test_each_segment_in_turn_is_a_table_of_its_own():
    frame = survey()
    frame.loc[:7, "region"] = "West"
    table = kpis.measure(study(frame), by="segments").table
    reasons = table.drop_duplicates(["segment", "group"]).set_index("group")["reason"].to_dict()
    assert reasons["West"] == "small_base"
    assert list(reasons.values()).count("complementary") == 1


def test_groups_of_few_accounts_are_withheld():
    sizes = {(r, t): 40 for r in "NS" for t in "ab"}
    assert not any(crossed(sizes, cluster="firm").values())
    frame = survey().assign(firm=lambda one: one.index % 30)
    frame.loc[frame["region"] == "North", "firm"] = frame["firm"] % 2 + 100
    last = study(frame, cluster="firm").latest()
    reasons = kpis.measure(last, by="region").table.set_index("region")
    assert set(reasons.loc["North", "reason"]) == {"few_accounts"}
    assert set(reasons.loc["South", "reason"]) == {"complementary"}


def test_every_row_of_few_effective_answers_is_marked():
    frame = survey(60)
    frame["w"] = np.random.default_rng(1).lognormal(sigma=0.9, size=60)
    table = kpis.measure(study(frame, weight="w")).table
    assert (table["low_base"] == (table["n_eff"] < 30)).all()
    assert table["low_base"].nunique() == 2


def test_all_answers_equal():
    result = kpis.measure(study(survey().assign(S=7.0)))
    top = row(result, "satisfaction", "top_box")
    assert top["estimate"] == 1
    assert 0.97 < top["conf_low"] < 1
    assert top["conf_high"] == 1
    mean = row(result, "satisfaction", "mean")
    assert mean["std_error"] == 0
    assert np.isnan(mean["mdc"])


def test_nobody_answered():
    table = kpis.measure(study(survey().assign(S=np.nan))).table
    gone = table[table["measure"] == "satisfaction"]
    assert (gone["reason"] == "empty").all()
    assert (gone["n"] == 0).all()
    assert table[table["measure"] == "recommend"]["estimate"].notna().all()


def test_conf_level():
    wide, narrow = (kpis.measure(study(), conf_level=level).table for level in (0.99, 0.8))
    width = wide["conf_high"] - wide["conf_low"]
    assert (width > narrow["conf_high"] - narrow["conf_low"]).all()
    with pytest.raises(StatisticsError, match="between 0 and 1"):
        kpis.measure(study(), conf_level=95)


def test_without_measures():
    book = {"attributes": {"a": {"columns": "good", "scale": [1, 7]}}}
    with pytest.raises(AnalysisError, match="declares no measure"):
        kpis.measure(study(book=book))


# laws ---------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(st.floats(1e-4, 1e4))
def test_scaling_weights_changes_nothing(factor):
    one = kpis.measure(d12()).table
    other = kpis.measure(d12(frame=D12.assign(w=D12["w"] * factor))).table
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_scaling_weights_changes_nothing_where_a_wave_has_none():
    frame = survey()
    frame.loc[frame["wave"] == 2028, "w"] = np.nan
    one = kpis.measure(study(frame, weight="w"))
    other = kpis.measure(study(frame.assign(w=frame["w"] * 1000), weight="w"))
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9)
    assert "waves_unweighted" in {note.code for note in one.notes}


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(12)))
def test_order_of_rows_changes_nothing(order):
    one = kpis.measure(d12()).table
    other = kpis.measure(d12(frame=D12.iloc[list(order)])).table
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_names_of_groups_change_nothing_but_the_names():
    frame = survey()
    one = kpis.measure(study(frame), by="region").table
    renamed = frame.assign(region=frame["region"].map({"North": 1, "South": 2}))
    other = kpis.measure(study(renamed), by="region").table
    pd.testing.assert_frame_equal(one.drop(columns="region"), other.drop(columns="region"))
    assert other["region"].unique().tolist() == ["1", "2"]


def test_weights_of_one_change_no_estimate():
    frame = survey().assign(w=1.0)
    one, other = kpis.measure(study(frame)).table, kpis.measure(study(frame, weight="w")).table
    np.testing.assert_allclose(one["estimate"], other["estimate"], rtol=1e-12)
    np.testing.assert_allclose(one["n_eff"], other["n_eff"], rtol=0.01)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000))
def test_shares_lie_within_their_intervals_and_between_0_and_1(seed):
    table = kpis.measure(study(survey(60, seed=seed), weight="w"), by="wave").table
    shares = table[table["unit"] == "share"]
    for column in ("estimate", "conf_low", "conf_high"):
        assert shares[column].between(0, 1).all()
    assert (table["conf_low"] <= table["estimate"] + 1e-12).all()
    assert (table["estimate"] <= table["conf_high"] + 1e-12).all()
    assert (table["n_eff"] > 0).all()


def test_a_column_nobody_asked_for_changes_nothing():
    one = kpis.measure(study()).table
    other = kpis.measure(study(survey().assign(extra=1, more="x"))).table
    pd.testing.assert_frame_equal(one, other)
