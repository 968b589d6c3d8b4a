"""README and docs: every key with its default, blocks that run, links that lead somewhere."""

from __future__ import annotations

import ast
import inspect
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import matplotlib.pyplot as plt
import nbformat
import pytest
import yaml
from file_sections import sections
from pydantic import BaseModel, TypeAdapter, ValidationError
from test_architecture import FLOORS

import cxresearch as cx
from cxresearch import cli
from cxresearch.columns import GLOSSARY
from cxresearch.errors import CxError
from cxresearch.figures import DRAWERS
from cxresearch.study.codebook import CodebookForm
from cxresearch.study.codebook.load import load_codebook
from cxresearch.study.flags import RULES
from cxresearch.study.params import TABLE_COLUMNS, Params
from cxresearch.study.yaml_file import parse_yaml
from cxresearch.verdicts import Verdict

ROOT = Path(__file__).resolve().parents[1]
DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *DOCS]
BLOCK = re.compile(r"^```(\w*)([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """Return mark and content of the code blocks in a language."""
    return [
        (mark.strip(), body)
        for lang, mark, body in BLOCK.findall(text_of(page))
        if lang == language
    ]


# params and codebook: every key ------------------------------------------------------------------


def documented(page: Path) -> dict[str, dict[str, tuple[str, str, str]]]:
    """Return section → key → (meaning, default, example), as the page's tables say."""
    found: dict[str, dict[str, tuple[str, str, str]]] = {}
    section, table = None, False
    for line in text_of(page).splitlines():
        if line.startswith("#"):
            named = re.fullmatch(r"#+ (?:`([\w.]+)`|The whole file)", line)
            section = None if named is None else named[1] or ""
        table = line.startswith("|") and (table or line.startswith("| key |"))
        if table and section is not None and line.startswith("| `"):
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            key, meaning, default, example = cells
            found.setdefault(section, {})[key.strip("`")] = (meaning, default, example)
    return found


def default_of(field: Any) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return "see below"
    if value is None:
        return "none"
    plain = list(value) if isinstance(value, tuple) else value
    plain = int(plain) if isinstance(plain, float) and plain.is_integer() else plain
    text = yaml.safe_dump(plain, default_flow_style=True, width=999).strip()
    return f"`{text.removesuffix('...').strip()}`"


FILES = [(ROOT / "docs" / "params.md", Params), (ROOT / "docs" / "codebook.md", CodebookForm)]
SECTIONS = [
    pytest.param(page, path, model, id=f"{page.stem}:{path or 'whole'}")
    for page, whole in FILES
    for path, model in sections(whole)
]


@pytest.mark.parametrize(("page", "path", "model"), SECTIONS)
def test_every_key_is_documented_with_its_default(
    page: Path, path: str, model: type[BaseModel]
) -> None:
    said = documented(page)
    elsewhere = [
        one for one, other in sections(dict(FILES)[page]) if other is model and one in said
    ]
    assert elsewhere, f"{page.name} has no section `{path}`"
    keys = said[path] if path in said else said[elsewhere[0]]
    known = {field.alias or name: field for name, field in model.model_fields.items()}
    assert list(keys) == list(known)
    assert {key: default for key, (_, default, _) in keys.items()} == {
        key: default_of(field) for key, field in known.items()
    }
    assert all(len(meaning) > 8 for meaning, _, _ in keys.values())


def choices(annotation: Any) -> Iterator[str]:
    """Return the words of every Literal within an annotation."""
    if typing.get_origin(annotation) is Literal:
        yield from (word for word in typing.get_args(annotation) if isinstance(word, str))
        return
    for one in typing.get_args(annotation):
        if not (inspect.isclass(one) and issubclass(one, BaseModel)):
            yield from choices(one)


@pytest.mark.parametrize(("page", "path", "model"), SECTIONS)
def test_every_choice_of_a_key_is_named(page: Path, path: str, model: type[BaseModel]) -> None:
    said = text_of(page) + text_of(ROOT / "docs" / "pages.md")
    for name, field in model.model_fields.items():
        unknown = [word for word in choices(field.annotation) if word not in said]
        assert unknown == [], f"{page.name}: {path}.{name}"


@pytest.mark.parametrize(("page", "path", "model"), SECTIONS)
def test_every_example_of_a_key_is_valid(page: Path, path: str, model: type[BaseModel]) -> None:
    for key, (_, _, example) in documented(page).get(path, {}).items():
        document, faults = parse_yaml(example.strip("`"), "params", "example")
        assert document is not None, faults
        assert list(document.content) == [key]
        field = next(f for name, f in model.model_fields.items() if (f.alias or name) == key)
        adapter = TypeAdapter(Annotated[(field.annotation, *field.metadata, "field")])
        adapter.validate_python(document.content[key])


def test_no_section_is_documented_that_does_not_exist() -> None:
    for page, whole in FILES:
        extra = set(documented(page)) - {path for path, _ in sections(whole)}
        assert extra <= {"tables"}, f"{page.name}: {sorted(extra)}"


def test_a_wrong_default_would_be_noticed() -> None:
    field = Params.model_fields["alerts"]
    assert default_of(field) == "`[]`"
    with pytest.raises(ValidationError):
        TypeAdapter(field.annotation).validate_python("nothing")


def test_every_operational_table_is_listed_with_its_columns() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (`[^|]+`) \|$", text_of(FILES[0][0]), re.MULTILINE))
    listed = {name: tuple(re.findall(r"`(\w+)`", cell)) for name, cell in rows.items()}
    assert listed == dict(TABLE_COLUMNS)


# code blocks -------------------------------------------------------------------------------------


RUNNING = ["README.md", "docs/extending.md", "docs/python.md"]


@pytest.mark.parametrize("page", RUNNING)
def test_marked_python_blocks_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    marked = [body for mark, body in blocks(ROOT / page, "python") if mark == "run"]
    assert marked
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    drawers = {name: dict(kinds) for name, kinds in DRAWERS.items()}
    try:
        for body in marked:
            exec(compile(body, page, "exec"), names)
    finally:
        DRAWERS.clear()
        DRAWERS.update(drawers)
        plt.close("all")


def test_every_page_with_marked_blocks_is_run() -> None:
    marked = [page for page in PAGES if any(mark == "run" for mark, _ in blocks(page, "python"))]
    assert {page.relative_to(ROOT).as_posix() for page in marked} == set(RUNNING)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_python_block_is_python(page: Path) -> None:
    for _, body in blocks(page, "python"):
        ast.parse(body)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_yaml_blocks_say_what_params_and_codebooks_may_say(page: Path, tmp_path: Path) -> None:
    for mark, body in blocks(page, "yaml"):
        document, faults = parse_yaml(body, "params", "block")
        assert not faults
        assert document is not None
        if mark == "params":
            Params.from_mapping(document.content, tmp_path, in_memory=True)
        elif mark == "codebook":
            load_codebook(document.content)


def test_ten_lines_lead_from_a_frame_to_a_gap_chart(monkeypatch: pytest.MonkeyPatch) -> None:
    code = next(body for _, body in blocks(ROOT / "README.md", "python") if "from_frame" in body)
    lines = [line for line in code.splitlines() if line.strip()]
    assert len(lines) <= 10
    monkeypatch.chdir(ROOT)
    names: dict[str, Any] = {}
    exec(compile("\n".join(lines[:-1]), "README.md", "exec"), names)
    picture = eval(lines[-1], names)
    try:
        assert isinstance(picture, cx.figures.Picture)
        assert "Reliability" in picture.alt
    finally:
        plt.close("all")


def commands(page: Path) -> Iterator[str]:
    for _, body in blocks(page, "sh"):
        for line in body.replace("\\\n", " ").splitlines():
            command = re.split(r"  #| 2?> | && ", line)[0].strip()
            if command:
                yield command


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_commands_are_ones_that_exist(page: Path) -> None:
    made = set(re.findall(r"^(\w+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    for command in commands(page):
        words = shlex.split(command)
        if words[0] == "make":
            assert set(words[1:]) <= made, command
        elif words[0] == "cxresearch":
            try:
                cli._parser().parse_args([word for word in words[1:] if word != ">"])
            except SystemExit as end:
                pytest.fail(f"{page.name}: {command} ({end})")


# links -------------------------------------------------------------------------------------------


def anchor(heading: str) -> str:
    """Return the id that GitHub gives a heading."""
    plain = re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower())
    return plain.strip().replace(" ", "-")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_internal_links_lead_somewhere(page: Path) -> None:
    prose = BLOCK.sub("", text_of(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, fragment = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{page.name}: {target}"
        assert there.is_relative_to(ROOT)
        if fragment:
            headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", text_of(there)), re.MULTILINE)
            assert fragment in {anchor(one) for one in headings}, f"{page.name}: {target}"


# what docs promise to list -----------------------------------------------------------------------


def test_readme_names_every_verb_of_the_command_line() -> None:
    parser = cli._parser()
    verbs = next(a.choices for a in parser._actions if hasattr(a, "choices") and a.choices)
    readme = text_of(ROOT / "README.md")
    assert [verb for verb in verbs if f"`cxresearch {verb}" not in readme] == []


def test_readme_says_how_runs_end() -> None:
    readme = text_of(ROOT / "README.md")
    assert all(f"| {code} |" in readme for code in (0, 1, 2, 3, 130, 143))


def test_pages_are_read_notebook_by_notebook() -> None:
    said = text_of(ROOT / "docs" / "pages.md")
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        assert f"## `{notebook.stem}`" in said


def test_pages_explain_every_verdict_and_rule() -> None:
    said = text_of(ROOT / "docs" / "pages.md")
    words = [*typing.get_args(Verdict), *RULES]
    assert [word for word in words if f"`{word}`" not in said] == []


def test_pages_explain_the_columns_that_tables_share() -> None:
    said = text_of(ROOT / "docs" / "pages.md")
    shared = ["conf_low", "conf_high", "n", "n_eff", "mdc", "p_value", "q_value", "low_base"]
    assert set(shared) <= set(GLOSSARY)
    assert [name for name in shared if f"`{name}`" not in said] == []


def test_pages_explain_every_statistic_of_the_example() -> None:
    said = text_of(ROOT / "docs" / "pages.md")
    table = cx.kpis.measure(cx.load_study(ROOT / "params" / "example.yml").latest()).table
    assert [name for name in table["statistic"].unique() if f"`{name}`" not in said] == []


def test_the_message_shown_first_is_a_real_one(tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text("satisfaction\n4\n5\n")
    (tmp_path / "acme.yml").write_text(
        "study: {name: acme}\ndata: {responses: acme.csv}\n"
        "codebook: {measures: {satisfaction: {kind: csat, columns: satisfacton, scale: [1, 5]}}}\n"
    )
    shown = blocks(ROOT / "docs" / "troubleshooting.md", "text")[0][1]
    with pytest.raises(CxError) as caught:
        cx.load_study(tmp_path / "acme.yml")
    assert str(caught.value).strip() == shown.strip()


def test_cures_quote_messages_that_the_package_gives() -> None:
    source = "\n".join(text_of(path) for path in (ROOT / "cxresearch").rglob("*.py"))
    source = re.sub(r"\"\s*\n\s*f?\"", "", source)
    headings = re.findall(
        r"^### “(.+)”$", text_of(ROOT / "docs" / "troubleshooting.md"), re.MULTILINE
    )
    assert len(headings) >= 15
    for heading in headings:
        piece = max(re.split(r"…|\"[^\"]*\"", heading), key=len).strip()
        assert piece in source, heading


def test_architecture_names_every_room_and_its_floor() -> None:
    table = re.findall(
        r"^\| (\d) [^|]*\|[^|]*\|(.*)\|$",
        text_of(ROOT / "docs" / "architecture.md"),
        re.MULTILINE,
    )
    said = {int(floor): set(re.findall(r"`(\w+)(?:\.py|/)`", rooms)) for floor, rooms in table}
    package = ROOT / "cxresearch"
    there = {path.stem for path in package.glob("*.py")}
    there |= {path.parent.name for path in package.glob("*/__init__.py")}
    assert set().union(*said.values()) == there
    for floor, rooms in FLOORS.items():
        assert rooms & there == said[floor], f"floor {floor}"


# the tour ----------------------------------------------------------------------------------------

TOUR = ROOT / "docs" / "tour.ipynb"


def test_the_tour_is_stored_without_outputs() -> None:
    notebook = nbformat.read(TOUR, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for target in re.findall(r"\]\(([^)#\s]+)", cell.source):
                assert (TOUR.parent / target).exists(), target


@pytest.mark.slow
def test_the_tour_runs_in_a_copy(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "params", tmp_path / "params")
    (tmp_path / "docs").mkdir()
    shutil.copy(TOUR, tmp_path / "docs")
    command = [sys.executable, "-m", "papermill", "--no-progress-bar", "tour.ipynb", "out.ipynb"]
    done = subprocess.run(
        command, cwd=tmp_path / "docs", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    ran = nbformat.read(tmp_path / "docs" / "out.ipynb", as_version=4)
    shown = [
        output
        for cell in ran.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type in ("display_data", "execute_result")
    ]
    assert sum("image/svg+xml" in one.data for one in shown) >= 6
    assert sum("text/html" in one.data for one in shown) >= 6
    stray = [o for c in ran.cells if c.cell_type == "code" for o in c.outputs if "name" in o]
    assert stray == [], "a cell warns or prints"


# habits ------------------------------------------------------------------------------------------


def test_pre_commit_asks_no_registry() -> None:
    config = yaml.safe_load(text_of(ROOT / ".pre-commit-config.yaml"))
    assert all(one["repo"] == "local" for one in config["repos"])
    hooks = {hook["id"]: hook for one in config["repos"] for hook in one["hooks"]}
    assert {"ruff-check", "ruff-format", "nbstripout"} <= set(hooks)
    assert all(hook["language"] == "system" for hook in hooks.values())
    assert all({"name", "entry"} <= set(hook) for hook in hooks.values())
    for hook in hooks.values():
        for pattern in (hook.get("files", ""), hook.get("exclude", "")):
            re.compile(pattern)


def test_the_nbstripout_hook_leaves_stored_notebooks_as_they_are(tmp_path: Path) -> None:
    config = yaml.safe_load(text_of(ROOT / ".pre-commit-config.yaml"))
    entry = next(
        h["entry"] for one in config["repos"] for h in one["hooks"] if h["id"] == "nbstripout"
    )
    command = Path(sys.executable).with_name(entry.split()[0])
    if not command.exists():
        pytest.skip("nbstripout is not installed")
    notebooks = [TOUR, *sorted((ROOT / "notebooks").glob("*.ipynb"))]
    copies = [Path(shutil.copy(path, tmp_path)) for path in notebooks]
    subprocess.run([command, *entry.split()[1:], *copies], check=True, capture_output=True)
    for path, copy in zip(notebooks, copies, strict=True):
        assert copy.read_bytes() == path.read_bytes(), path.name


def test_citation_and_changelog_name_this_version() -> None:
    project = tomllib.loads(text_of(ROOT / "pyproject.toml"))["project"]
    citation = yaml.safe_load(text_of(ROOT / "CITATION.cff"))
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert {"cff-version", "message", "title", "authors", "type"} <= set(citation)
    versions = re.findall(r"^## \[(.+?)\] - (.+)$", text_of(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert versions[0][0] in (project["version"], "Unreleased")


def test_the_picture_is_a_small_png() -> None:
    picture = (ROOT / "docs" / "report.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < 300_000


def test_no_page_says_where_it_was_written() -> None:
    for page in PAGES:
        assert not re.search(r"(?<![\w.])/(?:root|work|tmp|home/\w+)/", text_of(page)), page.name


def test_errors_are_one_family() -> None:
    assert "CxError" in text_of(ROOT / "docs" / "troubleshooting.md")
    assert issubclass(cx.CxError, CxError)
