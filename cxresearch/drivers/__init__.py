"""What goes along with satisfaction: quality, cost and delivery.

Everything here is association in answers given at the same time; no sentence made from it may
claim that one thing makes another.
"""

from cxresearch.drivers.importance import DriverImportance, importance

__all__ = ["DriverImportance", "importance"]
