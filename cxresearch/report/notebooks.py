"""What a notebook says of itself: title, needs, parameters. Read as JSON, executed by no one."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxresearch.errors import Fault


@dataclass(frozen=True, slots=True)
class Notebook:
    """A notebook that can be run for a study.

    Attributes
    ----------
    path : Path
        Where it lies.
    title : str
        Of its metadata, else of its first heading, else its name.
    needs : tuple of str
        What the study must have (``metadata.cxresearch.needs``), for `notebooks: auto`.
    parameters : frozenset of str, or None
        Names that its parameters cell assigns; None where it has no such cell.
    sha256 : str
        Of the file.
    code : str
        SHA-256 of its code cells with their tags: all of it that a kernel sees.
    """

    path: Path
    title: str
    needs: tuple[str, ...]
    parameters: frozenset[str] | None
    sha256: str
    code: str = ""

    @property
    def name(self) -> str:
        """The file's name without ``.ipynb``; pages and tables are called after it."""
        return self.path.stem


def places() -> tuple[Path, ...]:
    """Return the folders in which notebooks are looked for, nearest first.

    ``notebooks/`` of the working folder, then of the source checkout, then those that the
    installed package carries.
    """
    return (
        Path.cwd() / "notebooks",
        Path(__file__).resolve().parents[2] / "notebooks",
        Path(sys.prefix) / "share" / "cxresearch" / "notebooks",
    )


def find(folders: Iterable[Path] | None = None) -> tuple[list[Notebook], list[Fault]]:
    """Return the notebooks of all folders by name, and those that cannot be read.

    A notebook of a nearer folder stands in for one of the same name further off.
    """
    found: dict[str, Path] = {}
    for folder in places() if folders is None else folders:
        for path in sorted(folder.glob("*.ipynb")):
            found.setdefault(path.stem, path)
    notebooks, faults = [], []
    for _, path in sorted(found.items()):
        try:
            notebooks.append(read(path))
        except (ValueError, KeyError, SyntaxError, OSError) as error:
            faults.append(
                Fault(
                    kind="params",
                    what=f'notebook "{path.stem}" cannot be read',
                    where=path.name,
                    found=str(error),
                    hint="open it in JupyterLab and save it again, or move it away",
                )
            )
    return notebooks, faults


def read(path: Path) -> Notebook:
    """Read what a notebook says of itself.

    Raises
    ------
    ValueError
        The file is no notebook of format 4.
    SyntaxError
        Its parameters cell is not Python.
    """
    raw = path.read_bytes()
    content = json.loads(raw)
    if not isinstance(content, dict) or content.get("nbformat") != 4:
        raise ValueError("not a notebook of format 4")
    said = content.get("metadata", {}).get("cxresearch", {})
    return Notebook(
        path=path,
        title=str(said.get("title") or _first_heading(content["cells"]) or path.stem),
        needs=tuple(said.get("needs", ())),
        parameters=_parameters(content["cells"]),
        sha256=hashlib.sha256(raw).hexdigest(),
        code=_code(content["cells"]),
    )


def source(cell: dict[str, Any]) -> str:
    """Return a cell's source, which notebooks store as one text or as lines."""
    text = cell["source"]
    return text if isinstance(text, str) else "".join(text)


def assigned(code: str) -> frozenset[str]:
    r"""Return the names that plain lines of code assign.

    Examples
    --------
    >>> sorted(assigned('params_file: str = "a.yml"  # help\noverrides: dict = {}'))
    ['overrides', 'params_file']
    """
    names: set[str] = set()
    for line in ast.parse(code).body:
        targets: Sequence[ast.expr] = ()
        if isinstance(line, ast.Assign):
            targets = line.targets
        elif isinstance(line, ast.AnnAssign):
            targets = (line.target,)
        names.update(target.id for target in targets if isinstance(target, ast.Name))
    return frozenset(names)


def _parameters(cells: Sequence[dict[str, Any]]) -> frozenset[str] | None:
    for cell in cells:
        if "parameters" in cell.get("metadata", {}).get("tags", ()):
            return assigned(source(cell))
    return None


def _code(cells: Sequence[dict[str, Any]]) -> str:
    run = [
        (source(cell), sorted(cell.get("metadata", {}).get("tags", ())))
        for cell in cells
        if cell["cell_type"] == "code"
    ]
    return hashlib.sha256(json.dumps(run).encode()).hexdigest()


def _first_heading(cells: Sequence[dict[str, Any]]) -> str | None:
    for cell in cells:
        if cell["cell_type"] == "markdown":
            found = re.search(r"^#\s+(.+)$", source(cell), flags=re.MULTILINE)
            if found:
                return found[1].strip()
    return None
