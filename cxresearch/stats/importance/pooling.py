"""One importance out of several: completed data sets with their draws, taken together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from cxresearch.stats.importance.moments import fault
from cxresearch.stats.importance.summaries import differences, summary
from cxresearch.stats.importance.uncertainty import BootstrapImportance


def pooled(parts: Sequence[BootstrapImportance]) -> BootstrapImportance:
    """Take the importance of several completed data sets together (multiple imputation).

    The estimate is the mean over the data sets; the draws of all of them are one sample, whose
    percentiles hold both what sampling and what the missing answers leave open ("MI boot").

    References
    ----------
    Schomaker & Heumann 2018, doi:10.1002/sim.7654. Rubin 1987, doi:10.1002/9780470316696.

    Examples
    --------
    >>> from cxresearch.stats.importance import bootstrap
    >>> X = pd.DataFrame({"a": [1.0, 2, 3, 4, 5, 6], "b": [2.0, 1, 4, 3, 6, 7]})
    >>> one = bootstrap(X, [1, 2, 2, 4, 5, 7], n_resamples=50)
    >>> bool((pooled([one, one]).table["estimate"] == one.table["estimate"]).all())
    True
    """
    if not parts:
        raise fault("there is nothing to pool")
    first = parts[0]
    values = pd.concat([one.point.values for one in parts], axis=1).mean(axis=1)
    values = values.rename("estimate").rename_axis(str(first.point.values.index.name))
    draws = np.concatenate([one.draws for one in parts])
    noisy = pure = None
    if all(one.noise is not None for one in parts):
        pure = np.concatenate([one.noise for one in parts if one.noise is not None])
        above = [one.above for one in parts if one.above is not None]
        noisy = None if not above else np.concatenate(above)
    correlation = pd.concat(
        [one.table.set_index(values.index.name)["correlation"] for one in parts], axis=1
    ).mean(axis=1)
    level = first.conf_level
    blocks = [one.blocks for one in parts if one.blocks is not None]
    return replace(
        first,
        table=summary(values, draws, level, correlation, noisy),
        draws=draws,
        differences=differences(values, draws, level),
        r_squared=np.concatenate([one.r_squared for one in parts]),
        point=replace(
            first.point,
            values=values,
            r_squared=float(np.mean([one.point.r_squared for one in parts])),
        ),
        noise=pure,
        above=noisy,
        blocks=pooled(blocks) if blocks else None,
        n_resamples=sum(one.n_resamples for one in parts),
        n_failed=sum(one.n_failed for one in parts),
    )
