"""Rao-Scott tests against R svychisq."""

import json

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats.crosstabs import crosstab
from cxresearch.stats.survey import Design

approx = pytest.approx
W = [1, 1, 1.5, 1.5, 2, 2, 1, 1, 2, 2, 3, 3]
RECOMMEND = np.array([10, 9, 8, 6, 9, 7, 10, 3, 9, 10, 5, 8])
SAT = np.array([5, 4, 4, 3, 5, 4, 5, 2, 4, 5, 2, 4])
STRATA, PSU = list("AAAAAABBBBBB"), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_weights_only():
    found = crosstab(SAT >= 4, RECOMMEND >= 9, weights=W)
    assert (found.statistic, found.p_value) == approx((2.5429836, 0.1390920), abs=1e-6)
    assert (found.df, found.df2, found.chi2) == approx((1, 11, 3.1935484), abs=1e-6)
    assert found.method == "rao_scott_f"


def test_full_design():
    found = crosstab(SAT >= 4, RECOMMEND >= 9, weights=W, strata=STRATA, clusters=PSU)
    assert (found.statistic, found.p_value) == approx((8.1146224, 0.0464607), abs=1e-6)
    assert (found.df, found.df2) == approx((1, 4))


def test_simple_design_is_pearson():
    found = crosstab(["a"] * 30 + ["b"] * 30, [1] * 20 + [0] * 10 + [1] * 10 + [0] * 20)
    assert (found.statistic, found.df, found.method) == (approx(20 / 3), 1, "pearson")
    assert found.min_expected == approx(15)


def test_relabelling_and_turning_change_nothing():
    one = crosstab(SAT, RECOMMEND >= 9, weights=W)
    other = crosstab(RECOMMEND >= 9, [f"x{10 - s}" for s in SAT], weights=W)
    assert (one.statistic, one.df, one.p_value) == approx(
        (other.statistic, other.df, other.p_value)
    )


def test_missing_answers_and_domains():
    gone = [None, *SAT[1:].astype(object)]
    domain = np.arange(12) > 0
    one = crosstab(gone, RECOMMEND >= 9, weights=W)
    other = crosstab(SAT, RECOMMEND >= 9, weights=W, domain=domain)
    assert (one.n, one.statistic) == (11, approx(other.statistic))
    assert one.shares.to_numpy().sum() == approx(1)


def test_one_category_has_no_test():
    found = crosstab(np.ones(12), SAT, weights=W)
    assert np.isnan(found.p_value)
    assert found.shares.shape == (1, 4)


def test_design_once():
    with pytest.raises(StatisticsError, match="given twice"):
        crosstab(SAT, RECOMMEND, weights=W, design=Design.build(12))


@pytest.mark.reference
def test_waves(reference):
    case = json.loads((reference / "oracles" / "survey.json").read_text())[2]
    frame = pd.read_csv(reference / "oracles" / "data" / "sfo.csv")
    frame = frame[frame.overall.notna()].reset_index(drop=True)
    strata = frame.wave.astype(str) + " " + frame.stratum.astype(str)
    found = crosstab(
        frame.overall >= 4, frame.wave, weights=frame.weight, strata=strata, clusters=frame.run
    )
    e = case["expected"]["raoscott_F"]
    ours = found.statistic, found.df, found.df2, found.p_value
    assert ours == approx((e["F"], e["ndf"], e["ddf"], e["p"]), rel=1e-8)
