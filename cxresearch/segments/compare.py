"""Each group of customers against all the others of the same study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import FEWEST_CLUSTERS, Bases, complementary, headline
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.stats.estimates import Interval, quantile, significance
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.scores import Scored
from cxresearch.study.study import Cell, Study
from cxresearch.verdicts import verdict

FAMILY = "segments_vs_complement"
STANDINGS = {
    "clear_rise": "clearly_above",
    "clear_fall": "clearly_below",
    "likely_rise": "likely_above",
    "likely_fall": "likely_below",
    "below_threshold": "differs_little",
    "no_practical_change": "no_practical_difference",
    "detectable": "differs",
    "cannot_tell": "cannot_tell",
    "suppressed": "suppressed",
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SegmentComparison(Result):
    """Every group against its complement: one row per measure, segment column and group."""


def compare(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float | None = None,
) -> SegmentComparison:
    """Tell which groups of customers rate us otherwise than all the others do.

    Parameters
    ----------
    study : Study
        All its respondents count; with several waves take ``study.latest()``.
    measure : str or sequence of str, optional
        Measures of the codebook; by default all.
    by : str or sequence of str, optional
        Segment columns, each compared apart; by default all of the study.
    conf_level : float, optional
        By default the study's.

    Returns
    -------
    SegmentComparison
        ``segment`` (column), ``group``, ``estimate`` of the group with its interval, ``rest``
        (estimate of everybody else), ``difference`` = group minus rest with ``std_error``,
        ``difference_low, difference_high, df, p_value``; ``q_value`` by Benjamini and Hochberg
        among the groups of one measure and segment column (``family``). ``verdict`` holds the
        codes of a change (a rise is a group above the rest), ``standing`` the same in words of
        groups. Shares 0 to 1, NPS in points, means in scale points.

    Raises
    ------
    AnalysisError
        If the study has no such measure or segment column, or none at all.

    Notes
    -----
    Differences are linearised with the covariance of clusters shared by group and rest; for
    simple designs Welch. The interval of a difference of shares joins the two shares' own
    Wilson intervals (Newcombe; Zou & Donner where they are correlated). Groups below
    ``min_n.show`` or with fewer than three clusters are withheld, and where that leaves exactly
    one group hidden the next smallest is withheld, too. References: Newcombe (1998),
    *Statistics in Medicine* 17, 873-890; Zou & Donner (2008), doi:10.1002/sim.3095; Benjamini &
    Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"s": [5, 4] * 20 + [3, 2] * 20, "tier": ["A"] * 40 + ["B"] * 40})
    >>> book = {"measures": {"satisfaction": {"kind": "csat", "columns": "s", "scale": [1, 5]}}}
    >>> compare(Study.from_frame(frame, book, segments=["tier"])).table["difference"].tolist()
    [2.0, -2.0]
    """
    level = study.conf_level if conf_level is None else conf_level
    columns = _columns(study, by)
    keys = measures(study, measure)
    bases = Bases(study)
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    parts = {column: study.reduced(keys, column) for column in columns}
    for key in keys:
        for column, part in parts.items():
            rows += _one_family(part, part.measure(key), column, level, bases, notes)
    return SegmentComparison(
        table=pd.DataFrame(rows),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="classical" if all(part.design.simple for part in parts.values()) else "linearised",
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def measures(study: Study, measure: str | Sequence[str] | None) -> tuple[str, ...]:
    """Return the measures asked for, else all of the codebook."""
    if measure is None and study.codebook.measures:
        return tuple(study.codebook.measures)
    asked = (measure,) if isinstance(measure, str) else tuple(measure or ())
    known = list(study.codebook.measures)
    unknown = [key for key in asked if key not in known]
    if unknown or not asked:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'the codebook has no measure "{unknown[0]}"'
                if unknown
                else "the codebook declares no measure",
                where="codebook: measures",
                hint=did_you_mean(unknown[0], known)
                if unknown
                else "declare an outcome such as satisfaction",
            )
        )
    return asked


def withheld(study: Study, bases: Bases, cell: Cell, name: str, member: np.ndarray) -> str | None:
    """Return why a group's figure must not be shown: too few respondents or accounts."""
    reason = bases.withheld(name, study.design.count(member))
    if reason is None and study.params.data.cluster and study.min_n.show > 1:
        held = replace(study, mask=member & cell.mask).clusters_held()
        if held < FEWEST_CLUSTERS:
            bases.notes.append(note("few_accounts", group=name, n=held))
            return "few_accounts"
    return reason


def _columns(study: Study, by: str | Sequence[str] | None) -> tuple[str, ...]:
    if by is None:
        if not study.segments:
            raise AnalysisError(
                Fault(
                    kind="analysis",
                    what="the study has no segments to compare",
                    where="params: data.segments",
                    hint="name the columns that group customers: segments: [region, tier]",
                )
            )
        return study.segments
    return study.by_columns(by)


def _one_family(
    study: Study,
    score: Scored,
    column: str,
    level: float,
    bases: Bases,
    notes: list[Note],
) -> list[dict[str, Any]]:
    """Return the groups of one segment column for one measure: a family of tests."""
    key = score.measure.key
    threshold = study.params.analysis.trends.threshold.get(key, score.measure.delta)
    if threshold is None:
        notes.append(note("no_threshold", measure=key))
    cells = list(study.cells(column))
    label = "wave" if column == study.wave_column else column
    members = {cell.keys[label]: study.design.members(cell.mask, score.values) for cell in cells}
    reasons = {
        cell.keys[label]: withheld(
            study, bases, cell, f"{key} · {cell.keys[label]}", members[cell.keys[label]]
        )
        for cell in cells
    }
    counts = {group: float(study.design.count(member)) for group, member in members.items()}
    hidden = [group for group, reason in reasons.items() if reason is not None]
    if also := complementary(counts, hidden):
        reasons[also] = "complementary"
        notes.append(note("complementary", group=f"{key} · {also}"))
    rows = []
    for cell in cells:
        group = cell.keys[label]
        row = _row(study, score, column, group, counts[group], reasons[group])
        if reasons[group] is None:
            row |= _estimated(study, score, cell, group, level, bases, notes)
        rows.append(row)
    q = adjust([row["p_value"] for row in rows])
    size = int(np.isfinite([row["p_value"] for row in rows]).sum())
    for row, value in zip(rows, q, strict=True):
        row["q_value"] = float(value)
        row["family"] = f"{FAMILY}:{key}:{column}"
        row["family_size"] = size
        row["threshold"] = np.nan if threshold is None else threshold
        row["verdict"] = verdict(
            row["difference"],
            row["std_error"],
            row["df"],
            row["difference_low"],
            row["difference_high"],
            row["q_value"],
            threshold,
            level,
        )
        row["standing"] = STANDINGS[row["verdict"]]
        if row["standing"] == "differs":
            row["standing"] = "differs_above" if row["difference"] > 0 else "differs_below"
    return rows


def _row(
    study: Study, score: Scored, column: str, group: str, n: float, reason: str | None
) -> dict[str, Any]:
    """Return a group's row before anything is estimated."""
    numbers = (
        *("estimate", "conf_low", "conf_high", "rest", "difference", "std_error"),
        *("difference_low", "difference_high", "statistic", "df", "p_value", "q_value"),
    )
    row: dict[str, Any] = {
        "measure": score.measure.key,
        "statistic_name": score.headline,
        "segment": column,
        "group": group,
    }
    row |= dict.fromkeys(numbers, np.nan)
    row |= {"family": "", "family_size": 0, "verdict": "", "standing": "", "threshold": np.nan}
    row |= {"unit": score.unit, "direction": score.measure.direction}
    row |= {"n": int(n), "n_eff": np.nan, "low_base": False}
    return row | {"suppressed": reason is not None, "reason": reason}


def _estimated(
    study: Study,
    score: Scored,
    cell: Cell,
    group: str,
    level: float,
    bases: Bases,
    notes: list[Note],
) -> dict[str, Any]:
    """Return a group's figure, that of the rest, and their difference with its test."""
    key = score.measure.key
    own = headline(study.design, score, cell.mask, level)
    found: dict[str, Any] = {
        "estimate": own.estimate,
        "conf_low": own.conf_low,
        "conf_high": own.conf_high,
        "n_eff": own.n_eff,
        "low_base": bases.low(f"{key} · {group}", own.n, own.n_eff),
    }
    if own.clipped:
        notes.append(note("interval_clipped", measure=key))
    rest_mask = study.mask & ~cell.mask
    if study.design.count(study.design.members(rest_mask, score.values)) < study.min_n.show:
        return found | {"reason": "no_complement"}
    rest = headline(study.design, score, rest_mask, level)
    gap = study.design.difference(score.series, cell.mask, rest_mask, level)
    error = _error(study, score, (own, rest), gap)
    found |= {"rest": rest.estimate, "difference": own.estimate - rest.estimate}
    if not (error > 0 and gap.df > 0):
        return found | {"reason": "no_variance"}
    difference = float(found["difference"])
    reach = quantile(level, gap.df) * error
    low, high = difference - reach, difference + reach
    if score.unit == "share" and score.headline == "top_box":
        low, high = _joined(own, rest, gap)
    statistic, p_value = significance(difference, error, gap.df)
    return found | {
        "std_error": error,
        "difference_low": low,
        "difference_high": high,
        "statistic": statistic,
        "df": gap.df,
        "p_value": p_value,
    }


def _error(study: Study, score: Scored, sides: tuple[Interval, Interval], gap: Interval) -> float:
    """Return the difference's standard error.

    A side whose answers never vary would seem to be known exactly: it takes the spread of all
    answers, over its effective number.
    """
    error = gap.std_error
    fixed = [side for side in sides if not _varies(side, score)]
    if not fixed:
        return error
    answered = study.design.members(study.mask, score.values)
    each = study.design.each(answered)
    spread = float(np.cov(score.series[answered], ddof=0, aweights=each))
    return float(np.sqrt(np.nan_to_num(error) ** 2 + sum(spread / side.n_eff for side in fixed)))


def _varies(side: Interval, score: Scored) -> bool:
    if score.headline == "top_box":
        return 0 < side.estimate < 1
    if score.headline == "nps":
        return side.sampling_error > 0
    return side.std_error > 0


def _joined(own: Interval, rest: Interval, gap: Interval) -> tuple[float, float]:
    """Return the limits of a difference of shares made of the two shares' own limits."""
    difference = own.estimate - rest.estimate
    shared = own.std_error**2 + rest.std_error**2 - gap.std_error**2
    scale = 2 * own.std_error * rest.std_error
    r = float(np.clip(shared / scale, -1, 1)) if scale > 0 else 0.0
    if abs(r) < 0.05:  # Welch's n - 1 against Wilson's n, not clusters in common
        r = 0.0
    down, up = own.estimate - own.conf_low, rest.conf_high - rest.estimate
    low = difference - np.sqrt(max(down**2 - 2 * r * down * up + up**2, 0.0))
    up, down = own.conf_high - own.estimate, rest.estimate - rest.conf_low
    high = difference + np.sqrt(max(up**2 - 2 * r * up * down + down**2, 0.0))
    return float(low), float(high)
