"""SERVQUAL: how far what customers perceive lies from what they expect.

Gaps are means of answered pairs, never differences of means on different bases. The overall
score is the mean of the dimensions' gaps, so that a long dimension does not outvote a short one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.bases import Bases, protect
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.servqual.answered_gaps import answered_groups
from cxresearch.servqual.counted_gaps import counted_groups
from cxresearch.servqual.group_scores import (
    MEAN_WEIGHTED,
    OVERALL,
    WEIGHTED,
    GroupScores,
    Score,
)
from cxresearch.shared import by_run
from cxresearch.stats.estimates import quantile, significance
from cxresearch.stats.multiplicity import Adjustment, adjust
from cxresearch.study.points import Points, importance_points
from cxresearch.study.study import By, Study
from cxresearch.verdicts import verdict

if TYPE_CHECKING:
    from cxresearch.study.warehouse.stored import StoredStudy

CEILING = 0.5
GAP_MIRRORS_EXPECTATION = -0.5
FEW_PAIRS = 30
WEIGHTS_DIFFER = 0.01
MOST_RESAMPLED = 10_000  # respondents of a group up to which the bootstrap is drawn

NUMBERS = [
    "perception",
    "expectation",
    "estimate",
    "std_error",
    "conf_low",
    "conf_high",
    "statistic",
    "df",
    "p_value",
    "q_value",
    "wilcoxon_p",
    "boot_low",
    "boot_high",
    "verdict",
    "threshold",
    "n",
    "n_eff",
    "n_pairs",
    "share_negative",
    "ceiling_expectation",
    "low_base",
    "suppressed",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GapScores(Result):
    """Perception minus expectation, in scale points; one row per dimension, then overall.

    Attributes
    ----------
    items : DataFrame
        The same columns, one row per item.
    hotelling : DataFrame
        Test that all dimensions' gaps are zero at once: T², its F, degrees of freedom and p.
    """

    items: pd.DataFrame
    hotelling: pd.DataFrame


@by_run
def gaps(
    study: Study,
    /,
    *,
    by: By = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> GapScores:
    """Tell where service falls short of what customers expect, by item, dimension and overall.

    Parameters
    ----------
    study : Study
        With at least one dimension whose items have expectation and perception columns.
    by : str or sequence of str, optional
        "wave", a segment or service-point column, or several.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    GapScores
        Scale points. ``perception`` and ``expectation`` are means on the same answered pairs, so
        that ``estimate`` is exactly their difference; t interval and test with the design's
        standard error; ``q_value`` adjusts within the dimensions (items) of a group by
        Benjamini and Hochberg; ``n`` counts respondents with that score, ``n_pairs`` the
        answered pairs behind it. ``overall`` is the mean of the dimensions' gaps;
        ``overall_weighted`` weighs each respondent's gaps by the respondent's own importance
        points; where it differs by more than .01 from mean points times mean gaps,
        ``overall_mean_weighted`` stands beside it.

        As sensitivity, ``wilcoxon_p`` (signed ranks, as R ``wilcox.test``; only where there are
        no weights, strata or clusters) and ``boot_low``, ``boot_high`` (percentile bootstrap
        over the design, for groups up to 10,000 respondents). ``verdict`` weighs the gap
        against the dimension's ``delta``, the ``threshold``: clear_rise is a gap clearly above
        zero, clear_fall one clearly below.

    Raises
    ------
    AnalysisError
        If no dimension has pairs.

    Notes
    -----
    A respondent has a dimension score with at least ``analysis.servqual.min_pairs`` answered
    pairs (by default half of the items, rounded up), and an overall score with every dimension,
    unless ``renormalise`` is declared. Reference: Parasuraman, Zeithaml & Berry (1988), Journal
    of Retailing 64(1), 12-40; on what the gap cannot show, Peter, Churchill & Brown (1993),
    doi:10.1086/209329.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"E1": [7, 6, 7, 5] * 5, "P1": [6, 6, 5, 5] * 5})
    >>> book = {"dimensions": {"care": {"scale": [1, 7], "expectation": ["E1"],
    ...                                 "perception": ["P1"]}}}
    >>> float(gaps(Study.from_frame(frame, book)).table.loc[0, "estimate"])
    -0.75
    """
    level = study.conf_level if conf_level is None else conf_level
    keys = dimensions_with_pairs(study)
    points = None
    if study.params.analysis.servqual.weights is not None:
        limits = study.params.analysis.quality
        points = importance_points(study.ratings, study.codebook, study.mask, limits)
    bases = Bases(study)
    notes: list[Note] = list(points.notes) if points else []
    tables: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    tests: list[dict[str, Any]] = []
    names = study.by_names(by)
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    chance = study.seed if seed is None else seed
    for group in _groups(study, keys, by, points, level, n_draws, chance):
        one = _Told(study, group, level, bases, notes)
        rows, single = one.dimensions(), one.items()
        one.judged([*rows, *single])
        tables += rows
        items += single
        tests += one.hotelling()
    protect(tables, names, ["dimension"], notes)
    protect(items, names, ["dimension", "item"], notes)
    return GapScores(
        table=pd.DataFrame(tables, columns=[*names, "dimension", *NUMBERS]),
        items=pd.DataFrame(items, columns=[*names, "dimension", "item", *NUMBERS]),
        hotelling=pd.DataFrame(
            tests, columns=[*names, "t_squared", "statistic", "df", "df2", "p_value", "n"]
        ),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="paired",
        by=names,
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def dimensions_with_pairs(study: Study) -> tuple[str, ...]:
    """Return the dimensions that have expectation and perception, or raise what is missing."""
    found = tuple(key for key, one in study.codebook.dimensions.items() if one.has_pairs)
    if not found:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="no dimension has both expectation and perception",
                where="codebook: dimensions",
                hint="name the columns of both sides of at least one item",
            )
        )
    return found


def _groups(
    study: Study,
    keys: tuple[str, ...],
    by: By,
    points: Points | None,
    level: float,
    n_resamples: int,
    seed: int,
) -> Iterator[GroupScores]:
    """Return what is known of every group, from its rows or as counted in a database."""
    how: dict[str, Any] = {"level": level, "n_resamples": n_resamples, "seed": seed}
    how["most_resampled"] = MOST_RESAMPLED
    if study.in_database:
        return counted_groups(cast("StoredStudy", study), keys, by, **how)
    return answered_groups(study, keys, by, points, **how)


@dataclass(frozen=True, slots=True)
class _Told:
    """Rows and notes about the gap scores of one group."""

    study: Study
    group: GroupScores
    level: float
    bases: Bases
    notes: list[Note]

    def dimensions(self) -> list[dict[str, Any]]:
        """Rows of the dimensions, adjusted together, then the overall scores."""
        rows = []
        for score in self.group.dimensions:
            rows.append(self._row(score.dimension, score))
            r = self.group.together.get(score.dimension, 0.0)
            if not rows[-1]["suppressed"] and score.n >= FEW_PAIRS and r < GAP_MIRRORS_EXPECTATION:
                self.notes.append(note("gap_expectation", dimension=score.dimension, r=r))
        _adjust(rows, self.study.params.analysis.multiplicity)
        return rows + list(self._overall())

    def items(self) -> list[dict[str, Any]]:
        """Rows of the items, adjusted together."""
        rows = []
        for score in self.group.items:
            row = self._row(f"{score.dimension} · {score.item}", score)
            if not (row["suppressed"] or self.group.cell.keys):
                self._warn_item(score)
            rows.append(row | {"item": score.item})
        _adjust(rows, self.study.params.analysis.multiplicity)
        return rows

    def hotelling(self) -> list[dict[str, Any]]:
        """Test of all dimensions at once, where there are enough complete respondents."""
        p, means = len(self.group.dimensions), self.group.joint
        n = int(means.n[0])
        if p < 2 or n < self.study.min_n.show:
            return []
        covariance = means.covariance
        if n <= p or not np.isfinite(covariance).all() or _singular(covariance):
            self.notes.append(note("hotelling_suppressed", n=n, p=p))
            return []
        t_squared = float(means.estimates @ np.linalg.solve(covariance, means.estimates))
        df = float(means.df.min())
        df2 = df + 1 - p
        statistic = df2 / (p * df) * t_squared
        return [
            {
                **self.group.cell.keys,
                "t_squared": t_squared,
                "statistic": statistic,
                "df": p,
                "df2": df2,
                "p_value": float(stats.f.sf(statistic, p, df2)),
                "n": n,
            }
        ]

    def judged(self, rows: Sequence[dict[str, Any]]) -> None:
        """Fill the verdict of every row, and say where nothing was resampled."""
        shown = not all(row["suppressed"] for row in rows)
        if shown and self.group.size > MOST_RESAMPLED:
            name = self.group.cell.name or OVERALL
            self.notes.append(note("not_resampled", group=name, n=self.group.size))
        for row in rows:
            dimension = self.study.codebook.dimensions.get(row["dimension"])
            delta = dimension.delta if dimension else None
            row["verdict"] = verdict(
                row["estimate"],
                row["std_error"],
                row["df"],
                row["conf_low"],
                row["conf_high"],
                row["q_value"],
                delta,
                self.level,
            )
            row["threshold"] = np.nan if delta is None else delta

    def _overall(self) -> Iterator[dict[str, Any]]:
        told = zip(self.group.overall, self.group.some, self.group.enough, strict=True)
        for score, some, enough in told:
            if enough < some:
                self.notes.append(note("overall_incomplete", n=some - enough, n_total=some))
            row = self._row(score.dimension, score)
            row["q_value"] = row["p_value"]
            yield row
            by_means = self.group.mean_weighted
            if score.dimension != WEIGHTED or by_means is None or row["suppressed"]:
                continue
            if abs(by_means.estimate - row["estimate"]) > WEIGHTS_DIFFER:
                self.notes.append(
                    note("weights_differ", respondent=row["estimate"], mean=by_means.estimate)
                )
                own = _numbers(by_means, self.level)
                own["q_value"] = own["p_value"]
                yield row | {"dimension": MEAN_WEIGHTED} | own

    def _row(self, name: str, score: Score) -> dict[str, Any]:
        keys = self.group.cell.keys
        group = " · ".join([name, *keys.values()])
        reason = self.bases.withheld(group, score.n)
        row: dict[str, Any] = {**keys, "dimension": score.dimension, **_BLANK}
        row |= {"n": score.n, "n_pairs": score.n_pairs, "low_base": False}
        row |= {"suppressed": reason is not None, "reason": reason}
        if reason is not None:
            return row
        low = self.bases.low(group, score.n, score.n_eff)
        return row | _numbers(score, self.level) | {"low_base": low}

    def _warn_item(self, score: Score) -> None:
        if score.ceiling >= CEILING:
            self.notes.append(note("ceiling", item=score.item, share=score.ceiling))
        if score.n_pairs < FEW_PAIRS:
            self.notes.append(note("few_pairs", item=score.item, n=score.n_pairs))


_BLANK = dict.fromkeys(NUMBERS, np.nan)


def _numbers(score: Score, level: float) -> dict[str, Any]:
    """Return a score with its interval and its test of no gap."""
    half = quantile(level, score.df) * score.std_error
    statistic, p_value = significance(score.estimate, score.std_error, score.df)
    return {
        "perception": score.perception,
        "expectation": score.expectation,
        "estimate": score.estimate,
        "std_error": score.std_error,
        "conf_low": score.estimate - half,
        "conf_high": score.estimate + half,
        "statistic": statistic,
        "df": score.df,
        "p_value": p_value,
        "wilcoxon_p": score.wilcoxon_p,
        "boot_low": score.boot_low,
        "boot_high": score.boot_high,
        "n_eff": score.n_eff,
        "share_negative": score.share_negative,
        "ceiling_expectation": score.ceiling,
    }


def item_scale_max(study: Study, dimension: str) -> float:
    """Return the top of a dimension's scale."""
    return float(study.codebook.dimensions[dimension].scale.max)


def _singular(covariance: np.ndarray) -> bool:
    values = np.linalg.eigvalsh(covariance)
    return bool(values[0] <= 1e-12 * values[-1])


def _adjust(rows: Sequence[dict[str, Any]], method: Adjustment) -> None:
    """Fill the q values of one family of tests."""
    q = adjust([row["p_value"] for row in rows], method)
    for row, value in zip(rows, q, strict=True):
        row["q_value"] = float(value)
