"""Which columns of a result a table shows when nobody chooses, and in which unit."""

from __future__ import annotations

from cxresearch.text.catalogue import mark

# which columns a table shows when nobody chooses, by class of result and view
VIEWS: dict[tuple[str, str], tuple[str, ...]] = {
    ("Revisions", "table"): (
        *("wave", "measure", "statistic", "reported", "value_from", "estimate", "change", "n"),
    ),
    ("KpiTable", "table"): (
        *("measure", "statistic", "estimate", "conf_low", "conf_high", "n", "n_eff", "mdc"),
    ),
    ("Indicators", "table"): (
        *("kpi", "measure", "statistic", "entity", "estimate", "conf_low", "conf_high", "unit"),
        "n",
    ),
    ("GapScores", "table"): (
        *("dimension", "perception", "expectation", "estimate", "conf_low", "conf_high"),
        *("p_value", "q_value", "verdict", "n", "n_pairs", "share_negative"),
    ),
    ("ZoneOfTolerance", "table"): (
        *("dimension", "source", "adequate", "desired", "perception", "msa", "msa_conf_low"),
        *("msa_conf_high", "mss", "mss_conf_low", "mss_conf_high", "position", "below"),
        *("below_conf_low", "below_conf_high", "within", "above", "verdict", "n", "n_breach"),
    ),
    ("ZoneOfTolerance", "items"): (
        *("item", "source", "adequate", "desired", "perception", "msa", "msa_conf_low"),
        *("msa_conf_high", "mss", "below", "below_conf_low", "below_conf_high", "within", "above"),
        *("verdict", "n", "n_breach"),
    ),
    ("GapChanges", "latest"): (
        *("dimension", "wave_from", "estimate", "conf_low", "conf_high", "q_value", "verdict"),
        *("perception_change", "perception_change_conf_low", "perception_change_conf_high"),
        *("expectation_change", "expectation_change_conf_low", "expectation_change_conf_high"),
    ),
    ("GapChanges", "table"): (
        *("dimension", "contrast", "wave_from", "wave_to", "estimate", "conf_low", "conf_high"),
        *("q_value", "verdict", "perception_change", "perception_change_conf_low"),
        *("perception_change_conf_high", "expectation_change", "expectation_change_conf_low"),
        *("expectation_change_conf_high",),
    ),
    ("ScoreModels", "table"): (
        *("outcome", "model", "r_squared", "r_squared_low", "r_squared_high"),
        *("r_squared_dimensions", "n"),
    ),
    ("ScoreModels", "constraints"): (
        *("dimension", "coefficient_perception", "coefficient_expectation", "estimate"),
        *("conf_low", "conf_high", "p_value", "q_value", "r_squared", "r_squared_gap"),
        *("r_squared_perception", "n"),
    ),
    ("RivalComparison", "table"): (
        *("measure", "contrast", "entity", "own", "rival", "estimate", "conf_low", "conf_high"),
        *("q_value", "standing", "n"),
    ),
    ("RivalComparison", "standings"): (
        *("measure", "entity", "estimate", "conf_low", "conf_high", "rank", "rank_low"),
        *("rank_high", "p_first", "n"),
    ),
    ("RivalComparison", "expectations"): (
        *("measure", "entity", "estimate", "conf_low", "conf_high", "q_value", "met", "met_low"),
        *("met_high", "n"),
    ),
    ("RivalComparison", "zone"): (
        *("measure", "entity", "position", "position_conf_low", "position_conf_high", "below"),
        *("within", "above", "n"),
    ),
    ("RivalComparison", "users"): (
        *("measure", "entity", "raters", "own", "rival", "estimate", "conf_low", "conf_high", "n"),
    ),
    ("RelativeValue", "table"): (
        *("entity", "relative_quality", "relative_quality_low", "relative_quality_high"),
        *("relative_price", "relative_price_low", "relative_price_high"),
        *("estimate", "conf_low", "conf_high", "offer", "n"),
    ),
    ("Reputation", "explained"): (
        *("measure", "outcome", "r_squared", "r_squared_low", "r_squared_high", "estimate"),
        *("conf_low", "conf_high", "n"),
    ),
    ("Reputation", "table"): ("measure", "estimate", "conf_low", "conf_high", "n"),
    ("BrandProfile", "table"): (
        *("attribute", "intended", "estimate", "conf_low", "conf_high", "difference"),
        *("q_value", "perceived"),
    ),
    ("BrandProfile", "fit"): ("entity", "statistic", "estimate", "conf_low", "conf_high", "n"),
    ("BrandProfile", "grid"): (
        *("entity", "attribute", "n_chosen", "estimate", "conf_low", "conf_high", "residual"),
        *("residual_low", "residual_high", "n"),
    ),
    ("Themes", "table"): (
        *("theme", "share", "conf_low", "conf_high", "share_all", "impact", "impact_low"),
        *("impact_high", "q_value", "n_theme"),
    ),
    ("Themes", "waves"): (
        *("wave", "theme", "share", "conf_low", "conf_high", "difference", "q_value", "n_theme"),
        *("n",),
    ),
    ("Themes", "segments"): (
        *("segment", "group", "theme", "share", "conf_low", "conf_high", "difference"),
        *("q_value", "n"),
    ),
    ("Themes", "keyness"): (
        *("lang", "group", "term", "estimate", "q_value", "n_first", "n_second"),
    ),
    ("Themes", "suggested"): ("lang", "topic", "terms", "share", "n", "n_uncoded"),
    ("Themes", "bias"): (
        *("statistic", "answer", "estimate", "conf_low", "conf_high", "p_value", "n"),
    ),
    ("Themes", "quotes"): ("theme", "lang", "quote"),
    ("SocialPosts", "table"): (
        *("period", "n", "n_authors", "estimate", "conf_low", "conf_high", "n_coded", "partial"),
    ),
    ("SocialPosts", "flags"): ("rule", "n_flagged", "share", "n_authors", "left_out"),
    ("Agreement", "rules"): (
        *("theme", "coder", "precision", "precision_low", "precision_high", "recall"),
        *("recall_low", "recall_high", "estimate", "conf_low", "conf_high", "n_found", "n_true"),
        *("n",),
    ),
    ("Agreement", "table"): (
        *("theme", "first", "second", "estimate", "conf_low", "conf_high"),
        *("observed_agreement", "expected_agreement", "n"),
    ),
    ("GapScores", "items"): (
        *("dimension", "item", "perception", "expectation", "estimate", "conf_low", "conf_high"),
        *("q_value", "n_pairs", "share_negative", "ceiling_expectation"),
    ),
    ("DriverImportance", "table"): (
        *("block", "driver", "estimate", "conf_low", "conf_high", "share", "share_low"),
        *("share_high", "rank", "rank_low", "rank_high", "coefficient", "performance"),
        *("beats_noise",),
    ),
    ("DriverImportance", "blocks"): (
        *("block", "estimate", "conf_low", "conf_high", "share", "share_low", "share_high"),
    ),
    ("DriverImportance", "diagnostics"): (
        *("driver", "coefficient", "coefficient_se", "beta", "vif", "correlation"),
    ),
    ("DriverImportance", "segments"): (
        *("driver", "value", "rest", "estimate", "conf_low", "conf_high", "q_value"),
    ),
    ("DriverPriorities", "table"): (
        *("driver", "quadrant", "p_quadrant", "importance", "importance_low", "importance_high"),
        *("performance", "performance_low", "performance_high", "stated"),
    ),
    ("DriverPriorities", "arrows"): (
        *("driver", "wave_from", "wave_to", "performance_from", "performance_to", "estimate"),
        *("conf_low", "conf_high", "importance_from", "importance_to"),
    ),
    ("DriverAsymmetry", "table"): (
        *("driver", "kind", "p_kind", "reward", "penalty", "impact_asymmetry"),
        *("impact_asymmetry_low", "impact_asymmetry_high", "n_high", "n_mid", "n_low"),
    ),
    ("WhatIf", "table"): (
        *("scenario", "outcome", "statistic", "value_from", "estimate", "conf_low", "conf_high"),
        *("change", "change_low", "change_high"),
    ),
    ("KanoTable", "table"): (
        *("item", "kind", "better", "worse", "attractive", "one_dimensional", "must_be"),
        *("indifferent", "reverse", "questionable", "q_value", "n"),
    ),
    ("WaveContrasts", "table"): (
        *("measure", "contrast", "wave_from", "wave_to", "value_from", "value_to", "estimate"),
        *("conf_low", "conf_high", "q_value", "verdict", "threshold", "mdc"),
    ),
    ("WaveContrasts", "latest"): (
        *("measure", "contrast", "wave_from", "wave_to", "value_from", "value_to", "estimate"),
        *("conf_low", "conf_high", "q_value", "verdict", "threshold", "mdc"),
    ),
    ("Track", "table"): (
        *("measure", "wave", "observed", "conf_low", "conf_high", "n", "level", "level_low"),
        *("level_high",),
    ),
    ("Track", "fit"): ("measure", "n_waves", "statistic", "df", "p_value", "model", "reason"),
    ("Forecast", "table"): (
        *("measure", "wave", "estimate", "conf_low", "conf_high", "level_low", "level_high"),
        *("n_planned",),
    ),
    ("Forecast", "target"): (
        *("measure", "wave", "due", "target_value", "target_low", "target_high", "estimate"),
        *("p_level", "p_observed", "n_needed"),
    ),
    ("Outlook", "table"): (
        *("measure", "period", "estimate", "conf_low", "conf_high", "unit", "model"),
    ),
    ("Outlook", "backtest"): (
        *(
            "measure",
            "model",
            "chosen",
            "n_forecasts",
            "mase",
            "rmse",
            "unit",
            "coverage",
            "useful",
        ),
    ),
    ("Outlook", "line"): (
        *("measure", "per_period", "per_period_low", "per_period_high", "unit", "slope_p_value"),
        *("slope_se", "slope_se_classic", "lag1_autocorrelation", "theil_sen", "n_periods"),
    ),
    ("Breaks", "table"): (
        *("measure", "verdict", "wave", "date_set", "estimate", "conf_low", "conf_high"),
        *("n_waves",),
    ),
    ("ControlChart", "table"): (
        *("measure", "wave", "period", "value", "centre", "lcl", "ucl", "in_baseline"),
        *("rule_fired", "fired_side", "n"),
    ),
    ("ControlChart", "limits"): (
        *("measure", "method", "centre", "baseline_from", "baseline_to", "n_baseline"),
        *("sigma_z", "n_fired"),
    ),
    ("MixAdjusted", "table"): (
        *("measure", "mix", "contrast", "wave_from", "wave_to", "raw", "estimate", "conf_low"),
        *("conf_high", "mix_effect", "mix_effect_low", "mix_effect_high"),
    ),
    ("Comparability", "table"): (*("measure", "wave_from", "wave_to", "n_waves", "verdict", "n"),),
    ("QualityCheck", "items"): (
        *("item", "role", "n_total", "n", "n_missing", "share_missing", "n_not_applicable"),
        *("n_dont_know", "n_refused", "n_out_of_range"),
    ),
    ("QualityCheck", "sensitivity"): (
        *("measure", "statistic_name", "estimate", "without", "difference", "difference_low"),
        *("difference_high", "n", "n_without"),
    ),
    ("QualityCheck", "exclusion"): (
        *("segment", "group", "n_total", "n_flagged", "share", "p_value", "q_value"),
    ),
    ("QualityCheck", "missing"): (
        *("item", "segment", "group", "n_total", "n_missing", "share_missing", "q_value"),
    ),
    ("SegmentComparison", "table"): (
        *("measure", "segment", "group", "estimate", "conf_low", "conf_high", "difference"),
        *("difference_low", "difference_high", "q_value", "standing", "n"),
    ),
    ("ServicePoints", "table"): (
        *("measure", "group", "estimate", "conf_low", "conf_high", "shrunk", "rank", "rank_low"),
        *("rank_high", "place", "n"),
    ),
    ("ServicePoints", "chance"): (
        *("measure", "n_points", "verdict", "statistic", "df", "p_value", "q_value", "between_sd"),
        *("dispersion", "reason"),
    ),
    ("AnswerShares", "table"): (
        *("item", "answer", "side", "estimate", "conf_low", "conf_high", "n"),
        *("n_not_applicable", "n_missing"),
    ),
    ("SamplePlan", "table"): (
        *("measure", "statistic", "estimate", "n", "deff", "mdc", "threshold", "power"),
        *("n_required", "n_invite"),
    ),
    ("SamplePlan", "cadence"): (
        *("measure", "waves_a_year", "n_wave", "mdc", "mdc_year", "slope_year", "threshold"),
        *("power", "detects", "recommended"),
    ),
    ("LoyaltyLink", "table"): (
        *("measure", "effect", "estimate", "conf_low", "conf_high", "q_value", "model", "n"),
        *("n_customers", "n_events"),
    ),
    ("LoyaltyLink", "risk"): (
        *("answer_group", "n", "revenue", "estimate", "conf_low", "conf_high", "share"),
        *("per_point", "per_point_low", "per_point_high"),
    ),
    ("LoyaltyLink", "selection"): (
        *("measure", "name", "estimate", "rest", "difference", "difference_low"),
        *("difference_high", "n"),
    ),
    ("Scorecard", "table"): (
        *("perspective", "owner", "measure", "objective", "status", "p_target", "actual"),
        *("conf_low", "conf_high", "target", "target_low", "target_high", "baseline"),
        *("attainment", "moved"),
    ),
    ("Scorecard", "links"): (
        *("measure", "moves", "evidence", "effect", "estimate", "conf_low", "conf_high"),
        *("verdict", "n"),
    ),
    ("Scorecard", "composite"): (
        *("scenario", "measure", "estimate", "conf_low", "conf_high", "p_target", "status"),
        *("flips",),
    ),
    ("OperationsTable", "table"): (
        *("measure", "statistic", "period", "estimate", "conf_low", "conf_high", "unit", "n"),
        *("n_open", "n_window", "partial"),
    ),
    ("OperationsTable", "changes"): (
        *("measure", "period_from", "value_from", "period", "estimate", "conf_low"),
        *("conf_high", "unit", "n", "judgement"),
    ),
    ("WaitingCurves", "table"): (
        *("period", "hours", "estimate", "conf_low", "conf_high", "n_risk", "n_event"),
    ),
    ("Backlog", "table"): ("period", "opened", "resolved", "estimate", "partial"),
    ("Backlog", "ages"): ("age", "estimate", "share"),
    ("Checklist", "table"): ("measure", "criterion", "estimate", "conf_low", "conf_high", "n"),
    ("BranchPerformance", "table"): (
        *("measure", "group", "estimate", "conf_low", "conf_high", "unit", "n", "shrunk", "rank"),
        *("rank_low", "rank_high", "p_first", "place"),
    ),
    ("BranchPerformance", "chance"): (
        *("measure", "n_points", "statistic", "p_value", "q_value", "i_squared", "dispersion"),
        "verdict",
    ),
    ("ActionEffects", "table"): (
        *("action", "measure", "closed_on", "value_before", "value_after", "estimate"),
        *("conf_low", "conf_high", "unit", "basis", "n", "judgement"),
    ),
    ("Breakdown", "table"): (
        *("measure", "component", "estimate", "conf_low", "conf_high", "numerator", "n"),
    ),
    ("GoalAttainment", "table"): (
        *("measure", "period", "status", "p_target", "actual", "conf_low", "conf_high", "target"),
        *("baseline", "attainment", "attainment_low", "attainment_high", "moved", "n"),
    ),
    ("Cohorts", "table"): (
        *("cohort", "periods_later", "estimate", "conf_low", "conf_high", "n_back", "n"),
        "value_per_customer",
    ),
    ("LaggedLink", "table"): (
        *("measure", "outcome", "effect", "estimate", "conf_low", "conf_high", "q_value"),
        *("verdict", "n_periods"),
    ),
    ("LaggedLink", "series"): ("outcome", "wave", "wave_figure", "period", "value"),
    ("Register", "table"): ("period", "event", "estimate", "participants"),
    ("Glossary", "table"): (
        *("kpi", "definition", "numerator", "denominator", "unit", "direction", "interval"),
        *("level", "version"),
    ),
    ("Glossary", "figures"): (
        *("statistic", "numerator", "denominator", "unit", "direction", "interval", "version"),
    ),
    ("Reliability", "table"): (
        *("scale", "battery", "n_items", "alpha", "alpha_conf_low", "alpha_conf_high"),
        *("omega_total", "ave", "n"),
    ),
    ("Reliability", "items"): (
        *("scale", "battery", "item", "item_rest_r", "alpha_if_dropped", "mean", "std_dev"),
    ),
    ("FactorNumber", "table"): ("factor", "eigenvalue", "threshold", "retained", "map"),
    ("Explored", "table"): (
        *("dimension", "item", "factor", "loading", "cross_loading", "communality", "weak"),
        *("crossing", "elsewhere"),
    ),
    ("Explored", "factors"): ("factor", "dimension", "congruence", "n_items", "explained", "share"),
    ("Confirmed", "table"): ("dimension", "item", "loading", "loading_se", "estimate", "std_error"),
    ("Confirmed", "fit"): (
        *("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr", "n"),
    ),
    ("Confirmed", "htmt"): (
        *("first", "second", "correlation", "htmt", "htmt_low", "htmt_high", "htmt2", "distinct"),
    ),
    ("Confirmed", "modification"): ("part", "dimension", "item", "statistic", "p_value", "change"),
    ("Invariance", "table"): (
        *("step", "chi2", "df", "p_value", "cfi", "delta_cfi", "rmsea", "delta_rmsea", "srmr"),
        *("delta_srmr", "delta_p", "n_freed", "holds"),
    ),
}
# columns that a page sets under the column before them, in the same cells
UNDER: dict[str, tuple[str, ...]] = {
    "Scorecard": ("owner", "objective", "p_target", "conf_low", "target_low", "baseline"),
    "GoalAttainment": ("p_target", "conf_low", "attainment_low"),
    "Indicators": ("statistic",),
    "GapScores": ("conf_low",),
    "WaveContrasts": ("contrast", "wave_to", "value_to", "conf_low", "mdc"),
}
# the unit of rows in tables that have no column `unit`
UNITS = {
    ("BrandProfile", "grid"): "share",
    ("RivalComparison", "zone"): "points",
    ("Themes", "keyness"): "plain",
    ("Scorecard", "composite"): "share",
    ("Weighting", "table"): "share",
    ("Invariance", "rules"): "fit",
    ("GapScores", "table"): "points",
    ("GapScores", "items"): "points",
    ("ZoneOfTolerance", "table"): "points",
    ("ZoneOfTolerance", "items"): "points",
    ("GapChanges", "table"): "points",
    ("GapChanges", "latest"): "points",
    ("ScoreModels", "table"): "r_squared",
    ("ScoreModels", "differences"): "r_squared",
    ("GroupGaps", "table"): "points",
    ("GroupGaps", "items"): "points",
    ("DriverImportance", "table"): "r_squared",
    ("DriverImportance", "blocks"): "r_squared",
    ("DriverImportance", "differences"): "r_squared",
    ("DriverImportance", "segments"): "r_squared",
    ("DriverImportance", "conditional"): "r_squared",
    ("DriverPriorities", "arrows"): "points",
}
# estimates that are differences, written with their sign
CHANGES = frozenset(
    [
        ("ActionEffects", "table"),
        ("RivalComparison", "table"),
        ("RivalComparison", "expectations"),
        ("RivalComparison", "users"),
        ("Reputation", "explained"),
        ("GapScores", "table"),
        ("GapScores", "items"),
        ("DriverPriorities", "arrows"),
        ("DriverImportance", "segments"),
        ("GapChanges", "table"),
        ("GapChanges", "latest"),
        ("GroupGaps", "table"),
        ("GroupGaps", "items"),
        ("WaveContrasts", "table"),
        ("WaveContrasts", "latest"),
        ("Track", "steps"),
        ("Breaks", "table"),
        ("MixAdjusted", "table"),
        ("MixAdjusted", "models"),
    ]
)
# results that say below their tables how each measure was asked: others need not say it again
ASKED = frozenset(
    ["KpiTable", "Comparability", "SegmentComparison", "RivalComparison", "LoyaltyLink"]
)
# verdicts are shown where a threshold was declared
WEIGHED = ("GapScores", "GapChanges")
# verdicts on a gap are no changes: they have words of their own
VERDICTS = {
    ("GapScores", "verdict"): "gap_verdict",
    ("ZoneOfTolerance", "verdict"): "zone",
}
# what stands over a column where its general name would tell a reader too little
TITLES = {
    ("ActionEffects", "estimate"): mark("Change"),
    ("Agreement", "estimate"): mark("Kappa"),
    ("Backlog", "estimate"): mark("Open at the end"),
    ("Breakdown", "numerator"): mark("Cases"),
    ("OperationsTable", "estimate"): mark("Figure"),
    ("OperationsTable", "value_from"): mark("First figure"),
    ("Register", "estimate"): mark("Held"),
    ("SocialPosts", "estimate"): mark("Praise minus complaint"),
    ("SocialPosts", "n"): mark("Posts"),
    ("Themes", "impact"): mark("Impact"),
    ("Agreement", "precision"): mark("Precision"),
    ("Agreement", "recall"): mark("Recall"),
}
