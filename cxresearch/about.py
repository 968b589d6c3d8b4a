"""What showing needs of a study: words by language and the client's look, never a respondent."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

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
        Label by group, by segment column: the codebook's, else the data file's.
    columns : mapping
        Role and codebook keys by data column: what was asked there.
    scales : mapping
        Ends of the scale by codebook key, in scale points.
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
    values: Mapping[str, Mapping[str, Text]] = field(default_factory=dict)
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scales: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    waves: tuple[str, ...] = ()
    conf_level: float = 0.95

    @property
    def heading(self) -> str:
        """The study's title in its language, or its name."""
        return in_language(self.title, self.language) or self.study

    def group(self, column: str, group: str) -> str:
        """Return what a group of a segment column is called, or an empty text.

        Examples
        --------
        >>> About(values={"tier": {"1": {"en": "Plus", "sl": "Plus+"}}}).group("tier", "1")
        'Plus'
        """
        return in_language(self.values.get(column, {}).get(group, ""), self.language)

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


def folder_name(study: str, groups: Iterable[str]) -> str:
    """Return the name of the study of some groups: its folder under ``reports/``.

    Examples
    --------
    >>> folder_name("acme_2025", ["North East"])
    'acme_2025_North_East'
    """
    words = (re.sub(r"[^\w-]+", "_", one).strip("_") or "_" for one in groups)
    return "_".join([study, *words])
