"""How the answers were sampled: weights, strata and clusters, checked before any analysis.

The design is made of every row, those screened out included, so that standard errors of parts
are right. Waves are independent samples: strata and clusters are read within their wave.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from cxresearch.errors import Fault, first
from cxresearch.notes import Note, note
from cxresearch.stats.survey import Design
from cxresearch.study.gather import Gathered, as_labels
from cxresearch.study.params import DataSection


def read_weights(
    gathered: Gathered, frame: pd.DataFrame, data: DataSection
) -> tuple[np.ndarray | None, list[Note], list[Fault]]:
    """Return the weight of every row (None: unweighted); NaN only where `missing_weight` drops it.

    A wave in which nobody has a weight counts everybody alike, at the mean weight of the others,
    so that a factor on all weights changes nothing.
    """
    if not data.weight:
        return None, [], []
    raw = gathered.frame[data.weight]
    if not pd.api.types.is_numeric_dtype(raw):
        numbers = pd.to_numeric(raw, errors="coerce")
        wrong = (numbers.isna() & raw.notna()).to_numpy()
        if wrong.any():
            return None, [], [_weight_fault(gathered, data, wrong, "text in the column of weights")]
        raw = numbers
    weights = raw.to_numpy(dtype=float, na_value=np.nan)
    notes: list[Note] = []
    faults: list[Fault] = []
    if (bad := (weights < 0) | np.isinf(weights)).any():
        faults.append(_weight_fault(gathered, data, bad, "weights below zero or infinite"))
    unweighted = _waves_without(np.isnan(weights), frame, data)
    if unweighted:
        assert data.wave is not None
        rows = frame[data.wave.column].isin(unweighted).to_numpy()
        others = weights[weights > 0]
        weights = np.where(rows, others.mean() if len(others) else 1.0, weights)
        notes.append(note("waves_unweighted", waves=", ".join(unweighted)))
    missing = np.isnan(weights)
    if missing.any():
        if data.missing_weight == "drop":
            notes.append(note("weights_missing", n=int(missing.sum())))
        else:
            faults.append(
                _weight_fault(
                    gathered,
                    data,
                    missing,
                    "respondents without a weight",
                    "fill the weights in, or declare data.missing_weight: drop",
                )
            )
    if not faults and not (np.nan_to_num(weights) > 0).any():
        everyone = np.ones(len(weights), dtype=bool)
        faults.append(_weight_fault(gathered, data, everyone, "no weight is above zero"))
    if n := int((weights == 0).sum()):
        notes.append(note("weights_zero", n=n))
    return weights, notes, faults


def drawn_from(gathered: Gathered, data: DataSection) -> list[Fault]:
    """Return the faults of rows that do not say which stratum or cluster they were drawn in."""
    faults = []
    for what, column in (("stratum", data.strata), ("cluster", data.cluster)):
        if not column:
            continue
        blank = as_labels(gathered.frame[column]).isna().to_numpy()
        if blank.any():
            key = "strata" if what == "stratum" else what
            faults.append(
                Fault(
                    kind="data",
                    what=f"respondents without a {what}",
                    where=gathered.rows(column, blank),
                    hint=f"give such rows a {what} of their own, or set data.{key} to null",
                )
            )
    return faults


def _waves_without(missing: np.ndarray, frame: pd.DataFrame, data: DataSection) -> list[str]:
    """Return the waves in which nobody has a weight, where other waves have some."""
    if data.wave is None or not missing.any() or missing.all():
        return []
    known = pd.Series(~missing).groupby(frame[data.wave.column], observed=True).any()
    return [str(wave) for wave in known.index[~known]]


def _weight_fault(
    gathered: Gathered, data: DataSection, rows: np.ndarray, what: str, hint: str = ""
) -> Fault:
    assert data.weight is not None
    found = gathered.frame.loc[rows, data.weight].drop_duplicates().tolist()
    return Fault(
        kind="data",
        what=what,
        where=gathered.rows(data.weight, rows),
        found="" if hint else first(found),
        hint=hint or "correct the weights, or set data.weight to null for an unweighted study",
    )


def survey_design(frame: pd.DataFrame, weights: np.ndarray | None, data: DataSection) -> Design:
    """Waves are independent samples: strata and clusters are read within their wave."""
    strata = None
    if weights is not None or data.strata or data.cluster:
        named = [data.wave.column if data.wave else None, data.strata]
        if columns := [name for name in dict.fromkeys(named) if name]:
            keys = frame[columns].astype(object)
            codes = keys.groupby(columns, sort=False).ngroup().to_numpy()
            names = keys.drop_duplicates().astype(str).agg(" · ".join, axis=1).to_numpy()
            strata = names[codes]
    clusters = None if not data.cluster else frame[data.cluster]
    return Design.build(
        len(frame),
        weights=None if weights is None else np.nan_to_num(weights),
        strata=strata,
        clusters=clusters,
        fpc=None if not data.fpc else frame[data.fpc],
        # a wave of one respondent is no fault of the sampling plan where none was declared
        lonely_psu=data.lonely_psu if data.strata or data.cluster else "certainty",
    )


def as_data(fault: Fault, data: DataSection) -> Fault:
    """Return a fault of the design as one of the columns that say how people were sampled."""
    named = [name for name in (data.weight, data.strata, data.cluster) if name]
    where = fault.where or ("columns " + ", ".join(f'"{name}"' for name in named))
    return Fault(
        kind="data",
        what=fault.what,
        where=where,
        found=fault.found,
        hint=fault.hint or "correct the columns of the design, or declare data.lonely_psu",
    )
