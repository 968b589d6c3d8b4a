"""Themes: the planted ones are found, bases are right, nothing personal is shown."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import findings, tables, verbatims
from cxresearch.columns import GLOSSARY
from cxresearch.errors import AnalysisError, CodebookError
from cxresearch.samples import COMPANY_TRUTH, comments, phrases
from cxresearch.study.study import Study

BOOK = {
    "measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}},
    "verbatims": {"comment": {"column": "c", "language_column": "lang"}},
}
LATE = {"themes": {"late": {"include": {"en": ["late"]}, "sentiment": "negative"}}}


def said(texts, scores=None, lang="en", **more) -> Study:
    n = len(texts)
    frame = pd.DataFrame({"c": texts, "s": scores or [1, 5] * (n // 2), "lang": lang})
    return Study.from_frame(frame, BOOK, **more)


@pytest.mark.parametrize("lang", list(phrases.SENTENCES))
def test_every_sentence_of_the_example_has_its_theme_and_no_other(lang):
    frame = verbatims.load_codeframe()
    for theme, sentences in phrases.SENTENCES[lang].items():
        for sentence in sentences:
            told = frame.folded(sentence, lang)
            found = [one.key for one in frame.themes if one.found_in(told, lang)]
            assert found == [theme], sentence


@pytest.mark.parametrize("lang", list(phrases.SENTENCES))
def test_openings_closings_and_addresses_have_no_theme(lang):
    frame = verbatims.load_codeframe()
    spare = [*phrases.OPENINGS[lang], *phrases.CLOSINGS[lang], *phrases.CONTACT_ME[lang]]
    for sentence in spare:
        told = frame.folded(sentence, lang)
        assert [one.key for one in frame.themes if one.found_in(told, lang)] == [], sentence


@pytest.fixture(scope="module")
def example(root) -> Study:
    return cx.load_study(root / "params" / "example.yml")


@pytest.fixture(scope="module")
def found(example):
    return verbatims.themes(example)


def test_planted_prevalence_and_impact(found):
    table = found.table.set_index("theme")
    for name in comments.THEMES:
        truth = np.mean(list(COMPANY_TRUTH.theme_share[name].values()))
        error = (table.loc[name, "conf_high"] - table.loc[name, "conf_low"]) / 3.92
        assert abs(table.loc[name, "share"] - truth) < 3.5 * error, name
        reach = (table.loc[name, "impact_high"] - table.loc[name, "impact_low"]) / 3.92
        away = abs(table.loc[name, "impact"] - COMPANY_TRUTH.theme_impact[name])
        assert away < 3.5 * reach, name
    assert table.loc["late", "q_value"] < 0.001


def test_the_disruption_shows_as_more_about_late(found):
    waves = found.waves[found.waves["theme"] == "late"].set_index("wave")
    assert waves.loc["2023 H1", "difference"] > 0.1
    assert waves.loc["2023 H1", "q_value"] < 0.05
    assert np.isnan(waves.loc["2021 H1", "difference"])


def test_the_dissatisfied_comment_more(found):
    bias = found.bias[found.bias["statistic"] == "share_commenting"].set_index("answer")
    assert bias.loc[3.0, "estimate"] > bias.loc[5.0, "conf_high"]
    difference = found.bias.set_index("statistic").loc["score_difference"]
    assert difference["conf_high"] < 0
    for point, truth in comments.COMMENTS_AT.items():
        if point not in bias.index:  # too few gave it: counted with its neighbour
            continue
        row = bias.loc[point]
        if not row["suppressed"]:
            assert abs(row["estimate"] - truth) < 4 * row["std_error"]


def test_both_bases(found, example):
    table = found.table.set_index("theme")
    commenting = table["share_all"] / table["share"]
    assert commenting["late"] == pytest.approx(0.414, abs=0.03)
    assert table["n"].iloc[0] == int(example.frame["COMMENT"].notna().sum())


def test_nothing_personal_is_left(found):
    assert found.masking.set_index("kind")["n"].to_dict() == {"email": 23, "phone": 27}
    shown = " ".join(found.quotes["quote"])
    assert "@" not in shown
    assert "example.com" not in shown
    assert found.quotes["n"].min() >= 10
    assert "respondent" not in found.quotes


def test_quotes_stay_in_their_language(found):
    assert found.quotes["lang"].nunique() >= 3


def test_columns_are_public_words(found):
    for name, frame in found.frames().items():
        assert set(frame.columns) - {"region", "tier", "channel"} <= set(GLOSSARY), name


def test_findings_and_tables_show_it(found):
    told = findings.read(found)
    assert "Late" in told.headline
    for view in found.frames():
        assert "<table" in tables.show(found, view).html or found.frames()[view].empty


def test_coders_agree_as_planted(example):
    agreed = verbatims.agreement(example, n_resamples=200)
    overall = agreed.table.set_index("theme").loc["overall"]
    assert overall["conf_low"] < COMPANY_TRUTH.coder_kappa < overall["conf_high"]


def test_html_in_a_comment_is_escaped_on_the_page():
    texts = ["<script>alert(1)</script> it came late & how"] * 12
    shown = tables.show(verbatims.themes(said(texts), codeframe=LATE), "quotes").html
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_commenters_and_everybody():
    texts = ["late"] * 10 + ["fine"] * 10 + [None] * 20
    row = verbatims.themes(said(texts), codeframe=LATE).table.iloc[0]
    assert row["share"] == 0.5
    assert row["share_all"] == 0.25
    assert row["impact_reason"] == "small_base"


def test_impact_is_the_difference_of_means():
    texts = ["late"] * 40 + ["fine"] * 40
    row = verbatims.themes(said(texts, [2] * 39 + [3] + [4] * 39 + [5]), codeframe=LATE).table.iloc[
        0
    ]
    assert row["impact"] == pytest.approx(2.025 - 4.025)
    assert row["q_value"] < 0.001


def test_unknown_languages_are_listed_and_counted_in_no_theme():
    found = verbatims.themes(
        said(["late"] * 12 + ["trop tard"] * 12, lang=["en"] * 12 + ["fr"] * 12)
    )
    coverage = found.coverage.set_index("lang")
    assert not coverage.loc["fr", "known"]
    assert found.table.set_index("theme").loc["late", "share"] == 1.0
    assert "languages_unknown" in [one.code for one in found.notes]


def test_few_comments_are_withheld():
    row = verbatims.themes(said(["late", "fine"] * 3 + [None] * 20), codeframe=LATE).table.iloc[0]
    assert row["suppressed"]
    assert np.isnan(row["share"])


def test_letters_are_a_source_of_their_own(example):
    found = verbatims.themes(example, source="documents")
    assert set(found.table["source"]) == {"documents"}
    assert found.table["share_all"].isna().all()
    with pytest.raises(AnalysisError, match="documents"):
        verbatims.themes(example, source="document")


def test_case_accents_and_forms_of_unicode_do_not_matter():
    frame = {"fold": ["accents", "yo"], "themes": {"bill": {"include": {"es": ["facturación"]}}}}
    texts = ["FACTURACIÓN", "facturacion", "facturacio\u0301n"] * 4
    assert verbatims.themes(said(texts, lang="es"), codeframe=frame).table["share"].iloc[0] == 1.0


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"themes": {"late": {}}},
        {"themes": {"late": {"include": {"en": ["late"]}, "sentimnt": "negative"}}},
        {"themes": {"late": {"include": {"en": ["late"]}, "sentiment": "bad"}}},
        {"themes": {"late": {"include": {"en": ["late"]}}}, "fold": ["umlaut"]},
    ],
)
def test_faulty_code_frames_are_refused(frame):
    with pytest.raises(CodebookError):
        verbatims.load_codeframe(frame)


def test_a_code_frame_file_of_the_params(tmp_path):
    file = tmp_path / "themes.yml"
    file.write_text("themes: {odd: {include: {en: [odd*]}}}", encoding="utf-8")
    analysis = {"verbatims": {"codeframe": str(file)}}
    found = verbatims.themes(said(["oddly", "fine"] * 10, analysis=analysis))
    assert found.table["theme"].tolist() == ["odd"]


def test_the_seed_decides_the_quotes(example):
    first, second = (verbatims.themes(example, seed=5).quotes for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert not verbatims.themes(example, seed=6).quotes["quote"].equals(first["quote"])


def test_a_label_of_the_frame_wins_over_one_of_the_codebook(found):
    russian = replace(found.about, language="en")
    assert russian.label("tracking") == "Tracking and notices"


DECLINED = {
    "sl": {
        "price": ["Cena je visoka", "zaradi cene", "Preveč za takšno ceno", "o cenah ne bi"],
        "friendly": ["prijazna gospa", "prijaznega osebja", "s prijaznimi", "prijaznost"],
        "late": ["zamuda", "zamude", "z zamudo", "spet zamujate", "zamujajo"],
    },
    "ru": {
        "price": ["Цена высокая", "из-за цены", "по такой цене", "о ценах", "с ценами"],
        "late": ["опоздание", "с опозданием", "опоздали", "задержка", "задержки", "задержкой"],
        "friendly": ["вежливый курьер", "вежливая", "вежливого", "с вежливыми"],
    },
    "es": {"late": ["retraso", "retrasos", "se retrasó", "con retraso"]},
    "en": {"late": ["delay", "delays", "delayed"]},
}


@pytest.mark.parametrize(
    ("lang", "theme", "text"),
    [(a, b, c) for a, themes_ in DECLINED.items() for b, some in themes_.items() for c in some],
)
def test_words_are_found_in_their_declined_forms(lang, theme, text):
    frame = verbatims.load_codeframe()
    told = frame.folded(text, lang)
    assert theme in [one.key for one in frame.themes if one.found_in(told, lang)]


def test_wider_themes_count_a_comment_once():
    frame = {
        "parents": {"delivery": "Delivery"},
        "themes": {
            "late": {"include": {"en": ["late"]}, "parent": "delivery"},
            "broken": {"include": {"en": ["broken"]}, "parent": "delivery"},
        },
    }
    texts = ["late and broken", "late", "fine", "fine"] * 6
    row = verbatims.themes(said(texts), codeframe=frame).parents.iloc[0]
    assert row["share"] == 0.5
    assert row["n_theme"] == 12


@pytest.mark.parametrize(
    "texts",
    [
        [None] * 20,
        ["😀👍", "🎉"] * 10,
        ["late", *[None] * 19],
        ["<b>late</b> & more"] * 20,
        ["?", "...", " ", "-"] * 5,
        ["ok"] * 20,
    ],
    ids=["none", "emoji", "one", "html", "signs", "alike"],
)
def test_poor_comments_give_every_table_figure_and_sentence(texts):
    found = verbatims.themes(said(texts))
    assert findings.read(found).sentences
    for view in found.frames():
        assert "<b>late" not in tables.show(found, view).html
    for kind in ("theme_bars", "impact", "theme_waves"):
        assert cx.figures.plot(found, kind=kind).alt


def test_a_wave_without_comments_is_said():
    frame = pd.DataFrame({"c": ["late", "fine"] * 10 + [None] * 20, "s": [1, 5] * 20, "lang": "en",
                          "w": [1] * 20 + [2] * 20})  # fmt: skip
    study = Study.from_frame(frame, BOOK, wave="w")
    waves = verbatims.themes(study, codeframe=LATE).waves.set_index("wave")
    assert waves.loc["2", "reason"] == "empty"
    assert waves["difference"].isna().all()
    latest = verbatims.themes(study.latest(), codeframe=LATE)
    assert findings.read(latest).sentences


def test_quotes_carry_their_language():
    quoted = ["Paket je spet zamujal, nihče ni odgovoril"] * 12
    shown = tables.show(verbatims.themes(said(quoted, lang="sl")), "quotes").html
    assert '<td lang="sl">Paket' in shown


def test_only_those_who_agreed_are_quoted():
    texts = [f"my parcel number {i} came late" for i in "abcdefghijkl"]
    frame = pd.DataFrame({"c": texts, "s": [1, 5] * 6, "ok": [1] + [0] * 10 + [None]})
    book = {
        "measures": BOOK["measures"],
        "verbatims": {"comment": {"column": "c", "language": "en", "consent": "ok"}},
    }
    found = verbatims.themes(Study.from_frame(frame, book), codeframe=LATE)
    assert found.quotes["quote"].tolist() == [texts[0]]
    assert found.quotes["n"].tolist() == [12]


def test_no_table_of_texts_is_pooled_with_the_survey():
    letters = pd.DataFrame(
        {"doc_id": range(12), "ts": "2024-05-02", "lang": "en", "text": ["late", "fine"] * 6}
    )
    frame = pd.DataFrame({"c": ["late"] * 12, "s": [1, 5] * 6, "lang": "en"})
    study = Study.from_frame(frame, BOOK, tables={"documents": letters})
    found = verbatims.themes(study, source=["comment", "documents"], codeframe=LATE)
    assert found.table.set_index("source")["share"].to_dict() == {"comment": 1.0, "documents": 0.5}
    assert "not_all_customers" in [one.code for one in found.notes]
