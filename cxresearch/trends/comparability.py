"""The gate before any trend: which waves asked the same thing and may be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from cxresearch.notes import Note, distinct, note
from cxresearch.results import Result
from cxresearch.study.scores import Scored
from cxresearch.study.study import Study
from cxresearch.trends.bridges import gate
from cxresearch.trends.waves import measures, timeline

ENOUGH_TO_SEE = 100

COLUMNS = [
    "measure",
    "wave",
    "verdict",
    "span",
    "n_asked",
    "n_columns",
    "seen_low",
    "seen_high",
    "n",
    "reason",
]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Comparability(Result):
    """Which waves of each measure may be compared; one row per measure and wave."""


def comparability(study: Study, /, *, measure: str | Sequence[str] | None = None) -> Comparability:
    """Tell which waves asked customers the same thing, so that their answers may be compared.

    Parameters
    ----------
    study : Study
    measure : str or sequence of str, optional
        By default ``analysis.trends.measures``, else all.

    Returns
    -------
    Comparability
        ``verdict`` of each wave against the wave before in which the measure was asked: first;
        same (no change is known); identical, linear, step (a change declared in
        ``analysis.trends.bridges``); no_map (a linear bridge, which says nothing of a share or
        an NPS); parts_differ (asked with other columns than before, and no bridge declared);
        not_asked. Waves of one ``span`` may be compared as they are. ``n_asked`` of ``n_columns``
        columns were asked; ``seen_low`` and ``seen_high`` are the lowest and highest answer, in
        scale points.

    Raises
    ------
    AnalysisError
        If the study has no waves or no such measure.

    Notes
    -----
    The codebook holds one wording and one scale per measure, so a change of wording, anchors,
    mode or screening can be known only where it is declared. A scale whose end nobody used in a
    wave of 100 answers or more, though other waves did, is remarked upon.
    """
    notes: list[Note] = []
    rows: list[dict[str, Any]] = []
    for key in measures(study, measure):
        rows += _rows(study, study.measure(key), notes)
    return Comparability(
        table=pd.DataFrame(rows, columns=COLUMNS),
        n=study.n,
        n_eff=study.n_eff,
        conf_level=study.conf_level,
        method="declared_bridges",
        notes=distinct([*study.base_notes(), *notes]),
        about=study.about,
    )


def _rows(study: Study, score: Scored, notes: list[Note]) -> list[dict[str, Any]]:
    assert study.wave_column is not None
    waves, key = timeline(study), score.measure.key
    door = gate(study, score, waves)
    notes += door.notes(key)
    labels = study.full[study.wave_column]
    rows: list[dict[str, Any]] = []
    for wave in waves:
        asked = wave in door.parts
        held = study.mask & (labels == wave).to_numpy() & np.isfinite(score.values)
        values = score.values[held]
        verdict = "not_asked"
        if asked:
            verdict = "first" if wave == door.waves[0] else door.changes.get(wave, "same")
        rows.append(
            {
                "measure": key,
                "wave": wave,
                "verdict": verdict,
                "span": door.spans[wave] if asked else np.nan,
                "n_asked": len(door.parts.get(wave, ())),
                "n_columns": len(score.measure.columns),
                "seen_low": values.min() if asked else np.nan,
                "seen_high": values.max() if asked else np.nan,
                "n": len(values),
                "reason": None if asked else "not_asked",
            }
        )
    _note_ends(score, rows, notes)
    return rows


def _note_ends(score: Scored, rows: list[dict[str, Any]], notes: list[Note]) -> None:
    """Remark on waves in which nobody used an end of the scale that other waves used."""
    scale = score.measure.scale
    if scale.continuous or len(score.measure.columns) > 1:
        return
    large = [row for row in rows if row["n"] >= ENOUGH_TO_SEE]
    for name, end in (("seen_low", scale.min), ("seen_high", scale.max)):
        short = [row for row in large if row[name] != end]
        if len(short) < len(large):
            notes += [
                note("scale_end_unused", wave=row["wave"], measure=row["measure"], end=end)
                for row in short
            ]
