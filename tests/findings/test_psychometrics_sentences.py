"""Findings on the questionnaire: what was planted is told, and doubt is told as doubt."""

import re

import numpy as np
import pandas as pd
import pytest
import shown_psychometrics as made

from cxresearch import findings, psychometrics, tables, text
from cxresearch.study.study import Study
from cxresearch.text import catalogue

MADE = [{}, {"common": True}, {"shift": 1.0}, {"n": 60}, {"n": 12}, {"n": 5}]
MADE += [{"dimensions": 1}, {"waves": False}]


@pytest.mark.parametrize("language", ["en", "es", "sl", "ru"])
@pytest.mark.parametrize("how", MADE, ids=str)
def test_every_part_is_told_in_every_language(how, language):
    catalogue._missing.clear()
    found = made.examined(**how)
    for part in [found, *made.parts(found).values()]:
        told = findings.read(part.in_language(language))
        assert told.headline
        assert not [one for one in told if re.search(r"\{|\bnan\b", one)]
        for view in part.frames():
            assert tables.show(part.in_language(language), view).html
    assert text.missing(language) == []


def test_planted_dimensions_are_found_and_fit():
    parts = made.parts(made.examined())
    assert "as many as the questionnaire has" in findings.read(parts["n_factors"]).headline
    assert findings.read(parts["explored"]).headline.startswith("All 3 dimensions")
    told = findings.read(parts["confirmed"])
    assert told.headline.startswith("The answers fit the dimensions of the questionnaire: CFI")
    assert "Every dimension is told apart" in str(told)
    assert "they read the questions alike" in findings.read(parts["invariance"]).headline


def test_dimensions_that_are_not_there_are_a_finding():
    parts = made.parts(made.examined(common=True))
    assert "fewer than the questionnaire's 3" in findings.read(parts["n_factors"]).headline
    explored = str(findings.read(parts["explored"]))
    assert "No dimension of the questionnaire is found again" in explored
    assert "that of its own dimension" not in explored
    assert "hardly tell some of them apart" in findings.read(parts["confirmed"]).headline


def test_items_that_a_wave_reads_higher_are_named():
    result = made.examined(shift=1.0).invariance
    assert result.gate == "means"
    told = findings.read(result).headline
    assert "quick_1" not in str(findings.read(made.examined().invariance))
    assert "“quick_1”, “kind_1”, “neat_1”: compare scores without these items" in told


def test_few_answers_cannot_tell():
    parts = made.parts(made.examined(n=60))
    assert "Cannot tell whether steady enough" in str(findings.read(parts["reliability"]))
    assert "cannot be told" in findings.read(parts["confirmed"]).headline
    assert "cannot be told" in findings.read(parts["invariance"]).headline
    parts = made.parts(made.examined(n=12))
    assert {one.headline.split(":")[-1] for one in map(findings.read, parts.values())} >= {
        " cannot tell."
    }


def test_a_part_that_cannot_be_asked_names_its_need():
    assert made.examined(waves=False).invariance.need == "waves"
    assert made.examined(n=12).invariance.need == "large_waves"
    assert made.examined(n=5).explored.need == "few"


def test_parts_are_the_single_analyses():
    one = made.study()
    alone = psychometrics.reliability(one.latest())
    assert made.examined().reliability.table.equals(alone.table)


def test_fit_intervals_say_their_own_level():
    html = tables.show(made.examined().confirmed, "fit").html
    assert "RMSEA, 90% interval" in html.replace("<br>", " ").replace("\u00a0", " ")
    assert "95%" not in html


def test_one_scale_without_a_common_factor_leaves_the_others_theirs():
    rng = np.random.default_rng(1)
    frame = made.study().frame[[*made.ITEMS["quick"], *made.ITEMS["kind"]]]
    loose = pd.DataFrame(rng.integers(1, 8, (len(frame), 4)), columns=list("abcd"))
    book = {
        key: {"scale": [1, 7], "perception": list(made.ITEMS[key])} for key in ("quick", "kind")
    }
    book["loose"] = {"scale": [1, 7], "perception": list("abcd")}
    one = Study.from_frame(frame.reset_index(drop=True).join(loose), {"dimensions": book})
    result = psychometrics.reliability(one)
    by_scale = result.table.set_index("scale")
    assert by_scale["alpha"].notna().all()
    assert by_scale.loc[["quick", "kind"], "omega_total"].notna().all()
    assert by_scale.loc["loose", "alpha"] < 0.3
    assert "Not steady enough" in str(findings.read(result))
    assert "no_common_factor" in [one.code for one in result.notes]
    assert pd.isna(by_scale.loc["loose", "omega_total"])


def test_whether_segments_may_be_compared_can_be_asked_or_not():
    frame = made.study().frame.drop(columns="wave").reset_index(drop=True)
    frame["half"], frame["tiny"] = ["a", "b"] * 200, ["a"] * 395 + ["b"] * 5
    book = {key: {"scale": [1, 7], "perception": list(items)} for key, items in made.ITEMS.items()}
    one = Study.from_frame(frame, {"dimensions": book}, segments=["half", "tiny"])
    assert psychometrics.comparable(one, across="half").gate == "means"
    assert psychometrics.comparable(one, across="tiny").need == "large_groups"
    assert psychometrics.comparable(one).need == "waves"
