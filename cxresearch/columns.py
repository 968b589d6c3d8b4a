"""The glossary: every column that a result table may have, and what it means.

Analyses name their columns from this list and from nowhere else (segment columns, which a
study brings along, come first under their own names); a test holds every Result to it.
"""

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


GLOSSARY: dict[str, Column] = {
    # what a row is about
    "wave": Column("survey wave", "key"),
    "entity": Column("brand or company that was rated", "key"),
    "group": Column("the group of respondents", "key"),
    "measure": Column("measure of the codebook", "key"),
    # a word in tables of measures, a number in tables of tests: the field calls both so
    "statistic": Column(
        "which figure of the measure; in tests, the value of the statistic", "code"
    ),
    "dimension": Column("dimension of the battery, or overall", "key"),
    "item": Column("item of the battery", "key"),
    "driver": Column("driver of the outcome", "key"),
    "block": Column("block of drivers", "key"),
    "scale": Column("scale: a dimension or a measure of several columns", "key"),
    "battery": Column("side of the battery: perception, expectation, adequate, desired", "code"),
    "rule": Column("rule of data quality", "code"),
    "stage": Column("stage from received to analysed", "code"),
    "contrast": Column("which waves are compared", "code"),
    "wave_from": Column("earlier wave", "key"),
    "wave_to": Column("later wave", "key"),
    "respondent": Column("respondent's id", "key"),
    "name": Column("what the figure is", "code"),
    # the estimate
    "estimate": Column("point estimate, in the row's unit", "number"),
    "std_error": Column("standard error of the estimate", "number"),
    "conf_low": Column("lower end of the confidence interval of the estimate", "number"),
    "conf_high": Column("upper end of the confidence interval of the estimate", "number"),
    "df": Column("degrees of freedom", "number"),
    "df2": Column("denominator degrees of freedom", "number"),
    "p_value": Column("two-sided p value", "p"),
    "q_value": Column("p value adjusted for the false discovery rate in its family", "p"),
    "family": Column("the tests that were adjusted together", "code"),
    "family_size": Column("how many tests the family holds", "count"),
    "n": Column("respondents behind the figure", "count"),
    "n_eff": Column("effective number of respondents", "number"),
    "base_w": Column("sum of weights of the base", "number"),
    "n_pairs": Column("answered pairs of expectation and perception", "count"),
    "n_missing": Column("respondents without an answer", "count"),
    "n_total": Column("respondents asked", "count"),
    "unit": Column("unit of the estimate: share, points, nps", "code"),
    "direction": Column("up: higher is better; down: lower is better", "code"),
    "mdc": Column("smallest change that a later wave of the same size would detect", "number"),
    "low_base": Column("base below min_n.test", "flag"),
    "suppressed": Column("number withheld", "flag"),
    "reason": Column("why a number is missing", "code"),
    "method": Column("method of the estimate or its interval", "code"),
}
