"""The statistics floor: arrays and small frames in, numbers out; it knows no study.

Its rooms are imported when they are first named, as in ``stats.survey.mean(y, weights=w)``.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

__all__ = sorted(room.name for room in iter_modules(__path__))


def __getattr__(name: str) -> ModuleType:
    """Import a room when it is first named (PEP 562)."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return __all__
