"""Sentences on scales, factors and measurement models."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
}
