"""The least that customers accept: asked in the last two waves, beside what they expect and get.

An adequate level lies some way below the same person's expectation: far where people are patient
(tangibles), close where they are not (reliability). Now and then somebody puts it above.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxresearch.samples.fieldwork import BLANK_SHARE, NO_ANSWER, NO_ANSWER_SHARE
from cxresearch.samples.process import item_columns

#: Waves in which the adequate level was asked.
ASKED = ("2024 H1", "2024 H2")
#: Mean distance of adequate below expected, in latent scale points.
WIDTHS: Mapping[str, float] = {
    "tangibles": 2.10,
    "reliability": 1.20,
    "responsiveness": 1.60,
    "assurance": 1.60,
    "empathy": 1.90,
}
#: Spread of that distance between people, and between the items of one person.
PATIENCE, ITEM_SPREAD = 0.50, 0.60
#: Share of answers in which adequate is put above the expectation.
BREACH = 0.004


def adequate_columns() -> dict[str, list[str]]:
    """Return the columns of the adequate level by dimension.

    Examples
    --------
    >>> adequate_columns()["tangibles"]
    ['A1', 'A2', 'A3', 'A4']
    """
    return item_columns("A")


def adequate(
    answers: pd.DataFrame, rng: np.random.Generator, *, complete: bool = False
) -> pd.DataFrame:
    """Return the least that the same people accept, item by item, 1 to 7.

    Parameters
    ----------
    answers : DataFrame
        Their expectations; where one is missing that item's mean stands for it. Who left out the
        whole battery left out this one, too.
    rng : Generator
        Source of randomness.
    complete : bool
        Without blanks and codes for no answer, as customers would say it.
    """
    n = len(answers)
    patience = PATIENCE * rng.standard_normal(n)
    columns: dict[str, np.ndarray] = {}
    expected = item_columns("E")
    asked = answers[[name for items in expected.values() for name in items]]
    nothing = asked.isna().all(axis="columns").to_numpy()
    for dimension, items in adequate_columns().items():
        for name, wanted in zip(items, expected[dimension], strict=True):
            given = answers[wanted].where(answers[wanted] < NO_ANSWER)
            hoped = given.fillna(round(float(given.mean()))).to_numpy(dtype=float)
            below = WIDTHS[dimension] + patience + ITEM_SPREAD * rng.standard_normal(n)
            least = np.clip(hoped - np.maximum(np.rint(below), 0.0), 1, 7)
            least = np.where(rng.random(n) < BREACH, np.minimum(hoped + 1, 7), least)
            chance = rng.random(n)
            if not complete:
                least = np.where(chance < BLANK_SHARE + NO_ANSWER_SHARE, NO_ANSWER, least)
                least = np.where((chance < BLANK_SHARE) | nothing, np.nan, least)
            columns[name] = least
    return pd.DataFrame(columns, index=answers.index)


def places(answers: pd.DataFrame, least: pd.DataFrame) -> dict[str, float]:
    """Return sums over people by dimension: perception minus adequate, width, share below.

    Items whose adequate level lies above the expectation have no zone and are left out; a
    dimension is the mean over at least half of a person's items. Keys such as
    ``msa:reliability``, with ``known:reliability`` the people counted.
    """
    found: dict[str, float] = {}
    for dimension, items in adequate_columns().items():
        hoped = answers[item_columns("E")[dimension]].to_numpy(dtype=float)
        given = answers[item_columns("P")[dimension]].to_numpy(dtype=float)
        accepted = least[items].to_numpy(dtype=float)
        zone = accepted <= hoped
        enough = zone.sum(axis=1) >= len(items) / 2
        above = _mean(given - accepted, zone)[enough]
        found[f"msa:{dimension}"] = float(above.sum())
        found[f"width:{dimension}"] = float(_mean(hoped - accepted, zone)[enough].sum())
        found[f"below:{dimension}"] = float((above < -1e-9).sum())
        found[f"known:{dimension}"] = float(enough.sum())
    return found


def _mean(values: np.ndarray, kept: np.ndarray) -> np.ndarray:
    total: np.ndarray = np.where(kept, values, 0.0).sum(axis=1) / np.maximum(kept.sum(axis=1), 1)
    return total
