"""One sentence for every note code: what was done to the answers, and what to be wary of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import groupby

from cxresearch.about import About
from cxresearch.notes import KINDS, Note, Severity, distinct
from cxresearch.text.amounts import number, p_value, percent
from cxresearch.text.catalogue import mark, marks, translator
from cxresearch.text.words import word

_MANY = 3

SENTENCES: dict[str, str | tuple[str, str]] = {
    # reading a file
    "encoding_guessed": mark("{file} is not UTF-8; its letters were read as {encoding}."),
    "encoding_doubtful": mark(
        "{file} was read as {encoding}, as declared; its letters look more like {likely}."
    ),
    "decimal_comma": mark("{file} has numbers with a decimal comma: {columns}."),
    "decimal_unclear": mark(
        "A comma in {file} may be decimal or not, so these columns were left as text: {columns}."
    ),
    "blank_words": marks(
        "{n} cell in {column} holds a word such as {words} among numbers; the column was left as "
        "text.",
        "{n} cells in {column} hold words such as {words} among numbers; the column was left as "
        "text.",
    ),
    "numbers_as_text": marks(
        "{n} number in {column} was stored as text and read as a number.",
        "{n} numbers in {column} were stored as text and read as numbers.",
    ),
    "percent_cells": mark("Percent cells were read as shares of one: {column}."),
    "booleans_as_numbers": mark("True and false were read as 1 and 0: {columns}."),
    "rows_blank": marks(
        "{n} row of {file} is blank and was left out.",
        "{n} rows of {file} are blank and were left out.",
    ),
    "sheet_chosen": mark(
        "Of several sheets in {file}, the first was read: {sheet} (not {others})."
    ),
    "file_missing_codes": marks(
        "{n} answer in {column} was a code that the file declares missing ({codes}).",
        "{n} answers in {column} were codes that the file declares missing ({codes}).",
    ),
    "stata_missing": marks(
        "{n} answer in {column} was one of Stata's missing values ({codes}).",
        "{n} answers in {column} were Stata's missing values ({codes}).",
    ),
    # the study
    "screened_out": marks(
        "{n} respondent was screened out by {column}.",
        "{n} respondents were screened out by {column}.",
    ),
    "excluded": marks(
        "{n} respondent left the study by the data rule: {rule}.",
        "{n} respondents left the study by the data rule: {rule}.",
    ),
    "weights_zero": marks(
        "{n} respondent has weight zero and does not count.",
        "{n} respondents have weight zero and do not count.",
    ),
    "weights_missing": marks(
        "{n} respondent without a weight left the study.",
        "{n} respondents without a weight left the study.",
    ),
    "waves_unweighted": mark("Waves without weights, where every answer counts as one: {waves}."),
    "missing_codes": marks(
        "{n} answer in {column} was a declared code for no answer ({codes}).",
        "{n} answers in {column} were declared codes for no answer ({codes}).",
    ),
    "not_applicable_codes": marks(
        "{n} answer in {column} was “not applicable” ({codes}) and is in no base.",
        "{n} answers in {column} were “not applicable” ({codes}) and are in no base.",
    ),
    "dont_know_codes": marks(
        "{n} answer in {column} was “don't know” ({codes}) and is in no base.",
        "{n} answers in {column} were “don't know” ({codes}) and are in no base.",
    ),
    "refused_codes": marks(
        "{n} answer in {column} was refused ({codes}) and is in no base.",
        "{n} answers in {column} were refused ({codes}) and are in no base.",
    ),
    "out_of_range": marks(
        "{n} answer in {column} lay outside the scale and was set to missing ({values}).",
        "{n} answers in {column} lay outside the scale and were set to missing ({values}).",
    ),
    "labels_recoded": marks(
        "{n} answer in {column} came as a label and was turned into its code.",
        "{n} answers in {column} came as labels and were turned into their codes.",
    ),
    "reversed": mark("Answers in {column} were reversed, as the codebook declares."),
    "columns_unused": marks(
        "{n} column of the file was not used: {columns}.",
        "{n} columns of the file were not used: {columns}.",
    ),
    "points_rescaled": marks(
        "Importance points of {n} respondent summed to between {low} and {high} and were "
        "rescaled to 100.",
        "Importance points of {n} respondents summed to between {low} and {high} and were "
        "rescaled to 100.",
    ),
    "points_dropped": marks(
        "Importance points of {n} respondent were far from 100 and set to missing.",
        "Importance points of {n} respondents were far from 100 and set to missing.",
    ),
    "wave_missing": marks(
        "{n} row without a wave left the study.", "{n} rows without a wave left the study."
    ),
    "lonely_psu": mark("Strata with a single cluster: {strata}; they were handled so: {policy}."),
    # bases
    "one_wave": mark("There is a single wave, so nothing can be compared over time."),
    "empty": mark("Nobody answered in: {group}."),
    "small_base": marks(
        "Withheld, {n} respondent only (fewer than {min_n}): {group}.",
        "Withheld, {n} respondents only (fewer than {min_n}): {group}.",
    ),
    "low_base": marks(
        "Low base, {n} respondent (fewer than {min_n}), read with care: {group}.",
        "Low base, {n} respondents (fewer than {min_n}), read with care: {group}.",
    ),
    "low_n_eff": marks(
        "Low base, worth only {n} respondent under weights and clusters (fewer than {min_n}), read "
        "with care: {group}.",
        "Low base, worth only {n} respondents under weights and clusters (fewer than {min_n}), "
        "read with care: {group}.",
    ),
    "few_clusters": marks(
        "The survey has only {n} cluster; its intervals are rough.",
        "The survey has only {n} clusters; its intervals are rough.",
    ),
    "n_eff_fallback": mark(
        "All answers are alike, so the effective number of respondents comes from the weights "
        "alone: {group}."
    ),
    "rows_missing": marks(
        "{n} of {n_total} respondents has no answer: {name}.",
        "{n} of {n_total} respondents have no answer: {name}.",
    ),
    # gaps
    "ceiling": mark(
        "{share} expect the top of the scale, so the gap cannot get much better than the "
        "perception: {item}."
    ),
    "weights_differ": mark(
        "Weighting by each respondent's own importance gives {respondent}, by mean importance "
        "{mean}: those to whom a dimension matters see other gaps."
    ),
    "gap_expectation": mark(
        "The gap mostly mirrors the expectation (correlation {r}), not the perception: {dimension}."
    ),
    "few_pairs": marks("Only {n} answered pair: {item}.", "Only {n} answered pairs: {item}."),
    "hotelling_suppressed": marks(
        "No joint test of all gaps: {n} respondent is too few for {p} dimensions.",
        "No joint test of all gaps: {n} respondents are too few for {p} dimensions.",
    ),
    "overall_incomplete": marks(
        "{n} of {n_total} respondents lacks a dimension and has no overall score.",
        "{n} of {n_total} respondents lack a dimension and have no overall score.",
    ),
    # sampling and weighting
    "margins_rescaled": mark("The targets had different totals; shares were used."),
    "weights_costly": mark(
        "The weights cost more than half of the sample's precision (design effect {deff})."
    ),
    "weights_trimmed": marks(
        "{n} weight is at a bound of the trimming; margins differ by up to {error} for it.",
        "{n} weights are at a bound of the trimming; margins differ by up to {error} for it.",
    ),
    "not_converged": mark(
        "Not all margins can be met: after {cycles} cycles they differ by up to {error}."
    ),
    "eligibility_assumed": mark(
        "Cases of unknown eligibility count as eligible by the share among known cases: {share}."
    ),
    "eligibility_unknown": marks(
        "No response rate 3: nothing is known of the eligibility of {n} case.",
        "No response rate 3: nothing is known of the eligibility of {n} cases.",
    ),
    "plan_random_sample": mark("Plans hold for samples drawn by chance."),
    "budget_assumed": mark(
        "Interviews a year as now: {n}, the latest wave's times {waves} a year."
    ),
    # segments
    "few_accounts": marks(
        "Withheld, {n} account only (fewer than three): {group}.",
        "Withheld, {n} accounts only (fewer than three): {group}.",
    ),
    "complementary": mark(
        "Withheld, so that another withheld figure cannot be worked out: {group}."
    ),
    "few_points": marks(
        "No ranking: {n} service point with enough answers (fewer than five).",
        "No ranking: {n} service points with enough answers (fewer than five).",
    ),
    "points_are_clusters": mark(
        "Each group of {column} is one cluster of the sample; respondents within it are what was "
        "drawn."
    ),
    "overdispersed": mark(
        "Service points differ by more than their size explains; the funnel's limits were widened "
        "(φ = {phi}): {measure}."
    ),
    # drivers
    "listwise": mark("The analysis rests on the {n} of {n_total} respondents with every answer."),
    "half_lost": mark(
        "More than half of the respondents are lost to missing answers: {n} of {n_total} remain."
    ),
    "same_missing": mark("Missing together, for the same respondents: {first}, {second}."),
    "not_used": marks(
        "{n} respondent did not use this and is kept, with a mark of it in the model: {driver}.",
        "{n} respondents did not use this and are kept, with a mark of it in the model: {driver}.",
    ),
    "constant_driver": mark("Everybody gave the same answer, so it can explain nothing: {driver}."),
    "aliased": mark("No data could tell these drivers apart: {drivers}."),
    "collinear": mark(
        "Strongly tied to the other drivers (VIF {vif}), its own part is hard to tell: {driver}."
    ),
    "collinear_notice": mark("Tied to the other drivers (VIF {vif}): {driver}."),
    "suppressor": mark(
        "Goes along with the outcome by itself, but its coefficient is negative beside the other "
        "drivers: {driver}."
    ),
    "negative_driver": mark("The outcome is lower where this driver is higher: {driver}."),
    "same_construct": mark(
        "Nearly the same thing as the outcome (correlation {r}), so its importance says little: "
        "{driver}."
    ),
    "heteroscedastic": mark(
        "The model fits some respondents better than others (Breusch–Pagan p {p}); standard "
        "errors are robust to it."
    ),
    "outcome_numeric": marks(
        "The outcome is a rating of {levels} level, treated as a number.",
        "The outcome is a rating of {levels} levels, treated as a number.",
    ),
    "influential": marks(
        "{n} respondent has much influence on the model (largest Cook distance {largest}).",
        "{n} respondents have much influence on the model (largest Cook distance {largest}).",
    ),
    "weak_model": mark(
        "The drivers account for little of the outcome (R² {r_squared}); shares of so little say "
        "nothing and are withheld."
    ),
    "no_validity": mark(
        "On new answers the model predicts no better than the mean (R² {cv_r_squared})."
    ),
    "few_cases": marks(
        "{n} respondent is few for {p} drivers.", "{n} respondents are few for {p} drivers."
    ),
    "sampled_orders": mark(
        "Shapley values come from {orders} sampled orders; their numerical error is about "
        "{mc_error}."
    ),
    "pairwise_indefinite": mark(
        "Correlations from different respondents did not fit together and were repaired."
    ),
    "observational": mark(
        "These are associations among answers of the same survey, not proof of what would change "
        "what."
    ),
    "outcome_constant": mark("Everybody gave the same answer to the outcome: {outcome}."),
    "too_few_cases": marks(
        "{n} respondent is too few for {p} drivers.",
        "{n} respondents are too few for {p} drivers.",
    ),
    # trends
    "too_few_waves": marks(
        "{n} wave; {needed} are needed for this: {what}.",
        "{n} waves; {needed} are needed for this: {what}.",
    ),
    "level_variance_poor": marks(
        "With {n} wave, how much the true level moves is poorly known.",
        "With {n} waves, how much the true level moves is poorly known.",
    ),
    "no_true_movement": mark("No true movement can be detected behind the sampling error."),
    "consistent_with_sampling": mark(
        "All movement is consistent with sampling error (p {p_value})."
    ),
    "same_people_undeclared": marks(
        "{n} id occurs in more than one wave; as this is not declared, waves count as independent "
        "samples.",
        "{n} ids occur in more than one wave; as this is not declared, waves count as independent "
        "samples.",
    ),
    "no_threshold": mark("No practical threshold is declared: {measure}."),
    "wave_not_asked": mark("Not asked in wave {wave}: {measure}."),
    "zero_variance_wave": mark("All answers are alike in wave {wave}: {measure}."),
    "unequal_precision": mark(
        "Some waves are far more precise than others (variances differ {ratio} times)."
    ),
    # quality
    "high_missing": mark("{share} left it blank: {item}."),
    # KPI
    "nps_trademark": mark(
        "Net Promoter, NPS and Net Promoter Score are trademarks of Bain & Company, Inc., NICE "
        "Systems, Inc. and Fred Reichheld."
    ),
    "interval_clipped": mark("The interval was cut at the end of the scale: {measure}."),
    "weighted": mark("Weighted by {column} (design effect {deff})."),
}

MORE = marks("… and {n} note more of this kind.", "… and {n} notes more of this kind.")

_SHARES = {"share"}
_P_VALUES = {"p_value"}
_COUNTS = {"n", "n_total", "min_n", "needed", "levels", "orders", "low", "high"}
_WORDS = {"rule", "policy", "what", "name"}


def sentence(note: Note, about: About) -> str:
    """Return the note as a sentence in the language of the study.

    Examples
    --------
    >>> from cxresearch.notes import note
    >>> sentence(note("weights_zero", n=3), About())
    '3 respondents have weight zero and do not count.'
    """
    _ = translator(about.language)
    values = {name: _value(note.code, name, value, about) for name, value in note.values}
    template = SENTENCES[note.code]
    if isinstance(template, str):
        return _(template, **values) if values else _(template)
    singular, plural = template
    return _.plural(singular, plural, _count(note), **values)


def sentences(notes: Iterable[Note], about: About) -> list[tuple[Severity, str]]:
    """Return severity and sentence of every note; many of one kind are cut short and counted."""
    _ = translator(about.language)
    told: list[tuple[Severity, str]] = []
    ordered = sorted(
        distinct(notes), key=lambda one: (_ORDER[one.severity], _KINDS_ORDER[one.code])
    )
    for code, group in groupby(ordered, key=lambda one: one.code):
        same = list(group)
        severity = KINDS[code].severity
        shown = same if len(same) <= _MANY + 1 else same[:_MANY]
        told += [(severity, sentence(one, about)) for one in shown]
        if len(same) > len(shown):
            more = len(same) - len(shown)
            told.append((severity, _.plural(*MORE, more, n=number(more, 0, about.language))))
    return told


_ORDER: dict[Severity, int] = {"suppressed": 0, "warning": 1, "info": 2}
_KINDS_ORDER = {code: place for place, code in enumerate(KINDS)}


def _count(note: Note) -> int:
    values = dict(note.values)
    count = values.get("n", values.get("levels"))
    return int(count) if isinstance(count, int | float) else 2


def _value(code: str, name: str, value: object, about: About) -> str:
    language = about.language
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if isinstance(value, Mapping):
        pairs = (f"{about.label(key)} = {about.label(one)}" for key, one in value.items())
        return ", ".join(pairs)
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(_value(code, name, one, about) for one in value)
    if isinstance(value, int | float) and name not in {"codes", "values"}:
        if name in _SHARES:
            return percent(value, 0, language)
        if name in _P_VALUES or (name == "p" and code == "heteroscedastic"):
            return p_value(value, language)
        whole = name in _COUNTS or name == "p" or (float(value).is_integer() and name == "largest")
        return number(value, 0 if whole else 2, language)
    if name in _WORDS and str(value) not in about.labels:
        return word(value, language)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if name == "group":
        return " · ".join(about.label(part) for part in str(value).split(" · "))
    return about.label(value)
