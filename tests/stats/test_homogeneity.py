"""Q test and weighted line against worked values and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.homogeneity import homogeneity, random_effects_line, weighted_line

S10 = np.array([7.10, 7.25, 7.05, 7.30, 7.42, 7.28, 7.50, 7.61, 7.48, 7.70])
H10 = 3.61 / np.array([400, 380, 420, 150, 390, 410, 400, 395, 120, 405])


def near(value):
    return pytest.approx(value, abs=1e-6)


def test_heterogeneity_of_ten_waves():
    test = homogeneity(S10, H10)
    assert test.estimate == near(7.3635879)
    assert test.std_error**2 == near(0.0010403)
    assert test.statistic == near(43.6556318)
    assert test.df == 9
    assert test.p_value == pytest.approx(1.6333e-6, rel=1e-4)
    assert test.i_squared == near(1 - 9 / 43.6556318)


def test_flat_series_is_consistent_with_sampling_error():
    test = homogeneity([7.2, 7.15, 7.22, 7.18, 7.25, 7.1], [0.009] * 6)
    assert (test.estimate, test.statistic, test.p_value) == near((7.1833333, 1.5703704, 0.9048090))
    assert test.df == 5
    assert test.i_squared == 0


def test_line_with_known_variances():
    line = weighted_line(S10, H10)
    assert (line.intercept, line.intercept_se) == near((7.0738741, 0.0582487))
    assert (line.slope, line.slope_se) == near((0.0667978, 0.0111832))
    assert (line.statistic, line.df, line.p_value) == near((7.9779806, 8, 0.4356240))
    assert line.slope_high - line.slope == near(1.959964 * line.slope_se)


def test_random_effects_leave_a_fitting_line_alone():
    known, random = weighted_line(S10, H10), random_effects_line(S10, H10)
    assert random.extra_variance == 0
    assert random.slope == near(known.slope)
    assert random.slope_low < known.slope_low  # Student's t in place of the normal


def test_random_effects_bring_the_residual_down_to_its_expectation():
    y = S10 + np.tile([0.3, -0.3], 5)
    line = random_effects_line(y, H10)
    assert line.extra_variance > 0
    assert weighted_line(y, H10 + line.extra_variance).statistic == near(8)
    assert line.statistic == near(weighted_line(y, H10).statistic)
    assert line.slope_se > weighted_line(y, H10).slope_se


def test_missing_wave_keeps_its_place_on_the_line():
    y = np.array([1.0, np.nan, 3.0, 4.0])
    assert weighted_line(y, [0.1, np.nan, 0.1, 0.1]).slope == near(1.0)
    assert homogeneity(y, [0.1, np.nan, 0.1, 0.1]).df == 2


def test_times_in_waves():
    line = weighted_line([1.0, 2.0, 6.0], [0.1, 0.2, 0.3], times=[0, 1, 5])
    assert (line.intercept, line.slope, line.statistic) == near((1.0, 1.0, 0.0))


@given(
    y=st.lists(st.floats(-5, 5), min_size=4, max_size=10),
    shift=st.floats(-100, 100),
    factor=st.floats(0.1, 10),
)
def test_shift_and_unit(y, shift, factor):
    y = np.array(y)
    v = np.linspace(0.5, 1.5, len(y))
    plain, moved = homogeneity(y, v), homogeneity(factor * y + shift, factor**2 * v)
    assert moved.statistic == pytest.approx(plain.statistic, rel=1e-6, abs=1e-6)
    assert moved.estimate == pytest.approx(factor * plain.estimate + shift, abs=1e-6)
    line, other = weighted_line(y, v), weighted_line(factor * y + shift, factor**2 * v)
    assert other.slope == pytest.approx(factor * line.slope, abs=1e-6)
    assert line.statistic <= plain.statistic + 1e-9


@pytest.mark.parametrize(
    ("function", "y", "v", "words"),
    [
        (homogeneity, [7.0], [0.1], "too few observed waves"),
        (weighted_line, [7.0, 7.1], [0.1, 0.1], "at least 3"),
        (homogeneity, [7.0, 7.1], [0.1, 0.0], "variance of zero"),
    ],
)
def test_refusals(function, y, v, words):
    with pytest.raises(StatisticsError, match=words):
        function(y, v)
