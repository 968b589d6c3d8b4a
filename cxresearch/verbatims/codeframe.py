"""The code frame: which words, in which language, make a comment speak of a theme."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from cxresearch.about import Text
from cxresearch.errors import CodebookError, Fault, did_you_mean

DEFAULT = "frame.yml"
SENTIMENTS = ("positive", "negative", "neutral")
FOLDS = ("yo", "accents")
_KEYS = ("label", "parent", "sentiment", "dimension", "include", "exclude")
_TOP = ("themes", "parents", "fold")


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """A theme and the words it is found by.

    Attributes
    ----------
    key : str
    parent : str
        Wider theme; empty for none.
    sentiment : {"positive", "negative", "neutral"}
    dimension : str
        Dimension of service quality that the theme is about: a topic, not a gap.
    include, exclude : mapping of str to Pattern
        By language. What `exclude` finds is taken out of the text before `include` looks.
    """

    key: str
    parent: str
    sentiment: str
    dimension: str
    include: Mapping[str, re.Pattern[str]]
    exclude: Mapping[str, re.Pattern[str]]

    def found_in(self, folded: str, language: str) -> bool:
        """Tell whether a folded text in this language speaks of the theme."""
        if language not in self.include:
            return False
        if language in self.exclude:
            folded = self.exclude[language].sub(" ; ", folded)
        return self.include[language].search(folded) is not None


@dataclass(frozen=True, slots=True, eq=False)
class CodeFrame:
    """Themes, their labels and the languages that have words for them."""

    themes: tuple[Theme, ...]
    labels: Mapping[str, Text] = field(default_factory=dict)
    fold: tuple[str, ...] = ()

    @property
    def languages(self) -> tuple[str, ...]:
        """Languages with words, in their order in the frame."""
        return tuple(dict.fromkeys(lang for one in self.themes for lang in one.include))

    def folded(self, text: str, language: str) -> str:
        """Return a text as patterns see it: NFC, case folded, and what the frame's `fold` says."""
        return folded(text, language, self.fold)


def load_codeframe(source: str | Path | Mapping[str, Any] | None = None) -> CodeFrame:
    """Read a code frame, or the one of the package: themes of service quality in en, es, sl, ru.

    Parameters
    ----------
    source : path or mapping, optional
        ``themes``: key → ``label, parent, sentiment, dimension, include, exclude`` (the last two
        by language, lists of patterns), ``parents``: key → label, ``fold``: ``yo`` (ё as е),
        ``accents`` (Spanish vowels without accent). In a pattern ``late*`` is a beginning of a
        word, several words stand one after the other, and ``...`` is anything within the
        sentence.

    Raises
    ------
    CodebookError
        For a file that cannot be read, unknown keys, or a theme without words.

    Examples
    --------
    >>> frame = load_codeframe({"themes": {"late": {"include": {"en": ["late", "delay*"]}}}})
    >>> [frame.themes[0].found_in(text, "en") for text in ("delayed again", "a plate")]
    [True, False]
    """
    where = "code frame of the package"
    if isinstance(source, Mapping):
        content: Any = source
        where = "code frame"
    else:
        file = files(__package__) / DEFAULT if source is None else Path(source)
        where = where if source is None else str(Path(str(source)).name)
        try:
            content = yaml.safe_load(file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            hint = "write a YAML file as docs/codebook.md shows"
            raise _fault("the code frame cannot be read", where, str(error), hint) from error
    return _frame(content, where)


def _frame(content: Any, where: str) -> CodeFrame:
    if not isinstance(content, Mapping) or not isinstance(content.get("themes"), Mapping):
        raise _fault("a code frame needs themes", where, "", "write themes: {late: {include: …}}")
    _known(content, _TOP, where)
    fold = tuple(content.get("fold") or ())
    for one in fold:
        if one not in FOLDS:
            raise _fault("unknown folding", f"{where}: fold", str(one), did_you_mean(one, FOLDS))
    labels: dict[str, Text] = {}
    themes = []
    for key, said in content["themes"].items():
        place = f"{where}: themes.{key}"
        if not isinstance(said, Mapping) or not said.get("include"):
            hint = "write include: {en: [late, delay*]}"
            raise _fault(f'theme "{key}" has no words', place, "", hint)
        _known(said, _KEYS, place)
        sentiment = said.get("sentiment", "neutral")
        if sentiment not in SENTIMENTS:
            hint = did_you_mean(str(sentiment), SENTIMENTS)
            raise _fault("unknown sentiment", place, str(sentiment), hint)
        if said.get("label"):
            labels[str(key)] = said["label"]
        themes.append(
            Theme(
                key=str(key),
                parent=str(said.get("parent") or ""),
                sentiment=sentiment,
                dimension=str(said.get("dimension") or ""),
                include=_patterns(said["include"], fold),
                exclude=_patterns(said.get("exclude") or {}, fold),
            )
        )
    for key, label in (content.get("parents") or {}).items():
        labels[str(key)] = label
    return CodeFrame(tuple(themes), labels, fold)


def folded(text: str, language: str, fold: tuple[str, ...] = ()) -> str:
    """Return a text in NFC and case folded; with ё as е, Spanish vowels bare, where `fold` says so.

    Examples
    --------
    >>> folded("Facturación", "es", ("accents",)), folded("Счёт", "ru", ("yo",))
    ('facturacion', 'счет')
    """
    told = unicodedata.normalize("NFC", text).casefold()
    if language == "ru" and "yo" in fold:
        told = told.replace("ё", "е")
    if language == "es" and "accents" in fold:
        told = told.translate(str.maketrans("áéíóúü", "aeiouu"))
    return told


def _patterns(said: Mapping[str, list[str]], fold: tuple[str, ...]) -> dict[str, re.Pattern[str]]:
    return {
        str(language): re.compile("|".join(_pattern(one, str(language), fold) for one in listed))
        for language, listed in said.items()
        if listed
    }


def _pattern(written: str, language: str, fold: tuple[str, ...]) -> str:
    parts: list[str] = []
    gap = ""
    for word in folded(str(written), language, fold).split():
        if word == "...":
            gap = r"\b[^.!?]*?\b"
            continue
        stem = re.escape(word.removesuffix("*"))
        parts += [gap] if parts else []
        parts.append(stem + r"\w*" if word.endswith("*") else stem)
        gap = r"[\s,;:–-]+"
    return r"(?<!\w)" + "".join(parts) + r"(?!\w)"


def _known(said: Mapping[str, Any], words: tuple[str, ...], where: str) -> None:
    for key in said:
        if key not in words:
            raise _fault("unknown key", where, str(key), did_you_mean(str(key), words))


def _fault(what: str, where: str, found: str, hint: str) -> CodebookError:
    return CodebookError(Fault(kind="codebook", what=what, where=where, found=found, hint=hint))
