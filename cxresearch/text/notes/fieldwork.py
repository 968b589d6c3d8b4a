"""Sentences on from the answers received to those analysed: quality, answers, samples, weights."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
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
    "between_points": marks(
        "{n} answer in {column} lies between the points of its scale ({values}) and counts as it "
        "is; continuous: true in the codebook says that this is meant.",
        "{n} answers in {column} lie between the points of their scale ({values}) and count as "
        "they are; continuous: true in the codebook says that this is meant.",
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
}
