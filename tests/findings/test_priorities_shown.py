"""Priorities, asymmetry, what-if and Kano told and drawn in four languages."""

import numpy as np
import pandas as pd
import pytest
from known_answers import study, survey

from cxresearch import drivers, figures, findings, tables, text
from cxresearch.errors import AnalysisError
from cxresearch.study.study import Study


def kano():
    frame = pd.DataFrame({"f": [1] * 60, "d": [3] * 60, "g": [3] * 60, "h": [5] * 60})
    book = {"attributes": {k: {"columns": k, "scale": [1, 5]} for k in frame}}
    return drivers.kano(Study.from_frame(frame, book), {"app": ("f", "d"), "sign": ("g", "h")})


@pytest.fixture(scope="module")
def results():
    frame = survey(800)
    later = frame["wave"] == 2029
    frame.loc[later, "fast"] = np.clip(frame.loc[later, "fast"] - 2, 1, 7)
    one = study(frame)
    return {
        "importance": drivers.importance(one, by="region", n_resamples=60),
        "promoters": drivers.importance(one, outcome="recommend:promoters", n_resamples=60),
        "priorities": drivers.priorities(one.latest(), n_resamples=60),
        "moves": drivers.priorities(one, by="wave", n_resamples=60),
        "asymmetry": drivers.asymmetry(one, n_resamples=60),
        "what_if": drivers.simulate(one, n_resamples=60),
        "kano": kano(),
    }


FIGURES = {
    "priorities": "map",
    "moves": "arrows",
    "asymmetry": "grid",
    "what_if": "what_if",
}


@pytest.mark.parametrize("language", text.LANGUAGES)
def test_nothing_lacks_its_translation(language, results):
    from cxresearch.text import catalogue

    catalogue._missing.clear()
    for name, result in results.items():
        told = result.in_language(language)
        assert findings.read(told).headline
        for view in told.frames():
            assert "{" not in tables.show(told, view).html.split("</style>")[-1]
        if name in FIGURES:
            picture = figures.plot(told, kind=FIGURES[name])
            assert picture.alt
            assert picture.caption
    assert text.missing(language) == []


def test_what_is_said_is_what_is_in_the_table(results):
    table = results["priorities"].table
    told = str(findings.read(results["priorities"]))
    for quadrant, words in {"concentrate": "place to look first", "keep_up": "keeping up"}.items():
        assert (words in told) == (table["quadrant"] == quadrant).any()
    assert "lower in 2029 than in 2028: “fast”" in str(findings.read(results["moves"]))
    changes = results["what_if"].table.drop_duplicates("scenario")
    assert len(findings.read(results["what_if"]).sentences) == len(changes)
    assert "Delights" in str(findings.read(results["kano"]))
    assert "Taken for granted" in str(findings.read(results["kano"]))


def test_words_are_those_of_association(results):
    for result in results.values():
        told = str(findings.read(result)).lower()
        assert not any(word in told for word in (" causes", "leads to", "will raise", "because of"))


def test_three_sentences_for_a_client(results):
    told = findings.brief(results["promoters"], results["priorities"], results["what_if"])
    assert len(told.sentences) == 3
    assert told.headline == told.sentences[0]
    with pytest.raises(AnalysisError, match="no brief"):
        findings.brief(object())


def test_an_outcome_with_a_form_is_called_by_its_measure(results):
    html = tables.show(results["promoters"], "fit").html
    assert "recommend:promoters" not in html
    assert "promoters" in html


def test_the_map_shows_each_driver_once(results):
    picture = figures.plot(results["priorities"], kind="map")
    texts = [one.get_text() for one in picture.axes[0].texts]
    for driver in results["priorities"].table["driver"]:
        assert texts.count(driver) == 1
    assert len(picture.axes[0].lines) >= 3 * len(results["priorities"].table)


def test_no_arrows_without_waves(results):
    assert "nothing to draw" in figures.plot(results["priorities"], kind="arrows").alt.lower()
