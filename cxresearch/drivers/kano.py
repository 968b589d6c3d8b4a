"""The Kano questionnaire of a study: features that delight, that are expected, that are missed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.notes import distinct
from cxresearch.results import Result
from cxresearch.stats import kano as classes
from cxresearch.stats.multiplicity import adjust
from cxresearch.study.study import Study

FAMILY = "kano_features"
TIE = "tie"
COLUMNS = ["item", "kind", "second", "better", "worse", *classes.CLASSES]
COLUMNS += ["p_value", "q_value", "family", "family_size", "n", "reason"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KanoTable(Result):
    """What each feature is to customers; one row per feature."""


def kano(study: Study, pairs: Mapping[str, tuple[str, str]], /) -> KanoTable:
    """Tell which features delight, which are taken for granted, and which leave people cold.

    Parameters
    ----------
    study : Study
    pairs : mapping of feature to (functional, dysfunctional)
        Codebook keys of the two answers, 1 like, 2 must be, 3 neutral, 4 live with, 5 dislike:
        how people feel with the feature, and without it.

    Returns
    -------
    KanoTable
        ``kind`` is the leading class, or "tie" where it cannot be told from the ``second``
        (exact binomial test of the two, q > 1 − conf_level over the features); ``better`` =
        (A + O) / (A + O + M + I), ``worse`` = −(O + M) / (A + O + M + I); counts by class.

    Notes
    -----
    Counts are of respondents, not weighted: the test needs whole people.
    Reference: Kano et al. (1984), *Journal of the Japanese Society for Quality Control* 14(2).

    Examples
    --------
    >>> frame = pd.DataFrame({"with_it": [1] * 30, "without": [5] * 25 + [3] * 5})
    >>> book = {"attributes": {k: {"columns": k, "scale": [1, 5]} for k in frame}}
    >>> kano(Study.from_frame(frame, book), {"tracking": ("with_it", "without")}).table["kind"][0]
    'one_dimensional'
    """
    bases = Bases(study)
    rows: list[dict[str, Any]] = []
    for feature, (functional, dysfunctional) in pairs.items():
        codes = classes.classify(
            study.values(functional)[study.mask], study.values(dysfunctional)[study.mask]
        )
        n = int((codes >= 0).sum())
        row: dict[str, Any] = {"item": feature, "n": n, "family": FAMILY}
        row["reason"] = bases.withheld(feature, n)
        if row["reason"] is None:
            counts = {
                name: float((codes == number).sum()) for number, name in enumerate(classes.CLASSES)
            }
            found = classes.evaluate(counts)
            row |= {"kind": found.leading, "second": found.second, "p_value": found.p_value}
            row |= {"better": found.better, "worse": found.worse, **counts}
        rows.append(row)
    table = pd.DataFrame(rows).reindex(columns=COLUMNS)
    table["q_value"] = np.asarray(adjust(table["p_value"].to_numpy(dtype=float)))
    table["family_size"] = int(table["p_value"].notna().sum())
    open_ = table["q_value"] > 1 - study.conf_level
    table["kind"] = table["kind"].astype(object).mask(open_, TIE)
    for column in ("kind", "second", "reason"):
        told = table[column].astype(object)
        table[column] = told.where(told.notna(), None)
    return KanoTable(
        table=table,
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="kano",
        notes=distinct([*study.base_notes(), *bases.notes]),
        about=study.about,
    )
