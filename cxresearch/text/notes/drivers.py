"""Sentences on drivers of an outcome, priorities, asymmetry, what-if."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
}
