"""Sample sizes, response rates, weights and the planner against known answers and laws."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch import sampling
from cxresearch.errors import AnalysisError, StatisticsError
from cxresearch.study.study import Study

NPS = {"measures": {"recommend": {"kind": "nps", "columns": "q", "delta": 5}}}


def recommendations(up: int, down: int, n: int) -> pd.DataFrame:
    return pd.DataFrame({"q": [10] * up + [0] * down + [8] * (n - up - down)})


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"margin": 0.03}, 1068),
        ({"margin": 0.03, "population": 2000}, 697),
        ({"margin": 0.1, "sd": 1.2}, 554),
        ({"change": 0.2, "sd": 1.4, "paired": True}, 385),
        *(
            ({"margin": e, "promoters": p, "detractors": d}, n)
            for (p, d), sizes in {
                (0.5, 0.25): (2935, 1057, 265),
                (0.5, 0.5): (4269, 1537, 385),
                (0.4, 0.2): (2391, 861, 216),
            }.items()
            for e, n in zip((3, 5, 10), sizes, strict=True)
        ),
        ({"change": 3, "promoters": 0.45, "detractors": 0.2}, 10248),
        ({"change": 5, "promoters": 0.45, "detractors": 0.2}, 3689),
        ({"change": 10, "promoters": 0.45, "detractors": 0.2}, 923),
    ],
)
def test_interviews_needed(wanted, expected):
    assert sampling.required_n(**wanted) == expected


def test_rates_and_design_effect_raise_the_number_to_invite():
    assert sampling.required_n(0.03, response_rate=0.25) == 1068 * 4
    assert sampling.required_n(0.03, response_rate=0.5, eligibility=0.5) == 1068 * 4
    assert sampling.required_n(0.03, deff=1.32) == np.ceil(1067.0719 * 1.32)


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"promoters": 0.45, "detractors": 0.2}, 15.1842300),
        ({"promoters": 0.45, "detractors": 0.2, "power": 0.5}, 10.6227517),
        ({"p": 0.7}, 0.090781737),
        ({"p": 0.7, "power": 0.5}, 0.063510092),
    ],
)
def test_detectable_changes_of_waves_of_400(known, expected):
    np.testing.assert_allclose(sampling.detectable_change(400, **known), expected, rtol=1e-6)


@given(
    n=st.integers(20, 5000),
    p=st.floats(0.05, 0.95),
    population=st.integers(5001, 100000),
    deff=st.floats(1, 3),
)
def test_a_margin_asked_for_is_the_margin_got(n, p, population, deff):
    margin = sampling.margin_of_error(n, p=p, deff=deff)
    assert abs(sampling.required_n(margin, p=p, deff=deff) - n) <= 1
    assert sampling.margin_of_error(n, p=p, deff=deff, population=population) < margin


@given(n=st.integers(30, 3000), share=st.floats(0.1, 0.9), correlation=st.floats(0, 0.9))
def test_the_detectable_change_has_the_power_it_was_made_for(n, share, correlation):
    mdc = sampling.detectable_change(n, p=share, correlation=correlation)
    power = sampling.power(mdc, n, p=share, correlation=correlation)
    assert power == pytest.approx(0.8, abs=1e-4)
    assert mdc <= sampling.detectable_change(n, p=share) + 1e-12


def test_a_gap_within_respondents_needs_one_wave():
    assert sampling.power(0.2, 385, sd=1.4, paired=True) == pytest.approx(0.8, abs=1e-3)


@pytest.mark.parametrize(
    "call",
    [
        lambda: sampling.required_n(),
        lambda: sampling.required_n(0.03, change=0.1),
        lambda: sampling.required_n(0),
        lambda: sampling.required_n(0.03, population=10, p=0.5, deff=2),
        lambda: sampling.required_n(change=0.01, population=500),
        lambda: sampling.margin_of_error(100, p=0.5, sd=1.0),
        lambda: sampling.margin_of_error(100, promoters=0.5),
        lambda: sampling.margin_of_error(100, population=50),
        lambda: sampling.margin_of_error(100, response_rate=0),
        lambda: sampling.power(1, 100, sd=-1),
        lambda: sampling.detectable_change(100, correlation=2),
    ],
)
def test_what_cannot_be_is_refused_with_help(call):
    with pytest.raises(StatisticsError) as caught:
        call()
    assert all(fault.hint for fault in caught.value.faults)


COUNTS = {"I": 300, "P": 20, "R": 150, "NC": 400, "O": 10, "UH": 80, "UO": 40}


def test_response_rates():
    rates = sampling.response_rates(COUNTS, e=0.8).table
    np.testing.assert_allclose(rates["estimate"], [0.30, 0.32, 0.3073770], atol=1e-6)
    assert (rates["conf_low"] < rates["estimate"]).all()
    assert (rates["conf_high"] > rates["estimate"]).all()


def test_response_rates_by_case_and_by_long_names():
    cases = pd.Series(["complete"] * 3 + ["refusal"] * 7)
    assert sampling.response_rates(cases).table["estimate"].tolist() == [0.3, 0.3, 0.3]


def test_without_eligibility_there_is_no_third_rate():
    found = sampling.response_rates(COUNTS)
    assert found.table["estimate"].isna().tolist() == [False, False, True]
    assert found.table["reason"].iloc[2] == "eligibility_unknown"
    known = sampling.response_rates({**COUNTS, "ineligible": 220})
    e = 880 / 1100
    assert known.table["estimate"].iloc[2] == pytest.approx(300 / (880 + e * 120))
    assert "eligibility_assumed" in {one.code for one in known.notes}


def test_unknown_dispositions_are_refused():
    with pytest.raises(StatisticsError, match="refusal"):
        sampling.response_rates({"refusals": 3})
    with pytest.raises(StatisticsError, match="whole"):
        sampling.response_rates({"complete": 0.5})
    with pytest.raises(StatisticsError, match="nobody"):
        sampling.response_rates({"complete": 0})


def raking_sample() -> pd.DataFrame:
    cells = {"F": (30, 20, 10), "M": (10, 20, 10)}
    rows = [
        (sex, age)
        for sex, counts in cells.items()
        for age, n in zip(("18-34", "35-54", "55+"), counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["sex", "age"])


TARGETS = {"sex": {"F": 52, "M": 48}, "age": {"18-34": 28, "35-54": 34, "55+": 38}}


def test_raking():
    frame = raking_sample()
    raked = sampling.rake(frame, TARGETS)
    found = raked.weights.groupby([frame["sex"], frame["age"]]).first()
    expected = [0.6607524, 0.7597448, 1.6982531, 0.8177428, 0.9402552, 2.1017469]
    np.testing.assert_allclose(found, expected, atol=1e-6)
    assert raked.n_kish == pytest.approx(81.9506076, abs=1e-6)
    assert raked.deff == pytest.approx(1.2202472, abs=1e-6)
    assert raked.efficiency == pytest.approx(0.819506076, abs=1e-8)
    assert raked.cycles == 5
    assert raked.converged
    np.testing.assert_allclose(raked.table["after"], raked.table["target"], atol=1e-9)


def test_raking_keeps_the_index_and_speaks_of_its_cost():
    frame = raking_sample().set_index(pd.Index(range(500, 600)))
    hard = {"sex": {"F": 5, "M": 95}, "age": {"18-34": 5, "35-54": 5, "55+": 90}}
    raked = sampling.rake(frame, hard)
    assert raked.weights.index.equals(frame.index)
    assert raked.deff > 2
    assert "weights_costly" in {one.code for one in raked.notes}
    trimmed = sampling.rake(frame, hard, trim=(0.3, 3))
    assert {"weights_trimmed", "not_converged"} <= {one.code for one in trimmed.notes}
    assert trimmed.high <= 3 * (1 + 1e-5)


def test_margins_that_cannot_be_met_are_refused_or_told():
    frame = pd.DataFrame({"a": [1] * 10 + [2] * 10, "b": [1] * 10 + [2] * 10})
    apart = {"a": {1: 6, 2: 14}, "b": {1: 5, 2: 15}}
    with pytest.raises(StatisticsError):
        sampling.rake(frame, apart)
    told = sampling.rake(frame, apart, allow_unconverged=True)
    assert not told.converged
    assert "not_converged" in {one.code for one in told.notes}


def test_the_planner_of_waves_a_year():
    study = Study.from_frame(recommendations(180, 80, 400), NPS)
    plan = sampling.plan(study, interviews=1200)
    cadence = plan.cadence.set_index("waves_a_year")
    expected = {1: 8.7666193, 2: 12.3978719, 3: 15.1842300, 4: 17.5332386, 12: 30.3684601}
    np.testing.assert_allclose(cadence["mdc"], [expected[k] for k in cadence.index], atol=1e-6)
    np.testing.assert_allclose(cadence["mdc_year"], expected[1], atol=1e-6)
    assert cadence.index[cadence["recommended"]].tolist() == [2, 3]
    assert not cadence["detects"].any()
    row = plan.table.iloc[0]
    assert row["mdc"] == pytest.approx(15.18423, abs=1e-5)
    assert row["n_required"] == 3689
    assert row["power"] == pytest.approx(sampling.power(5, 400, promoters=0.45, detractors=0.2))


def test_the_planner_counts_blanks_and_rates():
    frame = pd.concat([recommendations(180, 80, 400), pd.DataFrame({"q": [np.nan] * 400})])
    study = Study.from_frame(frame, NPS)
    row = sampling.plan(study, interviews=1600, response_rate=0.5).table.iloc[0]
    assert row["n_required"] == 2 * 3689
    assert row["n_invite"] == 4 * 3689


def test_a_constant_or_tiny_measure_has_no_plan():
    frame = pd.DataFrame({"q": [10] * 50})
    plan = sampling.plan(Study.from_frame(frame, NPS))
    assert plan.table["reason"].tolist() == ["no_variance"]
    assert plan.cadence["mdc"].isna().all()
    tiny = sampling.plan(Study.from_frame(frame.head(5), NPS))
    assert tiny.table["reason"].tolist() == ["small_base"]
    with pytest.raises(AnalysisError, match="interviews"):
        sampling.plan(Study.from_frame(frame, NPS), interviews=0)
