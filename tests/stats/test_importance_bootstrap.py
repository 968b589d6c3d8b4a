"""Bootstrap of importance: what a draw is, what is counted, and what noise does."""

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats import importance
from cxresearch.stats.importance import games, replicates


def survey(n: int = 200, p: int = 4, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.7 * rng.normal(size=(n, 1))
    y = X @ np.array([1.0, 0.6, 0.3, 0.0][:p]) + 1.5 * rng.normal(size=n)
    return pd.DataFrame(X, columns=list("abcd")[:p]), y


METHODS = list(importance.METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_a_draw_is_the_estimate_of_its_weights(method: str) -> None:
    X, y = survey()
    W = np.random.default_rng(0).multinomial(200, np.full(200, 1 / 200), size=25).astype(float)
    groups = {"ab": ["a", "b"]}
    found = importance.bootstrap(X, y, method=method, draws=W, groups=groups, covariates=["d"])
    for row, weights in zip(found.draws, W, strict=True):
        cov = importance.weighted_cov(X.assign(y=y), weights)
        expected = importance.decompose(cov, "y", groups, ["d"], method=method)
        np.testing.assert_allclose(row, expected.values, atol=1e-12)
    assert found.r_squared[-1] == pytest.approx(expected.r_squared)
    assert found.n_resamples == 25


def test_the_table() -> None:
    X, y = survey()
    found = importance.bootstrap(X, y, n_resamples=400, seed=1)
    table = found.table
    known = importance.shapley(X.assign(y=y).cov(), "y")
    np.testing.assert_allclose(table["estimate"], known, atol=1e-12)
    assert table["share"].sum() == pytest.approx(1)
    assert table["p_first"].sum() == pytest.approx(1)
    assert table["rank"].tolist() == [1, 2, 3, 4]
    assert (table["conf_low"] < table["estimate"]).all()
    assert (table["estimate"] < table["conf_high"]).all()
    assert (table["rank_low"] <= table["rank"]).all()
    assert (table["rank"] <= table["rank_high"]).all()
    low = np.quantile(found.draws, 0.025, axis=0, method="weibull")
    np.testing.assert_allclose(table["conf_low"], low)
    pairs = found.differences
    assert len(pairs) == 6
    assert (pairs["estimate"] >= 0).all()
    share = (found.draws[:, 0] > found.draws[:, 1]).mean()
    assert pairs.loc[0, ["first", "second", "p_greater"]].tolist() == ["a", "b", share]
    assert found.noise is None
    assert "beats_noise" not in table


def test_one_seed_one_answer() -> None:
    X, y = survey()
    first = importance.bootstrap(X, y, n_resamples=50, seed=7, noise=True)
    again = importance.bootstrap(X, y, n_resamples=50, seed=7, noise=True)
    other = importance.bootstrap(X, y, n_resamples=50, seed=8, noise=True)
    pd.testing.assert_frame_equal(first.table, again.table)
    assert not np.array_equal(first.draws, other.draws)
    # asking for noise does not change the draws
    plain = importance.bootstrap(X, y, n_resamples=50, seed=7)
    np.testing.assert_array_equal(plain.draws, first.draws)


def test_weights_in_any_unit() -> None:
    X, y = survey()
    weights = np.random.default_rng(2).uniform(0.2, 3, len(X))
    one = importance.bootstrap(X, y, weights, n_resamples=40)
    other = importance.bootstrap(X, y, 100 * weights, n_resamples=40)
    np.testing.assert_allclose(one.draws, other.draws, atol=1e-12)


def test_noise_belongs_to_the_rows() -> None:
    """A resample doubles the R² of noise; noise drawn with the rows must feel that too."""
    rng = np.random.default_rng(4)
    n = 100
    X = pd.DataFrame({"signal": rng.normal(size=n), "useless": rng.normal(size=n)})
    y = X["signal"] + rng.normal(size=n)
    found = importance.bootstrap(X, y, n_resamples=3000, noise=True, seed=5, method="first")
    assert found.noise is not None
    # R² of one unrelated driver: about 1/n in a sample, 2/n in a resample of it
    expected = 2 / n
    assert found.noise.mean() == pytest.approx(expected, rel=0.15)
    assert found.table["beats_noise"].tolist() == [True, False]
    assert found.table.loc[0, "p_above_noise"] == 1


def test_noise_covariances() -> None:
    rng = np.random.default_rng(0)
    Z = rng.normal(size=(50, 3))
    W = rng.integers(0, 3, size=(2, 50)).astype(float)
    products = replicates.Products(Z)
    C = products.covariances(W)
    found = products.with_noise(W, C, 2, np.random.default_rng(9))
    noise = np.random.default_rng(9).standard_normal(W.shape)
    standard = (Z - Z.mean(axis=0)) / Z.std(axis=0)
    for draw in range(2):
        columns = np.column_stack([standard[:, :2], noise[draw], standard[:, 2]])
        expected = np.cov(columns.T, aweights=W[draw], ddof=0)
        np.testing.assert_allclose(found[draw], expected, atol=1e-12)


def test_clusters_are_drawn_whole() -> None:
    n, rng = 60, np.random.default_rng(1)
    clusters = np.repeat(np.arange(12), 5)
    strata = np.repeat(["north", "south"], 30)
    weights = rng.uniform(1, 2, n)
    (W,) = replicates.replicate_weights(weights, 200, rng, clusters=clusters, strata=strata)
    factors = W / weights
    for cluster in range(12):
        same = factors[:, clusters == cluster]
        np.testing.assert_allclose(same, same[:, :1] * np.ones(5))
    # five of six clusters, each count times 6/5: every stratum keeps its number of clusters
    per_stratum = factors[:, ::5].reshape(200, 2, 6).sum(axis=2)
    np.testing.assert_allclose(per_stratum, 6)


def test_rows_alone_are_the_clusters_of_a_stratum() -> None:
    strata = np.repeat(["a", "b"], [4, 6])
    rng = np.random.default_rng(1)
    (W,) = replicates.replicate_weights(np.ones(10), 30, rng, strata=strata)
    np.testing.assert_allclose(W[:, :4].sum(axis=1), 4)
    np.testing.assert_allclose(W[:, 4:].sum(axis=1), 6)


def test_blocks_and_owen() -> None:
    X, y = survey()
    blocks = {"first": ["a", "c"], "second": ["b", "d"]}
    found = importance.bootstrap(X, y, n_resamples=60, blocks=blocks, owen_split=True, noise=True)
    assert found.blocks is not None
    assert found.table["driver"].tolist() == ["a", "c", "b", "d"]
    assert found.blocks.table["block"].tolist() == ["first", "second"]
    np.testing.assert_allclose(
        found.draws.reshape(60, 2, 2).sum(axis=2), found.blocks.draws, atol=1e-12
    )
    known = importance.owen(X.assign(y=y).cov(), "y", blocks)
    np.testing.assert_allclose(found.table["estimate"], known, atol=1e-12)
    plain = importance.bootstrap(X, y, n_resamples=60, blocks=blocks)
    assert plain.table["driver"].tolist() == ["a", "b", "c", "d"]
    assert plain.blocks is not None
    np.testing.assert_allclose(plain.blocks.draws, found.blocks.draws, atol=1e-12)


def test_sampled_orders_stay_close(monkeypatch: pytest.MonkeyPatch) -> None:
    X, y = survey()
    exact = importance.bootstrap(X, y, n_resamples=100, noise=True)
    monkeypatch.setattr(games, "EXACT_PLAYERS_PER_DRAW", 2)
    found = importance.bootstrap(X, y, n_resamples=100, noise=True)
    assert found.n_orders == 256
    assert exact.n_orders == 0
    assert np.abs(found.draws - exact.draws).max() < 0.1 * exact.draws.std(axis=0).max()
    assert found.noise is not None
    assert exact.noise is not None
    assert np.corrcoef(found.noise, exact.noise)[0, 1] > 0.95


def test_a_driver_that_vanishes_in_a_draw() -> None:
    X, y = survey(n=40)
    rare = X.assign(rare=np.eye(40)[0])
    found = importance.bootstrap(rare, y, n_resamples=200)
    assert np.isfinite(found.draws).all()
    assert (found.draws[:, 4] < 1e-14).mean() > 0.2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "lmg"}, "unknown method"),
        ({"n_resamples": 5}, "too few draws"),
        ({"conf_level": 95}, "between 0 and 1"),
        ({"draws": np.ones((4, 3))}, "one row per draw"),
        ({"strata": np.arange(200)}, "one cluster"),
        ({"clusters": [1, 2]}, "one value of clusters per row"),
        ({"owen_split": True}, "needs blocks"),
        ({"weights": np.zeros(200)}, "fewer than two rows"),
    ],
)
def test_faults(change: dict, message: str) -> None:
    X, y = survey()
    with pytest.raises(StatisticsError, match=message):
        importance.bootstrap(X, y, **change)


def test_gaps_and_a_rare_outcome() -> None:
    X, y = survey(n=40)
    with pytest.raises(StatisticsError, match="complete rows"):
        importance.bootstrap(X.mask(X > 2), y)
    with pytest.raises(StatisticsError, match="does not vary"):
        importance.bootstrap(X, np.eye(40)[0])
