"""What stands around a table or figure: its title, base, confidence level, method and source."""

from __future__ import annotations

from cxresearch.about import About
from cxresearch.results import Result
from cxresearch.text import amounts
from cxresearch.text.catalogue import mark, translator
from cxresearch.text.words import word

CAPTIONS: dict[tuple[str, str], str] = {
    ("KpiTable", "table"): mark("Key indicators"),
    ("QualityCheck", "table"): mark("Rules of data quality and whom they flag"),
    ("QualityCheck", "flow"): mark("From answers received to answers analysed"),
    ("QualityCheck", "items"): mark("Questions and their missing answers"),
    ("QualityCheck", "flags"): mark("Flagged respondents"),
    ("GapScores", "table"): mark("Service quality gaps: perception minus expectation"),
    ("GapScores", "items"): mark("Gaps by item: perception minus expectation"),
    ("DriverImportance", "table"): mark("Importance of drivers"),
    ("DriverImportance", "blocks"): mark("Importance of blocks of drivers"),
    ("DriverImportance", "fit"): mark("How well the drivers account for the outcome"),
    ("DriverImportance", "diagnostics"): mark("Checks of the driver model"),
    ("DriverImportance", "differences"): mark("Differences in importance between drivers"),
    ("WaveContrasts", "table"): mark("Changes between waves"),
    ("Track", "table"): mark("Development over the waves"),
    ("Overview", "table"): mark("Key indicators"),
    ("WaveContrasts", "waves"): mark("Figures of the waves that are compared"),
    ("GapScores", "hotelling"): mark("Joint test of all gaps"),
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
    ("Glossary", "table"): mark("What the indicators are"),
    ("Glossary", "figures"): mark("Figures that measures are told by"),
    ("Track", "fit"): mark("How the level moves over the waves"),
}

NEEDS = {
    "expectations": mark("The study did not ask for expectations, so there are no gaps."),
    "measures": mark("The study has no outcome such as satisfaction or recommendation."),
    "drivers": mark("The study names no drivers of its outcome."),
    "service_points": mark("The study names no service points such as branches."),
    "waves": mark("There is a single wave, so nothing can be compared over time."),
}


def base_line(result: Result, *, intervals: bool = True) -> str:
    """Return base, confidence level and method of a result in one line."""
    language = result.about.language
    _ = translator(language)
    parts = [_("n = {n}", n=amounts.number(result.n, 0, language))]
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
