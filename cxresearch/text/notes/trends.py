"""Sentences on changes between waves, levels, forecasts, breaks and control charts."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
}
