"""Sentences on gaps, the zone of tolerance and score models."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
}
