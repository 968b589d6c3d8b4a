"""What a glossary says of one column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["key", "number", "share", "p", "count", "code", "flag"]


@dataclass(frozen=True, slots=True)
class Column:
    """What a column means and how it is shown.

    Attributes
    ----------
    meaning : str
        One line without a full stop.
    form : {"key", "number", "share", "p", "count", "code", "flag"}
        key: a name that the codebook labels; number: in the row's `unit`; share: 0 to 1, shown
        in percent; p: a probability under a null hypothesis; count; code: a word that showing
        translates; flag: true or false.
    """

    meaning: str
    form: Form
