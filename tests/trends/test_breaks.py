"""Breaks with dates and sizes, against known answers and R."""

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey
from waves_of import N10, S10, STEP12, answers, close, codes, shares

from cxresearch import trends


@pytest.fixture(scope="module")
def stepped():
    return trends.breaks(answers(STEP12, [400] * 12, [0.009] * 12))


def test_one_break(stepped):
    row = stepped.table.iloc[0]
    assert len(stepped.table) == 1
    assert (row["verdict"], row["wave"], row["date_set"]) == ("break", "2007", "2007")
    close(row["estimate"], 7.4650000 - 7.0933333)
    close(row["std_error"], 0.0547723)
    reach = 1.959964 * 0.0547723
    close(row[["conf_low", "conf_high"]], [row["estimate"] - reach, row["estimate"] + reach])


def test_levels_and_dates_by_wave(stepped):
    close(stepped.waves["level"], [7.0933333] * 6 + [7.4650000] * 6)
    assert stepped.waves.set_index("wave").loc["2007", "p_date"] == pytest.approx(0.9972, abs=5e-5)
    assert stepped.waves["p_date"].sum() == pytest.approx(1)
    fit = stepped.fit.iloc[0]
    assert (fit["verdict"], fit["n_breaks"], fit["n_waves"]) == ("break", 1, 12)
    assert fit["bic_steps"] < fit["bic_local_level"]


def test_same_study_same_answer(stepped):
    again = trends.breaks(answers(STEP12, [400] * 12, [0.009] * 12))
    pd.testing.assert_frame_equal(stepped.fit, again.fit)


def test_a_drift_is_no_break():
    y = 7 + 0.1 * np.arange(14)
    table = trends.breaks(answers(y, [400] * 14, [0.009] * 14)).table
    assert (table["verdict"] == "step_or_drift").all()


def test_flat_waves_have_no_break():
    table = trends.breaks(answers([7.2, 7.15, 7.22, 7.18, 7.25, 7.1, 7.2, 7.19], [400] * 8)).table
    assert table["verdict"].tolist() == ["no_break"]
    assert table["wave"].isna().all()
    assert table["estimate"].isna().all()


def test_below_eight_waves_there_is_a_reason():
    result = trends.breaks(answers(S10[:7], N10[:7]))
    assert result.table["reason"].tolist() == ["too_few_waves"]
    assert result.table["verdict"].isna().all()
    assert result.waves["level"].isna().all()
    assert "too_few_waves" in codes(result)


def test_shares_near_the_end_are_told_as_shares():
    one = shares([184, 186, 185, 183, 186, 184, 198, 197, 198, 199, 198, 197], [200] * 12)
    result = trends.breaks(one)
    row = result.table.iloc[0]
    assert result.fit.loc[0, "scale"] == "logit"
    assert row["wave"] == "2007"
    assert row["estimate"] == pytest.approx(197.8 / 200 - 184.7 / 200, abs=0.01)
    assert result.waves["level"].between(0, 1).all()


def test_by_group():
    result = trends.breaks(study(survey(1600, waves=8)), measure="score", by="region")
    assert set(result.fit["region"]) == {"North", "South"}
    assert len(result.waves) == 16
