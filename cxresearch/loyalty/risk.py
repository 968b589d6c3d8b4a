"""Revenue at risk: what the customers of today pay, times how likely such customers leave."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from cxresearch.stats.odds import Logit, logit_draws
from cxresearch.stats.resample import multinomial_counts, percentile_interval

MOST_LOST = 0.05
ALL = "all_linked"
EVERYBODY = "all_customers"
COLUMNS = ["answer_group", "n", "p_leave", "revenue", "estimate", "conf_low", "conf_high", "share"]
COLUMNS += ["share_low", "share_high", "per_point", "per_point_low", "per_point_high", "unit"]


def at_risk(
    followed: pd.DataFrame,
    current: pd.DataFrame,
    fit: Logit,
    everybody: float,
    top: float,
    level: float,
    n_resamples: int,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return revenue expected to be lost in the coming period, by group of answers.

    Parameters
    ----------
    followed : DataFrame
        Interviews that the model of leaving rests on: ``customer, score, left``.
    current : DataFrame
        Latest answers of customers of today: ``customer, score, group, paid``.
    fit : Logit
        Of staying on the score (log odds; intercept and ``score``).
    everybody : float
        Revenue of all customers of today, linked or not.
    top : float
        Highest score of the scale.

    Returns
    -------
    DataFrame
        Per group, for all linked, and scaled up to all customers: ``estimate`` = Σ P(leaves) ×
        revenue of the last period, ``share`` of their revenue; percentile interval of a
        bootstrap of customers in which the model is fitted anew. ``per_point``: by how much less
        would be at risk if everybody had answered one point higher (at most the top), as far as
        the association is more than that.
    """
    people = pd.Index(pd.unique(pd.concat([followed["customer"], current["customer"]])))
    counts = multinomial_counts(len(people), n_resamples, rng)
    before = counts[:, people.get_indexer(followed["customer"])]
    now = counts[:, people.get_indexer(current["customer"])]
    stayed = 1.0 - followed["left"].to_numpy(dtype=float)
    draws = logit_draws(stayed, followed["score"], before)
    score = current["score"].to_numpy(dtype=float)
    paid = current["paid"].to_numpy(dtype=float)
    higher = np.minimum(score + 1, np.maximum(top, score))
    coef = fit.coef[["intercept", "score"]].to_numpy(dtype=float)
    point = [special.expit(-(coef[0] + coef[1] * s)) for s in (score, higher)]
    drawn = [special.expit(-(draws[:, :1] + draws[:, 1:] * s)) for s in (score, higher)]
    rows: list[dict[str, Any]] = []
    for group in ("low", "middle", "high", ALL):
        inside = (
            (current["answer_group"] == group).to_numpy()
            if group != ALL
            else np.ones(len(score), bool)
        )
        if not inside.any():
            continue
        weights = now * (paid * inside)
        shares = [float(p @ (paid * inside) / (paid @ inside)) for p in point]
        whole = weights.sum(axis=1)
        whole = np.where(whole > 0, whole, np.nan)
        cloud = np.array([(weights * p).sum(axis=1) / whole for p in drawn])
        row = {
            "answer_group": group,
            "n": int(inside.sum()),
            "p_leave": float(point[0][inside].mean()),
        }
        money = float(paid @ inside)
        rows.append(row | _row(shares, cloud, money, level))
        if group == ALL and everybody > 0:
            rows.append(row | {"answer_group": EVERYBODY} | _row(shares, cloud, everybody, level))
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(shares: list[float], cloud: np.ndarray, money: float, level: float) -> dict[str, Any]:
    """Return money and share at risk, and what a point goes with, each with its interval."""
    ends = np.full((2, 2), np.nan)
    if np.isnan(cloud[0]).mean() <= MOST_LOST:
        both = np.column_stack([cloud[0], cloud[1] - cloud[0]])
        ends = percentile_interval(both, level)
    return {
        "revenue": money,
        "estimate": shares[0] * money,
        "conf_low": ends[0, 0] * money,
        "conf_high": ends[1, 0] * money,
        "share": shares[0],
        "share_low": ends[0, 0],
        "share_high": ends[1, 0],
        "per_point": (shares[1] - shares[0]) * money,
        "per_point_low": ends[0, 1] * money,
        "per_point_high": ends[1, 1] * money,
        "unit": "money",
    }
