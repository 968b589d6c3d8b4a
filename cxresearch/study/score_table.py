"""Every score of a study side by side, one row a respondent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from cxresearch.study.scores import battery

if TYPE_CHECKING:
    from cxresearch.study.study import Study


def score_table(study: Study) -> pd.DataFrame:
    """Return the scores of those of this study, beside what names and groups them.

    Columns are those of `Study.scores`; scale points.
    """
    data, book = study.params.data, study.codebook
    named = [data.id, study.wave_column, *study.segments, data.service_point, data.weight]
    table = study.full[[name for name in dict.fromkeys(named) if name]].copy()
    if data.weight:
        table[data.weight] = study.design.weights
    for key, dimension in book.dimensions.items():
        if any(item.perception for item in dimension.items):
            table[key] = battery(study.ratings, dimension)
        if dimension.has_pairs:
            pairs = study.pairs(key)
            table[f"{key}_expectation"] = pairs.mean("expectation")
            table[f"{key}_gap"] = pairs.gap
    for key in [*book.measures, *book.attributes]:
        table[key] = study.values(key)
    return table.loc[study.mask].reset_index(drop=True)
