"""What stands where a study in a database has no rows in memory: an error that says what to do."""

from __future__ import annotations

from typing import Any, NoReturn

from cxresearch.errors import AnalysisError, Fault


def not_in_memory(what: str) -> AnalysisError:
    """Return the error of an analysis that needs answers row by row."""
    return AnalysisError(
        Fault(
            kind="analysis",
            what="this analysis needs the answers in memory, one row per respondent",
            where="params: data.engine: database",
            found=what,
            hint="take a random sample: study.sample(100_000), or read all: data.engine: memory",
        )
    )


class NotInMemory:
    """A part of a study that a database study does not have; any use of it is an error."""

    __slots__ = ("_what",)

    def __init__(self, what: str) -> None:
        self._what = what

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise not_in_memory(self._what)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise not_in_memory(self._what)

    __array__ = __len__ = __iter__ = __getitem__ = __contains__ = __bool__ = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = _refuse
