"""The columns of a shown table: titles, cells as texts and the numbers behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from cxresearch.about import About
from cxresearch.columns import Form
from cxresearch.results import Result
from cxresearch.tables.views import TITLES, UNDER, VERDICTS
from cxresearch.text import amounts, translator
from cxresearch.text.captions import level
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import ROW_UNIT, cell, form, pattern
from cxresearch.text.words import HEADERS, header, word

_SHARES = (
    *("share", "importance", "attainment", "below", "within", "above"),
    *("met", "precision", "recall"),
)
_HIDDEN = {"unit", "direction", "method", "suppressed", "low_base", "reason", "family"}
_HIDDEN |= {"withheld"}
#: Columns of customers' own words, in the language that the column `lang` names.
_SPOKEN = ("quote", "term", "terms")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_NUMBERS = ("number", "share", "p", "count")
#: Intervals that have a level of their own, by the name of their figure.
LEVELS = {"rmsea": 0.90, "htmt": 0.90}
#: Ends of a band that is to be met, named as those of an interval.
BANDS = {"target_from": "target_low", "target_to": "target_high"}
#: Numbers of low and of high answers: no ends of an interval.
_COUNTED = ("n_low", "n_high")
_INTERVAL = mark("{level} interval")
_INTERVAL_OF = mark("{name}, {level} interval")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as it is read: its title, a text for every row, and the numbers behind them.

    Attributes
    ----------
    title : str
        In the language of the result.
    cells : list of str
        As shown.
    number, key : bool
        Whether it holds numbers; whether it names the row.
    numbers : tuple of lists
        One list of numbers, or two for both ends of an interval; none for texts.
    patterns : list of str
        How a spreadsheet shows the number of each row.
    langs : list of str
        Language of each text that customers wrote themselves, where it is known.
    under : bool
        Whether a page sets it under the column before, in the same cells.
    """

    title: str
    cells: list[str]
    number: bool
    key: bool
    numbers: tuple[list[float], ...] = ()
    patterns: list[str] = field(default_factory=list)
    langs: list[str] = field(default_factory=list)
    under: bool = False


def withheld(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame without the numbers of rows that are suppressed."""
    if "suppressed" not in frame:
        return frame
    numbers = [name for name in frame.columns if name in ROW_UNIT]
    hidden = frame["suppressed"].fillna(False).astype(bool)
    return frame.assign(**{name: frame[name].mask(hidden) for name in numbers})


def chosen(frame: pd.DataFrame, by: tuple[str, ...], columns: Sequence[str] | None) -> list[str]:
    """Return the names of the columns that are shown, grouping columns first."""
    if columns is None:
        names = [name for name in frame.columns if name not in _HIDDEN and name not in by]
    else:
        names = [name for name in columns if name in frame.columns and name not in by]
    if "partial" in names and not frame["partial"].any():
        names.remove("partial")
    if {"n", "n_eff"} <= set(names) and (frame["n_eff"].round() == frame["n"]).all():
        names.remove("n_eff")
    said = [name for name in names if columns is not None or not frame[name].isna().all()]
    always = {"estimate", "n"}
    kept = [name for name in said if name in always or not frame[name].isna().all()]
    return [name for name in by if name in frame.columns] + kept


def shown_columns(
    frame: pd.DataFrame, result: Result, names: list[str], units: pd.Series, change: bool
) -> list[Column]:
    """Return the columns of a table as they are read; both ends of an interval become one."""
    parts: list[Column] = []
    below = UNDER.get(type(result).__name__, ())
    for name in names:
        low = name.removesuffix("_high") + "_low"
        if name.endswith("_high") and low in names and name not in _COUNTED:
            continue
        high = name.removesuffix("_low") + "_high"
        if name.endswith("_low") and high in names and name not in _COUNTED:
            part = _interval(frame, result, name, high, units)
        else:
            part = _spoken(_plain(frame[name], result, units, change), frame, name)
        parts.append(replace(part, under=bool(parts) and name in below))
    remark = remarks(frame, result.about)
    if any(remark):
        parts.append(Column(header("reason", result.about.language), remark, False, False))
    return parts


def _spoken(part: Column, frame: pd.DataFrame, name: str) -> Column:
    """Return a column with the language of what customers wrote; other columns as they are."""
    if name not in _SPOKEN or "lang" not in frame:
        return part
    return replace(part, key=False, langs=[_code(one) for one in frame["lang"]])


def _code(lang: object) -> str:
    """Return a language as web pages name it; nothing where the cell names none."""
    return str(lang) if _LANGUAGE.fullmatch(str(lang)) else ""


def _plain(values: pd.Series, result: Result, units: pd.Series, change: bool) -> Column:
    name = str(values.name)
    how: Form = form(name, values, result.by)
    about = result.about
    spoken = VERDICTS.get((type(result).__name__, name), name)
    cells = [
        cell(value, spoken, how, unit, about, change=change)
        for value, unit in zip(values, units, strict=True)
    ]
    title = about.label(name) if name in result.by and name not in HEADERS else ""
    title = title or _title(name, result)
    if name in _SPOKEN:
        return Column(title, ["" if pd.isna(one) else str(one) for one in values], False, False)
    if how not in _NUMBERS:
        return Column(title, cells, False, how == "key")
    if not pd.api.types.is_numeric_dtype(values):
        return Column(title, cells, True, False)
    patterns = [pattern(name, how, unit) for unit in units]
    return Column(title, cells, True, False, (values.astype(float).tolist(),), patterns)


def _interval(frame: pd.DataFrame, result: Result, low: str, high: str, units: pd.Series) -> Column:
    about = result.about
    _ = translator(about.language)
    stem = low.removesuffix("_low").removesuffix("_conf")
    if stem == "target":
        title = _title(stem, result)
    elif stem == "conf":
        title = _(_INTERVAL, level=level(result))
    else:
        own = amounts.percent(LEVELS[stem], 0, about.language) if stem in LEVELS else ""
        title = _(_INTERVAL_OF, name=_title(stem, result), level=own or level(result))
    fixed = "share" if stem.startswith(_SHARES) else "count" if stem == "rank" else None
    fixed = "fit" if stem == "rmsea" else fixed
    fixed = "plain" if stem == "residual" else fixed
    if stem == "conf" and "estimate" not in frame and "share" in frame:
        fixed = "share"
    ends = (frame[low].astype(float).tolist(), frame[high].astype(float).tolist())
    cells = [
        amounts.interval(first, last, fixed or unit, about.language)
        for first, last, unit in zip(*ends, units, strict=True)
    ]
    patterns = [pattern("estimate", "number", fixed or unit) for unit in units]
    return Column(title, cells, True, False, ends, patterns)


def _title(name: str, result: Result) -> str:
    """Return what stands over a column: its own words in this kind of result, else its name."""
    language = result.about.language
    own = TITLES.get((type(result).__name__, name))
    return translator(language)(own) if own else header(name, language, level(result))


def remarks(frame: pd.DataFrame, about: About) -> list[str]:
    """Return what is to be said of every row: why there is no figure, or that its base is low."""
    reasons = frame["reason"] if "reason" in frame else pd.Series("", index=frame.index)
    texts = [
        "" if pd.isna(one) or not str(one) else word(one, about.language, "reason")
        for one in reasons
    ]
    for flag in ("low_base", "withheld"):
        if flag in frame:
            flagged = frame[flag].fillna(False).astype(bool)
            told = word(flag, about.language)
            texts = [old or (told if one else "") for old, one in zip(texts, flagged, strict=True)]
    return texts
