"""Sentences on segments and service points."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
    "few_accounts": marks(
        "Withheld, {n} account only (fewer than three): {group}.",
        "Withheld, {n} accounts only (fewer than three): {group}.",
    ),
    "complementary": mark(
        "Withheld, so that another withheld figure cannot be worked out: {group}."
    ),
    "few_points": marks(
        "No ranking: {n} service point with enough answers (fewer than five).",
        "No ranking: {n} service points with enough answers (fewer than five).",
    ),
    "points_are_clusters": mark(
        "Each group of {column} is one cluster of the sample; respondents within it are what was "
        "drawn."
    ),
    "overdispersed": mark(
        "Service points differ by more than their size explains; the funnel's limits were widened "
        "(φ = {phi}): {measure}."
    ),
    "exclusion_changes_mix": mark(
        "Those flagged or left out are not spread evenly over the groups of {column} (q {q}); "
        "leaving them out changes the mix."
    ),
}
