"""Intervals from counts and standard errors against closed forms and R."""

import json
from math import inf, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import intervals
from cxresearch.stats.survey import Design

approx = pytest.approx
TIGHT = {"rel": 1e-9, "abs": 1e-12}


def limits(interval):
    return interval.conf_low, interval.conf_high


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        (81, 263, 0.2552885, 0.3662096),
        (15, 148, 0.0623864, 0.1604872),
        (0, 20, 0, 0.1611252),
        (20, 20, 0.8388748, 1),
        (187, 200, 0.8919809, 0.9616236),
        (24, 800, 0.0202415, 0.0442507),
        (776, 800, 0.9557493, 0.9797585),
    ],
)
def test_wilson(successes, n, low, high):
    assert limits(intervals.wilson(successes, n)) == approx((low, high), abs=1e-6)


def test_wilson_reaches_the_ends_exactly():
    assert intervals.wilson(0, 20).conf_low == 0
    assert intervals.wilson(20, 20).conf_high == 1


@given(st.integers(1, 500), st.data())
def test_wilson_mirrors(n, data):
    successes = data.draw(st.integers(0, n))
    one, other = intervals.wilson(successes, n), intervals.wilson(n - successes, n)
    assert one.conf_low == approx(1 - other.conf_high, abs=1e-12)
    assert 0 <= one.conf_low <= one.estimate <= one.conf_high <= 1


@pytest.mark.parametrize(
    ("counts", "centre", "error", "low", "high", "clipped"),
    [
        ((18, 2, 31), 47.0588235, 10.9933089, 25.5123341, 68.6053129, False),
        ((50, 25, 100), 24.2718447, 8.1479416, 8.3021727, 40.2415167, False),
        ((10, 0, 10), 76.9230769, 15.0102377, 47.5035516, 100, True),
        ((0, 0, 5), 0, 15.3093109, -30.0056980, 30.0056980, False),
    ],
)
def test_net_promoter(counts, centre, error, low, high, clipped):
    nps = intervals.net_promoter(*counts)
    assert nps.estimate == approx(100 * (counts[0] - counts[1]) / counts[2])
    assert (nps.centre, nps.std_error) == approx((centre, error), abs=1e-6)
    assert limits(nps) == approx((low, high), abs=1e-6)
    assert nps.clipped is clipped


def test_plain_error_of_the_score():
    assert intervals.net_promoter(50, 25, 100).sampling_error == approx(8.2915620, abs=1e-6)


@pytest.mark.parametrize(
    ("up", "down", "part"), [(0.5, 0.25, 0.7977), (0.6, 0.1, 0.8563), (0.3, 0.3, 0.8367)]
)
def test_promoters_and_detractors_are_not_independent(up, down, part):
    independent = 100 * sqrt(up * (1 - up) + down * (1 - down)) / 10
    right = intervals.net_promoter(100 * up, 100 * down, 100).sampling_error
    assert independent / right == approx(part, abs=5e-5)


def test_net_promoter_with_fractional_counts():
    n = 3.4871830
    shares = np.array([1, 1, 0, 0, 2, 0, 1, 0, 2, 2, 0, 0]).sum() / 21, (1.5 + 1 + 3) / 21
    nps = intervals.net_promoter(shares[0] * n, shares[1] * n, n)
    assert (nps.centre, nps.std_error) == approx((8.9591609, 30.2690008), abs=1e-6)


@pytest.mark.parametrize(
    ("counts", "difference", "low", "high"),
    [
        ((56, 70, 48, 80), 0.2, 0.0524315, 0.3338727),
        ((9, 10, 3, 10), 0.6, 0.1705227, 0.8090180),
        ((10, 10, 0, 20), 1, 0.6790860, 1),
    ],
)
def test_newcombe(counts, difference, low, high):
    found = intervals.newcombe(*counts)
    assert found.estimate == approx(difference)
    assert limits(found) == approx((low, high), abs=1e-6)


def test_newcombe_turns_with_its_groups():
    one, other = intervals.newcombe(56, 70, 48, 80), intervals.newcombe(48, 80, 56, 70)
    assert limits(one) == approx((-other.conf_high, -other.conf_low))


def test_paired_difference():
    found = intervals.paired_difference(12, 5, 100)
    assert found.estimate == approx(0.07)
    assert limits(found) == approx((-0.0140646, 0.1513195), abs=1e-6)


def test_poisson_rate():
    assert limits(intervals.poisson_rate(48, 12.5)) == approx((2.8313129, 5.0912829), abs=1e-6)
    assert intervals.poisson_rate(0, 10).conf_low == 0


def test_poisson_ratio():
    found = intervals.poisson_ratio(48, 12.5, 30, 10.0)
    assert found.estimate == approx(1.28)
    assert limits(found) == approx((0.7946769, 2.0922462), abs=1e-6)
    assert found.p_value == approx(0.3068394, abs=1e-6)


def test_poisson_ratio_without_events():
    assert intervals.poisson_ratio(3, 1, 0, 1).estimate == inf
    assert np.isnan(intervals.poisson_ratio(0, 1, 0, 1).estimate)


def test_contrast_of_scores():
    first = 100 * sqrt(0.5875 / 400)
    second = 100 * sqrt((0.68 - 0.32**2) / 420)
    found = intervals.welch(32, second, inf, 25, first, inf)
    assert (found.estimate, found.std_error) == approx((7, 5.3329055), abs=1e-6)
    assert (found.statistic, found.p_value) == approx((1.3126053, 0.1893160), abs=1e-6)
    assert found.method == "z"


def test_contrast_with_people_in_both_waves():
    covariance = intervals.overlap_covariance(150, 0.6, 1.5, 1.4, 400, 380)
    assert covariance == approx(0.0012434, abs=1e-7)
    waves = (4.0, 1.5 / sqrt(400), 399, 3.9, 1.4 / sqrt(380), 379)
    assert intervals.welch(*waves).std_error == approx(0.1038407, abs=1e-6)
    paired = intervals.welch(*waves, covariance=covariance)
    assert paired.std_error == approx(0.0910827, abs=1e-6)


def test_branches_as_units():
    branches = np.array([[80, 85, 78], [90, 92, 88], [70, 75, 72], [85, 83, 88]])
    found = Design.build(4).mean(branches.mean(axis=1))
    assert (found.estimate, found.std_error) == approx((82.1666667, 3.7577081), abs=1e-6)
    assert limits(found) == approx((70.2079623, 94.1253710), abs=1e-6)


@pytest.mark.parametrize(
    "call",
    [
        lambda: intervals.wilson(1, 0),
        lambda: intervals.wilson(3, 2),
        lambda: intervals.wilson(1, 2, conf_level=95),
        lambda: intervals.net_promoter(6, 5, 10),
        lambda: intervals.net_promoter(0, 0, 0),
        lambda: intervals.paired_difference(60, 50, 100),
        lambda: intervals.poisson_rate(3, 0),
        lambda: intervals.poisson_rate(-1, 2),
        lambda: intervals.welch(1, 1, 9, 0, 1, 9, covariance=2),
    ],
)
def test_what_cannot_be_is_refused(call):
    with pytest.raises(StatisticsError, match="try"):
        call()


@pytest.mark.reference
class TestReference:
    @pytest.fixture
    def kpis(self, reference):
        return json.loads((reference / "oracles" / "kpi.json").read_text())

    @pytest.fixture
    def groups(self, reference):
        cases = json.loads((reference / "oracles" / "tests.json").read_text())
        return reference / "oracles" / "data", [
            case for case in cases if "welch" in case["expected"]
        ]

    def test_counts(self, kpis):
        for case in kpis:
            e = case["expected"]
            nps = intervals.net_promoter(e["promoters"], e["detractors"], e["n"])
            assert nps.estimate == approx(e["nps"], **TIGHT)
            assert nps.sampling_error == approx(e["nps_se_n"], **TIGHT)
            share = e["top_count"], e["n"]
            assert limits(intervals.wilson(*share)) == approx(tuple(e["wilson"]), **TIGHT)
            exact = limits(intervals.clopper_pearson(*share))
            assert exact == approx(tuple(e["clopper_pearson"]), **TIGHT)
            error = e["sd"] / sqrt(e["n"])
            mean = intervals.student(e["mean"], error, e["n"] - 1)
            assert limits(mean) == approx(tuple(e["mean_ci_t"]), **TIGHT)

    def test_two_groups(self, groups):
        folder, cases = groups
        for case in cases:
            frame = pd.read_csv(folder / case["data"])
            args, e = case["args"], case["expected"]
            y, labels = frame[args["y"]], frame[args["group"]].astype(str)
            first, second = (labels == label for label in e["groups"][:2])
            found = Design.build(len(frame)).difference(y, first, second)
            assert found.statistic == approx(e["welch"]["stat"], **TIGHT)
            assert found.df == approx(e["welch"]["df"], **TIGHT)
            assert found.p_value == approx(e["welch"]["p"], **TIGHT)
            assert limits(found) == approx(tuple(e["welch"]["ci"]), **TIGHT)
            x, n = e["prop"]["x"], e["prop"]["n"]
            shares = intervals.newcombe(x[0], n[0], x[1], n[1])
            assert limits(shares) == approx(tuple(e["prop"]["newcombe_ci"]), **TIGHT)
            assert shares.statistic == approx(e["prop"]["z_pooled"], **TIGHT)

    def test_gaps(self, reference):
        cases = json.loads((reference / "oracles" / "tests.json").read_text())
        for case in cases:
            if "items" not in case["expected"]:
                continue
            frame = pd.read_csv(reference / "oracles" / "data" / case["data"])
            for item in case["expected"]["items"]:
                gap = frame[item["perception"]] - frame[item["expectation"]]
                found = Design.build(len(frame)).mean(gap)
                assert (found.estimate, found.std_error) == approx(
                    (item["gap"], item["se"]), **TIGHT
                )
                assert found.statistic == approx(item["paired_t"]["stat"], **TIGHT)
                assert found.p_value == approx(item["paired_t"]["p"], **TIGHT)
                assert limits(found) == approx(tuple(item["paired_t"]["ci"]), **TIGHT)
