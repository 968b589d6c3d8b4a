"""Gaps inside the company: where managers or staff see service otherwise than customers do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from cxresearch.bases import Bases
from cxresearch.errors import AnalysisError, Fault, did_you_mean
from cxresearch.notes import distinct
from cxresearch.results import Result
from cxresearch.stats.multiplicity import adjust
from cxresearch.study import scores
from cxresearch.study.study import Study

Side = Literal["expectation", "perception", "adequate", "desired"]
NUMBERS = [
    *("value_from", "value_to", "estimate", "std_error", "conf_low", "conf_high"),
    *("statistic", "df", "p_value", "q_value", "n_from", "n_to", "reason"),
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupGaps(Result):
    """How one group of respondents differs from another; one row per dimension.

    Attributes
    ----------
    items : DataFrame
        The same columns, one row per item.
    """

    items: pd.DataFrame


def between(
    study: Study,
    /,
    *,
    column: str,
    groups: Sequence[str],
    side: Side = "expectation",
    conf_level: float | None = None,
) -> GroupGaps:
    """Tell where one group, such as managers, sees service otherwise than another, customers.

    These are gaps 1 to 4 of the gaps model: two groups of people, so independent samples and
    never pairs. Gap 1 compares what managers think customers expect with what customers do.

    Parameters
    ----------
    study : Study
    column : str
        Segment column that tells the groups apart.
    groups : two labels
        The result is the second minus the first.
    side : {"expectation", "perception", "adequate", "desired"}
        Which answers are compared.
    conf_level : float, optional
        The study's own by default.

    Returns
    -------
    GroupGaps
        Scale points. ``value_from`` and ``value_to`` are the means of the two groups,
        ``estimate`` their difference: Welch, or the design's difference with the covariance of
        shared clusters; q by Benjamini and Hochberg over dimensions (items).

    Raises
    ------
    AnalysisError
        If the column or a group is not there, there are not two groups, or no item has the side.

    Notes
    -----
    Reference: Parasuraman, Zeithaml & Berry (1985), doi:10.1177/002224298504900403.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxresearch.study.study import Study
    >>> frame = pd.DataFrame({"E": [7, 6, 7, 6] * 5 + [5, 6, 5, 6] * 5, "P": [5] * 40,
    ...                       "role": ["customer"] * 20 + ["manager"] * 20})
    >>> book = {"dimensions": {"care": {"scale": [1, 7], "expectation": "E", "perception": "P"}}}
    >>> one = Study.from_frame(frame, book, segments=["role"])
    >>> found = between(one, column="role", groups=["customer", "manager"])
    >>> float(found.table.loc[0, "estimate"])
    -1.0
    """
    level = study.conf_level if conf_level is None else conf_level
    known = study.groups(study.by_columns(column)[0])
    names = [str(one) for one in groups]
    if len(set(names)) != 2 or not set(names) <= set(known):
        odd = next((one for one in names if one not in known), "")
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'gaps between groups need two groups of "{column}"',
                found=", ".join(names),
                hint=did_you_mean(odd, known) if odd else "one of: " + ", ".join(known),
            )
        )
    labels = study.full[study.by_columns(column)[0]].astype(str).to_numpy()
    masks = [study.mask & (labels == name) for name in names]
    bases = Bases(study)
    rows, items = [], []
    for key, dimension in study.codebook.dimensions.items():
        asked = [item for item in dimension.items if item.column(side)]
        if not asked:
            continue
        values = scores.battery(study.ratings, dimension, side)
        rows.append({"dimension": key} | _row(study, key, values, masks, level, bases))
        for item in asked:
            answer = scores.answers(study.ratings, [item.column(side) or ""])[:, 0]
            made = _row(study, item.key, answer, masks, level, bases)
            items.append({"dimension": key, "item": item.key} | made)
    if not rows:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what=f'no item has the side "{side}"',
                where="codebook: dimensions",
                hint="name its columns, or compare another side",
            )
        )
    for table in (rows, items):
        q = adjust([row["p_value"] for row in table], study.params.analysis.multiplicity)
        for row, value in zip(table, q, strict=True):
            row["q_value"] = float(value)
    return GroupGaps(
        table=pd.DataFrame(rows, columns=["dimension", *NUMBERS]),
        items=pd.DataFrame(items, columns=["dimension", "item", *NUMBERS]),
        n=int(sum(mask.sum() for mask in masks)),
        n_eff=study.design.kish(masks[0] | masks[1])[0],
        conf_level=level,
        method="independent",
        notes=distinct([*study.base_notes(), *bases.notes]),
        about=study.about,
    )


def _row(
    study: Study,
    name: str,
    values: np.ndarray,
    masks: list[np.ndarray],
    level: float,
    bases: Bases,
) -> dict[str, Any]:
    design = study.design
    row: dict[str, Any] = dict.fromkeys(NUMBERS, np.nan)
    n = [int(design.members(mask, values).sum()) for mask in masks]
    row |= {"n_from": n[0], "n_to": n[1]}
    row["reason"] = bases.withheld(name, min(n))
    if row["reason"] is not None:
        return row
    found = design.difference(values, masks[1], masks[0], level)
    bases.low(name, min(n), np.nan)
    first, second = (design.mean(values, mask).estimate for mask in masks)
    return row | {
        "value_from": first,
        "value_to": second,
        **{
            end: getattr(found, end)
            for end in ("estimate", "std_error", "conf_low", "conf_high", "statistic", "df")
        },
        "p_value": found.p_value,
    }
