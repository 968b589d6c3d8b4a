"""From an executed notebook to a page: self-contained, accessible, the same bytes every time."""

from __future__ import annotations

import copy
import os
import re
import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from jinja2.bccache import Bucket, BytecodeCache
from nbconvert.exporters import HTMLExporter

from cxresearch.report import look, matrix
from cxresearch.report.engine import Failure
from cxresearch.report.fragments import Fragments
from cxresearch.report.subject import Subject, span
from cxresearch.text import number, percent, translator

_PARTS = ("index.html.j2", "shell.html.j2", "cells.html.j2")
_REMOVED = {"remove", "remove-cell", "remove_cell", "parameters-hidden"}
_NO_INPUT = {"hide-input", "hide_input", "remove-input", "remove_input"}
_NO_OUTPUT = {"remove-output", "remove_output", "hide-output", "hide_output"}
_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class _Compiled(BytecodeCache):
    """Compiled templates in memory; Jinja compares each with its source before it is used."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


_COMPILED = _Compiled()


class _PageExporter(HTMLExporter):  # type: ignore[misc]
    """nbconvert's exporter without its last pass, which parses and rewrites the finished page."""

    def from_notebook_node(  # type: ignore[override]
        self, nb: Any, resources: dict[str, Any] | None = None, **choices: Any
    ) -> tuple[str, dict[str, Any]]:
        return super(HTMLExporter, self).from_notebook_node(nb, resources, **choices)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page says beside the notebook's own content.

    Attributes
    ----------
    subject : Subject
        The study.
    name, title : str
        Of the notebook.
    provenance : mapping
        What the page was made of: printed in its foot.
    facts : mapping
        What the notebook told (`headline`, `base`, `waves`).
    files : Path
        Folder of the tables that the notebook handed over.
    """

    subject: Subject
    name: str
    title: str
    provenance: Mapping[str, str]
    facts: Mapping[str, Any] = field(default_factory=dict)
    files: Path = Path()


def html(notebook: Any, page: Page, failure: Failure | None = None) -> str:
    """Return the page of an executed notebook, or the error page of one that failed.

    Parameters
    ----------
    notebook : NotebookNode
        Executed.
    page : Page
        What stands around it.
    failure : Failure, optional
        Why it failed; the failing cell then stands on top.
    """
    subject = page.subject
    _ = translator(subject.language)
    exporter = _exporter(Fragments(subject.language, page.files))
    exporter.environment.globals.update(_=_, cx=_around(page, failure, notebook))
    text, _resources = exporter.from_notebook_node(_shown(notebook, page, failure))
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def prepare() -> None:
    """Compile the page's templates, for this process and all that are forked from it."""
    environment = _exporter(Fragments("en", Path())).environment
    for name in _PARTS:
        environment.get_template(name)


def _exporter(fragments: Fragments) -> _PageExporter:
    exporter = _PageExporter(  # type: ignore[no-untyped-call]
        template_name="cx",
        extra_template_basedirs=[str(look.TEMPLATES)],
        preprocessors=[],
        default_preprocessors=[],
    )
    exporter.environment.bytecode_cache = _COMPILED
    exporter.environment.filters.update(fragments.filters())
    return exporter


def clean(notebook: Any, parameters: Mapping[str, Any]) -> Any:
    """Return the executed notebook as it is published: no time, no path, no user.

    Parameters
    ----------
    notebook : NotebookNode
        Executed by papermill.
    parameters : mapping
        What the injected parameters cell is to say, with a path relative to the report.
    """
    cleaned = copy.deepcopy(notebook)
    cleaned.metadata.pop("papermill", None)
    for position, cell in enumerate(cleaned.cells):
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        if not _tags(cell):
            cell.metadata.pop("tags", None)
        cell["id"] = f"cell-{position:03d}"
        if "injected-parameters" in cell.metadata.get("tags", ()):
            cell.source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    return cleaned


def with_texts_of(source: Any, executed: Any) -> Any:
    """Return a notebook as it is written now, with the outputs of one executed before.

    Parameters
    ----------
    source : NotebookNode
        As it is written now: the same code, perhaps other text.
    executed : NotebookNode
        As it was executed, with the parameters that papermill injected.
    """
    told = [cell for cell in executed.cells if "injected-parameters" in _tags(cell)]
    made = iter(cell for cell in executed.cells if cell.cell_type == "code" and cell not in told)
    cells = []
    for cell in source.cells:
        if cell.cell_type != "code":
            cells.append(cell)
            continue
        cells.append(next(made))
        if "parameters" in _tags(cell):
            cells += told
    renewed = copy.deepcopy(executed)
    renewed.cells = copy.deepcopy(cells)
    return renewed


def _tags(cell: Any) -> set[str]:
    return set(cell.metadata.get("tags", ()))


def to_text(notebook: Any) -> str:
    """Return a notebook as the text of its file."""
    text = nbformat.writes(notebook, version=4)  # type: ignore[no-untyped-call]
    return str(text) + "\n"


def _shown(notebook: Any, page: Page, failure: Failure | None) -> Any:
    """Return what of the notebook is seen: cells that are hidden left out, streams dropped."""
    shown = copy.deepcopy(notebook)
    last = len(shown.cells) if failure is None or failure.cell is None else failure.cell
    cells = []
    for cell in shown.cells[:last]:
        tags = set(cell.metadata.get("tags", ()))
        if tags & _REMOVED:
            continue
        if cell.cell_type == "code":
            hidden = bool(tags & {"remove-input", "remove_input"})
            cell.metadata["cx_hide"] = hidden or (page.subject.look.hide_code and failure is None)
            outputs = [] if tags & _NO_OUTPUT else cell.outputs
            cell.outputs = [one for one in outputs if one.output_type not in ("stream", "error")]
        cells.append(cell)
    _without_title(cells)
    shown.cells = cells
    return shown


def _without_title(cells: list[Any]) -> None:
    """Take the notebook's title out of its first cell: the page's head says it."""
    if cells and cells[0].cell_type == "markdown":
        cells[0].source = re.sub(r"\A\s*#\s+[^\n]*\n?", "", cells[0].source)


def _around(page: Page, failure: Failure | None, notebook: Any) -> dict[str, Any]:
    subject, _ = page.subject, translator(page.subject.language)
    waves = tuple(page.facts.get("waves", subject.waves))
    base = page.facts.get("base", subject.base)
    facts = [(_("Waves"), span(waves))] if waves else []
    told = number(base, 0, subject.language) if isinstance(base, int) else str(base)
    facts.append((_("Respondents"), told))
    facts.append((_("Confidence level"), percent(subject.conf_level, 0, subject.language)))
    return {
        "language": subject.language,
        "style": look.style(subject.look.accent),
        "logo": look.embedded(subject.look.logo) if subject.look.logo else "",
        "title": _(page.title),
        "study_title": subject.title,
        "client": subject.client,
        "eyebrow": [part for part in (subject.client, subject.title) if part],
        "index": "index.html",
        "headline": "" if failure else str(page.facts.get("headline", "")),
        "facts": facts,
        "footer": subject.look.footer,
        "provenance": [(_(name), value) for name, value in page.provenance.items() if value],
        "show_code": not subject.look.hide_code or failure is not None,
        "failure": _failure(page, failure, notebook) if failure else None,
    }


def _failure(page: Page, failure: Failure, notebook: Any) -> dict[str, str]:
    _ = translator(page.subject.language)
    sentences = {
        "error": _("A cell of the notebook raised an error."),
        "killed": _("The kernel was killed; likely it ran out of memory."),
        "timeout": _("A cell took longer than it may."),
        "interrupted": _("The run was interrupted."),
        "done": "",
    }
    cell = notebook.cells[failure.cell] if failure.cell is not None else None
    said = matrix.spoken(page.subject.overrides)
    sets = "".join(f" --set {shlex.quote(f'{key}={value}')}" for key, value in said.items())
    known = f"{failure.name}: {failure.message}" if failure.status == "error" else ""
    return {
        "sentence": sentences[failure.status],
        "source": cell.source if cell is not None else "",
        "message": anonymous(known),
        "traceback": anonymous(_ANSI.sub("", failure.traceback)),
        "command": (
            f"cxresearch run {page.subject.params_file.name} --only {page.name}{sets} --force"
        ),
    }


def anonymous(text: str) -> str:
    """Return a text without the folders of this computer: no user's name leaves with a page."""
    package = str(Path(__file__).resolve().parents[2])
    folders = {sys.prefix: "…", sys.base_prefix: "…", package: "…", os.getcwd(): "…"}
    folders[str(Path.home())] = "~"
    for folder in sorted(folders, key=len, reverse=True):
        if len(folder) > 1:
            text = text.replace(folder, folders[folder])
    return re.sub(r"(?:/[^\s/:'\"]+)*/\.cx-[\w.-]+", "…", text)
