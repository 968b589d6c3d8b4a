"""Signs of careless answers: the known answer, edge cases and laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.stats import carelessness

ROW = [4, 4, 4, 4, 5, 5, 3, 3, 3, 3, 3, 2]


def test_the_fixture():
    assert carelessness.longest_run([ROW]).tolist() == [5]
    assert carelessness.mean_run([ROW]).tolist() == [3.0]
    assert carelessness.variability([ROW])[0] == pytest.approx(0.9003366, abs=1e-7)


def test_nothing_is_judged_without_answers():
    blank = np.full((1, 12), np.nan)
    for measure in (carelessness.longest_run, carelessness.mean_run, carelessness.variability):
        assert np.isnan(measure(blank)).all()
    assert np.isnan(carelessness.mahalanobis(blank)[1]).all()


def test_blanks_are_passed_over():
    row = [4, np.nan, 4, 4, np.nan, 2]
    assert carelessness.longest_run([row]).tolist() == [3]
    assert carelessness.mean_run([row]).tolist() == [2]


@given(st.lists(st.integers(1, 7), min_size=2, max_size=30))
def test_runs_and_variation_do_not_mind_the_labels_of_answers(row):
    turned = [8 - one for one in row]
    for measure in (carelessness.longest_run, carelessness.mean_run, carelessness.variability):
        np.testing.assert_allclose(measure([row]), measure([turned]), atol=1e-12)
    runs = carelessness.mean_run([row])[0]
    assert 1 <= runs <= carelessness.longest_run([row])[0] <= len(row)


def test_distances_are_those_of_the_formula_and_sum_to_the_items():
    rng = np.random.default_rng(2)
    answers = rng.normal(size=(100, 4)) @ rng.normal(size=(4, 4))
    distance, p = carelessness.mahalanobis(answers)
    away = answers - answers.mean(axis=0)
    inverse = np.linalg.inv(np.cov(answers, rowvar=False))
    np.testing.assert_allclose(distance, np.einsum("ij,jk,ik->i", away, inverse, away))
    assert distance.sum() == pytest.approx(4 * 99)
    assert ((p > 0) & (p < 1)).all()
    singular = np.column_stack([answers, answers[:, 0]])
    assert np.isnan(carelessness.mahalanobis(singular)[0]).all()


def test_even_odd_needs_three_scales_that_vary():
    scales = [[0, 1], [2, 3], [4, 5]]
    found = carelessness.even_odd(
        [[5, 5, 3, 3, 1, 1], [4] * 6, [5, 5, 3, 3, np.nan, np.nan], [5, 1, 3, 3, 1, 5]], scales
    )
    np.testing.assert_allclose(found, [1, np.nan, np.nan, -1])
    r = np.corrcoef([5, 3, 1], [4, 1, 2])[0, 1]
    one = carelessness.even_odd([[5, 4, 3, 1, 1, 2]], scales)[0]
    assert one == pytest.approx(2 * r / (1 + r))


def test_pairs_and_consistency_do_not_mind_order_or_scale():
    rng = np.random.default_rng(4)
    trait = rng.normal(size=(200, 1))
    table = trait * [1, 1, 1, -1] + 0.4 * rng.normal(size=(200, 4))
    pairs = carelessness.similar_pairs(table)
    assert [sign for *_, sign in pairs] == [1, 1, -1, 1, -1, -1]
    assert carelessness.similar_pairs(10 * table + 3) == pairs
    found = carelessness.pair_consistency(table, pairs)
    again = carelessness.pair_consistency(table, pairs[::-1])
    np.testing.assert_allclose(found, again)
    assert np.isnan(carelessness.pair_consistency(table, pairs[:2])).all()


def test_consistency_over_pairs_is_a_correlation_within_the_person():
    row = np.array([[1.0, 2, 4, 5, 3, 3, 7, 6]])
    pairs = [(0, 1, 1), (2, 3, 1), (4, 5, 1), (6, 7, 1)]
    wanted = np.corrcoef(row[0, ::2], row[0, 1::2])[0, 1]
    assert carelessness.pair_consistency(row, pairs)[0] == pytest.approx(wanted)
    row[0, 7] = np.nan
    wanted = np.corrcoef(row[0, :6:2], row[0, 1:6:2])[0, 1]
    assert carelessness.pair_consistency(row, pairs)[0] == pytest.approx(wanted)


def test_speed_over_pages_is_cut_and_compared_within_groups():
    times = np.array([[10.0, 10], [10, 10], [10, 10], [1, 10], [30, 30], [30, 30], [30, 30]])
    alike = [0, 0, 0, 0, 1, 1, 1]
    found = carelessness.page_speed(times, alike)
    assert found.tolist() == [1, 1, 1, 2, 1, 1, 1]
    np.testing.assert_allclose(carelessness.page_speed(60 * times, alike), found)
    assert np.isnan(carelessness.page_speed([[0.0, np.nan]])).all()
