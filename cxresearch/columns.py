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
    "n_total": Column("respondents asked", "count"),
    "unit": Column("unit of the estimate: share, points, nps", "code"),
    "direction": Column("up: higher is better; down: lower is better", "code"),
    "mdc": Column("smallest change that a later wave of the same size would detect", "number"),
    "low_base": Column("base below min_n.test", "flag"),
    "suppressed": Column("number withheld", "flag"),
    "reason": Column("why a number is missing", "code"),
    "method": Column("method of the estimate or its interval", "code"),
    # data quality
    "severity": Column("how serious a flag is: flag, warning, info", "code"),
    "threshold": Column("value from which a rule flags; smallest change that matters", "number"),
    "value": Column("what the rule looked at", "number"),
    "role": Column("what the codebook claims the column for", "code"),
    "n_flagged": Column("respondents that the rule flags", "count"),
    "n_not_applicable": Column("answers declared not applicable", "count"),
    "n_dont_know": Column("answers declared do not know", "count"),
    "n_refused": Column("answers declared refused", "count"),
    "n_out_of_range": Column("answers outside the scale", "count"),
    "share_missing": Column("part of those asked who gave no answer", "share"),
    # gaps
    "perception": Column("mean perception over the answered pairs, scale points", "number"),
    "expectation": Column("mean expectation over the answered pairs, scale points", "number"),
    "share_negative": Column("part of respondents whose gap is below zero", "share"),
    "ceiling_expectation": Column("part of expectations at the top of the scale", "share"),
    "t_squared": Column("Hotelling's T squared", "number"),
    # drivers
    "outcome": Column("measure that is explained", "key"),
    "model": Column("model of the outcome", "code"),
    "share": Column("part of the whole, 0 to 1", "share"),
    "share_low": Column("lower end of the interval of the share", "share"),
    "share_high": Column("upper end of the interval of the share", "share"),
    "rank": Column("place in the order, the largest first", "count"),
    "rank_low": Column("best place in the interval of the rank", "count"),
    "rank_high": Column("last place in the interval of the rank", "count"),
    "p_first": Column("part of the bootstrap draws in which it is the largest", "share"),
    "coefficient": Column("outcome points per driver point, the others held fixed", "number"),
    "coefficient_se": Column("standard error of the coefficient", "number"),
    "beta": Column("coefficient in standard deviations", "number"),
    "correlation": Column("correlation with the outcome", "number"),
    "performance": Column("mean rating of the driver, scale points", "number"),
    "vif": Column("variance inflation factor", "number"),
    "beats_noise": Column("explains more than a driver of pure noise", "flag"),
    "withheld": Column("no claim may be made about this driver", "flag"),
    "n_drivers": Column("drivers of the block that have an importance", "count"),
    "r_squared": Column("explained part of the variance", "number"),
    "r_squared_low": Column("lower end of the interval of R squared", "number"),
    "r_squared_high": Column("upper end of the interval of R squared", "number"),
    "adj_r_squared": Column("R squared adjusted for the number of drivers", "number"),
    "cv_r_squared": Column("R squared on answers that the model has not seen", "number"),
    "noise": Column("mean importance of a driver of pure noise", "number"),
    "breusch_pagan_p": Column("p value of the test of equal spread", "p"),
    "cook_max": Column("largest Cook distance", "number"),
    "n_influential": Column("cases with a Cook distance above 4/n", "count"),
    "first": Column("the one of a pair that is compared", "key"),
    "second": Column("the other of the pair", "key"),
    "p_greater": Column("part of the draws in which the first is larger", "share"),
    # trends
    "statistic_name": Column("the headline that is compared: nps, top_box, mean", "code"),
    "value_from": Column("figure of the earlier wave", "number"),
    "value_to": Column("figure of the later wave", "number"),
    "n_from": Column("respondents of the earlier wave", "count"),
    "n_to": Column("respondents of the later wave", "count"),
    "paired": Column("people in both waves were reckoned with", "flag"),
    "verdict": Column("what may be said of the change", "code"),
    "observed": Column("figure of the wave as it was observed", "number"),
    "level": Column("level behind the wave, sampling error taken out", "number"),
    "level_se": Column("standard error of the level", "number"),
    "level_low": Column("lower end of the level's interval", "number"),
    "level_high": Column("upper end of the level's interval", "number"),
    "filtered": Column("level as it was known at the time", "number"),
    "filtered_low": Column("lower end of the interval known at the time", "number"),
    "filtered_high": Column("upper end of the interval known at the time", "number"),
    "n_waves": Column("waves with a figure", "count"),
    "log_likelihood": Column("log-likelihood of the contrasts between waves", "number"),
    "signal_variance": Column("variance of true movement from wave to wave", "number"),
    "signal_variance_low": Column("lower end of the interval of that variance", "number"),
    "signal_variance_high": Column("upper end of the interval of that variance", "number"),
    "mean": Column("mean of the waves, each by its precision", "number"),
    "mean_se": Column("standard error of that mean", "number"),
    "slope": Column("change per wave of a straight line", "number"),
    "slope_se": Column("standard error of the slope", "number"),
    "slope_p_value": Column("p value of no slope", "p"),
    "residual_statistic": Column("chi-square of the waves about the line", "number"),
    "residual_df": Column("its degrees of freedom", "number"),
    "residual_p_value": Column("its p value", "p"),
}
