"""SERVQUAL: how far what customers perceive lies from what they expect.

Gaps are means of answered pairs, never differences of means on different bases. The overall
score is the mean of the dimensions' gaps, so that a long dimension does not outvote a short one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from cxresearch.bases import Bases, protect
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.shared import by_run
from cxresearch.stats import draws
from cxresearch.stats.multiplicity import Adjustment, adjust
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.pairing import PairSet
from cxresearch.study.points import Points, importance_points
from cxresearch.study.scores import Pairs
from cxresearch.study.study import By, Cell, Study
from cxresearch.verdicts import verdict

CEILING = 0.5
GAP_MIRRORS_EXPECTATION = -0.5
FEW_PAIRS = 30
WEIGHTS_DIFFER = 0.01
NOTHING = 1e-9  # a gap below this is rounding
MOST_RESAMPLED = 10_000  # respondents of a group up to which the bootstrap is drawn
EXACT_BELOW = 50  # pairs below which Wilcoxon's p is exact, as in R, unless there are ties

OVERALL, WEIGHTED, MEAN_WEIGHTED = "overall", "overall_weighted", "overall_mean_weighted"

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
    for part, cell, pairs in study.paired(keys, by):
        one = _Cell(part, cell, pairs, points, level, bases, notes)
        rows, single = one.dimensions(), one.items()
        chance = stream(study.seed if seed is None else seed, f"servqual.gaps:{cell.name}")
        one.sensitivity([*rows, *single], n_draws, chance)
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


@dataclass(frozen=True, slots=True)
class _Cell:
    """Gap scores of one group of respondents."""

    study: Study
    cell: Cell
    pairs: PairSet
    points: Points | None
    level: float
    bases: Bases
    notes: list[Note]

    def dimensions(self) -> list[dict[str, Any]]:
        """Rows of the dimensions, adjusted together, then the overall scores."""
        rows = [self._dimension(key, pair) for key, pair in self.pairs.dimensions.items()]
        _adjust(rows, self.study.params.analysis.multiplicity)
        return rows + list(self._overall())

    def items(self) -> list[dict[str, Any]]:
        """Rows of the items, adjusted together."""
        rows = []
        for key, pair in self.pairs.dimensions.items():
            for i, item in enumerate(pair.items):
                row = self._row(
                    f"{key} · {item.key}",
                    pair.perception[:, i],
                    pair.expectation[:, i],
                    n_pairs=np.isfinite(pair.perception[:, i]).astype(int),
                )
                top = self._ceiling(pair.expectation[:, [i]], item_scale_max(self.study, key))
                if not row["suppressed"]:
                    row["ceiling_expectation"] = top
                    self._warn_item(item.key, row, top)
                rows.append({**self.cell.keys, "dimension": key, "item": item.key} | row)
        _adjust(rows, self.study.params.analysis.multiplicity)
        return rows

    def hotelling(self) -> list[dict[str, Any]]:
        """Test of all dimensions at once, where there are enough complete respondents."""
        p = len(self.pairs.dimensions)
        if p < 2:
            return []
        n = self.pairs.complete(self.study.design, self.cell.mask)
        if n < self.study.min_n.show:
            return []
        means = self.pairs.means(self.study.design, self.cell.mask) if n > p else None
        if means is None or not np.isfinite(means.covariance).all() or _singular(means.covariance):
            self.notes.append(note("hotelling_suppressed", n=n, p=p))
            return []
        covariance = means.covariance
        t_squared = float(means.estimates @ np.linalg.solve(covariance, means.estimates))
        df = float(means.df.min())
        df2 = df + 1 - p
        statistic = df2 / (p * df) * t_squared
        return [
            {
                **self.cell.keys,
                "t_squared": t_squared,
                "statistic": statistic,
                "df": p,
                "df2": df2,
                "p_value": float(stats.f.sf(statistic, p, df2)),
                "n": n,
            }
        ]

    def sensitivity(
        self, rows: list[dict[str, Any]], n_resamples: int, rng: np.random.Generator
    ) -> None:
        """Fill Wilcoxon's p, the bootstrap interval and the verdict of every row."""
        design, mask = self.study.design, self.cell.mask
        shown = [(row, gap) for row in rows if (gap := row.pop("gap", None)) is not None]
        if shown and design.simple:
            for row, gap in shown:
                member = design.members(mask, gap)
                row["wilcoxon_p"] = _signed_ranks(gap[member], design.each(member))
        if shown and (n := self.study.size(mask)) > MOST_RESAMPLED:
            group = self.cell.name or OVERALL
            self.notes.append(note("not_resampled", group=group, n=n))
        elif shown:
            table = np.column_stack([gap for _, gap in shown])
            drawn = draws.means(design, mask, table, n_resamples, rng)
            ends = percentile_interval(drawn, self.level)
            for (row, _), low, high in zip(shown, *ends, strict=True):
                row |= {"boot_low": low, "boot_high": high}
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

    def _dimension(self, key: str, pair: Pairs) -> dict[str, Any]:
        perception, expectation = pair.mean("perception"), pair.mean("expectation")
        row = self._row(key, perception, expectation, n_pairs=np.where(pair.enough, pair.count, 0))
        top = self._ceiling(pair.expectation, item_scale_max(self.study, key))
        if not row["suppressed"]:
            self._warn_dimension(key, pair.gap, expectation)
            row["ceiling_expectation"] = top
        return {**self.cell.keys, "dimension": key} | row

    def _overall(self) -> Iterator[dict[str, Any]]:
        perception, expectation, count = self.pairs.sides()
        equal = np.full(perception.shape, 1 / perception.shape[1])
        yield self._total(OVERALL, perception, expectation, equal, count)
        if self.points is None:
            return
        weights = self.points.shares(list(self.pairs.dimensions))
        row = self._total(WEIGHTED, perception, expectation, weights, count)
        yield row
        by_means = self._mean_weighted(perception - expectation, weights)
        if by_means is None or row["suppressed"]:
            return
        if abs(by_means["estimate"] - row["estimate"]) > WEIGHTS_DIFFER:
            self.notes.append(
                note("weights_differ", respondent=row["estimate"], mean=by_means["estimate"])
            )
            blank: dict[str, Any] = {
                "perception": np.nan,
                "expectation": np.nan,
                "share_negative": np.nan,
            }
            blank["gap"] = None
            yield row | {"dimension": MEAN_WEIGHTED} | by_means | blank

    def _total(
        self,
        name: str,
        perception: np.ndarray,
        expectation: np.ndarray,
        weights: np.ndarray,
        count: np.ndarray,
    ) -> dict[str, Any]:
        """Row of an overall score: the weighted mean of the dimensions of each respondent."""
        known = np.isfinite(perception) & np.isfinite(weights)
        weights = np.where(known, weights, 0.0)
        whole = known.all(axis=1)
        if self.study.params.analysis.servqual.renormalise:
            whole = known.any(axis=1) & (weights.sum(axis=1) > 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            shares = weights / weights.sum(axis=1, keepdims=True)
        left = np.where(whole, _dot(shares, perception), np.nan)
        right = np.where(whole, _dot(shares, expectation), np.nan)
        count_of = self.study.design.count
        n_total = count_of(self.cell.mask & known.any(axis=1))
        if (n := count_of(self.cell.mask & whole)) < n_total:
            self.notes.append(note("overall_incomplete", n=n_total - n, n_total=n_total))
        row = self._row(name, left, right, n_pairs=np.where(whole, count.sum(axis=1), 0))
        row["q_value"] = row["p_value"]
        return {**self.cell.keys, "dimension": name} | row

    def _mean_weighted(self, gap: np.ndarray, weights: np.ndarray) -> dict[str, Any] | None:
        """Mean points times mean gaps, with its linearised interval."""
        whole = np.isfinite(gap).all(axis=1) & np.isfinite(weights).all(axis=1)
        member = self.study.design.members(self.cell.mask & whole)
        if member.sum() < 2:
            return None
        w = self.study.design.weights_of(member)
        mean_gap = np.average(np.where(member[:, None], gap, 0.0), axis=0, weights=w)
        mean_weight = np.average(np.where(member[:, None], weights, 0.0), axis=0, weights=w)
        estimate = float(mean_gap @ mean_weight)
        change = (gap - mean_gap) @ mean_weight + (weights - mean_weight) @ mean_gap
        found = self.study.design.mean(
            np.where(whole, estimate + change, np.nan), self.cell.mask, self.level
        )
        return _test(found.estimate, found.std_error, found.df) | {
            "conf_low": found.conf_low,
            "conf_high": found.conf_high,
        }

    def _row(
        self, name: str, perception: np.ndarray, expectation: np.ndarray, *, n_pairs: np.ndarray
    ) -> dict[str, Any]:
        design, mask = self.study.design, self.cell.mask
        gap = perception - expectation
        member = design.members(mask, gap)
        n = design.count(member)
        group = " · ".join([name, *self.cell.keys.values()])
        reason = self.bases.withheld(group, n)
        row: dict[str, Any] = dict.fromkeys(NUMBERS, np.nan)
        row |= {"n": n, "n_pairs": round(design.tally(n_pairs, member)), "low_base": False}
        row |= {"suppressed": reason is not None, "reason": reason}
        if reason is not None:
            return row
        found = design.mean(gap, mask, self.level)
        shares = design.weights_of(member)[member]
        shares = shares / shares.sum()
        return (
            row
            | _test(found.estimate, found.std_error, found.df)
            | {
                "perception": float(shares @ perception[member]),
                "expectation": float(shares @ expectation[member]),
                "conf_low": found.conf_low,
                "conf_high": found.conf_high,
                "n_eff": found.n_eff,
                "share_negative": min(float(shares @ (gap[member] < -NOTHING)), 1.0),
                "low_base": self.bases.low(group, n, found.n_eff),
                "gap": gap,
            }
        )

    def _ceiling(self, expectation: np.ndarray, top: float) -> float:
        """Weighted share of expectation answers at the top of the scale."""
        member = self.study.design.members(self.cell.mask)
        answered = np.isfinite(expectation) & member[:, None]
        w = self.study.design.weights_of(member)[:, None] * answered
        total = w.sum()
        return float((w * (expectation == top)).sum() / total) if total > 0 else np.nan

    def _warn_item(self, item: str, row: dict[str, Any], top: float) -> None:
        if self.cell.keys:
            return
        if top >= CEILING:
            self.notes.append(note("ceiling", item=item, share=top))
        if row["n_pairs"] < FEW_PAIRS:
            self.notes.append(note("few_pairs", item=item, n=int(row["n_pairs"])))

    def _warn_dimension(self, key: str, gap: np.ndarray, expectation: np.ndarray) -> None:
        member = self.study.design.members(self.cell.mask, gap)
        if self.cell.keys or self.study.design.count(member) < FEW_PAIRS:
            return
        g, e = gap[member], expectation[member]
        if np.ptp(g) == 0 or np.ptp(e) == 0:
            return
        each = self.study.design.each(member)
        spread = np.cov(g, e, aweights=each)
        r = float(spread[0, 1] / np.sqrt(spread[0, 0] * spread[1, 1]))
        if r < GAP_MIRRORS_EXPECTATION:
            self.notes.append(note("gap_expectation", dimension=key, r=r))


def item_scale_max(study: Study, dimension: str) -> float:
    """Return the top of a dimension's scale."""
    return float(study.codebook.dimensions[dimension].scale.max)


def _dot(shares: np.ndarray, scores: np.ndarray) -> np.ndarray:
    return np.asarray((shares * np.where(np.isfinite(scores), scores, 0.0)).sum(axis=1))


def _test(estimate: float, std_error: float, df: float) -> dict[str, Any]:
    statistic = estimate / std_error if std_error > 0 else np.nan
    p = 2 * float(stats.t.sf(abs(statistic), df)) if np.isfinite(statistic) else np.nan
    return {
        "estimate": estimate,
        "std_error": std_error,
        "statistic": statistic,
        "df": df,
        "p_value": p,
    }


def _signed_ranks(gap: np.ndarray, times: np.ndarray) -> float:
    """Return the p of Wilcoxon's signed ranks, zeros left out, as R ``wilcox.test`` gives it."""
    sized = np.abs(gap).round(9)  # gaps of dimensions are quotients
    moved = sized > 0
    n = float(times[moved].sum())
    if n == 0:
        return np.nan
    sizes, place = np.unique(sized[moved], return_inverse=True)
    ties = np.bincount(place, times[moved], len(sizes))
    if n == times.sum() and (ties == 1).all() and n < EXACT_BELOW:
        return float(stats.wilcoxon(gap[moved], method="exact").pvalue)
    ranks = np.cumsum(ties) - (ties - 1) / 2
    up = float((times[moved] * ranks[place])[gap[moved] > 0].sum())
    variance = n * (n + 1) * (2 * n + 1) / 24 - (ties**3 - ties).sum() / 48
    away = abs(up - n * (n + 1) / 4) - 0.5  # continuity
    return float(min(1.0, 2 * stats.norm.sf(away / np.sqrt(variance))))


def _singular(covariance: np.ndarray) -> bool:
    values = np.linalg.eigvalsh(covariance)
    return bool(values[0] <= 1e-12 * values[-1])


def _adjust(rows: Sequence[dict[str, Any]], method: Adjustment) -> None:
    """Fill the q values of one family of tests."""
    q = adjust([row["p_value"] for row in rows], method)
    for row, value in zip(rows, q, strict=True):
        row["q_value"] = float(value)
