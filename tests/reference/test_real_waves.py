"""Eight yearly waves of an airport's passengers, whose questionnaire drifted from year to year."""

import numpy as np
import pandas as pd
import pytest
import yaml
from oracle import expected

import cxresearch as cx

pytestmark = pytest.mark.reference

YEARS = range(2010, 2018)
LATER = ("2013", "2015", "2016", "2017")
# the study's names, and the files' names of them from year to year
RATINGS = ["art", "food", "shops", "sign", "walk", "screens"]
LETTERS = dict(zip(RATINGS, "ABCDEF", strict=True))
WORDS_2012 = dict(
    zip(RATINGS, ["A_ART", "B_FOOD", "C_SHOP", "D_SIGNS", "E_WALK", "F_SCREENS"], strict=True)
)
WORDS_2013 = WORDS_2012 | {"shops": "C_SHOPS"}
WORDS = dict(zip(RATINGS, ["ART", "FOOD", "STORE", "SIGN", "WALKWAYS", "SCREENS"], strict=True))
NEVER_ASKED = {"wifi", "clean", "safe", "find", "recommend"}


def names(year: int) -> dict[str, str]:
    """The study's name of a column → the file's name of it in that year."""
    if year == 2010:
        found = {key: f"Q6{letter}" for key, letter in LETTERS.items()} | {"overall": "Q6N"}
    elif year == 2011:
        found = {key: f"Q8{letter}" for key, letter in LETTERS.items()} | {"overall": "Q8N"}
    elif year == 2012:
        found = {key: f"Q8{word}" for key, word in WORDS_2012.items()} | {"overall": "Q8N_WHOLE"}
    elif year == 2013:
        found = {key: f"Q7{word}" for key, word in WORDS_2013.items()} | {"overall": "Q7O_WHOLE"}
    else:
        found = {key: f"Q7{word}" for key, word in WORDS.items()} | {"overall": "Q7ALL"}
        found |= {"wifi": "Q7WIFI", "clean": "Q9ALL", "safe": "Q10SAFE", "find": "Q14FIND"}
    if year not in (2011, 2012):
        found["weight"] = "WEIGHT"
    if year >= 2013:
        found["run"] = "RUN" if year in (2013, 2014) else "RUNID"
    if year == 2017:
        found["recommend"] = "NETPRO"
    return found | {"stratum": "STRATA"}


SCALE = {"five": {"min": 1, "max": 5}}
ATTRIBUTES = {key: {"columns": key, "scale": "five", "block": "quality"} for key in RATINGS}
OVERALL = {"whole": {"kind": "csat", "columns": "overall", "scale": "five", "top_box": 2}}
RECOMMEND = {"recommend": {"kind": "nps", "columns": "recommend"}}
MORE = {
    key: {"columns": key, "scale": "five", "block": "quality"}
    for key in ("wifi", "clean", "safe", "find")
}
BLANK = [0, "Blank"]
CODES = {"not_applicable": {"five": [6]}, "missing": {"five": BLANK, "recommend": [11, "Blank"]}}
BOOK = {"scales": SCALE, "measures": OVERALL | RECOMMEND, "attributes": ATTRIBUTES | MORE}


@pytest.fixture(scope="module")
def sources(reference):
    folder = reference / "data" / "sfo_waves"
    return [
        {
            "path": str(folder / f"{year}_SFO_Customer_Survey.csv"),
            "wave": year,
            "columns": names(year),
        }
        for year in YEARS
    ]


def load(folder, responses, book=BOOK, **data):
    params = {
        "study": {"name": "airport"},
        "data": {"responses": responses, **CODES, **data},
        "codebook": book,
        "analysis": {"n_resamples": 20},
    }
    (folder / "airport.yml").write_text(yaml.safe_dump(params, sort_keys=False))
    return cx.load_study(folder / "airport.yml")


@pytest.fixture(scope="module")
def eight(sources, tmp_path_factory):
    """The eight files as they are, each with its own names of columns."""
    return load(tmp_path_factory.mktemp("eight"), sources, weight="weight")


def harmonised(sources) -> pd.DataFrame:
    """All files in one frame, under the study's names."""
    parts = []
    for one in sources:
        wanted = {theirs: ours for ours, theirs in one["columns"].items()}
        frame = pd.read_csv(one["path"], usecols=list(wanted), low_memory=False)
        parts.append(frame.rename(columns=wanted).assign(wave=one["wave"]))
    return pd.concat(parts)


@pytest.fixture(scope="module")
def merged(sources, tmp_path_factory):
    """The same in one file, columns renamed beforehand."""
    folder = tmp_path_factory.mktemp("merged")
    harmonised(sources).to_csv(folder / "airport.csv", index=False)
    return load(folder, "airport.csv", wave="wave", weight="weight")


DESIGN = {"weight": "weight", "strata": "stratum", "cluster": "run"}


@pytest.fixture(scope="module")
def later(sources):
    """The sources of the waves with flight runs that R was given."""
    return [one for one in sources if str(one["wave"]) in LATER]


@pytest.fixture(scope="module")
def designed(later, tmp_path_factory):
    """Weights, strata and clusters; without the rows that lack the rating, as R was given them."""
    folder = tmp_path_factory.mktemp("designed")
    frame = harmonised(later)
    answered = pd.to_numeric(frame["overall"], errors="coerce").between(1, 5)
    frame[answered].to_csv(folder / "airport.csv", index=False)
    return load(folder, "airport.csv", wave="wave", **DESIGN)


def figures(study, statistic, measure="whole"):
    table = cx.kpis.measure(study, by="wave").table
    rows = table[(table["measure"] == measure) & (table["statistic"] == statistic)]
    return rows.set_index("wave")


def test_every_interview_is_there(eight):
    assert eight.n == 25_856
    assert eight.waves == tuple(str(year) for year in YEARS)
    note = next(one for one in eight.notes if one.code == "waves_unweighted")
    assert note["waves"] == "2011, 2012"
    notes = {one.code for one in eight.notes}
    assert {"missing_codes", "not_applicable_codes", "columns_unused"} <= notes


def test_one_file_says_the_same_as_eight(eight, merged):
    for analysis in (
        lambda one: cx.kpis.measure(one, by="wave"),
        lambda one: cx.trends.compare(one, measure="whole"),
        lambda one: cx.trends.track(one, measure="whole"),
    ):
        pd.testing.assert_frame_equal(analysis(eight).table, analysis(merged).table, rtol=1e-9)


def test_codes_are_no_answers(eight, sources):
    raw = harmonised(sources)
    answered = pd.to_numeric(raw["overall"], errors="coerce").between(1, 5)
    counted = answered.groupby(raw["wave"]).sum()
    assert figures(eight, "mean")["n"].tolist() == counted.tolist()


def test_means_and_errors_of_waves(designed, reference):
    known = expected(reference, "survey", "svy_sfo_waves_compare")["by"]
    mean, top = figures(designed, "mean"), figures(designed, "top_box")
    assert mean.index.tolist() == list(LATER)
    np.testing.assert_allclose(mean["estimate"], known["mean"], atol=1e-9)
    np.testing.assert_allclose(mean["std_error"], known["se"], atol=1e-9)
    np.testing.assert_allclose(top["estimate"], known["top2"], atol=1e-9)
    np.testing.assert_allclose(top["std_error"], known["se_top2"], atol=1e-9)


def test_rows_without_the_rating_keep_their_cluster_in_the_design(designed, later, tmp_path):
    """One run of 2015 rated nothing; as a part of the design it still counts as a cluster."""
    whole = figures(load(tmp_path, later, **DESIGN), "mean")
    part = figures(designed, "mean")
    np.testing.assert_allclose(whole["estimate"], part["estimate"], atol=1e-12)
    away = (whole["std_error"] / part["std_error"] - 1).abs()
    assert away.idxmax() == "2015"
    assert 0 < away.max() < 1e-4


def test_change_between_waves(later, tmp_path, reference):
    known = expected(reference, "survey", "svy_sfo_waves_compare")
    book = {
        **BOOK,
        "measures": {"whole": {"kind": "score", "columns": "overall", "scale": "five"}} | RECOMMEND,
    }
    study = load(tmp_path, later, book, **DESIGN)
    table = cx.trends.compare(study, measure="whole").table
    row = table[(table["wave_to"] == "2017") & (table["contrast"] == "previous")].iloc[0]
    theirs = known["svyttest"]
    found = [row["estimate"], row["std_error"], row["statistic"]]
    np.testing.assert_allclose(found, [theirs["diff"], known["svyglm_se"], theirs["t"]], atol=1e-9)
    # Satterthwaite's degrees of freedom instead of clusters minus strata minus one
    assert row["p_value"] == pytest.approx(theirs["p"], abs=1e-4)
    np.testing.assert_allclose([row["conf_low"], row["conf_high"]], theirs["ci"], atol=1e-4)


def test_recommendation_of_2017(sources, tmp_path, reference):
    known = expected(reference, "kpi", "kpi_sfo2017_nps")
    study = load(tmp_path, sources[-1:])
    table = cx.kpis.measure(study).table.set_index(["measure", "statistic"])
    nps = table.loc[("recommend", "nps")]
    assert nps["n"] == known["n"]
    assert nps["estimate"] == pytest.approx(known["nps"], abs=1e-9)
    promoters = table.loc[("recommend", "promoters")]
    np.testing.assert_allclose(
        [promoters["conf_low"], promoters["conf_high"]], known["wilson"], atol=1e-9
    )
    known = expected(reference, "kpi", "kpi_sfo2017_csat")
    top = table.loc[("whole", "top_box")]
    found = [top["estimate"], top["conf_low"], top["conf_high"]]
    np.testing.assert_allclose(found, [known["top_share"], *known["wilson"]], atol=1e-9)


@pytest.mark.parametrize(
    ("case", "weight"),
    [("kda_sfo2017_unweighted_p10", None), ("kda_sfo2017_weighted_p10", "weight")],
)
def test_drivers_of_2017(sources, tmp_path, reference, case, weight):
    known = expected(reference, "kda", case)
    settings = {
        "blocks": {"all": list(known["raw"]["lmg"])},
        "outcome": "whole",
        "n_resamples": 20,
    }
    study = load(
        tmp_path,
        sources[-1:],
        weight=weight,
        not_applicable={},
        missing={"five": [*BLANK, 6], "recommend": [11]},
    )
    result = cx.drivers.importance(study, **settings)
    found = result.table.set_index("driver")["estimate"]
    assert result.n == known["n"]
    for driver, value in known["raw"]["lmg"].items():
        assert found[driver] == pytest.approx(value, abs=1e-9)


def test_not_applicable_keeps_respondents(sources, tmp_path):
    """Who never used a part of the airport stays, with an indicator beside the rating."""
    study = load(tmp_path, sources[-1:], weight="weight")
    result = cx.drivers.importance(study, outcome="whole", n_resamples=20)
    assert result.n > 1.5 * 1470
    assert "not_used" in {note.code for note in result.notes}


def test_recommendation_was_asked_once(eight):
    table = cx.trends.track(eight, measure="recommend").table
    assert table["observed"].notna().sum() == 1
    assert (table["reason"].iloc[:-1] == "not_asked").all()
    assert cx.trends.compare(eight, measure="recommend").table.empty
    drivers = cx.drivers.importance(eight.wave(2013), outcome="whole", n_resamples=20)
    missing = drivers.table[drivers.table["reason"] == "empty"]["driver"]
    assert set(missing) == {"wifi", "clean", "safe", "find"}
    assert drivers.table["estimate"].notna().sum() == 6


def test_eight_waves_to_their_end(eight):
    """Gate, breaks, chart, forecast and mix on an airport's own files."""
    gate = cx.trends.comparability(eight, measure="whole")
    assert gate.table["n_waves"].tolist() == [8]
    found = cx.trends.breaks(eight, measure="whole")
    assert found.fit.loc[0, "n_waves"] == 8
    assert found.table["verdict"].isin(["break", "step_or_drift", "no_break"]).all()
    ahead = cx.trends.forecast(eight, measure="whole", horizon=1)
    row = ahead.table.iloc[0]
    assert row["wave"] == "2018"
    assert 0.7 < row["conf_low"] < row["estimate"] < row["conf_high"] < 0.95
    assert ahead.backtest.loc[0, "n_forecasts"] == 2
    recommend = cx.trends.forecast(eight, measure="recommend")
    assert (recommend.table["reason"] == "too_few_waves").all()
    chart = cx.trends.control_chart(eight, measure="whole", baseline="2013")
    assert chart.limits.loc[0, "baseline_to"] == "2013"
    assert chart.limits.loc[0, "method"] in ("p", "laney_p")
