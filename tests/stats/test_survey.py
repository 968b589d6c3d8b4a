"""Estimates of a survey design against hand-checked numbers (R survey computed the same)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import survey
from cxresearch.stats.survey import Design

approx = pytest.approx

STRATA = list("AAAAAABBBBBB")
PSU = [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
W = np.array([1, 1, 1.5, 1.5, 2, 2, 1, 1, 2, 2, 3, 3])
RECOMMEND = np.array([10, 9, 8, 6, 9, 7, 10, 3, 9, 10, 5, 8.0])
SAT = np.array([5, 4, 4, 3, 5, 4, 5, 2, 4, 5, 2, 4.0])
PROMOTER, DETRACTOR = (RECOMMEND >= 9).astype(float), (RECOMMEND <= 6).astype(float)
TOP2 = (SAT >= 4).astype(float)


@pytest.fixture
def d12() -> Design:
    return Design.build(12, weights=W, strata=STRATA, clusters=PSU)


@pytest.fixture
def weighted() -> Design:
    return Design.build(12, weights=W)


def test_full_design(d12):
    nps = d12.net_promoter(PROMOTER, DETRACTOR)
    assert nps.estimate == approx(16.6666667, abs=1e-6)
    assert nps.std_error == approx(34.5580017, abs=1e-6)
    top2 = d12.proportion(TOP2)
    assert top2.estimate == approx(0.7380952, abs=1e-6)
    assert top2.std_error == approx(0.1272066, abs=1e-6)
    sat = d12.mean(SAT)
    assert sat.estimate == approx(3.8333333, abs=1e-6)
    assert sat.std_error == approx(0.3520805, abs=1e-6)
    assert sat.df == 4
    assert (sat.conf_low, sat.conf_high) == approx((2.8558011, 4.8108656), abs=1e-6)


def test_weights_only(weighted):
    assert weighted.net_promoter(PROMOTER, DETRACTOR).std_error == approx(26.0886121, abs=1e-6)
    assert weighted.proportion(TOP2).std_error == approx(0.1471106, abs=1e-6)
    sat = weighted.mean(SAT)
    assert sat.std_error == approx(0.3493867, abs=1e-6)
    assert sat.df == 11


def test_effective_sizes(d12):
    top2, nps = d12.proportion(TOP2), d12.net_promoter(PROMOTER, DETRACTOR)
    assert (top2.n_eff, top2.n_eff_df) == approx((11.9463775, 7.5074471), abs=1e-6)
    assert (nps.n_eff, nps.n_eff_df) == approx((5.5490506, 3.4871830), abs=1e-6)
    assert d12.kish()[0] == approx(10.3764706, abs=1e-6)


def test_intervals_at_the_effective_size(d12):
    wilson, beta = d12.proportion(TOP2), d12.proportion(TOP2, method="beta")
    assert (wilson.conf_low, wilson.conf_high) == approx((0.3893086, 0.9256975), abs=1e-6)
    assert (beta.conf_low, beta.conf_high) == approx((0.3252024, 0.9674577), abs=1e-6)
    nps = d12.net_promoter(PROMOTER, DETRACTOR)
    assert nps.centre == approx(8.9591609, abs=1e-6)
    assert (nps.conf_low, nps.conf_high) == approx((-50.3669905, 68.2853124), abs=1e-6)


@pytest.mark.parametrize(
    ("stratum", "estimate", "error"), [("A", 27.7777778, 39.2546002), ("B", 8.3333333, 51.7629032)]
)
def test_stratum_scores(d12, stratum, estimate, error):
    nps = d12.net_promoter(PROMOTER, DETRACTOR, np.array(STRATA) == stratum)
    assert nps.estimate == approx(estimate, abs=1e-6)
    assert nps.std_error == approx(error, abs=1e-6)


def test_domain_keeps_the_design(d12):
    sat = d12.mean(SAT, RECOMMEND >= 7)
    assert sat.estimate == approx(4.3870968, abs=1e-6)
    assert sat.std_error == approx(0.12529, abs=1e-5)
    assert sat.n == 9


def test_answers_missing_are_a_domain(d12):
    holes = np.where(RECOMMEND >= 7, SAT, np.nan)
    assert d12.mean(holes).std_error == d12.mean(SAT, RECOMMEND >= 7).std_error


def test_jackknife(d12):
    assert d12.jackknife(SAT).std_error == approx(0.38050, abs=1e-5)
    assert d12.jackknife(TOP2).std_error == approx(0.13431, abs=1e-5)
    assert d12.jackknife(100 * (PROMOTER - DETRACTOR)).std_error == approx(36.80800, abs=1e-5)


def test_kish():
    n_kish, deff = Design.build(4, weights=[1, 1, 2, 4]).kish()
    assert (n_kish, deff) == approx((2.9090909, 1.375), abs=1e-6)


def test_ratio_of_sums_not_mean_of_ratios():
    found = survey.ratio([120, 95, 140, 80, 110], [40, 38, 44, 30, 36])
    assert (found.estimate, found.std_error) == approx((2.8989362, 0.1304849), abs=1e-6)
    assert (found.conf_low, found.conf_high) == approx((2.5366519, 3.2612204), abs=1e-6)


class TestSimple:
    """Without weights, strata and clusters everything is as in textbooks."""

    y = np.array([4, 5, np.nan, 3, 5, 4, 2.0])
    design = Design.build(7)

    def test_mean(self):
        found = self.design.mean(self.y)
        answers = self.y[~np.isnan(self.y)]
        assert found.std_error == approx(answers.std(ddof=1) / np.sqrt(6))
        assert (found.df, found.n, found.n_eff, found.n_eff_df) == (5, 6, 6, 6)

    def test_share(self):
        flag = np.where(np.isnan(self.y), np.nan, self.y >= 4)
        found = self.design.proportion(flag)
        assert (found.estimate, found.n, found.n_eff) == (4 / 6, 6, 6)

    def test_score(self):
        found = survey.net_promoter([1] * 50 + [0] * 50, [0] * 75 + [1] * 25)
        assert (found.conf_low, found.conf_high) == approx((8.3021727, 40.2415167), abs=1e-6)
        assert found.sampling_error == approx(8.2915620, abs=1e-6)

    def test_difference_is_welch(self):
        first = np.array([True] * 4 + [False] * 3)
        found = self.design.difference(self.y, first, ~first)
        assert found.method == "welch"
        assert found.n == 6

    def test_overlapping_groups_know_their_covariance(self):
        everyone = np.ones(7, dtype=bool)
        found = self.design.difference(self.y, everyone, everyone)
        assert found.estimate == 0
        assert found.std_error == approx(0, abs=1e-12)

    def test_bootstrap_draws_rows_of_the_domain(self):
        domain = np.array([True] * 4 + [False] * 3)
        weights = self.design.bootstrap_weights(20, np.random.default_rng(0), domain)
        assert (weights[:, 4:] == 0).all()
        assert (weights.sum(axis=1) == 4).all()


def test_means_with_covariances(d12):
    Y = np.column_stack([SAT, RECOMMEND, np.where(RECOMMEND >= 7, SAT, np.nan)])
    found = d12.means(Y)
    for j in range(3):
        one = d12.mean(Y[:, j])
        assert found.estimates[j] == approx(one.estimate)
        assert found.std_errors[j] == approx(one.std_error)
        assert (found.n[j], found.n_eff[j], found.df[j]) == approx((one.n, one.n_eff, one.df))
    gap = found.contrast([1, -1, 0])
    assert gap.std_error == approx(d12.mean(SAT - RECOMMEND).std_error)
    assert (gap.estimate, gap.df) == approx((SAT @ W / 21 - RECOMMEND @ W / 21, 4))


def test_means_of_a_simple_design():
    y = np.array([[1.0, 2], [2, 5], [4, np.nan], [3, 3]])
    found = Design.build(4).means(y)
    assert found.covariance[0, 0] == approx(np.var([1, 2, 4, 3], ddof=1) / 4)
    assert found.covariance[1, 1] == approx(np.var([2, 5, 3], ddof=1) / 3)
    assert found.df.tolist() == [3, 2]


def test_difference_takes_shared_clusters_into_account(d12):
    first = np.arange(12) % 2 == 0
    found = d12.difference(SAT, first, ~first)
    means = d12.means(np.column_stack([np.where(first, SAT, np.nan), np.where(first, np.nan, SAT)]))
    assert found.std_error == approx(means.contrast([1, -1]).std_error)
    apart = np.hypot(*means.std_errors)
    assert found.std_error != approx(apart, rel=0.01)


class TestFallback:
    def test_everybody_agrees(self, d12):
        found = d12.proportion(np.ones(12))
        assert found.fallback
        assert found.n_eff == approx(10.3764706, abs=1e-6)
        assert found.conf_high == 1
        assert 0 < found.conf_low < 1

    @given(st.lists(st.floats(0.01, 100), min_size=3, max_size=40))
    def test_a_share_of_everybody_is_one(self, weights):
        design = Design.build(len(weights), weights=weights)
        found = design.proportion(np.ones(len(weights)))
        assert found.estimate == 1
        assert found.conf_high == 1
        score = design.net_promoter(np.zeros(len(weights)), np.ones(len(weights)))
        assert score.estimate == -100

    def test_declared_cluster_deff(self):
        design = Design.build(12, weights=W, clusters=PSU, cluster_deff=2)
        assert design.proportion(np.zeros(12)).n_eff == approx(10.3764706 / 2, abs=1e-6)

    def test_effective_n_never_exceeds_n(self):
        y = np.tile([0.0, 1.0], 20)
        design = Design.build(40, strata=np.repeat(np.arange(2), 20), clusters=np.arange(40) // 2)
        found = design.proportion(y)
        assert found.fallback
        assert found.n_eff_df <= found.n


class TestWeights:
    @given(st.floats(1e-3, 1e6))
    def test_scale_does_not_matter(self, scale):
        one = Design.build(12, weights=W, strata=STRATA, clusters=PSU)
        other = Design.build(12, weights=W * scale, strata=STRATA, clusters=PSU)
        for design in (one, other):
            assert design.mean(SAT).std_error == approx(0.3520805, abs=1e-6)
        one_share, other_share = one.proportion(TOP2), other.proportion(TOP2)
        assert one_share.conf_low == approx(other_share.conf_low)
        assert one_share.n_eff_df == approx(other_share.n_eff_df)

    @given(st.permutations(range(12)))
    def test_order_does_not_matter(self, order):
        index = np.array(order)
        psu, strata = np.array(PSU)[index], np.array(STRATA)[index]
        design = Design.build(12, weights=W[index], strata=strata, clusters=psu)
        assert design.mean(SAT[index]).std_error == approx(0.3520805, abs=1e-6)

    def test_zero_weights_count_nowhere(self):
        design = Design.build(4, weights=[0, 1, 2, 1])
        assert design.mean([1, 2, 3, 4]).n == 3
        assert design.df() == 2
        assert design.kish()[0] == approx(16 / 6)

    def test_weights_of_one_change_little(self):
        plain, ones = survey.mean(SAT), survey.mean(SAT, np.ones(12))
        assert (ones.estimate, ones.std_error, ones.df) == approx(
            (plain.estimate, plain.std_error, plain.df)
        )
        assert ones.n_eff == approx(12)


class TestLonelyPsu:
    strata, clusters = list("AAAAB"), [1, 1, 2, 2, 3]
    y = np.array([1.0, 2, 4, 5, 9])

    def build(self, policy="error"):
        return Design.build(5, strata=self.strata, clusters=self.clusters, lonely_psu=policy)

    def test_refused_by_default(self):
        with pytest.raises(StatisticsError, match="single cluster"):
            self.build()

    def test_certainty_adds_nothing(self):
        z = (self.y - 4.2) / 5
        first, second = z[:2].sum(), z[2:4].sum()
        middle = (first + second) / 2
        expected = 2 * ((first - middle) ** 2 + (second - middle) ** 2)
        assert self.build("certainty").mean(self.y).std_error ** 2 == approx(expected)

    def test_adjust_centres_at_the_grand_mean(self):
        added = ((self.y[4] - 4.2) / 5) ** 2
        certain = self.build("certainty").mean(self.y).std_error ** 2
        assert self.build("adjust").mean(self.y).std_error ** 2 == approx(certain + added)

    def test_named(self):
        assert self.build("adjust").lonely == ("B",)


class TestPopulation:
    def test_sizes_and_fractions_agree(self):
        sizes = Design.build(12, strata=STRATA, fpc={"A": 24, "B": 12})
        shares = Design.build(12, strata=STRATA, fpc=np.where(np.array(STRATA) == "A", 0.25, 0.5))
        assert sizes.mean(SAT).std_error == approx(shares.mean(SAT).std_error)

    def test_a_census_has_no_error(self):
        assert Design.build(12, fpc=12).mean(SAT).std_error == 0

    def test_sample_larger_than_population(self):
        with pytest.raises(StatisticsError, match="more clusters in the sample"):
            Design.build(12, strata=STRATA, fpc={"A": 5, "B": 12})

    def test_must_be_constant_within_strata(self):
        with pytest.raises(StatisticsError, match="same in all rows"):
            Design.build(12, strata=STRATA, fpc=np.arange(12) + 20)


@pytest.mark.parametrize(
    ("choices", "match"),
    [
        ({"weights": [-1.0] + [1] * 11}, "not negative"),
        ({"weights": [np.inf] + [1] * 11}, "finite"),
        ({"weights": [np.nan] + [1] * 11}, "finite"),
        ({"weights": np.zeros(12)}, "all weights are zero"),
        ({"weights": np.ones(11)}, "one value for every row"),
        ({"strata": [None] + ["A"] * 11}, "known for every row"),
        ({"lonely_psu": "certain"}, 'did you mean "certainty"'),
        ({"strata": STRATA, "fpc": {"A": 20}}, "without a population size"),
    ],
)
def test_designs_that_cannot_be(choices, match):
    with pytest.raises(StatisticsError, match=match):
        Design.build(12, **choices)


def test_answers_that_cannot_be(d12):
    with pytest.raises(StatisticsError, match="1, 0 or NaN"):
        d12.proportion(SAT)
    with pytest.raises(StatisticsError, match="counts as both"):
        d12.net_promoter(np.ones(12), np.ones(12))
    with pytest.raises(StatisticsError, match="true or false"):
        d12.mean(SAT, np.ones(12))
    with pytest.raises(StatisticsError, match="sums to zero"):
        d12.ratio(SAT, np.zeros(12))
    with pytest.raises(StatisticsError, match="every row of the design"):
        d12.mean(SAT[:5])


def test_nobody_answered(d12):
    nothing = np.full(12, np.nan)
    for found in (
        d12.mean(nothing),
        d12.proportion(nothing),
        d12.net_promoter(nothing, nothing),
        d12.ratio(nothing, SAT),
    ):
        assert found.n == 0
        assert np.isnan(found.estimate)


def test_one_cluster_gives_no_error(d12):
    found = d12.mean(SAT, np.array(PSU) == 1)
    assert found.estimate == 4.5
    assert np.isnan(found.std_error)
    assert np.isnan(d12.proportion(TOP2, np.array(PSU) == 1).conf_low)


class TestBootstrap:
    def test_spread_of_the_means_is_the_variance(self, d12):
        weights = d12.bootstrap_weights(4000, np.random.default_rng(1))
        totals = weights @ (SAT * 1.0)
        linear = d12.covariance_of_totals(W * SAT)[0, 0]
        assert totals.var() == approx(linear, rel=0.08)
        assert totals.mean() == approx(W @ SAT, rel=0.02)

    def test_clusters_stay_together(self, d12):
        weights = d12.bootstrap_weights(10, np.random.default_rng(1)) / W
        assert (weights[:, ::2] == weights[:, 1::2]).all()
        assert np.unique(weights).tolist() == approx([0, 1.5, 3])

    def test_domain_rows_only(self, d12):
        domain = RECOMMEND >= 7
        weights = d12.bootstrap_weights(50, np.random.default_rng(1), domain)
        assert (weights[:, ~domain] == 0).all()
        assert weights[:, domain].any()

    def test_population_size_shrinks_the_spread(self):
        half = Design.build(40, strata=np.repeat([0, 1], 20), fpc=np.full(40, 0.75))
        y = np.random.default_rng(2).normal(size=40)
        totals = half.bootstrap_weights(3000, np.random.default_rng(1)) @ y
        assert totals.var() == approx(half.covariance_of_totals(y)[0, 0], rel=0.1)
