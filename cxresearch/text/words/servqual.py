"""Words for gaps, the zone of tolerance and score models."""

from cxresearch.text.catalogue import mark

HEADERS: dict[str, str] = {
    # gaps
    "perception": mark("Perception"),
    "expectation": mark("Expectation"),
    "share_negative": mark("Share with a negative gap"),
    "ceiling_expectation": mark("Top expectation"),
    "wilcoxon_p": mark("Wilcoxon p"),
    # zone of tolerance
    "source": mark("Source"),
    "desired_source": mark("Desired level from"),
    "adequate": mark("Adequate"),
    "desired": mark("Desired"),
    "msa": mark("Above adequate (MSA)"),
    "mss": mark("Above desired (MSS)"),
    "width": mark("Width of the zone"),
    "position": mark("Position of the means"),
    "position_mean": mark("Mean position"),
    "n_position": mark("n with a zone"),
    "below": mark("Share below"),
    "within": mark("Share within"),
    "above": mark("Share above"),
    "p_below": mark("Mean below, probability"),
    "p_within": mark("Mean within, probability"),
    "p_above": mark("Mean above, probability"),
    "n_triples": mark("Complete answers"),
    "n_breach": mark("Adequate above desired"),
    # score models
    "r_squared_dimensions": mark("R² with dimensions apart"),
    "r_squared_gap": mark("R² of the gap"),
    "r_squared_perception": mark("R² of the perception"),
    "coefficient_perception": mark("Coefficient of perception"),
    "coefficient_expectation": mark("Coefficient of expectation"),
    "sd_perception": mark("Spread of perceptions"),
    "sd_expectation": mark("Spread of expectations"),
    "alpha_perception": mark("Alpha of perceptions"),
    "alpha_expectation": mark("Alpha of expectations"),
    "reliability": mark("Reliability of the difference"),
    "flags": mark("To be wary of"),
    "gap_expectation_r": mark("Correlation of gap and expectation"),
    # changes of gaps
    "perception_change": mark("Change of perception"),
    "expectation_change": mark("Change of expectation"),
    "t_squared": mark("Hotelling's T²"),
    "boot": mark("Bootstrap"),
}

WORDS: dict[str, str] = {
    # score models
    "gap": mark("perception minus expectation"),
    "servqual": mark("SERVQUAL (gaps)"),
    "servqual_weighted": mark("Weighted SERVQUAL (gaps by importance)"),
    "servperf": mark("SERVPERF (perceptions)"),
    "servperf_weighted": mark("Weighted SERVPERF (perceptions by importance)"),
    # verdicts of gaps
    "gap_verdict:clear_rise": mark("clearly above expectations"),
    "gap_verdict:clear_fall": mark("clearly below expectations"),
    "gap_verdict:likely_rise": mark("likely above expectations"),
    "gap_verdict:likely_fall": mark("likely below expectations"),
    "gap_verdict:no_practical_change": mark("no practical gap"),
    # places in the zone of tolerance
    "zone:below": mark("below adequate"),
    "zone:within": mark("within the zone"),
    "zone:above": mark("above desired"),
    "zone:undecided": mark("cannot be told"),
    "computed": mark("computed"),
    "direct": mark("rated directly"),
    "mixed": mark("partly the expectation"),
    # what weakens a difference score
    "ceiling": mark("expectations at the top of the scale"),
    "flat": mark("expectations hardly vary"),
    "mirror": mark("the gap mirrors the expectation"),
    "few_pairs": mark("few pairs"),
    # reasons
    "no_importance": mark("no importance points"),
    "single_item": mark("a single item"),
    # rows
    "overall": mark("Overall"),
    "overall_weighted": mark("Overall, weighted by importance"),
    "overall_mean_weighted": mark("Overall, weighted by mean importance"),
    # sides of a battery
    "perception": mark("perception"),
    "expectation": mark("expectation"),
    "adequate": mark("adequate service"),
    "desired": mark("desired service"),
}
