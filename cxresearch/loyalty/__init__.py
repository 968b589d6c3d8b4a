"""Loyalty: what answers tell of staying, leaving and revenue to come."""

from cxresearch.loyalty.base import base
from cxresearch.loyalty.cohorts import Cohorts, cohorts
from cxresearch.loyalty.lagged import LaggedLink, lagged
from cxresearch.loyalty.link import LoyaltyLink, link

__all__ = ["Cohorts", "LaggedLink", "LoyaltyLink", "base", "cohorts", "lagged", "link"]
