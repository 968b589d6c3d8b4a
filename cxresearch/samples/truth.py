"""The planted truth of the example: what a perfect analysis of it would find.

The numbers belong to all customers of the invented company, not to the sample that was drawn
from them. `cxresearch.samples.population.recompute` makes them anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: Every driver of satisfaction by its codebook key, with its block.
DRIVERS: Mapping[str, str] = {
    "tangibles": "quality",
    "reliability": "quality",
    "responsiveness": "quality",
    "assurance": "quality",
    "empathy": "quality",
    "price_fairness": "cost",
    "clear_invoices": "cost",
    "on_time": "delivery",
    "undamaged": "delivery",
    "tracking": "delivery",
    "packaging": "delivery",
}
#: Codebook key of a driver by its name in `cxresearch.samples.process`.
DRIVER_KEYS: Mapping[str, str] = {
    "tangibles": "tangibles",
    "reliability": "reliability",
    "responsiveness": "responsiveness",
    "assurance": "assurance",
    "empathy": "empathy",
    "PRICE": "price_fairness",
    "INVOICE": "clear_invoices",
    "ONTIME": "on_time",
    "COMPLETE": "undamaged",
    "TRACKING": "tracking",
    "PACKAGING": "packaging",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """Parts of the R² of satisfaction on its drivers among all customers.

    Not-applicable answers are players of their own kind: the value set to the mean together with
    an indicator (policy ``indicator``).

    Attributes
    ----------
    r_squared : float
        R² of all drivers together.
    drivers : mapping
        LMG (Shapley) part of every driver, all drivers as players; sums to `r_squared`.
    blocks : mapping
        Shapley part of every block, blocks as players; sums to `r_squared`.
    within_blocks : mapping
        Owen part of every driver: a block's part split within it; sums to `r_squared`.
    """

    r_squared: float
    drivers: Mapping[str, float]
    blocks: Mapping[str, float]
    within_blocks: Mapping[str, float]

    @property
    def driver_shares(self) -> dict[str, float]:
        """LMG parts as shares of R² (0 to 1)."""
        return {name: part / self.r_squared for name, part in self.drivers.items()}

    @property
    def block_shares(self) -> dict[str, float]:
        """Parts of the blocks as shares of R² (0 to 1)."""
        return {name: part / self.r_squared for name, part in self.blocks.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Population values of the example by wave; "all" counts every wave alike.

    Attributes
    ----------
    nps : mapping
        Net promoter score in points, −100 to 100.
    satisfaction_mean, satisfaction_top2 : mapping
        Overall satisfaction: mean on 1–7, share of 6 and 7.
    effort_mean, effort_top3 : mapping
        Ease (CES version 2) of customers who had contact: mean on 1–7, share of 5 to 7.
    loyalty_mean : mapping
        Mean of the three repurchase items on 1–10.
    gaps : mapping of mappings
        Perception minus expectation in scale points by wave, then dimension; ``overall`` is the
        mean of the five.
    gap_weighted : mapping
        Overall gap weighted by each customer's own importance points.
    points : mapping
        Mean importance points of each dimension; they sum to 100.
    satisfaction_by_region, satisfaction_by_tier, satisfaction_by_branch : mapping
        Mean satisfaction over all waves.
    importance_all, importance_latest : Importance
        Drivers of satisfaction over all waves and in the latest one.
    alpha : mapping of mappings
        Raw Cronbach's alpha over all waves, by side ("E" or "P") and dimension.
    break_wave : str
        First wave of the new, lower level.
    break_satisfaction, break_top2, break_nps : float
        Size of the step from the wave before: points of the mean, share, NPS points.
    """

    nps: Mapping[str, float]
    satisfaction_mean: Mapping[str, float]
    satisfaction_top2: Mapping[str, float]
    effort_mean: Mapping[str, float]
    effort_top3: Mapping[str, float]
    loyalty_mean: Mapping[str, float]
    gaps: Mapping[str, Mapping[str, float]]
    gap_weighted: Mapping[str, float]
    points: Mapping[str, float]
    satisfaction_by_region: Mapping[str, float]
    satisfaction_by_tier: Mapping[str, float]
    satisfaction_by_branch: Mapping[str, float]
    importance_all: Importance
    importance_latest: Importance
    alpha: Mapping[str, Mapping[str, float]]
    break_wave: str
    break_satisfaction: float
    break_top2: float
    break_nps: float

    @property
    def gaps_latest(self) -> Mapping[str, float]:
        """Gaps of the latest wave by dimension."""
        return self.gaps[list(self.gaps)[-1]]

    @property
    def gaps_all(self) -> dict[str, float]:
        """Gaps over all waves by dimension, every wave counted alike."""
        return {
            name: sum(wave[name] for wave in self.gaps.values()) / len(self.gaps)
            for name in self.gaps_latest
        }
