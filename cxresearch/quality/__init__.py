"""Data quality: who answered, what is missing, and which answers call for a second look."""

from cxresearch.quality.check import QualityCheck, check

__all__ = ["QualityCheck", "check"]
