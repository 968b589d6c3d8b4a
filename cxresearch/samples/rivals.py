"""How customers see two rivals and the brand: columns that stand beside the ratings of Varlund.

Some customers know a rival and rate it; who does so does not depend on anything. Their rating
follows their rating of Varlund by a third of a point a point, for people differ in how kindly
they rate. What the brand stands for in their eyes is chosen from a list of eight words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from cxresearch.samples.process import NOT_APPLICABLE

OWN = "Varlund"
#: Column of Varlund by codebook key, and the middle from which a rival's rating departs.
RATED: Mapping[str, tuple[str, float]] = {
    "satisfaction": ("S1", 5.1),
    "keeps_dates": ("P5", 5.0),
    "on_time": ("ONTIME", 4.9),
    "price_fairness": ("PRICE", 4.7),
}
FOLLOWS, SPREAD = 0.35, 1.15
BLANK_SHARE = 0.010


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """A rival: prefix of its columns, share of customers who know it, and latent means by key."""

    prefix: str
    known: float
    means: Mapping[str, float]


RIVALS: Mapping[str, Rival] = {
    "Pakorra": Rival(
        prefix="PK",
        known=0.45,
        means={"satisfaction": 4.9, "keeps_dates": 4.95, "on_time": 5.0, "price_fairness": 5.0},
    ),
    "Sendelin": Rival(
        prefix="SE",
        known=0.32,
        means={"satisfaction": 5.15, "keeps_dates": 5.3, "on_time": 5.5, "price_fairness": 4.2},
    ),
}

#: Weight in which a brand attribute is intended; they sum to 1. Attributes without are not.
INTENDED: Mapping[str, float] = {
    "reliable": 0.35,
    "personal": 0.25,
    "fast": 0.20,
    "innovative": 0.12,
    "green": 0.08,
}
UNINTENDED = ("expensive", "bureaucratic", "old_fashioned")
BRAND = (*INTENDED, *UNINTENDED)
#: Share that chooses an attribute, the rating it moves with, per point, and from which middle.
SEEN: Mapping[str, tuple[float, str, float, float]] = {
    "reliable": (0.60, "P5", 0.10, 5.0),
    "personal": (0.38, "P20", 0.07, 5.0),
    "fast": (0.44, "ONTIME", 0.08, 5.0),
    "innovative": (0.15, "", 0.0, 0.0),
    "green": (0.22, "", 0.0, 0.0),
    "expensive": (0.30, "PRICE", -0.07, 4.7),
    "bureaucratic": (0.36, "", 0.0, 0.0),
    "old_fashioned": (0.20, "", 0.0, 0.0),
}
#: Shares of those who know a rival and see an attribute in it.
SEEN_IN_RIVALS: Mapping[str, Mapping[str, float]] = {
    "Pakorra": dict(zip(BRAND, (0.45, 0.25, 0.40, 0.42, 0.15, 0.18, 0.20, 0.10), strict=True)),
    "Sendelin": dict(zip(BRAND, (0.55, 0.20, 0.56, 0.30, 0.35, 0.52, 0.24, 0.12), strict=True)),
}


def rival_column(rival: str, key: str) -> str:
    """Return the column in which a rival is rated.

    Examples
    --------
    >>> rival_column("Pakorra", "on_time")
    'PK_ONTIME'
    """
    return f"{RIVALS[rival].prefix}_{RATED[key][0]}"


def brand_column(attribute: str) -> str:
    """Return the column of a brand attribute.

    Examples
    --------
    >>> brand_column("old_fashioned")
    'B_OLD_FASHIONED'
    """
    return f"B_{attribute.upper()}"


def ratings(
    answers: pd.DataFrame, rng: np.random.Generator, blank_share: float = 0.0
) -> pd.DataFrame:
    """Return how the same people rate both rivals: 1 to 7, 98 where they do not know the rival.

    Parameters
    ----------
    answers : DataFrame
        Their answers about Varlund; where one is missing they are taken to be in the middle.
    rng : Generator
        Source of randomness.
    blank_share : float
        Share of ratings left blank, at random.
    """
    n = len(answers)
    columns = {}
    for name, rival in RIVALS.items():
        known = rng.random(n) < rival.known
        for key, (own, middle) in RATED.items():
            about = _given(answers, own, middle) - middle
            latent = rival.means[key] + FOLLOWS * about + SPREAD * rng.standard_normal(n)
            rated = np.where(known, np.clip(np.rint(latent), 1, 7), NOT_APPLICABLE)
            columns[rival_column(name, key)] = np.where(
                known & (rng.random(n) < blank_share), np.nan, rated
            )
    return pd.DataFrame(columns, index=answers.index)


def associations(answers: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return which of the eight attributes people see in Varlund: 1 chosen, 0 not."""
    columns = {}
    for attribute, (share, rating, slope, middle) in SEEN.items():
        chance = np.full(len(answers), share)
        if rating:
            chance = chance + slope * (_given(answers, rating, middle) - middle)
        chosen = rng.random(len(answers)) < np.clip(chance, 0.02, 0.98)
        columns[brand_column(attribute)] = chosen.astype(float)
    return pd.DataFrame(columns, index=answers.index)


def brand_table(frame: pd.DataFrame, wave: str, rng: np.random.Generator) -> pd.DataFrame:
    """Return what the respondents of a wave see in each brand that they know, in long form."""
    asked = frame[(frame["wave"] == wave) & (frame["used_service"] == 1)]
    parts = []
    for brand in (OWN, *RIVALS):
        knows = asked
        if brand in RIVALS:
            first = [rival_column(brand, key) for key in RATED]
            knows = asked[(asked[first] != NOT_APPLICABLE).all(axis="columns")]
        for attribute in BRAND:
            if brand in RIVALS:
                share = SEEN_IN_RIVALS[brand][attribute]
                selected = (rng.random(len(knows)) < share).astype(int)
            else:
                selected = knows[brand_column(attribute)].to_numpy(dtype=int)
            parts.append(
                pd.DataFrame(
                    {
                        "respondent_id": knows["respondent"].to_numpy(),
                        "brand": brand,
                        "attribute": attribute,
                        "selected": selected,
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def intended_table() -> pd.DataFrame:
    """Return the intended profile: every attribute, whether it is meant, and its weight."""
    return pd.DataFrame(
        {
            "attribute": BRAND,
            "intended": [int(name in INTENDED) for name in BRAND],
            "weight": [INTENDED.get(name, 0.0) for name in BRAND],
        }
    )


def _given(answers: pd.DataFrame, column: str, middle: float) -> np.ndarray:
    values = answers[column].to_numpy(dtype=float)
    return np.where(values < NOT_APPLICABLE, values, middle)
