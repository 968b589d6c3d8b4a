"""What an analysis returns: tidy frames with their bases, method and notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

import pandas as pd

from cxresearch import display
from cxresearch.notes import Note

Text = str | Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What showing a result needs of its study: words and look, never a respondent.

    Attributes
    ----------
    study : str
        Name of the study's folder.
    title, client : str, or mapping from language to str
        Title of the study and whom it is for.
    language : str
        Language in which results show themselves: en, es, sl or ru.
    accent : str
        Colour of the client's brand, ``#rrggbb``.
    fingerprint : str
        SHA-256 over data, codebook and the params that change a number.
    labels : mapping
        Label by codebook key (a text, or one per language).
    texts : mapping
        Question text by codebook key.
    values : mapping
        Label by code, by segment column, where the data file carries labels.
    waves : tuple of str
        Waves in their order.
    conf_level : float
        Confidence level of the study.
    """

    study: str = ""
    title: Text = ""
    client: Text = ""
    language: str = "en"
    accent: str = "#1f5c99"
    fingerprint: str = ""
    labels: Mapping[str, Text] = field(default_factory=dict)
    texts: Mapping[str, Text] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    waves: tuple[str, ...] = ()
    conf_level: float = 0.95

    def label(self, key: object, language: str | None = None) -> str:
        """Return the label of a codebook key, or the key itself where it has none."""
        return in_language(self.labels.get(str(key), ""), language or self.language) or str(key)

    def text(self, key: object, language: str | None = None) -> str:
        """Return the question text of a codebook key, or an empty text."""
        return in_language(self.texts.get(str(key), ""), language or self.language)


def in_language(text: Text, language: str) -> str:
    """Return a text in a language: its own, else English, else any."""
    if isinstance(text, str):
        return text
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


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

    def _repr_html_(self) -> str:
        return str(display.shower("html")(self))
