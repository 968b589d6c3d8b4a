"""One params file, many reports."""

from pathlib import Path

import pandas as pd
import pytest
import yaml

from cxresearch.errors import AnalysisError, ParamsError
from cxresearch.report import matrix
from cxresearch.study.loading import load_study
from cxresearch.study.params import Params

CODEBOOK = {"measures": {"satisfaction": {"kind": "csat", "columns": "s", "scale": [1, 5]}}}


@pytest.fixture
def params(tmp_path):
    """Write a params file that says something under ``for``; return it."""

    def write(**each):
        frame = pd.DataFrame(
            {
                "s": [5, 4, 3, 2] * 6,
                "region": ["North"] * 16 + ["South"] * 8,
                "year": [2023, 2024] * 12,
            }
        )
        frame.to_csv(tmp_path / "answers.csv", index=False)
        said = {
            "study": {"name": "acme", "title": {"en": "Acme", "es": "Acmé"}},
            "data": {"responses": "answers.csv", "segments": ["region"], "wave": "year"},
            "codebook": CODEBOOK,
            **({"for": each} if each else {}),
        }
        path = tmp_path / "acme.yml"
        path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
        return path

    return write


def reports(path, overrides=None, load=load_study):
    found = matrix.spelled_out(path, overrides or {}, load)
    return None if found is None else list(found)


def test_without_for_there_is_one_report_as_the_user_asked(params):
    assert reports(params(), {"analysis.seed": 7}) == [{"analysis.seed": 7}]


def test_every_combination_is_a_report_of_its_own(params):
    path = params(region=["North", "South"], **{"study.language": ["en", "es"]})
    found = reports(path, {"analysis.seed": 7})
    assert len(found) == 4
    studies = [load_study(path, one) for one in found]
    assert len({one.about.study for one in studies}) == 4
    assert {one.about.language for one in studies} == {"en", "es"}
    assert [one.n for one in studies] == [16, 16, 8, 8]
    assert all(one.params.analysis.seed == 7 for one in studies)
    assert studies[0].about.study == "acme_North_en"
    assert studies[0].about.title["es"] == "Acmé · North"


def test_all_asks_for_every_group_that_the_answers_hold(params):
    path = params(region="all", wave="all")
    names = [load_study(path, one).about.study for one in reports(path)]
    assert names == ["acme_North_2023", "acme_North_2024", "acme_South_2023", "acme_South_2024"]
    assert reports(path, load=None) is None


def test_one_group_is_chosen_by_an_override_and_is_no_matrix_any_more(params):
    path = params(region=["North", "South"])
    chosen = {"for.region": "South"}
    assert reports(path, chosen) == [chosen]
    study = load_study(path, chosen)
    assert study.n == 8
    assert study.about.study == "acme_South"


def test_the_report_of_a_group_says_the_same_as_the_study_of_that_group(params):
    path = params(region=["North"])
    (one,) = reports(path)
    alone = load_study(path, one)
    whole = load_study(path)
    pd.testing.assert_frame_equal(alone.frame, whole.where(region="North").frame)
    assert alone.fingerprint != whole.fingerprint


def test_groups_that_are_not_there_are_told(params):
    path = params(region=["Nord"])
    (one,) = reports(path)
    with pytest.raises(AnalysisError, match="Nord"):
        load_study(path, one)
    with pytest.raises(ParamsError) as caught:
        load_study(params(regio=["North"], **{"studi.language": ["en"], "study.name": "all"}))
    text = str(caught.value)
    assert 'did you mean "region"' in text
    assert 'did you mean "study"' in text
    assert '"study.name" has no groups' in text


@pytest.mark.parametrize("value", [[], ["North", "North"], {"a": 1}])
def test_lists_that_make_no_sense_are_refused(value):
    with pytest.raises(ParamsError):
        Params.from_mapping({"for": {"region": value}}, Path(), in_memory=True)


def test_tables_follow_the_group_or_are_left_out_and_told(params):
    path = params(region=["North", "South"])
    said = yaml.safe_load(path.read_text(encoding="utf-8"))
    customers = pd.DataFrame(
        {
            "customer_id": ["a", "b", "c"],
            "start_date": ["2020-01-01"] * 3,
            "region": ["North", "South", "South"],
        }
    )
    customers.to_csv(path.parent / "customers.csv", index=False)
    orders = pd.DataFrame(
        {"order_id": [1], "customer_id": ["a"], "ordered_at": ["2024-01-01"], "status": ["done"]}
    )
    orders.to_csv(path.parent / "orders.csv", index=False)
    said["tables"] = {"customers": "customers.csv", "orders": "orders.csv"}
    path.write_text(yaml.safe_dump(said), encoding="utf-8")
    study = load_study(path, {"for.region": "South"})
    assert study.tables["customers"]["customer_id"].tolist() == ["b", "c"]
    assert "orders" not in study.tables
    assert [one["tables"] for one in study.notes if one.code == "tables_left_out"] == ["orders"]


def test_a_day_that_no_month_has_is_told_when_the_file_is_loaded(params):
    path = params(region="North")
    path.write_text(path.read_text() + "\nextra: 2025-02-30\n")
    assert list(matrix.spelled_out(path, {"a": 1}, None)) == [{"a": 1}]
