"""Groups go by their names: the codebook's, else the value labels of the data file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml

import cxresearch as cx
from cxresearch.text.cells import label

CODES = {"tier": {1: "Standard", 2: "Plus", 3: "Premier"}, "region": {1: "North", 2: "South"}}
BOOK = {"measures": {"happy": {"kind": "csat", "columns": "overall", "scale": [1, 5]}}}
NAMES = {
    "tier": {"label": {"en": "Tier", "sl": "Razred"}, "labels": {"Plus": {"en": "+", "sl": "več"}}},
    "region": {"labels": {"North": {"en": "North", "sl": "Sever"}}},
}


def study(folder, *, codes=None, groups=None, language="en", **data):
    """Return the study of an SPSS file whose segments are numbers with labels."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"overall": rng.integers(1, 6, 120).astype(float)})
    frame["tier"] = np.tile([1.0, 2.0, 3.0], 40)
    frame["region"] = np.repeat([1.0, 2.0], 60)
    labels = CODES if codes is None else codes
    pyreadstat.write_sav(frame, str(folder / "a.sav"), variable_value_labels=labels)
    params = {
        "study": {"name": "a", "language": language},
        "data": {"responses": "a.sav", "segments": ["tier", "region"], **data},
        "codebook": {**BOOK, "groups": groups or {}},
    }
    (folder / "a.yml").write_text(yaml.safe_dump(params))
    return cx.load_study(folder / "a.yml")


def test_groups_are_called_as_the_file_labels_them(tmp_path):
    one = study(tmp_path)
    assert one.groups("tier") == ("Standard", "Plus", "Premier")
    table = cx.segments.compare(one, measure="happy").table
    assert set(table["group"]) == {"Standard", "Plus", "Premier", "North", "South"}


def test_groups_are_found_by_label_and_by_code(tmp_path):
    one = study(tmp_path)
    assert one.where(tier="Plus").n == one.where(tier=2).n == one.where(tier="2").n == 40
    assert one.where(tier=[1, "Premier"]).n == 80


def test_codes_with_the_same_words_stay_two_groups(tmp_path):
    codes = {"tier": {1: "Standard", 2: "Other", 3: "Other"}}
    one = study(tmp_path, codes=codes)
    assert one.groups("tier") == ("Standard", "Other (2)", "Other (3)")
    assert one.groups("region") == ("1", "2")
    assert one.where(tier=3).n == 40


def test_one_file_with_codes_and_one_with_words_have_the_same_groups(tmp_path):
    study(tmp_path)  # writes a.sav
    words = pd.DataFrame({"overall": [1, 2, 3], "tier": ["Plus", "Premier", "Gold"]})
    words.assign(region="South").to_csv(tmp_path / "b.csv", index=False)
    files = [{"path": "a.sav", "wave": 2024}, {"path": "b.csv", "wave": 2025}]
    params = {
        "study": {"name": "a"},
        "data": {"responses": files, "segments": ["tier", "region"]},
        "codebook": BOOK,
    }
    (tmp_path / "both.yml").write_text(yaml.safe_dump(params))
    one = cx.load_study(tmp_path / "both.yml")
    assert one.groups("tier") == ("Standard", "Plus", "Premier", "Gold")
    assert one.where(tier="Plus").n == 41
    assert one.where(region="South").n == 63


def test_codes_without_a_label_keep_their_number(tmp_path):
    one = study(tmp_path, codes={"tier": {1: "Standard", 2: " "}})
    assert one.groups("tier") == ("Standard", "2", "3")


@pytest.mark.parametrize(
    ("language", "shown"), [("en", ("Tier", "+", "North")), ("sl", ("Razred", "več", "Sever"))]
)
def test_the_codebook_names_them_in_each_language(tmp_path, language, shown):
    one = study(tmp_path, groups=NAMES, language=language)
    assert one.groups("tier") == ("Standard", "Plus", "Premier")
    about = one.about
    assert tuple(label(key, about) for key in ("tier", "Plus", "North")) == shown
    table = cx.segments.compare(one, measure="happy")._repr_html_()
    assert all(f">{name}</th>" in table for name in shown)
    assert ">tier</th>" not in table


def test_groups_of_one_code_in_two_columns_keep_apart(tmp_path):
    names = {"tier": {"labels": {"1": "Standard"}}, "region": {"labels": {"1": "North"}}}
    about = study(tmp_path, codes={}, groups=names).about
    assert label("1", about, column="tier") == "Standard"
    assert label("1", about, column="region") == "North"
    assert label("1", about, column="group") == "1"


def test_names_change_no_figure(tmp_path):
    plain, named = (study(tmp_path, groups=one) for one in ({}, NAMES))
    tables = [cx.segments.compare(one, measure="happy").table for one in (plain, named)]
    pd.testing.assert_frame_equal(*tables)


def test_tables_of_operations_call_their_groups_as_the_answers_do(tmp_path):
    tickets = pd.DataFrame(
        {"id": range(6), "opened_at": ["2025-01-05"] * 6, "tier": [1, 2, 2, 3, 9, 3]}
    )
    tickets.to_csv(tmp_path / "tickets.csv", index=False)
    study(tmp_path)
    params = yaml.safe_load((tmp_path / "a.yml").read_text())
    columns = {"ticket_id": "id", "opened_at": "opened_at", "tier": "tier"}
    params["tables"] = {"tickets": {"path": "tickets.csv", "columns": columns}}
    (tmp_path / "a.yml").write_text(yaml.safe_dump(params))
    one = cx.load_study(tmp_path / "a.yml")
    assert list(one.tables["tickets"]["tier"]) == [
        "Standard", "Plus", "Plus", "Premier", "9", "Premier",
    ]  # fmt: skip
    assert len(one.tables.of({"tier": "Plus"})["tickets"]) == 2
