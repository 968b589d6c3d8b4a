"""Which ratings go with satisfaction: known answers, constant and doubled drivers, laws."""

import numpy as np
import pandas as pd
import pytest
from known_answers import D12, D12_BOOK, EVERYTHING_SHOWN, MT, cars, d12, study, survey

from cxresearch import drivers
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study

FEW = 60


def importance(one, **choices):
    return drivers.importance(one, **{"n_resamples": FEW, **choices})


def values(table, names, column="estimate", key="driver"):
    return table.set_index(key).loc[list(names), column].to_numpy(dtype=float)


def close(found, expected, tolerance=1e-6):
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def codes(result):
    return [one.code for one in result.notes]


THREE = {"all": ["am", "vs", "cyl"]}


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("shapley", [0.1774892, 0.2027032, 0.3817849]),
        ("relative_weights", [0.1995349, 0.2163873, 0.3460551]),
        ("pratt", [0.1503014, 0.0718920, 0.5397839]),
    ],
)
def test_methods_share_out_r_squared(method, expected):
    result = importance(cars(THREE), method=method)
    close(values(result.table, ["am", "vs", "cyl"]), expected)
    close(result.table["estimate"].sum(), 0.7619773)
    close(result.fit["r_squared"], 0.7619773)
    close(result.table["share"].sum(), 1, 1e-12)


@pytest.mark.parametrize(
    ("method", "expected"),
    [("last", [0.0336844, 0.0029637, 0.0758948]), ("first", [0.3597989, 0.4409477, 0.7261800])],
)
def test_first_and_last(method, expected):
    result = importance(cars(THREE), method=method)
    close(values(result.table, ["am", "vs", "cyl"]), expected)


def test_weights():
    result = importance(cars(THREE, weight="w"))
    close(values(result.table, ["am", "vs", "cyl"]), [0.1939626, 0.2103875, 0.3829369])
    close(result.fit["r_squared"], 0.7872871)


def test_blocks_are_players():
    result = importance(cars({"quality": ["am", "vs"], "cost": ["cyl", "wt"]}))
    close(values(result.blocks, ["quality", "cost"], key="block"), [0.3436840, 0.4878289])
    names = ["am", "vs", "cyl", "wt"]
    close(values(result.table, names), [0.1166705, 0.1467979, 0.2663834, 0.3016611])
    close(result.blocks["estimate"].sum(), 0.8315129)
    close(result.blocks["share"].sum(), 1, 1e-12)


def test_regression_behind_it():
    result = importance(cars(THREE))
    names = ["am", "vs", "cyl"]
    close(values(result.table, names, "coefficient"), [3.0264796, 1.2946136, -2.1376315])
    close(values(result.table, names, "coefficient_se"), [1.5059555, 1.5363048, 0.4530911])
    close(values(result.table, names, "vif"), [1.8639594, 3.9548772, 5.2866852])
    close(result.diagnostics["breusch_pagan_p"], 0.1845170)
    assert "collinear_notice" in codes(result)


def test_standard_errors_are_those_of_the_design():
    book = {
        "measures": {"satisfaction": D12_BOOK["measures"]["satisfaction"]},
        "attributes": {"recommend": {"columns": "recommend", "scale": [0, 10], "block": "b"}},
    }
    whole = {"strata": "stratum", "cluster": "psu"}
    one = Study.from_frame(D12, book, weight="w", analysis=EVERYTHING_SHOWN, **whole)
    row = importance(one).table.iloc[0]
    close(row[["coefficient", "coefficient_se"]].astype(float), [0.5045045, 0.0739753])


def test_a_constant_driver_stays_without_numbers():
    result = importance(study(survey().assign(cheap=4)))
    row = result.table[result.table["driver"] == "cheap"].iloc[0]
    assert row["reason"] == "constant"
    assert np.isnan(row["estimate"])
    assert row["performance"] == 4
    assert result.table["estimate"].notna().sum() == 2
    assert set(result.blocks["block"]) == {"quality", "cost", "delivery"}
    assert "constant_driver" in codes(result)


def test_a_driver_without_any_answer_costs_no_case():
    result = importance(study(survey().assign(cheap=np.nan)))
    row = result.table[result.table["driver"] == "cheap"].iloc[0]
    assert row["reason"] == "empty"
    assert np.isnan(row["estimate"])
    assert result.n == 240
    assert "empty" in codes(result)


def test_two_identical_drivers_share_and_nothing_is_claimed_of_them():
    frame = survey()
    result = importance(study(frame.assign(fast=frame["good"])))
    table = result.table.set_index("driver")
    assert table.loc["fast", "estimate"] == pytest.approx(table.loc["good", "estimate"])
    assert table.loc[["fast", "good"], "withheld"].all()
    assert not table.loc["cheap", "withheld"]
    assert np.isinf(table.loc["good", "vif"])
    assert table.loc[["fast", "good"], "coefficient_se"].isna().all()
    assert "aliased" in codes(result)


def test_an_outcome_that_never_varies():
    result = importance(study(survey().assign(S=5)), outcome="satisfaction")
    assert (result.table["reason"] == "outcome_constant").all()
    assert result.table["estimate"].isna().all()
    assert "outcome_constant" in codes(result)


def test_too_few_cases():
    result = importance(study(survey(9)))
    assert (result.table["reason"] == "too_few_cases").all()


def test_not_used_is_an_indicator():
    frame = survey()
    frame.loc[:59, "cheap"] = 98
    result = importance(study(frame, not_applicable=[98]))
    assert result.n == 240
    assert any(one.code == "not_used" and one["n"] == 60 for one in result.notes)
    settings = {"drivers": {"not_applicable": "listwise"}}
    assert importance(study(frame, not_applicable=[98], analysis=settings)).n == 180


def test_two_drivers_unused_by_the_same_people():
    frame = survey()
    frame.loc[:59, ["cheap", "fast"]] = 98
    assert "same_missing" in codes(importance(study(frame, not_applicable=[98])))


def test_one_alone_did_not_use_it():
    frame = survey()
    frame.loc[0, "cheap"] = 98
    result = importance(study(frame, not_applicable=[98]))
    assert result.table["estimate"].notna().all()


def test_nobody_with_complete_answers_used_it():
    frame = survey()
    frame.loc[:, "cheap"] = 98
    frame.loc[:20, "cheap"] = 4
    frame.loc[:20, "good"] = np.nan
    result = importance(study(frame, not_applicable=[98]))
    assert result.table.set_index("driver").loc["cheap", "reason"] == "constant"
    assert result.table.set_index("driver").loc["good", "estimate"] > 0


def test_losses_are_counted():
    frame = survey()
    frame.loc[:149, "cheap"] = np.nan
    result = importance(study(frame))
    assert {"listwise", "half_lost"} <= set(codes(result))
    assert result.fit.loc[0, ["n", "n_total"]].tolist() == [90, 240]


def test_segment_of_one_beside_others():
    frame = survey()
    frame.loc[0, "region"] = "Alone"
    result = importance(study(frame), by="region")
    alone = result.table[result.table["region"] == "Alone"]
    assert alone["estimate"].isna().all()
    assert alone["performance"].isna().all()
    assert result.table[result.table["region"] != "Alone"]["estimate"].notna().all()


def test_words_that_are_not_known():
    with pytest.raises(AnalysisError, match="shapley"):
        drivers.importance(study(), method="shaply")
    with pytest.raises(AnalysisError, match='did you mean "satisfaction"'):
        drivers.importance(study(), outcome="satisfacton")
    with pytest.raises(AnalysisError, match='did you mean "cheap"'):
        drivers.importance(study(), blocks={"cost": ["chep"]})
    with pytest.raises(AnalysisError, match="two blocks"):
        drivers.importance(study(), blocks={"a": ["cheap"], "b": ["cheap"]})


def test_noise_does_not_beat_noise():
    beaten = 0
    for seed in range(6):
        frame = survey(300, seed=seed)
        frame["cheap"] = np.random.default_rng(seed).integers(1, 8, 300)
        table = importance(study(frame), outcome="satisfaction", n_resamples=200).table
        table = table.set_index("driver")
        beaten += bool(table.loc["cheap", "beats_noise"])
        assert table.loc["good", "beats_noise"]
    assert beaten <= 1


# laws ---------------------------------------------------------------------------------------


def test_one_seed_gives_one_answer_and_another_only_other_intervals():
    one, same = importance(study()), importance(study())
    pd.testing.assert_frame_equal(one.table, same.table)
    other = importance(study(), seed=5)
    assert (one.table["estimate"] == other.table["estimate"]).all()
    assert (one.table["conf_low"] != other.table["conf_low"]).any()


def test_scaling_weights_and_shifting_scores_change_nothing():
    frame = survey()
    one = importance(study(frame, weight="w")).table
    other = importance(study(frame.assign(w=frame["w"] * 50), weight="w")).table
    pd.testing.assert_frame_equal(one, other, rtol=1e-7)


def test_order_of_rows_changes_no_estimate():
    frame = survey()
    columns = ["driver", "estimate", "share", "coefficient", "coefficient_se", "vif"]
    one = importance(study(frame)).table[columns]
    other = importance(study(frame.sample(frac=1, random_state=1))).table[columns]
    pd.testing.assert_frame_equal(one, other, rtol=1e-9)


def test_order_of_drivers_changes_no_estimate():
    one = importance(study(), blocks={"x": ["good", "cheap", "fast"]}).table
    other = importance(study(), blocks={"x": ["fast", "good", "cheap"]}).table
    np.testing.assert_allclose(one["estimate"], other["estimate"], rtol=1e-9)
    assert one["driver"].tolist() == other["driver"].tolist()


def test_blocks_of_one_driver_are_the_drivers():
    result = importance(study())
    drivers_by_block = result.table.set_index("block")["estimate"].sort_index()
    blocks = result.blocks.set_index("block")["estimate"].sort_index()
    np.testing.assert_allclose(drivers_by_block, blocks, rtol=1e-9)


def test_intervals_hold_the_estimate_and_shares_lie_between_0_and_1():
    table = importance(study(weight="w")).table
    assert (table["conf_low"] <= table["conf_high"]).all()
    assert (
        table[["share", "share_low", "share_high"]].apply(lambda c: c.between(0, 1)).all(axis=None)
    )
    assert table["estimate"].is_monotonic_decreasing
    assert (table["rank"] == np.arange(1, len(table) + 1)).all()


def test_other_analyses_before_it_change_nothing():
    from cxresearch import kpis, servqual, trends

    fresh = importance(study()).table
    used = study()
    for analysis in (kpis.measure, servqual.gaps, trends.compare, trends.track):
        analysis(used)
    pd.testing.assert_frame_equal(importance(used).table, fresh)


def test_clusters_are_drawn_whole():
    """Doubling every respondent within a cluster adds no information."""
    frame = survey(120)
    twice = pd.concat([frame, frame], ignore_index=True)
    twice["unit"] = [*range(120), *range(120)]
    twice["id"] = range(240)
    one = importance(study(twice, cluster="unit", wave=None), n_resamples=400).table
    single = importance(study(frame, wave=None), n_resamples=400).table
    width = one["share_high"] - one["share_low"]
    assert width.to_numpy() == pytest.approx(
        (single["share_high"] - single["share_low"]).to_numpy(), rel=0.25
    )


def test_data_of_the_known_answers_are_complete():
    assert len(MT) == 32
    assert d12().n == 12
