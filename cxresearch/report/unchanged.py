"""Whether anything changed since the last run, told from hashes alone: no study is loaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cxresearch.about import folder_name
from cxresearch.report import formats, matrix, notebooks, record
from cxresearch.report.subject import sha256
from cxresearch.report.wish import DONE, FAILED, Wish

SAID = "{study}: nothing has changed, nothing is run"


def recall(wish: Wish) -> dict[str, int] | None:
    """Return the studies of an unchanged run with their exit codes; None where anything changed.

    A run is unchanged when the params files, every file that they name, the notebooks, the
    package and the libraries are those of the last run, all its pages are there with their PDF
    and workbook where these are asked for, and none was interrupted, killed or too slow.
    """
    if wish.force:
        return None
    recalled: dict[str, int] = {}
    for file in wish.params:
        several = matrix.spelled_out(file, wish.overrides, None)
        if several is None:
            return None
        for overrides in several:
            run = _last(file, wish, overrides)
            if run is None or run.study in recalled:
                return None
            recalled[run.study] = record.exit_code(run.planned, run.pages, run.alerts)
    return recalled


def code_of(recalled: Mapping[str, int]) -> int:
    """Return the exit code of several studies together."""
    codes = recalled.values()
    return FAILED if FAILED in codes else max(codes, default=DONE)


def _last(file: Path, wish: Wish, overrides: Mapping[str, Any]) -> record.Run | None:
    """Return the record of the params file's last run if it stands for this one."""
    folder = _folder(file, wish, overrides)
    run = record.read(folder) if folder else None
    if run is None or folder is None or run.inputs is None:
        return None
    same = (
        run.params_file == file.name
        and run.overrides == overrides
        and tuple(run.only) == wish.only
        and run.parts.get("code") == record.code_hash()
        and run.versions == record.versions()
        and _same_files(run.inputs, file.resolve().parent)
        and run.found == {one.name: one.sha256 for one in notebooks.find()[0]}
        and record.whole_pages(run.planned, run.pages, folder)
        and not formats.stale(run.study, _formats(run), run.pages, folder)
    )
    return run if same else None


def _folder(file: Path, wish: Wish, overrides: Mapping[str, Any]) -> Path | None:
    """Return the study's folder as a params file that was run before names it."""
    try:
        content = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError):
        return None  # what is wrong with it is said when it is loaded
    name = _said(content, overrides, "study", "name")
    said = _said(content, overrides, "report", "folder")
    folder = wish.out or (file.parent / str(said) if said else Path("reports"))
    if name is None:
        return None
    asked = matrix.said(file, overrides)
    groups = [str(one) for one in asked.values() if not isinstance(one, list | tuple)]
    return folder / folder_name(str(name), groups)


def _said(content: Any, overrides: Mapping[str, Any], section: str, key: str) -> Any:
    within = overrides.get(section, content.get(section) if isinstance(content, dict) else None)
    said = within.get(key) if isinstance(within, dict) else None
    return overrides.get(f"{section}.{key}", said)


def _same_files(inputs: Mapping[str, str], here: Path) -> bool:
    return all(
        (here / path).is_file() and sha256(here / path) == digest for path, digest in inputs.items()
    )


def _formats(run: record.Run) -> Sequence[str]:
    said: Sequence[str] = run.params.get("report", {}).get("formats", ())
    return said
