"""Drivers and scores of two published data sets, through the public calls."""

import json

import numpy as np
import pytest
import yaml
from oracle import expected

import cxresearch as cx

pytestmark = pytest.mark.reference
THRESHOLDS = {"promoters_from": 9, "detractors_to": 6}


def load(tmp_path, data, codebook, **more):
    params = {
        "study": {"name": "real"},
        "data": {"responses": str(data), **more},
        "codebook": codebook,
    }
    path = tmp_path / "real.yml"
    plain = json.loads(json.dumps(params))  # tuples become lists
    path.write_text(yaml.safe_dump(plain, sort_keys=False))
    return cx.load_study(path)


@pytest.fixture
def hbat(reference, tmp_path):
    """Quality, price and delivery beside satisfaction; an SPSS file with labels at the ends."""
    scale = {"min": 0, "max": 10, "continuous": True}
    blocks = {
        "quality": (6, 8, 9, 11),
        "cost": (13, 17),
        "delivery": (16, 18),
        "other": (7, 10, 12, 14),
    }
    attributes = {
        f"x{i}": {"columns": f"x{i}", "scale": "rating", "block": block}
        for block, numbers in blocks.items()
        for i in numbers
    }
    measures = {
        "satisfaction": {"kind": "score", "columns": "x19", "scale": "rating"},
        "recommend": {"kind": "nps", "columns": "x20", "scale": "rating", **THRESHOLDS},
    }
    book = {"scales": {"rating": scale}, "measures": measures, "attributes": attributes}
    data = reference / "data" / "hbat" / "HBAT.sav"
    return load(tmp_path, data, book, id="id", segments=["x1", "x4"])


@pytest.fixture
def mobi(reference, tmp_path):
    items = {"IMAG": 5, "CUEX": 3, "PERQ": 7, "PERV": 2}
    attributes = {
        f"{name}{i + 1}": {"columns": f"{name}{i + 1}", "scale": "ten", "block": name.lower()}
        for name, n in items.items()
        for i in range(n)
    }
    measures = {
        "satisfaction": {"kind": "csat", "columns": "CUSA1", "scale": "ten", "top_box": 2},
        "recommend": {"kind": "nps", "columns": "CUSL3", "scale": "ten", **THRESHOLDS},
        "complaint": {"kind": "csat", "columns": "CUSCO", "scale": "ten"},
    }
    book = {"scales": {"ten": [1, 10]}, "measures": measures, "attributes": attributes}
    return load(tmp_path, reference / "data" / "ecsi_mobi" / "mobi.csv", book)


def agrees(result, raw):
    found = result.table.set_index("driver")["estimate"]
    np.testing.assert_allclose(found[list(raw)], list(raw.values()), rtol=0, atol=1e-9)


def test_labels_of_the_spss_file(hbat):
    assert hbat.n == 100
    assert hbat.ratings["x6"].iloc[0] == 8.5
    assert hbat.about.values["x1"]["3"] == "Over 5 years"
    assert hbat.about.values["x4"] == {"0": "USA/North America", "1": "Outside North America"}
    table = cx.kpis.measure(hbat, by="x1").table
    assert set(table["x1"]) == {"Less than 1 year", "1 to 5 years", "Over 5 years"}
    assert hbat.where(x1="Over 5 years").n == hbat.where(x1=3).n > 0


@pytest.mark.parametrize("case", ["kda_hbat_p4", "kda_hbat_p7", "kda_hbat_p10", "kda_hbat_p12"])
def test_hbat(hbat, reference, case):
    known = expected(reference, "kda", case)
    result = cx.drivers.importance(hbat, blocks={"all": list(known["raw"]["lmg"])}, n_resamples=20)
    agrees(result, known["raw"]["lmg"])
    assert result.fit.loc[0, "r_squared"] == pytest.approx(known["r2"], abs=1e-9)
    assert result.fit.loc[0, "adj_r_squared"] == pytest.approx(known["adj_r2"], abs=1e-9)


def test_hbat_blocks(hbat):
    result = cx.drivers.importance(hbat, n_resamples=50)
    assert set(result.blocks["block"]) == {"quality", "cost", "delivery", "other"}
    assert result.blocks["estimate"].sum() == pytest.approx(result.fit.loc[0, "r_squared"])
    # complaint resolution and delivery speed correlate .865
    assert result.table.set_index("driver").loc["x18", "vif"] > 4


@pytest.mark.parametrize("p", [3, 6, 9, 12])
def test_mobi(mobi, reference, p):
    known = expected(reference, "kda", f"kda_mobi_p{p}")
    blocks = {"all": list(known["raw"]["lmg"])}
    names = {
        "shapley": "lmg",
        "last": "last",
        "first": "first",
        "beta_squared": "betasq",
        "pratt": "pratt",
    }
    for method, theirs in names.items():
        result = cx.drivers.importance(mobi, blocks=blocks, method=method, n_resamples=20)
        agrees(result, known["raw"][theirs])
    weights = cx.drivers.importance(mobi, blocks=blocks, method="relative_weights", n_resamples=20)
    agrees(weights, known["johnson_rwa"]["raw"])


def test_mobi_blocks(mobi, reference):
    known = expected(reference, "kda", "kda_groups_mobi")
    blocks = {
        "quality": ["PERQ1", "PERQ2", "PERQ3"],
        "image": ["IMAG1", "IMAG4"],
        "value": ["PERV1", "PERV2"],
    }
    result = cx.drivers.importance(mobi, blocks=blocks, n_resamples=20)
    found = result.blocks.set_index("block")["estimate"]
    for block, value in known["grouped_lmg"].items():
        assert found[block] == pytest.approx(value, abs=1e-9)


def test_mobi_regression(mobi, reference):
    known = expected(reference, "regression", "ols_mobi")
    drivers = ["PERQ1", "PERQ2", "PERQ3", "PERQ4", "PERQ5", "PERQ6", "PERQ7", "IMAG1"]
    result = cx.drivers.importance(mobi, blocks={"all": drivers}, n_resamples=20)
    assert result.fit.loc[0, "r_squared"] == pytest.approx(known["r2"], abs=1e-9)


def test_recommendation_on_one_to_ten(mobi, reference):
    table = cx.kpis.measure(mobi).table.set_index(["measure", "statistic"])
    known = expected(reference, "kpi", "kpi_mobi_CUSL3_nps")
    assert table.loc[("recommend", "nps"), "estimate"] == pytest.approx(known["nps"], abs=1e-9)
    top = table.loc[("recommend", "promoters")]
    found = [top["estimate"], top["conf_low"], top["conf_high"]]
    np.testing.assert_allclose(found, [known["top_share"], *known["wilson"]], atol=1e-9)
    for measure, case in (
        ("recommend", "kpi_mobi_CUSL3_nps"),
        ("complaint", "kpi_mobi_CUSCO_small_share"),
    ):
        known = expected(reference, "kpi", case)
        mean = table.loc[(measure, "mean")]
        found = [mean["estimate"], mean["conf_low"], mean["conf_high"]]
        np.testing.assert_allclose(found, [known["mean"], *known["mean_ci_t"]], atol=1e-9)
    assert table.loc[("recommend", "nps"), "mdc"] == pytest.approx(
        (1.959963985 + 0.841621234)
        * np.sqrt(2)
        * expected(reference, "kpi", "kpi_mobi_CUSL3_nps")["nps_se_n"],
        abs=1e-6,
    )
