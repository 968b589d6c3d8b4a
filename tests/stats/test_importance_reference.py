"""Importance against R: relaimpo, rwa, dominanceanalysis and domir on real data."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxresearch.stats import importance

pytestmark = pytest.mark.reference

RAW = {
    "lmg": importance.shapley,
    "last": importance.last,
    "first": importance.first,
    "betasq": importance.beta_squared,
    "pratt": importance.pratt,
    "genizi": importance.genizi,
    "car": importance.car,
}
PRECISE = {"rtol": 0, "atol": 1e-9}


@cache
def cases(folder: Path, name: str) -> dict[str, dict]:
    text = (folder / "oracles" / f"{name}.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)}


def answers(folder: Path, case: dict) -> tuple[pd.DataFrame, np.ndarray | None]:
    """The complete rows of a case, outcome last, and their weights."""
    names = [case["data"]] if isinstance(case["data"], str) else case["data"]
    frame = pd.concat([pd.read_csv(folder / "oracles" / "data" / one) for one in names], axis=1)
    args = case["args"]
    if "rows" in args:
        frame = frame.query(args["rows"])
    drivers, outcome = args["drivers"], args["outcome"].split()[0]
    weight = args.get("weights", "").split(" ")[0]
    if args.get("weights") == "w carried with the resampled row":
        weight = "w"
    frame = frame[[*drivers, outcome, *([weight] if weight else [])]]
    if "sfo" in names[0]:
        ratings = [*drivers, *([] if outcome == "netpro" else [outcome])]
        frame[ratings] = frame[ratings].where(frame[ratings].isin([1, 2, 3, 4, 5]))
        frame = frame.where(frame != 11)
    frame = frame.dropna()
    weights = frame.pop(weight).to_numpy() if weight else None
    return frame, weights


def same(found: pd.Series, expected: dict[str, float]) -> None:
    np.testing.assert_allclose(found[list(expected)], list(expected.values()), **PRECISE)


IDS = [
    *[f"kda_mobi_p{p}" for p in range(3, 13)],
    *[f"kda_hbat_p{p}" for p in (4, 7, 10, 12)],
    "kda_sfo2017_unweighted_p10",
    "kda_sfo2017_weighted_p10",
    "kda_sfo2017_nps_weighted_p6",
    "kda_univer_unweighted",
    "kda_univer_weighted",
    "kda_apistrat_weighted",
]


@pytest.mark.parametrize("name", IDS)
def test_relaimpo(reference: Path, name: str) -> None:
    case = cases(reference, "kda")[name]
    expected = case["expected"]
    frame, weights = answers(reference, case)
    assert len(frame) == expected["n"]
    cov = importance.weighted_cov(frame, weights)
    outcome = case["args"]["outcome"]
    for key, method in RAW.items():
        values = method(cov, outcome)
        same(values, expected["raw"][key])
        same(values / values.sum(), expected["normalised"][key])
    same(importance.relative_weights(cov, outcome), expected["johnson_from_corr"])
    assert importance.decompose(cov, outcome).r_squared == pytest.approx(expected["r2"], abs=1e-9)
    if "johnson_rwa" in expected:
        same(importance.relative_weights(cov, outcome), expected["johnson_rwa"]["raw"])


def test_every_case_is_looked_at(reference: Path) -> None:
    others = {"kda_groups_mobi", "dom_mobi_p5", "dom_logit_mobi_p4"}
    assert set(cases(reference, "kda")) == {*IDS, *others}


def test_groups_and_covariates(reference: Path) -> None:
    case = cases(reference, "kda")["kda_groups_mobi"]
    expected, args = case["expected"], case["args"]
    cov = answers(reference, case)[0].cov()
    outcome, groups = args["outcome"], args["groups"]
    same(importance.shapley(cov, outcome, groups), expected["grouped_lmg"])
    same(importance.last(cov, outcome, groups), expected["grouped_last"])
    same(importance.first(cov, outcome, groups), expected["grouped_first"])
    result = importance.decompose(cov, outcome, covariates=[expected["always"]["always"]])
    same(result.values, expected["always"]["lmg"])
    assert result.r_squared == pytest.approx(expected["always"]["r2"], abs=1e-9)
    added = result.r_squared - result.r_squared_covariates
    assert added == pytest.approx(expected["always"]["r2_decomposed"], abs=1e-9)


def test_dominance(reference: Path) -> None:
    case = cases(reference, "kda")["dom_mobi_p5"]
    expected = case["expected"]
    found = importance.dominance(answers(reference, case)[0].cov(), case["args"]["outcome"])
    same(found.general, expected["general_dominanceanalysis"])
    same(found.general, expected["general_domir"])
    for attribute, key in (
        ("conditional", "conditional_domir"),
        ("complete_matrix", "complete_matrix"),
        ("conditional_matrix", "conditional_matrix"),
    ):
        matrix = expected[key]
        values = getattr(found, attribute).loc[matrix["rows"]].to_numpy()
        np.testing.assert_allclose(values, matrix["values"], **PRECISE)
    levels = expected["conditional_by_level"]
    np.testing.assert_allclose(found.conditional.T[levels["cols"]], levels["values"], **PRECISE)


def test_logit(reference: Path) -> None:
    case = cases(reference, "kda")["dom_logit_mobi_p4"]
    expected, drivers = case["expected"], case["args"]["drivers"]
    frame = answers(reference, case)[0]
    X, y = frame[drivers], (frame["CUSA1"] >= 9).astype(int)
    for key, fit in (
        ("r2.m", importance.mcfadden),
        ("r2.cs", importance.cox_snell),
        ("r2.n", importance.nagelkerke),
    ):
        same(importance.shapley_fit(drivers, fit(X, y)), expected["general_by_fit"][key])
    same(
        importance.shapley_fit(drivers, importance.mcfadden(X, y)),
        expected["general_domir_mcfadden"],
    )
    full = importance.mcfadden(X, y)(tuple(drivers))
    assert full == pytest.approx(expected["mcfadden_full"], abs=1e-9)


@pytest.mark.parametrize("name", ["boot_mobi_p5", "boot_univer_weighted_p4"])
@pytest.mark.parametrize(
    ("key", "method"),
    [
        ("lmg", "shapley"),
        ("last", "last"),
        ("first", "first"),
        ("genizi", "relative_weights"),
    ],
)
def test_bootstrap_limits(reference: Path, name: str, key: str, method: str) -> None:
    case = cases(reference, "kda_boot")[name]
    frame, weights = answers(reference, case)
    outcome, drivers = case["args"]["outcome"], case["args"]["drivers"]
    n_resamples = 4000
    found = importance.bootstrap(
        frame[drivers], frame[outcome], weights, method, n_resamples=n_resamples, seed=11
    )
    table = found.table.set_index("driver")
    # Monte-Carlo sd of a 1000-draw limit in the file, scaled to our draws and theirs together;
    # it was estimated from a few batches, so four sd of a normal become those of a t
    total, batches = case["expected"]["total_draws"], case["expected"]["batches"]
    scale = stats.t.ppf(stats.norm.cdf(4), batches - 1)
    scale *= np.sqrt(1000 / n_resamples + 1000 / total)
    for driver in drivers:
        known = case["expected"]["statistics"][f"{key}.{driver}"]
        low, high = table.loc[driver, ["conf_low", "conf_high"]]
        assert abs(low - known["q025"]) < scale * known["mc_sd_q025_of_1000_draws"]
        assert abs(high - known["q975"]) < scale * known["mc_sd_q975_of_1000_draws"]
        values = found.draws[:, drivers.index(driver)]
        assert abs(values.mean() - known["mean"]) < 5 * known["sd"] / np.sqrt(n_resamples)
        assert values.std(ddof=1) == pytest.approx(known["sd"], rel=0.08)
    known = case["expected"]["statistics"]["r2"]
    assert abs(found.r_squared.mean() - known["mean"]) < 5 * known["sd"] / np.sqrt(n_resamples)
