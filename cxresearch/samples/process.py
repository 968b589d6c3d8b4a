"""How customers of the example answer: the process behind the data, with every number in view.

The company is invented: Varlund moves parcels for business customers and looks after the
equipment they handle them with. Each respondent carries a general impression (halo), five
correlated views of the service and expectations of their own; ratings are those views plus an
item's own noise, rounded to whole points and cut at the ends of the scale. Overall satisfaction
is made *from the ratings given*, so the weights of the drivers stand in `DRIVER_WEIGHTS`.

Everything here is complete: blanks, screening, sampling weights and interview times belong to
`cxresearch.samples.fieldwork`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

WAVES = (
    "2021 H1",
    "2021 H2",
    "2022 H1",
    "2022 H2",
    "2023 H1",
    "2023 H2",
    "2024 H1",
    "2024 H2",
)
BREAK_WAVE = "2023 H1"
#: How much of the disruption of 2023 H1 (a new sorting centre) is felt in each wave.
DISRUPTION = dict(zip(WAVES, (0.0, 0.0, 0.0, 0.0, 1.0, 0.92, 0.84, 0.76), strict=True))
#: What the full disruption takes off the latent rating, in scale points.
DISRUPTION_ON = {"ONTIME": 1.25, "COMPLETE": 0.25, "reliability": 0.60, "responsiveness": 0.25}

REGIONS = ("North", "East", "South", "West")
TIERS = ("Standard", "Plus", "Premier")
#: Shares of all customers, and of those who were interviewed: small groups are oversampled.
POPULATION_SHARES = {
    "region": (0.40, 0.25, 0.20, 0.15),
    "tier": (0.60, 0.30, 0.10),
}
SAMPLE_SHARES = {
    "region": (0.25, 0.25, 0.25, 0.25),
    "tier": (0.45, 0.33, 0.22),
}
#: Service points of a region with their shares of its customers.
BRANCHES: Mapping[str, Mapping[str, float]] = {
    "North": {"Aldmoor": 0.40, "Brackwell": 0.35, "Carrowby": 0.25},
    "East": {"Dunsmere": 0.55, "Elmhaven": 0.45},
    "South": {"Fernley": 0.50, "Galtree": 0.50},
    "West": {"Hollinside": 0.60, "Inglewick": 0.40},
}
#: Latent points that a service point adds to reliability and to punctuality.
BRANCH_EFFECTS = {"Carrowby": -0.80, "Dunsmere": 0.45, "Inglewick": 0.20}
#: Latent points on overall satisfaction: Premier customers have a named contact.
TIER_EFFECTS = {"Premier": 0.45}
#: Latent points on punctuality: long routes in the South.
SOUTH_ON_TIME = -0.60
CHANNELS = {"Web": 0.55, "Phone": 0.27, "Counter": 0.18}
CONTACT_SHARE = 0.55

DIMENSIONS = {
    "tangibles": 4,
    "reliability": 5,
    "responsiveness": 4,
    "assurance": 4,
    "empathy": 5,
}
E_MEANS = {
    "tangibles": (5.55, 5.35, 5.75, 5.45),
    "reliability": (6.60, 6.50, 6.55, 6.75, 6.45),
    "responsiveness": (6.15, 6.30, 6.30, 6.05),
    "assurance": (6.30, 6.50, 6.40, 6.25),
    "empathy": (5.90, 6.00, 5.75, 6.10, 5.95),
}
P_MEANS = {
    "tangibles": (5.60, 5.35, 5.80, 5.40),
    "reliability": (5.15, 5.30, 5.20, 4.95, 5.45),
    "responsiveness": (5.30, 5.35, 5.65, 5.25),
    "assurance": (5.75, 5.90, 6.05, 5.60),
    "empathy": (5.20, 5.50, 5.10, 5.30, 5.25),
}
#: Correlation of a perceived dimension with the halo (their own correlations are its square).
HALO = 0.70
LOADING_P, SPREAD_P = 0.82, 1.25
LOADING_E, SPREAD_E = 0.75, 0.95
#: Correlation of what people expect with what they perceive, in general.
EXPECT_HALO = 0.15

#: Latent mean, spread, correlation with the halo and with reliability's own part.
ATTRIBUTES = {
    "PRICE": (4.70, 1.40, 0.45, 0.00),
    "INVOICE": (5.50, 1.25, 0.35, 0.00),
    "ONTIME": (5.45, 1.50, 0.40, 0.25),
    "COMPLETE": (5.95, 1.20, 0.40, 0.00),
    "TRACKING": (5.40, 1.35, 0.35, 0.00),
    "PACKAGING": (5.20, 1.30, 0.00, 0.00),
}
NOT_APPLICABLE = 98
NOT_APPLICABLE_SHARES = {"INVOICE": 0.08, "TRACKING": 0.12}

#: Points of satisfaction per point of the rating given; centres only set the level.
DRIVER_WEIGHTS = {
    "tangibles": 0.04,
    "reliability": 0.27,
    "responsiveness": 0.18,
    "assurance": 0.12,
    "empathy": 0.12,
    "PRICE": 0.15,
    "INVOICE": 0.07,
    "ONTIME": 0.30,
    "COMPLETE": 0.10,
    "TRACKING": 0.08,
    "PACKAGING": 0.00,
}
DRIVER_CENTRES = {
    "tangibles": 5.5,
    "reliability": 5.2,
    "responsiveness": 5.3,
    "assurance": 5.7,
    "empathy": 5.2,
    "PRICE": 4.7,
    "INVOICE": 5.4,
    "ONTIME": 5.3,
    "COMPLETE": 5.8,
    "TRACKING": 5.3,
    "PACKAGING": 5.2,
}
SATISFACTION_LEVEL, SATISFACTION_NOISE = 5.35, 0.80

#: How one hundred points are spread over the dimensions: twenty lots of five points each.
POINT_SHARES = {
    "tangibles": 0.11,
    "reliability": 0.33,
    "responsiveness": 0.23,
    "assurance": 0.18,
    "empathy": 0.15,
}
POINT_LOTS = 20
#: Shares of respondents whose points miss one hundred a little (5 or 10) or by far (30).
POINTS_NEAR, POINTS_FAR = 0.020, 0.008
STRAIGHTLINERS = 0.012


def item_columns(side: str) -> dict[str, list[str]]:
    """Return the columns of a side of the battery ("E", "P" or "A") by dimension.

    Examples
    --------
    >>> item_columns("E")["assurance"]
    ['E14', 'E15', 'E16', 'E17']
    """
    numbers = iter(range(1, sum(DIMENSIONS.values()) + 1))
    return {name: [f"{side}{next(numbers)}" for _ in range(k)] for name, k in DIMENSIONS.items()}


def points_column(dimension: str) -> str:
    """Return the column of importance points of a dimension.

    Examples
    --------
    >>> points_column("tangibles")
    'IMP_TAN'
    """
    return f"IMP_{dimension[:3].upper()}"


def answers(
    wave: str,
    n: int,
    rng: np.random.Generator,
    shares: Mapping[str, tuple[float, ...]] = POPULATION_SHARES,
) -> pd.DataFrame:
    """Draw `n` customers of a wave with everything they would answer if nothing were left out.

    Parameters
    ----------
    wave : str
        One of `WAVES`; it decides how much of the disruption is felt.
    n : int
        Number of customers.
    rng : Generator
        Source of randomness.
    shares : mapping
        Shares of regions and tiers among those drawn: `POPULATION_SHARES` or `SAMPLE_SHARES`.

    Returns
    -------
    DataFrame
        One row a customer: ``region tier branch channel contact``, the batteries ``E1..P22``, the
        points ``IMP_*``, the attributes, ``S1 NPS CES L1 L2 L3``. Answers are floats holding whole
        numbers; 98 stands for "not applicable".

    Notes
    -----
    Only sums, products, roundings and comparisons of uniform and normal numbers: the same seed
    gives the same answers on every machine.
    """
    felt = DISRUPTION[wave]
    frame = _customers(n, rng, shares)
    local = frame["branch"].map(BRANCH_EFFECTS).fillna(0.0).to_numpy(dtype=float)

    halo = rng.standard_normal(n)
    own = {name: rng.standard_normal(n) for name in DIMENSIONS}
    columns: dict[str, Array] = {}
    columns |= _expectations(halo, rng)
    shifts = {name: np.full(n, -felt * DISRUPTION_ON.get(name, 0.0)) for name in DIMENSIONS}
    shifts["reliability"] += local
    columns |= _perceptions(halo, own, shifts, rng)
    columns |= _points(n, rng)

    moved = {name: np.full(n, -felt * DISRUPTION_ON.get(name, 0.0)) for name in ATTRIBUTES}
    moved["ONTIME"] += local + np.where(frame["region"] == "South", SOUTH_ON_TIME, 0.0)
    columns |= _attributes(halo, own["reliability"], moved, rng)
    tier = frame["tier"].map(TIER_EFFECTS).fillna(0.0).to_numpy(dtype=float)
    contacted = frame["contact"].to_numpy() == 1
    columns |= _outcomes(columns, np.asarray(tier, dtype=np.float64), contacted, rng)
    return pd.concat([frame, pd.DataFrame(columns)], axis="columns")


def scores(columns: Mapping[str, Array] | pd.DataFrame) -> dict[str, Array]:
    """Return each respondent's rating of every driver: means of a dimension, single attributes.

    Not-applicable answers (98) come back as missing.
    """
    rated = {
        name: sum((np.asarray(columns[c]) for c in items), start=np.zeros(1)) / len(items)
        for name, items in item_columns("P").items()
    }
    for name in ATTRIBUTES:
        given = np.asarray(columns[name])
        rated[name] = np.where(given == NOT_APPLICABLE, np.nan, given)
    return rated


def _customers(
    n: int, rng: np.random.Generator, shares: Mapping[str, tuple[float, ...]]
) -> pd.DataFrame:
    region = _pick(REGIONS, shares["region"], rng.random(n))
    tier = _pick(TIERS, shares["tier"], rng.random(n))
    place = rng.random(n)
    branch = np.empty(n, dtype=object)
    for name, points in BRANCHES.items():
        here = region == name
        branch[here] = _pick(tuple(points), tuple(points.values()), place[here])
    channel = _pick(tuple(CHANNELS), tuple(CHANNELS.values()), rng.random(n))
    contact = (rng.random(n) < CONTACT_SHARE).astype(np.int64)
    return pd.DataFrame(
        {"region": region, "tier": tier, "branch": branch, "channel": channel, "contact": contact}
    )


def _pick(
    labels: tuple[str, ...], shares: tuple[float, ...], uniform: Array
) -> NDArray[np.object_]:
    upper = np.cumsum(shares)[:-1]
    return np.array(labels, dtype=object)[np.searchsorted(upper, uniform, side="right")]


def _rated(latent: Array, low: int, high: int) -> Array:
    # plus zero: a rounded -0.3 is 0, not -0
    return np.clip(np.rint(latent), low, high) + 0.0


def _expectations(halo: Array, rng: np.random.Generator) -> dict[str, Array]:
    n = len(halo)
    general = EXPECT_HALO * halo + np.sqrt(1 - EXPECT_HALO**2) * rng.standard_normal(n)
    columns = {}
    for name, items in item_columns("E").items():
        factor = HALO * general + np.sqrt(1 - HALO**2) * rng.standard_normal(n)
        for column, mean in zip(items, E_MEANS[name], strict=True):
            noise = np.sqrt(1 - LOADING_E**2) * rng.standard_normal(n)
            columns[column] = _rated(mean + SPREAD_E * (LOADING_E * factor + noise), 1, 7)
    return columns


def _perceptions(
    halo: Array, own: Mapping[str, Array], shifts: Mapping[str, Array], rng: np.random.Generator
) -> dict[str, Array]:
    n = len(halo)
    straight = rng.random(n) < STRAIGHTLINERS
    same = _rated(5.3 + halo, 1, 7)
    columns = {}
    for name, items in item_columns("P").items():
        factor = HALO * halo + np.sqrt(1 - HALO**2) * own[name]
        for column, mean in zip(items, P_MEANS[name], strict=True):
            noise = np.sqrt(1 - LOADING_P**2) * rng.standard_normal(n)
            latent = mean + shifts[name] + SPREAD_P * (LOADING_P * factor + noise)
            columns[column] = np.where(straight, same, _rated(latent, 1, 7))
    return columns


def _points(n: int, rng: np.random.Generator) -> dict[str, Array]:
    upper = np.cumsum(tuple(POINT_SHARES.values()))[:-1]
    lots = np.searchsorted(upper, rng.random((n, POINT_LOTS)), side="right")
    points = [5.0 * (lots == d).sum(axis=1) for d in range(len(POINT_SHARES))]
    off, size = rng.random(n), np.where(rng.random(n) < 0.5, 5.0, 10.0)
    # those who lose count give reliability, the largest, too much
    points[1] += np.where(off < POINTS_FAR, 30.0, np.where(off < POINTS_FAR + POINTS_NEAR, size, 0))
    return {points_column(name): points[d] for d, name in enumerate(POINT_SHARES)}


def _attributes(
    halo: Array, reliable: Array, moved: Mapping[str, Array], rng: np.random.Generator
) -> dict[str, Array]:
    n = len(halo)
    columns = {}
    for name, (mean, spread, with_halo, with_reliable) in ATTRIBUTES.items():
        rest = np.sqrt(1 - with_halo**2 - with_reliable**2) * rng.standard_normal(n)
        view = with_halo * halo + with_reliable * reliable + rest
        given = _rated(mean + moved[name] + spread * view, 1, 7)
        skipped = rng.random(n) < NOT_APPLICABLE_SHARES.get(name, 0.0)
        columns[name] = np.where(skipped, NOT_APPLICABLE, given)
    return columns


def _outcomes(
    columns: Mapping[str, Array],
    tier: Array,
    contacted: NDArray[np.bool_],
    rng: np.random.Generator,
) -> dict[str, Array]:
    n = len(tier)
    rated = scores(columns)
    about = {name: rated[name] - DRIVER_CENTRES[name] for name in DRIVER_WEIGHTS}
    content = SATISFACTION_LEVEL + tier + SATISFACTION_NOISE * rng.standard_normal(n)
    for name, weight in DRIVER_WEIGHTS.items():
        content = content + weight * np.nan_to_num(about[name])
    above = content - SATISFACTION_LEVEL
    recommend = 8.45 + 1.20 * above + 0.15 * about["PRICE"] + 1.30 * rng.standard_normal(n)
    easy = 5.30 + 0.45 * about["responsiveness"] + 0.25 * about["empathy"]
    effort = _rated(easy + 1.10 * rng.standard_normal(n), 1, 7)
    stay = 7.40 + 1.10 * above + 0.80 * rng.standard_normal(n)
    loyal = [
        _rated(stay + level + 0.90 * rng.standard_normal(n), 1, 10) for level in (0.4, 0.0, -0.6)
    ]
    return {
        "S1": _rated(content, 1, 7),
        "NPS": _rated(recommend, 0, 10),
        "CES": np.where(contacted, effort, NOT_APPLICABLE),
        "L1": loyal[0],
        "L2": loyal[1],
        "L3": loyal[2],
    }
