"""Exploratory factor analysis: what few things customers have in mind when they rate many.

Rooms: `matrices` (correlations and their repair), `adequacy` (KMO, Bartlett), `retention` (how
many factors), `extraction` and `rotation`, `alignment` (order, sign, congruence), `scores`,
`polychoric` with `bivariate_normal`, `kinds` (which correlation suits the answers).
"""

from cxresearch.stats.factors.adequacy import Bartlett, Kmo, bartlett, kmo, smc
from cxresearch.stats.factors.alignment import Congruence, Order, congruence, order_to
from cxresearch.stats.factors.extraction import EXTRACTIONS, Extraction, Factors, Fit, extract
from cxresearch.stats.factors.kinds import CorrelationType, correlation_type, item_types
from cxresearch.stats.factors.matrices import Smoothed, smooth
from cxresearch.stats.factors.polychoric import (
    MOST_CATEGORIES,
    polychoric,
    polychoric_pair,
    thresholds,
)
from cxresearch.stats.factors.retention import (
    Eigenvalues,
    Parallel,
    VelicerMap,
    parallel,
    velicer_map,
)
from cxresearch.stats.factors.rotation import OBLIQUE, ROTATIONS, Rotation
from cxresearch.stats.factors.scores import FactorScores, factor_scores

__all__ = [
    "EXTRACTIONS",
    "MOST_CATEGORIES",
    "OBLIQUE",
    "ROTATIONS",
    "Bartlett",
    "Congruence",
    "CorrelationType",
    "Eigenvalues",
    "Extraction",
    "FactorScores",
    "Factors",
    "Fit",
    "Kmo",
    "Order",
    "Parallel",
    "Rotation",
    "Smoothed",
    "VelicerMap",
    "bartlett",
    "congruence",
    "correlation_type",
    "extract",
    "factor_scores",
    "item_types",
    "kmo",
    "order_to",
    "parallel",
    "polychoric",
    "polychoric_pair",
    "smc",
    "smooth",
    "thresholds",
    "velicer_map",
]
