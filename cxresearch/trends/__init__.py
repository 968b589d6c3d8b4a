"""Trends over waves: what really changed, and where the level stands behind sampling error."""

from cxresearch.trends.compare import WaveContrasts, compare
from cxresearch.trends.track import Track, track

__all__ = ["Track", "WaveContrasts", "compare", "track"]
