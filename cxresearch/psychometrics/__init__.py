"""Whether the questionnaire measures what it says: reliability, factors, validity, invariance.

`reliability` by scale; `factorability`, `n_factors` and `explore` look for dimensions without
being told ours; `confirm` holds the answers to ours; `invariance` asks whether groups may be
compared; `examine` asks all of them. One correlation matrix per side of the battery; sides are
never mixed, and gaps are not factored.
"""

from cxresearch.psychometrics.comparing import Invariance, invariance
from cxresearch.psychometrics.confirming import Confirmed, confirm
from cxresearch.psychometrics.examining import Examination, comparable, examine
from cxresearch.psychometrics.exploring import Explored, explore
from cxresearch.psychometrics.scales import Reliability, reliability
from cxresearch.psychometrics.suitability import (
    Factorability,
    FactorNumber,
    factorability,
    n_factors,
)

__all__ = [
    "Confirmed",
    "Examination",
    "Explored",
    "FactorNumber",
    "Factorability",
    "Invariance",
    "Reliability",
    "comparable",
    "confirm",
    "examine",
    "explore",
    "factorability",
    "invariance",
    "n_factors",
    "reliability",
]
