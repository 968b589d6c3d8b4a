"""Exploratory factors against R: psych, stats::factanal, lavaan::lavCor on real answers."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxresearch.stats import factors

pytestmark = pytest.mark.reference

EFA = ("efa_bfi_ACE_3", "efa_mobi_12_2")
LOADINGS = 2e-5


@cache
def cases(folder: Path, name: str) -> dict[str, dict]:
    text = (folder / "oracles" / f"{name}.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)}


def answers(folder: Path, case: dict) -> pd.DataFrame:
    frame = pd.read_csv(folder / "oracles" / "data" / case["data"])
    frame = frame[case["args"]["items"]].dropna()
    turned = case["args"].get("reversed", [])
    turned = [turned] if isinstance(turned, str) else turned
    frame[turned] = 7 - frame[turned]
    return frame


def matrix(stored: dict) -> pd.DataFrame:
    return pd.DataFrame(stored["values"], stored["rows"], stored["cols"])


@pytest.mark.parametrize("name", ["fac_bfi_ACE", "fac_mobi_all_but_CUSCO"])
def test_factorability(reference: Path, name: str) -> None:
    case = cases(reference, "factorability")[name]
    frame, expected = answers(reference, case), case["expected"]
    corr, n = frame.corr(), len(frame)
    assert n == expected["n"]
    found = factors.kmo(corr)
    assert found.overall == pytest.approx(expected["kmo_overall"], abs=1e-9)
    np.testing.assert_allclose(found.items, pd.Series(expected["kmo_item"]), atol=1e-9)
    test = factors.bartlett(corr, n)
    assert test.statistic == pytest.approx(expected["bartlett"]["chisq"], rel=1e-9)
    assert test.df == expected["bartlett"]["df"]
    np.testing.assert_allclose(factors.smc(corr), pd.Series(expected["smc"]), atol=1e-9)
    by_map = factors.velicer_map(corr)
    np.testing.assert_allclose(by_map.values[:8], expected["velicer_map"], atol=1e-9)
    assert by_map.retained == expected["velicer_map_nfactors"]


@pytest.mark.parametrize("name", ["fac_bfi_ACE", "fac_mobi_all_but_CUSCO"])
def test_parallel(reference: Path, name: str) -> None:
    case = cases(reference, "factorability")[name]
    frame, expected = answers(reference, case), case["expected"]
    horn = expected["parallel_horn_pca"]
    found = factors.parallel(frame.corr(), len(frame), n_draws=1000, seed=20260101)
    np.testing.assert_allclose(found.eigenvalues, expected["eigenvalues_R"], atol=1e-9)
    # both sides are simulations: standard errors of 500 and of 1000 draws
    error = np.array(horn["sd"]) * np.sqrt(1 / 500 + 1 / 1000)
    assert (np.abs(found.means - horn["mean"]) < 4 * error).all()
    # a 95th percentile is 2.1 times as uncertain as a mean
    assert (np.abs(found.thresholds - horn["q95"]) < 4 * 2.11 * error).all()
    assert found.retained == horn["ncomp_q95"]
    common = factors.parallel(frame.corr(), len(frame), kind="factors", seed=1)
    np.testing.assert_allclose(common.eigenvalues, expected["eigenvalues_R_smc_diag"], atol=1e-9)
    assert common.retained == expected["parallel_psych_q95"]["nfact"]


@pytest.mark.parametrize("name", EFA)
@pytest.mark.parametrize("rotation", factors.ROTATIONS)
@pytest.mark.parametrize("method", ["minres", "ml", "principal"])
def test_solutions(reference: Path, name: str, method: str, rotation: str) -> None:
    case = cases(reference, "efa")[name]
    key = f"principal_{rotation}" if method == "principal" else f"fa_{method}_{rotation}"
    if key not in case["expected"]:
        pytest.skip(f"the reference has no {key}")
    frame, expected = answers(reference, case), case["expected"][key]
    target = matrix(expected["loadings"])
    found = factors.extract(
        frame.corr(),
        case["args"]["n_factors"],
        method,  # type: ignore[arg-type]
        rotation,  # type: ignore[arg-type]
        n=len(frame),
        target=target,
    )
    near = 1e-9 if method == "principal" else LOADINGS
    np.testing.assert_allclose(found.loadings, target, atol=near)
    np.testing.assert_allclose(found.communalities, pd.Series(expected["communality"]), atol=near)
    if expected["phi"]:
        np.testing.assert_allclose(found.phi, matrix(expected["phi"]), atol=near)
    fit = expected["fit"]
    assert found.fit.df == fit["dof"]
    assert found.fit.rmsr == pytest.approx(fit["rms"], abs=1e-6)
    assert found.fit.discrepancy == pytest.approx(fit["objective"], abs=2e-6)
    if method != "principal":
        assert found.fit.chi2 == pytest.approx(fit["chisq_likelihood"], rel=1e-5)
        assert found.fit.tli == pytest.approx(fit["TLI"], abs=1e-6)
        assert found.fit.rmsea == pytest.approx(fit["RMSEA"], abs=1e-6)


@pytest.mark.parametrize("name", EFA)
def test_factanal(reference: Path, name: str) -> None:
    case = cases(reference, "efa")[name]
    frame, expected = answers(reference, case), case["expected"]["factanal_ml_none"]
    found = factors.extract(frame.corr(), case["args"]["n_factors"], "ml", "none", n=len(frame))
    np.testing.assert_allclose(found.uniquenesses, pd.Series(expected["uniqueness"]), atol=LOADINGS)
    assert found.fit.chi2 == pytest.approx(expected["chisq"], rel=1e-6)
    assert found.fit.p_value == pytest.approx(expected["p"], rel=1e-4)


@pytest.mark.parametrize("name", EFA)
def test_scores(reference: Path, name: str) -> None:
    case = cases(reference, "efa")[name]
    frame, expected = answers(reference, case), case["expected"]
    target = matrix(expected["fa_minres_varimax"]["loadings"])
    solution = factors.extract(
        frame.corr(), case["args"]["n_factors"], "minres", "varimax", target=target
    )
    found = factors.factor_scores(frame, solution)
    first = matrix(expected["scores_regression_minres_varimax_first5"])
    weights = matrix(expected["weights_regression_minres_varimax"])
    np.testing.assert_allclose(found.weights, weights, atol=1e-4)
    np.testing.assert_allclose(found.scores.iloc[:5], first, atol=1e-4)


def test_polychoric(reference: Path) -> None:
    case = cases(reference, "polychoric")["poly_bfi_A"]
    frame, expected = answers(reference, case), case["expected"]
    found = factors.polychoric(frame)
    np.testing.assert_allclose(found, matrix(expected["lavaan_rho"]), atol=1e-6)
    np.testing.assert_allclose(found, matrix(expected["psych_rho"]), atol=1e-4)
    np.testing.assert_allclose(factors.thresholds(frame), matrix(expected["psych_tau"]), atol=1e-9)
