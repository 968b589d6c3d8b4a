"""Linear regression against R lm, sandwich, car, lmtest and survey."""

import json

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats.regression import ols
from cxresearch.stats.survey import Design

approx = pytest.approx
MPG = """21 21 22.8 21.4 18.7 18.1 14.3 24.4 22.8 19.2 17.8 16.4 17.3 15.2 10.4 10.4 14.7 32.4
30.4 33.9 21.5 15.5 15.2 13.3 19.2 27.3 26 30.4 15.8 19.7 15 21.4"""
AM = "11100000000000000111000001111111"
VS = "00110101111000000111100001010001"
CYL = "66468684466888888444488884448684"
MT = pd.DataFrame(
    {
        "mpg": [float(word) for word in MPG.split()],
        "am": [int(digit) for digit in AM],
        "vs": [int(digit) for digit in VS],
        "cyl": [int(digit) for digit in CYL],
    }
)
DRIVERS = ["am", "vs", "cyl"]


def test_cars():
    fit = ols(MT.mpg, MT[DRIVERS])
    assert fit.method == "HC3"
    assert fit.coef.tolist() == approx([31.5213195, 3.0264796, 1.2946136, -2.1376315], abs=1e-6)
    errors = [3.6362340, 1.5059555, 1.5363048, 0.4530911]
    assert fit.std_error.tolist() == approx(errors, abs=1e-6)
    assert fit.vif.tolist() == approx([1.8639594, 3.9548772, 5.2866852], abs=1e-6)
    assert fit.breusch_pagan.statistic == approx(4.8320436, abs=1e-6)
    assert fit.breusch_pagan.p_value == approx(0.1845170, abs=1e-6)
    assert fit.r_squared == approx(0.7619773, abs=1e-6)


def test_design_errors():
    strata, psu = list("AAAAAABBBBBB"), [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]
    w = [1, 1, 1.5, 1.5, 2, 2, 1, 1, 2, 2, 3, 3]
    recommend = [10, 9, 8, 6, 9, 7, 10, 3, 9, 10, 5, 8]
    sat = [5, 4, 4, 3, 5, 4, 5, 2, 4, 5, 2, 4]
    fit = ols(sat, {"recommend": recommend}, weights=w, strata=strata, clusters=psu)
    assert fit.method == "design"
    assert fit.coef.tolist() == approx([-0.0585586, 0.5045045], abs=1e-6)
    assert fit.std_error.tolist() == approx([0.6301908, 0.0739753], abs=1e-6)
    assert fit.df == 3


def test_domain_is_not_filtering():
    design = Design.build(32, clusters=np.arange(32) // 2)
    domain = (MT.am == 0).to_numpy()
    fit = ols(MT.mpg, MT[["cyl"]], design=design, domain=domain)
    assert fit.n == 19
    assert np.isnan(fit.fitted[~domain]).all()
    kept = MT[domain]
    same = ols(kept.mpg, kept[["cyl"]], covariance="classic")
    assert fit.coef.tolist() == approx(same.coef.tolist())


def test_an_answer_that_alone_fixes_a_coefficient_has_no_cook_distance():
    alone = MT.astype(float).assign(only=(MT.index == 3) * 1.0)
    fit = ols(alone.mpg, alone[["cyl", "vs", "only"]])
    assert fit.leverage[3] == approx(1)
    assert np.isnan(fit.cooks[3])
    without = ols(alone.mpg.drop(3), alone[["cyl", "vs"]].drop(3))
    assert np.nanmax(fit.cooks) == approx(np.nanmax(without.cooks) * 3 / 4)  # one more column


def test_holes_leave_their_rows():
    holes = MT.astype(float)
    holes.loc[0, "vs"] = np.nan
    fit = ols(holes.mpg, holes[DRIVERS])
    assert (fit.n, fit.n_missing) == (31, 1)
    assert np.isnan(fit.cooks[0])


def test_aliased_columns_are_named():
    more = MT.assign(twice=2 * MT.am, constant=3.0)
    fit = ols(more.mpg, more[["am", "twice", "constant"]])
    assert fit.aliased == ("twice", "constant")
    assert np.isnan(fit.coef["twice"])
    assert fit.coef["am"] == approx(ols(MT.mpg, MT[["am"]]).coef["am"])


def test_scale_of_weights_changes_nothing():
    w = np.tile([1.0, 2, 3, 4], 8)
    for method in ("classic", "HC3", "design"):
        one = ols(MT.mpg, MT[DRIVERS], weights=w, covariance=method)
        other = ols(MT.mpg, MT[DRIVERS], weights=w * 17, covariance=method)
        assert one.std_error.tolist() == approx(other.std_error.tolist())
        assert one.sigma == approx(other.sigma)


def test_too_few_rows():
    with pytest.raises(StatisticsError, match="not more answers than coefficients"):
        ols([1, 2, 3], np.eye(3)[:, :2])


def test_clusters_are_needed_for_cr1():
    with pytest.raises(StatisticsError, match="CR1 needs clusters"):
        ols(MT.mpg, MT[DRIVERS], covariance="CR1")


@pytest.mark.reference
@pytest.mark.parametrize("name", ["ols_mobi", "ols_univer_cluster", "wls_apistrat"])
def test_reference(reference, name):
    cases = json.loads((reference / "oracles" / "regression.json").read_text())
    case = next(case for case in cases if case["id"] == name)
    args, e = case["args"], case["expected"]
    frame = pd.read_csv(reference / "oracles" / "data" / case["data"])
    weights = frame[args["weights"]] if "weights" in args else None
    clusters = frame[args["cluster"]] if "cluster" in args else None
    kinds = {kind: kind for kind in ("classic", "HC0", "HC1", "HC2", "HC3")}
    if clusters is not None:
        kinds["CR1"] = "cluster_CR1"
    for kind, theirs in kinds.items():
        fit = ols(
            frame[args["y"]], frame[args["x"]], weights=weights, clusters=clusters, covariance=kind
        )
        for column, word in (("estimate", "estimate"), ("std_error", "se"), ("p_value", "p")):
            values = e[theirs][word]
            values = list(values.values()) if isinstance(values, dict) else values
            assert fit.terms[column].tolist() == approx(values, rel=1e-8, abs=1e-12)
    assert (fit.r_squared, fit.adj_r_squared) == approx((e["r2"], e["adj_r2"]), rel=1e-9)
    assert fit.vif.tolist() == approx(list(e["vif"].values()), rel=1e-9)
    if "beta_std" in e:
        beta = fit.terms.set_index("term")["beta"].drop("intercept")
        assert beta.tolist() == approx(list(e["beta_std"].values()), rel=1e-9)
        bp = e["breusch_pagan_studentized"]
        assert fit.breusch_pagan.statistic == approx(bp["stat"], rel=1e-9)
        assert fit.breusch_pagan.p_value == approx(bp["p"], rel=1e-9)
        assert np.nanmax(fit.cooks) == approx(e["cooks_max"], rel=1e-9)
