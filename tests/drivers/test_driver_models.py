"""Importance of outcomes that are no ratings, with blanks, in groups and over brands."""

import numpy as np
import pandas as pd
import pytest
from known_answers import MT, SURVEY_BOOK, cars, study, survey

from cxresearch import drivers
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study

FEW = 60
THREE = ["good", "cheap", "fast"]


def importance(one, **choices):
    return drivers.importance(one, **{"n_resamples": FEW, **choices})


def codes(result):
    return [one.code for one in result.notes]


def by_driver(result, column="estimate"):
    return result.table.set_index("driver")[column]


# outcomes and models --------------------------------------------------------------------------


def vs_study():
    book = {
        "scales": {"any": {"min": 0, "max": 40, "continuous": True}},
        "measures": {"vs": {"kind": "share", "columns": "vs", "scale": [0, 1]}},
        "attributes": {n: {"columns": n, "scale": "any", "block": "b"} for n in ("mpg", "am")},
    }
    return Study.from_frame(MT, book, analysis={"min_n": {"show": 1, "test": 1}})


def test_an_outcome_of_two_values_is_a_logit():
    result = importance(vs_study())
    assert result.fit.loc[0, "model"] == "logit"
    found = by_driver(result)
    np.testing.assert_allclose(found[["mpg", "am"]], [0.4632169, 0.0660526], atol=1e-6)
    assert result.fit.loc[0, "r_squared"] == pytest.approx(0.5292695, abs=1e-6)
    assert "mcfadden" in codes(result)
    linear = importance(vs_study(), model="linear")
    assert linear.fit.loc[0, "model"] == "linear"
    assert by_driver(linear)["mpg"] != found["mpg"]


def test_promoters_detractors_and_top_boxes_can_be_explained():
    one = study()
    promoters = importance(one, outcome="recommend:promoters")
    assert promoters.fit.loc[0, ["outcome", "model"]].tolist() == ["recommend:promoters", "logit"]
    assert (by_driver(promoters, "coefficient") > 0).all()
    detractors = importance(one, outcome="recommend:detractors")
    assert (by_driver(detractors, "coefficient") < 0).all()
    top = importance(one, outcome="satisfaction:top_box")
    assert by_driver(top).sum() == pytest.approx(top.fit.loc[0, "r_squared"])
    named = study(analysis={"drivers": {"outcome": "recommend:promoters"}})
    pd.testing.assert_frame_equal(importance(named).table, promoters.table)


@pytest.mark.parametrize(
    ("choices", "told"),
    [
        ({"outcome": "recommend:promotors"}, 'did you mean "promoters"'),
        ({"outcome": "satisfaction:promoters"}, "cannot be explained"),
        ({"outcome": "good:top_box"}, "cannot be explained"),
        ({"model": "logistic"}, 'there is no model "logistic"'),
        ({"model": "logit"}, "two values"),
        ({"model": "ordered", "method": "pratt"}, "has no importance by"),
        ({"missing": "pairs"}, 'did you mean "pairwise"'),
    ],
)
def test_choices_that_do_not_exist(choices, told):
    with pytest.raises(AnalysisError, match=told):
        importance(study(), **choices)


def test_two_values_by_another_method_are_numbers_and_it_is_said():
    result = importance(study(), outcome="recommend:promoters", method="pratt")
    assert result.fit.loc[0, "model"] == "linear"
    assert "two_values_linear" in codes(result)


def test_drivers_that_decide_the_outcome():
    frame = survey()
    frame["S"] = np.where(frame["good"] > 4, 7, 1)
    result = importance(study(frame), outcome="satisfaction:top_box")
    assert (result.table["reason"] == "separation").all()
    assert result.table["estimate"].isna().all()
    assert "separation" in codes(result)


def test_ordered_on_request_and_beside_the_linear_model():
    one = study()
    ordered = importance(one, model="ordered", n_resamples=40)
    assert ordered.fit.loc[0, "model"] == "ordered"
    assert by_driver(ordered).sum() == pytest.approx(ordered.fit.loc[0, "r_squared"], abs=1e-8)
    beside = importance(one).sensitivity
    same = beside[beside["driver"].notna()].set_index("driver")["estimate"]
    np.testing.assert_allclose(same[THREE], by_driver(ordered)[THREE], atol=1e-9)
    blocks = beside[beside["driver"].isna()]
    assert set(blocks["block"]) == {"quality", "cost", "delivery"}
    assert blocks["share"].sum() == pytest.approx(1)


# views of the linear model ----------------------------------------------------------------------


def test_dominance_levels():
    result = importance(cars({"all": ["am", "vs", "cyl"]}))
    sizes = result.conditional.pivot(index="driver", columns="n_drivers", values="estimate")
    np.testing.assert_allclose(sizes.loc["am"], [0.3597989, 0.1389842, 0.0336844], atol=1e-6)
    np.testing.assert_allclose(sizes.loc["cyl"], [0.7261800, 0.3432799, 0.0758948], atol=1e-6)
    np.testing.assert_allclose(
        sizes.mean(axis=1)[result.table["driver"]], result.table["estimate"], atol=1e-9
    )
    pairs = result.dominance.set_index(["first", "second"])["dominance"]
    assert pairs["cyl", "am"] == "complete"
    assert set(result.dominance["first"]) <= {"am", "vs", "cyl"}


def test_a_bent_line_is_noted():
    frame = survey(600)
    bent = (frame["good"] - 4) ** 2
    frame["S"] = np.clip(np.round(2 + bent / 2), 1, 7)
    noted = [one["driver"] for one in importance(study(frame)).notes if one.code == "nonlinear"]
    assert noted[0] == "good"
    assert "nonlinear" not in codes(importance(study(survey(600))))


# blanks -------------------------------------------------------------------------------------------


def blank(n=600, share=0.25, seed=9):
    frame = survey(n)
    gone = np.random.default_rng(seed).random(n) < share
    return frame.assign(cheap=frame["cheap"].mask(gone)), frame


@pytest.mark.parametrize("missing", ["pairwise", "impute", "indicator"])
def test_blanks_cost_nobody(missing):
    holes, whole = blank()
    result = importance(study(holes), missing=missing, n_resamples=200)
    assert result.n == 600
    assert result.fit.loc[0, "missing"] == missing
    assert by_driver(result).sum() == pytest.approx(result.fit.loc[0, "r_squared"])
    told = {"pairwise": "pairwise", "impute": "imputed", "indicator": "not_used"}
    assert told[missing] in codes(result)
    reference = by_driver(importance(study(whole)))
    np.testing.assert_allclose(by_driver(result)[THREE], reference[THREE], atol=0.06)
    assert importance(study(holes)).n == int(holes["cheap"].notna().sum())


def test_filled_answers_leave_more_open_than_given_ones():
    holes, whole = blank(share=0.6)
    filled = importance(study(holes), missing="impute", n_resamples=400)
    given = importance(study(whole), n_resamples=400)
    assert (
        by_driver(filled, "coefficient_se")["cheap"] > by_driver(given, "coefficient_se")["cheap"]
    )
    assert next(one for one in filled.notes if one.code == "imputed")["sets"] >= 20


def test_params_choose_what_becomes_of_blanks():
    holes, _ = blank()
    one = study(holes, analysis={"missing": "pairwise"})
    assert importance(one).fit.loc[0, "missing"] == "pairwise"
    one = study(holes, analysis={"drivers": {"missing": "indicator"}, "missing": "pairwise"})
    assert importance(one).fit.loc[0, "missing"] == "indicator"


def test_pairs_that_few_answered_both_are_noted():
    frame = survey(400)
    frame.loc[:219, "cheap"] = np.nan
    frame.loc[280:, "fast"] = np.nan
    result = importance(study(frame), missing="pairwise")
    assert "pairwise_thin" in codes(result)


def test_blanks_of_the_same_people_are_noted():
    frame = survey()
    frame.loc[:29, ["cheap", "fast"]] = np.nan
    same = [one for one in importance(study(frame)).notes if one.code == "same_missing"]
    assert [(one["first"], one["second"]) for one in same] == [("cheap", "fast")]


def test_a_logit_with_pairwise_blanks_says_that_it_left_people_out():
    holes, _ = blank()
    result = importance(study(holes), outcome="recommend:promoters", missing="pairwise")
    assert "pairwise_linear_only" in codes(result)
    assert result.fit.loc[0, "missing"] == "listwise"


# groups -------------------------------------------------------------------------------------------


def unlike():
    """North goes by quality, South by price."""
    frame = survey(1000, seed=4)
    north = (frame["region"] == "North").to_numpy()
    mood = np.where(north, frame["good"], frame["cheap"])
    noise = np.random.default_rng(1).normal(size=1000)
    return frame.assign(S=np.clip(np.round(mood + 0.7 * noise), 1, 7))


def test_each_group_against_its_complement():
    result = importance(study(unlike()), by="region", n_resamples=200)
    table = result.segments.set_index(["region", "driver"])
    assert table.loc[("North", "good"), "estimate"] > 0.2
    assert table.loc[("North", "good"), "q_value"] < 0.01
    assert table.loc[("North", "good"), "conf_low"] > 0
    assert table.loc[("South", "cheap"), "estimate"] > 0.2
    np.testing.assert_allclose(
        table.loc["North", "estimate"], -table.loc["South", "estimate"], atol=1e-9
    )
    np.testing.assert_allclose(
        table["value"] - table["rest"], table["estimate"].astype(float), atol=1e-12
    )
    assert (result.segments["family"] == "driver_segments").all()
    assert (result.segments["family_size"] == 6).all()
    north = result.table[result.table["region"] == "North"].set_index("driver")["estimate"]
    np.testing.assert_allclose(table.loc["North", "value"][north.index], north, atol=1e-9)
    assert (result.interactions["p_value"] < 1e-6).all()


def test_groups_alike_are_not_told_apart():
    result = importance(study(survey(1000)), by="region", n_resamples=200)
    assert (result.segments["q_value"] > 0.01).all()
    assert (result.interactions["p_value"] > 0.001).all()


def test_small_groups_are_not_compared():
    result = importance(study(survey(150)), by="region")
    assert (result.segments["reason"] == "small_base").all()
    assert result.segments["estimate"].isna().all()
    assert result.interactions.empty


def test_brands_that_the_same_people_rated():
    frame = survey(300, waves=1).drop(columns=["wave", "region"])
    rival = survey(300, waves=1, seed=8).drop(columns=["wave", "region"]).assign(id=frame["id"])
    both = pd.concat([frame.assign(brand="Own"), rival.assign(brand="Rival")], ignore_index=True)
    one = Study.from_frame(
        both,
        SURVEY_BOOK,
        id="id",
        entity={"column": "brand", "own": "Own"},
        analysis={"n_resamples": FEW},
    )
    result = importance(one, by="entity", n_resamples=FEW)
    assert result.by == ("entity",)
    assert result.table["entity"].value_counts().to_dict() == {"Own": 3, "Rival": 3}
    assert result.segments["estimate"].notna().all()
    own = importance(one).table.set_index("driver")["estimate"]
    stacked = result.table[result.table["entity"] == "Own"].set_index("driver")["estimate"]
    np.testing.assert_allclose(stacked[own.index], own, atol=1e-9)


def test_columns_of_every_view_are_in_the_glossary():
    one = study(survey(400))
    results = [
        importance(one, by="region"),
        drivers.priorities(one, by="wave"),
        drivers.asymmetry(one),
        drivers.simulate(one),
    ]
    for result in results:
        for name, frame in result.frames().items():
            extra = [key for key in frame if key not in GLOSSARY and key not in result.by]
            assert extra == [], f"{type(result).__name__}.{name}"
