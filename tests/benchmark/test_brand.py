"""The brand: fit and noise by hand, residuals of the grid, the planted profile."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import benchmark, findings
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked
from cxresearch.samples import COMPANY_TRUTH
from cxresearch.study.study import Study

SHARES = {"a": 0.62, "b": 0.48, "c": 0.30, "d": 0.25, "e": 0.15}
MEANT = {"a": 0.5, "b": 0.3, "c": 0.2}


def of_shares(shares=SHARES, meant=MEANT, n=100) -> Study:
    frame = pd.DataFrame({key: np.arange(n) < round(n * p) for key, p in shares.items()}).astype(
        int
    )
    attributes = {
        key: {"column": key, **({"intended": meant[key]} if key in meant else {})} for key in shares
    }
    return Study.from_frame(frame, {"brand": {"attributes": attributes}})


def test_fit_noise_and_net_by_hand():
    fit = benchmark.brand_profile(of_shares(), n_resamples=50).fit.set_index("statistic")
    assert fit["estimate"].to_dict() == pytest.approx({"fit": 51.4, "noise": 20.0, "net": 31.4})
    assert (fit["conf_low"] < fit["estimate"]).all()
    assert "tau" not in fit.index  # fewer than five intended attributes


def test_tau_needs_five_intended_attributes():
    shares = {"a": 0.9, "b": 0.7, "c": 0.5, "d": 0.4, "e": 0.2}
    meant = {"a": 0.3, "b": 0.25, "c": 0.2, "d": 0.15, "e": 0.1}
    fit = benchmark.brand_profile(of_shares(shares, meant), n_resamples=50).fit
    assert fit.set_index("statistic").loc["tau", "estimate"] == pytest.approx(1.0)


def test_weights_must_sum_to_one():
    with pytest.raises(AnalysisError, match="sum to 1"):
        benchmark.brand_profile(of_shares(meant={"a": 0.5, "b": 0.3}))


def test_a_codebook_without_brand_is_told_so():
    study = Study.from_frame(
        pd.DataFrame({"x": [1, 2]}), {"attributes": {"x": {"columns": "x", "scale": [1, 2]}}}
    )
    found = benchmark.brand_profile(study)
    assert isinstance(found, NotAsked)
    assert findings.read(found).headline


def test_the_grid_of_choices_has_the_residuals_of_r():
    counts = [[60, 30, 10], [40, 45, 25], [20, 25, 45]]
    n = 60  # as many people rate each brand; whom they choose for what is laid out in order
    frame = pd.DataFrame({"id": range(n), **{k: [1] * n for k in "xyz"}})
    meant = {"x": {"column": "x", "intended": 1.0}, "y": {"column": "y"}, "z": {"column": "z"}}
    study = Study.from_frame(frame, {"brand": {"attributes": meant}}, id="id")
    long = pd.DataFrame(
        [
            {"respondent_id": i, "brand": brand, "attribute": "xyz"[k], "selected": int(i < row[k])}
            for brand, row in zip("ABC", counts, strict=True)
            for k in range(3)
            for i in range(n)
        ]
    )
    found = benchmark.brand_profile(study, associations=long, n_resamples=100)
    grid = found.grid.pivot(index="entity", columns="attribute", values="residual")
    assert grid.loc["A"].tolist() == pytest.approx([5.0, -0.8660254, -4.6159309], abs=1e-6)
    assert found.inertia["inertia"].tolist() == pytest.approx([0.1519, 0.0146572], abs=1e-6)
    assert (found.grid["residual_low"] <= found.grid["residual_high"]).all()


def test_attributes_that_few_chose_are_withheld():
    n = 40
    frame = pd.DataFrame({"id": range(n), "x": [1] * n, "y": [0] * n, "z": [1] * n})
    keys = {"x": {"column": "x", "intended": 1.0}, "y": {"column": "y"}, "z": {"column": "z"}}
    study = Study.from_frame(frame, {"brand": {"attributes": keys}}, id="id")
    long = pd.DataFrame(
        [
            {"respondent_id": i, "brand": b, "attribute": a, "selected": int(a != "y" or i < 2)}
            for i in range(n)
            for b in "AB"
            for a in "xyz"
        ]
    )
    found = benchmark.brand_profile(study, associations=long, n_resamples=20)
    rows = found.grid[found.grid["attribute"] == "y"]
    assert set(rows["reason"]) == {"few_choices"}
    assert rows["residual"].isna().all()
    assert "few_choices" in [one.code for one in found.notes]


@pytest.fixture(scope="module")
def example(root) -> Study:
    return cx.load_study(root / "params" / "example.yml")


@pytest.mark.parametrize("wave", ["2022 H2", "2023 H1", "2024 H2"])
def test_the_planted_profile_is_found(example, wave):
    found = benchmark.brand_profile(example.wave(wave), n_resamples=50)
    for row in found.table.to_dict("records"):
        truth = COMPANY_TRUTH.brand_seen[row["attribute"]][wave]
        assert abs(row["estimate"] - truth) < 3.5 * row["std_error"]
    fit = found.fit[found.fit["entity"] == "Varlund"].set_index("statistic")
    for name, truth in (("fit", COMPANY_TRUTH.brand_fit), ("noise", COMPANY_TRUTH.brand_noise)):
        assert abs(fit.loc[name, "estimate"] - truth[wave]) < 3.5 * fit.loc[name, "std_error"]


def test_what_is_meant_and_not_seen_is_called_missing(example):
    found = benchmark.brand_profile(example, n_resamples=20, associations=_none(example))
    perceived = found.table.set_index("attribute")["perceived"].to_dict()
    assert perceived["innovative"] == "missing"
    assert perceived["bureaucratic"] == "unwanted"
    assert perceived["reliable"] == "seen"


def _none(example: Study) -> pd.DataFrame:
    """The study's own choices only, as associations of one brand."""
    rows = example.latest().frame
    return pd.DataFrame(
        {
            "respondent_id": rows["respondent"],
            "brand": "Varlund",
            "attribute": "reliable",
            "selected": rows["B_RELIABLE"],
        }
    ).dropna()


def test_rivals_shares_are_the_planted_ones(example):
    grid = benchmark.brand_profile(example.latest(), n_resamples=20).grid
    rivals = grid[grid["entity"] != "Varlund"]
    truth = [
        COMPANY_TRUTH.rival_brand_seen[row["entity"]][row["attribute"]]
        for row in rivals.to_dict("records")
    ]
    inside = (rivals["conf_low"] <= truth) & (truth <= rivals["conf_high"])
    assert inside.mean() > 0.8


def test_columns_are_public_words(example):
    for frame in benchmark.brand_profile(example.latest(), n_resamples=20).frames().values():
        assert set(frame.columns) <= set(GLOSSARY)
