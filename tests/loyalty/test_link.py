"""What was said and what came later: the planted truth, the guards, and what is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch.errors import AnalysisError
from cxresearch.samples import COMPANY_TRUTH
from cxresearch.study.study import Study

approx = pytest.approx

BOOK = {"measures": {"satisfaction": {"kind": "csat", "columns": "S", "scale": [1, 7]}}}
WAVE = {"column": "wave", "period": "year"}


@pytest.fixture(scope="module")
def example(root):
    return cx.load_study(root / "params" / "example.yml", {"analysis.n_resamples": 200})


@pytest.fixture(scope="module")
def found(example):
    return cx.loyalty.link(example)


def effect(result, name):
    rows = result.table[result.table["effect"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


def test_the_example_shows_what_was_planted(found):
    odds = effect(found, "odds_ratio")
    assert odds["conf_low"] < COMPANY_TRUTH.stay_odds < odds["conf_high"]
    assert odds["estimate"] == approx(COMPANY_TRUTH.stay_odds, rel=0.15)
    paid = effect(found, "revenue_change")
    assert paid["model"] == "fixed_effects"
    assert paid["conf_low"] < np.expm1(COMPANY_TRUTH.revenue_slope) < paid["conf_high"]
    assert effect(found, "hazard_ratio")["conf_high"] < 1


def test_the_way_from_interviews_to_events_is_that_of_the_docs(found):
    flow = found.flow.set_index("stage")["n"]
    assert flow["customer_given"] == 1433
    assert flow["followed"] == 1226
    assert flow["left"] == 83


def test_q_values_belong_to_one_family_and_one_test_counts_once(found):
    assert found.table["family"].unique().tolist() == ["loyalty:satisfaction"]
    assert (found.table["family_size"] == 3).all()
    assert effect(found, "odds_ratio")["q_value"] == effect(found, "marginal_effect")["q_value"]
    assert (found.table["q_value"] >= found.table["p_value"]).all()


def test_revenue_at_risk_adds_up_and_is_scaled_by_what_customers_pay(found):
    risk = found.risk.set_index("answer_group")
    parts = risk.loc[["low", "middle", "high"]]
    assert parts["estimate"].sum() == approx(risk.loc["all_linked", "estimate"])
    assert parts["n"].sum() == risk.loc["all_linked", "n"]
    scaled = risk.loc["all_customers"]
    assert scaled["estimate"] == approx(scaled["share"] * scaled["revenue"])
    assert scaled["share"] == approx(risk.loc["all_linked", "share"])
    assert (risk["conf_low"] < risk["estimate"]).all()
    assert (risk["estimate"] < risk["conf_high"]).all()
    assert parts["share"].is_monotonic_decreasing


def test_curves_begin_at_one_and_fall(found):
    for _, curve in found.survival.groupby("answer_group"):
        assert curve["estimate"].iloc[0] == 1
        assert curve["estimate"].is_monotonic_decreasing
        assert curve["time"].is_monotonic_increasing


def test_one_seed_gives_one_answer_and_another_another(example):
    first, again = (cx.loyalty.link(example, seed=3).risk for _ in range(2))
    pd.testing.assert_frame_equal(first, again)
    assert not first["conf_low"].equals(cx.loyalty.link(example, seed=4).risk["conf_low"])


def test_what_is_held_constant_enters_the_models(example, found):
    held = cx.loyalty.link(example, adjust_for=["tier"])
    assert effect(held, "odds_ratio")["estimate"] != effect(found, "odds_ratio")["estimate"]
    assert effect(held, "odds_ratio")["n"] == effect(found, "odds_ratio")["n"]


def test_the_same_period_is_refused_with_its_reason(example):
    with pytest.raises(AnalysisError, match="may have come before what was said"):
        cx.loyalty.link(example, gap=0)


def test_a_longer_gap_counts_a_later_period(example, found):
    later = cx.loyalty.link(example, gap=2)
    assert later.flow.set_index("stage").loc["followed", "n"] < 1226
    assert (later.table["gap"] == 2).all()
    assert abs(np.log(effect(later, "odds_ratio")["estimate"])) < abs(
        np.log(effect(found, "odds_ratio")["estimate"])
    )


def small(left, *, customer=True, n=60):
    """Return a study of n customers of 2021, `left` of whom left in 2022."""
    answers = np.arange(n) % 7 + 1.0
    frame = pd.DataFrame(
        {"id": range(n), "wave": "2021", "S": answers, "who": [f"C{i}" for i in range(n)]}
    )
    gone = np.argsort(answers + np.arange(n) % 3, kind="stable")[:left]
    end = pd.Series(pd.NaT, index=range(n), dtype="datetime64[ns]")
    end.iloc[gone] = pd.Timestamp("2022-06-15")
    customers = pd.DataFrame({"customer_id": frame["who"], "start_date": "2019-01-01"})
    customers["end_date"] = end
    return Study.from_frame(
        frame,
        BOOK,
        id="id",
        wave=WAVE,
        tables={"customers": {"frame": customers, "cut": "2023-01-01"}},
        **({"customer": "who"} if customer else {}),
    )


def test_fewer_than_ten_events_are_withheld():
    table = cx.loyalty.link(small(9)).table
    assert table.loc[table["model"] == "logit", "reason"].eq("few_events").all()
    assert table["estimate"].isna().all()
    assert (table["verdict"] == "suppressed").all()


def test_few_events_for_each_coefficient_are_told():
    result = cx.loyalty.link(small(12))
    assert effect(result, "odds_ratio")["n_events"] == 12
    assert "thin_events" in {one.code for one in result.notes}


def test_without_revenue_there_is_none_at_risk():
    result = cx.loyalty.link(small(20))
    assert result.risk.empty
    assert effect(result, "revenue_change")["reason"] == "empty"
    assert "no_risk" in {one.code for one in result.notes}


def test_without_the_customers_column_the_error_says_where_to_put_it():
    with pytest.raises(AnalysisError, match="name the column of the answers"):
        cx.loyalty.link(small(20, customer=False))


def test_a_customers_column_that_is_not_there_is_told_at_once():
    frame = pd.DataFrame({"S": [1, 2], "who": ["a", "b"]})
    with pytest.raises(cx.CxError, match='no column "whom"'):
        Study.from_frame(frame, BOOK, customer="whom")


def test_every_result_can_be_shown(found):
    for kind in ("survival", "at_risk"):
        assert "answers" in cx.figures.plot(found, kind=kind).alt
    told = cx.findings.read(found)
    assert "odds of staying" in told.headline
    assert told.limits
    for language in ("es", "sl", "ru"):
        other = cx.findings.read(replace(found, about=replace(found.about, language=language)))
        assert other.headline != told.headline
    for view in found.frames():
        assert "<table" in cx.tables.show(found, view).html


def test_the_customer_base_is_that_of_operations(example):
    table = cx.loyalty.base(example).table
    wide = table.pivot_table(index="period", columns="measure", values="estimate", aggfunc="first")
    both = wide[["retention", "churn"]].dropna()
    assert len(both) == 8
    assert both.sum(axis=1).to_numpy() == approx(np.ones(8))
