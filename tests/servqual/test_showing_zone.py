"""Zone, gap changes and score models as figures, tables and sentences in every language."""

import re
from dataclasses import replace

import numpy as np
import pytest
from made import EVERY, changes, models, zone, zone_by_region
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cxresearch import figures, findings, tables, text
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError
from cxresearch.results import NotAsked

LANGUAGES = ["en", "es", "sl", "ru"]
PICTURES = [(make, kind) for make in EVERY for kind in figures.DRAWERS[type(make()).__name__]]


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("make", "kind"), PICTURES)
def test_pictures_say_base_and_source_and_fit_their_frame(make, kind, language):
    picture = figures.plot(make(language), kind=kind)
    assert "n" in picture.caption
    assert len(picture.alt) > 60
    assert "nan" not in picture.alt
    renderer = FigureCanvasAgg(picture).get_renderer()
    picture.draw(renderer)
    written = [*picture.texts]
    for axes in picture.axes:
        written += [*axes.texts, axes.title, axes.xaxis.label]
        written += [*axes.get_yticklabels()] if axes.name != "polar" else []
        legend = axes.get_legend()
        written += legend.get_texts() if legend else []
    for one in written:
        if one.get_text() and one.get_visible():
            box = one.get_window_extent(renderer)
            assert box.x0 >= -1, one
            assert box.x1 <= picture.bbox.width + 1, one
            assert one.get_fontsize() >= 8, one


def _marks(axes):
    drawn = [line for line in axes.lines if line.get_marker() == "o" and len(line.get_xdata())]
    return [line.get_xdata()[0] for line in drawn]


def test_bars_reach_from_adequate_to_desired():
    result = zone()
    (axes,) = figures.zone_chart(result).axes
    rows = result.table.set_index("dimension").loc[["first", "second", "overall"]]
    order = [*rows.iloc[:2].sort_values("msa").index, "overall"]
    bars = [patch for patch in axes.patches if patch.get_width() > 0]
    assert [bar.get_x() for bar in bars] == pytest.approx(list(rows.loc[order, "adequate"]))
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends == pytest.approx(list(rows.loc[order, "desired"]))
    marks = _marks(axes)
    assert marks == pytest.approx(list(rows.loc[order, "perception"]))


def test_the_radar_never_stands_alone():
    result = zone()
    names = [axes.name for axes in figures.radar(result).axes]
    assert sorted(names) == ["polar", "rectilinear"]
    few = replace(result, table=result.table[result.table["dimension"] == "first"])
    assert [axes.name for axes in figures.radar(few, view="table").axes] == ["rectilinear"]


def test_both_sides_sum_to_the_dot():
    result = changes()
    (axes,) = figures.change_split(result).axes
    widths = [bar.get_width() for bar in axes.patches]
    half = len(widths) // 2
    assert np.add(widths[:half], widths[half:]) == pytest.approx(_marks(axes))


def test_an_unknown_view():
    with pytest.raises(AnalysisError, match='ZoneOfTolerance has no view "nothing"'):
        figures.zone_chart(zone(), view="nothing")


def test_rated_directly_there_are_no_bars_of_levels():
    result = zone()
    table = result.table.assign(source="direct", perception=np.nan)
    assert "nothing to draw" in figures.zone_chart(replace(result, table=table)).alt


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("make", EVERY)
def test_everything_is_told_in_every_language(make, language):
    before = set(text.missing(language))
    result = make(language)
    told = findings.read(result)
    assert told.headline
    assert told.limits
    shown = [tables.show(result, view).html for view in result.frames()]
    figures.plot(result)
    for one in [*told, *shown]:
        assert not re.search(r"\bnan\b", re.sub(r"<[^>]*>", " ", one))
        assert "{" not in re.sub(r"<style>.*?</style>", "", one)
    assert set(text.missing(language)) == before


def test_sentences_follow_the_verdicts():
    result = zone()
    table = result.table.assign(verdict=["below", "undecided", "within"], below=[0.6, 0.2, 0.3])
    told = str(findings.read(replace(result, table=table)))
    assert "On average, service is below what is adequate: “First of all”." in told
    assert "cannot be told: “second”" in told
    assert "Most often found below adequate: “First of all”, by 60.0%" in told
    assert "“Overall" not in told


def test_groups_are_named():
    told = findings.read(zone_by_region())
    assert any(text.startswith("North: ") for text in told)


def test_a_change_of_a_gap_names_its_sides():
    result = changes()
    table = result.latest.assign(q_value=0.001, perception_change=0.5, expectation_change=-0.25)
    told = findings.read(replace(result, latest=table)).headline
    assert "perception by +0.50 scale points, expectation by −0.25 scale points" in told
    unsure = findings.read(replace(result, latest=result.latest.assign(q_value=0.5))).headline
    assert unsure.startswith("Cannot tell whether the gap changed, 2028 → 2029")


def test_a_lead_is_claimed_only_where_it_is_sure():
    result = models()
    sure = findings.read(replace(result, differences=result.differences.assign(conf_low=0.01)))
    assert "It leads for sure before" in str(sure)
    ends = {"conf_low": -0.1, "conf_high": 0.1}
    unsure = str(findings.read(replace(result, differences=result.differences.assign(**ends))))
    assert "It cannot be told apart from" in unsure
    assert "leads for sure" not in unsure


@pytest.mark.parametrize("make", EVERY)
def test_columns_are_in_the_glossary(make):
    result = make()
    for name, frame in result.frames().items():
        unknown = set(frame.columns) - set(GLOSSARY) - set(result.by)
        assert not unknown, name
        assert frame.columns.is_unique
        for column in frame.columns.intersection(list(GLOSSARY)):
            if GLOSSARY[column].form == "code":
                words = [one for one in frame[column].dropna() if isinstance(one, str)]
                assert not any(" " in one for one in words), column


def test_pairs_of_scores_are_named_in_words():
    shown = tables.show(models("es"), "differences").html.replace("\u00a0", " ")
    assert "SERVPERF ponderado (percepciones por importancia)" in shown
    assert "servperf_weighted" not in shown


def test_verdicts_on_gaps_have_words_of_their_own():
    from known_answers import SURVEY_BOOK, study

    from cxresearch import servqual

    first = {**SURVEY_BOOK["dimensions"]["first"], "delta": 0.2}
    book = {**SURVEY_BOOK, "dimensions": {**SURVEY_BOOK["dimensions"], "first": first}}
    shown = tables.show(servqual.gaps(study(book=book))).html.replace("\u00a0", " ")
    assert "clearly below expectations" in shown
    assert "clear fall" not in shown


def test_what_was_not_asked_is_said():
    result = zone()
    absent = NotAsked(
        table=result.table.head(0), n=1, n_eff=1.0, conf_level=0.95, about=result.about, need="zone"
    )
    told = "did not ask for an adequate level"
    assert told in findings.read(absent).headline
    assert told in tables.show(absent).html
    assert tables.show(absent, "latest").html == tables.show(absent).html
    assert told in figures.plot(absent).alt
