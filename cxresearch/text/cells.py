"""A value of a result table as text: rounded, in its unit, labelled, in the language."""

from __future__ import annotations

import math
from numbers import Real

import pandas as pd

from cxresearch.about import About
from cxresearch.columns import GLOSSARY, Form
from cxresearch.text import amounts
from cxresearch.text.words import WORDS, word

ROW_UNIT = frozenset(
    (
        *("estimate", "std_error", "conf_low", "conf_high", "mdc", "observed", "difference"),
        *("threshold", "level", "level_low", "level_high", "level_se", "filtered"),
        *("rest", "difference_low", "difference_high", "shrunk", "shrunk_low", "shrunk_high"),
        *("mdc_year", "slope_year", "between_sd"),
        *("filtered_low", "filtered_high", "value_from", "value_to", "mean", "mean_se"),
    )
)
_TOTALS = frozenset(["overall", "overall_weighted", "overall_mean_weighted"])
_DIGITS = {"r_squared": 3, "noise": 3, "adj_r_squared": 3, "cv_r_squared": 3, "df": 1, "n_eff": 0}
_DIGITS |= {"base_w": 1, "vif": 1, "signal_variance": 4}


def form(column: str, values: pd.Series, by: tuple[str, ...] = ()) -> Form:
    """Return how a column is shown: as the glossary says, else as its values suggest."""
    numeric = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    if column in by:
        return "key"
    if column in ("first", "second", "outcome"):
        return "key"
    if column in GLOSSARY and not (column == "statistic" and numeric):
        return GLOSSARY[column].form
    if column in ("share", "ceiling_expectation") or column.startswith("share_"):
        return "share"
    if pd.api.types.is_bool_dtype(values):
        return "flag"
    if column.endswith("p_value"):
        return "p"
    if column.startswith("p_"):
        return "share"
    if column.startswith(("n_", "rank")) and numeric:
        return "count"
    return "number" if numeric else "code"


def cell(
    value: object, column: str, how: Form, unit: str, about: About, *, change: bool = False
) -> str:
    """Return a value as text; a dash where there is none. A `change` is written with its sign.

    Examples
    --------
    >>> cell(0.4213, "estimate", "number", "share", About())
    '42.1%'
    >>> cell("overall", "dimension", "key", "", About())
    'Overall'
    """
    language = about.language
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return amounts.DASH
    if how == "flag":
        return word("yes" if value else "no", language)
    if isinstance(value, Real) and not isinstance(value, bool) and how not in ("key", "code"):
        if change and column in ("estimate", "difference"):
            return amounts.change(float(value), unit, language)
        return _number(float(value), column, how, unit, language)
    if how == "code" or (how == "number" and isinstance(value, str)):
        if str(value) in about.labels and column not in ("rule", "stage", "verdict", "reason"):
            return about.label(value)
        return word(value, language, column)
    return label(value, about, column=column)


def label(key: object, about: About, *, column: str = "dimension") -> str:
    """Return the label of a key: the codebook's, else the word for totals, else the key.

    Examples
    --------
    >>> label("overall", About(language="en")), label("t1", About(labels={"t1": "Tangibles"}))
    ('Overall', 'Tangibles')
    """
    text = str(int(key)) if isinstance(key, float) and key.is_integer() else str(key)
    if text in about.labels:
        return about.label(text)
    if column == "dimension" and text in _TOTALS and text in WORDS:
        return word(text, about.language)
    return text


def _number(value: float, column: str, how: Form, unit: str, language: str) -> str:
    if how == "p":
        return amounts.p_value(value, language)
    if how == "share":
        return amounts.percent(value, 1, language)
    if how == "count":
        return amounts.number(value, 0, language)
    if column in ("estimate", "observed", "value_from", "value_to", "rest", "shrunk"):
        return amounts.amount(value, unit, language)
    if column in ROW_UNIT:
        return amounts.number(amounts.scaled(value, unit), amounts.digits(unit), language)
    digits = _DIGITS.get(column, 2)
    if column in ("df", "df2") and value.is_integer():
        digits = 0
    return amounts.number(value, digits, language)
