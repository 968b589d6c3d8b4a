"""Control charts against worked values, R qcc and their rules."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats.charts import (
    c_chart,
    laney_p,
    laney_u,
    np_chart,
    nps_chart,
    p_chart,
    u_chart,
    xmr,
)
from cxresearch.stats.run_rules import RULES, fire

X = np.array([120, 135, 110, 180, 150, 95, 140, 160, 125, 170])
N = np.array([1000, 1050, 980, 1100, 1020, 990, 1010, 1080, 1000, 1060])
Z = [
    *(-1.3524714, -0.5720638, -2.0502132, 2.8220293, 1.1661806),
    *(-3.5620142, 0.3740709, 1.3048820, -0.8891914, 2.4593512),
]


def near(value, tolerance=1e-6):
    return pytest.approx(value, abs=tolerance)


def test_p_chart():
    chart = p_chart(X, N)
    assert chart.centre == near(0.1345967, 5e-8)
    assert (chart.value - chart.centre) / chart.sigma == near(Z)
    assert (chart.lcl[0], chart.ucl[0]) == near((0.1022189, 0.1669745))
    assert chart.beyond == (5,)
    assert chart.sigma_z == near(2.3566149)
    assert set(chart.warnings) == {"baseline_short", "overdispersed"}


def test_laney_p():
    chart = laney_p(X, N)
    assert chart.sigma_z == near(2.3566149)
    assert chart.sigma_z * 1.128 == near(2.6582617)
    assert (chart.lcl[0], chart.ucl[0]) == near((0.0582946, 0.2108988))
    assert (chart.lcl[3], chart.ucl[3]) == near((0.0618456, 0.2073479))
    assert chart.beyond == ()
    assert "overdispersed" not in chart.warnings


def test_xmr():
    chart = xmr([24, 26, 23, 27, 25, 31, 24, 26])
    assert chart.centre == 25.75
    assert chart.range_centre == near(3.7142857)
    assert (chart.lcl[0], chart.ucl[0]) == near((15.87, 35.63))
    assert chart.range_limit == near(3.267 * 3.7142857)
    assert chart.range_beyond == ()


def test_nps_chart():
    n = np.array([400, 380, 420, 390, 410, 400])
    P = np.array([0.45, 0.47, 0.44, 0.50, 0.48, 0.46]) * n
    D = np.array([0.20, 0.19, 0.21, 0.18, 0.20, 0.20]) * n
    chart = nps_chart(P, D, n)
    assert chart.centre == near(26.9416667)
    assert (chart.lcl[0], chart.ucl[0]) == near((15.4134600, 38.4698733))
    assert chart.value[3] == near(32.0)
    with pytest.raises(StatisticsError, match="counts are needed"):
        nps_chart(P / n, D / n, n)
    with pytest.raises(StatisticsError, match="more than all respondents"):
        nps_chart(P, D + 250, n)


def test_baseline_is_frozen():
    usual, wild = np.append(X, [130, 140]), np.append(X, [900, 5])
    n = np.append(N, [1000, 1000])
    calm, moved = p_chart(usual, n, baseline=10), p_chart(wild, n, baseline=10)
    assert moved.centre == calm.centre
    assert moved.ucl == near(calm.ucl)
    assert moved.sigma_z == calm.sigma_z == near(2.3566149)
    assert set(moved.beyond) == {5, 10, 11}
    assert next(one.in_baseline for one in moved.firings if one.point == 5)
    assert not any(one.in_baseline for one in moved.firings if one.point >= 10)


def test_baseline_by_mask_positions_and_length_agree():
    mask = np.arange(10) < 6
    charts = [p_chart(X, N, baseline=base) for base in (6, mask, [0, 1, 2, 3, 4, 5])]
    assert charts[0].centre == charts[1].centre == charts[2].centre
    assert charts[0].n_baseline == 6


def test_baseline_warnings():
    assert xmr(np.arange(11) % 3).warnings == ("baseline_short",)
    assert xmr(np.arange(19) % 3).warnings == ("baseline_wanted",)
    assert xmr(np.arange(20) % 3).warnings == ()
    chart = p_chart([1, 2, 3] * 7, [40] * 21)
    assert chart.warnings == ("small_counts", "limit_clipped")
    assert (chart.lcl == 0).all()


def test_missing_points_set_no_limits_and_fire_no_rule():
    x = X.astype(float)
    x[3] = np.nan
    chart = p_chart(x, N)
    assert chart.n_baseline == 9
    assert chart.centre == near((X.sum() - 180) / (N.sum() - 1100), 1e-12)
    assert not any(one.point == 3 for one in chart.firings)
    singles = xmr([1.0, 2.0, np.nan, 5.0, 4.0])
    assert singles.range_centre == 1.0  # no range reaches across the gap


def rules_of(z, **options):
    return [(one.rule, one.point) for one in fire(np.array(z, dtype=float), **options)]


def test_each_rule_fires_alone():
    assert rules_of([0.5, -0.5, 3.1]) == [("beyond_3_sigma", 2)]
    assert rules_of([0.5, 2.1, -0.5, 2.1]) == [("two_of_three_beyond_2", 3)]
    assert rules_of([1.1, 1.2, -0.5, 1.3, 1.4]) == [("four_of_five_beyond_1", 4)]
    assert rules_of([-0.1] * 9) == [("one_side", 7), ("one_side", 8)]


def test_nearly_patterns_do_not_fire():
    assert rules_of([3.0, -3.0]) == []
    assert rules_of([2.1, 0.1, -0.1, 2.1]) == []
    assert rules_of([2.1, -2.1]) == []
    assert rules_of([1.1, 1.2, -0.5, -0.5, 1.3, 1.4]) == []
    assert rules_of([0.1] * 4 + [0.0] + [0.1] * 4) == []
    assert rules_of([0.1] * 4 + [np.nan] + [0.1] * 7) == []
    # the last point must be part of the pattern
    assert rules_of([2.1, 2.1, 0.1]) == [("two_of_three_beyond_2", 1)]


def test_members_and_choice_of_rules():
    (one,) = fire(np.array([2.1, 0.2, 2.5]))
    assert one.members == (0, 2)
    assert one.side == "above"
    assert rules_of([3.5, 3.5], rules=["beyond_3_sigma"]) == [
        ("beyond_3_sigma", 0),
        ("beyond_3_sigma", 1),
    ]
    assert rules_of([-0.1] * 3, run_length=3) == [("one_side", 2)]
    with pytest.raises(StatisticsError, match="one_side"):
        fire(np.zeros(3), rules=["oneside"])


@given(z=st.lists(st.floats(-4, 4), max_size=30))
def test_rules_do_not_mind_direction(z):
    up, down = fire(np.array(z)), fire(-np.array(z))
    assert {(f.rule, f.point) for f in up} == {(f.rule, f.point) for f in down}
    assert all(f.point == f.members[-1] and f.rule in RULES for f in up)


@pytest.mark.parametrize(
    ("chart", "words"),
    [
        (lambda: p_chart([5, 12], [10, 10]), "outside its base"),
        (lambda: p_chart([5, 1], [10, 0]), "base must be above zero"),
        (lambda: p_chart([5], [10, 10]), "one count and one base"),
        (lambda: p_chart([0, 0], [10, 10]), "never varies"),
        (lambda: p_chart([5, 6], [10, 10], baseline=0), "holds no point"),
        (lambda: p_chart([5, 6], [10, 10], baseline=[0, 7]), "not there"),
        (lambda: p_chart([5, 6], [10, 10], baseline=[True]), "another number of points"),
        (lambda: laney_p([5, 5, 5], [10, 10, 10]), "never varies"),
        (lambda: laney_p([5, 6, 5], [10, 10, 10], baseline=[0, 2]), "no moving range"),
        (lambda: xmr([3.0, 3.0, 3.0]), "never varies"),
        (lambda: u_chart([-1, 2], [10, 10]), "zero or more"),
    ],
)
def test_refusals(chart, words):
    with pytest.raises(StatisticsError, match=words):
        chart()


@given(factor=st.integers(2, 50))
def test_more_of_the_same_narrows_the_limits(factor):
    chart, larger = p_chart(X, N), p_chart(X * factor, N * factor)
    assert larger.centre == near(chart.centre, 1e-12)
    width, narrower = chart.ucl - chart.centre, larger.ucl - larger.centre
    assert narrower * np.sqrt(factor) == near(width, 1e-12)
    assert larger.sigma_z == near(chart.sigma_z * np.sqrt(factor), 1e-9)
    assert laney_p(X * factor, N * factor).ucl == near(laney_p(X, N).ucl, 1e-9)


def qcc(reference, kind):
    cases = json.loads((reference / "oracles/spc.json").read_text(encoding="utf-8"))
    one = next(c for c in cases if c["args"]["kind"] == kind)
    return pd.read_csv(reference / "oracles/data" / one["data"]), one["expected"]


def drawn(frame, kind):
    if kind == "p":
        return p_chart(frame["D"], frame["size"], run_length=7)
    if kind == "np":
        return np_chart(frame["D"], frame["size"][0], run_length=7)
    if kind == "u":
        return u_chart(frame["x"], frame["size"], run_length=7)
    if kind == "c":
        return c_chart(frame["x"], run_length=7)
    return xmr(frame["value"], run_length=7, factor=3 / 1.128)


@pytest.mark.reference
@pytest.mark.parametrize("kind", ["p", "np", "u", "c", "imr"])
def test_limits_as_in_qcc(reference, kind):
    frame, expected = qcc(reference, kind)
    chart = drawn(frame, kind)
    limits = np.array(expected["limits"]["values"])
    assert chart.centre == near(expected["center"], 1e-9)
    assert chart.lcl == near(np.broadcast_to(limits, (len(frame), 2))[:, 0], 1e-9)
    assert chart.ucl == near(np.broadcast_to(limits, (len(frame), 2))[:, 1], 1e-9)
    assert {at + 1 for at in chart.beyond} == set(expected["beyond"])
    runs = {one.point + 1 for one in chart.firings if one.rule == "one_side"}
    assert runs == set(expected["runs_qcc"])


@pytest.mark.reference
@pytest.mark.parametrize(("kind", "laney"), [("p", laney_p), ("u", laney_u)])
def test_laney_as_by_definition(reference, kind, laney):
    frame, expected = qcc(reference, kind)
    chart = laney(frame["D" if kind == "p" else "x"], frame["size"])
    assert chart.sigma_z == near(expected["laney"]["sigma_z"], 1e-9)
    assert chart.lcl == near(expected["laney"]["lcl"], 1e-9)
    assert chart.ucl == near(expected["laney"]["ucl"], 1e-9)


@pytest.mark.reference
def test_moving_ranges_as_in_r(reference):
    frame, expected = qcc(reference, "imr")
    chart = xmr(frame["value"])
    assert chart.range_centre == near(expected["mr_bar"], 1e-9)
    assert chart.range_limit == near(expected["mr_ucl_3.267"], 1e-3)
    assert chart.range_limit == pytest.approx(expected["mr_ucl_3.267"], rel=1e-9)
