"""Random intercepts against R and statsmodels; laws and refusals."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.mixed import random_intercept


def ratings(seed=1, groups=15, n=300, between=0.7):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, groups, n)
    x = rng.normal(size=n)
    y = 5 + 0.4 * x + rng.normal(0, between, groups)[codes] + rng.normal(size=n)
    return y, np.column_stack([np.ones(n), x]), codes


@pytest.mark.parametrize("criterion", ["reml", "ml"])
def test_agrees_with_statsmodels(criterion):
    y, X, groups = ratings()
    fit = random_intercept(y, X, groups, criterion=criterion)
    other = sm.MixedLM(y, X, groups).fit(reml=criterion == "reml")
    np.testing.assert_allclose(fit.coefficients, other.fe_params, rtol=1e-4)
    np.testing.assert_allclose(fit.std_errors, other.bse_fe, rtol=1e-3)
    np.testing.assert_allclose(fit.group_variance, other.cov_re[0, 0], rtol=1e-3)
    assert fit.log_likelihood == pytest.approx(other.llf, abs=1e-4)


def test_groups_that_differ_less_than_chance_are_singular_and_least_squares():
    rng = np.random.default_rng(8)
    half = rng.normal(size=100)
    y, groups = np.concatenate([half, -half]) + 5, np.tile(np.arange(100), 2)
    X = np.column_stack([np.ones(200), rng.normal(size=200)])
    fit = random_intercept(y, X, groups)
    assert fit.singular
    assert fit.group_variance == fit.icc == 0
    np.testing.assert_allclose(fit.coefficients, np.linalg.lstsq(X, y, rcond=None)[0])


@settings(max_examples=15, deadline=None)
@given(shift=st.floats(-50, 50), scale=st.floats(0.1, 20))
def test_shift_and_scale(shift, scale):
    y, X, groups = ratings()
    one, other = random_intercept(y, X, groups), random_intercept(shift + scale * y, X, groups)
    np.testing.assert_allclose(
        other.coefficients, scale * one.coefficients + [shift, 0], rtol=1e-5, atol=1e-6
    )
    assert other.icc == pytest.approx(one.icc, rel=1e-4)


def test_order_of_rows_changes_nothing():
    y, X, groups = ratings()
    turned = np.random.default_rng(2).permutation(len(y))
    one = random_intercept(y, X, groups)
    other = random_intercept(y[turned], X[turned], groups[turned])
    np.testing.assert_allclose(one.coefficients, other.coefficients, rtol=1e-6)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y, X, g: (y[:-1], X, g), "one row of the design"),
        (lambda y, X, g: (np.where(y > 6, np.nan, y), X, g), "missing"),
        (lambda y, X, g: (y, X, np.zeros(len(y))), "several groups"),
        (lambda y, X, g: (y, X, np.arange(len(y))), "several groups"),
        (lambda y, X, g: (y, np.column_stack([X, X[:, 1]]), g), "cannot be told apart"),
    ],
)
def test_refusals(change, message):
    with pytest.raises(StatisticsError, match=message):
        random_intercept(*change(*ratings()))


CASES = {
    "lmer_sleepstudy": ("Reaction", "Days", "Subject"),
    "lmer_sfo_run": ("overall", "wave", "run"),
    "lmer_univer_faculty": ("global", "age", "faculty"),
}


@pytest.mark.reference
@pytest.mark.parametrize("case", CASES)
def test_agrees_with_lme4(case, reference):
    import json

    cases = json.loads((reference / "oracles" / "mixed.json").read_text(encoding="utf-8"))
    one = next(found for found in cases if found["id"] == case)
    y, x, group = CASES[case]
    frame = pd.read_csv(reference / "oracles" / "data" / one["data"])[[y, x, group]].dropna()
    if one["data"] == "sfo.csv":
        frame = frame[frame[y].between(1, 5)]
        frame[x] -= frame[x].min()
    known = one["expected"]
    assert len(frame) == known["n"]
    X = np.column_stack([np.ones(len(frame)), frame[x]])
    groups = frame[group].astype(str)
    for criterion in ("reml", "ml"):
        fit, theirs = random_intercept(frame[y], X, groups, criterion=criterion), known[criterion]
        np.testing.assert_allclose(fit.coefficients, list(theirs["fixed"].values()), rtol=1e-4)
        np.testing.assert_allclose(fit.group_variance, theirs["var_group"], rtol=1e-4)
        np.testing.assert_allclose(fit.residual_variance, theirs["var_resid"], rtol=1e-4)
    reml = random_intercept(frame[y], X, groups)
    np.testing.assert_allclose(reml.std_errors, list(known["reml"]["se"].values()), rtol=1e-4)
    assert reml.log_likelihood == pytest.approx(known["reml"]["loglik_reml"], abs=1e-4)
    null = random_intercept(frame[y], np.ones((len(frame), 1)), groups)
    assert null.icc == pytest.approx(known["icc_null_reml"], rel=1e-4)
