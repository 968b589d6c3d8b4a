"""Themes: what is withheld cannot be worked out from what is shown beside it."""

import pandas as pd
import pytest

import cxresearch as cx
from cxresearch import verbatims
from cxresearch.study.study import Study

BOOK = {
    "measures": {"sat": {"kind": "csat", "columns": "s", "scale": [1, 5]}},
    "verbatims": {"comment": {"column": "c", "language_column": "lang"}},
}
LATE = {"themes": {"late": {"include": {"en": ["late"]}, "sentiment": "negative"}}}


@pytest.fixture(scope="module")
def found(root):
    return verbatims.themes(cx.load_study(root / "params" / "example.yml"))


def test_who_comments_lets_nobody_be_worked_out(found):
    """A point of the scale on fewer than ten is told with its neighbour, so no row is withheld."""
    shares = found.bias[found.bias["statistic"] == "share_commenting"]
    assert "1–2" in list(shares["answer"])
    assert not shares["suppressed"].any()
    assert (shares["n"] >= 10).all()


def waves_of(sizes: dict[str, int], **more) -> Study:
    """Half of those who write in each wave write that it came late."""
    wave = [name for name, n in sizes.items() for _ in range(n)]
    texts = ["It came late.", "All fine."] * (len(wave) // 2)
    frame = pd.DataFrame({"c": texts, "s": [1, 5] * (len(wave) // 2), "lang": "en", "w": wave})
    return Study.from_frame(frame, BOOK, wave="w", **more)


def test_a_small_wave_cannot_be_worked_out_from_the_others():
    found = verbatims.themes(waves_of({"a": 40, "b": 6, "c": 20, "d": 30}), codeframe=LATE)
    waves = found.waves.set_index("wave")
    assert waves.loc["b", "reason"] == "small_base"
    assert waves.loc["c", "reason"] == "complementary"
    for wave in ("b", "c"):
        assert waves.loc[wave, ["share", "conf_low", "n_theme", "difference"]].isna().all()
    # what was withheld does not come back as a difference: share of d minus its change
    assert waves.loc[["c", "d"], "difference"].isna().all()
    assert waves.loc[["a", "d"], "share"].tolist() == [0.5, 0.5]


def test_waves_that_are_large_enough_lose_nothing():
    found = verbatims.themes(waves_of({"a": 40, "b": 20, "c": 30}), codeframe=LATE)
    assert found.waves["n_theme"].tolist() == [20, 10, 15]
    assert found.waves["difference"].iloc[1:].notna().all()


def test_a_withheld_group_shows_no_count_of_its_theme():
    frame = pd.DataFrame(
        {
            "c": ["It came late.", "All fine."] * 30,
            "s": [1, 5] * 30,
            "lang": "en",
            "region": ["N"] * 34 + ["S"] * 20 + ["W"] * 6,
        }
    )
    found = verbatims.themes(Study.from_frame(frame, BOOK, segments=["region"]), codeframe=LATE)
    groups = found.segments.set_index("group")
    assert groups["reason"].fillna("").to_dict() == {
        "N": "",
        "S": "complementary",
        "W": "small_base",
    }
    assert groups.loc[["S", "W"], ["share", "n_theme", "difference"]].isna().all(axis=None)


def said(times: int) -> Study:
    texts = ["It came late.", "It got lost."] * times
    frame = pd.DataFrame({"c": texts, "s": [1, 5] * times, "lang": "en"})
    return Study.from_frame(frame, BOOK)


def test_wider_themes_are_withheld_with_their_themes():
    """No theme is withheld without its whole source, so no parent leaves one to be worked out."""
    wide = {"themes": {"late": {"include": {"en": ["late"]}, "parent": "delivery"},
                       "lost": {"include": {"en": ["lost"]}, "parent": "delivery"}}}  # fmt: skip
    few = verbatims.themes(said(4), codeframe=wide)
    assert few.table["share"].isna().all()
    assert few.table["n_theme"].isna().all()
    assert few.parents.empty
    many = verbatims.themes(said(20), codeframe=wide)
    assert many.table["share"].notna().all()
    assert many.parents["share"].tolist() == [1.0]
