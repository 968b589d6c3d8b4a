"""From a checked study and the notebooks found to a list of jobs; nothing is run or written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxresearch.errors import Fault, did_you_mean
from cxresearch.report.notebooks import Notebook
from cxresearch.report.subject import Subject

# params that no kernel looks at: what a page wears, and how its making is gone about
_PAGE_ONLY = (
    "alerts",
    "report.brand.footer",
    "report.brand.logo",
    "report.cell_timeout",
    "report.folder",
    "report.formats",
    "report.hide_code",
    "report.memory_limit",
    "report.notebook_timeout",
    "report.notebooks",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One notebook to be run for one study.

    Attributes
    ----------
    study : str
        Name of the study, and of its folder.
    notebook : Notebook
        What is run.
    parameters : mapping
        What its parameters cell is told.
    key : str
        SHA-256 over everything that the page depends on: the same key, the same page.
    execution : str
        SHA-256 over all of it that the kernel sees: the same, and the notebook's outputs are the
        same, so that a page in a new look needs no kernel.
    """

    study: str
    notebook: Notebook
    parameters: Mapping[str, Any]
    key: str
    execution: str

    @property
    def name(self) -> str:
        """Name of the page and its tables."""
        return self.notebook.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run of one study will do.

    Attributes
    ----------
    subject : Subject
        The study.
    jobs : tuple of Job
        Notebooks to be run, in the order of their names.
    left_out : mapping
        Notebooks that `auto` leaves out, with what the study lacks for them.
    keys : mapping
        Of every notebook that was found, planned or not, the key of a page made now.
    found : mapping
        SHA-256 of every notebook that was found.
    parts : mapping
        Hashes of what the keys are made of, by name (data, params, code, versions): told apart
        so that a later run can say what changed.
    """

    subject: Subject
    jobs: tuple[Job, ...]
    left_out: Mapping[str, tuple[str, ...]]
    keys: Mapping[str, str]
    found: Mapping[str, str]
    parts: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Folder in which the study's pages lie."""
        return self.subject.folder / self.subject.name


def make(
    subject: Subject,
    notebooks: Sequence[Notebook],
    has: Callable[[str], bool],
    *,
    only: Sequence[str] = (),
    code: str = "",
    kernel_code: str = "",
    versions: Mapping[str, str] | None = None,
) -> tuple[Plan, list[Fault]]:
    """Return what is to be run for a study, and everything that stands against it.

    Parameters
    ----------
    subject : Subject
        The checked study.
    notebooks : sequence of Notebook
        Those that were found.
    has : callable
        Whether the study has what a notebook needs.
    only : sequence of str
        Names given by ``--only``; they stand in for ``report.notebooks``.
    code : str
        Hash of the package's code.
    kernel_code : str
        Hash of that part of it which runs in kernels.
    versions : mapping
        Versions of the libraries that make numbers and pages.
    """
    chosen, left_out, faults = _choose(subject, notebooks, has, only)
    parts = {
        "data": subject.fingerprint,
        "params": _digest(
            {
                "params": subject.params,
                "overrides": subject.overrides,
                "file": subject.params_file.name,
            }
        ),
        "code": code,
        "versions": _digest(dict(versions or {})),
    }
    keys = {
        notebook.name: _digest({**parts, "notebook": notebook.sha256, "name": notebook.name})
        for notebook in notebooks
    }
    seen = {
        "data": subject.fingerprint,
        "params": _without(subject.params, _PAGE_ONLY),
        "code": kernel_code,
        "versions": dict(versions or {}),
    }
    jobs = []
    for notebook in chosen:
        parameters = {"params_file": str(subject.params_file), "overrides": dict(subject.overrides)}
        faults += _unknown(notebook, parameters)
        jobs.append(
            Job(
                study=subject.name,
                notebook=notebook,
                parameters=parameters,
                key=keys[notebook.name],
                execution=_digest({**seen, "notebook": notebook.code, "name": notebook.name}),
            )
        )
    made = Plan(
        subject=subject,
        jobs=tuple(jobs),
        left_out=left_out,
        keys=keys,
        found={notebook.name: notebook.sha256 for notebook in notebooks},
        parts=parts,
    )
    return made, faults


def _choose(
    subject: Subject,
    notebooks: Sequence[Notebook],
    has: Callable[[str], bool],
    only: Sequence[str],
) -> tuple[list[Notebook], dict[str, tuple[str, ...]], list[Fault]]:
    listed = tuple(only) or subject.notebooks
    if isinstance(listed, str):
        # a notebook without a parameters cell is someone's scratch paper, not a report
        reports = [notebook for notebook in notebooks if notebook.parameters is not None]
        lacking = {
            notebook.name: tuple(need for need in notebook.needs if not has(need))
            for notebook in reports
        }
        chosen = [notebook for notebook in reports if not lacking[notebook.name]]
        faults = []
        if not chosen:
            faults.append(
                Fault(
                    kind="params",
                    what="there is no notebook to run",
                    where="report.notebooks",
                    found=f"{len(notebooks)} notebooks, none for what the study has",
                    hint="call cxresearch from the folder that holds notebooks/",
                )
            )
        return chosen, {name: needs for name, needs in lacking.items() if needs}, faults

    by_name = {notebook.name: notebook for notebook in notebooks}
    chosen, faults = [], []
    for word in listed:
        name = _name(word, by_name)
        if name is None:
            faults.append(
                Fault(
                    kind="params",
                    what=f'there is no notebook "{word}"',
                    where="--only" if only else "report.notebooks",
                    hint=did_you_mean(word, list(by_name)),
                )
            )
        elif by_name[name] not in chosen:
            chosen.append(by_name[name])
    return sorted(chosen, key=lambda notebook: notebook.name), {}, faults


def _name(word: str, known: Mapping[str, Notebook]) -> str | None:
    """Return the notebook meant: by its name, with or without suffix and number."""
    word = word.removesuffix(".ipynb")
    if word in known:
        return word
    without_number = [name for name in known if name.partition("_")[2] == word]
    return without_number[0] if len(without_number) == 1 else None


def _unknown(notebook: Notebook, parameters: Mapping[str, Any]) -> list[Fault]:
    if notebook.parameters is None:
        return [
            Fault(
                kind="params",
                what=f'notebook "{notebook.name}" has no parameters cell',
                where=notebook.path.name,
                hint='tag the cell that assigns params_file and overrides with "parameters"',
            )
        ]
    return [
        Fault(
            kind="params",
            what=f'notebook "{notebook.name}" has no parameter "{name}"',
            where=f"{notebook.path.name}, cell tagged parameters",
            found=", ".join(sorted(notebook.parameters)) or "an empty cell",
            hint=did_you_mean(name, sorted(notebook.parameters)),
        )
        for name in parameters
        if name not in notebook.parameters
    ]


def _without(params: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """Return params without some of their dotted keys, nor sections that hold nothing else."""
    kept = dict(params)
    here: dict[str, list[str]] = {key.partition(".")[0]: [] for key in keys}
    for key in keys:
        section, _, within = key.partition(".")
        here[section] += [within] if within else []
    for section, more in here.items():
        left = _without(kept[section], more) if more and section in kept else {}
        if left:
            kept[section] = left
        else:
            kept.pop(section, None)
    return kept


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()
