"""Sums that stand for respondents: combined, drawn and turned as their rows would be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.stats.importance import bootstrap_sums, shapley
from cxresearch.stats.importance.replicates import GroupProducts, Products
from cxresearch.stats.moments import Sums
from cxresearch.stats.resample import multinomial_counts

NAMES = ["a", "b", "c", "y"]


def rows(n: int = 240, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3)) + rng.normal(size=(n, 1))
    return np.column_stack([X, X @ [0.5, 0.3, 0.0] + rng.normal(size=n)])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), weighted=st.booleans())
def test_turned_sums_are_those_of_turned_rows(seed: int, weighted: bool) -> None:
    rng = np.random.default_rng(seed)
    X, T = rng.normal(3, 2, (40, 3)), rng.normal(size=(3, 2))
    w = rng.choice([0.5, 1.0, 2.0], 40) if weighted else None
    groups = rng.integers(0, 4, 40)
    sums = Sums.of_rows(X, w, ["a", "b", "c"], groups)
    edges = (X @ T).min(axis=0), (X @ T).max(axis=0)
    turned = sums.turned(T, ["p", "q"], sums.centre @ T, *edges)
    direct = Sums.of_rows(X @ T, w, ["p", "q"], groups)
    for name in ("first", "second", "first_squared", "second_squared", "weight", "n"):
        np.testing.assert_allclose(getattr(turned, name), getattr(direct, name), atol=1e-9)
    np.testing.assert_allclose(turned.total().cov, direct.total().cov, atol=1e-9)
    np.testing.assert_allclose(turned.total().mean, direct.total().mean, atol=1e-9)


def test_the_edges_are_those_of_the_groups_taken() -> None:
    X, groups = rows(), np.arange(240) % 6
    sums = Sums.of_rows(X, None, NAMES, groups)
    part = sums.of(np.array([1, 4]))
    inside = X[np.isin(groups, [1, 4])]
    np.testing.assert_array_equal(part.total().low, inside.min(axis=0))
    np.testing.assert_array_equal(part.total().high, inside.max(axis=0))
    assert part.total().n == len(inside)


def test_groups_drawn_are_their_rows_drawn() -> None:
    X, groups = rows(), np.arange(240) % 30
    W = np.random.default_rng(2).multinomial(30, np.ones(30) / 30, size=7).astype(float)
    found = GroupProducts(Sums.of_rows(X, None, NAMES, groups)).covariances(W)
    slow = Products(X).covariances(W[:, groups])
    scale = np.sqrt(np.einsum("bii->bi", slow)[:, :, None] * np.einsum("bii->bi", slow)[:, None])
    other = np.sqrt(np.einsum("bii->bi", found)[:, :, None] * np.einsum("bii->bi", found)[:, None])
    np.testing.assert_allclose(found / other, slow / scale, atol=1e-12)


def test_parts_of_every_draw_sum_to_its_r_squared_and_are_those_of_its_covariances() -> None:
    X, groups = rows(), np.arange(240) % 40
    sums = Sums.of_rows(X, None, NAMES, groups)
    found = bootstrap_sums(sums, n_resamples=25, seed=5, outcome="y", noise=True)
    np.testing.assert_allclose(found.draws.sum(axis=1), found.r_squared, atol=1e-12)
    W = multinomial_counts(40, 25, np.random.default_rng(5).spawn(3)[0])
    for counts, values in zip(W[:3], found.draws[:3], strict=True):
        drawn = pd.DataFrame(X, columns=NAMES).loc[np.repeat(np.arange(240), counts[groups])]
        slow = shapley(drawn.cov(), "y")
        assert slow.to_numpy() == pytest.approx(values, abs=1e-12)


def test_noise_of_groups_is_as_small_as_noise_of_rows() -> None:
    X = rows(4000, seed=3)
    sums = Sums.of_rows(X, None, NAMES, np.arange(4000) % 400)
    found = bootstrap_sums(sums, n_resamples=400, seed=1, outcome="y", noise=True)
    assert found.noise is not None
    left = (1 - found.point.r_squared) / 4000  # what an independent driver explains by chance
    assert 0.5 * left < found.noise.mean() < 3 * left
