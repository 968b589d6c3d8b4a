"""Which score goes along with satisfaction: gaps or perceptions, with importance or without."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault
from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.servqual.differences import constraints, difference_scores
from cxresearch.servqual.scales import Scores, scores
from cxresearch.stats import draws
from cxresearch.stats.regression import ols
from cxresearch.stats.resample import percentile_interval, stream
from cxresearch.study.study import Study

MODELS = {
    "servqual": ("gap", False),
    "servqual_weighted": ("gap", True),
    "servperf": ("perception", False),
    "servperf_weighted": ("perception", True),
}
COLUMNS = [
    *("outcome", "model", "r_squared", "r_squared_low", "r_squared_high"),
    *("r_squared_dimensions", "coefficient", "n", "reason"),
]
DIFFERENCES = [
    *("outcome", "first", "second", "estimate", "conf_low", "conf_high", "p_greater", "n"),
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScoreModels(Result):
    """How much of the outcome each score accounts for; one row per model.

    Attributes
    ----------
    differences : DataFrame
        R² of one model minus that of another, from the same resamples; one row per pair.
    constraints : DataFrame
        Whether the gap, which gives perception and expectation weights of equal size and
        opposite sign, throws information away; one row per dimension and overall.
    reliability : DataFrame
        How far the difference scores can be trusted, and what expectations do to them.
    """

    differences: pd.DataFrame
    constraints: pd.DataFrame
    reliability: pd.DataFrame


def models(
    study: Study,
    /,
    *,
    outcome: str | None = None,
    conf_level: float | None = None,
    n_resamples: int | None = None,
    seed: int | None = None,
) -> ScoreModels:
    """Tell which quality score goes along with satisfaction, and whether gaps lose information.

    Parameters
    ----------
    study : Study
        With expectation and perception, and a measure.
    outcome : str, optional
        Measure to account for; by default that of the driver analysis, else the first.
    conf_level, n_resamples, seed : optional
        The study's own by default.

    Returns
    -------
    ScoreModels
        ``servqual`` is the mean over dimensions of P − E, ``servperf`` that of P; the weighted
        ones take each respondent's importance points instead of equal weights. ``r_squared`` of
        the outcome on that one score with a percentile bootstrap interval over the design, all
        models on the same respondents; ``r_squared_dimensions`` with the dimensions as separate
        predictors. ``differences``: interval and ``p_greater`` (part of the draws in which the
        first is larger) from the same resamples; an order without them proves nothing.

        ``constraints``: the outcome on P and E; ``estimate`` = b_P + b_E, which is zero where
        the gap is all that counts. ``reliability``: of the difference score, from the
        reliabilities (alpha) and the correlation of its sides.

    Raises
    ------
    AnalysisError
        If no dimension has pairs, or there is no such measure.

    Notes
    -----
    Where there are no importance points, the weighted models have the reason ``no_importance``.
    References: Cronin & Taylor (1992), doi:10.1177/002224299205600304; Parasuraman, Zeithaml &
    Berry (1991), Journal of Retailing 67(4), 420-450; Peter, Churchill & Brown (1993),
    doi:10.1086/209329.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"E": [7, 6, 7, 5, 6, 7, 6, 5, 7, 6],
    ...                       "P": [6, 5, 4, 5, 6, 7, 3, 4, 5, 6],
    ...                       "Y": [8, 7, 5, 7, 8, 9, 4, 6, 6, 8]})
    >>> book = {"dimensions": {"care": {"scale": [1, 7], "expectation": "E", "perception": "P"}},
    ...         "measures": {"satisfaction": {"kind": "score", "columns": "Y", "scale": [1, 9]}}}
    >>> found = models(Study.from_frame(frame, book), n_resamples=200).table
    >>> found.set_index("model")["r_squared"].round(4).dropna().to_dict()
    {'servqual': 0.7861, 'servperf': 0.9419}
    """
    level = study.conf_level if conf_level is None else conf_level
    key = _outcome(study, outcome)
    y = study.measure(key).values
    known = scores(study)
    bases = Bases(study)
    notes: list[Note] = []
    member, n_total = _cases(study, y, known)
    n = int(member.sum())
    if n < n_total:
        notes.append(note("listwise", n=n, n_total=n_total))
    n_draws = study.n_resamples if n_resamples is None else n_resamples
    rng = stream(study.seed if seed is None else seed, "servqual.models")
    predictors = {
        name: known.overall(side, weighted=weighted)
        for name, (side, weighted) in MODELS.items()
        if known.importance is not None or not weighted
    }
    reason = bases.withheld(key, n) or _unfit(y, predictors, member)
    rows = [_blank(key, name, n, reason or "no_importance") for name in MODELS]
    pairs: list[dict[str, Any]] = []
    if reason is None:
        bases.low(key, n, study.design.kish(member)[0])
        drawn = _r_squared(study, member, y, list(predictors.values()), n_draws, rng)
        ends = percentile_interval(drawn[1:], level)
        fitted = {}
        for i, (name, x) in enumerate(predictors.items()):
            slope = ols(y, {"score": x}, design=study.design, domain=member, covariance="classic")
            fitted[name] = {
                "r_squared": drawn[0, i],
                "r_squared_low": ends[0, i],
                "r_squared_high": ends[1, i],
                "r_squared_dimensions": _of_dimensions(study, member, y, known, name),
                "coefficient": slope.coef["score"],
                "reason": None,
            }
        rows = [row | fitted.get(row["model"], {}) for row in rows]
        pairs = _differences(key, list(predictors), drawn, level, n)
    tests = constraints(study, key, y, known, level, bases, notes)
    trust = difference_scores(study, known, bases, notes)
    if known.importance is None:
        notes.append(note("no_importance"))
    return ScoreModels(
        table=pd.DataFrame(rows, columns=COLUMNS),
        differences=pd.DataFrame(pairs, columns=DIFFERENCES),
        constraints=tests,
        reliability=trust,
        n=n,
        n_eff=study.design.kish(member)[0],
        conf_level=level,
        method="percentile_bootstrap",
        notes=distinct([*study.base_notes(), *bases.notes, *notes, note("observational")]),
        about=study.about,
    )


def _outcome(study: Study, outcome: str | None) -> str:
    chosen = outcome or study.params.analysis.drivers.outcome
    if chosen is None and study.codebook.measures:
        chosen = next(iter(study.codebook.measures))
    if chosen is None:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no measure for the scores to account for",
                where="codebook: measures",
                hint="add an outcome, such as overall satisfaction",
            )
        )
    return chosen


def _cases(study: Study, y: np.ndarray, known: Scores) -> tuple[np.ndarray, int]:
    """Return who answered everything that any model needs, and how many answered anything."""
    sides = [known.perception, known.expectation]
    if known.importance is not None:
        sides.append(known.importance)
    whole = np.all([np.isfinite(side).all(axis=1) for side in sides], axis=0)
    asked = study.design.members(study.mask & np.isfinite(known.perception).any(axis=1))
    return study.design.members(study.mask & whole & np.isfinite(y)), int(asked.sum())


def _unfit(y: np.ndarray, predictors: dict[str, np.ndarray], member: np.ndarray) -> str | None:
    if np.ptp(y[member]) == 0:
        return "outcome_constant"
    if any(np.ptp(x[member]) == 0 for x in predictors.values()):
        return "constant"
    return None if member.sum() > 2 else "too_few_cases"


def _r_squared(
    study: Study,
    member: np.ndarray,
    y: np.ndarray,
    predictors: list[np.ndarray],
    n_resamples: int,
    rng: np.random.Generator,
) -> np.ndarray:
    """Return R² of every score: of the sample in the first row, of the resamples below."""
    table = np.column_stack([y, *predictors])
    table = np.where(member[:, None], table, 0.0)
    centre = table[member].mean(axis=0)  # sums of squares about the mean keep their digits
    table = np.where(member[:, None], table - centre, 0.0)
    first, k = table[:, :1], table.shape[1]
    parts = np.hstack([member[:, None].astype(float), table, table**2, first * table[:, 1:]])
    weights = study.design.weights_of(member)
    drawn = draws.sums(study.design, member, parts, n_resamples, rng)
    moments = np.vstack([(weights @ parts)[None, :], drawn])
    base = moments[:, :1]
    mean = moments[:, 1 : 1 + k] / base
    variance = moments[:, 1 + k : 1 + 2 * k] / base - mean**2
    covariance = moments[:, 1 + 2 * k :] / base - mean[:, :1] * mean[:, 1:]
    below = variance[:, :1] * variance[:, 1:]
    found = np.full(covariance.shape, np.nan)
    return np.asarray(np.divide(covariance**2, below, out=found, where=below > 1e-12))


def _of_dimensions(
    study: Study, member: np.ndarray, y: np.ndarray, known: Scores, name: str
) -> float:
    """R² with the dimensions as separate predictors, NaN without answers enough for them."""
    side, weighted = MODELS[name]
    values = known.perception - known.expectation if side == "gap" else known.perception
    if weighted:
        assert known.importance is not None
        values = values * known.importance
    if member.sum() <= values.shape[1] + 1:
        return float("nan")
    table = pd.DataFrame(values, columns=list(known.dimensions))
    return ols(y, table, design=study.design, domain=member, covariance="classic").r_squared


def _blank(outcome: str, model: str, n: int, reason: str) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan)
    return row | {"outcome": outcome, "model": model, "n": n, "reason": reason}


def _differences(
    outcome: str, names: list[str], drawn: np.ndarray, level: float, n: int
) -> list[dict[str, Any]]:
    rows = []
    for i, j in combinations(range(len(names)), 2):
        change = drawn[:, i] - drawn[:, j]
        low, high = percentile_interval(change[1:], level)
        known = change[1:][np.isfinite(change[1:])]
        rows.append(
            {
                "outcome": outcome,
                "first": names[i],
                "second": names[j],
                "estimate": change[0],
                "conf_low": low,
                "conf_high": high,
                "p_greater": float((known > 0).mean()) if len(known) else np.nan,
                "n": n,
            }
        )
    return rows
