"""The house: floors, no circles, notebooks without outputs, one list of requirements."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "cxresearch"

FLOORS = {
    0: {"errors", "columns", "notes", "about", "display", "handover", "registry", "store"},
    1: {"stats"},
    2: {"study", "samples"},
    3: {
        "answers",
        "bases",
        "benchmark",
        "drivers",
        "history",
        "indicators",
        "kpis",
        "operations",
        "loyalty",
        "overview",
        "psychometrics",
        "quality",
        "results",
        "sampling",
        "scorecard",
        "segments",
        "servqual",
        "shared",
        "trends",
        "verbatims",
        "verdicts",
    },
    4: {"figures", "findings", "tables", "text", "theme", "svg"},
    5: {"report"},
    6: {"__init__", "__main__", "cli"},
}
FLOOR_OF = {room: floor for floor, rooms in FLOORS.items() for room in rooms}


def modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        yield ".".join(["cxresearch", *parts]).removesuffix(".__init__"), path


def imported(path: Path, *, runtime: bool = False) -> set[str]:
    """Modules of the package that a file imports (`runtime`: TYPE_CHECKING blocks left out)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden: set[int] = set()
    if runtime:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
                hidden |= {id(one) for part in node.body for one in ast.walk(part)}
    found = set()
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.startswith("cxresearch")}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def test_every_room_has_a_floor() -> None:
    assert {room(name) for name, _ in modules()} - set(FLOOR_OF) == set()


@pytest.mark.parametrize(("name", "path"), list(modules()), ids=lambda value: str(value)[-40:])
def test_imports_only_go_down(name: str, path: Path) -> None:
    own = FLOOR_OF[room(name)]
    upward = {
        one for one in imported(path) if one != "cxresearch" and FLOOR_OF.get(room(one), 0) > own
    }
    assert not upward, f"{name} (floor {own}) imports from above: {sorted(upward)}"


def test_there_is_no_circle() -> None:
    files = dict(modules())
    graph = {
        name: {one for one in imported(path, runtime=True) if one in files and one != name}
        for name, path in files.items()
        if name != "cxresearch"
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, "circle: " + " → ".join([*trail[trail.index(name) :], name])
        if name in done:
            return
        for other in graph.get(name, ()):
            # a package and a room of its own are one house: importing the room loads its door
            if not (other.startswith(name + ".") or name.startswith(other + ".")):
                visit(other, (*trail, name))
        done.add(name)

    for name in graph:
        visit(name, ())


def test_names_say_what_a_room_knows() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "core", "misc", "tools"}
    assert not [name for name, _ in modules() if set(name.split(".")) & vague]


def test_importing_the_package_loads_nothing_heavy() -> None:
    code = (
        "import sys, cxresearch; "
        "print([m for m in ('pandas', 'numpy', 'matplotlib', 'papermill', 'nbformat') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_are_thin_and_stored_without_outputs(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)
    tags = [cell["metadata"].get("tags", []) for cell in code]
    assert tags[0] == ["parameters"]
    assert tags[1] == ["setup"]
    assert re.fullmatch(r"\d\d_[a-z_]+", path.stem)
    assert notebook["cells"][0]["source"][0].startswith("# ")
    for cell in code[2:]:
        tree = ast.parse("".join(cell["source"]))
        assert len(tree.body) == 1, "a cell holds one call or one display"
        banned = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda)
        assert not [node for node in ast.walk(tree) if isinstance(node, banned)]
    assert set(notebook["metadata"]["cxresearch"]) == {"title", "needs"}


def test_environment_and_pyproject_ask_for_the_same() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(one["pip"] for one in listed if isinstance(one, dict))
    named = {one for one in [*listed, *by_pip] if isinstance(one, str)}
    named -= {"pip", "-e ."}
    assert named == {f"python{project['requires-python']}", *project["dependencies"]}


def test_every_upper_limit_says_why() -> None:
    for name in ("pyproject.toml", "environment.yml"):
        lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
        for before, line in pairwise(lines):
            if re.search(r">=[\d.]+,<", line):
                assert before.strip().startswith("#"), f"{name}: {line.strip()}"


def test_make_and_ci_are_there() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M))
    assert {"env", "report", "test", "lint", "lab", "bench", "golden"} <= targets
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "make test" in ci
    assert "cxresearch run params/example.yml" in ci


def test_no_tracked_file_holds_a_machine_path() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    pattern = re.compile(rb"(?<![\w.])/(?:root|home/\w+|Users/\w+)/")
    found = [
        name
        for name in listed.stdout.split("\0")
        if name and (ROOT / name).is_file() and pattern.search((ROOT / name).read_bytes())
    ]
    assert not found
