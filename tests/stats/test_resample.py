"""Streams by name, counts and percentile intervals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.resample import multinomial_counts, percentile_interval, stream


def test_streams_are_their_own():
    assert stream(1, "kpis").random() == stream(1, "kpis").random()
    assert stream(1, "kpis").random() != stream(1, "gaps").random()
    assert stream(1, "kpis").random() != stream(2, "kpis").random()


def test_a_stream_is_the_same_on_every_machine():
    assert stream(20260101, "drivers").integers(0, 1000, 3).tolist() == [801, 190, 476]


@given(st.integers(1, 40), st.integers(1, 20), st.integers(0, 60))
def test_counts_sum_to_the_draws(n, n_resamples, size):
    counts = multinomial_counts(n, n_resamples, np.random.default_rng(0), size=size)
    assert counts.shape == (n_resamples, n)
    assert (counts.sum(axis=1) == size).all()


def test_counts_are_even():
    counts = multinomial_counts(4, 20_000, np.random.default_rng(3))
    assert counts.mean(axis=0) == pytest.approx([1] * 4, abs=0.03)
    assert counts.var(axis=0) == pytest.approx([0.75] * 4, abs=0.03)


def test_percentiles_as_r_type_6():
    draws = np.random.default_rng(0).permutation(np.arange(1.0, 1000))
    assert percentile_interval(draws) == pytest.approx([25, 975])
    assert percentile_interval(draws, 0.9) == pytest.approx([50, 950])


def test_failed_draws_leave_their_column_only():
    draws = np.column_stack([np.arange(1.0, 100), np.arange(1.0, 100), np.full(99, np.nan)])
    draws[0, 1] = np.nan
    ends = percentile_interval(draws)
    assert ends[:, 0] == pytest.approx([2.5, 97.5])
    assert ends[0, 1] > 2.5
    assert np.isnan(ends[:, 2]).all()


def test_percent_for_level_is_refused():
    with pytest.raises(StatisticsError, match=r"write 0\.95"):
        percentile_interval([1, 2, 3], 95)
