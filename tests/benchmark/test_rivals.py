"""Rivals: known answers, the same from columns and from rows, and the planted truth."""

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import benchmark, findings
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.samples import COMPANY_TRUTH
from cxresearch.study.study import Study

SHOWN = {"min_n": {"show": 1, "test": 1}}
RATINGS = pd.DataFrame({"us": [8, 7, 9, 6, 8, 7], "A": [7, 7, 8, 7, 6, 7], "B": [6, 8, 7, 6, 7, 5]})
SAT = {"sat": {"kind": "csat", "columns": "us", "scale": [1, 10]}}


def beside() -> Study:
    book = {"measures": SAT, "competitors": {"A": {"sat": ["A"]}, "B": {"sat": ["B"]}}}
    return Study.from_frame(RATINGS, book, analysis=SHOWN)


def in_rows(**more) -> Study:
    long = RATINGS.assign(id=range(6)).melt("id", var_name="who", value_name="s")
    book = {"measures": {"sat": {**SAT["sat"], "columns": "s"}}}
    entity = {"column": "who", "own": "us"}
    return Study.from_frame(long, book, entity=entity, analysis=SHOWN, **more)


@pytest.mark.parametrize("study", [beside(), in_rows(id="id")], ids=["columns", "rows"])
def test_paired_differences_of_r(study):
    found = benchmark.compare(study, n_resamples=500)
    table = found.table.set_index(["contrast", "entity"])
    one = table.loc[("rival", "A")]
    assert one["estimate"] == pytest.approx(0.5)
    assert one["std_error"] == pytest.approx(0.4281744, abs=1e-7)
    assert one["p_value"] == pytest.approx(0.2955586, abs=1e-7)
    mean = table.loc[("rival_mean", "")]
    assert mean["estimate"] == pytest.approx(0.75)
    assert mean["std_error"] == pytest.approx(0.4031129, abs=1e-7)
    best = table.loc[("best_rival", "A")]
    assert best["estimate"] == pytest.approx(0.5)
    assert best["bias"] < 0
    assert np.isnan(best["p_value"])
    assert set(found.table["family"]) == {"competitors", "competitors_mean", ""}


def test_without_ids_raters_are_different_people():
    table = benchmark.compare(in_rows(), n_resamples=100).table.set_index(["contrast", "entity"])
    one = table.loc[("rival", "A")]
    assert one["method"] == "welch"
    assert not one["paired"]
    assert one["estimate"] == pytest.approx(0.5)
    assert one["std_error"] == pytest.approx(np.sqrt((1.1 + 0.4) / 6))


def test_places_of_all_companies_share_the_draws():
    found = benchmark.compare(beside(), n_resamples=500).standings
    assert found["rank"].tolist() == [1, 2, 3]
    assert found["p_first"].sum() == pytest.approx(1, abs=0.15)  # ties are first together
    assert (found["rank_low"] <= found["rank"]).all()
    assert (found["rank"] <= found["rank_high"]).all()


def test_a_measure_where_less_is_better_turns_the_order():
    book = {
        "measures": {"ces": {"kind": "ces", "version": 1, "columns": "us", "scale": [1, 10]}},
        "competitors": {"A": {"ces": ["A"]}},
    }
    found = benchmark.compare(Study.from_frame(RATINGS, book, analysis=SHOWN), n_resamples=200)
    assert found.table["p_ahead"].iloc[0] < 0.5
    assert found.standings.set_index("entity").loc["A", "rank"] == 1


def test_small_bases_are_withheld():
    book = {"measures": SAT, "competitors": {"A": {"sat": ["A"]}}}
    row = benchmark.compare(Study.from_frame(RATINGS, book), n_resamples=50).table.iloc[0]
    assert row["suppressed"]
    assert row["reason"] == "small_base"
    assert np.isnan(row["estimate"])


def test_unknown_keys_name_the_nearest():
    with pytest.raises(AnalysisError, match="sat"):
        benchmark.compare(beside(), measure="satt")
    with pytest.raises(AnalysisError, match="rival"):
        benchmark.compare(Study.from_frame(RATINGS, {"measures": SAT}))


def test_expectations_and_zone_take_the_same_levels_for_all():
    n = 40
    frame = pd.DataFrame(
        {"E": [6] * n, "A": [4] * n, "P": [5, 7] * (n // 2), "R": [3, 5] * (n // 2)}
    )
    item = {"key": "help", "expectation": "E", "adequate": "A", "perception": "P"}
    book = {
        "dimensions": {"care": {"scale": [1, 7], "items": [item]}},
        "competitors": {"Rival": {"help": ["R"]}},
    }
    found = benchmark.compare(Study.from_frame(frame, book), n_resamples=50)
    gaps = found.expectations.set_index("entity")
    assert gaps["estimate"].to_dict() == {"own": 0.0, "Rival": -2.0}
    assert gaps["met"].to_dict() == {"own": 0.5, "Rival": 0.0}
    zone = found.zone.set_index("entity")
    assert zone["within"].to_dict() == {"own": 0.5, "Rival": 0.5}
    assert zone["below"].to_dict() == {"own": 0.0, "Rival": 0.5}
    assert zone["position"].to_dict() == {"own": 1.0, "Rival": 0.0}


@pytest.fixture(scope="module")
def example(root) -> Study:
    return cx.load_study(root / "params" / "example.yml")


def test_the_planted_differences_are_found(example):
    inside, all_of_them = 0, 0
    for wave in ("2022 H2", "2023 H1", "2024 H2"):
        table = benchmark.compare(example.wave(wave), n_resamples=50).table
        for row in table[table["contrast"] == "rival"].to_dict("records"):
            truth = COMPANY_TRUTH.rival_difference[row["entity"]][row["measure"]][wave]
            assert abs(row["estimate"] - truth) < 3.5 * row["std_error"]
            inside += row["conf_low"] <= truth <= row["conf_high"]
            all_of_them += 1
    assert all_of_them == 24
    assert inside >= 20


def test_results_speak_with_public_words(example):
    found = benchmark.compare(example.latest(), n_resamples=50)
    for frame in found.frames().values():
        assert set(frame.columns) <= set(GLOSSARY)
    told = findings.read(found)
    assert "Sendelin" in told.headline
    assert benchmark.compare(example, by="wave", n_resamples=20).table["wave"].nunique() == 8


def test_one_seed_one_answer(example):
    latest = example.latest()
    first, second = (benchmark.compare(latest, n_resamples=60).table for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
