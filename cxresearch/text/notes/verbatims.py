"""Sentences on open answers and posts."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
    "languages_unknown": marks(
        "{n} comment is in a language without words in the code frame: {languages}.",
        "{n} comments are in languages without words in the code frame: {languages}.",
    ),
    "mostly_uncoded": mark(
        "{share} of the comments have no theme; the code frame misses what they are about: "
        "{source}."
    ),
    "personal_masked": marks(
        "{n} piece of personal data was taken out of the texts.",
        "{n} pieces of personal data were taken out of the texts.",
    ),
    "letters_folded": mark("Letters were made alike before looking for words: {name}."),
    "themes_observational": mark(
        "Whoever writes of a theme is more or less satisfied ({outcome}); that does not make the "
        "theme the cause."
    ),
    "main_theme_only": mark(
        "Coder “{coder}” named only the main theme of a text, the rules name every theme: read "
        "the recall; the precision is a lower bound."
    ),
    "codes_ambiguous": marks(
        "{n} text was not set against its codes: its id stands for several texts.",
        "{n} texts were not set against their codes: their ids stand for several texts.",
    ),
    "coded_by_hand": marks(
        "{source}: {n} text has the themes that a coder gave it.",
        "{source}: {n} texts have the themes that a coder gave them.",
    ),
    "not_all_customers": mark(
        "{source}: who writes there is no sample of the customers, so the shares are of texts."
    ),
    "posts_are_volume": mark(
        "Posts tell how much is said and in which mood, not how satisfied customers are."
    ),
    "posts_flagged": marks(
        "{n} post may not be a customer's own words ({rule}); it was counted all the same.",
        "{n} posts may not be customers' own words ({rule}); they were counted all the same.",
    ),
    "posts_excluded": marks(
        "{n} post was left out by the rules that the params name.",
        "{n} posts were left out by the rules that the params name.",
    ),
    "impact_few": marks(
        "{n} theme has no impact: fewer than {min_n} scores with or without it.",
        "{n} themes have no impact: fewer than {min_n} scores with or without them.",
    ),
    "kappa_low": mark("The coders agree too little on {theme} (kappa {kappa}, below .67)."),
}
