"""Priorities, asymmetry, what-if and Kano: known answers, guards, laws, the planted truth."""

import numpy as np
import pandas as pd
import pytest
from known_answers import EVERYTHING_SHOWN, study, survey

from cxresearch import drivers, samples
from cxresearch.errors import AnalysisError
from cxresearch.study.loading import load_study
from cxresearch.study.study import Study

FEW = 100
ASYMMETRY = pd.DataFrame(
    {
        "y": [9, 8, 9, 7, 7, 6, 7, 6, 4, 3, 5, 4],
        "a": [5, 5, 4, 5, 3, 4, 3, 3, 1, 2, 1, 3],
        "b": [4, 5, 5, 3, 4, 3, 3, 4, 3, 1, 2, 2],
    }
)
SHIFT = pd.DataFrame({"x": [1, 2, 3, 4, 5, 5, 3, 2, 4, 5], "y": [3, 4, 6, 7, 9, 10, 5, 5, 8, 9]})


def made(frame, *names, low=1, high=5, **more):
    book = {
        "measures": {"y": {"kind": "score", "columns": "y", "scale": [1, 10]}},
        "attributes": {n: {"columns": n, "scale": [low, high], "block": "b"} for n in names},
    }
    return Study.from_frame(frame, book, analysis=EVERYTHING_SHOWN, **more)


def codes(result):
    return [one.code for one in result.notes]


def quadrants(n=800, seed=1):
    """Four drivers of which each belongs in a corner of its own."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "weak_spot": np.clip(np.round(3 + rng.normal(size=n)), 1, 7),
            "strength": np.clip(np.round(5.5 + rng.normal(size=n)), 1, 7),
            "unloved": np.clip(np.round(3 + rng.normal(size=n)), 1, 7),
            "luxury": np.clip(np.round(5.5 + rng.normal(size=n)), 1, 7),
        }
    )
    mood = frame["weak_spot"] + frame["strength"] + rng.normal(size=n)
    frame["y"] = np.clip(np.round(mood / 2 + 1), 1, 10)
    return made(frame, "weak_spot", "strength", "unloved", "luxury", high=7)


# priorities -------------------------------------------------------------------------------------


@pytest.mark.parametrize("cut", ["means", "median", "scale_mid"])
def test_four_corners(cut):
    table = drivers.priorities(quadrants(), cut=cut, n_resamples=FEW).table.set_index("driver")
    assert table["quadrant"].to_dict() == {
        "weak_spot": "concentrate",
        "strength": "keep_up",
        "unloved": "low_priority",
        "luxury": "possible_overkill",
    }
    assert (table["p_quadrant"] >= 0.8).all()


def test_targets_are_lines_of_their_own():
    one = quadrants()
    low = drivers.priorities(one, cut="target", target=1.5, n_resamples=FEW).table
    assert set(low["quadrant"]) == {"keep_up", "possible_overkill"}
    each = {"weak_spot": 2, "strength": 7, "unloved": 2, "luxury": 2}
    table = drivers.priorities(one, cut="target", target=each, n_resamples=FEW).table
    assert table.set_index("driver").loc["strength", "quadrant"] == "concentrate"
    with pytest.raises(AnalysisError, match="no target"):
        drivers.priorities(one, cut="target")
    with pytest.raises(AnalysisError, match='did you mean "means"'):
        drivers.priorities(one, cut="mean")


def test_the_map_holds_what_importance_and_means_say():
    one = study(weight="w")
    table = drivers.priorities(one, n_resamples=FEW).table.set_index("driver")
    importance = drivers.importance(one, n_resamples=FEW).table.set_index("driver")
    np.testing.assert_allclose(table["importance"], importance.loc[table.index, "share"])
    np.testing.assert_allclose(table["performance"], importance.loc[table.index, "performance"])
    chances = [name for name in table if name.startswith("p_") and name != "p_quadrant"]
    np.testing.assert_allclose(table[chances].sum(axis=1), 1)
    np.testing.assert_allclose(table[chances].max(axis=1), table["p_quadrant"])
    inside = table["performance"].between(table["performance_low"], table["performance_high"])
    assert inside.all()


def test_what_lies_on_the_line_is_undecided():
    frame = survey(200)
    frame["fast"] = frame["good"].sample(frac=1, random_state=1).to_numpy()
    table = drivers.priorities(study(frame), n_resamples=200).table
    assert "undecided" in set(table["quadrant"])
    assert (table.loc[table["quadrant"] == "undecided", "p_quadrant"] < 1).all()
    told = table[table["quadrant"] != "undecided"]
    assert (told["p_quadrant"] >= 0.8).all()


def test_stated_importance_stands_beside_the_derived():
    frame = survey().assign(IMP_GOOD=[1, 2, 3, 99] * 60, IMP_FAST=5)
    settings = {"drivers": {"stated_importance": {"good": "IMP_GOOD", "fast": "IMP_FAST"}}}
    one = study(frame, analysis=settings, missing=[99])
    table = drivers.priorities(one, n_resamples=FEW).table.set_index("driver")
    assert table.loc["good", "stated"] == pytest.approx(2)
    assert table.loc["fast", "stated"] == 5
    assert np.isnan(table.loc["cheap", "stated"])


def test_a_column_of_stated_importance_is_asked_of_the_file(tmp_path):
    import yaml
    from known_answers import SURVEY_BOOK

    survey().assign(IMP=3).to_csv(tmp_path / "a.csv", index=False)
    params = {
        "study": {"name": "a"},
        "data": {"responses": "a.csv", "id": "id"},
        "codebook": SURVEY_BOOK,
        "analysis": {"n_resamples": FEW, "drivers": {"stated_importance": {"good": "IMP"}}},
    }
    (tmp_path / "a.yml").write_text(yaml.safe_dump(params))
    table = drivers.priorities(load_study(tmp_path / "a.yml")).table.set_index("driver")
    assert table.loc["good", "stated"] == 3


def test_different_scales_are_compared_from_0_to_100():
    one = quadrants()
    book = one.codebook
    assert book.scale_of("luxury").max == 7
    frame = one.frame.assign(ten=np.clip(one.frame["luxury"] + 2, 1, 10))
    attributes = {
        "weak_spot": {"columns": "weak_spot", "scale": [1, 7], "block": "b"},
        "ten": {"columns": "ten", "scale": [1, 10], "block": "b"},
    }
    measures = {"y": {"kind": "score", "columns": "y", "scale": [1, 10]}}
    mixed = Study.from_frame(frame, {"measures": measures, "attributes": attributes})
    result = drivers.priorities(mixed, n_resamples=FEW)
    assert "performance_rescaled" in codes(result)
    expected = 100 * (frame["ten"].mean() - 1) / 9
    found = result.table.set_index("driver").loc["ten", "performance"]
    assert found == pytest.approx(expected)


def test_most_at_the_top_is_noted():
    frame = survey()
    frame.loc[:199, "fast"] = 7
    assert "performance_ceiling" in codes(drivers.priorities(study(frame), n_resamples=FEW))


def test_arrows_between_waves():
    frame = survey(800)
    later = frame["wave"] == 2029
    frame.loc[later, "fast"] = np.clip(frame.loc[later, "fast"] - 2, 1, 7)
    result = drivers.priorities(study(frame), by="wave", n_resamples=200)
    rows = result.arrows.set_index("driver")
    assert rows.loc["fast", ["wave_from", "wave_to"]].tolist() == ["2028", "2029"]
    assert rows.loc["fast", "conf_high"] < -1
    assert rows.loc["good", "conf_low"] < 0 < rows.loc["good", "conf_high"]
    change = rows["performance_to"] - rows["performance_from"]
    np.testing.assert_allclose(rows["estimate"].astype(float), change.astype(float))
    assert drivers.priorities(study(frame), n_resamples=FEW).arrows.empty


def test_an_outcome_that_never_varies():
    result = drivers.priorities(study(survey().assign(S=5)), n_resamples=FEW)
    assert (result.table["reason"] == "outcome_constant").all()
    assert result.table["performance"].notna().all()


# asymmetry --------------------------------------------------------------------------------------


def contrast(*names, **choices):
    one = made(ASYMMETRY, *names)
    settings = {"high": 5, "low": 2, "min_group": 1, "n_resamples": FEW, **choices}
    return drivers.asymmetry(one, **settings).table.set_index("driver")


def test_asymmetry_known_answer():
    table = contrast("a", "b")
    assert table.loc["a", "reward"] == pytest.approx(1.0)
    assert table.loc["a", "penalty"] == pytest.approx(-1.5)
    assert table.loc["a", "range"] == pytest.approx(2.5)
    assert table.loc["b", "reward"] == pytest.approx(1.5)
    assert table.loc["b", "penalty"] == pytest.approx(-1.5)
    alone = contrast("a")
    assert alone.loc["a", ["reward", "penalty"]].tolist() == pytest.approx([1.5, -2.5])
    assert alone.loc["a", "impact_asymmetry"] == pytest.approx(-0.25)
    assert alone.loc["a", "kind"] == "dissatisfier"


def lopsided(n=1500, seed=3):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.integers(1, 8, n) for name in ("basic", "both", "extra")})
    lift = 1.0 * (frame["extra"] >= 6) - 1.0 * (frame["basic"] <= 3)
    lift += 0.8 * (frame["both"] >= 6) - 0.8 * (frame["both"] <= 3)
    frame["y"] = np.clip(np.round(5.5 + lift + 0.7 * rng.normal(size=n)), 1, 10)
    return made(frame, "basic", "both", "extra", high=7)


def test_what_was_planted_comes_out():
    result = drivers.asymmetry(lopsided(), n_resamples=200)
    told = result.table.set_index("driver")
    shown = told["kind"].dropna().to_dict()
    assert shown.get("both") == "hybrid"
    assert told.loc["both", "p_kind"] > 0.9
    for name, kinds in {"basic": ("frustrator",), "extra": ("delighter",)}.items():
        assert shown.get(name, kinds[0]) in kinds  # or withheld, where a sign is against it
    odds = result.odds.set_index("driver")
    np.testing.assert_allclose(odds.sum(axis=1), 1)
    assert odds.loc["basic", "p_frustrator"] > 0.8
    assert odds.loc["extra", "p_delighter"] > 0.8


def test_groups_that_are_too_small_tell_nothing():
    result = drivers.asymmetry(made(ASYMMETRY, "a", "b"), n_resamples=FEW)
    assert (result.table["reason"] == "few_extremes").all()
    assert result.table["kind"].isna().all()
    assert "few_extremes" in codes(result)


def test_a_sign_against_it_and_a_range_of_nothing():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({name: rng.integers(1, 8, 3000) for name in ("upside", "empty")})
    lift = -1.0 * (frame["upside"] >= 6) + 1.0 * (frame["upside"] <= 3)
    frame["y"] = np.clip(np.round(5 + lift + rng.normal(size=3000)), 1, 10)
    table = drivers.asymmetry(made(frame, "upside", "empty", high=7), n_resamples=FEW).table
    reasons = table.set_index("driver")["reason"]
    assert reasons["upside"] == "against_sign"
    assert reasons["empty"] in ("no_range", "against_sign")


def test_waves_keep_a_level_of_their_own():
    frame = survey(1200)
    jump = np.where(frame["wave"] == 2029, 2, 0)
    frame["S"] = np.clip(frame["S"] + jump, 1, 7)
    assert "waves_pooled" in codes(drivers.asymmetry(study(frame), n_resamples=FEW))
    assert "waves_pooled" not in codes(drivers.asymmetry(study(frame).latest(), n_resamples=FEW))


def test_thresholds_leave_a_middle():
    with pytest.raises(AnalysisError, match="between low and high"):
        drivers.asymmetry(made(ASYMMETRY, "a"), high=3, low=3)


# what-if ----------------------------------------------------------------------------------------


def test_what_if_known_answer():
    result = drivers.simulate(made(SHIFT, "x"), changes={"x": 1}, n_resamples=FEW)
    assert result.drivers.loc[0, "effective_shift"] == pytest.approx(0.7)
    row = result.table.iloc[0]
    assert row["change"] == pytest.approx(1.1260870, abs=1e-7)
    assert row["estimate"] - row["value_from"] == pytest.approx(row["change"])
    assert row["value_from"] == pytest.approx(SHIFT["y"].mean())


def test_a_block_is_each_of_its_drivers():
    one = study()
    whole = drivers.simulate(one, changes={"quality": 0.5}, n_resamples=FEW).table
    single = drivers.simulate(one, changes={"good": 0.5}, n_resamples=FEW).table
    np.testing.assert_allclose(whole["change"], single["change"])
    default = drivers.simulate(one, n_resamples=FEW)
    assert list(dict.fromkeys(default.table["scenario"])) == ["quality", "cost", "delivery"]


def test_effects_on_shares_and_nps():
    result = drivers.simulate(study(), changes={"good": 1.0}, n_resamples=FEW)
    table = result.table.set_index(["outcome", "statistic"])
    assert table.index.tolist() == [
        ("satisfaction", "mean"),
        ("satisfaction", "top_box"),
        ("recommend", "nps"),
    ]
    assert table["unit"].tolist() == ["points", "share", "nps"]
    assert (table["change"] > 0).all()
    assert (table["change_low"] <= table["change"]).all()
    assert table.loc[("satisfaction", "top_box"), "estimate"] <= 1
    assert "nps_trademark" in codes(result)


def test_a_logit_says_the_share_as_it_is():
    frame = survey(600)
    table = drivers.simulate(study(frame), n_resamples=FEW).table
    row = table[table["statistic"] == "top_box"].iloc[0]
    assert row["value_from"] == pytest.approx((frame["S"] >= 6).mean(), abs=1e-6)


def test_shifts_up_and_down_are_opposite_away_from_the_ends():
    frame = survey(600)
    for name in ("good", "cheap", "fast"):
        frame[name] = frame[name].clip(3, 5)
    up = drivers.simulate(study(frame), changes={"good": 0.3}, n_resamples=FEW).table
    down = drivers.simulate(study(frame), changes={"good": -0.3}, n_resamples=FEW).table
    assert up["change"].iloc[0] == pytest.approx(-down["change"].iloc[0])


def test_what_calls_for_care():
    frame = survey(600)
    frame["good"] = frame["good"].clip(3, 5)
    assert "extrapolation" in codes(drivers.simulate(study(frame), changes={"good": 1.0}))
    assert "large_shift" in codes(drivers.simulate(study(frame), changes={"good": 2.0}))
    frame.loc[:550, "fast"] = 7
    assert "clipped_shift" in codes(drivers.simulate(study(frame), changes={"fast": 1.0}))


def test_scenarios_have_names_and_unknown_drivers_are_told():
    plans = {"faster": {"fast": 0.5}, "all": {"good": 0.5, "cheap": 0.5}}
    table = drivers.simulate(study(), changes=plans, n_resamples=FEW).table
    assert set(table["scenario"]) == {"faster", "all"}
    with pytest.raises(AnalysisError, match='did you mean "good"'):
        drivers.simulate(study(), changes={"god": 1})
    with pytest.raises(AnalysisError, match="other than zero"):
        drivers.simulate(study(), changes={"good": 0})
    with pytest.raises(AnalysisError, match="no change"):
        drivers.simulate(study(), changes={})


def test_one_seed_gives_one_answer():
    for ask in (drivers.priorities, drivers.asymmetry, drivers.simulate):
        one, same = ask(study(), n_resamples=FEW), ask(study(), n_resamples=FEW)
        pd.testing.assert_frame_equal(one.table, same.table)


# Kano -------------------------------------------------------------------------------------------


def test_kano_of_a_study():
    cells = {(1, 3): 40, (1, 5): 25, (3, 5): 20, (3, 3): 15}
    rows = [pair for pair, n in cells.items() for _ in range(n)]
    frame = pd.DataFrame(rows, columns=["f", "d"]).assign(g=1, h=5)
    book = {"attributes": {k: {"columns": k, "scale": [1, 5]} for k in frame}}
    one = Study.from_frame(frame, book)
    table = drivers.kano(one, {"tracking": ("f", "d"), "app": ("g", "h")}).table
    table = table.set_index("item")
    assert table.loc["tracking", "kind"] == "tie"
    assert table.loc["tracking", ["better", "worse"]].tolist() == pytest.approx([0.65, -0.45])
    assert table.loc["tracking", "p_value"] == pytest.approx(0.0816815, abs=1e-7)
    assert table.loc["app", "kind"] == "one_dimensional"


# the planted truth ------------------------------------------------------------------------------


def test_the_example_is_recovered(root):
    one = load_study(root / "params" / "example.yml")
    table = drivers.priorities(one, n_resamples=200).table.set_index("driver")
    planted = pd.Series(samples.TRUTH.importance_all.driver_shares)
    table = table.loc[planted.index]
    np.testing.assert_allclose(table["importance"], planted, atol=0.05)
    within = (table["importance_low"] <= planted) & (planted <= table["importance_high"])
    assert within.sum() >= 9
    assert table.loc["on_time", "quadrant"] == "concentrate"
    assert table["importance"].idxmax() == planted.idxmax()
    change = drivers.simulate(one, n_resamples=FEW).table
    mean = change[change["statistic"] == "mean"].set_index("scenario")["change"]
    assert mean.index[mean.argmax()] == "quality"
    assert (mean > 0).all()
