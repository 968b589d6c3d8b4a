"""Correspondence, kappa and words: known answers of other programs, and laws."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.agreement import kappa, kappa_of_table
from cxresearch.stats.correspondence import adjusted_residuals, correspondence, projected
from cxresearch.stats.keywords import log_odds, tf_idf

BRANDS = pd.DataFrame([[60, 30, 10], [40, 45, 25], [20, 25, 45]])  # R chisq.test, MASS::corresp
RESIDUALS = [
    [5.0, -0.8660254, -4.6159309],
    [-0.9782320, 2.1179344, -1.1740173],
    [-4.1147560, -1.3363062, 5.9829303],
]


def test_residuals_and_inertias_are_those_of_r():
    found = correspondence(BRANDS)
    assert found.chi2 == pytest.approx(49.9671717, abs=1e-7)
    assert found.residuals.to_numpy() == pytest.approx(np.array(RESIDUALS), abs=1e-6)
    assert found.inertias == pytest.approx([0.1519000, 0.0146572], abs=1e-7)
    assert found.shares[0] == pytest.approx(0.9119989, abs=1e-7)


def test_a_brand_is_projected_onto_its_own_place():
    found = correspondence(BRANDS)
    again = projected(found, BRANDS.to_numpy(dtype=float)[None])[0]
    assert again == pytest.approx(found.rows.to_numpy())


@pytest.mark.parametrize("table", [[[1, 2]], [[1, 0], [2, 0]], [[1, -1], [2, 3]]])
def test_tables_without_a_map_are_refused(table):
    with pytest.raises(StatisticsError):
        correspondence(pd.DataFrame(table))


@given(st.lists(st.integers(1, 60), min_size=6, max_size=6))
def test_residuals_do_not_mind_the_order_of_brands(cells):
    table = np.array(cells, dtype=float).reshape(2, 3)
    assert adjusted_residuals(table[::-1]) == pytest.approx(adjusted_residuals(table)[::-1])


def test_kappa_is_that_of_psych():
    found = kappa_of_table([[40, 5, 1], [6, 30, 4], [2, 3, 9]])
    assert found.observed == pytest.approx(0.79)
    assert found.expected == pytest.approx(0.3924)
    assert found.estimate == pytest.approx(0.6543779, abs=1e-7)
    assert found.n == 100


def test_kappa_of_codes_is_kappa_of_their_table_with_an_interval():
    table = np.array([[40, 5, 1], [6, 30, 4], [2, 3, 9]])
    first = np.repeat([0, 0, 0, 1, 1, 1, 2, 2, 2], table.ravel())
    second = np.repeat([0, 1, 2] * 3, table.ravel())
    found = kappa(first, second, n_resamples=999, rng=np.random.default_rng(3))
    assert found.estimate == pytest.approx(0.6543779, abs=1e-7)
    # asymptotic standard error of psych::cohen.kappa is .065
    assert found.conf_low == pytest.approx(0.6544 - 1.96 * 0.065, abs=0.03)
    assert found.conf_high == pytest.approx(0.6544 + 1.96 * 0.065, abs=0.03)


def test_tf_idf_by_hand():
    found = tf_idf(["slow delivery", "slow support", "friendly support support"])
    assert found.loc[0, ["delivery", "slow"]].tolist() == pytest.approx([0.7959605, 0.6053485])
    assert found.loc[1, ["slow", "support"]].tolist() == pytest.approx([0.7071068, 0.7071068])
    assert found.loc[2, ["friendly", "support"]].tolist() == pytest.approx([0.5493512, 0.8355915])


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=8))
def test_log_odds_change_sign_with_the_sides(pairs):
    first, second = (np.array(side) + 1 for side in zip(*pairs, strict=True))
    there, back = log_odds(first, second), log_odds(second, first)
    assert there["estimate"].to_numpy() == pytest.approx(-back["estimate"].to_numpy())
    assert there["q_value"].to_numpy() == pytest.approx(back["q_value"].to_numpy())


def test_a_rare_word_is_held_back():
    found = log_odds([2, 40, 300], [0, 10, 300], terms=["rare", "often", "the"])
    assert found["statistic"].idxmax() == "often"
