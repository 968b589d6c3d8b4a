"""Where results and studies find the code that shows them, without importing it.

Analyses lie below the floor that draws and writes tables. So that a result can still show
itself in JupyterLab, the package's door enters here, by name, what draws and what writes; it
is imported when something is shown for the first time.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Literal

Way = Literal["html", "figure", "study", "draft", "new"]

_doors: dict[Way, str] = {}


def register(way: Way, door: str) -> None:
    """Name the function ("module:function") that shows in this way."""
    _doors[way] = door


def shower(way: Way) -> Callable[..., Any]:
    """Return the function registered for this way of showing."""
    module, _, function = _doors[way].partition(":")
    return getattr(import_module(module), function)  # type: ignore[no-any-return]
