"""What a user is told when something is wrong: what, where, what was found, what to try.

Every error that the package raises on purpose is a `CxError`. It carries one or more
`Fault` objects, so that a params file with five mistakes is answered with five faults and
not with the first of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal, Self

FaultKind = Literal["params", "codebook", "data", "output", "analysis", "statistics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong, told so that it can be mended.

    Attributes
    ----------
    kind : {"params", "codebook", "data", "output", "analysis", "statistics"}
        What the fault lies in; it decides the error's class and the word the message begins with.
    what : str
        The fault in one sentence without a full stop.
    where : str
        File, YAML path, column, number of rows and first row: whatever leads there.
    found : str
        What stands there now.
    hint : str
        What to do about it (shown as "try").
    """

    kind: FaultKind
    what: str
    where: str = ""
    found: str = ""
    hint: str = ""

    def __str__(self) -> str:
        lines = [f"{_CLASS_NAMES[self.kind]}: {self.what}"]
        for name, text in (("where", self.where), ("found", self.found), ("try", self.hint)):
            if text:
                lines.append(f"  {name:<6}: {text}")
        return "\n".join(lines)


class CxError(Exception):
    """Base of every error that cxresearch raises on purpose.

    Parameters
    ----------
    *faults : Fault
        At least one.
    """

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise TypeError("an error needs at least one Fault")
        self.faults = faults
        super().__init__("\n\n".join(str(fault) for fault in faults))

    def __reduce__(self) -> tuple[type[Self], tuple[Fault, ...]]:
        return type(self), self.faults

    @staticmethod
    def of(faults: Iterable[Fault]) -> CxError:
        """Return the error for these faults: of their own class, `InputError` where kinds mix."""
        faults = tuple(faults)
        kinds = {fault.kind for fault in faults}
        error = _CLASSES[kinds.pop()] if len(kinds) == 1 else InputError
        return error(*faults)


class InputError(CxError, ValueError):
    """Params, codebook or data cannot be used as they are."""


class ParamsError(InputError):
    """The params file says something that cannot be meant."""


class CodebookError(InputError):
    """The codebook says something that cannot be meant."""


class DataError(InputError):
    """The data do not fit what params and codebook say of them."""


class OutputError(CxError, OSError):
    """A report cannot be written where it should be."""


class AnalysisError(CxError, ValueError):
    """The study does not hold what the analysis needs, or a choice does not exist."""


class StatisticsError(CxError, ValueError):
    """Arrays given to the statistics floor are not what the method is defined for."""


_CLASSES: dict[FaultKind, type[CxError]] = {
    "params": ParamsError,
    "codebook": CodebookError,
    "data": DataError,
    "output": OutputError,
    "analysis": AnalysisError,
    "statistics": StatisticsError,
}
_CLASS_NAMES = {kind: error.__name__ for kind, error in _CLASSES.items()}


def nearest(word: object, known: Iterable[object]) -> str | None:
    """Return the known word that looks most like `word`, or None where none comes near.

    Examples
    --------
    >>> nearest("satisfacton", ["satisfaction", "effort"])
    'satisfaction'
    """
    by_fold = {str(name).casefold(): str(name) for name in known}
    found = get_close_matches(str(word).casefold(), by_fold, n=1, cutoff=0.6)
    return by_fold[found[0]] if found else None


def did_you_mean(word: object, known: Sequence[object], *, limit: int = 12) -> str:
    """Return the advice for a word that is not known: the nearest one, else the known ones.

    Examples
    --------
    >>> did_you_mean("qualty", ["quality", "cost"])
    'did you mean "quality"?'
    >>> did_you_mean("xyz", ["quality", "cost"])
    'one of: quality, cost'
    """
    near = nearest(word, known)
    if near is not None:
        return f'did you mean "{near}"?'
    if not known:
        return "there is none to choose from"
    names = [str(name) for name in known]
    more = f", … ({len(names) - limit} more)" if len(names) > limit else ""
    return "one of: " + ", ".join(names[:limit]) + more


def first(items: Sequence[object], limit: int = 5) -> str:
    """Return a short list for a message: the first few items and how many more there are.

    Examples
    --------
    >>> first([1, 2, 3, 4], limit=2)
    '1, 2, … (2 more)'
    """
    more = f", … ({len(items) - limit} more)" if len(items) > limit else ""
    return ", ".join(str(item) for item in items[:limit]) + more
