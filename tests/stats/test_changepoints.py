"""Change points against worked values, brute force, strucchange and simulation."""

import json
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.changepoints import calibrated_penalty, find, segmentations

STEP = [7.1, 7.05, 7.12, 7.08, 7.15, 7.06, 7.45, 7.5, 7.42, 7.48, 7.44, 7.5]


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def test_one_step():
    found = find(STEP, [0.009] * 12, seed=1)
    assert [one.cost for one in found.segmentations] == near([47.4546296, 1.4092593, 1.2972222])
    assert found.verdict == "break"
    (step,) = found.breaks
    assert step.start == 6
    assert step.date_set == (6,)
    assert step.date_weights[6] == near(0.9972, 5e-5)
    assert step.date_weights.sum() == near(1)
    assert found.segmentations[1].means == near([7.0933333, 7.4650000])
    assert step.std_error == near(0.0547723)
    assert step.estimate == near(7.4650000 - 7.0933333)
    assert step.conf_high - step.estimate == near(1.959964 * step.std_error)
    costs = [one.cost + 4.9698133 * one.n_breaks for one in found.segmentations]
    assert int(np.argmin(costs)) == 1  # with 2 ln T as well
    assert found.p_walk <= 0.05


def test_bic_of_steps_and_walk():
    found = find(STEP, [0.009] * 12, seed=1)
    constant = 12 * np.log(2 * np.pi * 0.009)
    assert found.bic_steps == near(constant + 1.4092593 + 3 * np.log(12))
    # the walk by brute force: density of the series at the best level and Qs
    y = np.array(STEP)
    least = np.inf
    for q in np.geomspace(1e-5, 1, 2000):
        V = np.diag([0.009] * 12) + q * np.minimum.outer(np.arange(12), np.arange(12))
        W = np.linalg.inv(V)
        r = y - W.sum(axis=0) @ y / W.sum()
        least = min(least, 12 * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + r @ W @ r)
    assert found.bic_local_level == near(least + 2 * np.log(12), 2e-3)


def test_steady_series_has_no_break():
    found = find([7.2, 7.15, 7.22, 7.18, 7.25, 7.1, 7.2, 7.17], [0.009] * 8, seed=1)
    assert found.verdict == "no_break"
    assert found.breaks == ()
    assert np.isnan(found.p_walk)


def test_drift_is_not_called_a_step():
    y = 7 + 0.08 * np.arange(20)
    found = find(y, [0.009] * 20, seed=1)
    assert found.verdict == "step_or_drift"
    assert found.breaks


def test_missing_waves_keep_their_places():
    y, H = np.array([*STEP[:4], np.nan, *STEP[4:]]), np.full(13, 0.009)
    found = find(y, H, seed=1)
    assert found.breaks[0].start == 7
    assert found.breaks[0].date_weights[4] == 0
    assert len(found.breaks[0].date_weights) == 13


def test_two_breaks_have_a_date_each():
    y = np.r_[np.zeros(6), np.full(6, 1.0), np.full(6, 3.0)]
    found = find(y, np.full(18, 0.01), seed=1)
    assert [one.start for one in found.breaks] == [6, 12]
    assert [one.estimate for one in found.breaks] == near([1.0, 2.0])
    # all pairs of dates, one by one
    weights = np.zeros((2, 18))
    for a, b in combinations(range(2, 17), 2):
        if b - a >= 2:
            parts = (y[:a], y[a:b], y[b:])
            cost = sum(((p - p.mean()) ** 2).sum() / 0.01 for p in parts)
            weights[0, a] += np.exp(-cost / 2)
            weights[1, b] += np.exp(-cost / 2)
    weights /= weights.sum(axis=1, keepdims=True)
    assert found.breaks[0].date_weights == near(weights[0], 1e-9)
    assert found.breaks[1].date_weights == near(weights[1], 1e-9)


def test_penalty_holds_the_false_alarm_rate():
    v = np.array([0.01, 0.02, 0.01, 0.04, 0.01, 0.01, 0.03, 0.01, 0.02, 0.01, 0.01, 0.02])
    penalty = calibrated_penalty(v, max_breaks=2, rng=np.random.default_rng(1))
    assert penalty > 2 * np.log(12)
    rng = np.random.default_rng(2)
    alarms = 0
    for _ in range(400):
        costs = [s.cost for s in segmentations(rng.normal(0, np.sqrt(v)), v, max_breaks=2)]
        alarms += int(np.argmin(np.array(costs) + penalty * np.arange(3)) > 0)
    assert 0.02 <= alarms / 400 <= 0.08


def test_walks_are_rarely_called_steps():
    rng = np.random.default_rng(3)
    claims = 0
    for _ in range(60):
        y = np.cumsum(rng.normal(size=16)) + rng.normal(size=16)
        found = find(y, np.ones(16), seed=rng, n_simulations=300, n_walks=200)
        claims += found.verdict == "break"
    assert claims <= 9


def test_seed_decides_everything():
    one, two = (find(STEP, [0.009] * 12, seed=7) for _ in range(2))
    assert (one.penalty, one.p_walk) == (two.penalty, two.p_walk)


@settings(max_examples=30, deadline=None)
@given(y=st.lists(st.floats(-3, 3), min_size=8, max_size=11))
def test_dynamic_programming_is_exact(y):
    y = np.array(y)
    v = np.linspace(0.5, 2.0, len(y))

    def cost(a, b):
        part, w = y[a:b], 1 / v[a:b]
        return float((w * (part - np.average(part, weights=w)) ** 2).sum())

    found = segmentations(y, v, max_breaks=2)
    cuts = range(2, len(y) - 1)
    one = min(cost(0, a) + cost(a, len(y)) for a in cuts)
    two = min(
        cost(0, a) + cost(a, b) + cost(b, len(y)) for a, b in combinations(cuts, 2) if b - a >= 2
    )
    assert [s.cost for s in found] == near([cost(0, len(y)), one, two], 1e-8)


@pytest.mark.parametrize("n", [1, 3])
def test_too_short(n):
    with pytest.raises(StatisticsError, match="too short for a break"):
        find([7.0] * n, [0.01] * n, seed=1, max_breaks=1)


@pytest.mark.reference
@pytest.mark.parametrize("case", ["brk_nile", "brk_boston_homicides"])
def test_breaks_as_in_strucchange(reference, case):
    cases = json.loads((reference / "oracles/changepoint.json").read_text(encoding="utf-8"))
    one = next(c for c in cases if c["id"] == case)
    y = pd.read_csv(reference / "oracles/data" / one["data"])["value"].to_numpy(dtype=float)
    T, theirs = len(y), one["expected"]["mean_model"]
    found = segmentations(y, np.ones(T), min_waves=int(one["args"]["h"] * T), max_breaks=5)
    assert [s.cost for s in found] == pytest.approx(theirs["rss"], rel=1e-9)
    counts = np.arange(6)
    rss = np.array([s.cost for s in found])
    bic = T * (np.log(rss / T) + 1 + np.log(2 * np.pi)) + np.log(T) * (2 * counts + 2)
    assert bic == pytest.approx(theirs["bic"], rel=1e-9)
    # R counts from one and names the last observation of the old level
    assert found[int(bic.argmin())].starts == (theirs["breakpoints"],)
