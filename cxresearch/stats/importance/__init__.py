"""Key drivers: how much of the differences in an outcome goes with each driver.

Rooms: `moments` (covariances and who plays), `subsets` (R² of every model at once),
`comparators` (other definitions), `division` (R² divided), `methods` (the labelled calls),
`dominating` (dominance tables), `uncertainty` and `replicates` (how sure), `available` (answers
with gaps), `pooling` (several completed data sets), `fits` (any model with a number of fit),
`cumulative` and `likelihoods` (logits and ordered logits, all sets and draws at once).
"""

from cxresearch.stats.importance.division import EXACT_PLAYERS, Importance, Method, decompose
from cxresearch.stats.importance.dominating import Dominance, dominance
from cxresearch.stats.importance.fits import cox_snell, mcfadden, nagelkerke, shapley_fit
from cxresearch.stats.importance.likelihoods import (
    MOST_PLAYERS,
    mcfadden_bootstrap,
    mcfadden_shapley,
)
from cxresearch.stats.importance.methods import (
    METHODS,
    beta_squared,
    car,
    first,
    genizi,
    last,
    owen,
    pratt,
    relative_weights,
    shapley,
)
from cxresearch.stats.importance.moments import weighted_cov
from cxresearch.stats.importance.pooling import pooled
from cxresearch.stats.importance.uncertainty import (
    BootstrapImportance,
    bootstrap,
    bootstrap_sums,
)

__all__ = [
    "EXACT_PLAYERS",
    "METHODS",
    "MOST_PLAYERS",
    "BootstrapImportance",
    "Dominance",
    "Importance",
    "Method",
    "beta_squared",
    "bootstrap",
    "bootstrap_sums",
    "car",
    "cox_snell",
    "decompose",
    "dominance",
    "first",
    "genizi",
    "last",
    "mcfadden",
    "mcfadden_bootstrap",
    "mcfadden_shapley",
    "nagelkerke",
    "owen",
    "pooled",
    "pratt",
    "relative_weights",
    "shapley",
    "shapley_fit",
    "weighted_cov",
]
