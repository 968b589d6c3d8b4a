"""Users and others apart, value for money, tables of ratings, reputation explained, poor bases."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import benchmark, findings, tables
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.study.study import Study

CARE = {"care": {"columns": "q", "scale": [0, 10]}}
COST = {"cost": {"columns": "p", "scale": [0, 10], "direction": "down"}}
BESIDE = {"Rival": {"care": ["rq"], "cost": ["rp"]}}


def frame(n=60) -> pd.DataFrame:
    k = np.arange(n)
    return pd.DataFrame(
        {
            "id": k,
            "q": 8 + k % 2,
            "p": 5 + k % 3,
            "rq": 4 + k % 2,
            "rp": 5 + k % 3,
            "uses": k % 3 == 0,
        }
    ).astype(int)


def study(data: pd.DataFrame | None = None, users=None, **analysis) -> Study:
    book = {"attributes": {**CARE, **COST}, "competitors": BESIDE}
    return Study.from_frame(
        frame() if data is None else data, book, id="id", analysis=analysis, users=users or {}
    )


def test_value_by_hand():
    row = benchmark.relative_value(
        study(), quality={"care": 2.0}, price="cost", n_resamples=200
    ).table.iloc[0]
    assert row["relative_quality"] == pytest.approx(8.5 / 4.5)
    assert row["relative_price"] == pytest.approx(1.0)
    assert row["estimate"] == pytest.approx(8.5 / 4.5)
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["p_ahead"] == 1.0
    assert row["offer"] == "undecided"  # the price is alike


def test_a_fair_price_is_turned_over():
    fair = {"care": CARE["care"], "cost": {**COST["cost"], "direction": "up"}}
    data = frame().assign(p=8, rp=4)
    both = [
        benchmark.relative_value(
            Study.from_frame(data, {"attributes": {**CARE, **cost}, "competitors": BESIDE}),
            quality={"care": 1},
            price="cost",
            n_resamples=100,
        ).table.iloc[0]
        for cost in (COST, {"cost": fair["cost"]})
    ]
    assert [one["relative_price"] for one in both] == [2.0, 0.5]
    assert [one["offer"] for one in both] == ["more_for_more", "more_for_less"]


def test_weights_are_scaled_and_come_from_the_params():
    told = {"benchmark": {"quality": {"care": 3}, "price": ["cost"]}}
    found = benchmark.relative_value(study(**told), n_resamples=50)
    assert found.table["estimate"].iloc[0] == pytest.approx(8.5 / 4.5)
    assert set(found.table.columns) <= set(GLOSSARY)
    assert "Rival" in findings.read(found).headline
    assert cx.figures.plot(found).alt
    assert "<table" in tables.show(found).html


def test_value_needs_names_and_a_scale_from_zero():
    assert isinstance(benchmark.relative_value(study()), NotAsked)
    below = {"care": {"columns": "q", "scale": [-10, 10]}}
    other = Study.from_frame(frame(), {"attributes": {**below, **COST}, "competitors": BESIDE})
    with pytest.raises(AnalysisError, match="below zero"):
        benchmark.relative_value(other, quality={"care": 1}, price="cost")


def test_users_and_others_are_told_apart():
    data = frame()
    data.loc[data["uses"] == 1, "rq"] += 2
    found = benchmark.compare(study(data, users={"Rival": "uses"}), n_resamples=50)
    rows = found.users[found.users["measure"] == "care"].set_index("raters")
    assert rows["n"].to_dict() == {"users": 20, "non_users": 40}
    assert rows.loc["users", "estimate"] == pytest.approx(2.0)
    assert rows.loc["non_users", "estimate"] == pytest.approx(4.0)
    assert "rated_by_non_users" in [one.code for one in found.notes]
    assert set(found.users.columns) <= set(GLOSSARY)
    plain = benchmark.compare(study(), n_resamples=50)
    assert plain.users.empty
    with pytest.raises(AnalysisError, match="Rival"):
        benchmark.compare(study(users={"Rivall": "uses"}), n_resamples=50)


@pytest.mark.parametrize("turned", [False, True])
def test_rivals_columns_are_reversed_with_ours(turned):
    data = frame()
    flipped = data.assign(q=10 - data["q"], rq=10 - data["rq"])
    care = {"care": {**CARE["care"], "reversed": turned}}
    book = {"attributes": care, "competitors": {"Rival": {"care": ["rq"]}}}
    found = benchmark.compare(
        Study.from_frame(flipped if turned else data, book), n_resamples=50
    ).table.iloc[0]
    assert found["own"] == pytest.approx(8.5)
    assert found["rival"] == pytest.approx(4.5)


def test_reversed_items_of_a_battery_turn_the_rivals_too():
    item = {"key": "help", "perception": "q", "reversed": True}
    book = {
        "dimensions": {"kindness": {"scale": [0, 10], "items": [item]}},
        "competitors": {"Rival": {"help": ["rq"], "kindness": ["p"]}},
    }
    table = benchmark.compare(Study.from_frame(frame(), book), n_resamples=50).table
    rows = table[table["contrast"] == "rival"].set_index("measure")
    assert rows.loc["help", "rival"] == pytest.approx(5.5)
    assert rows.loc["kindness", "rival"] == pytest.approx(4.0)


def test_ratings_of_rivals_may_come_as_a_table():
    data = frame()
    long = data.melt("id", ["rq", "rp"], var_name="item", value_name="score").assign(brand="Rival")
    long["item"] = long["item"].map({"rq": "care", "rp": "cost"})
    long = long.rename(columns={"id": "respondent_id"})
    long = pd.concat([long, long.head(1).assign(respondent_id=999)], ignore_index=True)
    book = {"attributes": {**CARE, **COST}}
    from_table = Study.from_frame(
        data[["id", "q", "p"]], book, id="id", tables={"competitor": long}
    )
    one = benchmark.compare(study(), n_resamples=50).table
    other = benchmark.compare(from_table, n_resamples=50).table
    columns = ["measure", "contrast", "entity", "estimate", "std_error", "n"]
    pd.testing.assert_frame_equal(one[columns], other[columns])


def test_the_intended_profile_may_come_as_a_table():
    meant = pd.DataFrame({"attribute": ["a", "b"], "intended": [1, 0], "weight": [1.0, 0.0]})
    book = {"brand": {"attributes": {"a": {"column": "q"}, "b": {"column": "p"}}}}
    data = pd.DataFrame({"q": [1, 0] * 20, "p": [1, 0, 0, 0] * 10})
    found = benchmark.brand_profile(
        Study.from_frame(data, book, tables={"brand_intended": meant}), n_resamples=20
    )
    assert found.fit.set_index("statistic")["estimate"].to_dict() == pytest.approx(
        {"fit": 50.0, "noise": 25.0, "net": 25.0}
    )


def reputable(n=200, **more) -> Study:
    rng = np.random.default_rng(3)
    x = rng.integers(1, 8, n)
    y = np.clip(np.round(0.5 * x + rng.normal(2, 1, n)), 1, 7)
    data = pd.DataFrame({"x": x, "y": y, "known": rng.integers(0, 2, n), "named": 0})
    book = {
        "measures": {
            "sat": {"kind": "csat", "columns": "x", "scale": [1, 7]},
            "repute": {"kind": "score", "columns": "y", "scale": [1, 7], "kpi": "brand_reputation"},
            "aided": {"kind": "share", "columns": "known", "kpi": "brand_awareness"},
            "unaided": {"kind": "share", "columns": "named", "kpi": "brand_awareness"},
        }
    }
    return Study.from_frame(data, book, **more)


def test_the_part_of_reputation_that_satisfaction_explains():
    market = reputable(population="market")
    found = benchmark.reputation(market, n_resamples=300)
    row = found.explained.iloc[0]
    r = np.corrcoef(market.full["x"], market.full["y"])[0, 1]
    assert row["r_squared"] == pytest.approx(r**2)
    assert row["r_squared_low"] < r**2 < row["r_squared_high"]
    assert row["estimate"] == pytest.approx(np.polyfit(market.full["x"], market.full["y"], 1)[0])
    assert found.table.set_index("measure").loc["unaided", "estimate"] == 0.0
    assert set(found.explained.columns) <= set(GLOSSARY)
    assert any("Satisfaction" in one for one in findings.read(found).sentences)


def test_customers_alone_say_nothing_of_reputation():
    found = benchmark.reputation(reputable())
    assert found.explained.empty
    assert found.table["estimate"].isna().all()
    plain = Study.from_frame(frame(), {"attributes": CARE})
    assert isinstance(benchmark.reputation(plain), NotAsked)


@pytest.mark.parametrize("n_raters", [0, 1, 9])
def test_a_rival_with_few_raters_is_withheld_everywhere(n_raters):
    data = frame()
    for column in ("rq", "rp"):
        data[column] = data[column].astype(float).where(np.arange(60) < n_raters)
    told = {"quality": {"care": 1}, "price": ["cost"]}
    poor = study(data, benchmark=told, users={"Rival": "uses"})
    found = benchmark.compare(poor, n_resamples=50)
    assert found.table["estimate"].isna().all()
    assert set(found.table["reason"]) <= {"empty", "small_base"}
    value = benchmark.relative_value(poor, n_resamples=50)
    assert value.table["suppressed"].all()
    for one in (found, value):
        assert findings.read(one).sentences
        for view in one.frames():
            tables.show(one, view)
        assert cx.figures.plot(one).alt


def test_equal_ratings_share_the_first_place():
    data = frame().assign(rq=lambda d: d["q"], rp=lambda d: d["p"])
    found = benchmark.compare(study(data), n_resamples=50)
    assert set(found.standings["rank"]) == {1.0}
    assert set(found.standings["p_first"]) == {1.0}
    assert not set(found.table["standing"]) & {"ahead", "behind", "clearly_ahead"}


@pytest.mark.parametrize(("low", "withheld"), [([0] * 20, True), ([0] * 19 + [1], False)])
def test_a_rival_rated_zero_leaves_no_quotient(low, withheld):
    frame = pd.DataFrame({"q": [8, 6] * 10, "p": [5] * 20, "rq": low, "rp": [5] * 20})
    cost = {"columns": "p", "scale": [0, 10], "direction": "down"}
    book = {
        "attributes": {"care": {"columns": "q", "scale": [0, 10]}, "cost": cost},
        "competitors": {"Rival": {"care": ["rq"], "cost": ["rp"]}},
    }
    found = benchmark.relative_value(
        Study.from_frame(frame, book), quality={"care": 1}, price="cost", n_resamples=200
    )
    row = found.table.iloc[0]
    assert bool(row["suppressed"]) is withheld
    assert np.isnan([row["std_error"], row["conf_low"], row["p_ahead"]]).all()
    assert row["offer"] == "undecided"
