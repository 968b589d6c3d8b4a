"""Hazards, odds, lifetime values, attainment: fixtures F3.5, F6.6, F6.7, F10.1, F10.2, laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.attainment import attainment, composite, p_met, status
from cxresearch.stats.hazards import cox
from cxresearch.stats.lifetime import churn, lifetime_value, over_periods
from cxresearch.stats.odds import logit, logit_draws

approx = pytest.approx

# F6.6
TIME = [3, 5, 6, 7, 9, 10, 12, 12, 12, 12]
EVENT = [1] * 6 + [0] * 4
RATING = [4, 5, 7, 5, 6, 8, 9, 7, 8, 10]
# F6.7
Y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
X = [2, 3, 4, 5, 6, 7, 8, 9, 10, 6]


def test_cox_gives_the_fixture():
    fit = cox(TIME, EVENT, {"x": RATING})
    term = fit.terms.iloc[0]
    assert term["estimate"] == approx(-1.1950848, abs=1e-6)
    assert term["std_error"] == approx(0.5085259, abs=1e-6)
    assert term["hazard_ratio"] == approx(0.3026783, abs=1e-6)
    assert fit.log_likelihood == approx(-6.8783954, abs=1e-6)
    assert fit.null_log_likelihood == approx(-11.9263587, abs=1e-6)


def test_efron_ties_follow_their_formula():
    # two leave at once among four: (e^b x1)(e^b x2) over Efron's product of weights, at b = 0
    fit = cox([1, 1, 2, 3], [1, 1, 0, 0], {"x": [0.0, 1.0, 0.4, 0.6]})
    assert fit.null_log_likelihood == approx(-np.log(4) - np.log(3))


def test_a_ratio_that_changes_with_time_is_told():
    rng = np.random.default_rng(5)
    x = rng.normal(size=800)
    early = rng.exponential(np.exp(-1.2 * x))
    time = np.where(early < 0.5, early, 0.5 + rng.exponential(np.exp(1.2 * x)))
    assert cox(time, np.ones(800), {"x": x}).proportional.p_value < 0.001
    steady = rng.exponential(np.exp(-0.5 * x))
    assert cox(steady, np.ones(800), {"x": x}).proportional.p_value > 0.05


def test_clusters_of_copies_give_the_errors_of_the_originals():
    rng = np.random.default_rng(2)
    x = rng.normal(size=200)
    time = rng.exponential(np.exp(-0.4 * x))
    own = cox(time, np.ones(200), {"x": x}, clusters=np.arange(200)).terms
    twice = cox(
        np.tile(time, 2), np.ones(400), {"x": np.tile(x, 2)}, clusters=np.tile(np.arange(200), 2)
    ).terms
    assert twice["std_error"][0] == approx(own["std_error"][0], rel=0.03)


@pytest.mark.parametrize(
    ("time", "event", "x", "what"),
    [
        ([1, 2, 3, 4], [1, 1, 1, 0], [4, 3, 2, 1], "no finite hazard ratio"),
        ([1, 2, 3], [0, 0, 0], [1, 2, 3], "nobody left"),
        ([0, 2, 3], [1, 1, 0], [1, 2, 3], "not above its entry"),
        ([1, 2, 3], [1, 1, 0], [2, 2, 2], "never varies"),
        ([1, 2, 3], [1, 1, 0], [1, 2, np.nan], "holes"),
    ],
)
def test_cox_says_what_it_cannot_do(time, event, x, what):
    with pytest.raises(StatisticsError, match=what):
        cox(time, event, {"x": x})


def test_logit_gives_the_fixture():
    fit = logit(Y, {"x": X})
    assert fit.coef["intercept"] == approx(-3.3982785, abs=1e-6)
    assert fit.coef["x"] == approx(0.6713743, abs=1e-6)
    assert fit.terms["std_error"][1] == approx(0.4306179, abs=1e-6)


def test_the_marginal_effect_is_the_derivative_of_the_mean_share():
    fit = logit(Y, {"x": X})
    step = 1e-5
    higher, lower = (fit.share({"x": np.array(X) + sign * step}).mean() for sign in (1, -1))
    assert fit.terms["marginal_effect"][1] == approx((higher - lower) / (2 * step), rel=1e-6)


def test_with_one_flag_the_odds_ratio_is_that_of_the_table():
    y = [1] * 30 + [0] * 70 + [1] * 10 + [0] * 90
    fit = logit(y, {"x": [1] * 100 + [0] * 100})
    assert fit.terms["odds_ratio"][1] == approx((30 * 90) / (70 * 10))
    assert fit.terms["std_error"][1] == approx(np.sqrt(1 / 30 + 1 / 70 + 1 / 10 + 1 / 90))
    assert fit.terms["marginal_effect"].notna()[1]


def test_weights_of_a_constant_change_nothing():
    one, other = logit(Y, {"x": X}, weights=[1] * 10), logit(Y, {"x": X}, weights=[7] * 10)
    assert one.terms.drop(columns="term").equals(other.terms.drop(columns="term"))


def test_separation_is_an_error_and_never_a_huge_number():
    with pytest.raises(StatisticsError, match="perfectly separated"):
        logit([0, 0, 0, 1, 1, 1], {"x": [1, 2, 3, 4, 5, 6]})
    assert np.isnan(logit_draws([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], np.ones((1, 6)))).all()


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=10, max_size=10))
def test_a_draw_is_the_fit_of_the_repeated_rows(counts):
    rows = np.repeat(np.arange(10), counts)
    drawn = logit_draws(Y, X, np.array([counts], dtype=float))[0]
    try:
        fit = logit(np.array(Y)[rows], {"x": np.array(X)[rows]})
    except (StatisticsError, ValueError):
        return
    if np.isfinite(drawn).all():
        assert drawn == approx(fit.coef.to_numpy(), rel=1e-5, abs=1e-5)


def test_lifetime_values_are_those_of_the_fixture():
    assert lifetime_value(100, 0.8, 0.1).value == approx(266.6666667)
    assert lifetime_value(100, 0.8, 0.1, timing="immediate").value == approx(366.6666667)
    assert lifetime_value(100, 0.8, 0.1, horizon=5).value == approx(212.4097336)
    assert lifetime_value(100, 0.8, 0.1, horizon=5, timing="immediate").value == approx(292.0633836)


def test_a_value_that_rests_on_the_far_future_says_so():
    assert lifetime_value(100, 0.99, 0.01, horizon=5).exploding
    assert not lifetime_value(100, 0.5, 0.1, horizon=5).exploding


@pytest.mark.parametrize(
    ("retention", "interest", "what"),
    [(1.2, 0.1, "is a share"), (0.5, -1, "above -1"), (1.0, 0.0, "endless")],
)
def test_lifetime_values_that_are_not_defined(retention, interest, what):
    with pytest.raises(StatisticsError, match=what):
        lifetime_value(100, retention, interest)


def test_churn_and_retention_are_one_cohort():
    lost, kept = churn(24, 800), churn(776, 800)
    assert (lost.conf_low, lost.conf_high) == approx((0.0202415, 0.0442507), abs=1e-6)
    assert (kept.conf_low, kept.conf_high) == approx((0.9557493, 0.9797585), abs=1e-6)
    assert lost.estimate + kept.estimate == approx(1)
    assert over_periods(0.02, 12) == approx(0.2152833, abs=1e-6)


def test_attainment_gives_the_fixture():
    found = attainment(76, 70, 80, 1.4, 1.5)
    assert (found.estimate, found.std_error) == approx((0.60, 0.1523155), abs=1e-6)
    assert attainment(40, 48, 36).estimate == approx(0.6666667)
    assert np.isnan(attainment(40, 36, 36).estimate)


def test_probabilities_give_the_fixture():
    above = p_met(0.78, 0.02, target=0.75)
    below = p_met(34, 1.5, target=36, better="down")
    within = p_met(82, 2, low=78, high=85, better="band")
    assert (above, below, within) == approx((0.9331928, 0.9087888, 0.9104427), abs=1e-6)
    assert [status(p) for p in (above, below, within)] == ["green", "green", "green"]
    assert (p_met(5, 0, target=5), p_met(4.9, 0, target=5)) == (1.0, 0.0)
    assert status(float("nan")) == "grey"


def test_a_composite_shows_what_each_weight_does():
    found = composite([0.5, 1.5], [0.1, 0.2], [0.7, 0.3])
    assert found.value.estimate == approx(0.8)
    assert found.value.std_error == approx(np.hypot(0.07, 0.06))
    heavier = (0.7 * 1.2 * 0.5 + 0.3 * 1.5) / (0.7 * 1.2 + 0.3)
    assert found.heavier[0].estimate == approx(heavier)
    with pytest.raises(StatisticsError, match="sum to 1"):
        composite([1], [0.1], [0.5])
