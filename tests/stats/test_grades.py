"""Logit and ordered logit, alone and on every set of drivers: known answers, laws, witnesses."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import importance
from cxresearch.stats.grades import cumulative_logit
from cxresearch.stats.importance.cumulative import Cumulative
from cxresearch.stats.survey import Design

ORDERED_Y = [1, 1, 2, 1, 2, 3, 2, 3, 3, 3, 1, 2]
ORDERED_X = [1, 2, 2, 3, 3, 4, 4, 5, 5, 3, 1, 5]
LOGIT_X = [2, 3, 4, 5, 6, 7, 8, 9, 10, 6]
LOGIT_Y = [0, 0, 1, 0, 1, 0, 1, 1, 1, 1]
MPG = """
21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4 30.4 33.9
21.5 15.5 15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4
"""
CARS = pd.DataFrame(
    {
        "mpg": [float(word) for word in MPG.split()],
        "am": [1.0] * 3 + [0.0] * 14 + [1.0] * 3 + [0.0] * 5 + [1.0] * 7,
    }
)
VS = np.array([float(digit) for digit in "00110101111000000111100001010001"])


def data(n=150, p=4, seed=3, grades=2):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, p)), columns=list("abcd")[:p])
    latent = X["a"] + 0.5 * X["b"] + rng.logistic(size=n)
    return X, np.digitize(latent, np.linspace(-1, 1, grades - 1)).astype(float)


def test_ordered_known_answer():
    fit = cumulative_logit(ORDERED_Y, {"x": ORDERED_X})
    assert fit.terms.loc[0, "estimate"] == pytest.approx(1.3714633, abs=1e-6)
    assert fit.terms.loc[0, "std_error"] == pytest.approx(0.5916895, abs=1e-6)
    np.testing.assert_allclose(fit.thresholds, [3.1918540, 5.6545898], atol=1e-6)
    assert -2 * fit.log_likelihood == pytest.approx(18.3432282, abs=1e-6)


def test_logit_known_answer():
    fit = cumulative_logit(LOGIT_Y, {"x": LOGIT_X})
    assert fit.thresholds.iloc[0] == pytest.approx(3.3982785, abs=1e-6)
    assert fit.terms.loc[0, "estimate"] == pytest.approx(0.6713743, abs=1e-6)
    assert fit.terms.loc[0, "std_error"] == pytest.approx(0.4306179, abs=1e-6)


def test_logit_importance_known_answer():
    values = importance.mcfadden_shapley(CARS, VS)
    np.testing.assert_allclose(values, [0.4632169, 0.0660526], atol=1e-6)
    assert values.sum() == pytest.approx(0.5292695, abs=1e-6)


def test_separation_is_said():
    assert cumulative_logit([0, 0, 0, 1, 1, 1], {"x": [1, 2, 3, 4, 5, 6]}).separated
    frame = pd.DataFrame({"x": np.arange(40.0)})
    with pytest.raises(StatisticsError, match="separate"):
        importance.mcfadden_bootstrap(frame, (frame["x"] > 20).astype(float), n_resamples=20)


def test_a_weight_of_two_is_two_respondents():
    X, y = data()
    w = np.repeat([1.0, 2.0], 75)
    twice = np.repeat(np.arange(150), w.astype(int))
    weighted = importance.mcfadden_shapley(X, y, w)
    repeated = importance.mcfadden_shapley(X.iloc[twice].reset_index(drop=True), y[twice])
    np.testing.assert_allclose(weighted, repeated, atol=1e-8)


def test_design_errors_are_those_of_the_clusters():
    X, y = data()
    twice = pd.concat([X, X], ignore_index=True)
    outcome = np.concatenate([y, y])
    alone = Design.build(300, clusters=np.tile(np.arange(150), 2))
    whole = cumulative_logit(outcome, twice, design=alone)
    plain = cumulative_logit(y, X)
    np.testing.assert_allclose(whole.terms["estimate"], plain.terms["estimate"], atol=1e-7)
    ratio = whole.terms["std_error"] / plain.terms["std_error"]
    assert ratio.between(0.75, 1.35).all()


def test_all_sets_at_once_are_the_sets_one_by_one():
    X, y = data(grades=4)
    values = X.to_numpy()
    sets = (np.arange(16)[:, None] >> np.arange(4) & 1).astype(bool)
    together = Cumulative(values, y.astype(int)).fit(sets, np.ones((1, 150)))
    for number in (1, 6, 15):
        chosen = X.iloc[:, np.flatnonzero(sets[number])]
        alone = cumulative_logit(y, chosen)
        assert together.level[number] == pytest.approx(alone.log_likelihood, abs=1e-8)
        np.testing.assert_allclose(
            together.slopes[number][sets[number]], alone.terms["estimate"], atol=1e-6
        )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([2, 3, 5]))
def test_shapley_by_batches_is_shapley_by_single_fits(seed, grades):
    X, y = data(80, 3, seed, grades)
    values = importance.mcfadden_shapley(X, y, model="logit" if grades == 2 else "ordered")
    null = cumulative_logit(y, X).log_likelihood_null

    def fit(drivers):
        return cumulative_logit(y, X[list(drivers)]).mcfadden if drivers else 0.0

    np.testing.assert_allclose(values, importance.shapley_fit(list(X), fit), atol=1e-7)
    assert null < 0
    assert values.sum() == pytest.approx(fit(tuple(X)), abs=1e-9)


def test_blocks_are_the_game_of_their_unions():
    X, y = data()
    blocks = {"one": ["a", "b"], "two": ["c", "d"]}
    drawn = importance.mcfadden_bootstrap(X, y, n_resamples=30, blocks=blocks)
    expected = importance.mcfadden_shapley(X, y, groups=blocks)
    found = drawn.blocks.table.set_index("block")["estimate"]
    np.testing.assert_allclose(found[expected.index], expected, atol=1e-12)
    assert drawn.n_resamples == 30


def test_noise_is_the_yardstick():
    X, y = data(400)
    table = importance.mcfadden_bootstrap(X, y, n_resamples=120, noise=True).table
    beats = table.set_index("driver")["beats_noise"]
    assert beats["a"]
    assert not beats["c"]


def test_parallel_slopes_are_tested():
    rng = np.random.default_rng(5)
    x = rng.normal(size=3000)
    alike = np.digitize(x + rng.logistic(size=3000), [-1, 1])
    assert cumulative_logit(alike, {"x": x}).parallel.p_value > 0.01
    first = x * 2 + rng.logistic(size=3000) > -1
    second = first & (0.2 * x + rng.logistic(size=3000) > 0)
    unlike = first.astype(int) + second.astype(int)
    assert cumulative_logit(unlike, {"x": x}).parallel.p_value < 0.001


@pytest.mark.reference
def test_witnesses_of_logit_and_ordered_logit(reference):
    folder = reference / "oracles"
    cases = {one["id"]: one for one in json.loads((folder / "regression.json").read_text())}
    frame = pd.read_csv(folder / "data" / "univer.csv")
    case = cases["ordinal_univer"]
    x = case["args"]["x"]
    frame = frame.dropna(subset=[*x, "global"])
    fit = cumulative_logit(frame["global"], frame[x])
    clm = case["expected"]["clm"]
    np.testing.assert_allclose(fit.terms["estimate"], [clm["coef"][k] for k in x], atol=1e-8)
    np.testing.assert_allclose(fit.terms["std_error"], [clm["se"][k] for k in x], atol=1e-8)
    np.testing.assert_allclose(fit.thresholds, list(clm["thresholds"].values()), atol=1e-7)
    assert fit.log_likelihood == pytest.approx(clm["loglik"], abs=1e-8)
    binary = cases["logit_univer"]["expected"]
    fit = cumulative_logit((frame["global"] >= 6).astype(float), frame[x])
    np.testing.assert_allclose(fit.terms["estimate"], [binary["coef"][k] for k in x], atol=1e-8)
    np.testing.assert_allclose(fit.terms["std_error"], [binary["se"][k] for k in x], atol=1e-8)
    assert fit.mcfadden == pytest.approx(binary["mcfadden"], abs=1e-10)
    assert fit.nagelkerke == pytest.approx(binary["nagelkerke"], abs=1e-10)


@pytest.mark.reference
def test_witness_of_logistic_dominance(reference):
    folder = reference / "oracles"
    cases = {one["id"]: one for one in json.loads((folder / "kda.json").read_text())}
    case = cases["dom_logit_mobi_p4"]
    frame = pd.read_csv(folder / "data" / "mobi.csv")
    values = importance.mcfadden_shapley(
        frame[case["args"]["drivers"]].astype(float), (frame["CUSA1"] >= 9).astype(float)
    )
    expected = case["expected"]["general_domir_mcfadden"]
    np.testing.assert_allclose(values, [expected[k] for k in values.index], atol=1e-8)
    assert values.sum() == pytest.approx(case["expected"]["mcfadden_full"], abs=1e-8)
