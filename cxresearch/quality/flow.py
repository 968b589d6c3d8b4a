"""From received to analysed: how many interviews are left at each stage, by wave and group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.quality.groups import groupings, labels_of
from cxresearch.study.study import Study

GROUP_COLUMNS = (
    *("segment", "group", "n_received", "n_screened", "n_unweighted", "n_partial", "n_careless"),
    *("n_excluded", "n_analysed", "share_analysed"),
)
INCOMPLETE = ("partial", "mostly_blank")


def flow(study: Study) -> pd.DataFrame:
    """Return ``stage, n``: received, with a weight, eligible, analysed; by wave where there are."""
    received, weighted = study.received, study.design.weights_of(study.received) > 0
    stages = {"received": received}
    if (weighted != received).any():
        stages["weighted"] = weighted
    stages |= {"eligible": study.candidates, "analysed": study.mask}
    if study.wave_column is None:
        return pd.DataFrame({"stage": list(stages), "n": [int(m.sum()) for m in stages.values()]})
    waves = study.full[study.wave_column].astype(str).to_numpy()
    rows = [
        (wave, stage, int((mask & (waves == wave)).sum()))
        for stage, mask in stages.items()
        for wave in study.waves
    ]
    return pd.DataFrame(rows, columns=["wave", "stage", "n"])


def flow_by_group(study: Study, flagged: pd.DataFrame) -> pd.DataFrame:
    """Return per wave and group of each segment how many came, fell away and are analysed.

    ``n_screened`` (not eligible), ``n_unweighted`` and ``n_excluded`` left; ``n_partial``
    (incomplete interviews) and ``n_careless`` (with a flag) are counted among the eligible and
    stay unless a rule of ``data.exclude`` names them. Who has no label is in no group.
    """
    weighted = study.design.weights_of(study.received) > 0
    incomplete = _of(flagged, flagged["rule"].isin(INCOMPLETE), len(study.full))
    careless = _of(flagged, flagged["severity"] == "flag", len(study.full))
    masks = {
        "n_received": study.received,
        "n_screened": weighted & ~study.candidates,
        "n_unweighted": study.received & ~weighted,
        "n_partial": study.candidates & incomplete,
        "n_careless": study.candidates & careless,
        "n_excluded": study.candidates & ~study.mask,
        "n_analysed": study.mask,
    }
    rows: list[dict[str, Any]] = []
    for column in groupings(study):
        labels = labels_of(study, column)
        for group in study.full[column].cat.categories:
            here = labels == str(group)
            counts = {name: int((mask & here).sum()) for name, mask in masks.items()}
            if counts["n_received"]:
                share = counts["n_analysed"] / counts["n_received"]
                row = {"segment": column, "group": str(group), **counts}
                rows.append(row | {"share_analysed": share})
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def _of(flagged: pd.DataFrame, chosen: pd.Series, n: int) -> np.ndarray:
    rows = np.zeros(n, dtype=bool)
    rows[flagged.loc[chosen, "row"].to_numpy(dtype=int)] = True
    return rows
