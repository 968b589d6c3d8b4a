"""Draws of importance put into tables: intervals, shares, ranks, pairwise differences."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.stats.resample import percentile_interval

#: Values nearer than this share a rank.
_EQUAL = 1e-12


def summary(
    values: pd.Series,
    draws: np.ndarray,
    conf_level: float,
    correlation: pd.Series,
    noisy: np.ndarray | None,
) -> pd.DataFrame:
    """Return estimate, share and rank of each player with their intervals."""
    estimate = values.to_numpy(dtype=float)
    low, high = percentile_interval(draws, conf_level)
    share = _shares(estimate[None])[0]
    share_low, share_high = percentile_interval(_shares(draws), conf_level)
    ranks = _ranks(draws)
    rank_low, rank_high = percentile_interval(ranks, conf_level)
    columns: dict[str, Any] = {
        str(values.index.name): values.index,
        "estimate": estimate,
        "conf_low": low,
        "conf_high": high,
        "share": share,
        "share_low": share_low,
        "share_high": share_high,
        "rank": _ranks(estimate[None])[0],
        "rank_low": np.floor(rank_low).astype(int),
        "rank_high": np.ceil(rank_high).astype(int),
        "p_first": (ranks == 1).mean(axis=0),
        "correlation": correlation.reindex(values.index).to_numpy(),
    }
    if noisy is not None:
        above = noisy[:, :-1] - noisy[:, -1:]
        noise_low, noise_high = percentile_interval(above, conf_level)
        columns |= {
            "noise_low": noise_low,
            "noise_high": noise_high,
            "p_above_noise": (above > 0).mean(axis=0),
            "beats_noise": noise_low > 0,
        }
    return pd.DataFrame(columns)


def _shares(values: np.ndarray) -> np.ndarray:
    total = values.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(
        values, total, out=np.full_like(values, np.nan), where=total != 0
    )
    return shares


def _ranks(values: np.ndarray) -> np.ndarray:
    """Rank 1 for the largest; players that are equal share the better rank."""
    more = values[:, None, :] > values[:, :, None] + _EQUAL
    return np.asarray(more.sum(axis=2) + 1)


def differences(values: pd.Series, draws: np.ndarray, conf_level: float) -> pd.DataFrame:
    """Return each pair's difference, the larger estimate first."""
    order = np.argsort(-values.to_numpy(dtype=float), kind="stable")
    i, j = (order[index] for index in np.triu_indices(len(order), 1))
    gaps = draws[:, i] - draws[:, j]
    low, high = percentile_interval(gaps, conf_level)
    return pd.DataFrame(
        {
            "first": values.index[i],
            "second": values.index[j],
            "estimate": values.to_numpy(dtype=float)[i] - values.to_numpy(dtype=float)[j],
            "conf_low": low,
            "conf_high": high,
            "p_greater": (gaps > _EQUAL).mean(axis=0),
        }
    )
