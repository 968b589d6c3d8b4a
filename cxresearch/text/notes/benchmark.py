"""Sentences on rivals and the brand."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
    "customer_frame": mark(
        "Our own customers were asked: what the market thinks of the rivals may differ."
    ),
    "customer_only_frame": mark(
        "Withheld, because only customers were asked, who all know the company: {measure}."
    ),
    "associations_unmatched": marks(
        "{n} person of the table of associations is not among the respondents shown.",
        "{n} people of the table of associations are not among the respondents shown.",
    ),
    "few_choices": mark("Withheld, chosen by fewer than {n} people: {attributes}."),
    "map_poor": mark("The two axes of the map show only {share} of the differences."),
    "rated_by_non_users": marks(
        "{rival} is also rated by {n} person who does not use it.",
        "{rival} is also rated by {n} people who do not use it.",
    ),
    "ratio_of_ratings": mark(
        "Quotients take ratings as amounts counted from zero; differences of ratings do not."
    ),
}
