"""Whether the headline figures would be others without the respondents who are flagged."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from cxresearch.bases import headline
from cxresearch.stats.estimates import quantile
from cxresearch.study.study import Study

COLUMNS = (
    *("measure", "statistic_name", "estimate", "conf_low", "conf_high"),
    *("without", "without_low", "without_high", "difference", "std_error"),
    *("difference_low", "difference_high", "unit", "n", "n_without", "reason"),
)


def with_and_without(
    study: Study, base: np.ndarray, flagged: np.ndarray, level: float
) -> pd.DataFrame:
    """Return every measure's headline among all and without the flagged, with the difference.

    The difference is linearised over the respondents in both figures, so its interval says how
    far it may be chance who was flagged.
    """
    rows: list[dict[str, Any]] = []
    kept = base & ~flagged
    for key in study.codebook.measures:
        score = study.measure(key)
        counts = [int(study.design.members(mask, score.values).sum()) for mask in (base, kept)]
        row: dict[str, Any] = dict.fromkeys(COLUMNS, np.nan)
        row |= {"measure": key, "statistic_name": score.headline, "unit": score.unit}
        row |= {"n": counts[0], "n_without": counts[1], "reason": None}
        if min(counts) < study.min_n.show:
            rows.append(row | {"reason": "small_base"})
            continue
        everybody = headline(study.design, score, base, level)
        without = headline(study.design, score, kept, level)
        row |= {"estimate": everybody.estimate, "without": without.estimate}
        row |= {"conf_low": everybody.conf_low, "conf_high": everybody.conf_high}
        row |= {"without_low": without.conf_low, "without_high": without.conf_high}
        difference = without.estimate - everybody.estimate
        row["difference"] = difference
        if counts[0] > counts[1]:
            gap = study.design.difference(score.series, kept, base, level)
            row["std_error"] = gap.std_error
            if gap.std_error > 0 and gap.df > 0:
                reach = quantile(level, gap.df) * gap.std_error
                row |= {"difference_low": difference - reach}
                row |= {"difference_high": difference + reach}
        rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))
