"""What stands around a table or figure: its title, base, confidence level, method and source."""

from __future__ import annotations

from cxresearch.about import About
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark, translator
from cxresearch.text.words import word

CAPTIONS: dict[tuple[str, str], str] = {
    ("KpiTable", "table"): mark("Key indicators"),
    ("Indicators", "table"): mark("Survey indicators of the registry"),
    ("QualityCheck", "table"): mark("Rules of data quality and whom they flag"),
    ("QualityCheck", "flow"): mark("From answers received to answers analysed"),
    ("QualityCheck", "items"): mark("Questions and their missing answers"),
    ("QualityCheck", "flags"): mark("Flagged respondents"),
    ("QualityCheck", "uneven"): mark("Questions whose blanks differ most between waves or groups"),
    ("QualityCheck", "flow_groups"): mark("From received to analysed by wave and group"),
    ("QualityCheck", "pace"): mark("Times of interviews beside the usual one"),
    ("QualityCheck", "coverage"): mark("Answers by question and wave"),
    ("GapScores", "table"): mark("Service quality gaps: perception minus expectation"),
    ("GapScores", "items"): mark("Gaps by item: perception minus expectation"),
    ("ZoneOfTolerance", "table"): mark("Zone of tolerance: from adequate to desired service"),
    ("ZoneOfTolerance", "items"): mark("Zone of tolerance by item"),
    ("GapChanges", "table"): mark("Changes of gaps between waves, split by side"),
    ("GapChanges", "latest"): mark("Changes of gaps up to the last wave, split by side"),
    ("ScoreModels", "table"): mark("How much of the outcome each score accounts for"),
    ("ScoreModels", "differences"): mark("Differences in R² between scores"),
    ("ScoreModels", "constraints"): mark("Does the gap discard information?"),
    ("ScoreModels", "reliability"): mark("How far difference scores can be trusted"),
    ("GroupGaps", "table"): mark("Differences between two groups of respondents"),
    ("GroupGaps", "items"): mark("Differences between two groups by item"),
    ("DriverImportance", "table"): mark("Importance of drivers"),
    ("DriverImportance", "blocks"): mark("Importance of blocks of drivers"),
    ("DriverImportance", "fit"): mark("How well the drivers account for the outcome"),
    ("DriverImportance", "diagnostics"): mark("Checks of the driver model"),
    ("DriverImportance", "differences"): mark("Differences in importance between drivers"),
    ("DriverImportance", "dominance"): mark("Which driver adds more than which"),
    ("DriverImportance", "conditional"): mark("What each driver adds, by size of the model"),
    ("DriverImportance", "sensitivity"): mark("Importance by an ordered logit"),
    ("DriverImportance", "segments"): mark("Importance in each group and in the rest"),
    ("DriverImportance", "interactions"): mark("Whether drivers matter otherwise to a group"),
    ("DriverPriorities", "table"): mark("Importance and performance of drivers"),
    ("DriverPriorities", "arrows"): mark("How the drivers moved between waves"),
    ("DriverAsymmetry", "table"): mark("What high and low ratings go along with"),
    ("DriverAsymmetry", "odds"): mark("How surely a driver is of a kind"),
    ("WhatIf", "table"): mark("What would go along with better ratings"),
    ("WhatIf", "drivers"): mark("The shifts behind the scenarios"),
    ("KanoTable", "table"): mark("What features are to customers"),
    ("WaveContrasts", "table"): mark("Changes between waves"),
    ("WaveContrasts", "latest"): mark("Changes up to the latest wave"),
    ("Track", "table"): mark("Development over the waves"),
    ("Overview", "table"): mark("Key indicators"),
    ("Track", "steps"): mark("Jumps of the level where the question changed"),
    ("Comparability", "table"): mark("Which waves may be compared"),
    ("Comparability", "waves"): mark("Waves and what is known of their questions"),
    ("Forecast", "table"): mark("Waves to come"),
    ("Forecast", "waves"): mark("The waves that the forecast starts from"),
    ("Forecast", "backtest"): mark("Forecasts from the past alone, beside the last value"),
    ("Outlook", "table"): mark("Periods to come"),
    ("Outlook", "points"): mark("The periods so far"),
    ("Outlook", "backtest"): mark("Ways of forecasting, tested on the past"),
    ("Outlook", "line"): mark("Long-run movement per period"),
    ("Forecast", "target"): mark("Probability of the targets"),
    ("Breaks", "table"): mark("Changes of level"),
    ("Breaks", "waves"): mark("Waves and the levels between breaks"),
    ("Breaks", "fit"): mark("How breaks were searched for"),
    ("ControlChart", "table"): mark("Control charts"),
    ("ControlChart", "limits"): mark("Limits and the baseline that set them"),
    ("ControlChart", "firings"): mark("Every rule that fired"),
    ("MixAdjusted", "table"): mark("Changes with the mix of respondents held"),
    ("MixAdjusted", "parts"): mark("Parts of the mix in both waves"),
    ("MixAdjusted", "models"): mark("The same changes, service points allowed for"),
    ("WaveContrasts", "waves"): mark("Figures of the waves that are compared"),
    ("GapScores", "hotelling"): mark("Joint test of all gaps"),
    ("QualityCheck", "missing"): mark("Missing answers by group"),
    ("QualityCheck", "exclusion"): mark("Who is flagged, by group"),
    ("QualityCheck", "sensitivity"): mark("Headline figures with and without flagged respondents"),
    ("RivalComparison", "table"): mark("Our company minus each rival"),
    ("RivalComparison", "standings"): mark("Every company and its place"),
    ("RivalComparison", "expectations"): mark("Every company against what customers expect"),
    ("RivalComparison", "zone"): mark("Every company in our customers' zone of tolerance"),
    ("Reputation", "table"): mark("Awareness and reputation"),
    ("Reputation", "explained"): mark("How far reputation goes along with satisfaction"),
    ("RivalComparison", "users"): mark("Our lead among users of each rival and among others"),
    ("RelativeValue", "table"): mark("Value for money against each rival"),
    ("BrandProfile", "table"): mark("What the brand means to be and how it is seen"),
    ("BrandProfile", "fit"): mark("Fit with the intended profile"),
    ("BrandProfile", "grid"): mark("What is seen in which brand"),
    ("BrandProfile", "places"): mark("Places on the map of brands"),
    ("BrandProfile", "inertia"): mark("How much each axis of the map shows"),
    ("Themes", "table"): mark("Themes of the comments"),
    ("Themes", "parents"): mark("Wider themes of the comments"),
    ("Themes", "waves"): mark("Themes by wave and change from the wave before"),
    ("Themes", "segments"): mark("Themes by group against all other commenters"),
    ("Themes", "coverage"): mark("Comments by language"),
    ("Themes", "net"): mark("Net sentiment of the comments"),
    ("Themes", "keyness"): mark("Words that mark detractors and promoters"),
    ("Themes", "suggested"): mark("Words that go together: suggestions for themes"),
    ("Themes", "bias"): mark("Who comments"),
    ("Themes", "quotes"): mark("Quotations drawn by lot, masked, in their own language"),
    ("Themes", "masking"): mark("Personal data taken out of the texts"),
    ("Agreement", "table"): mark("Agreement of the coders"),
    ("Agreement", "rules"): mark("Rules of the code frame against the coders"),
    ("SocialPosts", "table"): mark("Posts by period: how many, by how many, in which mood"),
    ("SocialPosts", "flags"): mark("Posts that may not be customers' own words"),
    ("SegmentComparison", "table"): mark("Each group against all others"),
    ("ServicePoints", "table"): mark("Service points in order"),
    ("ServicePoints", "chance"): mark("Is the order more than chance?"),
    ("ServicePoints", "limits"): mark("Limits of the funnel"),
    ("AnswerShares", "table"): mark("Answers to each question"),
    ("SamplePlan", "table"): mark("What the next wave can find"),
    ("SamplePlan", "cadence"): mark("The interviews of a year in fewer or more waves"),
    ("SamplePlan", "curve"): mark("Detectable change by interviews"),
    ("ResponseRates", "table"): mark("Response rates"),
    ("ResponseRates", "dispositions"): mark("What became of every case"),
    ("Weighting", "table"): mark("Margins before and after weighting"),
    ("OperationsTable", "table"): mark("Operational indicators"),
    ("OperationsTable", "changes"): mark("Where the indicators stand, against their first period"),
    ("WaitingCurves", "table"): mark("Share of matters still open"),
    ("WaitingCurves", "unfinished"): mark("Matters still open when the table was cut"),
    ("Backlog", "table"): mark("Matters opened, settled and open"),
    ("Backlog", "ages"): mark("Age of the matters open now"),
    ("Checklist", "table"): mark("Points of every criterion"),
    ("Register", "table"): mark("Qualitative work that was done"),
    ("BranchPerformance", "table"): mark("Service points by indicator"),
    ("BranchPerformance", "chance"): mark("Do service points differ by more than chance?"),
    ("BranchPerformance", "limits"): mark("Limits of the funnel"),
    ("ActionEffects", "table"): mark("Improvement actions, before and after"),
    ("ActionEffects", "summary"): mark("What followed the actions, by indicator"),
    ("Breakdown", "table"): mark("What the indicator is made of"),
    ("GoalAttainment", "table"): mark("Goals by period"),
    ("LaggedLink", "table"): mark("Satisfaction and the money of the following period"),
    ("LaggedLink", "series"): mark("Satisfaction and money, period by period"),
    ("Glossary", "table"): mark("What the indicators are"),
    ("Glossary", "figures"): mark("Figures that measures are told by"),
    ("Track", "fit"): mark("How the level moves over the waves"),
    ("Reliability", "table"): mark("Reliability of the scales"),
    ("Reliability", "items"): mark("Items and the rest of their scale"),
    ("Factorability", "table"): mark("Sampling adequacy of the items"),
    ("Factorability", "summary"): mark("Do the items have enough in common?"),
    ("FactorNumber", "table"): mark("Eigenvalues against chance"),
    ("Explored", "table"): mark("Where each item belongs"),
    ("Explored", "loadings"): mark("Loadings of items on factors"),
    ("Explored", "factors"): mark("Factors found and the dimension nearest to each"),
    ("Explored", "phi"): mark("Correlations of the factors"),
    ("Explored", "fit"): mark("Fit of the factors"),
    ("Explored", "scores"): mark("Factor scores"),
    ("Confirmed", "table"): mark("Loadings of the measurement model"),
    ("Confirmed", "loadings"): mark("Loadings of the measurement model"),
    ("Confirmed", "fit"): mark("Fit of the measurement model"),
    ("Confirmed", "validity"): mark("Validity of the dimensions"),
    ("Confirmed", "htmt"): mark("Are the dimensions told apart?"),
    ("Confirmed", "modification"): mark("Changes that would improve the fit most"),
    ("Invariance", "table"): mark("Steps of measurement invariance"),
    ("Invariance", "groups"): mark("Groups compared and their complete answers"),
    ("Invariance", "means"): mark("Latent means against the first group"),
    ("Invariance", "released"): mark("Not held alike"),
    ("Invariance", "rules"): mark("When a step is refused"),
    ("Revisions", "table"): mark("Figures that an earlier report gave otherwise"),
    ("LoyaltyLink", "table"): mark("What goes with a point more, later"),
    ("Cohorts", "table"): mark("Buyers who come back, by their first order"),
    ("LoyaltyLink", "risk"): mark("Revenue at risk in the coming period"),
    ("LoyaltyLink", "survival"): mark("Customers who stay, by their answers"),
    ("LoyaltyLink", "flow"): mark("From interviews to customers who left"),
    ("LoyaltyLink", "selection"): mark("Linked customers against the rest"),
    ("Scorecard", "table"): mark("Balanced scorecard"),
    ("Scorecard", "links"): mark("What is meant to move what, and the evidence"),
    ("Scorecard", "composite"): mark(
        "Weighted way covered, and what other weights would make of it"
    ),
}

# titles of pages that stand nowhere else in the code: the page's head asks the catalogue for them
PAGES = (mark("Competitors and brand"), mark("Comments"))
NEEDS = {
    "brand": mark("The codebook has no attribute of the brand."),
    "table:codes": mark("The study has no table of codes given by hand."),
    "codes_shared": mark("No text of the table of codes is a comment of the study."),
    "table:posts": mark("The study has no table of posts."),
    "table:documents": mark("The study has no table of letters and e-mail."),
    "table:verbatims": mark("The study has no table of comments."),
    "quality_and_price": mark("No ratings are named as quality and as price."),
    "reputation": mark("No measure is declared to be awareness or reputation."),
    "tables": mark("The study has no operational tables with a time in them."),
    "table:tickets": mark("The study has no table of tickets."),
    "table:mystery": mark("The study has no table of mystery visits."),
    "table:orders": mark("The study has no table of orders with customers and times."),
    "table:cash": mark("The study has neither a table of cash nor one of revenue."),
    "table:targets": mark("The study has no table of targets by period."),
    "table:actions": mark("The study has no table of improvement actions."),
    "table:returns": mark("The study has no table of returns with their reasons."),
    "table:sessions": mark("The study has no table of visits with the page they ended on."),
    "table:qa": mark("The study has no table of call evaluations."),
    "table:qualitative": mark("The study has no register of focus groups and interviews."),
    "perceptions": mark("The study has no battery of two items or more."),
    "scales": mark("The study has no scale of two items or more."),
    "constant_item": mark(
        "Everybody gave the same answer to one of the items, so nothing can be said of the battery."
    ),
    "large_groups": mark(
        "Fewer than two groups have complete answers enough to compare how questions are read."
    ),
    "few": mark("Too few complete answers to look for dimensions: cannot tell."),
    "model": mark("The answers do not determine this model, so nothing can be said of it."),
    "large_waves": mark(
        "Fewer than two waves have complete answers enough to compare how questions are read."
    ),
    "expectations": mark("The study did not ask for expectations, so there are no gaps."),
    "measures": mark("The study has no outcome such as satisfaction or recommendation."),
    "points": mark("No outcome has a scale of whole points, so no answers are counted by point."),
    "drivers": mark("The study names no drivers of its outcome."),
    "service_points": mark("The study names no service points such as branches."),
    "waves": mark("There is a single wave, so nothing can be compared over time."),
    "zone": mark("The study did not ask for an adequate level, so there is no zone of tolerance."),
}


def base_line(result: Result, *, intervals: bool = True) -> str:
    """Return base, confidence level and method of a result in one line."""
    language = result.about.language
    _ = translator(language)
    parts = [_("n = {n}", n=amounts.number(result.n, 0, language))]
    unlike = result.method == "series_model" and not result.n
    if result.method == "by_indicator" or unlike:  # every row has a base of its own
        parts = []
    if result.n_eff == result.n_eff and round(result.n_eff) != result.n:
        parts.append(_("effective n = {n}", n=amounts.number(result.n_eff, 0, language)))
    if intervals:
        parts.append(_("{level} intervals", level=level(result)))
    if intervals and result.method:
        parts.append(_("method: {method}", method=word(result.method, language)))
    return "; ".join(parts)


def level(result: Result) -> str:
    """Return the confidence level of a result as its language writes it."""
    whole = float(round(100 * result.conf_level, 6)).is_integer()
    return amounts.percent(result.conf_level, 0 if whole else 1, result.about.language)


def source_line(about: About) -> str:
    """Return where the numbers come from: the study and the fingerprint of its data."""
    _ = translator(about.language)
    study = about.heading
    if not study:
        return ""
    if not about.fingerprint:
        return _("Source: {study}.", study=study)
    return _("Source: {study}, data {mark}.", study=study, mark=about.fingerprint[:12])


def not_asked(result: Result) -> str:
    """Return the sentence for what a study does not hold (a `NotAsked` names the need)."""
    _ = translator(result.about.language)
    need = str(getattr(result, "need", ""))
    if need in NEEDS:
        return _(NEEDS[need])
    return _("The study does not hold what this needs: {need}.", need=need)
