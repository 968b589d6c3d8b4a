"""Survey estimates against R survey on real surveys (airport passengers, schools, students)."""

import json

import numpy as np
import pandas as pd
import pytest

from cxresearch.stats.survey import Design

approx = pytest.approx
pytestmark = pytest.mark.reference
EXACT = {"rel": 1e-8, "abs": 1e-10}


class Case:
    """A case of the reference file with its columns and design."""

    def __init__(self, folder, name):
        cases = json.loads((folder / "oracles" / "survey.json").read_text())
        found = {case["id"]: case for case in cases}[name]
        self.expected = found["expected"]
        files = found["data"] if isinstance(found["data"], list) else [found["data"]]
        parts = [pd.read_csv(folder / "oracles" / "data" / file) for file in files]
        self.frame = pd.concat(parts, axis=1)
        args = found["args"]
        if "netpro and overall" in str(args.get("rows")):
            frame = self.frame
            kept = (frame.wave == 2017) & frame.netpro.notna() & frame.overall.notna()
            frame = frame[kept].reset_index(drop=True)
            self.frame = frame.assign(
                net=(frame.netpro >= 9).astype(float) - (frame.netpro <= 6),
                prom=(frame.netpro >= 9).astype(float),
                top2=(frame.overall >= 4).astype(float),
            )
        if "awards" in self.frame:
            self.frame["aw"] = (self.frame.awards == "Yes").astype(float)
        if "global" in self.frame:
            answer = self.frame["global"]
            self.frame["top"] = (answer >= 6).astype(float)
            self.frame["net"] = self.frame.top - (answer <= 3)
        strata = str(args.get("strata", "")).split(" ")[0]
        self.design = Design.build(
            len(self.frame),
            weights=self.frame[args["weights"]],
            strata=self.frame[strata] if strata else None,
            clusters=self.frame[args["id"]] if "id" in args else None,
            fpc=self.frame[args["fpc"]] if "fpc" in args else None,
        )


CASES = [
    "svy_sfo2017_nps_clusters",
    "svy_sfo2017_nps_strata_only",
    "svy_apistrat_fpc",
    "svy_apistrat_nofpc",
    "svy_apiclus2_ultimate_cluster",
    "svy_univer_strata_faculty",
    "svy_univer_cluster_faculty",
    "svy_univer_weights_only",
]


@pytest.fixture(params=CASES)
def case(request, reference):
    return Case(reference, request.param)


def only(*words):
    """Take the cases whose names hold one of these words."""
    kept = [name for name in CASES if any(word in name for word in words)]
    return pytest.mark.parametrize("case", kept, indirect=True)


def same(interval, expected):
    assert interval.estimate == approx(expected["mean"], **EXACT)
    assert interval.std_error == approx(expected["se"][0][0], **EXACT)
    assert interval.deff == approx(expected["deff_replace"], **EXACT)


def test_design_facts(case):
    n_kish, deff = case.design.kish()
    assert case.design.df() == case.expected["degf"]
    assert n_kish == approx(case.expected["kish_neff"], **EXACT)
    assert deff == approx(case.expected["kish_deff"], **EXACT)
    assert case.design.base() == approx(case.expected["sum_weights"], **EXACT)


def test_means(case):
    for column, expected in case.expected["mean"].items():
        found = case.design.mean(case.frame[column])
        same(found, expected)
        assert (found.conf_low, found.conf_high) == approx(tuple(expected["ci_t"]), **EXACT)


def test_totals(case):
    w = case.design.weights
    for column, expected in case.expected["total"].items():
        variance = case.design.covariance_of_totals(w * case.frame[column])
        assert np.sqrt(variance[0, 0]) == approx(expected["se"][0][0], **EXACT)


def test_proportions(case):
    for column, expected in case.expected.get("prop", {}).items():
        flag = case.frame[column]
        same(case.design.proportion(flag), expected)
        t = case.design.proportion(flag, method="t")
        assert (t.conf_low, t.conf_high) == approx(tuple(expected["ci_t"]), **EXACT)
        logit = case.design.proportion(flag, method="logit")
        limits = tuple(expected["ciprop"]["xlogit"]["ci"])
        assert (logit.conf_low, logit.conf_high) == approx(limits, **EXACT)
        beta = case.design.proportion(flag, method="beta")
        if beta.n_eff_df < beta.n:  # R does not cap the effective n at n
            limits = tuple(expected["ciprop"]["beta"]["ci"])
            assert (beta.conf_low, beta.conf_high) == approx(limits, **EXACT)


@only("nps", "univer")
def test_net_promoter(case):
    net, expected = case.frame["net"], case.expected["nps"]
    found = case.design.net_promoter(net > 0, net < 0)
    assert found.estimate == approx(100 * expected["mean"], **EXACT)
    assert found.std_error == approx(100 * expected["se"][0][0], **EXACT)
    assert found.deff == approx(expected["deff_replace"], **EXACT)


@only("apistrat")
def test_ratio(case):
    expected = case.expected["ratio"]
    found = case.design.ratio(case.frame[expected["num"]], case.frame[expected["den"]])
    assert found.estimate == approx(expected["ratio"], **EXACT)
    assert found.std_error == approx(expected["se"], **EXACT)


@only("sfo", "apistrat", "univer")
def test_subgroups(case):
    expected = case.expected["by"]
    column = next(iter(case.expected["mean"]))
    labels = case.frame[expected["by"]].astype(str)
    for level, mean, error in zip(expected["level"], expected["mean"], expected["se"], strict=True):
        found = case.design.mean(case.frame[column], (labels == level).to_numpy())
        assert found.estimate == approx(mean, **EXACT)
        assert found.std_error == approx(error, **EXACT)


@only("nps_clusters", "api", "univer_strata", "univer_cluster")
def test_jackknife(case):
    expected = case.expected["jackknife"]
    found = case.design.jackknife(case.frame[expected["var"]], about="estimate")
    assert found.std_error == approx(expected["se"], **EXACT)


class TestWaves:
    @pytest.fixture
    def waves(self, reference):
        case = json.loads((reference / "oracles" / "survey.json").read_text())[2]
        frame = pd.read_csv(reference / "oracles" / "data" / "sfo.csv")
        frame = frame[frame.overall.notna()].reset_index(drop=True)
        strata = frame.wave.astype(str) + " " + frame.stratum.astype(str)
        design = Design.build(len(frame), weights=frame.weight, strata=strata, clusters=frame.run)
        return frame, design, case["expected"]

    def test_each_wave(self, waves):
        frame, design, expected = waves
        by = expected["by"]
        for wave, mean, error, top2 in zip(
            by["wave"], by["mean"], by["se"], by["se_top2"], strict=True
        ):
            inside = (frame.wave == wave).to_numpy()
            found = design.mean(frame.overall, inside)
            assert (found.estimate, found.std_error) == approx((mean, error), **EXACT)
            assert design.proportion(frame.overall >= 4, inside).std_error == approx(top2, **EXACT)

    def test_contrast(self, waves):
        frame, design, expected = waves
        test = expected["svyttest"]
        later, earlier = (frame.wave == 2017).to_numpy(), (frame.wave == 2016).to_numpy()
        found = design.difference(frame.overall, later, earlier)
        assert found.estimate == approx(test["diff"], **EXACT)
        assert found.df == test["df"]
        assert found.statistic == approx(test["t"], **EXACT)
        assert found.p_value == approx(test["p"], **EXACT)
        assert (found.conf_low, found.conf_high) == approx(tuple(test["ci"]), **EXACT)
