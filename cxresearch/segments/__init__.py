"""Groups of customers: who differs from the others, and which service points stand out."""

from cxresearch.segments.compare import SegmentComparison, compare
from cxresearch.segments.points import ServicePoints, service_points

__all__ = ["SegmentComparison", "ServicePoints", "compare", "service_points"]
