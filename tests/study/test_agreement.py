"""Params must name what the codebook has."""

from pathlib import Path

from cxresearch.study.agreement import check_params_against_codebook
from cxresearch.study.codebook import load_codebook, read_codebook
from cxresearch.study.params import Params, load_params

FIXTURES = Path(__file__).parent / "fixtures"
BOOK = FIXTURES / "codebooks" / "servqual22.yml"


def told(book=BOOK, **sections):
    params = Params.from_mapping(sections, in_memory=True)
    codebook = load_codebook(book)
    faults = check_params_against_codebook(params, codebook)
    return [(fault.what, fault.where, fault.hint) for fault in faults]


def test_the_example_agrees():
    params = load_params(FIXTURES / "acme.yml")
    assert check_params_against_codebook(params, load_codebook(BOOK)) == []


def test_drivers():
    drivers = {
        "outcome": "price_fairness",
        "blocks": {"quality": ["tangibels", "t1"]},
        "covariates": ["region", "regoin"],
        "stated_importance": {"on_tim": "X"},
    }
    assert told(analysis={"drivers": drivers}, data={"segments": "region"}) == [
        (
            '"price_fairness" is an attribute, not a measure',
            "analysis.drivers.outcome",
            "one of: satisfaction, recommend, effort, loyalty",
        ),
        (
            'the codebook has no key "tangibels"',
            "analysis.drivers.blocks.quality[0]",
            'did you mean "tangibles"?',
        ),
        (
            'the codebook has no key "on_tim"',
            "analysis.drivers.stated_importance.on_tim",
            'did you mean "on_time"?',
        ),
        (
            'the codebook has no key "regoin"',
            "analysis.drivers.covariates[1]",
            'did you mean "region"?',
        ),
    ]


def test_trends():
    trends = {
        "measures": "recomend",
        "threshold": {"satisfactio": 1},
        "targets": {"efort": 5},
        "bridges": [{"wave": 2024, "kind": "identical", "measures": "loyality"}],
    }
    assert [(where, hint) for _, where, hint in told(analysis={"trends": trends})] == [
        ("analysis.trends.measures", 'did you mean "recommend"?'),
        ("analysis.trends.threshold.satisfactio", 'did you mean "satisfaction"?'),
        ("analysis.trends.targets.efort", 'did you mean "effort"?'),
        ("analysis.trends.bridges[0].measures", 'did you mean "loyalty"?'),
    ]


def test_scorecard_and_alerts_may_name_operational_indicators():
    rows = [{"measure": "retention"}, {"measure": "satisfaction", "links": "retentoin"}]
    sections = {"analysis": {"scorecard": rows}, "alerts": [{"measure": "chrn", "above": 0.1}]}
    assert [(where, hint) for _, where, hint in told(**sections)] == [
        ("analysis.scorecard[1].links", 'did you mean "retention"?'),
        ("alerts[0].measure", 'did you mean "churn"?'),
    ]
    counted_elsewhere = {"indicators": "kpi.csv"}
    assert told(**sections, tables=counted_elsewhere) == []


def test_importance_points_that_nobody_gave():
    book = {"dimensions": {"d": {"scale": [1, 7], "perception": ["P1", "P2"]}}}
    asked = {"servqual": {"weights": "importance_points", "min_pairs": 3}}
    assert [where for _, where, _ in told(book, analysis=asked)] == [
        "analysis.servqual.weights",
        "analysis.servqual.min_pairs",
    ]
    assert told(book) == []


def test_codes_name_columns_or_scales():
    data = {
        "missing": {"S1": 9, "agree7": 8, "nps": 11},
        "refused": {"S11": 9},
        "responses": [{"path": "a.csv", "missing": {"agre7": 1}}],
    }
    assert [(where, hint) for _, where, hint in told(data=data)] == [
        ("data.responses[0].missing.agre7", 'did you mean "agree7"?'),
        ("data.refused.S11", 'did you mean "S1"?'),
    ]


def test_a_codebook_with_faults_proves_nothing():
    book, faults = read_codebook({"scales": {"a": 1}})
    assert faults
    params = Params.from_mapping({"analysis": {"drivers": {"outcome": "x"}}}, in_memory=True)
    assert check_params_against_codebook(params, book) == []
