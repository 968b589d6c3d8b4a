"""Measurement models against R lavaan and semTools on real answers (maximum likelihood)."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxresearch.stats import cfa

pytestmark = pytest.mark.reference

CASES = ("cfa_bfi_ACE", "cfa_mobi_ecsi4")
NAMES = {
    "fmin": None,
    "chisq": "chi2",
    "df": "df",
    "baseline.chisq": "baseline_chi2",
    "baseline.df": "baseline_df",
    "cfi": "cfi",
    "tli": "tli",
    "rmsea": "rmsea",
    "rmsea.ci.lower": "rmsea_conf_low",
    "rmsea.ci.upper": "rmsea_conf_high",
    "srmr": "srmr",
    "logl": "log_likelihood",
    "aic": "aic",
    "bic": "bic",
    "npar": "n_parameters",
}


@cache
def case_of(folder: Path, name: str) -> tuple[dict, dict[str, list[str]], pd.DataFrame]:
    text = (folder / "oracles" / "cfa.json").read_text(encoding="utf-8")
    case = next(one for one in json.loads(text) if one["id"] == name)
    lines = (line.split("=~") for line in case["args"]["model"].splitlines())
    model = {left.strip(): [item.strip() for item in right.split("+")] for left, right in lines}
    frame = pd.read_csv(folder / "oracles" / "data" / case["data"])
    frame = frame[[item for items in model.values() for item in items]].dropna()
    turned = case["args"].get("reversed", [])
    frame[turned] = 7 - frame[turned]
    return case["expected"], model, frame


@cache
def fitted(folder: Path, name: str) -> cfa.Confirmed:
    _, model, frame = case_of(folder, name)
    return cfa.fit(model, cfa.Moments(cov=frame.cov(), n=len(frame)))


@pytest.mark.parametrize("name", CASES)
def test_fit(reference: Path, name: str) -> None:
    expected = case_of(reference, name)[0]["fit_ml"]
    found = fitted(reference, name).fit
    # lavaan's fmin is half the discrepancy
    assert found.discrepancy / 2 == pytest.approx(expected["fmin"], abs=1e-8)
    for theirs, ours in NAMES.items():
        if ours is not None:
            assert getattr(found, ours) == pytest.approx(expected[theirs], rel=1e-6, abs=1e-6), ours


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("table", "estimate", "error", "ours"),
    [
        ("marker_estimates", "est", "se", ("estimate", "std_error")),
        ("standardized", "est.std", "se", ("standardised", "standardised_error")),
    ],
)
def test_parameters(
    reference: Path, name: str, table: str, estimate: str, error: str, ours: tuple[str, str]
) -> None:
    rows = case_of(reference, name)[0][table]
    parameters = fitted(reference, name).parameters
    known = {frozenset((row["factor"], row["item"])): row for row in parameters.to_dict("records")}
    for row in rows:
        found = known[frozenset((row["lhs"], row["rhs"]))]
        assert found[ours[0]] == pytest.approx(row[estimate], abs=1e-4)
        assert np.nan_to_num(found[ours[1]]) == pytest.approx(row[error], abs=1e-4)


@pytest.mark.parametrize("name", CASES)
def test_validity(reference: Path, name: str) -> None:
    expected, model, frame = case_of(reference, name)
    found = fitted(reference, name)
    table = cfa.validity(found.loadings(), found.phi())
    np.testing.assert_allclose(table["cr"], pd.Series(expected["cr_std"]), atol=1e-5)
    np.testing.assert_allclose(table["ave"], pd.Series(expected["ave_std"]), atol=1e-5)
    np.testing.assert_allclose(found.phi(), expected["latent_correlations"]["values"], atol=1e-5)
    lower = np.tril_indices(len(model), -1)
    for variant, key in (("2015", "htmt"), ("2", "htmt2")):
        ratio = cfa.htmt(frame.corr(), model, variant)  # type: ignore[arg-type]
        theirs = np.array(expected[key]["values"], dtype=float)
        np.testing.assert_allclose(ratio.to_numpy()[lower], theirs[lower], atol=1e-9)


@pytest.mark.parametrize("name", CASES)
def test_modification_indices(reference: Path, name: str) -> None:
    expected = pd.DataFrame(case_of(reference, name)[0]["modindices_top10"])
    found = cfa.modification_indices(fitted(reference, name)).head(len(expected))
    np.testing.assert_allclose(found["statistic"], expected["mi"], rtol=1e-4)
    np.testing.assert_allclose(found["change"], expected["epc"], rtol=1e-4)
    assert found["item"].tolist() == expected["rhs"].tolist()
    assert found["factor"].tolist() == expected["lhs"].tolist()
