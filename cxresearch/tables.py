"""Results as tables for people: rounded, labelled, localised, accessible, with their notes.

Analyses keep full precision and codes; here digits, words and language come in. A table says
its unit, base, confidence level and method, merges interval ends into one column, shows a
withheld number as a dash with its reason, and prints the result's notes below. What is shown
is also handed over, at full precision, so that a page can offer it as CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from cxresearch import handover
from cxresearch.about import About
from cxresearch.columns import Form
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note
from cxresearch.results import NotAsked, Result
from cxresearch.text import amounts, translator
from cxresearch.text.captions import CAPTIONS, base_line, level, not_asked
from cxresearch.text.catalogue import mark
from cxresearch.text.cells import ROW_UNIT, cell, form
from cxresearch.text.notes import sentences
from cxresearch.text.words import CHANGE_NOTES, HEADERS, UNIT_NOTES, WORDS, header, word

MAX_ROWS = 200

# which columns a table shows when nobody chooses, by class of result and view
VIEWS: dict[tuple[str, str], tuple[str, ...]] = {
    ("KpiTable", "table"): (
        *("measure", "statistic", "estimate", "conf_low", "conf_high", "n", "n_eff", "mdc"),
    ),
    ("GapScores", "table"): (
        *("dimension", "perception", "expectation", "estimate", "conf_low", "conf_high"),
        *("p_value", "q_value", "verdict", "n", "n_pairs", "share_negative"),
    ),
    ("ZoneOfTolerance", "table"): (
        *("dimension", "source", "adequate", "desired", "perception", "msa", "msa_conf_low"),
        *("msa_conf_high", "mss", "mss_conf_low", "mss_conf_high", "position", "below"),
        *("below_conf_low", "below_conf_high", "within", "above", "verdict", "n", "n_breach"),
    ),
    ("ZoneOfTolerance", "items"): (
        *("item", "source", "adequate", "desired", "perception", "msa", "msa_conf_low"),
        *("msa_conf_high", "mss", "below", "below_conf_low", "below_conf_high", "within", "above"),
        *("verdict", "n", "n_breach"),
    ),
    ("GapChanges", "latest"): (
        *("dimension", "wave_from", "estimate", "conf_low", "conf_high", "q_value", "verdict"),
        *("perception_change", "perception_change_conf_low", "perception_change_conf_high"),
        *("expectation_change", "expectation_change_conf_low", "expectation_change_conf_high"),
    ),
    ("GapChanges", "table"): (
        *("dimension", "contrast", "wave_from", "wave_to", "estimate", "conf_low", "conf_high"),
        *("q_value", "verdict", "perception_change", "perception_change_conf_low"),
        *("perception_change_conf_high", "expectation_change", "expectation_change_conf_low"),
        *("expectation_change_conf_high",),
    ),
    ("ScoreModels", "table"): (
        *("outcome", "model", "r_squared", "r_squared_low", "r_squared_high"),
        *("r_squared_dimensions", "n"),
    ),
    ("ScoreModels", "constraints"): (
        *("dimension", "coefficient_perception", "coefficient_expectation", "estimate"),
        *("conf_low", "conf_high", "p_value", "q_value", "r_squared", "r_squared_gap"),
        *("r_squared_perception", "n"),
    ),
    ("RivalComparison", "table"): (
        *("measure", "contrast", "entity", "own", "rival", "estimate", "conf_low", "conf_high"),
        *("q_value", "standing", "n"),
    ),
    ("RivalComparison", "standings"): (
        *("measure", "entity", "estimate", "conf_low", "conf_high", "rank", "rank_low"),
        *("rank_high", "p_first", "n"),
    ),
    ("RivalComparison", "expectations"): (
        *("measure", "entity", "estimate", "conf_low", "conf_high", "q_value", "met", "met_low"),
        *("met_high", "n"),
    ),
    ("RivalComparison", "zone"): (
        *("measure", "entity", "position", "position_conf_low", "position_conf_high", "below"),
        *("within", "above", "n"),
    ),
    ("Reputation", "table"): ("measure", "estimate", "conf_low", "conf_high", "n"),
    ("BrandProfile", "table"): (
        *("attribute", "intended", "estimate", "conf_low", "conf_high", "difference"),
        *("q_value", "perceived"),
    ),
    ("BrandProfile", "fit"): ("entity", "statistic", "estimate", "conf_low", "conf_high", "n"),
    ("BrandProfile", "grid"): (
        *("entity", "attribute", "n_chosen", "estimate", "conf_low", "conf_high", "residual"),
        *("residual_low", "residual_high", "n"),
    ),
    ("Themes", "table"): (
        *("theme", "share", "conf_low", "conf_high", "share_all", "impact", "impact_low"),
        *("impact_high", "q_value", "n_theme"),
    ),
    ("Themes", "waves"): (
        *("wave", "theme", "share", "conf_low", "conf_high", "difference", "q_value", "n_theme"),
        *("n",),
    ),
    ("Themes", "segments"): (
        *("segment", "group", "theme", "share", "conf_low", "conf_high", "difference"),
        *("q_value", "n"),
    ),
    ("Themes", "keyness"): (
        *("lang", "group", "term", "estimate", "q_value", "n_first", "n_second"),
    ),
    ("Themes", "suggested"): ("lang", "topic", "terms", "share", "n", "n_uncoded"),
    ("Themes", "bias"): (
        *("measure", "statistic", "answer", "estimate", "conf_low", "conf_high", "p_value", "n"),
    ),
    ("Themes", "quotes"): ("theme", "lang", "quote"),
    ("Agreement", "table"): (
        *("theme", "first", "second", "estimate", "conf_low", "conf_high"),
        *("observed_agreement", "expected_agreement", "n"),
    ),
    ("GapScores", "items"): (
        *("dimension", "item", "perception", "expectation", "estimate", "conf_low", "conf_high"),
        *("q_value", "n_pairs", "share_negative", "ceiling_expectation"),
    ),
    ("DriverImportance", "table"): (
        *("block", "driver", "estimate", "conf_low", "conf_high", "share", "share_low"),
        *("share_high", "rank", "rank_low", "rank_high", "coefficient", "performance"),
        *("beats_noise",),
    ),
    ("DriverImportance", "blocks"): (
        *("block", "estimate", "conf_low", "conf_high", "share", "share_low", "share_high"),
    ),
    ("DriverImportance", "segments"): (
        *("driver", "value", "rest", "estimate", "conf_low", "conf_high", "q_value"),
    ),
    ("DriverPriorities", "table"): (
        *("driver", "quadrant", "p_quadrant", "importance", "importance_low", "importance_high"),
        *("performance", "performance_low", "performance_high", "stated"),
    ),
    ("DriverPriorities", "arrows"): (
        *("driver", "wave_from", "wave_to", "performance_from", "performance_to", "estimate"),
        *("conf_low", "conf_high", "importance_from", "importance_to"),
    ),
    ("DriverAsymmetry", "table"): (
        *("driver", "kind", "p_kind", "reward", "penalty", "impact_asymmetry"),
        *("impact_asymmetry_low", "impact_asymmetry_high", "n_high", "n_mid", "n_low"),
    ),
    ("WhatIf", "table"): (
        *("scenario", "outcome", "statistic", "value_from", "estimate", "conf_low", "conf_high"),
        *("change", "change_low", "change_high"),
    ),
    ("KanoTable", "table"): (
        *("item", "kind", "better", "worse", "attractive", "one_dimensional", "must_be"),
        *("indifferent", "reverse", "questionable", "q_value", "n"),
    ),
    ("WaveContrasts", "table"): (
        *("measure", "contrast", "wave_from", "wave_to", "value_from", "value_to", "estimate"),
        *("conf_low", "conf_high", "q_value", "verdict", "threshold", "mdc"),
    ),
    ("WaveContrasts", "latest"): (
        *("measure", "contrast", "wave_from", "wave_to", "value_from", "value_to", "estimate"),
        *("conf_low", "conf_high", "q_value", "verdict", "threshold", "mdc"),
    ),
    ("Track", "table"): (
        *("measure", "wave", "observed", "conf_low", "conf_high", "n", "level", "level_low"),
        *("level_high",),
    ),
    ("Forecast", "table"): (
        *("measure", "wave", "estimate", "conf_low", "conf_high", "level_low", "level_high"),
        *("n_planned",),
    ),
    ("Forecast", "target"): (
        *("measure", "wave", "due", "target_value", "target_from", "target_to", "estimate"),
        *("p_level", "p_observed", "n_needed"),
    ),
    ("Breaks", "table"): (
        *("measure", "verdict", "wave", "date_set", "estimate", "conf_low", "conf_high"),
        *("n_waves",),
    ),
    ("ControlChart", "table"): (
        *("measure", "wave", "period", "value", "centre", "lcl", "ucl", "in_baseline"),
        *("rule_fired", "fired_side", "n"),
    ),
    ("ControlChart", "limits"): (
        *("measure", "method", "centre", "baseline_from", "baseline_to", "n_baseline"),
        *("sigma_z", "n_fired"),
    ),
    ("MixAdjusted", "table"): (
        *("measure", "mix", "contrast", "wave_from", "wave_to", "raw", "estimate", "conf_low"),
        *("conf_high", "mix_effect", "mix_effect_low", "mix_effect_high"),
    ),
    ("Comparability", "table"): (*("measure", "wave_from", "wave_to", "n_waves", "verdict", "n"),),
    ("QualityCheck", "sensitivity"): (
        *("measure", "statistic_name", "estimate", "without", "difference", "difference_low"),
        *("difference_high", "n", "n_without"),
    ),
    ("QualityCheck", "exclusion"): (
        *("segment", "group", "n_total", "n_flagged", "share", "p_value", "q_value"),
    ),
    ("QualityCheck", "missing"): (
        *("item", "segment", "group", "n_total", "n_missing", "share_missing", "q_value"),
    ),
    ("SegmentComparison", "table"): (
        *("measure", "segment", "group", "estimate", "conf_low", "conf_high", "difference"),
        *("difference_low", "difference_high", "q_value", "standing", "n"),
    ),
    ("ServicePoints", "table"): (
        *("measure", "group", "estimate", "conf_low", "conf_high", "shrunk", "rank", "rank_low"),
        *("rank_high", "place", "n"),
    ),
    ("ServicePoints", "chance"): (
        *("measure", "n_points", "verdict", "statistic", "df", "p_value", "q_value", "between_sd"),
        *("dispersion", "reason"),
    ),
    ("AnswerShares", "table"): (
        *("item", "answer", "side", "estimate", "conf_low", "conf_high", "n"),
        *("n_not_applicable", "n_missing"),
    ),
    ("SamplePlan", "table"): (
        *("measure", "statistic", "estimate", "n", "deff", "mdc", "threshold", "power"),
        *("n_required", "n_invite"),
    ),
    ("SamplePlan", "cadence"): (
        *("measure", "waves_a_year", "n_wave", "mdc", "mdc_year", "slope_year", "threshold"),
        *("power", "detects", "recommended"),
    ),
    ("LoyaltyLink", "table"): (
        *("measure", "effect", "estimate", "conf_low", "conf_high", "q_value", "model", "n"),
        *("n_customers", "n_events"),
    ),
    ("LoyaltyLink", "risk"): (
        *("answer_group", "n", "revenue", "estimate", "conf_low", "conf_high", "share"),
        *("per_point", "per_point_low", "per_point_high"),
    ),
    ("LoyaltyLink", "selection"): (
        *("measure", "name", "estimate", "rest", "difference", "difference_low"),
        *("difference_high", "n"),
    ),
    ("Scorecard", "table"): (
        *("perspective", "measure", "status", "p_target", "actual", "conf_low", "conf_high"),
        *("target", "target_from", "target_to", "baseline", "attainment", "moved", "objective"),
        *("owner",),
    ),
    ("Scorecard", "links"): (
        *("measure", "moves", "evidence", "effect", "estimate", "conf_low", "conf_high"),
        *("verdict", "n"),
    ),
    ("Scorecard", "composite"): (
        *("scenario", "measure", "estimate", "conf_low", "conf_high", "p_target", "status"),
        *("flips",),
    ),
    ("OperationsTable", "table"): (
        *("measure", "statistic", "period", "estimate", "conf_low", "conf_high", "unit", "n"),
        *("n_open", "n_window", "partial"),
    ),
    ("WaitingCurves", "table"): (
        *("period", "hours", "estimate", "conf_low", "conf_high", "n_risk", "n_event"),
    ),
    ("Backlog", "table"): ("period", "opened", "resolved", "estimate", "partial"),
    ("Backlog", "ages"): ("age", "estimate", "share"),
    ("Checklist", "table"): ("measure", "criterion", "estimate", "conf_low", "conf_high", "n"),
    ("Register", "table"): ("period", "event", "estimate", "participants"),
    ("Glossary", "table"): (
        *("kpi", "definition", "numerator", "denominator", "unit", "direction", "interval"),
        *("level", "version"),
    ),
    ("Glossary", "figures"): (
        *("statistic", "numerator", "denominator", "unit", "direction", "interval", "version"),
    ),
    ("Reliability", "table"): (
        *("scale", "battery", "n_items", "alpha", "alpha_conf_low", "alpha_conf_high"),
        *("omega_total", "ave", "n"),
    ),
    ("Reliability", "items"): (
        *("scale", "battery", "item", "item_rest_r", "alpha_if_dropped", "mean", "std_dev"),
    ),
    ("FactorNumber", "table"): ("factor", "eigenvalue", "threshold", "retained", "map"),
    ("Explored", "table"): (
        *("dimension", "item", "factor", "loading", "cross_loading", "communality", "weak"),
        *("crossing", "elsewhere"),
    ),
    ("Explored", "factors"): ("factor", "dimension", "congruence", "n_items", "explained", "share"),
    ("Confirmed", "table"): ("dimension", "item", "loading", "loading_se", "estimate", "std_error"),
    ("Confirmed", "fit"): (
        *("chi2", "df", "p_value", "cfi", "tli", "rmsea", "rmsea_low", "rmsea_high", "srmr", "n"),
    ),
    ("Confirmed", "htmt"): (
        *("first", "second", "correlation", "htmt", "htmt_low", "htmt_high", "htmt2", "distinct"),
    ),
    ("Confirmed", "modification"): ("part", "dimension", "item", "statistic", "p_value", "change"),
    ("Invariance", "table"): (
        *("step", "chi2", "df", "p_value", "cfi", "delta_cfi", "rmsea", "delta_rmsea", "srmr"),
        *("delta_srmr", "delta_p", "n_freed", "holds"),
    ),
}
# the unit of rows in tables that have no column `unit`
UNITS = {
    ("BrandProfile", "grid"): "share",
    ("RivalComparison", "zone"): "points",
    ("Themes", "keyness"): "plain",
    ("Scorecard", "composite"): "share",
    ("Weighting", "table"): "share",
    ("Invariance", "rules"): "fit",
    ("GapScores", "table"): "points",
    ("GapScores", "items"): "points",
    ("ZoneOfTolerance", "table"): "points",
    ("ZoneOfTolerance", "items"): "points",
    ("GapChanges", "table"): "points",
    ("GapChanges", "latest"): "points",
    ("ScoreModels", "table"): "r_squared",
    ("ScoreModels", "differences"): "r_squared",
    ("GroupGaps", "table"): "points",
    ("GroupGaps", "items"): "points",
    ("DriverImportance", "table"): "r_squared",
    ("DriverImportance", "blocks"): "r_squared",
    ("DriverImportance", "differences"): "r_squared",
    ("DriverImportance", "segments"): "r_squared",
    ("DriverImportance", "conditional"): "r_squared",
    ("DriverPriorities", "arrows"): "points",
}
# estimates that are differences, written with their sign
CHANGES = frozenset(
    [
        ("RivalComparison", "table"),
        ("RivalComparison", "expectations"),
        ("GapScores", "table"),
        ("GapScores", "items"),
        ("DriverPriorities", "arrows"),
        ("DriverImportance", "segments"),
        ("GapChanges", "table"),
        ("GapChanges", "latest"),
        ("GroupGaps", "table"),
        ("GroupGaps", "items"),
        ("WaveContrasts", "table"),
        ("WaveContrasts", "latest"),
        ("Track", "steps"),
        ("Breaks", "table"),
        ("MixAdjusted", "table"),
        ("MixAdjusted", "models"),
    ]
)
# verdicts are shown where a threshold was declared
_WEIGHED = ("GapScores", "GapChanges")
# verdicts on a gap are no changes: they have words of their own
_VERDICTS = {
    ("GapScores", "verdict"): "gap_verdict",
    ("ZoneOfTolerance", "verdict"): "zone",
}
_SHARES = ("share", "importance", "below", "within", "above", "met")
_HIDDEN = {"unit", "direction", "method", "suppressed", "low_base", "reason", "family"}
_HIDDEN |= {"withheld"}
_STYLE = (
    ".cx-table{border-collapse:collapse;min-width:24em;font-variant-numeric:tabular-nums}"
    ".cx-table caption{text-align:left;padding:.3em 0}"
    ".cx-table th,.cx-table td{padding:.25em .6em;text-align:left;vertical-align:top}"
    ".cx-table .num{text-align:right}.cx-table td.num{white-space:nowrap}"
    ".cx-table tbody th{font-weight:normal;min-width:4em}"
    ".cx-table thead th{vertical-align:bottom}"
    ".cx-sub{display:block;font-weight:normal;font-size:.9em}"
    ".cx-notes{font-size:.9em;margin:.3em 0;padding-left:1.2em}"
)
#: Intervals that have a level of their own, by the name of their figure.
_LEVELS = {"rmsea": 0.90, "htmt": 0.90}
_INTERVAL = mark("{level} interval")
_INTERVAL_OF = mark("{name}, {level} interval")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table ready to be seen: displays itself in a notebook, keeps the numbers behind it."""

    html: str
    frame: pd.DataFrame

    def _repr_html_(self) -> str:
        return self.html

    def __str__(self) -> str:
        return self.html


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    cells: list[str]
    number: bool
    key: bool


def show(
    result: Result,
    view: str = "table",
    *,
    columns: Sequence[str] | None = None,
    caption: str | None = None,
) -> Table:
    """Show one frame of a result as a table and hand its numbers over to the page.

    Parameters
    ----------
    result : Result
        What an analysis returned.
    view : str
        Name of the frame: "table" (the main one), "items", "blocks", "fit", …
    columns : sequence of str, optional
        Columns to show, grouping columns apart; by default those that a reader needs.
    caption : str, optional
        Title above the table; by default what the table holds, in the study's language.

    Raises
    ------
    AnalysisError
        The result has no such frame or column.
    """
    frames = result.frames()
    if isinstance(result, NotAsked):
        view = "table"
    if view not in frames:
        raise _unknown("table", view, list(frames), type(result).__name__)
    name = type(result).__name__
    frame = _withheld(frames[view])
    for column in columns or ():
        if column not in frame.columns:
            raise _unknown("column", column, list(map(str, frame.columns)), f"{name}.{view}")
    wanted = tuple(columns) if columns is not None else VIEWS.get((name, view))
    declared = "threshold" not in frame or frame["threshold"].notna().any()
    if columns is None and wanted and name in _WEIGHED and not declared:
        wanted = tuple(one for one in wanted if one != "verdict")  # p and q say as much
    text = render(
        frame,
        result,
        columns=wanted,
        unit=UNITS.get((name, view), ""),
        change=(name, view) in CHANGES,
        caption=caption or _caption(name, view, result),
        notes=result.notes if view == "table" else (),
        file=handover.table(_file_name(name, view), frame),
    )
    return Table(html=text, frame=frame)


def as_html(result: Result) -> str:
    """Return the main table of a result as HTML (how a result shows itself in a notebook)."""
    return show(result).html


def render(
    frame: pd.DataFrame,
    result: Result,
    *,
    columns: Sequence[str] | None = None,
    unit: str = "",
    change: bool = False,
    caption: str = "",
    notes: Iterable[Note] = (),
    max_rows: int = MAX_ROWS,
    file: str | None = None,
) -> str:
    """Return a frame as a small accessible HTML table in the language of the result.

    Parameters
    ----------
    frame : DataFrame
        Tidy, full precision, glossary columns.
    result : Result
        Where language, labels, base, confidence level and method come from.
    columns : sequence of str, optional
        Columns to show after the grouping columns; by default all that say something.
    unit : str
        Unit of the rows where the frame has no column `unit`.
    change : bool
        Estimates are differences and written with their sign.
    caption : str
        Title of the table.
    notes : iterable of Note
        Facts printed below, as sentences.
    max_rows : int
        Longest table shown; the rest is counted and stays in the CSV.
    file : str, optional
        Name of the CSV that was handed over; the page makes a link of it.
    """
    about = result.about
    _ = translator(about.language)
    shown = frame.head(max_rows)
    units = shown["unit"].astype(str) if "unit" in shown else pd.Series(unit, index=shown.index)
    parts = _columns(shown, result, _chosen(frame, result.by, columns), units, change)
    head = "".join(_head(part) for part in parts)
    rows = ["".join(_cell(part, row) for part in parts) for row in range(len(shown))]
    if not rows:
        nothing = _("Nothing to show.")
        rows = [f'<td colspan="{max(len(parts), 1)}">{escape(nothing)}</td>']
    below = [*_questions(shown, about), *(text for _s, text in sentences(notes, about))]
    if len(frame) > len(shown):
        more = len(frame) - len(shown)
        count = amounts.number(more, 0, about.language)
        below.insert(0, _.plural("{n} row more.", "{n} rows more.", more, n=count))
    told_below = _listed(below)
    title = f"<caption><strong>{escape(caption)}</strong>"
    words = CHANGE_NOTES if change else UNIT_NOTES
    told = [_(words[one]) for one in units.unique() if one in words]
    lows = (str(name) for name in frame.columns if str(name).endswith("_low"))
    intervals = any(name.removesuffix("_low") not in _LEVELS for name in lows)
    base = "; ".join([base_line(result, intervals=intervals), *told])
    title += f'<span class="cx-sub">{escape(base)}</span></caption>'
    link = f' data-file="{escape(file)}"' if file else ""
    if not parts:
        return f"<p>{escape(caption)}</p>{told_below}"
    return (
        f'<style>{_STYLE}</style><table class="cx-table"{link}>{title}'
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody><tr>{'</tr><tr>'.join(rows)}</tr></tbody></table>" + told_below
    )


def study_html(study: Any) -> str:
    """Return what a study holds as HTML: its size, waves, segments, measures and notes."""
    about: About = study.about
    _ = translator(about.language)
    book = study.codebook
    facts = {
        _("Respondents"): amounts.number(int(study.mask.sum()), 0, about.language),
        _("Waves"): ", ".join(study.waves),
        _("Segments"): ", ".join(about.label(one) for one in study.segments),
        _("Dimensions"): ", ".join(about.label(one) for one in book.dimensions),
        _("Measures"): ", ".join(about.label(one) for one in book.measures),
        _("Attributes"): ", ".join(about.label(one) for one in book.attributes),
        _("Fingerprint"): study.fingerprint[:12],
    }
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{escape(value)}</td></tr>'
        for name, value in facts.items()
        if value
    )
    title = escape(about.heading or _("Study"))
    return (
        f'<style>{_STYLE}</style><table class="cx-table"><caption><strong>{title}</strong>'
        f"</caption><tbody>{rows}</tbody></table>"
        + _listed([text for _s, text in sentences(study.notes, about)])
    )


def _listed(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    return '<ul class="cx-notes">' + "".join(f"<li>{escape(one)}</li>" for one in texts) + "</ul>"


def _withheld(frame: pd.DataFrame) -> pd.DataFrame:
    if "suppressed" not in frame:
        return frame
    numbers = [name for name in frame.columns if name in ROW_UNIT]
    hidden = frame["suppressed"].fillna(False).astype(bool)
    return frame.assign(**{name: frame[name].mask(hidden) for name in numbers})


def _chosen(frame: pd.DataFrame, by: tuple[str, ...], columns: Sequence[str] | None) -> list[str]:
    if columns is None:
        names = [name for name in frame.columns if name not in _HIDDEN and name not in by]
    else:
        names = [name for name in columns if name in frame.columns and name not in by]
    if {"n", "n_eff"} <= set(names) and (frame["n_eff"].round() == frame["n"]).all():
        names.remove("n_eff")
    said = [name for name in names if columns is not None or not frame[name].isna().all()]
    always = {"estimate", "n"}
    kept = [name for name in said if name in always or not frame[name].isna().all()]
    return [name for name in by if name in frame.columns] + kept


def _columns(
    frame: pd.DataFrame, result: Result, names: list[str], units: pd.Series, change: bool
) -> list[_Column]:
    parts: list[_Column] = []
    for name in names:
        low = name.removesuffix("_high") + "_low"
        if name.endswith("_high") and low in names:
            continue
        high = name.removesuffix("_low") + "_high"
        if name.endswith("_low") and high in names:
            parts.append(_interval(frame, result, name, high, units))
        else:
            parts.append(_plain(frame[name], result, units, change))
    remark = _remarks(frame, result.about)
    if any(remark):
        parts.append(_Column(header("reason", result.about.language), remark, False, False))
    return parts


def _plain(values: pd.Series, result: Result, units: pd.Series, change: bool) -> _Column:
    name = str(values.name)
    how: Form = form(name, values, result.by)
    about = result.about
    spoken = _VERDICTS.get((type(result).__name__, name), name)
    cells = [
        cell(value, spoken, how, unit, about, change=change)
        for value, unit in zip(values, units, strict=True)
    ]
    title = about.label(name) if name in result.by and name not in HEADERS else ""
    title = title or header(name, about.language, level(result))
    return _Column(title, cells, how in ("number", "share", "p", "count"), how == "key")


def _interval(
    frame: pd.DataFrame, result: Result, low: str, high: str, units: pd.Series
) -> _Column:
    about = result.about
    _ = translator(about.language)
    stem = low.removesuffix("_low").removesuffix("_conf")
    if stem == "conf":
        title = _(_INTERVAL, level=level(result))
    else:
        own = amounts.percent(_LEVELS[stem], 0, about.language) if stem in _LEVELS else ""
        title = _(_INTERVAL_OF, name=header(stem, about.language), level=own or level(result))
    fixed = "share" if stem.startswith(_SHARES) else "count" if stem == "rank" else None
    fixed = "fit" if stem == "rmsea" else fixed
    fixed = "plain" if stem == "residual" else fixed
    if stem == "conf" and "estimate" not in frame and "share" in frame:
        fixed = "share"
    cells = [
        amounts.interval(first, last, fixed or unit, about.language)
        for first, last, unit in zip(
            frame[low].astype(float), frame[high].astype(float), units, strict=True
        )
    ]
    return _Column(title, cells, True, False)


def _remarks(frame: pd.DataFrame, about: About) -> list[str]:
    reasons = frame["reason"] if "reason" in frame else pd.Series("", index=frame.index)
    texts = [
        "" if pd.isna(one) or not str(one) else word(one, about.language, "reason")
        for one in reasons
    ]
    for flag in ("low_base", "withheld"):
        if flag in frame:
            flagged = frame[flag].fillna(False).astype(bool)
            told = word(flag, about.language)
            texts = [old or (told if one else "") for old, one in zip(texts, flagged, strict=True)]
    return texts


def _questions(frame: pd.DataFrame, about: About) -> list[str]:
    _ = translator(about.language)
    asked: list[str] = list(frame["measure"].unique()) if "measure" in frame else []
    return [
        _("“{label}” was asked as: {question}", label=about.label(one), question=about.text(one))
        for one in asked
        if about.text(one)
    ]


def _head(part: _Column) -> str:
    if not part.title:
        return "<td></td>"
    kind = ' class="num"' if part.number else ""
    return f'<th scope="col"{kind}>{escape(part.title)}</th>'


def _cell(part: _Column, row: int) -> str:
    text = escape(part.cells[row])
    if part.key:
        return f'<th scope="row">{text}</th>'
    return f'<td class="num">{text}</td>' if part.number else f"<td>{text}</td>"


def _caption(name: str, view: str, result: Result) -> str:
    about = result.about
    _ = translator(about.language)
    if name == "NotAsked":
        return not_asked(result)
    if (name, view) in CAPTIONS:
        return _(CAPTIONS[name, view])
    title = _(CAPTIONS[name, "table"]) if (name, "table") in CAPTIONS else name
    if view == "table":
        return title
    shown = header(view, about.language) if view in HEADERS else word(view, about.language)
    return f"{title}: {shown}" if view in HEADERS or view in WORDS else f"{title} ({shown})"


def _file_name(name: str, view: str) -> str:
    snake = "".join(f"_{one.lower()}" if one.isupper() else one for one in name).lstrip("_")
    return snake if view == "table" else f"{snake}_{view}"


def _unknown(kind: str, name: str, known: list[str], where: str) -> AnalysisError:
    return AnalysisError(
        Fault(
            kind="analysis",
            what=f'there is no {kind} "{name}"',
            where=where,
            found=name,
            hint=did_you_mean(name, known),
        )
    )
