"""Facts about a result as codes with their values; floor 4 makes the sentences.

A note says what was done or seen: rows left out, items reversed, a base too small. It holds
no sentence, so that one result can be shown in any language. `KINDS` lists every code, how
serious it is and which values belong to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Severity = Literal["info", "warning", "suppressed"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a note code means and which values come with it."""

    severity: Severity
    fields: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Note:
    """A fact: a code of `KINDS` with its values, in the order of the code's fields."""

    code: str
    values: tuple[tuple[str, object], ...]

    @property
    def severity(self) -> Severity:
        """How serious the fact is: info, warning, or suppressed (a number was withheld)."""
        return KINDS[self.code].severity

    def __getitem__(self, name: str) -> object:
        return dict(self.values)[name]


def note(code: str, **values: object) -> Note:
    """Return the note of this code; its values must be those that `KINDS` names.

    Examples
    --------
    >>> note("weights_zero", n=3).severity
    'info'
    """
    kind = KINDS[code]
    if set(values) != set(kind.fields):
        raise TypeError(f"note {code!r} takes {kind.fields}, not {tuple(values)}")
    return Note(code, tuple((name, values[name]) for name in kind.fields))


def distinct(notes: Iterable[Note]) -> tuple[Note, ...]:
    """Return the notes without repeats, warnings first, otherwise in their order."""
    order: Mapping[Severity, int] = {"suppressed": 0, "warning": 1, "info": 2}
    return tuple(sorted(dict.fromkeys(notes), key=lambda one: order[one.severity]))


KINDS: dict[str, Kind] = {
    "tables_left_out": Kind(
        "warning", ("tables",), "tables that do not say whose rows are of the report's groups"
    ),
    # reading a file: what was guessed or found on the way
    "encoding_guessed": Kind(
        "warning", ("file", "encoding"), "not UTF-8: letters by the likeliest encoding"
    ),
    "encoding_doubtful": Kind(
        "warning", ("file", "encoding", "likely"), "the declared encoding may be wrong"
    ),
    "decimal_comma": Kind("info", ("file", "columns"), "numbers written with a decimal comma"),
    "decimal_unclear": Kind(
        "warning", ("file", "columns"), "a comma may be decimal or not: left as text"
    ),
    "blank_words": Kind(
        "warning", ("column", "n", "words"), "words such as NA among numbers: left as text"
    ),
    "numbers_as_text": Kind("info", ("column", "n"), "numbers that the file stores as text"),
    "percent_cells": Kind("info", ("column",), "percent cells, read as shares of one"),
    "booleans_as_numbers": Kind("info", ("columns",), "true and false read as 1 and 0"),
    "rows_blank": Kind("info", ("file", "n"), "rows without any cell filled, left out"),
    "sheet_chosen": Kind(
        "info", ("file", "sheet", "others"), "the sheet with the most answers was read"
    ),
    "format_by_content": Kind(
        "info", ("file", "format"), "the file is not of the format its name promises"
    ),
    "header_below": Kind("info", ("file", "row", "n"), "rows above the header were skipped"),
    "headings_joined": Kind("info", ("file", "row"), "a header of two rows, merged cells above"),
    "headings_renamed": Kind(
        "warning", ("file", "n", "columns"), "headings that stand twice, numbered"
    ),
    "summary_rows": Kind("warning", ("file", "n", "rows"), "totals or means at the end, left out"),
    # exports of survey platforms
    "platform_detected": Kind(
        "info", ("file", "platform", "sign"), "an export of a survey platform, and its sign"
    ),
    "seen_unanswered": Kind("info", ("file", "n"), "-99: seen but not answered"),
    "preview_rows": Kind(
        "warning", ("file", "n", "column"), "previews, tests and spam among the answers"
    ),
    "not_shown_blank": Kind("info", ("file", "n", "word"), "the platform's word for blank cells"),
    "answer_codes": Kind("info", ("file", "n", "columns"), "answer codes A1, A2 as 1, 2"),
    "boxes_read": Kind("info", ("file", "n", "columns"), "boxes to tick as 1 and 0"),
    "choices_joined": Kind(
        "info", ("file", "n", "columns"), "boxes that exclude each other, also as one column"
    ),
    "boxes_divided": Kind(
        "info", ("file", "n", "columns"), "cells with several options divided into boxes"
    ),
    "duration_derived": Kind(
        "info", ("file", "column", "start", "end"), "the interview's time from start and end"
    ),
    "unfinished_rows": Kind(
        "warning", ("file", "n", "column"), "questionnaires that were not finished"
    ),
    "file_missing_codes": Kind(
        "info", ("column", "n", "codes"), "codes the file itself declares missing"
    ),
    "stata_missing": Kind("info", ("column", "n", "codes"), "Stata's .a to .z set to missing"),
    # several files: what changes from one to the next
    "codes_recoded": Kind("info", ("file", "column", "n"), "codes changed by a file's recode"),
    "labels_differ": Kind(
        "warning", ("column", "codes", "file", "other"), "codes with other labels in another file"
    ),
    "texts_differ": Kind("warning", ("column", "files"), "a question worded anew"),
    "column_renamed": Kind(
        "warning", ("column", "file", "candidate"), "a question that may have another name"
    ),
    "columns_absent": Kind("info", ("file", "n", "columns"), "questions that a file lacks"),
    # the study: what was done to the answers before any analysis
    "screened_out": Kind("info", ("n", "column"), "rows outside data.eligible left the study"),
    "excluded": Kind(
        "warning", ("n", "rule"), "respondents flagged by a rule of data.exclude left"
    ),
    "weights_zero": Kind("info", ("n",), "respondents with weight zero do not count"),
    "weights_missing": Kind("warning", ("n",), "respondents without a weight left the study"),
    "waves_unweighted": Kind(
        "warning", ("waves",), "waves without weights count every answer as one"
    ),
    "missing_codes": Kind("info", ("column", "n", "codes"), "declared codes set to missing"),
    "not_applicable_codes": Kind("info", ("column", "n", "codes"), "answers 'not applicable'"),
    "dont_know_codes": Kind("info", ("column", "n", "codes"), "answers 'do not know'"),
    "refused_codes": Kind("info", ("column", "n", "codes"), "answers refused"),
    "out_of_range": Kind(
        "warning", ("column", "n", "values"), "answers outside the scale set to missing"
    ),
    "between_points": Kind(
        "warning", ("column", "n", "values"), "answers between the points of their scale"
    ),
    "labels_recoded": Kind("info", ("column", "n"), "answer labels turned into the scale's codes"),
    "reversed": Kind("info", ("column", "scale"), "answers reversed, as the codebook declares"),
    "columns_unused": Kind("info", ("n", "columns"), "columns of the file that no one asked for"),
    "points_rescaled": Kind("warning", ("n", "low", "high"), "importance points near 100 rescaled"),
    "points_dropped": Kind("warning", ("n",), "importance points far from 100 set to missing"),
    "wave_missing": Kind("warning", ("n",), "rows without a wave left the study"),
    "lonely_psu": Kind("warning", ("strata", "policy"), "strata with one cluster"),
    # operational tables
    "cut_assumed": Kind(
        "warning", ("table", "day"), "no cut declared: the midnight after the last time"
    ),
    "events_collapsed": Kind("info", ("table", "n", "n_total"), "updates became one row each"),
    "window_days": Kind(
        "info", ("measure", "days", "n"), "days within which something must follow; n not yet seen"
    ),
    "mostly_open": Kind("warning", ("measure", "group", "share"), "more than half are not over"),
    "calendar_hours": Kind("info", (), "hours of the calendar"),
    "business_hours": Kind("info", ("days", "start", "end"), "declared business hours count"),
    "periods_partial": Kind("info", ("periods",), "periods that were not wholly observed"),
    "not_grouped": Kind("info", ("by", "measures"), "tables without these groups"),
    "complaints_counted": Kind("info", ("table",), "where complaints were counted"),
    "promise_midnight": Kind("info", ("kept",), "promises are days without a time"),
    "one_evaluator": Kind("warning", ("measure",), "one person judged everything"),
    "few_branches": Kind("warning", ("measure", "n"), "too few branches for an interval"),
    "standard_rule": Kind("info", ("share",), "from which part of the points a check is met"),
    "answers_after_tickets": Kind(
        "info", ("measure", "days"), "answers of customers with a settled matter"
    ),
    "counts_overdispersed": Kind(
        "warning", ("measure", "ratio"), "counts scatter more than Poisson allows"
    ),
    "clv_exploding": Kind("warning", ("times",), "lifetime value hangs on the horizon"),
    "actions_no_comparison": Kind(
        "warning", (), "before and after an action without a group to compare with"
    ),
    "actions_overlap": Kind("warning", ("n",), "actions on one indicator at the same time"),
    "clv_terms": Kind("info", ("years", "interest", "timing"), "terms of lifetime value"),
    # bases
    "one_wave": Kind("info", (), "a single wave: nothing to compare over time"),
    "empty": Kind("suppressed", ("group",), "a group without any answer"),
    "small_base": Kind("suppressed", ("group", "n", "min_n"), "base below min_n.show"),
    "low_base": Kind("warning", ("group", "n", "min_n"), "base below min_n.test"),
    "low_n_eff": Kind("warning", ("group", "n", "min_n"), "effective base below min_n.test"),
    "kept_in_database": Kind("info", ("n",), "answers counted where they lie"),
    "sampled": Kind("info", ("n", "n_total"), "a random part of the rows"),
    "drivers_counted": Kind("info", (), "drivers from sums: what needs rows was left out"),
    "few_clusters": Kind("warning", ("n",), "fewer than ten clusters"),
    "n_eff_fallback": Kind(
        "warning", ("group",), "no variance: effective n from the weights alone"
    ),
    "rows_missing": Kind("info", ("name", "n", "n_total"), "respondents without this answer"),
    # gaps
    "ceiling": Kind("warning", ("item", "share"), "expectation at the top of the scale"),
    "weights_differ": Kind("warning", ("respondent", "mean"), "the two weighted scores differ"),
    "gap_expectation": Kind(
        "warning", ("dimension", "r"), "the gap mostly mirrors the expectation"
    ),
    "few_pairs": Kind("warning", ("item", "n"), "fewer than thirty pairs"),
    "hotelling_suppressed": Kind(
        "suppressed", ("n", "p"), "too few respondents for Hotelling's T2"
    ),
    "zone_breach": Kind(
        "warning", ("item", "n", "n_total"), "adequate above desired: answers left out of the zone"
    ),
    "no_desired": Kind("info", ("items",), "items with an adequate but no desired level"),
    "desired_expected": Kind("info", ("items",), "the expectation stands for the desired level"),
    "gap_constraint": Kind(
        "warning", ("outcome", "p_value"), "the gap discards information: show P and E apart"
    ),
    "expectations_weak": Kind("warning", ("dimension", "flags"), "what weakens a difference score"),
    "no_importance": Kind("info", (), "no importance points: no weighted models"),
    "not_resampled": Kind("info", ("group", "n"), "too many respondents to resample"),
    "overall_incomplete": Kind("info", ("n", "n_total"), "respondents without every dimension"),
    # drivers
    "listwise": Kind("info", ("n", "n_total"), "respondents with every answer"),
    "half_lost": Kind("warning", ("n", "n_total"), "more than half of the cases lost"),
    "same_missing": Kind("warning", ("first", "second"), "two drivers missing together"),
    "not_used": Kind("info", ("driver", "n"), "did not use: an indicator beside the driver"),
    "constant_driver": Kind("warning", ("driver",), "a driver that never varies"),
    "aliased": Kind("warning", ("drivers",), "drivers that cannot be told apart by any data"),
    "collinear": Kind("warning", ("driver", "vif"), "VIF of 10 or more"),
    "collinear_notice": Kind("info", ("driver", "vif"), "VIF of 4 or more"),
    "suppressor": Kind("warning", ("driver",), "negative coefficient, positive correlation"),
    "negative_driver": Kind("warning", ("driver",), "the outcome falls as the driver rises"),
    "same_construct": Kind("warning", ("driver", "r"), "a driver nearly equal to the outcome"),
    "heteroscedastic": Kind("warning", ("p",), "Breusch-Pagan rejects equal variances"),
    "outcome_numeric": Kind("info", ("levels",), "a rating treated as a number"),
    "influential": Kind("warning", ("n", "largest"), "cases with a large Cook distance"),
    "weak_model": Kind("warning", ("r_squared",), "R2 below .05"),
    "no_validity": Kind("warning", ("cv_r_squared",), "nothing holds on new answers"),
    "few_cases": Kind("warning", ("n", "p"), "few cases for so many drivers"),
    "sampled_orders": Kind("warning", ("orders", "mc_error"), "Shapley by sampled orders"),
    "pairwise_indefinite": Kind("warning", (), "pairwise correlations repaired"),
    "observational": Kind("info", (), "associations, not effects"),
    "outcome_constant": Kind("suppressed", ("outcome",), "the outcome never varies"),
    "too_few_cases": Kind("suppressed", ("n", "p"), "not more cases than drivers"),
    "pairwise": Kind("warning", ("n", "n_complete"), "each correlation on its own respondents"),
    "pairwise_thin": Kind(
        "warning", ("first", "second", "n"), "half of the cases or fewer answered both"
    ),
    "pairwise_linear_only": Kind("warning", (), "pairwise answers only for the linear model"),
    "imputed": Kind("warning", ("n", "n_total", "sets"), "blank answers filled several times"),
    "nonlinear": Kind("warning", ("driver", "p_value"), "no straight line along this driver"),
    "mcfadden": Kind("info", ("model",), "parts of McFadden's R2 of this model"),
    "two_values_linear": Kind("warning", ("outcome",), "two values treated as numbers"),
    "separation": Kind("suppressed", ("outcome",), "drivers decide the outcome: no coefficients"),
    "odds_not_parallel": Kind("warning", ("p_value",), "slopes differ along the grades"),
    "fewer_draws": Kind("info", ("n", "wanted"), "fewer bootstrap draws than asked for"),
    "performance_alike": Kind("warning", (), "performances within one interval's width"),
    "performance_ceiling": Kind("warning", ("driver", "share"), "most gave the top answer"),
    "performance_rescaled": Kind("info", (), "different scales: performance on 0 to 100"),
    "waves_pooled": Kind("info", ("n",), "waves together, each with a level of its own"),
    "few_extremes": Kind(
        "suppressed", ("driver", "n_low", "n_mid", "n_high"), "too few low, middle or high ratings"
    ),
    "against_sign": Kind(
        "warning", ("driver",), "outcome lower at high ratings, or higher at low ones"
    ),
    "no_range": Kind("suppressed", ("driver",), "high and low ratings hardly differ in outcome"),
    "extrapolation": Kind("warning", ("driver",), "shifted beyond any rating that was given"),
    "large_shift": Kind("warning", ("driver",), "shifted by more than a standard deviation"),
    "clipped_shift": Kind("info", ("driver", "shift"), "shift cut at the end of the scale"),
    # trends
    "too_few_cycles": Kind("suppressed", ("measure", "n"), "a season needs two full cycles"),
    "series_short": Kind("suppressed", ("measure", "n", "needed"), "more periods are needed"),
    "partial_left_out": Kind("info", ("periods",), "periods not wholly observed are no part of it"),
    "series_gaps": Kind("info", ("measure", "n"), "periods without a figure: ETS is not tried"),
    "season_too_long": Kind("warning", ("measure", "n"), "a cycle too long to be modelled"),
    "series_no_better": Kind(
        "warning", ("measure", "mase", "coverage"), "in the backtest no better than repetition"
    ),
    "series_autocorrelated": Kind("info", ("measure", "r"), "neighbouring periods are alike"),
    "no_sampling_error": Kind("warning", ("measure",), "no bases, so no known sampling error"),
    "too_few_waves": Kind("suppressed", ("n", "needed", "what"), "more waves are needed"),
    "level_variance_poor": Kind("warning", ("n",), "fewer than ten waves"),
    "no_true_movement": Kind("info", (), "no detectable true movement"),
    "consistent_with_sampling": Kind("info", ("p_value",), "all movement may be sampling error"),
    "same_people_undeclared": Kind("warning", ("n",), "ids in more than one wave"),
    "no_threshold": Kind("info", ("measure",), "no practical threshold declared"),
    "wave_not_asked": Kind("info", ("wave", "measure"), "not asked in this wave"),
    "zero_variance_wave": Kind("warning", ("wave", "measure"), "a wave whose answers never vary"),
    "unequal_precision": Kind("warning", ("ratio",), "sampling variances differ tenfold or more"),
    "bridge_identical": Kind("info", ("wave", "measure"), "changed, declared of the same meaning"),
    "bridge_linear": Kind("info", ("wave", "measure"), "waves before were mapped by a line"),
    "bridge_step": Kind("warning", ("wave", "measure"), "a level of its own from this wave on"),
    "bridge_no_map": Kind("warning", ("wave", "measure"), "a line says nothing of shares or NPS"),
    "parts_differ": Kind("warning", ("wave", "measure"), "asked with other columns than before"),
    "scale_end_unused": Kind(
        "warning", ("wave", "measure", "end"), "an end of the scale that nobody used in this wave"
    ),
    "wave_surprising": Kind(
        "warning", ("wave", "measure", "z"), "a one-step error beyond three standard deviations"
    ),
    "errors_correlated": Kind("warning", ("measure", "r"), "one-step errors hang together"),
    "forecast_no_better": Kind(
        "warning", ("measure", "mase", "coverage"), "in the backtest no better than the last wave"
    ),
    "target_beyond": Kind("warning", ("measure", "by"), "the target's date is not on the way"),
    "baseline_all": Kind("info", ("measure",), "limits set by all points: describes, not watches"),
    "baseline_short": Kind("warning", ("measure", "n"), "fewer than twelve baseline points"),
    "baseline_wanted": Kind("info", ("measure", "n"), "fewer than twenty baseline points"),
    "small_counts": Kind("warning", ("measure",), "an expected count below five"),
    "overdispersed_points": Kind("warning", ("measure", "ratio"), "more spread than sampling"),
    "limit_clipped": Kind("info", ("measure",), "a limit moved to the end of the scale"),
    "empty_stratum": Kind("suppressed", ("measure", "group"), "a part of the mix without answers"),
    "no_segments": Kind("suppressed", (), "no segments whose mix could be held"),
    "mix_moved": Kind(
        "warning", ("group", "wave_from", "wave_to", "share"), "a part of the mix moved 10 points"
    ),
    "singular_fit": Kind("warning", ("measure",), "no variance between service points"),
    # sampling and weighting
    "margins_rescaled": Kind("info", (), "targets had different totals: shares were used"),
    "weights_costly": Kind("warning", ("deff",), "weights cost more than half of the sample"),
    "weights_trimmed": Kind("info", ("n", "error"), "weights at a bound of the trimming"),
    "not_converged": Kind("warning", ("cycles", "error"), "margins cannot all be met"),
    "eligibility_assumed": Kind("info", ("share",), "e taken from the cases of known eligibility"),
    "eligibility_unknown": Kind("suppressed", ("n",), "no RR3 without the share of eligible cases"),
    "plan_random_sample": Kind("info", (), "plans hold for probability samples"),
    "budget_assumed": Kind("info", ("n", "waves"), "interviews a year taken from the study"),
    # rivals and brand
    "customer_frame": Kind("info", (), "rivals are rated by customers, not by the market"),
    "customer_only_frame": Kind(
        "suppressed", ("measure",), "awareness and reputation need a sample of the market"
    ),
    "associations_unmatched": Kind("info", ("n",), "people of another wave or not in the study"),
    "few_choices": Kind("suppressed", ("attributes", "n"), "attributes that few chose"),
    "map_poor": Kind("warning", ("share",), "two axes show less than 70 % of the inertia"),
    "rated_by_non_users": Kind("warning", ("rival", "n"), "a rival is rated by non-users, too"),
    "ratio_of_ratings": Kind("info", (), "quotients take ratings as amounts from zero"),
    # open answers
    "languages_unknown": Kind(
        "suppressed", ("n", "languages"), "comments in languages without words in the code frame"
    ),
    "mostly_uncoded": Kind("warning", ("source", "share"), "more than 30 % without a theme"),
    "personal_masked": Kind("info", ("n",), "personal data taken out of texts"),
    "letters_folded": Kind(
        "info", ("name",), "letters that count as one when words are looked for"
    ),
    "themes_observational": Kind("info", ("outcome",), "associations among those who wrote"),
    "main_theme_only": Kind("info", ("coder",), "a coder named one theme a text, rules name all"),
    "codes_ambiguous": Kind("warning", ("n",), "texts whose id stands for several"),
    "coded_by_hand": Kind("info", ("source", "n"), "a coder's themes in place of the rules'"),
    "not_all_customers": Kind("warning", ("source",), "who writes there is no sample of customers"),
    "posts_are_volume": Kind("warning", (), "posts are volume, not satisfaction"),
    "posts_flagged": Kind("warning", ("rule", "n"), "posts that may not be customers' own words"),
    "posts_excluded": Kind("info", ("n",), "posts left out by declared rules"),
    "impact_few": Kind("info", ("n", "min_n"), "themes on too few scores for an impact"),
    "kappa_low": Kind("warning", ("theme", "kappa"), "coders agree less than .67"),
    # segments
    "few_accounts": Kind("suppressed", ("group", "n"), "fewer than three clusters"),
    "complementary": Kind("suppressed", ("group",), "withheld to protect another group"),
    "few_points": Kind("suppressed", ("n",), "fewer than five service points: no ranking"),
    "points_are_clusters": Kind("info", ("column",), "each service point is one cluster"),
    "overdispersed": Kind("info", ("measure", "phi"), "funnel limits widened"),
    # psychometrics
    "correlation_type": Kind("info", ("battery", "kind"), "which correlation was factored"),
    "correlations_smoothed": Kind(
        "warning", ("battery", "change"), "correlations repaired to a possible matrix"
    ),
    "too_few_for_factors": Kind(
        "suppressed", ("battery", "n", "n_items"), "too few respondents to look for factors"
    ),
    "few_for_factors": Kind(
        "warning", ("battery", "n", "n_items"), "below 100 respondents, or 5 per item"
    ),
    "constant_item": Kind("suppressed", ("scale", "items"), "items that never vary"),
    "alpha_negative": Kind("warning", ("scale", "alpha"), "items that point apart: alpha below 0"),
    "omega_misfit": Kind("warning", ("scale", "rmsea"), "omega of a one-factor model that misfits"),
    "no_common_factor": Kind(
        "suppressed", ("scale",), "one factor does not describe the items: no omega, AVE, CR"
    ),
    "heywood": Kind("warning", ("scale", "items"), "impossible variance: not to be trusted"),
    "kmo_unacceptable": Kind("warning", ("battery", "kmo"), "KMO below .50"),
    "factors_differ": Kind(
        "info", ("found", "expected"), "other than the questionnaire's number of dimensions"
    ),
    "factor_few_items": Kind("warning", ("factor", "n_items"), "a factor with fewer than 3 items"),
    "single_item": Kind("info", ("dimensions",), "dimensions of one item are not in the model"),
    "ordinal_as_numeric": Kind(
        "warning", ("battery",), "few or lopsided categories treated as numbers"
    ),
    "model_saturated": Kind("suppressed", ("battery",), "no degrees of freedom: fit says nothing"),
    "group_small": Kind("warning", ("group", "n"), "a group below 100: invariance cannot be told"),
    "group_too_small": Kind(
        "suppressed", ("group", "n"), "a group not larger than the number of items"
    ),
    # loyalty
    "later_association": Kind("info", (), "what came later went with it: no proof of effects"),
    "link_selection": Kind("info", (), "only customers who answered and can be linked"),
    "link_unweighted": Kind("info", (), "models of loyalty do not use the sampling weights"),
    "between_customers": Kind(
        "warning", ("n",), "revenue compared between customers: too few answered twice"
    ),
    "thin_events": Kind(
        "warning", ("outcome_kind", "n", "p"), "fewer than ten events for each coefficient"
    ),
    "hazards_not_proportional": Kind("warning", ("p_value",), "the hazard ratio changes with time"),
    "no_risk": Kind("suppressed", (), "no revenue at risk: no model, revenue or present customer"),
    # scorecard
    "status_rule": Kind("info", ("green", "red"), "lights by the probability of meeting targets"),
    "no_goals": Kind("suppressed", (), "nothing is on the scorecard"),
    "no_error_known": Kind("warning", ("measure",), "series without bases: no interval"),
    "no_std_error": Kind("warning", ("measure",), "no standard error: no light"),
    "no_figure": Kind("suppressed", ("measure",), "no figure for this row of the scorecard"),
    "target_is_baseline": Kind("info", ("measure",), "start at or beyond the target: no way to go"),
    "exact_status": Kind("info", ("measure",), "counted in full: met or not, without probability"),
    # quality
    "exclusion_changes_mix": Kind(
        "warning", ("column", "q"), "those flagged or left out are not spread evenly over groups"
    ),
    "not_delivered": Kind(
        "info", ("measure", "n"), "answers about deliveries that did not arrive left out"
    ),
    "groups_not_tested": Kind(
        "info", ("column", "n", "min_n"), "small groups left out of a test between groups"
    ),
    "high_missing": Kind("warning", ("item", "share"), "more answers blank than the study allows"),
    # KPI
    "nps_trademark": Kind("info", (), "NPS is a registered mark"),
    "interval_clipped": Kind("info", ("measure",), "interval cut at the end of the scale"),
    "weighted": Kind("info", ("column", "deff"), "weighted by this column"),
}
