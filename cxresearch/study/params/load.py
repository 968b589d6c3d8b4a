"""From a params file to Params, with every fault in one pass."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxresearch.errors import CxError, Fault
from cxresearch.study.params.overrides import Overrides, overridden
from cxresearch.study.params.params import Params
from cxresearch.study.yaml_file import Document, read_yaml


def load_params(path: str | Path, overrides: Overrides | None = None) -> Params:
    """Return the params of a study, as its file says them and overrides change them.

    Parameters
    ----------
    path : str or Path
        The params file (YAML).
    overrides : mapping, optional
        Dotted key → value, such as ``{"analysis.seed": 1, "data.segments": ["region"]}``.

    Raises
    ------
    ParamsError
        With every fault of the file at once.
    """
    params, faults = read_params(path, overrides)
    if faults or params is None:
        raise CxError.of(faults)
    return params


def read_params(
    path: str | Path, overrides: Overrides | None = None
) -> tuple[Params | None, list[Fault]]:
    """Return params and faults; with faults, what of the params can still be used.

    A study goes on with the usable part, so that faults of codebook and data are told in the
    same pass. The params are None where too little of them is left for that.
    """
    path = Path(path)
    document, faults = read_yaml(path, "params")
    if document is None:
        return None, faults
    document, more = overridden(document, overrides or {})
    params, wrong = Params.checked(document, path.absolute().parent, path)
    return params, [*faults, *more, *wrong]


def read_mapping(
    mapping: Mapping[str, Any], folder: str | Path | None = None, *, in_memory: bool = False
) -> tuple[Params | None, list[Fault]]:
    """Return params and faults of a mapping, as `read_params` does for a file."""
    base = Path(folder or "").absolute()
    return Params.checked(Document(content=mapping), base, in_memory=in_memory)
