"""SERVQUAL: gaps, the zone of tolerance, score models, and why gaps change.

``gaps`` says where service falls short of expectations, ``zone`` whether it is still acceptable,
``changes`` whether service or expectations moved, ``models`` which score goes along with
satisfaction, ``between`` where managers see service otherwise than customers.
"""

from cxresearch.servqual.between import GroupGaps, between
from cxresearch.servqual.changes import GapChanges, changes
from cxresearch.servqual.gaps import (
    CEILING,
    FEW_PAIRS,
    GAP_MIRRORS_EXPECTATION,
    WEIGHTS_DIFFER,
    GapScores,
    dimensions_with_pairs,
    gaps,
    item_scale_max,
)
from cxresearch.servqual.group_scores import MEAN_WEIGHTED, OVERALL, WEIGHTED
from cxresearch.servqual.models import ScoreModels, models
from cxresearch.servqual.zone import DECIDED, ZoneOfTolerance, zone

__all__ = [
    "CEILING",
    "DECIDED",
    "FEW_PAIRS",
    "GAP_MIRRORS_EXPECTATION",
    "MEAN_WEIGHTED",
    "OVERALL",
    "WEIGHTED",
    "WEIGHTS_DIFFER",
    "GapChanges",
    "GapScores",
    "GroupGaps",
    "ScoreModels",
    "ZoneOfTolerance",
    "between",
    "changes",
    "dimensions_with_pairs",
    "gaps",
    "item_scale_max",
    "models",
    "zone",
]
