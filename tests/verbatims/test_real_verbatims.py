"""Real short texts in four languages: read whole, coded, and words that fit their polarity."""

import pandas as pd
import pytest

from cxresearch import verbatims
from cxresearch.study.study import Study

pytestmark = pytest.mark.reference
ROWS = {"en": 1944, "es": 1679, "sl": 4777, "ru": 2247}
POLARITY = {
    "en": {2: 379, 1: 879, 0: 213, -1: 399, -2: 74},
    "es": {2: 370, 1: 846, 0: 207, -1: 218, -2: 38},
    "sl": {1: 898, 0: 588, -1: 3291},
    "ru": {1: 185, 0: 1049, -1: 1013},
}


@pytest.fixture(scope="module")
def texts(reference) -> pd.DataFrame:
    return pd.read_csv(reference / "data" / "verbatims" / "verbatims.csv.gz")


@pytest.fixture(scope="module")
def found(texts):
    book = {
        "measures": {"polarity": {"kind": "csat", "columns": "polarity", "scale": [-2, 2]}},
        "verbatims": {"comment": {"column": "text", "language_column": "lang"}},
    }
    return verbatims.themes(Study.from_frame(texts, book))


def test_counts_of_the_source_are_reproduced(texts, found):
    assert found.coverage.set_index("lang")["n"].to_dict() == ROWS
    for lang, counts in POLARITY.items():
        assert texts.loc[texts["lang"] == lang, "polarity"].value_counts().to_dict() == counts


def test_sources_and_total_of_the_source_are_reproduced(texts, found):
    assert len(texts) == found.n == 10_647
    assert texts.groupby("lang")["source"].unique().map(list).to_dict() == {
        "en": ["opener_hotels"],
        "es": ["opener_hotels"],
        "ru": ["sentirueval_telecom_tweets"],
        "sl": ["kks_comments"],
    }
    labels = texts[texts["lang"] == "en"]["source_label"].value_counts().to_dict()
    assert labels == {"pos": 879, "neg": 399, "strongpos": 379, "mixed": 213, "strongneg": 74}


def test_no_address_is_left_in_a_quote(found):
    assert not found.quotes["quote"].str.contains("@").any()
    assert found.masking.set_index("kind")["n"]["user"] > 0


@pytest.mark.parametrize(
    ("theme", "sign"), [("quality_good", 1), ("friendly", 1), ("rude", -1), ("quality_poor", -1)]
)
def test_praise_goes_with_positive_texts(found, theme, sign):
    row = found.table.set_index("theme").loc[theme]
    assert sign * row["impact"] > 0
    assert row["q_value"] < 0.01


def test_words_of_either_side_fit_in_every_language(found):
    words = found.keyness.groupby(["lang", "group"])["term"].apply(set)
    assert {"excellent", "great"} & words["en", "upper_half"]
    assert {"dirty", "rude", "poor", "worst"} & words["en", "lower_half"]
    assert {"amable", "excelente", "perfecto"} & words["es", "upper_half"]
    assert any("č" in word or "š" in word or "ž" in word for word in words["sl", "lower_half"])
    assert {"связь", "работает", "интернет"} & words["ru", "lower_half"]


def test_themes_are_suggested_in_every_language(found):
    assert set(found.suggested["lang"]) == set(ROWS)
    assert "mostly_uncoded" in [one.code for one in found.notes]  # news and tweets, not service
