"""`run.json`: what was run from what, and how it ended. What later runs compare with."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cxresearch.report.publish import RESULTS, TABLES, whole
from cxresearch.report.subject import sha256
from cxresearch.report.wish import ALERT, DONE, FAILED

FILE = "run.json"
_FORMAT = 1
_PACKAGE = Path(__file__).resolve().parents[1]
_LIBRARIES = (
    "numpy",
    "pandas",
    "scipy",
    "statsmodels",
    "scikit-learn",
    "factor-analyzer",
    "matplotlib",
    "seaborn",
    "nbconvert",
    "papermill",
    "ipykernel",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRecord:
    """How one notebook of a study stands.

    Attributes
    ----------
    title : str
        Of the notebook, English.
    status : str
        done, error, killed, timeout or interrupted: how its last run ended.
    key : str
        Of what that run was made.
    good_key : str
        Of what the page that lies there was made; empty where there is none.
    reason : str
        Why it failed.
    seconds : float
        Wall time.
    warnings : int
        Warnings that its code wrote.
    results : mapping
        Hash of the numbers of each table that the page shows, by the table's name.
    changed : sequence of str
        Those of them whose numbers are not those of the run before.
    execution : str
        Of what the notebook was executed that lies beside the good page.
    notebook : str
        SHA-256 of that notebook, by which an edited one is known.
    facts : mapping
        What it told of itself (`headline`, `base`, `waves`).
    """

    title: str
    status: str
    key: str
    good_key: str = ""
    reason: str = ""
    seconds: float = 0.0
    warnings: int = 0
    results: Mapping[str, str] = field(default_factory=dict)
    changed: Sequence[str] = ()
    execution: str = ""
    notebook: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        """Its main sentence, where it told one."""
        return str(self.facts.get("headline", ""))

    def file_of(self, name: str) -> str:
        """Name of the file that its last run made."""
        return f"{name}.html" if self.status == "done" else f"{name}.error.html"

    @property
    def settled(self) -> bool:
        """Whether running it again from the same inputs would end the same."""
        return self.status in ("done", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The record of a study's last run.

    Attributes
    ----------
    study, title, client, language, accent : str
        Of the params file.
    finished : str
        When it ended (UTC).
    seconds : float
        Wall time.
    exit : int
        Exit code of this study alone.
    params_file, params, overrides
        What it was run with, resolved; paths relative to the params file.
    fingerprint, sources, inputs
        What it was made of: of the study, of the data, of every file read.
    versions, parts, found
        Versions, and hashes by which a later run sees whether anything changed.
    only, planned : sequence of str
        Notebooks of ``--only``; notebooks that were to be run.
    changed : sequence of str
        Which parts differ from the run before.
    left_out : mapping
        Notebooks left out, with what the study lacks.
    alerts : sequence
        Every declared alert, with how it stands.
    notes : sequence
        What was done to the answers.
    pages : mapping
        Every page of the study, of this run and of earlier ones.
    """

    study: str
    title: str
    client: str
    language: str
    accent: str
    finished: str
    seconds: float
    exit: int
    params_file: str
    params: Mapping[str, Any]
    overrides: Mapping[str, Any]
    fingerprint: str
    sources: tuple[Mapping[str, Any], ...]
    versions: Mapping[str, str]
    inputs: Mapping[str, str] | None
    parts: Mapping[str, str]
    found: Mapping[str, str]
    only: Sequence[str]
    planned: Sequence[str]
    changed: tuple[str, ...]
    left_out: Mapping[str, tuple[str, ...]]
    alerts: tuple[Mapping[str, Any], ...]
    notes: tuple[Mapping[str, Any], ...]
    pages: Mapping[str, PageRecord]
    format: int = field(default=_FORMAT)


def write(run: Run, folder: Path) -> Path:
    """Write the record into the study's folder, in one step."""
    text = json.dumps(asdict(run), ensure_ascii=False, indent=1, default=str)
    whole(folder / FILE, text + "\n")
    return folder / FILE


def read(folder: Path) -> Run | None:
    """Return the record that lies in a study's folder; None where none can be read."""
    file = folder / FILE
    if not file.is_file():
        return None
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content["format"] != _FORMAT:
            return None
        pages = {name: PageRecord(**page) for name, page in content.pop("pages").items()}
        return Run(**content, pages=pages)
    except (ValueError, KeyError, TypeError, AttributeError):
        # a record of another version, or one that someone edited: as if there were none
        return None


def all_in(folder: Path) -> list[tuple[Path, Run]]:
    """Return the studies whose reports lie in a folder, by name."""
    found = ((file.parent, read(file.parent)) for file in sorted(folder.glob(f"*/{FILE}")))
    return [(place, run) for place, run in found if run is not None]


def exit_code(
    planned: Sequence[str],
    pages: Mapping[str, PageRecord],
    alerts: Sequence[Mapping[str, Any]],
) -> int:
    """Return the code with which a run of these pages ends: 0, 1 or 3."""
    if any(pages[name].status != "done" for name in planned if name in pages):
        return FAILED
    return ALERT if any(alert["fired"] for alert in alerts) else DONE


def whole_pages(names: Sequence[str], pages: Mapping[str, PageRecord], folder: Path) -> bool:
    """Tell whether these notebooks would end the same again, and what they made is there."""
    return all(
        name in pages and pages[name].settled and (folder / pages[name].file_of(name)).is_file()
        for name in names
    )


def still_executed(name: str, execution: str, page: PageRecord | None, folder: Path) -> bool:
    """Tell whether a notebook lies in the study's folder as a kernel would execute it now.

    Parameters
    ----------
    name : str
        Of the notebook.
    execution : str
        Key of what it would be executed from.
    page : PageRecord or None
        How it stands.
    folder : Path
        The study's folder, with its tables.
    """
    if page is None or page.status != "done" or page.execution != execution:
        return False
    notebook = folder / f"{name}.ipynb"
    return (
        notebook.is_file()
        and sha256(notebook) == page.notebook
        and results(name, folder / RESULTS) == page.results
        and all((folder / TABLES / f"{table}.csv").is_file() for table in page.results)
    )


def changes(parts: Mapping[str, str], before: Run | None) -> tuple[str, ...]:
    """Return which of data, params, code and versions are not those of the last run."""
    if before is None:
        return ()
    return tuple(name for name, digest in parts.items() if before.parts.get(name) != digest)


def results(name: str, folder: Path) -> dict[str, str]:
    """Return a hash of the numbers of each table that a notebook handed over."""
    found = {}
    for file in sorted(folder.glob(f"{name}-[0-9]*.json")):
        told = json.loads(file.read_text(encoding="utf-8"))
        text = json.dumps([told["columns"], told["rows"]])
        found[file.stem] = hashlib.sha256(text.encode()).hexdigest()
    return found


def changed_results(told: Mapping[str, str], before: PageRecord | None) -> tuple[str, ...]:
    """Return the tables whose numbers differ from those of the page that was there."""
    if before is None or not before.results:
        return ()
    return tuple(name for name, digest in told.items() if before.results.get(name) != digest)


@cache
def versions() -> dict[str, str]:
    """Return the versions of everything that makes numbers and pages."""
    found = {"cxresearch": _version("cxresearch"), "python": platform.python_version()}
    return found | {name: _version(name) for name in _LIBRARIES}


@cache
def code_hash() -> str:
    """Return one hash over the package's code, templates and message catalogues."""
    return files_hash(_files())


@cache
def kernel_code_hash() -> str:
    """Return one hash over what of the package runs in kernels: all but the making of pages."""
    doors, kernels = _PACKAGE / "report", _PACKAGE / "report" / "kernels"
    return files_hash(
        path
        for path in _files()
        if kernels in path.parents or (doors not in path.parents and path.name != "cli.py")
    )


def _files() -> list[Path]:
    return [
        path
        for path in sorted(_PACKAGE.rglob("*"))
        if path.suffix in (".py", ".j2", ".css", ".json", ".po", ".yml") and path.is_file()
    ]


def files_hash(paths: Iterable[Path]) -> str:
    """Return one hash over the names and bytes of files."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"
