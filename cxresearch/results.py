"""What an analysis returns: tidy frames with their bases, method and notes."""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import pandas as pd

from cxresearch import display
from cxresearch.about import About
from cxresearch.notes import Note


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Result:
    """What every analysis returns.

    Attributes
    ----------
    table : DataFrame
        The main table: tidy, full precision, columns of `cxresearch.columns.GLOSSARY`.
    n : int
        Respondents who entered the analysis.
    n_eff : float
        Their effective number under the survey's weights and clusters.
    conf_level : float
        Confidence level of every interval in the result.
    method : str
        Code of the method.
    by : tuple of str
        Grouping columns, which come first in the tables.
    notes : tuple of Note
        What was left out, recoded or withheld, and what to be wary of.
    about : About
        Labels and look for showing.
    """

    table: pd.DataFrame
    n: int
    n_eff: float
    conf_level: float
    method: str = ""
    by: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    about: About = field(default_factory=About)

    personal: ClassVar[bool] = False
    """Whether a table of it tells of single respondents, so that it may not outlive a run."""

    def frames(self) -> dict[str, pd.DataFrame]:
        """Return every table of the result by its name, the main table first."""
        named = ((one.name, getattr(self, one.name)) for one in fields(self))
        return {name: value for name, value in named if isinstance(value, pd.DataFrame)}

    def in_language(self, language: str) -> Self:
        """Return the same numbers, to be shown in another language (en, es, sl, ru)."""
        return replace(self, about=replace(self.about, language=language))

    def plot(self, **choices: Any) -> Any:
        """Draw the default figure of this result (a matplotlib Figure)."""
        return display.shower("figure")(self, **choices)

    def __init_subclass__(cls, **choices: Any) -> None:
        """Keep every kind of result short in a console, where dataclasses write out each field."""
        super(Result, cls).__init_subclass__(**choices)
        if "__repr__" not in vars(cls):
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def __repr__(self) -> str:
        others = [f"{name} ({len(frame)})" for name, frame in self.frames().items()][1:]
        also = f"\nalso: {', '.join(others)}" if others else ""
        base = f"n = {self.n}, effective {self.n_eff:.0f}, {len(self.notes)} notes"
        return f"{type(self).__name__}, {base}\n{self.table!r}{also}"

    def _repr_html_(self) -> str:
        return str(display.shower("html")(self))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NotAsked(Result):
    """Stands where an analysis would, when the study does not hold what it needs.

    Attributes
    ----------
    need : str
        What is missing: expectations, drivers, waves, measures.
    """

    need: str
