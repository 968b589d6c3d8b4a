"""Pieces that all findings are made of: an estimate with its interval, a quoted label, a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from typing import Any, overload

import pandas as pd

from cxresearch.about import About
from cxresearch.results import Result
from cxresearch.text import Translator, amounts, translator
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import label

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|$])")
_MEASURED = {
    "share": mark("{value} percentage points"),
    "nps": mark("{value} NPS points"),
    "points": mark("{value} scale points"),
}
LIMITS_TITLE = mark("What this does not say")


@dataclass(frozen=True, slots=True)
class Findings(Sequence[str]):
    """Sentences made from the numbers of a result, and what they do not say.

    A sequence of both, sentences first; in a notebook it shows itself as two lists.
    """

    sentences: tuple[str, ...]
    limits: tuple[str, ...] = ()
    language: str = "en"
    headline: str = field(default="", kw_only=True)

    def __len__(self) -> int:
        return len(self.sentences) + len(self.limits)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[str, ...]: ...
    def __getitem__(self, place: int | slice) -> str | tuple[str, ...]:
        return (self.sentences + self.limits)[place]

    def __iter__(self) -> Iterator[str]:
        return iter(self.sentences + self.limits)

    def __str__(self) -> str:
        return "\n".join(self)

    def _repr_markdown_(self) -> str:
        told = "\n".join(f"- {_plain(text)}" for text in self.sentences)
        if not self.limits:
            return told
        title = translator(self.language)(LIMITS_TITLE)
        limits = "\n".join(f"- {_plain(text)}" for text in self.limits)
        return f"{told}\n\n**{title}**\n\n{limits}"

    def _repr_html_(self) -> str:
        told = "".join(f"<li>{escape(text)}</li>" for text in self.sentences)
        html = f'<ul class="cx-findings">{told}</ul>'
        if self.limits:
            title = escape(translator(self.language)(LIMITS_TITLE))
            limits = "".join(f"<li>{escape(text)}</li>" for text in self.limits)
            html += f'<p class="cx-limits"><strong>{title}</strong></p><ul>{limits}</ul>'
        return html


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says the numbers of one result in its language, labels always in quotes."""

    about: About
    conf_level: float

    @classmethod
    def of(cls, result: Result) -> Speaker:
        """Return the speaker for a result."""
        return cls(result.about, result.conf_level)

    @property
    def tell(self) -> Translator:
        """The translator into the result's language."""
        return translator(self.about.language)

    @property
    def level(self) -> str:
        """The confidence level as the language writes it."""
        percent = round(100 * self.conf_level, 6)
        places = 0 if float(percent).is_integer() else 1
        return amounts.percent(self.conf_level, places, self.about.language)

    def quoted(self, key: object) -> str:
        """Return the label of a key in quotes."""
        return self.tell("“{label}”", label=label(key, self.about))

    def listed(self, keys: Iterable[object]) -> str:
        """Return the quoted labels of keys with commas between."""
        return ", ".join(self.quoted(key) for key in keys)

    def amount(self, value: float, unit: str = "") -> str:
        """Return an estimate in its unit."""
        return amounts.amount(value, unit, self.about.language)

    def count(self, value: float) -> str:
        """Return a whole number."""
        return amounts.number(value, 0, self.about.language)

    def size(self, value: float, unit: str) -> str:
        """Return how large a difference is, without sign, with the name of its unit."""
        scaled = amounts.scaled(abs(value), unit)
        text = amounts.number(scaled, amounts.digits(unit), self.about.language)
        return self.tell(_MEASURED[unit], value=text) if unit in _MEASURED else text

    def change(self, value: float, unit: str) -> str:
        """Return a difference with its sign and the name of its unit."""
        text = amounts.change(value, unit, self.about.language)
        return self.tell(_MEASURED[unit], value=text) if unit in _MEASURED else text

    def interval(self, row: Mapping[Any, Any], unit: str = "", *, change: bool = False) -> str:
        """Return "95% interval a to b" for the interval of a row."""
        write = amounts.change if change else amounts.amount
        return self.tell(
            "{level} interval {low} to {high}",
            level=self.level,
            low=write(float(row["conf_low"]), unit, self.about.language),
            high=write(float(row["conf_high"]), unit, self.about.language),
        )

    def estimate(self, row: Mapping[Any, Any], unit: str = "", *, change: bool = False) -> str:
        """Return an estimate with its interval in brackets."""
        write = amounts.change if change else amounts.amount
        value = write(float(row["estimate"]), unit, self.about.language)
        return f"{value} ({self.interval(row, unit, change=change)})"


def overlap(first: Mapping[Any, Any], second: Mapping[Any, Any]) -> bool:
    """Tell whether the intervals of two rows have a point in common.

    Examples
    --------
    >>> overlap({"conf_low": 0, "conf_high": 2}, {"conf_low": 1, "conf_high": 3})
    True
    """
    return bool(
        first["conf_low"] <= second["conf_high"] and second["conf_low"] <= first["conf_high"]
    )


def groups(result: Result) -> list[tuple[str, Result]]:
    """Return name and result of every group, each as if it had been analysed alone."""
    if not result.by:
        return [("", result)]
    by = list(result.by)
    found = []
    for keys in result.table[by].drop_duplicates().to_dict("records"):
        frames = {}
        for name, frame in result.frames().items():
            if set(by) <= set(frame.columns):
                inside = (frame[by] == pd.Series(keys)).all(axis=1)
                frames[name] = frame[inside].drop(columns=by).reset_index(drop=True)
        one = replace(result, by=(), **frames)  # type: ignore[arg-type]
        found.append((group_name(keys, by, result.about), one))
    return found


def group_name(row: Mapping[Any, Any], by: Sequence[str], about: About) -> str:
    """Return the labels of a row's group with a dot between."""
    return " · ".join(label(row[name], about) for name in by)


def _plain(text: str) -> str:
    return _MARKDOWN.sub(r"\\\1", text)
