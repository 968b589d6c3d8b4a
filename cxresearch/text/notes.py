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
        "Of several sheets in {file}, the one with the most answers was read: {sheet} (not "
        "{others})."
    ),
    "format_by_content": mark("{file} was read as {format}: that is what it holds."),
    "header_below": marks(
        "{n} row above the header of {file} (row {row}) was skipped.",
        "{n} rows above the header of {file} (row {row}) were skipped.",
    ),
    "headings_joined": mark(
        "The header of {file} has two rows (from row {row}): merged headings went into the "
        "question texts."
    ),
    "headings_renamed": marks(
        "{n} heading of {file} stands twice and was numbered: {columns}.",
        "{n} headings of {file} stand twice and were numbered: {columns}.",
    ),
    "summary_rows": marks(
        "{n} row at the end of {file} sums up the others and was left out (row {rows}).",
        "{n} rows at the end of {file} sum up the others and were left out (rows {rows}).",
    ),
    "platform_detected": mark("{file} was read as an export of {platform}; its sign: {sign}."),
    "seen_unanswered": marks(
        "{n} cell of {file} is -99: the question was seen and not answered.",
        "{n} cells of {file} are -99: the question was seen and not answered.",
    ),
    "preview_rows": marks(
        "{n} row of {file} is a preview, a test or spam by its column {column}; it counts unless "
        "data.eligible leaves it out.",
        "{n} rows of {file} are previews, tests or spam by their column {column}; they count "
        "unless data.eligible leaves them out.",
    ),
    "not_shown_blank": marks(
        "{n} cell of {file} holds “{word}”, by which the platform marks a question that was not "
        "shown or not answered; it was read as blank.",
        "{n} cells of {file} hold “{word}”, by which the platform marks a question that was not "
        "shown or not answered; they were read as blank.",
    ),
    "answer_codes": marks(
        "{n} column of {file} holds answer codes such as A1, read as their numbers: {columns}.",
        "{n} columns of {file} hold answer codes such as A1, read as their numbers: {columns}.",
    ),
    "boxes_read": marks(
        "{n} question of {file} with boxes to tick was read as 1 (ticked) and 0: {columns}.",
        "{n} questions of {file} with boxes to tick were read as 1 (ticked) and 0: {columns}.",
    ),
    "choices_joined": marks(
        "{n} question of {file}, of which everybody ticked one box, also got one column: "
        "{columns}.",
        "{n} questions of {file}, of which everybody ticked one box, also got one column each: "
        "{columns}.",
    ),
    "boxes_divided": marks(
        "{n} question of {file} with several answers in one cell got a column for each answer: "
        "{columns}.",
        "{n} questions of {file} with several answers in one cell got a column for each answer: "
        "{columns}.",
    ),
    "duration_derived": mark(
        "The time of an interview in {file} was made from {start} and {end}: {column}, in seconds."
    ),
    "unfinished_rows": marks(
        "{n} questionnaire of {file} was not finished (column {column}); it counts unless "
        "data.eligible leaves it out.",
        "{n} questionnaires of {file} were not finished (column {column}); they count unless "
        "data.eligible leaves them out.",
    ),
    "file_missing_codes": marks(
        "{n} answer in {column} was a code that the file declares missing ({codes}).",
        "{n} answers in {column} were codes that the file declares missing ({codes}).",
    ),
    "stata_missing": marks(
        "{n} answer in {column} was one of Stata's missing values ({codes}).",
        "{n} answers in {column} were Stata's missing values ({codes}).",
    ),
    "codes_recoded": marks(
        "{n} answer in {column} of {file} was given another code, as the params say.",
        "{n} answers in {column} of {file} were given other codes, as the params say.",
    ),
    "labels_differ": mark(
        "The labels of {column} are not the same in {file} and {other} (codes {codes}): see "
        "whether they mean the same."
    ),
    "texts_differ": mark(
        "The question of {column} is worded differently in {files}: changes between them may be "
        "changes of wording."
    ),
    "column_renamed": mark(
        "{file} has no column {column}, but {candidate} asks the same question: if it is the same, "
        "say so under columns."
    ),
    "columns_absent": marks(
        "{file} lacks {n} column of the study, which cannot be compared with it: {columns}.",
        "{file} lacks {n} columns of the study, which cannot be compared with it: {columns}.",
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
    "tables_left_out": mark("Left out, for they do not say whose rows they hold: tables {tables}."),
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
    "kept_in_database": marks(
        "The {n} row of answers was counted where it lies; it was not read into memory.",
        "The {n} rows of answers were counted where they lie; they were not read into memory.",
    ),
    "sampled": mark("A random part of the respondents was read: {n} of {n_total} rows."),
    "drivers_counted": mark(
        "Counted in a database: intervals draw random groups of respondents; curved relations, "
        "the ordered logit and groups against the rest were not looked at."
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
    "zone_breach": marks(
        "Of {n_total} complete answers, {n} puts adequate above desired and has no zone: {item}.",
        "Of {n_total} complete answers, {n} put adequate above desired and have no zone: {item}.",
    ),
    "no_desired": mark("Items with an adequate but no desired level have no zone: {items}."),
    "desired_expected": mark("The expectation stands for the desired level: {items}."),
    "gap_constraint": mark(
        "The gap discards information about the outcome, so perception and expectation are better "
        "shown apart: {outcome} (p {p_value})."
    ),
    "expectations_weak": mark("What weakens the difference score of {dimension}: {flags}."),
    "no_importance": mark("Nobody gave importance points, so there are no weighted scores."),
    "not_resampled": mark("With {n} respondents, bootstrap intervals were left out: {group}."),
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
    # rivals, brand and open answers
    "customer_frame": mark(
        "Our own customers were asked: what the market thinks of the rivals may differ."
    ),
    "customer_only_frame": mark(
        "Withheld, because only customers were asked, who all know the company: {measure}."
    ),
    "associations_unmatched": marks(
        "{n} person of the table of associations is not among the respondents shown.",
        "{n} people of the table of associations are not among the respondents shown.",
    ),
    "few_choices": mark("Withheld, chosen by fewer than {n} people: {attributes}."),
    "map_poor": mark("The two axes of the map show only {share} of the differences."),
    "rated_by_non_users": marks(
        "{rival} is also rated by {n} person who does not use it.",
        "{rival} is also rated by {n} people who do not use it.",
    ),
    "ratio_of_ratings": mark(
        "Quotients take ratings as amounts counted from zero; differences of ratings do not."
    ),
    "languages_unknown": marks(
        "{n} comment is in a language without words in the code frame: {languages}.",
        "{n} comments are in languages without words in the code frame: {languages}.",
    ),
    "mostly_uncoded": mark(
        "{share} of the comments have no theme; the code frame misses what they are about: "
        "{source}."
    ),
    "personal_masked": marks(
        "{n} piece of personal data was taken out of the texts.",
        "{n} pieces of personal data were taken out of the texts.",
    ),
    "letters_folded": mark("Letters were made alike before looking for words: {name}."),
    "themes_observational": mark(
        "Whoever writes of a theme is more or less satisfied ({outcome}); that does not make the "
        "theme the cause."
    ),
    "main_theme_only": mark(
        "Coder “{coder}” named only the main theme of a text, the rules name every theme: read "
        "the recall; the precision is a lower bound."
    ),
    "codes_ambiguous": marks(
        "{n} text was not set against its codes: its id stands for several texts.",
        "{n} texts were not set against their codes: their ids stand for several texts.",
    ),
    "coded_by_hand": marks(
        "{source}: {n} text has the themes that a coder gave it.",
        "{source}: {n} texts have the themes that a coder gave them.",
    ),
    "not_all_customers": mark(
        "{source}: who writes there is no sample of the customers, so the shares are of texts."
    ),
    "posts_are_volume": mark(
        "Posts tell how much is said and in which mood, not how satisfied customers are."
    ),
    "posts_flagged": marks(
        "{n} post may not be a customer's own words ({rule}); it was counted all the same.",
        "{n} posts may not be customers' own words ({rule}); they were counted all the same.",
    ),
    "posts_excluded": marks(
        "{n} post was left out by the rules that the params name.",
        "{n} posts were left out by the rules that the params name.",
    ),
    "kappa_low": mark("The coders agree too little on {theme} (kappa {kappa}, below .67)."),
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
    "exclusion_changes_mix": mark(
        "Those flagged or left out are not spread evenly over the groups of {column} (q = {q}); "
        "leaving them out changes the mix."
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
    "pairwise": mark(
        "Each correlation rests on those who answered both questions: {n} respondents in all, "
        "{n_complete} with every answer."
    ),
    "pairwise_thin": mark("Only {n} respondents answered both: {first}, {second}."),
    "pairwise_linear_only": mark(
        "This model needs complete answers, so respondents with blanks were left out."
    ),
    "imputed": mark(
        "{n} of {n_total} respondents left something blank; it was filled {sets} times from their "
        "other answers, and intervals allow for that."
    ),
    "nonlinear": mark(
        "A straight line does not describe this driver well (q {p_value}): {driver}."
    ),
    "mcfadden": mark("Estimates are parts of McFadden's R² of this model: {model}."),
    "two_values_linear": mark("An outcome of two values was treated as a number: {outcome}."),
    "separation": mark(
        "The drivers decide this outcome alone, so its model has no finite coefficients: {outcome}."
    ),
    "odds_not_parallel": mark(
        "Drivers do not matter alike at every grade of the outcome (p {p_value})."
    ),
    "fewer_draws": mark("{n} bootstrap draws were made, not {wanted}: each fits every set."),
    "performance_alike": mark(
        "All performances lie within the width of one interval; the line between high and low is "
        "hardly more than chance."
    ),
    "performance_ceiling": mark("{share} gave the highest rating: {driver}."),
    "performance_rescaled": mark(
        "The drivers were rated on different scales; performance is shown from 0 to 100."
    ),
    "waves_pooled": mark("{n} waves are taken together, each with a level of its own."),
    "few_extremes": mark(
        "Too few ratings to tell ({n_low} low, {n_mid} in the middle, {n_high} high): {driver}."
    ),
    "against_sign": mark(
        "The outcome is lower at high ratings or higher at low ones, so no asymmetry is told: "
        "{driver}."
    ),
    "no_range": mark("The outcome hardly differs between high and low ratings: {driver}."),
    "extrapolation": mark("Shifted beyond any rating that was given: {driver}."),
    "large_shift": mark("Shifted by more than a standard deviation: {driver}."),
    "clipped_shift": mark(
        "Most ratings are at the end of the scale, so that only {shift} points are left: {driver}."
    ),
    # trends
    "too_few_cycles": mark(
        "A season needs two full cycles, so none was fitted: {measure} ({n} figures)."
    ),
    "series_short": mark(
        "{needed} periods are needed for ETS or ARIMA, there are {n}, so nothing is forecast: "
        "{measure}."
    ),
    "partial_left_out": mark(
        "Periods that were not wholly observed are left out of the series: {periods}."
    ),
    "series_gaps": marks(
        "{n} period has no figure, so exponential smoothing was not tried: {measure}.",
        "{n} periods have no figure, so exponential smoothing was not tried: {measure}.",
    ),
    "season_too_long": mark(
        "A cycle of {n} periods is too long to be modelled, so a season was not fitted: {measure}."
    ),
    "series_no_better": mark(
        "In the backtest the model is no better than repeating the last value or that of a season "
        "ago, or its intervals hold too little (scaled error {mase}, coverage {coverage}): "
        "{measure}."
    ),
    "series_autocorrelated": mark(
        "Neighbouring periods are alike (correlation {r}); the standard error of the slope allows "
        "for it: {measure}."
    ),
    "no_sampling_error": mark(
        "No bases are known, so movement cannot be held against sampling error, and all periods "
        "count alike: {measure}."
    ),
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
    "bridge_identical": mark(
        "Changed in {wave}, but declared to mean the same, so waves are compared: {measure}."
    ),
    "bridge_linear": mark(
        "Changed in {wave}; earlier waves were turned into the terms of the new question by the "
        "declared line: {measure}."
    ),
    "bridge_step": mark(
        "Changed in {wave}, where a level of its own begins; waves before and after are not "
        "compared as they are: {measure}."
    ),
    "bridge_no_map": mark(
        "Changed in {wave}; the declared line maps answers, which says nothing of shares or an "
        "NPS, so waves before are not compared: {measure}."
    ),
    "parts_differ": mark(
        "Asked with other columns in {wave} than before and no bridge is declared, so waves "
        "before are not compared: {measure}."
    ),
    "scale_end_unused": mark(
        "Nobody answered {end} in {wave}, though by the other waves several should have; was the "
        "scale the same: {measure}?"
    ),
    "wave_surprising": mark(
        "The model did not expect {wave} at all (standardised error {z}): {measure}."
    ),
    "errors_correlated": mark(
        "Neighbouring errors hang together (correlation {r}), so the model of the level is too "
        "simple: {measure}."
    ),
    "forecast_no_better": mark(
        "In the backtest the forecast was no better than repeating the last wave (MASE {mase}, "
        "{coverage} within their interval): {measure}."
    ),
    "target_beyond": mark(
        "The target's date is past or not among the waves to come ({by}): {measure}."
    ),
    "baseline_all": mark(
        "No baseline was named, so all points set the limits, which describes what was and "
        "cannot watch what comes: {measure}."
    ),
    "baseline_short": marks(
        "{n} point sets the limits, fewer than the twelve that are needed for firm ones: "
        "{measure}.",
        "{n} points set the limits, fewer than the twelve that are needed for firm ones: "
        "{measure}.",
    ),
    "baseline_wanted": marks(
        "{n} point sets the limits; twenty are wanted: {measure}.",
        "{n} points set the limits; twenty are wanted: {measure}.",
    ),
    "small_counts": mark("Some expected counts are below five, so limits are rough: {measure}."),
    "overdispersed_points": mark(
        "Points spread {ratio} times as much as sampling would make them: {measure}."
    ),
    "limit_clipped": mark("A control limit was cut at the end of the scale: {measure}."),
    "empty_stratum": mark(
        "A part of the mix has fewer than two answers in a wave, so nothing is adjusted: "
        "{group}, {measure}."
    ),
    "no_segments": mark("The study names no segments, so no mix can be held."),
    "mix_moved": mark(
        "The mix changed by more than ten points from {wave_from} to {wave_to} ({share}): {group}."
    ),
    "singular_fit": mark("In the model, service points differ by no more than chance: {measure}."),
    # psychometrics
    "correlation_type": mark("Dimensions were looked for in {kind} correlations ({battery})."),
    "correlations_smoothed": mark(
        "The correlations did not fit together and were repaired, by up to {change} ({battery})."
    ),
    "too_few_for_factors": marks(
        "Dimensions were not looked for: {n} complete answer is too few for {n_items} items "
        "({battery}).",
        "Dimensions were not looked for: {n} complete answers are too few for {n_items} items "
        "({battery}).",
    ),
    "few_for_factors": marks(
        "{n} complete answer to {n_items} items: what is found may not be found again ({battery}).",
        "{n} complete answers to {n_items} items: what is found may not be found again "
        "({battery}).",
    ),
    "constant_item": mark("Everybody gave the same answer to {items}: {scale}."),
    "alpha_negative": mark(
        "Alpha is below zero ({alpha}): items point in opposite directions, perhaps one is not "
        "declared as reversed: {scale}."
    ),
    "omega_misfit": mark(
        "Omega, AVE and composite reliability describe one common factor, which does not fit here "
        "(RMSEA {rmsea}): {scale}."
    ),
    "no_common_factor": mark(
        "One common factor does not describe these items, so omega and AVE are missing: {scale}."
    ),
    "heywood": mark(
        "The solution leaves no error variance to {items}, which cannot be; read it with care: "
        "{scale}."
    ),
    "kmo_unacceptable": mark(
        "The items have too little in common for dimensions (KMO {kmo}, below 0.50): {battery}."
    ),
    "factors_differ": mark(
        "Parallel analysis finds {found}, the questionnaire has {expected} dimensions."
    ),
    "factor_few_items": mark(
        "Fewer than three items belong to factor {factor} ({n_items}); it may not be found again."
    ),
    "single_item": mark("Dimensions of a single item are not in the model: {dimensions}."),
    "ordinal_as_numeric": mark(
        "Few or lopsided answers were treated as numbers; the fit is rough ({battery})."
    ),
    "model_saturated": mark(
        "The model has no degrees of freedom, so its fit says nothing ({battery})."
    ),
    "group_small": marks(
        "{n} complete answer (fewer than 100), so whether it can be compared cannot be told: "
        "{group}.",
        "{n} complete answers (fewer than 100), so whether it can be compared cannot be told: "
        "{group}.",
    ),
    "group_too_small": marks(
        "Left out of the comparison, {n} complete answer only: {group}.",
        "Left out of the comparison, {n} complete answers only: {group}.",
    ),
    # loyalty
    "later_association": mark(
        "These are associations of answers with what came later, not proof of what would change "
        "what."
    ),
    "link_selection": mark(
        "Only customers who answered and can be linked are seen; the others may differ."
    ),
    "link_unweighted": mark("Models of staying and revenue do not use the sampling weights."),
    "between_customers": marks(
        "Only {n} customer answered twice, so revenue is compared between customers, who may "
        "differ in size for other reasons.",
        "Only {n} customers answered twice, so revenue is compared between customers, who may "
        "differ in size for other reasons.",
    ),
    "thin_events": mark(
        "{outcome_kind}: fewer than ten customers left ({n}) for each of {p} coefficients."
    ),
    "hazards_not_proportional": mark(
        "The ratio of the speeds of leaving changes with time (p = {p_value}); it is an average."
    ),
    "no_risk": mark(
        "Revenue at risk cannot be told: too few customers left, or no revenue is known."
    ),
    # scorecard
    "status_rule": mark(
        "Green from a probability of {green} that the true value meets the target, red up to "
        "{red}; a convention."
    ),
    "no_goals": mark("No goals are declared: neither scorecard rows nor targets."),
    "no_error_known": mark(
        "{measure} was counted elsewhere and comes without bases or is no share, so how sure it is "
        "is not known: it has no interval."
    ),
    "no_std_error": mark("{measure} has no standard error, hence no probability and no light."),
    "no_figure": mark("There is no figure for {measure}."),
    "target_is_baseline": mark(
        "{measure} starts at or beyond its target, so there is no way to cover: "
        "the goal is to hold."
    ),
    "exact_status": mark("{measure} is counted in full: met or not, without sampling error."),
    # operational tables
    "cut_assumed": mark(
        "The table {table} names no cut: the midnight after its last time, {day}, is taken."
    ),
    "events_collapsed": mark("The log {table} with {n} updates became {n_total} rows, one each."),
    "window_days": marks(
        "{measure}: window of {days} days; {n} left out because it was not wholly observed.",
        "{measure}: window of {days} days; {n} left out because theirs was not wholly observed.",
    ),
    "mostly_open": mark("{measure}, {group}: {share} are not over yet; the tail is unknown."),
    "calendar_hours": mark("Times are counted in hours of the calendar."),
    "business_hours": mark(
        "Times to reply and to settle are counted in business hours: days {days} of the week, "
        "{start} to {end}."
    ),
    "periods_partial": mark("Not wholly observed: {periods}."),
    "not_grouped": mark("The tables do not have these groups ({by}) for: {measures}."),
    "complaints_counted": mark("Complaints were counted in the table {table}."),
    "promise_midnight": mark("Promises are days without a time; kept until their {kept}."),
    "one_evaluator": mark(
        "{measure}: one person judged everything, so the judge cannot be told from what was judged."
    ),
    "few_branches": marks(
        "{measure}: {n} branch is too few for an interval to be trusted.",
        "{measure}: {n} branches are too few for an interval to be trusted.",
    ),
    "standard_rule": mark("A check with points meets the standard from {share} of them on."),
    "answers_after_tickets": mark(
        "{measure}: answers of customers whose matter was settled within {days} days before."
    ),
    "counts_overdispersed": mark(
        "{measure}: the counts of the periods scatter {ratio} times as much as chance allows; "
        "exact Poisson intervals are too narrow for comparing periods."
    ),
    "clv_exploding": mark(
        "Lifetime value without an end would be {times} times that of the horizon: it hangs on "
        "how long one looks ahead."
    ),
    "actions_no_comparison": mark(
        "No action names a branch, so nothing is compared with places where nothing was done: "
        "a change after an action may have other reasons."
    ),
    "actions_overlap": marks(
        "{n} action lies within the time before or after another one on the same indicator.",
        "{n} actions lie within the time before or after another one on the same indicator.",
    ),
    "clv_terms": mark(
        "Lifetime value: {years} years ahead, yearly interest {interest}, first margin {timing}."
    ),
    # quality
    "not_delivered": marks(
        "{n} answer to {measure} is left out: the order did not arrive.",
        "{n} answers to {measure} are left out: the orders did not arrive.",
    ),
    "groups_not_tested": marks(
        "{n} group of {column} with fewer than {min_n} respondents stays out of the tests for "
        "even spread.",
        "{n} groups of {column} with fewer than {min_n} respondents stay out of the tests for "
        "even spread.",
    ),
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

_SHARES = {"share", "coverage", "green", "red", "interest"}
_P_VALUES = {"p_value"}
_COUNTS = {
    "n_complete",
    "wanted",
    "sets",
    "n_low",
    "n_mid",
    "n_high",
    "n",
    "n_total",
    "min_n",
    "needed",
    "levels",
    "orders",
    "low",
    "high",
}
_COUNTS |= {"n_items", "found", "expected", "row", "rows"}
_SIDES = {"perception", "expectation", "adequate", "desired"}
_WORDS = {
    "platform",
    "sign",
    "timing",
    "kept",
    "outcome_kind",
    "rule",
    "policy",
    "what",
    "name",
    "flags",
    "battery",
    "kind",
}


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
    if name in ("group", "scale"):
        parts = str(value).split(" · ")
        return " · ".join(
            word(part, language) if part in _SIDES else about.label(part) for part in parts
        )
    return about.label(value)
