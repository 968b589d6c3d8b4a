"""One params file, many reports: what ``for`` asks of it, spelled out one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from cxresearch.study.study import Study

Load = Callable[[Path, Mapping[str, Any]], "Study"]
Overrides = Mapping[str, Any]

KEY = "for"
ALL = "all"


def spoken(overrides: Overrides) -> dict[str, Any]:
    """Return overrides as ``--set`` takes them: one group of a matrix by its own key.

    Examples
    --------
    >>> spoken({"analysis.seed": 7, "for": {"region": "North"}})
    {'analysis.seed': 7, 'for.region': 'North'}
    """
    groups = overrides.get(KEY)
    if not isinstance(groups, Mapping):
        return dict(overrides)
    others = {key: one for key, one in overrides.items() if key != KEY}
    return others | {f"{KEY}.{key}": one for key, one in groups.items()}


def said(file: Path, overrides: Overrides) -> dict[str, Any]:
    """Return what a params file says under ``for``, overrides written into it; nothing is checked.

    What is wrong with the file is told when it is loaded.
    """
    try:
        content = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    except (OSError, ValueError, yaml.YAMLError):  # ValueError: no such day, 2025-02-30
        content = None
    written = overrides.get(KEY, content.get(KEY) if isinstance(content, dict) else None)
    found = dict(written) if isinstance(written, Mapping) else {}
    start = f"{KEY}."
    found |= {
        key.removeprefix(start): one for key, one in overrides.items() if key.startswith(start)
    }
    return {str(key): one for key, one in found.items()}


def spelled_out(file: Path, overrides: Overrides, load: Load | None) -> Iterator[Overrides] | None:
    """Return the overrides of every report of a params file; those of the user alone without `for`.

    Parameters
    ----------
    file : Path
        The params file.
    overrides : mapping
        Of the user.
    load : callable, optional
        Loads the whole study, where "all" asks for its groups.

    Returns
    -------
    iterator of mappings, or None
        None where groups would have to be looked up and `load` is not given.
    """
    asked = said(file, overrides)
    if not any(isinstance(one, list | tuple) or one == ALL for one in asked.values()):
        return iter([overrides])
    if ALL in asked.values():
        if load is None:
            return None
        asked = _looked_up(asked, load(file, overrides))
    return _combined(asked, overrides)


def _looked_up(asked: Mapping[str, Any], study: Study) -> dict[str, Any]:
    """Return `asked` with every group of the study in place of "all"."""
    columns = {key: study.wave_column if key == "wave" else key for key in asked}
    return {
        key: list(study.groups(str(columns[key]))) if one == ALL else one
        for key, one in asked.items()
    }


def _combined(asked: Mapping[str, Any], overrides: Overrides) -> Iterator[Overrides]:
    kept = {key: one for key, one in overrides.items() if not f"{key}.".startswith(f"{KEY}.")}
    values = [one if isinstance(one, list | tuple) else [one] for one in asked.values()]
    for picked in product(*values):
        each = dict(zip(asked, picked, strict=True))
        set_elsewhere = {key: one for key, one in each.items() if "." in key}
        yield {**kept, **set_elsewhere, KEY: each}
