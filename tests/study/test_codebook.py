"""The codebook: long and short forms, scales resolved, columns and keys known."""

import json
import pickle
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxresearch.errors import AnalysisError
from cxresearch.study.codebook import Codebook, load_codebook, read_codebook
from cxresearch.study.params import read_params

BOOK = Path(__file__).parent / "fixtures" / "codebooks" / "servqual22.yml"


def test_the_whole_file():
    book = load_codebook(BOOK)
    assert (book.instrument.name, book.instrument.version) == ("SERVQUAL", "1991")
    agree = book.scales["agree7"]
    assert (agree.min, agree.max, agree.mid, len(agree.points)) == (1, 7, 4, 7)
    assert agree.labels == {1: "strongly disagree", 7: "strongly agree"}
    tangibles = book.dimensions["tangibles"]
    assert (tangibles.label, tangibles.importance) == ("Tangibles", "IMP_T")
    assert tangibles.scale is agree
    assert tangibles.has_pairs
    assert book.item("t2").adequate == "A2"
    reliability = book.dimensions["reliability"]
    assert [(item.key, item.expectation, item.perception) for item in reliability.items] == [
        ("reliability_1", "E5", "P5"),
        ("reliability_2", "E6", "P6"),
    ]
    assert reliability.columns("perception") == ("P5", "P6")
    assert book.measures["satisfaction"].top_box == 2
    recommend = book.measures["recommend"]
    assert (recommend.scale.min, recommend.scale.max) == (0, 10)
    assert (recommend.promoters_from, recommend.detractors_to) == (9, 6)
    assert book.measures["effort"].direction == "up"
    assert book.measures["loyalty"].columns == ("L1", "L2", "L3")
    assert book.attributes["price_fairness"].block == "cost"
    assert book.competitors == {"Rival": {"satisfaction": ("R1S",), "on_time": ("R1Q14",)}}
    assert book.brand["modern"].intended == 0.5
    assert (book.brand["friendly"].scale.min, book.brand["friendly"].scale.max) == (0, 1)
    assert book.verbatims["comment"].language == "en"


def test_groups_have_names_of_their_own_in_each_language():
    north = {"en": "North", "sl": "Sever"}
    groups = {"region": {"label": {"en": "Region", "sl": "Regija"}, "labels": {"N": north}}}
    tiers = {"tier": {"labels": {1: "Standard", 2: "Premier"}}}
    book = load_codebook({**yaml.safe_load(BOOK.read_text()), "groups": {**groups, **tiers}})
    assert book.groups["region"].label == {"en": "Region", "sl": "Regija"}
    assert book.groups["region"].labels == {"N": north}
    assert book.groups["tier"].labels == {"1": "Standard", "2": "Premier"}
    assert load_codebook(json.loads(json.dumps(book.canonical()))) == book
    assert "region" not in book.columns()


def test_columns_know_what_they_are_for():
    columns = load_codebook(BOOK).columns()
    roles = {name: use.role for name, use in columns.items()}
    assert roles == {
        "E1": "expectation",
        "E2": "expectation",
        "P1": "perception",
        "P2": "perception",
        "A2": "adequate",
        "D2": "desired",
        "IMP_T": "importance",
        "E5": "expectation",
        "E6": "expectation",
        "P5": "perception",
        "P6": "perception",
        "S1": "measure",
        "NPS": "measure",
        "CES": "measure",
        "L1": "measure",
        "L2": "measure",
        "L3": "measure",
        "Q12": "attribute",
        "Q14": "attribute",
        "COMMENT": "verbatim",
        "R1S": "competitor",
        "R1Q14": "competitor",
        "B1": "brand",
        "B2": "brand",
    }
    assert columns["E1"].key == "t1"
    assert columns["NPS"].scale.max == 10
    assert columns["IMP_T"].scale is None
    assert columns["R1S"].scale.key == "agree7"


def test_short_forms_say_the_same_as_long_ones():
    short = load_codebook(
        {
            "scales": {"a": [1, 7]},
            "dimensions": {"d": {"scale": "a", "perception": ["P1", "P2"]}},
            "measures": {"sat": {"kind": "csat", "columns": "S", "scale": [1, 5]}},
            "verbatims": {"c": "C"},
            "brand": {"attributes": {"modern": "B"}},
            "competitors": {"R": {"sat": "RS"}},
        }
    )
    long = load_codebook(
        {
            "scales": {"a": {"min": 1, "max": 7}},
            "dimensions": {
                "d": {
                    "scale": "a",
                    "items": [
                        {"key": "d_1", "perception": "P1"},
                        {"key": "d_2", "perception": "P2"},
                    ],
                }
            },
            "measures": {"sat": {"kind": "csat", "columns": ["S"], "scale": {"min": 1, "max": 5}}},
            "verbatims": {"c": {"column": "C"}},
            "brand": {"attributes": {"modern": {"column": "B"}}},
            "competitors": {"R": {"sat": ["RS"]}},
        }
    )
    assert short == long
    assert not short.dimensions["d"].has_pairs


def test_a_text_among_items_is_a_perception():
    book = load_codebook({"dimensions": {"d": {"scale": [1, 5], "items": ["P1", "P2"]}}})
    assert book.dimensions["d"].columns("perception") == ("P1", "P2")


def test_reversal_holds_for_every_side():
    book = load_codebook(
        {
            "dimensions": {
                "d": {"scale": [1, 7], "expectation": "E", "perception": "P", "reversed": True}
            },
            "measures": {
                "m": {"kind": "score", "columns": ["A", "B"], "scale": [1, 5], "reversed": "B"}
            },
            "attributes": {"a": {"columns": "Q", "scale": [1, 5], "reversed": True}},
        }
    )
    turned = {name for name, use in book.columns().items() if use.reversed}
    assert turned == {"E", "P", "B", "Q"}


def test_effort_has_the_direction_and_scale_of_its_version():
    book = load_codebook(
        {
            "measures": {
                "old": {"kind": "ces", "version": 1, "columns": "A"},
                "new": {"kind": "ces", "version": "2", "columns": "B"},
            }
        }
    )
    old, new = book.measures["old"], book.measures["new"]
    assert (old.direction, old.scale.max) == ("down", 5)
    assert (new.direction, new.scale.max) == ("up", 7)


def test_nps_on_another_scale_with_its_thresholds():
    book = load_codebook(
        {
            "measures": {
                "n": {
                    "kind": "nps",
                    "columns": "N",
                    "scale": [1, 5],
                    "promoters_from": 5,
                    "detractors_to": 3,
                }
            }
        }
    )
    assert (book.measures["n"].promoters_from, book.measures["n"].detractors_to) == (5, 3)


def test_scales_carry_their_own_codes():
    book = load_codebook(
        {
            "scales": {
                "a": {
                    "min": 1,
                    "max": 5,
                    "missing": 9,
                    "not_applicable": [8],
                    "labels": {"1": {"en": "bad", "sl": "slabo"}, 8: "not used"},
                }
            },
            "attributes": {"q": {"columns": "Q", "scale": "a"}},
        }
    )
    scale = book.columns()["Q"].scale
    assert (scale.missing, scale.not_applicable) == ((9,), (8,))
    assert scale.labels[1] == {"en": "bad", "sl": "slabo"}


def test_one_column_may_be_measure_and_attribute():
    book = load_codebook(
        {
            "scales": {"a": [1, 5]},
            "measures": {"sat": {"kind": "csat", "columns": "S", "scale": "a"}},
            "attributes": {"overall_rating": {"columns": "S", "scale": [1, 5]}},
        }
    )
    assert book.columns()["S"].role == "measure"
    assert [use.role for _, use in book.uses()] == ["measure", "attribute"]


def test_labels_and_texts():
    book = load_codebook(BOOK)
    assert book.labels() == {"tangibles": "Tangibles"}
    assert book.texts() == {"t1": "equipment looks up to date"}


def test_keys_and_what_they_resolve_to():
    book = load_codebook(BOOK)
    assert book.keys()["tangibles"] == "dimension"
    assert book.keys()["t1"] == "item"
    for key, kind in book.keys().items():
        assert type(book.resolve(key)).__name__.lower() == kind
        assert book.scale_of(key).max in (7, 10)
    with pytest.raises(AnalysisError, match='did you mean "satisfaction"'):
        book.resolve("satisfacton")
    with pytest.raises(AnalysisError, match="no item"):
        book.item("tangibles")


def test_written_back_it_is_the_same_codebook():
    book = load_codebook(BOOK)
    plain = yaml.safe_load(yaml.safe_dump(book.canonical(), sort_keys=False))
    assert load_codebook(plain) == book
    assert load_codebook(json.loads(json.dumps(book.canonical()))) == book
    assert load_codebook(book) is book
    assert pickle.loads(pickle.dumps(book)) == book


def test_with_faults_the_sound_entries_are_given():
    book, faults = read_codebook(
        {
            "scales": {"a": [7, 1], "b": [1, 5]},
            "measures": {
                "bad": {"kind": "csat", "columns": "S", "scale": "a"},
                "good": {"kind": "csat", "columns": "T", "scale": "b"},
            },
        }
    )
    assert len(faults) == 1  # a measure on a scale with a fault is not told of again
    assert book.partial
    assert list(book.columns()) == ["T"]


def test_an_inline_codebook_is_told_of_where_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = "study: {name: a}\ndata: {responses: a.csv}\ncodebook:\n  measures:\n    s: {kind: x}\n"
    (tmp_path / "a.yml").write_text(text)
    params, faults = read_params("a.yml")
    assert not faults
    _, faults = read_codebook(params.codebook, params.folder, document=params.document)
    assert [fault.where for fault in faults] == [
        "a.yml: codebook.measures.s.columns (line 5)",
        "a.yml: codebook.measures.s.kind (line 5)",
    ]


def test_a_codebook_that_is_not_there_is_told_of_where_it_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "servqual22.yml").write_text("{}")
    (tmp_path / "a.yml").write_text(
        "study: {name: a}\ndata: {responses: a.csv}\ncodebook: servqual.yml\n"
    )
    params, _ = read_params("a.yml")
    book, [fault] = read_codebook(params.codebook, params.folder, document=params.document)
    assert book is None
    assert fault.kind == "codebook"
    assert fault.where == "a.yml: codebook (line 3)"
    assert fault.hint == 'did you mean "servqual22.yml"?'


def test_json_schema():
    schema = Codebook.json_schema()
    json.dumps(schema)
    assert set(schema["properties"]) == {
        "instrument",
        "scales",
        "dimensions",
        "measures",
        "attributes",
        "verbatims",
        "competitors",
        "brand",
        "groups",
    }
    assert schema["$defs"]["MeasureForm"]["properties"]["kind"]["enum"][0] == "csat"


WORDS = st.sampled_from(
    [
        "scales",
        "a",
        "min",
        "max",
        "labels",
        "dimensions",
        "d",
        "items",
        "expectation",
        "perception",
        "key",
        "scale",
        "measures",
        "kind",
        "csat",
        "nps",
        "ces",
        "columns",
        "version",
        "attributes",
        "block",
        "competitors",
        "brand",
        "verbatims",
        "column",
        "instrument",
        "reversed",
        "top_box",
        "text",
        "label",
        "en",
    ]
)
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, 12),
        st.floats(),
        st.text(max_size=4),
        WORDS,
        st.just(10**400),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.integers() | st.none(), inner, max_size=5)
    ),
    max_leaves=25,
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(["csat", "nps", "ces", "score", "share"]),
        "columns": st.lists(st.sampled_from("ABC"), max_size=3) | JUNK,
        "scale": st.sampled_from(["a", "b", None]) | st.lists(st.integers(0, 9), max_size=3) | JUNK,
        "version": st.integers(0, 3),
        "top_box": st.integers(-1, 9),
        "reversed": st.booleans() | st.sampled_from("ABC"),
        "promoters_from": st.integers(0, 10),
    },
)
BOOKS = st.fixed_dictionaries(
    {},
    optional={
        "scales": st.dictionaries(
            WORDS, st.lists(st.integers(0, 9), max_size=3) | JUNK, max_size=2
        ),
        "measures": st.dictionaries(st.sampled_from("xyz"), ENTRY, max_size=2) | JUNK,
        "attributes": st.dictionaries(st.sampled_from("xyz"), ENTRY, max_size=2) | JUNK,
        "dimensions": JUNK,
        "competitors": JUNK,
        "brand": JUNK,
        "verbatims": JUNK,
    },
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(BOOKS | st.dictionaries(WORDS, JUNK, max_size=5))
def test_any_junk_gives_a_codebook_or_an_error_that_helps(junk):
    book, faults = read_codebook(junk)
    assert all(str(fault) for fault in faults)
    if not faults:
        assert load_codebook(json.loads(json.dumps(book.canonical()))) == book
