"""Raking against worked cells and R survey::rake."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.raking import rake

approx = pytest.approx
COUNTS = {"F": (30, 20, 10), "M": (10, 20, 10)}
AGES = ("18-34", "35-54", "55+")
SAMPLE = pd.DataFrame(
    [(s, a) for s, row in COUNTS.items() for a, k in zip(AGES, row, strict=True) for _ in range(k)],
    columns=["sex", "age"],
)
TARGETS = {"sex": {"F": 52, "M": 48}, "age": {"18-34": 28, "35-54": 34, "55+": 38}}


def cells(weights, how):
    frame = SAMPLE.assign(w=weights).groupby(["sex", "age"]).w
    return frame.agg(how).tolist()


def test_one_cycle():
    raked = rake(SAMPLE, TARGETS, max_cycles=1, allow_unconverged=True)
    expected = [19.1578947, 14.2580645, 15.9354839, 8.8421053, 19.7419355, 22.0645161]
    assert cells(raked.weights, "sum") == approx(expected, abs=1e-6)
    assert not raked.converged


def test_converged():
    raked = rake(SAMPLE, TARGETS)
    expected = [0.6607524, 0.7597448, 1.6982531, 0.8177428, 0.9402552, 2.1017469]
    assert cells(raked.weights, "first") == approx(expected, abs=1e-6)
    assert (raked.n_kish, raked.deff) == approx((81.9506076, 1.2202472), abs=1e-6)
    assert raked.cycles == 5
    assert raked.converged
    assert raked.margins.after.tolist() == approx(raked.margins.target.tolist())


def test_shares_and_totals_are_the_same():
    shares = {"sex": {"F": 0.52, "M": 0.48}, "age": {"18-34": 280, "35-54": 340, "55+": 380}}
    raked = rake(SAMPLE, shares)
    assert raked.totals_differ
    assert raked.weights == approx(rake(SAMPLE, TARGETS).weights)
    assert rake(SAMPLE, TARGETS, total=5000).weights.sum() == approx(5000)


def test_infeasible():
    frame = pd.DataFrame({"r": ["a"] * 10 + ["b"] * 10, "c": ["x"] * 10 + ["y"] * 10})
    targets = {"r": {"a": 6, "b": 14}, "c": {"x": 5, "y": 15}}
    with pytest.raises(StatisticsError, match="did not converge"):
        rake(frame, targets)
    assert not rake(frame, targets, allow_unconverged=True).converged


def test_trimming_keeps_the_bounds_and_tells_the_rest():
    raked = rake(SAMPLE, TARGETS, trim=(0.7, 1.6))
    assert raked.high / raked.low <= 1.6 / 0.7 + 1e-9
    assert raked.n_trimmed > 0
    assert raked.margin_error > 1e-6
    assert not raked.converged
    wide = rake(SAMPLE, TARGETS, trim=(0.3, 3))
    assert wide.n_trimmed == 0
    assert wide.weights == approx(rake(SAMPLE, TARGETS).weights)


@given(st.lists(st.floats(0.5, 5), min_size=100, max_size=100))
def test_margins_are_met_from_any_base(base):
    raked = rake(SAMPLE, TARGETS, weights=base)
    assert raked.margins.after.tolist() == approx(raked.margins.target.tolist(), rel=2e-6)
    assert raked.weights.mean() == approx(1)
    again = rake(SAMPLE, TARGETS, weights=np.array(base) * 3)
    assert again.weights == approx(raked.weights)


@pytest.mark.parametrize(
    ("targets", "match"),
    [
        ({"sx": {"F": 1}}, 'did you mean "sex"'),
        ({"sex": {"F": 52}}, "without a target"),
        ({"sex": {"F": 50, "M": 40, "X": 10}}, "no respondent"),
        ({"sex": {"F": -1, "M": 2}}, "negative"),
        ({}, "no margin"),
    ],
)
def test_targets_that_cannot_be(targets, match):
    with pytest.raises(StatisticsError, match=match):
        rake(SAMPLE, targets)


def test_holes_need_a_category():
    frame = SAMPLE.assign(sex=SAMPLE.sex.where(SAMPLE.index > 2))
    with pytest.raises(StatisticsError, match="missing values"):
        rake(frame, TARGETS)


def test_all_faults_at_once():
    with pytest.raises(StatisticsError) as caught:
        rake(SAMPLE, {"sex": {"F": 1}, "size": {"a": 1}})
    assert len(caught.value.faults) == 2


@pytest.mark.reference
def test_reference(reference):
    case = json.loads((reference / "oracles" / "raking.json").read_text())[0]
    frame = pd.read_csv(reference / "oracles" / "data" / case["data"])
    targets = {
        name: {(int(key) if key in ("0", "1") else key): total for key, total in target.items()}
        for name, target in case["args"]["margins"].items()
    }
    raked, e = rake(frame, targets), case["expected"]
    assert raked.weights == approx(np.array(e["weights"]), rel=1e-9)
    assert raked.deff == approx(e["kish_deff"], rel=1e-9)
    trimmed = rake(frame, targets, trim=(0.3, 3))
    assert trimmed.weights == approx(np.array(e["weights_trimmed_0.3_3"]), rel=1e-9)
