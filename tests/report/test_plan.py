"""The plan: which notebooks a study gets, and what stands against it."""

from dataclasses import replace
from pathlib import Path

import pytest

from cxresearch.report import notebooks, plan
from cxresearch.report.subject import Look, Subject

FOLDER = Path(__file__).parents[1] / "notebooks"

SUBJECT = Subject(
    params_file=Path("/studies/acme.yml"),
    overrides={},
    formats=("html",),
    name="acme",
    title="Acme",
    client="",
    language="en",
    waves=(),
    base=412,
    conf_level=0.95,
    seed=1,
    fingerprint="f",
    sources=(),
    inputs={},
    params={"study": {"name": "acme"}},
    notebooks="auto",
    folder=Path("/reports"),
    look=Look(),
    cell_timeout=900,
)


@pytest.fixture(scope="module")
def found():
    return notebooks.find([FOLDER])[0]


def good(found):
    return [one for one in found if one.parameters and "params_file" in one.parameters]


def test_what_notebooks_say_of_themselves(found):
    by_name = {one.name: one for one in found}
    assert by_name["70_needs"].needs == ("table:tickets",)
    assert by_name["70_needs"].title == "Needs tickets"
    assert by_name["10_ok"].parameters == {"params_file", "overrides"}
    assert by_name["50_no_parameters"].parameters is None


def test_nearer_folder_stands_in_for_one_further_off(tmp_path, found):
    (tmp_path / "10_ok.ipynb").write_bytes((FOLDER / "20_error.ipynb").read_bytes())
    both, _ = notebooks.find([tmp_path, FOLDER])
    assert [one.name for one in both] == [one.name for one in found]
    assert both[0].path.parent == tmp_path


def test_broken_notebook_is_a_fault(tmp_path):
    (tmp_path / "10_broken.ipynb").write_text("{")
    none, faults = notebooks.find([tmp_path])
    assert none == []
    assert faults[0].what == 'notebook "10_broken" cannot be read'


def test_auto_leaves_out_what_the_study_cannot_answer(found):
    scratch = [one for one in found if one.parameters is None]
    made, faults = plan.make(SUBJECT, good(found) + scratch, lambda need: need == "measures")
    assert faults == []
    assert [one.name for one in scratch] == ["50_no_parameters"]
    assert "50_no_parameters" not in [job.name for job in made.jobs]
    assert made.left_out == {"12_study": ("waves:2",), "70_needs": ("table:tickets",)}
    assert "70_needs" not in [job.name for job in made.jobs]
    made, _ = plan.make(SUBJECT, good(found), lambda need: True)
    assert made.left_out == {}


def test_listed_notebook_is_run_whatever_it_needs(found):
    made, faults = plan.make(
        replace(SUBJECT, notebooks=("70_needs",)), good(found), lambda need: False
    )
    assert faults == []
    assert [job.name for job in made.jobs] == ["70_needs"]


def test_only_stands_in_for_the_list_and_numbers_may_be_left_out(found):
    made, faults = plan.make(SUBJECT, found, lambda need: True, only=["handover", "10_ok.ipynb"])
    assert faults == []
    assert [job.name for job in made.jobs] == ["10_ok", "80_handover"]


def test_parameters_are_checked_against_the_notebooks_cell(found):
    listed = replace(SUBJECT, notebooks=("50_no_parameters", "60_other_parameters"))
    _, faults = plan.make(listed, found, lambda need: True)
    assert [fault.what for fault in faults] == [
        'notebook "50_no_parameters" has no parameters cell',
        'notebook "60_other_parameters" has no parameter "params_file"',
        'notebook "60_other_parameters" has no parameter "overrides"',
    ]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"fingerprint": "g"}, "data"),
        ({"params": {"study": {"name": "acme", "title": "A"}}}, "params"),
        ({"overrides": {"analysis.seed": 2}}, "params"),
    ],
)
def test_key_follows_every_input(found, change, part):
    before, _ = plan.make(SUBJECT, good(found), lambda need: True)
    after, _ = plan.make(replace(SUBJECT, **change), good(found), lambda need: True)
    assert before.parts[part] != after.parts[part]
    assert all(a.key != b.key for a, b in zip(before.jobs, after.jobs, strict=True))


def test_key_follows_code_and_versions_and_nothing_else(found):
    one, _ = plan.make(SUBJECT, good(found), lambda need: True, code="a", versions={"numpy": "2"})
    same, _ = plan.make(SUBJECT, good(found), lambda need: True, code="a", versions={"numpy": "2"})
    code, _ = plan.make(SUBJECT, good(found), lambda need: True, code="b", versions={"numpy": "2"})
    other, _ = plan.make(SUBJECT, good(found), lambda need: True, code="a", versions={"numpy": "3"})
    assert one.keys == same.keys
    assert one.keys["10_ok"] != code.keys["10_ok"]
    assert one.keys["10_ok"] != other.keys["10_ok"]
