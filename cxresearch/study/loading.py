"""From a params file to a study, ready to be asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any

from cxresearch import store
from cxresearch.errors import Fault
from cxresearch.notes import note
from cxresearch.study import assemble
from cxresearch.study.codebook import Codebook
from cxresearch.study.params import Params, each
from cxresearch.study.study import Study

NOTEBOOKS = "notebooks"


def load_study(path: str | Path, overrides: Mapping[str, Any] | None = None) -> Study:
    """Load a study from its params file: read, check, and set up the survey design.

    Parameters
    ----------
    path : str or Path
        The params file; paths in it are relative to it. A relative path is looked for in the
        working folder and, where that is ``notebooks/``, in the folder above, so that a
        notebook opens in JupyterLab as it runs from the repository's root.
    overrides : mapping, optional
        Dotted keys that stand in for what the file says: ``{"analysis.seed": 7}``.

    Raises
    ------
    InputError
        With every fault of params, codebook and data at once.
    """
    kept = store.take(kept_as(path, overrides))
    return kept or _read(_located(Path(path)), overrides)


def kept_as(path: str | Path, overrides: Mapping[str, Any] | None = None) -> str:
    """Return the name under which a report run keeps the study that it has checked."""
    return store.name("study", str(Path(path).resolve()), sorted((overrides or {}).items()))


def _located(path: Path) -> Path:
    if path.is_absolute() or path.exists() or Path.cwd().name != NOTEBOOKS:
        return path
    above = Path.cwd().parent / path
    return above if above.exists() else path


def _read(path: Path, overrides: Mapping[str, Any] | None) -> Study:
    params, codebook, faults = assemble.declared(path, overrides)
    return _of_its_groups(_loaded(params, codebook, faults))


def _loaded(params: Params, codebook: Codebook, faults: list[Fault]) -> Study:
    if params.data.engine == "database":
        # loaded here alone: database engines take a second to start, and most studies need none
        stored = import_module("cxresearch.study.warehouse.stored")
        return stored.load(params, codebook, faults)  # type: ignore[no-any-return]
    return Study(**assemble.gathered(params, codebook, faults))


def _of_its_groups(study: Study) -> Study:
    """Return the study of the groups that are chosen in ``for``, its tables with it."""
    groups = {
        (study.wave_column or key) if key == "wave" else key: label
        for key, label in each.columns(study.params.each).items()
    }
    if not groups:
        return study
    of_tables = {key: label for key, label in groups.items() if key != study.wave_column}
    tables = study.tables.of(of_tables) if of_tables else study.tables
    left_out = [name for name in study.tables if name not in tables]
    told = [note("tables_left_out", tables=", ".join(left_out))] if left_out else []
    return replace(study.where(**groups), tables=tables, notes=(*study.notes, *told))
