"""Rivals and the brand: who is ahead in the eyes of customers, and what they see in the brand."""

from cxresearch.benchmark.brand import BrandProfile, brand_profile
from cxresearch.benchmark.compare import RivalComparison, compare
from cxresearch.benchmark.reputation import Reputation, reputation
from cxresearch.benchmark.value import RelativeValue, relative_value

__all__ = [
    "BrandProfile",
    "RelativeValue",
    "Reputation",
    "RivalComparison",
    "brand_profile",
    "compare",
    "relative_value",
    "reputation",
]
