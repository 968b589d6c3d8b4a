"""What every result on a study has to say of its base and weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cxresearch.notes import Note, note

if TYPE_CHECKING:
    from cxresearch.study.study import Study

_TOLD = (
    "excluded",
    "sampled",
    "waves_unweighted",
    "weights_missing",
    "lonely_psu",
    "out_of_range",
    "kept_in_database",
)
_FEW_CLUSTERS = 10


def base_notes(study: Study) -> tuple[Note, ...]:
    """Return what was left out of a study or set to missing, its weights and its few clusters."""
    told = [one for one in study.notes if one.code in _TOLD]
    data = study.params.data
    if data.weight:
        told.append(note("weighted", column=data.weight, deff=study.deff))
    if data.cluster and (held := study.clusters_held()) < _FEW_CLUSTERS:
        told.append(note("few_clusters", n=held))
    return tuple(told)
