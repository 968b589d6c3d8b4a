"""Columns of what a row is about, its estimate, base, method and verdict."""

from cxresearch.columns.column import Column

COLUMNS: dict[str, Column] = {
    # what a row is about
    "wave": Column("survey wave", "key"),
    "entity": Column("brand or company that was rated", "key"),
    "segment": Column("column of the segments that the group belongs to", "key"),
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
    "asked": Column("whether the wave was asked it", "flag"),
    "n_total": Column("respondents asked", "count"),
    "unit": Column("unit of the estimate: share, points, nps", "code"),
    "direction": Column("up: higher is better; down: lower is better", "code"),
    "mdc": Column("smallest change that a later wave of the same size would detect", "number"),
    "low_base": Column("base below min_n.test", "flag"),
    "suppressed": Column("number withheld", "flag"),
    "reason": Column("why a number is missing", "code"),
    "method": Column("method of the estimate or its interval", "code"),
    "kpi": Column("id of the figure in the registry of indicators", "code"),
    "touchpoint": Column("where in the customer's way the question was asked", "code"),
    "version": Column("version of the definition", "code"),
}
