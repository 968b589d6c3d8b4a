"""Words for segments and service points."""

from cxresearch.text.catalogue import mark

HEADERS: dict[str, str] = {
    "difference": mark("Difference"),
    "difference_low": mark("Difference, lower limit"),
    "difference_high": mark("Difference, upper limit"),
    "standing": mark("In comparison"),
    "shrunk": mark("Shrunken score"),
    "shrunk_low": mark("Shrunken score, lower limit"),
    "shrunk_high": mark("Shrunken score, upper limit"),
    "shrunk_weight": mark("Believed for itself"),
    "z": mark("Distance in std. errors"),
    "n_points": mark("Service points"),
    "i_squared": mark("Beyond chance (I²)"),
    "between_sd": mark("Spread of true scores"),
    "dispersion": mark("Overdispersion φ"),
    "low3": mark("Lower limit, three std. errors"),
    "low2": mark("Lower limit, two std. errors"),
    "high2": mark("Upper limit, two std. errors"),
    "high3": mark("Upper limit, three std. errors"),
    "place": mark("Place in the funnel"),
    "share_rest": mark("Share in all others"),
}

WORDS: dict[str, str] = {
    # groups against the rest
    "clearly_above": mark("clearly above the rest"),
    "clearly_below": mark("clearly below the rest"),
    "likely_above": mark("likely above the rest"),
    "likely_below": mark("likely below the rest"),
    "differs_above": mark("above the rest, no threshold declared"),
    "differs_below": mark("below the rest, no threshold declared"),
    "differs_little": mark("differs, below threshold"),
    "no_practical_difference": mark("no practical difference"),
    # service points
    "distinguishable": mark("more than chance"),
    "place:high": mark("above the limits"),
    "place:rather_high": mark("near the upper limit"),
    "place:usual": mark("within the limits"),
    "place:rather_low": mark("near the lower limit"),
    "place:low": mark("below the limits"),
    # reasons
    "few_points": mark("too few service points"),
    "no_complement": mark("too few others to compare with"),
}
