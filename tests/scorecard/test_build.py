"""The scorecard: lights by probability, attainment, direction, links, and what has no light."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

import cxresearch as cx
from cxresearch.study.study import Study

approx = pytest.approx

BOOK = {
    "measures": {
        "satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 5], "top_box": 2},
        "effort": {"kind": "ces", "version": 1, "columns": "E", "scale": [1, 5]},
    }
}


def study(rows, n=400, waves=("2023", "2024"), share=(0.7, 0.78), **analysis):
    rng = np.random.default_rng(3)
    parts = []
    for wave, p in zip(waves, share, strict=True):
        top = np.arange(n) < round(p * n)
        effort = np.clip(np.where(top, 2, 3) + rng.integers(-1, 2, n), 1, 5)
        parts.append(pd.DataFrame({"wave": wave, "S": np.where(top, 5, 2), "E": effort}))
    return Study.from_frame(
        pd.concat(parts, ignore_index=True),
        BOOK,
        wave={"column": "wave"},
        analysis={"scorecard": rows, **analysis},
    )


def card(rows, **more):
    return cx.scorecard.build(study(rows, **more))


def test_a_light_is_the_probability_of_the_true_value():
    result = card([{"measure": "satisfaction", "target": 0.75, "baseline": 0.7}])
    row = result.table.iloc[0]
    error = np.sqrt(0.78 * 0.22 / 400)
    assert row["actual"] == approx(0.78)
    assert row["p_target"] == approx(norm.cdf((0.78 - 0.75) / error), abs=0.01)
    assert row["status"] == "green" if row["p_target"] >= 0.9 else "amber"
    assert row["attainment"] == approx((0.78 - 0.70) / (0.75 - 0.70))
    assert row["attainment_se"] == approx(row["std_error"] / 0.05)
    assert row["conf_low"] < row["actual"] < row["conf_high"]


def test_lower_is_better_turns_the_light_round():
    rows = [{"measure": "effort", "target": 1.5, "baseline": 3}]
    worse = card(rows).table.iloc[0]
    assert worse["direction"] == "down"
    assert worse["status"] == "red"
    better = card([{"measure": "effort", "target": 4.5, "baseline": 4.9}]).table.iloc[0]
    assert better["status"] == "green"


def test_a_band_is_met_within_it():
    row = card([{"measure": "satisfaction", "target": [0.7, 0.9]}]).table.iloc[0]
    assert row["direction"] == "band"
    assert row["status"] == "green"
    assert (row["target_from"], row["target_to"]) == (0.7, 0.9)
    assert np.isnan(row["target"])


def test_cuts_come_from_the_params():
    rows = {"rows": [{"measure": "satisfaction", "target": 0.75}], "green": 0.99, "red": 0.01}
    assert card(rows).table.loc[0, "status"] == "amber"


def test_without_rows_every_target_is_one():
    made = study({}, trends={"targets": {"satisfaction": 0.75}})
    table = cx.scorecard.build(made).table
    assert table["measure"].tolist() == ["satisfaction"]
    assert table.loc[0, "baseline"] == approx(0.7)
    assert table.loc[0, "baseline_period"] == "2023"
    assert table.loc[0, "baseline_se"] > 0


def test_without_any_goal_the_scorecard_says_so():
    result = cx.scorecard.build(study({}))
    assert result.table.empty
    assert "no goals" in str(cx.findings.read(result))
    assert "No goals" in cx.figures.plot(result).alt


def test_movement_is_told_by_the_verdict_not_by_the_sign():
    rows = [{"measure": "satisfaction", "target": 0.9}]
    far = card(rows, share=(0.5, 0.78), trends={"threshold": {"satisfaction": 0.05}})
    assert far.table.loc[0, ["trend", "moved"]].tolist() == ["clear_rise", "nearer"]
    back = card(rows, share=(0.78, 0.5), trends={"threshold": {"satisfaction": 0.05}})
    assert back.table.loc[0, "moved"] == "farther"
    little = card(rows, share=(0.77, 0.78), trends={"threshold": {"satisfaction": 0.05}})
    assert little.table.loc[0, "moved"] in ("cannot_tell", "unchanged")


def test_a_goal_to_hold_has_no_way_to_cover():
    result = card([{"measure": "satisfaction", "target": 0.7, "baseline": 0.8}])
    assert np.isnan(result.table.loc[0, "attainment"])
    assert "target_is_baseline" in {one.code for one in result.notes}


def test_an_indicator_without_a_table_stays_dark():
    result = card([{"measure": "retention", "target": 0.9, "baseline": 0.8}])
    row = result.table.iloc[0]
    assert (row["status"], row["reason"]) == ("grey", "no_figure")
    assert row["baseline"] == 0.8
    assert "no_figure" in {one.code for one in result.notes}


def test_links_carry_their_evidence():
    result = card([{"measure": "effort", "target": 2, "links": ["satisfaction", "retention"]}])
    links = result.links.set_index("moves")
    assert links.loc["satisfaction", "evidence"] == "same_period"
    assert links.loc["satisfaction", "estimate"] < 0
    assert links.loc["retention", "evidence"] == "assumed"


def test_a_composite_needs_weights_and_shows_what_others_would_do():
    rows = [
        {"measure": "satisfaction", "baseline": 0.6, "target": 0.8, "weight": 0.6},
        {"measure": "effort", "baseline": 4, "target": 2, "weight": 0.4},
    ]
    found = card(rows).composite
    assert found["scenario"].tolist() == ["declared", *["lighter"] * 2, *["heavier"] * 2]
    table = card(rows).table
    assert found.loc[0, "estimate"] == approx(table["attainment"] @ np.array([0.6, 0.4]))
    assert card(rows[:1] and [{k: v for k, v in rows[0].items() if k != "weight"}]).composite.empty


@pytest.fixture(scope="module")
def example(root):
    return cx.scorecard.build(cx.load_study(root / "params" / "example.yml"))


def test_the_example_reads_surveys_and_tables(example):
    table = example.table.set_index("measure")
    assert len(table) == 11
    assert table["actual"].notna().all()
    assert table.loc["satisfaction", "evidence"] == "survey"
    assert table.loc["retention", "evidence"] == "operations"
    assert table.loc["retention", "actual"] == approx(1 - 0.0806, abs=2e-4)
    assert table.loc["mystery_score", "direction"] == "band"
    assert table.loc["resolution_time", "direction"] == "down"
    links = example.links.set_index(["measure", "moves"])["evidence"]
    assert links[("satisfaction", "retention")] == "lagged"
    assert links[("effort", "satisfaction")] == "same_period"
    assert links[("resolution_time", "effort")] == "assumed"


def test_goals_are_told_in_every_language(example):
    told = {lang: cx.findings.read(example.in_language(lang)).headline for lang in ("en", "ru")}
    assert told["en"] != told["ru"]
    assert "Удержать" not in cx.tables.show(example).html
    russian = cx.tables.show(example.in_language("ru")).html.replace("\u00a0", " ")
    assert "Сохранить клиентов" in russian
    told = cx.findings.read(example).sentences
    assert told[1].startswith("Missed with near certainty: “Customer retention” 91.9% (target ")
    assert "with a probability of" in told[2]
