"""Branches and other service points: ranked, with the honest question whether ranks mean much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases, complementary, headline
from cxresearch.notes import Note, distinct, note
from cxresearch.results import NotAsked, Result
from cxresearch.segments.compare import measures, withheld
from cxresearch.stats.funnel import Funnel
from cxresearch.stats.homogeneity import homogeneity
from cxresearch.stats.league import score_funnel, shrink
from cxresearch.stats.multiplicity import adjust
from cxresearch.stats.survey import Design
from cxresearch.study.scores import Scored
from cxresearch.study.study import Cell, Study

FAMILY = "service_points"
FEWEST_POINTS = 5
_CELLS_AT_ONCE = 4_000_000
_GRID = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ServicePoints(Result):
    """Service points by measure, the best first; one row per measure and point.

    Attributes
    ----------
    chance : DataFrame
        Per measure: whether the points differ by more than sampling error. ``statistic`` is
        Cochran's Q on ``df``, ``i_squared`` the share of the differences beyond sampling error,
        ``between_sd`` the standard deviation of the true scores, ``dispersion`` the funnel's
        phi, ``verdict`` distinguishable, cannot_tell or suppressed.
    limits : DataFrame
        Curves of the funnel: ``measure, n, low3, low2, centre, high2, high3``.
    """

    chance: pd.DataFrame
    limits: pd.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _League:
    """What one measure says of its points."""

    rows: list[dict[str, Any]]
    chance: dict[str, Any]
    limits: pd.DataFrame


def service_points(
    study: Study,
    /,
    *,
    measure: str | Sequence[str] | None = None,
    by: str | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> ServicePoints | NotAsked:
    """Tell which service points stand out, and whether their order can be told from chance.

    Parameters
    ----------
    study : Study
        All its respondents count; with several waves take ``study.latest()``.
    measure : str or sequence of str, optional
        Measures of the codebook; by default all.
    by : str, optional
        Column of the points; by default ``data.service_point``.
    conf_level, n_resamples, seed : optional
        By default those of the study.

    Returns
    -------
    ServicePoints
        ``group`` (the point), ``estimate`` with interval, ``shrunk, shrunk_low, shrunk_high``
        (empirical Bayes: pulled towards the common mean by as much as it is uncertain),
        ``rank`` by the better direction with ``rank_low, rank_high`` and ``p_first``
        (bootstrap), ``z`` (distance from the common score in standard errors), ``place`` in the
        funnel: high and low lie beyond 3 sigma, rather_high and rather_low beyond 2, after
        widening for overdispersion. With fewer than five points that are shown there is a
        table only: no ranks, no shrinkage, no funnel.

        A study that names no service points gives a `NotAsked`.

    Raises
    ------
    AnalysisError
        If the study has no such measure or column.

    Notes
    -----
    Sampling variances are spread / n_eff with one spread for all points (p (1 - p), the NPS
    variance, or the variance within points) and n_eff from the weights and the design's cluster
    effect; a point's own variance would make small points look surer than they are. Where each
    point is a cluster of the design, respondents within it are the sample. References:
    Goldstein & Spiegelhalter (1996), doi:10.2307/2983325; Spiegelhalter (2005),
    doi:10.1002/sim.1970; Morris (1983), doi:10.1080/01621459.1983.10477920; Cochran (1954),
    doi:10.2307/3001666.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> parts = [pd.DataFrame({"s": [1] * x + [0] * (50 - x), "branch": b})
    ...          for b, x in zip("ABCDE", [20, 25, 30, 35, 22])]
    >>> book = {"measures": {"solved": {"kind": "share", "columns": "s"}}}
    >>> study = Study.from_frame(pd.concat(parts), book, service_point="branch")
    >>> service_points(study, n_resamples=200).table[["group", "rank"]].values.tolist()[:2]
    [['D', 1.0], ['C', 2.0]]
    """
    column = by or study.params.data.service_point
    if column is None:
        return NotAsked(
            table=pd.DataFrame(),
            n=study.n,
            n_eff=study.n_eff,
            conf_level=study.conf_level,
            method="not_asked",
            about=study.about,
            need="service_points",
        )
    column = study.by_columns(column)[0]
    level = study.conf_level if conf_level is None else conf_level
    draws = study.n_resamples if n_resamples is None else n_resamples
    bases = Bases(study)
    notes: list[Note] = []
    cells = list(study.cells(column))
    design = _within(study, cells, column, notes)
    parts = []
    for key in measures(study, measure):
        rng = study.rng(f"service_points:{key}") if seed is None else np.random.default_rng(seed)
        parts.append(
            _league(
                study, design, study.measure(key), column, cells, level, draws, rng, bases, notes
            )
        )
    chance = pd.DataFrame([one.chance for one in parts])
    chance["q_value"] = adjust(chance["p_value"].to_numpy(float))
    chance["family"], chance["family_size"] = FAMILY, int(chance["p_value"].notna().sum())
    told = (chance["q_value"] <= 1 - level).map({True: "distinguishable", False: "cannot_tell"})
    chance["verdict"] = told.where(chance["p_value"].notna(), "suppressed")
    return ServicePoints(
        table=pd.DataFrame([row for one in parts for row in one.rows]),
        chance=chance,
        limits=pd.concat([one.limits for one in parts], ignore_index=True),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=level,
        method="bootstrap",
        notes=distinct([*study.base_notes(), *bases.notes, *notes]),
        about=study.about,
    )


def _within(study: Study, cells: list[Cell], column: str, notes: list[Note]) -> Design:
    """Return the design that holds within points.

    Where a point lies wholly inside one cluster, its respondents are what was sampled of it.
    """
    psu = study.design.psu_of_row
    if psu is None or any(len(np.unique(psu[cell.mask])) > 1 for cell in cells):
        return study.design
    notes.append(note("points_are_clusters", column=column))
    return Design.build(study.design.n, weights=study.design.weights)


def _league(
    study: Study,
    design: Design,
    score: Scored,
    column: str,
    cells: list[Cell],
    level: float,
    draws: int,
    rng: np.random.Generator,
    bases: Bases,
    notes: list[Note],
) -> _League:
    key = score.measure.key
    rows: list[dict[str, Any]] = []
    for cell in cells:
        group = next(iter(cell.keys.values()))
        member = design.members(cell.mask, score.values)
        row: dict[str, Any] = {"measure": key, "statistic_name": score.headline}
        row |= {"segment": column, "group": group, "n": int(member.sum()), "_mask": member}
        row["reason"] = withheld(study, bases, cell, f"{key} · {group}", member)
        rows.append(row)
    counts = {row["group"]: float(row["n"]) for row in rows}
    hidden = [row["group"] for row in rows if row["reason"] is not None]
    if also := complementary(counts, hidden):
        next(row for row in rows if row["group"] == also)["reason"] = "complementary"
        notes.append(note("complementary", group=f"{key} · {also}"))
    for row in rows:
        if row["reason"] is not None:
            continue
        found = headline(design, score, row["_mask"], level)
        row |= {"estimate": found.estimate, "std_error": found.std_error}
        row |= {"conf_low": found.conf_low, "conf_high": found.conf_high}
        row["low_base"] = bases.low(f"{key} · {row['group']}", found.n, found.n_eff)
    shown = [row for row in rows if row["reason"] is None]
    masks = [row.pop("_mask") for row in rows]
    kept = [mask for mask, row in zip(masks, rows, strict=True) if row["reason"] is None]
    chance: dict[str, Any] = {"measure": key, "n_points": len(shown)}
    limits = pd.DataFrame(columns=["measure", "n", "low3", "low2", "centre", "high2", "high3"])
    spread = _spread(design, score, kept) if kept else 0.0
    if len(shown) < FEWEST_POINTS or not spread > 0:
        if len(shown) < FEWEST_POINTS:
            notes.append(note("few_points", n=len(shown)))
        reason = "few_points" if len(shown) < FEWEST_POINTS else "no_variance"
        chance |= {"statistic": np.nan, "df": np.nan, "p_value": np.nan, "reason": reason}
    else:
        sizes = _sizes(design, score, kept)
        values = np.array([row["estimate"] for row in shown])
        alike = homogeneity(values, spread / sizes, conf_level=level)
        pulled = shrink(values, spread / sizes, conf_level=level)
        ends = _ends(score)
        funnel = score_funnel(values, sizes, spread, ends=ends)
        ranks = _ranks(design, score, kept, values, level, draws, rng)
        chance |= {"statistic": alike.statistic, "df": alike.df, "p_value": alike.p_value}
        chance |= {"i_squared": alike.i_squared, "between_sd": pulled.between_sd}
        chance |= {"mean": funnel.centre, "dispersion": funnel.dispersion, "reason": None}
        if funnel.overdispersed:
            notes.append(note("overdispersed", measure=key, phi=funnel.dispersion))
        for i, row in enumerate(shown):
            row |= {"n_eff": sizes[i], "z": funnel.z[i], "place": funnel.place[i]}
            row |= {"shrunk": pulled.estimate[i], "shrunk_weight": pulled.weight[i]}
            row |= {"shrunk_low": max(pulled.low[i], ends[0])}
            row |= {"shrunk_high": min(pulled.high[i], ends[1])}
            row |= {name: float(one[i]) for name, one in ranks.items()}
        limits = _curves(key, funnel, ends)
    chance["unit"] = score.unit
    return _League(
        rows=[_whole(row, score) for row in sorted(rows, key=_order(score))],
        chance=chance,
        limits=limits,
    )


def _spread(design: Design, score: Scored, masks: list[np.ndarray]) -> float:
    """Return the variance of one answer that all points share."""
    series = score.series
    if score.unit in ("points", "index"):
        squares = total = 0.0
        for mask in masks:
            w = design.weights_of(mask)[mask]
            y = series[mask]
            mean = np.average(y, weights=w)
            scale = len(y) / w.sum()
            squares += float((w * scale * (y - mean) ** 2).sum())
            total += len(y) - 1
        return squares / total if total else 0.0
    mask = np.logical_or.reduce(masks)
    w = design.weights_of(mask)[mask]
    mean = np.average(series[mask], weights=w)
    return float(np.average((series[mask] - mean) ** 2, weights=w))


def _sizes(design: Design, score: Scored, masks: list[np.ndarray]) -> np.ndarray:
    """Return each point's effective number: by its weights and the design's cluster effect."""
    everyone = np.logical_or.reduce(masks)
    whole = design.mean(score.series, everyone)
    cost = max(whole.deff / design.kish(everyone)[1], 1.0) if whole.deff > 0 else 1.0
    if design.psu_of_row is None:
        cost = 1.0
    return np.array([design.kish(mask)[0] / cost for mask in masks])


def _ends(score: Scored) -> tuple[float, float]:
    if score.unit == "nps":
        return (-100.0, 100.0)
    if score.unit in ("share", "index"):
        return (0.0, 1.0 if score.unit == "share" else 100.0)
    return (score.measure.scale.min, score.measure.scale.max)


def _ranks(
    design: Design,
    score: Scored,
    masks: list[np.ndarray],
    values: np.ndarray,
    level: float,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, np.ndarray]:
    """Return rank, its interval and the chance of being first, over bootstrap samples."""
    sign = 1.0 if score.measure.direction == "down" else -1.0
    rows = np.flatnonzero(np.logical_or.reduce(masks))
    belongs = np.stack([mask[rows] for mask in masks], axis=1).astype(float)
    answers = belongs * score.series[rows, None]
    domain = np.logical_or.reduce(masks)
    found = []
    at_once = max(1, _CELLS_AT_ONCE // design.n)
    for start in range(0, draws, at_once):
        w = design.bootstrap_weights(min(at_once, draws - start), rng, domain)[:, rows]
        base = w @ belongs
        with np.errstate(invalid="ignore", divide="ignore"):
            drawn = np.where(base > 0, (w @ answers) / base, values)
        found.append((sign * drawn).argsort(axis=1, kind="stable").argsort(axis=1) + 1)
    order = np.concatenate(found)
    tail = (1 - level) / 2
    return {
        "rank": np.array([1 + int((sign * values < sign * one).sum()) for one in values]),
        "rank_low": np.quantile(order, tail, axis=0, method="inverted_cdf"),
        "rank_high": np.quantile(order, 1 - tail, axis=0, method="inverted_cdf"),
        "p_first": (order == 1).mean(axis=0),
    }


def _curves(key: str, funnel: Funnel, ends: tuple[float, float]) -> pd.DataFrame:
    """Return the funnel's limits at sizes from below the smallest to above the largest point."""
    one = float(funnel.sigma[0] * np.sqrt(funnel.n[0]))  # sigma of a single answer
    n = np.geomspace(0.8 * funnel.n.min(), 1.1 * funnel.n.max(), _GRID)
    sigma = one / np.sqrt(n)
    return pd.DataFrame(
        {
            "measure": key,
            "n": n,
            "low3": np.maximum(funnel.centre - 3 * sigma, ends[0]),
            "low2": np.maximum(funnel.centre - 2 * sigma, ends[0]),
            "centre": funnel.centre,
            "high2": np.minimum(funnel.centre + 2 * sigma, ends[1]),
            "high3": np.minimum(funnel.centre + 3 * sigma, ends[1]),
        }
    )


def _order(score: Scored) -> Any:
    sign = 1.0 if score.measure.direction == "down" else -1.0

    def place(row: dict[str, Any]) -> tuple[float, str]:
        value = row.get("estimate", np.nan)
        return (sign * value if value == value else np.inf, row["group"])

    return place


def _whole(row: dict[str, Any], score: Scored) -> dict[str, Any]:
    """Return a row with all columns in their order."""
    numbers = (
        *("estimate", "std_error", "conf_low", "conf_high", "shrunk", "shrunk_low", "shrunk_high"),
        *("shrunk_weight", "rank", "rank_low", "rank_high", "p_first", "z"),
    )
    first = {name: row[name] for name in ("measure", "statistic_name", "segment", "group")}
    return {
        **first,
        **{name: row.get(name, np.nan) for name in numbers},
        "place": row.get("place"),
        "unit": score.unit,
        "direction": score.measure.direction,
        "n": row["n"],
        "n_eff": row.get("n_eff", np.nan),
        "low_base": row.get("low_base", False),
        "suppressed": row["reason"] is not None,
        "reason": row["reason"],
    }
