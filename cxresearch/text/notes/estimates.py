"""Sentences on what a row is about, its estimate, base, method and verdict."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
    # KPI
    "nps_trademark": mark(
        "Net Promoter, NPS and Net Promoter Score are trademarks of Bain & Company, Inc., NICE "
        "Systems, Inc. and Fred Reichheld."
    ),
    "interval_clipped": mark("The interval was cut at the end of the scale: {measure}."),
    "weighted": mark("Weighted by {column} (design effect {deff})."),
}
