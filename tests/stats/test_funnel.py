"""Funnel limits and ranks of service points."""

import numpy as np
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats.funnel import funnel, ranks

X = np.array([120, 135, 110, 180, 150, 95, 140, 160, 125, 170])
N = np.array([1000, 1050, 980, 1100, 1020, 990, 1010, 1080, 1000, 1060])


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def test_overdispersion_widens_the_limits():
    found, plain = funnel(X, N), funnel(X, N, adjust=False)
    assert found.dispersion == near(3.7053297)
    assert (found.z**2).sum() == near(37.0532967)
    assert found.overdispersed
    reach = plain.high3 - plain.centre
    assert found.high3 - found.centre == near(np.sqrt(3.7053297) * reach)
    assert plain.place[5] == "low"
    assert found.place[5] == "usual"
    assert plain.place[3] == "rather_high"


def test_no_widening_where_chance_explains_all():
    found = funnel([10, 11, 9, 10, 10], [100] * 5)
    assert found.dispersion < 1
    assert not found.overdispersed
    assert found.high2[0] == near(0.1 + 2 * np.sqrt(0.1 * 0.9 / 100))


def test_limits_stay_shares():
    found = funnel([0, 1, 0, 2, 0], [10, 10, 5, 20, 10])
    assert (found.low3 == 0).all()
    assert (found.high3 <= 1).all()


def test_ranks_are_surer_with_more_customers():
    few, many = ranks(X, N, seed=1), ranks(X * 100, N * 100, seed=1)
    assert few.rank.tolist() == many.rank.tolist()
    assert few.rank[3] == 1
    assert few.rank[5] == 10
    assert (few.rank_low <= few.rank).all()
    assert (few.rank <= few.rank_high).all()
    assert (many.rank_high - many.rank_low).sum() < (few.rank_high - few.rank_low).sum()


def test_equal_rates_share_a_rank():
    assert ranks([10, 10, 20, 5, 5], [100] * 5, seed=1).rank.tolist() == [2, 2, 1, 4, 4]


def test_fewer_than_five_belong_in_a_table():
    with pytest.raises(StatisticsError, match="five service points"):
        funnel(X[:4], N[:4])
    with pytest.raises(StatisticsError, match="no count"):
        funnel([1, 2, np.nan, 3, 4], [10] * 5)
