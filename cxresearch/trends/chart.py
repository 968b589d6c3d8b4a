"""Control charts: whether a steady figure changed, judged by limits from before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.about import About
from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats import charts
from cxresearch.stats.run_rules import RULES
from cxresearch.study.scores import Scored
from cxresearch.study.study import By, Cell, Study
from cxresearch.trends.bridges import NOT_COMPARABLE, gate
from cxresearch.trends.waves import WaveFigure, every

Chart = Literal["auto", "p", "laney_p", "u", "xmr", "nps"]
CHARTS: tuple[Chart, ...] = ("auto", "p", "laney_p", "u", "xmr", "nps")
BaselineOf = int | str | Sequence[Any] | None
POINTS_FOR_LIMITS = 3
OVERDISPERSED = 1.2

_POINT_COLUMNS = [
    "value",
    "centre",
    "lcl",
    "ucl",
    "in_baseline",
    "rule_fired",
    "fired_side",
    "unit",
    "n",
    "reason",
]
_LIMIT_COLUMNS = [
    "method",
    "centre",
    "baseline_from",
    "baseline_to",
    "n_baseline",
    "sigma_z",
    "range_centre",
    "range_limit",
    "n_fired",
    "unit",
    "reason",
]
_FIRING_COLUMNS = ["rule_fired", "fired_side", "members", "in_baseline"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlChart(Result):
    """Points with centre line and limits; one row per measure and wave (or period).

    Attributes
    ----------
    limits : DataFrame
        Per measure: the chart, its centre, and the baseline that set it, frozen.
    firings : DataFrame
        Every rule fired, with the points that make its pattern.
    """

    limits: pd.DataFrame
    firings: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Points:
    """What a chart is drawn of: figures with their bases, and counts of both camps for an NPS."""

    labels: tuple[str, ...]
    values: np.ndarray
    n: np.ndarray
    bases: np.ndarray
    unit: str
    promoters: np.ndarray | None = None
    detractors: np.ndarray | None = None
    reasons: tuple[str | None, ...] = ()


def control_chart(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: By = None,
    chart: Chart = "auto",
    baseline: BaselineOf = None,
) -> ControlChart:
    """Tell which waves left the usual range of a customer figure, by rules named beforehand.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.
    by : str or sequence of str, optional
        Groups, each on its own chart.
    chart : {"auto", "p", "laney_p", "u", "xmr", "nps"}
        auto: p for shares (Laney's p' where points spread 1.2 times as much as sampling would),
        nps for an NPS, xmr for means. A chart that does not fit a measure gives its reason.
    baseline : int, str or sequence of str, optional
        Waves that set centre and limits once for all: the first so many, all up to a wave, or
        those named. By default all, which describes a past but cannot watch what comes.

    Returns
    -------
    ControlChart
        ``value``, ``centre``, ``lcl`` and ``ucl`` in the measure's unit; ``rule_fired``: the most
        serious rule that fired at the point (beyond_3_sigma, two_of_three_beyond_2,
        four_of_five_beyond_1, one_side); ``in_baseline``: the point helped to set the limits.
        Shares and NPS are charted on their effective bases. ``limits`` names the baseline.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure, the chart is not known, or the baseline
        names a wave that is not there.

    Notes
    -----
    Twenty baseline points are wanted, fewer than twelve are warned of. References: Laney (2002),
    doi:10.1081/QEN-120003555; Nelson (1984), doi:10.1080/00224065.1984.11978921.
    """
    _check_chart(chart)
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    firings: list[dict[str, Any]] = []
    for cell, score, found in every(study, measure, by, study.conf_level, bases, notes):
        key = score.measure.key
        points = _of_waves(study, score, cell, found, notes)
        head = {**cell.keys, "measure": key}
        drawn = _drawn(points, key, chart, baseline, notes)
        rows += [head | {"wave": label} | row for label, row in drawn[0]]
        limits.append(head | drawn[1])
        firings += [head | {"wave": label} | row for label, row in drawn[2]]
    names = study.by_names(by)
    head_columns = [*names, "measure", "wave"]
    return ControlChart(
        table=pd.DataFrame(rows, columns=[*head_columns, *_POINT_COLUMNS]),
        limits=pd.DataFrame(limits, columns=[*names, "measure", *_LIMIT_COLUMNS]),
        firings=pd.DataFrame(firings, columns=[*head_columns, *_FIRING_COLUMNS]),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="control_limits",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def chart_series(
    frame: pd.DataFrame,
    /,
    *,
    measure: str = "value",
    unit: str = "",
    chart: Chart = "auto",
    baseline: BaselineOf = None,
    about: About | None = None,
) -> ControlChart:
    """Tell which periods left the usual range of a figure that was counted or published already.

    Parameters
    ----------
    frame : DataFrame
        ``period``, ``value``, and ``n`` where there are bases; in the order of time. Shares as 0
        to 1; rates of events per base for a u chart; for an NPS also ``promoters`` and
        ``detractors``, counts out of ``n``.
    measure : str
        What the figure is called.
    unit : str
        share, nps, points, index, count, or none.
    chart : {"auto", "p", "laney_p", "u", "xmr", "nps"}
        auto: nps with both camps, p (or Laney's p') for shares with bases, else xmr.
    baseline : int, str or sequence, optional
        Periods that set the limits, as in `control_chart`.
    about : About, optional
        Labels and language for showing.

    Returns
    -------
    ControlChart
        As `control_chart`, by ``period``; ``n`` of the result is the sum of the bases, or the
        number of points where there are none.

    Raises
    ------
    AnalysisError
        If a column is missing or the chart needs one that is not there.

    Examples
    --------
    >>> calls = pd.DataFrame({"period": range(1, 9), "value": [24, 26, 23, 27, 25, 31, 24, 26]})
    >>> chart_series(calls, measure="waiting").limits["centre"].round(2).tolist()
    [25.75]
    """
    _check_chart(chart)
    _check_frame(frame)
    values = frame["value"].to_numpy(dtype=float, na_value=np.nan)
    none = np.full(len(frame), np.nan)
    n = frame["n"].to_numpy(dtype=float, na_value=np.nan) if "n" in frame else none
    camps = {
        name: frame[name].to_numpy(dtype=float, na_value=np.nan)
        for name in ("promoters", "detractors")
        if name in frame
    }
    points = _Points(
        labels=tuple(str(one) for one in frame["period"]),
        values=values,
        n=n,
        bases=n,
        unit=unit,
        reasons=(None,) * len(frame),
        **camps,
    )
    notes: list[Note] = []
    rows, limits, firings = _drawn(points, measure, chart, baseline, notes)
    head = {"measure": measure}
    columns = ["measure", "period"]
    total = float(np.nansum(n)) if np.isfinite(n).any() else float(len(frame))
    return ControlChart(
        table=pd.DataFrame(
            [head | {"period": label} | row for label, row in rows],
            columns=[*columns, *_POINT_COLUMNS],
        ),
        limits=pd.DataFrame([head | limits], columns=["measure", *_LIMIT_COLUMNS]),
        firings=pd.DataFrame(
            [head | {"period": label} | row for label, row in firings],
            columns=[*columns, *_FIRING_COLUMNS],
        ),
        n=int(total),
        n_eff=total,
        conf_level=0.95,
        method="control_limits",
        notes=distinct(notes),
        about=about or About(),
    )


def _of_waves(
    study: Study, score: Scored, cell: Cell, found: list[WaveFigure], notes: list[Note]
) -> _Points:
    """Return the waves that may be compared with the last one as they are, on effective bases."""
    assert study.wave_column is not None
    waves = tuple(one.wave for one in found)
    door = gate(study, score, waves)
    notes += door.notes(score.measure.key)
    old = ~door.last_span(waves)
    values = np.where(old, np.nan, [one.estimate for one in found])
    bases = np.array([one.interval.n_eff if one.interval else np.nan for one in found])
    n = np.array([one.n for one in found], dtype=float)
    bases = np.where(np.isfinite(bases), bases, np.maximum(n, 1))
    reasons = [
        one.reason or (NOT_COMPARABLE if before else None)
        for one, before in zip(found, old, strict=True)
    ]
    camps: dict[str, np.ndarray] = {}
    if score.headline == "nps":
        labels = study.full[study.wave_column]
        for name, flag in (("promoters", score.promoter), ("detractors", score.detractor)):
            shares = [
                study.design.mean(flag, cell.mask & (labels == wave).to_numpy()).estimate
                for wave in waves
            ]
            camps[name] = np.where(np.isfinite(values), np.array(shares) * bases, np.nan)
    return _Points(
        labels=waves,
        values=values,
        n=n,
        bases=bases,
        unit=score.unit,
        reasons=tuple(reasons),
        **camps,
    )


Labelled = list[tuple[str, dict[str, Any]]]


def _drawn(
    points: _Points, key: str, chart: Chart, baseline: BaselineOf, notes: list[Note]
) -> tuple[Labelled, dict[str, Any], Labelled]:
    """Return rows of points, the row of limits, and rows of firings."""
    seen = np.isfinite(points.values)
    base = _baseline(points, baseline) & seen
    reason = _refusal(points, chart, base)
    fixed = {"unit": points.unit}
    if reason is not None:
        if reason == "too_few_waves":
            count = int(base.sum())
            notes.append(
                note("too_few_waves", n=count, needed=POINTS_FOR_LIMITS, what="control_chart")
            )
        rows = [
            fixed | {"value": points.values[i], "n": points.n[i], "reason": own or reason}
            for i, own in enumerate(points.reasons)
        ]
        return list(zip(points.labels, rows, strict=True)), fixed | {"reason": reason}, []
    found = _chart(points, chart, base)
    _note_chart(found, key, baseline, notes)
    first: dict[int, Any] = {}
    for one in found.firings:
        first.setdefault(one.point, one)
    points_rows = [
        fixed
        | {
            "value": found.value[i],
            "centre": found.centre,
            "lcl": found.lcl[i],
            "ucl": found.ucl[i],
            "in_baseline": bool(found.baseline[i]),
            "rule_fired": first[i].rule if i in first else None,
            "fired_side": first[i].side if i in first else None,
            "n": points.n[i],
            "reason": points.reasons[i],
        }
        for i in range(len(points.labels))
    ]
    held = np.flatnonzero(found.baseline)
    limits = fixed | {
        "method": found.method,
        "centre": found.centre,
        "baseline_from": points.labels[held[0]],
        "baseline_to": points.labels[held[-1]],
        "n_baseline": found.n_baseline,
        "sigma_z": found.sigma_z,
        "range_centre": found.range_centre,
        "range_limit": found.range_limit,
        "n_fired": len(found.firings),
        "reason": None,
    }
    firings = [
        (
            points.labels[one.point],
            {
                "rule_fired": one.rule,
                "fired_side": one.side,
                "members": ", ".join(points.labels[place] for place in one.members),
                "in_baseline": one.in_baseline,
            },
        )
        for one in found.firings
    ]
    return list(zip(points.labels, points_rows, strict=True)), limits, firings


def _refusal(points: _Points, chart: Chart, base: np.ndarray) -> str | None:
    """Return why no chart can be drawn, or None."""
    if base.sum() < POINTS_FOR_LIMITS:
        return "too_few_waves"
    held = points.values[base]
    if np.ptp(held) == 0:
        return "no_variance"
    shares = bool((points.values[np.isfinite(points.values)] >= 0).all())
    proper = shares and bool((points.values[np.isfinite(points.values)] <= 1).all())
    bases = bool(np.isfinite(points.bases).all())
    if chart in ("p", "laney_p") and not (proper and bases and points.unit in ("share", "")):
        return "chart_does_not_fit"
    if chart == "u" and not (shares and bases and points.unit != "nps"):
        return "chart_does_not_fit"
    if chart == "nps" and (points.promoters is None or points.detractors is None or not bases):
        return "chart_does_not_fit"
    return None


def _chart(points: _Points, chart: Chart, base: np.ndarray) -> charts.ControlChart:
    if chart == "auto":
        chart = _fitting(points)
        found = _made(points, chart, base)
        if chart == "p" and found.sigma_z > OVERDISPERSED:
            return _made(points, "laney_p", base)
        return found
    return _made(points, chart, base)


def _fitting(points: _Points) -> Chart:
    known = points.values[np.isfinite(points.values)]
    bases = bool(np.isfinite(points.bases).all())
    if points.promoters is not None and points.detractors is not None and bases:
        return "nps"
    proper = bool(((known >= 0) & (known <= 1)).all())
    return "p" if bases and proper and points.unit in ("share", "") else "xmr"


def _made(points: _Points, chart: Chart, base: np.ndarray) -> charts.ControlChart:
    if chart == "xmr":
        return charts.xmr(points.values, baseline=base)
    if chart == "nps":
        assert points.promoters is not None
        assert points.detractors is not None
        return charts.nps_chart(points.promoters, points.detractors, points.bases, baseline=base)
    counts = points.values * points.bases
    draw = {"p": charts.p_chart, "laney_p": charts.laney_p, "u": charts.u_chart}[chart]
    return draw(counts, points.bases, baseline=base)


def _note_chart(
    found: charts.ControlChart, key: str, baseline: BaselineOf, notes: list[Note]
) -> None:
    if baseline is None:
        notes.append(note("baseline_all", measure=key))
    for code in found.warnings:
        if code in ("baseline_short", "baseline_wanted"):
            notes.append(note(code, measure=key, n=found.n_baseline))
        elif code in ("small_counts", "limit_clipped"):
            notes.append(note(code, measure=key))
    if found.method in ("p", "laney_p", "u") and found.sigma_z > OVERDISPERSED:
        notes.append(note("overdispersed_points", measure=key, ratio=found.sigma_z))


def _baseline(points: _Points, baseline: BaselineOf) -> np.ndarray:
    """Return which points set the limits."""
    labels = points.labels
    place = np.arange(len(labels))
    if baseline is None:
        return np.ones(len(labels), dtype=bool)
    if isinstance(baseline, int):
        return np.asarray(np.cumsum(np.isfinite(points.values)) <= baseline)
    wanted = [baseline] if isinstance(baseline, str) else [str(one) for one in baseline]
    for label in wanted:
        if label not in labels:
            raise _fault(
                f'the baseline names "{label}", which is not there', label, labels, "baseline"
            )
    if isinstance(baseline, str):
        return np.asarray(place <= labels.index(baseline))
    return np.isin(np.array(labels), wanted)


def _check_chart(chart: str) -> None:
    if chart not in CHARTS:
        raise _fault(f'there is no chart "{chart}"', chart, CHARTS, "chart")


def _check_frame(frame: pd.DataFrame) -> None:
    for name in ("period", "value"):
        if name not in frame:
            known = [str(column) for column in frame.columns]
            raise _fault(f'the series has no column "{name}"', name, known, "frame")


def _fault(what: str, found: str, known: Sequence[str], where: str) -> AnalysisError:
    return AnalysisError(
        Fault(
            kind="analysis",
            what=what,
            where=where,
            found=found,
            hint=did_you_mean(found, list(known)),
        )
    )


__all__ = ["CHARTS", "RULES", "Chart", "ControlChart", "chart_series", "control_chart"]
