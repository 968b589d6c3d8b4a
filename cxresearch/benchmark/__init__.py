"""Rivals and the brand: who is ahead in the eyes of customers, and what they see in the brand."""

from cxresearch.benchmark.brand import BrandProfile, brand_profile
from cxresearch.benchmark.compare import RivalComparison, compare
from cxresearch.benchmark.reputation import Reputation, reputation

__all__ = [
    "BrandProfile",
    "Reputation",
    "RivalComparison",
    "brand_profile",
    "compare",
    "reputation",
]
