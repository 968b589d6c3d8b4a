"""Kaplan-Meier: the fixture of the specification, its laws, and what it refuses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.survival import kaplan_meier

HOURS = [2, 3, 5, 5, 8, 12, 20, 24, 30, 48]
OVER = [1, 1, 1, 0, 1, 1, 0, 1, 0, 0]


def test_the_curve_of_the_fixture():
    curve = kaplan_meier(HOURS, OVER)
    assert curve.time.tolist() == [2, 3, 5, 8, 12, 24]
    expected = [0.9, 0.8, 0.7, 0.5833333, 0.4666667, 0.3111111]
    assert curve.survival == pytest.approx(expected, abs=1e-7)
    assert curve.censored.tolist() == [5, 20, 30, 48]


def test_quantiles_and_restricted_mean_of_the_fixture():
    curve = kaplan_meier(HOURS, OVER)
    median = curve.quantile(0.5)
    assert (median.estimate, median.conf_low, median.conf_high) == (12, 2, np.inf)
    assert curve.quantile(0.25).estimate == 5
    assert curve.quantile(0.9).estimate == np.inf
    mean = curve.restricted_mean(48)
    assert (mean.estimate, mean.std_error) == pytest.approx((22.0, 6.3807582), abs=1e-7)


def test_the_finished_alone_would_say_another_thing():
    closed = np.array(HOURS)[np.array(OVER) == 1]
    assert (closed.mean(), np.median(closed)) == (9, 6.5)
    assert kaplan_meier(HOURS, OVER).restricted_mean().estimate > closed.mean()


def test_nothing_is_said_beyond_the_time_seen():
    curve = kaplan_meier(HOURS, OVER)
    assert np.isnan(curve.at(50).estimate)
    assert curve.at(1).estimate == 1
    assert curve.at(24).estimate == pytest.approx(0.3111111, abs=1e-7)
    assert curve.restricted_mean(1000).estimate == curve.restricted_mean(48).estimate


@given(st.lists(st.integers(1, 50), min_size=2, max_size=30))
def test_without_open_cases_it_is_the_share_that_takes_longer(times):
    curve = kaplan_meier(times, np.ones(len(times)))
    longer = [(np.array(times) > one).mean() for one in curve.time]
    assert curve.survival == pytest.approx(longer, abs=1e-12)
    assert curve.restricted_mean().estimate == pytest.approx(np.mean(times))


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), min_size=3, max_size=40))
def test_curves_fall_and_stay_within_their_limits(cases):
    times, over = zip(*cases, strict=True)
    curve = kaplan_meier(times, over)
    assert (np.diff(curve.survival) <= 1e-12).all()
    known = ~np.isnan(curve.conf_low)
    assert (curve.conf_low[known] <= curve.survival[known]).all()
    assert (curve.survival[known] <= curve.conf_high[known]).all()


@pytest.mark.parametrize(
    ("times", "over"),
    [([], []), ([1, 2], [1]), ([-1, 2], [1, 1]), ([1, np.nan], [1, 1]), ([1, 2], [1, 2])],
)
def test_what_is_no_waiting_time_is_refused(times, over):
    with pytest.raises(StatisticsError):
        kaplan_meier(times, over)
