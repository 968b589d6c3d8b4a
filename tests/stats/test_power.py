"""Sample sizes, margins and detectable changes against closed forms."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import power as plan

approx = pytest.approx
V = plan.score_variance(0.45, 0.20)


def test_shares():
    size = plan.required_n(plan.share_variance(0.5), 0.03)
    assert (size.exact, size.n) == (approx(1067.0719, abs=1e-4), 1068)
    size = plan.required_n(plan.share_variance(0.5), 0.03, population=2000)
    assert (size.exact, size.n) == (approx(696.0515, abs=1e-4), 697)


@pytest.mark.parametrize(
    ("up", "down", "sizes"),
    [(0.5, 0.25, [2935, 1057, 265]), (0.5, 0.5, [4269, 1537, 385]), (0.4, 0.2, [2391, 861, 216])],
)
def test_scores(up, down, sizes):
    variance = plan.score_variance(up, down)
    assert [plan.required_n(variance, margin).n for margin in (3, 5, 10)] == sizes


def test_changes():
    assert [plan.required_n_change(V, V, d).n for d in (3, 5, 10)] == [10248, 3689, 923]


def test_means_and_gaps():
    assert plan.required_n(1.2**2, 0.1).n == 554
    assert plan.required_n_paired(1.4, 0.2).n == 385


def test_deff():
    assert plan.cluster_deff(5, 0.08) == approx(1.32)
    size = plan.required_n(0.25, 0.03, deff=1.32, response_rate=0.2, eligibility=0.5)
    assert (size.n, size.n_invite) == (1409, 14090)


def test_detectable_changes():
    assert plan.detectable_change(V, 400, V, 400) == approx(15.1842300, abs=1e-6)
    assert plan.detectable_change(V, 400, V, 400, power=0.5) == approx(10.6227517, abs=1e-6)
    share = 1e4 * plan.share_variance(0.7)
    assert plan.detectable_change(share, 400, share, 400) == approx(9.0781737, abs=1e-6)
    assert plan.detectable_change(share, 400, share, 400, power=0.5) == approx(6.3510092, abs=1e-6)


@pytest.mark.parametrize(
    ("waves", "expected"),
    [(1, 8.7666193), (2, 12.3978719), (3, 15.1842300), (4, 17.5332386), (12, 30.3684601)],
)
def test_a_budget_split_into_waves(waves, expected):
    n = 1200 / waves
    assert plan.detectable_change(V, n, V, n) == approx(expected, abs=1e-6)


def test_slopes():
    assert plan.detectable_slope(0.05, 6) == approx((0.0119523, 0.0334853), abs=1e-7)
    assert plan.detectable_slope(0.05, [0, 1, 2, 3, 4, 5]) == approx(plan.detectable_slope(0.05, 6))


@given(st.floats(0.5, 0.99), st.integers(20, 5000))
def test_power_and_detectable_change_agree(level, n):
    change = plan.detectable_change(V, n, V, n, power=level)
    assert plan.power(change, V, n, V, n) == approx(level, abs=1e-4)


@given(st.integers(10, 5000), st.integers(0, 100_000))
def test_margin_and_size_agree(n, more):
    margin = plan.margin_of_error(0.21, n, population=n + more + 10)
    assert plan.required_n(0.21, margin, population=n + more + 10).n == n


@pytest.mark.parametrize(
    "call",
    [
        lambda: plan.required_n(0.25, 0),
        lambda: plan.required_n(0.25, 0.03, response_rate=0),
        lambda: plan.required_n(0.25, 0.01, population=500, deff=3),
        lambda: plan.margin_of_error(0.25, 500, population=100),
        lambda: plan.margin_of_error(0.25, 0),
        lambda: plan.share_variance(70),
        lambda: plan.score_variance(0.7, 0.5),
        lambda: plan.cluster_deff(0, 0.1),
        lambda: plan.detectable_change(V, 400, V, 400, covariance=100),
        lambda: plan.detectable_change(V, 400, V, 400, power=80),
        lambda: plan.detectable_slope(0.05, 1),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(StatisticsError, match="try"):
        call()
