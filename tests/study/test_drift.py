"""Waves that drift: codes and questions that change from file to file."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from cxresearch import quality
from cxresearch.errors import CxError, DataError
from cxresearch.study.loading import load_study

BOOK = """
measures:
  whole: {kind: csat, columns: overall, scale: [1, 5]}
attributes:
  art: {columns: art, scale: [1, 5]}
  wifi: {columns: wifi, scale: [1, 5]}
"""
PARAMS = """
study: {{name: airport}}
data:
  responses:
    - {{path: y24.sav, wave: 2024}}
    - {{path: y25.sav, wave: 2025{more}}}
  id: id
  segments: [tier]
codebook: book.yml
"""
GOOD = {1: "Very poor", 2: "Poor", 3: "Fair", 4: "Good", 5: "Very good"}
TURNED = {code: GOOD[6 - code] for code in GOOD}
TIERS = {1: "Base", 2: "Gold"}


def wave(folder, name, *, labels=GOOD, tiers=TIERS, columns=("overall", "art"), texts=None):
    rng = np.random.default_rng(len(name))
    frame = pd.DataFrame({"id": np.arange(1.0, 31), "tier": rng.integers(1, 3, 30).astype(float)})
    for column in columns:
        frame[column] = rng.integers(1, 6, 30).astype(float)
    pyreadstat.write_sav(
        frame,
        str(folder / name),
        column_labels=texts or {},
        variable_value_labels={"overall": labels, "tier": tiers},
    )
    return frame


def study(folder, more=""):
    (folder / "book.yml").write_text(BOOK)
    (folder / "params.yml").write_text(PARAMS.format(more=more))
    return load_study(folder / "params.yml")


def noted(one):
    return {note.code: note for note in one.notes}


def test_codes_that_change_their_meaning_are_a_fault(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    wave(tmp_path, "y25.sav", labels=TURNED)
    with pytest.raises(DataError) as caught:
        study(tmp_path)
    message = str(caught.value)
    assert 'the codes of column "overall" change their meaning' in message
    assert "y24.sav and y25.sav" in message
    assert '"very poor" was 1 and is 5' in message
    assert "recode: {overall: {1: 5, 2: 4, 4: 2, 5: 1}}" in message


def test_a_recode_gives_codes_their_meaning_back(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    raw = wave(tmp_path, "y25.sav", labels=TURNED)
    one = study(tmp_path, ", recode: {overall: {5: 1, 4: 2, 2: 4, 1: 5}}")
    assert (one.ratings["overall"][30:].to_numpy() == 6 - raw["overall"].to_numpy()).all()
    assert noted(one)["codes_recoded"]["n"] == int((raw["overall"] != 3).sum())


def test_groups_with_exchanged_codes_are_a_fault_too(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    wave(tmp_path, "y25.sav", tiers={1: "Gold", 2: "Base"})
    with pytest.raises(DataError, match='column "tier" change their meaning'):
        study(tmp_path)


def test_an_empty_recode_says_that_the_codes_are_the_same(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    wave(tmp_path, "y25.sav", labels=TURNED)
    assert study(tmp_path, ", recode: {overall: {}}").waves == ("2024", "2025")


def test_other_words_for_a_code_are_a_note(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    wave(tmp_path, "y25.sav", labels={**GOOD, 5: "Excellent"})
    told = noted(study(tmp_path))["labels_differ"]
    assert (told["column"], told["codes"]) == ("overall", ("5",))


@pytest.mark.parametrize(
    ("recode", "says"),
    [
        ("{ovrall: {1: 5}}", 'did you mean "overall"'),
        ("{overall: {9: 5}}", "recode names codes that column"),
    ],
)
def test_a_recode_of_what_is_not_there(tmp_path, recode, says):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"))
    wave(tmp_path, "y25.sav")
    with pytest.raises(CxError, match=says):
        study(tmp_path, f", recode: {recode}")


def test_questions_gone_renamed_and_worded_anew(tmp_path):
    first = {"overall": "How satisfied?", "art": "The art?", "wifi": "The Wi-Fi?"}
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"), texts=first)
    texts = {"overall": "All in all, how satisfied?", "art7": "The ART?"}
    wave(tmp_path, "y25.sav", columns=("overall", "art7"), texts=texts)
    one = study(tmp_path)
    told = noted(one)
    assert (told["columns_absent"]["file"], told["columns_absent"]["columns"]) == (
        "y25.sav",
        ("art", "wifi"),
    )
    assert told["column_renamed"]["candidate"] == "art7"
    assert told["texts_differ"]["column"] == "overall"
    covered = quality.check(one).coverage.set_index(["item", "wave"])
    assert covered.loc[("wifi", "2025"), "n"] == 0
    assert not covered.loc[("wifi", "2025"), "asked"]
    assert covered.loc[("wifi", "2024"), "n"] == 30
    mapped = noted(study(tmp_path, ", columns: {art: art7}"))
    assert "column_renamed" not in mapped
    assert mapped["columns_absent"]["columns"] == ("wifi",)


def test_a_question_worded_anew_is_told_of_files_of_one_name(tmp_path):
    for year, text in (("24", "How satisfied?"), ("25", "All in all?")):
        (tmp_path / year).mkdir()
        asked = ("overall", "art", "wifi")
        wave(tmp_path / year, "answers.sav", columns=asked, texts={"overall": text})
    (tmp_path / "book.yml").write_text(BOOK)
    said = PARAMS.format(more="").replace("y24.sav", "24/answers.sav")
    (tmp_path / "params.yml").write_text(said.replace("y25.sav", "25/answers.sav"))
    assert noted(load_study(tmp_path / "params.yml"))["texts_differ"]["column"] == "overall"


def test_the_question_of_the_file_stands_where_the_codebook_has_none(tmp_path):
    texts = {"overall": "How satisfied?", "art": "The art?"}
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"), texts=texts)
    wave(tmp_path, "y25.sav", texts=texts)
    assert study(tmp_path).about.text("art") == "The art?"
    (tmp_path / "book.yml").write_text(BOOK.replace("art: {", "art: {text: Our own, "))
    assert load_study(tmp_path / "params.yml").about.text("art") == "Our own"


def test_codes_in_a_range_that_the_file_declares_missing_may_move(tmp_path):
    for name, code in (("y24.sav", 98), ("y25.sav", 99)):
        frame = pd.DataFrame({"id": [1.0, 2], "tier": [1.0, 2], "overall": [5.0, 4]})
        frame = frame.assign(art=3.0, wifi=3.0, overall=[5.0, code])
        pyreadstat.write_sav(
            frame,
            str(tmp_path / name),
            variable_value_labels={"overall": {5: "Very good", code: "Refused"}},
            missing_ranges={"overall": [{"lo": 90, "hi": 99}]},
        )
    assert study(tmp_path).ratings["overall"].notna().sum() == 2


def test_codes_for_no_answer_may_move(tmp_path):
    wave(tmp_path, "y24.sav", columns=("overall", "art", "wifi"), labels={**GOOD, 8: "Not used"})
    wave(tmp_path, "y25.sav", labels={**GOOD, 9: "Not used"})
    assert study(tmp_path).waves == ("2024", "2025")
