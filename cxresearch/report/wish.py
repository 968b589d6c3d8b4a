"""What the user asked for, and the codes with which a run ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DONE, FAILED, NOTHING, ALERT = 0, 1, 2, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the user asked for.

    Attributes
    ----------
    params : tuple of Path
        Params files, a study each.
    overrides : mapping
        Dotted keys of ``--set``, for all of them.
    only : tuple of str
        Notebooks of ``--only``.
    out : Path, optional
        Stands in for ``report.folder``.
    jobs : int, optional
        Notebooks at once; by default one per processor.
    force : bool
        Run what has not changed, too.
    keep_going : bool
        Run the good params files where others are wrong.
    scheduler : str, optional
        Address of a Dask cluster on which notebooks run; by default on this computer.
    """

    params: tuple[Path, ...]
    overrides: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    out: Path | None = None
    jobs: int | None = None
    force: bool = False
    keep_going: bool = False
    scheduler: str | None = None
