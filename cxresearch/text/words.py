"""Words for codes and columns: what stands in headers, cells and legends.

Results hold codes; here each code has its word. A code that is not listed is shown as it is,
with spaces for underscores, so a new rule or statistic is readable before it has a word.
"""

from __future__ import annotations

from cxresearch.text.catalogue import mark, translator

HEADERS: dict[str, str] = {
    "wave": mark("Wave"),
    "entity": mark("Brand"),
    "group": mark("Group"),
    "segment": mark("Segment"),
    "measure": mark("Measure"),
    "statistic": mark("Statistic"),
    "dimension": mark("Dimension"),
    "item": mark("Item"),
    "driver": mark("Driver"),
    "block": mark("Block"),
    "scale": mark("Scale"),
    "battery": mark("Battery"),
    "rule": mark("Rule"),
    "stage": mark("Stage"),
    "contrast": mark("Compared with"),
    "wave_from": mark("From wave"),
    "wave_to": mark("To wave"),
    "respondent": mark("Respondent"),
    "name": mark("Figure"),
    "column": mark("Column"),
    "estimate": mark("Estimate"),
    "std_error": mark("Std. error"),
    "conf_low": mark("Lower limit"),
    "conf_high": mark("Upper limit"),
    "interval": mark("{level} interval"),
    "df": mark("df"),
    "df2": mark("df 2"),
    "p_value": mark("p"),
    "q_value": mark("q (adjusted p)"),
    "family": mark("Family of tests"),
    "family_size": mark("Tests in family"),
    "n": mark("n"),
    "n_eff": mark("Effective n"),
    "base_w": mark("Weighted base"),
    "n_pairs": mark("Answered pairs"),
    "n_missing": mark("No answer"),
    "n_not_applicable": mark("Not applicable"),
    "n_dont_know": mark("Don't know"),
    "n_refused": mark("Refused"),
    "n_total": mark("Asked"),
    "n_flagged": mark("Flagged"),
    "share": mark("Share"),
    "share_missing": mark("Share without answer"),
    "share_negative": mark("Share with a negative gap"),
    "share_low": mark("Share, lower limit"),
    "share_high": mark("Share, upper limit"),
    "unit": mark("Unit"),
    "direction": mark("Direction"),
    "mdc": mark("Detectable change"),
    "low_base": mark("Low base"),
    "suppressed": mark("Withheld"),
    "reason": mark("Remark"),
    "method": mark("Method"),
    "severity": mark("Severity"),
    "value": mark("Value"),
    "role": mark("Role"),
    "n_out_of_range": mark("Outside the scale"),
    "correlation": mark("Correlation"),
    "coefficient_se": mark("Std. error of coefficient"),
    "beta": mark("Standardised coefficient"),
    "p_first": mark("Probability of rank 1"),
    "p_greater": mark("Probability that the first is larger"),
    "first": mark("First"),
    "second": mark("Second"),
    "value_from": mark("Earlier"),
    "value_to": mark("Later"),
    "n_from": mark("n earlier"),
    "n_to": mark("n later"),
    "paired": mark("Same people"),
    "statistic_name": mark("Statistic of the measure"),
    "t_squared": mark("Hotelling's T²"),
    "noise": mark("A driver of pure chance"),
    "n_waves": mark("Waves"),
    "n_drivers": mark("Drivers"),
    "mean": mark("Mean"),
    "mean_se": mark("Std. error of mean"),
    "slope": mark("Slope per wave"),
    "slope_se": mark("Std. error of slope"),
    "slope_p_value": mark("p of slope"),
    "level_se": mark("Std. error of level"),
    "threshold": mark("Threshold"),
    "perception": mark("Perception"),
    "expectation": mark("Expectation"),
    "ceiling_expectation": mark("Top expectation"),
    "rank": mark("Rank"),
    "rank_low": mark("Best rank"),
    "rank_high": mark("Worst rank"),
    "coefficient": mark("Coefficient"),
    "performance": mark("Performance"),
    "beats_noise": mark("Beats noise"),
    "withheld": mark("Share withheld"),
    "vif": mark("VIF"),
    "r_squared": mark("R²"),
    "adj_r_squared": mark("Adjusted R²"),
    "cv_r_squared": mark("R² on new answers"),
    "outcome": mark("Outcome"),
    "model": mark("Model"),
    "difference": mark("Difference"),
    "verdict": mark("Verdict"),
    "observed": mark("Observed"),
    "level": mark("Level"),
    "level_low": mark("Level, lower limit"),
    "level_high": mark("Level, upper limit"),
    "filtered": mark("Level as known then"),
    "log_likelihood": mark("Log-likelihood"),
    "signal_variance": mark("Variance of true change"),
}

WORDS: dict[str, str] = {
    # statistics of measures
    "nps": mark("Net Promoter Score"),
    "top_box": mark("share of top answers"),
    "bottom_box": mark("share of bottom answers"),
    "mean": mark("mean"),
    "median": mark("median"),
    "promoters": mark("promoters"),
    "passives": mark("passives"),
    "detractors": mark("detractors"),
    "rescaled": mark("mean rescaled to 0–100"),
    "top2": mark("share of the two top answers"),
    "easy": mark("share who found it easy"),
    "low_effort": mark("share with little effort"),
    "agree": mark("share who agree"),
    "share": mark("share"),
    # units and directions
    "points": mark("scale points"),
    "index": mark("index from 0 to 100"),
    "count": mark("number"),
    "r_squared": mark("part of R²"),
    "up": mark("higher is better"),
    "down": mark("lower is better"),
    # verdicts
    "suppressed": mark("withheld"),
    "clear_rise": mark("clear rise"),
    "clear_fall": mark("clear fall"),
    "likely_rise": mark("likely rise"),
    "likely_fall": mark("likely fall"),
    "below_threshold": mark("detectable, below threshold"),
    "no_practical_change": mark("no practical change"),
    "detectable": mark("detectable, no threshold declared"),
    "cannot_tell": mark("cannot tell"),
    # severities
    "info": mark("information"),
    "warning": mark("warning"),
    "flag": mark("flag"),
    "error": mark("error"),
    # stages
    "received": mark("received"),
    "screened": mark("screened"),
    "stage:weighted": mark("with a weight"),
    "screened_out": mark("screened out"),
    "ineligible": mark("not eligible"),
    "eligible": mark("eligible"),
    "excluded": mark("excluded"),
    "flagged": mark("flagged"),
    "partial": mark("partial interview"),
    "complete": mark("complete interview"),
    "analysed": mark("analysed"),
    # rules of data quality
    "speeder": mark("answered too fast"),
    "speed_index": mark("pages answered too fast"),
    "longstring": mark("long run of equal answers"),
    "straightline": mark("the same answer throughout"),
    "mean_run": mark("long runs of equal answers"),
    "irv": mark("hardly any variation in answers"),
    "mahalanobis": mark("unusual combination of answers"),
    "even_odd": mark("inconsistent halves of a battery"),
    "synonyms": mark("inconsistent answers to similar items"),
    "order_breach": mark("adequate above desired"),
    "not_applicable": mark("mostly not applicable"),
    "duplicate": mark("same answers as another respondent"),
    "duplicate_id": mark("id occurs twice"),
    "points_sum": mark("importance points do not sum to 100"),
    "incomplete": mark("few questions answered"),
    "mostly_blank": mark("most questions left blank"),
    "rule:partial": mark("many questions left blank"),
    "straight_perception": mark("the same answer to all perceptions"),
    "straight_expectation": mark("the same answer to all expectations"),
    "same_answers": mark("same answers as another respondent"),
    "fast": mark("answered fast"),
    "rule:points": mark("importance points do not sum to 100"),
    "rule:out_of_range": mark("answers outside the scale"),
    # contrasts
    "previous": mark("previous wave"),
    "baseline": mark("baseline"),
    "year_ago": mark("a year ago"),
    # rows
    "overall": mark("Overall"),
    "overall_weighted": mark("Overall, weighted by importance"),
    "overall_mean_weighted": mark("Overall, weighted by mean importance"),
    # sides of a battery
    "perception": mark("perception"),
    "expectation": mark("expectation"),
    "adequate": mark("adequate service"),
    "desired": mark("desired service"),
    # methods
    "design": mark("survey design (weights, strata, clusters)"),
    "classical": mark("formulas of a simple random sample"),
    "wilson": mark("Wilson"),
    "adjusted_wald": mark("adjusted Wald"),
    "t": mark("t"),
    "newcombe": mark("Newcombe"),
    "welch": mark("Welch"),
    "paired_t": mark("paired t"),
    "paired": mark("paired comparison of the same respondents"),
    "independent": mark("independent samples"),
    "overlap": mark("samples with some of the same people"),
    "linearised": mark("Taylor linearisation"),
    "shapley": mark("Shapley (LMG)"),
    "relative_weights": mark("relative weights"),
    "last": mark("added last"),
    "first": mark("taken alone"),
    "beta_squared": mark("squared coefficients"),
    "pratt": mark("Pratt"),
    "local_level": mark("local level"),
    "linear": mark("linear regression"),
    "logit": mark("logistic regression"),
    "ordered": mark("ordered logit"),
    # reasons
    "small_base": mark("base too small"),
    "few_accounts": mark("too few accounts"),
    "complementary": mark("withheld to protect another group"),
    "empty": mark("no answers"),
    "no_variance": mark("answers never vary"),
    "too_few_waves": mark("too few waves"),
    "not_asked": mark("not asked in this wave"),
    "constant": mark("everybody answered alike"),
    "outcome_constant": mark("everybody gave the outcome the same answer"),
    "too_few_cases": mark("too few complete answers"),
    "withheld": mark("no claim about this driver (see the notes)"),
    "weak_model": mark("model explains too little"),
    # flags
    "yes": mark("yes"),
    "no": mark("no"),
}

UNIT_NOTES: dict[str, str] = {
    "share": mark("shares in percent"),
    "points": mark("means and gaps in scale points"),
    "nps": mark("NPS in points from −100 to 100"),
    "index": mark("rescaled means from 0 to 100"),
    "r_squared": mark("estimates are parts of R²"),
}
CHANGE_NOTES: dict[str, str] = {
    "share": mark("differences of shares in percentage points"),
    "points": mark("differences in scale points"),
    "nps": mark("differences of NPS in points"),
}


def header(column: str, language: str = "en", level: str = "95%") -> str:
    """Return what stands over a column of a table.

    Examples
    --------
    >>> header("conf_low"), header("interval", level="90%"), header("region")
    ('Lower limit', '90% interval', 'region')
    """
    if column not in HEADERS:
        return column.replace("_", " ")
    return translator(language)(HEADERS[column]).replace("{level}", level)


def word(code: object, language: str = "en", column: str = "") -> str:
    """Return the word for a code of results; some mean another thing in another column.

    Examples
    --------
    >>> word("cannot_tell"), word("some_new_rule")
    ('cannot tell', 'some new rule')
    >>> word("points"), word("points", column="rule")
    ('scale points', 'importance points do not sum to 100')
    """
    text = str(code)
    if f"{column}:{text}" in WORDS:
        return translator(language)(WORDS[f"{column}:{text}"])
    if text not in WORDS:
        return text.replace("_", " ")
    return translator(language)(WORDS[text])
