"""Confirmatory factor analysis: whether items measure what they were built for, in every group.

Rooms: `model` (what is said and the moments), `layout` (parameters, identification, equality),
`likelihood` (discrepancy, slope, information), `estimation` (the fit), `fit_measures`,
`standardised`, `modification`, `validity` (AVE, CR, HTMT), `invariance` (the ladder).
"""

from cxresearch.stats.cfa.estimation import Confirmed, fit
from cxresearch.stats.cfa.fit_measures import Measures
from cxresearch.stats.cfa.invariance import Gate, Ladder, Rules, chi2_difference, invariance
from cxresearch.stats.cfa.layout import Identification, Release, Shared
from cxresearch.stats.cfa.model import Model, Moments
from cxresearch.stats.cfa.modification import modification_indices, release_tests
from cxresearch.stats.cfa.validity import HtmtVariant, htmt, htmt_of, validity

__all__ = [
    "Confirmed",
    "Gate",
    "HtmtVariant",
    "Identification",
    "Ladder",
    "Measures",
    "Model",
    "Moments",
    "Release",
    "Rules",
    "Shared",
    "chi2_difference",
    "fit",
    "htmt",
    "htmt_of",
    "invariance",
    "modification_indices",
    "release_tests",
    "validity",
]
