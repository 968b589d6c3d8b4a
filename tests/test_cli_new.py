"""New studies and schemas from the command line: what is written, what is never overwritten."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from file_sections import keys

from cxresearch import cli, load_study
from cxresearch.report import schema
from cxresearch.study.codebook import CodebookForm, load_codebook
from cxresearch.study.params import Params, read_params
from cxresearch.study.yaml_file import parse_yaml, read_yaml

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "params" / "example.yml"
TEMPLATES = ROOT / "cxresearch" / "report" / "templates" / "new"
FILES = [("params.yml", Params), ("codebook.yml", CodebookForm)]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def in_use(text: str) -> str:
    """Return a draft in which the lines that begin with # and a key have lost their #."""
    lines = []
    for line in text.splitlines():
        # one blank after the # begins an explanation
        key = re.match(r"^( *)#((?:|  +)[\w-].*)$", line)
        lines.append(f"{key[1]}{key[2]}" if key else line)
    return "\n".join(lines)


# drafts ------------------------------------------------------------------------------------------


def test_new_writes_params_and_codebook_that_are_right_but_for_the_data(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", "acme_2025"]) == 0
    made = [
        Path(line).relative_to(desk).as_posix() for line in capsys.readouterr().out.split("\n")[:-1]
    ]
    assert made == [
        "params/acme_2025.yml",
        "params/codebooks/acme_2025.yml",
        "params/schema.json",
        "params/codebooks/schema.json",
    ]
    params, faults = read_params("params/acme_2025.yml")
    assert params is not None
    assert not faults
    assert params.study.name == "acme_2025"
    assert params.codebook == desk / "params" / "codebooks" / "acme_2025.yml"
    assert set(load_codebook(params.codebook).measures) == {"satisfaction", "recommend"}
    assert cli.main(["check", "params/acme_2025.yml"]) == 2
    told = capsys.readouterr().err
    assert told.count("Error:") == 1
    assert "data" in told


def test_a_draft_runs_as_soon_as_its_data_are_there(desk: Path) -> None:
    assert cli.main(["new", "acme"]) == 0
    (desk / "data").mkdir()
    answers = "\n".join(f"{1 + i % 7},{i % 11}" for i in range(77))
    (desk / "data" / "acme.csv").write_text(f"S1,NPS\n{answers}\n")
    study = load_study("params/acme.yml")
    assert study.n == 77
    assert study.has("measures")


@pytest.mark.parametrize("name", ["2025", "no", "Ljubljana_2025", "Šiška"])
def test_names_stay_texts(desk: Path, name: str) -> None:
    assert cli.main(["new", name]) == 0
    params, faults = read_params(f"params/{name}.yml")
    assert not faults
    assert params is not None
    assert params.study.name == name
    assert f"cxresearch check params/{name}.yml" in Path(f"params/{name}.yml").read_text("utf-8")


@pytest.mark.parametrize(("template", "model"), FILES)
def test_a_draft_explains_every_key(template: str, model: Any) -> None:
    text = (TEMPLATES / template).read_text(encoding="utf-8")
    assert [key for key in sorted(keys(model)) if not re.search(rf"\b{key}:", text)] == []
    for line in text.splitlines():
        assert len(line) <= 130, line


def test_every_commented_line_of_a_draft_may_be_used(desk: Path) -> None:
    codebook, faults = parse_yaml(
        in_use((TEMPLATES / "codebook.yml").read_text("utf-8")), "codebook", "draft"
    )
    assert not faults
    assert codebook is not None
    book = load_codebook(codebook.content)
    assert set(codebook.content) == set(CodebookForm.model_fields)
    params, faults = parse_yaml(
        in_use((TEMPLATES / "params.yml").read_text("utf-8")), "params", "draft"
    )
    assert not faults
    assert params is not None
    checked = Params.from_mapping(params.content, desk)
    assert set(params.content) == {
        field.alias or name for name, field in Params.model_fields.items()
    }
    assert checked.alerts[1].above == 0.9
    assert checked.analysis.drivers.outcome in book.measures
    drivers = [key for block in checked.analysis.drivers.blocks.values() for key in block]
    assert set(drivers) <= set(book.attributes)


def test_values_shown_as_defaults_are_the_defaults() -> None:
    text = (TEMPLATES / "params.yml").read_text("utf-8")
    params, _ = parse_yaml(in_use(text), "params", "draft")
    assert params is not None
    bare = Params.from_mapping({}, in_memory=True)
    said = params.content["analysis"]
    for key in ("conf_level", "n_resamples", "seed", "missing", "multiplicity"):
        assert said[key] == getattr(bare.analysis, key), key
    assert said["min_n"] == bare.analysis.min_n.model_dump()
    assert said["drivers"]["method"] == bare.analysis.drivers.method
    assert said["scorecard"]["green"] == bare.analysis.scorecard.green
    assert params.content["report"]["brand"]["accent"] == bare.report.brand.accent
    assert params.content["data"]["lonely_psu"] == bare.data.lonely_psu


def test_nothing_is_ever_overwritten(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "params" / "codebooks").mkdir(parents=True)
    kept = desk / "params" / "codebooks" / "acme.yml"
    kept.write_text("measures: {}\n")
    (desk / "params" / "schema.json").write_text("{}")
    assert cli.main(["new", "acme"]) == 2
    assert "params/codebooks/acme.yml is there already" in capsys.readouterr().err
    assert kept.read_text() == "measures: {}\n"
    assert not (desk / "params" / "acme.yml").exists()
    assert cli.main(["new", "other"]) == 0
    assert (desk / "params" / "schema.json").read_text() == "{}"


@pytest.mark.parametrize("name", ["../escape", "a b", "", "x/y"])
def test_a_name_stays_in_the_folder(
    desk: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", name]) == 2
    assert capsys.readouterr().err.startswith("ParamsError")
    assert list(desk.iterdir()) == []


# copies ------------------------------------------------------------------------------------------


def test_a_copy_keeps_comments_and_finds_the_same_data(desk: Path) -> None:
    shutil.copytree(ROOT / "params", desk / "old")
    assert cli.main(["new", "varlund_2025", "--like", "old/example.yml"]) == 0
    old, new = (desk / "old" / "example.yml").read_text("utf-8"), Path("params/varlund_2025.yml")
    before, after = old.splitlines(), new.read_text("utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert ("  name: example", "  name: varlund_2025") in changed
    assert ("codebook: codebooks/example.yml", "codebook: codebooks/varlund_2025.yml") in changed
    others = [b for a, b in changed if "data/" in a]
    assert len(others) == len(changed) - 2
    assert all("../old/data/" in line for line in others)
    assert [line for line in after if "#" in line] == [
        b for a, b in zip(before, after, strict=True) if "#" in a
    ]
    copied = (desk / "params" / "codebooks" / "varlund_2025.yml").read_bytes()
    assert copied == (ROOT / "params" / "codebooks" / "example.yml").read_bytes()
    study, source = load_study(new), load_study("old/example.yml")
    assert study.about.study == "varlund_2025"
    assert study.n == source.n


def test_a_copy_within_one_folder_changes_only_name_and_codebook(desk: Path) -> None:
    shutil.copytree(ROOT / "params", desk / "params")
    assert cli.main(["new", "next", "--like", "params/example.yml"]) == 0
    before = (desk / "params" / "example.yml").read_text("utf-8").splitlines()
    after = (desk / "params" / "next.yml").read_text("utf-8").splitlines()
    assert sum(a != b for a, b in zip(before, after, strict=True)) == 2


def test_a_copy_of_one_line_and_of_a_codebook_written_out(desk: Path) -> None:
    (desk / "a.csv").write_text("S\n1\n2\n")
    line = (
        "{study: {name: a, client: 'a, b'}, data: {responses: [{path: a.csv, columns: {S1: S}}]}, "
        "codebook: {measures: {s: {kind: csat, columns: S1, scale: [1, 5]}}}}  # one line\n"
    )
    (desk / "a.yml").write_text(line)
    assert cli.main(["new", "b", "--like", "a.yml"]) == 0
    text = (desk / "params" / "b.yml").read_text()
    assert text == line.replace("name: a,", "name: b,").replace("path: a.csv", "path: ../a.csv")
    assert not (desk / "params" / "codebooks" / "b.yml").exists()
    assert load_study("params/b.yml").n == 2


def test_like_a_file_that_is_not_there_or_wrong(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["new", "b", "--like", "none.yml"]) == 2
    assert 'there is no params file "none.yml"' in capsys.readouterr().err
    (desk / "bad.yml").write_text("study: {name: a, lenguage: en}\n")
    assert cli.main(["new", "b", "--like", "bad.yml"]) == 2
    assert 'did you mean "language"?' in capsys.readouterr().err
    (desk / "lost.yml").write_text(
        "study: {name: a}\ndata: {responses: a.csv}\ncodebook: gone.yml\n"
    )
    assert cli.main(["new", "b", "--like", "lost.yml"]) == 2
    assert "gone.yml" in capsys.readouterr().err
    assert not (desk / "params").exists()


# schemas -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "path"),
    [("params", "params/schema.json"), ("codebook", "params/codebooks/schema.json")],
)
def test_committed_schemas_are_in_step(
    file: Any, path: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["schema", file]) == 0
    printed = capsys.readouterr().out
    told = f"cxresearch schema {file} > {path}"
    assert (ROOT / path).read_text(encoding="utf-8") == printed, f"write it anew: {told}"
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))


def test_schema_without_a_word_is_that_of_params(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["schema"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "cxresearch params"


@pytest.mark.parametrize("path", ["params/example.yml", "params/codebooks/example.yml"])
def test_the_example_names_its_schema(path: str) -> None:
    first = (ROOT / path).read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=schema.json"


def as_json(value: Any) -> Any:
    """Return YAML content as an editor's checker sees it: keys are texts, days are texts."""
    if isinstance(value, dict):
        return {str(key): as_json(one) for key, one in value.items()}
    if isinstance(value, list):
        return [as_json(one) for one in value]
    return value if isinstance(value, str | int | float | None) else str(value)


@pytest.mark.parametrize(
    ("file", "path"),
    [
        ("params", EXAMPLE),
        ("codebook", ROOT / "params" / "codebooks" / "example.yml"),
        ("params", ROOT / "tests" / "study" / "fixtures" / "acme.yml"),
        ("codebook", ROOT / "tests" / "study" / "fixtures" / "codebooks" / "servqual22.yml"),
        ("params", TEMPLATES / "params.yml"),
        ("codebook", TEMPLATES / "codebook.yml"),
    ],
    ids=lambda value: value if isinstance(value, str) else value.stem,
)
def test_files_that_cxresearch_takes_are_right_by_the_schema(file: Any, path: Path) -> None:
    document, _ = read_yaml(path, file)
    assert document is not None
    checker = jsonschema.Draft202012Validator(schema.schema(file))
    assert [error.message for error in checker.iter_errors(as_json(document.content))] == []


def test_the_schema_marks_what_is_misspelt() -> None:
    content = yaml.safe_load(
        "study: {name: a, titel: b}\ndata: {responses: a.csv}\ncodebook: b.yml"
    )
    checker = jsonschema.Draft202012Validator(schema.schema("params"))
    assert any("titel" in error.message for error in checker.iter_errors(content))


def test_help_of_new_says_that_nothing_is_overwritten(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        cli.main(["new", "--help"])
    assert end.value.code == 0
    told = capsys.readouterr().out
    assert "--like" in told
    with pytest.raises(SystemExit) as end:
        cli.main(["--help"])
    assert "never overwrites" in capsys.readouterr().out
