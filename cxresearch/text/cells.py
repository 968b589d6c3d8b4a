"""A value of a result table as text: rounded, in its unit, labelled, in the language."""

from __future__ import annotations

import math
from numbers import Real

import pandas as pd

from cxresearch.about import About
from cxresearch.columns import GLOSSARY, Form
from cxresearch.text import amounts
from cxresearch.text.catalogue import translator
from cxresearch.text.words import WORDS, word

ROW_UNIT = frozenset(
    (
        *("estimate", "std_error", "conf_low", "conf_high", "mdc", "observed", "difference"),
        *("change", "change_low", "change_high", "value_from"),
        *("value_before", "value_after", "change_elsewhere"),
        *("threshold", "level", "level_low", "level_high", "level_se", "filtered"),
        *(
            "rest",
            "without",
            "difference_low",
            "difference_high",
            "shrunk",
            "shrunk_low",
            "shrunk_high",
        ),
        *("mdc_year", "slope_year", "between_sd"),
        *("own", "rival", "bias", "impact", "impact_low", "impact_high"),
        *("baseline", "actual", "target", "stretch", "last_change", "revenue"),
        *("per_point", "per_point_low", "per_point_high"),
        *("value", "centre", "lcl", "ucl", "raw", "raw_se", "mix_effect", "mix_effect_se"),
        *("target_value", "target_from", "target_to", "rmse", "rmse_last_value"),
        *("range_centre", "range_limit"),
        *("per_period", "per_period_low", "per_period_high", "slope_se_classic", "theil_sen"),
        *("filtered_low", "filtered_high", "value_from", "value_to", "mean", "mean_se"),
    )
)
_AMOUNTS = frozenset(
    (
        *("own", "rival"),
        *("baseline", "actual", "target", "stretch", "revenue", "level", "filtered"),
        *("estimate", "observed", "value_from", "value_to", "rest", "shrunk", "without"),
        *("value", "centre", "lcl", "ucl", "target_value", "target_from", "target_to"),
        *("value_before", "value_after"),
    )
)
_TEXTS = frozenset(["definition", "numerator", "denominator"])
# columns of our own vocabulary: a key of the codebook that is called like a word of theirs, such
# as a brand attribute "green", is another thing
_OWN_WORDS = frozenset(
    (
        *("rule", "stage", "verdict", "reason", "unit", "score_unit", "status", "trend"),
        *("standing", "statistic", "statistic_name", "contrast", "direction", "method"),
        *("severity", "model", "missing", "dominance", "quadrant", "quadrant_from"),
        *("quadrant_to", "kind", "way", "band", "side", "sentiment", "impact_reason"),
        *("perspective", "indicator", "evidence", "interval", "moved", "judgement", "basis"),
        *("perceived", "offer", "raters", "disposition", "rule_fired", "fired_side"),
    )
)
_SIGNED = frozenset(
    [
        *("estimate", "difference", "raw", "mix_effect"),
        *("perception_change", "expectation_change"),
    ]
)
_SCORES = frozenset(["servqual", "servqual_weighted", "servperf", "servperf_weighted"])
_FORMS = frozenset(["promoters", "detractors", "top_box"])
_BLOCKS = frozenset(["quality", "cost", "delivery"])  # usual names of blocks of drivers
_TOTALS = frozenset(["overall", "overall_weighted", "overall_mean_weighted"])
_SIDES = frozenset(["expectation", "perception", "adequate", "desired", "direct_msa", "direct_mss"])
_DIGITS = {"r_squared": 3, "noise": 3, "adj_r_squared": 3, "cv_r_squared": 3, "df": 1, "n_eff": 0}
_DIGITS |= {"answer": 0, "base_w": 1, "vif": 1, "signal_variance": 4}
_DIGITS |= dict.fromkeys(["r_squared_dimensions", "r_squared_gap", "r_squared_perception"], 3)
_DIGITS |= dict.fromkeys(("cfi", "tli", "rmsea", "srmr", "rmsr", "map"), 3)
_DIGITS |= dict.fromkeys(("delta_cfi", "delta_rmsea", "delta_srmr"), 3)
_DIGITS |= dict.fromkeys(("aic", "bic"), 1)


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
    >>> cell("green", "status", "code", "", About(labels={"green": "kind to nature"}))
    'green'
    >>> cell("2024-03-31", "opened_on", "code", "", About(language="es"))
    '31 de marzo de 2024'
    """
    language = about.language
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return amounts.DASH
    if how == "flag":
        return word("yes" if value else "no", language)
    if isinstance(value, Real) and not isinstance(value, bool) and how not in ("key", "code"):
        signed = change and column in _SIGNED
        if signed or (column == "change" and unit):
            return amounts.change(float(value), unit, language)
        return _number(float(value), column, how, unit, language)
    if column == "flags":
        return ", ".join(word(one, language, column) for one in str(value).split(",") if one)
    if column in _TEXTS and isinstance(value, str):
        return translator(language)(value)
    if column in _TEXTS and isinstance(value, Real):
        return amounts.number(float(value), 0 if float(value).is_integer() else 2, language)
    if how == "code" and column.endswith("_on"):
        return amounts.date(str(value), language)
    if how == "code" or (how == "number" and isinstance(value, str)):
        own = column in _OWN_WORDS and not {str(value), f"{column}:{value}"}.isdisjoint(WORDS)
        if str(value) in about.labels and not own:
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
    if name := about.group(column, text):
        return name
    if column == "item" and text not in about.labels:
        return question(text, about)
    if text in about.labels:
        return about.label(text)
    measure, _, form = text.partition(":")
    if form in _FORMS:  # an outcome such as recommend:promoters
        return f"{about.label(measure)}: {word(form, about.language)}"
    if column == "dimension" and text in _TOTALS and text in WORDS:
        return word(text, about.language)
    if f"{column}:{text}" in WORDS:
        return word(text, about.language, column)
    if text in _BLOCKS or (column in ("first", "second") and text in _SCORES):
        return word(text, about.language)
    return text


def question(column: str, about: About) -> str:
    """Return what was asked in a data column; the column itself where the codebook has no words.

    Where several columns have the same words, the column follows in brackets.

    Examples
    --------
    >>> columns = {"E1": ("expectation", "tools"), "P1": ("perception", "tools")}
    >>> about = About(labels={"tools": "Equipment"}, columns=columns)
    >>> question("E1", about), question("Q7", about)
    ('Equipment (expectation)', 'Q7')
    """
    asked = about.columns.get(column)
    if asked is None:
        return column
    role, key, *rated = asked
    words = _words(key, about)
    if rated:
        words = f"{key}: {_words(rated[0], about) or rated[0]}"
    if not words:
        return column
    sides = {other[0] for other in about.columns.values() if other[1:] == asked[1:]}
    if role == "importance" or (role in _SIDES and len(sides) > 1):
        words = f"{words} ({word(role, about.language, 'role')})"
    shared = sum(other == asked for other in about.columns.values()) > 1
    return f"{words} ({column})" if shared else words


def _words(key: str, about: About) -> str:
    """Return the label of a key, else its question; empty where it has neither."""
    name = about.label(key)
    return name if name != key else about.text(key)


def pattern(column: str, how: Form, unit: str = "") -> str:
    """Return how a spreadsheet is to show a number: the same decimals as in `cell`.

    Examples
    --------
    >>> pattern("estimate", "number", "share"), pattern("estimate", "number", "points")
    ('0.0%', '#,##0.00')
    >>> pattern("n", "count"), pattern("p_value", "p")
    ('#,##0', '0.000')
    """
    if how == "share" or (column in ROW_UNIT and unit in ("share", "share_points")):
        return "0.0%"
    if how == "p":
        return "0.000"
    decimals = 0 if how == "count" else _decimals(column, unit)
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def _number(value: float, column: str, how: Form, unit: str, language: str) -> str:
    if how == "p":
        return amounts.p_value(value, language)
    if how == "share" and column.startswith("p_"):
        return amounts.chance(value, language)
    if how == "share":
        return amounts.percent(value, 1, language)
    if how == "count":
        return amounts.number(value, 0, language)
    if column == "threshold" and not unit:  # of a rule: as it was declared
        places = next((d for d in range(3) if round(value, d) == round(value, 3)), 3)
        return amounts.number(value, places, language)
    if column in _AMOUNTS:
        return amounts.amount(value, unit, language)
    if column in ROW_UNIT:
        return amounts.number(amounts.scaled(value, unit), amounts.digits(unit), language)
    whole = column in ("df", "df2") and value.is_integer()
    return amounts.number(value, 0 if whole else _decimals(column), language)


def _decimals(column: str, unit: str = "") -> int:
    return amounts.digits(unit) if column in ROW_UNIT else _DIGITS.get(column, 2)
