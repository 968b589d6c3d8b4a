"""The params file: every key, every short form, overrides and what is made of them."""

import json
import pickle
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cxresearch.errors import CxError, ParamsError
from cxresearch.study.flags import RULES
from cxresearch.study.params import Params, load_params, read_mapping, read_override, read_params
from cxresearch.study.params.data import QualityRule
from cxresearch.study.yaml_file import parse_yaml

ACME = Path(__file__).parent / "fixtures" / "acme.yml"


GROUPED = {"responses": "acme.csv", "segments": ["region"]}


def of(**sections):
    """Params of these sections, answers in memory."""
    return Params.from_mapping(sections, in_memory=True)


def test_the_whole_file():
    params = load_params(ACME)
    assert (params.study.name, params.study.language) == ("acme_2025", "en")
    data = params.data
    assert data.responses[0].path == ACME.parent / "../data/acme.csv"
    assert data.wave.order == ("2022", "2023", "2024")
    assert data.wave.dates["2022"] == date(2022, 3, 1)
    assert (data.wave.baseline, data.wave.period) == ("2022", "year")
    assert (data.weight, data.strata, data.cluster) == ("w", None, None)
    assert data.segments == ("region", "tier")
    assert (data.missing, data.not_applicable, data.dont_know) == ((99,), (98,), ())
    assert data.eligible[0].allowed == (1,)
    assert (data.entity.column, data.entity.own) == ("brand", "Acme")
    tickets = params.tables["tickets"]
    assert tickets.columns["opened_at"] == "created"
    assert tickets.cut == date(2025, 3, 31)
    assert params.tables["customers"].path == ACME.parent / "customers.parquet"
    assert params.codebook == ACME.parent / "codebooks/servqual22.yml"
    analysis = params.analysis
    assert analysis.drivers.blocks["quality"] == ("tangibles", "reliability")
    assert analysis.drivers.stated_importance == {"on_time": "IMP_ON"}
    assert analysis.trends.targets["recommend"].value == 40
    assert analysis.trends.targets["recommend"].by == "2026"
    assert analysis.scorecard.rows[0].baseline.value == 30
    assert (analysis.scorecard.rows[1].target.low, analysis.scorecard.rows[1].target.high) == (
        0.9,
        0.95,
    )
    assert params.report.folder == ACME.parent / "../reports"
    assert params.alerts[0].below == 30
    assert (params.source, params.folder) == (ACME, ACME.parent)


def test_defaults():
    params = of()
    assert params.analysis.model_dump(mode="json") == {
        "conf_level": 0.95,
        "n_resamples": 2000,
        "seed": 20250331,
        "missing": "listwise",
        "multiplicity": "bh",
        "min_n": {"show": 10, "test": 30},
        "quality": {
            "core": [],
            "complete_from": 0.8,
            "partial_from": 0.5,
            "not_applicable_above": 0.5,
            "speeder_below": 0.33,
            "fast_below": 0.5,
            "speed_index_from": 2.0,
            "straight_items": 8,
            "same_answers_items": 10,
            "mean_run_above": 5.0,
            "least_variation": 0.01,
            "unusual_below": 0.001,
            "even_odd_below": 0.3,
            "similar_above": 0.6,
            "synonyms_below": 0.3,
            "fewest_pairs": 3,
            "reversed_above": 0.5,
            "order_breach_above": 0.4,
            "points_within": 1.0,
            "points_rescaled_within": 10.0,
            "missing_above": 0.2,
        },
        "servqual": {"weights": "importance_points", "min_pairs": None, "renormalise": False},
        "drivers": {
            "outcome": None,
            "blocks": {},
            "model": "auto",
            "method": "shapley",
            "covariates": [],
            "stated_importance": {},
            "missing": None,
            "not_applicable": "indicator",
        },
        "trends": {
            "measures": [],
            "contrasts": ["previous", "baseline", "year_ago"],
            "threshold": {},
            "targets": {},
            "horizon": 2,
            "model": "level",
            "season": None,
            "extra_variance": {},
            "bridges": [],
        },
        "scorecard": {"rows": [], "green": 0.9, "red": 0.1},
        "benchmark": {"quality": {}, "price": []},
        "verbatims": {
            "codeframe": None,
            "outcome": None,
            "language": None,
            "coder": None,
            "posts": {"own": [], "most_a_day": 20, "same_text": 3, "exclude": []},
        },
        "operations": {
            "period": None,
            "windows": {},
            "clock": "first",
            "promise": "time",
            "business_hours": None,
            "interest": 0.1,
            "horizon": 5,
            "margin": "after",
            "labels": {},
            "exit_steps": [],
            "resolution_measure": None,
            "standard": 0.8,
            "staff_names": False,
        },
    }
    data = params.data
    assert (data.lonely_psu, data.missing_weight, data.out_of_range) == ("error",) * 3
    assert not data.same_people
    assert params.report.notebooks == "auto"
    assert params.report.formats == ("html",)


def test_a_key_with_nothing_after_it_keeps_its_default():
    assert of(report=None, analysis={"seed": None}).analysis.seed == 20250331
    assert of(analysis={"servqual": {"weights": None}}).analysis.servqual.weights is None


def test_params_do_not_change():
    params = of()
    with pytest.raises(ValueError, match="frozen"):
        params.analysis.seed = 1


@pytest.mark.parametrize("written", [2024, "2024", 2024.0, " 2024 "])
def test_one_wave_however_written(written):
    assert of(data={"wave": {"order": [written]}}).data.wave.order == ("2024",)


def test_waves_that_are_dates():
    wave = of(data={"wave": {"order": [date(2024, 3, 1)], "dates": {"2024-03-01": "2024-03"}}})
    assert wave.data.wave.order == ("2024-03-01",)
    assert wave.data.wave.dates == {"2024-03-01": date(2024, 3, 1)}


def test_waves_from_separate_files():
    sources = [
        {"path": "a.csv", "wave": 2015, "columns": {"overall": "Q7ALL"}},
        {"path": "b.csv", "wave": 2017, "missing": {"recommend": [11]}},
    ]
    data = of(data={"responses": sources}).data
    assert [source.wave for source in data.responses] == ["2015", "2017"]
    assert data.wave.column == "wave"
    assert data.responses[0].columns == {"overall": "Q7ALL"}
    assert data.responses[1].missing == {"recommend": (11,)}


@pytest.mark.parametrize(
    "responses",
    ["a.csv", {"path": "a.csv"}, ["a.csv"], [{"path": "a.csv"}], Path("a.csv")],
)
def test_forms_of_responses(responses):
    params = Params.from_mapping(
        {"study": {"name": "a"}, "data": {"responses": responses}, "codebook": {}}, "/there"
    )
    assert [source.path for source in params.data.responses] == [Path("/there/a.csv")]


def test_a_query():
    params = of(data={"responses": {"url": "duckdb:///x.db", "query": "SELECT 1"}})
    assert params.data.responses[0].query == "SELECT 1"


def test_codes_by_column_or_scale():
    data = of(data={"missing": {"Q1": 9, "agree7": [8, "n/a"]}}).data
    assert data.codes("missing", "Q1") == (9,)
    assert data.codes("missing", "Q2", "agree7") == (8, "n/a")
    assert of(data={"missing": 99.0}).data.codes("missing", "any") == (99,)


def test_rules_that_exclude_are_those_of_quality():
    assert set(QualityRule.__args__) == set(RULES)


@pytest.mark.parametrize("name", ["acme", "acme_2025-q1", "Raziskava_č", "клиенты", 2024])
def test_names_of_studies(name):
    assert of(study={"name": name}).study.name == str(name)


@pytest.mark.parametrize("name", ["../x", "a/b", "a.b", "", ".", "a b", "x" * 101, "a\nb"])
def test_names_that_are_no_folder(name):
    with pytest.raises(ParamsError, match=r"study\.name"):
        of(study={"name": name})


def test_overrides_change_what_the_file_says():
    params = load_params(
        ACME,
        {
            "analysis.seed": 1,
            "data.segments": ["region"],
            "analysis.trends.threshold.effort": 2,
            "alerts.0.below": 10,
        },
    )
    assert params.analysis.seed == 1
    assert params.data.segments == ("region",)
    assert params.analysis.trends.threshold == {"recommend": 5, "effort": 2}
    assert params.alerts[0].below == 10


def test_an_unknown_override_names_the_nearest_key():
    _, faults = read_params(ACME, {"analysis.sed": 1, "data.responses.format": "csv"})
    assert [(fault.where, fault.hint) for fault in faults] == [
        ("override data.responses.format", "set data.responses as a whole"),
        ("override analysis.sed", 'did you mean "seed"?'),
    ]


def test_override_texts():
    assert read_override("analysis.seed=1") == ("analysis.seed", 1)
    assert read_override("study.title=A = B") == ("study.title", "A = B")
    assert read_override("data.weight=null") == ("data.weight", None)
    assert read_override("data.weight=") == ("data.weight", None)
    for text in ("seed", "=1", "a=[1"):
        with pytest.raises(ParamsError):
            read_override(text)


def test_with_faults_the_usable_part_is_given():
    params, faults = read_mapping(
        {
            "study": {"name": "a", "language": "xx"},
            "data": {"responses": "a.csv", "segments": "region", "exclude": ["x"]},
            "codebook": "c.yml",
            "analysis": {"seed": "x"},
        }
    )
    assert len(faults) == 3
    assert params.data.segments == ("region",)
    assert read_mapping({"data": {"segments": "region"}})[0] is None


def test_where_a_key_stands():
    params = load_params(ACME, {"data.weight": "v"})
    assert params.where("data", "segments", 1).endswith("acme.yml: data.segments[1] (line 14)")
    assert params.where("analysis", "scorecard", "rows", 0, "measure").endswith(
        "analysis.scorecard[0].measure (line 38)"
    )
    assert params.where("data", "weight") == "override data.weight"


def test_resolved_is_plain_and_says_the_same():
    params = load_params(ACME)
    plain = json.loads(json.dumps(params.resolved()))
    assert plain["data"]["responses"][0]["path"] == "../data/acme.csv"
    again = Params.from_mapping(plain, params.folder)
    assert again.numbers() == params.numbers()
    assert again.resolved() == params.resolved()


def test_resolved_params_of_a_group_written_to_a_file_are_the_same_study(tmp_path):
    one = of(study={"name": "acme", "title": "Acme"}, data=GROUPED, **{"for": {"region": "North"}})
    assert (one.study.name, one.study.title) == ("acme_North", "Acme · North")
    place = tmp_path / "again.yml"
    plain = one.resolved()
    place.write_text(yaml.safe_dump(plain, allow_unicode=True), encoding="utf-8")
    again = load_params(place)
    assert again.study == one.study
    assert again.numbers() == one.numbers()
    assert again.resolved() == plain
    assert pickle.loads(pickle.dumps(one)).resolved() == plain


@pytest.mark.parametrize(
    ("said", "held"),
    [({"show": 50}, (50, 50)), ({"test": 12}, (10, 12)), ({"show": 30, "test": 30}, (30, 30))],
)
def test_what_is_withheld_is_never_only_marked(said, held):
    bases = of(analysis={"min_n": said}).analysis.min_n
    assert (bases.show, bases.test) == held


@pytest.mark.parametrize("said", [{"show": 50, "test": 40}, {"test": 5}])
def test_a_base_that_is_withheld_and_marked_is_refused(said):
    with pytest.raises(ParamsError, match="what is withheld cannot be marked"):
        of(analysis={"min_n": said})


def test_resolved_tells_no_password():
    params = of(data={"responses": {"url": "postgresql://ann:secret@host/db", "query": "SELECT 1"}})
    text = json.dumps(params.resolved())
    assert "secret" not in text
    assert "postgresql://ann:***@host/db" in text


def test_numbers_mind_what_changes_a_number_and_nothing_else(tmp_path):
    params = load_params(ACME)
    same = load_params(
        ACME,
        {
            "study.title": "Other",
            "study.language": "sl",
            "report.hide_code": False,
            "alerts": [],
            "data.responses": {"path": "elsewhere.csv"},
            "analysis.conf_level": 0.95,
        },
    )
    assert same.numbers() == params.numbers()
    for override in ({"analysis.seed": 1}, {"data.weight": None}, {"tables.tickets.cut": None}):
        assert load_params(ACME, override).numbers() != params.numbers()
    json.dumps(params.numbers())


def test_params_pickle():
    params = load_params(ACME)
    again = pickle.loads(pickle.dumps(params))
    assert again.resolved() == params.resolved()
    assert again.where("data", "id") == params.where("data", "id")


def test_json_schema_knows_every_section_and_its_words():
    schema = Params.json_schema()
    json.dumps(schema)
    assert set(schema["required"]) == {"study", "data", "codebook"}
    definitions = schema["$defs"]
    assert definitions["DataSection"]["properties"]["weight"]["description"]
    assert "in" in definitions["Eligible"]["properties"]
    assert definitions["DataSection"]["additionalProperties"] is False


def test_every_key_says_what_it_is_for():
    schema = Params.json_schema()
    for model, part in schema["$defs"].items():
        for name, key in part.get("properties", {}).items():
            assert key.get("description") or "$ref" in key, f"{model}.{name}"


WORDS = st.sampled_from(
    [
        "study",
        "name",
        "data",
        "responses",
        "path",
        "wave",
        "order",
        "column",
        "dates",
        "missing",
        "codebook",
        "analysis",
        "trends",
        "targets",
        "threshold",
        "drivers",
        "blocks",
        "scorecard",
        "rows",
        "measure",
        "target",
        "baseline",
        "alerts",
        "below",
        "tables",
        "tickets",
        "columns",
        "report",
        "brand",
        "notebooks",
        "formats",
        "segments",
        "eligible",
        "in",
        "entity",
        "x",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.dates(),
    WORDS,
    st.just(10**400),
    st.binary(max_size=2),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            WORDS | st.integers() | st.none() | st.text(max_size=3), inner, max_size=5
        )
    ),
    max_leaves=25,
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(WORDS, JUNK, max_size=6), st.booleans())
@example({"analysis": {"conf_level": float("nan"), "n_resamples": 10**5000}}, True)
@example({"data": {"missing": {None: [1]}, "wave": {"dates": {True: 1}}}}, True)
def test_any_junk_gives_params_or_an_error_that_helps(junk, in_memory):
    try:
        params = Params.from_mapping(junk, in_memory=in_memory)
    except CxError as error:
        told = [fault.what for fault in error.faults]
    else:
        told = [json.dumps(params.resolved())]
    assert all(told)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab:-[]{}&*!|>'\"%@`#,? \n\t01", max_size=40))
@example("[" * 3000)
@example("a: &a [*a]")
@example("? [a]\n: b")
@example("a: !!python/object/apply:os.system [ls]")
@example("a: 9999999999999999999999999e99999")
@example("\x00")
def test_any_text_gives_params_or_faults(text):
    document, faults = parse_yaml(text.encode(), "params", "x.yml")
    assert document is not None or faults
    if document is not None:
        Params.checked(document, Path("/x"))
